//! What pages may say and the compiler does not translate yet. It is refused
//! rather than translated wrongly.

use jalon_rules::Campaign;
use jalon_rules::condition::{Column, Condition};
use jalon_rules::convention::{ListKind, Scheme};
use jalon_rules::criterion::{Bounds, Count, Criterion, Test};
use jalon_rules::page::{Page, Unit};

/// The first thing of a page that cannot be compiled, in French.
pub(crate) fn first(scheme: &Scheme, page: &Page, campaign: Campaign) -> Option<&'static str> {
    if scheme.list != ListKind::TreatingDoctor || !scheme.pages_from.is_empty() {
        return Some("la liste de patients");
    }
    if matches!(page.rule.unit, Unit::Event(_)) {
        return Some("l'unité `evenement`");
    }
    page.rule.criteria().filter(|one| one.applies(campaign)).find_map(criterion)
}

fn criterion(criterion: &Criterion) -> Option<&'static str> {
    if criterion.only_if.is_some() {
        return Some("la clé `si`");
    }
    match &criterion.test {
        Some(Test::Row(condition)) if months(condition) => Some("la colonne `mois`"),
        Some(Test::Count(test)) => {
            let other = match &test.bounds {
                Bounds::AtLeast(other) => count(other),
                _ => None,
            };
            count(&test.count).or(other)
        }
        Some(Test::AnyOf(options)) => options.iter().find_map(self::criterion),
        _ => None,
    }
}

fn count(count: &Count) -> Option<&'static str> {
    count.window.anchor().map(|_| "une fenêtre ancrée")
}

fn months(condition: &Condition) -> bool {
    match condition {
        Condition::Compare(column, ..) | Condition::In(column, _) | Condition::Is(column) => {
            *column == Column::Mois
        }
        Condition::Not(inner) => months(inner),
        Condition::And(left, right) | Condition::Or(left, right) => months(left) || months(right),
    }
}
