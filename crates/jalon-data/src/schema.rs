//! The canonical tables of a dossier: names, columns, types.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

/// What a column holds. Every value may be unknown only where the column is
/// [`optional`](Column::optional) or [`nullable`](Column::nullable).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Opaque text that identifies a person: never printed in a message.
    Identifier,
    /// A code or a short text.
    Text,
    /// A civil date, `2024-12-31`.
    Date,
    /// A signed whole number.
    Integer,
    /// A decimal number of 0 or more, `62`, `62.5` or `62,5`, kept as the text
    /// it is: no binary float may stand between the file and an exact fraction.
    Decimal,
    /// `0`, `1`, `true` or `false`.
    Boolean,
    /// One of the given texts.
    OneOf(&'static [&'static str]),
}

/// A column of a canonical table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Name, as in the header.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// The column itself may be missing from the file.
    pub optional: bool,
    /// A cell may be empty (an optional column's always may).
    pub nullable: bool,
    /// Least and greatest values of an integer.
    pub bounds: (i64, i64),
}

/// Any integer.
const ANY: (i64, i64) = (i64::MIN, i64::MAX);

impl Column {
    /// Whether a cell may be unknown in a checked table.
    #[must_use]
    pub const fn may_be_unknown(&self) -> bool {
        self.optional || self.nullable
    }

    const fn within(self, least: i64, greatest: i64) -> Self {
        Self { bounds: (least, greatest), ..self }
    }
}

/// A canonical table.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Name: of the file (without its extension) or of the folder of files.
    pub name: &'static str,
    /// Columns, in canonical order.
    pub columns: &'static [Column],
    /// The dossier must hold it. The others count as empty when missing.
    pub required: bool,
}

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, optional: false, nullable: false, bounds: ANY }
}

const fn empty_allowed(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, optional: false, nullable: true, bounds: ANY }
}

const fn optional(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, optional: true, nullable: true, bounds: ANY }
}

use Kind::{Boolean, Date, Decimal, Identifier, Integer, OneOf, Text};

/// Systems of codes of the `actes` table.
pub const ACT_SYSTEMS: &[&str] = &["nabm", "ccam", "ngap", "prestation", "loinc"];

/// Every canonical table, in the order in which they are read and reported.
pub const TABLES: &[Table] = &[
    Table {
        name: "medecins",
        required: true,
        columns: &[
            column("medecin", Identifier),
            optional("nom", Identifier),
            column("specialite", Text),
            optional("installation", Date),
            optional("naissance", Date),
            optional("secteur", Text),
            optional("zone", Text),
            optional("centre", Identifier),
        ],
    },
    Table {
        name: "patients",
        required: true,
        columns: &[
            column("patient", Identifier),
            column("naissance", Date),
            column("sexe", OneOf(&["F", "M"])),
            optional("deces", Date),
            optional("c2s", Boolean),
            optional("commune", Text),
        ],
    },
    Table {
        name: "rattachements",
        required: true,
        columns: &[
            column("patient", Identifier),
            column("medecin", Identifier),
            column("debut", Date),
            optional("fin", Date),
        ],
    },
    Table {
        name: "delivrances",
        required: true,
        columns: &[
            column("patient", Identifier),
            column("date", Date),
            optional("cip13", Text),
            empty_allowed("atc", Text),
            column("boites", Integer),
            optional("jours", Integer).within(1, i64::MAX),
            optional("grand_conditionnement", Boolean),
            optional("repertoire", Boolean),
            optional("prescripteur", Identifier),
        ],
    },
    Table {
        name: "actes",
        required: true,
        columns: &[
            column("patient", Identifier),
            column("date", Date),
            column("systeme", OneOf(ACT_SYSTEMS)),
            column("code", Text),
            column("quantite", Integer),
            optional("valeur", Text),
            optional("executant", Identifier),
            optional("specialite", Text),
            optional("prescripteur", Identifier),
        ],
    },
    Table {
        name: "vaccinations",
        required: true,
        columns: &[
            column("patient", Identifier),
            column("date", Date),
            column("code", Text),
            optional("source", Text),
        ],
    },
    Table {
        name: "ald",
        required: true,
        columns: &[
            column("patient", Identifier),
            column("numero", Integer),
            optional("cim10", Text),
            column("debut", Date),
            optional("fin", Date),
        ],
    },
    Table {
        name: "sejours",
        required: true,
        columns: &[
            column("patient", Identifier),
            column("entree", Date),
            empty_allowed("sortie", Date),
            column("cim10", Text),
            column("position", OneOf(&["DP", "DR", "DAS"])),
            optional("ccam", Text),
        ],
    },
    Table {
        name: "declarations",
        required: false,
        columns: &[
            column("medecin", Identifier),
            column("campagne", Integer).within(2000, 2100),
            column("indicateur", Text),
            empty_allowed("numerateur", Integer).within(0, i64::MAX),
            empty_allowed("denominateur", Integer).within(0, i64::MAX),
            empty_allowed("date", Date),
            optional("justificatif", Text),
            optional("depart", Decimal),
        ],
    },
];

/// The canonical table of that name.
#[must_use]
pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

impl Kind {
    /// The Arrow type of such a column in a canonical table.
    #[must_use]
    pub fn data_type(self) -> DataType {
        match self {
            Self::Identifier | Self::Text | Self::OneOf(_) | Self::Decimal => DataType::Utf8View,
            Self::Date => DataType::Date32,
            Self::Integer => DataType::Int64,
            Self::Boolean => DataType::Boolean,
        }
    }
}

/// The Arrow schema of a canonical table: all its columns, in canonical order.
#[must_use]
pub fn canonical_schema(table: &Table) -> SchemaRef {
    let fields = table
        .columns
        .iter()
        .map(|column| Field::new(column.name, column.kind.data_type(), column.may_be_unknown()));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}
