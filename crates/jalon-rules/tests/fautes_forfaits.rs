//! Faults of the files of flat rates: one change at a time to files that are
//! right, and the message people read.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use jalon_rules::Rules;
use jalon_rules::rules::RuleFile;

const GATE: &str = r#"[dispositif.essai]
nom = "Essai"
forme = "verrou"
dossier = "pages"
premiere_campagne = 2024
derniere_campagne = 2025
volets = ["bloc", "options"]

[[dispositif.essai.valeur_point]]
depuis = 2024
valeur = "7"
statut = "fictif"
source = "essai"

[[dispositif.essai.bloc]]
depuis = 2024
points = "100"
statut = "fictif"
source = "essai"

[[dispositif.essai.sous_total]]
depuis = 2024
volet = "options"
points = "50"
indicateurs = 1
statut = "fictif"
source = "essai"
"#;

const ITEM: &str = r#"# Un taux

Une invention pour l'essai.
Textes : aucun.

```toml verrou
dispositif = "essai"
preuve = "aucune"
```

| campagne | définition | bloc | exigence | points |
| --- | --- | --- | --- | --- |
| 2024 | [a] | option | 90 % [a] | 50 [a] |

| réf | statut | source | vérifié le |
| --- | --- | --- | --- |
| a | fictif | essai | 2026-11-21 |

| cas | campagne | déclarations | attendu | points |
| --- | --- | --- | --- | --- |
| au seuil | 2024 | 90/100 | atteint | 50 |
| dessous | 2025 | 89/100 | non atteint | 0 |
| rien | 2024 | | ? | de 0 à 50 |
"#;

const CLASSES: &str = r#"[dispositif.somme]
nom = "Somme"
forme = "par-patient"
dossier = "classes"
premiere_campagne = 2024
derniere_campagne = 2025
jour_de_reference = "31/12/N-1"

[[dispositif.somme.majoration]]
id = "age"
nom = "Âge du médecin"
age_du_medecin = 67
pourcent = "10"
statut = "fictif"
source = "essai"
"#;

const CLASS: &str = r#"# Tous les patients

Une invention pour l'essai.
Textes : aucun.

```toml classe
dispositif = "somme"

[[critere]]
id = "age"
dit = "n'importe quel âge"
ou = "age >= 0"
```

| campagne | définition | montant |
| --- | --- | --- |
| 2024 | [a] | 5 € [a] |

| réf | statut | source | vérifié le |
| --- | --- | --- | --- |
| a | fictif | essai | 2026-11-21 |

| cas | campagne | âge | ald | vu | c2s | attendu |
| --- | --- | --- | --- | --- | --- | --- |
| un patient | 2024 | 40 | non | oui | ? | oui |
"#;

/// Reads the four files, one of them changed, and gives the faults in short:
/// file, line and message.
fn faults(changed: &str, from: &str, to: &str) -> Vec<String> {
    let change = |name: &str, text: &str| {
        if name != changed {
            return text.to_owned();
        }
        assert!(text.contains(from), "{name} : `{from}`");
        text.replacen(from, to, 1)
    };
    let files = [
        ("convention-0000/essai.toml", GATE),
        ("convention-0000/pages/taux.md", ITEM),
        ("convention-0000/somme.toml", CLASSES),
        ("convention-0000/classes/tous.md", CLASS),
    ];
    let files = files
        .into_iter()
        .map(|(path, text)| RuleFile { path: path.to_owned(), bytes: change(path, text).into() })
        .collect();
    let (_, faults) = Rules::read(files, None);
    faults
        .iter()
        .map(|fault| {
            let name = fault.file.rsplit('/').next().unwrap();
            let hint = fault.hint.as_ref().map(|hint| format!(" — {hint}")).unwrap_or_default();
            format!("{name}:{}: {}{hint}", fault.line, fault.message)
        })
        .filter(|fault| fault != "tous.md:1: aucun cas dont l'issue est « non »")
        .collect()
}

