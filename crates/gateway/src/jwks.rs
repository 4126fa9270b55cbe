//! An issuer's keys, kept fresh: refreshed before they are stale, reloaded for an unknown `kid` but seldom, and given
//! up when they are too old.

mod keyset;
mod source;

pub(crate) use keyset::{algorithm, kid_is_fine};
pub(crate) use source::Source;

use arc_swap::ArcSwap;
use casemate_core::{Reason, Refusal};
use jsonwebtoken::{Algorithm, DecodingKey};
use keyset::Selection;
use source::Loaded;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};
use tokio::task::AbortHandle;

/// How long keys serve past their freshness while the source does not answer.
const STALE: Duration = Duration::from_secs(3600);
/// How seldom an unknown `kid` reloads the keys.
const RELOAD: Duration = Duration::from_secs(30);
/// How long an unknown `kid` stays unknown without asking again.
const NEGATIVE: Duration = Duration::from_secs(120);
/// How many unknown `kid`s are remembered.
const NEGATIVE_KEYS: usize = 1024;
/// The pause after a failed load.
const RETRY: Duration = Duration::from_secs(10);
/// The pause after a failed load while there are no keys at all.
const RETRY_EMPTY: Duration = Duration::from_secs(1);

/// How the keys are, for readiness and metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// Whether they are within their time.
    pub fresh: bool,
    /// Whether tokens can be verified; true for a while after they are no longer fresh.
    pub usable: bool,
    /// The time since they were last confirmed, if ever.
    pub age: Option<Duration>,
    /// How many times they changed.
    pub generation: u64,
}

#[derive(Default)]
struct State {
    loaded: Option<Loaded>,
    /// When the source last confirmed `loaded`.
    confirmed: Option<Instant>,
    /// When the source was last asked, with whatever result.
    asked: Option<Instant>,
    generation: u64,
}

#[derive(Debug, PartialEq, Eq)]
enum Age {
    Fresh,
    Stale,
    Dead,
}

impl State {
    fn age(&self, now: Instant) -> Age {
        let (Some(loaded), Some(confirmed)) = (&self.loaded, self.confirmed) else { return Age::Dead };
        let age = now.saturating_duration_since(confirmed);
        if age <= loaded.ttl {
            Age::Fresh
        } else if age <= loaded.ttl + STALE {
            Age::Stale
        } else {
            Age::Dead
        }
    }

    /// When the source is to be asked again: at three quarters of the time, after a failure a little later.
    fn due(&self, now: Instant) -> Duration {
        let since = |then: Option<Instant>| then.map_or(Duration::MAX, |then| now.saturating_duration_since(then));
        let retry = if self.loaded.is_none() { RETRY_EMPTY } else { RETRY };
        let (pause, last) = match &self.loaded {
            Some(loaded) if self.asked == self.confirmed => (loaded.ttl * 3 / 4, self.confirmed),
            _ => (retry, self.asked),
        };
        pause.saturating_sub(since(last))
    }
}

/// Unknown `kid`s, and when one last caused a reload.
#[derive(Default)]
struct Unknown {
    reloaded: Option<Instant>,
    kids: HashMap<String, Instant>,
}

impl Unknown {
    /// Whether this `kid` may cause a reload now.
    fn may_reload(&mut self, kid: &str, now: Instant) -> bool {
        let within = |then: Instant, span: Duration| now.saturating_duration_since(then) < span;
        if self.kids.get(kid).is_some_and(|then| within(*then, NEGATIVE)) {
            return false;
        }
        if self.reloaded.is_some_and(|then| within(then, RELOAD)) {
            return false;
        }
        self.reloaded = Some(now);
        true
    }

    fn remember(&mut self, kid: &str, now: Instant) {
        if self.kids.len() >= NEGATIVE_KEYS {
            self.kids.retain(|_, then| now.saturating_duration_since(*then) < NEGATIVE);
        }
        if self.kids.len() < NEGATIVE_KEYS {
            self.kids.insert(kid.to_owned(), now);
        }
    }
}

/// The keys of one issuer. Dropping it ends its refreshing.
pub(crate) struct Keys {
    source: Source,
    state: ArcSwap<State>,
    /// Held by whoever asks the source: one at a time.
    flight: tokio::sync::Mutex<()>,
    unknown: Mutex<Unknown>,
    started: AtomicBool,
    background: Mutex<Option<AbortHandle>>,
}

impl Keys {
    /// Keys from `source`. Within a runtime the first load begins at once, else with the first use.
    #[must_use]
    pub(crate) fn new(source: Source) -> Arc<Self> {
        let keys = Arc::new(Self {
            source,
            state: ArcSwap::default(),
            flight: tokio::sync::Mutex::default(),
            unknown: Mutex::default(),
            started: AtomicBool::new(false),
            background: Mutex::default(),
        });
        keys.start();
        keys
    }

    /// How the keys are.
    #[must_use]
    pub(crate) fn health(&self) -> Health {
        let (state, now) = (self.state.load(), Instant::now());
        let age = state.age(now);
        Health {
            fresh: age == Age::Fresh,
            usable: age != Age::Dead,
            age: state.confirmed.map(|then| now.saturating_duration_since(then)),
            generation: state.generation,
        }
    }

