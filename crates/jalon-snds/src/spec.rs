//! The tables of the SNDS that are read, and their columns.

/// A table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TableId {
    /// Reimbursed services: one line each.
    Prs,
    /// Boxes of drugs.
    Pha,
    /// Laboratory acts.
    Bio,
    /// CCAM acts.
    Cam,
    /// Drugs dispensed by a hospital.
    Ucd,
    /// Where care was given.
    Ete,
    /// People.
    Ben,
    /// Long-term diseases.
    Imb,
    /// Médecins traitants.
    Mtt,
    /// Presentations of drugs.
    Product,
    /// Practitioners.
    Practitioner,
    /// Hospital stays: who and when.
    Stay,
    /// Main and related diagnoses of stays.
    StayMain,
    /// Associated diagnoses of stays.
    StayOther,
    /// Acts of stays.
    StayAct,
    /// Outpatient visits of public hospitals: who and when.
    Visit,
    /// CCAM acts of visits.
    VisitAct,
    /// Lettered acts of visits.
    VisitLetter,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// A text that may be shown in a message.
    Text,
    /// A text that names a person: never shown.
    Person,
    /// A whole number.
    Integer,
    /// A whole number that completes a name: never shown, lest the name be there.
    Rank,
    /// A number counted whole, away from zero: an act of 0,5 is one act.
    Quantity,
    /// A day.
    Date,
}

/// Whether a file may lack a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// It may not.
    Required,
    /// It may, and the report says so: what is then missing, in French.
    Useful(&'static str),
    /// It may, and nothing is said.
    Spare,
    /// It may only where `CLE_DCI_JNT` stands for the nine keys.
    Key,
}

/// A column: its names, the usual one first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub names: &'static [&'static str],
    pub holds: Holds,
    pub need: Need,
}

/// A table as files hold it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    pub id: TableId,
    /// Names of the files, without year; the usual one first.
    pub names: &'static [&'static str],
    pub columns: &'static [Column],
    /// The source must hold it; else what is missing without it, in French.
    pub without: Option<&'static str>,
    /// Its name holds the two digits of a year.
    pub yearly: bool,
}

use Holds::{Date, Integer, Person, Quantity, Rank, Text};
use Need::{Key, Required, Spare, Useful};

const fn col(names: &'static [&'static str], holds: Holds, need: Need) -> Column {
    Column { names, holds, need }
}

/// Ranks of the columns of keys: the single key of the simplified DCIR, then
/// the nine of the DCIR.
pub(crate) mod key {
    pub const SINGLE: usize = 0;
    pub const MADE_AVAILABLE: usize = 1;
    pub const TREATED: usize = 2;
    pub const SENDER_TYPE: usize = 3;
    pub const SENDER: usize = 4;
    pub const SEQUENCE: usize = 5;
    pub const BODY: usize = 6;
    pub const STATEMENT: usize = 7;
    pub const SERVICE: usize = 8;
    pub const REFUND: usize = 9;
    /// The first rank after them.
    pub const AFTER: usize = 10;
}

/// Columns of a table of the DCIR: its keys, then its own.
macro_rules! keyed {
    ($($column:expr),* $(,)?) => {
        &[
            col(&["CLE_DCI_JNT"], Integer, Spare),
            col(&["FLX_DIS_DTD"], Date, Key),
            col(&["FLX_TRT_DTD"], Date, Key),
            col(&["FLX_EMT_TYP"], Integer, Key),
            col(&["FLX_EMT_NUM"], Integer, Key),
            col(&["FLX_EMT_ORD"], Integer, Key),
            col(&["ORG_CLE_NUM"], Text, Key),
            col(&["DCT_ORD_NUM"], Integer, Key),
            col(&["PRS_ORD_NUM"], Integer, Key),
            col(&["REM_TYP_AFF"], Integer, Key),
            $($column),*
        ]
    };
}

/// Names of the column that tells people apart, before their rank.
const PSEUDONYM: &[&str] = &["BEN_NIR_PSA", "NUM_ENQ"];

/// Ranks of the columns of `ER_PRS_F`, after the keys.
pub(crate) mod prs {
    use super::key::AFTER;
    pub const PERSON: usize = AFTER;
    pub const RANK: usize = AFTER + 1;
    pub const DATE: usize = AFTER + 2;
    pub const NATURE: usize = AFTER + 3;
    pub const QUANTITY: usize = AFTER + 4;
    pub const PERFORMER: usize = AFTER + 5;
    pub const PRESCRIBER: usize = AFTER + 6;
    pub const SPECIALITY: usize = AFTER + 7;
    pub const QUALIFIER: usize = AFTER + 8;
    pub const SENT_QUALIFIER: usize = AFTER + 9;
    pub const SUPPLEMENT: usize = AFTER + 10;
    pub const BIRTH_YEAR: usize = AFTER + 11;
    pub const AGE: usize = AFTER + 12;
    pub const CMU: usize = AFTER + 13;
    pub const CONTRACT: usize = AFTER + 14;
}

