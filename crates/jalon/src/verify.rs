//! `jalon verifier`

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use jalon_engine::cases;
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::convention::Form;
use jalon_rules::diagnostic::Severity;
use jalon_rules::forfait::Role;
use jalon_rules::rules::Rules;
use jalon_rules::{Campaign, Sourced, Status, french};

use crate::args::Verify;
use crate::failure::Failure;
use crate::{load, text};

/// Runs the command.
pub fn run(args: &Verify) -> Result<(), Failure> {
    let files = match &args.regles {
        Some(folder) => load::files(folder)?,
        None => Rules::bundled_files(),
    };
    let today = jiff::Zoned::now().date();
    let (rules, mut diagnostics) = Rules::read(files, Some(today));
    if let (Some(folder), true, true) =
        (&args.regles, rules.pages().is_empty(), diagnostics.is_empty())
    {
        return Err(load::no_page(folder));
    }
    let readable = !diagnostics.iter().any(|one| one.severity == Severity::Fault);
    let mut run = 0;
    let mut failed = 0;
    // Cases of rules that cannot be used would only repeat their faults.
    if readable {
        let report = cases::run(&rules)?;
        // Those of gates and classes are replayed while they are read.
        let gates = rules.all_gate_pages().iter().map(|page| page.cases.len());
        let classes = rules.all_class_pages().iter().map(|page| page.cases.len());
        run = report.run + gates.chain(classes).sum::<usize>();
        failed = report.failures.len();
        diagnostics.extend(report.failures);
        if args.couverture {
            diagnostics.extend(report.uncovered);
        }
    }
    let root = args.regles.as_deref().unwrap_or(Path::new("regles"));
    let mut out = String::new();
    for diagnostic in &diagnostics {
        let _ = writeln!(out, "{}\n", load::in_folder(root, diagnostic));
    }
    if args.sources {
        out.push_str(&sources(&rules));
        out.push('\n');
    }
    let faults = |page: &str| {
        diagnostics.iter().any(|one| one.severity == Severity::Fault && one.file == page)
    };
    let gates = rules.all_gate_pages().iter().map(|page| &page.sheet.file);
    let classes = rules.all_class_pages().iter().map(|page| &page.sheet.file);
    let files = rules.pages().iter().map(|page| &page.file).chain(gates).chain(classes);
    let lost = diagnostics.iter().filter(|one| one.severity == Severity::Fault).count();
    let good = files.filter(|file| !faults(file)).count();
    if lost == 0 {
        let _ = writeln!(
            out,
            "{} sans faute ; {run} cas sur {run} ; listes de codes : {}",
            french::count(good as u64, "page"),
            rules.lists().count()
        );
    } else {
        let _ = writeln!(
            out,
            "{} ; {} bonne(s) ; {}",
            french::count(lost as u64, "faute"),
            french::count(good as u64, "page"),
            if readable {
                format!("{} cas sur {}", run - failed, run)
            } else {
                "cas non joués tant que les règles ont des fautes".to_owned()
            }
        );
    }
    text::print(&out)?;
    if lost == 0 { Ok(()) } else { Err(Failure::input("")) }
}

/// How many values have each status, and how many are unknown.
#[derive(Default)]
struct Tally {
    known: BTreeMap<Status, u64>,
    unknown: u64,
}

impl Tally {
    fn note<T>(&mut self, value: Option<&Sourced<T>>) {
        match value {
            Some(value) => *self.known.entry(value.status).or_default() += 1,
            None => self.unknown += 1,
        }
    }

    /// Values in disagreement are each counted.
    fn note_all<T>(&mut self, values: &[Sourced<T>]) {
        if values.is_empty() {
            self.unknown += 1;
        }
        for value in values {
            self.note(Some(value));
        }
    }
}

/// The values of a scheme in a campaign.
fn tally(rules: &Rules, scheme: AnyScheme<'_>, campaign: Campaign) -> Tally {
    let mut tally = Tally::default();
    match scheme {
        AnyScheme::Counted(scheme) => {
            let pages = rules.pages_of(scheme).into_iter();
            for page in pages.filter(|page| rules.exists(page, campaign)) {
                let Some(row) = page.scale_of(campaign) else { continue };
                let scale = &row.scale;
                tally.note(scale.definition.as_ref());
                if page.form == Form::PerPatient {
                    tally.note(scale.amount.as_ref());
                    continue;
                }
                tally.note(scale.intermediate.as_ref());
                tally.note(scale.target.as_ref());
                tally.note(scale.minimum.as_ref());
                tally.note(scale.points.as_ref());
            }
        }
        AnyScheme::Classes(scheme) => {
            for page in rules.class_pages(scheme, campaign) {
                let Some(row) = page.row_of(campaign) else { continue };
                tally.note(row.definition.as_ref());
                tally.note(row.amount.as_ref());
            }
        }
        AnyScheme::Gate(scheme) => {
            for page in rules.gate_pages(scheme, campaign) {
                let Some(row) = page.row_of(campaign) else { continue };
                tally.note(row.definition.as_ref());
                tally.note_all(&row.requirement.values);
                if row.role != Role::Prerequisite {
                    tally.note_all(&row.points);
                }
            }
        }
    }
    tally
}

/// How sure the values of the scales are, by scheme and campaign.
fn sources(rules: &Rules) -> String {
    let statuses =
        [Status::Officiel, Status::Secondaire, Status::Deduit, Status::AVerifier, Status::Conflit];
    let mut rows = Vec::new();
    for scheme in rules.any_schemes() {
        let (first, last) = scheme.span();
        for campaign in (first.year()..=last.year()).filter_map(Campaign::new) {
            let Tally { known, unknown } = tally(rules, scheme, campaign);
            let mut row = vec![scheme.id().to_owned(), campaign.to_string()];
            row.extend(
                statuses.iter().map(|status| known.get(status).copied().unwrap_or(0).to_string()),
            );
            row.push(unknown.to_string());
            rows.push(row);
        }
    }
    let mut header = vec!["Dispositif", "Campagne"];
    header.extend(statuses.iter().map(|status| status.word()));
    header.push("inconnu");
    format!(
        "Valeurs des barèmes par statut : lecture, objectifs, seuil et points d'un taux ; lecture et montant au patient ; lecture, exigence et points d'un verrou\n\n{}\n",
        text::table(&header, "lrrrrrrr", rows)
    )
}
