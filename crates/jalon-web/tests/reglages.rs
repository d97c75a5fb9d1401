//! Réglages: people come and go, the practice chooses, nothing is lost.

#[cfg(test)]
mod commun;

use std::path::Path;

use commun::{Answer, Browser, CABINET, PASSWORD, Server, code};
use jalon_store::ExposeSecret as _;

/// The page of somebody's account.
#[cfg(test)]
async fn page_of(admin: &mut Browser, name: &str) -> String {
    let people = admin.get("/reglages/personnes").await.text;
    let before = people.split(name).next().unwrap();
    before.rsplit("href=\"").next().unwrap().split('"').next().unwrap().to_owned()
}

/// The code of an invitation just made.
#[cfg(test)]
fn invitation(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.text.contains("http://127.0.0.1:8437/invitation"));
    let code = answer.text.split("<code>").nth(1).unwrap();
    code.split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn somebody_is_invited_enters_and_is_shut_out() {
    let (server, people) = Server::practice();
    let mut admin = server.inside(&people.admin);
    let new = [
        ("nom", "Zoé Lambert"),
        ("identifiant", "zoe"),
        ("role", "infirmiere"),
        ("medecin", ""),
        ("patienteles", "M0001"),
    ];
    let invited = invitation(&admin.submit("/reglages/personnes", &new).await);
    let taken = admin.submit("/reglages/personnes", &new).await;
    assert_eq!(taken.status, 422);
    assert!(taken.text.contains("déjà pris") && taken.text.contains("value=\"Zoé Lambert\""));

    let mut zoe = server.browser();
    let choose = zoe.post("/invitation", &[("code_invitation", &invited)]).await;
    let secret = choose.text.split("Secret <code>").nth(1).unwrap().split('<').next().unwrap();
    let secret = secret.replace(' ', "");
    let first = code(&secret, server.hand.now());
    let chosen = [
        ("code_invitation", &*invited),
        ("mot_de_passe", PASSWORD),
        ("mot_de_passe_encore", PASSWORD),
        ("code", &first),
    ];
    assert_eq!(zoe.post("/invitation/fin", &chosen).await.status, 200);
    let enter = async |zoe: &mut Browser| {
        server.hand.pass(30);
        let now = code(&secret, server.hand.now());
        let fields = [("identifiant", "zoe"), ("mot_de_passe", PASSWORD), ("code", &*now)];
        zoe.post("/connexion", &fields).await.status
    };
    assert_eq!(enter(&mut zoe).await, 303);
    let list = zoe.get("/patients?campagne=2024").await;
    assert!(list.status == 200 && !list.text.contains('€'));

    // Other rights act at once: the session is over, and the list is another.
    let page = page_of(&mut admin, "Zoé Lambert").await;
    let rights = [("role", "infirmiere"), ("medecin", ""), ("patienteles", "M0002")];
    assert_eq!(admin.submit(&page, &rights).await.status, 303);
    assert_eq!(zoe.get("/patients?campagne=2024").await.status, 303);
    assert_eq!(enter(&mut zoe).await, 303);
    assert!(!zoe.get("/patients?campagne=2024").await.text.contains("P000"));
    let wrong = [("role", "auditeur"), ("medecin", ""), ("patienteles", "M0002")];
    let refused = admin.submit(&page, &wrong).await;
    assert!(refused.status == 422 && refused.text.contains("ne voit aucun patient"));

    // Closed, then open again, then invited again.
    assert_eq!(admin.submit(&format!("{page}/fermer"), &[]).await.status, 303);
    assert_eq!(zoe.get("/compte").await.status, 303);
    assert_eq!(enter(&mut zoe).await, 401);
    assert_eq!(admin.submit(&format!("{page}/rouvrir"), &[]).await.status, 303);
    assert_eq!(enter(&mut zoe).await, 303);
    invitation(&admin.submit(&format!("{page}/inviter"), &[]).await);
    assert_eq!(zoe.get("/compte").await.status, 303);
    assert_eq!(enter(&mut zoe).await, 401);

    // The last one who manages does not shut himself out.
    let own = page_of(&mut admin, "Alice Canari").await;
    let refused = admin.submit(&format!("{own}/fermer"), &[]).await;
    assert!(refused.status == 422 && refused.text.contains("aucun administrateur"));
    assert_eq!(admin.get("/compte").await.status, 200);
}

