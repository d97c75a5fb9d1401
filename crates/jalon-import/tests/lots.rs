//! Batches that come, meet and go: what a dossier holds after each.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use arrow::util::display::{ArrayFormatter, FormatOptions};
use jalon_data::{Dossier, Source};
use jalon_import::drugs::{Drug, DrugLookup};
use jalon_import::facts::{Act, Day, Patient};
use jalon_import::importer::Listener;
use jalon_import::register::{self, Mode, Outcome, Register};
use jalon_import::tables::TablesImporter;
use jalon_import::{Draft, ImportError, Importer};
use tempfile::TempDir;

const PATIENTS: &str = "patient,naissance,sexe,c2s\nP1,1950-01-01,F,\nP2,1960-06-15,M,1\n";
const MEDECINS: &str = "medecin,specialite\nM1,01\nM2,01\n";

/// A folder of canonical tables in CSV.
#[cfg(test)]
fn folder(tables: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in tables {
        fs::write(folder.path().join(format!("{name}.csv")), text).unwrap();
    }
    folder
}

#[cfg(test)]
fn import(root: &Path, tables: &[(&str, &str)]) -> Outcome {
    try_import(root, tables, Mode::Real).unwrap()
}

#[cfg(test)]
fn try_import(root: &Path, tables: &[(&str, &str)], mode: Mode) -> Result<Outcome, ImportError> {
    let folder = folder(tables);
    let mut importer = TablesImporter::open(folder.path(), None)?;
    Register::open(root)?.import(&mut importer, mode, &|_| {})
}

/// The rows of a table as texts, sorted.
#[cfg(test)]
fn rows(root: &Path, table: &str) -> Vec<String> {
    let dossier = Dossier::open(root).unwrap();
    let Source::Memory(batches) = dossier.source(table) else { return Vec::new() };
    let mut rows = Vec::new();
    for batch in batches {
        let columns: Vec<_> = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &FormatOptions::default()))
            .collect::<Result<_, _>>()
            .unwrap();
        for row in 0..batch.num_rows() {
            let cells: Vec<_> =
                columns.iter().map(|column| column.value(row).to_string()).collect();
            rows.push(cells.join(","));
        }
    }
    rows.sort();
    rows
}

