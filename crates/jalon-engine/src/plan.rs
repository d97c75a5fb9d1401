//! The compiler: the pages of a campaign become one query.
//!
//! Every table of events is read once and reduced to one row per patient and
//! day, marked with the classes of events that occur on it (one bit each);
//! these rows are reduced once more to one row per patient. Boxes, treatments
//! and substances, which need more than a mark, are branches of their own.
//! Joined to the lists of the doctors, the rows per patient are the evidence;
//! summed by doctor, they are the counts that are paid.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jalon_rules::Campaign;
use jalon_rules::codes::System;
use jalon_rules::convention::Scheme;
use jalon_rules::criterion::{Bounds, Criterion, Selection, Table, Test, Treatment};
use jalon_rules::page::{Page, Unit};
use jalon_rules::rules::Rules;
use jiff::civil::Date;

use crate::atoms::{Atoms, Class, Days, index_of};
use crate::sql::{Steps, all, any, day, day_number, in_lists, text};

/// Marks per column of marks: a signed 64-bit integer, its sign left alone.
const MARKS: usize = 62;

/// Dates of delivery that make someone treated, and with a large pack.
const TREATED_DATES: u32 = 3;
const TREATED_DATES_LARGE_PACK: u32 = 2;

/// What to compute.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The rules.
    pub rules: &'a Rules,
    /// The scheme whose list is meant.
    pub scheme: &'a Scheme,
    /// The campaign.
    pub campaign: Campaign,
    /// The pages: those of the scheme that exist in the campaign.
    pub pages: &'a [&'a Page],
    /// Only this doctor.
    pub doctor: Option<&'a str>,
    /// Tables that may hold reversals.
    pub reversals: Reversals,
}

/// Whether lines may have to be netted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reversals {
    /// Among deliveries.
    pub deliveries: bool,
    /// Among acts.
    pub acts: bool,
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
    /// One row per patient of the lists, with the evidence of every page.
    pub evidence: String,
    /// One row per doctor: size of the list, sums of every page.
    pub counts: String,
    /// Columns of each page, in the order of the request.
    pub columns: Vec<PageColumns>,
    /// The sums of every page, as they follow `SELECT medecin, count(*)`.
    sums: String,
}

impl Plan {
    /// The counts, from a table that holds the evidence.
    pub fn counts_of(&self, table: &str) -> String {
        counts_of(&self.sums, table)
    }
}

fn counts_of(sums: &str, rows: &str) -> String {
    format!(
        "SELECT medecin, count(*) AS patientele{sums}\nFROM {rows}\nGROUP BY medecin\nORDER BY medecin"
    )
}

/// A named column of the result and what computes it.
type Column = (String, String);

/// How rows are seen: only what is paid, or everything a person may ask.
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    Counts,
    Evidence,
}

struct Compiler<'a> {
    request: Request<'a>,
    atoms: Atoms,
    /// Counts of days that a test needs as numbers.
    counted: BTreeSet<usize>,
    /// Counts of days that only the evidence shows.
    shown: BTreeSet<usize>,
    /// Windows in which a test needs only to know whether a class occurred.
    seen: Vec<(Date, Date)>,
    /// Sums over boxes.
    boxes: Vec<Column>,
    /// Treatments: one branch per page.
    treatments: Vec<(String, String)>,
}

