//! The list as a file: what the screen shows to whoever asks, and nothing more.

use axum::extract::Query;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use jalon_engine::worklist::{Gap, Row};
use jalon_export::{Book, BookError, Cell, Csv, Dialect};
use jalon_rules::Campaign;
use jalon_store::audit::{Action, Event};
use jalon_store::worklist::Followup;
use jalon_store::{AccountId, Words};
use serde::Deserialize;

use super::filter::Filter;
use super::memory::Memory;
use super::people::{Item, Person, chosen, words};
use crate::failure::Failure;
use crate::pages::Look;
use crate::practice::List;
use crate::texts::Calls;

/// In what form the list leaves.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    Csv,
    Xlsx,
}

/// What is asked for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    format: Kind,
}

/// What the file is made of.
struct Sheet<'a> {
    w: &'static Calls,
    list: &'a List,
    memory: &'a Memory,
    people: &'a [Person<'a>],
    campaign: Campaign,
    euros: bool,
}

/// The file.
pub async fn export(
    look: Look,
    filter: Filter,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Failure> {
    let Query(Asked { format }) = asked.map_err(|_| Failure::NotFound)?;
    let filter = filter.seen_by(&look);
    let (doctor, campaign) = (look.doctor()?, look.campaign);
    let today = look.today();
    let list = look.ask(move |facts| facts.list(campaign, &doctor, today)).await?;
    let memory = Memory::read(&look).await?;
    let words = words(&list);
    let people = chosen(&list, &memory.kept, &words, &filter, today);
    let end = match format {
        Kind::Csv => "csv",
        Kind::Xlsx => "xlsx",
    };
    let object = format!("à rappeler {campaign}, {end}, {} patients", people.len());
    // Nothing leaves before the journal has it.
    look.store(move |store, actor, now| {
        store.record(Event::of(actor, Action::Export).on(&object), now)
    })
    .await?;
    let sheet = Sheet {
        w: Calls::of(look.language),
        list: &list,
        memory: &memory,
        people: &people,
        campaign,
        euros: filter.euros,
    };
    let (kind, bytes) = match format {
        Kind::Csv => ("text/csv; charset=utf-8", sheet.csv().into_bytes()),
        Kind::Xlsx => (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            sheet.xlsx().map_err(|_| Failure::Broken("classeur"))?,
        ),
    };
    let name = format!("attachment; filename=\"a-rappeler-{campaign}.{end}\"");
    Ok(([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, name)], bytes).into_response())
}

impl Sheet<'_> {
    /// One line a gap, with what is said of its patient.
    fn csv(&self) -> String {
        let mut header = vec!["patient", "etat", "motif", "responsable", "rendez_vous", "revoir"];
        header.extend(["note", "dernier_contact", "dispositif", "indicateur", "manque"]);
        header.extend(["jusqu_au", "etat_du_manque", "motif_du_manque", "caisse"]);
        if self.euros {
            header.extend(["euros_min", "euros_max"]);
        }
        let mut csv = Csv::new(Dialect::Spreadsheet, &header);
        for person in self.people {
            let head = self.person(person);
            let mut line = |item: Option<&Item<'_>>| {
                let cells = [vec![Cell::text(person.patient)], head.clone(), self.item(item)];
                csv.line(&cells.concat());
            };
            if person.items.is_empty() {
                line(None);
            }
            person.items.iter().for_each(|item| line(Some(item)));
        }
        csv.finish()
    }

    /// A sheet of patients, and one of their gaps.
    fn xlsx(&self) -> Result<Vec<u8>, BookError> {
        let mut book = Book::new("À rappeler", self.campaign.reference_day())?;
        let mut header = vec!["Patient", "État", "Motif", "Responsable", "Rendez-vous"];
        header.extend(["À revoir", "Note", "Dernier contact", "Manques", "Jusqu'au"]);
        if self.euros {
            header.extend(["Euros, au moins", "Euros, au plus"]);
        }
        let patients = self.people.iter().map(|person| {
            let mut cells = vec![Cell::text(person.patient)];
            cells.extend(self.person(person));
            let open = person.items.iter().filter(|item| item.is_open()).count();
            cells.extend([Cell::Number(open as u64), Cell::Day(person.until())]);
            if self.euros {
                cells.extend(together(person.row));
            }
            cells
        });
        book.sheet("À rappeler", &header, patients)?;
        let mut header = vec!["Patient", "Dispositif", "Indicateur", "Ce qui manque", "Jusqu'au"];
        header.extend(["État", "Motif", "Caisse"]);
        if self.euros {
            header.extend(["Euros, au moins", "Euros, au plus"]);
        }
        let gaps = self.people.iter().flat_map(|person| {
            person
                .items
                .iter()
                .map(|item| [vec![Cell::text(person.patient)], self.item(Some(item))].concat())
        });
        book.sheet("Manques", &header, gaps)?;
        book.finish()
    }

    /// What is said of a patient as a whole.
    fn person(&self, person: &Person<'_>) -> Vec<Cell> {
        let whole = person.whole();
        vec![
            self.state(whole),
            said(whole.and_then(|told| told.reason.as_ref())),
            self.name(person.owners().next()),
            Cell::Day(person.appointment()),
            Cell::Day(whole.and_then(|told| told.review)),
            said(whole.and_then(|told| told.note.as_ref())),
            Cell::Day(person.contact()),
        ]
    }

    /// A gap, or the empty cells in its place.
    fn item(&self, item: Option<&Item<'_>>) -> Vec<Cell> {
        let target = item.and_then(|item| self.list.worklist.targets.get(item.target));
        let gap = item.and_then(|item| item.gap);
        // What was said of the patient as a whole is said there.
        let alone = item.and_then(|item| item.standing.followed.as_ref());
        let alone = alone.filter(|followed| !followed.whole).map(|followed| &followed.followup);
        let mark = item.and_then(|item| item.standing.fund);
        let mut cells = vec![
            target.map_or(Cell::Empty, |target| Cell::text(&target.scheme.id)),
            target.map_or(Cell::Empty, |target| Cell::text(&target.page.title)),
            gap.map_or(Cell::Empty, |gap| Cell::Text(gap.sentence())),
            Cell::Day(gap.filter(|gap| gap.is_open()).and_then(Gap::until)),
            self.state(alone),
            said(alone.and_then(|told| told.reason.as_ref())),
            mark.map_or(Cell::Empty, |mark| Cell::text(self.w.of_mark(mark))),
        ];
        if self.euros {
            let known = target.is_some_and(|target| !target.is_unsettled());
            let open = gap.filter(|gap| known && gap.is_open());
            cells.extend(open.map_or([Cell::Empty, Cell::Empty], |gap| Cell::euros(&gap.worth)));
        }
        cells
    }

    fn state(&self, followup: Option<&Followup>) -> Cell {
        followup.map_or(Cell::Empty, |told| Cell::text(self.w.of_state(told.state)))
    }

    fn name(&self, account: Option<AccountId>) -> Cell {
        let name = account.and_then(|account| self.memory.name(account));
        name.map_or(Cell::Empty, Cell::text)
    }
}

fn together(row: Option<&Row>) -> [Cell; 2] {
    row.map_or([Cell::Empty, Cell::Empty], |row| Cell::euros(&row.together))
}

fn said(words: Option<&Words>) -> Cell {
    words.map_or(Cell::Empty, |words| Cell::text(words.expose()))
}
