//! `jalon expliquer`

use std::fmt::Write as _;

use jalon_data::Dossier;
use jalon_engine::evidence::{CriterionEvidence, PatientEvidence};
use jalon_engine::facts::FactRow;
use jalon_engine::ledger::{Basis, SchemeLedger};
use jalon_engine::{Engine, Question};
use jalon_rules::amount::{IndicatorAmount, Measured};
use jalon_rules::campaign::Window;
use jalon_rules::criterion::{Bounds, Criterion, Test};
use jalon_rules::page::{Page, Unit};
use jalon_rules::scale::Direction;
use jalon_rules::{Campaign, french};
use jiff::civil::Date;

use crate::args::Explain;
use crate::compute::{check_doctor, overlay_line};
use crate::failure::Failure;
use crate::{load, text};

/// Runs the command.
pub fn run(args: &Explain) -> Result<(), Failure> {
    let subject = &args.subject;
    let rules = load::rules(subject.regles.as_deref())?;
    let overlay = load::overlay(subject.complement.as_deref(), &rules)?;
    let scheme = load::scheme(&rules, &subject.dispositif)?;
    let campaign = load::campaign(scheme, subject.campagne)?;
    let page = load::page(&rules, scheme, &args.indicateur)?;
    if !rules.exists(page, campaign) {
        let span = rules.span_of(page).map(|(first, last)| format!("{first} à {last}"));
        return Err(Failure::usage(format!(
            "`{}` n'existe pas en {campaign} ; campagnes : {}",
            page.id,
            span.unwrap_or_default()
        )));
    }
    let dossier = Dossier::open(&subject.dossier)?;
    let engine = Engine::open(&dossier)?;
    check_doctor(&engine, subject)?;
    let doctors = engine.doctors()?;
    let doctor = match (&subject.medecin, doctors.as_slice()) {
        (Some(doctor), _) => doctor.clone(),
        (None, [only]) => only.clone(),
        (None, several) => {
            return Err(Failure::usage(format!(
                "{} médecins dans ce dossier : choisissez avec --medecin ID",
                several.len()
            )));
        }
    };
    let basis =
        Basis { rules: &rules, scheme, campaign, overlay: overlay.as_ref(), list: subject.patientele };
    let pages = basis.pages();
    let question = Question { rules: &rules, scheme, campaign, pages: &pages, doctor: Some(&doctor) };
    let evidence = engine.evidence(question)?;
    let counts = evidence.counts(&doctor)?;
    let ledgers = basis.ledgers(&[counts], &engine.declared(campaign)?)?;
    let found = ledgers.first().and_then(|ledger| {
        let at = ledger.indicators.iter().position(|one| one.page.id == page.id)?;
        Some((ledger, at))
    });
    let Some((ledger, at)) = found else {
        return Err(Failure::machine("l'indicateur manque au résultat"));
    };
    let rows = evidence.page(at)?;
    let mut out = String::new();
    head(&mut out, ledger, page, campaign);
    if let Some(line) = overlay_line(overlay.as_ref()) {
        let _ = writeln!(out, "{line}");
    }
    out.push('\n');
    match &args.patient {
        Some(patient) => {
            one_patient(&mut out, &engine, page, campaign, &rows, patient)?;
        }
        None => {
            account(&mut out, &ledger.amount.indicators[at]);
            if page.rule.unit == Unit::Declared {
                out.push_str("\nIndicateur déclaré : les faits ne disent pas qui compte.\n");
            } else {
                summary(&mut out, page, campaign, &rows, ledger.indicators[at].measured);
                patients(&mut out, args, page, campaign, &rows);
            }
        }
    }
    text::print(&out)
}

fn head(out: &mut String, ledger: &SchemeLedger<'_>, page: &Page, campaign: Campaign) {
    let _ = writeln!(out, "{}", text::title(&page.title));
    let _ = writeln!(
        out,
        "{} ; campagne {campaign} ; médecin {} ; {}",
        page.id,
        ledger.doctor,
        french::count(ledger.list.patients, "patient")
    );
}

/// The account of the amount, one line a step.
fn account(out: &mut String, amount: &IndicatorAmount) {
    let _ = writeln!(out, "Source la plus faible : {}\n", text::status(amount.source));
    let lines = amount.account.lines();
    let width = lines.iter().map(|line| line.value.chars().count()).max().unwrap_or(0);
    let formula = lines.iter().map(|line| line.formula.chars().count()).max().unwrap_or(0);
    for line in lines {
        let indent = "  ".repeat(line.depth + 1);
        let _ = writeln!(
            out,
            "{indent}{:<width$}  {:<formula$}  {}",
            line.value, line.formula, line.note
        );
    }
    let trimmed: Vec<_> = out.lines().map(str::trim_end).map(str::to_owned).collect();
    *out = trimmed.join("\n");
    out.push('\n');
}

