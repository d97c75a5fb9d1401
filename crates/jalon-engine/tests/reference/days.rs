//! Days, ages and windows.

use jalon_rules::Campaign;
use jalon_rules::campaign::{Anchor, RelativeDay, Shift, Window};
use jiff::ToSpan;
use jiff::civil::{Date, date};

/// 1 January of the campaign.
pub fn first_day(campaign: Campaign) -> Date {
    date(campaign.year(), 1, 1)
}

/// 31 December of the campaign: the reference day.
pub fn last_day(campaign: Campaign) -> Date {
    date(campaign.year(), 12, 31)
}

/// The day that many days later, or earlier.
pub fn plus(day: Date, days: i64) -> Date {
    day + days.days()
}

/// How many days lie from one day to another.
pub fn days_between(from: Date, to: Date) -> i64 {
    i64::from((to - from).get_days())
}

/// Complete years on a day that is not before the birth.
pub fn age(birth: Date, on: Date) -> i64 {
    let years = i64::from(on.year()) - i64::from(birth.year());
    let birthday_passed = plus_months(birth, 12 * years) <= on;
    years - i64::from(!birthday_passed)
}

/// The same day of another month, or its last day when it has no such day.
pub fn plus_months(day: Date, months: i64) -> Date {
    let years = i16::try_from(months / 12).expect("des années d'homme");
    let (mut year, mut month) = (day.year() + years, day.month());
    for _ in 0..(months % 12).abs() {
        (year, month) = match (months > 0, month) {
            (true, 12) => (year + 1, 1),
            (true, _) => (year, month + 1),
            (false, 1) => (year - 1, 12),
            (false, _) => (year, month - 1),
        };
    }
    let longest = date(year, month, 1).days_in_month();
    date(year, month, day.day().min(longest))
}

/// Complete months on a day that is not before the birth.
pub fn months(birth: Date, on: Date) -> i64 {
    let mut months = 12 * age(birth, on);
    while plus_months(birth, months + 1) <= on {
        months += 1;
    }
    months
}

/// A day told from an anchor.
fn shifted(anchor: Date, shift: Shift) -> Date {
    match shift {
        Shift::Months(months) => plus_months(anchor, i64::from(months)),
        Shift::Days(days) => plus(anchor, i64::from(days)),
    }
}

/// A day told from a campaign.
pub fn relative(day: RelativeDay, campaign: Campaign) -> Date {
    date(campaign.year() + day.year, day.month, day.day)
}

/// First and last day of a window, both inside.
pub fn window(window: Window, judged: Date, anchors: &dyn Fn(Anchor) -> Date) -> (Date, Date) {
    match window {
        Window::Ever => (date(-9999, 1, 1), judged),
        Window::Around { anchor, from, to } => {
            let anchor = anchors(anchor);
            (shifted(anchor, from), plus(shifted(anchor, to), -1))
        }
        Window::Between(from, to) => {
            let campaign = Campaign::new(judged.year()).expect("une année de campagne");
            (relative(from, campaign), relative(to, campaign))
        }
        Window::Months(months) => {
            // The civil year, or the day after the one so many months before.
            if months == 12 {
                return (date(judged.year(), 1, 1), judged);
            }
            (plus(plus_months(judged, -i64::from(months)), 1), judged)
        }
    }
}
