//! Tables in Parquet: read whole when small, else checked from their
//! statistics and left where they are.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, UInt64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Int64Type, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::schema::types::SchemaDescriptor;

use crate::fault::{Words, escaped};
use crate::guard::{guarded, unreadable};
use crate::header::{self, Mapping};
use crate::layout::TableFile;
use crate::records::cannot_read;
use crate::rows::{Builder, Value};
use crate::schema::{Column, Kind, Table};

/// Rows decoded at once.
const BATCH: usize = 8192;

/// What became of a table.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Its rows are in the builder.
    Read,
    /// It is too large to read: schema of its files, number of rows, and
    /// whether lines of 0 or less may be there.
    Left { schema: SchemaRef, rows: u64, reversals: bool },
}

/// A file whose schema was found good.
struct Good {
    file: File,
    metadata: ArrowReaderMetadata,
    mapping: Mapping,
}

/// Reads the files of a table into the builder, or leaves them there if they
/// hold more than `most` rows.
pub(crate) fn read(
    table: &Table,
    files: &[TableFile],
    most: u64,
    builder: &mut Builder<'_>,
) -> Outcome {
    let opened: Vec<_> = files
        .iter()
        .map(|file| {
            builder.start_file(&file.label);
            open(table, &file.path, builder)
        })
        .collect();
    // One bad file is enough for the table to be refused; all were looked at.
    let Some(opened) = opened.into_iter().collect::<Option<Vec<_>>>() else {
        return Outcome::Read;
    };
    let rows = opened.iter().map(Good::rows).fold(0, u64::saturating_add);
    if rows <= most {
        for (rank, file) in opened.into_iter().enumerate() {
            builder.resume_file(rank);
            if let Err(error) = load(table, &file, builder) {
                builder.lose(0, || unreadable(&error));
            }
        }
        return Outcome::Read;
    }
    let schema = common_schema(table, &opened, builder);
    let mut reversals = false;
    for (rank, file) in opened.iter().enumerate() {
        builder.resume_file(rank);
        match inspect(table, file, builder) {
            Ok(some) => reversals |= some,
            Err(error) => builder.lose(0, || unreadable(&error)),
        }
    }
    Outcome::Left { schema, rows, reversals }
}

/// Hash of a file; what cannot be read is reported.
pub(crate) fn hash(path: &Path) -> Result<blake3::Hash, Words> {
    let mut hasher = blake3::Hasher::new();
    File::open(path)
        .and_then(|file| hasher.update_reader(file).map(drop))
        .map_err(|error| cannot_read(&error))?;
    Ok(hasher.finalize())
}

/// The batches of a reader.
fn batches(
    mut reader: ParquetRecordBatchReader,
) -> impl Iterator<Item = Result<RecordBatch, ParquetError>> {
    std::iter::from_fn(move || guarded(|| Ok(reader.next().transpose()?)).transpose())
}

impl Good {
    fn rows(&self) -> u64 {
        u64::try_from(self.metadata.metadata().file_metadata().num_rows()).unwrap_or(u64::MAX)
    }

    fn schema(&self) -> &Schema {
        self.metadata.schema()
    }

    fn parquet_schema(&self) -> &SchemaDescriptor {
        self.metadata.metadata().file_metadata().schema_descr()
    }
}

/// Opens a file and checks its columns.
fn open(table: &Table, path: &Path, builder: &mut Builder<'_>) -> Option<Good> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) => {
            builder.lose(0, || cannot_read(&error));
            return None;
        }
    };
    if file.metadata().is_ok_and(|metadata| metadata.len() == 0) {
        builder.lose(0, || {
            Words::new("fichier vide").hint("une table sans ligne garde son schéma Parquet")
        });
        return None;
    }
    let load = || ArrowReaderMetadata::load(&file, ArrowReaderOptions::new());
    let metadata = match guarded(load) {
        Ok(metadata) => metadata,
        Err(error) => {
            builder.lose(0, || unreadable(&error));
            return None;
        }
    };
    let schema = Arc::clone(metadata.schema());
    let names: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let (mapping, faults) = header::map(table, &names);
    let mut good = faults.is_empty();
    for (column, words) in faults {
        builder.lose_at(0, column, || words);
    }
    for (index, column) in table.columns.iter().enumerate() {
        let Some(rank) = mapping.get(index).copied().flatten() else {
            continue;
        };
        let Some(field) = schema.fields().get(rank) else {
            continue;
        };
        if !accepts(column, field.data_type()) {
            good = false;
            builder.lose_at(0, index + 1, || wrong_type(column, field.data_type()));
        }
    }
    good.then_some(Good { file, metadata, mapping })
}

fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// Whether the column of a file may hold this canonical column.
fn accepts(column: &Column, data_type: &DataType) -> bool {
    // What a library writes when it met no value at all.
    if *data_type == DataType::Null {
        return column.may_be_unknown();
    }
    match column.kind {
        // As a number, the act 0592 would become 592 and match no list, in silence.
        Kind::Text if column.name == "code" => is_text(data_type),
        // The result of a test: no rule counts it, it only tells lines apart.
        Kind::Text if column.name == "valeur" => is_text(data_type) || data_type.is_numeric(),
        Kind::Identifier | Kind::Text | Kind::Decimal => {
            is_text(data_type) || data_type.is_integer()
        }
        Kind::OneOf(_) => is_text(data_type),
        Kind::Date => *data_type == DataType::Date32,
        Kind::Integer => data_type.is_integer(),
        Kind::Boolean => *data_type == DataType::Boolean || data_type.is_integer(),
    }
}

