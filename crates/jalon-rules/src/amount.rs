//! From counts to euros, with the account of every figure.
//!
//! `amount = points × achievement × value of the point × list / reference list
//! × coefficient of the campaign` (convention of 25 August 2016, article 27).
//! Everything is exact; one rounding comes at the very end of each displayed
//! amount, to the cent, half away from zero. No text says how to round.

use std::fmt;

use crate::account::{Account, Held, Unit};
use crate::achievement::{Branch, Objectives};
use crate::campaign::Campaign;
use crate::convention::{Coefficient, Scheme, in_force};
use crate::fraction::Fraction;
use crate::french;
use crate::range::Range;
use crate::scale::{Direction, MinimumUnit, RateKind, Scale};
use crate::status::{Sourced, Status};

/// The terms of one scheme in one campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Euros a point (7 in every ROSP).
    pub point_value: Sourced<Fraction>,
    /// Share of the points granted at the intermediate objective, between 0
    /// and 1.
    pub share: Sourced<Fraction>,
    /// Size of the list that points are written for; not 0.
    pub reference: Sourced<Fraction>,
    /// Where the formula of the achievement comes from.
    pub formula: Sourced<()>,
    /// What multiplies the amounts of the campaign, if anything.
    pub coefficient: Option<Coefficient>,
}

impl Terms {
    /// The terms of a scheme in a campaign, when all of them are known.
    #[must_use]
    pub fn of(scheme: &Scheme, campaign: Campaign) -> Option<Self> {
        Some(Self {
            point_value: in_force(&scheme.point_value, campaign)?.clone(),
            share: in_force(&scheme.share, campaign)?.clone(),
            reference: in_force(&scheme.reference, campaign)?.clone(),
            formula: in_force(&scheme.formula, campaign)?.clone(),
            coefficient: scheme.coefficient(campaign).cloned(),
        })
    }
}

/// The size of a doctor's list on the reference day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListSize {
    /// How many patients.
    pub patients: u64,
    /// How that is known.
    pub origin: ListOrigin,
}

/// How the size of a list is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListOrigin {
    /// Counted from the facts.
    Counted,
    /// Given by the user.
    Given,
}

/// What was counted for one indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measured {
    /// Patients, boxes, treatments or dates.
    Counts {
        /// Those that reach what is asked.
        numerator: u64,
        /// Those it is asked of.
        denominator: u64,
        /// Those that nothing can be said of, in neither count.
        left_out: u64,
    },
    /// Nothing is known: a declaration is missing.
    Unknown,
    /// The indicator does not exist in the campaign.
    OutOfCampaign,
}

/// What an indicator comes to. With a rate of 0 %, four nothings are four
/// things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It counts.
    Counted,
    /// Too few patients or boxes, or none at all: it does not count.
    BelowMinimum,
    /// Whether it counts is unknown, or its counts are.
    Unknown,
    /// It does not exist in the campaign.
    OutOfCampaign,
}

impl State {
    /// The word shown to people and used in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Counted => "compte",
            Self::BelowMinimum => "sous-seuil",
            Self::Unknown => "inconnu",
            Self::OutOfCampaign => "hors-campagne",
        }
    }

    /// The state that the value of a threshold stands for: 1, 0 or in between.
    pub(crate) fn of_threshold(counts: &Range) -> Self {
        if counts.max().is_zero() {
            Self::BelowMinimum
        } else if counts.min().is_zero() {
            Self::Unknown
        } else {
            Self::Counted
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What the amount of one indicator is computed from, for one doctor.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// Title of the indicator.
    pub title: &'a str,
    /// Which way is better.
    pub direction: Direction,
    /// Are rates bounded by 1?
    pub kind: RateKind,
    /// What the denominator is counted in.
    pub unit: Unit,
    /// The scale of the campaign.
    pub scale: &'a Scale,
    /// The most that unknown points can be worth: what the official subtotal
    /// leaves. Not used when the points are known.
    pub points_bound: Option<&'a Sourced<Fraction>>,
    /// The doctor's starting rate as printed: 62 is 62 %.
    pub start: Option<&'a Sourced<Fraction>>,
    /// What was counted.
    pub measured: Measured,
}

/// The amount of one indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndicatorAmount {
    /// Whether it counts.
    pub state: State,
    /// The rate per patient, between 0 and 1 for a share; nothing when the
    /// denominator is unknown or 0.
    pub rate: Option<Fraction>,
    /// The share of its points that the indicator earns: 0 when it does not
    /// count, from 0 when it may not.
    pub achievement: Range,
    /// The points it earns, unrounded.
    pub points: Range,
    /// The euros it earns, unrounded.
    pub euros: Range,
    /// The weakest status among everything the amount rests on.
    pub source: Status,
    /// How the amount was made; its value is the amount rounded to the cent.
    pub account: Account,
}

