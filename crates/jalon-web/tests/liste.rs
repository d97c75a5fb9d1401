//! Patients à rappeler: what is listed, searched for, printed and taken away.

#[cfg(test)]
mod commun;

use std::collections::BTreeSet;
use std::io::Cursor;

use axum::http::Request;
use calamine::{Data, Reader as _, Xlsx};
use commun::list::{LIST, note_now, people, row_of, rows, text};
use commun::{Browser, Person, Server};
use jalon_store::PatientId;
use jalon_store::audit::{Action, Lines};
use jalon_store::worklist::{FundMark, Seen, State, Step, To};

/// How many patients a page says it lists.
#[cfg(test)]
fn said(page: &str) -> usize {
    let says = text(page);
    let number = says.split(" à rappeler sur").next().unwrap().rsplit(' ').nth(1).unwrap();
    number.replace('\u{202f}', "").parse().unwrap()
}

#[tokio::test]
async fn a_page_has_a_hundred_patients_and_the_whole_list_is_one_address() {
    let (server, everyone) = Server::practice();
    let mut nurse = server.inside(&everyone.nurse);
    let first = nurse.get(LIST).await;
    let all = said(&first.text);
    assert!(all > 100, "{all}");
    let mut seen = Vec::new();
    let mut next = Some(LIST.to_owned());
    while let Some(address) = next {
        let page = nurse.get(&address).await;
        let shown = rows(&page);
        assert!(shown.len() <= 100);
        seen.extend(shown.into_iter().map(|row| row.label));
        let link = page.text.split("rel=\"next\"").next().unwrap().rsplit("href=\"").next();
        next = (page.text.contains("rel=\"next\""))
            .then(|| commun::unescaped(link.unwrap().split('"').next().unwrap()));
    }
    assert_eq!(seen.len(), all);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), all, "nobody twice");
    assert_eq!(people(&mut nurse, "").await, seen);
    // Past the end there is nobody, and a way back.
    let past = nurse.get(&format!("{LIST}&page=99")).await;
    assert_eq!((past.status, rows(&past).len()), (200, 0));
}

