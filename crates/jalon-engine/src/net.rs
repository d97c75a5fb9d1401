//! Net lines: those alike but for their quantity add up, and those that come
//! to nothing vanish.
//!
//! Only the days of a patient on which a reversal occurs can be changed by
//! that. These days are few: they are set apart and counted again, and every
//! other line is taken as it is.

use jalon_data::schema;

use crate::sql::Steps;

/// A table whose lines can be reversed.
#[derive(Clone, Copy, Debug)]
pub struct Reversible {
    /// Its name.
    pub table: &'static str,
    /// The column that is negative on a reversal.
    pub quantity: &'static str,
}

/// The tables whose lines can be reversed.
pub const REVERSIBLE: [Reversible; 2] = [
    Reversible { table: "delivrances", quantity: "boites" },
    Reversible { table: "actes", quantity: "quantite" },
];

impl Reversible {
    /// Names of the columns that make two lines alike.
    pub fn alike(self) -> Vec<&'static str> {
        let columns = schema::table(self.table).map_or(&[][..], |table| table.columns);
        columns.iter().map(|column| column.name).filter(|name| *name != self.quantity).collect()
    }

    /// Name of the table of days with a reversal.
    pub fn doubtful(self) -> String {
        format!("{}_douteuses", self.table)
    }

    /// The days of a patient with a reversal.
    pub fn doubtful_query(self) -> String {
        let Self { table, quantity } = self;
        format!("  SELECT patient, date FROM {table} WHERE {quantity} <= 0")
    }

    /// Name of the table of the net lines of those days.
    pub fn redone(self) -> String {
        format!("{}_reprises", self.table)
    }

    /// The net lines of those days.
    pub fn redone_query(self) -> String {
        let Self { table, quantity } = self;
        let alike = self.alike().join(", ");
        let lines: Vec<_> = self.alike().iter().map(|name| format!("lignes.{name}")).collect();
        format!(
            "  SELECT {alike}, CAST(sum({quantity}) AS BIGINT) AS {quantity}
  FROM (
    SELECT {lines}, lignes.{quantity}
    FROM {doubtful} AS douteuses RIGHT SEMI JOIN {table} AS lignes
      ON douteuses.patient = lignes.patient AND douteuses.date = lignes.date
  ) AS reprises
  GROUP BY {alike}
  HAVING sum({quantity}) > 0",
            lines = lines.join(", "),
            doubtful = self.doubtful(),
        )
    }

    /// The net lines of the whole table.
    pub fn net_query(self) -> String {
        let Self { table, quantity } = self;
        let columns: Vec<_> = self.alike().into_iter().chain([quantity]).collect();
        let lines: Vec<_> = columns.iter().map(|name| format!("lignes.{name}")).collect();
        format!(
            "  SELECT {lines}
  FROM {doubtful} AS douteuses RIGHT ANTI JOIN {table} AS lignes
    ON douteuses.patient = lignes.patient AND douteuses.date = lignes.date
  UNION ALL
  SELECT {columns} FROM {redone}",
            lines = lines.join(", "),
            columns = columns.join(", "),
            doubtful = self.doubtful(),
            redone = self.redone(),
        )
    }

    /// Name of the step of the net lines.
    pub fn netted(self) -> String {
        format!("{}_nettes", self.table)
    }

    /// Adds the steps that give the net lines.
    pub fn add_to(self, steps: &mut Steps) {
        steps.known(self.doubtful(), self.doubtful_query());
        steps.known(self.redone(), self.redone_query());
        steps.add(self.netted(), self.net_query());
    }
}
