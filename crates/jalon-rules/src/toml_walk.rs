//! Reading TOML key by key, so that every fault has a place and unknown keys
//! are named.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::campaign::Campaign;
use crate::diagnostic::{Diagnostic, Source, choose};
use crate::fraction::Fraction;
use crate::status::{Sourced, Status};

/// A TOML text inside a file: where it starts, and where faults go.
pub(crate) struct Walk<'a> {
    pub source: Source<'a>,
    /// Byte at which the TOML text starts in the file.
    pub offset: usize,
    pub faults: Vec<Diagnostic>,
}

impl Walk<'_> {
    pub fn fault(&mut self, span: Range<usize>, message: impl Into<String>) -> &mut Diagnostic {
        let shifted = span.start + self.offset..span.end + self.offset;
        self.faults.push(self.source.fault(shifted, message));
        // Just pushed; the fallback only satisfies the type.
        let last = self.faults.len() - 1;
        &mut self.faults[last]
    }

    pub fn fault_with(
        &mut self,
        span: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.fault(span, message).hint = Some(hint.into());
    }

    /// Parses a whole TOML text, reporting syntax errors.
    pub fn parse<'t>(&mut self, text: &'t str) -> Spanned<DeTable<'t>> {
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            self.fault_with(span, "TOML illisible", error.message().to_owned());
        }
        table
    }
}

/// A table whose keys are taken one by one; [`Keys::end`] names those left.
pub(crate) struct Keys<'t, 'i> {
    table: &'t DeTable<'i>,
    span: Range<usize>,
    taken: Vec<&'static str>,
}

/// A value with its place.
pub(crate) type At<T> = (T, Range<usize>);

impl<'t, 'i> Keys<'t, 'i> {
    pub fn new(table: &'t DeTable<'i>, span: Range<usize>) -> Self {
        Self { table, span, taken: Vec::new() }
    }

