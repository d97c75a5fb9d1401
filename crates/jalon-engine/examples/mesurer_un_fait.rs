//! Mesure ce que coûte un fait de plus : les chiffres d'un médecin, tout recomptés
//! ou tenus à jour.
//!
//! Usage : cargo run --release -p jalon-engine --example mesurer_un_fait [PATIENTS]
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a measure that fails must stop")]

use std::time::{Duration, Instant};

use jalon_data::Dossier;
use jalon_data::generer::{Plan, generer};
use jalon_data::write::Format;
use jalon_engine::Engine;
use jalon_engine::forecast::History;
use jalon_engine::ledger::{Books, People};
use jalon_engine::live::{Fact, Live};
use jalon_rules::codes::System;
use jalon_rules::convention::ListKind;
use jalon_rules::{Campaign, Rules};
use jiff::civil::date;

/// Facts added, one after another.
const FACTS: u64 = 200;

fn main() {
    let patients = std::env::args().nth(1).map_or(1_000, |number| number.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cabinet");
    let plan = Plan { patients, medecins: 1, graine: 1, campagne: 2024 };
    let rows = generer(&plan, &path, Format::Parquet, &mut |_| {}).unwrap().total();
    println!("{patients} patients, {rows} lignes");
    let (rules, rules_read) = timed(|| Rules::bundled().unwrap());
    println!("règles lues                     {}", told(rules_read));
    for year in [2024, 2026] {
        measure(&rules, &path, Campaign::new(year).unwrap(), patients);
    }
}

fn measure(rules: &Rules, path: &std::path::Path, campaign: Campaign, patients: u64) {
    println!("\ncampagne {campaign}");
    let (dossier, read) = timed(|| Dossier::open(path).unwrap());
    let (engine, opened) = timed(|| Engine::open(&dossier).unwrap());
    println!("dossier lu                      {}", told(read));
    println!("moteur ouvert                   {}", told(opened));
    let doctor = engine.doctors()[0].clone();
    let books = Books { rules, campaign, overlay: None, list: None, doctor: Some(&doctor) };
    let ((whole, people), counted) = timed(|| {
        let people = People::read(&engine).unwrap();
        let mut schemes = rules.any_schemes();
        schemes.retain(|scheme| scheme.covers(campaign));
        let counted = books.count_all(&engine, &people, &schemes, campaign).unwrap();
        (counted, people)
    });
    let (book, paid) = timed(|| books.books(&whole, &people, &engine).unwrap());
    println!("tout recompter                  {}", told(counted));
    println!("payer                           {}", told(paid));
    println!("régimes                         {}", book[0].ledgers.len());
    let (mut live, opened) = timed(|| Live::open(&engine, &books).unwrap());
    println!("chiffres tenus à jour : ouvrir  {}", told(opened));
    let (mut added, mut whole) = (Vec::new(), Vec::new());
    for at in 0..FACTS {
        let patient = format!("P{:07}", at * patients / FACTS + 1);
        let start = Instant::now();
        live.add(&patient, &[fact(at, campaign.year(), &doctor)]).unwrap();
        added.push(start.elapsed());
        let book = live.book(&doctor).unwrap().unwrap();
        whole.push(start.elapsed());
        assert!(!book.ledgers.is_empty());
    }
    println!("un fait de plus : compter       {}", spread(&mut added));
    println!("un fait de plus : tout          {}", spread(&mut whole));
    look_ahead(&engine, &books);
}

/// Curves and forecasts of everything that is counted, in the middle of October.
fn look_ahead(engine: &Engine, books: &Books<'_>) {
    let schemes = books.rules.schemes().map(|(_, scheme)| scheme);
    let mut schemes: Vec<_> = schemes.collect();
    schemes.retain(|scheme| scheme.covers(books.campaign) && scheme.list != ListKind::Followed);
    let today = date(books.campaign.year(), 10, 15);
    let (history, read) = timed(|| History::read(engine, books, &schemes, today).unwrap());
    let pages = history.pages().count();
    println!("courbes et prévisions           {} ({pages} indicateurs)", told(read));
}

/// A fact of one kind or another, on the last day of the campaign.
fn fact(at: u64, year: i16, doctor: &str) -> Fact {
    let date = date(year, 12, 31);
    match at % 4 {
        0 => Fact::Act {
            date,
            system: System::Nabm,
            code: "1577".into(),
            quantity: 1,
            performer: Some(doctor.to_owned()),
            speciality: None,
        },
        1 => Fact::Vaccination { date, code: "J07BB02".into() },
        2 => Fact::Delivery {
            date,
            cip13: None,
            atc: Some("A10BA02".into()),
            boxes: 1,
            days: Some(30),
            large_pack: Some(false),
            repertory: Some(true),
        },
        _ => Fact::Illness { number: 8, from: date, to: None },
    }
}

fn timed<T>(task: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = task();
    (done, start.elapsed())
}

fn told(time: Duration) -> String {
    format!("{:>7} ms", time.as_millis())
}

/// Median, 95th percentile and worst, in tenths of milliseconds.
fn spread(times: &mut [Duration]) -> String {
    times.sort();
    let tenths =
        |time: Duration| format!("{},{} ms", time.as_micros() / 1000, time.as_micros() / 100 % 10);
    let at = |percent: usize| tenths(times[(times.len() - 1) * percent / 100]);
    format!("médiane {}, 95 % {}, pire {}", at(50), at(95), at(100))
}
