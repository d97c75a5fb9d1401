//! What a page asks of a patient, a box or a treatment.

use jiff::civil::Date;

use crate::campaign::{Anchor, Campaign, RelativeDay, Standpoint, Window};
use crate::condition::Condition;

/// One sentence of a rule, with the test that translates it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criterion {
    /// Name, unique in its page.
    pub id: String,
    /// The sentence shown to people.
    pub says: String,
    /// First campaign in which it applies, when not the page's.
    pub since: Option<Campaign>,
    /// Last campaign in which it applies.
    pub until: Option<Campaign>,
    /// `si`, on an option of `parmi`: the patients for whom the option counts
    /// at all. It is not met by the others.
    pub only_if: Option<Condition>,
    /// What is tested. For a declared indicator, what facts show of it, if
    /// anything: the doctor alone says what counts.
    pub test: Option<Test>,
}

impl Criterion {
    /// Whether the criterion applies in a campaign.
    #[must_use]
    pub fn applies(&self, campaign: Campaign) -> bool {
        self.since.is_none_or(|since| since <= campaign)
            && self.until.is_none_or(|until| campaign <= until)
    }

    /// Whether it looks at days told from the event of the row, in the unit
    /// `evenement`.
    #[must_use]
    pub fn told_from_event(&self) -> bool {
        match &self.test {
            Some(Test::Count(test)) => test.count.told_from_event(),
            Some(Test::AnyOf(options)) => options.iter().any(Self::told_from_event),
            _ => false,
        }
    }
}

/// The test of a criterion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// `ou`: a condition on the columns of the unit.
    Row(Condition),
    /// `traite_par`: three delivery dates in the year, or two with a large pack.
    TreatedBy(String),
    /// `ald`: a long-term illness in force.
    Ald(AldTest),
    /// `compte`: a number of events.
    Count(CountTest),
    /// `codes` alone: the box, or the treatment date, carries a code of a list.
    Code(Vec<String>),
    /// `parmi`: one of several.
    AnyOf(Vec<Criterion>),
}

/// A long-term illness in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AldTest {
    /// Numbers of the list of thirty; `None` for any.
    pub numbers: Option<Vec<u8>>,
    /// The day it must be in force; `None` for any day of the year.
    pub on: Option<RelativeDay>,
}

impl AldTest {
    /// First and last day of the period with which the illness must overlap.
    #[must_use]
    pub fn days(&self, at: impl Into<Standpoint>) -> (Date, Date) {
        let at = at.into();
        match self.on {
            Some(day) => (day.of(at.campaign()), day.of(at.campaign())),
            None => (at.first_day(), at.reference_day()),
        }
    }
}

/// Where an event is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// Drug deliveries.
    Deliveries,
    /// Medical and laboratory acts.
    Acts,
    /// Vaccinations recorded by the practice.
    Vaccinations,
    /// Hospital stays, at their day of entry.
    Stays,
}

impl Table {
    /// Every table of events.
    pub const ALL: [Self; 4] = [Self::Deliveries, Self::Acts, Self::Vaccinations, Self::Stays];

    /// The word of `compte`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Deliveries => "delivrance",
            Self::Acts => "acte",
            Self::Vaccinations => "vaccination",
            Self::Stays => "sejour",
        }
    }
}

/// Which events are meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Selection {
    /// Events with a code of one of these lists.
    Codes(Vec<String>),
    /// Acts performed by a speciality, whatever their code.
    Speciality(String),
}

/// Dates, or substances, to be counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count {
    /// Tables searched, sorted.
    pub tables: Vec<Table>,
    /// Events meant.
    pub selection: Selection,
    /// Days on which they count.
    pub window: Window,
    /// Only dates on which a code of this list is delivered too.
    pub same_day_as: Option<String>,
    /// Count substances delivered on this many dates each, instead of dates.
    pub substances_on: Option<u32>,
}

impl Count {
    /// Whether its window is told from the event of the row.
    #[must_use]
    pub fn told_from_event(&self) -> bool {
        self.window.anchor() == Some(Anchor::Event)
    }
}

/// A count held against bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountTest {
    /// What is counted.
    pub count: Count,
    /// The bounds.
    pub bounds: Bounds,
}

/// Bounds of a count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bounds {
    /// `au_moins`, `au_plus`: at least one of the two is given.
    Numbers {
        /// Smallest accepted count.
        at_least: Option<u32>,
        /// Largest accepted count.
        at_most: Option<u32>,
    },
    /// `au_moins_autant_que`: at least as many as another count.
    AtLeast(Box<Count>),
    /// `nombre = true`: the count itself is the numerator.
    Sum,
}

/// Unit `evenement`: the events that are rows. Each date with at least one of
/// them is one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Tables searched, sorted.
    pub tables: Vec<Table>,
    /// Code lists whose union is meant.
    pub codes: Vec<String>,
    /// Days on which an event makes a row; not anchored.
    pub window: Window,
}

/// Unit `traitement`: how deliveries make treatments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// Deliveries joined into runs; those that start in the year count.
    Runs {
        /// The code list of the class.
        codes: String,
        /// Days covered by a box when the line does not say.
        days_per_box: u32,
    },
    /// Each delivery date is a treatment.
    Dates {
        /// The code list of the class.
        codes: String,
    },
}

impl Treatment {
    /// The code list of the class.
    #[must_use]
    pub fn codes(&self) -> &str {
        match self {
            Self::Runs { codes, .. } | Self::Dates { codes } => codes,
        }
    }
}
