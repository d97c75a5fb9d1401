//! Équipe: what the practice has moved, without euros, patients or names.

use askama::Template;
use axum::response::Html;
use jalon_engine::forecast::{History, Point};
use jalon_rules::scale::Direction;
use jalon_rules::{Fraction, french};
use jalon_store::DoctorKey;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::compare::FEWEST;
use super::{Frame, Look, html};
use crate::courses::Course;
use crate::failure::Failure;
use crate::guard::Need;
use crate::measured::{self, Indicator};
use crate::texts::Figures;
use crate::words;

#[derive(Template)]
#[template(path = "team.html")]
struct Team {
    frame: Frame,
    w: &'static Figures,
    again: Option<String>,
    failed: bool,
    /// Lists added up, and all there are.
    summed: (usize, usize),
    /// Whether who looks may compare.
    compares: bool,
    compare: String,
    /// The day since which gaps are counted; empty where months are not known.
    since: String,
    closed: String,
    /// Whether a gap can still be closed.
    open: bool,
    schemes: Vec<Scheme>,
}

struct Scheme {
    name: String,
    lines: Vec<Line>,
}

#[derive(Default)]
struct Line {
    title: String,
    rate: String,
    closed: String,
    open: String,
}

/// An indicator, all lists together.
struct Sum<'a> {
    one: Indicator<'a>,
    numerator: u64,
    denominator: u64,
}

/// The page.
pub async fn show(look: Look) -> Result<Html<String>, Failure> {
    let campaign = look.campaign;
    let (season, course) =
        look.ask(move |facts| Ok((facts.season(campaign)?, facts.course(campaign)?))).await?;
    let all: Vec<&str> = look.facts.doctors().collect();
    let open = |doctor: &&str| {
        let key = DoctorKey::new(*doctor);
        look.actor.sees_rates_of(&key) || look.actor.compares_with(&key)
    };
    let doctors: Vec<&str> = all.iter().copied().filter(open).collect();
    let mut sums: Vec<Sum<'_>> = Vec::new();
    for book in season.iter().filter(|book| doctors.contains(&book.payee.as_str())) {
        for one in measured::indicators(book) {
            let Some((numerator, denominator)) = one.counts() else { continue };
            let same = |sum: &&mut Sum<'_>| {
                std::ptr::eq(sum.one.page, one.page) && std::ptr::eq(sum.one.scheme, one.scheme)
            };
            if let Some(sum) = sums.iter_mut().find(same) {
                sum.numerator += numerator;
                sum.denominator += denominator;
            } else {
                sums.push(Sum { one, numerator, denominator });
            }
        }
    }
    let w = Figures::of(look.language);
    let past = course.known().map(|history| Past::of(history, &doctors));
    let (mut schemes, mut closed): (Vec<Scheme>, i64) = (Vec::new(), 0);
    for sum in &sums {
        let moved = past.as_ref().and_then(|past| past.moved(&sum.one));
        let few = sum.denominator < FEWEST;
        let mut line = Line { title: sum.one.page.title.clone(), ..Line::default() };
        if few {
            w.few.clone_into(&mut line.rate);
        } else {
            line.rate = words::rate(sum.numerator, sum.denominator);
            if let Some(moved) = moved {
                closed += moved.closed;
                line.closed = signed(moved.closed);
                line.open = french::integer(moved.open);
            }
        }
        let name = &sum.one.scheme.name;
        match schemes.iter_mut().find(|scheme| scheme.name == *name) {
            Some(scheme) => scheme.lines.push(line),
            None => schemes.push(Scheme { name: name.clone(), lines: vec![line] }),
        }
    }
    let mut frame = look.frame(look.t.team, "/equipe");
    // No doctor is named, nor chosen: the lists are added up.
    if let Some(about) = &mut frame.about {
        about.doctors.clear();
    }
    let over = look.facts.last_day().is_some_and(|day| day > campaign.reference_day());
    let since = past.as_ref().and_then(|past| past.since);
    html(&Team {
        frame,
        w,
        again: matches!(course, Course::Underway).then(|| look.to("/equipe")),
        failed: matches!(course, Course::Failed),
        summed: (doctors.len(), all.len()),
        compares: Need::OwnList.is_met_by(&look.actor),
        compare: look.to("/comparaison"),
        closed: if since.is_some() { signed(closed) } else { String::new() },
        open: !over,
        since: since.map_or_else(String::new, french::date),
        schemes,
    })
}

/// What moved since a day.
#[derive(Clone, Copy)]
struct Moved {
    /// Patients more in the numerator.
    closed: i64,
    /// Those who can still enter it.
    open: u64,
}

/// The months of some doctors.
struct Past<'a> {
    history: &'a History<'static>,
    doctors: &'a [&'a str],
    /// The end of a month at least three months old, or the first of the year.
    since: Option<Date>,
}

impl<'a> Past<'a> {
    fn of(history: &'a History<'static>, doctors: &'a [&'a str]) -> Self {
        let today = history.today();
        let three = today.checked_sub(3.months()).unwrap_or(today);
        // Every curve has the same days.
        let curve = doctors.iter().find_map(|doctor| {
            history
                .pages()
                .map(|(scheme, page)| history.curve(doctor, scheme, page))
                .find(|curve| curve.len() > 1)
        });
        let days: Vec<Date> = curve.unwrap_or_default().iter().map(|point| point.day).collect();
        let old = days.iter().rev().find(|day| **day <= three);
        let since = old.or(days.first()).copied();
        Self { history, doctors, since }
    }

    /// How an indicator counted in patients moved; nothing for the others, and
    /// for those where fewer is better.
    fn moved(&self, one: &Indicator<'_>) -> Option<Moved> {
        let since = self.since?;
        if one.page.rule.direction == Direction::Falling {
            return None;
        }
        let mut sum = None;
        for doctor in self.doctors {
            let curve = self.history.curve(doctor, one.scheme, one.page);
            let then = curve.iter().find(|point| point.day == since);
            let (Some(then), Some(now)) = (then, curve.last()) else { continue };
            let more = moved(then, now)?;
            let so_far = sum.unwrap_or(Moved { closed: 0, open: 0 });
            sum =
                Some(Moved { closed: so_far.closed + more.closed, open: so_far.open + more.open });
        }
        sum
    }
}

fn moved(then: &Point, now: &Point) -> Option<Moved> {
    let count = |point: &Point| i64::try_from(point.counts.numerator).ok();
    Some(Moved { closed: count(now)? - count(then)?, open: now.open? })
}

/// A difference with its sign: `+12`, `-1`, `0`.
fn signed(change: i64) -> String {
    let sign = if change > 0 { "+" } else { "" };
    format!("{sign}{}", french::short(&Fraction::from(change), 0))
}