#[tokio::test]
async fn filters_are_in_the_address_and_keep_those_they_say() {
    let (server, everyone) = Server::practice();
    let mut nurse = server.inside(&everyone.nurse);
    let page = nurse.get(&format!("{LIST}&page=tout")).await;
    let shown = rows(&page);
    // Each indicator has as many patients as its option says.
    let select = page.text.split("name=\"indicateur\">").nth(1).unwrap();
    let select = select.split("</select>").next().unwrap();
    let options: Vec<_> = select.split("<option value=\"").skip(2).collect();
    assert!(options.len() > 10, "{}", options.len());
    for option in options {
        let word = option.split('"').next().unwrap();
        let count: usize = option
            .split(')')
            .rev()
            .nth(1)
            .unwrap()
            .rsplit('(')
            .next()
            .unwrap()
            .replace('\u{202f}', "")
            .parse()
            .unwrap();
        let listed = people(&mut nurse, &format!("&indicateur={word}")).await;
        assert_eq!(listed.len(), count, "{word}");
        let by_form = shown.iter().filter(|row| row.gaps().iter().any(|gap| gap == word));
        assert_eq!(by_form.count(), count, "{word}");
    }
    // Before a day: those of whom a badge says it.
    let day = |row: &commun::list::Row| {
        let until = row.html.split("<time>").skip(1).map(|rest| rest.split('<').next().unwrap());
        let iso = |day: &str| {
            let [d, m, y] = day.split('/').collect::<Vec<_>>()[..] else { panic!("{day}") };
            format!("{y}-{m}-{d}")
        };
        until.map(iso).min().unwrap_or_default()
    };
    for limit in ["2024-06-30", "2024-12-31", "2026-12-31"] {
        let expected = shown.iter().filter(|row| {
            let until = day(row);
            !until.is_empty() && until.as_str() <= limit
        });
        let expected: Vec<_> = expected.map(|row| row.label.clone()).collect();
        assert_eq!(people(&mut nurse, &format!("&avant={limit}")).await, expected, "{limit}");
    }
    // Appointments, people in charge, orders.
    let (one, two) = (&shown[3].label, &shown[5].label);
    note_now(&mut nurse, one, &[("etat", "rendez-vous"), ("jour", "2024-12-24")]).await;
    note_now(&mut nurse, two, &[("etat", "rendez-vous"), ("jour", "2024-12-03")]).await;
    assert_eq!(people(&mut nurse, "&rdv=avec&tri=rendez-vous").await, [two.as_str(), one]);
    assert_eq!(people(&mut nurse, "&rdv=sans").await.len(), shown.len() - 2);
    assert_eq!(people(&mut nurse, "&etat=a-contacter").await.len(), shown.len() - 2);
    let ines = server.actor(&everyone.nurse).account.to_string();
    note_now(&mut nurse, one, &[("etat", "rendez-vous"), ("qui", &ines)]).await;
    assert_eq!(people(&mut nurse, &format!("&qui={ines}")).await, [one.as_str()]);
    assert_eq!(people(&mut nurse, "&qui=personne").await.len(), shown.len() - 1);
    let mut sorted: Vec<_> = shown.iter().map(|row| row.label.clone()).collect();
    sorted.sort();
    assert_eq!(people(&mut nurse, "&tri=patient").await, sorted);
    // What is chosen stays chosen, and goes with every form of the page.
    let chosen = nurse.get(&format!("{LIST}&rdv=avec&tri=contact&page=tout")).await;
    for says in ["value=\"avec\" selected", "value=\"contact\" selected"] {
        assert!(chosen.text.contains(says), "{says}");
    }
    assert!(chosen.text.contains("&#38;rdv=avec&#38;tri=contact&#38;page=tout\""));
    // What no form of ours writes is no page; a day is typed by people.
    for wrong in ["etat=x", "tri=euros;drop", "qui=moi", "rdv=1", "page=0", "euros=oui"] {
        assert_eq!(nurse.get(&format!("{LIST}&{wrong}")).await.status, 404, "{wrong}");
    }
    let unread = nurse.get(&format!("{LIST}&avant=demain")).await;
    assert_eq!(unread.status, 422);
    assert!(text(&unread.text).contains("aide : écrivez-la 31/12/2024"), "{}", unread.text);
}

#[tokio::test]
async fn a_patient_is_searched_for_without_being_in_an_address() {
    let (server, everyone) = Server::practice();
    let mut nurse = server.inside(&everyone.nurse);
    let page = nurse.get(LIST).await;
    let form = page.text.split("role=\"search\"").next().unwrap().rsplit("<form").next().unwrap();
    assert!(form.contains("method=\"post\"") && form.contains("/patients/recherche"));
    let search = async |browser: &mut Browser, typed: &str| {
        browser.submit("/patients/recherche?campagne=2024", &[("recherche", typed)]).await
    };
    let label = &rows(&page)[7].label;
    for typed in [label.clone(), label.to_lowercase(), format!(" {label} ")] {
        let found = search(&mut nurse, &typed).await;
        assert_eq!(found.status, 200);
        assert_eq!(rows(&found).iter().map(|row| &row.label).collect::<Vec<_>>(), [label]);
        assert!(found.links().iter().all(|to| !to.contains(label.as_str())));
    }
    // Those who lack nothing are found too; what was closed is.
    note_now(&mut nurse, label, &[("etat", "parti")]).await;
    assert_eq!(rows(&search(&mut nurse, label).await).len(), 1);
    let listed = people(&mut nurse, "&etat=tous").await;
    let other = (1..851).map(|n| format!("P{n:07}")).find(|one| !listed.contains(one));
    if let Some(other) = other {
        let found = search(&mut nurse, &other).await;
        let found = rows(&found);
        assert_eq!(found.iter().map(|row| &row.label).collect::<Vec<_>>(), [&other]);
        assert!(found[0].badges().is_empty());
    }
    let many = search(&mut nurse, "P0000").await;
    assert_eq!(rows(&many).len(), 100);
    assert!(text(&many.text).contains("Seuls les 100 premiers"));
    let none = search(&mut nurse, "<script>").await;
    assert!(rows(&none).is_empty() && !none.text.contains("<script>"), "{}", none.text);
    let short = search(&mut nurse, "P0").await;
    assert!(text(&short.text).contains("au moins trois caractères"));
    assert!(!server.lines().contains("P00"), "the log names nobody");
}

