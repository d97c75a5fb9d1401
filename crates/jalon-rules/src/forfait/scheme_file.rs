//! The file of a flat rate: `<convention>/<scheme>.toml`, beside
//! `convention.toml`.

use std::ops::Range;

use jiff::civil::Date;

use crate::campaign::{Campaign, RelativeDay};
use crate::convention::{
    CalendarEntry, Dated, Subtotal, calendar_entry, dated, repeated, required_campaign, subtotal,
};
use crate::diagnostic::{Diagnostic, Source};
use crate::fraction::Fraction;
use crate::status::Sourced;
use crate::toml_walk::{Keys, Walk};

/// A scheme whose block is all or nothing and opens the options.
#[derive(Clone, Debug)]
pub struct GateScheme {
    /// Identifier, as in `forfait-structure`.
    pub id: String,
    /// Name of the folder of its convention.
    pub convention: String,
    /// Its name.
    pub name: String,
    /// Folder of its pages.
    pub folder: String,
    /// First campaign.
    pub first: Campaign,
    /// Last campaign.
    pub last: Campaign,
    /// Name of the block, then of the options, as in subtotals.
    pub sections: [String; 2],
    /// Euros a point, by campaign; empty when the pages count euros.
    pub point_value: Vec<Dated<Fraction>>,
    /// Size of the list for which weighted points are written, by campaign.
    pub reference: Vec<Dated<Fraction>>,
    /// What the block itself is worth, by campaign.
    pub block: Vec<BlockTerms>,
    /// Points that a printed total has and no page carries.
    pub gaps: Vec<Gap>,
    /// Who is not asked for an item.
    pub exemptions: Vec<Exemption>,
    /// Whether a doctor can give the scheme up.
    pub renounceable: bool,
    /// Printed sums of points.
    pub subtotals: Vec<Subtotal>,
    /// Windows and payments.
    pub calendar: Vec<CalendarEntry>,
    pub(crate) file: String,
    pub(crate) span: Range<usize>,
}

/// What the block of a gate is worth from one campaign on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockTerms {
    /// First campaign.
    pub since: Campaign,
    /// Points of the whole block.
    pub points: Sourced<Fraction>,
    /// What is worth knowing when the block is not met.
    pub otherwise: Option<String>,
}

/// Points of a printed total that no item carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The campaign.
    pub campaign: Campaign,
    /// Its name.
    pub name: String,
    /// The most they can be.
    pub points: Sourced<Fraction>,
}

/// Doctors who are not asked for an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exemption {
    /// The page.
    pub item: String,
    /// Codes of the specialities concerned, as far as they are known.
    pub specialities: Vec<String>,
    /// Where it comes from.
    pub source: Sourced<()>,
}

/// A scheme that pays so much a year for each patient of a class.
#[derive(Clone, Debug)]
pub struct ClassScheme {
    /// Identifier, as in `fmt-socle`.
    pub id: String,
    /// Name of the folder of its convention.
    pub convention: String,
    /// Its name.
    pub name: String,
    /// Folder of its pages.
    pub folder: String,
    /// First campaign.
    pub first: Campaign,
    /// Last campaign.
    pub last: Campaign,
    /// Whether patients are counted on the 31 December before the campaign.
    pub year_before: bool,
    /// What raises the sum.
    pub uplifts: Vec<Uplift>,
    /// Windows and payments.
    pub calendar: Vec<CalendarEntry>,
    pub(crate) file: String,
    pub(crate) span: Range<usize>,
}

/// What raises the sum of the classes, for some doctors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uplift {
    /// Identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// First campaign.
    pub since: Campaign,
    /// Last campaign.
    pub until: Option<Campaign>,
    /// Which doctors; all conditions hold together.
    pub conditions: Vec<Condition>,
    /// By how much.
    pub rate: UpliftRate,
    /// Another uplift that this one may include instead of adding to it:
    /// sources disagree.
    pub may_include: Option<String>,
}

/// What an uplift asks of a doctor, on the reference day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// At least this many complete years.
    Age(i16),
    /// A practice in a zone d'intervention prioritaire.
    PriorityZone,
    /// In this year of the first practice.
    FirstPractice(i16),
}

