//! `jalon relancer`: whom to call, until when, and what each act would pay.

#[cfg(test)]
mod commun;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use commun::{Dossier, done, has, refused};
use serde_json::Value;
use tempfile::TempDir;

#[cfg(test)]
fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../exemples/cabinet")
}

#[cfg(test)]
fn ask(dossier: &Path, arguments: &[&str]) -> String {
    let dossier = dossier.to_str().unwrap();
    let text = done([&["relancer", dossier, "--campagne"], arguments].concat());
    assert!(!text.contains('\u{1b}'));
    text
}

#[cfg(test)]
fn json(dossier: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&ask(dossier, &[arguments, &["--format", "json"]].concat())).unwrap()
}

#[cfg(test)]
fn cents(value: &Value) -> i64 {
    value.as_str().unwrap().replace('.', "").parse().unwrap()
}

#[cfg(test)]
fn number(value: &Value) -> u64 {
    value.as_str().map_or_else(|| value.as_u64().unwrap(), |text| text.parse().unwrap())
}

/// A copy of the example, with these lines added to its tables.
#[cfg(test)]
fn example_with(lines: &[(&str, &str)]) -> TempDir {
    let copy = TempDir::new().unwrap();
    for entry in fs::read_dir(example()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    for (table, line) in lines {
        let file = copy.path().join(format!("{table}.csv"));
        let mut text = fs::read_to_string(&file).unwrap();
        text.push_str(line);
        text.push('\n');
        fs::write(file, text).unwrap();
    }
    copy
}

/// Two doctors; MA has four diabetics and one woman of 60 without anything.
#[cfg(test)]
fn cabinet() -> Dossier {
    let dossier = Dossier::empty();
    dossier.add("medecins", "SECRET-MB,1");
    dossier.write("actes", "patient,date,systeme,code,quantite,valeur,executant\n");
    for (patient, birth) in [
        ("=1+1", "1950-03-01"),
        ("P2", "1955-06-15"),
        ("P3", "1970-01-20"),
        ("P4", "1980-09-09"),
        ("P5", "1964-09-09"),
    ] {
        dossier.add("patients", &format!("{patient},{birth},F"));
        dossier.add("rattachements", &format!("{patient},SECRET-MA,2015-01-01,"));
    }
    for patient in ["=1+1", "P2", "P3", "P4"] {
        for day in ["2024-01-02", "2024-04-02", "2024-07-02"] {
            dossier.add("delivrances", &format!("{patient},{day},A10BA02,1"));
        }
    }
    dossier.add("ald", "=1+1,8,2010-01-01\nP2,8,2010-01-01\nP3,8,2025-01-01");
    dossier.add(
        "actes",
        // P2: a result with its act, then one without; P3: an act taken back.
        "P2,2024-02-03,loinc,4548-4,1,6.5,
         P2,2024-02-03,nabm,1577,1,,
         P2,2024-06-03,loinc,4548-4,1,6.7,
         P3,2024-05-06,nabm,1577,1,,
         P3,2024-05-06,nabm,1577,-1,,
         P3,2024-03-06,ngap,G,1,,SECRET-MA
         P3,2024-11-06,ngap,G,1,,SECRET-MB",
    );
    // A vaccine bought in September, one that nothing shows.
    dossier.add("delivrances", "=1+1,2024-10-01,J07BB02,1");
    dossier.add("vaccinations", "=1+1,2024-11-15,J07BB02\nP2,2024-11-15,J07BB02");
    dossier
}

#[cfg(test)]
fn of_cabinet(dossier: &Dossier, arguments: &[&str]) -> String {
    ask(dossier.path(), &[&["2024", "--medecin", "SECRET-MA"], arguments].concat())
}

/// The cells of the line that begins with this one.
#[cfg(test)]
fn cells<'t>(text: &'t str, first: &str) -> Vec<&'t str> {
    let line = text.lines().find(|line| line.split("  ").next() == Some(first));
    let line = line.unwrap_or_else(|| panic!("no line `{first}` in\n{text}"));
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
}

