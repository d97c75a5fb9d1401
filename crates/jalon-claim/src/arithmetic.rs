//! Whether a statement adds up: points × value of the point × list /
//! reference, against the amounts it prints. The first of two verdicts; whether
//! the points themselves are right is a question of data.

use jalon_import::label::plain;
use jalon_import::statement::{Figure, Figures, Line, Number, Statement, Total};
use jalon_rules::convention::{Dated, Scheme, in_force};
use jalon_rules::{Campaign, Fraction, Range};

use crate::exact;

/// What multiplies points, for lines that do not say it themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Euros a point: printed, else that of the rules.
    pub value: Option<Fraction>,
    /// Size of the list, if printed.
    pub list: Option<Fraction>,
    /// Size of the list for which points are written: printed, else that of the
    /// rules.
    pub reference: Option<Fraction>,
    /// Name and value of the coefficient of the campaign.
    pub coefficient: Option<(String, Range)>,
}

impl Terms {
    fn of(statement: &Statement, scheme: &Scheme, campaign: Campaign) -> Self {
        let printed = |figure| statement.common.get(&figure).map(exact);
        let ruled =
            |values: &[Dated<Fraction>]| in_force(values, campaign).map(|it| it.value.clone());
        Self {
            value: printed(Figure::PointValue).or_else(|| ruled(&scheme.point_value)),
            list: printed(Figure::List),
            reference: printed(Figure::Reference).or_else(|| ruled(&scheme.reference)),
            coefficient: scheme
                .coefficient(campaign)
                .map(|it| (it.name.clone(), it.value.value.clone())),
        }
    }

    /// The amount of some points; nothing if a term is unknown.
    fn amount(&self, points: &Fraction, figures: &Figures) -> Option<Range> {
        let own = |figure, common: &Option<Fraction>| {
            figures.get(&figure).map(exact).or_else(|| common.clone())
        };
        let value = own(Figure::PointValue, &self.value)?;
        let list = own(Figure::List, &self.list)?;
        let reference = own(Figure::Reference, &self.reference)?;
        let plain = (&(points * &value) * &list).checked_div(&reference)?;
        match &self.coefficient {
            None => Some(Range::exact(plain)),
            Some((_, by)) => Range::new(&plain * by.min(), &plain * by.max()),
        }
    }
}

/// What a row of the verdict compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// The amount of a line with that of its points.
    Amount,
    /// The points of a total with the sum of those of its lines.
    TotalPoints,
    /// The amount of a total with the sum of those of its lines.
    TotalAmount,
}

/// One comparison, or what there was to make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The indicator if known, else the label as printed.
    pub label: String,
    /// Whether `label` is text of the statement rather than an identifier.
    pub as_printed: bool,
    /// What is compared.
    pub compared: Compared,
    /// Points printed on the line; never of a total.
    pub points: Option<Fraction>,
    /// What it should be: points for [`Compared::TotalPoints`], else euros.
    pub expected: Option<Range>,
    /// What is printed, in the same unit.
    pub printed: Option<Fraction>,
    /// Printed minus expected, expected to the cent; 0 inside a range, from its
    /// nearer end outside. Nothing if either is unknown.
    pub gap: Option<Fraction>,
}

/// What comes of the comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing could be compared: the list is unknown.
    NoList,
    /// Nothing could be compared: neither amounts nor totals are printed.
    NothingPrinted,
    /// Every comparison holds, within the tolerance.
    Agrees,
    /// Some do not.
    Differs {
        /// How many do not.
        wrong: usize,
    },
}

/// Whether the amounts and totals of a statement follow from its own points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arithmetic {
    /// What multiplies points.
    pub terms: Terms,
    /// Lines, then totals, in the order of the statement.
    pub rows: Vec<Row>,
    /// Labels of totals whose lines cannot be told: not checked.
    pub unmatched: Vec<String>,
    /// Gap that rounding explains, in euros or points: a unit of the last digit
    /// printed, for how the fund rounds is unknown.
    pub tolerance: Fraction,
}

impl Arithmetic {
    /// Checks a statement.
    #[must_use]
    pub fn of(statement: &Statement, scheme: &Scheme, campaign: Campaign) -> Self {
        let terms = Terms::of(statement, scheme, campaign);
        let mut rows: Vec<Row> = statement.lines.iter().map(|line| of_line(line, &terms)).collect();
        let mut unmatched = Vec::new();
        for total in &statement.totals {
            match under(statement, total) {
                Some(lines) => rows.extend(of_total(total, &lines)),
                None => unmatched.push(total.label.clone()),
            }
        }
        Self { terms, rows, unmatched, tolerance: tolerance(statement) }
    }

