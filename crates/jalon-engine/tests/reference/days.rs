//! Days, ages and windows.

use jalon_rules::Campaign;
use jalon_rules::campaign::{RelativeDay, Window};
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

/// Complete years on a day.
pub fn age(birth: Date, on: Date) -> i64 {
    let birthday_passed = (on.month(), on.day()) >= (birth.month(), birth.day());
    i64::from(on.year()) - i64::from(birth.year()) - i64::from(!birthday_passed)
}

/// A day told from a campaign.
pub fn relative(day: RelativeDay, campaign: Campaign) -> Date {
    date(campaign.year() + day.year, day.month, day.day)
}

/// First and last day of a window, both inside.
pub fn window(window: Window, campaign: Campaign) -> (Date, Date) {
    match window {
        Window::Between(from, to) => (relative(from, campaign), relative(to, campaign)),
        Window::Months(months) => {
            // From December, one month back at a time.
            let (mut year, mut month) = (campaign.year(), 12);
            for _ in 1..months {
                (year, month) = if month == 1 { (year - 1, 12) } else { (year, month - 1) };
            }
            (date(year, month, 1), last_day(campaign))
        }
    }
}
