//! A rate between its two objectives.

use jalon_rules::french;

use crate::axis::Axis;
use crate::drawing::{Drawing, MARGIN, Prefix, Svg, Width};
use crate::fault::Fault;
use crate::ink::Ink;
use crate::place::{Label, flow, labels_above};
use crate::px::Px;
use crate::table::{Chart, Table};
use crate::text::Font;
use crate::value::{
    Direction, LOWER_IS_BETTER, Measure, Objectives, Rate, RateKind, counted, same_kind, tick,
    words,
};

/// Height of the track.
const TRACK: Px = Px::new(24);

/// Width and height of a bullet in a cell.
const CELL: (Px, Px) = (Px::new(120), Px::new(22));

/// What is known of a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading(State);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Known(Measure),
    Between(Rate, Rate),
    TooFew { count: u64, minimum: u64 },
    Unknown,
}

impl Reading {
    /// The rate is known.
    #[must_use]
    pub const fn known(measure: Measure) -> Self {
        Self(State::Known(measure))
    }

    /// The rate is not known, but lies between these two. Refuses them in the
    /// wrong order or of two kinds.
    pub fn between(least: Rate, most: Rate) -> Result<Self, Fault> {
        same_kind(least.kind(), [most])?;
        if least.hundredths() > most.hundredths() {
            return Err(Fault::Order("le moins, puis le plus"));
        }
        Ok(Self(State::Between(least, most)))
    }

    /// Too few patients or boxes for the indicator to count. Refuses a count
    /// that reaches the minimum.
    pub fn too_few(count: u64, minimum: u64) -> Result<Self, Fault> {
        counted(minimum)?;
        if count >= minimum {
            return Err(Fault::EnoughPatients { count, minimum });
        }
        Ok(Self(State::TooFew { count, minimum }))
    }

    /// Nothing is known of it.
    #[must_use]
    pub const fn unknown() -> Self {
        Self(State::Unknown)
    }

    const fn kind(&self) -> Option<RateKind> {
        match self.0 {
            State::Known(measure) => Some(measure.kind()),
            State::Between(least, _) => Some(least.kind()),
            State::TooFew { .. } | State::Unknown => None,
        }
    }

    /// `72,2 % (26/36)`, or why there is none.
    fn sentence(&self) -> String {
        match self.0 {
            State::Known(measure) => format!("{} {}", measure.rate(), measure.fraction()),
            State::Between(least, most) if least == most => least.measured(),
            State::Between(least, most) => {
                format!("entre {} et {}", least.measured(), most.measured())
            }
            State::TooFew { count, minimum } => format!(
                "effectif insuffisant ({}\u{a0}<\u{a0}{})",
                french::integer(count),
                french::integer(minimum)
            ),
            State::Unknown => "taux inconnu".to_owned(),
        }
    }
}

/// A rate between the intermediate objective and the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bullet {
    title: String,
    reading: Reading,
    objectives: Objectives,
}

impl Bullet {
    /// The chart of an indicator called so. Refuses a blank title, and a rate
    /// of another kind than the objectives.
    pub fn new(title: &str, reading: Reading, objectives: Objectives) -> Result<Self, Fault> {
        if reading.kind().is_some_and(|kind| kind != objectives.kind()) {
            return Err(Fault::MixedKinds);
        }
        Ok(Self { title: words("le titre", title)?, reading, objectives })
    }

