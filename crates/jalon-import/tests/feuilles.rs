//! Sheets: what comes out of each format, and what never gets in.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

use jalon_import::sheet::{Format, Limits, Workbook, read};
use proptest::prelude::*;
use rust_xlsxwriter::{Format as Style, Workbook as Book};
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A file in a folder of its own.
fn file(name: &str, bytes: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn opened(name: &str, bytes: impl AsRef<[u8]>) -> Workbook {
    let (_folder, path) = file(name, bytes);
    read(&path, &Limits::USUAL).unwrap()
}

/// The message of a file that is refused.
fn refused(name: &str, bytes: impl AsRef<[u8]>) -> String {
    refused_within(name, bytes, &Limits::USUAL)
}

fn refused_within(name: &str, bytes: impl AsRef<[u8]>, limits: &Limits) -> String {
    let (_folder, path) = file(name, bytes);
    let message = read(&path, limits).unwrap_err().to_string();
    assert!(message.contains(name) && message.contains("aide : "), "{message}");
    message
}

/// Lines and cells of the only sheet.
fn rows(book: &Workbook) -> Vec<(u64, Vec<&str>)> {
    let [sheet] = book.sheets.as_slice() else { panic!("{} sheets", book.sheets.len()) };
    sheet
        .rows
        .iter()
        .map(|row| (row.line, row.cells.iter().map(String::as_str).collect()))
        .collect()
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A small workbook: texts, numbers, a percentage, a date, a hole.
fn xlsx() -> Vec<u8> {
    let mut book = Book::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Liste").unwrap();
    sheet.write(2, 0, "Nom").unwrap();
    sheet.write(2, 1, "NIR").unwrap();
    sheet.write(2, 3, "Vu le").unwrap();
    sheet.write(4, 0, " MARTIN ").unwrap();
    sheet.write(4, 1, 255_081_416_802_538_u64).unwrap();
    let share = Style::new().set_num_format("0.0 %");
    sheet.write_with_format(4, 2, 0.625, &share).unwrap();
    let day = Style::new().set_num_format("dd/mm/yyyy");
    sheet.write_with_format(4, 3, 45_657.0, &day).unwrap();
    sheet.write(4, 4, 45_657).unwrap();
    sheet.write(4, 5, true).unwrap();
    book.save_to_buffer().unwrap()
}

// What comes out.

#[test]
fn an_xlsx() {
    let book = opened("a.xlsx", xlsx());
    assert_eq!((book.format, book.sheets[0].name.as_str()), (Format::Xlsx, "Liste"));
    let expected = [
        (3, vec!["Nom", "NIR", "", "Vu le"]),
        (5, vec!["MARTIN", "255081416802538", "62.5 %", "2024-12-31", "45657", "oui"]),
    ];
    assert_eq!(rows(&book), expected);
    assert!(book.remarks.is_empty());
}

#[test]
fn csv_of_any_kind() {
    let expected = [(1, vec!["Prénom", "Ville"]), (3, vec!["Zoé", "Orléans, Loiret"])];
    for text in [
        "Prénom;Ville\n\nZoé;Orléans, Loiret\n",
        "\u{feff}Prénom;Ville\r\n\r\nZoé;\"Orléans, Loiret\"\r\n",
        "Prénom\tVille\n\nZoé\tOrléans, Loiret",
        "Prénom,Ville\n\nZoé,\"Orléans, Loiret\"\n",
    ] {
        assert_eq!(rows(&opened("a.csv", text)), expected, "{text:?}");
    }
    let latin = b"Pr\xe9nom;Ville\n\nZo\xe9;Orl\xe9ans, Loiret\n";
    assert_eq!(rows(&opened("a.csv", latin)), expected);
    let wide: Vec<u8> = "\u{feff}Prénom;Ville\n\nZoé;Orléans, Loiret\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(rows(&opened("a.csv", wide)), expected);
}

const CONTENT: &str = r#"<?xml version="1.0"?><office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet><table:table table:name="Liste">
<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
<table:table-row><table:table-cell office:value-type="string"><text:p>Nom &amp; co</text:p><office:annotation><text:p>note</text:p></office:annotation></table:table-cell><table:table-cell table:number-columns-repeated="2"/><table:table-cell office:value-type="percentage" office:value="0.625"><text:p>62,5 %</text:p></table:table-cell><table:table-cell office:value-type="date" office:date-value="2024-12-31T00:00:00"><text:p>31/12/24</text:p></table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="1048573"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"#;

#[test]
fn an_ods() {
    let book = opened("a.ods", zipped(&[("content.xml", CONTENT.as_bytes())]));
    assert_eq!(book.format, Format::Ods);
    assert_eq!(rows(&book), [(3, vec!["Nom & co", "", "", "62.5 %", "2024-12-31"])]);
}

/// Records of a binary workbook: a globals part, then one sheet.
fn records(sst: &[&str], cells: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let record = |kind: u16, data: &[u8]| {
        let length = u16::try_from(data.len()).unwrap();
        [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
    };
    let begin = |kind: u16| {
        let mut data = vec![0; 16];
        data[..2].copy_from_slice(&0x0600_u16.to_le_bytes());
        data[2..4].copy_from_slice(&kind.to_le_bytes());
        record(0x0809, &data)
    };
    let count = u32::try_from(sst.len()).unwrap().to_le_bytes();
    let mut strings = [count, count].concat();
    for text in sst {
        strings.extend(u16::try_from(text.len()).unwrap().to_le_bytes());
        strings.push(0);
        strings.extend(text.as_bytes());
    }
    // Two formats for cells: general, then date (14).
    let format = |code: u16| {
        let mut data = vec![0; 20];
        data[2..4].copy_from_slice(&code.to_le_bytes());
        record(0x00E0, &data)
    };
    let name = b"Liste";
    let sheet = |place: u32| {
        let mut data = place.to_le_bytes().to_vec();
        data.extend([0, 0, 5, 0]);
        data.extend(name);
        record(0x0085, &data)
    };
    let end = record(0x000A, &[]);
    let head = [begin(5), record(0x0042, &1200_u16.to_le_bytes()), format(0), format(14)].concat();
    let table = record(0x00FC, &strings);
    let place = head.len() + sheet(0).len() + table.len() + end.len();
    let mut all = [head, sheet(u32::try_from(place).unwrap()), table, end.clone()].concat();
    all.extend(begin(0x10));
    for (kind, data) in cells {
        all.extend(record(*kind, data));
    }
    all.extend(end);
    all
}

fn cell(row: u16, column: u16, style: u16, rest: &[u8]) -> Vec<u8> {
    [&row.to_le_bytes()[..], &column.to_le_bytes(), &style.to_le_bytes(), rest].concat()
}

fn xls(stream: &[u8], name: &str) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream(name).unwrap().write_all(stream).unwrap();
    file.flush().unwrap();
    file.into_inner().into_inner()
}

fn small_xls() -> Vec<u8> {
    let text = |row, column, at: u32| (0x00FD, cell(row, column, 0, &at.to_le_bytes()));
    let number =
        |row, column, style, value: f64| (0x0203, cell(row, column, style, &value.to_le_bytes()));
    records(
        &["Nom", "Vu le", "MARTIN"],
        &[
            // Announced dimensions that would cost hundreds of gigabytes.
            (0x0200, [&[0; 4][..], &u32::MAX.to_le_bytes(), &[0, 0, 0xff, 0xff, 0, 0]].concat()),
            text(2, 0, 0),
            text(2, 2, 1),
            text(4, 0, 2),
            number(4, 1, 0, 62.5),
            number(4, 2, 1, 45_657.0),
        ],
    )
}

#[test]
fn an_xls() {
    let book = opened("a.xls", xls(&small_xls(), "/Workbook"));
    assert_eq!(book.format, Format::Xls);
    let expected = [(3, vec!["Nom", "", "Vu le"]), (5, vec!["MARTIN", "62.5", "2024-12-31"])];
    assert_eq!(rows(&book), expected);
}

#[test]
fn a_wrong_extension_is_said() {
    let book = opened("a.xls", xlsx());
    assert_eq!(book.format, Format::Xlsx);
    assert_eq!(
        book.remarks,
        ["le fichier s'appelle .xls, mais son contenu est du XLSX : il est lu comme tel"]
    );
    assert_eq!(opened("a.xlsx", "Nom;Âge\nA;3\n").format, Format::Csv);
    assert!(opened("a.tsv", "Nom\tÂge\nA\t3\n").remarks.is_empty());
}

// What never gets in.

fn says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "{part} is missing from:\n{message}");
    }
}

