//! Random patients, dense in what the pages look at: their codes and near
//! misses, the boundaries of their windows, the ages of their conditions.
//!
//! One seed makes a whole dossier. What makes a failure small is not here: it
//! takes facts away from the one patient concerned.

use jalon_rules::campaign::{Anchor, RelativeDay, Window};
use jalon_rules::codes::{Code, Reach, System};
use jalon_rules::condition::{Column, Condition, Literal};
use jalon_rules::convention::ListKind;
use jalon_rules::criterion::{Bounds, Count, Criterion, Selection, Table, Test, Treatment};
use jalon_rules::page::{Page, Unit};
use jalon_rules::{Campaign, Rules};
use jiff::civil::{Date, date};

use crate::dice::Dice;
use crate::reference::days::{first_day, last_day, plus, plus_months, relative, window};
use crate::reference::facts::{Act, Ald, Attachment, Delivery, Patient, Stay, Vaccination};

/// Doctors of the random dossiers; the last one never has a patient.
pub const DOCTORS: [&str; 4] = ["m1", "m2", "m3", "m4"];
/// The centre of each, if any: two work together, one alone.
pub const CENTRES: [Option<&str>; 4] = [Some("c1"), Some("c1"), None, Some("c2")];
const DRUGS: [System; 2] = [System::Atc, System::Cip13];
const ACTS: [System; 5] =
    [System::Nabm, System::Ccam, System::Prestation, System::Loinc, System::Ngap];
const STAYS: [System; 2] = [System::Cim10, System::Ccam];

/// What patients are made of.
pub struct Palette {
    campaigns: Vec<Campaign>,
    /// One for each page that the engine computes.
    themes: Vec<Theme>,
    /// All pages at once.
    everything: Theme,
}

/// What a page looks at.
#[derive(Clone, Default)]
struct Theme {
    /// List by list, so that the short ones are drawn as often as the long.
    drugs: Vec<Vec<Code>>,
    acts: Vec<Vec<Code>>,
    stays: Vec<Vec<Code>>,
    vaccines: bool,
    /// Whether the list is of those whom the doctor has seen.
    followed: bool,
    alds: Vec<i64>,
    specialities: Vec<String>,
    ages: Vec<i64>,
    /// Ages in months.
    months: Vec<i64>,
    windows: Vec<Window>,
    days: Vec<RelativeDay>,
    days_per_box: Option<i64>,
}

impl Palette {
    /// What patients who matter in these campaigns are made of.
    pub fn new(rules: &Rules, pages: &[&Page], campaigns: &[Campaign]) -> Self {
        let mut everything = Theme { windows: vec![Window::YEAR], ..Theme::default() };
        let mut themes = Vec::new();
        for page in pages {
            if !page.rule.unit.is_computed() {
                continue;
            }
            let mut theme = Theme { windows: vec![Window::YEAR], ..Theme::default() };
            for theme in [&mut theme, &mut everything] {
                if let Unit::Treatment(treatment) = &page.rule.unit {
                    theme.list(rules, treatment.codes());
                    if let Treatment::Runs { days_per_box, .. } = treatment {
                        theme.days_per_box = Some(i64::from(*days_per_box));
                    }
                }
                if let Unit::Event(event) = &page.rule.unit {
                    event.codes.iter().for_each(|list| theme.list(rules, list));
                    theme.windows.push(event.window);
                }
                if let Some(scheme) = rules.scheme(&page.rule.scheme) {
                    theme.condition(&scheme.population);
                    if scheme.list == ListKind::Followed {
                        theme.followed = true;
                        theme.windows.push(Window::Months(24));
                    }
                }
                for criterion in page.rule.criteria() {
                    theme.criterion(rules, criterion);
                }
            }
            themes.push(theme);
        }
        Self { campaigns: campaigns.to_vec(), themes, everything }
    }

