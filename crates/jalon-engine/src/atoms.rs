//! What the criteria of many pages have in common: classes of events, counts
//! of dates, long-term illnesses, each computed once.

use jalon_rules::campaign::{Standpoint, Window};
use jalon_rules::criterion::{AldTest, Count, Selection, Table};
use jiff::civil::Date;

/// Marks per column of marks: a signed 64-bit integer, its sign left alone.
pub const MARKS: usize = 62;

/// The mark of a class in its column.
pub const fn mark(class: usize) -> i64 {
    1 << (class % MARKS)
}

/// A set of events that a day can be marked with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    /// Tables searched.
    pub tables: Vec<Table>,
    /// Events meant.
    pub selection: Selection,
    /// Only deliveries of a large pack.
    pub large_pack: bool,
}

impl Class {
    /// The code lists of the class, when it is made of codes.
    pub fn lists(&self) -> Option<&[String]> {
        match &self.selection {
            Selection::Codes(lists) => Some(lists),
            Selection::Speciality(_) => None,
        }
    }
}

/// Days of one patient on which all of several classes occur, in a window.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days {
    /// Indices of the classes, sorted.
    pub classes: Vec<usize>,
    /// First and last day.
    pub from: Date,
    /// Last day, included.
    pub to: Date,
}

/// Days on which all of several classes occur, in a window that moves with
/// each row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchored {
    /// Indices of the classes, sorted.
    pub classes: Vec<usize>,
    /// The window, told from an anchor.
    pub window: Window,
}

/// Substances of a class delivered on at least so many dates each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substances {
    /// The class.
    pub class: usize,
    /// Dates each.
    pub dates: u32,
    /// First and last day.
    pub window: (Date, Date),
}

/// Everything the pages of a run need, each thing once.
#[derive(Debug, Default)]
pub struct Atoms {
    /// Classes, in order of first use.
    pub classes: Vec<Class>,
    /// Counts of days.
    pub days: Vec<Days>,
    /// Periods of illness: numbers (`None` for any), first and last day.
    pub illnesses: Vec<(AldTest, (Date, Date))>,
    /// Counts of substances.
    pub substances: Vec<Substances>,
    /// Counts of days around birth.
    pub births: Vec<Anchored>,
}

/// The place of an item, added at the end when it is new.
pub fn index_of<T: PartialEq>(items: &mut Vec<T>, item: T) -> usize {
    items.iter().position(|other| *other == item).unwrap_or_else(|| {
        items.push(item);
        items.len() - 1
    })
}

impl Atoms {
    /// The class of events with a code of these lists.
    pub fn class(&mut self, tables: &[Table], codes: &[String], large_pack: bool) -> usize {
        let selection = Selection::Codes(codes.to_vec());
        index_of(&mut self.classes, Class { tables: tables.to_vec(), selection, large_pack })
    }

    /// Days on which classes occur together.
    pub fn days(&mut self, mut classes: Vec<usize>, (from, to): (Date, Date)) -> usize {
        classes.sort_unstable();
        classes.dedup();
        index_of(&mut self.days, Days { classes, from, to })
    }

    /// The days of a count.
    pub fn count(&mut self, count: &Count, at: Standpoint) -> usize {
        let classes = self.count_classes(count);
        self.days(classes, count.window.days(at))
    }

    /// The classes that must all occur on the days of a count, sorted.
    pub fn count_classes(&mut self, count: &Count) -> Vec<usize> {
        let class = Class {
            tables: count.tables.clone(),
            selection: count.selection.clone(),
            large_pack: false,
        };
        let mut classes = vec![index_of(&mut self.classes, class)];
        if let Some(list) = &count.same_day_as {
            classes.push(self.class(&[Table::Deliveries], std::slice::from_ref(list), false));
        }
        classes.sort_unstable();
        classes.dedup();
        classes
    }

    /// A period of illness.
    pub fn illness(&mut self, test: &AldTest, at: Standpoint) -> usize {
        index_of(&mut self.illnesses, (test.clone(), test.days(at)))
    }

    /// A count of substances.
    pub fn substances(&mut self, class: usize, dates: u32, window: (Date, Date)) -> usize {
        index_of(&mut self.substances, Substances { class, dates, window })
    }
}
