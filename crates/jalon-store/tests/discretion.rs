//! What must never be seen: identities in what is printed, SQL made of text.

// Helpers fail as tests do.
#![allow(clippy::unwrap_used, clippy::panic)]

mod commun;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use commun::{PASSWORD, at, doctor, practice};
use jalon_store::audit::Lines;
use jalon_store::worklist::{Applied, Followup, Order, Seen, State, Step, To};
use jalon_store::{Login, PatientKey, Words};

const CANARIES: &[&str] = &["1850578006084", "Canari", "hibou", "10101010101"];

#[test]
fn no_identity_and_no_secret_is_in_what_is_printed_or_in_the_journal() {
    let practice = practice();
    let (store, nurse) = (&practice.store, &practice.nurse);
    let mut printed = String::new();
    let key = PatientKey::new("1850578006084");
    let list = doctor("M1");
    let known = store.admit(nurse, &list, std::slice::from_ref(&key), at(100)).unwrap();
    let patient = known[&key];
    let mut followup = Followup::new(State::Declined).because("Mme Canari refuse");
    followup.note = Some(Words::new("fille de M. Canari, 1850578006084"));
    let step = Step {
        patient,
        campaign: 2026,
        indicator: None,
        seen: Seen::Last(None),
        to: To::Followup(followup),
    };
    let Applied::Done(change) =
        store.change(nurse, None, std::slice::from_ref(&step), at(100)).unwrap()
    else {
        panic!()
    };
    write!(printed, "{known:?}{step:?}{store:?}{nurse:?}{change}{patient}").unwrap();
    let stale = store.change(nurse, None, std::slice::from_ref(&step), at(100)).unwrap();
    let file = store.patient(nurse, patient, 2026, at(100)).unwrap();
    let rows = store.worklist(nurse, &list, 2026, Order::State, at(100)).unwrap();
    let shown = store.consult_patient(nurse, patient, at(100)).unwrap();
    write!(printed, "{stale:?}{file:?}{rows:?}{shown:?}").unwrap();

    // Faults, of every kind that a visitor can make with a canary in hand.
    let to = |followup: Followup| Step { to: To::Followup(followup), ..step.clone() };
    let long = Followup::new(State::Declined).because("Canari ".repeat(1_000));
    let none = Followup::new(State::NotApplicable);
    for step in [
        to(long),
        to(none),
        Step { indicator: Some("Canari 1850578006084 é"), ..step.clone() },
        Step { campaign: 1, ..step.clone() },
    ] {
        let error = store.change(nurse, None, &[step], at(100)).unwrap_err();
        write!(printed, "{error}{error:?}").unwrap();
    }
    let error = store.change(nurse, Some("Canari 1850578006084"), &[step], at(100)).unwrap_err();
    write!(printed, "{error}{error:?}").unwrap();
    let hidden = store.worklist(nurse, &doctor("10101010101"), 2026, Order::State, at(100));
    write!(printed, "{hidden:?}{:?}", doctor("10101010101")).unwrap();
    let wrong = commun::login(store, "Canari", PASSWORD, Some("Canari"), 100);
    assert!(matches!(wrong, Login::Refused));
    let session = practice.people[4].enter(store, 120);
    write!(printed, "{wrong:?}{session:?}").unwrap();

    let all = Lines { most: 1_000, ..Lines::default() };
    let journal = store.journal(&practice.admin, all, at(101)).unwrap();
    assert!(journal.len() > 20);
    write!(printed, "{journal:?}").unwrap();
    for line in journal {
        write!(printed, "{}{}", line.object.unwrap_or_default(), line.login.unwrap_or_default())
            .unwrap();
    }
    let token = jalon_store::ExposeSecret::expose_secret(&session.token);
    for canary in CANARIES.iter().copied().chain([token]) {
        assert!(!printed.contains(canary), "{canary} in {printed}");
    }
}

#[test]
fn a_dump_of_the_database_opens_nothing() {
    let practice = practice();
    let session = practice.people[4].enter(&practice.store, 120);
    let token = jalon_store::ExposeSecret::expose_secret(&session.token).to_owned();
    let csrf = jalon_store::csrf_token(&session.token);
    let csrf = jalon_store::ExposeSecret::expose_secret(&csrf).to_owned();
    let recovery = practice.people[4].recovery[0].clone();
    let commun::Practice { dir, store, .. } = practice;
    drop(store);
    let bytes = std::fs::read(dir.path().join("jalon.sqlite")).unwrap();
    let plain = recovery.replace('-', "");
    for secret in [PASSWORD, &token, &csrf, &recovery, &plain] {
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{secret}");
    }
}

#[test]
fn a_line_of_the_journal_stays_one_line() {
    use jalon_store::audit::{Action, Event, Outcome};
    let practice = practice();
    let object = "liste.csv\n2026-03-01 connexion fait\u{202e}\u{1b}[31m".repeat(20);
    let event = Event::of(&practice.admin, Action::Export).on(&object).ended(Outcome::Failed);
    practice.store.record(event, at(100)).unwrap();
    let lines = Lines { action: Some(Action::Export), most: 1, ..Lines::default() };
    let line = practice.store.journal(&practice.admin, lines, at(101)).unwrap().remove(0);
    let object = line.object.unwrap();
    assert!(object.chars().count() == 120 && !object.chars().any(char::is_control));
    assert!(!object.contains('\u{202e}'));
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Whatever is given to SQLite is a text written in the source: no `format!`,
/// no variable.
#[test]
fn no_sql_is_made_of_text() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut calls = 0;
    for path in files {
        let source = std::fs::read_to_string(&path).unwrap();
        let source = source.split("#[cfg(test)]\nmod tests").next().unwrap();
        for call in [
            ".prepare_cached(",
            ".prepare(",
            ".execute(",
            ".execute_batch(",
            ".query_row(",
            ".query_one(",
        ] {
            for (place, _) in source.match_indices(call) {
                let given = source[place + call.len()..].trim_start();
                // A prepared statement takes values and no SQL.
                let prepared = given.starts_with("params!") || given.starts_with('[');
                assert!(
                    prepared || given.starts_with('"'),
                    "{}: {call}{:.40}",
                    path.display(),
                    given
                );
                calls += 1;
            }
        }
        for made in ["format!(", "concat!(", ".push_str(", "write!("] {
            for (place, _) in source.match_indices(made) {
                let mut open = 0;
                let end = source[place..].find(|c| {
                    open += i32::from(c == '(') - i32::from(c == ')');
                    c == ')' && open == 0
                });
                let given = &source[place..place + end.unwrap()];
                for verb in
                    ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "PRAGMA ", "ORDER BY", "WHERE "]
                {
                    assert!(!given.contains(verb), "{}: {given}", path.display());
                }
            }
        }
    }
    assert!(calls > 80, "{calls}");
}
