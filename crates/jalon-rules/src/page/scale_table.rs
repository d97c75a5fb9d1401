//! The scale of an indicator and the sources of its values.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;

use super::markdown::{Cell, Table};
use crate::campaign::Campaign;
use crate::convention::Form;
use crate::diagnostic::{Diagnostic, Source, choose};
use crate::fraction::Fraction;
use crate::scale::{MinimumUnit, RateKind, Scale};
use crate::status::{Sourced, Status};

/// A text that values rest on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Its name in the page, between brackets beside a value.
    pub key: String,
    /// How sure it is.
    pub status: Status,
    /// What it is.
    pub source: String,
    /// The day someone last checked it.
    pub checked: Date,
}

/// The scale from one campaign on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScaleRow {
    /// First campaign of these values.
    pub since: Campaign,
    /// The values.
    pub scale: Scale,
    /// Line of the page.
    pub(crate) span: Range<usize>,
}

const SOURCES: [&str; 4] = ["réf", "statut", "source", "vérifié le"];
const SCALE: [&str; 6] = ["campagne", "définition", "intermédiaire", "cible", "seuil", "points"];
const PER_PATIENT: [&str; 3] = ["campagne", "définition", "montant"];

/// Reads the table of sources.
pub(crate) fn references(
    source: Source<'_>,
    table: &Table<'_>,
    faults: &mut Vec<Diagnostic>,
) -> Vec<Reference> {
    if !header_is(source, table, &SOURCES, faults) {
        return Vec::new();
    }
    let mut references: Vec<Reference> = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let [key, status, text, checked] = row.as_slice() else { continue };
        if references.iter().any(|reference| reference.key == key.text) {
            faults.push(
                source.fault(key.span.clone(), format!("référence déjà prise : `{}`", key.text)),
            );
        }
        let known = Status::from_word(status.text);
        if known.is_none() {
            let words: Vec<_> = Status::ALL.iter().map(|status| status.word()).collect();
            faults.push(
                source
                    .fault(status.span.clone(), format!("statut inconnu : `{}`", status.text))
                    .hint(choose(status.text, "statuts", &words)),
            );
        }
        if text.text.is_empty() {
            faults.push(source.fault(row_span(row), "source vide"));
        }
        let day: Option<Date> = checked.text.parse().ok();
        if day.is_none() {
            faults.push(
                source
                    .fault(checked.span.clone(), format!("date illisible : `{}`", checked.text))
                    .hint("année-mois-jour, comme 2026-11-21"),
            );
        }
        if let (Some(status), Some(checked)) = (known, day) {
            references.push(Reference {
                key: key.text.to_owned(),
                status,
                source: text.text.to_owned(),
                checked,
            });
        }
    }
    references
}

/// How the indicator of a scale is paid: its columns say it.
pub(super) fn form(table: &Table<'_>) -> Form {
    if table.header.iter().any(|cell| cell.text == "montant") {
        Form::PerPatient
    } else {
        Form::Rate
    }
}

/// Reads the scale; every value names one of `references`.
pub(super) fn rows(
    source: Source<'_>,
    table: &Table<'_>,
    rate: RateKind,
    references: &[Reference],
    faults: &mut Vec<Diagnostic>,
) -> Vec<ScaleRow> {
    let form = form(table);
    let columns: &[&str] = match form {
        Form::Rate => &SCALE,
        Form::PerPatient => &PER_PATIENT,
    };
    if !header_is(source, table, columns, faults) {
        return Vec::new();
    }
    let mut reader = Reader {
        source,
        references: references
            .iter()
            .map(|reference| (reference.key.as_str(), reference))
            .collect(),
        used: Vec::new(),
        faults,
    };
    let mut rows: Vec<ScaleRow> = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let (year, scale) = match row.as_slice() {
            [year, definition, amount] => {
                let scale = Scale {
                    definition: reader.definition(definition),
                    amount: reader.amount(amount),
                    ..Scale::default()
                };
                (year, scale)
            }
            [year, definition, intermediate, target, minimum, points] => {
                let (minimum, minimum_unit) = reader.minimum(minimum);
                let scale = Scale {
                    definition: reader.definition(definition),
                    intermediate: reader.objective(intermediate, rate),
                    target: reader.objective(target, rate),
                    minimum,
                    minimum_unit,
                    points: reader.value(points, "30 [a]", |text| text.parse().ok()),
                    amount: None,
                };
                (year, scale)
            }
            _ => continue,
        };
        let since = year.text.parse().ok().and_then(Campaign::new);
        let Some(since) = since else {
            let message = format!("campagne illisible : `{}`", year.text);
            reader.faults.push(source.fault(year.span.clone(), message));
            continue;
        };
        if let Some(last) = rows.last()
            && last.since >= since
        {
            let message = format!("la campagne {since} vient après {}", last.since);
            let hint = "une ligne par campagne, dans l'ordre, sans doublon";
            reader.faults.push(source.fault(year.span.clone(), message).hint(hint));
        }
        rows.push(ScaleRow { since, scale, span: row_span(row) });
    }
    let used = reader.used;
    for reference in references {
        if !used.contains(&reference.key) {
            faults.push(
                source
                    .fault(table.span(), format!("référence jamais utilisée : `{}`", reference.key))
                    .hint("retirez-la de la table des sources, ou citez-la dans le barème"),
            );
        }
    }
    rows
}

