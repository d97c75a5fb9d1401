//! What is declared: windows, suggestions, saving, what proves it.

#[cfg(test)]
mod commun;
#[cfg(test)]
mod envoi;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, header};
use commun::{Browser, CABINET, HOST, PASSWORD, People, Server, folder};
use envoi::{PDF, Sent, upload};
use jalon_rules::Campaign;
use jalon_store::DoctorKey;
use jalon_web::Practice;

/// A day, in seconds.
const DAY: i64 = 86_400;

/// The fields that every form of the page has.
#[cfg(test)]
async fn about(browser: &mut Browser, campaign: &str) -> Vec<(String, String)> {
    let page = browser.get(&format!("/declarations?campagne={campaign}")).await;
    ["jeton", "formulaire", "campagne", "medecin"]
        .map(|name| (name.to_owned(), page.hidden(name)))
        .to_vec()
}

/// Sends the form of declarations with these fields besides.
#[cfg(test)]
async fn declare(browser: &mut Browser, fields: &[(&str, &str)]) -> commun::Answer {
    let about = about(browser, "2024").await;
    let mut all: Vec<(&str, &str)> =
        about.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    all.extend(fields);
    browser.post("/declarations", &all).await
}

/// What was written here, oldest first, as numbers.
#[cfg(test)]
fn kept(server: &Server) -> Vec<(String, u32, u32)> {
    let mut all = server.app.store.every_declaration().unwrap();
    all.sort_by_key(|one| one.id);
    all.into_iter().map(|one| (one.item, one.numerator, one.denominator)).collect()
}

#[tokio::test]
async fn the_window_opens_counts_down_and_closes() {
    let (server, people) = Server::practice();
    let said = async |server: &Server, people: &People| {
        let mut clara = server.inside(&people.clara);
        let page = clara.get("/declarations?campagne=2025").await;
        assert_eq!(page.status, 200);
        let adult = page.text.split("<section id=\"rosp-adulte\">").nth(1).unwrap();
        let window = adult.split("<b>Saisie</b> ").nth(1).unwrap();
        window.split('<').next().unwrap().to_owned()
    };
    // 20 November 2024; entry of 2025 runs from 15 December 2025 to 8 February 2026.
    assert_eq!(said(&server, &people).await, "Ouvre le 15/12/2025 (J−390)");
    server.hand.pass(395 * DAY);
    assert_eq!(said(&server, &people).await, "Ouverte : ferme le 08/02/2026 (J−50)");
    server.hand.pass(50 * DAY);
    assert_eq!(said(&server, &people).await, "Ouverte : dernier jour");
    server.hand.pass(DAY);
    assert_eq!(said(&server, &people).await, "Fermée depuis le 08/02/2026");
    // Nobody knows the days of 2024.
    let mut clara = server.inside(&people.clara);
    let page = clara.get("/declarations?campagne=2024").await;
    assert!(page.text.contains("<b>Saisie</b> Jours inconnus"));
}

/// A copy of the example.
#[cfg(test)]
fn copied() -> tempfile::TempDir {
    let copy = folder();
    for entry in std::fs::read_dir(CABINET).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "csv") {
            std::fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    copy
}

/// Rows of a table, by column.
#[cfg(test)]
fn rows(dossier: &Path, table: &str) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(dossier.join(format!("{table}.csv"))).unwrap();
    let mut lines = text.lines();
    let header: Vec<_> = lines.next().unwrap().split(',').collect();
    lines
        .map(|line| {
            header
                .iter()
                .map(|name| (*name).to_owned())
                .zip(line.split(',').map(str::to_owned))
                .collect()
        })
        .collect()
}

