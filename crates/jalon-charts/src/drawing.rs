//! The pen: shapes and words become the text of an SVG.

use std::fmt::{self, Write as _};

use crate::fault::Fault;
use crate::ink::{Hatching, Ink};
use crate::px::Px;
use crate::text::{Font, escape};

/// Room around everything.
pub(crate) const MARGIN: Px = Px::new(8);

/// How wide a chart is laid out. Letters keep their size: a narrow chart is
/// another layout, not a smaller picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// 288 pixels: a screen of 320 less its margins.
    Narrow,
    /// 640 pixels: a column of a page, half an A4 sheet on its side.
    Wide,
}

impl Width {
    /// The width of the drawing.
    pub(crate) const fn px(self) -> Px {
        Px::new(match self {
            Self::Narrow => 288,
            Self::Wide => 640,
        })
    }

    /// What lies between the margins.
    pub(crate) fn inner(self) -> Px {
        self.px() - MARGIN * 2
    }

    /// The right end of what lies between the margins.
    pub(crate) fn right(self) -> Px {
        self.px() - MARGIN
    }

    /// One of two choices.
    pub(crate) fn choose<T>(self, narrow: T, wide: T) -> T {
        match self {
            Self::Narrow => narrow,
            Self::Wide => wide,
        }
    }
}

/// What the ids of a chart start with, given by the page so that no two charts
/// of it share one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix(String);

impl Prefix {
    /// A prefix: a lower-case letter, then letters, digits and hyphens, at most
    /// sixty in all. Refuses anything else.
    pub fn new(text: &str) -> Result<Self, Fault> {
        let letters =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        let good = text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.len() <= 60
            && text.chars().all(letters);
        if good { Ok(Self(text.to_owned())) } else { Err(Fault::Prefix) }
    }

