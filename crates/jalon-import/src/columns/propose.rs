//! Finding the row of titles, and the field of each column.

use std::collections::{BTreeMap, BTreeSet};

use jalon_data::fault::{Collector, Place, Words, escaped, nearest, shown};

use super::{Columns, Field, Saved};
use crate::error::ImportError;
use crate::label::plain;
use crate::sheet::{Row, Workbook};

/// Rows in which titles are looked for.
const LOOKED: usize = 20;

/// What whoever imports decided.
#[derive(Clone, Copy, Debug)]
pub struct Given<'g> {
    /// Name of the file, for faults.
    pub file: &'g str,
    /// Columns kept from another time, if any.
    pub saved: Option<&'g Saved>,
    /// Fields and titles given now (`champ`, `titre`); an empty title takes
    /// the field away.
    pub columns: &'g [(String, String)],
    /// The sheet, by its name.
    pub sheet: Option<&'g str>,
    /// Fields of which the header must hold at least this many to be one.
    pub least: usize,
}

/// Finds the columns of the fields. Everything unclear is a fault whose hint
/// is the option to add.
pub fn propose(
    book: &Workbook,
    fields: &'static [Field],
    given: &Given<'_>,
) -> Result<Columns, ImportError> {
    let wanted = wanted(fields, given)?;
    let (sheet, header) = header(book, fields, &wanted, given)?;
    let rows = &book.sheets[sheet].rows;
    let titles = &rows[header];
    let mut faults = Faulty { file: given.file, line: titles.line, faults: Collector::default() };
    let decided: BTreeSet<String> = wanted.values().map(|title| plain(title)).collect();
    let mut found = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for field in fields {
        let columns: Vec<usize> = match wanted.get(field.key) {
            Some(title) if title.is_empty() => continue,
            Some(title) => {
                let columns = holding(titles, |it| plain(it) == plain(title));
                if columns.is_empty() {
                    faults.absent(field, title, titles);
                } else if columns.len() > 1 {
                    faults.twice(title);
                }
                columns
            }
            // A title decided for one field is not guessed for another.
            None => holding(titles, |it| field.bears(it) && !decided.contains(&plain(it))),
        };
        match columns.as_slice() {
            [column] => {
                let title = titles.cell(*column).to_owned();
                if !taken.insert(*column) {
                    faults.shared(field, &title);
                }
                found.insert(field.key, (*column, title));
            }
            [first, _, ..] if !wanted.contains_key(field.key) => {
                faults.several(field, &columns, titles, *first);
            }
            _ => {}
        }
    }
    if !faults.faults.is_empty() {
        return Err(faults.faults.into_faults().into());
    }
    let width = rows[header..].iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let others = (0..width).filter(|column| !taken.contains(column)).map(|column| {
        let title = titles.cell(column);
        (column, if title.is_empty() { format!("colonne {}", column + 1) } else { title.into() })
    });
    Ok(Columns { sheet, header, fields: found, others: distinct(others) })
}

/// Titles of other columns name texts that are kept: no two may be the same.
fn distinct(columns: impl Iterator<Item = (usize, String)>) -> Vec<(usize, String)> {
    let mut seen = BTreeSet::new();
    columns
        .map(|(column, title)| {
            let title = if seen.contains(&title) { format!("{title} ({column})") } else { title };
            seen.insert(title.clone());
            (column, title)
        })
        .collect()
}

/// Titles decided, by field: those given now before those kept.
fn wanted(
    fields: &[Field],
    given: &Given<'_>,
) -> Result<BTreeMap<&'static str, String>, ImportError> {
    let known = |key: &str| fields.iter().find(|field| field.key == key).map(|field| field.key);
    let mut wanted = BTreeMap::new();
    for (key, title) in given.saved.iter().flat_map(|saved| &saved.columns) {
        if let Some(key) = known(key) {
            wanted.insert(key, title.clone());
        }
    }
    for (key, title) in given.columns {
        let Some(key) = known(key) else {
            let keys: Vec<_> = fields.iter().map(|field| field.key).collect();
            let near = nearest(key, keys.iter().copied());
            let near = near.map_or(String::new(), |near| format!("`{near}` ? "));
            return Err(ImportError::Refused(format!(
                "--colonne : champ inconnu : `{}`\naide : {near}Champs : {}",
                shown(key),
                keys.join(", ")
            )));
        };
        wanted.insert(key, title.clone());
    }
    Ok(wanted)
}

fn holding(titles: &Row, is: impl Fn(&str) -> bool) -> Vec<usize> {
    let cells = titles.cells.iter().enumerate();
    cells.filter(|(_, title)| !title.is_empty() && is(title)).map(|(column, _)| column).collect()
}

