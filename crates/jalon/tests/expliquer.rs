//! `jalon expliquer`: the account of an amount, then who counts and who lacks what.

#[cfg(test)]
mod commun;

use commun::{Dossier, done, has};

/// Seven patients of one doctor, campaign 2024: six diabetics, one child.
#[cfg(test)]
fn cabinet() -> Dossier {
    let dossier = Dossier::empty();
    for (patient, birth) in [
        ("P1", "1950-03-01"),
        ("P2", "1955-06-15"),
        ("P3", "1958-01-20"),
        ("P4", "1960-09-09"),
        ("P5", "1970-11-11"),
        ("P6", "1972-02-02"),
        ("P7", "2015-01-01"),
    ] {
        dossier.add("patients", &format!("{patient},{birth},F"));
        dossier.add("rattachements", &format!("{patient},SECRET-MA,2015-01-01,"));
    }
    dossier.write("delivrances", "patient,date,atc,boites,jours,repertoire\n");
    for patient in ["P1", "P2", "P3", "P4", "P5", "P6"] {
        for day in ["2024-01-02", "2024-04-02", "2024-07-02"] {
            dossier.add("delivrances", &format!("{patient},{day},A10BA02,1,30,1"));
        }
    }
    dossier.add(
        "actes",
        "P1,2024-02-03,nabm,1577,1
         P1,2024-09-10,nabm,1577,1
         P2,2024-02-03,nabm,1577,1
         P2,2024-09-10,nabm,1577,1
         P3,2024-05-06,nabm,1577,1
         P4,2024-02-03,nabm,1577,1
         P4,2024-09-10,nabm,1577,1
         P6,2024-02-03,nabm,1577,1
         P6,2024-09-10,nabm,1577,1
         P6,2024-02-03,nabm,1576,1
         P6,2024-09-10,nabm,1576,1",
    );
    // Statins: P1 4 of 4 in the directory, P2 1 of 3, P3 unknown.
    dossier.add(
        "delivrances",
        "P1,2024-03-03,C10AA05,4,,1
         P2,2024-03-03,C10AA05,1,,1
         P2,2024-03-03,C10AA07,2,,0
         P3,2024-03-03,C10AA05,2,,",
    );
    // Hypnotics: P1 42 days, P2 14.
    dossier.add("delivrances", "P1,2024-02-01,N05CF02,3,,0\nP2,2024-02-01,N05CF02,1,,0");
    dossier.add("delivrances", "P1,2024-10-20,J07BB02,1,,0");
    dossier.write("declarations", "medecin,campagne,indicateur,numerateur,denominateur,date\n");
    dossier.add("declarations", "SECRET-MA,2024,tabac,41,57,2025-01-15");
    dossier
}

#[cfg(test)]
fn explain(dossier: &Dossier, indicator: &str, arguments: &[&str]) -> String {
    let subject = ["--campagne", "2024", "--indicateur", indicator];
    let text = done(dossier.asks("expliquer", &[&subject, arguments].concat()));
    assert!(!text.contains('\u{1b}'));
    text
}

/// Rows of the table of patients: those that a count begins.
#[cfg(test)]
fn counted(text: &str) -> Vec<(&str, u64, u64)> {
    let rows = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let (patient, fraction) = (words.next()?, words.next()?);
        let (numerator, denominator) = fraction.split_once('/')?;
        Some((patient, numerator.parse().ok()?, denominator.parse().ok()?))
    });
    rows.filter(|(patient, ..)| patient.starts_with('P')).collect()
}

