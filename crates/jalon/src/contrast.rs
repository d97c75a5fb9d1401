//! `jalon comparer`

use std::fmt::Write as _;

use jalon_data::Dossier;
use jalon_engine::Engine;
use jalon_engine::ledger::{Book, Books, People};
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::overlay::Overlay;
use jalon_rules::{Campaign, Range, Rules, french};
use serde_json::{Value, json};

use crate::args::{Contrast, Output};
use crate::failure::Failure;
use crate::json::Complement;
use crate::progress::Working;
use crate::simulate::{difference, interval};
use crate::{compute, load, text};

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
    let before = amounts(&books(first), &engine, &people, &old, first)?;
    let after = amounts(&books(second), &engine, &people, &new, facts)?;
    drop(work);
    let ids = |schemes: &[AnyScheme<'_>]| -> Vec<String> {
        schemes.iter().map(|scheme| scheme.id().to_owned()).collect()
    };
    let pairs = pairs(&rules, &ids(&old), &ids(&new));
    let contrast = Compared { args, first, second, pairs, before, after };
    match args.format {
        Output::Table => text::print(&contrast.table(overlay.as_ref())),
        Output::Csv => text::print(&contrast.csv()),
        Output::Json => {
            let mut told = contrast.document();
            told["moteur"] = json!(env!("CARGO_PKG_VERSION"));
            told["regles"] = json!(rules.hash());
            told["donnees"] = json!(dossier.hash());
            told["complement"] = json!(overlay.as_ref().map(Complement::new));
            text::print(&format!("{told}\n"))
        }
    }
}

/// What one payee receives from each scheme, rounded to the cent.
struct Payee {
    id: String,
    schemes: Vec<(String, Range)>,
}

/// Schemes of one campaign and those of another that came in their place.
struct Pair {
    before: Vec<String>,
    after: Vec<String>,
}

struct Compared<'a> {
    args: &'a Contrast,
    first: Campaign,
    second: Campaign,
    pairs: Vec<Pair>,
    before: Vec<Payee>,
    after: Vec<Payee>,
}

fn amounts<'r>(
    books: &Books<'r>,
    engine: &Engine,
    people: &People,
    schemes: &[AnyScheme<'r>],
    facts: Campaign,
) -> Result<Vec<Payee>, Failure> {
    let counted = books.count_all(engine, people, schemes, facts)?;
    let paid = books.books(&counted, people, engine)?;
    let schemes = |book: &Book<'_>| {
        let ledgers = book.ledgers.iter();
        ledgers.map(|ledger| (ledger.scheme().id().to_owned(), ledger.euros().round(2))).collect()
    };
    Ok(paid.iter().map(|book| Payee { id: book.payee.clone(), schemes: schemes(book) }).collect())
}

/// Which schemes stand beside which: those of the same name, those that the
/// conventions say replaced others, then those that stand alone.
fn pairs(rules: &Rules, before: &[String], after: &[String]) -> Vec<Pair> {
    let replacements = || {
        rules
            .conventions()
            .iter()
            .flat_map(|convention| &convention.replacements)
            .map(|one| &one.value)
    };
    let mut pairs: Vec<Pair> = Vec::new();
    for old in before {
        let heirs: Vec<String> = if after.contains(old) {
            vec![old.clone()]
        } else {
            let heirs =
                replacements().filter(|one| one.before == *old && after.contains(&one.after));
            heirs.map(|one| one.after.clone()).collect()
        };
        let shares = |pair: &&mut Pair| heirs.iter().any(|heir| pair.after.contains(heir));
        match pairs.iter_mut().find(shares) {
            Some(pair) => {
                pair.before.push(old.clone());
                pair.after.extend(heirs);
                pair.after.dedup();
            }
            None => pairs.push(Pair { before: vec![old.clone()], after: heirs }),
        }
    }
    for new in after {
        if pairs.iter().all(|pair| !pair.after.contains(new)) {
            pairs.push(Pair { before: Vec::new(), after: vec![new.clone()] });
        }
    }
    pairs
}

/// What these payees receive from a scheme.
fn sum<'p>(payees: impl Iterator<Item = &'p Payee>, scheme: &str) -> Range {
    let amounts = payees.flat_map(|payee| &payee.schemes).filter(|(id, _)| id == scheme);
    amounts.map(|(_, euros)| euros).sum()
}

