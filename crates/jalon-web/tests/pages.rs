//! The pages as a browser asks for them, role by role.

#[cfg(test)]
mod commun;

use std::collections::{BTreeMap, BTreeSet};

use commun::{People, Server};
use jalon_store::audit::{Action, Lines};
use jalon_store::worklist::{FundMark, Seen, Step, To};
use jalon_store::{NewStatement, PatientId, Proof, Role, Words};
use jalon_web::{Need, ROUTES};

/// A statement of clara's that the facts do not follow, and a patient of hers
/// to claim.
#[cfg(test)]
fn statement(server: &Server, people: &People, patient: &str) -> String {
    let (clara, now) = (server.actor(&people.clara), server.hand.now());
    let text = "campagne = 2024\nmedecin = \"M0001\"\ndispositif = \"rosp-adulte\"\npatientele = 677\n[[ligne]]\nindicateur = \"diabete-hba1c\"\nlibelle = \"HbA1c\"\nnumerateur = 1\ndenominateur = 2\npoints = 3\nmontant = 4\n";
    let new = NewStatement {
        doctor: clara.own().unwrap(),
        scheme: "rosp-adulte",
        campaign: 2024,
        received_on: jiff::civil::date(2024, 11, 1),
        text: &Words::new(text),
        fields: &BTreeMap::new(),
        expires_on: None,
    };
    let step = Step {
        patient: PatientId::parse(patient).unwrap(),
        campaign: 2024,
        indicator: Some("rosp-adulte:diabete-hba1c"),
        seen: Seen::Whatever,
        to: To::Fund(Some(FundMark::ToClaim)),
    };
    server.app.store.change(&clara, None, &[step], now).unwrap();
    server.app.store.add_statement(&clara, None, &new, now).unwrap().to_string()
}

/// An address of each route, that exists.
#[cfg(test)]
async fn addresses(server: &Server, people: &People) -> Vec<(&'static str, String)> {
    let list = server.inside(&people.clara).get("/patients?campagne=2024").await;
    let patient = list.links().into_iter().find(|to| to.starts_with("/patients/")).unwrap();
    let accounts = server.inside(&people.admin).get("/reglages/personnes").await;
    let account = accounts.links().into_iter().find(|to| to.starts_with("/reglages/personnes/"));
    let account = account.unwrap();
    let number = patient.trim_start_matches("/patients/").split('?').next().unwrap();
    let about = Proof::Patient {
        patient: PatientId::parse(number).unwrap(),
        campaign: 2024,
        indicator: None,
    };
    let (clara, now) = (server.actor(&people.clara), server.hand.now());
    let pdf: &[u8] = b"%PDF-1.7\n%%EOF\n";
    let proof = server.app.store.add_document(&clara, &about, "x.pdf", pdf, None, now).unwrap().id;
    let statement = statement(server, people, number);
    ROUTES
        .iter()
        .map(|route| {
            let address = match route.path {
                "/indicateurs/{scheme}/{page}" => {
                    "/indicateurs/rosp-adulte/diabete-hba1c?campagne=2024".to_owned()
                }
                "/patients/{number}" => patient.clone(),
                one if one.starts_with("/reglages/personnes/{account}") => {
                    one.replace("{account}", account.trim_start_matches("/reglages/personnes/"))
                }
                "/patients/{number}/pieces/{document}" => {
                    patient.replace('?', &format!("/pieces/{proof}?"))
                }
                "/aide/{scheme}/{page}" => {
                    "/aide/rosp-adulte/diabete-hba1c?campagne=2024".to_owned()
                }
                // Nobody's.
                "/pieces/{number}" => "/pieces/0000000000000001".to_owned(),
                path if path.starts_with("/releves/{number}") => {
                    format!("{}?campagne=2024", path.replace("{number}", &statement))
                }
                path if path.starts_with("/import/{number}") => path.replace("{number}", "0a"),
                "/assets/{name}" => "/assets/style.css".to_owned(),
                plain => {
                    assert!(!plain.contains('{'), "{plain} wants an address");
                    format!("{plain}?campagne=2024")
                }
            };
            (route.path, address)
        })
        .collect()
}

