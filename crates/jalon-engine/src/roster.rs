//! Everyone who ever was on the list of a doctor: what may explain that
//! another list holds them, or does not.

use jiff::civil::Date;

use crate::columns;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::sql::text;

/// A stay on the list of a doctor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attachment {
    /// First day.
    pub from: Date,
    /// Day on which it no longer holds; nothing while it does.
    pub until: Option<Date>,
}

/// A patient who is or was on the list of a doctor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The patient.
    pub patient: String,
    /// Birth.
    pub birth: Option<Date>,
    /// `F` or `M`.
    pub sex: Option<String>,
    /// Death.
    pub death: Option<Date>,
    /// Stays on the list, oldest first.
    pub attachments: Vec<Attachment>,
    /// The last act, by anyone. A reversed act counts too: it was a contact.
    pub last_act: Option<Date>,
}

impl Member {
    /// Whether the patient is on the list on a day, alive.
    #[must_use]
    pub fn is_listed_on(&self, day: Date) -> bool {
        let holds = |it: &Attachment| it.from <= day && it.until.is_none_or(|until| until > day);
        self.death.is_none_or(|death| death > day) && self.attachments.iter().any(holds)
    }
}

impl Engine {
    /// Everyone who ever was on the list of a doctor, or of the doctors of a
    /// centre, in the order of identifiers.
    pub fn roster(&self, payee: &str) -> Result<Vec<Member>, EngineError> {
        let payee = text(payee);
        let rows = self.ask(&format!(
            "SELECT siens.patient AS patient, siens.debut AS debut, siens.fin AS fin,
  patients.naissance AS naissance, patients.sexe AS sexe, patients.deces AS deces,
  contacts.dernier AS dernier
FROM (
  SELECT DISTINCT rattachements.patient, debut, fin
  FROM rattachements LEFT JOIN medecins ON rattachements.medecin = medecins.medecin
  WHERE rattachements.medecin = {payee} OR centre = {payee}
) AS siens
JOIN patients ON siens.patient = patients.patient
LEFT JOIN (SELECT patient, max(date) AS dernier FROM actes GROUP BY patient) AS contacts
  ON siens.patient = contacts.patient
ORDER BY patient, debut, fin"
        ))?;
        let days = |name| columns::days(&rows, name);
        let patients = columns::texts(&rows, "patient")?.into_iter();
        let stays = days("debut")?.into_iter().zip(days("fin")?);
        let lives = days("naissance")?.into_iter().zip(days("deces")?);
        let rest = columns::texts(&rows, "sexe")?.into_iter().zip(days("dernier")?);
        let mut members: Vec<Member> = Vec::new();
        for (((patient, (from, until)), (birth, death)), (sex, last_act)) in
            patients.zip(stays).zip(lives).zip(rest)
        {
            let (Some(patient), Some(from)) = (patient, from) else { continue };
            let stay = Attachment { from, until };
            match members.last_mut().filter(|last| last.patient == patient) {
                Some(last) => last.attachments.push(stay),
                None => members.push(Member {
                    patient,
                    birth,
                    sex: sex.filter(|sex| !sex.is_empty()),
                    death,
                    attachments: vec![stay],
                    last_act,
                }),
            }
        }
        Ok(members)
    }
}
