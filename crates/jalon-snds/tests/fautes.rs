//! Sources that cannot be read right: every fault said, nothing written.

#![allow(clippy::unwrap_used, reason = "what fails, fails the test")]

mod support;

use std::fs;

use jalon_data::generer::{Plan, generer};
use jalon_data::{Dossier, Format};
use jalon_snds::write::{Cut, write};
use support::{Folder, KEYS, PRS, faults, import, key};
use tempfile::TempDir;

/// A folder that is read, before it is spoilt.
fn good() -> Folder {
    let folder = Folder::new();
    folder.people();
    folder.keyed("ER_PRS_F", PRS, &[(1, "ALICE,1,2024-01-15,3313,1,,,,0,0,0")]);
    folder.keyed("ER_PHA_F", "PHA_PRS_C13,PHA_ACT_QSN", &[(1, "3400921603637,1")]);
    assert!(import(folder.path()).is_ok());
    folder
}

#[test]
fn an_empty_folder() {
    let folder = Folder::new();
    assert_eq!(
        faults(folder.path()),
        "ER_PRS_F: aucune table du SNDS dans ce dossier
   aide : fichiers `ER_PRS_F.csv` ou `.parquet`, `ER_PRS_F_202401.csv`, ou dossier `ER_PRS_F` de tels fichiers
1 faute dans la source"
    );
    let missing = faults(&folder.path().join("ailleurs"));
    assert!(missing.contains("dossier introuvable"), "{missing}");
}

#[test]
fn missing_tables_and_columns_all_at_once() {
    let folder = Folder::new();
    folder.table("ER_PHA_F", "PHA_PRS_C13,PHA_ACT_QNS", &[]);
    folder.table("ER_PRS_F", &format!("{KEYS},BEN_NIR_PSA,EXE_SOI_DTD,PRS_NAT_REF"), &[]);
    let told = faults(folder.path());
    for expected in [
        "ER_PRS_F.csv: PRS_ACT_QTE : colonne absente",
        "ER_PHA_F.csv: FLX_DIS_DTD : colonne absente",
        "ER_PHA_F.csv: REM_TYP_AFF : colonne absente",
        "ER_PHA_F.csv: PHA_ACT_QSN : colonne absente\n   aide : `PHA_ACT_QNS` ?",
        "IR_BEN_R: table absente\n   aide : fichier `IR_BEN_R.csv`",
        "12 fautes dans la source",
    ] {
        assert!(told.contains(expected), "{expected}\n{told}");
    }
}

#[test]
fn wrong_separator_header_and_encoding() {
    let folder = good();
    folder.file("ER_BIO_F.csv", "BIO_PRS_IDE\tBIO_ACT_QSN\n127\t1\n");
    folder.file("ER_CAM_F.csv", "ALICE,10000001,BGQP002\n");
    let utf16: Vec<u8> =
        "\u{feff}ETE_IND_TAA\n1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    folder.file("ER_ETE_F.csv", utf16);
    folder.file("ER_UCD_F.csv", "");
    assert_eq!(
        faults(folder.path()),
        "ER_BIO_F.csv: une seule colonne : le séparateur n'est ni `,` ni `;`
   aide : exportez la table avec une virgule ou un point-virgule
ER_CAM_F.csv: la première ligne ne nomme aucune colonne de cette table
   aide : l'en-tête manque-t-il ? le séparateur est-il `,` ou `;` ?
ER_UCD_F.csv: fichier vide, sans même un en-tête
   aide : la première ligne nomme les colonnes
ER_ETE_F.csv: fichier en UTF-16
   aide : enregistrez-le en CSV UTF-8
4 fautes dans la source"
    );
}

#[test]
fn cut_lines_and_open_quotes() {
    let folder = good();
    let whole = fs::read_to_string(folder.path().join("ER_PRS_F.csv")).unwrap();
    folder.file("ER_PRS_F.csv", format!("{whole}{},ALICE,1,2024", key(2)));
    folder.file("ER_PHA_F.csv", format!("{KEYS},PHA_PRS_C13,PHA_ACT_QSN\n{},\"34009,1\n", key(1)));
    let told = faults(folder.path());
    assert_eq!(
        told,
        "ER_PRS_F.csv:3: 12 cellules, 20 dans l'en-tête
   aide : fichier coupé ? séparateur dans un texte sans guillemets ?
ER_PHA_F.csv:2: guillemet ouvert et jamais fermé
   aide : fermez-le, ou retirez-le
2 fautes dans la source"
    );
    // Cut within the last cell: nothing tells it from a shorter value, but the
    // end of line.
    folder.file("ER_PRS_F.csv", whole.trim_end());
    folder.file(
        "ER_PHA_F.csv",
        format!("{KEYS},PHA_PRS_C13,PHA_ACT_QSN\n{},3400921603637,1\n", key(1)),
    );
    let report = import(folder.path()).unwrap().report;
    assert!(report.remarques.contains(
        &"ER_PRS_F.csv ne finit pas par une fin de ligne : la dernière ligne est peut-être coupée".to_owned()
    ));
}

