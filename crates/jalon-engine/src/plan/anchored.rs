//! Windows that move with each row: told from the patient's birth, or from an
//! event such as an operation.
//!
//! They need the days themselves, not their marks in a window of the campaign.
//! The days of the classes concerned are few: they are picked once.

use std::fmt::Write as _;

use jalon_rules::campaign::{Anchor, Shift, Window};
use jalon_rules::criterion::{Bounds, Count, Criterion, Event, Table, Test};
use jalon_rules::page::Page;

use super::{Column, Compiler, CriterionColumns, Role, bounds, marked, marked_in};
use crate::atoms::{Anchored, index_of};
use crate::inventory::CodeTable;
use crate::sql::{all, any, day};

/// The step that holds the days of the classes told from an anchor.
const PICKED: &str = "jours_choisis";

/// The condition that `date` lies in a window told from a column of days.
fn inside(window: Window, date: &str, anchor: &str) -> String {
    let Window::Around { from, to, .. } = window else { return "FALSE".into() };
    let shifted = |shift| match shift {
        Shift::Months(0) | Shift::Days(0) => anchor.to_owned(),
        Shift::Months(months) => format!("{anchor} + INTERVAL '{months} months'"),
        Shift::Days(days) => format!("{anchor} + INTERVAL '{days} days'"),
    };
    format!("{date} >= {} AND {date} < {}", shifted(from), shifted(to))
}

