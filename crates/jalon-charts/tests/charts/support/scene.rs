//! A drawing read back from its text, as a browser would: elements, attributes,
//! and the room that words take in a wide font.

use quick_xml::events::Event;
use quick_xml::reader::Reader;

use super::measured::MEASURED;

/// One element: name, attributes, words directly inside.
#[derive(Debug)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub words: String,
}

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A length, in hundredths of a pixel.
    pub fn length(&self, name: &str) -> Option<i64> {
        self.attribute(name).map(hundredths)
    }
}

/// Hundredths of a decimal number with at most two digits after the point.
pub fn hundredths(text: &str) -> i64 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    let part: i64 = format!("{part:0<2}").parse().unwrap();
    whole.parse::<i64>().unwrap() * 100 + sign * part
}

/// Reads a document; panics where it is not well formed.
pub fn read(xml: &str) -> Vec<Element> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let (mut elements, mut open): (Vec<Element>, Vec<usize>) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                open.push(elements.len());
                elements.push(element(&start));
            }
            Event::Empty(start) => elements.push(element(&start)),
            Event::End(_) => {
                open.pop().unwrap();
            }
            Event::Text(text) => {
                let text: &str = &text;
                assert!(!text.contains('<') && !text.contains('&'), "{text}");
                add(&mut elements, &open, text);
            }
            Event::GeneralRef(reference) => {
                let name: &str = &reference;
                let letter = match name {
                    "amp" => '&',
                    "lt" => '<',
                    "gt" => '>',
                    "quot" => '"',
                    "#39" => '\'',
                    other => panic!("entity {other}"),
                };
                add(&mut elements, &open, &letter.to_string());
            }
            Event::Eof => break,
            other => panic!("unexpected {other:?}"),
        }
    }
    assert!(open.is_empty(), "unclosed element");
    elements
}

fn add(elements: &mut [Element], open: &[usize], text: &str) {
    match open.last() {
        Some(&last) => elements[last].words.push_str(text),
        None => assert!(text.trim().is_empty(), "text outside: {text}"),
    }
}

fn element(start: &quick_xml::events::BytesStart<'_>) -> Element {
    let attributes = start
        .attributes()
        .map(|attribute| {
            let attribute = attribute.unwrap();
            let key = attribute.key.as_ref().to_owned();
            (key, attribute.value.to_string())
        })
        .collect();
    let name = start.name().as_ref().to_owned();
    Element { name, attributes, words: String::new() }
}

/// The box of a line of words, in hundredths of a pixel.
#[derive(Clone, Debug)]
pub struct Words {
    pub left: i64,
    pub right: i64,
    pub top: i64,
    pub bottom: i64,
    pub text: String,
}

/// Every line of words of a drawing.
pub fn words(elements: &[Element]) -> Vec<Words> {
    let mut lines: Vec<Words> = Vec::new();
    let mut foot = 0;
    for element in elements {
        match element.name.as_str() {
            "text" => {
                let x = element.length("x").unwrap();
                foot = element.length("y").unwrap();
                // A line of spans has no words of its own: each adds its room.
                let (width, size) = if element.words.is_empty() { (0, 0) } else { room(element) };
                let left = match element.attribute("text-anchor") {
                    None => x,
                    Some("middle") => x - width / 2,
                    Some("end") => x - width,
                    Some(other) => panic!("anchor {other}"),
                };
                let (top, bottom) = (foot - 93 * size, foot + 24 * size);
                let text = element.words.clone();
                lines.push(Words { left, right: left + width, top, bottom, text });
            }
            "tspan" => {
                let line = lines.last_mut().unwrap();
                let (width, size) = room(element);
                line.right += width + element.length("dx").unwrap_or(0);
                line.top = line.top.min(foot - 93 * size);
                line.bottom = line.bottom.max(foot + 24 * size);
                line.text = format!("{} {}", line.text, element.words);
            }
            _ => {}
        }
    }
    lines
}

/// Width in hundredths of a pixel and size in pixels.
fn room(element: &Element) -> (i64, i64) {
    let size: i64 = element.attribute("font-size").unwrap().parse().unwrap();
    let bold = element.attribute("font-weight").is_some();
    let em = |letter: char| {
        let measured = MEASURED.iter().find(|(letters, ..)| letters.contains(letter));
        // Of other Latin letters none is wider than Œ; elsewhere, some pass a square.
        let unmeasured = match (letter <= '\u{17f}', bold) {
            (true, false) => 107,
            (true, true) => 117,
            (false, false) => 174,
            (false, true) => 202,
        };
        measured.map_or(unmeasured, |(_, regular, heavy)| if bold { *heavy } else { *regular })
    };
    (element.words.chars().map(em).sum::<i64>() * size, size)
}