/// Every file of the dossier's tables, with its bytes.
#[cfg(test)]
fn bytes(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let state = root.join(fs::read_to_string(root.join("courant")).unwrap().trim_end());
    let mut files = BTreeMap::new();
    let mut folders = vec![state.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "parquet") {
                let name = path.strip_prefix(&state).unwrap().to_path_buf();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

#[test]
fn the_same_bytes_twice_change_nothing() {
    let root = tempfile::tempdir().unwrap();
    let tables = [("patients", PATIENTS), ("medecins", MEDECINS)];
    assert!(!import(root.path(), &tables).already);
    let before = bytes(root.path());
    let again = import(root.path(), &tables);
    assert!(again.already);
    assert_eq!(again.lot.numero, 1);
    assert_eq!(bytes(root.path()), before);
    assert_eq!(register::list(root.path()).unwrap().lots.len(), 1);
}

#[test]
fn taking_back_gives_the_bytes_from_before() {
    let root = tempfile::tempdir().unwrap();
    import(root.path(), &[("patients", PATIENTS), ("medecins", MEDECINS)]);
    let before = bytes(root.path());
    let acts = "patient,date,systeme,code,quantite\nP1,2024-01-02,nabm,1577,1\n";
    let born = "patient,naissance,sexe\nP1,1951-01-01,F\nP3,1970-01-01,F\n";
    import(root.path(), &[("patients", born), ("actes", acts)]);
    assert_ne!(bytes(root.path()), before);
    Register::open(root.path()).unwrap().take_back(2).unwrap();
    assert_eq!(bytes(root.path()), before);
    // A number is never used twice, and a batch taken back may come again.
    let again = import(root.path(), &[("patients", born), ("actes", acts)]);
    assert_eq!((again.lot.numero, again.already), (3, false));
    // The first may go as well: the second stands alone.
    Register::open(root.path()).unwrap().take_back(1).unwrap();
    assert_eq!(rows(root.path(), "patients").len(), 2);
    Register::open(root.path()).unwrap().take_back(3).unwrap();
    assert!(rows(root.path(), "patients").is_empty());
}

#[test]
fn a_trial_leaves_no_trace() {
    let parent = tempfile::tempdir().unwrap();
    let root = parent.path().join("nouveau");
    let tables = [("patients", PATIENTS), ("medecins", MEDECINS)];
    let outcome = try_import(&root, &tables, Mode::Trial).unwrap();
    assert_eq!(outcome.fusion.ecrits["patients"], 2);
    assert!(!root.exists());
    import(&root, &tables);
    let before = bytes(&root);
    let acts = [("actes", "patient,date,systeme,code,quantite\nP1,2024-01-02,nabm,1577,1\n")];
    try_import(&root, &acts, Mode::Trial).unwrap();
    assert_eq!(bytes(&root), before);
    assert_eq!(fs::read_dir(root.join("lots")).unwrap().count(), 1);
    assert_eq!(fs::read_dir(root.join("etats")).unwrap().count(), 1);
}

#[test]
fn people_keep_what_only_an_earlier_source_said() {
    let root = tempfile::tempdir().unwrap();
    import(root.path(), &[("patients", PATIENTS), ("medecins", MEDECINS)]);
    let later = "patient,naissance,sexe,deces\nP2,1960-06-16,M,2024-03-01\n";
    let outcome = import(root.path(), &[("patients", later)]);
    assert_eq!(
        rows(root.path(), "patients"),
        ["P1,1950-01-01,F,,,", "P2,1960-06-16,M,2024-03-01,true,"]
    );
    assert_eq!(outcome.fusion.remarques.len(), 1, "{:?}", outcome.fusion.remarques);
}

#[test]
fn the_last_source_wins_by_patient_day_and_code() {
    let root = tempfile::tempdir().unwrap();
    let head = "patient,date,systeme,code,quantite,executant\n";
    // Twice the same line in one batch: two acts.
    let first = format!(
        "{head}P1,2024-01-02,nabm,1577,1,\nP1,2024-01-02,nabm,1577,1,\nP1,2024-01-02,nabm,0592,1,\nP2,2024-01-02,nabm,1577,1,\n"
    );
    import(root.path(), &[("patients", PATIENTS), ("medecins", MEDECINS), ("actes", &first)]);
    assert_eq!(rows(root.path(), "actes").len(), 4);
    let later = format!("{head}P1,2024-01-02,nabm,1577,1,M1\nP1,2024-01-03,nabm,1577,1,\n");
    let outcome = import(root.path(), &[("actes", &later)]);
    assert_eq!(
        rows(root.path(), "actes"),
        [
            "P1,2024-01-02,nabm,0592,1,,,,",
            "P1,2024-01-02,nabm,1577,1,,M1,,",
            "P1,2024-01-03,nabm,1577,1,,,,",
            "P2,2024-01-02,nabm,1577,1,,,,",
        ]
    );
    let reason = "actes : dit aussi par un lot plus récent";
    assert_eq!(outcome.fusion.ecartes[reason].nombre, 2);
}

#[test]
fn a_delivery_known_by_its_class_or_by_its_box() {
    let root = tempfile::tempdir().unwrap();
    let first = "patient,date,cip13,atc,boites\nP1,2024-01-02,3400930000000,A10BA02,1\nP1,2024-01-02,3400930000001,,2\n";
    import(root.path(), &[("patients", PATIENTS), ("delivrances", first)]);
    // The class alone is the same thing as the box that has it; a box without
    // a class is known by its code.
    let later =
        "patient,date,cip13,atc,boites\nP1,2024-01-02,,A10BA02,3\nP1,2024-01-02,3400930000001,,4\n";
    import(root.path(), &[("delivrances", later)]);
    let rows = rows(root.path(), "delivrances");
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(rows.iter().any(|row| row.contains("A10BA02,3")), "{rows:?}");
    assert!(rows.iter().any(|row| row.contains(",4,")), "{rows:?}");
}

#[test]
fn strangers_wait_for_whom_they_are_about() {
    let root = tempfile::tempdir().unwrap();
    let acts = "patient,date,systeme,code,quantite\nP1,2024-01-02,nabm,1577,1\nP2,1960-06-14,nabm,1577,1\n";
    let outcome = import(root.path(), &[("actes", acts)]);
    assert_eq!(outcome.fusion.ecartes["actes : patient inconnu"].nombre, 2);
    let outcome = import(root.path(), &[("patients", PATIENTS)]);
    assert_eq!(outcome.fusion.ecartes["actes : avant la naissance"].nombre, 1);
    assert_eq!(rows(root.path(), "actes").len(), 1);
}

#[test]
fn one_doctor_at_a_time() {
    let root = tempfile::tempdir().unwrap();
    let people = [("patients", PATIENTS), ("medecins", MEDECINS)];
    import(root.path(), &people);
    // Two files of the source cannot say two doctors at once, two batches can.
    let head = "patient,medecin,debut,fin\n";
    let first = format!("{head}P1,M1,2010-01-01,\nP2,M1,2010-01-01,\n");
    import(root.path(), &[("rattachements", &first)]);
    let later = format!("{head}P1,M2,2015-01-01,2016-01-01\nP1,M9,2016-01-01,\n");
    let outcome = import(root.path(), &[("rattachements", &later)]);
    // The last source that speaks of P1 is alone heard about P1.
    assert_eq!(
        rows(root.path(), "rattachements"),
        ["P1,M2,2015-01-01,2016-01-01", "P2,M1,2010-01-01,"]
    );
    assert_eq!(outcome.fusion.ecartes["rattachements : médecin inconnu"].nombre, 1);
}

/// A month of claims: one act, and one patient the first time.
struct Month {
    name: &'static str,
    file: PathBuf,
    quantity: i64,
}

#[cfg(test)]
impl Importer for Month {
    fn kind(&self) -> &'static str {
        "dcir"
    }

    fn files(&self) -> Result<Vec<PathBuf>, ImportError> {
        Ok(vec![self.file.clone()])
    }

    fn settings(&self) -> String {
        String::new()
    }

    fn read(&mut self, draft: &mut Draft, _: Listener<'_>) -> Result<(), ImportError> {
        let patient = Patient {
            patient: "P1",
            naissance: Day(0),
            sexe: "F",
            deces: None,
            c2s: None,
            commune: None,
        };
        draft.add(&patient)?.unwrap();
        let act = Act {
            patient: "P1",
            date: Day(19_000),
            systeme: "nabm",
            code: "1577",
            quantite: self.quantity,
            valeur: None,
            executant: None,
            specialite: None,
            prescripteur: None,
        };
        draft.add(&act)?.unwrap();
        draft.flows.insert(self.name.to_owned());
        Ok(())
    }
}

#[test]
fn flows_of_a_series_add_up() {
    let (root, sources) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let bring = |name: &'static str, quantity: i64| {
        let file = sources.path().join(format!("{name}{quantity}"));
        fs::write(&file, format!("{name}{quantity}")).unwrap();
        let mut month = Month { name, file, quantity };
        Register::open(root.path())?.import(&mut month, Mode::Real, &|_| {})
    };
    bring("2022-01", 1).unwrap();
    bring("2022-02", -1).unwrap();
    // A reversal that comes with a later flow stands beside what it takes back.
    assert_eq!(rows(root.path(), "actes").len(), 2);
    let Err(ImportError::Refused(message)) = bring("2022-02", 3) else { panic!("accepted") };
    assert!(message.contains("flux 2022-02 : déjà dans le lot 2"), "{message}");
    assert_eq!(rows(root.path(), "actes").len(), 2);
    // Another source that comes between does not hide the flow that follows it.
    let acts = "patient,date,systeme,code,quantite\nP1,2022-01-08,nabm,1577,5\n";
    import(root.path(), &[("actes", acts)]);
    assert_eq!(rows(root.path(), "actes"), ["P1,2022-01-08,nabm,1577,5,,,,"]);
    bring("2022-03", 2).unwrap();
    assert_eq!(rows(root.path(), "actes").len(), 3);
}