#[test]
fn the_example_as_people_read_it() {
    let complement = example().join("complement");
    let text = ask(&example(), &["2024", "--complement", complement.to_str().unwrap()]);
    has(
        &text,
        &["À relancer, campagne 2024\n", "\u{a0}patients au 31 décembre", "VALEURS FICTIVES"],
    );
    assert_eq!(
        cells(&text, "diabete-hba1c"),
        [
            "diabete-hba1c",
            "75,9\u{a0}% (22/29)",
            "23,83\u{a0}€",
            "cible 92\u{a0}%",
            "5",
            "111,53\u{a0}€",
            "22,31\u{a0}€"
        ]
    );
    // 10 of 25 are the 40 % of the intermediate objective.
    assert_eq!(cells(&text, "cv-prevention-secondaire")[3..5], ["intermédiaire 40\u{a0}%", "1"]);
    assert_eq!(cells(&text, "grippe-65")[2..], ["0,00\u{a0}€", "cible atteinte"]);
    // Nothing that is done now makes a past test not have been.
    assert_eq!(
        cells(&text, "tsh-isolee")[2..],
        ["—", "cible 96\u{a0}%", "6 (à rattraper : 0)", "—", "—"]
    );
    assert_eq!(
        cells(&text, "P0000801"),
        [
            "P0000801",
            "5",
            "29/10/2024",
            "diabete-hba1c",
            "HbA1c dosée à au moins 2 dates dans l'année : 1 à ce jour",
            "31/12/2024",
            "23,83\u{a0}€"
        ]
    );
    has(&text, &["Cas probables", "À la baisse", "antibiotiques-adulte"]);
    // Without objectives, nobody can say what an act is worth.
    let text = ask(&example(), &["2024"]);
    assert_eq!(cells(&text, "cancer-colorectal")[2..], ["?", "inconnu"]);
    has(&text, &["« ? »"]);
}

/// Gaps + validated = eligible, for each indicator of a worklist with `--faits`.
#[cfg(test)]
fn everyone_is_there(list: &Value) {
    let mut lines: BTreeMap<[&str; 2], [u64; 2]> = BTreeMap::new();
    for patient in list["patients"].as_array().unwrap() {
        for gap in patient["manques"].as_array().unwrap() {
            lines.entry(key(gap, "indicateur")).or_default()[0] += 1;
        }
    }
    for fact in list["faits"].as_array().unwrap() {
        lines.entry(key(fact, "indicateur")).or_default()[1] += 1;
        assert!(fact["dernier"].is_string() || fact["indicateur"] == "tsh-isolee", "{fact}");
    }
    for indicator in list["indicateurs"].as_array().unwrap() {
        let [gaps, facts] = lines.remove(&key(indicator, "id")).unwrap_or_default();
        assert_eq!(gaps, number(&indicator["manques"]), "{indicator}");
        assert_eq!(facts, number(&indicator["numerateur"]), "{indicator}");
        assert_eq!(gaps + facts, number(&indicator["denominateur"]), "{indicator}");
    }
    assert!(lines.is_empty(), "{lines:?}");
}

/// A scheme and an indicator.
#[cfg(test)]
fn key<'v>(value: &'v Value, id: &str) -> [&'v str; 2] {
    [value["dispositif"].as_str().unwrap(), value[id].as_str().unwrap()]
}

#[test]
fn gaps_and_facts_are_everyone() {
    everyone_is_there(&json(&example(), &["2024", "--faits"]));
    for campaign in ["2026", "2027"] {
        let list = json(&example(), &[campaign, "--faits"]);
        everyone_is_there(&list);
        prevention_is_five_euros(&list);
    }
}

