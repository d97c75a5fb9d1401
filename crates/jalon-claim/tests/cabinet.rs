//! The worked example: the example practice against an invented statement.

#[cfg(test)]
mod commun;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use calamine::{Data as Value, Reader, Xlsx};
use commun::{
    LEDGER, MEMBERS, RULES, arithmetic, campaign, data_hash, evidence, scheme, statement,
};
use jalon_claim::arithmetic::Verdict;
use jalon_claim::claim::{Annex, Claim, Disputed, Event, Ground, Letter, Proof, Version};
use jalon_claim::data::{Agreement, Data};
use jalon_claim::reconciliation::Scope;
use jalon_claim::suspects::{Explanation, Part, ToSee, explain};
use jalon_claim::{Deadlines, reconcile};
use jalon_import::list::{List, Person};
use jalon_import::statement::{Figure, Statement};
use jalon_pdf::{Block, Document};
use jalon_rules::{Fraction, Range, french};
use jiff::civil::{Date, date};

#[cfg(test)]
fn scope() -> Scope {
    Scope { day: date(2024, 12, 31), first: date(2024, 1, 1), ages: vec![16] }
}

#[cfg(test)]
fn number(text: &str) -> Fraction {
    text.parse().unwrap()
}

/// 19,5 × 7 × 677 / 800 = 115,51 ; 40 × 7 × 677 / 800 = 236,95, printed 230.
#[test]
fn the_statement_does_not_follow_from_its_points() {
    let it = arithmetic(&statement());
    assert_eq!(it.verdict(), Verdict::Differs { wrong: 1 });
    assert_eq!(it.compared(), 4);
    assert_eq!(it.rows[1].gap, Some(number("-6.95")));
    assert_eq!(it.rows[0].gap, Some(Fraction::zero()));
}

/// Counts of the facts, from the tables themselves: see the query of
/// `calculer --requete`, and what the fund prints.
#[test]
fn the_facts_are_not_what_the_fund_counts() {
    let data = Data::of(&statement(), &LEDGER);
    assert_eq!(data.verdict(), Agreement::Differs);
    let [diabetes, breast] = data.rows.as_slice() else { panic!("{:?}", data.rows) };
    assert_eq!((diabetes.fund.numerator, diabetes.fund.denominator), (Some(44), Some(53)));
    // The same counts, from the evidence of each patient.
    let rows = evidence("diabete-hba1c");
    let asked = rows.iter().filter(|row| row.counts.denominator == 1).count() as u64;
    let met = rows.iter().filter(|row| row.counts.numerator == 1).count() as u64;
    assert_eq!((diabetes.ours.numerator, diabetes.ours.denominator), (Some(met), Some(asked)));
    assert_eq!(diabetes.denominator_gap(), Some(asked.cast_signed() - 53));
    // The statement prints nothing of the counts of the other.
    assert_eq!(breast.agreement, Agreement::Unknown);
    assert_eq!(breast.numerator_gap(), None);
    assert_eq!(breast.fund.euros, Some(Range::exact(number("230"))));
    assert!(data.unread.is_empty());
    assert!(data.unprinted.contains(&"alcool".to_owned()));
    // Sums of what is compared, the range kept.
    let (fund, ours) = data.euros().unwrap();
    assert_eq!(fund, Range::exact(number("345.51")));
    let parts = [diabetes, breast].map(|row| row.ours.euros.as_ref().unwrap().round(2));
    assert_eq!(ours, &parts[0] + &parts[1]);
    assert_eq!(data.euros_gap(), Some(&ours - &fund));
}

#[cfg(test)]
fn explanations(data: &Data, seen: &ToSee) -> Vec<Explanation> {
    let rows = data.rows.iter();
    rows.flat_map(|row| explain(row, &evidence(&row.indicator), &MEMBERS, seen, &scope())).collect()
}

