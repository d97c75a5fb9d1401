//! What happened: lines that the last source wins by patient, day and code.

use std::collections::HashMap;
use std::path::Path;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::buffer::MutableBuffer;
use arrow::compute::filter_record_batch;
use arrow::util::bit_util;
use jalon_data::schema::Table;
use jalon_data::stored::batches;

use super::Files;
use super::columns::{Destination, day, fingerprint, number, text};
use super::people::Known;
use crate::error::ImportError;

/// Keys held at once: beyond, the files are read again, a share of the keys at
/// a time.
const KEYS: u64 = 24_000_000;

/// What lines of a table are about, besides a person.
struct Shape {
    /// Columns of the key, the person first. Of a pair, the first that is known.
    key: &'static [&'static str],
    /// The day of the event, never before birth.
    event: Option<&'static str>,
    /// Two days in order.
    ordered: Option<(&'static str, &'static str)>,
}

fn shape(table: &Table) -> Shape {
    match table.name {
        "delivrances" => {
            Shape { key: &["patient", "date", "atc|cip13"], event: Some("date"), ordered: None }
        }
        "actes" => Shape {
            key: &["patient", "date", "systeme", "code"],
            event: Some("date"),
            ordered: None,
        },
        "vaccinations" => {
            Shape { key: &["patient", "date", "code"], event: Some("date"), ordered: None }
        }
        "ald" => {
            Shape { key: &["patient", "numero"], event: None, ordered: Some(("debut", "fin")) }
        }
        "sejours" => Shape {
            key: &["patient", "entree", "cim10", "position"],
            event: Some("entree"),
            ordered: Some(("entree", "sortie")),
        },
        _ => Shape {
            key: &["medecin", "campagne", "indicateur", "date"],
            event: None,
            ordered: None,
        },
    }
}

/// Which rows of a file stay.
struct Kept {
    bits: MutableBuffer,
    rows: usize,
    left: u64,
}

impl Kept {
    fn push(&mut self, stays: bool) {
        if self.rows.is_multiple_of(8) {
            self.bits.push(0u8);
        }
        if stays {
            bit_util::set_bit(self.bits.as_slice_mut(), self.rows);
        } else {
            self.left += 1;
        }
        self.rows += 1;
    }

    fn stays(&self, row: usize) -> bool {
        bit_util::get_bit(self.bits.as_slice(), row)
    }

    fn drop(&mut self, row: usize) {
        if self.stays(row) {
            bit_util::unset_bit(self.bits.as_slice_mut(), row);
            self.left += 1;
        }
    }
}

/// Merges a table of events.
pub(super) fn merge(
    table: &'static Table,
    files: &Files,
    known: &Known,
    place: &mut Destination<'_>,
) -> Result<(), ImportError> {
    let shape = shape(table);
    let mut kept = Vec::with_capacity(files.len());
    for (file, _) in files {
        kept.push(check(table, &shape, file, known, place)?);
    }
    supersede(table, &shape, files, &mut kept, place)?;
    if files.is_empty() {
        let writer = place.whole(table)?;
        return place.end(table, writer);
    }
    for (at, ((file, _), kept)) in files.iter().zip(&kept).enumerate() {
        let part = (files.len() > 1).then_some(at + 1);
        if kept.left == 0 {
            place.take(table, part, file, kept.rows as u64)?;
            continue;
        }
        let mut writer = place.part(table, part)?;
        let mut first = 0;
        for batch in batches(file, table, None)? {
            let batch = batch?;
            let mask: BooleanArray =
                (first..first + batch.num_rows()).map(|row| Some(kept.stays(row))).collect();
            first += batch.num_rows();
            writer.write(&filter_record_batch(&batch, &mask)?)?;
        }
        place.end(table, writer)?;
    }
    Ok(())
}

