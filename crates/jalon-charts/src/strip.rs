//! Many values on one line, and where one stands among them.

use jalon_rules::french;

use crate::axis::Axis;
use crate::drawing::{Drawing, MARGIN, Prefix, Svg, Width};
use crate::fault::Fault;
use crate::ink::Ink;
use crate::place::{Label, labels_above};
use crate::px::Px;
use crate::table::{Chart, Table};
use crate::text::Font;
use crate::value::{Amount, LOWER_IS_BETTER, Rate, RateKind, euro_tick, same_kind, tick, words};
use crate::{Direction, value};

/// Most values of a strip.
const MOST_VALUES: usize = 2_000;

/// Fewest values that have a median.
const MEDIAN: usize = 3;

/// Across a dot.
const DOT: Px = Px::new(7);

/// Most room for dots on top of each other.
const HEIGHT: Px = Px::new(84);

/// The values of others: doctors or months, each with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Others(Values);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Values {
    Rates(RateKind, Direction, Vec<(String, Rate)>),
    Amounts(Vec<(String, Amount)>),
}

impl Others {
    /// Rates, and which way is better. Refuses none, more than two thousand, or
    /// rates of two kinds.
    pub fn rates(direction: Direction, values: Vec<(String, Rate)>) -> Result<Self, Fault> {
        let kind = values.first().ok_or(Fault::Empty("les valeurs"))?.1.kind();
        same_kind(kind, values.iter().map(|(_, rate)| *rate))?;
        few(values.len())?;
        Ok(Self(Values::Rates(kind, direction, values)))
    }

    /// Amounts. Refuses none, or more than two thousand.
    pub fn amounts(values: Vec<(String, Amount)>) -> Result<Self, Fault> {
        if values.is_empty() {
            return Err(Fault::Empty("les valeurs"));
        }
        few(values.len())?;
        Ok(Self(Values::Amounts(values)))
    }

    /// Names and values, in hundredths or cents, in the order given.
    fn values(&self) -> Vec<(&str, i64)> {
        match &self.0 {
            Values::Rates(_, _, values) => {
                values.iter().map(|(name, rate)| (&**name, rate.position())).collect()
            }
            Values::Amounts(values) => {
                values.iter().map(|(name, amount)| (&**name, amount.in_cents())).collect()
            }
        }
    }

    fn direction(&self) -> Direction {
        match self.0 {
            Values::Rates(_, direction, _) => direction,
            Values::Amounts(_) => Direction::Rising,
        }
    }

    /// A value as it is written.
    fn write(&self, value: i64) -> String {
        match self.0 {
            Values::Rates(kind, ..) => tick(kind, value, 1),
            Values::Amounts(_) => value::euros(value),
        }
    }

    /// A value of the scale.
    fn tick(&self, value: i64) -> String {
        match self.0 {
            Values::Rates(kind, ..) => tick(kind, value, 2),
            Values::Amounts(_) => euro_tick(value),
        }
    }
}

fn few(values: usize) -> Result<(), Fault> {
    if values > MOST_VALUES {
        return Err(Fault::TooMany { what: "valeurs", most: MOST_VALUES });
    }
    Ok(())
}

/// Many values on one line, one's own among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strip {
    title: String,
    others: Others,
    own: Option<(String, i64)>,
}

impl Strip {
    /// The values of others. Refuses a blank title.
    pub fn new(title: &str, others: Others) -> Result<Self, Fault> {
        Ok(Self { title: words("le titre", title)?, others, own: None })
    }

    /// One's own rate, called so (« vous »). Refuses a blank name, and a rate
    /// of another kind than those of others.
    pub fn with_own_rate(mut self, name: &str, rate: Rate) -> Result<Self, Fault> {
        match self.others.0 {
            Values::Rates(kind, ..) if kind == rate.kind() => {
                self.own = Some((words("le nom", name)?, rate.position()));
                Ok(self)
            }
            _ => Err(Fault::MixedKinds),
        }
    }

    /// One's own amount, called so (« vous »). Refuses a blank name, and an
    /// amount among rates.
    pub fn with_own_amount(mut self, name: &str, amount: Amount) -> Result<Self, Fault> {
        if !matches!(self.others.0, Values::Amounts(_)) {
            return Err(Fault::MixedKinds);
        }
        self.own = Some((words("le nom", name)?, amount.in_cents()));
        Ok(self)
    }

    /// The median of the others, to the nearest hundredth, half away from zero;
    /// none of fewer than three, of whom it would say nothing.
    fn median(&self) -> Option<i64> {
        let mut values: Vec<i64> = self.others.values().iter().map(|(_, value)| *value).collect();
        if values.len() < MEDIAN {
            return None;
        }
        values.sort_unstable();
        let above = values.len() / 2;
        let twice = values[(values.len() - 1) / 2] + values[above];
        Some(twice / 2 + twice % 2)
    }

