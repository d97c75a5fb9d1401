//! From numbers of patients to euros: so much a year for each.

use std::collections::BTreeMap;

use super::class_page::ClassPage;
use super::doctor::Doctor;
use super::scheme_file::{ClassScheme, Condition, Uplift, UpliftRate};
use crate::account::{Account, Unit};
use crate::campaign::Campaign;
use crate::fraction::Fraction;
use crate::range::Range;
use crate::status::{Sourced, Status};

/// Patients paid alike: those of a class, or those for whom an indicator of
/// prevention is validated.
#[derive(Clone, Debug)]
pub struct Paid<'a> {
    /// What they are.
    pub title: &'a str,
    /// How many: exact, or from those who surely count to those who may.
    pub patients: Range,
    /// Where the reading of the text comes from.
    pub definition: Option<&'a Sourced<()>>,
    /// Euros for each.
    pub amount: &'a Sourced<Fraction>,
}

/// What patients paid alike come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaidAmount {
    /// The euros, unrounded.
    pub euros: Range,
    /// The weakest status among everything the amount rests on.
    pub source: Status,
    /// How the amount was made.
    pub account: Account,
}

/// The amount of a scheme by classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassAmount {
    /// Name of the scheme.
    pub title: String,
    /// Its classes, by identifier of their page.
    pub classes: Vec<(String, PaidAmount)>,
    /// The euros, unrounded: all of them, or at least these when `more` says
    /// why.
    pub euros: Range,
    /// Why the amount may be higher than its range, by a formula that nobody
    /// has published.
    pub more: Vec<String>,
    /// The weakest status among everything the amount rests on.
    pub source: Status,
    /// How the amount was made; its value is the amount rounded to the cent.
    pub account: Account,
}

/// An amount that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClassError {
    /// The scheme does not exist in the campaign.
    #[error("{title} : pas de campagne {campaign}")]
    NoCampaign {
        /// Name of the scheme.
        title: String,
        /// The campaign.
        campaign: Campaign,
    },
    /// Patients were not counted for a class.
    #[error("{0} : effectif manquant")]
    NoCount(String),
    /// Patients were counted for a class that does not exist in the campaign.
    #[error("classe inconnue dans la campagne : `{0}`")]
    NoClass(String),
    /// The amount of a class is unknown.
    #[error("{0} : montant inconnu")]
    Unbounded(String),
}

/// What patients paid alike come to: their number times what each is paid.
/// For the part of the FMT that pays prevention, `patients` are those validated.
#[must_use]
pub fn paid_amount(paid: &Paid<'_>) -> PaidAmount {
    let label = if paid.patients.is_exact() { "patients" } else { "patients, selon l'inconnu" };
    let patients = Account::given(label, Unit::Patients, paid.patients.clone());
    let patients = match paid.definition {
        Some(definition) => patients.sourced(definition),
        None => patients,
    };
    let each = Account::given("par patient", Unit::Euros, paid.amount.value.clone());
    let factors = vec![patients, each.sourced(paid.amount)];
    let account = Account::product(paid.title.to_owned(), Unit::Euros, factors);
    PaidAmount {
        euros: &paid.patients * &paid.amount.value,
        source: account.weakest().unwrap_or(paid.amount.status),
        account,
    }
}

