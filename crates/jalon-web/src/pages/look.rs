//! What a page about figures begins with: who looks, at whose list, in which
//! campaign.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::{Campaign, Rules, french};
use jalon_store::worklist::{Order, Tracked};
use jalon_store::{DoctorKey, PatientId, PatientKey};
use jiff::civil::Date;
use serde::Deserialize;

use super::frame::{About, Choice, Frame};
use super::visit::Visit;
use crate::app::House;
use crate::failure::Failure;
use crate::fields::Fields;
use crate::practice::{Facts, List, PracticeError};
use crate::work::away;

/// A visit to the list of a doctor, in a campaign.
pub struct Look {
    pub visit: Visit,
    pub campaign: Campaign,
    /// The doctor looked at, by identifier; none where there is no list to see.
    pub doctor: Option<String>,
    /// The doctors one may look at, one's own first.
    pub doctors: Vec<String>,
    pub facts: Arc<Facts>,
}

impl Deref for Look {
    type Target = Visit;

    fn deref(&self) -> &Visit {
        &self.visit
    }
}

/// What an address may say besides its path.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    campagne: Option<i16>,
    medecin: Option<String>,
}

impl FromRequestParts<House> for Look {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, Failure> {
        let visit = Visit::from_request_parts(parts, house).await?;
        let Query(asked) = Query::<Asked>::from_request_parts(parts, house)
            .await
            .map_err(|_| Failure::NotFound)?;
        Self::at(visit, asked).await
    }
}

impl Look {
    /// A look as the fields of a form say: they name what its page was about.
    pub async fn of_form(visit: Visit, fields: &Fields) -> Result<Self, Failure> {
        let campaign = fields.given("campagne").map(str::parse).transpose();
        let campagne = campaign.map_err(|_| Failure::NotFound)?;
        let medecin = fields.given("medecin").map(str::to_owned);
        Self::at(visit, Asked { campagne, medecin }).await
    }

    /// A look of a doctor at their own list, in a campaign.
    pub async fn own(visit: Visit, campaign: Campaign) -> Result<Self, Failure> {
        let own = visit.actor.own().ok_or(Failure::NotFound)?;
        let medecin = Some(visit.app.keys.of(own.expose()));
        Self::at(visit, Asked { campagne: Some(campaign.year()), medecin }).await
    }

    async fn at(visit: Visit, asked: Asked) -> Result<Self, Failure> {
        let practice = Arc::clone(&visit.app.practice);
        let facts = away(move || Ok(practice.facts()?)).await?;
        let year = asked.campagne.or(facts.last_day().map(Date::year));
        let year = year.unwrap_or_else(|| visit.app.clock().today().year());
        let rules = visit.app.practice.rules();
        let campaign = Campaign::new(year)
            .filter(|campaign| rules.any_schemes().iter().any(|one| one.covers(*campaign)))
            .ok_or(Failure::NotFound)?;
        let doctors = doctors(&visit, &facts);
        let doctor = match &asked.medecin {
            None => doctors.first(),
            // A key that is not of one's lists is the key of nobody.
            Some(key) => {
                let known = doctors.iter().find(|id| visit.app.keys.of(id) == *key);
                Some(known.ok_or(Failure::NotFound)?)
            }
        };
        let doctor = doctor.cloned();
        Ok(Self { visit, campaign, doctor, doctors, facts })
    }
}

/// The doctors whose rates are open to who looks, one's own first.
fn doctors(visit: &Visit, facts: &Facts) -> Vec<String> {
    let actor = &visit.actor;
    let mut keys: Vec<_> = actor.lists().cloned().collect();
    if keys.is_empty() {
        let all = facts.doctors().map(DoctorKey::new);
        keys = all.filter(|doctor| actor.sees_rates_of(doctor)).collect();
    }
    keys.sort_by_key(|key| (actor.own() != Some(key), key.clone()));
    keys.iter().map(|key| key.expose().to_owned()).collect()
}

impl Look {
    /// The frame of a page at this path.
    pub fn frame(&self, title: &str, path: &str) -> Frame {
        let mut frame = self.visit.frame(title, path);
        for link in &mut frame.links {
            link.to = self.to(&link.to);
        }
        frame.about = Some(self.about());
        frame
    }

