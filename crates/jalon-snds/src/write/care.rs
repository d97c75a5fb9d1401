//! Deliveries and acts: `ER_PRS_F`, its details, `IR_PHA_R`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jalon_data::{Dossier, Format, day};
use jalon_import::ImportError;

use super::facts::{Rows, each};
use super::output::Kind::{Date, Integer, Text};
use super::output::{Cell, Column, Flows, TableFile};
use super::references::{Person, pseudonym};
use super::{Cut, Summary};

/// The nine keys, in the order of [`Keys::cells`].
macro_rules! keyed {
    ($($column:expr),* $(,)?) => {
        &[
            ("FLX_DIS_DTD", Date),
            ("FLX_TRT_DTD", Date),
            ("FLX_EMT_TYP", Integer),
            ("FLX_EMT_NUM", Integer),
            ("FLX_EMT_ORD", Integer),
            ("ORG_CLE_NUM", Text),
            ("DCT_ORD_NUM", Integer),
            ("PRS_ORD_NUM", Integer),
            ("REM_TYP_AFF", Integer),
            $($column),*
        ]
    };
}

const SERVICES: &[Column] = keyed![
    ("BEN_NIR_PSA", Text),
    ("BEN_RNG_GEM", Integer),
    ("BEN_NAI_ANN", Integer),
    ("BEN_SEX_COD", Integer),
    ("BEN_CMU_TOP", Integer),
    ("EXE_SOI_DTD", Date),
    ("PRE_PRE_DTD", Date),
    ("PRS_NAT_REF", Integer),
    ("PRS_ACT_QTE", Integer),
    ("PFS_EXE_NUM", Text),
    ("PFS_PRE_NUM", Text),
    ("PSE_SPE_COD", Integer),
    ("DPN_QLF", Integer),
    ("PRS_DPN_QLP", Integer),
    ("CPL_MAJ_TOP", Integer),
];

const BOXES: &[Column] = keyed![("PHA_PRS_C13", Integer), ("PHA_ACT_QSN", Integer)];
const LABORATORY: &[Column] = keyed![("BIO_PRS_IDE", Integer), ("BIO_ACT_QSN", Integer)];
const ACTS: &[Column] = keyed![("CAM_PRS_IDE", Text)];

const PRODUCTS: &[Column] = &[
    ("PHA_CIP_C13", Integer),
    ("PHA_ATC_CLA", Text),
    ("PHA_CND_TOP", Text),
    ("PHA_GRS_NUM", Integer),
    ("PHA_MED_GEN", Integer),
];

/// Services that are only the price of their detail: pharmacy at 65 %,
/// laboratory acts, technical acts.
const PHARMACY: i64 = 3313;
const BIOLOGY: i64 = 3211;
const TECHNICAL: i64 = 1352;

/// Lines of a statement.
const STATEMENT: u64 = 10;

/// The service of the SNDS for a letter of the nomenclature, for those that
/// have one of their own.
#[must_use]
pub fn letter_service(letter: &str) -> Option<u16> {
    Some(match letter {
        "COE" => 1104,
        "GS" => 1109,
        "G" => 1110,
        "C" => 1111,
        "CS" => 1112,
        "TC" => 1191,
        "TCG" => 1192,
        "V" => 1211,
        "VL" => 1214,
        "SF" => 1911,
        "AMI" => 3111,
        "AIS" => 3112,
        "AMK" => 3122,
        "AMS" => 3125,
        _ => return None,
    })
}

/// What a presentation is, beside its code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Product {
    cip13: Option<i64>,
    atc: Option<String>,
    large: Option<bool>,
    repertoire: Option<bool>,
}

/// Presentations, each with a code of its own.
#[derive(Default)]
struct Products {
    codes: BTreeMap<Product, i64>,
    taken: BTreeSet<i64>,
    invented: i64,
}

/// Before the first code invented: thirteen digits that no drug bears.
const INVENTED: i64 = 9_000_000_000_000;

