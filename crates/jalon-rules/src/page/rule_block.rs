//! The `toml regle` block: what counts, in which unit.

use std::ops::Range;

use jiff::civil::Date;
use toml::de::DeValue;

use crate::campaign::{Anchor, Campaign, RelativeDay, Window};
use crate::condition::{Column, Condition};
use crate::criterion::{
    AldTest, Bounds, Count, CountTest, Criterion, Event, Selection, Table, Test, Treatment,
};
use crate::diagnostic::choose;
use crate::scale::{Direction, RateKind};
use crate::toml_walk::{Keys, Walk};

/// What an indicator counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    /// One row per patient.
    Patient,
    /// Treatments made of deliveries.
    Treatment(Treatment),
    /// Boxes delivered in the year.
    Box,
    /// One row per event, such as an operation.
    Event(Event),
    /// Numbers declared by the doctor.
    Declared,
    /// Nobody knows what is counted.
    Unknown,
}

impl Unit {
    /// The word of the key `unite`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Treatment(_) => "traitement",
            Self::Box => "boite",
            Self::Event(_) => "evenement",
            Self::Declared => "declare",
            Self::Unknown => "inconnu",
        }
    }

    /// Whether the facts of a dossier say who counts. Otherwise only a doctor,
    /// or the fund, can tell.
    #[must_use]
    pub const fn is_computed(&self) -> bool {
        !matches!(self, Self::Declared | Self::Unknown)
    }

    /// Whether criteria may have a test: for what is computed, and, for what is
    /// declared, to say what facts show of it.
    const fn takes_tests(&self) -> bool {
        !matches!(self, Self::Unknown)
    }

    const fn columns(&self) -> &'static [Column] {
        match self {
            Self::Box => &[Column::Repertoire],
            Self::Treatment(Treatment::Runs { .. }) => &[Column::Duree],
            Self::Treatment(Treatment::Dates { .. }) => &[],
            Self::Patient | Self::Event(_) | Self::Declared | Self::Unknown => Column::PATIENT,
        }
    }
}

/// The rule of an indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Scheme it belongs to.
    pub scheme: String,
    /// Chapter.
    pub section: String,
    /// Sub-chapter.
    pub theme: Option<String>,
    /// What is counted.
    pub unit: Unit,
    /// Which way is better. Means nothing for [`Unit::Unknown`], which may
    /// leave it out.
    pub direction: Direction,
    /// Share, or number per 100 patients.
    pub rate: RateKind,
    /// First campaign, when not the scheme's.
    pub since: Option<Campaign>,
    /// Last campaign, when not the scheme's.
    pub until: Option<Campaign>,
    /// Day by which someone must read the sources again.
    pub review: Option<Date>,
    /// All must hold for the denominator.
    pub denominator: Vec<Criterion>,
    /// None may hold for the denominator.
    pub exclusions: Vec<Criterion>,
    /// All must hold, besides, for the numerator.
    pub numerator: Vec<Criterion>,
}

impl Rule {
    /// Criteria of the three lists, without those inside `parmi`.
    pub fn criteria(&self) -> impl Iterator<Item = &Criterion> {
        self.denominator.iter().chain(&self.exclusions).chain(&self.numerator)
    }
}

/// Places that later checks want to point at.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    pub scheme: Range<usize>,
    pub section: Range<usize>,
    pub review: Range<usize>,
    /// Name of each code list used, where it is used.
    pub lists: Vec<(String, Range<usize>)>,
}

