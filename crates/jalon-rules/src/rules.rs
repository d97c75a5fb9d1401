//! All rules together: conventions, pages, code lists, held against each other.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::campaign::Campaign;
use crate::codes::CodeList;
use crate::convention::{Convention, Form, Scheme};
use crate::criterion::{Criterion, Test};
use crate::diagnostic::{Diagnostic, Severity, choose};
use crate::forfait::{self, ClassPage, ClassScheme, FlatScheme, GatePage, GateScheme};
use crate::fraction::Fraction;
use crate::page::{Page, Unit};
use crate::replacement::Replacement;

/// A consistent set of rules.
#[derive(Clone, Debug)]
pub struct Rules {
    pub(crate) conventions: Vec<Convention>,
    pub(crate) pages: Vec<Page>,
    lists: BTreeMap<String, CodeList>,
    pub(crate) gates: Vec<GateScheme>,
    pub(crate) gate_pages: Vec<GatePage>,
    class_schemes: Vec<ClassScheme>,
    pub(crate) class_pages: Vec<ClassPage>,
    hash: String,
}

/// A file of the rules folder: its path, with `/`, and its bytes.
#[derive(Clone, Debug)]
pub struct RuleFile {
    /// Path inside the rules folder.
    pub path: String,
    /// Content.
    pub bytes: Vec<u8>,
}

#[derive(rust_embed::RustEmbed)]
#[folder = "../../regles"]
struct Bundled;

/// Rules that cannot be used, with every fault.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{} faute(s) dans les règles, la première : {}", .0.len(), .0.first().map_or_else(String::new, ToString::to_string))]
pub struct RulesError(pub Vec<Diagnostic>);

impl Rules {
    /// The files of the rules that come with this version.
    #[must_use]
    pub fn bundled_files() -> Vec<RuleFile> {
        <Bundled as rust_embed::RustEmbed>::iter()
            .filter_map(|path| {
                let file = <Bundled as rust_embed::RustEmbed>::get(&path)?;
                Some(RuleFile { path: path.into_owned(), bytes: file.data.into_owned() })
            })
            .collect()
    }

    /// The rules that come with this version.
    pub fn bundled() -> Result<Self, RulesError> {
        Self::load(Self::bundled_files())
    }

