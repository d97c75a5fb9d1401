//! Secrets drawn by the system, and their hashes.

use secrecy::SecretString;

use crate::error::StoreError;

/// Letters of a code that people copy: Crockford's, without I, L, O and U.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Length of a code: 100 bits.
const CODE: usize = 20;

/// Random bytes.
pub fn bytes<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// A number that stands for something in an address: 63 bits, never negative.
pub fn number() -> Result<i64, StoreError> {
    Ok(i64::from_le_bytes(bytes()?) & i64::MAX)
}

/// A secret for programs: 256 bits in hexadecimal.
pub fn token() -> Result<SecretString, StoreError> {
    Ok(blake3::Hash::from_bytes(bytes()?).to_hex().as_str().into())
}

/// A secret that people copy, in groups: `K7QF-2M9D-…`.
pub fn code() -> Result<SecretString, StoreError> {
    let mut code = String::with_capacity(CODE + CODE / 4);
    for (rank, byte) in bytes::<CODE>()?.into_iter().enumerate() {
        if rank > 0 && rank % 4 == 0 {
            code.push('-');
        }
        code.push(char::from(LETTERS[usize::from(byte % 32)]));
    }
    Ok(code.into())
}

/// What is kept of a code, however it was typed: spaces, dashes and case do
/// not count, nor O taken for 0, nor I or L for 1.
pub fn code_hash(code: &str) -> [u8; 32] {
    let plain: String =
        code.chars().filter(char::is_ascii_alphanumeric).map(plain_letter).collect();
    hash(plain.as_bytes())
}

fn plain_letter(letter: char) -> char {
    match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        letter => letter,
    }
}

/// What is kept of a random secret. It has more bits than anyone can try, so
/// one pass is enough.
pub fn hash(secret: &[u8]) -> [u8; 32] {
    *blake3::hash(secret).as_bytes()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        let code = code().unwrap();
        let code = code.expose_secret();
        assert_eq!(code.len(), 24);
        let typed = code.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(code_hash(code), code_hash(&typed));
        assert_ne!(code_hash(code), code_hash(&code[1..]));
    }
}
