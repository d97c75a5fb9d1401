//! Rows added to a draft come out as a dossier that opens.

use jalon_data::Dossier;
use jalon_import::Draft;
use jalon_import::draft::Unfit;
use jalon_import::facts::{Attachment, Day, Delivery, Doctor, Patient};

const BORN: Day = Day(-3650);

fn patient<'a>(patient: &'a str, sexe: &'a str, naissance: Day) -> Patient<'a> {
    Patient { patient, naissance, sexe, deces: None, c2s: Some(true), commune: None }
}

#[test]
fn rows_become_tables() {
    let folder = tempfile::tempdir().unwrap();
    let mut draft = Draft::new(folder.path());
    let doctor = Doctor {
        medecin: "M1",
        nom: None,
        specialite: "01",
        installation: None,
        naissance: None,
        secteur: None,
        zone: None,
        centre: None,
    };
    draft.add(&doctor).unwrap().unwrap();
    draft.add(&patient("P1", "F", BORN)).unwrap().unwrap();
    let attachment = Attachment { patient: "P1", medecin: "M1", debut: Day(18_000), fin: None };
    draft.add(&attachment).unwrap().unwrap();
    let delivery = Delivery {
        patient: "P1",
        date: Day(19_000),
        cip13: None,
        atc: Some("A10BA02"),
        boites: -1,
        jours: None,
        grand_conditionnement: None,
        repertoire: Some(false),
        prescripteur: None,
    };
    draft.add(&delivery).unwrap().unwrap();
    let (report, _) = draft.finish().unwrap();
    assert_eq!(report.ecrits["delivrances"], 1);
    assert_eq!(report.ecrits.len(), 4);
    // The tables that got no row have no file: here, they are given.
    for (table, header) in [
        ("actes", "patient,date,systeme,code,quantite"),
        ("vaccinations", "patient,date,code"),
        ("ald", "patient,numero,debut"),
        ("sejours", "patient,entree,sortie,cim10,position"),
    ] {
        std::fs::write(folder.path().join(format!("{table}.csv")), header).unwrap();
    }
    let dossier = Dossier::open(folder.path()).unwrap();
    assert_eq!(dossier.rows("patients"), 1);
    assert!(dossier.has_reversals("delivrances"));
}

#[test]
fn rows_that_do_not_fit_are_refused_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut draft = Draft::new(folder.path());
    for (row, unfit) in [
        (patient("", "F", BORN), Unfit::Missing("patient")),
        (patient("P1 ", "F", BORN), Unfit::Value("patient")),
        (patient("P1", "1", BORN), Unfit::Value("sexe")),
        (patient("P1", "F", Day(-100_000)), Unfit::Year("naissance")),
    ] {
        assert_eq!(draft.add(&row).unwrap(), Err(unfit));
    }
    draft.add(&patient("P1", "M", BORN)).unwrap().unwrap();
    assert_eq!(draft.finish().unwrap().0.ecrits["patients"], 1);
}
