//! Why two lists, or two counts, may differ about someone.

use jalon_rules::french;
use jiff::civil::Date;

/// A reason that the facts tell. Where they tell none, it is unknown: nothing is
/// supposed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Another person of the other list may be the same: see whom.
    Identity {
        /// What is alike, in French.
        alike: &'static str,
        /// Who, on the other list.
        with: Who,
    },
    /// Died on that day.
    Died(Date),
    /// Left the list on that day.
    Left(Date),
    /// Came to the list after the day on which it is counted.
    NotYet(Date),
    /// Came to the list during the year.
    Arrived(Date),
    /// Within a year of an age that the list or the indicator ends at.
    Age {
        /// Age on the day, in years.
        age: i16,
        /// The age it ends at.
        bound: u8,
    },
    /// The act was done in the last weeks: it may have been reimbursed after the
    /// fund counted.
    Late(Date),
    /// No act for long: the last one, if any.
    Quiet(Option<Date>),
}

/// A person of one of the two lists.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// A patient of the practice, as the facts name them.
    Practice(String),
    /// A person of the fund's list, by its number there.
    Fund(u32),
}

/// How a day is written: whole, or its month only.
pub(crate) type Day = fn(Date) -> String;

impl Reason {
    /// The reason in French, with its day and without any identity.
    #[must_use]
    pub fn says(&self) -> String {
        self.says_with(french::date)
    }

    /// What kind of reason it is, without days or ages.
    pub(crate) fn kind(&self) -> String {
        let words = match self {
            Self::Identity { alike, .. } => return format!("identité à vérifier : {alike}"),
            Self::Died(_) => "décès",
            Self::Left(_) => "départ",
            Self::NotYet(_) => "arrivée après le jour du compte",
            Self::Arrived(_) => "arrivée dans l'année",
            Self::Age { .. } => "à un an d'une borne d'âge",
            Self::Late(_) => "acte de fin de période",
            Self::Quiet(Some(_)) => "aucun acte récent",
            Self::Quiet(None) => "aucun acte connu",
        };
        words.to_owned()
    }

    /// The reason, with days written otherwise.
    pub(crate) fn says_with(&self, day: Day) -> String {
        match self {
            Self::Identity { alike, .. } => format!("identité à vérifier : {alike}"),
            Self::Died(on) => format!("décès : {}", day(*on)),
            Self::Left(on) => format!("départ : {}", day(*on)),
            Self::NotYet(on) => format!("arrivée après le jour du compte : {}", day(*on)),
            Self::Arrived(on) => format!("arrivée dans l'année : {}", day(*on)),
            Self::Age { age, bound } => format!("{age} ans, à un an de la borne de {bound} ans"),
            Self::Late(on) => {
                format!("acte de fin de période, peut-être remboursé après : {}", day(*on))
            }
            Self::Quiet(Some(last)) => format!("aucun acte depuis : {}", day(*last)),
            Self::Quiet(None) => "aucun acte connu".to_owned(),
        }
    }
}

/// What is said of several reasons, « inconnue » where there is none.
#[must_use]
pub fn said(reasons: &[Reason]) -> String {
    said_with(reasons, french::date)
}

pub(crate) fn said_with(reasons: &[Reason], day: Day) -> String {
    if reasons.is_empty() {
        return "inconnue".to_owned();
    }
    let all: Vec<_> = reasons.iter().map(|reason| reason.says_with(day)).collect();
    all.join(" ; ")
}
