//! The JSON of the commands is the one written down in `docs/*.schema.json`.
//!
//! `JALON_METTRE_A_JOUR=1 cargo test -p jalon --test schema` writes it anew.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code, reason = "only the shapes are needed here")]
#[path = "../src/json/mod.rs"]
mod json;

use std::fs;
use std::path::Path;

use schemars::Schema;

#[cfg(test)]
fn is_written_down(command: &str, schema: &Schema) {
    let schema = serde_json::to_value(schema).unwrap();
    let name = format!("docs/{command}.schema.json");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(&name);
    if std::env::var("JALON_METTRE_A_JOUR").is_ok_and(|value| value == "1") {
        let text = serde_json::to_string_pretty(&schema).unwrap();
        fs::write(&path, format!("{text}\n")).unwrap();
        return;
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let written: serde_json::Value = serde_json::from_str(&written).unwrap_or_default();
    assert!(
        written == schema,
        "{name} n'est plus le schéma du résultat\n\
         aide : JALON_METTRE_A_JOUR=1 cargo test -p jalon --test schema"
    );
}

#[test]
fn the_schemas_are_those_written_down() {
    is_written_down("calculer", &schemars::schema_for!(json::compute::Outcome));
    is_written_down("comparer", &schemars::schema_for!(json::contrast::Contrast));
    is_written_down("simuler", &schemars::schema_for!(json::simulate::Simulation));
    is_written_down("relancer", &schemars::schema_for!(json::relaunch::Document<'_>));
}
