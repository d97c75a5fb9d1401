//! Two campaigns side by side, for people.

use std::fmt::Write as _;

use jalon_engine::ledger::{Ends, PartKind};
use jalon_rules::overlay::Overlay;
use jalon_rules::{Range, french};

use super::lines::{Element, Line};
use super::{Compared, Pair, of};
use crate::simulate::difference;
use crate::{compute, text};

/// The page.
pub fn page(compared: &Compared<'_, '_>, overlay: Option<&Overlay>) -> String {
    let Compared { first, second, .. } = compared;
    let mut out = String::new();
    let head = format!("Campagne {first} et campagne {second}");
    let _ = writeln!(out, "{}", text::title(&head));
    if let Some(line) = compute::overlay_line(overlay) {
        let _ = writeln!(out, "{line}");
    }
    if compared.args.memes_faits {
        let _ = writeln!(
            out,
            "Mêmes faits : les règles de {second} appliquées aux jours et aux âges de {first}."
        );
    } else {
        let _ = writeln!(
            out,
            "Chaque campagne à son jour de référence, sur les faits du dossier ; s'ils s'arrêtent en {first}, ajoutez --memes-faits."
        );
    }
    out.push('\n');
    let payees = compared.payees();
    let detailed = compared.args.detail || payees.len() == 1;
    let mut rows = Vec::new();
    let mut corrected = false;
    for pair in &compared.pairs {
        rows.extend(schemes(compared, pair));
        if detailed {
            let lines = compared.lines(pair, None);
            corrected |= lines.iter().any(is_rest);
            rows.extend(lines.iter().flat_map(|line| elements(pair, line)));
        }
    }
    let all = compared.sums(None, None);
    let total = format!("Total ({})", french::count(payees.len() as u64, "médecin"));
    rows.push(vec![
        total,
        euros(&all.before),
        String::new(),
        euros(&all.after),
        difference(&all.difference),
    ]);
    let years = [first.to_string(), second.to_string()];
    let header = [years[0].as_str(), "Euros", years[1].as_str(), "Euros", "Différence"];
    out.push_str(&text::table(&header, "lrlrr", rows));
    out.push('\n');
    if payees.len() > 1 {
        out.push('\n');
        let rows = payees.iter().map(|id| {
            let sums = compared.sums(None, Some(id));
            let moved = difference(&sums.difference);
            vec![(*id).to_owned(), euros(&sums.before), euros(&sums.after), moved]
        });
        let header = ["Médecin", years[0].as_str(), years[1].as_str(), "Différence"];
        out.push_str(&text::table(&header, "lrrr", rows.collect()));
        out.push('\n');
    }
    if corrected {
        out.push_str("\n« reste » : ce qu'aucune ligne n'apporte seule, majorations de l'ensemble ou points inconnus que le sous-total officiel ne laisse pas tous gagner à la fois ; ses deux bouts s'ajoutent chacun au sien.\n");
    }
    if !detailed {
        out.push_str("\nÉléments de chaque dispositif : ajoutez --detail, ou --medecin ID.\n");
    }
    if !all.difference.is_exact() {
        out.push_str("\nUne fourchette vient de valeurs inconnues : objectifs, seuils, taux de départ, coefficient ou déclarations.\n");
    }
    out
}

fn euros(range: &Range) -> String {
    text::interval(range, french::euros)
}

/// One row a scheme, those of a pair side by side.
fn schemes(compared: &Compared<'_, '_>, pair: &Pair<'_>) -> Vec<Vec<String>> {
    let moved = difference(&compared.sums(Some(pair), None).difference);
    let cell = |names: &[&str], payees, at: usize| match names.get(at) {
        Some(name) => {
            let mine = of(payees, None).filter(|paid| paid.scheme == *name);
            [(*name).to_owned(), euros(&mine.map(|paid| &paid.euros).sum())]
        }
        None => [alone(at), String::new()],
    };
    let rows = 0..pair.before.len().max(pair.after.len());
    rows.map(|at| {
        let mut row = Vec::from(cell(&pair.before, &compared.before, at));
        row.extend(cell(&pair.after, &compared.after, at));
        row.push(if at == 0 { moved.clone() } else { String::new() });
        row
    })
    .collect()
}

/// One row an element, those of one subject side by side.
fn elements(pair: &Pair<'_>, line: &Line<'_>) -> Vec<Vec<String>> {
    let cell = |schemes: &[&str], side: &[Element<'_>], at: usize| match side.get(at) {
        Some(one) => [format!("  {}", one.name(schemes)), worth(one)],
        None => [format!("  {}", alone(at)), String::new()],
    };
    let rows = 0..line.before.len().max(line.after.len());
    rows.map(|at| {
        let mut row = Vec::from(cell(&pair.before, &line.before, at));
        row.extend(cell(&pair.after, &line.after, at));
        let moved = line.difference().filter(|_| at == 0 && !is_rest(line));
        row.push(moved.map_or_else(String::new, |moved| difference(&moved)));
        row
    })
    .collect()
}

/// What stands where a side has nothing: a dash on the first row.
fn alone(at: usize) -> String {
    if at == 0 { "—".to_owned() } else { String::new() }
}

fn is_rest(line: &Line<'_>) -> bool {
    line.before.iter().chain(&line.after).any(|one| one.kind == PartKind::Rest)
}

fn worth(element: &Element<'_>) -> String {
    match (&element.euros, element.kind) {
        (Some(Ends { low, high }), _) if low == high => french::euros(low),
        (Some(Ends { low, high }), _) => {
            format!("{} à {}", french::euros(low), french::euros(high))
        }
        (None, PartKind::Prerequisite(_)) => "prérequis".to_owned(),
        (None, _) => "dans le reste".to_owned(),
    }
}