/// Sets aside lines about strangers, before birth, or with dates in disorder.
fn check(
    table: &'static Table,
    shape: &Shape,
    file: &Path,
    known: &Known,
    place: &mut Destination<'_>,
) -> Result<Kept, ImportError> {
    let mut kept = Kept { bits: MutableBuffer::new(0), rows: 0, left: 0 };
    let mut columns = vec![shape.key[0]];
    columns.extend(shape.event);
    columns.extend(shape.ordered.into_iter().flat_map(|(first, last)| [first, last]));
    columns.dedup();
    let (people, stranger) = match shape.key[0] {
        "medecin" => (&known.doctors, "médecin inconnu"),
        _ => (&known.patients, "patient inconnu"),
    };
    let mut reasons = [(stranger, 0), ("avant la naissance", 0), ("fin avant le début", 0)];
    for batch in batches(file, table, Some(&columns))? {
        let batch = batch?;
        // Lines of one person often follow each other.
        let mut last: Option<(&str, Option<&Option<i32>>)> = None;
        for row in 0..batch.num_rows() {
            let id = text(&batch, shape.key[0], row).unwrap_or_default();
            let person = match last {
                Some((last, person)) if last == id => person,
                _ => people.get(&fingerprint(id)),
            };
            last = Some((id, person));
            let of = |name: Option<&str>| name.and_then(|name| day(&batch, name, row));
            let disorder = shape.ordered.is_some_and(|(first, end)| {
                matches!((of(Some(first)), of(Some(end))), (Some(first), Some(end)) if end < first)
            });
            let reason = match person {
                None => Some(0),
                Some(Some(birth)) if of(shape.event).is_some_and(|day| day < *birth) => Some(1),
                _ if disorder => Some(2),
                _ => None,
            };
            if let Some(reason) = reason {
                reasons[reason].1 += 1;
            }
            kept.push(reason.is_none());
        }
    }
    for (reason, count) in reasons {
        place.report.leave_many(&format!("{} : {reason}", table.name), count);
    }
    Ok(kept)
}

/// Sets aside what a later source also speaks of.
fn supersede(
    table: &'static Table,
    shape: &Shape,
    files: &Files,
    kept: &mut [Kept],
    place: &mut Destination<'_>,
) -> Result<(), ImportError> {
    let sources: std::collections::BTreeSet<_> = files.iter().map(|(_, rank)| *rank).collect();
    if sources.len() < 2 {
        return Ok(());
    }
    let columns: Vec<_> = shape.key.iter().flat_map(|name| name.split('|')).collect();
    let rows: u64 = kept.iter().map(|kept| kept.rows as u64).sum();
    let shares = rows.div_ceil(KEYS).max(1);
    let mut order: Vec<_> = (0..files.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(files[*at].1));
    let mut superseded = 0;
    for share in 0..shares {
        // The last source that speaks of each thing.
        let mut speaks: HashMap<(u64, u64), usize> = HashMap::new();
        for at in &order {
            let (file, rank) = &files[*at];
            let mut first = 0;
            for batch in batches(file, table, Some(&columns))? {
                let batch = batch?;
                for row in 0..batch.num_rows() {
                    if !kept[*at].stays(first + row) {
                        continue;
                    }
                    let key = key(shape, &batch, row);
                    if key.0 % shares != share {
                        continue;
                    }
                    if *speaks.entry(key).or_insert(*rank) != *rank {
                        kept[*at].drop(first + row);
                        superseded += 1;
                    }
                }
                first += batch.num_rows();
            }
        }
    }
    let reason = format!("{} : dit aussi par un lot plus récent", table.name);
    place.report.leave_many(&reason, superseded);
    Ok(())
}

/// What a line speaks of, as 128 bits: two things that share them by chance
/// would need far more lines than a country has.
fn key(shape: &Shape, batch: &RecordBatch, row: usize) -> (u64, u64) {
    let hash = |seed: u8| {
        use std::hash::{Hash, Hasher};
        let mut hasher = std::hash::DefaultHasher::new();
        seed.hash(&mut hasher);
        for names in shape.key {
            for name in names.split('|') {
                if let Some(text) = text(batch, name, row) {
                    text.hash(&mut hasher);
                    break;
                }
                (day(batch, name, row), number(batch, name, row)).hash(&mut hasher);
            }
        }
        hasher.finish()
    };
    (hash(0), hash(1))
}
