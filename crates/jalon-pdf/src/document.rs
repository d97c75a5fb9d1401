//! What a document holds.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A document to print. Its texts are texts: nothing in them is a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Title, on the first page and in the file's description.
    pub title: String,
    /// Who it comes from.
    pub author: String,
    /// Its day. There is no other date in the file.
    pub date: Date,
    /// What every page says at its foot, beside its number: « confidentiel ».
    pub footer: String,
    /// Whether pages are wider than high.
    pub landscape: bool,
    /// What it holds, in order.
    pub blocks: Vec<Block>,
}

/// A part of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Block {
    /// A title. Levels follow one another: a third never comes under a first.
    Heading {
        /// 1 to 3.
        level: u8,
        /// The title.
        text: String,
    },
    /// A paragraph.
    Paragraph {
        /// Its text.
        text: String,
    },
    /// Lines that stay lines: an address.
    Lines {
        /// The lines.
        lines: Vec<String>,
        /// Whether they stand in the right half of the page.
        right: bool,
    },
    /// Short texts, one under the other.
    List {
        /// The texts.
        items: Vec<String>,
    },
    /// A table.
    Table(Table),
    /// A drawing as SVG, without text that is not also said elsewhere.
    Figure {
        /// The drawing.
        svg: String,
        /// The same in words, for those who do not see it.
        description: String,
    },
    /// What follows begins a page.
    PageBreak,
}

/// A table. The header is repeated on every page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// What it shows; empty when the title above says it.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each as long as `columns`: short ones are filled up, long
    /// ones cut.
    pub rows: Vec<Vec<String>>,
    /// How many of the last rows are totals.
    pub totals: usize,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its title.
    pub title: String,
    /// Where its cells stand.
    pub side: Side,
    /// Its share of the width, beside those of the others; 0 for as much as its
    /// longest cell asks.
    pub share: u8,
}

/// Where the cells of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Texts.
    Left,
    /// Numbers.
    Right,
}

impl Document {
    /// A document of one table under its title, pages wider than high.
    #[must_use]
    pub fn of_table(title: &str, author: &str, date: Date, footer: &str, table: Table) -> Self {
        Self {
            title: title.to_owned(),
            author: author.to_owned(),
            date,
            footer: footer.to_owned(),
            landscape: true,
            blocks: vec![Block::Table(table)],
        }
    }
}

impl Block {
    /// A title.
    #[must_use]
    pub fn heading(level: u8, text: impl Into<String>) -> Self {
        Self::Heading { level, text: text.into() }
    }

    /// A paragraph.
    #[must_use]
    pub fn paragraph(text: impl Into<String>) -> Self {
        Self::Paragraph { text: text.into() }
    }
}

impl Column {
    /// A column of texts, with its share of the width.
    #[must_use]
    pub fn text(title: &str, share: u8) -> Self {
        Self { title: title.to_owned(), side: Side::Left, share }
    }

    /// A column of numbers, as wide as they are.
    #[must_use]
    pub fn number(title: &str) -> Self {
        Self { title: title.to_owned(), side: Side::Right, share: 0 }
    }
}
