//! Canonical tables as a source: all of them, or some.

mod fill;

use std::path::{Path, PathBuf};

use jalon_data::Dossier;
use jalon_data::schema::TABLES;

use self::fill::Fill;
use crate::draft::Draft;
use crate::drugs::DrugLookup;
use crate::error::ImportError;
use crate::importer::{Importer, Listener, Progress};

/// A folder of canonical tables, checked.
pub struct TablesImporter<'d> {
    dossier: Dossier,
    drugs: Option<&'d dyn DrugLookup>,
}

impl std::fmt::Debug for TablesImporter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TablesImporter").field("dossier", &self.dossier).finish_non_exhaustive()
    }
}

impl<'d> TablesImporter<'d> {
    /// Reads the tables of a folder, all or some; all its faults otherwise.
    /// What deliveries leave unknown comes from the nomenclature, if there is
    /// one.
    pub fn open(folder: &Path, drugs: Option<&'d dyn DrugLookup>) -> Result<Self, ImportError> {
        let dossier = Dossier::open_part(folder)?;
        if TABLES.iter().all(|table| dossier.rows(table.name) == 0) {
            return Err(ImportError::Refused(format!(
                "{} : aucune table, ou aucune ligne\naide : une table est un fichier `nom.csv` ou `nom.parquet` ; les tables sont {}",
                folder.display(),
                TABLES.iter().map(|table| table.name).collect::<Vec<_>>().join(", ")
            )));
        }
        Ok(Self { dossier, drugs })
    }
}

impl Importer for TablesImporter<'_> {
    fn kind(&self) -> &'static str {
        "tables"
    }

    fn files(&self) -> Result<Vec<PathBuf>, ImportError> {
        Ok(self.dossier.files().to_vec())
    }

    fn settings(&self) -> String {
        self.drugs.map_or_else(String::new, DrugLookup::hash)
    }

    fn read(&mut self, draft: &mut Draft, progress: Listener<'_>) -> Result<(), ImportError> {
        let rows: u64 = TABLES.iter().map(|table| self.dossier.rows(table.name)).sum();
        let mut read = 0;
        let mut fill = self.drugs.map(Fill::from);
        for table in TABLES {
            let mut fill = fill.as_mut().filter(|_| table.name == "delivrances");
            self.dossier.each_batch(table, |batch| {
                draft.report.read(table.name, batch.num_rows() as u64);
                match &mut fill {
                    Some(fill) => draft.write(table.name, &fill.fill(&batch)?)?,
                    None => draft.write(table.name, &batch)?,
                }
                read += batch.num_rows() as u64;
                progress(Progress::reading(read, rows));
                Ok::<_, ImportError>(())
            })?;
        }
        if let Some(fill) = fill {
            fill.tell(&mut draft.report);
        }
        Ok(())
    }
}
