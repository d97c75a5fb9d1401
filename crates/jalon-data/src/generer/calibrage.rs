//! What the invented country should look like, campaign by campaign.
//!
//! Every level is a series of points (campaign, percent), joined by straight
//! lines and flat beyond its ends. « publié » marks a published national rate,
//! « publié, écart » a level that follows from another year's and a published
//! change; the others are plausible values, chosen so that the published
//! changes between campaigns hold. No level here is used as a rule.
//!
//! Published rates come from ameli.fr (balances of the ROSP 2016, 2018, 2022
//! and 2023), Le Quotidien du médecin and Egora (balances of 2017 to 2021 and
//! 2024), the Orisha/Desmos article on the ROSP 2025, and for tobacco and
//! alcohol the MILDECA's plan of 2018-2022; all quote the Cnam.

/// A level in percent over the campaigns.
type Series = [(i16, f64)];

/// Adults treated by antidiabetics: at least two HbA1c. Publié, écart: stable
/// in 2019, -2.8 in 2020, +2.0 in 2021, -0.5 in 2022, +0.4 in 2024.
const HBA1C: &Series = &[
    (2016, 75.0),
    (2017, 74.5),
    (2019, 74.6),
    (2020, 71.8),
    (2021, 73.8),
    (2022, 73.3),
    (2023, 73.4),
    (2024, 73.8),
];
/// Eye check. Publié: 72.2 in 2024; publié, écart: 66.2 in 2018, then +2.3,
/// -1.2, +1.6 in 2022, +1.6 in 2024.
const EYE: &Series = &[
    (2016, 66.4),
    (2017, 66.1),
    (2018, 66.2),
    (2019, 68.5),
    (2020, 67.3),
    (2021, 67.9),
    (2022, 69.5),
    (2023, 70.6),
    (2024, 72.2),
];
/// Both kidney checks of a diabetic. Publié, écart: +3.9, +2.6 in 2019, -0.9,
/// -0.3, +1.1, +1.5 in 2024, six points from 2018 to 2024.
const KIDNEY_DIABETES: &Series = &[
    (2016, 33.0),
    (2017, 36.9),
    (2018, 38.6),
    (2019, 41.2),
    (2020, 40.3),
    (2021, 40.0),
    (2022, 41.1),
    (2023, 43.1),
    (2024, 44.6),
];
/// Both kidney checks of a patient on antihypertensives. Publié, écart: +2.0
/// in 2017, +2.4 in 2019, +0.8 in 2021, +1.7 in 2024.
const KIDNEY_HYPERTENSION: &Series = &[
    (2016, 8.6),
    (2017, 10.6),
    (2018, 11.2),
    (2019, 13.6),
    (2020, 13.3),
    (2021, 14.1),
    (2022, 15.0),
    (2023, 16.4),
    (2024, 18.1),
];
/// Statin, antiplatelet and ACE inhibitor or sartan after a coronary or
/// arterial disease. Publié, écart: nearly stable, +0.4 in 2024.
const SECONDARY_PREVENTION: &Series = &[(2016, 50.2), (2017, 50.0), (2023, 49.6), (2024, 50.0)];
/// INR of patients on AVK. Publié: 79 in 2016, 77.2 in 2017; publié, écart:
/// -1.5 in 2019, -3.6 in 2020, down in 2022, -1.5 in 2024.
const INR: &Series = &[
    (2016, 79.0),
    (2017, 77.2),
    (2018, 76.4),
    (2019, 74.9),
    (2020, 71.3),
    (2021, 70.6),
    (2022, 69.4),
    (2023, 68.6),
    (2024, 67.1),
];
/// Influenza vaccine from 65. Publié 2015-2021 (2018 and 2020: écart); down in 2022.
const FLU_65: &Series = &[
    (2015, 53.6),
    (2017, 52.9),
    (2018, 55.3),
    (2019, 56.4),
    (2020, 64.1),
    (2021, 61.2),
    (2022, 59.8),
    (2023, 57.8),
    (2024, 57.4),
];
/// Influenza vaccine before 65, at risk. Publié 2015-2021 (2018 and 2020: écart).
const FLU_RISK: &Series = &[
    (2015, 33.8),
    (2017, 31.2),
    (2018, 33.3),
    (2019, 34.9),
    (2020, 40.9),
    (2021, 37.0),
    (2022, 35.4),
    (2024, 33.4),
];
/// Mammography. Publié 2015; publié, écart 2018-2021; up in 2022, down in 2024.
const BREAST: &Series = &[
    (2015, 62.8),
    (2017, 66.4),
    (2018, 66.4),
    (2019, 66.2),
    (2020, 63.2),
    (2021, 63.4),
    (2022, 64.6),
    (2023, 64.6),
    (2024, 63.4),
];
/// Cervical screening. Publié 2015-2021 (2019-2021: écart); up in 2022.
const CERVIX: &Series = &[
    (2015, 56.6),
    (2016, 56.9),
    (2017, 56.8),
    (2018, 56.1),
    (2019, 55.0),
    (2020, 53.4),
    (2021, 53.7),
    (2022, 54.6),
    (2024, 55.4),
];
/// Colorectal test. Publié 2016-2019; publié, écart: +3.8 in 2021, up in 2022.
const COLORECTAL: &Series = &[
    (2016, 22.9),
    (2017, 29.1),
    (2018, 28.1),
    (2019, 27.1),
    (2020, 28.6),
    (2021, 32.4),
    (2022, 34.0),
    (2024, 34.6),
];
/// Two psychotropic drugs from 75 years. Official direction: better in 2022.
const PSYCHOTROPES: &Series =
    &[(2016, 11.4), (2018, 11.0), (2021, 10.6), (2022, 10.2), (2024, 10.0)];
