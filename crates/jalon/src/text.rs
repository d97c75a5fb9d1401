//! Words, numbers and tables for people.

use std::io::Write as _;

use comfy_table::{Cell, CellAlignment, ColumnConstraint, Table, presets};
use jalon_rules::scale::{MinimumUnit, RateKind, Scale};
use jalon_rules::{Fraction, Range, Sourced, Status, french};

use crate::failure::Failure;

/// Writes to standard output; a reader that closed the pipe is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// A title, bold on terminals.
pub fn title(text: &str) -> String {
    format!("\u{1b}[1m{text}\u{1b}[0m")
}

/// What asks for attention, yellow on terminals.
pub fn warning(text: &str) -> String {
    format!("\u{1b}[33m{text}\u{1b}[0m")
}

/// A table with a header, columns aligned as asked: `l` or `r` for each.
pub fn table(header: &[&str], alignment: &str, rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    let side = |at: usize| match alignment.as_bytes().get(at) {
        Some(b'r') => CellAlignment::Right,
        _ => CellAlignment::Left,
    };
    let cells = |row: &[String]| -> Vec<Cell> {
        row.iter().enumerate().map(|(at, text)| Cell::new(text).set_alignment(side(at))).collect()
    };
    let header: Vec<String> = header.iter().map(|&name| name.to_owned()).collect();
    table.set_header(cells(&header));
    for row in rows {
        table.add_row(cells(&row));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    let lines: Vec<_> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

/// Columns of a line that people read without moving their eyes.
const WIDE: usize = 120;

/// Writes `head`, then parts side by side; those that would go past the end of
/// the line go to the next, under the first.
pub fn packed(out: &mut String, head: &str, parts: &[&str], between: &str) {
    let margin = head.chars().count();
    let mut line = head.to_owned();
    let mut alone = true;
    for part in parts {
        let length = line.chars().count() + between.chars().count() + part.chars().count();
        if alone {
            line.push_str(part);
        } else if length <= WIDE {
            line.push_str(between);
            line.push_str(part);
        } else {
            out.push_str((line.clone() + between).trim_end());
            out.push('\n');
            line = " ".repeat(margin) + part;
        }
        alone = false;
    }
    out.push_str(line.trim_end());
    out.push('\n');
}

/// A rate with its fraction: `71,9 % (41/57)`.
pub fn rate(numerator: u64, denominator: u64, kind: RateKind) -> String {
    let fraction = format!("({}/{})", french::integer(numerator), french::integer(denominator));
    match Fraction::ratio(numerator, denominator) {
        None => format!("— {fraction}"),
        Some(rate) => match kind {
            RateKind::Share => format!("{} {fraction}", tenths(&rate.times_hundred(), "%")),
            RateKind::Per100 => format!("{} {fraction}", tenths(&rate.times_hundred(), "pour 100")),
        },
    }
}

fn tenths(value: &Fraction, unit: &str) -> String {
    format!("{}\u{a0}{unit}", french::decimal(value, 1))
}

/// An objective as printed, `?` when unknown.
pub fn objective(value: Option<&Sourced<Fraction>>, kind: RateKind) -> String {
    let unit = match kind {
        RateKind::Share => "%",
        RateKind::Per100 => "pour 100",
    };
    value.map_or_else(
        || "?".into(),
        |value| format!("{}\u{a0}{unit}", french::short(&value.value, 2)),
    )
}

/// A minimum as printed, `?` when unknown.
pub fn minimum(scale: &Scale) -> String {
    let unit = match scale.minimum_unit {
        Some(MinimumUnit::Boxes) => "boîtes",
        Some(MinimumUnit::Patients) => "patients",
        None => "",
    };
    scale.minimum.as_ref().map_or_else(
        || "?".into(),
        |minimum| format!("{}\u{a0}{unit}", french::integer(minimum.value)).trim_end().to_owned(),
    )
}

/// `412,3`, or `de 412,3 à 520`.
pub fn interval(range: &Range, show: impl Fn(&Fraction) -> String) -> String {
    match range.as_exact() {
        Some(value) => show(value),
        None => format!("{} à {}", show(range.min()), show(range.max())),
    }
}

/// A status as shown to people.
pub fn status(status: Status) -> String {
    match status {
        Status::Fictif | Status::Conflit => warning(status.word()),
        _ => status.word().to_owned(),
    }
}
