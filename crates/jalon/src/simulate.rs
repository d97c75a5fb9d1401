//! `jalon simuler`

use std::fmt::Write as _;
use std::path::Path;

use jalon_data::Dossier;
use jalon_engine::Engine;
use jalon_engine::ledger::{Book, Books, People};
use jalon_engine::simulation::{Moved, Present, Simulated, SimulationError, simulate};
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::reform::{Change, Reform};
use jalon_rules::rules::RulesError;
use jalon_rules::{Campaign, Fraction, Range, Rules, french};

use crate::args::{Output, Simulate};
use crate::failure::Failure;
use crate::json::simulate as told;
use crate::json::{self, Interval, Origin};
use crate::progress::Working;
use crate::{compute, load, text};

/// The percentages of the deciles.
const DECILES: [u8; 9] = [10, 20, 30, 40, 50, 60, 70, 80, 90];

/// Runs the command.
pub fn run(args: &Simulate) -> Result<(), Failure> {
    let rules = load::rules(args.regles.as_deref())?;
    let overlay = load::overlay(args.complement.as_deref(), &rules)?;
    let (campaign, schemes) = compute::schemes(&rules, args.dispositif.as_deref(), args.campagne)?;
    let reforms = reforms(args)?;
    let mut changes = Vec::new();
    for reform in &reforms {
        changes.extend(understood(reform, &rules, &schemes, campaign)?);
    }
    let work = Working::on("Lecture des faits");
    let dossier = Dossier::open(&args.dossier)?;
    let engine = Engine::open(&dossier)?;
    let books =
        Books { rules: &rules, campaign, overlay: overlay.as_ref(), list: None, doctor: None };
    work.now("Calcul des indicateurs");
    let people = People::read(&engine)?;
    let counted = books.count_all(&engine, &people, &schemes, campaign)?;
    let paid: Vec<Book<'_>> = books.books(&counted, &people, &engine)?;
    work.now("Simulation");
    let present = Present { books, counted: &counted, people: &people, paid: &paid };
    let simulated = simulate(&present, &changes).map_err(|error| match error {
        SimulationError::Disordered(_) => refusal(&reforms, &error.to_string()),
        SimulationError::Ledger(error) => error.into(),
    })?;
    drop(work);
    match args.format {
        Output::Table => {
            let note = compute::overlay_line(overlay.as_ref());
            text::print(&table(args, campaign, &reforms, &simulated, note.as_deref()))
        }
        Output::Csv => text::print(&csv(&simulated)),
        Output::Json => {
            let origin = Origin::new(&rules, &dossier, overlay.as_ref());
            let document = document(args, campaign, origin, &reforms, &simulated);
            text::print(&json::text(&document))
        }
    }
}

/// The reforms asked for, files first.
fn reforms(args: &Simulate) -> Result<Vec<Reform>, Failure> {
    let mut reforms =
        args.reforme.iter().map(|name| reform(name)).collect::<Result<Vec<_>, _>>()?;
    if !args.modifier.is_empty() {
        let reform = Reform::of_arguments(&args.modifier).map_err(|fault| {
            let hint = fault.hint.as_deref().unwrap_or_default();
            Failure::usage(format!("--modifier {} : {}\naide : {hint}", fault.text, fault.message))
        })?;
        reforms.push(reform);
    }
    Ok(reforms)
}

/// A bundled reform, or a file.
fn reform(name: &str) -> Result<Reform, Failure> {
    let path = Path::new(name);
    let is_file = path.extension().is_some() || name.contains('/') || path.is_file();
    let read = if is_file {
        let bytes = std::fs::read(path).map_err(|error| load::unreadable(path, &error))?;
        Reform::parse(name, &String::from_utf8_lossy(&bytes))
    } else {
        Reform::bundled(name).ok_or_else(|| {
            let names = Reform::bundled_names();
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            Failure::usage(load::unknown("nom de réforme", name, &names))
        })?
    };
    read.map_err(|faults| RulesError(faults).into())
}

