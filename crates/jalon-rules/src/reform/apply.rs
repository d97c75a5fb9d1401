//! Rules with changes.

use std::collections::BTreeSet;

use super::resolve::{Change, Report, Setting};
use crate::achievement::ordered;
use crate::campaign::Campaign;
use crate::convention::{Coefficient, Dated, Form, Scheme};
use crate::fraction::Fraction;
use crate::overlay::Overlay;
use crate::page::Page;
use crate::range::Range;
use crate::rules::Rules;
use crate::scale::Scale;
use crate::status::{Sourced, Status};

/// The rules of one campaign as they would be. Values that change are
/// [`Status::Fictif`]; a change to the present value changes nothing.
#[derive(Clone, Debug)]
pub struct Reformed {
    rules: Rules,
    overlay: Option<Overlay>,
    campaign: Campaign,
    unweighted: BTreeSet<String>,
}

impl Reformed {
    /// The rules as they are, the scales of an overlay written into them so
    /// that a reform stands on what the user added.
    #[must_use]
    pub fn new(rules: &Rules, overlay: Option<&Overlay>, campaign: Campaign) -> Self {
        let mut rules = rules.clone();
        if let Some(overlay) = overlay {
            for page in &mut rules.pages {
                let scale = overlay.apply(page, campaign);
                if let (Some(scale), Some(slot)) = (scale, scale_mut(page, campaign)) {
                    *slot = scale;
                }
            }
        }
        let overlay = overlay.map(Overlay::without_scales);
        Self { rules, overlay, campaign, unweighted: BTreeSet::new() }
    }

    /// The rules.
    #[must_use]
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// What the user added besides scales.
    #[must_use]
    pub const fn overlay(&self) -> Option<&Overlay> {
        self.overlay.as_ref()
    }

    /// Whether a scheme pays whatever the size of the list; its reference is
    /// then one patient.
    #[must_use]
    pub fn is_unweighted(&self, scheme: &str) -> bool {
        self.unweighted.contains(scheme)
    }

    /// Changes the rules; says whether anything changed. Percentiles, years of
    /// practice and choices depend on doctors: [`Self::objectives`],
    /// [`Self::multiply`] and [`Self::choose`] apply them.
    pub fn apply(&mut self, change: &Change) -> bool {
        let Self { campaign, .. } = *self;
        let why = change.text.as_str();
        let page = change.page.as_deref();
        let scheme = change.scheme.as_str();
        match &change.setting {
            Setting::Intermediate(value) => self
                .scale(scheme, page)
                .is_some_and(|scale| put(&mut scale.intermediate, value, why)),
            Setting::Target(value) => {
                self.scale(scheme, page).is_some_and(|scale| put(&mut scale.target, value, why))
            }
            Setting::Minimum(value) => {
                self.scale(scheme, page).is_some_and(|scale| put(&mut scale.minimum, value, why))
            }
            Setting::Points(value) => match page {
                Some(page) if self.rules.scheme(scheme).is_some() => {
                    self.points(scheme, page, value, why)
                }
                _ => self.gate_points(scheme, page, value, why),
            },
            Setting::Amount(value) => self.amounts(scheme, page, value, why),
            Setting::Excluded(report) => {
                page.is_some_and(|page| self.exclude(scheme, page, *report, why))
            }
            Setting::PointValue(value) => {
                let gate = self.rules.gates.iter_mut().find(|one| one.id == scheme);
                if let Some(gate) = gate {
                    return put_dated(&mut gate.point_value, campaign, value, why);
                }
                self.terms(scheme)
                    .is_some_and(|scheme| put_dated(&mut scheme.point_value, campaign, value, why))
            }
            Setting::Reference(value) => {
                let gate = self.rules.gates.iter_mut().find(|one| one.id == scheme);
                if let Some(gate) = gate {
                    return put_dated(&mut gate.reference, campaign, value, why);
                }
                self.terms(scheme)
                    .is_some_and(|scheme| put_dated(&mut scheme.reference, campaign, value, why))
            }
            Setting::Share(value) => self
                .terms(scheme)
                .is_some_and(|scheme| put_dated(&mut scheme.share, campaign, value, why)),
            Setting::Coefficient(value) => {
                let value = Range::exact(value.clone());
                let present = self.rules.scheme(scheme).and_then(|one| one.coefficient(campaign));
                let same = present.map_or(value == Range::one(), |one| one.value.value == value);
                !same && self.coefficient(scheme, value, why)
            }
            Setting::Unweighted => {
                let one = Fraction::one();
                self.terms(scheme)
                    .is_some_and(|scheme| put_dated(&mut scheme.reference, campaign, &one, why))
                    && self.unweighted.insert(scheme.to_owned())
            }
            Setting::Percentiles(..) | Setting::Start(_) | Setting::Core | Setting::Choice(_) => {
                false
            }
        }
    }

