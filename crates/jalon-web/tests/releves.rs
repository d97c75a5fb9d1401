//! Statements of the fund, what separates them from the facts, and the claim
//! that follows, over HTTP.

#[cfg(test)]
mod commun;
#[cfg(test)]
mod envoi;

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data as Value, Reader as _, Xlsx};
use commun::{Answer, Browser, CABINET, People, Server};
use envoi::{Sent, facts, upload};
use jalon_claim::Data;
use jalon_claim::arithmetic::{Arithmetic, Verdict};
use jalon_engine::ledger::Ledger;
use jalon_import::statement::{Statement, from_toml};
use jalon_rules::{Campaign, french};
use jalon_store::audit::{Action, Lines};
use jiff::civil::date;

const STATEMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../exemples/caisse/releve.toml");
const ENTRY: &str = "/releves/saisie?campagne=2024&dispositif=rosp-adulte";

/// 12 May 2025, after the statement of 30 April: from 20 November 2024.
const MAY: i64 = 173 * 86_400;

/// What an indicator prints in the form of the tests.
const DIABETES: [(&str, &str); 5] = [
    ("numerateur:diabete-hba1c", "44"),
    ("denominateur:diabete-hba1c", "53"),
    ("taux:diabete-hba1c", "83"),
    ("points:diabete-hba1c", "19,5"),
    ("montant:diabete-hba1c", "115,51"),
];

/// Fields of the form, hidden ones first.
#[cfg(test)]
fn with(page: &Answer, fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let hidden = ["jeton", "formulaire", "campagne", "medecin"];
    let hidden = hidden.map(|name| (name.to_owned(), page.hidden(name)));
    let given = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    hidden.into_iter().chain(given).collect()
}

#[cfg(test)]
async fn post(browser: &mut Browser, path: &str, fields: &[(String, String)]) -> Answer {
    let fields: Vec<_> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(path, &fields).await
}

/// Enters the statement of the example by hand; where its page is.
#[cfg(test)]
async fn entered(browser: &mut Browser) -> String {
    let page = browser.get(ENTRY).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let mut fields = vec![
        ("dispositif", "rosp-adulte"),
        ("recu", "2025-04-30"),
        ("patientele", "677"),
        ("reference", "800"),
        ("valeur_point", "7"),
        ("points:cancer-sein", "40"),
        ("montant:cancer-sein", "230"),
        ("points:=0", "59,5"),
        ("montant:=0", "345,51"),
    ];
    fields.extend(DIABETES);
    let fields = with(&page, &fields);
    let saved = post(browser, "/releves/saisie", &fields).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    let twice = post(browser, "/releves/saisie", &fields).await;
    assert_eq!(twice.location(), saved.location(), "a form sent twice counts once");
    saved.location().to_owned()
}

/// The statement of the example, as the crate of claims reads it.
#[cfg(test)]
fn example() -> Statement {
    let mut statement = from_toml(&std::fs::read_to_string(STATEMENT).unwrap(), "x").unwrap();
    for (line, id) in statement.lines.iter_mut().zip(["diabete-hba1c", "cancer-sein"]) {
        line.indicator = Some(id.to_owned());
    }
    statement
}

/// The two verdicts, asked of the crate of claims.
#[cfg(test)]
async fn asked(server: &Server) -> (Arithmetic, Data) {
    facts(&server.app.practice, |facts| {
        let campaign = Campaign::new(2024).unwrap();
        let season = facts.season(campaign).unwrap();
        let book = season.iter().find(|book| book.payee == "M0001").unwrap();
        let found = book.ledgers.iter().find_map(|ledger| match ledger {
            Ledger::Rate(ledger) if ledger.scheme.id == "rosp-adulte" => Some(ledger),
            _ => None,
        });
        let ledger = found.unwrap();
        (Arithmetic::of(&example(), ledger.scheme, campaign), Data::of(&example(), ledger))
    })
    .await
}

