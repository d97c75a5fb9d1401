//! The worklist as people read it in a terminal.

use std::fmt::Write as _;

use jalon_engine::evidence::PageCounts;
use jalon_engine::worklist::{Gap, Row, Target};
use jalon_rules::{Range, french};

use super::{Outcome, worth};
use crate::args::Subject;
use crate::compute::overlay_line;
use crate::text;

/// The whole page.
pub fn page(outcome: &Outcome<'_, '_>, subject: &Subject) -> String {
    let mut out = String::new();
    let Outcome { campaign, payee, patients, list, .. } = outcome;
    let _ = writeln!(out, "{}", text::title(&format!("À relancer, campagne {campaign}")));
    let gaps: usize = list.rows.iter().map(Row::open).sum();
    let _ = writeln!(
        out,
        "Médecin {payee} ; patientèle : {} au 31 décembre ; {} à relancer pour {}",
        french::count(*patients, "patient"),
        french::count(outcome.to_call() as u64, "patient"),
        french::count(gaps as u64, "manque"),
    );
    if let Some(line) = overlay_line(outcome.overlay) {
        let _ = writeln!(out, "{line}");
    }
    targets(&mut out, outcome);
    rows(&mut out, outcome);
    if outcome.facts {
        facts(&mut out, outcome);
    }
    finders(&mut out, outcome);
    out.push('\n');
    for note in &outcome.notes {
        let _ = writeln!(out, "{note}");
    }
    out.push_str("Chaque valeur est la différence de deux paiements complets, avec et sans l'acte ; l'arrondi vient à la fin.\n");
    let _ = writeln!(
        out,
        "Un patient : jalon expliquer {} --campagne {} --indicateur ID --patient ID",
        subject.dossier.display(),
        subject.campagne
    );
    out
}

fn euros(range: &Range) -> String {
    text::interval(range, french::euros)
}

/// Where each indicator stands, and what more would bring.
fn targets(out: &mut String, outcome: &Outcome<'_, '_>) {
    let (rates, paid): (Vec<_>, Vec<_>) =
        outcome.list.targets.iter().partition(|target| target.scale.is_some());
    for scheme in rates.chunk_by(|one, next| one.scheme.id == next.scheme.id) {
        let name = scheme.first().map_or("", |target| target.scheme.name.as_str());
        let head = format!("Jusqu'à l'objectif suivant : {name}");
        let _ = writeln!(out, "\n{}\n", text::title(&head));
        let rows = scheme.iter().flat_map(|target| rate_rows(target)).collect();
        let header = ["Un de plus", "Objectif", "Il manque", "Ensemble", "Chacun"];
        let _ = writeln!(out, "{}", side_by_side(outcome, &header, "rlrrr", rows));
    }
    if !paid.is_empty() {
        let _ = writeln!(out, "\n{}\n", text::title("Payés par patient"));
        let mut table: Vec<Vec<String>> = paid
            .iter()
            .map(|target| {
                vec![
                    target.page.id.clone(),
                    today(target),
                    rate(target, target.counts),
                    euros(&target.paid),
                    french::integer(target.gaps()),
                    euros(&target.one),
                    euros(&target.all),
                ]
            })
            .collect();
        let (now, all): (Range, Range) = (
            paid.iter().map(|target| &target.paid).sum(),
            paid.iter().map(|target| &target.all).sum(),
        );
        table.push(vec![
            "Total".into(),
            String::new(),
            String::new(),
            euros(&now),
            french::integer(paid.iter().map(|target| target.gaps()).sum()),
            String::new(),
            euros(&all),
        ]);
        let header = ["Euros", "Manques", "Un de plus", "Tous"];
        let _ = writeln!(out, "{}", side_by_side(outcome, &header, "rrrr", table));
    }
}

/// A table whose rows begin with an indicator, its rate today and its rate on
/// the last day of the campaign; without the former when there is none.
fn side_by_side(
    outcome: &Outcome<'_, '_>,
    header: &[&str],
    alignment: &str,
    mut rows: Vec<Vec<String>>,
) -> String {
    let on = |day| format!("Au {}", french::date(day));
    let last = on(outcome.campaign.reference_day());
    let Some(today) = outcome.today.map(on) else {
        for row in &mut rows {
            row.remove(1);
        }
        let header = [&["Indicateur", last.as_str()], header].concat();
        return text::table(&header, &format!("lr{alignment}"), rows);
    };
    let header = [&["Indicateur", today.as_str(), last.as_str()], header].concat();
    text::table(&header, &format!("lrr{alignment}"), rows)
}

fn rate(target: &Target<'_>, counts: PageCounts) -> String {
    text::rate(counts.numerator, counts.denominator, target.page.rule.rate)
}

fn today(target: &Target<'_>) -> String {
    target.today.map_or_else(String::new, |counts| rate(target, counts))
}

