//! Cells of the tables of a flat rate: values with their sources, and
//! alternatives where sources disagree.

use crate::diagnostic::{Diagnostic, Source};
use crate::fraction::Fraction;
use crate::page::Reference;
use crate::page::markdown::Cell;
use crate::status::Sourced;

/// Reads cells and remembers which references they name.
pub(super) struct Cells<'a> {
    pub source: Source<'a>,
    pub references: &'a [Reference],
    pub used: Vec<String>,
    pub faults: &'a mut Vec<Diagnostic>,
}

impl Cells<'_> {
    /// `text [ref]`, or several joined by ` ou ` when sources disagree; `?` is
    /// unknown. `None` after a fault.
    pub fn values<T>(
        &mut self,
        cell: &Cell<'_>,
        example: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<Vec<Sourced<T>>> {
        if cell.text == "?" {
            return Some(Vec::new());
        }
        let hint = format!("`?` si la valeur est inconnue, sinon par exemple `{example}`");
        let mut values = Vec::new();
        for part in cell.text.split(" ou ") {
            let split = part.trim().strip_suffix(']').and_then(|text| text.rsplit_once('['));
            let Some((text, key)) = split else {
                return self.fault(cell, format!("valeur sans source : `{part}`"), hint);
            };
            let Some(reference) = self.references.iter().find(|one| one.key == key) else {
                return self.fault(cell, format!("source inconnue : `[{key}]`"), hint);
            };
            self.used.push(key.to_owned());
            let Some(value) = parse(text.trim()) else {
                return self.fault(cell, format!("valeur illisible : `{}`", text.trim()), hint);
            };
            values.push(Sourced::new(value, reference.status, &reference.source));
        }
        Some(values)
    }

    /// A cell with one value; nothing when it is unknown, or after a fault.
    pub fn value<T>(
        &mut self,
        cell: &Cell<'_>,
        example: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<Sourced<T>> {
        let mut values = self.values(cell, example, parse)?;
        if values.len() > 1 {
            let hint = format!("par exemple `{example}`");
            return self.fault(cell, "une seule valeur est permise ici", hint);
        }
        values.pop()
    }

    pub fn fault<T>(
        &mut self,
        cell: &Cell<'_>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Option<T> {
        self.faults.push(self.source.fault(cell.span.clone(), message).hint(hint));
        None
    }

    /// References that no cell names are faults.
    pub fn end(self, place: std::ops::Range<usize>) {
        for reference in self.references {
            if !self.used.contains(&reference.key) {
                let message = format!("référence jamais utilisée : `{}`", reference.key);
                let hint = "retirez-la de la table des sources, ou citez-la dans le barème";
                self.faults.push(self.source.fault(place.clone(), message).hint(hint));
            }
        }
    }
}

/// A number that is not negative, with a comma or a point.
pub(super) fn number(text: &str) -> Option<Fraction> {
    text.parse::<Fraction>().ok().filter(|number| !number.is_negative())
}

/// A share: `90 %` or `2/3`, above 0 and at most 1.
pub(super) fn share(text: &str) -> Option<Fraction> {
    let share = if let Some(percent) = text.strip_suffix('%') {
        number(percent.trim())?.hundredths()
    } else {
        let (part, whole) = text.split_once('/')?;
        Fraction::ratio(part.trim().parse().ok()?, whole.trim().parse().ok()?)?
    };
    (!share.is_zero() && share <= Fraction::one()).then_some(share)
}

/// A declared value: `oui`, `non`, `41/57` or a number.
pub(super) fn declared(text: &str) -> Option<super::Answer> {
    let (numerator, denominator) = match text {
        "oui" => (1, 1),
        "non" => (0, 1),
        _ => match text.split_once('/') {
            Some((part, whole)) => (part.parse().ok()?, whole.parse().ok()?),
            None => (text.parse().ok()?, 1),
        },
    };
    Some(super::Answer { numerator, denominator })
}
