//! XLS. The library that reads it unfolds a sheet whole and sets memory aside
//! as the file announces, so the records are looked through first, and only
//! what was looked at is handed over.

use std::io::{Cursor, Read as _, Write as _};

use calamine::{Data, Reader as _, Xls, XlsError};
use cfb::CompoundFile;

use super::cells::{Gathered, date, number, visible};
use super::{Limits, Refusal, Sheet, archive, spoilt};

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
    let checked = checked(bytes, limits)?;
    let mut book = Xls::new(Cursor::new(checked)).map_err(|error| match error {
        XlsError::Password => archive::locked(),
        _ => spoilt(),
    })?;
    let names = visible(book.sheets_metadata());
    let mut rows = Gathered::new(limits);
    let mut sheets = Vec::new();
    for name in names {
        let range = book.worksheet_range(&name).map_err(|_| spoilt())?;
        let (top, left) = range.start().unwrap_or_default();
        for (row, column, value) in range.used_cells() {
            let text = match value {
                Data::Empty => continue,
                Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
                    text.clone()
                }
                Data::Int(value) => value.to_string(),
                Data::Float(value) => number(*value),
                Data::Bool(value) => if *value { "oui" } else { "non" }.to_owned(),
                Data::DateTime(value) => date(value),
                Data::Error(error) => error.to_string(),
            };
            rows.put(row as u64 + u64::from(top) + 1, column + left as usize, &text)?;
        }
        sheets.push(rows.sheet(&name));
    }
    Ok(sheets)
}

/// A compound file with nothing but the workbook, looked through.
fn checked(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let mut file = CompoundFile::open(Cursor::new(bytes)).map_err(|_| spoilt())?;
    if file.exists("/EncryptedPackage") {
        return Err(archive::locked());
    }
    let name = ["/Workbook", "/Book"].into_iter().find(|name| file.is_stream(name));
    let Some(name) = name else {
        let hint = "enregistrez-le en .xlsx ou en .csv depuis un tableur";
        return Err(Refusal::new("un document d'un autre logiciel, pas un classeur", hint));
    };
    let mut stream = Vec::new();
    let opened = file.open_stream(name).map_err(|_| spoilt())?;
    opened.take(limits.file).read_to_end(&mut stream).map_err(|_| spoilt())?;
    look(&mut stream, limits)?;
    let mut clean = CompoundFile::create(Cursor::new(Vec::new())).map_err(|_| spoilt())?;
    let mut workbook = clean.create_stream(name).map_err(|_| spoilt())?;
    workbook.write_all(&stream).map_err(|_| spoilt())?;
    workbook.flush().map_err(|_| spoilt())?;
    drop(workbook);
    clean.flush().map_err(|_| spoilt())?;
    Ok(clean.into_inner().into_inner())
}

/// The rectangle that holds the cells of a sheet.
#[derive(Default)]
struct Extent {
    rows: Option<(u16, u16)>,
    columns: Option<(u16, u16)>,
}

impl Extent {
    fn add(&mut self, row: u16, first: u16, last: u16) {
        let grown = |held: Option<(u16, u16)>, low: u16, high: u16| match held {
            None => Some((low, high)),
            Some((bottom, top)) => Some((bottom.min(low), top.max(high))),
        };
        self.rows = grown(self.rows, row, row);
        self.columns = grown(self.columns, first, last);
    }

    fn area(&self) -> usize {
        let length = |held: Option<(u16, u16)>| {
            held.map_or(0, |(bottom, top)| usize::from(top - bottom) + 1)
        };
        length(self.rows) * length(self.columns)
    }
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes([*data.get(at)?, *data.get(at + 1)?]))
}

fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16_at(data, at)?) | u32::from(u16_at(data, at + 2)?) << 16)
}

