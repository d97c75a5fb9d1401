//! Patients à rappeler when something goes wrong: the memory held by another
//! program, the session lost, the clock moved, the facts imported again.

#[cfg(test)]
mod commun;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use commun::list::{LIST, file, note, note_now, people, row_of, rows, text};
use commun::{CABINET, PASSWORD, People, Server, folder};
use rusqlite::Connection;

#[tokio::test]
async fn a_memory_held_by_another_program_loses_nothing_of_what_was_typed() {
    let (server, everyone) = Server::practice();
    let mut nurse = server.inside(&everyone.nurse);
    let row = rows(&nurse.get(LIST).await).remove(0);
    let typed = [("etat", "refuse"), ("motif", "trop loin"), ("jour", "2025-02-01")];
    let file = server.folder.path().join("memoire").join("jalon.sqlite");
    let other = Connection::open(file).unwrap();
    // Long enough for the session to be noted again.
    server.hand.pass(60);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let held = note(&mut nurse, &row, &typed).await;
    assert_eq!(held.status, 503);
    let says = text(&held.text);
    assert!(says.contains("la base est occupée par un autre programme aide : fermez-le"), "{says}");
    for kept in ["value=\"refuse\" selected", "value=\"trop loin\"", "value=\"2025-02-01\""] {
        assert!(held.text.contains(kept), "{kept}");
    }
    assert_eq!(held.hidden("patient"), row.picked);
    // The list cannot be read without the journal: it says so, and is no crash.
    let list = nurse.get(LIST).await;
    assert_eq!(list.status, 503);
    assert!(text(&list.text).contains("la base est occupée"), "{}", list.text);
    other.execute_batch("ROLLBACK").unwrap();
    let fields = [
        ("jeton", &*held.hidden("jeton")),
        ("formulaire", &*held.hidden("formulaire")),
        ("patient", &*held.hidden("patient")),
        ("qui", ""),
        ("note", ""),
    ];
    let fields: Vec<_> = fields.into_iter().chain(typed).collect();
    assert_eq!(nurse.post("/patients/suivi?campagne=2024", &fields).await.status, 303);
    let after = row_of(&mut nurse, &row.label).await;
    assert!(after.standing().starts_with("refusé, à revoir le 01/02/2025 : trop loin"));
    // Undoing too can be tried again.
    let page = nurse.get(LIST).await;
    let row = rows(&page).remove(0);
    let noted = note(&mut nurse, &row, &[("etat", "fait")]).await;
    let page = nurse.get(noted.location().split('#').next().unwrap()).await;
    let (token, change) = (page.hidden("jeton"), page.hidden("modification"));
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let undo = [("jeton", &*token), ("modification", &*change)];
    let held = nurse.post("/patients/annuler?campagne=2024", &undo).await;
    assert_eq!((held.status, held.hidden("modification")), (503, change.clone()));
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(nurse.post("/patients/annuler?campagne=2024", &undo).await.status, 303);
}

#[tokio::test]
async fn a_session_lost_while_typing_loses_nothing() {
    let (server, everyone) = Server::practice();
    let mut nurse = server.inside(&everyone.nurse);
    let row = rows(&nurse.get(&format!("{LIST}&etat=a-contacter")).await).remove(0);
    server.hand.pass(31 * 60);
    let fields = [
        ("jeton", &*row.hidden("jeton")),
        ("formulaire", &*row.hidden("formulaire")),
        ("patient", &*row.picked),
        ("etat", "refuse"),
        ("motif", "ne veut pas"),
        ("qui", ""),
        ("note", ""),
    ];
    let door = nurse.post("/patients/suivi?campagne=2024&etat=a-contacter", &fields).await;
    assert_eq!(door.status, 401);
    let to = door.hidden("vers");
    assert_eq!(to, "/patients/suivi?campagne=2024&etat=a-contacter");
    server.hand.pass(30);
    let code = everyone.nurse.code(server.hand.now());
    let enter = [
        ("identifiant", "ines"),
        ("mot_de_passe", PASSWORD),
        ("code", &*code),
        ("vers", &*to),
        ("repris", &*door.hidden("repris")),
    ];
    let shown = nurse.post("/connexion", &enter).await;
    assert!(shown.text.contains("ne veut pas"), "{}", shown.text);
    let token = shown.hidden("jeton");
    let again: Vec<_> = fields
        .iter()
        .map(|(name, value)| (*name, if *name == "jeton" { &*token } else { *value }))
        .collect();
    let done = nurse.post(&to, &again).await;
    assert!(done.location().starts_with("/patients?campagne=2024"), "{}", done.location());
    let after = row_of(&mut nurse, &row.label).await;
    assert!(after.standing().starts_with("refusé : ne veut pas"), "{}", after.standing());
}

