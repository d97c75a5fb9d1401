//! Who people are: `IR_BEN_R`, and what claims add to it.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jalon_data::day;
use jalon_import::facts::{Day, Patient};
use jalon_import::{Draft, ImportError};

use crate::lines::Lines;
use crate::source::Source;
use crate::spec::{TableId, ben};
use crate::tally::{Reason, Tally, agreed, count};
use crate::words::Spot;

/// What a pseudonym leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// This patient, by rank.
    Patient(u32),
    /// A person left out of everything.
    Left,
    /// Nobody of `IR_BEN_R`.
    Stranger,
    /// Several people, with nothing to tell which.
    Ambiguous,
}

/// Those who share a pseudonym, by rank of birth.
#[derive(Clone, Debug)]
enum Bearers {
    One(Option<i64>, Verdict),
    Several(Vec<(Option<i64>, Verdict)>),
}

/// What is known of a patient.
#[derive(Clone, Debug, Default)]
struct Person {
    id: Box<str>,
    year: Option<i16>,
    month: Option<i8>,
    woman: Option<bool>,
    death: Option<i32>,
    town: Option<Box<str>>,
}

/// Everyone of `IR_BEN_R`.
#[derive(Debug)]
pub(crate) struct People {
    bearers: HashMap<Box<str>, Bearers>,
    /// By identifier: a patient's rank is the place here.
    persons: Vec<Person>,
    /// Of each patient, the latest care that tells a complementary cover: twice
    /// its day, plus 1 if it is the complémentaire santé solidaire.
    covers: Vec<AtomicI64>,
    /// Of patients whose birth is unknown, the days it may be.
    births: Mutex<BTreeMap<u32, (i32, i32)>>,
    /// Pseudonyms that contradict another of the same person.
    contradictions: u64,
}

/// A line of `IR_BEN_R`.
struct Line {
    pseudonym: Box<str>,
    rank: Option<i64>,
    spot: Spot,
    /// None for a false identity.
    person: Option<Person>,
}

impl Line {
    fn order(&self) -> (Option<&str>, Spot) {
        (self.person.as_ref().map(|person| &*person.id), self.spot)
    }
}

/// No cover known.
const NO_COVER: i64 = i64::MIN;

impl People {
    /// Reads `IR_BEN_R`.
    pub fn read(source: &Arc<Source>, tally: &mut Tally) -> (Self, u64) {
        let mut all = Vec::new();
        let lines_read = source.each(TableId::Ben, |lines| {
            for row in 0..lines.len() {
                match line(lines, row) {
                    Some(line) => all.push(line),
                    None => source.empty_cell(lines, row, ben::PERSON),
                }
            }
        });
        (Self::of(all, tally), lines_read)
    }

    fn of(mut lines: Vec<Line>, tally: &mut Tally) -> Self {
        // Lines of one person together, in the order of the files.
        lines.sort_unstable_by(|a, b| a.order().cmp(&b.order()));
        let mut people = Self {
            bearers: HashMap::with_capacity(lines.len()),
            persons: Vec::new(),
            covers: Vec::new(),
            births: Mutex::default(),
            contradictions: 0,
        };
        let mut same: Vec<(Box<str>, Option<i64>, Spot)> = Vec::new();
        let mut current: Option<Person> = None;
        for Line { pseudonym, rank, spot, person } in lines {
            let Some(person) = person else {
                tally.leave(Reason::FalseIdentity, spot);
                people.bear(pseudonym, rank, Verdict::Left);
                continue;
            };
            match &mut current {
                Some(known) if known.id == person.id => {
                    people.contradictions += u64::from(known.learn(&person));
                }
                _ => people.settle(current.replace(person), &mut same, tally),
            }
            same.push((pseudonym, rank, spot));
        }
        people.settle(current, &mut same, tally);
        people.covers = people.persons.iter().map(|_| AtomicI64::new(NO_COVER)).collect();
        people
    }

    /// Makes a patient of a person and of all their pseudonyms, if their sex is
    /// known: a dossier asks for it.
    fn settle(
        &mut self,
        person: Option<Person>,
        pseudonyms: &mut Vec<(Box<str>, Option<i64>, Spot)>,
        tally: &mut Tally,
    ) {
        let patient = person.filter(|person| person.woman.is_some()).map(|person| {
            self.persons.push(person);
            // Fewer than 2³² people fit in memory.
            u32::try_from(self.persons.len() - 1).map_or(Verdict::Left, Verdict::Patient)
        });
        for (pseudonym, rank, spot) in pseudonyms.drain(..) {
            if patient.is_none() {
                tally.leave(Reason::NoSex, spot);
            }
            self.bear(pseudonym, rank, patient.unwrap_or(Verdict::Left));
        }
    }

