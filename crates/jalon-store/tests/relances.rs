//! What was done for patients: kept, changed by several people, undone.

// Helpers fail as tests do.
#![allow(clippy::unwrap_used, clippy::panic)]

mod commun;

use std::collections::BTreeMap;

use commun::{at, doctor, open, practice};
use jalon_store::audit::{Action, Lines, Outcome};
use jalon_store::worklist::{
    Applied, Followup, FundMark, Gap, Order, PatientFile, Seen, State, Step, To, What,
};
use jalon_store::{Actor, ChangeId, EventId, PatientId, PatientKey, Store, StoreError, Words};
use jiff::civil::date;
use proptest::prelude::*;

fn step(patient: PatientId, indicator: Option<&str>, seen: Seen, state: State) -> Step<'_> {
    let followup = Followup::new(state).because("dit au téléphone");
    Step { patient, campaign: 2026, indicator, seen, to: To::Followup(followup) }
}

fn done(applied: Applied) -> ChangeId {
    match applied {
        Applied::Done(change) => change,
        other => panic!("{other:?}"),
    }
}

fn set(
    store: &Store,
    actor: &Actor,
    patient: PatientId,
    gap: Option<&str>,
    state: State,
) -> ChangeId {
    done(store.change(actor, None, &[step(patient, gap, Seen::Whatever, state)], at(100)).unwrap())
}

fn file(store: &Store, actor: &Actor, patient: PatientId) -> PatientFile {
    store.patient(actor, patient, 2026, at(100)).unwrap()
}

fn state(gap: &Gap) -> Option<State> {
    gap.followed.as_ref().map(|followed| followed.followup.state)
}

#[test]
fn a_gap_has_a_state_a_reason_an_owner_and_dates() {
    let practice = practice();
    let store = &practice.store;
    let [patient] = practice.patients("M1", 1)[..] else { panic!() };
    assert_eq!(file(store, &practice.nurse, patient).tracked.version, None);
    let followup = Followup {
        state: State::Booked,
        reason: None,
        owner: Some(practice.nurse.account),
        appointment: Some(date(2026, 4, 2)),
        review: Some(date(2026, 5, 1)),
        note: Some(Words::new("préfère le matin")),
    };
    let to = To::Followup(followup.clone());
    let first =
        Step { patient, campaign: 2026, indicator: Some("grippe-65"), seen: Seen::Last(None), to };
    done(store.change(&practice.secretary, None, &[first], at(100)).unwrap());
    let file = file(store, &practice.nurse, patient);
    let followed = file.tracked.gap("grippe-65").followed.unwrap();
    assert_eq!(followed.followup, followup);
    assert_eq!((followed.author, followed.at), (practice.secretary.account, at(100)));
    assert_eq!(file.tracked.gap("cancer-sein"), Gap::default());
    assert_eq!(file.tracked.appointment(), Some(date(2026, 4, 2)));
    assert_eq!(file.events.len(), 1);
    assert_eq!(file.events[0].author_name, "sophie");
    assert_eq!(file.list, doctor("M1"));
    // Another campaign is another story.
    assert!(store.patient(&practice.nurse, patient, 2025, at(100)).unwrap().events.is_empty());
}

#[test]
fn what_is_said_of_the_patient_holds_for_his_open_gaps() {
    let practice = practice();
    let (store, nurse) = (&practice.store, &practice.nurse);
    let [patient] = practice.patients("M1", 1)[..] else { panic!() };
    let now = |gap: &str| state(&file(store, nurse, patient).tracked.gap(gap));
    set(store, nurse, patient, Some("a"), State::ToCheck);
    set(store, nurse, patient, Some("b"), State::Proved);
    set(store, nurse, patient, None, State::Unreachable);
    let all = [now("a"), now("b"), now("c")];
    assert_eq!(all, [Some(State::Unreachable), Some(State::Proved), Some(State::Unreachable)]);
    set(store, nurse, patient, Some("a"), State::ToCall);
    assert_eq!([now("a"), now("c")], [Some(State::ToCall), Some(State::Unreachable)]);
    set(store, nurse, patient, None, State::Dead);
    assert_eq!([now("a"), now("b")], [Some(State::Dead), Some(State::Dead)]);
}

