//! Accounts: how a figure was made, down to the values it rests on.

mod lines;

use std::borrow::Cow;

pub use lines::AccountLine;

use crate::achievement::Objectives;
use crate::fraction::Fraction;
use crate::french;
use crate::page;
use crate::range::Range;
use crate::scale::{Direction, RateKind};
use crate::status::{Sourced, Status};

/// What a figure is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Euros.
    Euros,
    /// Points.
    Points,
    /// A share between 0 and 1, shown in %.
    Percent,
    /// A number per patient, shown per 100.
    Per100,
    /// Patients.
    Patients,
    /// Boxes.
    Boxes,
    /// Treatments.
    Treatments,
    /// Events such as operations.
    Events,
    /// An answer: 1 is yes, 0 is no.
    Answer,
    /// A bare number.
    None,
}

impl Unit {
    /// The word used in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Euros => "euro",
            Self::Points => "point",
            Self::Percent => "part",
            Self::Per100 => "pour-100",
            Self::Patients => "patient",
            Self::Boxes => "boite",
            Self::Treatments => "traitement",
            Self::Events => "evenement",
            Self::Answer => "oui-non",
            Self::None => "nombre",
        }
    }

    /// A figure of this unit, as shown to people.
    #[must_use]
    pub fn show(self, value: &Fraction) -> String {
        match self {
            Self::Euros => french::euros(value),
            Self::Points => french::points(value),
            Self::Percent => french::percent(value, 2),
            Self::Per100 => french::per_100(value, 2),
            Self::Patients => french::quantity(value, 2, "patient"),
            Self::Boxes => french::quantity(value, 2, "boîte"),
            Self::Treatments => french::quantity(value, 2, "traitement"),
            Self::Events => french::quantity(value, 2, "événement"),
            Self::Answer if value.is_zero() => "non".to_owned(),
            Self::Answer => "oui".to_owned(),
            Self::None => french::short(value, 6),
        }
    }
}

/// What the denominator of an indicator is counted in.
impl From<&page::Unit> for Unit {
    fn from(unit: &page::Unit) -> Self {
        match unit {
            page::Unit::Patient | page::Unit::Declared | page::Unit::Unknown => Self::Patients,
            page::Unit::Event(_) => Self::Events,
            page::Unit::Treatment(_) => Self::Treatments,
            page::Unit::Box => Self::Boxes,
        }
    }
}

/// How the value of a node follows from its children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A known value: a leaf.
    Given,
    /// A value nobody knows, with the range it lies in when there is one: a
    /// leaf.
    Unknown,
    /// A value that changes nothing here, known or not: a leaf. The account
    /// gives the same figure without it.
    Unused,
    /// 0, because the indicator does not exist in the campaign: a leaf.
    Absent,
    /// The sum of the children.
    Sum,
    /// The first child minus the second.
    Difference,
    /// The product of the children.
    Product,
    /// The first child divided by the second.
    Quotient,
    /// 1 when the first child reaches the second and is not 0, else 0: does the
    /// indicator count?
    Threshold,
    /// 1 when what was declared, the first child, meets what is asked, the
    /// second; else 0. A strict requirement is met above it only.
    Requirement {
        /// Is the value asked for itself not enough?
        strict: bool,
    },
    /// 1 when every child is 1, 0 when one is 0.
    All,
    /// 1 when one child is 1, 0 when every one is 0.
    Any,
    /// Between the least and the most that several readings of a rule give,
    /// one a child.
    Readings,
    /// The share of the points earned ([`Objectives::achievement`]) by a rate;
    /// the children are those of [`Held`], in order.
    Achievement(Direction, RateKind),
    /// The child rounded to this many digits after the point, half away from
    /// zero.
    Rounded(usize),
}

