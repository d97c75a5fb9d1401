//! The records of a CSV text, in bounded memory: what tables are read with, and
//! what importers may read theirs with.
//!
//! The `csv` crate keeps a record whole however long it is, and takes an
//! unclosed quote in silence; a file sent by a person may hold either. Hence
//! this small reader, checked against that crate by a property test.

use std::io::{self, Read};

/// Longest record taken, in bytes.
pub const LONGEST: usize = 1 << 20;

/// Bytes asked of a file at once.
const CHUNK: usize = 1 << 18;

/// Why the reading of a file stopped before its end.
#[derive(Debug)]
pub enum Stop {
    /// The record is longer than [`LONGEST`].
    TooLong {
        /// Its line.
        line: u64,
        /// At least this many bytes were seen.
        seen: usize,
    },
    /// A zero byte.
    Nul {
        /// Its line.
        line: u64,
    },
    /// UTF-16, which a spreadsheet calls "Unicode text".
    Utf16,
    /// A quote opens and never closes.
    Unclosed {
        /// Where it opens.
        line: u64,
    },
    /// The disk failed.
    Io(io::Error),
}

/// A cell: its bytes in the buffer, or in the copy freed of doubled quotes.
#[derive(Clone, Copy, Debug)]
struct Cell {
    start: usize,
    end: usize,
    unescaped: bool,
}

/// Cells of the record being read; kept from one record to the next to reuse memory.
#[derive(Debug, Default)]
struct Cells {
    found: Vec<Cell>,
    /// Quoted cells that hold doubled quotes, copied with single ones.
    copy: Vec<u8>,
    /// Text follows a closing quote.
    loose_quote: bool,
}

/// What a look at the buffer gave.
enum Scan {
    /// A record, this many bytes and lines long.
    Record { bytes: usize, lines: u64 },
    /// The buffer ends before the record does.
    Partial { lines: u64, quoted: bool },
}

/// Reads records one after the other.
#[derive(Debug)]
pub struct Records<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Nothing more will come from the input…
    ended: bool,
    /// … because a zero byte follows.
    nul: bool,
    separator: u8,
    line: u64,
    cells: Cells,
}

/// A record.
#[derive(Clone, Copy, Debug)]
pub struct Record<'r> {
    buffer: &'r [u8],
    cells: &'r Cells,
    /// Line on which it starts, from 1.
    pub line: u64,
}

impl<'r> Record<'r> {
    /// Number of cells: at least one.
    #[must_use]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.cells.found.len()
    }

    /// Whether text follows a closing quote.
    #[must_use]
    pub fn has_loose_quote(&self) -> bool {
        self.cells.loose_quote
    }

    /// The bytes of a cell, quotes removed; nothing past the last cell.
    #[must_use]
    pub fn cell(&self, index: usize) -> &'r [u8] {
        let Some(cell) = self.cells.found.get(index) else {
            return &[];
        };
        let bytes = if cell.unescaped { &self.cells.copy } else { self.buffer };
        bytes.get(cell.start..cell.end).unwrap_or_default()
    }
}

