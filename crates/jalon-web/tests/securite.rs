//! Who enters, how, and what is refused: headers, forms, sessions, names.

#[cfg(test)]
mod commun;

use axum::body::Body;
use axum::http::{Request, header};
use commun::{CABINET, HOST, ORIGIN, PASSWORD, Server, code};
use std::path::Path;

/// Signs in through the door.
#[cfg(test)]
async fn sign_in(
    server: &Server,
    person: &commun::Person,
    to: &str,
) -> (commun::Browser, commun::Answer) {
    server.hand.pass(30);
    let code = person.code(server.hand.now());
    let mut browser = server.browser();
    let fields = [
        ("identifiant", &*person.login),
        ("mot_de_passe", PASSWORD),
        ("code", &code),
        ("vers", to),
    ];
    let answer = browser.post("/connexion", &fields).await;
    (browser, answer)
}

#[tokio::test]
async fn headers_are_on_every_answer() {
    let (server, people) = Server::practice();
    let mut clara = server.inside(&people.clara);
    let asked = [
        ("/?campagne=2024", 200),
        ("/patients?campagne=2024", 200),
        ("/connexion", 200),
        ("/ailleurs", 404),
        ("/compte/codes", 405),
        ("/?campagne=deux", 404),
        ("/?campagne=1492", 404),
        ("/assets/style.css", 200),
    ];
    for (address, status) in asked {
        let answer = clara.get(address).await;
        assert_eq!(answer.status, status, "{address}");
        assert_eq!(
            answer.header("content-security-policy"),
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
        let kept = if address.starts_with("/assets") { "max-age=3600" } else { "no-store" };
        assert_eq!(answer.header("cache-control"), kept);
        assert!(answer.text.starts_with("<!DOCTYPE html>") || address.starts_with("/assets"));
    }
}

#[tokio::test]
async fn a_name_made_to_lead_here_is_not_answered() {
    let (server, _) = Server::practice();
    for host in ["example.org", "127.0.0.1:80", "127.0.0.1:8437.example.org", ""] {
        let request = Request::get("/connexion").header(header::HOST, host);
        let answer = server.browser().ask(request, Body::empty()).await;
        assert_eq!(answer.status, 421, "{host}");
        assert!(!answer.text.contains("mot_de_passe"));
    }
    assert_eq!(server.browser().ask(Request::get("/connexion"), Body::empty()).await.status, 421);
    for host in [HOST, "localhost:8437", "[::1]:8437"] {
        let request = Request::get("/connexion").header(header::HOST, host);
        assert_eq!(server.browser().ask(request, Body::empty()).await.status, 200, "{host}");
    }
}

#[tokio::test]
async fn one_enters_with_password_and_code_and_comes_back_to_the_page_asked() {
    let (server, people) = Server::practice();
    let asked = server.browser().get("/patients?campagne=2024").await;
    assert_eq!(asked.location(), "/connexion?vers=%2Fpatients%3Fcampagne%3D2024");
    let door = server.browser().get(asked.location()).await;
    assert_eq!(door.hidden("vers"), "/patients?campagne=2024");
    let (mut clara, answer) = sign_in(&server, &people.clara, &door.hidden("vers")).await;
    assert_eq!((answer.status, answer.location()), (303, "/patients?campagne=2024"));
    let cookie = answer.header("set-cookie");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
    assert_eq!(clara.get("/patients?campagne=2024").await.status, 200);
    // Never elsewhere.
    for to in ["https://example.org/", "//example.org", "/\\example.org", ""] {
        let (_, answer) = sign_in(&server, &people.clara, to).await;
        assert_eq!((answer.status, answer.location()), (303, "/"), "{to}");
    }
}

#[tokio::test]
async fn the_door_does_not_say_what_was_wrong() {
    let (server, people) = Server::practice();
    server.hand.pass(30);
    let good = people.clara.code(server.hand.now());
    let mut texts = Vec::new();
    for (login, password, code) in [
        ("clara", "trois hiboux sur un poirier", &*good),
        ("clara", PASSWORD, "000000"),
        ("clara", PASSWORD, ""),
        ("personne", PASSWORD, &good),
    ] {
        let fields = [("identifiant", login), ("mot_de_passe", password), ("code", code)];
        let answer = server.browser().post("/connexion", &fields).await;
        assert_eq!(answer.status, 401);
        assert!(answer.header("set-cookie").is_empty());
        assert!(!answer.text.contains(password), "a password is not sent back");
        texts.push(answer.text.replace(login, "…"));
    }
    assert!(texts.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn too_many_tries_wait() {
    let (server, people) = Server::practice();
    let fields = [("identifiant", "clara"), ("mot_de_passe", "x"), ("code", "")];
    for _ in 0..5 {
        assert_eq!(server.browser().post("/connexion", &fields).await.status, 401);
    }
    let answer = server.browser().post("/connexion", &fields).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "1"));
    assert!(
        answer.text.contains("Trop d&#39;essais. Réessayez dans 1 secondes."),
        "{}",
        answer.text
    );
    let (_, entered) = sign_in(&server, &people.clara, "").await;
    assert_eq!(entered.status, 303, "after the wait");
}

#[tokio::test]
async fn a_session_ends_by_time_by_its_owner_and_by_a_new_one() {
    let (server, people) = Server::practice();
    let is_in = async |browser: &mut commun::Browser| browser.get("/compte").await.status == 200;
    // Unused for half an hour.
    let (mut clara, _) = sign_in(&server, &people.clara, "").await;
    server.hand.pass(29 * 60);
    assert!(is_in(&mut clara).await);
    server.hand.pass(31 * 60);
    assert!(!is_in(&mut clara).await);
    // Used, for twelve hours.
    let (mut clara, _) = sign_in(&server, &people.clara, "").await;
    for _ in 0..35 {
        server.hand.pass(20 * 60);
        assert!(is_in(&mut clara).await);
    }
    server.hand.pass(20 * 60);
    assert!(!is_in(&mut clara).await);
    // Left.
    let (mut clara, _) = sign_in(&server, &people.clara, "").await;
    let mut copy = clara.clone();
    assert_eq!(clara.submit("/deconnexion", &[]).await.location(), "/connexion");
    assert!(clara.cookie.is_none());
    assert!(!is_in(&mut copy).await, "the token opens nothing any more");
    // A token that was there before is not the one that opens.
    let (mut before, _) = sign_in(&server, &people.clara, "").await;
    let mut old = before.clone();
    server.hand.pass(30);
    let code = people.clara.code(server.hand.now());
    let fields = [("identifiant", "clara"), ("mot_de_passe", PASSWORD), ("code", &code)];
    before.post("/connexion", &fields).await;
    assert_ne!(before.cookie, old.cookie);
    assert!(is_in(&mut before).await && !is_in(&mut old).await);
    let mut fixed = server.browser();
    fixed.cookie = Some(format!("jalon-8437={}", "ab".repeat(32)));
    server.hand.pass(30);
    let code = people.clara.code(server.hand.now());
    let fields = [("identifiant", "clara"), ("mot_de_passe", PASSWORD), ("code", &code)];
    fixed.post("/connexion", &fields).await;
    assert_ne!(fixed.cookie, Some(format!("jalon-8437={}", "ab".repeat(32))));
}

#[tokio::test]
async fn one_ends_ones_other_sessions() {
    let (server, people) = Server::practice();
    let (mut here, mut there) = (server.inside(&people.clara), server.inside(&people.clara));
    let page = here.get("/compte").await;
    let other = page.hidden("session");
    assert_eq!(here.submit("/compte/session", &[("session", &other)]).await.status, 303);
    assert_eq!(there.get("/compte").await.status, 303);
    let mut there = server.inside(&people.clara);
    // Nobody ends the sessions of others.
    let mut denis = server.inside(&people.denis);
    let page = there.get("/compte").await;
    let of_clara = page.hidden("session");
    assert_eq!(denis.submit("/compte/session", &[("session", &of_clara)]).await.status, 404);
    assert_eq!(there.submit("/compte/session", &[("session", "autres")]).await.status, 303);
    assert_eq!(here.get("/compte").await.status, 303);
    assert_eq!(there.get("/compte").await.status, 200);
}

#[tokio::test]
async fn a_new_password_brings_a_new_token_and_closes_the_other_sessions() {
    let (server, people) = Server::practice();
    let (mut here, mut there) = (server.inside(&people.clara), server.inside(&people.clara));
    let mut old = here.clone();
    let new = "fjord bulbe quai zinc";
    let change = async |browser: &mut commun::Browser, before: &str, first: &str, second: &str| {
        let fields = [
            ("mot_de_passe", before),
            ("mot_de_passe_nouveau", first),
            ("mot_de_passe_encore", second),
        ];
        browser.submit("/compte/mot-de-passe", &fields).await
    };
    assert_eq!(change(&mut here, PASSWORD, new, "autre").await.status, 422);
    assert_eq!(change(&mut here, "faux", new, new).await.status, 422);
    assert_eq!(change(&mut here, PASSWORD, "court", "court").await.status, 422);
    assert_eq!(there.get("/compte").await.status, 200);
    let done = change(&mut here, PASSWORD, new, new).await;
    assert_eq!(done.status, 200);
    assert!(!done.text.contains(new));
    assert_ne!(here.cookie, old.cookie);
    assert_eq!(here.get("/compte").await.status, 200);
    assert_eq!(old.get("/compte").await.status, 303);
    assert_eq!(there.get("/compte").await.status, 303);
    let codes = here.submit("/compte/codes", &[("mot_de_passe", new)]).await;
    assert_eq!((codes.status, codes.text.matches("<code>").count()), (200, 10));
}

#[tokio::test]
async fn a_form_of_elsewhere_changes_nothing() {
    let (server, people) = Server::practice();
    let mut clara = server.inside(&people.clara);
    let token = clara.get("/compte").await.hidden("jeton");
    let other = server.inside(&people.denis).get("/compte").await.hidden("jeton");
    let fields = |token| [("session", "autres"), ("jeton", token)];
    let mut post = async |token, from: &[(&str, &str)]| {
        clara.post_from("/compte/session", &fields(token), from).await.status
    };
    let ours = [("origin", ORIGIN), ("sec-fetch-site", "same-origin")];
    // The token is right, the sender is not.
    assert_eq!(post(&token, &[("origin", "https://example.org")]).await, 403);
    assert_eq!(post(&token, &[("sec-fetch-site", "cross-site")]).await, 403);
    assert_eq!(post(&token, &[("sec-fetch-site", "same-site")]).await, 403);
    assert_eq!(post(&token, &[("origin", "null")]).await, 403);
    // The sender is right, the token is not.
    for wrong in ["", "0", &other] {
        assert_eq!(post(wrong, &ours).await, 403, "{wrong}");
        assert_eq!(post(wrong, &[]).await, 403, "{wrong}");
    }
    assert_eq!(post(&token, &ours).await, 303);
    assert_eq!(post(&token, &[]).await, 303, "an old browser says nothing: the token is enough");
    // Nor does another site sign anybody in, nor leave.
    let door = [("identifiant", "clara"), ("mot_de_passe", PASSWORD)];
    let elsewhere = [("origin", "https://example.org")];
    assert_eq!(server.browser().post_from("/connexion", &door, &elsewhere).await.status, 403);
    assert_eq!(clara.post_from("/deconnexion", &[], &elsewhere).await.status, 403);
    assert_eq!(clara.get("/compte").await.status, 200);
}

#[tokio::test]
async fn reading_changes_nothing() {
    let (server, people) = Server::practice();
    let mut clara = server.inside(&people.clara);
    for path in ["/deconnexion", "/compte/session", "/compte/codes", "/demonstration/quitter"] {
        assert_eq!(clara.get(path).await.status, 405, "{path}");
        assert_eq!(clara.send(Request::put(path)).await.status, 405, "{path}");
    }
    assert_eq!(clara.get("/compte").await.status, 200);
}

#[tokio::test]
async fn what_is_typed_is_not_lost_with_the_session() {
    let (server, people) = Server::practice();
    let mut clara = server.inside(&people.clara);
    let token = clara.get("/compte").await.hidden("jeton");
    server.hand.pass(31 * 60);
    let typed = "rappelée <b>deux</b> fois & \"promis\"";
    let fields = [
        ("note", typed),
        ("session", "autres"),
        ("mot_de_passe", "ne-pas-rendre"),
        ("jeton", &*token),
    ];
    let door = clara.post("/compte/session", &fields).await;
    assert_eq!(door.status, 401);
    assert!(door.text.contains("est gardé") && !door.text.contains("ne-pas-rendre"));
    assert_eq!(door.hidden("vers"), "/compte/session");
    let kept = door.hidden("repris");
    let code = people.clara.code(server.hand.now());
    let enter = [
        ("identifiant", "clara"),
        ("mot_de_passe", PASSWORD),
        ("code", &*code),
        ("vers", "/compte/session"),
        ("repris", &kept),
    ];
    let shown = clara.post("/connexion", &enter).await;
    assert_eq!(shown.status, 200);
    assert!(shown.text.contains("rappelée &#60;b&#62;deux&#60;/b&#62; fois"), "{}", shown.text);
    assert!(shown.text.contains("action=\"/compte/session\""));
    // Nothing was done yet; sent now, it is.
    let token = shown.hidden("jeton");
    let again = [("session", "autres"), ("jeton", &*token)];
    assert_eq!(clara.post("/compte/session", &again).await.status, 303);
    // A form of an earlier session of the same browser is shown again too.
    let old = clara.post("/compte/session", &fields).await;
    assert_eq!(old.status, 403);
    assert!(old.text.contains("&#60;b&#62;") && !old.text.contains("ne-pas-rendre"));
    // What another site made somebody send is not.
    let mut nobody = server.browser();
    let forged =
        nobody.post_from("/compte/session", &fields, &[("origin", "https://example.org")]).await;
    assert!(forged.status == 403 && !forged.text.contains("rappelée"));
    let unsaid = nobody.post_from("/compte/session", &fields, &[]).await;
    assert!(unsaid.status == 401 && !unsaid.text.contains("rappelée"));
}

#[tokio::test]
async fn a_body_that_is_too_large_or_no_form_is_refused() {
    let (server, people) = Server::practice();
    let mut clara = server.inside(&people.clara);
    let large = "x".repeat(300_000);
    for path in ["/compte/session", "/connexion"] {
        let answer = clara.post(path, &[("note", &large)]).await;
        assert_eq!(answer.status, 413, "{path}");
        let request = Request::post(path)
            .header(header::HOST, HOST)
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, "application/json");
        assert_eq!(clara.ask(request, Body::from("{}")).await.status, 415, "{path}");
    }
}

