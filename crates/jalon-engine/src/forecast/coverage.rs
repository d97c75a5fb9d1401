//! Which past years the practice has the facts of.

use std::collections::{BTreeMap, BTreeSet};

use jalon_rules::Campaign;
use jalon_rules::campaign::Window;
use jalon_rules::convention::{ListKind, Scheme};
use jalon_rules::criterion::{Bounds, Criterion, Test, Treatment};
use jalon_rules::page::{Page, Unit};
use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::columns;
use crate::engine::Engine;
use crate::error::EngineError;

/// How many times fewer facts than an ordinary month a known month may hold:
/// older facts often come alone, a vaccine or an operation told again.
const SHARE: u64 = 4;

/// The months of which the practice has the facts, by their first day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Coverage(BTreeSet<Date>);

impl Coverage {
    /// Reads them. An ordinary month is the median of the year before `today`.
    pub(super) fn read(engine: &Engine, today: Date) -> Result<Self, EngineError> {
        let answer = engine.ask(
            "SELECT CAST(date_trunc('month', jour) AS DATE) AS mois, count(*) AS faits FROM (
  SELECT date AS jour FROM delivrances
  UNION ALL SELECT date FROM actes
  UNION ALL SELECT date FROM vaccinations
  UNION ALL SELECT entree FROM sejours
) AS tous GROUP BY mois ORDER BY mois",
        )?;
        let months = columns::days(&answer, "mois")?.into_iter().flatten();
        let facts: BTreeMap<Date, u64> = months.zip(columns::counts(&answer, "faits")?).collect();
        let this = today.first_of_month();
        let mut before: Vec<u64> = (1..=12)
            .filter_map(|months: i32| this.checked_sub(months.months()).ok())
            .map(|month| facts.get(&month).copied().unwrap_or_default())
            .collect();
        before.sort_unstable();
        let ordinary = before.get(before.len() / 2).copied().unwrap_or_default();
        let known = facts.into_iter().filter(|(_, facts)| facts * SHARE >= ordinary);
        Ok(Self(known.map(|(month, _)| month).collect()))
    }

    /// The years before a campaign that may be campaigns with facts.
    pub(super) fn before(&self, campaign: Campaign) -> Vec<Campaign> {
        let years = self.0.iter().filter_map(|month| Campaign::new(month.year()));
        years.filter(|year| *year < campaign).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Whether every month that a page looks at in a campaign is known.
    pub(super) fn holds(&self, scheme: &Scheme, page: &Page, campaign: Campaign) -> bool {
        let (first, last) = (first_day(scheme, page, campaign), campaign.reference_day());
        let mut month = first.first_of_month();
        while month <= last {
            if !self.0.contains(&month) {
                return false;
            }
            let Ok(next) = month.checked_add(1.months()) else { return false };
            month = next;
        }
        true
    }
}

/// The beginning of the longest window of a page in a campaign.
fn first_day(scheme: &Scheme, page: &Page, campaign: Campaign) -> Date {
    let mut windows = vec![Window::YEAR];
    match &page.rule.unit {
        Unit::Event(event) => windows.push(event.window),
        // A run is new when nothing was delivered in the year before.
        Unit::Treatment(Treatment::Runs { .. }) => windows.push(Window::Months(24)),
        _ => {}
    }
    if scheme.list == ListKind::Followed {
        windows.push(ListKind::FOLLOWED_WINDOW);
    }
    for criterion in page.rule.criteria() {
        of_criterion(criterion, campaign, &mut windows);
    }
    let bounded = |window: &Window| matches!(window, Window::Months(_) | Window::Between(..));
    let begins = windows.into_iter().filter(bounded).map(|window| window.days(campaign).0);
    begins.min().unwrap_or_else(|| campaign.first_day())
}

fn of_criterion(criterion: &Criterion, campaign: Campaign, windows: &mut Vec<Window>) {
    if !criterion.applies(campaign) {
        return;
    }
    match &criterion.test {
        Some(Test::Count(test)) => {
            windows.push(test.count.window);
            if let Bounds::AtLeast(other) = &test.bounds {
                windows.push(other.window);
            }
        }
        Some(Test::AnyOf(options)) => {
            for option in options {
                of_criterion(option, campaign, windows);
            }
        }
        _ => {}
    }
}
