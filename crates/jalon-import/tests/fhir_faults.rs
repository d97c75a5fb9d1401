//! Wrong sources of FHIR: each is refused whole, with words that tell where,
//! what, and what to do.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

mod fhir_common;

use std::io::Write;

use fhir_common::{import, import_path, import_with, refusal};
use flate2::Compression;
use flate2::write::GzEncoder;
use jalon_import::drugs::NoLookup;
use jalon_import::fhir::FhirOptions;
use proptest::prelude::*;

const PATIENT: &str =
    r#"{"resourceType":"Patient","id":"1","gender":"female","birthDate":"1950-01-01"}"#;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Refused, with these words for its one fault.
fn refused(name: &str, bytes: &[u8], words: &str) {
    let message = refusal(&[(name, bytes)]);
    assert_eq!(message, format!("{words}\n1 faute dans la source"));
}

#[test]
fn nesting_of_ten_thousand() {
    let nested =
        format!(r#"{{"resourceType":"Patient","x":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    let words = "plus de 100 objets ou listes emboîtés
   aide : une ressource FHIR n'en a pas besoin : le fichier est-il abîmé ?";
    refused("a.ndjson", nested.as_bytes(), &format!("a.ndjson:1: {words}"));
    let bundle = format!(r#"{{"resourceType":"Bundle","entry":[{{"resource":{nested}}}]}}"#);
    refused("a.json", bundle.as_bytes(), &format!("a.json entry[0]: {words}"));
}

#[test]
fn a_number_beyond_measure() {
    let text =
        r#"{"resourceType":"MedicationDispense","status":"completed","quantity":{"value":1e400}}"#;
    refused(
        "a.ndjson",
        text.as_bytes(),
        "a.ndjson:1: quantity.value : nombre hors de toute mesure
   aide : corrigez ce nombre",
    );
    let text = format!(
        "{PATIENT}\n{}",
        r#"{"resourceType":"MedicationDispense","status":"completed","subject":{"reference":"Patient/1"},"whenHandedOver":"2024-01-01","quantity":{"value":1e30}}"#
    );
    refused(
        "a.ndjson",
        text.as_bytes(),
        "a.ndjson:2: quantity.value : nombre hors de toute mesure
   aide : corrigez ce nombre",
    );
}

#[test]
fn keys_given_twice() {
    refused(
        "a.ndjson",
        br#"{"resourceType":"Patient","birthDate":"1950-01-01","birthDate":"1960-01-01"}"#,
        "a.ndjson:1: clé en double : `birthDate`
   aide : gardez une seule des deux valeurs",
    );
    refused(
        "a.ndjson",
        br#"{"resourceType":"Patient","id":"1","resourceType":"Observation"}"#,
        "a.ndjson:1: clé en double : `resourceType`
   aide : gardez une seule des deux valeurs",
    );
}

#[test]
fn files_cut_in_the_middle() {
    let text = format!("{PATIENT}\n{}", &PATIENT[..40]);
    let hint = "aide : le fichier est-il entier ? en NDJSON une ressource tient sur une ligne ; un fichier JSON sur plusieurs lignes se nomme `.json`";
    refused(
        "a.ndjson",
        text.as_bytes(),
        &format!("a.ndjson:2: JSON coupé avant sa fin\n   {hint}"),
    );
    let bundle = format!(r#"{{"resourceType":"Bundle","entry":[{{"resource":{PATIENT}}},{{"res"#);
    refused(
        "a.json",
        bundle.as_bytes(),
        &format!("a.json entry[1]: JSON coupé avant sa fin\n   {hint}"),
    );
}

#[test]
fn wrong_extensions() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.xml");
    std::fs::write(&path, "<Patient/>").unwrap();
    let error = import_path(&path, &folder.path().join("b"), &NoLookup, FhirOptions::default());
    assert_eq!(
        error.unwrap_err().to_string(),
        "export.xml: extension qui n'est pas celle d'un fichier FHIR
   aide : renommez-le : `.ndjson` ou `.jsonl` (une ressource par ligne), `.json` (un Bundle), suivis ou non de `.gz` ; le XML n'est pas lu
1 faute dans la source"
    );
    let absent = folder.path().join("absent.ndjson");
    let error = import_path(&absent, &folder.path().join("c"), &NoLookup, FhirOptions::default());
    assert!(
        error.unwrap_err().to_string().starts_with("absent.ndjson: fichier ou dossier introuvable")
    );
    let message = refusal(&[("notes.txt", b"x")]);
    assert!(message.starts_with("source: aucun fichier FHIR dans ce dossier"), "{message}");
    // One resource a line under the name of a bundle, and the other way round.
    let lines = format!("{PATIENT}\n{PATIENT}\n");
    refused(
        "a.json",
        lines.as_bytes(),
        "a.json: du texte suit la fin de l'objet JSON
   aide : un fichier d'une ressource par ligne se nomme `.ndjson`",
    );
    let message = refusal(&[("a.ndjson", b"{\n  \"resourceType\": \"Bundle\"\n}\n")]);
    assert!(
        message
            .starts_with("a.ndjson:1: JSON coupé avant sa fin\n   aide : le fichier est-il entier"),
        "{message}"
    );
    refused(
        "a.ndjson",
        &gzip(PATIENT.as_bytes()),
        "a.ndjson: fichier compressé par gzip, sans l'extension `.gz`
   aide : ajoutez `.gz` à son nom",
    );
    refused(
        "a.ndjson.gz",
        PATIENT.as_bytes(),
        "a.ndjson.gz: ce fichier n'est pas compressé par gzip
   aide : retirez `.gz` de son nom, ou recopiez-le s'il est abîmé",
    );
}

#[test]
fn wrong_encodings() {
    let utf16: Vec<u8> = PATIENT.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked: Vec<u8> = [0xff, 0xfe].into_iter().chain(utf16.clone()).collect();
    for bytes in [utf16, marked] {
        for name in ["a.ndjson", "a.json"] {
            let words = format!(
                "{name}: fichier en UTF-16
   aide : JSON s'écrit en UTF-8 : convertissez ce fichier"
            );
            refused(name, &bytes, &words);
        }
    }
    let hint = "aide : JSON s'écrit en UTF-8 : convertissez ce fichier, sans doute en Latin-1 (Windows-1252)";
    let latin1 =
        [PATIENT.as_bytes(), b"\n{\"resourceType\":\"Patient\",\"x\":\"\xe9\"}\n"].concat();
    refused("a.ndjson", &latin1, &format!("a.ndjson:2: texte qui n'est pas de l'UTF-8\n   {hint}"));
    let bundle = b"{\"resourceType\":\"Bundle\",\"entry\":[{\"x\":\"\xe9\"}]}";
    refused(
        "a.json",
        bundle,
        &format!("a.json entry[0]: texte qui n'est pas de l'UTF-8\n   {hint}"),
    );
    // A mark of UTF-8 is no fault.
    assert_eq!(import(&[("a.ndjson", &format!("\u{feff}{PATIENT}"))]).rows("patients").len(), 1);
    assert_eq!(import(&[("a.json", &format!("\u{feff}{PATIENT}"))]).rows("patients").len(), 1);
}

#[test]
fn gzip_spoilt_or_swollen() {
    let lines = format!("{PATIENT}\n").repeat(1000);
    let whole = gzip(lines.as_bytes());
    refused(
        "a.ndjson.gz",
        &whole[..whole.len() / 2],
        "a.ndjson.gz: fichier gzip coupé avant sa fin
   aide : copiez-le ou exportez-le de nouveau",
    );
    let mut spoilt = whole.clone();
    let end = spoilt.len() - 6;
    spoilt[end] ^= 0xff;
    refused(
        "a.ndjson.gz",
        &spoilt,
        "a.ndjson.gz: fichier gzip abîmé
   aide : copiez-le ou exportez-le de nouveau",
    );
    // 18 MB of blank lines in 20 kB: stopped after 16 MB.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let mut mega = vec![b' '; 1 << 20];
    mega.push(b'\n');
    encoder.write_all(&mega).unwrap();
    let bomb = encoder.finish().unwrap().repeat(18);
    let message = refusal(&[("a.ndjson.gz", &bomb)]);
    assert!(
        message.starts_with(
            "a.ndjson.gz: contenu plus de 200 fois plus long que le fichier\n   aide : "
        ),
        "{message}"
    );
}

#[test]
fn a_resource_without_end() {
    let long = vec![b'x'; 66 << 20];
    let head: &[u8] = br#"{"resourceType":"Patient","id":""#;
    let message = refusal(&[("a.ndjson", &[head, &long].concat())]);
    assert!(message.starts_with("a.ndjson:1: ressource de plus de 64 Mo\n   aide : "), "{message}");
}

#[test]
fn days_that_do_not_exist() {
    for (resource, path, value) in [
        (
            r#"{"resourceType":"Patient","id":"1","birthDate":"2024-02-31"}"#,
            "birthDate",
            "2024-02-31",
        ),
        (
            r#"{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"4548-4"}]},"subject":{"identifier":{"system":"urn:jalon:patient","value":"1"}},"effectiveDateTime":"2023-02-29T10:00:00Z"}"#,
            "effectiveDateTime",
            "2023-02-29T10:00:00Z",
        ),
    ] {
        let words = format!(
            "{path} « {value} » : cette date n'existe pas
   aide : corrigez le jour, le mois ou l'heure"
        );
        refused("a.ndjson", resource.as_bytes(), &format!("a.ndjson:1: {words}"));
        let bundle =
            format!(r#"{{"resourceType":"Bundle","entry":[{{}},{{"resource":{resource}}}]}}"#);
        refused("a.json", bundle.as_bytes(), &format!("a.json entry[1]: {words}"));
    }
}

#[test]
fn no_resource_type() {
    let words = "`resourceType` absent
   aide : est-ce bien une ressource FHIR ? retirez du dossier les autres fichiers JSON";
    refused("a.ndjson", br#"{"id":"1"}"#, &format!("a.ndjson:1: {words}"));
    refused("manifest.json", br#"{"output":[]}"#, &format!("manifest.json: {words}"));
    refused(
        "a.json",
        br#"{"resourceType":"Bundle","entry":[{"resource":{"id":"1"}}]}"#,
        &format!("a.json entry[0]: resource : {words}"),
    );
}

#[test]
fn a_history_is_refused() {
    refused(
        "a.json",
        br#"{"resourceType":"Bundle","type":"history","entry":[]}"#,
        "a.json: Bundle de type `history`
   aide : un historique contient des versions périmées : exportez l'état courant",
    );
}

#[test]
fn two_people_under_one_id() {
    let other = PATIENT.replace(
        r#""gender""#,
        r#""identifier":[{"system":"urn:jalon:patient","value":"x"}],"gender""#,
    );
    refused(
        "a.ndjson",
        format!("{PATIENT}\n{other}").as_bytes(),
        "a.ndjson:2: deux identités sous un même identifiant de ressource
   aide : des exports de deux logiciels sont mêlés : importez chacun à part, ou corrigez l'identifiant",
    );
}

#[test]
fn every_fault_is_counted_and_a_hundred_told() {
    let lines = "{}\n".repeat(250);
    let message = refusal(&[("b.ndjson", lines.as_bytes()), ("a.ndjson", b"{\n")]);
    let told: Vec<_> = message.lines().filter(|line| !line.starts_with("   aide")).collect();
    assert_eq!(told.len(), 101);
    assert!(told[0].starts_with("a.ndjson:1: JSON coupé"));
    assert!(told[99].starts_with("b.ndjson:99: "));
    assert_eq!(told[100], "251 fautes dans la source, dont voici les 100 premières");
}

#[test]
fn no_identifier_is_ever_told() {
    let secret = "269054958815780";
    for text in [
        format!(r#"{{"resourceType":"Patient","id":{secret}}}"#),
        format!(r#"{{"resourceType":"Patient","id":"1","identifier":"{secret}"}}"#),
        format!(r#"{{"resourceType":"Patient","id":"1","birthDate":"{secret}"}}"#),
        format!(r#"{{"resourceType":"Patient","id":"1","birthDate":{secret}}}"#),
    ] {
        let message = refusal(&[("a.ndjson", text.as_bytes())]);
        assert!(!message.contains(&secret[..9]), "{message}");
    }
}

#[test]
fn a_wrong_key_is_told_without_the_number() {
    let text = r#"{"resourceType":"Patient","id":"1","gender":"female","birthDate":"1950-01-01","identifier":[{"system":"urn:oid:1.2.250.1.213.1.4.8","value":"269054958815781"}]}"#;
    let imported = import(&[("a.ndjson", text)]);
    assert_eq!(
        imported.report.remarques,
        ["1 patients dont le matricule INS n'a pas la bonne clé : gardé tel quel"]
    );
    assert_eq!(imported.rows("patients"), ["269054958815781 1950-01-01 F - - -"]);
}

#[test]
fn a_million_entries_are_read_one_by_one() {
    // One in a hundred is a patient: the others cost their reading alone.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json.gz");
    let mut file = GzEncoder::new(std::fs::File::create(&path).unwrap(), Compression::fast());
    file.write_all(br#"{"entry":[{}"#).unwrap();
    for number in 1..1_000_000 {
        if number % 100 == 0 {
            write!(
                file,
                r#",{{"resource":{{"resourceType":"Patient","id":"p{number}","gender":"male","birthDate":"1980-01-01"}}}}"#
            )
            .unwrap();
        } else {
            file.write_all(b",{}").unwrap();
        }
    }
    file.write_all(br#"],"resourceType":"Bundle"}"#).unwrap();
    file.finish().unwrap();
    let report =
        import_path(&path, &folder.path().join("b"), &NoLookup, FhirOptions::default()).unwrap();
    assert_eq!(report.ecrits["patients"], 9_999);
    assert_eq!(report.ecartes["entrée de Bundle sans ressource"].nombre, 990_001);
}

#[test]
fn nothing_is_written_by_a_wrong_source() {
    let wrong = format!("{PATIENT}\n{{}}\n");
    let outcome = import_with(&[("a.ndjson", wrong.as_bytes())], &NoLookup, FhirOptions::default());
    assert!(outcome.is_err());
}

/// One of each resource, with what it may hold.
const SAMPLE: &str = r##"{"resourceType":"Patient","id":"1","gender":"female","birthDate":"1950-01-01","identifier":[{"system":"urn:oid:1.2.250.1.213.1.4.8","value":"269054958815780"}],"generalPractitioner":[{"reference":"Practitioner/d"}]}
{"resourceType":"Practitioner","id":"d","identifier":[{"system":"https://rpps.esante.gouv.fr","value":"10000000001"}]}
{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/1"},"code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"E11.9"}]},"encounter":{"reference":"Encounter/s"}}
{"resourceType":"Encounter","id":"s","class":{"code":"IMP"},"status":"finished","subject":{"reference":"Patient/1"},"period":{"start":"2024-01-01T22:30:00Z"},"contained":[{"resourceType":"Condition","id":"x"}],"diagnosis":[{"condition":{"reference":"#x"},"rank":1}]}
{"resourceType":"Observation","status":"final","subject":{"reference":"Patient/1"},"effectiveDateTime":"2024-05","code":{"coding":[{"system":"http://loinc.org","code":"4548-4"}]},"valueQuantity":{"value":7.2e0,"unit":"%"}}
{"resourceType":"Procedure","status":"completed","subject":{"reference":"Patient/1"},"performedDateTime":"2024-05-01","code":{"coding":[{"system":"urn:jalon:ccam","code":"JKHD001"}]}}
{"resourceType":"MedicationDispense","status":"completed","subject":{"reference":"Patient/1"},"whenHandedOver":"2024-05-01","quantity":{"value":1},"medicationCodeableConcept":{"coding":[{"system":"http://www.whocc.no/atc","code":"A10BA02"}]}}
"##;

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is done to a source, it gives rows or faults.
    #[test]
    fn spoilt_bytes_are_rows_or_faults(
        bundle in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_usize), 1..6),
    ) {
        let text = if bundle {
            let entries: Vec<_> =
                SAMPLE.lines().map(|line| format!(r#"{{"resource":{line}}}"#)).collect();
            format!(r#"{{"resourceType":"Bundle","entry":[{}]}}"#, entries.join(","))
        } else {
            SAMPLE.to_owned()
        };
        let mut bytes = text.into_bytes();
        for (at, byte, removed) in changes {
            let at = at.index(bytes.len());
            let end = (at + removed).min(bytes.len());
            bytes.splice(at..end, [byte]);
        }
        let name = if bundle { "a.json" } else { "a.ndjson" };
        match import_with(&[(name, &bytes)], &NoLookup, FhirOptions::default()) {
            Ok(imported) => prop_assert!(imported.report.lus.len() < 20),
            Err(error) => prop_assert!(error.to_string().starts_with(name)),
        }
    }
}
