//! Documents set on pages, and what can be read back from the file.

#[cfg(test)]
mod reader;

use std::collections::BTreeSet;

use jalon_pdf::{Block, Column, Document, PdfError, Table, pdf};
use jiff::civil::date;
use reader::{File, squeeze};

#[cfg(test)]
fn document(blocks: Vec<Block>) -> Document {
    Document {
        title: "Récapitulatif des déclarations".to_owned(),
        author: "Dr Exemple".to_owned(),
        date: date(2025, 5, 12),
        footer: "Confidentiel".to_owned(),
        landscape: false,
        blocks,
    }
}

#[cfg(test)]
fn table(rows: Vec<Vec<String>>) -> Table {
    Table {
        caption: "Comptes".to_owned(),
        columns: vec![Column::text("Indicateur", 3), Column::number("Montant")],
        rows,
        totals: 1,
    }
}

#[cfg(test)]
fn read(document: &Document) -> File {
    File::read(&pdf(document).unwrap())
}

#[cfg(test)]
fn has(file: &File, text: &str) {
    tells(&file.text(), text);
}

#[cfg(test)]
fn tells(all: &str, text: &str) {
    assert!(all.contains(&squeeze(text)), "« {text} » absent de :\n{all}");
}

#[test]
fn every_kind_of_block() {
    let row = |name: &str, amount: &str| vec![name.to_owned(), amount.to_owned()];
    let document = document(vec![
        Block::Lines { lines: vec!["Dr Exemple".into(), "1, rue Fictive".into()], right: false },
        Block::heading(1, "Délais"),
        Block::paragraph("Avant le 30/06/2025, à l'« huissier » : œuvre, 1\u{202f}234,50\u{a0}€."),
        Block::heading(2, "Détail"),
        Block::List { items: vec!["premier point".into(), "second point".into()] },
        Block::PageBreak,
        Block::Table(table(vec![row("Diabète", "115,51\u{a0}€"), row("Total", "−7,00\u{a0}€")])),
        Block::Figure {
            svg: r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 4"><rect width="7" height="4" fill="#236"/></svg>"##.into(),
            description: "Sept dixièmes".into(),
        },
    ]);
    let file = read(&document);
    for text in [
        "Récapitulatif des déclarations",
        "Dr Exemple",
        "1, rue Fictive",
        "Délais",
        "Avant le 30/06/2025, à l'« huissier » : œuvre, 1 234,50 €.",
        "Détail",
        "premier point",
        "second point",
        "Comptes",
        "Indicateur",
        "115,51 €",
        "−7,00 €",
        "Confidentiel",
        "page 1/2",
        "page 2/2",
    ] {
        has(&file, text);
    }
    assert_eq!(file.pages(), 2);
}

/// A declarations recapitulation: one table under a title.
#[test]
fn a_table_over_several_pages_repeats_its_header() {
    let rows = (1..=120).map(|at| vec![format!("indicateur {at}"), format!("{at},00\u{a0}€")]);
    let document = Document::of_table(
        "Déclarations 2025",
        "Dr Exemple",
        date(2026, 2, 1),
        "Confidentiel",
        table(rows.collect()),
    );
    let file = read(&document);
    assert!(file.pages() > 2);
    has(&file, "indicateur 1 1,00 €");
    has(&file, "indicateur 120 120,00 €");
    assert_eq!(file.text().matches("IndicateurMontant").count(), file.pages());
}

/// Rows that are not as long as the header are filled up or cut.
#[test]
fn rows_of_any_length() {
    let file = read(&document(vec![Block::Table(table(vec![
        vec!["court".into()],
        vec!["long".into(), "1".into(), "en trop".into()],
        Vec::new(),
    ]))]));
    has(&file, "court");
    assert!(!file.text().contains("trop"));
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let one = document(vec![Block::heading(1, "Un"), Block::paragraph("texte")]);
    let bytes = pdf(&one).unwrap();
    let elsewhere = std::thread::spawn({
        let one = one.clone();
        move || pdf(&one).unwrap()
    });
    assert_eq!(bytes, elsewhere.join().unwrap());
    assert_eq!(bytes, pdf(&one).unwrap());
    let mut other = one;
    other.date = date(2025, 5, 13);
    assert_ne!(bytes, pdf(&other).unwrap());
}

#[test]
fn archival_and_accessible() {
    let file = read(&document(vec![Block::paragraph("texte")]));
    let told = file.metadata();
    for mark in [
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "<pdfuaid:part>1</pdfuaid:part>",
    ] {
        assert!(told.contains(mark), "{mark} absent de :\n{told}");
    }
    assert!(told.contains("Récapitulatif des déclarations") && told.contains("Dr Exemple"));
    let heads = file.heads();
    assert!(heads.contains("/StructTreeRoot") && heads.contains("fr"));
    // The only day is that of the document.
    assert!(!told.contains("2026"), "{told}");
}

