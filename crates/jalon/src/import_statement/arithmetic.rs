//! The verdict on the arithmetic of a statement, for people.

use std::fmt::Write as _;

use jalon_claim::arithmetic::{Arithmetic, Compared, Row, Terms, Verdict};
use jalon_data::fault::shown;
use jalon_rules::french;

use crate::text;

/// Lines, totals, then what comes of it.
pub fn verdict(arithmetic: &Arithmetic) -> String {
    let header = ["Ligne", "Points", "Calculé", "Imprimé", "Écart"];
    let rows = arithmetic.rows.iter().map(cells).collect();
    let mut out = text::table(&header, "lrrrr", rows);
    out.push_str("\n\n");
    conclusion(&mut out, arithmetic);
    if !arithmetic.unmatched.is_empty() {
        let labels: Vec<_> = arithmetic.unmatched.iter().map(|label| shown(label)).collect();
        let _ = writeln!(out, "Totaux d'aucun thème connu, non contrôlés : {}", labels.join(" ; "));
    }
    out
}

fn cells(row: &Row) -> Vec<String> {
    let label = if row.as_printed { shown(&row.label) } else { row.label.clone() };
    let (label, points) = match row.compared {
        Compared::Amount => {
            let unknown = || "?".to_owned();
            let points = row.points.as_ref();
            (label, points.map_or_else(unknown, |points| french::short(points, 3)))
        }
        Compared::TotalPoints => (format!("{label} (points)"), String::new()),
        Compared::TotalAmount => (format!("{label} (montants)"), String::new()),
    };
    let show = |value: &_| match row.compared {
        Compared::TotalPoints => french::short(value, 3),
        Compared::Amount | Compared::TotalAmount => french::euros(value),
    };
    let unknown = || "?".to_owned();
    vec![
        label,
        points,
        row.expected.as_ref().map_or_else(unknown, |range| text::interval(range, show)),
        row.printed.as_ref().map_or_else(unknown, show),
        row.gap
            .as_ref()
            .map_or_else(unknown, |gap| if gap.is_zero() { "=".to_owned() } else { show(gap) }),
    ]
}

fn conclusion(out: &mut String, arithmetic: &Arithmetic) {
    formula(out, &arithmetic.terms);
    let within = format!(
        "à {} près, l'arrondi de la caisse étant inconnu",
        french::euros(&arithmetic.tolerance)
    );
    let compared = arithmetic.compared();
    let _ = match arithmetic.verdict() {
        Verdict::NoList => {
            writeln!(out, "Arithmétique non contrôlée : patientèle inconnue\naide : --patientele N")
        }
        Verdict::NothingPrinted => {
            writeln!(out, "Arithmétique non contrôlée : ni montant ni total à comparer.")
        }
        Verdict::Agrees => {
            writeln!(out, "L'arithmétique concorde : {compared} comparaisons, {within}.")
        }
        Verdict::Differs { wrong } => {
            let s = if wrong > 1 { "s" } else { "" };
            let gaps = format!("{wrong} écart{s} sur {compared} comparaisons");
            writeln!(out, "L'arithmétique diffère : {gaps}, {within}.")
        }
    };
}

/// What the amounts were computed with.
fn formula(out: &mut String, terms: &Terms) {
    let (Some(value), Some(reference)) = (&terms.value, &terms.reference) else { return };
    let list = terms.list.as_ref().map_or("?".to_owned(), |list| french::short(list, 2));
    let mut by = String::new();
    if let Some((name, value)) = &terms.coefficient {
        let value = text::interval(value, |value| french::short(value, 4));
        let _ = write!(by, " × {value} ({name})");
    }
    let _ = writeln!(
        out,
        "Calculé = points × {} × {list} / {}{by}",
        french::euros(value),
        french::short(reference, 2)
    );
}
