//! `jalon calculer`, on a dossier small enough to be computed by hand.
//!
//! Amounts (definitions): `points × achievement × 7 € × list / 800`, with t the
//! rate, d the starting rate, OI and OC the objectives, and 30 % of the points
//! at OI since 2018:
//!
//! ```text
//! t at or beyond OC               1
//! t at or beyond OI               0,3 + 0,7 × (t − OI) / (OC − OI)
//! short of OI but better than d   0,3 × (t − d) / (OI − d)
//! otherwise                       0
//! ```

#[cfg(test)]
mod commun;

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use commun::{Dossier, command, done, folder, has, jalon, run};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Ten patients, nine of doctor MA and one of MB. Campaign 2024.
#[cfg(test)]
fn cabinet() -> Dossier {
    let dossier = Dossier::empty();
    dossier.add("medecins", "SECRET-MB,1");
    dossier.add(
        "patients",
        "SECRET-P01,1950-03-01,F
         SECRET-P02,1955-06-15,F
         SECRET-P03,1958-01-20,F
         SECRET-P04,1960-09-09,F
         SECRET-P05,1945-11-11,M
         SECRET-P06,1970-02-02,F
         SECRET-P07,1990-07-07,M
         SECRET-P08,1959-12-31,M
         SECRET-P09,2008-12-31,F
         SECRET-P10,1990-01-01,M",
    );
    // P10 left MA for MB on 31 December: MB's, that day.
    dossier.add(
        "rattachements",
        "SECRET-P01,SECRET-MA,2010-01-01,
         SECRET-P02,SECRET-MA,2010-01-01,
         SECRET-P03,SECRET-MA,2010-01-01,
         SECRET-P04,SECRET-MA,2010-01-01,
         SECRET-P05,SECRET-MA,2010-01-01,2025-01-01
         SECRET-P06,SECRET-MA,2024-12-31,
         SECRET-P07,SECRET-MA,2010-01-01,
         SECRET-P08,SECRET-MA,2010-01-01,
         SECRET-P09,SECRET-MA,2010-01-01,
         SECRET-P10,SECRET-MA,2010-01-01,2024-12-31
         SECRET-P10,SECRET-MB,2024-12-31,",
    );
    dossier
        .write("delivrances", "patient,date,atc,boites,jours,grand_conditionnement,repertoire\n");
    follow_up(&dossier);
    prescriptions(&dossier);
    dossier
        .write("declarations", "medecin,campagne,indicateur,numerateur,denominateur,date,depart\n");
    dossier.add(
        "declarations",
        "SECRET-MA,2024,tabac,41,57,2025-01-15,
         SECRET-MA,2024,diabete-hba1c,,,,50",
    );
    dossier
}

/// Diabetes, flu, breast cancer.
#[cfg(test)]
fn follow_up(dossier: &Dossier) {
    // Diabetics: P01 to P05 on three dates, or two with a large pack (P02).
    dossier.add(
        "delivrances",
        "SECRET-P01,2024-01-02,A10BA02,1,,,
         SECRET-P01,2024-04-02,A10BA02,1,,,
         SECRET-P01,2024-07-02,A10BA02,1,,,
         SECRET-P02,2024-01-02,A10BA02,1,,1,
         SECRET-P02,2024-04-02,A10BA02,1,,,
         SECRET-P03,2024-01-02,A10AE04,1,,,
         SECRET-P03,2024-04-02,A10AE04,1,,,
         SECRET-P03,2024-07-02,A10AE04,1,,,
         SECRET-P04,2024-01-02,A10BA02,1,,,
         SECRET-P04,2024-04-02,A10BA02,1,,,
         SECRET-P04,2024-12-31,A10BA02,1,,,
         SECRET-P05,2024-01-02,A10BA02,1,,,
         SECRET-P05,2024-04-02,A10BA02,1,,,
         SECRET-P05,2024-07-02,A10BA02,1,,,",
    );
    // HbA1c on two dates: P01, P02, P04. P03 twice on one day, P05 once reversed.
    dossier.add(
        "actes",
        "SECRET-P01,2024-02-03,nabm,1577,1
         SECRET-P01,2024-09-10,nabm,1577,1
         SECRET-P02,2024-01-01,nabm,1577,1
         SECRET-P02,2024-12-31,loinc,4548-4,1
         SECRET-P03,2024-02-03,nabm,1577,1
         SECRET-P03,2024-02-03,loinc,4548-4,1
         SECRET-P04,2024-02-03,nabm,1577,1
         SECRET-P04,2024-09-10,nabm,1577,1
         SECRET-P05,2024-02-03,nabm,1577,1
         SECRET-P05,2024-09-10,nabm,1577,1
         SECRET-P05,2024-09-10,nabm,1577,-1",
    );
    // 65 or more: P01 (74), P02 (69), P03 (66), P05 (79), P08 (65 that day).
    // Flu vaccines: P01, P02, P05; P08 a day too late.
    dossier.add(
        "delivrances",
        "SECRET-P01,2024-09-01,J07BB02,1,,,\nSECRET-P08,2025-02-01,J07BB02,1,,,",
    );
    dossier.add("vaccinations", "SECRET-P02,2025-01-31,J07BB02");
    dossier.add("actes", "SECRET-P05,2024-10-15,prestation,3360,1");
    // Women from 50 to 74: P01 to P04, P06 (54). Mammographies in 24 months:
    // P01, P04, P06; P03 a day too early.
    dossier.add(
        "actes",
        "SECRET-P01,2023-01-01,ccam,QEQK001,1
         SECRET-P03,2022-12-31,ccam,QEQK001,1
         SECRET-P04,2024-12-31,prestation,1336,1
         SECRET-P06,2024-05-05,ccam,QEQK004,1",
    );
}

