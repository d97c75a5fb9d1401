//! A statement out of a sheet.

use std::collections::BTreeMap;

use jalon_data::fault::{Collector, Place, Words};

use super::{FIELDS, Figure, Figures, Line, Nature, Number, Statement, Total};
use crate::columns::Columns;
use crate::error::ImportError;
use crate::label::plain;
use crate::sheet::{Row, Workbook};

/// Reads the rows of a statement. A row without figures is a theme, for those
/// that follow; one that starts with "total" is a total; a figure of the whole
/// may stand anywhere beside its name.
pub fn from_sheet(
    book: &Workbook,
    columns: &Columns,
    file: &str,
) -> Result<Statement, ImportError> {
    let mut faults = Collector::default();
    let mut statement = Statement::default();
    if !columns.has("libelle") && !columns.has("indicateur") {
        faults.report(Place::default(), file, || {
            Words::new("aucune colonne ne nomme les indicateurs")
                .hint("--colonne libelle=\"TITRE\"")
        });
        return Err(faults.into_faults().into());
    }
    let rows = &book.sheets[columns.sheet].rows;
    let (above, below) = rows.split_at(columns.header.min(rows.len()));
    for row in above {
        common(row, &mut statement.common);
    }
    let mut theme = None;
    for row in below.iter().skip(1) {
        if common(row, &mut statement.common) {
            continue;
        }
        let text = |key| {
            let text = columns.text(row, key);
            (!text.is_empty()).then(|| text.to_owned())
        };
        let figures = figures(row, columns, file, &mut faults);
        let label = text("libelle").or_else(|| text("indicateur"));
        let first = row.cells.iter().find(|cell| !cell.is_empty()).cloned().unwrap_or_default();
        let head = label.clone().unwrap_or_else(|| first.clone());
        let is_total = |text: &str| {
            let text = plain(text);
            text.starts_with("total") || text.starts_with("sous total")
        };
        if is_total(&first) || is_total(&head) {
            let label = if is_total(&first) { first } else { head };
            statement.totals.push(Total { line: row.line, label, figures });
        } else if figures.is_empty() {
            theme = Some(head);
        } else if let Some(label) = label {
            let nature = text("nature").and_then(|word| Nature::read(&word));
            statement.lines.push(Line {
                line: row.line,
                indicator: text("indicateur"),
                label,
                theme: text("theme").or_else(|| theme.clone()),
                nature,
                period: text("periode"),
                figures,
            });
        } else {
            let place = Place { line: row.line, ..Place::default() };
            let hint = "écrivez son libellé, ou retirez la ligne";
            let words = || Words::new("des chiffres sans indicateur").hint(hint);
            faults.report(place, file, words);
        }
    }
    if statement.lines.is_empty() && faults.is_empty() {
        let words = || Words::new("aucune ligne avec des chiffres sous les titres");
        faults.report(Place::default(), file, words);
    }
    if !faults.is_empty() {
        return Err(faults.into_faults().into());
    }
    shares(&mut statement);
    Ok(statement)
}

/// A figure of the whole, beside its name and with nothing else in the row.
fn common(row: &Row, figures: &mut Figures) -> bool {
    let texts: Vec<&String> = row.cells.iter().filter(|cell| !cell.is_empty()).collect();
    let (name, value) = match texts[..] {
        [name, value] => (name.as_str(), value.as_str()),
        [one] => match one.split_once(':') {
            Some(parts) => parts,
            None => return false,
        },
        _ => return false,
    };
    let name = plain(name);
    let figure = Figure::COMMON.into_iter().find(|figure| {
        let field = FIELDS.iter().find(|field| field.key == figure.key());
        field.is_some_and(|field| field.titles.contains(&name.as_str()))
    });
    match (figure, Number::read(value)) {
        (Some(figure), Some(number)) => figures.insert(figure, number).is_none(),
        _ => false,
    }
}

fn figures(row: &Row, columns: &Columns, file: &str, faults: &mut Collector) -> Figures {
    let mut figures = BTreeMap::new();
    for figure in Figure::ALL {
        let text = columns.text(row, figure.key());
        // What statements put where there is nothing.
        if text.is_empty() || matches!(text, "-" | "–" | "—" | "?" | "/" | "NC" | "N.C.") {
            continue;
        }
        if let Some(number) = Number::read(text) {
            figures.insert(figure, number);
            continue;
        }
        let column = columns.fields.get(figure.key()).map_or(0, |(column, _)| column + 1);
        let place = Place { line: row.line, column, ..Place::default() };
        faults.report(place, file, || {
            Words::new("nombre illisible")
                .column(columns.title(figure.key()).unwrap_or_default())
                .value(text)
                .hint("un nombre comme 74, 74,5 ou 1 234,56 ; une cellule vide si c'est inconnu")
        });
    }
    figures
}

/// A sheet whose cells are shown as percentages may hold shares: when no rate
/// goes past 1, and one at least is neither 0 nor 1, all are shares.
fn shares(statement: &mut Statement) {
    let rates = |line: &Line| -> Vec<Number> {
        let rates = line.figures.iter().filter(|(figure, _)| figure.is_rate());
        rates.map(|(_, number)| number.clone()).collect()
    };
    let all: Vec<Number> = statement.lines.iter().flat_map(rates).collect();
    let shares = all.iter().all(Number::is_at_most_one) && all.iter().any(|it| !it.is_whole());
    if !shares {
        return;
    }
    for line in &mut statement.lines {
        for (figure, number) in &mut line.figures {
            if figure.is_rate() {
                *number = number.times_hundred();
            }
        }
    }
    statement
        .remarks
        .push("aucun taux ne dépasse 1 : ils sont lus comme des parts (0,74 pour 74 %)".to_owned());
}