/// Cells of a workbook as texts, by sheet. No cell is a formula.
#[cfg(test)]
fn cells(bytes: &[u8]) -> BTreeMap<String, Vec<Vec<String>>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let names = book.sheet_names();
    names
        .into_iter()
        .map(|name| {
            assert!(book.worksheet_formula(&name).unwrap().is_empty(), "{name}");
            let rows = book.worksheet_range(&name).unwrap();
            let rows = rows.rows().map(|row| row.iter().map(Value::to_string).collect());
            (name, rows.collect())
        })
        .collect()
}

/// An address of the page of a statement.
#[cfg(test)]
fn of(statement: &str, page: &str, more: &str) -> String {
    let (path, query) = statement.split_once('?').unwrap();
    let query = query.split("&fait").next().unwrap();
    format!("{path}{page}?{query}{more}")
}

/// Ticks the first two patients who may explain the first gap; who they are.
#[cfg(test)]
async fn ticked(browser: &mut Browser, at: &str) -> Vec<String> {
    let page = browser.get(at).await;
    let suspects = page.text.split("name=\"patient\" value=\"").skip(1).take(2);
    let suspects: Vec<_> = suspects.map(|one| one.split('"').next().unwrap().to_owned()).collect();
    let word = page.hidden("indicateur");
    assert_eq!(word, "rosp-adulte:diabete-hba1c");
    let mut fields = vec![("indicateur", word.as_str()), ("marque", "a-reclamer")];
    fields.extend(suspects.iter().map(|one| ("patient", one.as_str())));
    let path = of(at, "/marques", "");
    let path = path.split('?').next().unwrap();
    assert_eq!(post(browser, path, &with(&page, &fields)).await.status, 303);
    let nobody = with(&page, &[("indicateur", &word), ("marque", "compte")]);
    assert_eq!(post(browser, path, &nobody).await.status, 422);
    suspects
}

/// The two verdicts are those of the crate of claims, to the cent.
#[tokio::test]
async fn a_statement_comes_in_and_is_held_against_the_facts() {
    let (server, people) = Server::practice();
    server.hand.pass(MAY);
    let mut clara = server.inside(&people.clara);
    let at = entered(&mut clara).await;
    let list = clara.get("/releves?campagne=2024").await;
    assert_eq!(list.text.matches("/releves/000").count(), 1, "{}", list.text);
    assert!(list.text.contains("Diffère") && list.text.contains("30/06/2025"), "{}", list.text);
    let page = clara.get(&at).await;
    assert!(page.text.contains("Relevé enregistré"));
    let (arithmetic, data) = asked(&server).await;
    assert_eq!(arithmetic.verdict(), Verdict::Differs { wrong: 1 });
    assert!(page.text.contains("1/4 comparaisons"), "{}", page.text);
    assert!(page.text.contains("−6,95\u{a0}€"));
    let (fund, ours) = data.euros().unwrap();
    for range in [&fund, &ours, &data.euros_gap().unwrap()] {
        let shown = french::range(range, french::euros);
        assert!(page.text.contains(&shown), "{shown}");
    }
    let asked = data.rows[0].ours.denominator.unwrap();
    assert!(page.text.contains(&format!("<td class=\"n\">{asked}</td>")));
    // From 12 May to 30 June, both included.
    assert!(page.text.contains("30/06/2025 (50 jours restants"), "{}", page.text);
    // Who may explain it, each with a page; those ticked are in the discrepancies.
    let suspects = ticked(&mut clara, &at).await;
    let links = page.links();
    assert!(links.iter().any(|to| to.starts_with(&format!("/patients/{}", suspects[0]))));
    let called = clara.get("/patients?campagne=2024&etat=a-reclamer").await;
    assert!(called.text.contains(&suspects[0]) && called.text.contains("2 écarts à réclamer"));
}

