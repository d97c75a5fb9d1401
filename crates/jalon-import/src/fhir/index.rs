//! Everyone that resources refer to, once the first reading is over.

use std::borrow::Cow;
use std::collections::HashMap;

use super::drug::Codes;
use super::identity::Rules;
use super::model::{Contained, Reference};
use super::names::{Found, Name, Names, Texts};
use super::people::{Pointer, Role, Said, Seen, Told, qualified, said_speciality};
use super::stay::{Listed, Position};
use super::trouble::Trouble;

/// People or organisations: their names in the source, the identifiers kept.
#[derive(Default)]
pub(super) struct People {
    names: Names,
    pub keys: Texts,
}

impl People {
    /// Adds one; false if a name of it is someone else's.
    fn add(&mut self, names: &[Name], key: &str) -> (u32, bool) {
        let number = self.keys.keep(key);
        (number, bind(&mut self.names, names, number))
    }
}

/// A diagnosis in a stay.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listing {
    pub stay: u32,
    pub position: Position,
    /// The same diagnosis in another stay.
    next: Option<u32>,
}

#[derive(Debug)]
struct Settled {
    professional: Option<u32>,
    speciality: Said,
}

/// What references lead to.
#[derive(Default)]
pub(super) struct Index {
    pub patients: People,
    pub professionals: People,
    /// What is told of each professional, by the number of his key.
    pub told: Vec<Told>,
    /// The centre of each professional: the number of an organisation.
    pub centres: Vec<Option<u32>>,
    pub organizations: People,
    role_names: Names,
    waiting: Vec<Role>,
    roles: Vec<Settled>,
    medication_names: Names,
    medications: Vec<Codes>,
    known_medications: HashMap<Codes, u32>,
    stay_names: Names,
    /// First and last days.
    pub stays: Vec<(i32, Option<i32>)>,
    diagnoses: Names,
    pub listings: Vec<Listing>,
}

/// Why a reference leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// There is none.
    Absent,
    /// What it names is not in the source.
    Dangling,
    /// Several servers use the name.
    Several,
}

