//! `jalon generer`

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressStyle};
use jalon_data::generer::{GenerateError, Plan, generer};
use jalon_data::write::Format;
use jalon_rules::french;

use crate::args::{Generate, TableFormat};
use crate::failure::Failure;
use crate::text;

/// Runs the command.
pub fn run(args: &Generate) -> Result<(), Failure> {
    let plan = Plan {
        patients: args.patients,
        medecins: args.medecins,
        graine: args.graine,
        campagne: args.campagne,
    };
    let format = match args.format {
        TableFormat::Csv => Format::Csv,
        TableFormat::Parquet => Format::Parquet,
    };
    let bar = if std::io::stderr().is_terminal() {
        ProgressBar::new(args.patients)
    } else {
        ProgressBar::hidden()
    };
    if let Ok(style) = ProgressStyle::with_template(
        "{bar:30} {percent:>3} %  {pos}/{len} patients  {per_sec}  reste {eta}",
    ) {
        bar.set_style(style);
    }
    let summary = generer(&plan, &args.vers, format, &mut |done| bar.set_position(done));
    bar.finish_and_clear();
    let summary = summary.map_err(|error| match error {
        GenerateError::Occupied(_) => {
            Failure::usage(format!("--vers : {error}\naide : un dossier vide, ou à créer"))
        }
        GenerateError::Plan(_) => Failure::usage(error.to_string()),
        _ => Failure::machine(error.to_string()),
    })?;
    let rows = summary
        .rows
        .iter()
        .map(|(table, rows)| vec![(*table).to_owned(), french::integer(*rows)])
        .collect();
    text::print(&format!(
        "Population inventée dans {} (graine {}) : aucune personne réelle.\n\n{}\n",
        args.vers.display(),
        args.graine,
        text::table(&["Table", "Lignes"], "lr", rows)
    ))
}
