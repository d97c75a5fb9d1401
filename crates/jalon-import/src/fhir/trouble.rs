//! What is wrong with a text of JSON, said in French.

use jalon_data::fault::Words;
use serde::Deserialize;
use serde_json::error::Category;

use super::date::BadDate;

/// Deepest nesting of objects and lists. FHIR needs a dozen.
const DEEPEST: usize = 100;

/// What is wrong with a resource. Never holds an identifier.
#[derive(Debug)]
pub(super) struct Trouble {
    /// Where in the resource, `component[0].code`.
    pub path: Option<String>,
    /// The value, if it is of a kind that may be shown.
    pub value: Option<String>,
    pub message: String,
    pub hint: Option<String>,
}

impl Trouble {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { path: None, value: None, message: message.into(), hint: None }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    pub(super) fn at(self, path: impl Into<String>) -> Self {
        Self { path: Some(path.into()), ..self }
    }

    pub(super) fn date(path: &str, value: &str, bad: BadDate) -> Self {
        let (message, hint) = bad.words();
        Self { value: Some(value.to_owned()), ..Self::new(message).hint(hint).at(path) }
    }

    pub(super) fn words(&self) -> Words {
        let mut words = Words::new(self.message.as_str());
        if let Some(hint) = &self.hint {
            words = words.hint(hint.as_str());
        }
        if let Some(path) = &self.path {
            words = words.column(path);
        }
        match &self.value {
            Some(value) => words.value(value),
            None => words,
        }
    }
}

/// Reads a structure. Only a text that cannot be read is read again to tell
/// where and why.
pub(super) fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Trouble> {
    if is_too_deep(text) {
        return Err(Trouble::new(format!("plus de {DEEPEST} objets ou listes emboîtés"))
            .hint("une ressource FHIR n'en a pas besoin : le fichier est-il abîmé ?"));
    }
    serde_json::from_str(text).map_err(|error| explain::<T>(text, &error))
}

/// Whether brackets nest too deep. Few texts have enough of them to be worth
/// looking at closely.
fn is_too_deep(text: &str) -> bool {
    let bytes = text.as_bytes();
    if memchr::memchr2_iter(b'{', b'[', bytes).nth(DEEPEST).is_none() {
        return false;
    }
    let (mut depth, mut inside, mut escaped) = (0_usize, false, false);
    for byte in bytes {
        if inside {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => inside = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => inside = true,
            b'{' | b'[' => {
                depth += 1;
                if depth > DEEPEST {
                    return true;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

fn explain<'a, T: Deserialize<'a>>(text: &'a str, first: &serde_json::Error) -> Trouble {
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = serde_path_to_error::deserialize::<_, T>(&mut reader);
    let path = read.err().map(|error| error.path().to_string());
    let trouble = of_json(first);
    match path.filter(|path| path != "." && path != "?") {
        Some(path) => trouble.at(path.trim_end_matches(".?")),
        None => trouble,
    }
}

/// An error of the JSON library in French; its own words may show a value.
pub(super) fn of_json(error: &serde_json::Error) -> Trouble {
    let words = error.to_string();
    let place = || format!("JSON mal formé, au caractère {}", error.column());
    match error.classify() {
        Category::Eof => Trouble::new("JSON coupé avant sa fin")
            .hint("le fichier est-il entier ? en NDJSON une ressource tient sur une ligne ; un fichier JSON sur plusieurs lignes se nomme `.json`"),
        Category::Data if words.starts_with("duplicate field") => {
            // A name of FHIR, between backquotes: nothing that a file made up.
            let key = words.split('`').nth(1).unwrap_or_default();
            Trouble::new(format!("clé en double : `{key}`"))
                .hint("gardez une seule des deux valeurs")
        }
        Category::Data => Trouble::new("valeur d'un autre type que celui de FHIR R4")
            .hint("voyez ce que FHIR R4 attend à cet endroit"),
        Category::Io => Trouble::new(format!("lecture impossible ({error})")),
        Category::Syntax if words.starts_with("number out of range") => {
            Trouble::new("nombre hors de toute mesure").hint("corrigez ce nombre")
        }
        Category::Syntax if words.starts_with("trailing characters") => {
            Trouble::new("du texte suit la fin de l'objet JSON")
                .hint("un fichier d'une ressource par ligne se nomme `.ndjson`")
        }
        Category::Syntax if words.starts_with("invalid unicode") => not_utf8(),
        Category::Syntax => Trouble::new(place()).hint("le fichier est-il bien du JSON, entier ?"),
    }
}

/// Bytes that are not UTF-8.
pub(super) fn not_utf8() -> Trouble {
    Trouble::new("texte qui n'est pas de l'UTF-8").hint(
        "JSON s'écrit en UTF-8 : convertissez ce fichier, sans doute en Latin-1 (Windows-1252)",
    )
}

#[cfg(test)]
mod tests {
    use super::super::model::{Observation, Patient};
    use super::*;

    fn trouble<'a, T: Deserialize<'a> + std::fmt::Debug>(text: &'a str) -> (String, String) {
        let trouble = parse::<T>(text).unwrap_err();
        (trouble.path.unwrap_or_default(), trouble.message)
    }

    #[test]
    fn says_where_and_what() {
        let cases = [
            (r#"{"birthDate": 1950}"#, "birthDate", "valeur d'un autre type que celui de FHIR R4"),
            (r#"{"id":"1","id":"2"}"#, "", "clé en double : `id`"),
            (
                r#"{"identifier":[{"system":"s"},{"value":{}}]}"#,
                "identifier[1].value",
                "valeur d'un autre type que celui de FHIR R4",
            ),
            (r#"{"id":"1""#, "", "JSON coupé avant sa fin"),
            (r#"{"id":"1"} {}"#, "", "du texte suit la fin de l'objet JSON"),
            (r#"{"id" "1"}"#, "", "JSON mal formé, au caractère 7"),
        ];
        for (text, path, message) in cases {
            assert_eq!(trouble::<Patient<'_>>(text), (path.into(), message.into()), "{text}");
        }
        assert_eq!(
            trouble::<Observation<'_>>(r#"{"valueQuantity":{"value":1e400}}"#),
            ("valueQuantity.value".into(), "nombre hors de toute mesure".into())
        );
    }

    #[test]
    fn nesting_is_bounded() {
        let nested =
            |depth: usize| format!(r#"{{"x":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
        assert!(parse::<Patient<'_>>(&nested(DEEPEST - 1)).is_ok());
        let message = format!("plus de {DEEPEST} objets ou listes emboîtés");
        assert_eq!(trouble::<Patient<'_>>(&nested(10_000)).1, message);
        // Brackets within texts, and side by side, do not count.
        let quoted = format!(r#"{{"x":"\"{}"}}"#, "[".repeat(10_000));
        assert!(parse::<Patient<'_>>(&quoted).is_ok());
        let wide = format!(r#"{{"x":[{}[]]}}"#, "[],".repeat(10_000));
        assert!(parse::<Patient<'_>>(&wide).is_ok());
    }
}
