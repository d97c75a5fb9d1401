//! Tables in CSV.

use std::fs::File;
use std::io::{self, Read};

use crate::fault::Words;
use crate::header;
use crate::layout::TableFile;
use crate::records::{Record, Records, Stop, cannot_read, decode};
use crate::rows::{Builder, Value};
use crate::schema::Table;

/// Hashes a file as it is read, so that it is read once.
struct Hashed<R> {
    input: R,
    hasher: blake3::Hasher,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.hasher.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

/// Reads a file into the builder; gives its hash, which only means something
/// if no fault was found.
pub(crate) fn read(table: &Table, file: &TableFile, builder: &mut Builder<'_>) -> blake3::Hash {
    builder.start_file(&file.label);
    let mut input = match File::open(&file.path) {
        Ok(input) => Hashed { input, hasher: blake3::Hasher::new() },
        Err(error) => {
            builder.lose(0, || cannot_read(&error));
            return blake3::hash(&[]);
        }
    };
    if let Err(stop) = read_records(table, &mut input, builder) {
        let (line, words) = stop.explain();
        builder.lose(line, || words);
    }
    input.hasher.finalize()
}

fn read_records(table: &Table, input: impl Read, builder: &mut Builder<'_>) -> Result<(), Stop> {
    let mut records = Records::start(input)?;
    let Some(first) = records.next_record()? else {
        builder.lose(0, || {
            Words::new("fichier vide, sans même un en-tête")
                .hint("la première ligne nomme les colonnes ; elle suffit à une table sans ligne")
        });
        return Ok(());
    };
    let line = first.line;
    let width = first.len();
    let names: Vec<_> = (0..width).map(|index| decode(first.cell(index))).collect();
    let names: Vec<_> = names.iter().map(|name| name.trim()).collect();
    let (mapping, faults) = header::map(table, &names);
    if !faults.is_empty() {
        let tabs = width == 1 && names.iter().any(|name| name.contains(['\t', '|']));
        for (column, words) in faults {
            let words = if tabs { words.hint("séparez les cellules par , ou ;") } else { words };
            builder.lose_at(line, column, || words);
        }
        return Ok(());
    }
    while let Some(record) = records.next_record()? {
        if record.has_loose_quote() {
            builder.lose(record.line, || {
                Words::new("texte après un guillemet fermant")
                    .hint("dans une cellule entre guillemets, un guillemet s'écrit deux fois")
            });
        } else if record.len() == width {
            push(&record, &mapping, builder);
        } else {
            let (line, count) = (record.line, record.len());
            builder.lose(line, || {
                let s = if count > 1 { "s" } else { "" };
                Words::new(format!("{count} cellule{s} au lieu de {width}")).hint(
                    "autant de cellules que l'en-tête ; une cellule qui contient le séparateur se met entre guillemets",
                )
            });
        }
    }
    Ok(())
}

fn push(record: &Record<'_>, mapping: &[Option<usize>], builder: &mut Builder<'_>) {
    builder.start_row(record.line);
    for (index, place) in mapping.iter().enumerate() {
        match place {
            Some(place) => builder.push(index, Value::Text(&decode(record.cell(*place)))),
            None => builder.push(index, Value::Unknown),
        }
    }
    builder.end_row();
}
