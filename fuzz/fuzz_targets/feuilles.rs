//! Sheets of the fund, XLS, XLSX, ODS or text: any bytes give rows, or a
//! refusal, in bounded memory.

#![no_main]

use std::path::Path;

use jalon_import::sheet::{self, Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    match sheet::read_bytes(Path::new("essai.xls"), data, &Limits::USUAL) {
        Ok(_) => {}
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
