//! `jalon importer`

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use jalon_data::{TABLES, day};
use jalon_import::drugs::{DrugLookup, NoLookup};
use jalon_import::facts::Day;
use jalon_import::fhir::{FhirImporter, FhirOptions};
use jalon_import::nomenclature::Nomenclature;
use jalon_import::omop::{OmopImporter, OmopOptions};
use jalon_import::register::{self, Lot, Mode, Outcome, Register};
use jalon_import::tables::TablesImporter;
use jalon_import::{ImportError, Importer, Progress, Report, Stage};
use jalon_rules::french;
use jalon_snds::DcirImporter;

use crate::args::{
    Import, ImportDcir, ImportFhir, ImportOmop, ImportTables, Known, ListOutput, Lots, TakeBack,
    Target,
};
use crate::failure::Failure;
use crate::{import_list, import_statement, text};

/// Runs the command.
pub fn run(args: &Import) -> Result<(), Failure> {
    match args {
        Import::Tables(args) => tables(args),
        Import::Dcir(args) => dcir(args),
        Import::Fhir(args) => fhir(args),
        Import::Omop(args) => omop(args),
        Import::Liste(args) => import_list::run(args),
        Import::Releve(args) => import_statement::run(args),
        Import::Lots(args) => list(args),
        Import::Annuler(args) => take_back(args),
    }
}

fn tables(args: &ImportTables) -> Result<(), Failure> {
    let nomenclature = args.nomenclature.as_deref().map(Nomenclature::open).transpose()?;
    let drugs = nomenclature.as_ref().map(|known| -> &dyn DrugLookup { known });
    bring(&mut TablesImporter::open(&args.source, drugs)?, &args.target)
}

fn dcir(args: &ImportDcir) -> Result<(), Failure> {
    let drugs = drugs(args.nomenclature.as_deref())?;
    bring(&mut DcirImporter::new(&args.source, &*drugs), &args.target)
}

fn fhir(args: &ImportFhir) -> Result<(), Failure> {
    let drugs = drugs(args.known.nomenclature.as_deref())?;
    let options = FhirOptions {
        since: since(&args.known),
        patient_system: args.systeme_patient.clone(),
        prefix: args.prefixe.clone(),
    };
    bring(&mut FhirImporter::new(args.source.clone(), &*drugs, options), &args.target)
}

fn omop(args: &ImportOmop) -> Result<(), Failure> {
    let drugs = drugs(args.known.nomenclature.as_deref())?;
    let options = OmopOptions { attached_since: since(&args.known) };
    bring(&mut OmopImporter::new(args.source.clone(), &*drugs, options), &args.target)
}

/// The nomenclature asked for, if any.
fn drugs(nomenclature: Option<&Path>) -> Result<Box<dyn DrugLookup>, Failure> {
    Ok(match nomenclature {
        Some(folder) => Box::new(Nomenclature::open(folder)?),
        None => Box::new(NoLookup),
    })
}

/// The day from which undated attachments run.
fn since(known: &Known) -> Option<Day> {
    known.depuis.map(|date| Day(day::of(date)))
}

/// Brings a source in, whatever its kind, and shows the report.
fn bring(importer: &mut dyn Importer, target: &Target) -> Result<(), Failure> {
    let mode = if target.a_blanc { Mode::Trial } else { Mode::Real };
    let bar = bar();
    let progress = |at: Progress| {
        let stage = match at.stage {
            Stage::Reading => "Lecture",
            Stage::Merging => "Réunion des lots",
        };
        if bar.message() != stage {
            bar.set_message(stage);
            bar.reset();
        }
        bar.set_length(at.total);
        bar.set_position(at.done);
    };
    let outcome = Register::open(&target.vers)?.import(importer, mode, &progress);
    bar.finish_and_clear();
    text::print(&told(&outcome?, mode, &target.vers))
}

fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) =
        ProgressStyle::with_template("{msg} {bar:30} {percent:>3} %  {per_sec}  reste {eta}")
    {
        bar.set_style(style);
    }
    bar
}

fn told(outcome: &Outcome, mode: Mode, to: &Path) -> String {
    let Outcome { lot, fusion, already } = outcome;
    if *already {
        return format!(
            "Déjà importé : c'est le lot {}, du {}. Rien n'a changé.\n",
            lot.numero,
            moment(&lot.importe_le)
        );
    }
    let mut out = String::new();
    let bytes: u64 = lot.fichiers.iter().map(|file| file.octets).sum();
    let head = format!(
        "Lot {} ({}) : {}, {}, {} s",
        lot.numero,
        lot.nature,
        french::count(lot.fichiers.len() as u64, "fichier"),
        size(bytes),
        tenths(lot.duree_ms, 1000),
    );
    let _ = writeln!(out, "{}\n", text::title(&head));
    read(&mut out, &lot.rapport);
    let rows = TABLES.iter().filter_map(|table| {
        let [lot, all] =
            [&lot.rapport, fusion].map(|report| report.ecrits.get(table.name).copied());
        let shown = |rows: Option<u64>| french::integer(rows.unwrap_or(0));
        (lot.is_some() || all.is_some_and(|rows| rows > 0))
            .then(|| vec![table.name.to_owned(), shown(lot), shown(all)])
    });
    let header = ["Table", "Lot", "Dossier"];
    let _ = writeln!(out, "{}", text::table(&header, "lrr", rows.collect()));
    left(&mut out, "Écarté à la lecture", &lot.rapport);
    left(&mut out, "Écarté du dossier, tous lots réunis", fusion);
    let notes: BTreeSet<_> = lot.rapport.remarques.iter().chain(&fusion.remarques).collect();
    if !notes.is_empty() {
        let _ = writeln!(out, "\n{}", text::title("Remarques"));
        for note in notes {
            let _ = writeln!(out, "- {note}");
        }
    }
    let end = match mode {
        Mode::Trial => "À blanc : rien n'a été gardé.".to_owned(),
        Mode::Real => format!(
            "Pour revenir en arrière : jalon importer annuler {} --vers {}",
            lot.numero,
            to.display()
        ),
    };
    let _ = writeln!(out, "\n{end}");
    out
}

