//! What comes of a chunk of a source: rows, and what is said of the rest.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jalon_data::fault::{Collector, KEPT, Place, Words};

use super::trouble::Trouble;
use crate::draft::Draft;
use crate::error::ImportError;
use crate::facts::{Act, Day, Delivery, Disease, Stay, Vaccination};
use crate::report::Report;

/// Where a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// Line of an NDJSON file, from 1.
    Line(u64),
    /// Entry of a bundle, from 0.
    Entry(u64),
    /// The file as a whole.
    File,
}

/// What is wrong, and where.
#[derive(Debug)]
pub(super) struct Located {
    pub file: usize,
    pub at: At,
    pub trouble: Trouble,
}

/// Faults in bounded number.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    kept: Vec<Located>,
    more: u64,
}

impl Troubles {
    pub(super) fn push(&mut self, located: Located) {
        if self.kept.len() < KEPT {
            self.kept.push(located);
        } else {
            self.more += 1;
        }
    }

    /// Hands the faults over, in the order of the files.
    pub(super) fn report(self, labels: &[String], faults: &mut Collector) {
        let mut last = Place::default();
        for Located { file, at, trouble } in self.kept {
            let label = labels.get(file).map_or("", String::as_str);
            // Entries are told in the order in which they come.
            let line = if let At::Line(line) = at { line } else { 0 };
            last = Place { file, line, ..Place::default() };
            match at {
                At::Entry(entry) => {
                    faults.report(last, &format!("{label} entry[{entry}]"), || trouble.words());
                }
                At::Line(_) | At::File => faults.report(last, label, || trouble.words()),
            }
        }
        for _ in 0..self.more {
            faults.report(last, "", || Words::new(""));
        }
    }
}

/// Places kept of what is left out for a reason, in each chunk.
const EXAMPLES: usize = 3;

/// What was left out.
#[derive(Debug, Default)]
pub(super) struct LeftOut(BTreeMap<Cow<'static, str>, (u64, Places)>);

/// Files and places in them.
type Places = Vec<(usize, At)>;

impl LeftOut {
    pub(super) fn leave(&mut self, reason: impl Into<Cow<'static, str>>, file: usize, at: At) {
        let (count, places) = self.0.entry(reason.into()).or_default();
        *count += 1;
        if places.len() < EXAMPLES {
            places.push((file, at));
        }
    }

    /// Adds what was left out further on.
    pub(super) fn merge(&mut self, later: Self) {
        for (reason, (count, places)) in later.0 {
            let (known, shown) = self.0.entry(reason).or_default();
            *known += count;
            let room = EXAMPLES.saturating_sub(shown.len());
            shown.extend(places.into_iter().take(room));
        }
    }

    pub(super) fn report(self, labels: &[String], report: &mut Report) {
        for (reason, (count, places)) in self.0 {
            let shown = places.len() as u64;
            for (file, at) in places {
                report.leave(&reason, || {
                    let label = labels.get(file).map_or("", String::as_str);
                    match at {
                        At::Line(line) => format!("{label}:{line}"),
                        At::Entry(entry) => format!("{label} entry[{entry}]"),
                        At::File => label.to_owned(),
                    }
                });
            }
            report.leave_many(&reason, count - shown);
        }
    }
}

/// A remark that is counted: what was done with something that was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Remark {
    WrongKey,
    UnstableId,
    BirthMonthOnly,
    DeathWithoutDate,
    NoAtc,
    UnknownPerformer,
    ActCodeUnknown,
    DiseaseFromDiagnosis,
    PositionUnknown,
}

impl Remark {
    /// What is said of so many, in French.
    pub(super) fn words(self, count: u64) -> String {
        let words = match self {
            Self::WrongKey => {
                "patients dont le matricule INS n'a pas la bonne clé : gardé tel quel"
            }
            Self::UnstableId => {
                "patients sans INS ni `id` : gardés sous leur fullUrl, qui peut changer d'un export à l'autre"
            }
            Self::BirthMonthOnly => {
                "patients dont la naissance n'est connue qu'au mois ou à l'année : le premier jour est retenu"
            }
            Self::DeathWithoutDate => "patients décédés sans date : gardés comme s'ils vivaient",
            Self::NoAtc => {
                "délivrances sans classe ATC : gardées, mais aucun indicateur ne les compte"
            }
            Self::UnknownPerformer => "intervenants introuvables : la ligne est gardée sans eux",
            Self::ActCodeUnknown => {
                "codes d'une autre nomenclature, sur une ressource dont un autre code est gardé"
            }
            Self::DiseaseFromDiagnosis => {
                "ALD sans numéro : celui de leur diagnostic CIM-10 est retenu"
            }
            Self::PositionUnknown => {
                "diagnostics de séjour sans rôle : comptés comme associés (DAS)"
            }
        };
        format!("{count} {words}")
    }
}

