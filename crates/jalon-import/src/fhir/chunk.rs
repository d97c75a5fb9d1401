//! The resources of a chunk, one by one.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use serde::Deserialize;

use super::bundle;
use super::names::base;
use super::output::At;
use super::source::{Chunk, LONGEST, Shape, no_type};
use super::text::Text;
use super::trouble::{Trouble, not_utf8, parse};

/// A resource as text.
#[derive(Debug)]
pub(super) struct Resource<'t> {
    pub file: usize,
    pub at: At,
    /// Its `resourceType`.
    pub kind: &'t str,
    /// Its text, or the one of the entry around it.
    text: &'t str,
    is_entry: bool,
    /// Its full address, in a bundle.
    pub full_url: Option<&'t str>,
}

impl<'t> Resource<'t> {
    /// Reads what is needed of it.
    pub(super) fn read<T: Deserialize<'t> + Default>(&self) -> Result<T, Trouble> {
        if self.is_entry {
            parse::<EntryOf<T>>(self.text).map(|entry| entry.resource)
        } else {
            parse(self.text)
        }
    }

    /// The server that its relative references are about.
    pub(super) fn base(&self) -> Option<&'t str> {
        self.full_url.and_then(base)
    }
}

#[derive(Deserialize)]
struct EntryOf<T> {
    #[serde(default)]
    resource: T,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Head<'a> {
    #[serde(borrow)]
    resource_type: Option<Text<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct EntryHead<'a> {
    #[serde(borrow)]
    full_url: Option<Text<'a>>,
    resource: Option<Head<'a>>,
}

/// What is met in a chunk.
pub(super) enum Met<'t> {
    Resource(Resource<'t>),
    /// Something that is no resource.
    Trouble(At, Trouble),
    /// An entry without a resource: the answer to a request, a deletion.
    Nothing(At),
}

/// Goes through a chunk.
pub(super) fn each(chunk: &Chunk, visit: &mut dyn FnMut(Met<'_>)) {
    let file = chunk.file;
    match &chunk.shape {
        Shape::Lines(first) => {
            if let Ok(text) = std::str::from_utf8(&chunk.text) {
                let ends = memchr::memchr_iter(b'\n', &chunk.text).chain([text.len()]);
                let mut start = 0;
                for (number, end) in (*first..).zip(ends) {
                    let line = text.get(start..end).unwrap_or_default();
                    line_of(file, At::Line(number), Ok(line), visit);
                    start = end + 1;
                }
                return;
            }
            // Some line is to blame: which one?
            let lines = chunk.text.split(|byte| *byte == b'\n');
            for (number, line) in (*first..).zip(lines) {
                line_of(file, At::Line(number), std::str::from_utf8(line), visit);
            }
        }
        Shape::Entries(first, ends) => {
            let mut start = 0;
            for (number, end) in (*first..).zip(ends) {
                let at = At::Entry(number);
                match std::str::from_utf8(chunk.text.get(start..*end).unwrap_or_default()) {
                    Ok(text) => entry(file, at, text, visit),
                    Err(_) => visit(Met::Trouble(at, not_utf8())),
                }
                start = *end;
            }
        }
        Shape::Whole => match std::str::from_utf8(&chunk.text) {
            Ok(text) => bare(file, At::File, text.trim_ascii(), visit),
            Err(_) => visit(Met::Trouble(At::File, not_utf8())),
        },
    }
}

fn line_of(
    file: usize,
    at: At,
    line: Result<&str, std::str::Utf8Error>,
    visit: &mut dyn FnMut(Met<'_>),
) {
    match line.map(str::trim_ascii) {
        Ok("") => {}
        Ok(text) => bare(file, at, text, visit),
        Err(_) => visit(Met::Trouble(at, not_utf8())),
    }
}

/// A resource by itself; a bundle on one line is taken apart.
fn bare(file: usize, at: At, text: &str, visit: &mut dyn FnMut(Met<'_>)) {
    let named;
    let kind = match quick_kind(text) {
        Some(kind) => kind,
        None => match parse::<Head<'_>>(text) {
            Ok(Head { resource_type: Some(kind) }) => {
                named = kind;
                &*named
            }
            Ok(_) => return visit(Met::Trouble(at, no_type())),
            Err(trouble) => return visit(Met::Trouble(at, trouble)),
        },
    };
    if kind != "Bundle" {
        return visit(Met::Resource(Resource {
            file,
            at,
            kind,
            text,
            is_entry: false,
            full_url: None,
        }));
    }
    let entries = bundle::read(text.as_bytes(), LONGEST, &mut |bytes| {
        match std::str::from_utf8(bytes) {
            Ok(text) => entry(file, at, text, visit),
            Err(_) => visit(Met::Trouble(at, not_utf8())),
        }
        true
    });
    if let Err(trouble) = entries {
        visit(Met::Trouble(at, trouble));
    }
}

fn entry(file: usize, at: At, text: &str, visit: &mut dyn FnMut(Met<'_>)) {
    match parse::<EntryHead<'_>>(text) {
        Ok(EntryHead { resource: Some(Head { resource_type: Some(kind) }), full_url }) => {
            let full_url = full_url.as_deref().filter(|url| !url.is_empty());
            let resource = Resource { file, at, kind: &kind, text, is_entry: true, full_url };
            visit(Met::Resource(resource));
        }
        Ok(EntryHead { resource: Some(_), .. }) => {
            visit(Met::Trouble(at, no_type().at("resource")));
        }
        Ok(EntryHead { resource: None, .. }) => visit(Met::Nothing(at)),
        Err(trouble) => visit(Met::Trouble(at, trouble)),
    }
}

const KEY: &str = "\"resourceType\"";

static SEARCH: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(KEY));

/// The type of a resource that starts with it, as most do, and says it once.
fn quick_kind(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('{')?.trim_ascii_start().strip_prefix(KEY)?;
    let rest = rest.trim_ascii_start().strip_prefix(':')?.trim_ascii_start().strip_prefix('"')?;
    let end = rest.find('"')?;
    let kind = rest.get(..end)?;
    let after = rest.get(end..)?;
    // Said again, it is another's, or a key given twice: a slow look will tell.
    let again = SEARCH.find(after.as_bytes()).is_some();
    (!again && !kind.contains('\\')).then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_seen_at_a_glance_or_found() {
        assert_eq!(quick_kind(r#"{"resourceType":"Patient","id":"1"}"#), Some("Patient"));
        assert_eq!(quick_kind(r#"{ "resourceType" : "Patient"}"#), Some("Patient"));
        assert_eq!(quick_kind(r#"{"id":"1","resourceType":"Patient"}"#), None);
        let twice = r#"{"resourceType":"Patient","resourceType":"Observation"}"#;
        assert_eq!(quick_kind(twice), None);
        let mut said = Vec::new();
        for text in [r#"{"id":"1","resourceType":"Patient"}"#, twice, "{}", "[]"] {
            let chunk = Chunk { file: 0, shape: Shape::Whole, text: text.into() };
            each(&chunk, &mut |met| {
                said.push(match met {
                    Met::Resource(resource) => resource.kind.to_owned(),
                    Met::Trouble(_, trouble) => trouble.message,
                    Met::Nothing(_) => String::new(),
                });
            });
        }
        assert_eq!(
            said,
            [
                "Patient",
                "clé en double : `resourceType`",
                "`resourceType` absent",
                "`resourceType` absent"
            ]
        );
    }
}
