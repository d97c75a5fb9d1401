//! Unit `boite`: sums over the net lines of the year.
//!
//! A condition on a line may be true, false or unknown (a repertory that
//! nobody filled in). Each is turned into two numbers, 1 when it is true and 1
//! when it is unknown, so that the sums are plain products.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jalon_rules::campaign::Window;
use jalon_rules::criterion::{Table, Test};
use jalon_rules::page::Page;

use super::{Column, Compiler, CriterionColumns, Role, View};
use crate::atoms::{MARKS, index_of, mark};
use crate::sql::{all, day};

/// What is asked of a line, and the answer wanted.
#[derive(Clone, Copy)]
struct Asked {
    of: Line,
    wanted: bool,
}

#[derive(Clone, Copy)]
enum Line {
    /// It bears the mark of a class.
    Class(usize),
    /// It meets a condition on its columns.
    Condition(usize),
}

impl Asked {
    /// 1 when the answer is surely the one wanted, else 0.
    fn sure(self) -> String {
        match (self.of, self.wanted) {
            (Line::Class(class), true) => bit(class),
            (Line::Class(class), false) => format!("(1 - {})", bit(class)),
            (Line::Condition(at), true) => format!("oui{at}"),
            (Line::Condition(at), false) => format!("(1 - oui{at} - doute{at})"),
        }
    }

    /// 1 when the answer may be the one wanted, else 0.
    fn possible(self) -> String {
        match (self.of, self.wanted) {
            (Line::Class(_), _) => self.sure(),
            (Line::Condition(at), true) => format!("(oui{at} + doute{at})"),
            (Line::Condition(at), false) => format!("(1 - oui{at})"),
        }
    }
}

/// 1 when a line bears the mark of a class, else 0.
fn bit(class: usize) -> String {
    format!("((m{} >> {}) & 1)", class / MARKS, class % MARKS)
}

fn product(factors: impl Iterator<Item = String>) -> Option<String> {
    let factors: Vec<_> = factors.collect();
    (!factors.is_empty()).then(|| factors.join(" * "))
}

/// 1 when all the answers together are unknown, else 0. `None` when they never
/// are.
fn unknown(asked: &[Asked]) -> Option<String> {
    match asked {
        [Asked { of: Line::Condition(at), .. }] => Some(format!("doute{at}")),
        several if several.iter().all(|one| matches!(one.of, Line::Class(_))) => None,
        several => {
            let possible = product(several.iter().map(|one| one.possible()))?;
            let sure = product(several.iter().map(|one| one.sure()))?;
            Some(format!("({possible} - {sure})"))
        }
    }
}

/// What the pages count in boxes.
#[derive(Default)]
pub(super) struct Boxes {
    /// Conditions on the columns of a line.
    conditions: Vec<String>,
    /// Boxes of the lines inside a perimeter.
    perimeters: Vec<String>,
    /// Sums: name, expression, whether it is paid.
    sums: Vec<(String, String, bool)>,
}

impl Boxes {
    pub(super) fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }
}

