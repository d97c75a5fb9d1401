//! `jalon nomenclature`: whole commands, on a few lines made by hand.

#[cfg(test)]
mod commun;

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use commun::{done, has, refused};
use tempfile::TempDir;

const CIP: &str = "\
60000001\t0000001\tplaquette(s) de 30 comprimé(s)\tPrésentation active\tDéclaration de commercialisation\t16/03/2011\t3400900000013\toui\t65%\t24,34\t25,36\t1,02\t
60000002\t0000002\tplaquette(s) de 90 comprimé(s)\tPrésentation active\tDéclaration de commercialisation\t29/11/2924\t3400900000020\toui\t65 %\t24,34\t25,36\t1,02\t
";
const CIS: &str = "\
60000001\tPRODUIT A, comprimé\tcomprimé\torale\tAutorisation active\tProcédure nationale\tCommercialisée\t12/03/1998\t\t\tLABO\tNon
60000002\tPRODUIT B, comprimé\tcomprimé\torale\tAutorisation active\tProcédure nationale\tCommercialisée\t12/03/1998\t\t\tLABO\tNon
";
const GENER: &str = "1\tGROUPE\t60000001\t0\t1\n1\tGROUPE\t60000002\t1\t2\n";
const MITM: &str = "60000001\tC09AA05\tPRODUIT A\thttp://exemple.fr/1\n";

/// Files to import.
#[cfg(test)]
fn source() -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in [
        ("CIS_CIP_bdpm.txt", CIP),
        ("CIS_bdpm.txt", CIS),
        ("CIS_GENER_bdpm.txt", GENER),
        ("CIS_MITM.txt", MITM),
        ("nabm.csv", "code;libelle\n1577;Hémoglobine glyquée\n"),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let day = SystemTime::UNIX_EPOCH + Duration::from_secs(1_721_000_000);
        File::options().write(true).open(path).unwrap().set_modified(day).unwrap();
    }
    folder
}

#[cfg(test)]
fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// French spaces are spaces.
#[cfg(test)]
fn steady(text: &str, folder: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ").replace(folder, "NOMENCLATURE")
}

#[test]
fn imported_then_asked() {
    let (source, to) = (source(), TempDir::new().unwrap());
    let to = shown(to.path());
    let out = done(["nomenclature", "importer", &shown(source.path()), "--vers", &to]);
    insta::assert_snapshot!(steady(&out, &to));
    for code in ["3400900000020", "0000002"] {
        let out = done(["nomenclature", "chercher", code, "--nomenclature", &to]);
        insta::assert_snapshot!("presentation", steady(&out, &to));
    }
    let out = done(["nomenclature", "chercher", "60000001", "--nomenclature", &to]);
    has(&out, &["Produit, CIS 60000001 : PRODUIT A", "C09AA05", "officiel", "3400900000013"]);
    let out = done(["nomenclature", "chercher", "1577", "--nomenclature", &to]);
    has(&out, &["Acte, NABM 1577 : Hémoglobine glyquée"]);
}

#[test]
fn unknown_code_and_unknown_folder() {
    let (source, to) = (source(), TempDir::new().unwrap());
    let folder = shown(to.path());
    done(["nomenclature", "importer", &shown(source.path()), "--vers", &folder]);
    let message = refused(1, ["nomenclature", "chercher", "ABC", "--nomenclature", &folder]);
    has(&message, &["ABC : code inconnu de cette nomenclature", "aide : "]);
    let absent = shown(&to.path().join("absent"));
    let message = refused(2, ["nomenclature", "chercher", "1577", "--nomenclature", &absent]);
    has(&message, &["aucune nomenclature dans ce dossier", "aide : jalon nomenclature importer"]);
}

#[test]
fn faults_and_nothing_written() {
    let (source, to) = (source(), TempDir::new().unwrap());
    fs::write(source.path().join("CIS_MITM.txt"), "60000001\tC09AA05\nx\ty\tz\tt\n").unwrap();
    let target = to.path().join("nomenclature");
    let message =
        refused(1, ["nomenclature", "importer", &shown(source.path()), "--vers", &shown(&target)]);
    has(
        &message,
        &["CIS_MITM.txt:1: 2 cellules au lieu de 4", "CIS_MITM.txt:2: « x »", "2 fautes"],
    );
    assert!(!target.exists());
}

#[test]
fn tables_are_completed_from_it() {
    let (source, to, root) = (source(), TempDir::new().unwrap(), TempDir::new().unwrap());
    let nomenclature = shown(to.path());
    done(["nomenclature", "importer", &shown(source.path()), "--vers", &nomenclature]);
    let tables = TempDir::new().unwrap();
    for (name, text) in [
        ("patients", "patient,naissance,sexe\nP1,1950-01-01,F\n"),
        (
            "delivrances",
            "patient,date,cip13,atc,boites\nP1,2024-01-02,3400900000020,,1\nP1,2024-01-03,,,1\n",
        ),
    ] {
        fs::write(tables.path().join(format!("{name}.csv")), text).unwrap();
    }
    let (tables, root) = (shown(tables.path()), shown(&root.path().join("essai")));
    let asked = ["importer", "tables", &tables, "--vers", &root, "--nomenclature", &nomenclature];
    let out = done(asked);
    has(
        &out,
        &[
            "- 1 délivrances complétées par la nomenclature",
            "- 1 délivrances sans classe ATC, que la nomenclature ne classe pas",
        ],
    );
    has(&done(asked), &["Déjà importé"]);
}
