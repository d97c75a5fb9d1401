//! XLSX, cell by cell.

use std::io::Cursor;

use calamine::{DataRef, Reader as _, Xlsx, XlsxError};

use super::cells::{Gathered, date, number, percent, visible};
use super::{Limits, Refusal, Sheet, archive, spoilt};

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
    let failed = |error: XlsxError| match error {
        XlsxError::Password => archive::locked(),
        _ => spoilt(),
    };
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(failed)?;
    let names = visible(book.sheets_metadata());
    let mut rows = Gathered::new(limits);
    let mut sheets = Vec::new();
    for name in names {
        let mut cells = book.worksheet_cells_reader(&name).map_err(failed)?;
        // Which styles write a number as a percentage.
        let shares: Vec<bool> = cells
            .styles()
            .iter()
            .map(|style| {
                style.number_format.as_ref().is_some_and(|format| format.format_code.contains('%'))
            })
            .collect();
        while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(failed)? {
            let (row, column) = cell.get_position();
            let share = shares.get(style).is_some_and(|share| *share);
            let text = match cell.get_value() {
                DataRef::Empty => continue,
                DataRef::SharedString(text) => (*text).to_owned(),
                DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
                    text.clone()
                }
                DataRef::Int(value) => value.to_string(),
                DataRef::Float(value) if share => percent(*value),
                DataRef::Float(value) => number(*value),
                DataRef::Bool(value) => if *value { "oui" } else { "non" }.to_owned(),
                DataRef::DateTime(value) => date(value),
                DataRef::Error(error) => error.to_string(),
            };
            rows.put(u64::from(row) + 1, column as usize, &text)?;
        }
        sheets.push(rows.sheet(&name));
    }
    Ok(sheets)
}