/// The lines of a CSV file as it was taken away.
#[cfg(test)]
fn csv(text: &str) -> Vec<Vec<String>> {
    let text = text.strip_prefix('\u{feff}').unwrap();
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[tokio::test]
async fn the_list_leaves_as_it_is_on_the_screen() {
    let (server, everyone) = Server::practice();
    let mut nurse = server.inside(&everyone.nurse);
    let shown = rows(&nurse.get(LIST).await);
    let label = &shown[0].label;
    let nurse_id = server.actor(&everyone.nurse).account.to_string();
    let typed = [
        ("etat", "rendez-vous"),
        ("motif", "=HYPERLINK(\"http://x\")"),
        ("jour", "2024-12-12"),
        ("qui", &*nurse_id),
        ("note", "@SOMME(1)"),
    ];
    note_now(&mut nurse, label, &typed).await;
    let filter = "campagne=2024&etat=rendez-vous";
    let file = nurse.get(&format!("/patients/export?{filter}&format=csv")).await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    let name = "attachment; filename=\"a-rappeler-2024.csv\"";
    assert_eq!(file.header("content-disposition"), name);
    assert_eq!(file.header("cache-control"), "no-store");
    let lines = csv(&file.text);
    let badges = row_of(&mut nurse, label).await.badges();
    assert_eq!(lines.len(), 1 + badges.len());
    for line in &lines[1..] {
        assert_eq!(
            line[..3],
            [label, "rendez-vous", "'=HYPERLINK(\"http://x\")"].map(str::to_owned)
        );
        assert_eq!(line[3..7], ["ines Canari", "2024-12-12", "", "'@SOMME(1)"].map(str::to_owned));
        let badge = badges.iter().find(|badge| badge.starts_with(&line[9])).unwrap();
        assert!(badge.contains(&line[10]), "{badge} {line:?}");
    }
    let file = nurse.get(&format!("/patients/export?{filter}&format=xlsx")).await;
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(file.bytes)).unwrap();
    let sheet = book.worksheet_range("À rappeler").unwrap();
    assert_eq!(sheet.height(), 2);
    let cell = |column| sheet.get_value((1, column)).cloned().unwrap_or_default();
    assert_eq!(cell(0), Data::String(label.clone()));
    assert_eq!(cell(2), Data::String("=HYPERLINK(\"http://x\")".into()), "words, not a formula");
    assert!(book.worksheet_formula("À rappeler").unwrap().is_empty());
    assert_eq!(book.worksheet_range("Manques").unwrap().height(), 1 + badges.len());
    // The whole list, whatever page was looked at.
    let all = people(&mut nurse, "").await;
    let file = nurse.get("/patients/export?campagne=2024&format=csv").await;
    let listed: BTreeSet<_> = csv(&file.text)[1..].iter().map(|line| line[0].clone()).collect();
    assert_eq!(listed, all.into_iter().collect());
    assert_eq!(nurse.get("/patients/export?format=pdf").await.status, 404);
    // The journal says what left, and about nobody by name.
    let actor = server.actor(&everyone.auditor);
    let lines = Lines { action: Some(Action::Export), most: 10, ..Lines::default() };
    let lines = server.app.store.journal(&actor, lines, server.hand.now()).unwrap();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[2].object.as_deref(), Some("à rappeler 2024, csv, 1 patients"));
    assert_eq!(lines[2].login.as_deref(), Some("ines"));
}