/// The fund prints other counts of the first indicator.
#[cfg(test)]
fn print(statement: &mut Statement, numerator: u64, denominator: u64) {
    let figures = &mut statement.lines[0].figures;
    for (figure, count) in [(Figure::Numerator, numerator), (Figure::Denominator, denominator)] {
        figures.insert(figure, u32::try_from(count).unwrap().into());
    }
}

#[test]
fn who_may_explain_a_gap() {
    let mut statement = statement();
    let ours = Data::of(&statement, &LEDGER).rows[0].ours.clone();
    let (numerator, denominator) = (ours.numerator.unwrap(), ours.denominator.unwrap());
    // Two fewer on each side than the facts.
    print(&mut statement, numerator - 2, denominator - 2);
    let data = Data::of(&statement, &LEDGER);
    let all = explanations(&data, &ToSee::default());
    let [asked, met] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((asked.part, asked.gap, asked.beyond), (Part::Denominator, 2, Some(0)));
    assert_eq!(asked.suspects.len() as u64, denominator);
    assert_eq!((met.part, met.gap), (Part::Numerator, 2));
    assert_eq!(met.suspects.len() as u64, numerator);
    assert!(met.suspects.iter().all(|one| !one.sure && one.numerator == 1));
    // Those of whom the facts tell something come first.
    let told: Vec<bool> = met.suspects.iter().map(|one| one.reasons.is_empty()).collect();
    assert!(told.is_sorted());
    assert_eq!(
        met.says(),
        format!("2 au numérateur que la caisse ne compte pas ; {numerator} patients possibles")
    );

    // The fund counts more than everyone whom the facts could stand for.
    let gaps = denominator - numerator;
    print(&mut statement, numerator + gaps + 5, denominator);
    let data = Data::of(&statement, &LEDGER);
    let all = explanations(&data, &ToSee::default());
    let [met] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((met.gap, met.beyond), (-(gaps.cast_signed() + 5), Some(5)));
    assert_eq!(met.suspects.len() as u64, gaps);

    // The same counts: nothing to explain.
    print(&mut statement, numerator, denominator);
    let data = Data::of(&statement, &LEDGER);
    assert_eq!(data.rows[0].agreement, Agreement::Same);
    assert!(explanations(&data, &ToSee::default()).is_empty());
}

