//! The simulator of the application says what `jalon simuler` and `jalon
//! comparer` say of the same values.
#![cfg(all(feature = "servir", unix))]

#[cfg(test)]
mod commun;
#[cfg(test)]
mod serveur;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use commun::folder;
use jalon_rules::Rules;
use serde_json::Value;
use serveur::{demonstration, euros, get, json, serve};

const CABINET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../exemples/cabinet");

/// The rows of a table of a page: the texts of their cells.
#[cfg(test)]
fn rows(page: &str, table: &str) -> Vec<Vec<String>> {
    let found = page.split(&format!("aria-label=\"{table}\"")).nth(1);
    let found = found.unwrap_or_else(|| panic!("no table {table} in {page}"));
    let body = found.split("<tbody>").nth(1).unwrap().split("</tbody>").next().unwrap();
    let cells = |row: &str| {
        let cells = row.split("</t").filter_map(|cell| Some(cell.rsplit_once('>')?.1.to_owned()));
        cells
            .filter(|text| !text.trim().is_empty())
            .map(|text| text.replace("&#39;", "'"))
            .collect()
    };
    body.split("<tr>").skip(1).map(cells).collect()
}

#[cfg(test)]
fn name(rules: &Rules, ids: &Value) -> String {
    let ids: Vec<&str> = match ids {
        Value::String(id) => vec![id],
        ids => ids.as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect(),
    };
    let names: Vec<_> = ids.iter().map(|id| rules.any_scheme(id).unwrap().name()).collect();
    if names.is_empty() { "—".to_owned() } else { names.join(" + ") }
}

/// The rows of `simuler` for a doctor, as the page writes them.
#[cfg(test)]
fn simulated(rules: &Rules, told: &Value) -> Vec<Vec<String>> {
    let row = |name: String, one: &Value| {
        vec![
            name,
            euros(&one["avant"], false),
            euros(&one["apres"], false),
            euros(&one["difference"], true),
        ]
    };
    let schemes = told["dispositifs"].as_array().unwrap().iter();
    let mut rows: Vec<_> = schemes.map(|one| row(name(rules, &one["dispositif"]), one)).collect();
    rows.push(row("Total".to_owned(), told));
    rows
}

/// The rows of `comparer` for a doctor, as the page writes them.
#[cfg(test)]
fn compared(rules: &Rules, told: &Value, total: &Value) -> Vec<Vec<String>> {
    let row = |one: String, other: String, told: &Value| {
        let side = |name: &str, key: &str| {
            if name == "—" { "—".to_owned() } else { euros(&told[key], false) }
        };
        let (before, after) = (side(&one, "avant"), side(&other, "apres"));
        vec![one, before, other, after, euros(&told["difference"], true)]
    };
    let pairs = told.as_array().unwrap().iter();
    let mut rows: Vec<_> = pairs
        .map(|one| {
            let names =
                ["dispositifs_avant", "dispositifs_apres"].map(|key| name(rules, &one[key]));
            let [before, after] = names;
            row(before, after, one)
        })
        .collect();
    rows.push(row("Total".to_owned(), "Total".to_owned(), total));
    rows
}

#[cfg(test)]
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/:".contains(&byte);
    let one = |byte: u8| {
        if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(one).collect()
}

