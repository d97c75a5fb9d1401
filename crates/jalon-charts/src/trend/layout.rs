//! Where the parts of a curve stand.

use jiff::civil::Date;

use super::{PERCENTILES, Percentiles, Trend};
use crate::axis::Axis;
use crate::days::{Calendar, month_name};
use crate::drawing::{Anchor, Drawing, MARGIN, Point, Prefix, Svg, Width};
use crate::ink::Ink;
use crate::place::spread;
use crate::px::Px;
use crate::text::Font;
use crate::value::{Direction, Rate, tick};

/// Between the curves and the names on their right.
const LEADER: Px = Px::new(14);

/// A name on the right of the curves.
struct Name {
    from: Point,
    font: Font,
    words: String,
}

/// The frame the curves are drawn in.
struct Frame {
    calendar: Calendar,
    rates: Axis,
    left: Px,
    right: Px,
    top: Px,
    bottom: Px,
}

/// The whole chart.
pub(super) fn draw(trend: &Trend, prefix: &Prefix, width: Width) -> Svg {
    let mut drawing = Drawing::new(prefix, width);
    let y = drawing.title(&trend.title) + Px::new(8);

    let names_width = name_words(trend, width)
        .iter()
        .map(|(font, words)| font.width(words))
        .max()
        .unwrap_or_default()
        .min(width.choose(Px::new(104), Px::new(170)));
    let right = width.right() - names_width - LEADER - Px::new(4);
    let events = marked(trend);
    let top = y + events.iter().fold(Px::new(8), |height, _| height + Font::Small.line());
    let frame = frame(trend, width, right, top);

    grid(trend, &mut drawing, &frame);
    bands(trend, &mut drawing, &frame);
    incomplete(trend, &mut drawing, &frame);
    mark(&mut drawing, &frame, y, &events);
    for (rate, _, _, target) in trend.objectives.known() {
        let y = frame.rates.at(rate.position());
        let ink = if target { Ink::Target } else { Ink::Intermediate };
        drawing.line(ink, (frame.left, y), (frame.right, y));
    }
    own(trend, &mut drawing, &frame);
    names(&mut drawing, &frame, &name_places(trend, &frame, width), names_width);

    let y = months(&mut drawing, &frame);
    let y = drawing.paragraph(Font::Small, y + Px::new(6), 5, &trend.note());
    drawing.finish(&trend.title, &trend.description(), y + MARGIN)
}

fn frame(trend: &Trend, width: Width, right: Px, top: Px) -> Frame {
    let kind = trend.objectives.kind();
    let bottom = top + width.choose(Px::new(190), Px::new(230));
    let (low, high) = trend.scale.unwrap_or_else(|| trend.extent());
    let (start, end) = match trend.objectives.direction() {
        Direction::Rising => (bottom, top),
        Direction::Falling => (top, bottom),
    };
    let rates = Axis::round(low.position(), high.position(), 5, start, end);
    let widest = rates.ticks().map(|value| Font::Small.width(&tick(kind, value, 2))).max();
    let left = MARGIN + widest.unwrap_or_default() + Px::new(6);
    let (first, last) = trend.days();
    Frame { calendar: Calendar::new(first, last, left, right), rates, left, right, top, bottom }
}

/// Horizontal lines and their values.
fn grid(trend: &Trend, drawing: &mut Drawing, frame: &Frame) {
    for value in frame.rates.ticks() {
        let y = frame.rates.at(value);
        drawing.line(Ink::Grid, (frame.left, y), (frame.right, y));
        let words = tick(trend.objectives.kind(), value, 2);
        let foot = (frame.left - Px::new(6), y + Px::new(4));
        drawing.text(Font::Small, Anchor::End, foot, &words);
    }
}

/// Hatching over the days that are not complete.
fn incomplete(trend: &Trend, drawing: &mut Drawing, frame: &Frame) {
    if let Some(from) = trend.incomplete {
        let (first, last) = trend.days();
        if from <= last.last_of_month() {
            let start = frame.calendar.start_of(from.max(first.first_of_month()));
            drawing.rect(Ink::Incomplete, (start, frame.top), (frame.right, frame.bottom));
        }
    }
}

/// The bands of the others, their dotted edges, their median.
fn bands(trend: &Trend, drawing: &mut Drawing, frame: &Frame) {
    let line = |rank: usize| -> Vec<Point> {
        let place = |(day, percentiles): &(Date, Percentiles)| {
            let rate = percentiles.0[rank].position();
            (frame.calendar.end_of(*day), frame.rates.at(rate))
        };
        trend.peers.iter().map(place).collect()
    };
    if trend.peers.len() < 2 {
        return;
    }
    for (ink, low, high) in [(Ink::OuterBand, 0, 4), (Ink::InnerBand, 1, 3)] {
        let mut places = line(low);
        places.extend(line(high).into_iter().rev());
        drawing.polygon(ink, &places);
    }
    for rank in [0, 1, 3, 4] {
        drawing.polyline(Ink::Edge, &line(rank));
    }
    drawing.polyline(Ink::Median, &line(2));
}