#[test]
fn what_the_fund_says_is_beside_what_the_practice_did() {
    let practice = practice();
    let (store, nurse) = (&practice.store, &practice.nurse);
    let patients = practice.patients("M1", 3);
    set(store, nurse, patients[0], Some("a"), State::Done);
    let marks: Vec<_> = patients
        .iter()
        .map(|patient| Step {
            patient: *patient,
            campaign: 2026,
            indicator: Some("a"),
            seen: Seen::Whatever,
            to: To::Fund(Some(FundMark::ToClaim)),
        })
        .collect();
    done(store.change(&practice.secretary, None, &marks, at(110)).unwrap());
    let gap = file(store, nurse, patients[0]).tracked.gap("a");
    assert_eq!((state(&gap), gap.fund), (Some(State::Done), Some(FundMark::ToClaim)));
    let counted = Step { to: To::Fund(Some(FundMark::Counted)), ..marks[0].clone() };
    done(store.change(&practice.secretary, None, &[counted], at(120)).unwrap());
    let gap = file(store, nurse, patients[0]).tracked.gap("a");
    assert_eq!((state(&gap), gap.fund), (Some(State::Done), Some(FundMark::Counted)));
}

#[test]
fn two_people_on_one_patient_do_not_overwrite_each_other() {
    let practice = practice();
    let (store, nurse, clara) = (&practice.store, &practice.nurse, &practice.clara);
    let [patient, other] = practice.patients("M1", 2)[..] else { panic!() };
    let seen = Seen::Last(file(store, nurse, patient).tracked.version);
    let by_clara = [step(patient, Some("a"), seen, State::Declined)];
    done(store.change(clara, None, &by_clara, at(100)).unwrap());

    // The nurse still sees the page of before; her whole change is refused.
    let by_nurse = [
        step(other, Some("a"), Seen::Last(None), State::ToCall),
        step(patient, Some("a"), seen, State::ToCall),
    ];
    let Applied::Stale(meanwhile) = store.change(nurse, None, &by_nurse, at(101)).unwrap() else {
        panic!("overwritten")
    };
    assert_eq!((meanwhile.len(), meanwhile[0].patient), (1, patient));
    assert_eq!(meanwhile[0].events[0].author, clara.account);
    let To::Followup(theirs) = &by_clara[0].to else { panic!() };
    assert_eq!(meanwhile[0].events[0].what, What::To(To::Followup(theirs.clone())));
    assert_eq!(file(store, nurse, other).tracked.version, None);

    let seen = Seen::Last(file(store, nurse, patient).tracked.version);
    done(
        store
            .change(nurse, None, &[step(patient, Some("a"), seen, State::ToCall)], at(102))
            .unwrap(),
    );
    assert_eq!(state(&file(store, nurse, patient).tracked.gap("a")), Some(State::ToCall));
}

#[test]
fn a_form_sent_twice_counts_once() {
    let practice = practice();
    let (store, nurse) = (&practice.store, &practice.nurse);
    let [patient] = practice.patients("M1", 1)[..] else { panic!() };
    let form = Some("f0rm-0123456789");
    let steps = [step(patient, Some("a"), Seen::Last(None), State::ToCall)];
    let change = done(store.change(nurse, form, &steps, at(100)).unwrap());
    assert_eq!(store.change(nurse, form, &steps, at(101)).unwrap(), Applied::Again(change));
    assert_eq!(file(store, nurse, patient).events.len(), 1);
    let other = [step(patient, Some("b"), Seen::Last(None), State::ToCall)];
    assert!(matches!(store.change(nurse, form, &other, at(101)), Err(StoreError::Refused(_))));
    let of_clara = store.change(&practice.clara, form, &other, at(101)).unwrap();
    assert!(matches!(of_clara, Applied::Stale(_)), "a form belongs to one person");
    assert!(store.change(nurse, Some("court"), &other, at(101)).is_err());

    let undo = Some("und0-0123456789");
    let undone = done(store.undo(nurse, undo, change, at(102)).unwrap());
    assert_eq!(store.undo(nurse, undo, change, at(103)).unwrap(), Applied::Again(undone));
    assert!(matches!(store.undo(nurse, None, change, at(104)), Err(StoreError::Refused(_))));

    // Two days later the key is forgotten, and the version still protects.
    store.sweep(date(2026, 3, 5), at(4 * 86_400)).unwrap();
    let late = store.change(nurse, form, &steps, at(4 * 86_400)).unwrap();
    assert!(matches!(late, Applied::Stale(_)));
}