    /// Reads rules that are about to be used: any fault refuses them.
    pub fn load(files: Vec<RuleFile>) -> Result<Self, RulesError> {
        let (rules, mut diagnostics) = Self::read(files, None);
        diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Fault);
        if diagnostics.is_empty() { Ok(rules) } else { Err(RulesError(diagnostics)) }
    }

    /// Reads rules and reports everything that is wrong with them, in the
    /// order of files and lines. With `today`, checks that are overdue too.
    #[must_use]
    pub fn read(mut files: Vec<RuleFile>, today: Option<Date>) -> (Self, Vec<Diagnostic>) {
        files.sort_by(|left, right| left.path.cmp(&right.path));
        let mut faults = Vec::new();
        let mut hasher = blake3::Hasher::new();
        let mut texts = BTreeMap::new();
        let mut rules = Self {
            conventions: Vec::new(),
            pages: Vec::new(),
            lists: BTreeMap::new(),
            gates: Vec::new(),
            gate_pages: Vec::new(),
            class_schemes: Vec::new(),
            class_pages: Vec::new(),
            hash: String::new(),
        };
        for file in &files {
            let Kind::Rule(read) = Kind::of(&file.path) else { continue };
            hasher.update(file.path.as_bytes()).update(&[0]).update(&file.bytes).update(&[0]);
            let Ok(text) = std::str::from_utf8(&file.bytes) else {
                let source = crate::diagnostic::Source { file: &file.path, text: "" };
                faults.push(source.fault(0..0, "le fichier n'est pas en UTF-8"));
                continue;
            };
            texts.insert(file.path.as_str(), text);
            match read {
                RuleKind::Convention => {
                    rules.conventions.extend(Convention::parse(&file.path, text, &mut faults));
                }
                RuleKind::Codes => {
                    let list = CodeList::parse(&file.path, text, &mut faults);
                    rules.lists.extend(list.map(|list| (list.name.clone(), list)));
                }
                RuleKind::FlatScheme => {
                    match forfait::parse_scheme(&file.path, text, &mut faults) {
                        Some(FlatScheme::Gate(scheme)) => rules.gates.push(scheme),
                        Some(FlatScheme::Classes(scheme)) => rules.class_schemes.push(scheme),
                        None => {}
                    }
                }
                // The block of a page says its kind.
                RuleKind::Page if holds(text, forfait::GATE_FENCE) => {
                    rules.gate_pages.extend(GatePage::parse(&file.path, text, &mut faults));
                }
                RuleKind::Page if holds(text, forfait::CLASS_FENCE) => {
                    rules.class_pages.extend(ClassPage::parse(&file.path, text, &mut faults));
                }
                RuleKind::Page => rules.pages.extend(Page::parse(&file.path, text, &mut faults)),
            }
        }
        rules.hash = hasher.finalize().to_hex().to_string();
        rules.pages.sort_by(|left, right| {
            (&left.rule.scheme, &left.id).cmp(&(&right.rule.scheme, &right.id))
        });
        rules.check(&texts, today, &mut faults);
        forfait::check(&rules, &texts, today, &mut faults);
        faults.sort_by(|left, right| {
            (&left.file, left.line, left.column, &left.message).cmp(&(
                &right.file,
                right.line,
                right.column,
                &right.message,
            ))
        });
        (rules, faults)
    }

    /// The conventions.
    #[must_use]
    pub fn conventions(&self) -> &[Convention] {
        &self.conventions
    }

    /// Which schemes came in the place of which.
    pub fn replacements(&self) -> impl Iterator<Item = &Replacement> {
        self.conventions
            .iter()
            .flat_map(|convention| &convention.replacements)
            .map(|one| &one.value)
    }

    /// Every scheme with its convention.
    pub fn schemes(&self) -> impl Iterator<Item = (&Convention, &Scheme)> {
        self.conventions.iter().flat_map(|convention| {
            convention.schemes.iter().map(move |scheme| (convention, scheme))
        })
    }

    /// The scheme of that name.
    #[must_use]
    pub fn scheme(&self, id: &str) -> Option<&Scheme> {
        self.schemes().map(|(_, scheme)| scheme).find(|scheme| scheme.id == id)
    }

    /// Every page, by scheme and identifier.
    #[must_use]
    pub fn pages(&self) -> &[Page] {
        &self.pages
    }

    /// The pages of a scheme, in the order of its sections, then by identifier:
    /// its own, or those it takes from other schemes, scheme after scheme.
    #[must_use]
    pub fn pages_of(&self, scheme: &Scheme) -> Vec<&Page> {
        let lenders = scheme.pages_from.iter().filter_map(|lender| self.scheme(&lender.value));
        let own = std::iter::once(scheme).chain(lenders);
        own.flat_map(|scheme| self.own_pages(scheme)).collect()
    }

    /// The pages that name the scheme, in the order of its sections, then by
    /// identifier.
    fn own_pages(&self, scheme: &Scheme) -> Vec<&Page> {
        let rank =
            |page: &Page| scheme.sections.iter().position(|section| *section == page.rule.section);
        let mut pages: Vec<_> =
            self.pages.iter().filter(|page| page.rule.scheme == scheme.id).collect();
        pages.sort_by_key(|page| (rank(page), page.id.clone()));
        pages
    }

    /// The indicators paid by patient, each identifier once.
    #[must_use]
    pub fn paid_by_patient(&self) -> Vec<&Page> {
        let mut pages: Vec<&Page> = Vec::new();
        for (_, scheme) in self.schemes().filter(|(_, scheme)| scheme.form == Form::PerPatient) {
            for page in self.pages_of(scheme) {
                if pages.iter().all(|known| known.id != page.id) {
                    pages.push(page);
                }
            }
        }
        pages
    }

    /// The pages of that identifier, whatever their scheme.
    pub fn pages_named(&self, id: &str) -> impl Iterator<Item = &Page> {
        self.pages.iter().filter(move |page| page.id == id)
    }

    /// A page that names a scheme: an identifier is unique in its scheme only.
    #[must_use]
    pub fn page(&self, scheme: &str, id: &str) -> Option<&Page> {
        self.pages.iter().find(|page| page.rule.scheme == scheme && page.id == id)
    }

    /// The schemes whose block opens options, by convention and name.
    #[must_use]
    pub fn gates(&self) -> &[GateScheme] {
        &self.gates
    }

    /// The gate of that name.
    #[must_use]
    pub fn gate(&self, id: &str) -> Option<&GateScheme> {
        self.gates.iter().find(|scheme| scheme.id == id)
    }

    /// Every page of a gate, in the order of their files.
    #[must_use]
    pub fn all_gate_pages(&self) -> &[GatePage] {
        &self.gate_pages
    }

    /// The pages of a gate that exist in a campaign, by identifier.
    #[must_use]
    pub fn gate_pages(&self, scheme: &GateScheme, campaign: Campaign) -> Vec<&GatePage> {
        let exists = |page: &&GatePage| {
            page.scheme == scheme.id
                && page.since.unwrap_or(scheme.first) <= campaign
                && campaign <= page.until.unwrap_or(scheme.last)
        };
        self.gate_pages.iter().filter(exists).collect()
    }

    /// Identifiers under which something may be declared for the gates of a
    /// campaign: pages, their elements, and reserved words.
    #[must_use]
    pub fn declarable(&self, campaign: Campaign) -> BTreeSet<&str> {
        let pages = self.gates.iter().flat_map(|scheme| self.gate_pages(scheme, campaign));
        let declared = pages.flat_map(GatePage::declared_as);
        declared.chain(forfait::RESERVED).collect()
    }

    /// Identifiers that answer, in a campaign, what this one answers: the
    /// elements of an item, or the item as a whole of an element.
    #[must_use]
    pub fn answered_by(&self, item: &str, campaign: Campaign) -> BTreeSet<&str> {
        let pages = self.gates.iter().flat_map(|scheme| self.gate_pages(scheme, campaign));
        let mut same = BTreeSet::new();
        for page in pages.filter(|page| !page.elements.is_empty()) {
            let mut elements = page.elements.iter().map(|element| element.id.as_str());
            if page.declared_id == item {
                same.extend(elements);
            } else if elements.any(|element| element == item) {
                same.insert(page.declared_id.as_str());
            }
        }
        same
    }

    /// The schemes that pay by classes of patients, by convention and name.
    #[must_use]
    pub fn class_schemes(&self) -> &[ClassScheme] {
        &self.class_schemes
    }

    /// The scheme by classes of that name.
    #[must_use]
    pub fn class_scheme(&self, id: &str) -> Option<&ClassScheme> {
        self.class_schemes.iter().find(|scheme| scheme.id == id)
    }

    /// Every page of a class, in the order of their files.
    #[must_use]
    pub fn all_class_pages(&self) -> &[ClassPage] {
        &self.class_pages
    }

    /// The classes of a scheme that exist in a campaign, by identifier.
    #[must_use]
    pub fn class_pages(&self, scheme: &ClassScheme, campaign: Campaign) -> Vec<&ClassPage> {
        let exists = |page: &&ClassPage| {
            page.scheme == scheme.id
                && page.since.unwrap_or(scheme.first) <= campaign
                && campaign <= page.until.unwrap_or(scheme.last)
        };
        self.class_pages.iter().filter(exists).collect()
    }

    /// A code list.
    #[must_use]
    pub fn list(&self, name: &str) -> Option<&CodeList> {
        self.lists.get(name)
    }

    /// Every code list, by name.
    pub fn lists(&self) -> impl Iterator<Item = &CodeList> {
        self.lists.values()
    }

    /// blake3 of every rule file with its path, in hexadecimal.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// First and last campaign of a page.
    #[must_use]
    pub fn span_of(&self, page: &Page) -> Option<(Campaign, Campaign)> {
        let scheme = self.scheme(&page.rule.scheme)?;
        let first = page.rule.since.unwrap_or(scheme.first).max(scheme.first);
        let last = page.rule.until.unwrap_or(scheme.last).min(scheme.last);
        Some((first, last))
    }

    /// Whether a page's indicator exists in a campaign.
    #[must_use]
    pub fn exists(&self, page: &Page, campaign: Campaign) -> bool {
        self.span_of(page).is_some_and(|(first, last)| first <= campaign && campaign <= last)
    }

    fn check(
        &self,
        texts: &BTreeMap<&str, &str>,
        today: Option<Date>,
        faults: &mut Vec<Diagnostic>,
    ) {
        for page in &self.pages {
            self.check_page(page, today, faults);
        }
        for convention in &self.conventions {
            let file = format!("{}/convention.toml", convention.id);
            let source = crate::diagnostic::Source {
                file: &file,
                text: texts.get(file.as_str()).unwrap_or(&""),
            };
            for replacement in &convention.replacements {
                replacement.value.check(self, source, faults);
            }
        }
        for (convention, scheme) in self.schemes() {
            let file = format!("{}/convention.toml", convention.id);
            let text = texts.get(file.as_str()).copied().unwrap_or("");
            self.check_scheme(scheme, text, faults);
            self.check_sums(scheme, text, faults);
        }
        let used: Vec<_> = self.pages.iter().flat_map(Page::lists).map(|(name, _)| name).collect();
        for list in self.lists.values() {
            if !used.contains(&list.name.as_str()) && !self.pages.is_empty() {
                let text = texts.get(list.file.as_str()).copied().unwrap_or("");
                let source = crate::diagnostic::Source { file: &list.file, text };
                faults
                    .push(source.fault(0..0, "liste de codes qu'aucune page n'utilise").warning());
            }
        }
    }

    /// One scheme of that name; those it takes pages from have pages.
    fn check_scheme(&self, scheme: &Scheme, text: &str, faults: &mut Vec<Diagnostic>) {
        let same = self.schemes().filter(|(_, other)| other.id == scheme.id);
        if same.count() > 1 {
            faults.push(scheme.fault(text, format!("deux dispositifs pour `{}`", scheme.id)));
        }
        let ids: Vec<_> = self.schemes().map(|(_, scheme)| scheme.id.as_str()).collect();
        for lender in &scheme.pages_from {
            let message = match self.scheme(&lender.value) {
                None => format!("`pages_de` : dispositif inconnu : `{}`", lender.value),
                Some(other) if !other.pages_from.is_empty() => {
                    format!("`pages_de` : `{}` prend lui-même ses pages ailleurs", lender.value)
                }
                Some(other) if other.form != scheme.form => {
                    let (form, own) = (other.form.word(), scheme.form.word());
                    format!("`pages_de` : `{}` est de forme `{form}`, pas `{own}`", lender.value)
                }
                Some(_) => continue,
            };
            faults.push(scheme.fault(text, message).hint(choose(
                &lender.value,
                "dispositifs",
                &ids,
            )));
        }
    }

    fn check_page(&self, page: &Page, today: Option<Date>, faults: &mut Vec<Diagnostic>) {
        let ids: Vec<_> = self.schemes().map(|(_, scheme)| scheme.id.as_str()).collect();
        let Some(scheme) = self.scheme(&page.rule.scheme) else {
            let message = format!("dispositif inconnu : `{}`", page.rule.scheme);
            faults.push(page.scheme_fault(message).hint(choose(
                &page.rule.scheme,
                "dispositifs",
                &ids,
            )));
            return;
        };
        let same = |other: &&Page| other.id == page.id && other.rule.scheme == page.rule.scheme;
        if self.pages.iter().filter(same).count() > 1 {
            faults.push(page.page_fault(format!("deux pages pour `{}`", page.id)));
        }
        if page.form != scheme.form && !page.scale.is_empty() {
            let message = format!(
                "barème de forme `{}` dans un dispositif de forme `{}`",
                page.form.word(),
                scheme.form.word()
            );
            let hint = match scheme.form {
                Form::Rate => "colonnes : intermédiaire, cible, seuil, points",
                Form::PerPatient => "colonne : montant",
            };
            faults.push(page.scale_fault(&page.scale[0], message).hint(hint));
        }
        if !scheme.sections.contains(&page.rule.section) {
            let sections: Vec<_> = scheme.sections.iter().map(String::as_str).collect();
            let message = format!("volet inconnu : `{}`", page.rule.section);
            faults.push(page.section_fault(message).hint(choose(
                &page.rule.section,
                "volets",
                &sections,
            )));
        }
        let (first, last) =
            (page.rule.since.unwrap_or(scheme.first), page.rule.until.unwrap_or(scheme.last));
        if first > last || first < scheme.first || last > scheme.last {
            faults.push(page.page_fault(format!(
                "campagnes {first} à {last} hors de celles du dispositif ({} à {})",
                scheme.first, scheme.last
            )));
        }
        for row in &page.scale {
            if row.since < first || row.since > last {
                let message = format!(
                    "barème de {} hors des campagnes de la page ({first} à {last})",
                    row.since
                );
                faults.push(page.scale_fault(row, message));
            }
            if let (Some(low), Some(high)) = (&row.scale.intermediate, &row.scale.target)
                && !crate::achievement::ordered(&low.value, &high.value, page.rule.direction)
            {
                let message = "la cible est plus facile que l'objectif intermédiaire";
                faults.push(page.scale_fault(row, message));
            }
        }
        if page.scale_of(first).is_none() {
            faults.push(
                page.page_fault(format!("campagne manquante au barème : {first}"))
                    .hint("la première ligne du barème est la première campagne de l'indicateur"),
            );
        }
        for case in &page.cases {
            if case.campaign < first || case.campaign > last {
                let message = format!(
                    "cas de {} : l'indicateur n'existe que de {first} à {last}",
                    case.campaign
                );
                faults.push(page.case_fault(case, message));
            }
        }
        // Little can be asked of a rule that nobody knows.
        let (fewest, words) = match page.rule.unit {
            Unit::Unknown => (1, "un"),
            _ => (6, "six"),
        };
        if page.cases.len() < fewest {
            let message = format!("{} cas : il en faut au moins {words}", page.cases.len());
            faults.push(page.page_fault(message));
        }
        if let (Some(review), Some(today)) = (page.rule.review, today)
            && review < today
        {
            faults.push(page.review_fault(format!("à revoir depuis le {review}")).warning());
        }
        self.check_lists(page, (first, last), faults);
        check_periods(page, (first, last), faults);
    }

    fn check_lists(&self, page: &Page, span: (Campaign, Campaign), faults: &mut Vec<Diagnostic>) {
        let names: Vec<_> = self.lists.keys().map(String::as_str).collect();
        for (name, place) in page.lists() {
            match self.lists.get(name) {
                None => {
                    let message = format!("liste de codes inconnue : `{name}`");
                    faults
                        .push(page.list_fault(place, message).hint(choose(name, "listes", &names)));
                }
                Some(list) => {
                    let empty = (span.0.year()..=span.1.year())
                        .filter_map(Campaign::new)
                        .find(|campaign| list.of(*campaign).next().is_none());
                    if let Some(campaign) = empty {
                        let message = format!("la liste `{name}` est vide en {campaign}");
                        faults.push(page.list_fault(place, message));
                    }
                }
            }
        }
    }

    /// Sums of points against the official subtotals.
    fn check_sums(&self, scheme: &Scheme, text: &str, faults: &mut Vec<Diagnostic>) {
        let pages = self.own_pages(scheme);
        if pages.is_empty() || scheme.form != Form::Rate {
            return;
        }
        for campaign in scheme.campaigns() {
            for section in scheme.sections.iter().map(|name| Some(name.as_str())).chain([None]) {
                let counted: Vec<_> = pages
                    .iter()
                    .filter(|page| section.is_none_or(|section| page.rule.section == section))
                    .filter(|page| self.exists(page, campaign))
                    .collect();
                let points = |page: &&&Page| {
                    page.scale_of(campaign)
                        .and_then(|row| row.scale.points.as_ref())
                        .map(|points| points.value.clone())
                };
                let known: Vec<Fraction> = counted.iter().filter_map(points).collect();
                let sum = known.iter().fold(Fraction::zero(), |sum, points| &sum + points);
                let place = section.unwrap_or("tout le dispositif");
                let Some(subtotal) = scheme.subtotal(section, campaign) else {
                    let bound =
                        section.and_then(|section| scheme.bounding_subtotal(section, campaign));
                    if known.len() < counted.len() && section.is_some() && bound.is_none() {
                        faults.push(scheme.fault(
                            text,
                            format!("{campaign}, {place} : des points inconnus et aucun sous-total pour les borner"),
                        ));
                    }
                    continue;
                };
                let complete = known.len() == counted.len();
                let expected = &subtotal.points.value;
                if (complete && sum != *expected) || sum > *expected {
                    faults.push(scheme.fault(
                        text,
                        format!(
                            "{campaign}, {place} : {} points dans les pages, {} au sous-total",
                            sum.to_short_decimal(2),
                            expected.to_short_decimal(2)
                        ),
                    ));
                }
                if counted.len() != subtotal.indicators {
                    faults.push(scheme.fault(
                        text,
                        format!(
                            "{campaign}, {place} : {} indicateurs dans les pages, {} au sous-total",
                            counted.len(),
                            subtotal.indicators
                        ),
                    ));
                }
            }
        }
    }
}