/// The sheet and the row of titles: the row, among the first, that holds most
/// fields.
fn header(
    book: &Workbook,
    fields: &[Field],
    wanted: &BTreeMap<&'static str, String>,
    given: &Given<'_>,
) -> Result<(usize, usize), ImportError> {
    let file = given.file;
    if let Some(name) = given.sheet
        && !book.sheets.iter().any(|sheet| sheet.name == name)
    {
        let names: Vec<_> = book.sheets.iter().map(|sheet| shown(&sheet.name)).collect();
        return Err(ImportError::Refused(format!(
            "--feuille : aucune feuille de ce nom dans {file}\naide : {}",
            names.join(", ")
        )));
    }
    let holds = |row: &Row| {
        let held = fields.iter().filter(|field| {
            row.cells.iter().any(|title| {
                !title.is_empty()
                    && match wanted.get(field.key) {
                        Some(wanted) => plain(wanted) == plain(title),
                        None => field.bears(title),
                    }
            })
        });
        held.count()
    };
    let mut found = Vec::new();
    for (at, sheet) in book.sheets.iter().enumerate() {
        if given.sheet.is_some_and(|name| name != sheet.name) {
            continue;
        }
        let rows = sheet.rows.iter().take_while(|row| row.line <= LOOKED as u64).enumerate();
        let best = rows.map(|(index, row)| (holds(row), usize::MAX - index)).max();
        if let Some((count, index)) = best.filter(|(count, _)| *count >= given.least) {
            found.push((at, usize::MAX - index, count));
        }
    }
    match found.as_slice() {
        [(sheet, header, _)] => Ok((*sheet, *header)),
        [] => {
            let titles = ["nom=\"Titre de la colonne\""];
            Err(one_fault(file, 0, || {
                Words::new(format!("aucune ligne de titres reconnue dans les {LOOKED} premières"))
                    .hint(format!("dites où sont les champs : --colonne {}", titles[0]))
            }))
        }
        several => {
            let names: Vec<_> = several
                .iter()
                .map(|(at, ..)| format!("--feuille \"{}\"", escaped(&book.sheets[*at].name)))
                .collect();
            Err(one_fault(file, 0, || {
                Words::new("plusieurs feuilles se ressemblent").hint(names.join(" ou "))
            }))
        }
    }
}

/// A single fault as an error.
pub(crate) fn one_fault(file: &str, line: u64, words: impl FnOnce() -> Words) -> ImportError {
    let mut faults = Collector::default();
    faults.report(Place { line, ..Place::default() }, file, words);
    faults.into_faults().into()
}

/// Faults of a header.
struct Faulty<'f> {
    file: &'f str,
    line: u64,
    faults: Collector,
}

impl Faulty<'_> {
    fn add(&mut self, column: usize, words: Words) {
        let place = Place { line: self.line, column, ..Place::default() };
        self.faults.report(place, self.file, || words);
    }

    fn absent(&mut self, field: &Field, title: &str, titles: &Row) {
        let there: Vec<_> =
            titles.cells.iter().filter(|it| !it.is_empty()).map(|it| escaped(it)).collect();
        let message = format!("colonne « {} » absente ({})", shown(title), field.what);
        let key = field.key;
        let hint = format!("--colonne {key}=\"TITRE\", parmi : {}", there.join(" ; "));
        self.add(0, Words::new(message).hint(hint));
    }

    fn twice(&mut self, title: &str) {
        let message = format!("plusieurs colonnes s'appellent « {} »", shown(title));
        self.add(0, Words::new(message).hint("renommez-en une dans le fichier"));
    }

    fn shared(&mut self, field: &Field, title: &str) {
        let message = format!("« {} » donnée à deux champs", shown(title));
        let hint = format!("--colonne {}= pour s'en passer", field.key);
        self.add(0, Words::new(message).hint(hint));
    }

    fn several(&mut self, field: &Field, columns: &[usize], titles: &Row, first: usize) {
        let names: Vec<_> = columns.iter().map(|at| escaped(titles.cell(*at))).collect();
        let same = names.iter().any(|name| names.iter().filter(|it| *it == name).count() > 1);
        let message =
            format!("{} colonnes pour {} : {}", columns.len(), field.what, names.join(" ; "));
        let hint = if same {
            "renommez-en une dans le fichier".to_owned()
        } else {
            let options: Vec<_> =
                names.iter().map(|name| format!("--colonne {}=\"{name}\"", field.key)).collect();
            options.join(" ou ")
        };
        self.add(first + 1, Words::new(message).hint(hint));
    }
}
