//! What pages and conventions may say of months, windows told from a birth or
//! an event, options for some patients, amounts by patient, lists and lent
//! pages; and what is said of those that say it wrong.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use jalon_rules::Rules;
use jalon_rules::campaign::{Anchor, Shift, Window};
use jalon_rules::convention::{Form, ListKind};
use jalon_rules::criterion::{Bounds, CountTest, Table, Test};
use jalon_rules::page::{Page, Unit};
use jalon_rules::rules::RuleFile;

const LIST: &str = "systeme,code,portee,libelle,depuis,jusque,statut,source
ccam,QEQK001,exact,x,,,deduit,x
";

/// A scheme and what it declares besides its name.
fn scheme(id: &str, more: &str) -> String {
    format!(
        "[dispositif.{id}]\nnom = \"x\"\npremiere_campagne = 2026\nderniere_campagne = 2026
population = \"age >= 0\"\nvolets = [\"v\"]\n{more}\n"
    )
}

fn per_patient(more: &str) -> String {
    scheme("essai", &format!("dossier = \"d\"\nforme = \"par-patient\"\n{more}"))
}

const SCALE: &str =
    "| campagne | définition | montant |\n| --- | --- | --- |\n| 2026 | [a] | 5 € [a] |\n";

const RULE: &str = "unite = \"patient\"\n[[numerateur]]\nid = \"n\"\ndit = \"x\"\nou = \"mois between 8 and 21\"\n";

fn page(rule: &str, scale: &str, case: &str) -> String {
    let case = |at: u8| format!("| {at} | 2026 | {case} | oui | non |");
    let cases = [0, 1, 2, 3, 4, 5].map(case).join("\n");
    format!(
        "# Essai\n\nTextes : aucun\n\n```toml regle\ndispositif = \"essai\"\nvolet = \"v\"\nsens = \"hausse\"\n{rule}```

{scale}
| réf | statut | source | vérifié le |
| --- | --- | --- | --- |
| a | deduit | x | 2026-11-21 |

| cas | campagne | patient | actes | dénominateur | numérateur |
| --- | --- | --- | --- | --- | --- |
{cases}
"
    )
}

fn read(schemes: &str, page: &str) -> (Rules, Vec<String>) {
    let files = [
        ("codes/liste.csv", LIST.to_owned()),
        ("c/convention.toml", format!("nom = \"x\"\ntextes = \"x\"\n{schemes}")),
        ("c/d/essai.md", page.to_owned()),
    ];
    let file = |(path, text): (&str, String)| RuleFile { path: path.into(), bytes: text.into() };
    let (rules, faults) = Rules::read(files.map(file).to_vec(), None);
    let warned = |line: &String| !line.contains("liste de codes qu'aucune page n'utilise");
    (rules, faults.iter().map(ToString::to_string).filter(warned).collect())
}

fn good(rule: &str) -> Page {
    let (rules, faults) = read(&per_patient(""), &page(rule, SCALE, "F, 14 mois | "));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    rules.pages()[0].clone()
}

/// The message is among the faults of a rule.
fn refused(rule: &str, message: &str) {
    let (_, faults) = read(&per_patient(""), &page(rule, SCALE, "F, 14 mois | "));
    said(&faults, message);
}

fn said(faults: &[String], message: &str) {
    let found = faults.iter().any(|fault| fault.contains(message));
    assert!(found, "{message} : {}", faults.join("\n"));
}

fn numerator(test: &str) -> String {
    format!("unite = \"patient\"\n[[numerateur]]\nid = \"n\"\ndit = \"x\"\n{test}\n")
}

fn count(window: &str) -> String {
    numerator(&format!(
        "compte = \"acte\"\ncodes = \"liste\"\npendant = \"{window}\"\nau_moins = 1"
    ))
}

#[test]
fn a_page_paid_by_patient() {
    let page = good(RULE);
    assert_eq!(page.form, Form::PerPatient);
    let scale = &page.scale[0].scale;
    assert_eq!(scale.amount.as_ref().unwrap().value.to_string(), "5");
    assert!(scale.points.is_none() && scale.target.is_none());
}

