//! What is declared, what proves it, what the fund says and pays.

// Helpers take the answers of what they check.
#![allow(clippy::needless_pass_by_value)]

mod commun;

use std::collections::BTreeMap;
use std::io::{self, Read};

use commun::{at, doctor, open, practice};
use jalon_store::audit::{Action, Lines, Outcome};
use jalon_store::{
    Actor, DeclarationId, Declared, Extension, Kind, LARGEST, Mapping, NewDeclaration, NewPayment,
    NewStatement, PaymentKind, Proof, Store, StoreError, Words, Written,
};
use jiff::civil::date;

const PDF: &[u8] = b"%PDF-1.7\nune attestation\n%%EOF";

fn declaration(doctor: &jalon_store::DoctorKey, numerator: u32) -> NewDeclaration<'_> {
    NewDeclaration {
        doctor,
        campaign: 2026,
        item: "tabac",
        numerator,
        denominator: 40,
        declared_on: date(2026, 12, 20),
        seen: None,
    }
}

/// Declares one item.
fn declare(
    store: &Store,
    actor: &Actor,
    new: NewDeclaration<'_>,
    second: i64,
) -> Result<Declared, StoreError> {
    store.declare(actor, &[new], at(second))
}

/// The number of what was just declared.
#[cfg(test)]
fn done(declared: Result<Declared, StoreError>) -> DeclarationId {
    let Ok(Declared::Done(ids)) = declared else { panic!("{declared:?}") };
    ids[0]
}

fn refused<T: std::fmt::Debug>(answer: Result<T, StoreError>) {
    assert!(matches!(answer, Err(StoreError::NotFound)), "{answer:?}");
}

#[test]
fn a_declaration_is_replaced_and_its_history_stays() {
    let practice = practice();
    let (store, clara) = (&practice.store, &practice.clara);
    let m1 = &doctor("M1");
    let declare = |actor, numerator, seen, second| {
        declare(store, actor, NewDeclaration { seen, ..declaration(m1, numerator) }, second)
    };
    let first = done(declare(&practice.secretary, 20, None, 100));
    let Declared::Stale(theirs) = declare(clara, 30, None, 101).unwrap() else { panic!() };
    assert_eq!(
        (theirs[0].id, theirs[0].numerator, theirs[0].author),
        (first, 20, practice.secretary.account)
    );
    done(declare(clara, 30, Some(first), 102));
    // All or none: one that is stale stops the other.
    let both = [
        NewDeclaration { item: "alcool", ..declaration(m1, 1) },
        NewDeclaration { seen: Some(first), ..declaration(m1, 2) },
    ];
    let Declared::Stale(theirs) = store.declare(clara, &both, at(103)).unwrap() else { panic!() };
    assert_eq!(theirs.len(), 1);
    let now = store.declarations(clara, m1, 2026).unwrap();
    assert_eq!(
        now.iter().map(|d| (d.item.as_str(), d.numerator)).collect::<Vec<_>>(),
        [("tabac", 30)]
    );
    let history = store.declaration_history(clara, m1, 2026, "tabac").unwrap();
    assert_eq!(history.iter().map(|d| d.numerator).collect::<Vec<_>>(), [30, 20]);
    assert_eq!(store.declarations(&practice.auditor, m1, 2026).unwrap().len(), 1);
    assert_eq!(store.every_declaration().unwrap(), now);
    for actor in [&practice.denis, &practice.nurse, &practice.admin, &practice.auditor] {
        refused(declare(actor, 1, None, 103));
    }
    refused(store.declarations(&practice.denis, m1, 2026));
    assert!(matches!(declare(clara, 41, None, 104), Err(StoreError::Refused(_))));
    let odd = NewDeclaration { campaign: 1999, ..declaration(m1, 1) };
    assert!(matches!(store.declare(clara, &[odd], at(104)), Err(StoreError::Refused(_))));
}

/// A body that never ends.
struct Endless(u64);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0 += buffer.len() as u64;
        buffer.fill(b'a');
        Ok(buffer.len())
    }
}