    /// A pseudonym leads somewhere.
    fn bear(&mut self, pseudonym: Box<str>, rank: Option<i64>, verdict: Verdict) {
        match self.bearers.get_mut(&pseudonym) {
            None => {
                self.bearers.insert(pseudonym, Bearers::One(rank, verdict));
            }
            Some(Bearers::Several(several)) => several.push((rank, verdict)),
            Some(one) => {
                if let Bearers::One(first, before) = *one {
                    *one = Bearers::Several(vec![(first, before), (rank, verdict)]);
                }
            }
        }
    }

    /// Who a pseudonym is; the rank of birth tells apart those who share one,
    /// where both tables have it.
    pub fn find(&self, pseudonym: &str, rank: Option<i64>) -> Verdict {
        let fits = |known: Option<i64>| known.is_none() || rank.is_none() || known == rank;
        match self.bearers.get(pseudonym) {
            None => Verdict::Stranger,
            Some(Bearers::One(known, verdict)) => {
                if fits(*known) {
                    *verdict
                } else {
                    Verdict::Stranger
                }
            }
            Some(Bearers::Several(several)) => {
                let mut found = several.iter().filter(|(known, _)| fits(*known));
                let Some((_, first)) = found.next() else { return Verdict::Stranger };
                // The same person told twice is one person.
                if found.all(|(_, other)| other == first) { *first } else { Verdict::Ambiguous }
            }
        }
    }

    /// Whether claims may say when this patient was born.
    pub fn lacks_birth(&self, patient: u32) -> bool {
        self.person(patient).is_some_and(|person| person.year.is_none())
    }

    /// A claim says between which days this patient was born.
    pub fn bound_birth(&self, patient: u32, from: i32, to: i32) {
        let mut births = self.births.lock().unwrap_or_else(PoisonError::into_inner);
        let known = births.entry(patient).or_insert((i32::MIN, i32::MAX));
        // What would leave no day contradicts what is known: the first claims
        // are no better than the last, and the widest is kept.
        let (low, high) = (known.0.max(from), known.1.min(to));
        *known = if low <= high { (low, high) } else { (known.0.min(from), known.1.max(to)) };
    }

    /// A claim of a day says whether this patient has the complémentaire santé
    /// solidaire.
    pub fn cover(&self, patient: u32, day: i32, covered: bool) {
        if let Some(known) = usize::try_from(patient).ok().and_then(|rank| self.covers.get(rank)) {
            known.fetch_max(i64::from(day) * 2 + i64::from(covered), Ordering::Relaxed);
        }
    }

    fn person(&self, patient: u32) -> Option<&Person> {
        self.persons.get(usize::try_from(patient).ok()?)
    }

    /// Births of all, by rank, as claims completed them: the first day of the
    /// month, or of the year, or the earliest day that ages allow.
    pub fn births(&self) -> Vec<Option<i32>> {
        let guessed = self.births.lock().unwrap_or_else(PoisonError::into_inner);
        let persons = self.persons.iter().enumerate();
        persons
            .map(|(rank, person)| {
                if let Some(year) = person.year {
                    return first_day(year, person.month.unwrap_or(1));
                }
                guessed.get(&u32::try_from(rank).ok()?).map(|(from, _)| *from)
            })
            .collect()
    }

    /// Identifiers, by rank.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.persons.iter().map(|person| &*person.id)
    }

    /// Writes the patients, and says what to know of their births.
    pub fn write(&self, births: &[Option<i32>], draft: &mut Draft) -> Result<(), ImportError> {
        let (mut early, mut nobody) = (0_u64, 0_u64);
        for ((person, cover), birth) in self.persons.iter().zip(&self.covers).zip(births) {
            let Some(birth) = *birth else {
                nobody += 1;
                continue;
            };
            let death = person.death.filter(|death| *death >= birth);
            early += u64::from(death != person.death);
            let cover = cover.load(Ordering::Relaxed);
            let row = Patient {
                patient: &person.id,
                naissance: Day(birth),
                sexe: if person.woman == Some(true) { "F" } else { "M" },
                deces: death.map(Day),
                c2s: (cover != NO_COVER).then_some(cover.rem_euclid(2) == 1),
                commune: person.town.as_deref(),
            };
            if let Err(unfit) = draft.add(&row)? {
                return Err(ImportError::Engine(format!("patients : {unfit}")));
            }
        }
        let report = &mut draft.report;
        report.leave_many(&Reason::NoBirth.sentence(), nobody);
        if self.contradictions > 0 {
            let lines = count(self.contradictions, "ligne");
            report.note(format!(
                "IR_BEN_R : {lines} en contradiction avec une autre de la même personne (naissance ou sexe) ; la première l'emporte"
            ));
        }
        if early > 0 {
            let left = agreed(early, "laissé");
            report.note(format!("IR_BEN_R : {early} décès d'avant la naissance, {left} de côté"));
        }
        let guessed = self.births.lock().unwrap_or_else(PoisonError::into_inner);
        if !guessed.is_empty() {
            let unsure = guessed.values().filter(|(from, to)| year_of(*from) != year_of(*to));
            let (all, unsure) = (guessed.len() as u64, unsure.count());
            report.note(format!(
                "IR_BEN_R : naissance inconnue et estimée d'après l'âge aux soins pour {}, dont {unsure} sans que l'année soit sûre",
                count(all, "personne")
            ));
        }
        Ok(())
    }
}

