//! `jalon-pdf`: a document as data comes in, its pages go out. A program of its
//! own, so that whoever prints a document needs not be built with the composer.

use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::process::ExitCode;

use jalon_pdf::{Document, PdfError, pdf};

/// Most bytes of a document.
const MOST: u64 = 16 << 20;

const HELP: &str = "\
Met un document en pages : JSON sur l'entrée, PDF sur la sortie.

Usage : jalon-pdf < document.json > document.pdf

Le document est celui que décrit la bibliothèque jalon-pdf : titre, auteur,
date, pied de page, et blocs (titres, textes, tables). 16 Mio au plus.
Le PDF est archivable (PDF/A-2a) et accessible (PDF/UA-1).
`jalon servir` trouve ce programme à côté de lui, ou par --pdf.

Options :
  --aide, --help  Montre cette aide
  --version       Montre la version

Codes de retour : 0 fait, 1 document refusé, 2 commande mal employée, 3 machine
";

/// Why there are no pages: the code that ends the program, and what it says.
struct Failure(u8, String);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(code, says)) => {
            // Without a place to complain, the code says enough.
            let _ = writeln!(io::stderr(), "jalon-pdf : {says}");
            ExitCode::from(code)
        }
    }
}

fn run() -> Result<(), Failure> {
    let asked: Vec<_> = std::env::args_os().skip(1).collect();
    match asked.first().and_then(|first| first.to_str()) {
        None if asked.is_empty() => {}
        Some("--aide" | "--help" | "-h") if asked.len() == 1 => return say(HELP.as_bytes()),
        Some("--version" | "-V") if asked.len() == 1 => {
            return say(concat!("jalon-pdf ", env!("CARGO_PKG_VERSION"), "\n").as_bytes());
        }
        _ => return Err(misused("argument inattendu")),
    }
    if io::stdin().is_terminal() {
        return Err(misused("aucun document sur l'entrée"));
    }
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(MOST + 1).read_to_end(&mut bytes);
    read.map_err(|_| Failure(3, "l'entrée ne se lit pas".to_owned()))?;
    if bytes.len() as u64 > MOST {
        return Err(Failure(1, "document trop gros : 16 Mio au plus".to_owned()));
    }
    let document = document(&bytes)?;
    let pages = pdf(&document).map_err(|error| match error {
        PdfError::Data(_) => Failure(3, error.to_string()),
        PdfError::Refused(_) => Failure(1, error.to_string()),
    })?;
    say(&pages)
}

/// The document, or where it stops being one. What it says is not repeated: it
/// may name people.
fn document(bytes: &[u8]) -> Result<Document, Failure> {
    serde_json::from_slice(bytes).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Eof => "document incomplet",
            serde_json::error::Category::Data => "ce JSON n'est pas un document",
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => {
                "JSON mal écrit"
            }
        };
        let (line, column) = (error.line(), error.column());
        Failure(1, format!("{what}, ligne {line}, colonne {column}"))
    })
}

fn say(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let written = out.write_all(bytes).and_then(|()| out.flush());
    written.map_err(|_| Failure(3, "la sortie ne s'écrit pas".to_owned()))
}

fn misused(what: &str) -> Failure {
    Failure(2, format!("{what}\naide : jalon-pdf < document.json > document.pdf"))
}
