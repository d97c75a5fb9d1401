//! `jalon importer`: whole commands, and what is left of one that is killed.

#[cfg(test)]
mod commun;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use commun::{command, done, has, ordinary, refused, run};
use tempfile::TempDir;

const CABINET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../exemples/cabinet");

#[cfg(test)]
fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The time, and the time taken, are the only things that change.
#[cfg(test)]
fn without_times(text: &str) -> String {
    let mut out = String::new();
    for line in text.replace(['\u{a0}', '\u{202f}'], " ").lines() {
        let line = match line.split_once(" Mo, ") {
            Some((head, _)) => format!("{head} Mo, … s"),
            None => line.to_owned(),
        };
        out.push_str(&line);
        out.push('\n');
    }
    out
}

#[test]
fn brought_in_listed_and_taken_back() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("essai");
    let to = shown(&root);
    let first = done(["importer", "tables", CABINET, "--vers", &to]);
    insta::assert_snapshot!(without_times(&first.replace(&to, "essai")), @r"
    Lot 1 (tables) : 9 fichiers, 2,8 Mo, … s

    Table             Lot  Dossier
    medecins            1        1
    patients          850      850
    rattachements     850      850
    delivrances    55 117   55 117
    actes          18 364   18 364
    vaccinations      512      512
    ald               162      162
    sejours           442      442
    declarations        3        3

    Pour revenir en arrière : jalon importer annuler 1 --vers essai
    ");
    let again = done(["importer", "tables", CABINET, "--vers", &to]);
    assert!(again.starts_with("Déjà importé : c'est le lot 1, du "), "{again}");
    assert!(again.ends_with(" UTC. Rien n'a changé.\n"), "{again}");

    // The dossier of batches answers as the plain one, the hash of data aside.
    let answer = |dossier: &str| {
        let asked = ["calculer", dossier, "--campagne", "2024", "--format", "json"];
        let mut answer: serde_json::Value = serde_json::from_str(&done(asked)).unwrap();
        answer["donnees"] = serde_json::Value::Null;
        answer
    };
    assert_eq!(answer(&to), answer(CABINET));

    let extra = folder.path().join("extra");
    fs::create_dir(&extra).unwrap();
    let text = "medecin,campagne,indicateur,numerateur,denominateur,date\nM0001,2024,diabete-pieds,1,2,2025-01-20\nM9999,2024,diabete-pieds,1,2,2025-01-20\n";
    fs::write(extra.join("declarations.csv"), text).unwrap();
    let trial = done(["importer", "tables", &shown(&extra), "--vers", &to, "--a-blanc"]);
    assert!(trial.contains("À blanc : rien n'a été gardé."), "{trial}");
    assert!(trial.contains("declarations : médecin inconnu"), "{trial}");
    done(["importer", "tables", &shown(&extra), "--vers", &to]);
    let lots = done(["importer", "lots", &to]);
    let lines: Vec<_> = lots.lines().collect();
    assert_eq!(lines.len(), 3, "{lots}");
    assert!(lines[2].contains("declarations.csv"), "{lots}");
    let json = done(["importer", "lots", &to, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["lots"][1]["fichiers"][0]["nom"], "declarations.csv");
    assert_eq!(json["fusion"]["ecartes"]["declarations : médecin inconnu"]["nombre"], 1);

    let back = done(["importer", "annuler", "2", "--vers", &to]);
    assert_eq!(back, "Lot 2 (tables) annulé : le dossier est comme s'il n'était jamais venu.\n");
    assert_eq!(answer(&to), answer(CABINET));
}

#[test]
fn refusals_say_what_to_do() {
    let folder = TempDir::new().unwrap();
    let root = shown(&folder.path().join("essai"));
    let empty = shown(folder.path());
    assert_eq!(
        refused(2, ["importer", "tables", CABINET, "--vers", CABINET]).replace(CABINET, "cabinet"),
        "cabinet : ce dossier tient déjà une table medecins, qui ne vient d'aucun lot\n\
         aide : `jalon importer tables cabinet --vers NOUVEAU`, puis importez dans NOUVEAU\n"
    );
    let none = refused(2, ["importer", "tables", &empty, "--vers", &root]);
    assert!(
        none.contains("aucune table, ou aucune ligne\naide : une table est un fichier"),
        "{none}"
    );
    let lost = refused(1, ["importer", "tables", "nulle-part", "--vers", &root]);
    assert!(lost.contains("nulle-part: dossier introuvable"), "{lost}");
    assert!(lost.ends_with("Rien n'a été importé : le dossier est comme avant.\n"), "{lost}");
    assert!(!Path::new(&root).exists());
    let plain = refused(2, ["importer", "lots", CABINET]);
    assert!(plain.contains("ce dossier n'est pas fait de lots"), "{plain}");
    let nowhere = refused(2, ["importer", "annuler", "1", "--vers", &root]);
    assert!(nowhere.contains("dossier introuvable"), "{nowhere}");
}

/// A place where nothing may be written: nothing is, and the message says so.
#[cfg(unix)]
#[test]
fn read_only_folder() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = TempDir::new().unwrap();
    let source = folder.path().join("source");
    fs::create_dir(&source).unwrap();
    fs::write(source.join("patients.csv"), "patient,naissance,sexe\nP1,1950-01-01,F\n").unwrap();
    let kept = folder.path().join("cabinet");
    done(["importer", "tables", &shown(&source), "--vers", &shown(&kept)]);
    let before = tables(&kept);
    for place in [kept.clone(), folder.path().join("nouveau")] {
        let mut asked = ordinary(&folder);
        for path in [folder.path(), &kept] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o555)).unwrap();
        }
        let answer = run(asked.args(["importer", "tables"]).arg(&source).arg("--vers").arg(&place));
        assert_eq!((answer.code, answer.out.as_str()), (3, ""), "{}", answer.err);
        has(&answer.err, &["accès refusé", "le dossier est comme avant"]);
        for path in [folder.path(), &kept] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    assert_eq!(tables(&kept), before);
    assert!(!folder.path().join("nouveau").exists());
}

