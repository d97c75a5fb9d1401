//! Row conditions, and truth where something may be unknown.

use std::cmp::Ordering;

use jalon_rules::condition::{Column, Comparison, Condition, Literal};

/// True, false, or unknown.
pub type Truth = Option<bool>;

/// One falsehood is enough to know.
pub fn all(truths: impl IntoIterator<Item = Truth>) -> Truth {
    let mut known = true;
    for truth in truths {
        match truth {
            Some(false) => return Some(false),
            Some(true) => {}
            None => known = false,
        }
    }
    known.then_some(true)
}

/// One truth is enough to know.
pub fn any(truths: impl IntoIterator<Item = Truth>) -> Truth {
    not(all(truths.into_iter().map(not)))
}

/// The contrary.
pub fn not(truth: Truth) -> Truth {
    truth.map(|truth| !truth)
}

/// What a column holds, `None` when it is unknown.
#[derive(Clone, Copy, Debug)]
pub enum Value {
    /// A whole number.
    Number(i64),
    /// A sex.
    Sex(char),
    /// A yes or no.
    Flag(Option<bool>),
}

/// Whether a condition holds on the row whose columns `value` tells.
pub fn holds(condition: &Condition, value: &dyn Fn(Column) -> Value) -> Truth {
    match condition {
        Condition::Is(column) => match value(*column) {
            Value::Flag(flag) => flag,
            other => panic!("{column:?} n'est pas un oui ou non : {other:?}"),
        },
        Condition::Compare(column, comparison, literal) => {
            let order = compare(value(*column), literal);
            Some(match comparison {
                Comparison::Equal => order == Ordering::Equal,
                Comparison::Different => order != Ordering::Equal,
                Comparison::Less => order == Ordering::Less,
                Comparison::AtMost => order != Ordering::Greater,
                Comparison::Greater => order == Ordering::Greater,
                Comparison::AtLeast => order != Ordering::Less,
            })
        }
        Condition::In(column, literals) => {
            let found = literals.iter().any(|one| compare(value(*column), one).is_eq());
            Some(found)
        }
        Condition::Not(inner) => not(holds(inner, value)),
        Condition::And(left, right) => all([holds(left, value), holds(right, value)]),
        Condition::Or(left, right) => any([holds(left, value), holds(right, value)]),
    }
}

fn compare(value: Value, literal: &Literal) -> Ordering {
    match (value, literal) {
        (Value::Number(number), Literal::Integer(other)) => number.cmp(other),
        (Value::Sex(sex), Literal::Text(other)) => sex.to_string().cmp(other),
        (value, literal) => panic!("{value:?} ne se compare pas à {literal:?}"),
    }
}
