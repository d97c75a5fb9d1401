#!/usr/bin/env python3
"""Mesure l'application du cabinet et écrit docs/performances-application.md.

Usage : python3 bancs/servir.py [--patients 2000] [--tours 20]

Il faut `cargo build --release --workspace --features jalon/servir --bins --examples`.
"""

import argparse
import http.client
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.parse

from commun import DONNEES, JALON, RACINE, entiers, lancer, machine, nombre

PEUPLER = RACINE / "target" / "release" / "examples" / "peupler"
UN_FAIT = RACINE / "target" / "release" / "examples" / "mesurer_un_fait"
MOT_DE_PASSE = "quatre hiboux sans diplôme"
PAGES = ["/", "/indicateurs", "/indicateurs/rosp-adulte/diabete-hba1c", "/prevision", "/patients",
         "/declarations", "/calendrier", "/releves", "/simulation", "/equipe"]
# Celle des faits inventés et du travail des dix personnes.
CAMPAGNE = "campagne=2024"


class Navigateur:
    """Une personne, son témoin de connexion, une connexion gardée ouverte."""

    def __init__(self, port):
        self.port, self.temoin, self.lieu = port, None, None
        self.connexion = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def demander(self, chemin, formulaire=None):
        entetes = {"Accept-Language": "fr", "Host": f"127.0.0.1:{self.port}"}
        if self.temoin:
            entetes["Cookie"] = self.temoin
        corps = None
        if formulaire is not None:
            corps = urllib.parse.urlencode(formulaire)
            entetes["Content-Type"] = "application/x-www-form-urlencoded"
            entetes["Origin"] = f"http://127.0.0.1:{self.port}"
        if corps is None:
            chemin += f"{'&' if '?' in chemin else '?'}{CAMPAGNE}"
        debut = time.perf_counter()
        self.connexion.request("POST" if corps is not None else "GET", chemin, corps, entetes)
        reponse = self.connexion.getresponse()
        texte = reponse.read().decode()
        duree = time.perf_counter() - debut
        self.lieu = reponse.getheader("Location")
        pose = reponse.getheader("Set-Cookie")
        if pose:
            self.temoin = pose.split(";")[0]
        return reponse.status, texte, duree

    def entrer(self, identifiant):
        statut, texte, _ = self.demander("/connexion", {
            "identifiant": identifiant, "mot_de_passe": MOT_DE_PASSE, "code": "", "vers": "/"})
        if statut != 303:
            sys.exit(f"connexion de {identifiant} : {statut}\n{texte[:500]}")


def saisir_un_releve(navigateur):
    """Un relevé dont trois indicateurs diffèrent des faits ; rend sa page."""
    statut, texte, _ = navigateur.demander("/releves/saisie?dispositif=rosp-adulte")
    caches = {nom: re.search(f'name="{nom}" value="([^"]*)"', texte).group(1)
              for nom in ["jeton", "formulaire", "campagne", "medecin"]}
    champs = {"dispositif": "rosp-adulte", "recu": "2025-04-30", "patientele": "1000",
              "reference": "800", "valeur_point": "7"}
    for indicateur in ["diabete-hba1c", "cancer-sein", "grippe-65"]:
        if f'name="numerateur:{indicateur}"' not in texte:
            sys.exit(f"{indicateur} n'est pas dans la saisie du relevé")
        champs |= {f"numerateur:{indicateur}": "10", f"denominateur:{indicateur}": "50"}
    statut, texte, _ = navigateur.demander("/releves/saisie", caches | champs)
    if statut != 303:
        sys.exit(f"relevé : {statut}\n{texte[:500]}")
    return navigateur.lieu.split("?")[0]


def sans_numero(page):
    return re.sub("/(patients|releves)/.+$", r"/\1/…", page)


def centile(durees, part):
    durees = sorted(durees)
    return durees[min(len(durees) - 1, int(len(durees) * part))] * 1000


