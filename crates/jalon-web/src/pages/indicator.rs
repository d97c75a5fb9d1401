//! One indicator: why, from what text, how the amount is made, who is behind it.

use askama::Template;
use axum::extract::Path;
use axum::response::Html;
use jalon_engine::evidence::PatientEvidence;
use jalon_engine::ledger::Ledger;
use jalon_rules::account::Account;
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::french;
use jalon_rules::scale::Direction;

use super::{Frame, Look, Numbers, html};
use crate::charts::Drawing;
use crate::courses::Course;
use crate::failure::Failure;
use crate::measured::{self, Indicator as Line};
use crate::practice::List;
use crate::tendency::{self, Tendency};
use crate::texts::Figures;
use crate::{charts, words};

#[derive(Template)]
#[template(path = "indicator.html")]
struct Indicator {
    frame: Frame,
    w: &'static Figures,
    /// Drawings, in French whatever the language of the page.
    bullet: Drawing,
    curve: Drawing,
    waterfall: Drawing,
    tendency: Tendency,
    /// The address to ask again while months are being computed.
    again: Option<String>,
    failed: bool,
    text: Vec<String>,
    rule: String,
    rate: String,
    euros: bool,
    amount: String,
    account: Vec<Step>,
    named: bool,
    people: String,
    patients: Vec<Patient>,
}

struct Step {
    value: String,
    formula: String,
    note: String,
    depth: usize,
}

struct Patient {
    label: String,
    to: String,
    status: &'static str,
    missing: String,
}

/// The page.
pub async fn show(
    look: Look,
    Path((scheme, id)): Path<(String, String)>,
) -> Result<Html<String>, Failure> {
    let doctor = look.doctor()?;
    let campaign = look.campaign;
    let of = doctor.clone();
    let today = look.today();
    let (season, list, course) = look
        .ask(move |facts| {
            let (season, list) = (facts.season(campaign)?, facts.list(campaign, &of, today)?);
            Ok((season, list, facts.course(campaign)?))
        })
        .await?;
    let book = season.iter().find(|book| book.payee == doctor).ok_or(Failure::NotFound)?;
    let ledger = book
        .ledgers
        .iter()
        .find(|ledger| ledger.scheme().id() == scheme)
        .ok_or(Failure::NotFound)?;
    let AnyScheme::Counted(counted) = ledger.scheme() else { return Err(Failure::NotFound) };
    let reading = list
        .readings
        .iter()
        .find(|reading| reading.scheme.id == counted.id)
        .ok_or(Failure::NotFound)?;
    let at = reading.pages.iter().position(|page| page.id == id).ok_or(Failure::NotFound)?;
    let page = reading.pages[at];
    let euros = look.sees_euros();
    let account = account_of(ledger, &id);
    // Patients are named to those who care for them, once the journal has it.
    let numbers = if look.sees_patients() { Some(look.numbers(&list).await?) } else { None };
    let rows = reading.evidence.page(at).map_err(|_| Failure::Broken("moteur"))?;
    let falling = page.rule.direction == Direction::Falling;
    let concerned: Vec<_> = rows.iter().filter(|row| weighs(row, falling)).collect();
    let path = format!("/indicateurs/{scheme}/{id}");
    let w = Figures::of(look.language);
    let lines = measured::indicators(book);
    let line = lines.iter().find(|line| line.scheme.id == counted.id && line.page.id == id);
    let curve = course.known().map(|history| history.curve(&doctor, counted, page));
    let tendency = course.known().and_then(|past| tendency::of(past, &doctor, counted, page, w));
    html(&Indicator {
        w,
        bullet: line.map_or_else(Drawing::default, bullet),
        curve: curve.map_or_else(Drawing::default, |curve| {
            let scale = line.and_then(|line| line.scale);
            charts::figure(charts::trend(page, scale, &curve), "courbe")
        }),
        waterfall: match &account {
            Some(account) if euros => {
                charts::figure(jalon_claim::waterfall(&page.title, account), "compte")
            }
            _ => Drawing::default(),
        },
        tendency: tendency.unwrap_or_default(),
        again: matches!(course, Course::Underway).then(|| look.to(&path)),
        failed: matches!(course, Course::Failed),
        frame: look.frame(&page.title, &path),
        text: page.text.clone(),
        rule: look.to(&format!("/aide/{scheme}/{id}")),
        rate: line.map_or_else(String::new, |line| words::measured(line.measured)),
        euros,
        amount: match &account {
            Some(account) if euros => account.value().map_or_else(String::new, words::euros),
            _ => String::new(),
        },
        account: if euros {
            account.map(|account| steps(&account)).unwrap_or_default()
        } else {
            Vec::new()
        },
        named: numbers.is_some(),
        people: format!(
            "{} {}",
            french::count(concerned.len() as u64, "patient"),
            if falling { look.t.weighing } else { look.t.to_see }
        ),
        patients: numbers.map_or_else(Vec::new, |numbers| {
            patients(&look, &list, &numbers, page.id.as_str(), &concerned)
        }),
    })
}

/// The rate between its objectives, where its scheme has some.
fn bullet(line: &Line<'_>) -> Drawing {
    let bullet = |scale| charts::bullet(line.page, scale, line.measured, line.state);
    line.scale.map_or_else(Drawing::default, |scale| charts::figure(bullet(scale), "position"))
}

/// Whether a patient is one of those whom the rate waits for, or who weigh on a
/// falling one.
const fn weighs(row: &PatientEvidence, falling: bool) -> bool {
    if falling { row.counts.numerator > 0 } else { row.counts.numerator < row.counts.denominator }
}

fn account_of(ledger: &Ledger<'_>, id: &str) -> Option<Account> {
    match ledger {
        Ledger::Rate(ledger) => {
            let mut lines = ledger.indicators.iter().zip(&ledger.amount.indicators);
            lines.find(|(one, _)| one.page.id == id).map(|(_, paid)| paid.account.clone())
        }
        Ledger::Prevention(ledger) => {
            let line = ledger.lines.iter().find(|line| line.page.id == id);
            line.map(|line| line.paid.account.clone())
        }
        Ledger::Classes(_) | Ledger::Gate(_) => None,
    }
}

fn steps(account: &Account) -> Vec<Step> {
    let line = |line: jalon_rules::account::AccountLine| Step {
        value: line.value,
        formula: line.formula,
        note: line.note,
        depth: line.depth.min(3),
    };
    account.lines().into_iter().map(line).collect()
}

fn patients(
    look: &Look,
    list: &List,
    numbers: &Numbers,
    page: &str,
    rows: &[&PatientEvidence],
) -> Vec<Patient> {
    let worklist = &list.worklist;
    let one = |row: &&PatientEvidence| {
        let number = numbers.of(&row.patient)?;
        let known = worklist.rows.iter().find(|known| known.patient == row.patient);
        let gap = known.and_then(|known| {
            known.gaps.iter().find(|gap| worklist.targets[gap.target].page.id == page)
        });
        let status = match gap {
            Some(gap) if gap.is_open() => look.t.open,
            Some(_) => look.t.too_late,
            None => "",
        };
        let missing = gap.map(|gap| {
            let says: Vec<_> = gap.missing.iter().map(|one| one.says.as_str()).collect();
            says.join(" ; ")
        });
        Some(Patient {
            label: row.patient.clone(),
            to: look.to_patient(number),
            status,
            missing: missing.unwrap_or_default(),
        })
    };
    rows.iter().filter_map(one).collect()
}
