//! Who enters, with what, and when the door closes again.

mod commun;

use std::collections::BTreeSet;

use commun::{
    ADDRESS, PASSWORD, at, doctor, enrol, folder, login, open, options, practice, rights,
};
use jalon_store::audit::{Action, Lines, Outcome};
use jalon_store::{
    Cost, Credentials, ExposeSecret as _, Login, NewAccount, Options, Role, SecretString, Store,
    StoreError, csrf_matches, csrf_token,
};

#[test]
fn nobody_enters_before_the_code_of_the_console_and_nobody_uses_it_after() {
    let dir = folder();
    let store = open(dir.path());
    for name in ["admin", "root", "jalon", ""] {
        assert!(matches!(login(&store, name, "admin", None, 0), Login::Refused));
    }
    let old = store.setup_code(at(0)).unwrap().unwrap();
    let code = store.setup_code(at(0)).unwrap().unwrap();
    let first = |code: &SecretString, second| {
        store.first_account(code, "Alice", "Alice", ADDRESS, at(second)).map(|made| made.code)
    };
    assert!(first(&old, 0).is_err(), "replaced");
    assert!(first(&"AAAA-AAAA-AAAA-AAAA-AAAA".into(), 0).is_err());
    assert!(first(&code, 73 * 3_600).is_err(), "out of date");
    // Begun, left, begun again.
    let abandoned = first(&code, 0).unwrap();
    let invitation = first(&code, 1).unwrap();
    assert!(store.begin_enrolment(&abandoned, at(1)).is_err());
    let alice = enrol(&store, &invitation, 30);
    assert!(first(&code, 40).is_err());
    assert!(store.setup_code(at(40)).unwrap().is_none());
    assert!(store.begin_enrolment(&invitation, at(40)).is_err(), "an invitation serves once");
    assert_eq!(alice.actor(&store, 90).role, Role::Administrator);
}

#[test]
fn an_enrolment_wants_a_good_password_and_a_first_code() {
    let practice = practice();
    let store = &practice.store;
    let new = NewAccount {
        login: " Zoe.L ".into(),
        name: "Zoé Lambert".into(),
        rights: rights(Role::Nurse, None, &["M1"]),
    };
    let code = store.invite(&practice.admin, &new, at(60)).unwrap().code;
    let finish = |password: &str, first: Option<&str>| {
        store.finish_enrolment(&code, &password.into(), first, ADDRESS, at(60))
    };
    for password in ["court", "motdepassemotdepasse", "zoe lambert 2026 zoe", "aaaaaaaaaaaaaaaaaaa"]
    {
        assert!(matches!(finish(password, Some("123456")), Err(StoreError::Refused(_))));
    }
    assert!(finish(PASSWORD, None).is_err());
    let enrolment = store.begin_enrolment(&code, at(60)).unwrap();
    assert_eq!((enrolment.login.as_str(), enrolment.optional), ("zoe.l", false));
    assert!(finish(PASSWORD, Some("abcdef")).is_err());
    let again = store.begin_enrolment(&code, at(61)).unwrap();
    assert_eq!(enrolment.secret.expose_secret(), again.secret.expose_secret());
    assert_eq!(enrol(store, &code, 60).recovery.len(), 10);

    // The practice lets people do without: its choice, which the journal tells.
    let value = Some("facultatif");
    store.set_setting(&practice.admin, jalon_store::SECOND_FACTOR, value, at(70)).unwrap();
    let new = NewAccount { login: "yann".into(), ..new };
    let code = store.invite(&practice.admin, &new, at(70)).unwrap().code;
    assert!(store.begin_enrolment(&code, at(70)).unwrap().optional);
    let codes = store.finish_enrolment(&code, &PASSWORD.into(), None, ADDRESS, at(70)).unwrap();
    assert!(codes.is_empty());
    assert!(matches!(login(store, "yann", PASSWORD, None, 80), Login::Opened(_)));
}

