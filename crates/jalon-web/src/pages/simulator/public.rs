//! The simulator without a dossier or an account: rates and a list are typed.

use std::fmt::Write as _;

use askama::Template;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use jalon_engine::ledger::{Book, Books, Counted, IndicatorLedger, Ledger, People};
use jalon_import::toml_text::quoted;
use jalon_rules::amount::Measured;
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::{Campaign, Rules};
use toml::de::{DeTable, DeValue};

use super::{Shown, attached, fields_of, reforms, result, rows_of, years};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::guard::Visitor;
use crate::pages::declarations::items_of;
use crate::pages::indicators::objectives;
use crate::pages::{Choice, Outside, html};
use crate::practice::PracticeError;
use crate::simulator::{self, Asked, MOST_POINTS};
use crate::texts::{Declarations, Language, Simulator, Texts};
use crate::typed::{self, PAYEE, Typed};
use crate::words;
use crate::work::away;

/// The campaign shown first: the last of the former system.
const FIRST: i16 = 2025;

/// Largest list.
const LARGEST: u64 = 20_000;

#[derive(Template)]
#[template(path = "simulator_public.html")]
struct Page {
    out: Outside,
    w: &'static Simulator,
    faults: Vec<String>,
    campaigns: Vec<Choice>,
    afters: Vec<Choice>,
    before: String,
    after: String,
    list: String,
    points: i64,
    most: i64,
    lines: String,
    reforms: Vec<Choice>,
    groups: Vec<Group>,
    facing: Vec<Vec<String>>,
    result: Option<Shown>,
    file: String,
}

/// The fields of a scheme.
struct Group {
    name: String,
    campaign: String,
    asks: &'static str,
    /// What the scheme comes to; empty before a list is typed.
    euros: String,
    items: Vec<Item>,
}

struct Item {
    name: String,
    title: String,
    hint: String,
    value: String,
    wrong: bool,
}

/// The page.
pub async fn show(visitor: Visitor, uri: Uri) -> Result<Response, Failure> {
    let fields = fields_of(&uri);
    let file = format!("/simulateur/simulation.toml?{}", uri.query().unwrap_or_default());
    let page = away(move || make(&visitor, &fields, file)).await?;
    let status =
        if page.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, html(&page)?).into_response())
}

/// What was typed, paid under both systems and under what is asked.
fn make(visitor: &Visitor, fields: &Fields, file: String) -> Result<Page, Failure> {
    let (w, t) = (Simulator::of(visitor.language), Texts::of(visitor.language));
    let rules = visitor.app.practice.rules();
    let all = rules.any_schemes();
    let campaign = |name: &str| {
        let year = fields.given(name).and_then(|year| Campaign::new(year.parse().ok()?));
        year.filter(|year| all.iter().any(|one| one.covers(*year)))
    };
    let first = Campaign::new(FIRST).ok_or(Failure::Broken("campagne"))?;
    let before = campaign("campagne").unwrap_or(first);
    let after = campaign("apres").filter(|after| *after > before);
    let after = after.or_else(|| super::latest(&all, before));
    let mut asked = Asked::read(fields);
    // Here the list is what is typed, and no change of it.
    let list = asked.list.take().filter(|list| (1..=LARGEST).contains(list));
    if fields.given("liste").is_some() && list.is_none() {
        asked.faults.push(format!("{} : 1 … {LARGEST}", w.list));
    }
    let typed = Typed::read(fields, list.unwrap_or(0));
    let unread: Vec<String> = typed.unread().into_iter().map(str::to_owned).collect();
    asked.faults.extend(unread.iter().map(|name| format!("{name} : {}", w.answers)));
    let mut schemes = all.clone();
    schemes.retain(|one| one.covers(before));
    let changes = asked.changes(rules, &schemes, before);

    let old = paid(rules, &typed, before)?;
    let new = after.map(|after| paid(rules, &typed, after)).transpose()?;
    let shape = Shape { typed: &typed, unread: &unread, shown: list.is_some(), w };
    let mut groups = vec![shape.situation()];
    groups.extend(shape.groups(&old.book, before));
    if let (Some(after), Some(new)) = (after, &new) {
        groups.extend(shape.groups(&new.book, after));
    }
    let facing = match &new {
        Some(new) if list.is_some() => simulator::face(rules, &old.book, &new.book),
        _ => Vec::new(),
    };
    let mut outcome = None;
    if list.is_some() && asked.is_something() && asked.faults.is_empty() {
        let books = books(rules, before);
        match simulator::otherwise(books, &old.counted, &old.people, &old.book, &asked, &changes) {
            Ok(found) => outcome = Some(found),
            Err(fault) => asked.faults.push(fault),
        }
    }
    Ok(Page {
        out: Outside::of(&visitor.app, visitor.language, w.title),
        w,
        campaigns: years(&all, None, Some(before)),
        afters: years(&all, Some(before), after),
        before: before.to_string(),
        after: after.map_or_else(String::new, |after| after.to_string()),
        list: fields.text("liste").to_owned(),
        points: asked.points,
        most: MOST_POINTS,
        lines: fields.text("modif").to_owned(),
        reforms: reforms(fields),
        groups,
        facing: rows_of(&facing, t.total),
        result: outcome.map(|outcome| result(&asked, &outcome, t.total)),
        faults: asked.faults,
        file,
    })
}

