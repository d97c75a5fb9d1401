//! The worklist as files: CSV, and XLSX with typed cells.
//!
//! Texts come from a dossier that anyone may have written. A spreadsheet takes
//! a text that begins with `=` for a formula: none leaves here as such.

use jalon_engine::worklist::{Gap, Objective, Row, Step};
use jalon_rules::{Fraction, Range};
use jiff::civil::Date;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};

use super::{Outcome, sentence, worth};
use crate::compute::overlay_words;
use crate::failure::Failure;

/// One cell.
enum Cell {
    Text(String),
    Number(u64),
    Day(Option<Date>),
    /// Euros, to the cent.
    Euros(Fraction),
    Empty,
}

impl Cell {
    fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    fn euros(range: &Range) -> [Self; 2] {
        [Self::Euros(range.min().clone()), Self::Euros(range.max().clone())]
    }

    /// The cell in a CSV line: texts between quotes, numbers and days bare.
    fn csv(&self) -> String {
        match self {
            Self::Text(text) if text.is_empty() => String::new(),
            Self::Text(text) => format!("\"{}\"", harmless(text).replace('"', "\"\"")),
            Self::Number(number) => number.to_string(),
            Self::Day(day) => day.map_or_else(String::new, |day| day.to_string()),
            Self::Euros(euros) => euros.to_decimal(2),
            Self::Empty => String::new(),
        }
    }
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Lines of one file, whatever they are about: `ligne` says what.
pub fn csv(outcome: &Outcome<'_, '_>) -> String {
    let mut out = String::from(
        "ligne,medecin,patient,dispositif,indicateur,texte,date,dernier_contact,manques,euros_min,euros_max,sans_valeur\n",
    );
    for row in &outcome.list.rows {
        line(&mut out, outcome, "patient", &patient_cells(outcome, row));
        for gap in &row.gaps {
            let [least, most] = gap_euros(outcome, gap);
            let cells = [
                Cell::text(&row.patient),
                Cell::text(outcome.scheme(gap.target)),
                Cell::text(outcome.indicator(gap.target)),
                Cell::Text(sentence(gap)),
                Cell::Day(gap.until().filter(|_| gap.is_open())),
                Cell::Empty,
                Cell::Empty,
                least,
                most,
                Cell::Empty,
            ];
            line(&mut out, outcome, "manque", &cells);
        }
    }
    for fact in outcome.list.facts.iter().filter(|_| outcome.facts) {
        let cells = [
            Cell::text(&fact.patient),
            Cell::text(outcome.scheme(fact.target)),
            Cell::text(outcome.indicator(fact.target)),
            Cell::Empty,
            Cell::Day(fact.last),
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
        ];
        line(&mut out, outcome, "fait", &cells);
    }
    for finder in outcome.finders {
        for (patient, day) in &finder.patients {
            let cells = [
                Cell::text(patient),
                Cell::Empty,
                Cell::text(&finder.id),
                Cell::text(&finder.says),
                Cell::Day(Some(*day)),
                Cell::Empty,
                Cell::Empty,
                Cell::Empty,
                Cell::Empty,
                Cell::Empty,
            ];
            line(&mut out, outcome, "cas-probable", &cells);
        }
    }
    out
}

fn line(out: &mut String, outcome: &Outcome<'_, '_>, kind: &str, cells: &[Cell; 10]) {
    let head = [Cell::text(kind), Cell::text(outcome.payee)];
    let cells: Vec<_> = head.iter().chain(cells).map(Cell::csv).collect();
    out.push_str(&cells.join(","));
    out.push('\n');
}

/// A patient on one line, in the columns of the CSV.
fn patient_cells(outcome: &Outcome<'_, '_>, row: &Row) -> [Cell; 10] {
    let [least, most] = Cell::euros(&row.together);
    [
        Cell::text(&row.patient),
        Cell::Empty,
        Cell::Text(indicators(outcome, row)),
        Cell::Empty,
        Cell::Day(row.until()),
        Cell::Day(row.contact),
        Cell::Number(row.open() as u64),
        least,
        most,
        Cell::Number(row.unsettled(&outcome.list.targets) as u64),
    ]
}

fn indicators(outcome: &Outcome<'_, '_>, row: &Row) -> String {
    let open = row.gaps.iter().filter(|gap| gap.is_open());
    open.map(|gap| outcome.indicator(gap.target)).collect::<Vec<_>>().join(" ")
}

fn gap_euros(outcome: &Outcome<'_, '_>, gap: &Gap) -> [Cell; 2] {
    worth(outcome, gap).map_or([Cell::Empty, Cell::Empty], Cell::euros)
}

/// A workbook: what it is, the patients, their gaps, the indicators, the
/// probable cases, and what is validated.
pub fn xlsx(outcome: &Outcome<'_, '_>) -> Result<Vec<u8>, Failure> {
    workbook(outcome).map_err(|_| Failure::machine("classeur : écriture impossible"))
}

fn workbook(outcome: &Outcome<'_, '_>) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // No date of today: the same facts give the same bytes.
    let properties = DocProperties::new()
        .set_title("À relancer")
        .set_creation_datetime(&excel_day(outcome.campaign.reference_day())?);
    book.set_properties(&properties);
    patient_sheets(&mut book, outcome)?;
    case_sheets(&mut book, outcome)?;
    about_sheet(&mut book, outcome)?;
    book.save_to_buffer()
}

