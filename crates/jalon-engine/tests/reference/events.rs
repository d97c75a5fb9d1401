//! Unit `evenement`: each date with an event, such as an operation, is a row.

use std::collections::BTreeSet;

use jalon_rules::criterion::{Count, Event, Selection};
use jalon_rules::page::Page;
use jiff::civil::Date;

use super::{Answer, Reference};

impl Reference<'_> {
    pub(super) fn event_answer(&self, page: &Page, event: &Event) -> Answer {
        let mut answer = Answer { denominator: 0, numerator: 0, left_out: 0, criteria: Vec::new() };
        let searched = Count {
            tables: event.tables.clone(),
            selection: Selection::Codes(event.codes.clone()),
            window: event.window,
            same_day_as: None,
            substances_on: None,
        };
        let dates: BTreeSet<Date> =
            self.events(&searched).into_iter().map(|(date, _)| date).collect();
        for date in dates {
            let patient = self.patient.clone();
            let (codes, campaign, day) = (self.codes, self.campaign, self.day);
            let row = Reference { codes, campaign, day, patient, event: Some(date) };
            let Answer { denominator, numerator, .. } = row.patient_answer(page);
            answer.denominator += denominator;
            answer.numerator += numerator;
        }
        answer
    }
}
