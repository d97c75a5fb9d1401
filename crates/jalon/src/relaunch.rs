//! `jalon relancer`

mod files;
mod json;
mod screen;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::Path;

use jalon_data::Dossier;
use jalon_engine::Engine;
use jalon_engine::ledger::{Book, Books, Counted, People};
use jalon_engine::worklist::{Aside, Finder, Gap, Histories, Order, Reading, Worklist, find};
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::campaign::Standpoint;
use jalon_rules::convention::Scheme;
use jalon_rules::overlay::Overlay;
use jalon_rules::{Campaign, Range, Rules, french};
use jiff::civil::Date;

use crate::args::{Relaunch, Sorting, Subject, WorkOutput};
use crate::compute::{asked, check_payee};
use crate::failure::Failure;
use crate::progress::Working;
use crate::{load, text};

/// Everything that is shown, whatever the format.
struct Outcome<'a, 'r> {
    campaign: Campaign,
    /// The last day of the facts, when it comes before that of the campaign.
    today: Option<Date>,
    rules: &'a Rules,
    dossier: &'a Dossier,
    overlay: Option<&'a Overlay>,
    payee: &'a str,
    /// Patients on the lists of the schemes.
    patients: u64,
    list: &'a Worklist<'r>,
    finders: &'a [Finder],
    /// Whether what is validated is listed too.
    facts: bool,
    notes: Vec<String>,
}

/// Runs the command.
pub fn run(args: &Relaunch) -> Result<(), Failure> {
    let subject = &args.subject;
    let format = format_of(args)?;
    let rules = load::rules(subject.regles.as_deref())?;
    let overlay = load::overlay(subject.complement.as_deref(), &rules)?;
    let (campaign, schemes) = asked(&rules, subject)?;
    let schemes = counted(subject, &schemes)?;
    let asked_day = args.au.map(|day| known_on(day, campaign)).transpose()?;
    let work = Working::on("Lecture des faits");
    let dossier = Dossier::open(&subject.dossier)?;
    let engine = Engine::open_as_of(&dossier, asked_day)?;
    let last_fact = engine.last_fact()?;
    let today = asked_day.or(last_fact).filter(|day| *day < campaign.reference_day());
    let today = today.and_then(|day| Standpoint::on(campaign, day));
    check_payee(&engine, subject.medecin.as_ref())?;
    let payee = payee(&engine, subject)?;
    let books = Books {
        rules: &rules,
        campaign,
        overlay: overlay.as_ref(),
        list: subject.patientele,
        doctor: Some(payee),
    };
    work.now("Calcul des indicateurs");
    let people = People::read(&engine)?;
    let mut readings = Vec::with_capacity(schemes.len());
    for scheme in &schemes {
        let counted = AnyScheme::Counted(scheme);
        if subject.dispositif.is_none() && !books.may_pay(&engine, counted, &people) {
            continue;
        }
        readings.push(Reading::of(&engine, &books, scheme, payee, today)?);
    }
    if subject.dispositif.is_none() {
        keep_applying(&mut readings, &books, &people, &engine, payee)?;
    }
    work.now("Valeur de chaque acte");
    let histories = Histories::read(&engine, payee)?;
    let today = today.map(Standpoint::reference_day);
    let mut list = Worklist::make(&books, &people, &readings, &histories, today)?;
    list.sort(match args.tri {
        Sorting::Besoin => Order::Need,
        Sorting::Valeur => Order::Worth,
    });
    let mut patients = BTreeSet::new();
    for reading in &readings {
        patients.append(&mut reading.evidence.patients_of(payee)?);
    }
    let schemes: Vec<&Scheme> = readings.iter().map(|reading| reading.scheme).collect();
    let finders = find(&engine, &books, &schemes, &patients)?;
    let outcome = Outcome {
        campaign,
        today,
        rules: &rules,
        dossier: &dossier,
        overlay: overlay.as_ref(),
        payee,
        patients: patients.len() as u64,
        list: &list,
        finders: &finders,
        facts: args.faits,
        notes: notes(&list, &histories, campaign, today, last_fact),
    };
    drop(work);
    write(&outcome, format, args.vers.as_deref(), subject)
}

