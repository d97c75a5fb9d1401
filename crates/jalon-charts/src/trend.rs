//! A rate over months, before its objectives and the bands of other doctors.

use jalon_rules::french;
use jiff::civil::Date;

use crate::drawing::{Prefix, Svg, Width};
use crate::fault::Fault;
use crate::table::{Chart, Table};
use crate::value::{Direction, Objectives, Rate, RateKind, same_kind, words};

mod layout;

/// Most days of a curve.
const MOST_DAYS: usize = 400;

/// Most events.
const MOST_EVENTS: usize = 8;

/// Where the doctors of a group stand on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percentiles([Rate; 5]);

impl Percentiles {
    /// P10, P30, the median, P80 and P90 of the rates. Refuses them out of
    /// order or of two kinds.
    pub fn new(rates: [Rate; 5]) -> Result<Self, Fault> {
        same_kind(rates[0].kind(), rates)?;
        if !rates.is_sorted_by_key(|rate| rate.hundredths()) {
            return Err(Fault::Order("P10, P30, médiane, P80, P90"));
        }
        Ok(Self(rates))
    }
}

/// Names of the percentiles, from the lowest.
const PERCENTILES: [&str; 5] = ["P10", "P30", "médiane", "P80", "P90"];

/// A rate over months.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trend {
    title: String,
    name: String,
    objectives: Objectives,
    own: Vec<(Date, Option<Rate>)>,
    /// The last known rate, and its day.
    last: (Date, Rate),
    peers: Vec<(Date, Percentiles)>,
    events: Vec<(Date, String)>,
    incomplete: Option<Date>,
    scale: Option<(Rate, Rate)>,
}

impl Trend {
    /// The curve of whoever is called so (« vous »): the rate at the end of
    /// each day, nothing where there is none. Refuses blank texts, no rate at
    /// all, days out of order, rates of another kind than the objectives.
    pub fn new(
        title: &str,
        name: &str,
        objectives: Objectives,
        own: Vec<(Date, Option<Rate>)>,
    ) -> Result<Self, Fault> {
        same_kind(objectives.kind(), own.iter().filter_map(|(_, rate)| *rate))?;
        in_order(own.iter().map(|(day, _)| *day))?;
        let known = own.iter().rev().find_map(|(day, rate)| Some((*day, (*rate)?)));
        let last = known.ok_or(Fault::Empty("les taux"))?;
        Ok(Self {
            title: words("le titre", title)?,
            name: words("le nom de la courbe", name)?,
            objectives,
            own,
            last,
            peers: Vec::new(),
            events: Vec::new(),
            incomplete: None,
            scale: None,
        })
    }

    /// The bands of other doctors. Refuses days out of order and rates of
    /// another kind.
    pub fn with_peers(mut self, peers: Vec<(Date, Percentiles)>) -> Result<Self, Fault> {
        same_kind(self.objectives.kind(), peers.iter().map(|(_, percentiles)| percentiles.0[0]))?;
        in_order(peers.iter().map(|(day, _)| *day))?;
        self.peers = peers;
        Ok(self)
    }

    /// A mark at the end of a day: the end of a year, a change of the rules.
    /// Refuses a blank text and more than eight marks; one outside the months
    /// of the curves is only in the table.
    pub fn with_event(mut self, day: Date, what: &str) -> Result<Self, Fault> {
        if self.events.len() == MOST_EVENTS {
            return Err(Fault::TooMany { what: "événements", most: MOST_EVENTS });
        }
        self.events.push((day, words("l'événement", what)?));
        self.events.sort_by_key(|(day, _)| *day);
        Ok(self)
    }

    /// The first day whose data are not complete yet.
    #[must_use]
    pub fn incomplete_from(mut self, day: Date) -> Self {
        self.incomplete = Some(day);
        self
    }

    /// A scale shared by the curves of a page. Refuses one that leaves a value
    /// out.
    pub fn on_scale(mut self, low: Rate, high: Rate) -> Result<Self, Fault> {
        same_kind(self.objectives.kind(), [low, high])?;
        let (least, most) = self.extent();
        if least.hundredths() < low.hundredths() || most.hundredths() > high.hundredths() {
            return Err(Fault::OutsideScale);
        }
        self.scale = Some((low, high));
        Ok(self)
    }

