//! A practice to try things in.
// Each test file uses its own part of this one; helpers fail as tests do.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use jalon_store::{
    Actor, Cost, Credentials, DoctorKey, ExposeSecret as _, Login, NewAccount, NewSession, Options,
    PatientId, PatientKey, Rights, Role, SecretString, Store,
};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use totp_rs::{Builder, Secret};

pub const PASSWORD: &str = "trois hiboux sur un pommier";
pub const ADDRESS: &str = "192.168.1.20";

/// So many seconds after the beginning of the tests, 1 March 2026 at 8.
pub fn at(second: i64) -> Timestamp {
    "2026-03-01T08:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(second)
}

pub fn doctor(key: &str) -> DoctorKey {
    DoctorKey::new(key)
}

/// A folder in memory where there is one: tests need not wait for a disk.
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.unwrap()
}

pub fn options() -> Options {
    Options { cost: Cost::weak(1), patience: Duration::from_millis(200) }
}

pub fn open(dir: &Path) -> Store {
    Store::open_with(dir, options()).unwrap()
}

/// Someone with an account, and the telephone that goes with it.
#[derive(Clone)]
pub struct Person {
    pub login: String,
    pub secret: String,
    pub recovery: Vec<String>,
}

impl Person {
    /// The code that the telephone shows at that second.
    pub fn code(&self, second: i64) -> String {
        let secret = Secret::try_from_base32(&self.secret).unwrap();
        let totp = Builder::new().with_secret(secret).build().unwrap();
        totp.generate(at(second).as_second().try_into().unwrap()).to_string()
    }

    pub fn try_login(&self, store: &Store, second: i64) -> Login {
        login(store, &self.login, PASSWORD, Some(&self.code(second)), second)
    }

    pub fn enter(&self, store: &Store, second: i64) -> NewSession {
        match self.try_login(store, second) {
            Login::Opened(session) => session,
            other => panic!("{} at {second}: {other:?}", self.login),
        }
    }

    pub fn actor(&self, store: &Store, second: i64) -> Actor {
        let session = self.enter(store, second);
        store.session(&session.token, ADDRESS, at(second)).unwrap().unwrap()
    }
}

pub fn login(store: &Store, login: &str, password: &str, code: Option<&str>, second: i64) -> Login {
    let password = SecretString::from(password);
    let shown = Credentials { login, password: &password, code, address: ADDRESS, before: None };
    store.login(&shown, at(second)).unwrap()
}

/// Finishes an invitation, at that second.
pub fn enrol(store: &Store, code: &SecretString, second: i64) -> Person {
    let enrolment = store.begin_enrolment(code, at(second)).unwrap();
    let mut person = Person {
        login: enrolment.login,
        secret: enrolment.secret.expose_secret().to_owned(),
        recovery: Vec::new(),
    };
    let first = person.code(second);
    let codes =
        store.finish_enrolment(code, &PASSWORD.into(), Some(&first), ADDRESS, at(second)).unwrap();
    person.recovery = codes.iter().map(|code| code.expose_secret().to_owned()).collect();
    person
}

/// A practice of two doctors, with everybody who may work in one. Everybody
/// enters at second 60.
pub struct Practice {
    pub dir: TempDir,
    pub store: Store,
    pub admin: Actor,
    pub clara: Actor,
    pub denis: Actor,
    pub secretary: Actor,
    pub nurse: Actor,
    pub auditor: Actor,
    pub people: Vec<Person>,
}

pub fn rights(role: Role, own: Option<&str>, lists: &[&str]) -> Rights {
    let lists: BTreeSet<_> = lists.iter().map(|list| doctor(list)).collect();
    Rights { role, own: own.map(doctor), lists }
}

pub fn practice() -> Practice {
    let dir = folder();
    let store = open(dir.path());
    let setup = store.setup_code(at(0)).unwrap().unwrap();
    let first = store.first_account(&setup, "admin1", "Alice", ADDRESS, at(0)).unwrap();
    let admin = enrol(&store, &first.code, 0);
    let boss = admin.actor(&store, 60);
    let invite = |login: &str, rights: Rights| {
        let new = NewAccount { login: login.into(), name: login.into(), rights };
        let invitation = store.invite(&boss, &new, at(0)).unwrap();
        enrol(&store, &invitation.code, 0)
    };
    let people = vec![
        invite("clara", rights(Role::Doctor, Some("M1"), &[])),
        invite("denis", rights(Role::Doctor, Some("M2"), &[])),
        invite("sophie", rights(Role::Delegate, None, &["M1", "M2"])),
        invite("nora", rights(Role::Nurse, None, &["M1"])),
        invite("hugo", rights(Role::Auditor, None, &[])),
    ];
    let actor = |rank: usize| people[rank].actor(&store, 60);
    let (clara, denis, secretary) = (actor(0), actor(1), actor(2));
    let (nurse, auditor) = (actor(3), actor(4));
    let people = [vec![admin], people].concat();
    Practice { dir, store, admin: boss, clara, denis, secretary, nurse, auditor, people }
}

impl Practice {
    /// Patients of a list, by number.
    pub fn patients(&self, list: &str, count: usize) -> Vec<PatientId> {
        let keys: Vec<_> = (0..count).map(|n| PatientKey::new(format!("{list}-P{n}"))).collect();
        let known = self.store.admit(&self.secretary, &doctor(list), &keys, at(60)).unwrap();
        keys.iter().map(|key| known[key]).collect()
    }
}