impl<R: Read> Records<R> {
    /// Starts reading: skips a byte order mark and finds the separator, `,` or
    /// `;`, from the first line.
    pub fn start(input: R) -> Result<Self, Stop> {
        let mut records = Self {
            input,
            buffer: vec![0; CHUNK],
            start: 0,
            end: 0,
            ended: false,
            nul: false,
            separator: b',',
            line: 1,
            cells: Cells::default(),
        };
        records.refill()?;
        let mut head = &records.buffer[..records.end];
        if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
            return Err(Stop::Utf16);
        }
        if head.starts_with(b"\xef\xbb\xbf") {
            records.start = 3;
            head = &head[3..];
        }
        records.separator = separator(head);
        Ok(records)
    }

    /// Reads with this separator instead of the one found.
    #[must_use]
    pub fn separated(self, separator: u8) -> Self {
        Self { separator, ..self }
    }

    /// The next record that is not an empty line; none at the end.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<Record<'_>>, Stop> {
        loop {
            let scan = scan(
                &self.buffer[self.start..self.end],
                self.start,
                self.separator,
                self.ended && !self.nul,
                &mut self.cells,
            );
            match scan {
                Scan::Record { bytes, lines } => {
                    let (start, line) = (self.start, self.line);
                    self.start += bytes;
                    self.line += lines;
                    let empty_line = self.cells.found.len() == 1
                        && self.cells.found[0].start == start
                        && self.cells.found[0].end == start;
                    if !empty_line {
                        break Ok(Some(Record { buffer: &self.buffer, cells: &self.cells, line }));
                    }
                }
                Scan::Partial { lines, .. } if self.nul => {
                    break Err(Stop::Nul { line: self.line + lines });
                }
                Scan::Partial { quoted: true, .. } if self.ended => {
                    break Err(Stop::Unclosed { line: self.line });
                }
                Scan::Partial { .. } if self.ended => break Ok(None),
                Scan::Partial { .. } => self.refill()?,
            }
        }
    }

    /// Makes room and reads until the buffer is full or the input ends.
    fn refill(&mut self) -> Result<(), Stop> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            if self.end >= LONGEST {
                return Err(Stop::TooLong { line: self.line, seen: self.end });
            }
            self.buffer.resize((self.end * 2).min(LONGEST), 0);
        }
        while self.end < self.buffer.len() && !self.ended {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(count) => {
                    let new = &self.buffer[self.end..self.end + count];
                    // `contains` is the fast search; a zero byte is nearly never there.
                    if new.contains(&0) {
                        self.end += new.iter().take_while(|byte| **byte != 0).count();
                        self.ended = true;
                        self.nul = true;
                    } else {
                        self.end += count;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Stop::Io(error)),
            }
        }
        Ok(())
    }
}

/// The separator of a file: the more frequent of `,` and `;` in its first line.
fn separator(head: &[u8]) -> u8 {
    let line = head.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    let line = &head[..line.unwrap_or(head.len())];
    let count = |wanted| line.split(|byte| *byte == wanted).count();
    if count(b';') > count(b',') { b';' } else { b',' }
}

/// Finds the cells of the record at the start of `text`, which lies at
/// `offset` in the buffer. `last` when nothing follows `text`.
fn scan(text: &[u8], offset: usize, separator: u8, last: bool, out: &mut Cells) -> Scan {
    out.found.clear();
    out.copy.clear();
    out.loose_quote = false;
    let mut lines = 0;
    let mut at = 0;
    if text.is_empty() {
        return Scan::Partial { lines, quoted: false };
    }
    loop {
        // One cell: it starts at `at`.
        let mut cell = Cell { start: offset + at, end: offset + at, unescaped: false };
        if text.get(at) == Some(&b'"') {
            let Some(end) = quoted(text, at, offset, last, &mut lines, &mut cell, out) else {
                return Scan::Partial { lines, quoted: true };
            };
            at = end;
            // Only a separator or an end of line may follow.
            while let Some(byte) = text.get(at) {
                if *byte == separator || matches!(byte, b'\n' | b'\r') {
                    break;
                }
                out.loose_quote = true;
                at += 1;
            }
        } else {
            let rest = &text[at..];
            let length = rest
                .iter()
                .position(|byte| *byte == separator || matches!(byte, b'\n' | b'\r'))
                .unwrap_or(rest.len());
            at += length;
            cell.end = offset + at;
        }
        out.found.push(cell);
        match text.get(at) {
            None if last => {
                return Scan::Record { bytes: at, lines: lines + 1 };
            }
            None => {
                return Scan::Partial { lines, quoted: false };
            }
            Some(b'\n') => {
                return Scan::Record { bytes: at + 1, lines: lines + 1 };
            }
            Some(b'\r') => {
                return match text.get(at + 1) {
                    Some(b'\n') => Scan::Record { bytes: at + 2, lines: lines + 1 },
                    None if !last => Scan::Partial { lines, quoted: false },
                    _ => Scan::Record { bytes: at + 1, lines: lines + 1 },
                };
            }
            Some(_) => at += 1,
        }
    }
}

