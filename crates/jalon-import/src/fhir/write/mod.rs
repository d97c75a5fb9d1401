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
use std::io::{BufWriter, Write};
use std::path::Path;

use jalon_data::{Dossier, Place, table};

use self::json::Json;
use self::tables::{Rows, each};
use crate::error::ImportError;

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
pub fn write(dossier: &Dossier, to: &Path) -> Result<Vec<(&'static str, u64)>, ImportError> {
    let place = Place::reserve(to)?;
    let counts = write_all(dossier, place.dir())?;
    place.take()?;
    Ok(counts)
}

fn write_all(dossier: &Dossier, folder: &Path) -> Result<Vec<(&'static str, u64)>, ImportError> {
    let mut counts = Vec::new();
    for Output { kind, table: name, takes, say } in FILES {
        let Some(table) = table(name) else { continue };
        let path = folder.join(format!("{kind}.ndjson"));
        let failed = |source| ImportError::Io { path: path.clone(), source };
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
