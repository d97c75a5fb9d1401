//! A dossier as FHIR R4: one NDJSON file for each type of resource.
//!
//! Every column has a place, in an element of FHIR where there is one, in an
//! extension `urn:jalon:…` otherwise, so that importing what was written gives
//! the same rows. `declarations` has none.

mod events;
mod json;
mod people;
mod tables;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use arrow::error::ArrowError;
use jalon_data::{Dossier, table};
use parquet::errors::ParquetError;

use self::json::Json;
use self::tables::{Rows, each};

/// Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum FhirWriteError {
    /// The place is taken.
    #[error("{} : existe déjà et n'est pas un dossier vide", .0.display())]
    Occupied(PathBuf),
    /// A file or a folder could not be read, made, written or renamed.
    #[error("{} : {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Rows could not be read.
    #[error(transparent)]
    Rows(#[from] ArrowError),
    /// A table could not be read.
    #[error(transparent)]
    Parquet(#[from] ParquetError),
}

/// Writes the row of a table as a resource, the number being its rank from 1;
/// nothing if the row needs none.
type Say = fn(&Rows, u64, &mut Json);

/// A file: the resource, the table, the rows it takes, how they are said.
struct Output {
    kind: &'static str,
    table: &'static str,
    takes: fn(&Rows) -> bool,
    say: Say,
}

const fn output(
    kind: &'static str,
    table: &'static str,
    takes: fn(&Rows) -> bool,
    say: Say,
) -> Output {
    Output { kind, table, takes, say }
}

const FILES: &[Output] = &[
    output("Practitioner", "medecins", all, people::practitioner),
    output("PractitionerRole", "medecins", people::has_role, people::role),
    output("Patient", "patients", all, people::patient),
    output("EpisodeOfCare", "rattachements", people::lasts, people::episode),
    output("MedicationDispense", "delivrances", all, events::dispense),
    output("Observation", "actes", events::is_measured, events::observation),
    output("Procedure", "actes", events::is_done, events::procedure),
    output("Immunization", "vaccinations", all, events::immunization),
    output("Condition", "ald", all, events::condition),
    output("Encounter", "sejours", all, events::encounter),
];

fn all(_: &Rows) -> bool {
    true
}

/// Bytes kept before the disk is asked to write.
const BUFFER: usize = 1 << 18;

/// Writes a dossier in the folder `to`, which must not exist or be empty; it
/// appears complete or not at all. Gives the number of resources of each type.
/// An attachment that ends the day it starts counts for no day, has no place
/// in FHIR, and is not written.
pub fn write(dossier: &Dossier, to: &Path) -> Result<Vec<(&'static str, u64)>, FhirWriteError> {
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |source| FhirWriteError::Io { path, source }
    };
    match fs::read_dir(to).map(|mut entries| entries.next().is_none()) {
        Ok(true) => {}
        Ok(false) => return Err(FhirWriteError::Occupied(to.to_path_buf())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(to)(error)),
    }
    let name = to.file_name().unwrap_or(to.as_os_str()).to_string_lossy();
    let parent = match to.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(failed(parent))?;
    let hidden = parent.join(format!(".{name}.{}.en-cours", std::process::id()));
    fs::create_dir(&hidden).map_err(failed(&hidden))?;
    let done = write_all(dossier, &hidden).and_then(|counts| {
        match fs::remove_dir(to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(to)(error)),
            _ => {}
        }
        fs::rename(&hidden, to).map_err(failed(to))?;
        Ok(counts)
    });
    if done.is_err() {
        // The error that brought us here matters more than this one.
        let _ = fs::remove_dir_all(&hidden);
    }
    done
}

fn write_all(dossier: &Dossier, folder: &Path) -> Result<Vec<(&'static str, u64)>, FhirWriteError> {
    let mut counts = Vec::new();
    for Output { kind, table: name, takes, say } in FILES {
        let Some(table) = table(name) else { continue };
        let path = folder.join(format!("{kind}.ndjson"));
        let failed = |source| FhirWriteError::Io { path: path.clone(), source };
        let mut file = BufWriter::with_capacity(BUFFER, File::create(&path).map_err(failed)?);
        let mut json = Json::default();
        let (mut rank, mut count) = (0, 0);
        each(dossier, table, |row| {
            rank += 1;
            if takes(row) {
                count += 1;
                json.resource(kind);
                say(row, rank, &mut json);
                json.end();
                file.write_all(json.written()).map_err(failed)?;
                json.written().clear();
            }
            Ok(())
        })?;
        file.flush().map_err(failed)?;
        drop(file);
        if count == 0 {
            fs::remove_file(&path).map_err(failed)?;
        }
        counts.push((*kind, count));
    }
    Ok(counts)
}
