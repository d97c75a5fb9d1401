//! Numbers typed in the place of facts: what a doctor can tell of himself
//! without a dossier.

use std::collections::BTreeMap;

use jalon_engine::evidence::{ClassCounts, DoctorCounts, PageCounts};
use jalon_engine::facts::{DeclarationRow, Profile};
use jalon_engine::ledger::{Books, Counted, People};
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::convention::{Form, ListKind};
use jalon_rules::page::Unit;
use jalon_rules::{Campaign, Rules};
use jiff::civil::Date;

use crate::fields::Fields;

/// Who is paid.
pub const PAYEE: &str = "vous";

/// Digits after the comma of a rate.
const DIGITS: usize = 6;

/// What was typed: each answer by the name of its field, as it was typed.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    list: u64,
    answers: BTreeMap<String, String>,
}

/// The beginning of the names of the fields.
pub const BEGINS: &str = "t:";

/// What a scheme counts its list by, in the place of an item.
pub const LIST: &str = "patientele";

/// What is told of the doctor, in the place of a scheme.
pub const SITUATION: &str = "vous";

/// Year of birth, year of the first day in practice, whether in a zone
/// d'intervention prioritaire, whether it is the first practice.
pub const SITUATIONS: [&str; 4] = ["naissance", "installation", "zone", "primo-installation"];

/// The name of the field of an answer.
pub fn field(scheme: &str, item: &str) -> String {
    format!("{BEGINS}{scheme}/{item}")
}

impl Typed {
    /// What an address says, for a list of so many patients.
    pub fn read(fields: &Fields, list: u64) -> Self {
        let answers = fields.beginning(BEGINS);
        Self {
            list,
            answers: answers.map(|(name, text)| (name.to_owned(), text.to_owned())).collect(),
        }
    }

    /// What was typed for an item, as it was typed.
    pub fn text(&self, scheme: &str, item: &str) -> &str {
        self.answers.get(&format!("{scheme}/{item}")).map_or("", String::as_str)
    }

    /// The fields whose texts say nothing.
    pub fn unread(&self) -> Vec<&str> {
        let wrong = |text: &str| !text.trim().is_empty() && read(text).is_none();
        self.answers.iter().filter(|(_, text)| wrong(text)).map(|(name, _)| name.as_str()).collect()
    }

    /// The list that a scheme counts: that of its own population, where it was
    /// typed.
    fn list_of(&self, scheme: &str) -> u64 {
        self.counts(scheme, LIST).map_or(self.list, |(patients, _)| patients)
    }

    fn counts(&self, scheme: &str, item: &str) -> Option<(u64, u64)> {
        read(self.text(scheme, item))
    }

    /// What each scheme counts of it.
    pub fn counted(&self, books: &Books<'static>) -> Vec<(AnyScheme<'static>, Counted)> {
        let rules: &'static Rules = books.rules;
        let schemes = rules.any_schemes().into_iter().filter(|one| one.covers(books.campaign));
        schemes.filter(|one| is_common(*one)).map(|one| (one, self.of_scheme(books, one))).collect()
    }

    fn of_scheme(&self, books: &Books<'static>, scheme: AnyScheme<'static>) -> Counted {
        let (doctor, patients) = (PAYEE.to_owned(), self.list_of(scheme.id()));
        match scheme {
            AnyScheme::Counted(counted) => {
                let pages = books.basis(counted).pages();
                let of = |id: &str| {
                    let (numerator, denominator) = self.counts(&counted.id, id).unwrap_or_default();
                    // Paid by patient: those that count are all that matters.
                    let denominator = match counted.form {
                        Form::Rate => denominator,
                        Form::PerPatient => numerator,
                    };
                    PageCounts { numerator, denominator, left_out: 0 }
                };
                let pages = pages.iter().map(|page| of(&page.id)).collect();
                let lent = BTreeMap::new();
                Counted::Pages(vec![DoctorCounts { doctor, patients, pages, lent }])
            }
            AnyScheme::Classes(classes) => {
                let pages = books.rules.class_pages(classes, books.campaign);
                let of = |id: &str| {
                    let (number, _) = self.counts(&classes.id, id).unwrap_or_default();
                    (number, number)
                };
                let classes = pages.iter().map(|page| of(&page.sheet.id)).collect();
                Counted::Classes(vec![ClassCounts { doctor, patients, classes }])
            }
            AnyScheme::Gate(_) => {
                Counted::Lists(vec![ClassCounts { doctor, patients, classes: Vec::new() }])
            }
        }
    }

