//! JSON written piece by piece, in the order in which it is said.

/// A line of NDJSON under way.
#[derive(Debug, Default)]
pub(super) struct Json {
    text: Vec<u8>,
}

impl Json {
    /// Starts a resource.
    pub(super) fn resource(&mut self, kind: &str) {
        self.text.push(b'{');
        self.text("resourceType", kind);
    }

    /// Ends a resource, and the line.
    pub(super) fn end(&mut self) {
        self.text.extend_from_slice(b"}\n");
    }

    /// What is written so far, to be emptied.
    pub(super) fn written(&mut self) -> &mut Vec<u8> {
        &mut self.text
    }

    fn comma(&mut self) {
        if !matches!(self.text.last(), None | Some(b'{' | b'[')) {
            self.text.push(b',');
        }
    }

    fn key(&mut self, key: &str) {
        self.comma();
        self.text.push(b'"');
        self.text.extend_from_slice(key.as_bytes());
        self.text.extend_from_slice(b"\":");
    }

    fn string(&mut self, value: &str) {
        self.text.push(b'"');
        for c in value.chars() {
            match c {
                '"' | '\\' => self.text.extend([b'\\', c as u8]),
                '\u{0}'..='\u{1f}' => {
                    self.text.extend_from_slice(format!("\\u{:04x}", u32::from(c)).as_bytes());
                }
                _ => self.text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        self.text.push(b'"');
    }

    pub(super) fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        self.string(value);
    }

    pub(super) fn number(&mut self, key: &str, value: i64) {
        self.key(key);
        self.text.extend_from_slice(value.to_string().as_bytes());
    }

    pub(super) fn boolean(&mut self, key: &str, value: bool) {
        self.key(key);
        self.text.extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// An object within this one.
    pub(super) fn object(&mut self, key: &str, inside: impl FnOnce(&mut Self)) {
        self.key(key);
        self.braces(inside);
    }

    /// A list of objects within this one, made with [`item`](Self::item).
    pub(super) fn list(&mut self, key: &str, items: impl FnOnce(&mut Self)) {
        self.key(key);
        self.text.push(b'[');
        items(self);
        self.text.push(b']');
    }

    /// An object of a list.
    pub(super) fn item(&mut self, inside: impl FnOnce(&mut Self)) {
        self.comma();
        self.braces(inside);
    }

    fn braces(&mut self, inside: impl FnOnce(&mut Self)) {
        self.text.push(b'{');
        inside(self);
        self.text.push(b'}');
    }

    /// A coding of a list of codings.
    pub(super) fn coding(&mut self, system: &str, code: &str) {
        self.item(|coding| {
            coding.text("system", system);
            coding.text("code", code);
        });
    }

    /// A concept of one code.
    pub(super) fn concept(&mut self, key: &str, system: &str, code: &str) {
        self.object(key, |concept| {
            concept.list("coding", |codings| codings.coding(system, code));
        });
    }

    /// A reference by name.
    pub(super) fn reference(&mut self, key: &str, name: &str) {
        self.object(key, |reference| reference.text("reference", name));
    }

    /// A reference to someone who may have no resource, by identifier.
    pub(super) fn identified(&mut self, key: &str, system: &str, value: &str) {
        self.object(key, |reference| {
            reference.object("identifier", |identifier| {
                identifier.text("system", system);
                identifier.text("value", value);
            });
        });
    }

    /// A list of one identifier.
    pub(super) fn identifiers(&mut self, system: &str, value: &str) {
        self.list("identifier", |identifiers| {
            identifiers.item(|identifier| {
                identifier.text("system", system);
                identifier.text("value", value);
            });
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped() {
        let mut json = Json::default();
        json.resource("Patient");
        json.text("id", "é\"\\\n\u{1f}😀");
        json.list("x", |list| {
            list.item(|_| {});
            list.item(|item| item.number("n", -1));
        });
        json.boolean("b", true);
        json.end();
        let read: serde_json::Value = serde_json::from_slice(json.written()).unwrap();
        assert_eq!(read["id"], "é\"\\\n\u{1f}😀");
        assert_eq!(read["x"][1]["n"], -1);
        assert_eq!(read["b"], true);
    }
}
