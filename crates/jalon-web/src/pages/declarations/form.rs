//! What was typed in the form of declarations, held against what may be
//! declared: all faults at once, and only what changes something.

use std::collections::BTreeMap;

use jalon_store::DeclarationId;
use jiff::civil::Date;

use super::lines::{Group, Item, Kind};
use crate::fields::Fields;
use crate::texts::Declarations;

/// What was typed for an item, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    pub numerator: String,
    pub denominator: String,
    pub answer: String,
    /// What is wrong with it; empty when nothing is.
    pub fault: String,
}

/// A declaration to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub item: String,
    pub numerator: u32,
    pub denominator: u32,
    /// The declaration that its author had before his eyes.
    pub seen: Option<DeclarationId>,
}

/// What a form asks for.
pub struct Asked {
    pub typed: BTreeMap<String, Typed>,
    pub wishes: Vec<Wish>,
    /// The day of the declaration; none when what was typed is no day.
    pub day: Option<Date>,
    /// The day as it was typed.
    pub day_typed: String,
    pub faulty: bool,
}

/// Names of the fields of an item.
pub fn field(part: &str, item: &str) -> String {
    format!("{part}:{item}")
}

/// Reads the form.
pub fn read(fields: &Fields, groups: &[Group], today: Date, w: &Declarations) -> Asked {
    let day = match fields.given("jour") {
        None => Some(today),
        Some(text) => text.parse::<Date>().ok().filter(|day| (2000..=2101).contains(&day.year())),
    };
    let mut asked = Asked {
        typed: BTreeMap::new(),
        wishes: Vec::new(),
        day,
        day_typed: fields.text("jour").to_owned(),
        faulty: day.is_none(),
    };
    let items = groups.iter().flat_map(|group| &group.items).filter(|item| !item.shared);
    for item in items {
        let get = |part: &str| fields.text(&field(part, &item.id)).to_owned();
        let mut typed = Typed {
            numerator: get("num"),
            denominator: get("den"),
            answer: get("rep"),
            fault: String::new(),
        };
        match counts(item, &typed, w) {
            Ok(Some((numerator, denominator))) if !is_told(item, numerator, denominator) => {
                asked.wishes.push(Wish {
                    item: item.id.clone(),
                    numerator,
                    denominator,
                    seen: DeclarationId::parse(&get("vu")),
                });
            }
            Ok(_) => {}
            Err(fault) => {
                fault.clone_into(&mut typed.fault);
                asked.faulty = true;
            }
        }
        asked.typed.insert(item.id.clone(), typed);
    }
    asked
}

/// The two numbers of an answer; none where nothing was answered.
fn counts<'w>(
    item: &Item,
    typed: &Typed,
    w: &'w Declarations,
) -> Result<Option<(u32, u32)>, &'w str> {
    let number = |text: &str| -> Result<Option<u32>, &'w str> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if digits.is_empty() {
            return Ok(None);
        }
        let plain = digits.bytes().all(|digit| digit.is_ascii_digit());
        match digits.parse() {
            Ok(number) if plain => Ok(Some(number)),
            _ => Err(w.whole_number),
        }
    };
    match item.kind {
        Kind::YesNo => match typed.answer.as_str() {
            "" => Ok(None),
            "oui" => Ok(Some((1, 1))),
            "non" => Ok(Some((0, 1))),
            _ => Err(w.yes_or_no),
        },
        Kind::Count => Ok(number(&typed.numerator)?.map(|number| (number, number))),
        Kind::Rate => match (number(&typed.numerator)?, number(&typed.denominator)?) {
            (None, None) => Ok(None),
            (Some(numerator), Some(denominator)) if numerator > denominator => Err(w.above),
            (Some(numerator), Some(denominator)) => Ok(Some((numerator, denominator))),
            _ => Err(w.both),
        },
    }
}

/// Whether it is what holds already.
fn is_told(item: &Item, numerator: u32, denominator: u32) -> bool {
    item.told.as_ref().is_some_and(|told| {
        let same = told.numerator == u64::from(numerator);
        same && (item.kind == Kind::Count || told.denominator == u64::from(denominator))
    })
}

#[cfg(test)]
mod tests {
    use super::super::lines::Told;
    use super::*;
    use crate::texts::Language;

    fn item(id: &str, kind: Kind, told: Option<(u64, u64)>) -> Item {
        let told = told.map(|(numerator, denominator)| Told {
            numerator,
            denominator,
            day: None,
            here: None,
        });
        Item {
            id: id.into(),
            title: id.into(),
            place: String::new(),
            asks: Vec::new(),
            proof: String::new(),
            kind,
            shown: None,
            state: String::new(),
            told,
            shared: false,
        }
    }

    fn asked(body: &str) -> Asked {
        let items = vec![
            item("tabac", Kind::Rate, Some((4, 5))),
            item("codage", Kind::YesNo, None),
            item("apcv", Kind::Count, Some((12, 12))),
        ];
        let group =
            Group { id: "x".into(), name: "x".into(), entry: None, renounced: false, items };
        let today = jiff::civil::date(2026, 1, 15);
        read(&Fields::of(body.as_bytes()), &[group], today, Declarations::of(Language::French))
    }

    #[test]
    fn only_what_changes_is_declared() {
        let same = asked("num:tabac=4&den:tabac=5&rep:codage=&num:apcv=12&jour=2026-01-10");
        assert!(same.wishes.is_empty() && !same.faulty);
        assert_eq!(same.day, Some(jiff::civil::date(2026, 1, 10)));
        let changed = asked("num:tabac=1%20004&den:tabac=2000&rep:codage=non&num:apcv=0");
        let told: Vec<_> = changed
            .wishes
            .iter()
            .map(|wish| (wish.item.as_str(), wish.numerator, wish.denominator))
            .collect();
        assert_eq!(told, [("tabac", 1004, 2000), ("codage", 0, 1), ("apcv", 0, 0)]);
        assert_eq!(changed.day, Some(jiff::civil::date(2026, 1, 15)));
    }

    #[test]
    fn every_fault_is_told_beside_its_field() {
        let wrong = asked("num:tabac=6&den:tabac=5&rep:codage=peut-etre&num:apcv=-1&jour=hier");
        assert!(wrong.faulty && wrong.wishes.is_empty() && wrong.day.is_none());
        let w = Declarations::of(Language::French);
        let faults: Vec<_> = wrong.typed.values().map(|typed| typed.fault.as_str()).collect();
        // By item: apcv, codage, tabac.
        assert_eq!(faults, [w.whole_number, w.yes_or_no, w.above]);
        assert_eq!(wrong.typed["tabac"].numerator, "6", "what was typed is kept");
        assert!(asked("num:tabac=6").faulty, "one of the two numbers alone");
        assert!(asked("num:tabac=99999999999&den:tabac=99999999999").faulty);
    }
}