    fn about(&self) -> About {
        let t = self.t;
        let doctor = |id: &String| Choice {
            value: self.app.keys.of(id),
            label: id.clone(),
            chosen: Some(id) == self.doctor.as_ref(),
        };
        About {
            campaign: self.campaign.to_string(),
            campaigns: campaigns(self.app.practice.rules(), self.campaign),
            doctors: self.doctors.iter().map(doctor).collect(),
            data: match self.facts.last_day() {
                Some(day) => {
                    let lag = (self.today() - day).get_days();
                    let lag = u64::try_from(lag).unwrap_or_default();
                    let until = format!("{} {}", t.data_until, french::date(day));
                    format!("{until} ({} {})", t.lag, french::count(lag, t.day))
                }
                None => t.no_data.to_owned(),
            },
            overlay: self.facts.overlay().map_or_else(String::new, |one| one.title.clone()),
        }
    }

    /// The day it is, where the practice is.
    pub fn today(&self) -> Date {
        self.app.clock().today()
    }

    /// The address of a path, about the same campaign and doctor.
    pub fn to(&self, path: &str) -> String {
        let mut to = format!("{path}?campagne={}", self.campaign);
        if let Some(doctor) = &self.doctor {
            to.push_str("&medecin=");
            to.push_str(&self.app.keys.of(doctor));
        }
        to
    }

    /// The address of a patient's page.
    pub fn to_patient(&self, patient: PatientId) -> String {
        self.to(&format!("/patients/{patient}"))
    }

    /// The doctor looked at, or no page.
    pub fn doctor(&self) -> Result<String, Failure> {
        self.doctor.clone().ok_or(Failure::NotFound)
    }

    /// The list of the doctor looked at, as the memory names it.
    pub fn list_key(&self) -> Result<DoctorKey, Failure> {
        self.doctor().map(DoctorKey::new)
    }

    /// Whether amounts of the doctor looked at are shown. To the others they
    /// are not even computed.
    pub fn sees_euros(&self) -> bool {
        let doctor = self.doctor.as_ref().map(|id| DoctorKey::new(id.as_str()));
        doctor.is_some_and(|doctor| self.actor.sees_amounts_of(&doctor))
    }

    /// Whether the patients of the doctor looked at are shown.
    pub fn sees_patients(&self) -> bool {
        let doctor = self.doctor.as_ref().map(|id| DoctorKey::new(id.as_str()));
        doctor.is_some_and(|doctor| self.actor.sees_patients_of(&doctor))
    }

    /// The numbers of every patient of a list, for addresses. The journal has
    /// it that patients of the list are read, before anything is shown.
    pub async fn numbers(&self, list: &List) -> Result<Numbers, Failure> {
        let doctor = self.list_key()?;
        let keys: Vec<_> = list.everyone().map(PatientKey::new).collect();
        self.store(move |store, actor, now| {
            store.consult_list(actor, &doctor, now)?;
            store.admit(actor, &doctor, &keys, now).map(Numbers)
        })
        .await
    }

    /// What is kept of the patients of the list, by identifier.
    pub async fn tracked(&self) -> Result<BTreeMap<String, Tracked>, Failure> {
        let (doctor, campaign) = (self.list_key()?, self.campaign.year());
        let tracked = self
            .store(move |store, actor, now| {
                store.worklist(actor, &doctor, campaign, Order::LastChange, now)
            })
            .await?;
        Ok(tracked.into_iter().map(|one| (one.key.expose().to_owned(), one)).collect())
    }

    /// Asks the facts something long.
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Facts) -> Result<T, PracticeError> + Send + 'static,
    ) -> Result<T, Failure> {
        let facts = Arc::clone(&self.facts);
        away(move || Ok(question(&facts)?)).await
    }
}

/// The campaigns that the rules know, latest first.
pub fn campaigns(rules: &Rules, chosen: Campaign) -> Vec<Choice> {
    let spans = rules.any_schemes().into_iter().map(AnyScheme::span);
    let span = spans.reduce(|(first, last), (from, to)| (first.min(from), last.max(to)));
    let (first, last) = span.unwrap_or((chosen, chosen));
    let years = (first.year()..=last.year()).rev().filter_map(Campaign::new);
    let choice = |year: Campaign| Choice {
        value: year.to_string(),
        label: year.to_string(),
        chosen: year == chosen,
    };
    years.map(choice).collect()
}

/// The numbers of the patients of a list.
pub struct Numbers(BTreeMap<PatientKey, PatientId>);

impl Numbers {
    /// That of a patient, by identifier.
    pub fn of(&self, patient: &str) -> Option<PatientId> {
        self.0.get(&PatientKey::new(patient)).copied()
    }
}