/// Statins, antibiotics, hypnotics.
#[cfg(test)]
fn prescriptions(dossier: &Dossier) {
    // Statins: 3 + 5 boxes of the directory, 4 others, 1 of which nobody knows.
    dossier.add(
        "delivrances",
        "SECRET-P01,2024-03-03,C10AA05,3,,,1
         SECRET-P03,2024-03-03,C10AA07,4,,,0
         SECRET-P04,2024-03-03,C10AA05,6,,,1
         SECRET-P04,2024-03-03,C10AA05,-1,,,1
         SECRET-P05,2024-03-03,C10AA05,1,,,",
    );
    // 16 to 65 without ALD: P04 (64), P06, P07, P08 (65), P09 (16).
    // Antibiotics: P04 on 1 date, P06 on 2, P08 on 1 (two drugs).
    dossier.add(
        "delivrances",
        "SECRET-P04,2024-03-04,J01CA04,1,,,
         SECRET-P06,2024-01-01,J01CA04,1,,,
         SECRET-P06,2024-12-31,J01FA10,2,,,
         SECRET-P08,2024-03-04,J01CA04,1,,,
         SECRET-P08,2024-03-04,J01XD01,1,,,
         SECRET-P10,2024-03-04,J01CA04,1,,,",
    );
    // Hypnotics begun in the year: P01 14 days, P02 42, P05 28, P06 29, P08 cut
    // at 31 December. P07 had some within 365 days before.
    dossier.add(
        "delivrances",
        "SECRET-P01,2024-02-01,N05CF02,1,,,
         SECRET-P02,2024-03-01,N05CF02,3,,,
         SECRET-P05,2024-03-01,N05CF02,2,28,,
         SECRET-P06,2024-03-01,N05CF02,1,29,,
         SECRET-P07,2023-12-01,N05CF02,1,,,
         SECRET-P07,2024-06-01,N05CF02,3,,,
         SECRET-P08,2024-12-20,N05CF02,1,60,,",
    );
}

/// Values a statement could print: objectives, minimums and starting rates.
#[cfg(test)]
fn overlay() -> TempDir {
    folder(&[
        (
            "complement.toml",
            "titre = \"relevé\"\nnature = \"releve\"\nsource = \"relevé de 2024\"\n",
        ),
        (
            "bareme.csv",
            "dispositif,indicateur,campagne,intermediaire,cible,seuil,points\n\
             rosp-adulte,grippe-65,2024,50,,,\n\
             rosp-adulte,cancer-sein,2024,65,,,\n\
             rosp-adulte,statines-repertoire,2024,60,80,,\n\
             rosp-adulte,antibiotiques-adulte,2024,90,60,,\n\
             rosp-adulte,benzo-hypnotiques,2024,30,20,,\n\
             rosp-adulte,tabac,2024,60,,5,\n",
        ),
        (
            "departs.csv",
            "dispositif,indicateur,campagne,medecin,depart\n\
             rosp-adulte,cancer-sein,2024,,58\n\
             rosp-adulte,cancer-sein,2024,SECRET-MA,55\n\
             rosp-adulte,benzo-hypnotiques,2024,SECRET-MA,50\n",
        ),
    ])
}

