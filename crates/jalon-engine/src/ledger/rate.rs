//! Rates held against objectives.

use jalon_rules::account::Account;
use jalon_rules::amount::{
    Inputs, ListOrigin, ListSize, Measured, SchemeAmount, Shared, Terms, indicator_amount,
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
        let pages = self.pages();
        let declared = people.declared(self.campaign);
        counts
            .iter()
            .map(|counts| {
                let answers = people.answers(&counts.doctor, self.campaign, &[])?;
                let renunciation =
                    answers.renunciation().map(|Renunciation { date }| Coefficient {
                        campaign: self.campaign,
                        name: format!("renonciation du {}", french::date(*date)),
                        value: Sourced::new(
                            Range::zero(),
                            Status::Releve,
                            "déclaration du médecin",
                        ),
                    });
                self.ledger(counts, &declared, renunciation.as_ref(), &pages)
            })
            .collect()
    }

    /// The terms of the scheme that a page is written for.
    fn terms(&self, page: &Page) -> Result<Terms, LedgerError> {
        let scheme = self.rules.scheme(&page.rule.scheme).unwrap_or(self.scheme);
        Terms::of(scheme, self.campaign).ok_or_else(|| LedgerError::NoTerms {
            scheme: scheme.id.clone(),
            campaign: self.campaign,
        })
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
                measured: Measured::Counts {
                    numerator: counted.numerator,
                    denominator: counted.denominator,
                    left_out: counted.left_out,
                },
                source: ledger.source,
                account: ledger.account,
            });
        }
        // The others are worth nothing here, and are not read.
        let pages = self
            .pages()
            .iter()
            .map(|other| if other.id == page.id { counted } else { PageCounts::default() })
            .collect();
        let counts = DoctorCounts { pages, ..counts.clone() };
        let ledgers = self.ledgers(&[counts], people)?;
        let found = ledgers.into_iter().next().and_then(|ledger| {
            let at = ledger.indicators.iter().position(|one| one.page.id == page.id)?;
            let measured = ledger.indicators.get(at)?.measured;
            let amount = ledger.amount.indicators.into_iter().nth(at)?;
            let (source, account) = (amount.source, amount.account);
            Some(OneAmount { patients: ledger.list.patients, measured, source, account })
        });
        found.ok_or_else(|| LedgerError::NoTerms {
            scheme: self.scheme.id.clone(),
            campaign: self.campaign,
        })
    }

    fn ledger(
        &self,
        counts: &DoctorCounts,
        declared: &Declared,
        renunciation: Option<&Coefficient>,
        pages: &[&'r Page],
    ) -> Result<SchemeLedger<'r>, LedgerError> {
        let mut indicators = Vec::with_capacity(pages.len());
        for (page, counted) in pages.iter().zip(&counts.pages) {
            let measured = match &page.rule.unit {
                unit if !unit.is_computed() => declared.counts(&counts.doctor, &page.id).map_or(
                    Measured::Unknown,
                    |(numerator, denominator)| Measured::Counts {
                        numerator,
                        denominator,
                        left_out: 0,
                    },
                ),
                _ => Measured::Counts {
                    numerator: counted.numerator,
                    denominator: counted.denominator,
                    left_out: counted.left_out,
                },
            };
            let start = self
                .overlay
                .and_then(|overlay| overlay.starting_rate(page, self.campaign, &counts.doctor))
                .or_else(|| {
                    let rate = declared.starting_rate(&counts.doctor, &page.id)?;
                    Some(Sourced::new(rate, Status::Releve, "taux de départ du dossier"))
                });
            indicators.push(IndicatorLedger { page, scale: self.scale(page), measured, start });
        }
        for page in self.rules.pages_of(self.scheme) {
            if !self.rules.exists(page, self.campaign) {
                let measured = Measured::OutOfCampaign;
                indicators.push(IndicatorLedger {
                    page,
                    scale: Scale::default(),
                    measured,
                    start: None,
                });
            }
        }
        let list = match self.list {
            Some(patients) => ListSize { patients, origin: ListOrigin::Given },
            None => ListSize { patients: counts.patients, origin: ListOrigin::Counted },
        };
        let bounds: Vec<_> =
            indicators.iter().map(|indicator| self.points_bound(indicator.page)).collect();
        let mut amounts = Vec::with_capacity(indicators.len());
        for (indicator, bound) in indicators.iter().zip(&bounds) {
            let page = indicator.page;
            let inputs = Inputs {
                title: &page.title,
                direction: page.rule.direction,
                kind: page.rule.rate,
                unit: (&page.rule.unit).into(),
                scale: &indicator.scale,
                points_bound: bound.as_ref(),
                start: indicator.start.as_ref(),
                measured: indicator.measured,
            };
            let mut terms = self.terms(page)?;
            terms.coefficient = renunciation.cloned().or(terms.coefficient);
            // A page taken from another scheme is weighted by the list of its own.
            let list = match (list.origin, counts.lent.get(&page.rule.scheme)) {
                (ListOrigin::Counted, Some(patients)) => {
                    ListSize { patients: *patients, origin: list.origin }
                }
                _ => list,
            };
            amounts.push(indicator_amount(&inputs, &terms, &list)?);
        }
        let mut shared: Vec<Shared> = Vec::new();
        for (at, (indicator, bound)) in indicators.iter().zip(bounds).enumerate() {
            let unknown =
                indicator.scale.points.is_none() && indicator.measured != Measured::OutOfCampaign;
            let (true, Some(points)) = (unknown, bound) else { continue };
            let page = indicator.page;
            let group = self.subtotal(page).map(|subtotal| (&page.rule.scheme, &subtotal.section));
            let same = |group: &Shared| {
                group.members.first().and_then(|first| {
                    let page = indicators.get(*first)?.page;
                    self.subtotal(page).map(|subtotal| (&page.rule.scheme, &subtotal.section))
                })
            };
            match shared.iter_mut().find(|known| same(known) == group) {
                Some(known) => known.members.push(at),
                None => shared.push(Shared { members: vec![at], points }),
            }
        }
        let amount = SchemeAmount::sum(&self.scheme.name, amounts, shared);
        Ok(SchemeLedger {
            doctor: counts.doctor.clone(),
            scheme: self.scheme,
            list,
            indicators,
            amount,
        })
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
    /// unknown.
    fn points_bound(&self, page: &Page) -> Option<Sourced<Fraction>> {
        let subtotal = self.subtotal(page)?;
        let known: Fraction = self
            .pages()
            .into_iter()
            .filter(|other| other.rule.scheme == page.rule.scheme)
            .filter(|other| subtotal.section.as_ref().is_none_or(|one| *one == other.rule.section))
            .filter_map(|other| Some(self.scale(other).points?.value))
            .sum();
        let left = &subtotal.points.value - &known;
        let left = left.max(Fraction::zero());
        Some(Sourced::new(left, subtotal.points.status, &subtotal.points.source))
    }
}