    /// Where the rate stands, in words; nothing where that is not known.
    fn verdict(&self) -> &'static str {
        let reached = |objective: Rate| {
            let direction = self.objectives.direction();
            match self.reading.0 {
                State::Known(measure) => Some(measure.against(objective, direction).is_ge()),
                State::Between(least, most) => {
                    let reached = least.against(objective, direction).is_ge();
                    (reached == most.against(objective, direction).is_ge()).then_some(reached)
                }
                State::TooFew { .. } | State::Unknown => None,
            }
        };
        let intermediate = self.objectives.intermediate().map(reached);
        match (intermediate, self.objectives.target().map(reached)) {
            (_, Some(Some(true))) => "cible atteinte",
            (Some(Some(true)), Some(Some(false))) => "entre l'objectif intermédiaire et la cible",
            (Some(Some(true)), _) => "objectif intermédiaire atteint",
            (Some(Some(false)), _) => "objectif intermédiaire non atteint",
            (None, Some(Some(false))) => "cible non atteinte",
            _ => "",
        }
    }

    /// Where the rate stands, or why that is not known, in a few words.
    #[must_use]
    pub fn standing(&self) -> String {
        let known = matches!(self.reading.0, State::Known(_) | State::Between(..));
        match self.verdict() {
            _ if !known => self.reading.sentence(),
            "" if !self.objectives.any() => "sans objectif".to_owned(),
            "" if self.objectives.known().next().is_none() => "objectifs inconnus".to_owned(),
            "" => "selon ce qui est inconnu".to_owned(),
            verdict => verdict.to_owned(),
        }
    }

    /// The same without a letter, for a cell beside the figures: it is called
    /// by its [`standing`](Self::standing).
    #[must_use]
    pub fn cell(&self, prefix: &Prefix) -> Svg {
        let mut drawing = Drawing::new(prefix, Width::Narrow);
        let (width, height) = CELL;
        let (low, high) = self.extent();
        let edge = Px::new(2);
        let (start, end) = match self.objectives.direction() {
            Direction::Rising => (edge, width - edge),
            Direction::Falling => (width - edge, edge),
        };
        let axis = Axis::exact(low, high, start, end);
        let (top, bottom) = (Px::new(4), height - Px::new(4));
        self.zones(&mut drawing, &axis, (top, bottom));
        self.bar(&mut drawing, &axis, (height.half(), Px::new(2), Px::new(5)));
        for (rate, _, _, target) in self.objectives.known() {
            let x = axis.at(rate.position());
            let ink = if target { Ink::Target } else { Ink::Intermediate };
            drawing.line(ink, (x, Px::new(1)), (x, height - Px::new(1)));
        }
        drawing.finish_wordless(&self.standing(), CELL)
    }

    /// What is missing or turned, in words.
    fn note(&self) -> String {
        let objectives = &self.objectives;
        let mut notes = Vec::new();
        if objectives.kind() == RateKind::Per100 {
            notes.push("Nombre pour 100.");
        }
        match (objectives.intermediate(), objectives.target()) {
            (None, None) if !objectives.any() => notes.push("Sans objectif."),
            (None, None) => notes.push("Objectifs inconnus."),
            (None, Some(_)) => notes.push("Objectif intermédiaire inconnu."),
            (Some(_), None) => notes.push("Cible inconnue."),
            (Some(_), Some(_)) => {}
        }
        if matches!(self.reading.0, State::Between(..)) {
            notes.push("Hachures : du moins au plus possible.");
        }
        if objectives.direction() == Direction::Falling {
            notes.push(LOWER_IS_BETTER);
        }
        notes.join(" ")
    }

    /// The lowest and the highest value of the scale.
    fn extent(&self) -> (i64, i64) {
        let kind = self.objectives.kind();
        let most = match (kind, self.reading.0) {
            (RateKind::Share, _) => 10_000,
            (RateKind::Per100, State::Known(measure)) => measure.position(),
            (RateKind::Per100, State::Between(_, most)) => most.position(),
            (RateKind::Per100, _) => 100,
        };
        (0, self.objectives.known().map(|(rate, ..)| rate.position()).fold(most, i64::max))
    }

    /// The scale: better is always on the right.
    fn axis(&self, width: Width) -> Axis {
        let (kind, (low, high)) = (self.objectives.kind(), self.extent());
        let ends = match self.objectives.direction() {
            Direction::Rising => (MARGIN, width.right()),
            Direction::Falling => (width.right(), MARGIN),
        };
        Axis::horizontal(low, high, ends, Font::Small, |value| tick(kind, value, 2))
    }

    /// The figure and what is said of it.
    fn headline(&self) -> Vec<(Font, String)> {
        let mut spans = Vec::new();
        let per_100 = self.objectives.kind() == RateKind::Per100;
        match self.reading.0 {
            State::Known(measure) => {
                let rate = measure.rate();
                let figure = rate.strip_suffix("\u{a0}pour\u{a0}100").unwrap_or(&rate);
                spans.push((Font::Figure, figure.to_owned()));
                if per_100 {
                    spans.push((Font::Body, "pour 100".to_owned()));
                }
                spans.push((Font::Body, measure.fraction()));
            }
            State::Between(least, most) => {
                let words = if least == most {
                    least.brief(1)
                } else {
                    format!("entre {} et {}", least.brief(1), most.brief(1))
                };
                spans.push((Font::Figure, words));
                if per_100 {
                    spans.push((Font::Body, "pour 100".to_owned()));
                }
            }
            State::TooFew { .. } | State::Unknown => {
                spans.push((Font::Notice, self.reading.sentence()));
            }
        }
        let verdict = self.verdict();
        if !verdict.is_empty() {
            spans.push((Font::Body, verdict.to_owned()));
        }
        spans
    }

    fn description(&self) -> String {
        let mut sentence = format!("{}.", self.reading.sentence());
        let verdict = self.verdict();
        if !verdict.is_empty() {
            sentence = format!("{}, {verdict}.", self.reading.sentence());
        }
        format!("{sentence} {}", self.objectives.sentence())
    }

    /// The surfaces that the objectives cut the track into.
    fn zones(&self, drawing: &mut Drawing, axis: &Axis, (top, bottom): (Px, Px)) {
        let objectives = &self.objectives;
        let best = match objectives.direction() {
            Direction::Rising => axis.high(),
            Direction::Falling => axis.low(),
        };
        drawing.rect(Ink::Track, (axis.at(axis.low()), top), (axis.at(axis.high()), bottom));
        if let Some(target) = objectives.target() {
            let start = axis.at(target.position());
            if let Some(intermediate) = objectives.intermediate() {
                let from = axis.at(intermediate.position());
                drawing.rect(Ink::Between, (from, top), (start, bottom));
            }
            drawing.rect(Ink::Beyond, (start, top), (axis.at(best), bottom));
        }
    }

    /// The rate itself, where it is known: half as thick, its end half as tall.
    fn bar(&self, drawing: &mut Drawing, axis: &Axis, (middle, thick, tall): (Px, Px, Px)) {
        match self.reading.0 {
            State::Known(measure) => {
                let end = axis.at(measure.position());
                drawing.rect(Ink::Bar, (axis.at(0), middle - thick), (end, middle + thick));
                drawing.rect(
                    Ink::Bar,
                    (end - Px::new(2), middle - tall),
                    (end + Px::new(2), middle + tall),
                );
            }
            State::Between(least, most) => {
                let (least, most) = (axis.at(least.position()), axis.at(most.position()));
                drawing.rect(Ink::Range, (least, middle - tall), (most, middle + tall));
            }
            State::TooFew { .. } | State::Unknown => {}
        }
    }
}