/// A row, with the texts it holds.
#[derive(Clone, Debug)]
pub(super) enum Fact<'i> {
    Delivery {
        patient: Cow<'i, str>,
        date: i32,
        cip13: Option<String>,
        atc: Option<String>,
        boites: i64,
        jours: Option<i64>,
        large: Option<bool>,
        repertoire: Option<bool>,
        prescripteur: Option<Cow<'i, str>>,
    },
    Act {
        patient: Cow<'i, str>,
        date: i32,
        systeme: &'static str,
        code: String,
        quantite: i64,
        valeur: Option<String>,
        executant: Option<Cow<'i, str>>,
        specialite: Option<Cow<'i, str>>,
        prescripteur: Option<Cow<'i, str>>,
    },
    Vaccination {
        patient: Cow<'i, str>,
        date: i32,
        code: String,
        source: Option<String>,
    },
    Disease {
        patient: Cow<'i, str>,
        numero: i64,
        cim10: Option<String>,
        debut: i32,
        fin: Option<i32>,
    },
    Stay {
        patient: Cow<'i, str>,
        entree: i32,
        sortie: Option<i32>,
        cim10: String,
        position: &'static str,
        ccam: Option<String>,
    },
    Patient {
        patient: u32,
        naissance: i32,
        sexe: &'static str,
        deces: Option<i32>,
        c2s: Option<bool>,
        commune: Option<String>,
        /// The one practitioner or organisation the patient names.
        attending: Option<Attending<'i>>,
    },
    Attachment {
        patient: Cow<'i, str>,
        medecin: Cow<'i, str>,
        debut: i32,
        fin: Option<i32>,
    },
}

/// The médecin traitant as a patient names him.
#[derive(Clone, Debug)]
pub(super) struct Attending<'i> {
    pub medecin: Cow<'i, str>,
    /// It is an organisation.
    pub is_centre: bool,
    pub debut: Option<i32>,
    pub fin: Option<i32>,
}

impl Fact<'_> {
    /// Adds an event to its table. People and attachments are none: they wait
    /// for each other.
    pub(super) fn add_to(&self, draft: &mut Draft) -> Result<(), ImportError> {
        let added = match self {
            Self::Delivery {
                patient,
                date,
                cip13,
                atc,
                boites,
                jours,
                large,
                repertoire,
                prescripteur,
            } => draft.add(&Delivery {
                patient,
                date: Day(*date),
                cip13: cip13.as_deref(),
                atc: atc.as_deref(),
                boites: *boites,
                jours: *jours,
                grand_conditionnement: *large,
                repertoire: *repertoire,
                prescripteur: prescripteur.as_deref(),
            }),
            Self::Act {
                patient,
                date,
                systeme,
                code,
                quantite,
                valeur,
                executant,
                specialite,
                prescripteur,
            } => draft.add(&Act {
                patient,
                date: Day(*date),
                systeme,
                code,
                quantite: *quantite,
                valeur: valeur.as_deref(),
                executant: executant.as_deref(),
                specialite: specialite.as_deref(),
                prescripteur: prescripteur.as_deref(),
            }),
            Self::Vaccination { patient, date, code, source } => draft.add(&Vaccination {
                patient,
                date: Day(*date),
                code,
                source: source.as_deref(),
            }),
            Self::Disease { patient, numero, cim10, debut, fin } => draft.add(&Disease {
                patient,
                numero: *numero,
                cim10: cim10.as_deref(),
                debut: Day(*debut),
                fin: fin.map(Day),
            }),
            Self::Stay { patient, entree, sortie, cim10, position, ccam } => draft.add(&Stay {
                patient,
                entree: Day(*entree),
                sortie: sortie.map(Day),
                cim10,
                position,
                ccam: ccam.as_deref(),
            }),
            Self::Patient { .. } | Self::Attachment { .. } => Ok(Ok(())),
        };
        if let Err(unfit) = added? {
            draft.report.leave_many(&format!("ligne qui n'entre pas dans sa table ({unfit})"), 1);
        }
        Ok(())
    }
}

/// What a chunk gives.
#[derive(Debug, Default)]
pub(super) struct Output<'i> {
    pub facts: Vec<Fact<'i>>,
    pub left: LeftOut,
    pub remarks: BTreeMap<Remark, u64>,
    pub troubles: Troubles,
    /// Roles of diagnoses that were met.
    pub diagnoses: Vec<u32>,
}

impl Output<'_> {
    pub(super) fn remark(&mut self, remark: Remark) {
        *self.remarks.entry(remark).or_default() += 1;
    }
}
