//! From what the files say to one answer a code, with its method.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::answer::{Act, Answer, Method, Presentation, Product, Standing, Unit};
use super::codes::common_class;
use super::raw::{Pha, Raw};
use super::units;
use super::votes::{Check, Votes};

/// Share of their like, in hundredths, that must agree.
const AGREEMENT: u32 = 80;

/// Presentations of a class that must all agree, when nothing else is known.
const WHOLE_CLASS: u32 = 5;

/// Units that last a month at most, at one a day or more.
const ONE_MONTH: u32 = 31;

/// All that can be answered.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub presentations: Vec<Presentation>,
    pub products: Vec<Product>,
    pub units: Vec<Unit>,
    pub acts: Vec<Act>,
}

/// How much is answered, and how well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Presentations known.
    pub presentations: u64,
    /// Of which in the public medicines base.
    pub base_publique: u64,
    /// Of which reimbursed.
    pub remboursees: u64,
    /// Reimbursed ones with an ATC class.
    pub avec_classe: u64,
    /// Reimbursed ones known to be in the repertoire, or not.
    pub avec_repertoire: u64,
    /// Reimbursed ones known to be a large pack, or not.
    pub avec_conditionnement: u64,
    /// Presentations of the public base by method of their class.
    pub classes_par_methode: BTreeMap<String, u64>,
    /// Presentations of the public base by method of their size.
    pub conditionnements_par_methode: BTreeMap<String, u64>,
    /// Check of the classes concluded.
    pub controle_classes: Check,
    /// Check of the sizes concluded.
    pub controle_conditionnements: Check,
}

/// Substances and ways of taking them.
type Makeup = (BTreeSet<String>, BTreeSet<String>);

/// Everything concluded from.
struct Likeness<'r> {
    raw: &'r Raw,
    /// Standing of what the fund's table says.
    fund: Standing,
    /// The class of a product, where a file says it.
    known: BTreeMap<&'r str, Answer<String>>,
    by_group: Votes<u32, String>,
    by_makeup: Votes<Makeup, String>,
}

pub(super) fn conclude(raw: &Raw) -> (Tables, Figures) {
    let likeness = Likeness::new(raw);
    let mut figures = Figures { controle_classes: likeness.check(), ..Figures::default() };
    let mut presentations = likeness.presentations();
    sizes(raw, &mut presentations, &mut figures);
    count(raw, &presentations, &mut figures);
    let products = raw.cis.iter().map(|(cis, product)| Product {
        cis: cis.clone(),
        label: product.label.clone(),
        form: product.form.clone(),
        route: joined(&product.routes, ";"),
        groups: joined(groups(raw, cis), " "),
        atc: likeness.of_product(cis),
        repertoire: repertoire(raw, cis),
    });
    let act = |system: &str, (code, label): (&String, &String)| Act {
        system: system.to_owned(),
        code: code.clone(),
        label: label.clone(),
    };
    let acts = raw.nabm.iter().map(|one| act("nabm", one));
    let acts = acts.chain(raw.ccam.iter().map(|one| act("ccam", one))).collect();
    let products = products.collect();
    let units = likeness.units();
    (Tables { presentations, products, units, acts }, figures)
}

fn joined<T: ToString>(parts: impl IntoIterator<Item = T>, between: &str) -> String {
    parts.into_iter().map(|part| part.to_string()).collect::<Vec<_>>().join(between)
}

fn groups<'r>(raw: &'r Raw, cis: &str) -> impl Iterator<Item = &'r u32> + use<'r> {
    raw.groups.as_ref().and_then(|groups| groups.get(cis)).into_iter().flatten()
}

/// A product without a group is outside of the repertoire, which the file of
/// groups holds whole.
fn repertoire(raw: &Raw, cis: &str) -> Option<Answer<bool>> {
    let listed = raw.groups.as_ref()?.contains_key(cis);
    Some(Answer::new(listed, Standing::Officiel, Method::Gener))
}

