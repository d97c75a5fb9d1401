//! Canonical tables as a source: all of them, or some.

use std::path::{Path, PathBuf};

use jalon_data::Dossier;
use jalon_data::schema::TABLES;

use crate::draft::Draft;
use crate::error::ImportError;
use crate::importer::{Importer, Listener, Progress};

/// A folder of canonical tables, checked.
#[derive(Debug)]
pub struct TablesImporter {
    dossier: Dossier,
}

impl TablesImporter {
    /// Reads the tables of a folder, all or some; all its faults otherwise.
    pub fn open(folder: &Path) -> Result<Self, ImportError> {
        let dossier = Dossier::open_part(folder)?;
        if TABLES.iter().all(|table| dossier.rows(table.name) == 0) {
            return Err(ImportError::Refused(format!(
                "{} : aucune table, ou aucune ligne\naide : une table est un fichier `nom.csv` ou `nom.parquet` ; les tables sont {}",
                folder.display(),
                TABLES.iter().map(|table| table.name).collect::<Vec<_>>().join(", ")
            )));
        }
        Ok(Self { dossier })
    }
}

impl Importer for TablesImporter {
    fn kind(&self) -> &'static str {
        "tables"
    }

    fn files(&self) -> Result<Vec<PathBuf>, ImportError> {
        Ok(self.dossier.files().to_vec())
    }

    fn settings(&self) -> String {
        String::new()
    }

    fn read(&mut self, draft: &mut Draft, progress: Listener<'_>) -> Result<(), ImportError> {
        let rows: u64 = TABLES.iter().map(|table| self.dossier.rows(table.name)).sum();
        let mut read = 0;
        for table in TABLES {
            self.dossier.each_batch(table, |batch| {
                draft.report.read(table.name, batch.num_rows() as u64);
                draft.write(table.name, &batch)?;
                read += batch.num_rows() as u64;
                progress(Progress { done: read, total: rows });
                Ok::<_, ImportError>(())
            })?;
        }
        Ok(())
    }
}
