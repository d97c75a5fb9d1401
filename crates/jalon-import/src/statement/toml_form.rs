//! A statement as TOML: typed in by a person, or kept after an import.

use std::borrow::Cow;
use std::fmt::Write as _;

use jalon_data::fault::{Collector, Place, Words, nearest, shown};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Figure, Figures, Line, Nature, Number, Statement, Total};
use crate::error::ImportError;
use crate::toml_text::quoted;

const HEAD: [&str; 4] = ["campagne", "medecin", "dispositif", "recu"];
const LINE: [&str; 5] = ["indicateur", "libelle", "theme", "nature", "periode"];

/// Whether bytes are such a file, rather than a sheet.
#[must_use]
pub fn is_toml(bytes: &[u8]) -> bool {
    str::from_utf8(bytes).is_ok_and(|text| text.lines().any(|line| line.trim() == "[[ligne]]"))
}

/// Reads a statement. Unknown keys, unreadable numbers and lines without a name
/// are faults, all told at once.
pub fn from_toml(text: &str, file: &str) -> Result<Statement, ImportError> {
    let mut walk = Walk { text, file, faults: Collector::default() };
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            walk.fault(
                at,
                "TOML mal écrit",
                "cle = valeur, un par ligne ; textes entre guillemets",
            );
            return Err(walk.faults.into_faults().into());
        }
    };
    let mut statement = Statement::default();
    for (key, value) in table.get_ref() {
        match key.get_ref().as_ref() {
            "campagne" => {
                statement.campaign = walk.number(value).and_then(|it| it.as_str().parse().ok());
            }
            "medecin" => statement.doctor = walk.text(value),
            "dispositif" => statement.scheme = walk.text(value),
            "recu" => statement.received = walk.day(value),
            "ligne" => statement.lines = walk.each(value, line),
            "total" => statement.totals = walk.each(value, total),
            name => {
                let common = Figure::COMMON.map(Figure::key);
                if !common.contains(&name) || !walk.figure(name, value, &mut statement.common) {
                    let known = HEAD.into_iter().chain(common).chain(["ligne", "total"]);
                    walk.unknown(key, known);
                }
            }
        }
    }
    if statement.lines.is_empty() {
        walk.fault(0, "aucune ligne", "une table [[ligne]] par indicateur");
    }
    if walk.faults.is_empty() { Ok(statement) } else { Err(walk.faults.into_faults().into()) }
}

fn line(walk: &mut Walk<'_>, table: &DeTable<'_>, at: usize) -> Option<Line> {
    let mut line = Line {
        line: walk.line(at),
        indicator: None,
        label: String::new(),
        theme: None,
        nature: None,
        period: None,
        figures: Figures::new(),
    };
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "indicateur" => line.indicator = walk.text(value),
            "libelle" => line.label = walk.text(value).unwrap_or_default(),
            "theme" => line.theme = walk.text(value),
            "periode" => line.period = walk.text(value),
            "nature" => {
                line.nature = walk.text(value).and_then(|word| Nature::read(&word));
                if line.nature.is_none() {
                    walk.fault(value.span().start, "nature inconnue", "calcule ou declaratif");
                }
            }
            name => {
                if !walk.figure(name, value, &mut line.figures) {
                    walk.unknown(key, LINE.into_iter().chain(Figure::ALL.map(Figure::key)));
                }
            }
        }
    }
    if line.label.is_empty() {
        line.label = line.indicator.clone().unwrap_or_default();
    }
    if line.label.is_empty() {
        walk.fault(at, "ligne sans nom", "libelle = \"…\", ou indicateur = \"…\"");
        return None;
    }
    Some(line)
}

fn total(walk: &mut Walk<'_>, table: &DeTable<'_>, at: usize) -> Option<Total> {
    let mut total =
        Total { line: walk.line(at), label: "Total".to_owned(), figures: Figures::new() };
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "libelle" => total.label = walk.text(value)?,
            name => {
                if !walk.figure(name, value, &mut total.figures) {
                    let known = Figure::ALL.map(Figure::key);
                    walk.unknown(key, ["libelle"].into_iter().chain(known));
                }
            }
        }
    }
    Some(total)
}

/// A file being read.
struct Walk<'w> {
    text: &'w str,
    file: &'w str,
    faults: Collector,
}

