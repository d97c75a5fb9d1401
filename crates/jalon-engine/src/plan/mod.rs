//! The compiler: the pages of a campaign become one query.
//!
//! Every table of events is read once and reduced to one row per patient and
//! day, marked with the classes of events that occur on it (one bit each);
//! these rows are reduced once more to one row per patient. Boxes, treatments
//! and substances, which need more than a mark, are branches of their own.
//! Joined to the lists of the doctors, the rows per patient are the evidence;
//! summed by doctor, they are the counts that are paid.

mod anchored;
mod boxes;
pub mod classes;
mod events;
mod list;
mod treatments;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jalon_rules::campaign::{Standpoint, Window};
use jalon_rules::convention::Scheme;
use jalon_rules::criterion::{Bounds, Count, Criterion, Selection, Table, Test, Treatment};
use jalon_rules::page::{Page, Unit};
use jalon_rules::rules::Rules;
use jiff::civil::Date;

use self::boxes::Boxes;
use self::events::last_day;
use self::treatments::Runs;
use crate::atoms::{Atoms, Class, MARKS, mark};
use crate::inventory::{CodeTable, Inventory};
use crate::net::Reversible;
use crate::sql::{Steps, all, any};

/// Dates of delivery that make someone treated, and with a large pack.
pub const TREATED_DATES: u32 = 3;
pub const TREATED_DATES_LARGE_PACK: u32 = 2;

/// What to compute.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The rules.
    pub rules: &'a Rules,
    /// The scheme whose list is meant.
    pub scheme: &'a Scheme,
    /// The campaign, and the day on which it is judged.
    pub at: Standpoint,
    /// The pages: those of the scheme that exist in the campaign.
    pub pages: &'a [&'a Page],
    /// Only this doctor.
    pub doctor: Option<&'a str>,
    /// Tables that hold reversals.
    pub reversals: &'a [Reversible],
    /// The codes that occur in the dossier.
    pub inventory: &'a Inventory,
}

/// How a criterion of a page is shown in the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CriterionColumns {
    /// The criterion.
    pub id: String,
    /// Column that says whether it holds: a boolean for patients, else the
    /// number of boxes or treatments for which it does.
    pub holds: String,
    /// Column of the number for which it does not, for boxes and treatments.
    pub fails: Option<String>,
    /// Column of what was counted.
    pub count: Option<String>,
    /// Column of the last day counted.
    pub last: Option<String>,
    /// Criteria inside `parmi`.
    pub options: Vec<Self>,
}

impl CriterionColumns {
    fn new(id: &str, holds: String) -> Self {
        let id = id.to_owned();
        Self { id, holds, fails: None, count: None, last: None, options: Vec::new() }
    }
}

/// The columns of one page in the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageColumns {
    /// Denominator of the patient.
    pub denominator: String,
    /// Numerator of the patient.
    pub numerator: String,
    /// Boxes left out because something about them is unknown.
    pub left_out: Option<String>,
    /// Criteria, in the order of the page.
    pub criteria: Vec<CriterionColumns>,
}

/// A compiled request.
pub struct Plan {
    /// The tables of codes that the query looks up.
    pub codes: Vec<CodeTable>,
    /// The classes of events whose marks they hold.
    pub classes: Vec<Class>,
    /// The query, as it was asked to be seen.
    pub query: Query,
    /// Columns of each page, in the order of the request.
    pub columns: Vec<PageColumns>,
    /// For each scheme that lends pages, the column that says who is of its
    /// population.
    pub populations: Vec<(String, String)>,
    /// The sums of every page, as they follow `SELECT medecin, count(*)`.
    sums: String,
}

impl Plan {
    /// The counts, from a table that holds the evidence.
    pub fn counts_of(&self, table: &str) -> String {
        counts_of(&self.sums, table)
    }
}

/// A query and what it stands on.
pub struct Query {
    steps: Steps,
    last: String,
}

impl Query {
    /// Steps to be run and kept under their names before it.
    pub fn first(&self) -> Vec<(String, String)> {
        self.steps.firsts()
    }

    /// The query itself.
    pub fn last(&self) -> String {
        self.steps.select(&self.last)
    }