    /// The generation of the keys while they are usable; it changes whenever they do.
    #[must_use]
    pub(crate) fn generation(&self) -> Option<u64> {
        let state = self.state.load();
        (state.age(Instant::now()) != Age::Dead).then_some(state.generation)
    }

    /// The key for a token, and the generation it belongs to.
    ///
    /// # Errors
    /// `auth.token_key` where there is none that fits, `auth.keys_unavailable` where the keys are too old or were
    /// never there.
    pub(crate) async fn find(
        self: &Arc<Self>,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<(DecodingKey, u64), Refusal> {
        self.start();
        let mut state = self.state.load_full();
        if state.age(Instant::now()) == Age::Dead {
            if !state.due(Instant::now()).is_zero() {
                return Err(unavailable());
            }
            self.refresh(&state).await;
            state = self.state.load_full();
        }
        if let Found::Key(key) = select(&state, kid, algorithm)? {
            return Ok((key, state.generation));
        }
        let kid = kid.unwrap_or_default();
        if !self.unknown().may_reload(kid, Instant::now()) && self.flight.try_lock().is_ok() {
            return Err(Reason::TokenKey.into());
        }
        self.refresh(&state).await;
        let state = self.state.load_full();
        match select(&state, Some(kid), algorithm)? {
            Found::Key(key) => Ok((key, state.generation)),
            Found::Unknown => {
                self.unknown().remember(kid, Instant::now());
                Err(Reason::TokenKey.into())
            }
        }
    }

    /// Asks the source again without waiting for its answer, as a reload wants it.
    pub(crate) fn refresh_soon(self: &Arc<Self>) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let keys = Arc::clone(self);
            runtime.spawn(async move {
                let asked = keys.state.load().asked;
                keys.ask(asked).await;
            });
        }
    }

    fn unknown(&self) -> std::sync::MutexGuard<'_, Unknown> {
        self.unknown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the source, unless someone did since `seen`. Runs to its end even when the caller goes away.
    async fn refresh(self: &Arc<Self>, seen: &State) {
        let (keys, asked) = (Arc::clone(self), seen.asked);
        let task = tokio::spawn(async move { keys.ask(asked).await });
        if task.await.is_err() {
            tracing::warn!("refreshing the issuer's keys was broken off");
        }
    }

    async fn ask(&self, seen: Option<Instant>) {
        let _alone = self.flight.lock().await;
        let before = self.state.load_full();
        if before.asked != seen {
            return;
        }
        let known = before.loaded.as_ref().and_then(|loaded| loaded.stamp);
        let result = self.source.load(known).await;
        let now = Instant::now();
        let mut after =
            State { asked: Some(now), loaded: before.loaded.clone(), confirmed: before.confirmed, ..State::default() };
        after.generation = before.generation;
        match result {
            Ok(None) => after.confirmed = Some(now),
            Ok(Some(new)) => {
                if before.loaded.as_ref().is_none_or(|old| old.digest != new.digest) {
                    after.generation += 1;
                    self.unknown().kids.clear();
                }
                after.loaded = Some(new);
                after.confirmed = Some(now);
            }
            Err(error) => tracing::warn!(%error, "the issuer's keys could not be refreshed"),
        }
        self.state.store(Arc::new(after));
    }

    fn start(self: &Arc<Self>) {
        if self.started.load(Ordering::Relaxed) {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if !self.started.swap(true, Ordering::Relaxed) {
            let task = runtime.spawn(keep_fresh(Arc::downgrade(self)));
            *self.background.lock().unwrap_or_else(PoisonError::into_inner) = Some(task.abort_handle());
        }
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        if let Some(task) = self.background.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }
}

async fn keep_fresh(keys: Weak<Keys>) {
    loop {
        let pause = match keys.upgrade() {
            Some(keys) => {
                let state = keys.state.load_full();
                if state.due(Instant::now()).is_zero() {
                    keys.ask(state.asked).await;
                }
                keys.state.load().due(Instant::now())
            }
            None => return,
        };
        tokio::time::sleep(pause.max(Duration::from_millis(100))).await;
    }
}

enum Found {
    Key(DecodingKey),
    Unknown,
}

fn select(state: &State, kid: Option<&str>, algorithm: Algorithm) -> Result<Found, Refusal> {
    let loaded = match &state.loaded {
        Some(loaded) if state.age(Instant::now()) != Age::Dead => loaded,
        _ => return Err(unavailable()),
    };
    match loaded.set.select(kid, algorithm) {
        Selection::Found(key) => Ok(Found::Key(key.decoding.clone())),
        Selection::Unknown => Ok(Found::Unknown),
        Selection::Unfit => Err(Reason::TokenKey.into()),
    }
}

fn unavailable() -> Refusal {
    Refusal::new(Reason::KeysUnavailable).retry_after(RETRY.as_secs())
}

#[cfg(test)]
mod tests;
