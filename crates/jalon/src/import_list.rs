//! `jalon importer liste`

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use jalon_claim::label::catalogue;
use jalon_data::fault::{escaped, shown};
use jalon_import::ImportError;
use jalon_import::columns::{self, Columns};
use jalon_import::label::Meaning;
use jalon_import::list::{self, Asked, FIELDS, Intake, Outcome, Reading};
use jalon_import::sheet::{self, Limits, Workbook};
use jalon_rules::french;
use jalon_rules::rules::Rules;
use jiff::civil::Date;

use crate::args::day;
use crate::failure::Failure;
use crate::{load, text};

pub use jalon_import::columns::{correspondence, kept};

/// Rows that the terminal shows of a new file.
const EXAMPLES: usize = 3;

/// Lines named one by one in a remark.
const NAMED: usize = 10;

#[derive(Debug, Args)]
pub struct ImportList {
    /// Fichier téléchargé : XLS, XLSX, ODS ou CSV
    #[arg(value_name = "FICHIER", help_heading = "Arguments\u{a0}")]
    pub fichier: PathBuf,
    /// Dossier qui garde la liste
    #[arg(long, value_name = "DOSSIER")]
    pub vers: PathBuf,
    /// Nom de la liste et de sa correspondance : un par médecin, s'il y en a plusieurs
    #[arg(
        long,
        value_name = "NOM",
        default_value = "prevention",
        hide_default_value = true,
        value_parser = name
    )]
    pub correspondance: String,
    #[command(flatten)]
    pub reading: Columned,
    /// Indicateur de tout le fichier, si aucune colonne ne le dit
    #[arg(long, value_name = "ID")]
    pub indicateur: Option<String>,
    /// Jour du téléchargement ; sans lui, aujourd'hui
    #[arg(long, value_name = "AAAA-MM-JJ", value_parser = day)]
    pub date: Option<Date>,
    /// Le fichier est toute la liste : un indicateur qu'il ne nomme pas n'a plus personne
    #[arg(long)]
    pub complet: bool,
}

/// How a file of columns is read, and by what rules.
#[derive(Debug, Args)]
pub struct Columned {
    /// Dit quelle colonne donne un champ ; l'option se répète
    #[arg(long, value_name = "CHAMP=TITRE", value_parser = pair)]
    pub colonne: Vec<(String, String)>,
    /// Dit quel indicateur désigne un libellé ; l'option se répète
    #[arg(long, value_name = "TEXTE=ID", value_parser = pair)]
    pub libelle: Vec<(String, String)>,
    /// Feuille du classeur
    #[arg(long, value_name = "NOM")]
    pub feuille: Option<String>,
    /// Montre ce qui serait fait, et n'écrit rien
    #[arg(long)]
    pub a_blanc: bool,
    /// Règles à la place de celles du programme
    #[arg(long, value_name = "DIR")]
    pub regles: Option<PathBuf>,
}

/// `CHAMP=TITRE`.
pub fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("CHAMP=TITRE")?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

/// A name that a file may bear.
pub fn name(text: &str) -> Result<String, String> {
    if !list::is_name(text) {
        return Err("minuscules, chiffres et tirets".to_owned());
    }
    Ok(text.to_owned())
}

