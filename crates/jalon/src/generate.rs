//! `jalon generer`

use std::io::IsTerminal as _;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use jalon_data::generer::{GenerateError, Plan, generer};
use jalon_data::write::Format;
use jalon_data::{Dossier, Place, PlaceError};
use jalon_import::{ImportError, fhir};
use jalon_rules::french;
use jalon_snds::write::Cut;

use crate::args::{Form, Generate, TableFormat};
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
    let mut tell = |done| bar.set_position(done);
    let rows = match args.forme {
        Form::Tables => tables(&plan, &args.vers, format, &mut tell),
        form => translated(&plan, &args.vers, format, form, &mut tell),
    };
    bar.finish_and_clear();
    let rows =
        rows?.iter().map(|(name, rows)| vec![name.clone(), french::integer(*rows)]).collect();
    text::print(&format!(
        "Population inventée dans {} (graine {}) : aucune personne réelle.\n\n{}\n",
        args.vers.display(),
        args.graine,
        text::table(
            &[if args.forme == Form::Fhir { "Ressource" } else { "Table" }, "Lignes"],
            "lr",
            rows
        )
    ))
}

/// Names of tables, or of resources, and how many rows each has.
type Rows = Vec<(String, u64)>;

fn tables(
    plan: &Plan,
    to: &Path,
    format: Format,
    tell: &mut dyn FnMut(u64),
) -> Result<Rows, Failure> {
    let summary = generer(plan, to, format, tell).map_err(|error| match error {
        GenerateError::Place(error) => misplaced(&error),
        GenerateError::Plan(_) => Failure::usage(error.to_string()),
        _ => Failure::machine(error.to_string()),
    })?;
    Ok(summary.rows.into_iter().map(|(name, rows)| (name.to_owned(), rows)).collect())
}

fn misplaced(error: &PlaceError) -> Failure {
    match error {
        PlaceError::Occupied(_) | PlaceError::Unnamed(_) => {
            Failure::usage(format!("--vers : {error}\naide : un dossier vide, ou à créer"))
        }
        PlaceError::Io { .. } => Failure::machine(error.to_string()),
    }
}

/// The same people in another form, and in tables what that form cannot say.
/// The folder appears complete or not at all.
fn translated(
    plan: &Plan,
    to: &Path,
    format: Format,
    form: Form,
    tell: &mut dyn FnMut(u64),
) -> Result<Rows, Failure> {
    let place = Place::reserve(to).map_err(|error| misplaced(&error))?;
    let (whole, people) = (place.dir(), place.dir().join("tables"));
    tables(plan, &people, Format::Parquet, tell)?;
    let dossier = Dossier::open(&people)?;
    let failed = |error: &ImportError| Failure::machine(error.to_string());
    let (rows, unsaid): (Rows, &[&str]) = match form {
        Form::Fhir => {
            let rows =
                fhir::write(&dossier, &whole.join("fhir")).map_err(|error| failed(&error))?;
            let rows = rows.into_iter().map(|(kind, rows)| (kind.to_owned(), rows));
            (rows.collect(), &["declarations"])
        }
        Form::Dcir | Form::Tables => {
            let to = whole.join("dcir");
            let summary = jalon_snds::write::write(&dossier, &to, format, Cut::Monthly)
                .map_err(|error| failed(&error))?;
            (summary.rows, &["declarations", "vaccinations"])
        }
    };
    let rest = whole.join("cabinet");
    std::fs::create_dir(&rest)?;
    for table in unsaid {
        let file = format!("{table}.parquet");
        std::fs::rename(people.join(&file), rest.join(&file))?;
    }
    std::fs::remove_dir_all(&people)?;
    place.take().map_err(|error| misplaced(&error))?;
    Ok(rows)
}
