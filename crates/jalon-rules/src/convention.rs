//! Conventions: what a point is worth, references, coefficients, calendar.

use std::ops::Range;

use jiff::civil::Date;

use crate::campaign::{Campaign, Window};
use crate::condition::{Column, Condition};
use crate::diagnostic::{Diagnostic, Source};
use crate::fraction::Fraction;
use crate::range::Range as Interval;
use crate::replacement::Replacement;
use crate::status::Sourced;
use crate::toml_walk::{Keys, Walk};

/// A medical convention with the schemes it holds.
#[derive(Clone, Debug)]
pub struct Convention {
    /// Name of its folder.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The texts it is made of.
    pub law: String,
    /// Its schemes.
    pub schemes: Vec<Scheme>,
    /// Which of its schemes came in the place of which.
    pub replacements: Vec<Sourced<Replacement>>,
}

/// A payment scheme.
#[derive(Clone, Debug)]
pub struct Scheme {
    /// Identifier, as in `rosp-adulte`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Folder of its pages.
    pub folder: String,
    /// How it pays.
    pub form: Form,
    /// Whose patients it is about.
    pub list: ListKind,
    /// Other schemes whose pages are its own too, on its own lists, each with
    /// its population, its point and its reference; with what says so.
    pub pages_from: Vec<Sourced<String>>,
    /// First campaign.
    pub first: Campaign,
    /// Last campaign.
    pub last: Campaign,
    /// Which patients of the list it is about.
    pub population: Condition,
    /// Its chapters, in order.
    pub sections: Vec<String>,
    /// For [`ListKind::Followed`]: codes of the specialities that are paid.
    pub specialities: Vec<String>,
    /// Euros a point, by campaign.
    pub point_value: Vec<Dated<Fraction>>,
    /// Size of the list for which points are written, by campaign.
    pub reference: Vec<Dated<Fraction>>,
    /// Share of the points at the intermediate objective, by campaign.
    pub share: Vec<Dated<Fraction>>,
    /// Where the formula of the achievement comes from, by campaign.
    pub formula: Vec<Dated<()>>,
    /// Coefficients of single campaigns.
    pub coefficients: Vec<Coefficient>,
    /// Official sums of points.
    pub subtotals: Vec<Subtotal>,
    /// Windows and payments.
    pub calendar: Vec<CalendarEntry>,
    file: String,
    span: Range<usize>,
}

/// How a scheme pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// Points for rates held against objectives.
    Rate,
    /// Euros for each patient of the numerator of each indicator.
    PerPatient,
}

impl Form {
    const ALL: [(&'static str, Self); 2] =
        [("taux", Self::Rate), ("par-patient", Self::PerPatient)];

    /// The word of `forme`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rate => "taux",
            Self::PerPatient => "par-patient",
        }
    }
}

/// Which patients a scheme is about, alive on the reference day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListKind {
    /// Those who declared the doctor as médecin traitant.
    TreatingDoctor,
    /// Those with net acts performed by the doctor (`executant`) on at least 2
    /// dates of the 24 months, whatever their médecin traitant.
    Followed,
    /// Those who declared any doctor of the same centre (`medecins.centre`);
    /// the centre is paid.
    Centre,
}

impl ListKind {
    const ALL: [(&'static str, Self); 3] = [
        ("medecin-traitant", Self::TreatingDoctor),
        ("suivis", Self::Followed),
        ("centre", Self::Centre),
    ];

    /// For [`Followed`](Self::Followed): how many dates.
    pub const FOLLOWED_DATES: u32 = 2;

    /// For [`Followed`](Self::Followed): the days on which they count.
    pub const FOLLOWED_WINDOW: Window = Window::Months(24);

    /// The word of `liste`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::TreatingDoctor => "medecin-traitant",
            Self::Followed => "suivis",
            Self::Centre => "centre",
        }
    }
}

/// A value that holds from a campaign on, until the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated<T> {
    /// First campaign.
    pub since: Campaign,
    /// The value.
    pub value: Sourced<T>,
}

/// What multiplies the amount of one campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coefficient {
    /// The campaign.
    pub campaign: Campaign,
    /// Its name.
    pub name: String,
    /// Its value, or the values between which it lies.
    pub value: Sourced<Interval>,
}

/// Points and number of indicators of a section, or of the whole scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subtotal {
    /// First campaign.
    pub since: Campaign,
    /// Last campaign.
    pub until: Option<Campaign>,
    /// The section; `None` for the whole scheme.
    pub section: Option<String>,
    /// How many indicators.
    pub indicators: usize,
    /// How many points.
    pub points: Sourced<Fraction>,
}