#[test]
fn documents_are_what_they_say_and_stay_what_they_were() {
    let practice = practice();
    let (store, clara) = (&practice.store, &practice.clara);
    let m1 = &doctor("M1");
    let id = done(declare(store, clara, declaration(m1, 20), 100));
    let proof = Proof::Declaration(id);
    let add =
        |name: &str, bytes: &[u8]| store.add_document(clara, &proof, name, bytes, None, at(101));
    let document = add("../attestation tabac.exe", PDF).unwrap();
    assert_eq!((document.name.as_str(), document.kind), ("attestation tabac.pdf", Kind::Pdf));
    assert_eq!(document.hash, *blake3::hash(PDF).as_bytes());
    assert_eq!(store.documents(clara, &proof).unwrap(), std::slice::from_ref(&document));
    assert_eq!(
        store.read_document(clara, document.id, at(102)).unwrap(),
        (document.clone(), PDF.to_vec())
    );

    for bytes in [&b"<html><script>"[..], b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR", b"PK\x03\x04", b""]
    {
        assert!(matches!(add("releve.pdf", bytes), Err(StoreError::Refused(_))));
    }
    let mut endless = Endless(0);
    let long = store.add_document(clara, &proof, "x.pdf", &mut endless, None, at(101));
    assert!(matches!(long, Err(StoreError::Refused(_))));
    assert!(endless.0 <= 2 * LARGEST, "the rest is not read");
    let mut largest = PDF.to_vec();
    largest.resize(usize::try_from(LARGEST).unwrap(), b' ');
    let largest = add("x.pdf", &largest).unwrap();
    assert_eq!(largest.size, LARGEST);

    // One file a document, under a name that says nothing, for its owner alone.
    let files: Vec<_> =
        std::fs::read_dir(store.documents_dir()).unwrap().map(Result::unwrap).collect();
    assert_eq!(files.len(), 2);
    for file in &files {
        let name = file.file_name().into_string().unwrap();
        assert!(name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit()), "{name}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    store.remove_document(clara, largest.id, at(103)).unwrap();
    assert_eq!(std::fs::read_dir(store.documents_dir()).unwrap().count(), 1);
    let path = std::fs::read_dir(store.documents_dir()).unwrap().next().unwrap().unwrap().path();
    std::fs::write(&path, b"%PDF-1.7\nautre chose").unwrap();
    let read = store.read_document(clara, document.id, at(104));
    assert!(matches!(read, Err(StoreError::DocumentLost)));
    std::fs::remove_file(&path).unwrap();
    let read = store.read_document(clara, document.id, at(104));
    assert!(matches!(read, Err(StoreError::DocumentLost)));
    store.remove_document(clara, document.id, at(105)).unwrap();
}

#[test]
fn documents_follow_the_rights_on_what_they_prove() {
    let practice = practice();
    let store = &practice.store;
    let [patient] = practice.patients("M1", 1)[..] else { panic!() };
    let proof = Proof::Patient { patient, campaign: 2026, indicator: Some("cancer-sein".into()) };
    let add = |actor| store.add_document(actor, &proof, "x.pdf", PDF, None, at(100));
    let document = add(&practice.nurse).unwrap();
    assert!(store.read_document(&practice.clara, document.id, at(101)).is_ok());
    for actor in [&practice.denis, &practice.admin, &practice.auditor] {
        refused(add(actor));
        refused(store.documents(actor, &proof));
        refused(store.read_document(actor, document.id, at(102)));
        refused(store.remove_document(actor, document.id, at(102)));
    }
    let lines = Lines { action: Some(Action::ReadDocument), most: 10, ..Lines::default() };
    let lines = store.journal(&practice.admin, lines, at(103)).unwrap();
    let outcomes: Vec<_> = lines.iter().map(|line| line.outcome).collect();
    assert_eq!(outcomes, [Outcome::Refused, Outcome::Refused, Outcome::Refused, Outcome::Done]);

    // A statement is its doctor's alone.
    let (text, fields) = (Words::new("x"), BTreeMap::new());
    let m1 = doctor("M1");
    let statement = statement(&m1, &text, &fields);
    let id = store.add_statement(&practice.clara, None, &statement, at(104)).unwrap();
    let proof = Proof::Statement(id);
    let document =
        store.add_document(&practice.clara, &proof, "r.pdf", PDF, None, at(105)).unwrap();
    for actor in [&practice.secretary, &practice.nurse, &practice.denis, &practice.auditor] {
        refused(store.read_document(actor, document.id, at(106)));
    }
}

#[test]
fn an_interrupted_addition_or_removal_is_ended_at_the_next_opening() {
    let practice = practice();
    let clara = practice.clara.clone();
    let m1 = &doctor("M1");
    let id = done(declare(&practice.store, &clara, declaration(m1, 2), 100));
    let proof = Proof::Declaration(id);
    let document = practice.store.add_document(&clara, &proof, "a", PDF, None, at(100)).unwrap();
    let folder = practice.store.documents_dir();
    let file = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    // Stopped after the commit and before the name; and before the commit.
    let part = std::path::PathBuf::from([file.to_str().unwrap(), ".part"].concat());
    std::fs::rename(&file, part).unwrap();
    std::fs::write(folder.join(["a".repeat(64), ".part".into()].concat()), PDF).unwrap();
    let commun::Practice { dir, store, .. } = practice;
    drop(store);
    // While another program is at work, its files are left to it.
    let lock = std::fs::File::open(dir.path().join("documents.verrou")).unwrap();
    lock.lock_shared().unwrap();
    drop(open(dir.path()));
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
    drop(lock);
    let store = open(dir.path());
    assert_eq!(store.read_document(&clara, document.id, at(101)).unwrap().1, PDF);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
}

fn statement<'s>(
    doctor: &'s jalon_store::DoctorKey,
    text: &'s Words,
    fields: &'s BTreeMap<String, String>,
) -> NewStatement<'s> {
    NewStatement {
        doctor,
        scheme: "rosp-adulte",
        campaign: 2026,
        received_on: date(2027, 4, 20),
        text,
        fields,
        expires_on: Some(date(2029, 12, 31)),
    }
}

