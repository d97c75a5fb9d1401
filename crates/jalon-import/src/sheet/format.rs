//! What a file is, told by its first bytes: extensions lie.

use std::io::Cursor;
use std::path::Path;

use zip::ZipArchive;

use super::{AGAIN, Limits, Refusal, archive, spoilt};

/// The format of a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Separated texts.
    Csv,
    /// Office Open XML.
    Xlsx,
    /// OpenDocument.
    Ods,
    /// The binary format of older spreadsheets.
    Xls,
}

impl Format {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Xlsx => "XLSX",
            Self::Ods => "ODS",
            Self::Xls => "XLS",
        }
    }

    const fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Csv => &["csv", "tsv", "txt"],
            Self::Xlsx => &["xlsx", "xlsm"],
            Self::Ods => &["ods"],
            Self::Xls => &["xls"],
        }
    }
}

/// Bytes looked at to tell a text from something else.
const HEAD: usize = 4096;

/// The format of these bytes, and a remark if the name of the file says another.
pub(super) fn of(
    path: &Path,
    bytes: &[u8],
    limits: &Limits,
) -> Result<(Format, Option<String>), Refusal> {
    let format = told(bytes, limits)?;
    let extension = path.extension().map(|it| it.to_string_lossy().to_lowercase());
    let remark = extension
        .filter(|extension| !format.extensions().contains(&extension.as_str()))
        .map(|extension| {
            let extension = jalon_data::fault::shown(&extension);
            format!("le fichier s'appelle .{extension}, mais son contenu est du {} : il est lu comme tel", format.name())
        });
    Ok((format, remark))
}

fn told(bytes: &[u8], limits: &Limits) -> Result<Format, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::new("fichier vide", AGAIN));
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Ok(Format::Xls);
    }
    if bytes.starts_with(b"PK") {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| spoilt())?;
        archive::check(&mut archive, limits)?;
        return if archive.index_for_name("xl/workbook.xml").is_some() {
            Ok(Format::Xlsx)
        } else if archive.index_for_name("content.xml").is_some() {
            Ok(Format::Ods)
        } else if archive.index_for_name("xl/workbook.bin").is_some() {
            Err(Refusal::new("classeur binaire .xlsb", "enregistrez-le en .xlsx"))
        } else {
            let hint = "décompressez l'archive, puis importez le fichier qu'elle contient";
            Err(Refusal::new("une archive ZIP, pas un classeur", hint))
        };
    }
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    let text = String::from_utf8_lossy(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head));
    let start = text.trim_start().to_lowercase();
    if start.starts_with("%pdf") {
        return Err(Refusal::new("un PDF, pas un classeur", "exportez en .xlsx, .xls ou .csv"));
    }
    if start.starts_with('<') {
        let what = if start.starts_with("<?xml") { "du XML" } else { "une page HTML" };
        let hint = "ouvrez-le dans un tableur, puis enregistrez-le en .xlsx ou en .csv";
        return Err(Refusal::new(format!("{what} qui se présente comme un classeur"), hint));
    }
    let wide = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    if !wide && head.contains(&0) {
        let hint = "XLSX, XLS, ODS ou CSV ; un CSV s'écrit en UTF-8 ou en Windows-1252";
        return Err(Refusal::new("format inconnu", hint));
    }
    Ok(Format::Csv)
}
