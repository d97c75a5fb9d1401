//! Small pieces of SQL, written for both people and machines.

use std::fmt::Write as _;

use jalon_rules::Campaign;
use jalon_rules::codes::{Reach, System};
use jalon_rules::rules::Rules;
use jiff::civil::Date;

/// A text literal.
pub fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// A date literal.
pub fn day(date: Date) -> String {
    format!("DATE '{date}'")
}

/// Days since 1 January 1970, as the query engine stores dates.
pub fn day_number(date: Date) -> i32 {
    let epoch = jiff::civil::date(1970, 1, 1);
    // Days between two civil dates always fit.
    epoch.until(date).map_or(0, |span| span.get_days())
}

/// The condition that a presentation of a drug is in one of several lists.
/// `None` when no list holds a presentation.
pub fn presentation_in(
    rules: &Rules,
    lists: &[String],
    campaign: Campaign,
    column: &str,
) -> Option<String> {
    let of = |list: &String| code_in(rules, list, campaign, System::Cip13, column);
    any(&lists.iter().filter_map(of).collect::<Vec<_>>())
}

/// The condition that a column holds a code of a list, among those of one
/// system. `None` when the list has none of them.
pub fn code_in(
    rules: &Rules,
    list: &str,
    campaign: Campaign,
    system: System,
    column: &str,
) -> Option<String> {
    let codes: Vec<_> =
        rules.list(list)?.of(campaign).filter(|code| code.system == system).collect();
    let of =
        |reach| codes.iter().filter(move |code| code.reach == reach).map(|code| code.code.as_str());
    let like = |prefix: &str| format!("{column} LIKE {}", text(&format!("{prefix}%")));
    let mut accepted: Vec<String> = of(Reach::Prefix).map(like).collect();
    accepted.extend(among(column, of(Reach::Exact)));
    let mut condition = any(&accepted)?;
    for refused in of(Reach::Excluded).map(like) {
        condition = format!("({condition} AND NOT {refused})");
    }
    Some(condition)
}

/// The condition that a column holds one of these texts; `None` without texts.
pub fn among<'t>(column: &str, texts: impl Iterator<Item = &'t str>) -> Option<String> {
    let texts: Vec<_> = texts.map(text).collect();
    (!texts.is_empty()).then(|| format!("{column} IN ({})", texts.join(", ")))
}

/// Several conditions of which one is enough.
pub fn any(conditions: &[String]) -> Option<String> {
    join(conditions, " OR ")
}

/// Several conditions that must all hold.
pub fn all(conditions: &[String]) -> Option<String> {
    join(conditions, " AND ")
}

fn join(conditions: &[String], word: &str) -> Option<String> {
    match conditions {
        [] => None,
        [one] => Some(one.clone()),
        several => Some(format!("({})", several.join(word))),
    }
}

/// How the rows of a step come to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Made {
    /// Known from the dossier before any question.
    Before,
    /// Few, and used more than once: run first, and kept.
    First,
    /// Within the query.
    Within,
}

/// A query built from named steps, `WITH a AS (…), b AS (…) SELECT …`.
#[derive(Clone, Debug, Default)]
pub struct Steps(Vec<(Made, String, String)>);

impl Steps {
    /// Adds a step.
    pub fn add(&mut self, name: impl Into<String>, query: impl Into<String>) {
        self.0.push((Made::Within, name.into(), query.into()));
    }

    /// Adds a step whose rows are there as a table, whatever is asked.
    pub fn known(&mut self, name: impl Into<String>, query: impl Into<String>) {
        self.0.push((Made::Before, name.into(), query.into()));
    }

    /// Adds a step to be run before the others that use it.
    pub fn first(&mut self, name: impl Into<String>, query: impl Into<String>) {
        self.0.push((Made::First, name.into(), query.into()));
    }

    /// The query as the engine runs it: what was made before is a table.
    pub fn select(&self, last: &str) -> String {
        with(self.0.iter().filter(|(made, ..)| *made == Made::Within), last)
    }

    /// The query on its own: these steps, then all others, from the tables of
    /// the dossier alone.
    pub fn whole(&self, before: impl Iterator<Item = (String, String)>, last: &str) -> String {
        let before: Vec<_> = before.map(|(name, query)| (Made::Before, name, query)).collect();
        with(before.iter().chain(&self.0), last)
    }

    /// The steps to be run first, in order: their names and queries.
    pub fn firsts(&self) -> Vec<(String, String)> {
        let steps = self.0.iter().enumerate().filter(|(_, (made, ..))| *made == Made::First);
        steps
            .map(|(at, (_, name, query))| {
                let before = self.0[..at].iter().filter(|(made, ..)| *made == Made::Within);
                (name.clone(), with(before, query))
            })
            .collect()
    }
}

fn with<'s>(steps: impl Iterator<Item = &'s (Made, String, String)>, last: &str) -> String {
    let mut query = String::new();
    for (_, name, step) in steps {
        let before = if query.is_empty() { "WITH " } else { ",\n" };
        // Writing to a String cannot fail.
        let _ = write!(query, "{before}{name} AS (\n{step}\n)");
    }
    if !query.is_empty() {
        query.push('\n');
    }
    query.push_str(last);
    query
}
