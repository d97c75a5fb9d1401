//! Charts of what was counted and paid, made of the same figures as the words
//! beside them. A figure that a chart refuses has its words and no chart.

use std::fmt;

use askama::filters::HtmlSafe;
use jalon_charts::{
    Amount, Bullet, Chart, Fault, Measure, Objectives, Others, Prefix, Rate, Reading, Span, Step,
    Strip, Trend, Waterfall,
};
use jalon_engine::forecast::Point;
use jalon_rules::account::{Account, Operation, Unit};
use jalon_rules::amount::{Measured, State};
use jalon_rules::page::Page;
use jalon_rules::scale::{RateKind, Scale};
use jalon_rules::{Fraction, Range};

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

/// An amount that is a product, factor after factor, from the rate to euros.
pub fn waterfall(title: &str, account: &Account) -> Result<Waterfall, Fault> {
    let product = match (account.operation(), account.children()) {
        (Operation::Rounded(_), [exact]) => exact,
        _ => account,
    };
    if product.operation() != Operation::Product {
        return Err(Fault::Empty("les étapes"));
    }
    let (mut so_far, mut in_euros) = (Range::one(), false);
    let mut steps = Vec::new();
    for factor in product.children() {
        let value = factor.value().ok_or(Fault::Empty("les étapes"))?;
        so_far = &so_far * value;
        in_euros |= factor.unit() == Unit::Euros;
        if in_euros {
            let (label, words) = (capital(factor.label()), format!("× {}", figure_of(factor)));
            steps.push(Step::amount(&label, &words, span(&so_far)?)?);
        } else {
            earned(factor, &mut steps)?;
        }
    }
    Waterfall::new(&format!("{title} : du taux à l'euro"), steps, "À payer")
}

/// The steps before euros: the rate, what it earns, the points; or patients.
fn earned(factor: &Account, steps: &mut Vec<Step>) -> Result<(), Fault> {
    let achieved = factor
        .children()
        .iter()
        .find(|child| matches!(child.operation(), Operation::Achievement(..)));
    if let Some(achieved) = achieved {
        if let Some(rate) = achieved.children().first() {
            steps.push(step(rate, None)?);
        }
        steps.push(step(achieved, Some(&Fraction::one()))?);
    }
    let points = factor
        .children()
        .iter()
        .find(|child| child.unit() == Unit::Points && child.operation().is_leaf());
    let whole = points.and_then(|points| points.value()?.as_exact());
    steps.push(step(factor, whole)?);
    Ok(())
}

/// A figure with how it follows; a part of the whole where both are known.
fn step(figure: &Account, whole: Option<&Fraction>) -> Result<Step, Fault> {
    let line = figure.lines().into_iter().next().ok_or(Fault::Empty("les étapes"))?;
    let label = capital(figure.label());
    // A leaf only says its own name again.
    let how = line.formula.trim_start_matches(['=', ':', ' ']);
    let how = if how == figure.label() { "" } else { how };
    let part = figure.value().and_then(Range::as_exact).zip(whole);
    match part.and_then(|(part, whole)| thousandths(part).zip(thousandths(whole))) {
        Some((part, whole)) if whole > 0 && part <= whole => {
            Step::part(&label, how, &line.value, part, whole)
        }
        _ => Step::said(&label, how, &line.value),
    }
}

/// The figure of a factor: `7,00 €`, `1 020 / 800 patients`.
fn figure_of(factor: &Account) -> String {
    let line = factor.lines().into_iter().next();
    line.map_or_else(String::new, |line| match line.formula.strip_prefix("= ") {
        Some(formula) => formula.to_owned(),
        None => line.value,
    })
}

fn thousandths(value: &Fraction) -> Option<u64> {
    (value * Fraction::from(1_000)).round(0).to_decimal(0).parse().ok()
}

fn span(range: &Range) -> Result<Span, Fault> {
    let cents = |value: &Fraction| {
        let cents = value.times_hundred().round(0).to_decimal(0);
        Amount::cents(cents.parse().map_err(|_| Fault::Amount)?)
    };
    Span::between(cents(range.min())?, cents(range.max())?)
}

/// With a capital first letter.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
