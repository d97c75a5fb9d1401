//! `jalon calculer`

use std::fmt::Write as _;
use std::path::Path;

use jalon_data::Dossier;
use jalon_engine::ledger::{Book, Books, Counted, Ledger, People};
use jalon_engine::{Engine, Question};
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::overlay::Overlay;
use jalon_rules::{Campaign, Range, Rules, Status, french};

use crate::args::{Compute, Output, Subject};
use crate::failure::Failure;
use crate::progress::Working;
use crate::{json, load, sheet, text};

/// Runs the command.
pub fn run(args: &Compute) -> Result<(), Failure> {
    let subject = &args.subject;
    let rules = load::rules(subject.regles.as_deref())?;
    let overlay = load::overlay(subject.complement.as_deref(), &rules)?;
    let (campaign, schemes) = asked(&rules, subject)?;
    let work = Working::on("Lecture des faits");
    let dossier = Dossier::open(&subject.dossier)?;
    let engine = Engine::open(&dossier)?;
    check_payee(&engine, subject.medecin.as_ref())?;
    let books = Books {
        rules: &rules,
        campaign,
        overlay: overlay.as_ref(),
        list: subject.patientele,
        doctor: subject.medecin.as_deref(),
    };
    if args.requete {
        drop(work);
        return text::print(&queries(&engine, &books, &schemes));
    }
    work.now("Calcul des indicateurs");
    let people = People::read(&engine)?;
    let all = match schemes[..] {
        // A scheme asked for is shown, even to those to whom it says nothing.
        [scheme] if subject.dispositif.is_some() => {
            let counted = match &args.preuves {
                Some(file) => written(&engine, &books, scheme, file)?,
                None => books.count(&engine, scheme)?,
            };
            let ledgers = books.pay(scheme, &counted, &people)?.into_iter();
            ledgers
                .map(|ledger| Book { payee: ledger.payee().to_owned(), ledgers: vec![ledger] })
                .collect()
        }
        _ if args.preuves.is_some() => return Err(one_scheme_at_a_time()),
        _ => {
            let counted = books.count_all(&engine, &people, &schemes, campaign)?;
            books.books(&counted, &people, &engine)?
        }
    };
    drop(work);
    match args.format {
        Output::Table => text::print(&table(subject, campaign, &all, overlay.as_ref())),
        Output::Csv => text::print(&csv(&all)),
        Output::Json => {
            let overlay = overlay.as_ref();
            let result = json::compute::Outcome::new(campaign, &rules, &dossier, overlay, &all);
            text::print(&json::text(&result))
        }
    }
}

fn one_scheme_at_a_time() -> Failure {
    Failure::usage("--preuves : un seul dispositif à indicateurs, avec --dispositif NOM")
}

/// Writes the evidence of the only scheme asked for, and counts from it.
fn written<'r>(
    engine: &Engine,
    books: &Books<'r>,
    scheme: AnyScheme<'r>,
    file: &Path,
) -> Result<Counted, Failure> {
    let AnyScheme::Counted(scheme) = scheme else { return Err(one_scheme_at_a_time()) };
    if file.is_dir() {
        return Err(Failure::usage(
            "--preuves : c'est un dossier ; donnez le nom d'un fichier à écrire",
        ));
    }
    let pages = books.basis(scheme).pages();
    let Books { rules, campaign, doctor, .. } = *books;
    let question = Question { rules, scheme, at: campaign.into(), pages: &pages, doctor };
    let counts = engine.write_evidence(question, file)?;
    Ok(Counted::Pages(counts))
}

/// The campaign and the schemes asked for: one, or all those of the campaign.
pub fn asked<'r>(
    rules: &'r Rules,
    subject: &Subject,
) -> Result<(Campaign, Vec<AnyScheme<'r>>), Failure> {
    schemes(rules, subject.dispositif.as_deref(), subject.campagne)
}

/// The same, by their names.
pub fn schemes<'r>(
    rules: &'r Rules,
    dispositif: Option<&str>,
    campagne: i16,
) -> Result<(Campaign, Vec<AnyScheme<'r>>), Failure> {
    if let Some(id) = dispositif {
        let scheme = load::scheme(rules, id)?;
        return Ok((load::campaign(scheme, campagne)?, vec![scheme]));
    }
    let campaign = load::any_campaign(rules, campagne)?;
    let schemes = rules.any_schemes().into_iter();
    Ok((campaign, schemes.filter(|scheme| scheme.covers(campaign)).collect()))
}

/// Whoever is asked for must be someone of the dossier.
pub fn check_payee(engine: &Engine, payee: Option<&String>) -> Result<(), Failure> {
    match payee {
        Some(one) if !engine.doctors().contains(one) && !engine.centres().contains(one) => {
            Err(Failure::usage("--medecin : aucun médecin de ce nom dans la table medecins"))
        }
        _ => Ok(()),
    }
}

/// What every output says when values are invented or added.
pub fn overlay_line(overlay: Option<&Overlay>) -> Option<String> {
    overlay.map(|overlay| text::warning(&overlay_words(overlay)))
}

/// The same, for files.
pub fn overlay_words(overlay: &Overlay) -> String {
    let nature = match overlay.status {
        Status::Fictif => "VALEURS FICTIVES",
        _ => "Valeurs ajoutées",
    };
    format!("{nature} : {} ({})", overlay.title, overlay.source)
}