/// Reads the block. `None` when what is wrong leaves no rule to speak of.
pub(super) fn read(walk: &mut Walk<'_>, text: &str) -> Option<(Rule, Places)> {
    let document = walk.parse(text);
    let mut keys = Keys::new(document.get_ref(), 0..0);
    let mut reader = Reader { places: Places::default(), ids: Vec::new() };

    let scheme = keys.required(walk, "dispositif");
    let section = keys.required(walk, "volet");
    let theme = keys.text(walk, "theme").map(|(theme, _)| theme);
    let unit = reader.unit(walk, &mut keys);
    let direction = if unit == Some(Unit::Unknown) && !keys.has("sens") {
        Some(Direction::Rising)
    } else {
        if !keys.has("sens") {
            keys.missing(walk, "sens");
        }
        let directions = [("hausse", Direction::Rising), ("baisse", Direction::Falling)];
        keys.choice(walk, "sens", &directions)
    };
    let rate = if keys.has("taux") {
        keys.choice(walk, "taux", &[("part", RateKind::Share), ("pour-100", RateKind::Per100)])
    } else {
        Some(RateKind::Share)
    };
    let since = keys.campaign(walk, "depuis").map(|(campaign, _)| campaign);
    let until = keys.campaign(walk, "jusque").map(|(campaign, _)| campaign);
    if keys.has("a_revoir") {
        reader.places.review = keys.key_span("a_revoir");
    }
    let review = keys.date(walk, "a_revoir").map(|(date, _)| date);
    let mut lists = [Vec::new(), Vec::new(), Vec::new()];
    for (list, key) in lists.iter_mut().zip(["denominateur", "exclusion", "numerateur"]) {
        for criterion in keys.tables(walk, key) {
            let place = if key == "numerateur" { Place::Numerator } else { Place::Elsewhere };
            list.extend(reader.criterion(walk, criterion, unit.as_ref(), place));
        }
    }
    keys.end(walk);

    let [denominator, exclusions, numerator] = lists;
    if numerator.is_empty() {
        walk.fault_with(0..0, "aucun critère de numérateur", "ajoutez un bloc [[numerateur]]");
    }
    let (scheme, scheme_span) = scheme?;
    let (section, section_span) = section?;
    reader.places.scheme = scheme_span;
    reader.places.section = section_span;
    let rule = Rule {
        scheme,
        section,
        theme,
        unit: unit?,
        direction: direction?,
        rate: rate?,
        since,
        until,
        review,
        denominator,
        exclusions,
        numerator,
    };
    Some((rule, reader.places))
}

struct Reader {
    places: Places,
    ids: Vec<String>,
}

const TESTS: [&str; 6] = ["ou", "traite_par", "ald", "compte", "codes", "parmi"];

/// Where a criterion stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the numerator.
    Numerator,
    /// Among the denominator or the exclusions.
    Elsewhere,
    /// Inside a `parmi`.
    Option,
}

/// Keys that go with some test or other.
const DETAILS: [&str; 10] = [
    "si",
    "en_vigueur",
    "specialite",
    "pendant",
    "au_moins",
    "au_plus",
    "au_moins_autant_que",
    "le_meme_jour_que",
    "substances_sur",
    "nombre",
];

