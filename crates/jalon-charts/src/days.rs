//! Days along a scale of whole months, and their names in French.

use jiff::civil::Date;

use crate::px::Px;
use crate::text::Font;

/// A scale over whole months.
pub(crate) struct Calendar {
    first: Date,
    months: i64,
    /// Days of the whole scale.
    days: i64,
    start: Px,
    end: Px,
}

impl Calendar {
    /// The months from that of the first day to that of the last, from one
    /// place to another on its right.
    pub(crate) fn new(first: Date, last: Date, start: Px, end: Px) -> Self {
        let first = first.first_of_month();
        let months = 12 * i64::from(last.year() - first.year()) + i64::from(last.month())
            - i64::from(first.month())
            + 1;
        let days = days_between(first, last.last_of_month()) + 1;
        Self { first, months, days, start, end }
    }

    /// The place of a day's end.
    pub(crate) fn end_of(&self, day: Date) -> Px {
        self.place(days_between(self.first, day) + 1)
    }

    /// The place of a day's start.
    pub(crate) fn start_of(&self, day: Date) -> Px {
        self.place(days_between(self.first, day))
    }

    fn place(&self, days: i64) -> Px {
        self.start + (self.end - self.start).scaled(days, self.days)
    }

    /// The first days of the months worth a name, as many as there is room
    /// for, at the same distance: every month, every other, …, every year.
    pub(crate) fn named_months(&self, font: Font) -> Vec<Date> {
        let room = self.end - self.start;
        let widest = font.width("janv.") + Px::new(8);
        let steps = [1, 2, 3, 6].into_iter().chain((1..).map(|years| 12 * years));
        let step = steps
            .into_iter()
            .find(|step| room.scaled(*step, self.months) >= widest)
            .unwrap_or(self.months);
        let all = (0..self.months).filter_map(|month| {
            let count = i64::from(self.first.month()) - 1 + month;
            let year = i64::from(self.first.year()) + count / 12;
            let named = if step < 12 {
                count % step == 0
            } else {
                count % 12 == 0 && year % (step / 12) == 0
            };
            let (year, month) = (i16::try_from(year).ok()?, i8::try_from(count % 12 + 1).ok()?);
            named.then(|| Date::new(year, month, 1).ok()).flatten()
        });
        all.collect()
    }
}

/// Days from one day to another.
fn days_between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

/// `janv.`
pub(crate) fn month_name(day: Date) -> &'static str {
    match day.month() {
        1 => "janv.",
        2 => "févr.",
        3 => "mars",
        4 => "avr.",
        5 => "mai",
        6 => "juin",
        7 => "juil.",
        8 => "août",
        9 => "sept.",
        10 => "oct.",
        11 => "nov.",
        _ => "déc.",
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::Calendar;
    use crate::px::Px;
    use crate::text::Font;

    #[test]
    fn whole_months() {
        let calendar = Calendar::new(date(2024, 1, 31), date(2024, 12, 5), Px::ZERO, Px::new(366));
        assert_eq!(calendar.start_of(date(2024, 1, 1)), Px::ZERO);
        assert_eq!(calendar.start_of(date(2024, 3, 1)), Px::new(60));
        assert_eq!(calendar.end_of(date(2024, 12, 31)), Px::new(366));
    }

    #[test]
    fn fewer_names_where_there_is_less_room() {
        let count = |width: i64, last| {
            let calendar = Calendar::new(date(2024, 1, 1), last, Px::ZERO, Px::new(width));
            calendar.named_months(Font::Small).len()
        };
        assert_eq!(count(600, date(2024, 12, 31)), 12);
        assert_eq!(count(200, date(2024, 12, 31)), 4);
        assert_eq!(count(200, date(2027, 12, 31)), 4);
    }
}
