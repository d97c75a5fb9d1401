//! What becomes what: small exports of FHIR R4, and their rows.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

mod fhir_common;

use fhir_common::{Imported, import, import_with};
use jalon_data::day;
use jalon_import::drugs::{Drug, DrugLookup, NoLookup};
use jalon_import::facts::Day;
use jalon_import::fhir::FhirOptions;

const PATIENT: &str =
    r#"{"resourceType":"Patient","id":"1","gender":"female","birthDate":"1950-01-01"}"#;

/// A patient and these resources, one a line.
fn with_patient(resources: &[&str]) -> Imported {
    import(&[("a.ndjson", &format!("{PATIENT}\n{}\n", resources.join("\n")))])
}

/// A resource of patient 1.
fn of_patient(kind: &str, rest: &str) -> String {
    format!(r#"{{"resourceType":"{kind}","subject":{{"reference":"Patient/1"}},{rest}}}"#)
}

fn coded(system: &str, code: &str) -> String {
    format!(r#"{{"coding":[{{"system":"{system}","code":"{code}"}}]}}"#)
}

const ATC: &str = "http://www.whocc.no/atc";
const ICD10: &str = "http://hl7.org/fhir/sid/icd-10";
const LOINC: &str = "http://loinc.org/";

fn dispense(rest: &str) -> String {
    let drug = coded(ATC, "A10BA02");
    of_patient(
        "MedicationDispense",
        &format!(r#""whenHandedOver":"2024-03-01","medicationCodeableConcept":{drug},{rest}"#),
    )
}

#[test]
fn references_are_found_whatever_their_form_and_place() {
    let observation = |subject: &str| {
        format!(
            r#"{{"resourceType":"Observation","status":"final","code":{},"subject":{subject},"effectiveDateTime":"2024-01-02"}}"#,
            coded(LOINC, "4548-4")
        )
    };
    let bundle = |entries: &[String]| {
        format!(
            r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#,
            entries.join(",")
        )
    };
    let entry =
        |url: &str, resource: &str| format!(r#"{{"fullUrl":"{url}","resource":{resource}}}"#);
    let imported = import(&[
        // Read before the patients it speaks of.
        (
            "a.ndjson",
            &[
                observation(r#"{"reference":"Patient/1"}"#),
                observation(r#"{"reference":"https://serveur/fhir/Patient/1/_history/2"}"#),
                observation(r#"{"reference":"urn:uuid:u2"}"#),
                observation(r#"{"identifier":{"system":"urn:oid:1.2.250.1.213.1.4.8","value":"2690549588157"}}"#),
                observation(r#"{"reference":"Patient/absent"}"#),
                observation(r#"{"display":"Mme X"}"#),
            ]
            .join("\n"),
        ),
        (
            "b.json",
            &bundle(&[
                entry("urn:uuid:o", &observation(r#"{"reference":"urn:uuid:u2"}"#)),
                entry("urn:uuid:u2", &PATIENT.replace(r#""id":"1","#, r#""identifier":[{"system":"urn:jalon:patient","value":"deux"}],"#)),
            ]),
        ),
        (
            "c.json",
            &bundle(&[
                entry("http://c/Patient/3", &PATIENT.replace(r#""1""#, r#""3""#)),
                entry("http://c/Observation/3", &observation(r#"{"reference":"Patient/3"}"#)),
            ]),
        ),
        ("sous/dossier/d.jsonl", PATIENT),
    ]);
    let patients: Vec<_> = imported
        .rows("actes")
        .iter()
        .map(|row| row.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(patients, ["1", "1", "deux", "269054958815780", "deux", "3"]);
    assert_eq!(imported.left("référence sans cible : patient"), 1);
    assert_eq!(imported.left("patient non désigné"), 1);
    assert_eq!(imported.rows("patients").len(), 3);
    assert_eq!(imported.report.lus["Observation"], 8);
}

#[test]
fn names_shared_by_two_servers_lead_nowhere() {
    let entry = |server: &str| {
        format!(
            r#"{{"fullUrl":"http://{server}/Patient/1","resource":{}}}"#,
            PATIENT.replace(
                r#""gender""#,
                &format!(
                    r#""identifier":[{{"system":"urn:jalon:patient","value":"{server}"}}],"gender""#
                ),
            )
        )
    };
    let bundle = format!(r#"{{"resourceType":"Bundle","entry":[{},{}]}}"#, entry("a"), entry("b"));
    let code = coded("urn:jalon:ngap", "C");
    let rest = format!(r#""status":"completed","performedDateTime":"2024-01-01","code":{code}"#);
    let act = of_patient("Procedure", &rest);
    let imported = import(&[("a.json", &bundle), ("b.ndjson", &act)]);
    assert_eq!(imported.left("référence ambiguë"), 1);
    assert_eq!(imported.rows("patients").len(), 2);
}

#[test]
fn unknown_types_are_counted() {
    let imported = with_patient(&[
        r#"{"resourceType":"Coverage","id":"1"}"#,
        r#"{"resourceType":"Inventee"}"#,
        r#"{"resourceType":"MedicationRequest","id":"1"}"#,
        r#"{"resourceType":"MedicationStatement","id":"1"}"#,
    ]);
    assert_eq!(imported.left("ressource d'un type qui n'est pas lu"), 2);
    assert_eq!(imported.left("MedicationRequest : une prescription n'est pas une délivrance"), 1);
    assert_eq!(imported.left("MedicationStatement"), 1);
    assert_eq!(imported.report.lus["Inventee"], 1);
    let examples = &imported.report.ecartes["ressource d'un type qui n'est pas lu"].exemples;
    assert_eq!(examples, &["a.ndjson:2", "a.ndjson:3"]);
}

#[test]
fn patients() {
    let patient =
        |id: &str, rest: &str| format!(r#"{{"resourceType":"Patient","id":"{id}",{rest}}}"#);
    let lines = [
        patient(
            "1",
            r#""gender":"male","birthDate":"1950","deceasedDateTime":"2024-05","address":[{"city":" Bourg "}]"#,
        ),
        patient("2", r#""gender":"female","birthDate":"1950-02-03","deceasedBoolean":true"#),
        patient("3", r#""gender":"unknown","birthDate":"1950-02-03""#),
        patient("4", r#""gender":"male""#),
        patient("5", r#""gender":"male","birthDate":"1950-02-03","link":[{"type":"replaced-by"}]"#),
        patient("2", r#""gender":"female","birthDate":"1950-02-03""#),
    ];
    let imported = import(&[("a.ndjson", &lines.join("\n"))]);
    assert_eq!(
        imported.rows("patients"),
        ["1 1950-01-01 M 2024-05-31 - Bourg", "2 1950-02-03 F - - -"]
    );
    assert_eq!(imported.left("patient de sexe inconnu"), 1);
    assert_eq!(imported.left("patient sans date de naissance"), 1);
    assert_eq!(imported.left("patient dont une autre fiche"), 1);
    assert_eq!(imported.left("autre fiche d'un patient déjà lu"), 1);
    assert!(imported.remarked("1 patients dont la naissance n'est connue qu'au mois"));
    assert!(imported.remarked("1 patients décédés sans date"));
}

#[test]
fn doctors_and_who_is_whose() {
    let rpps =
        |value: &str| format!(r#"{{"system":"https://rpps.esante.gouv.fr","value":"{value}"}}"#);
    let patient = |id: &str, doctors: &str| {
        format!(
            r#"{{"resourceType":"Patient","id":"{id}","gender":"male","birthDate":"2010-02-03","generalPractitioner":[{doctors}]}}"#
        )
    };
    let lines = [
        format!(r#"{{"resourceType":"Practitioner","id":"d1","identifier":[{}],"name":[{{"family":"Nemo","given":["A"]}}]}}"#, rpps("10000000001")),
        r#"{"resourceType":"PractitionerRole","id":"r1","practitioner":{"reference":"Practitioner/d1"},"organization":{"reference":"Organization/o1"},"specialty":[{"coding":[{"system":"https://mos.esante.gouv.fr/NOS/TRE_R38-SpecialiteOrdinale/FHIR/TRE-R38-SpecialiteOrdinale","code":"SM54"}]}]}"#.into(),
        r#"{"resourceType":"Organization","id":"o1","identifier":[{"system":"https://finess.esante.gouv.fr","value":"010000001"}]}"#.into(),
        r#"{"resourceType":"Practitioner","id":"infirmier","qualification":[{"code":{"coding":[{"system":"https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante","code":"60"}]}}]}"#.into(),
        patient("dossier", r#"{"reference":"PractitionerRole/r1"}"#),
        patient("identifiant", &format!(r#"{{"identifier":{}}}"#, rpps("10000000002"))),
        patient("centre", r#"{"reference":"Organization/o1"}"#),
        patient("deux", &format!(r#"{{"reference":"Practitioner/d1"}},{{"identifier":{}}}"#, rpps("10000000002"))),
        patient("perdu", r#"{"reference":"Practitioner/absent"}"#),
        patient("soigne", r#"{"reference":"Practitioner/infirmier"}"#),
        patient("date", r#"{"reference":"Practitioner/d1","extension":[{"url":"urn:jalon:periode","valuePeriod":{"start":"2020-05","end":"2021-06-30"}}]}"#),
        patient("suivi", r#"{"reference":"Practitioner/d1"}"#),
        r#"{"resourceType":"EpisodeOfCare","status":"finished","type":[{"coding":[{"system":"urn:jalon:episode","code":"medecin-traitant"}]}],"patient":{"reference":"Patient/suivi"},"careManager":{"reference":"Practitioner/d1"},"period":{"start":"2015-01-01","end":"2019-12-31"}}"#.into(),
        r#"{"resourceType":"EpisodeOfCare","status":"active","patient":{"reference":"Patient/suivi"}}"#.into(),
    ];
    let files = [("a.ndjson", lines.join("\n"))];
    let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let imported = import_with(&files, &NoLookup, FhirOptions::default()).unwrap();
    let mut attachments = imported.rows("rattachements");
    attachments.sort();
    assert_eq!(
        attachments,
        [
            "centre 010000001 2010-02-03 -",
            "date 10000000001 2020-05-01 2021-07-01",
            "dossier 10000000001 2010-02-03 -",
            "identifiant 10000000002 2010-02-03 -",
            "suivi 10000000001 2015-01-01 2020-01-01",
        ]
    );
    assert_eq!(
        imported.rows("medecins"),
        [
            "10000000001 Nemo A 01 - - - - 010000001",
            "10000000002 - 99 - - - - -",
            "010000001 - 99 - - - - 010000001",
        ]
    );
    assert_eq!(imported.left("plusieurs médecins traitants"), 1);
    assert_eq!(imported.left("référence sans cible : médecin traitant"), 1);
    assert_eq!(imported.left("médecin traitant qui n'est pas médecin"), 1);
    assert_eq!(imported.left("professionnel qui n'est pas médecin"), 1);
    assert_eq!(imported.left("EpisodeOfCare qui n'est pas un suivi"), 1);
    assert!(imported.remarked("3 rattachements sans date de début : le 2005-01-01"));
    assert!(imported.remarked("1 médecins traitants connus par leur seul identifiant"));

    let since = Some(Day(day::parse("2023-01-01").unwrap()));
    let options = FhirOptions { since, ..FhirOptions::default() };
    let imported = import_with(&files, &NoLookup, options).unwrap();
    assert!(imported.rows("rattachements").contains(&"dossier 10000000001 2023-01-01 -".into()));
    assert!(imported.remarked("3 rattachements sans date de début : le 2023-01-01, jour demandé"));
}

#[test]
fn deliveries() {
    let boxes = r#""quantity":{"value":2.0,"unit":"boîte"}"#;
    let lines = [
        dispense(&format!(
            r#""status":"completed",{boxes},"daysSupply":{{"value":4,"unit":"semaines"}}"#
        )),
        dispense(r#""status":"completed","quantity":{"value":-2}"#),
        dispense(&format!(r#""status":"cancelled",{boxes}"#)),
        dispense(&format!(r#""status":"entered-in-error",{boxes}"#)),
        dispense(r#""status":"completed""#),
        dispense(r#""status":"completed","quantity":{"value":1.5}"#),
        dispense(r#""status":"completed","quantity":{"value":30,"unit":"comprimé"}"#),
        dispense(&format!(r#""status":"completed",{boxes}"#)).replace("2024-03-01", "2024-03"),
        dispense(&format!(r#""status":"completed",{boxes}"#)).replace("whenHandedOver", "x"),
        // The drug in a resource of its own, or within; who prescribed it.
        format!(r#"{{"resourceType":"Medication","id":"m","code":{}}}"#, coded(ATC, "c10aa05")),
        of_patient(
            "MedicationDispense",
            &format!(
                r##""status":"completed","whenPrepared":"2024-03-02T08:00:00+01:00",{boxes},"medicationReference":{{"reference":"Medication/m"}},"contained":[{{"resourceType":"MedicationRequest","id":"o","requester":{{"identifier":{{"system":"https://rpps.esante.gouv.fr/","value":"10000000009"}}}}}}],"authorizingPrescription":[{{"reference":"#o"}}]"##
            ),
        ),
        of_patient(
            "MedicationDispense",
            &format!(
                r##""status":"completed","whenHandedOver":"2024-03-03",{boxes},"medicationReference":{{"reference":"#n"}},"contained":[{{"resourceType":"Medication","id":"n","code":{}}}]"##,
                coded("http://data.esante.gouv.fr/ansm/medicament", "3400930000001")
            ),
        ),
        of_patient(
            "MedicationDispense",
            &format!(
                r#""status":"completed","whenHandedOver":"2024-03-04",{boxes},"medicationReference":{{"reference":"Medication/absent"}}"#
            ),
        ),
    ];
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    let imported = with_patient(&lines);
    assert_eq!(
        imported.rows("delivrances"),
        [
            "1 2024-03-01 - A10BA02 2 28 - - -",
            "1 2024-03-01 - A10BA02 -2 - - - -",
            "1 2024-03-02 - C10AA05 2 - - - 10000000009",
            "1 2024-03-03 3400930000001 - 2 - - - -",
        ]
    );
    for (reason, count) in [
        ("MedicationDispense dont le statut", 2),
        ("quantité absente", 1),
        ("quantité qui n'est pas un nombre entier", 1),
        ("quantité dans une autre unité", 1),
        ("date sans jour", 1),
        ("date absente", 1),
        ("référence sans cible : médicament", 1),
    ] {
        assert_eq!(imported.left(reason), count, "{reason}");
    }
    assert!(imported.remarked("1 délivrances sans classe ATC"));
}

/// A nomenclature of one drug.
struct One;

impl DrugLookup for One {
    fn by_cip13(&self, code: &str) -> Option<Drug> {
        (code == "3400930000001").then(|| Drug {
            atc: Some("A10BA02".into()),
            repertoire: Some(true),
            large_pack: Some(false),
            days_per_box: Some(30),
        })
    }

    fn by_cis(&self, code: &str) -> Option<Drug> {
        (code == "60000001").then(|| Drug { atc: Some("J07BB02".into()), ..Drug::default() })
    }

    fn by_ucd(&self, code: &str) -> Option<Drug> {
        (code == "9000001").then(|| Drug { atc: Some("L01".into()), ..Drug::default() })
    }

    fn hash(&self) -> String {
        "abc".into()
    }
}

#[test]
fn a_nomenclature_fills_what_codes_do_not_say() {
    let system = "http://data.esante.gouv.fr/ansm/medicament";
    let dispense = |code: &str| {
        of_patient(
            "MedicationDispense",
            &format!(
                r#""status":"completed","whenHandedOver":"2024-03-01","quantity":{{"value":-2}},"medicationCodeableConcept":{code}"#
            ),
        )
    };
    let lines = [
        PATIENT.to_owned(),
        dispense(&coded(system, "3400930000001")),
        dispense(&coded(&format!("{system}/UCD"), "9000001")),
        format!(
            r#"{{"resourceType":"Immunization","status":"completed","patient":{{"reference":"Patient/1"}},"occurrenceDateTime":"2024-10-01","vaccineCode":{}}}"#,
            coded(system, "60000001")
        ),
    ];
    let text = lines.join("\n");
    let imported =
        import_with(&[("a.ndjson", text.as_bytes())], &One, FhirOptions::default()).unwrap();
    assert_eq!(
        imported.rows("delivrances"),
        ["1 2024-03-01 3400930000001 A10BA02 -2 60 false true -", "1 2024-03-01 - L01 -2 - - - -",]
    );
    assert_eq!(imported.rows("vaccinations"), ["1 2024-10-01 J07BB02 -"]);
}

#[test]
fn vaccinations() {
    let vaccine = |rest: &str| {
        let code = coded(ATC, "J07BB02");
        format!(
            r#"{{"resourceType":"Immunization","patient":{{"reference":"Patient/1"}},"vaccineCode":{code},{rest}}}"#
        )
    };
    let imported = with_patient(&[
        &vaccine(
            r#""status":"completed","occurrenceDateTime":"2024-10-01","reportOrigin":{"text":"carnet"}"#,
        ),
        &vaccine(r#""status":"not-done","occurrenceDateTime":"2024-10-01""#),
        &vaccine(r#""status":"completed","occurrenceString":"à l'automne""#),
        &vaccine(r#""status":"completed","occurrenceDateTime":"2024-10-01""#)
            .replace("J07BB02", ""),
    ]);
    assert_eq!(imported.rows("vaccinations"), ["1 2024-10-01 J07BB02 carnet"]);
    assert_eq!(imported.left("Immunization dont le statut"), 1);
    assert_eq!(imported.left("date absente"), 1);
    assert_eq!(imported.left("vaccin sans classe ATC connue"), 1);
}

#[test]
fn results_and_acts() {
    let nabm = "https://smt.esante.gouv.fr/terminologie-nabm";
    let both = format!(
        r#"{{"coding":[{{"system":"{LOINC}","code":"4548-4"}},{{"system":"{nabm}","code":"1577"}}]}}"#
    );
    let seen = r#""effectiveDateTime":"2024-01-02""#;
    let ccam = coded("https://smt.esante.gouv.fr/terminologie-ccam/", "JKHD001-01");
    let imported = with_patient(&[
        r#"{"resourceType":"Practitioner","id":"d","qualification":[{"code":{"coding":[{"system":"urn:jalon:specialite","code":"15"}]}}]}"#,
        &of_patient(
            "Observation",
            &format!(
                r#""status":"final",{seen},"code":{both},"valueQuantity":{{"value":7.20,"unit":"%"}},"performer":[{{"reference":"Practitioner/d"}}]"#
            ),
        ),
        &of_patient(
            "Observation",
            &format!(
                r#""status":"final",{seen},"code":{{"text":"bilan"}},"component":[{{"code":{},"valueString":"3"}},{{"code":{},"dataAbsentReason":{{}}}}]"#,
                coded(nabm, "127"),
                coded(nabm, "126")
            ),
        ),
        &of_patient("Observation", &format!(r#""status":"preliminary",{seen},"code":{both}"#)),
        &of_patient(
            "Observation",
            &format!(r#""status":"final",{seen},"code":{both},"dataAbsentReason":{{}}"#),
        ),
        &of_patient(
            "Observation",
            &format!(
                r#""status":"final",{seen},"code":{}"#,
                coded("https://smt.esante.gouv.fr/terminologie-cisis", "MED-574")
            ),
        ),
        &of_patient(
            "Procedure",
            &format!(
                r#""status":"completed","performedPeriod":{{"start":"2024-02-01T23:30:00Z"}},"code":{ccam},"performer":[{{"actor":{{"reference":"Practitioner/absent"}}}}]"#
            ),
        ),
        &of_patient(
            "Procedure",
            &format!(r#""status":"not-done","performedDateTime":"2024-02-01","code":{ccam}"#),
        ),
    ]);
    assert_eq!(
        imported.rows("actes"),
        [
            "1 2024-01-02 loinc 4548-4 1 7.2 % d 15 -",
            "1 2024-01-02 nabm 1577 1 7.2 % d 15 -",
            "1 2024-01-02 nabm 0127 1 3 - - -",
            "1 2024-02-02 ccam JKHD001 1 - - - -",
        ]
    );
    assert_eq!(imported.left("Observation dont le statut ne compte pas"), 1);
    assert_eq!(imported.left("Observation sans résultat"), 1);
    assert_eq!(imported.left("Observation dont aucun code n'est suivi"), 1);
    assert_eq!(imported.left("Procedure dont le statut"), 1);
    assert!(imported.remarked("1 intervenants introuvables"));
}

#[test]
fn long_term_diseases() {
    let ald = |rest: &str| {
        of_patient("Condition", &format!(r#""category":[{{"coding":[{{"code":"ALD"}}]}}],{rest}"#))
    };
    let diabetes = format!(r#""code":{}"#, coded(ICD10, "E11.9"));
    let imported = with_patient(&[
        &ald(&format!(r#"{diabetes},"onsetDateTime":"2015-06""#)),
        &ald(&format!(r#"{diabetes},"recordedDate":"2016-01-01","abatementDateTime":"2020""#)),
        &of_patient(
            "Condition",
            &format!(r#""onsetDateTime":"2017-01-01","code":{}"#, coded("urn:jalon:ald", "31")),
        ),
        &ald(&format!(r#""onsetDateTime":"2015-01-01","code":{}"#, coded(ICD10, "R10"))),
        &ald(&format!(
            r#"{diabetes},"onsetDateTime":"2015-01-01","clinicalStatus":{{"coding":[{{"code":"resolved"}}]}}"#
        )),
        &ald(&format!(
            r#"{diabetes},"onsetDateTime":"2015-01-01","abatementDateTime":"2014-01-01""#
        )),
        &ald(&format!(
            r#"{diabetes},"onsetDateTime":"2015-01-01","verificationStatus":{{"coding":[{{"code":"refuted"}}]}}"#
        )),
        &ald(&diabetes),
        &of_patient("Condition", &format!(r#"{diabetes},"onsetDateTime":"2015-01-01""#)),
    ]);
    assert_eq!(
        imported.rows("ald"),
        ["1 8 E119 2015-06-01 -", "1 8 E119 2016-01-01 2020-12-31", "1 31 - 2017-01-01 -"]
    );
    for reason in [
        "ALD sans numéro",
        "ALD terminée sans date de fin",
        "fin avant le début",
        "Condition réfutée",
        "date absente",
        "diagnostic qui n'est ni une ALD ni celui d'un séjour",
    ] {
        assert_eq!(imported.left(reason), 1, "{reason}");
    }
    assert!(imported.remarked("2 ALD sans numéro"));
}

#[test]
fn stays() {
    let code = |code: &str| format!(r#""code":{}"#, coded(ICD10, code));
    let stay = |id: &str, rest: &str| {
        of_patient(
            "Encounter",
            &format!(
                r#""id":"{id}","class":{{"code":"IMP"}},"status":"finished","period":{{"start":"2024-01-01","end":"2024-01-05"}},{rest}"#
            ),
        )
    };
    let listed = |name: &str, role: &str| {
        format!(
            r#"{{"condition":{{"reference":"{name}"}},"use":{{"coding":[{{"code":"{role}"}}]}}}}"#
        )
    };
    let imported = with_patient(&[
        // Diagnoses of their own, before and after their stay; one is lost.
        &of_patient("Condition", &format!(r#""id":"a",{}"#, code("I21.0"))),
        &stay(
            "s",
            &format!(
                r#""diagnosis":[{},{},{},{}]"#,
                listed("Condition/a", "DP"),
                listed("Condition/b", "CM"),
                listed("Condition/c", "AD"),
                listed("Condition/perdu", "DR")
            ),
        ),
        &of_patient("Condition", &format!(r#""id":"b",{}"#, code("E119"))),
        &of_patient("Condition", &format!(r#""id":"c",{}"#, code("R07"))),
        // That names its stay.
        &of_patient(
            "Condition",
            &format!(
                r#""id":"d","category":[{{"coding":[{{"code":"DR"}}]}}],"encounter":{{"reference":"Encounter/s"}},{}"#,
                code("Z95")
            ),
        ),
        &of_patient(
            "Condition",
            &format!(r#""id":"e","encounter":{{"reference":"Encounter/s"}},{}"#, code("I10")),
        ),
        // With its diagnoses and acts inside.
        &stay(
            "t",
            &format!(
                r##""contained":[{{"resourceType":"Condition","id":"c",{}}},{{"resourceType":"Procedure","id":"p","code":{}}},{{"resourceType":"Procedure","id":"q","code":{}}}],"diagnosis":[{{"condition":{{"reference":"#c"}},"rank":1}},{{"condition":{{"reference":"#p"}}}},{{"condition":{{"reference":"#q"}}}}]"##,
                code("K63.5"),
                coded("urn:jalon:ccam", "HHQE002"),
                coded("urn:jalon:ccam", "HHFE002"),
            ),
        ),
        &stay("u", r#""diagnosis":[]"#).replace("IMP", "AMB"),
        &stay("v", r#""diagnosis":[]"#).replace("finished", "cancelled"),
        &stay("w", r#""diagnosis":[]"#).replace("2024-01-01", "2024-01"),
        &stay("x", r#""diagnosis":[]"#).replace("2024-01-05", "2023-01-05"),
    ]);
    assert_eq!(
        imported.rows("sejours"),
        [
            "1 2024-01-01 2024-01-05 I210 DP -",
            "1 2024-01-01 2024-01-05 E119 DAS -",
            "1 2024-01-01 2024-01-05 Z95 DR -",
            "1 2024-01-01 2024-01-05 I10 DAS -",
            "1 2024-01-01 2024-01-05 K635 DP HHQE002",
            "1 2024-01-01 2024-01-05 K635 DP HHFE002",
        ]
    );
    for reason in [
        "diagnostic d'admission ou à visée documentaire",
        "référence sans cible : diagnostic d'un séjour",
        "Encounter qui n'est pas une hospitalisation",
        "Encounter dont le statut ne compte pas",
        "séjour sans jour d'entrée",
        "fin avant le début",
    ] {
        assert_eq!(imported.left(reason), 1, "{reason}");
    }
    assert!(imported.remarked("1 diagnostics de séjour sans rôle"));
}

#[test]
fn the_same_rows_from_lines_bundles_and_gzip() {
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write as _;

    let dispense = dispense(r#""status":"completed","quantity":{"value":1}"#);
    let lines = format!("{PATIENT}\n\n  {dispense}\r\n");
    let entry = |resource: &str| format!("{{ \"resource\" :\n {resource} }}");
    let bundle = format!(
        "{{\"resourceType\": \"Bundle\", \"type\": \"searchset\",\n \"entry\": [ {} , {} ]\n}}\n",
        entry(&dispense),
        entry(PATIENT)
    );
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(lines.as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    // A bundle on one line of NDJSON; each resource in its own file.
    let on_one_line = bundle.replace('\n', " ");
    let sources: [&[(&str, &[u8])]; 5] = [
        &[("a.ndjson", lines.as_bytes())],
        &[("a.json", bundle.as_bytes())],
        &[("a.ndjson.gz", &packed)],
        &[("a.ndjson", on_one_line.as_bytes())],
        &[("a.json", PATIENT.as_bytes()), ("b.json", dispense.as_bytes())],
    ];
    for source in sources {
        let imported = import_with(source, &NoLookup, FhirOptions::default()).unwrap();
        assert_eq!(imported.rows("delivrances"), ["1 2024-03-01 - A10BA02 1 - - - -"]);
        assert_eq!(imported.rows("patients"), ["1 1950-01-01 F - - -"]);
        assert!(imported.report.ecartes.is_empty(), "{:?}", imported.report.ecartes);
    }
}

#[test]
fn settings_tell_what_else_decides() {
    use jalon_import::Importer;
    use jalon_import::fhir::FhirImporter;

    let plain = FhirImporter::new("x".into(), &NoLookup, FhirOptions::default());
    assert_eq!((plain.kind(), plain.settings().as_str()), ("fhir", ""));
    let options = FhirOptions {
        since: Some(Day(0)),
        patient_system: Some("urn:ipp".into()),
        prefix: Some("a:".into()),
    };
    assert_eq!(
        FhirImporter::new("x".into(), &One, options).settings(),
        "depuis=1970-01-01\nsysteme-patient=urn:ipp\nprefixe=a:\nnomenclature=abc\n"
    );
}