#[tokio::test]
async fn the_first_account_wants_the_code_of_the_console() {
    let server = Server::empty(Path::new(CABINET));
    let mut browser = server.browser();
    assert_eq!(browser.get("/").await.location(), "/connexion?vers=%2F");
    assert_eq!(browser.get("/connexion?vers=%2F").await.location(), "/mise-en-service");
    assert_eq!(browser.get("/mise-en-service").await.status, 200);
    let console = server.app.store.setup_code(server.hand.now()).unwrap().unwrap();
    let console = jalon_store::ExposeSecret::expose_secret(&console).to_owned();
    let first = |code: &str| {
        [("code", code.to_owned()), ("nom", "Alice Canari".into()), ("identifiant", "Alice".into())]
    };
    let pairs =
        |fields: &'_ [(&'static str, String)]| -> Vec<(&'static str, String)> { fields.to_vec() };
    let post = async |browser: &mut commun::Browser, path: &str, fields: Vec<(&str, String)>| {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post(path, &fields).await
    };
    let wrong = post(&mut browser, "/mise-en-service", pairs(&first("AAAA-AAAA"))).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("value=\"Alice Canari\""), "what was typed stays");
    let demo = browser.post("/mise-en-service/demonstration", &[("code", "AAAA")]).await;
    assert_eq!(demo.status, 422);
    let choose = post(&mut browser, "/mise-en-service", pairs(&first(&console))).await;
    assert_eq!(choose.status, 200);
    let qr = choose.text.split("<svg class=\"qr\" viewBox=\"0 0 ").nth(1).unwrap();
    assert!(qr.starts_with("45 45\""), "{}", choose.text);
    let invitation = choose.hidden("code_invitation");
    let secret = choose.text.split("Secret <code>").nth(1).unwrap().split('<').next().unwrap();
    let secret = secret.replace(' ', "");
    let finish = |password: &str, again: &str, code: &str| {
        vec![
            ("code_invitation", invitation.clone()),
            ("mot_de_passe", password.to_owned()),
            ("mot_de_passe_encore", again.to_owned()),
            ("code", code.to_owned()),
        ]
    };
    let now = code(&secret, server.hand.now());
    for (password, again, code) in [
        (PASSWORD, "autre", &*now),
        ("court", "court", &now),
        (PASSWORD, PASSWORD, "000000"),
        (PASSWORD, PASSWORD, ""),
    ] {
        let refused = post(&mut browser, "/invitation/fin", finish(password, again, code)).await;
        assert_eq!(refused.status, 422);
        assert_eq!(refused.hidden("code_invitation"), invitation, "one may try again");
        assert!(!refused.text.contains(PASSWORD));
    }
    let done = post(&mut browser, "/invitation/fin", finish(PASSWORD, PASSWORD, &now)).await;
    assert_eq!((done.status, done.text.matches("<li><code>").count()), (200, 10));
    // The codes have served.
    let again = post(&mut browser, "/mise-en-service", pairs(&first(&console))).await;
    assert_eq!(again.status, 422);
    assert_eq!(browser.get("/mise-en-service").await.location(), "/connexion");
    let again = browser.post("/invitation", &[("code_invitation", &invitation)]).await;
    assert_eq!(again.status, 422);
    server.hand.pass(30);
    let now = code(&secret, server.hand.now());
    let fields = [("identifiant", "alice"), ("mot_de_passe", PASSWORD), ("code", &now)];
    assert_eq!(browser.post("/connexion", &fields).await.location(), "/");
    assert_eq!(browser.get("/").await.location(), "/reglages");
    assert_eq!(browser.get("/reglages").await.status, 200);
}

