//! Passwords: which are taken, how they are kept, and how many are checked at once.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret as _, SecretString};

use crate::common;
use crate::error::StoreError;
use crate::random;

/// Fewest and most characters of a password.
const LENGTHS: std::ops::RangeInclusive<usize> = 15..=128;

/// Passwords checked at once: each takes the memory of [`Cost`].
const AT_ONCE: usize = 2;

/// Passwords that may wait for their turn.
const WAITING: usize = 32;

/// What checking a password costs (argon2id, one lane).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    memory: u32,
    passes: u32,
}

impl Default for Cost {
    fn default() -> Self {
        Self { memory: 19 * 1024, passes: 2 }
    }
}

impl Cost {
    /// A cost in kibibytes and passes, never below the default.
    #[must_use]
    pub fn at_least_default(memory: u32, passes: u32) -> Self {
        let least = Self::default();
        Self { memory: memory.max(least.memory), passes: passes.max(least.passes) }
    }

    /// A cost that protects nothing, so that tests are quick.
    #[doc(hidden)]
    #[must_use]
    pub const fn weak(passes: u32) -> Self {
        Self { memory: 8, passes }
    }
}

/// Makes and checks what is kept of passwords.
#[derive(Debug)]
pub struct Hasher {
    params: Params,
    /// What the password of an unknown user is checked against, for the work of it.
    dummy: String,
    gate: Gate,
}

impl Hasher {
    /// With that cost.
    pub fn new(cost: Cost) -> Result<Self, StoreError> {
        let params =
            Params::new(cost.memory, cost.passes, 1, None).map_err(|_| StoreError::Random)?;
        let dummy = hash(&params, random::token()?.expose_secret())?;
        Ok(Self { params, dummy, gate: Gate::default() })
    }

    /// What to keep of a password.
    pub fn hash(&self, password: &SecretString) -> Result<String, StoreError> {
        let _turn = self.gate.enter()?;
        hash(&self.params, password.expose_secret())
    }

    /// Whether the password is the one kept. The work is the same when nothing
    /// is kept, and the answer no.
    pub fn verify(&self, password: &SecretString, kept: Option<&str>) -> Result<bool, StoreError> {
        let password = password.expose_secret();
        // Nobody has one so long: a shorter wrong one costs the same work.
        let password = if password.chars().count() > *LENGTHS.end() { "" } else { password };
        let known = PasswordHash::new(kept.unwrap_or(&self.dummy));
        let known = known.map_err(|_| StoreError::Damaged)?;
        let _turn = self.gate.enter()?;
        let right = Argon2::default().verify_password(password.as_bytes(), &known).is_ok();
        Ok(right && kept.is_some())
    }

    /// Whether what is kept was made at a lesser cost than today's.
    pub fn outdated(&self, kept: &str) -> bool {
        let params = PasswordHash::new(kept).ok().and_then(|hash| Params::try_from(&hash).ok());
        params.is_none_or(|params| {
            params.m_cost() < self.params.m_cost() || params.t_cost() < self.params.t_cost()
        })
    }
}

fn hash(params: &Params, password: &str) -> Result<String, StoreError> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let hash = argon2.hash_password(password.as_bytes()).map_err(|_| StoreError::Random)?;
    Ok(hash.to_string())
}

/// Refuses a password that is too short, too long or easily guessed. `about`
/// are words that others know of the person: login, name.
pub fn check(password: &SecretString, about: &[&str]) -> Result<(), StoreError> {
    let password = password.expose_secret();
    let length = password.chars().count();
    if length < *LENGTHS.start() {
        return Err(StoreError::refused(
            "mot de passe trop court : il faut 15 caractères au moins\naide : quatre ou cinq mots sans rapport entre eux se retiennent bien",
        ));
    }
    if length > *LENGTHS.end() {
        return Err(StoreError::refused("mot de passe trop long : 128 caractères au plus"));
    }
    if common::guessable(password, about) {
        return Err(StoreError::refused(
            "mot de passe trop facile à deviner : il est fait de mots courants, de suites ou de répétitions\naide : quatre ou cinq mots sans rapport entre eux, et sans rapport avec vous",
        ));
    }
    Ok(())
}

/// Lets a few in at once, a few more wait, and sends the others away.
#[derive(Debug, Default)]
struct Gate {
    /// Inside, and waiting.
    count: Mutex<(usize, usize)>,
    left: Condvar,
}

