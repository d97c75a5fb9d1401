//! Rows of the canonical tables, as importers make them. Fields are the columns
//! of the tables; days count from 1 January 1970 ([`jalon_data::day`]).

use crate::draft::Cell;

/// A row of a canonical table.
pub trait Row {
    /// The table.
    const TABLE: &'static str;
    /// Hands every cell over, in the order of the table's columns.
    fn cells(&self, give: &mut dyn FnMut(Cell<'_>));
}

/// Declares the row of a table: its fields, in the order of the columns.
macro_rules! row {
    ($(#[$doc:meta])* $name:ident, $table:literal, { $($(#[$field_doc:meta])* $field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name<'a> {
            $($(#[$field_doc])* pub $field: $type),+
        }

        impl Row for $name<'_> {
            const TABLE: &'static str = $table;

            fn cells(&self, give: &mut dyn FnMut(Cell<'_>)) {
                $(give(self.$field.into());)+
            }
        }
    };
}

row! {
    /// A row of `medecins`.
    Doctor, "medecins", {
        /// Identifier.
        medecin: &'a str,
        /// Name.
        nom: Option<&'a str>,
        /// Speciality, by its SNDS code.
        specialite: &'a str,
        /// Day of settling.
        installation: Option<Day>,
        /// Birth.
        naissance: Option<Day>,
        /// Sector.
        secteur: Option<&'a str>,
        /// Zone.
        zone: Option<&'a str>,
        /// Health centre.
        centre: Option<&'a str>,
    }
}

row! {
    /// A row of `patients`.
    Patient, "patients", {
        /// Identifier.
        patient: &'a str,
        /// Birth.
        naissance: Day,
        /// `F` or `M`.
        sexe: &'a str,
        /// Death.
        deces: Option<Day>,
        /// Complémentaire santé solidaire.
        c2s: Option<bool>,
        /// Place of living.
        commune: Option<&'a str>,
    }
}

row! {
    /// A row of `rattachements`: who the médecin traitant is, and when.
    Attachment, "rattachements", {
        /// The patient.
        patient: &'a str,
        /// The doctor.
        medecin: &'a str,
        /// First day.
        debut: Day,
        /// First day after; unknown while it lasts.
        fin: Option<Day>,
    }
}

row! {
    /// A row of `delivrances`.
    Delivery, "delivrances", {
        /// The patient.
        patient: &'a str,
        /// Day.
        date: Day,
        /// Presentation.
        cip13: Option<&'a str>,
        /// ATC class.
        atc: Option<&'a str>,
        /// Boxes, negative for a reversal.
        boites: i64,
        /// Days covered by the whole line, 1 or more.
        jours: Option<i64>,
        /// Pack of several months.
        grand_conditionnement: Option<bool>,
        /// In the generic repertoire.
        repertoire: Option<bool>,
        /// Prescriber.
        prescripteur: Option<&'a str>,
    }
}

row! {
    /// A row of `actes`.
    Act, "actes", {
        /// The patient.
        patient: &'a str,
        /// Day.
        date: Day,
        /// One of [`jalon_data::schema::ACT_SYSTEMS`].
        systeme: &'a str,
        /// Code.
        code: &'a str,
        /// Quantity, negative for a reversal.
        quantite: i64,
        /// Result.
        valeur: Option<&'a str>,
        /// Performer.
        executant: Option<&'a str>,
        /// Speciality of the performer.
        specialite: Option<&'a str>,
        /// Prescriber.
        prescripteur: Option<&'a str>,
    }
}

row! {
    /// A row of `vaccinations`.
    Vaccination, "vaccinations", {
        /// The patient.
        patient: &'a str,
        /// Day.
        date: Day,
        /// ATC class.
        code: &'a str,
        /// Who knows it.
        source: Option<&'a str>,
    }
}

row! {
    /// A row of `ald`.
    Disease, "ald", {
        /// The patient.
        patient: &'a str,
        /// Number of the list.
        numero: i64,
        /// ICD-10.
        cim10: Option<&'a str>,
        /// First day.
        debut: Day,
        /// Last day; unknown while it lasts.
        fin: Option<Day>,
    }
}

row! {
    /// A row of `sejours`: one diagnosis of a stay.
    Stay, "sejours", {
        /// The patient.
        patient: &'a str,
        /// First day.
        entree: Day,
        /// Last day.
        sortie: Option<Day>,
        /// ICD-10.
        cim10: &'a str,
        /// `DP`, `DR` or `DAS`.
        position: &'a str,
        /// CCAM act of the stay.
        ccam: Option<&'a str>,
    }
}

/// Days from 1 January 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);