/// Everything about patients that a person can ask for, with amounts asked for.
#[cfg(test)]
async fn everything(server: &Server, person: &Person) -> String {
    let mut browser = server.inside(person);
    let page = browser.get(&format!("{LIST}&euros=1&page=tout")).await;
    let number = rows(&page)[0].number.clone();
    let mut all = page.text;
    for address in [
        &*format!("/patients/{number}?campagne=2024&euros=1"),
        "/patients/export?campagne=2024&euros=1&format=csv",
    ] {
        all.push_str(&browser.get(address).await.text);
    }
    let found = browser
        .submit("/patients/recherche?campagne=2024&euros=1", &[("recherche", "P0000")])
        .await;
    all.push_str(&found.text);
    let book = browser.get("/patients/export?campagne=2024&euros=1&format=xlsx").await;
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(book.bytes)).unwrap();
    for (_, sheet) in book.worksheets() {
        for cell in sheet.used_cells() {
            all.push_str(&cell.2.to_string());
            all.push('\n');
        }
    }
    all
}

#[tokio::test]
async fn amounts_are_off_and_never_for_those_without_the_right() {
    let (server, everyone) = Server::practice();
    for person in [&everyone.nurse, &everyone.delegate] {
        let all = everything(&server, person).await;
        for amount in ["€", "euros_min", "Euros", "name=\"euros\"", "class=\"n worth\""] {
            assert!(!all.contains(amount), "{amount} for {}", person.login);
        }
    }
    let mut clara = server.inside(&everyone.clara);
    let page = clara.get(LIST).await;
    assert!(!page.text.contains('€') && page.text.contains("name=\"euros\""));
    let file = clara.get("/patients/export?campagne=2024&format=csv").await;
    assert!(!file.text.contains("euros_min"));
    let all = everything(&server, &everyone.clara).await;
    for amount in ["€", "euros_min", "Euros, au moins", "class=\"n worth\""] {
        assert!(all.contains(amount), "{amount}");
    }
    // A patient's own page has none, for anybody.
    let page = clara.get(&format!("{LIST}&euros=1")).await;
    let number = rows(&page).remove(0).number;
    let page = clara.get(&format!("/patients/{number}?campagne=2024&euros=1")).await;
    assert!(!page.text.contains('€'));
}

#[tokio::test]
async fn what_the_fund_counts_turns_green_and_what_it_misses_is_a_discrepancy() {
    let (server, everyone) = Server::practice();
    let mut nurse = server.inside(&everyone.nurse);
    let shown = rows(&nurse.get(&format!("{LIST}&page=tout")).await);
    let row = shown.iter().find(|row| row.gaps().len() == 1).unwrap();
    let gap = row.gaps().remove(0);
    // Somebody who meets that indicator, and lacks nothing else of it.
    let listed = people(&mut nurse, &format!("&indicateur={gap}")).await;
    let (store, actor) = (&server.app.store, server.actor(&everyone.nurse));
    let mark = |number: &str, mark| {
        let step = Step {
            patient: PatientId::parse(number).unwrap(),
            campaign: 2024,
            indicator: Some(&gap),
            seen: Seen::Whatever,
            to: To::Fund(mark),
        };
        store.change(&actor, None, &[step], server.hand.now()).unwrap();
    };
    mark(&row.number, Some(FundMark::Counted));
    assert!(!people(&mut nurse, "").await.contains(&row.label), "nothing is left to do");
    assert_eq!(people(&mut nurse, "&etat=compte").await, [row.label.as_str()]);
    let after = row_of(&mut nurse, &row.label).await;
    assert!(after.html.contains("<li class=\"counted\">"));
    assert!(after.badges()[0].ends_with("compté par la caisse"), "not by colour alone");
    assert!(text(&nurse.get(LIST).await.text).contains("1 comptés par la caisse"));
    // The practice has it done, the fund does not: a discrepancy, although the
    // facts lack nothing.
    let found = nurse.submit("/patients/recherche?campagne=2024", &[("recherche", "P0000")]).await;
    let met = rows(&found);
    let met = met.iter().find(|one| !listed.contains(&one.label) && one.label != row.label);
    let met = met.unwrap();
    mark(&met.number, Some(FundMark::ToClaim));
    assert_eq!(people(&mut nurse, "&etat=a-reclamer").await, [met.label.as_str()]);
    let claimed = row_of(&mut nurse, &met.label).await;
    let badges = claimed.badges();
    assert!(badges.iter().any(|badge| badge.ends_with("écart à réclamer")), "{badges:?}");
    assert!(claimed.html.contains("<li class=\"claim\">"));
    let page = nurse.get(LIST).await;
    assert!(text(&page.text).contains("1 écarts à réclamer"));
    // The fund counts it at last.
    mark(&met.number, Some(FundMark::Counted));
    assert!(people(&mut nurse, "&etat=a-reclamer").await.is_empty());
    assert_eq!(people(&mut nurse, "&etat=compte").await.len(), 2);
}