/// The JSON of `calculer` with these arguments.
#[cfg(test)]
fn outcome(dossier: &Dossier, arguments: &[&str]) -> Value {
    let adult = ["--dispositif", "rosp-adulte", "--format", "json"];
    let text = done(dossier.calculer(&[&adult, arguments].concat()));
    assert_eq!(text.matches('\n').count(), 1);
    serde_json::from_str(&text).unwrap()
}

/// The JSON of the dossier without any argument, asked once.
#[cfg(test)]
static USUAL: LazyLock<String> = LazyLock::new(|| {
    done(cabinet().calculer(&["--dispositif", "rosp-adulte", "--format", "json"]))
});

#[cfg(test)]
fn usual() -> Value {
    serde_json::from_str(&USUAL).unwrap()
}

/// The scheme of the doctor at this place.
#[cfg(test)]
fn scheme(outcome: &Value, doctor: usize) -> &Value {
    &outcome["medecins"][doctor]["dispositifs"][0]
}

/// Each of these indicators: state, numerator, denominator, rate, achievement,
/// points and euros from least to most.
#[cfg(test)]
type Expected<'a> = (&'a str, &'a str, [&'a str; 3], [&'a str; 2], [&'a str; 2], [&'a str; 2]);

#[cfg(test)]
fn check(scheme: &Value, expected: &[Expected<'_>]) {
    for (id, state, [numerator, denominator, rate], achievement, points, euros) in expected {
        let found = indicator(scheme, id);
        let interval = |[min, max]: &[&str; 2]| json!({ "min": min, "max": max });
        let expected = json!({
            "statut": state,
            "numerateur": numerator,
            "denominateur": denominator,
            "taux": rate,
            "realisation": interval(achievement),
            "points": interval(points),
            "euros": interval(euros),
        });
        for (key, value) in expected.as_object().unwrap() {
            assert_eq!(&found[key], value, "{key} of {found:#}");
        }
    }
}

#[cfg(test)]
fn indicator<'a>(scheme: &'a Value, id: &str) -> &'a Value {
    let all = scheme["indicateurs"].as_array().unwrap();
    all.iter().find(|one| one["id"] == id).unwrap()
}

#[test]
fn by_hand_with_what_is_published() {
    let outcome = outcome(&cabinet(), &["--patientele", "800"]);
    let scheme = scheme(&outcome, 0);
    check(
        scheme,
        &[
            // 3/5 = 60 %, d = 50, OI = 74: 0,3 × 10/24 = 0,125 of 30 points.
            (
                "diabete-hba1c",
                "compte",
                ["3", "5", "0.600000"],
                ["0.125000"; 2],
                ["3.750000"; 2],
                ["26.25"; 2],
            ),
            // OC = 61, OI unknown: at the easiest 0, 0,3 + 0,7 × 60/61 = 60,3/61 of
            // 20 points; 1206/61 = 19,770492; × 7 = 138,393443.
            (
                "grippe-65",
                "compte",
                ["3", "5", "0.600000"],
                ["0.000000", "0.988525"],
                ["0.000000", "19.770492"],
                ["0.00", "138.39"],
            ),
            // OC = 74: 0,3 + 0,7 × 60/74 = 64,2/74 of 40 points; 2568/74 = 34,702703.
            (
                "cancer-sein",
                "compte",
                ["3", "5", "0.600000"],
                ["0.000000", "0.867568"],
                ["0.000000", "34.702703"],
                ["0.00", "242.92"],
            ),
            // 8/12, no objective known: from nothing to 30 points.
            (
                "statines-repertoire",
                "compte",
                ["8", "12", "0.666667"],
                ["0.000000", "1.000000"],
                ["0.000000", "30.000000"],
                ["0.00", "210.00"],
            ),
            // 4 dates for 5 patients.
            (
                "antibiotiques-adulte",
                "compte",
                ["4", "5", "0.800000"],
                ["0.000000", "1.000000"],
                ["0.000000", "35.000000"],
                ["0.00", "245.00"],
            ),
            (
                "benzo-hypnotiques",
                "compte",
                ["2", "5", "0.400000"],
                ["0.000000", "1.000000"],
                ["0.000000", "35.000000"],
                ["0.00", "245.00"],
            ),
            // OC = 75, OI and minimum unknown: 0,3 + 0,7 × (41/57)/0,75 = 166,1/171 of
            // 20 points; 3322/171 = 19,426901; × 7 = 135,988304.
            (
                "tabac",
                "inconnu",
                ["41", "57", "0.719298"],
                ["0.000000", "0.971345"],
                ["0.000000", "19.426901"],
                ["0.00", "135.99"],
            ),
        ],
    );
    assert_eq!(indicator(scheme, "statines-repertoire")["ecartes"], "1");
    assert_eq!(indicator(scheme, "diabete-hba1c")["depart"], "50");
    assert_eq!(indicator(scheme, "diabete-hba1c")["source"], "deduit");
    let absent = indicator(scheme, "asthme-repertoire");
    assert_eq!(absent["statut"], "hors-campagne");
    assert_eq!(absent["denominateur"], Value::Null);
    let undeclared = indicator(scheme, "alcool");
    assert_eq!((&undeclared["statut"], &undeclared["taux"]), (&json!("inconnu"), &Value::Null));
}

