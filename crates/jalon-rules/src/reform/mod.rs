//! Reforms: parameters changed on top of the rules, to see who would be paid
//! what.
//!
//! A [`Reform`] is what people write, on the command line or in a file; held
//! against the rules of a campaign it becomes [`Change`]s; [`Reformed`] is the
//! rules with them. Nothing of it touches what is counted on patients: a
//! reform is paid from the counts of the rules it changes.

mod apply;
mod read;
mod resolve;

pub use apply::Reformed;
pub use resolve::{Change, Choice, Pick, ReformFault, Report, Setting};

use std::ops::Range;

use crate::campaign::Campaign;

/// Parameters that someone would change, and why.
#[derive(Clone, Debug)]
pub struct Reform {
    /// Its name.
    pub title: String,
    /// How the project reads it.
    pub explanation: String,
    /// Where the idea comes from.
    pub source: String,
    /// What no table of facts allows to compute.
    pub left_out: Vec<String>,
    /// What it changes.
    pub modifications: Vec<Modification>,
    /// Its file and the text of it; nothing for a command line.
    file: Option<(String, String)>,
}

/// One parameter, changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modification {
    /// As written: `diabete-hba1c.cible=90`.
    pub text: String,
    /// The scheme, when it is named: `rosp-adulte/diabete-hba1c`.
    pub scheme: Option<String>,
    /// A scheme, an indicator, a class or an item.
    pub id: String,
    /// Which of its parameters.
    pub field: String,
    /// The value, as written.
    pub value: String,
    /// The only doctor it is about.
    pub doctor: Option<String>,
    /// First campaign.
    pub since: Option<Campaign>,
    /// Last campaign.
    pub until: Option<Campaign>,
    /// Its place in the file.
    span: Range<usize>,
}

impl Modification {
    /// Reads `[dispositif/]id.champ` and its value.
    fn new(path: &str, value: &str) -> Option<Self> {
        let (path, value) = (path.trim(), value.trim());
        let (id, field) = path.rsplit_once('.')?;
        let (scheme, id) = match id.split_once('/') {
            Some((scheme, id)) => (Some(scheme.to_owned()), id),
            None => (None, id),
        };
        let written = !id.is_empty() && !field.is_empty() && !value.is_empty();
        written.then(|| Self {
            text: format!("{path}={value}"),
            scheme,
            id: id.to_owned(),
            field: field.to_owned(),
            value: value.to_owned(),
            doctor: None,
            since: None,
            until: None,
            span: 0..0,
        })
    }

    /// Whether it holds in a campaign.
    #[must_use]
    pub fn covers(&self, campaign: Campaign) -> bool {
        self.since.is_none_or(|since| since <= campaign)
            && self.until.is_none_or(|until| campaign <= until)
    }
}