/// The amount of a scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemeAmount {
    /// Name of the scheme.
    pub title: String,
    /// Its indicators.
    pub indicators: Vec<IndicatorAmount>,
    /// Those whose unknown points share what a subtotal leaves.
    pub shared: Vec<Shared>,
    /// The points they earn together, unrounded.
    pub points: Range,
    /// The euros they earn together: the sum of the unrounded amounts,
    /// unrounded.
    pub euros: Range,
    /// The weakest status among everything the amount rests on.
    pub source: Status,
}

/// Indicators whose points nobody knows, and the sum they cannot pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// Their places in the scheme.
    pub members: Vec<usize>,
    /// The points an official subtotal leaves to all of them.
    pub points: Sourced<Fraction>,
}

impl Shared {
    /// Points and euros of the members together: each may take all that is
    /// left, but not all of them at once.
    fn bounded(&self, indicators: &[IndicatorAmount]) -> (Range, Range) {
        let members = || self.members.iter().filter_map(|at| indicators.get(*at));
        let points: Range = members().map(|one| &one.points).sum();
        let euros: Range = members().map(|one| &one.euros).sum();
        // All members are paid the same for a point.
        match self.points.value.checked_div(points.max()) {
            Some(share) if share < Fraction::one() => {
                let cut = |range: &Range| {
                    let most = range.max() * &share;
                    Range::hull(range.min().clone().min(most.clone()), most)
                };
                (cut(&points), cut(&euros))
            }
            _ => (points, euros),
        }
    }
}

/// An amount that has no bound.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// The points are unknown and nothing bounds them.
    #[error("{0} : points inconnus, et aucun sous-total pour les borner")]
    UnboundedPoints(String),
    /// The reference list is empty.
    #[error("{0} : patientèle de référence nulle")]
    NoReference(String),
}

/// The amount of one indicator for one doctor.
pub fn indicator_amount(
    inputs: &Inputs<'_>,
    terms: &Terms,
    list: &ListSize,
) -> Result<IndicatorAmount, AmountError> {
    let earned = Earned::new(inputs, terms);
    let unbounded = || AmountError::UnboundedPoints(inputs.title.to_owned());
    let points = earned.points.value().ok_or_else(unbounded)?.clone();
    let weight = weight(terms, list);
    let mut factors = vec![
        earned.points,
        Account::given("valeur du point", Unit::Euros, terms.point_value.value.clone())
            .sourced(&terms.point_value),
        weight,
    ];
    factors.extend(terms.coefficient.as_ref().map(|coefficient| {
        Account::given(coefficient.name.clone(), Unit::None, coefficient.value.value.clone())
            .sourced(&coefficient.value)
    }));
    let amount = Account::product(inputs.title.to_owned(), Unit::Euros, factors);
    let no_reference = || AmountError::NoReference(inputs.title.to_owned());
    Ok(IndicatorAmount {
        state: earned.state,
        rate: earned.rate,
        achievement: earned.achievement,
        points,
        euros: amount.value().ok_or_else(no_reference)?.clone(),
        source: amount.weakest().unwrap_or(terms.point_value.status),
        account: amount.rounded(2),
    })
}

impl SchemeAmount {
    /// The amount of a scheme for one doctor: the sum of its indicators.
    #[must_use]
    pub fn sum(title: &str, indicators: Vec<IndicatorAmount>, shared: Vec<Shared>) -> Self {
        let alone = |at: &usize| shared.iter().all(|group| !group.members.contains(at));
        let alone = || (0..indicators.len()).filter(alone).filter_map(|at| indicators.get(at));
        let mut points: Range = alone().map(|one| &one.points).sum();
        let mut euros: Range = alone().map(|one| &one.euros).sum();
        for group in &shared {
            let (of_group, paid) = group.bounded(&indicators);
            points = &points + &of_group;
            euros = &euros + &paid;
        }
        Self {
            title: title.to_owned(),
            points,
            euros,
            source: indicators
                .iter()
                .map(|indicator| indicator.source)
                .fold(Status::Officiel, Status::max),
            shared,
            indicators,
        }
    }