impl Compiler<'_> {
    pub(super) fn boxes(
        &mut self,
        name: &str,
        page: &Page,
        shown: &mut Vec<Column>,
        criteria: &mut Vec<CriterionColumns>,
    ) {
        let mut classes: Vec<(usize, bool)> = Vec::new();
        let mut inside: Vec<Asked> = Vec::new();
        let mut met: Vec<Asked> = Vec::new();
        let mut named = false;
        for (role, criterion) in self.roles(page) {
            let of = match &criterion.test {
                Some(Test::Code(codes)) => {
                    Line::Class(self.atoms.class(&[Table::Deliveries], codes, false))
                }
                Some(Test::Row(condition)) => {
                    Line::Condition(index_of(&mut self.boxes.conditions, condition.to_string()))
                }
                // The parser lets nothing else into a page of boxes.
                _ => continue,
            };
            let wanted = role != Role::Exclusion;
            match (role, of) {
                (Role::Numerator, _) => met.push(Asked { of, wanted }),
                (_, Line::Class(class)) => {
                    named |= wanted;
                    classes.push((class, wanted));
                }
                (_, Line::Condition(_)) => inside.push(Asked { of, wanted }),
            }
            let column = format!("{name}_c{}", criteria.len());
            let fails = format!("{column}_faux");
            for (column, wanted) in [(&column, true), (&fails, false)] {
                let sure = Asked { of, wanted }.sure();
                self.boxes.sums.push((column.clone(), format!("boites * {sure}"), false));
                shown.push((column.clone(), format!("COALESCE(boites.{column}, 0)")));
            }
            criteria.push(CriterionColumns {
                fails: Some(fails),
                ..CriterionColumns::new(&criterion.id, column)
            });
        }
        let at = index_of(
            &mut self.boxes.perimeters,
            perimeter(&classes, if named { Drug::Any } else { Drug::Known }),
        );
        let inside_sure = product(
            std::iter::once(format!("b{at}")).chain(inside.iter().map(|asked| asked.sure())),
        );
        let inside_sure = inside_sure.unwrap_or_default();
        let met_sure = product(met.iter().map(|asked| asked.sure()));
        let numerator =
            met_sure.map_or(inside_sure.clone(), |met| format!("{inside_sure} * {met}"));
        let (denominator, mut left_out) = match unknown(&met) {
            None => (inside_sure.clone(), Vec::new()),
            Some(unknown) => (
                format!("{inside_sure} * (1 - {unknown})"),
                vec![format!("{inside_sure} * {unknown}")],
            ),
        };
        left_out.extend(unknown(&inside).map(|unknown| format!("b{at} * {unknown}")));
        if !named {
            let at = index_of(&mut self.boxes.perimeters, perimeter(&classes, Drug::Unknown));
            let possible = inside.iter().map(|asked| asked.possible());
            left_out.extend(product(std::iter::once(format!("b{at}")).chain(possible)));
        }
        let left_out = if left_out.is_empty() { "0".into() } else { left_out.join(" + ") };
        for (suffix, sum) in [("den", denominator), ("num", numerator), ("ecarte", left_out)] {
            self.boxes.sums.push((format!("{name}_{suffix}"), sum, true));
        }
    }

    /// The step that sums boxes by patient.
    pub(super) fn box_sums(&self, view: View) -> String {
        let year = Window::YEAR.days(self.request.at);
        let mut sums = String::new();
        for (column, sum, paid) in &self.boxes.sums {
            if *paid || view == View::Evidence {
                let _ = write!(sums, ",\n    CAST(sum({sum}) AS BIGINT) AS {column}");
            }
        }
        let mut weighed = String::new();
        for (at, perimeter) in self.boxes.perimeters.iter().enumerate() {
            let _ =
                write!(weighed, ",\n      CASE WHEN {perimeter} THEN boites ELSE 0 END AS b{at}");
        }
        for (at, condition) in self.boxes.conditions.iter().enumerate() {
            let _ = write!(
                weighed,
                ",\n      CASE WHEN {condition} THEN 1 ELSE 0 END AS oui{at}\
                 ,\n      CASE WHEN ({condition}) IS NULL THEN 1 ELSE 0 END AS doute{at}"
            );
        }
        let marks = self.words().fold(String::new(), |mut columns, word| {
            let _ = write!(columns, ", m{word}");
            columns
        });
        let lines = self.marked_deliveries(
            "lignes.patient, lignes.boites, lignes.atc, lignes.repertoire",
            &format!("{} AS lignes", self.source(Table::Deliveries)),
        );
        format!(
            "  SELECT patient{sums}
  FROM (
    SELECT patient, boites{marks}{weighed}
    FROM (
{lines}
      WHERE lignes.date BETWEEN {} AND {}
    ) AS lues
  ) AS pesees
  GROUP BY patient",
            day(year.0),
            day(year.1)
        )
    }
}

/// Which lines a perimeter is about, by what is known of their class.
#[derive(Clone, Copy)]
enum Drug {
    /// A page that names a list: whatever the line.
    Any,
    /// A page about the rest of the boxes: a line whose class is unknown
    /// cannot be said to lie outside the lists, nor inside.
    Known,
    Unknown,
}

/// The condition that a line is inside a perimeter, of classes to have or not.
fn perimeter(classes: &[(usize, bool)], drug: Drug) -> String {
    let mut conditions = Vec::new();
    let words: BTreeSet<usize> = classes.iter().map(|(class, _)| class / MARKS).collect();
    for word in words {
        let marks = |wanted| {
            let of_word = classes.iter().filter(|(class, _)| class / MARKS == word);
            of_word
                .filter(|(_, is)| *is == wanted)
                .fold(0, |marks, (class, _)| marks | mark(*class))
        };
        let (wanted, refused) = (marks(true), marks(false));
        if wanted != 0 {
            conditions.push(format!("(m{word} & {wanted}) = {wanted}"));
        }
        if refused != 0 {
            conditions.push(format!("(m{word} & {refused}) = 0"));
        }
    }
    match drug {
        Drug::Any => {}
        Drug::Known => conditions.push("atc <> ''".into()),
        Drug::Unknown => conditions.push("(atc IS NULL OR atc = '')".into()),
    }
    all(&conditions).unwrap_or_else(|| "TRUE".into())
}
