//! The list of patients, as it is on the page.

use jalon_store::PatientId;
use jalon_store::worklist::PatientFile;

use super::{Answer, Browser, Person, Server, unescaped};

pub const LIST: &str = "/patients?campagne=2024";

/// A row of the list.
#[derive(Clone, Debug)]
pub struct Row {
    pub number: String,
    pub label: String,
    /// The patient at the version shown.
    pub picked: String,
    pub html: String,
}

impl Row {
    /// The value of a hidden field of the row's form.
    pub fn hidden(&self, name: &str) -> String {
        let from = self.html.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        unescaped(from.split('"').next().unwrap())
    }

    /// What the cell that says where the patient stands says.
    pub fn standing(&self) -> String {
        let cell = self.html.split("class=\"standing\">").nth(1).unwrap();
        text(cell.split("<details>").next().unwrap())
    }

    /// The badges, as texts.
    pub fn badges(&self) -> Vec<String> {
        let list = self.html.split("<ul class=\"badges\">").nth(1).unwrap();
        let list = list.split("</ul>").next().unwrap();
        list.split("<li").skip(1).map(|badge| text(&format!("<li{badge}"))).collect()
    }

    /// The gaps that a note may be about.
    pub fn gaps(&self) -> Vec<String> {
        let Some(select) = self.html.split("name=\"pour\">").nth(1) else { return Vec::new() };
        let select = select.split("</select>").next().unwrap();
        let values = select.split("value=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        values.filter(|value| !value.is_empty()).map(unescaped).collect()
    }
}

/// The words of a piece of a page.
pub fn text(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                out.push(' ');
            }
            c if !inside => out.push(c),
            _ => {}
        }
    }
    unescaped(&out).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The rows of a page.
pub fn rows(answer: &Answer) -> Vec<Row> {
    let pieces = answer.text.split("<tr id=\"p-").skip(1);
    pieces
        .map(|piece| {
            let html = piece.split("</tr>").next().unwrap().to_owned();
            let label = html.split("<th scope=\"row\">").nth(1).unwrap();
            let picked = html.split("name=\"patient\" value=\"").nth(1).unwrap();
            Row {
                number: html.split('"').next().unwrap().to_owned(),
                label: text(label.split("</th>").next().unwrap()),
                picked: picked.split('"').next().unwrap().to_owned(),
                html,
            }
        })
        .collect()
}

/// The row of a patient, wherever it stands.
pub async fn row_of(browser: &mut Browser, label: &str) -> Row {
    let page = browser.get(&format!("{LIST}&etat=tous&page=tout")).await;
    rows(&page).into_iter().find(|row| row.label == label).unwrap()
}

/// Everyone on the list that an address asks for, by identifier.
pub async fn people(browser: &mut Browser, query: &str) -> Vec<String> {
    let page = browser.get(&format!("{LIST}&page=tout{query}")).await;
    assert_eq!(page.status, 200, "{query}");
    rows(&page).into_iter().map(|row| row.label).collect()
}

/// Sends the form of a row, as the page has it, with these fields typed.
pub async fn note(browser: &mut Browser, row: &Row, typed: &[(&str, &str)]) -> Answer {
    let hidden = ["jeton", "formulaire", "patient", "qui", "note", "suite"];
    let kept: Vec<_> = hidden
        .into_iter()
        .filter(|name| typed.iter().all(|(known, _)| known != name))
        .map(|name| (name, row.hidden(name)))
        .collect();
    let mut fields: Vec<_> = kept.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.extend(typed);
    browser.post("/patients/suivi?campagne=2024", &fields).await
}

/// Notes something for a patient as he stands now.
pub async fn note_now(browser: &mut Browser, label: &str, typed: &[(&str, &str)]) -> Answer {
    let row = row_of(browser, label).await;
    let answer = note(browser, &row, typed).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer
}

/// What the memory has of a patient.
pub fn file(server: &Server, person: &Person, number: &str) -> PatientFile {
    let actor = server.actor(person);
    let patient = PatientId::parse(number).unwrap();
    server.app.store.patient(&actor, patient, 2024, server.hand.now()).unwrap()
}
