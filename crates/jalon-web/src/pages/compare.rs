//! Comparaison: one's own rates among those of the colleagues who agreed to it.
//! Nobody is named, nothing is ranked.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use axum::response::Html;
use jalon_rules::Fraction;
use jalon_store::DoctorKey;
use serde::Deserialize;

use super::{Choice, Frame, Look, html};
use crate::charts;
use crate::charts::Drawing;
use crate::failure::Failure;
use crate::measured::{self, Indicator};
use crate::texts::Figures;

/// Fewest in a denominator whose rate is set beside another.
pub const FEWEST: u64 = 11;

#[derive(Template)]
#[template(path = "compare.html")]
struct Compare {
    frame: Frame,
    w: &'static Figures,
    colleagues: usize,
    consents: &'static str,
    campaign: String,
    schemes: Vec<Choice>,
    /// Drawings, in French whatever the language of the page.
    strips: Vec<Drawing>,
    left_out: Vec<String>,
}

/// What the address says besides.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    dispositif: Option<String>,
}

/// The page.
pub async fn show(look: Look, Query(asked): Query<Asked>) -> Result<Html<String>, Failure> {
    let own = look.actor.own().ok_or(Failure::NotFound)?.clone();
    let campaign = look.campaign;
    let season = look.ask(move |facts| facts.season(campaign)).await?;
    let agreed = |doctor: &&str| {
        *doctor != own.expose() && look.actor.compares_with(&DoctorKey::new(*doctor))
    };
    let colleagues: Vec<&str> = look.facts.doctors().filter(agreed).collect();
    let mine = season.iter().find(|book| book.payee == own.expose());
    let mine = mine.map(measured::indicators).unwrap_or_default();
    let mut schemes: Vec<Choice> = Vec::new();
    for one in &mine {
        if schemes.iter().all(|known| known.value != one.scheme.id) {
            let (value, label) = (one.scheme.id.clone(), one.scheme.name.clone());
            let chosen = asked.dispositif.as_ref().map_or(schemes.is_empty(), |id| *id == value);
            schemes.push(Choice { value, label, chosen });
        }
    }
    let chosen = schemes.iter().find(|scheme| scheme.chosen).map(|scheme| scheme.value.as_str());
    let mut others: BTreeMap<(&str, &str), Vec<Fraction>> = BTreeMap::new();
    for book in season.iter().filter(|book| colleagues.contains(&book.payee.as_str())) {
        for one in measured::indicators(book) {
            let key = (one.scheme.id.as_str(), one.page.id.as_str());
            others.entry(key).or_default().extend(rate(&one));
        }
    }
    let (mut strips, mut left_out) = (Vec::new(), Vec::new());
    let shown = mine.iter().filter(|one| Some(one.scheme.id.as_str()) == chosen);
    for (at, one) in shown.enumerate().filter(|_| !colleagues.is_empty()) {
        let theirs = others.get(&(one.scheme.id.as_str(), one.page.id.as_str()));
        let theirs = theirs.map(Vec::as_slice).unwrap_or_default();
        let strip = rate(one).map(|own| charts::strip(one.page, &own, theirs));
        match strip.map(|strip| charts::figure(strip, &format!("n{at}"))) {
            Some(strip) if !strip.is_empty() => strips.push(strip),
            _ => left_out.push(one.page.title.clone()),
        }
    }
    let w = Figures::of(look.language);
    let mut frame = look.frame(w.compare, "/equipe");
    // It is about one's own list, whichever others are open.
    if let Some(about) = &mut frame.about {
        about.doctors.clear();
    }
    html(&Compare {
        frame,
        w,
        colleagues: colleagues.len(),
        consents: "/reglages/accords",
        campaign: campaign.to_string(),
        schemes,
        strips,
        left_out,
    })
}

/// A rate that may be set beside others, in the unit of the objectives.
fn rate(one: &Indicator<'_>) -> Option<Fraction> {
    let (numerator, denominator) = one.counts().filter(|counts| counts.1 >= FEWEST)?;
    Some(Fraction::ratio(numerator, denominator)?.times_hundred())
}