#[test]
fn by_hand_with_a_statement() {
    let (dossier, overlay) = (cabinet(), overlay());
    let path = overlay.path().display().to_string();
    let answer = jalon(dossier.calculer(&[
        "--format",
        "json",
        "--patientele",
        "800",
        "--complement",
        &path,
    ]));
    assert_eq!((answer.code, answer.err.as_str()), (0, ""));
    let outcome: Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!(outcome["complement"]["nature"], "releve");
    assert_eq!(outcome["complement"]["titre"], "relevé");
    check(
        scheme(&outcome, 0),
        &[
            (
                "diabete-hba1c",
                "compte",
                ["3", "5", "0.600000"],
                ["0.125000"; 2],
                ["3.750000"; 2],
                ["26.25"; 2],
            ),
            // 0,3 + 0,7 × (60 − 50)/(61 − 50) = 10,3/11 of 20 points; × 7 = 131,090909.
            (
                "grippe-65",
                "compte",
                ["3", "5", "0.600000"],
                ["0.936364"; 2],
                ["18.727273"; 2],
                ["131.09"; 2],
            ),
            // The doctor's own starting rate: 0,3 × (60 − 55)/(65 − 55) = 0,15 of 40 points.
            (
                "cancer-sein",
                "compte",
                ["3", "5", "0.600000"],
                ["0.150000"; 2],
                ["6.000000"; 2],
                ["42.00"; 2],
            ),
            // 0,3 + 0,7 × (66,67 − 60)/20 = 0,3 + 0,7/3 = 1,6/3 of 30 points.
            (
                "statines-repertoire",
                "compte",
                ["8", "12", "0.666667"],
                ["0.533333"; 2],
                ["16.000000"; 2],
                ["112.00"; 2],
            ),
            // Falling, 80 for 100: 0,3 + 0,7 × (90 − 80)/(90 − 60) = 1,6/3 of 35 points;
            // 56/3 = 18,666667; × 7 = 130,666667.
            (
                "antibiotiques-adulte",
                "compte",
                ["4", "5", "0.800000"],
                ["0.533333"; 2],
                ["18.666667"; 2],
                ["130.67"; 2],
            ),
            // Falling, 40 %: 0,3 × (50 − 40)/(50 − 30) = 0,15 of 35 points = 5,25.
            (
                "benzo-hypnotiques",
                "compte",
                ["2", "5", "0.400000"],
                ["0.150000"; 2],
                ["5.250000"; 2],
                ["36.75"; 2],
            ),
            // 0,3 + 0,7 × (41/57 − 0,6)/0,15 = 7,325/8,55 of 20 points = 17,134503;
            // × 7 = 119,941520.
            (
                "tabac",
                "compte",
                ["41", "57", "0.719298"],
                ["0.856725"; 2],
                ["17.134503"; 2],
                ["119.94"; 2],
            ),
        ],
    );
}

