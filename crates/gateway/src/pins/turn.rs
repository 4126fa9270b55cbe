//! When an upstream is surveyed, and by whom: one survey at a time, the others wait for it.

use super::catalog::{AGAIN, Catalog, Entry, Slot, Surveyed, survey_once};
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
        self.in_turn(gateway, upstream, current(upstream)).await
    }

    /// A survey out of turn, unless there was one a moment ago.
    pub(super) async fn again(&self, gateway: &Arc<Gateway>, upstream: &Upstream) -> Result<Arc<Catalog>, Refusal> {
        let slot = self.slot(&upstream.name);
        self.within(gateway, upstream, slot.pause()).await
    }

    /// A survey that is no older than `age`, out of turn.
    pub(super) async fn within(
        &self,
        gateway: &Arc<Gateway>,
        upstream: &Upstream,
        age: Duration,
    ) -> Result<Arc<Catalog>, Refusal> {
        let turn = Turn::take(self, upstream).await;
        match turn.known(age) {
            Some(found) => found,
            None => turn.survey(self, gateway, upstream, age < FRESH).await,
        }
    }

    /// A survey that is no older than `age`, as the schedule has it.
    pub(super) async fn in_turn(
        &self,
        gateway: &Arc<Gateway>,
        upstream: &Upstream,
        age: Duration,
    ) -> Result<Arc<Catalog>, Refusal> {
        let turn = Turn::take(self, upstream).await;
        match turn.known(age) {
            Some(found) => found,
            None => turn.survey(self, gateway, upstream, false).await,
        }
    }

    /// A current survey that began after everything that was announced, or shown by lists, up to now. Where the last is
    /// too young for another one, this waits until it no longer is.
    pub(super) async fn abreast(&self, gateway: &Arc<Gateway>, upstream: &Upstream) -> Result<Arc<Catalog>, Refusal> {
        let news = self.news(&upstream.name);
        let mut drain = gateway.watch_drain();
        loop {
            let turn = Turn::take(self, upstream).await;
            let known = turn.known(current(upstream));
            let Some(surveyed) = turn.last().filter(|last| last.found.is_ok() && last.began < news) else {
                return match known {
                    Some(found) => found,
                    None => turn.survey(self, gateway, upstream, false).await,
                };
            };
            // Whoever takes a turn first afterwards surveys for all who waited, so that nobody waits twice.
            match turn.slot.pause().checked_sub(surveyed.at.elapsed()).filter(|left| !left.is_zero()) {
                None => return turn.survey(self, gateway, upstream, true).await,
                Some(left) => {
                    drop(turn);
                    tokio::select! {
                        () = tokio::time::sleep(left) => {}
                        () = draining(&mut drain) => return Err(Reason::Draining.into()),
                    }
                }
            }
        }
    }

    /// The last moment in which the server announced, or a list showed, that something may have changed.
    fn news(&self, server: &ServerName) -> u64 {
        let shown = self.book(server).map_or(0, |book| book.shown());
        self.slot(server).announced.load(Ordering::SeqCst).max(shown)
    }
}

/// How old a survey may be for a call to rest on it.
fn current(upstream: &Upstream) -> Duration {
    FRESH.min(upstream.relist)
}

/// The right to survey an upstream, which one holds at a time.
struct Turn {
    slot: Arc<Slot>,
    entry: Entry,
    last: OwnedMutexGuard<Option<Surveyed>>,
}

impl Turn {
    async fn take(pins: &Pins, upstream: &Upstream) -> Self {
        let slot = pins.slot(&upstream.name);
        let last = Arc::clone(&slot.survey).lock_owned().await;
        Self { slot, entry: Entry::of(upstream), last }
    }

    /// The last survey, if it was made under this entry.
    fn last(&self) -> Option<&Surveyed> {
        self.last.as_ref().filter(|last| last.entry == self.entry)
    }

    /// What the last survey found, if it is no older than `age`. A failure counts for a moment only.
    fn known(&self, age: Duration) -> Option<Result<Arc<Catalog>, Refusal>> {
        let last = self.last()?;
        let most = if last.found.is_ok() { age } else { AGAIN.min(age) };
        (last.at.elapsed() < most).then(|| last.found.clone())
    }

    async fn survey(
        self,
        pins: &Pins,
        gateway: &Arc<Gateway>,
        upstream: &Upstream,
        is_hasty: bool,
    ) -> Result<Arc<Catalog>, Refusal> {
        let Self { slot, entry, last } = self;
        if !entry.is_in_force(gateway, &upstream.name) {
            return Err(unlisted("the entry has changed"));
        }
        if is_hasty {
            slot.hurried();
        }
        let surveyor = Surveyor::new(gateway, upstream);
        // It runs to its end even if the client that asked goes away.
        let surveying = tokio::spawn(survey_once(pins.clone(), slot, last, entry, surveyor));
        surveying.await.unwrap_or_else(|_| Err(Refusal::new(Reason::Internal).detail("a survey broke off")))
    }
}

#[cfg(test)]
mod tests;