#[tokio::test]
async fn what_is_suggested_is_what_the_facts_count() {
    // The example, where some patients have seen a chiropodist, treated or not.
    let copy = copied();
    let dossier = copy.path();
    let mut acts = std::fs::read_to_string(dossier.join("actes.csv")).unwrap();
    for number in (1..850).step_by(3) {
        writeln!(acts, "P{number:07},2024-03-03,prestation,3134,1,,").unwrap();
    }
    std::fs::write(dossier.join("actes.csv"), acts).unwrap();
    // Counted here apart from the engine: whom M0001 follows on 31 December
    // 2024, treated on three dates of the year or two with a large pack, and
    // among them who had a chiropodist's care.
    let alive: BTreeSet<String> = rows(dossier, "patients")
        .into_iter()
        .filter(|row| row["deces"].is_empty() || row["deces"].as_str() > "2024-12-31")
        .map(|row| row["patient"].clone())
        .collect();
    let list: BTreeSet<String> = rows(dossier, "rattachements")
        .into_iter()
        .filter(|row| row["medecin"] == "M0001" && row["debut"].as_str() <= "2024-12-31")
        .filter(|row| row["fin"].is_empty() || row["fin"].as_str() > "2024-12-31")
        .map(|row| row["patient"].clone())
        .filter(|patient| alive.contains(patient))
        .collect();
    let mut boxes: BTreeMap<(String, String, String), (i64, bool)> = BTreeMap::new();
    for row in rows(dossier, "delivrances") {
        let atc = &row["atc"];
        let treats = (atc.starts_with("A10A") || atc.starts_with("A10B")) && atc != "A10BX06";
        if treats && row["date"].starts_with("2024") {
            let large = row["grand_conditionnement"] == "1";
            let line = boxes
                .entry((row["patient"].clone(), row["date"].clone(), atc.clone()))
                .or_default();
            line.0 += row["boites"].parse::<i64>().unwrap();
            line.1 |= large;
        }
    }
    let mut dates: BTreeMap<String, (BTreeSet<String>, bool)> = BTreeMap::new();
    for ((patient, date, _), (net, large)) in boxes {
        if net > 0 {
            let treated = dates.entry(patient).or_default();
            treated.0.insert(date);
            treated.1 |= large;
        }
    }
    let treated: BTreeSet<&String> = list
        .iter()
        .filter(|patient| {
            dates
                .get(*patient)
                .is_some_and(|(days, large)| days.len() >= 3 || days.len() == 2 && *large)
        })
        .collect();
    let feet: BTreeSet<String> = rows(dossier, "actes")
        .into_iter()
        .filter(|row| row["systeme"] == "prestation" && row["code"] == "3134")
        .filter(|row| row["date"].starts_with("2024") && row["quantite"] != "0")
        .map(|row| row["patient"].clone())
        .collect();
    let floor = treated.iter().filter(|patient| feet.contains(**patient)).count();
    assert!(floor > 0 && treated.len() > floor, "{floor}/{}", treated.len());

    let server = Server::empty(dossier);
    let people = People::enrol(&server.app.store, &server.hand);
    let mut clara = server.inside(&people.clara);
    let page = clara.get("/declarations?campagne=2024").await;
    let says = format!("<b>D&#39;après les faits</b> {floor} sur {} ;", treated.len());
    assert!(page.text.contains(&says), "{says}");
    // Asked for, it fills the fields; nothing is declared before the form is sent.
    let filled = clara.get("/declarations?campagne=2024&proposer=oui").await;
    for field in [
        format!("name=\"num:diabete-pieds\" value=\"{floor}\""),
        format!("name=\"den:diabete-pieds\" value=\"{}\"", treated.len()),
        // Already declared in the dossier: left as it is.
        "name=\"num:tabac\" value=\"146\"".to_owned(),
    ] {
        assert!(filled.text.contains(&field), "{field}");
    }
    assert!(page.text.contains("name=\"num:diabete-pieds\" value=\"\""));
    assert!(kept(&server).is_empty());
}