/// By how much an uplift raises the sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpliftRate {
    /// By this share of the sum.
    Known(Sourced<Fraction>),
    /// By a formula nobody has published: the amount is a least one.
    Unknown(Sourced<()>),
}

impl GateScheme {
    /// Whether the scheme exists in a campaign.
    #[must_use]
    pub fn covers(&self, campaign: Campaign) -> bool {
        self.first <= campaign && campaign <= self.last
    }

    /// The campaigns of the scheme.
    pub fn campaigns(&self) -> impl Iterator<Item = Campaign> + use<> {
        (self.first.year()..=self.last.year()).filter_map(Campaign::new)
    }

    /// What the block is worth in a campaign; nothing when it has no points of
    /// its own.
    #[must_use]
    pub fn block_of(&self, campaign: Campaign) -> Option<&BlockTerms> {
        self.block.iter().rev().find(|terms| terms.since <= campaign)
    }

    /// The printed sum of a section, or of the whole scheme.
    #[must_use]
    pub fn subtotal(&self, section: Option<&str>, campaign: Campaign) -> Option<&Subtotal> {
        self.subtotals.iter().find(|subtotal| {
            subtotal.section.as_deref() == section
                && subtotal.since <= campaign
                && subtotal.until.is_none_or(|until| campaign <= until)
        })
    }

    /// The points of the campaign that no page carries.
    #[must_use]
    pub fn gap(&self, campaign: Campaign) -> Option<&Gap> {
        self.gaps.iter().find(|gap| gap.campaign == campaign)
    }
}

impl ClassScheme {
    /// Whether the scheme exists in a campaign.
    #[must_use]
    pub fn covers(&self, campaign: Campaign) -> bool {
        self.first <= campaign && campaign <= self.last
    }

    /// The campaigns of the scheme.
    pub fn campaigns(&self) -> impl Iterator<Item = Campaign> + use<> {
        (self.first.year()..=self.last.year()).filter_map(Campaign::new)
    }

    /// The campaign whose 31 December is the reference day: the list, ages,
    /// illnesses and contacts of a campaign are counted as if for this one.
    #[must_use]
    pub const fn counted_in(&self, campaign: Campaign) -> Campaign {
        if self.year_before { campaign.previous() } else { campaign }
    }

    /// The day on which patients are counted.
    #[must_use]
    pub const fn reference_day(&self, campaign: Campaign) -> Date {
        self.counted_in(campaign).reference_day()
    }
}

/// A scheme read from a file of its own.
pub(crate) enum FlatScheme {
    Gate(GateScheme),
    Classes(ClassScheme),
}

/// Reads `<scheme>.toml`.
pub(crate) fn parse(file: &str, text: &str, faults: &mut Vec<Diagnostic>) -> Option<FlatScheme> {
    let mut walk = Walk { source: Source { file, text }, offset: 0, faults: Vec::new() };
    let document = walk.parse(text);
    let mut keys = Keys::new(document.get_ref(), 0..0);
    let mut found = Vec::new();
    if let Some(mut schemes) = keys.table(&mut walk, "dispositif") {
        for (id, inner) in schemes.all_tables(&mut walk) {
            found.extend(read(&mut walk, file, &id, inner));
        }
    }
    keys.end(&mut walk);
    let name = file.rsplit('/').next().and_then(|name| name.strip_suffix(".toml"));
    let example = format!("[dispositif.{}]", name.unwrap_or("donum"));
    match found.first() {
        None if walk.faults.is_empty() => walk.fault_with(0..0, "fichier sans dispositif", example),
        Some(
            FlatScheme::Gate(GateScheme { id, .. }) | FlatScheme::Classes(ClassScheme { id, .. }),
        ) if found.len() > 1 || Some(id.as_str()) != name => {
            let message = "le fichier porte le nom de son seul dispositif";
            walk.fault_with(0..0, message, example);
        }
        _ => {}
    }
    faults.append(&mut walk.faults);
    found.pop()
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Gate,
    Classes,
}