/// Ranks of the columns of details, after the keys.
pub(crate) mod detail {
    use super::key::AFTER;
    pub const CODE: usize = AFTER;
    pub const QUANTITY: usize = AFTER + 1;
    pub const OLD_CODE: usize = AFTER + 2;
}

/// Ranks of the columns of tables about a person.
pub(crate) mod ben {
    pub const PERSON: usize = 0;
    pub const RANK: usize = 1;
    pub const IDENTITY: usize = 2;
    pub const NATURE: usize = 3;
    pub const YEAR: usize = 4;
    pub const MONTH: usize = 5;
    pub const SEX: usize = 6;
    pub const DEATH: usize = 7;
    pub const DEPARTMENT: usize = 8;
    pub const TOWN: usize = 9;
}
pub(crate) mod imb {
    pub const PERSON: usize = 0;
    pub const RANK: usize = 1;
    pub const NUMBER: usize = 2;
    pub const NATURE: usize = 3;
    pub const FROM: usize = 4;
    pub const TO: usize = 5;
    pub const DIAGNOSIS: usize = 6;
    pub const NOMENCLATURE: usize = 7;
}
pub(crate) mod mtt {
    pub const PERSON: usize = 0;
    pub const RANK: usize = 1;
    pub const DOCTOR: usize = 2;
    pub const FROM: usize = 3;
    pub const TO: usize = 4;
}
pub(crate) mod product {
    pub const CIP13: usize = 0;
    pub const ATC: usize = 1;
    pub const PACK: usize = 2;
    pub const GROUP: usize = 3;
    pub const UCD: usize = 4;
    pub const GENERIC: usize = 5;
}
pub(crate) mod practitioner {
    pub const NUMBER: usize = 0;
    pub const SPECIALITY: usize = 1;
    pub const SETTLED: usize = 2;
    pub const BIRTH_YEAR: usize = 3;
    pub const YEAR: usize = 4;
    pub const MONTH: usize = 5;
}
/// Ranks of the columns of the PMSI, all tables.
pub(crate) mod pmsi {
    pub const HOSPITAL: usize = 0;
    pub const NUMBER: usize = 1;
    pub const CODE: usize = 2;
    pub const RELATED: usize = 3;
    pub const DELAY: usize = 3;
    pub const QUANTITY: usize = 4;
    pub const SPECIALITY: usize = 5;
    pub const PERSON: usize = 2;
    pub const FROM: usize = 3;
    pub const TO: usize = 4;
}

const fn dcir(
    id: TableId,
    names: &'static [&'static str],
    columns: &'static [Column],
    without: Option<&'static str>,
) -> Spec {
    Spec { id, names, columns, without, yearly: false }
}

const fn mco(
    id: TableId,
    names: &'static [&'static str],
    columns: &'static [Column],
    without: &'static str,
) -> Spec {
    Spec { id, names, columns, without: Some(without), yearly: true }
}

const HOSPITAL: Column = col(&["ETA_NUM"], Text, Required);
const STAY: Column = col(&["RSA_NUM"], Integer, Required);
const VISIT: Column = col(&["SEQ_NUM"], Integer, Required);
const PMSI_PERSON: Column = col(&["NIR_ANO_17", "NUM_ENQ"], Person, Required);
const ENTRY: Column = col(&["EXE_SOI_DTD"], Date, Required);

