//! Every scheme that applies to every doctor.

use std::collections::BTreeMap;

use jalon_rules::amount::{ListOrigin, ListSize};
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::convention::{Form, ListKind, Scheme};
use jalon_rules::forfait::GateFacts;
use jalon_rules::overlay::Overlay;
use jalon_rules::rules::Rules;
use jalon_rules::{Campaign, Range};

use super::{Basis, Ledger, LedgerError, People, SchemeLedger, classes, gate, prevention};
use crate::engine::{Engine, Question};
use crate::error::EngineError;
use crate::evidence::{ClassCounts, DoctorCounts};

/// What ledgers are made from, besides the facts.
#[derive(Clone, Copy, Debug)]
pub struct Books<'r> {
    /// The rules.
    pub rules: &'r Rules,
    /// The campaign.
    pub campaign: Campaign,
    /// Values the user added.
    pub overlay: Option<&'r Overlay>,
    /// Size of the list given by the user.
    pub list: Option<u64>,
    /// Only this doctor, or centre.
    pub doctor: Option<&'r str>,
}

/// What was counted for one scheme.
#[derive(Clone, Debug)]
pub enum Counted {
    /// Sums of pages.
    Pages(Vec<DoctorCounts>),
    /// Patients by class.
    Classes(Vec<ClassCounts>),
    /// Sizes of lists alone.
    Lists(Vec<ClassCounts>),
}

/// Everything one doctor, or one centre, is paid in a campaign.
#[derive(Debug)]
pub struct Book<'r> {
    /// Who is paid.
    pub payee: String,
    /// The schemes that apply, in the order of the rules.
    pub ledgers: Vec<Ledger<'r>>,
}

impl<'r> Book<'r> {
    /// The schemes paid by rates.
    pub fn rates(&self) -> impl Iterator<Item = &SchemeLedger<'r>> {
        self.ledgers.iter().filter_map(|ledger| match ledger {
            Ledger::Rate(ledger) => Some(ledger),
            _ => None,
        })
    }

    /// The sum of all schemes, unrounded.
    #[must_use]
    pub fn euros(&self) -> Range {
        self.ledgers.iter().map(Ledger::euros).sum()
    }
}

