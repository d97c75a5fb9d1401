//! The two verdicts on a statement, the gaps, and the patients that may explain
//! them.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use jalon_claim::Deadlines;
use jalon_claim::arithmetic::{Compared, Row as Compare, Verdict};
use jalon_claim::data::{Agreement, Comparison};
use jalon_claim::reason::said;
use jalon_claim::suspects::Explanation;
use jalon_rules::scale::RateKind;
use jalon_rules::{Fraction, Range, french};
use jalon_store::worklist::Tracked;
use jiff::civil::Date;

use super::study::Study;
use super::{Wanted, claim, is_own, left, of_data, of_sum, to};
use crate::failure::Failure;
use crate::pages::{Frame, Look, Numbers, html};
use crate::texts::{Calls, Statements};
use crate::words;

/// Patients shown of an explanation: those of whom something is known first.
const SHOWN: usize = 50;

/// Rows shown of each side of the two lists.
const ROWS: usize = 200;

#[derive(Template)]
#[template(path = "statement.html")]
struct Page {
    frame: Frame,
    w: &'static Statements,
    id: String,
    campaign: String,
    doctor: String,
    message: String,
    wrong: bool,
    back: String,
    bring: String,
    correct: String,
    claim: String,
    may: bool,
    demo: bool,
    name: String,
    received: String,
    sum: Sum,
    data: Told,
    explained: Vec<Explained>,
    lists: Option<Lists>,
    deadlines: Vec<(&'static str, String)>,
}

struct Sum {
    word: &'static str,
    says: String,
    rows: Vec<[String; 5]>,
    unmatched: String,
}

struct Told {
    word: &'static str,
    lists: String,
    rows: Vec<Row>,
    total: [String; 3],
    unread: String,
    unprinted: String,
}

struct Row {
    title: String,
    to: String,
    rates: [String; 2],
    counts: [String; 6],
    points: [String; 3],
    euros: [String; 3],
    agreement: &'static str,
    differs: bool,
}

struct Explained {
    title: String,
    says: String,
    to: String,
    /// The indicator, as the memory names it.
    word: String,
    suspects: Vec<Suspect>,
    more: String,
}

struct Suspect {
    number: String,
    label: String,
    to: String,
    reasons: String,
    last: String,
    mark: &'static str,
}

struct Lists {
    both: String,
    practice: Vec<Someone>,
    practice_count: String,
    fund: Vec<Someone>,
    fund_count: String,
}

struct Someone {
    label: String,
    to: String,
    reasons: String,
}

/// The page.
pub async fn show(
    look: Look,
    Path(number): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let w = Statements::of(look.language);
    let message = match wanted.fait.as_deref() {
        Some("enregistre") => w.saved.to_owned(),
        Some(count) if count.parse::<u32>().is_ok() => format!("{} {count}", w.marked),
        _ => String::new(),
    };
    page(&look, &number, &message, StatusCode::OK).await
}

/// The page, with what was done, or why nothing was.
pub async fn page(
    look: &Look,
    number: &str,
    message: &str,
    status: StatusCode,
) -> Result<Response, Failure> {
    let study = Study::read(look, number).await?;
    let w = Statements::of(look.language);
    let doctor = look.doctor()?;
    // Patients are named once the journal has it.
    let named = if look.sees_patients() && names_someone(&study) {
        Some((look.numbers(&study.held.list).await?, look.tracked().await?))
    } else {
        None
    };
    let notified = claim::notified(look, &study.kept).await?;
    let id = study.kept.id;
    let page = html(&Page {
        frame: look.frame(w.title, "/releves"),
        w,
        id: id.to_string(),
        campaign: look.campaign.to_string(),
        doctor: look.app.keys.of(&doctor),
        message: message.to_owned(),
        wrong: status != StatusCode::OK,
        back: look.to("/releves"),
        bring: format!("{}&nature=liste", look.to("/import")),
        correct: format!("{}&corrige={id}", look.to("/releves/saisie")),
        claim: to(look, id, "/reclamation"),
        may: is_own(look, &doctor),
        demo: look.app.demo,
        name: study.held.scheme.name.clone(),
        received: french::date(study.kept.received_on),
        sum: sum(&study, w),
        data: told(look, &study),
        explained: explained(look, &study, named.as_ref()),
        lists: named.as_ref().and_then(|(numbers, _)| lists(look, &study, numbers)),
        deadlines: deadlines(look, notified),
    })?;
    let mut response = page.into_response();
    *response.status_mut() = status;
    Ok(response)
}

/// Whether the page has patients to name.
fn names_someone(study: &Study) -> bool {
    study.held.lists.is_some() || study.held.explanations.iter().any(|one| !one.suspects.is_empty())
}

fn unknown() -> String {
    "?".to_owned()
}

fn sum(study: &Study, w: &Statements) -> Sum {
    let arithmetic = &study.held.arithmetic;
    let title = |row: &Compare| {
        let known = study.held.data.rows.iter().find(|one| one.indicator == row.label);
        known.filter(|_| !row.as_printed).map_or_else(|| row.label.clone(), |one| one.title.clone())
    };
    let tolerance = french::euros(&arithmetic.tolerance);
    let compared = arithmetic.compared() as u64;
    let within = format!("{} {tolerance} {}", w.within, w.rounding);
    let says = match arithmetic.verdict() {
        Verdict::NoList => w.no_list.to_owned(),
        Verdict::NothingPrinted => w.nothing_printed.to_owned(),
        Verdict::Agrees => {
            format!("{} {}, {within}.", french::integer(compared), w.of_comparisons)
        }
        Verdict::Differs { wrong } => format!(
            "{}/{} {}, {within}.",
            french::integer(wrong as u64),
            french::integer(compared),
            w.of_comparisons
        ),
    };
    let rows = arithmetic.rows.iter().map(|row| {
        let show = |value: &Fraction| match row.compared {
            Compared::TotalPoints => french::short(value, 3),
            Compared::Amount | Compared::TotalAmount => french::euros(value),
        };
        let what = match row.compared {
            Compared::Amount => title(row),
            Compared::TotalPoints => format!("{} ({})", row.label, w.in_points),
            Compared::TotalAmount => format!("{} ({})", row.label, w.in_euros),
        };
        [
            what,
            row.points.as_ref().map_or_else(String::new, |points| french::short(points, 3)),
            row.expected.as_ref().map_or_else(unknown, |range| french::range(range, show)),
            row.printed.as_ref().map_or_else(unknown, show),
            row.gap
                .as_ref()
                .map_or_else(unknown, |gap| if gap.is_zero() { "=".to_owned() } else { show(gap) }),
        ]
    });
    Sum {
        word: of_sum(arithmetic, w),
        says,
        rows: rows.collect(),
        unmatched: arithmetic.unmatched.join(" ; "),
    }
}

fn told(look: &Look, study: &Study) -> Told {
    let (w, data) = (Statements::of(look.language), &study.held.data);
    let known = |count: Option<u64>| count.map_or_else(unknown, french::integer);
    let (fund, ours) = data.euros().unzip();
    let shown = |range: Option<Range>| range.as_ref().map_or_else(unknown, words::euros);
    Told {
        word: of_data(data, w),
        lists: format!(
            "{} : {} {}, {} {}",
            w.lists_are,
            w.fund,
            known(data.fund_list),
            w.practice,
            french::integer(data.our_list)
        ),
        rows: data.rows.iter().map(|row| compared(look, study, row)).collect(),
        total: [shown(fund), shown(ours), shown(data.euros_gap())],
        unread: data.unread.join(" ; "),
        unprinted: data.unprinted.join(", "),
    }
}

fn compared(look: &Look, study: &Study, row: &Comparison) -> Row {
    let w = Statements::of(look.language);
    let rate = |rate: &Option<Fraction>| {
        let rate = rate.as_ref().map(Fraction::hundredths);
        rate.map_or_else(unknown, |rate| match row.kind {
            RateKind::Share => french::percent(&rate, 2),
            RateKind::Per100 => french::per_100(&rate, 2),
        })
    };
    let count = |count: Option<u64>| count.map_or_else(unknown, french::integer);
    let signed = |gap: Option<i64>| match gap {
        None => unknown(),
        Some(0) => "=".to_owned(),
        Some(gap) => {
            let sign = if gap > 0 { '+' } else { '−' };
            format!("{sign}{}", french::integer(gap.unsigned_abs()))
        }
    };
    let points = |range: Option<&Range>| range.map_or_else(unknown, words::points);
    let euros = |range: Option<&Range>| range.map_or_else(unknown, words::euros);
    let ours = row.ours.euros.as_ref().map(|range| range.round(2));
    Row {
        title: row.title.clone(),
        to: look.to(&format!("/indicateurs/{}/{}", study.held.scheme.id, row.indicator)),
        rates: [rate(&row.fund.rate), rate(&row.ours.rate)],
        counts: [
            count(row.fund.numerator),
            count(row.ours.numerator),
            signed(row.numerator_gap()),
            count(row.fund.denominator),
            count(row.ours.denominator),
            signed(row.denominator_gap()),
        ],
        points: [
            points(row.fund.points.as_ref()),
            points(row.ours.points.as_ref()),
            points(row.points_gap().as_ref()),
        ],
        euros: [
            euros(row.fund.euros.as_ref()),
            euros(ours.as_ref()),
            euros(row.euros_gap().as_ref()),
        ],
        agreement: match row.agreement {
            Agreement::Same => w.agrees,
            Agreement::SameRate => w.same_rate,
            Agreement::Differs => w.differs,
            Agreement::Unknown => w.unknown,
        },
        differs: row.agreement == Agreement::Differs,
    }
}

fn explained(
    look: &Look,
    study: &Study,
    named: Option<&(Numbers, BTreeMap<String, Tracked>)>,
) -> Vec<Explained> {
    let all = study.held.explanations.iter();
    all.map(|one| {
        let row = study.held.data.rows.iter().find(|row| row.indicator == one.indicator);
        let suspects = named.map_or_else(Vec::new, |(numbers, tracked)| {
            suspects(look, study, one, numbers, tracked)
        });
        let w = Statements::of(look.language);
        let more = one.suspects.len().saturating_sub(SHOWN);
        Explained {
            title: row.map_or_else(|| one.indicator.clone(), |row| row.title.clone()),
            says: one.says(),
            to: look.to(&format!("/indicateurs/{}/{}", study.held.scheme.id, one.indicator)),
            word: study.word(&one.indicator),
            more: if more > 0 && named.is_some() {
                format!("{} {}", french::integer(more as u64), w.others)
            } else {
                String::new()
            },
            suspects,
        }
    })
    .collect()
}

fn suspects(
    look: &Look,
    study: &Study,
    explanation: &Explanation,
    numbers: &Numbers,
    tracked: &BTreeMap<String, Tracked>,
) -> Vec<Suspect> {
    let w = Statements::of(look.language);
    let word = study.word(&explanation.indicator);
    let shown = explanation.suspects.iter().take(SHOWN);
    shown
        .filter_map(|one| {
            let number = numbers.of(&one.patient)?;
            let mark = tracked.get(&one.patient).and_then(|kept| kept.gap(&word).fund);
            let mut reasons = said(&one.reasons);
            if one.sure {
                reasons = format!("{} ; {reasons}", w.by_list);
            }
            Some(Suspect {
                number: number.to_string(),
                label: one.patient.clone(),
                to: look.to_patient(number),
                reasons,
                last: one.last.map_or_else(String::new, french::date),
                mark: mark.map_or("", |mark| Calls::of(look.language).of_mark(mark)),
            })
        })
        .collect()
}

fn lists(look: &Look, study: &Study, numbers: &Numbers) -> Option<Lists> {
    let (same, list) = (study.held.lists.as_ref()?, study.lent.whole.as_ref()?);
    let practice = same.practice.iter().take(ROWS).map(|one| Someone {
        label: one.who.clone(),
        to: numbers.of(&one.who).map_or_else(String::new, |number| look.to_patient(number)),
        reasons: said(&one.reasons),
    });
    let fund = same.fund.iter().take(ROWS).map(|one| {
        let person = list.patients.get(&one.who);
        let names = person.into_iter().flat_map(|person| {
            [&person.nom, &person.prenom, &person.identifiant].into_iter().flatten().cloned()
        });
        let birth = person.and_then(|person| person.naissance).map(french::date);
        Someone {
            label: names.chain(birth).collect::<Vec<_>>().join(" "),
            to: String::new(),
            reasons: said(&one.reasons),
        }
    });
    Some(Lists {
        both: french::integer(same.both.len() as u64),
        practice: practice.collect(),
        practice_count: french::integer(same.practice.len() as u64),
        fund: fund.collect(),
        fund_count: french::integer(same.fund.len() as u64),
    })
}

/// The delay to write a claim.
fn deadlines(look: &Look, notified: Date) -> Vec<(&'static str, String)> {
    let w = Statements::of(look.language);
    vec![(w.notified, french::date(notified)), (w.claim_by, left(look, Some(notified)))]
}

/// The delays of a claim.
pub fn delays(look: &Look, deadlines: Deadlines) -> Vec<(&'static str, String)> {
    let w = Statements::of(look.language);
    let day = |day: Option<Date>| day.map_or_else(|| w.unknown.to_owned(), french::date);
    vec![
        (w.notified, day(deadlines.notified)),
        (w.claim_by, left(look, deadlines.notified)),
        (w.refused_on, day(deadlines.refused_on())),
        (w.court_by, day(deadlines.court_by())),
    ]
}
