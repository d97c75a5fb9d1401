//! A statement as a form: what a file said, what was typed, and every fault
//! beside its field.

use std::collections::BTreeSet;

use jalon_import::statement::{Figure, Figures, Line, Number, Statement, Total, from_toml, render};
use jalon_rules::convention::Scheme;
use jalon_rules::scale::RateKind;
use jalon_rules::{Campaign, Rules};
use jiff::civil::Date;

use crate::fields::Fields;
use crate::pages::Choice;
use crate::texts::Statements;

/// What is asked of an indicator.
pub const FIGURES: [Figure; 5] =
    [Figure::Numerator, Figure::Denominator, Figure::Rate, Figure::Points, Figure::Amount];

/// What is asked of a total.
const SUMS: [Figure; 2] = [Figure::Points, Figure::Amount];

/// A field, what is in it, and what is wrong with it.
pub struct Cell {
    pub name: String,
    pub label: &'static str,
    pub value: String,
    pub fault: &'static str,
}

/// What a row is about.
#[derive(Clone, Debug, PartialEq, Eq)]
enum About {
    /// An indicator of the scheme: its identifier, and how its rate is told.
    Page(String, RateKind),
    /// A line of the file that says no indicator, by its place there.
    Line(usize),
    /// A total, by its place.
    Total(usize),
}

/// A row of the form.
pub struct Row {
    about: About,
    pub label: String,
    pub cells: Vec<Cell>,
    /// Name of the field that says the indicator, for a line that does not.
    pub means: String,
    pub choices: Vec<Choice>,
    pub fault: &'static str,
}

/// The form.
pub struct Sheet {
    pub scheme: &'static Scheme,
    campaign: Campaign,
    /// What a file said: more than the form asks.
    base: Statement,
    pub received: Cell,
    pub common: Vec<Cell>,
    pub rows: Vec<Row>,
    pub unread: Vec<Row>,
    pub totals: Vec<Row>,
    /// What is wrong with the whole.
    pub fault: &'static str,
}

impl Sheet {
    /// The form with what a file, or nothing, said.
    pub fn of(
        rules: &Rules,
        scheme: &'static Scheme,
        campaign: Campaign,
        base: Statement,
        w: &Statements,
    ) -> Self {
        let pages = rules.pages_of(scheme).into_iter().filter(|page| rules.exists(page, campaign));
        let known: Vec<_> =
            pages.map(|page| (page.id.clone(), page.title.clone(), page.rule.rate)).collect();
        let line_of = |id: &str| base.lines.iter().find(|one| one.indicator.as_deref() == Some(id));
        let no_figures = Figures::new();
        let rows = known.iter().map(|(id, title, kind)| {
            let figures = line_of(id).map_or(&no_figures, |line| &line.figures);
            let about = About::Page(id.clone(), *kind);
            row(about, title, &FIGURES, figures, w)
        });
        let rows = rows.collect();
        let is_known = |line: &Line| {
            let id = line.indicator.as_deref();
            known.iter().any(|(known, ..)| Some(known.as_str()) == id)
        };
        let choices = || {
            let choice = |(id, title, _): &(String, String, RateKind)| Choice {
                value: id.clone(),
                label: title.clone(),
                chosen: false,
            };
            known.iter().map(choice).collect()
        };
        let unread = base.lines.iter().enumerate().filter(|(_, line)| !is_known(line));
        let unread = unread.map(|(at, line)| Row {
            choices: choices(),
            ..row(About::Line(at), &line.label, &FIGURES, &line.figures, w)
        });
        let unread = unread.collect();
        let total = |at: usize, label: &str, figures: &Figures| {
            row(About::Total(at), label, &SUMS, figures, w)
        };
        let mut totals: Vec<Row> = (base.totals.iter().enumerate())
            .map(|(at, one)| total(at, &one.label, &one.figures))
            .collect();
        if totals.is_empty() {
            totals.push(total(0, "Total", &no_figures));
        }
        let common = Figure::COMMON.map(|figure| Cell {
            name: figure.key().to_owned(),
            label: word(figure, w),
            value: value(&base.common, figure),
            fault: "",
        });
        let received = base.received.map_or_else(String::new, |day| day.to_string());
        Self {
            scheme,
            campaign,
            received: Cell {
                name: "recu".to_owned(),
                label: w.received,
                value: received,
                fault: "",
            },
            common: Vec::from(common),
            rows,
            unread,
            totals,
            base,
            fault: "",
        }
    }

