//! The JSON of `jalon calculer` is the one written down in
//! `docs/calculer.schema.json`.
//!
//! `JALON_METTRE_A_JOUR=1 cargo test -p jalon --test schema` writes it anew.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code, reason = "only the shapes are needed here")]
#[path = "../src/json.rs"]
mod json;

use std::fs;
use std::path::Path;

#[test]
fn the_schema_is_the_one_written_down() {
    let schema = serde_json::to_value(schemars::schema_for!(json::Outcome)).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/calculer.schema.json");
    if std::env::var("JALON_METTRE_A_JOUR").is_ok_and(|value| value == "1") {
        let text = serde_json::to_string_pretty(&schema).unwrap();
        fs::write(&path, format!("{text}\n")).unwrap();
        return;
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let written: serde_json::Value = serde_json::from_str(&written).unwrap_or_default();
    assert!(
        written == schema,
        "docs/calculer.schema.json n'est plus le schéma du résultat\n\
         aide : JALON_METTRE_A_JOUR=1 cargo test -p jalon --test schema"
    );
}
