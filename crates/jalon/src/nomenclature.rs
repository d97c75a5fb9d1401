//! `jalon nomenclature`

use std::fmt::Write as _;

use jalon_import::nomenclature::{
    self, Answer, Check, Manifest, Method, Nomenclature, Presentation, codes,
};
use jalon_rules::french;
use jalon_rules::scale::RateKind;

use crate::args::{self, ImportNomenclature, SearchNomenclature};
use crate::failure::Failure;
use crate::progress::Working;
use crate::text;

/// Runs the command.
pub fn run(args: &args::Nomenclature) -> Result<(), Failure> {
    match args {
        args::Nomenclature::Importer(args) => import(args),
        args::Nomenclature::Chercher(args) => search(args),
    }
}

fn import(args: &ImportNomenclature) -> Result<(), Failure> {
    let working = Working::on("Lecture des nomenclatures");
    let manifest = nomenclature::import(&args.source, &args.vers);
    drop(working);
    let manifest = manifest?;
    let mut out = format!("Nomenclature écrite dans {}\n\n", args.vers.display());
    let _ = writeln!(out, "{}\n", sources(&manifest));
    let figures = &manifest.chiffres;
    if figures.base_publique > 0 {
        let share = |part| text::rate(part, figures.remboursees, RateKind::Share);
        let rows = [
            ("classe ATC", figures.avec_classe),
            ("au répertoire des génériques, ou non", figures.avec_repertoire),
            ("grand conditionnement, ou non", figures.avec_conditionnement),
        ];
        let rows = rows.map(|(what, part)| vec![what.to_owned(), share(part)]).to_vec();
        let header = ["Connu des présentations remboursées", "Part"];
        let _ = writeln!(out, "{}\n", text::table(&header, "lr", rows));
        let classes = methods(&figures.classes_par_methode);
        let header = ["Classe ATC, présentations de la base publique", "Nombre"];
        let _ = writeln!(out, "{}\n", text::table(&header, "lr", classes));
        let sizes = methods(&figures.conditionnements_par_methode);
        let header = ["Grand conditionnement, ou non", "Nombre"];
        let _ = writeln!(out, "{}\n", text::table(&header, "lr", sizes));
        let rows = vec![
            check("classe ATC d'un produit", &figures.controle_classes),
            check("grand conditionnement, ou non", &figures.controle_conditionnements),
        ];
        let header =
            ["Déductions, là où la réponse est connue", "Justes", "Fausses", "Sans réponse"];
        let _ = writeln!(out, "{}\n", text::table(&header, "lrrr", rows));
    }
    for (reason, left) in &manifest.remarques {
        let _ = write!(out, "À savoir : {reason} : {}", french::integer(left.nombre));
        if !left.exemples.is_empty() {
            let _ = write!(out, " ({})", left.exemples.join(", "));
        }
        out.push('\n');
    }
    text::print(&out)
}

/// The files read, and how old they are.
fn sources(manifest: &Manifest) -> String {
    let rows = manifest.sources.iter().map(|one| {
        let lines = french::integer(one.lignes);
        let day = |day: &Option<String>| day.clone().unwrap_or_else(|| "—".to_owned());
        let hash = one.empreinte.chars().take(8).collect();
        let file = one.fichier.clone();
        vec![one.nomenclature.clone(), file, lines, day(&one.modifie), day(&one.dernier_jour), hash]
    });
    let header = ["Source", "Fichier", "Lignes", "Fichier du", "Parle jusqu'au", "Empreinte"];
    text::table(&header, "llrlll", rows.collect())
}

fn methods(counts: &std::collections::BTreeMap<String, u64>) -> Vec<Vec<String>> {
    let mut counts: Vec<_> = counts.iter().collect();
    counts.sort_by_key(|(name, count)| (*name == "inconnu", std::cmp::Reverse(**count)));
    let row = |(name, count): (&String, &u64)| {
        let sentence = Method::named(name).map_or("inconnu", Method::sentence);
        vec![sentence.to_owned(), french::integer(*count)]
    };
    counts.into_iter().map(row).collect()
}

fn check(what: &str, check: &Check) -> Vec<String> {
    let Check { justes, faux, sans_reponse } = *check;
    let counts = [justes, faux, sans_reponse].map(french::integer);
    [vec![what.to_owned()], counts.to_vec()].concat()
}

