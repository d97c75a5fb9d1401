//! What more patients in the numerator would pay: by paying again.

use std::collections::BTreeMap;

use jalon_rules::Range;
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::convention::Scheme;

use crate::evidence::DoctorCounts;
use crate::ledger::{Books, Counted, Ledger, LedgerError, People};

/// Pays one scheme of one doctor again and again, on other counts.
pub(super) struct Till<'a, 'r> {
    books: &'a Books<'r>,
    scheme: &'r Scheme,
    people: &'a People,
    counts: &'a DoctorCounts,
    /// The scheme as it is paid today.
    pub(super) today: Option<Ledger<'r>>,
    /// Worth of what was asked before: many patients lack the same.
    known: BTreeMap<Vec<(usize, u64)>, Range>,
}

impl<'a, 'r> Till<'a, 'r> {
    pub(super) fn open(
        books: &'a Books<'r>,
        scheme: &'r Scheme,
        people: &'a People,
        counts: &'a DoctorCounts,
    ) -> Result<Self, LedgerError> {
        let mut till = Self { books, scheme, people, counts, today: None, known: BTreeMap::new() };
        till.today = till.pay(counts.clone())?;
        Ok(till)
    }

    /// The euros that so many more patients in the numerator of each of these
    /// pages would add, all at once.
    pub(super) fn worth(&mut self, more: &[(usize, u64)]) -> Result<Range, LedgerError> {
        if more.iter().all(|(_, patients)| *patients == 0) {
            return Ok(Range::zero());
        }
        if let Some(known) = self.known.get(more) {
            return Ok(known.clone());
        }
        let mut counts = self.counts.clone();
        for (page, patients) in more {
            if let Some(page) = counts.pages.get_mut(*page) {
                page.numerator += patients;
            }
        }
        let after = self.pay(counts)?;
        let worth = match (&self.today, &after) {
            (Some(before), Some(after)) => gain(before.euros(), after.euros()),
            _ => Range::zero(),
        };
        self.known.insert(more.to_vec(), worth.clone());
        Ok(worth)
    }

    fn pay(&self, counts: DoctorCounts) -> Result<Option<Ledger<'r>>, LedgerError> {
        let counted = Counted::Pages(vec![counts]);
        let ledgers = self.books.pay(AnyScheme::Counted(self.scheme), &counted, self.people)?;
        Ok(ledgers.into_iter().next())
    }
}

/// From the difference of the least amounts to that of the greatest.
pub(super) fn gain(before: &Range, after: &Range) -> Range {
    Range::hull(after.min() - before.min(), after.max() - before.max())
}
