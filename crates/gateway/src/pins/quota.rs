//! How many changes one server may cause: each is a record, and a look at a definition.

use std::time::Duration;
use tokio::time::Instant;

/// Changes of one server within [`WINDOW`], its first survey and the decisions of people aside.
pub(super) const MOVES: usize = 1000;
/// Bytes of their texts that are read within it.
const WORK: usize = 64 << 20;
const WINDOW: Duration = Duration::from_hours(1);

/// What one server may still cause, or has caused.
#[derive(Debug, Clone, Copy)]
pub(super) struct Left {
    pub(super) moves: usize,
    pub(super) work: usize,
}

impl Left {
    /// What a first survey may cause.
    pub(super) const FIRST: Self = Self { moves: usize::MAX, work: usize::MAX };
}

/// What one server has used of it.
#[derive(Default)]
pub(super) struct Quota {
    since: Option<Instant>,
    spent: usize,
    work: usize,
    is_told: bool,
}

impl Quota {
    /// How many changes are left, and how many bytes to read.
    pub(super) fn left(&mut self) -> Left {
        if self.since.is_none_or(|since| since.elapsed() >= WINDOW) {
            *self = Self { since: Some(Instant::now()), ..Self::default() };
        }
        Left { moves: MOVES.saturating_sub(self.spent), work: WORK.saturating_sub(self.work) }
    }

    pub(super) const fn spend(&mut self, used: Left) {
        self.spent = self.spent.saturating_add(used.moves);
        self.work = self.work.saturating_add(used.work);
    }

    /// The one record of what is held back, the first time in each window.
    pub(super) fn tell(&mut self) -> Option<String> {
        let is_first = !std::mem::replace(&mut self.is_told, true);
        is_first.then(|| format!("more than {MOVES} changes within an hour: the rest is held back and refused"))
    }
}
