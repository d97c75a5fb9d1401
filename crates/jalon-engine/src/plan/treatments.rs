//! Unit `traitement`, and the substances of a patient: what needs the lines of
//! a class, day by day.

use std::fmt::Write as _;

use jalon_rules::campaign::Window;
use jalon_rules::criterion::{Table, Test};
use jalon_rules::page::Page;

use super::{Column, Compiler, CriterionColumns, Role, marked};
use crate::atoms::Substances;
use crate::inventory::table_name;
use crate::net::REVERSIBLE;
use crate::sql::{all, among, any, day, day_number, presentation_in};

/// The step that holds the lines of the classes looked at day by day.
const CHOSEN: &str = "lignes_choisies";

/// A treatment made of runs of deliveries.
pub(super) struct Runs<'a> {
    pub(super) codes: &'a str,
    pub(super) days_per_box: u32,
}

impl Compiler<'_> {
    /// Unit `traitement` by date: each delivery date is a treatment.
    pub(super) fn dates(
        &mut self,
        name: &str,
        page: &Page,
        codes: &str,
        paid: &mut Vec<Column>,
        shown: &mut Vec<Column>,
        criteria: &mut Vec<CriterionColumns>,
    ) {
        let year = Window::YEAR.days(self.request.at);
        let class = self.atoms.class(&[Table::Deliveries], &[codes.to_owned()], false);
        let mut denominator = vec![class];
        let mut numerator = vec![class];
        let mut excluded: Vec<String> = Vec::new();
        for (role, criterion) in self.roles(page) {
            let Some(Test::Code(codes)) = &criterion.test else { continue };
            let also = self.atoms.class(&[Table::Deliveries], codes, false);
            match role {
                Role::Denominator => {
                    denominator.push(also);
                    numerator.push(also);
                }
                Role::Exclusion => excluded.extend_from_slice(codes),
                Role::Numerator => numerator.push(also),
            }
            let column = format!("{name}_c{}", criteria.len());
            let with = self.atoms.days(vec![class, also], year);
            let all = self.atoms.days(vec![class], year);
            let with = self.number(with);
            let total = self.number(all);
            shown.push((column.clone(), with.clone()));
            shown.push((format!("{column}_faux"), format!("({total} - {with})")));
            criteria.push(CriterionColumns {
                fails: Some(format!("{column}_faux")),
                ..CriterionColumns::new(&criterion.id, column)
            });
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
    pub(super) fn runs(
        &mut self,
        name: &str,
        page: &Page,
        treatments: &Runs<'_>,
        shown: &mut Vec<Column>,
        criteria: &mut Vec<CriterionColumns>,
    ) {
        let mut sums = Vec::new();
        let mut denominator = Vec::new();
        let mut met = Vec::new();
        for (role, criterion) in self.roles(page) {
            let Some(Test::Row(condition)) = &criterion.test else { continue };
            let column = format!("{name}_c{}", criteria.len());
            let fails = format!("{column}_faux");
            sums.push((column.clone(), condition.to_string()));
            sums.push((fails.clone(), format!("NOT {condition}")));
            for column in [&column, &fails] {
                shown.push((column.clone(), format!("COALESCE({name}_traitements.{column}, 0)")));
            }
            match role {
                Role::Denominator => denominator.push(condition.to_string()),
                Role::Exclusion => denominator.push(format!("NOT {condition}")),
                Role::Numerator => met.push(condition.to_string()),
            }
            criteria.push(CriterionColumns {
                fails: Some(fails),
                ..CriterionColumns::new(&criterion.id, column)
            });
        }
        met.extend(denominator.iter().cloned());
        for (suffix, conditions) in [("den", denominator), ("num", met)] {
            let condition = all(&conditions).unwrap_or_else(|| "TRUE".into());
            sums.push((format!("{name}_{suffix}"), condition));
        }
        let class = self.chosen(&[treatments.codes.to_owned()]);
        let query = self.treatment_query(treatments, class, &sums);
        self.branches.push((format!("{name}_traitements"), query));
    }

    /// A class whose lines are to be looked at day by day.
    pub(super) fn chosen(&mut self, codes: &[String]) -> usize {
        let class = self.atoms.class(&[Table::Deliveries], codes, false);
        self.chosen.insert(class);
        class
    }

    /// See `definitions`: a line covers its days, or its boxes times the
    /// page's days per box; the lines of a day add up; a run goes on while the
    /// next date is at most 30 days after its latest covered end; it starts in
    /// the year when its first date does and no delivery lies in the 365 days
    /// before; its end is cut at the reference day.
    fn treatment_query(&self, treatments: &Runs<'_>, class: usize, sums: &[Column]) -> String {
        let at = self.request.at;
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
          SELECT patient, CAST(CAST(date AS INT) AS BIGINT) AS jour,
            sum(COALESCE(jours, boites * {per_box})) AS jours
          FROM {CHOSEN}
          WHERE {class}
          GROUP BY patient, date
        ) AS dates
      ) AS suivies
    ) AS groupees
    GROUP BY patient, numero
  ) AS traitements
  WHERE debut >= {first} AND (precedente IS NULL OR precedente >= debut OR debut - precedente > 365)
  GROUP BY patient",
            class = marked(class),
            last = day_number(at.reference_day()),
            first = day_number(at.first_day()),
            per_box = treatments.days_per_box,
        )
    }

    /// The step that counts the substances of a class.
    pub(super) fn substance_query(substances: &Substances) -> String {
        let (from, to) = substances.window;
        format!(
            "  SELECT patient, count(*) AS n
  FROM (
    SELECT patient, atc
    FROM (
      SELECT patient, atc, date FROM {CHOSEN}
      WHERE {} AND date BETWEEN {} AND {}
      GROUP BY patient, atc, date
    ) AS dates
    GROUP BY patient, atc
    HAVING count(*) >= {}
  ) AS substances
  GROUP BY patient",
            marked(substances.class),
            day(from),
            day(to),
            substances.dates
        )
    }

    /// The net lines of the classes looked at day by day: few enough to be
    /// picked once, lines alike added up.
    pub(super) fn chosen_lines(&self) -> (&'static str, String) {
        let rules = self.request.rules;
        let at = self.request.at;
        let lists: Vec<String> = self
            .chosen
            .iter()
            .filter_map(|class| self.atoms.classes[*class].lists())
            .flatten()
            .cloned()
            .collect();
        let holds = |code: &str| {
            lists
                .iter()
                .filter_map(|list| rules.list(list))
                .any(|list| list.holds(at.campaign(), jalon_rules::codes::System::Atc, code))
        };
        // What is picked too much bears no mark: nothing counts it.
        let condition = self.request.inventory.drugs(holds).map_or_else(
            || "TRUE".into(),
            |drugs| {
                let presentation = presentation_in(rules, &lists, at.campaign(), "cip13");
                let conditions: Vec<_> =
                    among("atc", drugs.into_iter()).into_iter().chain(presentation).collect();
                any(&conditions).unwrap_or_else(|| "FALSE".into())
            },
        );
        let [deliveries, _] = REVERSIBLE;
        let alike = deliveries.alike().join(", ");
        let table = table_name(Table::Deliveries);
        let table = if self.request.doctor.is_some() {
            format!(
                "(SELECT lignes.* FROM liste RIGHT SEMI JOIN {table} AS lignes ON liste.patient = lignes.patient) AS {table}"
            )
        } else {
            table.to_owned()
        };
        let lines = self.marked_deliveries(
            "lignes.patient, lignes.date, lignes.atc, lignes.jours, lignes.boites",
            &format!(
                "(
        SELECT {alike}, CAST(sum(boites) AS BIGINT) AS boites
        FROM {table}
        WHERE date <= {} AND {condition}
        GROUP BY {alike}
        HAVING sum(boites) > 0
      ) AS lignes",
                day(at.reference_day())
            ),
        );
        (CHOSEN, lines)
    }
}
