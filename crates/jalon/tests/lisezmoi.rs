//! The readmes show what the command really says, and no link of the
//! documentation leads nowhere.
//!
//! `JALON_METTRE_A_JOUR=1 cargo test -p jalon --test lisezmoi` writes the
//! `console` blocks anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const README: [&str; 5] = [
    "README.md",
    "LISEZMOI.md",
    "docs/dispositifs.md",
    "docs/importer-listes.md",
    "docs/importer-releve.md",
];

const OPEN: &str = "```console";
const CLOSE: &str = "```";
const PROMPT: &str = "$ cargo run -- ";

/// What commands printed, so that each runs once.
type Said = BTreeMap<String, String>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What a command prints, without the spaces at the end of lines.
fn say<'s>(arguments: &str, said: &'s mut Said) -> &'s str {
    said.entry(arguments.to_owned()).or_insert_with(|| {
        let output = Command::new(env!("CARGO_BIN_EXE_jalon"))
            .args(arguments.split_whitespace())
            .current_dir(root())
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "jalon {arguments}\n{errors}");
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<_> = text.trim_end().lines().map(str::trim_end).collect();
        lines.join("\n")
    })
}

/// The text with the body of every `console` block as the command says it.
fn replayed(name: &str, text: &str, said: &mut Said) -> String {
    let mut lines = text.lines();
    let mut new = String::with_capacity(text.len());
    let mut push = |line: &str| {
        new.push_str(line);
        new.push('\n');
    };
    while let Some(line) = lines.next() {
        push(line);
        if line != OPEN {
            continue;
        }
        let prompt = lines.next().unwrap_or_default();
        let arguments = prompt.strip_prefix(PROMPT);
        let arguments =
            arguments.unwrap_or_else(|| panic!("{name} : `{prompt}` au lieu de `{PROMPT}…`"));
        push(prompt);
        push(say(arguments, said));
        push(CLOSE);
        assert!(lines.any(|line| line == CLOSE), "{name} : bloc jamais fermé après `{prompt}`");
    }
    new
}

/// The first line that differs.
fn difference(name: &str, written: &str, said: &str) -> Option<String> {
    if written == said {
        return None;
    }
    let (mut left, mut right) = (written.lines(), said.lines());
    let mut number = 0;
    loop {
        number += 1;
        let (left, right) = (left.next(), right.next());
        if left != right || left.is_none() {
            let [left, right] = [left, right].map(Option::unwrap_or_default);
            return Some(format!("{name}:{number}\n  écrit : {left}\n  dit :   {right}"));
        }
    }
}

#[test]
fn the_readmes_show_what_the_command_says() {
    let update = std::env::var("JALON_METTRE_A_JOUR").is_ok_and(|value| value == "1");
    let mut said = Said::new();
    let mut wrong = Vec::new();
    for name in README {
        let path = root().join(name);
        let written = fs::read_to_string(&path).unwrap();
        let new = replayed(name, &written, &mut said);
        if update {
            fs::write(&path, new).unwrap();
        } else {
            wrong.extend(difference(name, &written, &new));
        }
    }
    assert!(!said.is_empty(), "aucun bloc `{OPEN}`");
    assert!(
        wrong.is_empty(),
        "{}\naide : JALON_METTRE_A_JOUR=1 cargo test -p jalon --test lisezmoi",
        wrong.join("\n")
    );
}

/// The Markdown files of the project: at its root and in `docs`.
fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<_> = [root(), root().join("docs")]
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.sort();
    pages
}

#[test]
fn no_link_leads_nowhere() {
    let mut wrong = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for after in text.split("](").skip(1) {
            let target = after.split(')').next().unwrap_or_default();
            let file = target.split('#').next().unwrap_or_default();
            let elsewhere = file.is_empty() || file.contains("://") || file.starts_with("mailto:");
            if !elsewhere && !page.with_file_name(file).exists() {
                wrong.push(format!("{} : `{target}`", page.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "liens vers rien :\n{}", wrong.join("\n"));
}
