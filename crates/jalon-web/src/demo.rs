//! The demonstration: invented people, in a folder of its own, with accounts
//! that anybody may use. Its memory says what it is, and its dossier bears a
//! mark: neither can be opened with the other one's.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use jalon_data::generer::{Plan, generer};
use jalon_data::write::Format;
use jalon_store::{
    Actor, Credentials, DoctorKey, Login, NewAccount, Rights, Role, SecretString, Store,
};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use crate::app::App;
use crate::failure::Failure;
use crate::practice::Practice;

/// Password of every account.
pub const PASSWORD: &str = "quatre hiboux sans diplôme";

/// Patients invented.
const PATIENTS: u64 = 900;

/// Days between what is told last and today: the lag of real data.
const LAG: i64 = 12;

/// The file by which a dossier says that its people are invented.
const MARK: &str = "DEMONSTRATION.md";

const MARK_SAYS: &str = "# Démonstration\n\nToutes ces personnes sont inventées. N'ajoutez rien de vrai à ce dossier.\n";

/// Someone whose account anybody may use.
pub struct Person {
    pub login: &'static str,
    pub name: &'static str,
    pub role: Role,
    own: Option<&'static str>,
    lists: &'static [&'static str],
}

/// The first one manages; the second is whoever opens the demonstration.
pub const PEOPLE: &[Person] = &[
    Person {
        login: "gestion",
        name: "Camille Gestion",
        role: Role::Administrator,
        own: None,
        lists: &[],
    },
    Person {
        login: "medecin",
        name: "Dr Noa Exemple",
        role: Role::Doctor,
        own: Some("M0001"),
        lists: &[],
    },
    Person {
        login: "consoeur",
        name: "Dr Dominique Exemple",
        role: Role::Doctor,
        own: Some("M0002"),
        lists: &[],
    },
    Person {
        login: "secretariat",
        name: "Sacha Accueil",
        role: Role::Delegate,
        own: None,
        lists: &["M0001", "M0002"],
    },
    Person {
        login: "infirmiere",
        name: "Andrea Soin",
        role: Role::Nurse,
        own: None,
        lists: &["M0001"],
    },
    Person { login: "audit", name: "Alix Regard", role: Role::Auditor, own: None, lists: &[] },
];

/// Whether a dossier says that its people are invented.
pub fn is_marked(dossier: &Path) -> bool {
    dossier.join(MARK).exists()
}

/// Opens the demonstration, made now the first time, and enters it as a doctor.
pub fn open(app: &App, address: &str) -> Result<(App, SecretString), Failure> {
    let folder = &app.setting.demonstration;
    let dossier = folder.join("dossier");
    let (now, today) = (app.clock().now(), app.clock().today());
    if !is_marked(&dossier) {
        invent(&dossier, today)?;
    }
    let store = Store::open(&folder.join("memoire"))?;
    if !store.is_set_up()? {
        people(&store, address, now)?;
    }
    let practice = Practice::new(app.practice.rules(), app.practice.overlay(), &dossier);
    let app = App::new(practice, store, Arc::clone(&app.setting))?;
    let token = enter(&app.store, PEOPLE[1].login, address, now)?;
    Ok((app, token))
}

/// Invents people whose last facts are of some days ago.
fn invent(dossier: &Path, today: Date) -> Result<(), Failure> {
    let failed = |_| Failure::Broken("démonstration");
    let parent = dossier.parent().ok_or(Failure::Broken("démonstration"))?;
    fs::create_dir_all(parent).map_err(failed)?;
    // Begun and not ended.
    if dossier.exists() {
        fs::remove_dir_all(dossier).map_err(failed)?;
    }
    let plan = Plan { patients: PATIENTS, medecins: 2, graine: 1, campagne: today.year() };
    generer(&plan, dossier, Format::Csv, &mut |_| {})
        .map_err(|_| Failure::Broken("démonstration"))?;
    let last = today.checked_sub(LAG.days()).unwrap_or(today);
    for entry in fs::read_dir(dossier).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|kind| kind == "csv") {
            until(&path, last).map_err(|_| Failure::Broken("démonstration"))?;
        }
    }
    fs::write(dossier.join(MARK), MARK_SAYS).map_err(failed)
}

/// Forgets what a table tells of later days: what begins then, and that
/// something ends then.
fn until(table: &Path, last: Date) -> Result<(), csv::Error> {
    let last = last.to_string();
    let mut reader = csv::Reader::from_path(table)?;
    let header = reader.headers()?.clone();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&header)?;
    for row in reader.records() {
        let row = row?;
        let cells = header.iter().zip(&row);
        let begins = |name: &str| matches!(name, "date" | "entree" | "debut");
        let ends = |name: &str| matches!(name, "fin" | "sortie" | "deces");
        if cells.clone().any(|(name, cell)| begins(name) && *cell > *last) {
            continue;
        }
        writer.write_record(
            cells.map(|(name, cell)| if ends(name) && *cell > *last { "" } else { cell }),
        )?;
    }
    let bytes = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
    fs::write(table, bytes)?;
    Ok(())
}

/// Makes the accounts.
fn people(store: &Store, address: &str, now: Timestamp) -> Result<(), Failure> {
    store.become_demonstration(now)?;
    let code = store.setup_code(now)?.ok_or(Failure::Broken("démonstration"))?;
    let [first, others @ ..] = PEOPLE else { return Err(Failure::Broken("démonstration")) };
    let password = SecretString::from(PASSWORD);
    let enrol = |code: &SecretString| -> Result<(), Failure> {
        store.begin_enrolment(code, now)?;
        store.finish_enrolment(code, &password, None, address, now)?;
        Ok(())
    };
    let made = store.first_account(&code, first.login, first.name, address, now)?;
    enrol(&made.code)?;
    let token = enter(store, first.login, address, now)?;
    let actor: Option<Actor> = store.session(&token, address, now)?;
    let actor = actor.ok_or(Failure::Broken("démonstration"))?;
    for person in others {
        let lists: BTreeSet<_> = person.lists.iter().map(|list| DoctorKey::new(*list)).collect();
        let rights = Rights { role: person.role, own: person.own.map(DoctorKey::new), lists };
        let new = NewAccount { login: person.login.into(), name: person.name.into(), rights };
        enrol(&store.invite(&actor, &new, now)?.code)?;
    }
    store.logout(&actor, &token, now)?;
    Ok(())
}

fn enter(
    store: &Store,
    login: &str,
    address: &str,
    now: Timestamp,
) -> Result<SecretString, Failure> {
    let password = SecretString::from(PASSWORD);
    let shown = Credentials { login, password: &password, code: None, address, before: None };
    match store.login(&shown, now)? {
        Login::Opened(session) => Ok(session.token),
        Login::Refused => Err(Failure::Broken("démonstration")),
        Login::Wait(wait) => Err(Failure::Wait(wait)),
    }
}
