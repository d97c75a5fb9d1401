//! What is asked of the list, as its address says it. No address names a
//! patient: what is searched for travels in a form.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use jalon_store::worklist::{FundMark, State};
use jalon_store::{AccountId, ChangeId};
use jiff::civil::Date;
use serde::Deserialize;

use crate::app::House;
use crate::failure::Failure;
use crate::pages::Look;
use crate::texts::Language;

/// What is asked of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// One indicator, by its word.
    pub indicator: Option<String>,
    pub which: Which,
    pub owner: Owner,
    /// What can be done until that day, or sooner.
    pub before: Option<Date>,
    /// With an appointment, or without.
    pub booked: Option<bool>,
    pub order: Order,
    /// Whether amounts are wanted.
    pub euros: bool,
    pub page: Page,
}

/// Where what is listed stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Which {
    /// Something is still to be done or awaited.
    #[default]
    Following,
    /// Nobody has reached the patient yet.
    ToContact,
    /// In that state.
    In(State),
    /// The fund says so.
    Marked(FundMark),
    /// Wherever it stands.
    All,
}

/// Who takes care of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Owner {
    #[default]
    Anyone,
    Nobody,
    Person(AccountId),
}

/// In what order patients come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    Need,
    Deadline,
    Contact,
    Appointment,
    Patient,
}

/// Which part of the list is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// From 1.
    Number(usize),
    Whole,
}

impl Default for Page {
    fn default() -> Self {
        Self::Number(1)
    }
}

impl Which {
    /// The word of an address; none for what goes without saying.
    pub const fn word(self) -> Option<&'static str> {
        match self {
            Self::Following => None,
            Self::ToContact => Some("a-contacter"),
            Self::In(state) => Some(state.word()),
            Self::Marked(mark) => Some(mark.word()),
            Self::All => Some("tous"),
        }
    }

    fn parse(word: &str) -> Option<Self> {
        match word {
            "a-contacter" => Some(Self::ToContact),
            "tous" => Some(Self::All),
            word => {
                State::parse(word).map(Self::In).or_else(|| FundMark::parse(word).map(Self::Marked))
            }
        }
    }
}

impl Owner {
    /// The word of an address.
    pub fn word(self) -> Option<String> {
        match self {
            Self::Anyone => None,
            Self::Nobody => Some("personne".to_owned()),
            Self::Person(account) => Some(account.to_string()),
        }
    }

    fn parse(word: &str) -> Option<Self> {
        match word {
            "personne" => Some(Self::Nobody),
            word => AccountId::parse(word).map(Self::Person),
        }
    }
}

impl Order {
    pub const ALL: [Self; 5] =
        [Self::Need, Self::Deadline, Self::Contact, Self::Appointment, Self::Patient];

    /// The word of an address.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Need => "besoin",
            Self::Deadline => "echeance",
            Self::Contact => "contact",
            Self::Appointment => "rendez-vous",
            Self::Patient => "patient",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.word() == word)
    }
}

/// What the address says, as it says it.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    indicateur: String,
    #[serde(default)]
    etat: String,
    #[serde(default)]
    qui: String,
    #[serde(default)]
    avant: String,
    #[serde(default)]
    rdv: String,
    #[serde(default)]
    tri: String,
    #[serde(default)]
    euros: String,
    #[serde(default)]
    page: String,
}

impl Asked {
    /// What it means; nothing for a word that no page of ours writes.
    fn filter(&self) -> Option<Filter> {
        Some(Filter {
            indicator: given(&self.indicateur, |word| Some(word.to_owned()))?,
            which: given(&self.etat, Which::parse)?.unwrap_or_default(),
            owner: given(&self.qui, Owner::parse)?.unwrap_or_default(),
            before: given(&self.avant, day)?,
            booked: given(&self.rdv, |word| match word {
                "avec" => Some(true),
                "sans" => Some(false),
                _ => None,
            })?,
            order: given(&self.tri, Order::parse)?.unwrap_or_default(),
            euros: given(&self.euros, |word| (word == "1").then_some(true))?.unwrap_or_default(),
            page: given(&self.page, |word| match word {
                "tout" => Some(Page::Whole),
                number => number.parse().ok().filter(|number| *number > 0).map(Page::Number),
            })?
            .unwrap_or_default(),
        })
    }
}

/// A field that is there: what it says, or nothing if it says nothing that is known.
#[allow(clippy::option_option)]
fn given<T>(text: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    match text.trim() {
        "" => Some(None),
        text => read(text).map(Some),
    }
}

/// A day as browsers send it, or as people write it.
pub fn day(text: &str) -> Option<Date> {
    let french = |text: &str| {
        let (day, rest) = text.split_once('/')?;
        let (month, year) = rest.split_once('/')?;
        Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
    };
    let sound = |day: &Date| (1900..=2200).contains(&day.year());
    text.parse().ok().or_else(|| french(text)).filter(sound)
}

