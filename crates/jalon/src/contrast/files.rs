//! Two campaigns side by side, for programs.

use std::fmt::Write as _;

use jalon_engine::ledger::Ends;
use jalon_rules::{Fraction, Range};

use super::lines::{Element, Line};
use super::{Compared, Pair, Sums};
use crate::compute::quoted;
use crate::json::contrast as told;
use crate::json::{Interval, Moved, Origin};

/// The JSON document.
pub fn document(compared: &Compared<'_, '_>, origine: Origin) -> told::Contrast {
    let payee = |id: &&str| told::Payee {
        medecin: (*id).to_owned(),
        total: moved(&compared.sums(None, Some(id))),
        dispositifs: pairs(compared, Some(id)),
    };
    told::Contrast {
        campagne_avant: compared.first.year(),
        campagne_apres: compared.second.year(),
        memes_faits: compared.args.memes_faits,
        origine,
        total: moved(&compared.sums(None, None)),
        dispositifs: pairs(compared, None),
        medecins: compared.payees().iter().map(payee).collect(),
    }
}

fn moved(sums: &Sums) -> Moved {
    Moved {
        avant: Interval::euros(&sums.before),
        apres: Interval::euros(&sums.after),
        difference: Interval::euros(&sums.difference),
    }
}

fn pairs(compared: &Compared<'_, '_>, payee: Option<&str>) -> Vec<told::Pair> {
    let names = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    let one = |pair: &Pair<'_>| told::Pair {
        dispositifs_avant: names(&pair.before),
        dispositifs_apres: names(&pair.after),
        montants: moved(&compared.sums(Some(pair), payee)),
        elements: compared.lines(pair, payee).iter().map(line).collect(),
    };
    compared.pairs.iter().map(one).collect()
}

fn line(line: &Line<'_>) -> told::Line {
    let side = |elements: &[Element<'_>]| elements.iter().map(element).collect();
    told::Line {
        avant: side(&line.before),
        apres: side(&line.after),
        difference: line.difference().as_ref().map(Interval::euros),
    }
}

fn element(element: &Element<'_>) -> told::Element {
    told::Element {
        dispositif: element.scheme.to_owned(),
        quoi: element.kind.word(),
        id: element.kind.page().map(str::to_owned),
        euros: element.euros.as_ref().map(Interval::from),
    }
}

/// For each payee and pair, a row `dispositif`, then a row `element` for each
/// subject.
pub fn csv(compared: &Compared<'_, '_>) -> String {
    let mut out = String::from(
        "ligne,medecin,dispositifs_avant,dispositifs_apres,elements_avant,elements_apres,avant_min,avant_max,apres_min,apres_max,difference_min,difference_max\n",
    );
    for id in compared.payees() {
        for pair in &compared.pairs {
            let head = |kind: &str| {
                let schemes = [pair.before.join(" + "), pair.after.join(" + ")];
                format!("{kind},{},{}", quoted(id), schemes.join(","))
            };
            let sums = compared.sums(Some(pair), Some(id));
            let Sums { before, after, difference } = &sums;
            let amounts = [before, after, difference].map(range).join(",");
            let _ = writeln!(out, "{},,,{amounts}", head("dispositif"));
            for line in compared.lines(pair, Some(id)) {
                let sides = [&line.before, &line.after];
                let names = [names(&pair.before, &line.before), names(&pair.after, &line.after)];
                let amounts = sides.map(|side| sum(side));
                let difference = line.difference().as_ref().map_or_else(|| ",".into(), range);
                let _ = writeln!(
                    out,
                    "{},{},{},{difference}",
                    head("element"),
                    names.join(","),
                    amounts.join(",")
                );
            }
        }
    }
    out
}

fn names(schemes: &[&str], elements: &[Element<'_>]) -> String {
    elements.iter().map(|one| one.name(schemes)).collect::<Vec<_>>().join(" + ")
}

/// Both ends of a sum of elements; empty when none has euros of its own.
fn sum(elements: &[Element<'_>]) -> String {
    let mut own = elements.iter().filter_map(|one| one.euros.as_ref()).peekable();
    if own.peek().is_none() {
        return ",".into();
    }
    let Ends { low, high } = own.fold(Ends::zero(), |sum, euros| sum.plus(euros));
    cells(&low, &high)
}

fn range(range: &Range) -> String {
    cells(range.min(), range.max())
}

fn cells(low: &Fraction, high: &Fraction) -> String {
    format!("{},{}", low.to_decimal(2), high.to_decimal(2))
}
