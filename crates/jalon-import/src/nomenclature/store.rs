//! The folder of a nomenclature: a manifest, and tables in CSV next to it.
//!
//! CSV because people must be able to look at an answer and at what it rests
//! on, and because a hundred thousand short lines are read in no time. The
//! manifest names the folder of its tables and is replaced last, in one
//! rename: a folder always holds the former nomenclature or the new one.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::answer::{Act, Presentation, Product, Unit};
use super::conclude::{Figures, Tables};
use super::rows::{Cells, Line};
use crate::error::ImportError;
use crate::report::Left;

/// Changes when older folders cannot be read any more.
const FORMAT: u32 = 1;

const MANIFEST: &str = "nomenclature.json";
const PARTIAL: &str = ".partiel-";
const TABLES: &str = "tables-";

/// Largest table read back, in bytes.
const LARGEST: u64 = 1 << 30;

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Which nomenclature it is: `CIS_CIP_bdpm`.
    pub nomenclature: String,
    /// Who makes it.
    pub source: String,
    /// Path within the folder imported.
    pub fichier: String,
    /// Lines, the header left out.
    pub lignes: u64,
    /// Day on which the file was last changed, where the disk tells it.
    pub modifie: Option<String>,
    /// Last day that it speaks of.
    pub dernier_jour: Option<String>,
    /// BLAKE3 of its bytes.
    pub empreinte: String,
}

/// What a nomenclature was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    /// Hash of the tables: two nomenclatures that answer alike have the same.
    pub empreinte: String,
    /// Folder of the tables, next to the manifest.
    tables: String,
    /// The files read.
    pub sources: Vec<SourceFile>,
    /// How much is answered.
    pub chiffres: Figures,
    /// What was left aside or found odd, by reason.
    pub remarques: BTreeMap<String, Left>,
}

/// Whether a nomenclature may be written there: nothing, an empty folder, or
/// an earlier nomenclature.
pub(super) fn check_target(target: &Path) -> Result<(), ImportError> {
    let mut entries = match fs::read_dir(target) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(ImportError::io(target)(error)),
    };
    let is_ours = |entry: std::io::Result<fs::DirEntry>| {
        entry.is_ok_and(|entry| is_left_over(&entry.file_name().to_string_lossy()))
    };
    if target.join(MANIFEST).is_file() || entries.all(is_ours) {
        return Ok(());
    }
    Err(ImportError::Refused(format!(
        "{} : ce dossier contient autre chose qu'une nomenclature\n   aide : donnez un dossier à créer, vide, ou qui contient déjà une nomenclature",
        target.display()
    )))
}

/// What an interrupted import may leave.
fn is_left_over(name: &str) -> bool {
    name.starts_with(PARTIAL) || name.starts_with(TABLES)
}

/// Writes everything, then takes the place of an earlier nomenclature at once.
pub(super) fn write(
    target: &Path,
    tables: &Tables,
    sources: Vec<SourceFile>,
    chiffres: Figures,
    remarques: BTreeMap<String, Left>,
) -> Result<Manifest, ImportError> {
    let made = !target.exists();
    fs::create_dir_all(target).map_err(ImportError::io(target))?;
    let partial = target.join(format!("{PARTIAL}{}", std::process::id()));
    let result = write_in(target, &partial, tables, sources, chiffres, remarques);
    if result.is_err() {
        // Best effort: the failure itself is what is told.
        let _ = fs::remove_dir_all(&partial);
        if made {
            let _ = fs::remove_dir_all(target);
        }
    }
    result
}

fn write_in(
    target: &Path,
    partial: &Path,
    tables: &Tables,
    sources: Vec<SourceFile>,
    chiffres: Figures,
    remarques: BTreeMap<String, Left>,
) -> Result<Manifest, ImportError> {
    if partial.exists() {
        fs::remove_dir_all(partial).map_err(ImportError::io(partial))?;
    }
    fs::create_dir(partial).map_err(ImportError::io(partial))?;
    let mut hasher = blake3::Hasher::new();
    table(partial, &tables.presentations, &mut hasher)?;
    table(partial, &tables.products, &mut hasher)?;
    table(partial, &tables.units, &mut hasher)?;
    table(partial, &tables.acts, &mut hasher)?;
    let empreinte = hasher.finalize().to_hex().to_string();
    let folder = format!("{TABLES}{}", empreinte.get(..16).unwrap_or_default());
    let place = target.join(&folder);
    if place.exists() {
        // The same content, or what an interrupted import left of it.
        fs::remove_dir_all(&place).map_err(ImportError::io(&place))?;
    }
    fs::rename(partial, &place).map_err(ImportError::io(&place))?;
    let manifest =
        Manifest { format: FORMAT, empreinte, tables: folder, sources, chiffres, remarques };
    let mut text = serde_json::to_vec_pretty(&manifest)
        .map_err(|error| ImportError::Engine(error.to_string()))?;
    text.push(b'\n');
    let next = target.join(format!("{PARTIAL}{}.json", std::process::id()));
    fs::write(&next, text).map_err(ImportError::io(&next))?;
    let path = target.join(MANIFEST);
    fs::rename(&next, &path).map_err(ImportError::io(&path))?;
    sweep(target, &manifest.tables);
    Ok(manifest)
}