/// The amount of a scheme by classes for one doctor. `pages` are those of the
/// scheme that exist in the campaign; `counts` has a number of patients for
/// each, by identifier.
pub fn class_amount(
    scheme: &ClassScheme,
    pages: &[&ClassPage],
    campaign: Campaign,
    counts: &BTreeMap<String, Range>,
    doctor: &Doctor,
) -> Result<ClassAmount, ClassError> {
    let title = scheme.name.clone();
    if !scheme.covers(campaign) {
        return Err(ClassError::NoCampaign { title, campaign });
    }
    let known = |id: &String| pages.iter().any(|page| page.sheet.id == *id);
    if let Some(id) = counts.keys().find(|id| !known(id)) {
        return Err(ClassError::NoClass(id.clone()));
    }
    let mut classes = Vec::with_capacity(pages.len());
    let (mut base, mut on_top) = (Vec::new(), Vec::new());
    for page in pages {
        let name = || page.sheet.title.clone();
        let row = page.row_of(campaign).ok_or_else(|| ClassError::Unbounded(name()))?;
        let paid = paid_amount(&Paid {
            title: &page.sheet.title,
            patients: counts
                .get(&page.sheet.id)
                .cloned()
                .ok_or_else(|| ClassError::NoCount(name()))?,
            definition: row.definition.as_ref(),
            amount: row.amount.as_ref().ok_or_else(|| ClassError::Unbounded(name()))?,
        });
        if page.on_top { &mut on_top } else { &mut base }.push(paid.account.clone());
        classes.push((page.sheet.id.clone(), paid));
    }
    let in_force: Vec<_> = scheme
        .uplifts
        .iter()
        .filter(|uplift| uplift.since <= campaign)
        .filter(|uplift| uplift.until.is_none_or(|until| campaign <= until))
        .collect();
    let mut more = Vec::new();
    let mut shares = Vec::new();
    for uplift in &in_force {
        match &uplift.rate {
            UpliftRate::Known(rate) => {
                shares.extend(share(scheme, campaign, uplift, rate, &in_force, doctor));
            }
            UpliftRate::Unknown(source) => {
                more.push(format!("{} : formule inconnue ({})", uplift.name, source.source));
            }
        }
    }
    let mut total = Account::sum("patients", Unit::Euros, base);
    if !shares.is_empty() {
        let one = Account::given("sans majoration", Unit::Percent, Fraction::one());
        shares.insert(0, one);
        let factor = Account::sum("majorations", Unit::Percent, shares);
        total =
            Account::product("patients, majorations comprises", Unit::Euros, vec![total, factor]);
    }
    let mut terms = vec![total];
    terms.append(&mut on_top);
    let amount = Account::sum(title.clone(), Unit::Euros, terms);
    let amount = match more.as_slice() {
        [] => amount,
        reasons => amount.noted(format!("au moins ; en plus peut-être, {}", reasons.join(" ; "))),
    };
    let euros = amount.value().cloned().ok_or_else(|| ClassError::Unbounded(title.clone()))?;
    Ok(ClassAmount {
        source: amount.weakest().unwrap_or(Status::Officiel),
        account: amount.rounded(2),
        title,
        classes,
        euros,
        more,
    })
}

/// The share an uplift adds for a doctor; nothing when it does not concern him.
fn share(
    scheme: &ClassScheme,
    campaign: Campaign,
    uplift: &Uplift,
    rate: &Sourced<Fraction>,
    others: &[&Uplift],
    doctor: &Doctor,
) -> Option<Account> {
    let concerned = concerned(scheme, campaign, uplift, doctor);
    if concerned == Some(false) {
        return None;
    }
    let full = |name: String| Account::given(name, Unit::Percent, rate.value.clone()).sourced(rate);
    let included = uplift.may_include.as_ref().and_then(|id| {
        let other = others.iter().find(|other| other.id == *id)?;
        match &other.rate {
            UpliftRate::Known(rate) => Some((other, rate)),
            UpliftRate::Unknown(_) => None,
        }
    });
    let Some((other, within)) = included else {
        return Some(match concerned {
            Some(_) => full(uplift.name.clone()),
            None => unknown(uplift, &rate.value).sourced(rate),
        });
    };
    if concerned.is_none() {
        return Some(unknown(uplift, &rate.value).sourced(rate));
    }
    let inside =
        Account::given(other.name.clone(), Unit::Percent, within.value.clone()).sourced(within);
    let readings = vec![
        Account::difference(
            format!("{} : comprend l'autre", uplift.name),
            Unit::Percent,
            full(uplift.name.clone()),
            inside,
        ),
        full(format!("{} : s'ajoute à l'autre", uplift.name)),
    ];
    let conflict = Sourced::new((), Status::Conflit, rate.source.clone());
    Some(Account::readings(uplift.name.clone(), Unit::Percent, readings).sourced(&conflict))
}

/// An uplift of which nobody knows whether it concerns the doctor.
fn unknown(uplift: &Uplift, rate: &Fraction) -> Account {
    let bounds = Range::hull(Fraction::zero(), rate.clone());
    let label = format!("{} : situation du médecin inconnue", uplift.name);
    Account::bounded(label, Unit::Percent, bounds)
}

/// Whether an uplift concerns a doctor; nothing when that is unknown.
fn concerned(
    scheme: &ClassScheme,
    campaign: Campaign,
    uplift: &Uplift,
    doctor: &Doctor,
) -> Option<bool> {
    let day = scheme.reference_day(campaign);
    let answers: Vec<Option<bool>> = uplift
        .conditions
        .iter()
        .map(|condition| match *condition {
            Condition::Age(least) => doctor.age_on(day).map(|age| age >= least),
            Condition::PriorityZone => doctor.priority_zone,
            Condition::FirstPractice(year) => {
                match (doctor.first_practice, doctor.year_of_practice(day)) {
                    (Some(false), _) => Some(false),
                    (_, Some(practised)) if practised != year => Some(false),
                    (Some(true), Some(_)) => Some(true),
                    _ => None,
                }
            }
        })
        .collect();
    if answers.contains(&Some(false)) {
        Some(false)
    } else if answers.contains(&None) {
        None
    } else {
        Some(true)
    }
}
