//! By which identifier people and organisations are kept.

use std::borrow::Cow;

use super::model::{Extension, Identifier};
use super::systems::{System, system};

/// What decides under which identifier people are kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules<'o> {
    /// A system of identifiers of patients that goes before all others.
    pub patient_system: Option<&'o str>,
    /// Put before identifiers that mean something in one software only.
    pub prefix: Option<&'o str>,
}

/// The identifier of a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PatientKey {
    pub value: String,
    /// A number of social security whose key is wrong.
    pub wrong_key: bool,
}

/// What an identity says of itself, in the status of French identities: the
/// number of social security of one that is not verified may be another's.
const IDENTITY_STATUS: &str = "identityStatus";
const DOUBTFUL: &[&str] = &["DOUTE", "FICTI", "DPOT"];

fn value<'a>(identifier: &'a Identifier<'_>) -> Option<&'a str> {
    identifier.value.as_deref().map(str::trim).filter(|value| !value.is_empty())
}

fn system_of(identifier: &Identifier<'_>) -> Option<System> {
    identifier.system.as_deref().and_then(system)
}

fn has_type(identifier: &Identifier<'_>, wanted: &str) -> bool {
    let codings = identifier.r#type.iter().flat_map(|concept| &concept.coding);
    codings.filter_map(|coding| coding.code.as_deref()).any(|code| code == wanted)
}

