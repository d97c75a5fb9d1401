//! `jalon comparer`: the same patients under two campaigns.

#[cfg(test)]
mod commun;

use std::sync::LazyLock;

use commun::{Dossier, done, has, refused};
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

/// Each campaign on its own days.
static OWN: LazyLock<Value> = LazyLock::new(|| json(&[]));

/// Both on the days of the first.
static SAME: LazyLock<Value> = LazyLock::new(|| json(&["--memes-faits"]));

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
    let told = &*OWN;
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
    let told = &*SAME;
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
    assert!(patients(&SAME) > patients(&OWN));
    has(&compared(&[]), &["--memes-faits", "Différence", "Total (1\u{a0}médecin)"]);
    has(&compared(&["--memes-faits"]), &["Mêmes faits : les règles de 2026"]);
    has(
        &compared(&["--format", "csv"]),
        &["dispositif,M0001,rosp-adulte + rosp-enfant,fmt-prevention,,,"],
    );
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

/// The line of JSON that shows an item.
#[cfg(test)]
fn line<'v>(told: &'v Value, side: &str, id: &str) -> &'v Value {
    let pairs = told["dispositifs"].as_array().unwrap();
    let mut lines = pairs.iter().flat_map(|pair| pair["elements"].as_array().unwrap());
    let shows =
        |line: &&Value| line[side].as_array().unwrap().iter().any(|element| element["id"] == id);
    lines.find(shows).unwrap_or_else(|| panic!("{id} : {told}"))
}

#[cfg(test)]
fn names(line: &Value, side: &str) -> Vec<String> {
    let elements = line[side].as_array().unwrap().iter();
    elements.map(|one| one["id"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn items_of_one_subject_stand_on_one_line() {
    let told = &*SAME;
    for (before, after) in [
        (vec!["grippe-65", "grippe-risque"], vec!["vaccin-grippe"]),
        (vec!["diabete-mrc", "hta-mrc"], vec!["depistage-mrc"]),
        (vec!["cancer-sein"], vec!["cancer-sein"]),
        (vec!["vaccin-ror"], vec!["vaccin-ror"]),
        (vec!["age-7-79"], vec!["age-7-74", "age-75-79"]),
        (vec!["dmp", "ordonnance-numerique"], vec!["option-dmp-ordonnance"]),
        (vec!["avk-inr"], vec![]),
        (vec![], vec!["vaccin-hpv"]),
    ] {
        let (side, id) = match before.first() {
            Some(id) => ("avant", id),
            None => ("apres", &after[0]),
        };
        let line = line(told, side, id);
        assert_eq!(
            (names(line, "avant"), names(line, "apres")),
            (
                before.iter().map(|id| (*id).to_owned()).collect(),
                after.iter().map(|id| (*id).to_owned()).collect(),
            )
        );
    }
    // 113 patients vaccinated, 5 € each; 20 points × 7 € × 677 / 800.
    let flu = line(told, "avant", "grippe-65");
    assert_eq!(flu["apres"][0]["euros"]["min"], "565.00");
    assert_eq!(flu["avant"][0]["euros"]["max"], "118.48");
    let page = compared(&["--memes-faits"]);
    has(&page, &["  grippe-65 ", "  vaccin-grippe ", "  rosp-enfant/vaccin-ror ", "  —  "]);
}

/// Rounded once each, items come to the scheme but for a cent a line.
#[test]
fn items_add_up_to_their_schemes() {
    for told in [&*OWN, &*SAME] {
        for pair in told["dispositifs"].as_array().unwrap() {
            let lines = pair["elements"].as_array().unwrap();
            for (side, end) in
                [("avant", "min"), ("avant", "max"), ("apres", "min"), ("apres", "max")]
            {
                let elements = lines.iter().flat_map(|line| line[side].as_array().unwrap());
                let euros = elements.map(|one| &one["euros"]).filter(|euros| !euros.is_null());
                let euros: Vec<_> = euros.map(|euros| cents(&euros[end])).collect();
                let gap = euros.iter().sum::<i64>() - cents(&pair[side][end]);
                assert!(gap.abs() <= i64::try_from(euros.len()).unwrap(), "{side} {end} : {pair}");
            }
        }
    }
}

/// A block that is met, and one that is not.
#[test]
fn items_of_a_block_are_paid_once_it_is_met() {
    let dossier = Dossier::small();
    let declared = |sesam: u8| {
        let lines = [
            "horaires,1,1",
            "logiciel-segur,1,1",
            &format!("sesam-vitale,{sesam},1"),
            "teletransmission,700,1000",
            "codage,1,1",
            "dmp,200,1000",
        ];
        let lines: Vec<_> =
            lines.iter().map(|line| format!("SECRET-MA,2024,{line},2025-01-10")).collect();
        let head = "medecin,campagne,indicateur,numerateur,denominateur,date";
        dossier.write("declarations", format!("{head}\n{}\n", lines.join("\n")));
        let told = done(
            dossier.asks("comparer", &["--avant", "2024", "--apres", "2026", "--format", "json"]),
        );
        let told: Value = serde_json::from_str(&told).unwrap();
        let block = told["dispositifs"].as_array().unwrap().iter();
        let mut block = block.filter(|pair| pair["dispositifs_avant"][0] == "forfait-structure");
        let block = block.next().unwrap()["elements"][0]["avant"][0].clone();
        assert_eq!(block["quoi"], "bloc");
        let paid = |id: &str| line(&told, "avant", id)["avant"][0]["euros"].clone();
        assert!(paid("horaires").is_null());
        [block["euros"].clone(), paid("codage"), paid("dmp")]
    };
    let exact = |euros: &str| serde_json::json!({ "min": euros, "max": euros });
    // 280 and 50 points at 7 €; 20 % of consultations are short of 30 %.
    assert_eq!(declared(1), [exact("1960.00"), exact("350.00"), exact("0.00")]);
    assert_eq!(declared(0), [exact("0.00"), exact("0.00"), exact("0.00")]);
}

#[test]
fn several_doctors_see_schemes_unless_asked() {
    let dossier = Dossier::small();
    dossier.add("medecins", "SECRET-MB,1");
    dossier.add("patients", "SECRET-P2,1960-03-01,F");
    dossier.add("rattachements", "SECRET-P2,SECRET-MB,2010-01-01,");
    let page = |arguments: &[&str]| {
        let asked = [&["--avant", "2024", "--apres", "2026"], arguments].concat();
        done(dossier.asks("comparer", &asked))
    };
    let short = page(&[]);
    assert!(!short.contains("vaccin-grippe"), "{short}");
    has(&short, &["fmt-prevention", "ajoutez --detail"]);
    has(&page(&["--detail"]), &["vaccin-grippe", "SECRET-MB"]);
    has(&page(&["--medecin", "SECRET-MA"]), &["vaccin-grippe"]);
    has(
        &page(&["--format", "csv"]),
        &["element,SECRET-MB,rosp-adulte,fmt-prevention,grippe-65 + grippe-risque,vaccin-grippe,"],
    );
}
