//! Pages that mean nothing in medicine: they use what the format allows and
//! what no real page asks yet.

use std::fmt::Write as _;

use jalon_rules::Rules;
use jalon_rules::rules::RuleFile;

const CONVENTION: &str = "essai/convention.toml";

/// Made-up codes: every reach in every system, dated rows, an exclusion that
/// another list takes back.
const LISTS: [(&str, &str); 3] = [
    (
        "melange",
        "atc,A02,prefixe,x,,,deduit,x
atc,A02B,exclu,x,,2019,deduit,x
atc,N05BA12,exact,x,,,deduit,x
cip13,34009300,prefixe,x,,,deduit,x
cip13,340093001,exclu,x,,,deduit,x
nabm,0593,exact,x,,2019,deduit,x
nabm,1577,exact,x,,,deduit,x
nabm,0127,exact,x,2020,,deduit,x
ccam,QEQ,prefixe,x,,,deduit,x
prestation,943,prefixe,x,,,deduit,x
ngap,C,exact,x,,,deduit,x
loinc,4548-4,exact,x,,2019,deduit,x
cim10,I2,prefixe,x,,,deduit,x
cim10,I21,exclu,x,,,deduit,x
",
    ),
    (
        "repris",
        "atc,A02BC,prefixe,x,,,deduit,x
atc,N05B,prefixe,x,,,deduit,x
nabm,0592,exact,x,,,deduit,x
cim10,I210,exact,x,,,deduit,x
",
    ),
    (
        "rares",
        "atc,N05BA12,exact,x,,,deduit,x
cip13,3400930040072,exact,x,,,deduit,x
ccam,HHQE002,exact,x,,,deduit,x
",
    ),
];