fn wrong_type(column: &Column, data_type: &DataType) -> Words {
    let hint = match column.kind {
        Kind::Text if column.name == "code" && data_type.is_integer() => {
            "écrivez les codes en texte (STRING) : en nombre, l'acte 0592 perdrait son zéro"
        }
        Kind::Identifier | Kind::Text | Kind::OneOf(_) => "écrivez la colonne en texte (STRING)",
        Kind::Decimal => "écrivez la colonne en texte (STRING), comme 62 ou 62,5",
        Kind::Date => "écrivez la colonne en date (DATE), ni en texte ni avec une heure",
        Kind::Integer => "écrivez la colonne en nombre entier (INT64)",
        Kind::Boolean => "écrivez la colonne en booléen (BOOLEAN), ou en entier 0 ou 1",
    };
    let kind = escaped(&data_type.to_string());
    Words::new(format!("type {kind} inattendu pour cette colonne")).column(column.name).hint(hint)
}

/// The schema of the files, which they must share; unknown values may be in
/// the whole if they may be in one.
fn common_schema(table: &Table, files: &[Good], builder: &mut Builder<'_>) -> SchemaRef {
    let Some(first) = files.first() else {
        return Arc::new(Schema::empty());
    };
    let mut fields: Vec<_> =
        first.schema().fields().iter().map(|field| field.as_ref().clone()).collect();
    for (rank, file) in files.iter().enumerate().skip(1) {
        builder.resume_file(rank);
        let schema = file.schema();
        for (index, column) in table.columns.iter().enumerate() {
            let here = schema.field_with_name(column.name).ok();
            let field = fields.iter_mut().find(|field| field.name() == column.name);
            let same = match (field, here) {
                (None, None) => true,
                (Some(field), Some(here)) => {
                    let nullable = field.is_nullable() || here.is_nullable();
                    field.set_nullable(nullable);
                    field.data_type() == here.data_type()
                }
                _ => false,
            };
            if !same {
                builder.lose_at(0, index + 1, || {
                    Words::new(
                        "colonne absente ou d'un autre type dans le premier fichier de la table",
                    )
                    .column(column.name)
                    .hint("donnez les mêmes colonnes, de mêmes types, à tous les fichiers")
                });
            }
        }
    }
    // Metadata of the files (what made them, an index of theirs) would differ for nothing.
    let plain =
        fields.into_iter().map(|field| field.with_metadata(std::collections::HashMap::new()));
    Arc::new(Schema::new(plain.collect::<Vec<_>>()))
}

/// A reader of these columns of a file, of one row group or all.
fn reader(
    file: &Good,
    columns: &[usize],
    group: Option<usize>,
) -> Result<ParquetRecordBatchReader, ParquetError> {
    let handle = file.file.try_clone()?;
    let mask = ProjectionMask::roots(file.parquet_schema(), columns.iter().copied());
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(handle, file.metadata.clone())
        .with_projection(mask)
        .with_batch_size(BATCH);
    guarded(|| match group {
        Some(group) => reader.with_row_groups(vec![group]).build(),
        None => reader.build(),
    })
}

/// Values of a column of a batch, ready to be read row by row.
struct Cells {
    /// The column as the file has it, for what the cast refuses.
    raw: ArrayRef,
    /// The column in its canonical type, or in integers for a boolean so written.
    cast: ArrayRef,
}

impl Cells {
    fn new(column: &Column, raw: &ArrayRef) -> Result<Self, ParquetError> {
        let wanted = match column.kind {
            Kind::Boolean if raw.data_type().is_integer() => DataType::Int64,
            kind => kind.data_type(),
        };
        Ok(Self { raw: Arc::clone(raw), cast: cast(raw, &wanted)? })
    }

