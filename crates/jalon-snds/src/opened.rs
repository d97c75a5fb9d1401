//! Files before they are read: their columns, checked all together.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow::datatypes::DataType;
use jalon_data::Format;
use jalon_data::fault::{Words, escaped, nearest};
use jalon_data::records::{Records, cannot_read, decode};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::errors::ParquetError;

use crate::complaints::Complaints;
use crate::layout::{Layout, TableFile};
use crate::spec::{Holds, Need, Spec, key};

/// For each column of the table, its rank in the file.
pub(crate) type Ranks = Vec<Option<usize>>;

/// A file whose columns are right.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub ranks: Ranks,
    pub body: Body,
}

/// What differs between formats.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// Whether its last line ends.
    Csv {
        ends: bool,
    },
    Parquet(ArrowReaderMetadata),
}

/// Opens every file, and reports what is wrong with their columns and what
/// tables are missing: all at once, before anything is read.
pub(crate) fn open(layout: &Layout, complaints: &Complaints) -> Vec<Option<Opened>> {
    if layout.files.is_empty() {
        complaints.table(crate::spec::TableId::Prs, || {
            Words::new("aucune table du SNDS dans ce dossier").hint(
                "fichiers `ER_PRS_F.csv` ou `.parquet`, `ER_PRS_F_202401.csv`, ou dossier `ER_PRS_F` de tels fichiers",
            )
        });
        return Vec::new();
    }
    for spec in crate::spec::SPECS {
        if spec.without.is_none() && !layout.holds(spec.id) {
            let name = spec.id.name();
            complaints.table(spec.id, || {
                Words::new("table absente").hint(format!(
                    "fichier `{name}.csv` ou `{name}.parquet`, ou dossier `{name}` de tels fichiers"
                ))
            });
        }
    }
    let files = layout.files.iter().enumerate();
    files.map(|(rank, file)| one(rank, file, complaints)).collect()
}

fn one(rank: usize, file: &TableFile, complaints: &Complaints) -> Option<Opened> {
    let spec = file.table.spec();
    let result = match file.format {
        Format::Csv => csv(file),
        Format::Parquet => parquet(file),
    };
    let (names, body) = match result {
        Ok(found) => found,
        Err(words) => {
            complaints.file(rank, file, 0, None, || *words);
            return None;
        }
    };
    let mut right = true;
    let ranks = match_columns(spec, &names, &mut |column, words| {
        right = false;
        complaints.file(rank, file, 0, column, || words);
    });
    if let Body::Parquet(metadata) = &body {
        for (index, column) in spec.columns.iter().enumerate() {
            let field = ranks[index].and_then(|rank| metadata.schema().fields().get(rank));
            if let Some(field) = field
                && !takes(column.holds, field.data_type())
            {
                right = false;
                let kind = escaped(&field.data_type().to_string());
                complaints.file(rank, file, 0, Some(index), || {
                    Words::new(format!("type {kind} inattendu pour cette colonne"))
                        .hint(format!("attendu : {}", expected(column.holds)))
                });
            }
        }
    }
    right.then_some(Opened { ranks, body })
}

type Named = (Vec<String>, Body);

/// The names of the columns of a CSV file.
fn csv(file: &TableFile) -> Result<Named, Box<Words>> {
    let refused = |error: std::io::Error| Box::new(cannot_read(&error));
    let stopped = |stop: jalon_data::records::Stop| Box::new(stop.explain().1);
    let mut input = File::open(&file.path).map_err(refused)?;
    let mut last = [b'\n'];
    if file.bytes > 0 {
        input.seek(SeekFrom::End(-1)).map_err(refused)?;
        input.read_exact(&mut last).map_err(refused)?;
        input.rewind().map_err(refused)?;
    }
    let mut records = Records::start(input).map_err(stopped)?;
    let Some(header) = records.next_record().map_err(stopped)? else {
        let words = Words::new("fichier vide, sans même un en-tête");
        return Err(Box::new(words.hint("la première ligne nomme les colonnes")));
    };
    let names: Vec<String> =
        (0..header.len()).map(|cell| decode(header.cell(cell)).trim().to_owned()).collect();
    if let [only] = names.as_slice()
        && only.contains(['\t', '|', ' '])
    {
        let words = Words::new("une seule colonne : le séparateur n'est ni `,` ni `;`");
        return Err(Box::new(words.hint("exportez la table avec une virgule ou un point-virgule")));
    }
    Ok((names, Body::Csv { ends: last == *b"\n" }))
}

