//! What a statement adds to the overlay of its dossier.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use jalon_data::fault::shown;
use jalon_import::statement::{self, Addition, Conflict, Figure, Held, Statement};
use jalon_rules::convention::Scheme;
use jalon_rules::diagnostic::Severity;
use jalon_rules::french;
use jalon_rules::overlay::Overlay;
use jalon_rules::rules::{RuleFile, Rules, RulesError};

use super::{ImportStatement, Pages};
use crate::failure::Failure;
use crate::load;

/// The overlay with what a statement adds.
pub struct Complement {
    /// Files to write.
    pub files: Vec<(PathBuf, Vec<u8>)>,
    /// Whether there is any.
    pub changed: bool,
    /// What whoever imports should know.
    pub remarks: Vec<String>,
}

/// The overlay of the dossier, what is there and what the statement says. A
/// value held otherwise refuses it, unless it is to be replaced.
pub fn with(
    args: &ImportStatement,
    rules: &Rules,
    scheme: &Scheme,
    pages: &Pages,
    statement: &Statement,
) -> Result<Complement, Failure> {
    let folder = args.vers.join("complement");
    let file = |name: &str| folder.join(name);
    let read = |name: &str| read_text(&file(name));
    let (head, scale, starts) =
        (read("complement.toml")?, read("bareme.csv")?, read("departs.csv")?);
    let additions = additions(args, statement, pages);
    let unreadable = || Failure::input(format!("{} : tables illisibles", folder.display()));
    let there = Held {
        scale: scale.clone().unwrap_or_default(),
        starts: starts.clone().unwrap_or_default(),
    };
    let (new, conflicts) = statement::merge(&there, &additions).ok_or_else(unreadable)?;
    if !conflicts.is_empty() && !args.remplacer {
        return Err(opposed(&folder, &conflicts));
    }
    let text = heading(args, scheme, statement, head.as_deref(), &file("complement.toml"))?;
    let mut rule_files = Vec::new();
    let mut files = Vec::new();
    let mut changed = false;
    let parts = [
        ("complement.toml", head, text),
        ("bareme.csv", scale, new.scale),
        ("departs.csv", starts, new.starts),
    ];
    for (name, old, text) in parts {
        rule_files.push(RuleFile { path: name.to_owned(), bytes: text.clone().into_bytes() });
        // A table that would hold nothing is not made.
        if old.is_none() && text.lines().count() <= 1 {
            continue;
        }
        if old.as_ref() != Some(&text) {
            changed = true;
            files.push((file(name), text.into_bytes()));
        }
    }
    // Held against the rules before anything is written, by its own reader.
    let overlay = Overlay::load(rule_files, rules).map_err(|RulesError(faults)| {
        let faults = faults.iter().filter(|fault| fault.severity == Severity::Fault);
        RulesError(faults.map(|fault| load::in_folder(&folder, fault)).collect())
    })?;
    let year = args.campagne.to_string();
    let mut remarks: Vec<String> = conflicts.iter().map(|one| replaced(&folder, one)).collect();
    remarks.extend(
        overlay
            .replaced
            .iter()
            .filter(|it| it.excerpt.split(',').nth(2).is_some_and(|cell| cell == year))
            .map(|it| format!("le complément {}", it.message)),
    );
    Ok(Complement { files, changed, remarks })
}

fn read_text(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(load::unreadable(path, &error)),
    }
}

fn additions(args: &ImportStatement, statement: &Statement, pages: &Pages) -> Vec<Addition> {
    let lines = statement.lines.iter().filter_map(|line| {
        let indicator = line.indicator.clone()?;
        let figure = |figure| line.figures.get(&figure).cloned();
        Some(Addition {
            scheme: pages.schemes.get(&indicator)?.clone(),
            indicator,
            campaign: args.campagne,
            doctor: args.medecin.clone(),
            scale: [Figure::Intermediate, Figure::Target, Figure::Minimum, Figure::MostPoints]
                .map(figure),
            start: figure(Figure::Start),
        })
    });
    lines.collect()
}

/// `complement.toml` with this statement among its sources.
fn heading(
    args: &ImportStatement,
    scheme: &Scheme,
    statement: &Statement,
    held: Option<&str>,
    path: &Path,
) -> Result<String, Failure> {
    let mut clause = format!("relevé {} {}", scheme.id, args.campagne);
    if let Some(day) = statement.received {
        let _ = write!(clause, " reçu le {}", french::date(day));
    }
    let Some(held) = held else {
        return Ok(statement::heading("Relevés de la caisse", &clause));
    };
    let refused = |message: &str, hint: &str| {
        Failure::input(format!("{} : {message}\naide : {hint}", path.display()))
    };
    let Some(known) = statement::read_heading(held) else {
        return Err(refused("illisible", "titre, nature et source, entre guillemets"));
    };
    if known.nature != "releve" {
        let hint = "un relevé n'y a pas sa place : déplacez ce complément, ou importez vers un autre dossier";
        return Err(refused("ce complément est fictif", hint));
    }
    if known.source.split(" ; ").any(|one| one == clause) {
        return Ok(held.to_owned());
    }
    Ok(statement::heading(&known.title, &format!("{} ; {clause}", known.source)))
}

fn opposed(folder: &Path, conflicts: &[Conflict]) -> Failure {
    let mut lines: Vec<String> = conflicts
        .iter()
        .map(|one| {
            format!(
                "{}/{}:{}: {}, {} : {} dans le complément, {} sur le relevé",
                folder.display(),
                one.file,
                one.line,
                one.indicator,
                one.what,
                shown(&one.held),
                one.given
            )
        })
        .collect();
    let s = if conflicts.len() > 1 { "s" } else { "" };
    lines.push(format!(
        "{} désaccord{s} avec le complément ; rien n'a été écrit\naide : --remplacer pour garder le relevé",
        conflicts.len()
    ));
    Failure::input(lines.join("\n"))
}

fn replaced(folder: &Path, one: &Conflict) -> String {
    format!(
        "{}/{} : {}, {} : {} remplacé par {}",
        folder.display(),
        one.file,
        one.indicator,
        one.what,
        shown(&one.held),
        one.given
    )
}