#[test]
fn gaps_and_facts_are_everyone_where_prevention_is_done() {
    let folder = TempDir::new().unwrap();
    let dossier = folder.path().join("essai");
    let arguments = "--patients 400 --medecins 1 --graine 26 --campagne 2026 --vers";
    let arguments = arguments.split(' ').map(Path::new).chain([dossier.as_path()]);
    done([Path::new("generer")].into_iter().chain(arguments));
    let list = json(&dossier, &["2026", "--faits"]);
    assert!(list["faits"].as_array().unwrap().len() > 100);
    everyone_is_there(&list);
    prevention_is_five_euros(&list);
}

/// Euros = 5 × validated pairs; closing every gap adds 5 × gaps.
#[cfg(test)]
fn prevention_is_five_euros(list: &Value) {
    let facts = i64::try_from(list["faits"].as_array().unwrap().len()).unwrap();
    let mut euros = 0;
    for indicator in list["indicateurs"].as_array().unwrap() {
        assert_eq!(indicator["dispositif"], "fmt-prevention");
        euros += cents(&indicator["euros"]["min"]);
        let open = i64::try_from(number(&indicator["rattrapables"])).unwrap();
        assert_eq!(cents(&indicator["tous"]["max"]), 500 * open, "{indicator}");
    }
    assert_eq!(euros, 500 * facts);
    for patient in list["patients"].as_array().unwrap() {
        let gaps = patient["manques"].as_array().unwrap().iter();
        let open = gaps.filter(|gap| gap["jusqu_au"].is_string()).count();
        assert_eq!(cents(&patient["ensemble"]["min"]), 500 * i64::try_from(open).unwrap());
    }
}

/// Least and most euros of a scheme, in cents.
#[cfg(test)]
fn paid(dossier: &Path, scheme: &str, more: &[&str]) -> [i64; 2] {
    let dossier = dossier.to_str().unwrap();
    let asked = ["calculer", dossier, "--dispositif", scheme, "--format", "json"];
    let result: Value = serde_json::from_str(&done([&asked, more].concat())).unwrap();
    let euros = &result["medecins"][0]["dispositifs"][0]["euros"];
    [cents(&euros["min"]), cents(&euros["max"])]
}

#[test]
fn the_joint_value_is_what_the_acts_add() {
    let complement = example().join("complement");
    let complement = ["--complement", complement.to_str().unwrap()];
    // P0000801 lacks an HbA1c, an albuminuria (two indicators), a colorectal
    // test and a flu vaccine.
    let after = example_with(&[
        ("actes", "P0000801,2024-12-30,nabm,1577,1,,"),
        ("actes", "P0000801,2024-12-30,nabm,1133,1,,"),
        ("actes", "P0000801,2024-12-30,prestation,9434,1,,"),
        ("vaccinations", "P0000801,2025-01-31,J07BB02,carnet"),
    ]);
    for (more, worth) in [(&complement[..], Some(6415)), (&[], None)] {
        let list = json(&example(), &[&["2024"], more].concat());
        let patients = list["patients"].as_array().unwrap();
        let patient = patients.iter().find(|one| one["patient"] == "P0000801").unwrap();
        assert_eq!(patient["manques"].as_array().unwrap().len(), 5);
        assert!(worth.is_none_or(|worth| cents(&patient["ensemble"]["min"]) == worth), "{patient}");
        let asked = [&["--campagne", "2024"], more].concat();
        let today = paid(&example(), "rosp-adulte", &asked);
        let then = paid(after.path(), "rosp-adulte", &asked);
        for (at, end) in ["min", "max"].into_iter().enumerate() {
            // Each of the three amounts is rounded to the cent.
            let difference = then[at] - today[at] - cents(&patient["ensemble"][end]);
            assert!(difference.abs() <= 1, "{end}: {difference} in {patient}");
        }
        // What was missing is there.
        let list = json(after.path(), &[&["2024"], more].concat());
        let patients = list["patients"].as_array().unwrap();
        assert!(patients.iter().all(|one| one["patient"] != "P0000801"));
    }
}