/// Declaration window and payment of one campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarEntry {
    /// The campaign.
    pub campaign: Campaign,
    /// First and last day of the declaration window, when known.
    pub declaration: (Option<Date>, Option<Date>),
    /// First and last day of the payment, when known.
    pub payment: (Option<Date>, Option<Date>),
    /// What is worth knowing besides.
    pub remark: Option<String>,
    /// Where it comes from.
    pub source: Sourced<()>,
}

/// The value of a dated list in a campaign.
#[must_use]
pub fn in_force<T>(values: &[Dated<T>], campaign: Campaign) -> Option<&Sourced<T>> {
    values.iter().rev().find(|dated| dated.since <= campaign).map(|dated| &dated.value)
}

impl Scheme {
    /// Whether the scheme exists in a campaign.
    #[must_use]
    pub fn covers(&self, campaign: Campaign) -> bool {
        self.first <= campaign && campaign <= self.last
    }

    /// The campaigns of the scheme.
    pub fn campaigns(&self) -> impl Iterator<Item = Campaign> + use<> {
        (self.first.year()..=self.last.year()).filter_map(Campaign::new)
    }

    /// The official sum of a section, or of the whole scheme.
    #[must_use]
    pub fn subtotal(&self, section: Option<&str>, campaign: Campaign) -> Option<&Subtotal> {
        self.subtotals.iter().find(|subtotal| {
            subtotal.section.as_deref() == section
                && subtotal.since <= campaign
                && subtotal.until.is_none_or(|until| campaign <= until)
        })
    }

    /// The official sum that bounds points nobody knows: that of their section,
    /// else that of the whole scheme.
    #[must_use]
    pub fn bounding_subtotal(&self, section: &str, campaign: Campaign) -> Option<&Subtotal> {
        self.subtotal(Some(section), campaign).or_else(|| self.subtotal(None, campaign))
    }

    /// The coefficient of a campaign.
    #[must_use]
    pub fn coefficient(&self, campaign: Campaign) -> Option<&Coefficient> {
        self.coefficients.iter().find(|coefficient| coefficient.campaign == campaign)
    }

    /// The calendar of a campaign.
    #[must_use]
    pub fn calendar_of(&self, campaign: Campaign) -> Option<&CalendarEntry> {
        self.calendar.iter().find(|entry| entry.campaign == campaign)
    }

    /// A fault about the scheme as a whole, found when pages are held
    /// against it; `text` is that of the convention's file.
    pub(crate) fn fault(&self, text: &str, message: impl Into<String>) -> Diagnostic {
        Source { file: &self.file, text }.fault(self.span.clone(), message)
    }
}

impl Convention {
    /// Reads `convention.toml`.
    pub(crate) fn parse(file: &str, text: &str, faults: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut walk = Walk { source: Source { file, text }, offset: 0, faults: Vec::new() };
        let document = walk.parse(text);
        let mut keys = Keys::new(document.get_ref(), 0..0);
        let name = keys.required(&mut walk, "nom");
        let law = keys.required(&mut walk, "textes");
        let mut schemes = Vec::new();
        if let Some(value) = keys.take("dispositif")
            && let Some(table) = value.get_ref().as_table()
        {
            for (id, scheme) in table {
                if let Some(inner) = scheme.get_ref().as_table() {
                    let keys = Keys::new(inner, id.span());
                    schemes.extend(read_scheme(&mut walk, id.get_ref(), keys, file));
                }
            }
        }
        if schemes.is_empty() {
            walk.fault_with(0..0, "convention sans dispositif", "[dispositif.rosp-adulte]");
        }
        let replacements = keys.tables(&mut walk, "remplacement");
        let replacements = replacements
            .into_iter()
            .filter_map(|keys| Replacement::read(&mut walk, keys))
            .collect();
        keys.end(&mut walk);
        faults.append(&mut walk.faults);
        let id = file.rsplit('/').nth(1)?.to_owned();
        Some(Self { id, name: name?.0, law: law?.0, schemes, replacements })
    }
}

