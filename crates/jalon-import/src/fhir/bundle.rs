//! A bundle, entry by entry: never more than one of them in memory.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, ErrorKind, Read};
use std::rc::Rc;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::source::of_io;
use super::trouble::{Trouble, of_json};

/// What a JSON file says of itself.
#[derive(Debug, Default)]
pub(super) struct Top {
    pub resource_type: Option<String>,
    /// `Bundle.type`.
    pub kind: Option<String>,
}

/// The bytes read since the last entry: once an entry has been skipped, its text.
type Passed = Rc<RefCell<Vec<u8>>>;

/// Keeps what passes.
struct Tee<R> {
    inner: R,
    block: Box<[u8]>,
    at: usize,
    end: usize,
    longest: usize,
    passed: Passed,
}

impl<R: Read> Read for Tee<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at == self.end {
            (self.at, self.end) = (0, self.inner.read(&mut self.block)?);
        }
        let mut passed = self.passed.borrow_mut();
        if passed.len() > self.longest {
            return Err(ErrorKind::QuotaExceeded.into());
        }
        // The JSON library asks for bytes one by one.
        let Some(byte) = self.block.get(self.at).filter(|_| self.at < self.end) else {
            return Ok(0);
        };
        let Some(place) = out.first_mut() else { return Ok(0) };
        *place = *byte;
        passed.push(*byte);
        self.at += 1;
        Ok(1)
    }
}

/// Where the text of each entry goes; false to stop.
pub(super) type Sink<'s> = &'s mut dyn FnMut(&[u8]) -> bool;

/// Reads a JSON file; if it is a bundle, hands its entries over, none of which
/// may have more bytes than `longest`.
pub(super) fn read(inner: impl Read, longest: usize, sink: Sink<'_>) -> Result<Top, Trouble> {
    let passed = Passed::default();
    let tee = Tee {
        inner,
        block: vec![0; 1 << 16].into_boxed_slice(),
        at: 0,
        end: 0,
        longest,
        passed: Rc::clone(&passed),
    };
    let mut reader = serde_json::Deserializer::from_reader(tee);
    let top = TopLevel { passed, sink }.deserialize(&mut reader);
    top.and_then(|top| reader.end().map(|()| top)).map_err(|error| match error.io_error_kind() {
        Some(_) => of_io(&error.into()),
        None => of_json(&error),
    })
}

struct TopLevel<'s> {
    passed: Passed,
    sink: Sink<'s>,
}

impl<'de> DeserializeSeed<'de> for TopLevel<'_> {
    type Value = Top;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Top, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for TopLevel<'_> {
    type Value = Top;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a resource")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Top, A::Error> {
        let Self { passed, sink } = self;
        let mut top = Top::default();
        let mut entries = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "resourceType" if top.resource_type.is_some() => {
                    return Err(A::Error::duplicate_field("resourceType"));
                }
                "resourceType" => top.resource_type = Some(map.next_value()?),
                "entry" if entries => return Err(A::Error::duplicate_field("entry")),
                // Other resources have entries of another kind.
                "entry" if top.resource_type.as_deref().is_none_or(|kind| kind == "Bundle") => {
                    entries = true;
                    map.next_value_seed(Entries { passed: &passed, sink: &mut *sink })?;
                }
                "type" if top.resource_type.as_deref().is_none_or(|kind| kind == "Bundle") => {
                    top.kind = map.next_value::<Word>()?.0;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            passed.borrow_mut().clear();
        }
        Ok(top)
    }
}

/// A text, or nothing when it is something else.
struct Word(Option<String>);

impl<'de> serde::Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        #[serde(untagged)]
        enum Either {
            Text(String),
            Other(IgnoredAny),
        }
        Either::deserialize(deserializer).map(|either| match either {
            Either::Text(text) => Self(Some(text)),
            Either::Other(_) => Self(None),
        })
    }
}

struct Entries<'e> {
    passed: &'e Passed,
    sink: Sink<'e>,
}

impl<'de> DeserializeSeed<'de> for Entries<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of entries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.passed.borrow_mut().clear();
        while seq.next_element::<IgnoredAny>()?.is_some() {
            let mut passed = self.passed.borrow_mut();
            // What passed is the entry, after a comma and spaces.
            let begin = passed.iter().position(|byte| *byte == b'{');
            let end = passed.iter().rposition(|byte| *byte == b'}');
            let entry = begin.zip(end).and_then(|(begin, end)| passed.get(begin..=end));
            let Some(entry) = entry else {
                return Err(A::Error::custom("an entry is no object"));
            };
            if !(self.sink)(entry) {
                return Err(A::Error::custom("stopped"));
            }
            passed.clear();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(json: &str) -> Result<(Top, Vec<String>), Trouble> {
        let mut all = Vec::new();
        let top = read(json.as_bytes(), 100, &mut |text| {
            all.push(String::from_utf8(text.to_vec()).unwrap());
            true
        })?;
        Ok((top, all))
    }

    #[test]
    fn entries_come_as_written() {
        let json = r#" { "entry" : [ {"a":"}]"} ,{"b":[{}]}
            , {} ], "type":"collection","total":3,"resourceType":"Bundle"} "#;
        let (top, all) = entries(json).unwrap();
        assert_eq!(all, [r#"{"a":"}]"}"#, r#"{"b":[{}]}"#, "{}"]);
        assert_eq!(top.resource_type.as_deref(), Some("Bundle"));
        assert_eq!(top.kind.as_deref(), Some("collection"));
    }

    #[test]
    fn other_resources_have_no_entries() {
        let (top, all) =
            entries(r#"{"resourceType":"List","type":{},"entry":[{"item":{}}]}"#).unwrap();
        assert_eq!((top.resource_type.as_deref(), all.len()), (Some("List"), 0));
    }

    #[test]
    fn an_entry_has_an_end() {
        let long = "x".repeat(101);
        let passed = |json: String| entries(&json).unwrap_err().message;
        let words = "ressource de plus de 64 Mo";
        assert_eq!(passed(format!(r#"{{"entry":[{{"a":"{long}"}}]}}"#)), words);
        assert_eq!(passed(format!(r#"{{"resourceType":"Patient","a":"{long}"}}"#)), words);
        // Several are longer together.
        let many = format!(r#"{{"entry":[{}{{}}]}}"#, r#"{"a":1},"#.repeat(100));
        assert_eq!(entries(&many).unwrap().1.len(), 101);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (json, message) in [
            (r#"{"resourceType":"Bundle","entry":[{"a":1"#, "JSON coupé avant sa fin"),
            (
                r#"{"resourceType":"Bundle","entry":[1]}"#,
                "valeur d'un autre type que celui de FHIR R4",
            ),
            (r#"{"entry":[],"entry":[]}"#, "clé en double : `entry`"),
            (r#"{"resourceType":"Bundle"}{}"#, "du texte suit la fin de l'objet JSON"),
            (r#"[{"resourceType":"Patient"}]"#, "valeur d'un autre type que celui de FHIR R4"),
        ] {
            assert_eq!(entries(json).unwrap_err().message, message, "{json}");
        }
    }
}
