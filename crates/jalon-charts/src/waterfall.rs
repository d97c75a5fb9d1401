//! An account opened step by step, from a rate to euros.

use crate::axis::Axis;
use crate::drawing::{Anchor, Drawing, MARGIN, Prefix, Svg, Width};
use crate::fault::Fault;
use crate::ink::Ink;
use crate::px::Px;
use crate::table::{Chart, Table};
use crate::text::Font;
use crate::value::{Amount, words};

/// Most steps of an account.
const MOST_STEPS: usize = 40;

/// Height of a bar.
const BAR: Px = Px::new(12);

/// Between two steps.
const GAP: Px = Px::new(14);

/// An amount, or the least and the most it can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    least: Amount,
    most: Amount,
}

impl Span {
    /// A known amount.
    #[must_use]
    pub const fn exact(amount: Amount) -> Self {
        Self { least: amount, most: amount }
    }

    /// Between two amounts. Refuses them in the wrong order.
    pub fn between(least: Amount, most: Amount) -> Result<Self, Fault> {
        if least > most {
            Err(Fault::Order("le moins, puis le plus"))
        } else {
            Ok(Self { least, most })
        }
    }

    fn known(self) -> Option<i64> {
        (self.least == self.most).then_some(self.least.in_cents())
    }

    fn ends(self) -> [i64; 2] {
        [self.least.in_cents(), self.most.in_cents()]
    }

    /// `45,00 €`, or both ends.
    fn sentence(self) -> String {
        let (least, most) = (self.least.written(), self.most.written());
        if self.least == self.most { least } else { format!("entre {least} et {most}") }
    }

    /// The same on as many lines as a column of amounts needs.
    fn lines(self, font: Font, room: Px) -> Vec<String> {
        let (least, most) = (self.least.written(), self.most.written());
        if self.least == self.most {
            return vec![least];
        }
        let together = format!("{least}\u{a0}à {most}");
        if font.width(&together) <= room {
            vec![together]
        } else {
            vec![format!("{least}\u{a0}à"), most]
        }
    }
}

/// One step of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    label: String,
    operation: String,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// A result that has no bar.
    Text(String),
    /// A result that is a part of a whole.
    Part { result: String, part: u64, whole: u64 },
    /// What the account amounts to after the step.
    Amount(Span),
}

impl Step {
    /// A step whose result is only said: its name, how the result comes about
    /// (may be empty), the result. Refuses a blank name or result.
    pub fn said(label: &str, operation: &str, result: &str) -> Result<Self, Fault> {
        Self::new(label, operation, Kind::Text(words("le résultat", result)?))
    }

    /// A step whose result is a part of a whole, such as points out of the
    /// points of an indicator. Refuses blank texts, a whole of 0, a part above
    /// it.
    pub fn part(
        label: &str,
        operation: &str,
        result: &str,
        part: u64,
        whole: u64,
    ) -> Result<Self, Fault> {
        if whole == 0 {
            return Err(Fault::NoDenominator);
        }
        if part > whole {
            return Err(Fault::Order("la partie, puis le tout"));
        }
        Self::new(
            label,
            operation,
            Kind::Part { result: words("le résultat", result)?, part, whole },
        )
    }

    /// A step after which the account amounts to this. Refuses a blank name.
    pub fn amount(label: &str, operation: &str, amount: Span) -> Result<Self, Fault> {
        Self::new(label, operation, Kind::Amount(amount))
    }

    fn new(label: &str, operation: &str, kind: Kind) -> Result<Self, Fault> {
        let operation = crate::text::clean(operation);
        Ok(Self { label: words("le nom de l'étape", label)?, operation, kind })
    }

    const fn span(&self) -> Option<Span> {
        match self.kind {
            Kind::Amount(span) => Some(span),
            Kind::Text(_) | Kind::Part { .. } => None,
        }
    }

    fn result(&self) -> String {
        match &self.kind {
            Kind::Text(result) | Kind::Part { result, .. } => result.clone(),
            Kind::Amount(span) => span.sentence(),
        }
    }
}

/// An account opened step by step, down to what is paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waterfall {
    title: String,
    steps: Vec<Step>,
    total: String,
    /// What the last amount is.
    paid: Span,
}