    /// Sets both objectives of an indicator, as printed.
    pub fn objectives(
        &mut self,
        scheme: &str,
        page: &str,
        low: &Fraction,
        high: &Fraction,
        why: &str,
    ) {
        if let Some(scale) = self.scale(scheme, Some(page)) {
            put(&mut scale.intermediate, low, why);
            put(&mut scale.target, high, why);
        }
    }

    /// Multiplies what a scheme pays in the campaign.
    pub fn multiply(&mut self, scheme: &str, by: &Range, why: &str) {
        if *by == Range::one() {
            return;
        }
        let present = self.rules.scheme(scheme).and_then(|one| one.coefficient(self.campaign));
        let value = present.map_or_else(|| by.clone(), |one| &one.value.value * by);
        self.coefficient(scheme, value, why);
    }

    /// Shares the points of a scheme anew: what the chosen part leaves goes to
    /// the core, in proportion to its points; the chosen part goes to the
    /// chosen, as much each; nothing to the others. A part without indicator
    /// leaves its points to the other. Indicators of unknown points stay as
    /// they are.
    pub fn choose(
        &mut self,
        scheme: &str,
        core: &BTreeSet<&str>,
        chosen: &BTreeSet<String>,
        share: &Fraction,
        why: &str,
    ) {
        let campaign = self.campaign;
        let exist = |page: &&Page| page.rule.scheme == scheme && self.rules.exists(page, campaign);
        let pages: Vec<(String, Fraction)> = self
            .rules
            .pages
            .iter()
            .filter(exist)
            .filter_map(|page| {
                let points = page.scale_of(campaign)?.scale.points.as_ref()?;
                Some((page.id.clone(), points.value.clone()))
            })
            .collect();
        let sum = |wanted: &dyn Fn(&str) -> bool| -> Fraction {
            pages.iter().filter(|(id, _)| wanted(id)).map(|(_, points)| points.clone()).sum()
        };
        let all = sum(&|_| true);
        let of_core = sum(&|id| core.contains(id));
        let chosen: BTreeSet<&str> = pages
            .iter()
            .map(|(id, _)| id.as_str())
            .filter(|id| chosen.contains(*id) && !core.contains(id))
            .collect();
        let for_chosen = match (of_core.is_zero(), chosen.is_empty()) {
            (_, true) => Fraction::zero(),
            (true, false) => all.clone(),
            (false, false) => &all * share,
        };
        let factor = (&all - &for_chosen).checked_div(&of_core).unwrap_or_else(Fraction::zero);
        let each = for_chosen
            .checked_div(&Fraction::from(chosen.len() as u64))
            .unwrap_or_else(Fraction::zero);
        for (id, points) in &pages {
            let value = if core.contains(id.as_str()) {
                points * &factor
            } else if chosen.contains(id.as_str()) {
                each.clone()
            } else {
                Fraction::zero()
            };
            self.points(scheme, id, &value, why);
        }
    }

    /// The indicators whose target has become easier than the intermediate
    /// objective.
    #[must_use]
    pub fn disordered(&self) -> Vec<&str> {
        let pages = self.rules.pages.iter().filter(|page| {
            let scale = page.scale_of(self.campaign).map(|row| &row.scale);
            scale.is_some_and(|scale| match (&scale.intermediate, &scale.target) {
                (Some(low), Some(high)) => !ordered(&low.value, &high.value, page.rule.direction),
                _ => false,
            })
        });
        pages.map(|page| page.id.as_str()).collect()
    }

    fn terms(&mut self, id: &str) -> Option<&mut Scheme> {
        let schemes = self.rules.conventions.iter_mut().flat_map(|one| &mut one.schemes);
        schemes.into_iter().find(|scheme| scheme.id == id)
    }

    fn scale(&mut self, scheme: &str, page: Option<&str>) -> Option<&mut Scale> {
        let campaign = self.campaign;
        let mut pages = self.rules.pages.iter_mut();
        let page = pages.find(|one| one.rule.scheme == scheme && Some(one.id.as_str()) == page)?;
        scale_mut(page, campaign)
    }

    fn coefficient(&mut self, scheme: &str, value: Range, why: &str) -> bool {
        let campaign = self.campaign;
        let Some(scheme) = self.terms(scheme) else { return false };
        scheme.coefficients.retain(|one| one.campaign != campaign);
        let value = Sourced::new(value, Status::Fictif, why);
        scheme.coefficients.push(Coefficient { campaign, name: "Réforme".to_owned(), value });
        true
    }

