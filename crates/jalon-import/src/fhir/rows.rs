//! Rows that wait for each other: patients once each, doctors once it is known
//! who is one, and who is whose patient.

use super::index::Index;
use super::names::Texts;
use super::output::{Attending, Fact};
use crate::draft::Draft;
use crate::error::ImportError;
use crate::facts::{Attachment, Day, Doctor, Patient, Row};

/// 1 January 2005: the first day on which one could have a médecin traitant.
const FIRST_DAY: Day = Day(12_784);

/// The SNDS number of a speciality that is not known.
const UNKNOWN_SPECIALITY: &str = "99";

/// A médecin traitant that a patient names.
struct Named {
    patient: u32,
    /// Number among the doctors named.
    medecin: u32,
    debut: Day,
    fin: Option<i32>,
    /// The source does not say since when.
    undated: bool,
}

/// Rows under way.
pub(super) struct Rows<'i> {
    index: &'i Index,
    since: Option<Day>,
    /// Patients who have their row.
    written: Vec<bool>,
    /// Patients whose médecin traitant is told by episodes of care.
    told: Vec<bool>,
    /// Doctors and centres that someone is a patient of.
    attending: Texts,
    /// Those that are centres.
    centres: Vec<bool>,
    named: Vec<Named>,
    /// Listed diagnoses that were met.
    diagnoses: Vec<bool>,
}

impl<'i> Rows<'i> {
    pub(super) fn new(index: &'i Index, since: Option<Day>) -> Self {
        let patients = index.patients.keys.len();
        Self {
            index,
            since,
            written: vec![false; patients],
            told: vec![false; patients],
            attending: Texts::default(),
            centres: Vec::new(),
            named: Vec::new(),
            diagnoses: vec![false; index.listings.len()],
        }
    }

    /// Notes that listed diagnoses were met.
    pub(super) fn met(&mut self, diagnoses: &[u32]) {
        for number in diagnoses {
            if let Some(met) = self.diagnoses.get_mut(*number as usize) {
                *met = true;
            }
        }
    }

    /// Adds a row, or keeps it for the end.
    pub(super) fn add(&mut self, fact: Fact<'_>, draft: &mut Draft) -> Result<(), ImportError> {
        match fact {
            Fact::Patient { patient, naissance, sexe, deces, c2s, commune, attending } => {
                if let Some(written) = self.written.get_mut(patient as usize) {
                    if *written {
                        draft.report.leave_many("autre fiche d'un patient déjà lu", 1);
                        return Ok(());
                    }
                    *written = true;
                }
                if deces.is_some_and(|deces| deces < naissance) {
                    draft.report.leave_many("patient décédé avant sa naissance", 1);
                    return Ok(());
                }
                let row = Patient {
                    patient: self.index.patients.keys.get(patient),
                    naissance: Day(naissance),
                    sexe,
                    deces: deces.map(Day),
                    c2s,
                    commune: commune.as_deref(),
                };
                add(draft, &row)?;
                if let Some(attending) = attending {
                    self.name(patient, Day(naissance), attending, draft);
                }
                Ok(())
            }
            Fact::Attachment { patient, medecin, debut, fin } => {
                if let Some(number) = self.index.patients.keys.find(&patient)
                    && let Some(told) = self.told.get_mut(number as usize)
                {
                    *told = true;
                }
                if self.is_of_another_profession(&medecin) {
                    draft.report.leave_many(OTHER_PROFESSION, 1);
                    return Ok(());
                }
                self.attend(&medecin, false);
                let fin = fin.map(Day);
                let row =
                    Attachment { patient: &patient, medecin: &medecin, debut: Day(debut), fin };
                add(draft, &row)
            }
            event => event.add_to(draft),
        }
    }

    fn attend(&mut self, medecin: &str, is_centre: bool) -> u32 {
        let number = self.attending.keep(medecin);
        if self.centres.len() <= number as usize {
            self.centres.push(is_centre);
        }
        number
    }

    fn is_of_another_profession(&self, medecin: &str) -> bool {
        let number = self.index.professionals.keys.find(medecin);
        let told = number.and_then(|number| self.index.told.get(number as usize));
        told.is_some_and(|told| told.is_doctor == Some(false))
    }