fn read(out: &mut String, report: &Report) {
    // Canonical tables are read as they are written: the next table says it.
    if report.lus.keys().all(|name| TABLES.iter().any(|table| table.name == name)) {
        return;
    }
    let rows = report
        .lus
        .iter()
        .map(|(name, count)| vec![name.clone(), french::integer(*count)])
        .collect();
    let _ = writeln!(out, "{}\n", text::table(&["Lu", "Lignes"], "lr", rows));
}

fn left(out: &mut String, title: &str, report: &Report) {
    if report.ecartes.is_empty() {
        return;
    }
    let rows = report.ecartes.iter().map(|(reason, left)| {
        vec![reason.clone(), french::integer(left.nombre), left.exemples.join(", ")]
    });
    let header = [title, "Nombre", "Premières places"];
    let _ = writeln!(out, "\n{}", text::table(&header, "lrl", rows.collect()).trim_end());
}

fn list(args: &Lots) -> Result<(), Failure> {
    let list = register::list(&args.dossier)?;
    if args.format == ListOutput::Json {
        let text = serde_json::to_string_pretty(&list)
            .map_err(|error| Failure::machine(error.to_string()))?;
        return text::print(&format!("{text}\n"));
    }
    if list.lots.is_empty() {
        return text::print("Aucun lot : tous ont été annulés.\n");
    }
    let row = |lot: &Lot| {
        let sum = |counts: &mut dyn Iterator<Item = u64>| french::integer(counts.sum());
        let names: Vec<_> = lot.fichiers.iter().map(|file| file.nom.as_str()).collect();
        let files = match names[..] {
            [one] => one.to_owned(),
            ref several => french::count(several.len() as u64, "fichier"),
        };
        vec![
            lot.numero.to_string(),
            lot.nature.clone(),
            moment(&lot.importe_le),
            files,
            sum(&mut lot.rapport.ecrits.values().copied()),
            sum(&mut lot.rapport.ecartes.values().map(|left| left.nombre)),
        ]
    };
    let header = ["Lot", "Source", "Importé le", "Fichiers", "Lignes", "Écartées"];
    let rows = list.lots.iter().map(row).collect();
    text::print(&format!("{}\n", text::table(&header, "rlllrr", rows)))
}

fn take_back(args: &TakeBack) -> Result<(), Failure> {
    if !args.vers.is_dir() {
        return Err(Failure::usage(format!("{} : dossier introuvable", args.vers.display())));
    }
    let lot = Register::open(&args.vers)?.take_back(args.lot)?;
    text::print(&format!(
        "Lot {} ({}) annulé : le dossier est comme s'il n'était jamais venu.\n",
        lot.numero, lot.nature
    ))
}

/// `2026-11-22T04:00:00Z` as people write it.
fn moment(text: &str) -> String {
    match (text.get(..4), text.get(5..7), text.get(8..10), text.get(11..16)) {
        (Some(year), Some(month), Some(day), Some(time)) => {
            format!("{day}/{month}/{year} à {time} UTC")
        }
        _ => text.to_owned(),
    }
}

/// A size in the unit that suits it.
fn size(bytes: u64) -> String {
    match bytes {
        0..1000 => format!("{bytes} o"),
        1000..1_000_000 => format!("{} ko", tenths(bytes, 1000)),
        _ => format!("{} Mo", tenths(bytes, 1_000_000)),
    }
}

/// A quotient with one decimal, as people write it.
fn tenths(value: u64, unit: u64) -> String {
    let tenths = (value * 10 + unit / 2) / unit;
    format!("{},{}", french::integer(tenths / 10), tenths % 10)
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        let nothing = "Rien n'a été importé : le dossier est comme avant.";
        match error {
            ImportError::Faults(_) => Self::input(format!("{error}\n{nothing}")),
            ImportError::Refused(message) => Self::usage(message),
            ImportError::Io { .. }
            | ImportError::Write(_)
            | ImportError::Stored(_)
            | ImportError::Rows(_)
            | ImportError::Engine(_) => Self::machine(format!("{error}\n{nothing}")),
        }
    }
}
