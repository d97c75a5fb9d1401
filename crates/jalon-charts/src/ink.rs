//! How the shapes of a chart look.

/// How shapes look: each has a class for the style sheet, and the attributes
/// that stand for it without one. None means anything by its colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Lines of the scale, behind.
    Grid,
    /// The line values stand on.
    Axis,
    /// The whole that a part is shown of.
    Track,
    /// Between the objectives.
    Between,
    /// Beyond the target.
    Beyond,
    /// The reader's own value, as a surface.
    Bar,
    /// The reader's own value, as a line.
    OwnLine,
    /// A loss.
    Loss,
    /// What may be: from least to most.
    Range,
    /// Weeks that are not complete yet.
    Incomplete,
    /// P10 to P90.
    OuterBand,
    /// P30 to P80.
    InnerBand,
    /// The dotted edge of a band.
    Edge,
    /// The median.
    Median,
    /// The intermediate objective.
    Intermediate,
    /// The target.
    Target,
    /// The end of a year, a change of the rules.
    Event,
    /// From a label to its place, from a step to the next.
    Leader,
    /// One value among others.
    Dot,
}

impl Ink {
    /// Class and attributes.
    pub(crate) const fn attributes(self) -> &'static str {
        match self {
            Self::Grid => r##"class="jc-grid" fill="none" stroke="#e1e5e8""##,
            Self::Axis => r##"class="jc-axis" fill="none" stroke="#6b7378""##,
            Self::Track => r##"class="jc-track" fill="#f0f2f4""##,
            Self::Between => r##"class="jc-between" fill="#dde3e8""##,
            Self::Beyond => r##"class="jc-beyond" fill="#c8d1d9""##,
            Self::Bar => r##"class="jc-bar" fill="#0b5a8a""##,
            Self::OwnLine => {
                r##"class="jc-own" fill="none" stroke="#0b5a8a" stroke-width="2.5" stroke-linejoin="round""##
            }
            Self::Loss => r##"class="jc-loss" stroke="#4c5358""##,
            Self::Range => r##"class="jc-range" stroke="#0b5a8a""##,
            Self::Incomplete => r#"class="jc-incomplete""#,
            Self::OuterBand => r##"class="jc-outer" fill="#eef1f3""##,
            Self::InnerBand => r##"class="jc-inner" fill="#dde3e8""##,
            Self::Edge => {
                r##"class="jc-edge" fill="none" stroke="#6b7378" stroke-width="1.25" stroke-dasharray="0 3" stroke-linecap="round""##
            }
            Self::Median => {
                r##"class="jc-median" fill="none" stroke="#4c5358" stroke-width="1.5" stroke-dasharray="6 4""##
            }
            Self::Intermediate => {
                r#"class="jc-intermediate" fill="none" stroke="currentColor" stroke-width="1.25" stroke-dasharray="10 3 2 3""#
            }
            Self::Target => {
                r#"class="jc-target" fill="none" stroke="currentColor" stroke-width="1.75""#
            }
            Self::Event => r##"class="jc-event" fill="none" stroke="#6b7378""##,
            Self::Leader => {
                r##"class="jc-leader" fill="none" stroke="#6b7378" stroke-width="0.75""##
            }
            Self::Dot => r##"class="jc-dot" fill="#ffffff" stroke="#5c6469" stroke-width="1.25""##,
        }
    }
}

/// A surface filled with hatching, which is told apart without colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hatching {
    /// Of [`Ink::Loss`].
    Loss,
    /// Of [`Ink::Range`].
    Range,
    /// Of [`Ink::Incomplete`].
    Incomplete,
}

impl Hatching {
    /// All of them, in the order of their definitions.
    pub(crate) const ALL: [Self; 3] = [Self::Loss, Self::Range, Self::Incomplete];

    /// The hatching of an ink that has one.
    pub(crate) const fn of(ink: Ink) -> Option<Self> {
        match ink {
            Ink::Loss => Some(Self::Loss),
            Ink::Range => Some(Self::Range),
            Ink::Incomplete => Some(Self::Incomplete),
            _ => None,
        }
    }

    /// End of the id, slope and line.
    pub(crate) const fn parts(self) -> (&'static str, i64, &'static str) {
        match self {
            Self::Loss => {
                ("perte", 45, r##"class="jc-hatch-loss" stroke="#4c5358" stroke-width="2.5""##)
            }
            Self::Range => {
                ("fourchette", -45, r##"class="jc-hatch-range" stroke="#0b5a8a" stroke-width="2""##)
            }
            Self::Incomplete => (
                "incomplet",
                45,
                r##"class="jc-hatch-incomplete" stroke="#7b848a" stroke-width="0.75""##,
            ),
        }
    }
}
