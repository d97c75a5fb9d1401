//! Dossiers in CSV.

use std::fs;
use std::io::Write;
use std::time::Instant;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Int64Type};
use jalon_data::{Dossier, Source, TABLES, canonical_schema, table};

use crate::support::{Files, batches};

#[test]
fn a_good_dossier() {
    let files = Files::good();
    files.put("README.csv", "not,a,table");
    files.put("LISEZMOI.md", "not a table");
    files.put("notes.txt", "not a table");
    files.put("complement/medecins.csv", "not,a,table");
    files.put(".cache.csv", "hidden");
    let dossier = files.open();
    for known in TABLES.iter().filter(|table| table.required) {
        for batch in batches(&dossier, known.name) {
            assert_eq!(batch.schema(), canonical_schema(known));
        }
    }
    assert_eq!(dossier.rows("patients"), 3);
    assert_eq!(dossier.rows("delivrances"), 2);
    assert!(matches!(dossier.source("declarations"), Source::Absent));
    assert!(matches!(dossier.source("nothing"), Source::Absent));
    assert_eq!(dossier.rows("declarations"), 0);
    assert!(TABLES.iter().all(|table| !dossier.needs_membership_check(table.name)));
    assert!(!dossier.has_reversals("delivrances") && !dossier.has_reversals("actes"));
    let acts = &batches(&dossier, "actes")[0];
    assert_eq!(acts.column_by_name("code").unwrap().as_string_view().value(0), "0592");
    let patients = &batches(&dossier, "patients")[0];
    let c2s = patients.column_by_name("c2s").unwrap();
    assert_eq!(c2s.data_type(), &DataType::Boolean);
    assert!(c2s.as_boolean().value(1) && c2s.is_null(2));
    assert_eq!(patients.column_by_name("deces").unwrap().null_count(), 2);
}

#[test]
fn a_missing_table() {
    let files = Files::good();
    files.remove("ald.csv");
    assert_eq!(files.told(), ["ald.csv: table absente"]);
}

#[test]
fn a_missing_dossier() {
    let files = Files::good();
    let missing = files.file("nowhere");
    let faults = Dossier::open(&missing).unwrap_err();
    assert_eq!(faults.total(), 1);
    assert_eq!(faults.faults()[0].message, "dossier introuvable");
    let faults = Dossier::open(files.file("ald.csv")).unwrap_err();
    assert_eq!(faults.total(), 1);
    assert_eq!(faults.faults()[0].message, "fichier au lieu d'un dossier");
}

#[test]
fn columns_unknown_missing_and_double() {
    let files = Files::with(
        "patients.csv",
        "patient,naisance,sexe,sexe,poids\nSECRET-P1,1950-05-17,F,F,80\n",
    );
    assert_eq!(
        files.faults().to_string(),
        "patients.csv:1: naisance : colonne inconnue\n   \
            aide : `naissance` ?\n\
         patients.csv:1: poids : colonne inconnue\n   \
            aide : retirez-la ; colonnes possibles : patient, naissance, sexe, deces?, c2s?, commune?\n\
         patients.csv:1: naissance : colonne absente\n   \
            aide : colonnes attendues : patient, naissance, sexe, deces?, c2s?, commune?\n\
         patients.csv:1: sexe : colonne en double\n   \
            aide : gardez une seule colonne de ce nom\n\
         4 fautes dans le dossier"
    );
}

#[test]
fn no_header() {
    // The first line is a patient: it must not be shown as names of columns.
    let files = Files::with("patients.csv", "SECRET-P1,1950-05-17,F\n");
    assert_eq!(
        files.told(),
        ["patients.csv:1: la première ligne ne nomme aucune colonne de cette table"]
    );
}

#[test]
fn columns_mistaken_for_one_another() {
    let files = Files::with("patients.csv", "naissance,patient,sexe\n2850599999999,1985-05-17,F\n");
    let told = files.told();
    assert_eq!(told[0], "patients.csv:2: naissance : date mal écrite");
    let files = Files::with("patients.csv", "PATIENT;NAISSANCE;SEXE\n");
    let hint = files.faults().faults()[0].hint.clone().unwrap();
    assert!(hint.starts_with("elle doit nommer les colonnes, en minuscules : patient, "));
}