#[test]
fn list_of_the_facts() {
    let outcome = usual();
    let first = scheme(&outcome, 0);
    assert_eq!(first["patientele"], 9);
    // 3,75 points × 7 € × 9/800 = 0,2953125 €; 35 × 7 × 9/800 = 2,75625 €.
    assert_eq!(indicator(first, "diabete-hba1c")["euros"], json!({ "min": "0.30", "max": "0.30" }));
    assert_eq!(
        indicator(first, "benzo-hypnotiques")["euros"],
        json!({ "min": "0.00", "max": "2.76" })
    );
    let second = scheme(&outcome, 1);
    assert_eq!(second["patientele"], 1);
    check(
        second,
        &[
            // One patient of the five it takes.
            (
                "antibiotiques-adulte",
                "sous-seuil",
                ["1", "1", "1.000000"],
                ["0.000000"; 2],
                ["0.000000"; 2],
                ["0.00"; 2],
            ),
        ],
    );
    assert_eq!(indicator(second, "tabac")["statut"], "inconnu");
}

#[test]
fn one_doctor() {
    let all = usual();
    let one = outcome(&cabinet(), &["--medecin", "SECRET-MB"]);
    assert_eq!(one["medecins"], json!([all["medecins"][1]]));
}

#[test]
fn coefficient_of_2020() {
    let dossier = Dossier::empty();
    for patient in 1..=7 {
        let id = format!("SECRET-P{patient}");
        dossier.add("patients", &format!("{id},1950-03-01,F"));
        dossier.add("rattachements", &format!("{id},SECRET-MA,2010-01-01,"));
        for day in ["2020-01-02", "2020-04-02", "2020-07-02"] {
            dossier.add("delivrances", &format!("{id},{day},A10BA02,1"));
        }
        for day in ["2020-02-03", "2020-09-10"] {
            dossier.add("actes", &format!("{id},{day},nabm,1577,1"));
        }
    }
    let arguments = ["--campagne", "2020", "--patientele", "1234", "--format", "json"];
    let outcome: Value = serde_json::from_str(&done(dossier.asks("calculer", &arguments))).unwrap();
    let scheme = scheme(&outcome, 0);
    // The target is reached: 30 × 7 × 1234/800 × 1,0040 = 325,220700.
    let diabetes = indicator(scheme, "diabete-hba1c");
    assert_eq!(diabetes["points"], json!({ "min": "30.000000", "max": "30.000000" }));
    assert_eq!(diabetes["euros"], json!({ "min": "325.22", "max": "325.22" }));
    for indicator in scheme["indicateurs"].as_array().unwrap() {
        for bound in ["min", "max"] {
            let number = |key: &str, digits: usize| -> i128 {
                let text = indicator[key][bound].as_str().unwrap();
                let (whole, decimals) = text.split_once('.').unwrap();
                assert_eq!(decimals.len(), digits);
                format!("{whole}{decimals}").parse().unwrap()
            };
            // In millionths of cents of 1/800, with half a millionth of point of doubt.
            let exact = number("points", 6) * 7 * 1234 * 1004 / 10;
            let said = number("euros", 2) * 800 * 1_000_000;
            let doubt = 400 * 1_000_000 + 7 * 1234 * 101;
            assert!((said - exact).abs() <= doubt, "{indicator:#}");
        }
    }
}

