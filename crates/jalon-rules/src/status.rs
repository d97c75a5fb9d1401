//! How sure a value is.

use std::fmt;

/// How sure a value is, from strong to weak. A figure carries the weakest
/// status it rests on: [`Ord`] puts the weakest last, so it is the maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Text or site of the State or of the Assurance maladie.
    Officiel,
    /// Printed by the fund on the doctor's own statement, entered by the user.
    Releve,
    /// Union, press, publisher, thesis, public code.
    Secondaire,
    /// Arithmetic or reasoning from the stronger ones.
    Deduit,
    /// Recalled, or chosen by the project: no text was read.
    AVerifier,
    /// Sources disagree.
    Conflit,
    /// Invented for a demonstration.
    Fictif,
}

impl Status {
    /// Every status, from strong to weak.
    pub const ALL: [Self; 7] = [
        Self::Officiel,
        Self::Releve,
        Self::Secondaire,
        Self::Deduit,
        Self::AVerifier,
        Self::Conflit,
        Self::Fictif,
    ];

    /// The word used in pages, tables and JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Officiel => "officiel",
            Self::Releve => "releve",
            Self::Secondaire => "secondaire",
            Self::Deduit => "deduit",
            Self::AVerifier => "a-verifier",
            Self::Conflit => "conflit",
            Self::Fictif => "fictif",
        }
    }

    /// The status that this word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A known value with what it rests on. An unknown value is `None` of this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value as the source prints it.
    pub value: T,
    /// How sure it is.
    pub status: Status,
    /// The text, site or reasoning it comes from.
    pub source: String,
}

impl<T> Sourced<T> {
    /// The value with its status and source.
    pub fn new(value: T, status: Status, source: impl Into<String>) -> Self {
        Self { value, status, source: source.into() }
    }

    /// What the value rests on, without the value.
    #[must_use]
    pub fn origin(&self) -> Sourced<()> {
        Sourced { value: (), status: self.status, source: self.source.clone() }
    }
}
