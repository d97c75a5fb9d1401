//! An archive (XLSX, ODS), looked through before any library unfolds it: sizes
//! as announced, sizes as they are, and XML that could unfold further.

use std::io::{BufRead, BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::Event;
use zip::ZipArchive;
use zip::result::ZipError;

use super::{Limits, Refusal, spoilt};

/// Parts of an archive.
const PARTS: usize = 5_000;

/// A part smaller than this may shrink as much as it likes.
const SMALL: u64 = 1 << 20;

/// Strings that a workbook may announce.
const STRINGS: usize = 4_000_000;

pub(super) type Archive<'b> = ZipArchive<Cursor<&'b [u8]>>;

fn bomb() -> Refusal {
    let hint =
        "ce fichier n'est pas un export ordinaire : ne l'ouvrez pas, téléchargez-le de nouveau";
    Refusal::new("archive qui se déploie démesurément", hint)
}

/// The error of the archive as a refusal.
pub(super) fn refused(error: &ZipError) -> Refusal {
    match error {
        ZipError::UnsupportedArchive(reason) if *reason == ZipError::PASSWORD_REQUIRED => locked(),
        _ => spoilt(),
    }
}

/// A file under a password.
pub(super) fn locked() -> Refusal {
    Refusal::new("fichier protégé par un mot de passe", "enregistrez-le sans mot de passe")
}

/// Refuses an archive whose parts are too many or too large, announced or
/// real, and XML with a document type.
pub(super) fn check(archive: &mut Archive<'_>, limits: &Limits) -> Result<(), Refusal> {
    if archive.len() > PARTS {
        return Err(bomb());
    }
    // What the directory announces, before a single byte is inflated.
    let mut announced = 0_u64;
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).map_err(|error| refused(&error))?;
        let (size, packed) = (part.size(), part.compressed_size());
        announced = announced.saturating_add(size);
        if size > SMALL && size / packed.max(1) > limits.ratio {
            return Err(bomb());
        }
    }
    if announced > limits.inflated {
        return Err(bomb());
    }
    // What is there: a directory may lie.
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| refused(&error))?;
        let name = part.name().map_err(|error| refused(&error))?;
        let extension = name.rsplit('.').next().unwrap_or_default().to_lowercase();
        let size = part.size();
        let mut counted = BufReader::new(Counted { input: part, left: size, over: false });
        let read = if matches!(extension.as_str(), "xml" | "rels") {
            watch(&mut counted)
        } else {
            std::io::copy(&mut counted, &mut std::io::sink()).map(drop).map_err(|_| spoilt())
        };
        if counted.get_ref().over {
            return Err(bomb());
        }
        read?;
    }
    Ok(())
}

/// Reads no more than was announced.
struct Counted<R> {
    input: R,
    left: u64,
    over: bool,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.input.read(buffer)?;
        let Some(left) = self.left.checked_sub(count as u64) else {
            self.over = true;
            return Err(std::io::Error::other("plus long qu'annoncé"));
        };
        self.left = left;
        Ok(count)
    }
}

/// Reads XML through, in search of what a sheet has no use for.
fn watch(input: impl BufRead) -> Result<(), Refusal> {
    let mut reader = Reader::from_reader(input);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|_| spoilt())? {
            Event::DocType(_) => {
                let hint = "ce fichier n'est pas un export ordinaire : téléchargez-le de nouveau";
                return Err(Refusal::new("XML avec un DOCTYPE", hint));
            }
            // Memory is set aside for as many strings as are announced.
            Event::Start(element) | Event::Empty(element)
                if element.local_name().as_ref() == "sst" =>
            {
                for attribute in element.attributes().flatten() {
                    let count = attribute.value.trim().parse::<usize>();
                    if attribute.key.as_ref() == "uniqueCount" && count.is_ok_and(|it| it > STRINGS)
                    {
                        return Err(bomb());
                    }
                }
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}