#[test]
fn a_bomb() {
    // 8 MB of spaces weigh some kilobytes.
    let spaces = vec![b' '; 8 << 20];
    let bomb = zipped(&[("xl/workbook.xml", b"<a/>"), ("xl/media/x.bin", &spaces)]);
    assert!(bomb.len() < 20_000);
    says(&refused("a.xlsx", &bomb), &["archive qui se déploie démesurément"]);

    // Each part is modest, all together are not.
    let limits = Limits { inflated: 1000, ..Limits::USUAL };
    says(&refused_within("a.xlsx", xlsx(), &limits), &["se déploie démesurément"]);
}

#[test]
fn a_bomb_that_lies() {
    let spaces = vec![b' '; 200_000];
    let mut bomb = zipped(&[("xl/workbook.xml", b"<a/>"), ("x.bin", &spaces)]);
    // The size is announced as 200: in the part's head and in the directory.
    let (true_size, lie) = (200_000_u32.to_le_bytes(), 200_u32.to_le_bytes());
    let mut changed = 0;
    for at in 0..bomb.len() - 4 {
        if bomb[at..at + 4] == true_size {
            bomb[at..at + 4].copy_from_slice(&lie);
            changed += 1;
        }
    }
    assert!(changed >= 1);
    let message = refused("a.xlsx", &bomb);
    assert!(message.contains("démesurément") || message.contains("abîmé"), "{message}");
}

