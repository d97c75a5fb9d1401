//! What payments depend on besides patients: who the doctors are, and what
//! they declared.

use std::collections::{BTreeMap, BTreeSet};

use jalon_rules::convention::{ListKind, Scheme};
use jalon_rules::forfait::{self, Declaration, Doctor, RESERVED};
use jalon_rules::{Campaign, Rules};

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

    /// The same, with a doctor whom no table describes.
    #[must_use]
    pub fn with_profile(mut self, profile: Profile) -> Self {
        self.profiles.insert(profile.doctor.clone(), profile);
        self
    }

    /// The same, where what was declared since, oldest first, holds in the
    /// place of what the tables say: of the same doctor, campaign and item, and
    /// of the item as a whole for its elements, or the other way round.
    /// Starting rates stay.
    #[must_use]
    pub fn with_declarations(
        mut self,
        rules: &Rules,
        later: impl IntoIterator<Item = DeclarationRow>,
    ) -> Self {
        for row in later {
            let same = Campaign::new(row.campaign)
                .map_or_else(BTreeSet::new, |campaign| rules.answered_by(&row.indicator, campaign));
            let rows = self.rows.entry(row.doctor.clone()).or_default();
            rows.retain_mut(|told| {
                let about = told.indicator == row.indicator || same.contains(&*told.indicator);
                if about && told.campaign == row.campaign {
                    told.counts = None;
                    return told.start.is_some();
                }
                true
            });
            rows.push(row);
        }
        self
    }

    /// Everything that a doctor declared and that holds or may hold, for all
    /// campaigns; the latest word on an item comes last.
    #[must_use]
    pub fn declarations(&self, doctor: &str) -> &[DeclarationRow] {
        self.rows.get(doctor).map_or(&[], Vec::as_slice)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn row(campaign: i16, indicator: &str, counts: Option<(u64, u64)>) -> DeclarationRow {
        let start = counts.is_none().then(|| 62.into());
        let doctor = "M1".to_owned();
        DeclarationRow { doctor, campaign, indicator: indicator.into(), counts, start, date: None }
    }

    /// Campaign, item, counts.
    type Told<'p> = (i16, &'p str, Option<(u64, u64)>);

    fn told(people: &People) -> Vec<Told<'_>> {
        let rows = people.declarations("M1").iter();
        rows.map(|row| (row.campaign, row.indicator.as_str(), row.counts)).collect()
    }

    #[test]
    fn the_later_word_holds() {
        let rules = Rules::bundled().unwrap();
        let rows = vec![
            row(2022, "tabac", Some((1, 2))),
            row(2022, "tabac", None),
            row(2022, "teleservices", Some((1, 1))),
            row(2023, "tabac", Some((3, 4))),
        ];
        let people =
            People { rows: BTreeMap::from([("M1".to_owned(), rows)]), ..People::default() };
        let people = people.with_declarations(
            &rules,
            [
                row(2022, "tabac", Some((5, 6))),
                row(2022, "tele-grossesse", Some((7, 8))),
                row(2022, "tele-atmp", Some((9, 10))),
            ],
        );
        assert_eq!(
            told(&people),
            [
                // The starting rate is no declaration.
                (2022, "tabac", None),
                (2023, "tabac", Some((3, 4))),
                (2022, "tabac", Some((5, 6))),
                // An element in the place of the item as a whole; two elements stand together.
                (2022, "tele-grossesse", Some((7, 8))),
                (2022, "tele-atmp", Some((9, 10))),
            ]
        );
        let people = people.with_declarations(&rules, [row(2022, "teleservices", Some((0, 1)))]);
        assert_eq!(told(&people).len(), 4, "the item as a whole in the place of its elements");
    }
}
