//! What a claim is made of, before it is written down.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jalon_charts::{Chart as _, Prefix, Width};
use jalon_engine::ledger::SchemeLedger;
use jalon_import::list::Person;
use jalon_pdf::Document;
use jalon_rules::account::AccountLine;
use jalon_rules::{Campaign, Range, Sourced, french};
use jiff::civil::Date;
use rust_xlsxwriter::XlsxError;

use crate::anonymous::Hidden;
use crate::arithmetic::{Arithmetic, Verdict};
use crate::data::{Agreement, Data};
use crate::deadline::Deadlines;
use crate::drawing::waterfall;
use crate::reason::Reason;
use crate::reconciliation::Reconciliation;
use crate::suspects::Explanation;
use crate::{paper, workbook};

/// For whom a claim is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// For the médecin-conseil alone: who each patient is.
    Nominative,
    /// For the commission, the union and the court: patients are numbers, births
    /// and acts are months.
    Anonymous,
}

impl Version {
    /// What the foot of every page says.
    #[must_use]
    pub const fn mention(self) -> &'static str {
        match self {
            Self::Nominative => "Confidentiel : secret médical. Pour le médecin-conseil seulement.",
            Self::Anonymous => "Confidentiel. Sans identité de patient.",
        }
    }
}

/// A claim: everything that is sent, as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The campaign.
    pub campaign: Campaign,
    /// Name of the scheme, in French.
    pub scheme: String,
    /// The letter.
    pub letter: Letter,
    /// Facts and dates of the dispute, oldest first.
    pub chronology: Vec<Event>,
    /// The first verdict.
    pub arithmetic: Arithmetic,
    /// The second.
    pub data: Data,
    /// What explains the gaps.
    pub explanations: Vec<Explanation>,
    /// The two lists, if the fund gave one.
    pub lists: Option<Reconciliation>,
    /// Patients in dispute: the first is P01.
    pub disputed: Vec<Disputed>,
    /// Other people whom free texts may name, by patient: the version without
    /// identities leaves them out.
    pub others: BTreeMap<String, Person>,
    /// How the amounts were computed.
    pub annex: Annex,
    /// The documents that prove, in order: the first is n° 1.
    pub proofs: Vec<Proof>,
    /// Until when.
    pub deadlines: Deadlines,
}

/// The letter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letter {
    /// Who writes: name, address, number of the practice, line by line.
    pub sender: Vec<String>,
    /// To whom, line by line.
    pub addressee: Vec<String>,
    /// Where it is written.
    pub place: String,
    /// Its day.
    pub date: Date,
    /// What it is about.
    pub object: String,
    /// On what law it rests.
    pub law: Vec<String>,
    /// Why.
    pub grounds: Vec<String>,
    /// What is asked.
    pub demand: String,
}

/// Something that happened in the dispute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub date: Date,
    /// What.
    pub what: String,
}

/// Why a patient is in dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// On the practice's list, not on the fund's.
    MissingFromList,
    /// An act was done and is not counted.
    ActNotCounted,
    /// Age or long-term illness is not what the fund has.
    WrongAgeOrAld,
    /// The patient declines.
    Refusal,
    /// Died.
    Died,
    /// Left.
    Left,
}

impl Ground {
    /// Its French words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::MissingFromList => "absent de la liste de la caisse",
            Self::ActNotCounted => "acte fait et non compté",
            Self::WrongAgeOrAld => "âge ou ALD inexact",
            Self::Refusal => "refus du patient",
            Self::Died => "décès",
            Self::Left => "départ",
        }
    }
}

/// A patient in dispute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disputed {
    /// How the facts name the patient.
    pub patient: String,
    /// Who it is; birth and sex are taken from there.
    pub person: Person,
    /// Identifiers of the indicators.
    pub indicators: Vec<String>,
    /// Why.
    pub ground: Ground,
    /// What the facts tell: days, and what happened.
    pub facts: Vec<Event>,
    /// What may have kept the fund from counting the patient.
    pub reasons: Vec<Reason>,
    /// Places in [`Claim::proofs`] of the documents about the patient.
    pub proofs: Vec<usize>,
}

/// How the amounts were computed, so that anyone can do it again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Annex {
    /// Accounts, by title.
    pub accounts: Vec<(String, Vec<AccountLine>)>,
    /// The same drawn, from the rate to euros, where that can be.
    pub drawings: Vec<Drawn>,
    /// Sources that accounts cite by number: status, then text.
    pub sources: Vec<(String, String)>,
    /// What made the figures, and its version.
    pub program: String,
    /// Hash of the rules.
    pub rules: String,
    /// Hash of the tables of facts.
    pub facts: String,
    /// Values added to the rules, in words, if any.
    pub overlay: Option<String>,
}

/// A drawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// As SVG.
    pub svg: String,
    /// In sentences.
    pub words: String,
}

