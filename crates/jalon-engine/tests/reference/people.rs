//! Unit `patient`: criteria about everything that happened to one person.

use std::collections::{BTreeMap, BTreeSet};

use jalon_rules::criterion::{
    AldTest, Bounds, Count, CountTest, Criterion, Selection, Table, Test,
};
use jalon_rules::page::Page;
use jiff::civil::Date;

use super::conditions::holds;
use super::{Answer, Reference, Verdict, days};

impl Reference<'_> {
    pub(super) fn patient_answer(&self, page: &Page) -> Answer {
        let rule = &page.rule;
        let ask = |criteria| -> Vec<Verdict> {
            let criteria = self.in_force(criteria).into_iter();
            criteria.map(|criterion| self.verdict(criterion)).collect()
        };
        let denominator = ask(&rule.denominator);
        let exclusions = ask(&rule.exclusions);
        let numerator = ask(&rule.numerator);
        let counts = denominator.iter().all(|verdict| verdict.holds)
            && !exclusions.iter().any(|verdict| verdict.holds);
        // A criterion with `nombre` adds its dates, the others must be met.
        let mut gained = 1;
        for (criterion, verdict) in self.in_force(&rule.numerator).iter().zip(&numerator) {
            match &criterion.test {
                Some(Test::Count(CountTest { bounds: Bounds::Sum, .. })) => {
                    gained *= verdict.count.expect("un nombre se compte");
                }
                _ => gained *= u64::from(verdict.holds),
            }
        }
        Answer {
            denominator: u64::from(counts),
            numerator: if counts { gained } else { 0 },
            left_out: 0,
            criteria: [denominator, exclusions, numerator].concat(),
        }
    }

    fn verdict(&self, criterion: &Criterion) -> Verdict {
        let mut verdict = Verdict {
            id: criterion.id.clone(),
            holds: false,
            count: None,
            last: None,
            options: Vec::new(),
        };
        match criterion.test.as_ref().expect("unité patient") {
            Test::Row(condition) => {
                let truth = holds(condition, &|column| self.column(column));
                verdict.holds = truth == Some(true);
            }
            Test::TreatedBy(list) => {
                let dates = self.delivery_dates(list, |_| true);
                let large = self.delivery_dates(list, |large_pack| large_pack == Some(true));
                verdict.holds = dates.len() >= 3 || (dates.len() >= 2 && !large.is_empty());
                verdict.count = Some(dates.len() as u64);
                verdict.last = dates.last().copied();
            }
            Test::Ald(test) => verdict.holds = self.has_ald(test),
            Test::Count(CountTest { count, bounds }) => {
                let (counted, last) = self.count(count);
                verdict.holds = match bounds {
                    Bounds::Numbers { at_least, at_most } => {
                        at_least.is_none_or(|least| counted >= u64::from(least))
                            && at_most.is_none_or(|most| counted <= u64::from(most))
                    }
                    Bounds::AtLeast(other) => counted >= self.count(other).0,
                    Bounds::Sum => counted > 0,
                };
                verdict.count = Some(counted);
                verdict.last = last;
            }
            Test::AnyOf(options) => {
                for option in self.in_force(options) {
                    verdict.options.push(self.verdict(option));
                }
                verdict.holds = verdict.options.iter().any(|option| option.holds);
            }
            Test::Code(_) => panic!("{} : un patient ne porte pas de code", criterion.id),
        }
        if let Some(condition) = &criterion.only_if {
            let concerned = holds(condition, &|column| self.column(column));
            verdict.holds &= concerned == Some(true);
        }
        verdict
    }

    /// Dates of the year with a net delivery of a class, on a line whose pack
    /// is as wanted.
    fn delivery_dates(&self, class: &str, pack: fn(Option<bool>) -> bool) -> BTreeSet<Date> {
        let lists = [class.to_owned()];
        let (first, last) = (days::first_day(self.campaign), self.day);
        let mut dates = BTreeSet::new();
        for line in &self.patient.deliveries {
            let in_year = first <= line.date && line.date <= last;
            if in_year && pack(line.large_pack) && self.codes.delivery(&lists, line) {
                dates.insert(line.date);
            }
        }
        dates
    }

    fn has_ald(&self, test: &AldTest) -> bool {
        let (from, to) = match test.on {
            Some(day) => {
                let day = days::relative(day, self.campaign);
                (day, day)
            }
            None => (days::first_day(self.campaign), self.day),
        };
        self.patient.alds.iter().any(|ald| {
            let wanted = match &test.numbers {
                Some(numbers) => numbers.iter().any(|number| i64::from(*number) == ald.number),
                None => true,
            };
            wanted && ald.from <= to && ald.to.is_none_or(|end| end >= from)
        })
    }

    /// How many dates, and the last one; or how many substances.
    fn count(&self, count: &Count) -> (u64, Option<Date>) {
        let events = self.events(count);
        let Some(least) = count.substances_on else {
            let dates: BTreeSet<Date> = events.into_iter().map(|(date, _)| date).collect();
            return (dates.len() as u64, dates.last().copied());
        };
        let mut by_substance: BTreeMap<&str, BTreeSet<Date>> = BTreeMap::new();
        for (date, atc) in events {
            by_substance.entry(atc.unwrap_or_default()).or_default().insert(date);
        }
        by_substance.retain(|_, dates| dates.len() >= least as usize);
        (by_substance.len() as u64, None)
    }

    /// Every net event that is meant, with its ATC code when it is a delivery.
    pub(super) fn events(&self, count: &Count) -> Vec<(Date, Option<&str>)> {
        let mut events = Vec::new();
        for table in &count.tables {
            match (table, &count.selection) {
                (Table::Deliveries, Selection::Codes(lists)) => {
                    for line in &self.patient.deliveries {
                        if self.codes.delivery(lists, line) {
                            events.push((line.date, line.atc.as_deref()));
                        }
                    }
                }
                (Table::Acts, Selection::Codes(lists)) => {
                    for act in &self.patient.acts {
                        if self.codes.act(lists, act) {
                            events.push((act.date, None));
                        }
                    }
                }
                (Table::Acts, Selection::Speciality(speciality)) => {
                    for act in &self.patient.acts {
                        if act.speciality.as_ref() == Some(speciality) {
                            events.push((act.date, None));
                        }
                    }
                }
                (Table::Vaccinations, Selection::Codes(lists)) => {
                    for vaccination in &self.patient.vaccinations {
                        if self.codes.vaccination(lists, vaccination) {
                            events.push((vaccination.date, None));
                        }
                    }
                }
                (Table::Stays, Selection::Codes(lists)) => {
                    for stay in &self.patient.stays {
                        if self.codes.stay(lists, stay) {
                            events.push((stay.date, None));
                        }
                    }
                }
                (table, Selection::Speciality(_)) => panic!("spécialité dans {table:?}"),
            }
        }
        let (first, last) = self.days(count.window);
        events.retain(|(date, _)| first <= *date && *date <= last);
        if let Some(other) = &count.same_day_as {
            let lists = [other.clone()];
            events.retain(|(date, _)| {
                let mut lines = self.patient.deliveries.iter();
                lines.any(|line| line.date == *date && self.codes.delivery(&lists, line))
            });
        }
        events
    }
}