#[test]
fn what_is_typed_without_a_dossier_pays_what_the_dossier_pays() {
    // Everything declared, so that everything can be typed.
    let declared = "medecin,campagne,indicateur,numerateur,denominateur,date\n\
M0001,2024,risque-cv-score,4,5,\nM0001,2024,tabac,146,162,\nM0001,2024,alcool,40,43,\n\
M0001,2024,diabete-pieds,20,29,\nM0001,2024,imc,100,154,\n\
M0001,2024,depistage-sensoriel-2,1,9,\nM0001,2024,depistage-sensoriel-nourrisson,2,3,\n";
    let copy = folder(&[]);
    for entry in std::fs::read_dir(CABINET).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "csv") {
            std::fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    std::fs::write(copy.path().join("declarations.csv"), declared).unwrap();
    // Every act performed by the doctor: whom nobody has seen is then known.
    let acts = std::fs::read_to_string(copy.path().join("actes.csv")).unwrap();
    let performed = acts.lines().enumerate().map(|(at, line)| {
        let mut cells: Vec<&str> = line.split(',').collect();
        if at > 0 {
            cells[5] = "M0001";
        }
        cells.join(",")
    });
    let performed: Vec<_> = performed.collect();
    std::fs::write(copy.path().join("actes.csv"), performed.join("\n") + "\n").unwrap();
    let dossier = copy.path().to_str().unwrap();

    // What the command counts in both campaigns is what is typed.
    let mut typed: BTreeMap<String, String> = BTreeMap::new();
    for campaign in ["2024", "2026"] {
        let counted = json(&["calculer", dossier, "--campagne", campaign]);
        for scheme in counted["medecins"][0]["dispositifs"].as_array().unwrap() {
            let id = scheme["dispositif"].as_str().unwrap();
            let form = scheme["forme"].as_str().unwrap();
            if form == "taux" {
                typed.insert(format!("t:{id}/patientele"), scheme["patientele"].to_string());
            }
            for one in scheme["indicateurs"].as_array().unwrap() {
                let (Some(numerator), Some(denominator)) =
                    (one["numerateur"].as_str(), one["denominateur"].as_str())
                else {
                    continue;
                };
                let item = one["id"].as_str().unwrap();
                let text = match form {
                    "taux" => format!("{numerator}/{denominator}"),
                    _ => numerator.to_owned(),
                };
                typed.insert(format!("t:{id}/{item}"), text);
            }
        }
    }
    // As the table of doctors has it; whether the zone is a priority one is not told.
    typed.insert("t:vous/naissance".to_owned(), "1963".to_owned());
    typed.insert("t:vous/installation".to_owned(), "1996".to_owned());
    assert!(typed.len() > 60, "{}", typed.len());
    let change = "rosp-adulte/diabete-hba1c.cible=95";
    let mut address = format!(
        "/simulateur?campagne=2024&apres=2026&liste=831&decale=0&modif={}",
        encoded(change)
    );
    for (name, text) in &typed {
        write!(address, "&{}={}", encoded(name), encoded(text)).unwrap();
    }
    let nobody = folder(&[]);
    let served = serve(&["--dossier", nobody.path().join("cabinet").to_str().unwrap()]);
    let page = get(served.port, &address, "");
    let rules = Rules::bundled().unwrap();
    let simulation =
        json(&["simuler", dossier, "--campagne", "2024", "--modifier", change, "--par-medecin"]);
    assert_eq!(rows(&page, "Résultat"), simulated(&rules, &simulation["medecins"][0]));
    let contrast = json(&["comparer", dossier, "--avant", "2024", "--apres", "2026"]);
    assert_eq!(
        rows(&page, "L'ancien système et le nouveau".replace('\'', "&#39;").as_str()),
        compared(&rules, &contrast["dispositifs"], &contrast["total"])
    );
}

#[test]
fn the_practice_simulates_what_the_commands_simulate() {
    let dir = folder(&[]);
    let served = serve(&["--dossier", dir.path().join("cabinet").to_str().unwrap()]);
    let cookie = demonstration(&served);
    let dossier = dir.path().join("cabinet-memoire/demonstration/dossier");
    let dossier = dossier.to_str().unwrap();
    let rules = Rules::bundled().unwrap();
    let of_m1 = |told: &Value| {
        let all = told["medecins"].as_array().unwrap();
        all.iter().find(|one| one["medecin"] == "M0001").unwrap().clone()
    };
    for (query, asked) in [
        ("reforme=sans-ponderation", &["--reforme", "sans-ponderation"][..]),
        (
            "reforme=tronc-commun&v:rosp-adulte.valeur_point=8&modif=forfait-structure.valeur_point%3D6",
            &[
                "--reforme",
                "tronc-commun",
                "--modifier",
                "forfait-structure.valeur_point=6",
                "--modifier",
                "rosp-adulte.valeur_point=8",
            ],
        ),
    ] {
        let address = format!("/simulation?campagne=2024&apres=2026&{query}");
        let page = get(served.port, &address, &cookie);
        let base = ["simuler", dossier, "--campagne", "2024", "--par-medecin"];
        let told = json(&[&base[..], asked].concat());
        assert_eq!(rows(&page, "Résultat"), simulated(&rules, &of_m1(&told)), "{query}");
        // The file of the page is a reform that the command reads.
        let file =
            get(served.port, &format!("/simulation/reforme.toml?campagne=2024&{query}"), &cookie);
        let path = dir.path().join("reforme.toml");
        std::fs::write(&path, file.split_once("\r\n\r\n").unwrap().1).unwrap();
        let again = json(&[&base[..], &["--reforme", path.to_str().unwrap()]].concat());
        assert_eq!(of_m1(&again), of_m1(&told), "{query}");
    }
    let page = get(served.port, "/simulation?campagne=2024&apres=2026", &cookie);
    let asked = ["comparer", dossier, "--avant", "2024", "--apres", "2026", "--memes-faits"];
    let told = json(&[&asked[..], &["--medecin", "M0001"]].concat());
    assert_eq!(
        rows(&page, "L&#39;ancien système et le nouveau"),
        compared(&rules, &told["dispositifs"], &told["total"])
    );
}
