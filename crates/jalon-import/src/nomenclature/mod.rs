//! Nomenclatures: what French codes of drugs and acts mean.
//!
//! [`import`] reads the files that public bodies publish and writes one folder
//! of answers, each with its standing and its method; [`Nomenclature`] opens it
//! and answers importers ([`DrugLookup`]) and people.

mod answer;
pub mod codes;
mod conclude;
mod parquet_rows;
mod raw;
mod read;
mod rows;
mod said;
mod sources;
mod store;
mod units;
mod votes;

use std::fs::{self, File};
use std::path::Path;

use jalon_data::day;
use jalon_data::fault::{Collector, Place};
use jalon_data::records::cannot_read;

pub use answer::{Act, Answer, Method, Presentation, Product, Standing, Unit};
pub use conclude::Figures;
pub use store::{Manifest, SourceFile};
pub use votes::Check;

use crate::drugs::{Drug, DrugLookup};
use crate::error::ImportError;
use raw::Raw;
use read::Reading;
use sources::Source;

/// Reads the nomenclatures found in a folder, and writes what they say into
/// another, taking the place of an earlier nomenclature. Nothing is written
/// when a file has a fault.
pub fn import(source: &Path, target: &Path) -> Result<Manifest, ImportError> {
    store::check_target(target)?;
    let mut faults = Collector::default();
    let found = sources::find(source, &mut faults);
    let mut raw = Raw::default();
    let mut files = Vec::new();
    for source in &found {
        let mut reading =
            Reading { source, raw: &mut raw, faults: &mut faults, latest: None, lines: 0 };
        reading.run();
        let (latest, lines) = (reading.latest, reading.lines);
        files.extend(described(source, latest, lines, &mut faults));
    }
    if !faults.is_empty() {
        return Err(faults.into_faults().into());
    }
    let strangers = raw.cip.values().filter(|one| !raw.cis.contains_key(&one.cis)).count();
    if !raw.cis.is_empty() {
        let reason = "présentation d'un produit absent de CIS_bdpm : gardée";
        raw.report.leave_many(reason, strangers as u64);
    }
    let (tables, figures) = conclude::conclude(&raw);
    store::write(target, &tables, files, figures, raw.report.ecartes)
}

fn described(
    source: &Source,
    latest: Option<i32>,
    lines: u64,
    faults: &mut Collector,
) -> Option<SourceFile> {
    let mut hasher = blake3::Hasher::new();
    let hash = File::open(&source.path).and_then(|file| hasher.update_reader(file).map(|_| ()));
    if let Err(error) = hash {
        let place = Place { table: source.role as usize + 1, ..Place::default() };
        faults.report(place, &source.label, || cannot_read(&error));
        return None;
    }
    let changed = fs::metadata(&source.path).and_then(|metadata| metadata.modified()).ok();
    let changed = changed.and_then(|time| jiff::Timestamp::try_from(time).ok());
    Some(SourceFile {
        nomenclature: source.role.name().to_owned(),
        source: source.role.issuer().to_owned(),
        fichier: source.label.clone(),
        lignes: lines,
        modifie: changed.map(|time| time.to_string().chars().take(10).collect()),
        dernier_jour: latest.map(day::iso),
        empreinte: hasher.finalize().to_hex().to_string(),
    })
}

/// A nomenclature, ready to answer.
#[derive(Debug)]
pub struct Nomenclature {
    manifest: Manifest,
    tables: conclude::Tables,
}

impl Nomenclature {
    /// Opens a folder that [`import`] wrote.
    pub fn open(folder: &Path) -> Result<Self, ImportError> {
        let (manifest, tables) = store::open(folder)?;
        Ok(Self { manifest, tables })
    }

    /// What it was made of.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Every presentation, by CIP13.
    #[must_use]
    pub fn presentations(&self) -> &[Presentation] {
        &self.tables.presentations
    }

    /// A presentation by its code of thirteen digits.
    #[must_use]
    pub fn presentation(&self, cip13: &str) -> Option<&Presentation> {
        found(&self.tables.presentations, |one| one.cip13.as_str().cmp(cip13))
    }

    /// A product by its code of eight digits.
    #[must_use]
    pub fn product(&self, cis: &str) -> Option<&Product> {
        found(&self.tables.products, |one| one.cis.as_str().cmp(cis))
    }

    /// A hospital unit, in seven or thirteen digits.
    #[must_use]
    pub fn unit(&self, ucd: &str) -> Option<&Unit> {
        let ucd = codes::ucd7(ucd)?;
        found(&self.tables.units, |one| one.ucd.cmp(&ucd))
    }

    /// An act of the NABM, whose leading zeros may lack, or of the CCAM.
    #[must_use]
    pub fn act(&self, code: &str) -> Option<&Act> {
        let nabm = codes::nabm(code);
        let code = nabm.as_deref().unwrap_or(code);
        self.tables.acts.iter().find(|act| act.code == code)
    }
}

/// The line sought, among lines sorted by code.
fn found<T>(lines: &[T], order: impl Fn(&T) -> std::cmp::Ordering) -> Option<&T> {
    lines.binary_search_by(order).ok().and_then(|rank| lines.get(rank))
}

fn drug(
    atc: Option<&Answer<String>>,
    repertoire: Option<&Answer<bool>>,
    large_pack: Option<&Answer<bool>>,
) -> Drug {
    Drug {
        atc: atc.map(|atc| atc.value.clone()),
        repertoire: repertoire.map(|answer| answer.value),
        large_pack: large_pack.map(|answer| answer.value),
        // No file read here tells how long a box lasts.
        days_per_box: None,
    }
}

impl DrugLookup for Nomenclature {
    fn by_cip13(&self, code: &str) -> Option<Drug> {
        let one = self.presentation(code)?;
        Some(drug(one.atc.as_ref(), one.repertoire.as_ref(), one.large_pack.as_ref()))
    }

    fn by_cis(&self, code: &str) -> Option<Drug> {
        let one = self.product(code)?;
        Some(drug(one.atc.as_ref(), one.repertoire.as_ref(), None))
    }

    fn by_ucd(&self, code: &str) -> Option<Drug> {
        let one = self.unit(code)?;
        Some(drug(one.atc.as_ref(), one.repertoire.as_ref(), None))
    }

    fn hash(&self) -> String {
        self.manifest.empreinte.clone()
    }
}
