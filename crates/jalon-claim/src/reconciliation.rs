//! Two lists of patients held against each other: that of the practice, and the
//! one that the fund counts.

use std::collections::{BTreeMap, BTreeSet};

use jalon_engine::roster::Member;
use jalon_import::label::plain;
use jalon_import::list::Person;
use jiff::civil::{Date, date};

use crate::reason::{Reason, Who};

/// What the lists are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The day on which patients are counted.
    pub day: Date,
    /// First day of the year counted.
    pub first: Date,
    /// Ages at which the fund's list begins or ends, in complete years.
    pub ages: Vec<u8>,
}

/// Someone on both lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The patient, as the facts name them.
    pub patient: String,
    /// The number on the fund's list.
    pub number: u32,
}

/// Someone on one list only, or whom only one counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Only<K> {
    /// Who.
    pub who: K,
    /// Why, as far as the facts tell; nothing is « inconnue ».
    pub reasons: Vec<Reason>,
}

/// Two lists, reconciled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciliation {
    /// On both, surely the same person.
    pub both: Vec<Pair>,
    /// On the list of the practice only, by patient.
    pub practice: Vec<Only<String>>,
    /// On the fund's list only, by number.
    pub fund: Vec<Only<u32>>,
    /// Those of `fund` whom the practice knows, without having them on its list
    /// that day.
    pub known: Vec<Pair>,
}

impl Reconciliation {
    /// The patient who surely is a person of the fund's list.
    #[must_use]
    pub fn patient_of(&self, number: u32) -> Option<&str> {
        let mut pairs = self.both.iter().chain(&self.known);
        pairs.find(|pair| pair.number == number).map(|pair| pair.patient.as_str())
    }
}

/// Holds the list of the practice on a day against that of the fund.
///
/// `members` is everyone who ever was on the list of the doctor; `names` is what
/// the practice knows of their identity besides, by patient, if anything.
/// People are the same when a number, an identifier, or name, first name and
/// birth together are, and nobody else of either list shares it. Anything less
/// is proposed as a reason, never decided.
#[must_use]
pub fn reconcile(
    members: &[Member],
    names: &BTreeMap<String, Person>,
    fund: &BTreeMap<u32, Person>,
    scope: &Scope,
) -> Reconciliation {
    let ours: Vec<Known<'_>> = members.iter().map(|one| Known::of(one, names)).collect();
    let same = same(&ours, fund);
    let taken: BTreeSet<usize> = same.values().copied().collect();
    let alone = |at: &usize| !taken.contains(at);
    let unmatched: Vec<usize> = (0..ours.len()).filter(alone).collect();
    let mut out = Reconciliation::default();
    for (number, person) in fund {
        let known = same.get(number).and_then(|at| ours.get(*at));
        if let Some(known) = known {
            let pair = Pair { patient: known.member.patient.clone(), number: *number };
            if known.member.is_listed_on(scope.day) {
                out.both.push(pair);
                continue;
            }
            out.known.push(pair);
            out.fund.push(Only { who: *number, reasons: gone(known.member, scope) });
            continue;
        }
        let like = unmatched.iter().filter_map(|at| ours.get(*at));
        let reasons = like
            .filter_map(|known| {
                let with = Who::Practice(known.member.patient.clone());
                Some(Reason::Identity { alike: alike(known, person)?, with })
            })
            .collect();
        out.fund.push(Only { who: *number, reasons });
    }
    for known in unmatched.iter().filter_map(|at| ours.get(*at)) {
        if !known.member.is_listed_on(scope.day) {
            continue;
        }
        let like = fund.iter().filter(|(number, _)| !same.contains_key(number));
        let mut reasons: Vec<Reason> = like
            .filter_map(|(number, person)| {
                Some(Reason::Identity { alike: alike(known, person)?, with: Who::Fund(*number) })
            })
            .collect();
        reasons.extend(present(known.member, scope));
        out.practice.push(Only { who: known.member.patient.clone(), reasons });
    }
    out.both.sort_by(|one, other| one.patient.cmp(&other.patient));
    out
}

/// A patient with what is known of their identity.
struct Known<'a> {
    member: &'a Member,
    person: Option<&'a Person>,
}

impl<'a> Known<'a> {
    fn of(member: &'a Member, names: &'a BTreeMap<String, Person>) -> Self {
        Self { member, person: names.get(&member.patient) }
    }

    fn birth(&self) -> Option<Date> {
        self.member.birth.or_else(|| self.person?.naissance)
    }

    fn sex(&self) -> Option<&str> {
        self.member.sex.as_deref().or_else(|| self.person?.sexe.as_deref())
    }

    /// What tells this patient from others, surest first.
    fn marks(&self) -> [Option<String>; 3] {
        let person = self.person;
        [
            person.and_then(number),
            person
                .and_then(|it| it.identifiant.clone())
                .or_else(|| Some(self.member.patient.clone())),
            person.and_then(|it| full_name(it, self.birth())),
        ]
    }
}

