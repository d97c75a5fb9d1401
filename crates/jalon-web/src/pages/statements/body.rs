//! What a doctor writes of a claim, as it is typed and kept.

use std::collections::BTreeMap;

use jalon_claim::Deadlines;
use jalon_claim::claim::{Event, Ground, Letter};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::fields::Fields;
use crate::texts::Statements;

/// Grounds, by the word of forms.
pub const GROUNDS: [(&str, Ground); 6] = [
    ("acte", Ground::ActNotCounted),
    ("liste", Ground::MissingFromList),
    ("age-ald", Ground::WrongAgeOrAld),
    ("refus", Ground::Refusal),
    ("deces", Ground::Died),
    ("depart", Ground::Left),
];

/// The texts of a claim. Keys are those of the form and of what is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Body {
    pub expediteur: String,
    pub destinataire: String,
    pub lieu: String,
    pub jour: String,
    pub objet: String,
    pub motifs: String,
    pub fondement: String,
    pub demande: String,
    pub chronologie: String,
    pub notifie: String,
    pub parvenue: String,
    /// Ground of each patient in dispute, by number.
    pub patients: BTreeMap<String, String>,
}

/// What is wrong with each text.
#[derive(Default)]
pub struct Faults {
    pub day: &'static str,
    pub notified: &'static str,
    pub reached: &'static str,
    pub chronology: String,
}

impl Faults {
    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        let Self { day, notified, reached, chronology } = self;
        [day, notified, reached].iter().all(|one| one.is_empty()) && chronology.is_empty()
    }
}

/// What is meant by the texts, once nothing is wrong with them.
pub struct Meant {
    pub letter: Letter,
    pub chronology: Vec<Event>,
    pub deadlines: Deadlines,
}

impl Body {
    /// The texts of a draft.
    pub fn of(letter: &Letter, received: Date, says: &str) -> Self {
        Self {
            expediteur: letter.sender.join("\n"),
            destinataire: letter.addressee.join("\n"),
            lieu: letter.place.clone(),
            jour: letter.date.to_string(),
            objet: letter.object.clone(),
            motifs: letter.grounds.join("\n"),
            fondement: letter.law.join("\n"),
            demande: letter.demand.clone(),
            chronologie: format!("{} : {says}", jalon_rules::french::date(received)),
            notifie: received.to_string(),
            parvenue: String::new(),
            patients: BTreeMap::new(),
        }
    }

    /// What a form says.
    pub fn typed(fields: &Fields) -> Self {
        // Browsers end lines in their own way.
        let text = |name: &str| fields.text(name).replace("\r\n", "\n");
        let known = |word: &str| GROUNDS.iter().any(|(known, _)| *known == word);
        let patients = fields.beginning("motif:").filter(|(_, word)| known(word));
        Self {
            expediteur: text("expediteur"),
            destinataire: text("destinataire"),
            lieu: text("lieu"),
            jour: text("jour"),
            objet: text("objet"),
            motifs: text("motifs"),
            fondement: text("fondement"),
            demande: text("demande"),
            chronologie: text("chronologie"),
            notifie: text("notifie"),
            parvenue: text("parvenue"),
            patients: patients.map(|(id, word)| (id.to_owned(), word.to_owned())).collect(),
        }
    }

    /// The ground of a patient: an act not counted, until somebody says more.
    pub fn ground(&self, patient: &str) -> (&'static str, Ground) {
        let said = self.patients.get(patient).map_or("", String::as_str);
        let found = GROUNDS.into_iter().find(|(word, _)| *word == said);
        found.unwrap_or(GROUNDS[0])
    }

