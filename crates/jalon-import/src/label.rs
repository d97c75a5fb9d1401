//! Words of people held against names that are known: headers of columns,
//! labels of indicators.

use std::collections::{BTreeMap, BTreeSet};

/// A text without case, accents, punctuation or doubled spaces: what two
/// writings of the same words have in common.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'à' | 'â' | 'ä' | 'á' | 'ã' => out.push('a'),
            'ç' => out.push('c'),
            'é' | 'è' | 'ê' | 'ë' => out.push('e'),
            'î' | 'ï' | 'í' => out.push('i'),
            'ô' | 'ö' | 'ó' => out.push('o'),
            'ù' | 'û' | 'ü' | 'ú' => out.push('u'),
            'ÿ' => out.push('y'),
            'ñ' => out.push('n'),
            'œ' => out.push_str("oe"),
            'æ' => out.push_str("ae"),
            // Accents that stand alone, after their letter.
            '\u{300}'..='\u{36f}' => {}
            c if c.is_alphanumeric() => out.push(c),
            _ => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
        }
    }
    out.trim().to_owned()
}

/// Something that labels may mean: the page of an indicator.
#[derive(Clone, Debug)]
pub struct Known {
    /// Identifier.
    pub id: String,
    /// Title.
    pub title: String,
    /// Other texts about it, which share words with its labels.
    pub about: String,
}

/// What a label means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Its identifier or its title, word for word.
    Same(String),
    /// The only one that comes near; to be shown to whoever decides.
    Likely(String),
    /// None, or several: the nearest first, three at most.
    Unclear(Vec<String>),
}

impl Meaning {
    /// The identifier, if there is one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Same(id) | Self::Likely(id) => Some(id),
            Self::Unclear(_) => None,
        }
    }
}

/// All that labels may mean.
#[derive(Clone, Debug)]
pub struct Catalogue {
    entries: Vec<Entry>,
    /// In how many entries a word occurs.
    shared: BTreeMap<String, u64>,
    /// In how many identifiers or titles.
    titled: BTreeMap<String, u64>,
}

#[derive(Clone, Debug)]
struct Entry {
    id: String,
    names: [String; 2],
    /// Words of the identifier and the title.
    own: BTreeSet<String>,
    /// Words of anything about it.
    any: BTreeSet<String>,
}

/// What a word is worth that one entry alone has.
const RARE: u64 = 1200;

/// What a word is worth that no entry has: labels say more than titles.
const STRANGE: u64 = 600;

impl Catalogue {
    /// Of these.
    #[must_use]
    pub fn new(known: &[Known]) -> Self {
        let mut shared = BTreeMap::<String, u64>::new();
        let mut titled = BTreeMap::<String, u64>::new();
        let mut entries = Vec::with_capacity(known.len());
        for one in known {
            let own = words(&format!("{} {}", one.id, one.title));
            let mut any = words(&one.about);
            any.extend(own.iter().cloned());
            for word in &own {
                *titled.entry(word.clone()).or_default() += 1;
            }
            for word in &any {
                *shared.entry(word.clone()).or_default() += 1;
            }
            let names = [plain(&one.id), plain(&one.title)];
            entries.push(Entry { id: one.id.clone(), names, own, any });
        }
        Self { entries, shared, titled }
    }

    /// What a label means. Words count the more, the fewer entries share them;
    /// those of an identifier or a title count more, and a title that the label
    /// says only in part counts less.
    #[must_use]
    pub fn find(&self, label: &str) -> Meaning {
        let wanted = plain(label);
        let same: Vec<_> = self.entries.iter().filter(|it| it.names.contains(&wanted)).collect();
        if let [one] = same.as_slice() {
            return Meaning::Same(one.id.clone());
        }
        let words = words(label);
        let all: u64 = words.iter().map(|word| self.weight(word)).sum();
        let mut scored: Vec<(u64, &Entry)> =
            self.entries.iter().map(|entry| (self.score(entry, &words), entry)).collect();
        scored.sort_by(|left, right| right.0.cmp(&left.0).then(left.1.id.cmp(&right.1.id)));
        scored.retain(|(score, _)| *score > 0);
        if let [(best, entry), rest @ ..] = scored.as_slice() {
            let second = rest.first().map_or(0, |(score, _)| *score);
            // A good part of what the label says, clearly ahead of any other.
            let clear = *best * 4 >= all * 3 && *best * 4 >= second * 5;
            if clear && self.speaks_of(entry, &words) {
                return Meaning::Likely(entry.id.clone());
            }
        }
        Meaning::Unclear(scored.iter().take(3).map(|(_, entry)| entry.id.clone()).collect())
    }

