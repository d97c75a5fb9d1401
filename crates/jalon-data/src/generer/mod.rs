//! Invented people: a dossier of any size in which no one exists.
//!
//! [`generer`] makes doctors and patients from a seed, with care of the two
//! years that the indicators of one campaign look at (further back for
//! screening and stays). The national rates of the invented country follow the
//! published ones; doctors differ from each other as real ones do.
//!
//! Everything about a patient is drawn from the seed and the patient's number
//! alone. The files are therefore the same on every machine, whatever the
//! number of threads, and memory does not grow with the number of patients.
//!
//! How a level is reached stays simple on purpose: whether a patient is
//! vaccinated, screened or followed is drawn directly with the probability of
//! the campaign, shifted by the habits of his doctor; the events then say so.

mod calendrier;
mod calibrage;
mod chroniques;
mod declarations;
mod faits;
mod hasard;
mod lots;
mod maladies;
mod medecins;
mod medicaments;
mod passages;
mod personne;
mod prevention;
mod recit;

use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::thread;

use arrow::error::ArrowError;

use crate::place::{Place, PlaceError};
use crate::schema::table;
use crate::write::{Format, TableWriter, WriteError};
use calendrier::Calendar;
use calibrage::Levels;
use declarations::ListCount;
use lots::{Lot, TOLD, empty_columns, lot};
use medecins::Doctors;

/// Patients told together.
const LOT: u64 = 2000;

/// Threads that tell stories; this one writes them.
const TELLERS: usize = 2;

/// What to invent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Number of patients, children included.
    pub patients: u64,
    /// Number of doctors whose lists share them.
    pub medecins: u64,
    /// Seed: the same plan gives the same bytes.
    pub graine: u64,
    /// Campaign whose indicators must find their events.
    pub campagne: i16,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Tables in canonical order, with their numbers of rows.
    pub rows: Vec<(&'static str, u64)>,
}

impl Summary {
    /// Rows of all tables.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.rows.iter().map(|table| table.1).sum()
    }
}

/// Nothing was generated.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The plan cannot be followed.
    #[error("{0}")]
    Plan(&'static str),
    /// The folder cannot appear there.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// A table could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Rows could not be put in columns.
    #[error(transparent)]
    Rows(#[from] ArrowError),
}

/// What is shared by all stories.
#[derive(Debug)]
struct World {
    seed: u64,
    calendar: Calendar,
    levels: Levels,
    doctors: Doctors,
    /// Digits of a patient's number.
    width: usize,
}

impl World {
    fn new(plan: &Plan) -> Self {
        let calendar = Calendar::of(plan.campagne);
        Self {
            seed: plan.graine,
            calendar,
            levels: Levels::of(plan.campagne),
            doctors: Doctors::new(plan.medecins, plan.graine, &calendar),
            width: plan.patients.max(1_000_000).to_string().len(),
        }
    }

    fn patient_id(&self, number: u64) -> String {
        let width = self.width;
        format!("P{number:0width$}")
    }
}

/// Invents the people of the plan and writes their tables in the folder `vers`,
/// which must not exist or be empty. The folder appears complete or not at
/// all. `progress` hears the number of patients written so far.
pub fn generer(
    plan: &Plan,
    vers: &Path,
    format: Format,
    progress: &mut dyn FnMut(u64),
) -> Result<Summary, GenerateError> {
    check(plan)?;
    let place = Place::reserve(vers)?;
    let world = World::new(plan);
    let summary = write_all(plan, &world, place.dir(), format, progress)?;
    place.take()?;
    Ok(summary)
}

fn check(plan: &Plan) -> Result<(), GenerateError> {
    if plan.patients == 0 || plan.medecins == 0 {
        return Err(GenerateError::Plan("il faut au moins un patient et un médecin"));
    }
    if plan.patients > 100_000_000 || plan.medecins > 1_000_000 {
        return Err(GenerateError::Plan(
            "au plus cent millions de patients et un million de médecins",
        ));
    }
    if !(2012..=2040).contains(&plan.campagne) {
        return Err(GenerateError::Plan("campagne hors de 2012-2040"));
    }
    Ok(())
}

fn write_all(
    plan: &Plan,
    world: &World,
    dir: &Path,
    format: Format,
    progress: &mut dyn FnMut(u64),
) -> Result<Summary, GenerateError> {
    let mut rows = vec![write_one(dir, "medecins", format, &lots::doctors(world)?)?];
    let mut writers = Vec::new();
    for name in TOLD {
        writers.push(open(dir, name, format)?);
    }
    let lots = plan.patients.div_ceil(LOT);
    let mut counts = vec![ListCount::default(); world.doctors.all.len()];
    thread::scope(|scope| {
        let tellers: Vec<_> = (0..TELLERS)
            .map(|teller| {
                let (sender, receiver) = sync_channel(1);
                scope.spawn(move || {
                    for number in (0..lots).skip(teller).step_by(TELLERS) {
                        let first = number * LOT + 1;
                        let last = (first + LOT - 1).min(plan.patients);
                        // The writer is gone: it failed, and says why.
                        if sender.send(lot(world, first, last)).is_err() {
                            return;
                        }
                    }
                });
                receiver
            })
            .collect();
        for (number, receiver) in (0..lots).zip(tellers.iter().cycle()) {
            let Ok(lot) = receiver.recv() else { break };
            let Lot { tables, counts: added } = lot?;
            for (writer, batch) in writers.iter_mut().zip(&tables) {
                writer.write(batch)?;
            }
            for (count, added) in counts.iter_mut().zip(added) {
                count.adults += added.adults;
                count.diabetics += added.diabetics;
            }
            progress(((number + 1) * LOT).min(plan.patients));
        }
        Ok::<_, GenerateError>(())
    })?;
    for (name, writer) in TOLD.into_iter().zip(writers) {
        rows.push((name, writer.finish()?));
    }
    let declarations = lots::declarations(world, &counts)?;
    rows.push(write_one(dir, "declarations", format, &declarations)?);
    Ok(Summary { rows })
}

fn open(dir: &Path, name: &'static str, format: Format) -> Result<TableWriter, GenerateError> {
    let table = table(name).ok_or(GenerateError::Plan("table inconnue"))?;
    Ok(TableWriter::create(dir, table, format)?.without(empty_columns(name))?)
}

fn write_one(
    dir: &Path,
    name: &'static str,
    format: Format,
    batch: &arrow::array::RecordBatch,
) -> Result<(&'static str, u64), GenerateError> {
    let mut writer = open(dir, name, format)?;
    writer.write(batch)?;
    Ok((name, writer.finish()?))
}