/// Every table, in the order in which faults are told.
pub(crate) const SPECS: &[Spec] = &[
    dcir(
        TableId::Prs,
        &["ER_PRS_F", "NS_PRS_F"],
        keyed![
            col(PSEUDONYM, Person, Required),
            col(&["BEN_RNG_GEM"], Rank, Spare),
            col(&["EXE_SOI_DTD"], Date, Required),
            col(&["PRS_NAT_REF"], Integer, Required),
            col(&["PRS_ACT_QTE"], Quantity, Required),
            col(&["PFS_EXE_NUM"], Person, Useful("exécutants des actes inconnus")),
            col(&["PFS_PRE_NUM"], Person, Useful("prescripteurs inconnus")),
            col(
                &["PSE_SPE_COD"],
                Integer,
                Useful("spécialités des exécutants connues par DA_PRA_R seulement")
            ),
            col(
                &["DPN_QLF"],
                Integer,
                Useful("les lignes pour information ne sont pas reconnues par DPN_QLF")
            ),
            col(
                &["PRS_DPN_QLP"],
                Integer,
                Useful("les lignes pour information ne sont pas reconnues par PRS_DPN_QLP")
            ),
            col(
                &["CPL_MAJ_TOP"],
                Integer,
                Useful("les compléments et majorations comptent comme des actes")
            ),
            col(&["BEN_NAI_ANN"], Integer, Spare),
            col(&["BEN_AMA_COD"], Integer, Spare),
            col(&["BEN_CMU_TOP"], Integer, Spare),
            col(&["BEN_CTA_TYP"], Integer, Spare),
        ],
        None,
    ),
    dcir(
        TableId::Pha,
        &["ER_PHA_F", "NS_PHA_F"],
        keyed![
            col(&["PHA_PRS_C13"], Integer, Spare),
            col(&["PHA_ACT_QSN"], Quantity, Required),
            col(&["PHA_PRS_IDE"], Integer, Spare),
        ],
        Some("aucune délivrance de ville"),
    ),
    dcir(
        TableId::Bio,
        &["ER_BIO_F", "NS_BIO_F"],
        keyed![col(&["BIO_PRS_IDE"], Integer, Required), col(&["BIO_ACT_QSN"], Quantity, Required),],
        Some("aucun acte de biologie"),
    ),
    dcir(
        TableId::Cam,
        &["ER_CAM_F", "NS_CAM_F"],
        keyed![col(&["CAM_PRS_IDE"], Text, Required)],
        Some("aucun acte CCAM de ville"),
    ),
    dcir(
        TableId::Ucd,
        &["ER_UCD_F", "NS_UCD_F"],
        keyed![col(&["UCD_UCD_COD"], Integer, Required), col(&["UCD_DLV_NBR"], Quantity, Required),],
        Some("aucun médicament rétrocédé par un hôpital"),
    ),
    dcir(
        TableId::Ete,
        &["ER_ETE_F", "NS_ETE_F"],
        keyed![col(&["ETE_IND_TAA"], Integer, Required)],
        Some("la facturation directe des hôpitaux publics n'est pas reconnue"),
    ),
    dcir(
        TableId::Ben,
        &["IR_BEN_R"],
        &[
            col(PSEUDONYM, Person, Required),
            col(&["BEN_RNG_GEM"], Rank, Spare),
            col(
                &["BEN_IDT_ANO"],
                Person,
                Useful("plusieurs pseudonymes d'une même personne font plusieurs patients"),
            ),
            col(
                &["BEN_CDI_NIR"],
                Text,
                Useful("les identités fictives ou provisoires ne sont pas écartées"),
            ),
            col(&["BEN_NAI_ANN"], Integer, Required),
            col(
                &["BEN_NAI_MOI"],
                Integer,
                Useful("naissances connues à l'année, placées en janvier"),
            ),
            col(&["BEN_SEX_COD"], Integer, Required),
            col(&["BEN_DCD_DTE"], Date, Useful("décès inconnus")),
            col(&["BEN_RES_DPT"], Text, Spare),
            col(&["BEN_RES_COM"], Text, Spare),
        ],
        None,
    ),
    dcir(
        TableId::Imb,
        &["IR_IMB_R"],
        &[
            col(PSEUDONYM, Person, Required),
            col(&["BEN_RNG_GEM"], Rank, Spare),
            col(&["IMB_ALD_NUM"], Integer, Required),
            col(&["IMB_ETM_NAT"], Integer, Required),
            col(&["IMB_ALD_DTD"], Date, Required),
            col(&["IMB_ALD_DTF"], Date, Required),
            col(&["MED_MTF_COD"], Text, Useful("les ALD de numéro 0 ne sont pas reconstruites")),
            col(&["MED_NCL_IDT"], Text, Spare),
        ],
        Some("aucune affection de longue durée"),
    ),
    dcir(
        TableId::Mtt,
        &["IR_MTT_R"],
        &[
            col(PSEUDONYM, Person, Required),
            col(&["BEN_RNG_GEM"], Rank, Spare),
            col(&["MTT_PFS_NUM"], Person, Required),
            col(&["MTT_DEP_DTE"], Date, Required),
            col(&["MTT_FIN_DTE"], Date, Required),
        ],
        Some("aucun rattachement à un médecin traitant"),
    ),
    dcir(
        TableId::Product,
        &["IR_PHA_R"],
        &[
            col(&["PHA_CIP_C13"], Integer, Required),
            col(&["PHA_ATC_CLA", "PHA_ATC_C07"], Text, Required),
            col(&["PHA_CND_TOP"], Text, Useful("grands conditionnements inconnus")),
            col(&["PHA_GRS_NUM"], Integer, Useful("répertoire des génériques inconnu")),
            col(
                &["PHA_CIP_UCD"],
                Integer,
                Useful("médicaments rétrocédés par un hôpital sans classe ATC"),
            ),
            col(&["PHA_MED_GEN"], Integer, Spare),
        ],
        Some("les délivrances n'ont ni classe ATC, ni conditionnement, ni répertoire"),
    ),
    dcir(
        TableId::Practitioner,
        &["DA_PRA_R"],
        &[
            col(&["PFS_PFS_NUM"], Person, Required),
            col(&["PFS_PRA_SPE"], Integer, Required),
            col(&["PFS_INS_DSD"], Text, Useful("installations inconnues")),
            col(&["IPP_ANN_NAI"], Integer, Spare),
            col(&["DTE_ANN_TRT"], Integer, Spare),
            col(&["DTE_MOI_FIN"], Integer, Spare),
        ],
        Some("les médecins ne sont connus que par IR_MTT_R"),
    ),
    mco(
        TableId::Stay,
        &["C"],
        &[
            HOSPITAL,
            STAY,
            PMSI_PERSON,
            ENTRY,
            col(&["EXE_SOI_DTF"], Date, Useful("fins de séjour inconnues")),
        ],
        "aucun séjour hospitalier",
    ),
    mco(
        TableId::StayMain,
        &["B"],
        &[
            HOSPITAL,
            STAY,
            col(&["DGN_PAL"], Text, Required),
            col(&["DGN_REL"], Text, Useful("diagnostics reliés inconnus")),
        ],
        "aucun diagnostic principal ni relié",
    ),
    mco(
        TableId::StayOther,
        &["D"],
        &[HOSPITAL, STAY, col(&["ASS_DGN"], Text, Required)],
        "aucun diagnostic associé",
    ),
    mco(
        TableId::StayAct,
        &["A"],
        &[HOSPITAL, STAY, col(&["CDC_ACT"], Text, Required)],
        "aucun acte de séjour",
    ),
    mco(
        TableId::Visit,
        &["CSTC"],
        &[HOSPITAL, VISIT, PMSI_PERSON, ENTRY],
        "aucun acte ni consultation externe d'hôpital",
    ),
    mco(
        TableId::VisitAct,
        &["FMSTC"],
        &[
            HOSPITAL,
            VISIT,
            col(&["CCAM_COD"], Text, Required),
            col(&["DEL_DAT_ENT"], Integer, Spare),
        ],
        "aucun acte CCAM externe d'hôpital",
    ),
    mco(
        TableId::VisitLetter,
        &["FCSTC"],
        &[
            HOSPITAL,
            VISIT,
            col(&["ACT_COD"], Text, Required),
            col(&["DEL_DAT_ENT"], Integer, Spare),
            col(&["ACT_NBR"], Quantity, Spare),
            col(&["EXE_SPE"], Integer, Spare),
        ],
        "aucune consultation externe d'hôpital",
    ),
];

