//! What lists on their way to clients showed of one item, until it is recorded and kept.

use casemate_core::digest::Digest;
use casemate_core::mcp::Era;
use casemate_core::pin::{Definition, Listed};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long what a list showed lasts at least, where the list that ends it is not whole or was not the first to.
const PERIOD: Duration = Duration::from_mins(1);
/// Bytes of one definition that waits to be recorded; of a longer one only the digest is kept.
const TEXT: usize = 64 << 10;
/// Bytes of all such definitions of one server.
const ROOM: usize = 8 << 20;

/// One list, or one other result with definitions, on its way to a client.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listing {
    era: Era,
    is_whole: bool,
    began: Instant,
}

impl Listing {
    /// Begins one: in which era it was asked for, and whether it is all of the list and not one page of several.
    pub(crate) fn begin(era: Era, is_whole: bool) -> Self {
        Self { era, is_whole, began: Instant::now() }
    }

    pub(super) const fn era(&self) -> Era {
        self.era
    }
}

/// What waits to be recorded.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) era: Era,
    pub(super) what: Shown,
    count: u64,
}

/// What lists showed.
#[derive(Debug)]
pub(super) enum Shown {
    /// Another definition than the approved one.
    Another(Listed),
    /// The approved one again.
    Approved,
}

/// A definition that waits, and the room that it takes.
struct Kept(Definition, Arc<AtomicUsize>);

impl Kept {
    fn of(definition: Definition, room: &Arc<AtomicUsize>) -> Option<Self> {
        let length = definition.text.len();
        let before = room.fetch_add(length, Ordering::Relaxed);
        let kept = Self(definition, Arc::clone(room));
        (length <= TEXT && before.saturating_add(length) <= ROOM).then_some(kept)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.1.fetch_sub(self.0.text.len(), Ordering::Relaxed);
    }
}

#[derive(Default)]
struct Seen {
    /// When another definition was shown last, and which.
    last: Option<(Instant, Digest)>,
    /// How often.
    count: u64,
    is_other: bool,
    definition: Option<Kept>,
    is_back: bool,
    /// When a list last ended it.
    ended: Option<Instant>,
}

/// The marks of one item, by era. They outlive its moves.
#[derive(Default)]
pub(super) struct Marks {
    /// Whether anything waits: until it is settled, the item is not used.
    waits: AtomicBool,
    eras: Mutex<Option<Box<[Seen; 2]>>>,
}

impl Marks {
    pub(super) fn wait(&self) -> bool {
        self.waits.load(Ordering::Acquire)
    }

    fn with<T>(&self, act: impl FnOnce(&mut [Seen; 2]) -> T) -> T {
        let mut eras: MutexGuard<'_, _> = self.eras.lock().unwrap_or_else(PoisonError::into_inner);
        let eras = eras.get_or_insert_with(Box::default);
        let done = act(eras);
        self.waits.store(eras.iter().any(|seen| seen.is_other || seen.is_back), Ordering::Release);
        done
    }

    /// Another definition was shown. `room` is what the server has for definitions that wait.
    pub(super) fn differs(&self, listing: Listing, definition: Result<Definition, Digest>, room: &Arc<AtomicUsize>) {
        self.with(|eras| {
            let seen = of(eras, listing.era);
            let digest = definition.as_ref().map_or_else(|digest| *digest, |definition| definition.digest);
            seen.last = Some((Instant::now(), digest));
            seen.count = seen.count.wrapping_add(1);
            seen.is_back = false;
            if !seen.is_other {
                seen.is_other = true;
                seen.definition = definition.ok().and_then(|definition| Kept::of(definition, room));
            }
        });
    }

    /// Another definition was shown once more, where that is recorded already.
    pub(super) fn still_differs(&self, listing: Listing, digest: Digest) {
        self.with(|eras| {
            let seen = of(eras, listing.era);
            seen.last = Some((Instant::now(), digest));
            seen.count = seen.count.wrapping_add(1);
            seen.is_back = false;
        });
    }

    /// The approved definition was shown, after another in this era. One list that shows both, or pages that do, end
    /// nothing; nor does a server end it more than once in each period.
    pub(super) fn agrees(&self, listing: Listing, is_listed: bool) {
        self.with(|eras| {
            let seen = of(eras, listing.era);
            if !is_listed && !seen.is_other {
                return;
            }
            let is_after = seen
                .last
                .is_none_or(|(at, _)| if listing.is_whole { at < listing.began } else { at.elapsed() >= PERIOD });
            if is_after && seen.ended.is_none_or(|ended| ended.elapsed() >= PERIOD) {
                seen.is_back = true;
            }
        });
    }

    /// What is to be recorded next.
    pub(super) fn pending(&self) -> Option<Pending> {
        self.with(|eras| {
            let [one, two] = eras;
            [(Era::Session, one), (Era::Modern, two)].into_iter().find_map(|(era, seen)| {
                let (_, digest) = seen.last.unzip();
                let count = seen.count;
                match digest {
                    Some(digest) if seen.is_other => {
                        let definition = seen.definition.as_ref().map(|kept| kept.0.clone());
                        let digest = definition.as_ref().map_or(digest, |definition| definition.digest);
                        Some(Pending { era, what: Shown::Another(Listed { era, digest, definition }), count })
                    }
                    _ if seen.is_back => Some(Pending { era, what: Shown::Approved, count }),
                    _ => None,
                }
            })
        })
    }

    /// It is recorded, and the pin has moved. What was shown meanwhile stays.
    pub(super) fn settled(&self, pending: &Pending) {
        self.with(|eras| {
            let seen = of(eras, pending.era);
            match pending.what {
                Shown::Another(_) => {
                    seen.is_other = false;
                    seen.definition = None;
                }
                Shown::Approved => {
                    seen.is_back = false;
                    seen.ended = Some(Instant::now());
                    seen.is_other = seen.count != pending.count;
                }
            }
        });
    }

    /// A person decided.
    pub(super) fn reset(&self) {
        self.with(|eras| *eras = Default::default());
    }
}

const fn of(eras: &mut [Seen; 2], era: Era) -> &mut Seen {
    let [session, modern] = eras;
    match era {
        Era::Session => session,
        Era::Modern => modern,
    }
}

#[cfg(test)]
mod tests;
