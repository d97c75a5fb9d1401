//! Whether the facts give the counts that the fund prints. The second of two
//! verdicts: here nothing is asked of the formula, everything of the patients.

use jalon_engine::ledger::SchemeLedger;
use jalon_import::statement::{Figure, Figures, Line, Number, Statement};
use jalon_rules::account::Unit;
use jalon_rules::amount::Measured;
use jalon_rules::scale::RateKind;
use jalon_rules::{Fraction, Range};

use crate::exact;

/// What one side says of an indicator. What it does not say is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Rate, in % or per 100.
    pub rate: Option<Fraction>,
    /// Numerator.
    pub numerator: Option<u64>,
    /// Denominator.
    pub denominator: Option<u64>,
    /// Points obtained.
    pub points: Option<Range>,
    /// Euros, unrounded where they are computed.
    pub euros: Option<Range>,
}

/// Whether two sides count the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// The same numerator and denominator.
    Same,
    /// The same rate, as far as its digits go; the counts are not printed.
    SameRate,
    /// Not the same.
    Differs,
    /// One side says nothing.
    Unknown,
}

impl Agreement {
    /// Its word, in French.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Same => "concorde",
            Self::SameRate => "même taux",
            Self::Differs => "diffère",
            Self::Unknown => "inconnu",
        }
    }
}

/// One indicator, twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Identifier of the indicator.
    pub indicator: String,
    /// Its title.
    pub title: String,
    /// The texts that it rests on.
    pub law: String,
    /// What its denominator counts.
    pub unit: Unit,
    /// Whether its rate is in % or per 100.
    pub kind: RateKind,
    /// What the fund prints.
    pub fund: Told,
    /// What the facts give.
    pub ours: Told,
    /// Whether they count the same.
    pub agreement: Agreement,
}

impl Comparison {
    /// Numerator of the facts minus that of the fund.
    #[must_use]
    pub fn numerator_gap(&self) -> Option<i64> {
        gap(self.ours.numerator, self.fund.numerator)
    }

    /// Denominator of the facts minus that of the fund.
    #[must_use]
    pub fn denominator_gap(&self) -> Option<i64> {
        gap(self.ours.denominator, self.fund.denominator)
    }

    /// Points of the facts minus those of the fund.
    #[must_use]
    pub fn points_gap(&self) -> Option<Range> {
        Some(self.ours.points.as_ref()? - self.fund.points.as_ref()?)
    }

    /// Euros of the facts, to the cent, minus those of the fund.
    #[must_use]
    pub fn euros_gap(&self) -> Option<Range> {
        Some(&self.ours.euros.as_ref()?.round(2) - self.fund.euros.as_ref()?)
    }
}

fn gap(ours: Option<u64>, fund: Option<u64>) -> Option<i64> {
    let whole = |count: u64| i64::try_from(count).ok();
    whole(ours?)?.checked_sub(whole(fund?)?)
}

/// A statement and the facts, indicator by indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// Indicators that the statement prints, in its order.
    pub rows: Vec<Comparison>,
    /// Size of the list that the fund prints.
    pub fund_list: Option<u64>,
    /// Size of the list that weights our amounts.
    pub our_list: u64,
    /// Labels of lines that no indicator of the scheme was recognised in.
    pub unread: Vec<String>,
    /// Indicators of the scheme that the statement does not print.
    pub unprinted: Vec<String>,
}

impl Data {
    /// Holds a statement against the ledger of its scheme and doctor.
    #[must_use]
    pub fn of(statement: &Statement, ledger: &SchemeLedger<'_>) -> Self {
        let mut rows = Vec::new();
        let mut unread = Vec::new();
        for line in &statement.lines {
            match line.indicator.as_deref().and_then(|id| compared(line, id, ledger)) {
                Some(row) => rows.push(row),
                None => unread.push(line.label.clone()),
            }
        }
        let printed = |id: &str| rows.iter().any(|row| row.indicator == id);
        let unprinted = ledger
            .indicators
            .iter()
            .filter(|one| one.measured != Measured::OutOfCampaign && !printed(&one.page.id))
            .map(|one| one.page.id.clone())
            .collect();
        Self {
            fund_list: statement.common.get(&Figure::List).and_then(whole),
            our_list: ledger.list.patients,
            rows,
            unread,
            unprinted,
        }
    }

