//! Modifications held against the rules of a campaign.

use std::ops::Range;

use super::{Modification, Reform};
use crate::any_scheme::AnyScheme;
use crate::campaign::Campaign;
use crate::convention::Form;
use crate::diagnostic::choose;
use crate::forfait::{ClassPage, GatePage};
use crate::fraction::Fraction;
use crate::page::Page;
use crate::rules::Rules;
use crate::scale::RateKind;

/// A modification that the rules understand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// As written.
    pub text: String,
    /// The scheme.
    pub scheme: String,
    /// The indicator, class or item; nothing for the scheme as a whole.
    pub page: Option<String>,
    /// What becomes of it.
    pub setting: Setting,
    /// The only doctor it is about.
    pub doctor: Option<String>,
}

/// A new value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Intermediate objective, as printed.
    Intermediate(Fraction),
    /// Target, as printed.
    Target(Fraction),
    /// Fewest patients or boxes.
    Minimum(u64),
    /// Points at the target, of an item, or of a block.
    Points(Fraction),
    /// Euros a patient.
    Amount(Fraction),
    /// The indicator no longer counts.
    Excluded(Report),
    /// Euros a point.
    PointValue(Fraction),
    /// Reference list.
    Reference(Fraction),
    /// Share of the points at the intermediate objective.
    Share(Fraction),
    /// What multiplies the amounts of the campaign.
    Coefficient(Fraction),
    /// Amounts do not depend on the size of the list.
    Unweighted,
    /// Intermediate objective and target are these percentiles of the rates of
    /// the doctors of the dossier.
    Percentiles(u8, u8),
    /// What is added to the amount in each year of practice, in percent.
    Start(Vec<Fraction>),
    /// The indicator is of the core that holds for everyone, where the others
    /// are chosen.
    Core,
    /// Each doctor chooses indicators besides the core.
    Choice(Choice),
}

/// The part of a scheme that a doctor chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its share of the points of the scheme, between 0 and 1.
    pub share: Fraction,
    /// What is chosen.
    pub pick: Pick,
}

/// Indicators that a doctor chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// So many, those that the doctor achieves best today.
    Best(usize),
    /// These.
    Named(Vec<String>),
}

/// Where the points of an indicator that no longer counts go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// Nowhere.
    Lost,
    /// To the others of its section, in proportion to their points.
    Section,
    /// To all others of its scheme, in proportion to their points.
    Scheme,
}

/// A modification that the rules do not understand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReformFault {
    /// The modification as written.
    pub text: String,
    /// What is wrong, in French.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    pub(super) span: Range<usize>,
}