/// How many patients meet each criterion.
fn summary(
    out: &mut String,
    page: &Page,
    campaign: Campaign,
    rows: &[PatientEvidence],
    measured: Measured,
) {
    let _ = writeln!(out, "\n{}", text::title("Qui compte"));
    if let Measured::Counts { left_out, .. } = measured
        && left_out > 0
    {
        let _ = writeln!(
            out,
            "{} laissée(s) de côté : répertoire non renseigné",
            french::count(left_out, "boîte")
        );
    }
    let mut table = Vec::new();
    let lists = [
        ("dénominateur", &page.rule.denominator),
        ("exclusion", &page.rule.exclusions),
        ("numérateur", &page.rule.numerator),
    ];
    let mut at = 0;
    for (role, criteria) in lists {
        for criterion in criteria.iter().filter(|one| one.applies(campaign)) {
            let total: u64 =
                rows.iter().filter_map(|row| row.criteria.get(at)).map(|one| one.holds).sum();
            table.push(vec![role.to_owned(), criterion.says.clone(), french::integer(total)]);
            at += 1;
        }
    }
    let of = match page.rule.unit {
        Unit::Box => "Boîtes",
        Unit::Treatment(_) => "Traitements",
        Unit::Patient | Unit::Declared => "Patients",
    };
    if table.is_empty() {
        out.push_str("Tous ceux de la patientèle.\n");
    } else {
        let _ = writeln!(out, "{}", text::table(&["Rôle", "Critère", of], "llr", table));
    }
}

/// Those who weigh on the rate: missing from a rising one, present in a
/// falling one.
fn patients(out: &mut String, args: &Explain, page: &Page, campaign: Campaign, rows: &[PatientEvidence]) {
    let falling = page.rule.direction == Direction::Falling;
    let concerned: Vec<_> = rows
        .iter()
        .filter(|row| {
            if falling { row.counts.numerator > 0 } else { row.counts.numerator < row.counts.denominator }
        })
        .collect();
    let what = if falling { "pèsent sur le taux" } else { "à revoir" };
    let _ = writeln!(out, "\n{} {what}", french::count(concerned.len() as u64, "patient"));
    if concerned.is_empty() {
        return;
    }
    if !args.patients {
        out.push_str("Leur liste : ajoutez --patients ; un seul : --patient ID\n");
        return;
    }
    let table = concerned
        .iter()
        .map(|row| {
            vec![
                row.patient.clone(),
                format!("{}/{}", row.counts.numerator, row.counts.denominator),
                missing(page, campaign, row),
            ]
        })
        .collect();
    let header = ["Patient", "Compte", if falling { "Ce qui compte" } else { "Ce qui manque" }];
    let _ = writeln!(out, "\n{}", text::table(&header, "lrl", table));
}

/// The criteria of the numerator with their evidence.
fn numerator<'a>(
    page: &'a Page,
    campaign: Campaign,
    row: &'a PatientEvidence,
) -> impl Iterator<Item = (&'a Criterion, &'a CriterionEvidence)> {
    let before = [&page.rule.denominator, &page.rule.exclusions]
        .into_iter()
        .flatten()
        .filter(|one| one.applies(campaign))
        .count();
    page.rule
        .numerator
        .iter()
        .filter(move |one| one.applies(campaign))
        .zip(row.criteria.iter().skip(before))
}

fn missing(page: &Page, campaign: Campaign, row: &PatientEvidence) -> String {
    let falling = page.rule.direction == Direction::Falling;
    let parts: Vec<_> = numerator(page, campaign, row)
        .filter(|(_, evidence)| (evidence.holds > 0) == falling || evidence.fails.is_some())
        .map(|(criterion, evidence)| said(criterion, evidence, campaign, !falling))
        .collect();
    parts.join(" ; ")
}

