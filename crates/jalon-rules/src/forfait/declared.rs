//! What a doctor declared, read from the table `declarations`.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::doctor::Renunciation;
use crate::campaign::Campaign;

/// Identifier by which a doctor gives up a scheme that allows it.
const RENUNCIATION: &str = "renonciation";

/// Identifier by which a doctor says that this is the first practice.
const FIRST_PRACTICE: &str = "primo-installation";

/// Identifier by which a doctor says that no certified software exists for the
/// speciality.
const NO_SOFTWARE: &str = "sans-logiciel-certifie";

/// Words of the column `indicateur` that name no page.
pub const RESERVED: [&str; 3] = [RENUNCIATION, FIRST_PRACTICE, NO_SOFTWARE];

/// A row of the table, about one doctor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declaration<'a> {
    /// Year of activity.
    pub campaign: Campaign,
    /// What is declared: a page, an element of a page, or a reserved word.
    pub item: &'a str,
    /// 1 for yes, 0 for no; else the part that counts, or the number.
    pub numerator: u64,
    /// 1 for an answer; else the whole.
    pub denominator: u64,
    /// Day of the declaration.
    pub date: Option<Date>,
}

/// An answer that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// 1 for yes, 0 for no; else the part that counts, or the number.
    pub numerator: u64,
    /// 1 for an answer; else the whole.
    pub denominator: u64,
}

/// A declaration that cannot be used. No message names a doctor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeclarationFault {
    /// The same item twice, on the same day, with two values.
    #[error(
        "campagne {campaign}, `{item}` : deux déclarations du même jour, {first} et {second}\n   aide : gardez la bonne, ou datez la plus récente"
    )]
    Twice {
        /// Year of activity.
        campaign: Campaign,
        /// The item.
        item: String,
        /// One value.
        first: String,
        /// The other.
        second: String,
    },
    /// The item as a whole and one of its elements.
    #[error(
        "campagne {campaign}, `{item}` : déclaré en entier et par `{element}`\n   aide : déclarez l'un ou l'autre"
    )]
    WholeAndPart {
        /// Year of activity.
        campaign: Campaign,
        /// The item.
        item: String,
        /// The element.
        element: String,
    },
    /// A part larger than its whole.
    #[error(
        "campagne {campaign}, `{item}` : {numerator} sur {denominator}, le numérateur dépasse le dénominateur"
    )]
    AboveDenominator {
        /// Year of activity.
        campaign: Campaign,
        /// The item.
        item: String,
        /// The part.
        numerator: u64,
        /// The whole.
        denominator: u64,
    },
    /// Another value where yes or no is asked.
    #[error(
        "campagne {campaign}, `{item}` : {numerator} sur {denominator} n'est ni oui ni non\n   aide : 1 sur 1 pour oui, 0 sur 1 pour non"
    )]
    NotAnAnswer {
        /// Year of activity.
        campaign: Campaign,
        /// The item.
        item: String,
        /// The numerator.
        numerator: u64,
        /// The denominator.
        denominator: u64,
    },
    /// A renunciation without a day.
    #[error("campagne {campaign}, `renonciation` : il faut la date du courrier")]
    UndatedRenunciation {
        /// Year of activity.
        campaign: Campaign,
    },
    /// A renunciation after the campaign it is written for.
    #[error(
        "campagne {campaign}, `renonciation` : le {date} vient après la campagne\n   aide : une renonciation vaut pour la campagne de sa date et les suivantes"
    )]
    LateRenunciation {
        /// Year of activity.
        campaign: Campaign,
        /// The day.
        date: Date,
    },
}

/// What a doctor declared for one campaign.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    answers: BTreeMap<String, Answer>,
    renunciation: Option<Renunciation>,
}

impl Declared {
    /// The rows of a doctor that hold in a campaign: those of that campaign, and
    /// renunciations up to it. For one item the last by date holds; a row
    /// without a date comes before the others.
    pub fn read(
        campaign: Campaign,
        rows: &[Declaration<'_>],
    ) -> Result<Self, Vec<DeclarationFault>> {
        let mut faults = Vec::new();
        let mut last: BTreeMap<(&str, Campaign), Declaration<'_>> = BTreeMap::new();
        let holds = |row: &&Declaration<'_>| {
            row.campaign == campaign || row.item == RENUNCIATION && row.campaign < campaign
        };
        for row in rows.iter().filter(holds) {
            let at = (row.item, row.campaign);
            match last.get(&at) {
                Some(other) if other.date > row.date => {}
                Some(other)
                    if other.date == row.date
                        && (other.numerator, other.denominator)
                            != (row.numerator, row.denominator) =>
                {
                    faults.push(DeclarationFault::Twice {
                        campaign: row.campaign,
                        item: row.item.to_owned(),
                        first: format!("{}/{}", other.numerator, other.denominator),
                        second: format!("{}/{}", row.numerator, row.denominator),
                    });
                }
                _ => {
                    last.insert(at, *row);
                }
            }
        }
        let mut declared = Self::default();
        // By item, then by campaign: the last renunciation, or its withdrawal,
        // is the one that holds.
        for ((item, written_for), row) in last {
            let reserved = RESERVED.contains(&item);
            if reserved && !matches!((row.numerator, row.denominator), (0 | 1, 1)) {
                faults.push(DeclarationFault::NotAnAnswer {
                    campaign: written_for,
                    item: item.to_owned(),
                    numerator: row.numerator,
                    denominator: row.denominator,
                });
            } else if item != RENUNCIATION {
                let answer = Answer { numerator: row.numerator, denominator: row.denominator };
                declared.answers.insert(item.to_owned(), answer);
            } else {
                match row.date {
                    None => {
                        faults
                            .push(DeclarationFault::UndatedRenunciation { campaign: written_for });
                    }
                    Some(date) if date > written_for.reference_day() => faults
                        .push(DeclarationFault::LateRenunciation { campaign: written_for, date }),
                    Some(date) => {
                        declared.renunciation =
                            (row.numerator == 1).then_some(Renunciation { date });
                    }
                }
            }
        }
        if faults.is_empty() { Ok(declared) } else { Err(faults) }
    }