    /// Where the table stands, for faults about what it lacks.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    pub fn take(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'i>>> {
        self.taken.push(key);
        self.table.get(key)
    }

    /// These keys are no fault, whatever they hold.
    pub fn know(&mut self, keys: &[&'static str]) {
        self.taken.extend(keys);
    }

    pub fn has(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }

    /// The key that is written, for faults about the key itself.
    pub fn key_span(&self, key: &str) -> Range<usize> {
        self.table
            .keys()
            .find(|name| name.get_ref().as_ref() == key)
            .map_or(self.span(), Spanned::span)
    }

    pub fn text(&mut self, walk: &mut Walk<'_>, key: &'static str) -> Option<At<String>> {
        let value = self.take(key)?;
        match value.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => {
                Some((text.to_string(), value.span()))
            }
            _ => wrong(walk, value, key, "un texte entre guillemets"),
        }
    }

    /// The text of a key that must be there.
    pub fn required(&mut self, walk: &mut Walk<'_>, key: &'static str) -> Option<At<String>> {
        if !self.has(key) {
            self.missing(walk, key);
        }
        self.text(walk, key)
    }

    pub fn missing(&mut self, walk: &mut Walk<'_>, key: &'static str) {
        self.taken.push(key);
        walk.fault(self.span(), format!("clé manquante : `{key}`"));
    }

    pub fn integer<T: std::str::FromStr>(
        &mut self,
        walk: &mut Walk<'_>,
        key: &'static str,
    ) -> Option<At<T>> {
        let value = self.take(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
            _ => None,
        };
        match number {
            Some(number) => Some((number, value.span())),
            None => wrong(walk, value, key, "un nombre entier"),
        }
    }

    pub fn boolean(&mut self, walk: &mut Walk<'_>, key: &'static str) -> Option<bool> {
        let value = self.take(key)?;
        value.get_ref().as_bool().or_else(|| wrong(walk, value, key, "true ou false"))
    }

    pub fn date(
        &mut self,
        walk: &mut Walk<'_>,
        key: &'static str,
    ) -> Option<At<jiff::civil::Date>> {
        let value = self.take(key)?;
        let date = value
            .get_ref()
            .as_datetime()
            .filter(|datetime| datetime.time.is_none())
            .and_then(|datetime| datetime.to_string().parse().ok());
        match date {
            Some(date) => Some((date, value.span())),
            None => wrong(walk, value, key, "une date, comme 2026-11-21"),
        }
    }

    pub fn campaign(&mut self, walk: &mut Walk<'_>, key: &'static str) -> Option<At<Campaign>> {
        let (year, span) = self.integer::<i16>(walk, key)?;
        let campaign = Campaign::new(year);
        if campaign.is_none() {
            walk.fault(span.clone(), format!("campagne hors de 2000-2100 : {year}"));
        }
        Some((campaign?, span))
    }

    /// A text, or an array of texts.
    pub fn texts(&mut self, walk: &mut Walk<'_>, key: &'static str) -> Option<At<Vec<String>>> {
        let value = self.take(key)?;
        let one = |value: &DeValue<'_>| value.as_str().map(str::to_owned);
        let texts = match value.get_ref() {
            DeValue::Array(items) => items.iter().map(|item| one(item.get_ref())).collect(),
            other => one(other).map(|text| vec![text]),
        };
        match texts {
            Some(texts) if !texts.is_empty() => Some((texts, value.span())),
            _ => wrong(walk, value, key, "un texte, ou un tableau de textes"),
        }
    }

    /// An array of texts that must be there and may be empty.
    pub fn texts_or_none(&mut self, walk: &mut Walk<'_>, key: &'static str) -> Option<Vec<String>> {
        let empty = |value: &DeValue<'_>| value.as_array().is_some_and(|items| items.is_empty());
        if !self.has(key) {
            self.missing(walk, key);
            return None;
        }
        if self.table.get(key).is_some_and(|value| empty(value.get_ref())) {
            self.taken.push(key);
            return Some(Vec::new());
        }
        self.texts(walk, key).map(|(texts, _)| texts)
    }

    /// Every table inside, by its own name; anything else is a fault.
    pub fn all_tables(&mut self, walk: &mut Walk<'_>) -> Vec<(String, Keys<'t, 'i>)> {
        let mut tables = Vec::new();
        for (name, value) in self.table {
            match value.get_ref().as_table() {
                Some(table) => {
                    tables.push((name.get_ref().to_string(), Keys::new(table, name.span())));
                }
                None => {
                    let _: Option<()> = wrong(walk, value, name.get_ref(), "une table");
                }
            }
        }
        tables
    }

    /// The tables of `[[key]]`.
    pub fn tables(&mut self, walk: &mut Walk<'_>, key: &'static str) -> Vec<Keys<'t, 'i>> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let items: Option<Vec<_>> = value.get_ref().as_array().and_then(|items| {
            items
                .iter()
                .map(|item| Some(Keys::new(item.get_ref().as_table()?, item.span())))
                .collect()
        });
        items.unwrap_or_else(|| {
            let _: Option<()> = wrong(walk, value, key, "une suite de tables `[[…]]`");
            Vec::new()
        })
    }

    /// The table of `[key]` or `key = { … }`.
    pub fn table(&mut self, walk: &mut Walk<'_>, key: &'static str) -> Option<Keys<'t, 'i>> {
        let value = self.take(key)?;
        match value.get_ref().as_table() {
            Some(table) => Some(Keys::new(table, value.span())),
            None => wrong(walk, value, key, "une table"),
        }
    }

    /// One of a closed set of words.
    pub fn choice<T: Copy>(
        &mut self,
        walk: &mut Walk<'_>,
        key: &'static str,
        choices: &[(&'static str, T)],
    ) -> Option<T> {
        let (word, span) = self.text(walk, key)?;
        let found = choices.iter().find(|(name, _)| *name == word);
        if found.is_none() {
            let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
            let hint = choose(&word, "valeurs permises", &names);
            walk.fault_with(span, format!("valeur inconnue pour `{key}` : `{word}`"), hint);
        }
        found.map(|(_, value)| *value)
    }

    /// `statut` and `source`.
    pub fn sourced<T>(&mut self, walk: &mut Walk<'_>, value: T) -> Option<Sourced<T>> {
        let words: Vec<_> = Status::ALL.iter().map(|status| (status.word(), *status)).collect();
        if !self.has("statut") {
            self.missing(walk, "statut");
        }
        let status = self.choice(walk, "statut", &words);
        let (source, _) = self.required(walk, "source")?;
        Some(Sourced::new(value, status?, source))
    }

    /// A number written as a text, so that it stays as printed.
    pub fn number(&mut self, walk: &mut Walk<'_>, key: &'static str) -> Option<Fraction> {
        let (text, span) = self.text(walk, key)?;
        let number = text.parse::<Fraction>().ok().filter(|number| *number >= Fraction::zero());
        if number.is_none() {
            walk.fault_with(span, format!("nombre illisible : `{text}`"), "par exemple \"1.0040\"");
        }
        number
    }

    /// Reports every key that nobody took.
    pub fn end(self, walk: &mut Walk<'_>) {
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if !self.taken.contains(&name) {
                let hint = choose(name, "clés permises ici", &self.taken);
                walk.fault_with(key.span(), format!("clé inconnue : `{name}`"), hint);
            }
        }
    }
}

fn wrong<T>(
    walk: &mut Walk<'_>,
    value: &Spanned<DeValue<'_>>,
    key: &str,
    wanted: &str,
) -> Option<T> {
    walk.fault_with(
        value.span(),
        format!("valeur inattendue pour `{key}`"),
        format!("il faut {wanted}"),
    );
    None
}