    fn push(&self, row: usize, mut push: impl FnMut(Value<'_>)) {
        if self.cast.is_null(row) {
            // An unsigned number beyond the integers: shown as it is, and refused.
            let beyond = self.raw.as_primitive_opt::<arrow::datatypes::UInt64Type>();
            return match beyond.filter(|values| values.is_valid(row)) {
                Some(values) => push(Value::Text(&values.value(row).to_string())),
                None => push(Value::Unknown),
            };
        }
        match self.cast.data_type() {
            DataType::Utf8View => push(Value::Text(self.cast.as_string_view().value(row))),
            DataType::Date32 => {
                push(Value::Date(self.cast.as_primitive::<Date32Type>().value(row)));
            }
            DataType::Int64 => {
                push(Value::Integer(self.cast.as_primitive::<Int64Type>().value(row)));
            }
            DataType::Boolean => push(Value::Boolean(self.cast.as_boolean().value(row))),
            _ => push(Value::Unknown),
        }
    }
}

/// Reads all the rows of a file.
fn load(table: &Table, file: &Good, builder: &mut Builder<'_>) -> Result<(), ParquetError> {
    let all: Vec<_> = (0..file.schema().fields().len()).collect();
    let mut line = 0;
    for batch in batches(reader(file, &all, None)?) {
        let batch = batch?;
        let mut columns = Vec::with_capacity(table.columns.len());
        for (column, rank) in table.columns.iter().zip(&file.mapping) {
            let raw = rank.and_then(|rank| batch.columns().get(rank));
            columns.push(raw.map(|raw| Cells::new(column, raw)).transpose()?);
        }
        for row in 0..batch.num_rows() {
            line += 1;
            builder.start_row(line);
            for (index, cells) in columns.iter().enumerate() {
                match cells {
                    Some(cells) => cells.push(row, |value| builder.push(index, value)),
                    None => builder.push(index, Value::Unknown),
                }
            }
            builder.end_row();
        }
    }
    Ok(())
}

/// Checks a file that is not read, from its statistics: no unknown value where
/// one is needed, dates and numbers within their bounds. Where they say
/// otherwise or say nothing, that column is read to find the lines. Tells
/// whether boxes or quantities of 0 or less may be there.
fn inspect(table: &Table, file: &Good, builder: &mut Builder<'_>) -> Result<bool, ParquetError> {
    let mut reversals = false;
    for (index, column) in table.columns.iter().enumerate() {
        let Some(rank) = file.mapping.get(index).copied().flatten() else {
            continue;
        };
        let statistics = guarded(|| Statistics::of(file, column))?;
        if matches!(column.name, "boites" | "quantite") {
            reversals |= statistics.least.iter().any(|least| least.is_none_or(|least| least <= 0));
        }
        let mut line = 0;
        for (group, metadata) in file.metadata.metadata().row_groups().iter().enumerate() {
            if statistics.is_sound(column, group) {
                line += u64::try_from(metadata.num_rows()).unwrap_or(0);
                continue;
            }
            for batch in batches(reader(file, &[rank], Some(group))?) {
                let batch = batch?;
                let Some(raw) = batch.columns().first() else {
                    continue;
                };
                let cells = Cells::new(column, raw)?;
                for row in 0..batch.num_rows() {
                    line += 1;
                    cells.push(row, |value| builder.examine(line, index, value));
                }
            }
        }
    }
    Ok(reversals)
}

/// What the statistics of a column say, row group by row group.
struct Statistics {
    nulls: UInt64Array,
    least: Vec<Option<i64>>,
    greatest: Vec<Option<i64>>,
    /// The least text is the empty one.
    empty: Vec<bool>,
}

impl Statistics {
    fn of(file: &Good, column: &Column) -> Result<Self, ParquetError> {
        let groups = file.metadata.metadata().row_groups();
        let converter =
            StatisticsConverter::try_new(column.name, file.schema(), file.parquet_schema())?
                .with_missing_null_counts_as_zero(false);
        let nulls = converter.row_group_null_counts(groups)?;
        let none = vec![None; groups.len()];
        let (mut least, mut greatest) = (none.clone(), none);
        let mut empty = vec![false; groups.len()];
        let data_type = converter.arrow_field().data_type();
        if is_text(data_type) {
            let mins = cast(&converter.row_group_mins(groups)?, &DataType::Utf8View)?;
            let mins = mins.as_string_view();
            empty = mins.iter().map(|min| min == Some("")).collect();
        } else if *data_type != DataType::Null {
            least = integers(&converter.row_group_mins(groups)?)?;
            greatest = integers(&converter.row_group_maxes(groups)?)?;
        }
        Ok(Self { nulls, least, greatest, empty })
    }

    /// Whether nothing can be wrong in this row group, as far as statistics go.
    fn is_sound(&self, column: &Column, group: usize) -> bool {
        let nulls = self.nulls.is_valid(group).then(|| self.nulls.value(group));
        if !column.may_be_unknown() && nulls != Some(0) {
            return false;
        }
        let at = |bounds: &[Option<i64>]| bounds.get(group).copied().flatten();
        let within = |low: i64, high: i64| match (at(&self.least), at(&self.greatest)) {
            (Some(least), Some(greatest)) => low <= least && greatest <= high,
            // No bound, or no value at all: only a number that may be anything is safe.
            _ => (low, high) == (i64::MIN, i64::MAX),
        };
        match column.kind {
            Kind::Date => {
                let (first, last) = crate::day::PLAUSIBLE.into_inner();
                within(i64::from(first), i64::from(last))
            }
            Kind::Integer => within(column.bounds.0, column.bounds.1),
            Kind::Boolean => within(0, 1),
            _ => self.empty.get(group) != Some(&true),
        }
    }
}

fn integers(values: &ArrayRef) -> Result<Vec<Option<i64>>, ParquetError> {
    let values = match values.data_type() {
        DataType::Date32 => cast(values, &DataType::Int32)?,
        _ => Arc::clone(values),
    };
    let values = cast(&values, &DataType::Int64)?;
    Ok(values.as_primitive::<Int64Type>().iter().collect())
}