/// Unit and criteria of each page.
const PAGES: [(&str, &str); 22] = [
    (
        "conditions",
        r#"unite = "patient"
[[denominateur]]
id = "a"
dit = "x"
ou = "c2s or (age in (16, 40, 60, 81) and sexe <> 'M')"
[[exclusion]]
id = "b"
dit = "x"
ou = "not c2s and age > 64"
[[numerateur]]
id = "c"
dit = "x"
ou = "not (age < 40 or sexe in ('M'))"
"#,
    ),
    (
        "bornes",
        r#"unite = "patient"
[[denominateur]]
id = "a"
dit = "x"
compte = ["acte", "delivrance", "vaccination", "sejour"]
codes = ["melange", "repris"]
pendant = "01/07/N-1 - 28/02/N"
au_moins = 1
au_plus = 4
[[numerateur]]
id = "b"
dit = "x"
compte = ["acte", "sejour"]
codes = "melange"
pendant = "1 mois"
au_plus = 0
"#,
    ),
    (
        "options-datees",
        r#"unite = "patient"
[[numerateur]]
id = "a"
dit = "x"
[[numerateur.parmi]]
id = "a1"
dit = "x"
depuis = 2020
ald = "toutes"
en_vigueur = "31/12/N-1"
[[numerateur.parmi]]
id = "a2"
dit = "x"
jusque = 2019
traite_par = "repris"
[[numerateur.parmi]]
id = "a3"
dit = "x"
ou = "age = 16"
"#,
    ),
    (
        "ald",
        r#"unite = "patient"
[[denominateur]]
id = "a"
dit = "x"
ald = [1, 31, 32]
en_vigueur = "31/12"
[[exclusion]]
id = "b"
dit = "x"
ald = [31, 32]
en_vigueur = "01/01/N+1"
[[numerateur]]
id = "c"
dit = "x"
ald = [31, 8]
"#,
    ),
    (
        "substances",
        r#"unite = "patient"
[[denominateur]]
id = "a"
dit = "x"
compte = "delivrance"
codes = ["melange", "repris"]
pendant = "24 mois"
substances_sur = 2
au_moins = 1
[[numerateur]]
id = "b"
dit = "x"
compte = "delivrance"
codes = "repris"
substances_sur = 1
au_plus = 1
"#,
    ),
    (
        "meme-jour",
        r#"unite = "patient"
[[denominateur]]
id = "a"
dit = "x"
compte = ["acte", "sejour", "vaccination"]
codes = "melange"
pendant = "36 mois"
le_meme_jour_que = "repris"
au_moins = 1
[[numerateur]]
id = "b"
dit = "x"
compte = "acte"
specialite = 15
le_meme_jour_que = "melange"
au_moins = 1
"#,
    ),
    (
        "autant",
        r#"unite = "patient"
[[denominateur]]
id = "a"
dit = "x"
compte = ["delivrance", "vaccination"]
codes = "melange"
pendant = "27 mois"
au_moins_autant_que = { compte = "acte", specialite = 15, pendant = "24 mois" }
[[numerateur]]
id = "b"
dit = "x"
compte = "acte"
codes = "melange"
au_moins_autant_que = { compte = "delivrance", codes = "melange", substances_sur = 2 }
"#,
    ),
    (
        "nombre",
        r#"unite = "patient"
taux = "pour-100"
[[exclusion]]
id = "a"
dit = "x"
compte = "acte"
specialite = 15
pendant = "15 mois"
au_moins = 3
[[numerateur]]
id = "b"
dit = "x"
compte = ["acte", "delivrance"]
codes = "melange"
pendant = "24 mois"
nombre = true
[[numerateur]]
id = "c"
dit = "x"
ou = "age < 65"
"#,
    ),
    (
        "traite",
        r#"unite = "patient"
[[denominateur]]
id = "a"
dit = "x"
traite_par = "melange"
[[exclusion]]
id = "b"
dit = "x"
traite_par = "rares"
[[numerateur]]
id = "c"
dit = "x"
traite_par = "repris"
"#,
    ),
    (
        "boites-repertoire",
        r#"unite = "boite"
[[denominateur]]
id = "a"
dit = "x"
codes = ["melange", "repris"]
[[denominateur]]
id = "b"
dit = "x"
ou = "repertoire"
[[numerateur]]
id = "c"
dit = "x"
codes = "rares"
"#,
    ),
    (
        "boites-exclues",
        r#"unite = "boite"
[[denominateur]]
id = "a"
dit = "x"
codes = ["melange", "repris"]
[[exclusion]]
id = "b"
dit = "x"
ou = "not repertoire"
[[numerateur]]
id = "c"
dit = "x"
codes = "rares"
[[numerateur]]
id = "d"
dit = "x"
ou = "repertoire"
"#,
    ),
    (
        "boites-restantes",
        r#"unite = "boite"
[[exclusion]]
id = "b"
dit = "x"
codes = "melange"
[[numerateur]]
id = "c"
dit = "x"
codes = "repris"
[[numerateur]]
id = "d"
dit = "x"
ou = "not repertoire"
"#,
    ),
    (
        "durees",
        r#"unite = "traitement"
[traitement]
codes = "melange"
jours_par_boite = 14
[[denominateur]]
id = "a"
dit = "x"
ou = "duree >= 14"
[[exclusion]]
id = "b"
dit = "x"
ou = "duree > 300"
[[numerateur]]
id = "c"
dit = "x"
ou = "duree between 28 and 84"
[[numerateur]]
id = "d"
dit = "x"
depuis = 2020
ou = "duree <> 60"
"#,
    ),
    (
        "durees-reprises",
        r#"unite = "traitement"
[traitement]
codes = "repris"
jours_par_boite = 30
[[numerateur]]
id = "c"
dit = "x"
ou = "duree > 30"
"#,
    ),
    (
        "dates",
        r#"unite = "traitement"
[traitement]
codes = "melange"
par = "date"
[[denominateur]]
id = "a"
dit = "x"
codes = ["repris", "rares"]
[[numerateur]]
id = "b"
dit = "x"
codes = "rares"
"#,
    ),
    (
        "dates-exclues",
        r#"unite = "traitement"
[traitement]
codes = "melange"
par = "date"
[[exclusion]]
id = "a"
dit = "x"
codes = "repris"
[[numerateur]]
id = "b"
dit = "x"
codes = "rares"
"#,
    ),
    (
        "naissance",
        r#"unite = "patient"
[[denominateur]]
id = "a"
dit = "x"
compte = ["acte", "delivrance"]
codes = "melange"
pendant = "naissance + 5 jours - naissance + 14 mois"
au_plus = 2
[[exclusion]]
id = "b"
dit = "x"
compte = "sejour"
codes = "melange"
pendant = "naissance - 1 mois - naissance + 1 mois"
au_moins = 1
[[numerateur]]
id = "c"
dit = "x"
compte = ["delivrance", "vaccination"]
codes = "melange"
pendant = "naissance + 8 mois - naissance + 20 mois"
le_meme_jour_que = "melange"
au_moins_autant_que = { compte = "acte", codes = "melange" }
[[numerateur]]
id = "d"
dit = "x"
compte = "acte"
codes = "melange"
pendant = "depuis toujours"
au_moins_autant_que = { compte = "delivrance", codes = "melange", pendant = "naissance - naissance + 12 mois" }
"#,
    ),
    (
        "nombre-naissance",
        r#"unite = "patient"
taux = "pour-100"
[[denominateur]]
id = "a"
dit = "x"
ou = "mois between 3 and 30"
[[numerateur]]
id = "b"
dit = "x"
compte = ["acte", "delivrance"]
codes = "melange"
pendant = "naissance - naissance + 20 mois"
nombre = true
"#,
    ),
    (
        "nombre-substances",
        r#"unite = "patient"
taux = "pour-100"
[[numerateur]]
id = "b"
dit = "x"
compte = "delivrance"
codes = ["melange", "repris"]
pendant = "24 mois"
substances_sur = 2
nombre = true
"#,
    ),
    (
        "si",
        r#"unite = "patient"
[[denominateur]]
id = "a"
dit = "x"
[[denominateur.parmi]]
id = "a1"
dit = "x"
si = "c2s"
traite_par = "melange"
[[denominateur.parmi]]
id = "a2"
dit = "x"
si = "not c2s and sexe = 'F'"
[[denominateur.parmi.parmi]]
id = "a21"
dit = "x"
si = "age > 39"
compte = "acte"
codes = "melange"
au_moins = 2
[[denominateur.parmi.parmi]]
id = "a22"
dit = "x"
ald = "toutes"
[[exclusion]]
id = "b"
dit = "x"
[[exclusion.parmi]]
id = "b1"
dit = "x"
si = "mois < 490"
ald = [31]
[[exclusion.parmi]]
id = "b2"
dit = "x"
ou = "c2s and age = 60"
[[numerateur]]
id = "c"
dit = "x"
compte = ["acte", "sejour", "vaccination"]
codes = "melange"
pendant = "depuis toujours"
au_moins = 3
"#,
    ),
    (
        "evenements",
        r#"unite = "evenement"
[evenement]
compte = ["acte", "sejour", "delivrance"]
codes = "melange"
pendant = "24 mois"
[[denominateur]]
id = "a"
dit = "x"
compte = ["acte", "delivrance"]
codes = ["melange", "repris"]
pendant = "evenement - 6 mois - evenement + 31 jours"
au_plus = 3
[[denominateur]]
id = "b"
dit = "x"
[[denominateur.parmi]]
id = "b1"
dit = "x"
si = "c2s"
compte = "delivrance"
codes = "melange"
au_moins = 1
[[denominateur.parmi]]
id = "b2"
dit = "x"
ou = "age > 39"
[[exclusion]]
id = "c"
dit = "x"
[[exclusion.parmi]]
id = "c1"
dit = "x"
depuis = 2020
compte = "sejour"
codes = "melange"
pendant = "evenement + 1 jour - evenement + 2 mois"
au_moins = 1
[[exclusion.parmi]]
id = "c2"
dit = "x"
compte = "acte"
specialite = 15
pendant = "evenement - evenement + 1 jour"
au_moins = 1
[[numerateur]]
id = "d"
dit = "x"
compte = "acte"
codes = "melange"
pendant = "evenement - evenement + 1 mois"
au_moins_autant_que = { compte = "delivrance", codes = "melange", pendant = "evenement - 12 mois - evenement", le_meme_jour_que = "repris" }
[[numerateur]]
id = "e"
dit = "x"
compte = "delivrance"
codes = "repris"
pendant = "naissance - naissance + 240 mois"
au_plus = 0
"#,
    ),
    (
        "evenements-exclus",
        r#"unite = "evenement"
[evenement]
compte = "delivrance"
codes = "repris"
pendant = "01/07/N-1 - 28/02/N"
[[exclusion]]
id = "a"
dit = "x"
ald = "toutes"
[[numerateur]]
id = "b"
dit = "x"
compte = "delivrance"
codes = "repris"
pendant = "evenement + 1 jour - evenement + 2 mois"
au_moins = 1
"#,
    ),
];

