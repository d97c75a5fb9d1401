//! Setting a document on pages: the composer sees a template, a file of data,
//! three fonts, and nothing of the machine: no disk, no network, no clock.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, comemo};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::document::{Block, Document};

/// How documents look.
const TEMPLATE: &str = include_str!("document.typ");

/// What stands for a character that no font shows.
const UNSHOWN: char = '\u{25a1}';

/// A document that cannot be set.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// It has no form as data.
    #[error("document illisible : {0}")]
    Data(#[from] serde_json::Error),
    /// The composer refuses it: levels of titles that skip one, a drawing that
    /// is no SVG.
    #[error("document impossible à mettre en pages : {0}")]
    Refused(String),
}

/// Fonts and library, read once.
static SHELF: LazyLock<Shelf> = LazyLock::new(Shelf::new);

struct Shelf {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

impl Shelf {
    fn new() -> Self {
        let faces = [
            dejavu::sans_condensed::regular(),
            dejavu::sans_condensed::bold(),
            dejavu::sans_condensed::oblique(),
        ];
        let fonts: Vec<Font> =
            faces.into_iter().flat_map(|face| Font::iter(Bytes::new(face))).collect();
        let book = FontBook::from_fonts(&fonts);
        Self { library: LazyHash::new(Library::default()), book: LazyHash::new(book), fonts }
    }

    fn shows(&self, c: char) -> bool {
        let covers = |font: &Font| font.info().coverage.contains(u32::from(c));
        self.fonts.first().is_some_and(covers)
    }
}

/// What the composer sees while it sets one document.
struct Desk {
    template: Source,
    data: (FileId, Bytes),
    figures: Vec<(FileId, Bytes)>,
}

/// The name of a file that exists in memory only.
fn file(name: &str) -> Option<FileId> {
    let path = VirtualPath::new(name).ok()?;
    Some(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl Desk {
    fn new(document: &Document) -> Result<Self, PdfError> {
        let unnamed = || PdfError::Refused("nom de fichier".to_owned());
        let data = Bytes::new(serde_json::to_vec(&shown(document))?);
        let mut figures = Vec::new();
        for (at, block) in document.blocks.iter().enumerate() {
            if let Block::Figure { svg, .. } = block {
                let id = file(&format!("/figure-{at}.svg")).ok_or_else(unnamed)?;
                figures.push((id, Bytes::new(svg.clone().into_bytes())));
            }
        }
        let main = file("/document.typ").ok_or_else(unnamed)?;
        Ok(Self {
            template: Source::new(main, TEMPLATE.to_owned()),
            data: (file("/document.json").ok_or_else(unnamed)?, data),
            figures,
        })
    }
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &SHELF.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &SHELF.book
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() {
            Ok(self.template.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let mut files = self.figures.iter().chain([&self.data]);
        let found = files.find(|(one, _)| *one == id);
        found.map(|(_, bytes)| bytes.clone()).ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        SHELF.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// The document as a PDF file: archival (PDF/A-2a) and accessible (PDF/UA-1).
/// The same document gives the same bytes. Characters that the font lacks are
/// shown as a small square; those that show nothing are left out.
pub fn pdf(document: &Document) -> Result<Vec<u8>, PdfError> {
    let desk = Desk::new(document)?;
    let set = typst::compile::<PagedDocument>(&desk).output;
    let bytes = set.and_then(|pages| {
        let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1]);
        let options = PdfOptions {
            ident: Smart::Custom(format!("{:032x}", typst::utils::hash128(&desk.data.1))),
            creator: Smart::Custom(Some("Jalon".to_owned())),
            standards: standards.unwrap_or_default(),
            ..PdfOptions::default()
        };
        typst_pdf::pdf(&pages, &options)
    });
    // What the composer remembers of a document must not outlive it.
    comemo::evict(0);
    bytes.map_err(|errors| {
        let all: Vec<_> = errors.iter().map(|error| error.message.to_string()).collect();
        PdfError::Refused(all.join(" ; "))
    })
}

/// The document with texts that the font can show.
fn shown(document: &Document) -> Document {
    let mut document = document.clone();
    let Document { title, author, date: _, footer, landscape: _, blocks } = &mut document;
    [title, author, footer].into_iter().for_each(show);
    for block in blocks {
        match block {
            Block::Heading { text, .. } | Block::Paragraph { text } => show(text),
            Block::Lines { lines, .. } => lines.iter_mut().for_each(show),
            Block::List { items } => items.iter_mut().for_each(show),
            Block::Table(table) => {
                show(&mut table.caption);
                table.columns.iter_mut().for_each(|column| show(&mut column.title));
                table.rows.iter_mut().flatten().for_each(show);
            }
            Block::Figure { svg, description } => {
                svg.clear();
                show(description);
            }
            Block::PageBreak => {}
        }
    }
    document
}

fn show(text: &mut String) {
    let fit = |c: char| match c {
        ' ' | '\n' => Some(c),
        c if c.is_whitespace() && !SHELF.shows(c) => Some(' '),
        c if c.is_control() || is_mark(c) => None,
        c if SHELF.shows(c) => Some(c),
        _ => Some(UNSHOWN),
    };
    *text = text.chars().filter_map(fit).collect();
}

/// Marks that direct how text runs and show nothing: those of a text from
/// outside could make a line read otherwise than it is.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}')
}
