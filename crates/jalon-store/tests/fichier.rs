//! The file: who reads it, what survives, what is refused.

// Helpers fail as tests do.
#![allow(clippy::unwrap_used, clippy::panic)]

mod commun;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use commun::{at, doctor, folder, open, options, practice};
use jalon_store::audit::{Action, Lines};
use jalon_store::worklist::{Applied, Followup, Order, Seen, State, Step, To};
use jalon_store::{Actor, PatientId, Store, StoreError};
use rusqlite::Connection;

const FILE: &str = "jalon.sqlite";

/// The first version of the schema, as it was.
const FIRST: &str = include_str!("../src/schema/0001_comptes.sql");

fn raw(dir: &Path) -> Connection {
    Connection::open(dir.join(FILE)).unwrap()
}

#[test]
fn nobody_but_its_owner_reads_it() {
    let practice = practice();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        for file in [FILE, "jalon.sqlite-wal", "jalon.sqlite-shm"] {
            assert_eq!(mode(&practice.dir.path().join(file)), 0o600, "{file}");
        }
        assert_eq!(mode(&practice.store.documents_dir()), 0o700);
        // Rights that were widened are narrowed again.
        let file = practice.dir.path().join(FILE);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        drop(open(practice.dir.path()));
        assert_eq!(mode(&file), 0o600);
    }
}

#[test]
fn the_journal_cannot_be_rewritten() {
    let practice = practice();
    let [patient] = practice.patients("M1", 1)[..] else { panic!() };
    let to = To::Followup(Followup::new(State::ToCall));
    let step = Step { patient, campaign: 2026, indicator: None, seen: Seen::Whatever, to };
    practice.store.change(&practice.nurse, None, &[step], at(100)).unwrap();
    let connection = raw(practice.dir.path());
    let lines = || -> (i64, i64) {
        let sql = "SELECT (SELECT count(*) FROM audit), (SELECT count(*) FROM events)";
        connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    };
    let before = lines();
    for sql in [
        "UPDATE audit SET account = NULL",
        "UPDATE audit SET at = 0 WHERE seq = 1",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE seq = 1",
        "REPLACE INTO audit (seq, at, action, outcome) VALUES (1, 0, 'connexion', 'fait')",
        "INSERT INTO audit (seq, at, action, outcome) VALUES (1, 0, 'connexion', 'fait')
         ON CONFLICT (seq) DO UPDATE SET at = 0",
        "UPDATE events SET state = 'fait'",
        "DELETE FROM events",
        "REPLACE INTO events (id, change, patient, campaign, kind, state)
         SELECT id, change, patient, campaign, kind, 'fait' FROM events",
    ] {
        let error = connection.execute(sql, []).unwrap_err().to_string();
        assert!(
            error.contains("ne se modifie pas") || error.contains("ne se réécrivent pas"),
            "{sql}: {error}"
        );
    }
    assert_eq!(lines(), before);

    // A patient who is erased keeps nothing but the number that the journal has.
    connection
        .execute_batch(
            "UPDATE patients SET sealed = NULL, lookup = NULL, erased_at = 1; DELETE FROM events;",
        )
        .unwrap();
    assert_eq!(lines(), (before.0, 0));
    let gone = practice.store.patient(&practice.nurse, patient, 2026, at(101));
    assert!(matches!(gone, Err(StoreError::NotFound)));
}

#[test]
fn an_older_schema_is_migrated_with_its_data_after_a_copy() {
    let dir = folder();
    {
        let connection = raw(dir.path());
        connection.execute_batch(FIRST).unwrap();
        connection
            .execute_batch(
                "PRAGMA application_id = 0x4a414c4f; PRAGMA user_version = 1;
             INSERT INTO accounts (id, login, name, role, created_at, enrolled_at)
             VALUES (7, 'ancienne', 'Ancienne', 'infirmiere', 0, 0);
             INSERT INTO audit (at, action, outcome) VALUES (0, 'connexion', 'fait');",
            )
            .unwrap();
    }
    let store = open(dir.path());
    assert!(store.setup_code(at(0)).unwrap().is_none(), "somebody has entered already");
    let connection = raw(dir.path());
    let read = |connection: &Connection| -> (i64, String, i64) {
        let sql = "SELECT (SELECT user_version FROM pragma_user_version), login,
                   (SELECT count(*) FROM audit) FROM accounts WHERE id = 7";
        connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap()
    };
    assert_eq!(read(&connection), (4, "ancienne".to_owned(), 1));
    let copy = dir.path().join("jalon.avant-2.sqlite");
    assert_eq!(read(&Connection::open(&copy).unwrap()), (1, "ancienne".to_owned(), 1));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let tables: Vec<String> = connection
        .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND NOT strict AND name NOT LIKE 'sqlite%'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(tables, [""; 0], "every table is strict");
}