    /// How the amount was made: the unrounded amounts of the indicators, their
    /// sum, and the sum rounded to the cent.
    #[must_use]
    pub fn account(&self) -> Account {
        let grouped = |at: usize| self.shared.iter().any(|group| group.members.contains(&at));
        let alone = self.indicators.iter().enumerate().filter(|(at, _)| !grouped(*at));
        let mut amounts: Vec<Account> =
            alone.flat_map(|(_, one)| one.account.children().to_vec()).collect();
        for group in &self.shared {
            let label = format!(
                "{} de points inconnus, ensemble",
                french::count(group.members.len() as u64, "indicateur")
            );
            let (_, euros) = group.bounded(&self.indicators);
            amounts.push(Account::bounded(label, Unit::Euros, euros).sourced(&group.points));
        }
        Account::sum(self.title.clone(), Unit::Euros, amounts).rounded(2)
    }
}

/// What one indicator earns in points, and why.
struct Earned {
    state: State,
    rate: Option<Fraction>,
    achievement: Range,
    points: Account,
}

impl Earned {
    fn new(inputs: &Inputs<'_>, terms: &Terms) -> Self {
        match inputs.measured {
            Measured::OutOfCampaign => Self {
                state: State::OutOfCampaign,
                rate: None,
                achievement: Range::zero(),
                points: points_earned(vec![Account::absent("hors campagne")]),
            },
            Measured::Unknown => {
                let unit = rate_unit(inputs.kind);
                let rate = Account::unknown("taux inconnu faute de déclaration", unit);
                let achievement = achievement(inputs, terms, None, rate);
                Self {
                    state: State::Unknown,
                    rate: None,
                    achievement: Range::share(),
                    points: points_earned(vec![achievement, points_at_target(inputs)]),
                }
            }
            Measured::Counts { numerator, denominator, left_out } => {
                Self::counted(inputs, terms, (numerator, denominator), left_out)
            }
        }
    }

    fn counted(
        inputs: &Inputs<'_>,
        terms: &Terms,
        (numerator, denominator): (u64, u64),
        left_out: u64,
    ) -> Self {
        let definition = inputs
            .scale
            .definition
            .clone()
            .unwrap_or_else(|| Sourced::new((), Status::AVerifier, "lecture sans source"));
        let whole = || Account::given("dénominateur", inputs.unit, Fraction::from(denominator));
        let threshold = Account::threshold(
            "l'indicateur compte",
            whole().sourced(&definition),
            minimum(inputs).used_if(denominator != 0),
        );
        let counts = threshold.value().cloned().unwrap_or_else(Range::share);
        let state = State::of_threshold(&counts);
        let rate = Fraction::ratio(numerator, denominator);
        let Some(known) = rate.as_ref().filter(|_| state != State::BelowMinimum) else {
            let points = points_earned(vec![threshold]);
            return Self { state, rate, achievement: Range::zero(), points };
        };
        let part = Account::given("numérateur", inputs.unit, Fraction::from(numerator));
        let mut quotient =
            Account::quotient("taux", rate_unit(inputs.kind), part, whole()).sourced(&definition);
        if left_out > 0 {
            quotient = quotient.noted(left_out_note(inputs.unit, left_out, denominator));
        }
        let achievement = achievement(inputs, terms, Some(known), quotient);
        let earned = achievement.value().cloned().unwrap_or_else(Range::share);
        Self {
            state,
            achievement: &earned * &counts,
            points: points_earned(vec![achievement, points_at_target(inputs), threshold]),
            rate,
        }
    }
}

/// The points earned, as the product of what makes them.
fn points_earned(factors: Vec<Account>) -> Account {
    Account::product("points acquis", Unit::Points, factors)
}