#[test]
fn other_separators() {
    let files = Files::with("ald.csv", "patient\tnumero\tdebut\nSECRET-P1\t8\t2012-05-01\n");
    let faults = files.faults();
    assert_eq!(faults.faults()[0].hint.as_deref(), Some("séparez les cellules par , ou ;"));
}

#[test]
fn wrong_values() {
    let files = Files::with(
        "patients.csv",
        "patient,naissance,sexe,c2s\n\
         SECRET-P1,17/05/1950,F,0\n\
         SECRET-P2,1981-02-29,H,oui\n\
         SECRET-P3,1750-01-01,2,\n\
         ,,,\n\
         SECRET-P4 ,hier,F,1\n",
    );
    files.remove("rattachements.csv");
    files.put("rattachements.csv", "patient,medecin,debut\n");
    assert_eq!(
        files.faults().to_string(),
        "patients.csv:2: naissance « 17/05/1950 » : date mal écrite\n   \
            aide : écrivez 1950-05-17\n\
         patients.csv:3: naissance « 1981-02-29 » : cette date n'existe pas\n   \
            aide : une date s'écrit année-mois-jour : 2024-12-31\n\
         patients.csv:3: sexe « H » : valeur inconnue dans cette colonne\n   \
            aide : écrivez F ou M\n\
         patients.csv:3: c2s « oui » : ni oui ni non\n   \
            aide : écrivez 1 ou true pour oui, 0 ou false pour non\n\
         patients.csv:4: naissance « 1750-01-01 » : année hors de 1850 à 2100\n   \
            aide : corrigez l'année ; laissez vide une date inconnue, si la colonne le permet\n\
         patients.csv:4: sexe « 2 » : valeur inconnue dans cette colonne\n   \
            aide : écrivez F ou M (dans un numéro de sécurité sociale, 1 se lit M et 2 se lit F)\n\
         patients.csv:5: patient : cellule vide\n   \
            aide : cette colonne est à remplir à chaque ligne\n\
         patients.csv:5: naissance : cellule vide\n   \
            aide : cette colonne est à remplir à chaque ligne\n\
         patients.csv:5: sexe : cellule vide\n   \
            aide : cette colonne est à remplir à chaque ligne\n\
         patients.csv:6: patient : espace au début ou à la fin\n   \
            aide : retirez cette espace\n\
         patients.csv:6: naissance « hier » : date mal écrite\n   \
            aide : une date s'écrit année-mois-jour : 2024-12-31\n\
         11 fautes dans le dossier"
    );
}

#[test]
fn wrong_numbers() {
    let files = Files::with(
        "delivrances.csv",
        "patient,date,atc,boites,jours\n\
         SECRET-P1,2024-01-02,A10BA02,1.5,0\n\
         SECRET-P1,2024-01-02,A10BA02,,-3\n\
         SECRET-P1,2024-01-02,A10BA02,99999999999999999999,1\n\
         SECRET-P1,2024-01-02,A10BA02 ,-1,1\n",
    );
    files.put(
        "declarations.csv",
        "medecin,campagne,indicateur,numerateur,denominateur,date,depart\n\
         SECRET-D1,24,tabac,1,2,2025-01-15,\n\
         SECRET-D1,2024,tabac,3,2,,\n\
         SECRET-D1,2024,tabac,-1,2,,\n\
         SECRET-D1,2024,tabac,1,,,\n\
         SECRET-D1,2024,tabac,,1,,\n\
         SECRET-D1,2024,tabac,,,,\"62,5\"\n\
         SECRET-D1,2024,tabac,,,,62.5 %\n\
         SECRET-D1,2024,tabac,x,2,,62.5\n",
    );
    assert_eq!(
        files.told(),
        [
            "delivrances.csv:2: boites « 1.5 » : ce n'est pas un nombre entier",
            "delivrances.csv:2: jours « 0 » : au moins 1 attendu",
            "delivrances.csv:3: boites : cellule vide",
            "delivrances.csv:3: jours « -3 » : au moins 1 attendu",
            "delivrances.csv:4: boites : ce n'est pas un nombre entier",
            "delivrances.csv:5: atc « A10BA02  » : espace au début ou à la fin",
            "declarations.csv:2: campagne « 24 » : hors de 2000 à 2100",
            "declarations.csv:3: numerateur « 3 » : plus grand que le dénominateur (2)",
            "declarations.csv:4: numerateur « -1 » : au moins 0 attendu",
            "declarations.csv:5: denominateur : cellule vide alors que le numérateur est donné",
            "declarations.csv:6: numerateur : cellule vide alors que le dénominateur est donné",
            "declarations.csv:8: depart « 62.5 % » : ce n'est pas un pourcentage",
            "declarations.csv:9: numerateur « x » : ce n'est pas un nombre entier",
        ]
    );
}