impl TableId {
    /// What is known of the table.
    pub fn spec(self) -> &'static Spec {
        // One a variant: `every_table_has_its_spec` holds it.
        SPECS.iter().find(|spec| spec.id == self).unwrap_or(&SPECS[0])
    }

    /// The name people know it by.
    pub fn name(self) -> String {
        let spec = self.spec();
        let name = spec.names.first().copied().unwrap_or_default();
        if spec.yearly { format!("T_MCOaa{name}") } else { name.to_owned() }
    }

    /// 1 + its rank among all.
    pub fn place(self) -> usize {
        SPECS.iter().position(|spec| spec.id == self).map_or(0, |rank| rank + 1)
    }

    /// The table that names the person of its lines, if it does not itself.
    pub fn head(self) -> Option<Self> {
        match self {
            Self::Pha | Self::Bio | Self::Cam | Self::Ucd | Self::Ete => Some(Self::Prs),
            Self::StayMain | Self::StayOther | Self::StayAct => Some(Self::Stay),
            Self::VisitAct | Self::VisitLetter => Some(Self::Visit),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_its_spec() {
        for spec in SPECS {
            assert_eq!(spec.id.spec().names, spec.names);
        }
        assert_eq!(SPECS.len(), 18);
        let prs = TableId::Prs.spec().columns;
        assert_eq!(prs[prs::CONTRACT].names, ["BEN_CTA_TYP"]);
        assert_eq!(prs[key::REFUND].names, ["REM_TYP_AFF"]);
        assert_eq!(TableId::Pha.spec().columns[detail::OLD_CODE].names, ["PHA_PRS_IDE"]);
    }
}
