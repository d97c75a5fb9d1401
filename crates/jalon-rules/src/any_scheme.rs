//! Schemes of every form, side by side.

use crate::campaign::Campaign;
use crate::convention::{CalendarEntry, Scheme};
use crate::forfait::{ClassScheme, GateScheme};
use crate::rules::Rules;

/// A payment scheme, whatever its form.
#[derive(Clone, Copy, Debug)]
pub enum AnyScheme<'r> {
    /// Indicators counted on patients: rates, or so much for each patient.
    Counted(&'r Scheme),
    /// So much a year for each patient of a class.
    Classes(&'r ClassScheme),
    /// A block, all or nothing, that opens options.
    Gate(&'r GateScheme),
}

impl<'r> AnyScheme<'r> {
    /// Identifier, as in `rosp-adulte`.
    #[must_use]
    pub fn id(self) -> &'r str {
        match self {
            Self::Counted(scheme) => &scheme.id,
            Self::Classes(scheme) => &scheme.id,
            Self::Gate(scheme) => &scheme.id,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'r str {
        match self {
            Self::Counted(scheme) => &scheme.name,
            Self::Classes(scheme) => &scheme.name,
            Self::Gate(scheme) => &scheme.name,
        }
    }

    /// First and last campaigns.
    #[must_use]
    pub const fn span(self) -> (Campaign, Campaign) {
        match self {
            Self::Counted(scheme) => (scheme.first, scheme.last),
            Self::Classes(scheme) => (scheme.first, scheme.last),
            Self::Gate(scheme) => (scheme.first, scheme.last),
        }
    }

    /// Whether the scheme exists in a campaign.
    #[must_use]
    pub fn covers(self, campaign: Campaign) -> bool {
        let (first, last) = self.span();
        first <= campaign && campaign <= last
    }

    /// Declaration window and payment of a campaign.
    #[must_use]
    pub fn calendar(self, campaign: Campaign) -> Option<&'r CalendarEntry> {
        let entries = match self {
            Self::Counted(scheme) => &scheme.calendar,
            Self::Classes(scheme) => &scheme.calendar,
            Self::Gate(scheme) => &scheme.calendar,
        };
        entries.iter().find(|entry| entry.campaign == campaign)
    }
}

impl Rules {
    /// Every scheme: those counted on patients, the classes, the gates.
    #[must_use]
    pub fn any_schemes(&self) -> Vec<AnyScheme<'_>> {
        let counted = self.schemes().map(|(_, scheme)| AnyScheme::Counted(scheme));
        let classes = self.class_schemes().iter().map(AnyScheme::Classes);
        let gates = self.gates().iter().map(AnyScheme::Gate);
        counted.chain(classes).chain(gates).collect()
    }

    /// The scheme of that identifier.
    #[must_use]
    pub fn any_scheme(&self, id: &str) -> Option<AnyScheme<'_>> {
        self.any_schemes().into_iter().find(|scheme| scheme.id() == id)
    }

    /// The pages of a scheme in all of its campaigns: indicators, classes or
    /// items, by identifier.
    #[must_use]
    pub fn items_of<'r>(&'r self, scheme: AnyScheme<'r>) -> Vec<&'r str> {
        let mut ids: Vec<&str> = match scheme {
            AnyScheme::Counted(scheme) => {
                self.pages_of(scheme).into_iter().map(|page| page.id.as_str()).collect()
            }
            AnyScheme::Classes(scheme) => {
                let pages = self.all_class_pages().iter();
                let own = pages.filter(|page| page.scheme == scheme.id);
                own.map(|page| page.sheet.id.as_str()).collect()
            }
            AnyScheme::Gate(scheme) => {
                let pages = self.all_gate_pages().iter();
                let own = pages.filter(|page| page.scheme == scheme.id);
                own.map(|page| page.sheet.id.as_str()).collect()
            }
        };
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}