#[tokio::test]
async fn the_practice_chooses() {
    let (server, people) = Server::practice();
    let mut admin = server.inside(&people.admin);
    let wrong = [("cabinet", "Les Tilleuls"), ("caisse", "75"), ("second_facteur", "obligatoire")];
    assert_eq!(admin.submit("/reglages/cabinet", &wrong).await.status, 422);
    let good = [("cabinet", "Les Tilleuls"), ("caisse", "751"), ("second_facteur", "facultatif")];
    assert!(admin.submit("/reglages/cabinet", &good).await.text.contains("Enregistré."));
    let store = &server.app.store;
    assert_eq!(store.setting("caisse").unwrap().as_deref(), Some("751"));
    assert_eq!(store.setting("second-facteur").unwrap().as_deref(), Some("facultatif"));
    let page = admin.get("/reglages/cabinet").await;
    assert!(page.text.contains("value=\"Les Tilleuls\""));
    assert!(page.text.contains("<option value=\"facultatif\" selected>"));
    let back = [("cabinet", ""), ("caisse", ""), ("second_facteur", "obligatoire")];
    admin.submit("/reglages/cabinet", &back).await;
    assert_eq!(store.setting("second-facteur").unwrap(), None);
}

#[tokio::test]
async fn copies_are_made_and_the_oldest_go() {
    let (server, people) = Server::practice();
    let mut admin = server.inside(&people.admin);
    assert!(admin.get("/reglages/sauvegardes").await.text.contains("Aucune sauvegarde."));
    for _ in 0..12 {
        server.hand.pass(1);
        assert_eq!(admin.submit("/reglages/sauvegardes", &[]).await.status, 303);
    }
    let page = admin.get("/reglages/sauvegardes").await.text;
    assert_eq!(page.matches("<th scope=\"row\">jalon-2024-11-20-08").count(), 10);
    let folder = server.folder.path().join("memoire/sauvegardes");
    let latest = std::fs::read_dir(&folder).unwrap().map(|one| one.unwrap().path()).max().unwrap();
    // A copy opens as the memory does.
    let restored = commun::folder();
    std::fs::copy(latest, restored.path().join("jalon.sqlite")).unwrap();
    assert!(jalon_store::Store::open(restored.path()).unwrap().is_set_up().unwrap());
    let swept = admin.submit("/reglages/conservation", &[]).await;
    assert!(swept.text.contains("invitations : 0, 0, 0, 0"), "{}", swept.text);
}

#[tokio::test]
async fn the_journal_is_whole_for_those_who_watch_and_ones_own_for_the_others() {
    let (server, people) = Server::practice();
    server.inside(&people.clara).get("/patients?campagne=2024").await;
    server.inside(&people.nurse).get("/patients?campagne=2024").await;
    for person in [&people.admin, &people.auditor] {
        let page = server.inside(person).get("/reglages/journal").await.text;
        assert!(page.contains("<td>clara</td>") && page.contains("<td>ines</td>"));
        assert!(!page.contains("P000") && !page.contains("M0001"));
    }
    let own = server.inside(&people.nurse).get("/reglages/journal").await.text;
    assert!(own.contains("<td>ines</td>") && !own.contains("<td>clara</td>"));
    let mut auditor = server.inside(&people.auditor);
    let some = auditor.get("/reglages/journal?action=lecture-liste").await.text;
    assert!(
        some.contains("<td>lecture d&#39;une liste</td>") && !some.contains("<td>connexion</td>")
    );
    // Page after page, to the beginning.
    for _ in 0..120 {
        auditor.get("/reglages/journal?action=accord").await;
    }
    let page = auditor.get("/reglages/journal").await;
    let older = page.links().into_iter().find(|to| to.contains("avant=")).unwrap();
    let older = auditor.get(&older).await.text;
    assert!(older.contains("<td>mise en service</td>"));
}