impl Rules<'_> {
    fn local(&self, id: &str) -> String {
        match self.prefix {
            Some(prefix) => format!("{prefix}{id}"),
            None => id.to_owned(),
        }
    }

    /// The identifier of a patient: the one asked for, the project's own, the
    /// INS, else the one of the software.
    pub(super) fn patient(
        &self,
        identifiers: &[Identifier<'_>],
        extensions: &[Extension<'_>],
        id: Option<&str>,
    ) -> Option<PatientKey> {
        let of = |wanted: System| {
            identifiers
                .iter()
                // The number of the insured, which a child shares with a parent.
                .filter(|identifier| !has_type(identifier, "NH"))
                .find(|identifier| system_of(identifier) == Some(wanted))
                .and_then(value)
        };
        let plain = |value: &str| Some(PatientKey { value: value.to_owned(), wrong_key: false });
        if let Some(asked) = self.patient_system {
            let asked = |identifier: &&Identifier<'_>| identifier.system.as_deref() == Some(asked);
            if let Some(value) = identifiers.iter().find(asked).and_then(value) {
                return plain(value);
            }
        }
        if let Some(value) = of(System::PatientId) {
            return plain(value);
        }
        if let Some(value) = of(System::Ins).filter(|_| !is_doubtful(extensions)) {
            let (value, wrong_key) = ins(value);
            return Some(PatientKey { value, wrong_key });
        }
        let id = id.filter(|id| !id.is_empty())?;
        Some(PatientKey { value: self.local(id), wrong_key: false })
    }

    /// The identifier of a professional: the project's own, RPPS, else the one
    /// of the software.
    pub(super) fn professional(
        &self,
        identifiers: &[Identifier<'_>],
        id: Option<&str>,
    ) -> Option<String> {
        let systems = [System::DoctorId, System::Rpps, System::NationalProfessional];
        // The first digit tells the directory: 8 for RPPS, 0 for ADELI.
        self.party(identifiers, id, systems, &[('8', 11), ('0', 9)])
    }

    /// The identifier of an organisation: the project's own, FINESS, else the
    /// one of the software.
    pub(super) fn organization(
        &self,
        identifiers: &[Identifier<'_>],
        id: Option<&str>,
    ) -> Option<String> {
        let systems = [System::CentreId, System::Finess, System::NationalOrganization];
        // 1 tells a FINESS number.
        self.party(identifiers, id, systems, &[('1', 9)])
    }

    /// The first identifier in these systems, the last of which writes a digit
    /// before numbers of these lengths; else the one of the software.
    fn party(
        &self,
        identifiers: &[Identifier<'_>],
        id: Option<&str>,
        [own, public, national]: [System; 3],
        marked: &[(char, usize)],
    ) -> Option<String> {
        let of = |wanted: System| {
            let mut found = identifiers.iter().filter(|one| system_of(one) == Some(wanted));
            found.find_map(value)
        };
        let bare = |value| {
            let mut bare = marked.iter().filter_map(|(mark, length)| {
                str::strip_prefix(value, *mark).filter(|rest| rest.len() == *length)
            });
            bare.next().unwrap_or(value)
        };
        of(own)
            .or_else(|| of(public))
            .or_else(|| of(national).map(bare))
            .map(str::to_owned)
            .or_else(|| id.filter(|id| !id.is_empty()).map(|id| self.local(id)))
    }
}

fn is_doubtful(extensions: &[Extension<'_>]) -> bool {
    let statuses = extensions.iter().flat_map(|extension| &extension.extension);
    statuses
        .filter(|extension| extension.url.as_deref() == Some(IDENTITY_STATUS))
        .filter_map(|extension| {
            let coding = extension.value_coding.as_ref().and_then(|coding| coding.code.as_deref());
            coding.or(extension.value_code.as_deref())
        })
        .any(|status| DOUBTFUL.contains(&status))
}

/// An INS in the one form under which it is kept, fifteen characters, so that
/// sources that leave the key out join those that write it; and whether the
/// key written is wrong.
fn ins(written: &str) -> (String, bool) {
    let mut value: String =
        written.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
    let Some(key) = value.get(..13).and_then(nir_key) else { return (value, true) };
    match value.get(13..).unwrap_or_default() {
        "" => {
            value.push_str(&key);
            (value, false)
        }
        tail => {
            let wrong = tail != key;
            (value, wrong)
        }
    }
}

/// The key of thirteen characters of a NIR.
fn nir_key(body: &str) -> Option<String> {
    // Corsica: 2A counts as 19, 2B as 18.
    let digits: Cow<'_, str> = match body.get(5..7)? {
        "2A" => format!("{}19{}", body.get(..5)?, body.get(7..)?).into(),
        "2B" => format!("{}18{}", body.get(..5)?, body.get(7..)?).into(),
        _ => body.into(),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    Some(format!("{:02}", 97 - number % 97))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Rules<'static> = Rules { patient_system: None, prefix: None };

    fn patient(rules: Rules<'_>, json: &str) -> Option<PatientKey> {
        let patient: super::super::model::Patient<'_> = serde_json::from_str(json).unwrap();
        rules.patient(&patient.identifier, &patient.extension, patient.id.as_deref())
    }

    fn value_of(json: &str) -> Option<String> {
        patient(PLAIN, json).map(|key| key.value)
    }

    const INS: &str = r#"{"system":"urn:oid:1.2.250.1.213.1.4.8","value":"2 69 05 49 588 157 80"}"#;

    #[test]
    fn keys_of_social_security_numbers() {
        // The example printed on specimens of the card.
        assert_eq!(nir_key("2690549588157").as_deref(), Some("80"));
        assert_eq!(nir_key("269052A588157"), nir_key("2690519588157"));
        assert_eq!(nir_key("269052B588157"), nir_key("2690518588157"));
        assert_eq!(nir_key("26905495é8157"), None);
        assert_eq!(ins("2690549588157"), ("269054958815780".into(), false));
        assert_eq!(ins("269054958815781"), ("269054958815781".into(), true));
        assert_eq!(ins("12"), ("12".into(), true));
    }

    #[test]
    fn the_ins_goes_before_the_id_of_the_software() {
        let json = format!(r#"{{"id":"7","identifier":[{INS}]}}"#);
        assert_eq!(value_of(&json).as_deref(), Some("269054958815780"));
        assert_eq!(value_of(r#"{"id":"7"}"#).as_deref(), Some("7"));
        assert_eq!(value_of("{}"), None);
        let prefixed = Rules { prefix: Some("a:"), ..PLAIN };
        assert_eq!(patient(prefixed, r#"{"id":"7"}"#).unwrap().value, "a:7");
        assert_eq!(patient(prefixed, &json).unwrap().value, "269054958815780");
    }

    #[test]
    fn the_number_of_the_insured_is_not_the_patient() {
        let json = r#"{"id":"7","identifier":[{"system":"urn:oid:1.2.250.1.213.1.4.8",
            "value":"269054958815780","type":{"coding":[{"code":"NH"}]}}]}"#;
        assert_eq!(value_of(json).as_deref(), Some("7"));
    }

    #[test]
    fn a_doubtful_identity_has_no_ins() {
        let json = format!(
            r#"{{"id":"7","identifier":[{INS}],"extension":[{{"url":"x","extension":[
            {{"url":"identityStatus","valueCoding":{{"code":"DOUTE"}}}}]}}]}}"#
        );
        assert_eq!(value_of(&json).as_deref(), Some("7"));
    }

    #[test]
    fn a_system_may_be_asked_for() {
        let json =
            format!(r#"{{"id":"7","identifier":[{INS},{{"system":"urn:ipp","value":"42"}}]}}"#);
        let rules = Rules { patient_system: Some("urn:ipp"), ..PLAIN };
        assert_eq!(patient(rules, &json).unwrap().value, "42");
    }

    #[test]
    fn professionals_go_by_their_rpps() {
        for (json, wanted) in [
            (r#"[{"system":"https://rpps.esante.gouv.fr","value":"10001234567"}]"#, "10001234567"),
            (r#"[{"system":"urn:oid:1.2.250.1.71.4.2.1","value":"810001234567"}]"#, "10001234567"),
            (r#"[{"system":"urn:oid:1.2.250.1.71.4.2.1","value":"0123456789"}]"#, "123456789"),
            ("[]", "p1"),
        ] {
            let identifiers: Vec<Identifier<'_>> = serde_json::from_str(json).unwrap();
            assert_eq!(PLAIN.professional(&identifiers, Some("p1")).as_deref(), Some(wanted));
        }
    }
}