#[test]
fn many_patients_change_at_once_and_are_undone_at_once() {
    let practice = practice();
    let (store, nurse) = (&practice.store, &practice.nurse);
    let patients = practice.patients("M1", 500);
    set(store, nurse, patients[7], Some("a"), State::ToCheck);
    let steps: Vec<_> = patients
        .iter()
        .map(|patient| step(*patient, Some("a"), Seen::Whatever, State::ToCall))
        .collect();
    let change = done(store.change(nurse, None, &steps, at(100)).unwrap());
    let list = || store.worklist(nurse, &doctor("M1"), 2026, Order::LastChange, at(101)).unwrap();
    assert_eq!(list().len(), 500);
    assert!(list().iter().all(|tracked| state(&tracked.gap("a")) == Some(State::ToCall)));
    let undo = done(store.undo(nurse, None, change, at(102)).unwrap());
    let left: Vec<_> =
        list().into_iter().filter_map(|t| Some((t.patient, state(&t.gap("a"))?))).collect();
    assert_eq!(left, [(patients[7], State::ToCheck)]);
    done(store.undo(nurse, None, undo, at(103)).unwrap());
    assert!(list().iter().all(|tracked| state(&tracked.gap("a")) == Some(State::ToCall)));

    // One bad step, and nothing is done.
    let mut steps = steps;
    steps[499].to = To::Followup(Followup::new(State::NotApplicable));
    assert!(matches!(store.change(nurse, None, &steps, at(104)), Err(StoreError::Refused(_))));
    assert!(list().iter().all(|tracked| state(&tracked.gap("a")) == Some(State::ToCall)));
}

#[test]
fn undoing_goes_backwards() {
    let practice = practice();
    let (store, nurse, clara) = (&practice.store, &practice.nurse, &practice.clara);
    let [patient] = practice.patients("M1", 1)[..] else { panic!() };
    let first = set(store, nurse, patient, Some("a"), State::ToCall);
    let second = set(store, clara, patient, Some("a"), State::Done);
    let Applied::Stale(meanwhile) = store.undo(nurse, None, first, at(101)).unwrap() else {
        panic!()
    };
    assert_eq!(meanwhile[0].events[0].change, second);
    done(store.undo(clara, None, second, at(102)).unwrap());
    done(store.undo(nurse, None, first, at(103)).unwrap());
    assert_eq!(file(store, nurse, patient).tracked.gap("a"), Gap::default());
    let events = file(store, nurse, patient).events;
    assert_eq!(
        events.iter().map(|event| event.live).collect::<Vec<_>>(),
        [false, false, true, true]
    );
    assert!(matches!(
        store.undo(nurse, None, ChangeId::parse("00000000000003e7").unwrap(), at(104)),
        Err(StoreError::NotFound)
    ));
}