impl Compiler<'_> {
    /// The days of a count whose window is told from the patient's birth;
    /// `None` for another window.
    pub(super) fn since_birth(&mut self, count: &Count) -> Option<usize> {
        (count.window.anchor() == Some(Anchor::Birth)).then(|| {
            let anchored = self.anchored(count);
            index_of(&mut self.atoms.births, anchored)
        })
    }

    fn anchored(&mut self, count: &Count) -> Anchored {
        let classes = self.atoms.count_classes(count);
        self.picked.extend(&classes);
        Anchored { classes, window: count.window }
    }

    /// One row per patient: the days counted around birth, and the last one.
    pub(super) fn births(&self) -> String {
        let mut query = format!("  SELECT {PICKED}.patient");
        for (at, anchored) in self.atoms.births.iter().enumerate() {
            let condition = around(anchored, PICKED, "patients.naissance");
            let _ = write!(
                query,
                ",\n    sum(CASE WHEN {condition} THEN 1 ELSE 0 END) AS n{at},\n    max(CASE WHEN {condition} THEN {PICKED}.date END) AS d{at}"
            );
        }
        let _ = write!(
            query,
            "\n  FROM patients JOIN {PICKED} ON patients.patient = {PICKED}.patient\n  GROUP BY {PICKED}.patient"
        );
        query
    }

    /// The step that picks the days, from the lines of every table.
    pub(super) fn picked_days(&self, codes: &[CodeTable]) -> (&'static str, String) {
        let of_class: Vec<_> = self.picked.iter().map(|class| marked(*class)).collect();
        let wanted = any(&of_class).unwrap_or_else(|| "FALSE".into());
        let lines: Vec<_> = Table::ALL
            .into_iter()
            .filter(|table| self.picks(*table))
            .filter_map(|table| {
                let lines = self.marked_events(table, codes)?;
                Some(format!(
                    "    SELECT patient, date{} FROM (\n{lines}\n    ) AS lues WHERE {wanted}",
                    self.mark_names()
                ))
            })
            .collect();
        let marks = self.words().fold(String::new(), |mut query, word| {
            let _ = write!(query, ", bit_or(m{word}) AS m{word}");
            query
        });
        let query = format!(
            "  SELECT patient, date{marks}\n  FROM (\n{}\n  ) AS lignes\n  GROUP BY patient, date",
            lines.join("\n    UNION ALL\n")
        );
        (PICKED, query)
    }

    /// Whether days are picked from a table.
    pub(super) fn picks(&self, table: Table) -> bool {
        self.picked.iter().any(|class| self.atoms.classes[*class].tables.contains(&table))
    }

    /// Unit `evenement`: each date with an event is a row. What a criterion
    /// says of the patient holds for all of them.
    pub(super) fn anchors(
        &mut self,
        name: &str,
        page: &Page,
        event: &Event,
        paid: &mut Vec<Column>,
        shown: &mut Vec<Column>,
        criteria: &mut Vec<CriterionColumns>,
    ) {
        let class = self.atoms.class(&event.tables, &event.codes, false);
        self.picked.insert(class);
        let step = format!("{name}_evenements");
        let mut counts: Vec<Anchored> = Vec::new();
        let mut sums: Vec<Column> = vec![("tous".into(), "TRUE".into())];
        // Conditions on the patient, and on the event: to be a row, to count.
        let (mut of_patient, mut of_event) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
        for (role, criterion) in self.roles(page) {
            let column = format!("{name}_c{}", criteria.len());
            let fails = format!("{column}_faux");
            let at = usize::from(role == Role::Numerator);
            let wanted = |holds: &str| match role {
                Role::Exclusion => format!("NOT {holds}"),
                _ => holds.to_owned(),
            };
            if criterion.told_from_event() {
                let holds = self.of_event(criterion, &mut counts);
                of_event[at].push(wanted(&holds));
                for (column, condition) in
                    [(&column, holds.clone()), (&fails, format!("NOT {holds}"))]
                {
                    sums.push((column.clone(), condition));
                    shown.push((column.clone(), format!("COALESCE({step}.{column}, 0)")));
                }
            } else {
                let mut unseen = Vec::new();
                let (holds, _) = self.criterion(&column, criterion, &mut unseen);
                of_patient[at].push(wanted(&holds));
                for (column, condition) in
                    [(&column, holds.clone()), (&fails, format!("NOT {holds}"))]
                {
                    let value =
                        format!("CASE WHEN {condition} THEN COALESCE({step}.tous, 0) ELSE 0 END");
                    shown.push((column.clone(), value));
                }
            }
            criteria.push(CriterionColumns {
                fails: Some(fails),
                ..CriterionColumns::new(&criterion.id, column)
            });
        }
        for (suffix, roles) in [("den", 1), ("num", 2)] {
            let column = format!("{name}_{suffix}");
            let of_event: Vec<String> = of_event[..roles].concat();
            sums.push((column.clone(), all(&of_event).unwrap_or_else(|| "TRUE".into())));
            let of_patient: Vec<String> = of_patient[..roles].concat();
            let number = format!("COALESCE({step}.{column}, 0)");
            let value = match all(&of_patient) {
                Some(condition) => format!("CASE WHEN {condition} THEN {number} ELSE 0 END"),
                None => number,
            };
            paid.push((column, value));
        }
        let query = self.event_query(event, class, &counts, &sums);
        self.branches.push((step, query));
    }

    /// The condition of a criterion told from the event, over the counts of
    /// its row. The parser lets nothing else beside it into a `parmi`.
    fn of_event(&mut self, criterion: &Criterion, counts: &mut Vec<Anchored>) -> String {
        match &criterion.test {
            Some(Test::Count(test)) => {
                let mut number = |count: &Count| {
                    let anchored = self.anchored(count);
                    format!("n{}", index_of(counts, anchored))
                };
                let other = match &test.bounds {
                    Bounds::AtLeast(other) => Some(number(other)),
                    _ => None,
                };
                bounds(&test.bounds, &number(&test.count), other.as_deref())
            }
            Some(Test::AnyOf(options)) => {
                let options: Vec<_> = self
                    .applying(options)
                    .into_iter()
                    .map(|option| self.of_event(option, counts))
                    .collect();
                any(&options).unwrap_or_else(|| "FALSE".into())
            }
            _ => "FALSE".into(),
        }
    }

    fn event_query(
        &self,
        event: &Event,
        class: usize,
        counts: &[Anchored],
        sums: &[Column],
    ) -> String {
        let (from, to) = event.window.days(self.request.at);
        let sums = sums.iter().fold(String::new(), |mut query, (column, condition)| {
            let _ =
                write!(query, ",\n    sum(CASE WHEN {condition} THEN 1 ELSE 0 END) AS {column}");
            query
        });
        let counts = counts.iter().enumerate().fold(String::new(), |mut query, (at, anchored)| {
            let condition = around(anchored, "suites", "ancres.date");
            let _ = write!(query, ",\n      sum(CASE WHEN {condition} THEN 1 ELSE 0 END) AS n{at}");
            query
        });
        format!(
            "  SELECT patient{sums}
  FROM (
    SELECT ancres.patient, ancres.date{counts}
    FROM {PICKED} AS ancres JOIN {PICKED} AS suites ON ancres.patient = suites.patient
    WHERE {} AND ancres.date BETWEEN {} AND {}
    GROUP BY ancres.patient, ancres.date
  ) AS evenements
  GROUP BY patient",
            marked_in("ancres", class),
            day(from),
            day(to)
        )
    }
}

/// The condition that a day of a table of days is counted around a day.
fn around(anchored: &Anchored, days: &str, anchor: &str) -> String {
    let mut conditions: Vec<_> =
        anchored.classes.iter().map(|class| marked_in(days, *class)).collect();
    conditions.push(inside(anchored.window, &format!("{days}.date"), anchor));
    conditions.join(" AND ")
}
