//! What would be paid if a rule, a list or rates were others; and what another
//! campaign pays for the same facts.

use std::fmt::Write as _;

use jalon_engine::evidence::{DoctorCounts, PageCounts};
use jalon_engine::ledger::{Book, Books, Counted, Ledger, LedgerError, People};
use jalon_engine::simulation::{Moved, Present, Simulated, SimulationError, simulate};
use jalon_import::toml_text::quoted;
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::page::Page;
use jalon_rules::reform::{Change, Reform};
use jalon_rules::scale::Direction;
use jalon_rules::{Campaign, Range, Rules};

use crate::fields::Fields;

/// Points by which rates may be moved at once.
pub const MOST_POINTS: i64 = 30;

/// What is asked to be otherwise.
#[derive(Debug, Default)]
pub struct Asked {
    pub reforms: Vec<Reform>,
    /// Points by which every rate is better, or worse.
    pub points: i64,
    /// Size of the list.
    pub list: Option<u64>,
    /// What cannot be understood.
    pub faults: Vec<String>,
}

impl Asked {
    /// What the fields of an address ask.
    pub fn read(fields: &Fields) -> Self {
        let mut asked = Self::default();
        for name in fields.all("reforme").filter(|name| !name.is_empty()) {
            match Reform::bundled(name) {
                Some(Ok(reform)) => asked.reforms.push(reform),
                _ => asked.faults.push(format!("réforme inconnue : {name}")),
            }
        }
        let lines = fields.text("modif").lines().map(str::trim).filter(|line| !line.is_empty());
        let mut arguments: Vec<String> = lines.map(str::to_owned).collect();
        arguments.extend(fields.beginning("v:").map(|(path, value)| format!("{path}={value}")));
        if !arguments.is_empty() {
            match Reform::of_arguments(&arguments) {
                Ok(reform) => asked.reforms.push(reform),
                Err(fault) => {
                    let hint = fault.hint.unwrap_or_default();
                    asked.faults.push(format!("{} : {}, {hint}", fault.text, fault.message));
                }
            }
        }
        match fields.given("decale").map(str::parse).transpose() {
            Ok(points) => {
                asked.points = points.unwrap_or(0i64).clamp(-MOST_POINTS, MOST_POINTS);
            }
            Err(_) => asked.faults.push("décalage : un nombre entier de points".to_owned()),
        }
        match fields.given("liste").map(str::parse).transpose() {
            Ok(list) => asked.list = list,
            Err(_) => asked.faults.push("patientèle : un nombre entier".to_owned()),
        }
        asked
    }

