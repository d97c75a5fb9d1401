//! The present state, from the events alone.

use std::collections::{BTreeMap, BTreeSet};

use super::{Event, Followed, Gap, To, What};
use crate::private::EventId;

/// Tells which events still count. An undoing that was itself undone undoes
/// nothing, so they are read from the last to the first.
pub fn mark_live(events: &mut [Event]) {
    let mut undone: BTreeSet<EventId> = BTreeSet::new();
    for event in events.iter_mut().rev() {
        event.live = !undone.contains(&event.id);
        if let (true, What::Undo(target)) = (event.live, &event.what) {
            undone.insert(*target);
        }
    }
}

/// What the live events of a patient leave: of him as a whole, of each gap.
pub fn present(events: &[Event]) -> (Gap, BTreeMap<String, Gap>) {
    let mut whole = Gap::default();
    let mut alone: BTreeMap<String, Gap> = BTreeMap::new();
    for event in events.iter().filter(|event| event.live) {
        let What::To(to) = &event.what else { continue };
        let gap = match &event.indicator {
            Some(indicator) => alone.entry(indicator.clone()).or_default(),
            None => &mut whole,
        };
        match to {
            To::Followup(followup) => {
                gap.followed = Some(Followed {
                    followup: followup.clone(),
                    author: event.author,
                    at: event.at,
                    event: event.id,
                    whole: event.indicator.is_none(),
                });
            }
            To::Fund(mark) => gap.fund = *mark,
        }
    }
    (whole, alone)
}
