//! What is remembered of an upstream between surveys, and what a survey changes.

use super::moves::{self, Planned, Survey};
use super::params::Mirrors;
use super::quota::{Left, Quota};
use super::survey::{self, Offer, Surveyor};
use super::turn::moment;
use super::{Pins, late, unlisted};
use crate::config::{InputKinds, PinMode, Upstream};
use crate::gateway::{Gateway, draining};
use arc_swap::ArcSwapOption;
use casemate_core::digest::Digest;
use casemate_core::mcp::{Era, Revision};
use casemate_core::{Reason, Refusal, ServerName};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::OwnedMutexGuard;

/// How long a failure counts, and how soon surveys in the background follow what was announced.
pub(super) const AGAIN: Duration = Duration::from_secs(1);
/// The shortest time between the beginnings of two surveys of which the second is out of turn.
const SOON: Duration = Duration::from_millis(250);
/// The longest.
const PAUSE: Duration = Duration::from_secs(16);
/// How many times as long as the survey took it is between them: what one tenant makes an upstream announce, or asks
/// for in vain, costs the others no more than that share of the upstream.
const SHARE: u32 = 4;

/// What a survey found beside the pins.
pub(super) struct Catalog {
    pub(super) era: Era,
    pub(super) mirrors: Mirrors,
}

/// What decides how an upstream is surveyed. After a reload changed any of it, nothing found before counts.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Entry {
    url: url::Url,
    credential: Option<(http::HeaderName, Digest)>,
    requests: InputKinds,
    revision: Option<Revision>,
    pins: PinMode,
}

impl Entry {
    pub(super) fn of(upstream: &Upstream) -> Self {
        let credential = upstream.credential.as_ref();
        Self {
            url: upstream.url.clone(),
            credential: credential.map(|(name, secret)| (name.clone(), Digest::of(secret.expose()))),
            requests: upstream.requests,
            revision: upstream.revision,
            pins: upstream.pins,
        }
    }

    /// Whether the entry in force is this one. What was begun under another is neither sent nor believed.
    pub(super) fn is_in_force(&self, gateway: &Gateway, server: &ServerName) -> bool {
        gateway.state().upstream(server).is_some_and(|upstream| Self::of(&upstream) == *self)
    }
}

/// A survey of one upstream. A failure is kept too, so that those who waited do not each wait for another.
pub(super) struct Surveyed {
    /// When it began; a failure is rested on from its end.
    at: Instant,
    /// How old it must be for another out of turn.
    pause: Duration,
    /// The moment in which it began.
    pub(super) began: u64,
    /// Whether the server announced a change in an answer to it, so that its lists may be older than that.
    pub(super) overtaken: bool,
    pub(super) entry: Entry,
    pub(super) found: Result<Arc<Catalog>, Refusal>,
}

impl Surveyed {
    /// Whether it is no older than `age`. A failure counts for a moment only.
    pub(super) fn counts_for(&self, age: Duration) -> bool {
        self.at.elapsed() < if self.found.is_ok() { age } else { AGAIN.min(age) }
    }

    /// How old it must be for another out of turn.
    pub(super) const fn pause(&self) -> Duration {
        self.pause
    }

    /// How long until then.
    pub(super) fn rests(&self) -> Option<Duration> {
        self.pause.checked_sub(self.at.elapsed()).filter(|left| !left.is_zero())
    }
}

/// The pause after a survey that `took` so long, where a call may last `total`: no more than half of that, so that a call
/// which waits for a pause and a survey still has its answer; unless that leaves the upstream less rest than work.
fn pause(took: Duration, total: Duration) -> Duration {
    let most = (total / 2).max(took.saturating_mul(2)).min(PAUSE);
    took.saturating_mul(SHARE).min(most).max(SOON)
}

/// In which era an upstream was surveyed, and under which entry.
struct Spoken {
    entry: Entry,
    era: Era,
}

/// One server's place in the schedule.
#[derive(Default)]
pub(super) struct Slot {
    /// Held by whoever surveys the server.
    pub(super) turn: Arc<tokio::sync::Mutex<()>>,
    last: ArcSwapOption<Surveyed>,
    /// The last survey that succeeded, unless one that failed since read a list all the same. One caller can bring about
    /// a survey that fails; the others go on with what is known, as long as it is current and nothing was announced.
    good: ArcSwapOption<Surveyed>,
    /// Held by whoever changes the server's pins.
    pub(super) pen: Arc<tokio::sync::Mutex<()>>,
    spoken: Mutex<Option<Spoken>>,
    quota: Mutex<Quota>,
    /// The moment in which the server last announced that its lists changed.
    pub(super) announced: AtomicU64,
    /// Whether it did so in an answer to a survey, and no survey has begun since.
    overtaken: AtomicBool,
    /// Items without a usable name in the last survey.
    pub(super) nameless: AtomicUsize,
    /// Whether a survey in the background is on its way.
    pub(super) stirring: AtomicBool,
    /// Whether what lists showed is being settled.
    pub(super) noting: AtomicBool,
}

