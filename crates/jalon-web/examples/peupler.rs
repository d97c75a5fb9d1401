//! Fills the memory of an invented practice, for `bancs/servir.py`: ten people
//! who have worked on two lists.
//!
//! ```sh
//! cargo run --release -p jalon-web --example peupler DOSSIER MEMOIRE
//! ```
//!
//! Says, a line a person, the login; all have the password of the demonstration.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::PathBuf;

use arrow::array::AsArray as _;
use jalon_data::{Dossier, StoredError, table};
use jalon_store::worklist::{Followup, Seen, State, Step, To};
use jalon_store::{
    Actor, Credentials, DoctorKey, Login, NewAccount, PatientKey, Rights, Role, SecretString, Store,
};
use jiff::Timestamp;

const PASSWORD: &str = "quatre hiboux sans diplôme";
const ADDRESS: &str = "banc";
const LISTS: [&str; 2] = ["M0001", "M0002"];
const PEOPLE: usize = 10;

/// Changes by each person, and patients in each.
const CHANGES: usize = 20;
const PATIENTS: usize = 50;

fn main() -> Result<(), Box<dyn Error>> {
    let [dossier, memory] = std::env::args_os()
        .skip(1)
        .collect::<Vec<_>>()
        .try_into()
        .map_err(|_| "usage : peupler DOSSIER MEMOIRE, la campagne étant 2024")?;
    let dossier = Dossier::open(PathBuf::from(dossier))?;
    let store = Store::open(&PathBuf::from(memory))?;
    let now = Timestamp::now();
    // Where nobody has a telephone for a second factor.
    store.become_demonstration(now)?;
    let code = store.setup_code(now)?.ok_or("cette mémoire sert déjà")?;
    let first = store.first_account(&code, "gestion", "Camille Gestion", ADDRESS, now)?;
    store.begin_enrolment(&first.code, now)?;
    store.finish_enrolment(&first.code, &SecretString::from(PASSWORD), None, ADDRESS, now)?;
    let manager = enter(&store, "gestion", now)?;
    for person in 0..PEOPLE {
        let login = format!("personne{person}");
        let list = DoctorKey::new(LISTS[person % LISTS.len()]);
        let rights = if person < LISTS.len() {
            Rights { role: Role::Doctor, own: Some(list.clone()), lists: BTreeSet::new() }
        } else {
            Rights { role: Role::Delegate, own: None, lists: BTreeSet::from([list.clone()]) }
        };
        let new = NewAccount { login: login.clone(), name: format!("Personne {person}"), rights };
        let invited = store.invite(&manager, &new, now)?;
        store.begin_enrolment(&invited.code, now)?;
        store.finish_enrolment(&invited.code, &SecretString::from(PASSWORD), None, ADDRESS, now)?;
        let actor = enter(&store, &login, now)?;
        work(&store, &actor, &list, &patients(&dossier, LISTS[person % LISTS.len()])?, now)?;
        println!("{login}");
    }
    Ok(())
}

fn enter(store: &Store, login: &str, now: Timestamp) -> Result<Actor, Box<dyn Error>> {
    let password = SecretString::from(PASSWORD);
    let shown =
        Credentials { login, password: &password, code: None, address: ADDRESS, before: None };
    let Login::Opened(session) = store.login(&shown, now)? else {
        return Err("entrée refusée".into());
    };
    Ok(store.session(&session.token, ADDRESS, now)?.ok_or("session perdue")?)
}

/// The patients attached to a doctor.
fn patients(dossier: &Dossier, doctor: &str) -> Result<Vec<PatientKey>, Box<dyn Error>> {
    let table = table("rattachements").ok_or("table inconnue")?;
    let mut found = BTreeSet::new();
    dossier.each_batch(table, |batch| {
        let column = |name| batch.column_by_name(name).and_then(|it| it.as_string_view_opt());
        if let (Some(patients), Some(doctors)) = (column("patient"), column("medecin")) {
            let pairs = patients.iter().zip(doctors);
            found.extend(pairs.filter_map(|(patient, of)| {
                (of == Some(doctor)).then_some(patient).flatten().map(str::to_owned)
            }));
        }
        Ok::<_, StoredError>(())
    })?;
    Ok(found.into_iter().map(PatientKey::new).collect())
}

/// What a person leaves behind in a season.
fn work(
    store: &Store,
    actor: &Actor,
    list: &DoctorKey,
    patients: &[PatientKey],
    now: Timestamp,
) -> Result<(), Box<dyn Error>> {
    let known: Vec<_> = store.admit(actor, list, patients, now)?.into_values().collect();
    let states = [State::ToCall, State::Done, State::Unreachable];
    for change in 0..CHANGES {
        let to = To::Followup(Followup::new(states[change % states.len()]));
        let steps: Vec<_> = known
            .iter()
            .cycle()
            .skip(change * PATIENTS)
            .take(PATIENTS.min(known.len()))
            .map(|patient| Step {
                patient: *patient,
                campaign: 2024,
                indicator: None,
                seen: Seen::Whatever,
                to: to.clone(),
            })
            .collect();
        store.change(actor, None, &steps, now)?;
    }
    Ok(())
}