/// The queries behind the counts of every scheme.
fn queries(engine: &Engine, books: &Books<'_>, schemes: &[AnyScheme<'_>]) -> String {
    let mut out = String::new();
    for scheme in schemes {
        let query = books.query(engine, *scheme);
        let before = if out.is_empty() { "" } else { "\n" };
        let _ = writeln!(out, "{before}-- {}\n{query}", scheme.id());
    }
    out
}

fn table(
    subject: &Subject,
    campaign: Campaign,
    books: &[Book<'_>],
    overlay: Option<&Overlay>,
) -> String {
    let mut out = String::new();
    match books {
        [] => out.push_str("Aucun médecin dans ce dossier.\n"),
        [book] => one(&mut out, subject, campaign, book, overlay),
        several => many(&mut out, subject, campaign, several, overlay),
    }
    out
}

/// One payee: a table by scheme, then all of them together.
fn one(
    out: &mut String,
    subject: &Subject,
    campaign: Campaign,
    book: &Book<'_>,
    overlay: Option<&Overlay>,
) {
    for (at, ledger) in book.ledgers.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let note = (at == 0).then(|| overlay_line(overlay)).flatten();
        sheet::write(out, ledger, campaign, note.as_deref());
    }
    if book.ledgers.len() > 1 {
        out.push('\n');
        sheet::together(out, book, campaign);
    }
    footnotes(out, subject, &book.euros(), overlay);
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

/// Several payees: a line each.
fn many(
    out: &mut String,
    subject: &Subject,
    campaign: Campaign,
    books: &[Book<'_>],
    overlay: Option<&Overlay>,
) {
    let mut schemes: Vec<AnyScheme<'_>> = Vec::new();
    for scheme in books.iter().flat_map(|book| &book.ledgers).map(Ledger::scheme) {
        if schemes.iter().all(|known| known.id() != scheme.id()) {
            schemes.push(scheme);
        }
    }
    let head = match schemes[..] {
        [scheme] => format!("{}, campagne {campaign}", scheme.name()),
        _ => format!("Campagne {campaign}"),
    };
    let _ = writeln!(out, "{}", text::title(&head));
    if let Some(line) = overlay_line(overlay) {
        let _ = writeln!(out, "{line}");
    }
    out.push('\n');
    let single = schemes.len() == 1;
    let row = |name: &str, patients: u64, points: Option<&Range>, euros: &Range, source: Status| {
        let mut row = vec![name.to_owned(), french::integer(patients)];
        if single {
            row.push(points.map_or_else(String::new, |points| {
                text::interval(points, |points| french::short(points, 1))
            }));
        }
        row.push(text::interval(euros, french::euros));
        row.push(text::status(source));
        row
    };
    let patients = |book: &Book<'_>| {
        book.ledgers.iter().map(|ledger| ledger.list().patients).max().unwrap_or_default()
    };
    let source =
        |book: &Book<'_>| book.ledgers.iter().map(Ledger::source).max().unwrap_or(Status::Officiel);
    let points = |book: &Book<'_>| book.ledgers.first().and_then(Ledger::points).cloned();
    let mut rows: Vec<_> = books
        .iter()
        .map(|book| {
            row(&book.payee, patients(book), points(book).as_ref(), &book.euros(), source(book))
        })
        .collect();
    let euros: Range = books.iter().map(Book::euros).collect::<Vec<_>>().iter().sum();
    let all_points: Option<Vec<Range>> = books.iter().map(points).collect();
    let all_points: Option<Range> = all_points.map(|points| points.iter().sum());
    let total = format!("Total ({})", french::count(books.len() as u64, "médecin"));
    rows.push(row(
        &total,
        books.iter().map(patients).sum(),
        all_points.as_ref(),
        &euros,
        books.iter().map(source).max().unwrap_or(Status::Officiel),
    ));
    if single {
        let header = ["Médecin", "Patientèle", "Points", "Euros", "Source"];
        out.push_str(&text::table(&header, "lrrrl", rows));
    } else {
        out.push_str(&text::table(&["Médecin", "Patientèle", "Euros", "Source"], "lrrl", rows));
    }
    out.push('\n');
    footnotes(out, subject, &euros, overlay);
    out.push_str("Indicateurs d'un médecin : ajoutez --medecin ID, ou --format csv pour tous.\n");
}

/// One row per payee, scheme and indicator, comma separated, decimal points.
fn csv(books: &[Book<'_>]) -> String {
    let mut out = String::from(
        "medecin,dispositif,patientele,indicateur,statut,numerateur,denominateur,taux,intermediaire,cible,seuil,depart,\
         realisation_min,realisation_max,points_min,points_max,euros_min,euros_max,source\n",
    );
    for ledger in books.iter().flat_map(|book| &book.ledgers) {
        let scheme = json::compute::Scheme::new(ledger);
        for indicator in &scheme.indicateurs {
            let bounds = |interval: Option<&json::Interval>| {
                let bounds = interval.map(|one| (one.min.clone(), one.max.clone()));
                bounds.map_or((None, None), |(min, max)| (Some(min), Some(max)))
            };
            let realisation = bounds(indicator.realisation.as_ref());
            let points = bounds(indicator.points.as_ref());
            let cells = [
                Some(ledger.payee().to_owned()),
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
                realisation.0,
                realisation.1,
                points.0,
                points.1,
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

pub fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