#[test]
fn the_scale_is_of_the_form_of_the_scheme() {
    let rates = "| campagne | définition | intermédiaire | cible | seuil | points |
| --- | --- | --- | --- | --- | --- |
| 2026 | [a] | ? | ? | ? | ? |
";
    let (_, faults) = read(&per_patient(""), &page(RULE, rates, "F, 14 mois | "));
    assert!(faults.len() == 1 && faults[0].contains("barème de forme `taux`"), "{faults:?}");
    let (_, faults) = read(&per_patient(""), &page(RULE, &SCALE.replace("5 €", "5"), "F | "));
    assert!(faults[0].contains("valeur illisible : `5`"), "{faults:?}");
    assert!(faults[0].contains("5 € [a]"), "{faults:?}");
}

#[test]
fn windows_without_a_fixed_beginning() {
    let window = |rule: &str| match &good(rule).rule.numerator[0].test {
        Some(Test::Count(CountTest { count, bounds: Bounds::Numbers { .. } })) => count.window,
        other => panic!("{other:?}"),
    };
    assert_eq!(window(&count("depuis toujours")), Window::Ever);
    let around =
        Window::Around { anchor: Anchor::Birth, from: Shift::Months(8), to: Shift::Months(11) };
    assert_eq!(window(&count("naissance + 8 mois - naissance + 11 mois")), around);
    refused(&count("naissance + 11 mois - naissance + 8 mois"), "fenêtre illisible");
    refused(&count("evenement - evenement + 6 mois"), "fenêtre sans repère ici");
}

