//! Lines of the large tables made of keys and words.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use jalon_data::day;

use crate::batches::Columns;
use crate::codes::{ccam, cip13_of_cip7, pack, ucd7};
use crate::key::Keys;
use crate::lines::Lines;
use crate::months::{Months, SharedMonths};
use crate::names::{Names, Reader};
use crate::people::{People, Verdict, born_within, plausible_year};
use crate::practitioners::speciality;
use crate::reader::{Part, read};
use crate::rules::is_information;
use crate::source::Source;
use crate::spec::{TableId, detail, key, pmsi, prs};
use crate::tally::{Reason, SharedTally, Tally};
use crate::words::{Detail, Head, Line, Tag};

/// The tables that go through the join, largest first.
pub(crate) const TABLES: [TableId; 13] = [
    TableId::Prs,
    TableId::Pha,
    TableId::Bio,
    TableId::Cam,
    TableId::Ete,
    TableId::Ucd,
    TableId::Visit,
    TableId::VisitAct,
    TableId::VisitLetter,
    TableId::Stay,
    TableId::StayMain,
    TableId::StayOther,
    TableId::StayAct,
];

/// What all readers share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub source: Arc<Source>,
    pub people: Arc<People>,
    pub flows: Arc<Names>,
    pub practitioners: Arc<Names>,
    /// Of the practitioners numbered first, the latest speciality their own
    /// lines tell: 256 times the day, plus the code.
    pub wanted: Vec<AtomicI64>,
    pub tally: SharedTally,
    pub months: SharedMonths,
    /// Lines read, by the rank of the table in [`TABLES`].
    pub counts: [AtomicUsize; TABLES.len()],
    pub parts: Vec<Part>,
    pub next: AtomicUsize,
}

/// Reads parts, one after the other, until all readers have read all.
pub(crate) struct Feed {
    shared: Arc<Shared>,
    part: Option<(TableId, u8, Box<dyn Iterator<Item = Lines> + Send>)>,
    keys: Keys,
    practitioners: Reader,
    tally: Tally,
    months: Months,
    columns: Columns,
}

/// Why a line is no line of the join.
enum Refusal {
    /// Counted, and left.
    Left(Reason),
    /// Already told as a fault.
    Fault,
}

