//! The file of a list: what the fund said, and what the practice did.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jalon_data::fault::Words;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::columns::one_fault;
use crate::error::ImportError;
use crate::label::plain;
use crate::whole;

/// Version of the file's form.
const FORM: u32 = 1;

/// Whether a list may bear a name, which is also that of its file: lower case
/// letters, digits and dashes, forty at most.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=40).contains(&name.len()) && name.chars().all(fits) && !name.starts_with('-')
}

/// A list over time. Written as JSON; keys are French, for people look too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// Version of the form.
    format: u32,
    /// Its name.
    pub liste: String,
    /// Downloads, oldest first.
    pub imports: Vec<Import>,
    /// People, by a number that means nothing elsewhere.
    pub patients: BTreeMap<u32, Person>,
    /// What is asked about each, by indicator then number.
    pub lignes: Vec<Entry>,
    /// blake3 of the file as it was read.
    #[serde(skip)]
    read: Option<blake3::Hash>,
}

/// One download.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// Day of the download.
    pub date: Date,
    /// blake3 of the file and of how it was read.
    pub empreinte: String,
    /// What moved, by indicator.
    pub indicateurs: BTreeMap<String, super::Counts>,
}

/// A person, as the last file that named them says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Person {
    /// Social security number, without its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nir: Option<String>,
    /// Any other identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifiant: Option<String>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nom: Option<String>,
    /// First name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prenom: Option<String>,
    /// Birth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub naissance: Option<Date>,
    /// `F` or `M`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sexe: Option<String>,
    /// Age in years, on the day of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<u8>,
}

impl Person {
    /// What tells this person from others: the number, else the identifier,
    /// else name and birth. Nothing if none is known.
    #[must_use]
    pub fn identity(&self) -> Option<String> {
        if let Some(nir) = &self.nir {
            return Some(format!("nir {nir}"));
        }
        if let Some(id) = &self.identifiant {
            return Some(format!("id {id}"));
        }
        let first = self.prenom.as_deref().map(plain).unwrap_or_default();
        Some(format!("nom {} {first} {}", plain(self.nom.as_deref()?), self.naissance?))
    }
}

/// What the fund says of one patient and one indicator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Facts {
    /// Status, in the fund's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statut: Option<String>,
    /// Day of the last act known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dernier_acte: Option<Date>,
    /// The doctor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medecin: Option<String>,
    /// Comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commentaire: Option<String>,
    /// Other columns, by title.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub autres: BTreeMap<String, String>,
}

/// One patient and one indicator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Number of the patient.
    pub patient: u32,
    /// Indicator: the identifier of a page, or a label that no page has.
    pub indicateur: String,
    /// The label in the file.
    pub libelle: String,
    /// First download that held the line.
    pub depuis: Date,
    /// Download that no longer held it: counted by the fund, or off the list.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sorti: Option<Date>,
    /// What the last file said.
    pub caisse: Facts,
    /// What the fund changed since.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub changements: Vec<Change>,
    /// What the practice did, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub suivi: Vec<Step>,
}

impl Entry {
    /// Where the practice is with it.
    #[must_use]
    pub fn state(&self) -> State {
        self.suivi.last().map_or(State::AVerifier, |step| step.etat)
    }
}

/// A change between two downloads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The later download.
    pub date: Date,
    /// What changed: a field, or the title of another column.
    pub champ: String,
    /// Before; nothing if there was none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub avant: Option<String>,
    /// After.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub apres: Option<String>,
}

/// Where the practice is with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nobody looked yet.
    AVerifier,
    /// Right: call.
    AAppeler,
    /// An appointment is made.
    RendezVous,
    /// Done, proof awaited.
    Fait,
    /// Done, proof in the file.
    Prouve,
    /// The patient declines.
    Refuse,
    /// Does not apply to this patient.
    NonApplicable,
    /// Done by someone else.
    FaitAilleurs,
    /// Cannot be reached.
    Introuvable,
    /// Left the practice.
    Parti,
    /// Died.
    Decede,
}

impl State {
    /// Whether a reason must go with it.
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Refuse | Self::NonApplicable)
    }
}

/// One thing the practice did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Where it led.
    pub etat: State,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub motif: Option<String>,
    /// By whom.
    pub auteur: String,
    /// When.
    pub date: Date,
    /// When to think of it again.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub revoir: Option<Date>,
}

