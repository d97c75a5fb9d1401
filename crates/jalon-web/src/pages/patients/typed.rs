//! What somebody typed of an outcome: read from a form, shown in it again, and
//! what becomes of it.

use jalon_rules::Rules;
use jalon_rules::any_scheme::AnyScheme;
use jalon_store::worklist::{Followup, State};
use jalon_store::{AccountId, EventId, PatientId, Words};
use jiff::civil::Date;

use super::filter::day;
use crate::fields::Fields;
use crate::texts::Calls;

/// Value of a field that leaves things as they are.
pub const SAME: &str = "=";

/// Value of a field that says nobody.
pub const NOBODY: &str = "-";

/// Most patients of one form.
const MOST: usize = 5_000;

/// A patient, at the version that was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picked {
    pub patient: PatientId,
    pub seen: Option<EventId>,
}

impl Picked {
    /// As a form sends it.
    pub fn word(self) -> String {
        match self.seen {
            Some(seen) => format!("{}.{seen}", self.patient),
            None => format!("{}.", self.patient),
        }
    }

    fn parse(word: &str) -> Option<Self> {
        let (patient, seen) = word.split_once('.')?;
        let patient = PatientId::parse(patient)?;
        let seen = match seen {
            "" => None,
            seen => Some(EventId::parse(seen)?),
        };
        Some(Self { patient, seen })
    }
}

/// The patients of a form; nothing when it names none, or not as ours do.
pub fn picked(fields: &Fields) -> Option<Vec<Picked>> {
    let picked: Option<Vec<_>> = fields.all("patient").take(MOST + 1).map(Picked::parse).collect();
    picked.filter(|picked| !picked.is_empty() && picked.len() <= MOST)
}

/// What becomes of something that a form may leave as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To<T> {
    Same,
    This(T),
}

impl<T> To<T> {
    fn or(&self, same: Option<T>) -> Option<T>
    where
        T: Clone,
    {
        match self {
            Self::Same => same,
            Self::This(value) => Some(value.clone()),
        }
    }
}

/// What a form says of its patients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    /// The gap, by its word; none for the patient as a whole.
    pub gap: Option<String>,
    pub state: To<State>,
    pub reason: Option<String>,
    pub day: Option<Date>,
    pub owner: To<Option<AccountId>>,
    pub note: To<Option<String>>,
}

impl Typed {
    /// What the form says, or what is wrong with it.
    pub fn read(fields: &Fields, rules: &Rules, w: &Calls) -> Result<Self, String> {
        let gap = fields.given("pour").map(str::to_owned);
        let state = match fields.text("etat") {
            SAME => To::Same,
            word => To::This(State::parse(word).ok_or(w.no_state)?),
        };
        let owner = match fields.given("qui") {
            _ if !fields.has("qui") => To::Same,
            Some(SAME) => To::Same,
            None | Some(NOBODY) => To::This(None),
            Some(id) => To::This(Some(AccountId::parse(id).ok_or(w.bad_owner)?)),
        };
        let note = if fields.has("note") {
            To::This(fields.given("note").map(str::to_owned))
        } else {
            To::Same
        };
        let day = fields.given("jour").map(|text| day(text).ok_or(w.bad_day)).transpose()?;
        if gap.as_deref().is_some_and(|word| !is_indicator(rules, word)) {
            return Err(w.unknown_gap.to_owned());
        }
        let reason = fields.given("motif").map(str::to_owned);
        Ok(Self { gap, state, reason, day, owner, note })
    }

    /// Whether it leaves something as it is, which must then be known.
    pub fn leaves_something(&self) -> bool {
        self.state == To::Same || self.owner == To::Same || self.note == To::Same
    }

    /// What becomes of a patient who stood there.
    pub fn after(&self, standing: Option<&Followup>) -> Followup {
        let state = self.state.or(standing.map(|told| told.state)).unwrap_or(State::ToCall);
        // Whoever says nothing of the state leaves what goes with it.
        let left = standing.filter(|_| self.state == To::Same);
        let (appointment, review) = match (self.day, state) {
            (Some(day), State::Booked) => (Some(day), None),
            (Some(day), _) => (None, Some(day)),
            (None, _) => {
                (left.and_then(|told| told.appointment), left.and_then(|told| told.review))
            }
        };
        let words = |text: &String| Words::new(text.as_str());
        let note = match &self.note {
            To::This(note) => note.as_ref().map(words),
            To::Same => standing.and_then(|told| told.note.clone()),
        };
        Followup {
            state,
            reason: match &self.reason {
                Some(reason) => Some(words(reason)),
                None => left.and_then(|told| told.reason.clone()),
            },
            owner: self.owner.or(standing.map(|told| told.owner)).flatten(),
            appointment,
            review,
            note,
        }
    }
}