/// What a modification is about.
#[derive(Clone, Copy)]
enum Found<'r> {
    Scheme(AnyScheme<'r>),
    Page(&'r Page),
    Class(&'r ClassPage),
    Item(&'r GatePage),
}

impl Reform {
    /// What the reform changes in a campaign, among the schemes that are paid;
    /// else every fault.
    pub fn changes(
        &self,
        rules: &Rules,
        schemes: &[AnyScheme<'_>],
        campaign: Campaign,
    ) -> Result<Vec<Change>, Vec<ReformFault>> {
        let mut changes = Vec::new();
        let mut faults = Vec::new();
        for modification in self.modifications.iter().filter(|one| one.covers(campaign)) {
            match change(modification, rules, schemes, campaign) {
                Ok(change) => changes.push(change),
                Err((message, hint)) => faults.push(ReformFault {
                    text: modification.text.clone(),
                    message,
                    hint,
                    span: modification.span.clone(),
                }),
            }
        }
        if faults.is_empty() { Ok(changes) } else { Err(faults) }
    }
}

type Wrong = (String, Option<String>);

fn change(
    modification: &Modification,
    rules: &Rules,
    schemes: &[AnyScheme<'_>],
    campaign: Campaign,
) -> Result<Change, Wrong> {
    let found = find(modification, rules, schemes, campaign)?;
    let (scheme, page) = found.names();
    let setting = setting(modification, found)?;
    if let Setting::Choice(Choice { pick: Pick::Named(ids), .. }) = &setting {
        let pages = rules.pages().iter().filter(|page| page.rule.scheme == scheme);
        let exist = pages.filter(|page| rules.exists(page, campaign));
        let known: Vec<_> = exist.map(|page| page.id.as_str()).collect();
        if let Some(id) = ids.iter().find(|id| !known.contains(&id.as_str())) {
            let message = format!("`{scheme}` n'a pas d'indicateur `{id}` en {campaign}");
            return Err((message, Some(choose(id, "indicateurs", &known))));
        }
    }
    Ok(Change {
        text: modification.text.clone(),
        scheme: scheme.to_owned(),
        page: page.map(str::to_owned),
        setting,
        doctor: modification.doctor.clone(),
    })
}

impl<'r> Found<'r> {
    fn names(self) -> (&'r str, Option<&'r str>) {
        match self {
            Self::Scheme(scheme) => (scheme.id(), None),
            Self::Page(page) => (&page.rule.scheme, Some(&page.id)),
            Self::Class(page) => (&page.scheme, Some(&page.sheet.id)),
            Self::Item(page) => (&page.scheme, Some(&page.sheet.id)),
        }
    }

    /// The parameters that can be changed.
    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Scheme(AnyScheme::Counted(scheme)) if scheme.form == Form::Rate => &[
                "valeur_point",
                "reference",
                "part_intermediaire",
                "coefficient",
                "ponderation",
                "objectifs",
                "debut",
                "choix",
            ],
            Self::Scheme(AnyScheme::Classes(_)) => &[],
            Self::Scheme(AnyScheme::Gate(_)) => &["valeur_point", "reference", "bloc"],
            Self::Page(page) if page.form == Form::Rate => {
                &["intermediaire", "cible", "seuil", "points", "exclu", "tronc"]
            }
            Self::Scheme(AnyScheme::Counted(_)) | Self::Page(_) | Self::Class(_) => &["montant"],
            Self::Item(_) => &["points"],
        }
    }
}

/// Everything of a scheme that a modification can name, in a campaign or ever.
fn named<'r>(
    rules: &'r Rules,
    scheme: AnyScheme<'r>,
    campaign: Option<Campaign>,
) -> Vec<Found<'r>> {
    let mut all = vec![Found::Scheme(scheme)];
    match scheme {
        AnyScheme::Counted(scheme) => {
            let pages = rules.pages().iter().filter(|page| page.rule.scheme == scheme.id);
            let exists = |page: &&Page| campaign.is_none_or(|one| rules.exists(page, one));
            all.extend(pages.filter(exists).map(Found::Page));
        }
        AnyScheme::Classes(scheme) => {
            let pages = campaign.map_or_else(
                || rules.all_class_pages().iter().collect(),
                |campaign| rules.class_pages(scheme, campaign),
            );
            all.extend(pages.into_iter().filter(|one| one.scheme == scheme.id).map(Found::Class));
        }
        AnyScheme::Gate(scheme) => {
            let pages = campaign.map_or_else(
                || rules.all_gate_pages().iter().collect(),
                |campaign| rules.gate_pages(scheme, campaign),
            );
            all.extend(pages.into_iter().filter(|one| one.scheme == scheme.id).map(Found::Item));
        }
    }
    all
}

fn id(found: Found<'_>) -> &str {
    let (scheme, page) = found.names();
    page.unwrap_or(scheme)
}

fn find<'r>(
    modification: &Modification,
    rules: &'r Rules,
    schemes: &[AnyScheme<'_>],
    campaign: Campaign,
) -> Result<Found<'r>, Wrong> {
    let wanted = |found: &Found<'_>| {
        let in_scheme = modification.scheme.as_ref().is_none_or(|one| *one == found.names().0);
        in_scheme && id(*found) == modification.id
    };
    let every = rules.any_schemes();
    let paid = |scheme: &AnyScheme<'_>| schemes.iter().any(|one| one.id() == scheme.id());
    let present: Vec<Found<'_>> = every
        .iter()
        .filter(|scheme| paid(scheme))
        .flat_map(|scheme| named(rules, *scheme, Some(campaign)))
        .collect();
    let found: Vec<_> = present.iter().copied().filter(|one| wanted(one)).collect();
    let id = &modification.id;
    match found[..] {
        [one] => return Ok(one),
        [] => {}
        _ => {
            let names: Vec<_> = found.iter().map(|one| format!("{}/{id}", one.names().0)).collect();
            let hint = format!("précisez : {}", names.join(", "));
            return Err((format!("`{id}` existe dans plusieurs dispositifs"), Some(hint)));
        }
    }
    let elsewhere = every.iter().filter_map(|scheme| {
        let found = named(rules, *scheme, None).into_iter().find(wanted)?;
        Some((*scheme, found))
    });
    if let Some((scheme, found)) = elsewhere.into_iter().next() {
        if scheme.covers(campaign) && !paid(&scheme) {
            let hint = format!("retirez --dispositif, ou donnez {}", scheme.id());
            return Err((format!("`{id}` est d'un autre dispositif"), Some(hint)));
        }
        let (first, last) = match found {
            Found::Page(page) => rules.span_of(page).unwrap_or(scheme.span()),
            Found::Class(ClassPage { since, until, .. })
            | Found::Item(GatePage { since, until, .. }) => {
                let (first, last) = scheme.span();
                (since.unwrap_or(first), until.unwrap_or(last))
            }
            Found::Scheme(_) => scheme.span(),
        };
        let hint = format!("campagnes : {first} à {last}");
        return Err((format!("`{id}` n'existe pas en {campaign}"), Some(hint)));
    }
    let mut ids: Vec<_> = present.iter().map(|one| self::id(*one)).collect();
    ids.sort_unstable();
    ids.dedup();
    Err((format!("rien ne s'appelle `{id}` en {campaign}"), Some(choose(id, "connus", &ids))))
}

