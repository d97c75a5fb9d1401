//! What the like of a thing say of it.

use std::collections::BTreeMap;

/// Answers known, by what the things that have them share.
#[derive(Debug)]
pub(super) struct Votes<K, V> {
    counts: BTreeMap<K, BTreeMap<V, u32>>,
    /// Fewest votes that make an answer.
    least: u32,
    /// Share of the votes, in hundredths, that make an answer.
    percent: u32,
}

impl<K: Ord, V: Ord> Votes<K, V> {
    pub(super) const fn new(least: u32, percent: u32) -> Self {
        Self { counts: BTreeMap::new(), least, percent }
    }

    pub(super) fn add(&mut self, key: K, value: V) {
        *self.counts.entry(key).or_default().entry(value).or_default() += 1;
    }

    /// What enough of them say; `without` is a vote of its own to leave out.
    pub(super) fn ask(&self, key: &K, without: Option<&V>) -> Option<&V> {
        let counts = self.counts.get(key)?;
        let left = |value: &V, count: u32| count - u32::from(without == Some(value) && count > 0);
        let total: u32 = counts.iter().map(|(value, count)| left(value, *count)).sum();
        if total < self.least.max(1) {
            return None;
        }
        let mut enough = counts
            .iter()
            .filter(|(value, count)| 100 * left(value, **count) >= self.percent * total);
        enough.next().map(|(value, _)| value)
    }
}

/// How often a conclusion was right where the answer is known: each known
/// answer is asked of its like, its own vote left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Check {
    /// The same answer.
    pub justes: u64,
    /// Another answer.
    pub faux: u64,
    /// No answer.
    pub sans_reponse: u64,
}

impl Check {
    pub(super) fn note(&mut self, right: Option<bool>) {
        match right {
            Some(true) => self.justes += 1,
            Some(false) => self.faux += 1,
            None => self.sans_reponse += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Votes;

    #[test]
    fn four_out_of_five() {
        let mut votes = Votes::new(1, 80);
        for value in ["a", "a", "a", "a", "b"] {
            votes.add(1, value);
        }
        assert_eq!(votes.ask(&1, None), Some(&"a"));
        assert_eq!(votes.ask(&1, Some(&"a")), None);
        assert_eq!(votes.ask(&1, Some(&"b")), Some(&"a"));
        assert_eq!(votes.ask(&2, None), None);
        votes.add(2, "c");
        assert_eq!(votes.ask(&2, Some(&"c")), None);
    }
}
