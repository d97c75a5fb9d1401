//! Days as people and spreadsheets write them.

use jalon_data::day::{self, DayError, PLAUSIBLE};
use jiff::civil::Date;

/// Days from 1 January 1970 back to day 0 of spreadsheets, whose calendar holds
/// a 29 February 1900: right from March 1900 on.
const SERIAL_ZERO: i32 = 25_569;

/// Why a text is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// None of the writings taken.
    #[error("date mal écrite")]
    Shape,
    /// A year in two digits.
    #[error("année en deux chiffres")]
    ShortYear,
    /// The calendar has no such day.
    #[error("cette date n'existe pas")]
    NoSuchDay,
    /// Not between 1850 and 2100.
    #[error("date hors de 1850 à 2100")]
    Far,
}

/// Reads `31/12/2024`, `2024-12-31` (also with `-`, `.` or `/`, and with an
/// hour after), or the number of a day in a spreadsheet.
pub fn read(text: &str) -> Result<Date, DateError> {
    let date = text.split([' ', 'T']).next().unwrap_or_default();
    let days = if let Some(serial) = serial(date) {
        serial - SERIAL_ZERO
    } else {
        let parts: Vec<&str> = date.split(['/', '-', '.']).collect();
        let [first, month, last] = parts[..] else { return Err(DateError::Shape) };
        let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
        let short = |part: &str| matches!(part.len(), 1 | 2);
        if !short(month) || !short(day) {
            return Err(DateError::Shape);
        }
        match year.len() {
            4 => {}
            2 => return Err(DateError::ShortYear),
            _ => return Err(DateError::Shape),
        }
        day::civil(year.as_bytes(), month.as_bytes(), day.as_bytes()).map_err(
            |error| match error {
                DayError::Shape => DateError::Shape,
                DayError::NoSuchDay => DateError::NoSuchDay,
            },
        )?
    };
    day::date(days).filter(|_| PLAUSIBLE.contains(&days)).ok_or(DateError::Far)
}

/// A whole number of four or five digits, with nothing but zeros after a point.
fn serial(text: &str) -> Option<i32> {
    let (whole, hours) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    // `03.1958` is no serial: nothing but a part of a day follows the point.
    let long = matches!(whole.len(), 4 | 5) && digits(whole) && digits(hours);
    long.then(|| whole.parse().ok()).flatten().filter(|serial| *serial > 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn writings_of_a_day() {
        let day = Ok(date(2024, 12, 31));
        for text in [
            "31/12/2024",
            "2024-12-31",
            "31-12-2024",
            "31.12.2024",
            "2024/12/31",
            "2024-12-31 00:00:00",
            "2024-12-31T10:30:00",
            "45657",
            "45657.5",
        ] {
            assert_eq!(read(text), day, "{text}");
        }
        assert_eq!(read("1/2/1958"), Ok(date(1958, 2, 1)));
        assert_eq!(read("61"), Err(DateError::Shape));
        // Spreadsheets call 1 March 1900 day 61 and 1 January 1930 day 10959.
        assert_eq!(read("10959"), Ok(date(1930, 1, 1)));
    }

    #[test]
    fn no_days() {
        assert_eq!(read("31/02/2024"), Err(DateError::NoSuchDay));
        assert_eq!(read("29/02/2023"), Err(DateError::NoSuchDay));
        assert_eq!(read("12/31/2024"), Err(DateError::NoSuchDay));
        assert_eq!(read("31/12/24"), Err(DateError::ShortYear));
        assert_eq!(read("03/1958"), Err(DateError::Shape));
        assert_eq!(read("31/12/0024"), Err(DateError::Far));
        assert_eq!(read("hier"), Err(DateError::Shape));
        assert_eq!(read(""), Err(DateError::Shape));
        assert_eq!(read("1/+2/2024"), Err(DateError::Shape));
    }
}