impl Walk<'_> {
    fn line(&self, at: usize) -> u64 {
        let before = self.text.get(..at).unwrap_or_default();
        before.matches('\n').count() as u64 + 1
    }

    fn fault(&mut self, at: usize, message: &str, hint: &str) {
        let place = Place { line: self.line(at), column: at, ..Place::default() };
        self.faults.report(place, self.file, || Words::new(message).hint(hint));
    }

    fn unknown(&mut self, key: &Spanned<Cow<'_, str>>, known: impl Iterator<Item = &'static str>) {
        let known: Vec<_> = known.collect();
        let name = key.get_ref();
        let near = nearest(name, known.iter().copied());
        let hint = match near {
            Some(near) => format!("`{near}` ? Clés : {}", known.join(", ")),
            None => format!("clés : {}", known.join(", ")),
        };
        self.fault(key.span().start, &format!("clé inconnue : `{}`", shown(name)), &hint);
    }

    /// Reads a figure by its key; whether there is such a key.
    fn figure(&mut self, key: &str, value: &Spanned<DeValue<'_>>, into: &mut Figures) -> bool {
        let Some(figure) = Figure::ALL.into_iter().find(|figure| figure.key() == key) else {
            return false;
        };
        if let Some(number) = self.number(value) {
            into.insert(figure, number);
        }
        true
    }

    fn text(&mut self, value: &Spanned<DeValue<'_>>) -> Option<String> {
        if let DeValue::String(text) = value.get_ref() {
            return Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        }
        self.fault(value.span().start, "un texte est attendu", "entre guillemets");
        None
    }

    /// A number, as a number or as a text; never through a float.
    fn number(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Number> {
        let number = match value.get_ref() {
            DeValue::String(text) => Number::read(text),
            DeValue::Integer(integer) if integer.radix() == 10 => {
                Number::read(&integer.as_str().replace('_', ""))
            }
            DeValue::Float(float) => Number::read(&float.as_str().replace('_', "")),
            _ => None,
        };
        if number.is_none() {
            let hint = "un nombre comme 74, 74.5 ou \"1 234,56\"";
            self.fault(value.span().start, "nombre illisible", hint);
        }
        number
    }

    fn day(&mut self, value: &Spanned<DeValue<'_>>) -> Option<jiff::civil::Date> {
        let day = match value.get_ref() {
            DeValue::Datetime(date) => crate::dates::read(&date.to_string()).ok(),
            DeValue::String(text) => crate::dates::read(text).ok(),
            _ => None,
        };
        if day.is_none() {
            self.fault(value.span().start, "date illisible", "une date comme 2025-04-30");
        }
        day
    }

    fn each<T>(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        one: impl Fn(&mut Self, &DeTable<'_>, usize) -> Option<T>,
    ) -> Vec<T> {
        let DeValue::Array(tables) = value.get_ref() else {
            self.fault(value.span().start, "des tables sont attendues", "[[ligne]] ou [[total]]");
            return Vec::new();
        };
        let mut all = Vec::new();
        for table in tables {
            if let DeValue::Table(entries) = table.get_ref() {
                all.extend(one(self, entries, table.span().start));
            }
        }
        all
    }
}

/// A statement as the file that is kept.
#[must_use]
pub fn render(statement: &Statement) -> String {
    let mut out = String::from("# Relevé de la caisse, tel qu'importé.\n\n");
    if let Some(campaign) = statement.campaign {
        let _ = writeln!(out, "campagne = {campaign}");
    }
    let mut texts = |key: &str, text: Option<&String>| {
        if let Some(text) = text {
            let _ = writeln!(out, "{key} = {}", quoted(text));
        }
    };
    texts("medecin", statement.doctor.as_ref());
    texts("dispositif", statement.scheme.as_ref());
    if let Some(day) = statement.received {
        let _ = writeln!(out, "recu = {day}");
    }
    numbers(&mut out, &statement.common);
    for line in &statement.lines {
        out.push_str("\n[[ligne]]\n");
        let mut texts = |key: &str, text: Option<&str>| {
            if let Some(text) = text {
                let _ = writeln!(out, "{key} = {}", quoted(text));
            }
        };
        texts("indicateur", line.indicator.as_deref());
        texts("libelle", Some(&line.label));
        texts("theme", line.theme.as_deref());
        texts("nature", line.nature.map(Nature::word));
        texts("periode", line.period.as_deref());
        numbers(&mut out, &line.figures);
    }
    for total in &statement.totals {
        let _ = writeln!(out, "\n[[total]]\nlibelle = {}", quoted(&total.label));
        numbers(&mut out, &total.figures);
    }
    out
}

fn numbers(out: &mut String, figures: &Figures) {
    for (figure, number) in figures {
        let _ = writeln!(out, "{} = {number}", figure.key());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "campagne = 2024
medecin = \"M1\"
recu = 2025-04-30
patientele = 812

[[ligne]]
libelle = \"Cancer du \\\"sein\\\"\"
nature = \"calcule\"
intermediaire = 62
cible = 74.5
points = \"12,500\"

[[total]]
points = 12.5
";

    #[test]
    fn comes_back_as_it_was() {
        let read = from_toml(TEXT, "r.toml").unwrap();
        assert_eq!(read.lines[0].figures[&Figure::Points].as_str(), "12.5");
        assert_eq!(read.lines[0].line, 6);
        let again = from_toml(&render(&read), "r.toml").unwrap();
        let mut lined = again.clone();
        for (line, was) in lined.lines.iter_mut().zip(&read.lines) {
            line.line = was.line;
        }
        for (total, was) in lined.totals.iter_mut().zip(&read.totals) {
            total.line = was.line;
        }
        assert_eq!(lined, read);
        assert_eq!(render(&again), render(&read));
    }

    #[test]
    fn faults_all_at_once() {
        let text = "campagne = 2024\ncampange = 3\n[[ligne]]\ncible = -3\n[[ligne]]\nlibelle = 3\nnature = \"?\"\n";
        let error = from_toml(text, "r.toml").unwrap_err().to_string();
        for part in [
            "r.toml:2: clé inconnue : `campange`\n   aide : `campagne` ?",
            "r.toml:4: nombre illisible",
            "r.toml:3: ligne sans nom",
            "r.toml:6: un texte est attendu",
            "r.toml:7: nature inconnue",
        ] {
            assert!(error.contains(part), "{part}\n{error}");
        }
        assert!(from_toml("x", "r.toml").unwrap_err().to_string().contains("TOML mal écrit"));
    }
}