    /// That many patients.
    pub fn people(&self, dice: &mut Dice, number: usize) -> Vec<Patient> {
        let mut people = Vec::with_capacity(number);
        for at in 0..number {
            let mut dice = Dice::new(dice.any());
            // Each page in each campaign gets its share.
            let (round, theme) = (at / self.themes.len(), at % self.themes.len());
            let campaign = self.campaigns[round % self.campaigns.len()];
            let theme = &self.themes[theme];
            let events = dice.between(1, 18);
            let birth = last_day(campaign);
            let days = Vec::new();
            let mut player = Player { palette: self, theme, campaign, dice, days, birth };
            let mut patient = player.person(format!("p{at:04}"));
            if theme.followed {
                player.consultations(&mut patient);
            }
            for _ in 0..events {
                player.event(&mut patient);
            }
            people.push(patient);
        }
        people
    }
}

impl Theme {
    fn list(&mut self, rules: &Rules, name: &str) {
        let codes = &rules.list(name).expect("les règles sont vérifiées").codes;
        let of = |systems: &[System]| -> Vec<Code> {
            codes.iter().filter(|code| systems.contains(&code.system)).cloned().collect()
        };
        for (lists, systems) in [
            (&mut self.drugs, &DRUGS[..]),
            (&mut self.acts, &ACTS[..]),
            (&mut self.stays, &STAYS[..]),
        ] {
            let codes = of(systems);
            if !codes.is_empty() {
                lists.push(codes);
            }
        }
    }

    fn criterion(&mut self, rules: &Rules, criterion: &Criterion) {
        if let Some(condition) = &criterion.only_if {
            self.condition(condition);
        }
        match criterion.test.as_ref().expect("une page calculée") {
            Test::Row(condition) => self.condition(condition),
            Test::TreatedBy(list) => self.list(rules, list),
            Test::Code(lists) => lists.iter().for_each(|list| self.list(rules, list)),
            Test::Ald(test) => {
                self.alds.extend(test.numbers.iter().flatten().map(|number| i64::from(*number)));
                self.alds.push(31);
                self.days.extend(test.on);
            }
            Test::Count(test) => {
                self.count(rules, &test.count);
                if let Bounds::AtLeast(other) = &test.bounds {
                    self.count(rules, other);
                }
            }
            Test::AnyOf(options) => options.iter().for_each(|option| self.criterion(rules, option)),
        }
    }

    fn count(&mut self, rules: &Rules, count: &Count) {
        self.windows.push(count.window);
        self.vaccines |= count.tables.contains(&Table::Vaccinations);
        match &count.selection {
            Selection::Codes(lists) => lists.iter().for_each(|list| self.list(rules, list)),
            Selection::Speciality(speciality) => self.specialities.push(speciality.clone()),
        }
        if let Some(list) = &count.same_day_as {
            self.list(rules, list);
        }
    }

    /// The ages on either side of those that a condition names.
    fn condition(&mut self, condition: &Condition) {
        let mut around = |column: Column, literal: &Literal| {
            if let Literal::Integer(number) = literal {
                let ages = if column == Column::Mois { &mut self.months } else { &mut self.ages };
                ages.extend([number - 1, *number, number + 1]);
            }
        };
        match condition {
            Condition::Compare(column, _, literal) => around(*column, literal),
            Condition::In(column, literals) => {
                for literal in literals {
                    around(*column, literal);
                }
            }
            Condition::Is(_) => {}
            Condition::Not(inner) => self.condition(inner),
            Condition::And(left, right) | Condition::Or(left, right) => {
                self.condition(left);
                self.condition(right);
            }
        }
    }
}

/// A patient being made.
struct Player<'a> {
    palette: &'a Palette,
    /// The page that the patient is made for.
    theme: &'a Theme,
    /// The campaign around which most events lie.
    campaign: Campaign,
    dice: Dice,
    /// Days of earlier events: some of the next ones fall on the same.
    days: Vec<Date>,
    /// The patient's.
    birth: Date,
}

