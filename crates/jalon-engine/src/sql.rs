//! Small pieces of SQL, written for both people and machines.

use std::fmt::Write as _;

use jalon_rules::Campaign;
use jalon_rules::codes::{Code, Reach, System};
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

/// The condition that a column of codes of one system is in one of several
/// lists. `None` when no list holds a code of that system.
pub fn in_lists(
    rules: &Rules,
    lists: &[String],
    campaign: Campaign,
    system: System,
    column: &str,
) -> Option<String> {
    let conditions: Vec<_> = lists
        .iter()
        .filter_map(|name| rules.list(name))
        .filter_map(|list| {
            let codes: Vec<_> = list.of(campaign).filter(|code| code.system == system).collect();
            in_list(&codes, column)
        })
        .collect();
    any(&conditions)
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

fn in_list(codes: &[&Code], column: &str) -> Option<String> {
    let of =
        |reach| codes.iter().filter(move |code| code.reach == reach).map(|code| code.code.as_str());
    let exact: Vec<String> = of(Reach::Exact).map(text).collect();
    let like = |prefix: &str| format!("{column} LIKE {}", text(&format!("{prefix}%")));
    let mut accepted: Vec<String> = of(Reach::Prefix).map(like).collect();
    if !exact.is_empty() {
        accepted.push(format!("{column} IN ({})", exact.join(", ")));
    }
    let accepted = any(&accepted)?;
    let mut condition = accepted;
    for refused in of(Reach::Excluded).map(like) {
        condition = format!("({condition} AND NOT {refused})");
    }
    Some(condition)
}

/// A query built from named steps, `WITH a AS (…), b AS (…) SELECT …`.
#[derive(Default)]
pub struct Steps(Vec<(String, String)>);

impl Steps {
    /// Adds a step.
    pub fn add(&mut self, name: impl Into<String>, query: impl Into<String>) {
        self.0.push((name.into(), query.into()));
    }

    /// The whole query.
    pub fn select(&self, last: &str) -> String {
        let mut query = String::from("WITH ");
        for (index, (name, step)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ",\n" };
            // Writing to a String cannot fail.
            let _ = write!(query, "{comma}{name} AS (\n{step}\n)");
        }
        query.push('\n');
        query.push_str(last);
        query
    }
}
