//! Chance that repeats itself: the same seed gives the same draws on every
//! machine and with every version of the libraries.
//!
//! Only the key stream of `ChaCha8` is borrowed. Everything above it uses the
//! four operations and the square root, which IEEE 754 fixes to the last bit;
//! logarithms and exponentials of a system library are not.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::calendrier::Day;

/// What a stream of chance is for; streams never meet.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stream {
    /// One doctor.
    Doctor = 1,
    /// One patient.
    Patient = 2,
    /// The declarations of one doctor.
    Declaration = 3,
    /// The lung function test of one patient.
    Breath = 4,
}

/// A stream of chance.
#[derive(Debug)]
pub(super) struct Chance {
    rng: ChaCha8Rng,
}

impl Chance {
    /// The stream of one person: it depends on nobody else.
    pub(super) fn new(seed: u64, stream: Stream, index: u64) -> Self {
        let mut key = [0_u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&(stream as u64).to_le_bytes());
        key[16..24].copy_from_slice(&index.to_le_bytes());
        Self { rng: ChaCha8Rng::from_seed(key) }
    }

    /// A number of `[0, 1)`.
    pub(super) fn unit(&mut self) -> f64 {
        f64::from(self.rng.next_u32()) / 4_294_967_296.0
    }

    /// True with this probability.
    pub(super) fn yes(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A number below `bound` (0 when the bound is 0).
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        let wide = u64::from(self.rng.next_u32()) * u64::from(bound);
        u32::try_from(wide >> 32).unwrap_or(0)
    }

    /// A number from `low` to `high`, both possible; `low` when they are out of order.
    pub(super) fn between(&mut self, low: i32, high: i32) -> i32 {
        let span = u32::try_from(high.saturating_sub(low)).unwrap_or(0);
        low + i32::try_from(self.below(span.saturating_add(1))).unwrap_or(0)
    }

    /// A normal number, of mean 0 and deviation 1, never beyond 2.5.
    pub(super) fn normal(&mut self) -> f64 {
        let sum: f64 = (0..12).map(|_| self.unit()).sum();
        (sum - 6.0).clamp(-2.5, 2.5)
    }

    /// A Poisson number of this mean, at most 60.
    pub(super) fn poisson(&mut self, mean: f64) -> i32 {
        let floor = exp(-mean);
        let mut product = self.unit();
        let mut count = 0;
        while product > floor && count < 60 {
            product *= self.unit();
            count += 1;
        }
        count
    }

    /// One of the items, each as likely as its weight.
    pub(super) fn pick<'a, T: Weighted>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let total = items.iter().map(Weighted::weight).sum();
        let mut left = self.below(total);
        items.iter().find(|item| {
            let weight = item.weight();
            if left < weight {
                return true;
            }
            left -= weight;
            false
        })
    }

    /// One of the codes, each as likely as its weight.
    pub(super) fn code(&mut self, codes: &Codes) -> &'static str {
        self.pick(codes).map_or("", |code| code.1)
    }

    /// Different days from `low` to `high`, in order: `count` of them, or as many as there are.
    pub(super) fn days(&mut self, count: i32, low: Day, high: Day) -> Vec<Day> {
        let room = high.saturating_sub(low).saturating_add(1);
        let count = count.min(room);
        let mut days = Vec::with_capacity(usize::try_from(count).unwrap_or(0));
        for slot in 0..count {
            // One day in each of `count` slots of the period: different by construction.
            let from = low + room * slot / count;
            let to = low + room * (slot + 1) / count - 1;
            days.push(self.between(from, to));
        }
        days
    }
}

/// Codes and how likely each is.
pub(super) type Codes = [(u32, &'static str)];

/// Something that can be picked.
pub(super) trait Weighted {
    /// How likely, compared to the others.
    fn weight(&self) -> u32;
}

impl<T> Weighted for (u32, T) {
    fn weight(&self) -> u32 {
        self.0
    }
}

/// The exponential, from multiplications alone: `(1 + x/4096)^4096`, within
/// 0.3 % for the small numbers asked here.
pub(super) fn exp(x: f64) -> f64 {
    (0..12).fold(1.0 + x / 4096.0, |power, _| power * power)
}

#[cfg(test)]
mod tests {
    use super::{Chance, Stream, exp};

    #[test]
    fn streams_repeat_and_differ() {
        let draw = |seed, index| {
            let mut chance = Chance::new(seed, Stream::Patient, index);
            [chance.below(1_000_000), chance.below(1_000_000)]
        };
        assert_eq!(draw(1, 1), draw(1, 1));
        assert_ne!(draw(1, 1), draw(1, 2));
        assert_ne!(draw(1, 1), draw(2, 1));
    }

    #[test]
    fn means_are_right() {
        let mut chance = Chance::new(7, Stream::Doctor, 0);
        let count = 20_000;
        let total: i32 = (0..count).map(|_| chance.poisson(1.7)).sum();
        assert!((f64::from(total) / f64::from(count) - 1.7).abs() < 0.05);
        let total: f64 = (0..count).map(|_| chance.normal()).sum();
        assert!((total / f64::from(count)).abs() < 0.03);
    }

    #[test]
    fn bounds_hold() {
        let mut chance = Chance::new(7, Stream::Doctor, 1);
        for _ in 0..1000 {
            assert!((3..=5).contains(&chance.between(3, 5)));
        }
        assert_eq!(chance.between(5, 3), 5);
        assert_eq!(chance.below(0), 0);
        let days = chance.days(40, 10, 19);
        assert_eq!(days, (10..=19).collect::<Vec<_>>());
        assert!(chance.days(3, 10, 9).is_empty());
    }

    #[test]
    fn exponential_is_close() {
        for x in [-3.0, -1.0, 0.0, 0.5, 1.0] {
            assert!((exp(x) / f64::exp(x) - 1.0).abs() < 0.003, "{x}");
        }
    }
}