#[test]
fn an_interrupted_migration_leaves_the_old_version() {
    let dir = folder();
    {
        let connection = raw(dir.path());
        connection.execute_batch(FIRST).unwrap();
        // What the third version adds is in the way: it fails after the second.
        connection
            .execute_batch(
                "PRAGMA application_id = 0x4a414c4f; PRAGMA user_version = 1;
                 CREATE TABLE mappings (x TEXT) STRICT;",
            )
            .unwrap();
    }
    for _ in 0..2 {
        assert!(Store::open_with(dir.path(), options()).is_err());
        let connection = raw(dir.path());
        let sql = "SELECT user_version, (SELECT count(*) FROM sqlite_schema WHERE name = 'events')
                   FROM pragma_user_version";
        let found: (i64, i64) =
            connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(found, (1, 0));
    }
    raw(dir.path()).execute_batch("DROP TABLE mappings").unwrap();
    open(dir.path());
}

#[test]
fn a_newer_database_and_one_of_another_program_are_left_alone() {
    let practice = practice();
    let commun::Practice { dir, store, .. } = practice;
    drop(store);
    raw(dir.path()).execute_batch("PRAGMA user_version = 5").unwrap();
    let before = std::fs::read(dir.path().join(FILE)).unwrap();
    let error = Store::open_with(dir.path(), options()).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 5, known: 4 }));
    let words = error.to_string();
    assert!(words.contains("version plus récente") && words.contains("aide :"), "{words}");
    assert_eq!(std::fs::read(dir.path().join(FILE)).unwrap(), before);

    let dir = folder();
    raw(dir.path()).execute_batch("CREATE TABLE autre (x)").unwrap();
    assert!(matches!(Store::open_with(dir.path(), options()), Err(StoreError::Foreign(_))));
    let dir = folder();
    std::fs::write(dir.path().join(FILE), b"ceci n'est pas une base de plus de seize octets")
        .unwrap();
    assert!(matches!(Store::open_with(dir.path(), options()), Err(StoreError::Damaged)));
}

#[test]
fn a_spoilt_database_is_told_at_the_start() {
    let practice = practice();
    practice.patients("M1", 400);
    let commun::Practice { dir, store, .. } = practice;
    drop(store);
    let path = dir.path().join(FILE);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 2048].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
    assert!(matches!(Store::open_with(dir.path(), options()), Err(StoreError::Damaged)));
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_told_at_the_start() {
    use std::os::unix::fs::PermissionsExt as _;
    let commun::Practice { dir, store, .. } = practice();
    drop(store);
    let path = dir.path().join(FILE);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).unwrap();
    if std::fs::OpenOptions::new().append(true).open(&path).is_ok() {
        println!("sauté : les droits n'arrêtent pas cet utilisateur");
        return;
    }
    assert!(matches!(Store::open_with(dir.path(), options()), Err(StoreError::ReadOnly)));
}

#[test]
fn a_database_held_by_another_program_is_told_after_a_while() {
    let practice = practice();
    let other = raw(practice.dir.path());
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let keys = [jalon_store::PatientKey::new("x")];
    let admit = || practice.store.admit(&practice.nurse, &doctor("M1"), &keys, at(100));
    let error = admit().unwrap_err();
    assert!(matches!(error, StoreError::Locked));
    assert!(error.to_string().contains("occupée"));
    other.execute_batch("ROLLBACK").unwrap();
    admit().unwrap();
}

#[test]
fn nobody_is_thrown_out_because_the_disk_does_not_answer() {
    let practice = practice();
    let clara = &practice.people[1];
    let token = clara.enter(&practice.store, 1_000).token;
    let inside = |second| practice.store.session(&token, commun::ADDRESS, at(second)).unwrap();
    let other = raw(practice.dir.path());
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    // Its use is not noted: it ends as if it had not been used.
    assert!(inside(1_000 + 29 * 60).is_some());
    assert!(inside(1_000 + 31 * 60).is_none());
    other.execute_batch("ROLLBACK").unwrap();
    assert!(inside(1_000 + 29 * 60).is_some());
    assert!(inside(1_000 + 31 * 60).is_some());
}

#[test]
fn a_backup_is_whole_while_others_write() {
    let practice = practice();
    let patients = practice.patients("M1", 50);
    let copy = practice.dir.path().join("copie.sqlite");
    let writes = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for patient in &patients {
                write(&practice.store, &practice.nurse, *patient, "a");
                writes.fetch_add(1, Ordering::SeqCst);
            }
        });
        for _ in 0..5 {
            let before = writes.load(Ordering::SeqCst);
            practice.store.backup_to(&practice.admin, &copy, at(100)).unwrap();
            let copied = Connection::open(&copy).unwrap();
            let events: u32 =
                copied.query_row("SELECT count(*) FROM events", [], |row| row.get(0)).unwrap();
            assert!(events as usize >= before);
            let check: String =
                copied.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            assert_eq!(check, "ok");
        }
    });
    assert!(!practice.dir.path().join("copie.sqlite.part").exists());
    assert!(practice.store.backup_to(&practice.clara, &copy, at(100)).is_err());

    // A copy put in an empty folder is a memory.
    practice.store.backup_to(&practice.admin, &copy, at(101)).unwrap();
    let elsewhere = folder();
    std::fs::copy(&copy, elsewhere.path().join(FILE)).unwrap();
    let restored = open(elsewhere.path());
    let list = |store: &Store| {
        store.worklist(&practice.nurse, &doctor("M1"), 2026, Order::State, at(102)).unwrap()
    };
    assert_eq!(list(&restored), list(&practice.store));
    let missing = practice.dir.path().join("nulle-part/copie.sqlite");
    assert!(practice.store.backup_to(&practice.admin, &missing, at(103)).is_err());
}

