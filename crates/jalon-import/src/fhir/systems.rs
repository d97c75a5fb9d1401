//! Systems of codes and identifiers, by the addresses they go by.

/// What a code or an identifier is a code of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum System {
    // Codes of events.
    Loinc,
    Nabm,
    Ccam,
    Ngap,
    Service,
    Icd10,
    // Drugs. `Drug` is told apart by the shape of the code.
    Atc,
    Cip,
    Ucd,
    Cis,
    Drug,
    // Professionals.
    Speciality,
    OrdinalSpeciality,
    Profession,
    // Long-term diseases, episodes of care.
    DiseaseNumber,
    Episode,
    ConditionKind,
    // Identifiers of people and organisations.
    PatientId,
    DoctorId,
    CentreId,
    Ins,
    Rpps,
    NationalProfessional,
    Finess,
    NationalOrganization,
}

use System::{
    Atc, Ccam, CentreId, Cip, Cis, ConditionKind, DiseaseNumber, DoctorId, Drug, Episode, Finess,
    Icd10, Ins, Loinc, Nabm, NationalOrganization, NationalProfessional, Ngap, OrdinalSpeciality,
    PatientId, Profession, Rpps, Service, Speciality, Ucd,
};

/// What [`write`](super::write) uses: the address that comes first below.
pub(super) const LOINC: &str = "http://loinc.org";
pub(super) const NABM: &str = "https://smt.esante.gouv.fr/terminologie-nabm";
pub(super) const CCAM: &str = "https://smt.esante.gouv.fr/terminologie-ccam";
pub(super) const NGAP: &str = "urn:jalon:ngap";
pub(super) const SERVICE: &str = "urn:jalon:prestation";
pub(super) const ICD10: &str = "https://smt.esante.gouv.fr/terminologie-cim-10";
pub(super) const ATC: &str = "http://www.whocc.no/atc";
pub(super) const CIP: &str = "urn:oid:1.2.250.1.213.2.3.1";
pub(super) const DRUG: &str = "http://data.esante.gouv.fr/ansm/medicament";
pub(super) const SPECIALITY: &str = "urn:jalon:specialite";
pub(super) const DISEASE_NUMBER: &str = "urn:jalon:ald";
pub(super) const EPISODE: &str = "urn:jalon:episode";
pub(super) const CONDITION_KIND: &str = "urn:jalon:diagnostic";
pub(super) const PATIENT_ID: &str = "urn:jalon:patient";
pub(super) const DOCTOR_ID: &str = "urn:jalon:medecin";
pub(super) const CENTRE_ID: &str = "urn:jalon:centre";

/// Addresses, without `http://` or `https://` and without a final slash.
const ADDRESSES: &[(System, &[&str])] = &[
    (Loinc, &["loinc.org", "urn:oid:2.16.840.1.113883.6.1"]),
    (
        Nabm,
        &[
            "smt.esante.gouv.fr/terminologie-nabm",
            "mos.esante.gouv.fr/NOS/TRE_A17-NABM/FHIR/TRE-A17-NABM",
            "urn:jalon:nabm",
        ],
    ),
    (
        Ccam,
        &["smt.esante.gouv.fr/terminologie-ccam", "urn:oid:1.2.250.1.213.2.5", "urn:jalon:ccam"],
    ),
    (Ngap, &["urn:jalon:ngap", "smt.esante.gouv.fr/terminologie-ngap"]),
    (Service, &["urn:jalon:prestation"]),
    (
        Icd10,
        &[
            "smt.esante.gouv.fr/terminologie-cim-10",
            "hl7.org/fhir/sid/icd-10",
            "hl7.org/fhir/sid/icd-10-fr",
            "mos.esante.gouv.fr/NOS/TRE_R310-CIM10/FHIR/TRE-R310-CIM10",
            "mos.esante.gouv.fr/NOS/TRE_R311-CIM10Atih/FHIR/TRE-R311-CIM10Atih",
            "urn:oid:2.16.840.1.113883.6.3",
        ],
    ),
    (
        Atc,
        &[
            "www.whocc.no/atc",
            "smt.esante.gouv.fr/terminologie-atc",
            "urn:oid:2.16.840.1.113883.6.73",
        ],
    ),
    (Cip, &["data.esante.gouv.fr/ansm/medicament/CIP", "urn:oid:1.2.250.1.213.2.3.1"]),
    (Ucd, &["data.esante.gouv.fr/ansm/medicament/UCD", "urn:oid:1.2.250.1.213.2.3.2"]),
    (Cis, &["data.esante.gouv.fr/ansm/medicament/CIS"]),
    (Drug, &["data.esante.gouv.fr/ansm/medicament"]),
    (Speciality, &["urn:jalon:specialite"]),
    (
        OrdinalSpeciality,
        &[
            "mos.esante.gouv.fr/NOS/TRE_R38-SpecialiteOrdinale/FHIR/TRE-R38-SpecialiteOrdinale",
            "mos.esante.gouv.fr/NOS/TRE_R38-SpecialiteOrdinale",
            "urn:oid:1.2.250.1.213.2.28",
        ],
    ),
    (
        Profession,
        &[
            "mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante",
            "mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante",
            "urn:oid:1.2.250.1.71.1.2.7",
        ],
    ),
    (DiseaseNumber, &["urn:jalon:ald"]),
    (Episode, &["urn:jalon:episode"]),
    (ConditionKind, &["urn:jalon:diagnostic"]),
    (PatientId, &["urn:jalon:patient"]),
    (DoctorId, &["urn:jalon:medecin"]),
    (CentreId, &["urn:jalon:centre"]),
    // INS-NIR, INS-NIA, test, demonstration. INS-C (`.2`) was computed by each
    // software and joins nothing.
    (
        Ins,
        &[
            "urn:oid:1.2.250.1.213.1.4.8",
            "urn:oid:1.2.250.1.213.1.4.9",
            "urn:oid:1.2.250.1.213.1.4.10",
            "urn:oid:1.2.250.1.213.1.4.11",
        ],
    ),
    (Rpps, &["rpps.esante.gouv.fr", "rpps.fr"]),
    (NationalProfessional, &["urn:oid:1.2.250.1.71.4.2.1"]),
    (Finess, &["finess.esante.gouv.fr", "finess.sante.gouv.fr"]),
    (NationalOrganization, &["urn:oid:1.2.250.1.71.4.2.2"]),
];

