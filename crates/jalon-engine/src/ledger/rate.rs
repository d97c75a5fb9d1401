//! Rates held against objectives.

use jalon_rules::account::Account;
use jalon_rules::amount::{
    AmountError, IndicatorAmount, Inputs, ListOrigin, ListSize, Measured, SchemeAmount, Shared,
    Terms, indicator_amount,
};
use jalon_rules::convention::{Coefficient, Form, Scheme, Subtotal};
use jalon_rules::forfait::Renunciation;
use jalon_rules::overlay::Overlay;
use jalon_rules::page::{Page, Unit};
use jalon_rules::rules::Rules;
use jalon_rules::scale::Scale;
use jalon_rules::{Campaign, Fraction, Range, Sourced, Status, french};

use super::{LedgerError, People, prevention};
use crate::evidence::{DoctorCounts, PageCounts};
use crate::facts::Declared;

/// One scheme of one doctor in one campaign.
#[derive(Debug)]
pub struct SchemeLedger<'r> {
    /// The doctor.
    pub doctor: String,
    /// The scheme.
    pub scheme: &'r Scheme,
    /// The list that weights the amounts.
    pub list: ListSize,
    /// Its indicators: those of the campaign, then those that exist only in
    /// others, each in the order of the scheme.
    pub indicators: Vec<IndicatorLedger<'r>>,
    /// What they earn, in the same order.
    pub amount: SchemeAmount,
}

/// One indicator of one doctor, before it is paid.
#[derive(Debug)]
pub struct IndicatorLedger<'r> {
    /// Its page.
    pub page: &'r Page,
    /// Its scale in the campaign, with the values the user added.
    pub scale: Scale,
    /// What was counted.
    pub measured: Measured,
    /// The starting rate, in the unit of the objectives.
    pub start: Option<Sourced<Fraction>>,
}

/// One indicator of one doctor, paid.
#[derive(Debug)]
pub struct OneAmount {
    /// The list that weights the amount.
    pub patients: u64,
    /// What was counted.
    pub measured: Measured,
    /// The weakest status among everything the amount rests on.
    pub source: Status,
    /// How the amount was made.
    pub account: Account,
}

/// What a ledger is made from, besides the counts.
#[derive(Clone, Copy, Debug)]
pub struct Basis<'r> {
    /// The rules.
    pub rules: &'r Rules,
    /// The scheme.
    pub scheme: &'r Scheme,
    /// The campaign.
    pub campaign: Campaign,
    /// Values the user added.
    pub overlay: Option<&'r Overlay>,
    /// Size of the list given by the user.
    pub list: Option<u64>,
}

impl<'r> SchemeLedger<'r> {
    /// Indicators that the doctor has to declare and has not.
    #[must_use]
    pub fn awaited(&self) -> Vec<&'r str> {
        self.indicators
            .iter()
            .filter(|one| one.measured == Measured::Unknown && one.page.rule.unit == Unit::Declared)
            .map(|one| one.page.id.as_str())
            .collect()
    }
}