impl<'r> Books<'r> {
    /// What the ledgers of one scheme of indicators are made from.
    #[must_use]
    pub fn basis(&self, scheme: &'r Scheme) -> Basis<'r> {
        let Self { rules, campaign, overlay, list, .. } = *self;
        Basis { rules, scheme, campaign, overlay, list }
    }

    /// Whether a scheme could pay anyone asked for: a centre, a doctor of one
    /// of its specialities. Known without counting.
    #[must_use]
    pub fn may_pay(&self, engine: &Engine, scheme: AnyScheme<'r>, people: &People) -> bool {
        let AnyScheme::Counted(scheme) = scheme else { return true };
        let wanted = |one: &&String| self.doctor.is_none_or(|doctor| doctor == one.as_str());
        let mut payees = engine.payees(scheme).iter().filter(wanted);
        payees.any(|payee| people.practises(payee, scheme))
    }

    /// Asks the engine what every scheme that could pay someone counts, on the
    /// days and ages of a campaign: see [`count_as_of`](Self::count_as_of).
    pub fn count_all(
        &self,
        engine: &Engine,
        people: &People,
        schemes: &[AnyScheme<'r>],
        facts: Campaign,
    ) -> Result<Vec<(AnyScheme<'r>, Counted)>, EngineError> {
        let paying = schemes.iter().filter(|scheme| self.may_pay(engine, **scheme, people));
        paying.map(|scheme| Ok((*scheme, self.count_as_of(engine, *scheme, facts)?))).collect()
    }

    /// Asks the engine what a scheme counts.
    pub fn count(&self, engine: &Engine, scheme: AnyScheme<'r>) -> Result<Counted, EngineError> {
        self.count_as_of(engine, scheme, self.campaign)
    }

    /// The same, on the days and ages of another campaign: the pages of this
    /// one asked of the facts of that one.
    pub fn count_as_of(
        &self,
        engine: &Engine,
        scheme: AnyScheme<'r>,
        facts: Campaign,
    ) -> Result<Counted, EngineError> {
        let Self { rules, campaign, doctor, .. } = *self;
        match scheme {
            AnyScheme::Counted(scheme) => {
                let pages = self.basis(scheme).pages();
                let question = Question { rules, scheme, at: facts.into(), pages: &pages, doctor };
                engine.counts(question).map(Counted::Pages)
            }
            AnyScheme::Classes(scheme) => {
                let pages = rules.class_pages(scheme, campaign);
                engine.class_counts(&pages, scheme.counted_in(facts), doctor).map(Counted::Classes)
            }
            AnyScheme::Gate(_) => engine.class_counts(&[], facts, doctor).map(Counted::Lists),
        }
    }

    /// The query behind [`count`](Self::count), to be read or run elsewhere.
    #[must_use]
    pub fn query(&self, engine: &Engine, scheme: AnyScheme<'r>) -> String {
        let Self { rules, campaign, doctor, .. } = *self;
        match scheme {
            AnyScheme::Counted(scheme) => {
                let pages = self.basis(scheme).pages();
                let at = campaign.into();
                engine.query(Question { rules, scheme, at, pages: &pages, doctor })
            }
            AnyScheme::Classes(scheme) => {
                let pages = rules.class_pages(scheme, campaign);
                engine.class_query(&pages, scheme.counted_in(campaign), doctor)
            }
            AnyScheme::Gate(_) => engine.class_query(&[], campaign, doctor),
        }
    }

    /// Pays what was counted for a scheme. No ledger when the counts are those
    /// of a scheme of another form.
    pub fn pay(
        &self,
        scheme: AnyScheme<'r>,
        counted: &Counted,
        people: &People,
    ) -> Result<Vec<Ledger<'r>>, LedgerError> {
        let Self { rules, campaign, .. } = *self;
        match (scheme, counted) {
            (AnyScheme::Counted(scheme), Counted::Pages(counts)) => match scheme.form {
                Form::Rate => {
                    let ledgers = self.basis(scheme).ledgers(counts, people)?;
                    Ok(ledgers.into_iter().map(Ledger::Rate).collect())
                }
                Form::PerPatient => {
                    let pages = self.basis(scheme).pages();
                    let pay = |counts| prevention::ledger(scheme, campaign, &pages, counts);
                    counts.iter().map(|counts| pay(counts).map(Ledger::Prevention)).collect()
                }
            },
            (AnyScheme::Classes(scheme), Counted::Classes(counts)) => {
                let pages = rules.class_pages(scheme, campaign);
                counts
                    .iter()
                    .map(|counts| {
                        let declared = people.answers(&counts.doctor, campaign, &[])?;
                        let doctor = people.doctor(&counts.doctor, &declared);
                        classes::ledger(scheme, campaign, &pages, counts, &doctor)
                            .map(Ledger::Classes)
                    })
                    .collect()
            }
            (AnyScheme::Gate(scheme), Counted::Lists(counts)) => {
                let pages = rules.gate_pages(scheme, campaign);
                let items: Vec<&str> = pages.iter().flat_map(|page| page.declared_as()).collect();
                counts
                    .iter()
                    .map(|counts| {
                        let declared = &people.answers(&counts.doctor, campaign, &items)?;
                        let doctor = &people.doctor(&counts.doctor, declared);
                        let list = &match self.list {
                            Some(patients) => ListSize { patients, origin: ListOrigin::Given },
                            None => {
                                ListSize { patients: counts.patients, origin: ListOrigin::Counted }
                            }
                        };
                        let facts = GateFacts { campaign, declared, doctor, list };
                        gate::ledger(scheme, &pages, &counts.doctor, &facts).map(Ledger::Gate)
                    })
                    .collect()
            }
            _ => Ok(Vec::new()),
        }
    }

    /// The books of everyone who is paid, in the order of identifiers, from
    /// what was counted for each scheme.
    pub fn books(
        &self,
        counted: &[(AnyScheme<'r>, Counted)],
        people: &People,
        engine: &Engine,
    ) -> Result<Vec<Book<'r>>, LedgerError> {
        let wanted = |one: &&String| self.doctor.is_none_or(|doctor| doctor == one.as_str());
        self.books_of(counted, people, engine.doctors().iter().filter(wanted))
    }

    /// The same, for these doctors and whoever else was counted.
    pub(crate) fn books_of<'d>(
        &self,
        counted: &[(AnyScheme<'r>, Counted)],
        people: &People,
        doctors: impl Iterator<Item = &'d String>,
    ) -> Result<Vec<Book<'r>>, LedgerError> {
        let mut books: BTreeMap<String, Vec<Ledger<'r>>> = BTreeMap::new();
        for doctor in doctors {
            books.insert(doctor.clone(), Vec::new());
        }
        for (scheme, counted) in counted {
            for ledger in self.pay(*scheme, counted, people)? {
                let ledgers = books.entry(ledger.payee().to_owned()).or_default();
                // Everyone has a ledger, were it to say that there is nothing.
                if applies(&ledger, people) || ledgers.is_empty() && is_common(*scheme) {
                    ledgers.push(ledger);
                }
            }
        }
        Ok(books.into_iter().map(|(payee, ledgers)| Book { payee, ledgers }).collect())
    }
}

/// Whether a scheme is that of every médecin traitant.
fn is_common(scheme: AnyScheme<'_>) -> bool {
    matches!(scheme, AnyScheme::Counted(scheme) if scheme.list == ListKind::TreatingDoctor)
}

/// Whether a scheme says anything to the one it would pay: someone on the
/// list, and for specialists their speciality. What a centre is paid is not
/// paid to its doctors.
fn applies(ledger: &Ledger<'_>, people: &People) -> bool {
    let payee = ledger.payee();
    let alone = people.centre(payee).is_none();
    let anyone = ledger.list().patients > 0;
    match ledger.scheme() {
        AnyScheme::Counted(scheme) => match scheme.list {
            ListKind::TreatingDoctor => alone && anyone,
            ListKind::Centre => anyone,
            ListKind::Followed => anyone && people.practises(payee, scheme),
        },
        AnyScheme::Classes(_) => alone && anyone,
        AnyScheme::Gate(_) => alone,
    }
}