impl Annex {
    /// The accounts of the indicators of a ledger that `wanted` keeps.
    #[must_use]
    pub fn of(ledger: &SchemeLedger<'_>, wanted: impl Fn(&str) -> bool) -> Self {
        let mut sources: Vec<Sourced<()>> = Vec::new();
        let mut cite = |source: &Sourced<()>| {
            let at = sources.iter().position(|other| other == source).unwrap_or_else(|| {
                sources.push(source.clone());
                sources.len() - 1
            });
            format!("[{}]", at + 1)
        };
        let indicators = || {
            let all = ledger.indicators.iter().zip(&ledger.amount.indicators);
            all.filter(|(one, _)| wanted(&one.page.id))
        };
        let accounts = indicators()
            .map(|(one, paid)| (one.page.title.clone(), paid.account.lines_citing(&mut cite)))
            .collect();
        let drawings = indicators()
            .enumerate()
            .filter_map(|(at, (one, paid))| {
                let chart = waterfall(&one.page.title, &paid.account).ok()?;
                let svg = chart.svg(&Prefix::new(&format!("compte-{at}")).ok()?, Width::Wide);
                Some(Drawn { svg: svg.into_string(), words: chart.description() })
            })
            .collect();
        let sources =
            sources.into_iter().map(|it| (it.status.word().to_owned(), it.source)).collect();
        Self { accounts, drawings, sources, ..Self::default() }
    }
}

/// A document that proves something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Its name.
    pub name: String,
    /// Its day.
    pub date: Option<Date>,
    /// Hash of its bytes, in hexadecimal.
    pub hash: String,
}

impl Claim {
    /// Its title.
    #[must_use]
    pub fn title(&self) -> String {
        format!("Réclamation : {}, campagne {}", self.scheme, self.campaign)
    }

    /// What is claimed: what the facts pay more than the fund did, over the
    /// indicators that both pay.
    #[must_use]
    pub fn amount(&self) -> Option<Range> {
        self.data.euros_gap()
    }

    /// The claim on pages.
    #[must_use]
    pub fn document(&self, version: Version) -> Document {
        paper::document(self, version)
    }

    /// The claim as a workbook (XLSX). The same claim gives the same bytes.
    pub fn xlsx(&self, version: Version) -> Result<Vec<u8>, XlsxError> {
        workbook::xlsx(self, version)
    }

    /// What a version leaves out of free texts.
    pub(crate) fn hidden(&self, version: Version) -> Hidden {
        match version {
            Version::Nominative => Hidden::default(),
            Version::Anonymous => Hidden::of(&self.disputed, &self.others),
        }
    }
}

impl Letter {
    /// A letter whose object, grounds and demand follow from the two verdicts;
    /// who writes to whom, from where, is left to fill in. `written` is its day.
    #[must_use]
    pub fn draft(
        scheme: &str,
        campaign: Campaign,
        written: Date,
        arithmetic: &Arithmetic,
        data: &Data,
    ) -> Self {
        let mut law = data.law();
        law.push(
            "recours préalable devant la commission de recours amiable, dans les deux mois de la notification (procédure générale de la sécurité sociale)".to_owned(),
        );
        Self {
            sender: Vec::new(),
            addressee: vec![
                "Commission de recours amiable".to_owned(),
                "Caisse primaire d'assurance maladie".to_owned(),
            ],
            place: String::new(),
            date: written,
            object: format!("contestation du montant versé, {scheme}, campagne {campaign}"),
            law,
            grounds: [on_arithmetic(arithmetic), on_data(data)].into_iter().flatten().collect(),
            demand: demand(data),
        }
    }
}

fn on_arithmetic(arithmetic: &Arithmetic) -> Option<String> {
    let compared = arithmetic.compared();
    Some(match arithmetic.verdict() {
        Verdict::NoList | Verdict::NothingPrinted => return None,
        Verdict::Agrees => format!(
            "Le relevé suit de ses propres points : {compared} comparaisons, à {} près. La formule n'est pas contestée.",
            french::euros(&arithmetic.tolerance)
        ),
        Verdict::Differs { wrong } => {
            let differ = if wrong == 1 { "diffère" } else { "diffèrent" };
            format!(
                "Le relevé ne suit pas de ses propres points : {wrong} des {compared} comparaisons {differ} de plus de {}.",
                french::euros(&arithmetic.tolerance)
            )
        }
    })
}

fn on_data(data: &Data) -> Option<String> {
    let differ = data.rows.iter().filter(|row| row.agreement == Agreement::Differs).count();
    let unknown = data.rows.iter().filter(|row| row.agreement == Agreement::Unknown).count();
    if data.rows.is_empty() {
        return None;
    }
    let mut text = match differ {
        0 => "Aucun indicateur comparé ne diffère de nos faits".to_owned(),
        1 => format!("1 indicateur sur {} diffère de nos faits", data.rows.len()),
        _ => format!("{differ} indicateurs sur {} diffèrent de nos faits", data.rows.len()),
    };
    if unknown > 0 {
        let _ = write!(text, " ; pour {unknown}, le relevé ne permet pas de le dire");
    }
    text.push_str(". Les patients en cause sont en annexe.");
    Some(text)
}

fn demand(data: &Data) -> String {
    let ask = "Je demande le réexamen de ces indicateurs";
    match (data.euros(), data.euros_gap()) {
        (Some((fund, ours)), Some(gap)) if !gap.max().is_negative() && !gap.max().is_zero() => {
            let show = |range: &Range| french::range(range, french::euros);
            format!(
                "{ask} et le versement de la différence, {} : {} d'après nos faits, moins {} d'après le relevé, sur les indicateurs comparés.",
                show(&gap),
                show(&ours),
                show(&fund)
            )
        }
        _ => format!("{ask}."),
    }
}
