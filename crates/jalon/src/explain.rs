//! `jalon expliquer`

use std::fmt::Write as _;

use jalon_data::Dossier;
use jalon_engine::evidence::{CriterionEvidence, Part, PatientEvidence, criteria};
use jalon_engine::facts::FactRow;
use jalon_engine::ledger::{Books, People};
use jalon_engine::worklist::deadline;
use jalon_engine::{Engine, Question};
use jalon_rules::account::{Account, AccountLine};
use jalon_rules::amount::Measured;
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::campaign::Window;
use jalon_rules::criterion::{Criterion, Test};
use jalon_rules::page::{Page, Unit};
use jalon_rules::scale::Direction;
use jalon_rules::{Campaign, Sourced, Status, french};

use crate::args::Explain;
use crate::compute::{check_payee, overlay_line};
use crate::failure::Failure;
use crate::{load, text};

/// Runs the command.
pub fn run(args: &Explain) -> Result<(), Failure> {
    let subject = &args.subject;
    let rules = load::rules(subject.regles.as_deref())?;
    let overlay = load::overlay(subject.complement.as_deref(), &rules)?;
    let (scheme, page) =
        load::page(&rules, subject.dispositif.as_deref(), &args.indicateur, subject.campagne)?;
    let campaign = load::campaign(AnyScheme::Counted(scheme), subject.campagne)?;
    load::exists(&rules, page, campaign)?;
    let dossier = Dossier::open(&subject.dossier)?;
    let engine = Engine::open(&dossier)?;
    check_payee(&engine, subject.medecin.as_ref())?;
    let doctors = engine.payees(scheme);
    let doctor = match (&subject.medecin, doctors) {
        (Some(doctor), _) => doctor.clone(),
        (None, [only]) => only.clone(),
        (None, several) => {
            return Err(Failure::usage(format!(
                "{} médecins dans ce dossier : choisissez avec --medecin ID",
                several.len()
            )));
        }
    };
    // Only this page is asked: what the others count changes nothing here.
    let question = Question {
        rules: &rules,
        scheme,
        at: campaign.into(),
        pages: &[page],
        doctor: Some(&doctor),
    };
    let evidence = engine.evidence(question)?;
    let counts = evidence.counts(&doctor)?;
    let people = People::read(&engine)?;
    let books = Books {
        rules: &rules,
        campaign,
        overlay: overlay.as_ref(),
        list: subject.patientele,
        doctor: Some(&doctor),
    };
    let answer = books.basis(scheme).one(page, &counts, &people)?;
    let mut rows = evidence.page(0)?;
    for row in &mut rows {
        row.among_the_denominator(page, campaign);
    }
    let mut out = String::new();
    head(&mut out, &doctor, answer.patients, page, campaign);
    if let Some(line) = overlay_line(overlay.as_ref()) {
        let _ = writeln!(out, "{line}");
    }
    out.push('\n');
    if let Some(patient) = &args.patient {
        one_patient(&mut out, &engine, page, campaign, &rows, patient)?;
        return text::print(&out);
    }
    account(&mut out, answer.source, &answer.account);
    if page.rule.unit.is_computed() {
        summary(&mut out, page, campaign, &rows, answer.measured);
        patients(&mut out, args, page, campaign, &rows);
    } else {
        let reason = match page.rule.unit {
            Unit::Unknown => "Indicateur dont le contenu est inconnu",
            _ => "Indicateur déclaré",
        };
        let _ = writeln!(out, "\n{reason} : les faits ne disent pas qui compte.");
    }
    text::print(&out)
}

fn head(out: &mut String, doctor: &str, patients: u64, page: &Page, campaign: Campaign) {
    let _ = writeln!(out, "{}", text::title(&page.title));
    let _ = writeln!(
        out,
        "{} ; campagne {campaign} ; médecin {doctor} ; {}",
        page.id,
        french::count(patients, "patient")
    );
}

/// Columns past which notes go under their line rather than beside it.
const FAR: usize = 72;

/// The account of the amount, one line a step, then the sources by number.
fn account(out: &mut String, source: Status, account: &Account) {
    let _ = writeln!(out, "Source la plus faible : {}\n", text::status(source));
    let mut sources: Vec<Sourced<()>> = Vec::new();
    let lines = account.lines_citing(&mut |source| {
        let at = sources.iter().position(|other| other == source).unwrap_or_else(|| {
            sources.push(source.clone());
            sources.len() - 1
        });
        format!("[{}]", at + 1)
    });
    let most = |column: fn(&AccountLine) -> &str| {
        lines.iter().map(|line| column(line).chars().count()).max().unwrap_or(0)
    };
    let value = most(|line| &line.value);
    let formula = most(|line| &line.formula);
    for line in &lines {
        let head = format!(
            "{}{:<value$}  {:<formula$}  ",
            "  ".repeat(line.depth + 1),
            line.value,
            line.formula
        );
        // What a number stands for reads better without a colon.
        let note = line.note.replace(" : [", " [");
        let notes: Vec<_> = note.split(" ; ").collect();
        if head.chars().count() <= FAR {
            text::packed(out, &head, &notes, " ; ");
        } else {
            let _ = writeln!(out, "{}", head.trim_end());
            text::packed(out, &" ".repeat(value + 6), &notes, " ; ");
        }
    }
    if !sources.is_empty() {
        let _ = writeln!(out, "\n{}", text::title("Sources"));
    }
    let status = sources.iter().map(|source| source.status.word().len()).max().unwrap_or(0);
    for (at, source) in sources.iter().enumerate() {
        let head = format!("  {:<4} {:<status$}  ", format!("[{}]", at + 1), source.status.word());
        text::packed(out, &head, &source.source.split(' ').collect::<Vec<_>>(), " ");
    }
}

