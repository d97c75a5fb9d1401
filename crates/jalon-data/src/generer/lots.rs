//! Stories become rows: batches of the canonical tables.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Array, Date32Builder, Int64Array, Int64Builder, RecordBatch,
    StringViewArray, StringViewBuilder,
};
use arrow::error::ArrowError;

use super::World;
use super::declarations::{ListCount, declare};
use super::recit::{Told, tell};

/// Tables that come from stories, in the order of [`Lot::tables`].
pub(super) const TOLD: [&str; 7] =
    ["patients", "rattachements", "delivrances", "actes", "vaccinations", "ald", "sejours"];

/// Optional columns that stay empty, left out of the files.
pub(super) fn empty_columns(table: &str) -> &'static [&'static str] {
    match table {
        "medecins" => &["nom", "zone", "centre"],
        "patients" => &["commune"],
        "delivrances" => &["prescripteur"],
        "actes" => &["valeur", "prescripteur"],
        "declarations" => &["justificatif", "depart"],
        _ => &[],
    }
}

/// The rows of some patients that follow each other.
#[derive(Debug)]
pub(super) struct Lot {
    pub tables: [RecordBatch; 7],
    /// By doctor.
    pub counts: Vec<ListCount>,
}

/// Tells the patients of these numbers.
pub(super) fn lot(world: &World, first: u64, last: u64) -> Result<Lot, ArrowError> {
    let mut rows = Rows::default();
    let mut counts = vec![ListCount::default(); world.doctors.all.len()];
    for number in first..=last {
        let told = tell(world, number);
        if let Some((doctor, diabetic)) = told.listed
            && let Some(count) = counts.get_mut(doctor)
        {
            count.adults += 1;
            count.diabetics += u32::from(diabetic);
        }
        rows.add(world, &world.patient_id(number), &told);
    }
    Ok(Lot { tables: rows.finish()?, counts })
}

#[derive(Debug, Default)]
struct Patients {
    patient: StringViewBuilder,
    naissance: Date32Builder,
    sexe: StringViewBuilder,
    deces: Date32Builder,
    c2s: BooleanBuilder,
}

#[derive(Debug, Default)]
struct Rattachements {
    patient: StringViewBuilder,
    medecin: StringViewBuilder,
    debut: Date32Builder,
    fin: Date32Builder,
}

#[derive(Debug, Default)]
struct Delivrances {
    patient: StringViewBuilder,
    date: Date32Builder,
    cip13: StringViewBuilder,
    atc: StringViewBuilder,
    boites: Int64Builder,
    jours: Int64Builder,
    grand_conditionnement: BooleanBuilder,
    repertoire: BooleanBuilder,
}

#[derive(Debug, Default)]
struct Actes {
    patient: StringViewBuilder,
    date: Date32Builder,
    systeme: StringViewBuilder,
    code: StringViewBuilder,
    quantite: Int64Builder,
    executant: StringViewBuilder,
    specialite: StringViewBuilder,
}

#[derive(Debug, Default)]
struct Vaccinations {
    patient: StringViewBuilder,
    date: Date32Builder,
    code: StringViewBuilder,
    source: StringViewBuilder,
}

#[derive(Debug, Default)]
struct Maladies {
    patient: StringViewBuilder,
    numero: Int64Builder,
    cim10: StringViewBuilder,
    debut: Date32Builder,
    fin: Date32Builder,
}

#[derive(Debug, Default)]
struct Sejours {
    patient: StringViewBuilder,
    entree: Date32Builder,
    sortie: Date32Builder,
    cim10: StringViewBuilder,
    position: StringViewBuilder,
    ccam: StringViewBuilder,
}

#[derive(Debug, Default)]
struct Rows {
    patients: Patients,
    rattachements: Rattachements,
    delivrances: Delivrances,
    actes: Actes,
    vaccinations: Vaccinations,
    ald: Maladies,
    sejours: Sejours,
}

/// A batch of named columns.
macro_rules! batch {
    ($rows:expr, $($column:ident),+ $(,)?) => {
        named([$((stringify!($column), Arc::new($rows.$column.finish()) as ArrayRef)),+])
    };
}

/// A batch of these columns.
pub(super) fn named<const N: usize>(
    columns: [(&str, ArrayRef); N],
) -> Result<RecordBatch, ArrowError> {
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true)))
}

/// The doctors.
pub(super) fn doctors(world: &World) -> Result<RecordBatch, ArrowError> {
    let all = &world.doctors.all;
    let id: StringViewArray = all.iter().map(|doctor| Some(&doctor.id)).collect();
    let specialty: StringViewArray = all.iter().map(|_| Some("medecine-generale")).collect();
    let installed: Date32Array = all.iter().map(|doctor| Some(doctor.installed)).collect();
    let born: Date32Array = all.iter().map(|doctor| Some(doctor.born)).collect();
    let sector: StringViewArray = all.iter().map(|doctor| Some(doctor.sector)).collect();
    named([
        ("medecin", Arc::new(id)),
        ("specialite", Arc::new(specialty)),
        ("installation", Arc::new(installed)),
        ("naissance", Arc::new(born)),
        ("secteur", Arc::new(sector)),
    ])
}