    /// What is meant, or all that is wrong.
    pub fn read(&self, w: &Statements) -> Result<Meant, Faults> {
        let mut faults = Faults::default();
        let mut day = |text: &str, fault: fn(&mut Faults) -> &mut &'static str| {
            let day = text.parse::<Date>().ok();
            let day = day.filter(|day| (2000..=2110).contains(&day.year()));
            if day.is_none() {
                *fault(&mut faults) = w.bad_day;
            }
            day
        };
        let written = day(&self.jour, |faults| &mut faults.day);
        let given = |text: &str| !text.is_empty();
        let notified = if given(&self.notifie) {
            day(&self.notifie, |faults| &mut faults.notified)
        } else {
            None
        };
        let received = if given(&self.parvenue) {
            day(&self.parvenue, |faults| &mut faults.reached)
        } else {
            None
        };
        let mut chronology = Vec::new();
        let mut unread = Vec::new();
        for (at, line) in self.chronologie.lines().enumerate() {
            match event(line) {
                Some(event) => chronology.push(event),
                None if line.trim().is_empty() => {}
                None => unread.push((at + 1).to_string()),
            }
        }
        if !unread.is_empty() {
            faults.chronology = format!("{} {}", w.bad_event, unread.join(", "));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        chronology.sort_by_key(|event| event.date);
        let lines = |text: &str| -> Vec<String> {
            let all = text.lines().map(str::trim).filter(|line| !line.is_empty());
            all.map(str::to_owned).collect()
        };
        let letter = Letter {
            sender: lines(&self.expediteur),
            addressee: lines(&self.destinataire),
            place: self.lieu.clone(),
            date: written.unwrap_or_default(),
            object: self.objet.clone(),
            law: lines(&self.fondement),
            grounds: lines(&self.motifs),
            demand: self.demande.clone(),
        };
        Ok(Meant { letter, chronology, deadlines: Deadlines { notified, received } })
    }
}

/// `30/04/2025 : relevé reçu`.
fn event(line: &str) -> Option<Event> {
    let (day, what) = line.split_once(':')?;
    let (date, what) = (jalon_import::dates::read(day.trim()).ok()?, what.trim());
    (!what.is_empty()).then(|| Event { date, what: what.to_owned() })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::texts::Language;

    #[test]
    fn every_fault_is_told_at_once() {
        let w = Statements::of(Language::French);
        let body = Body {
            jour: "hier".into(),
            notifie: "30/04".into(),
            parvenue: "2025-02-30".into(),
            chronologie: "30/04/2025 : relevé reçu\n\nsans date\n31/02/2025 : rien\n01/05/2025 :"
                .into(),
            ..Body::default()
        };
        let Err(faults) = body.read(w) else { panic!() };
        assert_eq!([faults.day, faults.notified, faults.reached], [w.bad_day; 3]);
        assert_eq!(faults.chronology, format!("{} 3, 4, 5", w.bad_event));
    }

    #[test]
    fn texts_become_a_letter_and_come_back_as_they_are_kept() {
        let w = Statements::of(Language::French);
        let body = Body {
            expediteur: "Dr Exemple\n\n 1, rue Fictive ".into(),
            jour: "2025-05-12".into(),
            motifs: "Un.\nDeux.".into(),
            chronologie: "2025-05-06 : appel\n30/04/2025 : relevé : reçu".into(),
            notifie: "2025-04-30".into(),
            patients: BTreeMap::from([("0a".into(), "liste".into()), ("0b".into(), "x".into())]),
            ..Body::default()
        };
        let kept = serde_json::to_string(&body).unwrap();
        assert_eq!(serde_json::from_str::<Body>(&kept).unwrap(), body);
        let Ok(meant) = body.read(w) else { panic!() };
        assert_eq!(meant.letter.sender, ["Dr Exemple", "1, rue Fictive"]);
        assert_eq!(meant.letter.grounds, ["Un.", "Deux."]);
        let days: Vec<_> = meant.chronology.iter().map(|event| event.date).collect();
        assert_eq!(days, [date(2025, 4, 30), date(2025, 5, 6)]);
        assert_eq!(meant.chronology[0].what, "relevé : reçu");
        assert_eq!(meant.deadlines.claim_by(), Some(date(2025, 6, 30)));
        assert_eq!(body.ground("0a").1, Ground::MissingFromList);
        assert_eq!(body.ground("0b").1, Ground::ActNotCounted);
    }
}
