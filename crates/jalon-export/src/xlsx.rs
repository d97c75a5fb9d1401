//! XLSX: one workbook, typed cells.

use jiff::civil::Date;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};

use crate::cell::Cell;

/// A workbook that cannot be written: a text too long for a cell, too many
/// lines for a sheet.
#[derive(Debug, thiserror::Error)]
#[error("classeur : écriture impossible")]
pub struct BookError(#[from] XlsxError);

/// Widest column, in characters: a sentence wraps in it.
const WIDEST: u16 = 70;

/// A workbook being written.
pub struct Book(Workbook);

impl std::fmt::Debug for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Book")
    }
}

impl Book {
    /// A workbook of this title, whose file says that it is of that day.
    pub fn new(title: &str, day: Date) -> Result<Self, BookError> {
        let mut book = Workbook::new();
        let properties =
            DocProperties::new().set_title(title).set_creation_datetime(&excel_day(day)?);
        book.set_properties(&properties);
        Ok(Self(book))
    }

    /// Adds a sheet: its name, those of its columns, its lines.
    pub fn sheet(
        &mut self,
        name: &str,
        header: &[&str],
        rows: impl Iterator<Item = Vec<Cell>>,
    ) -> Result<(), BookError> {
        Ok(write(self.0.add_worksheet(), name, header, rows)?)
    }

    /// The bytes of the file.
    pub fn finish(mut self) -> Result<Vec<u8>, BookError> {
        Ok(self.0.save_to_buffer()?)
    }
}

fn write(
    sheet: &mut Worksheet,
    name: &str,
    header: &[&str],
    rows: impl Iterator<Item = Vec<Cell>>,
) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let day = Format::new().set_num_format("dd/mm/yyyy").set_align(FormatAlign::Left);
    let euros = Format::new().set_num_format("#,##0.00 \"€\"");
    sheet.set_name(name)?;
    let mut widths: Vec<usize> = header.iter().map(|title| title.chars().count()).collect();
    for (column, title) in (0..).zip(header) {
        sheet.write_string_with_format(0, column, *title, &bold)?;
    }
    let mut last = 0;
    for (at, row) in (1..).zip(rows) {
        last = at;
        for (column, cell) in (0..).zip(&row) {
            match cell {
                // A string whatever it begins with: never a formula.
                Cell::Text(text) => {
                    if let Some(width) = widths.get_mut(usize::from(column)) {
                        *width = (*width).max(text.chars().count());
                    }
                    sheet.write_string(at, column, text)?;
                }
                Cell::Number(number) => {
                    // Counts of patients are far below where whole numbers
                    // cease to be exact.
                    let number = u32::try_from(*number).unwrap_or(u32::MAX);
                    sheet.write_number(at, column, number)?;
                }
                Cell::Day(Some(date)) => {
                    sheet.write_datetime_with_format(at, column, &excel_day(*date)?, &day)?;
                }
                Cell::Euros(amount) => {
                    // Exact to the cent until here: the file knows only such
                    // numbers.
                    if let Ok(amount) = amount.to_decimal(2).parse::<f64>() {
                        sheet.write_number_with_format(at, column, amount, &euros)?;
                    }
                }
                Cell::Day(None) | Cell::Empty => {}
            }
        }
    }
    for (column, width) in (0..).zip(widths) {
        let width = u16::try_from(width).unwrap_or(WIDEST).clamp(10, WIDEST);
        sheet.set_column_width(column, f64::from(width) + 2.0)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    if let Some(right) = u16::try_from(header.len()).ok().and_then(|count| count.checked_sub(1)) {
        sheet.autofilter(0, 0, last, right)?;
    }
    Ok(())
}

fn excel_day(day: Date) -> Result<ExcelDateTime, XlsxError> {
    let part = |number: i8| u8::try_from(number).unwrap_or(1);
    let year = u16::try_from(day.year()).unwrap_or(1900);
    ExcelDateTime::from_ymd(year, part(day.month()), part(day.day()))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader as _, Xlsx};
    use jalon_rules::Fraction;
    use jiff::civil::date;

    use super::*;

    fn book() -> Vec<u8> {
        let mut book = Book::new("Essai", date(2024, 12, 31)).unwrap();
        let row = vec![
            Cell::text("=1+1"),
            Cell::Number(12),
            Cell::Day(Some(date(2024, 12, 31))),
            Cell::Euros("1234.5".parse::<Fraction>().unwrap()),
            Cell::Empty,
        ];
        book.sheet("Feuille", &["a", "b", "c", "d", "e"], [row].into_iter()).unwrap();
        book.finish().unwrap()
    }

    #[test]
    fn cells_are_typed_and_no_text_is_a_formula() {
        let mut read: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(book())).unwrap();
        assert!(read.worksheet_formula("Feuille").unwrap().is_empty());
        let sheet = read.worksheet_range("Feuille").unwrap();
        let cell = |column| sheet.get_value((1, column)).cloned().unwrap_or_default();
        assert_eq!(cell(0), Data::String("=1+1".into()));
        assert_eq!(cell(1), Data::Float(12.0));
        // 45,657 days after the 30th of December 1899.
        assert!(matches!(cell(2), Data::DateTime(day) if day.as_f64().to_string() == "45657"));
        assert_eq!(cell(3), Data::Float(1234.5));
        assert_eq!(cell(4), Data::Empty);
    }

    #[test]
    fn the_same_cells_give_the_same_bytes() {
        assert_eq!(book(), book());
    }
}
