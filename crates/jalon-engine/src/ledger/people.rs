//! What payments depend on besides patients: who the doctors are, and what
//! they declared.

use std::collections::BTreeMap;

use jalon_rules::Campaign;
use jalon_rules::convention::{ListKind, Scheme};
use jalon_rules::forfait::{self, Declaration, Doctor, RESERVED};

use super::LedgerError;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::facts::{DeclarationRow, Declared, Profile};

/// The doctors of a dossier and their declarations.
#[derive(Clone, Debug, Default)]
pub struct People {
    profiles: BTreeMap<String, Profile>,
    /// What each doctor declared, for all campaigns.
    rows: BTreeMap<String, Vec<DeclarationRow>>,
}

impl People {
    /// Reads them.
    pub fn read(engine: &Engine) -> Result<Self, EngineError> {
        let profiles = engine.profiles().iter().map(|one| (one.doctor.clone(), one.clone()));
        let mut rows: BTreeMap<String, Vec<DeclarationRow>> = BTreeMap::new();
        for row in engine.declarations()? {
            rows.entry(row.doctor.clone()).or_default().push(row);
        }
        Ok(Self { profiles: profiles.collect(), rows })
    }

    /// The centre a doctor works in, if any.
    #[must_use]
    pub fn centre(&self, doctor: &str) -> Option<&str> {
        self.profiles.get(doctor)?.centre.as_deref()
    }

    /// Whether a scheme may pay someone, by the speciality: that of
    /// specialists pays theirs, the others pay anyone.
    #[must_use]
    pub fn practises(&self, payee: &str, scheme: &Scheme) -> bool {
        let mine = self.profiles.get(payee).and_then(|profile| profile.speciality.as_ref());
        scheme.list != ListKind::Followed
            || mine.is_some_and(|mine| scheme.specialities.contains(mine))
    }

    /// Numerators, denominators and starting rates declared for a campaign.
    #[must_use]
    pub fn declared(&self, campaign: Campaign) -> Declared {
        Declared::of(self.rows.values().flatten().filter(|row| row.campaign == campaign.year()))
    }

    /// What a doctor declared for these items, and of himself, that holds in a
    /// campaign.
    pub fn answers(
        &self,
        doctor: &str,
        campaign: Campaign,
        items: &[&str],
    ) -> Result<forfait::Declared, LedgerError> {
        let rows: Vec<_> = self
            .rows
            .get(doctor)
            .into_iter()
            .flatten()
            .filter(|row| RESERVED.iter().chain(items).any(|item| *item == row.indicator))
            .filter_map(|row| {
                let (numerator, denominator) = row.counts?;
                let campaign = Campaign::new(row.campaign)?;
                let item = row.indicator.as_str();
                Some(Declaration { campaign, item, numerator, denominator, date: row.date })
            })
            .collect();
        forfait::Declared::read(campaign, &rows).map_err(LedgerError::Declarations)
    }

    /// What the rules ask of a doctor.
    #[must_use]
    pub fn doctor(&self, id: &str, declared: &forfait::Declared) -> Doctor {
        let Some(profile) = self.profiles.get(id) else { return Doctor::default() };
        let doctor = Doctor {
            speciality: profile.speciality.clone(),
            birth: profile.birth,
            installed: profile.installed,
            priority_zone: Doctor::is_priority_zone(profile.zone.as_deref()),
            first_practice: None,
        };
        doctor.told_by(declared)
    }
}