#[tokio::test]
async fn a_doctor_agrees_to_comparison_and_takes_it_back() {
    let folder = commun::folder();
    let cabinet = folder.path().join("cabinet");
    std::fs::create_dir(&cabinet).unwrap();
    for entry in std::fs::read_dir(CABINET).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, cabinet.join(path.file_name().unwrap())).unwrap();
        }
    }
    let doctors = cabinet.join("medecins.csv");
    let mut lines = std::fs::read_to_string(&doctors).unwrap();
    lines.push_str("M0002,medecine-generale,2001-01-08,1971-02-03,1\n");
    std::fs::write(&doctors, lines).unwrap();
    let (server, people) = Server::practice_on(&cabinet);
    let compares = async || {
        let denis = server.inside(&people.denis);
        let token = denis.cookie.unwrap().split_once('=').unwrap().1.into();
        let actor = server.app.store.session(&token, "", server.hand.now()).unwrap().unwrap();
        actor.compares_with(&jalon_store::DoctorKey::new("M0001"))
    };
    let mut clara = server.inside(&people.clara);
    let page = clara.get("/reglages/accords").await;
    assert!(page.text.contains("M0002") && !page.text.contains("<th scope=\"row\">M0001"));
    let key = page.hidden("confrere");
    assert!(!compares().await);
    let give = [("confrere", &*key), ("accord", "oui")];
    assert_eq!(clara.submit("/reglages/accords", &give).await.status, 303);
    assert!(compares().await);
    assert_eq!(clara.get("/reglages/accords").await.hidden("accord"), "non");
    let take = [("confrere", &*key), ("accord", "non")];
    assert_eq!(clara.submit("/reglages/accords", &take).await.status, 303);
    assert!(!compares().await);
    let nobody = [("confrere", "00"), ("accord", "oui")];
    assert_eq!(clara.submit("/reglages/accords", &nobody).await.status, 404);
}

#[tokio::test]
async fn the_demonstration_says_what_it_is_on_every_page() {
    let server = Server::empty(Path::new("/nulle-part/canari"));
    let console = server.app.store.setup_code(server.hand.now()).unwrap().unwrap();
    let console = console.expose_secret().to_owned();
    let mut browser = server.browser();
    let opened = browser.post("/mise-en-service/demonstration", &[("code", &console)]).await;
    assert_eq!((opened.status, opened.location()), (303, "/"), "{}", opened.text);
    for path in ["/", "/patients", "/compte", "/reglages", "/connexion", "/ailleurs", "/invitation"]
    {
        let page = browser.get(path).await.text;
        assert!(page.contains("<strong>Démonstration : personnes inventées</strong>"), "{path}");
        assert!(page.contains("<title>[Démonstration : personnes inventées]"), "{path}");
    }
    let today = browser.get("/").await.text;
    assert!(today.contains("Campagne 2024 · Données jusqu&#39;au 08/11/2024"), "{today}");
    let list = browser.get("/patients").await;
    assert!(list.links().iter().any(|to| to.starts_with("/patients/")), "somebody is to be called");
    // Every account of the page opens.
    let door = server.browser().get("/connexion").await.text;
    for login in ["gestion", "medecin", "consoeur", "secretariat", "infirmiere", "audit"] {
        assert!(door.contains(&format!("<code>{login}</code>")));
        let fields = [("identifiant", login), ("mot_de_passe", "quatre hiboux sans diplôme")];
        assert_eq!(server.browser().post("/connexion", &fields).await.status, 303, "{login}");
    }
    // Left, it is still there, and the practice has nobody.
    assert_eq!(browser.submit("/demonstration/quitter", &[]).await.status, 303);
    assert_eq!(browser.get("/connexion").await.location(), "/mise-en-service");
    assert!(!server.app.store.is_set_up().unwrap());
    let again = browser.post("/mise-en-service/demonstration", &[("code", &console)]).await;
    assert_eq!(again.status, 303, "{}", again.text);
    assert!(browser.get("/compte").await.text.contains("Dr Noa Exemple"));
}