    /// The verdict: differs as soon as one indicator or the list does, and agrees
    /// only where everything printed was compared.
    #[must_use]
    pub fn verdict(&self) -> Agreement {
        let list = match self.fund_list {
            Some(list) if list == self.our_list => Agreement::Same,
            Some(_) => Agreement::Differs,
            None => Agreement::Unknown,
        };
        let all = || self.rows.iter().map(|row| row.agreement).chain([list]);
        let any = |wanted| all().any(|one| one == wanted);
        if any(Agreement::Differs) {
            Agreement::Differs
        } else if any(Agreement::Unknown) || self.rows.is_empty() || !self.unread.is_empty() {
            Agreement::Unknown
        } else if any(Agreement::SameRate) {
            Agreement::SameRate
        } else {
            Agreement::Same
        }
    }

    /// The texts that the compared indicators rest on, each once.
    #[must_use]
    pub fn law(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for row in &self.rows {
            if !row.law.is_empty() && !all.contains(&row.law) {
                all.push(row.law.clone());
            }
        }
        all
    }

    /// What the facts pay more than the fund does, in euros, over the indicators
    /// on which both say an amount; less than 0 where they pay less. Nothing
    /// when there is none.
    #[must_use]
    pub fn euros_gap(&self) -> Option<Range> {
        let gaps: Vec<Range> = self.rows.iter().filter_map(Comparison::euros_gap).collect();
        (!gaps.is_empty()).then(|| gaps.into_iter().sum())
    }

    /// Amounts of the fund and of the facts over the same indicators, each
    /// rounded to the cent.
    #[must_use]
    pub fn euros(&self) -> Option<(Range, Range)> {
        let both =
            |row: &Comparison| Some((row.fund.euros.clone()?, row.ours.euros.as_ref()?.round(2)));
        let (fund, ours): (Vec<Range>, Vec<Range>) = self.rows.iter().filter_map(both).unzip();
        (!fund.is_empty()).then(|| (fund.into_iter().sum(), ours.into_iter().sum()))
    }
}

fn compared(line: &Line, id: &str, ledger: &SchemeLedger<'_>) -> Option<Comparison> {
    let at = ledger.indicators.iter().position(|one| one.page.id == id)?;
    let (one, paid) = (ledger.indicators.get(at)?, ledger.amount.indicators.get(at)?);
    let counts = match one.measured {
        Measured::Counts { numerator, denominator, .. } => Some((numerator, denominator)),
        Measured::Unknown | Measured::OutOfCampaign => None,
    };
    let ours = Told {
        rate: paid.rate.as_ref().map(Fraction::times_hundred),
        numerator: counts.map(|it| it.0),
        denominator: counts.map(|it| it.1),
        points: Some(paid.points.clone()),
        euros: Some(paid.euros.clone()),
    };
    let fund = printed(&line.figures);
    Some(Comparison {
        indicator: id.to_owned(),
        title: one.page.title.clone(),
        law: one.page.law.clone(),
        unit: (&one.page.rule.unit).into(),
        kind: one.page.rule.rate,
        agreement: agreement(&fund, &ours, line.figures.get(&Figure::Rate)),
        fund,
        ours,
    })
}

fn printed(figures: &Figures) -> Told {
    let told = |figure| figures.get(&figure);
    let range = |figure| told(figure).map(|number| Range::exact(exact(number)));
    Told {
        rate: told(Figure::Rate).map(exact),
        numerator: told(Figure::Numerator).and_then(whole),
        denominator: told(Figure::Denominator).and_then(whole),
        points: range(Figure::Points),
        euros: range(Figure::Amount),
    }
}

fn agreement(fund: &Told, ours: &Told, rate: Option<&Number>) -> Agreement {
    let equal = |fund: Option<u64>, ours: Option<u64>| Some(fund? == ours?);
    let counts = [equal(fund.numerator, ours.numerator), equal(fund.denominator, ours.denominator)];
    if counts == [Some(true); 2] {
        return Agreement::Same;
    }
    if counts.contains(&Some(false)) {
        return Agreement::Differs;
    }
    let (Some(printed), Some(ours)) = (rate, &ours.rate) else { return Agreement::Unknown };
    // Rounded or cut: less than a unit of the last digit printed.
    let digits = printed.as_str().split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let unit =
        (0..digits).try_fold(Fraction::one(), |unit, _| unit.checked_div(&Fraction::from(10_u64)));
    let gap = &exact(printed) - ours;
    match unit {
        Some(unit) if gap < unit && -&gap < unit => Agreement::SameRate,
        _ => Agreement::Differs,
    }
}

/// A number of a statement that counts something.
fn whole(number: &Number) -> Option<u64> {
    number.as_str().parse().ok()
}