impl Reader {
    fn unit(&mut self, walk: &mut Walk<'_>, keys: &mut Keys<'_, '_>) -> Option<Unit> {
        #[derive(Clone, Copy, PartialEq)]
        enum Word {
            Patient,
            Treatment,
            Box,
            Event,
            Declared,
            Unknown,
        }
        if !keys.has("unite") {
            keys.missing(walk, "unite");
        }
        let word = keys.choice(
            walk,
            "unite",
            &[
                ("patient", Word::Patient),
                ("traitement", Word::Treatment),
                ("boite", Word::Box),
                ("evenement", Word::Event),
                ("declare", Word::Declared),
                ("inconnu", Word::Unknown),
            ],
        );
        let treatment = keys.table(walk, "traitement");
        if word.is_some_and(|word| word != Word::Treatment) && treatment.is_some() {
            let span = keys.key_span("traitement");
            walk.fault(span, "`[traitement]` ne va qu'avec unite = \"traitement\"");
        }
        let event = keys.table(walk, "evenement");
        if word.is_some_and(|word| word != Word::Event) && event.is_some() {
            let span = keys.key_span("evenement");
            walk.fault(span, "`[evenement]` ne va qu'avec unite = \"evenement\"");
        }
        Some(match word? {
            Word::Patient => Unit::Patient,
            Word::Box => Unit::Box,
            Word::Declared => Unit::Declared,
            Word::Unknown => Unit::Unknown,
            Word::Event => {
                let Some(mut inner) = event else {
                    keys.missing(walk, "evenement");
                    return None;
                };
                let tables = tables(walk, &mut inner);
                if !inner.has("codes") {
                    inner.missing(walk, "codes");
                }
                let codes = self.lists(walk, &mut inner);
                let window = window(walk, &mut inner, &[]);
                inner.end(walk);
                Unit::Event(Event { tables: tables?, codes: codes?, window: window? })
            }
            Word::Treatment => {
                let Some(mut inner) = treatment else {
                    keys.missing(walk, "traitement");
                    return None;
                };
                let codes = self.list(walk, &mut inner, "codes");
                let by_date = inner.text(walk, "par");
                let days = inner.integer::<u32>(walk, "jours_par_boite");
                let span = inner.span();
                inner.end(walk);
                match (by_date, days) {
                    (Some((word, _)), None) if word == "date" => {
                        Unit::Treatment(Treatment::Dates { codes: codes? })
                    }
                    (None, Some((days_per_box, _))) if days_per_box > 0 => {
                        Unit::Treatment(Treatment::Runs { codes: codes?, days_per_box })
                    }
                    _ => {
                        walk.fault_with(
                            span,
                            "il faut soit `jours_par_boite`, soit `par`",
                            "jours_par_boite = 14, ou par = \"date\"",
                        );
                        return None;
                    }
                }
            }
        })
    }

    /// The name of one code list.
    fn list(
        &mut self,
        walk: &mut Walk<'_>,
        keys: &mut Keys<'_, '_>,
        key: &'static str,
    ) -> Option<String> {
        let (name, span) = keys.required(walk, key)?;
        self.places.lists.push((name.clone(), span));
        Some(name)
    }

    fn criterion(
        &mut self,
        walk: &mut Walk<'_>,
        mut keys: Keys<'_, '_>,
        unit: Option<&Unit>,
        place: Place,
    ) -> Option<Criterion> {
        let id = keys.required(walk, "id");
        if let Some((id, span)) = &id {
            if self.ids.contains(id) {
                walk.fault(span.clone(), format!("identifiant déjà pris : `{id}`"));
            }
            self.ids.push(id.clone());
        }
        let says = keys.required(walk, "dit");
        let since = keys.campaign(walk, "depuis").map(|(campaign, _)| campaign);
        let until = keys.campaign(walk, "jusque");
        if let (Some(since), Some((until, span))) = (since, &until)
            && since > *until
        {
            walk.fault(span.clone(), format!("`jusque` ({until}) avant `depuis` ({since})"));
        }
        let only_if = Self::only_if(walk, &mut keys, unit, place);
        let given: Vec<_> = TESTS
            .into_iter()
            .filter(|test| keys.has(test) && !(*test == "codes" && keys.has("compte")))
            .collect();
        let test = match (given.as_slice(), unit) {
            (_, None) => None,
            ([], Some(unit)) if !unit.is_computed() => None,
            ([test], Some(unit)) if unit.takes_tests() => {
                self.test(walk, &mut keys, test, unit, place == Place::Numerator)
            }
            ([], Some(_)) => {
                walk.fault_with(
                    keys.span(),
                    "critère sans test",
                    format!("un parmi {}", TESTS.join(", ")),
                );
                None
            }
            (_, Some(unit)) if !unit.takes_tests() => {
                let message = format!("l'unité `{}` n'a pas de test", unit.word());
                walk.fault(keys.span(), message);
                None
            }
            (several, Some(_)) => {
                walk.fault(keys.span(), format!("plusieurs tests : {}", several.join(", ")));
                None
            }
        };
        // A test with a fault may not have taken all its keys: only those that
        // go with no test are unknown then.
        let untested = given.is_empty() && unit.is_some_and(|unit| !unit.is_computed());
        if test.is_none() && !untested && unit.is_none_or(Unit::takes_tests) {
            keys.know(&TESTS);
            keys.know(&DETAILS);
        }
        keys.end(walk);
        Some(Criterion {
            id: id?.0,
            says: says?.0,
            since,
            until: until.map(|(campaign, _)| campaign),
            only_if,
            test,
        })
    }