/// What a doctor makes of the draft of a claim.
#[cfg(test)]
fn texts<'t>(ground: &'t str, demand: &'t str) -> Vec<(&'t str, &'t str)> {
    vec![
        ("vu", ""),
        ("expediteur", "Dr Clara Canari\r\n1, rue Fictive"),
        ("destinataire", "Commission de recours amiable"),
        ("lieu", "Exempleville"),
        ("jour", "2025-05-12"),
        ("objet", "contestation <2024>"),
        ("motifs", "Premier motif.\r\nSecond motif."),
        ("fondement", "convention médicale"),
        ("demande", demand),
        ("chronologie", "30/04/2025 : relevé reçu\r\n06/05/2025 : appel à la caisse"),
        ("notifie", "2025-05-01"),
        ("parvenue", ""),
        (ground, "liste"),
    ]
}

/// The field of the ground of the first patient in dispute, and who it is.
#[cfg(test)]
fn in_dispute(page: &Answer) -> (String, String) {
    let after = |text: &str| {
        let rest = page.text.split(text).nth(1).unwrap_or_else(|| panic!("{}", page.text));
        rest.split('"').next().unwrap().to_owned()
    };
    (format!("motif:{}", after("name=\"motif:")), after("aria-label=\"Motif, "))
}

#[tokio::test]
async fn a_claim_is_drafted_written_and_never_lost() {
    let (server, people) = Server::practice();
    server.hand.pass(MAY);
    let mut clara = server.inside(&people.clara);
    let at = entered(&mut clara).await;
    ticked(&mut clara, &at).await;
    let (claim, (_, data)) = (of(&at, "/reclamation", ""), asked(&server).await);
    let draft = clara.get(&claim).await;
    let gap = french::range(&data.euros_gap().unwrap(), french::euros);
    assert!(draft.text.contains(&gap), "{}", draft.text);
    assert!(draft.text.contains("30/04/2025 : relevé reçu"));
    assert!(draft.text.contains("jalon-pdf n&#39;est pas installé"), "{}", draft.text);
    let (ground, _) = in_dispute(&draft);
    let texts = texts(&ground, "Je demande.");
    let path = claim.split('?').next().unwrap();
    // Wrong days are told together, and nothing typed is lost.
    let mut wrong = texts.clone();
    wrong[4].1 = "hier";
    wrong[9].1 = "quand ? on ne sait";
    let refused = post(&mut clara, path, &with(&draft, &wrong)).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.text.matches("aria-invalid").count(), 2);
    assert!(refused.text.contains("quand ? on ne sait") && refused.text.contains("Second motif."));
    for _ in 0..2 {
        assert_eq!(post(&mut clara, path, &with(&draft, &texts)).await.status, 303);
    }
    // Another window that had not seen it does not write over it.
    let mut other = texts.clone();
    other[3].1 = "Ailleurs";
    let stale = post(&mut clara, path, &with(&draft, &other)).await;
    assert_eq!(stale.status, 409);
    assert!(stale.text.contains("value=\"Ailleurs\"") && stale.text.contains("rien n&#39;a été"));
    // Delays run from the day that the claim says.
    assert!(clara.get(&at).await.text.contains("01/07/2025"));
    let kept = clara.get(&claim).await;
    assert!(kept.text.contains("value=\"Exempleville\"") && kept.text.contains("&#60;2024&#62;"));
    // Seen, it may be written over; and the draft taken again.
    let seen = stale.hidden("vu");
    other[0].1 = &seen;
    assert_eq!(post(&mut clara, path, &with(&stale, &other)).await.status, 303);
    let kept = clara.get(&claim).await;
    assert!(kept.text.contains("value=\"Ailleurs\""));
    let seen = kept.hidden("vu");
    let again = with(&kept, &[("vu", &seen), ("brouillon", "oui")]);
    assert_eq!(post(&mut clara, path, &again).await.status, 303);
    assert!(clara.get(&claim).await.text.contains(&gap));
    // A memory that cannot be written loses nothing typed.
    let held = envoi::Held::hold(&server);
    let refused = post(&mut clara, path, &with(&kept, &texts)).await;
    assert_eq!(refused.status, 503);
    assert!(refused.text.contains("value=\"Exempleville\""), "{}", refused.text);
    drop(held);
}

