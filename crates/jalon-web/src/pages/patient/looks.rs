//! Who opened a patient's page, or changed something in it: by person, day and
//! what was done.

use jalon_rules::french;
use jalon_store::audit::{self, Action};
use jiff::civil::Date;

use crate::pages::Look;
use crate::texts::Calls;

/// What one person did on one day.
pub struct Looked {
    pub name: String,
    pub day: String,
    pub what: &'static str,
    pub times: usize,
}

/// The lines of the journal, latest first, those alike together.
pub fn looked(look: &Look, w: &Calls, lines: &[audit::Look]) -> Vec<Looked> {
    let what = |action: Action| match action {
        Action::ReadPatient => w.read,
        Action::Change => w.changed,
        Action::Undo => w.undoing,
        Action::AddDocument | Action::ReadDocument | Action::RemoveDocument => w.proof,
        other => other.label(),
    };
    let mut grouped: Vec<((&str, Date, &'static str), usize)> = Vec::new();
    for line in lines {
        let day = look.app.clock().local(line.at).date();
        let key = (line.name.as_str(), day, what(line.action));
        match grouped.iter_mut().find(|(known, _)| *known == key) {
            Some((_, times)) => *times += 1,
            None => grouped.push((key, 1)),
        }
    }
    grouped
        .into_iter()
        .map(|((name, day, what), times)| Looked {
            name: name.to_owned(),
            day: french::date(day),
            what,
            times,
        })
        .collect()
}
