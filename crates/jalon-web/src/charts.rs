//! Charts of what was counted and paid, made of the same figures as the words
//! beside them. A figure that a chart refuses has its words and no chart.

use std::fmt;

use askama::filters::HtmlSafe;
use jalon_charts::{
    Bullet, Chart, Fault, Measure, Objectives, Others, Prefix, Rate, Reading, Strip, Trend,
};
use jalon_engine::forecast::Point;
use jalon_rules::Fraction;
use jalon_rules::amount::{Measured, State};
use jalon_rules::page::Page;
use jalon_rules::scale::{RateKind, Scale};

/// A drawing as HTML: the one text that templates do not escape, and only this
/// module makes one.
#[derive(Debug, Default)]
pub struct Drawing(String);

impl Drawing {
    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Drawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Drawing {}

/// What a bullet says in a cell.
#[derive(Debug, Default)]
pub struct Cell {
    /// The drawing; empty without one.
    pub svg: Drawing,
    /// Why there is no rate to draw; empty when there is one.
    pub why: String,
}

/// The drawing of a document, which a chart made.
pub fn of_document(svg: String) -> Drawing {
    Drawing(svg)
}

/// A drawing in a page, under ids of its own; nothing where there is none.
pub fn figure(chart: Result<impl Chart, Fault>, ids: &str) -> Drawing {
    match (chart, Prefix::new(ids)) {
        (Ok(chart), Ok(prefix)) => Drawing(jalon_charts::figure(&chart, &prefix)),
        _ => Drawing::default(),
    }
}

/// A rate in the unit of the objectives, to the hundredth.
pub fn rate(kind: RateKind, value: &Fraction) -> Result<Rate, Fault> {
    let hundredths = value.times_hundred().round(0).to_decimal(0);
    Rate::new(kind, hundredths.parse().map_err(|_| Fault::Rate)?)
}

/// The objectives of an indicator: none where its scheme pays by patient.
pub fn objectives(page: &Page, scale: Option<&Scale>) -> Result<Objectives, Fault> {
    let (kind, direction) = (page.rule.rate, page.rule.direction);
    let Some(scale) = scale.filter(|scale| scale.amount.is_none()) else {
        return Ok(Objectives::none(kind, direction));
    };
    let known = |value: &Option<jalon_rules::Sourced<Fraction>>| {
        value.as_ref().map(|value| rate(kind, &value.value)).transpose()
    };
    Objectives::new(kind, direction, known(&scale.intermediate)?, known(&scale.target)?)
}

/// A rate between its objectives.
pub fn bullet(
    page: &Page,
    scale: &Scale,
    measured: Measured,
    state: State,
) -> Result<Bullet, Fault> {
    let reading = match (measured, &scale.minimum) {
        (Measured::Counts { denominator, .. }, Some(minimum))
            if state == State::BelowMinimum && denominator < minimum.value =>
        {
            Reading::too_few(denominator, minimum.value)?
        }
        (Measured::Counts { numerator, denominator, .. }, _) if denominator > 0 => {
            Reading::known(Measure::new(page.rule.rate, numerator, denominator)?)
        }
        _ => Reading::unknown(),
    };
    Bullet::new(&page.title, reading, objectives(page, Some(scale))?)
}

/// The same in a cell: drawn where there is a rate that counts, in words
/// elsewhere.
pub fn cell(bullet: &Bullet, (measured, state): (Measured, State), ids: &str) -> Cell {
    match (measured, Prefix::new(ids)) {
        (Measured::Counts { denominator: 1.., .. }, Ok(ids)) if state != State::BelowMinimum => {
            Cell { svg: Drawing(bullet.cell(&ids).into_string()), why: String::new() }
        }
        _ => Cell { svg: Drawing::default(), why: bullet.standing() },
    }
}

/// A rate month after month.
pub fn trend(page: &Page, scale: Option<&Scale>, curve: &[Point]) -> Result<Trend, Fault> {
    let rate_of = |point: &Point| point.rate().map(|value| rate(page.rule.rate, &value));
    let own = curve
        .iter()
        .map(|point| Ok((point.day, rate_of(point).transpose()?)))
        .collect::<Result<_, Fault>>()?;
    let title = format!("{} : mois par mois", page.title);
    Trend::new(&title, "patientèle", objectives(page, scale)?, own)
}

/// Rates of colleagues, who have no name, before one's own.
pub fn strip(page: &Page, own: &Fraction, others: &[Fraction]) -> Result<Strip, Fault> {
    let mut others: Vec<&Fraction> = others.iter().collect();
    // Always from the lowest: their order tells nobody from another.
    others.sort_unstable();
    let unnamed = |value: &&Fraction| Ok(("un confrère".to_owned(), rate(page.rule.rate, value)?));
    let others = others.iter().map(unnamed).collect::<Result<_, Fault>>()?;
    Strip::new(&page.title, Others::rates(page.rule.direction, others)?)?
        .with_own_rate("vous", rate(page.rule.rate, own)?)
}
