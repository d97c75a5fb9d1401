//! What surrounds the content of a page.

use askama::Template;
use axum::response::Html;

use crate::app::App;
use crate::failure::Failure;
use crate::guard::Need;
use crate::texts::{Language, Texts};

/// What the frame of every page inside shows.
pub struct Frame {
    pub t: &'static Texts,
    pub title: String,
    /// Proves that a form comes from a page of this session.
    pub token: String,
    /// By which a form sent twice counts once.
    pub form_key: String,
    /// Whether everybody shown is invented.
    pub demo: bool,
    /// What the page is about, when it is about figures.
    pub about: Option<About>,
    pub links: Vec<Link>,
}

/// Whose figures, of when.
pub struct About {
    pub campaign: String,
    pub campaigns: Vec<Choice>,
    pub doctors: Vec<Choice>,
    pub data: String,
    pub overlay: String,
}

/// An option of a list.
pub struct Choice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// A page one may go to.
pub struct Link {
    pub to: String,
    pub label: &'static str,
    pub current: bool,
}

impl Need {
    /// The pages of the menu: address, name, and whom they are for.
    pub(crate) const fn pages(t: &Texts) -> [(&'static str, &'static str, Self); 13] {
        [
            ("/", t.today, Self::Sums),
            ("/indicateurs", t.indicators, Self::Sums),
            ("/prevision", t.forecast, Self::Sums),
            ("/patients", t.patients, Self::Patients),
            ("/declarations", t.declarations, Self::Sums),
            ("/equipe", t.team, Self::Sums),
            ("/calendrier", t.calendar, Self::Sums),
            ("/releves", t.claims, Self::Amounts),
            ("/simulation", t.simulator, Self::OwnList),
            ("/import", t.import, Self::Import),
            ("/reglages", t.settings, Self::Account),
            ("/compte", t.my_account, Self::Account),
            ("/aide", t.help, Self::Account),
        ]
    }
}

/// What surrounds a page outside: the door, a failure.
pub struct Outside {
    pub t: &'static Texts,
    pub title: String,
    /// Whether everybody shown is invented.
    pub demo: bool,
}

impl Outside {
    /// The frame of a page outside.
    pub fn of(app: &App, language: Language, title: &str) -> Self {
        Self { t: Texts::of(language), title: title.to_owned(), demo: app.demo }
    }
}

/// A page, made.
pub fn html(page: &impl Template) -> Result<Html<String>, Failure> {
    Ok(Html(page.render()?))
}