/// One class from one file; when it gives several, what they share.
fn class(given: &BTreeSet<String>, standing: Standing, method: Method) -> Option<Answer<String>> {
    let first = given.first()?;
    let shared = given.iter().fold(first.as_str(), |shared, one| common_class(shared, one));
    let standing = if given.len() > 1 { Standing::Conflit } else { standing };
    (!shared.is_empty()).then(|| Answer::new(shared.to_owned(), standing, method))
}

/// The class of a product in the list of drugs of major interest.
fn listed_class(raw: &Raw, cis: &str) -> Option<Answer<String>> {
    class(raw.mitm.get(cis)?, Standing::Officiel, Method::Mitm)
}

fn flag(given: &BTreeSet<bool>, standing: Standing, method: Method) -> Option<Answer<bool>> {
    let only = if given.len() == 1 { given.first() } else { None };
    only.map(|value| Answer::new(*value, standing, method))
}

impl<'r> Likeness<'r> {
    fn new(raw: &'r Raw) -> Self {
        let fund = if raw.pha_is_whole { Standing::Officiel } else { Standing::Secondaire };
        let mut from_fund: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (cip13, one) in &raw.cip {
            let classes = raw.pha.get(cip13).map(|pha| &pha.atc).into_iter().flatten();
            from_fund.entry(&one.cis).or_default().extend(classes.map(String::as_str));
        }
        let mut known = BTreeMap::new();
        for cis in raw.cis.keys().chain(raw.mitm.keys()) {
            let given = from_fund.get(cis.as_str());
            let only = given.filter(|given| given.len() == 1).and_then(BTreeSet::first);
            let fund = only
                .map(|only| Answer::new((*only).to_owned(), Standing::Deduit, Method::SameProduct));
            if let Some((answer, _)) = preferred(listed_class(raw, cis), fund) {
                known.insert(cis.as_str(), answer);
            }
        }
        let mut by_group = Votes::new(1, AGREEMENT);
        let mut by_makeup = Votes::new(1, AGREEMENT);
        for (cis, answer) in &known {
            for group in groups(raw, cis) {
                by_group.add(*group, answer.value.clone());
            }
            if let Some(makeup) = makeup(raw, cis) {
                by_makeup.add(makeup, answer.value.clone());
            }
        }
        Self { raw, fund, known, by_group, by_makeup }
    }

    /// What the like of a product say; `own` is its own vote, to leave out.
    fn concluded(&self, cis: &str, own: Option<&String>) -> Option<Answer<String>> {
        let said: BTreeSet<_> =
            groups(self.raw, cis).filter_map(|group| self.by_group.ask(group, own)).collect();
        if let (Some(value), 1) = (said.first(), said.len()) {
            return Some(Answer::new((*value).clone(), Standing::Deduit, Method::Group));
        }
        let value = self.by_makeup.ask(&makeup(self.raw, cis)?, own)?;
        Some(Answer::new(value.clone(), Standing::Deduit, Method::Substances))
    }

    fn of_product(&self, cis: &str) -> Option<Answer<String>> {
        self.known.get(cis).cloned().or_else(|| self.concluded(cis, None))
    }

    fn check(&self) -> Check {
        let mut check = Check::default();
        for (cis, answer) in &self.known {
            let concluded = self.concluded(cis, Some(&answer.value));
            check.note(concluded.map(|concluded| concluded.value == answer.value));
        }
        check
    }

