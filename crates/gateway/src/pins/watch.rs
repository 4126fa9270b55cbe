//! Surveys in the background: at the start, at intervals, and when an upstream shows that something changed.

use super::Pins;
use super::catalog::AGAIN;
use super::turn::moment;
use crate::config::Upstream;
use crate::gateway::{Gateway, draining};
use casemate_core::ServerName;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// The longest pause after a survey that failed.
const RETRY: Duration = Duration::from_secs(10);
/// How long the task sleeps at most, so that entries which a reload brought are seen.
const NAP: Duration = Duration::from_mins(1);

impl Pins {
    /// An upstream says that its lists changed: calls wait for a survey that begins after this, and one is sent for.
    pub(crate) fn stir(&self, gateway: &Arc<Gateway>, upstream: &Upstream) {
        self.slot(&upstream.name).announce();
        self.look_again(gateway, &upstream.name);
    }

    /// It says so in an answer to a survey, whose lists may be old already. The next survey does not heed such words.
    pub(super) fn overtake(&self, gateway: &Arc<Gateway>, upstream: &Upstream) {
        self.slot(&upstream.name).overtake();
        self.stir(gateway, upstream);
    }

    /// Surveys an upstream in the background, a moment from now and again while there is news; one task for each.
    fn look_again(&self, gateway: &Arc<Gateway>, server: &ServerName) {
        let slot = self.slot(server);
        if slot.stirring.swap(true, Ordering::AcqRel) {
            return;
        }
        let (pins, gateway, name) = (self.clone(), Arc::clone(gateway), server.clone());
        tokio::spawn(async move {
            let mut drain = gateway.watch_drain();
            loop {
                tokio::select! {
                    () = tokio::time::sleep(AGAIN) => {}
                    () = draining(&mut drain) => return,
                }
                // What is announced or shown from here on asks for the next one.
                let heard = moment();
                // The entry may have changed since. A failure is logged where it happens.
                if let Some(upstream) = gateway.state().upstream(&name) {
                    let _ = pins.abreast(&gateway, &upstream).await;
                }
                slot.stirring.swap(false, Ordering::AcqRel);
                if pins.news(&name) < heard || slot.stirring.swap(true, Ordering::AcqRel) {
                    return;
                }
            }
        });
    }
}

/// When a server is surveyed next, and the survey at the last interval.
struct Due {
    at: Instant,
    last: Option<JoinHandle<()>>,
}

/// Surveys every upstream now and at its intervals, until the gateway drains.
pub async fn watch(gateway: Arc<Gateway>) {
    let pins = gateway.pins.clone();
    let mut drain = gateway.watch_drain();
    let mut generation = gateway.watch_generation();
    let mut due: HashMap<ServerName, Due> = HashMap::new();
    loop {
        let now = Instant::now();
        let entries = entries(&gateway);
        due.retain(|name, _| entries.iter().any(|entry| entry.name == *name));
        for entry in &entries {
            let due = due.entry(entry.name.clone()).or_insert(Due { at: now, last: None });
            if due.at <= now {
                due.at = now + spread(entry);
                // One that is not done yet, be it in its turn or before it, is the next one as well.
                if due.last.as_ref().is_none_or(JoinHandle::is_finished) {
                    due.last = Some(tokio::spawn(survey(Arc::clone(&gateway), pins.clone(), Arc::clone(entry))));
                }
            }
            if pins.book(&entry.name).is_some_and(|book| book.calls()) {
                pins.look_again(&gateway, &entry.name);
            }
            if pins.book(&entry.name).is_some_and(|book| book.has_marks()) {
                pins.note(&gateway, &entry.name);
            }
        }
        let next = due.values().map(|due| due.at).min().unwrap_or(now + NAP).min(now + NAP);
        tokio::select! {
            () = tokio::time::sleep_until(next) => {}
            () = pins.0.restless.notified() => {}
            changed = generation.changed() => if changed.is_ok() { due.clear() } else { return },
            () = draining(&mut drain) => return,
        }
    }
}

fn entries(gateway: &Gateway) -> Vec<Arc<Upstream>> {
    let state = gateway.state();
    state.config.upstreams.keys().filter_map(|name| state.upstream(name)).collect()
}

/// The interval, up to a tenth shorter by the name, so that not all upstreams are surveyed at one moment.
fn spread(upstream: &Upstream) -> Duration {
    let mut hasher = DefaultHasher::new();
    upstream.name.hash(&mut hasher);
    let tenth = upstream.relist / 10;
    let part = u32::try_from(hasher.finish() % 1000).unwrap_or_default();
    upstream.relist.saturating_sub(tenth * part / 1000).max(Duration::from_secs(1))
}

/// One survey at its interval; one that failed is tried again soon.
async fn survey(gateway: Arc<Gateway>, pins: Pins, upstream: Arc<Upstream>) {
    let mut drain = gateway.watch_drain();
    let mut pause = Duration::from_secs(1);
    for _ in 0..3 {
        // A reload surveys anew.
        if gateway.state().upstream(&upstream.name).is_none_or(|now| !Arc::ptr_eq(&now, &upstream)) {
            return;
        }
        if pins.within(&gateway, &upstream, Duration::from_secs(1)).await.is_ok() {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(pause.min(upstream.relist)) => pause = (pause * 3).min(RETRY),
            () = draining(&mut drain) => return,
        }
    }
}
