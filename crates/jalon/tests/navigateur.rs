//! The application in a real browser: Debian's Chromium, driven by the scripts
//! of `navigateur/`. What is missing is installed, where root runs the tests.

#![cfg(feature = "servir")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/navigateur");

/// Whether a program answers.
#[cfg(test)]
fn answers(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Runs a command to its end, which must be a good one.
#[cfg(test)]
fn must(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} : {error}"));
    assert!(
        output.status.success(),
        "{command:?}\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Installs the browser and what drives it. Gives where the libraries are.
#[cfg(test)]
fn installed() -> PathBuf {
    let missing: Vec<_> = [("chromium", "chromium"), ("node", "nodejs"), ("npm", "npm")]
        .into_iter()
        .filter(|(program, _)| !answers(program))
        .map(|(_, package)| package)
        .collect();
    if !missing.is_empty() {
        let mut update = Command::new("apt-get");
        must(update.arg("update"));
        let mut install = Command::new("apt-get");
        must(install.args(["install", "--yes", "--no-install-recommends"]).args(missing));
    }
    // Outside the sources: they stay as they are.
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("navigateur");
    fs::create_dir_all(&place).unwrap();
    let lock = fs::read(Path::new(SCRIPTS).join("package-lock.json")).unwrap();
    let done = place.join("node_modules/fait");
    if fs::read(&done).is_ok_and(|known| known == lock) {
        return place;
    }
    for name in ["package.json", "package-lock.json", ".npmrc"] {
        fs::copy(Path::new(SCRIPTS).join(name), place.join(name)).unwrap();
    }
    must(Command::new("npm").args(["ci", "--ignore-scripts"]).current_dir(&place));
    fs::write(done, lock).unwrap();
    place
}

#[test]
fn in_a_browser() {
    let libraries = installed();
    // The page tests tell the time each took; a failure tells its screen.
    let output = Command::new("node")
        .args(["--test", "--test-reporter=spec", "--test-concurrency=2"])
        .args(scripts())
        .env("JALON", env!("CARGO_BIN_EXE_jalon"))
        .env("BIBLIOTHEQUES", &libraries)
        .env("DEPOT", Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    println!("{told}");
}

/// The scripts that test something, in the order of their names.
#[cfg(test)]
fn scripts() -> Vec<PathBuf> {
    let mut scripts: Vec<_> = fs::read_dir(SCRIPTS)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    scripts.sort();
    assert!(!scripts.is_empty());
    scripts
}