    /// What the reforms change in a campaign; every fault goes to `faults`.
    pub fn changes(
        &mut self,
        rules: &Rules,
        schemes: &[AnyScheme<'_>],
        campaign: Campaign,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        for reform in &self.reforms {
            match reform.changes(rules, schemes, campaign) {
                Ok(mut found) => changes.append(&mut found),
                Err(faults) => self.faults.extend(faults.into_iter().map(|fault| {
                    let hint = fault.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
                    format!("{} : {}{hint}", fault.text, fault.message)
                })),
            }
        }
        changes
    }

    /// Whether anything is asked to be otherwise.
    pub fn is_something(&self) -> bool {
        self.points != 0 || self.list.is_some() || !self.reforms.is_empty()
    }
}

/// What one doctor is paid now, and would be.
pub struct Outcome {
    pub schemes: Vec<(String, Moved)>,
    pub total: Moved,
    /// The changes that change something, as written.
    pub effective: Vec<String>,
}

/// Pays one doctor otherwise, from what was counted. Of others nothing is used:
/// objectives made of percentiles are those of the doctor alone.
pub fn otherwise(
    books: Books<'static>,
    counted: &[(AnyScheme<'static>, Counted)],
    people: &People,
    book: &Book<'static>,
    asked: &Asked,
    changes: &[Change],
) -> Result<Outcome, String> {
    let books_asked = Books { list: asked.list, ..books };
    let counted: Vec<_> = counted
        .iter()
        .map(|(scheme, counted)| {
            (*scheme, moved(&books, *scheme, counted, &book.payee, asked.points))
        })
        .collect();
    let paid = std::slice::from_ref(book);
    let present = Present { books: books_asked, counted: &counted, people, paid };
    let simulated: Simulated = simulate(&present, changes).map_err(|error| match error {
        SimulationError::Disordered(_) | SimulationError::Ledger(_) => error.to_string(),
    })?;
    let names = |id: &str| {
        let ledger = book.ledgers.iter().find(|ledger| ledger.scheme().id() == id);
        ledger.map_or_else(|| id.to_owned(), |ledger| ledger.scheme().name().to_owned())
    };
    Ok(Outcome {
        schemes: simulated.by_scheme().into_iter().map(|(id, moved)| (names(&id), moved)).collect(),
        total: simulated.total(),
        effective: simulated.effective,
    })
}

/// What was counted for one doctor, each rate so many points better.
fn moved(
    books: &Books<'static>,
    scheme: AnyScheme<'static>,
    counted: &Counted,
    payee: &str,
    points: i64,
) -> Counted {
    let mut counted = counted.clone();
    match &mut counted {
        Counted::Pages(all) => {
            all.retain(|one| one.doctor == payee);
            if let AnyScheme::Counted(scheme) = scheme {
                let pages = books.basis(scheme).pages();
                for one in all.iter_mut() {
                    shift(one, &pages, points);
                }
            }
        }
        Counted::Classes(all) | Counted::Lists(all) => all.retain(|one| one.doctor == payee),
    }
    counted
}

fn shift(counts: &mut DoctorCounts, pages: &[&Page], points: i64) {
    for (page, counts) in pages.iter().zip(&mut counts.pages) {
        let better = match page.rule.direction {
            Direction::Rising => points,
            Direction::Falling => -points,
        };
        *counts = shifted(*counts, better);
    }
}

/// A rate, so many points higher, in whole patients or boxes and never beyond
/// none or all.
pub fn shifted(counts: PageCounts, points: i64) -> PageCounts {
    let denominator = i128::from(counts.denominator);
    let moved = denominator * i128::from(points);
    // To the nearest, halves away from zero.
    let moved = (moved.abs() + 50) / 100 * moved.signum();
    let numerator = (i128::from(counts.numerator) + moved)
        .clamp(0, denominator.max(i128::from(counts.numerator)));
    PageCounts { numerator: u64::try_from(numerator).unwrap_or_default(), ..counts }
}

/// What every scheme of a campaign pays one doctor.
pub fn pay(
    books: &Books<'static>,
    counted: &[(AnyScheme<'static>, Counted)],
    people: &People,
    payee: &str,
) -> Result<Book<'static>, LedgerError> {
    let mut ledgers = Vec::new();
    for (scheme, counted) in counted {
        let paid = books.pay(*scheme, counted, people)?;
        ledgers.extend(paid.into_iter().filter(|ledger| ledger.payee() == payee));
    }
    Ok(Book { payee: payee.to_owned(), ledgers })
}

/// Schemes of one campaign, those that came in their place, and the euros of both.
pub struct Facing {
    pub before: String,
    pub after: String,
    pub euros_before: Range,
    pub euros_after: Range,
}

/// What two campaigns pay one doctor, scheme beside scheme.
pub fn face(rules: &Rules, before: &Book<'_>, after: &Book<'_>) -> Vec<Facing> {
    let ids = |book: &Book<'_>| -> Vec<String> {
        book.ledgers.iter().map(|ledger| ledger.scheme().id().to_owned()).collect()
    };
    let (old, new) = (ids(before), ids(after));
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
    let known = |ids: &[&str]| -> Vec<&str> {
        let all = rules.any_schemes();
        let found = all.into_iter().map(AnyScheme::id).filter(|id| ids.contains(id));
        found.collect()
    };
    rules
        .pairs(&known(&old), &known(&new))
        .into_iter()
        .map(|pair| {
            let side = |book: &Book<'_>, ids: &[&str]| -> (String, Range) {
                let mine: Vec<&Ledger<'_>> =
                    book.ledgers.iter().filter(|one| ids.contains(&one.scheme().id())).collect();
                let names: Vec<_> = mine.iter().map(|one| one.scheme().name()).collect();
                // Each scheme to the cent, as it would be paid.
                let euros: Vec<Range> = mine.iter().map(|one| one.euros().round(2)).collect();
                (names.join(" + "), euros.iter().sum())
            };
            let (before, euros_before) = side(before, &pair.before);
            let (after, euros_after) = side(after, &pair.after);
            Facing { before, after, euros_before, euros_after }
        })
        .collect()
}

/// A reform file of everything that is asked, for `jalon simuler --reforme`.
pub fn file(asked: &Asked, campaign: Campaign, payee: Option<&str>, day: &str) -> String {
    let mut out = String::new();
    if asked.points != 0 || asked.list.is_some() {
        out.push_str("# Le décalage des taux et la taille de la patientèle ne s'écrivent pas dans une réforme.\n");
    }
    let titles: Vec<_> = asked.reforms.iter().map(|reform| reform.title.as_str()).collect();
    let sources: Vec<_> = asked.reforms.iter().map(|reform| reform.source.as_str()).collect();
    let said: Vec<_> = asked
        .reforms
        .iter()
        .map(|reform| reform.explanation.as_str())
        .filter(|text| !text.is_empty())
        .collect();
    let said = if said.is_empty() {
        "Paramètres modifiés dans le simulateur.".to_owned()
    } else {
        said.join("\n")
    };
    let head = [
        ("titre", format!("Simulation du {day} : {}", titles.join(" ; "))),
        ("explication", said),
        ("source", sources.join(" ; ")),
    ];
    for (key, value) in head {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{key} = {}", quoted(&value));
    }
    let left: Vec<String> =
        asked.reforms.iter().flat_map(|reform| &reform.left_out).map(|line| quoted(line)).collect();
    if !left.is_empty() {
        let _ = writeln!(out, "incalculable = [{}]", left.join(", "));
    }
    let all = asked.reforms.iter().flat_map(|reform| &reform.modifications);
    let mine = all.filter(|one| {
        one.covers(campaign) && one.doctor.as_deref().is_none_or(|doctor| Some(doctor) == payee)
    });
    for one in mine {
        let (path, value) = one.text.split_once('=').unwrap_or((&one.text, ""));
        let (path, value) = (quoted(path), quoted(value));
        let _ = writeln!(out, "\n[[modification]]\nchamp = {path}\nvaleur = {value}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(numerator: u64, denominator: u64) -> PageCounts {
        PageCounts { numerator, denominator, left_out: 0 }
    }

    #[test]
    fn rates_move_by_whole_patients_and_stay_rates() {
        for (before, points, after) in [
            ((26, 36), 5, 28),
            ((26, 36), -5, 24),
            ((26, 36), 0, 26),
            ((35, 36), 30, 36),
            ((1, 36), -30, 0),
            ((1, 10), 5, 2),
            ((0, 0), 30, 0),
            // More than one a patient.
            ((50, 40), 10, 50),
        ] {
            let moved = shifted(counts(before.0, before.1), points);
            assert_eq!(
                (moved.numerator, moved.denominator),
                (after, before.1),
                "{before:?} {points}"
            );
        }
    }

    #[test]
    fn a_file_of_what_is_asked_is_a_reform() {
        let fields = Fields::of(
            b"reforme=sans-ponderation&modif=rosp-adulte%2Fdiabete-hba1c.cible%3D95&v:rosp-adulte.valeur_point=8",
        );
        let asked = Asked::read(&fields);
        assert!(asked.faults.is_empty(), "{:?}", asked.faults);
        let campaign = Campaign::new(2024).unwrap();
        let text = file(&asked, campaign, None, "20/11/2024");
        let reform = Reform::parse("x.toml", &text).unwrap();
        let texts: Vec<_> = reform.modifications.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "rosp-adulte.ponderation=aucune",
                "rosp-adulte/diabete-hba1c.cible=95",
                "rosp-adulte.valeur_point=8"
            ]
        );
    }

    #[test]
    fn what_is_not_understood_is_told() {
        let asked = Asked::read(&Fields::of(b"reforme=x&modif=abc&decale=dix&liste=beaucoup"));
        assert_eq!(asked.faults.len(), 4, "{:?}", asked.faults);
        assert_eq!(Asked::read(&Fields::of(b"decale=999")).points, MOST_POINTS);
    }
}