#[test]
fn events_as_rows() {
    let event = "unite = \"evenement\"
[evenement]
compte = [\"sejour\", \"acte\"]
codes = \"liste\"
pendant = \"24 mois\"
[[numerateur]]
id = \"n\"
dit = \"x\"
compte = \"acte\"
codes = \"liste\"
pendant = \"evenement + 1 jour - evenement + 6 mois\"
au_moins = 1
";
    let Unit::Event(unit) = good(event).rule.unit else { panic!("une autre unité") };
    assert_eq!(unit.tables, [Table::Acts, Table::Stays]);
    assert_eq!((unit.codes, unit.window), (vec!["liste".to_owned()], Window::Months(24)));
    refused(&event.replace("24 mois", "naissance - naissance + 2 mois"), "fenêtre sans repère");
    refused(
        &event
            .replace("unite = \"evenement\"", "unite = \"patient\"")
            .replace("evenement + 1 jour - evenement + 6 mois", "annee"),
        "`[evenement]` ne va qu'avec",
    );
    refused(
        "unite = \"evenement\"\n[[numerateur]]\nid = \"n\"\ndit = \"x\"\nou = \"age > 1\"\n",
        "clé manquante : `evenement`",
    );
}

/// What is told from the event of a row is not weighed with what is the
/// patient's.
#[test]
fn events_are_not_mixed_with_patients() {
    let head = "unite = \"evenement\"\n[evenement]\ncompte = \"sejour\"\ncodes = \"liste\"\n";
    let count =
        |window: &str| format!("compte = \"acte\"\ncodes = \"liste\"\npendant = \"{window}\"\n");
    let (told, plain) = (count("evenement - evenement + 6 mois"), count("annee"));
    let any = |one: &str, other: &str| {
        let rule = format!(
            "[[numerateur.parmi]]\nid = \"a\"\ndit = \"x\"\n{one}au_moins = 1\n[[numerateur.parmi]]\nid = \"b\"\ndit = \"x\"\n{other}au_moins = 2"
        );
        numerator(&rule).replace("unite = \"patient\"\n", head)
    };
    let guarded = |test: &str| format!("si = \"age >= 30\"\n{test}");
    good(&any(&told, &told));
    good(&any(&plain, &guarded(&plain)));
    let mixed = "`parmi` mêle des choix ancrés sur l'événement et d'autres";
    refused(&any(&told, &plain), mixed);
    refused(&any(&told, &guarded(&told)), mixed);
    let as_many = |one: &str, window: &str| {
        let test = format!(
            "{one}au_moins_autant_que = {{ compte = \"acte\", codes = \"liste\", pendant = \"{window}\" }}"
        );
        numerator(&test).replace("unite = \"patient\"\n", head)
    };
    let around = "evenement - evenement + 1 jour";
    good(&as_many(&told, around));
    good(&as_many(&plain, "24 mois"));
    let one_of_two = "une seule des deux fenêtres est ancrée sur l'événement";
    refused(&as_many(&told, "24 mois"), one_of_two);
    refused(&as_many(&plain, around), one_of_two);
}

#[test]
fn substances_are_counted_between_fixed_days() {
    let substances = |window: &str| {
        numerator(&format!(
            "compte = \"delivrance\"\ncodes = \"liste\"\npendant = \"{window}\"\nsubstances_sur = 2\nau_moins = 1"
        ))
    };
    good(&substances("depuis toujours"));
    refused(&substances("naissance - naissance + 8 mois"), "`substances_sur` ne va pas avec");
}

#[test]
fn options_for_some_patients() {
    let any = |guard: &str| {
        numerator(&format!(
            "[[numerateur.parmi]]\nid = \"a\"\ndit = \"x\"\nou = \"sexe = 'F'\"\n[[numerateur.parmi]]\nid = \"b\"\ndit = \"x\"\n{guard}\ncompte = \"acte\"\ncodes = \"liste\"\nau_moins = 1"
        ))
    };
    let page = good(&any("si = \"age >= 30\""));
    let Some(Test::AnyOf(options)) = &page.rule.numerator[0].test else { panic!("parmi") };
    assert!(options[0].only_if.is_none());
    assert_eq!(options[1].only_if.as_ref().unwrap().to_string(), "(age >= 30)");
    refused(&any("si = \"agee >= 30\""), "colonne inconnue : `agee`");
    refused(
        &numerator("si = \"age >= 30\"\nou = \"sexe = 'F'\""),
        "`si` ne va qu'avec un choix de `parmi`",
    );
}

#[test]
fn what_nobody_knows() {
    let page = good("unite = \"inconnu\"\n[[numerateur]]\nid = \"n\"\ndit = \"x\"\n");
    assert!(!page.rule.unit.is_computed());
    refused(
        "unite = \"inconnu\"\n[[numerateur]]\nid = \"n\"\ndit = \"x\"\nou = \"age > 1\"\n",
        "l'unité `inconnu` n'a pas de test",
    );
}

#[test]
fn what_facts_show_of_what_is_declared() {
    let declared = |denominator: &str, numerator: &str| {
        good(&format!(
            "unite = \"declare\"\n[[denominateur]]\nid = \"d\"\ndit = \"x\"\n{denominator}\n[[numerateur]]\nid = \"n\"\ndit = \"y\"\n{numerator}\n"
        ))
    };
    let traced = "compte = \"acte\"\ncodes = \"liste\"\nau_moins = 1";
    let page = declared("ou = \"age < 16\"", traced);
    let shown = page.shown_by_facts().unwrap();
    assert!(page.rule.unit == Unit::Declared && shown.rule.unit == Unit::Patient);
    assert!(page.shows_numerator() && shown.rule.numerator.len() == 1);
    // Whom it is asked of, alone.
    let page = declared("ou = \"age < 16\"", "");
    assert!(!page.shows_numerator() && page.shown_by_facts().unwrap().rule.numerator.is_empty());
    // Done for people whom no fact tells apart.
    assert!(declared("", traced).shown_by_facts().is_none());
    assert!(declared("", "").shown_by_facts().is_none());
    // What is computed is computed.
    assert!(good(&numerator("ou = \"age < 16\"")).shown_by_facts().is_none());
    refused(
        "unite = \"declare\"\n[[numerateur]]\nid = \"n\"\ndit = \"x\"\nou = \"agee > 1\"\n",
        "colonne inconnue : `agee`",
    );
}

#[test]
fn cases_in_months_and_by_the_doctor() {
    let text = page(RULE, SCALE, "F, 14 mois | ngap:CS 02/02:med 03/03");
    let (rules, faults) = read(&per_patient(""), &text);
    assert!(faults.is_empty(), "{faults:?}");
    let facts = &rules.pages()[0].cases[0].facts;
    assert_eq!(facts.birth.to_string(), "2025-10-01");
    assert_eq!(facts.acts.iter().map(|act| act.by_doctor).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn lists_and_lent_pages() {
    let centre = "[[dispositif.centre.pages_de]]\ndispositif = \"essai\"\nstatut = \"deduit\"\nsource = \"x\"\n";
    let lent = |form: &str| {
        let more = format!("liste = \"centre\"\n{form}{centre}");
        per_patient("liste = \"suivis\"") + &scheme("centre", &more)
    };
    let text = page(RULE, SCALE, "F, 14 mois | ");
    let (rules, faults) = read(&lent("forme = \"par-patient\"\n"), &text);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(rules.scheme("essai").unwrap().list, ListKind::Followed);
    let centre = rules.scheme("centre").unwrap();
    assert_eq!(centre.list, ListKind::Centre);
    assert_eq!(rules.pages_of(centre).len(), 1);

    let (_, faults) = read(&lent(""), &text);
    assert!(faults.iter().any(|one| one.contains("est de forme `par-patient`")), "{faults:?}");
    let unknown = lent("forme = \"par-patient\"\n").replace("= \"essai\"", "= \"esai\"");
    let (_, faults) = read(&unknown, &text);
    assert!(faults[0].contains("dispositif inconnu : `esai`"), "{faults:?}");
    assert!(faults[0].contains("`essai` ?"), "{faults:?}");
}

#[test]
fn forms_and_lists_are_words() {
    let text = page(RULE, SCALE, "F, 14 mois | ");
    for (more, message) in [
        ("liste = \"suivi\"", "valeur inconnue pour `liste` : `suivi`"),
        (
            "[[dispositif.essai.valeur_point]]\ndepuis = 2026\nvaleur = \"7\"\nstatut = \"deduit\"\nsource = \"x\"",
            "`valeur_point` ne sert pas ici",
        ),
    ] {
        let (_, faults) = read(&per_patient(more), &text);
        said(&faults, message);
    }
    let twice = [
        ("codes/liste.csv", LIST.to_owned()),
        ("c/convention.toml", format!("nom = \"x\"\ntextes = \"x\"\n{}", per_patient(""))),
        ("e/convention.toml", format!("nom = \"x\"\ntextes = \"x\"\n{}", per_patient(""))),
        ("c/d/essai.md", text),
    ];
    let file = |(path, text): (&str, String)| RuleFile { path: path.into(), bytes: text.into() };
    let (_, faults) = Rules::read(twice.map(file).to_vec(), None);
    let twice = faults.iter().filter(|one| one.message.contains("deux dispositifs pour `essai`"));
    assert_eq!(twice.count(), 2);
}

/// The same indicator may be a page of several schemes.
#[test]
fn a_page_is_a_scheme_and_an_identifier() {
    let rules = Rules::bundled().unwrap();
    let schemes: Vec<_> =
        rules.pages_named("cancer-sein").map(|page| page.rule.scheme.as_str()).collect();
    assert_eq!(schemes, ["capi", "fmt-prevention", "rosp-2011", "rosp-adulte"]);
    for scheme in schemes {
        assert_eq!(rules.page(scheme, "cancer-sein").unwrap().rule.scheme, scheme);
    }
    let centre = rules.scheme("rosp-centre-de-sante").unwrap();
    let of = |id| rules.pages_of(rules.scheme(id).unwrap()).len();
    assert_eq!(rules.pages_of(centre).len(), of("rosp-adulte") + of("rosp-enfant"));
}

#[test]
fn replacements_name_schemes_and_pages_that_exist() {
    let text = page(RULE, SCALE, "F, 14 mois | ");
    let replaced = |before: &str, after: &str, subject: &str| {
        let sourced = "statut = \"deduit\"\nsource = \"x\"";
        let subject = format!("[[remplacement.correspondance]]\n{subject}\n{sourced}");
        let head = format!("[[remplacement]]\navant = \"{before}\"\napres = \"{after}\"");
        format!("{head}\n{sourced}\n{subject}\n{}", per_patient(""))
    };
    let same = "avant = \"essai\"\napres = [\"essai\"]";
    let (rules, faults) = read(&replaced("essai", "essai", same), &text);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let replacement = rules.replacements().next().unwrap();
    assert_eq!(replacement.same_subject[0].value.before, ["essai"]);

    for (before, subject, message) in [
        ("esai", same, "`remplacement` : dispositif inconnu : `esai`"),
        ("essai", "avant = \"essay\"\napres = \"essai\"", "`essai` n'a pas de page `essay`"),
        ("essai", "avant = \"essai\"\napres = \"essay\"", "`essai` n'a pas de page `essay`"),
        ("essai", "avant = [\"essai\", \"essai\"]\napres = \"essai\"", "`essai` figure deux fois"),
        ("essai", "apres = \"essai\"", "clé manquante : `avant`"),
        ("essai", "avant = \"essai\"\napres = \"essai\"\nvers = \"x\"", "clé inconnue : `vers`"),
    ] {
        let (_, faults) = read(&replaced(before, "essai", subject), &text);
        said(&faults, message);
    }
    let (_, faults) =
        read(&replaced("essai", "essai", "avant = \"essay\"\napres = \"essai\""), &text);
    // The place is that of the correspondence, and the page meant is proposed.
    assert!(faults[0].starts_with("c/convention.toml:8:"), "{}", faults[0]);
    assert!(faults[0].contains("`essai` ?"), "{}", faults[0]);
}
