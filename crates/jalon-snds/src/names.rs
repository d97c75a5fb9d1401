//! Texts that repeat from line to line, each known by a number.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Texts of a kind, shared by all who read. Numbers start at 1 and depend on
/// who reads first: nothing that is written may.
#[derive(Debug, Default)]
pub(crate) struct Names(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    numbers: HashMap<Arc<[u8]>, u32>,
    list: Vec<Arc<[u8]>>,
}

impl Names {
    /// The number of a text; nothing once there are too many.
    pub fn number(&self, text: &[u8]) -> Option<u32> {
        self.shared(text).map(|(_, number)| number)
    }

    fn shared(&self, text: &[u8]) -> Option<(Arc<[u8]>, u32)> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((text, number)) = known.numbers.get_key_value(text) {
            return Some((Arc::clone(text), *number));
        }
        if known.list.len() >= MOST {
            return None;
        }
        let text: Arc<[u8]> = text.into();
        known.list.push(Arc::clone(&text));
        let number = u32::try_from(known.list.len()).ok()?;
        known.numbers.insert(Arc::clone(&text), number);
        Some((text, number))
    }

    /// The texts, in the order of their numbers from 1.
    pub fn list(&self) -> Vec<Arc<[u8]>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).list.clone()
    }
}

/// Most texts of a kind: there are fewer practitioners, and fewer flows, in
/// any extraction; files made of anything else must not fill the memory.
const MOST: usize = 4_000_000;

/// A reader's own copy of the numbers it met.
#[derive(Debug)]
pub(crate) struct Reader {
    names: Arc<Names>,
    known: HashMap<Arc<[u8]>, u32>,
    last: (Vec<u8>, u32),
}

impl Reader {
    pub fn new(names: Arc<Names>) -> Self {
        Self { names, known: HashMap::new(), last: (Vec::new(), 0) }
    }

    /// The number of a text, 0 for none; nothing once there are too many.
    pub fn number(&mut self, text: &[u8]) -> Option<u32> {
        if self.last.0 == text {
            return Some(self.last.1);
        }
        let number = if let Some(number) = self.known.get(text) {
            *number
        } else {
            let (text, number) = self.names.shared(text)?;
            self.known.insert(text, number);
            number
        };
        self.last.0.clear();
        self.last.0.extend_from_slice(text);
        self.last.1 = number;
        Some(number)
    }
}