/// The system of an address: with or without a final slash, a version after
/// `|`, under `http` or `https`.
pub(super) fn system(address: &str) -> Option<System> {
    let bare = address.trim();
    let bare = bare.split_once('|').map_or(bare, |(address, _)| address);
    let bare = bare
        .strip_prefix("https://")
        .or_else(|| bare.strip_prefix("http://"))
        .unwrap_or(bare)
        .trim_end_matches('/');
    ADDRESSES
        .iter()
        .find(|(_, known)| known.iter().any(|known| known.eq_ignore_ascii_case(bare)))
        .map(|(system, _)| *system)
}

/// The column `systeme` of `actes`, for systems whose codes are acts.
pub(super) fn act_system(system: System) -> Option<&'static str> {
    match system {
        Loinc => Some("loinc"),
        Nabm => Some("nabm"),
        Ccam => Some("ccam"),
        Ngap => Some("ngap"),
        Service => Some("prestation"),
        _ => None,
    }
}

/// The address under which [`write`](super::write) gives codes of `actes`.
pub(super) fn act_address(name: &str) -> &'static str {
    match name {
        "loinc" => LOINC,
        "nabm" => NABM,
        "ccam" => CCAM,
        "ngap" => NGAP,
        _ => SERVICE,
    }
}

/// SNDS numbers of the specialities that pages and lists tell apart, by the
/// number of the Order's list (TRE_R38).
const ORDINAL: &[(&str, &str)] = &[
    ("SM04", "03"),
    ("SM16", "42"),
    ("SM24", "08"),
    ("SM26", "01"),
    ("SM38", "15"),
    ("SM40", "12"),
    ("SM53", "22"),
    ("SM54", "01"),
];

/// The speciality that a code tells: an SNDS number, or one of the Order's
/// that has one. Other codes stay as they are.
pub(super) fn speciality(system: System, code: &str) -> Option<&str> {
    match system {
        Speciality => Some(code),
        OrdinalSpeciality => ORDINAL
            .iter()
            .find(|(ordinal, _)| *ordinal == code)
            .map_or(Some(code), |(_, number)| Some(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_go_by_several_spellings() {
        for address in [
            "https://smt.esante.gouv.fr/terminologie-nabm",
            "http://smt.esante.gouv.fr/terminologie-nabm/",
            "https://smt.esante.gouv.fr/terminologie-nabm|104",
            " https://SMT.esante.gouv.fr/terminologie-NABM/ ",
        ] {
            assert_eq!(system(address), Some(Nabm), "{address}");
        }
        assert_eq!(system("http://snomed.info/sct"), None);
        assert_eq!(system("http://data.esante.gouv.fr/ansm/medicament/UCD"), Some(Ucd));
    }

    #[test]
    fn what_is_written_is_read() {
        for (address, system_) in [
            (LOINC, Loinc),
            (NABM, Nabm),
            (CCAM, Ccam),
            (NGAP, Ngap),
            (SERVICE, Service),
            (ICD10, Icd10),
            (ATC, Atc),
            (CIP, Cip),
            (DRUG, Drug),
            (SPECIALITY, Speciality),
            (DISEASE_NUMBER, DiseaseNumber),
            (EPISODE, Episode),
            (CONDITION_KIND, ConditionKind),
            (PATIENT_ID, PatientId),
            (DOCTOR_ID, DoctorId),
            (CENTRE_ID, CentreId),
        ] {
            assert_eq!(system(address), Some(system_), "{address}");
        }
        for name in jalon_data::schema::ACT_SYSTEMS {
            assert_eq!(system(act_address(name)).and_then(act_system), Some(*name));
        }
    }
}
