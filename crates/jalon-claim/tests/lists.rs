//! Two lists of patients held against each other.

use std::collections::BTreeMap;

use jalon_claim::reason::{Reason, Who, said};
use jalon_claim::reconciliation::{Only, Scope};
use jalon_claim::{Reconciliation, reconcile};
use jalon_engine::roster::{Attachment, Member};
use jalon_import::list::Person;
use jiff::civil::{Date, date};

#[cfg(test)]
const DAY: Date = date(2024, 12, 31);

#[cfg(test)]
fn scope() -> Scope {
    Scope { day: DAY, first: date(2024, 1, 1), ages: vec![16] }
}

/// A woman born in 1960, on the list since 2010, seen in 2024.
#[cfg(test)]
fn member(patient: &str) -> Member {
    Member {
        patient: patient.to_owned(),
        birth: Some(date(1960, 5, 4)),
        sex: Some("F".to_owned()),
        death: None,
        attachments: vec![Attachment { from: date(2010, 1, 1), until: None }],
        last_act: Some(date(2024, 6, 1)),
    }
}

#[cfg(test)]
fn named(name: &str, first: &str, birth: Date) -> Person {
    Person {
        nom: Some(name.to_owned()),
        prenom: Some(first.to_owned()),
        naissance: Some(birth),
        sexe: Some("F".to_owned()),
        ..Person::default()
    }
}

#[cfg(test)]
fn numbered(identifier: &str) -> Person {
    Person { identifiant: Some(identifier.to_owned()), ..Person::default() }
}

#[cfg(test)]
fn against(members: &[Member], fund: &[Person]) -> Reconciliation {
    named_against(members, &[], fund)
}

#[cfg(test)]
fn named_against(members: &[Member], names: &[(&str, Person)], fund: &[Person]) -> Reconciliation {
    let names = names.iter().map(|(patient, person)| ((*patient).to_owned(), person.clone()));
    let fund = (1..).zip(fund.iter().cloned()).collect();
    reconcile(members, &names.collect::<BTreeMap<_, _>>(), &fund, &scope())
}

#[cfg(test)]
fn reasons<K>(only: &[Only<K>]) -> Vec<String> {
    only.iter().map(|one| said(&one.reasons)).collect()
}

#[test]
fn the_same_identifier_is_the_same_person() {
    let it = against(&[member("a"), member("b")], &[numbered("a"), numbered("c")]);
    assert_eq!(it.both.len(), 1);
    assert_eq!(it.patient_of(1), Some("a"));
    assert_eq!(reasons(&it.practice), ["inconnue"]);
    assert_eq!(reasons(&it.fund), ["inconnue"]);
}

#[test]
fn names_accents_and_case() {
    let birth = date(1960, 5, 4);
    let names = [("a", named("Lefèvre-Noël", "Zoé", birth))];
    let it = named_against(&[member("a")], &names, &[named("LEFEVRE NOEL", "ZOE", birth)]);
    assert_eq!(it.both.len(), 1);
}

/// Someone else with the same birth and the same sex may be the same: it is
/// proposed, and both stay on their side.
#[test]
fn what_is_alike_is_proposed_and_never_decided() {
    let birth = date(1960, 5, 4);
    let it = against(&[member("a")], &[named("x", "y", birth)]);
    assert!(it.both.is_empty());
    assert_eq!(reasons(&it.fund), ["identité à vérifier : même naissance, même sexe"]);
    let with = Who::Fund(1);
    assert_eq!(
        it.practice[0].reasons,
        [Reason::Identity { alike: "même naissance, même sexe", with }]
    );

    // A maiden name: the first name stays.
    let names = [("a", named("Durand", "Zoé", birth))];
    let it = named_against(&[member("a")], &names, &[named("Petit", "ZOE", birth)]);
    assert_eq!(reasons(&it.fund), ["identité à vérifier : même naissance, même prénom"]);
    // A birth mistyped.
    let it = named_against(&[member("a")], &names, &[named("Durand", "Zoé", date(1960, 4, 5))]);
    assert_eq!(reasons(&it.fund), ["identité à vérifier : même nom, même prénom"]);
    // Named otherwise: someone else.
    let it = named_against(&[member("a")], &names, &[named("Petit", "Ana", birth)]);
    assert_eq!(reasons(&it.fund), ["inconnue"]);
}

