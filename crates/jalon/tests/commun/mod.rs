//! Runs the command, and writes dossiers and rules for it.

// Each test file uses its own part of this one.
#![allow(dead_code)]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// In every identifier of the dossiers written here, and in no message.
pub const SECRET: &str = "SECRET";

/// What the command answered.
pub struct Answer {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// The command, without the settings of the person who runs the tests.
pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jalon"));
    for name in
        ["COLUMNS", "CLICOLOR_FORCE", "NO_COLOR", "RAYON_NUM_THREADS", "TOKIO_WORKER_THREADS"]
    {
        command.env_remove(name);
    }
    command
}

/// The command, run by someone whom permissions stop: the one who runs the
/// tests, or nobody where that is root. What is needed must be within reach:
/// `folder` is opened to all, and holds the program.
#[cfg(unix)]
pub fn ordinary(folder: &TempDir) -> Command {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;

    const NOBODY: u32 = 65_534;
    let usual = command();
    if fs::metadata(folder.path()).unwrap().uid() != 0 {
        return usual;
    }
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("jalon");
    if !program.exists() && fs::hard_link(env!("CARGO_BIN_EXE_jalon"), &program).is_err() {
        fs::copy(env!("CARGO_BIN_EXE_jalon"), &program).unwrap();
    }
    let mut command = Command::new(program);
    for (name, value) in usual.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.uid(NOBODY).gid(NOBODY).current_dir(folder.path());
    command
}

/// Runs a command to its end. Whatever it was asked, it must not have panicked.
pub fn run(command: &mut Command) -> Answer {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let answer = Answer {
        code: status.code().unwrap(),
        out: String::from_utf8(stdout).unwrap(),
        err: String::from_utf8(stderr).unwrap(),
    };
    for text in [&answer.out, &answer.err] {
        assert!(!text.contains("panicked"), "{text}");
    }
    answer
}

/// Runs `jalon` with these arguments.
pub fn jalon<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Answer {
    run(command().args(arguments))
}

/// Runs `jalon`, which must succeed and say nothing on standard error.
pub fn done<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> String {
    let answer = jalon(arguments);
    assert_eq!((answer.code, answer.err.as_str()), (0, ""), "{}", answer.out);
    answer.out
}

/// Runs `jalon`, which must refuse with this code: nothing on standard output,
/// a French message that names nobody on standard error.
pub fn refused<S: AsRef<OsStr>>(code: i32, arguments: impl IntoIterator<Item = S>) -> String {
    let answer = jalon(arguments);
    assert_eq!((answer.code, answer.out.as_str()), (code, ""), "{}", answer.err);
    assert!(!answer.err.trim().is_empty());
    french(&answer.err);
    assert!(!answer.err.contains(SECRET), "{}", answer.err);
    answer.err
}

/// No English of the libraries below.
pub fn french(text: &str) {
    for word in [
        "Usage:",
        "Options:",
        "Commands:",
        "Arguments:",
        "Print ",
        "error:",
        "required",
        "os error",
        "No such",
    ] {
        assert!(!text.contains(word), "`{word}` in:\n{text}");
    }
}

/// Every one of these is in the text.
pub fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is missing from:\n{text}");
    }
}

/// Every table a dossier must hold, without any line.
const EMPTY: [(&str, &str); 8] = [
    ("medecins", "medecin,specialite"),
    ("patients", "patient,naissance,sexe"),
    ("rattachements", "patient,medecin,debut,fin"),
    ("delivrances", "patient,date,atc,boites"),
    ("actes", "patient,date,systeme,code,quantite"),
    ("vaccinations", "patient,date,code"),
    ("ald", "patient,numero,debut"),
    ("sejours", "patient,entree,sortie,cim10,position"),
];

/// A dossier in a folder of its own, removed at the end.
pub struct Dossier(TempDir);

impl Dossier {
    /// Doctor SECRET-MA, without patients.
    pub fn empty() -> Self {
        let dossier = Self(TempDir::new().unwrap());
        for (table, header) in EMPTY {
            dossier.write(table, format!("{header}\n"));
        }
        dossier.add("medecins", "SECRET-MA,1");
        dossier
    }

    /// One doctor, SECRET-MA, and one patient, SECRET-P1, born in 1950.
    pub fn small() -> Self {
        let dossier = Self::empty();
        dossier.add("patients", "SECRET-P1,1950-03-01,F");
        dossier.add("rattachements", "SECRET-P1,SECRET-MA,2010-01-01,");
        dossier
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The file of a table.
    pub fn file(&self, table: &str) -> PathBuf {
        self.path().join(format!("{table}.csv"))
    }

    /// Replaces a table.
    pub fn write(&self, table: &str, text: impl AsRef<[u8]>) {
        fs::write(self.file(table), text).unwrap();
    }

    /// Adds lines to a table.
    pub fn add(&self, table: &str, lines: &str) {
        let mut text = fs::read_to_string(self.file(table)).unwrap();
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            text.push_str(line);
            text.push('\n');
        }
        self.write(table, text);
    }

    /// `jalon calculer` on this dossier, campaign 2024, and these arguments.
    pub fn calculer(&self, arguments: &[&str]) -> Vec<OsString> {
        self.asks("calculer", &[&["--campagne", "2024"], arguments].concat())
    }

    /// A command on this dossier with these arguments.
    pub fn asks(&self, command: &str, arguments: &[&str]) -> Vec<OsString> {
        let mut all = vec![OsString::from(command), self.path().into()];
        all.extend(arguments.iter().map(OsString::from));
        all
    }
}

/// A new folder with these files.
pub fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    folder
}

/// A copy of the rules that come with the command.
pub fn rules() -> TempDir {
    let copy = TempDir::new().unwrap();
    copy_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../regles"), copy.path());
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
