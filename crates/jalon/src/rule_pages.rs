//! `jalon regles`

use std::fmt::Write as _;

use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::convention::Form;
use jalon_rules::criterion::{Criterion, Test};
use jalon_rules::forfait::Sheet;
use jalon_rules::page::{Page, Unit};
use jalon_rules::rules::Rules;
use jalon_rules::scale::{Direction, RateKind, Scale};
use jalon_rules::{Campaign, Sourced, french};

use crate::args::ShowRules;
use crate::failure::Failure;
use crate::{load, text};

/// Runs the command.
pub fn run(args: &ShowRules) -> Result<(), Failure> {
    let rules = load::rules(args.regles.as_deref())?;
    match &args.indicateur {
        None => list(&rules, args),
        Some(id) => show(&rules, args, id),
    }
}

fn list(rules: &Rules, args: &ShowRules) -> Result<(), Failure> {
    if let Some(id) = &args.dispositif {
        load::scheme(rules, id)?;
    }
    if let (None, Some(year)) = (&args.dispositif, args.campagne) {
        load::any_campaign(rules, year)?;
    }
    let mut out = String::new();
    for (convention, scheme) in rules.schemes() {
        if args.dispositif.as_ref().is_some_and(|wanted| *wanted != scheme.id) {
            continue;
        }
        if !listed(args, AnyScheme::Counted(scheme))? {
            continue;
        }
        let campaign = args.campagne.and_then(Campaign::new);
        let mut rows = Vec::new();
        for page in rules.pages_of(scheme) {
            if campaign.is_some_and(|campaign| !rules.exists(page, campaign)) {
                continue;
            }
            let Some((first, last)) = rules.span_of(page) else { continue };
            let row = page.scale_of(campaign.unwrap_or(last));
            let scale = row.map(|row| row.scale.clone()).unwrap_or_default();
            rows.push(vec![
                page.id.clone(),
                page.rule.section.clone(),
                if first == last { first.to_string() } else { format!("{first}-{last}") },
                page.rule.unit.word().to_owned(),
                worth(page, &scale),
                page.title.clone(),
            ]);
        }
        let _ = writeln!(
            out,
            "{}\n{} ; {} ; campagnes {} à {}\n",
            text::title(&scheme.name),
            scheme.id,
            convention.name,
            scheme.first,
            scheme.last
        );
        let worth = match scheme.form {
            Form::Rate => "Points",
            Form::PerPatient => "Par patient",
        };
        let header = ["Indicateur", "Volet", "Campagnes", "Unité", worth, "Titre"];
        let _ = writeln!(out, "{}\n", text::table(&header, "llllrl", rows));
    }
    for scheme in rules.any_schemes() {
        if args.dispositif.as_ref().is_none_or(|wanted| *wanted == scheme.id()) {
            flat(&mut out, rules, args, scheme)?;
        }
    }
    text::print(out.trim_end_matches('\n'))?;
    text::print("\n")
}

/// Whether a scheme has the campaign asked for; a fault when it was asked for
/// by name and has not.
fn listed(args: &ShowRules, scheme: AnyScheme<'_>) -> Result<bool, Failure> {
    let Some(year) = args.campagne else { return Ok(true) };
    match load::campaign(scheme, year) {
        Ok(_) => Ok(true),
        Err(failure) if args.dispositif.is_some() => Err(failure),
        Err(_) => Ok(false),
    }
}