#[test]
fn a_code_of_the_telephone_serves_once() {
    let practice = practice();
    let (store, clara) = (&practice.store, &practice.people[1]);
    // Second 60 was used to enter; 90 is the next step.
    assert!(matches!(clara.try_login(store, 60), Login::Refused), "the same code again");
    assert!(matches!(clara.try_login(store, 90), Login::Opened(_)));
    assert!(matches!(clara.try_login(store, 90), Login::Refused));
    let early = clara.code(150);
    assert!(matches!(login(store, "clara", PASSWORD, Some(&early), 120), Login::Opened(_)));
    let late = clara.code(120);
    assert!(matches!(login(store, "clara", PASSWORD, Some(&late), 121), Login::Refused), "older");
    assert!(matches!(login(store, "clara", PASSWORD, None, 200), Login::Refused));
    let far = clara.code(400);
    assert!(matches!(login(store, "clara", PASSWORD, Some(&far), 300), Login::Refused));
}

#[test]
fn a_recovery_code_serves_once_and_only_with_the_password() {
    let practice = practice();
    let (store, clara) = (&practice.store, &practice.people[1]);
    let code = clara.recovery[3].to_lowercase().replace('-', " ");
    let wrong = "trois hiboux sur un poirier";
    assert!(matches!(login(store, "clara", wrong, Some(&code), 100), Login::Refused));
    assert!(matches!(login(store, "clara", PASSWORD, Some(&code), 100), Login::Opened(_)));
    assert!(matches!(login(store, "clara", PASSWORD, Some(&code), 101), Login::Refused));
    assert_eq!(store.recovery_codes_left(&practice.clara).unwrap(), 9);
    let new = store.renew_recovery_codes(&practice.clara, &PASSWORD.into(), at(110)).unwrap();
    assert_eq!(new.len(), 10);
    let old = Some(clara.recovery[4].as_str());
    assert!(matches!(login(store, "clara", PASSWORD, old, 120), Login::Refused));
    let someone_elses = Some(new[0].expose_secret());
    assert!(matches!(login(store, "denis", PASSWORD, someone_elses, 120), Login::Refused));
}

