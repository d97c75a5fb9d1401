//! Campaigns and the windows that look back from their last day.

use std::fmt;

use jiff::ToSpan as _;
use jiff::civil::Date;

/// A campaign: the calendar year of activity that is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Campaign(i16);

impl Campaign {
    /// The campaign of that year, between 2000 and 2100.
    #[must_use]
    pub fn new(year: i16) -> Option<Self> {
        (2000..=2100).contains(&year).then_some(Self(year))
    }

    /// The year.
    #[must_use]
    pub const fn year(self) -> i16 {
        self.0
    }

    /// The campaign before.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self(self.0 - 1)
    }

    /// 1 January of the year.
    #[must_use]
    pub const fn first_day(self) -> Date {
        jiff::civil::date(self.0, 1, 1)
    }

    /// 31 December, the reference day of the campaign.
    #[must_use]
    pub const fn reference_day(self) -> Date {
        jiff::civil::date(self.0, 12, 31)
    }
}

impl fmt::Display for Campaign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

/// A campaign as it is judged on a day of its year: the last one, on which it
/// is paid, or an earlier one, while it is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standpoint {
    campaign: Campaign,
    day: Date,
}

impl Standpoint {
    /// A campaign judged on a day; nothing for a day outside its year.
    #[must_use]
    pub fn on(campaign: Campaign, day: Date) -> Option<Self> {
        (day.year() == campaign.year()).then_some(Self { campaign, day })
    }

    /// The campaign, whose rules apply.
    #[must_use]
    pub const fn campaign(self) -> Campaign {
        self.campaign
    }

    /// 1 January of the year.
    #[must_use]
    pub const fn first_day(self) -> Date {
        self.campaign.first_day()
    }

    /// The day on which patients are listed and aged, and from which windows
    /// look back.
    #[must_use]
    pub const fn reference_day(self) -> Date {
        self.day
    }
}

impl From<Campaign> for Standpoint {
    fn from(campaign: Campaign) -> Self {
        Self { campaign, day: campaign.reference_day() }
    }
}

/// A day of the year and the year it falls in, counted from the campaign's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RelativeDay {
    /// 0 for the campaign's year, 1 for the next.
    pub year: i16,
    /// Month, 1 to 12.
    pub month: i8,
    /// Day of the month; the pair was checked against a common year.
    pub day: i8,
}

impl RelativeDay {
    /// Reads `01/09/N` or `31/01/N+1`, or `01/09` when the year goes without saying.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('/');
        let day = parts.next()?.parse().ok()?;
        let month = parts.next()?.parse().ok()?;
        let year = match parts.next() {
            None | Some("N") => 0,
            Some("N+1") => 1,
            Some("N-1") => -1,
            Some(_) => return None,
        };
        let valid = parts.next().is_none() && Date::new(2023, month, day).is_ok();
        valid.then_some(Self { year, month, day })
    }

    /// The day in a campaign.
    #[must_use]
    pub fn of(self, campaign: Campaign) -> Date {
        jiff::civil::date(campaign.year() + self.year, self.month, self.day)
    }
}

/// A day of each row from which an anchored window is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Anchor {
    /// The patient's birth.
    Birth,
    /// The event of the row, in the unit `evenement`.
    Event,
}

impl Anchor {
    const ALL: [(&'static str, Self); 2] = [("naissance", Self::Birth), ("evenement", Self::Event)];

    /// The word of `pendant`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Birth => "naissance",
            Self::Event => "evenement",
        }
    }
}

/// How far a day lies from an anchor; a negative number is before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shift {
    /// Months: the same day of another month, or its last day when it has no
    /// such day.
    Months(i16),
    /// Days.
    Days(i16),
}

impl Shift {
    /// The day that lies so far from `day`; `day` itself beyond the calendar.
    #[must_use]
    pub fn of(self, day: Date) -> Date {
        let span = match self {
            Self::Months(months) => i32::from(months).months(),
            Self::Days(days) => i32::from(days).days(),
        };
        day.checked_add(span).unwrap_or(day)
    }
}

/// The days on which events count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Window {
    /// The k months that end with the reference day: on 31 December, from the
    /// first day of a month. 12 is the year, from 1 January.
    Months(u8),
    /// Between two days, both included.
    Between(RelativeDay, RelativeDay),
    /// On or before the reference day, however long ago.
    Ever,
    /// From a day told from an anchor, included, to another, excluded. The
    /// reference day does not cut it.
    Around {
        /// What both days are told from.
        anchor: Anchor,
        /// First day.
        from: Shift,
        /// The day after the last one.
        to: Shift,
    },
}