    /// The lowest and the highest rate shown: what a shared scale must cover.
    #[must_use]
    pub fn extent(&self) -> (Rate, Rate) {
        let last = self.last.1;
        let own = self.own.iter().filter_map(|(_, rate)| *rate);
        let peers = self.peers.iter().flat_map(|(_, percentiles)| percentiles.0);
        let objectives = self.objectives.known().map(|(rate, ..)| rate);
        own.chain(peers).chain(objectives).fold((last, last), |(least, most), rate| {
            let lower = if rate.hundredths() < least.hundredths() { rate } else { least };
            let higher = if rate.hundredths() > most.hundredths() { rate } else { most };
            (lower, higher)
        })
    }

    /// The first and the last day of the curves.
    fn days(&self) -> (Date, Date) {
        let days =
            || self.own.iter().map(|(day, _)| *day).chain(self.peers.iter().map(|(day, _)| *day));
        let last = self.last.0;
        (days().min().unwrap_or(last), days().max().unwrap_or(last))
    }

    /// What the drawing does not say by its labels.
    fn note(&self) -> String {
        let mut notes = Vec::new();
        if self.objectives.kind() == RateKind::Per100 {
            notes.push("Nombre pour 100.");
        }
        if !self.peers.is_empty() {
            notes.push(
                "Pointillés : bandes P10 à P90 et P30 à P80 des médecins ; tirets : leur médiane.",
            );
        }
        if self.incomplete.is_some() {
            notes.push("Hachures : données incomplètes.");
        }
        if self.objectives.direction() == Direction::Falling {
            notes.push("Plus bas est mieux : l'axe est retourné, mieux est en haut.");
        }
        notes.join(" ")
    }

    fn description(&self) -> String {
        let (first, last) = self.days();
        let (day, rate) = self.last;
        let mut sentences = vec![format!(
            "Du {} au {}. Dernier taux ({}) au {} : {}.",
            french::date(first),
            french::date(last),
            self.name,
            french::date(day),
            rate.measured()
        )];
        sentences.push(self.objectives.sentence());
        if let Some((day, percentiles)) = self.peers.last() {
            sentences.push(format!(
                "Médiane des médecins au {} : {}.",
                french::date(*day),
                percentiles.0[2].measured()
            ));
        }
        if let Some(day) = self.incomplete {
            sentences.push(format!("Données incomplètes à partir du {}.", french::date(day)));
        }
        for (day, what) in &self.events {
            sentences.push(format!("{} : {what}.", french::date(*day)));
        }
        sentences.join(" ")
    }
}

/// Days each after the one before, not too many.
fn in_order(days: impl Iterator<Item = Date> + Clone) -> Result<(), Fault> {
    if days.clone().count() > MOST_DAYS {
        return Err(Fault::TooMany { what: "jours", most: MOST_DAYS });
    }
    if days.is_sorted_by(|day, next| day < next) { Ok(()) } else { Err(Fault::Order("les jours")) }
}

impl Chart for Trend {
    fn svg(&self, prefix: &Prefix, width: Width) -> Svg {
        layout::draw(self, prefix, width)
    }

    fn table(&self) -> Table {
        let mut headers = vec!["Jour", self.name.as_str()];
        if !self.peers.is_empty() {
            headers.extend(PERCENTILES);
        }
        headers.push("Remarque");
        let mut table = Table::new(&self.title, &headers);
        let mut days: Vec<Date> = self.own.iter().map(|(day, _)| *day).collect();
        days.extend(self.peers.iter().map(|(day, _)| *day));
        days.extend(self.events.iter().map(|(day, _)| *day));
        days.sort_unstable();
        days.dedup();
        for day in days {
            let own = self.own.iter().find(|(own, _)| *own == day).and_then(|(_, rate)| *rate);
            let mut row = vec![french::date(day), own.map_or("—".to_owned(), Rate::measured)];
            if !self.peers.is_empty() {
                let peers = self.peers.iter().find(|(other, _)| *other == day);
                row.extend((0..5).map(|rank| {
                    peers
                        .map_or("—".to_owned(), |(_, percentiles)| percentiles.0[rank].measured())
                }));
            }
            let mut remarks: Vec<&str> =
                self.events.iter().filter(|(on, _)| *on == day).map(|(_, what)| &**what).collect();
            if self.incomplete.is_some_and(|from| from <= day) {
                remarks.push("données incomplètes");
            }
            row.push(remarks.join(" ; "));
            table.row(row);
        }
        for (rate, name, ..) in self.objectives.known() {
            table.row([format!("Objectif : {name}"), rate.printed()]);
        }
        table
    }
}