fn write(store: &Store, actor: &Actor, patient: PatientId, gap: &str) {
    let to = To::Followup(Followup::new(State::ToCall));
    let step = Step { patient, campaign: 2026, indicator: Some(gap), seen: Seen::Whatever, to };
    let applied = store.change(actor, None, &[step], at(100)).unwrap();
    assert!(matches!(applied, Applied::Done(_)));
}

#[test]
fn writers_at_once_lose_nothing_that_was_acknowledged() {
    let practice = practice();
    let patient = practice.patients("M1", 1)[0];
    // Two programs on one file, four threads each.
    let patience = jalon_store::Options { patience: Duration::from_secs(20), ..options() };
    let store = Store::open_with(practice.dir.path(), patience).unwrap();
    let other = Store::open_with(practice.dir.path(), patience).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let store = if thread % 2 == 0 { &store } else { &other };
            let nurse = &practice.nurse;
            scope.spawn(move || {
                for n in 0..25 {
                    write(store, nurse, patient, &format!("{thread}-{n}"));
                    // Reads see what was acknowledged to them.
                    let file = store.patient(nurse, patient, 2026, at(100)).unwrap();
                    assert!(file.tracked.alone.contains_key(&format!("{thread}-{n}")));
                }
            });
        }
    });
    let file = store.patient(&practice.nurse, patient, 2026, at(100)).unwrap();
    assert_eq!((file.tracked.alone.len(), file.events.len()), (200, 200));
    let lines = Lines { action: Some(Action::Change), most: 1_000, ..Lines::default() };
    assert_eq!(store.journal(&practice.admin, lines, at(101)).unwrap().len(), 200);
}

/// Where the child writes, when this test is that child.
const CHILD: &str = "JALON_STORE_ENFANT";

/// Rounds of [`killed_at_any_moment_it_keeps_what_it_acknowledged`].
const ROUNDS: u64 = 50;

/// Not a test: what a child of the test below does until it is killed. It
/// writes, and says what was acknowledged.
#[test]
fn child() {
    let Ok(dir) = std::env::var(CHILD) else { return };
    let mut words = dir.splitn(3, '|');
    let (token, patient, dir) =
        (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
    let store = open(Path::new(dir));
    let nurse = store.session(&token.into(), commun::ADDRESS, at(60)).unwrap().unwrap();
    let patient = PatientId::parse(patient).unwrap();
    let mut out = std::io::stdout();
    for n in 0.. {
        let gap = format!("{}-{n}", std::process::id());
        write(&store, &nurse, patient, &gap);
        writeln!(out, "\nECRIT {gap}").unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn killed_at_any_moment_it_keeps_what_it_acknowledged() {
    let practice = practice();
    let patient = practice.patients("M1", 1)[0];
    let session = practice.people[4].enter(&practice.store, 90);
    let nurse = practice.store.session(&session.token, commun::ADDRESS, at(90)).unwrap().unwrap();
    let commun::Practice { dir, store, .. } = practice;
    drop(store);
    let token = jalon_store::ExposeSecret::expose_secret(&session.token);
    let told = format!("{token}|{patient}|{}", dir.path().display());
    let mut acknowledged = BTreeSet::new();
    for round in 0..ROUNDS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env(CHILD, &told)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut heard = |acknowledged: &mut BTreeSet<String>| -> bool {
            let Some(Ok(line)) = lines.next() else { return false };
            acknowledged.extend(line.strip_prefix("ECRIT ").map(str::to_owned));
            true
        };
        // Let it begin, then kill it anywhere in a write.
        let first = acknowledged.len();
        while acknowledged.len() == first {
            assert!(heard(&mut acknowledged), "the child died by itself");
        }
        std::thread::sleep(Duration::from_micros(round * 613 % 9_973));
        child.kill().unwrap();
        while heard(&mut acknowledged) {}
        child.wait().unwrap();

        let store = open(dir.path());
        let file = store.patient(&nurse, patient, 2026, at(100)).unwrap();
        let kept: BTreeSet<String> = file.tracked.alone.into_keys().collect();
        let lost: Vec<_> = acknowledged.difference(&kept).collect();
        assert!(lost.is_empty(), "round {round}: {lost:?}");
        // What was written without being acknowledged: one a round at most.
        assert!(kept.len() - acknowledged.len() <= usize::try_from(round).unwrap() + 1);
    }
    assert!(acknowledged.len() >= 50, "{}", acknowledged.len());
}