impl Filter {
    /// The fields that say it: for an address, or the hidden fields of a form.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let fields = [
            ("indicateur", self.indicator.clone()),
            ("etat", self.which.word().map(str::to_owned)),
            ("qui", self.owner.word()),
            ("avant", self.before.map(|day| day.to_string())),
            ("rdv", self.booked.map(|with| if with { "avec" } else { "sans" }.to_owned())),
            (
                "tri",
                Some(self.order).filter(|it| *it != Order::Need).map(|it| it.word().to_owned()),
            ),
            ("euros", self.euros.then(|| "1".to_owned())),
            (
                "page",
                match self.page {
                    Page::Number(1) => None,
                    Page::Number(number) => Some(number.to_string()),
                    Page::Whole => Some("tout".to_owned()),
                },
            ),
        ];
        fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// The address of a path with this list.
    pub fn to(&self, look: &Look, path: &str) -> String {
        let mut to = look.to(path);
        for (name, value) in self.pairs() {
            let pair =
                form_urlencoded::Serializer::new(String::new()).append_pair(name, &value).finish();
            to.push('&');
            to.push_str(&pair);
        }
        to
    }

    /// The same list from its first page.
    pub fn on(&self, page: Page) -> Self {
        Self { page, ..self.clone() }
    }

    /// Without what who looks may not ask for.
    pub fn seen_by(self, look: &Look) -> Self {
        Self { euros: self.euros && look.sees_euros(), ..self }
    }

    /// Patients in another place.
    pub fn only(which: Which) -> Self {
        Self { which, ..Self::default() }
    }
}

impl FromRequestParts<House> for Filter {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, Failure> {
        let asked = Query::<Asked>::from_request_parts(parts, house).await;
        let Query(asked) = asked.map_err(|_| Failure::NotFound)?;
        // The one field that people type.
        if !asked.avant.trim().is_empty() && day(asked.avant.trim()).is_none() {
            let language = Language::of(parts.headers.get(axum::http::header::ACCEPT_LANGUAGE));
            let words = crate::texts::Calls::of(language);
            return Err(Failure::Refused(words.bad_day.to_owned()));
        }
        asked.filter().ok_or(Failure::NotFound)
    }
}

/// What was just done, told once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Notice {
    #[default]
    None,
    /// A change was made; it can be undone.
    Done(ChangeId),
    /// A change was undone, by this one.
    Undone(ChangeId),
}

impl Notice {
    /// The end of an address that tells it.
    pub fn query(self) -> String {
        match self {
            Self::None => String::new(),
            Self::Done(change) => format!("&fait={change}"),
            Self::Undone(change) => format!("&annule={change}"),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
struct Told {
    fait: Option<String>,
    annule: Option<String>,
}

impl FromRequestParts<House> for Notice {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, Failure> {
        let told = Query::<Told>::from_request_parts(parts, house).await;
        let Query(told) = told.map_err(|_| Failure::NotFound)?;
        let read = |text: Option<String>| match text {
            Some(text) => ChangeId::parse(&text).map(Some).ok_or(Failure::NotFound),
            None => Ok(None),
        };
        Ok(match (read(told.fait)?, read(told.annule)?) {
            (Some(change), _) => Self::Done(change),
            (None, Some(change)) => Self::Undone(change),
            (None, None) => Self::None,
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn what_an_address_says_is_written_back() {
        let account = AccountId::parse("000000000000000a").unwrap();
        let full = Filter {
            indicator: Some("rosp-adulte:grippe-65".into()),
            which: Which::Marked(FundMark::ToClaim),
            owner: Owner::Person(account),
            before: Some(date(2024, 12, 31)),
            booked: Some(false),
            order: Order::Contact,
            euros: true,
            page: Page::Whole,
        };
        let mut found = vec![full, Filter::default()];
        found.extend(State::ALL.iter().map(|state| Filter::only(Which::In(*state))));
        found.extend([Which::ToContact, Which::All].map(Filter::only));
        for filter in found {
            let query = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(filter.pairs())
                .finish();
            let uri = format!("/patients?{query}").parse().unwrap();
            let Query(asked) = Query::<Asked>::try_from_uri(&uri).unwrap();
            assert_eq!(asked.filter(), Some(filter), "{query}");
        }
    }

    #[test]
    fn what_is_not_known_is_nothing() {
        for query in [
            "etat=clos",
            "qui=moi",
            "rdv=oui",
            "tri=euros",
            "euros=2",
            "page=0",
            "page=-1",
            "avant=demain",
        ] {
            let uri = format!("/patients?{query}").parse().unwrap();
            let Query(asked) = Query::<Asked>::try_from_uri(&uri).unwrap();
            assert_eq!(asked.filter(), None, "{query}");
        }
    }

    #[test]
    fn days_as_browsers_and_people_write_them() {
        for text in ["2024-12-31", "31/12/2024"] {
            assert_eq!(day(text), Some(date(2024, 12, 31)));
        }
        for text in ["31/02/2024", "12/31/2024", "hier", "0001-01-01", "9999-12-31", ""] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
