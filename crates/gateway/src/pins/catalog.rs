//! When an upstream is surveyed, and by whom: one survey at a time, the others wait for it.

use super::params::Mirrors;
use super::survey::{self, Offer, Surveyor};
use super::{Pins, review, unlisted};
use crate::config::{InputKinds, PinMode, Upstream};
use crate::gateway::Gateway;
use casemate_core::digest::Digest;
use casemate_core::mcp::{Era, Revision};
use casemate_core::pin::{Mode, Transition, sight};
use casemate_core::{Reason, Refusal, ServerName};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::OwnedMutexGuard;

/// How long a survey counts as current.
const FRESH: Duration = Duration::from_secs(30);
/// How soon an upstream may be surveyed again because of what it or a client did.
const AGAIN: Duration = Duration::from_secs(1);
/// How many surveys may follow each other that soon; after that the pause doubles, up to [`PAUSE`].
const EAGER: u32 = 8;
/// The longest pause.
const PAUSE: Duration = Duration::from_secs(16);
/// After this time without such surveys, the next may be soon again.
const REST: Duration = Duration::from_mins(1);
/// Pins of one server.
const PINS: usize = 20_000;
/// Bytes of the definitions of one server, those that it no longer offers included.
const TEXTS: usize = 64 << 20;

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
}

impl Entry {
    pub(super) fn of(upstream: &Upstream) -> Self {
        let credential = upstream.credential.as_ref();
        Self {
            url: upstream.url.clone(),
            credential: credential.map(|(name, secret)| (name.clone(), Digest::of(secret.expose()))),
            requests: upstream.requests,
            revision: upstream.revision,
        }
    }
}

/// The last survey of one upstream. A failure is kept too, so that those who waited do not each wait for another.
struct Surveyed {
    at: Instant,
    entry: Entry,
    found: Result<Arc<Catalog>, Refusal>,
}

/// In which era an upstream was surveyed, and under which entry.
struct Spoken {
    entry: Entry,
    era: Era,
}

/// How often surveys were asked for out of turn.
#[derive(Default)]
struct Haste {
    count: u32,
    last: Option<Instant>,
}

/// One server's place in the schedule.
#[derive(Default)]
pub(super) struct Slot {
    survey: Arc<tokio::sync::Mutex<Option<Surveyed>>>,
    /// Held by whoever changes the server's pins.
    pub(super) pen: Arc<tokio::sync::Mutex<()>>,
    spoken: Mutex<Option<Spoken>>,
    haste: Mutex<Haste>,
    /// Whether a survey in the background is on its way.
    pub(super) stirring: std::sync::atomic::AtomicBool,
}

impl Slot {
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

    /// How old the last survey must be for another out of turn.
    pub(super) fn pause(&self) -> Duration {
        let haste = self.haste.lock().unwrap_or_else(PoisonError::into_inner);
        if haste.last.is_none_or(|last| last.elapsed() > REST) {
            return AGAIN;
        }
        AGAIN.saturating_mul(1 << haste.count.saturating_sub(EAGER).min(8)).min(PAUSE)
    }

    fn hurried(&self) {
        let mut haste = self.haste.lock().unwrap_or_else(PoisonError::into_inner);
        let rested = haste.last.is_none_or(|last| last.elapsed() > REST);
        haste.count = if rested { 1 } else { haste.count.saturating_add(1) };
        haste.last = Some(Instant::now());
    }
}

impl Pins {
    pub(super) fn slot(&self, server: &ServerName) -> Arc<Slot> {
        let mut slots = self.0.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(server.clone()).or_default())
    }

    /// A current survey.
    pub(super) async fn fresh(&self, gateway: &Gateway, upstream: &Upstream) -> Result<Arc<Catalog>, Refusal> {
        self.within(gateway, upstream, FRESH).await
    }

    /// A survey out of turn, unless there was one a moment ago.
    pub(super) async fn again(&self, gateway: &Gateway, upstream: &Upstream) -> Result<Arc<Catalog>, Refusal> {
        let slot = self.slot(&upstream.name);
        self.within(gateway, upstream, slot.pause()).await
    }

    /// A survey that is no older than `age`.
    pub(super) async fn within(
        &self,
        gateway: &Gateway,
        upstream: &Upstream,
        age: Duration,
    ) -> Result<Arc<Catalog>, Refusal> {
        let slot = self.slot(&upstream.name);
        let last = Arc::clone(&slot.survey).lock_owned().await;
        let entry = Entry::of(upstream);
        if let Some(surveyed) = last.as_ref()
            && surveyed.entry == entry
            && surveyed.at.elapsed() < surveyed.found.as_ref().map_or(AGAIN.min(age), |_| age)
        {
            return surveyed.found.clone();
        }
        if age < FRESH {
            slot.hurried();
        }
        let surveyor = Surveyor::new(gateway, upstream);
        // It runs to its end even if the client that asked goes away.
        let surveying = tokio::spawn(survey_once(self.clone(), slot, last, entry, surveyor));
        surveying.await.unwrap_or_else(|_| Err(Refusal::new(Reason::Internal).detail("a survey broke off")))
    }
}