#[tokio::test]
async fn what_is_declared_counts_at_once_and_everywhere() {
    let (server, people) = Server::practice();
    let mut clara = server.inside(&people.clara);
    let before = euros(&server.app.practice).await;
    let shown = clara.get("/indicateurs?campagne=2024").await.text;
    assert!(shown.contains("(146/162)"), "what the dossier says");
    let answer = declare(
        &mut clara,
        &[
            ("jour", "2025-01-20"),
            ("num:tabac", "30"),
            ("den:tabac", "162"),
            ("num:diabete-pieds", "30"),
            ("den:diabete-pieds", "40"),
            ("num:risque-cv-score", "4"),
            ("den:risque-cv-score", "5"),
            ("rep:codage", "oui"),
            ("rep:horaires", "oui"),
            ("num:teletransmission", "900"),
            ("den:teletransmission", "1000"),
            ("num:apcv", "12"),
        ],
    )
    .await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert!(answer.location().ends_with("&fait=enregistre"));
    // What was said already is not said again.
    let mut names: Vec<_> = kept(&server);
    names.sort();
    assert_eq!(
        names.iter().map(|(item, n, d)| (item.as_str(), *n, *d)).collect::<Vec<_>>(),
        [
            ("apcv", 12, 12),
            ("codage", 1, 1),
            ("diabete-pieds", 30, 40),
            ("horaires", 1, 1),
            ("tabac", 30, 162),
            ("teletransmission", 900, 1000),
        ]
    );
    let told = clara.get(answer.location()).await.text;
    assert!(told.contains("Déclarations enregistrées."));
    assert!(told.contains("18,5\u{a0}% (30/162) le 20/01/2025, ici"));
    let shown = clara.get("/indicateurs?campagne=2024").await.text;
    assert!(shown.contains("(30/162)") && shown.contains("(30/40)"));
    assert!(!shown.contains("(146/162)"));
    let after = euros(&server.app.practice).await;
    assert_ne!(before, after);

    // The table of declarations, in the place of the dossier's, gives the same.
    let file = clara.get("/declarations/declarations.csv?campagne=2024").await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    let copy = copied();
    std::fs::write(copy.path().join("declarations.csv"), &file.text).unwrap();
    let apart = Arc::new(Practice::new(&commun::RULES, None, copy.path()));
    assert_eq!(euros(&apart).await, after);
}

/// What every scheme of two campaigns pays, with its account.
#[cfg(test)]
async fn euros(practice: &Arc<Practice>) -> Vec<String> {
    envoi::facts(practice, |facts| {
        let mut told = Vec::new();
        for year in [2023, 2024] {
            let season = facts.season(Campaign::new(year).unwrap()).unwrap();
            let ledgers = season[0].ledgers.iter();
            told.extend(ledgers.map(|one| format!("{} {:?}", one.scheme().id(), one.account())));
        }
        told
    })
    .await
}

#[tokio::test]
async fn a_form_sent_twice_counts_once() {
    let (server, people) = Server::practice();
    let mut clara = server.inside(&people.clara);
    let about = about(&mut clara, "2024").await;
    let mut fields: Vec<(&str, &str)> =
        about.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.extend([("num:tabac", "150"), ("den:tabac", "162"), ("vu:tabac", "")]);
    assert_eq!(clara.post("/declarations", &fields).await.status, 303);
    assert_eq!(clara.post("/declarations", &fields).await.status, 303);
    assert_eq!(kept(&server), [("tabac".to_owned(), 150, 162)]);
    let store = &server.app.store;
    let actor = envoi::actor(&server, &people.clara);
    let history = store.declaration_history(&actor, &DoctorKey::new("M0001"), 2024, "tabac");
    assert_eq!(history.unwrap().len(), 1);
}

#[tokio::test]
async fn faults_are_told_beside_what_was_typed_and_nothing_is_saved() {
    let (server, people) = Server::practice();
    let mut clara = server.inside(&people.clara);
    let answer = declare(
        &mut clara,
        &[
            ("num:tabac", "163"),
            ("den:tabac", "162"),
            ("num:alcool", "quarante"),
            ("den:alcool", "43"),
            ("rep:codage", "oui"),
            ("jour", "2025-01-17"),
        ],
    )
    .await;
    assert_eq!(answer.status, 422);
    for says in [
        "name=\"jour\" value=\"2025-01-17\"",
        "Rien n&#39;a été enregistré",
        "le numérateur dépasse le dénominateur",
        "un nombre entier, 0 ou plus",
        "name=\"num:alcool\" value=\"quarante\"",
        "name=\"num:tabac\" value=\"163\"",
        "<option value=\"oui\" selected>",
        "aria-describedby=\"faute-tabac\"",
    ] {
        assert!(answer.text.contains(says), "{says}");
    }
    assert!(kept(&server).is_empty());
    let day = declare(&mut clara, &[("rep:codage", "oui"), ("jour", "hier")]).await;
    assert!(day.status == 422 && day.text.contains("une date comme"));
    // An item that nobody offered is nothing.
    let answer = declare(&mut clara, &[("rep:renonciation", "oui"), ("num:x", "1")]).await;
    assert_eq!(answer.status, 303);
    assert!(kept(&server).is_empty());
}