impl Waterfall {
    /// The steps in order, and what the last amount is called. Refuses blank
    /// texts, no amount, more than forty steps.
    pub fn new(title: &str, steps: Vec<Step>, total: &str) -> Result<Self, Fault> {
        if steps.len() > MOST_STEPS {
            return Err(Fault::TooMany { what: "étapes", most: MOST_STEPS });
        }
        let paid = steps.iter().rev().find_map(Step::span).ok_or(Fault::Empty("les montants"))?;
        Ok(Self { title: words("le titre", title)?, steps, total: words("le total", total)?, paid })
    }

    /// What hatching stands for, where there is some.
    fn note(&self) -> String {
        let spans: Vec<Span> = self.steps.iter().filter_map(Step::span).collect();
        let mut notes = Vec::new();
        let falls = |pair: &[Span]| match pair {
            [before, after] => {
                before.known().zip(after.known()).is_some_and(|(one, two)| two < one)
            }
            _ => false,
        };
        if spans.windows(2).any(falls) {
            notes.push("Hachures montantes : ce que l'étape retire.");
        }
        if spans.iter().any(|span| span.known().is_none()) {
            notes.push("Hachures descendantes : du moins au plus possible.");
        }
        notes.join(" ")
    }

    /// The drawing in sentences.
    #[must_use]
    pub fn description(&self) -> String {
        let steps = self.steps.iter().map(|step| match step.operation.as_str() {
            "" => format!("{} : {}.", step.label, step.result()),
            operation => format!("{} ({operation}) : {}.", step.label, step.result()),
        });
        let total = format!("{} : {}.", self.total, self.paid.sentence());
        steps.chain([total]).collect::<Vec<_>>().join(" ")
    }
}

/// Where the parts of a step stand across.
struct Columns {
    /// Width of the names; beside bars, of the operations too.
    names: Px,
    /// Ends of the bars.
    bars: (Px, Px),
    /// Bars stand under the words instead of beside them.
    stacked: bool,
    /// Room for a result.
    results: Px,
}

impl Columns {
    fn new(width: Width) -> Self {
        let (names, results) = (Px::new(210), Px::new(158));
        let beside = (MARGIN + names + Px::new(16), width.right() - results - Px::new(8));
        let bars = width.choose((MARGIN, width.right()), beside);
        Self { names, bars, stacked: width == Width::Narrow, results }
    }
}

/// An account being drawn.
struct Sheet {
    drawing: Drawing,
    columns: Columns,
    axis: Axis,
    /// The last amount, and the bottom of its bar.
    before: Option<(Span, Px)>,
}

impl Sheet {
    /// A step's name and operation on the left, its result on the right; the
    /// top of its bar, and where the words end.
    fn words(
        &mut self,
        top: Px,
        (label, operation): (&str, &str),
        (font, results): (Font, &[String]),
    ) -> (Px, Px) {
        let width = self.drawing.width();
        let stacked = self.columns.stacked;
        let mut right = top;
        for line in results {
            let end = (width.right(), right + font.ascent());
            self.drawing.text(font, Anchor::End, end, line);
            right = right + font.line();
        }
        let widest = results.iter().map(|line| font.width(line)).max().unwrap_or_default();
        let beside = width.inner() - widest - Px::new(10);
        let (names, whole) = if stacked {
            (beside, width.inner())
        } else {
            (self.columns.names, self.columns.names)
        };
        let mut left = self.column(Font::Strong, top, &Font::Strong.wrap(label, names, 2));
        if stacked && right > left {
            // Under a tall result, the operation goes on beside it.
            left = self.column(Font::Small, left, &Font::Small.wrap(operation, names, 3));
        } else {
            left = self.column(Font::Small, left, &Font::Small.wrap(operation, whole, 3));
        }
        let bottom = left.max(right);
        (if stacked { bottom + Px::new(5) } else { top + Px::new(2) }, bottom)
    }

    /// Lines on the left; the bottom of the last.
    fn column(&mut self, font: Font, top: Px, lines: &[String]) -> Px {
        let mut y = top;
        for line in lines {
            self.drawing.text(font, Anchor::Start, (MARGIN, y + font.ascent()), line);
            y = y + font.line();
        }
        y
    }

    /// A part of a whole: a thinner bar in its track.
    fn part(&mut self, top: Px, part: u64, whole: u64) {
        let (part, whole) = fitted(part, whole);
        let ((start, end), thin) = (self.columns.bars, BAR.half());
        let top = top + thin.half();
        let reached = start + (end - start).scaled(part, whole);
        self.drawing.rect(Ink::Track, (start, top), (end, top + thin));
        self.drawing.rect(Ink::Bar, (start, top), (reached, top + thin));
        self.drawing.line(Ink::Axis, (end, top - Px::new(2)), (end, top + thin + Px::new(2)));
    }