fn setting(modification: &Modification, found: Found<'_>) -> Result<Setting, Wrong> {
    let Modification { id, field, value, .. } = modification;
    let fields = found.fields();
    if !fields.contains(&field.as_str()) {
        let hint = match fields {
            [] => "donnez une de ses classes".to_owned(),
            _ => choose(field, "champs", fields),
        };
        return Err((format!("`{id}` n'a pas de champ `{field}`"), Some(hint)));
    }
    let wrong = |hint: &str| {
        (format!("`{field}` : valeur illisible ou hors bornes : `{value}`"), Some(hint.to_owned()))
    };
    let number = |most: Option<u64>| {
        let text = value.trim_end_matches(['%', '€']).trim();
        let number = text.parse::<Fraction>().ok();
        number.filter(|one| !one.is_negative() && most.is_none_or(|most| *one <= most.into()))
    };
    let objective = || match found {
        Found::Page(page) if page.rule.rate == RateKind::Share => number(Some(100)),
        _ => number(None),
    };
    let percent = "un nombre entre 0 et 100, comme 74 ou 74,5";
    let setting = match field.as_str() {
        "intermediaire" => Setting::Intermediate(objective().ok_or_else(|| wrong(percent))?),
        "cible" => Setting::Target(objective().ok_or_else(|| wrong(percent))?),
        "seuil" => Setting::Minimum(value.parse().map_err(|_| wrong("un nombre entier, comme 5"))?),
        "points" | "bloc" => {
            Setting::Points(number(Some(10_000)).ok_or_else(|| wrong("des points, comme 30"))?)
        }
        "montant" => {
            Setting::Amount(number(Some(10_000)).ok_or_else(|| wrong("des euros, comme 5"))?)
        }
        "valeur_point" => {
            Setting::PointValue(number(Some(1_000)).ok_or_else(|| wrong("des euros, comme 7"))?)
        }
        "reference" => {
            let reference = number(None).filter(|one| !one.is_zero());
            Setting::Reference(reference.ok_or_else(|| wrong("des patients, comme 800"))?)
        }
        "part_intermediaire" => {
            let share = number(Some(1)).ok_or_else(|| wrong("une part entre 0 et 1, comme 0.5"))?;
            Setting::Share(share)
        }
        "coefficient" => {
            let hint = "un nombre entre 0 et 10, comme 1.05";
            Setting::Coefficient(number(Some(10)).ok_or_else(|| wrong(hint))?)
        }
        "exclu" => Setting::Excluded(match value.as_str() {
            "perte" => Report::Lost,
            "volet" => Report::Section,
            "dispositif" => Report::Scheme,
            _ => return Err(wrong("où vont ses points : perte, volet ou dispositif")),
        }),
        "ponderation" if value == "aucune" => Setting::Unweighted,
        "ponderation" => return Err(wrong("aucune")),
        "objectifs" => percentiles(value).ok_or_else(|| wrong("percentiles 30 80"))?,
        "tronc" if value == "oui" => Setting::Core,
        "tronc" => return Err(wrong("oui")),
        "choix" => choice(value).ok_or_else(|| {
            wrong("une part des points en %, puis un nombre ou des indicateurs : 40 meilleurs 6, ou 40 tabac alcool")
        })?,
        _ => start(value).ok_or_else(|| wrong("un pourcentage par année d'exercice : 20 15 5"))?,
    };
    Ok(setting)
}

fn percentiles(value: &str) -> Option<Setting> {
    let (low, high) = value.strip_prefix("percentiles")?.trim().split_once(' ')?;
    let (low, high) = (low.trim().parse().ok()?, high.trim().parse().ok()?);
    (1 <= low && low <= high && high <= 100).then_some(Setting::Percentiles(low, high))
}

fn choice(value: &str) -> Option<Setting> {
    let (share, picked) = value.trim().split_once(' ')?;
    let share = share.trim_end_matches('%').parse::<Fraction>().ok()?.hundredths();
    let picked: Vec<_> = picked.trim_start_matches('%').split_whitespace().collect();
    let pick = match picked[..] {
        ["meilleurs", number] => Pick::Best(number.parse().ok().filter(|number| *number > 0)?),
        [] | ["meilleurs", ..] => return None,
        _ => Pick::Named(picked.into_iter().map(str::to_owned).collect()),
    };
    let is_share = !share.is_negative() && share <= Fraction::one();
    is_share.then_some(Setting::Choice(Choice { share, pick }))
}

fn start(value: &str) -> Option<Setting> {
    let most = Fraction::from(1_000);
    let rates: Option<Vec<Fraction>> = value
        .split_whitespace()
        .map(|rate| rate.parse().ok().filter(|one: &Fraction| !one.is_negative() && *one <= most))
        .collect();
    rates.filter(|rates| !rates.is_empty()).map(Setting::Start)
}