impl Operation {
    /// The word used in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Given => "valeur",
            Self::Unknown => "inconnu",
            Self::Unused => "sans-effet",
            Self::Absent => "hors-campagne",
            Self::Sum => "somme",
            Self::Difference => "difference",
            Self::Product => "produit",
            Self::Quotient => "quotient",
            Self::Threshold => "seuil",
            Self::Requirement { .. } => "exigence",
            Self::All => "tous",
            Self::Any => "un-au-moins",
            Self::Readings => "lectures",
            Self::Achievement(..) => "realisation",
            Self::Rounded(_) => "arrondi",
        }
    }

    /// Does a node of this kind have no children?
    #[must_use]
    pub const fn is_leaf(self) -> bool {
        matches!(self, Self::Given | Self::Unknown | Self::Unused | Self::Absent)
    }

    /// The value that follows from these children. Nothing when it has no bound
    /// or when a divisor can be 0.
    fn apply(self, children: &[Account]) -> Option<Range> {
        match (self, children) {
            (Self::Sum, terms) => terms.iter().map(Account::operand).sum(),
            (Self::Product | Self::All, factors) => factors
                .iter()
                .try_fold(Range::one(), |product, factor| Some(&product * factor.operand()?)),
            (Self::Difference, [from, taken]) => Some(from.operand()? - taken.operand()?),
            (Self::Quotient, [part, whole]) => part.operand()?.checked_div(whole.operand()?),
            (Self::Threshold, [count, minimum]) => {
                Some(reaches(count.operand(), minimum.operand()))
            }
            (Self::Requirement { strict }, [declared, asked]) => {
                Some(meets(declared.operand(), asked.operand(), strict))
            }
            (Self::Any, answers) => bounds(answers, Fraction::max),
            (Self::Readings, readings) => bounds(readings, Fraction::min),
            (Self::Achievement(..), children) => {
                let (rate, objectives) = self.held(children)?;
                Some(rate.map_or_else(Range::share, |rate| objectives.achievement(&rate)))
            }
            (Self::Rounded(digits), [exact]) => Some(exact.operand()?.round(digits)),
            _ => None,
        }
    }

    /// The rate, if known, and what it is held against, for the children of an
    /// achievement.
    fn held(self, children: &[Account]) -> Option<(Option<Fraction>, Objectives)> {
        let Self::Achievement(direction, kind) = self else {
            return None;
        };
        let [rate, share, start, intermediate, target] = children else {
            return None;
        };
        let objectives = Objectives {
            direction,
            kind,
            start: start.figure(),
            intermediate: intermediate.figure(),
            target: target.figure(),
            share: share.figure(),
        };
        Some((rate.figure(), objectives))
    }
}

/// 1 when the count reaches the minimum and is not 0, 0 when it does not,
/// between both when that is not known.
fn reaches(count: Option<&Range>, minimum: Option<&Range>) -> Range {
    match (count, minimum) {
        (Some(count), _) if count.max().is_zero() => Range::zero(),
        (Some(count), Some(minimum)) if count.max() < minimum.min() => Range::zero(),
        (Some(count), Some(minimum)) if count.min() >= minimum.max() && !count.min().is_zero() => {
            Range::one()
        }
        _ => Range::share(),
    }
}

/// 1 when what is declared meets what is asked, 0 when it does not, between both
/// when that is not known. What is asked is more than nothing: 0 never meets it.
fn meets(declared: Option<&Range>, asked: Option<&Range>, strict: bool) -> Range {
    if !strict {
        return reaches(declared, asked);
    }
    match (declared, asked) {
        (Some(declared), Some(asked)) if declared.max() <= asked.min() => Range::zero(),
        (Some(declared), Some(asked)) if declared.min() > asked.max() => Range::one(),
        _ => Range::share(),
    }
}

/// From the end that `least` picks among the lower ends of the children, to the
/// highest of their upper ends.
fn bounds(children: &[Account], least: impl Fn(Fraction, Fraction) -> Fraction) -> Option<Range> {
    let values: Vec<_> = children.iter().map(Account::operand).collect::<Option<_>>()?;
    let low = values.iter().map(|value| value.min().clone()).reduce(least)?;
    let high = values.iter().map(|value| value.max().clone()).reduce(Fraction::max)?;
    Range::new(low, high)
}