#[tokio::test]
async fn the_second_of_two_people_sees_what_changed() {
    let (server, people) = Server::practice();
    let (mut clara, mut delphine) = (server.inside(&people.clara), server.inside(&people.delegate));
    let first = [("num:tabac", "150"), ("den:tabac", "162"), ("vu:tabac", "")];
    assert_eq!(declare(&mut delphine, &first).await.status, 303);
    let second = [
        ("num:tabac", "140"),
        ("den:tabac", "162"),
        ("vu:tabac", ""),
        ("rep:codage", "oui"),
        ("vu:codage", ""),
    ];
    let answer = declare(&mut clara, &second).await;
    assert_eq!(answer.status, 409);
    assert!(answer.text.contains("Quelqu&#39;un a déclaré entre-temps : 150 sur 162"));
    assert!(answer.text.contains("name=\"num:tabac\" value=\"140\""), "what was typed stays");
    assert_eq!(kept(&server).len(), 1, "all of it, or nothing");
    // Sent again from what is shown now, it holds.
    let seen = answer.hidden("vu:tabac");
    let again =
        [("num:tabac", "140"), ("den:tabac", "162"), ("vu:tabac", &*seen), ("rep:codage", "oui")];
    assert_eq!(declare(&mut clara, &again).await.status, 303);
    let names: Vec<_> = kept(&server);
    assert_eq!(names[0], ("tabac".to_owned(), 140, 162));
    assert_eq!(names.len(), 2);
}

#[tokio::test]
async fn a_session_lost_while_typing_loses_nothing() {
    let (server, people) = Server::practice();
    let mut clara = server.inside(&people.clara);
    let about = about(&mut clara, "2024").await;
    let mut fields: Vec<(&str, &str)> =
        about.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.extend([("num:tabac", "150"), ("den:tabac", "162"), ("vu:tabac", "")]);
    server.hand.pass(31 * 60);
    let door = clara.post("/declarations", &fields).await;
    assert_eq!(door.status, 401);
    let kept_fields = door.hidden("repris");
    let code = people.clara.code(server.hand.now());
    let enter = [
        ("identifiant", "clara"),
        ("mot_de_passe", PASSWORD),
        ("code", &*code),
        ("vers", "/declarations"),
        ("repris", &kept_fields),
    ];
    let shown = clara.post("/connexion", &enter).await;
    assert_eq!(shown.status, 200);
    assert!(shown.text.contains("<dd>150</dd>"));
    assert!(kept(&server).is_empty(), "nothing is sent before its reader says so");
    // Every field of the page that is shown, sent as a browser would.
    let hidden: Vec<(String, String)> = shown
        .text
        .split("<form class=\"stack\" method=\"post\" action=\"/declarations\">")
        .nth(1)
        .unwrap()
        .split("<input type=\"hidden\" name=\"")
        .skip(1)
        .map(|rest| {
            let name = rest.split('"').next().unwrap();
            let value = rest.split("value=\"").nth(1).unwrap().split('"').next().unwrap();
            (name.to_owned(), commun::unescaped(value))
        })
        .collect();
    let hidden: Vec<_> =
        hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(clara.post("/declarations", &hidden).await.status, 303);
    assert_eq!(kept(&server), [("tabac".to_owned(), 150, 162)]);
}

#[tokio::test]
async fn a_memory_that_cannot_be_written_is_told_and_what_was_typed_stays() {
    let (server, people) = Server::practice();
    let mut clara = server.inside(&people.clara);
    let fields = [("num:tabac", "150"), ("den:tabac", "162")];
    let held = envoi::Held::hold(&server);
    let answer = declare(&mut clara, &fields).await;
    assert_eq!(answer.status, 503);
    assert!(answer.text.contains("la base est occupée par un autre programme"), "{}", answer.text);
    assert!(answer.text.contains("name=\"num:tabac\" value=\"150\""));
    drop(held);
    assert!(kept(&server).is_empty());
    assert_eq!(declare(&mut clara, &fields).await.status, 303);
}