/// Whether a word is that of an indicator: `scheme:page`.
fn is_indicator(rules: &Rules, word: &str) -> bool {
    let Some((scheme, page)) = word.split_once(':') else { return false };
    match rules.any_scheme(scheme) {
        Some(AnyScheme::Counted(scheme)) => {
            rules.pages_of(scheme).iter().any(|known| known.id == page)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use jiff::civil::date;

    use super::*;
    use crate::texts::Language;

    static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::bundled().unwrap());

    fn read(form: &str) -> Result<Typed, String> {
        let words = Calls::of(Language::French);
        Typed::read(&Fields::of(form.as_bytes()), &RULES, words)
    }

    #[test]
    fn a_form_says_where_a_patient_stands() {
        let typed = read("etat=rendez-vous&motif=+&jour=12/12/2024&qui=000000000000000a&note=matin&pour=rosp-adulte:grippe-65").unwrap();
        assert!(!typed.leaves_something());
        assert_eq!(typed.gap.as_deref(), Some("rosp-adulte:grippe-65"));
        let after = typed.after(None);
        assert_eq!((after.state, after.reason.clone()), (State::Booked, None));
        assert_eq!((after.appointment, after.review), (Some(date(2024, 12, 12)), None));
        assert_eq!(after.owner, AccountId::parse("000000000000000a"));
        assert_eq!(after.note, Some(Words::new("matin")));
        let refused = read("etat=refuse&motif=ne+veut+pas&jour=2025-01-15&qui=&note=").unwrap();
        let after = refused.after(Some(&after));
        assert_eq!((after.appointment, after.review), (None, Some(date(2025, 1, 15))));
        assert_eq!(
            (after.reason, after.owner, after.note),
            (Some(Words::new("ne veut pas")), None, None)
        );
    }

    #[test]
    fn what_a_form_leaves_stays() {
        let mut stood = Followup::new(State::Booked).because("au téléphone");
        stood.appointment = Some(date(2024, 12, 12));
        stood.note = Some(Words::new("matin"));
        stood.owner = AccountId::parse("000000000000000a");
        let given = read("etat=%3D&qui=000000000000000b").unwrap();
        assert!(given.leaves_something());
        let expected = Followup { owner: AccountId::parse("000000000000000b"), ..stood.clone() };
        assert_eq!(given.after(Some(&stood)), expected);
        // Said twice, it is the same.
        assert_eq!(given.after(Some(&expected)), expected);
        let state = read("etat=fait&qui=%3D").unwrap();
        let after = state.after(Some(&stood));
        assert_eq!(
            (after.state, after.owner, after.note),
            (State::Done, stood.owner, stood.note.clone())
        );
        assert_eq!((after.reason, after.appointment), (None, None));
        // Of somebody untouched: to be called, by that person.
        let first = given.after(None);
        assert_eq!((first.state, first.owner), (State::ToCall, expected.owner));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (form, says) in [
            ("etat=", "Choisissez un résultat."),
            ("etat=clos", "Choisissez un résultat."),
            ("etat=fait&jour=31/02/2024", "La date est illisible."),
            ("etat=fait&qui=x", "Cette personne est inconnue."),
            ("etat=fait&pour=grippe", "Cet indicateur n'est pas de ceux du cabinet."),
            ("etat=fait&pour=rosp-adulte:grippe", "Cet indicateur n'est pas de ceux du cabinet."),
        ] {
            assert!(read(form).unwrap_err().starts_with(says), "{form}");
        }
    }

    #[test]
    fn patients_come_with_the_version_seen() {
        let fields =
            Fields::of(b"patient=000000000000000a.&patient=000000000000000b.000000000000000c");
        let picked = picked(&fields).unwrap();
        assert_eq!(
            picked.iter().map(|one| one.word()).collect::<Vec<_>>(),
            ["000000000000000a.", "000000000000000b.000000000000000c"]
        );
        for form in
            ["", "patient=", "patient=a.", "patient=000000000000000a", "patient=000000000000000a.x"]
        {
            assert_eq!(super::picked(&Fields::of(form.as_bytes())), None, "{form}");
        }
    }
}