/// Compiles a request.
pub fn compile(request: Request<'_>) -> Plan {
    let mut compiler = Compiler {
        request,
        atoms: Atoms::default(),
        counted: BTreeSet::new(),
        shown: BTreeSet::new(),
        seen: Vec::new(),
        boxes: Vec::new(),
        treatments: Vec::new(),
    };
    let mut paid: Vec<Column> = Vec::new();
    let mut shown: Vec<Column> = Vec::new();
    let mut columns = Vec::new();
    for (at, page) in request.pages.iter().enumerate() {
        columns.push(compiler.page(&format!("p{at}"), page, &mut paid, &mut shown));
    }
    let from = compiler.joined();
    let list = |columns: &mut dyn Iterator<Item = &Column>| {
        columns.fold(
            String::from("SELECT liste.medecin, liste.patient"),
            |mut query, (name, sql)| {
                let _ = write!(query, ",\n  {sql} AS {name}");
                query
            },
        )
    };
    let evidence = compiler.steps(View::Evidence).select(&format!(
        "{}\n{from}\nORDER BY liste.medecin, liste.patient",
        list(&mut paid.iter().chain(&shown))
    ));
    let sums = paid.iter().fold(String::new(), |mut query, (name, _)| {
        let _ = write!(query, ",\n  sum({name}) AS {name}");
        query
    });
    let rows = format!("(\n{}\n{from}\n) AS preuves", list(&mut paid.iter()));
    let counts = compiler.steps(View::Counts).select(&counts_of(&sums, &rows));
    Plan { evidence, counts, columns, sums }
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
            // Events are refused before (`uncompiled`).
            Unit::Declared | Unit::Unknown | Unit::Event(_) => {
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
        criteria.iter().filter(|criterion| criterion.applies(self.request.campaign)).collect()
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
        let lists = [&page.rule.denominator, &page.rule.exclusions, &page.rule.numerator];
        for (role, list) in lists.into_iter().enumerate() {
            for criterion in self.applying(list) {
                let column = format!("{name}_c{}", criteria.len());
                let (holds, names) = self.criterion(&column, criterion, shown);
                criteria.push(names);
                match (role, &criterion.test) {
                    (0, _) => required.push(holds),
                    (1, _) => required.push(format!("NOT {holds}")),
                    (_, Some(Test::Count(test))) if test.bounds == Bounds::Sum => {
                        let days = self.atoms.count(&test.count, self.request.campaign);
                        value = Some(self.number(days));
                    }
                    _ => met.push(holds),
                }
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
        let mut names = CriterionColumns {
            id: criterion.id.clone(),
            holds: name.to_owned(),
            fails: None,
            count: None,
            last: None,
            options: Vec::new(),
        };
        let campaign = self.request.campaign;
        let mut counted = None;
        let holds = match &criterion.test {
            // The parser lets `codes` alone only where lines are tested, and no
            // test at all only where nothing is.
            None | Some(Test::Code(_)) => "FALSE".into(),
            Some(Test::Row(condition)) => format!("COALESCE({condition}, FALSE)"),
            Some(Test::TreatedBy(codes)) => {
                let codes = std::slice::from_ref(codes);
                let year = (campaign.first_day(), campaign.reference_day());
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
                let illness = self.atoms.illness(test, campaign);
                format!("COALESCE(maladies.a{illness}, FALSE)")
            }
            Some(Test::Count(test)) => {
                if let (Some(dates), Selection::Codes(codes)) =
                    (test.count.substances_on, &test.count.selection)
                {
                    let at = self.atoms.substances(codes, dates, test.count.window, campaign);
                    let number = format!("COALESCE(substances{at}.n, 0)");
                    names.count = Some(format!("{name}_n"));
                    shown.push((format!("{name}_n"), number.clone()));
                    let other = self.other_side(&test.bounds);
                    bounds(&test.bounds, &number, other.as_deref())
                } else {
                    let days = self.atoms.count(&test.count, campaign);
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
        shown.push((name.to_owned(), holds.clone()));
        if let Some(days) = counted {
            self.shown.insert(days);
            shown.push((format!("{name}_n"), format!("COALESCE(comptes.n{days}, 0)")));
            shown.push((format!("{name}_dernier"), format!("comptes.d{days}")));
            names.count = Some(format!("{name}_n"));
            names.last = Some(format!("{name}_dernier"));
        }
        (holds, names)
    }

    /// The other count of `au_moins_autant_que`: days, or substances.
    fn other_side(&mut self, bounds: &Bounds) -> Option<String> {
        let Bounds::AtLeast(count) = bounds else { return None };
        let campaign = self.request.campaign;
        Some(
            if let (Some(dates), Selection::Codes(codes)) = (count.substances_on, &count.selection)
            {
                let at = self.atoms.substances(codes, dates, count.window, campaign);
                format!("COALESCE(substances{at}.n, 0)")
            } else {
                let days = self.atoms.count(count, campaign);
                self.number(days)
            },
        )
    }

    /// The number of days of a count.
    fn number(&mut self, days: usize) -> String {
        self.counted.insert(days);
        format!("COALESCE(comptes.n{days}, 0)")
    }

    /// Whether a count is not zero: the marks of the whole window are enough
    /// when one class is meant.
    fn occurs(&mut self, days: usize) -> String {
        let Days { classes, from, to } = &self.atoms.days[days];
        let ([class], window) = (classes.as_slice(), (*from, *to)) else {
            return format!("({} >= 1)", self.number(days));
        };
        let class = *class;
        let at = index_of(&mut self.seen, window);
        format!("((COALESCE(comptes.v{at}_{}, 0) & {}) <> 0)", class / MARKS, mark(class))
    }

    /// Unit `boite`: sums over the net lines of the year.
    fn boxes(
        &mut self,
        name: &str,
        page: &Page,
        shown: &mut Vec<Column>,
        criteria: &mut Vec<CriterionColumns>,
    ) {
        let mut perimeter = Vec::new();
        let mut met = Vec::new();
        let lists = [&page.rule.denominator, &page.rule.exclusions, &page.rule.numerator];
        let mut sums = Vec::new();
        let mut named = false;
        for (role, list) in lists.into_iter().enumerate() {
            for criterion in self.applying(list) {
                let test = match &criterion.test {
                    Some(Test::Code(codes)) => {
                        named |= role == 0;
                        let class = self.atoms.class(&[Table::Deliveries], codes, false);
                        marked(class)
                    }
                    Some(Test::Row(condition)) => condition.to_string(),
                    _ => "FALSE".into(),
                };
                let column = format!("{name}_c{}", criteria.len());
                let fails = format!("{column}_faux");
                sums.push((column.clone(), test.clone()));
                sums.push((fails.clone(), format!("NOT {test}")));
                criteria.push(CriterionColumns {
                    id: criterion.id.clone(),
                    holds: column,
                    fails: Some(fails),
                    count: None,
                    last: None,
                    options: Vec::new(),
                });
                match role {
                    0 => perimeter.push(test),
                    1 => perimeter.push(format!("NOT {test}")),
                    _ => met.push(test),
                }
            }
        }
        if !named {
            // A line whose class is unknown cannot be said to lie outside others.
            perimeter.push("atc <> ''".into());
        }
        let perimeter = all(&perimeter).unwrap_or_else(|| "TRUE".into());
        let met = all(&met).unwrap_or_else(|| "TRUE".into());
        for (suffix, condition) in [
            ("den", format!("{perimeter} AND {met} IS NOT NULL")),
            ("num", format!("{perimeter} AND {met}")),
            ("ecarte", format!("({perimeter}) IS NULL OR ({perimeter} AND {met} IS NULL)")),
        ] {
            self.boxes.push((format!("{name}_{suffix}"), condition));
        }
        for (column, condition) in sums {
            shown.push((column.clone(), format!("COALESCE(boites.{column}, 0)")));
            self.boxes.push((column, condition));
        }
    }

    /// Unit `traitement` by date: each delivery date is a treatment.
    fn dates(
        &mut self,
        name: &str,
        page: &Page,
        codes: &str,
        paid: &mut Vec<Column>,
        shown: &mut Vec<Column>,
        criteria: &mut Vec<CriterionColumns>,
    ) {
        let campaign = self.request.campaign;
        let year = (campaign.first_day(), campaign.reference_day());
        let class = self.atoms.class(&[Table::Deliveries], &[codes.to_owned()], false);
        let mut denominator = vec![class];
        let mut numerator = vec![class];
        let mut excluded: Vec<String> = Vec::new();
        let lists = [&page.rule.denominator, &page.rule.exclusions, &page.rule.numerator];
        for (role, list) in lists.into_iter().enumerate() {
            for criterion in self.applying(list) {
                let Some(Test::Code(codes)) = &criterion.test else { continue };
                let also = self.atoms.class(&[Table::Deliveries], codes, false);
                match role {
                    0 => {
                        denominator.push(also);
                        numerator.push(also);
                    }
                    1 => excluded.extend_from_slice(codes),
                    _ => numerator.push(also),
                }
                let column = format!("{name}_c{}", criteria.len());
                let with = self.atoms.days(vec![class, also], year);
                let all = self.atoms.days(vec![class], year);
                let with = self.number(with);
                let total = self.number(all);
                shown.push((column.clone(), with.clone()));
                shown.push((format!("{column}_faux"), format!("({total} - {with})")));
                criteria.push(CriterionColumns {
                    id: criterion.id.clone(),
                    fails: Some(format!("{column}_faux")),
                    holds: column,
                    count: None,
                    last: None,
                    options: Vec::new(),
                });
            }
        }
        for (suffix, mut classes) in [("den", denominator), ("num", numerator)] {
            let days = self.atoms.days(classes.clone(), year);
            let mut number = self.number(days);
            if !excluded.is_empty() {
                // One exclusion is enough: the union of their lists is.
                classes.push(self.atoms.class(&[Table::Deliveries], &excluded, false));
                let days = self.atoms.days(classes, year);
                number = format!("({number} - {})", self.number(days));
            }
            paid.push((format!("{name}_{suffix}"), number));
        }
    }

    /// Unit `traitement`: deliveries joined into runs; those that start in the
    /// year count.
    fn runs(
        &mut self,
        name: &str,
        page: &Page,
        treatments: &Runs<'_>,
        shown: &mut Vec<Column>,
        criteria: &mut Vec<CriterionColumns>,
    ) {
        let mut sums = Vec::new();
        let mut denominator = Vec::new();
        let mut numerator = Vec::new();
        for (role, list) in [&page.rule.denominator, &page.rule.exclusions, &page.rule.numerator]
            .into_iter()
            .enumerate()
        {
            for criterion in self.applying(list) {
                let Some(Test::Row(condition)) = &criterion.test else { continue };
                let column = format!("{name}_c{}", criteria.len());
                let fails = format!("{column}_faux");
                sums.push((column.clone(), condition.to_string()));
                sums.push((fails.clone(), format!("NOT {condition}")));
                for column in [&column, &fails] {
                    shown.push((
                        column.clone(),
                        format!("COALESCE({name}_traitements.{column}, 0)"),
                    ));
                }
                criteria.push(CriterionColumns {
                    id: criterion.id.clone(),
                    holds: column,
                    fails: Some(fails),
                    count: None,
                    last: None,
                    options: Vec::new(),
                });
                match role {
                    0 => denominator.push(condition.to_string()),
                    1 => denominator.push(format!("NOT {condition}")),
                    _ => numerator.push(condition.to_string()),
                }
            }
        }
        numerator.splice(0..0, denominator.iter().cloned());
        let denominator = all(&denominator).unwrap_or_else(|| "TRUE".into());
        let numerator = all(&numerator).unwrap_or_else(|| "TRUE".into());
        sums.insert(0, (format!("{name}_num"), numerator));
        sums.insert(0, (format!("{name}_den"), denominator));
        let query = self.treatment_query(treatments, &sums);
        self.treatments.push((format!("{name}_traitements"), query));
    }

    /// See `definitions`: a line covers its days, or its boxes times the
    /// page's days per box; the lines of a day add up; a run goes on while the
    /// next date is at most 30 days after its latest covered end; it starts in
    /// the year when its first date does and no delivery lies in the 365 days
    /// before; its end is cut at the reference day.
    fn treatment_query(&self, treatments: &Runs<'_>, sums: &[Column]) -> String {
        let Request { rules, campaign, .. } = self.request;
        let lists = [treatments.codes.to_owned()];
        let reference = day(campaign.reference_day());
        let class = lines_of(rules, &lists, campaign);
        let sums = sums.iter().fold(String::new(), |mut query, (column, condition)| {
            let _ =
                write!(query, ",\n    sum(CASE WHEN {condition} THEN 1 ELSE 0 END) AS {column}");
            query
        });
        format!(
            "  SELECT patient{sums}
  FROM (
    SELECT patient, CAST(LEAST(max(fin), {last}) - min(jour) AS BIGINT) AS duree, min(jour) AS debut,
      min(precedente) AS precedente
    FROM (
      SELECT patient, jour, fin, precedente,
        sum(CASE WHEN couvert IS NULL OR jour > couvert + 30 THEN 1 ELSE 0 END)
          OVER (PARTITION BY patient ORDER BY jour ROWS UNBOUNDED PRECEDING) AS numero
      FROM (
        SELECT patient, jour, jour + jours AS fin,
          lag(jour) OVER (PARTITION BY patient ORDER BY jour) AS precedente,
          max(jour + jours) OVER (PARTITION BY patient ORDER BY jour
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS couvert
        FROM (
          SELECT patient, jour, sum(jours) AS jours
          FROM (
            SELECT patient, CAST(CAST(date AS INT) AS BIGINT) AS jour,
              COALESCE(jours, sum(boites) * {per_box}) AS jours
            FROM {deliveries}
            WHERE date <= {reference} AND {class}
            GROUP BY patient, date, cip13, atc, jours, grand_conditionnement, repertoire, prescripteur
            HAVING sum(boites) > 0
          ) AS nettes
          GROUP BY patient, jour
        ) AS dates
      ) AS suivies
    ) AS groupees
    GROUP BY patient, numero
  ) AS traitements
  WHERE debut >= {first} AND (precedente IS NULL OR precedente >= debut OR debut - precedente > 365)
  GROUP BY patient",
            last = day_number(campaign.reference_day()),
            first = day_number(campaign.first_day()),
            per_box = treatments.days_per_box,
            deliveries = self.table("delivrances"),
        )
    }

    /// The table, or the part of it that is about the patients asked for.
    fn table(&self, name: &'static str) -> String {
        match self.request.doctor {
            Some(_) => format!("{name}_du_medecin"),
            None => name.to_owned(),
        }
    }

    /// The steps before the last `SELECT`.
    fn steps(&self, view: View) -> Steps {
        let mut steps = Steps::default();
        steps.add("liste", self.list());
        if self.request.doctor.is_some() {
            for table in ["delivrances", "actes", "vaccinations", "sejours", "ald"] {
                steps.add(
                    format!("{table}_du_medecin"),
                    format!(
                        "  SELECT lignes.* FROM liste RIGHT SEMI JOIN {table} AS lignes ON liste.patient = lignes.patient"
                    ),
                );
            }
        }
        let deliveries = self.period(Table::Deliveries);
        let acts = self.period(Table::Acts);
        if let Some(period) = self.widest(deliveries) {
            let columns = [
                "patient",
                "date",
                "cip13",
                "atc",
                "jours",
                "grand_conditionnement",
                "repertoire",
                "prescripteur",
            ];
            let reversals = self.request.reversals.deliveries;
            net(&mut steps, &self.table("delivrances"), "boites", &columns, period, reversals);
            self.codes(&mut steps, "codes_medicaments", "atc", "delivrances", period);
        }
        if let Some(period) = acts {
            let columns = [
                "patient",
                "date",
                "systeme",
                "code",
                "valeur",
                "executant",
                "specialite",
                "prescripteur",
            ];
            let reversals = self.request.reversals.acts;
            net(&mut steps, &self.table("actes"), "quantite", &columns, period, reversals);
            self.codes(&mut steps, "codes_actes", "systeme, code", "actes", period);
        }
        let events = self.events();
        if !events.is_empty() {
            steps.add("evenements", events.join("\n  UNION ALL\n"));
            let marks = self.words().fold(String::new(), |mut query, word| {
                let _ = write!(query, ", bit_or(m{word}) AS m{word}");
                query
            });
            steps.add(
                "jours",
                format!("  SELECT patient, date{marks} FROM evenements GROUP BY patient, date"),
            );
            steps.add("comptes", self.counts(view));
        }
        if !self.atoms.illnesses.is_empty() {
            steps.add("maladies", self.illnesses());
        }
        for (at, substances) in self.atoms.substances.iter().enumerate() {
            let class = lines_of(self.request.rules, &substances.codes, self.request.campaign);
            let (from, to) = substances.window;
            steps.add(
                format!("substances{at}"),
                format!(
                    "  SELECT patient, count(*) AS n
  FROM (
    SELECT patient, atc
    FROM (
      SELECT patient, atc, date
      FROM (
        SELECT patient, atc, date FROM {}
        WHERE date BETWEEN {} AND {} AND {class}
        GROUP BY patient, date, cip13, atc, jours, grand_conditionnement, repertoire, prescripteur
        HAVING sum(boites) > 0
      ) AS nettes
      GROUP BY patient, atc, date
    ) AS dates
    GROUP BY patient, atc
    HAVING count(*) >= {}
  ) AS substances
  GROUP BY patient",
                    self.table("delivrances"),
                    day(from),
                    day(to),
                    substances.dates
                ),
            );
        }
        if !self.boxes.is_empty() {
            steps.add("boites", self.box_sums(view));
        }
        for (name, query) in &self.treatments {
            steps.add(name.clone(), query.clone());
        }
        steps
    }

    /// The lists of the doctors on the reference day.
    fn list(&self) -> String {
        let Request { campaign, scheme, doctor, .. } = self.request;
        let reference = day(campaign.reference_day());
        let doctor =
            doctor.map_or_else(String::new, |doctor| format!(" AND medecin = {}", text(doctor)));
        format!(
            "  SELECT medecin, patient, age, sexe, c2s
  FROM (
    SELECT DISTINCT medecin, patients.patient, sexe, c2s,
      CAST({year} - date_part('year', naissance) AS INT) AS age
    FROM rattachements JOIN patients ON rattachements.patient = patients.patient
    WHERE debut <= {reference} AND (fin IS NULL OR fin > {reference})
      AND (deces IS NULL OR deces > {reference}) AND naissance <= {reference}{doctor}
  ) AS presents
  WHERE {population}",
            year = campaign.year(),
            population = scheme.population,
        )
    }

    /// The span of the windows in which a table is searched.
    fn period(&self, table: Table) -> Option<(Date, Date)> {
        self.atoms
            .days
            .iter()
            .filter(|days| {
                days.classes.iter().any(|class| self.atoms.classes[*class].tables.contains(&table))
            })
            .map(|days| (days.from, days.to))
            .reduce(|left, right| (left.0.min(right.0), left.1.max(right.1)))
    }

    /// The period of deliveries, widened to the year that boxes are counted in.
    fn widest(&self, period: Option<(Date, Date)>) -> Option<(Date, Date)> {
        let year = (self.request.campaign.first_day(), self.request.campaign.reference_day());
        let boxes = (!self.boxes.is_empty()).then_some(year);
        period
            .into_iter()
            .chain(boxes)
            .reduce(|left, right| (left.0.min(right.0), left.1.max(right.1)))
    }

    fn words(&self) -> std::ops::Range<usize> {
        0..self.atoms.classes.len().div_ceil(MARKS).max(1)
    }

    /// The marks of a class of one table, given the condition of each class.
    fn marks(&self, mut condition: impl FnMut(&Class) -> Option<String>) -> Vec<String> {
        self.words()
            .map(|word| {
                let marks: Vec<_> = self
                    .atoms
                    .classes
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| at / MARKS == word)
                    .filter_map(|(at, class)| {
                        let condition = condition(class)?;
                        Some(format!("CASE WHEN {condition} THEN {} ELSE 0 END", mark(at)))
                    })
                    .collect();
                if marks.is_empty() {
                    "CAST(0 AS BIGINT)".into()
                } else {
                    format!("({})", marks.join(" | "))
                }
            })
            .collect()
    }

    /// Marks of every code that occurs, so that a line finds its own in one
    /// look-up however many lists there are.
    fn codes(
        &self,
        steps: &mut Steps,
        name: &str,
        key: &str,
        table: &'static str,
        (from, to): (Date, Date),
    ) {
        let Request { rules, campaign, .. } = self.request;
        let acts = table == "actes";
        let codes = |class: &Class| match &class.selection {
            Selection::Codes(lists) => Some(lists.clone()),
            Selection::Speciality(_) => None,
        };
        let condition = |class: &Class, large_pack: bool| {
            let lists = codes(class)?;
            if acts {
                if !class.tables.contains(&Table::Acts) {
                    return None;
                }
                let systems =
                    [System::Nabm, System::Ccam, System::Prestation, System::Loinc, System::Ngap];
                let conditions: Vec<_> = systems
                    .into_iter()
                    .filter_map(|system| {
                        let inside = in_lists(rules, &lists, campaign, system, "code")?;
                        Some(format!("(systeme = '{system}' AND {inside})"))
                    })
                    .collect();
                any(&conditions)
            } else {
                if !class.tables.contains(&Table::Deliveries) || class.large_pack != large_pack {
                    return None;
                }
                in_lists(rules, &lists, campaign, System::Atc, "atc")
            }
        };
        let mut columns = String::new();
        for (word, marks) in self.marks(|class| condition(class, false)).into_iter().enumerate() {
            let _ = write!(columns, ",\n    {marks} AS m{word}");
        }
        if !acts {
            for (word, marks) in self.marks(|class| condition(class, true)).into_iter().enumerate()
            {
                let _ = write!(columns, ",\n    {marks} AS g{word}");
            }
        }
        let source = self.table(table);
        let inventory = if acts { key.to_owned() } else { "COALESCE(atc, '') AS atc".to_owned() };
        steps.add(
            name,
            format!(
                "  SELECT {key}{columns}\n  FROM (\n    SELECT DISTINCT {inventory} FROM {source} WHERE date BETWEEN {} AND {}\n  ) AS inventaire",
                day(from),
                day(to)
            ),
        );
    }

    /// Marks of a line of deliveries: those of its class, of its presentation,
    /// and of its large pack.
    fn delivery_marks(&self) -> Vec<String> {
        let Request { rules, campaign, .. } = self.request;
        let presentations = self.marks(|class| match &class.selection {
            Selection::Codes(lists) if class.tables.contains(&Table::Deliveries) => {
                let inside = in_lists(rules, lists, campaign, System::Cip13, "lignes.cip13")?;
                let large = "lignes.grand_conditionnement AND ";
                Some(if class.large_pack { format!("{large}{inside}") } else { inside })
            }
            _ => None,
        });
        let by_presentation = presentations.into_iter();
        by_presentation
            .enumerate()
            .map(|(word, presentation)| {
                format!(
                    "codes.m{word} | CASE WHEN lignes.grand_conditionnement THEN codes.g{word} ELSE 0 END | {presentation}"
                )
            })
            .collect()
    }

    /// One query per table of events: patient, day, marks.
    fn events(&self) -> Vec<String> {
        let Request { rules, campaign, .. } = self.request;
        let select = |columns: &str, marks: Vec<String>| {
            let marks =
                marks.into_iter().enumerate().fold(String::new(), |mut query, (word, mark)| {
                    let _ = write!(query, ",\n    {mark} AS m{word}");
                    query
                });
            format!("  SELECT {columns}{marks}")
        };
        let useful = self.words().map(|word| format!("m{word} <> 0")).collect::<Vec<_>>();
        let useful = any(&useful).unwrap_or_else(|| "TRUE".into());
        let names = self.words().fold(String::new(), |mut names, word| {
            let _ = write!(names, ", m{word}");
            names
        });
        let wrap = |query: String| {
            format!("  SELECT patient, date{names} FROM (\n{query}\n  ) AS lues WHERE {useful}")
        };
        let mut events = Vec::new();
        if self.period(Table::Deliveries).is_some() {
            let marks = self.delivery_marks();
            events.push(wrap(format!(
                "{}\n  FROM codes_medicaments AS codes JOIN delivrances_nettes AS lignes ON codes.atc = COALESCE(lignes.atc, '')",
                select("lignes.patient, lignes.date", marks)
            )));
        }
        if self.period(Table::Acts).is_some() {
            let specialities = self.marks(|class| match &class.selection {
                Selection::Speciality(speciality) => {
                    Some(format!("lignes.specialite = {}", text(speciality)))
                }
                Selection::Codes(_) => None,
            });
            let marks = specialities
                .into_iter()
                .enumerate()
                .map(|(word, speciality)| format!("codes.m{word} | {speciality}"))
                .collect();
            events.push(wrap(format!(
                "{}\n  FROM codes_actes AS codes JOIN actes_nettes AS lignes ON codes.systeme = lignes.systeme AND codes.code = lignes.code",
                select("lignes.patient, lignes.date", marks)
            )));
        }
        if let Some((from, to)) = self.period(Table::Vaccinations) {
            let marks = self.marks(|class| match &class.selection {
                Selection::Codes(lists) if class.tables.contains(&Table::Vaccinations) => {
                    in_lists(rules, lists, campaign, System::Atc, "code")
                }
                _ => None,
            });
            events.push(wrap(format!(
                "{}\n  FROM {} WHERE date BETWEEN {} AND {}",
                select("patient, date", marks),
                self.table("vaccinations"),
                day(from),
                day(to)
            )));
        }
        if let Some((from, to)) = self.period(Table::Stays) {
            let marks = self.marks(|class| match &class.selection {
                Selection::Codes(lists) if class.tables.contains(&Table::Stays) => {
                    let conditions: Vec<_> = [(System::Cim10, "cim10"), (System::Ccam, "ccam")]
                        .into_iter()
                        .filter_map(|(system, column)| {
                            in_lists(rules, lists, campaign, system, column)
                        })
                        .collect();
                    any(&conditions)
                }
                _ => None,
            });
            events.push(wrap(format!(
                "{}\n  FROM {} WHERE entree BETWEEN {} AND {}",
                select("patient, entree AS date", marks),
                self.table("sejours"),
                day(from),
                day(to)
            )));
        }
        events
    }

    /// One row per patient: the marks seen in each window, the days counted,
    /// and in the evidence the last of those days.
    fn counts(&self, view: View) -> String {
        let mut query = String::from("  SELECT patient");
        for (at, (from, to)) in self.seen.iter().enumerate() {
            for word in self.words() {
                let _ = write!(
                    query,
                    ",\n    bit_or(CASE WHEN date BETWEEN {} AND {} THEN m{word} ELSE 0 END) AS v{at}_{word}",
                    day(*from),
                    day(*to)
                );
            }
        }
        for (at, days) in self.atoms.days.iter().enumerate() {
            let shown = view == View::Evidence && self.shown.contains(&at);
            if !shown && !self.counted.contains(&at) {
                continue;
            }
            let marks: Vec<_> = days.classes.iter().map(|class| marked(*class)).collect();
            let condition = format!(
                "{} AND date BETWEEN {} AND {}",
                marks.join(" AND "),
                day(days.from),
                day(days.to)
            );
            let _ = write!(query, ",\n    sum(CASE WHEN {condition} THEN 1 ELSE 0 END) AS n{at}");
            if shown {
                let _ = write!(query, ",\n    max(CASE WHEN {condition} THEN date END) AS d{at}");
            }
        }
        query.push_str("\n  FROM jours GROUP BY patient");
        query
    }

    fn illnesses(&self) -> String {
        let mut query = String::from("  SELECT patient");
        for (at, (test, (from, to))) in self.atoms.illnesses.iter().enumerate() {
            let numbers = test.numbers.as_ref().map_or_else(String::new, |numbers| {
                let numbers: Vec<_> = numbers.iter().map(ToString::to_string).collect();
                format!("numero IN ({}) AND ", numbers.join(", "))
            });
            let _ = write!(
                query,
                ",\n    bool_or({numbers}debut <= {} AND (fin IS NULL OR fin >= {})) AS a{at}",
                day(*to),
                day(*from)
            );
        }
        let _ = write!(query, "\n  FROM {} GROUP BY patient", self.table("ald"));
        query
    }

    fn box_sums(&self, view: View) -> String {
        let year = (self.request.campaign.first_day(), self.request.campaign.reference_day());
        let mut query = String::from("  SELECT patient");
        for (column, condition) in &self.boxes {
            let paid = ["_den", "_num", "_ecarte"].iter().any(|suffix| column.ends_with(suffix));
            if paid || view == View::Evidence {
                let _ = write!(
                    query,
                    ",\n    sum(CASE WHEN {condition} THEN boites ELSE 0 END) AS {column}"
                );
            }
        }
        let marks = self.delivery_marks().into_iter().enumerate().fold(
            String::new(),
            |mut query, (word, mark)| {
                let _ = write!(query, ",\n      {mark} AS m{word}");
                query
            },
        );
        let _ = write!(
            query,
            "\n  FROM (\n    SELECT lignes.patient, codes.atc, lignes.boites, lignes.repertoire{marks}
    FROM codes_medicaments AS codes JOIN delivrances_nettes AS lignes ON codes.atc = COALESCE(lignes.atc, '')
    WHERE lignes.date BETWEEN {} AND {}
  ) AS lues
  GROUP BY patient",
            day(year.0),
            day(year.1)
        );
        query
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
        if !self.boxes.is_empty() {
            steps.push("boites".into());
        }
        steps.extend(self.treatments.iter().map(|(name, _)| name.clone()));
        steps.iter().fold(String::from("FROM liste"), |mut query, step| {
            let _ = write!(query, "\n  LEFT JOIN {step} ON {step}.patient = liste.patient");
            query
        })
    }
}

/// A treatment made of runs of deliveries.
struct Runs<'a> {
    codes: &'a str,
    days_per_box: u32,
}

/// Lines of a table in a period, netted: lines alike but for their quantity
/// add up, and those that come to nothing vanish. Only the days of a patient
/// on which a reversal occurs can be changed by that.
fn net(
    steps: &mut Steps,
    table: &str,
    quantity: &str,
    columns: &[&str],
    (from, to): (Date, Date),
    reversals: bool,
) {
    let base = table.strip_suffix("_du_medecin").unwrap_or(table);
    let period = format!("date BETWEEN {} AND {}", day(from), day(to));
    let kept = columns.join(", ");
    let lines: Vec<_> = columns.iter().map(|column| format!("lignes.{column}")).collect();
    let lines = lines.join(", ");
    if !reversals {
        steps.add(
            format!("{base}_nettes"),
            format!("  SELECT {kept}, {quantity} FROM {table} WHERE {period}"),
        );
        return;
    }
    steps.add(
        format!("{base}_douteuses"),
        format!("  SELECT DISTINCT patient, date FROM {table} WHERE {quantity} <= 0 AND {period}"),
    );
    let on = "ON douteuses.patient = lignes.patient AND douteuses.date = lignes.date";
    steps.add(
        format!("{base}_nettes"),
        format!(
            "  SELECT {lines}, lignes.{quantity}
  FROM {base}_douteuses AS douteuses RIGHT ANTI JOIN {table} AS lignes {on}
  WHERE lignes.{period}
  UNION ALL
  SELECT {kept}, sum({quantity}) AS {quantity}
  FROM (
    SELECT {lines}, lignes.{quantity}
    FROM {base}_douteuses AS douteuses RIGHT SEMI JOIN {table} AS lignes {on}
    WHERE lignes.{period}
  ) AS reprises
  GROUP BY {kept}
  HAVING sum({quantity}) > 0"
        ),
    );
}

/// The condition that a line of deliveries is of a class.
fn lines_of(rules: &Rules, lists: &[String], campaign: Campaign) -> String {
    let conditions: Vec<_> = [(System::Atc, "atc"), (System::Cip13, "cip13")]
        .into_iter()
        .filter_map(|(system, column)| in_lists(rules, lists, campaign, system, column))
        .collect();
    any(&conditions).unwrap_or_else(|| "FALSE".into())
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

/// The mark of a class in its column.
fn mark(class: usize) -> u64 {
    1 << (class % MARKS)
}

/// The condition that a row bears the mark of a class.
fn marked(class: usize) -> String {
    format!("((m{} & {}) <> 0)", class / MARKS, mark(class))
}