#[tokio::test]
async fn documents_prove_what_is_declared() {
    let (server, people) = Server::practice();
    let mut clara = server.inside(&people.clara);
    let about = about(&mut clara, "2024").await;
    let send = async |browser: &mut Browser, name: &str, bytes: &[u8]| {
        let mut sent = Sent::of(&about);
        sent.field("item", "tabac").field("terme", "2027-12-31").file("fichier", name, bytes);
        upload(browser, "/declarations/piece", sent).await
    };
    // A false type: told, and the page is usable.
    for bytes in [&b"<html><script>alert(1)</script>"[..], b"PK\x03\x04", b""] {
        let answer = send(&mut clara, "attestation.pdf", bytes).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains("ni un PDF, ni une image PNG ou JPEG"));
        assert!(answer.text.contains("name=\"num:tabac\""));
    }
    // Too large: by a byte, then by far.
    let large = [PDF, &vec![b' '; 10 * 1024 * 1024][..]].concat();
    let answer = send(&mut clara, "attestation.pdf", &large).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("dépasse 10 Mio"), "{}", answer.text);
    let huge = [PDF, &vec![b' '; 12 * 1024 * 1024][..]].concat();
    let answer = send(&mut clara, "attestation.pdf", &huge).await;
    assert!(matches!(answer.status, 413 | 422), "{}", answer.status);
    assert!(kept(&server).len() <= 1);
    // Taken; sent twice, once.
    let answer = send(&mut clara, "../attestation tabac.exe", PDF).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(send(&mut clara, "autre nom.pdf", PDF).await.status, 303);
    // What only the dossier told was declared here, as it was told there.
    assert_eq!(kept(&server), [("tabac".to_owned(), 146, 162)]);
    let page = clara.get("/declarations?campagne=2024").await;
    let pieces: Vec<_> = page.links().into_iter().filter(|to| to.starts_with("/pieces/")).collect();
    assert_eq!(pieces.len(), 1);
    let hash = blake3::hash(PDF).to_hex().to_string();
    for says in ["attestation tabac.pdf", "31/12/2027", hash.as_str()] {
        assert!(page.text.contains(says), "{says}");
    }
    let file = clara.get(&pieces[0]).await;
    assert_eq!((file.status, file.text.as_bytes()), (200, PDF));
    assert_eq!(file.header("content-type"), "application/pdf");
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert_eq!(file.header("cache-control"), "no-store");
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"attestation tabac.pdf\"; filename*=UTF-8''attestation%20tabac.pdf"
    );
    // Nobody else's.
    for person in [&people.denis, &people.nurse, &people.auditor, &people.admin] {
        assert_eq!(server.inside(person).get(&pieces[0]).await.status, 404);
    }
    // A later declaration keeps the documents of the earlier one.
    let seen = page.hidden("vu:tabac");
    let fields = [("num:tabac", "150"), ("den:tabac", "162"), ("vu:tabac", &*seen)];
    assert_eq!(declare(&mut clara, &fields).await.status, 303);
    assert!(clara.get("/declarations?campagne=2024").await.links().contains(&pieces[0]));
    let number = pieces[0].trim_start_matches("/pieces/");
    let mut all: Vec<(&str, &str)> =
        about.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    all.push(("piece", number));
    assert_eq!(clara.post("/pieces/retirer", &all).await.status, 303);
    assert_eq!(clara.get(&pieces[0]).await.status, 404);
    assert_eq!(clara.post("/pieces/retirer", &all).await.status, 303, "sent twice");
}