fn read(walk: &mut Walk<'_>, file: &str, id: &str, mut keys: Keys<'_, '_>) -> Option<FlatScheme> {
    let span = keys.span();
    if !keys.has("forme") {
        keys.missing(walk, "forme");
    }
    let forms = [("verrou", Form::Gate), ("par-patient", Form::Classes)];
    let form = keys.choice(walk, "forme", &forms);
    let name = keys.required(walk, "nom");
    let folder = keys.required(walk, "dossier");
    for key in ["premiere_campagne", "derniere_campagne"] {
        if !keys.has(key) {
            keys.missing(walk, key);
        }
    }
    let first = keys.campaign(walk, "premiere_campagne").map(|(campaign, _)| campaign);
    let last = keys.campaign(walk, "derniere_campagne").map(|(campaign, _)| campaign);
    if let (Some(first), Some(last)) = (first, last)
        && first > last
    {
        walk.fault(span.clone(), "la dernière campagne vient avant la première");
    }
    let calendar = keys.tables(walk, "calendrier");
    let calendar: Vec<_> =
        calendar.into_iter().filter_map(|keys| calendar_entry(walk, keys)).collect();
    repeated(walk, &span, "calendrier", calendar.iter().map(|entry| entry.campaign));
    let convention = file.rsplit('/').nth(1)?.to_owned();
    let head = Head {
        id: id.to_owned(),
        convention,
        name: name?.0,
        folder: folder?.0,
        first: first?,
        last: last?,
        calendar,
        file: file.to_owned(),
        span,
    };
    match form? {
        Form::Gate => read_gate(walk, head, keys).map(FlatScheme::Gate),
        Form::Classes => Some(FlatScheme::Classes(read_classes(walk, head, keys))),
    }
}

/// What both forms have in common.
struct Head {
    id: String,
    convention: String,
    name: String,
    folder: String,
    first: Campaign,
    last: Campaign,
    calendar: Vec<CalendarEntry>,
    file: String,
    span: Range<usize>,
}

fn read_gate(walk: &mut Walk<'_>, head: Head, mut keys: Keys<'_, '_>) -> Option<GateScheme> {
    if !keys.has("volets") {
        keys.missing(walk, "volets");
    }
    let sections = keys.texts(walk, "volets").and_then(|(names, span)| {
        let sections = <[String; 2]>::try_from(names).ok();
        if sections.is_none() {
            let hint = "volets = [\"volet-1\", \"volet-2\"]";
            walk.fault_with(span, "il faut deux volets : le bloc, puis les options", hint);
        }
        sections
    });
    let point_value = dated(walk, &mut keys, "valeur_point");
    if point_value.first().is_some_and(|value| value.since > head.first) {
        let message = format!("`valeur_point` ne dit rien de la campagne {}", head.first);
        walk.fault(head.span.clone(), message);
    }
    let reference = dated(walk, &mut keys, "reference");
    let mut block: Vec<BlockTerms> = Vec::new();
    for mut inner in keys.tables(walk, "bloc") {
        let since = required_campaign(walk, &mut inner, "depuis");
        let points = required_number(walk, &mut inner, "points");
        let points = points.and_then(|points| inner.sourced(walk, points));
        let otherwise = inner.text(walk, "sinon").map(|(text, _)| text);
        let span = inner.span();
        inner.end(walk);
        let (Some(since), Some(points)) = (since, points) else { continue };
        if block.last().is_some_and(|last| last.since >= since) {
            walk.fault(span, format!("`bloc` : {since} vient après une campagne plus tardive"));
        }
        block.push(BlockTerms { since, points, otherwise });
    }
    let mut gaps = Vec::new();
    for mut inner in keys.tables(walk, "ecart") {
        let campaign = required_campaign(walk, &mut inner, "campagne");
        let name = inner.required(walk, "nom");
        let points = required_number(walk, &mut inner, "points");
        let points = points.and_then(|points| inner.sourced(walk, points));
        inner.end(walk);
        if let (Some(campaign), Some((name, _)), Some(points)) = (campaign, name, points) {
            gaps.push(Gap { campaign, name, points });
        }
    }
    repeated(walk, &head.span, "ecart", gaps.iter().map(|gap| gap.campaign));
    let mut exemptions = Vec::new();
    for mut inner in keys.tables(walk, "dispense") {
        let item = inner.required(walk, "indicateur");
        let specialities = inner.texts_or_none(walk, "specialites");
        let source = inner.sourced(walk, ());
        inner.end(walk);
        if let (Some((item, _)), Some(specialities), Some(source)) = (item, specialities, source) {
            exemptions.push(Exemption { item, specialities, source });
        }
    }
    let renounceable = keys.boolean(walk, "renonciation").unwrap_or(false);
    let subtotals = keys.tables(walk, "sous_total");
    let subtotals = subtotals.into_iter().filter_map(|keys| subtotal(walk, keys)).collect();
    keys.end(walk);
    let Head { id, convention, name, folder, first, last, calendar, file, span } = head;
    Some(GateScheme {
        id,
        convention,
        name,
        folder,
        first,
        last,
        sections: sections?,
        point_value,
        reference,
        block,
        gaps,
        exemptions,
        renounceable,
        subtotals,
        calendar,
        file,
        span,
    })
}

