//! Dates as extractions write them.

use jalon_data::day::{DayError, civil};

/// One of the ways of writing a date. A column keeps to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `2024-01-15`
    Iso,
    /// `15/01/2024`
    Slashes,
    /// `15JAN2024`
    Sas,
    /// `20240115`
    Digits,
}

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// None of the ways known.
    Shape,
    /// Another way than the one of the column.
    Other,
    /// The calendar has no such day.
    NoSuchDay,
}

const MONTHS: [&[u8; 3]; 12] = [
    b"JAN", b"FEB", b"MAR", b"APR", b"MAY", b"JUN", b"JUL", b"AUG", b"SEP", b"OCT", b"NOV", b"DEC",
];

/// 1 January 1600, which stands for "no date".
pub(crate) const OPEN: i32 = -135_140;

impl Form {
    const ALL: [Self; 4] = [Self::Iso, Self::Slashes, Self::Sas, Self::Digits];

    /// The day of a text of a column, whose form is found with its first date.
    /// Nothing for 1 January 1600.
    pub fn read(known: &mut Option<Self>, text: &[u8]) -> Result<Option<i32>, Wrong> {
        let Some(form) = *known else {
            let form = Self::of(text).ok_or(Wrong::Shape)?;
            let day = form.parse(text).map_err(|_| Wrong::NoSuchDay)?;
            *known = Some(form);
            return Ok((day != OPEN).then_some(day));
        };
        let day = form.parse(text).map_err(|error| match error {
            DayError::NoSuchDay => Wrong::NoSuchDay,
            DayError::Shape if Self::of(text).is_some() => Wrong::Other,
            DayError::Shape => Wrong::Shape,
        })?;
        Ok((day != OPEN).then_some(day))
    }

    /// The form of a text.
    fn of(text: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.parse(text) != Err(DayError::Shape))
    }

    /// The day of a text of this form, the hour left aside.
    fn parse(self, text: &[u8]) -> Result<i32, DayError> {
        match (self, text) {
            (Self::Iso, [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, rest @ ..])
                if is_hour(rest) =>
            {
                civil(&[*y0, *y1, *y2, *y3], &[*m0, *m1], &[*d0, *d1])
            }
            (Self::Slashes, [d0, d1, b'/', m0, m1, b'/', y0, y1, y2, y3, rest @ ..])
                if is_hour(rest) =>
            {
                civil(&[*y0, *y1, *y2, *y3], &[*m0, *m1], &[*d0, *d1])
            }
            (Self::Sas, [d0, d1, m0, m1, m2, y0, y1, y2, y3, rest @ ..]) if is_hour(rest) => {
                let name = [*m0, *m1, *m2].map(|letter| letter.to_ascii_uppercase());
                let month = MONTHS.iter().position(|month| **month == name);
                let month = month.ok_or(DayError::Shape)? + 1;
                let month = month.to_string();
                civil(&[*y0, *y1, *y2, *y3], month.as_bytes(), &[*d0, *d1])
            }
            (Self::Digits, [y0, y1, y2, y3, m0, m1, d0, d1]) => {
                civil(&[*y0, *y1, *y2, *y3], &[*m0, *m1], &[*d0, *d1])
            }
            _ => Err(DayError::Shape),
        }
    }
}

/// What may follow a date: nothing, or a separator and an hour.
fn is_hour(text: &[u8]) -> bool {
    match text {
        [] => true,
        [b'T' | b' ' | b':', hour @ ..] => {
            !hour.is_empty()
                && hour.iter().all(|byte| {
                    byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'+' | b'-' | b'Z')
                })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Result<Option<i32>, Wrong> {
        Form::read(&mut None, text.as_bytes())
    }

    #[test]
    fn forms() {
        for text in [
            "2024-01-15",
            "2024-01-15T00:00:00",
            "2024-01-15 00:00:00.000",
            "15/01/2024",
            "15/01/2024 12:30:00",
            "15JAN2024",
            "15jan2024:00:00:00",
            "15Jan2024:00:00:00.000",
            "20240115",
        ] {
            assert_eq!(one(text), Ok(Some(19_737)), "{text}");
        }
        for text in ["1600-01-01", "01/01/1600", "01JAN1600:00:00:00", "16000101"] {
            assert_eq!(one(text), Ok(None), "{text}");
        }
        for text in ["2024-1-5", "15-01-2024", "15JANV2024", "202401", "15/01/24", "2024-01-15x"] {
            assert_eq!(one(text), Err(Wrong::Shape), "{text}");
        }
        for text in ["2023-02-29", "31/04/2024", "30FEB2024", "20241301"] {
            assert_eq!(one(text), Err(Wrong::NoSuchDay), "{text}");
        }
    }

    #[test]
    fn a_column_keeps_to_its_form() {
        let mut form = None;
        assert_eq!(Form::read(&mut form, b"15/01/2024"), Ok(Some(19_737)));
        assert_eq!(Form::read(&mut form, b"2024-01-15"), Err(Wrong::Other));
        assert_eq!(Form::read(&mut form, b"bientot"), Err(Wrong::Shape));
        assert_eq!(Form::read(&mut form, b"31/02/2024"), Err(Wrong::NoSuchDay));
    }
}
