//! ODS, row by row. Read here rather than by the library of the other
//! formats: an ODS says "this cell a million times" in a few bytes, and only
//! cells that hold something may cost memory.

use std::io::{BufRead, BufReader, Cursor};

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use zip::ZipArchive;

use super::cells::{Gathered, percent};
use super::{Limits, Refusal, Sheet, archive, spoilt};

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| spoilt())?;
    let content = archive.by_name("content.xml").map_err(|error| archive::refused(&error))?;
    sheets(BufReader::new(content), limits)
}

/// A cell being read.
#[derive(Default)]
struct Open {
    /// How many times it stands side by side.
    times: usize,
    /// Its value, if an attribute gives it.
    value: Option<String>,
    /// What it shows.
    shown: String,
}

fn sheets(input: impl BufRead, limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
    let mut reader = Reader::from_reader(input);
    let mut buffer = Vec::new();
    let mut rows = Gathered::new(limits);
    let mut sheets = Vec::new();
    let mut name = String::new();
    let (mut line, mut row_times, mut column) = (1_u64, 1_u64, 0_usize);
    let mut row: Vec<(usize, String)> = Vec::new();
    let mut cell: Option<Open> = None;
    let mut notes = 0_usize;
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer).map_err(|_| spoilt())?;
        let closed = matches!(event, Event::Empty(_));
        match event {
            Event::Start(element) | Event::Empty(element) => {
                match element.local_name().as_ref() {
                    "table" => {
                        name = attribute(&element, "table:name").unwrap_or_default();
                        line = 1;
                    }
                    "table-row" => {
                        row_times = repeated(&element, "table:number-rows-repeated")?;
                        column = 0;
                        row.clear();
                        if closed {
                            line = line.saturating_add(row_times);
                        }
                    }
                    "table-cell" | "covered-table-cell" => {
                        let open = opened(&element)?;
                        if closed {
                            close(&open, &mut column, &mut row, limits, line)?;
                        } else {
                            cell = Some(open);
                        }
                    }
                    "annotation" if !closed => notes += 1,
                    // Paragraphs of a cell, and spaces that XML would fold.
                    "p" | "s" | "tab" | "line-break" => {
                        if let Some(open) = cell.as_mut().filter(|open| !open.shown.is_empty()) {
                            open.shown.push(' ');
                        }
                    }
                    _ => {}
                }
            }
            Event::Text(text) if notes == 0 => {
                if let Some(open) = &mut cell {
                    open.shown.push_str(&text.xml10_content());
                }
            }
            Event::GeneralRef(reference) if notes == 0 => {
                if let Some(open) = &mut cell {
                    let known = reference.resolve_char_ref().map_err(|_| spoilt())?;
                    match (known, &*reference.xml10_content()) {
                        (Some(c), _) => open.shown.push(c),
                        (None, "amp") => open.shown.push('&'),
                        (None, "lt") => open.shown.push('<'),
                        (None, "gt") => open.shown.push('>'),
                        (None, "quot") => open.shown.push('"'),
                        (None, "apos") => open.shown.push('\''),
                        (None, _) => return Err(spoilt()),
                    }
                }
            }
            Event::End(element) => match element.local_name().as_ref() {
                "annotation" => notes = notes.saturating_sub(1),
                "table-cell" | "covered-table-cell" => {
                    let open = cell.take().unwrap_or_default();
                    close(&open, &mut column, &mut row, limits, line)?;
                }
                "table-row" => {
                    // Repeated rows that hold something are that many rows.
                    if !row.is_empty() {
                        for again in 0..row_times {
                            for (column, text) in &row {
                                rows.put(line.saturating_add(again), *column, text)?;
                            }
                        }
                    }
                    line = line.saturating_add(row_times);
                }
                "table" => sheets.push(rows.sheet(&name)),
                _ => {}
            },
            Event::Eof => return Ok(sheets),
            _ => {}
        }
    }
}

/// The value of a cell that its attributes give.
fn opened(element: &BytesStart<'_>) -> Result<Open, Refusal> {
    let times = repeated(element, "table:number-columns-repeated")?;
    let times = usize::try_from(times).unwrap_or(usize::MAX);
    let value = match attribute(element, "office:value-type").as_deref() {
        Some("percentage") => attribute(element, "office:value")
            .and_then(|value| value.parse::<f64>().ok())
            .map(percent),
        Some("float" | "currency") => attribute(element, "office:value"),
        Some("date") => {
            attribute(element, "office:date-value").map(|value| value.replace("T00:00:00", ""))
        }
        Some("boolean") => attribute(element, "office:boolean-value")
            .map(|value| if value == "true" { "oui" } else { "non" }.to_owned()),
        _ => attribute(element, "office:string-value"),
    };
    Ok(Open { times, value, shown: String::new() })
}

/// Puts a cell in its row, as often as it says.
fn close(
    open: &Open,
    column: &mut usize,
    row: &mut Vec<(usize, String)>,
    limits: &Limits,
    line: u64,
) -> Result<(), Refusal> {
    let text = open.value.as_deref().unwrap_or(&open.shown).trim();
    let end = column.saturating_add(open.times);
    if !text.is_empty() {
        if end > limits.columns {
            let message = format!("plus de {} colonnes", limits.columns);
            return Err(Refusal::new(message, "retirez les colonnes inutiles").at(line));
        }
        row.extend((*column..end).map(|column| (column, text.to_owned())));
    }
    *column = end;
    Ok(())
}

fn repeated(element: &BytesStart<'_>, name: &str) -> Result<u64, Refusal> {
    match attribute(element, name) {
        None => Ok(1),
        Some(times) => times.trim().parse().map_err(|_| spoilt()),
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = element.try_get_attribute(name).ok()??;
    Some(attribute.normalized_value(XmlVersion::Explicit1_0).ok()?.into_owned())
}