fn read_classes(walk: &mut Walk<'_>, head: Head, mut keys: Keys<'_, '_>) -> ClassScheme {
    let day = keys.text(walk, "jour_de_reference").and_then(|(text, span)| {
        let day = RelativeDay::parse(&text)
            .filter(|day| (day.month, day.day) == (12, 31) && day.year <= 0);
        if day.is_none() {
            let hint = "\"31/12/N\" ou \"31/12/N-1\"";
            walk.fault_with(span, format!("jour de référence illisible : `{text}`"), hint);
        }
        day
    });
    let mut uplifts: Vec<Uplift> = Vec::new();
    for inner in keys.tables(walk, "majoration") {
        let span = inner.span();
        let Some(uplift) = read_uplift(walk, inner, &head) else { continue };
        if uplifts.iter().any(|other| other.id == uplift.id) {
            walk.fault(span.clone(), format!("deux majorations `{}`", uplift.id));
        }
        if let Some(name) = &uplift.may_include
            && !uplifts.iter().any(|other| other.id == *name)
        {
            let hint = "nommez une majoration écrite plus haut";
            walk.fault_with(span, format!("majoration inconnue : `{name}`"), hint);
        }
        uplifts.push(uplift);
    }
    keys.end(walk);
    let Head { id, convention, name, folder, first, last, calendar, file, span } = head;
    ClassScheme {
        id,
        convention,
        name,
        folder,
        first,
        last,
        year_before: day.is_some_and(|day| day.year < 0),
        uplifts,
        calendar,
        file,
        span,
    }
}

fn read_uplift(walk: &mut Walk<'_>, mut keys: Keys<'_, '_>, head: &Head) -> Option<Uplift> {
    let id = keys.required(walk, "id");
    let name = keys.required(walk, "nom");
    let since = keys.campaign(walk, "depuis").map_or(head.first, |(campaign, _)| campaign);
    let until = keys.campaign(walk, "jusque").map(|(campaign, _)| campaign);
    let mut conditions = Vec::new();
    conditions
        .extend(keys.integer::<i16>(walk, "age_du_medecin").map(|(age, _)| Condition::Age(age)));
    if keys.choice(walk, "zone", &[("ZIP", ())]).is_some() {
        conditions.push(Condition::PriorityZone);
    }
    if let Some((year, span)) = keys.integer::<i16>(walk, "annee_de_primo_installation") {
        if year < 1 {
            walk.fault_with(span, "la première année est l'année 1", "par exemple 1");
        }
        conditions.push(Condition::FirstPractice(year));
    }
    let unknown = keys.choice(walk, "formule", &[("inconnue", ())]).is_some();
    let percent = keys.number(walk, "pourcent").map(|percent| percent.hundredths());
    let rate = match (percent, unknown) {
        (Some(share), false) => keys.sourced(walk, share).map(UpliftRate::Known),
        (None, true) => keys.sourced(walk, ()).map(UpliftRate::Unknown),
        _ => {
            let hint = "pourcent = \"10\", ou formule = \"inconnue\"";
            walk.fault_with(keys.span(), "il faut `pourcent` ou `formule`", hint);
            keys.know(&["statut", "source"]);
            None
        }
    };
    let may_include = keys.text(walk, "comprend_peut_etre").map(|(id, _)| id);
    keys.end(walk);
    Some(Uplift { id: id?.0, name: name?.0, since, until, conditions, rate: rate?, may_include })
}

fn required_number(
    walk: &mut Walk<'_>,
    keys: &mut Keys<'_, '_>,
    key: &'static str,
) -> Option<Fraction> {
    if !keys.has(key) {
        keys.missing(walk, key);
    }
    keys.number(walk, key)
}