#[test]
fn a_wrong_code_system() {
    let files = Files::with(
        "actes.csv",
        "patient,date,systeme,code,quantite\nSECRET-P1,2024-02-03,NABM,0592,1\n",
    );
    let faults = files.faults();
    assert_eq!(faults.total(), 1);
    let hint = faults.faults()[0].hint.as_deref();
    assert_eq!(hint, Some("écrivez nabm, ccam, ngap, prestation ou loinc"));
}

#[test]
fn events_before_birth() {
    let files = Files::good();
    files.put("patients.csv", "patient,naissance,sexe,deces\nSECRET-P1,2024-03-01,F,2023-01-01\n");
    files.put("rattachements.csv", "patient,medecin,debut\n");
    files
        .put("actes.csv", "patient,date,systeme,code,quantite\nSECRET-P1,2024-02-29,nabm,1577,1\n");
    files.put("vaccinations.csv", "patient,date,code\nSECRET-P1,2024-02-01,J07BB\n");
    files.put("ald.csv", "patient,numero,debut\n");
    files
        .put("sejours.csv", "patient,entree,sortie,cim10,position\nSECRET-P1,2023-02-01,,I21,DP\n");
    let told = files.told();
    assert_eq!(
        told,
        [
            "patients.csv:2: deces « 2023-01-01 » : décès avant la naissance (2024-03-01)",
            "delivrances.csv:2: date « 2024-01-02 » : avant la naissance du patient (2024-03-01)",
            "actes.csv:2: date « 2024-02-29 » : avant la naissance du patient (2024-03-01)",
            "vaccinations.csv:2: date « 2024-02-01 » : avant la naissance du patient (2024-03-01)",
            "sejours.csv:2: entree « 2023-02-01 » : avant la naissance du patient (2024-03-01)",
        ]
    );
}

#[test]
fn ends_before_beginnings() {
    let files = Files::good();
    files.put(
        "rattachements.csv",
        "patient,medecin,debut,fin\nSECRET-P1,SECRET-D1,2010-01-02,2010-01-01\n",
    );
    files.put("ald.csv", "patient,numero,debut,fin\nSECRET-P1,8,2012-05-01,2012-04-30\n");
    files.put(
        "sejours.csv",
        "patient,entree,sortie,cim10,position\nSECRET-P2,2024-06-02,2024-06-01,I21,DP\n",
    );
    assert_eq!(
        files.told(),
        [
            "rattachements.csv:2: fin « 2010-01-01 » : fin avant le début (2010-01-02)",
            "ald.csv:2: fin « 2012-04-30 » : fin avant le début (2012-05-01)",
            "sejours.csv:2: sortie « 2024-06-01 » : sortie avant l'entrée (2024-06-02)",
        ]
    );
}