fn search(args: &SearchNomenclature) -> Result<(), Failure> {
    let code = args.code.trim();
    let nomenclature = Nomenclature::open(&args.nomenclature)?;
    let parts = answers(&nomenclature, code);
    if parts.is_empty() {
        let shapes =
            "CIP13 (13 chiffres), CIP7 (7), CIS (8), UCD (7 ou 13), NABM (4), CCAM (AAAA000)";
        return Err(Failure::input(format!(
            "{} : code inconnu de cette nomenclature\n   aide : codes cherchés : {shapes}",
            jalon_data::fault::shown(code)
        )));
    }
    let mut out = parts.join("\n\n");
    out.push_str("\n\n");
    out.push_str(&sources(nomenclature.manifest()));
    out.push('\n');
    text::print(&out)
}

/// Everything that a code may be: seven digits are a presentation, a hospital
/// unit, or both.
fn answers(nomenclature: &Nomenclature, code: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let long = codes::cip13(code);
    if let Some(one) = nomenclature.presentation(long.as_deref().unwrap_or(code)) {
        parts.push(presentation(one));
    }
    if let Some(one) = nomenclature.product(code) {
        let mut rows = vec![
            plain("forme", &one.form),
            plain("voies", &one.route),
            plain("groupes génériques", &one.groups),
            class(one.atc.as_ref()),
            flag("au répertoire", one.repertoire.as_ref()),
        ];
        let packs = nomenclature.presentations().iter().filter(|pack| pack.cis == one.cis);
        rows.extend(packs.map(|pack| plain("présentation", &pack.cip13)));
        parts.push(block(&format!("Produit, CIS {} : {}", one.cis, one.label), rows));
    }
    if let Some(one) = nomenclature.unit(code).filter(|_| code.len() >= 7) {
        let rows = vec![class(one.atc.as_ref()), flag("au répertoire", one.repertoire.as_ref())];
        parts.push(block(&format!("Unité hospitalière, UCD {} : {}", one.ucd, one.label), rows));
    }
    if let Some(act) = nomenclature.act(code) {
        parts.push(format!("Acte, {} {} : {}", act.system.to_uppercase(), act.code, act.label));
    }
    parts
}

fn presentation(one: &Presentation) -> String {
    let rows = vec![
        plain("CIS", &one.cis),
        plain("UCD", &one.ucd),
        plain("remboursement", &one.rate),
        class(one.atc.as_ref()),
        plain("autres réponses", &one.others),
        flag("au répertoire", one.repertoire.as_ref()),
        flag("grand conditionnement", one.large_pack.as_ref()),
    ];
    block(&format!("Présentation, CIP13 {} : {}", one.cip13, one.label), rows)
}

/// A title, then what is known; empty rows are left out.
fn block(title: &str, rows: Vec<Option<Vec<String>>>) -> String {
    let rows = rows.into_iter().flatten().collect();
    format!("{title}\n\n{}", text::table(&["", "Réponse", "Statut", "Méthode"], "llll", rows))
}

#[allow(clippy::unnecessary_wraps, reason = "rows of a block may be left out")]
fn known<T>(
    what: &str,
    answer: Option<&Answer<T>>,
    show: impl Fn(&T) -> String,
) -> Option<Vec<String>> {
    let cells = match answer {
        Some(answer) => [
            show(&answer.value),
            answer.standing.word().to_owned(),
            answer.method.sentence().to_owned(),
        ],
        None => ["inconnu".to_owned(), String::new(), String::new()],
    };
    Some([vec![what.to_owned()], cells.to_vec()].concat())
}

fn class(answer: Option<&Answer<String>>) -> Option<Vec<String>> {
    known("classe ATC", answer, Clone::clone)
}

fn flag(what: &str, answer: Option<&Answer<bool>>) -> Option<Vec<String>> {
    known(what, answer, |yes| if *yes { "oui" } else { "non" }.to_owned())
}

fn plain(what: &str, text: &str) -> Option<Vec<String>> {
    (!text.is_empty()).then(|| vec![what.to_owned(), text.to_owned(), String::new(), String::new()])
}