    /// A prefix of its own for a part of the same chart.
    pub(crate) fn part(&self, name: &str) -> Self {
        Self(format!("{}-{name}", self.0))
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A finished chart: an `<svg>` element that is right on its own, on paper, and
/// inside a page with or without the style sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Svg(String);

impl Svg {
    /// The element, without XML declaration.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The element, without XML declaration.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for Svg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where words stand against their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// They start there.
    Start,
    /// They are centred on it.
    Middle,
    /// They end there.
    End,
}

/// A place on the drawing.
pub(crate) type Point = (Px, Px);

/// A drawing being made, from top to bottom.
pub(crate) struct Drawing {
    prefix: Prefix,
    width: Width,
    body: String,
    hatchings: Vec<Hatching>,
}

impl Drawing {
    /// An empty drawing.
    pub(crate) fn new(prefix: &Prefix, width: Width) -> Self {
        Self { prefix: prefix.clone(), width, body: String::new(), hatchings: Vec::new() }
    }

    /// How wide it is.
    pub(crate) const fn width(&self) -> Width {
        self.width
    }

    /// Words whose letters stand on `y`. Nothing is drawn for no word.
    pub(crate) fn text(&mut self, font: Font, anchor: Anchor, (x, y): Point, words: &str) {
        if words.is_empty() {
            return;
        }
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let (attributes, words) = (font.attributes(), escape(words));
        self.push(format_args!(r#"<text x="{x}" y="{y}" {attributes}{anchor}>{words}</text>"#));
    }

    /// Words of several fonts one after the other on a line, this far apart
    /// whatever the letters of the reader.
    pub(crate) fn spans(&mut self, (x, y): Point, gap: Px, spans: &[(Font, String)]) {
        let mut line = String::new();
        for (rank, (font, words)) in spans.iter().enumerate() {
            let (attributes, words) = (font.attributes(), escape(words));
            let gap = if rank == 0 { String::new() } else { format!(r#" dx="{gap}""#) };
            line.push_str("<tspan ");
            line.push_str(attributes);
            line.push_str(&gap);
            line.push('>');
            line.push_str(&words);
            line.push_str("</tspan>");
        }
        self.push(format_args!(r#"<text x="{x}" y="{y}">{line}</text>"#));
    }

    /// Words over the whole width, on at most so many lines from `top`; the
    /// bottom of the last.
    pub(crate) fn paragraph(&mut self, font: Font, top: Px, lines: usize, words: &str) -> Px {
        let mut bottom = top;
        for line in font.wrap(words, self.width.inner(), lines) {
            self.text(font, Anchor::Start, (MARGIN, bottom + font.ascent()), &line);
            bottom = bottom + font.line();
        }
        bottom
    }

    /// The title of the chart; the bottom of it.
    pub(crate) fn title(&mut self, words: &str) -> Px {
        self.paragraph(Font::Title, MARGIN, self.width.choose(3, 2), words)
    }

    /// A rectangle, from any corner to the opposite one.
    pub(crate) fn rect(&mut self, ink: Ink, (x1, y1): Point, (x2, y2): Point) {
        let (x, y) = (x1.min(x2), y1.min(y2));
        let (width, height) = (x1.max(x2) - x, y1.max(y2) - y);
        let (attributes, fill) = (ink.attributes(), self.fill(ink));
        self.push(format_args!(
            r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" {attributes}{fill}/>"#
        ));
    }

    /// A straight line.
    pub(crate) fn line(&mut self, ink: Ink, (x1, y1): Point, (x2, y2): Point) {
        let attributes = ink.attributes();
        self.push(format_args!(r#"<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" {attributes}/>"#));
    }

    /// A line through these places.
    pub(crate) fn polyline(&mut self, ink: Ink, places: &[Point]) {
        let (points, attributes) = (points(places), ink.attributes());
        self.push(format_args!(r#"<polyline points="{points}" {attributes}/>"#));
    }

    /// The surface between these places.
    pub(crate) fn polygon(&mut self, ink: Ink, places: &[Point]) {
        let (points, attributes) = (points(places), ink.attributes());
        self.push(format_args!(r#"<polygon points="{points}" {attributes}/>"#));
    }

    /// A disc.
    pub(crate) fn disc(&mut self, ink: Ink, (cx, cy): Point, radius: Px) {
        let attributes = ink.attributes();
        self.push(format_args!(r#"<circle cx="{cx}" cy="{cy}" r="{radius}" {attributes}/>"#));
    }

    /// A square around a place.
    pub(crate) fn square(&mut self, ink: Ink, (x, y): Point, side: Px) {
        self.rect(ink, (x - side.half(), y - side.half()), (x + side.half(), y + side.half()));
    }

    /// The element: what the chart is called, the same in sentences, and how
    /// high it came out.
    pub(crate) fn finish(self, title: &str, description: &str, height: Px) -> Svg {
        let (id, width) = (&self.prefix, self.width.px());
        let (title, description) = (escape(title), escape(description));
        let head = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="jc" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-labelledby="{id}-titre {id}-desc" font-family="system-ui, 'Segoe UI', 'Liberation Sans', Arial, sans-serif" fill="currentColor">
<title id="{id}-titre">{title}</title>
<desc id="{id}-desc">{description}</desc>
"#
        );
        self.close(head)
    }

    /// The element of a small drawing without words, and what it is called.
    pub(crate) fn finish_wordless(self, name: &str, (width, height): (Px, Px)) -> Svg {
        let name = escape(name);
        let head = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="jc jc-cell" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"><title>{name}</title>
"#
        );
        self.close(head)
    }

    /// What was drawn, after the beginning of its element.
    fn close(self, head: String) -> Svg {
        let (id, mut svg) = (&self.prefix, head);
        if !self.hatchings.is_empty() {
            svg.push_str("<defs>\n");
            for hatching in self.hatchings {
                let (name, slope, line) = hatching.parts();
                let written = writeln!(
                    svg,
                    r#"<pattern id="{id}-{name}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate({slope})"><line x1="0" y1="0" x2="0" y2="5" {line}/></pattern>"#
                );
                debug_assert!(written.is_ok(), "a string takes whatever is written");
            }
            svg.push_str("</defs>\n");
        }
        svg.push_str(&self.body);
        svg.push_str("</svg>\n");
        Svg(svg)
    }

    /// The reference to the hatching of an ink that has one.
    fn fill(&mut self, ink: Ink) -> String {
        let Some(hatching) = Hatching::of(ink) else { return String::new() };
        if !self.hatchings.contains(&hatching) {
            self.hatchings.push(hatching);
            self.hatchings.sort_by_key(|one| Hatching::ALL.iter().position(|other| one == other));
        }
        format!(r#" fill="url(#{}-{})""#, self.prefix, hatching.parts().0)
    }

    fn push(&mut self, element: fmt::Arguments<'_>) {
        let written = writeln!(self.body, "{element}");
        debug_assert!(written.is_ok(), "a string takes whatever is written");
    }
}

fn points(places: &[Point]) -> String {
    let places: Vec<String> = places.iter().map(|(x, y)| format!("{x},{y}")).collect();
    places.join(" ")
}

#[cfg(test)]
mod tests {
    use super::Prefix;

    #[test]
    fn a_prefix_is_an_id_and_nothing_else() {
        for good in ["a", "taux-1", "rosp2024"] {
            assert!(Prefix::new(good).is_ok(), "{good}");
        }
        for bad in ["", "1a", "A", "é", "a b", "a\"", "a>", "-a", &"a".repeat(61)] {
            assert!(Prefix::new(bad).is_err(), "{bad}");
        }
    }
}
