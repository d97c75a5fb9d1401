//! Accounts as lines of text.

use super::{Account, Operation, Unit};
use crate::achievement::{Branch, Objectives};
use crate::amount::State;
use crate::fraction::Fraction;
use crate::french;
use crate::range::Range;
use crate::scale::Direction;
use crate::status::{Sourced, Status};

/// One line of an account, in French: a value, where it comes from, and what
/// is worth knowing besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountLine {
    /// How deep in sums the line stands: 0 for the figure itself, 1 for the
    /// terms of a sum.
    pub depth: usize,
    /// What the value is.
    pub label: String,
    /// The value: `69,39 €`, or the word of a state.
    pub value: String,
    /// How it follows: `= 9,913 points × 7 € × 800 / 800`, or a sentence after
    /// a colon.
    pub formula: String,
    /// Sources with their status, unknown values, remarks; may be empty.
    pub note: String,
}

impl Account {
    /// The account in lines: one for each figure that follows from others, each
    /// state, and the rounding. Values are named beside the figure they make.
    #[must_use]
    pub fn lines(&self) -> Vec<AccountLine> {
        self.lines_citing(&mut cite)
    }

    /// The same, where `cite` says how to write a source: in full, or by a
    /// number that stands for it.
    #[must_use]
    pub fn lines_citing(&self, cite: &mut dyn FnMut(&Sourced<()>) -> String) -> Vec<AccountLine> {
        let mut lines = Vec::new();
        self.push_lines(0, &mut lines, cite);
        if let Operation::Rounded(digits) = self.operation {
            lines.push(AccountLine {
                depth: 0,
                label: "arrondi".to_owned(),
                value: "arrondi".to_owned(),
                formula: match (self.unit, digits) {
                    (Unit::Euros, 2) => ": au centime, à la fin".to_owned(),
                    _ => format!(": {digits} décimales, à la fin"),
                },
                note: "aucun texte connu".to_owned(),
            });
        }
        lines
    }

    fn push_lines(
        &self,
        depth: usize,
        lines: &mut Vec<AccountLine>,
        cite: &mut dyn FnMut(&Sourced<()>) -> String,
    ) {
        if let (Operation::Rounded(_), [exact]) = (self.operation, self.children.as_slice()) {
            return exact.push_lines(depth, lines, cite);
        }
        lines.push(AccountLine {
            depth,
            label: self.label.to_string(),
            value: self.shown(),
            formula: self.formula(),
            note: self.remarks(cite),
        });
        let deeper = depth + usize::from(self.operation == Operation::Sum);
        for child in self.children.iter().filter(|child| !self.inlines(child)) {
            child.push_lines(deeper, lines, cite);
        }
    }

    /// Is this child written inside the line of its parent, without one of its
    /// own?
    fn inlines(&self, child: &Self) -> bool {
        match child.operation {
            Operation::Unused => true,
            Operation::Absent => false,
            operation if operation.is_leaf() => self.operation != Operation::Sum,
            Operation::Quotient => {
                self.operation == Operation::Product
                    && child.children.iter().all(|leaf| leaf.operation.is_leaf())
            }
            _ => false,
        }
    }

    /// The value as shown at the head of a line.
    fn shown(&self) -> String {
        match (self.operation, &self.value) {
            (Operation::Absent, _) => State::OutOfCampaign.to_string(),
            (Operation::Threshold, Some(value)) => State::of_threshold(value).to_string(),
            (_, Some(value)) if self.is_answer() => answer(value).to_owned(),
            (_, Some(value)) => french::range(value, |value| self.unit.show(value)),
            (_, None) => "inconnu".to_owned(),
        }
    }

    /// Does the node say whether something asked for is met?
    fn is_answer(&self) -> bool {
        self.unit == Unit::Answer && !self.operation.is_leaf()
    }

