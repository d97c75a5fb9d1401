//! Bad inputs, one test each: the exit code, a French message that says where
//! and what to do, no result, no identifier, no panic.

#[cfg(test)]
mod commun;

use std::ffi::OsStr;
use std::fs;
use std::time::{Duration, Instant};

use commun::{Dossier, folder, has, jalon, ordinary, refused, rules, run};
use tempfile::TempDir;

/// The message of a dossier that is refused.
#[cfg(test)]
fn faults(dossier: &Dossier) -> String {
    refused(1, dossier.calculer(&[]))
}

// Dossiers.

#[test]
fn missing_table() {
    let dossier = Dossier::small();
    fs::remove_file(dossier.file("ald")).unwrap();
    has(
        &faults(&dossier),
        &["ald.csv: table absente", "aide : fichier `ald.csv` ou `ald.parquet`", "1 faute"],
    );
}

#[test]
fn missing_dossier() {
    let message = refused(1, ["calculer", "/nulle/part", "--campagne", "2024"]);
    has(&message, &["/nulle/part: dossier introuvable", "aide : "]);
}

#[test]
fn unknown_column() {
    let dossier = Dossier::small();
    dossier.write("patients", "patient,naisance,sexe\nSECRET-P1,1950-03-01,F\n");
    has(
        &faults(&dossier),
        &["patients.csv:1: naisance : colonne inconnue", "aide : `naissance` ?"],
    );
}

#[test]
fn header_missing() {
    let dossier = Dossier::small();
    dossier.write("patients", "SECRET-P1,1950-03-01,F\n");
    has(&faults(&dossier), &["patients.csv:1: ", "ne nomme aucune colonne", "aide : "]);
}

#[test]
fn day_that_does_not_exist() {
    let dossier = Dossier::small();
    dossier.add("actes", "SECRET-P1,2024-02-31,nabm,1577,1");
    has(
        &faults(&dossier),
        &["actes.csv:2: date « 2024-02-31 » : cette date n'existe pas", "aide : "],
    );
}

#[test]
fn day_in_french_order() {
    let dossier = Dossier::small();
    dossier.add("actes", "SECRET-P1,03/02/2024,nabm,1577,1");
    has(
        &faults(&dossier),
        &["actes.csv:2: date « 03/02/2024 » : date mal écrite", "aide : écrivez 2024-02-03"],
    );
}

#[test]
fn unknown_sex() {
    let dossier = Dossier::small();
    dossier.add("patients", "SECRET-P2,1960-01-01,X");
    has(
        &faults(&dossier),
        &["patients.csv:3: sexe « X » : valeur inconnue", "aide : écrivez F ou M"],
    );
}

#[test]
fn event_before_birth() {
    let dossier = Dossier::small();
    dossier.add("vaccinations", "SECRET-P1,1949-12-31,J07BB02");
    let message = faults(&dossier);
    has(
        &message,
        &[
            "vaccinations.csv:2: date « 1949-12-31 » : avant la naissance",
            "(1950-03-01)",
            "aide : ",
        ],
    );
}

#[test]
fn patient_of_no_table() {
    let dossier = Dossier::small();
    dossier.add("ald", "SECRET-INCONNU,8,2015-01-01");
    has(
        &faults(&dossier),
        &["ald.csv:2: patient : patient absent de la table patients", "aide : "],
    );
}

#[test]
fn doctor_of_no_table() {
    let dossier = Dossier::small();
    dossier.write("rattachements", "patient,medecin,debut\nSECRET-P1,SECRET-INCONNU,2010-01-01\n");
    has(
        &faults(&dossier),
        &["rattachements.csv:2: medecin : médecin absent de la table medecins", "aide : "],
    );
}

#[test]
fn patient_twice() {
    let dossier = Dossier::small();
    dossier.add("patients", "SECRET-P1,1951-03-01,F");
    let message = faults(&dossier);
    has(&message, &["patients.csv:3: patient : patient déjà déclaré à la ligne 2", "aide : "]);
}

