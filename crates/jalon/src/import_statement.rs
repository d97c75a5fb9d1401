//! `jalon importer releve`

mod arithmetic;
mod complement;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use clap::Args;
use jalon_claim::arithmetic::Arithmetic;
use jalon_claim::exact;
use jalon_data::fault::{escaped, shown};
use jalon_import::columns::{self, Columns, Given, Saved};
use jalon_import::label::{Catalogue, Meaning};
use jalon_import::sheet::{self, Limits, Workbook};
use jalon_import::statement::{self, FIELDS, Figure, Statement, from_sheet, from_toml};
use jalon_rules::Campaign;
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::convention::{Form, Scheme};
use jalon_rules::rules::Rules;
use jiff::civil::Date;

use crate::args::day;
use crate::failure::Failure;
use crate::import_list::{
    Columned, correspondence, correspondence_table, failure, kept, name, propose,
};
use crate::{load, text};

/// Hexadecimal digits that stand for a doctor in the name of a file.
const DIGITS: usize = 8;

#[derive(Debug, Args)]
pub struct ImportStatement {
    /// Relevé : TOML rempli à la main, XLS, XLSX, ODS ou CSV
    #[arg(value_name = "FICHIER", help_heading = "Arguments\u{a0}")]
    pub fichier: PathBuf,
    /// Dossier qui garde le relevé et le complément
    #[arg(long, value_name = "DOSSIER")]
    pub vers: PathBuf,
    /// Campagne du relevé
    #[arg(long, value_name = "ANNÉE")]
    pub campagne: i16,
    /// Médecin du relevé, tel que le dossier le nomme
    #[arg(long, value_name = "ID")]
    pub medecin: String,
    /// Dispositif du relevé ; sans lui, celui dont il nomme les indicateurs
    #[arg(long, value_name = "NOM")]
    pub dispositif: Option<String>,
    /// Patientèle du relevé, s'il ne la dit pas
    #[arg(long, value_name = "N")]
    pub patientele: Option<u32>,
    /// Jour où le relevé est arrivé
    #[arg(long, value_name = "AAAA-MM-JJ", value_parser = day)]
    pub recu: Option<Date>,
    /// Nom de la correspondance des colonnes
    #[arg(
        long,
        value_name = "NOM",
        default_value = "releve",
        hide_default_value = true,
        value_parser = name
    )]
    pub correspondance: String,
    #[command(flatten)]
    pub reading: Columned,
    /// Remplace ce que le complément ou un relevé gardé dit autrement
    #[arg(long)]
    pub remplacer: bool,
}

/// A file read, and how its columns were found if it has any.
struct Read {
    statement: Statement,
    sheet: Option<(Workbook, Columns)>,
    saved: Option<Saved>,
}

/// Runs the command.
pub fn run(args: &ImportStatement) -> Result<(), Failure> {
    let rules = load::rules(args.reading.regles.as_deref())?;
    let campaign = load::any_campaign(&rules, args.campagne)?;
    let failed = |error| failure(error, &args.fichier);
    let Read { mut statement, sheet, saved } = read(args)?;
    agree(args, &statement)?;

    let labels: BTreeMap<String, String> = saved
        .iter()
        .flat_map(|saved| saved.labels.clone())
        .chain(args.reading.libelle.iter().cloned())
        .collect();
    let named = args.dispositif.as_deref().or(statement.scheme.as_deref());
    let scheme = chosen(&rules, named, campaign, &statement, &labels)?;
    let pages = Pages::of(&rules, scheme, campaign);
    let meanings = pages.meanings(&statement, &labels);
    check(args, &statement, &meanings, &pages)?;

    for (line, meaning) in statement.lines.iter_mut().zip(&meanings) {
        line.indicator = meaning.id().map(str::to_owned);
    }
    statement.campaign = Some(args.campagne);
    statement.doctor = Some(args.medecin.clone());
    statement.scheme = Some(scheme.id.clone());
    statement.received = args.recu.or(statement.received);
    if let Some(list) = args.patientele {
        statement.common.insert(Figure::List, list.into());
    }

    let kept_statement = kept_path(args, scheme);
    let rendered = statement::render(&statement);
    let complement = complement::with(args, &rules, scheme, &pages, &statement)?;
    let known = fs::read_to_string(&kept_statement).ok();
    if known.as_ref().is_some_and(|known| *known != rendered) && !args.remplacer {
        return Err(Failure::input(format!(
            "{} : un autre relevé de cette campagne y est déjà ; rien n'a été écrit\n\
             aide : --remplacer s'il le corrige",
            kept_statement.display()
        )));
    }
    let unchanged = known.as_ref() == Some(&rendered) && !complement.changed;
    if !args.reading.a_blanc && !unchanged {
        let mut files = complement.files;
        files.push((kept_statement.clone(), rendered.into_bytes()));
        if let Some((_, columns)) = &sheet {
            let keep = kept(saved.as_ref(), columns, &args.reading.colonne, &args.reading.libelle);
            let path = correspondence(&args.vers, &args.correspondance);
            files.push((path, columns::render(&keep).into_bytes()));
        }
        jalon_import::whole::write(&files).map_err(failed)?;
    }

    let mut out = String::new();
    if let Some((book, columns)) = sheet.filter(|_| args.reading.a_blanc || saved.is_none()) {
        out.push_str(&correspondence_table(&book, &columns, FIELDS, &args.correspondance));
        let rows = columns
            .fields
            .iter()
            .map(|(key, (_, title))| vec![(*key).to_owned(), shown(title)])
            .collect();
        let _ = writeln!(out, "{}\n", text::table(&["Champ", "Colonne"], "ll", rows));
    }
    let _ = writeln!(out, "{}\n", text::title(&format!("Relevé {} {campaign}", scheme.id)));
    let sums = Arithmetic::of(&statement, scheme, campaign);
    out.push_str(&arithmetic::verdict(&sums));
    remarks(&mut out, &statement, &meanings, &complement.remarks);
    let end = if args.reading.a_blanc {
        "À blanc : rien n'a été écrit.".to_owned()
    } else if unchanged {
        "Déjà importé : rien ne change.".to_owned()
    } else {
        let folder = args.vers.display();
        format!(
            "Relevé gardé : {}\nPour s'en servir : jalon calculer {folder} --campagne {campaign} --complement {folder}/complement",
            kept_statement.display()
        )
    };
    let _ = writeln!(out, "\n{end}");
    text::print(&out)
}

