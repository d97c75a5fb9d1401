//! What a change brings and takes, by decile.

use jalon_rules::french;

use crate::axis::Axis;
use crate::drawing::{Anchor, Drawing, MARGIN, Prefix, Svg, Width};
use crate::fault::Fault;
use crate::ink::Ink;
use crate::px::Px;
use crate::table::{Chart, Table};
use crate::text::Font;
use crate::value::{Amount, counted, words};

/// Height of a bar.
const BAR: Px = Px::new(14);

/// One tenth of those who are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decile {
    difference: Amount,
    winners: u64,
    losers: u64,
    unchanged: u64,
}

impl Decile {
    /// The mean difference of a tenth, and how many win, lose, and neither.
    /// Refuses more than a hundred million of them.
    pub fn new(
        difference: Amount,
        winners: u64,
        losers: u64,
        unchanged: u64,
    ) -> Result<Self, Fault> {
        for count in [winners, losers, unchanged] {
            counted(count)?;
        }
        Ok(Self { difference, winners, losers, unchanged })
    }

    /// `412 gagnants, 12 perdants`.
    fn counts(&self) -> String {
        format!(
            "{}, {}",
            french::count(self.winners, "gagnant"),
            french::count(self.losers, "perdant")
        )
    }
}

/// Bars of the mean difference by decile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deciles {
    title: String,
    ranked_by: String,
    tenths: [Decile; 10],
}

impl Deciles {
    /// The deciles, from the lowest, of what is named (« montant d'avant la
    /// réforme »). Refuses blank texts.
    pub fn new(title: &str, ranked_by: &str, tenths: [Decile; 10]) -> Result<Self, Fault> {
        let (title, ranked_by) = (words("le titre", title)?, words("le classement", ranked_by)?);
        Ok(Self { title, ranked_by, tenths })
    }

    /// `4 120 gagnants, 3 880 perdants, 12 sans changement`.
    fn totals(&self) -> String {
        let sum = |count: fn(&Decile) -> u64| self.tenths.iter().map(count).sum::<u64>();
        format!(
            "{}, {}, {}\u{a0}sans\u{a0}changement",
            french::count(sum(|decile| decile.winners), "gagnant"),
            french::count(sum(|decile| decile.losers), "perdant"),
            french::integer(sum(|decile| decile.unchanged))
        )
    }

    fn description(&self) -> String {
        let deciles: Vec<String> = (1..)
            .zip(&self.tenths)
            .map(|(rank, decile)| format!("D{rank} : {}", decile.difference.signed()))
            .collect();
        format!(
            "Différence moyenne par décile ({}). {}. {}.",
            self.ranked_by,
            self.totals(),
            deciles.join(" ; ")
        )
    }

    fn note(&self) -> String {
        format!(
            "Différence moyenne par décile : {}. Plein à droite : gain ; hachuré à gauche : perte.",
            self.ranked_by
        )
    }
}

impl Chart for Deciles {
    fn svg(&self, prefix: &Prefix, width: Width) -> Svg {
        let mut drawing = Drawing::new(prefix, width);
        let differences = || self.tenths.iter().map(|decile| decile.difference);
        let figures = differences().map(|amount| Font::Body.width(&amount.signed())).max();
        let counts = self.tenths.iter().map(|decile| Font::Small.width(&decile.counts())).max();
        let stacked = width == Width::Narrow;
        let counts = if stacked { Px::ZERO } else { counts.unwrap_or_default() + Px::new(16) };

        let figures_end = width.right() - counts;
        let start = MARGIN + Font::Strong.width("D10") + Px::new(10);
        let end = figures_end - figures.unwrap_or_default() - Px::new(10);
        let (low, high) = differences()
            .map(Amount::in_cents)
            .fold((0, 0), |(low, high), cents| (low.min(cents), high.max(cents)));
        let axis = Axis::exact(low, high, start, end);

        let y = drawing.title(&self.title) + Px::new(2);
        let mut y = drawing.paragraph(Font::Body, y, 3, &self.totals()) + Px::new(10);
        for (rank, decile) in (1..).zip(&self.tenths) {
            let (top, foot) = (y, y + Font::Body.ascent());
            drawing.text(Font::Strong, Anchor::Start, (MARGIN, foot), &format!("D{rank}"));
            let cents = decile.difference.in_cents();
            if cents != 0 {
                let ink = if cents > 0 { Ink::Bar } else { Ink::Loss };
                drawing.rect(ink, (axis.at(0), y), (axis.at(cents), y + BAR));
            }
            drawing.text(Font::Body, Anchor::End, (figures_end, foot), &decile.difference.signed());
            let counts = decile.counts();
            let bottom = if stacked {
                y = y + Font::Body.line();
                for line in Font::Small.wrap(&counts, width.right() - start, 2) {
                    let foot = y + Font::Small.ascent();
                    drawing.text(Font::Small, Anchor::Start, (start, foot), &line);
                    y = y + Font::Small.line();
                }
                y = y + Px::new(8);
                top + BAR + Px::new(2)
            } else {
                drawing.text(Font::Small, Anchor::End, (width.right(), foot), &counts);
                y = y + Px::new(24);
                if rank == 10 { top + BAR + Px::new(4) } else { y }
            };
            // Where words stand between the bars, the line of 0 keeps to the bars.
            drawing.line(Ink::Axis, (axis.at(0), top - Px::new(2)), (axis.at(0), bottom));
        }
        let y = drawing.paragraph(Font::Small, y + Px::new(4), 4, &self.note());
        drawing.finish(&self.title, &self.description(), y + MARGIN)
    }

    fn table(&self) -> Table {
        let headers = ["Décile", "Différence moyenne", "Gagnants", "Perdants", "Sans changement"];
        let mut table = Table::new(&format!("{} ({})", self.title, self.ranked_by), &headers);
        for (rank, decile) in (1..).zip(&self.tenths) {
            table.row([
                format!("D{rank}"),
                decile.difference.signed(),
                french::integer(decile.winners),
                french::integer(decile.losers),
                french::integer(decile.unchanged),
            ]);
        }
        table
    }
}