/// Walks the records. Announced dimensions are blanked, since memory is set
/// aside for them; cells too far apart, strings repeated too often and sheets
/// that stand for one another are refused.
fn look(stream: &mut [u8], limits: &Limits) -> Result<(), Refusal> {
    let large = || Refusal::new("feuille trop grande", "découpez le fichier");
    let (mut at, mut depth) = (0_usize, 0_usize);
    let mut begun: Vec<u32> = Vec::new();
    let mut sheets: Vec<u32> = Vec::new();
    let mut strings: Vec<usize> = Vec::new();
    let (mut area, mut text) = (0_usize, 0_usize);
    let mut extent = Extent::default();
    while let (Some(kind), Some(length)) = (u16_at(stream, at), u16_at(stream, at + 2)) {
        let (start, end) = (at + 4, at + 4 + usize::from(length));
        let Some(data) = stream.get(start..end) else { return Err(spoilt()) };
        let cell = || Some((u16_at(data, 0)?, u16_at(data, 2)?));
        match kind {
            0x002F => return Err(archive::locked()),
            0x0809 => {
                if depth == 0 {
                    begun.push(u32::try_from(at).map_err(|_| spoilt())?);
                }
                depth += 1;
            }
            0x000A => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    area += std::mem::take(&mut extent).area();
                }
            }
            0x0085 => sheets.push(u32_at(data, 0).ok_or_else(spoilt)?),
            0x00FC => strings = lengths(stream, at).ok_or_else(spoilt)?,
            // Cells: label, number, boolean, rk, string by number, formula.
            0x0203 | 0x0204 | 0x00D6 | 0x0205 | 0x027E | 0x00FD | 0x0006 => {
                let (row, column) = cell().ok_or_else(spoilt)?;
                extent.add(row, column, column);
                if kind == 0x00FD {
                    let which = u32_at(data, 6).and_then(|which| usize::try_from(which).ok());
                    text += which.and_then(|which| strings.get(which)).copied().unwrap_or(0);
                }
            }
            // A run of numbers.
            0x00BD => {
                let (row, first) = cell().ok_or_else(spoilt)?;
                let last = u16_at(data, data.len().saturating_sub(2)).ok_or_else(spoilt)?;
                let run = (data.len().saturating_sub(6) / 6).try_into().unwrap_or(u16::MAX);
                extent.add(row, first, last.max(first.saturating_add(run)));
            }
            0x0200 => {
                let zeros = stream.get_mut(start..end).ok_or_else(spoilt)?;
                zeros.fill(0);
            }
            _ => {}
        }
        if area + extent.area() > limits.cells || text > limits.text {
            return Err(large());
        }
        at = end;
    }
    let count = sheets.len();
    sheets.sort_unstable();
    sheets.dedup();
    let known = sheets.iter().all(|place| begun.contains(place));
    // Records must end where their sheet does: a cut file leaves one open.
    if depth > 0 || sheets.len() < count || !known { Err(spoilt()) } else { Ok(()) }
}

/// Lengths in bytes, as UTF-8 at most, of the shared strings, whose table goes
/// on over `CONTINUE` records.
fn lengths(stream: &[u8], at: usize) -> Option<Vec<usize>> {
    let mut table =
        Table { stream, at: at + 4, end: at + 4 + usize::from(u16_at(stream, at + 2)?) };
    table.skip(8)?;
    let mut lengths = Vec::new();
    while !table.over() {
        let mut characters = usize::from(table.short()?);
        let mut flags = table.byte()?;
        let runs = if flags & 8 != 0 { usize::from(table.short()?) } else { 0 };
        let more = if flags & 4 != 0 {
            usize::from(table.short()?) | usize::from(table.short()?) << 16
        } else {
            0
        };
        lengths.push(characters.saturating_mul(3));
        while characters > 0 {
            let width = if flags & 1 != 0 { 2 } else { 1 };
            let here = table.left() / width;
            if here == 0 {
                // The rest is in the next record, which says its width anew.
                table.turn()?;
                flags = table.byte()?;
                continue;
            }
            let taken = here.min(characters);
            table.at += taken * width;
            characters -= taken;
        }
        table.skip(runs.checked_mul(4)?.checked_add(more)?)?;
    }
    Some(lengths)
}

/// A place in a table that goes on over several records.
struct Table<'s> {
    stream: &'s [u8],
    at: usize,
    end: usize,
}

impl Table<'_> {
    fn left(&self) -> usize {
        self.end.saturating_sub(self.at)
    }

    /// Goes to the record that continues this one.
    fn turn(&mut self) -> Option<()> {
        if u16_at(self.stream, self.end)? != 0x003C {
            return None;
        }
        let length = usize::from(u16_at(self.stream, self.end + 2)?);
        (self.at, self.end) = (self.end + 4, self.end + 4 + length);
        (self.end <= self.stream.len()).then_some(())
    }

    /// Whether the table ends here.
    fn over(&mut self) -> bool {
        while self.left() == 0 {
            if self.turn().is_none() {
                return true;
            }
        }
        false
    }

    fn byte(&mut self) -> Option<u8> {
        while self.left() == 0 {
            self.turn()?;
        }
        self.at += 1;
        self.stream.get(self.at - 1).copied()
    }

    fn short(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn skip(&mut self, mut count: usize) -> Option<()> {
        while count > 0 {
            if self.left() == 0 {
                self.turn()?;
            }
            let taken = self.left().min(count);
            self.at += taken;
            count -= taken;
        }
        Some(())
    }
}