#[test]
fn people_unknown_to_the_dossier() {
    let files = Files::good();
    files.put("vaccinations.csv", "patient,date,code\nSECRET-P9,2020-04-29,J07BD52\n");
    files.put(
        "rattachements.csv",
        "patient,medecin,debut\nSECRET-P9,SECRET-D1,2020-01-01\nSECRET-P1,SECRET-D9,2020-01-01\n",
    );
    files.put(
        "declarations.csv",
        "medecin,campagne,indicateur,numerateur,denominateur,date\nSECRET-D9,2024,tabac,,,\n",
    );
    assert_eq!(
        files.told(),
        [
            "rattachements.csv:2: patient : patient absent de la table patients",
            "rattachements.csv:3: medecin : médecin absent de la table medecins",
            "vaccinations.csv:2: patient : patient absent de la table patients",
            "declarations.csv:2: medecin : médecin absent de la table medecins",
        ]
    );
}

#[test]
fn unreadable_people_do_not_make_others_unknown() {
    let files = Files::with("patients.csv", "patient,naissance,sexe\nSECRET-P1,1950-05-17\n");
    assert_eq!(files.told(), ["patients.csv:2: 2 cellules au lieu de 3"]);
    let files = Files::with("patients.csv", "patient,naissance\nSECRET-P1,1950-05-17\n");
    assert_eq!(files.told(), ["patients.csv:1: sexe : colonne absente"]);
}

#[test]
fn duplicate_people() {
    let files = Files::good();
    files.put(
        "patients.csv",
        "patient,naissance,sexe\n\
         SECRET-P1,1950-05-17,F\nSECRET-P2,1980-01-31,M\nSECRET-P3,2020-02-29,F\n\
         SECRET-P1,1950-05-17,F\n\nSECRET-P2,1980-01-31,F\n",
    );
    files.put("medecins.csv", "medecin,specialite\nSECRET-D1,01\nSECRET-D2,01\nSECRET-D1,01\n");
    assert_eq!(
        files.told(),
        [
            "medecins.csv:4: medecin : médecin déjà déclaré à la ligne 2",
            "patients.csv:5: patient : patient déjà déclaré à la ligne 2",
            "patients.csv:7: patient : patient déjà déclaré à la ligne 3",
        ]
    );
}

#[test]
fn duplicates_across_files() {
    let files = Files::good();
    files.remove("medecins.csv");
    files.put("medecins/b.csv", "medecin,specialite\nSECRET-D2,01\nSECRET-D1,01\n");
    files.put("medecins/a.csv", "specialite,medecin\n01,SECRET-D1\n");
    let told = files.told();
    assert_eq!(
        told,
        ["medecins/b.csv:3: medecin : médecin déjà déclaré à la ligne 2 de medecins/a.csv"]
    );
}

#[test]
fn two_doctors_at_once() {
    let overlapping = |lines: &str| {
        let header = "patient,medecin,debut,fin\n";
        let files = Files::with("rattachements.csv", format!("{header}{lines}"));
        match Dossier::open(files.path()) {
            Ok(_) => Vec::new(),
            Err(_) => files.told(),
        }
    };
    let told =
        overlapping("SECRET-P1,SECRET-D2,2020-01-01,\nSECRET-P1,SECRET-D1,2010-01-01,2020-01-02\n");
    assert_eq!(
        told,
        [
            "rattachements.csv:2: medecin : deux médecins à la fois : le patient est rattaché à un autre depuis 2010-01-01, à la ligne 3"
        ]
    );
    // One ends when the next begins; a period of no day; one doctor twice; two patients.
    for lines in [
        "SECRET-P1,SECRET-D1,2010-01-01,2020-01-01\nSECRET-P1,SECRET-D2,2020-01-01,\n",
        "SECRET-P1,SECRET-D1,2010-01-01,\nSECRET-P1,SECRET-D2,2020-01-01,2020-01-01\n",
        "SECRET-P1,SECRET-D1,2010-01-01,\nSECRET-P1,SECRET-D1,2020-01-01,\n",
        "SECRET-P1,SECRET-D1,2010-01-01,\nSECRET-P2,SECRET-D2,2010-01-01,\n",
    ] {
        assert!(overlapping(lines).is_empty(), "{lines}");
    }
    // Hidden behind a longer period of the same doctor, or of another.
    let told = overlapping(
        "SECRET-P1,SECRET-D1,2010-01-01,2024-01-01\nSECRET-P1,SECRET-D2,2011-01-01,2012-01-01\n\
         SECRET-P1,SECRET-D2,2013-01-01,2030-01-01\nSECRET-P1,SECRET-D2,2025-01-01,\n",
    );
    assert_eq!(told.len(), 2);
}