#[test]
fn statements_and_payments_are_their_doctors_alone() {
    let practice = practice();
    let (store, clara) = (&practice.store, &practice.clara);
    let m1 = &doctor("M1");
    let text = Words::new("RELEVE ROSP\nTotal 4 812,40");
    let fields = BTreeMap::from([("total".to_owned(), "4812.40".to_owned())]);
    let new = statement(m1, &text, &fields);
    let id = store.add_statement(clara, Some("formulaire-0"), &new, at(100)).unwrap();
    let again = store.add_statement(clara, Some("formulaire-0"), &new, at(101)).unwrap();
    assert_eq!(id, again, "the same form counts once");
    assert_eq!(store.statements(clara, m1, 2026).unwrap().len(), 1);
    let kept = store.statements(clara, m1, 2026).unwrap();
    assert_eq!((&kept[0].text, &kept[0].fields), (&text, &fields));
    let pay = |kind, cents, label| NewPayment {
        doctor: m1,
        scheme: "rosp-adulte",
        campaign: 2026,
        kind,
        label,
        cents,
        day: date(2027, 4, 27),
    };
    let both = [
        pay(PaymentKind::Expected, 481_240, "ROSP"),
        pay(PaymentKind::Received, 480_000, "VIR CPAM ROSP"),
    ];
    let ids = store.add_payments(clara, Some("formulaire-1"), &both, at(101)).unwrap();
    let again = store.add_payments(clara, Some("formulaire-1"), &both, at(101)).unwrap();
    assert!(again.is_empty(), "the same form counts once");
    let other = store.add_payments(clara, Some("formulaire-1"), &both[..1], at(101));
    assert!(matches!(other, Err(StoreError::Refused(_))));
    let payments = store.payments(&practice.auditor, m1, 2026).unwrap();
    let cents: Vec<_> = payments.iter().map(|payment| (payment.kind, payment.cents)).collect();
    assert_eq!(cents, [(PaymentKind::Expected, 481_240), (PaymentKind::Received, 480_000)]);
    refused(store.cancel_payment(&practice.denis, ids[1], at(102)));
    store.cancel_payment(clara, ids[1], at(102)).unwrap();
    refused(store.cancel_payment(clara, ids[1], at(103)));
    assert_eq!(store.payments(clara, m1, 2026).unwrap().len(), 1);
    for actor in [&practice.denis, &practice.secretary, &practice.nurse, &practice.admin] {
        refused(store.statements(actor, m1, 2026));
        refused(store.payments(actor, m1, 2026));
        refused(store.add_statement(actor, None, &new, at(104)));
        refused(store.add_payments(actor, None, &both, at(104)));
    }
    let swept = store.sweep(date(2030, 1, 1), at(200)).unwrap();
    assert_eq!(swept.statements, 1);
    assert!(store.statements(clara, m1, 2026).unwrap().is_empty());
}