struct Reader<'a> {
    source: Source<'a>,
    references: BTreeMap<&'a str, &'a Reference>,
    used: Vec<String>,
    faults: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    /// `text [ref]`, or `?` for an unknown value.
    fn value<T>(
        &mut self,
        cell: &Cell<'_>,
        example: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<Sourced<T>> {
        if cell.text == "?" {
            return None;
        }
        let fault = |message: String| {
            self.source
                .fault(cell.span.clone(), message)
                .hint(format!("`?` si la valeur est inconnue, sinon par exemple `{example}`"))
        };
        let Some((text, key)) = cell.text.strip_suffix(']').and_then(|text| text.split_once('['))
        else {
            self.faults.push(fault(format!("valeur sans source : `{}`", cell.text)));
            return None;
        };
        let Some(reference) = self.references.get(key) else {
            self.faults.push(fault(format!("source inconnue : `[{key}]`")));
            return None;
        };
        self.used.push(key.to_owned());
        let Some(value) = parse(text.trim()) else {
            self.faults.push(fault(format!("valeur illisible : `{}`", text.trim())));
            return None;
        };
        Some(Sourced::new(value, reference.status, &reference.source))
    }

    fn definition(&mut self, cell: &Cell<'_>) -> Option<Sourced<()>> {
        self.value(cell, "[a]", |text| text.is_empty().then_some(()))
    }

    fn objective(&mut self, cell: &Cell<'_>, rate: RateKind) -> Option<Sourced<Fraction>> {
        let (suffix, example) = match rate {
            RateKind::Share => ("%", "74 % [a]"),
            RateKind::Per100 => ("pour 100", "37 pour 100 [a]"),
        };
        self.value(cell, example, |text| {
            let number =
                text.strip_suffix(suffix)?.trim().replace(',', ".").parse::<Fraction>().ok()?;
            let possible = number >= Fraction::zero()
                && (rate == RateKind::Per100 || number <= Fraction::from(100));
            possible.then_some(number)
        })
    }

    fn amount(&mut self, cell: &Cell<'_>) -> Option<Sourced<Fraction>> {
        self.value(cell, "5 € [a]", |text| {
            let number = text.strip_suffix('€')?.trim().replace(',', ".");
            number.parse::<Fraction>().ok().filter(|euros| *euros >= Fraction::zero())
        })
    }

    fn minimum(&mut self, cell: &Cell<'_>) -> (Option<Sourced<u64>>, Option<MinimumUnit>) {
        let read = self.value(cell, "5 patients [a]", |text| {
            let (number, unit) = text.split_once(' ')?;
            let unit = match unit.trim() {
                "patients" => MinimumUnit::Patients,
                "boîtes" => MinimumUnit::Boxes,
                _ => return None,
            };
            Some((number.parse().ok()?, unit))
        });
        match read {
            Some(Sourced { value: (number, unit), status, source }) => {
                (Some(Sourced { value: number, status, source }), Some(unit))
            }
            None => (None, None),
        }
    }
}

pub(crate) fn header_is(
    source: Source<'_>,
    table: &Table<'_>,
    wanted: &[&str],
    faults: &mut Vec<Diagnostic>,
) -> bool {
    let same = table.header.iter().map(|cell| cell.text).eq(wanted.iter().copied());
    if !same {
        faults.push(
            source
                .fault(table.span(), "colonnes inattendues")
                .hint(format!("il faut | {} |", wanted.join(" | "))),
        );
    }
    same
}

pub(crate) fn row_span(row: &[Cell<'_>]) -> Range<usize> {
    let start = row.first().map_or(0, |cell| cell.span.start);
    start..row.last().map_or(start, |cell| cell.span.end)
}
