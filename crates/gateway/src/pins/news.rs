//! What lists showed and surveys did not, and how often that holds up calls.

use super::turn::moment;
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::Instant;

/// Items of one server, and names of new ones within [`WINDOW`].
const KNOWN: usize = 1024;
/// Spellings of one name within it that hold up calls of other names. A tool whose description tells the time is not
/// news each time.
const SPELLINGS: u8 = 3;
const WINDOW: Duration = Duration::from_mins(1);

/// What lists of one server showed beside its pins. Items and names go by keyed hashes.
#[derive(Default)]
pub(super) struct Known {
    /// The moment in which each item was shown first: a survey that did not see it either has nothing more to say
    /// about it.
    items: HashMap<u64, u64>,
    /// How many spellings of each name were new in this window.
    names: HashMap<u64, u8>,
    since: Option<Instant>,
}

impl Known {
    /// When an item was shown first; `None` where it is one too many to be news.
    pub(super) fn shown(&mut self, item: u64, name: u64) -> Option<u64> {
        if let Some(shown) = self.items.get(&item) {
            return Some(*shown);
        }
        if !self.counts(name) {
            return None;
        }
        if self.items.len() >= KNOWN {
            self.items.clear();
        }
        Some(*self.items.entry(item).or_insert_with(moment))
    }

    fn counts(&mut self, name: u64) -> bool {
        if self.since.is_none_or(|since| since.elapsed() >= WINDOW) {
            self.names.clear();
            self.since = Some(Instant::now());
        }
        if self.names.len() >= KNOWN && !self.names.contains_key(&name) {
            return false;
        }
        let count = self.names.entry(name).or_default();
        *count = count.saturating_add(1);
        *count <= SPELLINGS
    }

    /// What was shown may mean something again. How often each name was new stays counted.
    pub(super) fn forget(&mut self) {
        self.items.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_is_news_three_times_a_minute() {
        let mut known = Known::default();
        for window in 0..3 {
            let news: Vec<_> = (0..8).map(|n| known.shown(window * 100 + n, 7).is_some()).collect();
            assert_eq!(news, [true, true, true, false, false, false, false, false]);
            assert!(known.shown(window * 100, 7).is_some(), "it is known");
            known.forget();
            assert!(known.shown(window * 100, 7).is_none(), "it counts again");
            assert!(known.shown(window * 100 + 99, 8).is_some(), "another name");
            tokio::time::pause();
            tokio::time::advance(WINDOW).await;
            tokio::time::resume();
        }
    }

    #[test]
    fn names_without_end_are_news_to_a_limit() {
        let mut known = Known::default();
        let news = (0..5_000).filter(|n| known.shown(*n, *n).is_some()).count();
        assert_eq!((news, known.items.len(), known.names.len()), (KNOWN, KNOWN, KNOWN));
        assert!(known.shown(9_999, 5).is_some());
    }
}