    /// How many comparisons were made.
    #[must_use]
    pub fn compared(&self) -> usize {
        self.rows.iter().filter(|row| row.gap.is_some()).count()
    }

    /// What comes of them.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.compared() == 0 {
            let unknown = self.terms.list.is_none();
            return if unknown { Verdict::NoList } else { Verdict::NothingPrinted };
        }
        let least = -&self.tolerance;
        let beyond = |gap: &&Fraction| **gap > self.tolerance || **gap < least;
        match self.rows.iter().filter_map(|row| row.gap.as_ref()).filter(beyond).count() {
            0 => Verdict::Agrees,
            wrong => Verdict::Differs { wrong },
        }
    }
}

fn of_line(line: &Line, terms: &Terms) -> Row {
    let points = line.figures.get(&Figure::Points).map(exact);
    let expected = points.as_ref().and_then(|points| terms.amount(points, &line.figures));
    let printed = line.figures.get(&Figure::Amount).map(exact);
    let gap = expected.as_ref().zip(printed.as_ref()).map(|(ends, it)| gap(it, ends));
    Row {
        label: line.indicator.clone().unwrap_or_else(|| line.label.clone()),
        as_printed: line.indicator.is_none(),
        compared: Compared::Amount,
        points,
        expected,
        printed,
        gap,
    }
}

fn of_total(total: &Total, lines: &[&Line]) -> Vec<Row> {
    let both = [(Figure::Points, Compared::TotalPoints), (Figure::Amount, Compared::TotalAmount)];
    both.into_iter()
        .filter_map(|(figure, compared)| {
            let printed = exact(total.figures.get(&figure)?);
            let sum = sum(lines, figure)?;
            Some(Row {
                label: total.label.clone(),
                as_printed: true,
                compared,
                points: None,
                gap: Some(&printed - &sum),
                expected: Some(Range::exact(sum)),
                printed: Some(printed),
            })
        })
        .collect()
}

/// How far a printed amount is from the ends between which it should lie, and
/// from which way.
fn gap(printed: &Fraction, ends: &Range) -> Fraction {
    let (low, high) = (ends.min().round(2), ends.max().round(2));
    if *printed < low {
        printed - &low
    } else if *printed > high {
        printed - &high
    } else {
        Fraction::zero()
    }
}

/// The lines that a total is of: all, or those of its theme.
fn under<'s>(statement: &'s Statement, total: &Total) -> Option<Vec<&'s Line>> {
    let label = plain(&total.label);
    let rest: Vec<&str> = label
        .split(' ')
        .filter(|word| !matches!(*word, "total" | "sous" | "general" | "du" | "de" | "la" | "des"))
        .filter(|word| {
            !matches!(*word, "volet" | "theme" | "bloc" | "points" | "montant" | "releve")
        })
        .collect();
    if rest.is_empty() {
        return Some(statement.lines.iter().collect());
    }
    let rest = rest.join(" ");
    let of = |line: &&Line| {
        line.theme.as_deref().is_some_and(|theme| {
            let theme = plain(theme);
            theme.contains(&rest) || rest.contains(&theme)
        })
    };
    let lines: Vec<_> = statement.lines.iter().filter(of).collect();
    (!lines.is_empty()).then_some(lines)
}

/// The sum of a figure; nothing if no line prints it.
fn sum(lines: &[&Line], figure: Figure) -> Option<Fraction> {
    let all: Vec<Fraction> =
        lines.iter().filter_map(|line| line.figures.get(&figure).map(exact)).collect();
    (!all.is_empty()).then(|| all.iter().sum())
}

/// How the fund rounds is unknown: a unit of the last digit it prints.
fn tolerance(statement: &Statement) -> Fraction {
    let lines = statement.lines.iter().map(|line| &line.figures);
    let totals = statement.totals.iter().map(|total| &total.figures);
    let mut amounts = lines.chain(totals).filter_map(|figures| figures.get(&Figure::Amount));
    if amounts.all(Number::is_whole) { Fraction::one() } else { Fraction::one().hundredths() }
}
