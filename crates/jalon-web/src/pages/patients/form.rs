//! The form that notes an outcome, wherever it stands.

use jalon_store::AccountId;
use jalon_store::worklist::State;

use super::people::Item;
use super::typed::{NOBODY, Picked, SAME, To, Typed};
use crate::pages::Choice;
use crate::practice::List;
use crate::texts::Calls;

/// An outcome to choose.
pub struct Outcome {
    pub word: &'static str,
    pub label: &'static str,
    /// The key that chooses it.
    pub key: char,
    /// Whether it must be said why.
    pub reason: bool,
    pub chosen: bool,
}

/// The keys of the outcomes, in their order.
const KEYS: [char; 11] = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0', 'd'];

/// Every outcome, in the order of the work.
pub fn outcomes(w: &Calls, chosen: Option<State>) -> Vec<Outcome> {
    let all = State::ALL.iter().zip(KEYS);
    all.map(|(state, key)| Outcome {
        word: state.word(),
        label: w.of_state(*state),
        key,
        reason: state.needs_reason(),
        chosen: chosen == Some(*state),
    })
    .collect()
}

/// The whole form: of the page of a patient, of several patients, or given back
/// with what was typed in it.
pub struct Form {
    /// The list it goes back to.
    pub action: String,
    pub picked: Vec<Picked>,
    /// Whether outcome and person may be left as they are.
    pub may_leave: bool,
    pub outcomes: Vec<Outcome>,
    /// The gaps it may be about; the patient as a whole goes without saying.
    pub gaps: Vec<Choice>,
    pub reason: String,
    pub day: String,
    pub owners: Vec<Choice>,
    /// Nothing where notes are left as they are.
    pub note: Option<String>,
    /// Where to go afterwards: the page of the patient, or a row of the list.
    pub back: String,
    pub next: String,
}

impl Form {
    /// A form in which something was typed.
    pub fn of(
        w: &Calls,
        typed: &Typed,
        picked: Vec<Picked>,
        gaps: Vec<Choice>,
        colleagues: &[(AccountId, String)],
    ) -> Self {
        let state = match typed.state {
            To::This(state) => Some(state),
            To::Same => None,
        };
        Self {
            action: String::new(),
            picked,
            may_leave: typed.owner == To::Same || typed.state == To::Same,
            outcomes: outcomes(w, state),
            gaps,
            reason: typed.reason.clone().unwrap_or_default(),
            day: typed.day.map_or_else(String::new, |day| day.to_string()),
            owners: owners(w, colleagues, &typed.owner),
            note: match &typed.note {
                To::This(note) => Some(note.clone().unwrap_or_default()),
                To::Same => None,
            },
            back: String::new(),
            next: String::new(),
        }
    }
}

/// Who may take care of a patient.
pub fn owners(
    w: &Calls,
    colleagues: &[(AccountId, String)],
    chosen: &To<Option<AccountId>>,
) -> Vec<Choice> {
    let choice = |value: &str, label: &str, chosen: bool| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        chosen,
    };
    let same = choice(SAME, w.unchanged, *chosen == To::Same);
    let nobody = choice(NOBODY, w.nobody, *chosen == To::This(None));
    let mut owners: Vec<_> = if *chosen == To::Same { vec![same, nobody] } else { vec![nobody] };
    for (account, name) in colleagues {
        let mine = *chosen == To::This(Some(*account));
        owners.push(choice(&account.to_string(), name, mine));
    }
    // Someone who no longer works with this list stays until somebody else is said.
    if let To::This(Some(account)) = chosen
        && !colleagues.iter().any(|(known, _)| known == account)
    {
        owners.push(choice(&account.to_string(), w.unknown_person, true));
    }
    owners
}

/// The gaps of a patient that an outcome may be about.
pub fn gaps(
    list: &List,
    words: &[String],
    items: &[Item<'_>],
    chosen: Option<&str>,
) -> Vec<Choice> {
    let choice = |item: &Item<'_>| {
        let (word, target) = (words.get(item.target)?, list.worklist.targets.get(item.target)?);
        let chosen = chosen == Some(word.as_str());
        Some(Choice { value: word.clone(), label: target.page.title.clone(), chosen })
    };
    items.iter().filter_map(choice).collect()
}