/// Reads a quoted cell whose opening quote is at `at`: gives where it ends,
/// past its closing quote, or nothing if the text stops before.
fn quoted(
    text: &[u8],
    at: usize,
    offset: usize,
    last: bool,
    lines: &mut u64,
    cell: &mut Cell,
    out: &mut Cells,
) -> Option<usize> {
    let mut from = at + 1;
    let copied = out.copy.len();
    loop {
        let rest = &text[from..];
        let length = rest.iter().position(|byte| *byte == b'"')?;
        let inside = &rest[..length];
        *lines += inside.split(|byte| *byte == b'\n').count() as u64 - 1;
        let quote = from + length;
        match text.get(quote + 1) {
            Some(b'"') => {
                // A doubled quote stands for one: the cell has to be copied.
                cell.unescaped = true;
                out.copy.extend_from_slice(inside);
                out.copy.push(b'"');
                from = quote + 2;
            }
            None if !last => return None,
            _ => {
                if cell.unescaped {
                    out.copy.extend_from_slice(inside);
                    (cell.start, cell.end) = (copied, out.copy.len());
                } else {
                    (cell.start, cell.end) = (offset + at + 1, offset + quote);
                }
                return Some(quote + 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Lines and cells.
    type Lines = Vec<(u64, Vec<Vec<u8>>)>;

    fn read(text: &[u8]) -> Result<Lines, Stop> {
        let mut records = Records::start(text)?;
        let mut all = Vec::new();
        while let Some(record) = records.next()? {
            let cells = (0..record.len()).map(|index| record.cell(index).to_vec());
            all.push((record.line, cells.collect()));
        }
        Ok(all)
    }

    fn cells(cells: &[&str]) -> Vec<Vec<u8>> {
        cells.iter().map(|cell| cell.as_bytes().to_vec()).collect()
    }

    #[test]
    fn lines_quotes_and_separators() {
        let text = b"\xef\xbb\xbfa;b,c;d\r\n\r\n\"x;\n\"\"y\"\"\";2\n;\r3;4";
        let all = read(text).unwrap();
        assert_eq!(
            all,
            [
                (1, cells(&["a", "b,c", "d"])),
                (3, cells(&["x;\n\"y\"", "2"])),
                (5, cells(&["", ""])),
                (6, cells(&["3", "4"])),
            ]
        );
    }

    #[test]
    fn stops() {
        assert!(matches!(read(b"a,b\n1,2\n3,\0"), Err(Stop::Nul { line: 3 })));
        assert!(matches!(read(b"a,b\n1,\"2\n3,4\n"), Err(Stop::Unclosed { line: 2 })));
        assert!(matches!(read(b"\xff\xfea\0"), Err(Stop::Utf16)));
        let long = [b"a\n".to_vec(), vec![b'x'; LONGEST + 1]].concat();
        assert!(matches!(read(&long), Err(Stop::TooLong { line: 2, .. })));
        assert_eq!(read(b"").unwrap().len(), 0);
        assert_eq!(read(b"\xef\xbb\xbf\r\n\n").unwrap().len(), 0);
    }

    #[test]
    fn records_across_chunks() {
        let line = format!("{},\"{}\"\r\n", "x".repeat(700), "y\"\"".repeat(100));
        let text = format!("a,b\n{}", line.repeat(2000));
        let all = read(text.as_bytes()).unwrap();
        assert_eq!(all.len(), 2001);
        assert!(all[1..].iter().all(|(_, record)| record == &all[1].1));
        assert_eq!(all[2000].0, 2001);
    }

    proptest! {
        /// On texts that close their quotes, the same records as the `csv` crate.
        #[test]
        fn agrees_with_the_csv_crate(text in "([ab,\n]|\r\n|\"[ab,\n]{0,3}(\"\"){0,2}\"[,\n]){0,40}") {
            // The first line fixes the separator; the `x` keeps quotes from falling inside a cell.
            let text = format!("h,h\n{text}");
            prop_assume!(!read_has_loose_quote(text.as_bytes()));
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .from_reader(text.as_bytes());
            let expected: Vec<Vec<Vec<u8>>> = reader
                .byte_records()
                .map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect())
                .collect();
            match read(text.as_bytes()) {
                Ok(all) => {
                    let all: Vec<_> = all.into_iter().map(|(_, record)| record).collect();
                    prop_assert_eq!(all, expected);
                }
                Err(stop) => {
                    let unclosed = matches!(stop, Stop::Unclosed { .. });
                    prop_assert!(unclosed);
                }
            }
        }

        /// Any bytes at all: an answer, and lines that only go up.
        #[test]
        fn never_panics(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(all) = read(&text) {
                prop_assert!(all.windows(2).all(|pair| pair[0].0 < pair[1].0));
            }
        }
    }

    fn read_has_loose_quote(text: &[u8]) -> bool {
        let Ok(mut records) = Records::start(text) else {
            return false;
        };
        while let Ok(Some(record)) = records.next() {
            if record.has_loose_quote() {
                return true;
            }
        }
        false
    }
}