#[test]
fn account() {
    let text = explain(&cabinet(), "diabete-hba1c", &["--patientele", "800"]);
    // 3 of P1 to P5: 60 %, starting rate unknown. At best 0,3 × 60/74 of 30 points.
    has(
        &text,
        &[
            "Diabète : au moins deux HbA1c dans l'année\n",
            "diabete-hba1c ; campagne 2024 ; médecin SECRET-MA ; 800\u{a0}patients",
            "Source la plus faible : deduit",
            "entre 0,00\u{a0}€ et 51,08\u{a0}€",
            "= 3 / 5\u{a0}patients",
            "5\u{a0}patients, seuil de 5\u{a0}patients",
            "taux de départ inconnu",
            "arrondi",
            "Sources\n  [1]  officiel",
        ],
    );
    // Formulas give numbers; addresses are with the sources.
    let (account, sources) = text.split_once("\nSources\n").unwrap();
    assert!(!account.contains("http"), "{account}");
    assert!(sources.contains("https://juriblio.fr/"));
    // Every number used is explained, once.
    for number in 1.. {
        let mark = format!("[{number}]");
        assert_eq!(account.contains(&mark), sources.contains(&mark), "{mark} in {text}");
        if !account.contains(&mark) {
            assert!(number > 3);
            break;
        }
        assert_eq!(sources.matches(&mark).count(), 1, "{text}");
    }
    for line in account.lines() {
        assert!(line.chars().count() <= 120, "{line}");
    }
}

#[test]
fn whole_output() {
    insta::assert_snapshot!(explain(
        &cabinet(),
        "diabete-hba1c",
        &["--patientele", "800", "--patients"]
    ));
}

#[test]
fn who_lacks_what() {
    let dossier = cabinet();
    let text = explain(&dossier, "diabete-hba1c", &[]);
    // P6 is excluded: only those who count are told in the numerator.
    for (role, criterion, count) in [
        ("dénominateur", "traité par antidiabétiques", "6"),
        ("exclusion", "fructosamine", "1"),
        ("numérateur", "HbA1c dosée", "3"),
    ] {
        let line =
            text.lines().find(|line| line.starts_with(role) && line.contains(criterion)).unwrap();
        assert!(line.ends_with(&format!(" {count}")), "{line}");
    }
    has(&text, &["2\u{a0}patients à revoir", "ajoutez --patients"]);
    let text = explain(&dossier, "diabete-hba1c", &["--patients"]);
    assert_eq!(counted(&text), [("P3", 0, 1), ("P5", 0, 1)]);
    let line = |patient: &str| {
        let line = text.lines().find(|line| line.starts_with(patient)).unwrap();
        line.split("  ")
            .map(str::trim)
            .filter(|cell| !cell.is_empty())
            .collect::<Vec<_>>()
            .join(" | ")
    };
    let missing = "HbA1c dosée à au moins 2 dates dans l'année";
    assert_eq!(line("P3"), format!("P3 | 0/1 | {missing} | 1 | 06/05/2024 | 31/12/2024"));
    assert_eq!(line("P5"), format!("P5 | 0/1 | {missing} | 0 | 31/12/2024"));
}

/// Flu vaccines may come until the end of January.
#[test]
fn deadline_of_the_window() {
    let text = explain(&cabinet(), "grippe-65", &["--patients"]);
    assert_eq!(counted(&text), [("P2", 0, 1), ("P3", 0, 1)]);
    assert!(text.lines().find(|line| line.starts_with("P2")).unwrap().ends_with("31/01/2025"));
}

#[test]
fn one_patient_with_facts() {
    let dossier = cabinet();
    let text = explain(&dossier, "diabete-hba1c", &["--patient", "P3"]);
    has(&text, &["Patient P3 : dénominateur 1, numérateur 0", "Faits", "Rempli"]);
    let cells = |start: &str| -> Vec<String> {
        let line = text.lines().find(|line| line.starts_with(start)).unwrap();
        line.split("  ")
            .map(|cell| cell.trim().to_owned())
            .filter(|cell| !cell.is_empty())
            .collect()
    };
    assert_eq!(cells("06/05/2024"), ["06/05/2024", "acte", "nabm 1577", "1"]);
    assert_eq!(
        cells("02/01/2024"),
        ["02/01/2024", "delivrance", "atc A10BA02", "1, 30 jours, répertoire"]
    );
    assert_eq!(cells("numérateur")[2..], ["non", "1", "06/05/2024"]);
    assert_eq!(cells("exclusion")[2..], ["non", "0"]);
    let facts = text.split_once("Faits").unwrap().1;
    assert_eq!(facts.lines().filter(|line| line.contains("/2024")).count(), 5);
}