async fn survey_once(
    pins: Pins,
    slot: Arc<Slot>,
    mut last: OwnedMutexGuard<Option<Surveyed>>,
    entry: Entry,
    surveyor: Surveyor,
) -> Result<Arc<Catalog>, Refusal> {
    if let Some(book) = pins.book(&surveyor.upstream.name) {
        // What a list shows from here on may be newer than what this survey sees.
        book.calm();
    }
    let started = Instant::now();
    let total = surveyor.upstream.total;
    let asking = tokio::time::timeout(total, survey::survey(&surveyor)).await;
    let offer = asking.unwrap_or_else(|_| Err(unlisted("no lists in time")));
    let found = match offer {
        Ok(offer) => {
            let era = offer.era;
            let taken = pins.take(&slot, &surveyor, offer).await;
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
    // What was announced while it ran may have come too late for it; a failure is rested on from its end.
    let at = if found.is_ok() { started } else { Instant::now() };
    *last = Some(Surveyed { at, entry, found: found.clone() });
    found
}

impl Pins {
    /// Moves the pins to what was found.
    async fn take(&self, slot: &Slot, surveyor: &Surveyor, offer: Offer) -> Result<Arc<Catalog>, Refusal> {
        let server = &surveyor.upstream.name;
        let pen = Arc::clone(&slot.pen).lock_owned().await;
        let book = self.book(server).unwrap_or_default();
        let Offer { era, mirrors, items } = offer;
        let offered: HashSet<_> = items.iter().map(|item| (item.kind, item.name.clone())).collect();
        let (pins, bytes) = book.after_all(&items);
        if pins > PINS || bytes > TEXTS {
            return Err(unlisted(format!("more to remember than {PINS} pins and {TEXTS} bytes of definitions")));
        }
        let mode = match surveyor.upstream.pins {
            PinMode::Review => Mode::Review,
            PinMode::TrustFirst => Mode::TrustFirst,
        };
        let (pins, name, now) = (self.clone(), server.clone(), surveyor.now);
        // Reviewing hundreds of definitions is work that must not hold up calls.
        let moving = tokio::task::spawn_blocking(move || {
            let surroundings = review::Surroundings::new(&pins, &name, &items);
            let mut moves: Vec<Transition> = items
                .into_iter()
                .filter_map(|item| {
                    let known = book.get(item.kind, &item.name);
                    let (kind, own) = (item.kind, item.name.clone());
                    let findings = |definition: &_| review::review(kind, &own, definition, &surroundings);
                    sight(known.as_deref(), item, mode, findings, now)
                })
                .collect();
            let gone = book.pins().into_iter().filter(|pin| !offered.contains(&(pin.kind, pin.name.clone())));
            moves.extend(gone.filter_map(|pin| pin.absent(now)));
            moves
        });
        let moves = moving.await.map_err(|_| Refusal::new(Reason::Internal).detail("a review broke off"))?;
        let arrived = || self.0.arriving.lock().unwrap_or_else(PoisonError::into_inner).remove(server);
        if !moves.is_empty() {
            tracing::info!(upstream.name = %server, moves = moves.len(), "pins move");
        }
        if let Err(refusal) = self.settle(pen, surveyor.log.clone(), server.clone(), moves.clone()).await {
            tracing::error!(upstream.name = %server, reason = refusal.reason.code(), "pins could not move");
            self.doubt(server, &moves);
        }
        arrived();
        Ok(Arc::new(Catalog { era, mirrors }))
    }
}
