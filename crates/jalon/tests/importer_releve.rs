//! `jalon importer releve`: a statement kept, its numbers in the overlay, its
//! arithmetic checked.

#[cfg(test)]
mod commun;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use commun::{done, has, jalon, refused};
use rust_xlsxwriter::{Format, Workbook};
use serde_json::Value;
use tempfile::TempDir;

/// 19,5 × 7 × 812 / 800 = 138,5475 ; 40 × 7 × 812 / 800 = 284,20, printed 300.
#[cfg(test)]
const TYPED: &str = r#"
campagne = 2024
recu = 2025-04-30
patientele = 812
reference = 800
valeur_point = 7

[[ligne]]
libelle = "Diabète : au moins deux HbA1c dans l'année"
theme = "Suivi des pathologies chroniques"
nature = "calcule"
seuil = 5
intermediaire = 74
cible = 92
depart = "61,5 %"
points_max = 30
points = 19.5
montant = 138.55

[[ligne]]
indicateur = "cancer-sein"
theme = "Prévention"
depart = 52
points_max = 40
points = 40
montant = "300,00 €"

[[total]]
libelle = "Total prévention"
points = 40
montant = 300

[[total]]
points = 59.5
montant = 438.55
"#;

#[cfg(test)]
struct Practice(TempDir);

#[cfg(test)]
impl Practice {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn folder(&self) -> PathBuf {
        self.0.path().join("cabinet")
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn asks(&self, file: &Path, arguments: &[&str]) -> Vec<String> {
        let (file, folder) = (file.to_str().unwrap().to_owned(), self.folder());
        let folder = folder.to_str().unwrap();
        let start = ["importer", "releve", &file, "--vers", folder];
        let doctor = ["--campagne", "2024", "--medecin", "SECRET-M1"];
        [&start[..], &doctor, arguments].concat().into_iter().map(str::to_owned).collect()
    }

    fn import(&self, name: &str, bytes: impl AsRef<[u8]>, arguments: &[&str]) -> String {
        done(self.asks(&self.file(name, bytes), arguments))
    }

    fn complement(&self, name: &str) -> String {
        fs::read_to_string(self.folder().join("complement").join(name)).unwrap()
    }