fn number(person: &Person) -> Option<String> {
    person.nir.clone()
}

fn full_name(person: &Person, birth: Option<Date>) -> Option<String> {
    let (name, first) = (plain(person.nom.as_deref()?), plain(person.prenom.as_deref()?));
    Some(format!("{name} {first} {}", birth?))
}

/// For each person of the fund, the patient who surely is the same: the first
/// mark that exactly one of each list bears.
fn same(ours: &[Known<'_>], fund: &BTreeMap<u32, Person>) -> BTreeMap<u32, usize> {
    let mut same: BTreeMap<u32, usize> = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for kind in 0..3 {
        let mut sides: BTreeMap<String, (Vec<usize>, Vec<u32>)> = BTreeMap::new();
        for (at, known) in ours.iter().enumerate() {
            if let Some(mark) = known.marks().into_iter().nth(kind).flatten() {
                sides.entry(mark).or_default().0.push(at);
            }
        }
        for (at, person) in fund {
            let marks =
                [number(person), person.identifiant.clone(), full_name(person, person.naissance)];
            if let Some(mark) = marks.into_iter().nth(kind).flatten() {
                sides.entry(mark).or_default().1.push(*at);
            }
        }
        for (ours, theirs) in sides.into_values() {
            if let ([at], [number]) = (ours.as_slice(), theirs.as_slice())
                && !same.contains_key(number)
                && taken.insert(*at)
            {
                same.insert(*number, *at);
            }
        }
    }
    same
}

/// What two people who are not surely the same have in common, if it is enough
/// to look again.
fn alike(known: &Known<'_>, theirs: &Person) -> Option<&'static str> {
    let differ = |one: Option<&str>, other: Option<&str>| {
        one.zip(other).is_some_and(|(one, other)| plain(one) != plain(other))
    };
    let equal = |one: Option<&str>, other: Option<&str>| {
        one.zip(other).is_some_and(|(one, other)| plain(one) == plain(other))
    };
    if differ(known.sex(), theirs.sexe.as_deref()) {
        return None;
    }
    let ours = known.person;
    let name = (ours.and_then(|it| it.nom.as_deref()), theirs.nom.as_deref());
    let first = (ours.and_then(|it| it.prenom.as_deref()), theirs.prenom.as_deref());
    let birth = known.birth().zip(theirs.naissance).map(|(one, other)| one == other);
    match birth {
        Some(true) if equal(first.0, first.1) => Some("même naissance, même prénom"),
        Some(true) if equal(name.0, name.1) => Some("même naissance, même nom"),
        // Two who are named otherwise are two.
        Some(true) if differ(name.0, name.1) && differ(first.0, first.1) => None,
        Some(true) if known.sex().is_some() && theirs.sexe.is_some() => {
            Some("même naissance, même sexe")
        }
        _ if equal(name.0, name.1) && equal(first.0, first.1) => Some("même nom, même prénom"),
        _ => None,
    }
}

/// Why someone whom the practice knows is not on its list.
fn gone(member: &Member, scope: &Scope) -> Vec<Reason> {
    let day = scope.day;
    let mut reasons: Vec<Reason> =
        member.death.filter(|death| *death <= day).map(Reason::Died).into_iter().collect();
    let stays = || member.attachments.iter();
    if stays().all(|stay| stay.from > day) {
        reasons.extend(stays().map(|stay| stay.from).min().map(Reason::NotYet));
    } else if reasons.is_empty() {
        let ends = stays().filter_map(|stay| stay.until).filter(|until| *until <= day);
        reasons.extend(ends.max().map(Reason::Left));
    }
    reasons
}

/// What may have kept someone who is on the practice's list off the other.
pub(crate) fn present(member: &Member, scope: &Scope) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let stays = member.attachments.iter();
    let since = stays
        .filter(|stay| stay.from <= scope.day && stay.until.is_none_or(|until| until > scope.day))
        .map(|stay| stay.from)
        .min();
    reasons.extend(since.filter(|since| *since >= scope.first).map(Reason::Arrived));
    if let Some(birth) = member.birth {
        let age = years(birth, scope.day);
        let near = |bound: &&u8| {
            let bound = i16::from(**bound);
            (bound - 1..=bound).contains(&age)
        };
        reasons
            .extend(scope.ages.iter().find(near).map(|bound| Reason::Age { age, bound: *bound }));
    }
    // Neither this year nor the one before.
    let quiet = date(scope.first.year() - 1, scope.first.month(), scope.first.day());
    if member.last_act.is_none_or(|last| last < quiet) {
        reasons.push(Reason::Quiet(member.last_act));
    }
    reasons
}

/// Complete years on a day. One born on 29 February is a year older on the last
/// day of February.
fn years(birth: Date, on: Date) -> i16 {
    let complete = (on.month(), on.day()) >= (birth.month(), birth.day())
        || (on.month() == birth.month() && on == on.last_of_month());
    on.year() - birth.year() - i16::from(!complete)
}