#[tokio::test]
async fn a_claim_goes_out_with_and_without_identities() {
    let (server, people) = Server::practice();
    server.hand.pass(MAY);
    let mut clara = server.inside(&people.clara);
    let at = entered(&mut clara).await;
    ticked(&mut clara, &at).await;
    let claim = of(&at, "/reclamation", "");
    let (path, draft) = (claim.split('?').next().unwrap(), clara.get(&claim).await);
    let (ground, label) = in_dispute(&draft);
    let demand = format!("=1+1 pour {label}");
    let saved = post(&mut clara, path, &with(&draft, &texts(&ground, &demand))).await;
    assert_eq!(saved.status, 303);

    // What proves it.
    let attach = path.replace("/reclamation", "/piece");
    for (bytes, status) in [(envoi::PDF, 303), (envoi::PDF, 303), (&b"<html>"[..], 422)] {
        let mut sent = Sent::of(&with(&draft, &[]));
        sent.file("fichier", "relevé.pdf", bytes);
        let added = upload(&mut clara, &attach, sent).await;
        assert_eq!(added.status, status, "{}", added.text);
    }

    let shown = clara.get(&of(&at, "/apercu", "&version=nominative")).await;
    for says in
        ["Premier motif.", "absent de la liste de la caisse", &label, "Pour le médecin-conseil"]
    {
        assert!(shown.text.contains(says), "{says}");
    }
    assert!(shown.text.contains("<svg"), "the account is drawn");
    let shown = clara.get(&of(&at, "/apercu", "&version=anonyme")).await;
    assert!(!shown.text.contains(&label) && shown.text.contains("=1+1 pour P01"));
    let file = clara.get(&of(&at, "/reclamation.xlsx", "&version=nominative")).await;
    let name = "attachment; filename=\"reclamation-rosp-adulte-2024-nominative.xlsx\"";
    assert_eq!(file.header("content-disposition"), name);
    let sheets = cells(&file.bytes);
    let patients = &sheets["Patients"];
    assert_eq!(patients.len(), 3, "a header and two patients");
    assert!(patients[1].contains(&label));
    let (_, data) = asked(&server).await;
    assert_eq!(sheets["Comptes"][1][3], "44");
    assert_eq!(sheets["Comptes"][1][4], data.rows[0].ours.numerator.unwrap().to_string());
    let total = sheets["Montants"].last().unwrap();
    let gap = data.euros_gap().unwrap();
    for (cell, end) in total[9..11].iter().zip([gap.min(), gap.max()]) {
        assert_eq!(cell.parse::<jalon_rules::Fraction>().unwrap(), end.round(2));
    }
    assert_eq!(sheets["Pièces"].len(), 2, "a header and one document");
    let about: Vec<_> = sheets["Réclamation"].iter().flatten().cloned().collect();
    let hash = facts(&server.app.practice, |facts| facts.hash().to_owned()).await;
    assert!(about.contains(&hash) && about.contains(&commun::RULES.hash().to_owned()));
    let file = clara.get(&of(&at, "/reclamation.xlsx", "&version=anonyme")).await;
    let all: Vec<_> = cells(&file.bytes).into_values().flatten().flatten().collect();
    assert!(!all.iter().any(|cell| cell.contains(&label)), "nobody is told");
    // No program, no pages: it is said, with what to do instead.
    let pages = clara.get(&of(&at, "/reclamation.pdf", "&version=anonyme")).await;
    assert_eq!(pages.status, 503);
    assert!(pages.text.contains("XLSX") && pages.text.contains("navigateur"), "{}", pages.text);
    // The journal has each.
    let auditor = server.actor(&people.auditor);
    let exports = Lines { action: Some(Action::Export), most: 100, ..Lines::default() };
    let told = server.app.store.journal(&auditor, exports, server.hand.now()).unwrap();
    let told: Vec<_> = told.iter().rev().filter_map(|line| line.object.as_deref()).collect();
    assert_eq!(
        told,
        [
            "réclamation nominative, aperçu",
            "réclamation sans identité, aperçu",
            "réclamation nominative, XLSX",
            "réclamation sans identité, XLSX",
        ]
    );
}

