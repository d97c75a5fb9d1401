//! Days as numbers, and the days a campaign looks back to.

/// Days since 1970-01-01, as in a `date32` column.
pub(super) type Day = i32;

/// The day of a civil date of the Gregorian calendar (H. Hinnant's `days_from_civil`).
pub(super) const fn day(year: i32, month: i32, day: i32) -> Day {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * shifted + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The days that matter for one campaign.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calendar {
    /// The campaign.
    pub year: i32,
    /// 1 January of the year.
    pub begin: Day,
    /// 31 December of the year.
    pub end: Day,
    /// 1 January of the year before: deliveries and visits are told from here.
    pub before: Day,
    /// First day of the 15, 24, 27, 36 and 60 months that end with the year.
    pub months_15: Day,
    /// See [`months_15`](Self::months_15).
    pub months_24: Day,
    /// See [`months_15`](Self::months_15).
    pub months_27: Day,
    /// See [`months_15`](Self::months_15).
    pub months_36: Day,
    /// See [`months_15`](Self::months_15).
    pub months_60: Day,
    /// 1 September of the year: the influenza season opens.
    pub september: Day,
    /// 31 January of the next year: the season, and the facts, end.
    pub last: Day,
}

impl Calendar {
    /// The calendar of a campaign.
    pub(super) const fn of(campaign: i16) -> Self {
        let year = campaign as i32;
        Self {
            year,
            begin: day(year, 1, 1),
            end: day(year, 12, 31),
            before: day(year - 1, 1, 1),
            months_15: day(year - 1, 10, 1),
            months_24: day(year - 1, 1, 1),
            months_27: day(year - 2, 10, 1),
            months_36: day(year - 2, 1, 1),
            months_60: day(year - 4, 1, 1),
            september: day(year, 9, 1),
            last: day(year + 1, 1, 31),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Calendar, day};

    #[test]
    fn days_count_from_1970() {
        assert_eq!(day(1970, 1, 1), 0);
        assert_eq!(day(2000, 2, 29), 11_016);
        assert_eq!(day(2024, 12, 31), 20_088);
        assert_eq!(day(1969, 12, 31), -1);
    }

    #[test]
    fn twenty_seven_months_start_in_october() {
        let calendar = Calendar::of(2024);
        assert_eq!(calendar.months_27, day(2022, 10, 1));
        assert_eq!(calendar.end - calendar.begin, 365);
    }
}
