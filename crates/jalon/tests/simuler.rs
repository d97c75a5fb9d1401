//! `jalon simuler`: reforms paid from the counts of the present.

#[cfg(test)]
mod commun;

use std::fs;
use std::process::Command;
use std::sync::LazyLock;

use commun::{command, done, folder, has, refused, run};
use serde_json::Value;
use tempfile::TempDir;

const CABINET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../exemples/cabinet");
const COMPLEMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../exemples/cabinet/complement");

/// Four invented doctors.
#[cfg(test)]
static PAYS: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let target = folder.path().join("pays");
    let asked = ["--patients", "240", "--medecins", "4", "--graine", "3", "--campagne", "2024"];
    let mut command: Command = command();
    let answer = run(command.arg("generer").args(asked).arg("--vers").arg(target));
    assert_eq!(answer.code, 0, "{}", answer.err);
    folder
});

#[cfg(test)]
fn pays() -> String {
    PAYS.path().join("pays").display().to_string()
}

#[cfg(test)]
fn simulated(dossier: &str, arguments: &[&str]) -> String {
    done(
        [&["simuler", dossier, "--campagne", "2024", "--complement", COMPLEMENT], arguments]
            .concat(),
    )
}

#[cfg(test)]
fn json(dossier: &str, arguments: &[&str]) -> Value {
    let text = simulated(dossier, &[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&text).unwrap()
}

#[cfg(test)]
fn refusal(code: i32, arguments: &[&str]) -> String {
    refused(code, [&["simuler", CABINET, "--campagne", "2024"], arguments].concat())
}

/// Cents of an amount as printed in JSON.
#[cfg(test)]
fn cents(value: &Value) -> i64 {
    value.as_str().unwrap().replace('.', "").parse().unwrap()
}

#[test]
fn an_undone_reform_gives_the_bytes_of_the_present() {
    let same = [
        "diabete-hba1c.cible=92",
        "diabete-hba1c.intermediaire=74 %",
        "diabete-hba1c.seuil=5",
        "diabete-hba1c.points=30",
        "rosp-adulte.valeur_point=7",
        "rosp-adulte.part_intermediaire=0,3",
        "rosp-adulte.reference=800",
        "rosp-adulte.coefficient=1",
        "cancer-sein.cible=74",
        "forfait-structure.valeur_point=7",
    ];
    for dossier in [CABINET, &pays()] {
        let present = simulated(dossier, &["--par-medecin", "--format", "json"]);
        let mut arguments = vec!["--par-medecin", "--format", "json"];
        for one in same {
            arguments.extend(["--modifier", one]);
        }
        assert_eq!(simulated(dossier, &arguments), present);
    }
}

#[test]
fn the_present_is_what_calculer_says() {
    let now: Value = serde_json::from_str(&done([
        "calculer",
        CABINET,
        "--campagne",
        "2024",
        "--complement",
        COMPLEMENT,
        "--format",
        "json",
    ]))
    .unwrap();
    let simulated = json(CABINET, &["--modifier", "rosp-adulte.valeur_point=14"]);
    let schemes = now["medecins"][0]["dispositifs"].as_array().unwrap();
    for (one, two) in schemes.iter().zip(simulated["dispositifs"].as_array().unwrap()) {
        assert_eq!(one["dispositif"], two["dispositif"]);
        assert_eq!(one["euros"], two["avant"]);
    }
    // Twice the point, twice the amount, to the rounding.
    let rosp = &simulated["dispositifs"][0];
    let twice = 2 * cents(&rosp["avant"]["min"]);
    assert!((cents(&rosp["apres"]["min"]) - twice).abs() <= 1, "{rosp}");
}

#[test]
fn a_reform_adds_up_over_doctors() {
    let files = folder(&[(
        "une.toml",
        "titre = \"Une\"\nexplication = \"Deux paramètres.\"\nsource = \"essai\"\n\
         [[modification]]\nchamp = \"diabete-hba1c.points\"\nvaleur = \"60\"\n\
         [[modification]]\nchamp = \"forfait-patientele/age-0-6.montant\"\nvaleur = \"9\"\n",
    )]);
    let file = files.path().join("une.toml").display().to_string();
    let reforms: [&[&str]; 8] = [
        &["--reforme", &file],
        &["--modifier", "rosp-adulte.objectifs=percentiles 30 80"],
        &["--reforme", "sans-ponderation"],
        &["--reforme", "commission-adaptation"],
        &["--reforme", "indicateurs-revises"],
        &["--reforme", "tronc-commun"],
        &["--reforme", "debut-activite"],
        &["--reforme", "remplacants"],
    ];
    for reform in reforms {
        let told = json(&pays(), &[reform, &["--par-medecin"]].concat());
        let doctors = told["medecins"].as_array().unwrap();
        assert_eq!(doctors.len(), 4);
        for side in ["avant", "apres", "difference"] {
            for end in ["min", "max"] {
                let sum: i64 = doctors.iter().map(|one| cents(&one[side][end])).sum();
                assert_eq!(sum, cents(&told["total"][side][end]), "{reform:?} {side} {end}");
                let schemes = told["dispositifs"].as_array().unwrap();
                let sum: i64 = schemes.iter().map(|one| cents(&one[side][end])).sum();
                assert_eq!(sum, cents(&told["total"][side][end]), "{reform:?} {side} {end}");
            }
        }
        let sides = ["gagnants", "perdants", "inchanges", "incertains"];
        let counted: u64 = sides.iter().map(|side| told[*side].as_u64().unwrap()).sum();
        assert_eq!(counted, 4);
    }
}

#[test]
fn a_changed_parameter_moves_its_scheme_alone() {
    let told = json(CABINET, &["--modifier", "diabete-hba1c.exclu=perte"]);
    for scheme in told["dispositifs"].as_array().unwrap() {
        let moved = cents(&scheme["difference"]["max"]) < 0;
        assert_eq!(moved, scheme["dispositif"] == "rosp-adulte", "{scheme}");
    }
    assert_eq!(told["perdants"], 1);
}

#[test]
fn a_decision_is_for_one_doctor_and_for_a_time() {
    let reform = |doctor: &str, since: &str| {
        let text = format!(
            "titre = \"D\"\nexplication = \"Une décision.\"\nsource = \"essai\"\n\
             [[modification]]\nchamp = \"rosp-adulte/statines-repertoire.exclu\"\n\
             valeur = \"perte\"\nmedecin = \"{doctor}\"\ndepuis = {since}\n"
        );
        folder(&[("d.toml", text.as_str())])
    };
    let moved = |folder: &TempDir| {
        let file = folder.path().join("d.toml").display().to_string();
        let told = json(&pays(), &["--reforme", &file, "--par-medecin"]);
        let moved: Vec<_> = told["medecins"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| cents(&one["difference"]["max"]) != 0)
            .map(|one| one["medecin"].as_str().unwrap().to_owned())
            .collect();
        moved
    };
    assert_eq!(moved(&reform("M0002", "2024")), ["M0002"]);
    assert!(moved(&reform("M0002", "2025")).is_empty());
    let absent = reform("SECRET-X", "2024");
    assert!(moved(&absent).is_empty());
    let file = absent.path().join("d.toml").display().to_string();
    let table = simulated(&pays(), &["--reforme", &file]);
    has(&table, &["Une décision vise un médecin absent de ce dossier."]);
    assert!(!table.contains("SECRET"));
}

/// What the indicators of the adult scheme achieve, as `calculer` says: both
/// ends, exact to six digits.
#[cfg(test)]
fn achieved() -> Vec<(String, [f64; 2])> {
    let asked = ["calculer", CABINET, "--campagne", "2024", "--complement", COMPLEMENT];
    let told = done([&asked[..], &["--dispositif", "rosp-adulte", "--format", "json"]].concat());
    let told: Value = serde_json::from_str(&told).unwrap();
    let lines = told["medecins"][0]["dispositifs"][0]["indicateurs"].as_array().unwrap().iter();
    let end = |line: &Value, end: &str| -> f64 {
        line["realisation"][end].as_str().unwrap().parse().unwrap()
    };
    lines
        .filter(|line| line["statut"] != "hors-campagne")
        .map(|line| (line["id"].as_str().unwrap().to_owned(), [end(line, "min"), end(line, "max")]))
        .collect()
}

/// 940 points at 7 € for 677 patients of 800: 60 % for two indicators of 30 and
/// 20 points, 40 % for those chosen, as much each.
#[test]
fn a_common_core_and_a_chosen_part() {
    let achieved = achieved();
    let of = |id: &str| achieved.iter().find(|(one, _)| one == id).unwrap().1;
    let core = ["diabete-hba1c", "grippe-65"];
    let whole = 940.0 * 7.0 * 677.0 / 800.0;
    let expected = |chosen: &[&str], end: usize| {
        let of_core = 0.6 * of("diabete-hba1c")[end] + 0.4 * of("grippe-65")[end];
        let mean: f64 = chosen.iter().map(|id| of(id)[end]).sum::<f64>();
        whole * (0.6 * of_core + 0.4 * mean / f64::from(u32::try_from(chosen.len()).unwrap()))
    };
    let paid = |choice: &str, more: &str| {
        let mut text = format!(
            "titre = \"C\"\nexplication = \"Un choix.\"\nsource = \"essai\"\n\
             [[modification]]\nchamp = \"rosp-adulte.choix\"\nvaleur = \"{choice}\"\n{more}"
        );
        for id in core {
            let champ = format!("champ = \"rosp-adulte/{id}.tronc\"\n");
            text = text + "[[modification]]\n" + &champ + "valeur = \"oui\"\n";
        }
        let files = folder(&[("c.toml", text.as_str())]);
        let file = files.path().join("c.toml").display().to_string();
        let told = json(CABINET, &["--dispositif", "rosp-adulte", "--reforme", &file]);
        ["min", "max"].map(|end| told["total"]["apres"][end].as_str().unwrap().parse().unwrap())
    };
    let close = |paid: [f64; 2], chosen: &[&str]| {
        for (end, euros) in paid.into_iter().enumerate() {
            let expected = expected(chosen, end);
            assert!((euros - expected).abs() < 0.02, "{chosen:?} : {euros} et non {expected}");
        }
    };
    close(paid("40 tabac metformine", ""), &["tabac", "metformine"]);
    // The three that are best achieved.
    let mut others: Vec<_> =
        achieved.iter().filter(|(id, _)| !core.contains(&id.as_str())).collect();
    others.sort_by(|one, two| two.1.partial_cmp(&one.1).unwrap().then(one.0.cmp(&two.0)));
    let best: Vec<&str> = others.iter().take(3).map(|(id, _)| id.as_str()).collect();
    close(paid("40 meilleurs 3", ""), &best);
    // A dated choice of one doctor goes before that of everyone; out of its
    // years, it does not.
    let mine = |since: &str| {
        format!(
            "[[modification]]\nchamp = \"rosp-adulte.choix\"\nvaleur = \"40 tsh-isolee\"\n\
             medecin = \"M0001\"\ndepuis = {since}\n"
        )
    };
    close(paid("40 meilleurs 3", &mine("2024")), &["tsh-isolee"]);
    close(paid("40 meilleurs 3", &mine("2025")), &best);
}

#[test]
fn an_established_doctor_gains_nothing_from_a_longer_start() {
    let told = json(CABINET, &["--reforme", "debut-activite"]);
    assert_eq!(told["inchanges"], 1, "{told}");
}

#[test]
fn what_cannot_be_computed_is_said() {
    let table = simulated(CABINET, &["--reforme", "remplacants"]);
    has(&table, &["ReAGJIR 6", "Non calculé : qui remplace qui", "inchangés : 1"]);
    assert!(!table.contains('\u{1b}'), "colours off a terminal");
}

#[test]
fn bad_modifications_are_refused() {
    let hints: [(&str, &[&str]); 14] = [
        ("diabete-hba.cible=90", &["rien ne s'appelle `diabete-hba`", "`diabete-hba1c` ?"]),
        ("diabete-hba1c.cibl=90", &["pas de champ `cibl`", "`cible` ?"]),
        ("diabete-hba1c.cible=190", &["hors bornes", "entre 0 et 100"]),
        ("diabete-hba1c.cible=-1", &["hors bornes"]),
        ("diabete-hba1c.seuil=2,5", &["un nombre entier"]),
        ("rosp-adulte.reference=0", &["hors bornes"]),
        ("rosp-adulte.part_intermediaire=2", &["entre 0 et 1"]),
        ("rosp-adulte.objectifs=percentiles 80 30", &["percentiles 30 80"]),
        ("fmt-prevention.montant=6", &["n'existe pas en 2024", "2026"]),
        ("cible", &["ID.champ=VALEUR"]),
        ("rosp-adulte.choix=40", &["illisible", "40 meilleurs 6"]),
        ("rosp-adulte.choix=140 meilleurs 6", &["hors bornes"]),
        ("rosp-adulte.choix=40 tabacs", &["pas d'indicateur `tabacs` en 2024", "`tabac` ?"]),
        ("diabete-hba1c.tronc=non", &["`tronc`", "oui"]),
    ];
    for (modification, parts) in hints {
        let message = refusal(2, &["--modifier", modification]);
        has(&message, &[&format!("--modifier {modification} : ")]);
        has(&message, parts);
    }
    let message = refusal(2, &["--modifier", "diabete-hba1c.cible=60"]);
    has(&message, &["diabete-hba1c", "plus facile"]);
    has(&refusal(2, &["--reforme", "tronc-comun"]), &["`tronc-commun` ?"]);
    has(
        &refused(2, ["simuler", CABINET, "--campagne", "1999", "--modifier", "a.b=1"]),
        &["campagne 1999 absente"],
    );
}

#[test]
fn bad_reform_files_are_refused_with_their_line() {
    let head = "titre = \"T\"\nexplication = \"E.\"\nsource = \"essai\"\n";
    let one = |body: &str| {
        let files = folder(&[("r.toml", format!("{head}{body}").as_str())]);
        let file = files.path().join("r.toml").display().to_string();
        refusal(1, &["--reforme", &file])
    };
    let message = one("[[modification]]\nchamp = \"diabete-hba.cible\"\nvaleur = \"90\"\n");
    has(&message, &["r.toml:5:", "rien ne s'appelle `diabete-hba`", "aide : `diabete-hba1c` ?"]);
    let message = one("[[modification]]\nchamp = \"cible\"\nvaleur = \"90\"\n");
    has(&message, &["r.toml:5:", "champ illisible"]);
    has(&one("[[modification]]\nchamps = \"a.b\"\n"), &["clé inconnue : `champs`"]);
    has(&one(""), &["réforme sans modification"]);
    let missing = fs::canonicalize(CABINET).unwrap().join("absent.toml");
    let missing = missing.display().to_string();
    has(&refusal(1, &["--reforme", &missing]), &["fichier introuvable"]);
}
