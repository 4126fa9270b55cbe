//! When an upstream is surveyed, and by whom: one survey at a time, the others wait for it.

use super::catalog::{Catalog, Entry, Slot, Surveyed, survey_once};
use super::survey::Surveyor;
use super::{Pins, unlisted};
use crate::config::Upstream;
use crate::gateway::{Gateway, draining};
use casemate_core::{Reason, Refusal, ServerName};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;

/// How long a survey counts as current.
const FRESH: Duration = Duration::from_secs(30);

/// A moment, to be compared with others: what is announced or shown gets a later number than every survey that began
/// before it.
static MOMENTS: AtomicU64 = AtomicU64::new(0);

/// The number of what happens now.
pub(super) fn moment() -> u64 {
    MOMENTS.fetch_add(1, Ordering::SeqCst).saturating_add(1)
}

impl Pins {
    pub(super) fn slot(&self, server: &ServerName) -> Arc<Slot> {
        let mut slots = self.0.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(server.clone()).or_default())
    }

    /// A current survey.
    pub(super) async fn fresh(&self, gateway: &Arc<Gateway>, upstream: &Upstream) -> Result<Arc<Catalog>, Refusal> {
        self.within(gateway, upstream, current(upstream)).await
    }

    /// A survey out of turn, unless there was one a moment ago.
    pub(super) async fn again(&self, gateway: &Arc<Gateway>, upstream: &Upstream) -> Result<Arc<Catalog>, Refusal> {
        let wish = Wish::new(self, upstream);
        wish.grant(self, gateway, upstream, |last| last.counts_for(last.pause())).await
    }

    /// A survey that is no older than `age`.
    pub(super) async fn within(
        &self,
        gateway: &Arc<Gateway>,
        upstream: &Upstream,
        age: Duration,
    ) -> Result<Arc<Catalog>, Refusal> {
        Wish::new(self, upstream).grant(self, gateway, upstream, |last| last.counts_for(age)).await
    }

    /// A current survey that began after everything that was announced, or shown by lists, up to now, and during which the
    /// server announced nothing further. Where the last is too young for another one, this waits until it no longer is.
    pub(super) async fn abreast(&self, gateway: &Arc<Gateway>, upstream: &Upstream) -> Result<Arc<Catalog>, Refusal> {
        let news = self.news(&upstream.name);
        let wish = Wish::new(self, upstream);
        // The next survey is never overtaken, so that this waits for two at most.
        let is_behind = |last: &Surveyed| last.found.is_ok() && (last.began < news || last.overtaken);
        let suffices = |last: &Surveyed| last.counts_for(current(upstream)) && !is_behind(last);
        let mut drain = gateway.watch_drain();
        loop {
            if let Some(found) = wish.granted(suffices) {
                return found;
            }
            let turn = wish.turn().await;
            if let Some(found) = wish.granted(suffices) {
                return found;
            }
            let left = wish.last().filter(|last| is_behind(last)).and_then(|last| last.rests());
            // Whoever takes a turn first afterwards surveys for all who waited, so that nobody waits twice.
            let Some(left) = left else { return wish.survey(turn, self, gateway, upstream).await };
            drop(turn);
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                () = draining(&mut drain) => return Err(Reason::Draining.into()),
            }
        }
    }

    /// The last moment in which the server announced, or a list showed, that something may have changed.
    pub(super) fn news(&self, server: &ServerName) -> u64 {
        let shown = self.book(server).map_or(0, |book| book.shown());
        self.slot(server).announced.load(Ordering::SeqCst).max(shown)
    }
}

/// How old a survey may be for a call to rest on it.
fn current(upstream: &Upstream) -> Duration {
    FRESH.min(upstream.relist)
}

/// The right to survey an upstream, which one holds at a time.
type Turn = OwnedMutexGuard<()>;

/// One caller's need for a survey.
struct Wish {
    slot: Arc<Slot>,
    entry: Entry,
    /// The moment in which the caller came.
    since: u64,
}

impl Wish {
    fn new(pins: &Pins, upstream: &Upstream) -> Self {
        Self { slot: pins.slot(&upstream.name), entry: Entry::of(upstream), since: moment() }
    }

    /// The last survey, if it was made under this entry.
    fn last(&self) -> Option<Arc<Surveyed>> {
        self.slot.last().filter(|last| last.entry == self.entry)
    }

    /// The last survey that succeeded, if it was made under this entry.
    fn good(&self) -> Option<Arc<Surveyed>> {
        self.slot.good().filter(|good| good.entry == self.entry)
    }

    /// What the last survey that succeeded found, if it suffices; or the last, if it does or began after the caller came:
    /// those who wait for one that takes longer than it counts as current do not each make another.
    fn granted(&self, suffices: impl Fn(&Surveyed) -> bool) -> Option<Result<Arc<Catalog>, Refusal>> {
        let good = self.good().filter(|good| suffices(good));
        let found = good.or_else(|| self.last().filter(|last| last.began > self.since || suffices(last)))?;
        Some(found.found.clone())
    }

    async fn turn(&self) -> Turn {
        Arc::clone(&self.slot.turn).lock_owned().await
    }

    /// The last survey if it suffices, however busy others are with the next; or else another one.
    async fn grant(
        self,
        pins: &Pins,
        gateway: &Arc<Gateway>,
        upstream: &Upstream,
        suffices: impl Fn(&Surveyed) -> bool,
    ) -> Result<Arc<Catalog>, Refusal> {
        if let Some(found) = self.granted(&suffices) {
            return found;
        }
        let turn = self.turn().await;
        match self.granted(&suffices) {
            Some(found) => found,
            None => self.survey(turn, pins, gateway, upstream).await,
        }
    }

    async fn survey(
        self,
        turn: Turn,
        pins: &Pins,
        gateway: &Arc<Gateway>,
        upstream: &Upstream,
    ) -> Result<Arc<Catalog>, Refusal> {
        let Self { slot, entry, .. } = self;
        if !entry.is_in_force(gateway, &upstream.name) {
            return Err(unlisted("the entry has changed"));
        }
        let surveyor = Surveyor::new(gateway, upstream);
        // It runs to its end even if the client that asked goes away.
        let surveying = tokio::spawn(survey_once(pins.clone(), slot, turn, entry, surveyor));
        surveying.await.unwrap_or_else(|_| Err(Refusal::new(Reason::Internal).detail("a survey broke off")))
    }
}

#[cfg(test)]
mod tests;