    /// The condition of `si`.
    fn only_if(
        walk: &mut Walk<'_>,
        keys: &mut Keys<'_, '_>,
        unit: Option<&Unit>,
        place: Place,
    ) -> Option<Condition> {
        if !keys.has("si") {
            return None;
        }
        let by_patient = unit.is_none_or(|unit| matches!(unit, Unit::Patient | Unit::Event(_)));
        if place != Place::Option || !by_patient {
            keys.know(&["si"]);
            walk.fault_with(
                keys.key_span("si"),
                "`si` ne va qu'avec un choix de `parmi`, par patient",
                "un critère à part, avec `ou`, dit qui compte",
            );
            return None;
        }
        condition(walk, keys, "si", Column::PATIENT)
    }

    fn test(
        &mut self,
        walk: &mut Walk<'_>,
        keys: &mut Keys<'_, '_>,
        name: &str,
        unit: &Unit,
        in_numerator: bool,
    ) -> Option<Test> {
        let by_line = matches!(unit, Unit::Box | Unit::Treatment(Treatment::Dates { .. }));
        if (name == "codes") != by_line && name != "ou" {
            walk.fault_with(
                keys.key_span(name),
                format!("`{name}` ne va pas avec l'unité `{}`", unit.word()),
                if by_line { "`codes` ou `ou`" } else { "`codes` va avec `compte`" },
            );
            return None;
        }
        if matches!(unit, Unit::Treatment(Treatment::Runs { .. })) && name != "ou" {
            walk.fault_with(
                keys.key_span(name),
                "seul `ou` va avec un traitement",
                "ou = \"duree > 28\"",
            );
            return None;
        }
        match name {
            "ou" => condition(walk, keys, "ou", unit.columns()).map(Test::Row),
            "traite_par" => self.list(walk, keys, "traite_par").map(Test::TreatedBy),
            "ald" => ald(walk, keys).map(Test::Ald),
            "codes" => self.lists(walk, keys).map(Test::Code),
            "parmi" => {
                let inner = keys.tables(walk, "parmi");
                let count = inner.len();
                let options: Vec<_> = inner
                    .into_iter()
                    .filter_map(|option| self.criterion(walk, option, Some(unit), Place::Option))
                    .collect();
                if count < 2 {
                    walk.fault(keys.key_span("parmi"), "`parmi` demande au moins deux critères");
                }
                // The event of a row is one of several of the patient's: what
                // is told from it cannot be weighed with what is theirs.
                let guarded = options.iter().any(|option| option.only_if.is_some());
                let told = options.iter().filter(|option| option.told_from_event()).count();
                if told > 0 && (told < options.len() || guarded) {
                    walk.fault_with(
                        keys.key_span("parmi"),
                        "`parmi` mêle des choix ancrés sur l'événement et d'autres, ou `si`",
                        "des fenêtres ancrées sur l'événement pour tous les choix ou pour aucun ; `si` dans le second cas seulement",
                    );
                    return None;
                }
                (options.len() == count).then_some(Test::AnyOf(options))
            }
            _ => self.count_test(walk, keys, unit, in_numerator).map(Test::Count),
        }
    }

    fn lists(&mut self, walk: &mut Walk<'_>, keys: &mut Keys<'_, '_>) -> Option<Vec<String>> {
        let (mut names, span) = keys.texts(walk, "codes")?;
        self.places.lists.extend(names.iter().map(|name| (name.clone(), span.clone())));
        names.sort();
        Some(names)
    }

