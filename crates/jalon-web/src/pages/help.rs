//! Aide: the rules, as the pages that compute say them.

use askama::Template;
use axum::extract::Path;
use axum::response::Html;
use jalon_rules::Rules;
use jalon_rules::any_scheme::AnyScheme;

use super::{Frame, Link, Look, html};
use crate::failure::Failure;

#[derive(Template)]
#[template(path = "rules.html")]
struct List {
    frame: Frame,
    schemes: Vec<Scheme>,
}

struct Scheme {
    name: String,
    pages: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "rule.html")]
struct Rule {
    frame: Frame,
    source: String,
    back: Link,
}

/// Every page of every scheme of the campaign.
pub async fn list(look: Look) -> Result<Html<String>, Failure> {
    let rules = look.app.practice.rules();
    let covering = rules.any_schemes().into_iter().filter(|one| one.covers(look.campaign));
    let schemes = covering
        .map(|scheme| Scheme {
            name: scheme.name().to_owned(),
            pages: pages(rules, scheme)
                .into_iter()
                .map(|(id, title, _)| {
                    (title.to_owned(), look.to(&format!("/aide/{}/{id}", scheme.id())))
                })
                .collect(),
        })
        .collect();
    html(&List { frame: look.frame(look.t.rules, "/aide"), schemes })
}

/// One page, whole.
pub async fn show(
    look: Look,
    Path((scheme, id)): Path<(String, String)>,
) -> Result<Html<String>, Failure> {
    let rules = look.app.practice.rules();
    let scheme = rules.any_scheme(&scheme).ok_or(Failure::NotFound)?;
    let found = pages(rules, scheme).into_iter().find(|(known, ..)| *known == id);
    let (_, title, source) = found.ok_or(Failure::NotFound)?;
    let back = Link { to: look.to("/aide"), label: look.t.rules, current: false };
    html(&Rule { frame: look.frame(title, "/aide"), source: source.to_owned(), back })
}

/// Identifier, title and text of the pages of a scheme.
fn pages<'r>(rules: &'r Rules, scheme: AnyScheme<'r>) -> Vec<(&'r str, &'r str, &'r str)> {
    match scheme {
        AnyScheme::Counted(scheme) => rules
            .pages_of(scheme)
            .into_iter()
            .map(|page| (page.id.as_str(), page.title.as_str(), page.source.as_str()))
            .collect(),
        AnyScheme::Classes(scheme) => {
            let pages = rules.all_class_pages().iter().filter(|page| page.scheme == scheme.id);
            pages.map(|page| &page.sheet).map(sheet).collect()
        }
        AnyScheme::Gate(scheme) => {
            let pages = rules.all_gate_pages().iter().filter(|page| page.scheme == scheme.id);
            pages.map(|page| &page.sheet).map(sheet).collect()
        }
    }
}

fn sheet(sheet: &jalon_rules::forfait::Sheet) -> (&str, &str, &str) {
    (&sheet.id, &sheet.title, &sheet.source)
}
