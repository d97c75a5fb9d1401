//! The same invented people as canonical tables, as SNDS tables and as FHIR:
//! one result, to the byte, the hash of data aside.

#[cfg(test)]
mod commun;

use std::fs;
use std::path::Path;

use commun::{done, refused};
use tempfile::TempDir;

const PLAN: [&str; 8] =
    ["--patients", "240", "--medecins", "2", "--graine", "11", "--campagne", "2024"];

#[cfg(test)]
fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Invents the people in a form, and imports what was written.
#[cfg(test)]
fn imported(folder: &TempDir, form: &str, more: &[&str]) -> String {
    let name = [&[form], more].concat().join("");
    let (written, dossier) =
        (folder.path().join(&name), folder.path().join(format!("{name}-lots")));
    let (written, dossier) = (shown(&written), shown(&dossier));
    done([&["generer"], &PLAN[..], &["--vers", &written, "--forme", form], more].concat());
    let inside = |name: &str| shown(&Path::new(&written).join(name));
    done(["importer", form, &inside(form), "--vers", &dossier]);
    done(["importer", "tables", &inside("cabinet"), "--vers", &dossier]);
    dossier
}

/// The result in JSON, without the hash of data.
#[cfg(test)]
fn result(dossier: &str, campaign: &str) -> String {
    let text = done(["calculer", dossier, "--campagne", campaign, "--format", "json"]);
    let (head, rest) = text.split_once("\"donnees\":\"").unwrap();
    let (hash, tail) = rest.split_once('"').unwrap();
    assert_eq!(hash.len(), 64);
    format!("{head}{tail}")
}

#[test]
fn three_forms_one_result() {
    let folder = TempDir::new().unwrap();
    let tables = shown(&folder.path().join("tables"));
    done([&["generer"], &PLAN[..], &["--vers", &tables]].concat());
    let dossiers = [
        imported(&folder, "dcir", &[]),
        imported(&folder, "dcir", &["--format", "parquet"]),
        imported(&folder, "fhir", &[]),
    ];
    for campaign in ["2024", "2026"] {
        let expected = result(&tables, campaign);
        for dossier in &dossiers {
            assert!(result(dossier, campaign) == expected, "{dossier}, {campaign}");
        }
    }
    // The three agree on something: most numerators are not 0.
    let result = result(&tables, "2024");
    let (all, none) = ("\"numerateur\":\"", "\"numerateur\":\"0\"");
    assert!(result.matches(none).count() * 2 < result.matches(all).count());
}

/// Flows that come one after the other make the same dossier as all at once.
#[test]
fn flows_one_by_one() {
    let folder = TempDir::new().unwrap();
    let whole = imported(&folder, "dcir", &[]);
    let written = folder.path().join("dcir").join("dcir");
    let (early, late) = (folder.path().join("avant"), folder.path().join("apres"));
    for (part, keeps) in [(&early, true), (&late, false)] {
        fs::create_dir(part).unwrap();
        for entry in fs::read_dir(&written).unwrap() {
            let path = entry.unwrap().path();
            let to = part.join(path.file_name().unwrap());
            if path.is_dir() {
                fs::create_dir(&to).unwrap();
                for file in fs::read_dir(&path).unwrap() {
                    let file = file.unwrap().path();
                    let name = file.file_stem().unwrap().to_string_lossy().into_owned();
                    let (_, month) = name.rsplit_once('_').unwrap();
                    if (month < "202401") == keeps {
                        fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
                    }
                }
            } else if keeps || !path.file_name().unwrap().to_string_lossy().starts_with("T_MCO") {
                fs::copy(&path, &to).unwrap();
            }
        }
    }
    let by_parts = shown(&folder.path().join("parts"));
    done(["importer", "dcir", &shown(&early), "--vers", &by_parts]);
    done(["importer", "dcir", &shown(&late), "--vers", &by_parts]);
    done([
        "importer",
        "tables",
        &shown(&folder.path().join("dcir").join("cabinet")),
        "--vers",
        &by_parts,
    ]);
    assert!(result(&by_parts, "2024") == result(&whole, "2024"));
    let twice = refused(2, ["importer", "dcir", &shown(&written), "--vers", &by_parts]);
    assert!(twice.contains("dont les lignes compteraient deux fois"), "{twice}");
}