impl Feed {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self {
            keys: Keys::new(Arc::clone(&shared.flows)),
            practitioners: Reader::new(Arc::clone(&shared.practitioners)),
            shared,
            part: None,
            tally: Tally::default(),
            months: Months::default(),
            columns: Columns::default(),
        }
    }

    /// The next part to read, if there is one left.
    fn turn(&mut self) -> bool {
        let rank = self.shared.next.fetch_add(1, Ordering::Relaxed);
        let Some(part) = self.shared.parts.get(rank) else { return false };
        let Some((file, _)) = self.shared.source.file(part.file) else { return false };
        self.part = Some((file.table, file.year, read(&self.shared.source, part)));
        true
    }

    fn add(&mut self, table: TableId, year: u8, lines: &Lines) {
        if let Some(rank) = TABLES.iter().position(|known| *known == table) {
            self.shared.counts[rank].fetch_add(lines.len(), Ordering::Relaxed);
        }
        for row in 0..lines.len() {
            let number = || lines.numbers.get(row).copied().unwrap_or_default();
            let key = match table {
                TableId::Stay | TableId::StayMain | TableId::StayOther | TableId::StayAct => {
                    self.keys.pmsi(b'C', year, lines, row)
                }
                TableId::Visit | TableId::VisitAct | TableId::VisitLetter => {
                    self.keys.pmsi(b'S', year, lines, row)
                }
                _ => self.keys.dcir(lines, row),
            };
            let key = match key {
                Ok(key) => key,
                Err((column, words)) => {
                    self.shared.source.complain(lines.file, number(), Some(column), || words);
                    continue;
                }
            };
            let result = match table {
                TableId::Prs => self.service(key, lines, row),
                TableId::Stay | TableId::Visit => self.hospital(table, key, lines, row),
                _ => self.detail(table, key, lines, row),
            };
            match result {
                Ok(()) | Err(Refusal::Fault) => {}
                Err(Refusal::Left(reason)) => self.tally.leave(reason, lines.spot(row)),
            }
        }
    }

    /// Whom a line is about.
    fn patient(
        &self,
        table: TableId,
        column: usize,
        rank: Option<i64>,
        lines: &Lines,
        row: usize,
    ) -> Result<u32, Refusal> {
        let Some(person) = lines.text(column, row) else {
            self.shared.source.empty_cell(lines, row, column);
            return Err(Refusal::Fault);
        };
        match self.shared.people.find(person, rank) {
            Verdict::Patient(patient) => Ok(patient),
            Verdict::Left => Err(Refusal::Left(Reason::LeftPerson(table))),
            Verdict::Stranger => Err(Refusal::Left(Reason::Stranger(table))),
            Verdict::Ambiguous => Err(Refusal::Left(Reason::Ambiguous(table))),
        }
    }

    /// Puts a head, or what stands for one that is left out: its details must
    /// know that they had one.
    fn head(&mut self, key: i128, head: Head, found: Result<u32, Refusal>) -> Result<(), Refusal> {
        let (patient, refusal) = match found {
            Ok(patient) => (Some(patient), None),
            Err(refusal) => (None, Some(refusal)),
        };
        self.columns.push_line(key, Line::Head(Head { patient, ..head }));
        refusal.map_or(Ok(()), Err)
    }

    /// A line of `ER_PRS_F`.
    fn service(&mut self, key: i128, lines: &Lines, row: usize) -> Result<(), Refusal> {
        let mut head = Head {
            supplement: lines.integer(prs::SUPPLEMENT, row).is_some_and(|top| top >= 2),
            speciality: speciality(lines.integer(prs::SPECIALITY, row)).unwrap_or(0),
            ..Head::new(Tag::Service, lines.spot(row))
        };
        let information = is_information(lines.integer(prs::QUALIFIER, row))
            || is_information(lines.integer(prs::SENT_QUALIFIER, row));
        if information {
            return self.head(key, head, Err(Refusal::Left(Reason::Information)));
        }
        let rank = lines.integer(prs::RANK, row);
        let found = self.patient(TableId::Prs, prs::PERSON, rank, lines, row);
        let Ok(patient) = found else { return self.head(key, head, found) };
        let day = lines.day(prs::DATE, row).filter(|day| day::PLAUSIBLE.contains(day));
        let Some(day) = day else {
            return self.head(key, head, Err(Refusal::Left(Reason::NoDay(TableId::Prs))));
        };
        let nature = lines.integer(prs::NATURE, row).and_then(|it| u16::try_from(it).ok());
        let Some(nature) = nature else {
            return self.head(key, head, Err(Refusal::Left(Reason::NoCode(TableId::Prs))));
        };
        let quantity = lines.integer(prs::QUANTITY, row).unwrap_or_default();
        let Ok(quantity) = i32::try_from(quantity) else {
            return self.head(key, head, Err(Refusal::Left(Reason::Absurd(TableId::Prs))));
        };
        (head.day, head.nature, head.quantity) = (day, nature, quantity);
        head.performer = self.practitioner(lines, prs::PERFORMER, row)?;
        head.prescriber = self.practitioner(lines, prs::PRESCRIBER, row)?;
        self.learn(&head, patient, lines, row);
        self.head(key, head, Ok(patient))
    }

    fn practitioner(&mut self, lines: &Lines, column: usize, row: usize) -> Result<u32, Refusal> {
        let Some(number) = lines.text(column, row) else { return Ok(0) };
        self.practitioners.number(number.as_bytes()).ok_or_else(|| {
            let at = lines.numbers.get(row).copied().unwrap_or_default();
            self.shared.source.complain(lines.file, at, Some(column), || {
                jalon_data::fault::Words::new(
                    "trop de professionnels différents : plus de quatre millions",
                )
                .hint("les colonnes ont-elles été confondues ?")
            });
            Refusal::Fault
        })
    }

    /// What a line says of people besides its act.
    fn learn(&mut self, head: &Head, patient: u32, lines: &Lines, row: usize) {
        let people = &self.shared.people;
        self.months.count(head.day, lines.day(key::MADE_AVAILABLE, row));
        let contract = lines.integer(prs::CONTRACT, row);
        let cmu = lines.integer(prs::CMU, row);
        if contract.is_some() || cmu.is_some() {
            people.cover(patient, head.day, contract == Some(CMU_CONTRACT) || cmu == Some(1));
        }
        if head.speciality != 0
            && let Some(known) =
                usize::try_from(head.performer).ok().and_then(|it| self.shared.wanted.get(it))
        {
            let told = i64::from(head.day) * 256 + i64::from(head.speciality);
            known.fetch_max(told, Ordering::Relaxed);
        }
        if people.lacks_birth(patient) {
            let year = plausible_year(lines.integer(prs::BIRTH_YEAR, row));
            let within = match year {
                Some(year) => jiff::civil::Date::new(year, 1, 1)
                    .ok()
                    .map(|first| (day::of(first), day::of(first.last_of_year()))),
                None => lines.integer(prs::AGE, row).and_then(|age| born_within(age, head.day)),
            };
            if let Some((from, to)) = within {
                people.bound_birth(patient, from, to);
            }
        }
    }

    /// A stay, or an outpatient visit of a hospital.
    fn hospital(
        &mut self,
        table: TableId,
        key: i128,
        lines: &Lines,
        row: usize,
    ) -> Result<(), Refusal> {
        let tag = if table == TableId::Stay { Tag::Stay } else { Tag::Visit };
        let mut head = Head::new(tag, lines.spot(row));
        let found = self.patient(table, pmsi::PERSON, None, lines, row);
        let Ok(patient) = found else { return self.head(key, head, found) };
        let day = lines.day(pmsi::FROM, row).filter(|day| day::PLAUSIBLE.contains(day));
        let Some(day) = day else {
            return self.head(key, head, Err(Refusal::Left(Reason::NoDay(table))));
        };
        head.day = day;
        if table == TableId::Stay
            && let Some(to) = lines.day(pmsi::TO, row).filter(|day| day::PLAUSIBLE.contains(day))
        {
            let Ok(days) = u32::try_from(to - day) else {
                return self.head(key, head, Err(Refusal::Left(Reason::Reversed(table))));
            };
            head.days = Some(days);
        }
        self.head(key, head, Ok(patient))
    }

    /// A line that tells what a head is about.
    fn detail(
        &mut self,
        table: TableId,
        key: i128,
        lines: &Lines,
        row: usize,
    ) -> Result<(), Refusal> {
        let no_code = || Refusal::Left(Reason::NoCode(table));
        let number = |column| lines.integer(column, row);
        let whole =
            |code: Option<i64>| code.and_then(|code| u64::try_from(code).ok()).filter(|it| *it > 0);
        let letters = |column: usize| lines.text(column, row).and_then(pack);
        let detail = Detail {
            tag: Tag::Box,
            speciality: 0,
            delay: 0,
            quantity: 1,
            code: 0,
            spot: lines.spot(row),
        };
        let quantity = |column: usize| {
            let quantity = number(column).unwrap_or_default();
            i32::try_from(quantity).map_err(|_| Refusal::Left(Reason::Absurd(table)))
        };
        // Days after the entry: four digits at most, of any sign.
        let delay = || number(pmsi::DELAY).and_then(|delay| i16::try_from(delay).ok()).unwrap_or(0);
        let line = match table {
            TableId::Pha => {
                let code = whole(number(detail::CODE))
                    .or_else(|| whole(number(detail::OLD_CODE).and_then(cip13_of_cip7)));
                let quantity = quantity(detail::QUANTITY)?;
                Detail { code: code.ok_or_else(no_code)?, quantity, ..detail }
            }
            TableId::Ucd => {
                let code = whole(number(detail::CODE).and_then(ucd7)).ok_or_else(no_code)?;
                let quantity = quantity(detail::QUANTITY)?;
                Detail { tag: Tag::HospitalDrug, code, quantity, ..detail }
            }
            TableId::Bio => {
                let code = whole(number(detail::CODE)).ok_or_else(no_code)?;
                let quantity = quantity(detail::QUANTITY)?;
                Detail { tag: Tag::Laboratory, code, quantity, ..detail }
            }
            TableId::Cam => {
                let code = lines.text(detail::CODE, row).and_then(ccam).ok_or_else(no_code)?;
                Detail { tag: Tag::Act, code, ..detail }
            }
            TableId::Ete => {
                // Only what is billed directly says something.
                if number(detail::CODE) != Some(1) {
                    return Ok(());
                }
                Detail { tag: Tag::HospitalBilling, code: 1, ..detail }
            }
            TableId::StayMain => {
                if let Some(code) = letters(pmsi::RELATED) {
                    let related = Detail { tag: Tag::RelatedDiagnosis, code, ..detail };
                    self.columns.push_line(key, Line::Detail(related));
                }
                let Some(code) = letters(pmsi::CODE) else {
                    return match lines.text(pmsi::CODE, row) {
                        Some(_) => Err(no_code()),
                        None => Ok(()),
                    };
                };
                Detail { tag: Tag::MainDiagnosis, code, ..detail }
            }
            TableId::StayOther => {
                let code = letters(pmsi::CODE).ok_or_else(no_code)?;
                Detail { tag: Tag::OtherDiagnosis, code, ..detail }
            }
            TableId::StayAct => {
                let code = lines.text(pmsi::CODE, row).and_then(ccam).ok_or_else(no_code)?;
                Detail { tag: Tag::StayAct, code, ..detail }
            }
            TableId::VisitAct => {
                let code = lines.text(pmsi::CODE, row).and_then(ccam).ok_or_else(no_code)?;
                Detail { tag: Tag::VisitAct, code, delay: delay().into(), ..detail }
            }
            _ => Detail {
                tag: Tag::VisitLetter,
                code: letters(pmsi::CODE).ok_or_else(no_code)?,
                delay: delay().into(),
                quantity: if lines.has(pmsi::QUANTITY) { quantity(pmsi::QUANTITY)? } else { 1 },
                speciality: speciality(number(pmsi::SPECIALITY)).unwrap_or(0),
                ..detail
            },
        };
        self.columns.push_line(key, Line::Detail(line));
        Ok(())
    }
}

/// The kind of complementary contract that is the CMU complémentaire, then the
/// complémentaire santé solidaire.
const CMU_CONTRACT: i64 = 89;

impl Iterator for Feed {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some((table, year, lines)) = &mut self.part else {
                if self.turn() {
                    continue;
                }
                self.tell();
                return None;
            };
            match lines.next() {
                Some(found) => {
                    let (table, year) = (*table, *year);
                    self.add(table, year, &found);
                    if self.columns.len() > 0 {
                        return Some(self.columns.take_lines());
                    }
                }
                None => self.part = None,
            }
        }
    }
}

impl Feed {
    /// Tells what was counted on the way.
    fn tell(&mut self) {
        self.shared.tally.add(std::mem::take(&mut self.tally));
        self.shared.months.add(&std::mem::take(&mut self.months));
    }
}