    fn presentations(&self) -> Vec<Presentation> {
        let raw = self.raw;
        let codes: BTreeSet<&String> = raw.cip.keys().chain(raw.pha.keys()).collect();
        let none = Pha::default();
        codes
            .into_iter()
            .map(|cip13| {
                let pha = raw.pha.get(cip13).unwrap_or(&none);
                let own = class(&pha.atc, self.fund, Method::IrPha);
                let base = raw.cip.get(cip13);
                let cis = base.map_or("", |one| one.cis.as_str());
                let (atc, other) = match own {
                    Some(own) => preferred(listed_class(raw, cis), Some(own)).unzip(),
                    None => (self.of_product(cis), None),
                };
                let others =
                    other.flatten().map(|one| format!("{} {}", one.value, one.method.word()));
                // The classes of a file in conflict with itself.
                let both = (pha.atc.len() > 1).then(|| joined(&pha.atc, " ") + " ir-pha");
                let listed = base.and_then(|_| repertoire(raw, cis));
                Presentation {
                    cip13: cip13.clone(),
                    cis: cis.to_owned(),
                    ucd: pha.ucd.clone().unwrap_or_default(),
                    label: self.label(cip13, pha),
                    rate: base.map(|one| one.rate.clone()).unwrap_or_default(),
                    atc,
                    others: both.or(others).unwrap_or_default(),
                    repertoire: listed.or_else(|| flag(&pha.repertoire, self.fund, Method::IrPha)),
                    large_pack: flag(&pha.large, self.fund, Method::IrPha),
                }
            })
            .collect()
    }

    fn label(&self, cip13: &str, pha: &Pha) -> String {
        let Some(one) = self.raw.cip.get(cip13) else { return pha.label.clone() };
        match self.raw.cis.get(&one.cis) {
            Some(product) => format!("{}, {}", product.label, one.label),
            None => one.label.clone(),
        }
    }

    fn units(&self) -> Vec<Unit> {
        let mut made: BTreeMap<&str, (BTreeSet<String>, BTreeSet<bool>, &str)> = BTreeMap::new();
        for pha in self.raw.pha.values() {
            if let Some(ucd) = &pha.ucd {
                let (atc, listed, label) = made.entry(ucd).or_default();
                atc.extend(pha.atc.iter().cloned());
                listed.extend(&pha.repertoire);
                *label = &pha.label;
            }
        }
        let codes: BTreeSet<&str> =
            made.keys().copied().chain(self.raw.ucd.keys().map(String::as_str)).collect();
        let of = |ucd: &str, method, standing| {
            let (atc, listed, _) = made.get(ucd)?;
            Some((class(atc, standing, method), flag(listed, standing, method)))
        };
        codes
            .into_iter()
            .map(|ucd| {
                let known = self.raw.ucd.get(ucd);
                let kin = known.map(|one| &one.kin).into_iter().flatten();
                let (atc, listed) = of(ucd, Method::IrPhaByUcd, self.fund)
                    .or_else(|| {
                        let mut said =
                            kin.filter_map(|kin| of(kin, Method::UcdKin, Standing::Deduit));
                        said.next()
                    })
                    .unwrap_or_default();
                let label = match known {
                    Some(known) => known.label.as_str(),
                    None => made.get(ucd).map_or("", |(.., label)| label),
                };
                let label = label.to_owned();
                Unit { ucd: ucd.to_owned(), label, atc, repertoire: listed }
            })
            .collect()
    }
}

/// The answer to keep of two files, and the other if it says another thing:
/// the more precise, else the list of the public base, which is the younger.
fn preferred(
    base: Option<Answer<String>>,
    fund: Option<Answer<String>>,
) -> Option<(Answer<String>, Option<Answer<String>>)> {
    match (base, fund) {
        (Some(base), Some(fund)) if base.value.starts_with(&fund.value) => Some((base, None)),
        (Some(base), Some(fund)) if fund.value.len() > base.value.len() => Some((fund, Some(base))),
        (Some(base), fund) => Some((base, fund)),
        (None, Some(fund)) => Some((fund, None)),
        (None, None) => None,
    }
}

/// What a product is made of: the therapeutic part of each substance where it
/// is told, since salts of one substance share their class.
fn makeup(raw: &Raw, cis: &str) -> Option<Makeup> {
    let links = raw.compositions.get(cis)?.values();
    let codes = links.filter_map(|link| link.fraction.as_ref().or(link.substance.as_ref()));
    let routes = &raw.cis.get(cis)?.routes;
    Some((codes.cloned().collect(), routes.clone()))
}