#[test]
fn dates_and_numbers_that_are_none() {
    let folder = good();
    folder.keyed(
        "ER_PRS_F",
        PRS,
        &[
            (1, "ALICE,1,2024-01-15,1111,1,,,,0,0,0"),
            (2, "ALICE,1,2024-02-30,1111,1,,,,0,0,0"),
            (3, "ALICE,1,15/01/2024,1111,1,,,,0,0,0"),
            (4, "ALICE,1,hier,1111,1,,,,0,0,0"),
            (5, "ALICE,1,2024-01-15,C,un,,,,0,0,0"),
            (6, "ALICE,ALICE2,2024-01-15,1111,1,,,,0,0,0"),
            (7, "ALICE,1,2024-01-15,2600599001001234,1,,,,0,0,0x"),
        ],
    );
    assert_eq!(
        faults(folder.path()),
        "ER_PRS_F.csv:3: EXE_SOI_DTD « 2024-02-30 » : cette date n'existe pas
ER_PRS_F.csv:4: EXE_SOI_DTD « 15/01/2024 » : date d'une autre forme que celles qui précèdent
   aide : une seule forme par colonne et par fichier
ER_PRS_F.csv:5: EXE_SOI_DTD « hier » : date d'aucune forme connue
   aide : formes lues : 2024-01-15, 15/01/2024, 15JAN2024:00:00:00, 20240115 ; une seule par colonne
ER_PRS_F.csv:6: PRS_NAT_REF « C » : ce n'est pas un nombre
   aide : les colonnes ont-elles été décalées par un séparateur dans un texte ?
ER_PRS_F.csv:6: PRS_ACT_QTE « un » : ce n'est pas un nombre
   aide : les colonnes ont-elles été décalées par un séparateur dans un texte ?
ER_PRS_F.csv:7: BEN_RNG_GEM : ce n'est pas un nombre
   aide : les colonnes ont-elles été décalées par un séparateur dans un texte ?
ER_PRS_F.csv:8: CPL_MAJ_TOP « 0x » : ce n'est pas un nombre
   aide : les colonnes ont-elles été décalées par un séparateur dans un texte ?
7 fautes dans la source"
    );
}

#[test]
fn keys_that_are_none() {
    let folder = good();
    let lines = [
        format!("{},ALICE,1,2024-01-15,1111,1,,,,0,0,0", key(1)),
        format!("{},ALICE,1,2024-01-16,1111,1,,,,0,0,0", key(1)),
        format!("{},ALICE,1,2024-01-17,1111,1,,,,0,0,0", key(1)),
        "2024-08-01,2024-07-31,1,1,1,,2,1,0,ALICE,1,2024-01-15,1111,1,,,,0,0,0".to_owned(),
        "2024-08-01,2024-07-31,1,1,1,01C,-2,1,0,ALICE,1,2024-01-15,1111,1,,,,0,0,0".to_owned(),
        format!("{},,1,2024-01-17,1111,1,,,,0,0,0", key(3)),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    // A fault of a line comes before those of keys, which are joined later.
    folder.table("ER_PRS_F", &format!("{KEYS},{PRS}"), &lines);
    assert_eq!(
        faults(folder.path()),
        "ER_PRS_F.csv:5: ORG_CLE_NUM : clé de jointure vide ou négative
   aide : chaque ligne porte toutes les clés : exportez de nouveau la table
ER_PRS_F.csv:6: DCT_ORD_NUM : nombre hors des bornes d'une clé
   aide : entre 0 et 4294967295
ER_PRS_F.csv:7: BEN_NIR_PSA : valeur absente
3 fautes dans la source"
    );
    folder.table("ER_PRS_F", &format!("{KEYS},{PRS}"), &lines[..3]);
    assert_eq!(
        faults(folder.path()),
        "ER_PRS_F.csv:3: clé déjà vue sur une autre ligne
   aide : la même extraction, ou le même flux, est-il là deux fois ?
ER_PRS_F.csv:4: clé déjà vue sur une autre ligne
   aide : la même extraction, ou le même flux, est-il là deux fois ?
2 fautes dans la source"
    );
}

/// A hundred faults are kept, all are counted, and no identifier is shown.
#[test]
fn many_faults_stay_few() {
    let folder = good();
    let lines: Vec<String> =
        (1..=5000).map(|it| format!("{},ALICE,1,jamais,1111,1,,,,0,0,0", key(it))).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    folder.table("ER_PRS_F", &format!("{KEYS},{PRS}"), &lines);
    let told = faults(folder.path());
    assert!(told.ends_with("5000 fautes dans la source, dont voici les 100 premières"), "{told}");
    assert!(!told.contains("ALICE"));
    assert_eq!(told.lines().filter(|line| line.contains("jamais")).count(), 100);
}

#[test]
fn parquet_cut_or_of_other_types() {
    let dir = TempDir::new().unwrap();
    let (dossier, claims) = (dir.path().join("dossier"), dir.path().join("snds"));
    let plan = Plan { patients: 30, medecins: 1, graine: 1, campagne: 2024 };
    generer(&plan, &dossier, Format::Parquet, &mut |_| {}).unwrap();
    write(&Dossier::open(&dossier).unwrap(), &claims, Format::Parquet, Cut::Whole).unwrap();
    let path = claims.join("ER_PRS_F.parquet");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let told = faults(&claims);
    assert!(told.starts_with("ER_PRS_F.parquet: fichier Parquet illisible ("), "{told}");
    assert!(told.contains("aide : fichier coupé ou abîmé ?"), "{told}");
    // Spoilt within: the footer is right, the pages are not.
    let mut spoilt = whole.clone();
    spoilt[4..whole.len() / 2].fill(0xff);
    fs::write(&path, spoilt).unwrap();
    let told = faults(&claims);
    assert!(told.contains("ER_PRS_F.parquet: fichier Parquet illisible ("), "{told}");
    // Another table under this name.
    fs::copy(claims.join("IR_BEN_R.parquet"), &path).unwrap();
    let told = faults(&claims);
    assert!(told.contains("ER_PRS_F.parquet: EXE_SOI_DTD : colonne absente"), "{told}");
}