fn read_scheme(
    walk: &mut Walk<'_>,
    id: &str,
    mut keys: Keys<'_, '_>,
    file: &str,
) -> Option<Scheme> {
    let span = keys.span();
    let name = keys.required(walk, "nom");
    let form = optional_choice(walk, &mut keys, "forme", &Form::ALL, Form::Rate);
    let kind = optional_choice(walk, &mut keys, "liste", &ListKind::ALL, ListKind::TreatingDoctor);
    let borrows = keys.has("pages_de");
    let pages_from = keys.tables(walk, "pages_de");
    let pages_from = pages_from.into_iter().filter_map(|keys| lender(walk, keys)).collect();
    let folder = if borrows && !keys.has("dossier") {
        Some((String::new(), span.clone()))
    } else {
        keys.required(walk, "dossier")
    };
    for key in ["premiere_campagne", "derniere_campagne"] {
        if !keys.has(key) {
            keys.missing(walk, key);
        }
    }
    let first = keys.campaign(walk, "premiere_campagne");
    let last = keys.campaign(walk, "derniere_campagne");
    let population = keys.required(walk, "population").and_then(|(text, span)| {
        Condition::parse(&text, Column::PATIENT)
            .map_err(|error| {
                let meant = span.start + 1 + error.span.start..span.start + 1 + error.span.end;
                walk.fault_with(meant, error.message, error.hint);
            })
            .ok()
    });
    let sections = keys.texts(walk, "volets");
    let specialities = keys
        .has("specialites")
        .then(|| keys.texts(walk, "specialites"))
        .flatten()
        .map_or_else(Vec::new, |(texts, _)| texts);
    let point_value = dated(walk, &mut keys, "valeur_point");
    let reference = dated(walk, &mut keys, "reference");
    let share = dated(walk, &mut keys, "part_intermediaire");
    let formula = dated_with(walk, &mut keys, "formule", |_, _| Some(()));
    let coefficients = keys.tables(walk, "coefficient");
    let coefficients =
        coefficients.into_iter().filter_map(|keys| coefficient(walk, keys)).collect();
    let subtotals = keys.tables(walk, "sous_total");
    let subtotals = subtotals.into_iter().filter_map(|keys| subtotal(walk, keys)).collect();
    let calendar = keys.tables(walk, "calendrier");
    let calendar: Vec<CalendarEntry> =
        calendar.into_iter().filter_map(|keys| calendar_entry(walk, keys)).collect();
    keys.end(walk);
    let scheme = Scheme {
        id: id.to_owned(),
        name: name?.0,
        folder: folder?.0,
        form: form?,
        list: kind?,
        pages_from,
        first: first?.0,
        last: last?.0,
        population: population?,
        sections: sections?.0,
        specialities,
        point_value,
        reference,
        share,
        formula,
        coefficients,
        subtotals,
        calendar,
        file: file.to_owned(),
        span: span.clone(),
    };
    if scheme.first > scheme.last {
        walk.fault(span.clone(), "la dernière campagne vient avant la première");
    }
    terms(walk, &scheme);
    repeated(walk, &span, "coefficient", scheme.coefficients.iter().map(|one| one.campaign));
    repeated(walk, &span, "calendrier", scheme.calendar.iter().map(|one| one.campaign));
    for campaign in scheme.campaigns() {
        for section in scheme.sections.iter().map(|section| Some(section.as_str())).chain([None]) {
            let overlapping = scheme.subtotals.iter().filter(|one| {
                one.section.as_deref() == section
                    && one.since <= campaign
                    && one.until.is_none_or(|until| campaign <= until)
            });
            if overlapping.count() > 1 {
                walk.fault(span.clone(), format!("deux sous-totaux valent pour {campaign}"));
            }
        }
    }
    Some(scheme)
}

/// What turns rates into euros: all of it in a scheme of rates that has pages
/// of its own, none of it elsewhere.
fn terms(walk: &mut Walk<'_>, scheme: &Scheme) {
    let wanted = scheme.form == Form::Rate && scheme.pages_from.is_empty();
    let known = |given: Option<Campaign>| given.is_some_and(|since| since <= scheme.first);
    for (since, key) in [
        (scheme.point_value.first().map(|dated| dated.since), "valeur_point"),
        (scheme.reference.first().map(|dated| dated.since), "reference"),
        (scheme.share.first().map(|dated| dated.since), "part_intermediaire"),
        (scheme.formula.first().map(|dated| dated.since), "formule"),
    ] {
        let span = scheme.span.clone();
        if wanted && !known(since) {
            walk.fault(span, format!("`{key}` ne dit rien de la campagne {}", scheme.first));
        } else if !wanted && since.is_some() {
            let hint = "un dispositif au patient, ou qui reprend les pages d'autres, n'en a pas";
            walk.fault_with(span, format!("`{key}` ne sert pas ici"), hint);
        }
    }
}

