//! Pages: the rule of one indicator, its scale, its sources and its cases.

mod case;
pub(crate) mod markdown;
mod rule_block;
pub(crate) mod scale_table;

use std::ops::Range;

pub use case::{Act, Ald, Case, Delivery, Facts, Stay};
pub use rule_block::{Rule, Unit};
pub use scale_table::{Reference, ScaleRow};

use crate::campaign::Campaign;
use crate::convention::Form;
use crate::criterion::Criterion;
use crate::diagnostic::{Diagnostic, Source};
use crate::toml_walk::Walk;

/// A page: one indicator of one scheme.
#[derive(Clone, Debug)]
pub struct Page {
    /// Identifier of the indicator: the name of the file.
    pub id: String,
    /// Path in the rules folder.
    pub file: String,
    /// Title, shown to people.
    pub title: String,
    /// What the text asks, in the project's words, one string per line.
    pub text: Vec<String>,
    /// The texts it rests on (the line « Textes : … »).
    pub law: String,
    /// Who counts.
    pub rule: Rule,
    /// How the indicator is paid, as the columns of its scale say.
    pub form: Form,
    /// The scale, oldest first.
    pub scale: Vec<ScaleRow>,
    /// What the values rest on.
    pub references: Vec<Reference>,
    /// The page's own tests.
    pub cases: Vec<Case>,
    /// The whole page, for those who want to read it.
    pub source: String,
    places: rule_block::Places,
}

impl Page {
    /// The scale in force in a campaign: the last row that has begun.
    #[must_use]
    pub fn scale_of(&self, campaign: Campaign) -> Option<&ScaleRow> {
        self.scale.iter().rev().find(|row| row.since <= campaign)
    }

    /// For a declared indicator, the page as facts alone would count it: whom
    /// it is asked of, and those among them of whom facts show that it was done.
    /// Nothing where facts do not say whom it is asked of. A part of the
    /// numerator that no fact shows is left out: without any, everyone is in it,
    /// and [`shows_numerator`](Self::shows_numerator) says so.
    #[must_use]
    pub fn shown_by_facts(&self) -> Option<Self> {
        let said = |criteria: &[Criterion]| {
            !criteria.is_empty() && criteria.iter().all(|criterion| criterion.test.is_some())
        };
        let rule = &self.rule;
        let excluded = rule.exclusions.is_empty() || said(&rule.exclusions);
        if rule.unit != Unit::Declared || !said(&rule.denominator) || !excluded {
            return None;
        }
        let mut page = self.clone();
        page.rule.unit = Unit::Patient;
        page.rule.numerator.retain(|criterion| criterion.test.is_some());
        Some(page)
    }

    /// Whether facts say anything of the numerator.
    #[must_use]
    pub fn shows_numerator(&self) -> bool {
        self.rule.numerator.iter().any(|criterion| criterion.test.is_some())
    }

    /// A fault at one of the page's places.
    fn fault(&self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Source { file: &self.file, text: &self.source }.fault(span, message)
    }

    /// A fault about the scheme the page names.
    pub(crate) fn scheme_fault(&self, message: impl Into<String>) -> Diagnostic {
        self.fault(self.places.scheme.clone(), message)
    }

    /// A fault about the section the page names.
    pub(crate) fn section_fault(&self, message: impl Into<String>) -> Diagnostic {
        self.fault(self.places.section.clone(), message)
    }

    /// A fault about the day of the next check.
    pub(crate) fn review_fault(&self, message: impl Into<String>) -> Diagnostic {
        self.fault(self.places.review.clone(), message)
    }

    /// A fault about a row of the scale.
    pub(crate) fn scale_fault(&self, row: &ScaleRow, message: impl Into<String>) -> Diagnostic {
        self.fault(row.span.clone(), message)
    }

    /// A fault about a case: the answer of the engine is not the expected one,
    /// or the case cannot be asked.
    #[must_use]
    pub fn case_fault(&self, case: &Case, message: impl Into<String>) -> Diagnostic {
        self.fault(case.span.clone(), message)
    }

    /// A fault about the page as a whole.
    #[must_use]
    pub fn page_fault(&self, message: impl Into<String>) -> Diagnostic {
        let end = self.source.find('\n').unwrap_or(self.source.len());
        self.fault(0..end, message)
    }

    /// The code lists that the rule uses, with their places.
    pub(crate) fn lists(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        self.places.lists.iter().map(|(name, span)| (name.as_str(), span.clone()))
    }

    pub(crate) fn list_fault(&self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        self.fault(span, message)
    }

    /// Reads a page. Every fault goes to `faults`; a page with a fault that
    /// leaves no rule is `None`.
    pub(crate) fn parse(file: &str, text: &str, faults: &mut Vec<Diagnostic>) -> Option<Self> {
        let source = Source { file, text };
        let skeleton = markdown::cut(source, "toml regle", faults);
        let head = 0..text.find('\n').unwrap_or(text.len());
        if skeleton.title.is_none() {
            faults.push(
                source.fault(head.clone(), "page sans titre").hint("première ligne : # Titre"),
            );
        }
        let law = skeleton.text.last().and_then(|line| line.strip_prefix("Textes :"));
        if law.is_none() {
            faults.push(
                source
                    .fault(head.clone(), "la page ne dit pas ses textes")
                    .hint("dernière ligne avant le bloc : « Textes : convention du … »"),
            );
        }
        let Some(block) = skeleton.rule else {
            faults.push(source.fault(head, "page sans règle").hint("un bloc ```toml regle"));
            return None;
        };
        let mut walk = Walk { source, offset: block.span.start, faults: Vec::new() };
        let rule = rule_block::read(&mut walk, block.text);
        let places_offset = block.span.start;
        faults.append(&mut walk.faults);

        let mut tables: [Option<&markdown::Table<'_>>; 3] = [None; 3];
        for table in &skeleton.tables {
            let slot = match table.header.first().map(|cell| cell.text) {
                Some("campagne") => 0,
                Some("réf") => 1,
                Some("cas") => 2,
                _ => {
                    faults.push(
                        source
                            .fault(table.span(), "tableau inconnu")
                            .hint("un tableau commence par `campagne`, `réf` ou `cas`"),
                    );
                    continue;
                }
            };
            if tables[slot].replace(table).is_some() {
                faults.push(source.fault(table.span(), "deux tableaux du même genre"));
            }
        }
        for (table, what) in tables.iter().zip(["barème", "sources", "cas"]) {
            if table.is_none() {
                faults.push(source.fault(head.clone(), format!("page sans tableau des {what}")));
            }
        }
        let references = tables[1].map(|table| scale_table::references(source, table, faults));
        let cases = tables[2].map(|table| case::read(source, table, faults));
        let (rule, mut places) = rule?;
        let references = references.unwrap_or_default();
        let form = tables[0].map_or(Form::Rate, scale_table::form);
        let scale = tables[0]
            .map(|table| scale_table::rows(source, table, rule.rate, &references, faults))
            .unwrap_or_default();
        places.shift(places_offset);
        let id = file.rsplit('/').next().and_then(|name| name.strip_suffix(".md"))?;
        Some(Self {
            id: id.to_owned(),
            file: file.to_owned(),
            title: skeleton.title?.text.to_owned(),
            text: skeleton.text.iter().map(|line| (*line).to_owned()).collect(),
            law: law?.trim().to_owned(),
            rule,
            form,
            scale,
            references,
            cases: cases.unwrap_or_default(),
            source: text.to_owned(),
            places,
        })
    }
}
