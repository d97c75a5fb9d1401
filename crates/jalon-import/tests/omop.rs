//! OMOP tables in, canonical rows out: what is taken, what is left.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use arrow::util::display::{ArrayFormatter, FormatOptions};
use jalon_data::{Dossier, Source, day};
use jalon_import::drugs::{Drug, DrugLookup, NoLookup};
use jalon_import::facts::Day;
use jalon_import::omop::{OmopImporter, OmopOptions};
use jalon_import::{Draft, ImportError, Importer, Report};
use tempfile::TempDir;

/// One presentation, one hospital unit.
struct Two;

impl DrugLookup for Two {
    fn by_cip13(&self, code: &str) -> Option<Drug> {
        (code == "3400949497294").then(|| Drug {
            atc: Some("L02BG03".to_owned()),
            repertoire: Some(true),
            large_pack: Some(false),
            days_per_box: None,
        })
    }

    fn by_cis(&self, _: &str) -> Option<Drug> {
        None
    }

    fn by_ucd(&self, code: &str) -> Option<Drug> {
        let atc = Some("B02BD02".to_owned());
        (code == "9231824").then(|| Drug { atc, ..Drug::default() })
    }

    fn hash(&self) -> String {
        "deux".to_owned()
    }
}

const PERSON: &str = "\
person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth,birth_datetime,provider_id,gender_source_value
1,8532,1950,3,12,,10,F
2,8507,1961,,,,10,M
3,0,1970,5,,1970-05-09 00:00:00,,2
4,8521,1980,1,1,,10,X
";

const PROVIDER: &str = "\
provider_id,provider_name,specialty_concept_id,specialty_source_value
10,Dr A,38004446,GENERAL PRACTICE
11,,0,3
12,,0,ONCOLOGIE
";

const PERIODS: &str = "\
observation_period_id,person_id,observation_period_start_date,observation_period_end_date
1,1,2020-01-01,2022-12-31
2,1,2023-01-01,2024-12-31
3,2,2021-06-01,2023-05-31
4,2,2024-02-01,2024-12-31
";

