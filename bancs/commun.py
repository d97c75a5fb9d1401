"""Ce que les bancs ont en commun : lancer, mesurer, écrire des nombres.

Lancé comme un programme, mesure une fois la commande donnée.
"""

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

RACINE = Path(__file__).resolve().parent.parent
DONNEES = RACINE / "bancs" / "donnees"
JALON = RACINE / "target" / "release" / "jalon"


def lancer(commande):
    """Durée (s), CPU (s) et mémoire de pointe (Mo) d'un processus entier."""
    debut = time.perf_counter()
    processus = subprocess.Popen(commande, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    sortie, erreurs = processus.communicate()
    duree = time.perf_counter() - debut
    if processus.returncode != 0:
        sys.exit(f"{' '.join(map(str, commande))} : {erreurs.decode()}")
    return duree, sortie


def mesurer(commande, repetitions):
    """Médianes de plusieurs passages, chacun dans un sous-processus compté à part."""
    durees, cpus, memoires = [], [], []
    for passage in range(repetitions + 1):
        temps = [sys.executable, __file__, *map(str, commande)]
        resultat = json.loads(subprocess.run(temps, check=True, capture_output=True).stdout)
        if passage:  # le premier passage réchauffe le cache des fichiers
            durees.append(resultat["duree"])
            cpus.append(resultat["cpu"])
            memoires.append(resultat["memoire"])
    return {
        "duree": statistics.median(durees),
        "cpu": statistics.median(cpus),
        "memoire": statistics.median(memoires),
    }


def un(commande):
    """Un passage, mesuré par le noyau."""
    duree, _ = lancer(commande)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({
        "duree": duree,
        "cpu": usage.ru_utime + usage.ru_stime,
        "memoire": usage.ru_maxrss / 1024,
    }))


def nombre(valeur, decimales=2):
    return f"{valeur:.{decimales}f}".replace(".", ",")


def entiers(valeur):
    return f"{valeur:,}".replace(",", "\u202f")


def machine():
    """La machine et les versions, en une ligne de liste."""
    processeur = "inconnu"
    for champ in Path("/proc/cpuinfo").read_text().splitlines():
        if champ.startswith("model name"):
            processeur = champ.split(":")[1].strip()
            break
    return f"{os.cpu_count()} cœurs, {processeur}, {platform.system()} {platform.machine()}"


def versions():
    import duckdb
    version = subprocess.run([JALON, "--version"], capture_output=True, text=True).stdout.strip()
    return f"{version}, DuckDB {duckdb.__version__}, Python {platform.python_version()}"


def ligne(nom, mesure):
    """Une ligne du tableau des mesures."""
    return (f"| {nom} | {nombre(mesure['duree'], 3)} | {nombre(mesure['cpu'])} | "
            f"{nombre(mesure['memoire'], 0)} |")


if __name__ == "__main__":
    un(sys.argv[1:])
