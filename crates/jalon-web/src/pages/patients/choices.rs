//! The filters of the list, as its form shows them.

use jalon_rules::french;
use jalon_store::worklist::{FundMark, State};

use super::filter::{Filter, Order, Owner, Which};
use super::memory::Memory;
use crate::pages::{Choice, Look};
use crate::practice::List;
use crate::texts::Calls;

/// The filters, as the form shows them.
pub struct Filters {
    pub indicators: Vec<Choice>,
    pub states: Vec<Choice>,
    pub owners: Vec<Choice>,
    pub booked: Vec<Choice>,
    pub orders: Vec<Choice>,
    pub before: String,
    /// Nothing for those who see no amount.
    pub euros: Option<bool>,
}

impl Filters {
    /// What can be chosen, and what is.
    pub fn of(
        look: &Look,
        list: &List,
        words: &[String],
        filter: &Filter,
        memory: &Memory,
    ) -> Self {
        let w = Calls::of(look.language);
        let choice = |value: &str, label: &str, chosen: bool| Choice {
            value: value.to_owned(),
            label: label.to_owned(),
            chosen,
        };
        let targets = list.worklist.targets.iter().zip(words);
        let indicators = targets
            .filter(|(target, word)| target.open > 0 || filter.indicator.as_ref() == Some(*word))
            .map(|(target, word)| {
                let label = format!("{} ({})", target.page.title, french::integer(target.open));
                choice(word, &label, filter.indicator.as_ref() == Some(word))
            })
            .collect();
        let which = |which: Which, label: &str| {
            choice(which.word().unwrap_or_default(), label, filter.which == which)
        };
        let mut states =
            vec![which(Which::Following, w.following), which(Which::ToContact, w.to_contact)];
        states.extend(State::ALL.iter().map(|state| which(Which::In(*state), w.of_state(*state))));
        states
            .extend(FundMark::ALL.iter().map(|mark| which(Which::Marked(*mark), w.of_mark(*mark))));
        states.push(which(Which::All, w.everybody));
        let owner = |owner: Owner, label: &str| {
            choice(&owner.word().unwrap_or_default(), label, filter.owner == owner)
        };
        let mut owners = vec![owner(Owner::Anyone, w.anyone), owner(Owner::Nobody, w.nobody)];
        let colleagues = memory.colleagues.iter();
        owners.extend(colleagues.map(|(account, name)| owner(Owner::Person(*account), name)));
        let orders = Order::ALL.into_iter().map(|order| {
            let label = match order {
                Order::Need => w.by_need,
                Order::Deadline => w.by_deadline,
                Order::Contact => w.by_contact,
                Order::Appointment => w.by_appointment,
                Order::Patient => w.by_patient,
            };
            choice(order.word(), label, filter.order == order)
        });
        Self {
            indicators,
            states,
            owners,
            booked: vec![
                choice("", w.all, filter.booked.is_none()),
                choice("avec", w.with, filter.booked == Some(true)),
                choice("sans", w.without, filter.booked == Some(false)),
            ],
            orders: orders.collect(),
            before: filter.before.map_or_else(String::new, |day| day.to_string()),
            euros: look.sees_euros().then_some(filter.euros),
        }
    }
}
