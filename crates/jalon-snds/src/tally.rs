//! What is left out, counted by reason while several threads read.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jalon_import::Report;

use crate::spec::TableId;
use crate::words::Spot;

/// Why a line gives nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// `DPN_QLF` or `PRS_DPN_QLP` is 71 or 72.
    Information,
    /// `ETE_IND_TAA` is 1.
    HospitalBilling,
    /// `CPL_MAJ_TOP` is 2 or more.
    Supplement,
    /// A quantity of 0.
    Nothing,
    /// Care without a day, or on an impossible one.
    NoDay(TableId),
    /// The person is not in `IR_BEN_R`.
    Stranger(TableId),
    /// Several people bear the pseudonym, and no rank tells them apart.
    Ambiguous(TableId),
    /// The person was left out.
    LeftPerson(TableId),
    /// `BEN_CDI_NIR` is not 00.
    FalseIdentity,
    /// Neither man nor woman.
    NoSex,
    /// No birth anywhere.
    NoBirth,
    /// Care before birth.
    BeforeBirth,
    /// No line of the head table bears the key.
    NoHead(TableId),
    /// A line of a kind told by a detail that is not there.
    NoDetail(TableId),
    /// The head was left out.
    LeftHead(TableId),
    /// No code, or none of its nomenclature.
    NoCode(TableId),
    /// A quantity beyond what counts can hold.
    Absurd(TableId),
    /// A stay without any diagnosis.
    NoDiagnosis,
    /// Exemption for another reason than a long-term disease.
    Exemption(u8),
    /// A disease whose number cannot be told.
    NoNumber,
    /// A period that ends before it starts.
    Reversed(TableId),
    /// A médecin traitant without number.
    NoDoctor,
    /// A period covered by a later choice.
    Covered,
}

impl Reason {
    /// In French, for the report.
    pub fn sentence(self) -> String {
        let name = |table: TableId| table.name();
        let head = |table: TableId| table.head().map_or_else(String::new, TableId::name);
        match self {
            Self::Information => {
                "ER_PRS_F : ligne pour information (DPN_QLF 71 ou 72, PRS_DPN_QLP 71 ou 72)".into()
            }
            Self::HospitalBilling => {
                "ER_PRS_F : facturation directe d'un hôpital public (ETE_IND_TAA 1)".into()
            }
            Self::Supplement => {
                "ER_PRS_F : complément ou majoration (CPL_MAJ_TOP 2 ou plus)".into()
            }
            Self::Nothing => "quantité nulle".into(),
            Self::NoDay(table) => {
                format!("{} : sans date, ou date hors de 1850 à 2100", name(table))
            }
            Self::Stranger(table) => format!("{} : personne absente de IR_BEN_R", name(table)),
            Self::Ambiguous(table) => format!(
                "{} : pseudonyme de plusieurs personnes, sans rang pour les distinguer",
                name(table)
            ),
            Self::LeftPerson(table) => format!("{} : personne écartée", name(table)),
            Self::FalseIdentity => {
                "IR_BEN_R : identité fictive ou provisoire (BEN_CDI_NIR autre que 00)".into()
            }
            Self::NoSex => "IR_BEN_R : sexe inconnu".into(),
            Self::NoBirth => "IR_BEN_R : naissance inconnue, sans âge connu par les soins".into(),
            Self::BeforeBirth => "soin avant la naissance".into(),
            Self::NoHead(table) => {
                format!("{} : ligne sans partenaire dans {}", name(table), head(table))
            }
            Self::NoDetail(table) => {
                format!("{} : ligne sans partenaire dans {}", head(table), name(table))
            }
            Self::LeftHead(table) => {
                format!("{} : détail d'une ligne de {} écartée", name(table), head(table))
            }
            Self::NoCode(table) => format!("{} : sans code, ou code illisible", name(table)),
            Self::Absurd(table) => format!("{} : quantité démesurée", name(table)),
            Self::NoDiagnosis => "T_MCOaaC : séjour sans aucun diagnostic".into(),
            Self::Exemption(nature) => format!(
                "IR_IMB_R : exonération qui n'est pas une ALD (IMB_ETM_NAT {})",
                if nature == u8::MAX { "vide ou inconnu".to_owned() } else { nature.to_string() }
            ),
            Self::NoNumber => {
                "IR_IMB_R : numéro d'ALD 0 ou vide, et diagnostic qui n'en désigne aucun".into()
            }
            Self::Reversed(table) => format!("{} : fin avant le début", name(table)),
            Self::NoDoctor => "IR_MTT_R : sans numéro de médecin traitant".into(),
            Self::Covered => "IR_MTT_R : période couverte par un autre choix du même jour".into(),
        }
    }
}

/// A number of things: `1 ligne`, `2 lignes`.
pub(crate) fn count(number: u64, thing: &str) -> String {
    format!("{number} {}", agreed(number, thing))
}

/// A word that agrees with a number, by an `s` alone.
pub(crate) fn agreed(number: u64, word: &str) -> String {
    if number < 2 { word.to_owned() } else { format!("{word}s") }
}

/// Places kept as examples.
const EXAMPLES: usize = 3;

#[derive(Clone, Debug, Default)]
struct Count {
    number: u64,
    /// The first, sorted.
    spots: Vec<Spot>,
}

impl Count {
    fn keep(&mut self, spot: Spot) {
        if self.spots.len() == EXAMPLES && self.spots.last().is_some_and(|last| *last <= spot) {
            return;
        }
        if let Err(at) = self.spots.binary_search(&spot) {
            self.spots.insert(at, spot);
            self.spots.truncate(EXAMPLES);
        }
    }
}

/// Counts by reason.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally(BTreeMap<Reason, Count>);

impl Tally {
    pub fn leave(&mut self, reason: Reason, spot: Spot) {
        let count = self.0.entry(reason).or_default();
        count.number += 1;
        count.keep(spot);
    }

    /// Adds another's counts; the examples are the first of both.
    pub fn add(&mut self, other: Self) {
        for (reason, other) in other.0 {
            let count = self.0.entry(reason).or_default();
            count.number += other.number;
            other.spots.into_iter().for_each(|spot| count.keep(spot));
        }
    }

    /// Says it all in a report; `label` names a file by its rank.
    pub fn tell(self, report: &mut Report, label: impl Fn(usize) -> String) {
        for (reason, count) in self.0 {
            let sentence = reason.sentence();
            for spot in &count.spots {
                report.leave(&sentence, || format!("{}:{}", label(spot.file()), spot.line()));
            }
            report.leave_many(&sentence, count.number - count.spots.len() as u64);
        }
    }
}

/// Counts shared by all who read.
#[derive(Debug, Default)]
pub(crate) struct SharedTally(Mutex<Tally>);

impl SharedTally {
    pub fn add(&self, tally: Tally) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).add(tally);
    }

    pub fn take(&self) -> Tally {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
