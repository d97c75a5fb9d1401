//! Bringing facts in: tried first, kept or dropped, taken back.

#[cfg(test)]
mod commun;
#[cfg(test)]
mod envoi;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use commun::{Answer, Browser, CABINET, People, Server, folder};
use envoi::{Sent, upload};
use jalon_import::register::{Mode, Register};
use jalon_import::tables::TablesImporter;
use jalon_rules::Campaign;
use jalon_store::audit::{Action, Lines};

/// A dossier of batches whose first is the example.
#[cfg(test)]
fn dossier() -> (tempfile::TempDir, PathBuf) {
    let held = folder();
    let path = held.path().join("dossier");
    let mut importer = TablesImporter::open(Path::new(CABINET), None).unwrap();
    Register::open(&path).unwrap().import(&mut importer, Mode::Real, &|_| {}).unwrap();
    (held, path)
}

/// Every file of a folder with its bytes, but for the lock.
#[cfg(test)]
fn bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name != ".verrou") {
                found.insert(path.clone(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// What the form of the page has before its files.
#[cfg(test)]
async fn about(browser: &mut Browser, kind: &str) -> Vec<(String, String)> {
    let token = browser.get("/compte").await.hidden("jeton");
    let said = [("jeton", token.as_str()), ("nature", kind), ("campagne", "2026")];
    said.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

/// Sends files, and waits until they have been tried.
#[cfg(test)]
async fn send(browser: &mut Browser, kind: &str, files: &[(&str, &[u8])]) -> (String, Answer) {
    let mut sent = Sent::of(&about(browser, kind).await);
    for (name, bytes) in files {
        sent.file("fichiers", name, bytes);
    }
    let answer = upload(browser, "/import", sent).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let to = answer.location().to_owned();
    let ended = ended(browser, &to).await;
    (to, ended)
}

/// Loads a page again until its work is done, as a browser does.
#[cfg(test)]
async fn ended(browser: &mut Browser, to: &str) -> Answer {
    for _ in 0..600 {
        let page = browser.get(to).await;
        if page.header("refresh").is_empty() {
            return page;
        }
        assert!(page.text.contains("<progress"));
        tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_millis(50)))
            .await
            .unwrap();
    }
    panic!("never done: {to}");
}

/// What every scheme pays, as the pages ask it.
#[cfg(test)]
async fn figures(server: &Server) -> String {
    envoi::facts(&server.app.practice, |facts| {
        let season = facts.season(Campaign::new(2024).unwrap()).unwrap();
        let ledgers = season.iter().flat_map(|book| &book.ledgers);
        let told: Vec<_> =
            ledgers.map(|one| format!("{} {:?}", one.scheme().id(), one.account())).collect();
        told.join("\n")
    })
    .await
}

/// Two HbA1c for someone of the list, on days when the example has none.
const ACTS: &[u8] = b"patient,date,systeme,code,quantite,executant,specialite\n\
P0000002,2024-02-02,nabm,1577,1,,\nP0000002,2024-06-06,nabm,1577,1,,\n\
P0000032,2024-02-02,nabm,1577,1,,\nP0000032,2024-06-06,nabm,1577,1,,\n\
P9999999,2024-06-06,nabm,1577,1,,\n";

#[tokio::test]
async fn an_import_is_tried_kept_and_taken_back() {
    let (_held, path) = dossier();
    let server = Server::empty(&path);
    let people = People::enrol(&server.app.store, &server.hand);
    let mut clara = server.inside(&people.clara);
    let (before, files) = (figures(&server).await, bytes(&path));
    let (to, tried) = send(&mut clara, "tables", &[("essai/actes.csv", ACTS)]).await;
    for says in [
        "Rien n&#39;est gardé pour l&#39;instant",
        "<th scope=\"row\">actes</th><td class=\"n\">5</td>",
        // Someone whom nobody declared.
        "Écarté du dossier, tous lots réunis",
    ] {
        assert!(tried.text.contains(says), "{says} : {}", tried.text);
    }
    assert_eq!(bytes(&path), files, "a trial writes nothing");
    assert_eq!(figures(&server).await, before);
    let kept = clara.submit(&format!("{to}/garder"), &[]).await;
    assert_eq!((kept.status, kept.location()), (303, to.as_str()));
    // Sent twice, it counts once.
    assert_eq!(clara.submit(&format!("{to}/garder"), &[]).await.status, 303);
    let done = ended(&mut clara, &to).await;
    assert!(done.text.contains("Importé. Les chiffres sont à jour."), "{}", done.text);
    let after = figures(&server).await;
    assert_ne!(after, before, "the facts were read again");
    let list = clara.get("/import").await;
    assert_eq!(list.text.matches("action=\"/import/annuler\"").count(), 2);
    // The same files again are the same batch.
    let (_, again) = send(&mut clara, "tables", &[("autre/actes.csv", ACTS)]).await;
    assert!(again.text.contains("Ces mêmes fichiers sont déjà là"), "{}", again.text);
    assert!(!again.text.contains("/garder"));
    // Taken back: the same bytes, the same figures.
    let taken = clara.submit("/import/annuler", &[("lot", "2")]).await;
    assert_eq!(taken.status, 303);
    let done = ended(&mut clara, taken.location()).await;
    assert!(done.text.contains("Lot annulé"), "{}", done.text);
    assert_eq!(figures(&server).await, before);
    let tables = |files: BTreeMap<PathBuf, Vec<u8>>| -> Vec<_> {
        let parquet = files
            .into_iter()
            .filter(|(path, _)| path.extension().is_some_and(|kind| kind == "parquet"));
        parquet.map(|(path, bytes)| (path.file_name().unwrap().to_owned(), bytes)).collect()
    };
    assert_eq!(tables(bytes(&path)), tables(files));
    // A batch that is not there.
    let taken = clara.submit("/import/annuler", &[("lot", "9")]).await;
    let done = ended(&mut clara, taken.location()).await;
    assert!(done.text.contains("lot 9 : inconnu dans ce dossier"), "{}", done.text);
    assert_eq!(clara.submit("/import/annuler", &[("lot", "neuf")]).await.status, 404);
    // The journal has both.
    let actor = envoi::actor(&server, &people.auditor);
    let lines = Lines { action: Some(Action::Import), most: 10, ..Lines::default() };
    let lines = server.app.store.journal(&actor, lines, server.hand.now()).unwrap();
    let objects: Vec<_> = lines.iter().filter_map(|line| line.object.as_deref()).collect();
    assert_eq!(objects, ["lot 2 (tables) annulé", "lot 2 (tables)"]);
    // What came is gone from the memory once dropped.
    clara.submit(&format!("{to}/abandonner"), &[]).await;
    assert_eq!(clara.get(&to).await.status, 404);
}

#[tokio::test]
async fn faults_are_told_line_by_line_and_nothing_is_written() {
    let (_held, path) = dossier();
    let server = Server::empty(&path);
    let people = People::enrol(&server.app.store, &server.hand);
    let mut clara = server.inside(&people.clara);
    let files = bytes(&path);
    let wrong = b"patient,date,systeme,code,quantite\n\
P0000001,2024-13-02,nabm,1577,1\nP0000001,2024-02-02,nabm,1577,un\nP0000001,2024-02-02,nabm,1577,1\n";
    let (to, page) = send(&mut clara, "tables", &[("actes.csv", wrong)]).await;
    for says in [
        "Impossible : rien n&#39;a changé.",
        "<td>actes.csv</td><td class=\"n\">2</td>",
        "2024-13-02",
        "<td>actes.csv</td><td class=\"n\">3</td>",
    ] {
        assert!(page.text.contains(says), "{says} : {}", page.text);
    }
    assert!(!page.text.contains("<td class=\"n\">4</td>") && !page.text.contains("P0000001"));
    for private in [path.to_str().unwrap(), server.folder.path().to_str().unwrap()] {
        assert!(!page.text.contains(private), "{private}");
    }
    assert_eq!(bytes(&path), files);
    // The page is usable: a good file comes next.
    clara.submit(&format!("{to}/abandonner"), &[]).await;
    let (_, page) = send(&mut clara, "tables", &[("actes.csv", ACTS)]).await;
    assert!(page.text.contains("/garder"));
}

#[tokio::test]
async fn wrong_files_are_refused() {
    let (_held, path) = dossier();
    let server = Server::empty(&path);
    let people = People::enrol(&server.app.store, &server.hand);
    let mut clara = server.inside(&people.clara);
    // None; no kind; an unknown kind; two of one name.
    let none = Sent::of(&about(&mut clara, "tables").await);
    let answer = upload(&mut clara, "/import", none).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("Aucun fichier n&#39;a été reçu"));
    let mut odd = Sent::of(&about(&mut clara, "photos").await);
    odd.file("fichiers", "a.csv", b"x");
    assert_eq!(upload(&mut clara, "/import", odd).await.status, 422);
    let mut twice = Sent::of(&about(&mut clara, "tables").await);
    twice.file("fichiers", "a/actes.csv", ACTS).file("fichiers", "b/actes.csv", ACTS);
    let answer = upload(&mut clara, "/import", twice).await;
    assert!(answer.status == 422 && answer.text.contains("deux fichiers du même nom"));
    assert!(answer.text.contains("<option value=\"tables\" selected>"));
    // A page for a table, an image for an export, an archive that is none.
    for (kind, name, bytes) in [
        ("tables", "actes.csv", &b"<html><script>alert(1)</script></html>"[..]),
        ("tables", "photo.png", b"\x89PNG\r\n\x1a\n"),
        ("fhir", "export.ndjson", b"\x89PNG\r\n\x1a\n"),
        ("omop", "../../omop.zip", b"PK\x03\x04pas une archive"),
        ("dcir", "ER_PRS_F.csv", b"rien"),
        ("liste", "liste.xlsx", b"<html><table></table></html>"),
    ] {
        let (to, page) = send(&mut clara, kind, &[(name, bytes)]).await;
        assert!(page.text.contains("Impossible : rien n&#39;a changé."), "{kind} {name}");
        assert!(!page.text.contains("<script") && !page.text.contains("/garder"), "{kind}");
        assert!(
            !page.text.contains(server.folder.path().to_str().unwrap()),
            "{kind} {}",
            page.text
        );
        clara.submit(&format!("{to}/abandonner"), &[]).await;
    }
    // Nothing of what came stays.
    let left = server.folder.path().join("memoire/imports");
    assert_eq!(std::fs::read_dir(left).unwrap().count(), 0);
}

#[tokio::test]
async fn a_dossier_of_plain_tables_takes_no_batch() {
    let (server, people) = Server::practice();
    let mut clara = server.inside(&people.clara);
    let page = clara.get("/import").await;
    assert!(page.text.contains("Ce dossier est fait de tables simples"));
    // Nothing comes in but the lists of the fund, for the doctors.
    assert!(page.text.contains("value=\"liste\"") && !page.text.contains("value=\"tables\""));
    let mut alice = server.inside(&people.admin);
    assert!(!alice.get("/import").await.text.contains("enctype"));
    let (_, page) = send(&mut clara, "tables", &[("actes.csv", ACTS)]).await;
    assert!(page.text.contains("ce dossier tient déjà une table"), "{}", page.text);
    assert!(!page.text.contains(CABINET));
}

#[tokio::test]
async fn the_first_facts_come_into_a_dossier_that_is_not_there() {
    let held = folder();
    let server = Server::empty(&held.path().join("nouveau"));
    let people = People::enrol(&server.app.store, &server.hand);
    let mut alice = server.inside(&people.admin);
    assert_eq!(alice.get("/import").await.status, 200);
    let files: Vec<(String, Vec<u8>)> = std::fs::read_dir(CABINET)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "csv"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            (format!("cabinet/{name}"), std::fs::read(&path).unwrap())
        })
        .collect();
    let files: Vec<_> = files.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
    let (to, _) = send(&mut alice, "tables", &files).await;
    assert!(!held.path().join("nouveau").exists(), "a trial leaves no trace");
    alice.submit(&format!("{to}/garder"), &[]).await;
    let done = ended(&mut alice, &to).await;
    assert!(done.text.contains("Importé."), "{}", done.text);
    let mut clara = server.inside(&people.clara);
    assert_eq!(clara.get("/indicateurs?campagne=2024").await.status, 200);
    // What another began is nobody's else.
    assert_eq!(clara.get(&to).await.status, 404);
    assert_eq!(clara.submit(&format!("{to}/garder"), &[]).await.status, 404);
    // The list of the fund names patients: whoever manages does not bring it.
    let mut sent = Sent::of(&about(&mut alice, "liste").await);
    sent.file("fichiers", "liste.csv", b"x");
    assert_eq!(upload(&mut alice, "/import", sent).await.status, 422);
}