    fn kept(&self) -> Vec<String> {
        let folder = fs::read_dir(self.folder().join("releves")).unwrap();
        folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

#[test]
fn a_statement_typed_in() {
    let practice = Practice::new();
    let out = practice.import("r.toml", TYPED, &["--a-blanc"]);
    assert!(!practice.folder().exists());
    let space = "\u{a0}";
    let expected = format!(
        "\
Relevé rosp-adulte 2024

Ligne                        Points   Calculé   Imprimé    Écart
diabete-hba1c                  19,5  138,55{space}€  138,55{space}€        =
cancer-sein                      40  284,20{space}€  300,00{space}€  15,80{space}€
Total prévention (points)                  40        40        =
Total prévention (montants)          300,00{space}€  300,00{space}€        =
Total (points)                           59,5      59,5        =
Total (montants)                     438,55{space}€  438,55{space}€        =

Calculé = points × 7,00{space}€ × 812 / 800
L'arithmétique diffère : 1 écart sur 6 comparaisons, à 0,01{space}€ près, l'arrondi de la caisse étant inconnu.

À blanc : rien n'a été écrit.
"
    );
    assert_eq!(out, expected);

    let out = practice.import("r.toml", TYPED, &[]);
    has(&out, &["Relevé gardé : ", "--complement "]);
    assert!(!out.contains("SECRET"), "{out}");
    assert_eq!(
        practice.complement("bareme.csv"),
        "dispositif,indicateur,campagne,intermediaire,cible,seuil,points\n\
         rosp-adulte,diabete-hba1c,2024,74,92,5,30\n\
         rosp-adulte,cancer-sein,2024,,,,40\n"
    );
    assert_eq!(
        practice.complement("departs.csv"),
        "dispositif,indicateur,campagne,medecin,depart\n\
         rosp-adulte,diabete-hba1c,2024,SECRET-M1,61.5\n\
         rosp-adulte,cancer-sein,2024,SECRET-M1,52\n"
    );
    assert_eq!(
        practice.complement("complement.toml"),
        "titre = \"Relevés de la caisse\"\nnature = \"releve\"\n\
         source = \"relevé rosp-adulte 2024 reçu le 30/04/2025\"\n"
    );
    let [name] = practice.kept().try_into().unwrap();
    assert!(name.starts_with("2024-") && name.ends_with("-rosp-adulte.toml"), "{name}");
    assert!(!name.contains("SECRET"));

    // Again, and from the file that was kept: nothing changes.
    let kept = practice.folder().join("releves").join(&name);
    for file in [practice.0.path().join("r.toml"), kept] {
        assert!(done(practice.asks(&file, &[])).ends_with("Déjà importé : rien ne change.\n"));
    }
}

/// The ranges of a doctor, by indicator: whether points are exact.
#[cfg(test)]
fn exact(folder: &Path, complement: Option<&Path>) -> BTreeMap<String, bool> {
    let mut arguments = vec!["calculer", folder.to_str().unwrap()];
    arguments.extend(["--campagne", "2024", "--dispositif", "rosp-adulte", "--format", "json"]);
    arguments.extend(complement.iter().flat_map(|it| ["--complement", it.to_str().unwrap()]));
    let result: Value = serde_json::from_str(&jalon(arguments).out).unwrap();
    let indicators = result["medecins"][0]["dispositifs"][0]["indicateurs"].as_array().unwrap();
    indicators
        .iter()
        .map(|it| {
            let id = it["id"].as_str().unwrap().to_owned();
            (id, it["points"]["min"] == it["points"]["max"])
        })
        .collect()
}

/// The overlay of the example, as a statement: what it closes, the import closes.
#[test]
fn closes_the_same_ranges_as_an_overlay_written_by_hand() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../exemples/cabinet");
    let by_hand = example.join("complement");
    let mut starts: BTreeMap<String, String> = BTreeMap::new();
    for line in fs::read_to_string(by_hand.join("departs.csv")).unwrap().lines().skip(1) {
        let cells: Vec<_> = line.split(',').collect();
        starts.insert(cells[1].to_owned(), cells[4].to_owned());
    }
    let mut csv =
        "Id;Objectif intermédiaire;Objectif cible;Seuil;Points max;Taux de départ\n".to_owned();
    for line in fs::read_to_string(by_hand.join("bareme.csv")).unwrap().lines().skip(1) {
        let cells: Vec<_> = line.split(',').collect();
        let start = starts.get(cells[1]).map_or("", String::as_str);
        let _ = writeln!(
            csv,
            "{};{};{};{};{};{start}",
            cells[1], cells[3], cells[4], cells[5], cells[6]
        );
    }
    let practice = Practice::new();
    let file = practice.file("r.csv", csv);
    let mut arguments = practice.asks(&file, &["--dispositif", "rosp-adulte"]);
    arguments[8] = "M0001".to_owned();
    done(arguments);
    let imported = practice.folder().join("complement");
    let hand = exact(&example, Some(&by_hand));
    assert_eq!(exact(&example, Some(&imported)), hand);
    let bare = exact(&example, None);
    let count = |all: &BTreeMap<String, bool>| all.values().filter(|exact| **exact).count();
    assert!(count(&hand) > count(&bare), "{hand:?}");
}

#[test]
fn a_sheet_with_themes_totals_and_shares() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "Rémunération sur objectifs de santé publique").unwrap();
    sheet.write(1, 0, "Patientèle").unwrap();
    sheet.write(1, 1, 400).unwrap();
    let titles = ["Indicateur", "Objectif cible", "Taux atteint", "Points obtenus", "Montant (€)"];
    for (column, title) in (0_u16..).zip(titles) {
        sheet.write(3, column, title).unwrap();
    }
    sheet.write(4, 0, "Prévention").unwrap();
    let share = Format::new().set_num_format("0 %");
    sheet.write(5, 0, "Dépistage du cancer du sein, femmes de 50 à 74 ans").unwrap();
    sheet.write_with_format(5, 1, 0.74, &share).unwrap();
    sheet.write_with_format(5, 2, 0.70, &share).unwrap();
    sheet.write(5, 3, 20.5).unwrap();
    // 20,5 × 7 × 400 / 800 = 71,75
    sheet.write(5, 4, 71.75).unwrap();
    sheet.write(6, 0, "Un indicateur inédit").unwrap();
    sheet.write(6, 3, 10).unwrap();
    sheet.write(6, 4, 35).unwrap();
    sheet.write(7, 0, "Sous-total Prévention").unwrap();
    sheet.write(7, 3, 30.5).unwrap();
    sheet.write(7, 4, 106.75).unwrap();
    let practice = Practice::new();
    let file = practice.file("r.xlsx", book.save_to_buffer().unwrap());
    let out = done(practice.asks(&file, &["--dispositif", "rosp-adulte"]));
    has(
        &out,
        &[
            "Correspondance « releve » (XLSX, feuille « Sheet1 », titres à la ligne 4)",
            "L'arithmétique concorde : 4 comparaisons",
            "- « Dépistage du cancer du sein, femmes de 50 à 74 ans » : lu comme cancer-sein\n",
            "- « Un indicateur inédit » : aucun indicateur reconnu ; rien n'en va au complément\n  aide : --libelle \"Un indicateur inédit=",
        ],
    );
    has(&practice.complement("bareme.csv"), &["rosp-adulte,cancer-sein,2024,,74,,\n"]);
    assert!(!practice.folder().join("complement/departs.csv").exists());

