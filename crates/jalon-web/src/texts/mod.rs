//! The words of the screens, French first. Each file is the words of some
//! pages; those of every page are in [`Texts`].

mod account;
mod calendar;
mod calls;
mod common;
mod declarations;
mod door;
mod figures;
mod import;
mod settings;
mod simulator;
mod statements;

use axum::http::HeaderValue;

pub use account::Account;
pub use calendar::Calendar;
pub use calls::Calls;
pub use common::Texts;
pub use declarations::Declarations;
pub use door::Door;
pub use figures::Figures;
pub use import::Import;
pub use settings::Settings;
pub use simulator::Simulator;
pub use statements::Statements;

/// A language of the screens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// The first.
    #[default]
    French,
    /// The other.
    English,
}

impl Language {
    /// The one a browser asks for: English for those who ask for it first,
    /// French for everyone else.
    pub fn of(asked: Option<&HeaderValue>) -> Self {
        let asked = asked.and_then(|asked| asked.to_str().ok()).unwrap_or_default();
        let english = asked.trim_start().to_ascii_lowercase().starts_with("en");
        if english { Self::English } else { Self::French }
    }
}

/// Declares words: the name of the group, then each field and what it says in
/// each language.
macro_rules! texts {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $fr:literal, $en:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name {
            $(pub $field: &'static str),+
        }

        impl $name {
            const FR: Self = Self { $($field: $fr),+ };
            const EN: Self = Self { $($field: $en),+ };

            /// The words, in that language.
            pub const fn of(language: $crate::texts::Language) -> &'static Self {
                match language {
                    $crate::texts::Language::French => &Self::FR,
                    $crate::texts::Language::English => &Self::EN,
                }
            }
        }

        $(const _: () = assert!(!$fr.is_empty() && !$en.is_empty());)+
    };
}

use texts;
