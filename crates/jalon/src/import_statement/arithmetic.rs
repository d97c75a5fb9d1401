//! Whether a statement adds up: points × value of the point × list /
//! reference, against the amounts it prints. The first of two verdicts; whether
//! the points themselves are right is a question of data.

use std::fmt::Write as _;

use jalon_import::label::plain;
use jalon_import::statement::{Figure, Figures, Line, Number, Statement, Total};
use jalon_rules::convention::{Dated, Scheme, in_force};
use jalon_rules::{Campaign, Fraction, Range, french};

use crate::text;

/// A number of a statement as an exact one; it always is a decimal.
pub fn fraction(number: &Number) -> Fraction {
    number.as_str().parse().unwrap_or_else(|_| Fraction::zero())
}

/// What multiplies points, for lines that do not say it themselves.
struct Terms {
    value: Option<Fraction>,
    list: Option<Fraction>,
    reference: Option<Fraction>,
    coefficient: Option<(String, Range)>,
}

impl Terms {
    fn of(statement: &Statement, scheme: &Scheme, campaign: Campaign) -> Self {
        let printed = |figure| statement.common.get(&figure).map(fraction);
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
    fn amount(&self, points: &Fraction, figures: &Figures) -> Option<(Fraction, Fraction)> {
        let own = |figure, common: &Option<Fraction>| {
            figures.get(&figure).map(fraction).or_else(|| common.clone())
        };
        let value = own(Figure::PointValue, &self.value)?;
        let list = own(Figure::List, &self.list)?;
        let reference = own(Figure::Reference, &self.reference)?;
        let plain = (&(points * &value) * &list).checked_div(&reference)?;
        Some(match &self.coefficient {
            None => (plain.clone(), plain),
            Some((_, by)) => (&plain * by.min(), &plain * by.max()),
        })
    }
}

/// How far a printed amount is from the ends between which it should lie, and
/// from which way.
fn gap(printed: &Fraction, ends: &(Fraction, Fraction)) -> Fraction {
    let (low, high) = (ends.0.round(2), ends.1.round(2));
    if *printed < low {
        printed - &low
    } else if *printed > high {
        printed - &high
    } else {
        Fraction::zero()
    }
}

/// Lines, totals, then what comes of it.
pub fn verdict(statement: &Statement, scheme: &Scheme, campaign: Campaign) -> String {
    let terms = Terms::of(statement, scheme, campaign);
    let mut rows = Vec::new();
    let mut gaps = Vec::new();
    let mut compared = 0_usize;
    for line in &statement.lines {
        let points = line.figures.get(&Figure::Points).map(fraction);
        let expected = points.as_ref().and_then(|points| terms.amount(points, &line.figures));
        let printed = line.figures.get(&Figure::Amount).map(fraction);
        let gap = expected.as_ref().zip(printed.as_ref()).map(|(ends, it)| gap(it, ends));
        compared += usize::from(gap.is_some());
        rows.push(row(&name(line), points, expected, printed, gap.as_ref()));
        gaps.extend(gap);
    }
    let mut unmatched = Vec::new();
    for total in &statement.totals {
        let Some(lines) = under(statement, total) else {
            unmatched.push(total.label.clone());
            continue;
        };
        let sum = |figure| sum(&lines, figure);
        for (figure, what) in [(Figure::Points, "points"), (Figure::Amount, "montants")] {
            let (Some(printed), Some(sum)) =
                (total.figures.get(&figure).map(fraction), sum(figure))
            else {
                continue;
            };
            let gap = &printed - &sum;
            compared += 1;
            let label = format!("{} ({what})", jalon_data::fault::shown(&total.label));
            let show = |value: &Fraction| match figure {
                Figure::Points => french::short(value, 3),
                _ => french::euros(value),
            };
            let difference = if gap.is_zero() { "=".to_owned() } else { show(&gap) };
            rows.push(vec![label, String::new(), show(&sum), show(&printed), difference]);
            gaps.push(gap);
        }
    }
    let header = ["Ligne", "Points", "Calculé", "Imprimé", "Écart"];
    let mut out = text::table(&header, "lrrrr", rows);
    out.push_str("\n\n");
    conclusion(&mut out, &terms, compared, &gaps, &tolerance(statement));
    if !unmatched.is_empty() {
        let labels: Vec<_> = unmatched.iter().map(|it| jalon_data::fault::shown(it)).collect();
        let _ = writeln!(out, "Totaux d'aucun thème connu, non contrôlés : {}", labels.join(" ; "));
    }
    out
}

fn name(line: &Line) -> String {
    line.indicator.clone().unwrap_or_else(|| jalon_data::fault::shown(&line.label))
}

fn row(
    name: &str,
    points: Option<Fraction>,
    expected: Option<(Fraction, Fraction)>,
    printed: Option<Fraction>,
    gap: Option<&Fraction>,
) -> Vec<String> {
    let unknown = || "?".to_owned();
    let expected = expected.and_then(|(low, high)| Range::new(low, high));
    vec![
        name.to_owned(),
        points.map_or_else(unknown, |points| french::short(&points, 3)),
        expected.map_or_else(unknown, |range| text::interval(&range, french::euros)),
        printed.map_or_else(unknown, |it| french::euros(&it)),
        gap.map_or_else(
            unknown,
            |gap| {
                if gap.is_zero() { "=".to_owned() } else { french::euros(gap) }
            },
        ),
    ]
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
        lines.iter().filter_map(|line| line.figures.get(&figure).map(fraction)).collect();
    (!all.is_empty()).then(|| all.iter().sum())
}

/// How the fund rounds is unknown: a unit of the last digit it prints.
fn tolerance(statement: &Statement) -> Fraction {
    let lines = statement.lines.iter().map(|line| &line.figures);
    let totals = statement.totals.iter().map(|total| &total.figures);
    let mut amounts = lines.chain(totals).filter_map(|figures| figures.get(&Figure::Amount));
    if amounts.all(Number::is_whole) { Fraction::one() } else { Fraction::one().hundredths() }
}

fn conclusion(
    out: &mut String,
    terms: &Terms,
    compared: usize,
    gaps: &[Fraction],
    tolerance: &Fraction,
) {
    if let (Some(value), Some(reference)) = (&terms.value, &terms.reference) {
        let list = terms.list.as_ref().map_or("?".to_owned(), |list| french::short(list, 2));
        let mut by = String::new();
        if let Some((name, value)) = &terms.coefficient {
            let value = text::interval(value, |value| french::short(value, 4));
            let _ = write!(by, " × {value} ({name})");
        }
        let _ = writeln!(
            out,
            "Calculé = points × {} × {list} / {}{by}",
            french::euros(value),
            french::short(reference, 2)
        );
    }
    if terms.list.is_none() && compared == 0 {
        out.push_str("Arithmétique non contrôlée : patientèle inconnue\naide : --patientele N\n");
        return;
    }
    if compared == 0 {
        out.push_str("Arithmétique non contrôlée : ni montant ni total à comparer.\n");
        return;
    }
    let wrong: Vec<&Fraction> =
        gaps.iter().filter(|gap| **gap > *tolerance || **gap < -tolerance).collect();
    let within =
        format!("à {} près, l'arrondi de la caisse étant inconnu", french::euros(tolerance));
    let _ = match wrong.len() {
        0 => writeln!(out, "L'arithmétique concorde : {compared} comparaisons, {within}."),
        1 => {
            writeln!(out, "L'arithmétique diffère : 1 écart sur {compared} comparaisons, {within}.")
        }
        count => {
            writeln!(
                out,
                "L'arithmétique diffère : {count} écarts sur {compared} comparaisons, {within}."
            )
        }
    };
}
