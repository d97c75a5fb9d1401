//! The generator of invented people.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use jalon_data::PlaceError;
use jalon_data::generer::{GenerateError, Plan, Summary, generer};
use jalon_data::{Dossier, Format};

fn plan(seed: u64) -> Plan {
    Plan { patients: 200, medecins: 3, graine: seed, campagne: 2024 }
}

fn make(plan: &Plan, dir: &Path, format: Format) -> Summary {
    generer(plan, dir, format, &mut |_| {}).expect("generated")
}

/// Every file of a folder, by name.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(dir).expect("folder") {
        let path = entry.expect("entry").path();
        let name = path.file_name().expect("name").to_string_lossy().into_owned();
        files.insert(name, fs::read(&path).expect("file"));
    }
    files
}

/// The lines of a table, without its header.
fn lines(dir: &Path, table: &str) -> Vec<csv::StringRecord> {
    let path = dir.join(format!("{table}.csv"));
    let mut reader = csv::Reader::from_path(path).expect("table");
    reader.records().map(|record| record.expect("line")).collect()
}

/// Position of a column.
fn column(dir: &Path, table: &str, name: &str) -> usize {
    let path = dir.join(format!("{table}.csv"));
    let mut reader = csv::Reader::from_path(path).expect("table");
    let headers = reader.headers().expect("header").clone();
    headers.iter().position(|header| header == name).expect("column")
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let root = tempfile::tempdir().expect("folder");
    for format in [Format::Csv, Format::Parquet] {
        let [one, two, other] =
            ["a", "b", "c"].map(|name| root.path().join(format!("{format:?}-{name}")));
        make(&plan(1), &one, format);
        make(&plan(1), &two, format);
        make(&plan(2), &other, format);
        assert_eq!(files(&one), files(&two));
        assert_ne!(files(&one), files(&other));
    }
}

#[test]
fn a_patient_does_not_depend_on_the_others() {
    let root = tempfile::tempdir().expect("folder");
    let (few, many) = (root.path().join("few"), root.path().join("many"));
    make(&plan(1), &few, Format::Csv);
    // More than one batch, told by more than one thread.
    make(&Plan { patients: 4_200, ..plan(1) }, &many, Format::Csv);
    for table in ["patients", "rattachements", "delivrances", "actes", "ald", "sejours"] {
        let few = lines(&few, table);
        let many = lines(&many, table);
        assert_eq!(few[..], many[..few.len()], "{table}");
    }
}

#[test]
fn both_formats_hold_the_same() {
    let root = tempfile::tempdir().expect("folder");
    let (text, columns) = (root.path().join("text"), root.path().join("columns"));
    let summary = make(&plan(1), &text, Format::Csv);
    assert_eq!(summary, make(&plan(1), &columns, Format::Parquet));
    let opened = Dossier::open(&columns).expect("a sound dossier");
    for (table, rows) in &summary.rows {
        assert_eq!(lines(&text, table).len() as u64, *rows, "{table}");
        assert_eq!(opened.rows(table), *rows, "{table}");
    }
    assert!(summary.total() > 200 * 60, "{summary:?}");
}

#[test]
fn what_is_generated_is_a_sound_dossier() {
    let root = tempfile::tempdir().expect("folder");
    for campaign in [2012, 2017, 2024, 2026] {
        let dir = root.path().join(campaign.to_string());
        make(&Plan { campagne: campaign, ..plan(3) }, &dir, Format::Csv);
        let opened = Dossier::open(&dir);
        assert!(opened.is_ok(), "{}", opened.expect_err("faults"));
    }
}

#[test]
fn nothing_happens_before_birth_nor_after_death() {
    let root = tempfile::tempdir().expect("folder");
    let dir = root.path().join("d");
    make(&Plan { patients: 3_000, ..plan(4) }, &dir, Format::Csv);
    let death = column(&dir, "patients", "deces");
    let lives: BTreeMap<String, (String, String)> = lines(&dir, "patients")
        .iter()
        .map(|line| (line[0].to_owned(), (line[1].to_owned(), line[death].to_owned())))
        .collect();
    assert!(lives.values().any(|life| !life.1.is_empty()), "nobody dies");
    for (table, date) in [
        ("rattachements", "debut"),
        ("delivrances", "date"),
        ("actes", "date"),
        ("vaccinations", "date"),
        ("ald", "debut"),
        ("sejours", "entree"),
        ("sejours", "sortie"),
    ] {
        let date = column(&dir, table, date);
        for line in lines(&dir, table) {
            let (birth, death) = &lives[&line[0]];
            assert!(line[date] >= **birth, "{table}: {line:?} before {birth}");
            assert!(death.is_empty() || line[date] <= **death, "{table}: {line:?} after {death}");
        }
    }
}