    /// Sets points, and moves the printed sums by as much: what they leave to
    /// unknown points stays what it was.
    fn points(&mut self, scheme: &str, page: &str, value: &Fraction, why: &str) -> bool {
        let campaign = self.campaign;
        let section = self.rules.page(scheme, page).map(|one| one.rule.section.clone());
        let Some(scale) = self.scale(scheme, Some(page)) else { return false };
        let present = scale.points.as_ref().map(|points| points.value.clone());
        if !put(&mut scale.points, value, why) {
            return false;
        }
        if let (Some(present), Some(scheme)) = (present, self.terms(scheme)) {
            let more = value - &present;
            for sum in &mut scheme.subtotals {
                let holds = sum.since <= campaign && sum.until.is_none_or(|last| campaign <= last);
                if holds && (sum.section.is_none() || sum.section == section) {
                    sum.points.value = &sum.points.value + &more;
                }
            }
        }
        true
    }

    fn exclude(&mut self, scheme: &str, page: &str, report: Report, why: &str) -> bool {
        let Self { campaign, .. } = *self;
        let Some(excluded) = self.rules.page(scheme, page) else { return false };
        let own = |one: &&Page| one.rule.scheme == scheme && one.id != page;
        let section =
            |one: &&Page| report == Report::Scheme || one.rule.section == excluded.rule.section;
        let points = |one: &Page| {
            let points = one.scale_of(campaign)?.scale.points.as_ref()?;
            Some(points.value.clone()).filter(|points| !points.is_zero())
        };
        let freed = points(excluded);
        let others: Vec<(String, Fraction)> = self
            .rules
            .pages
            .iter()
            .filter(own)
            .filter(section)
            .filter(|one| self.rules.exists(one, campaign))
            .filter_map(|one| Some((one.id.clone(), points(one)?)))
            .collect();
        let sum: Fraction = others.iter().map(|(_, points)| points.clone()).sum();
        let changed = self.points(scheme, page, &Fraction::zero(), why);
        if report != Report::Lost
            && let Some(freed) = freed
            && let Some(factor) = (&sum + &freed).checked_div(&sum)
        {
            for (other, points) in others {
                self.points(scheme, &other, &(&points * &factor), why);
            }
        }
        changed
    }

    fn gate_points(
        &mut self,
        scheme: &str,
        page: Option<&str>,
        value: &Fraction,
        why: &str,
    ) -> bool {
        let campaign = self.campaign;
        let new = Sourced::new(value.clone(), Status::Fictif, why);
        if let Some(page) = page {
            let mut pages = self.rules.gate_pages.iter_mut();
            let found = pages.find(|one| one.scheme == scheme && one.sheet.id == page);
            let row = found
                .and_then(|page| page.scale.iter_mut().rev().find(|row| row.since <= campaign));
            return match row {
                Some(row) if !matches!(&row.points[..], [one] if one.value == *value) => {
                    row.points = vec![new];
                    true
                }
                _ => false,
            };
        }
        let gate = self.rules.gates.iter_mut().find(|one| one.id == scheme);
        let block =
            gate.and_then(|gate| gate.block.iter_mut().rev().find(|one| one.since <= campaign));
        match block {
            Some(block) if block.points.value != *value => {
                block.points = new;
                true
            }
            _ => false,
        }
    }

    fn amounts(&mut self, scheme: &str, page: Option<&str>, value: &Fraction, why: &str) -> bool {
        let campaign = self.campaign;
        let mut changed = false;
        let asked = |id: &str| page.is_none_or(|page| page == id);
        for one in &mut self.rules.pages {
            if one.rule.scheme == scheme
                && one.form == Form::PerPatient
                && asked(&one.id)
                && let Some(scale) = scale_mut(one, campaign)
            {
                changed |= put(&mut scale.amount, value, why);
            }
        }
        for one in &mut self.rules.class_pages {
            if one.scheme == scheme
                && asked(&one.sheet.id)
                && let Some(row) = one.scale.iter_mut().rev().find(|row| row.since <= campaign)
            {
                changed |= put(&mut row.amount, value, why);
            }
        }
        changed
    }
}

/// The scale in force in a campaign.
fn scale_mut(page: &mut Page, campaign: Campaign) -> Option<&mut Scale> {
    page.scale.iter_mut().rev().find(|row| row.since <= campaign).map(|row| &mut row.scale)
}

/// Sets a value, unless it is there already.
fn put<T: Clone + PartialEq>(slot: &mut Option<Sourced<T>>, value: &T, why: &str) -> bool {
    if slot.as_ref().is_some_and(|present| present.value == *value) {
        return false;
    }
    *slot = Some(Sourced::new(value.clone(), Status::Fictif, why));
    true
}

/// Sets the value in force in a campaign, unless it is there already.
fn put_dated(
    values: &mut [Dated<Fraction>],
    campaign: Campaign,
    value: &Fraction,
    why: &str,
) -> bool {
    match values.iter_mut().rev().find(|dated| dated.since <= campaign) {
        Some(present) if present.value.value != *value => {
            present.value = Sourced::new(value.clone(), Status::Fictif, why);
            true
        }
        _ => false,
    }
}
