//! Texts that must not be shown by accident.

use std::fmt;

macro_rules! private {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        ///
        /// `Debug` shows none of it, and there is no `Display`.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text, kept as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text, for those who have the right to see it.
            #[must_use]
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}

private! {
    /// A patient, by the identifier that the facts use.
    PatientKey
    /// A doctor, by the identifier that the facts use; also the list of that doctor.
    DoctorKey
    /// What a person wrote: it may name somebody.
    Words
}

macro_rules! number {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(crate) i64);

        impl $name {
            /// Reads what `Display` wrote.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let shape = text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
                shape.then(|| i64::from_str_radix(text, 16).ok().map(Self)).flatten()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:016x}", self.0)
            }
        }

        impl rusqlite::ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
                self.0.to_sql()
            }
        }

        impl rusqlite::types::FromSql for $name {
            fn column_result(
                value: rusqlite::types::ValueRef<'_>,
            ) -> rusqlite::types::FromSqlResult<Self> {
                i64::column_result(value).map(Self)
            }
        }
    )+};
}

number! {
    /// An account.
    AccountId
    /// A session, to list and end it: it does not open anything.
    SessionId
    /// A patient of a list, drawn at random: it may stand in an address or in the journal.
    PatientId
    /// Something that one person did at once.
    ChangeId
    /// One line of the story of a patient.
    EventId
    /// A declaration.
    DeclarationId
    /// A document.
    DocumentId
    /// A statement of the fund.
    StatementId
    /// A payment.
    PaymentId
    /// A writing of a claim.
    ClaimId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_never_shown() {
        let key = PatientKey::new("1850578006084");
        assert_eq!(
            format!("{key:?} {:?}", Some(Words::new("Mme Canari"))),
            "PatientKey(…) Some(Words(…))"
        );
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for number in [0, 1, 255, i64::MAX] {
            assert_eq!(PatientId::parse(&PatientId(number).to_string()), Some(PatientId(number)));
        }
        for text in [
            "",
            "1",
            "-000000000000001",
            "FFFFFFFFFFFFFFFF",
            "ffffffffffffffff",
            "000000000000000é",
        ] {
            assert_eq!(PatientId::parse(text), None, "{text}");
        }
    }
}
