//! Whom the list shows, and in what order: the gaps that the facts show, with
//! what the practice and the fund have said of them.

use std::collections::{BTreeMap, BTreeSet};

use jalon_engine::worklist::{Gap, Row, Target};
use jalon_store::AccountId;
use jalon_store::worklist::{Followup, FundMark, Gap as Standing, State, Tracked};
use jiff::civil::Date;

use super::filter::{Filter, Order, Owner, Which};
use crate::practice::List;

/// The name of an indicator for the memory, in forms and in addresses: two
/// schemes may have a page of the same name.
pub fn word(target: &Target<'_>) -> String {
    format!("{}:{}", target.scheme.id, target.page.id)
}

/// The names of the indicators of a list, in its order.
pub fn words(list: &List) -> Vec<String> {
    list.worklist.targets.iter().map(word).collect()
}

/// What is kept of the patients of a list, by identifier.
pub type Kept = BTreeMap<String, Tracked>;

/// A patient of the list.
pub struct Person<'a> {
    pub patient: &'a str,
    /// What the facts lack.
    pub row: Option<&'a Row>,
    /// What was said.
    pub kept: Option<&'a Tracked>,
    pub items: Vec<Item<'a>>,
}

/// One indicator of a patient, with something to say.
pub struct Item<'a> {
    /// Its place among the targets of the list.
    pub target: usize,
    /// What the facts lack; nothing where they lack nothing.
    pub gap: Option<&'a Gap>,
    pub standing: Standing,
}

/// Whether what was said is an end, for now: a day to look again opens it.
pub fn is_closed(followup: &Followup, today: Date) -> bool {
    let ended = followup.state.closes_a_gap() || followup.state.ends_everything();
    ended && followup.review.is_none_or(|day| day > today)
}

impl Item<'_> {
    /// Whether an act can still be added.
    pub fn is_open(&self) -> bool {
        self.gap.is_some_and(Gap::is_open)
    }

    pub fn followup(&self) -> Option<&Followup> {
        self.standing.followed.as_ref().map(|followed| &followed.followup)
    }

    /// Whether something is to be done, or awaited.
    pub fn waits(&self, today: Date) -> bool {
        self.is_open()
            && self.standing.fund != Some(FundMark::Counted)
            && self.followup().is_none_or(|followup| !is_closed(followup, today))
    }

    /// Whether nobody has reached the patient yet, or it is time to try again.
    fn is_to_contact(&self, today: Date) -> bool {
        self.waits(today)
            && self.followup().is_none_or(|followup| {
                matches!(followup.state, State::ToCheck | State::ToCall)
                    || followup.review.is_some_and(|day| day <= today)
            })
    }

    fn is_in(&self, which: Which, today: Date) -> bool {
        match which {
            Which::Following => self.waits(today),
            Which::ToContact => self.is_to_contact(today),
            Which::In(state) => self.followup().is_some_and(|told| told.state == state),
            Which::Marked(mark) => self.standing.fund == Some(mark),
            Which::All => true,
        }
    }

    fn until(&self) -> Option<Date> {
        self.gap.filter(|gap| gap.is_open()).and_then(Gap::until)
    }
}

impl<'a> Person<'a> {
    fn of(
        patient: &'a str,
        row: Option<&'a Row>,
        kept: Option<&'a Tracked>,
        words: &[String],
    ) -> Self {
        let standing = |target: usize| match (kept, words.get(target)) {
            (Some(kept), Some(word)) => kept.gap(word),
            _ => Standing::default(),
        };
        let said = |target: usize| {
            let alone = kept.and_then(|kept| kept.alone.get(words.get(target)?));
            alone.is_some_and(|gap| *gap != Standing::default())
        };
        let gaps = row.map(|row| row.gaps.as_slice()).unwrap_or_default();
        let shown = gaps.iter().filter(|gap| gap.is_open() || said(gap.target));
        let mut items: Vec<_> = shown
            .map(|gap| Item { target: gap.target, gap: Some(gap), standing: standing(gap.target) })
            .collect();
        // The facts lack nothing, and the fund may still not count it.
        let lacking = |target: usize| gaps.iter().any(|gap| gap.target == target);
        items.extend((0..words.len()).filter(|at| !lacking(*at)).filter_map(|target| {
            let standing = standing(target);
            (standing.fund.is_some() && said(target)).then_some(Item {
                target,
                gap: None,
                standing,
            })
        }));
        items.sort_by_key(|item| item.target);
        Self { patient, row, kept, items }
    }

