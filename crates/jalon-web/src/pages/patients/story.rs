//! What was said of a patient, line by line, in words.

use std::collections::BTreeMap;

use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::french;
use jalon_store::worklist::{Event, Followup, To, What};
use jalon_store::{AccountId, ChangeId};

use super::memory::names;
use crate::failure::Failure;
use crate::pages::Look;
use crate::texts::Calls;

/// One line of the story.
pub struct Line {
    pub at: String,
    pub author: String,
    /// What became of it.
    pub what: String,
    pub reason: String,
    /// Note, person in charge.
    pub more: String,
    /// The gap; nothing for the patient as a whole.
    pub about: String,
    pub live: bool,
    pub change: String,
    /// Whether this is the change to undo first.
    pub last: bool,
}

/// What a story is told with.
pub struct Story<'l> {
    look: &'l Look,
    names: BTreeMap<AccountId, String>,
}

impl<'l> Story<'l> {
    /// Finds the names of those who take care.
    pub async fn of(look: &'l Look, events: &[Event]) -> Result<Self, Failure> {
        let owners: Vec<_> = events.iter().filter_map(owner).collect();
        let names = look.store(move |store, _, _| names(store, &[], owners.into_iter())).await?;
        Ok(Self { look, names })
    }

    /// The lines, latest first.
    pub fn lines(&self, events: &[Event]) -> Vec<Line> {
        let last = last_change(events);
        events.iter().rev().map(|event| self.line(event, last)).collect()
    }

    fn line(&self, event: &Event, last: Option<ChangeId>) -> Line {
        let w = Calls::of(self.look.language);
        let what = match &event.what {
            What::To(To::Followup(followup)) => standing(w, followup),
            What::To(To::Fund(Some(mark))) => w.of_mark(*mark).to_owned(),
            What::To(To::Fund(None)) => w.no_mark.to_owned(),
            What::Undo(_) => w.undoing.to_owned(),
        };
        let followup = match &event.what {
            What::To(To::Followup(followup)) => Some(followup),
            _ => None,
        };
        let reason = followup.and_then(|told| told.reason.as_ref());
        Line {
            at: moment(self.look, event.at),
            author: event.author_name.clone(),
            what,
            reason: reason.map_or_else(String::new, |words| words.expose().to_owned()),
            more: followup.map_or_else(String::new, |followup| self.more(w, followup)),
            about: event.indicator.as_deref().map_or_else(String::new, |id| title(self.look, id)),
            live: event.live,
            change: event.change.to_string(),
            last: Some(event.change) == last && event.live,
        }
    }

    fn more(&self, w: &Calls, followup: &Followup) -> String {
        let owner = followup.owner.map(|owner| {
            let name = self.names.get(&owner).map_or(w.unknown_person, String::as_str);
            format!("{} : {name}", w.owner)
        });
        let note = followup.note.as_ref().map(|words| format!("{} : {}", w.note, words.expose()));
        [note, owner].into_iter().flatten().collect::<Vec<_>>().join(" ; ")
    }
}

fn owner(event: &Event) -> Option<AccountId> {
    match &event.what {
        What::To(To::Followup(followup)) => followup.owner,
        _ => None,
    }
}

/// The change that can be undone: the last one that still counts.
fn last_change(events: &[Event]) -> Option<ChangeId> {
    let told = events.iter().filter(|event| event.live && matches!(event.what, What::To(_)));
    told.map(|event| event.change).max()
}

/// A state with its day: `rendez-vous le 12/12/2024`.
pub fn standing(w: &Calls, followup: &Followup) -> String {
    let state = w.of_state(followup.state);
    match (followup.appointment, followup.review) {
        (Some(day), _) => format!("{state} {} {}", w.on, french::date(day)),
        (None, Some(day)) => format!("{state}, {} {}", w.again_on, french::date(day)),
        (None, None) => state.to_owned(),
    }
}

/// The day and hour of a moment, where the practice is.
pub fn moment(look: &Look, at: jiff::Timestamp) -> String {
    let local = look.app.clock().local(at);
    format!("{} {:02}:{:02}", french::date(local.date()), local.hour(), local.minute())
}

/// The title of an indicator, by its word.
pub fn title(look: &Look, word: &str) -> String {
    let rules = look.app.practice.rules();
    let found = || {
        let (scheme, page) = word.split_once(':')?;
        let AnyScheme::Counted(scheme) = rules.any_scheme(scheme)? else { return None };
        let page = rules.pages_of(scheme).into_iter().find(|known| known.id == page)?;
        Some(page.title.clone())
    };
    found().unwrap_or_else(|| word.to_owned())
}
