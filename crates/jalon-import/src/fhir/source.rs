//! Files into chunks of whole resources, in bounded memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

use super::bundle;
use super::files::{Format, SourceFile};
use super::output::{At, Located};
use super::trouble::{Trouble, not_utf8};

/// Bytes of resources handed over together.
const CHUNK: usize = 1 << 20;

/// Bytes of the longest resource.
pub(super) const LONGEST: usize = 64 << 20;

/// How many times larger than the file what it holds may be. FHIR shrinks ten
/// to fifty times; only a file made to fill a memory shrinks more.
const MOST_INFLATED: u64 = 200;

/// Below, the ratio tells nothing.
const LITTLE: u64 = 16 << 20;

/// How the resources of a chunk are told apart.
#[derive(Debug)]
pub(super) enum Shape {
    /// One a line, the first line having this number.
    Lines(u64),
    /// Entries of a bundle: the number of the first, and where each ends.
    Entries(u64, Vec<usize>),
    /// One resource.
    Whole,
}

/// Whole resources of one file.
#[derive(Debug)]
pub(super) struct Chunk {
    pub file: usize,
    pub shape: Shape,
    pub text: Vec<u8>,
}

/// What reading gives.
#[derive(Debug)]
pub(super) enum Job {
    Chunk(Chunk),
    /// Reading cannot go on in this file.
    Broken(Located),
}

/// Where jobs go; false when no one waits for them.
pub(super) type Send<'s> = &'s mut dyn FnMut(Job) -> bool;

/// Counts the bytes that pass.
struct Counted<R> {
    inner: R,
    /// Of this file, and of all files.
    counts: [Arc<AtomicU64>; 2],
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        for count in &self.counts {
            count.fetch_add(read as u64, Ordering::Relaxed);
        }
        Ok(read)
    }
}

/// Stops what inflates beyond reason.
struct Guarded<R> {
    inner: R,
    given: u64,
    taken: Arc<AtomicU64>,
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        self.given += read as u64;
        let most = self.taken.load(Ordering::Relaxed).saturating_mul(MOST_INFLATED);
        if self.given > LITTLE && self.given > most {
            return Err(ErrorKind::FileTooLarge.into());
        }
        Ok(read)
    }
}

/// Reads every file, in order. False when no one waits for the rest.
pub(super) fn read(
    files: &[SourceFile],
    wanted: impl Fn(usize) -> bool,
    done: &Arc<AtomicU64>,
    send: Send<'_>,
) -> bool {
    for (number, file) in files.iter().enumerate() {
        if !wanted(number) {
            done.fetch_add(file.size, Ordering::Relaxed);
            continue;
        }
        match read_file(file, number, done, send) {
            Ok(true) => {}
            Ok(false) => return false,
            Err((at, trouble)) => {
                if !send(Job::Broken(Located { file: number, at, trouble })) {
                    return false;
                }
            }
        }
    }
    true
}

type Broken = (At, Trouble);

fn open(file: &SourceFile, done: &Arc<AtomicU64>) -> Result<Box<dyn BufRead>, Broken> {
    let failed = |error: &io::Error| (At::File, of_io(error));
    let taken = Arc::new(AtomicU64::new(0));
    let opened = File::open(&file.path).map_err(|error| failed(&error))?;
    let counts = [Arc::clone(&taken), Arc::clone(done)];
    let mut reader = BufReader::with_capacity(1 << 18, Counted { inner: opened, counts });
    let compressed = reader.fill_buf().map_err(|error| failed(&error))?.starts_with(&[0x1f, 0x8b]);
    match (file.gzip, compressed) {
        (true, true) => {
            let guarded = Guarded { inner: MultiGzDecoder::new(reader), given: 0, taken };
            Ok(Box::new(BufReader::with_capacity(1 << 18, guarded)))
        }
        (false, false) => Ok(Box::new(reader)),
        (true, false) => Err((
            At::File,
            Trouble::new("ce fichier n'est pas compressé par gzip")
                .hint("retirez `.gz` de son nom, ou recopiez-le s'il est abîmé"),
        )),
        (false, true) => Err((
            At::File,
            Trouble::new("fichier compressé par gzip, sans l'extension `.gz`")
                .hint("ajoutez `.gz` à son nom"),
        )),
    }
}

fn read_file(
    file: &SourceFile,
    number: usize,
    done: &Arc<AtomicU64>,
    send: Send<'_>,
) -> Result<bool, Broken> {
    let mut reader = open(file, done)?;
    let head = reader.fill_buf().map_err(|error| (At::File, of_io(&error)))?;
    if matches!(head, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, ..] | [_, 0, ..]) {
        return Err((
            At::File,
            Trouble::new("fichier en UTF-16")
                .hint("JSON s'écrit en UTF-8 : convertissez ce fichier"),
        ));
    }
    if head.starts_with(b"\xef\xbb\xbf") {
        reader.consume(3);
    }
    match file.format {
        Format::Lines => lines(reader, number, send),
        Format::Json => json(file, reader, number, send),
    }
}

