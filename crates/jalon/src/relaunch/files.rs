//! The worklist as files: CSV, and XLSX with typed cells.

use jalon_engine::worklist::{Gap, Objective, Row, Step};
use jalon_export::{Book, BookError, Cell, Csv, Dialect};

use super::{Outcome, worth};
use crate::compute::overlay_words;
use crate::failure::Failure;

/// The columns of the CSV.
const COLUMNS: [&str; 12] = [
    "ligne",
    "medecin",
    "patient",
    "dispositif",
    "indicateur",
    "texte",
    "date",
    "dernier_contact",
    "manques",
    "euros_min",
    "euros_max",
    "sans_valeur",
];

/// Lines of one file, whatever they are about: `ligne` says what.
pub fn csv(outcome: &Outcome<'_, '_>) -> String {
    let mut out = Csv::new(Dialect::Program, &COLUMNS);
    for row in &outcome.list.rows {
        line(&mut out, outcome, "patient", &patient_cells(outcome, row));
        for gap in &row.gaps {
            let [least, most] = gap_euros(outcome, gap);
            let cells = [
                Cell::text(&row.patient),
                Cell::text(outcome.scheme(gap.target)),
                Cell::text(outcome.indicator(gap.target)),
                Cell::Text(gap.sentence()),
                Cell::Day(gap.until().filter(|_| gap.is_open())),
                Cell::Empty,
                Cell::Empty,
                least,
                most,
                Cell::Empty,
            ];
            line(&mut out, outcome, "manque", &cells);
        }
    }
    for fact in outcome.list.facts.iter().filter(|_| outcome.facts) {
        let cells = [
            Cell::text(&fact.patient),
            Cell::text(outcome.scheme(fact.target)),
            Cell::text(outcome.indicator(fact.target)),
            Cell::Empty,
            Cell::Day(fact.last),
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
        ];
        line(&mut out, outcome, "fait", &cells);
    }
    for finder in outcome.finders {
        for (patient, day) in &finder.patients {
            let cells = [
                Cell::text(patient),
                Cell::Empty,
                Cell::text(&finder.id),
                Cell::text(&finder.says),
                Cell::Day(Some(*day)),
                Cell::Empty,
                Cell::Empty,
                Cell::Empty,
                Cell::Empty,
                Cell::Empty,
            ];
            line(&mut out, outcome, "cas-probable", &cells);
        }
    }
    out.finish()
}

fn line(out: &mut Csv, outcome: &Outcome<'_, '_>, kind: &str, cells: &[Cell; 10]) {
    let head = [Cell::text(kind), Cell::text(outcome.payee)];
    out.line(&[head.as_slice(), cells].concat());
}

/// A patient on one line, in the columns of the CSV.
fn patient_cells(outcome: &Outcome<'_, '_>, row: &Row) -> [Cell; 10] {
    let [least, most] = Cell::euros(&row.together);
    [
        Cell::text(&row.patient),
        Cell::Empty,
        Cell::Text(indicators(outcome, row)),
        Cell::Empty,
        Cell::Day(row.until()),
        Cell::Day(row.contact),
        Cell::Number(row.open() as u64),
        least,
        most,
        Cell::Number(row.unsettled(&outcome.list.targets) as u64),
    ]
}

fn indicators(outcome: &Outcome<'_, '_>, row: &Row) -> String {
    let open = row.gaps.iter().filter(|gap| gap.is_open());
    open.map(|gap| outcome.indicator(gap.target)).collect::<Vec<_>>().join(" ")
}

fn gap_euros(outcome: &Outcome<'_, '_>, gap: &Gap) -> [Cell; 2] {
    worth(outcome, gap).map_or([Cell::Empty, Cell::Empty], Cell::euros)
}

/// A workbook: what it is, the patients, their gaps, the indicators, the
/// probable cases, and what is validated.
pub fn xlsx(outcome: &Outcome<'_, '_>) -> Result<Vec<u8>, Failure> {
    workbook(outcome).map_err(|_| Failure::machine("classeur : écriture impossible"))
}

fn workbook(outcome: &Outcome<'_, '_>) -> Result<Vec<u8>, BookError> {
    // No date of today: the same facts give the same bytes.
    let mut book = Book::new("À relancer", outcome.campaign.reference_day())?;
    patient_sheets(&mut book, outcome)?;
    case_sheets(&mut book, outcome)?;
    about_sheet(&mut book, outcome)?;
    book.finish()
}

