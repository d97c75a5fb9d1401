//! The second factor: a code of six digits that changes every thirty seconds
//! (RFC 6238), or one of a few recovery codes.

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use totp_rs::{Algorithm, Builder, Secret, Totp};

use crate::error::StoreError;
use crate::random;

/// Recovery codes given at once.
pub const RECOVERY_CODES: usize = 10;

/// Seconds of a step.
const STEP: u64 = 30;

/// Bytes of a secret: those of SHA-1, as the RFC recommends.
pub const SECRET: usize = 20;

/// A new secret.
pub fn secret() -> Result<[u8; SECRET], StoreError> {
    random::bytes()
}

fn totp(secret: &[u8]) -> Result<Totp, StoreError> {
    let builder = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(STEP)
        .with_secret(Secret::new(secret.into()));
    builder.build().map_err(|_| StoreError::Damaged)
}

/// The step of which this is the code, one before or after now at most.
pub fn step_of(secret: &[u8], code: &str, now: Timestamp) -> Result<Option<i64>, StoreError> {
    let Ok(seconds) = u64::try_from(now.as_second()) else { return Ok(None) };
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let step = totp(secret)?.check(&digits, seconds);
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

/// A secret as people type it, in base 32.
pub fn base32(secret: &[u8]) -> SecretString {
    Secret::new(secret.into()).to_base32().into()
}

/// A secret as authenticators read it, `otpauth://…`. A login has no letter
/// that an address would need to escape.
pub fn uri(login: &str, secret: &[u8]) -> SecretString {
    let secret = base32(secret);
    let secret = secret.expose_secret();
    format!("otpauth://totp/Jalon:{login}?secret={secret}&issuer=Jalon").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// Appendix B of RFC 6238, the last six of eight digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let secret = b"12345678901234567890";
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let step = second / 30;
            for (shift, taken) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
                let answer = step_of(secret, code, at(step * 30 + shift)).unwrap();
                assert_eq!(answer, taken.then_some(step), "{second} {shift}");
            }
            for wrong in ["", "28708", "2870821", "28708x", "２８７０８２"] {
                assert_eq!(step_of(secret, wrong, at(second)).unwrap(), None);
            }
        }
        assert_eq!(step_of(secret, "287 082", at(59)).unwrap(), Some(1));
    }

    #[test]
    fn an_authenticator_reads_the_secret() {
        let uri = uri("clara", b"12345678901234567890");
        assert_eq!(
            uri.expose_secret(),
            "otpauth://totp/Jalon:clara?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Jalon"
        );
    }
}
