//! The French codes of drugs and acts: how they are written, and their keys.

/// Whether a text is made of that many digits.
#[must_use]
pub fn digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether thirteen digits end with their key, as on any bar code.
#[must_use]
pub fn keyed(code: &str) -> bool {
    digits(code, 13) && sum(code).is_multiple_of(10)
}

/// The code of thirteen digits of a presentation known by seven: every CIP
/// code of seven digits has one, after the prefix 34009.
#[must_use]
pub fn cip13(cip7: &str) -> Option<String> {
    if !digits(cip7, 7) {
        return None;
    }
    let stem = format!("34009{cip7}");
    let key = (10 - sum(&stem) % 10) % 10;
    Some(format!("{stem}{key}"))
}

/// The seven digits inside a CIP code of thirteen.
#[must_use]
pub fn cip7(cip13: &str) -> &str {
    cip13.get(5..12).unwrap_or_default()
}

/// A UCD code in seven digits, whatever its writing: `9231824`,
/// `0000009231824`, or thirteen digits with a prefix and a key.
#[must_use]
pub fn ucd7(code: &str) -> Option<String> {
    if code.is_empty() || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let bare = code.trim_start_matches('0');
    match code.len() {
        13 if code.starts_with("3400") && keyed(code) => Some(cip7(code).to_owned()),
        _ if !bare.is_empty() && bare.len() <= 7 => Some(format!("{bare:0>7}")),
        _ => None,
    }
}

/// Whether a text is a class of the ATC classification, at any of its levels.
#[must_use]
pub fn atc(code: &str) -> bool {
    let shape = b"L99LL99";
    matches!(code.len(), 1 | 3 | 4 | 5 | 7)
        && code.bytes().zip(shape).all(|(byte, wanted)| match wanted {
            b'L' => byte.is_ascii_uppercase(),
            _ => byte.is_ascii_digit(),
        })
}

/// The most precise class that holds both; nothing when they share none.
#[must_use]
pub fn common_class<'a>(one: &'a str, other: &str) -> &'a str {
    let alike = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let level = [7, 5, 4, 3, 1, 0].into_iter().find(|level| *level <= alike);
    level.and_then(|level| one.get(..level)).unwrap_or_default()
}

/// Whether a text is an act of the CCAM, `AHQP001`.
#[must_use]
pub fn ccam(code: &str) -> bool {
    code.len() == 7
        && code.bytes().take(4).all(|byte| byte.is_ascii_uppercase())
        && code.bytes().skip(4).all(|byte| byte.is_ascii_digit())
}

/// A code of the NABM in four digits: `127` is `0127`.
#[must_use]
pub fn nabm(code: &str) -> Option<String> {
    let fits = (1..=4).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| format!("{code:0>4}"))
}

/// Digits weighed 1, 3, 1, 3…
fn sum(digits: &str) -> u32 {
    let weighed = digits.bytes().enumerate().map(|(rank, byte)| {
        let digit = u32::from(byte.wrapping_sub(b'0'));
        if rank % 2 == 0 { digit } else { 3 * digit }
    });
    weighed.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presentations() {
        assert!(keyed("3400949497294"));
        assert!(!keyed("3400949497295") && !keyed("340094949729"));
        assert_eq!(cip13("4949729").as_deref(), Some("3400949497294"));
        assert_eq!(cip7("3400949497294"), "4949729");
        assert_eq!(cip13("494972"), None);
    }

    #[test]
    fn units_and_acts() {
        for code in ["9231824", "0000009231824", "3400892318240"] {
            assert_eq!(ucd7(code).as_deref(), Some("9231824"), "{code}");
        }
        assert_eq!(ucd7("3400892318241"), None);
        assert_eq!(ucd7("30616").as_deref(), Some("0030616"));
        assert_eq!((ucd7("0"), ucd7("12a")), (None, None));
        assert_eq!(nabm("127").as_deref(), Some("0127"));
        assert!(nabm("12a").is_none() && nabm("01270").is_none());
        assert!(ccam("AHQP001") && !ccam("AHQP01A") && !ccam("ahqp001"));
    }

    #[test]
    fn classes() {
        for code in ["A", "A10", "A10B", "A10BA", "A10BA02"] {
            assert!(atc(code), "{code}");
        }
        for code in ["", "A1", "WHOMEO", "R05X00", "A10BA0", "a10ba02", "A10BA02 "] {
            assert!(!atc(code), "{code}");
        }
        assert_eq!(common_class("A10BA02", "A10BD07"), "A10B");
        assert_eq!(common_class("B01AA", "B01AA12"), "B01AA");
        assert_eq!(common_class("A10BA02", "B01AA12"), "");
        assert_eq!(common_class("A10BA02", "A10BA03"), "A10BA");
    }
}