#[test]
fn faults_leave_the_dossier_as_it_was() {
    let root = tempfile::tempdir().unwrap();
    import(root.path(), &[("patients", PATIENTS), ("medecins", MEDECINS)]);
    let before = bytes(root.path());
    let acts =
        "patient,date,systeme,code,quantite\nP1,2024-02-31,nabm,1577,1\nP1,2024-01-01,x,1,1\n";
    let Err(ImportError::Faults(faults)) = try_import(root.path(), &[("actes", acts)], Mode::Real)
    else {
        panic!("accepted")
    };
    assert_eq!(faults.total(), 2);
    assert_eq!(bytes(root.path()), before);
}

#[test]
fn folders_that_are_something_else_are_refused() {
    let tables = [("patients", PATIENTS)];
    let plain = folder(&tables);
    let refusal = |root: &Path| match try_import(root, &tables, Mode::Real) {
        Err(ImportError::Refused(message)) => message,
        other => panic!("{other:?}"),
    };
    assert!(refusal(plain.path()).contains("tient déjà une table patients"));
    let root = tempfile::tempdir().unwrap();
    let held = Register::open(root.path()).unwrap();
    assert!(refusal(root.path()).contains("un autre import est en cours"));
    drop(held);
    import(root.path(), &tables);
    let Err(ImportError::Refused(message)) = Register::open(root.path()).unwrap().take_back(7)
    else {
        panic!("taken back")
    };
    assert_eq!(message, "lot 7 : inconnu dans ce dossier\naide : les lots sont 1");
    fs::write(root.path().join("courant"), "../ailleurs\n").unwrap();
    assert!(refusal(root.path()).contains("ne nomme aucun état"));
    let faults = Dossier::open(root.path()).unwrap_err().to_string();
    assert!(faults.contains("courant: ce fichier ne nomme aucun état"), "{faults}");
}