#[test]
fn a_claim_is_its_doctors_alone_and_nothing_written_is_lost() {
    let practice = practice();
    let (store, clara) = (&practice.store, &practice.clara);
    let (m1, text, fields) = (&doctor("M1"), Words::new("x"), BTreeMap::new());
    let id = store.add_statement(clara, None, &statement(m1, &text, &fields), at(100)).unwrap();
    assert_eq!(store.claim(clara, id).unwrap(), None);
    let first = Words::new("Madame, Monsieur,");
    let Written::Done(one) = store.write_claim(clara, id, None, &first, at(101)).unwrap() else {
        panic!()
    };
    // The same form sent twice.
    let again = store.write_claim(clara, id, None, &first, at(102)).unwrap();
    assert_eq!(again, Written::Done(one));
    let second = Words::new("Madame,");
    let written = store.write_claim(clara, id, Some(one), &second, at(103)).unwrap();
    assert!(matches!(written, Written::Done(two) if two != one));
    // Somebody who has seen the first does not write over the second.
    let stale = store.write_claim(clara, id, Some(one), &first, at(104)).unwrap();
    assert!(matches!(stale, Written::Stale(last) if last.body == second));
    assert_eq!(store.claim(&practice.auditor, id).unwrap().unwrap().body, second);
    let long = Words::new("x".repeat(300 * 1024));
    let refusal = store.write_claim(clara, id, None, &long, at(105));
    assert!(matches!(refusal, Err(StoreError::Refused(_))));
    for actor in [&practice.denis, &practice.secretary, &practice.nurse, &practice.admin] {
        refused(store.claim(actor, id));
        refused(store.write_claim(actor, id, None, &first, at(106)));
    }
    refused(store.write_claim(&practice.auditor, id, None, &first, at(106)));
    // It goes with its statement.
    assert_eq!(store.sweep(date(2030, 1, 1), at(200)).unwrap().statements, 1);
    refused(store.claim(clara, id));
}

#[test]
fn what_is_out_of_date_goes() {
    let practice = practice();
    let (store, clara) = (&practice.store, &practice.clara);
    let [patient] = practice.patients("M1", 1)[..] else { panic!() };
    let proof = Proof::Patient { patient, campaign: 2026, indicator: None };
    let add = |last| store.add_document(clara, &proof, "x", PDF, last, at(100)).unwrap();
    let kept = add(Some(date(2026, 12, 31)));
    let forever = add(None);
    add(Some(date(2026, 12, 30)));
    let swept = store.sweep(date(2026, 12, 31), at(200)).unwrap();
    assert_eq!((swept.documents, swept.sessions), (1, 0));
    let left: Vec<_> = store.documents(clara, &proof).unwrap().iter().map(|d| d.id).collect();
    let mut expected = vec![kept.id, forever.id];
    expected.sort();
    assert_eq!(left, expected);
    assert_eq!(std::fs::read_dir(store.documents_dir()).unwrap().count(), 2);
    assert_eq!(store.sweep(date(2026, 12, 31), at(3_600)).unwrap().sessions, 6, "idle");
}

