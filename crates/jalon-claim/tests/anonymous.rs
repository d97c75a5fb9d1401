//! The version without identities, over invented dossiers: whatever people are
//! called and whatever is written of them, none of it is told.

use jalon_claim::arithmetic::{Arithmetic, Compared, Row, Terms};
use jalon_claim::claim::{Annex, Claim, Disputed, Event, Ground, Letter, Proof, Version};
use jalon_claim::data::Data;
use jalon_claim::reason::{Reason, Who};
use jalon_claim::{Deadlines, Reconciliation};
use jalon_import::label::plain;
use jalon_import::list::Person;
use jalon_rules::{Campaign, Fraction, french};
use jiff::civil::{Date, date};
use proptest::prelude::*;

#[cfg(test)]
#[derive(Clone, Debug)]
struct Someone {
    patient: String,
    person: Person,
}

#[cfg(test)]
prop_compose! {
    fn someone()(
        patient in "[A-Z]{2}[0-9]{6}[a-z]",
        nir in "[12][0-9]{12}",
        // Letters that no word of the project is made of only, accents, dashes.
        name in "[KWXZ][éèxzkwqj]{3,8}([ '-][KWXZ][àxzkwqj]{2,6})?",
        first in "[KWXZ][ôxzkwqj]{3,6}(-[KWXZ][xzkwqj]{3,6})?",
        year in 1925_i16..2023, month in 1_i8..=12, day in 1_i8..=28,
        sex in "[FM]",
    ) -> Someone {
        let person = Person {
            nir: Some(nir),
            identifiant: Some(format!("{patient}/dossier")),
            nom: Some(name),
            prenom: Some(first),
            naissance: Some(date(year, month, day)),
            sexe: Some(sex),
            age: None,
        };
        Someone { patient, person }
    }
}

/// Everything that one may write of someone.
#[cfg(test)]
fn said(one: &Someone, manner: usize) -> String {
    let person = &one.person;
    let (name, first) = (person.nom.clone().unwrap(), person.prenom.clone().unwrap());
    let (nir, birth) = (person.nir.clone().unwrap(), person.naissance.unwrap());
    match manner % 6 {
        0 => format!("vue avec Mme {} {first}", name.to_uppercase()),
        1 => format!("{first} {name}, né(e) le {}", french::date(birth)),
        2 => format!("n° {} {} {} {}", &nir[..1], &nir[1..3], &nir[3..5], &nir[5..]),
        3 => format!("résultat_{}.pdf du {birth}", one.patient.to_lowercase()),
        4 => format!("« {} » ({})", name.to_lowercase(), person.identifiant.clone().unwrap()),
        _ => format!("{}/{}/{}", birth.day(), birth.month(), birth.year()),
    }
}

#[cfg(test)]
fn claim(people: &[Someone], others: &[Someone]) -> Claim {
    let all = || people.iter().chain(others);
    let text = |shift: usize| {
        let parts = all().enumerate().map(|(at, one)| said(one, at + shift));
        parts.collect::<Vec<_>>().join(" ; ")
    };
    let disputed = people.iter().enumerate().map(|(at, one)| Disputed {
        patient: one.patient.clone(),
        person: one.person.clone(),
        indicators: vec!["diabete-hba1c".to_owned()],
        ground: Ground::MissingFromList,
        facts: vec![Event { date: date(2024, 3, 14), what: text(at) }],
        reasons: vec![Reason::Identity {
            alike: "même naissance, même sexe",
            with: Who::Practice(one.patient.clone()),
        }],
        proofs: vec![at],
    });
    let day = date(2025, 5, 12);
    Claim {
        campaign: Campaign::new(2024).unwrap(),
        scheme: "ROSP du médecin traitant".to_owned(),
        letter: Letter {
            sender: vec!["Dr Camille Fictif".to_owned()],
            addressee: vec!["Commission de recours amiable".to_owned()],
            place: String::new(),
            date: day,
            object: text(0),
            law: vec![text(1)],
            grounds: vec![text(2), text(3)],
            demand: text(4),
        },
        chronology: vec![Event { date: day, what: text(5) }],
        arithmetic: Arithmetic {
            terms: Terms { value: None, list: None, reference: None, coefficient: None },
            rows: vec![Row {
                label: text(0),
                as_printed: true,
                compared: Compared::Amount,
                points: None,
                expected: None,
                printed: None,
                gap: None,
            }],
            unmatched: vec![text(1)],
            tolerance: Fraction::one(),
        },
        data: Data {
            rows: Vec::new(),
            fund_list: None,
            our_list: 2,
            unread: vec![text(2)],
            unprinted: Vec::new(),
        },
        explanations: Vec::new(),
        lists: Some(Reconciliation::default()),
        disputed: disputed.collect(),
        others: others.iter().map(|one| (one.patient.clone(), one.person.clone())).collect(),
        annex: Annex {
            overlay: Some(text(3)),
            sources: vec![("releve".to_owned(), text(4))],
            ..Annex::default()
        },
        proofs: vec![Proof { name: text(5), date: Some(date(2024, 3, 14)), hash: String::new() }],
        deadlines: Deadlines { notified: None, received: None },
    }
}

