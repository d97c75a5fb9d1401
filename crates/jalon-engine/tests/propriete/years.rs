//! How a practice went through several years, month after month: held against
//! plain loops on one indicator, and against a dossier opened as of a day on
//! all of them.

use std::path::Path;

use jalon_data::Dossier;
use jalon_engine::evidence::PageCounts;
use jalon_engine::forecast::{Forecast, History, Point};
use jalon_engine::ledger::Books;
use jalon_engine::{Engine, Question};
use jalon_rules::convention::Scheme;
use jalon_rules::page::Page;
use jalon_rules::{Campaign, Fraction, Range};
use jiff::civil::{Date, date};

use crate::RULES;
use crate::dice::Dice;
use crate::exam::engine;
use crate::reference::days;
use crate::reference::facts::{Act, Attachment, Patient};
use crate::tables::tables;

/// Facts begin then: the campaigns of 2021 and after have 24 months of them.
const FIRST: Date = date(2020, 1, 1);
const TODAY: Date = date(2024, 10, 15);
const WOMEN: usize = 80;

fn act(date: Date, system: &str, code: &str) -> Act {
    let (system, code) = (system.to_owned(), code.to_owned());
    let (value, performer, speciality, prescriber) = (None, None, None, None);
    Act { date, system, code, quantity: 1, value, performer, speciality, prescriber }
}

fn patient(name: String, birth: Date, sex: char) -> Patient {
    Patient {
        name,
        birth,
        sex,
        death: None,
        c2s: None,
        attachments: vec![Attachment { doctor: "m1".into(), from: date(2018, 1, 1), to: None }],
        deliveries: Vec::new(),
        acts: Vec::new(),
        vaccinations: Vec::new(),
        alds: Vec::new(),
        stays: Vec::new(),
    }
}

/// A practice whose women come and go, with mammograms at random, and one man
/// who is seen every month.
fn practice(seed: u64) -> Vec<Patient> {
    let mut dice = Dice::new(seed);
    let some_day = |dice: &mut Dice| days::plus(FIRST, dice.between(0, 1749));
    let mut patients = Vec::new();
    for at in 0..WOMEN {
        let birth = date(1930 + i16::try_from(dice.below(60)).unwrap(), 6, 30);
        let mut woman = patient(format!("f{at:03}"), birth, 'F');
        if dice.once_in(6) {
            woman.attachments[0].from = some_day(&mut dice);
        }
        if dice.once_in(6) {
            let left = some_day(&mut dice);
            woman.attachments[0].to = (left > woman.attachments[0].from).then_some(left);
        }
        if dice.once_in(10) {
            woman.death = Some(some_day(&mut dice));
        }
        for _ in 0..dice.below(4) {
            let day = some_day(&mut dice);
            if day <= TODAY {
                woman.acts.push(act(day, "ccam", "QEQK001"));
            }
        }
        patients.push(woman);
    }
    let mut man = patient("temoin".into(), date(1990, 1, 1), 'M');
    for year in 2020..=2024 {
        for month in 1..=12 {
            let day = date(year, month, 5);
            if day <= TODAY {
                man.acts.push(act(day, "ngap", "G"));
            }
        }
    }
    patients.push(man);
    patients
}

/// Women of 50 to 74 on the list on 31 December, and those with a mammogram in
/// the two years, as far as was known on a day.
fn counted(patients: &[Patient], year: i16, known: Date) -> PageCounts {
    let (first, last) = (date(year - 1, 1, 1), date(year, 12, 31));
    let mut counts = PageCounts::default();
    for patient in patients {
        let later =
            |day: Option<Date>| day.filter(|day| *day <= known).is_none_or(|day| day > last);
        let attached = &patient.attachments[0];
        let age = year - patient.birth.year();
        let listed = attached.from <= known.min(last) && later(attached.to) && later(patient.death);
        if patient.sex == 'F' && listed && (50..=74).contains(&age) {
            counts.denominator += 1;
            let done = |act: &Act| act.date >= first && act.date <= known.min(last);
            counts.numerator += u64::from(patient.acts.iter().any(done));
        }
    }
    counts
}

fn adults() -> (&'static Scheme, &'static Page) {
    let scheme = RULES.scheme("rosp-adulte").unwrap();
    let page = RULES.pages_of(scheme).into_iter().find(|page| page.id == "cancer-sein").unwrap();
    (scheme, page)
}