#[tokio::test]
async fn every_wrong_number_is_told_at_once_beside_its_field() {
    let (server, people) = Server::practice();
    server.hand.pass(MAY);
    let mut clara = server.inside(&people.clara);
    let page = clara.get(ENTRY).await;
    let fields = with(
        &page,
        &[
            ("dispositif", "rosp-adulte"),
            ("recu", "2025-05-13"),
            ("patientele", "beaucoup"),
            ("numerateur:diabete-hba1c", "54"),
            ("denominateur:diabete-hba1c", "53"),
            ("taux:diabete-hba1c", "101,5"),
            ("points:diabete-hba1c", "-3"),
            ("montant:cancer-sein", "<script>"),
            ("numerateur:cancer-sein", "1,5"),
        ],
    );
    let refused = post(&mut clara, "/releves/saisie", &fields).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.text.matches("aria-invalid").count(), 7, "{}", refused.text);
    for says in [
        "ce jour n&#39;est pas encore venu",
        "nombre illisible",
        "plus que le dénominateur",
        "plus de 100 %",
        "un nombre entier",
        "value=\"54\"",
        "value=\"beaucoup\"",
        "value=\"&#60;script&#62;\"",
        "value=\"2025-05-13\"",
    ] {
        assert!(refused.text.contains(says), "{says}");
    }
    let empty = with(&page, &[("dispositif", "rosp-adulte"), ("recu", "2025-04-30")]);
    let refused = post(&mut clara, "/releves/saisie", &empty).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("aucun chiffre par indicateur"));
    let list = clara.get("/releves?campagne=2024").await;
    assert!(list.text.contains("Aucun relevé"), "nothing was kept");
    // A memory that cannot be written loses nothing typed.
    let mut fields = with(&page, &[("dispositif", "rosp-adulte"), ("recu", "2025-04-30")]);
    fields.extend(DIABETES.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let held = envoi::Held::hold(&server);
    let refused = post(&mut clara, "/releves/saisie", &fields).await;
    assert_eq!(refused.status, 503);
    assert!(refused.text.contains("value=\"115,51\""), "{}", refused.text);
    drop(held);
    assert_eq!(post(&mut clara, "/releves/saisie", &fields).await.status, 303);
}