impl Chart for Bullet {
    fn svg(&self, prefix: &Prefix, width: Width) -> Svg {
        let mut drawing = Drawing::new(prefix, width);
        let (kind, axis) = (self.objectives.kind(), self.axis(width));
        let y = drawing.title(&self.title);
        let y = flow(&mut drawing, y + Px::new(4), &self.headline());

        let labels: Vec<Label> = self
            .objectives
            .known()
            .map(|(rate, name, ..)| Label {
                x: axis.at(rate.position()),
                font: Font::Body,
                words: format!("{name} {}", rate.brief(2)),
            })
            .collect();
        let top = if labels.is_empty() {
            y + Px::new(8)
        } else {
            labels_above(&mut drawing, y + Px::new(8), &labels)
        };

        let bottom = top + TRACK;
        self.zones(&mut drawing, &axis, (top, bottom));
        self.bar(&mut drawing, &axis, (top + TRACK.half(), Px::new(4), Px::new(8)));
        drawing.line(Ink::Axis, (MARGIN, bottom), (width.right(), bottom));
        for (rate, _, _, target) in self.objectives.known() {
            let x = axis.at(rate.position());
            let ink = if target { Ink::Target } else { Ink::Intermediate };
            drawing.line(ink, (x, top), (x, bottom + Px::new(4)));
        }
        axis.write_ticks(&mut drawing, bottom + Px::new(6), Font::Small, |value| {
            tick(kind, value, 2)
        });
        let y = bottom + Px::new(6) + Font::Small.line();
        let y = drawing.paragraph(Font::Small, y + Px::new(4), 3, &self.note());
        drawing.finish(&self.title, &self.description(), y + MARGIN)
    }

    fn table(&self) -> Table {
        let say = |rate: Option<Rate>| rate.map_or("inconnu".to_owned(), Rate::printed);
        let mut table = Table::new(&self.title, &["Repère", "Valeur"]);
        table.row(["Taux", &self.reading.sentence()]);
        if self.objectives.any() {
            table.row(["Objectif intermédiaire", &say(self.objectives.intermediate())]);
            let target = self.objectives.target().map_or("inconnue".to_owned(), Rate::printed);
            table.row(["Cible", &target]);
        }
        let better = match self.objectives.direction() {
            Direction::Rising => "plus haut",
            Direction::Falling => "plus bas",
        };
        table.row(["Mieux", better]);
        if !self.verdict().is_empty() {
            table.row(["Situation", self.verdict()]);
        }
        table
    }
}
