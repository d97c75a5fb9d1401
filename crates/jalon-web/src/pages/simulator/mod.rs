//! Simulateur: what a doctor would be paid if rates, list or rules were
//! others, and what another campaign pays for the same facts.

pub mod public;

use std::sync::Arc;

use askama::Template;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use jalon_engine::ledger::{Book, Ledger};
use jalon_engine::simulation::Moved;
use jalon_rules::amount::Measured;
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::convention::in_force;
use jalon_rules::reform::Reform;
use jalon_rules::{Campaign, Fraction, Range, french};

use super::{Choice, Frame, Look, Visit, html};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::practice::{Facts, PracticeError};
use crate::simulator::{self, Asked, Facing, MOST_POINTS};
use crate::texts::Simulator;
use crate::words;

#[derive(Template)]
#[template(path = "simulator.html")]
struct Page {
    frame: Frame,
    w: &'static Simulator,
    before: String,
    doctor: String,
    faults: Vec<String>,
    points: i64,
    most: i64,
    list: String,
    lines: String,
    reforms: Vec<Choice>,
    groups: Vec<Group>,
    result: Option<Shown>,
    after: String,
    campaigns: Vec<Choice>,
    facing: Vec<Vec<String>>,
    file: String,
}

/// The parameters of a scheme.
struct Group {
    name: String,
    rows: Vec<Row>,
}

/// The parameters of one thing.
struct Row {
    title: String,
    fields: Vec<Field>,
}

/// One parameter: its present value, and the one that is asked.
struct Field {
    name: String,
    label: &'static str,
    now: String,
    value: String,
}

/// What it comes to.
struct Shown {
    rows: Vec<Vec<String>>,
    said: Vec<Said>,
    idle: Vec<String>,
}

/// A reform, and what of it counts.
struct Said {
    title: String,
    source: String,
    explanation: String,
    effective: Vec<String>,
    left_out: Vec<String>,
}

/// What the query of an address says.
pub fn fields_of(uri: &Uri) -> Fields {
    Fields::of(uri.query().unwrap_or_default().as_bytes())
}

/// The page.
pub async fn show(look: Look, uri: Uri) -> Result<Response, Failure> {
    let fields = fields_of(&uri);
    let w = Simulator::of(look.language);
    let (doctor, campaign, rules) = (look.doctor()?, look.campaign, look.app.practice.rules());
    if !look.sees_euros() {
        return Err(Failure::NotFound);
    }
    let mut asked = Asked::read(&fields);
    let season = look.ask(move |facts| facts.season(campaign)).await?;
    let book = season.iter().find(|book| book.payee == doctor).ok_or(Failure::NotFound)?;
    let mut schemes = rules.any_schemes();
    schemes.retain(|one| one.covers(campaign));
    let changes = asked.changes(rules, &schemes, campaign);
    let after = fields.given("apres").and_then(|year| Campaign::new(year.parse().ok()?));
    let after = after.or_else(|| latest(&rules.any_schemes(), campaign));
    let asked = Arc::new(asked);
    let (of, wanted) = (doctor.clone(), Arc::clone(&asked));
    let (outcome, facing) = look
        .ask(move |facts| {
            let facing = match after.filter(|after| *after > campaign) {
                Some(after) => facing(facts, campaign, after, &of)?,
                None => Vec::new(),
            };
            if !wanted.is_something() || !wanted.faults.is_empty() {
                return Ok((None, facing));
            }
            let counted = facts.counted(campaign, campaign)?;
            let season = facts.season(campaign)?;
            let Some(book) = season.iter().find(|book| book.payee == of) else {
                return Ok((None, facing));
            };
            let books = facts.books(campaign);
            let outcome =
                simulator::otherwise(books, &counted, facts.people(), book, &wanted, &changes);
            Ok((Some(outcome), facing))
        })
        .await?;
    let mut faults = asked.faults.clone();
    let result = match outcome {
        Some(Ok(outcome)) => Some(result(&asked, &outcome, look.t.total)),
        Some(Err(fault)) => {
            faults.push(fault);
            None
        }
        None => None,
    };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = html(&Page {
        frame: look.frame(w.title, "/simulation"),
        w,
        before: campaign.to_string(),
        doctor: look.app.keys.of(&doctor),
        faults,
        points: asked.points,
        most: MOST_POINTS,
        list: asked.list.map_or_else(String::new, |list| list.to_string()),
        lines: fields.text("modif").to_owned(),
        reforms: reforms(&fields),
        groups: groups(book, campaign, &fields, w),
        result,
        after: after.map_or_else(String::new, |after| after.to_string()),
        campaigns: years(&rules.any_schemes(), Some(campaign), after),
        facing: rows_of(&facing, look.t.total),
        file: format!("/simulation/reforme.toml?{}", uri.query().unwrap_or_default()),
    })?;
    Ok((status, page).into_response())
}

