//! The nine keys as one number.

use std::sync::Arc;

use jalon_data::fault::Words;

use crate::lines::Lines;
use crate::names::{Names, Reader};
use crate::spec::key as rank;

/// Makes a number of the keys of a line, the same for the same values,
/// whatever the widths the table declares.
///
/// Six of the nine keys tell the flow and the body a statement comes from:
/// they repeat over thousands of lines, and take one number for the six. The
/// number of the statement, of the service in it and of the kind of refund
/// follow, as they are.
#[derive(Debug)]
pub(crate) struct Keys {
    flows: Reader,
    flow: Vec<u8>,
}

/// Bits of the number of a statement, and of the kind of refund.
const LONG: u32 = 32;

/// Bits of the number of a service.
const SHORT: u32 = 24;

/// Stands for the flow of the simplified DCIR, and its single key.
const SINGLE: u32 = u32::MAX;

impl Keys {
    pub fn new(flows: Arc<Names>) -> Self {
        Self { flows: Reader::new(flows), flow: Vec::new() }
    }

    /// The key of a line of the DCIR; else what is wrong with it, and where.
    pub fn dcir(&mut self, lines: &Lines, row: usize) -> Result<i128, (usize, Words)> {
        if lines.has(rank::SINGLE) {
            let single = lines.integer(rank::SINGLE, row);
            let single = single.and_then(|single| u64::try_from(single).ok());
            let single = single.ok_or_else(|| missing(rank::SINGLE))?;
            return Ok(assemble(SINGLE, single.into()));
        }
        self.flow.clear();
        for column in [rank::MADE_AVAILABLE, rank::TREATED] {
            let day = lines.day(column, row).ok_or_else(|| missing(column))?;
            self.flow.extend(day.to_le_bytes());
        }
        for column in [rank::SENDER_TYPE, rank::SENDER, rank::SEQUENCE] {
            let number = lines.integer(column, row).ok_or_else(|| missing(column))?;
            self.flow.extend(number.to_le_bytes());
        }
        let body = lines.text(rank::BODY, row).ok_or_else(|| missing(rank::BODY))?;
        self.flow.extend(body.as_bytes());
        let flow = self.flows.number(&self.flow).ok_or_else(too_many)?;
        let statement = bounded(lines, rank::STATEMENT, row, LONG)?;
        let service = bounded(lines, rank::SERVICE, row, SHORT)?;
        let refund = bounded(lines, rank::REFUND, row, LONG)?;
        Ok(assemble(flow, statement << (SHORT + LONG) | service << LONG | refund))
    }

    /// The key of a line of the PMSI: the kind of its head (`C`, `S`), the year
    /// of its file, its hospital and its number there.
    pub fn pmsi(
        &mut self,
        kind: u8,
        year: u8,
        lines: &Lines,
        row: usize,
    ) -> Result<i128, (usize, Words)> {
        use crate::spec::pmsi::{HOSPITAL, NUMBER};
        let hospital = lines.text(HOSPITAL, row).ok_or_else(|| missing(HOSPITAL))?;
        self.flow.clear();
        self.flow.extend([kind, year]);
        // A number in one table, a text with its zeros in another.
        self.flow.extend(hospital.trim_start_matches('0').as_bytes());
        let flow = self.flows.number(&self.flow).ok_or_else(too_many)?;
        let number = lines.integer(NUMBER, row).and_then(|number| u64::try_from(number).ok());
        Ok(assemble(flow, number.ok_or_else(|| missing(NUMBER))?.into()))
    }
}

/// 32 bits of flow above 88: 120 bits, less than the 38 digits of a decimal.
fn assemble(flow: u32, rest: u128) -> i128 {
    let key = u128::from(flow) << 88 | rest;
    key.cast_signed()
}

fn bounded(lines: &Lines, column: usize, row: usize, bits: u32) -> Result<u128, (usize, Words)> {
    let number = lines.integer(column, row).ok_or_else(|| missing(column))?;
    let number = u128::try_from(number).ok().filter(|number| number >> bits == 0);
    number.ok_or_else(|| {
        let words = Words::new("nombre hors des bornes d'une clé");
        (column, words.hint(format!("entre 0 et {}", (1_u64 << bits) - 1)))
    })
}

fn missing(column: usize) -> (usize, Words) {
    let words = Words::new("clé de jointure vide ou négative");
    (column, words.hint("chaque ligne porte toutes les clés : exportez de nouveau la table"))
}

fn too_many() -> (usize, Words) {
    let words = Words::new("trop de flux différents : plus de quatre millions");
    (rank::MADE_AVAILABLE, words.hint("les colonnes des clés ont-elles été confondues ?"))
}