/// What a rate is held against, as accounts: the children of an achievement.
/// Shares and rates are per patient, so 74 % is 37/50.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The rate itself.
    pub rate: Account,
    /// Share of the points granted at the intermediate objective.
    pub share: Account,
    /// Starting rate.
    pub start: Account,
    /// Intermediate objective.
    pub intermediate: Account,
    /// Target.
    pub target: Account,
}

/// A node of an account: a figure, and how it follows from others. Its value
/// is always the one its operation gives, so the leaves add up to the amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    label: Cow<'static, str>,
    value: Option<Range>,
    unit: Unit,
    operation: Operation,
    children: Vec<Self>,
    source: Option<Sourced<()>>,
    note: Option<String>,
}

/// A node whose value is not the one its children give.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("compte faux : « {label} » ne se déduit pas de ses lignes")]
pub struct CheckError {
    /// Label of the node.
    pub label: String,
}

impl Account {
    /// A known value.
    pub fn given(label: impl Into<Cow<'static, str>>, unit: Unit, value: impl Into<Range>) -> Self {
        Self::leaf(label, unit, Operation::Given, Some(value.into()))
    }

    /// An unknown value without bounds of its own. The label says that it is
    /// unknown.
    pub fn unknown(label: impl Into<Cow<'static, str>>, unit: Unit) -> Self {
        Self::leaf(label, unit, Operation::Unknown, None)
    }

    /// An unknown value that lies in a range. The label says that it is
    /// unknown.
    pub fn bounded(label: impl Into<Cow<'static, str>>, unit: Unit, bounds: Range) -> Self {
        Self::leaf(label, unit, Operation::Unknown, Some(bounds))
    }

    /// What an indicator that does not exist in the campaign counts for: 0.
    pub fn absent(label: impl Into<Cow<'static, str>>) -> Self {
        Self::leaf(label, Unit::None, Operation::Absent, Some(Range::zero()))
    }

    /// The sum of these figures.
    pub fn sum(label: impl Into<Cow<'static, str>>, unit: Unit, terms: Vec<Self>) -> Self {
        Self::node(label, unit, Operation::Sum, terms)
    }

    /// The first figure minus the second.
    pub fn difference(
        label: impl Into<Cow<'static, str>>,
        unit: Unit,
        from: Self,
        taken: Self,
    ) -> Self {
        Self::node(label, unit, Operation::Difference, vec![from, taken])
    }

    /// The product of these figures.
    pub fn product(label: impl Into<Cow<'static, str>>, unit: Unit, factors: Vec<Self>) -> Self {
        Self::node(label, unit, Operation::Product, factors)
    }

    /// The first figure divided by the second.
    pub fn quotient(
        label: impl Into<Cow<'static, str>>,
        unit: Unit,
        part: Self,
        whole: Self,
    ) -> Self {
        Self::node(label, unit, Operation::Quotient, vec![part, whole])
    }

    /// Whether a count reaches a minimum: 1 or 0.
    pub fn threshold(label: impl Into<Cow<'static, str>>, count: Self, minimum: Self) -> Self {
        Self::node(label, Unit::None, Operation::Threshold, vec![count, minimum])
    }

    /// Whether what was declared meets what is asked: 1 or 0.
    pub fn requirement(
        label: impl Into<Cow<'static, str>>,
        strict: bool,
        declared: Self,
        asked: Self,
    ) -> Self {
        let children = vec![declared, asked];
        Self::node(label, Unit::Answer, Operation::Requirement { strict }, children)
    }

    /// Whether all of these answers are yes.
    pub fn all(label: impl Into<Cow<'static, str>>, answers: Vec<Self>) -> Self {
        Self::node(label, Unit::Answer, Operation::All, answers)
    }