#[tokio::test]
async fn it_is_made_to_be_printed() {
    let (server, everyone) = Server::practice();
    let mut clara = server.inside(&everyone.clara);
    let page = clara.get(&format!("{LIST}&page=tout&euros=1")).await;
    let says = "Confidentiel · Imprimé le 20/11/2024 par clara Canari";
    assert!(text(&page.text).contains(says), "{}", page.text);
    assert!(page.text.contains("<link rel=\"stylesheet\" href=\"/assets/patients.css\">"));
    let sheet = clara.get("/assets/patients.css").await;
    assert_eq!(sheet.header("content-type"), "text/css; charset=utf-8");
    let print = sheet.text.split("@media print").nth(1).unwrap();
    for rule in [
        "size: A4 landscape",
        "counter(page)",
        "display: table-header-group",
        "break-inside: avoid",
        ".calls td.worth { display: none; }",
        ".told, .filter, .keys, .pager, .bulk, .export, .finders, .pick, .back { display: none; }",
    ] {
        assert!(print.contains(rule), "{rule}");
    }
    // What is said by a colour is said by a sign or a word too.
    for sign in ["content: \"✓ \"", "content: \"! \"", "content: \"☐ \""] {
        assert!(sheet.text.contains(sign), "{sign}");
    }
}

#[tokio::test]
async fn it_speaks_english_to_those_who_ask() {
    let (server, everyone) = Server::practice();
    let mut nurse = server.inside(&everyone.nurse);
    let request = Request::get(LIST).header("accept-language", "en-GB,fr;q=0.5");
    let page = nurse.send(request).await;
    let row = &rows(&page)[0];
    assert_eq!(row.standing(), "nothing noted");
    let says = text(&page.text);
    for words in ["to call out of", "done elsewhere", "For the patients chosen"] {
        assert!(says.contains(words), "{words}");
    }
    let address = format!("/patients/{}?campagne=2024", row.number);
    let request = Request::get(address).header("accept-language", "en");
    let says = text(&nurse.send(request).await.text);
    for words in ["Where it stands", "Nothing was noted yet.", "Who opened this page"] {
        assert!(says.contains(words), "{words}");
    }
}

#[tokio::test]
async fn without_a_script_everything_is_there() {
    let (server, everyone) = Server::practice();
    let mut nurse = server.inside(&everyone.nurse);
    let page = nurse.get(LIST).await;
    let script = "<script src=\"/assets/patients.js\" defer></script>";
    assert_eq!(page.text.matches("<script").count(), 1);
    assert!(page.text.contains(script));
    for row in rows(&page) {
        for state in State::ALL {
            assert!(row.html.contains(&format!("<option value=\"{}\"", state.word())));
        }
        for part in ["<summary", "name=\"motif\"", "type=\"date\"", "<button", "form=\"lot\""] {
            assert!(row.html.contains(part), "{part}");
        }
    }
    // Each outcome has its own key, and the page lists the keys.
    let keys = page.text.split("id=\"touches\"").nth(1).unwrap();
    let keys = text(keys.split("</details>").next().unwrap());
    for says in ["1 à vérifier", "3 rendez-vous", "0 parti", "d décédé", "j ↓", "Échap", "x", "u"]
    {
        assert!(keys.contains(says), "{says} in {keys}");
    }
    let script = nurse.get("/assets/patients.js").await;
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    for word in ["innerHTML", "eval(", "fetch(", "localStorage", "document.write"] {
        assert!(!script.text.contains(word), "{word}");
    }
}
