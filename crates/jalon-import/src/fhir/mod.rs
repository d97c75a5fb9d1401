//! FHIR R4: files of resources into canonical rows, and back.
//!
//! A source is read twice. The first reading keeps in memory who and what
//! resources refer to (`index`); the second turns events into rows
//! (`events`), in the order of the files whatever the number of cores.
//! `docs/importer-fhir.md` tells what becomes what.

mod acts;
mod bundle;
mod chunk;
mod date;
mod deliveries;
mod diagnoses;
mod drug;
mod events;
mod files;
mod identity;
mod index;
mod model;
mod names;
mod output;
mod people;
mod pipeline;
mod rows;
mod source;
mod stay;
mod systems;
mod text;
mod trouble;
mod write;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jalon_data::fault::Collector;

use self::events::Desk;
use self::files::SourceFile;
use self::identity::Rules;
use self::index::Index;
use self::output::{LeftOut, Located, Remark, Troubles};
use self::pipeline::Taken;
use self::rows::Rows;
pub use self::write::write;
use crate::draft::Draft;
use crate::drugs::DrugLookup;
use crate::error::ImportError;
use crate::facts::Day;
use crate::importer::{Importer, Listener, Progress};

/// What a user may decide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FhirOptions {
    /// From when on a patient is on the list of the doctor he names, where the
    /// source does not say. Without it: the day of birth, or 1 January 2005
    /// for those born before, when the médecin traitant began to exist.
    pub since: Option<Day>,
    /// The system of the identifiers under which patients are kept, before all
    /// others: that of a hospital's own numbers, for instance.
    pub patient_system: Option<String>,
    /// Put before identifiers that mean something in one software only (the
    /// `id` of a resource), so that batches of several softwares may join.
    pub prefix: Option<String>,
}

impl FhirOptions {
    fn rules(&self) -> Rules<'_> {
        Rules { patient_system: self.patient_system.as_deref(), prefix: self.prefix.as_deref() }
    }
}

/// An export of FHIR R4: a file or a folder of NDJSON or of bundles.
pub struct FhirImporter<'d> {
    source: PathBuf,
    drugs: &'d dyn DrugLookup,
    options: FhirOptions,
}

impl std::fmt::Debug for FhirImporter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FhirImporter")
            .field("source", &self.source)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl<'d> FhirImporter<'d> {
    /// An importer of this file or folder, which is only looked at later.
    #[must_use]
    pub fn new(source: PathBuf, drugs: &'d dyn DrugLookup, options: FhirOptions) -> Self {
        Self { source, drugs, options }
    }

    /// The file or folder.
    #[must_use]
    pub fn source(&self) -> &Path {
        &self.source
    }
}

impl Importer for FhirImporter<'_> {
    fn kind(&self) -> &'static str {
        "fhir"
    }

    fn files(&self) -> Result<Vec<PathBuf>, ImportError> {
        let (files, _) = files::find(&self.source)?;
        Ok(files.into_iter().map(|file| file.path).collect())
    }

    fn settings(&self) -> String {
        let mut settings = Vec::new();
        let mut set = |name: &str, value: Option<String>| {
            settings.extend(value.map(|value| format!("{name}={value}\n")));
        };
        set("depuis", self.options.since.map(|Day(day)| jalon_data::day::iso(day)));
        set("systeme-patient", self.options.patient_system.clone());
        set("prefixe", self.options.prefix.clone());
        set("nomenclature", Some(self.drugs.hash()).filter(|hash| !hash.is_empty()));
        settings.concat()
    }

    fn read(&mut self, draft: &mut Draft, progress: Listener<'_>) -> Result<(), ImportError> {
        let (files, others) = files::find(&self.source)?;
        let labels: Vec<_> = files.iter().map(|file| file.label.clone()).collect();
        if others > 0 {
            draft.report.note(format!(
                "{others} fichiers du dossier ne sont pas lus : leur extension n'est ni `.ndjson`, ni `.jsonl`, ni `.json`, avec ou sans `.gz`"
            ));
        }
        let total = files.iter().map(|file| file.size).sum();
        let mut reading = Reading {
            files: &files,
            labels: &labels,
            // Twice over the same bytes: each counts for half.
            done: Arc::default(),
            total,
            progress,
            again: vec![false; files.len()],
            faults: Collector::default(),
            left: LeftOut::default(),
            remarks: BTreeMap::new(),
        };
        let rules = self.options.rules();
        let index = reading.people(rules, draft)?;
        let desk = Desk { index: &index, drugs: self.drugs, rules };
        reading.events(desk, self.options.since, draft)?;
        let Reading { faults, left, remarks, .. } = reading;
        if !faults.is_empty() {
            return Err(faults.into_faults().into());
        }
        left.report(&labels, &mut draft.report);
        for (remark, count) in remarks {
            draft.report.note(remark.words(count));
        }
        Ok(())
    }
}

