//! FHIR R4, narrowed to what becomes a fact. Unknown fields are skipped.

use serde::Deserialize;

use super::text::{Many, Text};

/// Structures that borrow from the text, every field of which may be missing.
macro_rules! elements {
    ($($(#[$doc:meta])* $name:ident { $first:ident: $first_type:ty $(, $field:ident: $type:ty)* $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        // Names are those of FHIR.
        #[allow(clippy::struct_field_names)]
        pub(super) struct $name<'a> {
            #[serde(borrow)]
            pub $first: $first_type,
            $(pub $field: $type,)*
        }
    )+};
}

elements! {
    Coding { system: Option<Text<'a>>, code: Option<Text<'a>> }

    Concept { coding: Vec<Coding<'a>>, text: Option<Text<'a>> }

    Period { start: Option<Text<'a>>, end: Option<Text<'a>> }

    Quantity { unit: Option<Text<'a>>, code: Option<Text<'a>>, value: Option<f64> }

    Extension {
        url: Option<Text<'a>>,
        value_boolean: Option<bool>,
        value_integer: Option<i64>,
        value_string: Option<Text<'a>>,
        value_code: Option<Text<'a>>,
        value_coding: Option<Coding<'a>>,
        value_period: Option<Period<'a>>,
        extension: Vec<Extension<'a>>,
    }

    Identifier {
        system: Option<Text<'a>>,
        value: Option<Text<'a>>,
        r#type: Option<Concept<'a>>,
    }

    Reference {
        reference: Option<Text<'a>>,
        identifier: Option<Identifier<'a>>,
        extension: Vec<Extension<'a>>,
    }

    Link { r#type: Option<Text<'a>> }

    Address { city: Option<Text<'a>> }

    HumanName { text: Option<Text<'a>>, family: Option<Text<'a>>, given: Vec<Text<'a>> }

    Patient {
        id: Option<Text<'a>>,
        identifier: Vec<Identifier<'a>>,
        extension: Vec<Extension<'a>>,
        birth_date: Option<Text<'a>>,
        gender: Option<Text<'a>>,
        deceased_date_time: Option<Text<'a>>,
        deceased_boolean: Option<bool>,
        address: Vec<Address<'a>>,
        link: Vec<Link<'a>>,
        general_practitioner: Vec<Reference<'a>>,
        contained: Vec<Contained<'a>>,
    }

    Qualification { code: Option<Concept<'a>> }

    Practitioner {
        id: Option<Text<'a>>,
        identifier: Vec<Identifier<'a>>,
        name: Vec<HumanName<'a>>,
        birth_date: Option<Text<'a>>,
        qualification: Vec<Qualification<'a>>,
    }

    PractitionerRole {
        id: Option<Text<'a>>,
        practitioner: Option<Reference<'a>>,
        organization: Option<Reference<'a>>,
        code: Vec<Concept<'a>>,
        specialty: Vec<Concept<'a>>,
        period: Option<Period<'a>>,
        extension: Vec<Extension<'a>>,
    }

    Organization { id: Option<Text<'a>>, identifier: Vec<Identifier<'a>> }

    Medication { id: Option<Text<'a>>, code: Option<Concept<'a>>, status: Option<Text<'a>> }

    /// A resource within another, of whatever type.
    Contained {
        resource_type: Option<Text<'a>>,
        id: Option<Text<'a>>,
        code: Many<Concept<'a>>,
        practitioner: Option<Reference<'a>>,
        requester: Option<Reference<'a>>,
        specialty: Many<Concept<'a>>,
        identifier: Many<Identifier<'a>>,
        qualification: Many<Qualification<'a>>,
        verification_status: Many<Concept<'a>>,
    }

    EpisodeOfCare {
        status: Option<Text<'a>>,
        r#type: Vec<Concept<'a>>,
        patient: Option<Reference<'a>>,
        care_manager: Option<Reference<'a>>,
        period: Option<Period<'a>>,
        contained: Vec<Contained<'a>>,
    }

    Condition {
        id: Option<Text<'a>>,
        clinical_status: Option<Concept<'a>>,
        verification_status: Option<Concept<'a>>,
        category: Vec<Concept<'a>>,
        code: Option<Concept<'a>>,
        subject: Option<Reference<'a>>,
        encounter: Option<Reference<'a>>,
        onset_date_time: Option<Text<'a>>,
        onset_period: Option<Period<'a>>,
        abatement_date_time: Option<Text<'a>>,
        abatement_period: Option<Period<'a>>,
        abatement_boolean: Option<bool>,
        recorded_date: Option<Text<'a>>,
    }

    Diagnosis { condition: Option<Reference<'a>>, r#use: Option<Concept<'a>>, rank: Option<i64> }

    Encounter {
        id: Option<Text<'a>>,
        status: Option<Text<'a>>,
        class: Option<Coding<'a>>,
        subject: Option<Reference<'a>>,
        period: Option<Period<'a>>,
        diagnosis: Vec<Diagnosis<'a>>,
        contained: Vec<Contained<'a>>,
    }

    Component {
        code: Option<Concept<'a>>,
        value_quantity: Option<Quantity<'a>>,
        value_string: Option<Text<'a>>,
        value_codeable_concept: Option<Concept<'a>>,
        value_integer: Option<i64>,
        value_boolean: Option<bool>,
        data_absent_reason: Option<Concept<'a>>,
    }

    Observation {
        status: Option<Text<'a>>,
        code: Option<Concept<'a>>,
        subject: Option<Reference<'a>>,
        effective_date_time: Option<Text<'a>>,
        effective_instant: Option<Text<'a>>,
        effective_period: Option<Period<'a>>,
        performer: Vec<Reference<'a>>,
        based_on: Vec<Reference<'a>>,
        value_quantity: Option<Quantity<'a>>,
        value_string: Option<Text<'a>>,
        value_codeable_concept: Option<Concept<'a>>,
        value_integer: Option<i64>,
        value_boolean: Option<bool>,
        data_absent_reason: Option<Concept<'a>>,
        component: Vec<Component<'a>>,
        extension: Vec<Extension<'a>>,
        contained: Vec<Contained<'a>>,
    }

    Actor { actor: Option<Reference<'a>> }

    Procedure {
        status: Option<Text<'a>>,
        code: Option<Concept<'a>>,
        subject: Option<Reference<'a>>,
        performed_date_time: Option<Text<'a>>,
        performed_period: Option<Period<'a>>,
        performer: Vec<Actor<'a>>,
        based_on: Vec<Reference<'a>>,
        extension: Vec<Extension<'a>>,
        contained: Vec<Contained<'a>>,
    }

    MedicationDispense {
        status: Option<Text<'a>>,
        medication_codeable_concept: Option<Concept<'a>>,
        medication_reference: Option<Reference<'a>>,
        subject: Option<Reference<'a>>,
        authorizing_prescription: Vec<Reference<'a>>,
        quantity: Option<Quantity<'a>>,
        days_supply: Option<Quantity<'a>>,
        when_handed_over: Option<Text<'a>>,
        when_prepared: Option<Text<'a>>,
        extension: Vec<Extension<'a>>,
        contained: Vec<Contained<'a>>,
    }

    Immunization {
        status: Option<Text<'a>>,
        vaccine_code: Option<Concept<'a>>,
        patient: Option<Reference<'a>>,
        occurrence_date_time: Option<Text<'a>>,
        report_origin: Option<Concept<'a>>,
    }

}

/// The first value of an extension with that address.
pub(super) fn extension<'e, 'a>(
    extensions: &'e [Extension<'a>],
    address: &str,
) -> Option<&'e Extension<'a>> {
    extensions.iter().find(|extension| extension.url.as_deref() == Some(address))
}

/// Addresses of the project's own extensions: what FHIR has no element for.
pub(super) mod ours {
    pub(crate) const C2S: &str = "urn:jalon:c2s";
    pub(crate) const PERIOD: &str = "urn:jalon:periode";
    pub(crate) const QUANTITY: &str = "urn:jalon:quantite";
    pub(crate) const REPERTOIRE: &str = "urn:jalon:repertoire";
    pub(crate) const LARGE_PACK: &str = "urn:jalon:grand-conditionnement";
    pub(crate) const SECTOR: &str = "urn:jalon:secteur";
    pub(crate) const ZONE: &str = "urn:jalon:zone";
}

/// The extension of FHIR that says why nothing is said.
pub(super) const DATA_ABSENT: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
