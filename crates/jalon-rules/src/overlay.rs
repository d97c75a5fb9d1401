//! Values that a user adds to the rules: those a statement prints, or
//! invented ones for a demonstration.

use std::collections::BTreeMap;

use crate::campaign::Campaign;
use crate::convention::Form;
use crate::diagnostic::{Diagnostic, Severity, Source, choose};
use crate::fraction::Fraction;
use crate::page::Page;
use crate::rules::{RuleFile, Rules, RulesError, extension};
use crate::scale::{Direction, Scale};
use crate::status::{Sourced, Status};
use crate::toml_walk::{Keys, Walk};

/// Values added to the rules.
#[derive(Clone, Debug)]
pub struct Overlay {
    /// What the values are.
    pub title: String,
    /// [`Status::Fictif`] or [`Status::Releve`].
    pub status: Status,
    /// Where they come from.
    pub source: String,
    /// blake3 of its files.
    pub hash: String,
    scales: BTreeMap<(String, String, Campaign), Added>,
    starts: BTreeMap<(String, String, Campaign, Option<String>), Fraction>,
    /// Values that the rules knew and the overlay replaces.
    pub replaced: Vec<Diagnostic>,
}

#[derive(Clone, Debug, Default)]
struct Added {
    intermediate: Option<Fraction>,
    target: Option<Fraction>,
    minimum: Option<u64>,
    points: Option<Fraction>,
    /// Its line in the file.
    span: std::ops::Range<usize>,
}

const SCALE: [&str; 7] =
    ["dispositif", "indicateur", "campagne", "intermediaire", "cible", "seuil", "points"];
const STARTS: [&str; 5] = ["dispositif", "indicateur", "campagne", "medecin", "depart"];

impl Overlay {
    /// Reads the files of an overlay folder (`complement.toml`, `bareme.csv`,
    /// `departs.csv`) and holds them against the rules. Any fault refuses it.
    pub fn load(mut files: Vec<RuleFile>, rules: &Rules) -> Result<Self, RulesError> {
        files.sort_by(|left, right| left.path.cmp(&right.path));
        let mut faults = Vec::new();
        let mut hasher = blake3::Hasher::new();
        let mut head = None;
        let mut overlay = Self {
            title: String::new(),
            status: Status::AVerifier,
            source: String::new(),
            hash: String::new(),
            scales: BTreeMap::new(),
            starts: BTreeMap::new(),
            replaced: Vec::new(),
        };
        for file in &files {
            let text = String::from_utf8_lossy(&file.bytes);
            let source = Source { file: &file.path, text: &text };
            let known =
                matches!(file.path.as_str(), "complement.toml" | "bareme.csv" | "departs.csv");
            if known {
                hasher.update(file.path.as_bytes()).update(&[0]).update(&file.bytes).update(&[0]);
            }
            match file.path.as_str() {
                "complement.toml" => head = read_head(source, &mut faults),
                "bareme.csv" => rows(source, &SCALE, rules, &mut faults, |row| overlay.scale(row)),
                "departs.csv" => {
                    let before = faults.len();
                    rows(source, &STARTS, rules, &mut faults, |row| overlay.start(row));
                    faults[before..].iter_mut().for_each(hide_doctor);
                }
                other if matches!(extension(other), "csv" | "toml") => {
                    let hint = "complement.toml, bareme.csv, departs.csv";
                    faults
                        .push(source.fault(0..0, "fichier inconnu dans un complément").hint(hint));
                }
                _ => {}
            }
        }
        match head {
            Some((title, status, origin)) => {
                overlay.title = title;
                overlay.status = status;
                overlay.source = origin;
            }
            None if faults.is_empty() => {
                let source = Source { file: "complement.toml", text: "" };
                let hint = "titre, nature (\"fictif\" ou \"releve\") et source";
                faults.push(source.fault(0..0, "complément sans complement.toml").hint(hint));
            }
            None => {}
        }
        let scales = files.iter().find(|file| file.path == "bareme.csv");
        let text = scales.map_or("".into(), |file| String::from_utf8_lossy(&file.bytes));
        for (row, added) in &overlay.scales {
            let Some(page) = rules.page(&row.0, &row.1) else { continue };
            let scale = overlay.apply(page, row.2);
            if let Some(Scale { intermediate: Some(low), target: Some(high), .. }) = &scale
                && !crate::achievement::ordered(&low.value, &high.value, page.rule.direction)
            {
                let source = Source { file: "bareme.csv", text: &text };
                let (id, campaign) = (&row.1, row.2);
                let message = format!(
                    "{id} en {campaign} : la cible est plus facile que l'objectif intermédiaire"
                );
                let hint = match page.rule.direction {
                    Direction::Rising => {
                        "un taux plus haut est meilleur : la cible est la plus haute"
                    }
                    Direction::Falling => {
                        "un taux plus bas est meilleur : la cible est la plus basse"
                    }
                };
                faults.push(source.fault(added.span.clone(), message).hint(hint));
            }
        }
        overlay.hash = hasher.finalize().to_hex().to_string();
        if faults.iter().any(|fault| fault.severity == Severity::Fault) {
            return Err(RulesError(faults));
        }
        overlay.replaced = faults;
        Ok(overlay)
    }

