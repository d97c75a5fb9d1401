//! How long a practice waits: recording an outcome while others open the list.
//!
//! ```sh
//! cargo run --release -p jalon-store --example mesure [DOSSIER]
//! ```
//!
//! Runs on the disk of the folder given (a temporary one is made in it), for
//! waiting for the disk is most of it.

use std::error::Error;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jalon_store::worklist::{Followup, Order, Seen, State, Step, To};
use jalon_store::{
    Actor, Cost, Credentials, DoctorKey, ExposeSecret as _, Login, NewAccount, Options, PatientId,
    PatientKey, Rights, Role, SecretString, Store,
};
use jiff::Timestamp;

/// Patients of the list, and what was said of each.
const PATIENTS: usize = 2_000;
const EVENTS: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let place = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let dir = tempfile::tempdir_in(place)?;
    let options = Options { cost: Cost::weak(1), ..Options::default() };
    let store = Store::open_with(dir.path(), options)?;
    let now: Timestamp = "2026-03-01T08:00:00Z".parse()?;
    let list = DoctorKey::new("M1");
    let actor = enter(&store, &list, now)?;

    let keys: Vec<_> = (0..PATIENTS).map(|n| PatientKey::new(n.to_string())).collect();
    let start = Instant::now();
    let known = store.admit(&actor, &list, &keys, now)?;
    println!("{PATIENTS} patients admitted: {:?}", start.elapsed());
    let patients: Vec<PatientId> = known.into_values().collect();
    let start = Instant::now();
    for n in 0..EVENTS {
        let gap = format!("i{}", n % 4);
        let steps: Vec<_> = patients.iter().map(|patient| step(*patient, &gap)).collect();
        store.change(&actor, None, &steps, now)?;
    }
    println!("{EVENTS} changes of {PATIENTS} patients each: {:?}", start.elapsed());

    let mut alone = Vec::new();
    for _ in 0..20 {
        let start = Instant::now();
        let rows = store.worklist(&actor, &list, 2026, Order::Review, now)?;
        alone.push(start.elapsed());
        assert_eq!(rows.len(), PATIENTS);
    }
    told("worklist, nobody writes", alone);
    let mut writes = Vec::new();
    for patient in patients.iter().take(200) {
        let start = Instant::now();
        store.change(&actor, None, &[step(*patient, "i0")], now)?;
        writes.push(start.elapsed());
    }
    told("one outcome, nobody reads", writes);

    // What readers of their own are for: an outcome recorded while two others
    // open the list again and again; beside them, then behind them, as with a
    // single connection.
    for single in [false, true] {
        let one = Mutex::new(());
        let stop = AtomicBool::new(false);
        let mut writes = Vec::new();
        std::thread::scope(|scope| -> Result<(), Box<dyn Error>> {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        let turn = single.then(|| one.lock());
                        let rows = store.worklist(&actor, &list, 2026, Order::Review, now);
                        drop(turn);
                        assert!(rows.is_ok());
                        // Somebody who reads what he opened.
                        std::thread::sleep(Duration::from_millis(20));
                    }
                });
            }
            for patient in patients.iter().take(200) {
                let start = Instant::now();
                let turn = single.then(|| one.lock());
                store.change(&actor, None, &[step(*patient, "i1")], now)?;
                drop(turn);
                writes.push(start.elapsed());
                std::thread::sleep(Duration::from_millis(5));
            }
            stop.store(true, Ordering::Relaxed);
            Ok(())
        })?;
        let place = if single { "behind" } else { "beside" };
        told(&format!("one outcome, {place} two who open the list"), writes);
    }
    let start = Instant::now();
    drop(Store::open_with(dir.path(), options)?);
    println!("opening, with its check: {:?}", start.elapsed());
    let usual = tempfile::tempdir()?;
    let store = Store::open(usual.path())?;
    let password = SecretString::from("trois hiboux sur un pommier");
    let mut logins = Vec::new();
    for n in 0..10 {
        let login = n.to_string();
        let shown = Credentials {
            login: &login,
            password: &password,
            code: None,
            address: &login,
            before: None,
        };
        let start = Instant::now();
        store.login(&shown, now)?;
        logins.push(start.elapsed());
    }
    told("login refused, at the usual cost", logins);
    Ok(())
}

fn step(patient: PatientId, gap: &str) -> Step<'_> {
    let to = To::Followup(Followup::new(State::ToCall));
    Step { patient, campaign: 2026, indicator: Some(gap), seen: Seen::Whatever, to }
}

fn told(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    println!("{what}: median {:?}, 95 % {:?}, longest {:?}", at(50), at(95), at(100));
}

/// A delegate of the list, without a second factor.
fn enter(store: &Store, list: &DoctorKey, now: Timestamp) -> Result<Actor, Box<dyn Error>> {
    let password = SecretString::from("trois hiboux sur un pommier");
    let address = "127.0.0.1";
    let setup = store.setup_code(now)?.ok_or("already set up")?;
    let first = store.first_account(&setup, "admin", "Admin", address, now)?;
    let enrolment = store.begin_enrolment(&first.code, now)?;
    let secret = totp_rs::Secret::try_from_base32(enrolment.secret.expose_secret())?;
    let totp = totp_rs::Builder::new().with_secret(secret).build()?;
    let code =
        |now: Timestamp| totp.generate(u64::try_from(now.as_second()).unwrap_or(0)).to_string();
    store.finish_enrolment(&first.code, &password, Some(&code(now)), address, now)?;
    let later = now + Duration::from_mins(1);
    let admin = session(store, "admin", &password, Some(&code(later)), later)?;
    store.set_setting(&admin, jalon_store::SECOND_FACTOR, Some("facultatif"), now)?;
    let rights = Rights { role: Role::Delegate, own: None, lists: [list.clone()].into() };
    let new = NewAccount { login: "sophie".into(), name: "Sophie".into(), rights };
    let invitation = store.invite(&admin, &new, now)?;
    store.finish_enrolment(&invitation.code, &password, None, address, now)?;
    session(store, "sophie", &password, None, now)
}

fn session(
    store: &Store,
    login: &str,
    password: &SecretString,
    code: Option<&str>,
    now: Timestamp,
) -> Result<Actor, Box<dyn Error>> {
    let shown = Credentials { login, password, code, address: "127.0.0.1", before: None };
    let Login::Opened(session) = store.login(&shown, now)? else { return Err("refused".into()) };
    Ok(store.session(&session.token, "127.0.0.1", now)?.ok_or("ended")?)
}
