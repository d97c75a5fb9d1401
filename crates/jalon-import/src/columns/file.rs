//! The file of a correspondence: TOML that people may correct.

use std::fmt::Write as _;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::Saved;
use super::propose::one_fault;
use crate::error::ImportError;
use crate::toml_text::quoted;
use jalon_data::fault::Words;

/// Reads a correspondence; none if the file does not exist.
pub fn load(path: &Path) -> Result<Option<Saved>, ImportError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ImportError::io(path)(error)),
    };
    let file = path.display().to_string();
    let fault = |at: usize, message: &str, hint: &str| {
        let line = text.get(..at).map_or(1, |before| before.matches('\n').count() as u64 + 1);
        one_fault(&file, line, || Words::new(message).hint(hint))
    };
    let table = DeTable::parse(&text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        fault(at, "TOML mal écrit", "champ = \"titre\", un par ligne")
    })?;
    let mut saved = Saved::default();
    for (name, value) in table.get_ref() {
        let place = match name.get_ref().as_ref() {
            "colonnes" => &mut saved.columns,
            "libelles" => &mut saved.labels,
            _ => {
                return Err(fault(name.span().start, "table inconnue", "[colonnes] et [libelles]"));
            }
        };
        let DeValue::Table(entries) = value.get_ref() else {
            return Err(fault(value.span().start, "une table est attendue", "[colonnes]"));
        };
        for (key, value) in entries {
            let DeValue::String(text) = value.get_ref() else {
                let hint = "entre guillemets : champ = \"titre\"";
                return Err(fault(value.span().start, "un texte est attendu", hint));
            };
            place.insert(key.get_ref().clone().into_owned(), text.clone().into_owned());
        }
    }
    Ok(Some(saved))
}

/// A correspondence as a file.
#[must_use]
pub fn render(saved: &Saved) -> String {
    let mut out = String::from(
        "# Quelle colonne donne quel champ. Relu à chaque import, corrigeable à la main.\n\n[colonnes]\n",
    );
    for (key, title) in &saved.columns {
        let _ = writeln!(out, "{key} = {}", quoted(title));
    }
    if !saved.labels.is_empty() {
        out.push_str("\n# Quel indicateur désigne chaque libellé.\n[libelles]\n");
        for (label, id) in &saved.labels {
            let _ = writeln!(out, "{} = {}", quoted(label), quoted(id));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_as_it_was() {
        let mut saved = Saved::default();
        saved.columns.insert("nom".into(), "Nom \"d'usage\"\\".into());
        saved.columns.insert("age".into(), String::new());
        saved.labels.insert("Cancer du sein".into(), "cancer-sein".into());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.toml");
        assert_eq!(load(&path).unwrap(), None);
        fs::write(&path, render(&saved)).unwrap();
        assert_eq!(load(&path).unwrap(), Some(saved));
        fs::write(&path, "[colonnes]\nnom = 3\n").unwrap();
        let error = load(&path).unwrap_err().to_string();
        assert!(error.contains("x.toml:2: un texte est attendu"), "{error}");
    }
}
