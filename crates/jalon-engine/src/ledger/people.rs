//! What payments depend on besides patients: who the doctors are, and what
//! they declared.

use std::collections::BTreeMap;

use jalon_rules::Campaign;
use jalon_rules::forfait::{self, Declaration, Doctor, RESERVED};

use super::LedgerError;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::facts::{DeclarationRow, Declared, Profile};

/// The doctors of a dossier and their declarations.
#[derive(Clone, Debug, Default)]
pub struct People {
    profiles: BTreeMap<String, Profile>,
    rows: Vec<DeclarationRow>,
}

impl People {
    /// Reads them.
    pub fn read(engine: &Engine) -> Result<Self, EngineError> {
        let profiles =
            engine.profiles()?.into_iter().map(|one| (one.doctor.clone(), one)).collect();
        Ok(Self { profiles, rows: engine.declarations()? })
    }

    /// The centre a doctor works in, if any.
    #[must_use]
    pub fn centre(&self, doctor: &str) -> Option<&str> {
        self.profiles.get(doctor)?.centre.as_deref()
    }

    /// The speciality of a doctor, by its code.
    #[must_use]
    pub fn speciality(&self, doctor: &str) -> Option<&str> {
        self.profiles.get(doctor)?.speciality.as_deref()
    }

    /// Numerators, denominators and starting rates declared for a campaign.
    #[must_use]
    pub fn declared(&self, campaign: Campaign) -> Declared {
        Declared::of(self.rows.iter().filter(|row| row.campaign == campaign.year()))
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
            .iter()
            .filter(|row| row.doctor == doctor)
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
