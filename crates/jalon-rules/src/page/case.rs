//! Cases: the facts of one invented patient and what the rule must answer.

use std::ops::Range;

use jiff::civil::{Date, date};

use super::markdown::{Cell, Table};
use crate::campaign::Campaign;
use crate::diagnostic::{Diagnostic, Source, choose};

/// A drug delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Day of the delivery.
    pub date: Date,
    /// ATC class, as precise as known.
    pub atc: String,
    /// Presentation.
    pub cip13: Option<String>,
    /// Boxes; negative on a reversal.
    pub boxes: i64,
    /// Days covered by the whole line.
    pub days: Option<i64>,
    /// Whether the pack is large.
    pub large_pack: Option<bool>,
    /// Whether the presentation belongs to the generics repertory.
    pub repertory: Option<bool>,
}

/// A medical or laboratory act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// Day of the act.
    pub date: Date,
    /// System of the code.
    pub system: String,
    /// Code.
    pub code: String,
    /// Quantity; negative on a reversal.
    pub quantity: i64,
    /// Speciality of the performer.
    pub speciality: Option<String>,
    /// Whether the doctor whose list is meant performed it.
    pub by_doctor: bool,
}

/// A long-term illness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ald {
    /// Number in the list of thirty.
    pub number: u8,
    /// First day.
    pub from: Date,
    /// Last day, when known.
    pub to: Option<Date>,
}

/// A hospital stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Day of entry.
    pub date: Date,
    /// Diagnosis.
    pub icd10: String,
    /// `DP`, `DR` or `DAS`.
    pub position: String,
    /// Act, when there is one.
    pub ccam: Option<String>,
}

/// The facts of one invented patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Day of birth.
    pub birth: Date,
    /// `F` or `M`.
    pub sex: char,
    /// Day of death.
    pub death: Option<Date>,
    /// Complémentaire santé solidaire.
    pub c2s: bool,
    /// Since when, and until when, the patient is on the doctor's list.
    pub attached: (Date, Option<Date>),
    /// Deliveries.
    pub deliveries: Vec<Delivery>,
    /// Acts.
    pub acts: Vec<Act>,
    /// Vaccinations: day and ATC code.
    pub vaccinations: Vec<(Date, String)>,
    /// Long-term illnesses.
    pub alds: Vec<Ald>,
    /// Stays.
    pub stays: Vec<Stay>,
    /// Declared numerator and denominator.
    pub declaration: Option<(u64, u64)>,
}

/// A case of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// The campaign it is about.
    pub campaign: Campaign,
    /// The facts.
    pub facts: Facts,
    /// Expected denominator; `None` when it must be unknown.
    pub denominator: Option<u64>,
    /// Expected numerator; `None` when it must be unknown.
    pub numerator: Option<u64>,
    pub(crate) span: Range<usize>,
}

const COLUMNS: [&str; 12] = [
    "cas",
    "campagne",
    "patient",
    "rattachement",
    "délivrances",
    "actes",
    "vaccinations",
    "ald",
    "séjours",
    "déclaration",
    "dénominateur",
    "numérateur",
];
const REQUIRED: [&str; 4] = ["cas", "campagne", "dénominateur", "numérateur"];

/// Reads the table of cases.
pub(super) fn read(
    source: Source<'_>,
    table: &Table<'_>,
    faults: &mut Vec<Diagnostic>,
) -> Vec<Case> {
    let mut known = true;
    for (index, cell) in table.header.iter().enumerate() {
        let repeated = table.header[..index].iter().any(|other| other.text == cell.text);
        if !COLUMNS.contains(&cell.text) || repeated {
            known = false;
            let hint = choose(cell.text, "colonnes d'un cas", &COLUMNS);
            faults.push(
                source
                    .fault(
                        cell.span.clone(),
                        format!("colonne inconnue ou répétée : `{}`", cell.text),
                    )
                    .hint(hint),
            );
        }
    }
    for column in REQUIRED {
        if !table.header.iter().any(|cell| cell.text == column) {
            known = false;
            faults.push(source.fault(table.span(), format!("colonne manquante : `{column}`")));
        }
    }
    if !known {
        return Vec::new();
    }
    let mut names: Vec<String> = Vec::new();
    let mut cases = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let mut reader = Reader { source, year: 0, faults: &mut *faults };
        let case = reader.case(table, row);
        let Some(case) = case else { continue };
        if names.contains(&case.name) {
            faults
                .push(source.fault(case.span.clone(), format!("cas déjà nommé : `{}`", case.name)));
        }
        names.push(case.name.clone());
        cases.push(case);
    }
    cases
}