    /// Whether one of these answers is yes.
    pub fn any(label: impl Into<Cow<'static, str>>, answers: Vec<Self>) -> Self {
        Self::node(label, Unit::Answer, Operation::Any, answers)
    }

    /// What several readings of a rule give: from the least to the most.
    pub fn readings(label: impl Into<Cow<'static, str>>, unit: Unit, readings: Vec<Self>) -> Self {
        Self::node(label, unit, Operation::Readings, readings)
    }

    /// The share of its points that a rate earns.
    pub fn achievement(
        label: impl Into<Cow<'static, str>>,
        direction: Direction,
        kind: RateKind,
        held: Held,
    ) -> Self {
        let Held { rate, share, start, intermediate, target } = held;
        let children = vec![rate, share, start, intermediate, target];
        Self::node(label, Unit::Percent, Operation::Achievement(direction, kind), children)
    }

    /// This figure rounded to this many digits after the point, half away from
    /// zero.
    #[must_use]
    pub fn rounded(self, digits: usize) -> Self {
        Self::node(self.label.clone(), self.unit, Operation::Rounded(digits), vec![self])
    }

    /// The same with what it rests on.
    #[must_use]
    pub fn sourced<T>(mut self, value: &Sourced<T>) -> Self {
        self.source = Some(value.origin());
        self
    }

    /// The same with a remark for people, in French.
    #[must_use]
    pub fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// A leaf as it is when it has an effect, set aside when it has none.
    #[must_use]
    pub fn used_if(mut self, used: bool) -> Self {
        if !used {
            self.operation = Operation::Unused;
            self.children.clear();
        }
        self
    }

    fn leaf(
        label: impl Into<Cow<'static, str>>,
        unit: Unit,
        operation: Operation,
        value: Option<Range>,
    ) -> Self {
        let label = label.into();
        Self { label, value, unit, operation, children: Vec::new(), source: None, note: None }
    }

    fn node(
        label: impl Into<Cow<'static, str>>,
        unit: Unit,
        operation: Operation,
        children: Vec<Self>,
    ) -> Self {
        let value = operation.apply(&children);
        Self { children, ..Self::leaf(label, unit, operation, value) }
    }

    /// What the figure is, in French.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The figure itself, unrounded; nothing when it is unknown and without
    /// bounds.
    #[must_use]
    pub const fn value(&self) -> Option<&Range> {
        self.value.as_ref()
    }

    /// What it is counted in.
    #[must_use]
    pub const fn unit(&self) -> Unit {
        self.unit
    }

    /// How it follows from its children.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        self.operation
    }

    /// The figures it follows from.
    #[must_use]
    pub fn children(&self) -> &[Self] {
        &self.children
    }

    /// What this node itself rests on, besides its children.
    #[must_use]
    pub const fn source(&self) -> Option<&Sourced<()>> {
        self.source.as_ref()
    }

    /// A remark for people.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The weakest status among everything the figure rests on.
    #[must_use]
    pub fn weakest(&self) -> Option<Status> {
        if self.operation == Operation::Unused {
            return None;
        }
        let own = self.source.as_ref().map(|source| source.status);
        self.children.iter().map(Self::weakest).fold(own, Option::max)
    }

    /// Evaluates the whole tree again from its leaves, and names the first node
    /// that carries another value.
    pub fn check(&self) -> Result<(), CheckError> {
        self.children.iter().try_for_each(Self::check)?;
        if self.operation.is_leaf() || self.operation.apply(&self.children) == self.value {
            Ok(())
        } else {
            Err(CheckError { label: self.label.to_string() })
        }
    }

    /// The value as its parent may use it.
    fn operand(&self) -> Option<&Range> {
        self.value.as_ref().filter(|_| self.operation != Operation::Unused)
    }

    /// The exact value, for those who can do without.
    fn figure(&self) -> Option<Fraction> {
        self.operand().and_then(Range::as_exact).cloned()
    }
}