#[test]
fn shape_of_the_json() {
    let outcome = usual();
    let keys =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    // serde_json sorts the keys of what it reads.
    assert_eq!(
        keys(&outcome),
        ["campagne", "complement", "donnees", "medecins", "moteur", "regles"]
    );
    assert_eq!(outcome["campagne"], 2024);
    assert_eq!(outcome["complement"], Value::Null);
    for hash in ["donnees", "regles"] {
        let hash = outcome[hash].as_str().unwrap();
        assert!(hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hash}");
    }
    let names: Vec<_> =
        outcome["medecins"].as_array().unwrap().iter().map(|one| &one["medecin"]).collect();
    assert_eq!(names, ["SECRET-MA", "SECRET-MB"]);
    for doctor in outcome["medecins"].as_array().unwrap() {
        assert_eq!(keys(doctor), ["dispositifs", "medecin"]);
        for scheme in doctor["dispositifs"].as_array().unwrap() {
            assert_eq!(
                keys(scheme),
                [
                    "attendus",
                    "dispositif",
                    "en_plus",
                    "euros",
                    "forme",
                    "indicateurs",
                    "patientele",
                    "points",
                    "source"
                ]
            );
            let all = scheme["indicateurs"].as_array().unwrap();
            assert_eq!(all.len(), 31);
            for indicator in all {
                assert_eq!(
                    keys(indicator),
                    [
                        "cible",
                        "denominateur",
                        "depart",
                        "ecartes",
                        "euros",
                        "id",
                        "intermediaire",
                        "numerateur",
                        "points",
                        "realisation",
                        "seuil",
                        "source",
                        "statut",
                        "taux"
                    ]
                );
                for interval in ["euros", "points", "realisation"] {
                    assert_eq!(keys(&indicator[interval]), ["max", "min"]);
                }
            }
        }
    }
}

/// The total is the sum of the indicators, but for what rounding hides.
#[test]
fn points_add_up() {
    let outcome = usual();
    let scheme = scheme(&outcome, 0);
    for bound in ["min", "max"] {
        let millionths = |value: &Value| -> i64 {
            value["points"][bound].as_str().unwrap().replace('.', "").parse().unwrap()
        };
        let sum: i64 = scheme["indicateurs"].as_array().unwrap().iter().map(millionths).sum();
        assert!((sum - millionths(scheme)).abs() <= 31);
    }
}

/// A dossier that `jalon generer` invents.
#[cfg(test)]
fn invented(format: &str, to: &Path) {
    let to = to.display().to_string();
    let population = ["--patients", "60", "--medecins", "2", "--graine", "3"];
    let place = ["--campagne", "2024", "--format", format, "--vers", &to];
    done([["generer"].as_slice(), &population, &place].concat());
}

#[cfg(test)]
fn json_of(dossier: &Path) -> (String, String) {
    let arguments =
        ["--campagne", "2024", "--dispositif", "rosp-adulte", "--format", "json"].map(OsStr::new);
    let text =
        done([&[OsStr::new("calculer"), dossier.as_os_str()], arguments.as_slice()].concat());
    let hash =
        serde_json::from_str::<Value>(&text).unwrap()["donnees"].as_str().unwrap().to_owned();
    (text.replace(&hash, ""), hash)
}

#[test]
fn same_bytes_from_csv_and_parquet() {
    let place = TempDir::new().unwrap();
    // A name that a query engine could take for a pattern or a protocol.
    let (csv, parquet) = (place.path().join("csv"), place.path().join("s3: [a]* é?#%20"));
    invented("csv", &csv);
    invented("parquet", &parquet);
    let ((from_csv, one), (from_parquet, other)) = (json_of(&csv), json_of(&parquet));
    assert_eq!(from_csv, from_parquet);
    assert_ne!(one, other);
}

#[test]
fn same_bytes_whatever_the_machine() {
    let dossier = cabinet();
    // One core only, where that can be asked.
    let taskset = Command::new("taskset").arg("-V").output();
    let mut strange = if taskset.is_ok_and(|output| output.status.success()) {
        let mut one = Command::new("taskset");
        one.args(["-c", "0", env!("CARGO_BIN_EXE_jalon")]);
        one
    } else {
        command()
    };
    let answer = run(strange
        .env("RAYON_NUM_THREADS", "1")
        .env("TOKIO_WORKER_THREADS", "1")
        .env("TZ", "Pacific/Kiritimati")
        .env("LANG", "ar_EG.UTF-8")
        .env("LC_ALL", "tr_TR.UTF-8")
        .args(dossier.calculer(&["--dispositif", "rosp-adulte", "--format", "json"])));
    assert_eq!((answer.code, answer.err.as_str()), (0, ""));
    assert_eq!(answer.out, *USUAL);
}

#[test]
fn order_of_lines_changes_nothing() {
    let dossier = cabinet();
    for entry in fs::read_dir(dossier.path()).unwrap() {
        let file = entry.unwrap().path();
        let text = fs::read_to_string(&file).unwrap();
        let mut lines: Vec<_> = text.lines().collect();
        lines[1..].reverse();
        fs::write(&file, lines.join("\r\n")).unwrap();
    }
    let (permuted, other) = json_of(dossier.path());
    let hash = usual()["donnees"].as_str().unwrap().to_owned();
    assert_eq!(USUAL.replace(&hash, ""), permuted);
    assert_ne!(hash, other);
}

