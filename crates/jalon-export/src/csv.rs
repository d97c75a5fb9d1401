//! CSV: texts between quotes, numbers and days bare.

use crate::cell::Cell;

/// For whom a CSV file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Programs: commas between cells, a point in decimals.
    Program,
    /// A French spreadsheet: a mark of UTF-8, semicolons between cells, a comma
    /// in decimals.
    Spreadsheet,
}

/// A CSV file being written.
#[derive(Clone, Debug)]
pub struct Csv {
    dialect: Dialect,
    out: String,
}

impl Csv {
    /// A file with these names of columns: plain words.
    #[must_use]
    pub fn new(dialect: Dialect, header: &[&str]) -> Self {
        let mut csv = Self { dialect, out: String::new() };
        if dialect == Dialect::Spreadsheet {
            csv.out.push('\u{feff}');
        }
        csv.out.push_str(&header.join(csv.separator()));
        csv.out.push('\n');
        csv
    }

    /// Adds a line.
    pub fn line(&mut self, cells: &[Cell]) {
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                self.out.push_str(self.separator());
            }
            let cell = self.cell(cell);
            self.out.push_str(&cell);
        }
        self.out.push('\n');
    }

    /// The text of the file.
    #[must_use]
    pub fn finish(self) -> String {
        self.out
    }

    const fn separator(&self) -> &'static str {
        match self.dialect {
            Dialect::Program => ",",
            Dialect::Spreadsheet => ";",
        }
    }

    fn cell(&self, cell: &Cell) -> String {
        match cell {
            Cell::Text(text) if text.is_empty() => String::new(),
            Cell::Text(text) => format!("\"{}\"", harmless(text).replace('"', "\"\"")),
            Cell::Number(number) => number.to_string(),
            Cell::Day(day) => day.map_or_else(String::new, |day| day.to_string()),
            Cell::Euros(euros) if self.dialect == Dialect::Spreadsheet => {
                euros.to_decimal(2).replace('.', ",")
            }
            Cell::Euros(euros) => euros.to_decimal(2),
            Cell::Empty => String::new(),
        }
    }
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> String {
    let triggers = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if text.starts_with(triggers) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use jalon_rules::Fraction;
    use jiff::civil::date;

    use super::*;

    fn cells() -> Vec<Cell> {
        vec![
            Cell::text("dit \"non\" ; puis, oui"),
            Cell::Number(12),
            Cell::Day(Some(date(2024, 12, 31))),
            Cell::Day(None),
            Cell::Euros("-1234.5".parse::<Fraction>().unwrap()),
            Cell::Empty,
            Cell::text(""),
        ]
    }

    #[test]
    fn each_reader_has_its_own() {
        let mut csv = Csv::new(Dialect::Program, &["a", "b"]);
        csv.line(&cells());
        assert_eq!(
            csv.finish(),
            "a,b\n\"dit \"\"non\"\" ; puis, oui\",12,2024-12-31,,-1234.50,,\n"
        );
        let mut csv = Csv::new(Dialect::Spreadsheet, &["a", "b"]);
        csv.line(&cells());
        assert_eq!(
            csv.finish(),
            "\u{feff}a;b\n\"dit \"\"non\"\" ; puis, oui\";12;2024-12-31;;-1234,50;;\n"
        );
    }

    #[test]
    fn no_text_is_a_formula() {
        for text in ["=1+1", "+33", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠1"]
        {
            for dialect in [Dialect::Program, Dialect::Spreadsheet] {
                let mut csv = Csv::new(dialect, &["a"]);
                csv.line(&[Cell::text(text)]);
                assert!(csv.finish().ends_with(&format!("\n\"'{text}\"\n")), "{text:?}");
            }
        }
    }
}