/// The reader's own curve: a line through the days that follow each other, a
/// square on each day while there is room for squares.
fn own(trend: &Trend, drawing: &mut Drawing, frame: &Frame) {
    let place =
        |day: Date, rate: Rate| (frame.calendar.end_of(day), frame.rates.at(rate.position()));
    let days = trend.own.iter().fold(Px::ZERO, |room, _| room + Px::new(10));
    let squares = days <= frame.right - frame.left;
    let runs = trend.own.split(|(_, rate)| rate.is_none());
    for run in runs {
        let places: Vec<Point> =
            run.iter().filter_map(|(day, rate)| Some(place(*day, (*rate)?))).collect();
        if places.len() > 1 {
            drawing.polyline(Ink::OwnLine, &places);
        }
        for at in &places {
            if squares || places.len() == 1 {
                drawing.square(Ink::Bar, *at, Px::new(6));
            }
        }
    }
    let (day, rate) = trend.last;
    drawing.square(Ink::Bar, place(day, rate), Px::new(8));
}

/// What stands on the right, without its place.
fn name_words(trend: &Trend, width: Width) -> Vec<(Font, String)> {
    let own = format!("{} {}", trend.name, trend.last.1.brief(1));
    let mut words = vec![(Font::Own, own)];
    for (rate, long, short, _) in trend.objectives.known() {
        words.push((Font::Body, format!("{} {}", width.choose(short, long), rate.brief(2))));
    }
    if !trend.peers.is_empty() {
        words.extend(PERCENTILES.map(|name| (Font::Small, name.to_owned())));
    }
    words
}

/// The same, each with the end of its line.
fn name_places(trend: &Trend, frame: &Frame, width: Width) -> Vec<Name> {
    let at = |rate: Rate| frame.rates.at(rate.position());
    let (day, rate) = trend.last;
    let mut from = vec![(frame.calendar.end_of(day), at(rate))];
    from.extend(trend.objectives.known().map(|(rate, ..)| (frame.right, at(rate))));
    if let Some((day, percentiles)) = trend.peers.last() {
        from.extend(percentiles.0.map(|rate| (frame.calendar.end_of(*day), at(rate))));
    }
    let names = from.into_iter().zip(name_words(trend, width));
    names.map(|(from, (font, words))| Name { from, font, words }).collect()
}

/// Names on the right, moved apart, each tied to the end of its line.
fn names(drawing: &mut Drawing, frame: &Frame, names: &[Name], room: Px) {
    let wanted: Vec<(Px, Px)> = names.iter().map(|name| (name.from.1, name.font.line())).collect();
    let top = frame.top - Font::Body.line().half();
    let centres = spread(&wanted, Px::ZERO, top, frame.bottom);
    for (name, centre) in names.iter().zip(centres) {
        let (x, y) = name.from;
        // The knee keeps lines that end early level until the frame's edge.
        let start = x.max(frame.right);
        let mut leader = vec![(x, y)];
        if start > x {
            leader.push((start, y));
        }
        leader.push((frame.right + LEADER, centre));
        drawing.polyline(Ink::Leader, &leader);
        let foot = (frame.right + LEADER + Px::new(4), centre + Px::new(4));
        let words = fit_name(name.font, &name.words, room);
        drawing.text(name.font, Anchor::Start, foot, &words);
    }
}

/// A name and its figure: the name is cut, the figure never.
fn fit_name(font: Font, words: &str, room: Px) -> String {
    match words.rsplit_once(' ') {
        Some((name, figure)) => {
            let figure = format!(" {figure}");
            format!("{}{figure}", font.fit(name, room - font.width(&figure)))
        }
        None => font.fit(words, room),
    }
}

/// Names of the months, and under the first of each year its number; where
/// they end.
fn months(drawing: &mut Drawing, frame: &Frame) -> Px {
    drawing.line(Ink::Axis, (frame.left, frame.bottom), (frame.right, frame.bottom));
    let foot = frame.bottom + Px::new(6) + Font::Small.ascent();
    let mut year = None;
    for month in frame.calendar.named_months(Font::Small) {
        let x = frame.calendar.start_of(month);
        drawing.line(Ink::Axis, (x, frame.bottom), (x, frame.bottom + Px::new(4)));
        drawing.text(Font::Small, Anchor::Start, (x, foot), month_name(month));
        if year != Some(month.year()) {
            year = Some(month.year());
            let under = (x, foot + Font::Small.line());
            drawing.text(Font::Small, Anchor::Start, under, &month.year().to_string());
        }
    }
    foot + Font::Small.line() + Px::new(4)
}

/// Events of the months shown.
fn marked(trend: &Trend) -> Vec<&(Date, String)> {
    let (first, last) = trend.days();
    let (first, last) = (first.first_of_month(), last.last_of_month());
    trend.events.iter().filter(|(day, _)| (first..=last).contains(day)).collect()
}

/// Vertical marks and their names, one a row: the last event is the lowest, so
/// that no line crosses the name of another.
fn mark(drawing: &mut Drawing, frame: &Frame, top: Px, events: &[&(Date, String)]) {
    let mut y = top;
    for (day, what) in events {
        let x = frame.calendar.end_of(*day);
        drawing.line(Ink::Event, (x, y + Px::new(2)), (x, frame.bottom));
        let room = drawing.width().right() - x - Px::new(4);
        let foot = (x + Px::new(4), y + Font::Small.ascent());
        drawing.text(Font::Small, Anchor::Start, foot, &Font::Small.fit(what, room));
        y = y + Font::Small.line();
    }
}