/// Runs the command.
pub fn run(args: &ImportList) -> Result<(), Failure> {
    let rules = load::rules(args.reading.regles.as_deref())?;
    check(args, &rules)?;
    let failed = |error| failure(error, &args.fichier);
    let book = sheet::read(&args.fichier, &Limits::USUAL).map_err(failed)?;
    let file = args.fichier.display().to_string();
    let asked = Asked {
        folder: &args.vers,
        name: &args.correspondance,
        file: &file,
        columns: &args.reading.colonne,
        labels: &args.reading.libelle,
        indicator: args.indicateur.as_deref(),
        sheet: args.reading.feuille.as_deref(),
        date: args.date.unwrap_or_else(|| jiff::Zoned::now().date()),
        whole: args.complet,
        catalogue: &catalogue(rules.paid_by_patient()),
    };
    let mut intake = Intake::read(&book, &asked).map_err(failed)?;
    if !args.reading.a_blanc {
        intake.keep(&args.vers).map_err(failed)?;
    }

    let mut out = String::new();
    if args.reading.a_blanc || intake.first {
        let columns = &intake.columns;
        out.push_str(&correspondence_table(&book, columns, FIELDS, &args.correspondance));
        let _ = writeln!(out, "{}\n", preview(&book, columns));
    }
    report(&mut out, args, &book, &intake.reading, &intake.outcome);
    if args.reading.a_blanc {
        out.push_str("\nÀ blanc : rien n'a été écrit.\n");
    }
    text::print(&out)
}

/// Indicators named by options must exist.
fn check(args: &ImportList, rules: &Rules) -> Result<(), Failure> {
    let named = args.reading.libelle.iter().map(|(_, id)| id).chain(&args.indicateur);
    for id in named {
        if !rules.pages().iter().any(|page| page.id == *id) {
            return Err(load::no_indicator(rules, id));
        }
    }
    Ok(())
}

/// Where the titles are, in words.
fn place(book: &Workbook, columns: &Columns) -> String {
    let Some(sheet) = book.sheets.get(columns.sheet) else { return String::new() };
    let line = sheet.rows.get(columns.header).map_or(0, |row| row.line);
    if sheet.name.is_empty() {
        format!("{}, titres à la ligne {line}", book.format.name())
    } else {
        format!(
            "{}, feuille « {} », titres à la ligne {line}",
            book.format.name(),
            shown(&sheet.name)
        )
    }
}

/// The head of a proposed correspondence.
pub fn correspondence_table(
    book: &Workbook,
    columns: &Columns,
    fields: &[columns::Field],
    name: &str,
) -> String {
    let missing: Vec<_> =
        fields.iter().filter(|field| !columns.has(field.key)).map(|field| field.key).collect();
    let mut out = format!(
        "{} ({})\n",
        text::title(&format!("Correspondance « {name} »")),
        place(book, columns)
    );
    if !missing.is_empty() {
        let _ = writeln!(out, "Champs sans colonne : {}", missing.join(", "));
    }
    out.push('\n');
    out
}

/// Fields, titles and examples, with nobody to be recognised.
fn preview(book: &Workbook, columns: &Columns) -> String {
    let examples = list::preview(book, columns, EXAMPLES);
    let fields = columns.fields.iter().map(|(key, (_, title))| ((*key).to_owned(), title));
    let others = columns.others.iter().map(|(_, title)| ("—".to_owned(), title));
    let rows = fields
        .chain(others)
        .enumerate()
        .map(|(at, (field, title))| {
            let mut cells = vec![field, shown(title)];
            cells.extend(examples.iter().map(|row| row.get(at).cloned().unwrap_or_default()));
            cells.resize(2 + EXAMPLES, String::new());
            cells
        })
        .collect();
    text::table(&["Champ", "Colonne", "Exemples", "", ""], "lllll", rows)
}