fn lines(mut reader: impl Read, file: usize, send: Send<'_>) -> Result<bool, Broken> {
    let mut line = 1;
    let mut rest = Vec::new();
    loop {
        let mut text = std::mem::take(&mut rest);
        let known = text.len();
        text.reserve(CHUNK);
        let read = reader.by_ref().take(CHUNK as u64).read_to_end(&mut text);
        let read = read.map_err(|error| (At::File, of_io(&error)))?;
        if read == 0 {
            let shape = Shape::Lines(line);
            return Ok(text.is_empty() || send(Job::Chunk(Chunk { file, shape, text })));
        }
        let Some(end) = memchr::memrchr(b'\n', &text[known..]) else {
            if text.len() > LONGEST {
                return Err((At::Line(line), too_long()));
            }
            rest = text;
            continue;
        };
        rest = text.split_off(known + end + 1);
        let count = memchr::memchr_iter(b'\n', &text).count();
        if !send(Job::Chunk(Chunk { file, shape: Shape::Lines(line), text })) {
            return Ok(false);
        }
        line += count as u64;
    }
}

fn json(
    file: &SourceFile,
    reader: impl Read,
    number: usize,
    send: Send<'_>,
) -> Result<bool, Broken> {
    let mut waiting = Entries { file: number, first: 0, ends: Vec::new(), text: Vec::new() };
    let mut heard = true;
    let mut entry = |text: &[u8]| {
        waiting.text.extend_from_slice(text);
        waiting.ends.push(waiting.text.len());
        if waiting.text.len() >= CHUNK {
            heard = send(waiting.take());
        }
        heard
    };
    let top = bundle::read(reader, LONGEST, &mut entry);
    if !heard {
        return Ok(false);
    }
    let met = waiting.first + waiting.ends.len() as u64;
    if !waiting.ends.is_empty() && !send(waiting.take()) {
        return Ok(false);
    }
    let top = top.map_err(|trouble| (if met == 0 { At::File } else { At::Entry(met) }, trouble))?;
    match top.resource_type.as_deref() {
        Some("Bundle") if top.kind.as_deref() == Some("history") => Err((
            At::File,
            Trouble::new("Bundle de type `history`")
                .hint("un historique contient des versions périmées : exportez l'état courant"),
        )),
        Some("Bundle") => Ok(true),
        Some(_) => whole(file, number, send),
        None => Err((At::File, no_type())),
    }
}

/// A resource without the key that says what it is.
pub(super) fn no_type() -> Trouble {
    Trouble::new("`resourceType` absent")
        .hint("est-ce bien une ressource FHIR ? retirez du dossier les autres fichiers JSON")
}

/// Entries that wait to be a chunk.
struct Entries {
    file: usize,
    first: u64,
    ends: Vec<usize>,
    text: Vec<u8>,
}

impl Entries {
    fn take(&mut self) -> Job {
        let first = self.first;
        self.first += self.ends.len() as u64;
        let shape = Shape::Entries(first, std::mem::take(&mut self.ends));
        Job::Chunk(Chunk { file: self.file, shape, text: std::mem::take(&mut self.text) })
    }
}

/// A file that is one resource, read again as a whole.
fn whole(file: &SourceFile, number: usize, send: Send<'_>) -> Result<bool, Broken> {
    let mut text = Vec::new();
    let reader = open(file, &Arc::default())?;
    let read = reader.take(LONGEST as u64 + 1).read_to_end(&mut text);
    read.map_err(|error| (At::File, of_io(&error)))?;
    if text.len() > LONGEST {
        return Err((At::File, too_long()));
    }
    if text.starts_with(b"\xef\xbb\xbf") {
        text.drain(..3);
    }
    Ok(send(Job::Chunk(Chunk { file: number, shape: Shape::Whole, text })))
}

fn too_long() -> Trouble {
    Trouble::new(format!("ressource de plus de {} Mo", LONGEST >> 20)).hint(
        "un fichier JSON sur plusieurs lignes se nomme `.json` ; aucune ressource utile n'est si longue",
    )
}

/// A failure to read, in French.
pub(super) fn of_io(error: &io::Error) -> Trouble {
    match error.kind() {
        ErrorKind::FileTooLarge => {
            Trouble::new(format!("contenu plus de {MOST_INFLATED} fois plus long que le fichier"))
                .hint("un export FHIR ne se comprime pas autant : décompressez-le vous-même si vous en êtes sûr")
        }
        ErrorKind::QuotaExceeded => too_long(),
        ErrorKind::UnexpectedEof => Trouble::new("fichier gzip coupé avant sa fin")
            .hint("copiez-le ou exportez-le de nouveau"),
        ErrorKind::InvalidData if error.to_string().contains("UTF-8") => not_utf8(),
        ErrorKind::InvalidInput | ErrorKind::InvalidData => {
            Trouble::new("fichier gzip abîmé").hint("copiez-le ou exportez-le de nouveau")
        }
        ErrorKind::PermissionDenied => Trouble::new("lecture refusée")
            .hint("donnez le droit de lire à la personne qui lance jalon"),
        _ => Trouble::new(format!("lecture impossible ({error})")),
    }
}