impl Compared<'_> {
    /// Amounts of a pair, or of all, for one payee, or for all.
    fn sums(&self, pair: Option<&Pair>, payee: Option<&str>) -> [Range; 3] {
        let wanted = |one: &&Payee| payee.is_none_or(|id| one.id == id);
        let all = |payees: &[Payee], schemes: Option<&[String]>| -> Range {
            let amounts = payees.iter().filter(wanted).flat_map(|payee| &payee.schemes);
            let amounts =
                amounts.filter(|(id, _)| schemes.is_none_or(|schemes| schemes.contains(id)));
            amounts.map(|(_, euros)| euros).sum()
        };
        let before = all(&self.before, pair.map(|pair| pair.before.as_slice()));
        let after = all(&self.after, pair.map(|pair| pair.after.as_slice()));
        let difference = &after - &before;
        [before, after, difference]
    }

    fn table(&self, overlay: Option<&Overlay>) -> String {
        let Self { first, second, .. } = self;
        let mut out = String::new();
        let head = format!("Campagne {first} et campagne {second}");
        let _ = writeln!(out, "{}", text::title(&head));
        if let Some(line) = compute::overlay_line(overlay) {
            let _ = writeln!(out, "{line}");
        }
        if self.args.memes_faits {
            let _ = writeln!(
                out,
                "Mêmes faits : les règles de {second} appliquées aux jours et aux âges de {first}."
            );
        } else {
            let _ = writeln!(
                out,
                "Chaque campagne à son jour de référence, sur les faits du dossier ; s'ils s'arrêtent en {first}, ajoutez --memes-faits."
            );
        }
        out.push('\n');
        let euros = |range: &Range| text::interval(range, french::euros);
        let mut rows = Vec::new();
        for pair in &self.pairs {
            for at in 0..pair.before.len().max(pair.after.len()) {
                let cell = |names: &[String], payees: &[Payee]| match names.get(at) {
                    Some(name) => [name.clone(), euros(&sum(payees.iter(), name))],
                    None if at == 0 => ["—".to_owned(), String::new()],
                    None => [String::new(), String::new()],
                };
                let mut row = Vec::from(cell(&pair.before, &self.before));
                row.extend(cell(&pair.after, &self.after));
                let [_, _, moved] = self.sums(Some(pair), None);
                row.push(if at == 0 { difference(&moved) } else { String::new() });
                rows.push(row);
            }
        }
        let [before, after, moved] = self.sums(None, None);
        let payees = self.before.len();
        let total = format!("Total ({})", french::count(payees as u64, "médecin"));
        rows.push(vec![total, euros(&before), String::new(), euros(&after), difference(&moved)]);
        let years = [first.to_string(), second.to_string()];
        let header = [years[0].as_str(), "Euros", years[1].as_str(), "Euros", "Différence"];
        out.push_str(&text::table(&header, "lrlrr", rows));
        out.push('\n');
        if payees > 1 {
            out.push('\n');
            let rows = self.payees().map(|id| {
                let [before, after, moved] = self.sums(None, Some(id));
                vec![id.to_owned(), euros(&before), euros(&after), difference(&moved)]
            });
            let header = ["Médecin", years[0].as_str(), years[1].as_str(), "Différence"];
            out.push_str(&text::table(&header, "lrrr", rows.collect()));
            out.push('\n');
        }
        if !moved.is_exact() {
            out.push_str("\nUne fourchette vient de valeurs inconnues : objectifs, seuils, taux de départ, coefficient ou déclarations.\n");
        }
        out
    }

    /// Everyone paid in either campaign, sorted.
    fn payees(&self) -> impl Iterator<Item = &str> {
        let mut ids: Vec<_> =
            self.before.iter().chain(&self.after).map(|payee| payee.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter()
    }

    fn document(&self) -> Value {
        let told = |sums: [Range; 3]| {
            let [before, after, moved] = &sums;
            json!({
                "avant": interval(before),
                "apres": interval(after),
                "difference": interval(moved),
            })
        };
        let pairs = |payee: Option<&str>| -> Vec<Value> {
            let one = |pair: &Pair| {
                let mut told = told(self.sums(Some(pair), payee));
                told["dispositifs_avant"] = json!(pair.before);
                told["dispositifs_apres"] = json!(pair.after);
                told
            };
            self.pairs.iter().map(one).collect()
        };
        let payees = self.payees().map(|id| {
            let mut told = told(self.sums(None, Some(id)));
            told["medecin"] = json!(id);
            told["dispositifs"] = json!(pairs(Some(id)));
            told
        });
        json!({
            "campagne_avant": self.first.year(),
            "campagne_apres": self.second.year(),
            "memes_faits": self.args.memes_faits,
            "total": told(self.sums(None, None)),
            "dispositifs": pairs(None),
            "medecins": payees.collect::<Vec<_>>(),
        })
    }

    /// One row per payee and pair.
    fn csv(&self) -> String {
        let mut out = String::from(
            "medecin,dispositifs_avant,dispositifs_apres,avant_min,avant_max,apres_min,apres_max,difference_min,difference_max\n",
        );
        for id in self.payees() {
            for pair in &self.pairs {
                let ends = self.sums(Some(pair), Some(id)).map(|range| {
                    format!("{},{}", range.min().to_decimal(2), range.max().to_decimal(2))
                });
                let _ = writeln!(
                    out,
                    "{},{},{},{}",
                    compute::quoted(id),
                    pair.before.join(" + "),
                    pair.after.join(" + "),
                    ends.join(",")
                );
            }
        }
        out
    }
}
