//! Campaigns and the windows that look back from their last day.

use std::fmt;

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

/// The days on which events count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Window {
    /// From the first day of the month k−1 months before December, to the
    /// reference day. 12 is the year.
    Months(u8),
    /// Between two days, both included.
    Between(RelativeDay, RelativeDay),
}

impl Window {
    /// The calendar year of the campaign.
    pub const YEAR: Self = Self::Months(12);

    /// Reads `annee`, `24 mois` or `01/09/N - 31/01/N+1`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "annee" {
            return Some(Self::YEAR);
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

    /// First and last day, both included.
    #[must_use]
    pub fn days(self, campaign: Campaign) -> (Date, Date) {
        match self {
            Self::Months(months) => {
                let back = i32::from(months) - 1;
                let month_index = i32::from(campaign.year()) * 12 + 11 - back;
                // Both quotients fit: the year is near the campaign's, the month below 12.
                let year = i16::try_from(month_index.div_euclid(12)).unwrap_or(campaign.year());
                let month = i8::try_from(month_index.rem_euclid(12) + 1).unwrap_or(1);
                (jiff::civil::date(year, month, 1), campaign.reference_day())
            }
            Self::Between(from, to) => (from.of(campaign), to.of(campaign)),
        }
    }
}

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
    fn a_window_may_reach_into_the_next_year() {
        let window = Window::parse("01/09/N - 31/01/N+1").unwrap();
        let campaign = Campaign::new(2020).unwrap();
        assert_eq!(window.days(campaign), (date(2020, 9, 1), date(2021, 1, 31)));
        assert_eq!(Window::parse("31/02/N - 31/03/N"), None);
    }
}