/// What a reform changes; every fault together.
fn understood(
    reform: &Reform,
    rules: &Rules,
    schemes: &[AnyScheme<'_>],
    campaign: Campaign,
) -> Result<Vec<Change>, Failure> {
    reform.changes(rules, schemes, campaign).map_err(|faults| {
        let places: Vec<_> = faults.iter().filter_map(|fault| reform.placed(fault)).collect();
        if !places.is_empty() {
            return RulesError(places).into();
        }
        let lines: Vec<_> = faults
            .iter()
            .map(|fault| {
                let hint = fault.hint.as_ref().map(|hint| format!("\naide : {hint}"));
                let hint = hint.unwrap_or_default();
                format!("--modifier {} : {}{hint}", fault.text, fault.message)
            })
            .collect();
        Failure::usage(lines.join("\n"))
    })
}

/// A reform that contradicts itself: a fault of the command line, or of a file.
fn refusal(reforms: &[Reform], message: &str) -> Failure {
    if reforms.iter().any(Reform::is_of_arguments) {
        Failure::usage(format!("--modifier : {message}"))
    } else {
        Failure::input(message)
    }
}

/// Reforms that say or do something.
fn effective<'r>(reforms: &'r [Reform], simulated: &Simulated) -> Vec<(&'r Reform, Vec<&'r str>)> {
    let changing = |reform: &'r Reform| -> Vec<&'r str> {
        let texts = reform.modifications.iter().map(|one| one.text.as_str());
        texts.filter(|text| simulated.effective.iter().any(|one| one == text)).collect()
    };
    reforms
        .iter()
        .map(|reform| (reform, changing(reform)))
        .filter(|(reform, effective)| !reform.left_out.is_empty() || !effective.is_empty())
        .collect()
}

fn signed(value: &Fraction) -> String {
    let sign = if value.is_negative() || value.is_zero() { "" } else { "+" };
    format!("{sign}{}", french::euros(value))
}

/// A difference as people read it.
pub fn difference(range: &Range) -> String {
    text::interval(range, signed)
}

fn row(name: &str, moved: &Moved) -> Vec<String> {
    vec![
        name.to_owned(),
        text::interval(&moved.before, french::euros),
        text::interval(&moved.after, french::euros),
        difference(&moved.difference),
    ]
}

fn table(
    args: &Simulate,
    campaign: Campaign,
    reforms: &[Reform],
    simulated: &Simulated,
    note: Option<&str>,
) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}", text::title(&format!("Simulation, campagne {campaign}")));
    if let Some(note) = note {
        let _ = writeln!(out, "{note}");
    }
    heads(&mut out, reforms, simulated);
    out.push('\n');
    let mut rows: Vec<_> =
        simulated.by_scheme().iter().map(|(scheme, moved)| row(scheme, moved)).collect();
    let total = format!("Total ({})", french::count(simulated.payees.len() as u64, "médecin"));
    rows.push(row(&total, &simulated.total()));
    out.push_str(&text::table(
        &["Dispositif", "Aujourd'hui", "Réforme", "Différence"],
        "lrrr",
        rows,
    ));
    out.push('\n');
    let sides = simulated.sides();
    let number = |count: usize| french::integer(count as u64);
    let _ = writeln!(
        out,
        "\nGagnants : {} ; perdants : {} ; inchangés : {} ; incertains : {}",
        number(sides.winners),
        number(sides.losers),
        number(sides.unmoved),
        number(sides.unsure)
    );
    if simulated.payees.len() > 1 {
        let deciles: Vec<_> = DECILES
            .iter()
            .enumerate()
            .filter_map(|(at, percent)| {
                let range = simulated.percentile(*percent)?;
                Some(format!("D{} {}", at + 1, difference(&range)))
            })
            .collect();
        let deciles: Vec<_> = deciles.iter().map(String::as_str).collect();
        text::packed(&mut out, "Déciles de la différence : ", &deciles, " ; ");
    }
    if !simulated.objectives.is_empty() {
        objectives(&mut out, simulated);
    }
    if args.par_medecin {
        out.push('\n');
        let rows = simulated.payees.iter().map(|payee| row(&payee.id, &payee.total())).collect();
        let header = ["Médecin", "Aujourd'hui", "Réforme", "Différence"];
        out.push_str(&text::table(&header, "lrrr", rows));
        out.push('\n');
    }
    out.push_str("\nChaque dispositif de chaque médecin est arrondi au centime, comme il serait versé ; les totaux sont les sommes de ces montants.\n");
    if !args.par_medecin && simulated.payees.len() > 1 {
        out.push_str("Une ligne par médecin : ajoutez --par-medecin.\n");
    }
    out
}