impl Window {
    /// The calendar year of the campaign.
    pub const YEAR: Self = Self::Months(12);

    /// What a page may write, for those who wrote something else.
    pub(crate) const HINT: &'static str = "\"annee\", \"24 mois\", \"01/09/N - 31/01/N+1\", \"depuis toujours\" ou \"naissance + 8 mois - naissance + 11 mois\"";

    /// Reads `annee`, `24 mois`, `01/09/N - 31/01/N+1`, `depuis toujours` or
    /// `naissance + 8 mois - naissance + 11 mois`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "annee" {
            return Some(Self::YEAR);
        }
        if text == "depuis toujours" {
            return Some(Self::Ever);
        }
        if let Some((_, anchor)) = Anchor::ALL.into_iter().find(|(word, _)| text.starts_with(word))
        {
            return Self::around(text, anchor);
        }
        if let Some(months) = text.strip_suffix(" mois") {
            return months
                .parse()
                .ok()
                .filter(|months| (1..=240).contains(months))
                .map(Self::Months);
        }
        let (from, to) = text.split_once(" - ")?;
        let (from, to) = (RelativeDay::parse(from)?, RelativeDay::parse(to)?);
        ((from.year, from.month, from.day) <= (to.year, to.month, to.day))
            .then_some(Self::Between(from, to))
    }

    /// Reads `naissance + 8 mois - naissance + 11 mois`.
    fn around(text: &str, anchor: Anchor) -> Option<Self> {
        /// Takes `evenement`, or `evenement + 6 mois`.
        fn bound(words: &mut &[&str], anchor: Anchor) -> Option<Shift> {
            let [first, rest @ ..] = *words else { return None };
            *words = rest;
            if *first != anchor.word() {
                return None;
            }
            let [sign @ ("+" | "-"), number, unit, rest @ ..] = *words else {
                return Some(Shift::Days(0));
            };
            let Ok(number) = number.parse::<u8>() else { return Some(Shift::Days(0)) };
            let number = if *sign == "-" { -i16::from(number) } else { i16::from(number) };
            *words = rest;
            match *unit {
                "mois" => Some(Shift::Months(number)),
                "jour" | "jours" => Some(Shift::Days(number)),
                _ => None,
            }
        }
        let words: Vec<_> = text.split(' ').collect();
        let mut words = words.as_slice();
        let from = bound(&mut words, anchor)?;
        let ["-", rest @ ..] = words else { return None };
        words = rest;
        let to = bound(&mut words, anchor)?;
        // Held against each other in a month of 28 days: what is in order
        // there is in order everywhere.
        let day = jiff::civil::date(2023, 2, 1);
        (words.is_empty() && from.of(day) < to.of(day)).then_some(Self::Around { anchor, from, to })
    }

    /// First and last day, both included. Those of an anchored window are the
    /// days between which it may lie, whatever the row: ask
    /// [`days_around`](Self::days_around) for its own.
    #[must_use]
    pub fn days(self, at: impl Into<Standpoint>) -> (Date, Date) {
        let at = at.into();
        let last = at.reference_day();
        match self {
            Self::YEAR => (at.first_day(), last),
            Self::Months(months) => {
                let before = Shift::Months(-i16::from(months)).of(last);
                (Shift::Days(1).of(before), last)
            }
            Self::Between(from, to) => (from.of(at.campaign()), to.of(at.campaign())),
            Self::Ever => (FIRST, last),
            // Births and events come on or before the reference day.
            Self::Around { to, .. } => (FIRST, to.of(last)),
        }
    }

    /// First and last day, both included, of an anchored window around a day.
    #[must_use]
    pub fn days_around(self, anchor: Date) -> Option<(Date, Date)> {
        match self {
            Self::Around { from, to, .. } => {
                Some((from.of(anchor), Shift::Days(-1).of(to.of(anchor))))
            }
            _ => None,
        }
    }

    /// What the window is told from, when it moves with each row.
    #[must_use]
    pub const fn anchor(self) -> Option<Anchor> {
        match self {
            Self::Around { anchor, .. } => Some(anchor),
            _ => None,
        }
    }
}

