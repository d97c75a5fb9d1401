//! What each indicator says of one patient, criterion by criterion.

use jalon_engine::evidence::{CriterionEvidence, Part, PatientEvidence};
use jalon_engine::worklist::Reading;
use jalon_rules::Campaign;
use jalon_rules::criterion::{Criterion, Test};
use jalon_rules::french;
use jalon_rules::page::{Page, Unit};
use jalon_rules::scale::Direction;

use super::Sight;
use crate::failure::Failure;
use crate::pages::patients::people::Person;
use crate::texts::Calls;

/// An indicator that counts the patient.
pub struct Line {
    pub title: String,
    pub scheme: String,
    pub to: String,
    pub status: String,
    /// Whether nothing is left to do.
    pub met: bool,
    pub missing: String,
    pub until: String,
    pub criteria: Vec<Told>,
}

/// An indicator that does not count the patient, and why.
pub struct Aside {
    pub title: String,
    pub to: String,
    pub why: String,
}

/// What a criterion says.
pub struct Told {
    /// Nothing for one of several of which one is enough.
    pub part: &'static str,
    pub says: String,
    pub met: String,
    pub count: String,
    pub last: String,
}

/// Every indicator counted on patients: those that count this one, and the others.
pub fn of(sight: &Sight<'_>, person: &Person<'_>) -> Result<(Vec<Line>, Vec<Aside>), Failure> {
    let (mut lines, mut asides) = (Vec::new(), Vec::new());
    for reading in &sight.list.readings {
        let broken = |_| Failure::Broken("moteur");
        let own = reading.evidence.only(person.patient).map_err(broken)?;
        for (at, page) in reading.pages.iter().enumerate() {
            if !page.rule.unit.is_computed() {
                continue;
            }
            let Some(mut row) = own.page(at).map_err(broken)?.into_iter().next() else { continue };
            let to = sight.look.to(&format!("/indicateurs/{}/{}", reading.scheme.id, page.id));
            if row.counts.denominator == 0 {
                asides.push(Aside {
                    title: page.title.clone(),
                    to,
                    why: why(sight.w, page, sight.look.campaign, &row),
                });
                continue;
            }
            row.among_the_denominator(page, sight.look.campaign);
            lines.push(line(sight, person, reading, page, &row, to));
        }
    }
    Ok((lines, asides))
}

fn line(
    sight: &Sight<'_>,
    person: &Person<'_>,
    reading: &Reading<'_>,
    page: &Page,
    row: &PatientEvidence,
    to: String,
) -> Line {
    let t = sight.look.t;
    let targets = &sight.list.worklist.targets;
    let at = targets
        .iter()
        .position(|target| target.scheme.id == reading.scheme.id && target.page.id == page.id);
    let gaps = person.row.map(|row| row.gaps.as_slice()).unwrap_or_default();
    let gap = at.and_then(|at| gaps.iter().find(|gap| gap.target == at));
    let full = row.counts.numerator >= row.counts.denominator;
    let status = match (&page.rule.unit, page.rule.direction) {
        (Unit::Patient, Direction::Rising) => match gap {
            _ if full => t.validated.to_owned(),
            Some(gap) if gap.is_open() => t.open.to_owned(),
            _ => t.too_late.to_owned(),
        },
        (Unit::Patient, Direction::Falling) if row.counts.numerator > 0 => {
            sight.w.weighs.to_owned()
        }
        (Unit::Patient, Direction::Falling) => sight.w.weighs_not.to_owned(),
        _ => format!(
            "{}/{}",
            french::integer(row.counts.numerator),
            french::integer(row.counts.denominator)
        ),
    };
    let told = row.by_criterion(page, sight.look.campaign);
    let mut criteria = Vec::new();
    for (part, criterion, evidence) in told {
        tell(&mut criteria, sight, Some(part), criterion, evidence);
    }
    Line {
        title: page.title.clone(),
        scheme: reading.scheme.name.clone(),
        to,
        status,
        met: match page.rule.direction {
            Direction::Rising => full,
            Direction::Falling => row.counts.numerator == 0,
        },
        missing: gap.map_or_else(String::new, jalon_engine::worklist::Gap::sentence),
        until: gap
            .filter(|gap| gap.is_open())
            .and_then(jalon_engine::worklist::Gap::until)
            .map_or_else(String::new, french::date),
        criteria,
    }
}

fn tell(
    told: &mut Vec<Told>,
    sight: &Sight<'_>,
    part: Option<Part>,
    criterion: &Criterion,
    evidence: &CriterionEvidence,
) {
    let w = sight.w;
    told.push(Told {
        part: part.map_or("", Part::word),
        says: criterion.says.clone(),
        met: match (evidence.fails, evidence.holds) {
            (Some(fails), holds) => format!("{holds} {}, {fails} {}", w.yes, w.no),
            (None, 0) => w.no.to_owned(),
            (None, _) => w.yes.to_owned(),
        },
        count: evidence.count.map_or_else(String::new, french::integer),
        last: evidence.last.map_or_else(String::new, french::date),
    });
    if let Some(Test::AnyOf(options)) = &criterion.test {
        let applying = options.iter().filter(|option| option.applies(sight.look.campaign));
        for (option, evidence) in applying.zip(&evidence.options) {
            tell(told, sight, None, option, evidence);
        }
    }
}

/// What takes a patient out of an indicator: the first criterion that is not
/// met, or that excludes.
fn why(w: &Calls, page: &Page, campaign: Campaign, row: &PatientEvidence) -> String {
    let out = row.by_criterion(page, campaign).find(|(part, _, evidence)| match part {
        Part::Denominator => evidence.holds == 0,
        Part::Exclusion => evidence.holds > 0,
        Part::Numerator => false,
    });
    match out {
        Some((Part::Exclusion, criterion, _)) => format!("{} : {}", w.excluded, criterion.says),
        Some((_, criterion, _)) => format!("{} : {}", w.not_met, criterion.says),
        None => String::new(),
    }
}