/// The first campaign of a newer system, if there is one.
fn latest(schemes: &[AnyScheme<'_>], campaign: Campaign) -> Option<Campaign> {
    let firsts = schemes.iter().map(|one| one.span().0).filter(|first| *first > campaign);
    firsts.max()
}

/// The campaigns that pay something, those after one of them alone.
fn years(
    schemes: &[AnyScheme<'_>],
    after: Option<Campaign>,
    chosen: Option<Campaign>,
) -> Vec<Choice> {
    let spans = schemes.iter().map(|one| one.span());
    let all = spans.reduce(|(first, last), (from, to)| (first.min(from), last.max(to)));
    let years = all.map(|(first, last)| first.year()..=last.year()).into_iter().flatten();
    years
        .filter_map(Campaign::new)
        .filter(|year| after.is_none_or(|after| *year > after))
        .filter(|year| schemes.iter().any(|one| one.covers(*year)))
        .map(|year| Choice {
            value: year.to_string(),
            label: year.to_string(),
            chosen: Some(year) == chosen,
        })
        .collect()
}

/// What two campaigns pay on the same facts.
fn facing(
    facts: &Facts,
    before: Campaign,
    after: Campaign,
    doctor: &str,
) -> Result<Vec<Facing>, PracticeError> {
    let books = facts.books(after);
    let counted = facts.counted(after, before)?;
    let all = books.books(&counted, facts.people(), facts.engine())?;
    let season = facts.season(before)?;
    let old = season.iter().find(|book| book.payee == doctor);
    let new = all.iter().find(|book| book.payee == doctor);
    Ok(match (old, new) {
        (Some(old), Some(new)) => simulator::face(books.rules, old, new),
        _ => Vec::new(),
    })
}

/// A difference as people read it.
fn difference(range: &Range) -> String {
    french::range(range, |value: &Fraction| {
        let sign = if value.is_negative() || value.is_zero() { "" } else { "+" };
        format!("{sign}{}", french::euros(value))
    })
}

/// Old schemes, new schemes, their euros and what separates them.
fn rows_of(facing: &[Facing], total: &str) -> Vec<Vec<String>> {
    if facing.is_empty() {
        return Vec::new();
    }
    let row = |before: &str, after: &str, one: &Range, two: &Range| {
        let name = |name: &str| if name.is_empty() { "—".to_owned() } else { name.to_owned() };
        let euros = |name: &str, euros: &Range| {
            if name.is_empty() { "—".to_owned() } else { words::euros(euros) }
        };
        vec![
            name(before),
            euros(before, one),
            name(after),
            euros(after, two),
            difference(&(two - one)),
        ]
    };
    let mut rows: Vec<_> = facing
        .iter()
        .map(|one| row(&one.before, &one.after, &one.euros_before, &one.euros_after))
        .collect();
    let before: Range = facing.iter().map(|one| &one.euros_before).sum();
    let after: Range = facing.iter().map(|one| &one.euros_after).sum();
    rows.push(row(total, total, &before, &after));
    rows
}

fn result(asked: &Asked, outcome: &simulator::Outcome, total: &str) -> Shown {
    let row = |name: &str, moved: &Moved| {
        vec![
            name.to_owned(),
            words::euros(&moved.before),
            words::euros(&moved.after),
            difference(&moved.difference),
        ]
    };
    let mut rows: Vec<_> = outcome.schemes.iter().map(|(name, moved)| row(name, moved)).collect();
    rows.push(row(total, &outcome.total));
    let counts = |text: &String| outcome.effective.contains(text);
    let texts = |reform: &Reform, wanted: bool| -> Vec<String> {
        let all = reform.modifications.iter().map(|one| one.text.clone());
        all.filter(|text| counts(text) == wanted).collect()
    };
    let said = asked.reforms.iter().map(|reform| Said {
        title: reform.title.clone(),
        source: reform.source.clone(),
        explanation: reform.explanation.clone(),
        effective: texts(reform, true),
        left_out: reform.left_out.clone(),
    });
    let idle = asked.reforms.iter().flat_map(|reform| texts(reform, false));
    Shown { rows, said: said.collect(), idle: idle.collect() }
}

/// The reforms that come with the program.
fn reforms(fields: &Fields) -> Vec<Choice> {
    let names = Reform::bundled_names().into_iter();
    names
        .map(|name| {
            let title = match Reform::bundled(&name) {
                Some(Ok(reform)) => reform.title,
                _ => name.clone(),
            };
            let chosen = fields.all("reforme").any(|one| one == name);
            Choice { value: name, label: title, chosen }
        })
        .collect()
}

/// The parameters of the schemes that pay the doctor.
fn groups(book: &Book<'_>, campaign: Campaign, fields: &Fields, w: &Simulator) -> Vec<Group> {
    let field = |path: String, label: &'static str, now: Option<&Fraction>| {
        let name = format!("v:{path}");
        let value = fields.text(&name).to_owned();
        let now = now.map_or_else(|| "?".to_owned(), |now| french::short(now, 4));
        Field { name, label, now, value }
    };
    book.ledgers
        .iter()
        .filter_map(|ledger| {
            let id = ledger.scheme().id();
            let mut rows = Vec::new();
            match ledger {
                Ledger::Rate(rate) => {
                    let scheme = rate.scheme;
                    let dated = |values| in_force(values, campaign).map(|value| &value.value);
                    rows.push(Row {
                        title: w.whole.to_owned(),
                        fields: vec![
                            field(
                                format!("{id}.valeur_point"),
                                w.point,
                                dated(&scheme.point_value),
                            ),
                            field(format!("{id}.reference"), w.reference, dated(&scheme.reference)),
                            field(
                                format!("{id}.part_intermediaire"),
                                w.share,
                                dated(&scheme.share),
                            ),
                        ],
                    });
                    let indicators = rate.indicators.iter();
                    let own = indicators.filter(|one| {
                        one.measured != Measured::OutOfCampaign && one.page.rule.scheme == *id
                    });
                    rows.extend(own.map(|one| {
                        let path = |key: &str| format!("{id}/{}.{key}", one.page.id);
                        let (scale, value) =
                            (&one.scale, |value: &Option<jalon_rules::Sourced<Fraction>>| {
                                value.as_ref().map(|value| value.value.clone())
                            });
                        let minimum = scale.minimum.as_ref().map(|one| Fraction::from(one.value));
                        Row {
                            title: one.page.title.clone(),
                            fields: vec![
                                field(
                                    path("intermediaire"),
                                    w.intermediate,
                                    value(&scale.intermediate).as_ref(),
                                ),
                                field(path("cible"), w.target, value(&scale.target).as_ref()),
                                field(path("seuil"), w.minimum, minimum.as_ref()),
                                field(path("points"), w.points, value(&scale.points).as_ref()),
                            ],
                        }
                    }));
                }
                Ledger::Gate(gate) => {
                    let value = in_force(&gate.scheme.point_value, campaign).map(|one| &one.value);
                    if value.is_some() {
                        let fields = vec![field(format!("{id}.valeur_point"), w.point, value)];
                        rows.push(Row { title: w.whole.to_owned(), fields });
                    }
                }
                Ledger::Prevention(_) | Ledger::Classes(_) => {}
            }
            (!rows.is_empty()).then(|| Group { name: ledger.scheme().name().to_owned(), rows })
        })
        .collect()
}

/// What is asked, as a reform file.
pub async fn reform(look: Look, uri: Uri) -> Result<Response, Failure> {
    let asked = Asked::read(&fields_of(&uri));
    if !asked.faults.is_empty() {
        return Err(Failure::Refused(asked.faults.join("\n")));
    }
    let day = french::date(look.today());
    let text = simulator::file(&asked, look.campaign, look.doctor.as_deref(), &day);
    Ok(attached(text, "reforme.toml"))
}

/// A text to keep.
fn attached(text: String, name: &str) -> Response {
    let kept = format!("attachment; filename=\"{name}\"");
    let headers =
        [(CONTENT_TYPE, "application/toml; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, kept)];
    (headers, text).into_response()
}

/// A reform file is opened: its parameters become those of the page.
pub async fn open(visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let look = Look::of_form(visit, &fields).await?;
    let reform = Reform::parse("fichier", fields.text("fichier")).map_err(|faults| {
        let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
        Failure::Refused(told.join("\n"))
    })?;
    let doctor = look.doctor()?;
    let mine = reform.modifications.iter().filter(|one| {
        one.covers(look.campaign) && one.doctor.as_ref().is_none_or(|one| *one == doctor)
    });
    let lines: Vec<_> = mine.map(|one| one.text.as_str()).collect();
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("modif", &lines.join("\n"))
        .finish();
    Ok(Redirect::to(&format!("{}&{query}", look.to("/simulation"))).into_response())
}