/// The declarations of doctors whose lists count so.
pub(super) fn declarations(world: &World, counts: &[ListCount]) -> Result<RecordBatch, ArrowError> {
    let lines = declare(world, counts);
    let doctor: StringViewArray = lines.iter().map(|line| Some(line.doctor)).collect();
    let campaign: Int64Array = lines.iter().map(|_| Some(i64::from(world.calendar.year))).collect();
    let indicator: StringViewArray = lines.iter().map(|line| Some(line.indicator)).collect();
    let numerator: Int64Array = lines.iter().map(|line| Some(i64::from(line.numerator))).collect();
    let denominator: Int64Array =
        lines.iter().map(|line| Some(i64::from(line.denominator))).collect();
    let day: Date32Array = lines.iter().map(|line| Some(line.day)).collect();
    named([
        ("medecin", Arc::new(doctor)),
        ("campagne", Arc::new(campaign)),
        ("indicateur", Arc::new(indicator)),
        ("numerateur", Arc::new(numerator)),
        ("denominateur", Arc::new(denominator)),
        ("date", Arc::new(day)),
    ])
}

impl Rows {
    fn add(&mut self, world: &World, id: &str, told: &Told) {
        let Told { person, facts, .. } = told;
        let doctor = |number: usize| world.doctors.all.get(number).map(|doctor| doctor.id.as_str());
        self.patients.patient.append_value(id);
        self.patients.naissance.append_value(person.born);
        self.patients.sexe.append_value(if person.woman { "F" } else { "M" });
        self.patients.deces.append_option(person.died);
        self.patients.c2s.append_value(person.c2s);
        for line in &facts.attachments {
            self.rattachements.patient.append_value(id);
            self.rattachements.medecin.append_option(doctor(line.doctor));
            self.rattachements.debut.append_value(line.from);
            self.rattachements.fin.append_option(line.to);
        }
        for line in &facts.deliveries {
            self.delivrances.patient.append_value(id);
            self.delivrances.date.append_value(line.day);
            self.delivrances.cip13.append_option(line.cip13);
            self.delivrances.atc.append_value(line.atc);
            self.delivrances.boites.append_value(i64::from(line.boxes));
            self.delivrances.jours.append_option(line.days.map(i64::from));
            self.delivrances.grand_conditionnement.append_value(line.large);
            self.delivrances.repertoire.append_option(line.repertoire);
        }
        for line in &facts.acts {
            self.actes.patient.append_value(id);
            self.actes.date.append_value(line.day);
            self.actes.systeme.append_value(line.system);
            self.actes.code.append_value(line.code);
            self.actes.quantite.append_value(i64::from(line.quantity));
            self.actes.executant.append_option(line.by.and_then(doctor));
            self.actes.specialite.append_option(line.specialty);
        }
        for line in &facts.vaccinations {
            self.vaccinations.patient.append_value(id);
            self.vaccinations.date.append_value(line.day);
            self.vaccinations.code.append_value(line.code);
            self.vaccinations.source.append_value(line.source);
        }
        for line in &facts.ald {
            self.ald.patient.append_value(id);
            self.ald.numero.append_value(i64::from(line.number));
            self.ald.cim10.append_value(line.icd10);
            self.ald.debut.append_value(line.from);
            self.ald.fin.append_option(line.to);
        }
        for line in &facts.stays {
            self.sejours.patient.append_value(id);
            self.sejours.entree.append_value(line.from);
            self.sejours.sortie.append_value(line.to);
            self.sejours.cim10.append_value(line.icd10);
            self.sejours.position.append_value(line.position);
            self.sejours.ccam.append_option(line.ccam);
        }
    }

    fn finish(mut self) -> Result<[RecordBatch; 7], ArrowError> {
        Ok([
            batch!(self.patients, patient, naissance, sexe, deces, c2s)?,
            batch!(self.rattachements, patient, medecin, debut, fin)?,
            batch!(
                self.delivrances,
                patient,
                date,
                cip13,
                atc,
                boites,
                jours,
                grand_conditionnement,
                repertoire,
            )?,
            batch!(self.actes, patient, date, systeme, code, quantite, executant, specialite)?,
            batch!(self.vaccinations, patient, date, code, source)?,
            batch!(self.ald, patient, numero, cim10, debut, fin)?,
            batch!(self.sejours, patient, entree, sortie, cim10, position, ccam)?,
        ])
    }
}
