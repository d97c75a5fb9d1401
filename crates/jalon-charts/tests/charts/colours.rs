//! Colours by day, from the attributes, and by night, from the style sheet:
//! all there, and far enough from the paper.

use std::collections::BTreeMap;

use crate::support::scene::read;
use crate::support::{all, prefix};
use jalon_charts::{STYLE_SHEET, Width};

/// Surfaces and lines behind the values, whose edges other marks draw.
const BEHIND: &[&str] = &["jc-grid", "jc-track", "jc-between", "jc-beyond", "jc-outer", "jc-inner"];

/// Words: they need 4,5 to 1, shapes 3 to 1.
const WORDS: &[&str] = &["jc-figure", "jc-own-text", "jc-small"];

/// Lowest paper by day and by night.
const PAPER: [&str; 2] = ["#ffffff", "#1b2024"];

type Colours = BTreeMap<(String, String), String>;

/// Colours of attributes, by class and property.
fn by_day() -> Colours {
    let mut colours = Colours::new();
    for (_, chart) in all() {
        for element in read(chart.svg(&prefix(), Width::Wide).as_str()) {
            for property in ["fill", "stroke"] {
                if let Some(colour) = element.attribute(property).filter(|it| it.starts_with('#')) {
                    let class = element.attribute("class").unwrap().to_owned();
                    colours.insert((class, property.to_owned()), colour.to_owned());
                }
            }
        }
    }
    colours
}

/// Colours of the last block of the style sheet.
fn by_night() -> Colours {
    let (_, night) = STYLE_SHEET.split_once("(prefers-color-scheme: dark)").unwrap();
    let mut colours = Colours::new();
    for rule in night.lines().filter(|line| line.contains("{ ")) {
        let (selectors, rest) = rule.split_once('{').unwrap();
        for declaration in rest.trim().trim_end_matches('}').split(';') {
            let Some((property, colour)) = declaration.split_once(':') else { continue };
            for selector in selectors.split(',') {
                let class = selector.trim().trim_start_matches('.').to_owned();
                colours.insert((class, property.trim().to_owned()), colour.trim().to_owned());
            }
        }
    }
    colours
}

/// Relative luminance, as WCAG 2 defines it.
fn luminance(colour: &str) -> f64 {
    let channel = |start: usize| {
        let value = f64::from(u8::from_str_radix(&colour[start..start + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(one: &str, two: &str) -> f64 {
    let (one, two) = (luminance(one), luminance(two));
    (one.max(two) + 0.05) / (one.min(two) + 0.05)
}

#[test]
fn contrast_is_known_at_both_ends() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
    assert!((contrast("#777777", "#ffffff") - 4.48).abs() < 0.01);
}

#[test]
fn night_turns_every_colour_of_day() {
    let night = by_night();
    for key in by_day().keys() {
        assert!(night.contains_key(key), "{key:?} has no colour by night");
    }
}

#[test]
fn marks_stand_out_from_the_paper_and_from_bands() {
    for (colours, paper) in [by_day(), by_night()].into_iter().zip(PAPER) {
        let behind = |class: &str| {
            colours.get(&(class.to_owned(), "fill".to_owned())).map_or(paper, String::as_str)
        };
        for ((class, property), colour) in &colours {
            let paper_coloured = class == "jc-dot" && property == "fill";
            if BEHIND.contains(&class.as_str()) || paper_coloured {
                continue;
            }
            let needed = if WORDS.contains(&class.as_str()) || class == "jc" { 4.5 } else { 3.0 };
            let found = contrast(colour, paper);
            assert!(found >= needed, "{class} {property} {colour} on {paper}: {found:.2}");
        }
        // The reader's own marks also cross the surfaces behind.
        for (class, property) in [("jc-bar", "fill"), ("jc-own", "stroke"), ("jc-edge", "stroke")] {
            let colour = &colours[&(class.to_owned(), property.to_owned())];
            for surface in ["jc-track", "jc-between", "jc-beyond", "jc-outer", "jc-inner"] {
                if class == "jc-edge" && surface == "jc-beyond" {
                    continue;
                }
                let found = contrast(colour, behind(surface));
                assert!(found >= 3.0, "{class} {colour} on {surface}: {found:.2}");
            }
        }
    }
}
