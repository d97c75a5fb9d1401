//! Flat rates held against each other: pages against their scheme, points
//! against printed sums, classes against all patients, cases against the rules.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::class_page::ClassPage;
use super::doctor::Doctor;
use super::gate_amount::{GateFacts, ItemState, item_amount};
use super::gate_page::{GatePage, Role};
use super::scheme_file::{ClassScheme, GateScheme};
use super::sheet::Sheet;
use crate::amount::{ListOrigin, ListSize};
use crate::campaign::Campaign;
use crate::diagnostic::{Diagnostic, Source, choose};
use crate::fraction::Fraction;
use crate::range::Range;
use crate::rules::Rules;

/// Holds every flat rate against its pages. `texts` are the files as read.
pub(crate) fn check(
    rules: &Rules,
    texts: &BTreeMap<&str, &str>,
    today: Option<Date>,
    faults: &mut Vec<Diagnostic>,
) {
    let mut check = Check { texts, today, faults };
    check.names(rules);
    for page in rules.all_gate_pages() {
        let found = rules.gate(&page.scheme);
        let ids: Vec<_> = rules.gates().iter().map(|scheme| scheme.id.as_str()).collect();
        let span = found.map(|scheme| (scheme.first, scheme.last));
        let place = (page.scheme.as_str(), page.scheme_span.clone());
        let scale: Vec<_> = page.scale.iter().map(|row| (row.since, row.span.clone())).collect();
        check.page(&page.sheet, place, &ids, span, (page.since, page.until), &scale);
        check.review(&page.sheet, page.review);
        if let Some(scheme) = found {
            check.gate_page(page, scheme);
        }
    }
    for page in rules.all_class_pages() {
        let found = rules.class_scheme(&page.scheme);
        let ids: Vec<_> = rules.class_schemes().iter().map(|scheme| scheme.id.as_str()).collect();
        let span = found.map(|scheme| (scheme.first, scheme.last));
        let place = (page.scheme.as_str(), page.scheme_span.clone());
        let scale: Vec<_> = page.scale.iter().map(|row| (row.since, row.span.clone())).collect();
        check.page(&page.sheet, place, &ids, span, (page.since, page.until), &scale);
        check.review(&page.sheet, page.review);
        check.class_cases(page);
    }
    for scheme in rules.gates() {
        for campaign in scheme.campaigns() {
            check.gate(scheme, &rules.gate_pages(scheme, campaign), campaign);
        }
        check.exemptions(rules, scheme);
    }
    for scheme in rules.class_schemes() {
        for campaign in scheme.campaigns() {
            check.classes(scheme, &rules.class_pages(scheme, campaign), campaign);
        }
    }
}

struct Check<'a> {
    texts: &'a BTreeMap<&'a str, &'a str>,
    today: Option<Date>,
    faults: &'a mut Vec<Diagnostic>,
}