#[tokio::test]
async fn a_file_is_read_into_the_form_and_nothing_of_it_is_lost() {
    let (server, people) = Server::practice();
    server.hand.pass(MAY);
    let mut clara = server.inside(&people.clara);
    let page = clara.get("/releves?campagne=2024").await;
    let send = |name: &str, bytes: &[u8]| {
        let mut sent = Sent::of(&with(&page, &[("dispositif", "rosp-adulte")]));
        sent.file("fichier", name, bytes);
        sent
    };
    let toml = std::fs::read(STATEMENT).unwrap();
    let form = upload(&mut clara, "/releves/fichier", send("releve.toml", &toml)).await;
    assert_eq!(form.status, 200, "{}", form.text);
    assert!(form.text.contains("value=\"115,51\"") && form.text.contains("value=\"2025-04-30\""));
    assert!(clara.get("/releves?campagne=2024").await.text.contains("Aucun relevé"));
    // The form as a browser sends it back: what the file said besides is kept.
    let value = |name: &str| (name.to_owned(), form.hidden(name));
    let mut fields = with(&form, &[("dispositif", "rosp-adulte"), ("recu", "2025-04-30")]);
    fields.push(value("source"));
    for name in ["patientele", "reference", "valeur_point"] {
        fields.push(value(name));
    }
    for (name, _) in DIABETES {
        fields.push(value(name));
    }
    fields.extend(
        ["points:cancer-sein", "montant:cancer-sein", "points:=0", "montant:=0"].map(value),
    );
    let saved = post(&mut clara, "/releves/saisie", &fields).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    let actor = server.actor(&people.clara);
    let kept = server.app.store.statements(&actor, actor.own().unwrap(), 2024).unwrap();
    let mut expected = example();
    let mut read = from_toml(kept[0].text.expose(), "x").unwrap();
    for line in expected.lines.iter_mut().chain(&mut read.lines) {
        line.line = 0;
    }
    for total in expected.totals.iter_mut().chain(&mut read.totals) {
        total.line = 0;
    }
    expected.scheme = Some("rosp-adulte".to_owned());
    // By the order of the scheme's indicators, where the file has its own.
    expected.lines.sort_by(|one, other| one.label.cmp(&other.label));
    read.lines.sort_by(|one, other| one.label.cmp(&other.label));
    assert_eq!(read, expected);
    // The form to correct it has the same figures.
    let number = saved.location().trim_start_matches("/releves/").split('?').next().unwrap();
    let again = clara.get(&format!("/releves/saisie?campagne=2024&corrige={number}")).await;
    assert!(again.text.contains("value=\"115,51\""));

    // A table, whose label nobody knows, asks what it means.
    let csv = "Indicateur;Numérateur;Dénominateur;Points\nDiabète : au moins deux HbA1c dans l'année;44;53;19,5\nRenoncements divers;3;4;5\n";
    let form = upload(&mut clara, "/releves/fichier", send("releve.csv", csv.as_bytes())).await;
    assert_eq!(form.status, 200, "{}", form.text);
    assert!(form.text.contains("Renoncements divers") && form.text.contains("name=\"designe:+1\""));
    let mut fields = with(
        &form,
        &[
            ("dispositif", "rosp-adulte"),
            ("recu", "2025-04-30"),
            ("numerateur:diabete-hba1c", "44"),
            ("numerateur:+1", "3"),
            ("designe:+1", "diabete-hba1c"),
        ],
    );
    fields.push(("source".to_owned(), form.hidden("source")));
    let twice = post(&mut clara, "/releves/saisie", &fields).await;
    assert_eq!(twice.status, 422);
    assert!(twice.text.contains("déjà saisi sur une autre ligne"), "{}", twice.text);

    for (name, bytes, says) in [
        ("x.csv", &b"Indicateur;Points\nDiab\xc3\xa8te;beaucoup\n"[..], "nombre illisible"),
        ("x.pdf", envoi::PDF, ""),
        ("x.toml", b"campagne = 2020\n[[ligne]]\nlibelle = \"a\"\npoints = 1\n", "autre campagne"),
        (
            "x.toml",
            b"medecin = \"M0002\"\n[[ligne]]\nlibelle = \"a\"\npoints = 1\n",
            "autre médecin",
        ),
    ] {
        let refused = upload(&mut clara, "/releves/fichier", send(name, bytes)).await;
        assert_eq!(refused.status, 422, "{name}");
        assert!(refused.text.contains(says) && !refused.text.contains("--colonne"), "{says}");
    }
    let none = Sent::of(&with(&page, &[("dispositif", "rosp-adulte")]));
    assert_eq!(upload(&mut clara, "/releves/fichier", none).await.status, 422);
}

#[tokio::test]
async fn a_statement_is_its_doctors_and_the_auditor_reads_sums() {
    let (server, people) = Server::practice();
    server.hand.pass(MAY);
    let mut clara = server.inside(&people.clara);
    let at = entered(&mut clara).await;
    let pages = ["", "/reclamation", "/apercu", "/reclamation.xlsx"];
    for person in [&people.admin, &people.denis, &people.delegate, &people.nurse] {
        let mut browser = server.inside(person);
        for page in pages {
            let answer = browser.get(&of(&at, page, "")).await;
            assert_eq!(answer.status, 404, "{} {page}", person.login);
        }
    }
    let mut hugo = server.inside(&people.auditor);
    for page in pages {
        let answer = hugo.get(&of(&at, page, "")).await;
        assert_eq!(answer.status, 200, "{page}");
        assert!(!answer.text.contains("P000") && !answer.text.contains("name=\"patient\""));
        assert!(!answer.text.contains("action=\"/releves/"), "{page}");
    }
    for page in ["/apercu", "/reclamation.xlsx"] {
        assert_eq!(hugo.get(&of(&at, page, "&version=nominative")).await.status, 404);
    }
    assert_eq!(hugo.get(ENTRY).await.status, 404);
    // A number that nobody has, and of another campaign.
    for address in [
        "/releves/0000000000000009?campagne=2024",
        "/releves/x?campagne=2024",
        "/releves/saisie?dispositif=donum&campagne=2024",
    ] {
        assert_eq!(clara.get(address).await.status, 404, "{address}");
    }
    assert_eq!(clara.get(&at.replace("2024", "2023")).await.status, 404);
}

