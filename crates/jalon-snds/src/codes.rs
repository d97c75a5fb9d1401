//! Codes: of drugs, of acts, of diagnoses, as numbers that fit a word.

/// A short code as a number in which the order of codes is kept: at most eight
/// characters of ASCII, spaces around left aside.
pub(crate) fn pack(code: &str) -> Option<u64> {
    let code = code.trim().as_bytes();
    if code.is_empty() || code.len() > 8 || !code.iter().all(u8::is_ascii_alphanumeric) {
        return None;
    }
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(code).for_each(|(byte, letter)| *byte = *letter);
    Some(u64::from_be_bytes(bytes))
}

/// The code that [`pack`] made a number of.
pub(crate) fn unpack(code: u64) -> String {
    let letters = code.to_be_bytes().into_iter().take_while(|letter| *letter != 0);
    letters.map(char::from).collect()
}

/// A CCAM act: four letters and three digits; what follows them (activity,
/// phase, extension) is not part of the code.
pub(crate) fn ccam(code: &str) -> Option<u64> {
    let code = code.trim();
    let short = code.get(..7)?;
    let (letters, digits) = short.split_at(4);
    let right = letters.bytes().all(|letter| letter.is_ascii_uppercase())
        && digits.bytes().all(|digit| digit.is_ascii_digit());
    if right { pack(short) } else { None }
}

/// The thirteen digits of a presentation known by its old seven.
pub(crate) fn cip13_of_cip7(cip7: i64) -> Option<i64> {
    if !(1_000_000..=9_999_999).contains(&cip7) {
        return None;
    }
    let body = 340_090_000_000 + cip7;
    Some(body * 10 + check_digit(body))
}

/// The last digit of a number of thirteen, from its first twelve.
fn check_digit(body: i64) -> i64 {
    let (mut sum, mut rest, mut weight) = (0, body, 3);
    while rest > 0 {
        sum += rest % 10 * weight;
        rest /= 10;
        weight = 4 - weight;
    }
    (10 - sum % 10) % 10
}

/// The seven digits of a hospital code of seven, or of thirteen in either of
/// its writings.
pub(crate) fn ucd7(code: i64) -> Option<i64> {
    let short = match code {
        0..=9_999_999 => code,
        // 34008, the seven digits, a check digit.
        3_400_800_000_000..=3_400_899_999_999 => code / 10 % 10_000_000,
        _ => return None,
    };
    (short > 0).then_some(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_in_order() {
        assert_eq!(unpack(pack("QEQK004").unwrap()), "QEQK004");
        assert_eq!(unpack(pack(" E119 ").unwrap()), "E119");
        assert!(pack("E11").unwrap() < pack("E119").unwrap());
        assert!(pack("E119").unwrap() < pack("I10").unwrap());
        for code in ["", "   ", "A B", "ÉÉ", "123456789"] {
            assert_eq!(pack(code), None, "{code}");
        }
    }

    #[test]
    fn codes_of_drugs_and_acts() {
        // 216 036-3 and 3400921603637 are the same presentation of the public base.
        assert_eq!(cip13_of_cip7(2_160_363), Some(3_400_921_603_637));
        assert_eq!(cip13_of_cip7(0), None);
        assert_eq!(ucd7(9_231_824), Some(9_231_824));
        assert_eq!(ucd7(3_400_892_318_247), Some(9_231_824));
        assert_eq!(ucd7(0), None);
        assert_eq!(ccam("QEQK00401"), pack("QEQK004"));
        assert_eq!(ccam("qeqk004"), None);
        assert_eq!(ccam("QEQK04"), None);
    }
}
