//! What two campaigns pay for the same thing, on one line.

use std::collections::BTreeMap;

use jalon_engine::ledger::{Ends, PartKind};
use jalon_rules::{Range, Rules};

use super::{Compared, Pair, Payee, of};

/// A part of a scheme, for one payee or for all.
pub struct Element<'r> {
    pub scheme: &'r str,
    pub kind: PartKind<'r>,
    /// Unrounded; nothing when the euros are another part's.
    pub euros: Option<Ends>,
}

impl Element<'_> {
    /// Its page; with its scheme, where several stand together and it is not
    /// of the first.
    pub fn name(&self, schemes: &[&str]) -> String {
        let name = self.kind.page().unwrap_or_else(|| self.kind.word());
        if schemes.first().is_none_or(|first| *first == self.scheme) {
            name.to_owned()
        } else {
            format!("{}/{name}", self.scheme)
        }
    }
}

/// Parts of both campaigns with one subject.
#[derive(Default)]
pub struct Line<'r> {
    pub before: Vec<Element<'r>>,
    pub after: Vec<Element<'r>>,
}

impl Line<'_> {
    /// After less before; nothing when none of the parts has euros of its own.
    pub fn difference(&self) -> Option<Range> {
        let mut own = self.before.iter().chain(&self.after).filter(|one| one.euros.is_some());
        own.next()?;
        let sum = |side: &[Element<'_>]| -> Range {
            side.iter().filter_map(|one| Some(one.euros.as_ref()?.range())).sum()
        };
        Some(&sum(&self.after) - &sum(&self.before))
    }
}

impl<'r> Compared<'_, 'r> {
    /// The parts of a pair of schemes, for one payee or for all: in the order
    /// of the first campaign, then what only the second has, then what is no
    /// item.
    pub fn lines(&self, pair: &Pair<'r>, payee: Option<&str>) -> Vec<Line<'r>> {
        let old = elements(&self.before, &pair.before, payee);
        let new = elements(&self.after, &pair.after, payee);
        // Elements of one subject bear the number of the first of them.
        let mut subjects: Vec<usize> = (0..old.len() + new.len()).collect();
        for (at, one) in old.iter().enumerate() {
            for (other, two) in new.iter().enumerate() {
                if linked(self.rules, one, two) {
                    let pair = [subjects[at], subjects[old.len() + other]];
                    let first = pair[0].min(pair[1]);
                    subjects
                        .iter_mut()
                        .filter(|one| pair.contains(one))
                        .for_each(|one| *one = first);
                }
            }
        }
        let mut lines: BTreeMap<(bool, usize), Line<'r>> = BTreeMap::new();
        let sides = old.into_iter().map(|one| (one, true));
        let sides = sides.chain(new.into_iter().map(|one| (one, false)));
        for ((element, is_old), subject) in sides.zip(subjects) {
            let line = lines.entry((element.kind == PartKind::Rest, subject)).or_default();
            if is_old { &mut line.before } else { &mut line.after }.push(element);
        }
        lines.into_values().collect()
    }
}

/// The parts of some schemes, in their order, payees together.
fn elements<'r>(
    payees: &[Payee<'r>],
    schemes: &[&'r str],
    payee: Option<&str>,
) -> Vec<Element<'r>> {
    let mut elements: Vec<Element<'r>> = Vec::new();
    for scheme in schemes {
        for part in
            of(payees, payee).filter(|paid| paid.scheme == *scheme).flat_map(|paid| &paid.parts)
        {
            let known =
                elements.iter_mut().find(|one| one.scheme == *scheme && one.kind == part.kind);
            match known {
                Some(known) => {
                    if let (Some(sum), Some(euros)) = (&mut known.euros, &part.euros) {
                        *sum = sum.plus(euros);
                    }
                }
                None => {
                    elements.push(Element { scheme, kind: part.kind, euros: part.euros.clone() });
                }
            }
        }
    }
    elements
}

/// Whether two parts have one subject: blocks, pages of the same name, pages
/// that a convention says correspond.
fn linked(rules: &Rules, old: &Element<'_>, new: &Element<'_>) -> bool {
    let (Some(before), Some(after)) = (old.kind.page(), new.kind.page()) else {
        return old.kind == PartKind::Block && new.kind == PartKind::Block;
    };
    if before == after {
        return true;
    }
    let mut replaced = rules
        .replacements()
        .filter(|one| one.before == old.scheme && one.after == new.scheme)
        .flat_map(|one| &one.same_subject);
    replaced.any(|one| {
        one.value.before.iter().any(|id| id == before)
            && one.value.after.iter().any(|id| id == after)
    })
}