/// Patients, their gaps, and the indicators.
fn patient_sheets(book: &mut Workbook, outcome: &Outcome<'_, '_>) -> Result<(), XlsxError> {
    let patients = outcome.list.rows.iter().map(|row| {
        let [least, most] = Cell::euros(&row.together);
        vec![
            Cell::text(&row.patient),
            Cell::Number(row.open() as u64),
            Cell::Text(indicators(outcome, row)),
            Cell::Day(row.until()),
            Cell::Day(row.contact),
            least,
            most,
            Cell::Number(row.unsettled(&outcome.list.targets) as u64),
        ]
    });
    sheet(
        book.add_worksheet(),
        "À relancer",
        &[
            "Patient",
            "Manques",
            "Indicateurs",
            "Jusqu'au",
            "Dernier contact",
            "Euros, au moins",
            "Euros, au plus",
            "Sans valeur connue",
        ],
        patients,
    )?;
    let gaps = outcome.list.rows.iter().flat_map(|row| {
        row.gaps.iter().map(|gap| {
            let [least, most] = gap_euros(outcome, gap);
            vec![
                Cell::text(&row.patient),
                Cell::text(outcome.scheme(gap.target)),
                Cell::text(outcome.indicator(gap.target)),
                Cell::Text(sentence(gap)),
                Cell::Day(gap.until().filter(|_| gap.is_open())),
                least,
                most,
            ]
        })
    });
    sheet(
        book.add_worksheet(),
        "Manques",
        &[
            "Patient",
            "Dispositif",
            "Indicateur",
            "Ce qui manque",
            "Jusqu'au",
            "Euros, au moins",
            "Euros, au plus",
        ],
        gaps,
    )?;
    sheet(
        book.add_worksheet(),
        "Indicateurs",
        &[
            "Dispositif",
            "Indicateur",
            "Numérateur à ce jour",
            "Dénominateur à ce jour",
            "Numérateur au 31 décembre",
            "Dénominateur au 31 décembre",
            "Manques",
            "Euros, au moins",
            "Euros, au plus",
            "Un de plus, au moins",
            "Un de plus, au plus",
            "Manquent à l'intermédiaire",
            "Ils ajoutent au moins",
            "Ils ajoutent au plus",
            "Manquent à la cible",
            "Ils ajoutent au moins",
            "Ils ajoutent au plus",
        ],
        indicator_rows(outcome),
    )
}

/// Probable cases, and what is validated.
fn case_sheets(book: &mut Workbook, outcome: &Outcome<'_, '_>) -> Result<(), XlsxError> {
    let cases = outcome.finders.iter().flat_map(|finder| {
        finder.patients.iter().map(|(patient, day)| {
            vec![Cell::text(patient), Cell::text(&finder.says), Cell::Day(Some(*day))]
        })
    });
    sheet(
        book.add_worksheet(),
        "Cas probables",
        &["Patient", "Ce qui est probable", "Dernier jour"],
        cases,
    )?;
    if outcome.facts {
        let facts = outcome.list.facts.iter().map(|fact| {
            vec![
                Cell::text(&fact.patient),
                Cell::text(outcome.scheme(fact.target)),
                Cell::text(outcome.indicator(fact.target)),
                Cell::Day(fact.last),
            ]
        });
        sheet(
            book.add_worksheet(),
            "Déjà validés",
            &["Patient", "Dispositif", "Indicateur", "Dernier fait"],
            facts,
        )?;
    }
    Ok(())
}

/// What the workbook is.
fn about_sheet(book: &mut Workbook, outcome: &Outcome<'_, '_>) -> Result<(), XlsxError> {
    let mut about = vec![
        format!("Médecin {}", outcome.payee),
        format!("Campagne {}", outcome.campaign),
        format!("Jalon {} ; règles {}", env!("CARGO_PKG_VERSION"), outcome.rules.hash()),
        format!("Données {}", outcome.dossier.hash()),
    ];
    about.extend(outcome.overlay.map(overlay_words));
    about.extend(outcome.notes.iter().cloned());
    sheet(
        book.add_worksheet(),
        "Lisez-moi",
        &["Ce qu'est ce classeur"],
        about.into_iter().map(|words| vec![Cell::Text(words)]),
    )
}

fn indicator_rows<'a>(outcome: &'a Outcome<'_, '_>) -> impl Iterator<Item = Vec<Cell>> + use<'a> {
    fn step(steps: &[Step], objective: Objective) -> [Cell; 3] {
        match steps.iter().find(|step| step.objective == objective) {
            Some(step) => {
                let worth = step.worth.as_ref().map(Cell::euros);
                let [least, most] = worth.unwrap_or([Cell::Empty, Cell::Empty]);
                [Cell::Number(step.missing), least, most]
            }
            None => [Cell::Empty, Cell::Empty, Cell::Empty],
        }
    }
    outcome.list.targets.iter().map(|target| {
        let mut cells = vec![
            Cell::text(&target.scheme.id),
            Cell::text(&target.page.id),
            target.today.map_or(Cell::Empty, |counts| Cell::Number(counts.numerator)),
            target.today.map_or(Cell::Empty, |counts| Cell::Number(counts.denominator)),
            Cell::Number(target.counts.numerator),
            Cell::Number(target.counts.denominator),
            Cell::Number(target.gaps()),
        ];
        cells.extend(Cell::euros(&target.paid));
        if target.is_unsettled() {
            cells.extend([Cell::Empty, Cell::Empty]);
        } else {
            cells.extend(Cell::euros(&target.one));
        }
        cells.extend(step(&target.steps, Objective::Intermediate));
        cells.extend(step(&target.steps, Objective::Target));
        cells
    })
}

/// Widest column, in characters: a sentence wraps in it.
const WIDEST: u16 = 70;

fn sheet(
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
