//! Dossiers in Parquet.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, BooleanArray, Date32Array, DictionaryArray, Int8Array, Int32Array,
    Int64Array, LargeStringArray, NullArray, RecordBatch, StringArray, UInt64Array,
};
use arrow::datatypes::{DataType, Int32Type};
use jalon_data::dossier::MOST_EVENTS_READ;
use jalon_data::{Dossier, Source};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use crate::support::{Files, batches};

fn put(path: &Path, columns: Vec<(&str, ArrayRef)>, statistics: EnabledStatistics) {
    let columns = columns.into_iter().map(|(name, values)| (name, values, true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let properties = WriterProperties::builder()
        .set_statistics_enabled(statistics)
        .set_max_row_group_row_count(Some(100_000))
        .build();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// The good dossier, this table in Parquet instead.
fn with(table: &str, columns: Vec<(&str, ArrayRef)>) -> Files {
    let files = Files::good();
    files.remove(&format!("{table}.csv"));
    put(&files.file(&format!("{table}.parquet")), columns, EnabledStatistics::Page);
    files
}

fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

#[test]
fn the_same_faults_as_in_csv() {
    let ids = ["SECRET-P1", "SECRET-P2", "SECRET-P3", "SECRET-P1"].map(Some);
    let files = with(
        "patients",
        vec![
            ("patient", texts(&ids)),
            ("naissance", Arc::new(Date32Array::from(vec![Some(0), None, Some(-80_000), Some(0)]))),
            ("sexe", texts(&[Some("F"), Some("H"), Some(""), Some("F")])),
            ("c2s", Arc::new(Int8Array::from(vec![0, 1, 2, 0]))),
            ("deces", Arc::new(Date32Array::from(vec![Some(-1), None, None, None]))),
        ],
    );
    files.put("ald.csv", "patient,numero,debut\n");
    files.put("rattachements.csv", "patient,medecin,debut\n");
    assert_eq!(
        files.told(),
        [
            "patients.parquet:1: deces « 1969-12-31 » : décès avant la naissance (1970-01-01)",
            "patients.parquet:2: naissance : cellule vide",
            "patients.parquet:2: sexe « H » : valeur inconnue dans cette colonne",
            "patients.parquet:3: naissance « 1750-12-20 » : année hors de 1850 à 2100",
            "patients.parquet:3: sexe : cellule vide",
            "patients.parquet:3: c2s « 2 » : ni oui ni non",
            "patients.parquet:4: patient : patient déjà déclaré à la ligne 1",
        ]
    );
}

#[test]
fn columns_of_wrong_types() {
    let files = with(
        "actes",
        vec![
            ("patient", texts(&[Some("SECRET-P1")])),
            ("date", texts(&[Some("2024-02-03")])),
            ("systeme", Arc::new(Int32Array::from(vec![1]))),
            ("code", Arc::new(Int32Array::from(vec![592]))),
            ("quantites", Arc::new(BooleanArray::from(vec![true]))),
        ],
    );
    assert_eq!(
        files.faults().to_string(),
        "actes.parquet: quantites : colonne inconnue\n   aide : `quantite` ?\n\
         actes.parquet: date : type Utf8 inattendu pour cette colonne\n   \
            aide : écrivez la colonne en date (DATE), ni en texte ni avec une heure\n\
         actes.parquet: systeme : type Int32 inattendu pour cette colonne\n   \
            aide : écrivez la colonne en texte (STRING)\n\
         actes.parquet: code : type Int32 inattendu pour cette colonne\n   \
            aide : écrivez les codes en texte (STRING) : en nombre, l'acte 0592 perdrait son zéro\n\
         actes.parquet: quantite : colonne absente\n   \
            aide : colonnes attendues : patient, date, systeme, code, quantite, valeur?, executant?, \
         specialite?, prescripteur?\n\
         5 fautes dans le dossier"
    );
}

#[test]
fn types_that_are_as_good() {
    let reference = Files::with(
        "delivrances.csv",
        "patient,date,cip13,atc,boites,jours,repertoire\n\
         SECRET-P1,2024-01-02,3400930000000,A10BA02,1,30,1\nSECRET-P2,2024-01-03,,,-2,,0\n",
    );
    let reference = batches(&reference.open(), "delivrances").to_vec();
    let files = with(
        "delivrances",
        vec![
            ("repertoire", Arc::new(Int8Array::from(vec![1, 0]))),
            ("jours", Arc::new(UInt64Array::from(vec![Some(30), None]))),
            ("boites", Arc::new(Int32Array::from(vec![1, -2]))),
            ("atc", Arc::new(DictionaryArray::<Int32Type>::from_iter([Some("A10BA02"), None]))),
            ("cip13", Arc::new(Int64Array::from(vec![Some(3_400_930_000_000), None]))),
            ("date", Arc::new(Date32Array::from(vec![19_724, 19_725]))),
            ("patient", Arc::new(LargeStringArray::from(vec!["SECRET-P1", "SECRET-P2"]))),
            ("prescripteur", Arc::new(NullArray::new(2))),
        ],
    );
    let dossier = files.open();
    assert_eq!(batches(&dossier, "delivrances"), reference);
    assert!(dossier.has_reversals("delivrances"));
}

#[test]
fn numbers_beyond_integers() {
    let files = with(
        "ald",
        vec![
            ("patient", texts(&[Some("SECRET-P1")])),
            ("numero", Arc::new(UInt64Array::from(vec![u64::MAX]))),
            ("debut", Arc::new(Date32Array::from(vec![0]))),
        ],
    );
    assert_eq!(files.told(), ["ald.parquet:1: numero : ce n'est pas un nombre entier"]);
}

#[test]
fn empty_and_broken_files() {
    let files = Files::good();
    files.remove("ald.csv");
    files.put("ald.parquet", "");
    assert_eq!(files.told(), ["ald.parquet: fichier vide"]);
    files.put("ald.parquet", "patient,numero,debut\n");
    assert!(files.told()[0].starts_with("ald.parquet: fichier Parquet illisible"));
    // Cut, or spoilt anywhere: a fault or a table, never a panic.
    let whole = Files::good().in_parquet();
    let bytes = fs::read(whole.file("delivrances.parquet")).unwrap();
    let files = Files::good();
    files.remove("delivrances.csv");
    for end in (0..bytes.len()).step_by(7) {
        files.put("delivrances.parquet", &bytes[..end]);
        assert_eq!(files.faults().total(), 1);
    }
    for position in (0..bytes.len()).step_by(13) {
        for flip in [0x01, 0x80, 0xff] {
            let mut spoilt = bytes.clone();
            spoilt[position] ^= flip;
            files.put("delivrances.parquet", &spoilt);
            let _ = Dossier::open(files.path());
        }
    }
}

/// More deliveries than are read; `spoil` changes the columns.
fn many(rows: u64, spoil: impl FnOnce(&mut Vec<(&'static str, ArrayRef)>)) -> Files {
    many_with(rows, EnabledStatistics::Page, spoil)
}

fn many_with(
    rows: u64,
    statistics: EnabledStatistics,
    spoil: impl FnOnce(&mut Vec<(&'static str, ArrayRef)>),
) -> Files {
    let rows = usize::try_from(rows).unwrap();
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("patient", Arc::new(StringArray::from_iter_values((0..rows).map(|_| "SECRET-P1")))),
        ("date", Arc::new(Date32Array::from_iter_values((0..rows).map(|_| 19_724)))),
        ("atc", Arc::new(StringArray::from_iter_values((0..rows).map(|_| "A10BA02")))),
        ("boites", Arc::new(Int32Array::from_iter_values((0..rows).map(|_| 1)))),
        ("jours", Arc::new((0..rows).map(|row| (row > 0).then_some(30)).collect::<Int32Array>())),
    ];
    spoil(&mut columns);
    let files = Files::good();
    files.remove("delivrances.csv");
    put(&files.file("delivrances/1.parquet"), columns, statistics);
    files
}

fn replace(columns: &mut [(&'static str, ArrayRef)], name: &str, values: ArrayRef) {
    columns.iter_mut().find(|column| column.0 == name).unwrap().1 = values;
}

#[test]
fn a_large_table_stays_where_it_is() {
    let dossier = many(MOST_EVENTS_READ, |_| ()).open();
    assert!(matches!(dossier.source("delivrances"), Source::Memory(_)));
    assert!(!dossier.needs_membership_check("delivrances"));

    let files = many(MOST_EVENTS_READ + 1, |_| ());
    let dossier = files.open();
    let Source::Parquet { files: paths, schema } = dossier.source("delivrances") else {
        panic!("read")
    };
    assert_eq!(paths, &[files.file("delivrances/1.parquet")]);
    assert_eq!(schema.field_with_name("boites").unwrap().data_type(), &DataType::Int32);
    assert_eq!(dossier.rows("delivrances"), MOST_EVENTS_READ + 1);
    assert!(!dossier.has_reversals("delivrances"));
    assert!(dossier.needs_membership_check("delivrances"));
    assert!(!dossier.needs_membership_check("actes"));
}

#[test]
fn faults_of_a_large_table() {
    let rows = usize::try_from(MOST_EVENTS_READ).unwrap() + 1;
    for statistics in [EnabledStatistics::Chunk, EnabledStatistics::None] {
        let files = many_with(MOST_EVENTS_READ + 1, statistics, |columns| {
            let dates = (0..rows).map(|row| (row != 150_000).then_some(19_724));
            replace(columns, "date", Arc::new(dates.collect::<Date32Array>()));
            let days = (0..rows).map(|row| if row == 199_999 { 0 } else { 30 });
            replace(columns, "jours", Arc::new(Int32Array::from_iter_values(days)));
            let boxes = (0..rows).map(|row| if row == 5 { -1 } else { 1 });
            replace(columns, "boites", Arc::new(Int32Array::from_iter_values(boxes)));
        });
        assert_eq!(
            files.told(),
            [
                "delivrances/1.parquet:150001: date : cellule vide",
                "delivrances/1.parquet:200000: jours « 0 » : au moins 1 attendu",
            ]
        );
    }
}

#[test]
fn reversals_of_a_large_table() {
    let rows = usize::try_from(MOST_EVENTS_READ).unwrap() + 1;
    let files = many(MOST_EVENTS_READ + 1, |columns| {
        let boxes = (0..rows).map(|row| if row == 5 { -1 } else { 1 });
        replace(columns, "boites", Arc::new(Int32Array::from_iter_values(boxes)));
    });
    assert!(files.open().has_reversals("delivrances"));
    // Not known, hence possible.
    let files = many_with(MOST_EVENTS_READ + 1, EnabledStatistics::None, |_| ());
    assert!(files.open().has_reversals("delivrances"));
}

#[test]
fn empty_texts_of_a_large_table() {
    let rows = usize::try_from(MOST_EVENTS_READ).unwrap() + 1;
    let files = many(MOST_EVENTS_READ + 1, |columns| {
        let codes = (0..rows).map(|row| if row == 7 { "" } else { "A10BA02" });
        replace(columns, "atc", Arc::new(StringArray::from_iter_values(codes)));
    });
    assert_eq!(files.told(), ["delivrances/1.parquet:8: atc : texte vide"]);
}

#[test]
fn files_of_a_large_table_agree() {
    let files = many(MOST_EVENTS_READ + 1, |_| ());
    put(
        &files.file("delivrances/2.parquet"),
        vec![
            ("patient", texts(&[Some("SECRET-P1")])),
            ("date", Arc::new(Date32Array::from(vec![19_724]))),
            ("atc", texts(&[None])),
            ("boites", Arc::new(Int64Array::from(vec![1]))),
        ],
        EnabledStatistics::Page,
    );
    assert_eq!(
        files.told(),
        [
            "delivrances/2.parquet: boites : colonne absente ou d'un autre type dans le premier fichier de la table",
            "delivrances/2.parquet: jours : colonne absente ou d'un autre type dans le premier fichier de la table",
        ]
    );
}

#[test]
fn identifiers_as_numbers() {
    let files = with(
        "patients",
        vec![
            ("patient", Arc::new(Int64Array::from(vec![7]))),
            ("naissance", Arc::new(Date32Array::from(vec![0]))),
            ("sexe", texts(&[Some("F")])),
        ],
    );
    for table in ["rattachements", "delivrances", "actes", "vaccinations", "ald", "sejours"] {
        let text = fs::read_to_string(files.file(&format!("{table}.csv"))).unwrap();
        files.put(&format!("{table}.csv"), text.lines().next().unwrap());
    }
    files.put("vaccinations.csv", "patient,date,code\n7,2024-01-01,J07BB\n");
    let dossier = files.open();
    let ids = batches(&dossier, "patients")[0].column_by_name("patient").unwrap();
    assert_eq!(ids.as_string_view().value(0), "7");
}