/// Whether packs last several months, where the fund does not say it: from
/// packs of as many units, in the same generic group, then in the same class.
fn sizes(raw: &Raw, presentations: &mut [Presentation], figures: &mut Figures) {
    let mut by_group = Votes::new(1, AGREEMENT);
    let mut by_class = Votes::new(1, AGREEMENT);
    let mut whole_class = Votes::new(WHOLE_CLASS, 100);
    let facts: Vec<_> = presentations.iter().map(|one| Facts::of(raw, one)).collect();
    for (one, facts) in presentations.iter().zip(&facts) {
        let Some(Answer { value, .. }) = one.large_pack else { continue };
        if let Some(key) = facts.group() {
            by_group.add(key, value);
        }
        if let Some(key) = facts.class() {
            by_class.add(key, value);
        }
        if let Some(class) = &facts.class {
            whole_class.add(class.clone(), value);
        }
    }
    let ask = |facts: &Facts, own: Option<&bool>| {
        let group = facts.group().and_then(|key| by_group.ask(&key, own));
        let class = || facts.class().and_then(|key| by_class.ask(&key, own));
        let whole = || facts.class.as_ref().and_then(|class| whole_class.ask(class, own));
        let few = || facts.units.is_some_and(|units| units <= ONE_MONTH).then_some(&false);
        let said = group
            .map(|value| (value, Method::GroupAndUnits))
            .or_else(|| class().map(|value| (value, Method::ClassAndUnits)))
            .or_else(|| whole().map(|value| (value, Method::Class)))
            .or_else(|| few().map(|value| (value, Method::Units)));
        said.map(|(value, method)| Answer::new(*value, Standing::Deduit, method))
    };
    for (one, facts) in presentations.iter_mut().zip(&facts) {
        match &one.large_pack {
            Some(known) if raw.cip.contains_key(&one.cip13) => {
                let concluded = ask(facts, Some(&known.value));
                let right = concluded.map(|concluded| concluded.value == known.value);
                figures.controle_conditionnements.note(right);
            }
            Some(_) => {}
            None => one.large_pack = ask(facts, None),
        }
    }
}

/// What the size of a pack is concluded from.
struct Facts {
    units: Option<u32>,
    groups: Vec<u32>,
    class: Option<String>,
}

impl Facts {
    fn of(raw: &Raw, one: &Presentation) -> Self {
        // The label of the pack alone: that of the product speaks of units too.
        let units = raw.cip.get(&one.cip13).and_then(|one| units::of_label(&one.label));
        let class = one.atc.as_ref().map(|atc| &atc.value).filter(|class| class.len() == 7);
        Self { units, groups: groups(raw, &one.cis).copied().collect(), class: class.cloned() }
    }

    fn group(&self) -> Option<(Vec<u32>, u32)> {
        let units = self.units.filter(|_| !self.groups.is_empty())?;
        Some((self.groups.clone(), units))
    }

    fn class(&self) -> Option<(String, u32)> {
        Some((self.class.clone()?, self.units?))
    }
}

fn count(raw: &Raw, presentations: &[Presentation], figures: &mut Figures) {
    let add = |counts: &mut BTreeMap<String, u64>, method: Option<Method>| {
        let name = method.map_or("inconnu", Method::word).to_owned();
        *counts.entry(name).or_default() += 1;
    };
    figures.presentations = presentations.len() as u64;
    for one in presentations.iter().filter(|one| raw.cip.contains_key(&one.cip13)) {
        figures.base_publique += 1;
        add(&mut figures.classes_par_methode, one.atc.as_ref().map(|atc| atc.method));
        let size = one.large_pack.as_ref().map(|size| size.method);
        add(&mut figures.conditionnements_par_methode, size);
        if !one.rate.is_empty() {
            figures.remboursees += 1;
            figures.avec_classe += u64::from(one.atc.is_some());
            figures.avec_repertoire += u64::from(one.repertoire.is_some());
            figures.avec_conditionnement += u64::from(one.large_pack.is_some());
        }
    }
}