    fn count(
        &mut self,
        walk: &mut Walk<'_>,
        keys: &mut Keys<'_, '_>,
        unit: &Unit,
    ) -> Option<Count> {
        let tables = tables(walk, keys);
        let speciality = keys.integer::<u16>(walk, "specialite");
        let codes = keys.has("codes").then(|| self.lists(walk, keys)).flatten();
        let selection = match (codes, &speciality, &tables) {
            (Some(codes), None, _) => Some(Selection::Codes(codes)),
            (None, Some((speciality, _)), Some(tables)) if tables == &[Table::Acts] => {
                Some(Selection::Speciality(speciality.to_string()))
            }
            _ => {
                walk.fault_with(
                    keys.span(),
                    "il faut `codes`, ou bien `specialite` avec compte = \"acte\"",
                    "codes = \"hba1c\"",
                );
                None
            }
        };
        let anchors: &[Anchor] = match unit {
            Unit::Event(_) => &[Anchor::Birth, Anchor::Event],
            _ => &[Anchor::Birth],
        };
        let window = window(walk, keys, anchors);
        let same_day_as =
            keys.has("le_meme_jour_que").then(|| self.list(walk, keys, "le_meme_jour_que"));
        let substances_on = keys.integer::<u32>(walk, "substances_sur");
        if let (Some((_, span)), Some(tables)) = (&substances_on, &tables)
            && (tables != &[Table::Deliveries] || same_day_as.is_some())
        {
            walk.fault(
                span.clone(),
                "`substances_sur` ne va qu'avec compte = \"delivrance\", seul",
            );
            return None;
        }
        if let (Some((_, span)), Some(window)) = (&substances_on, window)
            && window.anchor().is_some()
        {
            walk.fault_with(
                span.clone(),
                "`substances_sur` ne va pas avec une fenêtre ancrée",
                "pendant = \"annee\", \"24 mois\" ou \"depuis toujours\"",
            );
            return None;
        }
        Some(Count {
            tables: tables?,
            selection: selection?,
            window: window?,
            same_day_as: same_day_as.flatten(),
            substances_on: substances_on.map(|(number, _)| number),
        })
    }

    fn count_test(
        &mut self,
        walk: &mut Walk<'_>,
        keys: &mut Keys<'_, '_>,
        unit: &Unit,
        in_numerator: bool,
    ) -> Option<CountTest> {
        let count = self.count(walk, keys, unit);
        let at_least = keys.integer::<u32>(walk, "au_moins").map(|(number, _)| number);
        let at_most = keys.integer::<u32>(walk, "au_plus").map(|(number, _)| number);
        let other = keys.table(walk, "au_moins_autant_que").map(|mut inner| {
            let count = self.count(walk, &mut inner, unit);
            inner.end(walk);
            count
        });
        if let (Some(count), Some(Some(other))) = (&count, &other)
            && count.told_from_event() != other.told_from_event()
        {
            walk.fault_with(
                keys.key_span("au_moins_autant_que"),
                "une seule des deux fenêtres est ancrée sur l'événement",
                "les deux comptes autour de l'événement, ou aucun",
            );
            return None;
        }
        let sum = keys.boolean(walk, "nombre").unwrap_or(false);
        let bounds = match (at_least, at_most, other, sum) {
            (None, None, Some(other), false) => Bounds::AtLeast(Box::new(other?)),
            (None, None, None, true) if in_numerator && *unit == Unit::Patient => Bounds::Sum,
            (None, None, None, _) | (_, _, Some(_), _) | (_, _, _, true) => {
                walk.fault_with(
                    keys.span(),
                    "bornes du compte absentes ou contradictoires",
                    "au_moins et au_plus, ou au_moins_autant_que, ou nombre = true (au numérateur)",
                );
                return None;
            }
            (at_least, at_most, None, false) => {
                if let (Some(low), Some(high)) = (at_least, at_most)
                    && low > high
                {
                    walk.fault(keys.span(), "`au_moins` dépasse `au_plus`");
                }
                Bounds::Numbers { at_least, at_most }
            }
        };
        Some(CountTest { count: count?, bounds })
    }
}