    /// The form as it was sent.
    pub fn typed(
        rules: &Rules,
        scheme: &'static Scheme,
        campaign: Campaign,
        fields: &Fields,
        w: &Statements,
    ) -> Self {
        // Written by this program on its page; anything else is no file.
        let base = from_toml(fields.text("source"), "source").unwrap_or_default();
        let mut sheet = Self::of(rules, scheme, campaign, base, w);
        for cell in sheet.cells_mut() {
            fields.text(&cell.name).clone_into(&mut cell.value);
        }
        for row in &mut sheet.unread {
            let said = fields.text(&row.means);
            row.choices.iter_mut().for_each(|one| one.chosen = one.value == said);
        }
        sheet
    }

    fn cells_mut(&mut self) -> impl Iterator<Item = &mut Cell> {
        let rows = self.rows.iter_mut().chain(&mut self.unread).chain(&mut self.totals);
        let own = std::iter::once(&mut self.received).chain(&mut self.common);
        own.chain(rows.flat_map(|row| &mut row.cells))
    }

    /// What a file said, for the next sending of the form; empty without a file.
    pub fn source(&self) -> String {
        if self.base.lines.is_empty() { String::new() } else { render(&self.base) }
    }

    /// Whether anything is wrong.
    pub fn is_faulty(&self) -> bool {
        let rows = || self.rows.iter().chain(&self.unread).chain(&self.totals);
        let own = std::iter::once(&self.received).chain(&self.common);
        !self.fault.is_empty()
            || rows().any(|row| !row.fault.is_empty())
            || own.chain(rows().flat_map(|row| &row.cells)).any(|cell| !cell.fault.is_empty())
    }

    /// The statement, or none: then every fault is beside its field.
    pub fn read(&mut self, doctor: &str, today: Date, w: &Statements) -> Option<Statement> {
        let received = day(&mut self.received, today, w);
        let mut common = Figures::new();
        for (cell, figure) in self.common.iter_mut().zip(Figure::COMMON) {
            number(cell, figure, &mut common, w);
        }
        let mut lines = Vec::new();
        let mut seen = BTreeSet::new();
        for row in &mut self.rows {
            let About::Page(id, kind) = &row.about else { continue };
            let (id, kind) = (id.clone(), *kind);
            let held = self.base.lines.iter().find(|one| one.indicator.as_ref() == Some(&id));
            let figures = figures(row, held.map(|line| &line.figures), Some(kind), w);
            if figures.is_empty() {
                continue;
            }
            seen.insert(id.clone());
            lines.push(match held {
                Some(held) => Line { figures, ..held.clone() },
                None => Line {
                    line: 0,
                    indicator: Some(id),
                    label: row.label.clone(),
                    theme: None,
                    nature: None,
                    period: None,
                    figures,
                },
            });
        }
        for row in &mut self.unread {
            let About::Line(at) = row.about else { continue };
            let Some(held) = self.base.lines.get(at).cloned() else { continue };
            let figures = figures(row, Some(&held.figures), None, w);
            let meant = row.choices.iter().find(|one| one.chosen).map(|one| one.value.clone());
            if figures.is_empty() {
                continue;
            }
            if meant.clone().is_some_and(|id| !seen.insert(id)) {
                row.fault = w.twice;
            }
            lines.push(Line { indicator: meant, figures, ..held });
        }
        let mut totals = Vec::new();
        for row in &mut self.totals {
            let About::Total(at) = row.about else { continue };
            let held = self.base.totals.get(at).map(|total| &total.figures);
            let figures = figures(row, held, None, w);
            if !figures.is_empty() {
                totals.push(Total { line: 0, label: row.label.clone(), figures });
            }
        }
        if lines.is_empty() && !self.is_faulty() {
            self.fault = w.empty;
        }
        if self.is_faulty() {
            return None;
        }
        Some(Statement {
            campaign: Some(self.campaign.year()),
            doctor: Some(doctor.to_owned()),
            scheme: Some(self.scheme.id.clone()),
            received,
            common,
            lines,
            totals,
            remarks: Vec::new(),
        })
    }
}