/// The points at the target, known or bounded by what a subtotal leaves.
fn points_at_target(inputs: &Inputs<'_>) -> Account {
    const UNKNOWN: &str = "points inconnus";
    match (&inputs.scale.points, inputs.points_bound) {
        (Some(points), _) => {
            Account::given("points", Unit::Points, points.value.clone()).sourced(points)
        }
        (None, Some(bound)) => {
            let bounds = Range::hull(Fraction::zero(), bound.value.clone());
            Account::bounded(UNKNOWN, Unit::Points, bounds).sourced(bound)
        }
        (None, None) => Account::unknown(UNKNOWN, Unit::Points),
    }
}

/// The fewest patients or boxes for the indicator to count.
fn minimum(inputs: &Inputs<'_>) -> Account {
    let unit = match inputs.scale.minimum_unit {
        Some(MinimumUnit::Patients) => Unit::Patients,
        Some(MinimumUnit::Boxes) => Unit::Boxes,
        None => inputs.unit,
    };
    match &inputs.scale.minimum {
        Some(minimum) => {
            Account::given("seuil", unit, Fraction::from(minimum.value)).sourced(minimum)
        }
        None => Account::unknown("seuil inconnu", unit),
    }
}

/// The share of the points that the rate earns; what it does not depend on is
/// set aside.
fn achievement(
    inputs: &Inputs<'_>,
    terms: &Terms,
    known: Option<&Fraction>,
    rate: Account,
) -> Account {
    let Inputs { direction, kind, scale, start, .. } = *inputs;
    let objectives = Objectives::new(
        scale,
        start.map(|start| &start.value),
        &terms.share.value,
        direction,
        kind,
    );
    let branch = known.map(|rate| objectives.branch(rate));
    let used = |uses: fn(Branch) -> bool| branch.is_some_and(uses);
    let objective =
        |value: Option<&Sourced<Fraction>>, name: &'static str, unknown: &'static str| {
            let unit = rate_unit(kind);
            match value {
                Some(value) => Account::given(name, unit, value.value.hundredths()).sourced(value),
                None => Account::unknown(unknown, unit),
            }
        };
    let held = Held {
        rate,
        share: Account::given(
            "part à l'objectif intermédiaire",
            Unit::Percent,
            terms.share.value.clone(),
        )
        .sourced(&terms.share)
        .used_if(used(Branch::uses_share)),
        start: objective(start, "taux de départ", "taux de départ inconnu")
            .used_if(used(Branch::uses_start)),
        intermediate: objective(
            scale.intermediate.as_ref(),
            "objectif intermédiaire",
            "objectif intermédiaire inconnu",
        )
        .used_if(used(Branch::uses_intermediate)),
        target: objective(scale.target.as_ref(), "cible", "cible inconnue")
            .used_if(used(Branch::uses_target)),
    };
    let account = Account::achievement("taux de réalisation", direction, kind, held);
    if known.is_some() { account.sourced(&terms.formula) } else { account }
}

/// The size of the list against the reference.
fn weight(terms: &Terms, list: &ListSize) -> Account {
    let size = Account::given("patientèle", Unit::Patients, Fraction::from(list.patients));
    let size = match list.origin {
        ListOrigin::Counted => size,
        ListOrigin::Given => size.noted("patientèle donnée par l'utilisateur"),
    };
    let reference = terms.reference.value.clone();
    let reference = Account::given("patientèle de référence", Unit::Patients, reference)
        .sourced(&terms.reference);
    Account::quotient("pondération", Unit::None, size, reference)
}

/// What a rate is counted in.
const fn rate_unit(kind: RateKind) -> Unit {
    match kind {
        RateKind::Share => Unit::Percent,
        RateKind::Per100 => Unit::Per100,
    }
}

/// What was left out, and its share of the whole.
fn left_out_note(unit: Unit, left_out: u64, denominator: u64) -> String {
    let left = Fraction::from(left_out);
    let all = &left + Fraction::from(denominator);
    let share = left.checked_div(&all).unwrap_or_else(Fraction::zero);
    let set_aside = match unit {
        Unit::Boxes => "laissées de côté faute d'information",
        _ => "laissés de côté faute d'information",
    };
    let count = unit.show(&left);
    format!("{count} {set_aside} ({})", french::percent(&share, 1))
}
