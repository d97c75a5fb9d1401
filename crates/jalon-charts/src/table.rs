//! The same as a table: what a chart shows, for those who read or hear it.

use crate::drawing::{Prefix, Svg, Width};
use crate::text::{clean, escape};

/// The values of a chart, in French, as it writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    caption: String,
    headers: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table; every row is as long as the headers.
    pub(crate) fn new(caption: &str, headers: &[&str]) -> Self {
        let headers = headers.iter().map(|&header| clean(header)).collect();
        Self { caption: clean(caption), headers, rows: Vec::new() }
    }

    /// One row more, cut or filled to the length of the headers.
    pub(crate) fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        let mut row: Vec<String> = cells.into_iter().map(|cell| clean(cell.as_ref())).collect();
        row.resize(self.headers.len(), String::new());
        self.rows.push(row);
    }

    /// What it is the table of.
    #[must_use]
    pub fn caption(&self) -> &str {
        &self.caption
    }

    /// The names of the columns; the first column names the rows.
    #[must_use]
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// The rows, each as long as the headers.
    #[must_use]
    pub fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }

    /// As an HTML `<table>`, with its caption and the scope of its headers.
    #[must_use]
    pub fn html(&self) -> String {
        let mut html = format!(
            "<table class=\"jc-table\">\n<caption>{}</caption>\n<thead><tr>",
            escape(&self.caption)
        );
        for header in &self.headers {
            html.push_str("<th scope=\"col\">");
            html.push_str(&escape(header));
            html.push_str("</th>");
        }
        html.push_str("</tr></thead>\n<tbody>\n");
        for row in &self.rows {
            html.push_str("<tr>");
            for (column, cell) in row.iter().enumerate() {
                let (open, close) =
                    if column == 0 { ("<th scope=\"row\">", "</th>") } else { ("<td>", "</td>") };
                html.push_str(open);
                html.push_str(&escape(cell));
                html.push_str(close);
            }
            html.push_str("</tr>\n");
        }
        html.push_str("</tbody>\n</table>\n");
        html
    }
}

/// What every chart can do. The same chart gives the same bytes, always.
pub trait Chart {
    /// The drawing, laid out for a width, its ids starting with the prefix.
    fn svg(&self, prefix: &Prefix, width: Width) -> Svg;

    /// The same values as a table.
    fn table(&self) -> Table;
}

/// A chart in a page: both layouts, of which the style sheet shows the one that
/// fits, and the table, folded.
#[must_use]
pub fn figure(chart: &dyn Chart, prefix: &Prefix) -> String {
    let wide = chart.svg(&prefix.part("large"), Width::Wide);
    let narrow = chart.svg(&prefix.part("etroit"), Width::Narrow);
    let table = chart.table().html();
    format!(
        "<figure class=\"jc-box\">\n<div class=\"jc-wide\">\n{wide}</div>\n<div class=\"jc-narrow\">\n{narrow}</div>\n<details>\n<summary>Voir les valeurs</summary>\n{table}</details>\n</figure>\n"
    )
}
