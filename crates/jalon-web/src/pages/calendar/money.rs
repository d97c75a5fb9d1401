//! What was computed, expected and received of each scheme, and the gap.

use jalon_engine::ledger::Book;
use jalon_rules::{Fraction, Range, french};
use jalon_store::{Payment, PaymentKind};

use super::of_kind;
use crate::calendar::{Fund, Stage, Window};
use crate::pages::Look;
use crate::texts::Calendar;
use crate::words;

/// A scheme, or all of them.
#[derive(Default)]
pub struct Row {
    pub name: String,
    pub computed: String,
    pub expected: String,
    pub received: String,
    pub gap: String,
}

/// A payment that was written.
pub struct Entry {
    pub id: String,
    pub scheme: String,
    pub kind: &'static str,
    pub label: String,
    pub amount: String,
    pub day: String,
}

/// An amount in cents.
pub fn cents(cents: i64) -> Fraction {
    let whole = Fraction::ratio(cents.unsigned_abs(), 100).unwrap_or_else(Fraction::zero);
    if cents < 0 { -whole } else { whole }
}

/// A payment, as the page shows it.
pub fn entry(payment: &Payment, scheme: &str) -> Entry {
    Entry {
        id: payment.id.to_string(),
        scheme: scheme.to_owned(),
        kind: payment.kind.label(),
        label: payment.label.clone(),
        amount: french::euros(&cents(payment.cents)),
        day: french::date(payment.day),
    }
}

/// What the sides of a scheme come to.
#[derive(Clone)]
struct Sides {
    computed: Range,
    expected: Range,
    received: Fraction,
    /// Nothing while nothing is due.
    gap: Option<Range>,
}

/// What is expected of a scheme: what was written to be, else what is computed
/// once the last day of its payment has passed. Nothing while nothing is due.
fn sides(computed: Range, due: bool, payments: &[Payment], scheme: &str) -> Sides {
    let sum =
        |kind| -> Fraction { of_kind(payments, scheme, kind).map(|one| cents(one.cents)).sum() };
    let told = of_kind(payments, scheme, PaymentKind::Expected).next().is_some();
    let received = sum(PaymentKind::Received);
    let paid = of_kind(payments, scheme, PaymentKind::Received).next().is_some();
    let expected = if told { Range::exact(sum(PaymentKind::Expected)) } else { computed.clone() };
    let gap = (told || due || paid).then(|| &Range::exact(received.clone()) - &expected);
    Sides { computed, expected, received, gap }
}

/// Each scheme that pays the doctor, and their sum.
pub fn rows(
    look: &Look,
    book: Option<&Book<'static>>,
    fund: &Fund,
    payments: &[Payment],
) -> (Vec<Row>, Row) {
    let w = Calendar::of(look.language);
    let today = look.today();
    let ledgers = book.map(|book| book.ledgers.as_slice()).unwrap_or_default();
    let mut all: Vec<(String, Sides)> = ledgers
        .iter()
        .map(|ledger| {
            let scheme = ledger.scheme();
            let span = fund.span(scheme.id(), scheme.calendar(look.campaign), Window::Payment);
            let due = matches!(span.stage(today), Stage::After(_));
            // As it would be paid: to the cent.
            let computed = ledger.euros().round(2);
            (scheme.name().to_owned(), sides(computed, due, payments, scheme.id()))
        })
        .collect();
    // What was written of a scheme that pays nothing any more is not lost.
    let known: Vec<_> = ledgers.iter().map(|ledger| ledger.scheme().id()).collect();
    let mut others: Vec<&str> = payments.iter().map(|one| one.scheme.as_str()).collect();
    others.retain(|id| !known.contains(id));
    others.sort_unstable();
    others.dedup();
    all.extend(
        others.into_iter().map(|id| (id.to_owned(), sides(Range::zero(), false, payments, id))),
    );
    let rows = all.iter().map(|(name, sides)| row(name, sides, w)).collect();
    let total = Sides {
        computed: all.iter().map(|(_, one)| &one.computed).sum(),
        expected: all.iter().map(|(_, one)| &one.expected).sum(),
        received: all.iter().map(|(_, one)| one.received.clone()).sum(),
        gap: all.iter().filter_map(|(_, one)| one.gap.as_ref()).cloned().reduce(|a, b| &a + &b),
    };
    (rows, row(look.t.total, &total, w))
}

fn row(name: &str, sides: &Sides, w: &Calendar) -> Row {
    Row {
        name: name.to_owned(),
        computed: words::euros(&sides.computed),
        expected: words::euros(&sides.expected),
        received: french::euros(&sides.received),
        gap: sides.gap.as_ref().map_or_else(|| w.not_due.to_owned(), words::euros),
    }
}

#[cfg(test)]
mod tests {
    use jalon_rules::Range;

    use super::{cents, sides};

    #[test]
    fn cents_are_exact() {
        assert_eq!(cents(123_456), "1234.56".parse().unwrap());
        assert_eq!(cents(-5), "-0.05".parse().unwrap());
    }

    #[test]
    fn nothing_is_missing_before_it_is_due() {
        let computed = Range::exact("481.24".parse().unwrap());
        let before = sides(computed.clone(), false, &[], "x");
        assert!(before.gap.is_none());
        let after = sides(computed.clone(), true, &[], "x");
        assert_eq!(after.gap, Some(Range::exact("-481.24".parse().unwrap())));
        assert_eq!(after.expected, computed);
    }
}