/// A practice on a copy of the example, in which lists may be kept.
#[cfg(test)]
fn on_a_copy() -> (tempfile::TempDir, Server, People) {
    let folder = commun::folder();
    let dossier = folder.path().join("cabinet");
    std::fs::create_dir_all(&dossier).unwrap();
    for entry in std::fs::read_dir(CABINET).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), dossier.join(entry.file_name())).unwrap();
        }
    }
    let (server, people) = Server::practice_on(&dossier);
    (folder, server, people)
}

/// Brings a list of the fund in: tried, told what it is, kept; the last page.
#[cfg(test)]
async fn bring(browser: &mut Browser, campaign: &str, kind: &str, csv: &str) -> Answer {
    let token = browser.get("/compte").await.hidden("jeton");
    let fields = [("jeton", token.as_str()), ("nature", "liste"), ("campagne", campaign)];
    let mut sent = Sent::of(&fields.map(|(name, value)| (name.to_owned(), value.to_owned())));
    sent.file("fichiers", "liste.csv", csv.as_bytes());
    let begun = upload(browser, "/import", sent).await;
    if begun.status != 303 {
        return begun;
    }
    let to = begun.location().to_owned();
    let what = [("quoi", kind), ("annee", campaign)];
    browser.submit(&format!("{to}/correspondance"), &what).await;
    browser.submit(&format!("{to}/garder"), &[]).await;
    browser.get(&to).await
}

/// Patients whose act the facts count in a scheme, and the first of its
/// indicators, or this one, that has some.
#[cfg(test)]
async fn met(server: &Server, year: i16, scheme: &str, page: &str) -> (String, Vec<String>) {
    let (scheme, wanted) = (scheme.to_owned(), page.to_owned());
    facts(&server.app.practice, move |facts| {
        let list = facts.list(Campaign::new(year).unwrap(), "M0001", date(2025, 5, 12)).unwrap();
        let reading = list.readings.iter().find(|one| one.scheme.id == scheme).unwrap();
        let pages = reading.pages.iter().enumerate();
        let pages = pages.filter(|(_, page)| wanted.is_empty() || page.id == wanted);
        let met = pages.map(|(at, page)| {
            let rows = reading.evidence.page(at).unwrap();
            let met = rows.iter().filter(|row| row.counts.numerator > 0);
            (page.id.clone(), met.map(|row| row.patient.clone()).collect::<Vec<_>>())
        });
        met.into_iter().find(|(_, met)| met.len() > 1).unwrap()
    })
    .await
}