#[test]
fn falling_indicator() {
    let text = explain(&cabinet(), "benzo-hypnotiques", &["--patients"]);
    has(
        &text,
        &["2\u{a0}traitements, seuil de 5", "1\u{a0}patient pèse sur le taux", "Ce qui compte"],
    );
    assert_eq!(counted(&text), [("P1", 1, 1)]);
    assert!(!text.contains("31/12/2024"));
}

#[test]
fn boxes() {
    let dossier = cabinet();
    let text = explain(&dossier, "statines-repertoire", &["--patients"]);
    has(
        &text,
        &[
            "7\u{a0}boîtes, seuil de 10\u{a0}boîtes",
            "l'indicateur ne compte pas",
            "2\u{a0}boîtes laissées de côté : répertoire non renseigné",
            "1\u{a0}patient à revoir",
        ],
    );
    assert_eq!(counted(&text), [("P2", 1, 3)]);
    // Boxes of the directory, among statins only.
    let line = text.lines().find(|line| line.starts_with("numérateur")).unwrap();
    assert!(line.ends_with(" 5"), "{line}");
    let text = explain(&dossier, "statines-repertoire", &["--patient", "P2"]);
    has(&text, &["dénominateur 3, numérateur 1", "1 oui, 2 non", "2, hors répertoire"]);
}

#[test]
fn declared() {
    let dossier = cabinet();
    let text = explain(&dossier, "tabac", &[]);
    has(&text, &["= 41 / 57\u{a0}patients", "seuil inconnu", "les faits ne disent pas qui compte"]);
    let text = explain(&dossier, "alcool", &[]);
    has(&text, &["taux inconnu", "inconnu", "les faits ne disent pas qui compte"]);
}

#[test]
fn unknown_values() {
    let dossier = cabinet();
    dossier.add("patients", "P8,1940-01-01,M\nP9,1941-01-01,M");
    dossier.add("rattachements", "P8,SECRET-MA,2015-01-01,\nP9,SECRET-MA,2015-01-01,");
    let text = explain(&dossier, "grippe-65", &[]);
    has(
        &text,
        &[
            "= 1 / 5\u{a0}patients",
            "objectif intermédiaire inconnu",
            "selon l'objectif intermédiaire",
        ],
    );
}

/// What the patients add up to is the rate, whatever the unit.
#[test]
fn patients_add_up_to_the_rate() {
    let dossier = cabinet();
    let text = done(dossier.calculer(&["--format", "json"]));
    let outcome: serde_json::Value = serde_json::from_str(&text).unwrap();
    let all = outcome["medecins"][0]["dispositifs"][0]["indicateurs"].as_array().unwrap();
    for id in ["diabete-hba1c", "statines-repertoire", "benzo-hypnotiques"] {
        let found = all.iter().find(|one| one["id"] == id).unwrap();
        let number = |key: &str| found[key].as_str().unwrap().parse::<u64>().unwrap();
        let mut sums = (0, 0);
        for patient in ["P1", "P2", "P3", "P4", "P5", "P6"] {
            let text = explain(&dossier, id, &["--patient", patient]);
            let line = text.lines().find(|line| line.starts_with("Patient P")).unwrap();
            let numbers: Vec<u64> = line
                .split(|c: char| !c.is_ascii_digit())
                .filter_map(|word| word.parse().ok())
                .collect();
            let [_, denominator, numerator] = numbers[..] else { panic!("{line}") };
            sums = (sums.0 + numerator, sums.1 + denominator);
        }
        assert_eq!(sums, (number("numerateur"), number("denominateur")), "{id}");
    }
}

#[test]
fn doctor_of_many() {
    let dossier = cabinet();
    dossier.add("medecins", "SECRET-MB,1");
    let text = explain(&dossier, "grippe-65", &["--medecin", "SECRET-MB"]);
    has(
        &text,
        &[
            "médecin SECRET-MB ; 0\u{a0}patient\n",
            "l'indicateur ne compte pas",
            "0\u{a0}patient à revoir",
        ],
    );
}