/// A source being read.
struct Reading<'r> {
    files: &'r [SourceFile],
    labels: &'r [String],
    done: Arc<AtomicU64>,
    total: u64,
    progress: Listener<'r>,
    /// Files with resources that become rows.
    again: Vec<bool>,
    faults: Collector,
    left: LeftOut,
    remarks: BTreeMap<Remark, u64>,
}

impl Reading<'_> {
    /// The first reading.
    fn people(&mut self, rules: Rules<'_>, draft: &mut Draft) -> Result<Index, ImportError> {
        let mut index = Index::default();
        let (files, done) = (self.files, Arc::clone(&self.done));
        pipeline::run(
            |send| {
                source::read(files, |_| true, &done, send);
            },
            |chunk| people::read(&chunk, rules),
            |taken| {
                self.tell();
                let first = match taken {
                    Taken::Worked(first) => first,
                    Taken::Broken(located) => {
                        self.fault(located);
                        return Ok(());
                    }
                };
                let file = first.file;
                for (kind, count) in first.counts {
                    draft.report.read(&kind, count);
                }
                if let Some(again) = self.again.get_mut(file) {
                    *again |= first.again;
                }
                for (at, seen) in first.seen {
                    if let Err(trouble) = index.add(seen) {
                        self.fault(Located { file, at, trouble });
                    }
                }
                self.settle(first.output.left, first.output.remarks, first.output.troubles);
                Ok(())
            },
        )?;
        index.settle();
        Ok(index)
    }

    /// The second reading.
    fn events(
        &mut self,
        desk: Desk<'_>,
        since: Option<Day>,
        draft: &mut Draft,
    ) -> Result<(), ImportError> {
        let mut rows = Rows::new(desk.index, since);
        let (files, done) = (self.files, Arc::clone(&self.done));
        let again = std::mem::take(&mut self.again);
        pipeline::run(
            |send| {
                let wanted = |file: usize| again.get(file).copied().unwrap_or(true);
                source::read(files, wanted, &done, send);
            },
            |chunk| events::read(&chunk, desk),
            |taken| {
                self.tell();
                // What is broken was told by the first reading.
                let Taken::Worked(output) = taken else { return Ok(()) };
                for fact in output.facts {
                    rows.add(fact, draft)?;
                }
                rows.met(&output.diagnoses);
                self.settle(output.left, output.remarks, output.troubles);
                Ok(())
            },
        )?;
        rows.finish(draft)
    }

    fn tell(&self) {
        let done = self.done.load(Ordering::Relaxed) / 2;
        (self.progress)(Progress::reading(done.min(self.total), self.total));
    }

    fn fault(&mut self, located: Located) {
        let mut troubles = Troubles::default();
        troubles.push(located);
        troubles.report(self.labels, &mut self.faults);
    }

    fn settle(&mut self, left: LeftOut, remarks: BTreeMap<Remark, u64>, troubles: Troubles) {
        self.left.merge(left);
        for (remark, count) in remarks {
            *self.remarks.entry(remark).or_default() += count;
        }
        troubles.report(self.labels, &mut self.faults);
    }
}