impl<'r> Basis<'r> {
    /// The pages of the scheme that exist in the campaign: what to ask the
    /// engine, in the order in which it must answer.
    #[must_use]
    pub fn pages(&self) -> Vec<&'r Page> {
        let mut pages = self.rules.pages_of(self.scheme);
        pages.retain(|page| self.rules.exists(page, self.campaign));
        pages
    }

    /// What each doctor earns. A doctor who gave the scheme up earns nothing,
    /// as by a coefficient of 0.
    pub fn ledgers(
        &self,
        counts: &[DoctorCounts],
        people: &People,
    ) -> Result<Vec<SchemeLedger<'r>>, LedgerError> {
        let priced = self.priced()?;
        let shared = self.shared(&priced);
        let declared = people.declared(self.campaign);
        counts
            .iter()
            .map(|counts| self.ledger(counts, people, &declared, &priced, &shared))
            .collect()
    }

    /// What one page earns one doctor. `counts` are those of that page alone.
    pub fn one(
        &self,
        page: &'r Page,
        counts: &DoctorCounts,
        people: &People,
    ) -> Result<OneAmount, LedgerError> {
        let counted = counts.pages.first().copied().unwrap_or_default();
        if self.scheme.form == Form::PerPatient {
            let ledger = prevention::ledger(self.scheme, self.campaign, &[page], counts)?;
            return Ok(OneAmount {
                patients: counts.patients,
                measured: measured(counted),
                source: ledger.source,
                account: ledger.account,
            });
        }
        let priced = self.priced()?;
        let priced = priced.iter().find(|one| std::ptr::eq(one.page, page));
        let priced = priced.ok_or_else(|| self.no_terms(self.scheme))?;
        let declared = people.declared(self.campaign);
        let indicator = self.indicator(priced, counted, &counts.doctor, &declared);
        let renunciation = self.renunciation(people, &counts.doctor)?;
        let list = self.list(counts);
        let amount = paid(priced, &indicator, renunciation.as_ref(), &list, counts)?;
        Ok(OneAmount {
            patients: list.patients,
            measured: indicator.measured,
            source: amount.source,
            account: amount.account,
        })
    }

    fn ledger(
        &self,
        counts: &DoctorCounts,
        people: &People,
        declared: &Declared,
        priced: &[Priced<'r>],
        shared: &[Shared],
    ) -> Result<SchemeLedger<'r>, LedgerError> {
        let renunciation = self.renunciation(people, &counts.doctor)?;
        let list = self.list(counts);
        let mut indicators = Vec::with_capacity(priced.len());
        let mut amounts = Vec::with_capacity(priced.len());
        for (at, one) in priced.iter().enumerate() {
            let counted = counts.pages.get(at).copied().unwrap_or_default();
            let indicator = self.indicator(one, counted, &counts.doctor, declared);
            amounts.push(paid(one, &indicator, renunciation.as_ref(), &list, counts)?);
            indicators.push(indicator);
        }
        Ok(SchemeLedger {
            doctor: counts.doctor.clone(),
            scheme: self.scheme,
            list,
            indicators,
            amount: SchemeAmount::sum(&self.scheme.name, amounts, shared.to_vec()),
        })
    }

    /// One indicator of one doctor, before it is paid.
    fn indicator(
        &self,
        priced: &Priced<'r>,
        counted: PageCounts,
        doctor: &str,
        declared: &Declared,
    ) -> IndicatorLedger<'r> {
        let page = priced.page;
        let (measured, start) = if priced.exists {
            let measured = if page.rule.unit.is_computed() {
                measured(counted)
            } else {
                let told = |(numerator, denominator)| {
                    measured(PageCounts { numerator, denominator, left_out: 0 })
                };
                declared.counts(doctor, &page.id).map_or(Measured::Unknown, told)
            };
            let start = self
                .overlay
                .and_then(|overlay| overlay.starting_rate(page, self.campaign, doctor))
                .or_else(|| {
                    let rate = declared.starting_rate(doctor, &page.id)?;
                    Some(Sourced::new(rate, Status::Releve, "taux de départ du dossier"))
                });
            (measured, start)
        } else {
            (Measured::OutOfCampaign, None)
        };
        IndicatorLedger { page, scale: priced.scale.clone(), measured, start }
    }

    /// The list that weights the amounts of a doctor.
    fn list(&self, counts: &DoctorCounts) -> ListSize {
        match self.list {
            Some(patients) => ListSize { patients, origin: ListOrigin::Given },
            None => ListSize { patients: counts.patients, origin: ListOrigin::Counted },
        }
    }

    /// What a renunciation does to the amounts of a doctor.
    fn renunciation(
        &self,
        people: &People,
        doctor: &str,
    ) -> Result<Option<Coefficient>, LedgerError> {
        let answers = people.answers(doctor, self.campaign, &[])?;
        Ok(answers.renunciation().map(|Renunciation { date }| Coefficient {
            campaign: self.campaign,
            name: format!("renonciation du {}", french::date(*date)),
            value: Sourced::new(Range::zero(), Status::Releve, "déclaration du médecin"),
        }))
    }

    /// The pages with what they are paid by: those of the campaign, then those
    /// that exist only in others.
    fn priced(&self) -> Result<Vec<Priced<'r>>, LedgerError> {
        let exists = |page: &&Page| self.rules.exists(page, self.campaign);
        let (pages, others): (Vec<&Page>, Vec<&Page>) =
            self.rules.pages_of(self.scheme).into_iter().partition(exists);
        let scales: Vec<(&Page, Scale)> =
            pages.into_iter().map(|page| (page, self.scale(page))).collect();
        let bounds: Vec<_> =
            scales.iter().map(|(page, _)| self.points_bound(page, &scales)).collect();
        let here =
            scales.into_iter().zip(bounds).map(|((page, scale), bound)| (page, scale, bound, true));
        let elsewhere = others.into_iter().map(|page| (page, Scale::default(), None, false));
        here.chain(elsewhere)
            .map(|(page, scale, bound, exists)| {
                let scheme = self.rules.scheme(&page.rule.scheme).unwrap_or(self.scheme);
                let terms = Terms::of(scheme, self.campaign);
                let terms = terms.ok_or_else(|| self.no_terms(scheme))?;
                Ok(Priced { page, scale, bound, terms, exists })
            })
            .collect()
    }

    /// Those whose unknown points share what a subtotal leaves.
    fn shared(&self, priced: &[Priced<'r>]) -> Vec<Shared> {
        let mut groups: Vec<(&Subtotal, Shared)> = Vec::new();
        for (at, one) in priced.iter().enumerate() {
            let (None, Some(points)) = (&one.scale.points, &one.bound) else { continue };
            let Some(subtotal) = self.subtotal(one.page) else { continue };
            match groups.iter_mut().find(|(known, _)| std::ptr::eq(*known, subtotal)) {
                Some((_, group)) => group.members.push(at),
                None => {
                    groups.push((subtotal, Shared { members: vec![at], points: points.clone() }));
                }
            }
        }
        groups.into_iter().map(|(_, group)| group).collect()
    }

    fn scale(&self, page: &Page) -> Scale {
        match self.overlay {
            Some(overlay) => overlay.apply(page, self.campaign),
            None => page.scale_of(self.campaign).map(|row| row.scale.clone()),
        }
        .unwrap_or_default()
    }

    /// The official subtotal that bounds the points of a page.
    fn subtotal(&self, page: &Page) -> Option<&'r Subtotal> {
        let scheme = self.rules.scheme(&page.rule.scheme)?;
        scheme.bounding_subtotal(&page.rule.section, self.campaign)
    }

    /// What the official subtotal of the section leaves for points that are
    /// unknown. `scales` are those of the campaign.
    fn points_bound(&self, page: &Page, scales: &[(&Page, Scale)]) -> Option<Sourced<Fraction>> {
        let subtotal = self.subtotal(page)?;
        let known: Fraction = scales
            .iter()
            .filter(|(other, _)| other.rule.scheme == page.rule.scheme)
            .filter(|(other, _)| {
                subtotal.section.as_ref().is_none_or(|one| *one == other.rule.section)
            })
            .filter_map(|(_, scale)| Some(scale.points.as_ref()?.value.clone()))
            .sum();
        let left = (&subtotal.points.value - &known).max(Fraction::zero());
        Some(Sourced::new(left, subtotal.points.status, &subtotal.points.source))
    }

    fn no_terms(&self, scheme: &Scheme) -> LedgerError {
        LedgerError::NoTerms { scheme: scheme.id.clone(), campaign: self.campaign }
    }
}