fn read(args: &ImportStatement) -> Result<Read, Failure> {
    let failed = |error| failure(error, &args.fichier);
    let bytes = sheet::bytes(&args.fichier, &Limits::USUAL).map_err(failed)?;
    let file = args.fichier.display().to_string();
    let saved = columns::load(&correspondence(&args.vers, &args.correspondance)).map_err(failed)?;
    let toml = args.fichier.extension().is_some_and(|it| it.eq_ignore_ascii_case("toml"));
    if toml || statement::is_toml(&bytes) {
        let text = String::from_utf8(bytes).map_err(|_| {
            Failure::input(format!("{file} : texte illisible\naide : enregistrez-le en UTF-8"))
        })?;
        let statement = from_toml(&text, &file).map_err(failed)?;
        return Ok(Read { statement, sheet: None, saved });
    }
    let book = sheet::read_bytes(&args.fichier, &bytes, &Limits::USUAL).map_err(failed)?;
    let given = Given {
        file: &file,
        saved: saved.as_ref(),
        columns: &args.reading.colonne,
        sheet: args.reading.feuille.as_deref(),
        least: 2,
    };
    let columns = columns::propose(&book, FIELDS, &given).map_err(failed)?;
    let mut statement = from_sheet(&book, &columns, &file).map_err(failed)?;
    statement.remarks.extend(book.remarks.iter().cloned());
    Ok(Read { statement, sheet: Some((book, columns)), saved })
}

/// What the file says of itself must be what was asked.
fn agree(args: &ImportStatement, statement: &Statement) -> Result<(), Failure> {
    let file = args.fichier.display();
    if statement.campaign.is_some_and(|campaign| campaign != args.campagne) {
        let hint = "donnez à --campagne l'année du relevé";
        return Err(Failure::input(format!(
            "{file} : le relevé est d'une autre campagne que {}\naide : {hint}",
            args.campagne
        )));
    }
    if statement.doctor.as_ref().is_some_and(|doctor| *doctor != args.medecin) {
        let hint = "donnez à --medecin celui du relevé";
        return Err(Failure::input(format!(
            "{file} : le relevé est d'un autre médecin\naide : {hint}"
        )));
    }
    Ok(())
}

/// The pages of a scheme in a campaign, and what labels mean among them.
struct Pages {
    ids: Vec<String>,
    /// Scheme of the page itself: a centre is paid by the pages of others.
    schemes: BTreeMap<String, String>,
    catalogue: Catalogue,
}

impl Pages {
    fn of(rules: &Rules, scheme: &Scheme, campaign: Campaign) -> Self {
        let mut known = Vec::new();
        let mut schemes = BTreeMap::new();
        for page in rules.pages_of(scheme) {
            if rules.exists(page, campaign) {
                schemes.insert(page.id.clone(), page.rule.scheme.clone());
                known.push(jalon_claim::label::known(page));
            }
        }
        let ids = known.iter().map(|one| one.id.clone()).collect();
        Self { ids, schemes, catalogue: Catalogue::new(&known) }
    }