/// The choice written, or the one that goes without saying.
fn optional_choice<T: Copy>(
    walk: &mut Walk<'_>,
    keys: &mut Keys<'_, '_>,
    key: &'static str,
    choices: &[(&'static str, T)],
    default: T,
) -> Option<T> {
    if keys.has(key) { keys.choice(walk, key, choices) } else { Some(default) }
}

/// An entry of `pages_de`.
fn lender(walk: &mut Walk<'_>, mut keys: Keys<'_, '_>) -> Option<Sourced<String>> {
    let scheme = keys.required(walk, "dispositif").map(|(scheme, _)| scheme);
    let lender = scheme.and_then(|scheme| keys.sourced(walk, scheme));
    keys.end(walk);
    lender
}

pub(crate) fn repeated(
    walk: &mut Walk<'_>,
    span: &Range<usize>,
    what: &str,
    campaigns: impl Iterator<Item = Campaign>,
) {
    let mut seen = Vec::new();
    for campaign in campaigns {
        if seen.contains(&campaign) {
            walk.fault(span.clone(), format!("`{what}` : la campagne {campaign} figure deux fois"));
        }
        seen.push(campaign);
    }
}

pub(crate) fn required_campaign(
    walk: &mut Walk<'_>,
    keys: &mut Keys<'_, '_>,
    key: &'static str,
) -> Option<Campaign> {
    if !keys.has(key) {
        keys.missing(walk, key);
    }
    keys.campaign(walk, key).map(|(campaign, _)| campaign)
}

pub(crate) fn dated(
    walk: &mut Walk<'_>,
    keys: &mut Keys<'_, '_>,
    key: &'static str,
) -> Vec<Dated<Fraction>> {
    dated_with(walk, keys, key, |walk, keys| {
        if !keys.has("valeur") {
            keys.missing(walk, "valeur");
        }
        let value = keys.number(walk, "valeur")?;
        if key == "reference" && value == Fraction::zero() {
            walk.fault(keys.span(), "référence nulle");
            return None;
        }
        Some(value)
    })
}

fn dated_with<T>(
    walk: &mut Walk<'_>,
    keys: &mut Keys<'_, '_>,
    key: &'static str,
    read: impl Fn(&mut Walk<'_>, &mut Keys<'_, '_>) -> Option<T>,
) -> Vec<Dated<T>> {
    let mut values: Vec<Dated<T>> = Vec::new();
    for mut inner in keys.tables(walk, key) {
        let since = required_campaign(walk, &mut inner, "depuis");
        let value = read(walk, &mut inner).and_then(|value| inner.sourced(walk, value));
        let span = inner.span();
        inner.end(walk);
        let (Some(since), Some(value)) = (since, value) else { continue };
        if values.last().is_some_and(|last| last.since >= since) {
            walk.fault(
                span,
                format!("`{key}` : {since} vient après une campagne égale ou plus tardive"),
            );
        }
        values.push(Dated { since, value });
    }
    values
}

fn coefficient(walk: &mut Walk<'_>, mut keys: Keys<'_, '_>) -> Option<Coefficient> {
    let campaign = required_campaign(walk, &mut keys, "campagne");
    let name = keys.required(walk, "nom");
    let exact = keys.number(walk, "valeur");
    let low = keys.number(walk, "minimum");
    let high = keys.number(walk, "maximum");
    let interval = match (exact, low, high) {
        (Some(value), None, None) => Some(Interval::exact(value)),
        (None, Some(low), Some(high)) => Interval::new(low, high),
        _ => None,
    };
    if interval.is_none() {
        walk.fault_with(
            keys.span(),
            "il faut `valeur`, ou `minimum` et `maximum` dans l'ordre",
            "valeur = \"1.0040\"",
        );
    }
    let value = interval.and_then(|interval| keys.sourced(walk, interval));
    keys.end(walk);
    Some(Coefficient { campaign: campaign?, name: name?.0, value: value? })
}

pub(crate) fn subtotal(walk: &mut Walk<'_>, mut keys: Keys<'_, '_>) -> Option<Subtotal> {
    let since = required_campaign(walk, &mut keys, "depuis");
    let until = keys.campaign(walk, "jusque").map(|(campaign, _)| campaign);
    let section = keys.text(walk, "volet").map(|(section, _)| section);
    for key in ["points", "indicateurs"] {
        if !keys.has(key) {
            keys.missing(walk, key);
        }
    }
    let indicators = keys.integer(walk, "indicateurs").map(|(number, _)| number);
    let points = keys.number(walk, "points").and_then(|points| keys.sourced(walk, points));
    keys.end(walk);
    Some(Subtotal { since: since?, until, section, indicators: indicators?, points: points? })
}

pub(crate) fn calendar_entry(walk: &mut Walk<'_>, mut keys: Keys<'_, '_>) -> Option<CalendarEntry> {
    let campaign = required_campaign(walk, &mut keys, "campagne");
    let mut day = |key| keys.date(walk, key).map(|(date, _)| date);
    let declaration = (day("declaration_debut"), day("declaration_fin"));
    let payment = (day("paiement_debut"), day("paiement_fin"));
    let remark = keys.text(walk, "remarque").map(|(remark, _)| remark);
    let source = keys.sourced(walk, ());
    for (from, to) in [declaration, payment] {
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            walk.fault(keys.span(), format!("le {to} vient avant le {from}"));
        }
    }
    keys.end(walk);
    Some(CalendarEntry { campaign: campaign?, declaration, payment, remark, source: source? })
}
