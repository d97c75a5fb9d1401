//! What was done for the patients of a list: who is called, booked, proved.
//!
//! Nothing is overwritten. Each change adds events, undoing adds one more, and
//! the present state is what follows from them ([`Tracked`]). Events name a
//! patient by a number that the list keeps for him, so that they outlive every
//! new import of the facts.

mod change;
mod present;
mod read;
mod request;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::private::{AccountId, ChangeId, DoctorKey, EventId, PatientId, PatientKey, Words};
use crate::words::words;

pub use self::change::{Applied, Meanwhile, Seen, Step};
pub(crate) use self::read::list_of;

words! {
    /// Where a patient, or one gap of his, stands.
    State {
        /// The datum is to be verified first.
        ToCheck = "a-verifier", "à vérifier";
        /// He is to be called.
        ToCall = "a-appeler", "à appeler";
        /// An appointment was made.
        Booked = "rendez-vous", "rendez-vous";
        /// It was done; the proof is awaited.
        Done = "fait", "fait";
        /// It was done, and there is a proof.
        Proved = "prouve", "prouvé";
        /// He refuses: a normal end.
        Declined = "refuse", "refusé";
        /// It does not apply to him.
        NotApplicable = "non-applicable", "non applicable";
        /// It was done elsewhere.
        DoneElsewhere = "fait-ailleurs", "fait ailleurs";
        /// He cannot be reached.
        Unreachable = "introuvable", "introuvable";
        /// He left the practice.
        Left = "parti", "parti";
        /// He died.
        Dead = "decede", "décédé";
    }
}

impl State {
    /// Whether a gap in this state needs nothing more: a word on the patient as
    /// a whole does not open it again.
    #[must_use]
    pub const fn closes_a_gap(self) -> bool {
        matches!(self, Self::Proved | Self::Declined | Self::NotApplicable | Self::DoneElsewhere)
    }

    /// Whether it is said of the person, and so of every gap.
    #[must_use]
    pub const fn ends_everything(self) -> bool {
        matches!(self, Self::Left | Self::Dead)
    }

    /// Whether it must be said why.
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Declined | Self::NotApplicable)
    }
}

words! {
    /// What the fund's own list says of a gap.
    FundMark {
        /// The fund counts it.
        Counted = "compte", "compté par la caisse";
        /// It should be counted by now, and is not.
        ToClaim = "a-reclamer", "écart à réclamer";
    }
}

words! {
    /// In what order tracked patients are listed.
    Order {
        /// Latest change first.
        LastChange = "modification", "dernière modification";
        /// Next appointment first, those without at the end.
        Appointment = "rendez-vous", "rendez-vous";
        /// Next review first, those without at the end.
        Review = "revoir", "date de revue";
        /// By state of the patient as a whole.
        State = "etat", "état";
    }
}

/// Where something stands, as a person left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followup {
    /// Where it stands.
    pub state: State,
    /// Why, in the person's words.
    pub reason: Option<Words>,
    /// Who takes care of it.
    pub owner: Option<AccountId>,
    /// When he is expected.
    pub appointment: Option<Date>,
    /// When to look at it again.
    pub review: Option<Date>,
    /// Anything else.
    pub note: Option<Words>,
}

impl Followup {
    /// A state, and nothing more said.
    #[must_use]
    pub fn new(state: State) -> Self {
        Self { state, reason: None, owner: None, appointment: None, review: None, note: None }
    }

    /// For this reason.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(Words::new(reason));
        self
    }
}

/// What a change says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    /// Where it stands.
    Followup(Followup),
    /// What the fund's list says; nothing any more.
    Fund(Option<FundMark>),
}

/// What an event says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Something changed.
    To(To),
    /// An event is undone.
    Undo(EventId),
}

/// One line of the story of a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its number, in the order of time.
    pub id: EventId,
    /// The change it belongs to: what undoing takes.
    pub change: ChangeId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub author: AccountId,
    /// Name of that person.
    pub author_name: String,
    /// The gap; none for the patient as a whole.
    pub indicator: Option<String>,
    /// What.
    pub what: What,
    /// Whether it still counts: it was not undone.
    pub live: bool,
}

/// A followup, and who left it so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// Where it stands.
    pub followup: Followup,
    /// Who said so.
    pub author: AccountId,
    /// When.
    pub at: Timestamp,
    /// By which event.
    pub event: EventId,
    /// It was said of the patient as a whole.
    pub whole: bool,
}

/// Where one gap stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gap {
    /// As the practice left it; nothing when nobody touched it.
    pub followed: Option<Followed>,
    /// As the fund's list says.
    pub fund: Option<FundMark>,
}

/// A patient of whom something is kept, in one campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracked {
    /// The number that stands for him.
    pub patient: PatientId,
    /// Who he is.
    pub key: PatientKey,
    /// The last event: what a change must have seen.
    pub version: Option<EventId>,
    /// What was said of him as a whole.
    pub whole: Gap,
    /// What was said of each of his gaps alone, by indicator.
    pub alone: BTreeMap<String, Gap>,
}

impl Tracked {
    /// Where a gap stands: the latest word, of the gap alone or of the patient
    /// as a whole. A gap that is closed stays so, unless he left or died.
    #[must_use]
    pub fn gap(&self, indicator: &str) -> Gap {
        let alone = self.alone.get(indicator).cloned().unwrap_or_default();
        let followed = match (alone.followed, self.whole.followed.clone()) {
            (Some(alone), Some(whole)) => {
                let later = whole.event > alone.event;
                let ends = whole.followup.state.ends_everything();
                let reopens = !alone.followup.state.closes_a_gap();
                Some(if later && (ends || reopens) { whole } else { alone })
            }
            (alone, whole) => alone.or(whole),
        };
        Gap { followed, fund: alone.fund.or(self.whole.fund) }
    }

    /// Every followup said of him, as a whole or of a gap.
    fn followed(&self) -> impl Iterator<Item = &Followed> {
        self.alone.values().chain([&self.whole]).filter_map(|gap| gap.followed.as_ref())
    }

    /// The first appointment still standing.
    #[must_use]
    pub fn appointment(&self) -> Option<Date> {
        self.followed()
            .filter(|followed| followed.followup.state == State::Booked)
            .filter_map(|followed| followed.followup.appointment)
            .min()
    }

    /// The first day on which to look again.
    #[must_use]
    pub fn review(&self) -> Option<Date> {
        self.followed().filter_map(|followed| followed.followup.review).min()
    }
}

/// A patient and his story, in one campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatientFile {
    /// The list he was read on.
    pub list: DoctorKey,
    /// Where he stands.
    pub tracked: Tracked,
    /// Everything that was said, latest last.
    pub events: Vec<Event>,
}
