//! How often one may try to enter, in memory that does not grow.
//!
//! Accounts and addresses are hashed into a fixed number of counters: a
//! million names take the room of one. Two that meet in a counter share it,
//! which now and then makes somebody wait; nobody outside can tell who meets
//! whom, for the hash is drawn at each start.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::error::StoreError;
use crate::random;

/// Counters of each kind.
const SLOTS: usize = 1 << 14;

/// Tries of one account that go unpunished, and of one address, behind which
/// a whole practice may be.
const FREE: [u32; 2] = [5, 20];

/// Longest wait after a try.
const LONGEST: i64 = 15 * 60;

/// A counter left alone so long starts anew.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(2);

/// Failures told one by one in the journal in an hour; the others are counted.
const TOLD: u32 = 200;

/// Counts tries.
#[derive(Debug)]
pub struct Throttle {
    key: [u8; 32],
    /// Accounts, then addresses.
    slots: [Box<[Slot]>; 2],
    /// When the hour of failures told began, how many were, how many were not.
    hour: (Timestamp, u32, u64),
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    tries: u32,
    last: Timestamp,
}

/// Whether a failure is told in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Telling {
    /// It is told.
    pub told: bool,
    /// Earlier ones that were not, to be told now.
    pub untold: u64,
}

impl Throttle {
    /// Nobody has tried.
    pub fn new() -> Result<Self, StoreError> {
        let none = Slot { tries: 0, last: Timestamp::MIN };
        let slots = || vec![none; SLOTS].into_boxed_slice();
        Ok(Self { key: random::bytes()?, slots: [slots(), slots()], hour: (Timestamp::MIN, 0, 0) })
    }

    /// Counts a try of an account from an address, or tells how long to wait
    /// before the next. It is counted before anything is checked: a crowd that
    /// tries at once is a crowd of tries.
    pub fn try_now(&mut self, login: &str, address: &str, now: Timestamp) -> Result<(), Duration> {
        let places = [self.place(0, login), self.place(1, address)];
        let mut wait = SignedDuration::ZERO;
        for (kind, place) in places.into_iter().enumerate() {
            wait = wait.max(self.slots[kind][place].wait(FREE[kind], now));
        }
        if wait.is_positive() {
            return Err(wait.unsigned_abs());
        }
        for (kind, place) in places.into_iter().enumerate() {
            self.slots[kind][place].count(now);
        }
        Ok(())
    }

    /// An account was entered: its tries are forgotten, those of the address are not.
    pub fn entered(&mut self, login: &str, address: &str) {
        let (login, address) = (self.place(0, login), self.place(1, address));
        self.slots[0][login].tries = 0;
        let from = &mut self.slots[1][address].tries;
        *from = from.saturating_sub(1);
    }

    /// Whether to tell a failure, so that the journal cannot be flooded.
    pub fn tell(&mut self, now: Timestamp) -> Telling {
        let (began, told, untold) = &mut self.hour;
        let mut earlier = 0;
        let age = now.duration_since(*began);
        if age >= SignedDuration::from_hours(1) || age.is_negative() {
            earlier = std::mem::take(untold);
            (*began, *told) = (now, 0);
        }
        if *told >= TOLD {
            *untold += 1;
            return Telling { told: false, untold: 0 };
        }
        *told += 1;
        Telling { told: true, untold: earlier }
    }

    fn place(&self, kind: u8, text: &str) -> usize {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(&[kind]).update(text.as_bytes());
        let hash = hasher.finalize();
        let [low, high, ..] = hash.as_bytes();
        usize::from(u16::from_le_bytes([*low, *high])) % SLOTS
    }
}

impl Slot {
    /// How long to wait from now. A clock that was put back makes nobody wait longer.
    fn wait(&self, free: u32, now: Timestamp) -> SignedDuration {
        if self.tries < free {
            return SignedDuration::ZERO;
        }
        let since = now.duration_since(self.last);
        if since >= FORGOTTEN {
            return SignedDuration::ZERO;
        }
        let punished = (self.tries - free).min(20);
        let wait = SignedDuration::from_secs((1_i64 << punished).min(LONGEST));
        if since.is_negative() { wait } else { wait - since }
    }

    fn count(&mut self, now: Timestamp) {
        if now.duration_since(self.last) >= FORGOTTEN {
            self.tries = 0;
        }
        self.tries = self.tries.saturating_add(1);
        self.last = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn each_try_beyond_the_free_ones_doubles_the_wait() {
        let mut throttle = Throttle::new().unwrap();
        for _ in 0..5 {
            assert_eq!(throttle.try_now("clara", "10.0.0.1", at(0)), Ok(()));
        }
        let mut now = 0;
        for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            let wait = throttle.try_now("clara", "10.0.0.2", at(now)).unwrap_err();
            assert_eq!(wait.as_secs(), expected);
            now += i64::try_from(expected).unwrap();
            assert_eq!(throttle.try_now("clara", "10.0.0.2", at(now)), Ok(()));
        }
        throttle.entered("clara", "10.0.0.2");
        assert_eq!(throttle.try_now("clara", "10.0.0.3", at(now)), Ok(()));
    }

    #[test]
    fn an_address_is_punished_whatever_the_names() {
        let mut throttle = Throttle::new().unwrap();
        let taken =
            (0..1_000).filter(|n| throttle.try_now(&n.to_string(), "10.0.0.9", at(0)).is_ok());
        assert_eq!(taken.count(), 20);
        assert_eq!(throttle.try_now("x", "10.0.0.9", at(7_200)), Ok(()), "forgotten");
        assert_eq!(throttle.try_now("x", "10.0.0.9", at(-3_600)), Ok(()), "a clock put back");
    }

    #[test]
    fn failures_are_told_up_to_a_number_an_hour() {
        let mut throttle = Throttle::new().unwrap();
        let told = (0..1_000).filter(|_| throttle.tell(at(0)).told).count();
        assert_eq!(told, 200);
        assert_eq!(throttle.tell(at(3_600)), Telling { told: true, untold: 800 });
        assert_eq!(throttle.tell(at(7_200)), Telling { told: true, untold: 0 });
    }
}