impl Slot {
    fn quota(&self) -> std::sync::MutexGuard<'_, Quota> {
        self.quota.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spoken(&self) -> std::sync::MutexGuard<'_, Option<Spoken>> {
        self.spoken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the last survey that succeeded found out, if it was made under this entry.
    pub(super) fn era_under(&self, entry: &Entry) -> Option<Era> {
        self.spoken().as_ref().filter(|spoken| spoken.entry == *entry).map(|spoken| spoken.era)
    }

    fn note(&self, entry: &Entry, era: Era) {
        *self.spoken() = Some(Spoken { entry: entry.clone(), era });
    }

    /// The last survey. Who only reads it waits for nobody.
    pub(super) fn last(&self) -> Option<Arc<Surveyed>> {
        self.last.load_full()
    }

    /// The last survey that succeeded, where none since knows better.
    pub(super) fn good(&self) -> Option<Arc<Surveyed>> {
        self.good.load_full()
    }

    /// Keeps what a survey found. One that failed after it had read a list may have seen a change: nothing older counts.
    fn keep(&self, surveyed: Surveyed, has_read: bool) {
        let surveyed = Arc::new(surveyed);
        if surveyed.found.is_ok() {
            self.good.store(Some(Arc::clone(&surveyed)));
        } else if has_read {
            self.good.store(None);
        }
        self.last.store(Some(surveyed));
    }

    /// The server announced a change: no call passes until a survey that begins later is done.
    pub(super) fn announce(&self) {
        self.announced.fetch_max(moment(), Ordering::SeqCst);
    }

    /// The server announced a change in an answer to a survey that had read a list already.
    pub(super) fn overtake(&self) {
        self.overtaken.store(true, Ordering::SeqCst);
    }
}

pub(super) async fn survey_once(
    pins: Pins,
    slot: Arc<Slot>,
    turn: OwnedMutexGuard<()>,
    entry: Entry,
    mut surveyor: Surveyor,
) -> Result<Arc<Catalog>, Refusal> {
    // What is announced or shown from here on may be newer than what this survey sees.
    let began = moment();
    // A server that announces in every answer would otherwise be surveyed for ever.
    surveyor.heeds = !slot.overtaken.swap(false, Ordering::SeqCst);
    if let Some(book) = pins.book(&surveyor.upstream.name) {
        book.calm(began);
    }
    let started = Instant::now();
    let total = surveyor.upstream.total;
    let offer = tokio::select! {
        asked = tokio::time::timeout(total, survey::survey(&surveyor)) => asked.unwrap_or_else(|_| Err(late())),
        () = replaced(&surveyor, &entry) => Err(unlisted("the entry has changed")),
    };
    let found = match offer {
        Ok(offer) => {
            let era = offer.era;
            let taken = pins.take(&slot, &surveyor, &entry, offer).await;
            if taken.is_ok() {
                slot.note(&entry, era);
            }
            taken
        }
        Err(refusal) => {
            tracing::warn!(
                upstream.name = %surveyor.upstream.name,
                reason = refusal.reason.code(),
                detail = refusal.detail.as_deref().unwrap_or_default(),
                "an upstream could not be surveyed"
            );
            Err(refusal)
        }
    };
    // What was announced while it ran may have come too late for it.
    let at = if found.is_ok() { started } else { Instant::now() };
    let overtaken = slot.overtaken.load(Ordering::SeqCst);
    let pause = pause(started.elapsed(), total);
    let surveyed = Surveyed { at, pause, began, overtaken, entry, found: found.clone() };
    slot.keep(surveyed, surveyor.has_read.load(Ordering::Relaxed));
    drop(turn);
    found
}

/// Resolves once a reload has changed the entry: whoever asks under the new one need not wait for a survey of the old.
async fn replaced(surveyor: &Surveyor, entry: &Entry) {
    let (gateway, server) = (&surveyor.gateway, &surveyor.upstream.name);
    let mut generation = gateway.watch_generation();
    while entry.is_in_force(gateway, server) {
        if generation.changed().await.is_err() {
            return std::future::pending().await;
        }
    }
}

