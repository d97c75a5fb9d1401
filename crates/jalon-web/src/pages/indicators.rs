//! Indicateurs: every line of every scheme.

use askama::Template;
use axum::response::Html;
use jalon_engine::ledger::Ledger;
use jalon_rules::amount::Measured;
use jalon_rules::scale::Scale;
use jalon_rules::{Fraction, Range, french};

use super::{Frame, Look, html};
use crate::charts::{self, Cell};
use crate::courses::Course;
use crate::failure::Failure;
use crate::measured::{self, Indicator};
use crate::tendency::{self, Tendency};
use crate::texts::Figures;
use crate::words;

#[derive(Template)]
#[template(path = "indicators.html")]
struct Indicators {
    frame: Frame,
    w: &'static Figures,
    euros: bool,
    schemes: Vec<Scheme>,
    /// The address to ask again while trends are being computed.
    again: Option<String>,
    failed: bool,
}

struct Scheme {
    name: String,
    total: String,
    /// Whether its lines are rates, and whether these are held against
    /// objectives.
    rates: bool,
    objectives: bool,
    lines: Vec<Line>,
}

#[derive(Default)]
struct Line {
    title: String,
    /// Empty for what has no page of its own.
    to: String,
    rate: String,
    objectives: String,
    position: Cell,
    tendency: Tendency,
    points: String,
    euros: String,
    source: String,
}

/// The page.
pub async fn show(look: Look) -> Result<Html<String>, Failure> {
    let doctor = look.doctor()?;
    let campaign = look.campaign;
    let (season, course) =
        look.ask(move |facts| Ok((facts.season(campaign)?, facts.course(campaign)?))).await?;
    let w = Figures::of(look.language);
    let euros = look.sees_euros();
    let book = season.iter().find(|book| book.payee == doctor);
    let ledgers = book.map(|book| book.ledgers.as_slice()).unwrap_or_default();
    let mut schemes: Vec<Scheme> = ledgers
        .iter()
        .map(|ledger| Scheme {
            name: ledger.scheme().name().to_owned(),
            total: if euros { words::euros(ledger.euros()) } else { String::new() },
            rates: matches!(ledger, Ledger::Rate(_) | Ledger::Prevention(_)),
            objectives: matches!(ledger, Ledger::Rate(_)),
            lines: lines(&look, ledger, euros),
        })
        .collect();
    for (at, one) in book.map(measured::indicators).unwrap_or_default().iter().enumerate() {
        let to = to(&look, &one.scheme.id, &one.page.id);
        let mut lines = schemes.iter_mut().flat_map(|scheme| &mut scheme.lines);
        let Some(line) = lines.find(|line| line.to == to) else { continue };
        line.position = position(one, at);
        let tendency =
            course.known().and_then(|past| tendency::of(past, &doctor, one.scheme, one.page, w));
        line.tendency = tendency.unwrap_or_default();
    }
    html(&Indicators {
        frame: look.frame(look.t.indicators, "/indicateurs"),
        w,
        euros,
        schemes,
        again: matches!(course, Course::Underway).then(|| look.to("/indicateurs")),
        failed: matches!(course, Course::Failed),
    })
}

/// Where a rate stands between its objectives, in a cell.
fn position(one: &Indicator<'_>, at: usize) -> Cell {
    let bullet = |scale| charts::bullet(one.page, scale, one.measured, one.state).ok();
    let bullet = one.scale.and_then(bullet);
    bullet
        .map(|bullet| charts::cell(&bullet, (one.measured, one.state), &format!("p{at}")))
        .unwrap_or_default()
}

/// The address of an indicator.
fn to(look: &Look, scheme: &str, page: &str) -> String {
    look.to(&format!("/indicateurs/{scheme}/{page}"))
}

fn lines(look: &Look, ledger: &Ledger<'_>, euros: bool) -> Vec<Line> {
    let scheme = ledger.scheme().id();
    let to = |page: &str| to(look, scheme, page);
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
                rate: words::measured(indicator.measured),
                objectives: objectives(&indicator.scale),
                points: words::points(&paid.points),
                euros: amount(&paid.euros),
                source: paid.source.word().to_owned(),
                ..Line::default()
            })
            .collect(),
        Ledger::Prevention(ledger) => ledger
            .lines
            .iter()
            .map(|line| Line {
                title: line.page.title.clone(),
                to: to(&line.page.id),
                rate: words::rate(line.counts.numerator, line.counts.denominator),
                euros: amount(&line.paid.euros),
                source: line.paid.source.word().to_owned(),
                ..Line::default()
            })
            .collect(),
        Ledger::Classes(ledger) => ledger
            .lines
            .iter()
            .zip(&ledger.amount.classes)
            .map(|(line, (_, paid))| Line {
                title: line.page.sheet.title.clone(),
                rate: match line.patients {
                    (least, most) if least == most => french::count(least, "patient"),
                    (least, most) => {
                        format!("{} à {}", french::integer(least), french::count(most, "patient"))
                    }
                },
                euros: amount(&paid.euros),
                source: paid.source.word().to_owned(),
                ..Line::default()
            })
            .collect(),
        Ledger::Gate(ledger) => ledger
            .lines
            .iter()
            .zip(&ledger.amount.items)
            .map(|(line, item)| Line {
                title: line.page.sheet.title.clone(),
                rate: item.state.word().to_owned(),
                points: item.points.as_ref().map_or_else(String::new, words::points),
                ..Line::default()
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
