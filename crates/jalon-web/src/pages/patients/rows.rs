//! A row of the list, in words.

use std::collections::BTreeMap;

use jalon_engine::worklist::Gap;
use jalon_rules::french;
use jalon_store::worklist::{Followed, FundMark, State};
use jalon_store::{PatientId, Words};
use jiff::civil::Date;

use super::form::gaps;
use super::memory::Memory;
use super::people::{Item, Person};
use super::story::standing;
use super::typed::Picked;
use crate::pages::{Choice, Look};
use crate::practice::List;
use crate::texts::Calls;
use crate::words;

/// A patient on the screen.
pub struct Row {
    pub number: PatientId,
    /// The patient at the version shown, for forms.
    pub picked: String,
    /// By which this row's form counts once.
    pub form_key: String,
    pub label: String,
    pub to: String,
    pub badges: Vec<Badge>,
    pub until: String,
    pub contact: String,
    pub owner: String,
    pub standing: Option<Standing>,
    /// Nothing for those who see no amount, or do not want to.
    pub worth: String,
    /// What the row's form leaves as it is.
    pub keeps_owner: String,
    pub keeps_note: String,
    pub gaps: Vec<Choice>,
}

/// Where a patient stands, as a whole.
pub struct Standing {
    pub says: String,
    /// An appointment that is over.
    pub past: bool,
    pub reason: String,
    pub by: String,
}

/// One indicator of a patient.
pub struct Badge {
    pub title: String,
    pub missing: String,
    pub until: String,
    /// How it looks: never the only way it is said.
    pub class: &'static str,
    /// Where this gap stands, when it was said of it alone.
    pub state: String,
    /// What the fund says.
    pub mark: &'static str,
}

/// Who looks at which list, and what is known of it.
pub struct Sight<'a> {
    pub look: &'a Look,
    pub w: &'static Calls,
    pub list: &'a List,
    pub words: &'a [String],
    pub memory: &'a Memory,
    pub today: Date,
    pub euros: bool,
}

impl Sight<'_> {
    /// The row of a patient who has a number.
    pub fn row(&self, person: &Person<'_>, numbers: &BTreeMap<String, PatientId>) -> Option<Row> {
        let number = *numbers.get(person.patient)?;
        let seen = person.kept.and_then(|kept| kept.version);
        let day = |day: Option<Date>| day.map_or_else(String::new, french::date);
        let whole = person.whole();
        let owners: Vec<_> = person.owners().filter_map(|one| self.memory.name(one)).collect();
        Some(Row {
            number,
            picked: Picked { patient: number, seen }.word(),
            form_key: format!("{}-{number}", self.look.form_key),
            label: person.patient.to_owned(),
            to: self.look.to_patient(number),
            badges: person.items.iter().map(|item| self.badge(item)).collect(),
            until: day(person.until()),
            contact: day(person.contact()),
            owner: owners.first().map_or_else(String::new, |name| (*name).to_owned()),
            standing: self.standing(person),
            worth: self.worth(person),
            keeps_owner: whole
                .and_then(|told| told.owner)
                .map_or_else(String::new, |owner| owner.to_string()),
            keeps_note: whole
                .and_then(|told| told.note.as_ref())
                .map_or_else(String::new, |note| note.expose().to_owned()),
            gaps: gaps(self.list, self.words, &person.items, None),
        })
    }

    /// Where a patient stands, as a whole.
    pub fn standing(&self, person: &Person<'_>) -> Option<Standing> {
        let followed = person.kept?.whole.followed.as_ref()?;
        let Followed { followup, author, at, .. } = followed;
        let name = self.memory.name(*author).unwrap_or(self.w.unknown_person);
        let day = self.look.app.clock().local(*at).date();
        Some(Standing {
            says: standing(self.w, followup),
            past: followup.state == State::Booked
                && followup.appointment.is_some_and(|day| day < self.today),
            reason: said(followup.reason.as_ref()),
            by: format!("{name}, {}", french::date(day)),
        })
    }

    /// An indicator of a patient.
    pub fn badge(&self, item: &Item<'_>) -> Badge {
        let target = self.list.worklist.targets.get(item.target);
        let alone = item.standing.followed.as_ref().filter(|followed| !followed.whole);
        let state = alone.map(|followed| {
            let says = standing(self.w, &followed.followup);
            match said(followed.followup.reason.as_ref()) {
                reason if reason.is_empty() => says,
                reason => format!("{says} : {reason}"),
            }
        });
        Badge {
            title: target.map_or_else(String::new, |target| target.page.title.clone()),
            missing: item.gap.map_or_else(String::new, Gap::sentence),
            until: item
                .gap
                .filter(|gap| gap.is_open())
                .and_then(Gap::until)
                .map_or_else(String::new, french::date),
            class: match item.standing.fund {
                Some(FundMark::Counted) => "counted",
                Some(FundMark::ToClaim) => "claim",
                None if item.waits(self.today) => "open",
                None => "closed",
            },
            state: state.unwrap_or_default(),
            mark: item.standing.fund.map_or("", |mark| self.w.of_mark(mark)),
        }
    }

    fn worth(&self, person: &Person<'_>) -> String {
        match person.row.filter(|_| self.euros) {
            Some(row) if row.unsettled(&self.list.worklist.targets) > 0 => {
                format!("{} + ?", words::euros(&row.together))
            }
            Some(row) => words::euros(&row.together),
            None => String::new(),
        }
    }
}

fn said(words: Option<&Words>) -> String {
    words.map_or_else(String::new, |words| words.expose().to_owned())
}
