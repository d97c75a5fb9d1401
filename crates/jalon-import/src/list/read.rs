//! From rows to lines about people. Every row that cannot be read is a fault.

use std::collections::BTreeMap;

use jalon_data::fault::{Collector, Place, Words};
use jiff::civil::Date;

use super::nir::Nir;
use super::{Facts, Person, SHOWN};
use crate::columns::Columns;
use crate::dates;
use crate::error::ImportError;
use crate::label::{Catalogue, Meaning, plain};
use crate::sheet::{Row, Workbook};

/// How a list is to be read.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// Name of the file, for faults.
    pub file: &'r str,
    /// The columns.
    pub columns: &'r Columns,
    /// The indicator of every line, when the file does not say it.
    pub indicator: Option<&'r str>,
    /// What labels mean, decided before.
    pub labels: &'r BTreeMap<String, String>,
    /// What else labels may mean.
    pub catalogue: &'r Catalogue,
}

/// One line of a list.
#[derive(Clone, Debug)]
pub struct Line {
    /// Line of the file.
    pub line: u64,
    /// Whom it is about.
    pub person: Person,
    /// What tells them from others.
    pub identity: String,
    /// Indicator.
    pub indicator: String,
    /// Its label in the file.
    pub label: String,
    /// What the file says.
    pub facts: Facts,
}

/// What a file gave.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Lines, each patient and indicator once.
    pub lines: Vec<Line>,
    /// Lines whose social security number has a wrong key or shape.
    pub unsound: Vec<u64>,
    /// Lines that say again what another says.
    pub doubled: Vec<u64>,
    /// Lines of totals, left out.
    pub totals: Vec<u64>,
    /// What each label of the file was taken for.
    pub labels: BTreeMap<String, Meaning>,
}

/// Reads the lines under the titles.
pub fn read(book: &Workbook, request: &Request<'_>) -> Result<Reading, ImportError> {
    let columns = request.columns;
    require(request)?;
    let mut reading = Reading::default();
    let mut faults = Collector::default();
    let mut known: BTreeMap<(String, String), usize> = BTreeMap::new();
    for row in book.sheets[columns.sheet].rows.iter().skip(columns.header + 1) {
        if is_total(row) {
            reading.totals.push(row.line);
            continue;
        }
        let mut cells = Cells { row, request, faults: &mut faults };
        let person = cells.person(&mut reading.unsound);
        let facts = cells.facts();
        let label = cells.label();
        let Some(identity) = person.identity() else {
            let message = "rien ne dit de quel patient il s'agit";
            let hint = "un numéro, un identifiant, ou un nom et une naissance";
            cells.fault(0, || Words::new(message).hint(hint));
            continue;
        };
        let Some(label) = label else { continue };
        let indicator = indicator(&label, request, &mut reading.labels);
        let line = Line { line: row.line, person, identity, indicator, label, facts };
        let key = (line.identity.clone(), line.indicator.clone());
        let Some(first) = known.get(&key).map(|at| &reading.lines[*at]) else {
            known.insert(key, reading.lines.len());
            reading.lines.push(line);
            continue;
        };
        if first.person == line.person && first.facts == line.facts {
            reading.doubled.push(row.line);
        } else {
            let place = Place { line: row.line, ..Place::default() };
            let message = format!(
                "le même patient et le même indicateur qu'à la ligne {}, autrement",
                first.line
            );
            faults.report(place, request.file, || Words::new(message).hint("gardez-en une"));
        }
    }
    if reading.lines.is_empty() && faults.is_empty() && request.indicator.is_none() {
        let hint = "si plus personne n'est à voir, dites pour quoi : --indicateur ID";
        let words = || Words::new("aucune ligne sous les titres").hint(hint);
        faults.report(Place::default(), request.file, words);
    }
    if faults.is_empty() { Ok(reading) } else { Err(faults.into_faults().into()) }
}

/// The columns without which no line can be read.
fn require(request: &Request<'_>) -> Result<(), ImportError> {
    let columns = request.columns;
    let mut missing = Vec::new();
    let named = columns.has("nom") && columns.has("naissance");
    if !columns.has("nir") && !columns.has("identifiant") && !named {
        missing.push((
            "aucune colonne ne dit de quel patient il s'agit",
            "--colonne nir=\"TITRE\", ou --colonne nom=\"TITRE\" --colonne naissance=\"TITRE\"",
        ));
    }
    if !columns.has("indicateur") && request.indicator.is_none() {
        missing.push((
            "aucune colonne ne dit l'indicateur",
            "--colonne indicateur=\"TITRE\", ou --indicateur ID si tout le fichier parle du même",
        ));
    }
    if missing.is_empty() {
        return Ok(());
    }
    let mut faults = Collector::default();
    for (message, hint) in missing {
        faults.report(Place::default(), request.file, || Words::new(message).hint(hint));
    }
    Err(faults.into_faults().into())
}

/// Whether a row is one of totals: it starts with the word, and says little.
fn is_total(row: &Row) -> bool {
    let mut texts = row.cells.iter().filter(|text| !text.is_empty());
    let first = texts.next().map(|text| plain(text)).unwrap_or_default();
    let total = ["total", "sous total", "nombre total"];
    let starts = |word: &str| first == word || first.starts_with(&format!("{word} "));
    total.into_iter().any(starts) && texts.count() <= 2
}