/// Every campaign has its criteria, and dated criteria lie inside the page's
/// campaigns.
fn check_periods(page: &Page, (first, last): (Campaign, Campaign), faults: &mut Vec<Diagnostic>) {
    fn walk(criteria: &[Criterion], visit: &mut impl FnMut(&Criterion)) {
        for criterion in criteria {
            visit(criterion);
            if let Some(Test::AnyOf(options)) = &criterion.test {
                walk(options, visit);
            }
        }
    }
    for criteria in [&page.rule.denominator, &page.rule.exclusions, &page.rule.numerator] {
        walk(criteria, &mut |criterion| {
            let outside = criterion.since.is_some_and(|since| since <= first || since > last)
                || criterion.until.is_some_and(|until| until >= last || until < first);
            if outside {
                faults.push(page.page_fault(format!(
                    "le critère `{}` est daté hors des campagnes {first} à {last}, ou d'une borne inutile",
                    criterion.id
                )));
            }
        });
    }
    if !page.rule.unit.is_computed() {
        return;
    }
    for campaign in (first.year()..=last.year()).filter_map(Campaign::new) {
        if !page.rule.numerator.iter().any(|criterion| criterion.applies(campaign)) {
            faults.push(page.page_fault(format!("aucun critère de numérateur en {campaign}")));
        }
    }
}

/// Whether a page has a block of this kind.
fn holds(text: &str, block: &str) -> bool {
    text.lines().any(|line| line.strip_prefix("```").is_some_and(|kind| kind.trim() == block))
}

/// What follows the last dot of a name.
pub(crate) fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

enum RuleKind {
    Convention,
    FlatScheme,
    Codes,
    Page,
}

enum Kind {
    Rule(RuleKind),
    Other,
}

impl Kind {
    /// A convention, a code list or a page by its place in the folder.
    fn of(path: &str) -> Self {
        let parts: Vec<_> = path.split('/').collect();
        match parts.as_slice() {
            // Reforms stand on the rules and are none of them.
            ["reformes", _] => Self::Other,
            ["codes", name] if extension(name) == "csv" => Self::Rule(RuleKind::Codes),
            [_, "convention.toml"] => Self::Rule(RuleKind::Convention),
            [_, name] if extension(name) == "toml" => Self::Rule(RuleKind::FlatScheme),
            [_, _, name] if extension(name) == "md" && !name.starts_with("LISEZMOI") => {
                Self::Rule(RuleKind::Page)
            }
            _ => Self::Other,
        }
    }
}
