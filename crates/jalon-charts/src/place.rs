//! Words put where none covers another.

use crate::drawing::{Anchor, Drawing, MARGIN};
use crate::ink::Ink;
use crate::px::Px;
use crate::text::Font;

/// A label of a place on a horizontal scale.
pub(crate) struct Label {
    /// The place.
    pub(crate) x: Px,
    /// How it is written.
    pub(crate) font: Font,
    /// What it says.
    pub(crate) words: String,
}

/// Writes labels above a scale, those of the lowest row tied to their places by
/// lines; where the lines end. Labels share a row, moved apart, or take one
/// each when a row cannot hold them.
pub(crate) fn labels_above(drawing: &mut Drawing, top: Px, labels: &[Label]) -> Px {
    let gap = Px::new(14);
    let (low, high) = (MARGIN, drawing.width().right());
    let size = |label: &Label| label.font.width(&label.words);
    let total = labels.iter().fold(-gap, |total, label| total + size(label) + gap);
    let by_row = if total <= high - low { labels.len().max(1) } else { 1 };
    let mut y = top;
    let rows = labels.len().div_ceil(by_row);
    for (rank, row) in labels.chunks(by_row).enumerate() {
        let sizes: Vec<(Px, Px)> = row.iter().map(|label| (label.x, size(label))).collect();
        let bottom = y + Font::Body.line();
        for (label, centre) in row.iter().zip(spread(&sizes, gap, low, high)) {
            let words = label.font.fit(&label.words, high - low);
            drawing.text(label.font, Anchor::Middle, (centre, y + label.font.ascent()), &words);
            if rank + 1 == rows {
                drawing.line(Ink::Leader, (centre, bottom), (label.x, bottom + FOOT));
            }
        }
        y = bottom;
    }
    y + FOOT
}

/// From the bottom of labels to what they name.
const FOOT: Px = Px::new(8);

/// Writes words one after the other, going to the next line where the next
/// does not fit; the bottom of the last line.
pub(crate) fn flow(drawing: &mut Drawing, top: Px, spans: &[(Font, String)]) -> Px {
    let (gap, most) = (Px::new(8), drawing.width().inner());
    let mut lines: Vec<(Px, Vec<(Font, String)>)> = Vec::new();
    for (font, words) in spans {
        let size = font.width(words) + gap;
        match lines.last_mut() {
            Some((used, line)) if *used + size - gap <= most => {
                *used = *used + size;
                line.push((*font, words.clone()));
            }
            _ => {
                let wrapped = font.wrap(words, most, 3).into_iter();
                lines.extend(wrapped.map(|line| (font.width(&line) + gap, vec![(*font, line)])));
            }
        }
    }
    let mut y = top;
    for (_, line) in lines {
        let fonts = || line.iter().map(|(font, _)| *font);
        let ascent = fonts().map(Font::ascent).max().unwrap_or_default();
        drawing.spans((MARGIN, y + ascent), gap, &line);
        y = y + fonts().map(Font::line).max().unwrap_or_default();
    }
    y
}

/// Where to put things of these sizes, each wanted around a place, so that
/// they stay in the order of their places, between two ends, and apart. Each
/// moves as little as its neighbours allow. Centres, in the order given.
///
/// The things and their gaps must fit between the ends.
pub(crate) fn spread(wanted: &[(Px, Px)], gap: Px, low: Px, high: Px) -> Vec<Px> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|&index| wanted[index].0);

    // With the room taken by earlier things removed, « apart » becomes « in
    // order », and neighbours that push each other share their mean.
    let mut room = Px::ZERO;
    let mut offsets = Vec::with_capacity(order.len());
    let mut groups: Vec<(i64, i64)> = Vec::new();
    for &index in &order {
        let (place, size) = wanted[index];
        offsets.push(room + size.half());
        let mut group = ((place - room - size.half()).in_hundredths(), 1);
        while let Some(&(sum, count)) = groups.last() {
            if sum * group.1 < group.0 * count {
                break;
            }
            group = (group.0 + sum, group.1 + count);
            groups.pop();
        }
        groups.push(group);
        room = room + size + gap;
    }
    let last = (high - (room - gap)).max(low);

    let mut centres = vec![Px::ZERO; wanted.len()];
    let mut ranks = order.iter().zip(offsets);
    for (sum, count) in groups {
        let start = Px::hundredths(sum.div_euclid(count)).clamp(low, last);
        for (&index, offset) in ranks.by_ref().take(usize::try_from(count).unwrap_or_default()) {
            centres[index] = start + offset;
        }
    }
    centres
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::spread;
    use crate::px::Px;

    #[test]
    fn neighbours_share_the_move() {
        let size = Px::new(10);
        let wanted = [(Px::new(50), size), (Px::new(50), size), (Px::new(80), size)];
        let centres = spread(&wanted, Px::new(2), Px::ZERO, Px::new(100));
        assert_eq!(centres, [Px::new(44), Px::new(56), Px::new(80)]);
    }

    #[test]
    fn held_between_the_ends() {
        let wanted = [(Px::new(-5), Px::new(10)), (Px::new(99), Px::new(10))];
        let centres = spread(&wanted, Px::new(2), Px::ZERO, Px::new(100));
        assert_eq!(centres, [Px::new(5), Px::new(95)]);
    }

    proptest! {
        #[test]
        fn apart_inside_and_in_order(
            things in prop::collection::vec((-50i64..350, 1i64..30), 0..8)
        ) {
            let wanted: Vec<_> =
                things.iter().map(|(place, size)| (Px::new(*place), Px::new(*size))).collect();
            let centres = spread(&wanted, Px::new(4), Px::ZERO, Px::new(300));
            for (index, (place, size)) in wanted.iter().enumerate() {
                let centre = centres[index];
                prop_assert!(centre - size.half() >= Px::ZERO);
                prop_assert!(centre + size.half() <= Px::new(300));
                for (other, (other_place, other_size)) in wanted.iter().enumerate() {
                    if place < other_place {
                        let apart = centres[other] - centre;
                        prop_assert!(apart >= size.half() + other_size.half() + Px::new(4));
                    }
                }
            }
        }
    }
}
