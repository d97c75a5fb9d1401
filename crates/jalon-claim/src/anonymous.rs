//! Free texts without identities: numbers, names, identifiers and births of
//! patients become the number of the patient.

use std::collections::BTreeMap;

use jalon_import::label::plain;
use jalon_import::list::Person;
use jiff::civil::Date;

use crate::claim::Disputed;

/// What stands for someone who has no number.
const SOMEONE: &str = "[autre personne]";

/// Fewest characters of an identifier that is looked for inside words, and of
/// a bare number that is looked for at all: « 12 » is a count.
const LONG: usize = 4;

/// The number of a patient in dispute: `P01`.
pub fn number(at: usize) -> String {
    format!("P{:02}", at + 1)
}

/// What must not be read in a text, and what stands for it.
#[derive(Default)]
pub struct Hidden {
    /// Sequences of words, as [`plain`] writes them; longest first.
    words: Vec<(Vec<String>, String)>,
    /// Identifiers, wherever they are, without spaces or punctuation.
    marks: Vec<(String, String)>,
}

impl Hidden {
    pub fn of(disputed: &[Disputed], others: &BTreeMap<String, Person>) -> Self {
        let mut hidden = Self::default();
        for (at, one) in disputed.iter().enumerate() {
            let number = number(at);
            hidden.mark(&one.patient, &number);
            hidden.person(&one.person, &number);
        }
        for (patient, person) in others {
            hidden.mark(patient, SOMEONE);
            hidden.person(person, SOMEONE);
        }
        hidden.words.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
        hidden.marks.sort_by_key(|(mark, _)| std::cmp::Reverse(mark.len()));
        hidden
    }

    fn person(&mut self, person: &Person, number: &str) {
        for mark in [&person.nir, &person.identifiant].into_iter().flatten() {
            self.mark(mark, number);
        }
        for name in [&person.nom, &person.prenom].into_iter().flatten() {
            self.sequence(name, number);
            // « Claire » alone also names Marie-Claire.
            for word in plain(name).split(' ').filter(|word| word.chars().count() > 2) {
                self.sequence(word, number);
            }
        }
        for written in person.naissance.iter().flat_map(|birth| writings(*birth)) {
            self.sequence(&written, number);
        }
    }

    fn mark(&mut self, mark: &str, number: &str) {
        let bare: String =
            mark.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        if bare.chars().count() >= LONG {
            self.marks.push((bare, number.to_owned()));
        } else if bare.chars().any(char::is_alphabetic) {
            self.sequence(mark, number);
        }
    }

    fn sequence(&mut self, text: &str, number: &str) {
        let words: Vec<String> = tokens(text).into_iter().map(|token| token.plain).collect();
        if !words.is_empty() {
            self.words.push((words, number.to_owned()));
        }
    }

    /// The text without them.
    pub fn scrub(&self, text: &str) -> String {
        self.without_words(&self.without_marks(text))
    }

    /// Identifiers are looked for through spaces and punctuation: a number may
    /// be written in groups.
    fn without_marks(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (mark, number) in &self.marks {
            let wanted: Vec<char> = mark.chars().collect();
            let mut from = 0;
            while let Some((start, end)) = find_spread(&text, from, &wanted) {
                text.replace_range(start..end, number);
                from = start + number.len();
            }
        }
        text
    }

    fn without_words(&self, text: &str) -> String {
        let tokens = tokens(text);
        let mut out = String::with_capacity(text.len());
        let (mut at, mut copied) = (0, 0);
        while let Some(token) = tokens.get(at) {
            let found = self.words.iter().find(|(words, _)| {
                let here = tokens.get(at..at + words.len());
                here.is_some_and(|here| here.iter().map(|it| &it.plain).eq(words))
            });
            let Some((words, number)) = found else {
                at += 1;
                continue;
            };
            at += words.len();
            out.push_str(&text[copied..token.start]);
            out.push_str(number);
            copied = tokens.get(at - 1).map_or(token.end, |last| last.end);
        }
        out.push_str(&text[copied..]);
        out
    }
}

