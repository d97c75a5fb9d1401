//! The drugs invented patients take: real ATC codes, rough shares.

use super::hasard::{Codes, Weighted};

/// A drug of a family.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drug {
    weight: u32,
    pub atc: &'static str,
    /// Boxes in the repertory of generics, percent, before correction to the
    /// level of the campaign.
    pub repertoire: u8,
}

impl Weighted for Drug {
    fn weight(&self) -> u32 {
        self.weight
    }
}

const fn drug(weight: u32, atc: &'static str, repertoire: u8) -> Drug {
    Drug { weight, atc, repertoire }
}

/// Metformin, alone or combined.
pub(super) const METFORMIN: &[Drug] = &[
    drug(78, "A10BA02", 97),
    drug(11, "A10BD07", 60),
    drug(7, "A10BD08", 70),
    drug(2, "A10BD02", 95),
    drug(2, "A10BD05", 90),
];
/// Antidiabetics without metformin, before the gliflozins came (2020).
pub(super) const OTHER_ANTIDIABETICS: &[Drug] = &[
    drug(38, "A10BB09", 95),
    drug(16, "A10BB12", 96),
    drug(12, "A10BX02", 95),
    drug(18, "A10BH01", 60),
    drug(6, "A10BH02", 70),
    drug(6, "A10BJ02", 0),
    drug(4, "A10BJ05", 0),
];
/// Antidiabetics without metformin, since the gliflozins.
pub(super) const OTHER_ANTIDIABETICS_2020: &[Drug] = &[
    drug(28, "A10BB09", 95),
    drug(9, "A10BB12", 96),
    drug(9, "A10BX02", 95),
    drug(13, "A10BH01", 60),
    drug(4, "A10BH02", 70),
    drug(4, "A10BJ02", 0),
    drug(8, "A10BJ05", 0),
    drug(8, "A10BJ06", 0),
    drug(14, "A10BK01", 5),
    drug(6, "A10BK03", 0),
];
/// Insulins other than glargine.
pub(super) const OTHER_INSULINS: &[Drug] = &[
    drug(30, "A10AB05", 0),
    drug(18, "A10AB04", 0),
    drug(16, "A10AE05", 0),
    drug(24, "A10AE06", 0),
    drug(12, "A10AE56", 0),
];

/// Glargine of 100 units, reference product.
pub(super) const LANTUS: &Codes =
    &[(84, "3400937722988"), (12, "3400935463203"), (4, "3400935946492")];
/// Glargine of 100 units, biosimilars.
pub(super) const BIOSIMILARS: &Codes =
    &[(72, "3400930040072"), (8, "3400930016169"), (20, "3400930270356")];
/// Glargine of 300 units, outside the group of biosimilars.
pub(super) const TOUJEO: &Codes = &[(80, "3400930016671"), (20, "3400930177662")];
/// Glargine.
pub(super) const GLARGINE: &str = "A10AE04";

/// ACE inhibitors and sartans, alone or combined.
pub(super) const RAAS: &[Drug] = &[
    drug(15, "C09AA05", 0),
    drug(11, "C09AA04", 0),
    drug(2, "C09AA02", 0),
    drug(9, "C09CA04", 0),
    drug(10, "C09CA06", 0),
    drug(8, "C09CA03", 0),
    drug(5, "C09CA01", 0),
    drug(4, "C09CA07", 0),
    drug(6, "C09DA04", 0),
    drug(5, "C09DA03", 0),
    drug(5, "C09DA06", 0),
    drug(7, "C09BA04", 0),
    drug(6, "C09BB04", 0),
    drug(5, "C09DB01", 0),
];
/// Other antihypertensives.
pub(super) const ANTIHYPERTENSIVES: &[Drug] = &[
    drug(24, "C08CA01", 0),
    drug(9, "C08CA13", 0),
    drug(22, "C07AB07", 0),
    drug(7, "C07AB03", 0),
    drug(6, "C07AB12", 0),
    drug(4, "C07AB02", 0),
    drug(5, "C03AA03", 0),
    drug(6, "C03BA11", 0),
    drug(12, "C03CA01", 0),
    drug(5, "C03DA01", 0),
    drug(4, "C02AC06", 0),
    drug(4, "C02CA06", 0),
    drug(2, "C08DB01", 0),
    drug(2, "C08DA01", 0),
];
/// Statins alone.
pub(super) const STATINS: &[Drug] = &[
    drug(44, "C10AA05", 0),
    drug(24, "C10AA07", 0),
    drug(16, "C10AA01", 0),
    drug(14, "C10AA03", 0),
    drug(2, "C10AA04", 0),
];
/// Ezetimibe in one pill with a statin.
pub(super) const EZETIMIBE_COMBINED: &[Drug] = &[drug(55, "C10BA02", 82), drug(45, "C10BA05", 70)];
/// Ezetimibe alone.
pub(super) const EZETIMIBE: Drug = drug(1, "C10AX09", 80);
/// Low-dose aspirin.
pub(super) const ASPIRIN: Drug = drug(1, "B01AC06", 0);
/// Antiplatelets other than aspirin.
pub(super) const OTHER_ANTIPLATELETS: &[Drug] =
    &[drug(86, "B01AC04", 92), drug(11, "B01AC24", 20), drug(3, "B01AC22", 60)];
