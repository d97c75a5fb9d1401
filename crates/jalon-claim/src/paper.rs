//! A claim as a document to print.

use jalon_pdf::{Block, Column, Document, Side, Table};
use jalon_rules::french;

use crate::anonymous::Hidden;
use crate::arithmetic::Verdict;
use crate::claim::{Claim, Version};
use crate::tables::{self, Kind, Sheet};

pub fn document(claim: &Claim, version: Version) -> Document {
    let hidden = claim.hidden(version);
    let mut blocks = letter(claim, &hidden);
    let section = |blocks: &mut Vec<Block>, title: &str, sheet: Sheet| {
        if !sheet.rows.is_empty() {
            blocks.push(Block::heading(1, title));
            blocks.push(table(&sheet));
        }
    };
    blocks.push(Block::PageBreak);
    section(&mut blocks, "Chronologie", tables::chronology(claim, version));
    section(&mut blocks, "Délais", tables::deadlines(claim));
    blocks.push(Block::paragraph(
        "Écrire à la caisse ou lui parler n'arrête pas ces délais. Un délai qui finit un jour chômé peut courir jusqu'au jour ouvrable suivant : il n'en est pas tenu compte ici.",
    ));
    section(&mut blocks, "Comptes", tables::counts(&claim.data));
    section(&mut blocks, "Montants", tables::amounts(&claim.data));
    not_compared(&mut blocks, claim, &hidden);
    section(&mut blocks, "Ce qui peut expliquer les écarts", tables::explanations(claim));
    if let Some(lists) = &claim.lists {
        section(&mut blocks, "Les deux listes", tables::lists(lists));
    }
    section(&mut blocks, "Patients en cause", tables::patients(claim, version));
    section(&mut blocks, "Arithmétique du relevé", tables::arithmetic(&claim.arithmetic, &hidden));
    blocks.push(Block::paragraph(verdict(claim)));
    section(&mut blocks, "Calcul", tables::accounts(&claim.annex));
    blocks.extend(
        claim.annex.drawings.iter().map(|drawn| Block::Figure {
            svg: drawn.svg.clone(),
            description: drawn.words.clone(),
        }),
    );
    section(&mut blocks, "Sources du calcul", tables::sources(&claim.annex, &hidden));
    blocks.push(Block::heading(1, "Pour refaire le calcul"));
    let origins = tables::origins(claim, &hidden).into_iter();
    blocks
        .push(Block::List { items: origins.map(|(what, it)| format!("{what} : {it}")).collect() });
    section(&mut blocks, "Pièces", tables::proofs(claim, version));
    Document {
        title: claim.title(),
        author: claim.letter.sender.first().cloned().unwrap_or_default(),
        date: claim.letter.date,
        footer: version.mention().to_owned(),
        landscape: false,
        blocks,
    }
}

fn letter(claim: &Claim, hidden: &Hidden) -> Vec<Block> {
    let letter = &claim.letter;
    let day = french::date(letter.date);
    let place = if letter.place.is_empty() {
        format!("Le {day}")
    } else {
        format!("{}, le {day}", letter.place)
    };
    let mut blocks = vec![
        Block::Lines { lines: letter.sender.clone(), right: false },
        Block::Lines { lines: letter.addressee.clone(), right: true },
        Block::Lines { lines: vec![place], right: true },
        Block::paragraph("Lettre recommandée avec avis de réception"),
        Block::paragraph(format!("Objet : {}", hidden.scrub(&letter.object))),
        Block::paragraph("Madame, Monsieur,"),
    ];
    blocks.extend(letter.grounds.iter().map(|one| Block::paragraph(hidden.scrub(one))));
    blocks.push(Block::paragraph(hidden.scrub(&letter.demand)));
    if !letter.law.is_empty() {
        blocks.push(Block::paragraph("Cette demande repose sur :"));
        let items = letter.law.iter().map(|one| hidden.scrub(one)).collect();
        blocks.push(Block::List { items });
    }
    blocks.push(Block::paragraph(
        "Je vous prie d'agréer l'expression de mes salutations distinguées.",
    ));
    blocks
        .push(Block::Lines { lines: letter.sender.iter().take(1).cloned().collect(), right: true });
    blocks.retain(|block| !matches!(block, Block::Lines { lines, .. } if lines.is_empty()));
    blocks
}

/// What the verdicts say nothing of.
fn not_compared(blocks: &mut Vec<Block>, claim: &Claim, hidden: &Hidden) {
    let data = &claim.data;
    let mut items = Vec::new();
    if !data.unread.is_empty() {
        let labels: Vec<_> =
            data.unread.iter().map(|label| format!("« {} »", hidden.scrub(label))).collect();
        items.push(format!(
            "Lignes du relevé dont l'indicateur n'est pas reconnu : {}",
            labels.join(", ")
        ));
    }
    if !data.unprinted.is_empty() {
        let list = data.unprinted.join(", ");
        items.push(format!("Indicateurs que le relevé n'imprime pas : {list}"));
    }
    let others = data.rows.iter().filter(|row| tables::unit_words(row.unit) != "patients");
    items.extend(
        others.map(|row| format!("{} : compté en {}", row.title, tables::unit_words(row.unit))),
    );
    if !items.is_empty() {
        blocks.push(Block::List { items });
    }
}

fn verdict(claim: &Claim) -> String {
    let it = &claim.arithmetic;
    let (compared, tolerance) = (it.compared(), french::euros(&it.tolerance));
    let mut text = match it.verdict() {
        Verdict::NoList => "Arithmétique non contrôlée : patientèle inconnue.".to_owned(),
        Verdict::NothingPrinted => {
            "Arithmétique non contrôlée : ni montant ni total à comparer.".to_owned()
        }
        Verdict::Agrees => {
            format!("L'arithmétique concorde : {compared} comparaisons, à {tolerance} près.")
        }
        Verdict::Differs { wrong } => format!(
            "L'arithmétique diffère : {wrong} des {compared} comparaisons, à {tolerance} près."
        ),
    };
    text.push_str(" L'arrondi de la caisse est inconnu.");
    text
}

fn table(sheet: &Sheet) -> Block {
    let column = |(title, kind): &(&str, Kind)| Column {
        title: (*title).to_owned(),
        side: if matches!(kind, Kind::Count | Kind::Range) { Side::Right } else { Side::Left },
        share: if let Kind::Text(share) = kind { *share } else { 0 },
    };
    let cells = |row: &Vec<tables::Cell>| row.iter().map(tables::Cell::shown).collect();
    Block::Table(Table {
        caption: sheet.caption.clone(),
        columns: sheet.columns.iter().map(column).collect(),
        rows: sheet.rows.iter().map(cells).collect(),
        totals: sheet.totals,
    })
}
