//! Code lists.

use std::fmt;

use crate::campaign::Campaign;
use crate::diagnostic::{Diagnostic, Source, choose};
use crate::status::Status;

/// A system of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum System {
    /// Classes of drugs, on deliveries and vaccinations.
    Atc,
    /// Presentations of drugs, on deliveries.
    Cip13,
    /// Laboratory acts.
    Nabm,
    /// Medical acts, also those of stays.
    Ccam,
    /// Services of the fund.
    Prestation,
    /// Laboratory results.
    Loinc,
    /// General fees.
    Ngap,
    /// Diagnoses of stays.
    Cim10,
}

impl System {
    /// Every system.
    pub const ALL: [Self; 8] = [
        Self::Atc,
        Self::Cip13,
        Self::Nabm,
        Self::Ccam,
        Self::Prestation,
        Self::Loinc,
        Self::Ngap,
        Self::Cim10,
    ];

    /// The system of a word used in lists and tables.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|system| system.word() == word)
    }

    /// The word used in lists and tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Atc => "atc",
            Self::Cip13 => "cip13",
            Self::Nabm => "nabm",
            Self::Ccam => "ccam",
            Self::Prestation => "prestation",
            Self::Loinc => "loinc",
            Self::Ngap => "ngap",
            Self::Cim10 => "cim10",
        }
    }
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How a code of a list matches the code of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// The same code.
    Exact,
    /// Every code that begins so.
    Prefix,
    /// No code that begins so, whatever the other rows of the list say.
    Excluded,
}

impl Reach {
    const ALL: [(&'static str, Self); 3] =
        [("exact", Self::Exact), ("prefixe", Self::Prefix), ("exclu", Self::Excluded)];
}

/// A row of a code list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Its system.
    pub system: System,
    /// The code, or its beginning.
    pub code: String,
    /// How it matches.
    pub reach: Reach,
    /// What it designates.
    pub label: String,
    /// First campaign in which the row holds.
    pub since: Option<Campaign>,
    /// Last campaign in which it holds.
    pub until: Option<Campaign>,
    /// How sure its use is.
    pub status: Status,
    /// Where it comes from.
    pub source: String,
}

impl Code {
    /// Whether the row holds in a campaign.
    #[must_use]
    pub fn applies(&self, campaign: Campaign) -> bool {
        self.since.is_none_or(|since| since <= campaign)
            && self.until.is_none_or(|until| campaign <= until)
    }

    /// Reads the cells of a row; `fault` takes a message and a hint.
    fn read(cells: [&str; 8], fault: &mut impl FnMut(String, String)) -> Option<Self> {
        let [system, code, reach, label, since, until, status, source] = cells;
        let known_system = System::from_word(system);
        if known_system.is_none() {
            let words: Vec<_> = System::ALL.iter().map(|known| known.word()).collect();
            fault(format!("système inconnu : `{system}`"), choose(system, "systèmes", &words));
        }
        let known_reach = Reach::ALL.into_iter().find(|(word, _)| *word == reach);
        if known_reach.is_none() {
            fault(format!("portée inconnue : `{reach}`"), "exact, prefixe ou exclu".into());
        }
        let known_status = Status::from_word(status);
        if known_status.is_none() {
            let words: Vec<_> = Status::ALL.iter().map(|known| known.word()).collect();
            fault(format!("statut inconnu : `{status}`"), choose(status, "statuts", &words));
        }
        let readable = !code.is_empty()
            && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !readable {
            fault(format!("code illisible : `{code}`"), "lettres, chiffres et tirets".into());
        }
        if label.is_empty() || source.is_empty() {
            fault(
                "libellé ou source vide".into(),
                "dites ce que le code désigne et d'où il vient".into(),
            );
        }
        let (Ok(known_since), Ok(known_until)) = (campaign(since), campaign(until)) else {
            fault(
                format!("validité illisible : `{since}` à `{until}`"),
                "une campagne, ou rien".into(),
            );
            return None;
        };
        Some(Self {
            system: known_system?,
            code: readable.then(|| code.to_owned())?,
            reach: known_reach?.1,
            label: label.to_owned(),
            since: known_since,
            until: known_until,
            status: known_status?,
            source: source.to_owned(),
        })
    }
}

/// A list of codes with one meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeList {
    /// Its name: that of the file.
    pub name: String,
    /// Path in the rules folder.
    pub file: String,
    /// Rows, in the order of the file.
    pub codes: Vec<Code>,
}

