//! Facts, by table and patient, written as canonical rows.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Int64Builder, RecordBatch, StringViewBuilder,
};
use jalon_data::{Table, canonical_schema, schema};
use jalon_import::{Draft, ImportError};

use crate::codes::unpack;
use crate::facts::{Fact, System, Target};
use crate::names::Names;
use crate::practitioners::Practitioners;
use crate::products::{Product, Products};
use crate::tally::{Reason, count};

/// Rows written at once.
const BATCH: usize = 1 << 16;

/// Most codes of presentations without class that are counted one by one.
const CODES: usize = 100_000;

/// Practitioners, now that all of them are met.
#[derive(Debug, Default)]
struct Known {
    /// By number; the first is nobody.
    names: Vec<Arc<[u8]>>,
    /// Their places in the order of names: numbers depend on who read first.
    order: Vec<u32>,
    specialities: Vec<u8>,
}

impl Known {
    fn of(names: &Names, practitioners: &Practitioners) -> Self {
        let mut all: Vec<Arc<[u8]>> = vec![Arc::from(&b""[..])];
        all.extend(names.list());
        let mut sorted: Vec<usize> = (0..all.len()).collect();
        sorted.sort_unstable_by(|a, b| all[*a].cmp(&all[*b]));
        let mut order = vec![0; all.len()];
        for (place, number) in (0..).zip(sorted) {
            order[number] = place;
        }
        let specialities =
            all.iter().map(|name| practitioners.speciality(&String::from_utf8_lossy(name)));
        Self { specialities: specialities.collect(), order, names: all }
    }

    fn order(&self, number: u32) -> u32 {
        at(&self.order, number).copied().unwrap_or_default()
    }

    fn name(&self, number: u32) -> Option<&str> {
        at(&self.names, number)
            .and_then(|name| str::from_utf8(name).ok())
            .filter(|it| !it.is_empty())
    }

    fn speciality(&self, number: u32) -> u8 {
        at(&self.specialities, number).copied().unwrap_or_default()
    }
}

fn at<T>(list: &[T], number: u32) -> Option<&T> {
    list.get(usize::try_from(number).ok()?)
}

/// What facts are written with.
pub(crate) struct Sink<'a> {
    draft: &'a mut Draft,
    ids: Vec<&'a str>,
    /// Births by patient: known once all is read.
    births: Box<dyn Fn() -> Vec<Option<i32>> + 'a>,
    known_births: Vec<Option<i32>>,
    names: &'a Names,
    practitioners: &'a Practitioners,
    products: &'a Products<'a>,
    known: Known,
    started: bool,
    /// The facts of one patient in one table.
    pending: Vec<Fact>,
    rows: Option<Rows>,
    early: u64,
    unborn: u64,
    classless: u64,
    classless_codes: BTreeSet<u64>,
}

impl<'a> Sink<'a> {
    pub fn new(
        draft: &'a mut Draft,
        ids: Vec<&'a str>,
        births: impl Fn() -> Vec<Option<i32>> + 'a,
        names: &'a Names,
        practitioners: &'a Practitioners,
        products: &'a Products<'a>,
    ) -> Self {
        Self {
            draft,
            ids,
            births: Box::new(births),
            known_births: Vec::new(),
            names,
            practitioners,
            products,
            known: Known::default(),
            started: false,
            pending: Vec::new(),
            rows: None,
            early: 0,
            unborn: 0,
            classless: 0,
            classless_codes: BTreeSet::new(),
        }
    }

    /// Takes facts, in the order of tables and patients.
    pub fn take(&mut self, batch: &RecordBatch) -> Result<(), ImportError> {
        if !self.started {
            // Facts come once everything is read.
            self.started = true;
            self.known = Known::of(self.names, self.practitioners);
            self.known_births = (self.births)();
        }
        for fact in crate::batches::facts(batch) {
            let target = |fact: &Fact| (fact.system.target(), fact.patient);
            if self.pending.last().is_some_and(|last| target(last) != target(&fact)) {
                self.flush()?;
            }
            self.pending.push(fact);
        }
        Ok(())
    }