/// A criterion with what was counted, and by when what is missing must come.
fn said(criterion: &Criterion, evidence: &CriterionEvidence, campaign: Campaign, deadline: bool) -> String {
    let mut words = criterion.says.clone();
    let mut details = Vec::new();
    if let Some(fails) = evidence.fails {
        details.push(format!("{} oui, {fails} non", evidence.holds));
    }
    if let Some(count) = evidence.count {
        details.push(match evidence.last {
            Some(last) => format!("{count} compté(s), le dernier le {}", day(last)),
            None => format!("{count} compté(s)"),
        });
    }
    if deadline
        && evidence.holds == 0
        && let Some(last) = deadline_of(criterion, campaign)
    {
        details.push(format!("avant le {}", day(last)));
    }
    if !details.is_empty() {
        let _ = write!(words, " ({})", details.join(" ; "));
    }
    words
}

/// The last day on which something can still be added to a count.
fn deadline_of(criterion: &Criterion, campaign: Campaign) -> Option<Date> {
    match &criterion.test {
        Some(Test::Count(test)) => match &test.bounds {
            Bounds::Numbers { at_least: Some(_), .. } | Bounds::AtLeast(_) => {
                Some(test.count.window.days(campaign).1)
            }
            _ => None,
        },
        Some(Test::AnyOf(options)) => {
            options.iter().filter_map(|option| deadline_of(option, campaign)).max()
        }
        Some(Test::TreatedBy(_)) => Some(Window::YEAR.days(campaign).1),
        _ => None,
    }
}

/// Everything about one patient: each criterion, then the facts.
fn one_patient(
    out: &mut String,
    engine: &Engine,
    page: &Page,
    campaign: Campaign,
    rows: &[PatientEvidence],
    patient: &str,
) -> Result<(), Failure> {
    let Some(row) = rows.iter().find(|row| row.patient == patient) else {
        return Err(Failure::usage(
            "--patient : ce patient n'est pas dans la patientèle de ce médecin au 31 décembre",
        ));
    };
    let _ = writeln!(
        out,
        "Patient {} : dénominateur {}, numérateur {}\n",
        row.patient, row.counts.denominator, row.counts.numerator
    );
    let lists = [
        ("dénominateur", &page.rule.denominator),
        ("exclusion", &page.rule.exclusions),
        ("numérateur", &page.rule.numerator),
    ];
    let mut table = Vec::new();
    let mut at = 0;
    for (role, criteria) in lists {
        for criterion in criteria.iter().filter(|one| one.applies(campaign)) {
            if let Some(evidence) = row.criteria.get(at) {
                rows_of(&mut table, role, 0, criterion, evidence, campaign);
            }
            at += 1;
        }
    }
    let _ = writeln!(
        out,
        "{}",
        text::table(&["Rôle", "Critère", "Rempli", "Compte", "Dernier"], "lllrl", table)
    );
    let facts: Vec<FactRow> = engine.facts(patient)?;
    let last = campaign.reference_day();
    let rows: Vec<_> = facts
        .iter()
        .filter(|fact| fact.date <= Window::parse("01/01/N - 31/01/N+1").map_or(last, |w| w.days(campaign).1))
        .map(|fact| {
            vec![
                day(fact.date),
                fact.table.clone(),
                format!("{} {}", fact.system, fact.code),
                fact.detail.clone(),
            ]
        })
        .collect();
    let _ = writeln!(out, "\n{}", text::title("Faits"));
    let _ = writeln!(out, "{}", text::table(&["Date", "Table", "Code", "Détail"], "llll", rows));
    Ok(())
}

fn rows_of(
    table: &mut Vec<Vec<String>>,
    role: &str,
    depth: usize,
    criterion: &Criterion,
    evidence: &CriterionEvidence,
    campaign: Campaign,
) {
    let met = match (evidence.fails, evidence.holds) {
        (Some(fails), holds) => format!("{holds} oui, {fails} non"),
        (None, 0) => "non".into(),
        (None, _) => "oui".into(),
    };
    table.push(vec![
        if depth == 0 { role.to_owned() } else { String::new() },
        format!("{}{}", "  ".repeat(depth), criterion.says),
        met,
        evidence.count.map_or_else(String::new, |count| count.to_string()),
        evidence.last.map_or_else(String::new, day),
    ]);
    if let Some(Test::AnyOf(options)) = &criterion.test {
        let applying = options.iter().filter(|option| option.applies(campaign));
        for (option, evidence) in applying.zip(&evidence.options) {
            rows_of(table, role, depth + 1, option, evidence, campaign);
        }
    }
}

fn day(date: Date) -> String {
    format!("{:02}/{:02}/{}", date.day(), date.month(), date.year())
}
