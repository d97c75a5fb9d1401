//! Months of care and of flow: is the extraction complete?

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use jalon_data::day;
use jalon_import::Report;

use crate::tally::{agreed, count};

/// Flows that must follow a month of care before almost all of it is known.
const WAIT: i32 = 6;

/// Months after which a flow brings hardly anything more.
const STABLE: i32 = 27;

/// Lines below which a month says nothing of its neighbours.
const FEW: u64 = 200;

/// A month, counted from January of year 0.
type Month = i32;

fn month_of(days: i32) -> Option<Month> {
    let date = day::date(days)?;
    Some(i32::from(date.year()) * 12 + i32::from(date.month()) - 1)
}

fn shown(month: Month) -> String {
    format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
}

/// What one reader saw.
#[derive(Clone, Debug, Default)]
pub(crate) struct Months {
    /// Lines by month of care.
    care: BTreeMap<Month, u64>,
    flows: BTreeSet<Month>,
    after_flow: u64,
    old: u64,
    /// The last day seen, and its month: days repeat from line to line.
    last: [Option<(i32, Option<Month>)>; 2],
}

impl Months {
    /// Counts a line of `ER_PRS_F`.
    pub fn count(&mut self, care: i32, flow: Option<i32>) {
        let care_month = self.month(0, care);
        let flow_month = flow.and_then(|flow| self.month(1, flow));
        if let Some(month) = care_month {
            *self.care.entry(month).or_default() += 1;
        }
        let (Some(month), Some(flow_month)) = (care_month, flow_month) else { return };
        self.flows.insert(flow_month);
        self.after_flow += u64::from(flow.is_some_and(|flow| care > flow));
        self.old += u64::from(flow_month - month > STABLE);
    }

    fn month(&mut self, which: usize, day: i32) -> Option<Month> {
        let place = self.last.get_mut(which)?;
        match place {
            Some((known, month)) if *known == day => *month,
            _ => {
                let month = month_of(day);
                *place = Some((day, month));
                month
            }
        }
    }

    fn add(&mut self, other: &Self) {
        for (month, count) in &other.care {
            *self.care.entry(*month).or_default() += count;
        }
        self.flows.extend(&other.flows);
        self.after_flow += other.after_flow;
        self.old += other.old;
    }

    /// Says what seems incomplete.
    pub fn tell(&self, report: &mut Report) {
        let Some((first, last)) = self.flows.first().copied().zip(self.flows.last().copied())
        else {
            if !self.care.is_empty() {
                report.note("flux inconnus : les mois incomplets ne peuvent pas être reconnus");
            }
            return;
        };
        report.note(format!("flux de {} à {}", shown(first), shown(last)));
        let late: Vec<Month> = self
            .care
            .keys()
            .copied()
            .filter(|month| (last - WAIT + 1..=last).contains(month))
            .collect();
        if let (Some(from), Some(to)) = (late.first(), late.last()) {
            report.note(format!(
                "mois de soins suivis de moins de six mois de flux, donc incomplets : {} à {}",
                shown(*from),
                shown(*to)
            ));
        }
        let thin: Vec<String> = self
            .thin(last - WAIT)
            .into_iter()
            .map(|(month, share)| format!("{} ({share} %)", shown(month)))
            .collect();
        if !thin.is_empty() {
            report.note(format!(
                "mois de soins bien moins remplis que leurs voisins (part de leur moyenne) : {}",
                thin.join(", ")
            ));
        }
        if self.after_flow > 0 {
            let (lines, kept) =
                (count(self.after_flow, "ligne"), agreed(self.after_flow, "gardée"));
            report.note(format!("ER_PRS_F : {lines} dont le soin est postérieur au flux, {kept}"));
        }
        if self.old > 0 {
            let (lines, kept) = (count(self.old, "ligne"), agreed(self.old, "gardée"));
            report.note(format!(
                "ER_PRS_F : {lines} dont le soin précède le flux de plus de 27 mois, {kept}"
            ));
        }
    }

    /// Months with less than half of what each neighbour holds, and their share
    /// of the neighbours' mean, in percent.
    fn thin(&self, until: Month) -> Vec<(Month, u64)> {
        let (Some(first), Some(last)) = (self.care.keys().next(), self.care.keys().last()) else {
            return Vec::new();
        };
        let count = |month: Month| self.care.get(&month).copied().unwrap_or_default();
        (*first + 1..(*last).min(until + 1))
            .filter_map(|month| {
                let (before, own, after) = (count(month - 1), count(month), count(month + 1));
                let fewest = before.min(after);
                (fewest >= FEW && own * 2 < fewest).then(|| (month, own * 200 / (before + after)))
            })
            .collect()
    }
}

/// What all readers saw.
#[derive(Debug, Default)]
pub(crate) struct SharedMonths(Mutex<Months>);

impl SharedMonths {
    pub fn add(&self, months: &Months) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).add(months);
    }

    /// The flows, `2024-01`.
    pub fn flows(&self) -> Vec<String> {
        let months = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        months.flows.iter().copied().map(shown).collect()
    }

    pub fn tell(&self, report: &mut Report) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).tell(report);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remarks(lines: &[(&str, &str, u32)]) -> Vec<String> {
        let mut months = Months::default();
        for (care, flow, count) in lines {
            for _ in 0..*count {
                months.count(day::parse(care).unwrap(), Some(day::parse(flow).unwrap()));
            }
        }
        let mut report = Report::default();
        months.tell(&mut report);
        report.remarques
    }

    #[test]
    fn months_that_look_incomplete() {
        let all = remarks(&[
            ("2023-01-10", "2023-02-01", 400),
            ("2023-02-10", "2023-03-01", 100),
            ("2023-03-10", "2023-04-01", 600),
            ("2023-07-10", "2023-08-01", 300),
            ("2023-08-02", "2023-08-01", 1),
            ("2020-01-02", "2023-08-01", 1),
        ]);
        assert_eq!(
            all,
            [
                "flux de 2023-02 à 2023-08",
                "mois de soins suivis de moins de six mois de flux, donc incomplets : 2023-03 à 2023-08",
                "mois de soins bien moins remplis que leurs voisins (part de leur moyenne) : 2023-02 (20 %)",
                "ER_PRS_F : 1 ligne dont le soin est postérieur au flux, gardée",
                "ER_PRS_F : 1 ligne dont le soin précède le flux de plus de 27 mois, gardée",
            ]
        );
    }
}