/// Every text of both forms of a claim.
#[cfg(test)]
fn told(claim: &Claim, version: Version) -> String {
    use calamine::{Data as Value, Reader as _, Xlsx};
    let mut all = serde_json::to_string(&claim.document(version)).unwrap();
    let bytes = claim.xlsx(version).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    for name in book.sheet_names() {
        for row in book.worksheet_range(&name).unwrap().rows() {
            for cell in row.iter().filter(|cell| !matches!(cell, Value::Empty)) {
                all.push('\n');
                all.push_str(&cell.to_string());
            }
        }
    }
    all
}

/// What must not be told, as anyone would look for it.
#[cfg(test)]
fn secrets(one: &Someone) -> Vec<String> {
    let person = &one.person;
    let birth = person.naissance.unwrap();
    let words = |text: &Option<String>| {
        let plain = plain(text.as_deref().unwrap());
        plain.split(' ').filter(|word| word.len() > 2).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut all = vec![
        plain(&one.patient),
        person.nir.clone().unwrap(),
        plain(&french::date(birth)),
        plain(&birth.to_string()),
        plain(&format!("{}/{}/{}", birth.day(), birth.month(), birth.year())),
    ];
    all.extend(words(&person.nom));
    all.extend(words(&person.prenom));
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_identity_is_told(
        people in proptest::collection::vec(someone(), 1..5),
        others in proptest::collection::vec(someone(), 0..3),
    ) {
        let claim = claim(&people, &others);
        let told_all = told(&claim, Version::Anonymous);
        let words = format!(" {} ", plain(&told_all));
        let bare: String = told_all.chars().filter(|c| c.is_alphanumeric()).collect();
        for one in people.iter().chain(&others) {
            for secret in secrets(one) {
                let word = format!(" {secret} ");
                prop_assert!(!words.contains(&word), "« {} » dans {}", secret, words);
            }
            let nir = one.person.nir.as_deref().unwrap();
            prop_assert!(!bare.contains(nir), "un numéro en groupes");
        }
        for (at, one) in people.iter().enumerate() {
            let birth: Date = one.person.naissance.unwrap();
            let month = format!("{:02}/{:04}", birth.month(), birth.year());
            let number = format!("P{:02}", at + 1);
            prop_assert!(told_all.contains(&number) && told_all.contains(&month));
        }
        // The other version tells who they are: the search finds what is there.
        let nominative = plain(&told(&claim, Version::Nominative));
        for one in &people {
            prop_assert!(nominative.contains(&plain(one.person.nom.as_deref().unwrap())));
        }
    }
}

/// Two people who bear the same name keep the number of the first: neither is
/// told.
#[test]
fn people_of_the_same_name() {
    let person = |first: &str| Person {
        nom: Some("Kwéxz".to_owned()),
        prenom: Some(first.to_owned()),
        naissance: Some(date(1950, 1, 31)),
        ..Person::default()
    };
    let one = |patient: &str, first: &str| Someone {
        patient: patient.to_owned(),
        person: Person {
            nir: Some("1500199999999".to_owned()),
            identifiant: Some(patient.to_owned()),
            ..person(first)
        },
    };
    let claim = claim(&[one("AA000001a", "Zôk"), one("AA000002b", "Xôk")], &[]);
    let told = told(&claim, Version::Anonymous).to_lowercase();
    for secret in ["kwéxz", "zôk", "xôk", "aa000001a", "aa000002b", "31/01/1950", "1500199999999"]
    {
        assert!(!told.contains(secret), "{secret}");
    }
}