fn check(file: &str, changes: &[(&str, &str, &str)]) {
    let path = match file {
        "essai.toml" | "somme.toml" => format!("convention-0000/{file}"),
        "taux.md" => format!("convention-0000/pages/{file}"),
        _ => format!("convention-0000/classes/{file}"),
    };
    for (from, to, expected) in changes {
        let found = faults(&path, from, to);
        let expected = format!("{file}:{expected}");
        assert!(found.contains(&expected), "{from} → {to}\n{expected}\n{found:#?}");
    }
}

#[test]
fn files_that_are_right_have_no_fault() {
    assert_eq!(faults("", "", ""), Vec::<String>::new());
}

#[test]
fn pages_of_a_gate() {
    check(
        "taux.md",
        &[
            ("preuve = ", "prueve = ", "7: clé manquante : `preuve`"),
            (
                "preuve = \"aucune\"\n",
                "preuve = \"aucune\"\npaliers = 3\n",
                "9: clé inconnue : `paliers` — clés permises ici : dispositif, preuve, ponderation, depuis, jusque, a_revoir, declaration, element, combinaison",
            ),
            (
                "| exigence | points |",
                "| demande | points |",
                "11: colonnes inattendues — il faut | campagne | définition | bloc | exigence | points |",
            ),
            (
                "90 % [a]",
                "190 % [a]",
                "13: valeur illisible : `190 %` — `?` si la valeur est inconnue, sinon par exemple `oui [a], 90 % [a], 2/3 [a], > 1/3 [a], 1 [a] ou prorata [a]`",
            ),
            (
                "90 % [a]",
                "3/2 [a]",
                "13: valeur illisible : `3/2` — `?` si la valeur est inconnue, sinon par exemple `oui [a], 90 % [a], 2/3 [a], > 1/3 [a], 1 [a] ou prorata [a]`",
            ),
            (
                "90 % [a]",
                "90 % [a] ou oui [a]",
                "13: les deux lectures ne demandent pas la même chose — oui [a], 90 % [a], 2/3 [a], > 1/3 [a], 1 [a] ou prorata [a]",
            ),
            (
                "50 [a] |",
                "50 |",
                "13: valeur sans source : `50` — `?` si la valeur est inconnue, sinon par exemple `30 [a], ou 0 [a] ou 22,5 [b]`",
            ),
            (
                "| option |",
                "| optoin |",
                "13: place inconnue : `optoin` — `option` ? places : prérequis, complément, option, majoration",
            ),
            (
                "| option |",
                "| prérequis |",
                "13: un prérequis n'a pas de points à lui — écrivez `—` : les points du bloc sont ceux du dispositif",
            ),
            (
                "dispositif = \"essai\"",
                "dispositif = \"esai\"",
                "7: dispositif inconnu : `esai` — `essai` ? dispositifs de cette forme : essai",
            ),
            (
                "2024 | [a] | option",
                "2025 | [a] | option",
                "1: campagne manquante au barème : 2024 — la première ligne du barème est la première campagne de la page",
            ),
            (
                "| 2024 | 90/100 |",
                "| 2026 | 90/100 |",
                "21: cas de 2026 : la page va de 2024 à 2025",
            ),
            (
                "| 2024 | 90/100 |",
                "| 2024 | 89/100 |",
                "21: « au seuil » : atteint attendu, non atteint trouvé",
            ),
            ("| atteint | 50 |", "| atteint | 40 |", "21: « au seuil » : points trouvés : 50"),
            (
                "| 2024 | 90/100 |",
                "| 2024 | 101/100 |",
                "21: campagne 2024, `taux` : 101 sur 100, le numérateur dépasse le dénominateur",
            ),
            (
                "90/100",
                "beaucoup",
                "21: déclaration illisible : `beaucoup` — oui, non, 41/57 ou 3 ; pour un élément, son nom d'abord",
            ),
            ("90/100", "90/100 ; 1/2", "21: `taux` déclaré deux fois — une fois suffit"),
            (
                "| rien | 2024 | | ? | de 0 à 50 |\n",
                "",
                "1: aucun cas dont l'issue est « inconnu » — un cas au moins pour atteint, non atteint et ?",
            ),
            (
                "preuve = \"aucune\"",
                "preuve = \"aucune\"\ncombinaison = \"moyenne\"",
                "9: `combinaison` ne va qu'avec des [[element]]",
            ),
            (
                "preuve = \"aucune\"",
                "preuve = \"aucune\"\nponderation = \"patientele\"",
                "14: la page pondère par la patientèle, le dispositif n'a pas de référence",
            ),
        ],
    );
}