/// How many patients meet each criterion; those of the numerator, among the
/// patients of the denominator.
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
        let left = if left_out < 2 { "laissée" } else { "laissées" };
        let _ = writeln!(
            out,
            "{} {left} de côté : répertoire non renseigné",
            french::count(left_out, "boîte")
        );
    }
    // Patients who do not count at all say nothing of the rate.
    let narrows = matches!(page.rule.unit, Unit::Patient);
    let mut table = Vec::new();
    for (at, (part, criterion)) in criteria(page, campaign).enumerate() {
        let total: u64 = rows
            .iter()
            .filter(|row| !narrows || part != Part::Numerator || row.counts.denominator > 0)
            .filter_map(|row| row.criteria.get(at))
            .map(|one| one.holds)
            .sum();
        table.push(vec![part.word().to_owned(), criterion.says.clone(), french::integer(total)]);
    }
    let of = match page.rule.unit {
        Unit::Box => "Boîtes",
        Unit::Treatment(_) => "Traitements",
        Unit::Event(_) => "Événements",
        Unit::Patient | Unit::Declared | Unit::Unknown => "Patients",
    };
    if table.is_empty() {
        out.push_str("Tous ceux de la patientèle.\n");
    } else {
        let _ = writeln!(out, "{}", text::table(&["Rôle", "Critère", of], "llr", table));
    }
}

/// Those who weigh on the rate: missing from a rising one, present in a
/// falling one.
fn patients(
    out: &mut String,
    args: &Explain,
    page: &Page,
    campaign: Campaign,
    rows: &[PatientEvidence],
) {
    let falling = page.rule.direction == Direction::Falling;
    let concerned: Vec<_> = rows
        .iter()
        .filter(|row| {
            if falling {
                row.counts.numerator > 0
            } else {
                row.counts.numerator < row.counts.denominator
            }
        })
        .collect();
    let what = match (falling, concerned.len()) {
        (true, 0 | 1) => "pèse sur le taux",
        (true, _) => "pèsent sur le taux",
        (false, _) => "à revoir",
    };
    let _ = writeln!(out, "\n{} {what}", french::count(concerned.len() as u64, "patient"));
    if concerned.is_empty() {
        return;
    }
    if !args.patients {
        out.push_str("Leur liste : ajoutez --patients ; un seul : --patient ID\n");
        return;
    }
    let mut table = Vec::new();
    for row in concerned {
        let fraction = format!("{}/{}", row.counts.numerator, row.counts.denominator);
        let told = row
            .numerator(page, campaign)
            .filter(|(_, evidence)| (evidence.holds > 0) == falling || evidence.fails.is_some());
        for (rank, (criterion, evidence)) in told.enumerate() {
            // The patient is named once, in front of the first criterion.
            let head = if rank == 0 {
                [row.patient.clone(), fraction.clone()]
            } else {
                Default::default()
            };
            let until = Some(criterion).filter(|_| !falling && evidence.holds == 0);
            let until = until.and_then(|criterion| deadline(criterion, campaign, None));
            let tail = [
                criterion.says.clone(),
                evidence.count.map_or_else(String::new, |count| count.to_string()),
                evidence.last.map_or_else(String::new, french::date),
                until.map_or_else(String::new, french::date),
            ];
            table.push(head.into_iter().chain(tail).collect());
        }
    }
    let what = if falling { "Ce qui compte" } else { "Ce qui manque" };
    let until = if falling { "" } else { "Jusqu'au" };
    let header = ["Patient", "Compte", what, "Vu", "Dernier", until];
    let _ = writeln!(out, "\n{}", text::table(&header, "lrlrll", table));
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
    let mut table = Vec::new();
    for (part, criterion, evidence) in row.by_criterion(page, campaign) {
        rows_of(&mut table, part.word(), 0, criterion, evidence, campaign);
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
        .filter(|fact| {
            fact.date <= Window::parse("01/01/N - 31/01/N+1").map_or(last, |w| w.days(campaign).1)
        })
        .map(|fact| {
            vec![
                french::date(fact.date),
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
        evidence.last.map_or_else(String::new, french::date),
    ]);
    if let Some(Test::AnyOf(options)) = &criterion.test {
        let applying = options.iter().filter(|option| option.applies(campaign));
        for (option, evidence) in applying.zip(&evidence.options) {
            rows_of(table, role, depth + 1, option, evidence, campaign);
        }
    }
}