/// A condition over `columns`.
fn condition(
    walk: &mut Walk<'_>,
    keys: &mut Keys<'_, '_>,
    key: &'static str,
    columns: &[Column],
) -> Option<Condition> {
    let (text, span) = keys.text(walk, key)?;
    match Condition::parse(&text, columns) {
        Ok(condition) => Some(condition),
        Err(error) => {
            // One byte for the opening quote.
            let start = span.start + 1;
            let meant = start + error.span.start..start + error.span.end;
            walk.fault_with(meant, error.message, error.hint);
            None
        }
    }
}

/// The days of `pendant`, told from one of `anchors` if from any.
fn window(walk: &mut Walk<'_>, keys: &mut Keys<'_, '_>, anchors: &[Anchor]) -> Option<Window> {
    let written = keys.has("pendant");
    let Some((text, span)) = keys.text(walk, "pendant") else {
        return (!written).then_some(Window::YEAR);
    };
    let Some(window) = Window::parse(&text) else {
        walk.fault_with(span, format!("fenêtre illisible : `{text}`"), Window::HINT);
        return None;
    };
    if let Some(anchor) = window.anchor()
        && !anchors.contains(&anchor)
    {
        let hint = "`naissance` va avec un critère, `evenement` avec un critère de cette unité";
        walk.fault_with(span, format!("fenêtre sans repère ici : `{text}`"), hint);
        return None;
    }
    Some(window)
}

fn tables(walk: &mut Walk<'_>, keys: &mut Keys<'_, '_>) -> Option<Vec<Table>> {
    if !keys.has("compte") {
        keys.missing(walk, "compte");
        return None;
    }
    let (words, span) = keys.texts(walk, "compte")?;
    let mut tables = Vec::with_capacity(words.len());
    for word in &words {
        if let Some(table) = Table::ALL.into_iter().find(|table| table.word() == word) {
            tables.push(table);
        } else {
            let names: Vec<_> = Table::ALL.iter().map(|table| table.word()).collect();
            let hint = choose(word, "tables", &names);
            walk.fault_with(span.clone(), format!("table inconnue : `{word}`"), hint);
        }
    }
    tables.sort_unstable();
    tables.dedup();
    (tables.len() == words.len()).then_some(tables)
}

fn ald(walk: &mut Walk<'_>, keys: &mut Keys<'_, '_>) -> Option<AldTest> {
    let value = keys.take("ald")?;
    let numbers = match value.get_ref() {
        DeValue::String(word) if word == "toutes" => Some(None),
        DeValue::Array(items) if !items.is_empty() => items
            .iter()
            .map(|item| {
                let number: u8 = item.get_ref().as_integer()?.as_str().parse().ok()?;
                (1..=32).contains(&number).then_some(number)
            })
            .collect::<Option<Vec<_>>>()
            .map(Some),
        _ => None,
    };
    if numbers.is_none() {
        walk.fault_with(
            value.span(),
            "ALD illisibles",
            "ald = [3, 13] (de 1 à 32), ou ald = \"toutes\"",
        );
    }
    let on = match keys.text(walk, "en_vigueur") {
        None => None,
        Some((text, _)) if text == "annee" => None,
        Some((text, span)) => {
            let day = RelativeDay::parse(&text);
            if day.is_none() {
                walk.fault_with(
                    span,
                    format!("jour illisible : `{text}`"),
                    "\"01/09\" ou \"annee\"",
                );
            }
            Some(day?)
        }
    };
    Some(AldTest { numbers: numbers?, on })
}

impl Places {
    /// Moves places from the block to the page that holds it.
    pub(super) fn shift(&mut self, offset: usize) {
        let lists = self.lists.iter_mut().map(|(_, span)| span);
        for span in [&mut self.scheme, &mut self.section, &mut self.review].into_iter().chain(lists)
        {
            *span = span.start + offset..span.end + offset;
        }
    }
}
