//! Unit `boite`: the boxes of the net lines of the year.

use jalon_rules::condition::Column;
use jalon_rules::criterion::{Criterion, Test};
use jalon_rules::page::Page;

use super::conditions::{Truth, Value, all, any, holds, not};
use super::facts::Delivery;
use super::{Answer, Reference, days};

impl Reference<'_> {
    pub(super) fn box_answer(&self, page: &Page) -> Answer {
        let rule = &page.rule;
        let mut answer = Answer { denominator: 0, numerator: 0, left_out: 0, criteria: Vec::new() };
        let (first, last) = (days::first_day(self.campaign), self.day);
        for line in &self.patient.deliveries {
            if line.date < first || line.date > last {
                continue;
            }
            // A page that names no class is about the rest of the boxes: nobody
            // can say whether a line whose class is unknown belongs there.
            let classed =
                (line.atc.is_some() || self.names_a_class(&rule.denominator)).then_some(true);
            let ask = |criteria| -> Vec<Truth> {
                let criteria = self.in_force(criteria).into_iter();
                criteria.map(|criterion| self.line_meets(criterion, line)).collect()
            };
            let counts =
                all([classed, all(ask(&rule.denominator)), not(any(ask(&rule.exclusions)))]);
            let boxes = u64::try_from(line.boxes).expect("une ligne nette est positive");
            match (counts, all(ask(&rule.numerator))) {
                (Some(false), _) => {}
                (None, _) | (Some(true), None) => answer.left_out += boxes,
                (Some(true), Some(gained)) => {
                    answer.denominator += boxes;
                    answer.numerator += if gained { boxes } else { 0 };
                }
            }
        }
        answer
    }

    fn names_a_class(&self, criteria: &[Criterion]) -> bool {
        let criteria = self.in_force(criteria);
        criteria.iter().any(|criterion| matches!(criterion.test, Some(Test::Code(_))))
    }

    fn line_meets(&self, criterion: &Criterion, line: &Delivery) -> Truth {
        match criterion.test.as_ref().expect("unité boîte") {
            Test::Code(lists) => Some(self.codes.delivery(lists, line)),
            Test::Row(condition) => holds(condition, &|column| match column {
                Column::Repertoire => Value::Flag(line.repertory),
                other => panic!("{other:?} n'est pas d'une boîte"),
            }),
            other => panic!("{other:?} ne va pas avec une boîte"),
        }
    }
}