#[tokio::test]
async fn a_clock_that_moves_breaks_nothing() {
    let (server, everyone) = Server::practice();
    let mut nurse = server.inside(&everyone.nurse);
    let row = rows(&nurse.get(LIST).await).remove(0);
    let booked = [("etat", "rendez-vous"), ("jour", "2024-11-25")];
    note_now(&mut nurse, &row.label, &booked).await;
    // Back by a day: what was noted is of tomorrow, and stays the last word.
    server.hand.pass(-86_400);
    assert_eq!(nurse.get(LIST).await.status, 200);
    note_now(&mut nurse, &row.label, &[("etat", "rendez-vous"), ("jour", "2024-11-26")]).await;
    let after = row_of(&mut nurse, &row.label).await;
    assert_eq!(after.standing(), "rendez-vous le 26/11/2024 ines Canari, 19/11/2024");
    // On by a fortnight: the appointment is over, and says so.
    server.hand.pass(15 * 86_400);
    let mut nurse = server.inside(&everyone.nurse);
    let after = row_of(&mut nurse, &row.label).await;
    assert_eq!(after.standing(), "rendez-vous le 26/11/2024 (passé) ines Canari, 19/11/2024");
    // A refusal to look at again comes back on its day.
    let refused = [("etat", "refuse"), ("motif", "plus tard"), ("jour", "2024-12-10")];
    note_now(&mut nurse, &row.label, &refused).await;
    assert!(!people(&mut nurse, "").await.contains(&row.label));
    server.hand.pass(7 * 86_400);
    let mut nurse = server.inside(&everyone.nurse);
    assert!(people(&mut nurse, "&etat=a-contacter").await.contains(&row.label));
}

/// The first patients of the example, whose facts can be imported again.
#[cfg(test)]
fn copied() -> tempfile::TempDir {
    let copy = folder();
    for entry in fs::read_dir(CABINET).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "csv") {
            let text = fs::read_to_string(&path).unwrap();
            let kept = text.lines().filter(|line| !line.starts_with('P') || *line < "P0000250");
            let kept = kept.collect::<Vec<_>>().join("\n") + "\n";
            fs::write(copy.path().join(path.file_name().unwrap()), kept).unwrap();
        }
    }
    copy
}

/// Reads the facts again, as after an import.
#[cfg(test)]
async fn import(server: &Server) {
    let practice = Arc::clone(&server.app.practice);
    tokio::task::spawn_blocking(move || practice.read().map(drop)).await.unwrap().unwrap();
}

#[cfg(test)]
fn append(table: &Path, line: &str) {
    let text = fs::read_to_string(table).unwrap();
    fs::write(table, format!("{text}{line}\n")).unwrap();
}

#[tokio::test]
async fn what_was_noted_outlives_new_imports() {
    let dossier = copied();
    let server = Server::empty(dossier.path());
    let everyone = People::enrol(&server.app.store, &server.hand);
    let mut nurse = server.inside(&everyone.nurse);
    let gap = "rosp-adulte:diabete-hba1c";
    let listed = nurse.get(&format!("{LIST}&page=tout&indicateur={gap}")).await;
    let shown = rows(&listed);
    let (called, tested) = (&shown[0], &shown[1]);
    let others = rows(&nurse.get(LIST).await);
    let gone = others.iter().find(|row| ![&called.label, &tested.label].contains(&&row.label));
    let gone = gone.unwrap();
    for row in [called, gone] {
        note_now(&mut nurse, &row.label, &[("etat", "a-appeler"), ("motif", "répondeur")]).await;
    }
    note_now(&mut nurse, &tested.label, &[("etat", "fait"), ("pour", gap)]).await;
    // Two tests of one of them arrive; another is on the list no more.
    let acts = dossier.path().join("actes.csv");
    for day in ["2024-02-05", "2024-09-12"] {
        append(&acts, &format!("{},{day},nabm,1577,1,,", tested.label));
    }
    let links = dossier.path().join("rattachements.csv");
    let all = fs::read_to_string(&links).unwrap();
    let without: Vec<_> = all.lines().filter(|line| !line.starts_with(&gone.label)).collect();
    fs::write(&links, without.join("\n") + "\n").unwrap();
    import(&server).await;
    let now = people(&mut nurse, &format!("&indicateur={gap}")).await;
    assert!(now.contains(&called.label) && !now.contains(&tested.label));
    let after = row_of(&mut nurse, &called.label).await;
    assert_eq!(after.number, called.number, "the same number for the same patient");
    assert!(after.standing().starts_with("à appeler : répondeur"), "{}", after.standing());
    let page = nurse.get(&format!("/patients/{}?campagne=2024", tested.number)).await;
    let story = text(page.text.split("<h2>Historique</h2>").nth(1).unwrap());
    assert!(story.contains("ines Canari fait"), "{story}");
    assert!(!people(&mut nurse, "&etat=tous").await.contains(&gone.label));
    let page = nurse.get(&format!("/patients/{}?campagne=2024", gone.number)).await;
    assert_eq!(page.status, 404);
    // What was noted of him is kept all the same, for when he comes back.
    let kept = file(&server, &everyone.nurse, &gone.number);
    assert_eq!(kept.events.len(), 1);
}