/// A nomenclature of one drug.
struct OneDrug;

impl DrugLookup for OneDrug {
    fn by_cip13(&self, code: &str) -> Option<Drug> {
        (code == "3400900000013").then(|| Drug {
            atc: Some("C09AA05".into()),
            repertoire: Some(true),
            large_pack: None,
            days_per_box: Some(30),
        })
    }

    fn by_cis(&self, _: &str) -> Option<Drug> {
        None
    }

    fn by_ucd(&self, _: &str) -> Option<Drug> {
        None
    }

    fn hash(&self) -> String {
        "un".into()
    }
}

#[test]
fn a_nomenclature_fills_what_deliveries_leave_unknown_and_nothing_else() {
    let deliveries = "patient,date,cip13,atc,boites,jours,grand_conditionnement,repertoire\n\
        P1,2024-01-02,3400900000013,,2,,,\n\
        P1,2024-02-02,3400900000013,A10BA02,1,28,1,0\n\
        P2,2024-03-02,3400900000099,,1,,,\n\
        P2,2024-04-02,,,1,,,\n";
    let tables = [("patients", PATIENTS), ("medecins", MEDECINS), ("delivrances", deliveries)];
    let (source, root) = (folder(&tables), tempfile::tempdir().unwrap());
    let mut importer = TablesImporter::open(source.path(), Some(&OneDrug)).unwrap();
    let register = Register::open(root.path()).unwrap();
    let outcome = register.import(&mut importer, Mode::Real, &|_| {}).unwrap();
    assert_eq!(
        rows(root.path(), "delivrances"),
        [
            "P1,2024-01-02,3400900000013,C09AA05,2,60,,true,",
            "P1,2024-02-02,3400900000013,A10BA02,1,28,true,false,",
            "P2,2024-03-02,3400900000099,,1,,,,",
            "P2,2024-04-02,,,1,,,,",
        ]
    );
    assert_eq!(
        outcome.lot.rapport.remarques.iter().collect::<Vec<_>>(),
        [
            "1 délivrances complétées par la nomenclature",
            "2 délivrances sans classe ATC, que la nomenclature ne classe pas : gardées, mais aucun indicateur ne les compte",
        ]
    );
    // Without it, the same bytes are another batch.
    assert!(!import(root.path(), &tables).already);
}