#[test]
fn the_file_of_a_gate() {
    check(
        "essai.toml",
        &[
            (
                "forme = \"verrou\"",
                "forme = \"verou\"",
                "3: valeur inconnue pour `forme` : `verou` — `verrou` ? valeurs permises : verrou, par-patient",
            ),
            (
                "[\"bloc\", \"options\"]",
                "[\"bloc\"]",
                "7: il faut deux volets : le bloc, puis les options — volets = [\"volet-1\", \"volet-2\"]",
            ),
            (
                "points = \"50\"",
                "points = \"60\"",
                "1: 2024, options : 50 points dans les pages, 60 au sous-total",
            ),
            (
                "indicateurs = 1",
                "indicateurs = 2",
                "1: 2024, options : 1 indicateurs dans les pages, 2 au sous-total",
            ),
            ("points = \"100\"\n", "", "15: clé manquante : `points`"),
            (
                "[dispositif.essai]",
                "[dispositif.autre]",
                "1: le fichier porte le nom de son seul dispositif — [dispositif.essai]",
            ),
            (
                "derniere_campagne = 2025",
                "derniere_campagne = 2023",
                "1: la dernière campagne vient avant la première",
            ),
        ],
    );
}

#[test]
fn pages_of_classes() {
    check(
        "tous.md",
        &[
            (
                "age >= 0",
                "age > 200",
                "1: aucun patient ne peut être de la classe — ses critères se contredisent",
            ),
            (
                "ou = \"age >= 0\"",
                "ou = \"age >= 0\"\nald = \"toutes\"",
                "9: 2 tests au lieu d'un — ou, ald, vu, non_vu",
            ),
            (
                "ou = \"age >= 0\"",
                "vu = \"deux ans\"",
                "12: durée illisible : `deux ans` — \"24 mois\"",
            ),
            (
                "ou = \"age >= 0\"",
                "ou = \"taille >= 0\"",
                "12: colonne inconnue : `taille` — colonnes de cette unité : age, sexe, c2s",
            ),
            (
                "5 € [a]",
                "5 [a]",
                "17: valeur illisible : `5` — `?` si la valeur est inconnue, sinon par exemple `5 € [a]`",
            ),
            (
                "| montant |",
                "| points |",
                "15: colonnes inattendues — il faut | campagne | définition | montant |",
            ),
            ("| ? | oui |", "| ? | non |", "25: « un patient » : non attendu, oui trouvé"),
            (
                "| non | oui | ? |",
                "| peut-être | oui | ? |",
                "25: réponse illisible : `peut-être` — oui, non ou ?",
            ),
        ],
    );
}

#[test]
fn classes_hold_every_patient_once() {
    let hole = faults("convention-0000/classes/tous.md", "age >= 0", "age >= 7");
    let message =
        "somme.toml:1: 2024 : un patient de 0 ans sans ALD, non vu, n'est d'aucune classe";
    assert!(hole.contains(&message.to_owned()), "{hole:#?}");
}

#[test]
fn the_file_of_a_sum() {
    check(
        "somme.toml",
        &[
            (
                "31/12/N-1",
                "01/07/N",
                "7: jour de référence illisible : `01/07/N` — \"31/12/N\" ou \"31/12/N-1\"",
            ),
            (
                "pourcent = \"10\"\n",
                "",
                "9: il faut `pourcent` ou `formule` — pourcent = \"10\", ou formule = \"inconnue\"",
            ),
            (
                "pourcent = \"10\"",
                "pourcent = \"10\"\ncomprend_peut_etre = \"zone\"",
                "9: majoration inconnue : `zone` — nommez une majoration écrite plus haut",
            ),
            (
                "age_du_medecin",
                "age_du_docteur",
                "12: clé inconnue : `age_du_docteur` — clés permises ici : id, nom, depuis, jusque, age_du_medecin, zone, annee_de_primo_installation, formule, pourcent, statut, source, comprend_peut_etre",
            ),
        ],
    );
}