/// What a nominative list says of someone is sure.
#[test]
fn whom_the_list_of_the_fund_says_is_to_be_seen() {
    let rows = evidence("diabete-hba1c");
    let met = rows.iter().find(|row| row.counts.numerator == 1).unwrap();
    let json = format!(
        r#"{{"format":1,"liste":"x","imports":[],
        "patients":{{"7":{{"identifiant":"{}"}}}},
        "lignes":[{{"patient":7,"indicateur":"diabete-hba1c","libelle":"HbA1c","depuis":"2025-01-10","caisse":{{}}}}]}}"#,
        met.patient
    );
    let folder = std::env::temp_dir().join(format!("jalon-claim-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("listes")).unwrap();
    std::fs::write(folder.join("listes/x.json"), json).unwrap();
    let list = List::load(&folder, "x").unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let same = reconcile(&MEMBERS, &BTreeMap::new(), &list.patients, &scope());
    assert_eq!(same.patient_of(7), Some(met.patient.as_str()));

    let mut statement = statement();
    let ours = Data::of(&statement, &LEDGER).rows[0].ours.clone();
    print(&mut statement, ours.numerator.unwrap() - 1, ours.denominator.unwrap());
    let data = Data::of(&statement, &LEDGER);
    let all = explanations(&data, &ToSee::of(&list, &same));
    let [it] = all.as_slice() else { panic!("{all:?}") };
    assert!(it.suspects[0].sure && it.suspects[0].patient == met.patient);
    assert_eq!(it.suspects.iter().filter(|one| one.sure).count(), 1);
    assert!(it.says().contains("1 d'après sa liste"), "{}", it.says());
}

/// The claim of the worked example, with two invented identities.
#[cfg(test)]
fn claim() -> Claim {
    let statement = statement();
    let data = Data::of(&statement, &LEDGER);
    let arithmetic = arithmetic(&statement);
    let people: Vec<_> =
        MEMBERS.iter().filter(|one| one.is_listed_on(scope().day)).take(2).collect();
    let person = |at: usize, name: &str| Person {
        nir: Some(format!("25508141680{at:02}")),
        nom: Some(format!("={name}")),
        prenom: Some("Zoé".to_owned()),
        naissance: people[at].birth,
        sexe: people[at].sex.clone(),
        ..Person::default()
    };
    let disputed = |at: usize, name: &str| Disputed {
        patient: people[at].patient.clone(),
        person: person(at, name),
        indicators: vec!["diabete-hba1c".to_owned()],
        ground: Ground::ActNotCounted,
        facts: vec![Event { date: date(2024, 9, 10), what: format!("HbA1c de Mme {name}") }],
        reasons: Vec::new(),
        proofs: vec![at],
    };
    let proof = |name: &str| Proof {
        name: format!("résultat {name}.pdf"),
        date: Some(date(2024, 9, 10)),
        hash: "ab".repeat(32),
    };
    let letter = Letter {
        sender: vec!["Dr Camille Fictif".to_owned(), "1, rue Inventée".to_owned()],
        place: "Exempleville".to_owned(),
        ..Letter::draft(&scheme().name, campaign(), date(2025, 5, 12), &arithmetic, &data)
    };
    let explanations = explanations(&data, &ToSee::default());
    let mut annex = Annex::of(&LEDGER, |id| data.rows.iter().any(|row| row.indicator == id));
    annex.program = "Jalon".to_owned();
    annex.rules = RULES.hash().to_owned();
    annex.facts = data_hash().to_owned();
    Claim {
        campaign: campaign(),
        scheme: scheme().name.clone(),
        letter,
        chronology: vec![
            Event { date: date(2025, 4, 30), what: "relevé reçu".to_owned() },
            Event {
                date: date(2025, 5, 6),
                what: "appel à la caisse pour Mme IMAGINAIRE".to_owned(),
            },
        ],
        arithmetic,
        data,
        explanations,
        lists: None,
        disputed: vec![disputed(0, "Imaginaire"), disputed(1, "D'Invention-Pure")],
        others: BTreeMap::new(),
        annex,
        proofs: vec![proof("Imaginaire"), proof("d'Invention pure")],
        deadlines: Deadlines { notified: Some(date(2025, 4, 30)), received: None },
    }
}

#[cfg(test)]
fn texts(document: &Document) -> Vec<String> {
    let mut all = vec![document.title.clone(), document.author.clone(), document.footer.clone()];
    for block in &document.blocks {
        match block {
            Block::Heading { text, .. } | Block::Paragraph { text } => all.push(text.clone()),
            Block::Lines { lines, .. } => all.extend(lines.clone()),
            Block::List { items } => all.extend(items.clone()),
            Block::Table(table) => {
                all.push(table.caption.clone());
                all.extend(table.rows.iter().flatten().cloned());
            }
            Block::Figure { description, .. } => all.push(description.clone()),
            Block::PageBreak => {}
        }
    }
    all
}

#[test]
fn the_document_says_what_was_computed() {
    let claim = claim();
    let all = texts(&claim.document(Version::Nominative));
    let has =
        |text: &str| assert!(all.iter().any(|one| one.contains(text)), "« {text} » : {all:#?}");
    let (fund, ours) = claim.data.euros().unwrap();
    for range in [&fund, &ours, &claim.amount().unwrap()] {
        has(&french::range(range, french::euros));
    }
    has("Réclamation : ");
    has("30/06/2025");
    has("Imaginaire");
    has(RULES.hash());
    has(data_hash());
    has("1 des 4 comparaisons");
    // The account of each indicator is drawn, and ends in its amount.
    let drawn = claim.document(Version::Nominative).blocks;
    let drawn = drawn.iter().filter(|one| matches!(one, Block::Figure { .. })).count();
    assert_eq!(drawn, claim.annex.accounts.len());
    for row in &claim.data.rows {
        has(&french::range(row.ours.euros.as_ref().unwrap(), french::euros));
    }
}

#[test]
fn nobody_is_told_in_the_other_version() {
    let claim = claim();
    let mut all = texts(&claim.document(Version::Anonymous));
    all.extend(cells(&claim.xlsx(Version::Anonymous).unwrap()).into_values().flatten().flatten());
    let all = all.join("\n").to_lowercase();
    for one in &claim.disputed {
        let birth: Date = one.person.naissance.unwrap();
        for secret in [
            one.patient.as_str(),
            one.person.nir.as_deref().unwrap(),
            "imaginaire",
            "invention",
            "pure",
            "zoé",
            &french::date(birth),
            &birth.to_string(),
        ] {
            assert!(!all.contains(&secret.to_lowercase()), "« {secret} » dans :\n{all}");
        }
        assert!(all.contains(&format!("{:02}/{}", birth.month(), birth.year())));
    }
    assert!(all.contains("appel à la caisse pour mme p01"), "{all}");
    assert!(all.contains("p02"));
    assert!(!all.contains("10/09/2024") && all.contains("09/2024"));
}

/// Cells of a workbook as texts, by sheet. No cell is a formula.
#[cfg(test)]
fn cells(bytes: &[u8]) -> BTreeMap<String, Vec<Vec<String>>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let names = book.sheet_names();
    names
        .into_iter()
        .map(|name| {
            assert!(book.worksheet_formula(&name).unwrap().is_empty(), "{name}");
            let rows = book.worksheet_range(&name).unwrap();
            let rows = rows.rows().map(|row| row.iter().map(Value::to_string).collect());
            (name, rows.collect())
        })
        .collect()
}

