//! `jalon regles`, `verifier`, `generer`, `completions`, and help.

#[cfg(test)]
mod commun;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use commun::{done, french, has, jalon, refused};
use tempfile::TempDir;

/// Lines of the table of rules: those whose second column is a section.
#[cfg(test)]
fn listed(text: &str) -> Vec<&str> {
    let sections = ["suivi-pathologies-chroniques", "prevention", "efficience"];
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let rows = lines.filter(|words| words.get(1).is_some_and(|word| sections.contains(word)));
    rows.map(|words| words[0]).collect()
}

#[test]
fn all_rules() {
    let text = done(["regles", "--dispositif", "rosp-adulte"]);
    let ids = listed(&text);
    assert_eq!(ids.len(), 31);
    for id in ["diabete-hba1c", "asthme-repertoire", "ezetimibe", "tabac"] {
        assert!(ids.contains(&id), "{id}");
    }
    has(&text, &["rosp-adulte", "Convention médicale du 25 août 2016", "2019-2025", "2017-2025"]);
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn rules_of_a_campaign() {
    for (campaign, count) in [("2017", 29), ("2018", 27), ("2019", 29), ("2025", 29)] {
        let asked = ["regles", "--dispositif", "rosp-adulte", "--campagne", campaign];
        assert_eq!(listed(&done(asked)).len(), count, "{campaign}");
    }
    assert_eq!(listed(&done(["regles", "--dispositif", "rosp-adulte"])).len(), 31);
}

#[test]
fn page_in_a_campaign() {
    let text = done(["regles", "diabete-hba1c", "--campagne", "2024"]);
    has(
        &text,
        &[
            "Diabète : au moins deux HbA1c dans l'année",
            "un taux plus haut est meilleur",
            "Dénominateur",
            "Exclusions",
            "fructosamine dosée à au moins 2 dates",
            "Numérateur",
            "74\u{a0}%",
            "92\u{a0}%",
            "5\u{a0}patients",
            "officiel",
        ],
    );
    // The exclusion came in 2020, and other objectives with it.
    let text = done(["regles", "diabete-hba1c", "--campagne", "2019"]);
    has(&text, &["71\u{a0}%", "89\u{a0}%"]);
    assert!(!text.contains("Exclusions"));
}

#[test]
fn page_as_it_is_written() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../regles/convention-2016/adulte/diabete-hba1c.md");
    let asked = ["regles", "diabete-hba1c", "--dispositif", "rosp-adulte"];
    assert_eq!(done(asked), fs::read_to_string(page).unwrap());
    // Without a scheme, every page of that name.
    let both = done(["regles", "diabete-hba1c"]);
    has(&both, &["dispositif = \"rosp-adulte\"", "dispositif = \"fmt-prevention\""]);
}

#[test]
fn bundled_rules_are_without_fault() {
    let text = done(["verifier", "--couverture", "--sources"]);
    has(&text, &["Valeurs des barèmes par statut"]);
    let line = text.lines().find(|line| line.contains("sans faute")).unwrap();
    let numbers: Vec<u64> =
        line.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect();
    assert!(numbers[1] >= 31 * 6 && numbers[1] == numbers[2], "{line}");
    // One row a campaign; five values an indicator, each under one status.
    for (campaign, indicators) in [("2017", 29), ("2018", 27), ("2024", 29)] {
        let of_scheme = |line: &&str| line.split_whitespace().take(2).eq(["rosp-adulte", campaign]);
        let row = text.lines().find(of_scheme).unwrap();
        let sum: u64 =
            row.split_whitespace().skip(2).map(|word| word.parse::<u64>().unwrap()).sum();
        assert_eq!(sum, indicators * 5, "{row}");
    }
    // Any criterion that no case covers would be told as a fault of a page.
    assert!(!text.contains("aucun cas ne rend"), "{text}");
}

#[test]
fn completions() {
    let text = done(["completions", "bash"]);
    has(&text, &["complete -F", "calculer", "--campagne"]);
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        assert!(done(["completions", shell]).contains("calculer"));
    }
    has(&refused(2, ["completions", "tcsh"]), &["`tcsh`", "bash"]);
}

#[test]
fn help() {
    let commands = ["calculer", "expliquer", "regles", "verifier", "generer", "completions"];
    let top = done(["--help"]);
    has(&top, &commands);
    has(
        &top,
        &["Usage : jalon <COMMANDE>", "Commandes\u{a0}:", "Options\u{a0}:", "Codes de sortie"],
    );
    assert_eq!(done(["--aide"]), top);
    assert_eq!(done(["-h"]), top);
    let helps: Vec<_> = commands.iter().map(|command| done([command, "--help"])).collect();
    for text in helps.iter().chain([&top]) {
        french(text);
        for word in ["[default", "[possible", "Commandes:", "Exemples:", "help"] {
            let text = text.replace("--help", "");
            assert!(!text.contains(word), "`{word}` in:\n{text}");
        }
        has(text, &["Usage : jalon", "Exemple", "\n  jalon "]);
    }
    assert!(done(["--version"]).starts_with("jalon "));
}

#[test]
fn nothing_asked() {
    let answer = jalon::<&str>([]);
    assert_eq!((answer.code, answer.out.as_str()), (2, ""));
    has(&answer.err, &["Usage : jalon <COMMANDE>"]);
    french(&answer.err);
}

/// Every file of a folder with its bytes.
#[cfg(test)]
fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|file| {
            (file.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&file).unwrap())
        })
        .collect()
}

#[cfg(test)]
fn generate<'a>(seed: &'a str, format: &'a str, to: &'a str) -> Vec<&'a str> {
    let mut arguments =
        vec!["generer", "--patients", "30", "--medecins", "2", "--campagne", "2024"];
    arguments.extend(["--graine", seed, "--format", format, "--vers", to]);
    arguments
}

#[test]
fn same_seed_same_bytes() {
    let place = TempDir::new().unwrap();
    let made = |name: &str, seed: &str, format: &str| {
        let folder = place.path().join(name);
        let text = done(generate(seed, format, folder.to_str().unwrap()));
        has(&text, &["aucune personne réelle", "patients", "30"]);
        bytes(&folder)
    };
    for format in ["csv", "parquet"] {
        let first = made(&format!("{format}-1"), "7", format);
        assert_eq!(first.len(), 9);
        assert!(first.keys().all(|name| name.ends_with(format)));
        assert!(first == made(&format!("{format}-2"), "7", format));
        assert!(first != made(&format!("{format}-3"), "8", format));
    }
}

#[test]
fn an_inhabited_folder_is_left_alone() {
    let place = TempDir::new().unwrap();
    fs::write(place.path().join("notes.txt"), "à garder").unwrap();
    let path = place.path().to_str().unwrap();
    let message = refused(2, generate("1", "csv", path));
    has(&message, &[path, "n'est pas un dossier vide", "aide : "]);
    assert_eq!(bytes(place.path()).len(), 1);
    let message = refused(2, ["generer", "--patients", "0", "--medecins", "1", "--graine", "1"]);
    has(&message, &["--patients <N>", "`0`", "aide : un nombre entier"]);
}
