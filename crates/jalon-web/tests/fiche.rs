//! Fiche patient: evidence, proofs, story, who looked.

#[cfg(test)]
mod commun;

use commun::list::{LIST, note_now, rows, text};
use commun::{Answer, Browser, Server};
use jalon_store::{PatientId, Proof};

/// The words of a section of the page, by its title.
#[cfg(test)]
fn section(page: &Answer, title: &str) -> String {
    let from = page.text.split(&format!("<h2>{title}</h2>")).nth(1).unwrap();
    text(from.split("</section>").next().unwrap())
}

/// The page of a patient.
#[cfg(test)]
async fn open(browser: &mut Browser, number: &str) -> Answer {
    let page = browser.get(&format!("/patients/{number}?campagne=2024")).await;
    assert_eq!(page.status, 200);
    page
}

#[tokio::test]
async fn every_indicator_has_its_evidence() {
    let (server, everyone) = Server::practice();
    let mut nurse = server.inside(&everyone.nurse);
    // Asked of the engine by another way: the example of the command.
    let list = nurse.get(&format!("{LIST}&page=tout&indicateur=rosp-adulte:diabete-hba1c")).await;
    let row = rows(&list).remove(0);
    let page = open(&mut nurse, &row.number).await;
    let title = "Diabète : au moins deux HbA1c dans l'année";
    let from =
        page.text.split("<details class=\"line").skip(1).find(|one| text(one).contains(title));
    let says = text(from.unwrap().split("</details>").next().unwrap());
    assert!(says.contains("Ouvert"), "{says}");
    assert!(says.contains("dénominateur traité par antidiabétiques"), "{says}");
    assert!(
        says.contains("numérateur HbA1c dosée à au moins 2 dates dans l'année non 1"),
        "{says}"
    );
    let badge = row.badges().into_iter().find(|badge| badge.starts_with(title)).unwrap();
    let missing = says.split("Ce qui manque : ").nth(1).unwrap().split(" · ").next().unwrap();
    assert!(badge.contains(missing), "{badge} {missing}");
    // Those that do not count the patient say why.
    let asides = section(&page, "Indicateurs et preuves");
    assert!(asides.contains("Indicateurs qui ne le comptent pas ("), "{asides}");
    assert!(asides.contains("pas rempli : "), "{asides}");
    assert!(section(&page, "Faits").contains("delivrance"));
}

#[tokio::test]
async fn proofs_story_and_readers_are_shown() {
    let (server, everyone) = Server::practice();
    let (mut nurse, mut clara) = (server.inside(&everyone.nurse), server.inside(&everyone.clara));
    let row = rows(&nurse.get(LIST).await).remove(0);
    let gap = row.gaps().remove(0);
    let page = open(&mut nurse, &row.number).await;
    assert!(section(&page, "Pièces").contains("Aucune pièce"));
    assert!(section(&page, "Historique").contains("Rien n'a encore été noté."));
    assert!(
        section(&page, "Qui a ouvert cette fiche").ends_with("20/11/2024 ines Canari lecture 1")
    );
    // A proof of one gap.
    let patient = PatientId::parse(&row.number).unwrap();
    let about = Proof::Patient { patient, campaign: 2024, indicator: Some(gap.clone()) };
    let (actor, now) = (server.actor(&everyone.clara), server.hand.now());
    let pdf: &[u8] = b"%PDF-1.7\n%%EOF\n";
    server.app.store.add_document(&actor, &about, "../compte rendu.pdf", pdf, None, now).unwrap();
    // A story, by two people.
    note_now(&mut clara, &row.label, &[("etat", "a-verifier"), ("motif", "vu en visite")]).await;
    let ines = server.actor(&everyone.nurse).account.to_string();
    let gapped = [
        ("etat", "refuse"),
        ("motif", "<b>non</b>"),
        ("jour", "15/01/2025"),
        ("pour", &*gap),
        ("qui", &*ines),
    ];
    note_now(&mut nurse, &row.label, &gapped).await;
    let page = open(&mut nurse, &row.number).await;
    let proofs = section(&page, "Pièces");
    assert!(proofs.contains("(PDF)") && proofs.contains("clara Canari, 20/11/2024"), "{proofs}");
    let link = page.links().into_iter().find(|to| to.contains("/pieces/")).unwrap();
    let file = nurse.get(&link).await;
    assert_eq!((file.status, &*file.bytes), (200, pdf));
    assert_eq!(file.header("content-type"), "application/pdf");
    assert!(file.header("content-disposition").starts_with("attachment; filename=\""));
    assert!(!file.header("content-disposition").contains(".."));
    let story = section(&page, "Historique");
    let second = story.find("refusé, à revoir le 15/01/2025 : <b>non</b>").unwrap();
    let first = story.find("à vérifier : vu en visite").unwrap();
    assert!(second < first, "the latest first: {story}");
    assert!(story.contains("Responsable : ines Canari"), "{story}");
    assert_eq!(story.matches("Annuler").count(), 1, "the last one first: {story}");
    assert!(!page.text.contains("<b>non</b>"));
    // Undone from here, it stays, struck.
    let undo = [("modification", &*page.hidden("modification")), ("retour", &*row.number)];
    let undone = nurse.submit("/patients/annuler?campagne=2024", &undo).await;
    assert!(undone.location().starts_with(&format!("/patients/{}?", row.number)));
    assert!(undone.location().ends_with("#suivi"));
    let page = open(&mut nurse, &row.number).await;
    let story = section(&page, "Historique");
    assert!(story.contains("non</b> · Responsable : ines Canari (annulé)"), "{story}");
    assert!(story.contains("annulation"), "{story}");
    let looks = section(&page, "Qui a ouvert cette fiche");
    assert!(looks.contains("clara Canari modification 1"), "{looks}");
    assert!(looks.contains("ines Canari lecture 3"), "{looks}");
    assert!(looks.contains("ines Canari pièce 1"), "{looks}");
    assert!(looks.contains("ines Canari annulation 1"), "{looks}");
}