/// The rules of the made-up scheme. They lack scales and cases, which nothing
/// here needs; what reads them reports it and reads on.
pub fn rules() -> Rules {
    let mut files = vec![(CONVENTION.to_owned(), convention())];
    for (name, rows) in LISTS {
        let header = "systeme,code,portee,libelle,depuis,jusque,statut,source\n";
        files.push((format!("codes/{name}.csv"), format!("{header}{rows}")));
    }
    for (name, rule) in PAGES {
        let head = "dispositif = \"essai\"\nvolet = \"essai\"\nsens = \"hausse\"\n";
        let page = format!("# {name}\n\nTextes : aucun\n\n```toml regle\n{head}{rule}```\n");
        files.push((format!("essai/essai/{name}.md"), page));
    }
    let file = |(path, text): (String, String)| RuleFile { path, bytes: text.into_bytes() };
    let (rules, diagnostics) = Rules::read(files.into_iter().map(file).collect(), None);
    // What is missing is said of the convention and at the head of the pages;
    // the rest must be right.
    let wrong = diagnostics.iter().filter(|one| one.file != CONVENTION && one.line > 1);
    let wrong: Vec<_> = wrong.map(ToString::to_string).collect();
    assert!(wrong.is_empty() && rules.pages().len() == PAGES.len(), "{}", wrong.join("\n"));
    rules
}