/// Before any fact of a dossier.
const FIRST: Date = jiff::civil::date(1, 1, 1);

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn months_start_on_the_first_day_of_a_month() {
        let campaign = Campaign::new(2024).unwrap();
        for (months, from) in [
            (12, date(2024, 1, 1)),
            (15, date(2023, 10, 1)),
            (24, date(2023, 1, 1)),
            (27, date(2022, 10, 1)),
            (36, date(2022, 1, 1)),
            (60, date(2020, 1, 1)),
        ] {
            assert_eq!(Window::Months(months).days(campaign), (from, date(2024, 12, 31)));
        }
    }

    #[test]
    fn months_end_with_the_day_on_which_a_campaign_is_judged() {
        let campaign = Campaign::new(2024).unwrap();
        let on = |day| Standpoint::on(campaign, day).unwrap();
        for (day, year, months, from) in [
            (date(2024, 10, 15), date(2024, 1, 1), 24, date(2022, 10, 16)),
            (date(2024, 6, 30), date(2024, 1, 1), 27, date(2022, 3, 31)),
            // Three months before 31 May is 29 February.
            (date(2024, 5, 31), date(2024, 1, 1), 3, date(2024, 3, 1)),
            (date(2024, 12, 31), date(2024, 1, 1), 36, date(2022, 1, 1)),
        ] {
            assert_eq!(Window::YEAR.days(on(day)), (year, day));
            assert_eq!(Window::Months(months).days(on(day)), (from, day));
        }
        let flu = Window::parse("01/09/N - 31/01/N+1").unwrap();
        assert_eq!(flu.days(on(date(2024, 3, 1))), flu.days(campaign));
        assert_eq!(Standpoint::on(campaign, date(2025, 1, 1)), None);
    }

    #[test]
    fn a_window_may_reach_into_the_next_year() {
        let window = Window::parse("01/09/N - 31/01/N+1").unwrap();
        let campaign = Campaign::new(2020).unwrap();
        assert_eq!(window.days(campaign), (date(2020, 9, 1), date(2021, 1, 31)));
        assert_eq!(Window::parse("31/02/N - 31/03/N"), None);
    }

    #[test]
    fn everything_until_the_reference_day() {
        let campaign = Campaign::new(2026).unwrap();
        let (from, to) = Window::parse("depuis toujours").unwrap().days(campaign);
        assert!(from < date(1850, 1, 1) && to == date(2026, 12, 31));
    }

    #[test]
    fn a_month_without_that_day_gives_its_last() {
        let window = Window::parse("naissance + 8 mois - naissance + 11 mois").unwrap();
        assert_eq!(window.anchor(), Some(Anchor::Birth));
        for (birth, days) in [
            (date(2025, 3, 10), (date(2025, 11, 10), date(2026, 2, 9))),
            (date(2025, 3, 31), (date(2025, 11, 30), date(2026, 2, 27))),
            (date(2025, 6, 30), (date(2026, 2, 28), date(2026, 5, 29))),
            (date(2024, 2, 29), (date(2024, 10, 29), date(2025, 1, 28))),
        ] {
            assert_eq!(window.days_around(birth), Some(days));
        }
    }

    #[test]
    fn half_years_after_an_event() {
        let [first, second] =
            ["evenement + 1 jour - evenement + 6 mois", "evenement + 6 mois - evenement + 12 mois"]
                .map(|text| Window::parse(text).unwrap().days_around(date(2024, 8, 31)).unwrap());
        assert_eq!(first, (date(2024, 9, 1), date(2025, 2, 27)));
        assert_eq!(second, (date(2025, 2, 28), date(2025, 8, 30)));
        let before = Window::parse("evenement - 12 mois - evenement").unwrap();
        let days = (date(2023, 5, 2), date(2024, 5, 1));
        assert_eq!(before.days_around(date(2024, 5, 2)), Some(days));
    }

    #[test]
    fn anchored_windows_are_in_order() {
        for wrong in [
            "naissance",
            "naissance + 8 mois",
            "naissance + 11 mois - naissance + 8 mois",
            "naissance + 1 mois - naissance + 1 mois",
            "naissance + 8 mois - evenement + 11 mois",
            "evenement + 40 jours - evenement + 1 mois",
            "evenement + 6 ans - evenement + 8 ans",
            "evenement + 1 mois - evenement + 2 mois et plus",
        ] {
            assert_eq!(Window::parse(wrong), None, "{wrong}");
        }
    }
}