    /// The value as shown inside a formula.
    fn term(&self) -> String {
        match self.operation {
            Operation::Quotient if self.unit == Unit::None => self.division(),
            Operation::Given if self.unit == Unit::Euros => self.shown().replace(",00", ""),
            _ => match &self.value {
                Some(value) if value.is_exact() => self.shown(),
                _ => format!("({})", self.shown()),
            },
        }
    }

    /// How the value follows from the children.
    fn formula(&self) -> String {
        match (self.operation, self.children.as_slice()) {
            (Operation::Absent, _) => ": l'indicateur n'existe pas cette campagne".to_owned(),
            (Operation::Sum, [_]) => "= une seule ligne".to_owned(),
            (Operation::Sum, terms) => format!("= somme de {} lignes", terms.len()),
            (Operation::Difference, [from, taken]) => {
                format!("= {} − {}", from.term(), taken.term())
            }
            (Operation::Product, factors) => product(factors),
            (Operation::Quotient, _) => format!("= {}", self.division()),
            (Operation::Threshold, [count, minimum]) => match minimum.operand() {
                Some(_) => format!(": {}, seuil de {}", count.term(), minimum.term()),
                None => format!(": {}", count.term()),
            },
            (Operation::Requirement { strict }, [declared, asked]) => {
                let more = if strict { "plus de " } else { "" };
                format!(": {}, il faut {more}{}", declared.term(), asked.term())
            }
            (Operation::All, answers) => format!(": tout est demandé, {} lignes", answers.len()),
            (Operation::Any, answers) => format!(": une suffit, {} lignes", answers.len()),
            (Operation::Readings, _) => ": selon la lecture".to_owned(),
            (operation, children) => match operation.held(children) {
                Some((rate, objectives)) => achievement(rate.as_ref(), &objectives, self.value()),
                None => format!(": {}", self.label),
            },
        }
    }

    /// `86 / 115 patients`, or `800 / 800` for a bare number.
    fn division(&self) -> String {
        let [part, whole] = self.children.as_slice() else {
            return self.shown();
        };
        let bare = |figure: &Self| match &figure.value {
            Some(value) => french::range(value, |value| french::short(value, 2)),
            None => "inconnu".to_owned(),
        };
        let whole = if self.unit == Unit::None { bare(whole) } else { whole.term() };
        format!("{} / {whole}", bare(part))
    }

    /// Sources, unknown values and remarks of the line.
    fn remarks(&self, cite: &mut dyn FnMut(&Sourced<()>) -> String) -> String {
        let mut cited: Vec<(String, Vec<&str>)> = Vec::new();
        let own = self.source.as_ref().map(&mut *cite);
        let mut remarks: Vec<String> = own.iter().cloned().collect();
        remarks.extend(self.note.clone());
        self.each_inline(&mut |leaf| {
            if leaf.operation == Operation::Unknown {
                remarks.push(match &leaf.source {
                    Some(source) => format!("{} : {}", leaf.label, cite(source)),
                    None => leaf.label.to_string(),
                });
            } else if let Some(text) =
                leaf.source.as_ref().map(&mut *cite).filter(|text| own.as_ref() != Some(text))
            {
                match cited.iter_mut().find(|(other, _)| *other == text) {
                    Some((_, labels)) => labels.push(&leaf.label),
                    None => cited.push((text, vec![&leaf.label])),
                }
            }
            remarks.extend(leaf.note.clone());
        });
        remarks.extend(
            cited.into_iter().map(|(text, labels)| format!("{} : {text}", labels.join(", "))),
        );
        remarks.join(" ; ")
    }

    /// Visits the leaves in use that are written inside this line.
    fn each_inline<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        for child in self.children.iter().filter(|child| self.inlines(child)) {
            match child.operation {
                Operation::Unused => {}
                operation if operation.is_leaf() => visit(child),
                _ => child.each_inline(visit),
            }
        }
    }
}

/// A source with its status, unless it is the strongest.
fn cite(source: &Sourced<()>) -> String {
    match source.status {
        Status::Officiel => source.source.clone(),
        status => format!("{} ({status})", source.source),
    }
}

