//! What commands read before they start: rules, added values, the campaign.

use std::io::ErrorKind;
use std::path::Path;

use jalon_rules::Campaign;
use jalon_rules::convention::Scheme;
use jalon_rules::diagnostic::{Diagnostic, nearest};
use jalon_rules::overlay::Overlay;
use jalon_rules::page::Page;
use jalon_rules::rules::{RuleFile, Rules, RulesError};

use crate::failure::Failure;

/// The files of a folder, with paths relative to it, `/` between names.
pub fn files(root: &Path) -> Result<Vec<RuleFile>, Failure> {
    fn walk(root: &Path, folder: &Path, found: &mut Vec<RuleFile>) -> Result<(), Failure> {
        let failed = |error| unreadable(folder, &error);
        let mut entries: Vec<_> =
            std::fs::read_dir(folder).map_err(failed)?.collect::<Result<_, _>>().map_err(failed)?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if path.is_dir() {
                walk(root, &path, found)?;
                continue;
            }
            let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
            let relative = path.strip_prefix(root).unwrap_or(&path);
            let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
            found.push(RuleFile { path: parts.join("/"), bytes });
        }
        Ok(())
    }
    if !root.is_dir() {
        return Err(Failure::input(format!("{} : ce n'est pas un dossier", root.display())));
    }
    let mut found = Vec::new();
    walk(root, root, &mut found)?;
    Ok(found)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    let path = path.display();
    match error.kind() {
        ErrorKind::PermissionDenied => Failure::input(format!("{path} : lecture refusée")),
        _ => Failure::input(format!("{path} : lecture impossible ({error})")),
    }
}

/// The rules of a folder, or those that come with the program.
pub fn rules(folder: Option<&Path>) -> Result<Rules, Failure> {
    match folder {
        None => Ok(Rules::bundled()?),
        Some(folder) => {
            let files = files(folder)?;
            let rules = Rules::load(files).map_err(|error| placed(folder, &error))?;
            if rules.pages().is_empty() {
                return Err(no_page(folder));
            }
            Ok(rules)
        }
    }
}

/// A folder without rules.
pub fn no_page(folder: &Path) -> Failure {
    Failure::input(format!("{} : aucune page de règle", folder.display()))
}

/// The values of an overlay folder. What it replaces is said on standard error.
pub fn overlay(folder: Option<&Path>, rules: &Rules) -> Result<Option<Overlay>, Failure> {
    let Some(folder) = folder else { return Ok(None) };
    let overlay = Overlay::load(files(folder)?, rules).map_err(|error| placed(folder, &error))?;
    for diagnostic in &overlay.replaced {
        anstream::eprintln!("{}", in_folder(folder, diagnostic));
    }
    Ok(Some(overlay))
}

/// A diagnostic whose file is told from where the command runs.
pub fn in_folder(folder: &Path, diagnostic: &Diagnostic) -> Diagnostic {
    let root = folder.display().to_string();
    let file = format!("{}/{}", root.trim_end_matches('/'), diagnostic.file);
    Diagnostic { file, ..diagnostic.clone() }
}

fn placed(folder: &Path, error: &RulesError) -> Failure {
    RulesError(error.0.iter().map(|one| in_folder(folder, one)).collect()).into()
}

/// The scheme of that name.
pub fn scheme<'r>(rules: &'r Rules, id: &str) -> Result<&'r Scheme, Failure> {
    rules.scheme(id).ok_or_else(|| {
        let ids: Vec<_> = rules.schemes().map(|(_, scheme)| scheme.id.as_str()).collect();
        Failure::usage(unknown("dispositif", id, &ids))
    })
}

/// The campaign of that year, among those of the scheme.
pub fn campaign(scheme: &Scheme, year: i16) -> Result<Campaign, Failure> {
    let campaign = Campaign::new(year).filter(|campaign| scheme.covers(*campaign));
    campaign.ok_or_else(|| {
        let known = span(Some((scheme.first, scheme.last)));
        Failure::usage(format!("campagne {year} absente des règles de {} ; {known}", scheme.id))
    })
}

/// First and last campaigns: `campagnes : 2017 à 2025`.
fn span(campaigns: Option<(Campaign, Campaign)>) -> String {
    match campaigns {
        Some((first, last)) if first == last => format!("campagne : {first}"),
        Some((first, last)) => format!("campagnes : {first} à {last}"),
        None => "aucune campagne".to_owned(),
    }
}

/// A page asked for in a campaign must exist in it.
pub fn exists(rules: &Rules, page: &Page, campaign: Campaign) -> Result<(), Failure> {
    if rules.exists(page, campaign) {
        return Ok(());
    }
    let known = span(rules.span_of(page));
    Err(Failure::usage(format!("`{}` n'existe pas en {campaign} ; {known}", page.id)))
}

/// The page of that indicator.
pub fn page<'r>(rules: &'r Rules, scheme: &Scheme, id: &str) -> Result<&'r Page, Failure> {
    rules.page(&scheme.id, id).ok_or_else(|| {
        let ids: Vec<_> = rules.pages_of(scheme).iter().map(|page| page.id.as_str()).collect();
        Failure::usage(unknown("indicateur", id, &ids))
    })
}

fn unknown(what: &str, given: &str, known: &[&str]) -> String {
    let list = known.join(", ");
    match nearest(given, known.iter().copied()) {
        Some(near) => format!("{what} inconnu : `{given}`\naide : `{near}` ? Connus : {list}"),
        None => format!("{what} inconnu : `{given}`\naide : connus : {list}"),
    }
}