/// Hypnotics for more than four weeks. Publié, écart: up in 2018, -1.4, +1.9 in 2020.
const HYPNOTICS: &Series = &[(2017, 43.0), (2018, 43.9), (2019, 42.5), (2020, 44.4), (2024, 42.8)];
/// Anxiolytics for more than twelve weeks. Publié, écart: +0.7 in 2020.
const ANXIOLYTICS: &Series = &[(2017, 14.4), (2019, 13.9), (2020, 14.6), (2024, 13.8)];
/// Antibiotic treatments per 100 adults of 16-65 years without ALD. Publié:
/// about 40 in 2014 and 2015; publié, écart: -2.9 in 2019; the fall of 2020 is
/// that of all antibiotics in town.
const ANTIBIOTICS: &Series = &[
    (2015, 40.0),
    (2017, 39.5),
    (2018, 39.0),
    (2019, 36.1),
    (2020, 28.5),
    (2021, 27.5),
    (2022, 32.0),
    (2024, 33.0),
];
/// Share of the antibiotics that generate resistance. Publié, écart: -3.7 in
/// 2017, -2.2 in 2019, -0.3 in 2021, better in 2022.
const RESISTANCE: &Series = &[
    (2016, 38.0),
    (2017, 34.3),
    (2018, 33.4),
    (2019, 31.2),
    (2020, 30.9),
    (2021, 30.6),
    (2022, 29.8),
    (2024, 29.0),
];
/// Biosimilar boxes among glargine, in the perimeter of the campaign (Toujeo
/// counts in 2018 and 2019). Publié, écart: +2.6 in 2017, +4.3 in 2024.
const GLARGINE: &Series = &[
    (2016, 9.0),
    (2017, 11.6),
    (2018, 12.0),
    (2019, 14.0),
    (2020, 25.0),
    (2023, 36.0),
    (2024, 40.3),
];
/// Statin boxes in the repertory. Publié: 98.1 in 2018; publié, écart: 90.8 in
/// 2017, 90.4 in 2016, down in 2022, +7.4 in 2024. The 95 of 2024 is the target
/// or the national rate (conflict between sources).
const STATINS: &Series = &[
    (2016, 90.4),
    (2017, 90.8),
    (2018, 98.1),
    (2021, 97.0),
    (2022, 93.0),
    (2023, 87.6),
    (2024, 95.0),
];
/// Antihypertensive boxes in the repertory. Publié: 92.7 in 2018; publié,
/// écart: 88.5 in 2017, 86.5 in 2016.
const ANTIHYPERTENSIVES: &Series = &[(2016, 86.5), (2017, 88.5), (2018, 92.7), (2024, 94.0)];
/// The other boxes in the repertory. Publié: 47.1 in 2016, 46.6 in 2017. From
/// 2019 paracetamol, which is outside the repertory, no longer counts.
const REST: &Series = &[(2016, 47.1), (2017, 46.6), (2018, 46.9), (2019, 56.5), (2024, 58.5)];
/// Statin or ezetimibe: share with ezetimibe.
const EZETIMIBE: &Series = &[(2017, 10.0), (2019, 11.4), (2024, 16.0)];
/// A stomach drug delivered with an anti-inflammatory before 65 years.
const PPI_NSAID: &Series = &[(2017, 25.0), (2019, 23.5), (2024, 21.5)];
/// Low-dose aspirin among antiplatelets. Publié: 85.4 in 2014 (former
/// scheme); publié, écart: +0.7 in 2017.
const ASPIRIN: &Series = &[(2014, 85.4), (2016, 84.6), (2017, 85.3), (2024, 82.5)];
/// Metformin among treated diabetics. Publié, écart: +0.8 in 2017.
const METFORMIN: &Series = &[(2016, 72.6), (2017, 73.4), (2024, 75.4)];
/// Thyroid assays that are TSH alone. Publié: 86.7 in 2016, 88.3 in 2017.
const TSH_ALONE: &Series = &[(2016, 86.7), (2017, 88.3), (2019, 89.2), (2024, 90.6)];
/// Declared, smokers with a brief intervention. Publié 2017-2020.
const TOBACCO: &Series = &[(2017, 81.2), (2018, 85.8), (2019, 88.0), (2020, 88.1)];
/// Declared, drinkers with a brief intervention. Publié 2017-2020.
const ALCOHOL: &Series = &[(2017, 79.8), (2018, 81.8), (2019, 83.9), (2020, 83.8)];
/// Declared, feet of diabetics examined.
const FEET: &Series = &[(2017, 76.0), (2019, 80.0), (2024, 82.0)];
/// Declared, cardiovascular risk scored before a statin.
const RISK_SCORE: &Series = &[(2017, 68.0), (2019, 74.0), (2024, 77.0)];
/// Adults on AVK, percent of the level of 2017: direct anticoagulants replace them.
const AVK_LEFT: &Series = &[(2015, 115.0), (2017, 100.0), (2020, 68.0), (2024, 42.0), (2026, 34.0)];
/// Toujeo among glargine users.
const TOUJEO: &Series = &[(2015, 0.0), (2016, 6.0), (2018, 24.0), (2024, 34.0)];