def ensemble(taches):
    fils = [threading.Thread(target=tache) for tache in taches]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--patients", type=int, default=2000)
    arguments.add_argument("--tours", type=int, default=20)
    options = arguments.parse_args()

    dossier = DONNEES / f"cabinet-{options.patients}"
    if not dossier.exists():
        DONNEES.mkdir(parents=True, exist_ok=True)
        lancer(list(map(str, [JALON, "generer", "--patients", options.patients, "--medecins", 2,
                              "--graine", 1, "--campagne", 2024, "--vers", dossier])))
        # La mémoire du banc est celle d'une démonstration : son dossier doit le dire.
        (dossier / "DEMONSTRATION.md").write_text("# Démonstration\n")
    memoire = DONNEES / "memoire"
    shutil.rmtree(memoire, ignore_errors=True)
    _, sortie = lancer([str(PEUPLER), str(dossier), str(memoire)])
    personnes = sortie.decode().split()

    debut = time.perf_counter()
    serveur = subprocess.Popen(
        [str(JALON), "servir", "--dossier", str(dossier), "--memoire", str(memoire), "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    port = None
    for texte in serveur.stdout:
        trouve = re.search(r"http://127\.0\.0\.1:(\d+)", texte)
        if trouve:
            port = int(trouve.group(1))
            break
    Navigateur(port).demander("/connexion")
    premiere = time.perf_counter() - debut
    un = Navigateur(port)
    un.entrer(personnes[0])
    un.demander("/")
    chiffres = time.perf_counter() - debut

    tous = []
    for personne in personnes:
        navigateur = Navigateur(port)
        navigateur.entrer(personne)
        tous.append(navigateur)
    _, liste, _ = un.demander("/patients")
    fiche = re.search(r'href="(/patients/[0-9a-f]+)[^"]*"', liste)
    if not fiche:
        sys.exit("aucun patient à rappeler")
    pages = [*PAGES, fiche.group(1), saisir_un_releve(un)]
    for navigateur in tous:  # chaque liste est calculée une fois
        # Une page qui n'est pas ouverte à son rôle n'existe pas pour lui.
        navigateur.pages = [page for page in pages if navigateur.demander(page)[0] == 200]
    # Les mois passés se calculent à part, une fois.
    while "Calcul en cours" in un.demander("/prevision")[1]:
        time.sleep(0.2)
    passe = time.perf_counter() - debut

    # Une personne après l'autre, comme au cabinet.
    durees = {page: [] for page in pages}
    for _ in range(options.tours):
        for page in pages:
            statut, _, duree = un.demander(page)
            if statut != 200:
                sys.exit(f"{page} : {statut}")
            durees[page].append(duree)

    # Cinquante demandes d'un coup.
    rafales = []
    for tour in range(options.tours):
        depart = threading.Barrier(50)
        verrou = threading.Lock()

        def demander(rang):
            navigateur = Navigateur(port)
            navigateur.temoin = tous[rang % len(tous)].temoin
            depart.wait()
            ouvertes = tous[rang % len(tous)].pages
            statut, _, duree = navigateur.demander(ouvertes[(tour + rang // len(tous)) % len(ouvertes)])
            with verrou:
                rafales.append(duree if statut == 200 else float("inf"))

        ensemble([lambda rang=rang: demander(rang) for rang in range(50)])

    memoire_mo = 0
    for champ in open(f"/proc/{serveur.pid}/status"):
        if champ.startswith("VmHWM"):
            memoire_mo = int(champ.split()[1]) / 1024
    serveur.terminate()
    serveur.wait()

    version = subprocess.run([JALON, "--version"], capture_output=True, text=True).stdout.strip()
    toutes = [duree for liste in durees.values() for duree in liste]
    page = [
        "# Performances de l'application",
        "",
        "Mesures écrites par `python3 bancs/servir.py`, du côté de qui demande, sur la machine "
        "même ; les pages sont demandées l'une après l'autre, puis cinquante d'un coup par dix "
        "personnes.",
        "",
        f"- machine : {machine()}",
        f"- version : {version}",
        f"- données : {entiers(options.patients)} patients inventés, 2 médecins, campagne 2024 ; "
        "dix personnes, vingt modifications de cinquante patients chacune",
        "",
        "| mesure | valeur | visé |",
        "| --- | ---: | --- |",
        f"| première page après le démarrage (ms) | {nombre(premiere * 1000, 0)} | 1 000 |",
        f"| premiers chiffres après le démarrage, connexion comprise (ms) | "
        f"{nombre(chiffres * 1000, 0)} | |",
        f"| mois passés, calculés à part (ms) | {nombre(passe * 1000, 0)} | |",
        f"| pages, 95e centile (ms) | {nombre(centile(toutes, 0.95), 0)} | 100 |",
        f"| cinquante demandes d'un coup, 99e centile (ms) | "
        f"{nombre(centile(rafales, 0.99), 0)} | 500 |",
        f"| mémoire de pointe (Mo) | {nombre(memoire_mo, 0)} | 300 |",
        "",
        "| page | médiane (ms) | 95e centile (ms) |",
        "| --- | ---: | ---: |",
        *[f"| `{sans_numero(nom)}` | {nombre(centile(liste, 0.5), 1)} | "
          f"{nombre(centile(liste, 0.95), 1)} |" for nom, liste in durees.items()],
    ]
    _, sortie = lancer([str(UN_FAIT), "1000"])
    page += ["", "## Un fait de plus", "", "Un acte ajouté à un patient d'une liste de 1 000 : les "
             "nouveaux chiffres du médecin, visés en moins de 50 ms (« tout »).", "", "```text",
             sortie.decode().rstrip(), "```"]
    (RACINE / "docs" / "performances-application.md").write_text("\n".join(page) + "\n")
    print("\n".join(page))


if __name__ == "__main__":
    main()
