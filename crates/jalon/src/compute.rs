//! `jalon calculer`

use std::fmt::Write as _;

use jalon_data::Dossier;
use jalon_engine::ledger::{Basis, SchemeLedger};
use jalon_engine::{Engine, Question};
use jalon_rules::amount::{ListOrigin, Measured, State};
use jalon_rules::overlay::Overlay;
use jalon_rules::{Fraction, Range, Status, french};

use crate::args::{Compute, Output, Subject};
use crate::failure::Failure;
use crate::progress::Working;
use crate::{json, load, text};

/// Runs the command.
pub fn run(args: &Compute) -> Result<(), Failure> {
    let subject = &args.subject;
    let rules = load::rules(subject.regles.as_deref())?;
    let overlay = load::overlay(subject.complement.as_deref(), &rules)?;
    let scheme = load::scheme(&rules, &subject.dispositif)?;
    let campaign = load::campaign(scheme, subject.campagne)?;
    let work = Working::on("Lecture des faits");
    let dossier = Dossier::open(&subject.dossier)?;
    let engine = Engine::open(&dossier)?;
    check_doctor(&engine, subject)?;
    if args.preuves.as_ref().is_some_and(|file| file.is_dir()) {
        return Err(Failure::usage(
            "--preuves : c'est un dossier ; donnez le nom d'un fichier à écrire",
        ));
    }
    let basis = Basis {
        rules: &rules,
        scheme,
        campaign,
        overlay: overlay.as_ref(),
        list: subject.patientele,
    };
    let pages = basis.pages();
    let question = Question {
        rules: &rules,
        scheme,
        campaign,
        pages: &pages,
        doctor: subject.medecin.as_deref(),
    };
    if args.requete {
        drop(work);
        return text::print(&format!("{}\n", engine.query(question)?));
    }
    work.now("Calcul des indicateurs");
    let counts = match &args.preuves {
        Some(file) => engine.write_evidence(question, file)?,
        None => engine.counts(question)?,
    };
    let ledgers = basis.ledgers(&counts, &engine.declared(campaign)?)?;
    drop(work);
    match args.format {
        Output::Table => text::print(&table(subject, &ledgers, overlay.as_ref())),
        Output::Csv => text::print(&csv(&ledgers)),
        Output::Json => {
            let result = json::Outcome::new(campaign, &rules, &dossier, overlay.as_ref(), &ledgers);
            text::print(&format!("{}\n", result.to_text()))
        }
    }
}

/// A doctor asked for must be one of the dossier.
pub fn check_doctor(engine: &Engine, subject: &Subject) -> Result<(), Failure> {
    match &subject.medecin {
        Some(doctor) if !engine.doctors()?.contains(doctor) => {
            Err(Failure::usage("--medecin : aucun médecin de ce nom dans la table medecins"))
        }
        _ => Ok(()),
    }
}

/// What every output says when values are invented or added.
pub fn overlay_line(overlay: Option<&Overlay>) -> Option<String> {
    let overlay = overlay?;
    let nature = match overlay.status {
        Status::Fictif => "VALEURS FICTIVES",
        _ => "Valeurs ajoutées",
    };
    Some(text::warning(&format!("{nature} : {} ({})", overlay.title, overlay.source)))
}

