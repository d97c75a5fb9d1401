//! Measures the import of FHIR: `fhir inventer PATIENTS DOSSIER` invents a
//! dossier and writes it as NDJSON in `DOSSIER/fhir`; `fhir importer SOURCE
//! VERS` imports an export into the new folder VERS and tells its speed.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jalon_data::generer::{Plan, generer};
use jalon_data::{Dossier, Format};
use jalon_import::drugs::NoLookup;
use jalon_import::fhir::{self, FhirImporter, FhirOptions};
use jalon_import::{Draft, Importer};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["inventer", patients, folder] => invent(patients.parse()?, Path::new(folder)),
        ["importer", source, to] => import(source.into(), Path::new(to)),
        _ => Err("fhir inventer PATIENTS DOSSIER | fhir importer SOURCE VERS".into()),
    }
}

fn invent(patients: u64, folder: &Path) -> Result<(), Box<dyn Error>> {
    let plan = Plan { patients, medecins: 1 + patients / 1000, graine: 1, campagne: 2024 };
    let tables = folder.join("tables");
    generer(&plan, &tables, Format::Parquet, &mut |_| {})?;
    let dossier = Dossier::open(&tables)?;
    let begin = Instant::now();
    for (kind, count) in fhir::write(&dossier, &folder.join("fhir"))? {
        println!("{kind}: {count}");
    }
    println!("{:.1} s", begin.elapsed().as_secs_f64());
    Ok(())
}

fn import(source: PathBuf, to: &Path) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir(to)?;
    let begin = Instant::now();
    let mut importer = FhirImporter::new(source, &NoLookup, FhirOptions::default());
    let mut bytes = 0;
    for file in importer.files()? {
        bytes += std::fs::metadata(file)?.len();
    }
    let mut draft = Draft::new(to);
    importer.read(&mut draft, &|_| {})?;
    let (report, _) = draft.finish()?;
    let seconds = begin.elapsed().as_secs_f64();
    let millions = u32::try_from(bytes / 1_000_000)?;
    println!("{millions} Mo, {seconds:.2} s, {:.0} Mo/s", f64::from(millions) / seconds);
    println!("{}", serde_json::to_string_pretty(&report)?);
    Ok(())
}
