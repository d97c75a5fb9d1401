//! What the labels of the fund's lists and statements may mean.

use jalon_import::label::{Catalogue, Known};
use jalon_rules::page::Page;

/// A page, as something that a label may mean.
#[must_use]
pub fn known(page: &Page) -> Known {
    Known { id: page.id.clone(), title: page.title.clone(), about: page.text.join(" ") }
}

/// What labels may mean among these pages.
#[must_use]
pub fn catalogue<'p>(pages: impl IntoIterator<Item = &'p Page>) -> Catalogue {
    Catalogue::new(&pages.into_iter().map(known).collect::<Vec<_>>())
}