#[test]
fn lines_follow_patients_then_dates() {
    let root = tempfile::tempdir().expect("folder");
    let dir = root.path().join("d");
    make(&plan(5), &dir, Format::Csv);
    for (table, date) in [("delivrances", "date"), ("actes", "date"), ("vaccinations", "date")] {
        let date = column(&dir, table, date);
        let keys: Vec<_> = lines(&dir, table)
            .iter()
            .map(|line| (line[0].to_owned(), line[date].to_owned()))
            .collect();
        assert!(keys.is_sorted(), "{table}");
    }
}

#[test]
fn reversals_are_exact() {
    let root = tempfile::tempdir().expect("folder");
    let dir = root.path().join("d");
    make(&Plan { patients: 1_000, ..plan(6) }, &dir, Format::Csv);
    let boxes = column(&dir, "delivrances", "boites");
    let lines = lines(&dir, "delivrances");
    let mut reversals = 0;
    for pair in lines.windows(2) {
        if !pair[1][boxes].starts_with('-') {
            continue;
        }
        reversals += 1;
        for (index, (before, after)) in pair[0].iter().zip(&pair[1]).enumerate() {
            let opposite = index == boxes && after.strip_prefix('-') == Some(before);
            assert!(before == after || opposite, "{pair:?}");
        }
    }
    let share = f64::from(reversals) / f64::from(u32::try_from(lines.len()).expect("few"));
    assert!((0.003..0.008).contains(&share), "{share}");
}

#[test]
fn an_occupied_folder_is_left_alone() {
    let root = tempfile::tempdir().expect("folder");
    let dir = root.path().join("d");
    fs::create_dir(&dir).expect("made");
    fs::write(dir.join("mine"), "kept").expect("written");
    let refused = generer(&plan(1), &dir, Format::Csv, &mut |_| {});
    assert!(matches!(refused, Err(GenerateError::Place(PlaceError::Occupied(_)))), "{refused:?}");
    assert_eq!(files(&dir), BTreeMap::from([("mine".to_owned(), b"kept".to_vec())]));
    // An empty one will do, and nothing else is left beside it.
    fs::remove_file(dir.join("mine")).expect("removed");
    let mut heard = Vec::new();
    generer(&plan(1), &dir, Format::Csv, &mut |done| heard.push(done)).expect("generated");
    assert_eq!(heard, [200]);
    assert_eq!(fs::read_dir(root.path()).expect("root").count(), 1);
}

#[test]
fn impossible_plans_are_refused() {
    let root = tempfile::tempdir().expect("folder");
    let dir = root.path().join("d");
    for plan in [
        Plan { patients: 0, ..plan(1) },
        Plan { medecins: 0, ..plan(1) },
        Plan { campagne: 1999, ..plan(1) },
    ] {
        let refused = generer(&plan, &dir, Format::Csv, &mut |_| {});
        assert!(matches!(refused, Err(GenerateError::Plan(_))), "{plan:?}");
    }
    assert_eq!(fs::read_dir(root.path()).expect("root").count(), 0);
}

/// Lung function is tested for children whose asthma is treated, and for few.
#[test]
fn some_asthmatic_children_are_tested() {
    let root = tempfile::tempdir().expect("folder");
    let dir = root.path().join("d");
    make(&Plan { patients: 8_000, ..plan(1) }, &dir, Format::Csv);
    let births: BTreeMap<String, i32> = lines(&dir, "patients")
        .iter()
        .map(|line| (line[0].to_owned(), line[1][..4].parse().expect("year")))
        .collect();
    let atc = column(&dir, "delivrances", "atc");
    let mut asthmatic: BTreeMap<String, usize> = BTreeMap::new();
    for line in lines(&dir, "delivrances") {
        let child = (2009..=2018).contains(&births[&line[0]]);
        if child && line[atc].starts_with("R03") && line[1].starts_with("2024") {
            *asthmatic.entry(line[0].to_owned()).or_default() += 1;
        }
    }
    asthmatic.retain(|_, deliveries| *deliveries >= 3);
    let code = column(&dir, "actes", "code");
    let tested: Vec<String> = lines(&dir, "actes")
        .iter()
        .filter(|line| line[code].starts_with("GLQP"))
        .map(|line| line[0].to_owned())
        .collect();
    assert!(!tested.is_empty() && tested.len() < asthmatic.len(), "{tested:?}");
    assert!(tested.iter().all(|patient| asthmatic.contains_key(patient)), "{tested:?}");
}
