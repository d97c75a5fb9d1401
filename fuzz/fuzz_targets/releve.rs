//! A statement typed in TOML: any text gives a statement that reads back the
//! same, or faults.

#![no_main]

use jalon_import::statement::{from_toml, render};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match from_toml(text, "releve.toml") {
        Ok(statement) => {
            let again = from_toml(&render(&statement), "releve.toml").expect("what was written");
            assert_eq!(render(&again), render(&statement));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