#[test]
fn contacts_deadlines_and_order() {
    let dossier = cabinet();
    let text = of_cabinet(&dossier, &[]);
    // The last act of the doctor, not of a colleague.
    assert_eq!(cells(&text, "P3")[2], "06/03/2024");
    let first = |arguments: &[&str]| -> Vec<String> {
        let list: Value = serde_json::from_str(&of_cabinet(
            &dossier,
            &[arguments, &["--format", "json"]].concat(),
        ))
        .unwrap();
        let patients = list["patients"].as_array().unwrap().iter();
        patients.map(|one| one["patient"].as_str().unwrap().to_owned()).collect()
    };
    let by_need = first(&["--tri", "besoin"]);
    assert_eq!(by_need, first(&[]));
    assert_eq!(by_need.len(), 5);
    let mut by_worth = first(&["--tri", "valeur"]);
    by_worth.sort();
    let mut everyone = by_need;
    everyone.sort();
    assert_eq!(by_worth, everyone);
    // An examination told from the birth ends on its own day.
    dossier.add("patients", "P6,2024-03-10,F");
    dossier.add("rattachements", "P6,SECRET-MA,2024-03-10,");
    let list = json(dossier.path(), &["2026", "--medecin", "SECRET-MA"]);
    let patients = list["patients"].as_array().unwrap();
    let child = patients.iter().find(|one| one["patient"] == "P6").unwrap();
    let gaps = child["manques"].as_array().unwrap();
    let gap = gaps.iter().find(|gap| gap["indicateur"] == "examen-24-mois").unwrap();
    assert_eq!(gap["jusqu_au"], "2026-05-09");
}

#[test]
fn probable_cases() {
    let list: Value = serde_json::from_str(&of_cabinet(&cabinet(), &["--format", "json"])).unwrap();
    let found: BTreeMap<_, Vec<_>> = list["cas_probables"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finder| {
            let patients = finder["patients"].as_array().unwrap().iter();
            let patients = patients
                .map(|one| (one["patient"].as_str().unwrap(), one["date"].as_str().unwrap()));
            (finder["id"].as_str().unwrap(), patients.collect())
        })
        .collect();
    // The illness of P3 began after the year, P4 has none.
    assert_eq!(found["antidiabetiques-sans-ald-8"], [("P3", "2024-07-02"), ("P4", "2024-07-02")]);
    assert_eq!(found["resultat-sans-acte-hba1c"], [("P2", "2024-06-03")]);
    assert!(found["resultat-sans-acte-creatinine"].is_empty());
    assert!(found["resultat-sans-acte-albuminurie"].is_empty());
    assert_eq!(found["vaccination-sans-trace-vaccin-grippe"], [("P2", "2024-11-15")]);
    assert_eq!(found.len(), 5);
}

#[test]
fn no_text_is_a_formula() {
    let dossier = cabinet();
    let folder = TempDir::new().unwrap();
    let (csv, xlsx) = (folder.path().join("liste.csv"), folder.path().join("liste.xlsx"));
    for file in [&csv, &xlsx] {
        let said = of_cabinet(&dossier, &["--faits", "--vers", file.to_str().unwrap()]);
        has(&said, &["5\u{a0}patients à relancer, dans "]);
    }
    let csv = fs::read_to_string(csv).unwrap();
    assert_eq!(csv, of_cabinet(&dossier, &["--faits", "--format", "csv"]));
    has(&csv, &["\"patient\",\"SECRET-MA\",\"'=1+1\",", "\"fait\",\"SECRET-MA\",\"'=1+1\","]);
    assert!(!csv.contains("\"=1+1"), "{csv}");
    let columns = csv.lines().next().unwrap().split(',').count();
    assert_eq!(columns, 12);
    let sheet = part(&xlsx, "xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f>"), "{sheet}");
    // Patients are shared strings, counts and days are numbers.
    assert!(sheet.contains("<c r=\"A2\" t=\"s\">") && sheet.contains("<c r=\"B2\"><v>"), "{sheet}");
    has(&part(&xlsx, "xl/sharedStrings.xml"), &["<t>=1+1</t>"]);
    // The same facts give the same bytes.
    let again = folder.path().join("encore.xlsx");
    of_cabinet(&dossier, &["--faits", "--vers", again.to_str().unwrap()]);
    assert_eq!(fs::read(xlsx).unwrap(), fs::read(again).unwrap());
}