    /// What was said of the patient as a whole.
    pub fn whole(&self) -> Option<&'a Followup> {
        let followed = self.kept?.whole.followed.as_ref()?;
        Some(&followed.followup)
    }

    /// Who takes care of the patient, as a whole or for a gap.
    pub fn owners(&self) -> impl Iterator<Item = AccountId> {
        let alone = self.kept.into_iter().flat_map(|kept| kept.alone.values());
        let alone = alone.filter_map(|gap| gap.followed.as_ref()).map(|told| &told.followup);
        self.whole().into_iter().chain(alone).filter_map(|told| told.owner)
    }

    pub fn until(&self) -> Option<Date> {
        self.row.and_then(Row::until)
    }

    pub fn contact(&self) -> Option<Date> {
        self.row.and_then(|row| row.contact)
    }

    pub fn appointment(&self) -> Option<Date> {
        self.kept.and_then(Tracked::appointment)
    }

    fn is_asked(&self, filter: &Filter, words: &[String], today: Date) -> bool {
        let owned = match filter.owner {
            Owner::Anyone => true,
            Owner::Nobody => self.owners().next().is_none(),
            Owner::Person(account) => self.owners().any(|owner| owner == account),
        };
        let booked = filter.booked.is_none_or(|with| self.appointment().is_some() == with);
        let item = |item: &Item<'_>| {
            item.is_in(filter.which, today)
                && filter.indicator.as_ref().is_none_or(|id| words.get(item.target) == Some(id))
                && filter.before.is_none_or(|day| item.until().is_some_and(|until| until <= day))
        };
        // Of somebody who left, no gap may be left.
        let whole = match filter.which {
            Which::In(state) => self.whole().is_some_and(|told| told.state == state),
            Which::All => self.kept.is_some(),
            _ => false,
        };
        let plain = filter.indicator.is_none() && filter.before.is_none();
        owned && booked && (self.items.iter().any(item) || whole && plain)
    }
}

/// Everyone of whom there is something to say: in the order of need, then those
/// who lack nothing.
fn everyone<'a>(
    list: &'a List,
    kept: &'a Kept,
    words: &'a [String],
) -> impl Iterator<Item = Person<'a>> {
    let lacking = list
        .worklist
        .rows
        .iter()
        .map(move |row| Person::of(&row.patient, Some(row), kept.get(&row.patient), words));
    let rows: BTreeSet<&str> = list.worklist.rows.iter().map(|row| row.patient.as_str()).collect();
    // Whoever is no longer on the list is nobody here.
    let others = kept
        .iter()
        .filter(move |(patient, _)| {
            !rows.contains(patient.as_str()) && list.knows(patient.as_str())
        })
        .map(|(patient, told)| Person::of(patient, None, Some(told), words));
    lacking.chain(others)
}

/// Those that the filter lets through, in its order.
pub fn chosen<'a>(
    list: &'a List,
    kept: &'a Kept,
    words: &'a [String],
    filter: &Filter,
    today: Date,
) -> Vec<Person<'a>> {
    let mut people: Vec<_> = everyone(list, kept, words)
        .filter(|person| person.is_asked(filter, words, today))
        .collect();
    let or_never = |day: Option<Date>| day.unwrap_or(Date::MAX);
    match filter.order {
        Order::Need => {}
        Order::Deadline => people.sort_by_key(|person| or_never(person.until())),
        // Whoever never came comes first.
        Order::Contact => people.sort_by_key(Person::contact),
        Order::Appointment => people.sort_by_key(|person| or_never(person.appointment())),
        Order::Patient => people.sort_by_key(|person| person.patient),
    }
    people
}

/// Those whose identifier holds a text, wherever they stand.
pub fn named<'a>(
    list: &'a List,
    kept: &'a Kept,
    words: &'a [String],
    text: &str,
) -> Vec<Person<'a>> {
    let text = text.to_lowercase();
    let is_named = |patient: &str| patient.to_lowercase().contains(&text);
    let rows: BTreeMap<&str, &Row> =
        list.worklist.rows.iter().map(|row| (row.patient.as_str(), row)).collect();
    let found = list.patients.iter().filter(|patient| is_named(patient));
    found
        .map(|patient| {
            Person::of(patient, rows.get(patient.as_str()).copied(), kept.get(patient), words)
        })
        .collect()
}

/// One patient.
pub fn one<'a>(
    list: &'a List,
    patient: &'a str,
    kept: &'a Tracked,
    words: &'a [String],
) -> Person<'a> {
    let row = list.worklist.rows.iter().find(|row| row.patient == patient);
    Person::of(patient, row, Some(kept), words)
}
