//! Answers as lines of CSV, and back.

use csv::StringRecord;

use super::answer::{Act, Answer, Method, Presentation, Product, Standing, Unit};

/// One kind of line.
pub(super) trait Line: Sized {
    /// Name of its table, without extension.
    const TABLE: &'static str;
    /// Columns.
    const COLUMNS: &'static [&'static str];
    /// The cells, in order.
    fn cells(&self) -> Vec<String>;
    /// The line back, as far as the cells are such a line.
    fn read(cells: &mut Cells<'_>) -> Self;
}

/// The cells of a line, taken one after the other.
pub(super) struct Cells<'r> {
    record: &'r StringRecord,
    at: usize,
    /// Something was missing, or meant nothing.
    wrong: bool,
}

impl<'r> Cells<'r> {
    /// A whole line; nothing if the record is not one.
    pub(super) fn line<L: Line>(record: &'r StringRecord) -> Option<L> {
        let mut cells = Self { record, at: 0, wrong: false };
        let line = L::read(&mut cells);
        (!cells.wrong && cells.at == record.len()).then_some(line)
    }

    fn text(&mut self) -> String {
        let text = self.record.get(self.at);
        self.at += 1;
        self.wrong |= text.is_none();
        text.unwrap_or_default().to_owned()
    }

    fn answer<T>(&mut self, value: impl FnOnce(String) -> Option<T>) -> Option<Answer<T>> {
        let (text, standing, method) = (self.text(), self.text(), self.text());
        if text.is_empty() {
            return None;
        }
        let whole = value(text).zip(Standing::named(&standing)).zip(Method::named(&method));
        self.wrong |= whole.is_none();
        whole.map(|((value, standing), method)| Answer::new(value, standing, method))
    }

    fn class(&mut self) -> Option<Answer<String>> {
        self.answer(Some)
    }

    fn flag(&mut self) -> Option<Answer<bool>> {
        self.answer(|text| match text.as_str() {
            "0" => Some(false),
            "1" => Some(true),
            _ => None,
        })
    }
}

fn answer<T>(answer: Option<&Answer<T>>, show: impl Fn(&T) -> String) -> [String; 3] {
    answer.map_or_else(Default::default, |answer| {
        [show(&answer.value), answer.standing.word().to_owned(), answer.method.word().to_owned()]
    })
}

fn class(one: Option<&Answer<String>>) -> [String; 3] {
    answer(one, Clone::clone)
}

fn flag(one: Option<&Answer<bool>>) -> [String; 3] {
    answer(one, |value| u8::from(*value).to_string())
}

impl Line for Presentation {
    const TABLE: &'static str = "presentations";
    const COLUMNS: &'static [&'static str] = &[
        "cip13",
        "cis",
        "ucd",
        "libelle",
        "taux",
        "atc",
        "atc_statut",
        "atc_methode",
        "atc_autres",
        "repertoire",
        "repertoire_statut",
        "repertoire_methode",
        "grand_conditionnement",
        "grand_conditionnement_statut",
        "grand_conditionnement_methode",
    ];

    fn cells(&self) -> Vec<String> {
        let texts = [&self.cip13, &self.cis, &self.ucd, &self.label, &self.rate];
        let mut cells: Vec<_> = texts.into_iter().cloned().collect();
        cells.extend(class(self.atc.as_ref()));
        cells.push(self.others.clone());
        cells.extend(flag(self.repertoire.as_ref()));
        cells.extend(flag(self.large_pack.as_ref()));
        cells
    }

    fn read(cells: &mut Cells<'_>) -> Self {
        Self {
            cip13: cells.text(),
            cis: cells.text(),
            ucd: cells.text(),
            label: cells.text(),
            rate: cells.text(),
            atc: cells.class(),
            others: cells.text(),
            repertoire: cells.flag(),
            large_pack: cells.flag(),
        }
    }
}

impl Line for Product {
    const TABLE: &'static str = "produits";
    const COLUMNS: &'static [&'static str] = &[
        "cis",
        "libelle",
        "forme",
        "voies",
        "groupes",
        "atc",
        "atc_statut",
        "atc_methode",
        "repertoire",
        "repertoire_statut",
        "repertoire_methode",
    ];

    fn cells(&self) -> Vec<String> {
        let texts = [&self.cis, &self.label, &self.form, &self.route, &self.groups];
        let mut cells: Vec<_> = texts.into_iter().cloned().collect();
        cells.extend(class(self.atc.as_ref()));
        cells.extend(flag(self.repertoire.as_ref()));
        cells
    }

    fn read(cells: &mut Cells<'_>) -> Self {
        Self {
            cis: cells.text(),
            label: cells.text(),
            form: cells.text(),
            route: cells.text(),
            groups: cells.text(),
            atc: cells.class(),
            repertoire: cells.flag(),
        }
    }
}

impl Line for Unit {
    const TABLE: &'static str = "ucd";
    const COLUMNS: &'static [&'static str] = &[
        "ucd",
        "libelle",
        "atc",
        "atc_statut",
        "atc_methode",
        "repertoire",
        "repertoire_statut",
        "repertoire_methode",
    ];

    fn cells(&self) -> Vec<String> {
        let mut cells = vec![self.ucd.clone(), self.label.clone()];
        cells.extend(class(self.atc.as_ref()));
        cells.extend(flag(self.repertoire.as_ref()));
        cells
    }

    fn read(cells: &mut Cells<'_>) -> Self {
        Self {
            ucd: cells.text(),
            label: cells.text(),
            atc: cells.class(),
            repertoire: cells.flag(),
        }
    }
}

impl Line for Act {
    const TABLE: &'static str = "actes";
    const COLUMNS: &'static [&'static str] = &["systeme", "code", "libelle"];

    fn cells(&self) -> Vec<String> {
        vec![self.system.clone(), self.code.clone(), self.label.clone()]
    }

    fn read(cells: &mut Cells<'_>) -> Self {
        Self { system: cells.text(), code: cells.text(), label: cells.text() }
    }
}
