//! The parts of an amount add up to it, exactly and end by end.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::path::Path;

use jalon_data::Dossier;
use jalon_engine::Engine;
use jalon_engine::ledger::{Book, Books, Ends, Ledger, Part, PartKind, People};
use jalon_rules::{Campaign, Rules};

/// What the parts of a scheme say, checked against its amount.
fn parts<'r>(ledger: &Ledger<'r>) -> Vec<Part<'r>> {
    let parts = ledger.parts();
    let sum = parts
        .iter()
        .filter_map(|part| part.euros.as_ref())
        .fold(Ends::zero(), |sum, euros| sum.plus(euros));
    assert_eq!(sum, Ends::from(ledger.euros()), "{}", ledger.scheme().id());
    parts
}

fn rest(parts: &[Part<'_>]) -> Option<Ends> {
    let rest = parts.iter().find(|part| part.kind == PartKind::Rest)?;
    rest.euros.clone()
}

#[test]
fn parts_are_the_amount() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../exemples/cabinet");
    let dossier = Dossier::open(&example).unwrap();
    let engine = Engine::open(&dossier).unwrap();
    let people = People::read(&engine).unwrap();
    let rules = Rules::bundled().unwrap();
    let mut alone = Vec::new();
    for year in [2014, 2017, 2023, 2024, 2026] {
        let campaign = Campaign::new(year).unwrap();
        let books = Books { rules: &rules, campaign, overlay: None, list: None, doctor: None };
        let mut schemes = rules.any_schemes();
        schemes.retain(|scheme| scheme.covers(campaign));
        // The facts of the example are those of 2024.
        let facts = Campaign::new(2024).unwrap();
        let counted = books.count_all(&engine, &people, &schemes, facts).unwrap();
        let paid: Vec<Book<'_>> = books.books(&counted, &people, &engine).unwrap();
        assert_eq!(paid.len(), 1);
        for ledger in &paid[0].ledgers {
            let parts = parts(ledger);
            let id = ledger.scheme().id();
            match rest(&parts) {
                None => alone.push((year, id)),
                // Points that nobody knows, counted once for each indicator.
                Some(rest) if matches!(ledger, Ledger::Rate(_)) => {
                    assert!(rest.low.is_zero() && rest.high.is_negative(), "{year} {id}");
                }
                // Uplifts, and points of a printed total that no page carries.
                Some(rest) => assert!(!rest.low.is_negative() && !rest.high.is_negative()),
            }
        }
    }
    // Where nothing is left over, the items alone make the amount.
    for known in [
        (2017, "rosp-adulte"),
        (2017, "forfait-structure"),
        (2024, "rosp-adulte"),
        (2024, "forfait-patientele"),
        (2024, "forfait-structure"),
        (2026, "fmt-prevention"),
        (2026, "donum"),
    ] {
        assert!(alone.contains(&known), "{known:?} : {alone:?}");
    }
    for corrected in [(2024, "rosp-enfant"), (2024, "volet-synthese-medicale"), (2026, "fmt-socle")]
    {
        assert!(!alone.contains(&corrected), "{corrected:?} : {alone:?}");
    }
}