struct Reader<'a> {
    source: Source<'a>,
    year: i16,
    faults: &'a mut Vec<Diagnostic>,
}

/// One element of a cell: a head word, then dates with their options.
struct Element<'a> {
    head: &'a str,
    dates: Vec<(Date, Vec<&'a str>)>,
}

impl Reader<'_> {
    fn case(&mut self, table: &Table<'_>, row: &[Cell<'_>]) -> Option<Case> {
        let before = self.faults.len();
        let empty = Cell { text: "", span: row.first()?.span.clone() };
        let cell = |name: &str| {
            let at = table.header.iter().position(|cell| cell.text == name);
            at.and_then(|at| row.get(at)).unwrap_or(&empty)
        };
        let year = cell("campagne");
        let Some(campaign) = year.text.parse().ok().and_then(Campaign::new) else {
            self.wrong(year, "campagne illisible", "une année, comme 2024");
            return None;
        };
        self.year = campaign.year();
        let mut facts = Facts {
            birth: date(self.year - 60, 7, 1),
            sex: 'F',
            death: None,
            c2s: false,
            attached: (date(2000, 1, 1), None),
            deliveries: Vec::new(),
            acts: Vec::new(),
            vaccinations: Vec::new(),
            alds: Vec::new(),
            stays: Vec::new(),
            declaration: None,
        };
        self.patient(cell("patient"), &mut facts);
        let attached = cell("rattachement");
        if !attached.text.is_empty() {
            match self.period(attached.text) {
                Some(period) => facts.attached = period,
                None => self.wrong(
                    attached,
                    "rattachement illisible",
                    "01/03/2020 ou 01/03/2020..30/06",
                ),
            }
        }
        self.deliveries(cell("délivrances"), &mut facts.deliveries);
        self.acts(cell("actes"), &mut facts.acts);
        let vaccinations = cell("vaccinations");
        for element in self.elements(vaccinations) {
            for (date, options) in element.dates {
                self.no_options(vaccinations, &options);
                facts.vaccinations.push((date, element.head.to_owned()));
            }
        }
        self.alds(cell("ald"), &mut facts.alds);
        self.stays(cell("séjours"), &mut facts.stays);
        let declared = cell("déclaration");
        if !declared.text.is_empty() {
            let numbers = declared.text.split_once('/').and_then(|(numerator, denominator)| {
                Some((numerator.parse().ok()?, denominator.parse().ok()?))
            });
            match numbers {
                Some((numerator, denominator)) if numerator <= denominator => {
                    facts.declaration = Some((numerator, denominator));
                }
                _ => self.wrong(
                    declared,
                    "déclaration illisible",
                    "numérateur/dénominateur, comme 41/57",
                ),
            }
        }
        let denominator = self.expected(cell("dénominateur"));
        let numerator = cell("numérateur");
        let numerator =
            if numerator.text.is_empty() { Ok(Some(0)) } else { self.expected(numerator) };
        let name = cell("cas");
        if name.text.is_empty() {
            self.wrong(name, "cas sans nom", "quelques mots");
        }
        if self.faults.len() > before {
            return None;
        }
        Some(Case {
            name: name.text.to_owned(),
            campaign,
            facts,
            denominator: denominator.ok()?,
            numerator: numerator.ok()?,
            span: row.first()?.span.start..row.last()?.span.end,
        })
    }

    fn wrong(&mut self, cell: &Cell<'_>, message: &str, hint: &str) {
        let message = format!("{message} : `{}`", cell.text);
        self.faults.push(self.source.fault(cell.span.clone(), message).hint(hint));
    }

    fn date(&self, text: &str) -> Option<Date> {
        let mut parts = text.split('/');
        let day = parts.next()?.parse().ok()?;
        let month = parts.next()?.parse().ok()?;
        let year = parts.next().map_or(Some(self.year), |year| year.parse().ok())?;
        if parts.next().is_some() || !(1850..=2100).contains(&year) {
            return None;
        }
        Date::new(year, month, day).ok()
    }

    fn period(&self, text: &str) -> Option<(Date, Option<Date>)> {
        match text.split_once("..") {
            Some((from, to)) => {
                let (from, to) = (self.date(from)?, self.date(to)?);
                (from <= to).then_some((from, Some(to)))
            }
            None => Some((self.date(text)?, None)),
        }
    }

    fn patient(&mut self, cell: &Cell<'_>, facts: &mut Facts) {
        for part in cell.text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let age = part.strip_suffix(" ans").or_else(|| part.strip_suffix(" an"));
            let birth = part.strip_prefix("né le ").or_else(|| part.strip_prefix("née le "));
            let age =
                age.and_then(|age| age.parse::<i16>().ok()).filter(|age| (0..=120).contains(age));
            let months = part.strip_suffix(" mois").and_then(|months| months.parse::<i16>().ok());
            let months = months.filter(|months| (0..=240).contains(months));
            let birth = birth.and_then(|birth| self.date(birth)).or_else(|| {
                // The first of the month, so many months before December.
                let month = self.year * 12 + 11 - months?;
                let place = i8::try_from(month.rem_euclid(12)).ok()? + 1;
                Date::new(month.div_euclid(12), place, 1).ok()
            });
            let death = part.strip_prefix("décès ").and_then(|death| self.date(death));
            let known = match (part, age, birth, death) {
                ("F" | "M", ..) => {
                    facts.sex = if part == "F" { 'F' } else { 'M' };
                    true
                }
                ("c2s", ..) => {
                    facts.c2s = true;
                    true
                }
                (_, Some(age), ..) => {
                    facts.birth = date(self.year - age, 7, 1);
                    true
                }
                (_, _, Some(birth), _) => {
                    facts.birth = birth;
                    true
                }
                (_, _, _, Some(_)) => {
                    facts.death = death;
                    true
                }
                _ => false,
            };
            if !known {
                self.wrong(
                    cell,
                    "patient illisible",
                    "F, 62 ans, 14 mois, né le 31/12/1958, décès 30/11, c2s",
                );
            }
        }
    }

    /// Splits `head date:option date ; head date`.
    fn elements<'c>(&mut self, cell: &Cell<'c>) -> Vec<Element<'c>> {
        let mut elements = Vec::new();
        for text in cell.text.split(';').map(str::trim).filter(|text| !text.is_empty()) {
            let mut words = text.split_whitespace();
            let Some(head) = words.next() else { continue };
            let mut dates = Vec::new();
            for word in words {
                let mut parts = word.split(':');
                let date = parts.next().and_then(|date| self.date(date));
                match date {
                    Some(date) => dates.push((date, parts.collect())),
                    None => {
                        self.wrong(
                            cell,
                            "date illisible",
                            "jj/mm ou jj/mm/aaaa, options après `:`",
                        );
                    }
                }
            }
            if dates.is_empty() {
                self.wrong(cell, "élément sans date", "CODE date date ; CODE date");
            }
            elements.push(Element { head, dates });
        }
        elements
    }

    fn no_options(&mut self, cell: &Cell<'_>, options: &[&str]) {
        if !options.is_empty() {
            self.wrong(cell, "option inattendue", "aucune option dans cette colonne");
        }
    }

    fn deliveries(&mut self, cell: &Cell<'_>, deliveries: &mut Vec<Delivery>) {
        for element in self.elements(cell) {
            let (atc, cip13) = match element.head.split_once('/') {
                Some((atc, cip13)) => (atc, Some(cip13.to_owned())),
                None => (element.head, None),
            };
            for (date, options) in element.dates {
                let mut delivery = Delivery {
                    date,
                    atc: atc.to_owned(),
                    cip13: cip13.clone(),
                    boxes: 1,
                    days: None,
                    large_pack: None,
                    repertory: None,
                };
                for option in options {
                    match (option, number(option, 'x'), number(option, 'j')) {
                        ("gc", ..) => delivery.large_pack = Some(true),
                        ("rep" | "horsrep", ..) => delivery.repertory = Some(option == "rep"),
                        (_, Some(boxes), _) => delivery.boxes = boxes,
                        (_, _, days @ Some(_)) => delivery.days = days,
                        _ => self.wrong(cell, "option inconnue", "x2, x-1, j30, gc, rep, horsrep"),
                    }
                }
                deliveries.push(delivery);
            }
        }
    }

    fn acts(&mut self, cell: &Cell<'_>, acts: &mut Vec<Act>) {
        for element in self.elements(cell) {
            let (system, code) = match element.head.split_once(':') {
                Some((system @ ("prestation" | "loinc" | "ngap" | "nabm" | "ccam"), code)) => {
                    (system, code)
                }
                None if element.head.len() == 4
                    && element.head.bytes().all(|b| b.is_ascii_digit()) =>
                {
                    ("nabm", element.head)
                }
                None if element.head.len() == 7 => ("ccam", element.head),
                _ => {
                    let hint = "1577 (NABM), QEQK001 (CCAM), prestation:9434, loinc:4548-4, ngap:C";
                    self.wrong(cell, "acte illisible", hint);
                    continue;
                }
            };
            for (date, options) in element.dates {
                let mut act = Act {
                    date,
                    system: system.to_owned(),
                    code: code.to_owned(),
                    quantity: 1,
                    speciality: None,
                    by_doctor: false,
                };
                for option in options {
                    match (option, option.strip_prefix("spe"), number(option, 'x')) {
                        ("med", ..) => act.by_doctor = true,
                        (_, Some(speciality), _) => act.speciality = Some(speciality.to_owned()),
                        (_, None, Some(quantity)) => act.quantity = quantity,
                        _ => self.wrong(cell, "option inconnue", "x2, x-1, spe15, med"),
                    }
                }
                acts.push(act);
            }
        }
    }

    fn alds(&mut self, cell: &Cell<'_>, alds: &mut Vec<Ald>) {
        for text in cell.text.split(';').map(str::trim).filter(|text| !text.is_empty()) {
            let ald = text.split_once(' ').and_then(|(number, period)| {
                let (from, to) = self.period(period.trim())?;
                Some(Ald { number: number.parse().ok()?, from, to })
            });
            match ald {
                Some(ald) => alds.push(ald),
                None => {
                    self.wrong(cell, "ALD illisible", "8 01/03/2015 ou 8 01/03/2015..31/12/2023");
                }
            }
        }
    }

    fn stays(&mut self, cell: &Cell<'_>, stays: &mut Vec<Stay>) {
        for element in self.elements(cell) {
            let (icd10, ccam) = match element.head.split_once('/') {
                Some((icd10, ccam)) => (icd10, Some(ccam.to_owned())),
                None => (element.head, None),
            };
            for (date, options) in element.dates {
                let position = match options.as_slice() {
                    [] => "DP",
                    [position @ ("DP" | "DR" | "DAS")] => position,
                    _ => {
                        self.wrong(cell, "option inconnue", "DP, DR ou DAS");
                        continue;
                    }
                };
                stays.push(Stay {
                    date,
                    icd10: icd10.to_owned(),
                    position: position.to_owned(),
                    ccam: ccam.clone(),
                });
            }
        }
    }

    /// `oui`, `non`, a number, or `?` for what must be unknown.
    fn expected(&mut self, cell: &Cell<'_>) -> Result<Option<u64>, ()> {
        match cell.text {
            "oui" => Ok(Some(1)),
            "non" => Ok(Some(0)),
            "?" => Ok(None),
            text => {
                let number = text.parse().ok();
                if number.is_none() {
                    self.wrong(cell, "résultat illisible", "oui, non, un nombre ou ?");
                }
                number.map(Some).ok_or(())
            }
        }
    }
}

fn number(option: &str, letter: char) -> Option<i64> {
    option.strip_prefix(letter)?.parse().ok()
}
