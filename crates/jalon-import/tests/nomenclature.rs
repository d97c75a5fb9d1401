//! Public files in, answers out: each with its standing and its method.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use jalon_import::drugs::{DrugLookup, NoLookup};
use jalon_import::nomenclature::{
    self, Answer, Manifest, Method, Nomenclature, Presentation, Standing, codes,
};
use parquet::arrow::ArrowWriter;
use tempfile::TempDir;

/// A CIP13 made of seven digits.
#[cfg(test)]
fn cip(seven: u32) -> String {
    codes::cip13(&format!("{seven:07}")).unwrap()
}

/// A line of `CIS_CIP_bdpm`.
#[cfg(test)]
fn pack(cis: u32, seven: u32, label: &str, day: &str) -> String {
    format!(
        "{cis}\t{seven:07}\t{label}\tPrésentation active\tDéclaration de commercialisation\t{day}\t{}\toui\t65 %\t24,34\t25,36\t1,02\t\n",
        cip(seven)
    )
}

/// A line of `CIS_bdpm`, in Windows-1252.
#[cfg(test)]
fn product(cis: u32, label: &str, route: &str) -> Vec<u8> {
    let line = format!(
        "{cis}\t{label}\tcomprimé\t{route}\tAutorisation active\tProcédure nationale\tCommercialisée\t12/03/1998\t\t\t LABO\tNon\r\n"
    );
    line.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

#[cfg(test)]
fn substance(cis: u32, code: u32, nature: &str, link: u32) -> String {
    format!("{cis}\tcomprimé\t{code:05}\tSUBSTANCE\t1,00 mg\tun comprimé\t{nature}\t{link}\r\n")
}

/// Seven products:
/// 60000001 in the list of major interest; 60000002 known by the fund;
/// 60000003 of the generic group of both; 60000004 of the substance of 60000001,
/// as another salt, taken the same way; 60000005 of that substance, taken
/// otherwise; 60000006 known to nobody; 60000007 of no file but its pack.
#[cfg(test)]
fn files() -> BTreeMap<&'static str, Vec<u8>> {
    let mut cis = Vec::new();
    for (rank, route) in
        ["orale", "orale", "orale", "orale", "cutanée", "orale"].into_iter().enumerate()
    {
        let number = 60_000_001 + u32::try_from(rank).unwrap();
        cis.extend(product(number, &format!("PRODUIT {number}, comprimé"), route));
    }
    let thirty = "plaquette(s) de 30 comprimé(s)";
    let ninety = "plaquette(s) de 90 comprimé(s)";
    let packs = [
        pack(60_000_001, 1, thirty, "16/03/2011"),
        pack(60_000_001, 2, ninety, "29/11/2924"),
        pack(60_000_002, 3, ninety, ""),
        pack(60_000_003, 4, ninety, "19/09/2011"),
        pack(60_000_004, 5, ninety, "01/02/2024"),
        pack(60_000_005, 6, "1 tube de 30 g", ""),
        pack(60_000_006, 7, "12 comprimé(s)", ""),
        pack(60_000_007, 8, ninety, ""),
    ];
    let groups =
        "1\tGROUPE\t60000001\t0\t1\r\n1\tGROUPE\t60000002\t1\t2\r\n1\tGROUPE\t60000003\t1\t3\r\n";
    let composition = [
        substance(60_000_001, 100, "SA", 1),
        substance(60_000_001, 200, "FT", 1),
        substance(60_000_004, 101, "SA", 1),
        substance(60_000_004, 200, "FT", 1),
        substance(60_000_005, 200, "SA", 1),
    ];
    let mitm = "60000001\tC09AA05\tPRODUIT\thttp://exemple.fr/1\r\n60000005\tD02A\tPRODUIT\thttp://exemple.fr/5";
    // The fund: an old class for 60000002, and a presentation of long ago.
    let fund = format!(
        "PHA_CIP_C13;PHA_ATC_C07;PHA_CND_TOP;PHA_CIP_UCD;PHA_PRD_LIB1;PHA_GRS_NUM;PHA_MED_GEN\n\
         {};C09AA05;GC;9231824;PRODUIT 2 CPR 90;7;1\n\
         {};A10BA02;NGC;9000001;ANCIEN CPR 30;0;0\n\
         0;A10BA02;NGC;;SANS CODE;0;0\n",
        cip(3),
        cip(99)
    );
    let ucd = "UCD_UCD_COD;UCD_PCD_COD;UCD_SVT_COD;UCD_DER_MAJ;UCD_DSN_LIB;UCD_CND_LIB\n\
               0000009231824;0;0;20NOV2017:00:00:00;CEPROTIN 500 UI;poudre\n\
               0000009999999;9000001;0;21NOV2017:00:00:00;REMPLACANT;\n";
    [
        ("bdpm/CIS_bdpm.txt", cis),
        ("bdpm/CIS_CIP_bdpm.txt", packs.concat().into_bytes()),
        ("bdpm/CIS_GENER_bdpm.txt", groups.into()),
        ("bdpm/CIS_COMPO_bdpm.txt", composition.concat().into()),
        ("bdpm/CIS_MITM.txt", mitm.into()),
        ("snds/IR_PHA_R.csv", fund.into()),
        ("snds/NU_UCD_R.csv", ucd.into()),
        ("IR_BIO_R.csv", b"BIO_PRS_IDE;BIO_INF_LIB;BIO_HIS_DTD\n127;INR;01JAN1996:00:00:00\n".to_vec()),
        ("IR_CCAM_V63.csv", "\"CAM_PRS_IDE_COD\";\"CAM_PRS_IDE_LIB\";\"CAM_PRS_RGT\"\n\"AHQP001\";\"Électromyographie\";\"ATM\"\n".into()),
        ("LISEZMOI.txt", b"rien d'utile\n".to_vec()),
    ]
    .into()
}