/// The names of the columns of a Parquet file.
fn parquet(file: &TableFile) -> Result<Named, Box<Words>> {
    let input = File::open(&file.path).map_err(|error| Box::new(cannot_read(&error)))?;
    if file.bytes == 0 {
        let words = Words::new("fichier vide");
        return Err(Box::new(words.hint("une table sans ligne garde son schéma Parquet")));
    }
    let metadata = guarded(|| {
        ArrowReaderMetadata::load(&input, ArrowReaderOptions::new().with_skip_arrow_metadata(true))
    });
    let metadata = metadata.map_err(|error| Box::new(unreadable(&error)))?;
    let names = metadata.schema().fields().iter().map(|field| field.name().clone()).collect();
    Ok((names, Body::Parquet(metadata)))
}

/// What a Parquet file cannot be read for.
pub(crate) fn unreadable(error: &ParquetError) -> Words {
    // The text of these errors speaks of the format, never of values.
    let text = error.to_string();
    let text = text.strip_prefix("Parquet error: ").unwrap_or(&text);
    let detail: String = escaped(text).chars().take(200).collect();
    Words::new(format!("fichier Parquet illisible ({detail})"))
        .hint("fichier coupé ou abîmé ? produisez-le de nouveau, compression snappy")
}

/// Runs code of the Parquet library, which on a spoilt file may panic where it
/// should refuse.
pub(crate) fn guarded<T>(
    decode: impl FnOnce() -> Result<T, ParquetError>,
) -> Result<T, ParquetError> {
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err(ParquetError::General("contenu incohérent".to_owned())))
}

/// Finds the columns of a table among the names of a file, in any case, and
/// says what is wrong.
fn match_columns(
    spec: &Spec,
    names: &[String],
    complain: &mut dyn FnMut(Option<usize>, Words),
) -> Ranks {
    let find = |wanted: &str| names.iter().position(|name| name.eq_ignore_ascii_case(wanted));
    let ranks: Ranks =
        spec.columns.iter().map(|column| column.names.iter().find_map(|name| find(name))).collect();
    if ranks.iter().all(Option::is_none) {
        // Without its header, a file starts with facts: none may be shown.
        let words = Words::new("la première ligne ne nomme aucune colonne de cette table");
        complain(None, words.hint("l'en-tête manque-t-il ? le séparateur est-il `,` ou `;` ?"));
        return ranks;
    }
    let single = spec.columns.iter().any(|column| column.need == Need::Key)
        && ranks.get(key::SINGLE).is_some_and(Option::is_some);
    for (index, column) in spec.columns.iter().enumerate() {
        let needed = match column.need {
            Need::Required => true,
            Need::Key => !single,
            Need::Useful(_) | Need::Spare => false,
        };
        if needed && ranks[index].is_none() {
            let wanted = column.names.first().copied().unwrap_or_default();
            let near = near(wanted, names);
            let hint = match (near, column.names.get(1)) {
                (Some(near), _) => format!("`{}` ?", escaped(near)),
                (None, Some(other)) => format!("aussi lue sous le nom `{other}`"),
                (None, None) => "exportez la table avec cette colonne".to_owned(),
            };
            complain(Some(index), Words::new("colonne absente").hint(hint));
        }
        let twice = column.names.iter().any(|wanted| {
            names.iter().filter(|name| name.eq_ignore_ascii_case(wanted)).count() > 1
        });
        if twice {
            let words = Words::new("colonne en double");
            complain(Some(index), words.hint("gardez une seule colonne de ce nom"));
        }
    }
    ranks
}

/// The name among those of a file that was probably meant.
fn near<'n>(wanted: &str, names: &'n [String]) -> Option<&'n str> {
    let small: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    let found = nearest(wanted, small.iter().map(String::as_str))?;
    small.iter().position(|name| name == found).map(|rank| names[rank].as_str())
}

/// Whether a column of a Parquet type can be read.
fn takes(holds: Holds, kind: &DataType) -> bool {
    use DataType as T;
    let text = matches!(kind, T::Utf8 | T::LargeUtf8 | T::Utf8View | T::Null);
    let whole = kind.is_integer();
    match holds {
        Holds::Text | Holds::Person => text || whole,
        Holds::Integer | Holds::Rank | Holds::Quantity => {
            text || whole
                || matches!(kind, T::Boolean | T::Float32 | T::Float64 | T::Decimal128(..))
        }
        Holds::Date => {
            text || matches!(kind, T::Date32 | T::Date64 | T::Timestamp(..) | T::Int32 | T::Int64)
        }
    }
}

fn expected(holds: Holds) -> &'static str {
    match holds {
        Holds::Text | Holds::Person => "texte ou entier",
        Holds::Integer | Holds::Rank | Holds::Quantity => "nombre, ou texte",
        Holds::Date => "DATE, TIMESTAMP, ou texte",
    }
}