/// Patients, their gaps, and the indicators.
fn patient_sheets(book: &mut Book, outcome: &Outcome<'_, '_>) -> Result<(), BookError> {
    let patients = outcome.list.rows.iter().map(|row| {
        let [least, most] = Cell::euros(&row.together);
        vec![
            Cell::text(&row.patient),
            Cell::Number(row.open() as u64),
            Cell::Text(indicators(outcome, row)),
            Cell::Day(row.until()),
            Cell::Day(row.contact),
            least,
            most,
            Cell::Number(row.unsettled(&outcome.list.targets) as u64),
        ]
    });
    book.sheet(
        "À relancer",
        &[
            "Patient",
            "Manques",
            "Indicateurs",
            "Jusqu'au",
            "Dernier contact",
            "Euros, au moins",
            "Euros, au plus",
            "Sans valeur connue",
        ],
        patients,
    )?;
    let gaps = outcome.list.rows.iter().flat_map(|row| {
        row.gaps.iter().map(|gap| {
            let [least, most] = gap_euros(outcome, gap);
            vec![
                Cell::text(&row.patient),
                Cell::text(outcome.scheme(gap.target)),
                Cell::text(outcome.indicator(gap.target)),
                Cell::Text(gap.sentence()),
                Cell::Day(gap.until().filter(|_| gap.is_open())),
                least,
                most,
            ]
        })
    });
    book.sheet(
        "Manques",
        &[
            "Patient",
            "Dispositif",
            "Indicateur",
            "Ce qui manque",
            "Jusqu'au",
            "Euros, au moins",
            "Euros, au plus",
        ],
        gaps,
    )?;
    book.sheet(
        "Indicateurs",
        &[
            "Dispositif",
            "Indicateur",
            "Numérateur à ce jour",
            "Dénominateur à ce jour",
            "Numérateur au 31 décembre",
            "Dénominateur au 31 décembre",
            "Manques",
            "Euros, au moins",
            "Euros, au plus",
            "Un de plus, au moins",
            "Un de plus, au plus",
            "Manquent à l'intermédiaire",
            "Ils ajoutent au moins",
            "Ils ajoutent au plus",
            "Manquent à la cible",
            "Ils ajoutent au moins",
            "Ils ajoutent au plus",
        ],
        indicator_rows(outcome),
    )
}

/// Probable cases, and what is validated.
fn case_sheets(book: &mut Book, outcome: &Outcome<'_, '_>) -> Result<(), BookError> {
    let cases = outcome.finders.iter().flat_map(|finder| {
        finder.patients.iter().map(|(patient, day)| {
            vec![Cell::text(patient), Cell::text(&finder.says), Cell::Day(Some(*day))]
        })
    });
    book.sheet("Cas probables", &["Patient", "Ce qui est probable", "Dernier jour"], cases)?;
    if outcome.facts {
        let facts = outcome.list.facts.iter().map(|fact| {
            vec![
                Cell::text(&fact.patient),
                Cell::text(outcome.scheme(fact.target)),
                Cell::text(outcome.indicator(fact.target)),
                Cell::Day(fact.last),
            ]
        });
        book.sheet(
            "Déjà validés",
            &["Patient", "Dispositif", "Indicateur", "Dernier fait"],
            facts,
        )?;
    }
    Ok(())
}

/// What the workbook is.
fn about_sheet(book: &mut Book, outcome: &Outcome<'_, '_>) -> Result<(), BookError> {
    let mut about = vec![
        format!("Médecin {}", outcome.payee),
        format!("Campagne {}", outcome.campaign),
        format!("Jalon {} ; règles {}", env!("CARGO_PKG_VERSION"), outcome.rules.hash()),
        format!("Données {}", outcome.dossier.hash()),
    ];
    about.extend(outcome.overlay.map(overlay_words));
    about.extend(outcome.notes.iter().cloned());
    book.sheet(
        "Lisez-moi",
        &["Ce qu'est ce classeur"],
        about.into_iter().map(|words| vec![Cell::Text(words)]),
    )
}

fn indicator_rows<'a>(outcome: &'a Outcome<'_, '_>) -> impl Iterator<Item = Vec<Cell>> + use<'a> {
    fn step(steps: &[Step], objective: Objective) -> [Cell; 3] {
        match steps.iter().find(|step| step.objective == objective) {
            Some(step) => {
                let worth = step.worth.as_ref().map(Cell::euros);
                let [least, most] = worth.unwrap_or([Cell::Empty, Cell::Empty]);
                [Cell::Number(step.missing), least, most]
            }
            None => [Cell::Empty, Cell::Empty, Cell::Empty],
        }
    }
    outcome.list.targets.iter().map(|target| {
        let mut cells = vec![
            Cell::text(&target.scheme.id),
            Cell::text(&target.page.id),
            target.today.map_or(Cell::Empty, |counts| Cell::Number(counts.numerator)),
            target.today.map_or(Cell::Empty, |counts| Cell::Number(counts.denominator)),
            Cell::Number(target.counts.numerator),
            Cell::Number(target.counts.denominator),
            Cell::Number(target.gaps()),
        ];
        cells.extend(Cell::euros(&target.paid));
        if target.is_unsettled() {
            cells.extend([Cell::Empty, Cell::Empty]);
        } else {
            cells.extend(Cell::euros(&target.one));
        }
        cells.extend(step(&target.steps, Objective::Intermediate));
        cells.extend(step(&target.steps, Objective::Target));
        cells
    })
}