#[test]
fn a_document_type() {
    let xml = br#"<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>"#;
    let message = refused("a.xlsx", zipped(&[("xl/workbook.xml", xml)]));
    says(&message, &["XML avec un DOCTYPE"]);
}

#[test]
fn announced_strings() {
    let xml = br#"<sst uniqueCount="99999999999"><si><t>x</t></si></sst>"#;
    let parts: [(&str, &[u8]); 2] = [("xl/workbook.xml", b"<a/>"), ("xl/sharedStrings.xml", xml)];
    says(&refused("a.xlsx", zipped(&parts)), &["démesurément"]);
}

#[test]
fn repeated_cells() {
    let full = CONTENT.replace(
        r#"<table:table-cell table:number-columns-repeated="2"/>"#,
        r#"<table:table-cell table:number-columns-repeated="9000" office:value-type="float" office:value="1"/>"#,
    );
    let message = refused("a.ods", zipped(&[("content.xml", full.as_bytes())]));
    says(&message, &["a.ods:3: plus de 256 colonnes"]);
    let tall = CONTENT.replacen(
        "<table:table-row><",
        r#"<table:table-row table:number-rows-repeated="1000000"><"#,
        1,
    );
    let message = refused("a.ods", zipped(&[("content.xml", tall.as_bytes())]));
    says(&message, &["plus de 50000 lignes remplies"]);
}

#[test]
fn cut_files() {
    let whole = xlsx();
    for length in [10, whole.len() / 2, whole.len() - 30] {
        says(&refused("a.xlsx", &whole[..length]), &["abîmé ou coupé"]);
    }
    let whole = xls(&small_xls(), "/Workbook");
    for length in [9, 600, whole.len() / 2] {
        says(&refused("a.xls", &whole[..length]), &["abîmé ou coupé"]);
    }
    let stream = small_xls();
    says(&refused("a.xls", xls(&stream[..stream.len() - 20], "/Workbook")), &["abîmé ou coupé"]);
}

#[test]
fn an_xls_made_to_grow() {
    let text = |row, column, at: u32| (0x00FD, cell(row, column, 0, &at.to_le_bytes()));
    // Two cells in opposite corners.
    let far = records(&["a"], &[text(0, 0, 0), text(65_535, 255, 0)]);
    says(&refused("a.xls", xls(&far, "/Workbook")), &["feuille trop grande"]);
    // One long string, a thousand times.
    let long = "x".repeat(8_000);
    let many: Vec<_> = (0..3000).map(|row| text(row, 0, 0)).collect();
    let message = refused("a.xls", xls(&records(&[&long], &many), "/Workbook"));
    says(&message, &["feuille trop grande"]);
}

#[test]
fn other_files() {
    says(&refused("a.xls", "<html><table><tr><td>1"), &["une page HTML", "tableur"]);
    says(&refused("a.xls", "<?xml version=\"1.0\"?><Workbook>"), &["du XML"]);
    says(&refused("a.xls", "%PDF-1.7"), &["un PDF"]);
    says(&refused("a.csv", ""), &["fichier vide"]);
    says(&refused("a.csv", "\n\n ; \n"), &["fichier sans aucune ligne"]);
    says(&refused("a.csv", b"a;b\n1\0;2\n"), &["format inconnu", "Windows-1252"]);
    says(&refused("a.csv", "a;b\n\"1;2\n"), &["a.csv:2: guillemet jamais fermé"]);
    says(&refused("a.csv", "a;b\n\"1\"x;2\n"), &["a.csv:2: texte après un guillemet fermant"]);
    says(&refused("a.zip", zipped(&[("a.csv", b"a")])), &["une archive ZIP"]);
    says(&refused("a.xls", xls(b"", "/WordDocument")), &["un document d'un autre logiciel"]);
    says(&refused("a.xlsx", xls(b"", "/EncryptedPackage")), &["mot de passe"]);
    let limits = Limits { file: 100, ..Limits::USUAL };
    says(&refused_within("a.xlsx", xlsx(), &limits), &["c'est trop"]);
    let missing = read(Path::new("/nulle/part.xls"), &Limits::USUAL).unwrap_err();
    says(&missing.to_string(), &["introuvable"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any bytes of a good file changed: an answer, never a panic.
    #[test]
    fn spoilt_files(
        which in 0..3_usize,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let good = [xlsx(), xls(&small_xls(), "/Workbook"), zipped(&[("content.xml", CONTENT.as_bytes())])];
        let mut bytes = good[which].clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let (_folder, path) = file("a.xls", &bytes);
        let _ = read(&path, &Limits::USUAL);
    }

    /// The records of an XLS changed inside a sound file.
    #[test]
    fn spoilt_records(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut stream = small_xls();
        for (at, byte) in changes {
            let at = at.index(stream.len());
            stream[at] = byte;
        }
        let (_folder, path) = file("a.xls", xls(&stream, "/Workbook"));
        let _ = read(&path, &Limits::USUAL);
    }
}