/// The day asked for, one of the campaign.
fn known_on(day: Date, campaign: Campaign) -> Result<Date, Failure> {
    match Standpoint::on(campaign, day) {
        Some(at) => Ok(at.reference_day()),
        None => Err(Failure::usage(format!(
            "--au : le {} n'est pas de la campagne {campaign}\naide : --au {campaign}-10-15",
            french::date(day)
        ))),
    }
}

/// The format asked for, or that of the name of the file.
fn format_of(args: &Relaunch) -> Result<WorkOutput, Failure> {
    let extension = args.vers.as_deref().and_then(Path::extension);
    let by_name = match extension.map(OsStr::to_ascii_lowercase).as_deref() {
        Some(end) if end == "csv" => WorkOutput::Csv,
        Some(end) if end == "xlsx" => WorkOutput::Xlsx,
        Some(end) if end == "json" => WorkOutput::Json,
        _ => WorkOutput::Table,
    };
    let format = args.format.unwrap_or(by_name);
    match &args.vers {
        None if format == WorkOutput::Xlsx => Err(Failure::usage(
            "--format xlsx : il faut un fichier où écrire\naide : --vers relances.xlsx",
        )),
        Some(file) if file.is_dir() => {
            Err(Failure::usage("--vers : c'est un dossier ; donnez le nom d'un fichier à écrire"))
        }
        _ => Ok(format),
    }
}

/// The schemes that count indicators on patients.
fn counted<'r>(subject: &Subject, schemes: &[AnyScheme<'r>]) -> Result<Vec<&'r Scheme>, Failure> {
    let found: Vec<_> = schemes
        .iter()
        .filter_map(|scheme| match scheme {
            AnyScheme::Counted(scheme) => Some(*scheme),
            AnyScheme::Classes(_) | AnyScheme::Gate(_) => None,
        })
        .collect();
    match &subject.dispositif {
        Some(name) if found.is_empty() => Err(Failure::usage(format!(
            "{name} n'a pas d'indicateurs comptés sur les patients : personne à relancer"
        ))),
        _ => Ok(found),
    }
}

/// The one whose patients are listed.
fn payee<'a>(engine: &'a Engine, subject: &'a Subject) -> Result<&'a str, Failure> {
    match (&subject.medecin, engine.doctors()) {
        (Some(doctor), _) => Ok(doctor),
        (None, [only]) => Ok(only),
        (None, []) => Err(Failure::input("aucun médecin dans ce dossier")),
        (None, several) => Err(Failure::usage(format!(
            "{} médecins dans ce dossier : choisissez avec --medecin ID",
            several.len()
        ))),
    }
}

/// Leaves out the schemes that have nothing to say to the doctor: nobody on
/// the list, or patients for whom the centre is paid.
fn keep_applying<'r>(
    readings: &mut Vec<Reading<'r>>,
    books: &Books<'r>,
    people: &People,
    engine: &Engine,
    payee: &str,
) -> Result<(), Failure> {
    let counted: Vec<_> = readings
        .iter()
        .map(|reading| {
            (AnyScheme::Counted(reading.scheme), Counted::Pages(vec![reading.counts.clone()]))
        })
        .collect();
    let books = books.books(&counted, people, engine)?;
    let mine: Vec<&Book<'_>> = books.iter().filter(|book| book.payee == payee).collect();
    readings.retain(|reading| {
        let mut ledgers = mine.iter().flat_map(|book| &book.ledgers);
        ledgers.any(|ledger| ledger.scheme().id() == reading.scheme.id)
    });
    Ok(())
}