impl Products {
    fn code(&mut self, product: Product) -> i64 {
        if let Some(code) = self.codes.get(&product) {
            return *code;
        }
        let own = product.cip13.filter(|code| self.taken.insert(*code));
        let code = own.unwrap_or_else(|| {
            self.invented += 1;
            INVENTED + self.invented
        });
        self.codes.insert(product, code);
        code
    }
}

/// The keys of a line.
#[derive(Clone, Copy)]
struct Keys {
    flow: (i16, i8),
    available: i32,
    treated: i32,
    statement: i64,
    service: i64,
}

impl Keys {
    fn cells(self) -> [Cell<'static>; 9] {
        [
            Cell::Day(self.available),
            Cell::Day(self.treated),
            Cell::Integer(1),
            Cell::Integer(1),
            Cell::Integer(1),
            Cell::Text("01C000001"),
            Cell::Integer(self.statement),
            Cell::Integer(self.service),
            Cell::Integer(0),
        ]
    }
}

/// Claims under way.
struct Claims<'a> {
    people: &'a BTreeMap<String, Person>,
    services: Flows,
    /// Lines so far of each flow.
    lines: BTreeMap<(i16, i8), u64>,
}

/// A service about to be written.
#[derive(Clone, Copy)]
struct Service<'a> {
    patient: &'a str,
    day: i32,
    nature: i64,
    quantity: i64,
    performer: Option<&'a str>,
    speciality: Option<i64>,
    prescriber: Option<&'a str>,
}

impl Claims<'_> {
    /// Writes a service, known the month after the care; gives its keys.
    fn add(&mut self, service: Service<'_>) -> Result<Keys, ImportError> {
        let date = day::date(service.day).unwrap_or_default();
        let treated = date.last_of_month();
        let available = treated.tomorrow().unwrap_or(treated);
        let flow = (available.year(), available.month());
        let lines = self.lines.entry(flow).or_default();
        let (statement, rank) = (*lines / STATEMENT + 1, *lines % STATEMENT + 1);
        *lines += 1;
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let keys = Keys {
            flow,
            available: day::of(available),
            treated: day::of(treated),
            statement: number(statement),
            service: number(rank),
        };
        let person = self.people.get(service.patient);
        let own = [
            Cell::Text(&pseudonym(service.patient)),
            Cell::Integer(1),
            person.map(|person| i64::from(person.year)).into(),
            person.map(|person| if person.woman { 2 } else { 1 }).into(),
            person.and_then(|person| person.covered).map(i64::from).into(),
            Cell::Day(service.day),
            Cell::Day(service.day),
            Cell::Integer(service.nature),
            Cell::Integer(service.quantity),
            service.performer.into(),
            service.prescriber.into(),
            service.speciality.into(),
            Cell::Integer(0),
            Cell::Integer(0),
            Cell::Integer(0),
        ];
        let mut cells = [Cell::Unknown; 24];
        cells.iter_mut().zip(keys.cells().into_iter().chain(own)).for_each(|(to, from)| *to = from);
        self.services.add(flow, &cells)?;
        Ok(keys)
    }
}

