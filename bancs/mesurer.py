#!/usr/bin/env python3
"""Mesure Jalon à côté de DuckDB sur les mêmes fichiers, et écrit docs/performances.md.

Usage : python3 bancs/mesurer.py [--patients 100000] [--repetitions 5]

Il faut `cargo build --release` et `pip install duckdb`. Les populations sont
inventées par `jalon generer` dans bancs/donnees, une fois pour toutes.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from commun import DONNEES, JALON, RACINE, entiers, lancer, ligne, machine, mesurer, nombre, versions

CAMPAGNE = 2024
TABLES = ["delivrances", "actes", "vaccinations", "ald", "sejours", "patients", "rattachements"]


def population(patients):
    """Le dossier d'une population de cette taille, inventé s'il n'existe pas."""
    dossier = DONNEES / f"p{patients}"
    if not dossier.exists():
        DONNEES.mkdir(parents=True, exist_ok=True)
        lancer(list(map(str, [JALON, "generer", "--patients", patients, "--medecins",
                              max(1, patients // 910), "--graine", 1, "--campagne", CAMPAGNE,
                              "--vers", dossier, "--format", "parquet"])))
    return dossier


def connexion(dossier):
    import duckdb
    base = duckdb.connect()
    base.execute(f"SET threads = {os.cpu_count()}")
    for table in TABLES:
        chemin = dossier / table
        motif = chemin / "*.parquet" if chemin.is_dir() else dossier / f"{table}.parquet"
        base.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{motif}')")
    return base


def duckdb_requetes(dossier):
    """Les requêtes de bancs/duckdb, l'une après l'autre, dans une seule session."""
    base = connexion(dossier)
    resultats = {}
    for requete in sorted((RACINE / "bancs" / "duckdb").glob("*.sql")):
        lignes = base.execute(requete.read_text()).fetchall()
        resultats[requete.stem] = {medecin: [int(n), int(d)] for medecin, d, n in lignes}
    print(json.dumps(resultats))


def duckdb_lecture(dossier):
    """Lecture nue : chaque colonne que Jalon lit, comptée."""
    base = connexion(dossier)
    colonnes = {
        "delivrances": ["patient", "date", "cip13", "atc", "boites", "jours",
                        "grand_conditionnement", "repertoire", "prescripteur"],
        "actes": ["patient", "date", "systeme", "code", "quantite", "valeur", "executant",
                  "specialite", "prescripteur"],
        "vaccinations": ["patient", "date", "code"],
        "ald": ["patient", "numero", "debut", "fin"],
        "sejours": ["patient", "entree", "cim10", "ccam"],
        "patients": ["patient", "naissance", "sexe", "deces", "c2s"],
        "rattachements": ["patient", "medecin", "debut", "fin"],
    }
    for table, noms in colonnes.items():
        presentes = {ligne[0] for ligne in base.execute(f"DESCRIBE {table}").fetchall()}
        # max() oblige à décoder les valeurs ; count() se contente des en-têtes.
        comptes = ", ".join(f"count({nom}), max({nom})" for nom in noms if nom in presentes)
        base.execute(f"SELECT count(*), {comptes} FROM {table}").fetchall()


def verifier(dossier):
    """Les mêmes comptes des deux côtés, sinon la comparaison ne vaut rien."""
    _, sortie = lancer(list(map(str, [JALON, "calculer", dossier, "--campagne", CAMPAGNE,
                                      "--dispositif", "rosp-adulte", "--format", "json"])))
    resultat = json.loads(sortie)
    _, sortie = lancer([sys.executable, __file__, "--requetes", str(dossier)])
    attendu = json.loads(sortie)
    compares = 0
    for medecin in resultat["medecins"]:
        for indicateur in medecin["dispositifs"][0]["indicateurs"]:
            if indicateur["id"] not in attendu:
                continue
            obtenu = [int(indicateur["numerateur"]), int(indicateur["denominateur"])]
            voulu = attendu[indicateur["id"]].get(medecin["medecin"], [0, 0])
            if obtenu != voulu:
                sys.exit(f"{indicateur['id']} : Jalon {obtenu}, DuckDB {voulu}")
            compares += 1
    return compares


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--patients", type=int, default=100_000)
    arguments.add_argument("--repetitions", type=int, default=5)
    arguments.add_argument("--requetes", help=argparse.SUPPRESS)
    arguments.add_argument("--lecture", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.requetes:
        return duckdb_requetes(Path(options.requetes))
    if options.lecture:
        return duckdb_lecture(Path(options.lecture))

    tailles = [options.patients // 4, options.patients // 2, options.patients]
    dossiers = {taille: population(taille) for taille in tailles}
    grand = dossiers[options.patients]
    compares = verifier(grand)
    calculer = lambda dossier: [JALON, "calculer", dossier, "--campagne", CAMPAGNE, "--dispositif", "rosp-adulte",
                                 "--format", "json"]
    preuves = DONNEES / "preuves.parquet"
    moi = [sys.executable, __file__]
    mesures = {taille: mesurer(calculer(dossiers[taille]), options.repetitions) for taille in tailles}
    entier = mesures[options.patients]
    garde = mesurer([*calculer(grand), "--preuves", preuves], options.repetitions)
    requetes = mesurer([*moi, "--requetes", grand], options.repetitions)
    lecture = mesurer([*moi, "--lecture", grand], options.repetitions)
    vide = mesurer([sys.executable, "-c", "import duckdb; duckdb.connect()"], options.repetitions)
    cabinet = RACINE / "exemples" / "cabinet"
    petit = mesurer(calculer(cabinet), options.repetitions)
    explique = mesurer([JALON, "expliquer", cabinet, "--campagne", CAMPAGNE,
                        "--indicateur", "diabete-hba1c"], options.repetitions)

    base = connexion(grand)
    evenements = sum(base.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                     for table in ["delivrances", "actes", "vaccinations", "sejours"])
    lecture_nette = max(lecture["duree"] - vide["duree"], 0.001)
    requetes_nettes = requetes["duree"] - vide["duree"]
    page = [
        "# Performances",
        "",
        "Mesures écrites par `python3 bancs/mesurer.py` : processus entiers, médianes de "
        f"{options.repetitions} passages après un passage de chauffe. Ce n'est pas un test.",
        "",
        f"- machine : {machine()}",
        f"- versions : {versions()}",
        f"- données : `jalon generer`, graine 1, campagne {CAMPAGNE}, "
        f"{entiers(options.patients)} patients, {entiers(evenements)} événements en Parquet",
        f"- exactitude : {compares} couples numérateur / dénominateur égaux entre Jalon et DuckDB",
        "",
        "| mesure | durée (s) | CPU (s) | mémoire (Mo) |",
        "| --- | ---: | ---: | ---: |",
    ]
    lignes = [
        (f"Jalon, 29 indicateurs, {options.patients} patients", entier),
        ("Jalon, les mêmes avec les preuves de chaque patient écrites", garde),
        ("DuckDB, une requête par indicateur calculé (25), une session", requetes),
        ("DuckDB, lecture nue des colonnes", lecture),
        ("DuckDB, démarrage seul", vide),
        ("Jalon, `calculer exemples/cabinet`", petit),
        ("Jalon, `expliquer exemples/cabinet`", explique),
    ]
    lignes += [(f"Jalon, {taille} patients", mesures[taille]) for taille in tailles[:-1]]
    page += [ligne(nom, mesure) for nom, mesure in lignes]
    page += [
        "",
        "| rapport | valeur | visé |",
        "| --- | ---: | --- |",
        f"| Jalon / DuckDB (démarrage déduit) | {nombre(entier['duree'] / requetes_nettes)} | moins de 1 |",
        f"| Jalon / lecture nue (démarrage déduit) | {nombre(entier['duree'] / lecture_nette)} | au plus 4 |",
        f"| preuves gardées, durée | {nombre(garde['duree'] / entier['duree'])} | au plus 1,25 |",
        f"| preuves gardées, mémoire | {nombre(garde['memoire'] / entier['memoire'])} | au plus 1,5 |",
    ]
    for petite, grande in zip(tailles, tailles[1:]):
        rapport = mesures[grande]["duree"] / mesures[petite]["duree"] / (grande / petite)
        page.append(f"| {petite} → {grande} patients, par rapport au proportionnel | "
                    f"{nombre(rapport)} | 0,85 à 1,15 |")
    (RACINE / "docs" / "performances.md").write_text("\n".join(page) + "\n")
    print("\n".join(page))


if __name__ == "__main__":
    main()
