//! What a scheme pays, as a table; then all schemes together.

use std::fmt::Write as _;

use jalon_engine::ledger::{Book, ClassLedger, GateLedger, Ledger, PreventionLedger, SchemeLedger};
use jalon_rules::amount::{ListOrigin, Measured, State};
use jalon_rules::convention::CalendarEntry;
use jalon_rules::forfait::{ItemState, Role};
use jalon_rules::scale::{Direction, RateKind};
use jalon_rules::{Campaign, Fraction, Range, Status, french};

use crate::text;

/// One scheme of one payee: a head, a note, the table, what the amount waits for.
pub fn write(out: &mut String, ledger: &Ledger<'_>, campaign: Campaign, note: Option<&str>) {
    let head = format!("{}, campagne {campaign}", ledger.scheme().name());
    let list = ledger.list();
    let origin = match (list.origin, ledger) {
        (ListOrigin::Given, _) => "donnés par --patientele".to_owned(),
        (ListOrigin::Counted, Ledger::Classes(classes)) => {
            format!("le {}", french::date(classes.scheme.reference_day(campaign)))
        }
        (ListOrigin::Counted, _) => "au 31 décembre".to_owned(),
    };
    let _ = writeln!(out, "{}", text::title(&head));
    let patients = french::count(list.patients, "patient");
    let _ = writeln!(out, "Médecin {} ; patientèle : {patients} {origin}", ledger.payee());
    if let Some(note) = note {
        let _ = writeln!(out, "{note}");
    }
    out.push('\n');
    match ledger {
        Ledger::Rate(ledger) => rates(out, ledger),
        Ledger::Prevention(ledger) => prevention(out, ledger),
        Ledger::Classes(ledger) => classes(out, ledger),
        Ledger::Gate(ledger) => gate(out, ledger),
    }
}

/// A row that names a section.
fn section_row<'s>(
    rows: &mut Vec<Vec<String>>,
    current: &mut &'s str,
    section: &'s str,
    columns: usize,
) {
    if section != *current {
        *current = section;
        let mut row = vec![String::new(); columns];
        section.clone_into(&mut row[0]);
        rows.push(row);
    }
}

fn rates(out: &mut String, ledger: &SchemeLedger<'_>) {
    let mut rows = Vec::new();
    let mut absent = Vec::new();
    let mut section = "";
    for (indicator, amount) in ledger.indicators.iter().zip(&ledger.amount.indicators) {
        let page = indicator.page;
        if amount.state == State::OutOfCampaign {
            absent.push(page.id.as_str());
            continue;
        }
        section_row(&mut rows, &mut section, &page.rule.section, 7);
        let kind = page.rule.rate;
        let rate = match indicator.measured {
            Measured::Counts { numerator, denominator, .. } => {
                text::rate(numerator, denominator, kind)
            }
            _ if page.rule.unit == jalon_rules::page::Unit::Unknown => "contenu inconnu".into(),
            _ => "pas de déclaration".into(),
        };
        let arrow = match page.rule.direction {
            Direction::Rising => "",
            Direction::Falling => " ↓",
        };
        rows.push(vec![
            format!("  {}{arrow}", page.id),
            rate,
            format!(
                "{} → {}",
                text::objective(indicator.scale.intermediate.as_ref(), kind),
                text::objective(indicator.scale.target.as_ref(), kind)
            ),
            match amount.state {
                State::BelowMinimum => {
                    format!("sous le seuil ({})", text::minimum(&indicator.scale))
                }
                _ => text::interval(&amount.achievement, |share| french::percent(share, 1)),
            },
            {
                let most = indicator.scale.points.as_ref();
                let most =
                    most.map_or_else(|| "?".into(), |points| french::short(&points.value, 1));
                format!("{} / {most}", points(&amount.points))
            },
            text::interval(&amount.euros, french::euros),
            text::status(amount.source),
        ]);
    }
    let most: Option<Fraction> = ledger
        .indicators
        .iter()
        .zip(&ledger.amount.indicators)
        .filter(|(_, amount)| amount.state != State::OutOfCampaign)
        .try_fold(Fraction::zero(), |sum, (indicator, _)| {
            Some(&sum + &indicator.scale.points.as_ref()?.value)
        });
    rows.push(vec![
        "Total".into(),
        String::new(),
        String::new(),
        String::new(),
        format!(
            "{} / {}",
            points(&ledger.amount.points),
            most.map_or_else(|| "?".into(), |points| french::short(&points, 1))
        ),
        text::interval(&ledger.amount.euros, french::euros),
        text::status(ledger.amount.source),
    ]);
    let header = ["Indicateur", "Taux", "Objectifs", "Réalisation", "Points", "Euros", "Source"];
    out.push_str(&text::table(&header, "lrrrrrl", rows));
    out.push('\n');
    if !absent.is_empty() {
        let _ = writeln!(out, "\nHors campagne : {}", absent.join(", "));
    }
}

fn points(range: &Range) -> String {
    text::interval(range, |points| french::short(points, 1))
}

