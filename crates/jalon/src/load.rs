//! What commands read before they start: rules, added values, the campaign.

use std::io::ErrorKind;
use std::path::Path;

use jalon_rules::Campaign;
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::convention::{ListKind, Scheme};
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
pub fn scheme<'r>(rules: &'r Rules, id: &str) -> Result<AnyScheme<'r>, Failure> {
    rules.any_scheme(id).ok_or_else(|| {
        let ids: Vec<_> = rules.any_schemes().into_iter().map(AnyScheme::id).collect();
        Failure::usage(unknown("dispositif", id, &ids))
    })
}

/// The campaign of that year, among those of the scheme.
pub fn campaign(scheme: AnyScheme<'_>, year: i16) -> Result<Campaign, Failure> {
    let campaign = Campaign::new(year).filter(|campaign| scheme.covers(*campaign));
    campaign.ok_or_else(|| {
        let known = span(Some(scheme.span()));
        Failure::usage(format!("campagne {year} absente des règles de {} ; {known}", scheme.id()))
    })
}

/// The campaign of that year, among those of any scheme.
pub fn any_campaign(rules: &Rules, year: i16) -> Result<Campaign, Failure> {
    let schemes = rules.any_schemes();
    let campaign = Campaign::new(year)
        .filter(|campaign| schemes.iter().any(|scheme| scheme.covers(*campaign)));
    campaign.ok_or_else(|| {
        let first = schemes.iter().map(|scheme| scheme.span().0).min();
        let last = schemes.iter().map(|scheme| scheme.span().1).max();
        let known = span(first.zip(last));
        Failure::usage(format!("campagne {year} absente des règles ; {known}"))
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

/// The page of that indicator, and its scheme: the one given, or the only one
/// of the campaign that has such a page.
pub fn page<'r>(
    rules: &'r Rules,
    dispositif: Option<&str>,
    id: &str,
    year: i16,
) -> Result<(&'r Scheme, &'r Page), Failure> {
    let counted =
        |scheme| if let AnyScheme::Counted(scheme) = scheme { Some(scheme) } else { None };
    let schemes: Vec<&Scheme> = match dispositif {
        Some(name) => {
            let scheme = scheme(rules, name)?;
            campaign(scheme, year)?;
            vec![counted(scheme).ok_or_else(|| {
                Failure::usage(format!(
                    "{name} n'a pas d'indicateurs comptés sur les patients : `jalon calculer` en donne le détail"
                ))
            })?]
        }
        None => {
            let campaign = any_campaign(rules, year)?;
            let schemes = rules.any_schemes().into_iter();
            schemes.filter(|scheme| scheme.covers(campaign)).filter_map(counted).collect()
        }
    };
    let found: Vec<_> = schemes
        .iter()
        .filter_map(|scheme| {
            let page = rules.pages_of(scheme).into_iter().find(|page| page.id == id)?;
            Some((*scheme, page))
        })
        .collect();
    // The pages of every médecin traitant come before those of specialists,
    // and of centres, which are paid by the pages of others.
    let own: Vec<_> = found
        .iter()
        .filter(|(scheme, _)| scheme.list == ListKind::TreatingDoctor)
        .copied()
        .collect();
    match (own.as_slice(), found.as_slice()) {
        ([one], _) | ([], [one]) => Ok(*one),
        ([], []) => {
            let pages = schemes.iter().flat_map(|scheme| rules.pages_of(scheme));
            let mut ids: Vec<_> = pages.map(|page| page.id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            Err(Failure::usage(unknown("indicateur", id, &ids)))
        }
        _ => {
            let names: Vec<_> = found.iter().map(|(scheme, _)| scheme.id.as_str()).collect();
            Err(Failure::usage(format!(
                "`{id}` existe dans {} dispositifs : choisissez avec --dispositif\naide : {}",
                names.len(),
                names.join(", ")
            )))
        }
    }
}

/// No page of any scheme has that identifier.
pub fn no_indicator(rules: &Rules, id: &str) -> Failure {
    let gates = rules.all_gate_pages().iter().map(|page| page.sheet.id.as_str());
    let classes = rules.all_class_pages().iter().map(|page| page.sheet.id.as_str());
    let pages = rules.pages().iter().map(|page| page.id.as_str());
    let mut ids: Vec<_> = pages.chain(gates).chain(classes).collect();
    ids.sort_unstable();
    ids.dedup();
    Failure::usage(unknown("indicateur", id, &ids))
}

fn unknown(what: &str, given: &str, known: &[&str]) -> String {
    let list = known.join(", ");
    match nearest(given, known.iter().copied()) {
        Some(near) => format!("{what} inconnu : `{given}`\naide : `{near}` ? Connus : {list}"),
        None => format!("{what} inconnu : `{given}`\naide : connus : {list}"),
    }
}