fn report(
    out: &mut String,
    args: &ImportList,
    book: &Workbook,
    reading: &Reading,
    outcome: &Outcome,
) {
    let name = &args.correspondance;
    match outcome {
        Outcome::Already(date) => {
            let _ = writeln!(
                out,
                "Liste « {name} » : ce fichier y est déjà, depuis le {}. Rien ne change.",
                french::date(*date)
            );
        }
        Outcome::Added { counts, changes, untouched } => {
            let lines = french::count(reading.lines.len() as u64, "ligne");
            let _ = writeln!(out, "Liste « {name} » : {lines}\n");
            let rows = counts
                .iter()
                .map(|(indicator, counts)| {
                    let mut cells = vec![indicator.clone()];
                    cells.extend(counts.shown().map(|number| french::integer(number as u64)));
                    cells
                })
                .collect();
            let header = ["Indicateur", "Lignes", "Nouvelles", "Revenues", "Disparues", "Changées"];
            let _ = writeln!(out, "{}", text::table(&header, "lrrrrr", rows));
            if !changes.is_empty() {
                let changes: Vec<_> = changes
                    .iter()
                    .map(|(what, count)| format!("{} {count}", shown(what)))
                    .collect();
                let _ = writeln!(out, "\nChangements : {}", changes.join(", "));
            }
            if counts.values().any(|counts| counts.disparues > 0) {
                out.push_str(
                    "\nDisparue : comptée par la caisse, ou patient sorti de la liste. Le suivi reste.\n",
                );
            }
            if !untouched.is_empty() {
                let _ = writeln!(
                    out,
                    "\nAbsents du fichier, laissés comme ils étaient : {}\n\
                     aide : --complet si ce fichier est toute la liste",
                    untouched.join(", ")
                );
            }
        }
    }
    for remark in remarks(book, reading) {
        let _ = writeln!(out, "\n{remark}");
    }
}

/// What is worth knowing of the file.
fn remarks(book: &Workbook, reading: &Reading) -> Vec<String> {
    let mut remarks = book.remarks.clone();
    let mut lines = |what: &str, lines: &[u64]| {
        if !lines.is_empty() {
            remarks.push(format!("{what} : {}", numbers(lines)));
        }
    };
    lines("Numéros de sécurité sociale à la clé ou à la forme fausse", &reading.unsound);
    lines("Lignes en double, gardées une fois", &reading.doubled);
    lines("Lignes de total, laissées", &reading.totals);
    let likely: BTreeMap<&String, &str> = reading
        .labels
        .iter()
        .filter_map(|(label, meaning)| match meaning {
            Meaning::Likely(id) => Some((label, id.as_str())),
            _ => None,
        })
        .collect();
    for (label, id) in likely {
        remarks.push(format!("« {} » : lu comme {id}", shown(label)));
    }
    for (label, meaning) in &reading.labels {
        if let Meaning::Unclear(near) = meaning {
            let near = propose(near);
            let label = escaped(label);
            remarks.push(format!(
                "« {label} » : aucun indicateur reconnu\naide : --libelle \"{label}={near}"
            ));
        }
    }
    remarks
}

/// The end of an option to type: an identifier, the closing quote, and what
/// else it could be.
pub fn propose(near: &[String]) -> String {
    match near {
        [] => "ID\"".to_owned(),
        [one] => format!("{one}\" ?"),
        [first, others @ ..] => format!("{first}\" ? Sinon : {}", others.join(", ")),
    }
}

/// How many lines, and which are the first.
fn numbers(lines: &[u64]) -> String {
    let first: Vec<_> = lines.iter().take(NAMED).map(u64::to_string).collect();
    let more = if lines.len() > NAMED { ", …" } else { "" };
    let s = if lines.len() > 1 { "s" } else { "" };
    format!("{} (ligne{s} {}{more})", french::integer(lines.len() as u64), first.join(", "))
}

/// Why an import failed, in French, with the code of what failed: the file
/// given, or the disk.
pub fn failure(error: ImportError, source: &Path) -> Failure {
    match error {
        ImportError::Faults(faults) => {
            let mut lines: Vec<_> = faults.faults().iter().map(ToString::to_string).collect();
            let (kept, total) = (lines.len() as u64, faults.total());
            let s = if total > 1 { "s" } else { "" };
            let first = if total > kept {
                format!(", dont voici les {kept} premières")
            } else {
                String::new()
            };
            lines.push(format!("{total} faute{s} dans le fichier{first} ; rien n'a été écrit"));
            Failure::input(lines.join("\n"))
        }
        ImportError::Io { path, source: error } if path == source => {
            load::unreadable(&path, &error)
        }
        other => other.into(),
    }
}
