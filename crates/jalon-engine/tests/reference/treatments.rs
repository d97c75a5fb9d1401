//! Unit `traitement`: deliveries joined into runs, or taken date by date.

use std::collections::{BTreeMap, BTreeSet};

use jalon_rules::condition::Column;
use jalon_rules::criterion::{Criterion, Test, Treatment};
use jalon_rules::page::Page;
use jiff::civil::Date;

use super::conditions::{Value, holds};
use super::{Answer, Reference, days};

/// Longest time without cover inside one treatment.
const LONGEST_GAP: i64 = 30;
/// A treatment is new after this many days without a delivery.
const WASH_OUT: i64 = 365;

/// A run of deliveries.
struct Run {
    first: Date,
    last: Date,
    covered_end: Date,
}

impl Reference<'_> {
    pub(super) fn treatment_answer(&self, page: &Page, treatment: &Treatment) -> Answer {
        match treatment {
            Treatment::Runs { codes, days_per_box } => {
                let lengths = self.new_treatments(codes, i64::from(*days_per_box));
                self.sum(page, &lengths, |criterion, length| match &criterion.test {
                    Some(Test::Row(condition)) => {
                        let value = |column| match column {
                            Column::Duree => Value::Number(*length),
                            other => panic!("{other:?} n'est pas d'un traitement"),
                        };
                        holds(condition, &value) == Some(true)
                    }
                    other => panic!("{other:?} ne va pas avec un traitement"),
                })
            }
            Treatment::Dates { codes } => {
                let (first, last) = (days::first_day(self.campaign), self.day);
                let in_year = |date: &Date| first <= *date && *date <= last;
                let dates = self.dates_with(std::slice::from_ref(codes));
                let dates: Vec<Date> = dates.into_iter().filter(in_year).collect();
                self.sum(page, &dates, |criterion, date| self.date_meets(criterion, *date))
            }
        }
    }

    /// Sums what the criteria say of each treatment.
    fn sum<T>(
        &self,
        page: &Page,
        treatments: &[T],
        meets: impl Fn(&Criterion, &T) -> bool,
    ) -> Answer {
        let rule = &page.rule;
        let (mut denominator, mut numerator) = (0, 0);
        for one in treatments {
            let meet = |criterion: &&Criterion| meets(criterion, one);
            let counts = self.in_force(&rule.denominator).iter().all(meet)
                && !self.in_force(&rule.exclusions).iter().any(meet);
            let gained = self.in_force(&rule.numerator).iter().all(meet);
            denominator += u64::from(counts);
            numerator += u64::from(counts && gained);
        }
        Answer { denominator, numerator, left_out: 0, criteria: Vec::new() }
    }

    fn date_meets(&self, criterion: &Criterion, date: Date) -> bool {
        match &criterion.test {
            Some(Test::Code(lists)) => self.dates_with(lists).contains(&date),
            other => panic!("{other:?} ne va pas avec une date"),
        }
    }

    /// Dates, of any year, with a net delivery of one of the lists.
    fn dates_with(&self, lists: &[String]) -> BTreeSet<Date> {
        let mut dates = BTreeSet::new();
        for line in &self.patient.deliveries {
            if self.codes.delivery(lists, line) {
                dates.insert(line.date);
            }
        }
        dates
    }

    /// Lengths of the treatments that start in the year.
    fn new_treatments(&self, list: &str, days_per_box: i64) -> Vec<i64> {
        let reference_day = self.day;
        let lists = [list.to_owned()];
        // Days covered by the deliveries of each date; what comes after the
        // reference day does not exist yet.
        let mut covered: BTreeMap<Date, i64> = BTreeMap::new();
        for line in &self.patient.deliveries {
            if line.date <= reference_day && self.codes.delivery(&lists, line) {
                let days = line.days.unwrap_or(line.boxes * days_per_box);
                *covered.entry(line.date).or_default() += days;
            }
        }
        let mut runs: Vec<Run> = Vec::new();
        for (date, days) in covered {
            let end = days::plus(date, days);
            match runs.last_mut() {
                Some(run) if date <= days::plus(run.covered_end, LONGEST_GAP) => {
                    run.last = date;
                    run.covered_end = run.covered_end.max(end);
                }
                _ => runs.push(Run { first: date, last: date, covered_end: end }),
            }
        }
        let mut lengths = Vec::new();
        for (index, run) in runs.iter().enumerate() {
            let starts_in_year = run.first >= days::first_day(self.campaign);
            let previous = index.checked_sub(1).map(|index| runs[index].last);
            let washed_out =
                previous.is_none_or(|last| days::days_between(last, run.first) > WASH_OUT);
            if starts_in_year && washed_out {
                let end = run.covered_end.min(reference_day);
                lengths.push(days::days_between(run.first, end));
            }
        }
        lengths
    }
}
