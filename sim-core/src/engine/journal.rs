//! What has happened, and because of what.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use super::Time;

/// Names one fact of a [`Journal`]: the first is 1. Four bytes, also inside an `Option`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactId(NonZeroU32);

impl FactId {
    fn position(self) -> usize {
        self.0.get() as usize - 1
    }

    /// The number, counted from 1 in the order in which things happened.
    pub fn number(self) -> u32 {
        self.0.get()
    }

    /// The fact with this number, if numbers like it are given at all.
    pub fn from_number(number: u32) -> Option<FactId> {
        NonZeroU32::new(number).map(FactId)
    }
}

impl fmt::Debug for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fact {}", self.0)
    }
}

/// One line of the journal.
#[derive(Clone, Debug)]
pub struct Entry<F> {
    /// When it happened.
    pub at: Time,
    /// The fact that led to it, which is always an earlier one; none for what the scenario itself set in motion.
    pub cause: Option<FactId>,
    /// What happened.
    pub fact: F,
}

/// How many facts share one block: a fork shares all full blocks with its original.
const BLOCK: usize = 1024;

/// All facts in the order in which they happened. Cloning it copies pointers, not facts.
#[derive(Clone, Debug)]
pub struct Journal<F> {
    blocks: Vec<Arc<Vec<Entry<F>>>>,
    len: usize,
}

impl<F> Default for Journal<F> {
    fn default() -> Self {
        Journal { blocks: Vec::new(), len: 0 }
    }
}

impl<F: Clone> Journal<F> {
    /// Appends a fact. Its cause must already be in the journal.
    pub fn push(&mut self, entry: Entry<F>) -> FactId {
        assert!(entry.cause.is_none_or(|cause| cause.position() < self.len), "a cause is earlier than its effect");
        if self.len.is_multiple_of(BLOCK) {
            self.blocks.push(Arc::new(Vec::with_capacity(BLOCK)));
        }
        let block = self.blocks.last_mut().expect("one was pushed when the last was full");
        Arc::make_mut(block).push(entry);
        self.len += 1;
        FactId(NonZeroU32::new(self.len as u32).expect("one was pushed"))
    }
}

impl<F> Journal<F> {
    /// How many facts there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing happened yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The fact of this name.
    pub fn get(&self, id: FactId) -> &Entry<F> {
        &self.blocks[id.position() / BLOCK][id.position() % BLOCK]
    }

    /// All facts, earliest first.
    pub fn iter(&self) -> impl Iterator<Item = (FactId, &Entry<F>)> {
        let entries = self.blocks.iter().flat_map(|block| block.iter());
        entries
            .enumerate()
            .map(|(index, entry)| (FactId(NonZeroU32::new(index as u32 + 1).expect("counted from one")), entry))
    }

    /// The fact and what led to it, from the effect back to the first cause.
    pub fn chain(&self, from: FactId) -> impl Iterator<Item = (FactId, &Entry<F>)> {
        let mut next = Some(from);
        std::iter::from_fn(move || {
            let id = next?;
            let entry = self.get(id);
            next = entry.cause;
            Some((id, entry))
        })
    }
}