#[test]
fn two_doctors_at_once() {
    let dossier = Dossier::small();
    dossier.add("medecins", "SECRET-MB,1");
    dossier.add("rattachements", "SECRET-P1,SECRET-MB,2020-01-01,");
    let message = faults(&dossier);
    has(
        &message,
        &[
            "rattachements.csv:3: medecin : deux médecins à la fois",
            "depuis 2010-01-01, à la ligne 2",
        ],
    );
}

#[test]
fn empty_file() {
    let dossier = Dossier::small();
    dossier.write("sejours", "");
    has(&faults(&dossier), &["sejours.csv: fichier vide", "aide : "]);
}

#[test]
fn no_patient_is_no_fault() {
    let dossier = Dossier::empty();
    let text = commun::done(dossier.calculer(&["--format", "json"]));
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let scheme = &json["medecins"][0]["dispositifs"][0];
    assert_eq!(scheme["patientele"], 0);
    let zero = serde_json::json!({ "min": "0.00", "max": "0.00" });
    assert_eq!(scheme["euros"], zero);
    for indicator in scheme["indicateurs"].as_array().unwrap() {
        let declared = ["diabete-pieds", "risque-cv-score", "tabac", "alcool"];
        let state = match indicator["id"].as_str().unwrap() {
            "incontinence-repertoire" | "asthme-repertoire" => "hors-campagne",
            id if declared.contains(&id) => "inconnu",
            _ => "sous-seuil",
        };
        assert_eq!(indicator["statut"], state, "{indicator}");
        assert_eq!(indicator["euros"], zero, "{indicator}");
    }
    let table = commun::done(dossier.calculer(&[]));
    has(&table, &["patientèle : 0\u{a0}patient au 31 décembre", "sous le seuil (5\u{a0}patients)"]);
}

#[test]
fn no_doctor_is_no_fault() {
    let dossier = Dossier::empty();
    dossier.write("medecins", "medecin,specialite\n");
    has(&commun::done(dossier.calculer(&[])), &["Aucun médecin"]);
}