#[test]
fn evidence() {
    let dossier = cabinet();
    let place = TempDir::new().unwrap();
    let names = ["preuves.parquet", "s3: [a]* é?#%20.bin"];
    for name in names {
        let file = place.path().join(name);
        let path = file.display().to_string();
        assert_eq!(
            done(dossier.calculer(&[
                "--dispositif",
                "rosp-adulte",
                "--format",
                "json",
                "--preuves",
                &path
            ])),
            *USUAL
        );
        let bytes = fs::read(&file).unwrap();
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    }
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), names.len());
}

#[test]
fn csv() {
    let dossier = cabinet();
    let text = done(dossier.calculer(&[
        "--dispositif",
        "rosp-adulte",
        "--format",
        "csv",
        "--patientele",
        "800",
    ]));
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 1 + 2 * 31);
    assert!(lines[0].starts_with("medecin,dispositif,patientele,indicateur,statut,numerateur,"));
    let columns = lines[0].split(',').count();
    assert!(lines.iter().all(|line| line.split(',').count() == columns));
    let expected = "SECRET-MA,rosp-adulte,800,diabete-hba1c,compte,3,5,0.600000,74,92,5,50,\
                    0.125000,0.125000,3.750000,3.750000,26.25,26.25,deduit";
    assert!(lines.contains(&expected), "{text}");
}

#[test]
fn table_of_one_doctor() {
    let text = done(cabinet().calculer(&[
        "--dispositif",
        "rosp-adulte",
        "--medecin",
        "SECRET-MA",
        "--patientele",
        "800",
    ]));
    assert!(!text.contains('\u{1b}'));
    has(
        &text,
        &[
            "ROSP du médecin traitant de l'adulte, campagne 2024",
            "Médecin SECRET-MA ; patientèle : 800\u{a0}patients donnés par --patientele",
            "60,0\u{a0}% (3/5)",
            "26,25\u{a0}€",
            "pas de déclaration",
            "Hors campagne : asthme-repertoire, incontinence-repertoire",
        ],
    );
    // No line is wider than a large terminal.
    assert!(text.lines().all(|line| line.chars().count() <= 160), "{text}");
}

#[test]
fn table_of_several_doctors() {
    let text = done(cabinet().calculer(&[]));
    assert!(!text.contains('\u{1b}'));
    has(&text, &["SECRET-MA", "SECRET-MB", "Total (2\u{a0}médecins)", "--medecin ID"]);
}

#[test]
fn what_is_invented_is_said() {
    let overlay = overlay();
    let head = overlay.path().join("complement.toml");
    fs::write(&head, fs::read_to_string(&head).unwrap().replace("\"releve\"", "\"fictif\""))
        .unwrap();
    let path = overlay.path().display().to_string();
    let text = done(cabinet().calculer(&["--medecin", "SECRET-MA", "--complement", &path]));
    has(&text, &["VALEURS FICTIVES : relevé (relevé de 2024)", "fictif"]);
}

#[test]
fn values_that_replace_known_ones_are_said() {
    let dossier = cabinet();
    let overlay = overlay();
    fs::write(
        overlay.path().join("bareme.csv"),
        "dispositif,indicateur,campagne,intermediaire,cible,seuil,points\nrosp-adulte,diabete-hba1c,2024,70,,,\n",
    )
    .unwrap();
    let path = overlay.path().display().to_string();
    let answer = jalon(dossier.calculer(&["--format", "json", "--complement", &path]));
    assert_eq!(answer.code, 0);
    has(
        &answer.err,
        &[&format!(
            "{path}/bareme.csv:2:1: avertissement : remplace une valeur connue de diabete-hba1c en 2024"
        )],
    );
    let outcome: Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!(indicator(scheme(&outcome, 0), "diabete-hba1c")["intermediaire"], "70");
}

#[test]
fn query() {
    let text = done(cabinet().calculer(&["--requete"]));
    has(&text, &["SELECT", "delivrances"]);
    assert!(!text.contains('\u{1b}'));
}
