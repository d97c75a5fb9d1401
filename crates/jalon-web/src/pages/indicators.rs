//! Indicateurs: every line of every scheme.

use askama::Template;
use axum::response::Html;
use jalon_engine::ledger::Ledger;
use jalon_rules::amount::Measured;
use jalon_rules::scale::Scale;
use jalon_rules::{Fraction, Range, french};

use super::{Frame, Look, html};
use crate::failure::Failure;
use crate::words;

#[derive(Template)]
#[template(path = "indicators.html")]
struct Indicators {
    frame: Frame,
    euros: bool,
    schemes: Vec<Scheme>,
}

struct Scheme {
    name: String,
    total: String,
    lines: Vec<Line>,
}

struct Line {
    title: String,
    /// Empty for what has no page of its own.
    to: String,
    rate: String,
    objectives: String,
    points: String,
    euros: String,
    source: String,
}

/// The page.
pub async fn show(look: Look) -> Result<Html<String>, Failure> {
    let doctor = look.doctor()?;
    let campaign = look.campaign;
    let season = look.ask(move |facts| facts.season(campaign)).await?;
    let euros = look.sees_euros();
    let book = season.iter().find(|book| book.payee == doctor);
    let ledgers = book.map(|book| book.ledgers.as_slice()).unwrap_or_default();
    let schemes = ledgers
        .iter()
        .map(|ledger| Scheme {
            name: ledger.scheme().name().to_owned(),
            total: if euros { words::euros(ledger.euros()) } else { String::new() },
            lines: lines(&look, ledger, euros),
        })
        .collect();
    html(&Indicators { frame: look.frame(look.t.indicators, "/indicateurs"), euros, schemes })
}

fn lines(look: &Look, ledger: &Ledger<'_>, euros: bool) -> Vec<Line> {
    let scheme = ledger.scheme().id();
    let to = |page: &str| look.to(&format!("/indicateurs/{scheme}/{page}"));
    let amount = |range: &Range| if euros { words::euros(range) } else { String::new() };
    match ledger {
        Ledger::Rate(ledger) => ledger
            .indicators
            .iter()
            .zip(&ledger.amount.indicators)
            .filter(|(indicator, _)| indicator.measured != Measured::OutOfCampaign)
            .map(|(indicator, paid)| Line {
                title: indicator.page.title.clone(),
                to: to(&indicator.page.id),
                rate: match indicator.measured {
                    Measured::Counts { numerator, denominator, .. } => {
                        words::rate(numerator, denominator)
                    }
                    Measured::Unknown | Measured::OutOfCampaign => "?".to_owned(),
                },
                objectives: objectives(&indicator.scale),
                points: words::points(&paid.points),
                euros: amount(&paid.euros),
                source: paid.source.word().to_owned(),
            })
            .collect(),
        Ledger::Prevention(ledger) => ledger
            .lines
            .iter()
            .map(|line| Line {
                title: line.page.title.clone(),
                to: to(&line.page.id),
                rate: words::rate(line.counts.numerator, line.counts.denominator),
                objectives: String::new(),
                points: String::new(),
                euros: amount(&line.paid.euros),
                source: line.paid.source.word().to_owned(),
            })
            .collect(),
        Ledger::Classes(ledger) => ledger
            .lines
            .iter()
            .zip(&ledger.amount.classes)
            .map(|(line, (_, paid))| Line {
                title: line.page.sheet.title.clone(),
                to: String::new(),
                rate: match line.patients {
                    (least, most) if least == most => french::count(least, "patient"),
                    (least, most) => {
                        format!("{} à {}", french::integer(least), french::count(most, "patient"))
                    }
                },
                objectives: String::new(),
                points: String::new(),
                euros: amount(&paid.euros),
                source: paid.source.word().to_owned(),
            })
            .collect(),
        Ledger::Gate(ledger) => ledger
            .lines
            .iter()
            .zip(&ledger.amount.items)
            .map(|(line, item)| Line {
                title: line.page.sheet.title.clone(),
                to: String::new(),
                rate: item.state.word().to_owned(),
                objectives: String::new(),
                points: item.points.as_ref().map_or_else(String::new, words::points),
                euros: String::new(),
                source: String::new(),
            })
            .collect(),
    }
}

/// Intermediate objective and target, as printed.
pub fn objectives(scale: &Scale) -> String {
    let told = |value: Option<&Fraction>| {
        value.map_or_else(|| "?".to_owned(), |value| french::short(value, 2))
    };
    let [low, high] = [&scale.intermediate, &scale.target]
        .map(|value| told(value.as_ref().map(|value| &value.value)));
    format!("{low} / {high}")
}