    /// All of it at once, from the tables of the dossier and these codes.
    pub fn whole(&self, codes: &[CodeTable]) -> String {
        let codes = codes.iter().map(|codes| (codes.name.clone(), codes.values()));
        self.steps.whole(codes, &self.last)
    }
}

fn counts_of(sums: &str, rows: &str) -> String {
    format!(
        "SELECT medecin, count(*) AS patientele{sums}\nFROM {rows}\nGROUP BY medecin\nORDER BY medecin"
    )
}

/// A named column of the result and what computes it.
type Column = (String, String);

/// How rows are seen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// One row per doctor: size of the list, sums of every page.
    Counts,
    /// One row per patient of the lists, with everything a person may ask.
    Evidence,
}

/// What a criterion is there for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Denominator,
    Exclusion,
    Numerator,
}

struct Compiler<'a> {
    request: Request<'a>,
    atoms: Atoms,
    /// Counts of days that a test needs as numbers.
    counted: BTreeSet<usize>,
    /// Counts of days that only the evidence shows.
    shown: BTreeSet<usize>,
    /// Windows of days.
    windows: Vec<(Date, Date)>,
    /// Windows, and columns of marks, in which a test needs only to know
    /// whether a class occurred.
    seen: BTreeSet<(usize, usize)>,
    /// Classes whose lines are looked at day by day.
    chosen: BTreeSet<usize>,
    /// Classes whose days are looked at in windows told from an anchor.
    picked: BTreeSet<usize>,
    /// Sums over boxes.
    boxes: Boxes,
    /// Treatments and events: one branch per page.
    branches: Vec<(String, String)>,
}

/// Compiles a request.
pub fn compile(request: Request<'_>, view: View) -> Plan {
    let mut compiler = Compiler {
        request,
        atoms: Atoms::default(),
        counted: BTreeSet::new(),
        shown: BTreeSet::new(),
        windows: Vec::new(),
        seen: BTreeSet::new(),
        chosen: BTreeSet::new(),
        picked: BTreeSet::new(),
        boxes: Boxes::default(),
        branches: Vec::new(),
    };
    let mut paid: Vec<Column> = Vec::new();
    let mut shown: Vec<Column> = Vec::new();
    let mut columns = Vec::new();
    for (at, page) in request.pages.iter().enumerate() {
        let first = paid.len();
        columns.push(compiler.page(&format!("p{at}"), page, &mut paid, &mut shown));
        // A page taken from another scheme keeps the population of its own.
        let own = request.rules.scheme(&page.rule.scheme);
        if let Some(own) = own.filter(|own| own.id != request.scheme.id) {
            for (_, value) in paid.iter_mut().skip(first) {
                *value = format!("CASE WHEN {} THEN {value} ELSE 0 END", own.population);
            }
        }
    }
    let mut populations = Vec::new();
    for lender in &request.scheme.pages_from {
        if let Some(lender) = request.rules.scheme(&lender.value) {
            let column = format!("liste_{}", populations.len());
            paid.push((
                column.clone(),
                format!("CASE WHEN {} THEN 1 ELSE 0 END", lender.population),
            ));
            populations.push((lender.id.clone(), column));
        }
    }
    let from = compiler.joined();
    let selected = |columns: &mut dyn Iterator<Item = &Column>| {
        columns.fold(
            String::from("SELECT liste.medecin, liste.patient"),
            |mut query, (name, sql)| {
                let _ = write!(query, ",\n  {sql} AS {name}");
                query
            },
        )
    };
    let codes = compiler.codes();
    let steps = compiler.steps(view, &codes);
    let sums = paid.iter().fold(String::new(), |mut query, (name, _)| {
        let _ = write!(query, ",\n  sum({name}) AS {name}");
        query
    });
    let last = match view {
        View::Evidence => format!(
            "{}\n{from}\nORDER BY liste.medecin, liste.patient",
            selected(&mut paid.iter().chain(&shown))
        ),
        View::Counts => {
            counts_of(&sums, &format!("(\n{}\n{from}\n) AS preuves", selected(&mut paid.iter())))
        }
    };
    let classes = compiler.atoms.classes;
    Plan { codes, classes, query: Query { steps, last }, columns, populations, sums }
}

