//! From values to places, and the values worth a mark.

use crate::drawing::{Anchor, Drawing};
use crate::px::Px;
use crate::text::Font;

/// A straight scale: whole values at places of the drawing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axis {
    low: i64,
    high: i64,
    step: i64,
    start: Px,
    end: Px,
}

impl Axis {
    /// A scale over these values, widened to round ones, from one place to
    /// another, with at most so many steps.
    pub(crate) fn round(low: i64, high: i64, most: i64, start: Px, end: Px) -> Self {
        let high = high.max(low + 1);
        let step = round_step(high - low, most);
        let (low, high) = (low.div_euclid(step) * step, -(-high).div_euclid(step) * step);
        Self { low, high, step, start, end }
    }

    /// A scale over these values alone, for bars that carry their figures.
    pub(crate) fn exact(low: i64, high: i64, start: Px, end: Px) -> Self {
        let high = high.max(low + 1);
        Self { low, high, step: high - low, start, end }
    }

    /// A scale along a line of text, with as many steps as its labels leave
    /// room for.
    pub(crate) fn horizontal(
        low: i64,
        high: i64,
        (start, end): (Px, Px),
        font: Font,
        label: impl Fn(i64) -> String,
    ) -> Self {
        let length = (end - start).max(start - end);
        let fits = |axis: &Self| {
            let widest = axis.ticks().map(|tick| font.width(&label(tick))).max();
            let steps = (axis.high - axis.low) / axis.step;
            // Labels of the ends stand inside, half their width nearer to the next.
            widest.is_none_or(|widest| (widest + widest.half() + Px::new(8)) * steps <= length)
        };
        let choices = (1..=10).rev().map(|most| Self::round(low, high, most, start, end));
        choices.into_iter().find(fits).unwrap_or_else(|| Self::round(low, high, 1, start, end))
    }

    /// The place of a value.
    pub(crate) fn at(&self, value: i64) -> Px {
        self.start + (self.end - self.start).scaled(value - self.low, self.high - self.low)
    }

    /// The round values, from the lowest to the highest.
    pub(crate) fn ticks(&self) -> impl Iterator<Item = i64> + use<> {
        let (low, high, step) = (self.low, self.high, self.step);
        (0..=(high - low) / step).map(move |rank| low + rank * step)
    }

    /// Writes the round values of a horizontal scale under it, those of its
    /// ends inside them.
    pub(crate) fn write_ticks(
        &self,
        drawing: &mut Drawing,
        top: Px,
        font: Font,
        label: impl Fn(i64) -> String,
    ) {
        for tick in self.ticks() {
            let x = self.at(tick);
            let anchor = match x {
                _ if x == self.start.min(self.end) => Anchor::Start,
                _ if x == self.start.max(self.end) => Anchor::End,
                _ => Anchor::Middle,
            };
            drawing.text(font, anchor, (x, top + font.ascent()), &label(tick));
        }
    }

    /// The lowest value.
    pub(crate) const fn low(&self) -> i64 {
        self.low
    }

    /// The highest value.
    pub(crate) const fn high(&self) -> i64 {
        self.high
    }
}

/// The smallest of 1, 2, 5, 10, 20… that cuts this length in at most so many.
fn round_step(length: i64, most: i64) -> i64 {
    let mut power = 1;
    loop {
        for step in [power, 2 * power, 5 * power] {
            if length <= step * most {
                return step;
            }
        }
        power *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::Axis;
    use crate::px::Px;

    #[test]
    fn widened_to_round_values() {
        let axis = Axis::round(-130, 870, 5, Px::ZERO, Px::new(100));
        assert_eq!(axis.ticks().collect::<Vec<_>>(), [-200, 0, 200, 400, 600, 800, 1000]);
        assert_eq!((axis.at(-200), axis.at(400)), (Px::ZERO, Px::new(50)));
        assert_eq!(axis.at(1000), Px::new(100));
    }

    #[test]
    fn one_value_still_makes_a_scale() {
        let axis = Axis::round(7, 7, 4, Px::ZERO, Px::new(10));
        assert_eq!(axis.ticks().collect::<Vec<_>>(), [7, 8]);
    }

    #[test]
    fn turned_round() {
        let axis = Axis::round(0, 100, 5, Px::new(50), Px::ZERO);
        assert_eq!((axis.at(0), axis.at(100)), (Px::new(50), Px::ZERO));
    }
}