/// Removes the tables of earlier nomenclatures and what failed imports left;
/// best effort, since they do no harm.
fn sweep(target: &Path, kept: &str) {
    let Ok(entries) = fs::read_dir(target) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if is_left_over(&name) && name != kept {
            let _ = fs::remove_dir_all(entry.path()).or_else(|_| fs::remove_file(entry.path()));
        }
    }
}

fn path<L: Line>(folder: &Path) -> PathBuf {
    folder.join(format!("{}.csv", L::TABLE))
}

fn table<L: Line>(
    folder: &Path,
    lines: &[L],
    hasher: &mut blake3::Hasher,
) -> Result<(), ImportError> {
    let path = path::<L>(folder);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut result = writer.write_record(L::COLUMNS);
    for line in lines {
        result = result.and_then(|()| writer.write_record(line.cells()));
    }
    let text = result
        .map_err(|error| error.to_string())
        .and_then(|()| writer.into_inner().map_err(|error| error.to_string()))
        .map_err(ImportError::Engine)?;
    hasher.update(&text);
    fs::write(&path, text).map_err(ImportError::io(&path))
}

/// Reads a nomenclature back, whole and unchanged.
pub(super) fn open(target: &Path) -> Result<(Manifest, Tables), ImportError> {
    let path = target.join(MANIFEST);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(ImportError::Refused(format!(
                "{} : aucune nomenclature dans ce dossier\n   aide : jalon nomenclature importer DIR --vers {}",
                target.display(),
                target.display()
            )));
        }
        Err(error) => return Err(ImportError::io(&path)(error)),
    };
    let manifest: Manifest = serde_json::from_slice(&text)
        .ok()
        .filter(|manifest: &Manifest| manifest.format == FORMAT)
        .filter(|manifest| is_plain(&manifest.tables))
        .ok_or_else(|| spoilt(&path))?;
    let folder = target.join(&manifest.tables);
    let mut hasher = blake3::Hasher::new();
    let tables = Tables {
        presentations: lines::<Presentation>(&folder, &mut hasher)?,
        products: lines::<Product>(&folder, &mut hasher)?,
        units: lines::<Unit>(&folder, &mut hasher)?,
        acts: lines::<Act>(&folder, &mut hasher)?,
    };
    if hasher.finalize().to_hex().as_str() != manifest.empreinte {
        return Err(spoilt(&folder));
    }
    Ok((manifest, tables))
}

/// The manifest must not lead elsewhere.
fn is_plain(name: &str) -> bool {
    name.strip_prefix(TABLES).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn spoilt(path: &Path) -> ImportError {
    ImportError::Refused(format!(
        "{} : nomenclature modifiée, abîmée, ou d'une autre version de jalon\n   aide : importez-la de nouveau",
        path.display()
    ))
}

fn lines<L: Line>(folder: &Path, hasher: &mut blake3::Hasher) -> Result<Vec<L>, ImportError> {
    let path = path::<L>(folder);
    let file = fs::File::open(&path).map_err(|_| spoilt(&path))?;
    let mut text = Vec::new();
    file.take(LARGEST).read_to_end(&mut text).map_err(ImportError::io(&path))?;
    hasher.update(&text);
    let mut reader = csv::Reader::from_reader(text.as_slice());
    let header = reader.headers().map_err(|_| spoilt(&path))?;
    if !header.iter().eq(L::COLUMNS.iter().copied()) {
        return Err(spoilt(&path));
    }
    let mut lines = Vec::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|_| spoilt(&path))? {
        lines.push(Cells::line(&record).ok_or_else(|| spoilt(&path))?);
    }
    Ok(lines)
}
