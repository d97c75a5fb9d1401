//! What a form about patients asks for, as one hash.

use super::{Followup, Seen, Step, To};
use crate::forms::Told;
use crate::private::{ChangeId, Words};

/// Hash of what a form asks for.
pub fn hash_of(steps: &[Step<'_>]) -> [u8; 32] {
    let mut told = Told::default();
    for step in steps {
        told.number(step.patient.0);
        told.number(i64::from(step.campaign));
        told.text(step.indicator);
        match step.seen {
            Seen::Whatever => told.number(-2),
            Seen::Last(last) => told.number(last.map_or(-1, |event| event.0)),
        }
        match &step.to {
            To::Fund(mark) => told.text(mark.map(super::FundMark::word)),
            To::Followup(followup) => about(&mut told, followup),
        }
    }
    told.hash()
}

/// Hash of undoing a change.
pub fn hash_of_undo(change: ChangeId) -> [u8; 32] {
    let mut told = Told::default();
    told.text(Some("annulation"));
    told.number(change.0);
    told.hash()
}

fn about(told: &mut Told, followup: &Followup) {
    let Followup { state, reason, owner, appointment, review, note } = followup;
    told.text(Some(state.word()));
    told.text(reason.as_ref().map(Words::expose));
    told.number(owner.map_or(-1, |owner| owner.0));
    told.text(appointment.map(|day| day.to_string()).as_deref());
    told.text(review.map(|day| day.to_string()).as_deref());
    told.text(note.as_ref().map(Words::expose));
}