#[test]
fn an_empty_file() {
    for empty in ["", "\u{feff}", "\r\n\n"] {
        let files = Files::with("patients.csv", empty);
        assert_eq!(files.told(), ["patients.csv: fichier vide, sans même un en-tête"]);
    }
}

#[test]
fn no_patient() {
    let files = Files::good();
    for table in TABLES {
        let names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
        files.put(&format!("{}.csv", table.name), names.join(","));
    }
    let dossier = files.open();
    assert_eq!(dossier.rows("patients"), 0);
    assert!(batches(&dossier, "patients").is_empty());
}

#[test]
fn a_line_without_end() {
    let files = Files::good();
    let mut file = fs::File::create(files.file("actes.csv")).unwrap();
    file.write_all(b"patient,date,systeme,code,quantite\n").unwrap();
    let block = vec![b'x'; 1 << 20];
    for _ in 0..64 {
        file.write_all(&block).unwrap();
    }
    let start = Instant::now();
    assert_eq!(
        files.told(),
        [
            "actes.csv:2: ligne trop longue : déjà 1048576 octets, pour 1048576 au plus ; la suite du fichier n'est pas lue"
        ]
    );
    assert!(start.elapsed().as_secs() < 10);
    // A gibibyte of zeros, which the disk does not even hold.
    let file = fs::File::create(files.file("actes.csv")).unwrap();
    file.set_len(1 << 30).unwrap();
    assert_eq!(files.told(), ["actes.csv:1: octet nul ; la suite du fichier n'est pas lue"]);
    assert!(start.elapsed().as_secs() < 20);
}

#[test]
fn a_quote_never_closed() {
    let files = Files::with(
        "ald.csv",
        "patient,numero,cim10,debut\nSECRET-P1,8,\"E11,2012-05-01\nSECRET-P1,8,E11,2012-05-01\n",
    );
    assert_eq!(files.told(), ["ald.csv:2: guillemet ouvert et jamais fermé"]);
    let files = Files::with(
        "ald.csv",
        "patient,numero,cim10,debut\nSECRET-P1,8,\"E\"11,2012-05-01\nSECRET-P1,8\n",
    );
    assert_eq!(
        files.told(),
        ["ald.csv:2: texte après un guillemet fermant", "ald.csv:3: 2 cellules au lieu de 4"]
    );
}

#[test]
fn zero_bytes_and_utf16() {
    let files =
        Files::with("ald.csv", b"patient,numero,debut\nSECRET-P1,8,2012-05-01\nSECRET\0,8,\n");
    assert_eq!(files.told(), ["ald.csv:3: octet nul ; la suite du fichier n'est pas lue"]);
    let utf16: Vec<u8> =
        "\u{feff}patient,numero,debut\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let files = Files::with("ald.csv", utf16);
    assert_eq!(files.told(), ["ald.csv: fichier en UTF-16"]);
}

#[test]
fn folders_and_files_in_each_others_place() {
    let files = Files::good();
    files.remove("ald.csv");
    fs::create_dir(files.file("ald.csv")).unwrap();
    files.remove("sejours.csv");
    files.put("sejours", "patient,entree,sortie,cim10,position\n");
    files.remove("actes.csv");
    fs::create_dir(files.file("actes")).unwrap();
    files.remove("vaccinations.csv");
    fs::create_dir_all(files.file("vaccinations/2024")).unwrap();
    assert_eq!(
        files.told(),
        [
            "actes: dossier sans fichier CSV ni Parquet",
            "vaccinations/2024: dossier au lieu d'un fichier",
            "ald.csv: dossier au lieu d'un fichier",
            "sejours: fichier sans extension",
        ]
    );
}

