//! The columns of a file against those of its table.

use crate::fault::{Words, nearest};
use crate::schema::Table;

/// For each canonical column, its rank in the file.
pub(crate) type Mapping = Vec<Option<usize>>;

/// Finds the canonical columns among the names of a file, and all that is
/// wrong with those names; each fault comes with 1 + the rank of a canonical
/// column, or 0.
pub(crate) fn map(table: &Table, names: &[&str]) -> (Mapping, Vec<(usize, Words)>) {
    let known = |name: &str| table.columns.iter().position(|column| column.name == name);
    let mut faults = Vec::new();
    // Without its header, a file starts with facts: no fault may show them as names.
    if !names.iter().any(|name| known(name).is_some()) {
        let lower = names.iter().any(|name| known(&name.to_lowercase()).is_some());
        let case = if lower { ", en minuscules" } else { "" };
        let words = Words::new("la première ligne ne nomme aucune colonne de cette table")
            .hint(format!("elle doit nommer les colonnes{case} : {}", expected(table)));
        return (Mapping::new(), vec![(0, words)]);
    }
    let mut mapping: Mapping = vec![None; table.columns.len()];
    for (rank, name) in names.iter().enumerate() {
        let Some(index) = known(name) else {
            faults.push((0, unknown(table, rank, name, names)));
            continue;
        };
        let Some(place) = mapping.get_mut(index) else {
            continue;
        };
        if place.is_some() {
            let words = Words::new("colonne en double").column(name);
            faults.push((index + 1, words.hint("gardez une seule colonne de ce nom")));
        }
        *place = Some(rank);
    }
    for (index, column) in table.columns.iter().enumerate() {
        if !column.optional && mapping.get(index) == Some(&None) {
            let words = Words::new("colonne absente").column(column.name);
            let hint = format!("colonnes attendues : {}", expected(table));
            faults.push((index + 1, words.hint(hint)));
        }
    }
    (mapping, faults)
}

fn unknown(table: &Table, rank: usize, name: &str, names: &[&str]) -> Words {
    if name.is_empty() {
        let message = format!("colonne sans nom, la {}e", rank + 1);
        return Words::new(message).hint("nommez-la ou retirez-la ; un séparateur en trop ?");
    }
    let words = Words::new("colonne inconnue").column(name);
    let columns = table.columns.iter().map(|column| column.name);
    // A column that is there under its own name is not what was meant.
    match nearest(name, columns.filter(|column| !names.contains(column))) {
        Some(near) => words.hint(format!("`{near}` ?")),
        None => words.hint(format!("retirez-la ; colonnes possibles : {}", expected(table))),
    }
}

fn expected(table: &Table) -> String {
    let names = table.columns.iter().map(|column| {
        let mark = if column.optional { "?" } else { "" };
        format!("{}{mark}", column.name)
    });
    names.collect::<Vec<_>>().join(", ")
}
