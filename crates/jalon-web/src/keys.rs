//! Names of doctors in addresses: a key that says nothing of who it is, the
//! same as long as the practice keeps its secret.

/// What a key is made with.
#[derive(Clone)]
pub struct Keys {
    secret: [u8; 32],
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    /// From a secret of the practice.
    #[must_use]
    pub const fn new(secret: [u8; 32]) -> Self {
        Self { secret }
    }

    /// The key of a person: 32 hexadecimal digits.
    #[must_use]
    pub fn of(&self, identifier: &str) -> String {
        let hash = blake3::keyed_hash(&self.secret, identifier.as_bytes()).to_hex();
        hash.get(..32).unwrap_or_default().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::Keys;

    #[test]
    fn a_key_tells_nothing() {
        let keys = Keys::new([7; 32]);
        let key = keys.of("10100000018");
        assert!(key.len() == 32 && key.bytes().all(|digit| digit.is_ascii_hexdigit()));
        assert_eq!(key, keys.of("10100000018"));
        assert_ne!(key, keys.of("10100000026"));
        assert_ne!(key, Keys::new([8; 32]).of("10100000018"));
        assert_eq!(format!("{keys:?}"), "Keys");
    }
}