#[tokio::test]
async fn a_file_of_elsewhere_or_without_a_session_is_not_taken() {
    let (server, people) = Server::practice();
    let mut clara = server.inside(&people.clara);
    let about = about(&mut clara, "2024").await;
    let sent = |fields: &[(String, String)]| {
        let mut sent = Sent::of(fields);
        sent.field("item", "tabac").file("fichier", "a.pdf", PDF);
        sent
    };
    // The token must come before the file, and be that of the session.
    let mut late = Sent::of(&about[1..]);
    late.field("item", "tabac").file("fichier", "a.pdf", PDF).field("jeton", &about[0].1);
    assert_eq!(upload(&mut clara, "/declarations/piece", late).await.status, 403);
    let mut other = about.clone();
    other[0].1 = "0".repeat(64);
    assert_eq!(upload(&mut clara, "/declarations/piece", sent(&other)).await.status, 403);
    let request = Request::post("/declarations/piece")
        .header(header::HOST, HOST)
        .header(header::ORIGIN, "https://example.org")
        .header(header::CONTENT_TYPE, envoi::KIND);
    let body = Body::from(sent(&about).bytes());
    assert_eq!(clara.ask(request, body).await.status, 403);
    // A form with files goes nowhere else.
    assert_eq!(upload(&mut clara, "/declarations", sent(&about)).await.status, 415);
    // No file was chosen.
    let mut none = Sent::of(&about);
    none.field("item", "tabac").file("fichier", "", b"");
    let answer = upload(&mut clara, "/declarations/piece", none).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("Choisissez le fichier"));
    // The session is lost: what was chosen and typed is kept, the file is not.
    server.hand.pass(31 * 60);
    let door = upload(&mut clara, "/declarations/piece", sent(&about)).await;
    assert_eq!(door.status, 401);
    let kept_fields = door.hidden("repris");
    assert!(kept_fields.contains("item=tabac") && !kept_fields.contains("PDF"));
    assert!(kept(&server).is_empty());
}

#[tokio::test]
async fn the_summary_has_all_that_was_declared() {
    let (server, people) = Server::practice();
    let mut clara = server.inside(&people.clara);
    let fields = [
        ("num:tabac", "150"),
        ("den:tabac", "162"),
        ("rep:codage", "non"),
        ("num:apcv", "12"),
        ("rep:primo-installation", "non"),
        ("jour", "2025-01-21"),
    ];
    assert_eq!(declare(&mut clara, &fields).await.status, 303);
    let about = about(&mut clara, "2024").await;
    let mut sent = Sent::of(&about);
    sent.field("item", "codage").file("fichier", "preuve.pdf", PDF);
    assert_eq!(upload(&mut clara, "/declarations/piece", sent).await.status, 303);
    let recap = clara.get("/declarations/recapitulatif?campagne=2024").await;
    assert_eq!(recap.status, 200);
    for says in [
        "Tabac : intervention brève",
        "92,6\u{a0}% (150/162)",
        // Of the dossier.
        "Alcool : intervention brève",
        "93\u{a0}% (40/43)",
        "80\u{a0}% (4/5)",
        "dans le dossier",
        "Coder les données médicales",
        "Appli carte Vitale",
        "Cette installation est la première",
        "21/01/2025",
        "clara Canari",
        "preuve.pdf",
        "M0001",
        "20/11/2024",
    ] {
        assert!(recap.text.contains(says), "{says} : {}", recap.text);
    }
    // As many lines as there are answers: four here, two of the dossier.
    assert_eq!(recap.text.matches("<tr><th scope=\"row\">").count(), 6);
    assert!(!recap.text.contains('€'));
}

#[tokio::test]
async fn those_who_do_not_declare_only_read() {
    let (server, people) = Server::practice();
    for person in [&people.nurse, &people.auditor] {
        let mut browser = server.inside(person);
        let page = browser.get("/declarations?campagne=2024").await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("(146/162)") && !page.text.contains("name=\"num:"));
        let token = browser.get("/compte").await.hidden("jeton");
        let medecin = server.inside(&people.clara).get("/declarations?campagne=2024").await;
        let medecin = medecin.hidden("medecin");
        let fields = [
            ("jeton", token.as_str()),
            ("campagne", "2024"),
            ("medecin", &medecin),
            ("rep:codage", "oui"),
        ];
        assert_eq!(browser.post("/declarations", &fields).await.status, 404);
    }
    assert!(kept(&server).is_empty());
    let actor = envoi::actor(&server, &people.clara);
    let none = server.app.store.declarations(&actor, &DoctorKey::new("M0001"), 2024).unwrap();
    assert!(none.is_empty());
}
