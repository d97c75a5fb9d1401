//! Texts from outside stay texts, and nothing in a drawing runs, styles or
//! fetches.

use crate::support::scene::read;
use crate::support::{all, euros, percent, prefix, rising};
use jalon_charts::{
    Bullet, Chart, Decile, Deciles, Direction, Others, Reading, Span, Step, Strip, Trend,
    Waterfall, Width, figure,
};
use jiff::civil::date;

/// Texts that have broken out of attributes, elements and comments elsewhere.
const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "</title><script>alert(1)</script>",
    "</desc></svg><img src=x onerror=alert(1)>",
    "]]><!--<![CDATA[",
    "--><style>*{display:none}</style>",
    "&lt;script&gt;&#60;script&#62;&amp;",
    "javascript:alert(1)",
    "<a xlink:href=\"data:text/html,x\">x</a>",
    "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>&e;",
    "\u{0}\u{8}\u{1b}[31m\u{7f}\u{85}",
    "\u{202e}tpircs\u{2066}",
    "\u{feff}\u{fffe}\u{ffff}",
    "url(#x);fill:red",
];

fn charts(text: &str) -> Vec<Box<dyn Chart>> {
    let own = vec![(date(2025, 1, 31), Some(percent(5000)))];
    let trend = Trend::new(text, text, rising(6100, 8000), own)
        .unwrap()
        .with_event(date(2025, 1, 15), text)
        .unwrap();
    let steps = vec![
        Step::said(text, text, text).unwrap(),
        Step::amount(text, text, Span::exact(euros(100))).unwrap(),
    ];
    let others = Others::rates(Direction::Rising, vec![(text.to_owned(), percent(10))]).unwrap();
    let strip = Strip::new(text, others).unwrap().with_own_rate(text, percent(20)).unwrap();
    let tenth = Decile::new(euros(1), 1, 0, 0).unwrap();
    vec![
        Box::new(Bullet::new(text, Reading::unknown(), rising(6100, 8000)).unwrap()),
        Box::new(trend),
        Box::new(Waterfall::new(text, steps, text).unwrap()),
        Box::new(strip),
        Box::new(Deciles::new(text, text, [tenth; 10]).unwrap()),
    ]
}

/// Refuses what a drawing or a table has no use for.
fn assert_harmless(markup: &str) {
    let elements = [
        "svg", "title", "desc", "defs", "pattern", "text", "tspan", "rect", "line", "polyline",
        "polygon", "circle", "figure", "div", "details", "summary", "table", "caption", "thead",
        "tbody", "tr", "th", "td",
    ];
    let attributes = [
        "xmlns",
        "class",
        "viewBox",
        "width",
        "height",
        "role",
        "aria-labelledby",
        "font-family",
        "font-size",
        "font-weight",
        "fill",
        "id",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "dx",
        "points",
        "text-anchor",
        "stroke",
        "stroke-width",
        "stroke-dasharray",
        "stroke-linecap",
        "stroke-linejoin",
        "patternUnits",
        "patternTransform",
        "scope",
    ];
    for element in read(markup) {
        assert!(elements.contains(&element.name.as_str()), "{element:?}");
        for (name, value) in &element.attributes {
            assert!(attributes.contains(&name.as_str()), "{element:?}");
            assert!(!value.contains("script") && !value.contains("alert"), "{element:?}");
        }
        let broken = |letter: char| {
            (letter.is_control() && letter != '\n') || ('\u{202a}'..='\u{202e}').contains(&letter)
        };
        assert!(!element.words.contains(broken), "{element:?}");
    }
}

#[test]
fn hostile_texts_stay_texts() {
    for text in HOSTILE {
        // A word before, for texts of which nothing else is left.
        for chart in charts(&format!("T {text}")) {
            assert_harmless(&figure(&*chart, &prefix()));
        }
    }
    let elements = read(charts(HOSTILE[0])[0].svg(&prefix(), Width::Wide).as_str());
    let title = elements.iter().find(|element| element.name == "title").unwrap();
    assert_eq!(title.words, HOSTILE[0], "readable as it was typed");
}

#[test]
fn every_chart_is_harmless_and_named() {
    for (name, chart) in all() {
        for width in [Width::Narrow, Width::Wide] {
            let svg = chart.svg(&prefix(), width);
            assert_harmless(svg.as_str());
            let elements = read(svg.as_str());
            assert_eq!(elements[0].attribute("role"), Some("img"), "{name}");
            for (part, element) in ["title", "desc"].into_iter().zip(&elements[1..]) {
                assert_eq!(element.name, part, "{name}");
                assert!(!element.words.is_empty(), "{name}");
            }
        }
    }
}
