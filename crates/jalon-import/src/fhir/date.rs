//! Dates as FHIR writes them: `2024`, `2024-05`, `2024-05-31`,
//! `2024-05-31T08:30:00+02:00`.

use jalon_data::day::{self, DayError};

/// What a date says: a day, or all that is known is the month or the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct When {
    /// First day it may be.
    pub first: i32,
    /// Last day it may be.
    pub last: i32,
}

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadDate {
    Shape,
    NoSuchDay,
    Year,
}

impl BadDate {
    /// What is wrong and what to write instead, in French.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Shape => ("date mal écrite", "écrivez 2024-12-31, ou 2024-12-31T08:30:00+01:00"),
            Self::NoSuchDay => ("cette date n'existe pas", "corrigez le jour, le mois ou l'heure"),
            Self::Year => ("année hors de 1850 à 2100", "corrigez l'année"),
        }
    }
}

impl From<DayError> for BadDate {
    fn from(error: DayError) -> Self {
        match error {
            DayError::Shape => Self::Shape,
            DayError::NoSuchDay => Self::NoSuchDay,
        }
    }
}

impl When {
    /// The day, when it is known.
    pub(super) fn day(self) -> Option<i32> {
        (self.first == self.last).then_some(self.first)
    }

    /// Reads a `date`, `dateTime` or `instant`. The day is the one written,
    /// save where the time is in UTC: servers write so a time they were given
    /// in the time of France, whose day it then is.
    pub(super) fn parse(text: &str) -> Result<Self, BadDate> {
        let text = text.trim();
        let when = match text.as_bytes() {
            [year @ .., b'-', m0, m1] if year.len() == 4 => {
                let first = day::civil(year, &[*m0, *m1], b"01")?;
                Self { first, last: end_of_month(first) }
            }
            year if year.len() == 4 => Self {
                first: day::civil(year, b"01", b"01")?,
                last: day::civil(year, b"12", b"31")?,
            },
            _ => {
                let (date, time) = text.split_once('T').unwrap_or((text, ""));
                let mut first = day::parse(date)?;
                if date.len() < text.len() && late_in_utc(time, first)? {
                    first += 1;
                }
                Self { first, last: first }
            }
        };
        let plausible = day::PLAUSIBLE.contains(&when.first) && day::PLAUSIBLE.contains(&when.last);
        if plausible { Ok(when) } else { Err(BadDate::Year) }
    }
}

/// Last day of the month that starts on that day.
fn end_of_month(first: i32) -> i32 {
    day::date(first).map_or(first, |date| first + i32::from(date.days_in_month()) - 1)
}

/// Checks a time; whether it is in UTC and already the next day in Paris.
fn late_in_utc(time: &str, days: i32) -> Result<bool, BadDate> {
    let bytes = time.as_bytes();
    let number = |from: usize| -> Result<u8, BadDate> {
        match bytes.get(from..from + 2) {
            Some([tens @ b'0'..=b'9', units @ b'0'..=b'9']) => {
                Ok((tens - b'0') * 10 + (units - b'0'))
            }
            _ => Err(BadDate::Shape),
        }
    };
    let (hour, minute) = (number(0)?, number(3)?);
    let mut at = 5;
    let mut second = 0;
    if bytes.get(at) == Some(&b':') {
        second = number(6)?;
        at = 8;
        if bytes.get(at) == Some(&b'.') {
            at += 1 + bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        }
    }
    if bytes.get(2) != Some(&b':') {
        return Err(BadDate::Shape);
    }
    // 24:00 and the leap second are said to exist, if hardly.
    if hour > 24 || minute > 59 || second > 60 {
        return Err(BadDate::NoSuchDay);
    }
    let utc = match bytes.get(at..).unwrap_or_default() {
        b"Z" | b"+00:00" | b"-00:00" => true,
        [b'+' | b'-', zone @ ..] if zone.len() == 5 && zone[2] == b':' => {
            number(at + 1)?;
            number(at + 4)?;
            false
        }
        // Seconds and a zone are asked for by FHIR; many files lack them.
        [] => false,
        _ => return Err(BadDate::Shape),
    };
    Ok(utc && hour >= if is_summer(days) { 22 } else { 23 })
}

/// Whether a late evening of that day is in summer time: from the last Sunday
/// of March to the one of October.
fn is_summer(days: i32) -> bool {
    let Some(date) = day::date(days) else { return false };
    let last_sunday = |month| {
        let end = jiff::civil::Date::new(date.year(), month, 31).map(day::of);
        // 1 January 1970 was a Thursday.
        end.map(|end| end - (end + 4).rem_euclid(7))
    };
    match (last_sunday(3), last_sunday(10)) {
        (Ok(begin), Ok(end)) => (begin..end).contains(&days),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(text: &str) -> Option<String> {
        When::parse(text).unwrap().day().map(day::iso)
    }

    #[test]
    fn whole_dates() {
        assert_eq!(days("2024-02-29").as_deref(), Some("2024-02-29"));
        assert_eq!(days("2024-05-31T08:30:00+02:00").as_deref(), Some("2024-05-31"));
        assert_eq!(days("2024-05-31T23:59:59.123-04:00").as_deref(), Some("2024-05-31"));
        assert_eq!(days("2024-05-31T08:30").as_deref(), Some("2024-05-31"));
    }

    #[test]
    fn evenings_in_utc_are_the_next_day_in_france() {
        // Midnight of 1 January 2024 in Paris, and of 1 June.
        assert_eq!(days("2023-12-31T23:00:00Z").as_deref(), Some("2024-01-01"));
        assert_eq!(days("2024-05-31T22:00:00.000Z").as_deref(), Some("2024-06-01"));
        assert_eq!(days("2023-12-31T22:59:59Z").as_deref(), Some("2023-12-31"));
        // Summer time started on 31 March 2024 and ended on 27 October.
        assert_eq!(days("2024-03-30T22:30:00+00:00").as_deref(), Some("2024-03-30"));
        assert_eq!(days("2024-03-31T22:30:00+00:00").as_deref(), Some("2024-04-01"));
        assert_eq!(days("2024-10-26T22:30:00Z").as_deref(), Some("2024-10-27"));
        assert_eq!(days("2024-10-27T22:30:00Z").as_deref(), Some("2024-10-27"));
    }

    #[test]
    fn partial_dates_span_what_they_may_be() {
        let month = When::parse("2024-02").unwrap();
        assert_eq!(
            (day::iso(month.first), day::iso(month.last)),
            ("2024-02-01".into(), "2024-02-29".into())
        );
        let year = When::parse("2023").unwrap();
        assert_eq!(
            (day::iso(year.first), day::iso(year.last)),
            ("2023-01-01".into(), "2023-12-31".into())
        );
        assert_eq!(month.day(), None);
    }

    #[test]
    fn bad_dates() {
        for (text, bad) in [
            ("2024-02-31", BadDate::NoSuchDay),
            ("2024-13", BadDate::NoSuchDay),
            ("2024-01-01T25:00:00Z", BadDate::NoSuchDay),
            ("31/12/2024", BadDate::Shape),
            ("2024-1-1", BadDate::Shape),
            ("2024-01-01T", BadDate::Shape),
            ("2024-01-01T10:00:00X", BadDate::Shape),
            ("2024-01-01T10h00", BadDate::Shape),
            ("été", BadDate::Shape),
            ("", BadDate::Shape),
            ("0001-01-01", BadDate::Year),
            ("2101", BadDate::Year),
        ] {
            assert_eq!(When::parse(text), Err(bad), "{text}");
        }
    }
}