/// Whom a page is for, written down apart from the application.
#[cfg(test)]
fn is_for(need: Need, role: Role) -> bool {
    use Role::{Administrator, Auditor, Delegate, Doctor, Nurse};
    match need {
        Need::Nothing | Need::Account => true,
        Need::Patients => matches!(role, Doctor | Delegate | Nurse),
        Need::Sums => matches!(role, Doctor | Delegate | Nurse | Auditor),
        Need::Amounts => matches!(role, Doctor | Auditor),
        Need::OwnList => role == Doctor,
        Need::Import => matches!(role, Administrator | Doctor),
        Need::Administration => role == Administrator,
    }
}

#[tokio::test]
async fn every_address_is_open_to_those_it_is_for() {
    let (server, people) = Server::practice();
    let addresses = addresses(&server, &people).await;
    let mut nobody = server.browser();
    for ((path, address), route) in addresses.iter().zip(ROUTES) {
        let answer = nobody.get(address).await;
        let expected = match (route.need, *path) {
            _ if route.changes => 405,
            (Need::Nothing, "/mise-en-service") => 303,
            (Need::Nothing, _) => 200,
            _ => 303,
        };
        assert_eq!(answer.status, expected, "{path}, nobody");
        if expected == 303 && route.need != Need::Nothing {
            assert!(answer.location().starts_with("/connexion?vers="), "{path}");
        }
        let posted = nobody.post_from(address, &[("x", "1")], &[]).await;
        let expected = match (route.need, route.changes, *path) {
            (Need::Nothing, _, "/connexion") => 401,
            (Need::Nothing, true, _) | (Need::Nothing, _, "/mise-en-service" | "/invitation") => {
                422
            }
            _ => 401,
        };
        // A page without a form says so to everybody.
        let formless = posted.status == 405 && !route.changes;
        assert!(formless || posted.status == expected, "{path}, nobody posts: {}", posted.status);
    }
    for person in people.each() {
        let mut browser = server.inside(person);
        for ((path, address), route) in addresses.iter().zip(ROUTES) {
            let role = person.role;
            let expected = match (is_for(route.need, role), *path) {
                _ if route.changes => 405,
                (false, _) | (true, "/pieces/{number}" | "/import/{number}") => 404,
                // Nothing here sets documents on pages.
                (true, "/releves/{number}/reclamation.pdf") => 503,
                (true, "/mise-en-service") => 303,
                (true, "/") if role == Role::Administrator => 303,
                _ => 200,
            };
            assert_eq!(browser.get(address).await.status, expected, "{path}, {role:?}");
            // A form without its token does nothing, whoever sends it.
            if route.need != Need::Nothing {
                let expected = if is_for(route.need, role) { 403 } else { 404 };
                let posted = browser.post_from(address, &[("x", "1")], &[]).await;
                let formless = posted.status == 405 && !route.changes;
                assert!(formless || posted.status == expected, "{path}, {role:?} posts");
            }
        }
        assert_eq!(browser.get("/ailleurs").await.status, 404);
    }
}

#[tokio::test]
async fn amounts_go_to_no_one_else() {
    let (server, people) = Server::practice();
    let addresses = addresses(&server, &people).await;
    for person in [&people.admin, &people.delegate, &people.nurse] {
        let mut browser = server.inside(person);
        for (path, address) in &addresses {
            let shown = browser.get(address).await.text;
            // Rules say what a point is worth, to everyone.
            assert!(path.starts_with("/aide") || !shown.contains('€'), "{path}, {}", person.login);
        }
    }
    assert!(server.inside(&people.clara).get("/?campagne=2024").await.text.contains('€'));
    assert!(server.inside(&people.auditor).get("/?campagne=2024").await.text.contains('€'));
}

#[tokio::test]
async fn an_auditor_sees_no_patient() {
    let (server, people) = Server::practice();
    let mut browser = server.inside(&people.auditor);
    for (path, address) in addresses(&server, &people).await {
        let shown = browser.get(&address).await.text;
        assert!(!shown.contains("P000"), "{path}");
    }
}

