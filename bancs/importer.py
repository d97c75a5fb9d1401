#!/usr/bin/env python3
"""Mesure les imports de Jalon à côté de DuckDB sur les mêmes fichiers, et écrit
docs/performances-import.md.

Usage : python3 bancs/importer.py [--patients 115000] [--repetitions 3]

Il faut `cargo build --release` et `pip install duckdb`. Les populations sont
inventées par `jalon generer --forme` dans bancs/donnees, une fois pour toutes.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

from commun import DONNEES, JALON, RACINE, entiers, lancer, ligne, machine, mesurer, nombre, versions

CLES = ["FLX_DIS_DTD", "FLX_TRT_DTD", "FLX_EMT_TYP", "FLX_EMT_NUM", "FLX_EMT_ORD",
        "ORG_CLE_NUM", "DCT_ORD_NUM", "PRS_ORD_NUM", "REM_TYP_AFF"]


def population(patients, forme, format):
    """Les mêmes personnes sous cette forme, inventées si elles n'y sont pas."""
    dossier = DONNEES / f"{forme}-{format}-{patients}"
    if not dossier.exists():
        DONNEES.mkdir(parents=True, exist_ok=True)
        lancer(list(map(str, [JALON, "generer", "--patients", patients, "--medecins",
                              max(1, patients // 910), "--graine", 1, "--campagne", 2024,
                              "--vers", dossier, "--forme", forme, "--format", format])))
    return dossier / forme


def importer(nature, source, vers):
    """Un import dans un dossier neuf."""
    shutil.rmtree(vers, ignore_errors=True)
    lancer(list(map(str, [JALON, "importer", nature, source, "--vers", vers])))


def duckdb_jointure(source, format):
    """Les lignes de soins et leurs détails joints par les neuf clés, écrits en Parquet."""
    import duckdb
    base = duckdb.connect()
    base.execute(f"SET threads = {os.cpu_count()}")
    lire = "read_parquet" if format == "parquet" else "read_csv"
    for table in ["ER_PRS_F", "ER_PHA_F", "ER_BIO_F", "ER_CAM_F"]:
        base.execute(f"CREATE VIEW {table} AS SELECT * FROM {lire}('{source}/{table}/*.{format}')")
    sortie = DONNEES / "duckdb"
    sortie.mkdir(exist_ok=True)
    cles = ", ".join(CLES)
    for table, colonnes in [("ER_PHA_F", "PHA_PRS_C13, sum(PHA_ACT_QSN)"),
                            ("ER_BIO_F", "BIO_PRS_IDE, sum(BIO_ACT_QSN)"),
                            ("ER_CAM_F", "CAM_PRS_IDE, sum(PRS_ACT_QTE)")]:
        code = colonnes.split(",")[0]
        base.execute(
            f"COPY (SELECT BEN_NIR_PSA, EXE_SOI_DTD, {colonnes} AS quantite FROM ER_PRS_F "
            f"JOIN {table} USING ({cles}) WHERE DPN_QLF <> 71 GROUP BY ALL ORDER BY BEN_NIR_PSA) "
            f"TO '{sortie}/{table}.parquet' (FORMAT parquet)")


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--patients", type=int, default=115_000)
    arguments.add_argument("--repetitions", type=int, default=3)
    arguments.add_argument("--importer", nargs=3, help=argparse.SUPPRESS)
    arguments.add_argument("--jointure", nargs=2, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.importer:
        return importer(*options.importer)
    if options.jointure:
        return duckdb_jointure(*options.jointure)

    import duckdb
    moi = [sys.executable, __file__]
    vers = DONNEES / "import"
    parquet = population(options.patients, "dcir", "parquet")
    csv = population(options.patients, "dcir", "csv")
    fhir = population(options.patients // 4, "fhir", "csv")
    soins = duckdb.connect().execute(
        f"SELECT count(*) FROM read_parquet('{parquet}/ER_PRS_F/*.parquet')").fetchone()[0]
    octets = sum(fichier.stat().st_size for fichier in Path(fhir).iterdir())
    mesure = lambda *commande: mesurer([*moi, *commande], options.repetitions)
    lus = {
        "Jalon, DCIR en Parquet": mesure("--importer", "dcir", parquet, vers),
        "DuckDB, les mêmes fichiers joints": mesure("--jointure", parquet, "parquet"),
        "Jalon, DCIR en CSV": mesure("--importer", "dcir", csv, vers),
        "DuckDB, les mêmes fichiers joints, CSV": mesure("--jointure", csv, "csv"),
        "Jalon, FHIR en NDJSON": mesure("--importer", "fhir", fhir, vers),
    }
    debit = lambda nom: soins / lus[nom]["duree"]
    page = [
        "# Performances des imports",
        "",
        "Mesures écrites par `python3 bancs/importer.py` : processus entiers, du premier octet lu "
        "au dossier en vigueur, contrôles, fusion et écritures sur le disque compris ; médianes "
        f"de {options.repetitions} passages après un passage de chauffe. DuckDB ne fait que lire, "
        "joindre par les neuf clés, additionner et écrire.",
        "",
        f"- machine : {machine()}",
        f"- versions : {versions()}",
        f"- données : `jalon generer --forme`, graine 1, campagne 2024, "
        f"{entiers(options.patients)} patients, {entiers(soins)} lignes d'ER_PRS_F en flux "
        f"mensuels ; en FHIR, {entiers(options.patients // 4)} patients, "
        f"{entiers(octets // 1_000_000)} Mo",
        "",
        "| mesure | durée (s) | CPU (s) | mémoire (Mo) |",
        "| --- | ---: | ---: | ---: |",
        *[ligne(nom, une) for nom, une in lus.items()],
        "",
        "| débit | valeur | visé |",
        "| --- | ---: | --- |",
        f"| DCIR en Parquet, lignes d'ER_PRS_F par seconde | "
        f"{entiers(round(debit('Jalon, DCIR en Parquet')))} | 500 000 |",
        f"| DCIR en CSV, lignes d'ER_PRS_F par seconde | "
        f"{entiers(round(debit('Jalon, DCIR en CSV')))} | 150 000 |",
        f"| FHIR, Mo par seconde | "
        f"{nombre(octets / 1e6 / lus['Jalon, FHIR en NDJSON']['duree'], 0)} | 100 |",
        f"| mémoire de pointe, DCIR (Mo) | "
        f"{nombre(lus['Jalon, DCIR en Parquet']['memoire'], 0)} | 2 000 |",
    ]
    (RACINE / "docs" / "performances-import.md").write_text("\n".join(page) + "\n")
    print("\n".join(page))


if __name__ == "__main__":
    main()