fn row(about: About, label: &str, asked: &[Figure], figures: &Figures, w: &Statements) -> Row {
    let key = match &about {
        About::Page(id, _) => id.clone(),
        About::Line(at) => format!("+{at}"),
        About::Total(at) => format!("={at}"),
    };
    let cell = |figure: &Figure| Cell {
        name: format!("{}:{key}", figure.key()),
        label: word(*figure, w),
        value: value(figures, *figure),
        fault: "",
    };
    Row {
        label: label.to_owned(),
        cells: asked.iter().map(cell).collect(),
        means: format!("designe:{key}"),
        choices: Vec::new(),
        fault: "",
        about,
    }
}

const fn word(figure: Figure, w: &Statements) -> &'static str {
    match figure {
        Figure::Numerator => w.numerator,
        Figure::Denominator => w.denominator,
        Figure::Points => w.points,
        Figure::Amount => w.amount,
        Figure::List => w.list,
        Figure::Reference => w.reference,
        Figure::PointValue => w.point_value,
        _ => w.rate,
    }
}

/// A figure as people type it.
fn value(figures: &Figures, figure: Figure) -> String {
    figures.get(&figure).map_or_else(String::new, |number| number.as_str().replace('.', ","))
}

/// The figures of a row: those typed, and what the file said that is not asked.
fn figures(
    row: &mut Row,
    held: Option<&Figures>,
    kind: Option<RateKind>,
    w: &Statements,
) -> Figures {
    let asked: &[Figure] = if matches!(row.about, About::Total(_)) { &SUMS } else { &FIGURES };
    let mut all = held.cloned().unwrap_or_default();
    all.retain(|figure, _| !asked.contains(figure));
    for (cell, figure) in row.cells.iter_mut().zip(asked) {
        number(cell, *figure, &mut all, w);
    }
    let hundred = Number::from(100_u32);
    if kind == Some(RateKind::Share) {
        for (cell, figure) in row.cells.iter_mut().zip(asked) {
            let Some(told) = all.get(figure) else { continue };
            match figure {
                Figure::Rate if jalon_claim::exact(told) > jalon_claim::exact(&hundred) => {
                    cell.fault = w.above_hundred;
                }
                Figure::Numerator => {
                    let most = all.get(&Figure::Denominator).map(jalon_claim::exact);
                    if most.is_some_and(|most| jalon_claim::exact(told) > most) {
                        cell.fault = w.above;
                    }
                }
                _ => {}
            }
        }
    }
    all
}

/// Reads a number, or says what is wrong with it.
fn number(cell: &mut Cell, figure: Figure, into: &mut Figures, w: &Statements) {
    if cell.value.is_empty() {
        return;
    }
    let whole = matches!(figure, Figure::Numerator | Figure::Denominator | Figure::List);
    match Number::read(&cell.value) {
        Some(number) if whole && number.as_str().parse::<u64>().is_err() => {
            cell.fault = w.bad_whole;
        }
        Some(number) => {
            into.insert(figure, number);
        }
        None => cell.fault = w.bad_number,
    }
}

fn day(cell: &mut Cell, today: Date, w: &Statements) -> Option<Date> {
    let day = cell.value.parse::<Date>().ok().filter(|day| (2000..=2110).contains(&day.year()));
    match day {
        None => cell.fault = w.bad_day,
        Some(day) if day > today => cell.fault = w.future_day,
        Some(_) => {}
    }
    day
}