#[tokio::test]
async fn the_lists_of_the_fund_say_who() {
    let (_folder, server, people) = on_a_copy();
    server.hand.pass(MAY);
    let mut clara = server.inside(&people.clara);
    let at = entered(&mut clara).await;
    let page = clara.get(&at).await;
    assert!(page.text.contains("/import?campagne=2024"), "the statement leads to the lists");
    let (_, met) = met(&server, 2024, "rosp-adulte", "diabete-hba1c").await;
    let (first, second) = (&met[0], &met[1]);
    let whole = format!("Identifiant;Nom\n{first};Dupont\n{second};Durand\nP9999999;Inconnu\n");
    let kept = bring(&mut clara, "2024", "mt", &whole).await;
    assert!(kept.text.contains("Liste gardée."), "{}", kept.text);
    let shown = clara.get(&at).await;
    for says in [
        "Sur les deux listes : <b>2</b>",
        "Sur celle de la caisse seule : <b>1</b>",
        "Inconnu P9999999",
    ] {
        assert!(shown.text.contains(says), "{says} : {}", shown.text);
    }
    // Those to see: whose act the facts count are to be claimed.
    let to_see = |rows: &[&String]| {
        let lines = rows.iter().map(|one| format!("{one};diabete-hba1c\n"));
        format!("Identifiant;Indicateur\n{}", lines.collect::<String>())
    };
    let kept = bring(&mut clara, "2024", "voir", &to_see(&[first, second])).await;
    assert!(kept.text.contains("patients à rappeler : 2"), "{}", kept.text);
    let called = clara.get("/patients?campagne=2024&etat=a-reclamer").await;
    assert!(called.text.contains(first.as_str()) && called.text.contains(second.as_str()));
    let claim = clara.get(&of(&at, "/reclamation", "")).await;
    assert!(claim.text.contains(first.as_str()) && claim.text.contains(second.as_str()));
    // One has left the list while still the doctor's: the fund counts it now.
    server.hand.pass(86_400);
    let mut clara = server.inside(&people.clara);
    let kept = bring(&mut clara, "2024", "voir", &to_see(&[first])).await;
    assert!(kept.text.contains("patients à rappeler : 1"), "{}", kept.text);
    let called = clara.get("/patients?campagne=2024&etat=a-reclamer").await;
    assert!(called.text.contains(first.as_str()) && !called.text.contains(second.as_str()));
    let counted = clara.get("/patients?campagne=2024&etat=compte").await;
    assert!(counted.text.contains(second.as_str()));
    // The list of another campaign is another list.
    let kept = bring(&mut clara, "2023", "voir", &to_see(&[second])).await;
    assert!(kept.text.contains("Liste gardée."), "{}", kept.text);
    let called = clara.get("/patients?campagne=2024&etat=a-reclamer").await;
    assert!(called.text.contains(first.as_str()) && !called.text.contains(second.as_str()));
    // What cannot be read is told, and changes nothing.
    for csv in ["", "Nom\nDupont\n", "Identifiant;Naissance\nP1;demain\n"] {
        let refused = bring(&mut clara, "2024", "mt", csv).await;
        assert_eq!(refused.status, 422, "{csv}");
        assert!(!refused.text.contains("--colonne"), "{}", refused.text);
    }
    assert!(clara.get(&at).await.text.contains("Sur les deux listes : <b>2</b>"));
}

#[tokio::test]
async fn a_list_of_prevention_marks_patients_without_any_statement() {
    let (_folder, server, people) = on_a_copy();
    let mut clara = server.inside(&people.clara);
    let (indicator, met) = met(&server, 2026, "fmt-prevention", "").await;
    let (first, second) = (&met[0], &met[1]);
    let list = format!("Identifiant;Indicateur\n{first};{indicator}\n{second};{indicator}\n");
    let kept = bring(&mut clara, "2026", "voir", &list).await;
    assert!(kept.text.contains("patients à rappeler : 2"), "{}", kept.text);
    assert!(kept.text.contains("/patients?campagne=2026"), "{}", kept.text);
    // Other patients are named below the list: those whom no fund sees.
    let listed = |page: &Answer| page.text.split("class=\"finders\"").next().unwrap().to_owned();
    let called = listed(&clara.get("/patients?campagne=2026&etat=a-reclamer").await);
    assert!(called.contains(first) && called.contains(second), "{called}");
    // The same file again puts no mark twice.
    let again = bring(&mut clara, "2026", "voir", &list).await;
    assert!(again.text.contains("patients à rappeler : 0"), "{}", again.text);
    let left = format!("Identifiant;Indicateur\n{first};{indicator}\n");
    server.hand.pass(86_400);
    let mut clara = server.inside(&people.clara);
    let kept = bring(&mut clara, "2026", "voir", &left).await;
    assert!(kept.text.contains("patients à rappeler : 1"), "{}", kept.text);
    let counted = listed(&clara.get("/patients?campagne=2026&etat=compte").await);
    assert!(counted.contains(second) && !counted.contains(first), "{counted}");
}