#[test]
fn no_one_reaches_a_patient_of_another_list() {
    let practice = practice();
    let store = &practice.store;
    let [mine] = practice.patients("M1", 1)[..] else { panic!() };
    let [theirs] = practice.patients("M2", 1)[..] else { panic!() };
    let change = set(store, &practice.denis, theirs, None, State::ToCall);
    for actor in [&practice.clara, &practice.nurse, &practice.admin, &practice.auditor] {
        let gone =
            |answer: Result<(), StoreError>| assert!(matches!(answer, Err(StoreError::NotFound)));
        gone(store.patient(actor, theirs, 2026, at(100)).map(drop));
        gone(store.consult_patient(actor, theirs, at(100)).map(drop));
        gone(store.consult_list(actor, &doctor("M2"), at(100)));
        gone(store.worklist(actor, &doctor("M2"), 2026, Order::State, at(100)).map(drop));
        gone(store.admit(actor, &doctor("M2"), &[PatientKey::new("x")], at(100)).map(drop));
        gone(store.colleagues(actor, &doctor("M2")).map(drop));
        gone(store.undo(actor, None, change, at(100)).map(drop));
        let steps = [
            step(mine, None, Seen::Whatever, State::ToCall),
            step(theirs, None, Seen::Whatever, State::ToCall),
        ];
        gone(store.change(actor, None, &steps, at(100)).map(drop));
    }
    assert_eq!(file(store, &practice.secretary, mine).tracked.version, None, "nothing by halves");
    let refused = Lines { account: Some(practice.nurse.account), most: 50, ..Lines::default() };
    let lines = store.journal(&practice.auditor, refused, at(101)).unwrap();
    assert_eq!(lines.iter().filter(|line| line.outcome == Outcome::Refused).count(), 7);
    let unknown = PatientId::parse("0000000000000001").unwrap();
    assert!(matches!(
        store.patient(&practice.clara, unknown, 2026, at(100)),
        Err(StoreError::NotFound)
    ));
    // An owner who may not see the patient is not given the task.
    let mut wrong = Followup::new(State::ToCall);
    wrong.owner = Some(practice.nurse.account);
    let wrong = Step {
        patient: theirs,
        campaign: 2026,
        indicator: None,
        seen: Seen::Whatever,
        to: To::Followup(wrong),
    };
    assert!(matches!(
        store.change(&practice.denis, None, &[wrong], at(100)),
        Err(StoreError::Refused(_))
    ));
}

#[test]
fn every_read_of_a_patient_is_in_the_journal() {
    let practice = practice();
    let store = &practice.store;
    let [patient] = practice.patients("M1", 1)[..] else { panic!() };
    store.patient(&practice.nurse, patient, 2026, at(100)).unwrap();
    let (list, key) = store.consult_patient(&practice.clara, patient, at(101)).unwrap();
    assert_eq!((list, key.expose()), (doctor("M1"), "M1-P0"));
    store.worklist(&practice.nurse, &doctor("M1"), 2026, Order::Review, at(102)).unwrap();
    let of_patient = Lines { patient: Some(patient), most: 10, ..Lines::default() };
    let lines = store.journal(&practice.admin, of_patient, at(103)).unwrap();
    let read: Vec<_> =
        lines.iter().map(|l| (l.login.as_deref().unwrap(), l.action, l.at)).collect();
    assert_eq!(
        read,
        [("clara", Action::ReadPatient, at(101)), ("nora", Action::ReadPatient, at(100))]
    );
    assert_eq!(lines[0].address.as_deref(), Some(commun::ADDRESS));
    let own =
        store.journal(&practice.nurse, Lines { most: 9, ..Lines::default() }, at(104)).unwrap();
    assert!(own.iter().all(|line| line.account == Some(practice.nurse.account)));
    assert!(own.iter().any(|line| line.action == Action::ReadList));
    let other = Lines { account: Some(practice.clara.account), most: 9, ..Lines::default() };
    assert!(store.journal(&practice.nurse, other, at(105)).is_err());
}

#[test]
fn memory_outlives_new_imports_and_new_starts() {
    let practice = practice();
    let patients = practice.patients("M1", 3);
    set(&practice.store, &practice.nurse, patients[1], Some("a"), State::Booked);
    let commun::Practice { dir, store, nurse, secretary, .. } = practice;
    drop(store);
    let store = open(dir.path());
    // A new extraction: in another order, with one more patient.
    let keys = ["M1-P9", "M1-P2", "M1-P1", "M1-P1"].map(PatientKey::new);
    let known = store.admit(&secretary, &doctor("M1"), &keys, at(200)).unwrap();
    assert_eq!(known[&keys[2]], patients[1]);
    assert_eq!(known.len(), 3);
    assert_eq!(state(&file(&store, &nurse, patients[1]).tracked.gap("a")), Some(State::Booked));
    // The same person on another list is somebody else here.
    let elsewhere = store.admit(&secretary, &doctor("M2"), &keys, at(200)).unwrap();
    assert_ne!(elsewhere[&keys[2]], patients[1]);
}