/// What was typed, counted and paid.
struct Paid {
    counted: Vec<(AnyScheme<'static>, Counted)>,
    people: People,
    book: Book<'static>,
}

const fn books(rules: &'static Rules, campaign: Campaign) -> Books<'static> {
    Books { rules, campaign, overlay: None, list: None, doctor: None }
}

fn paid(rules: &'static Rules, typed: &Typed, campaign: Campaign) -> Result<Paid, Failure> {
    let books = books(rules, campaign);
    let counted = typed.counted(&books);
    let people = typed.people(rules, campaign);
    let book = simulator::pay(&books, &counted, &people, PAYEE).map_err(PracticeError::from)?;
    Ok(Paid { counted, people, book })
}

/// What the fields are made from.
struct Shape<'a> {
    typed: &'a Typed,
    unread: &'a [String],
    /// Whether amounts mean something already.
    shown: bool,
    w: &'static Simulator,
}

impl Shape<'_> {
    /// The fields about the doctor.
    fn situation(&self) -> Group {
        let titles = [self.w.birth, self.w.installed, self.w.zone, self.w.first_practice];
        let items = typed::SITUATIONS.iter().zip(titles);
        let items = items.map(|(id, title)| self.item(typed::SITUATION, id, title, String::new()));
        Group {
            name: self.w.situation.to_owned(),
            campaign: String::new(),
            asks: self.w.asks_situation,
            euros: String::new(),
            items: items.collect(),
        }
    }

    /// The fields of each scheme of a campaign.
    fn groups(&self, book: &Book<'static>, campaign: Campaign) -> Vec<Group> {
        let groups = book.ledgers.iter().map(|ledger| self.group(ledger, campaign));
        groups.filter(|group| !group.items.is_empty()).collect()
    }

    fn group(&self, ledger: &Ledger<'static>, campaign: Campaign) -> Group {
        let scheme = ledger.scheme();
        let item = |id: &str, title: &str, hint: String| self.item(scheme.id(), id, title, hint);
        let (asks, items): (_, Vec<Item>) = match ledger {
            Ledger::Rate(rate) => {
                let here = |one: &&IndicatorLedger<'_>| one.measured != Measured::OutOfCampaign;
                let items = rate
                    .indicators
                    .iter()
                    .filter(here)
                    .map(|one| item(&one.page.id, &one.page.title, objectives(&one.scale)));
                let list = item(typed::LIST, self.w.list_of, self.w.list_of_says.to_owned());
                (self.w.asks_rates, std::iter::once(list).chain(items).collect())
            }
            Ledger::Prevention(paid) => {
                let items = paid.lines.iter().map(|line| &line.page);
                let items = items.map(|page| item(&page.id, &page.title, String::new()));
                (self.w.asks_patients, items.collect())
            }
            Ledger::Classes(paid) => {
                let items = paid.lines.iter().map(|line| &line.page.sheet);
                let items = items.map(|sheet| item(&sheet.id, &sheet.title, String::new()));
                (self.w.asks_patients, items.collect())
            }
            Ledger::Gate(gate) => {
                let items = items_of(gate, campaign, Declarations::of(Language::French));
                let items = items.iter().map(|one| item(&one.id, &one.title, one.asks.join(" ; ")));
                (self.w.asks_answers, items.collect())
            }
        };
        let euros = words::euros(&ledger.euros().round(2));
        Group {
            name: scheme.name().to_owned(),
            campaign: campaign.to_string(),
            asks,
            euros: if self.shown { euros } else { String::new() },
            items,
        }
    }

    fn item(&self, scheme: &str, id: &str, title: &str, hint: String) -> Item {
        Item {
            name: typed::field(scheme, id),
            title: title.to_owned(),
            hint,
            value: self.typed.text(scheme, id).to_owned(),
            wrong: self.unread.iter().any(|name| *name == format!("{scheme}/{id}")),
        }
    }
}

/// What was typed, as a file.
pub async fn file(uri: Uri) -> Response {
    let fields = fields_of(&uri);
    let mut text =
        "# Simulateur de Jalon : ouvrez ce fichier dans le simulateur.\n\n[champs]\n".to_owned();
    let pairs = fields.pairs().filter(|(_, value)| !value.trim().is_empty());
    for (name, value) in pairs {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{} = {}", quoted(name), quoted(value));
    }
    attached(text, "simulation.toml")
}

/// A file is opened: what it says becomes the address of the page.
pub async fn open(visitor: Visitor, fields: Fields) -> Result<Response, Failure> {
    let w = Simulator::of(visitor.language);
    let text = fields.text("fichier");
    let wrong = || Failure::Refused(w.not_a_file.to_owned());
    let table = DeTable::parse(text).map_err(|_| wrong())?;
    let (_, fields) =
        table.get_ref().iter().find(|(name, _)| name.get_ref() == "champs").ok_or_else(wrong)?;
    let DeValue::Table(fields) = fields.get_ref() else { return Err(wrong()) };
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields {
        if let DeValue::String(value) = value.get_ref() {
            query.append_pair(name.get_ref(), value);
        }
    }
    Ok(Redirect::to(&format!("/simulateur?{}", query.finish())).into_response())
}