fn books(year: i16) -> Books<'static> {
    let campaign = Campaign::new(year).unwrap();
    Books { rules: &RULES, campaign, overlay: None, list: None, doctor: None }
}

fn rate(counts: PageCounts) -> Fraction {
    Fraction::ratio(100 * counts.numerator, counts.denominator).unwrap()
}

#[test]
fn a_practice_is_forecast_by_its_own_years() {
    let patients = practice(24);
    let engine = engine(&tables(&patients));
    let (scheme, page) = adults();
    let history = History::read(&engine, &books(2024), &[scheme], TODAY).unwrap();
    // Every screening is still possible until 31 December.
    let point = |year, day| {
        let counts = counted(&patients, year, day);
        Point { day, counts, open: Some(counts.denominator - counts.numerator) }
    };
    let mut ends: Vec<Date> = (1..=9).map(|month| date(2024, month, 1).last_of_month()).collect();
    ends.push(TODAY);
    let curve: Vec<Point> = ends.into_iter().map(|day| point(2024, day)).collect();
    assert_eq!(history.curve("m1", scheme, page), curve);
    assert!(curve[0].counts.numerator < curve[9].counts.numerator, "{curve:?}");
    let forecast = history.forecast("m1", scheme, page).unwrap();
    let years: Vec<i16> = forecast.years.iter().map(|year| year.campaign.year()).collect();
    // The 24 months of 2020 begin before the facts do.
    assert_eq!(years, [2021, 2022, 2023]);
    let mut growths = Vec::new();
    for year in &forecast.years {
        let (number, then) = (year.campaign.year(), date(year.campaign.year(), 10, 15));
        assert_eq!(year.then, point(number, then));
        assert_eq!(year.end, counted(&patients, number, Date::MAX));
        let growth = rate(year.end) - rate(year.then.counts);
        assert_eq!(year.growth, growth);
        growths.push(growth);
    }
    growths.sort();
    let now = rate(curve[9].counts);
    assert_eq!(forecast.range, Some(Range::hull(&now + &growths[0], &now + &growths[2])));
    assert_eq!(forecast.hits().tried, 3);
    // When the year is over, nothing is left to forecast.
    let over = History::read(&engine, &books(2023), &[scheme], TODAY).unwrap();
    let (curve, end) = (over.curve("m1", scheme, page), counted(&patients, 2023, Date::MAX));
    assert_eq!((curve.len(), curve[11].counts), (12, end));
    let over = over.forecast("m1", scheme, page).unwrap();
    assert_eq!((over.range, over.years.len()), (Some(Range::exact(rate(end))), 2));
    assert_eq!(history.curve("m2", scheme, page), []);
    assert_eq!(history.forecast("m2", scheme, page), None);
}

#[test]
fn a_day_of_the_history_is_a_dossier_opened_as_of_that_day() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../exemples/cabinet");
    let dossier = Dossier::open(&example).unwrap();
    let engine = Engine::open(&dossier).unwrap();
    let (scheme, screening) = adults();
    let books = books(2024);
    let today = date(2024, 2, 29);
    let history = History::read(&engine, &books, &[scheme], today).unwrap();
    let doctor = &engine.doctors()[0];
    let pages = books.basis(scheme).pages();
    for (at, day) in [date(2024, 1, 31), today].into_iter().enumerate() {
        let known = Engine::open_as_of(&dossier, Some(day)).unwrap();
        let question = Question {
            rules: &RULES,
            scheme,
            at: books.campaign.into(),
            pages: &pages,
            doctor: Some(doctor),
        };
        let counts = known.counts(question).unwrap();
        let mut seen = 0;
        for (page, counts) in pages.iter().zip(&counts[0].pages) {
            let curve = history.curve(doctor, scheme, page);
            assert_eq!(curve.len(), if page.rule.unit.is_computed() { 2 } else { 0 });
            if let Some(point) = curve.get(at) {
                assert_eq!((point.day, point.counts), (day, *counts), "{}", page.id);
                seen += u64::from(counts.denominator > 0);
            }
        }
        assert!(seen > 15, "{seen}");
    }
    // The example knows two years: none of them can be a past year of its own.
    let Forecast { today, range, years } = history.forecast(doctor, scheme, screening).unwrap();
    assert!(years.is_empty());
    assert_eq!(range, Some(Range::hull(today.rate().unwrap(), today.reach().unwrap())));
    assert!(today.reach().unwrap() > today.rate().unwrap());
}
