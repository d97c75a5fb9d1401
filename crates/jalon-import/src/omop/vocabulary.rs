//! Which code is of which vocabulary: told by the concepts, else by its shape.

use std::collections::BTreeMap;

use crate::nomenclature::codes;

/// Vocabularies told apart when counting what is left; the rest is one.
const MOST_NAMES: usize = 500;

/// Vocabularies whose codes have a place in a dossier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum System {
    Cip13,
    Cip7,
    Cis,
    Ucd,
    Atc,
    Nabm,
    Ccam,
    Ngap,
    Loinc,
    Cim10,
}

/// A code of a vocabulary that is of use, or the name of one that is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Code {
    Known(System, String),
    Foreign(String),
}

/// What the concepts say of the codes of the source.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    names: Vec<String>,
    /// Concepts and the rank of their vocabulary, sorted once all are there.
    concepts: Vec<(u32, u16)>,
    /// Codes of the concepts of vocabularies of use.
    codes: BTreeMap<u32, String>,
}

impl Vocabulary {
    pub(super) fn add(&mut self, concept: u32, vocabulary: &str, code: &str) {
        let rank = match self.names.iter().position(|name| name == vocabulary) {
            Some(rank) => rank,
            None if self.names.len() < MOST_NAMES => {
                self.names.push(vocabulary.to_owned());
                self.names.len() - 1
            }
            None => return,
        };
        if system(vocabulary, code).is_some() {
            self.codes.insert(concept, code.to_owned());
        }
        self.concepts.push((concept, u16::try_from(rank).unwrap_or(u16::MAX)));
    }

    pub(super) fn sort(&mut self) {
        self.concepts.sort_unstable();
    }

    /// The code behind a source value and its concept.
    pub(super) fn code(&self, value: &str, concept: i64, shapes: &[System]) -> Code {
        let concept = u32::try_from(concept).unwrap_or(0);
        let first = self.concepts.partition_point(|(one, _)| *one < concept);
        let found = self.concepts.get(first).filter(|(one, _)| *one == concept && concept != 0);
        if let Some(name) = found.and_then(|(_, rank)| self.names.get(usize::from(*rank))) {
            let code = self.codes.get(&concept).map_or(value, String::as_str);
            return match system(name, code) {
                Some(system) => Code::Known(system, code.to_owned()),
                None => Code::Foreign(name.clone()),
            };
        }
        // Seven digits alone may be of any vocabulary, RxNorm among others.
        let bare = codes::digits(value, 7);
        let guess = shapes.iter().copied().find(|system| !bare && has_shape(*system, value));
        match guess {
            Some(system) => Code::Known(system, value.to_owned()),
            None if value.is_empty() => Code::Foreign("aucun code source".to_owned()),
            None => Code::Foreign("vocabulaire inconnu".to_owned()),
        }
    }
}

/// The system of a code of a named vocabulary; nothing if it is of no use here.
fn system(vocabulary: &str, code: &str) -> Option<System> {
    let name: String =
        vocabulary.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
    let wanted: &[System] = match name.as_str() {
        "CIP" | "CIP13" | "CIP7" | "BDPM" | "CIS" => &[System::Cip13, System::Cip7, System::Cis],
        "UCD" | "UCD7" | "UCD13" => &[System::Ucd],
        "ATC" => &[System::Atc],
        "NABM" => &[System::Nabm],
        "CCAM" => &[System::Ccam],
        "NGAP" => return Some(System::Ngap),
        "LOINC" => &[System::Loinc],
        "CIM10" | "CIM10FR" | "ICD10" | "ICD10FR" => &[System::Cim10],
        _ => return None,
    };
    wanted.iter().copied().find(|system| has_shape(*system, code))
}

fn has_shape(system: System, code: &str) -> bool {
    match system {
        System::Cip13 => codes::keyed(code) && code.starts_with("34009"),
        System::Cip7 => codes::digits(code, 7),
        System::Cis => codes::digits(code, 8),
        System::Ucd => matches!(code.len(), 7 | 13) && codes::ucd7(code).is_some(),
        System::Atc => code.len() >= 3 && codes::atc(code),
        System::Nabm => codes::nabm(code).is_some(),
        System::Ccam => codes::ccam(code.get(..7).unwrap_or_default()),
        System::Ngap => true,
        System::Loinc => loinc(code),
        System::Cim10 => cim10(code),
    }
}

/// Digits, a dash, a key: `4548-4`.
fn loinc(code: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    code.split_once('-')
        .is_some_and(|(number, key)| digits(number) && digits(key) && key.len() == 1)
}

/// A letter, two digits, then up to four more: `E11.9`, `E119`.
fn cim10(code: &str) -> bool {
    let bare = code.replace('.', "");
    let bytes = bare.as_bytes();
    (3..=7).contains(&bytes.len())
        && bytes[0].is_ascii_uppercase()
        && bytes[1].is_ascii_digit()
        && bytes[2].is_ascii_digit()
        && bytes[3..].iter().all(|byte| byte.is_ascii_digit() || *byte == b'+')
}

#[cfg(test)]
mod tests {
    use super::{Code, System, Vocabulary};

    #[test]
    fn concepts_come_before_shapes() {
        let mut vocabulary = Vocabulary::default();
        vocabulary.add(7, "RxNorm", "308182");
        vocabulary.add(5, "ATC", "A10BA02");
        vocabulary.add(6, "ICD10", "E11.9");
        vocabulary.sort();
        let shapes = &[System::Atc, System::Cip13];
        let known = |system, code: &str| Code::Known(system, code.to_owned());
        assert_eq!(vocabulary.code("x", 5, shapes), known(System::Atc, "A10BA02"));
        assert_eq!(vocabulary.code("A10BA02", 7, shapes), Code::Foreign("RxNorm".to_owned()));
        assert_eq!(vocabulary.code("E11.9", 6, &[]), known(System::Cim10, "E11.9"));
        assert_eq!(
            vocabulary.code("3400949497294", 0, shapes),
            known(System::Cip13, "3400949497294")
        );
        for (value, why) in [("", "aucun code source"), ("308182", "vocabulaire inconnu")] {
            assert_eq!(vocabulary.code(value, 0, shapes), Code::Foreign(why.to_owned()));
        }
        assert_eq!(vocabulary.code("4548-4", 99, &[System::Loinc]), known(System::Loinc, "4548-4"));
    }
}
