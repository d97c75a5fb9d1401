//! Days, counted from 1 January 1970: what a date column holds.

use jiff::civil::Date;

/// Years a date may have. Outside of them lies a typing error: a birth in 1850
/// is already older than any living person.
pub const YEARS: std::ops::RangeInclusive<i16> = 1850..=2100;

/// The days of those years: no other is taken.
pub const PLAUSIBLE: std::ops::RangeInclusive<i32> = -43_829..=47_846;

const EPOCH: Date = Date::constant(1970, 1, 1);

/// Why a text is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DayError {
    /// Not four digits, two and two, as in `2024-12-31`.
    #[error("date mal écrite")]
    Shape,
    /// The calendar has no such day.
    #[error("cette date n'existe pas")]
    NoSuchDay,
}

/// Days from 1 January 1970 to a date.
#[must_use]
pub fn of(date: Date) -> i32 {
    let days = date.duration_since(EPOCH).as_hours() / 24;
    // Four-digit years are well within an `i32` of days.
    i32::try_from(days).unwrap_or(i32::MAX)
}

/// A day as people write it, `2024-12-31`.
#[must_use]
pub fn iso(days: i32) -> String {
    match date(days) {
        Some(date) => date.to_string(),
        None => format!("jour {days}"),
    }
}

/// The date of a day; none beyond the calendar.
#[must_use]
pub fn date(days: i32) -> Option<Date> {
    EPOCH.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

/// Reads `2024-12-31`.
pub fn parse(text: &str) -> Result<i32, DayError> {
    match text.as_bytes() {
        [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] => {
            civil(&[*y0, *y1, *y2, *y3], &[*m0, *m1], &[*d0, *d1])
        }
        _ => Err(DayError::Shape),
    }
}

/// The day of a year, a month and a day written in digits.
pub fn civil(year: &[u8], month: &[u8], day: &[u8]) -> Result<i32, DayError> {
    let (Some(year), Some(month), Some(day)) = (number(year), number(month), number(day)) else {
        return Err(DayError::Shape);
    };
    let (Ok(month), Ok(day)) = (i8::try_from(month), i8::try_from(day)) else {
        return Err(DayError::Shape);
    };
    Date::new(year, month, day).map(of).map_err(|_| DayError::NoSuchDay)
}

fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0_i16, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| i16::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        assert_eq!(parse("1970-01-02"), Ok(1));
        assert_eq!(parse("2024-02-29"), Ok(19_782));
        assert_eq!(parse("2023-02-29"), Err(DayError::NoSuchDay));
        for text in ["2024-1-1", "31/12/2024", "2024-12-31 ", "２０２４-01-01", "+024-01-01", ""]
        {
            assert_eq!(parse(text), Err(DayError::Shape), "{text}");
        }
        assert_eq!(iso(19_782), "2024-02-29");
        assert_eq!(iso(i32::MAX), "jour 2147483647");
        assert_eq!(of(Date::constant(*YEARS.start(), 1, 1)), *PLAUSIBLE.start());
        assert_eq!(of(Date::constant(*YEARS.end(), 12, 31)), *PLAUSIBLE.end());
    }
}