    /// The scale of a page in a campaign, with the added values.
    #[must_use]
    pub fn apply(&self, page: &Page, campaign: Campaign) -> Option<Scale> {
        let mut scale = page.scale_of(campaign)?.scale.clone();
        let key = (page.rule.scheme.clone(), page.id.clone(), campaign);
        if let Some(added) = self.scales.get(&key) {
            let fraction =
                |value: &Fraction| Sourced::new(value.clone(), self.status, &self.source);
            let put = |slot: &mut Option<Sourced<Fraction>>, value: &Option<Fraction>| {
                if let Some(value) = value {
                    *slot = Some(fraction(value));
                }
            };
            put(&mut scale.intermediate, &added.intermediate);
            put(&mut scale.target, &added.target);
            put(&mut scale.points, &added.points);
            if let Some(minimum) = added.minimum {
                scale.minimum = Some(Sourced::new(minimum, self.status, &self.source));
            }
        }
        Some(scale)
    }

    /// The starting rates alone: what remains of an overlay whose scales were
    /// written into the rules.
    #[must_use]
    pub fn without_scales(&self) -> Self {
        Self { scales: BTreeMap::new(), ..self.clone() }
    }

    /// The starting rate of a doctor, in the unit of the objectives.
    #[must_use]
    pub fn starting_rate(
        &self,
        page: &Page,
        campaign: Campaign,
        doctor: &str,
    ) -> Option<Sourced<Fraction>> {
        let key = |doctor: Option<&str>| {
            (page.rule.scheme.clone(), page.id.clone(), campaign, doctor.map(str::to_owned))
        };
        let rate = self.starts.get(&key(Some(doctor))).or_else(|| self.starts.get(&key(None)))?;
        Some(Sourced::new(rate.clone(), self.status, &self.source))
    }

    fn scale(&mut self, row: &mut Row<'_>) {
        let objective = |row: &mut Row<'_>, at| row.number(at, true);
        let added = Added {
            intermediate: objective(row, 3),
            target: objective(row, 4),
            minimum: row.whole(5),
            points: row.number(6, false),
            span: row.span.clone(),
        };
        let known = row.page.scale_of(row.campaign).map(|row| &row.scale);
        if let Some(known) = known {
            let same = |given: &Option<Fraction>, known: &Option<Sourced<Fraction>>| match (
                given, known,
            ) {
                (Some(given), Some(known)) => *given == known.value,
                _ => true,
            };
            let minimum_same = match (added.minimum, &known.minimum) {
                (Some(given), Some(known)) => given == known.value,
                _ => true,
            };
            let same = same(&added.intermediate, &known.intermediate)
                && same(&added.target, &known.target)
                && same(&added.points, &known.points)
                && minimum_same;
            if !same {
                let message =
                    format!("remplace une valeur connue de {} en {}", row.page.id, row.campaign);
                row.fault(message, "le complément l'emporte").severity = Severity::Warning;
            }
        }
        let key = (row.page.rule.scheme.clone(), row.page.id.clone(), row.campaign);
        if self.scales.insert(key, added).is_some() {
            row.fault(
                "deux lignes pour le même indicateur et la même campagne".into(),
                "gardez-en une",
            );
        }
    }

    fn start(&mut self, row: &mut Row<'_>) {
        let doctor = row.cells.get(3).filter(|doctor| !doctor.is_empty()).cloned();
        let Some(rate) = row.number(4, true) else {
            row.fault("taux de départ absent".into(), "un nombre comme 62 ou 62,5");
            return;
        };
        let key = (row.page.rule.scheme.clone(), row.page.id.clone(), row.campaign, doctor);
        if self.starts.insert(key, rate).is_some() {
            row.fault("deux taux de départ pour la même chose".into(), "gardez-en un");
        }
    }
}