/// Who did something.
#[derive(Clone, Debug, Default)]
pub(super) struct Performer<'i> {
    pub id: Option<Cow<'i, str>>,
    pub speciality: Option<Cow<'i, str>>,
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Index {
    /// Adds what was seen of a resource.
    pub(super) fn add(&mut self, seen: Seen) -> Result<(), Trouble> {
        let clear = match seen {
            Seen::Patient { names, key } => self.patients.add(&names, &key).1,
            Seen::Organization { names, key } => self.organizations.add(&names, &key).1,
            Seen::Professional { names, key, told } => {
                let (number, clear) = self.professionals.add(&names, &key);
                self.tell(number, *told);
                clear
            }
            // The same role, drug or stay again says nothing new.
            Seen::Role { names, role } => {
                let number = count(self.waiting.len());
                if bind(&mut self.role_names, &names, number) {
                    self.waiting.push(*role);
                }
                true
            }
            Seen::Medication { names, codes } => {
                let next = count(self.medications.len());
                let number = *self.known_medications.entry(codes.clone()).or_insert(next);
                if number == next {
                    self.medications.push(codes);
                }
                bind(&mut self.medication_names, &names, number);
                true
            }
            Seen::Stay { names, stay } => {
                let number = count(self.stays.len());
                if bind(&mut self.stay_names, &names, number) {
                    self.list(number, stay);
                }
                true
            }
        };
        if clear {
            return Ok(());
        }
        Err(Trouble::new("deux identités sous un même identifiant de ressource")
            .hint("des exports de deux logiciels sont mêlés : importez chacun à part, ou corrigez l'identifiant"))
    }

    fn list(&mut self, stay: u32, listed: Listed) {
        self.stays.push((listed.entree, listed.sortie));
        for (names, position) in listed.diagnoses {
            let number = count(self.listings.len());
            let known = names.iter().find_map(|name| match self.diagnoses.find(name) {
                Found::One(head) => Some(head),
                Found::Several | Found::Nothing => None,
            });
            let mut next = None;
            if let Some(head) = known.and_then(|head| self.listings.get_mut(head as usize)) {
                next = head.next.replace(number);
            } else {
                for text in names {
                    self.diagnoses.bind(&Name { text, sure: true }, number);
                }
            }
            self.listings.push(Listing { stay, position, next });
        }
    }

    fn tell(&mut self, number: u32, told: Told) {
        let at = number as usize;
        if self.told.len() <= at {
            self.told.resize_with(at + 1, Told::default);
        }
        if let Some(known) = self.told.get_mut(at) {
            let known_doctor = known.is_doctor;
            known.name = known.name.take().or(told.name);
            known.birth = known.birth.or(told.birth);
            known.speciality = known.speciality.take().or(told.speciality);
            known.installed = known.installed.or(told.installed);
            known.sector = known.sector.take().or(told.sector);
            known.zone = known.zone.take().or(told.zone);
            known.is_doctor = match (known_doctor, told.is_doctor) {
                (Some(one), Some(other)) => Some(one || other),
                (one, other) => one.or(other),
            };
        }
    }

    /// Lets roles find their professionals, now that all are known.
    pub(super) fn settle(&mut self) {
        self.told.resize_with(self.professionals.keys.len(), Told::default);
        self.centres.resize(self.professionals.keys.len(), None);
        for Role { practitioner, organization, speciality, told } in
            std::mem::take(&mut self.waiting)
        {
            let professional = practitioner.and_then(|to| point(&mut self.professionals, &to));
            let centre = organization.and_then(|to| point(&mut self.organizations, &to));
            if let Some(number) = professional {
                let told = Told { speciality: speciality.known().map(str::to_owned), ..told };
                self.tell(number, told);
                self.centres.resize(self.professionals.keys.len(), None);
                if let Some(known) = self.centres.get_mut(number as usize) {
                    *known = known.or(centre);
                }
            }
            self.roles.push(Settled { professional, speciality });
        }
        self.told.resize_with(self.professionals.keys.len(), Told::default);
    }

    /// The patient that a reference leads to. One known by his identifier
    /// alone need not be in the source.
    pub(super) fn patient(
        &self,
        reference: Option<&Reference<'_>>,
        base: Option<&str>,
        rules: Rules<'_>,
    ) -> Result<Cow<'_, str>, Lost> {
        let reference = reference.ok_or(Lost::Absent)?;
        let lost =
            match reference.reference.as_deref().map(|name| self.patients.names.follow(name, base))
            {
                Some(Found::One(number)) => return Ok(self.patients.keys.get(number).into()),
                Some(Found::Several) => Lost::Several,
                Some(Found::Nothing) => Lost::Dangling,
                None => Lost::Absent,
            };
        let key = reference
            .identifier
            .as_ref()
            .and_then(|identifier| rules.patient(std::slice::from_ref(identifier), &[], None));
        key.map(|key| key.value.into()).ok_or(lost)
    }

    /// The professional that a reference leads to, and his speciality there.
    pub(super) fn performer(
        &self,
        reference: &Reference<'_>,
        contained: &[Contained<'_>],
        base: Option<&str>,
        rules: Rules<'_>,
    ) -> Result<Performer<'_>, Lost> {
        let name = reference.reference.as_deref();
        if let Some(inner) = name.and_then(|name| within(contained, name)) {
            let said = said_speciality(&inner.specialty.0);
            let mut performer = match &inner.practitioner {
                Some(one) => self.performer(one, contained, base, rules).unwrap_or_default(),
                None => Performer {
                    id: rules.professional(&inner.identifier.0, None).map(Cow::Owned),
                    speciality: qualified(&inner.qualification.0).map(Cow::Owned),
                },
            };
            match said {
                Said::Nothing => {}
                Said::Unknown => performer.speciality = None,
                Said::Number(number) => performer.speciality = Some(Cow::Owned(number)),
            }
            return Ok(performer);
        }
        let mut lost = Lost::Absent;
        if let Some(name) = name {
            match self.professionals.names.follow(name, base) {
                Found::One(number) => return Ok(self.professional(number)),
                Found::Several => lost = Lost::Several,
                Found::Nothing => lost = Lost::Dangling,
            }
            if let Found::One(number) = self.role_names.follow(name, base)
                && let Some(role) = self.roles.get(number as usize)
            {
                let mut performer =
                    role.professional.map_or_else(Performer::default, |one| self.professional(one));
                if role.speciality != Said::Nothing {
                    performer.speciality = role.speciality.known().map(Cow::Borrowed);
                }
                return Ok(performer);
            }
            // An organisation did it: no one in particular.
            if self.organizations.names.follow(name, base) != Found::Nothing {
                return Ok(Performer::default());
            }
        }
        let key = reference
            .identifier
            .as_ref()
            .and_then(|identifier| rules.professional(std::slice::from_ref(identifier), None));
        match key {
            Some(key) => Ok(match self.professionals.keys.find(&key) {
                Some(number) => self.professional(number),
                None => Performer { id: Some(Cow::Owned(key)), speciality: None },
            }),
            None => Err(lost),
        }
    }

    fn professional(&self, number: u32) -> Performer<'_> {
        let told = self.told.get(number as usize);
        Performer {
            id: Some(self.professionals.keys.get(number).into()),
            speciality: told.and_then(|told| told.speciality.as_deref()).map(Cow::Borrowed),
        }
    }

    /// The organisation that a reference leads to.
    pub(super) fn organization(
        &self,
        reference: &Reference<'_>,
        base: Option<&str>,
        rules: Rules<'_>,
    ) -> Option<Cow<'_, str>> {
        let name = reference.reference.as_deref();
        if let Some(Found::One(number)) =
            name.map(|name| self.organizations.names.follow(name, base))
        {
            return Some(self.organizations.keys.get(number).into());
        }
        let identifier = reference.identifier.as_ref()?;
        rules.organization(std::slice::from_ref(identifier), None).map(Cow::Owned)
    }

    /// The drug that a reference leads to.
    pub(super) fn medication(
        &self,
        reference: &Reference<'_>,
        contained: &[Contained<'_>],
        base: Option<&str>,
    ) -> Option<Cow<'_, Codes>> {
        let name = reference.reference.as_deref()?;
        if let Some(inner) = within(contained, name) {
            return Some(Cow::Owned(Codes::of(inner.code.0.first())));
        }
        match self.medication_names.follow(name, base) {
            Found::One(number) => self.medications.get(number as usize).map(Cow::Borrowed),
            Found::Several | Found::Nothing => None,
        }
    }

    /// The stay that a reference leads to.
    pub(super) fn stay(&self, reference: &Reference<'_>, base: Option<&str>) -> Option<u32> {
        match self.stay_names.follow(reference.reference.as_deref()?, base) {
            Found::One(number) => Some(number),
            Found::Several | Found::Nothing => None,
        }
    }

    /// The stays that list a diagnosis of these names.
    pub(super) fn listings(&self, names: &[Name]) -> impl Iterator<Item = u32> + '_ {
        let head = names.iter().find_map(|name| match self.diagnoses.find(&name.text) {
            Found::One(number) => Some(number),
            Found::Several | Found::Nothing => None,
        });
        std::iter::successors(head, |number| self.listings.get(*number as usize)?.next)
    }
}

fn bind(all: &mut Names, names: &[Name], number: u32) -> bool {
    let mut clear = true;
    for name in names {
        clear &= all.bind(name, number);
    }
    clear
}

fn point(people: &mut People, to: &Pointer) -> Option<u32> {
    let found = to.reference.as_deref().map(|name| people.names.follow(name, to.base.as_deref()));
    match (found, &to.key) {
        (Some(Found::One(number)), _) => Some(number),
        (_, Some(key)) => Some(people.keys.keep(key)),
        _ => None,
    }
}

/// The contained resource that `#id` names.
pub(super) fn within<'c, 'a>(
    contained: &'c [Contained<'a>],
    name: &str,
) -> Option<&'c Contained<'a>> {
    let id = name.strip_prefix('#')?;
    contained.iter().find(|inner| {
        let own = inner.id.as_deref().unwrap_or_default();
        own.strip_prefix('#').unwrap_or(own) == id
    })
}
