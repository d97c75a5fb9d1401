//! The tables of a claim, once for paper and workbook.

use jalon_rules::account::Unit;
use jalon_rules::scale::RateKind;
use jalon_rules::{Fraction, Range, french};
use jiff::civil::Date;

use crate::anonymous::{Hidden, number};
use crate::arithmetic::{Arithmetic, Compared};
use crate::claim::{Annex, Claim, Version};
use crate::data::Data;
use crate::reason::{Day, said_with};
use crate::reconciliation::Reconciliation;

/// A cell. What is unknown is nothing, and is shown as « ? ».
pub enum Cell {
    Text(String),
    Whole(Option<u64>),
    Signed(Option<i64>),
    Day(Option<Date>),
    /// In % or per 100.
    Rate(Option<Fraction>, RateKind),
    Points(Option<Range>),
    Euros(Option<Range>),
    Empty,
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Texts, with their share of the width.
    Text(u8),
    /// A day, a number that names: as wide as it is.
    Short,
    /// A number that counts.
    Count,
    /// A figure that may be a range: two columns in a workbook.
    Range,
}

/// A table.
pub struct Sheet {
    /// Name of the sheet of a workbook.
    pub name: &'static str,
    /// What it shows, where its section does not say it.
    pub caption: String,
    pub columns: Vec<(&'static str, Kind)>,
    pub rows: Vec<Vec<Cell>>,
    /// How many of the last rows are totals.
    pub totals: usize,
}

impl Cell {
    fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// As people read it.
    pub fn shown(&self) -> String {
        let known = |text: Option<String>| text.unwrap_or_else(|| "?".to_owned());
        match self {
            Self::Text(text) => text.clone(),
            Self::Whole(count) => known(count.map(french::integer)),
            Self::Signed(count) => known(count.map(signed)),
            Self::Day(day) => day.map(french::date).unwrap_or_default(),
            Self::Rate(rate, kind) => known(rate.as_ref().map(|rate| {
                let rate = rate.hundredths();
                match kind {
                    RateKind::Share => french::percent(&rate, 2),
                    RateKind::Per100 => french::per_100(&rate, 2),
                }
            })),
            Self::Points(points) => known(
                points.as_ref().map(|it| french::range(it, |points| french::short(points, 3))),
            ),
            Self::Euros(euros) => known(euros.as_ref().map(|it| french::range(it, french::euros))),
            Self::Empty => String::new(),
        }
    }
}

/// A difference, with its sign.
fn signed(count: i64) -> String {
    let size = french::integer(count.unsigned_abs());
    match count {
        0 => "=".to_owned(),
        1.. => format!("+{size}"),
        _ => format!("−{size}"),
    }
}

/// How a version writes days about patients.
pub const fn day_of(version: Version) -> Day {
    match version {
        Version::Nominative => french::date,
        Version::Anonymous => month,
    }
}

/// A day as its month: `08/1955`.
pub fn month(day: Date) -> String {
    format!("{:02}/{:04}", day.month(), day.year())
}

/// What the fund counts and what the facts count.
pub fn counts(data: &Data) -> Sheet {
    let rows = data.rows.iter().map(|row| {
        vec![
            Cell::text(&row.title),
            Cell::Rate(row.fund.rate.clone(), row.kind),
            Cell::Rate(row.ours.rate.clone(), row.kind),
            Cell::Whole(row.fund.numerator),
            Cell::Whole(row.ours.numerator),
            Cell::Signed(row.numerator_gap()),
            Cell::Whole(row.fund.denominator),
            Cell::Whole(row.ours.denominator),
            Cell::Signed(row.denominator_gap()),
            Cell::text(row.agreement.word()),
        ]
    });
    Sheet {
        name: "Comptes",
        caption: "Ce que la caisse compte, et ce que disent nos faits".to_owned(),
        columns: vec![
            ("Indicateur", Kind::Text(5)),
            ("Taux caisse", Kind::Count),
            ("Taux cabinet", Kind::Count),
            ("Num. caisse", Kind::Count),
            ("Num. cabinet", Kind::Count),
            ("Écart", Kind::Count),
            ("Dén. caisse", Kind::Count),
            ("Dén. cabinet", Kind::Count),
            ("Écart", Kind::Count),
            ("Verdict", Kind::Short),
        ],
        rows: rows.collect(),
        totals: 0,
    }
}

/// What the fund pays and what the facts would.
pub fn amounts(data: &Data) -> Sheet {
    let mut rows: Vec<Vec<Cell>> = data
        .rows
        .iter()
        .map(|row| {
            vec![
                Cell::text(&row.title),
                Cell::Points(row.fund.points.clone()),
                Cell::Points(row.ours.points.clone()),
                Cell::Euros(row.fund.euros.clone()),
                Cell::Euros(row.ours.euros.as_ref().map(|it| it.round(2))),
                Cell::Euros(row.euros_gap()),
            ]
        })
        .collect();
    let (fund, ours) = data.euros().unzip();
    rows.push(vec![
        Cell::text("Ensemble des indicateurs comparés"),
        Cell::Empty,
        Cell::Empty,
        Cell::Euros(fund),
        Cell::Euros(ours),
        Cell::Euros(data.euros_gap()),
    ]);
    Sheet {
        name: "Montants",
        caption: "Points et montants du relevé, et d'après nos faits".to_owned(),
        columns: vec![
            ("Indicateur", Kind::Text(4)),
            ("Points caisse", Kind::Range),
            ("Points cabinet", Kind::Range),
            ("Montant caisse", Kind::Range),
            ("Montant cabinet", Kind::Range),
            ("Écart", Kind::Range),
        ],
        rows,
        totals: 1,
    }
}

/// Whether the statement adds up.
pub fn arithmetic(arithmetic: &Arithmetic, hidden: &Hidden) -> Sheet {
    let rows = arithmetic.rows.iter().map(|row| {
        let figure = |value: Option<Range>| match row.compared {
            Compared::TotalPoints => Cell::Points(value),
            Compared::Amount | Compared::TotalAmount => Cell::Euros(value),
        };
        let exact = |value: &Option<Fraction>| value.clone().map(Range::exact);
        let points = match row.compared {
            Compared::Amount => Cell::Points(exact(&row.points)),
            Compared::TotalPoints | Compared::TotalAmount => Cell::Empty,
        };
        // What the fund prints is a free text.
        let label = hidden.scrub(&row.label);
        let what = match row.compared {
            Compared::Amount => label,
            Compared::TotalPoints => format!("{label} (points)"),
            Compared::TotalAmount => format!("{label} (montants)"),
        };
        vec![
            Cell::Text(what),
            points,
            figure(row.expected.clone()),
            figure(exact(&row.printed)),
            figure(exact(&row.gap)),
        ]
    });
    Sheet {
        name: "Arithmétique",
        caption: "Le relevé, recalculé depuis ses propres points".to_owned(),
        columns: vec![
            ("Ligne", Kind::Text(4)),
            ("Points", Kind::Range),
            ("Calculé", Kind::Range),
            ("Imprimé", Kind::Range),
            ("Écart", Kind::Range),
        ],
        rows: rows.collect(),
        totals: 0,
    }
}

/// What explains the gaps, in sentences.
pub fn explanations(claim: &Claim) -> Sheet {
    let title = |id: &str| {
        let row = claim.data.rows.iter().find(|row| row.indicator == id);
        row.map_or_else(|| id.to_owned(), |row| row.title.clone())
    };
    let rows = claim
        .explanations
        .iter()
        .map(|one| vec![Cell::Text(title(&one.indicator)), Cell::Text(one.says())]);
    Sheet {
        name: "Explications",
        caption: String::new(),
        columns: vec![("Indicateur", Kind::Text(2)), ("Ce que l'on sait", Kind::Text(3))],
        rows: rows.collect(),
        totals: 0,
    }
}

/// The two lists, counted by reason: nobody is named here.
pub fn lists(lists: &Reconciliation) -> Sheet {
    let mut rows = vec![vec![
        Cell::text("Dans les deux listes"),
        Cell::Empty,
        Cell::Whole(Some(lists.both.len() as u64)),
    ]];
    let sides = [
        ("Liste du cabinet seule", tally(lists.practice.iter().map(|one| &one.reasons))),
        ("Liste de la caisse seule", tally(lists.fund.iter().map(|one| &one.reasons))),
    ];
    for (side, reasons) in sides {
        for (reason, count) in reasons {
            rows.push(vec![Cell::text(side), Cell::text(reason), Cell::Whole(Some(count))]);
        }
    }
    Sheet {
        name: "Listes",
        caption: String::new(),
        columns: vec![
            ("Qui", Kind::Text(2)),
            ("Raison probable", Kind::Text(2)),
            ("Patients", Kind::Count),
        ],
        rows,
        totals: 0,
    }
}

/// How many for each kind of first reason, most first.
fn tally<'r>(all: impl Iterator<Item = &'r Vec<crate::Reason>>) -> Vec<(String, u64)> {
    let mut counts: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
    for reasons in all {
        // What comes before the colon, or the day, is the kind.
        let says = reasons.first().map_or_else(|| "inconnue".to_owned(), crate::Reason::kind);
        *counts.entry(says).or_default() += 1;
    }
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

/// The patients in dispute.
pub fn patients(claim: &Claim, version: Version) -> Sheet {
    let hidden = claim.hidden(version);
    let day = day_of(version);
    let mut columns = vec![("N°", Kind::Short)];
    if version == Version::Nominative {
        columns.extend([("Nom", Kind::Text(3)), ("Numéro", Kind::Short)]);
    }
    columns.extend([
        ("Naissance", Kind::Short),
        ("Sexe", Kind::Short),
        ("Indicateurs", Kind::Text(3)),
        ("Motif", Kind::Text(3)),
        ("Ce que disent les faits", Kind::Text(4)),
        ("Raison probable", Kind::Text(3)),
        ("Pièces", Kind::Short),
    ]);
    let rows = claim.disputed.iter().enumerate().map(|(at, one)| {
        let person = &one.person;
        let mut cells = vec![Cell::Text(number(at))];
        if version == Version::Nominative {
            let either = [&person.nir, &person.identifiant].into_iter().flatten().next();
            let names = [&person.nom, &person.prenom].into_iter().flatten().cloned();
            cells.extend([
                Cell::Text(names.collect::<Vec<_>>().join(" ")),
                Cell::Text(either.unwrap_or(&one.patient).clone()),
            ]);
        }
        let facts = one.facts.iter().map(|fact| {
            // A month is what remains of a day; the words are those of whoever
            // wrote them.
            format!("{} : {}", day(fact.date), hidden.scrub(&fact.what))
        });
        let proofs = one.proofs.iter().map(|at| (at + 1).to_string());
        cells.extend([
            Cell::Text(person.naissance.map(day).unwrap_or_default()),
            Cell::Text(person.sexe.clone().unwrap_or_default()),
            Cell::Text(one.indicators.join(", ")),
            Cell::text(one.ground.words()),
            Cell::Text(facts.collect::<Vec<_>>().join(" ; ")),
            Cell::Text(said_with(&one.reasons, day)),
            Cell::Text(proofs.collect::<Vec<_>>().join(", ")),
        ]);
        cells
    });
    Sheet { name: "Patients", caption: String::new(), columns, rows: rows.collect(), totals: 0 }
}

/// Facts and dates.
pub fn chronology(claim: &Claim, version: Version) -> Sheet {
    let hidden = claim.hidden(version);
    let rows = claim
        .chronology
        .iter()
        .map(|event| vec![Cell::Day(Some(event.date)), Cell::Text(hidden.scrub(&event.what))]);
    Sheet {
        name: "Chronologie",
        caption: String::new(),
        columns: vec![("Date", Kind::Short), ("Fait", Kind::Text(1))],
        rows: rows.collect(),
        totals: 0,
    }
}

/// Until when.
pub fn deadlines(claim: &Claim) -> Sheet {
    let it = &claim.deadlines;
    let day = |what: &str, day: Option<Date>| {
        let known = day.map_or_else(|| Cell::text("inconnu"), |day| Cell::Day(Some(day)));
        vec![Cell::text(what), known]
    };
    Sheet {
        name: "Délais",
        caption: String::new(),
        columns: vec![("Étape", Kind::Text(1)), ("Jour", Kind::Short)],
        rows: vec![
            day("Notification de la décision", it.notified),
            day("Dernier jour pour saisir la commission de recours amiable", it.claim_by()),
            day("Réception par la commission", it.received),
            day("Jour où son silence vaut refus", it.refused_on()),
            day("Dernier jour pour saisir le tribunal après ce silence", it.court_by()),
        ],
        totals: 0,
    }
}

/// The documents that prove.
pub fn proofs(claim: &Claim, version: Version) -> Sheet {
    let hidden = claim.hidden(version);
    let rows = claim.proofs.iter().enumerate().map(|(at, proof)| {
        // A document is dated by what it is about: an act, a visit.
        let date = match version {
            Version::Nominative => Cell::Day(proof.date),
            Version::Anonymous => Cell::Text(proof.date.map(month).unwrap_or_default()),
        };
        vec![
            Cell::Whole(Some(at as u64 + 1)),
            Cell::Text(hidden.scrub(&proof.name)),
            date,
            Cell::text(&proof.hash),
        ]
    });
    Sheet {
        name: "Pièces",
        caption: "Pièces, avec leur empreinte BLAKE3".to_owned(),
        columns: vec![
            ("N°", Kind::Short),
            ("Pièce", Kind::Text(2)),
            ("Date", Kind::Short),
            ("Empreinte", Kind::Text(3)),
        ],
        rows: rows.collect(),
        totals: 0,
    }
}

/// How the amounts were computed.
pub fn accounts(annex: &Annex) -> Sheet {
    let mut rows = Vec::new();
    for (title, lines) in &annex.accounts {
        for line in lines {
            rows.push(vec![
                Cell::text(title),
                Cell::text(&line.value),
                Cell::text(&line.formula),
                Cell::text(&line.note),
            ]);
        }
    }
    Sheet {
        name: "Calcul",
        caption: String::new(),
        columns: vec![
            ("Indicateur", Kind::Text(3)),
            ("Valeur", Kind::Text(2)),
            ("Formule", Kind::Text(4)),
            ("Source, remarque", Kind::Text(4)),
        ],
        rows,
        totals: 0,
    }
}

/// What the accounts rest on.
pub fn sources(annex: &Annex, hidden: &Hidden) -> Sheet {
    let rows = annex.sources.iter().enumerate().map(|(at, (status, source))| {
        vec![
            Cell::Text(format!("[{}]", at + 1)),
            Cell::text(status),
            Cell::Text(hidden.scrub(source)),
        ]
    });
    Sheet {
        name: "Sources",
        caption: String::new(),
        columns: vec![("N°", Kind::Short), ("Statut", Kind::Text(1)), ("Source", Kind::Text(6))],
        rows: rows.collect(),
        totals: 0,
    }
}

/// What made the figures.
pub fn origins(claim: &Claim, hidden: &Hidden) -> Vec<(&'static str, String)> {
    let annex = &claim.annex;
    let mut all = vec![
        ("Programme", annex.program.clone()),
        ("Empreinte des règles", annex.rules.clone()),
        ("Empreinte des faits", annex.facts.clone()),
    ];
    all.extend(annex.overlay.as_ref().map(|words| ("Valeurs ajoutées", hidden.scrub(words))));
    let list = claim.data.fund_list.map_or_else(|| "inconnue".to_owned(), french::integer);
    all.push(("Patientèle de la caisse", list));
    all.push(("Patientèle du cabinet", french::integer(claim.data.our_list)));
    all
}

/// What an indicator counts, for whoever reads its counts.
pub fn unit_words(unit: Unit) -> &'static str {
    match unit {
        Unit::Boxes => "boîtes",
        Unit::Treatments => "traitements",
        Unit::Events => "événements",
        _ => "patients",
    }
}