    /// An amount: the first from 0, a later one from what there was.
    fn amount(&mut self, top: Px, span: Span) {
        let bottom = top + BAR;
        let known = self.before.and_then(|(before, under)| Some((before.known()?, under)));
        if let Some((cents, under)) = known
            && !self.columns.stacked
        {
            let x = self.axis.at(cents);
            self.drawing.line(Ink::Leader, (x, under), (x, bottom));
        }
        if let (Some((before, _)), Some(after)) = (known, span.known()) {
            let (from, to) = (self.axis.at(before), self.axis.at(after));
            if before != after {
                let ink = if after < before { Ink::Loss } else { Ink::Bar };
                self.drawing.rect(ink, (from, top), (to, bottom));
            }
            let (half, over) = (Px::new(1), Px::new(3));
            self.drawing.rect(Ink::Bar, (to - half, top - over), (to + half, bottom + over));
        } else {
            self.whole(top, span);
        }
        self.before = Some((span, bottom));
    }

    /// A whole amount, from 0; what is not sure is hatched.
    fn whole(&mut self, top: Px, span: Span) {
        let ([least, most], bottom) = (span.ends(), top + BAR);
        let sure = if least > 0 { least } else { most.min(0) };
        let (zero, least, most) = (self.axis.at(0), self.axis.at(least), self.axis.at(most));
        if sure != 0 {
            self.drawing.rect(Ink::Bar, (zero, top), (self.axis.at(sure), bottom));
        }
        if least != most {
            self.drawing.rect(Ink::Range, (least, top), (most, bottom));
        }
    }
}

impl Chart for Waterfall {
    fn svg(&self, prefix: &Prefix, width: Width) -> Svg {
        let (drawing, columns) = (Drawing::new(prefix, width), Columns::new(width));
        let (room, (start, end)) = (columns.results, columns.bars);
        let ends = self.steps.iter().filter_map(Step::span).flat_map(Span::ends);
        let (low, high) = ends.fold((0, 0), |(low, high), cents| (low.min(cents), high.max(cents)));
        let axis = Axis::exact(low, high, start, end);
        let mut sheet = Sheet { drawing, columns, axis, before: None };

        let mut y = sheet.drawing.title(&self.title) + Px::new(12);
        for step in &self.steps {
            let results = match &step.kind {
                Kind::Amount(span) => span.lines(Font::Body, room),
                Kind::Text(result) | Kind::Part { result, .. } => Font::Body.wrap(result, room, 2),
            };
            let names = (step.label.as_str(), step.operation.as_str());
            let (top, bottom) = sheet.words(y, names, (Font::Body, &results));
            y = match step.kind {
                Kind::Text(_) => bottom,
                Kind::Part { part, whole, .. } => {
                    sheet.part(top, part, whole);
                    bottom.max(top + BAR)
                }
                Kind::Amount(span) => {
                    sheet.amount(top, span);
                    bottom.max(top + BAR)
                }
            } + GAP;
        }

        let rule = y - Px::new(2);
        sheet.drawing.line(Ink::Axis, (MARGIN, rule), (width.right(), rule));
        let results = self.paid.lines(Font::Own, room);
        let (top, bottom) = sheet.words(y + Px::new(8), (&self.total, ""), (Font::Own, &results));
        sheet.whole(top, self.paid);
        let y = bottom.max(top + BAR) + Px::new(8);
        let y = sheet.drawing.paragraph(Font::Small, y, 3, &self.note());
        sheet.drawing.finish(&self.title, &self.description(), y + MARGIN)
    }

    fn table(&self) -> Table {
        let mut table = Table::new(&self.title, &["Étape", "Calcul", "Résultat"]);
        for step in &self.steps {
            table.row([&step.label, &step.operation, &step.result()]);
        }
        table.row([&self.total, "", &self.paid.sentence()]);
        table
    }
}

/// The same proportion in numbers that a drawing can hold.
fn fitted(part: u64, whole: u64) -> (i64, i64) {
    let by = whole / 1_000_000_000 + 1;
    (i64::try_from(part / by).unwrap_or(1), i64::try_from((whole / by).max(1)).unwrap_or(1))
}