    // The label is given its meaning; the columns are known.
    let out = done(practice.asks(
        &file,
        &["--dispositif", "rosp-adulte", "--libelle", "un indicateur inédit=alcool", "--remplacer"],
    ));
    has(&out, &["alcool"]);
    assert!(!out.contains("Champ "), "{out}");
}

#[test]
fn shares_written_as_plain_numbers() {
    let text = "Libellé;Cible;Taux;Points\nCancer colorectal;0,55;0,4;12\nalcool;0,75;1;3\n";
    let practice = Practice::new();
    let out = practice.import("r.csv", text, &["--dispositif", "rosp-adulte"]);
    has(&out, &["aucun taux ne dépasse 1 : ils sont lus comme des parts", "--patientele N"]);
    has(
        &practice.complement("bareme.csv"),
        &["cancer-colorectal,2024,,55,,\n", "alcool,2024,,75,,"],
    );
}

// Refused.

#[test]
fn conflicts_are_said_and_nothing_is_overwritten() {
    let practice = Practice::new();
    practice.import("r.toml", TYPED, &[]);
    let before = practice.complement("bareme.csv");
    let other = TYPED.replace("cible = 92", "cible = 93").replace("61,5", "60");
    let file = practice.file("r2.toml", &other);
    let message = refused(1, practice.asks(&file, &[]));
    has(
        &message,
        &[
            "complement/bareme.csv:2: diabete-hba1c, cible : 92 dans le complément, 93 sur le relevé",
            "complement/departs.csv:2: diabete-hba1c, depart : 61.5 dans le complément, 60 sur le relevé",
            "2 désaccords avec le complément ; rien n'a été écrit\naide : --remplacer",
        ],
    );
    assert_eq!(practice.complement("bareme.csv"), before);
    let out = done(practice.asks(&file, &["--remplacer"]));
    has(&out, &["diabete-hba1c, cible : 92 remplacé par 93"]);

    // Another statement of the same campaign, which contradicts no value.
    let third = other.replace("montant = 138.55", "montant = 138.50");
    let file = practice.file("r3.toml", third);
    has(&refused(1, practice.asks(&file, &[])), &["un autre relevé de cette campagne y est déjà"]);

    // An invented overlay is no place for a statement.
    let practice = Practice::new();
    let folder = practice.folder().join("complement");
    fs::create_dir_all(&folder).unwrap();
    let head = "titre = \"t\"\nnature = \"fictif\"\nsource = \"s\"\n";
    fs::write(folder.join("complement.toml"), head).unwrap();
    let file = practice.file("r.toml", TYPED);
    has(&refused(1, practice.asks(&file, &[])), &["ce complément est fictif", "aide : "]);
    assert!(!practice.folder().join("releves").exists());
}

