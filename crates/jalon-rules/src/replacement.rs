//! Which scheme came in the place of which, and what of one speaks of the same
//! thing as what of the other.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::any_scheme::AnyScheme;
use crate::diagnostic::{Diagnostic, Source, choose};
use crate::rules::Rules;
use crate::status::Sourced;
use crate::toml_walk::{Keys, Walk};

/// A scheme that came in the place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The scheme that ended.
    pub before: String,
    /// The one that replaced it.
    pub after: String,
    /// Their items with the same subject under other names. Items of the same
    /// name correspond without being listed.
    pub same_subject: Vec<Sourced<SameSubject>>,
    span: Range<usize>,
}

/// Items of two schemes with one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SameSubject {
    /// Pages of the scheme that ended.
    pub before: Vec<String>,
    /// Pages of the one that replaced it.
    pub after: Vec<String>,
    span: Range<usize>,
}

/// Schemes of one campaign and those of another that came in their place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pair<'r> {
    /// Those of the first campaign.
    pub before: Vec<&'r str>,
    /// Those of the second.
    pub after: Vec<&'r str>,
}

impl Rules {
    /// Which schemes stand beside which: those of the same name, those that the
    /// conventions say replaced others, then those that stand alone.
    #[must_use]
    pub fn pairs<'r>(&'r self, before: &[&'r str], after: &[&'r str]) -> Vec<Pair<'r>> {
        let mut pairs: Vec<Pair<'r>> = Vec::new();
        for old in before {
            let heirs: Vec<&str> = if after.contains(old) {
                vec![old]
            } else {
                let replaced = self.replacements().filter(|one| one.before == *old);
                replaced.map(|one| one.after.as_str()).filter(|heir| after.contains(heir)).collect()
            };
            let shares = |pair: &&mut Pair<'_>| heirs.iter().any(|heir| pair.after.contains(heir));
            match pairs.iter_mut().find(shares) {
                Some(pair) => {
                    pair.before.push(old);
                    let new = heirs.into_iter().filter(|heir| !pair.after.contains(heir));
                    let new: Vec<_> = new.collect();
                    pair.after.extend(new);
                }
                None => pairs.push(Pair { before: vec![old], after: heirs }),
            }
        }
        for new in after {
            if pairs.iter().all(|pair| !pair.after.contains(new)) {
                pairs.push(Pair { before: Vec::new(), after: vec![new] });
            }
        }
        pairs
    }
}

impl Replacement {
    /// Reads an entry of `remplacement`.
    pub(crate) fn read(walk: &mut Walk<'_>, mut keys: Keys<'_, '_>) -> Option<Sourced<Self>> {
        let span = keys.span();
        let before = keys.required(walk, "avant");
        let after = keys.required(walk, "apres");
        let tables = keys.tables(walk, "correspondance");
        let same_subject =
            tables.into_iter().filter_map(|keys| SameSubject::read(walk, keys)).collect();
        let sourced = keys.sourced(walk, ());
        keys.end(walk);
        let Sourced { status, source, .. } = sourced?;
        let read = Self { before: before?.0, after: after?.0, same_subject, span };
        Some(Sourced::new(read, status, source))
    }

    /// Schemes and pages that do not exist, pages named twice.
    pub(crate) fn check(&self, rules: &Rules, source: Source<'_>, faults: &mut Vec<Diagnostic>) {
        let sides = [(&self.before, true), (&self.after, false)];
        for (name, is_before) in sides {
            let Some(scheme) = rules.any_scheme(name) else {
                let known: Vec<_> = rules.any_schemes().into_iter().map(AnyScheme::id).collect();
                let message = format!("`remplacement` : dispositif inconnu : `{name}`");
                faults.push(source.fault(self.span.clone(), message).hint(choose(
                    name,
                    "dispositifs",
                    &known,
                )));
                continue;
            };
            let known = rules.items_of(scheme);
            let mut named = BTreeSet::new();
            for one in self.same_subject.iter().map(|one| &one.value) {
                for id in if is_before { &one.before } else { &one.after } {
                    let fault = |message| source.fault(one.span.clone(), message);
                    if !known.contains(&id.as_str()) {
                        let message = format!("`correspondance` : `{name}` n'a pas de page `{id}`");
                        faults.push(fault(message).hint(choose(id, "pages", &known)));
                    } else if !named.insert(id) {
                        faults.push(fault(format!("`correspondance` : `{id}` figure deux fois")));
                    }
                }
            }
        }
    }
}

impl SameSubject {
    fn read(walk: &mut Walk<'_>, mut keys: Keys<'_, '_>) -> Option<Sourced<Self>> {
        let span = keys.span();
        for key in ["avant", "apres"] {
            if !keys.has(key) {
                keys.missing(walk, key);
            }
        }
        let before = keys.texts(walk, "avant");
        let after = keys.texts(walk, "apres");
        let sourced = keys.sourced(walk, ());
        keys.end(walk);
        let Sourced { status, source, .. } = sourced?;
        let read = Self { before: before?.0, after: after?.0, span };
        Some(Sourced::new(read, status, source))
    }
}
