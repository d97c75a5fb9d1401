//! An answer, how sure it is, and where it comes from.

/// How sure an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Written by a public body, in its own file.
    Officiel,
    /// Read in a selection that someone made of such a file.
    Secondaire,
    /// Concluded from what is known of its like.
    Deduit,
    /// One file says two things: only what they share is kept.
    Conflit,
}

/// Where an answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// The class of the product, in the list of drugs of major interest.
    Mitm,
    /// The presentation itself, in the fund's table.
    IrPha,
    /// Other presentations of the same product, in the fund's table.
    SameProduct,
    /// Products of the same generic group.
    Group,
    /// Products of the same substances, taken the same way.
    Substances,
    /// Presentations of the same generic group and number of units.
    GroupAndUnits,
    /// Presentations of the same class and number of units.
    ClassAndUnits,
    /// Every presentation of the same class.
    Class,
    /// The number of units alone.
    Units,
    /// The generic groups of the public base.
    Gener,
    /// Presentations made of this hospital unit, in the fund's table.
    IrPhaByUcd,
    /// The hospital unit it replaces, or that replaces it.
    UcdKin,
}

const STANDINGS: &[(Standing, &str)] = &[
    (Standing::Officiel, "officiel"),
    (Standing::Secondaire, "secondaire"),
    (Standing::Deduit, "deduit"),
    (Standing::Conflit, "conflit"),
];

/// Names as written in files, and what they mean.
const METHODS: &[(Method, &str, &str)] = &[
    (Method::Mitm, "mitm", "CIS_MITM, par code CIS"),
    (Method::IrPha, "ir-pha", "IR_PHA_R, par CIP13"),
    (Method::SameProduct, "meme-produit", "IR_PHA_R, autres présentations du produit"),
    (Method::Group, "groupe", "même groupe générique, à 80 % ou plus"),
    (Method::Substances, "substances", "mêmes substances et même voie, à 80 % ou plus"),
    (Method::GroupAndUnits, "groupe-unites", "même groupe générique et même nombre d'unités"),
    (Method::ClassAndUnits, "classe-unites", "même classe ATC et même nombre d'unités"),
    (Method::Class, "classe", "toutes les présentations de la classe ATC"),
    (Method::Units, "unites", "31 unités ou moins"),
    (Method::Gener, "cis-gener", "CIS_GENER, par code CIS"),
    (Method::IrPhaByUcd, "ir-pha-ucd", "IR_PHA_R, par UCD"),
    (Method::UcdKin, "ucd-remplace", "NU_UCD_R, code remplacé ou remplaçant"),
];

impl Standing {
    /// As written in files and shown to people.
    #[must_use]
    pub fn word(self) -> &'static str {
        STANDINGS.iter().find(|(one, _)| *one == self).map_or("", |(_, word)| word)
    }

    pub(super) fn named(word: &str) -> Option<Self> {
        STANDINGS.iter().find(|(_, name)| *name == word).map(|(one, _)| *one)
    }
}

impl Method {
    /// As written in files.
    #[must_use]
    pub fn word(self) -> &'static str {
        METHODS.iter().find(|(one, ..)| *one == self).map_or("", |(_, word, _)| word)
    }

    /// In French, for people.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        METHODS.iter().find(|(one, ..)| *one == self).map_or("", |(.., sentence)| sentence)
    }

    /// The method of that name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        METHODS.iter().find(|(_, name, _)| *name == word).map(|(one, ..)| *one)
    }
}

/// A value with its standing and its method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<T> {
    /// The value.
    pub value: T,
    /// How sure it is.
    pub standing: Standing,
    /// Where it comes from.
    pub method: Method,
}

impl<T> Answer<T> {
    pub(super) const fn new(value: T, standing: Standing, method: Method) -> Self {
        Self { value, standing, method }
    }
}

/// A presentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presentation {
    /// Code of thirteen digits.
    pub cip13: String,
    /// Its product; empty for one that only the fund's table knows.
    pub cis: String,
    /// Its hospital unit, in seven digits; empty when unknown.
    pub ucd: String,
    /// Label.
    pub label: String,
    /// Rate of reimbursement, `65 %`; empty when not reimbursed, or unknown.
    pub rate: String,
    /// ATC class.
    pub atc: Option<Answer<String>>,
    /// Classes given by other sources, with their method: `A10BA02 ir-pha`.
    pub others: String,
    /// In the generic repertoire.
    pub repertoire: Option<Answer<bool>>,
    /// Pack of several months.
    pub large_pack: Option<Answer<bool>>,
}

/// A product: every presentation of one drug, strength and form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Code of eight digits.
    pub cis: String,
    /// Name.
    pub label: String,
    /// Form.
    pub form: String,
    /// Ways of taking it, separated by `;`.
    pub route: String,
    /// Generic groups, separated by spaces.
    pub groups: String,
    /// ATC class.
    pub atc: Option<Answer<String>>,
    /// In the generic repertoire.
    pub repertoire: Option<Answer<bool>>,
}

/// A hospital unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Code, in seven digits.
    pub ucd: String,
    /// Label; empty when unknown.
    pub label: String,
    /// ATC class.
    pub atc: Option<Answer<String>>,
    /// In the generic repertoire.
    pub repertoire: Option<Answer<bool>>,
}

/// An act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// `nabm` or `ccam`.
    pub system: String,
    /// Code.
    pub code: String,
    /// Label.
    pub label: String,
}