/// Lists a gate, or classes.
fn flat(
    out: &mut String,
    rules: &Rules,
    args: &ShowRules,
    scheme: AnyScheme<'_>,
) -> Result<(), Failure> {
    if !listed(args, scheme)? {
        return Ok(());
    }
    let campaign = args.campagne.and_then(Campaign::new);
    let (first, last) = scheme.span();
    let years = (first.year()..=last.year()).filter_map(Campaign::new);
    let mut sheets: Vec<(&Sheet, Vec<Campaign>)> = Vec::new();
    for year in years.filter(|year| campaign.is_none_or(|one| one == *year)) {
        let pages: Vec<&Sheet> = match scheme {
            AnyScheme::Counted(_) => return Ok(()),
            AnyScheme::Classes(scheme) => {
                rules.class_pages(scheme, year).into_iter().map(|page| &page.sheet).collect()
            }
            AnyScheme::Gate(scheme) => {
                rules.gate_pages(scheme, year).into_iter().map(|page| &page.sheet).collect()
            }
        };
        for sheet in pages {
            match sheets.iter_mut().find(|(known, _)| known.id == sheet.id) {
                Some((_, years)) => years.push(year),
                None => sheets.push((sheet, vec![year])),
            }
        }
    }
    let rows = sheets
        .into_iter()
        .map(|(sheet, years)| {
            let span = match (years.first(), years.last()) {
                (Some(first), Some(last)) if first != last => format!("{first}-{last}"),
                (Some(only), _) => only.to_string(),
                _ => String::new(),
            };
            vec![sheet.id.clone(), span, sheet.title.clone()]
        })
        .collect();
    let kind = if matches!(scheme, AnyScheme::Gate(_)) { "Élément" } else { "Classe" };
    let _ = writeln!(
        out,
        "{}\n{} ; campagnes {first} à {last}\n",
        text::title(scheme.name()),
        scheme.id()
    );
    let _ = writeln!(out, "{}\n", text::table(&[kind, "Campagnes", "Titre"], "lll", rows));
    Ok(())
}

/// The pages of gates and classes of that name.
fn sheets<'r>(rules: &'r Rules, args: &ShowRules, id: &str) -> Vec<&'r Sheet> {
    let gates = rules.all_gate_pages().iter().map(|page| (&page.scheme, &page.sheet));
    let classes = rules.all_class_pages().iter().map(|page| (&page.scheme, &page.sheet));
    gates
        .chain(classes)
        .filter(|(scheme, sheet)| {
            sheet.id == id && args.dispositif.as_ref().is_none_or(|wanted| wanted == *scheme)
        })
        .map(|(_, sheet)| sheet)
        .collect()
}

/// What an indicator can bring: its points, or the euros of one patient.
fn worth(page: &Page, scale: &Scale) -> String {
    let known = match page.form {
        Form::Rate => scale.points.as_ref().map(|points| french::short(&points.value, 1)),
        Form::PerPatient => scale.amount.as_ref().map(|amount| french::euros(&amount.value)),
    };
    known.unwrap_or_else(|| "?".into())
}

fn show(rules: &Rules, args: &ShowRules, id: &str) -> Result<(), Failure> {
    let found: Vec<&Page> = rules
        .pages_named(id)
        .filter(|page| args.dispositif.as_ref().is_none_or(|wanted| page.rule.scheme == *wanted))
        .collect();
    let sheets = sheets(rules, args, id);
    if found.is_empty() && sheets.is_empty() {
        if let Some(scheme) = &args.dispositif {
            load::scheme(rules, scheme)?;
        }
        return Err(load::no_indicator(rules, id));
    }
    let Some(year) = args.campagne else {
        let pages = found.iter().map(|page| page.source.as_str());
        let sources: Vec<&str> =
            pages.chain(sheets.iter().map(|sheet| sheet.source.as_str())).collect();
        return text::print(&sources.join("\n"));
    };
    // The same identifier may name indicators of several schemes: those of
    // the campaign are shown, and the reason only when there is none.
    let in_campaign = |page: &Page| -> Result<Campaign, Failure> {
        let scheme = load::scheme(rules, &page.rule.scheme)?;
        let campaign = load::campaign(scheme, year)?;
        load::exists(rules, page, campaign)?;
        Ok(campaign)
    };
    let mut out: String = sheets.iter().map(|sheet| sheet.source.as_str()).collect();
    let mut refused = None;
    for page in found {
        match in_campaign(page) {
            Ok(campaign) => {
                if !out.is_empty() {
                    out.push('\n');
                }
                describe(&mut out, page, campaign);
            }
            Err(failure) => refused = refused.or(Some(failure)),
        }
    }
    match refused {
        Some(failure) if out.is_empty() => Err(failure),
        _ => text::print(&out),
    }
}