fn prevention(out: &mut String, ledger: &PreventionLedger<'_>) {
    let mut rows = Vec::new();
    let mut section = "";
    for line in &ledger.lines {
        section_row(&mut rows, &mut section, &line.page.rule.section, 4);
        rows.push(vec![
            format!("  {}", line.page.id),
            text::rate(line.counts.numerator, line.counts.denominator, RateKind::Share),
            text::interval(&line.paid.euros, french::euros),
            text::status(line.paid.source),
        ]);
    }
    rows.push(vec![
        "Total".into(),
        String::new(),
        text::interval(&ledger.euros, french::euros),
        text::status(ledger.source),
    ]);
    out.push_str(&text::table(&["Indicateur", "Validés", "Euros", "Source"], "lrrl", rows));
    out.push('\n');
}

fn classes(out: &mut String, ledger: &ClassLedger<'_>) {
    let mut rows = Vec::new();
    for (line, (_, paid)) in ledger.lines.iter().zip(&ledger.amount.classes) {
        let (least, most) = line.patients;
        let patients = if least == most {
            french::integer(least)
        } else {
            format!("{} à {}", french::integer(least), french::integer(most))
        };
        rows.push(vec![
            format!("  {}", line.page.sheet.id),
            line.page.sheet.title.clone(),
            patients,
            text::interval(&paid.euros, french::euros),
            text::status(paid.source),
        ]);
    }
    rows.push(vec![
        "Total".into(),
        "majorations comprises".into(),
        french::integer(ledger.patients),
        at_least(&ledger.amount.euros, &ledger.amount.more),
        text::status(ledger.amount.source),
    ]);
    let header = ["Classe", "", "Patients", "Euros", "Source"];
    out.push_str(&text::table(&header, "llrrl", rows));
    out.push('\n');
    for reason in &ledger.amount.more {
        let _ = writeln!(out, "En plus peut-être, {reason}");
    }
}

/// An amount, or the least it can be when something unpublished may raise it.
fn at_least(euros: &Range, more: &[String]) -> String {
    let euros = text::interval(euros, french::euros);
    if more.is_empty() { euros } else { format!("au moins {euros}") }
}

fn gate(out: &mut String, ledger: &GateLedger<'_>) {
    let mut rows = Vec::new();
    let mut section = "";
    for item in &ledger.amount.items {
        let heading = match item.role {
            Role::Prerequisite | Role::Complement => "bloc",
            Role::Option => "options",
            Role::Uplift => "majorations",
        };
        section_row(&mut rows, &mut section, heading, 4);
        rows.push(vec![
            format!("  {}", item.id),
            item.state.word().to_owned(),
            item.points.as_ref().map_or_else(String::new, points),
            item.met.weakest().map_or_else(String::new, text::status),
        ]);
    }
    let block = match ledger.amount.block {
        ItemState::Met => "bloc atteint",
        ItemState::Missed => "bloc non atteint",
        ItemState::Partial => "bloc atteint en partie",
        ItemState::Unknown => "bloc : inconnu",
    };
    let total = match &ledger.amount.points {
        Some(total) => {
            format!(
                "{} points, {}",
                points(total),
                text::interval(&ledger.amount.euros, french::euros)
            )
        }
        None => text::interval(&ledger.amount.euros, french::euros),
    };
    rows.push(vec!["Total".into(), block.into(), total, text::status(ledger.amount.source)]);
    out.push_str(&text::table(&["Élément", "État", "Points", "Source"], "llrl", rows));
    out.push('\n');
}

/// All schemes of a payee: what is sure, what is a range, what is awaited,
/// and when it is paid.
pub fn together(out: &mut String, book: &Book<'_>, campaign: Campaign) {
    let _ = writeln!(out, "{}\n", text::title("Ensemble"));
    let mut rows: Vec<_> = book
        .ledgers
        .iter()
        .map(|ledger| {
            vec![
                ledger.scheme().id().to_owned(),
                french::euros(ledger.euros().min()),
                at_least(ledger.euros(), ledger.more()),
                ledger.scheme().calendar(campaign).map_or_else(|| "?".to_owned(), payment),
                text::status(ledger.source()),
            ]
        })
        .collect();
    let euros = book.euros();
    let source = book.ledgers.iter().map(Ledger::source).max().unwrap_or(Status::Officiel);
    rows.push(vec![
        "Total".into(),
        french::euros(euros.min()),
        text::interval(&euros, french::euros),
        String::new(),
        text::status(source),
    ]);
    let header = ["Dispositif", "Certain", "Euros", "Versement", "Source"];
    out.push_str(&text::table(&header, "lrrll", rows));
    out.push('\n');
    let awaited: Vec<_> = book.ledgers.iter().flat_map(Ledger::awaited).collect();
    if !awaited.is_empty() {
        out.push('\n');
        text::packed(out, "Déclarations attendues : ", &awaited, ", ");
    }
}

/// When a scheme is paid: days, or what is known of them.
fn payment(entry: &CalendarEntry) -> String {
    match entry.payment {
        (Some(from), Some(to)) if from == to => format!("le {}", french::date(from)),
        (Some(from), Some(to)) => {
            format!("du {} au {}", french::date(from), french::date(to))
        }
        (Some(from), None) => format!("à partir du {}", french::date(from)),
        (None, Some(to)) => format!("jusqu'au {}", french::date(to)),
        (None, None) => entry.remark.clone().unwrap_or_else(|| "?".to_owned()),
    }
}