/// Why a state was not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MarkError {
    /// The list has no such line.
    #[error("aucune ligne pour ce patient et cet indicateur")]
    NoEntry,
    /// A refusal, or something that does not apply, without saying why.
    #[error("un motif est nécessaire")]
    NoReason,
    /// Nobody says it.
    #[error("un auteur est nécessaire")]
    NoAuthor,
}

impl List {
    /// A list without any download.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            format: FORM,
            liste: name.to_owned(),
            imports: Vec::new(),
            patients: BTreeMap::new(),
            lignes: Vec::new(),
            read: None,
        }
    }

    /// The file of a list in a folder.
    #[must_use]
    pub fn path(folder: &Path, name: &str) -> PathBuf {
        folder.join("listes").join(format!("{name}.json"))
    }

    /// Reads a list; a new one if there is no such file.
    pub fn load(folder: &Path, name: &str) -> Result<Self, ImportError> {
        if !is_name(name) {
            let message = "nom de liste impossible\naide : minuscules, chiffres et tirets";
            return Err(ImportError::Refused(message.to_owned()));
        }
        let path = Self::path(folder, name);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::new(name)),
            Err(error) => return Err(ImportError::io(&path)(error)),
        };
        let broken = |line: usize| {
            one_fault(&path.display().to_string(), line as u64, || {
                Words::new("liste illisible").hint("rétablissez une sauvegarde de ce fichier")
            })
        };
        // The library would quote the text, which speaks of people.
        let list: Self = serde_json::from_slice(&bytes).map_err(|error| broken(error.line()))?;
        let known = list.lignes.iter().all(|line| list.patients.contains_key(&line.patient));
        if list.format != FORM || !known {
            return Err(broken(1));
        }
        Ok(Self { read: Some(blake3::hash(&bytes)), ..list })
    }

    /// The bytes of the file.
    pub fn render(&self) -> Result<Vec<u8>, ImportError> {
        let mut bytes = serde_json::to_vec_pretty(self)
            .map_err(|error| ImportError::Engine(error.to_string()))?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Writes the list in its folder, whole or not at all. Refused if the file
    /// is no longer the one that was read.
    pub fn save(&mut self, folder: &Path) -> Result<(), ImportError> {
        self.save_with(folder, Vec::new())
    }

    /// The same, with other files that must be written along.
    pub fn save_with(
        &mut self,
        folder: &Path,
        mut others: Vec<(PathBuf, Vec<u8>)>,
    ) -> Result<(), ImportError> {
        let path = Self::path(folder, &self.liste);
        let now = match fs::read(&path) {
            Ok(bytes) => Some(blake3::hash(&bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(ImportError::io(&path)(error)),
        };
        if now != self.read {
            return Err(ImportError::Refused(format!(
                "{} : modifié entre-temps\naide : recommencez",
                path.display()
            )));
        }
        let bytes = self.render()?;
        let hash = blake3::hash(&bytes);
        others.push((path, bytes));
        whole::write(&others)?;
        self.read = Some(hash);
        Ok(())
    }

    /// The line of a patient and an indicator.
    #[must_use]
    pub fn entry(&self, patient: u32, indicator: &str) -> Option<&Entry> {
        self.lignes.iter().find(|line| line.patient == patient && line.indicateur == indicator)
    }

    fn entry_mut(&mut self, patient: u32, indicator: &str) -> Result<&mut Entry, MarkError> {
        self.lignes
            .iter_mut()
            .find(|line| line.patient == patient && line.indicateur == indicator)
            .ok_or(MarkError::NoEntry)
    }

    /// Says what was done about a line.
    pub fn mark(&mut self, patient: u32, indicator: &str, step: Step) -> Result<(), MarkError> {
        let empty = |text: &str| text.trim().is_empty();
        if empty(&step.auteur) {
            return Err(MarkError::NoAuthor);
        }
        if step.etat.needs_reason() && step.motif.as_deref().is_none_or(empty) {
            return Err(MarkError::NoReason);
        }
        self.entry_mut(patient, indicator)?.suivi.push(step);
        Ok(())
    }

    /// Takes the last thing said back; nothing if nothing was.
    pub fn undo(&mut self, patient: u32, indicator: &str) -> Result<Option<Step>, MarkError> {
        Ok(self.entry_mut(patient, indicator)?.suivi.pop())
    }
}