impl Check<'_> {
    fn scheme_fault(
        &mut self,
        file: &str,
        span: std::ops::Range<usize>,
        message: impl Into<String>,
    ) {
        let text = self.texts.get(file).copied().unwrap_or("");
        self.faults.push(Source { file, text }.fault(span, message));
    }

    /// No scheme has the name of another, whatever its form.
    fn names(&mut self, rules: &Rules) {
        let gates = rules.gates().iter().map(|one| (&one.id, &one.file, &one.span));
        let classes = rules.class_schemes().iter().map(|one| (&one.id, &one.file, &one.span));
        let mut seen: Vec<&str> = rules.schemes().map(|(_, scheme)| scheme.id.as_str()).collect();
        for (id, file, span) in gates.chain(classes) {
            if seen.contains(&id.as_str()) {
                self.scheme_fault(file, span.clone(), format!("deux dispositifs `{id}`"));
            }
            seen.push(id);
        }
    }

    /// What pages of both forms have in common.
    fn page(
        &mut self,
        sheet: &Sheet,
        (scheme, place): (&str, std::ops::Range<usize>),
        ids: &[&str],
        span: Option<(Campaign, Campaign)>,
        own: (Option<Campaign>, Option<Campaign>),
        scale: &[(Campaign, std::ops::Range<usize>)],
    ) {
        let Some((first, last)) = span else {
            let message = format!("dispositif inconnu : `{scheme}`");
            let hint = choose(scheme, "dispositifs de cette forme", ids);
            self.faults.push(sheet.fault(place, message).hint(hint));
            return;
        };
        let (since, until) = (own.0.unwrap_or(first), own.1.unwrap_or(last));
        if since > until || since < first || until > last {
            self.faults.push(sheet.page_fault(format!(
                "campagnes {since} à {until} hors de celles du dispositif ({first} à {last})"
            )));
        }
        for (row, span) in scale {
            if *row < since || *row > until {
                let message =
                    format!("barème de {row} hors des campagnes de la page ({since} à {until})");
                self.faults.push(sheet.fault(span.clone(), message));
            }
        }
        if scale.first().is_none_or(|(row, _)| *row > since) {
            self.faults.push(
                sheet
                    .page_fault(format!("campagne manquante au barème : {since}"))
                    .hint("la première ligne du barème est la première campagne de la page"),
            );
        }
    }

    fn review(&mut self, sheet: &Sheet, review: Option<Date>) {
        if let (Some(review), Some(today)) = (review, self.today)
            && review < today
        {
            let message = format!("à revoir depuis le {review}");
            self.faults.push(sheet.page_fault(message).warning());
        }
    }

    /// The cases of a page of a gate, replayed; met, missed and unknown are
    /// each shown by one.
    fn gate_page(&mut self, page: &GatePage, scheme: &GateScheme) {
        let until = page.until.unwrap_or(scheme.last);
        if page.in_euros != scheme.point_value.is_empty() {
            let message = "la page compte en points et son dispositif en euros, ou l'inverse";
            self.faults.push(page.sheet.page_fault(message));
        }
        let list = ListSize {
            patients: scheme
                .reference
                .first()
                .map_or(0, |dated| dated.value.value.to_short_decimal(0).parse().unwrap_or(0)),
            origin: ListOrigin::Given,
        };
        for case in &page.cases {
            let since = page.since.unwrap_or(scheme.first);
            if case.campaign < since || case.campaign > until {
                let message = format!("cas de {} : la page va de {since} à {until}", case.campaign);
                self.faults.push(page.sheet.fault(case.span.clone(), message));
                continue;
            }
            let doctor = Doctor::default();
            let facts = GateFacts {
                campaign: case.campaign,
                declared: &case.declared,
                doctor: &doctor,
                list: &list,
            };
            let message = match item_amount(page, scheme, &facts) {
                Some(Err(found)) => {
                    found.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ; ")
                }
                Some(Ok(item)) if item.state != case.state => {
                    format!("« {} » : {} attendu, {} trouvé", case.name, case.state, item.state)
                }
                Some(Ok(item)) if item.points != case.points => {
                    format!("« {} » : points trouvés : {}", case.name, show(item.points.as_ref()))
                }
                None | Some(Ok(_)) => continue,
            };
            self.faults.push(page.sheet.fault(case.span.clone(), message));
        }
        let answers = [ItemState::Met, ItemState::Missed, ItemState::Unknown];
        for state in answers {
            if !page.cases.iter().any(|case| case.state == state) {
                self.faults.push(
                    page.sheet
                        .page_fault(format!("aucun cas dont l'issue est « {state} »"))
                        .hint("un cas au moins pour atteint, non atteint et ?"),
                );
            }
        }
    }

    /// Sums of points against the printed ones.
    fn gate(&mut self, scheme: &GateScheme, pages: &[&GatePage], campaign: Campaign) {
        let rows: Vec<_> =
            pages.iter().filter_map(|page| Some((*page, page.row_of(campaign)?))).collect();
        if pages.is_empty() {
            return;
        }
        for (page, row) in &rows {
            let weighted = page.weighted && scheme.reference.is_empty();
            if weighted {
                let message =
                    "la page pondère par la patientèle, le dispositif n'a pas de référence";
                self.faults.push(page.sheet.fault(row.span.clone(), message));
            }
        }
        let sum = |roles: &[Role]| -> (Fraction, bool, usize) {
            let counted: Vec<_> =
                rows.iter().filter(|(_, row)| roles.contains(&row.role)).collect();
            let known: Vec<_> = counted
                .iter()
                .filter(|(_, row)| row.role != Role::Prerequisite)
                .filter_map(|(_, row)| row.points.iter().map(|one| one.value.clone()).max())
                .collect();
            let paid = counted.iter().filter(|(_, row)| row.role != Role::Prerequisite).count();
            (known.iter().sum(), known.len() == paid, counted.len())
        };
        let block = scheme
            .block_of(campaign)
            .map_or_else(Fraction::zero, |terms| terms.points.value.clone());
        let gap = scheme.gap(campaign).map_or_else(Fraction::zero, |gap| gap.points.value.clone());
        let (in_block, _, block_items) = sum(&[Role::Prerequisite, Role::Complement]);
        let (options, complete, option_items) = sum(&[Role::Option]);
        let (block, options) = (&block + &in_block, &options + &gap);
        let [first, second] = &scheme.sections;
        let whole = &block + &options;
        for (section, points, complete, items) in [
            (Some(first.as_str()), &block, true, block_items),
            (Some(second.as_str()), &options, complete, option_items),
            (None, &whole, complete, block_items + option_items),
        ] {
            let place = section.unwrap_or("tout le dispositif");
            let Some(subtotal) = scheme.subtotal(section, campaign) else {
                if !complete && section.is_some() {
                    let message = format!(
                        "{campaign}, {place} : des points inconnus et aucun sous-total pour les borner"
                    );
                    self.scheme_fault(&scheme.file, scheme.span.clone(), message);
                }
                continue;
            };
            let printed = &subtotal.points.value;
            if (complete && points != printed) || points > printed {
                let message = format!(
                    "{campaign}, {place} : {} points dans les pages, {} au sous-total",
                    points.to_short_decimal(2),
                    printed.to_short_decimal(2)
                );
                self.scheme_fault(&scheme.file, scheme.span.clone(), message);
            }
            if items != subtotal.indicators {
                let message = format!(
                    "{campaign}, {place} : {items} indicateurs dans les pages, {} au sous-total",
                    subtotal.indicators
                );
                self.scheme_fault(&scheme.file, scheme.span.clone(), message);
            }
        }
    }

    fn exemptions(&mut self, rules: &Rules, scheme: &GateScheme) {
        for exemption in &scheme.exemptions {
            let known =
                |page: &GatePage| page.scheme == scheme.id && page.sheet.id == exemption.item;
            if !rules.all_gate_pages().iter().any(known) {
                let message = format!("dispense d'un indicateur inconnu : `{}`", exemption.item);
                self.scheme_fault(&scheme.file, scheme.span.clone(), message);
            }
        }
    }

    fn class_cases(&mut self, page: &ClassPage) {
        for case in &page.cases {
            let found = page.holds(&case.patient);
            if found != case.expected {
                let word = |answer: Option<bool>| match answer {
                    Some(true) => "oui",
                    Some(false) => "non",
                    None => "?",
                };
                let message = format!(
                    "« {} » : {} attendu, {} trouvé",
                    case.name,
                    word(case.expected),
                    word(found)
                );
                self.faults.push(page.sheet.fault(case.span.clone(), message));
            }
        }
        for (answer, word) in [(true, "oui"), (false, "non")] {
            if !page.cases.iter().any(|case| case.expected == Some(answer)) {
                let message = format!("aucun cas dont l'issue est « {word} »");
                self.faults.push(page.sheet.page_fault(message));
            }
        }
    }

    /// Every patient is of one class and one only.
    fn classes(&mut self, scheme: &ClassScheme, pages: &[&ClassPage], campaign: Campaign) {
        let base: Vec<_> = pages.iter().filter(|page| !page.on_top).collect();
        if base.is_empty() {
            return;
        }
        for patient in ClassPage::sorts() {
            let of: Vec<_> = base
                .iter()
                .filter(|page| page.holds(&patient) == Some(true))
                .map(|page| format!("`{}`", page.sheet.id))
                .collect();
            if of.len() == 1 {
                continue;
            }
            let ald = if patient.ald { "avec ALD" } else { "sans ALD" };
            let seen = if patient.seen == Some(true) { "vu" } else { "non vu" };
            let whom = format!("{campaign} : un patient de {} ans {ald}, {seen},", patient.age);
            let message = match of.as_slice() {
                [] => format!("{whom} n'est d'aucune classe"),
                several => format!("{whom} est de plusieurs classes : {}", several.join(", ")),
            };
            self.scheme_fault(&scheme.file, scheme.span.clone(), message);
            return;
        }
    }
}

fn show(points: Option<&Range>) -> String {
    match points {
        None => "—".to_owned(),
        Some(points) => match points.as_exact() {
            Some(exact) => exact.to_short_decimal(4),
            None => format!(
                "de {} à {}",
                points.min().to_short_decimal(4),
                points.max().to_short_decimal(4)
            ),
        },
    }
}