/// A page with what it is paid by, whoever the doctor.
struct Priced<'r> {
    page: &'r Page,
    scale: Scale,
    /// The most that unknown points can be worth.
    bound: Option<Sourced<Fraction>>,
    /// The terms of the scheme that the page is written for.
    terms: Terms,
    /// Whether the page exists in the campaign.
    exists: bool,
}

fn measured(counts: PageCounts) -> Measured {
    let PageCounts { numerator, denominator, left_out } = counts;
    Measured::Counts { numerator, denominator, left_out }
}

/// What an indicator earns a doctor. A page taken from another scheme is
/// weighted by the list of its own.
fn paid(
    priced: &Priced<'_>,
    indicator: &IndicatorLedger<'_>,
    renunciation: Option<&Coefficient>,
    list: &ListSize,
    counts: &DoctorCounts,
) -> Result<IndicatorAmount, AmountError> {
    let page = priced.page;
    let inputs = Inputs {
        title: &page.title,
        direction: page.rule.direction,
        kind: page.rule.rate,
        unit: (&page.rule.unit).into(),
        scale: &priced.scale,
        points_bound: priced.bound.as_ref(),
        start: indicator.start.as_ref(),
        measured: indicator.measured,
    };
    let mut terms = priced.terms.clone();
    terms.coefficient = renunciation.cloned().or(terms.coefficient);
    let lent = counts.lent.get(&page.rule.scheme).filter(|_| list.origin == ListOrigin::Counted);
    let list = lent.map_or(*list, |patients| ListSize { patients: *patients, ..*list });
    indicator_amount(&inputs, &terms, &list)
}