impl Pins {
    /// Moves the pins to what was found.
    async fn take(
        &self,
        slot: &Slot,
        surveyor: &Surveyor,
        entry: &Entry,
        offer: Offer,
    ) -> Result<Arc<Catalog>, Refusal> {
        let (server, gateway) = (surveyor.upstream.name.clone(), &surveyor.gateway);
        let _pen = slot.pen.lock().await;
        if !entry.is_in_force(gateway, &server) {
            return Err(unlisted("the entry has changed"));
        }
        // Lists came first. What of them cannot be settled is refused as it is.
        let _ = self.settle_lists(slot, gateway, &server).await;
        let Offer { era, mirrors, items, nameless } = offer;
        if slot.nameless.swap(nameless, Ordering::Relaxed) != nameless && nameless > 0 {
            tracing::warn!(upstream.name = %server, items = nameless, "names that no client can ask for: left out");
        }
        let book = self.book(&server).unwrap_or_default();
        let is_first = book.is_empty() || !book.is_of(&surveyor.upstream);
        let left = if is_first { Left::FIRST } else { slot.quota().left() };
        let _arrival = self.arrive(&server);
        let (pins, upstream, now) = (self.clone(), surveyor.upstream.clone(), surveyor.now);
        // Reviewing hundreds of definitions is work that must not hold up calls.
        let moving = tokio::task::spawn_blocking(move || {
            Survey { upstream: &upstream, book: &book, now }.change(&pins, items, left)
        });
        let broken = |_| Refusal::new(Reason::Internal).detail("a review broke off");
        let Planned { mut change, held, used, is_too_much } = moving.await.map_err(broken)?;
        if !is_first {
            slot.quota().spend(used);
        }
        if is_too_much {
            return Err(unlisted("more to remember than one server may have"));
        }
        if held > 0 {
            tracing::warn!(upstream.name = %server, held, "a server changes too often");
            change.summary = slot.quota().tell();
        }
        if !change.moves.is_empty() {
            tracing::info!(upstream.name = %server, moves = change.moves.len(), "pins move");
        }
        if let Err(refusal) = self.0.settle(&surveyor.log, &server, &change).await {
            tracing::error!(upstream.name = %server, reason = refusal.reason.code(), "pins could not move");
            let mut doubts = moves::doubts(&change.moves);
            doubts.extend(change.doubts.unwrap_or_default());
            self.0.doubt(&server, &doubts);
        }
        Ok(Arc::new(Catalog { era, mirrors }))
    }

    /// Records and keeps what lists showed. Whoever does it holds the server's pen.
    pub(super) async fn settle_lists(
        &self,
        slot: &Slot,
        gateway: &Gateway,
        server: &ServerName,
    ) -> Result<(), Refusal> {
        // A pin may have something pending in each era, and each there and back.
        for _ in 0..4 {
            let Some(book) = self.book(server) else { return Ok(()) };
            let mut pending = book.pending();
            if pending.is_empty() {
                return Ok(());
            }
            let left = slot.quota().left();
            let is_cut = pending.len() > left.moves;
            pending.truncate(left.moves);
            let _arrival = self.arrive(server);
            let (pins, name, now, of) = (self.clone(), server.clone(), gateway.now(), Arc::clone(&book));
            let moving =
                tokio::task::spawn_blocking(move || (moves::listed(&pins, &name, &of, &pending, left, now), pending));
            let broken = |_| Refusal::new(Reason::Internal).detail("a review broke off");
            let ((mut change, used), pending) = moving.await.map_err(broken)?;
            change.summary = if is_cut { slot.quota().tell() } else { None };
            slot.quota().spend(used);
            self.0.settle(gateway.log(), server, &change).await?;
            for (pin, pending) in &pending {
                book.settled(pin, pending);
            }
            if is_cut {
                return Err(unlisted("more changes than are recorded within an hour"));
            }
        }
        Ok(())
    }

    /// Settles what lists showed, soon and not all the time.
    pub(super) fn note(&self, gateway: &Arc<Gateway>, server: &ServerName) {
        let slot = self.slot(server);
        if slot.noting.swap(true, Ordering::AcqRel) {
            return;
        }
        let (pins, gateway, server) = (self.clone(), Arc::clone(gateway), server.clone());
        tokio::spawn(async move {
            let settled = {
                let _pen = slot.pen.lock().await;
                pins.settle_lists(&slot, &gateway, &server).await
            };
            let pause = match settled {
                Ok(()) => AGAIN,
                Err(refusal) => {
                    tracing::warn!(upstream.name = %server, reason = refusal.reason.code(), "lists could not be noted");
                    pins.book(&server).inspect(|book| book.remark());
                    PAUSE
                }
            };
            let mut drain = gateway.watch_drain();
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = draining(&mut drain) => return,
            }
            slot.noting.store(false, Ordering::Release);
            if pins.book(&server).is_some_and(|book| book.has_marks()) {
                pins.0.restless.notify_one();
            }
        });
    }
}

#[cfg(test)]
mod tests;
