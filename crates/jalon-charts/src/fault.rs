//! What a chart refuses to draw.

/// Values that do not make a chart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A prefix that is not an id.
    #[error(
        "préfixe d'identifiant : une lettre minuscule, puis minuscules, chiffres et tirets, 60 signes au plus"
    )]
    Prefix,
    /// A text that says nothing.
    #[error("texte vide : {0}")]
    Blank(&'static str),
    /// A rate out of its bounds.
    #[error("taux hors limites : de 0 à 100 %, ou de 0 à 10 000 pour 100")]
    Rate,
    /// A count above what is drawn.
    #[error("effectif trop grand : 100 000 000 au plus")]
    Count,
    /// An amount above what is drawn.
    #[error("montant trop grand : 100 000 000 € au plus, en plus ou en moins")]
    Amount,
    /// A denominator of 0.
    #[error("dénominateur nul : un taux n'existe pas")]
    NoDenominator,
    /// A denominator said to be too small that reaches the minimum.
    #[error("l'effectif {count} atteint le minimum {minimum}")]
    EnoughPatients {
        /// What was counted.
        count: u64,
        /// The fewest that count.
        minimum: u64,
    },
    /// Two values in the wrong order.
    #[error("valeurs dans le désordre : {0}")]
    Order(&'static str),
    /// Percentages and numbers per 100 in one chart.
    #[error("des taux en % et des taux pour 100 dans le même graphique")]
    MixedKinds,
    /// Nothing to draw.
    #[error("série vide : {0}")]
    Empty(&'static str),
    /// Too much to draw.
    #[error("trop d'éléments : {what}, {most} au plus")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// The most that is drawn.
        most: usize,
    },
    /// A value outside the scale that was asked for.
    #[error("une valeur sort de l'échelle demandée")]
    OutsideScale,
}