/// The lines of a rate: one for each objective that is not reached.
fn rate_rows(target: &Target<'_>) -> Vec<Vec<String>> {
    let counts = target.counts;
    let kind = target.page.rule.rate;
    let mut head = vec![
        target.page.id.clone(),
        today(target),
        rate(target, counts),
        match target.open {
            0 => "—".into(),
            _ if target.is_unsettled() => "?".into(),
            _ => euros(&target.one),
        },
    ];
    let state = |words: String| vec![words, String::new(), String::new(), String::new()];
    let scale = target.scale.as_ref();
    let minimum = scale.and_then(|scale| scale.minimum.as_ref()).map(|minimum| minimum.value);
    if let Some(minimum) = minimum.filter(|minimum| counts.denominator < *minimum) {
        head.extend(state(format!("effectif insuffisant ({} < {minimum})", counts.denominator)));
        return vec![head];
    }
    if target.steps.is_empty() {
        let known = scale.is_some_and(|scale| scale.target.is_some());
        head.extend(state(if known { "cible atteinte" } else { "inconnu" }.to_owned()));
        return vec![head];
    }
    let mut rows = Vec::with_capacity(target.steps.len());
    for step in &target.steps {
        let mut row =
            if rows.is_empty() { std::mem::take(&mut head) } else { vec![String::new(); 4] };
        let missing = if step.missing > target.open {
            format!("{} (à rattraper : {})", french::integer(step.missing), target.open)
        } else {
            french::integer(step.missing)
        };
        row.extend([
            format!("{} {}", step.objective.word(), text::objective(Some(&step.value), kind)),
            missing,
            step.worth.as_ref().map_or_else(|| "—".into(), euros),
            step.each().as_ref().map_or_else(|| "—".into(), euros),
        ]);
        rows.push(row);
    }
    rows
}

/// One patient after the other, with what each lacks.
fn rows(out: &mut String, outcome: &Outcome<'_, '_>) {
    let _ = writeln!(out, "\n{}\n", text::title("Patients"));
    if outcome.list.rows.is_empty() {
        out.push_str("Personne à relancer.\n");
        return;
    }
    let mut table = Vec::new();
    for row in &outcome.list.rows {
        for (rank, gap) in row.gaps.iter().enumerate() {
            let mut line = if rank == 0 {
                vec![
                    row.patient.clone(),
                    row.open().to_string(),
                    row.contact.map_or_else(String::new, french::date),
                ]
            } else {
                vec![String::new(); 3]
            };
            line.extend([
                outcome.indicator(gap.target).to_owned(),
                gap.sentence(),
                until(gap),
                match worth(outcome, gap) {
                    Some(worth) => euros(worth),
                    None if gap.is_open() => "?".into(),
                    None => String::new(),
                },
            ]);
            table.push(line);
        }
        if row.open() > 1 {
            let mut line = vec![String::new(); 7];
            line[4] = "ensemble".into();
            line[6] = match row.unsettled(&outcome.list.targets) {
                0 => euros(&row.together),
                all if all == row.open() => "?".into(),
                _ => format!("{} + ?", euros(&row.together)),
            };
            table.push(line);
        }
    }
    let header = [
        "Patient",
        "Manques",
        "Dernier contact",
        "Indicateur",
        "Ce qui manque",
        "Jusqu'au",
        "Euros",
    ];
    let _ = writeln!(out, "{}", text::table(&header, "lrlllrr", table));
}

fn until(gap: &Gap) -> String {
    if gap.is_open() { gap.until().map_or_else(String::new, french::date) } else { "—".into() }
}

fn facts(out: &mut String, outcome: &Outcome<'_, '_>) {
    let _ = writeln!(out, "\n{}\n", text::title("Déjà validés"));
    let table = outcome
        .list
        .facts
        .iter()
        .map(|fact| {
            vec![
                outcome.indicator(fact.target).to_owned(),
                fact.patient.clone(),
                fact.last.map_or_else(String::new, french::date),
            ]
        })
        .collect();
    let _ =
        writeln!(out, "{}", text::table(&["Indicateur", "Patient", "Dernier fait"], "lll", table));
}

fn finders(out: &mut String, outcome: &Outcome<'_, '_>) {
    let _ = writeln!(out, "\n{}", text::title("Cas probables"));
    for finder in outcome.finders {
        let number = french::count(finder.patients.len() as u64, "patient");
        let _ = writeln!(out, "\n{} : {number}", finder.says);
        let patients: Vec<_> = finder
            .patients
            .iter()
            .map(|(patient, day)| format!("{patient} ({})", french::date(*day)))
            .collect();
        if !patients.is_empty() {
            let parts: Vec<&str> = patients.iter().map(String::as_str).collect();
            text::packed(out, "  ", &parts, ", ");
        }
    }
}