fn table(subject: &Subject, ledgers: &[SchemeLedger<'_>], overlay: Option<&Overlay>) -> String {
    let mut out = String::new();
    match ledgers {
        [] => out.push_str("Aucun médecin dans ce dossier.\n"),
        [ledger] => one(&mut out, subject, ledger, overlay),
        several => many(&mut out, subject, several, overlay),
    }
    out
}

fn one(out: &mut String, subject: &Subject, ledger: &SchemeLedger<'_>, overlay: Option<&Overlay>) {
    let head = format!("{}, campagne {}", ledger.scheme.name, subject.campagne);
    let list = match ledger.list.origin {
        ListOrigin::Counted => "au 31 décembre",
        ListOrigin::Given => "donnés par --patientele",
    };
    let _ = writeln!(out, "{}", text::title(&head));
    let _ = writeln!(
        out,
        "Médecin {} ; patientèle : {} {list}",
        ledger.doctor,
        french::count(ledger.list.patients, "patient")
    );
    if let Some(line) = overlay_line(overlay) {
        let _ = writeln!(out, "{line}");
    }
    out.push('\n');
    let mut rows = Vec::new();
    let mut absent = Vec::new();
    let mut section = "";
    for (indicator, amount) in ledger.indicators.iter().zip(&ledger.amount.indicators) {
        let page = indicator.page;
        if amount.state == State::OutOfCampaign {
            absent.push(page.id.as_str());
            continue;
        }
        if page.rule.section != section {
            section = &page.rule.section;
            let mut row = vec![String::new(); 7];
            section.clone_into(&mut row[0]);
            rows.push(row);
        }
        let kind = page.rule.rate;
        let rate = match indicator.measured {
            Measured::Counts { numerator, denominator, .. } => {
                text::rate(numerator, denominator, kind)
            }
            _ => "pas de déclaration".into(),
        };
        let arrow = match page.rule.direction {
            jalon_rules::scale::Direction::Rising => "",
            jalon_rules::scale::Direction::Falling => " ↓",
        };
        rows.push(vec![
            format!("  {}{arrow}", page.id),
            rate,
            format!(
                "{} → {}",
                text::objective(indicator.scale.intermediate.as_ref(), kind),
                text::objective(indicator.scale.target.as_ref(), kind)
            ),
            match amount.state {
                State::BelowMinimum => {
                    format!("sous le seuil ({})", text::minimum(&indicator.scale))
                }
                _ => text::interval(&amount.achievement, |share| french::percent(share, 1)),
            },
            {
                let most = indicator.scale.points.as_ref();
                let most =
                    most.map_or_else(|| "?".into(), |points| french::short(&points.value, 1));
                format!(
                    "{} / {most}",
                    text::interval(&amount.points, |points| french::short(points, 1))
                )
            },
            text::interval(&amount.euros, french::euros),
            text::status(amount.source),
        ]);
    }
    let most: Option<Fraction> = ledger
        .indicators
        .iter()
        .zip(&ledger.amount.indicators)
        .filter(|(_, amount)| amount.state != State::OutOfCampaign)
        .try_fold(Fraction::zero(), |sum, (indicator, _)| {
            Some(&sum + &indicator.scale.points.as_ref()?.value)
        });
    rows.push(vec![
        "Total".into(),
        String::new(),
        String::new(),
        String::new(),
        format!(
            "{} / {}",
            text::interval(&ledger.amount.points, |points| french::short(points, 1)),
            most.map_or_else(|| "?".into(), |points| french::short(&points, 1))
        ),
        text::interval(&ledger.amount.euros, french::euros),
        text::status(ledger.amount.source),
    ]);
    let header = ["Indicateur", "Taux", "Objectifs", "Réalisation", "Points", "Euros", "Source"];
    out.push_str(&text::table(&header, "lrrrrrl", rows));
    out.push('\n');
    if !absent.is_empty() {
        let _ = writeln!(out, "\nHors campagne : {}", absent.join(", "));
    }
    footnotes(out, subject, &ledger.amount.euros, overlay);
}

fn footnotes(out: &mut String, subject: &Subject, euros: &Range, overlay: Option<&Overlay>) {
    out.push_str(
        "\n↓ : un taux plus bas est meilleur. Le total est la somme des montants exacts, arrondie une seule fois.\n",
    );
    if !euros.is_exact() {
        out.push_str("Une fourchette vient de valeurs inconnues : objectifs, seuils, taux de départ, coefficient ou déclarations.\n");
        if overlay.is_none() && subject.dossier.join("complement").is_dir() {
            let _ = writeln!(
                out,
                "Ce dossier contient un complément : ajoutez --complement {}",
                subject.dossier.join("complement").display()
            );
        }
    }
    let _ = writeln!(
        out,
        "Détail d'une ligne : jalon expliquer {} --campagne {} --indicateur ID",
        subject.dossier.display(),
        subject.campagne
    );
}

fn many(
    out: &mut String,
    subject: &Subject,
    ledgers: &[SchemeLedger<'_>],
    overlay: Option<&Overlay>,
) {
    if let Some(first) = ledgers.first() {
        let head = format!("{}, campagne {}", first.scheme.name, subject.campagne);
        let _ = writeln!(out, "{}", text::title(&head));
    }
    if let Some(line) = overlay_line(overlay) {
        let _ = writeln!(out, "{line}");
    }
    out.push('\n');
    let row = |name: &str, patients: u64, points: &Range, euros: &Range, source: Status| {
        vec![
            name.to_owned(),
            french::integer(patients),
            text::interval(points, |points| french::short(points, 1)),
            text::interval(euros, french::euros),
            text::status(source),
        ]
    };
    let mut rows: Vec<_> = ledgers
        .iter()
        .map(|ledger| {
            let amount = &ledger.amount;
            row(&ledger.doctor, ledger.list.patients, &amount.points, &amount.euros, amount.source)
        })
        .collect();
    let euros: Range = ledgers.iter().map(|ledger| &ledger.amount.euros).sum();
    let points: Range = ledgers.iter().map(|ledger| &ledger.amount.points).sum();
    let patients = ledgers.iter().map(|ledger| ledger.list.patients).sum();
    let source =
        ledgers.iter().map(|ledger| ledger.amount.source).max().unwrap_or(Status::Officiel);
    let total = format!("Total ({})", french::count(ledgers.len() as u64, "médecin"));
    rows.push(row(&total, patients, &points, &euros, source));
    let header = ["Médecin", "Patientèle", "Points", "Euros", "Source"];
    out.push_str(&text::table(&header, "lrrrl", rows));
    out.push('\n');
    footnotes(out, subject, &euros, overlay);
    out.push_str("Indicateurs d'un médecin : ajoutez --medecin ID, ou --format csv pour tous.\n");
}

/// One row per doctor and indicator, comma separated, decimal points.
fn csv(ledgers: &[SchemeLedger<'_>]) -> String {
    let mut out = String::from(
        "medecin,dispositif,patientele,indicateur,statut,numerateur,denominateur,taux,intermediaire,cible,seuil,depart,\
         realisation_min,realisation_max,points_min,points_max,euros_min,euros_max,source\n",
    );
    for ledger in ledgers {
        let scheme = json::Scheme::new(ledger);
        for indicator in &scheme.indicateurs {
            let cells = [
                Some(ledger.doctor.clone()),
                Some(scheme.dispositif.clone()),
                Some(scheme.patientele.to_string()),
                Some(indicator.id.clone()),
                Some(indicator.statut.to_owned()),
                indicator.numerateur.clone(),
                indicator.denominateur.clone(),
                indicator.taux.clone(),
                indicator.intermediaire.clone(),
                indicator.cible.clone(),
                indicator.seuil.map(|minimum| minimum.to_string()),
                indicator.depart.clone(),
                Some(indicator.realisation.min.clone()),
                Some(indicator.realisation.max.clone()),
                Some(indicator.points.min.clone()),
                Some(indicator.points.max.clone()),
                Some(indicator.euros.min.clone()),
                Some(indicator.euros.max.clone()),
                Some(indicator.source.to_owned()),
            ];
            let cells: Vec<_> =
                cells.into_iter().map(|cell| quoted(&cell.unwrap_or_default())).collect();
            out.push_str(&cells.join(","));
            out.push('\n');
        }
    }
    out
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