/// A source: tables in a folder.
#[cfg(test)]
fn folder(tables: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in tables {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// Reads a source; its rows by table, as texts, and the report.
#[cfg(test)]
fn read(
    source: &Path,
    drugs: &dyn DrugLookup,
    options: OmopOptions,
) -> Result<(BTreeMap<&'static str, Vec<String>>, Report), ImportError> {
    let to = tempfile::tempdir().unwrap();
    let mut draft = Draft::new(to.path());
    let mut importer = OmopImporter::new(source.to_path_buf(), drugs, options);
    assert_eq!(importer.kind(), "omop");
    importer.read(&mut draft, &|progress| assert!(progress.done <= progress.total))?;
    let (report, _) = draft.finish()?;
    let dossier = Dossier::open_part(to.path()).unwrap();
    let mut tables = BTreeMap::new();
    for table in jalon_data::TABLES {
        let Source::Memory(batches) = dossier.source(table.name) else { continue };
        let mut rows = Vec::new();
        for batch in batches {
            let format = FormatOptions::default();
            let columns = batch.columns().iter();
            let columns: Vec<_> =
                columns.map(|column| ArrayFormatter::try_new(column, &format).unwrap()).collect();
            for row in 0..batch.num_rows() {
                let cells = columns.iter().map(|column| column.value(row).to_string());
                rows.push(cells.collect::<Vec<_>>().join(","));
            }
        }
        if !rows.is_empty() {
            tables.insert(table.name, rows);
        }
    }
    Ok((tables, report))
}

#[cfg(test)]
fn taken(tables: &[(&str, &str)]) -> (BTreeMap<&'static str, Vec<String>>, Report) {
    read(folder(tables).path(), &Two, OmopOptions::default()).unwrap()
}

/// The message of a source that is refused.
#[cfg(test)]
fn refused(tables: &[(&str, &str)]) -> String {
    let message = read(folder(tables).path(), &Two, OmopOptions::default()).unwrap_err();
    let message = message.to_string();
    assert!(!message.contains("SECRET"), "{message}");
    message
}

fn left(report: &Report) -> BTreeMap<&str, u64> {
    report.ecartes.iter().map(|(reason, left)| (reason.as_str(), left.nombre)).collect()
}

#[test]
fn people_and_their_doctor() {
    let (tables, report) = taken(&[
        ("PERSON.csv", PERSON),
        ("provider.csv", PROVIDER),
        ("observation_period.csv", PERIODS),
        ("death.csv", "person_id,death_date\n2,2024-12-31\n"),
    ]);
    assert_eq!(
        tables["patients"],
        ["1,1950-03-12,F,,,", "2,1961-01-01,M,2024-12-31,,", "3,1970-05-09,F,,,"]
    );
    assert_eq!(tables["medecins"], ["10,Dr A,01,,,,,", "11,,03,,,,,", "12,,99,,,,,"]);
    // Periods that touch are one; the end is the first day out.
    assert_eq!(
        tables["rattachements"],
        ["1,10,2020-01-01,2025-01-01", "2,10,2021-06-01,2023-06-01", "2,10,2024-02-01,2025-01-01"]
    );
    assert_eq!(
        left(&report),
        [
            ("person : ni femme ni homme selon la source", 1),
            ("person : sans médecin (provider_id vide), donc sans rattachement", 1),
        ]
        .into()
    );
    assert_eq!(report.lus["person"], 4);
}

#[test]
fn attached_since_a_day() {
    let source = folder(&[("person.csv", PERSON), ("provider.csv", PROVIDER)]);
    let since = Day(day::parse("1955-01-01").unwrap());
    let options = OmopOptions { attached_since: Some(since) };
    let (tables, _) = read(source.path(), &NoLookup, options).unwrap();
    // Nobody is attached before birth.
    assert_eq!(tables["rattachements"], ["1,10,1955-01-01,", "2,10,1961-01-01,"]);
    let importer = OmopImporter::new(source.path().to_path_buf(), &Two, options);
    assert_eq!(importer.settings(), "rattachement-depuis=1955-01-01;nomenclature=deux");
}

#[test]
fn drugs_by_french_codes() {
    let exposures = "\
drug_exposure_id,person_id,drug_exposure_start_date,drug_type_concept_id,quantity,days_supply,provider_id,drug_source_value,drug_source_concept_id
1,1,2024-02-29,32869,2,56,10,3400949497294,0
2,1,2024-03-01,32869,-1,,10,3400949497294,0
3,1,2024-03-02,32869,,,,A10BA02,0
4,1,2024-03-03,32869,1.0,,,4949729,44
5,1,2024-03-04,32869,3,,,9231824,45
6,1,2024-03-05,32869,1,,,3400921604177,0
7,1,2024-03-06,38000177,1,,,3400949497294,0
8,1,2024-03-07,32869,1,,,308182,0
9,1,2024-03-08,32869,1,,,x,42
10,1,2024-03-09,32869,1,,,x,43
11,1,2024-03-10,32869,1,,,9999999,46
13,1,2024-03-12,32869,1,,,4949729,0
12,1,2024-03-11,32869,1,,,,0
";
    let concepts = "\
concept_id,concept_name,vocabulary_id,concept_code
42,Metformine,ATC,A10BA02
43,Metformin,RxNorm,6809
44,,BDPM,4949729
45,,UCD,9231824
46,,UCD,9999999
";
    let (tables, report) = taken(&[
        ("person.csv", PERSON),
        ("drug_exposure.csv", exposures),
        ("concept.csv", concepts),
    ]);
    assert_eq!(
        tables["delivrances"],
        [
            "1,2024-02-29,3400949497294,L02BG03,2,56,false,true,10",
            "1,2024-03-01,3400949497294,L02BG03,-1,,false,true,10",
            "1,2024-03-02,,A10BA02,1,,,,",
            "1,2024-03-03,3400949497294,L02BG03,1,,false,true,",
            "1,2024-03-04,,B02BD02,3,,,,",
            "1,2024-03-05,3400921604177,,1,,,,",
            "1,2024-03-08,,A10BA02,1,,,,",
        ]
    );
    let left = left(&report);
    assert_eq!(left["drug_exposure : prescription, et non délivrance"], 1);
    assert_eq!(left["drug_exposure : RxNorm"], 1);
    assert_eq!(left["drug_exposure : vocabulaire inconnu"], 2);
    assert_eq!(left["drug_exposure : code français inconnu de la nomenclature"], 1);
    assert_eq!(left["drug_exposure : aucun code source"], 1);
    assert_eq!(report.ecartes["drug_exposure : RxNorm"].exemples, ["drug_exposure.csv:11"]);
}

#[test]
fn acts_and_stays() {
    let visits = "\
visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_end_date
7,1,9201,2024-05-02,2024-05-06
8,1,9202,2024-06-01,2024-06-01
9,1,262,2024-07-01,
";
    let conditions = "\
person_id,condition_start_date,condition_source_value,condition_status_concept_id,condition_status_source_value,visit_occurrence_id
1,2024-05-02,I21.0,32902,,7
1,2024-05-02,E11.9,0,DR,7
1,2024-07-01,J18,0,,9
1,2024-06-01,E11.9,0,,8
1,2024-06-01,44054006,0,,8
";
    let measurements = "\
person_id,measurement_date,measurement_source_value,value_as_number,value_source_value
1,2024-01-10,4548-4,7.1,7.1 %
1,2024-01-11,127,,2.5
1,2024-01-12,1577,,
1,2024-01-13,365981007,,
";
    let procedures = "\
person_id,procedure_date,procedure_source_value,quantity,provider_id
1,2024-01-10,AHQP001,,11
1,2024-01-10,BGQP002-1-0,2,
1,2024-01-10,386516004,1,
";
    let (tables, report) = taken(&[
        ("person.csv", PERSON),
        ("provider.csv", PROVIDER),
        ("visit_occurrence.csv", visits),
        ("condition_occurrence.csv", conditions),
        ("measurement.csv", measurements),
        ("procedure_occurrence.csv", procedures),
    ]);
    assert_eq!(
        tables["sejours"],
        [
            "1,2024-05-02,2024-05-06,I210,DP,",
            "1,2024-05-02,2024-05-06,E119,DR,",
            "1,2024-07-01,,J18,DAS,",
        ]
    );
    assert_eq!(
        tables["actes"],
        [
            "1,2024-01-10,loinc,4548-4,1,7.1,,,",
            "1,2024-01-11,nabm,0127,1,2.5,,,",
            "1,2024-01-12,nabm,1577,1,,,,",
            "1,2024-01-10,ccam,AHQP001,1,,11,03,",
            "1,2024-01-10,ccam,BGQP002,2,,,,",
        ]
    );
    let left = left(&report);
    assert_eq!(
        left["condition_occurrence : diagnostic hors d'un séjour hospitalier, qui n'est pas une ALD"],
        1
    );
    assert_eq!(left["condition_occurrence : vocabulaire inconnu"], 1);
    assert_eq!(left["measurement : vocabulaire inconnu"], 1);
    assert_eq!(left["procedure_occurrence : vocabulaire inconnu"], 1);
    assert_eq!(left["visit_occurrence : pas une hospitalisation"], 1);
    assert!(report.remarques.iter().any(|remark| remark.contains("pris pour la NABM")));
}

#[test]
fn tabs_capitals_and_bare_dates() {
    let person = "PERSON_ID\tGender_Concept_Id\tYEAR_OF_BIRTH\n1\t8532\t1950\n";
    let acts = "MEASUREMENT_DATE\tperson_id\tMEASUREMENT_SOURCE_VALUE\tVALUE_SOURCE_VALUE\n\
                20240229\t1\t1577\t\"haut\n2024-03-01T08:00:00\t1\t1577\tNULL\n";
    let (tables, _) = taken(&[("Person.TSV", person), ("MEASUREMENT.txt", acts)]);
    assert_eq!(tables["patients"], ["1,1950-01-01,F,,,"]);
    assert_eq!(
        tables["actes"],
        ["1,2024-02-29,nabm,1577,1,\"haut,,,", "1,2024-03-01,nabm,1577,1,,,,"]
    );
}

/// The public sample, wherever the repository lies; nothing where it is absent.
fn sample() -> Option<PathBuf> {
    let place = "shared/reference-data/omop/Synthea27Nj_5.4.zip";
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = root.ancestors().map(|folder| folder.join(place)).find(|path| path.is_file());
    let found =
        found.or_else(|| Some(Path::new("/work").join(place)).filter(|path| path.is_file()));
    if found.is_none() {
        println!("échantillon OMOP absent : rien n'est contrôlé ici");
    }
    found
}

#[test]
fn the_public_sample() {
    let Some(sample) = sample() else { return };
    let (tables, report) = read(&sample, &NoLookup, OmopOptions::default()).unwrap();
    assert_eq!(tables["patients"].len(), 28);
    assert_eq!(tables["patients"][0], "1,1998-04-09,M,,,");
    let dead = tables["patients"].iter().filter(|row| !row.ends_with(",,,")).count();
    assert_eq!((dead, tables["medecins"].len()), (3, 67));
    assert!(tables["medecins"].iter().all(|row| row.contains(",01,")));
    assert_eq!(tables["actes"].len(), 9155);
    assert!(tables["actes"].iter().all(|row| row.contains(",loinc,")));
    assert_eq!(tables.keys().copied().collect::<Vec<_>>(), ["actes", "medecins", "patients"]);
    assert_eq!(
        left(&report),
        [
            ("condition_occurrence : SNOMED", 470),
            ("drug_exposure : RxNorm", 883),
            ("measurement : SNOMED", 885),
            ("person : sans médecin (provider_id vide), donc sans rattachement", 28),
            ("procedure_occurrence : SNOMED", 1649),
            ("visit_occurrence : pas une hospitalisation", 1778),
        ]
        .into()
    );
    // Everything read is either written or told.
    let events = ["drug_exposure", "measurement", "procedure_occurrence", "condition_occurrence"];
    assert_eq!(events.map(|table| report.lus[table]), [883, 10_040, 1649, 470]);

    // The same tables in a folder say the same.
    let folder = tempfile::tempdir().unwrap();
    let archive = fs::File::open(&sample).unwrap();
    zip::ZipArchive::new(archive).unwrap().extract(folder.path()).unwrap();
    let (again, same) = read(folder.path(), &NoLookup, OmopOptions::default()).unwrap();
    assert_eq!(again, tables);
    assert_eq!((same.lus, same.remarques), (report.lus, report.remarques));
    let files = OmopImporter::new(sample.clone(), &NoLookup, OmopOptions::default()).files();
    assert_eq!(files.unwrap(), [sample]);
}

// Bad inputs, one test each.

#[test]
fn binary_file() {
    let message =
        refused(&[("person.csv", PERSON), ("death.csv", "person_id,death_date\n1,\0\u{1}")]);
    assert!(message.contains("death.csv:2: octet nul"), "{message}");
    assert!(message.contains("aide : "), "{message}");
}

#[test]
fn cut_in_the_middle_of_a_line() {
    let cut = &PERSON[..PERSON.len() - 12];
    let message = refused(&[("person.csv", cut)]);
    assert!(message.contains("person.csv:5: ") && message.contains("fichier coupé ?"), "{message}");
}

#[test]
fn wrong_number_of_columns() {
    let death = "person_id,death_date\nSECRET1,2024-01-01,x\nSECRET2,2024-01-02\n";
    let message = refused(&[("person.csv", PERSON), ("death.csv", death)]);
    assert!(message.contains("death.csv:2: 3 cellules au lieu de 2"), "{message}");
}

#[test]
fn utf16() {
    let folder = folder(&[]);
    fs::write(folder.path().join("person.csv"), b"\xff\xfep\0e\0").unwrap();
    let message = read(folder.path(), &Two, OmopOptions::default()).unwrap_err().to_string();
    assert!(message.contains("person.csv: fichier en UTF-16"), "{message}");
}

#[test]
fn day_that_does_not_exist() {
    let death = "person_id,death_date\nSECRET1,2024-02-31\nSECRET1,31/02/2024\nSECRET2,20240231\n";
    let message = refused(&[("person.csv", PERSON), ("death.csv", death)]);
    for part in [
        "death.csv:2: death_date « 2024-02-31 » : cette date n'existe pas",
        "death.csv:3: death_date « 31/02/2024 » : date mal écrite",
        "death.csv:4: death_date « 20240231 » : cette date n'existe pas",
        "aide : comme 2024-12-31 ou 20241231",
        "3 fautes",
    ] {
        assert!(message.contains(part), "{part} dans {message}");
    }
}

#[test]
fn number_badly_written() {
    let text = PERSON.replace("1950,3,12", "1950,mars,12");
    let message = refused(&[("person.csv", &text)]);
    assert!(
        message.contains("person.csv:2: month_of_birth « mars » : nombre mal écrit"),
        "{message}"
    );
}

#[test]
fn same_person_twice() {
    let text = format!("{PERSON}1,8532,1950,3,12,,10,F\n");
    let message = refused(&[("person.csv", &text)]);
    assert!(message.contains("person.csv:6: person_id : identifiant en double"), "{message}");
}

#[test]
fn missing_column() {
    let message = refused(&[("person.csv", "person_id,gender_concept_id\n1,8507\n")]);
    assert!(message.contains("person.csv:1: year_of_birth : colonne absente"), "{message}");
}

#[test]
fn period_backwards() {
    let periods = "person_id,observation_period_start_date,observation_period_end_date\n\
                   SECRET1,2024-01-02,2024-01-01\n";
    let message = refused(&[("person.csv", PERSON), ("observation_period.csv", periods)]);
    assert!(message.contains("observation_period.csv:2: "), "{message}");
    assert!(message.contains("finit avant de commencer"), "{message}");
}

#[test]
fn no_table_person() {
    let message = refused(&[("death.csv", "person_id,death_date\n")]);
    assert!(message.contains("aucune table person") && message.contains("aide : "), "{message}");
}

#[test]
fn one_table_in_two_files() {
    let message = refused(&[("person.csv", PERSON), ("PERSON.tsv", PERSON)]);
    assert!(message.contains("dans plusieurs fichiers"), "{message}");
}

#[test]
fn neither_folder_nor_archive() {
    let folder = folder(&[("omop.zip", "PK\u{3}\u{4} coupé")]);
    for name in ["omop.zip", "absent"] {
        let path = folder.path().join(name);
        let message = read(&path, &Two, OmopOptions::default()).unwrap_err().to_string();
        assert!(message.contains(name), "{message}");
    }
}

#[test]
fn archive_with_a_spoilt_table() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("omop.zip");
    let mut archive = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("person.csv", options).unwrap();
    archive.write_all(PERSON.repeat(50).as_bytes()).unwrap();
    archive.finish().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    // Past the entry's header, into what is compressed.
    for byte in &mut bytes[60..90] {
        *byte ^= 0x5a;
    }
    fs::write(&path, bytes).unwrap();
    let message = read(&path, &Two, OmopOptions::default()).unwrap_err().to_string();
    assert!(message.contains("person.csv"), "{message}");
}