/// What is simulated, and what cannot be.
fn heads(out: &mut String, reforms: &[Reform], simulated: &Simulated) {
    for (reform, effective) in effective(reforms, simulated) {
        let _ = writeln!(out, "\n{} ({})", reform.title, reform.source);
        for line in reform.explanation.lines() {
            let _ = writeln!(out, "{line}");
        }
        for text in effective {
            let _ = writeln!(out, "  {text}");
        }
        for line in &reform.left_out {
            let _ = writeln!(out, "{}", text::warning(&format!("Non calculé : {line}")));
        }
    }
    let idle: Vec<_> = reforms
        .iter()
        .flat_map(|reform| &reform.modifications)
        .map(|one| one.text.as_str())
        .filter(|text| !simulated.effective.iter().any(|one| one == text))
        .collect();
    if !idle.is_empty() {
        out.push('\n');
        text::packed(out, "Sans effet ici : ", &idle, " ; ");
    }
    if simulated.strangers > 0 {
        out.push_str("Une décision vise un médecin absent de ce dossier.\n");
    }
}

/// The objectives that percentiles became.
fn objectives(out: &mut String, simulated: &Simulated) {
    out.push('\n');
    let rows = simulated
        .objectives
        .iter()
        .map(|one| {
            let value = |value: Option<&Fraction>| {
                value.map_or_else(|| "inchangé".to_owned(), |value| french::short(value, 2))
            };
            let (low, high) = one.values.as_ref().map(|(low, high)| (low, high)).unzip();
            vec![one.page.clone(), french::integer(one.doctors as u64), value(low), value(high)]
        })
        .collect();
    let header = ["Objectifs recalculés", "Médecins", "Intermédiaire", "Cible"];
    out.push_str(&text::table(&header, "lrrr", rows));
    out.push('\n');
}

fn document(
    args: &Simulate,
    campaign: Campaign,
    origine: Origin,
    reforms: &[Reform],
    simulated: &Simulated,
) -> told::Simulation {
    let reform = |(reform, effective): (&Reform, Vec<&str>)| told::Reform {
        titre: reform.title.clone(),
        explication: reform.explanation.clone(),
        source: reform.source.clone(),
        modifications: effective.into_iter().map(str::to_owned).collect(),
        incalculable: reform.left_out.clone(),
    };
    let sides = simulated.sides();
    let percentile = |percent: &u8| Some(Interval::euros(&simulated.percentile(*percent)?));
    told::Simulation {
        campagne: campaign.year(),
        origine,
        reformes: effective(reforms, simulated).into_iter().map(reform).collect(),
        total: (&simulated.total()).into(),
        dispositifs: told::Scheme::all(&simulated.by_scheme()),
        gagnants: sides.winners,
        perdants: sides.losers,
        inchanges: sides.unmoved,
        incertains: sides.unsure,
        deciles: DECILES.iter().filter_map(percentile).collect(),
        objectifs: simulated.objectives.iter().map(Into::into).collect(),
        medecins: args.par_medecin.then(|| simulated.payees.iter().map(Into::into).collect()),
    }
}

/// One row per payee and scheme.
fn csv(simulated: &Simulated) -> String {
    let mut out = String::from(
        "medecin,dispositif,avant_min,avant_max,apres_min,apres_max,difference_min,difference_max\n",
    );
    for payee in &simulated.payees {
        for (scheme, moved) in &payee.schemes {
            let ends = [&moved.before, &moved.after, &moved.difference];
            let ends = ends.map(|range| {
                format!("{},{}", range.min().to_decimal(2), range.max().to_decimal(2))
            });
            let _ = writeln!(out, "{},{scheme},{}", compute::quoted(&payee.id), ends.join(","));
        }
    }
    out
}