#[test]
fn lists_come_in_the_order_asked_for() {
    let practice = practice();
    let (store, nurse) = (&practice.store, &practice.nurse);
    let patients = practice.patients("M1", 3);
    let put = |rank: usize, state, appointment, review| {
        let followup = Followup { appointment, review, ..Followup::new(state).because("x") };
        let to = To::Followup(followup);
        let step = Step {
            patient: patients[rank],
            campaign: 2026,
            indicator: None,
            seen: Seen::Whatever,
            to,
        };
        done(store.change(nurse, None, &[step], at(100)).unwrap());
    };
    put(0, State::Booked, Some(date(2026, 6, 1)), None);
    put(1, State::Declined, None, Some(date(2026, 9, 1)));
    put(2, State::Booked, Some(date(2026, 5, 1)), Some(date(2026, 10, 1)));
    let order = |order| {
        let list = store.worklist(nurse, &doctor("M1"), 2026, order, at(101)).unwrap();
        let rank = |patient| patients.iter().position(|p| *p == patient).unwrap();
        list.iter().map(|tracked| rank(tracked.patient)).collect::<Vec<_>>()
    };
    assert_eq!(order(Order::LastChange), [2, 1, 0]);
    assert_eq!(order(Order::Appointment), [2, 0, 1]);
    assert_eq!(order(Order::Review), [1, 2, 0]);
    assert_eq!(order(Order::State)[2], 1);
}

/// What somebody does: to which gap, which state; or undo the last change.
#[derive(Clone, Debug)]
enum Act {
    Set(usize, usize),
    Mark(usize, Option<FundMark>),
    Undo,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let mark =
        prop_oneof![Just(None), Just(Some(FundMark::Counted)), Just(Some(FundMark::ToClaim))];
    let act = prop_oneof![
        5 => (0..3_usize, 0..State::ALL.len()).prop_map(|(gap, state)| Act::Set(gap, state)),
        2 => (0..3_usize, mark).prop_map(|(gap, mark)| Act::Mark(gap, mark)),
        3 => Just(Act::Undo),
    ];
    proptest::collection::vec(act, 1..24)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// After any sequence, undoing gives the state of before, whole; redoing
    /// gives it back. The states expected are those that were seen on the way.
    #[test]
    fn undoing_gives_the_earlier_state(acts in acts()) {
        let practice = practice();
        let (store, nurse) = (&practice.store, &practice.nurse);
        let patient = practice.patients("M1", 1)[0];
        let gaps = [None, Some("a"), Some("b")];
        // Registers as they are, and as one sees them.
        let now = || {
            let tracked = file(store, nurse, patient).tracked;
            let seen: BTreeMap<_, _> = ["a", "b", "c"].map(|gap| (gap, tracked.gap(gap))).into();
            let alone: BTreeMap<_, _> =
                tracked.alone.into_iter().filter(|(_, gap)| *gap != Gap::default()).collect();
            (tracked.whole, alone, seen)
        };
        let mut before = vec![now()];
        let mut changes = Vec::new();
        for act in acts {
            let (gap, to) = match act {
                Act::Set(gap, state) => {
                    (gaps[gap], To::Followup(Followup::new(State::ALL[state]).because("x")))
                }
                Act::Mark(gap, mark) => (gaps[gap], To::Fund(mark)),
                Act::Undo => {
                    let Some(change) = changes.pop() else { continue };
                    let after = before.pop().unwrap();
                    let undo = done(store.undo(nurse, None, change, at(100)).unwrap());
                    prop_assert_eq!(&now(), before.last().unwrap());
                    let redo = done(store.undo(nurse, None, undo, at(100)).unwrap());
                    prop_assert_eq!(&now(), &after);
                    done(store.undo(nurse, None, redo, at(100)).unwrap());
                    prop_assert_eq!(&now(), before.last().unwrap());
                    continue;
                }
            };
            let step = Step { patient, campaign: 2026, indicator: gap, seen: Seen::Whatever, to };
            changes.push(done(store.change(nurse, None, &[step], at(100)).unwrap()));
            before.push(now());
        }
        let versions: Vec<EventId> =
            file(store, nurse, patient).events.iter().map(|event| event.id).collect();
        prop_assert!(versions.is_sorted());
    }
}
