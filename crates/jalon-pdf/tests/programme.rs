//! The program as others run it: bytes in, bytes out, a code.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

#[cfg(test)]
fn run(args: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_jalon-pdf"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses early reads no further.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

#[cfg(test)]
fn says(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const CLAIM: &[u8] = include_bytes!("reclamation.json");

#[test]
fn a_document_comes_out_as_pages() {
    let one = run(&[], CLAIM);
    assert!(one.status.success(), "{}", says(&one));
    assert!(one.stdout.starts_with(b"%PDF-") && one.stderr.is_empty());
    assert_eq!(one.stdout, run(&[], CLAIM).stdout, "the same document, the same bytes");
}

#[test]
fn what_is_no_document_is_refused_without_being_repeated() {
    let wrong = String::from_utf8_lossy(CLAIM).replacen("\"title\"", "\"Mme Canari\"", 1);
    let blocks = br#"{"title":"t","author":"","date":"2025-05-12","footer":"","landscape":false,"blocks":[{"kind":"heading","level":3,"text":"a"}]}"#;
    let large = vec![b' '; (16 << 20) + 1];
    for (input, code, expected) in [
        (&b""[..], 1, "document incomplet, ligne 1"),
        (&CLAIM[..40], 1, "document incomplet"),
        (b"[1, 2", 1, "jalon-pdf : "),
        (b"bonjour", 1, "JSON mal écrit, ligne 1, colonne 1"),
        (wrong.as_bytes(), 1, "ce JSON n'est pas un document, ligne"),
        (&large, 1, "16 Mio au plus"),
        // Titles that skip a level cannot be read aloud in order.
        (blocks, 1, "impossible à mettre en pages"),
    ] {
        let output = run(&[], input);
        assert_eq!(output.status.code(), Some(code), "{expected}");
        let told = says(&output);
        assert!(told.contains(expected) && !told.contains("Canari"), "{told}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn it_says_how_it_is_used() {
    for ask in ["--aide", "--help", "-h"] {
        let output = run(&[ask], b"");
        assert!(output.status.success());
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(told.contains("jalon-pdf < document.json > document.pdf"), "{told}");
    }
    let version = run(&["--version"], b"").stdout;
    assert_eq!(version, format!("jalon-pdf {}\n", env!("CARGO_PKG_VERSION")).as_bytes());
    for args in [&["x.json"][..], &["--aide", "x"], &["--format", "pdf"]] {
        let output = run(args, CLAIM);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(says(&output).contains("aide : "));
    }
}