#[tokio::test]
async fn a_list_of_the_fund_is_mapped_looked_at_and_kept() {
    let (_held, path) = dossier();
    let server = Server::empty(&path);
    let people = People::enrol(&server.app.store, &server.hand);
    let mut clara = server.inside(&people.clara);
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../exemples/caisse/liste.csv");
    let file = std::fs::read(example).unwrap();
    let files = bytes(&path);
    let (to, page) = send(&mut clara, "liste", &[("liste.csv", &file)]).await;
    assert_eq!(page.status, 200);
    for says in [
        "<th scope=\"row\">cancer-sein</th><td class=\"n\">2</td><td class=\"n\">2</td>",
        "<th scope=\"row\">suivi-du-diabete</th>",
        "Numéros de sécurité sociale à la clé ou à la forme fausse : 1 (lignes 6)",
        "name=\"col:nir\"",
        "value=\"Suivi du diabète\"",
    ] {
        assert!(page.text.contains(says), "{says} : {}", page.text);
    }
    // Nobody is recognised by what is shown.
    let text = String::from_utf8_lossy(&file).into_owned();
    let named = text.lines().skip(4).flat_map(|line| line.split(';').take(3));
    for cell in named.filter(|cell| cell.len() > 4) {
        assert!(!page.text.contains(cell.trim()), "{cell}");
    }
    assert_eq!(bytes(&path), files, "nothing is written before it is kept");
    // A label is named, a field done without.
    let fields = [
        ("quoi", "voir"),
        ("annee", "2026"),
        ("jour", "2026-09-20"),
        ("col:statut", ""),
        ("libelle", "Suivi du diabète"),
        ("designe", "diabete-hba1c"),
    ];
    let said = clara.submit(&format!("{to}/correspondance"), &fields).await;
    assert_eq!(said.status, 303, "{}", said.text);
    let page = clara.get(&to).await;
    assert!(page.text.contains("<th scope=\"row\">diabete-hba1c</th>"), "{}", page.text);
    // A column that does not give what it should is told with its lines.
    let wrong = [("quoi", "voir"), ("annee", "2026"), ("col:naissance", "Nom")];
    clara.submit(&format!("{to}/correspondance"), &wrong).await;
    let page = clara.get(&to).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("<td>liste.csv</td><td class=\"n\">5</td>"), "{}", page.text);
    assert!(clara.submit(&format!("{to}/garder"), &[]).await.status == 422);
    for what in [[("quoi", "../x"), ("annee", "2026")], [("quoi", "voir"), ("annee", "demain")]] {
        assert_eq!(clara.submit(&format!("{to}/correspondance"), &what).await.status, 404);
    }
    clara.submit(&format!("{to}/correspondance"), &fields).await;
    assert_eq!(clara.submit(&format!("{to}/garder"), &[]).await.status, 303);
    let kept = clara.get(&to).await;
    assert!(kept.text.contains("Liste gardée.") && kept.text.contains("cancer-sein : Lignes 2"));
    let files = bytes(&path);
    let named = |folder: &str, end: &str| {
        let begins = format!("{}/{folder}/voir-2026-", path.display());
        files
            .keys()
            .map(|file| file.to_string_lossy())
            .any(|file| file.starts_with(&begins) && file.ends_with(end))
    };
    assert!(named("listes", ".json") && named("correspondances", ".toml"));
    // The same file, the next time.
    let (_, again) = send(&mut clara, "liste", &[("liste.csv", &file)]).await;
    assert!(again.text.contains("Ce fichier est déjà dans la liste, depuis le 20/09/2026"));
    assert!(again.text.contains("Reporter encore la liste sur les patients"));
}