    /// What was declared for an item.
    #[must_use]
    pub fn answer(&self, item: &str) -> Option<Answer> {
        self.answers.get(item).copied()
    }

    /// Everything declared, by item.
    pub fn answers(&self) -> impl Iterator<Item = (&str, Answer)> {
        self.answers.iter().map(|(item, answer)| (item.as_str(), *answer))
    }

    /// The renunciation that holds, if any.
    #[must_use]
    pub const fn renunciation(&self) -> Option<&Renunciation> {
        self.renunciation.as_ref()
    }

    /// Whether the doctor says that this is the first practice.
    #[must_use]
    pub fn first_practice(&self) -> Option<bool> {
        self.yes_or_no(FIRST_PRACTICE)
    }

    /// Whether the doctor says that no certified software exists for the
    /// speciality.
    #[must_use]
    pub fn without_certified_software(&self) -> Option<bool> {
        self.yes_or_no(NO_SOFTWARE)
    }

    fn yes_or_no(&self, item: &str) -> Option<bool> {
        self.answer(item).map(|answer| answer.numerator == 1)
    }

    /// Answers written by hand, as in the cases of a page.
    pub(crate) fn of(answers: impl IntoIterator<Item = (String, Answer)>) -> Self {
        Self { answers: answers.into_iter().collect(), renunciation: None }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::{Declaration, Declared};
    use crate::campaign::Campaign;

    fn year(year: i16) -> Campaign {
        Campaign::new(year).unwrap()
    }

    fn row(item: &str, value: (u64, u64), on: Option<Date>) -> Declaration<'_> {
        let (numerator, denominator) = value;
        Declaration { campaign: year(2024), item, numerator, denominator, date: on }
    }

    fn faults(rows: &[Declaration<'_>]) -> Vec<String> {
        Declared::read(year(2024), rows).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_last_declaration_holds() {
        let (early, late) = (Some(date(2025, 1, 2)), Some(date(2025, 1, 3)));
        let rows = [
            row("codage", (1, 1), late),
            row("codage", (0, 1), early),
            row("codage", (0, 1), None),
            Declaration { campaign: year(2023), ..row("etudiants", (1, 1), None) },
        ];
        let declared = Declared::read(year(2024), &rows).unwrap();
        assert_eq!(declared.answer("codage").unwrap().numerator, 1);
        assert_eq!(declared.answer("etudiants"), None);
    }

    #[test]
    fn two_declarations_of_one_day_are_a_fault() {
        let rows = [row("codage", (1, 1), None), row("codage", (0, 1), None)];
        assert_eq!(
            faults(&rows),
            [
                "campagne 2024, `codage` : deux déclarations du même jour, 1/1 et 0/1\n   aide : gardez la bonne, ou datez la plus récente"
            ]
        );
        let same = [row("codage", (1, 1), None), row("codage", (1, 1), None)];
        assert!(Declared::read(year(2024), &same).is_ok());
    }

    #[test]
    fn a_renunciation_holds_from_its_campaign_until_it_is_withdrawn() {
        let on = |campaign, value, day| Declaration {
            campaign: year(campaign),
            ..row("renonciation", (value, 1), Some(day))
        };
        let rows = [on(2019, 1, date(2019, 3, 1)), on(2022, 0, date(2022, 2, 1))];
        let held = |campaign| Declared::read(year(campaign), &rows).unwrap().renunciation;
        assert_eq!(held(2018), None);
        assert_eq!(held(2019).unwrap().date, date(2019, 3, 1));
        assert_eq!(held(2021).unwrap().date, date(2019, 3, 1));
        assert_eq!(held(2022), None);
    }

    #[test]
    fn a_renunciation_has_a_day_within_its_campaign() {
        let rows = [
            row("renonciation", (1, 1), Some(date(2025, 1, 1))),
            row("primo-installation", (2, 3), None),
        ];
        assert_eq!(
            faults(&rows),
            [
                "campagne 2024, `primo-installation` : 2 sur 3 n'est ni oui ni non\n   aide : 1 sur 1 pour oui, 0 sur 1 pour non",
                "campagne 2024, `renonciation` : le 2025-01-01 vient après la campagne\n   aide : une renonciation vaut pour la campagne de sa date et les suivantes",
            ]
        );
        assert_eq!(
            faults(&[row("renonciation", (1, 1), None)]),
            ["campagne 2024, `renonciation` : il faut la date du courrier"]
        );
    }
}