/// Where these characters follow one another in a text, separators apart.
fn find_spread(text: &str, from: usize, wanted: &[char]) -> Option<(usize, usize)> {
    let letters: Vec<(usize, char)> = text
        .char_indices()
        .filter(|(at, c)| *at >= from && c.is_alphanumeric())
        .flat_map(|(at, c)| c.to_lowercase().map(move |lower| (at, lower)))
        .collect();
    let found = letters.windows(wanted.len()).find(|window| {
        // Groups are held together by little: a word apart is something else.
        let near = window.windows(2).all(|pair| pair[1].0.saturating_sub(pair[0].0) <= 8);
        near && window.iter().map(|(_, c)| c).eq(wanted)
    })?;
    let (start, _) = found.first()?;
    let (last, _) = found.last()?;
    let end = last + text[*last..].chars().next().map_or(0, char::len_utf8);
    Some((*start, end))
}

struct Token {
    plain: String,
    start: usize,
    end: usize,
}

/// The words of a text, with their places. Words that mean nothing once plain
/// are left out; digits and letters that touch are two words.
fn tokens(text: &str) -> Vec<Token> {
    let mut all: Vec<Token> = Vec::new();
    let mut open: Option<(usize, bool)> = None;
    let close = |all: &mut Vec<Token>, start: usize, end: usize| {
        let plain = plain(&text[start..end]);
        // A leading zero of a day or a month says nothing.
        let short = plain.trim_start_matches('0');
        let plain = if short.is_empty() { plain.as_str() } else { short };
        if !plain.is_empty() {
            all.push(Token { plain: plain.to_owned(), start, end });
        }
    };
    for (at, c) in text.char_indices() {
        let inside = c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c);
        let digit = c.is_numeric();
        if let Some((start, was_digit)) = open {
            if !inside || digit != was_digit {
                close(&mut all, start, at);
                open = inside.then_some((at, digit));
            }
        } else if inside {
            open = Some((at, digit));
        }
    }
    if let Some((start, _)) = open {
        close(&mut all, start, text.len());
    }
    all
}

/// How people write a birth.
fn writings(birth: Date) -> [String; 5] {
    const MONTHS: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    let (year, month, day) = (birth.year(), birth.month(), birth.day());
    let named = usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at)).unwrap_or(&"");
    [
        format!("{day:02}/{month:02}/{year:04}"),
        format!("{year:04}-{month:02}-{day:02}"),
        format!("{day} {named} {year:04}"),
        format!("{day}er {named} {year:04}"),
        format!("{day:02}/{month:02}/{:02}", year % 100),
    ]
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn hidden() -> Hidden {
        let person = Person {
            nir: Some("2550814168025".to_owned()),
            nom: Some("D'Été-Lévy".to_owned()),
            prenom: Some("Marie Claire".to_owned()),
            naissance: Some(date(1955, 8, 1)),
            ..Person::default()
        };
        let mut hidden = Hidden::default();
        hidden.mark("P0000417", "P01");
        hidden.person(&person, "P01");
        hidden
    }

    #[test]
    fn identities_leave_and_the_rest_stays() {
        let hidden = hidden();
        for (text, expected) in [
            ("Mme D'ÉTÉ-LÉVY, Marie-Claire, vue", "Mme P01, P01, vue"),
            ("née le 01/08/1955 (2 55 08 14 168 025 38)", "née le P01 (P01 38)"),
            ("1er août 1955, 1955-08-01, 1/8/55", "P01, P01, P01"),
            ("dossier p0000417.pdf et xP0000417y", "dossier P01.pdf et xP01y"),
            ("Claire a été vue l'été dernier", "P01 a P01 vue l'P01 dernier"),
            ("12 patients le 02/08/1955", "12 patients le 02/08/1955"),
        ] {
            assert_eq!(hidden.scrub(text), expected, "{text}");
        }
    }

    #[test]
    fn nothing_hidden_changes_nothing() {
        let text = "Mme Dupont, née le 01/08/1955 : « été »\n=1+1";
        assert_eq!(Hidden::default().scrub(text), text);
    }
}
