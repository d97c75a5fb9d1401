//! A claim as a workbook.

use jalon_rules::{Fraction, Range};
use jiff::civil::Date;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};

use crate::claim::{Claim, Version};
use crate::tables::{self, Cell, Kind, Sheet};

/// Widest column, in characters: a sentence wraps in it.
const WIDEST: usize = 60;

pub fn xlsx(claim: &Claim, version: Version) -> Result<Vec<u8>, XlsxError> {
    let hidden = claim.hidden(version);
    let mut book = Workbook::new();
    // No clock: the same claim gives the same bytes.
    let properties = DocProperties::new()
        .set_title(claim.title())
        .set_creation_datetime(&day(claim.letter.date)?);
    book.set_properties(&properties);
    let about = Sheet {
        name: "Réclamation",
        caption: String::new(),
        columns: vec![("Quoi", Kind::Text(1)), ("Valeur", Kind::Text(1))],
        rows: about(claim, version),
        totals: 0,
    };
    let mut sheets = vec![
        about,
        tables::counts(&claim.data),
        tables::amounts(&claim.data),
        tables::patients(claim, version),
        tables::explanations(claim),
    ];
    sheets.extend(claim.lists.as_ref().map(tables::lists));
    sheets.extend([
        tables::arithmetic(&claim.arithmetic, &hidden),
        tables::accounts(&claim.annex),
        tables::sources(&claim.annex, &hidden),
        tables::chronology(claim, version),
        tables::deadlines(claim),
        tables::proofs(claim, version),
    ]);
    let styles = Styles::new();
    for sheet in sheets {
        write(book.add_worksheet(), &sheet, &styles)?;
    }
    book.save_to_buffer()
}

fn about(claim: &Claim, version: Version) -> Vec<Vec<Cell>> {
    let text = |what: &str, value: String| vec![Cell::Text(what.to_owned()), Cell::Text(value)];
    let mut rows = vec![
        text("Titre", claim.title()),
        text("Version", version.mention().to_owned()),
        text("Différence réclamée", Cell::Euros(claim.amount()).shown()),
    ];
    let origins = tables::origins(claim, &claim.hidden(version));
    rows.extend(origins.into_iter().map(|(what, value)| text(what, value)));
    rows
}

struct Styles {
    title: Format,
    text: Format,
    literal: Format,
    day: Format,
    euros: Format,
    bold: Format,
}

impl Styles {
    fn new() -> Self {
        let wrapped = || Format::new().set_text_wrap().set_align(FormatAlign::Top);
        Self {
            title: wrapped().set_bold(),
            text: wrapped(),
            // Stays a text when someone edits the cell.
            literal: wrapped().set_quote_prefix(),
            day: wrapped().set_num_format("dd/mm/yyyy").set_align(FormatAlign::Left),
            euros: wrapped().set_num_format("#,##0.00 \"€\""),
            bold: wrapped().set_bold(),
        }
    }

    fn of(&self, text: &str, total: bool) -> &Format {
        match text.chars().next() {
            Some(first) if is_formula(first) => &self.literal,
            _ if total => &self.bold,
            _ => &self.text,
        }
    }
}

/// What a spreadsheet may take for the start of a formula, in either width.
fn is_formula(first: char) -> bool {
    matches!(first, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
}

fn write(sheet: &mut Worksheet, table: &Sheet, styles: &Styles) -> Result<(), XlsxError> {
    sheet.set_name(table.name)?;
    let mut column = 0_u16;
    let mut places = Vec::with_capacity(table.columns.len());
    for (at, (title, kind)) in table.columns.iter().enumerate() {
        places.push(column);
        let titles = match kind {
            Kind::Range => vec![format!("{title}, au moins"), format!("{title}, au plus")],
            Kind::Text(_) | Kind::Short | Kind::Count => vec![(*title).to_owned()],
        };
        let cells = table.rows.iter().filter_map(|row| row.get(at));
        let widest = cells.map(|cell| cell.shown().chars().count()).max().unwrap_or(0);
        for title in titles {
            sheet.write_string_with_format(0, column, &title, &styles.title)?;
            let width = widest.max(title.chars().count()).clamp(6, WIDEST) + 2;
            sheet.set_column_width(column, f64::from(u8::try_from(width).unwrap_or(u8::MAX)))?;
            column += 1;
        }
    }
    let first_total = table.rows.len().saturating_sub(table.totals);
    for (at, row) in table.rows.iter().enumerate() {
        let line = u32::try_from(at + 1).unwrap_or(u32::MAX);
        for (cell, column) in row.iter().zip(&places) {
            put(sheet, (line, *column), cell, styles, at >= first_total)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn put(
    sheet: &mut Worksheet,
    (line, column): (u32, u16),
    cell: &Cell,
    styles: &Styles,
    total: bool,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Euros(Some(range)) => ends(sheet, (line, column), (range, 2), &styles.euros)?,
        Cell::Points(Some(range)) => ends(sheet, (line, column), (range, 3), &styles.text)?,
        // A string whatever it begins with: never a formula.
        Cell::Text(text) => {
            sheet.write_string_with_format(line, column, text, styles.of(text, total))?;
        }
        Cell::Whole(Some(count)) => {
            // Far below where whole numbers cease to be exact.
            let count = u32::try_from(*count).unwrap_or(u32::MAX);
            sheet.write_number_with_format(line, column, count, &styles.text)?;
        }
        Cell::Signed(Some(count)) => {
            let count = i32::try_from(*count).unwrap_or(i32::MAX);
            sheet.write_number_with_format(line, column, count, &styles.text)?;
        }
        Cell::Rate(Some(rate), _) => {
            if let Some(rate) = number(rate, 4) {
                sheet.write_number_with_format(line, column, rate, &styles.text)?;
            }
        }
        Cell::Day(Some(date)) => {
            sheet.write_datetime_with_format(line, column, &day(*date)?, &styles.day)?;
        }
        Cell::Whole(None)
        | Cell::Signed(None)
        | Cell::Rate(None, _)
        | Cell::Points(None)
        | Cell::Euros(None)
        | Cell::Day(None)
        | Cell::Empty => {}
    }
    Ok(())
}

/// The two ends of a range, side by side.
fn ends(
    sheet: &mut Worksheet,
    (line, column): (u32, u16),
    (range, digits): (&Range, usize),
    style: &Format,
) -> Result<(), XlsxError> {
    for (column, end) in (column..).zip([range.min(), range.max()]) {
        if let Some(number) = number(end, digits) {
            sheet.write_number_with_format(line, column, number, style)?;
        }
    }
    Ok(())
}

/// Exact until here: the file knows only such numbers.
fn number(value: &Fraction, digits: usize) -> Option<f64> {
    value.to_decimal(digits).parse().ok()
}

fn day(day: Date) -> Result<ExcelDateTime, XlsxError> {
    let part = |number: i8| u8::try_from(number).unwrap_or(1);
    let year = u16::try_from(day.year()).unwrap_or(1900);
    ExcelDateTime::from_ymd(year, part(day.month()), part(day.day()))
}
