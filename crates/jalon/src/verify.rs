//! `jalon verifier`

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use jalon_engine::cases;
use jalon_rules::convention::Form;
use jalon_rules::diagnostic::Severity;
use jalon_rules::rules::Rules;
use jalon_rules::{Status, french};

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
        run = report.run;
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
    let wrong = rules.pages().iter().filter(|page| faults(&page.file)).count();
    let lost = diagnostics.iter().filter(|one| one.severity == Severity::Fault).count();
    let good = rules.pages().len() - wrong;
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

/// How sure the values of the scales are, by scheme and campaign.
fn sources(rules: &Rules) -> String {
    let statuses =
        [Status::Officiel, Status::Secondaire, Status::Deduit, Status::AVerifier, Status::Conflit];
    let mut rows = Vec::new();
    for (_, scheme) in rules.schemes() {
        for campaign in scheme.campaigns() {
            let mut known: BTreeMap<Status, u64> = BTreeMap::new();
            let mut unknown = 0_u64;
            let mut note = |status: Option<Status>| match status {
                Some(status) => *known.entry(status).or_default() += 1,
                None => unknown += 1,
            };
            for page in
                rules.pages_of(scheme).into_iter().filter(|page| rules.exists(page, campaign))
            {
                let Some(row) = page.scale_of(campaign) else { continue };
                let scale = &row.scale;
                note(scale.definition.as_ref().map(|value| value.status));
                if page.form == Form::PerPatient {
                    note(scale.amount.as_ref().map(|value| value.status));
                    continue;
                }
                note(scale.intermediate.as_ref().map(|value| value.status));
                note(scale.target.as_ref().map(|value| value.status));
                note(scale.minimum.as_ref().map(|value| value.status));
                note(scale.points.as_ref().map(|value| value.status));
            }
            let mut row = vec![scheme.id.clone(), campaign.to_string()];
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
        "Valeurs des barèmes par statut (lecture, intermédiaire, cible, seuil, points ; lecture et montant au patient)\n\n{}\n",
        text::table(&header, "lrrrrrrr", rows)
    )
}