    /// Writes what is left, and tells what was left out.
    pub fn end(&mut self) -> Result<(), ImportError> {
        self.flush()?;
        if let Some(mut rows) = self.rows.take() {
            self.draft.write(rows.table.name, &rows.finish()?)?;
        }
        let report = &mut self.draft.report;
        report.leave_many(&Reason::BeforeBirth.sentence(), self.early);
        report.leave_many("soin d'une personne de naissance inconnue", self.unborn);
        if self.classless > 0 {
            let more = if self.classless_codes.len() == CODES { "plus de " } else { "" };
            report.note(format!(
                "{} sans classe ATC, de {more}{} que ni IR_PHA_R ni la nomenclature ne classent",
                count(self.classless, "délivrance"),
                count(self.classless_codes.len() as u64, "code")
            ));
        }
        Ok(())
    }

    /// Writes the facts of a patient, in an order that depends on them alone.
    fn flush(&mut self) -> Result<(), ImportError> {
        let Some(first) = self.pending.first().copied() else { return Ok(()) };
        let known = &self.known;
        self.pending.sort_unstable_by_key(|fact| {
            let Fact { day, system, code, quantity, position, speciality, act, .. } = *fact;
            let people = (known.order(fact.performer), known.order(fact.prescriber));
            (day, system, code, act, position, quantity, speciality, people)
        });
        let target = first.system.target();
        if self.rows.as_ref().is_some_and(|rows| rows.target != target)
            && let Some(mut rows) = self.rows.take()
        {
            self.draft.write(rows.table.name, &rows.finish()?)?;
        }
        let birth = at(&self.known_births, first.patient).copied().flatten();
        let id = at(&self.ids, first.patient).copied();
        let (Some(birth), Some(id)) = (birth, id) else {
            self.unborn += self.pending.len() as u64;
            self.pending.clear();
            return Ok(());
        };
        let rows = match &mut self.rows {
            Some(rows) => rows,
            none => none.insert(Rows::of(target)?),
        };
        for fact in self.pending.drain(..) {
            if fact.day < birth {
                self.early += 1;
                continue;
            }
            match target {
                Target::Deliveries => {
                    let product = match fact.system {
                        System::Cip13 => self.products.cip13(fact.code),
                        _ => self.products.ucd(fact.code),
                    };
                    if product.as_ref().is_none_or(|product| product.atc.is_none()) {
                        self.classless += 1;
                        if self.classless_codes.len() < CODES {
                            self.classless_codes.insert(fact.code);
                        }
                    }
                    rows.delivery(id, &fact, product.as_deref(), known);
                }
                Target::Acts => rows.act(id, &fact, known),
                Target::Stays => rows.stay(id, &fact),
            }
            if rows.count == BATCH {
                self.draft.write(rows.table.name, &rows.finish()?)?;
            }
        }
        Ok(())
    }
}

/// Rows of a table being gathered. Only the columns of the table are used.
struct Rows {
    target: Target,
    table: &'static Table,
    count: usize,
    patient: StringViewBuilder,
    day: Date32Builder,
    texts: [StringViewBuilder; 5],
    number: Int64Builder,
    none: Int64Builder,
    end: Date32Builder,
    flags: [BooleanBuilder; 2],
    /// The codes written last, by what they were written from.
    last_code: (u64, String),
}

impl Rows {
    fn of(target: Target) -> Result<Self, ImportError> {
        let name = match target {
            Target::Deliveries => "delivrances",
            Target::Acts => "actes",
            Target::Stays => "sejours",
        };
        let table = schema::table(name)
            .ok_or_else(|| ImportError::Engine(format!("table inconnue : {name}")))?;
        Ok(Self {
            target,
            table,
            count: 0,
            patient: StringViewBuilder::with_capacity(BATCH),
            day: Date32Builder::with_capacity(BATCH),
            texts: std::array::from_fn(|_| StringViewBuilder::with_capacity(BATCH)),
            number: Int64Builder::with_capacity(BATCH),
            none: Int64Builder::new(),
            end: Date32Builder::new(),
            flags: std::array::from_fn(|_| BooleanBuilder::new()),
            last_code: (0, String::new()),
        })
    }