#[tokio::test]
async fn the_form_of_the_page_keeps_what_stands() {
    let (server, everyone) = Server::practice();
    let mut nurse = server.inside(&everyone.nurse);
    let row = rows(&nurse.get(LIST).await).remove(0);
    let ines = server.actor(&everyone.nurse).account.to_string();
    let typed = [
        ("etat", "rendez-vous"),
        ("motif", "prise de sang"),
        ("jour", "2024-11-18"),
        ("qui", &*ines),
        ("note", "préfère le matin"),
    ];
    note_now(&mut nurse, &row.label, &typed).await;
    let page = open(&mut nurse, &row.number).await;
    for kept in [
        "value=\"rendez-vous\" selected".to_owned(),
        "name=\"motif\" maxlength=\"2000\" autocomplete=\"off\" value=\"prise de sang\"".to_owned(),
        "name=\"jour\" value=\"2024-11-18\"".to_owned(),
        format!("value=\"{ines}\" selected"),
        ">préfère le matin</textarea>".to_owned(),
    ] {
        assert!(page.text.contains(&kept), "{kept}");
    }
    // The day of that appointment is over.
    assert!(text(&page.text).contains("rendez-vous le 18/11/2024 (passé)"), "{}", page.text);
    let sent = [
        ("jeton", &*page.hidden("jeton")),
        ("formulaire", &*page.hidden("formulaire")),
        ("patient", &*page.hidden("patient")),
        ("retour", &*page.hidden("retour")),
        ("etat", "fait"),
        ("motif", ""),
        ("jour", ""),
        ("qui", &*ines),
        ("note", "préfère le matin"),
    ];
    let done = nurse.post("/patients/suivi?campagne=2024", &sent).await;
    assert!(done.location().starts_with(&format!("/patients/{}?", row.number)));
    let page = nurse.get(done.location().split('#').next().unwrap()).await;
    let says = section(&page, "Où en est-on");
    assert!(says.starts_with("C'est enregistré. Annuler fait ines Canari, 20/11/2024"), "{says}");
    assert!(says.contains("Note : préfère le matin"), "{says}");
}

#[tokio::test]
async fn a_proof_is_nobody_elses() {
    let (server, everyone) = Server::practice();
    let mut clara = server.inside(&everyone.clara);
    let shown = rows(&clara.get(LIST).await);
    let patient = PatientId::parse(&shown[0].number).unwrap();
    let about = Proof::Patient { patient, campaign: 2024, indicator: None };
    let (actor, now) = (server.actor(&everyone.clara), server.hand.now());
    let pdf: &[u8] = b"%PDF-1.7\n%%EOF\n";
    let id = server.app.store.add_document(&actor, &about, "x", pdf, None, now).unwrap().id;
    let mine = format!("/patients/{}/pieces/{id}?campagne=2024", shown[0].number);
    assert_eq!(clara.get(&mine).await.status, 200);
    assert_eq!(server.inside(&everyone.denis).get(&mine).await.status, 404);
    assert_eq!(server.inside(&everyone.auditor).get(&mine).await.status, 404);
    // By way of another patient it does not exist either.
    let other = format!("/patients/{}/pieces/{id}?campagne=2024", shown[1].number);
    assert_eq!(clara.get(&other).await.status, 404);
}