#[test]
fn line_of_one_gigabyte() {
    let dossier = Dossier::small();
    let file = fs::OpenOptions::new().append(true).open(dossier.file("actes")).unwrap();
    file.set_len(1 << 30).unwrap();
    let start = Instant::now();
    // A sparse file reads as zero bytes: the first stops it.
    has(&faults(&dossier), &["actes.csv:2: ", "aide : "]);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn line_of_two_megabytes() {
    let dossier = Dossier::small();
    dossier.write("actes", format!("patient,date,systeme,code,quantite\n{}", "x".repeat(2 << 20)));
    let message = faults(&dossier);
    has(&message, &["actes.csv:2: ", "trop long"]);
    assert!(message.len() < 1000);
}

#[test]
fn nul_bytes() {
    let dossier = Dossier::small();
    dossier.write("patients", b"patient,naissance,sexe\nSECRET-P1,1950-03-01,\0F\n");
    has(&faults(&dossier), &["patients.csv:2: ", "aide : "]);
}

#[test]
fn utf_16() {
    let dossier = Dossier::small();
    dossier.write("patients", b"\xff\xfep\0a\0");
    has(&faults(&dossier), &["patients.csv", "UTF-16", "aide : "]);
}

#[test]
fn folder_in_place_of_a_file() {
    let dossier = Dossier::small();
    fs::remove_file(dossier.file("actes")).unwrap();
    fs::create_dir(dossier.file("actes")).unwrap();
    has(&faults(&dossier), &["actes.csv: dossier au lieu d'un fichier", "aide : "]);
}

#[test]
fn file_in_place_of_the_dossier() {
    let dossier = Dossier::small();
    let file = dossier.file("patients");
    let message = refused(
        1,
        [OsStr::new("calculer"), file.as_os_str(), "--campagne".as_ref(), "2024".as_ref()],
    );
    has(&message, &["fichier au lieu d'un dossier", "aide : "]);
}

#[cfg(unix)]
#[test]
fn no_permission() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let dossier = Dossier::small();
    fs::set_permissions(dossier.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(dossier.file("ald"), fs::Permissions::from_mode(0o000)).unwrap();
    let mut asked = ordinary(&folder);
    let answer = run(asked.arg("calculer").arg(dossier.path()).args(["--campagne", "2024"]));
    assert_eq!((answer.code, answer.out.as_str()), (1, ""), "{}", answer.err);
    has(&answer.err, &["ald.csv: ", "refusée", "aide : "]);
}

#[test]
fn parquet_that_is_not() {
    let dossier = Dossier::small();
    fs::remove_file(dossier.file("actes")).unwrap();
    fs::write(dossier.path().join("actes.parquet"), "patient,date\n").unwrap();
    has(&faults(&dossier), &["actes.parquet: ", "aide : "]);
}

#[test]
fn many_faults_are_counted() {
    let dossier = Dossier::small();
    dossier.add("actes", &"SECRET-P1,hier,nabm,1577,1\n".repeat(1000));
    let message = faults(&dossier);
    has(&message, &["1000 fautes dans le dossier, dont voici les 100 premières"]);
    assert_eq!(message.matches("actes.csv:").count(), 100);
}

// Command lines.

#[test]
fn campaign_outside_the_pages() {
    let dossier = Dossier::small();
    for year in ["2016", "2026", "0", "-1", "9999"] {
        let campaign = format!("--campagne={year}");
        let options = [campaign.as_str(), "--dispositif", "rosp-adulte"];
        let message = refused(2, dossier.asks("calculer", &options));
        has(&message, &[&format!("campagne {year} absente"), "2017 à 2025"]);
    }
    for year in ["2008", "2030", "0", "-1", "9999"] {
        let campaign = format!("--campagne={year}");
        let message = refused(2, dossier.asks("calculer", &[&campaign]));
        has(&message, &[&format!("campagne {year} absente"), "2009 à 2029"]);
    }
}

#[test]
fn campaign_that_is_no_year() {
    let dossier = Dossier::small();
    let message = refused(2, dossier.asks("calculer", &["--campagne", "l'an dernier"]));
    has(&message, &["--campagne <ANNÉE>", "`l'an dernier`", "aide : une année, comme 2024"]);
}

#[test]
fn campaign_missing() {
    has(
        &refused(2, Dossier::small().asks("calculer", &[])),
        &["il manque : --campagne <ANNÉE>", "aide : "],
    );
}

#[test]
fn unknown_indicator() {
    let dossier = Dossier::small();
    let message = refused(
        2,
        dossier.asks("expliquer", &["--campagne", "2024", "--indicateur", "diabete-hbac1"]),
    );
    has(&message, &["indicateur inconnu : `diabete-hbac1`", "aide : `diabete-hba1c` ?"]);
    has(
        &refused(2, ["regles", "gripe-65"]),
        &["indicateur inconnu : `gripe-65`", "aide : `grippe-65` ?"],
    );
}

#[test]
fn indicator_of_another_campaign() {
    let dossier = Dossier::small();
    let arguments = ["--campagne", "2024", "--indicateur", "incontinence-repertoire"];
    let message = refused(2, dossier.asks("expliquer", &arguments));
    has(&message, &["`incontinence-repertoire` n'existe pas en 2024 ; campagne : 2017\n"]);
}

#[test]
fn unknown_doctor() {
    let dossier = Dossier::small();
    has(
        &refused(2, dossier.calculer(&["--medecin", "SECRET-ZZ"])),
        &["--medecin : aucun médecin de ce nom"],
    );
}

#[test]
fn unknown_scheme() {
    let dossier = Dossier::small();
    let message = refused(2, dossier.calculer(&["--dispositif", "rosp-adultes"]));
    has(&message, &["dispositif inconnu : `rosp-adultes`", "aide : `rosp-adulte` ?"]);
}

#[test]
fn patient_off_the_list() {
    let dossier = Dossier::small();
    let arguments = ["--campagne", "2024", "--indicateur", "grippe-65", "--patient", "SECRET-ZZ"];
    has(
        &refused(2, dossier.asks("expliquer", &arguments)),
        &["--patient : ce patient n'est pas dans la patientèle"],
    );
}

#[test]
fn several_doctors_to_explain() {
    let dossier = Dossier::small();
    dossier.add("medecins", "SECRET-MB,1");
    let message =
        refused(2, dossier.asks("expliquer", &["--campagne", "2024", "--indicateur", "grippe-65"]));
    has(&message, &["2 médecins", "--medecin ID"]);
}

#[test]
fn unknown_option() {
    let dossier = Dossier::small();
    has(
        &refused(2, dossier.calculer(&["--forma", "json"])),
        &["option inconnue : `--forma`", "aide : --format ?"],
    );
    has(&refused(2, ["calculez"]), &["commande inconnue : `calculez`", "aide : calculer ?"]);
    has(&refused(2, dossier.calculer(&["--format", "xml"])), &["`xml`", "table, json, csv"]);
    has(
        &refused(2, dossier.calculer(&["--patientele", "beaucoup"])),
        &["`beaucoup`", "un nombre entier"],
    );
    let message = refused(2, dossier.calculer(&["--requete", "--format", "json"]));
    has(&message, &["--requete ne va pas avec --format"]);
}

#[test]
fn evidence_that_cannot_be_written() {
    let dossier = Dossier::small();
    let message = refused(2, dossier.calculer(&["--dispositif", "rosp-adulte", "--preuves", "/"]));
    has(&message, &["--preuves", "dossier"]);
}

// Overlays.

/// The message of an overlay with these files.
#[cfg(test)]
fn overlay(files: &[(&str, &str)]) -> String {
    let (dossier, overlay) = (Dossier::small(), folder(files));
    refused(1, dossier.calculer(&["--complement", &overlay.path().display().to_string()]))
}

const HEAD: (&str, &str) =
    ("complement.toml", "titre = \"relevé\"\nnature = \"releve\"\nsource = \"relevé de 2024\"\n");
const SCALE: &str = "dispositif,indicateur,campagne,intermediaire,cible,seuil,points\n";

#[test]
fn overlay_without_head() {
    let message = overlay(&[("bareme.csv", SCALE)]);
    has(&message, &["complement.toml", "complément sans complement.toml", "aide : titre, nature"]);
}

#[test]
fn overlay_of_an_unknown_indicator() {
    let message =
        overlay(&[HEAD, ("bareme.csv", &format!("{SCALE}rosp-adulte,gripe-65,2024,50,,,\n"))]);
    has(
        &message,
        &["bareme.csv:2:1: indicateur inconnu", "gripe-65,2024,50", "aide : `grippe-65` ?"],
    );
}

#[test]
fn overlay_with_impossible_numbers() {
    let rows = "rosp-adulte,grippe-65,2024,150,,,\nrosp-adulte,tabac,2024,,beaucoup,,\nrosp-adulte,alcool,2024,,,5.5,\n";
    let message = overlay(&[HEAD, ("bareme.csv", &format!("{SCALE}{rows}"))]);
    has(
        &message,
        &[
            "bareme.csv:2:1: nombre illisible ou hors bornes : `150`",
            "bareme.csv:3:1: nombre illisible ou hors bornes : `beaucoup`",
            "bareme.csv:4:1: nombre entier attendu : `5.5`",
            "aide : un nombre comme 74 ou 74,5",
        ],
    );
}

#[test]
fn overlay_with_a_target_too_easy() {
    let row = "rosp-adulte,benzo-hypnotiques,2024,20,30,,";
    let message = overlay(&[HEAD, ("bareme.csv", &format!("{SCALE}{row}\n"))]);
    has(
        &message,
        &[
            "bareme.csv:2:1: ",
            "benzo-hypnotiques en 2024",
            "la cible est plus facile que l'objectif intermédiaire",
            row,
        ],
    );
}

#[test]
fn overlay_with_unknown_columns_or_files() {
    let message = overlay(&[HEAD, ("bareme.csv", "indicateur,cible\n"), ("barème.csv", SCALE)]);
    has(&message, &["bareme.csv:1:1: colonnes inattendues", "barème.csv:1:1: fichier inconnu"]);
}

#[test]
fn overlay_for_doctors_names_none() {
    let departs = "dispositif,indicateur,campagne,medecin,depart\nrosp-adulte,grippe-65,2024,SECRET-MA,mieux\n";
    let message = overlay(&[HEAD, ("departs.csv", departs)]);
    has(&message, &["departs.csv:2:1: ", "`mieux`"]);
}

#[test]
fn overlay_that_is_not_there() {
    let dossier = Dossier::small();
    has(
        &refused(1, dossier.calculer(&["--complement", "/nulle/part"])),
        &["/nulle/part", "dossier"],
    );
}

// Rules.

#[test]
fn scale_of_question_marks_gives_a_range() {
    let rules = rules();
    let page = rules.path().join("convention-2016/adulte/diabete-hba1c.md");
    let text = fs::read_to_string(&page).unwrap();
    let kept: Vec<_> = text
        .lines()
        .filter(|line| !line.starts_with("| 20"))
        .flat_map(|line| match line {
            // The header of the scale is the first table whose first column is `campagne`.
            line if line.starts_with("| campagne |") => {
                vec![line, "| --- | --- | --- | --- | --- | --- |", "| 2017 | ? | ? | ? | ? | ? |"]
            }
            line => vec![line],
        })
        .collect();
    // The old rule under the header is now one too many.
    let text = kept.join("\n").replacen(
        "| 2017 | ? | ? | ? | ? | ? |\n| --- | --- | --- | --- | --- | --- |\n",
        "| 2017 | ? | ? | ? | ? | ? |\n",
        1,
    );
    // Sources that no value names would be faults.
    let text: String = text
        .split_inclusive('\n')
        .filter(|line| {
            !["| a |", "| b |", "| c |", "| d |", "| e |"].iter().any(|key| line.starts_with(key))
        })
        .collect();
    fs::write(&page, text).unwrap();

    let dossier = Dossier::small();
    dossier.add("delivrances", "SECRET-P1,2024-01-02,A10BA02,1\nSECRET-P1,2024-04-02,A10BA02,1\nSECRET-P1,2024-07-02,A10BA02,1");
    dossier.add("actes", "SECRET-P1,2024-02-03,nabm,1577,1\nSECRET-P1,2024-09-10,nabm,1577,1");
    let folder = rules.path().display().to_string();
    let text = commun::done(dossier.calculer(&[
        "--format",
        "json",
        "--patientele",
        "800",
        "--regles",
        &folder,
    ]));
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let all = json["medecins"][0]["dispositifs"][0]["indicateurs"].as_array().unwrap();
    let indicator = all.iter().find(|one| one["id"] == "diabete-hba1c").unwrap();
    // 220 points for the section, 190 of them in the other pages.
    assert_eq!(indicator["points"], serde_json::json!({ "min": "0.000000", "max": "30.000000" }));
    assert_eq!(indicator["euros"], serde_json::json!({ "min": "0.00", "max": "210.00" }));
    assert_eq!(indicator["statut"], "inconnu");
    has(&commun::done(dossier.calculer(&["--regles", &folder])), &["? → ?"]);
}

/// A convention of one section and two campaigns.
const CONVENTION: &str = "\
nom = \"Convention d'essai\"
textes = \"aucun\"

[dispositif.essai]
nom = \"Dispositif d'essai\"
dossier = \"essai\"
premiere_campagne = 2020
derniere_campagne = 2021
population = \"age >= 16\"
volets = [\"suivi\"]

[[dispositif.essai.valeur_point]]
depuis = 2020
valeur = \"7\"
statut = \"officiel\"
source = \"essai\"

[[dispositif.essai.reference]]
depuis = 2020
valeur = \"800\"
statut = \"officiel\"
source = \"essai\"

[[dispositif.essai.part_intermediaire]]
depuis = 2020
valeur = \"0.30\"
statut = \"officiel\"
source = \"essai\"

[[dispositif.essai.formule]]
depuis = 2020
statut = \"officiel\"
source = \"essai\"

[[dispositif.essai.sous_total]]
depuis = 2020
volet = \"suivi\"
points = \"30\"
indicateurs = 1
statut = \"officiel\"
source = \"essai\"
";

const PAGE: &str = "\
# Vaccin des femmes de 65 ans ou plus

Ce que dit le texte.
Textes : aucun.

```toml regle
dispositif = \"essai\"
volet = \"suivi\"
unite = \"patient\"
sens = \"hausse\"

[[denominateur]]
id = \"age\"
dit = \"femme de 65 ans ou plus\"
ou = \"age >= 65 and sexe = 'F'\"

[[numerateur]]
id = \"vaccin\"
dit = \"vaccinée dans l'année\"
compte = \"vaccination\"
codes = \"vaccin\"
au_moins = 1
```

| campagne | définition | intermédiaire | cible | seuil | points |
| --- | --- | --- | --- | --- | --- |
| 2020 | [a] | 50 % [a] | 75 % [a] | 5 patients [a] | 30 [a] |

| réf | statut | source | vérifié le |
| --- | --- | --- | --- |
| a | officiel | essai | 2026-11-21 |

| cas | campagne | patient | vaccinations | dénominateur | numérateur |
| --- | --- | --- | --- | --- | --- |
| vaccinée | 2020 | F, 70 ans | J07BB02 15/10 | oui | oui |
| non vaccinée | 2020 | F, 70 ans | | oui | non |
| homme | 2020 | M, 70 ans | J07BB02 15/10 | non | non |
| 64 ans | 2020 | F, 64 ans | J07BB02 15/10 | non | non |
| 65 ans | 2020 | F, 65 ans | J07BB02 15/10 | oui | oui |
| l'année d'avant | 2020 | F, 70 ans | J07BB02 15/10/2019 | oui | non |
";

const LIST: &str = "systeme,code,portee,libelle,depuis,jusque,statut,source\natc,J07BB,prefixe,grippe,,,officiel,essai\n";

/// What `jalon verifier` says of the rules above, once spoilt.
#[cfg(test)]
struct Spoilt {
    convention: String,
    page: String,
    list: String,
}

#[cfg(test)]
impl Spoilt {
    fn not() -> Self {
        Self { convention: CONVENTION.into(), page: PAGE.into(), list: LIST.into() }
    }

    fn page(from: &str, to: &str) -> Self {
        assert!(PAGE.contains(from), "{from}");
        Self { page: PAGE.replacen(from, to, 1), ..Self::not() }
    }

    fn folder(&self) -> TempDir {
        folder(&[
            ("essai/convention.toml", &self.convention),
            ("essai/essai/vaccin.md", &self.page),
            ("codes/vaccin.csv", &self.list),
        ])
    }

    /// What `jalon verifier` answers: faults that have all these.
    fn says(&self, parts: &[&str]) {
        let folder = self.folder();
        let path = folder.path().display().to_string();
        let answer = jalon(["verifier", &path]);
        assert_eq!((answer.code, answer.err.as_str()), (1, ""), "{}", answer.out);
        commun::french(&answer.out);
        has(&answer.out, parts);
        has(&answer.out, &["│", "^", &format!("{path}/")]);
    }

    /// The same, of one fault in the page, at this line and column.
    fn says_at(&self, place: &str, parts: &[&str]) {
        let place = format!("essai/essai/vaccin.md:{place}: ");
        self.says(&[&[place.as_str(), "1\u{a0}faute ; "], parts].concat());
    }
}

#[test]
fn rules_without_fault() {
    let folder = Spoilt::not().folder();
    let text = commun::done([OsStr::new("verifier"), folder.path().as_os_str()]);
    has(&text, &["1\u{a0}page sans faute ; 6 cas sur 6 ; listes de codes : 1"]);
}

#[test]
fn rules_with_an_unknown_key() {
    Spoilt::page("au_moins = 1", "au_moins = 1\npendan = \"annee\"")
        .says_at("23:1", &["clé inconnue : `pendan`", "pendan = \"annee\"", "aide : `pendant` ?"]);
    // What a misspelt key leaves undone does not hide it.
    Spoilt::page("au_moins = 1", "au_moin = 1").says(&[
        "vaccin.md:17:1: bornes du compte absentes",
        "vaccin.md:22:1: clé inconnue : `au_moin`",
        "aide : `au_moins` ?",
        "2\u{a0}fautes ; ",
    ]);
}

#[test]
fn rules_with_an_unknown_column() {
    Spoilt::page("age >= 65 and", "agee >= 65 and")
        .says_at("15:7", &["colonne inconnue : `agee`", "ou = \"agee >= 65", "aide : `age` ?"]);
}

#[test]
fn rules_with_an_unknown_list() {
    Spoilt::page("codes = \"vaccin\"", "codes = \"vacin\"").says_at(
        "21:9",
        &["liste de codes inconnue : `vacin`", "aide : `vaccin` ?", "avertissement"],
    );
}

#[test]
fn rules_with_an_empty_list() {
    let header = LIST.lines().next().unwrap();
    Spoilt { list: format!("{header}\n"), ..Spoilt::not() }.says(&[
        "codes/vaccin.csv:1:1: liste de codes vide",
        header,
        "aide : au moins une ligne",
    ]);
}

#[test]
fn rules_with_a_list_empty_in_a_campaign() {
    Spoilt { list: LIST.replace("grippe,,", "grippe,2021,"), ..Spoilt::not() }
        .says_at("21:9", &["la liste `vaccin` est vide en 2020", "codes = \"vaccin\""]);
}

#[test]
fn rules_with_two_scales_for_a_campaign() {
    let row = "| 2020 | [a] | 50 % [a] | 75 % [a] | 5 patients [a] | 30 [a] |\n";
    Spoilt::page(row, &row.repeat(2)).says_at(
        "28:3",
        &["la campagne 2020 vient après 2020", row.trim(), "aide : une ligne par campagne"],
    );
}

#[test]
fn rules_without_their_first_campaign() {
    Spoilt::page("| 2020 | [a]", "| 2021 | [a]")
        .says(&["vaccin.md:1:1: campagne manquante au barème : 2020", "aide : la première ligne"]);
}

#[test]
fn rules_with_a_wrong_sum() {
    Spoilt::page("| 30 [a] |", "| 31 [a] |").says(&[
        "essai/convention.toml:4:",
        "2020, suivi : 31 points dans les pages, 30 au sous-total",
        "[dispositif.essai]",
    ]);
}

#[test]
fn rules_without_a_source() {
    Spoilt::page("75 % [a]", "75 %").says_at(
        "27:27",
        &["valeur sans source : `75 %`", "│                           ^^^^", "aide : "],
    );
    Spoilt::page("75 % [a]", "75 % [z]").says_at("27:27", &["source inconnue : `[z]`"]);
}

#[test]
fn rules_with_a_case_that_fails() {
    let case = "| 65 ans | 2020 | F, 65 ans | J07BB02 15/10 | oui | oui |";
    let wrong = "| 65 ans | 2020 | F, 65 ans | J07BB02 15/10 | oui | non |";
    Spoilt::page(case, wrong)
        .says_at("39:3", &["le moteur trouve 1 / 1 et le cas attend 0 / 1", wrong, "5 cas sur 6"]);
}

#[test]
fn rules_with_a_criterion_without_test() {
    Spoilt::page("ou = \"age >= 65 and sexe = 'F'\"\n", "").says_at(
        "12:1",
        &["critère sans test", "[[denominateur]]", "aide : un parmi ou, traite_par"],
    );
}

#[test]
fn rules_with_faults_are_refused_everywhere() {
    let folder = Spoilt::page("au_moins = 1", "au_moin = 1").folder();
    let path = folder.path().display().to_string();
    let dossier = Dossier::small();
    let message = refused(1, dossier.calculer(&["--regles", &path]));
    has(
        &message,
        &[&format!("{path}/essai/essai/vaccin.md:22:1: clé inconnue"), "│ au_moin = 1", "aide : "],
    );
    has(&refused(1, ["regles", "--regles", &path]), &["essai/essai/vaccin.md:22:1: clé inconnue"]);
}

#[test]
fn rules_folder_that_is_empty_or_absent() {
    let nothing = TempDir::new().unwrap();
    let path = nothing.path().display().to_string();
    has(&refused(1, ["regles", "--regles", &path]), &[&path, "aucune page de règle"]);
    has(&refused(1, ["verifier", &path]), &[&path, "aucune page de règle"]);
    has(&refused(1, ["verifier", "/nulle/part"]), &["/nulle/part", "ce n'est pas un dossier"]);
}