fn indicator(label: &str, request: &Request<'_>, seen: &mut BTreeMap<String, Meaning>) -> String {
    if request.indicator.is_some() {
        return label.to_owned();
    }
    let meaning = seen.entry(label.to_owned()).or_insert_with(|| {
        let decided = request.labels.iter().find(|(known, _)| plain(known) == plain(label));
        match decided {
            Some((_, id)) => Meaning::Same(id.clone()),
            None => request.catalogue.find(label),
        }
    });
    // A label that no page has still tells its lines from others.
    meaning.id().map_or_else(|| plain(label).replace(' ', "-"), str::to_owned)
}

/// The cells of a row.
struct Cells<'c> {
    row: &'c Row,
    request: &'c Request<'c>,
    faults: &'c mut Collector,
}

impl Cells<'_> {
    fn fault(&mut self, column: usize, words: impl FnOnce() -> Words) {
        let place = Place { line: self.row.line, column, ..Place::default() };
        self.faults.report(place, self.request.file, words);
    }

    fn text(&self, key: &str) -> Option<String> {
        let text = self.request.columns.text(self.row, key);
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A fault about the cell of a field, with its value unless it tells of someone.
    fn wrong(&mut self, key: &str, message: &str, hint: &str) {
        let columns = self.request.columns;
        let column = columns.fields.get(key).map_or(0, |(column, _)| column + 1);
        let title = columns.title(key).unwrap_or(key).to_owned();
        let value = columns.text(self.row, key).to_owned();
        self.fault(column, || {
            let words = Words::new(message).hint(hint).column(&title);
            let told = SHOWN.contains(&key) || key == "naissance";
            if told && !value.is_empty() { words.value(&value) } else { words }
        });
    }

    fn day(&mut self, key: &str) -> Option<Date> {
        let text = self.text(key)?;
        match dates::read(&text) {
            Ok(date) => Some(date),
            Err(error) => {
                let hint = "une date comme 31/12/2024 ou 2024-12-31";
                self.wrong(key, &error.to_string(), hint);
                None
            }
        }
    }

    fn label(&mut self) -> Option<String> {
        if let Some(indicator) = self.request.indicator {
            return Some(indicator.to_owned());
        }
        let label = self.text("indicateur");
        if label.is_none() {
            self.wrong("indicateur", "indicateur absent", "remplissez la cellule");
        }
        label
    }

    fn person(&mut self, unsound: &mut Vec<u64>) -> Person {
        let nir = self.text("nir").map(|text| {
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            if text.to_uppercase().contains("E+") && digits < 13 {
                let hint = "le tableur a perdu des chiffres : mettez la colonne au format texte avant d'enregistrer";
                self.wrong("nir", "numéro en notation scientifique", hint);
            }
            let nir = Nir::read(&text);
            if !nir.sound {
                unsound.push(self.row.line);
            }
            nir.number
        });
        let sexe = self.text("sexe").and_then(|text| {
            let sex = match plain(&text).as_str() {
                "f" | "2" | "femme" | "feminin" | "mme" | "madame" => "F",
                "m" | "h" | "1" | "homme" | "masculin" | "monsieur" => "M",
                _ => {
                    self.wrong("sexe", "sexe inconnu", "F ou M");
                    return None;
                }
            };
            Some(sex.to_owned())
        });
        let age = self.text("age").and_then(|text| {
            let number = text.trim_end_matches(|c: char| !c.is_ascii_digit());
            let age = number.parse().ok().filter(|age| *age <= 130);
            if age.is_none() {
                self.wrong("age", "âge illisible", "un nombre d'années comme 62");
            }
            age
        });
        Person {
            nir,
            identifiant: self.text("identifiant"),
            nom: self.text("nom"),
            prenom: self.text("prenom"),
            naissance: self.day("naissance"),
            sexe,
            age,
        }
    }

    fn facts(&mut self) -> Facts {
        let columns = self.request.columns;
        let mut others: Vec<(String, usize)> =
            columns.others.iter().map(|(column, title)| (title.clone(), *column)).collect();
        // A column that tells the indicator is one more text when the indicator is given.
        if self.request.indicator.is_some()
            && let Some((column, title)) = columns.fields.get("indicateur")
        {
            others.push((title.clone(), *column));
        }
        let autres = others
            .into_iter()
            .map(|(title, column)| (title, self.row.cell(column).to_owned()))
            .filter(|(_, text)| !text.is_empty())
            .collect();
        Facts {
            statut: self.text("statut"),
            dernier_acte: self.day("dernier_acte"),
            medecin: self.text("medecin"),
            commentaire: self.text("commentaire"),
            autres,
        }
    }
}

/// The first rows for a terminal, by field: what could tell of someone keeps
/// its last two characters.
#[must_use]
pub fn preview(book: &Workbook, columns: &Columns, count: usize) -> Vec<Vec<String>> {
    let rows = book.sheets[columns.sheet].rows.iter().skip(columns.header + 1).take(count);
    rows.map(|row| {
        let fields = columns.fields.iter().map(|(key, (column, _))| {
            let text = row.cell(*column);
            // A column taken for another may hold a number all the same.
            let long = text.bytes().filter(u8::is_ascii_digit).count() > 8;
            if SHOWN.contains(key) && !long { jalon_data::fault::shown(text) } else { masked(text) }
        });
        fields.chain(columns.others.iter().map(|(column, _)| masked(row.cell(*column)))).collect()
    })
    .collect()
}

/// A text of which two characters remain.
fn masked(text: &str) -> String {
    let length = text.chars().count();
    match length {
        0 => String::new(),
        1..=4 => "…".to_owned(),
        _ => {
            let end: String = text.chars().skip(length - 2).collect();
            format!("…{}", jalon_data::fault::shown(&end))
        }
    }
}
