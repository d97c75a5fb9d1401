//! `jalon comparer`: the same patients under two campaigns.

#[cfg(test)]
mod commun;

use commun::{done, has, refused};
use serde_json::Value;

const CABINET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../exemples/cabinet");

#[cfg(test)]
fn compared(arguments: &[&str]) -> String {
    done([&["comparer", CABINET, "--avant", "2024", "--apres", "2026"], arguments].concat())
}

#[cfg(test)]
fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&compared(&[arguments, &["--format", "json"]].concat())).unwrap()
}

#[cfg(test)]
fn calculated(campaign: &str) -> Value {
    let asked = ["calculer", CABINET, "--campagne", campaign, "--format", "json"];
    serde_json::from_str(&done(asked)).unwrap()
}

/// Cents of an amount as printed in JSON.
#[cfg(test)]
fn cents(value: &Value) -> i64 {
    value.as_str().unwrap().replace('.', "").parse().unwrap()
}

#[test]
fn each_side_is_what_calculer_says() {
    let told = json(&[]);
    for (campaign, side) in [("2024", "avant"), ("2026", "apres")] {
        let schemes = calculated(campaign)["medecins"][0]["dispositifs"].clone();
        for end in ["min", "max"] {
            let schemes = schemes.as_array().unwrap().iter();
            let sum: i64 = schemes.map(|scheme| cents(&scheme["euros"][end])).sum();
            assert_eq!(sum, cents(&told["total"][side][end]), "{campaign} {end}");
        }
    }
    let total = &told["total"];
    assert_eq!(
        cents(&total["difference"]["min"]),
        cents(&total["apres"]["min"]) - cents(&total["avant"]["max"])
    );
}

#[test]
fn schemes_stand_beside_those_that_replaced_them() {
    let told = json(&["--memes-faits"]);
    let pairs = told["dispositifs"].as_array().unwrap();
    for (before, after) in [
        ("rosp-adulte", "fmt-prevention"),
        ("forfait-patientele", "fmt-socle"),
        ("forfait-structure", "donum"),
    ] {
        let found = pairs.iter().any(|pair| {
            let names = |key: &str| pair[key].to_string();
            names("dispositifs_avant").contains(before)
                && names("dispositifs_apres").contains(after)
        });
        assert!(found, "{before} → {after} : {told}");
    }
    let sum: i64 = pairs.iter().map(|pair| cents(&pair["avant"]["max"])).sum();
    assert_eq!(sum, cents(&told["total"]["avant"]["max"]));
}

#[test]
fn the_same_facts_are_those_of_the_first_campaign() {
    let patients = |told: &Value| cents(&told["total"]["apres"]["min"]);
    // The facts of the example end with 2024: little is left in 2026.
    assert!(patients(&json(&["--memes-faits"])) > patients(&json(&[])));
    has(&compared(&[]), &["--memes-faits", "Différence", "Total (1\u{a0}médecin)"]);
    has(&compared(&["--memes-faits"]), &["Mêmes faits : les règles de 2026"]);
    has(&compared(&["--format", "csv"]), &["M0001,rosp-adulte,fmt-prevention,"]);
}

#[test]
fn bad_questions_are_refused() {
    let asked = |before: &str, after: &str| {
        refused(2, ["comparer", CABINET, "--avant", before, "--apres", after])
    };
    has(&asked("2026", "2024"), &["vient avant"]);
    has(&asked("1999", "2024"), &["campagne 1999 absente"]);
    has(
        &refused(
            2,
            ["comparer", CABINET, "--avant", "2024", "--apres", "2026", "--medecin", "PERSONNE"],
        ),
        &["aucun médecin de ce nom"],
    );
}