    /// What was declared of it. An indicator left empty does not count; an item
    /// of a gate left empty is unknown.
    pub fn people(&self, rules: &Rules, campaign: Campaign) -> People {
        let mut rows = Vec::new();
        let row = |item: &str, counts| DeclarationRow {
            doctor: PAYEE.to_owned(),
            campaign: campaign.year(),
            indicator: item.to_owned(),
            counts: Some(counts),
            start: None,
            date: None,
        };
        let mut tell = |item: &str, counts| rows.push(row(item, counts));
        let schemes = rules.any_schemes().into_iter().filter(|one| one.covers(campaign));
        for scheme in schemes.filter(|one| is_common(*one)) {
            match scheme {
                AnyScheme::Counted(counted) => {
                    let pages = rules.pages_of(counted).into_iter();
                    for page in pages.filter(|page| page.rule.unit == Unit::Declared) {
                        let counts = self.counts(&counted.id, &page.id).unwrap_or_default();
                        tell(&page.id, counts);
                    }
                }
                AnyScheme::Gate(gate) => {
                    let pages = rules.gate_pages(gate, campaign);
                    let items = pages.iter().flat_map(|page| page.declared_as());
                    for item in items {
                        if let Some(counts) = self.counts(&gate.id, item) {
                            tell(item, counts);
                        }
                    }
                }
                AnyScheme::Classes(_) => {}
            }
        }
        let [.., first] = SITUATIONS;
        if let Some((answer, 1)) = self.counts(SITUATION, first) {
            rows.push(row(first, (answer, 1)));
        }
        People::default().with_profile(self.profile()).with_declarations(rules, rows)
    }

    /// The doctor, as far as it was told. Ages and years of practice are those
    /// of a 31 December: the year is enough.
    fn profile(&self) -> Profile {
        let [birth, installed, zone, _] = SITUATIONS;
        let year = |item: &str| {
            let (year, _) = self.counts(SITUATION, item)?;
            Date::new(i16::try_from(year).ok()?, 1, 1).ok()
        };
        let zone = self
            .counts(SITUATION, zone)
            .map(|(answer, _)| if answer == 1 { "ZIP" } else { "aucune" }.to_owned());
        Profile {
            doctor: PAYEE.to_owned(),
            speciality: None,
            installed: year(installed),
            birth: year(birth),
            zone,
            centre: None,
        }
    }
}

/// Whether a scheme is that of médecins traitants, or of any doctor.
fn is_common(scheme: AnyScheme<'_>) -> bool {
    !matches!(scheme, AnyScheme::Counted(scheme) if scheme.list != ListKind::TreatingDoctor)
}

/// Two numbers of an answer: `oui`, `non`, `26/36`, `72,2 %`, `850`.
pub fn read(text: &str) -> Option<(u64, u64)> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let number = |text: &str| -> Option<u64> {
        let digits =
            (1..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten()
    };
    match plain.to_lowercase().as_str() {
        "oui" => return Some((1, 1)),
        "non" => return Some((0, 1)),
        _ => {}
    }
    if let Some((numerator, denominator)) = plain.split_once('/') {
        return Some((number(numerator)?, number(denominator)?));
    }
    let Some(percent) = plain.strip_suffix('%') else {
        return number(&plain).map(|number| (number, number));
    };
    let (whole, decimals) = percent.split_once([',', '.']).unwrap_or((percent, ""));
    if decimals.len() > DIGITS || whole.is_empty() || whole.len() > 6 {
        return None;
    }
    let scale = 10_u64.pow(u32::try_from(decimals.len()).ok()?);
    Some((number(&format!("{whole}{decimals}"))?, 100 * scale))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn answers_are_read_as_people_type_them() {
        for (text, expected) in [
            ("26/36", (26, 36)),
            (" 1 234 / 2 000 ", (1_234, 2_000)),
            ("72,2 %", (722, 1_000)),
            ("72.25%", (7_225, 10_000)),
            ("100 %", (100, 100)),
            ("oui", (1, 1)),
            ("Non", (0, 1)),
            ("12", (12, 12)),
        ] {
            assert_eq!(read(text), Some(expected), "{text}");
        }
        for text in ["", "x", "-3", "1/", "/2", "1/2/3", "72,2", "%", ",5 %", "1,2345678 %"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