/// Every file of the tables in force, with its bytes.
#[cfg(test)]
fn tables(root: &Path) -> Option<BTreeMap<PathBuf, Vec<u8>>> {
    let state = root.join(fs::read_to_string(root.join("courant")).ok()?.trim_end());
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(&state).unwrap() {
        let path = entry.unwrap().path();
        let inside = if path.is_dir() {
            fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()).collect()
        } else {
            vec![path]
        };
        for path in inside.into_iter().filter(|path| path.extension().unwrap() == "parquet") {
            files
                .insert(path.strip_prefix(&state).unwrap().to_path_buf(), fs::read(&path).unwrap());
        }
    }
    Some(files)
}

/// Killed at eighty moments spread over its life, and at twenty just after it
/// took effect, an import leaves the dossier as it was or as it was to be.
#[test]
fn killed_at_any_moment() {
    let folder = TempDir::new().unwrap();
    let (source, root) = (folder.path().join("source"), folder.path().join("essai"));
    let mut generate: Command = command();
    let asked = ["--patients", "40", "--medecins", "1", "--graine", "5", "--campagne", "2024"];
    let answer = run(generate.arg("generer").args(asked).arg("--vers").arg(&source));
    assert_eq!(answer.code, 0, "{}", answer.err);
    let born = folder.path().join("naissances");
    fs::create_dir(&born).unwrap();
    fs::write(born.join("patients.csv"), "patient,naissance,sexe\nX1,1950-01-01,F\n").unwrap();
    let to = shown(&root);
    done(["importer", "tables", &shown(&born), "--vers", &to]);
    let before = tables(&root).unwrap();

    let import = || {
        let mut command: Command = command();
        command.args(["importer", "tables"]).arg(&source).args(["--vers", &to]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let start = Instant::now();
    assert!(import().status().unwrap().success());
    let life = start.elapsed();
    let after = tables(&root).unwrap();
    assert_ne!(after, before);
    done(["importer", "annuler", "2", "--vers", &to]);

    let (mut as_before, mut as_after) = (0, 0);
    for moment in 0..100 {
        let mut killed = import().spawn().unwrap();
        if moment < 80 {
            sleep(life.mul_f64(f64::from(moment) / 80.0).min(Duration::from_secs(5)));
        } else {
            // As soon as the new state is in force, however slow the machine.
            let pointer = fs::read(root.join("courant")).unwrap();
            while fs::read(root.join("courant")).unwrap() == pointer {
                assert!(start.elapsed() < Duration::from_mins(10), "never imported");
                sleep(Duration::from_millis(1));
            }
        }
        killed.kill().unwrap();
        killed.wait().unwrap();
        let now = tables(&root).unwrap();
        if now == before {
            as_before += 1;
        } else {
            assert_eq!(now.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
            assert!(now == after, "moment {moment}: neither before nor after");
            as_after += 1;
            let lots = done(["importer", "lots", &to, "--format", "json"]);
            let lots: serde_json::Value = serde_json::from_str(&lots).unwrap();
            let last = lots["lots"].as_array().unwrap().last().unwrap()["numero"].to_string();
            done(["importer", "annuler", &last, "--vers", &to]);
            assert!(tables(&root).unwrap() == before);
        }
    }
    // Both must have been met, or the moments were badly spread.
    assert!(as_before > 10 && as_after >= 20, "{as_before} before, {as_after} after");
    // What the killed ones left behind is cleared by the next.
    done(["importer", "tables", &shown(&source), "--vers", &to]);
    assert_eq!(fs::read_dir(root.join("etats")).unwrap().count(), 1);
    assert_eq!(fs::read_dir(root.join("lots")).unwrap().count(), 2);
}
