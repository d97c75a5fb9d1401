//! What moved between a file and the one before.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::read::{Line, Reading};
use super::{Change, Entry, Facts, Import, List};
use crate::error::ImportError;
use crate::label::plain;

/// What moved for an indicator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Lines of the file.
    pub lignes: usize,
    /// Never seen before.
    pub nouvelles: usize,
    /// Gone once, and back.
    pub revenues: usize,
    /// No longer in the file.
    pub disparues: usize,
    /// Of which the fund says something else.
    pub changees: usize,
}

impl Counts {
    /// In the order in which they are shown: lines, new, back, gone, changed.
    #[must_use]
    pub const fn shown(self) -> [usize; 5] {
        [self.lignes, self.nouvelles, self.revenues, self.disparues, self.changees]
    }
}

/// A file to add to a list.
#[derive(Clone, Copy, Debug)]
pub struct Download<'d> {
    /// When it was downloaded.
    pub date: Date,
    /// blake3 of the file and of how it is read.
    pub hash: &'d str,
    /// The indicator given for the whole file.
    pub indicator: Option<&'d str>,
    /// Whether the file is the whole list: an indicator it does not name has no
    /// one left.
    pub whole: bool,
}

/// What adding a file did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The same file, read the same way, came on that day: nothing changed.
    Already(Date),
    /// What moved.
    Added {
        /// By indicator.
        counts: BTreeMap<String, Counts>,
        /// How many times each thing changed.
        changes: BTreeMap<String, usize>,
        /// Indicators of the list that the file does not name, left as they were.
        untouched: Vec<String>,
    },
}

/// Adds a file to a list. What the practice did stays, also on lines that went
/// and came back.
pub fn merge(
    list: &mut List,
    reading: &Reading,
    download: &Download<'_>,
) -> Result<Outcome, ImportError> {
    rename(list, reading);
    let present: BTreeSet<String> = list
        .lignes
        .iter()
        .filter(|it| it.sorti.is_none())
        .map(|it| it.indicateur.clone())
        .collect();
    let mut covered: BTreeSet<String> =
        reading.lines.iter().map(|line| line.indicator.clone()).collect();
    covered.extend(download.indicator.map(str::to_owned));
    let untouched: Vec<String> = if download.whole {
        covered.extend(present);
        Vec::new()
    } else {
        present.difference(&covered).cloned().collect()
    };
    let before = list
        .imports
        .iter()
        .rev()
        .find(|import| import.indicateurs.keys().any(|indicator| covered.contains(indicator)));
    if let Some(before) = before {
        if before.empreinte == download.hash {
            return Ok(Outcome::Already(before.date));
        }
        if before.date > download.date {
            return Err(ImportError::Refused(format!(
                "fichier du {} : la liste « {} » en connaît un plus récent, du {}\n\
                 aide : --date AAAA-MM-JJ si ce n'est pas le jour du téléchargement",
                download.date, list.liste, before.date
            )));
        }
    }

    let mut counts: BTreeMap<String, Counts> =
        covered.iter().map(|indicator| (indicator.clone(), Counts::default())).collect();
    let mut changes = BTreeMap::new();
    let mut numbers: BTreeMap<String, u32> = list
        .patients
        .iter()
        .filter_map(|(number, person)| Some((person.identity()?, *number)))
        .collect();
    let mut places: BTreeMap<(u32, String), usize> = list
        .lignes
        .iter()
        .enumerate()
        .map(|(at, entry)| ((entry.patient, entry.indicateur.clone()), at))
        .collect();
    let mut seen = BTreeSet::new();
    for line in &reading.lines {
        let next = list.patients.last_key_value().map_or(1, |(number, _)| number + 1);
        let number = *numbers.entry(line.identity.clone()).or_insert(next);
        list.patients.insert(number, line.person.clone());
        let count = counts.entry(line.indicator.clone()).or_default();
        count.lignes += 1;
        let key = (number, line.indicator.clone());
        if let Some(at) = places.get(&key) {
            seen.insert(*at);
            update(&mut list.lignes[*at], line, download.date, count, &mut changes);
        } else {
            count.nouvelles += 1;
            seen.insert(list.lignes.len());
            places.insert(key, list.lignes.len());
            list.lignes.push(Entry {
                patient: number,
                indicateur: line.indicator.clone(),
                libelle: line.label.clone(),
                depuis: download.date,
                sorti: None,
                caisse: line.facts.clone(),
                changements: Vec::new(),
                suivi: Vec::new(),
            });
        }
    }
    for (at, entry) in list.lignes.iter_mut().enumerate() {
        if entry.sorti.is_none() && !seen.contains(&at) && covered.contains(&entry.indicateur) {
            entry.sorti = Some(download.date);
            counts.entry(entry.indicateur.clone()).or_default().disparues += 1;
        }
    }
    list.lignes.sort_by(|left, right| {
        (&left.indicateur, left.patient).cmp(&(&right.indicateur, right.patient))
    });
    list.imports.push(Import {
        date: download.date,
        empreinte: download.hash.to_owned(),
        indicateurs: counts.clone(),
    });
    Ok(Outcome::Added { counts, changes, untouched })
}

/// Lines whose label means another indicator than when they came follow it.
fn rename(list: &mut List, reading: &Reading) {
    let meant: BTreeMap<String, &str> =
        reading.lines.iter().map(|line| (plain(&line.label), line.indicator.as_str())).collect();
    let mut renamed = BTreeMap::new();
    for entry in &mut list.lignes {
        if let Some(indicator) = meant.get(&plain(&entry.libelle))
            && entry.indicateur != *indicator
        {
            renamed.insert(entry.indicateur.clone(), (*indicator).to_owned());
            (*indicator).clone_into(&mut entry.indicateur);
        }
    }
    for import in &mut list.imports {
        for (old, new) in &renamed {
            if let Some(counts) = import.indicateurs.remove(old) {
                import.indicateurs.insert(new.clone(), counts);
            }
        }
    }
}

/// What a line says now of an entry that is known.
fn update(
    entry: &mut Entry,
    line: &Line,
    date: Date,
    count: &mut Counts,
    changes: &mut BTreeMap<String, usize>,
) {
    if entry.sorti.take().is_some() {
        count.revenues += 1;
    }
    let found = differences(&entry.caisse, &line.facts);
    if !found.is_empty() {
        count.changees += 1;
    }
    for (what, before, after) in found {
        *changes.entry(what.clone()).or_default() += 1;
        entry.changements.push(Change { date, champ: what, avant: before, apres: after });
    }
    entry.caisse = line.facts.clone();
    entry.libelle.clone_from(&line.label);
}

/// What differs: its name, before and after.
fn differences(before: &Facts, after: &Facts) -> Vec<(String, Option<String>, Option<String>)> {
    let day = |date: Option<Date>| date.map(|date| date.to_string());
    let mut all = vec![
        ("statut".to_owned(), before.statut.clone(), after.statut.clone()),
        ("date du dernier acte".to_owned(), day(before.dernier_acte), day(after.dernier_acte)),
        ("médecin".to_owned(), before.medecin.clone(), after.medecin.clone()),
        ("commentaire".to_owned(), before.commentaire.clone(), after.commentaire.clone()),
    ];
    let titles: BTreeSet<&String> = before.autres.keys().chain(after.autres.keys()).collect();
    for title in titles {
        let text = |facts: &Facts| facts.autres.get(title).cloned();
        all.push((title.clone(), text(before), text(after)));
    }
    all.retain(|(_, before, after)| before != after);
    all
}
