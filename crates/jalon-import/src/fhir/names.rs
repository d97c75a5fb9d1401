//! Texts kept once, and what names lead to: the part of a source that stays in
//! memory, so a name costs its bytes and a dozen more.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

/// Texts kept once each, numbered in the order in which they came.
pub(super) struct Texts {
    all: String,
    /// Where each text ends.
    ends: Vec<usize>,
    numbers: HashTable<u32>,
    hasher: RandomState,
}

impl Default for Texts {
    fn default() -> Self {
        Self {
            all: String::new(),
            ends: Vec::new(),
            numbers: HashTable::new(),
            hasher: RandomState::new(),
        }
    }
}

fn text<'t>(all: &'t str, ends: &[usize], number: u32) -> &'t str {
    let at = number as usize;
    let start = at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    ends.get(at).and_then(|end| all.get(start..*end)).unwrap_or_default()
}

impl Texts {
    /// The number of a text, kept from now on.
    pub(super) fn keep(&mut self, wanted: &str) -> u32 {
        if let Some(number) = self.find(wanted) {
            return number;
        }
        let number = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.all.push_str(wanted);
        self.ends.push(self.all.len());
        let Self { all, ends, numbers, hasher } = self;
        numbers.insert_unique(hasher.hash_one(wanted), number, |number| {
            hasher.hash_one(text(all, ends, *number))
        });
        number
    }

    /// The number of a text, if it is kept.
    pub(super) fn find(&self, wanted: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(wanted);
        self.numbers.find(hash, |number| self.get(*number) == wanted).copied()
    }

    /// The text of a number.
    pub(super) fn get(&self, number: u32) -> &str {
        text(&self.all, &self.ends, number)
    }

    /// How many texts are kept.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }
}

/// A name that a resource goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub text: String,
    /// No other resource may have it. The `Type/id` of a resource that also has
    /// a full address is not: another server may use it too.
    pub sure: bool,
}

/// What a name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    One(u32),
    /// Resources of several servers go by it.
    Several,
    Nothing,
}

#[derive(Clone, Copy, Debug)]
struct Target {
    number: u32,
    sure: bool,
}

/// `u32::MAX` for names shared by several.
const SEVERAL: u32 = u32::MAX;

/// What names lead to.
#[derive(Default)]
pub(super) struct Names {
    names: Texts,
    targets: Vec<Target>,
}

impl Names {
    /// Lets a name lead somewhere; false if it is sure, and surely leads
    /// elsewhere already, in which case it still does.
    pub(super) fn bind(&mut self, name: &Name, number: u32) -> bool {
        let at = self.names.keep(&name.text) as usize;
        match self.targets.get_mut(at) {
            None => self.targets.push(Target { number, sure: name.sure }),
            Some(known) if known.number == number => known.sure |= name.sure,
            Some(known) if known.sure && name.sure => return false,
            Some(known) => *known = Target { number: SEVERAL, sure: known.sure || name.sure },
        }
        true
    }

    pub(super) fn find(&self, name: &str) -> Found {
        let target = self.names.find(name).and_then(|at| self.targets.get(at as usize));
        match target {
            None => Found::Nothing,
            Some(Target { number: SEVERAL, .. }) => Found::Several,
            Some(Target { number, .. }) => Found::One(*number),
        }
    }

    /// Follows a reference, as written in a resource of a server whose address
    /// is `base`.
    pub(super) fn follow(&self, reference: &str, base: Option<&str>) -> Found {
        let reference = reference.split_once("/_history/").map_or(reference, |(name, _)| name);
        let reference = reference.split_once('|').map_or(reference, |(name, _)| name);
        let absolute = is_web(reference);
        if !absolute && let Some(base) = base {
            let found = self.find(&format!("{base}{reference}"));
            if found != Found::Nothing {
                return found;
            }
        }
        match self.find(reference) {
            Found::Nothing if absolute => {
                relative(reference).map_or(Found::Nothing, |name| self.find(name))
            }
            found => found,
        }
    }
}

fn is_web(reference: &str) -> bool {
    reference.starts_with("http://") || reference.starts_with("https://")
}

/// `Type/id` at the end of an address.
fn relative(address: &str) -> Option<&str> {
    let (rest, _) = address.rsplit_once('/')?;
    let (base, _) = rest.rsplit_once('/')?;
    address.get(base.len() + 1..)
}

/// The address of the server, final slash included, from the full address of
/// a resource.
pub(super) fn base(full_url: &str) -> Option<&str> {
    let name = relative(full_url).filter(|_| is_web(full_url))?;
    full_url.strip_suffix(name)
}

/// The names of a resource.
pub(super) fn names(kind: &str, id: Option<&str>, full_url: Option<&str>) -> Vec<Name> {
    let mut names = Vec::with_capacity(2);
    if let Some(url) = full_url {
        names.push(Name { text: url.to_owned(), sure: true });
    }
    if let Some(id) = id.filter(|id| !id.is_empty()) {
        let text = format!("{kind}/{id}");
        // Some bundles write the relative name as if it were the full one.
        if full_url != Some(&text) {
            names.push(Name { text, sure: full_url.is_none() });
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_kept_once() {
        let mut texts = Texts::default();
        for turn in 0..2 {
            for number in 0..1000_u32 {
                assert_eq!(texts.keep(&format!("t{number}")), number, "{turn}");
            }
        }
        assert_eq!(texts.len(), 1000);
        assert_eq!(texts.get(999), "t999");
        assert_eq!(texts.find("t1000"), None);
    }

    fn bind(all: &mut Names, id: &str, url: Option<&str>, number: u32) -> bool {
        names("Patient", Some(id), url).iter().all(|name| all.bind(name, number))
    }

    #[test]
    fn references_are_followed() {
        let mut all = Names::default();
        assert!(bind(&mut all, "1", None, 10));
        assert!(bind(&mut all, "2", Some("urn:uuid:abc"), 20));
        for (reference, found) in [
            ("Patient/1", Found::One(10)),
            ("Patient/1/_history/3", Found::One(10)),
            ("https://serveur/fhir/Patient/1", Found::One(10)),
            ("urn:uuid:abc", Found::One(20)),
            ("Patient/2", Found::One(20)),
            ("Practitioner/1", Found::Nothing),
            ("urn:uuid:def", Found::Nothing),
            ("https://serveur", Found::Nothing),
            ("", Found::Nothing),
        ] {
            assert_eq!(all.follow(reference, None), found, "{reference}");
        }
    }

    #[test]
    fn two_servers_may_use_the_same_id() {
        let mut all = Names::default();
        assert!(bind(&mut all, "1", Some("https://a/fhir/Patient/1"), 10));
        assert!(bind(&mut all, "1", Some("https://b/fhir/Patient/1"), 20));
        let base_b = base("https://b/fhir/Observation/9");
        assert_eq!(base_b, Some("https://b/fhir/"));
        assert_eq!(all.follow("Patient/1", base_b), Found::One(20));
        assert_eq!(all.follow("https://a/fhir/Patient/1", base_b), Found::One(10));
        assert_eq!(all.follow("Patient/1", None), Found::Several);
    }

    #[test]
    fn one_name_for_two_people_is_seen() {
        let mut all = Names::default();
        assert!(bind(&mut all, "1", None, 10));
        assert!(bind(&mut all, "1", None, 10));
        assert!(!bind(&mut all, "1", None, 20));
        assert_eq!(all.find("Patient/1"), Found::One(10));
    }
}