#[cfg(test)]
fn written(files: &BTreeMap<&'static str, Vec<u8>>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

/// Imports files; the nomenclature, and the folder that holds it.
#[cfg(test)]
fn imported(files: &BTreeMap<&'static str, Vec<u8>>) -> (Nomenclature, TempDir) {
    let source = written(files);
    let to = tempfile::tempdir().unwrap();
    nomenclature::import(source.path(), to.path()).unwrap();
    (Nomenclature::open(to.path()).unwrap(), to)
}

/// The message of files that are refused; nothing may have been written.
#[cfg(test)]
fn refused(files: &BTreeMap<&'static str, Vec<u8>>) -> String {
    let source = written(files);
    let to = tempfile::tempdir().unwrap();
    let target = to.path().join("nomenclature");
    let message = nomenclature::import(source.path(), &target).unwrap_err().to_string();
    assert!(!target.exists(), "écrit malgré {message}");
    assert!(message.contains("aide : "), "{message}");
    message
}

/// The message of good files, one of them replaced.
#[cfg(test)]
fn refused_with(name: &'static str, bytes: impl Into<Vec<u8>>) -> String {
    let mut files = files();
    files.insert(name, bytes.into());
    refused(&files)
}

#[cfg(test)]
fn class(nomenclature: &Nomenclature, seven: u32) -> Option<(String, Standing, Method)> {
    let one = nomenclature.presentation(&cip(seven)).unwrap();
    one.atc.clone().map(|Answer { value, standing, method }| (value, standing, method))
}

#[cfg(test)]
fn left(manifest: &Manifest) -> BTreeMap<&str, u64> {
    manifest.remarques.iter().map(|(reason, left)| (reason.as_str(), left.nombre)).collect()
}

#[test]
fn classes_and_their_methods() {
    use {Method as M, Standing as S};
    let (nomenclature, _folder) = imported(&files());
    let known = |class: &str, standing, method| Some((class.to_owned(), standing, method));
    for (seven, answer) in [
        (1, known("C09AA05", S::Officiel, M::Mitm)),
        (3, known("C09AA05", S::Officiel, M::IrPha)),
        (4, known("C09AA05", S::Deduit, M::Group)),
        (5, known("C09AA05", S::Deduit, M::Substances)),
        (6, known("D02A", S::Officiel, M::Mitm)),
        (7, None),
        (8, None),
        (99, known("A10BA02", S::Officiel, M::IrPha)),
    ] {
        assert_eq!(class(&nomenclature, seven), answer, "{seven}");
    }
    let lookup: &dyn DrugLookup = &nomenclature;
    assert_eq!(lookup.by_cip7("0000004"), lookup.by_cip13(&cip(4)));
    assert_eq!(lookup.by_cis("60000003").unwrap().atc.as_deref(), Some("C09AA05"));
    assert_eq!(lookup.by_cis("60000006").unwrap().atc, None);
    assert_eq!(lookup.by_ucd("9231824").unwrap().atc.as_deref(), Some("C09AA05"));
    // A unit nobody classed, by the one it replaces.
    assert_eq!(lookup.by_ucd("0000009999999").unwrap().atc.as_deref(), Some("A10BA02"));
    assert!(lookup.by_cip13("3400900000000").is_none() && NoLookup.by_cis("60000003").is_none());
    assert_eq!(nomenclature.act("127").unwrap().code, "0127");
    assert_eq!(nomenclature.act("AHQP001").unwrap().label, "Électromyographie");
    assert_eq!(nomenclature.product("60000001").unwrap().form, "comprimé");
}

#[test]
fn repertoire_and_size() {
    let (nomenclature, _folder) = imported(&files());
    let flags = |seven| {
        let drug = nomenclature.by_cip13(&cip(seven)).unwrap();
        assert_eq!(drug.days_per_box, None);
        (drug.repertoire, drug.large_pack)
    };
    // By the fund; by the group and ninety units; by the class and ninety units.
    assert_eq!(flags(3), (Some(true), Some(true)));
    assert_eq!(flags(4), (Some(true), Some(true)));
    assert_eq!(flags(2), (Some(true), Some(true)));
    assert_eq!(flags(5), (Some(false), Some(true)));
    // Thirty units last a month at most; nothing is said of a tube, or of ninety
    // units of what nobody classed.
    assert_eq!(flags(1), (Some(true), Some(false)));
    assert_eq!(flags(6), (Some(false), None));
    assert_eq!(flags(8), (Some(false), None));
    assert_eq!(flags(99), (Some(false), Some(false)));
    let size = |seven: u32| {
        let one = nomenclature.presentation(&cip(seven)).unwrap();
        one.large_pack.as_ref().map(|answer| answer.method)
    };
    assert_eq!(size(4), Some(Method::GroupAndUnits));
    assert_eq!(size(5), Some(Method::ClassAndUnits));
    assert_eq!(size(7), Some(Method::Units));
}

#[test]
fn what_is_odd_is_told_and_kept_out() {
    let (nomenclature, _folder) = imported(&files());
    let manifest = nomenclature.manifest();
    assert_eq!(
        left(manifest),
        [
            ("date hors de 1850 à 2100 : laissée de côté", 1),
            ("présentation d'un produit absent de CIS_bdpm : gardée", 1),
            ("présentation sans CIP13 : laissée de côté", 1),
        ]
        .into()
    );
    assert_eq!(
        manifest.remarques["date hors de 1850 à 2100 : laissée de côté"].exemples,
        ["bdpm/CIS_CIP_bdpm.txt:2 (29/11/2924)"]
    );
    let sources: Vec<_> = manifest
        .sources
        .iter()
        .map(|one| (one.fichier.as_str(), one.lignes, one.dernier_jour.as_deref()))
        .collect();
    assert_eq!(
        sources,
        [
            ("bdpm/CIS_bdpm.txt", 6, Some("1998-03-12")),
            ("bdpm/CIS_CIP_bdpm.txt", 8, Some("2024-02-01")),
            ("bdpm/CIS_GENER_bdpm.txt", 3, None),
            ("bdpm/CIS_COMPO_bdpm.txt", 5, None),
            ("bdpm/CIS_MITM.txt", 2, None),
            ("snds/IR_PHA_R.csv", 3, None),
            ("snds/NU_UCD_R.csv", 2, Some("2017-11-21")),
            ("IR_BIO_R.csv", 1, Some("1996-01-01")),
            ("IR_CCAM_V63.csv", 1, None),
        ]
    );
    let whole = blake3::hash(&files()["bdpm/CIS_MITM.txt"]).to_hex().to_string();
    assert_eq!(manifest.sources[4].empreinte, whole);
    let figures = &manifest.chiffres;
    assert_eq!((figures.presentations, figures.base_publique, figures.remboursees), (9, 8, 8));
    assert_eq!((figures.avec_classe, figures.avec_repertoire), (6, 8));
}

#[test]
fn files_are_known_by_their_content() {
    let mut files = files();
    for (rank, name) in
        ["bdpm/CIS_bdpm.txt", "snds/IR_PHA_R.csv", "IR_BIO_R.csv"].into_iter().enumerate()
    {
        let bytes = files.remove(name).unwrap();
        files.insert(["x/produits.txt", "x/y/z.csv", "labo"][rank], bytes);
    }
    // A plain list of codes and labels is told by its codes.
    files.insert("labo", b"code;libelle\n0127;INR\n1577;HBA1C\n".to_vec());
    let (renamed, _folder) = imported(&files);
    assert_eq!(renamed.by_cip13(&cip(3)).unwrap().atc.as_deref(), Some("C09AA05"));
    assert_eq!(renamed.act("1577").unwrap().label, "HBA1C");
}

#[test]
fn the_funds_table_in_parquet_under_its_new_names() {
    let column = |values: &[&str]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    let code: i64 = cip(3).parse().unwrap();
    let batch = RecordBatch::try_from_iter([
        ("PHA_CIP_C13", Arc::new(Int64Array::from(vec![code])) as ArrayRef),
        ("PHA_ATC_CLA", column(&["C09AA05 "])),
        ("PHA_CND_TOP", column(&["GC"])),
    ])
    .unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let mut files = files();
    files.remove("snds/IR_PHA_R.csv");
    files.insert("snds/ref.parquet", bytes.clone());
    let (nomenclature, _folder) = imported(&files);
    assert_eq!(nomenclature.by_cip13(&cip(3)).unwrap().large_pack, Some(true));

    files.remove("snds/ref.parquet");
    bytes.truncate(bytes.len() - 9);
    files.insert("snds/IR_PHA_R.parquet", bytes);
    let message = refused(&files);
    assert!(message.contains("snds/IR_PHA_R.parquet: fichier Parquet illisible"), "{message}");
}

#[test]
fn a_selection_of_the_funds_table_is_secondary() {
    let mut files = files();
    let text = format!(
        "cip13;cip7;ucd7;atc;atc_label;label;pack_flag;med_gen;gen_group\n{};0000003;9231824;C09AA05;X;X;GC;1;7\n",
        cip(3)
    );
    files.insert("snds/IR_PHA_R.csv", text.into());
    let (nomenclature, _folder) = imported(&files);
    assert_eq!(class(&nomenclature, 3).unwrap().1, Standing::Secondaire);
}

#[test]
fn two_answers_for_one_code_are_both_kept() {
    let mut files = files();
    let text = format!(
        "PHA_CIP_C13;PHA_ATC_CLA;PHA_CND_TOP\n{0};A10BA02;GC\n{0};A10BD07;GC\n{0};A10BD07;GC\n",
        cip(99)
    );
    files.insert("snds/IR_PHA_R.csv", text.into());
    let (nomenclature, _folder) = imported(&files);
    // What both share is certain; the rest is told.
    let answer = Some(("A10B".to_owned(), Standing::Conflit, Method::IrPha));
    assert_eq!(class(&nomenclature, 99), answer);
    let one = nomenclature.presentation(&cip(99)).unwrap();
    assert_eq!(one.others, "A10BA02 A10BD07 ir-pha");
    assert_eq!(one.large_pack.as_ref().map(|answer| answer.value), Some(true));
    let left = left(nomenclature.manifest());
    assert_eq!(left["CIP13 en double avec deux réponses : les deux sont gardées, en conflit"], 1);
    assert_eq!(left["CIP13 en double : une seule ligne est gardée"], 1);
}

#[test]
fn files_that_disagree() {
    let mut files = files();
    let text = format!("PHA_CIP_C13;PHA_ATC_CLA\n{};A10BA02\n{};D02AB01\n", cip(1), cip(6));
    files.insert("snds/IR_PHA_R.csv", text.into());
    let (nomenclature, _folder) = imported(&files);
    // As precise: the public base; more precise: the fund.
    let others = |seven| nomenclature.presentation(&cip(seven)).unwrap().others.clone();
    assert_eq!(
        (class(&nomenclature, 1).unwrap().0, others(1)),
        ("C09AA05".into(), "A10BA02 ir-pha".into())
    );
    assert_eq!(
        (class(&nomenclature, 6).unwrap().0, others(6)),
        ("D02AB01".into(), "D02A mitm".into())
    );
}

#[test]
fn an_import_takes_the_place_of_another() {
    let mut files = files();
    let (first, folder) = imported(&files);
    let again = nomenclature::import(written(&files).path(), folder.path()).unwrap();
    assert_eq!(again.empreinte, first.hash());
    files.remove("bdpm/CIS_MITM.txt");
    let next = nomenclature::import(written(&files).path(), folder.path()).unwrap();
    assert_ne!(next.empreinte, first.hash());
    let second = Nomenclature::open(folder.path()).unwrap();
    assert_eq!(second.hash(), next.empreinte);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    // One that fails changes nothing.
    files.insert("bdpm/CIS_MITM.txt", b"\xff\xfe".to_vec());
    assert!(nomenclature::import(written(&files).path(), folder.path()).is_err());
    assert_eq!(Nomenclature::open(folder.path()).unwrap().hash(), next.empreinte);
}

#[test]
fn an_interrupted_import_leaves_nothing_in_the_way() {
    let to = tempfile::tempdir().unwrap();
    for name in [".partiel-12", "tables-0123456789abcdef"] {
        fs::create_dir(to.path().join(name)).unwrap();
    }
    nomenclature::import(written(&files()).path(), to.path()).unwrap();
    assert_eq!(fs::read_dir(to.path()).unwrap().count(), 2);
}

#[test]
fn a_folder_that_holds_other_things_is_left_alone() {
    let to = tempfile::tempdir().unwrap();
    fs::write(to.path().join("these.odt"), "mienne").unwrap();
    let error = nomenclature::import(written(&files()).path(), to.path()).unwrap_err();
    assert!(error.to_string().contains("autre chose qu'une nomenclature"), "{error}");
    assert_eq!(fs::read_dir(to.path()).unwrap().count(), 1);
}

#[test]
fn a_nomenclature_that_was_touched_is_refused() {
    let (first, folder) = imported(&files());
    drop(first);
    let tables = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let tables = tables.filter(|path| path.is_dir()).collect::<Vec<_>>();
    let path = tables[0].join("presentations.csv");
    let text = fs::read_to_string(&path).unwrap();
    for spoilt in
        [text.replace("C09AA05", "C09AA06"), text[..text.len() / 2].to_owned(), "\0".into()]
    {
        fs::write(&path, spoilt).unwrap();
        let error = Nomenclature::open(folder.path()).unwrap_err().to_string();
        assert!(
            error.contains("nomenclature modifiée, abîmée") && error.contains("aide : "),
            "{error}"
        );
    }
    let error = Nomenclature::open(&tables[0]).unwrap_err().to_string();
    assert!(error.contains("aucune nomenclature dans ce dossier"), "{error}");
}

// Bad inputs, one test each.

#[test]
fn binary_file() {
    let message = refused_with("bdpm/CIS_bdpm.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec());
    assert!(message.contains("bdpm/CIS_bdpm.txt:") && message.contains("octet nul"), "{message}");
}

#[test]
fn cut_in_the_middle_of_a_line() {
    let mut bytes = files()["bdpm/CIS_CIP_bdpm.txt"].clone();
    let cut = bytes.len() - 60;
    bytes.truncate(cut);
    let message = refused_with("bdpm/CIS_CIP_bdpm.txt", bytes);
    assert!(message.contains("bdpm/CIS_CIP_bdpm.txt:8: "), "{message}");
    assert!(
        message.contains("cellules au lieu de 12") && message.contains("fichier coupé ?"),
        "{message}"
    );
}

#[test]
fn wrong_number_of_columns() {
    let mut text = files()["bdpm/CIS_GENER_bdpm.txt"].clone();
    text.splice(0..0, *b"1\tGROUPE\t60000001\r\n");
    let message = refused_with("bdpm/CIS_GENER_bdpm.txt", text);
    assert!(message.contains("bdpm/CIS_GENER_bdpm.txt:1: 3 cellules au lieu de 5"), "{message}");
    let message = refused_with("IR_BIO_R.csv", "BIO_PRS_IDE;BIO_INF_LIB\n127;INR;1\n128;x\n");
    assert!(message.contains("IR_BIO_R.csv:2: 3 cellules au lieu de 2"), "{message}");
}

#[test]
fn utf16() {
    let text: Vec<u8> = "60000001\tC09AA05".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let message = refused_with("bdpm/CIS_MITM.txt", [b"\xff\xfe".to_vec(), text].concat());
    assert!(message.contains("bdpm/CIS_MITM.txt: fichier en UTF-16"), "{message}");
}

#[test]
fn day_that_does_not_exist() {
    let text = pack(60_000_001, 1, "30 comprimé(s)", "31/02/2024")
        + &pack(60_000_001, 2, "30 comprimé(s)", "2024-02-01");
    let message = refused_with("bdpm/CIS_CIP_bdpm.txt", text);
    for part in [
        "bdpm/CIS_CIP_bdpm.txt:1: « 31/02/2024 » : cette date n'existe pas",
        "bdpm/CIS_CIP_bdpm.txt:2: « 2024-02-01 » : date mal écrite",
        "2 fautes",
    ] {
        assert!(message.contains(part), "{part} dans {message}");
    }
}

#[test]
fn presentation_codes_badly_written() {
    let good = pack(60_000_001, 1, "30 comprimé(s)", "");
    let wrong = |code: &str| good.replace(&cip(1), code);
    let text = [
        good.clone(),
        wrong("340090000001"),
        wrong("3400900000010"),
        wrong("3,4009E+12"),
        wrong("1850375123456"),
    ]
    .concat();
    let message = refused_with("bdpm/CIS_CIP_bdpm.txt", text);
    for part in [
        ":2: CIP13 « 340090000001 » de 12 chiffres",
        &format!(
            ":3: CIP13 « 3400900000010 » : clé fausse\n   aide : avec ces chiffres, le code serait {}",
            cip(1)
        ),
        ":4: « 3,4009E+12 » : CIP13 mal écrit",
        ":5: CIP13 de 13 chiffres",
        "4 fautes",
    ] {
        assert!(message.contains(part), "{part} dans {message}");
    }
    // It may be anything, a social security number included.
    assert!(!message.contains("1850375123456"), "{message}");
}

#[test]
fn group_badly_written() {
    let text =
        "1\tG\t60000001\t0\t1\n1\tG\t60000002\t3\t1\nx\tG\t60000003\t1\t1\n1\tG\t6000\t1\t1\n";
    let message = refused_with("bdpm/CIS_GENER_bdpm.txt", text);
    for part in [
        ":2: « 3 » : type de générique inconnu",
        ":3: « x » : numéro de groupe générique",
        ":4: « 6000 » : code CIS qui n'a pas huit chiffres",
    ] {
        assert!(message.contains(part), "{part} dans {message}");
    }
}

#[test]
fn known_name_with_other_columns() {
    let message = refused_with("snds/NU_UCD_R.csv", "UCD;LIBELLE\n1;x\n");
    assert!(message.contains("snds/NU_UCD_R.csv:1: colonne absente : UCD_UCD_COD"), "{message}");
}

#[test]
fn same_nomenclature_twice() {
    let mut files = files();
    files.insert("ancien/IR_CCAM_V62.csv", files["IR_CCAM_V63.csv"].clone());
    let message = refused(&files);
    assert!(message.contains("second fichier IR_CCAM"), "{message}");
}

#[test]
fn no_line() {
    for bytes in ["", "\r\n\r\n"] {
        let message = refused_with("bdpm/CIS_MITM.txt", bytes);
        assert!(message.contains("bdpm/CIS_MITM.txt: "), "{message}");
    }
}

#[test]
fn empty_folder() {
    assert!(refused(&BTreeMap::new()).contains("dossier vide"));
}

#[test]
fn nothing_known() {
    let files = [("photo.png", b"\x89PNG\0".to_vec()), ("notes.txt", b"bonjour".to_vec())].into();
    let message = refused(&files);
    assert!(message.contains("aucune nomenclature connue, parmi les 2 fichiers"), "{message}");
}

#[test]
fn no_folder() {
    let to = tempfile::tempdir().unwrap();
    let error = nomenclature::import(&to.path().join("absent"), &to.path().join("n")).unwrap_err();
    assert!(error.to_string().contains("dossier introuvable"), "{error}");
}

/// The real files, wherever the repository lies; nothing where they are absent.
#[cfg(test)]
fn reference() -> Option<PathBuf> {
    let place = "shared/reference-data";
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let near = root.ancestors().map(|folder| folder.join(place));
    let found = near.chain([Path::new("/work").join(place)]).find(|path| path.is_dir());
    if found.is_none() {
        println!("nomenclatures réelles absentes : rien n'est contrôlé ici");
    }
    found
}

/// The real files hold every trap at once: two encodings, years of another
/// millennium, spaces in rates, codes with marks.
#[test]
fn the_real_files() {
    let Some(reference) = reference() else { return };
    let source = tempfile::tempdir().unwrap();
    for name in [
        "bdpm/CIS_bdpm.txt",
        "bdpm/CIS_CIP_bdpm.txt",
        "bdpm/CIS_GENER_bdpm.txt",
        "bdpm/CIS_COMPO_bdpm.txt",
        "bdpm/CIS_MITM.txt",
        "drugs/ir_pha_r_2017_selected.csv",
        "drugs/cip13_atc_2026-07.csv",
        "snds/nomenclatures/IR_BIO_R.csv",
        "snds/nomenclatures/IR_CCAM_V63.csv",
        "snds/nomenclatures/NU_UCD_R.csv",
    ] {
        fs::copy(reference.join(name), source.path().join(Path::new(name).file_name().unwrap()))
            .unwrap();
    }
    let to = tempfile::tempdir().unwrap();
    let manifest = nomenclature::import(source.path(), to.path()).unwrap();
    let lines: Vec<_> =
        manifest.sources.iter().map(|one| (one.nomenclature.as_str(), one.lignes)).collect();
    assert_eq!(
        lines,
        [
            ("CIS_bdpm", 15_848),
            ("CIS_CIP_bdpm", 20_874),
            ("CIS_GENER_bdpm", 10_728),
            ("CIS_COMPO_bdpm", 32_389),
            ("CIS_MITM", 7711),
            ("IR_PHA_R", 23_126),
            ("NU_UCD_R", 1812),
            ("IR_BIO_R", 1076),
            ("IR_CCAM", 8161),
        ]
    );
    let left = left(&manifest);
    assert_eq!(left["date hors de 1850 à 2100 : laissée de côté"], 1);
    assert_eq!(left["code hors de la classification ATC : laissé de côté"], 212);
    let figures = &manifest.chiffres;
    assert_eq!((figures.base_publique, figures.remboursees), (20_874, 13_584));
    println!("{figures:#?}");
    assert!(100 * figures.avec_classe >= 97 * figures.remboursees);
    assert_eq!(figures.avec_repertoire, figures.remboursees);
    let check = figures.controle_classes;
    assert!(check.justes >= 100 * check.faux, "{check:?}");
    let check = figures.controle_conditionnements;
    assert!(check.justes >= 100 * check.faux, "{check:?}");

    let nomenclature = Nomenclature::open(to.path()).unwrap();
    against(&nomenclature, &reference.join("drugs/cip13_atc_2026-07.csv"));
    // Ninety tablets of metformin last a month: the number of units is not enough.
    let metformin = |one: &&Presentation| {
        one.atc.as_ref().is_some_and(|atc| atc.value == "A10BA02")
            && one.label.ends_with("de 90 comprimé(s)")
    };
    let sizes = nomenclature.presentations().iter().filter(metformin);
    let sizes: Vec<_> = sizes.map(|one| one.large_pack.as_ref().map(|size| size.value)).collect();
    assert!(sizes.len() > 40 && sizes.iter().all(|size| *size == Some(false)), "{sizes:?}");
}

/// Against the table worked out apart, from the same files: where both answer,
/// they say the same but for a handful.
#[cfg(test)]
fn against(nomenclature: &Nomenclature, table: &Path) {
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_path(table).unwrap();
    let (mut same, mut different, mut here, mut there) = (0, Vec::new(), 0, BTreeMap::new());
    for record in reader.records() {
        let record = record.unwrap();
        let (code, class, method) = (&record[0], &record[3], &record[4]);
        let one = nomenclature.presentation(code).unwrap();
        match one.atc.as_ref().map(|answer| answer.value.as_str()) {
            Some(answer) if answer == class => same += 1,
            None if class.is_empty() => {}
            Some(_) if class.is_empty() => here += 1,
            Some(answer) => different.push(format!("{code} {class} {method} : {answer}")),
            None => *there.entry(method.to_owned()).or_insert(0) += 1,
        }
    }
    println!(
        "{same} pareilles ; ici seulement : {here} ; là seulement : {there:?} ; {different:#?}"
    );
    assert!(same > 18_000 && different.len() < 30, "{different:#?}");
    // No name is guessed here; and nothing else lacks but a few of one substance.
    assert!(there.get("NAME_RULE").is_some_and(|count| *count > 0));
    assert!(there.iter().all(|(method, count)| method == "NAME_RULE" || *count < 100), "{there:?}");
}