    fn start(&mut self, id: &str, fact: &Fact) {
        self.count += 1;
        self.patient.append_value(id);
        self.day.append_value(fact.day);
    }

    fn delivery(&mut self, id: &str, fact: &Fact, product: Option<&Product>, known: &Known) {
        self.start(id, fact);
        let [cip13, atc, prescriber, ..] = &mut self.texts;
        if fact.system == System::Cip13 {
            if self.last_code.0 != fact.code {
                self.last_code = (fact.code, fact.code.to_string());
            }
            cip13.append_value(&self.last_code.1);
        } else {
            cip13.append_null();
        }
        atc.append_option(product.and_then(|product| product.atc.as_deref()));
        self.number.append_value(fact.quantity.into());
        self.none.append_null();
        let [large, repertoire] = &mut self.flags;
        large.append_option(product.and_then(|product| product.large));
        repertoire.append_option(product.and_then(|product| product.repertoire));
        prescriber.append_option(known.name(fact.prescriber));
    }

    fn act(&mut self, id: &str, fact: &Fact, known: &Known) {
        self.start(id, fact);
        let [system, code, performer, speciality, prescriber] = &mut self.texts;
        let (name, text) = match fact.system {
            // As laboratories write them: four digits.
            System::Nabm => ("nabm", format!("{:04}", fact.code)),
            System::Ccam => ("ccam", unpack(fact.code)),
            System::Letter => ("ngap", unpack(fact.code)),
            _ => ("prestation", fact.code.to_string()),
        };
        system.append_value(name);
        code.append_value(text);
        self.number.append_value(fact.quantity.into());
        performer.append_option(known.name(fact.performer));
        let told = match fact.speciality {
            0 => known.speciality(fact.performer),
            told => told,
        };
        speciality.append_option((told != 0).then(|| told.to_string()));
        prescriber.append_option(known.name(fact.prescriber));
    }

    fn stay(&mut self, id: &str, fact: &Fact) {
        self.start(id, fact);
        self.end
            .append_option((fact.quantity >= 0).then(|| fact.day.saturating_add(fact.quantity)));
        let [diagnosis, position, act, ..] = &mut self.texts;
        diagnosis.append_value(unpack(fact.code));
        position.append_value(match fact.position {
            0 => "DP",
            1 => "DR",
            _ => "DAS",
        });
        act.append_option((fact.act != 0).then(|| unpack(fact.act)));
    }

    fn finish(&mut self) -> Result<RecordBatch, ImportError> {
        self.count = 0;
        let patient = Arc::new(self.patient.finish()) as ArrayRef;
        let day = Arc::new(self.day.finish()) as ArrayRef;
        let texts = self.texts.each_mut().map(|it| Arc::new(it.finish()) as ArrayRef);
        let text = |rank: usize| texts.get(rank).map_or_else(|| Arc::clone(&patient), Arc::clone);
        let mut number = || Arc::new(self.number.finish()) as ArrayRef;
        let columns: Vec<ArrayRef> = match self.target {
            Target::Deliveries => {
                let [large, repertoire] = &mut self.flags;
                vec![
                    Arc::clone(&patient),
                    day,
                    text(0),
                    text(1),
                    number(),
                    Arc::new(self.none.finish()),
                    Arc::new(large.finish()),
                    Arc::new(repertoire.finish()),
                    text(2),
                ]
            }
            Target::Acts => {
                let count = patient.len();
                let value =
                    arrow::array::new_null_array(&arrow::datatypes::DataType::Utf8View, count);
                vec![
                    Arc::clone(&patient),
                    day,
                    text(0),
                    text(1),
                    number(),
                    value,
                    text(2),
                    text(3),
                    text(4),
                ]
            }
            Target::Stays => {
                vec![
                    Arc::clone(&patient),
                    day,
                    Arc::new(self.end.finish()),
                    text(0),
                    text(1),
                    text(2),
                ]
            }
        };
        Ok(RecordBatch::try_new(canonical_schema(self.table), columns)?)
    }
}