/// The factors of a product; whether the indicator counts is said, not
/// multiplied.
fn product(factors: &[Account]) -> String {
    let mut text = String::new();
    let mut previous: Option<&Account> = None;
    let mut condition = "";
    for factor in factors {
        match (factor.operation, &factor.value) {
            (Operation::Absent, _) => return ": hors campagne".to_owned(),
            (Operation::Threshold, Some(counts)) => match State::of_threshold(counts) {
                State::Counted => {}
                State::BelowMinimum => return ": l'indicateur ne compte pas".to_owned(),
                _ => condition = ", 0 si l'indicateur ne compte pas",
            },
            (_, Some(met)) if factor.is_answer() => {
                if met.max().is_zero() {
                    return format!(": non, « {} »", factor.label);
                }
                if !met.is_exact() {
                    condition = ", 0 si ce n'est pas atteint";
                }
            }
            _ => {
                text.push_str(match previous {
                    None => "= ",
                    Some(share) if is_share_of(share, factor) => " de ",
                    Some(_) => " × ",
                });
                text.push_str(&factor.term());
                previous = Some(factor);
            }
        }
    }
    text + condition
}

/// Whether what is asked is met, in a word.
fn answer(met: &Range) -> &'static str {
    if met.max().is_zero() {
        "non atteint"
    } else if met.min().is_zero() {
        "inconnu"
    } else {
        "atteint"
    }
}

/// Does the product read « 33 % de 30 points »?
fn is_share_of(share: &Account, whole: &Account) -> bool {
    let exact = |figure: &Account| figure.value.as_ref().is_some_and(Range::is_exact);
    share.unit == Unit::Percent && whole.unit == Unit::Points && exact(share) && exact(whole)
}

/// The branch of the rule, with its numbers, or with the names of those that
/// are unknown.
fn achievement(rate: Option<&Fraction>, objectives: &Objectives, earned: Option<&Range>) -> String {
    let Some(rate) = rate else {
        return ": taux inconnu".to_owned();
    };
    let number = |value: Option<&Fraction>, name: &str| {
        value.map_or_else(|| name.to_owned(), |value| french::short(&value.times_hundred(), 2))
    };
    let branch = objectives.branch(rate);
    let open = objectives.start.is_none() && branch.uses_start()
        || objectives.intermediate.is_none() && branch.uses_intermediate()
        || objectives.target.is_none() && branch.uses_target();
    if open && earned.is_some_and(Range::is_exact) {
        return ": quelle que soit la valeur inconnue".to_owned();
    }
    let t = number(Some(rate), "taux");
    let d = number(objectives.start.as_ref(), "départ");
    let oi = number(objectives.intermediate.as_ref(), "objectif");
    let oc = number(objectives.target.as_ref(), "cible");
    let share =
        objectives.share.as_ref().map(|share| french::percent(share, 2)).unwrap_or_default();
    let (reaches, misses) = match objectives.direction {
        Direction::Rising => ('≥', '≤'),
        Direction::Falling => ('≤', '≥'),
    };
    match branch {
        Branch::Reached => format!(": cible atteinte, {t} {reaches} {oc}"),
        Branch::Between => {
            let rest = objectives.share.as_ref().map(|share| Fraction::one() - share);
            let rest = rest.map(|rest| french::percent(&rest, 2)).unwrap_or_default();
            let unless = if open { ", tout si la cible est atteinte" } else { "" };
            format!("= {share} + {rest} × ({t} − {oi}) / ({oc} − {oi}){unless}")
        }
        Branch::Progress => {
            let unless = if open { ", rien sans progrès" } else { "" };
            format!("= {share} × ({t} − {d}) / ({oi} − {d}){unless}")
        }
        Branch::NoProgress => format!(": aucun progrès depuis le taux de départ, {t} {misses} {d}"),
        Branch::Open => format!(": selon l'objectif intermédiaire, taux de {t}"),
    }
}