fn convention() -> String {
    let dated = |key: &str| {
        format!(
            "[[dispositif.essai.{key}]]\ndepuis = 2019\nvaleur = \"1\"\nstatut = \"deduit\"\nsource = \"x\"\n"
        )
    };
    let mut text = "nom = \"Essai\"\ntextes = \"aucun\"\n[dispositif.essai]\nnom = \"Essai\"\ndossier = \"essai\"
premiere_campagne = 2019\nderniere_campagne = 2020\npopulation = \"age > 16 or c2s\"\nvolets = [\"essai\"]\n"
        .to_owned();
    for key in ["valeur_point", "reference", "part_intermediaire"] {
        text.push_str(&dated(key));
    }
    text.push_str(&dated("formule").replace("valeur = \"1\"\n", ""));
    for (id, list, population) in [
        ("essai-suivis", "suivis", "mois > 6 or not c2s"),
        ("essai-centre", "centre", "sexe = 'F' or c2s"),
    ] {
        let _ = write!(
            text,
            "[dispositif.{id}]\nnom = \"Essai\"\npremiere_campagne = 2020\nderniere_campagne = 2020
population = \"{population}\"\nliste = \"{list}\"\nvolets = [\"essai\"]
[[dispositif.{id}.pages_de]]\ndispositif = \"essai\"\nstatut = \"deduit\"\nsource = \"x\"\n"
        );
    }
    text
}
