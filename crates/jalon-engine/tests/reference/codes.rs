//! Whether a fact carries a code of a list.

use jalon_rules::codes::{CodeList, Reach, System};
use jalon_rules::{Campaign, Rules};

use super::facts::{Act, Delivery, Stay, Vaccination};

/// The code lists as they stand in a campaign.
#[derive(Clone, Copy)]
pub struct Codes<'a> {
    /// The rules that hold the lists.
    pub rules: &'a Rules,
    /// The campaign.
    pub campaign: Campaign,
}

impl Codes<'_> {
    /// Whether a delivery carries a code of one of the lists.
    pub fn delivery(&self, lists: &[String], line: &Delivery) -> bool {
        self.any(lists, System::Atc, line.atc.as_deref())
            || self.any(lists, System::Cip13, line.cip13.as_deref())
    }

    /// Whether an act carries a code of one of the lists.
    pub fn act(&self, lists: &[String], act: &Act) -> bool {
        let system = match act.system.as_str() {
            "nabm" => System::Nabm,
            "ccam" => System::Ccam,
            "prestation" => System::Prestation,
            "loinc" => System::Loinc,
            "ngap" => System::Ngap,
            other => panic!("système d'acte inconnu : {other}"),
        };
        self.any(lists, system, Some(&act.code))
    }

    /// Whether a vaccination carries a code of one of the lists.
    pub fn vaccination(&self, lists: &[String], vaccination: &Vaccination) -> bool {
        self.any(lists, System::Atc, Some(&vaccination.code))
    }

    /// Whether a stay carries a code of one of the lists: its diagnosis,
    /// whatever the position, or its act.
    pub fn stay(&self, lists: &[String], stay: &Stay) -> bool {
        self.any(lists, System::Cim10, Some(&stay.icd10))
            || self.any(lists, System::Ccam, stay.ccam.as_deref())
    }

    fn any(&self, lists: &[String], system: System, code: Option<&str>) -> bool {
        let Some(code) = code else { return false };
        lists.iter().any(|name| {
            let list = self.rules.list(name).expect("les règles sont vérifiées");
            self.designates(list, system, code)
        })
    }

    /// Excluded rows win over all the others of their list.
    fn designates(&self, list: &CodeList, system: System, code: &str) -> bool {
        let mut found = false;
        for row in &list.codes {
            let too_early = row.since.is_some_and(|since| self.campaign < since);
            let too_late = row.until.is_some_and(|until| self.campaign > until);
            if row.system != system || too_early || too_late {
                continue;
            }
            match row.reach {
                Reach::Exact => found |= code == row.code,
                Reach::Prefix => found |= code.starts_with(&row.code),
                Reach::Excluded if code.starts_with(&row.code) => return false,
                Reach::Excluded => {}
            }
        }
        found
    }
}