/// Vitamin K antagonists.
pub(super) const AVK: &[Drug] =
    &[drug(74, "B01AA12", 0), drug(20, "B01AA02", 0), drug(6, "B01AA07", 0)];
/// Direct anticoagulants.
pub(super) const DIRECT_ANTICOAGULANTS: &[Drug] =
    &[drug(62, "B01AF02", 0), drug(30, "B01AF01", 0), drug(8, "B01AE07", 10)];
/// Proton pump inhibitors.
pub(super) const PPI: &[Drug] = &[
    drug(28, "A02BC01", 96),
    drug(28, "A02BC02", 96),
    drug(24, "A02BC05", 95),
    drug(13, "A02BC03", 96),
    drug(7, "A02BC04", 94),
];
/// Anti-inflammatories.
pub(super) const NSAID: &[Drug] = &[
    drug(38, "M01AE01", 78),
    drug(26, "M01AE03", 88),
    drug(16, "M01AB05", 84),
    drug(10, "M01AE02", 70),
    drug(8, "M01AH01", 96),
    drug(2, "M01AC06", 96),
];
/// Drugs of asthma and bronchitis, taken for good.
pub(super) const INHALED: &[Drug] = &[
    drug(22, "R03AK06", 12),
    drug(18, "R03AK07", 0),
    drug(18, "R03AK08", 0),
    drug(9, "R03BA02", 12),
    drug(5, "R03BA01", 6),
    drug(10, "R03BB04", 0),
    drug(8, "R03AL04", 0),
    drug(6, "R03DC03", 92),
    drug(4, "R03AC13", 40),
];
/// A bronchodilator, now and then.
pub(super) const SALBUTAMOL: Drug = drug(1, "R03AC02", 12);
/// Antidepressants.
pub(super) const ANTIDEPRESSANTS: &[Drug] = &[
    drug(20, "N06AB10", 96),
    drug(18, "N06AB05", 95),
    drug(15, "N06AB06", 95),
    drug(10, "N06AB03", 96),
    drug(15, "N06AX16", 93),
    drug(10, "N06AX11", 97),
    drug(7, "N06AX21", 94),
    drug(5, "N06AA09", 8),
];
/// Antidepressants, less those of the first choice: a second one beside it.
pub(super) const SECOND_ANTIDEPRESSANTS: &[Drug] =
    &[drug(50, "N06AX11", 97), drug(30, "N06AX03", 96), drug(20, "N06AA09", 8)];
