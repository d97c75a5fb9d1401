//! Events as marks: every table is read once and reduced to one row per
//! patient and day, then to one row per patient.

use std::fmt::Write as _;

use jalon_rules::convention::ListKind;
use jalon_rules::criterion::{Selection, Table};
use jiff::civil::Date;

use super::{Compiler, View};
use crate::atoms::{Class, MARKS, index_of, mark};
use crate::inventory::{CodeTable, code_columns, table_name};
use crate::net::Reversible;
use crate::sql::{Steps, any, day, presentation_in, text};

/// A date as a number that is never 0 nor negative, so that the greatest of
/// such numbers, times 0 or 1, is the last of the days wanted.
const DAY: &str = "CAST(CAST(date AS INT) AS BIGINT) + 1000000";

/// The date behind the greatest [`DAY`]; unknown when there is none.
pub(super) fn last_day(column: &str) -> String {
    format!("CAST(CAST(NULLIF({column}, 0) - 1000000 AS INT) AS DATE)")
}

impl Compiler<'_> {
    /// The number of days of a count.
    pub(super) fn number(&mut self, days: usize) -> String {
        self.counted.insert(days);
        format!("COALESCE(comptes.n{days}, 0)")
    }

    /// Whether a count is not zero: the marks of the whole window are enough
    /// when one class is meant.
    pub(super) fn occurs(&mut self, days: usize) -> String {
        let days_counted = &self.atoms.days[days];
        let [class] = days_counted.classes[..] else {
            return format!("({} >= 1)", self.number(days));
        };
        let window = (days_counted.from, days_counted.to);
        let at = index_of(&mut self.windows, window);
        let word = class / MARKS;
        self.seen.insert((at, word));
        format!("((COALESCE(comptes.v{at}_{word}, 0) & {}) <> 0)", mark(class))
    }

    /// The span of the windows in which a table is searched.
    fn period(&self, table: Table) -> Option<(Date, Date)> {
        self.atoms
            .days
            .iter()
            .filter(|days| {
                days.classes.iter().any(|class| self.atoms.classes[*class].tables.contains(&table))
            })
            .map(|days| (days.from, days.to))
            .reduce(|left, right| (left.0.min(right.0), left.1.max(right.1)))
    }

    /// The columns of marks.
    pub(super) fn words(&self) -> std::ops::Range<usize> {
        0..self.atoms.classes.len().div_ceil(MARKS).max(1)
    }

    /// The net lines of a table, of everyone.
    pub(super) fn net_source(&self, table: Table) -> String {
        self.netted(table).map_or_else(|| table_name(table).to_owned(), Reversible::netted)
    }

    /// The net lines of a table, of the patients asked for.
    pub(super) fn source(&self, table: Table) -> String {
        match self.request.doctor {
            Some(_) => format!("{}_du_medecin", table_name(table)),
            None => self.net_source(table),
        }
    }

    /// The table, when its lines have to be netted.
    fn netted(&self, table: Table) -> Option<Reversible> {
        let name = table_name(table);
        self.request.reversals.iter().copied().find(|reversible| reversible.table == name)
    }

    /// Whether a table of events is read for its codes.
    pub(super) fn uses(&self, table: Table) -> bool {
        let lines = !self.boxes.is_empty() || !self.chosen.is_empty();
        self.period(table).is_some() || self.picks(table) || (table == Table::Deliveries && lines)
    }

    /// The steps that give the net lines of the tables of events.
    pub(super) fn net_lines(&self, steps: &mut Steps) {
        let followed = self.request.scheme.list == ListKind::Followed;
        for table in Table::ALL {
            let Some(reversible) = self.netted(table) else { continue };
            if self.uses(table) || (table == Table::Acts && followed) {
                reversible.add_to(steps);
            }
        }
    }

    /// The steps that keep the lines of the patients asked for.
    pub(super) fn lines_of_doctor(&self, steps: &mut Steps) {
        if self.request.doctor.is_none() {
            return;
        }
        for table in Table::ALL.into_iter().filter(|table| self.uses(*table)) {
            steps.add(
                self.source(table),
                format!(
                    "  SELECT lignes.* FROM liste RIGHT SEMI JOIN {} AS lignes ON liste.patient = lignes.patient",
                    self.net_source(table)
                ),
            );
        }
    }

    /// Lines of deliveries with their marks: those of their class, of their
    /// presentation, and of their large pack.
    pub(super) fn marked_deliveries(&self, columns: &str, lines: &str) -> String {
        let rules = self.request.rules;
        let campaign = self.request.at.campaign();
        let presentations = self.row_marks(|class| match &class.selection {
            Selection::Codes(lists) if class.tables.contains(&Table::Deliveries) => {
                let inside = presentation_in(rules, lists, campaign, "lignes.cip13")?;
                let large = "lignes.grand_conditionnement AND ";
                Some(if class.large_pack { format!("{large}{inside}") } else { inside })
            }
            _ => None,
        });
        let large_packs = self.atoms.classes.iter().any(|class| class.large_pack);
        let marks = presentations.into_iter().map(|(word, presentation)| {
            let large = if large_packs {
                format!(" | CASE WHEN lignes.grand_conditionnement THEN codes.g{word} ELSE 0 END")
            } else {
                String::new()
            };
            (word, format!("codes.m{word}{large}{presentation}"))
        });
        marked_lines(
            columns,
            marks.collect(),
            "codes_delivrances",
            lines,
            code_columns(Table::Deliveries),
        )
    }

    /// Marks that a line bears whatever its codes, to be added to theirs.
    fn row_marks(
        &self,
        mut condition: impl FnMut(&Class) -> Option<String>,
    ) -> Vec<(usize, String)> {
        let mut words: Vec<_> = self.words().map(|word| (word, String::new())).collect();
        for (at, class) in self.atoms.classes.iter().enumerate() {
            if let (Some(condition), Some((_, marks))) =
                (condition(class), words.get_mut(at / MARKS))
            {
                let _ = write!(marks, " | CASE WHEN {condition} THEN {} ELSE 0 END", mark(at));
            }
        }
        words
    }

    /// The columns of marks, after others.
    pub(super) fn mark_names(&self) -> String {
        self.words().fold(String::new(), |mut names, word| {
            let _ = write!(names, ", m{word}");
            names
        })
    }

    /// The lines of a table with their day and their marks.
    pub(super) fn marked_events(&self, table: Table, codes: &[CodeTable]) -> Option<String> {
        let codes = codes.iter().find(|codes| codes.table == table)?;
        let lines = format!("{} AS lignes", self.source(table));
        let columns = match table {
            Table::Stays => "lignes.patient, lignes.entree AS date",
            _ => "lignes.patient, lignes.date",
        };
        if table == Table::Deliveries {
            return Some(self.marked_deliveries(columns, &lines));
        }
        let marks = self.row_marks(|class| match &class.selection {
            Selection::Speciality(speciality) if class.tables.contains(&table) => {
                Some(format!("lignes.specialite = {}", text(speciality)))
            }
            _ => None,
        });
        let marks =
            marks.into_iter().map(|(word, mark)| (word, format!("codes.m{word}{mark}"))).collect();
        Some(marked_lines(columns, marks, &codes.name, &lines, code_columns(table)))
    }

    /// One query per table of events: patient, day, marks.
    pub(super) fn events(&self, codes: &[CodeTable]) -> Vec<String> {
        let names = self.mark_names();
        let useful = self.words().map(|word| format!("m{word} <> 0")).collect::<Vec<_>>();
        let useful = any(&useful).unwrap_or_else(|| "TRUE".into());
        Table::ALL
            .into_iter()
            .filter_map(|table| {
                let (from, to) = self.period(table)?;
                let marked = self.marked_events(table, codes)?;
                let date = if table == Table::Stays { "entree" } else { "date" };
                Some(format!(
                    "  SELECT patient, date{names} FROM (\n{marked}\n    WHERE lignes.{date} BETWEEN {} AND {}\n  ) AS lues WHERE {useful}",
                    day(from),
                    day(to)
                ))
            })
            .collect()
    }

    /// One row per patient and day: the marks of the day.
    pub(super) fn event_days(&self) -> String {
        let marks = self.words().fold(String::new(), |mut query, word| {
            let _ = write!(query, ", bit_or(m{word}) AS m{word}");
            query
        });
        format!("  SELECT patient, date{marks} FROM evenements GROUP BY patient, date")
    }

    /// One row per patient: the marks seen in each window, the days counted,
    /// and in the evidence the last of those days.
    pub(super) fn counts(&mut self, view: View) -> String {
        let mut query = String::from("  SELECT patient");
        for (at, word) in &self.seen {
            let _ = write!(query, ",\n    bit_or(f{at}_{word}) AS v{at}_{word}");
        }
        // The marks of a day, or nothing when it lies outside the window.
        let mut inside = self.seen.clone();
        for (at, days) in self.atoms.days.iter().enumerate() {
            let shown = view == View::Evidence && self.shown.contains(&at);
            if !shown && !self.counted.contains(&at) {
                continue;
            }
            let window = index_of(&mut self.windows, (days.from, days.to));
            let bits: Vec<_> = days
                .classes
                .iter()
                .map(|class| {
                    let word = class / MARKS;
                    inside.insert((window, word));
                    format!("(f{window}_{word} >> {})", class % MARKS)
                })
                .collect();
            let bit = format!("{} & 1", bits.join(" & "));
            let _ = write!(query, ",\n    sum({bit}) AS n{at}");
            if shown {
                let _ = write!(query, ",\n    max(({bit}) * jour) AS d{at}");
            }
        }
        let _ = write!(query, "\n  FROM (\n    SELECT patient, {DAY} AS jour");
        for (at, word) in inside {
            let Some((from, to)) = self.windows.get(at) else { continue };
            let _ = write!(
                query,
                ",\n      CASE WHEN date BETWEEN {} AND {} THEN m{word} ELSE 0 END AS f{at}_{word}",
                day(*from),
                day(*to)
            );
        }
        query.push_str("\n    FROM jours\n  ) AS fenetres\n  GROUP BY patient");
        query
    }

    /// One row per patient: the illnesses in force.
    pub(super) fn illnesses(&self) -> String {
        let mut query = String::from("  SELECT patient");
        for (at, (test, (from, to))) in self.atoms.illnesses.iter().enumerate() {
            let numbers = test.numbers.as_ref().map_or_else(String::new, |numbers| {
                let numbers: Vec<_> = numbers.iter().map(ToString::to_string).collect();
                format!("numero IN ({}) AND ", numbers.join(", "))
            });
            let _ = write!(
                query,
                ",\n    bool_or({numbers}debut <= {} AND (fin IS NULL OR fin >= {})) AS a{at}",
                day(*to),
                day(*from)
            );
        }
        query.push_str("\n  FROM ald GROUP BY patient");
        query
    }
}

/// Lines of a table joined to the marks of their codes.
fn marked_lines(
    columns: &str,
    marks: Vec<(usize, String)>,
    codes: &str,
    lines: &str,
    keys: &[&str],
) -> String {
    let mut query = format!("    SELECT {columns}");
    for (word, mark) in marks {
        let _ = write!(query, ",\n      {mark} AS m{word}");
    }
    let equal: Vec<_> =
        keys.iter().map(|key| format!("(codes.{key} IS NOT DISTINCT FROM lignes.{key})")).collect();
    let _ =
        write!(query, "\n    FROM {codes} AS codes JOIN {lines}\n      ON {}", equal.join(" AND "));
    query
}
