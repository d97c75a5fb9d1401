//! An amount drawn, from the rate to euros: the account of the pages, the same
//! on paper.

use jalon_charts::{Amount, Fault, Span, Step, Waterfall};
use jalon_rules::account::{Account, Operation, Unit};
use jalon_rules::{Fraction, Range};

/// An amount that is a product, factor after factor, from the rate to euros.
///
/// # Errors
/// The account is no product, or a figure is beyond what can be drawn.
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