#[test]
fn numbers_that_the_rules_refuse() {
    let practice = Practice::new();
    let file = practice.file("r.toml", TYPED.replace("cible = 92", "cible = 70"));
    let message = refused(1, practice.asks(&file, &[]));
    has(
        &message,
        &["diabete-hba1c en 2024 : la cible est plus facile que l'objectif intermédiaire"],
    );
    let file = practice.file("r.toml", TYPED.replace("cible = 92", "cible = 192"));
    has(&refused(1, practice.asks(&file, &[])), &["nombre illisible ou hors bornes : `192`"]);
    assert!(!practice.folder().exists());
}

#[test]
fn files_that_cannot_be_read() {
    let practice = Practice::new();
    let message = |text: &str, arguments: &[&str], code| {
        let file = practice.file("r.toml", text);
        let message = refused(code, practice.asks(&file, arguments));
        assert!(!practice.folder().exists(), "nothing is half written");
        message
    };
    has(&message("[[ligne]\n", &[], 1), &["r.toml:1: TOML mal écrit"]);
    has(&message("[[ligne]]\ncible = \"haute\"\n", &[], 1), &["r.toml:2: nombre illisible"]);
    has(&message(&TYPED.replace("2024", "2023"), &[], 1), &["le relevé est d'une autre campagne"]);
    has(
        &message(&format!("medecin = \"SECRET-M2\"{TYPED}"), &[], 1),
        &["le relevé est d'un autre médecin"],
    );
    let unknown = "[[ligne]]\nindicateur = \"cancer-sien\"\npoints = 3\n";
    has(&message(unknown, &[], 2), &["rien ne dit de quel dispositif", "--dispositif NOM"]);
    has(
        &message(unknown, &["--dispositif", "rosp-adulte"], 1),
        &["r.toml:1: indicateur inconnu : `cancer-sien`", "`cancer-sein` ?"],
    );
    let twice = "[[ligne]]\nindicateur = \"alcool\"\npoints = 3\n".repeat(2);
    has(&message(&twice, &[], 1), &["r.toml:4: alcool est déjà à la ligne 1"]);
    has(
        &message(TYPED, &["--dispositif", "forfait-structure"], 2),
        &["forfait-structure n'a ni objectifs ni points pondérés"],
    );
}

/// Labels as texts print or describe them: none may be taken for another.
#[test]
fn labels_are_never_taken_for_others() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("shared/reference/rosp-indicateurs.csv"))
        .find(|file| file.exists());
    let Some(shared) = shared else {
        println!("sauté : libellés de référence absents");
        return;
    };
    let mut labels: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut reader = csv::Reader::from_path(shared).unwrap();
    for row in reader.deserialize::<BTreeMap<String, String>>() {
        let row = row.unwrap();
        let year = |key: &str, open: i32| row[key].parse().unwrap_or(open);
        if year("from_year", 0) <= 2024
            && year("to_year", 9999) >= 2024
            && row["scheme"] != "rosp-centre-de-sante"
        {
            let label = row["label_fr"].replace(" (libellé reconstitué)", "");
            labels.insert((row["scheme"].clone(), row["id"].clone()), label);
        }
    }
    let (mut all, mut right) = (0, 0);
    let practice = Practice::new();
    let schemes: Vec<_> = labels.keys().map(|(scheme, _)| scheme.clone()).collect();
    for scheme in schemes.iter().collect::<std::collections::BTreeSet<_>>() {
        let own = || labels.iter().filter(|((it, _), _)| it == scheme);
        let mut text = "Libellé;Points\n".to_owned();
        for (_, label) in own() {
            let _ = writeln!(text, "\"{}\";1", label.replace('"', "\"\""));
        }
        let out = practice.import("l.csv", text, &["--dispositif", scheme, "--a-blanc"]);
        let table = out.split("Ligne ").nth(1).unwrap();
        for (((_, id), label), line) in own().zip(table.lines().skip(1)) {
            let read = line.split("  ").next().unwrap();
            all += 1;
            if read == id {
                right += 1;
            } else {
                assert!(!own().any(|((_, other), _)| other == read), "« {label} » lu comme {read}");
            }
        }
    }
    assert!(right * 5 >= all * 4, "{right} sur {all}");
}