#[test]
fn the_answer_is_the_same_for_all_who_may_not_enter() {
    let practice = practice();
    let (store, clara) = (&practice.store, &practice.people[1]);
    let hugo = practice.auditor.account;
    store.disable(&practice.admin, hugo, at(70)).unwrap();
    let good = clara.code(100);
    let wrong = "trois hiboux sur un poirier";
    let answers = [
        login(store, "nobody", PASSWORD, Some(&good), 100),
        login(store, "clara", wrong, Some(&good), 100),
        login(store, "clara", PASSWORD, Some("000001"), 100),
        login(store, "hugo", PASSWORD, Some(&practice.people[5].code(100)), 100),
        login(store, "clara", &"x".repeat(4_000), Some(&good), 100),
        login(store, "clara' OR 1=1 --", PASSWORD, Some(&good), 100),
    ];
    for answer in answers {
        assert!(matches!(answer, Login::Refused));
    }
    let lines = Lines { action: Some(Action::Login), most: 6, ..Lines::default() };
    let told = store.journal(&practice.admin, lines, at(101)).unwrap();
    assert!(told.iter().all(|line| line.outcome == Outcome::Failed && line.object.is_none()));
    // Known and unknown are punished alike.
    let tries = |name: &str| {
        (0..8)
            .map(|_| match login(store, name, wrong, None, 20_000) {
                Login::Wait(wait) => Some(wait),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(tries("denis"), tries("personne"));
}

#[test]
fn a_million_unknown_names_leave_nothing_behind() {
    let practice = practice();
    let store = &practice.store;
    let password = SecretString::from("x");
    let size = || {
        let count = |table: &str| -> i64 {
            let file = practice.dir.path().join("jalon.sqlite");
            let connection = rusqlite::Connection::open(file).unwrap();
            let sql = ["SELECT count(*) FROM ", table].concat();
            connection.query_row(&sql, [], |row| row.get(0)).unwrap()
        };
        (count("audit"), count("accounts") + count("sessions") + count("invitations"))
    };
    let (lines, rows) = size();
    let mut waited = 0;
    for n in 0..1_000_000_u32 {
        let login = format!("inconnu{n}");
        let address = format!("10.0.0.{}", n % 64);
        let shown = Credentials {
            login: &login,
            password: &password,
            code: None,
            address: &address,
            before: None,
        };
        match store.login(&shown, at(100)).unwrap() {
            Login::Wait(_) => waited += 1,
            Login::Refused => {}
            Login::Opened(_) => panic!("entered"),
        }
    }
    // Twenty free tries an address, and then a wait.
    assert_eq!(waited, 1_000_000 - 64 * 20);
    let (after, same) = size();
    assert_eq!((after - lines, same), (200, rows));
    let lines = Lines { action: Some(Action::ManyFailures), most: 5, ..Lines::default() };
    assert!(matches!(login(store, "x", "x", None, 9_000), Login::Refused));
    let told = store.journal(&practice.admin, lines, at(9_000)).unwrap();
    assert_eq!(told[0].object.as_deref(), Some("1080"));
}

#[test]
fn a_password_is_hashed_again_when_it_costs_more() {
    let practice = practice();
    let dir = practice.dir.path().to_path_buf();
    let kept = || -> String {
        let connection = rusqlite::Connection::open(dir.join("jalon.sqlite")).unwrap();
        let sql = "SELECT password FROM accounts WHERE login = 'clara'";
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert!(kept().contains("m=8,t=1,p=1"));
    let store = Store::open_with(&dir, Options { cost: Cost::weak(3), ..options() }).unwrap();
    let wrong = login(&store, "clara", "trois hiboux sur un poirier", None, 100);
    assert!(matches!(wrong, Login::Refused));
    assert!(kept().contains("t=1,"), "only who enters");
    practice.people[1].enter(&store, 100);
    assert!(kept().contains("m=8,t=3,p=1"));
    practice.people[1].enter(&store, 200);
}

#[test]
fn the_usual_cost_is_used_when_nothing_is_said() {
    let dir = folder();
    let store = Store::open(dir.path()).unwrap();
    let setup = store.setup_code(at(0)).unwrap().unwrap();
    let first = store.first_account(&setup, "alice", "Alice", ADDRESS, at(0)).unwrap();
    let alice = enrol(&store, &first.code, 0);
    alice.enter(&store, 60);
    let connection = rusqlite::Connection::open(dir.path().join("jalon.sqlite")).unwrap();
    let kept: String =
        connection.query_row("SELECT password FROM accounts", [], |row| row.get(0)).unwrap();
    assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
}

#[test]
fn sessions_end_with_time_use_or_not() {
    let practice = practice();
    let (store, clara) = (&practice.store, &practice.people[1]);
    let token = clara.enter(store, 1_000).token;
    let inside = |second| store.session(&token, ADDRESS, at(second)).unwrap().is_some();
    assert!(inside(1_000 + 29 * 60));
    assert!(inside(1_000 + 58 * 60), "each use counts");
    assert!(!inside(1_000 + 89 * 60), "idle");
    let token = clara.enter(store, 10_000).token;
    let inside = |second| store.session(&token, ADDRESS, at(second)).unwrap().is_some();
    for minute in (0..12 * 60).step_by(20) {
        assert!(inside(10_000 + minute * 60));
    }
    assert!(!inside(10_000 + 12 * 3_600), "twelve hours");
    assert!(!inside(10_000 + 13 * 3_600));
}

#[test]
fn a_session_is_listed_renewed_and_ended_by_its_owner_alone() {
    let practice = practice();
    let (store, clara) = (&practice.store, &practice.people[1]);
    let session = clara.enter(store, 90);
    let actor = store.session(&session.token, ADDRESS, at(90)).unwrap().unwrap();
    let inside = |token: &SecretString, second| store.session(token, ADDRESS, at(second)).unwrap();

    let renewed = store.renew(&session.token, at(91)).unwrap().unwrap();
    assert!(inside(&session.token, 92).is_none(), "the old token");
    assert_eq!(inside(&renewed, 92).unwrap().session, session.id);
    assert!(store.renew(&session.token, at(93)).unwrap().is_none());

    let own = store.sessions(&actor, at(94)).unwrap();
    assert_eq!(own.len(), 2);
    assert_eq!(own.iter().filter(|session| session.current).count(), 1);
    assert!(store.end_session(&practice.denis, session.id, at(95)).is_err());
    assert_eq!(store.end_other_sessions(&actor, at(95)).unwrap(), 1);
    assert!(inside(&renewed, 96).is_some());

    // Entering again from a session ends it.
    let password = SecretString::from(PASSWORD);
    let code = clara.code(150);
    let shown = Credentials {
        login: "clara",
        password: &password,
        code: Some(&code),
        address: ADDRESS,
        before: Some(&renewed),
    };
    let Login::Opened(last) = store.login(&shown, at(150)).unwrap() else { panic!() };
    assert!(inside(&renewed, 151).is_none());
    let actor = inside(&last.token, 151).unwrap();
    store.logout(&actor, &last.token, at(152)).unwrap();
    assert!(inside(&last.token, 153).is_none());
}

#[test]
fn a_form_belongs_to_its_session() {
    let practice = practice();
    let one = practice.people[1].enter(&practice.store, 90).token;
    let other = practice.people[2].enter(&practice.store, 90).token;
    let token = csrf_token(&one);
    assert_eq!(token.expose_secret().len(), 64);
    assert_ne!(token.expose_secret(), one.expose_secret());
    assert!(csrf_matches(&one, token.expose_secret()));
    assert!(!csrf_matches(&other, token.expose_secret()));
    assert!(!csrf_matches(&one, ""));
}

#[test]
fn changing_rights_ends_sessions_at_once() {
    let practice = practice();
    let (store, admin) = (&practice.store, &practice.admin);
    let sophie = &practice.people[3];
    let account = practice.secretary.account;
    let inside = |token: &SecretString, second| store.session(token, ADDRESS, at(second)).unwrap();

    let token = sophie.enter(store, 90).token;
    assert!(inside(&token, 91).unwrap().sees_patients_of(&doctor("M2")));
    store.change_rights(admin, account, &rights(Role::Delegate, None, &["M1"]), at(92)).unwrap();
    assert!(inside(&token, 93).is_none());

    let token = sophie.enter(store, 150).token;
    let actor = inside(&token, 150).unwrap();
    assert!(actor.sees_patients_of(&doctor("M1")) && !actor.sees_patients_of(&doctor("M2")));
    store.disable(admin, account, at(151)).unwrap();
    assert!(inside(&token, 151).is_none());
    assert!(matches!(sophie.try_login(store, 210), Login::Refused));
    store.enable(admin, account, at(211)).unwrap();
    let token = sophie.enter(store, 270).token;
    let again = store.invite_again(admin, account, at(271)).unwrap();
    assert!(inside(&token, 272).is_none());
    assert!(matches!(sophie.try_login(store, 330), Login::Refused), "the password is void");
    enrol(store, &again.code, 400).enter(store, 460);
}

#[test]
fn changing_the_password_wants_the_old_one_and_ends_the_other_sessions() {
    let practice = practice();
    let (store, clara) = (&practice.store, &practice.people[1]);
    let other = clara.enter(store, 90).token;
    let new = SecretString::from("quatre loutres dans la brume");
    let change = |old: &str, new: &SecretString| {
        store.change_password(&practice.clara, &old.into(), new, at(100))
    };
    assert!(change("trois hiboux sur un poirier", &new).is_err());
    assert!(change(PASSWORD, &"clara clara clara".into()).is_err());
    change(PASSWORD, &new).unwrap();
    assert!(store.session(&other, ADDRESS, at(101)).unwrap().is_none());
    assert!(matches!(clara.try_login(store, 150), Login::Refused));
    let code = clara.code(210);
    assert!(matches!(
        login(store, "clara", new.expose_secret(), Some(&code), 210),
        Login::Opened(_)
    ));
}

#[test]
fn accounts_are_managed_by_the_administrator_and_one_always_stays() {
    let practice = practice();
    let (store, admin) = (&practice.store, &practice.admin);
    let new = |login: &str, role, own, lists: &[&str]| NewAccount {
        login: login.into(),
        name: "X".into(),
        rights: rights(role, own, lists),
    };
    for actor in [&practice.clara, &practice.secretary, &practice.nurse, &practice.auditor] {
        let made = store.invite(actor, &new("zoe", Role::Nurse, None, &["M1"]), at(60));
        assert!(matches!(made, Err(StoreError::NotFound)));
        assert!(matches!(store.accounts(actor, at(60)), Err(StoreError::NotFound)));
    }
    for bad in [
        new("clara", Role::Nurse, None, &[]),
        new("CLARA ", Role::Nurse, None, &[]),
        new("x", Role::Nurse, None, &[]),
        new("a b", Role::Nurse, None, &[]),
        new("zoe", Role::Nurse, Some("M1"), &[]),
        new("zoe", Role::Administrator, None, &["M1"]),
        new("zoe", Role::Auditor, None, &["M1"]),
    ] {
        assert!(
            matches!(store.invite(admin, &bad, at(60)), Err(StoreError::Refused(_))),
            "{bad:?}"
        );
    }
    assert!(matches!(store.disable(admin, admin.account, at(60)), Err(StoreError::Refused(_))));
    let demoted =
        store.change_rights(admin, admin.account, &rights(Role::Nurse, None, &[]), at(60));
    assert!(matches!(demoted, Err(StoreError::Refused(_))));
    let accounts = store.accounts(admin, at(60)).unwrap();
    let logins: Vec<_> = accounts.iter().map(|account| account.login.as_str()).collect();
    assert_eq!(logins, ["admin1", "clara", "denis", "hugo", "nora", "sophie"]);
    assert_eq!(accounts[1].rights, rights(Role::Doctor, Some("M1"), &["M1"]));
    assert!(accounts.iter().all(|account| account.second_factor));
    let names = store.colleagues(&practice.clara, &doctor("M1")).unwrap();
    let names: Vec<_> = names.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, ["clara", "nora", "sophie"]);
}

#[test]
fn what_each_role_sees() {
    let practice = practice();
    let (m1, m2) = (&doctor("M1"), &doctor("M2"));
    let sees = |actor: &jalon_store::Actor| {
        [
            actor.sees_patients_of(m1),
            actor.sees_patients_of(m2),
            actor.sees_rates_of(m1),
            actor.sees_rates_of(m2),
            actor.sees_amounts_of(m1),
            actor.sees_amounts_of(m2),
        ]
    };
    let (y, n) = (true, false);
    assert_eq!(sees(&practice.admin), [n, n, n, n, n, n]);
    assert_eq!(sees(&practice.clara), [y, n, y, n, y, n]);
    assert_eq!(sees(&practice.denis), [n, y, n, y, n, y]);
    assert_eq!(sees(&practice.secretary), [y, y, y, y, n, n]);
    assert_eq!(sees(&practice.nurse), [y, n, y, n, n, n]);
    assert_eq!(sees(&practice.auditor), [n, n, y, y, y, y]);
}

#[test]
fn doctors_compare_with_whoever_agrees_to_it() {
    let practice = practice();
    let (store, clara) = (&practice.store, &practice.people[1]);
    let (m1, m2) = (doctor("M1"), doctor("M2"));
    assert!(!practice.clara.compares_with(&m2));
    store.consent(&practice.denis, &m1, true, at(70)).unwrap();
    store.consent(&practice.denis, &m1, true, at(70)).unwrap();
    let now = clara.actor(store, 120);
    assert!(now.compares_with(&m2) && !now.sees_amounts_of(&m2) && !now.sees_patients_of(&m2));
    assert_eq!(store.consents(&practice.denis).unwrap(), BTreeSet::from([m1.clone()]));
    assert!(!practice.people[2].actor(store, 120).compares_with(&m1), "one way only");
    store.consent(&practice.denis, &m1, false, at(130)).unwrap();
    assert!(!clara.actor(store, 180).compares_with(&m2));
    assert!(store.consent(&practice.secretary, &m1, true, at(190)).is_err());
}