fn describe(out: &mut String, page: &Page, campaign: Campaign) {
    let _ = writeln!(out, "{}", text::title(&page.title));
    let better = match (&page.rule.unit, page.rule.direction) {
        (Unit::Unknown, _) => "contenu inconnu",
        (_, Direction::Rising) => "un taux plus haut est meilleur",
        (_, Direction::Falling) => "un taux plus bas est meilleur",
    };
    let _ = writeln!(
        out,
        "{} ; {} ; campagne {campaign} ; unité : {} ; {better}\n",
        page.id,
        page.rule.section,
        page.rule.unit.word()
    );
    for line in &page.text {
        let _ = writeln!(out, "{line}");
    }
    for (name, criteria) in [
        ("Dénominateur", &page.rule.denominator),
        ("Exclusions", &page.rule.exclusions),
        ("Numérateur", &page.rule.numerator),
    ] {
        let applying: Vec<_> = criteria.iter().filter(|one| one.applies(campaign)).collect();
        if !applying.is_empty() {
            let _ = writeln!(out, "\n{name}");
            for criterion in applying {
                sentence(out, criterion, campaign, 1);
            }
        }
    }
    let Some(row) = page.scale_of(campaign) else { return };
    let scale = &row.scale;
    let kind = page.rule.rate;
    let origin = |value: Option<(&str, String)>| {
        value.map_or_else(
            || vec!["inconnu".to_owned(), String::new()],
            |(status, source)| vec![status.to_owned(), source],
        )
    };
    if page.form == Form::PerPatient {
        let rows = vec![
            [vec!["lecture".into(), String::new()], origin(of(scale.definition.as_ref()))].concat(),
            [vec!["montant".into(), worth(page, scale)], origin(of(scale.amount.as_ref()))]
                .concat(),
        ];
        let header = ["Barème", "Valeur", "Statut", "Source"];
        let _ = writeln!(out, "\n{}", text::table(&header, "lrll", rows));
        return;
    }
    let rows = vec![
        [vec!["lecture".into(), String::new()], origin(of(scale.definition.as_ref()))].concat(),
        [
            vec!["intermédiaire".into(), text::objective(scale.intermediate.as_ref(), kind)],
            origin(of(scale.intermediate.as_ref())),
        ]
        .concat(),
        [
            vec!["cible".into(), text::objective(scale.target.as_ref(), kind)],
            origin(of(scale.target.as_ref())),
        ]
        .concat(),
        [vec!["seuil".into(), text::minimum(scale)], origin(of(scale.minimum.as_ref()))].concat(),
        [vec!["points".into(), worth(page, scale)], origin(of(scale.points.as_ref()))].concat(),
    ];
    let _ =
        writeln!(out, "\n{}", text::table(&["Barème", "Valeur", "Statut", "Source"], "lrll", rows));
    if kind == RateKind::Per100 {
        out.push_str("Les objectifs comptent des événements pour 100 patients.\n");
    }
}

fn sentence(out: &mut String, criterion: &Criterion, campaign: Campaign, depth: usize) {
    let _ = writeln!(out, "{}- {}", "  ".repeat(depth), criterion.says);
    if let Some(Test::AnyOf(options)) = &criterion.test {
        for option in options.iter().filter(|option| option.applies(campaign)) {
            sentence(out, option, campaign, depth + 1);
        }
    }
}

/// The status and the source of a value.
fn of<T>(value: Option<&Sourced<T>>) -> Option<(&str, String)> {
    value.map(|value| (value.status.word(), value.source.clone()))
}