/// Share of the other boxes that the catalogue puts in the repertory before
/// any correction, with and without paracetamol: measured once, see [`Levels::rest`].
const REST_IN_CATALOGUE: (f64, f64) = (0.561, 0.639);

/// The level of a series for a campaign, as a share.
fn at(series: &Series, campaign: i16) -> f64 {
    let after = series.iter().position(|(year, _)| *year >= campaign);
    let percent = match after {
        None => series.last().map_or(0.0, |point| point.1),
        Some(0) => series.first().map_or(0.0, |point| point.1),
        Some(next) => {
            let (from, low) = series[next - 1];
            let (to, high) = series[next];
            low + (high - low) * f64::from(campaign - from) / f64::from(to - from)
        }
    };
    percent / 100.0
}

/// The levels of one campaign, as shares.
#[derive(Clone, Debug)]
pub(super) struct Levels {
    pub hba1c: f64,
    pub eye: f64,
    pub kidney_diabetes: f64,
    pub kidney_hypertension: f64,
    pub secondary_prevention: f64,
    pub inr: f64,
    pub flu_65: f64,
    pub flu_risk: f64,
    pub breast: f64,
    pub cervix: f64,
    pub colorectal: f64,
    pub psychotropes: f64,
    pub hypnotics: f64,
    pub anxiolytics: f64,
    /// Treatments per person, not a share.
    pub antibiotics: f64,
    pub resistance: f64,
    pub glargine: f64,
    pub statins: f64,
    pub antihypertensives: f64,
    /// Factor of the catalogue's shares that brings the other boxes to their level.
    pub rest: f64,
    pub ezetimibe: f64,
    pub ppi_nsaid: f64,
    pub aspirin: f64,
    pub metformin: f64,
    pub tsh_alone: f64,
    pub tobacco: f64,
    pub alcohol: f64,
    pub feet: f64,
    pub risk_score: f64,
    /// Factor of the prevalence of 2017.
    pub avk_left: f64,
    pub toujeo: f64,
}