/// One file of a workbook.
#[cfg(test)]
fn part(file: &Path, name: &str) -> String {
    let mut book = zip::ZipArchive::new(fs::File::open(file).unwrap()).unwrap();
    let mut text = String::new();
    book.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn bad_input() {
    let dossier = cabinet();
    let no = |campaign: &str, arguments: &[&str]| {
        let all = [&["--campagne", campaign], arguments].concat();
        refused(2, dossier.asks("relancer", &all))
    };
    has(&no("2024", &[]), &["2 médecins dans ce dossier", "--medecin ID"]);
    has(&no("2024", &["--medecin", "SECRET-X"]), &["--medecin : aucun médecin de ce nom"]);
    has(&no("1999", &[]), &["campagne 1999 absente des règles"]);
    has(&no("2024", &["--dispositif", "rosp"]), &["dispositif inconnu : `rosp`"]);
    has(
        &no("2024", &["--dispositif", "forfait-structure"]),
        &["forfait-structure n'a pas d'indicateurs comptés sur les patients"],
    );
    has(&no("2026", &["--dispositif", "rosp-adulte"]), &["campagne 2026 absente"]);
    has(&no("2024", &["--format", "xlsx"]), &["il faut un fichier", "aide : --vers"]);
    has(&no("2024", &["--tri", "euros"]), &["valeur inattendue pour --tri", "`euros`"]);
    let folder = TempDir::new().unwrap();
    let here = folder.path().to_str().unwrap();
    has(&no("2024", &["--vers", here]), &["--vers : c'est un dossier"]);
    let nowhere = folder.path().join("absent/liste.csv");
    has(
        &no("2024", &["--medecin", "SECRET-MA", "--vers", nowhere.to_str().unwrap()]),
        &["--vers : le dossier de ce fichier n'existe pas"],
    );
    let empty = Dossier::empty();
    has(&done(empty.asks("relancer", &["--campagne", "2024"])), &["Personne à relancer."]);
}

/// Women around 50 and 74, with a mammography that leaves the 24 months, or
/// that nobody knows of yet.
#[cfg(test)]
fn under_way() -> Dossier {
    let dossier = Dossier::empty();
    for (patient, birth, from, to) in [
        ("SECRET-LEAVES", "1949-11-30", "2010-01-01", ""),
        ("SECRET-ENTERS", "1974-12-01", "2010-01-01", ""),
        ("SECRET-SLIDES", "1960-01-01", "2010-01-01", ""),
        ("SECRET-SLID", "1960-01-01", "2010-01-01", ""),
        ("SECRET-LAST-DAY", "1960-01-01", "2010-01-01", ""),
        ("SECRET-NEW", "1960-01-01", "2024-11-01", ""),
        ("SECRET-GONE", "1960-01-01", "2010-01-01", "2024-11-20"),
    ] {
        dossier.add("patients", &format!("{patient},{birth},F"));
        dossier.add("rattachements", &format!("{patient},SECRET-MA,{from},{to}"));
    }
    dossier.add(
        "actes",
        "SECRET-SLIDES,2022-11-15,ccam,QEQK001,1
         SECRET-SLID,2022-10-15,ccam,QEQK001,1
         SECRET-LAST-DAY,2022-10-16,ccam,QEQK001,1
         SECRET-GONE,2024-11-02,ccam,QEQK001,1",
    );
    dossier
}

/// Numerator and denominator today, then on 31 December.
#[cfg(test)]
fn standings(told: &Value, id: &str) -> [Option<(u64, u64)>; 2] {
    let indicator = told["indicateurs"].as_array().unwrap().iter().find(|one| one["id"] == id);
    let indicator = indicator.unwrap_or_else(|| panic!("{id} : {told}"));
    [&indicator["a_ce_jour"], indicator].map(|standing| {
        let number = |key: &str| standing[key].as_str().map(|text| text.parse().unwrap());
        Some((number("numerateur")?, number("denominateur")?))
    })
}

#[test]
fn today_and_the_last_day_stand_side_by_side() {
    let dossier = under_way();
    let adults = ["2024", "--dispositif", "rosp-adulte"];
    let told = |arguments: &[&str]| json(dossier.path(), &[&adults[..], arguments].concat());

    // Two mammographies of the last 24 months, both before 2023. Who came and
    // who left later is not known.
    let october = told(&["--au", "2024-10-15"]);
    assert_eq!(october["au"], "2024-10-15");
    assert_eq!(standings(&october, "cancer-sein"), [Some((2, 5)), Some((0, 5))]);

    // The last fact is of 2 November: one is known, another is too old.
    let november = told(&[]);
    assert_eq!(november["au"], "2024-11-02");
    assert_eq!(standings(&november, "cancer-sein"), [Some((2, 6)), Some((0, 5))]);

    // Nothing is under way on the last day.
    let over = told(&["--au", "2024-12-31"]);
    assert!(over["au"].is_null());
    assert_eq!(standings(&over, "cancer-sein"), [None, Some((0, 5))]);

    let page = ask(dossier.path(), &[&adults[..], &["--au", "2024-10-15"]].concat());
    let row = page.lines().find(|line| line.starts_with("cancer-sein ")).unwrap();
    has(row, &["40,0\u{a0}% (2/5)", "0,0\u{a0}% (0/5)"]);
    has(&page, &["Au 15/10/2024", "Au 31/12/2024", "si rien d'autre n'arrive"]);
    let page = ask(dossier.path(), &["2026"]);
    has(&page, &["Les faits s'arrêtent le 02/11/2024, avant l'année de la campagne"]);
    assert!(!page.contains("Au 02/11"), "{page}");

    for (day, says) in [
        ("2023-10-15", ["le 15/10/2023 n'est pas de la campagne 2024", "aide : --au 2024-10-15"]),
        (
            "15/10/2024",
            ["valeur inattendue pour --au <AAAA-MM-JJ> : `15/10/2024`", "aide : une date"],
        ),
    ] {
        let asked = dossier.asks("relancer", &["--campagne", "2024", "--au", day]);
        has(&refused(2, asked), &says);
    }
}

/// The examination of the ninth month is over for one child, not for the other.
#[test]
fn what_is_too_late_is_not_worth_a_call() {
    let dossier = Dossier::empty();
    for (patient, birth) in [("SECRET-LATE", "2025-10-01"), ("SECRET-IN-TIME", "2025-12-10")] {
        dossier.add("patients", &format!("{patient},{birth},F"));
        dossier.add("rattachements", &format!("{patient},SECRET-MA,{birth},"));
    }
    let told = json(dossier.path(), &["2026", "--au", "2026-09-15"]);
    let exam = told["indicateurs"].as_array().unwrap().iter();
    let exam = exam.clone().find(|one| one["id"] == "examen-9-mois").unwrap();
    assert_eq!((number(&exam["manques"]), number(&exam["rattrapables"])), (2, 1));
    assert_eq!(exam["tous"]["min"], "5.00");
    let until = |patient: &str| {
        let row = told["patients"].as_array().unwrap().iter().find(|row| row["patient"] == patient);
        let lacks = row.unwrap()["manques"].as_array().unwrap().clone();
        lacks.into_iter().find(|lack| lack["indicateur"] == "examen-9-mois").unwrap()["jusqu_au"]
            .clone()
    };
    assert!(until("SECRET-LATE").is_null());
    assert_eq!(until("SECRET-IN-TIME"), "2026-11-09");
}
