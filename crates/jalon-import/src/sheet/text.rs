//! CSV and its kin: the separator is the one that cuts most lines alike.

use std::borrow::Cow;
use std::collections::BTreeMap;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use jalon_data::records::{Records, Stop};

use super::cells::Gathered;
use super::{Limits, Refusal, Sheet, spoilt};

/// Lines looked at to find the separator.
const LOOKED: usize = 40;

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
    let bytes = match Encoding::for_bom(bytes) {
        Some((encoding, length)) if encoding != UTF_8 => {
            let text = encoding.decode_without_bom_handling(&bytes[length..]).0;
            Cow::Owned(text.into_owned().into_bytes())
        }
        _ => Cow::Borrowed(bytes),
    };
    let mut rows = Gathered::new(limits);
    let records = Records::start(bytes.as_ref()).map_err(|stop| stopped(&stop))?;
    let mut records = records.separated(separator(&bytes));
    while let Some(record) = records.next().map_err(|stop| stopped(&stop))? {
        if record.has_loose_quote() {
            let hint = "dans une cellule entre guillemets, un guillemet s'écrit deux fois";
            let refusal = Refusal::new("texte après un guillemet fermant", hint);
            return Err(refusal.at(record.line));
        }
        for column in 0..record.len() {
            rows.put(record.line, column, &decoded(record.cell(column)))?;
        }
    }
    Ok(vec![rows.sheet("")])
}

/// UTF-8, else Windows-1252, told cell by cell: files are made by pasting others.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    str::from_utf8(bytes)
        .map_or_else(|_| WINDOWS_1252.decode_without_bom_handling(bytes).0, Cow::Borrowed)
}

/// The separator, among `;`, tabulation and `,`: the one that the most lines
/// hold equally often. Titles above the header hold none; commas of numbers
/// and of sentences are seldom alike from line to line.
fn separator(bytes: &[u8]) -> u8 {
    let lines: Vec<&[u8]> =
        bytes.split(|byte| *byte == b'\n').filter(|line| line.len() > 1).take(LOOKED).collect();
    let score = |wanted: u8| {
        let mut alike: BTreeMap<usize, usize> = BTreeMap::new();
        for line in &lines {
            let mut quoted = false;
            let count = line
                .iter()
                .filter(|byte| {
                    quoted ^= **byte == b'"';
                    !quoted && **byte == wanted
                })
                .count();
            *alike.entry(count).or_default() += 1;
        }
        alike.into_iter().filter(|(count, _)| *count > 0).map(|(count, lines)| count * lines).max()
    };
    let mut best = (b';', 0);
    for candidate in *b";\t," {
        let score = score(candidate).unwrap_or(0);
        if score > best.1 {
            best = (candidate, score);
        }
    }
    best.0
}

fn stopped(stop: &Stop) -> Refusal {
    match *stop {
        Stop::Unclosed { line } => {
            let hint = "un guillemet ouvre une cellule et ne la ferme pas";
            Refusal::new("guillemet jamais fermé", hint).at(line)
        }
        Stop::TooLong { line, .. } => {
            Refusal::new("ligne de plus d'un mégaoctet", "ce n'est pas une liste").at(line)
        }
        Stop::Nul { line } => {
            let hint = "un CSV s'écrit en UTF-8 ou en Windows-1252";
            Refusal::new("octet nul : ce n'est pas du texte", hint).at(line)
        }
        Stop::Utf16 | Stop::Io(_) => spoilt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators() {
        let of = |text: &str| separator(text.as_bytes());
        assert_eq!(of("Titre, avec virgule\n\nnom;prénom\nA, B;C\nD;E\n"), b';');
        assert_eq!(of("nom\tprénom\nA, fils\tB\n"), b'\t');
        assert_eq!(of("nom,prénom\n\"A;B;C\",D\n"), b',');
        assert_eq!(of("seul\n"), b';');
    }
}
