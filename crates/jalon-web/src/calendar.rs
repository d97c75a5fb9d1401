//! The days of a scheme: when one declares, when one is paid, and what the
//! fund of the practice prolonged.

use jalon_rules::convention::CalendarEntry;
use jalon_rules::french;
use jalon_store::{Extension, Store, StoreError};
use jiff::civil::Date;

use crate::texts::Calendar;

/// The setting that names the fund of the practice.
pub const FUND: &str = "caisse";

/// The fund, where nobody named it.
const UNNAMED: &str = "cabinet";

/// A window of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// In which one declares.
    Declaration,
    /// In which one is paid.
    Payment,
}

impl Window {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Declaration, Self::Payment];

    /// The word of forms and of the memory.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Declaration => "saisie",
            Self::Payment => "paiement",
        }
    }

    /// The window of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|window| window.word() == word)
    }
}

/// First and last days, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub first: Option<Date>,
    pub last: Option<Date>,
    /// Where the fund said that the last day is another.
    pub prolonged: Option<String>,
}

/// Where a day stands in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nobody knows the days.
    Unknown,
    /// It opens on that day.
    Before(Date),
    /// It is open, till that day where it is known.
    Open(Option<Date>),
    /// It ends on that day; whether it has begun is unknown.
    Until(Date),
    /// It ended on that day.
    After(Date),
}

impl Span {
    /// A window of a scheme, with the last word of the fund on it.
    pub fn of(entry: Option<&CalendarEntry>, window: Window, extensions: &[&Extension]) -> Self {
        let known = entry.map(|entry| match window {
            Window::Declaration => entry.declaration,
            Window::Payment => entry.payment,
        });
        let (first, last) = known.unwrap_or_default();
        match extensions.iter().find(|one| one.window == window.word()) {
            Some(told) => {
                Self { first, last: Some(told.until), prolonged: Some(told.source.clone()) }
            }
            None => Self { first, last, prolonged: None },
        }
    }

    /// Where a day stands.
    pub fn stage(&self, today: Date) -> Stage {
        match (self.first, self.last) {
            (_, Some(last)) if last < today => Stage::After(last),
            (Some(first), _) if today < first => Stage::Before(first),
            (Some(_), last) => Stage::Open(last),
            (None, Some(last)) => Stage::Until(last),
            (None, None) => Stage::Unknown,
        }
    }
}

impl Stage {
    /// In words, with the days that are left.
    pub fn says(self, today: Date, w: &Calendar) -> String {
        let left = |day: Date| (day - today).get_days();
        let ends = |day: Date| match left(day) {
            0 => w.last_day.to_owned(),
            days => format!("{} {} (J−{days})", w.closes, french::date(day)),
        };
        match self {
            Self::Unknown => w.unknown_days.to_owned(),
            Self::Before(day) => format!("{} {} (J−{})", w.opens, french::date(day), left(day)),
            Self::Open(None) => w.open_no_end.to_owned(),
            Self::Open(Some(day)) => format!("{} {}", w.open, ends(day)),
            Self::Until(day) => format!("{} {}", ends(day), w.begun_unknown),
            Self::After(day) => format!("{} {}", w.closed, french::date(day)),
        }
    }

    /// Whether something may still be done in the window.
    pub const fn is_ahead(self) -> bool {
        !matches!(self, Self::After(_))
    }
}

/// The fund of the practice, and what it prolonged in a campaign.
pub struct Fund {
    pub name: String,
    pub extensions: Vec<Extension>,
}

impl Fund {
    /// Asks the memory.
    pub fn read(store: &Store, campaign: i16) -> Result<Self, StoreError> {
        let name = store.setting(FUND)?.unwrap_or_else(|| UNNAMED.to_owned());
        let mut extensions = store.extensions(&name, campaign)?;
        // What was written before the fund was named still holds.
        if name != UNNAMED {
            extensions.extend(store.extensions(UNNAMED, campaign)?);
        }
        Ok(Self { name, extensions })
    }

    /// A window of a scheme in the campaign.
    pub fn span(&self, scheme: &str, entry: Option<&CalendarEntry>, window: Window) -> Span {
        let told: Vec<_> = self.extensions.iter().filter(|one| one.scheme == scheme).collect();
        Span::of(entry, window, &told)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::texts::Language;

    fn span(first: Option<Date>, last: Option<Date>) -> Span {
        Span { first, last, prolonged: None }
    }

    #[test]
    fn a_day_stands_before_in_or_after() {
        let (first, last) = (date(2025, 12, 15), date(2026, 2, 8));
        let w = Calendar::of(Language::French);
        let says = |span: &Span, today| span.stage(today).says(today, w);
        let whole = span(Some(first), Some(last));
        assert_eq!(says(&whole, date(2025, 12, 1)), "Ouvre le 15/12/2025 (J−14)");
        assert_eq!(says(&whole, first), "Ouverte : ferme le 08/02/2026 (J−55)");
        assert_eq!(says(&whole, date(2026, 2, 7)), "Ouverte : ferme le 08/02/2026 (J−1)");
        assert_eq!(says(&whole, last), "Ouverte : dernier jour");
        assert_eq!(says(&whole, date(2026, 2, 9)), "Fermée depuis le 08/02/2026");
        let late = span(None, Some(last));
        assert_eq!(says(&late, last), "dernier jour ; jour d'ouverture inconnu");
        assert_eq!(late.stage(date(2026, 2, 9)), Stage::After(last));
        let begun = span(Some(first), None);
        assert_eq!(begun.stage(date(2025, 12, 14)), Stage::Before(first));
        assert_eq!(begun.stage(date(2030, 1, 1)), Stage::Open(None));
        assert_eq!(span(None, None).stage(first), Stage::Unknown);
    }

    #[test]
    fn the_word_of_the_fund_moves_the_last_day() {
        let told = Extension {
            fund: "311".into(),
            scheme: "rosp-adulte".into(),
            campaign: 2025,
            window: "saisie".into(),
            until: date(2026, 2, 15),
            source: "courriel du 02/02/2026".into(),
        };
        let fund = Fund { name: "311".into(), extensions: vec![told] };
        let moved = fund.span("rosp-adulte", None, Window::Declaration);
        assert_eq!(moved.last, Some(date(2026, 2, 15)));
        assert_eq!(moved.prolonged.as_deref(), Some("courriel du 02/02/2026"));
        assert_eq!(fund.span("rosp-adulte", None, Window::Payment), Span::default());
        assert_eq!(fund.span("donum", None, Window::Declaration), Span::default());
        assert_eq!(Window::parse("saisie"), Some(Window::Declaration));
        assert_eq!(Window::parse("autre"), None);
    }
}