    fn meanings(&self, statement: &Statement, labels: &BTreeMap<String, String>) -> Vec<Meaning> {
        let plain = jalon_import::label::plain;
        statement
            .lines
            .iter()
            .map(|line| {
                let said = labels.iter().find(|(label, _)| plain(label) == plain(&line.label));
                match said.map(|(_, id)| id).or(line.indicator.as_ref()) {
                    Some(id) => Meaning::Same(id.clone()),
                    None => self.catalogue.find(&line.label),
                }
            })
            .collect()
    }
}

/// The scheme named, or the only one whose indicators the statement names most.
fn chosen<'r>(
    rules: &'r Rules,
    named: Option<&str>,
    campaign: Campaign,
    statement: &Statement,
    labels: &BTreeMap<String, String>,
) -> Result<&'r Scheme, Failure> {
    if let Some(id) = named {
        let scheme = load::scheme(rules, id)?;
        load::campaign(scheme, campaign.year())?;
        return match scheme {
            AnyScheme::Counted(scheme) if scheme.form == Form::Rate => Ok(scheme),
            _ => Err(Failure::usage(format!(
                "{id} n'a ni objectifs ni points pondérés : son relevé n'a rien à ajouter aux règles"
            ))),
        };
    }
    let mut found: Vec<(usize, &Scheme)> = rules
        .schemes()
        .map(|(_, scheme)| scheme)
        .filter(|scheme| {
            scheme.form == Form::Rate && scheme.covers(campaign) && scheme.pages_from.is_empty()
        })
        .map(|scheme| {
            let pages = Pages::of(rules, scheme, campaign);
            let meanings = pages.meanings(statement, labels);
            let known = meanings.iter().filter_map(Meaning::id);
            (known.filter(|id| pages.ids.iter().any(|page| page == id)).count(), scheme)
        })
        .collect();
    found.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    match found.as_slice() {
        [(count, scheme)] if *count > 0 => Ok(scheme),
        [(count, scheme), (second, _), ..] if count > second => Ok(scheme),
        _ => {
            let ids: Vec<_> = found.iter().map(|(_, scheme)| scheme.id.as_str()).collect();
            Err(Failure::usage(format!(
                "rien ne dit de quel dispositif est ce relevé\naide : --dispositif NOM, parmi : {}",
                ids.join(", ")
            )))
        }
    }
}

/// Indicators that do not exist, or come twice.
fn check(
    args: &ImportStatement,
    statement: &Statement,
    meanings: &[Meaning],
    pages: &Pages,
) -> Result<(), Failure> {
    let file = args.fichier.display();
    let mut faults = Vec::new();
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    for (line, meaning) in statement.lines.iter().zip(meanings) {
        let Some(id) = meaning.id() else { continue };
        if !pages.ids.iter().any(|page| page == id) {
            let ids: Vec<_> = pages.ids.iter().map(String::as_str).collect();
            let unknown = load::unknown("indicateur", &shown(id), &ids);
            faults.push(format!("{file}:{}: {unknown}", line.line));
        } else if let Some(first) = seen.insert(id, line.line) {
            faults.push(format!(
                "{file}:{}: {id} est déjà à la ligne {first}\naide : --libelle \"{}=ID\"",
                line.line,
                escaped(&line.label)
            ));
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    faults.push("Rien n'a été écrit.".to_owned());
    Err(Failure::input(faults.join("\n")))
}

/// The file that keeps a statement. An identifier of a doctor may be one of a
/// person: the name holds a digest of it.
fn kept_path(args: &ImportStatement, scheme: &Scheme) -> PathBuf {
    let digest = blake3::hash(args.medecin.as_bytes()).to_hex();
    let digest = digest.as_str().get(..DIGITS).unwrap_or_default();
    args.vers.join("releves").join(format!("{}-{digest}-{}.toml", args.campagne, scheme.id))
}

fn remarks(out: &mut String, statement: &Statement, meanings: &[Meaning], more: &[String]) {
    let mut all = statement.remarks.clone();
    for (line, meaning) in statement.lines.iter().zip(meanings) {
        let label = escaped(&line.label);
        match meaning {
            Meaning::Likely(id) => all.push(format!("« {label} » : lu comme {id}")),
            Meaning::Unclear(near) => {
                let near = propose(near);
                all.push(format!(
                    "« {label} » : aucun indicateur reconnu ; rien n'en va au complément\n  \
                     aide : --libelle \"{label}={near}"
                ));
            }
            Meaning::Same(_) => {}
        }
        let [most, points] =
            [Figure::MostPoints, Figure::Points].map(|figure| line.figures.get(&figure));
        if let (Some(most), Some(points)) = (most, points)
            && exact(points) > exact(most)
        {
            all.push(format!("« {label} » : plus de points que le maximum"));
        }
    }
    all.extend(more.iter().cloned());
    if !all.is_empty() {
        let _ = writeln!(out, "\n{}", text::title("Remarques"));
        for remark in all {
            let _ = writeln!(out, "- {remark}");
        }
    }
}
