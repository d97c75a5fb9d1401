//! What was read, kept and left.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Places kept as examples of each reason.
const EXAMPLES: usize = 3;

/// A quality report: everything read is either kept or counted under the
/// reason for leaving it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Lines or resources read, by file or kind (`ER_PRS_F`, `Patient`).
    pub lus: BTreeMap<String, u64>,
    /// Rows written, by canonical table.
    pub ecrits: BTreeMap<String, u64>,
    /// What was left out, by reason.
    pub ecartes: BTreeMap<String, Left>,
    /// What whoever uses the figures should know, in French, in order.
    pub remarques: Vec<String>,
}

/// How much was left out for one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// Lines or resources.
    pub nombre: u64,
    /// The first places, `ER_PHA_F.csv:12`; never an identifier.
    pub exemples: Vec<String>,
}

impl Report {
    /// Counts things read under a name.
    pub fn read(&mut self, what: &str, count: u64) {
        add(&mut self.lus, what, count);
    }

    /// Counts rows written in a table.
    pub(crate) fn wrote(&mut self, table: &str, count: u64) {
        add(&mut self.ecrits, table, count);
    }

    /// Counts one thing left out, for a reason in French, met at this place.
    pub fn leave(&mut self, reason: &str, place: impl FnOnce() -> String) {
        let left = self.left(reason);
        left.nombre += 1;
        if left.exemples.len() < EXAMPLES {
            left.exemples.push(place());
        }
    }

    /// Counts many things left out at once.
    pub fn leave_many(&mut self, reason: &str, count: u64) {
        if count > 0 {
            self.left(reason).nombre += count;
        }
    }

    /// Adds a remark, once.
    pub fn note(&mut self, remark: impl Into<String>) {
        let remark = remark.into();
        if !self.remarques.contains(&remark) {
            self.remarques.push(remark);
        }
    }

    fn left(&mut self, reason: &str) -> &mut Left {
        if !self.ecartes.contains_key(reason) {
            self.ecartes.insert(reason.to_owned(), Left::default());
        }
        self.ecartes.entry(reason.to_owned()).or_default()
    }
}

fn add(counts: &mut BTreeMap<String, u64>, what: &str, count: u64) {
    match counts.get_mut(what) {
        Some(known) => *known += count,
        None => {
            counts.insert(what.to_owned(), count);
        }
    }
}