    fn axis(&self, width: Width) -> Axis {
        let values = self.others.values();
        let all = || values.iter().map(|(_, value)| *value).chain(self.own.iter().map(|own| own.1));
        let (low, high) = match self.others.0 {
            Values::Rates(RateKind::Share, ..) => (0, 10_000),
            _ => (all().min().unwrap_or_default(), all().max().unwrap_or_default()),
        };
        let (left, right) = (MARGIN + DOT, width.right() - DOT);
        let ends = match self.others.direction() {
            Direction::Rising => (left, right),
            Direction::Falling => (right, left),
        };
        Axis::horizontal(low, high, ends, Font::Small, |value| self.others.tick(value))
    }

    fn note(&self) -> String {
        let mut notes = Vec::new();
        if matches!(self.others.0, Values::Rates(RateKind::Per100, ..)) {
            notes.push("Nombre pour 100.");
        }
        if self.others.direction() == Direction::Falling {
            notes.push(LOWER_IS_BETTER);
        }
        notes.join(" ")
    }

    fn description(&self) -> String {
        let values = self.others.values();
        let numbers = || values.iter().map(|(_, value)| *value);
        let mut sentence = format!(
            "{} ; de {} à {}",
            french::count(u64::try_from(values.len()).unwrap_or(u64::MAX), "valeur"),
            self.others.write(numbers().min().unwrap_or_default()),
            self.others.write(numbers().max().unwrap_or_default()),
        );
        match self.median() {
            Some(median) => {
                sentence = format!("{sentence}, médiane {}.", self.others.write(median));
            }
            None => sentence.push('.'),
        }
        if let Some((name, value)) = &self.own {
            sentence = format!("{sentence} {name} : {}.", self.others.write(*value));
        }
        let note = self.note();
        if note.is_empty() { sentence } else { format!("{sentence} {note}") }
    }

    /// Where dots pile up, and how many, from left to right.
    fn piles(&self, axis: &Axis) -> Vec<(Px, i64)> {
        let mut places: Vec<Px> =
            self.others.values().iter().map(|(_, value)| axis.at(*value)).collect();
        places.sort_unstable();
        let mut piles: Vec<(Px, i64)> = Vec::new();
        for place in places {
            match piles.last_mut() {
                Some((x, count)) if place - *x < DOT => *count += 1,
                _ => piles.push((place, 1)),
            }
        }
        piles
    }
}

/// The dots of each pile on top of each other, above this line.
fn write_dots(drawing: &mut Drawing, piles: &[(Px, i64)], line: Px) {
    let tallest = piles.iter().map(|(_, count)| *count).max().unwrap_or(1);
    let step = ((HEIGHT - DOT) / (tallest - 1).max(1)).min(DOT + Px::new(1));
    for (x, count) in piles {
        for rank in 0..*count {
            let y = line - DOT.half() - Px::new(2) - step * rank;
            drawing.disc(Ink::Dot, (*x, y), DOT.half());
        }
    }
}

impl Chart for Strip {
    fn svg(&self, prefix: &Prefix, width: Width) -> Svg {
        let mut drawing = Drawing::new(prefix, width);
        let axis = self.axis(width);
        let piles = self.piles(&axis);
        let y = drawing.title(&self.title) + Px::new(8);

        let mut labels: Vec<Label> = self
            .median()
            .map(|median| Label {
                x: axis.at(median),
                font: Font::Body,
                words: format!("médiane {}", self.others.write(median)),
            })
            .into_iter()
            .collect();
        if let Some((name, value)) = &self.own {
            let figure = self.others.write(*value);
            let name = Font::Own.fit(name, width.choose(Px::new(90), Px::new(240)));
            labels.push(Label {
                x: axis.at(*value),
                font: Font::Own,
                words: format!("{name} {figure}"),
            });
        }
        let top = if labels.is_empty() { y } else { labels_above(&mut drawing, y, &labels) };
        let tallest = piles.iter().map(|(_, count)| *count).max().unwrap_or(1);
        let line = top + ((DOT + Px::new(1)) * tallest).min(HEIGHT) + Px::new(14);

        drawing.line(Ink::Axis, (MARGIN, line), (width.right(), line));
        for value in axis.ticks() {
            drawing.line(Ink::Axis, (axis.at(value), line), (axis.at(value), line + Px::new(4)));
        }
        if let Some(median) = self.median() {
            let median = axis.at(median);
            drawing.line(Ink::Median, (median, top), (median, line));
        }
        write_dots(&mut drawing, &piles, line);
        if let Some((_, value)) = &self.own {
            let x = axis.at(*value);
            drawing.line(Ink::OwnLine, (x, top), (x, line));
            drawing.square(Ink::Bar, (x, line), Px::new(10));
        }
        let y = line + Px::new(8);
        axis.write_ticks(&mut drawing, y, Font::Small, |value| self.others.tick(value));
        let y = y + Font::Small.line() + Px::new(4);
        let y = drawing.paragraph(Font::Small, y, 3, &self.note());
        drawing.finish(&self.title, &self.description(), y + MARGIN)
    }

    fn table(&self) -> Table {
        let mut table = Table::new(&self.title, &["Qui", "Valeur"]);
        if let Some((name, value)) = &self.own {
            table.row([name.as_str(), &self.others.write(*value)]);
        }
        for (name, value) in self.others.values() {
            table.row([name, &self.others.write(value)]);
        }
        if let Some(median) = self.median() {
            table.row(["Médiane", &self.others.write(median)]);
        }
        table
    }
}