#[tokio::test]
async fn neither_log_nor_failure_names_anybody() {
    let (server, people) = Server::practice();
    let mut clara = server.inside(&people.clara);
    let list = clara.get("/patients?campagne=2024").await;
    let patient = list.links().into_iter().find(|to| to.starts_with("/patients/")).unwrap();
    clara.get(&patient).await;
    clara.get("/patients/P0000001?nom=Canari%0aFAUX").await;
    clara.get("/ailleurs/Canari").await;
    let fields = [("identifiant", "Canari"), ("mot_de_passe", "Canari"), ("code", "123456")];
    server.browser().post("/connexion", &fields).await;
    let log = server.lines();
    assert!(log.lines().count() >= 5, "{log}");
    assert!(log.contains("GET /patients/{number} 200 "), "{log}");
    let number = patient.trim_start_matches("/patients/").split('?').next().unwrap();
    for private in ["Canari", "clara", "P000", "M0001", number, "123456"] {
        assert!(!log.contains(private), "{private} in {log}");
    }
    // A dossier that is not there says so, without its path.
    let server = Server::empty(Path::new("/nulle-part/canari"));
    drop(people);
    let answer = server.browser().get("/").await;
    assert!(!answer.text.contains("canari"));
}

/// Whatever a page is made of is escaped: no template says that a text is
/// HTML. Drawings are, by their type.
#[test]
fn templates_escape_everything() {
    let templates = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
    let mut seen = 0;
    for entry in std::fs::read_dir(templates).unwrap() {
        let path = entry.unwrap().path();
        let template = std::fs::read_to_string(&path).unwrap();
        for raw in ["|safe", "| safe", "escape(", "autoescape"] {
            assert!(!template.contains(raw), "{} : {raw}", path.display());
        }
        seen += 1;
    }
    assert!(seen > 30);
}