#[test]
fn the_workbook_holds_the_same_numbers() {
    let claim = claim();
    let bytes = claim.xlsx(Version::Nominative).unwrap();
    assert_eq!(bytes, claim.xlsx(Version::Nominative).unwrap(), "the same claim, the same bytes");
    let sheets = cells(&bytes);
    let counts = &sheets["Comptes"];
    let diabetes = &claim.data.rows[0];
    assert_eq!(counts[1][0], diabetes.title);
    assert_eq!(counts[1][3], "44");
    assert_eq!(counts[1][4], diabetes.ours.numerator.unwrap().to_string());
    let amounts = &sheets["Montants"];
    let total = amounts.last().unwrap();
    let (fund, ours) = claim.data.euros().unwrap();
    let ends = [fund.min(), fund.max(), ours.min(), ours.max()];
    for (cell, end) in total[5..9].iter().zip(ends) {
        assert_eq!(number(cell), *end, "{total:?}");
    }
    // A text that looks like a formula is one nowhere.
    assert!(sheets["Patients"].iter().flatten().any(|cell| cell == "=Imaginaire Zoé"));
    let names: BTreeSet<&str> = sheets.keys().map(String::as_str).collect();
    assert!(names.contains("Délais") && names.contains("Pièces") && names.contains("Calcul"));
}

/// The document that the composer's own tests set on pages: it is kept beside
/// them, for the composer and the query engine are not built together.
#[test]
fn the_document_set_on_pages_is_this_one() {
    let mut claim = claim();
    // What changes with every word of the rules is not what is tested there.
    claim.annex.rules = "0".repeat(64);
    claim.annex.facts = "1".repeat(64);
    claim.annex.accounts.truncate(1);
    claim.annex.drawings.truncate(1);
    claim.annex.sources.clear();
    let document = claim.document(Version::Nominative);
    let mut written = serde_json::to_string_pretty(&document).unwrap();
    written.push('\n');
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../jalon-pdf/tests/reclamation.json");
    if std::env::var_os("JALON_ECRIRE").is_some() {
        std::fs::write(path, &written).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap();
    assert!(kept == written, "JALON_ECRIRE=1 cargo test … réécrit {path}");
}