/// Antipsychotics.
pub(super) const ANTIPSYCHOTICS: &[Drug] = &[
    drug(28, "N05AX08", 95),
    drug(20, "N05AH03", 94),
    drug(20, "N05AH04", 90),
    drug(16, "N05AX12", 90),
    drug(8, "N05AD01", 10),
    drug(8, "N05AL05", 88),
];
/// Hypnotics.
pub(super) const HYPNOTICS: &[Drug] = &[
    drug(52, "N05CF01", 96),
    drug(36, "N05CF02", 97),
    drug(9, "N05CD06", 90),
    drug(3, "N05CD11", 0),
];
/// Anxiolytics.
pub(super) const ANXIOLYTICS: &[Drug] = &[
    drug(34, "N05BA12", 96),
    drug(26, "N05BA08", 93),
    drug(24, "N05BA04", 5),
    drug(8, "N05BA06", 5),
    drug(8, "N05BA11", 20),
];
/// Thyroid hormone.
pub(super) const THYROID: Drug = drug(1, "H03AA01", 8);
/// Paracetamol.
pub(super) const PARACETAMOL: Drug = drug(1, "N02BE01", 0);
/// Antibiotics that generate resistance.
pub(super) const RESISTANCE: &[Drug] = &[
    drug(58, "J01CR02", 98),
    drug(9, "J01DD08", 90),
    drug(8, "J01DD13", 95),
    drug(7, "J01DD04", 90),
    drug(7, "J01MA12", 94),
    drug(7, "J01MA02", 94),
    drug(4, "J01MA01", 94),
];
/// Other antibiotics.
pub(super) const ANTIBIOTICS: &[Drug] = &[
    drug(56, "J01CA04", 97),
    drug(12, "J01FG01", 0),
    drug(8, "J01FA10", 75),
    drug(5, "J01FA09", 95),
    drug(8, "J01XX01", 94),
    drug(2, "J01XE01", 0),
    drug(5, "J01AA02", 88),
    drug(2, "J01EE01", 30),
    drug(2, "J01DC02", 85),
];
/// Taken for good, at any age.
pub(super) const LASTING: &[Drug] = &[
    drug(14, "A11CC05", 70),
    drug(7, "A06AD15", 88),
    drug(4, "A06AD65", 5),
    drug(6, "A12BA01", 0),
    drug(7, "M04AA01", 97),
    drug(5, "N03AX16", 93),
    drug(3, "N03AX14", 92),
    drug(2, "N03AX09", 92),
    drug(2, "N03AG01", 0),
    drug(3, "N04BA02", 60),
    drug(5, "S01EE01", 60),
    drug(4, "S01ED51", 65),
    drug(8, "S01XA20", 2),
    drug(4, "C01BD01", 80),
    drug(2, "C01BC03", 92),
    drug(3, "C01DA02", 0),
    drug(2, "C07AG02", 92),
    drug(2, "C07AA07", 92),
    drug(1, "C09DX04", 0),
    drug(3, "M05BA04", 88),
    drug(3, "M05BA07", 90),
    drug(4, "N02AX02", 90),
    drug(3, "N02AJ13", 97),
    drug(2, "N07CA01", 85),
    drug(3, "B03AA07", 0),
    drug(3, "B03BB01", 60),
    drug(2, "L04AX03", 5),
    drug(1, "A07EC02", 0),
    drug(3, "H02AB06", 88),
    drug(1, "G04BD08", 90),
];
/// Taken for good by men from 50.
pub(super) const PROSTATE: &[Drug] = &[
    drug(42, "G04CA02", 95),
    drug(34, "G04CA01", 88),
    drug(14, "G04CB02", 82),
    drug(10, "G04BD08", 90),
];
/// Taken for good by some women from 50.
pub(super) const LATER_WOMEN: &[Drug] = &[
    drug(30, "G03CA03", 0),
    drug(22, "G03DA04", 88),
    drug(12, "G04BD08", 88),
    drug(12, "G04BD09", 50),
    drug(14, "M05BA04", 86),
    drug(10, "L02BG04", 95),
];
/// Contraception.
pub(super) const CONTRACEPTION: &[Drug] =
    &[drug(62, "G03AA07", 82), drug(30, "G03AC09", 78), drug(8, "G03AC03", 0)];
/// Now and then.
pub(super) const PASSING: &[Drug] = &[
    drug(9, "A03AX12", 85),
    drug(6, "A03FA03", 90),
    drug(4, "A07XA04", 72),
    drug(4, "A07DA03", 80),
    drug(7, "A02BX13", 40),
    drug(4, "A06AD15", 85),
    drug(9, "H02AB06", 90),
    drug(3, "H02AB07", 95),
    drug(6, "R06AX27", 92),
    drug(5, "R06AE07", 94),
    drug(3, "R06AX26", 94),
    drug(6, "R01AD09", 84),
    drug(4, "R01AD05", 60),
    drug(5, "S01XA20", 2),
    drug(4, "S01AA12", 30),
    drug(3, "S01GX09", 50),
    drug(5, "D07AC01", 20),
    drug(3, "D07AD01", 40),
    drug(2, "D06AX01", 90),
    drug(5, "M02AA15", 60),
    drug(6, "N02AX02", 88),
    drug(5, "N02AJ06", 65),
    drug(5, "N02AJ13", 96),
    drug(2, "N02CC04", 94),
    drug(2, "N02CC03", 92),
    drug(4, "N05BB01", 80),
    drug(3, "J05AB11", 92),
    drug(2, "P01AB01", 88),
    drug(3, "B01AB05", 0),
    drug(4, "C05CA03", 60),
    drug(4, "A11CC05", 70),
    drug(4, "B03AA07", 0),
    drug(2, "N07CA01", 80),
    drug(2, "D10AE01", 0),
];