/// What the list leaves out, and how to read it.
fn notes(
    list: &Worklist<'_>,
    histories: &Histories,
    campaign: Campaign,
    today: Option<Date>,
    last_fact: Option<Date>,
) -> Vec<String> {
    let mut notes = Vec::new();
    match (today, last_fact) {
        (Some(today), _) => notes.push(format!(
            "Au {} : les règles de {campaign}, âges et listes de ce jour, année depuis le 1er janvier, durées en arrière de ce jour. Au {} : les mêmes faits, si rien d'autre n'arrive",
            french::date(today),
            french::date(campaign.reference_day())
        )),
        (None, Some(day)) if day < campaign.first_day() => notes.push(format!(
            "Les faits s'arrêtent le {}, avant l'année de la campagne : il n'y a pas d'état à ce jour",
            french::date(day)
        )),
        _ => {}
    }
    for (reason, says) in [
        (Aside::Falling, "À la baisse, qu'aucun acte de plus n'améliore"),
        (Aside::NotPatients, "Comptés en boîtes, en traitements ou en événements"),
        (Aside::Declared, "Déclarés par le médecin"),
        (Aside::Unknown, "De contenu inconnu"),
    ] {
        let pages: Vec<_> = list
            .aside
            .iter()
            .filter(|(_, other)| *other == reason)
            .map(|(page, _)| page.id.as_str())
            .collect();
        if !pages.is_empty() {
            notes.push(format!("{says}, donc absents de la liste : {}", pages.join(", ")));
        }
    }
    if list.rows.iter().any(|row| row.gaps.iter().any(|gap| !gap.is_open())) {
        notes.push("« — » : aucun acte ne peut plus changer la réponse, ou son délai est passé ; ce manque ne vaut rien et ne compte pas dans le tri".into());
    }
    if !histories.own_contacts {
        notes.push(
            "Dernier contact : dernier acte de quiconque, les actes ne nommant pas leur exécutant"
                .into(),
        );
    }
    if list.rows.iter().any(|row| row.unsettled(&list.targets) > 0) {
        notes.push("« ? » : le montant de l'indicateur est une fourchette qu'un acte de plus ne déplace pas ; ce qu'il vaut est inconnu".into());
    }
    if list.rows.iter().any(|row| !row.together.is_exact()) {
        notes.push("Une fourchette va de la différence des montants les plus bas à celle des plus hauts, avec et sans les actes".into());
    }
    notes
}

fn write(
    outcome: &Outcome<'_, '_>,
    format: WorkOutput,
    file: Option<&Path>,
    subject: &Subject,
) -> Result<(), Failure> {
    let bytes = match format {
        WorkOutput::Table => screen::page(outcome, subject).into_bytes(),
        WorkOutput::Csv => files::csv(outcome).into_bytes(),
        WorkOutput::Xlsx => files::xlsx(outcome)?,
        WorkOutput::Json => json::text(outcome).into_bytes(),
    };
    let Some(file) = file else {
        return text::print(&String::from_utf8_lossy(&bytes));
    };
    let bytes = match format {
        WorkOutput::Table => {
            let page = String::from_utf8_lossy(&bytes);
            anstream::adapter::strip_str(&page).to_string().into_bytes()
        }
        _ => bytes,
    };
    std::fs::write(file, bytes).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Failure::usage("--vers : le dossier de ce fichier n'existe pas"),
        ErrorKind::PermissionDenied => Failure::machine("--vers : écriture refusée"),
        _ => Failure::machine("--vers : écriture impossible"),
    })?;
    text::print(&format!(
        "{} à relancer, dans {}\n",
        french::count(outcome.to_call() as u64, "patient"),
        file.display()
    ))
}

impl Outcome<'_, '_> {
    /// Patients with a gap that an act can close.
    fn to_call(&self) -> usize {
        self.list.rows.iter().filter(|row| row.open() > 0).count()
    }

    /// The identifier of the indicator of a gap or of a fact.
    fn indicator(&self, at: usize) -> &str {
        self.list.targets.get(at).map_or("", |target| target.page.id.as_str())
    }

    /// The scheme of that indicator.
    fn scheme(&self, at: usize) -> &str {
        self.list.targets.get(at).map_or("", |target| target.scheme.id.as_str())
    }
}

/// What closing a gap would add, where an act can close it and its worth is
/// known.
fn worth<'a>(outcome: &Outcome<'_, '_>, gap: &'a Gap) -> Option<&'a Range> {
    let target = outcome.list.targets.get(gap.target)?;
    (gap.is_open() && !target.is_unsettled()).then_some(&gap.worth)
}