impl Levels {
    /// The levels of a campaign.
    pub(super) fn of(campaign: i16) -> Self {
        let catalogue = if campaign < 2019 { REST_IN_CATALOGUE.0 } else { REST_IN_CATALOGUE.1 };
        Self {
            hba1c: at(HBA1C, campaign),
            eye: at(EYE, campaign),
            kidney_diabetes: at(KIDNEY_DIABETES, campaign),
            kidney_hypertension: at(KIDNEY_HYPERTENSION, campaign),
            secondary_prevention: at(SECONDARY_PREVENTION, campaign),
            inr: at(INR, campaign),
            flu_65: at(FLU_65, campaign),
            flu_risk: at(FLU_RISK, campaign),
            breast: at(BREAST, campaign),
            cervix: at(CERVIX, campaign),
            colorectal: at(COLORECTAL, campaign),
            psychotropes: at(PSYCHOTROPES, campaign),
            hypnotics: at(HYPNOTICS, campaign),
            anxiolytics: at(ANXIOLYTICS, campaign),
            antibiotics: at(ANTIBIOTICS, campaign),
            resistance: at(RESISTANCE, campaign),
            glargine: at(GLARGINE, campaign),
            statins: at(STATINS, campaign),
            antihypertensives: at(ANTIHYPERTENSIVES, campaign),
            rest: at(REST, campaign) / catalogue,
            ezetimibe: at(EZETIMIBE, campaign),
            ppi_nsaid: at(PPI_NSAID, campaign),
            aspirin: at(ASPIRIN, campaign),
            metformin: at(METFORMIN, campaign),
            tsh_alone: at(TSH_ALONE, campaign),
            tobacco: at(TOBACCO, campaign),
            alcohol: at(ALCOHOL, campaign),
            feet: at(FEET, campaign),
            risk_score: at(RISK_SCORE, campaign),
            avk_left: at(AVK_LEFT, campaign),
            toujeo: at(TOUJEO, campaign),
        }
    }
}

/// A level as one doctor reaches it: `effect` is how he differs from the mean
/// (0 on average, within 2.5), `spread` the deviation that makes at 50 %. The
/// result stays between 0 and 1 while `spread` is at most 0.1, so the mean over
/// doctors stays the level.
pub(super) fn lean(level: f64, effect: f64, spread: f64) -> f64 {
    (level + effect * spread * 4.0 * level * (1.0 - level)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::{FLU_65, at, lean};

    #[test]
    fn series_are_joined_and_flat_beyond() {
        assert!((at(FLU_65, 2010) - 0.536).abs() < 1e-12);
        assert!((at(FLU_65, 2016) - 0.5325).abs() < 1e-12);
        assert!((at(FLU_65, 2020) - 0.641).abs() < 1e-12);
        assert!((at(FLU_65, 2030) - 0.574).abs() < 1e-12);
    }

    #[test]
    fn a_doctor_stays_within_bounds() {
        for level in [0.0, 0.02, 0.5, 0.98, 1.0] {
            for effect in [-2.5, 0.0, 2.5] {
                let share = level + effect * 0.1 * 4.0 * level * (1.0 - level);
                assert!((lean(level, effect, 0.1) - share).abs() < 1e-12, "clamped");
            }
        }
    }
}