impl CodeList {
    /// The rows that hold in a campaign.
    pub fn of(&self, campaign: Campaign) -> impl Iterator<Item = &Code> {
        self.codes.iter().filter(move |code| code.applies(campaign))
    }

    /// Whether a code belongs to the list in a campaign: a row accepts it and
    /// no row excludes it.
    #[must_use]
    pub fn holds(&self, campaign: Campaign, system: System, code: &str) -> bool {
        let mut accepted = false;
        for row in self.of(campaign).filter(|row| row.system == system) {
            match row.reach {
                Reach::Exact => accepted |= row.code == code,
                Reach::Prefix => accepted |= code.starts_with(&row.code),
                Reach::Excluded if code.starts_with(&row.code) => return false,
                Reach::Excluded => {}
            }
        }
        accepted
    }

    /// Reads a list; every fault goes to `faults`.
    pub(crate) fn parse(file: &str, text: &str, faults: &mut Vec<Diagnostic>) -> Option<Self> {
        const HEADER: [&str; 8] =
            ["systeme", "code", "portee", "libelle", "depuis", "jusque", "statut", "source"];
        let source = Source { file, text };
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut list = Self {
            name: file.rsplit('/').next()?.strip_suffix(".csv")?.to_owned(),
            file: file.to_owned(),
            codes: Vec::new(),
        };
        let mut first = true;
        for record in reader.records() {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    faults.push(source.fault(0..0, format!("CSV illisible : {error}")));
                    return None;
                }
            };
            let start = record
                .position()
                .and_then(|position| usize::try_from(position.byte()).ok())
                .unwrap_or(0);
            let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
            let span = start..end;
            if first {
                first = false;
                if !record.iter().eq(HEADER) {
                    let hint = format!("il faut {}", HEADER.join(","));
                    faults.push(source.fault(span, "colonnes inattendues").hint(hint));
                    return None;
                }
                continue;
            }
            let mut fault = |message: String, hint: String| {
                faults.push(source.fault(span.clone(), message).hint(hint));
            };
            if record.len() != HEADER.len() {
                let message = format!("{} cases au lieu de {}", record.len(), HEADER.len());
                fault(message, "une case par colonne".into());
                continue;
            }
            let cells = std::array::from_fn(|index| record.get(index).unwrap_or("").trim());
            let Some(row) = Code::read(cells, &mut fault) else { continue };
            if list.codes.iter().any(|other| overlaps(other, &row)) {
                fault(
                    format!("`{}` figure deux fois pour une même campagne", row.code),
                    "une seule ligne par code et par période".into(),
                );
            }
            list.codes.push(row);
        }
        if list.codes.is_empty() {
            faults.push(
                source.fault(0..0, "liste de codes vide").hint("au moins une ligne sous l'en-tête"),
            );
        }
        Some(list)
    }
}

/// An empty cell is no bound.
fn campaign(text: &str) -> Result<Option<Campaign>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().ok().and_then(Campaign::new).map(Some).ok_or(())
}

fn overlaps(left: &Code, right: &Code) -> bool {
    let reaches = |from: Option<Campaign>, to: Option<Campaign>| match (from, to) {
        (Some(from), Some(to)) => from <= to,
        _ => true,
    };
    left.system == right.system
        && left.code == right.code
        && reaches(left.since, right.until)
        && reaches(right.since, left.until)
}