impl<'a> Player<'a> {
    fn person(&mut self, name: String) -> Patient {
        let year = self.campaign.year();
        let ages: &[i64] = match self.theme.ages.as_slice() {
            ages if !ages.is_empty() && !self.dice.once_in(4) => ages,
            _ => &[14, 15, 16, 17, 40, 60, 64, 65, 80, 81, 95],
        };
        // A treatment's length is not an age.
        let age = (*self.dice.pick(ages)).clamp(0, 100);
        let born = year - i16::try_from(age).expect("un âge");
        let birthdays = [date(born, 1, 1), date(born, 12, 31), date(born, 7, 1)];
        self.birth = *self.dice.pick(&birthdays);
        if !self.theme.months.is_empty() && !self.dice.once_in(4) {
            // Days that other months do not have.
            let day = *self.dice.pick(&[1, 15, 29, 30, 31]);
            let months = *self.dice.pick(&self.theme.months);
            self.birth = plus_months(date(year, 12, day), -months.max(0));
        }
        Patient {
            name,
            birth: self.birth,
            sex: if self.dice.once_in(4) { 'M' } else { 'F' },
            death: self.dice.once_in(8).then(|| self.new_year()),
            c2s: *self.dice.pick(&[None, Some(false), Some(true)]),
            attachments: self.attachments(),
            deliveries: Vec::new(),
            acts: Vec::new(),
            vaccinations: Vec::new(),
            alds: Vec::new(),
            stays: Vec::new(),
        }
    }

    /// A day around the end of a campaign, or in its middle.
    fn new_year(&mut self) -> Date {
        let last = last_day(*self.dice.pick(&self.palette.campaigns));
        match self.dice.below(5) {
            4 => date(last.year(), 6, 30),
            days => plus(last, i64::try_from(days).expect("peu de jours") - 1),
        }
    }

    fn attachments(&mut self) -> Vec<Attachment> {
        let doctors = &DOCTORS[..3];
        let mut stay = |from, to| {
            let doctor = (*self.dice.pick(doctors)).to_owned();
            Attachment { doctor, from, to }
        };
        let long_ago = date(2000, 1, 1);
        let always = stay(long_ago, None);
        let (before, after) = (stay(long_ago, None), stay(long_ago, None));
        let change = self.new_year();
        let mut periods = match self.dice.below(16) {
            0 => Vec::new(),
            1 => vec![Attachment { to: Some(change), ..always }],
            2 => vec![Attachment { from: change, ..always }],
            3 | 4 => vec![
                Attachment { to: Some(change), ..before },
                Attachment { from: change, ..after },
            ],
            5 => vec![
                Attachment { to: Some(change), ..before },
                Attachment { from: plus(change, self.dice.between(1, 3)), ..after },
            ],
            _ => vec![always],
        };
        if self.dice.once_in(10) {
            periods.extend(periods.clone());
        }
        periods
    }

    /// Adds one event, most often of a kind that the page looks at.
    fn event(&mut self, patient: &mut Patient) {
        let own = self.theme;
        if self.dice.once_in(8) {
            self.theme = &self.palette.everything;
        }
        let (theme, everything) = (self.theme, &self.palette.everything);
        // What no page looks at has no codes to be drawn from.
        let weight = |of: fn(&Theme) -> &Vec<Vec<Code>>, own| {
            if of(theme).is_empty() { usize::from(!of(everything).is_empty()) } else { own }
        };
        let drugs = weight(|theme| &theme.drugs, 6);
        let weights = [
            drugs,
            if theme.days_per_box.is_some() { 8 } else { 0 },
            weight(|theme| &theme.acts, 6),
            if theme.vaccines { 4 } else { drugs.min(1) },
            if theme.alds.is_empty() { 1 } else { 3 },
            weight(|theme| &theme.stays, 3),
        ];
        let mut left = self.dice.below(weights.iter().sum());
        let kind = weights.iter().position(|weight| {
            let here = left < *weight;
            left = left.saturating_sub(*weight);
            here
        });
        match kind {
            Some(0) => self.course(patient),
            Some(1) => self.chain(patient),
            Some(2) => self.acts(patient),
            Some(3) => self.vaccination(patient),
            Some(5) => self.stay(patient),
            _ => self.ald(patient),
        }
        self.theme = own;
    }

    /// A day on which something happens.
    fn day(&mut self) -> Date {
        if !self.days.is_empty() && self.dice.once_in(4) {
            return *self.dice.pick(&self.days);
        }
        let campaigns = &self.palette.campaigns;
        let campaign =
            if self.dice.once_in(5) { *self.dice.pick(campaigns) } else { self.campaign };
        let year = campaign.year();
        let day = match self.dice.below(12) {
            0..3 => self.boundary(campaign),
            3..10 => {
                let month = i8::try_from(self.dice.between(1, 12)).expect("un mois");
                date(year, month, *self.dice.pick(&[2, 15]))
            }
            10 => plus(first_day(campaign), self.dice.between(0, 364)),
            _ => plus(last_day(campaign), self.dice.between(-6 * 365, 60)),
        };
        self.days.push(day);
        day
    }