#[test]
fn settings_windows_mappings_and_preferences() {
    let practice = practice();
    let (store, admin, clara) = (&practice.store, &practice.admin, &practice.clara);
    refused(store.set_setting(clara, "caisse", Some("311"), at(100)));
    store.set_setting(admin, "caisse", Some("311"), at(100)).unwrap();
    store.set_setting(admin, "caisse", Some("312"), at(101)).unwrap();
    assert_eq!(store.setting("caisse").unwrap().as_deref(), Some("312"));
    store.set_setting(admin, "caisse", None, at(102)).unwrap();
    assert_eq!(store.setting("caisse").unwrap(), None);

    let window = |until| Extension {
        fund: "311".into(),
        scheme: "rosp-adulte".into(),
        campaign: 2026,
        window: "saisie".into(),
        until,
        source: "courriel de la caisse du 28/01/2027".into(),
    };
    store.extend(clara, &window(date(2027, 2, 10)), at(100)).unwrap();
    store.extend(admin, &window(date(2027, 2, 15)), at(101)).unwrap();
    refused(store.extend(&practice.nurse, &window(date(2027, 3, 1)), at(102)));
    assert_eq!(store.extensions("311", 2026).unwrap(), [window(date(2027, 2, 15))]);
    assert!(store.extensions("312", 2026).unwrap().is_empty());

    let mapping = |body: &str| Mapping {
        kind: "amelipro".into(),
        name: "liste de prévention".into(),
        body: body.into(),
    };
    store.save_mapping(&practice.secretary, &mapping("a"), at(100)).unwrap();
    store.save_mapping(&practice.nurse, &mapping("b"), at(101)).unwrap();
    refused(store.save_mapping(&practice.auditor, &mapping("c"), at(102)));
    assert_eq!(store.mappings("amelipro").unwrap(), [mapping("b")]);
    store.remove_mapping(clara, "amelipro", "liste de prévention", at(103)).unwrap();
    assert!(store.mappings("amelipro").unwrap().is_empty());

    store.set_preference(clara, "colonne-euros", "oui").unwrap();
    assert_eq!(store.preferences(clara).unwrap()["colonne-euros"], "oui");
    assert!(store.preferences(&practice.denis).unwrap().is_empty());
}

#[test]
fn the_documents_of_a_patient_and_whoever_opened_them() {
    let practice = practice();
    let (store, clara, nurse) = (&practice.store, &practice.clara, &practice.nurse);
    let patients = practice.patients("M1", 2);
    let about = |patient, indicator: Option<&str>| Proof::Patient {
        patient,
        campaign: 2026,
        indicator: indicator.map(str::to_owned),
    };
    let add = |proof: &Proof, second| {
        store.add_document(clara, proof, "x", PDF, None, at(second)).unwrap().id
    };
    let whole = add(&about(patients[0], None), 100);
    let alone = add(&about(patients[0], Some("a")), 101);
    add(&about(patients[1], None), 102);
    let found = store.documents_about(nurse, patients[0], 2026).unwrap();
    let found: Vec<_> = found.iter().map(|(gap, one)| (gap.as_deref(), one.id)).collect();
    assert_eq!(found, [(None, whole), (Some("a"), alone)]);
    assert!(store.documents_about(nurse, patients[0], 2025).unwrap().is_empty());
    store.read_document(nurse, alone, at(110)).unwrap();
    store.patient(clara, patients[0], 2026, at(111)).unwrap();
    let looks = store.looks(nurse, patients[0], 10).unwrap();
    let told: Vec<_> = looks.iter().map(|one| (one.name.as_str(), one.action, one.at)).collect();
    assert_eq!(
        told,
        [
            ("clara", Action::ReadPatient, at(111)),
            ("nora", Action::ReadDocument, at(110)),
            ("clara", Action::AddDocument, at(101)),
            ("clara", Action::AddDocument, at(100)),
        ]
    );
    assert_eq!(store.looks(nurse, patients[0], 2).unwrap(), looks[..2]);
    // Of somebody else's patient, nothing; and his try is nobody's look.
    let other = &practice.denis;
    assert!(matches!(store.patient(other, patients[0], 2026, at(112)), Err(StoreError::NotFound)));
    assert!(matches!(store.looks(other, patients[0], 10), Err(StoreError::NotFound)));
    assert!(matches!(store.documents_about(other, patients[0], 2026), Err(StoreError::NotFound)));
    assert_eq!(store.looks(nurse, patients[0], 10).unwrap().len(), 4);
}