    fn name(&mut self, patient: u32, birth: Day, attending: Attending<'_>, draft: &mut Draft) {
        let Attending { medecin, is_centre, debut, fin } = attending;
        if self.is_of_another_profession(&medecin) {
            draft.report.leave_many(OTHER_PROFESSION, 1);
            return;
        }
        let undated = debut.is_none();
        let debut = debut.map_or_else(|| self.since.unwrap_or(FIRST_DAY).max(birth), Day);
        if fin.is_some_and(|fin| fin <= debut.0) {
            draft.report.leave_many("fin avant le début", 1);
            return;
        }
        let medecin = self.attend(&medecin, is_centre);
        self.named.push(Named { patient, medecin, debut, fin, undated });
    }

    /// Writes what waited.
    pub(super) fn finish(mut self, draft: &mut Draft) -> Result<(), ImportError> {
        let mut dateless = 0_u64;
        for Named { patient, medecin, debut, fin, undated } in std::mem::take(&mut self.named) {
            if self.told.get(patient as usize) == Some(&true) {
                continue;
            }
            dateless += u64::from(undated);
            let row = Attachment {
                patient: self.index.patients.keys.get(patient),
                medecin: self.attending.get(medecin),
                debut,
                fin: fin.map(Day),
            };
            add(draft, &row)?;
        }
        if dateless > 0 {
            let since = match self.since {
                Some(Day(since)) => format!("le {}, jour demandé", jalon_data::day::iso(since)),
                None => "le 2005-01-01, faute de mieux : donnez un jour avec `--depuis`".to_owned(),
            };
            draft.report.note(format!(
                "{dateless} rattachements sans date de début : {since} (ou la naissance, si elle est plus tardive)"
            ));
        }
        self.doctors(draft)?;
        let lost = self.diagnoses.iter().filter(|met| !**met).count();
        draft.report.leave_many("référence sans cible : diagnostic d'un séjour", lost as u64);
        Ok(())
    }

    fn doctors(&self, draft: &mut Draft) -> Result<(), ImportError> {
        let known = &self.index.professionals.keys;
        for (number, told) in (0_u32..).zip(&self.index.told) {
            if told.is_doctor == Some(false) {
                draft.report.leave_many("professionnel qui n'est pas médecin", 1);
                continue;
            }
            let centre = self.index.centres.get(number as usize).copied().flatten();
            let row = Doctor {
                medecin: known.get(number),
                nom: told.name.as_deref(),
                specialite: told.speciality.as_deref().unwrap_or(UNKNOWN_SPECIALITY),
                installation: told.installed.map(Day),
                naissance: told.birth.map(Day),
                secteur: told.sector.as_deref(),
                zone: told.zone.as_deref(),
                centre: centre.map(|centre| self.index.organizations.keys.get(centre)),
            };
            add(draft, &row)?;
        }
        let mut strangers = 0_u64;
        for (number, is_centre) in (0_u32..).zip(&self.centres) {
            let medecin = self.attending.get(number);
            if known.find(medecin).is_some() {
                continue;
            }
            strangers += u64::from(!is_centre);
            let row = Doctor {
                medecin,
                nom: None,
                specialite: UNKNOWN_SPECIALITY,
                installation: None,
                naissance: None,
                secteur: None,
                zone: None,
                centre: is_centre.then_some(medecin),
            };
            add(draft, &row)?;
        }
        if strangers > 0 {
            draft.report.note(format!(
                "{strangers} médecins traitants connus par leur seul identifiant, sans Practitioner : spécialité {UNKNOWN_SPECIALITY}"
            ));
        }
        Ok(())
    }
}

const OTHER_PROFESSION: &str = "médecin traitant qui n'est pas médecin";

fn add<R: Row>(draft: &mut Draft, row: &R) -> Result<(), ImportError> {
    if let Err(unfit) = draft.add(row)? {
        draft.report.leave_many(&format!("ligne qui n'entre pas dans sa table ({unfit})"), 1);
    }
    Ok(())
}