/// An excerpt shows no doctor: the fourth cell of a line, any of a line that
/// was to be the header.
fn hide_doctor(fault: &mut Diagnostic) {
    let mut cells: Vec<&str> = fault.excerpt.split(',').collect();
    if fault.line == 1 || fault.excerpt.contains('"') {
        cells = vec!["…"];
    } else if let Some(doctor) = cells.get_mut(3).filter(|doctor| !doctor.trim().is_empty()) {
        *doctor = "…";
    }
    fault.excerpt = cells.join(",");
    fault.width = fault.excerpt.chars().count().max(1);
}

fn read_head(source: Source<'_>, faults: &mut Vec<Diagnostic>) -> Option<(String, Status, String)> {
    let mut walk = Walk { source, offset: 0, faults: Vec::new() };
    let document = walk.parse(source.text);
    let mut keys = Keys::new(document.get_ref(), 0..0);
    let title = keys.required(&mut walk, "titre");
    if !keys.has("nature") {
        keys.missing(&mut walk, "nature");
    }
    let natures = [("fictif", Status::Fictif), ("releve", Status::Releve)];
    let status = keys.choice(&mut walk, "nature", &natures);
    let origin = keys.required(&mut walk, "source");
    keys.end(&mut walk);
    faults.append(&mut walk.faults);
    Some((title?.0, status?, origin?.0))
}

/// A row about an indicator that exists in its campaign.
struct Row<'a> {
    source: Source<'a>,
    span: std::ops::Range<usize>,
    cells: Vec<String>,
    page: &'a Page,
    campaign: Campaign,
    faults: &'a mut Vec<Diagnostic>,
}

impl Row<'_> {
    fn fault(&mut self, message: String, hint: &str) -> &mut Diagnostic {
        self.faults.push(self.source.fault(self.span.clone(), message).hint(hint));
        let last = self.faults.len() - 1;
        &mut self.faults[last]
    }

    /// A number, or nothing; `objective` bounds shares to 100.
    fn number(&mut self, at: usize, objective: bool) -> Option<Fraction> {
        let text = self.cells.get(at)?.trim().trim_end_matches('%').trim().replace(',', ".");
        if text.is_empty() {
            return None;
        }
        let share = objective && self.page.rule.rate == crate::scale::RateKind::Share;
        let number = text.parse::<Fraction>().ok().filter(|number| {
            *number >= Fraction::zero() && (!share || *number <= Fraction::from(100))
        });
        if number.is_none() {
            self.fault(
                format!("nombre illisible ou hors bornes : `{text}`"),
                "un nombre comme 74 ou 74,5",
            );
        }
        number
    }

    fn whole(&mut self, at: usize) -> Option<u64> {
        let text = self.cells.get(at)?.trim().to_owned();
        if text.is_empty() {
            return None;
        }
        let number = text.parse().ok();
        if number.is_none() {
            self.fault(format!("nombre entier attendu : `{text}`"), "un effectif comme 5");
        }
        number
    }
}

fn rows(
    source: Source<'_>,
    header: &[&str],
    rules: &Rules,
    faults: &mut Vec<Diagnostic>,
    mut each: impl FnMut(&mut Row<'_>),
) {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(source.text.as_bytes());
    for (index, record) in reader.records().enumerate() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                faults.push(source.fault(0..0, format!("CSV illisible : {error}")));
                return;
            }
        };
        let start = record
            .position()
            .and_then(|position| usize::try_from(position.byte()).ok())
            .unwrap_or(0);
        let end = source.text[start..].find('\n').map_or(source.text.len(), |at| start + at);
        let span = start..end;
        if index == 0 {
            if !record.iter().eq(header.iter().copied()) {
                let hint = format!("il faut {}", header.join(","));
                faults.push(source.fault(span, "colonnes inattendues").hint(hint));
                return;
            }
            continue;
        }
        let cells: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
        let [scheme, id, year] = [0, 1, 2].map(|at| cells.get(at).map_or("", String::as_str));
        let Some(page) = rules.page(scheme, id) else {
            let ids: Vec<_> = rules.pages().iter().map(|page| page.id.as_str()).collect();
            let message = format!("indicateur inconnu : `{scheme}` `{id}`");
            faults.push(source.fault(span, message).hint(choose(id, "indicateurs", &ids)));
            continue;
        };
        let campaign = year.parse().ok().and_then(Campaign::new);
        let Some(campaign) = campaign.filter(|campaign| rules.exists(page, *campaign)) else {
            faults.push(source.fault(span, format!("`{id}` n'existe pas en `{year}`")));
            continue;
        };
        if page.form == Form::PerPatient {
            let message = format!("`{id}` n'a ni objectif, ni point, ni taux de départ");
            faults.push(source.fault(span, message).hint("il est payé au patient"));
            continue;
        }
        let mut row = Row { source, span, cells, page, campaign, faults: &mut *faults };
        each(&mut row);
    }
}
