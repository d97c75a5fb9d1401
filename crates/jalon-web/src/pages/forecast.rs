//! Prévision: where each indicator will end the year, and how far that holds.

use askama::Template;
use axum::response::Html;
use jalon_engine::forecast::{Forecast, Hits};
use jalon_rules::page::Unit;
use jalon_rules::scale::{Direction, RateKind};
use jalon_rules::{Fraction, Range, Sourced, french};

use super::{Frame, Look, html};
use crate::courses::Course;
use crate::failure::Failure;
use crate::measured::{self, Indicator};
use crate::texts::Figures;

#[derive(Template)]
#[template(path = "forecast.html")]
struct Page {
    frame: Frame,
    w: &'static Figures,
    again: Option<String>,
    failed: bool,
    over: bool,
    /// The day of the rates.
    today: String,
    /// How many past years were inside their range, of all; empty when none
    /// was tried.
    held: String,
    schemes: Vec<Scheme>,
    cannot: Vec<Left>,
}

struct Scheme {
    name: String,
    /// Whether it holds rates against objectives.
    objectives: bool,
    lines: Vec<Line>,
}

struct Line {
    title: String,
    to: String,
    rate: String,
    /// Why it does not count today; empty when it does.
    too_few: String,
    range: String,
    intermediate: Objective,
    target: Objective,
    years: String,
}

/// An objective, and whether the range reaches it.
struct Objective {
    value: String,
    reached: &'static str,
}

/// What cannot be forecast.
struct Left {
    title: String,
    scheme: String,
    why: &'static str,
}

/// The page.
pub async fn show(look: Look) -> Result<Html<String>, Failure> {
    let doctor = look.doctor()?;
    let campaign = look.campaign;
    let (season, course) =
        look.ask(move |facts| Ok((facts.season(campaign)?, facts.course(campaign)?))).await?;
    let w = Figures::of(look.language);
    let book = season.iter().find(|book| book.payee == doctor);
    let mut page = Page {
        frame: look.frame(look.t.forecast, "/prevision"),
        w,
        again: matches!(course, Course::Underway).then(|| look.to("/prevision")),
        failed: matches!(course, Course::Failed),
        over: look.facts.last_day().is_some_and(|day| day > campaign.reference_day()),
        today: String::new(),
        held: String::new(),
        schemes: Vec::new(),
        cannot: Vec::new(),
    };
    let Some(history) = course.known() else { return html(&page) };
    page.today = french::date(history.today());
    let mut hits = Vec::new();
    for one in book.map(measured::indicators).unwrap_or_default() {
        let forecast = history.forecast(&doctor, one.scheme, one.page);
        let name = &one.scheme.name;
        match line(&look, &one, forecast.as_ref(), w) {
            Ok(line) => {
                hits.extend(forecast.map(|forecast| forecast.hits()));
                let same = |scheme: &&mut Scheme| scheme.name == *name;
                if let Some(scheme) = page.schemes.iter_mut().find(same) {
                    scheme.lines.push(line);
                } else {
                    let objectives = one.scale.is_some();
                    let (name, lines) = (name.clone(), vec![line]);
                    page.schemes.push(Scheme { name, objectives, lines });
                }
            }
            Err(why) => {
                page.cannot.push(Left { title: one.page.title.clone(), scheme: name.clone(), why });
            }
        }
    }
    page.held = held(hits.into_iter().sum(), w).unwrap_or_default();
    html(&page)
}

/// A line of the table, or why there is none.
fn line(
    look: &Look,
    one: &Indicator<'_>,
    forecast: Option<&Forecast>,
    w: &'static Figures,
) -> Result<Line, &'static str> {
    if !one.page.rule.unit.is_computed() {
        return Err(if one.page.rule.unit == Unit::Declared { w.declared } else { w.unread });
    }
    let forecast = forecast.ok_or(w.nobody)?;
    let today = forecast.today.rate().ok_or(w.nobody)?;
    let range = forecast.range.as_ref().ok_or(w.unbounded)?;
    let (kind, direction) = (one.page.rule.rate, one.page.rule.direction);
    let counts = forecast.today.counts;
    let rate = format!(
        "{} ({}/{})",
        written(kind, &today),
        french::integer(counts.numerator),
        french::integer(counts.denominator)
    );
    let minimum = one.scale.and_then(|scale| scale.minimum.as_ref());
    let too_few = minimum.filter(|minimum| counts.denominator < minimum.value).map(|minimum| {
        format!("{} ({}\u{a0}<\u{a0}{})", w.too_few, counts.denominator, minimum.value)
    });
    let objective = |value: Option<&Sourced<Fraction>>| match value {
        Some(value) => Objective {
            value: written(kind, &value.value),
            reached: reaches(range, &value.value, direction, w),
        },
        None => Objective { value: w.unknown.to_owned(), reached: "" },
    };
    Ok(Line {
        title: one.page.title.clone(),
        to: look.to(&format!("/indicateurs/{}/{}", one.scheme.id, one.page.id)),
        rate,
        too_few: too_few.unwrap_or_default(),
        range: french::range(range, |value| written(kind, value)),
        intermediate: objective(one.scale.and_then(|scale| scale.intermediate.as_ref())),
        target: objective(one.scale.and_then(|scale| scale.target.as_ref())),
        years: match forecast.years.len() {
            0 if range.is_exact() => w.no_past.to_owned(),
            0 => w.no_year.to_owned(),
            1 => w.one_year.to_owned(),
            _ => held(forecast.hits(), w).unwrap_or_else(|| w.one_year.to_owned()),
        },
    })
}

/// Whether a range is on the good side of an objective: all of it, a part, or
/// nothing.
fn reaches(
    range: &Range,
    objective: &Fraction,
    direction: Direction,
    w: &'static Figures,
) -> &'static str {
    let reached = |rate: &Fraction| match direction {
        Direction::Rising => rate >= objective,
        Direction::Falling => rate <= objective,
    };
    match (reached(range.min()), reached(range.max())) {
        (true, true) => w.reached,
        (false, false) => w.not_reached,
        _ => w.maybe,
    }
}

/// `3 sur 4 (75 %)`; nothing when nothing was tried.
fn held(hits: Hits, w: &Figures) -> Option<String> {
    let share = french::percent(&hits.share()?, 0);
    Some(format!("{} {} {} ({share})", hits.inside, w.of, hits.tried))
}

/// A rate in the unit of the objectives, as people read it.
fn written(kind: RateKind, rate: &Fraction) -> String {
    match kind {
        RateKind::Share => french::percent(&rate.hundredths(), 1),
        RateKind::Per100 => french::per_100(&rate.hundredths(), 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Language;

    #[test]
    fn an_objective_is_reached_by_all_of_a_range_a_part_or_nothing() {
        let w = Figures::of(Language::French);
        let range = Range::hull(Fraction::from(60), Fraction::from(70));
        for (objective, rising, falling) in [
            (59, w.reached, w.not_reached),
            (60, w.reached, w.maybe),
            (65, w.maybe, w.maybe),
            (70, w.maybe, w.reached),
            (71, w.not_reached, w.reached),
        ] {
            let said = |direction| reaches(&range, &Fraction::from(objective), direction, w);
            assert_eq!((said(Direction::Rising), said(Direction::Falling)), (rising, falling));
        }
    }

    #[test]
    fn what_the_method_is_worth_is_said_with_its_count() {
        let w = Figures::of(Language::French);
        assert_eq!(held(Hits::default(), w), None);
        let told = held(Hits { inside: 3, tried: 4 }, w).unwrap();
        assert_eq!(told.replace('\u{a0}', " "), "3 sur 4 (75 %)");
    }
}