    fn score(&self, entry: &Entry, label: &BTreeSet<String>) -> u64 {
        let any: u64 = label.intersection(&entry.any).map(|word| self.weight(word)).sum();
        let own = self.titles(label.intersection(&entry.own));
        let all = self.titles(&entry.own).max(1);
        (any + 2 * own) * (all + own) / (2 * all)
    }

    /// Whether a label says a quarter of a title, and not by a single word of
    /// many.
    fn speaks_of(&self, entry: &Entry, label: &BTreeSet<String>) -> bool {
        let common = label.intersection(&entry.own);
        let count = common.clone().count();
        let enough = self.titles(common) * 4 >= self.titles(&entry.own);
        enough && (count >= 2 || count == label.len())
    }

    /// What words are worth in identifiers and titles.
    fn titles<'w>(&self, words: impl IntoIterator<Item = &'w String>) -> u64 {
        words.into_iter().filter_map(|word| Some(RARE / self.titled.get(word)?)).sum()
    }

    fn weight(&self, word: &str) -> u64 {
        self.shared.get(word).map_or(STRANGE, |entries| RARE / entries)
    }
}

/// Words that say nothing of what is counted.
const EMPTY: [&str; 30] = [
    "au",
    "aux",
    "avec",
    "ayant",
    "beneficie",
    "ce",
    "ces",
    "cette",
    "chez",
    "contre",
    "dans",
    "de",
    "des",
    "dont",
    "du",
    "en",
    "et",
    "la",
    "le",
    "les",
    "mt",
    "ou",
    "par",
    "part",
    "patient",
    "pour",
    "qui",
    "sur",
    "un",
    "une",
];

/// The words of a text that mean something, plurals cut off.
fn words(text: &str) -> BTreeSet<String> {
    let spelled = [("deux", "2"), ("trois", "3"), ("quatre", "4"), ("cinq", "5")];
    plain(text)
        .split(' ')
        .map(|word| spelled.iter().find(|(name, _)| *name == word).map_or(word, |it| it.1))
        .map(|word| if word.len() > 3 { word.trim_end_matches(['s', 'x']) } else { word })
        .filter(|word| word.len() > 1 || word.chars().all(|c| c.is_ascii_digit()))
        .filter(|word| !word.is_empty() && !EMPTY.contains(word))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writings_of_the_same_words() {
        for text in ["Prénom", "PRE\u{301}NOM", " prénom : ", "«prénom»"] {
            assert_eq!(plain(text).replace(' ', ""), "prenom", "{text}");
        }
        assert_eq!(plain("N° de Sécurité-Sociale"), "n de securite sociale");
        assert_eq!(plain("Œil (D/G)"), "oeil d g");
    }

    fn catalogue() -> Catalogue {
        let known = [
            ("cancer-sein", "Cancer du sein : dépistage de 50 à 74 ans"),
            ("cancer-col", "Cancer du col de l'utérus : dépistage de 25 à 65 ans"),
            ("diabete-hba1c", "Diabète : au moins deux HbA1c dans l'année"),
            ("diabete-mrc", "Diabète : dépistage de la maladie rénale"),
        ];
        let known = known.map(|(id, title)| Known {
            id: id.to_owned(),
            title: title.to_owned(),
            about: String::new(),
        });
        Catalogue::new(&known)
    }

    #[test]
    fn labels() {
        let catalogue = catalogue();
        assert_eq!(catalogue.find("DIABETE HBA1C"), Meaning::Same("diabete-hba1c".into()));
        assert_eq!(catalogue.find("Dépistage cancer sein"), Meaning::Likely("cancer-sein".into()));
        assert_eq!(
            catalogue.find("Dépistage des cancers"),
            Meaning::Unclear(vec!["cancer-sein".into(), "cancer-col".into(), "diabete-mrc".into()])
        );
        // A word in common is not enough.
        assert!(matches!(catalogue.find("Une autre maladie"), Meaning::Unclear(_)));
        assert_eq!(catalogue.find("HbA1c"), Meaning::Unclear(vec!["diabete-hba1c".into()]));
        assert_eq!(catalogue.find("Statines"), Meaning::Unclear(vec![]));
    }
}