/// The right to be inside.
#[derive(Debug)]
struct Turn<'g>(&'g Gate);

impl Gate {
    fn enter(&self) -> Result<Turn<'_>, StoreError> {
        let mut count = self.lock();
        if count.0 >= AT_ONCE {
            if count.1 >= WAITING {
                return Err(StoreError::Busy);
            }
            count.1 += 1;
            while count.0 >= AT_ONCE {
                count = self.left.wait(count).unwrap_or_else(PoisonError::into_inner);
            }
            count.1 -= 1;
        }
        count.0 += 1;
        Ok(Turn(self))
    }

    fn lock(&self) -> MutexGuard<'_, (usize, usize)> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.lock().0 -= 1;
        self.0.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn a_hash_made_at_a_lesser_cost_is_outdated() {
        let lesser = Hasher::new(Cost::weak(1)).unwrap();
        let now = Hasher::new(Cost::weak(2)).unwrap();
        let password = SecretString::from("trois hiboux sur un pommier");
        let kept = lesser.hash(&password).unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{kept}");
        assert!(now.outdated(&kept));
        assert!(!lesser.outdated(&kept));
        assert!(now.verify(&password, Some(&kept)).unwrap());
        assert!(!now.verify(&"trois hiboux sur un poirier".into(), Some(&kept)).unwrap());
        assert_ne!(kept, lesser.hash(&password).unwrap(), "each has its salt");
    }

    /// From the tests of the reference implementation (argon2id, version 0x13, m=256, t=2, p=1).
    #[test]
    fn a_known_vector_is_verified() {
        let kept =
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        let hasher = Hasher::new(Cost::weak(1)).unwrap();
        assert!(hasher.verify(&"password".into(), Some(kept)).unwrap());
        assert!(!hasher.verify(&"Password".into(), Some(kept)).unwrap());
    }

    #[test]
    fn the_usual_cost_is_that_of_the_recommendation_and_no_choice_lowers_it() {
        let hasher = Hasher::new(Cost::at_least_default(8, 1)).unwrap();
        assert_eq!(
            (hasher.params.m_cost(), hasher.params.t_cost(), hasher.params.p_cost()),
            (19_456, 2, 1)
        );
        assert_eq!(Cost::at_least_default(65_536, 3), Cost { memory: 65_536, passes: 3 });
    }

    /// Someone without an account waits as long as someone with the wrong
    /// password: both do the same hash. Nobody's time is exact, so a factor of
    /// three is allowed over the least of several tries.
    #[test]
    fn unknown_users_cost_the_same_work() {
        let hasher = Hasher::new(Cost { memory: 4096, passes: 2 }).unwrap();
        let kept = hasher.hash(&"trois hiboux sur un pommier".into()).unwrap();
        let wrong = SecretString::from("trois hiboux sur un poirier");
        let time = |kept: Option<&str>| {
            let least = (0..7).map(|_| {
                let start = Instant::now();
                assert!(!hasher.verify(&wrong, kept).unwrap());
                start.elapsed()
            });
            least.min().unwrap_or_default()
        };
        let (known, unknown) = (time(Some(&kept)), time(None));
        assert!(known < unknown * 3 && unknown < known * 3, "{known:?} {unknown:?}");
    }

    #[test]
    fn few_are_inside_at_once_and_the_crowd_is_sent_away() {
        let gate = Gate::default();
        let (inside, most, away) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..AT_ONCE + WAITING + 20 {
                scope.spawn(|| match gate.enter() {
                    Ok(_turn) => {
                        most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::sleep(Duration::from_millis(10));
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                    Err(_) => {
                        away.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!(most.into_inner() <= AT_ONCE);
        assert!(away.into_inner() <= 20);
        let _first = gate.enter().unwrap();
        gate.lock().1 = WAITING;
        let _second = gate.enter().unwrap();
        assert!(matches!(gate.enter(), Err(StoreError::Busy)));
    }

    #[test]
    fn length_is_counted_in_characters() {
        let taken = |password: &str| check(&password.into(), &["clara"]).is_ok();
        assert!(taken("hibou pommier é"));
        assert!(!taken("hibou pommier "));
        let long: String = (0..128_u32).filter_map(|n| char::from_u32(0xe0 + n * 7)).collect();
        assert!(taken(&long));
        assert!(!taken(&(long + "x")));
    }
}