#[test]
fn names_that_are_no_table() {
    let files = Files::good();
    files.put("patient.csv", "");
    files.put("facturation.CSV", "");
    fs::create_dir(files.file("declaration")).unwrap();
    fs::create_dir(files.file("archives")).unwrap();
    files.put("medecins.parquet", "");
    assert_eq!(
        files.faults().to_string(),
        "declaration: dossier qui n'est pas une table\n   aide : `declarations` ?\n\
         facturation.CSV: fichier qui n'est pas une table\n   aide : retirez-le du dossier ; \
         les tables sont medecins, patients, rattachements, delivrances, actes, vaccinations, ald, \
         sejours, declarations\n\
         patient.csv: fichier qui n'est pas une table\n   aide : `patients` ?\n\
         medecins: table présente plusieurs fois : medecins.csv, medecins.parquet\n   aide : gardez-en \
         une ; pour plusieurs fichiers, un dossier qui porte le nom de la table\n\
         4 fautes dans le dossier"
    );
    let files = Files::good();
    files.remove("ald.csv");
    files.put("ald/a.csv", "patient,numero,debut\n");
    files.put("ald/b.parquet", "");
    assert_eq!(files.told(), ["ald: fichiers CSV et Parquet mêlés"]);
}

#[cfg(unix)]
#[test]
fn no_permission() {
    use std::os::unix::fs::PermissionsExt;
    let files = Files::good();
    fs::set_permissions(files.file("ald.csv"), fs::Permissions::from_mode(0o0)).unwrap();
    if fs::File::open(files.file("ald.csv")).is_ok() {
        eprintln!("not tested: this user reads everything (root?)");
        return;
    }
    assert_eq!(files.told(), ["ald.csv: lecture refusée"]);
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere() {
    let files = Files::good();
    files.remove("ald.csv");
    std::os::unix::fs::symlink("nowhere", files.file("ald.csv")).unwrap();
    assert_eq!(files.told(), ["ald.csv: fichier introuvable"]);
}

#[test]
fn other_ways_to_write_the_same() {
    let reference = Files::good();
    let reference = batches(&reference.open(), "patients").to_vec();
    let text = "commune;c2s;deces;sexe;naissance;patient\r\n\
         01004;false;;F;1950-05-17;\"SECRET-P1\"\r\n\
         ;1;2024-06-30;M;1980-01-31;SECRET-P2\r\n\
         \r\n\
         \"Saint-Étienne\";;;F;2020-02-29;SECRET-P3";
    for text in [
        text.as_bytes().to_vec(),
        // Byte order mark.
        format!("\u{feff}{text}").into_bytes(),
        // Windows-1252.
        text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect(),
        // Commas, LF, spaces around names.
        text.replace("\r\n", "\n").replace(';', ",").replace(",sexe", ", sexe ").into_bytes(),
    ] {
        let files = Files::with("patients.csv", text);
        assert_eq!(batches(&files.open(), "patients"), reference);
    }
}

#[test]
fn windows_1252_alone() {
    let files = Files::with("patients.csv", b"patient,naissance,sexe,commune\nSECRET-P1,1950-05-17,F,Ch\xe2teau-\x8cuf\nSECRET-P2,1980-01-31,M,\nSECRET-P3,2020-02-29,F,\n");
    let dossier = files.open();
    let communes = batches(&dossier, "patients")[0].column_by_name("commune").unwrap();
    assert_eq!(communes.as_string_view().value(0), "Château-Œuf");
}

#[test]
fn reversals() {
    let lines = "patient,date,atc,boites\nSECRET-P1,2024-01-02,A10BA02,1\nSECRET-P1,2024-01-02,A10BA02,-1\n";
    let files = Files::with("delivrances.csv", lines);
    files
        .put("actes.csv", "patient,date,systeme,code,quantite\nSECRET-P1,2024-02-03,nabm,0592,0\n");
    let dossier = files.open();
    assert!(dossier.has_reversals("delivrances") && dossier.has_reversals("actes"));
    let boxes = batches(&dossier, "delivrances")[0].column_by_name("boites").unwrap();
    assert_eq!(boxes.as_primitive::<Int64Type>().values(), &[1, -1]);
}

#[test]
fn a_table_in_several_files() {
    let files = Files::good();
    files.remove("actes.csv");
    files.put(
        "actes/2.csv",
        "patient,date,systeme,code,quantite\nSECRET-P1,2024-02-03,nabm,0592,2\n",
    );
    files.put(
        "actes/1.csv",
        "quantite;code;systeme;date;patient\r\n1;0592;nabm;2024-02-03;SECRET-P1\r\n",
    );
    files.put("actes/_SUCCESS", "");
    let dossier = files.open();
    assert_eq!(dossier.rows("actes"), 2);
    let quantities: Vec<i64> = batches(&dossier, "actes")
        .iter()
        .flat_map(|batch| {
            batch.column_by_name("quantite").unwrap().as_primitive::<Int64Type>().values().to_vec()
        })
        .collect();
    assert_eq!(quantities, [1, 2]);
}

#[test]
fn the_hash_follows_names_and_bytes() {
    let files = Files::good();
    let hash = files.open().hash().to_owned();
    assert_eq!(hash.len(), 64);
    files.put("notes.txt", "not a table");
    assert_eq!(files.open().hash(), hash);
    assert_eq!(Files::good().open().hash(), hash);
    let acts = fs::read(files.file("actes.csv")).unwrap();
    files.put("actes.csv", [acts.clone(), b"\n".to_vec()].concat());
    assert_ne!(files.open().hash(), hash);
    files.remove("actes.csv");
    files.put("actes/1.csv", &acts);
    let moved = files.open().hash().to_owned();
    assert_ne!(moved, hash);
    fs::rename(files.file("actes/1.csv"), files.file("actes/2.csv")).unwrap();
    assert_ne!(files.open().hash(), moved);
}

#[test]
fn more_faults_than_are_kept() {
    let mut lines = String::from("patient,date,code\n");
    for _ in 0..5000 {
        lines.push_str("SECRET-P1,2024-13-01,J07BB\nSECRET-P9,2024-12-01,J07BB\n");
    }
    let files = Files::with("vaccinations.csv", lines);
    files.put("ald.csv", "patient,numero,debut\nSECRET-P1,huit,2012-05-01\n");
    let faults = files.faults();
    assert_eq!(faults.total(), 10_001);
    assert_eq!(faults.faults().len(), 100);
    let lines: Vec<_> = faults.faults().iter().filter_map(|fault| fault.line).collect();
    assert_eq!(lines, (2..102).collect::<Vec<_>>());
    assert!(
        faults.to_string().ends_with("10001 fautes dans le dossier, dont voici les 100 premières")
    );
}

#[test]
fn all_tables_are_checked() {
    let files = Files::good();
    for table in TABLES {
        files.put(&format!("{}.csv", table.name), "x\n");
    }
    let faults = files.faults();
    let seen: Vec<_> = faults.faults().iter().map(|fault| fault.file.clone()).collect();
    assert_eq!(seen, TABLES.iter().map(|table| format!("{}.csv", table.name)).collect::<Vec<_>>());
}

#[test]
fn values_are_shown_short_and_harmless() {
    let value = format!("\u{1b}[31m{}", "é".repeat(100));
    let files =
        Files::with("ald.csv", format!("patient,numero,debut\nSECRET-P1,{value},2012-05-01\n"));
    let faults = files.faults();
    let shown = faults.faults()[0].value.as_deref().unwrap();
    assert_eq!(shown, format!("\\u{{1b}}[31m{}…", "é".repeat(35)));
}

#[test]
fn tables_by_name() {
    assert_eq!(table("patients").unwrap().columns.len(), 6);
    assert!(table("patient").is_none());
}
