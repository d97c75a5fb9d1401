//! Numbers and codes as files write them.

/// Whether a cell says that nothing is known: empty, or the mark that SAS, R
/// or a database writes for it.
pub(crate) fn is_unknown(cell: &[u8]) -> bool {
    matches!(cell, b"" | b"." | b"NA" | b"NULL")
}

/// A whole number, perhaps written `12.0` or `12,0`.
pub(crate) fn integer(cell: &[u8]) -> Option<i64> {
    let (number, rest) = digits(cell)?;
    rest.iter().all(|byte| *byte == b'0').then_some(number)
}

/// A number counted whole, away from zero: 0,5 is 1, -1,5 is -2.
pub(crate) fn quantity(cell: &[u8]) -> Option<i64> {
    let negative = cell.first() == Some(&b'-');
    let (number, rest) = digits(cell)?;
    let part = rest.iter().any(|byte| *byte != b'0');
    number.checked_add(i64::from(part) * if negative { -1 } else { 1 })
}

/// The whole part, with its sign, and the digits that follow the point.
fn digits(cell: &[u8]) -> Option<(i64, &[u8])> {
    let (negative, cell) = match cell {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] | rest => (false, rest),
    };
    let point = cell.iter().position(|byte| matches!(byte, b'.' | b','));
    let (whole, rest) = match point {
        Some(point) => (&cell[..point], &cell[point + 1..]),
        None => (cell, &[][..]),
    };
    // `.5` is half a unit.
    if (whole.is_empty() && rest.is_empty()) || !rest.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut number: i64 = 0;
    for byte in whole {
        let digit = byte.is_ascii_digit().then(|| i64::from(byte - b'0'))?;
        number = number.checked_mul(10)?.checked_sub(digit)?;
    }
    Some((if negative { number } else { number.checked_neg()? }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(integer(b"0127"), Some(127));
        assert_eq!(integer(b"-1"), Some(-1));
        assert_eq!(integer(b"132417566.0"), Some(132_417_566));
        assert_eq!(integer(b"-9223372036854775808"), Some(i64::MIN));
        for text in ["1.5", "", "-", ".", "1e3", "12a", "9223372036854775808", "1 000"] {
            assert_eq!(integer(text.as_bytes()), None, "{text}");
        }
        let counted = [("1", 1), ("0.5", 1), ("-0,5", -1), ("2.00", 2), ("-1.5", -2), (".25", 1)];
        for (text, number) in counted {
            assert_eq!(quantity(text.as_bytes()), Some(number), "{text}");
        }
    }
}