    /// The first or last day of a window, or the one just outside.
    fn boundary(&mut self, campaign: Campaign) -> Date {
        let everything = &self.palette.everything;
        let theme = if self.dice.once_in(4) { everything } else { self.theme };
        let outside_or_in = self.dice.between(0, 1);
        if !theme.days.is_empty() && self.dice.once_in(3) {
            let day = relative(*self.dice.pick(&theme.days), campaign);
            return plus(day, self.dice.between(-1, 1));
        }
        let birth = self.birth;
        let event = *self.dice.pick(&[&self.days[..], &[first_day(campaign)]].concat());
        let anchors = |anchor| match anchor {
            Anchor::Birth => birth,
            Anchor::Event => event,
        };
        let (first, last) = match *self.dice.pick(&theme.windows) {
            // Too far back to be worth a boundary.
            Window::Ever => (plus(birth, 60), last_day(campaign)),
            other => window(other, last_day(campaign), &anchors),
        };
        if self.dice.once_in(2) { plus(first, -outside_or_in) } else { plus(last, outside_or_in) }
    }

    fn row(&mut self, of: fn(&Theme) -> &Vec<Vec<Code>>) -> &'a Code {
        let lists = of(self.theme);
        let lists = if lists.is_empty() { of(&self.palette.everything) } else { lists };
        let rows = self.dice.pick(lists);
        self.dice.pick(rows)
    }

    /// The code that a fact would carry for a row of a list, or nearly.
    fn written(&mut self, row: &Code) -> String {
        let mut code = row.code.clone();
        if row.reach != Reach::Exact && !self.dice.once_in(6) {
            self.complete(row.system, &mut code);
        }
        if self.dice.once_in(6) {
            match self.dice.below(3) {
                0 => code.truncate(code.len() - 1),
                1 => code.push('1'),
                _ => {
                    let last = code.pop().expect("un code n'est pas vide");
                    code.push(match last {
                        '9' => '0',
                        'Z' => 'A',
                        other => char::from_u32(u32::from(other) + 1).expect("de l'ASCII"),
                    });
                }
            }
        }
        if row.system == System::Nabm && self.dice.once_in(4) {
            code = code.trim_start_matches('0').to_owned();
        }
        code
    }

    /// Lengthens the beginning of a code into a whole one.
    fn complete(&mut self, system: System, code: &mut String) {
        match system {
            System::Atc => {
                while code.len() < 7 {
                    let next: &[char] = match code.len() {
                        3 | 4 => &['A', 'B', 'C', 'D', 'X'],
                        6 => &['1', '2', '6'],
                        _ => &['0'],
                    };
                    code.push(*self.dice.pick(next));
                }
            }
            _ => code.push(*self.dice.pick(&['0', '1', '9'])),
        }
    }

    /// A drug: its class, its presentation, one or both.
    fn drug(&mut self) -> (Option<String>, Option<String>) {
        let row = self.row(|theme| &theme.drugs);
        let code = self.written(row);
        let codes = self.palette.everything.drugs.iter().flatten();
        let presentations: Vec<&Code> = codes.filter(|code| code.system == System::Cip13).collect();
        match row.system {
            System::Cip13 => {
                let class = (!self.dice.once_in(4)).then(|| "A10AE04".to_owned());
                (class, Some(code))
            }
            _ if self.dice.once_in(30) => (None, Some("3400900000017".to_owned())),
            _ if self.dice.once_in(10) && !presentations.is_empty() => {
                (Some(code), Some(self.dice.pick(&presentations).code.clone()))
            }
            _ if self.dice.once_in(4) => (Some(code), Some("3400900000024".to_owned())),
            _ => (Some(code), None),
        }
    }

    fn line(&mut self, date: Date, atc: Option<String>, cip13: Option<String>) -> Delivery {
        let dice = &mut self.dice;
        Delivery {
            date,
            atc,
            cip13,
            boxes: *dice.pick(&[1, 1, 1, 1, 1, 1, 2, 2, 3, 6, 0]),
            days: *dice.pick(&[None, None, Some(1), Some(14), Some(28), Some(30), Some(90)]),
            large_pack: *dice.pick(&[None, None, None, Some(false), Some(true)]),
            repertory: *dice.pick(&[None, Some(false), Some(true)]),
            prescriber: dice.pick(&[None, None, None, Some("m1"), Some("m9")]).map(str::to_owned),
        }
    }

    /// A few dates, or one a month.
    fn dates(&mut self) -> Vec<Date> {
        if self.dice.once_in(4) {
            let day = *self.dice.pick(&[1, 2, 28]);
            let months = i8::try_from(self.dice.between(9, 12)).expect("des mois");
            return (1..=months).map(|month| date(self.campaign.year(), month, day)).collect();
        }
        let number = self.dice.between(1, 6);
        (0..number).map(|_| self.day()).collect()
    }

    /// A drug delivered on several dates, sometimes another one beside it.
    fn course(&mut self, patient: &mut Patient) {
        let dates = self.dates();
        let drugs = if self.dice.once_in(3) { 2 } else { 1 };
        for _ in 0..drugs {
            let (atc, cip13) = self.drug();
            let usual = self.line(date(2000, 1, 1), atc, cip13);
            for date in &dates {
                let line = if self.dice.once_in(5) {
                    self.line(*date, usual.atc.clone(), usual.cip13.clone())
                } else {
                    Delivery { date: *date, ..usual.clone() }
                };
                self.deliver(patient, line);
            }
        }
    }

    /// Deliveries that follow each other as closely as a treatment allows, or
    /// a day less.
    fn chain(&mut self, patient: &mut Patient) {
        let days_per_box = self.theme.days_per_box.unwrap_or(30);
        let mut date = self.day();
        if self.dice.once_in(3) {
            let before = plus(date, -self.dice.between(364, 367));
            let (atc, cip13) = self.drug();
            let line = self.line(before, atc, cip13);
            self.deliver(patient, line);
        }
        for _ in 0..self.dice.between(1, 4) {
            let (atc, cip13) = self.drug();
            let mut line = self.line(date, atc, cip13);
            if self.dice.once_in(20) {
                line.days = Some(self.dice.between(300, 500));
            }
            let covered = line.days.unwrap_or(line.boxes * days_per_box);
            let next = covered + *self.dice.pick(&[-20, -1, 0, 1, 29, 30, 30, 31, 31, 32]);
            self.deliver(patient, line);
            date = plus(date, next.max(0));
        }
    }

    /// Writes a line, sometimes reversed, wholly, in part, or beside it.
    fn deliver(&mut self, patient: &mut Patient, line: Delivery) {
        let boxes = line.boxes;
        let mut reversal = Delivery { boxes: -boxes, ..line.clone() };
        patient.deliveries.push(line);
        match self.dice.below(32) {
            0 | 1 => {}
            2 => reversal.boxes = -1,
            3 => reversal.boxes -= 1,
            4 => reversal.boxes = boxes,
            5 => reversal.date = plus(reversal.date, 1),
            6 => reversal.days = other(reversal.days.as_ref(), 7),
            7 => reversal.large_pack = other(reversal.large_pack.as_ref(), false),
            8 => reversal.repertory = other(reversal.repertory.as_ref(), false),
            9 => reversal.cip13 = other(reversal.cip13.as_ref(), "3400900000031".to_owned()),
            10 => reversal.prescriber = other(reversal.prescriber.as_ref(), "m2".to_owned()),
            _ => return,
        }
        patient.deliveries.push(reversal);
    }

    /// An act on several dates.
    fn acts(&mut self, patient: &mut Patient) {
        let row = self.row(|theme| &theme.acts);
        let mut system = row.system.word();
        let code = self.written(row);
        if self.dice.once_in(20) {
            system = self.dice.pick(&ACTS).word();
        }
        for date in self.dates() {
            let speciality = match self.theme.specialities.as_slice() {
                several if !several.is_empty() && self.dice.once_in(2) => {
                    Some(self.dice.pick(several).clone())
                }
                _ => self.dice.pick(&[None, None, Some("1"), Some("15")]).map(str::to_owned),
            };
            let performer = self.dice.pick(&[None, Some("m1"), Some("m2")]).map(str::to_owned);
            let act = Act {
                date,
                system: system.to_owned(),
                code: code.clone(),
                quantity: if self.dice.once_in(6) { self.dice.between(0, 2) } else { 1 },
                value: self.dice.once_in(10).then(|| "6,5".to_owned()),
                performer,
                speciality,
                prescriber: self.dice.once_in(10).then(|| "m1".to_owned()),
            };
            self.perform(patient, act);
        }
    }

    /// What puts a patient on a list of those followed, or nearly.
    fn consultations(&mut self, patient: &mut Patient) {
        for _ in 0..self.dice.between(0, 4) {
            let act = Act {
                date: self.day(),
                system: System::Ngap.word().to_owned(),
                code: (*self.dice.pick(&["CS", "G"])).to_owned(),
                quantity: 1,
                value: None,
                performer: self
                    .dice
                    .pick(&[None, Some("m1"), Some("m1"), Some("m2")])
                    .map(str::to_owned),
                speciality: None,
                prescriber: None,
            };
            self.perform(patient, act);
        }
    }

    /// Writes an act, sometimes reversed, wholly, in part, or beside it.
    fn perform(&mut self, patient: &mut Patient, act: Act) {
        let quantity = act.quantity;
        let mut reversal = Act { quantity: -quantity, ..act.clone() };
        patient.acts.push(act);
        match self.dice.below(32) {
            0 | 1 => {}
            2 => reversal.quantity = -1,
            3 => reversal.quantity -= 1,
            4 => reversal.quantity = quantity,
            5 => reversal.date = plus(reversal.date, 1),
            6 => reversal.value = other(reversal.value.as_ref(), "7".to_owned()),
            7 => reversal.performer = other(reversal.performer.as_ref(), "m3".to_owned()),
            8 => reversal.speciality = other(reversal.speciality.as_ref(), "22".to_owned()),
            9 => reversal.prescriber = other(reversal.prescriber.as_ref(), "m3".to_owned()),
            10 => reversal.code = format!("0{}", reversal.code),
            _ => return,
        }
        patient.acts.push(reversal);
    }

    fn vaccination(&mut self, patient: &mut Patient) {
        let (atc, _) = self.drug();
        let vaccination = Vaccination {
            date: self.day(),
            code: atc.unwrap_or_else(|| "J07BB02".to_owned()),
            source: self.dice.pick(&[None, Some("carnet")]).map(str::to_owned),
        };
        if self.dice.once_in(6) {
            patient.vaccinations.push(vaccination.clone());
        }
        patient.vaccinations.push(vaccination);
    }

    fn ald(&mut self, patient: &mut Patient) {
        let number = match self.theme.alds.as_slice() {
            several if !several.is_empty() && !self.dice.once_in(5) => *self.dice.pick(several),
            _ => self.dice.between(1, 32),
        };
        let from =
            if self.dice.once_in(2) { date(2005, 3, 1) } else { self.boundary(self.campaign) };
        let end = self.boundary(self.campaign);
        let to = self.dice.once_in(2).then_some(end).filter(|to| *to >= from);
        let ald = Ald { number, from, to };
        if self.dice.once_in(6) {
            patient.alds.push(ald.clone());
        }
        patient.alds.push(ald);
    }

    fn stay(&mut self, patient: &mut Patient) {
        let row = self.row(|theme| &theme.stays);
        let code = self.written(row);
        let (icd10, ccam) = match row.system {
            System::Ccam => ("Z00".to_owned(), Some(code)),
            _ => (code, self.dice.once_in(3).then(|| "YYYY001".to_owned())),
        };
        let stay = Stay {
            date: self.day(),
            icd10,
            position: (*self.dice.pick(&["DP", "DR", "DAS"])).to_owned(),
            ccam,
        };
        if self.dice.once_in(6) {
            patient.stays.push(stay.clone());
        }
        patient.stays.push(stay);
    }
}

/// A value that is not the one given: unknown if it was known.
fn other<T>(value: Option<&T>, instead: T) -> Option<T> {
    value.is_none().then_some(instead)
}