/// Walks from link to link: every page is there, none has an identifier in an
/// address, none an inline script or style.
#[tokio::test]
async fn every_link_leads_somewhere() {
    let (server, people) = Server::practice();
    for (person, least) in
        [(&people.clara, 150), (&people.admin, 20), (&people.nurse, 150), (&people.auditor, 80)]
    {
        let mut browser = server.inside(person);
        let mut seen = BTreeSet::new();
        let mut next = vec!["/?campagne=2024".to_owned()];
        let mut patients = 0;
        while let Some(address) = next.pop() {
            if !seen.insert(address.clone()) {
                continue;
            }
            if address.starts_with("/patients/") {
                patients += 1;
                if patients > 10 {
                    continue;
                }
            }
            let mut answer = browser.get(&address).await;
            if answer.status == 303 {
                let to = answer.location().to_owned();
                answer = browser.get(&to).await;
            }
            assert_eq!(answer.status, 200, "{address}, {}", person.login);
            assert!(!address.contains("P00") && !address.contains("M0001"), "{address}");
            for forbidden in [" style=", "javascript:", " onclick="] {
                assert!(!answer.text.contains(forbidden), "{forbidden} in {address}");
            }
            let scripts = |text: &str| answer.text.matches(text).count();
            assert_eq!(scripts("<script"), scripts("<script src=\"/assets/"), "{address}");
            next.extend(answer.links());
        }
        assert!(seen.len() > least, "{}: {}", person.login, seen.len());
    }
}

#[tokio::test]
async fn the_patients_of_another_doctor_do_not_exist() {
    let (server, people) = Server::practice();
    let mut denis = server.inside(&people.denis);
    for ((path, address), route) in addresses(&server, &people).await.into_iter().zip(ROUTES) {
        let answer = denis.get(&address).await;
        assert!(!answer.text.contains("P000"), "{path} shows a patient of M0001");
        let of_another = address.contains("medecin=") || path.contains("{number}");
        if of_another && !address.starts_with("/aide") {
            // What only answers forms shows nothing to anybody.
            assert_eq!(answer.status, if route.changes { 405 } else { 404 }, "{path}");
        }
    }
    // Nor does a number that nobody has.
    let mut clara = server.inside(&people.clara);
    for number in ["0000000000000001", "P0000001", "1", "..", "%00", "ffffffffffffffff"] {
        let answer = clara.get(&format!("/patients/{number}?campagne=2024")).await;
        assert_eq!(answer.status, 404, "{number}");
    }
}

/// What the journal has of an action, since a line.
#[cfg(test)]
fn told(server: &Server, people: &People) -> BTreeMap<&'static str, usize> {
    let store = &server.app.store;
    let actor = server.actor(&people.auditor);
    let mut counts = BTreeMap::new();
    for action in [Action::ReadList, Action::ReadPatient] {
        let lines = Lines { action: Some(action), most: 1_000, ..Lines::default() };
        let lines = store.journal(&actor, lines, server.hand.now()).unwrap();
        assert!(action == Action::ReadList || lines.iter().all(|line| line.patient.is_some()));
        counts.insert(action.word(), lines.len());
    }
    counts
}

#[tokio::test]
async fn the_journal_has_every_read_of_a_patient() {
    let (server, people) = Server::practice();
    let addresses = addresses(&server, &people).await;
    let mut clara = server.inside(&people.clara);
    for (path, address) in addresses {
        let before = told(&server, &people);
        let shown = clara.get(&address).await.text;
        let after = told(&server, &people);
        // A claim without identities is made from patients whom it hides.
        let named = shown.contains("P000")
            || matches!(path, "/releves/{number}/apercu" | "/releves/{number}/reclamation.xlsx");
        let more: usize = after.values().sum::<usize>() - before.values().sum::<usize>();
        assert_eq!(named, more > 0, "{path}");
        if path == "/patients/{number}" {
            assert_eq!(after["lecture-patient"], before["lecture-patient"] + 1);
        }
    }
}