/// Two patients with the same name and birth: nobody says which.
#[test]
fn doubles_are_not_decided() {
    let birth = date(1960, 5, 4);
    let names = [("a", named("Durand", "Zoé", birth)), ("b", named("Durand", "Zoé", birth))];
    let it = named_against(&[member("a"), member("b")], &names, &[named("Durand", "Zoé", birth)]);
    assert!(it.both.is_empty());
    assert_eq!(it.practice.len(), 2);
    assert_eq!(it.fund[0].reasons.len(), 2);
}

#[test]
fn why_the_fund_alone_counts_someone() {
    let with = |change: fn(&mut Member)| {
        let mut one = member("a");
        change(&mut one);
        let it = against(&[one], &[numbered("a")]);
        assert!(it.both.is_empty() && it.practice.is_empty());
        assert_eq!(it.patient_of(1), Some("a"));
        reasons(&it.fund).remove(0)
    };
    assert_eq!(with(|one| one.death = Some(date(2024, 3, 2))), "décès : 02/03/2024");
    assert_eq!(
        with(|one| one.attachments[0].until = Some(date(2024, 7, 1))),
        "départ : 01/07/2024"
    );
    assert_eq!(
        with(|one| one.attachments[0].from = date(2025, 1, 2)),
        "arrivée après le jour du compte : 02/01/2025"
    );
    // On the very day: no longer on the list.
    assert_eq!(with(|one| one.attachments[0].until = Some(DAY)), "départ : 31/12/2024");
    assert_eq!(with(|one| one.death = Some(DAY)), "décès : 31/12/2024");
}

#[test]
fn why_the_practice_alone_counts_someone() {
    let with = |change: fn(&mut Member)| {
        let mut one = member("a");
        change(&mut one);
        reasons(&against(&[one], &[]).practice).join("|")
    };
    assert_eq!(with(|_| ()), "inconnue");
    assert_eq!(
        with(|one| one.attachments[0].from = date(2024, 11, 5)),
        "arrivée dans l'année : 05/11/2024"
    );
    assert_eq!(
        with(|one| one.birth = Some(date(2008, 6, 1))),
        "16 ans, à un an de la borne de 16 ans"
    );
    assert_eq!(
        with(|one| one.birth = Some(date(2009, 1, 1))),
        "15 ans, à un an de la borne de 16 ans"
    );
    assert_eq!(with(|one| one.birth = Some(date(2007, 12, 31))), "inconnue");
    assert_eq!(
        with(|one| one.last_act = Some(date(2022, 12, 31))),
        "aucun acte depuis : 31/12/2022"
    );
    assert_eq!(with(|one| one.last_act = Some(date(2023, 1, 1))), "inconnue");
    assert_eq!(with(|one| one.last_act = None), "aucun acte connu");
    // Left before the day: on neither list.
    assert_eq!(with(|one| one.attachments[0].until = Some(date(2024, 7, 1))), "");
}

/// Everyone is in one place, and only one.
#[test]
fn nobody_is_lost() {
    let members: Vec<Member> = (0..40)
        .map(|at| {
            let mut one = member(&format!("m{at}"));
            one.birth = Some(date(1950 + at % 7, 1, 1));
            one.death = (at % 5 == 0).then_some(date(2024, 1, 1));
            one
        })
        .collect();
    let fund: Vec<Person> = (20..60).map(|at| numbered(&format!("m{at}"))).collect();
    let it = against(&members, &fund);
    let listed = members.iter().filter(|one| one.is_listed_on(DAY)).count();
    assert_eq!(it.both.len() + it.practice.len(), listed);
    assert_eq!(it.both.len() + it.fund.len(), fund.len());
    assert_eq!(it.known.len(), 4, "those who died among the twenty in common");
}
