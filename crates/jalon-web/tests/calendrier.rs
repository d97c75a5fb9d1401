//! Due dates, payments expected and received, windows that a fund prolonged.

#[cfg(test)]
mod commun;
#[cfg(test)]
mod envoi;

use commun::{Answer, Browser, Server};
use jalon_rules::{Campaign, french};

/// A day, in seconds.
const DAY: i64 = 86_400;

/// Sends a form of the calendar.
#[cfg(test)]
async fn send(
    browser: &mut Browser,
    path: &str,
    campaign: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let page = browser.get(&format!("/calendrier?campagne={campaign}")).await;
    let about =
        ["jeton", "formulaire", "campagne", "medecin"].map(|name| (name, page.hidden(name)));
    let mut all: Vec<(&str, &str)> =
        about.iter().map(|(name, value)| (*name, value.as_str())).collect();
    // A field given here is in the place of the page's.
    all.retain(|(name, _)| !fields.iter().any(|(given, _)| given == name));
    all.extend(fields);
    browser.post(path, &all).await
}

/// The cells of the row of a table that begins with this heading.
#[cfg(test)]
fn cells(page: &str, table: &str, row: &str) -> Vec<String> {
    let table = page.split(&format!("aria-label=\"{table}\"")).nth(1).unwrap();
    let table = table.split("</table>").next().unwrap();
    let found = table
        .split("<tr>")
        .find(|one| one.contains(&format!(">{}</th>", row.replace('\'', "&#39;"))))
        .unwrap();
    found
        .split("<td class=\"n\">")
        .skip(1)
        .map(|cell| cell.split('<').next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn every_due_date_is_there_with_its_countdown() {
    let (server, people) = Server::practice();
    let mut clara = server.inside(&people.clara);
    let page = clara.get("/calendrier?campagne=2025").await;
    assert_eq!(page.status, 200);
    // Four schemes of 2025 have a calendar; declaration and payment of each.
    for says in
        ["15/12/2025", "08/02/2026", "Ouvre le 15/12/2025 (J−390)", "jour du paiement inconnu"]
    {
        assert!(page.text.contains(says), "{says}");
    }
    let page = clara.get("/calendrier?campagne=2024").await;
    assert!(page.text.contains("Attendu à partir du 30/04/2025 (J−161)"), "{}", page.text);
    let page = clara.get("/calendrier?campagne=2023").await;
    assert!(page.text.contains("Fermée depuis le 11/02/2024"));
    assert!(page.text.contains("Attendu depuis le 30/04/2024"));
}

#[tokio::test]
async fn payments_expected_and_received_leave_a_gap() {
    let (server, people) = Server::practice();
    let mut clara = server.inside(&people.clara);
    let (name, computed) = envoi::facts(&server.app.practice, |facts| {
        let season = facts.season(Campaign::new(2024).unwrap()).unwrap();
        let ledgers = &season[0].ledgers;
        let adult = ledgers.iter().find(|one| one.scheme().id() == "rosp-adulte").unwrap();
        (adult.scheme().name(), french::range(&adult.euros().round(2), french::euros))
    })
    .await;
    let page = clara.get("/calendrier?campagne=2024").await;
    assert_eq!(
        cells(&page.text, "Versements", name),
        [&computed, &computed, "0,00\u{a0}€", "pas encore dû"]
    );
    let pay = |nature, amount, form| {
        [
            ("nature", nature),
            ("dispositif", "rosp-adulte"),
            ("libelle", "VIR CPAM <ROSP>"),
            ("montant", amount),
            ("jour", "2025-04-30"),
            ("formulaire", form),
        ]
    };
    let path = "/calendrier/versement";
    let first = pay("attendu", "4 812,40", "formulaire-1");
    assert_eq!(send(&mut clara, path, "2024", &first).await.status, 303);
    // Sent twice, it counts once.
    assert_eq!(send(&mut clara, path, "2024", &first).await.status, 303);
    let second = pay("recu", "4800", "formulaire-2");
    assert_eq!(send(&mut clara, path, "2024", &second).await.status, 303);
    let back = pay("recu", "-100,5", "formulaire-3");
    assert_eq!(send(&mut clara, path, "2024", &back).await.status, 303);
    let page = clara.get("/calendrier?campagne=2024").await;
    assert_eq!(
        cells(&page.text, "Versements", name),
        [computed.as_str(), "4\u{202f}812,40\u{a0}€", "4\u{202f}699,50\u{a0}€", "−112,90\u{a0}€"]
    );
    assert!(page.text.contains("VIR CPAM &#60;ROSP&#62;"));
    assert_eq!(page.text.matches("name=\"versement\"").count(), 3);
    // Taken back, it counts no more; taken back twice, neither.
    let last = page.text.split("name=\"versement\" value=\"").nth(3).unwrap();
    let last = last.split('"').next().unwrap();
    for _ in 0..2 {
        let taken = send(&mut clara, "/calendrier/retirer", "2024", &[("versement", last)]).await;
        assert_eq!(taken.status, 303);
    }
    let page = clara.get("/calendrier?campagne=2024").await;
    assert_eq!(cells(&page.text, "Versements", name)[3], "−12,40\u{a0}€");
    // A scheme whose payment is past and of which nothing came is missing whole.
    server.hand.pass(365 * DAY);
    let mut clara = server.inside(&people.clara);
    let page = clara.get("/calendrier?campagne=2023").await;
    let gap = &cells(&page.text, "Versements", name)[3];
    assert!(gap.contains('−'), "{gap}");
    // What is wrong is told, and what was typed stays.
    for (field, value, says) in [
        ("montant", "beaucoup", "montant illisible"),
        ("jour", "30/04/2025", "jour illisible"),
        ("dispositif", "donum", "dispositif inconnu"),
    ] {
        let mut fields = pay("recu", "12", "formulaire-4").to_vec();
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let answer = send(&mut clara, path, "2024", &fields).await;
        assert_eq!(answer.status, 422, "{field}");
        assert!(answer.text.contains(says), "{says}");
        assert!(answer.text.contains("value=\"VIR CPAM &#60;ROSP&#62;\""));
    }
}

#[tokio::test]
async fn the_fund_prolongs_a_window_for_its_doctors() {
    let (server, people) = Server::practice();
    let mut clara = server.inside(&people.clara);
    let fields = [
        ("echeance", "saisie"),
        ("dispositif", "rosp-adulte"),
        ("jusque", "2026-02-15"),
        ("source", "courriel de la caisse du 02/02/2026"),
    ];
    let path = "/calendrier/prolongation";
    assert_eq!(send(&mut clara, path, "2025", &fields).await.status, 303);
    for address in ["/calendrier?campagne=2025", "/declarations?campagne=2025"] {
        let page = clara.get(address).await;
        assert!(page.text.contains("courriel de la caisse du 02/02/2026"), "{address}");
    }
    server.hand.pass(440 * DAY);
    let mut clara = server.inside(&people.clara);
    // 3 February 2026.
    let page = clara.get("/declarations?campagne=2025").await;
    assert!(page.text.contains("Ouverte : ferme le 15/02/2026 (J−12)"), "{}", page.text);
    let page = clara.get("/calendrier?campagne=2025").await;
    assert!(page.text.contains("15/02/2026"));
    let page = clara.get("/?campagne=2025").await;
    let says =
        "J−12</span> <time>15/02/2026</time> Déclarer : ROSP du médecin traitant de l&#39;adulte";
    assert!(page.text.contains(says), "{}", page.text);
    let page = clara.get("/calendrier?campagne=2025").await;
    // The other schemes keep theirs.
    assert!(page.text.contains("Ouverte : ferme le 08/02/2026 (J−5)"));
    let none = [
        ("echeance", "saisie"),
        ("dispositif", "rosp-adulte"),
        ("jusque", "2026-02-15"),
        ("source", " "),
    ];
    let answer = send(&mut clara, path, "2025", &none).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("dites où cette prolongation a été lue"));
}

#[tokio::test]
async fn amounts_are_the_doctors_alone() {
    let (server, people) = Server::practice();
    for person in [&people.delegate, &people.nurse] {
        let page = server.inside(person).get("/calendrier?campagne=2024").await;
        assert_eq!(page.status, 200);
        assert!(!page.text.contains('€') && !page.text.contains("Calculé"));
        assert!(!page.text.contains("action=\"/calendrier/"));
    }
    let page = server.inside(&people.auditor).get("/calendrier?campagne=2024").await;
    assert!(page.text.contains('€') && !page.text.contains("action=\"/calendrier/"));
    let mut clara = server.inside(&people.clara);
    let held = envoi::Held::hold(&server);
    let fields = [
        ("nature", "recu"),
        ("dispositif", "rosp-adulte"),
        ("montant", "12"),
        ("jour", "2025-04-30"),
    ];
    let answer = send(&mut clara, "/calendrier/versement", "2024", &fields).await;
    assert_eq!(answer.status, 503);
    assert!(answer.text.contains("la base est occupée") && answer.text.contains("value=\"12\""));
    drop(held);
    assert_eq!(send(&mut clara, "/calendrier/versement", "2024", &fields).await.status, 303);
}
