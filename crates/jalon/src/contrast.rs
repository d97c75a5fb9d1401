//! `jalon comparer`

mod files;
mod lines;
mod screen;

use jalon_data::Dossier;
use jalon_engine::Engine;
use jalon_engine::ledger::{Books, Ledger, Part, People};
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::replacement::Pair;
use jalon_rules::{Campaign, Range, Rules};

use crate::args::{Contrast, Output};
use crate::failure::Failure;
use crate::json::Origin;
use crate::progress::Working;
use crate::{compute, json, load, text};

/// Runs the command.
pub fn run(args: &Contrast) -> Result<(), Failure> {
    let rules = load::rules(args.regles.as_deref())?;
    let overlay = load::overlay(args.complement.as_deref(), &rules)?;
    let (first, old) = compute::schemes(&rules, None, args.avant)?;
    let (second, new) = compute::schemes(&rules, None, args.apres)?;
    if first >= second {
        return Err(Failure::usage("--avant : la première campagne vient avant la seconde"));
    }
    let work = Working::on("Lecture des faits");
    let dossier = Dossier::open(&args.dossier)?;
    let engine = Engine::open(&dossier)?;
    compute::check_payee(&engine, args.medecin.as_ref())?;
    let people = People::read(&engine)?;
    work.now("Calcul des deux campagnes");
    let books = |campaign| Books {
        rules: &rules,
        campaign,
        overlay: overlay.as_ref(),
        list: None,
        doctor: args.medecin.as_deref(),
    };
    let facts = if args.memes_faits { first } else { second };
    let before = payees(&books(first), &engine, &people, &old, first)?;
    let after = payees(&books(second), &engine, &people, &new, facts)?;
    drop(work);
    let pairs = rules.pairs(&paying(&old, &before), &paying(&new, &after));
    let contrast = Compared { args, rules: &rules, first, second, pairs, before, after };
    match args.format {
        Output::Table => text::print(&screen::page(&contrast, overlay.as_ref())),
        Output::Csv => text::print(&files::csv(&contrast)),
        Output::Json => {
            let origin = Origin::new(&rules, &dossier, overlay.as_ref());
            text::print(&json::text(&files::document(&contrast, origin)))
        }
    }
}

/// What one payee receives.
struct Payee<'r> {
    id: String,
    schemes: Vec<Paid<'r>>,
}

/// What a scheme pays someone.
struct Paid<'r> {
    scheme: &'r str,
    /// Rounded to the cent, as it would be paid.
    euros: Range,
    /// What the unrounded amount is made of.
    parts: Vec<Part<'r>>,
}

struct Compared<'a, 'r> {
    args: &'a Contrast,
    rules: &'r Rules,
    first: Campaign,
    second: Campaign,
    pairs: Vec<Pair<'r>>,
    before: Vec<Payee<'r>>,
    after: Vec<Payee<'r>>,
}

/// Amounts of both sides, and what separates them.
struct Sums {
    before: Range,
    after: Range,
    difference: Range,
}

fn payees<'r>(
    books: &Books<'r>,
    engine: &Engine,
    people: &People,
    schemes: &[AnyScheme<'r>],
    facts: Campaign,
) -> Result<Vec<Payee<'r>>, Failure> {
    let counted = books.count_all(engine, people, schemes, facts)?;
    let paid = |ledger: &Ledger<'r>| Paid {
        scheme: ledger.scheme().id(),
        euros: ledger.euros().round(2),
        parts: ledger.parts(),
    };
    let books = books.books(&counted, people, engine)?;
    Ok(books
        .into_iter()
        .map(|book| Payee { schemes: book.ledgers.iter().map(paid).collect(), id: book.payee })
        .collect())
}

/// The schemes that say something to someone, in the order of the rules.
fn paying<'r>(schemes: &[AnyScheme<'r>], payees: &[Payee<'r>]) -> Vec<&'r str> {
    let all = schemes.iter().map(|scheme| scheme.id());
    all.filter(|id| {
        let mut paid = payees.iter().flat_map(|payee| &payee.schemes);
        paid.any(|paid| paid.scheme == *id)
    })
    .collect()
}

impl<'r> Compared<'_, 'r> {
    /// Amounts of a pair, or of all, for one payee, or for all.
    fn sums(&self, pair: Option<&Pair<'r>>, payee: Option<&str>) -> Sums {
        let side = |payees: &[Payee<'r>], schemes: Option<&Vec<&str>>| -> Range {
            let wanted = |id: &str| schemes.is_none_or(|schemes| schemes.contains(&id));
            let mine = of(payees, payee).filter(|paid| wanted(paid.scheme));
            mine.map(|paid| &paid.euros).sum()
        };
        let before = side(&self.before, pair.map(|pair| &pair.before));
        let after = side(&self.after, pair.map(|pair| &pair.after));
        let difference = &after - &before;
        Sums { before, after, difference }
    }

    /// Everyone paid in either campaign, sorted.
    fn payees(&self) -> Vec<&str> {
        let mut ids: Vec<_> =
            self.before.iter().chain(&self.after).map(|payee| payee.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// What one payee, or everyone, is paid.
fn of<'p, 'r>(
    payees: &'p [Payee<'r>],
    payee: Option<&'p str>,
) -> impl Iterator<Item = &'p Paid<'r>> {
    let wanted = move |one: &&Payee<'r>| payee.is_none_or(|id| one.id == id);
    payees.iter().filter(wanted).flat_map(|payee| &payee.schemes)
}