impl Person {
    /// Takes from another line of the same person what is not known yet; says
    /// whether they contradict each other.
    fn learn(&mut self, other: &Self) -> bool {
        let differ = (self.year.is_some() && other.year.is_some() && self.year != other.year)
            || (self.month.is_some() && other.month.is_some() && self.month != other.month)
            || (self.woman.is_some() && other.woman.is_some() && self.woman != other.woman);
        if self.year.is_none() {
            (self.year, self.month) = (other.year, other.month);
        } else if self.month.is_none() && self.year == other.year {
            self.month = other.month;
        }
        self.woman = self.woman.or(other.woman);
        self.death = self.death.or(other.death);
        if self.town.is_none() {
            self.town.clone_from(&other.town);
        }
        differ
    }
}

/// Reads a line; nothing without a pseudonym.
fn line(lines: &Lines, row: usize) -> Option<Line> {
    let pseudonym = lines.text(ben::PERSON, row)?;
    let rank = lines.integer(ben::RANK, row);
    let normal = lines
        .text(ben::NATURE, row)
        .is_none_or(|nature| !nature.is_empty() && nature.bytes().all(|digit| digit == b'0'));
    let id: Box<str> = match (lines.text(ben::IDENTITY, row), rank) {
        (Some(identity), _) => identity.into(),
        (None, Some(rank)) => format!("{pseudonym}-{rank}").into(),
        (None, None) => pseudonym.into(),
    };
    let person = normal.then(|| Person {
        id,
        year: plausible_year(lines.integer(ben::YEAR, row)),
        month: lines
            .integer(ben::MONTH, row)
            .and_then(|month| i8::try_from(month).ok())
            .filter(|month| (1..=12).contains(month)),
        woman: match lines.integer(ben::SEX, row) {
            Some(1) => Some(false),
            Some(2) => Some(true),
            _ => None,
        },
        death: lines.day(ben::DEATH, row).filter(|day| day::PLAUSIBLE.contains(day)),
        town: town(lines.text(ben::DEPARTMENT, row), lines.text(ben::TOWN, row)),
    });
    Some(Line { pseudonym: pseudonym.into(), rank, spot: lines.spot(row), person })
}

/// A year of birth, unless it stands for nothing.
pub(crate) fn plausible_year(year: Option<i64>) -> Option<i16> {
    year.and_then(|year| i16::try_from(year).ok()).filter(|year| day::YEARS.contains(year))
}

/// The code of a town of metropolitan France: two characters of the
/// département, three of the town. Elsewhere the two columns do not add up to
/// a code by a rule that is known.
fn town(department: Option<&str>, town: Option<&str>) -> Option<Box<str>> {
    let (department, town) = (department?, town?);
    let short = match department.strip_prefix('0') {
        Some(short) if department.len() == 3 => short,
        _ if department.len() == 2 => department,
        _ => return None,
    };
    (town.len() == 3).then(|| format!("{short}{town}").into())
}

/// The first day of a month.
pub(crate) fn first_day(year: i16, month: i8) -> Option<i32> {
    jiff::civil::Date::new(year, month, 1).ok().map(day::of)
}

/// The year of a day.
pub(crate) fn year_of(days: i32) -> Option<i16> {
    day::date(days).map(jiff::civil::Date::year)
}

/// The days on which someone may be born who is of this age on a day: months
/// below 2 years, written from 1000, else years. Nothing for a code that tells
/// no age.
pub(crate) fn born_within(age: i64, on: i32) -> Option<(i32, i32)> {
    let on = day::date(on)?;
    let back = |months: i64| on.checked_sub(jiff::Span::new().try_months(months).ok()?).ok();
    let (from, to) = match age {
        1000..=1023 => (back(age - 1000 + 1)?, back(age - 1000)?),
        2..=130 => (back((age + 1) * 12)?, back(age * 12)?),
        _ => return None,
    };
    Some((day::of(from) + 1, day::of(to)))
}