fn add_detail(table: &mut Flows, keys: Keys, own: &[Cell<'_>]) -> Result<(), ImportError> {
    let mut cells = keys.cells().to_vec();
    cells.extend_from_slice(own);
    table.add(keys.flow, &cells)
}

/// Writes the claims of a dossier.
pub(super) fn write(
    dossier: &Dossier,
    dir: &Path,
    format: Format,
    cut: Cut,
    people: &BTreeMap<String, Person>,
    summary: &mut Summary,
) -> Result<(), ImportError> {
    let flows = |name, columns| Flows::new(dir, name, columns, format, cut == Cut::Monthly);
    let services = flows("ER_PRS_F", SERVICES);
    let mut claims = Claims { people, services, lines: BTreeMap::new() };
    let mut products = Products::default();
    let mut boxes = flows("ER_PHA_F", BOXES);
    each(dossier, "delivrances", |rows| {
        (0..rows.count())
            .try_for_each(|row| delivery(rows, row, &mut claims, &mut products, &mut boxes))
    })?;
    let mut laboratory = flows("ER_BIO_F", LABORATORY);
    let mut acts = flows("ER_CAM_F", ACTS);
    each(dossier, "actes", |rows| {
        for row in 0..rows.count() {
            if !act(rows, row, &mut claims, &mut laboratory, &mut acts)? {
                summary.left_acts += 1;
            }
        }
        Ok(())
    })?;
    for table in [claims.services, boxes, laboratory, acts] {
        let (name, rows) = table.finish()?;
        summary.rows.push((name.to_owned(), rows));
    }
    let path = dir.join(format!("IR_PHA_R.{}", format.extension()));
    let mut file = TableFile::create(path, PRODUCTS, format)?;
    let mut listed: Vec<_> =
        products.codes.into_iter().map(|(product, code)| (code, product)).collect();
    listed.sort();
    for (code, product) in &listed {
        file.add(&[
            Cell::Integer(*code),
            product.atc.as_deref().into(),
            product.large.map(|large| if large { "GC" } else { "NGC" }).into(),
            product.repertoire.filter(|listed| *listed).map(i64::from).into(),
            product.repertoire.map(i64::from).into(),
        ])?;
    }
    file.finish()?;
    summary.rows.push(("IR_PHA_R".to_owned(), listed.len() as u64));
    summary.invented_presentations = products.invented.unsigned_abs();
    Ok(())
}

fn delivery(
    rows: &Rows,
    row: usize,
    claims: &mut Claims<'_>,
    products: &mut Products,
    boxes: &mut Flows,
) -> Result<(), ImportError> {
    let product = Product {
        cip13: rows.text(2, row).and_then(|code| code.parse().ok()).filter(|code| *code > 0),
        atc: rows.text(3, row).map(str::to_owned),
        large: rows.boolean(6, row),
        repertoire: rows.boolean(7, row),
    };
    let quantity = rows.integer(4, row).unwrap_or_default();
    let keys = claims.add(Service {
        patient: rows.text(0, row).unwrap_or_default(),
        day: rows.day(1, row).unwrap_or_default(),
        nature: PHARMACY,
        quantity,
        performer: None,
        speciality: None,
        prescriber: rows.text(8, row),
    })?;
    add_detail(boxes, keys, &[Cell::Integer(products.code(product)), Cell::Integer(quantity)])
}

/// Writes an act; says whether the SNDS has a place for it.
fn act(
    rows: &Rows,
    row: usize,
    claims: &mut Claims<'_>,
    laboratory: &mut Flows,
    acts: &mut Flows,
) -> Result<bool, ImportError> {
    let code = rows.text(3, row).unwrap_or_default();
    let quantity = rows.integer(4, row).unwrap_or_default();
    let service = Service {
        patient: rows.text(0, row).unwrap_or_default(),
        day: rows.day(1, row).unwrap_or_default(),
        nature: 0,
        quantity,
        performer: rows.text(6, row),
        speciality: rows.text(7, row).and_then(|code| code.parse().ok()),
        prescriber: rows.text(8, row),
    };
    let number: Option<i64> = code.parse().ok().filter(|code| *code > 0);
    match (rows.text(2, row), number) {
        (Some("nabm"), Some(code)) => {
            let keys = claims.add(Service { nature: BIOLOGY, ..service })?;
            add_detail(laboratory, keys, &[Cell::Integer(code), Cell::Integer(quantity)])?;
        }
        (Some("ccam"), _) => {
            let keys = claims.add(Service { nature: TECHNICAL, ..service })?;
            add_detail(acts, keys, &[Cell::Text(code)])?;
        }
        (Some("prestation"), Some(nature)) => {
            claims.add(Service { nature, ..service })?;
        }
        (Some("ngap"), _) => {
            let Some(nature) = letter_service(code) else { return Ok(false) };
            claims.add(Service { nature: nature.into(), ..service })?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}
