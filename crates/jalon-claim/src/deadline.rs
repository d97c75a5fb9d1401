//! Until when a decision can be contested.
//!
//! The rule is the general one of social security: two months from the
//! notification for the commission de recours amiable, two months of silence
//! that stand for a refusal, two months more for the court. No rule of its own
//! is known for the payments on objectives. Contacting the fund otherwise stops
//! nothing.

use jiff::ToSpan as _;
use jiff::civil::Date;

/// Months of each delay.
const MONTHS: i32 = 2;

/// The delays of a claim. A day said is the last one: later is too late. A
/// delay that ends on a day off may last until the next working day; nobody
/// should count on it, so it is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// Day on which the decision was notified, if known.
    pub notified: Option<Date>,
    /// Day on which the claim reached the commission, if it did.
    pub received: Option<Date>,
}

impl Deadlines {
    /// Last day to send the claim by registered letter.
    #[must_use]
    pub fn claim_by(&self) -> Option<Date> {
        self.notified.and_then(months_later)
    }

    /// Day on which silence stands for a refusal.
    #[must_use]
    pub fn refused_on(&self) -> Option<Date> {
        self.received.and_then(months_later)
    }

    /// Last day to go to court after a silence.
    #[must_use]
    pub fn court_by(&self) -> Option<Date> {
        self.refused_on().and_then(months_later)
    }

    /// Days left to send the claim, that day included; 0 when it is too late.
    #[must_use]
    pub fn left(&self, today: Date) -> Option<u32> {
        let days = (self.claim_by()? - today).get_days();
        Some(u32::try_from(days + 1).unwrap_or(0))
    }
}

/// The day of the same number two months later, or the last of the month where
/// it has none: 31 December leads to 28 or 29 February.
fn months_later(day: Date) -> Option<Date> {
    day.checked_add(MONTHS.months()).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn two_months() {
        let until = |day| Deadlines { notified: Some(day), received: None }.claim_by().unwrap();
        assert_eq!(until(date(2025, 4, 30)), date(2025, 6, 30));
        assert_eq!(until(date(2025, 12, 31)), date(2026, 2, 28));
        assert_eq!(until(date(2023, 12, 31)), date(2024, 2, 29));
        assert_eq!(until(date(2025, 11, 15)), date(2026, 1, 15));
    }

    #[test]
    fn silence_then_court() {
        let sent = Deadlines { notified: None, received: Some(date(2025, 6, 30)) };
        assert_eq!(sent.claim_by(), None);
        assert_eq!(sent.refused_on(), Some(date(2025, 8, 30)));
        assert_eq!(sent.court_by(), Some(date(2025, 10, 30)));
    }

    #[test]
    fn days_left() {
        let it = Deadlines { notified: Some(date(2025, 4, 30)), received: None };
        assert_eq!(it.left(date(2025, 6, 30)), Some(1));
        assert_eq!(it.left(date(2025, 6, 1)), Some(30));
        assert_eq!(it.left(date(2025, 7, 1)), Some(0));
        assert_eq!(it.left(date(2025, 8, 1)), Some(0));
    }
}