impl Compiler<'_> {
    /// Compiles a page. `paid` receives what is summed, `shown` the criteria.
    fn page(
        &mut self,
        name: &str,
        page: &Page,
        paid: &mut Vec<Column>,
        shown: &mut Vec<Column>,
    ) -> PageColumns {
        let [denominator, numerator, left_out] =
            ["den", "num", "ecarte"].map(|suffix| format!("{name}_{suffix}"));
        let mut columns = PageColumns {
            denominator: denominator.clone(),
            numerator: numerator.clone(),
            left_out: None,
            criteria: Vec::new(),
        };
        match &page.rule.unit {
            Unit::Declared | Unit::Unknown => {
                paid.push((denominator, "CAST(0 AS BIGINT)".into()));
                paid.push((numerator, "CAST(0 AS BIGINT)".into()));
            }
            Unit::Patient => {
                let (condition, value) = self.patients(name, page, shown, &mut columns.criteria);
                paid.push((denominator, format!("CASE WHEN {condition} THEN 1 ELSE 0 END")));
                paid.push((numerator, format!("CASE WHEN {condition} THEN {value} ELSE 0 END")));
            }
            Unit::Box => {
                self.boxes(name, page, shown, &mut columns.criteria);
                for column in [denominator, numerator, left_out.clone()] {
                    let sql = format!("COALESCE(boites.{column}, 0)");
                    paid.push((column, sql));
                }
                columns.left_out = Some(left_out);
            }
            Unit::Event(event) => {
                self.anchors(name, page, event, paid, shown, &mut columns.criteria);
            }
            Unit::Treatment(Treatment::Dates { codes }) => {
                self.dates(name, page, codes, paid, shown, &mut columns.criteria);
            }
            Unit::Treatment(Treatment::Runs { codes, days_per_box }) => {
                let treatments = Runs { codes, days_per_box: *days_per_box };
                self.runs(name, page, &treatments, shown, &mut columns.criteria);
                for column in [denominator, numerator] {
                    let sql = format!("COALESCE({name}_traitements.{column}, 0)");
                    paid.push((column, sql));
                }
            }
        }
        columns
    }

    fn applying<'c>(&self, criteria: &'c [Criterion]) -> Vec<&'c Criterion> {
        criteria.iter().filter(|criterion| criterion.applies(self.request.at.campaign())).collect()
    }

    /// The criteria that apply, in the order of the page.
    fn roles<'p>(&self, page: &'p Page) -> Vec<(Role, &'p Criterion)> {
        [
            (Role::Denominator, &page.rule.denominator),
            (Role::Exclusion, &page.rule.exclusions),
            (Role::Numerator, &page.rule.numerator),
        ]
        .into_iter()
        .flat_map(|(role, criteria)| {
            self.applying(criteria).into_iter().map(move |criterion| (role, criterion))
        })
        .collect()
    }

    /// Unit `patient`: the condition of the denominator and the value of the
    /// numerator for those who meet it.
    fn patients(
        &mut self,
        name: &str,
        page: &Page,
        shown: &mut Vec<Column>,
        criteria: &mut Vec<CriterionColumns>,
    ) -> (String, String) {
        let mut required = Vec::new();
        let mut value = None;
        let mut met = Vec::new();
        for (role, criterion) in self.roles(page) {
            let column = format!("{name}_c{}", criteria.len());
            let (holds, names) = self.criterion(&column, criterion, shown);
            criteria.push(names);
            match (role, &criterion.test) {
                (Role::Denominator, _) => required.push(holds),
                (Role::Exclusion, _) => required.push(format!("NOT {holds}")),
                (_, Some(Test::Count(test))) if test.bounds == Bounds::Sum => {
                    value = Some(self.number_of(&test.count));
                }
                _ => met.push(holds),
            }
        }
        let required = all(&required).unwrap_or_else(|| "TRUE".into());
        let met = all(&met).unwrap_or_else(|| "TRUE".into());
        let value = value.unwrap_or_else(|| "1".into());
        (required, format!("CASE WHEN {met} THEN {value} ELSE 0 END"))
    }

    /// A criterion of a patient: the boolean that says whether it holds.
    fn criterion(
        &mut self,
        name: &str,
        criterion: &Criterion,
        shown: &mut Vec<Column>,
    ) -> (String, CriterionColumns) {
        let mut names = CriterionColumns::new(&criterion.id, name.to_owned());
        let at = self.request.at;
        let mut counted = None;
        let mut holds = match &criterion.test {
            // The parser lets `codes` alone only where lines are tested, and no
            // test at all only where nothing is.
            None | Some(Test::Code(_)) => "FALSE".into(),
            Some(Test::Row(condition)) => format!("COALESCE({condition}, FALSE)"),
            Some(Test::TreatedBy(codes)) => {
                let codes = std::slice::from_ref(codes);
                let year = Window::YEAR.days(at);
                let class = self.atoms.class(&[Table::Deliveries], codes, false);
                let large = self.atoms.class(&[Table::Deliveries], codes, true);
                let days = self.atoms.days(vec![class], year);
                counted = Some(days);
                let large = self.atoms.days(vec![large], year);
                let number = self.number(days);
                let with_large_pack = self.occurs(large);
                format!(
                    "({number} >= {TREATED_DATES} OR ({number} >= {TREATED_DATES_LARGE_PACK} AND {with_large_pack}))"
                )
            }
            Some(Test::Ald(test)) => {
                let illness = self.atoms.illness(test, at);
                format!("COALESCE(maladies.a{illness}, FALSE)")
            }
            Some(Test::Count(test)) => {
                if let Some(number) = self.substances(&test.count) {
                    names.count = Some(format!("{name}_n"));
                    shown.push((format!("{name}_n"), number.clone()));
                    let other = self.other_side(&test.bounds);
                    bounds(&test.bounds, &number, other.as_deref())
                } else if let Some(days) = self.since_birth(&test.count) {
                    let number = format!("COALESCE(naissances.n{days}, 0)");
                    for (suffix, value) in
                        [("n", number.clone()), ("dernier", format!("naissances.d{days}"))]
                    {
                        shown.push((format!("{name}_{suffix}"), value));
                    }
                    names.count = Some(format!("{name}_n"));
                    names.last = Some(format!("{name}_dernier"));
                    let other = self.other_side(&test.bounds);
                    bounds(&test.bounds, &number, other.as_deref())
                } else {
                    let days = self.atoms.count(&test.count, at);
                    counted = Some(days);
                    match &test.bounds {
                        Bounds::Numbers { at_least: Some(1), at_most: None } => self.occurs(days),
                        Bounds::Numbers { at_least: None, at_most: Some(0) } => {
                            format!("NOT {}", self.occurs(days))
                        }
                        _ => {
                            let other = self.other_side(&test.bounds);
                            bounds(&test.bounds, &self.number(days), other.as_deref())
                        }
                    }
                }
            }
            Some(Test::AnyOf(options)) => {
                let mut either = Vec::new();
                for option in self.applying(options) {
                    let column = format!("{name}_c{}", names.options.len());
                    let (holds, option) = self.criterion(&column, option, shown);
                    either.push(holds);
                    names.options.push(option);
                }
                any(&either).unwrap_or_else(|| "FALSE".into())
            }
        };
        if let Some(guard) = &criterion.only_if {
            holds = format!("(COALESCE({guard}, FALSE) AND {holds})");
        }
        shown.push((name.to_owned(), holds.clone()));
        if let Some(days) = counted {
            self.shown.insert(days);
            shown.push((format!("{name}_n"), format!("COALESCE(comptes.n{days}, 0)")));
            shown.push((format!("{name}_dernier"), last_day(&format!("comptes.d{days}"))));
            names.count = Some(format!("{name}_n"));
            names.last = Some(format!("{name}_dernier"));
        }
        (holds, names)
    }

    /// The other count of `au_moins_autant_que`.
    fn other_side(&mut self, bounds: &Bounds) -> Option<String> {
        let Bounds::AtLeast(count) = bounds else { return None };
        Some(self.number_of(count))
    }

    /// The number of a count: substances, or days.
    fn number_of(&mut self, count: &Count) -> String {
        if let Some(substances) = self.substances(count) {
            return substances;
        }
        if let Some(days) = self.since_birth(count) {
            return format!("COALESCE(naissances.n{days}, 0)");
        }
        let days = self.atoms.count(count, self.request.at);
        self.number(days)
    }

    /// The number of substances of a count; `None` when it counts days.
    fn substances(&mut self, count: &Count) -> Option<String> {
        let (Some(dates), Selection::Codes(codes)) = (count.substances_on, &count.selection) else {
            return None;
        };
        let class = self.chosen(codes);
        let at = self.atoms.substances(class, dates, count.window.days(self.request.at));
        Some(format!("COALESCE(substances{at}.n, 0)"))
    }

    /// The marks of the codes of every table of events used.
    fn codes(&self) -> Vec<CodeTable> {
        let Request { rules, at, inventory, .. } = self.request;
        let used = Table::ALL.into_iter().filter(|table| self.uses(*table));
        used.map(|table| inventory.marks(table, &self.atoms.classes, rules, at.campaign()))
            .collect()
    }

    /// The steps before the last `SELECT`.
    fn steps(&mut self, view: View, codes: &[CodeTable]) -> Steps {
        let mut steps = Steps::default();
        self.net_lines(&mut steps);
        steps.add("liste", self.list());
        self.lines_of_doctor(&mut steps);
        if !self.chosen.is_empty() {
            let (name, lines) = self.chosen_lines();
            steps.first(name, lines);
        }
        if !self.picked.is_empty() {
            let (name, days) = self.picked_days(codes);
            steps.first(name, days);
        }
        let events = self.events(codes);
        if !events.is_empty() {
            steps.add("evenements", events.join("\n  UNION ALL\n"));
            steps.add("jours", self.event_days());
            steps.add("comptes", self.counts(view));
        }
        if !self.atoms.illnesses.is_empty() {
            steps.add("maladies", self.illnesses());
        }
        for (at, substances) in self.atoms.substances.iter().enumerate() {
            steps.add(format!("substances{at}"), Self::substance_query(substances));
        }
        if !self.atoms.births.is_empty() {
            steps.add("naissances", self.births());
        }
        if !self.boxes.is_empty() {
            steps.add("boites", self.box_sums(view));
        }
        for (name, query) in &self.branches {
            steps.add(name.clone(), query.clone());
        }
        steps
    }

    /// The rows of the lists with everything known of each patient.
    fn joined(&self) -> String {
        let mut steps: Vec<String> = Vec::new();
        if !self.atoms.days.is_empty() {
            steps.push("comptes".into());
        }
        if !self.atoms.illnesses.is_empty() {
            steps.push("maladies".into());
        }
        steps.extend((0..self.atoms.substances.len()).map(|at| format!("substances{at}")));
        if !self.atoms.births.is_empty() {
            steps.push("naissances".into());
        }
        if !self.boxes.is_empty() {
            steps.push("boites".into());
        }
        steps.extend(self.branches.iter().map(|(name, _)| name.clone()));
        steps.iter().fold(String::from("FROM liste"), |mut query, step| {
            let _ = write!(query, "\n  LEFT JOIN {step} ON {step}.patient = liste.patient");
            query
        })
    }
}

fn bounds(bounds: &Bounds, number: &str, other: Option<&str>) -> String {
    match bounds {
        Bounds::Numbers { at_least, at_most } => {
            let conditions: Vec<_> = at_least
                .map(|low| format!("{number} >= {low}"))
                .into_iter()
                .chain(at_most.map(|high| format!("{number} <= {high}")))
                .collect();
            format!("({})", conditions.join(" AND "))
        }
        Bounds::AtLeast(_) => format!("({number} >= {})", other.unwrap_or("0")),
        Bounds::Sum => format!("({number} >= 1)"),
    }
}

/// The condition that a row bears the mark of a class.
fn marked(class: usize) -> String {
    format!("((m{} & {}) <> 0)", class / MARKS, mark(class))
}

/// The same, of a row of a table among others.
fn marked_in(table: &str, class: usize) -> String {
    format!("(({table}.m{} & {}) <> 0)", class / MARKS, mark(class))
}