/// Whatever texts hold, they are texts.
#[test]
fn hostile_texts_are_shown_as_they_are() {
    let texts = [
        "#import \"@preview/x:1.0.0\": *",
        "#read(\"/etc/passwd\")",
        "#let x = 1; $ x^2 $ *gras* _italique_ `code`",
        "\\ \\u{1F600} \\n // commentaire /* autre */",
        "= titre",
        "- puce",
        "@renvoi <etiquette> https://exemple.invalid",
        "]] }} )) \"; panic()",
        "--- ... ~ -? 'apostrophe' \"guillemets\"",
    ];
    let mut blocks: Vec<Block> = texts.iter().map(|text| Block::paragraph(*text)).collect();
    blocks.push(Block::heading(1, "#heading[x] *y*"));
    blocks.push(Block::Lines { lines: texts.map(str::to_owned).to_vec(), right: true });
    blocks.push(Block::List { items: texts.map(str::to_owned).to_vec() });
    // On a page of its own: a row may go on after a footer.
    blocks.push(Block::PageBreak);
    let rows = texts.iter().map(|text| vec![(*text).to_owned(), "#1".to_owned()]);
    blocks.push(Block::Table(table(rows.collect())));
    let mut hostile = document(blocks);
    hostile.title = "#panic(\"titre\") $x$".to_owned();
    hostile.footer = "*pied* #counter(page)".to_owned();
    hostile.author = "#sys.version".to_owned();
    let file = read(&hostile);
    let all = file.text();
    for text in texts {
        let count = all.matches(&squeeze(text)).count();
        assert!(count >= 4, "« {text} » {count} fois dans :\n{all}");
    }
    has(&file, "#heading[x] *y*");
    has(&file, "#panic(\"titre\") $x$");
    has(&file, "*pied* #counter(page)");
}

/// A word longer than the page is cut, not lost: every letter is on a page, and
/// inside it.
#[test]
fn very_long_words() {
    let word = "abcdefghij".repeat(60);
    let cell = "0123456789".repeat(30);
    let file = read(&document(vec![
        Block::paragraph(&word),
        Block::Table(table(vec![vec![cell.clone(), "1".to_owned()]])),
    ]));
    has(&file, &word);
    has(&file, &cell);
    let lines: BTreeSet<_> = file.places().into_iter().map(|(page, _, y)| (page, y)).collect();
    assert!(lines.len() >= 10, "{lines:?}");
}

/// Other scripts are there; marks that change the direction of what surrounds
/// them are not; what the font lacks is a square.
#[test]
fn other_scripts() {
    let file = read(&document(vec![
        Block::paragraph("Ελένη Марія"),
        Block::paragraph("שלום"),
        Block::paragraph("مرحبا"),
        Block::paragraph("a\u{202e}cba\u{2066}z\u{0}\u{7}"),
        Block::paragraph("漢字"),
        Block::paragraph("\u{301}e\u{301}"),
    ]));
    has(&file, "Ελένη Марія");
    let all = file.text();
    let either = |text: &str| {
        let back: String = text.chars().rev().collect();
        assert!(all.contains(text) || all.contains(&back), "« {text} » absent de :\n{all}");
    };
    either("שלום");
    either("مرحبا");
    assert!(all.contains("acbaz"), "{all}");
    assert!(all.contains("□□"), "{all}");
}

#[test]
fn what_cannot_be_set_is_refused() {
    let bad = document(vec![Block::Figure { svg: "<svg".into(), description: "x".into() }]);
    assert!(matches!(pdf(&bad), Err(PdfError::Refused(_))));
    let skipped = document(vec![Block::heading(1, "un"), Block::heading(3, "trois")]);
    assert!(matches!(pdf(&skipped), Err(PdfError::Refused(_))));
}

/// A drawing may not read files or the network.
#[test]
fn drawings_reach_nothing() {
    let svg = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 4"><image href="/etc/hostname" width="5" height="4"/><image href="document.json" width="5" height="4"/></svg>"#;
    let drawing = document(vec![Block::Figure { svg: svg.into(), description: "x".into() }]);
    if let Ok(bytes) = pdf(&drawing) {
        assert!(!File::read(&bytes).heads().contains("/Subtype /Image"));
    }
}

/// The claim of the worked example, as it is made elsewhere: every word of it is
/// in the file, amounts with their spaces.
#[test]
fn the_claim_of_the_example() {
    let json = include_str!("reclamation.json");
    let claim: Document = serde_json::from_str(json).unwrap();
    let file = read(&claim);
    let all = file.text();
    // Nothing is written over something else, nor beside the page.
    let places = file.places();
    let apart: BTreeSet<_> = places.iter().collect();
    assert_eq!(apart.len(), places.len(), "{places:?}");
    for (_, x, _) in &places {
        assert!((50.0..560.0).contains(&x.parse::<f64>().unwrap()), "{x}");
    }
    let mut amounts = 0;
    for block in &claim.blocks {
        let texts: Vec<&String> = match block {
            Block::Heading { text, .. } | Block::Paragraph { text } => vec![text],
            Block::Lines { lines: texts, .. } | Block::List { items: texts } => {
                texts.iter().collect()
            }
            Block::Table(table) => table.rows.iter().flatten().chain([&table.caption]).collect(),
            Block::Figure { .. } | Block::PageBreak => Vec::new(),
        };
        for text in texts {
            amounts += usize::from(text.ends_with('€'));
            // A cell may go on after a footer; a word may not.
            if text.len() < 60 {
                tells(&all, text);
            } else {
                text.split(' ').for_each(|word| tells(&all, word));
            }
        }
    }
    assert!(amounts > 10, "{amounts}");
}
