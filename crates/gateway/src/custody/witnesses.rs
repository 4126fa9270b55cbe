//! Has checkpoints cosigned, and publishes those that enough witnesses have seen.
//!
//! No call ever waits for it. What witnesses say is only noted: a single one may lie, and stops nothing.

mod metrics;
mod standing;

pub(crate) use metrics::Metrics;

use super::Witnesses;
use crate::error::GatewayError;
use crate::gateway::{Gateway, draining};
use casemate_audit::tlog::policy::{Distrust, PolicyError};
use casemate_audit::tlog::{Checkpoint, Hash, Note, Policy, Verifier};
use casemate_audit::{Class, Clock, Event, EventKind, Log, PublishError};
use casemate_core::UnixMillis;
use casemate_witness::{Client, ClientConfig, Collected, Proofs, Published};
use standing::Standings;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// How often is looked whether there is something to submit.
const LOOK: Duration = Duration::from_secs(1);
/// Time for the last checkpoint before the log is closed: until it is signed, and until it is cosigned.
const SIGNED: Duration = Duration::from_secs(3);
const LAST: Duration = Duration::from_secs(5);
/// Who records what witnesses say.
const ACTOR: &str = "witnesses";

/// Cosigning of one log.
pub(crate) struct Cosigning {
    client: Client,
    witnesses: Vec<Verifier>,
    quorum: usize,
    every: Duration,
    shown: Mutex<Shown>,
    /// Held during a round.
    round: tokio::sync::Mutex<Round>,
}

/// What others are shown.
struct Shown {
    published: Option<Published>,
    /// What the log must continue: the last checkpoint that was published, also where it no longer counts, as more
    /// witnesses are needed now.
    base: Option<Checkpoint>,
    /// When the published checkpoint was the newest one; without one, when the gateway started.
    since: UnixMillis,
    /// What stands against it now, in words.
    trouble: Vec<String>,
}

/// What is known between rounds.
struct Round {
    last: Option<Instant>,
    standings: Standings,
}

/// Proofs from the directory of the log.
struct FromLog(PathBuf);

impl Proofs for FromLog {
    fn consistency(&self, old: u64, new: u64) -> io::Result<Vec<Hash>> {
        casemate_audit::consistency_of(&self.0, old, new).map_err(|fault| {
            tracing::error!(%fault, old, new, "no consistency proof could be made for a witness");
            io::Error::other(fault)
        })
    }
}

impl Cosigning {
    /// Prepares it. Nothing is sent.
    ///
    /// # Errors
    /// The witnesses cannot be those of this log.
    pub(crate) fn new(
        config: &Witnesses,
        log: &Log,
        net: casemate_net::Client,
        clock: Clock,
    ) -> Result<Self, GatewayError> {
        let unusable = |fault: &dyn std::fmt::Display| GatewayError::Witnesses(fault.to_string());
        let peers = config.list.iter().map(|witness| witness.peer.clone()).collect();
        let proofs = Arc::new(FromLog(log.dir().to_owned()));
        let now = clock();
        let client = Client::new(net, peers, proofs, clock, patience(config)).map_err(|fault| unusable(&fault))?;
        let witnesses = client.keys();
        // The key may have changed since it was published.
        let known =
            log.verifiers_ever().map_err(|fault| unusable(&format!("the keys that the log has had: {fault}")))?;
        let policy = policy(known.clone(), &witnesses, config.quorum).map_err(|fault| unusable(&fault))?;
        let kept = casemate_audit::published(log.dir()).unwrap_or_else(|fault| {
            tracing::error!(%fault, "the published checkpoint cannot be read; the next one takes its place");
            None
        });
        let (published, base) = kept.map_or((None, None), |note| judge(note, &policy, known.clone()));
        let seen = |published: &Published| published.trusted().time.map(|time| UnixMillis(time.saturating_mul(1_000)));
        let since = published.as_ref().and_then(seen).unwrap_or(now);
        Ok(Self {
            client,
            witnesses,
            quorum: config.quorum,
            every: config.every,
            shown: Mutex::new(Shown { published, base, since, trouble: Vec::new() }),
            round: tokio::sync::Mutex::new(Round { last: None, standings: Standings::default() }),
        })
    }

    fn shown<T>(&self, look: impl FnOnce(&mut Shown) -> T) -> T {
        look(&mut self.shown.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The published checkpoint with its cosignatures. It was judged when it was published, or at the start.
    pub(crate) fn note(&self) -> Option<String> {
        self.shown(|shown| shown.published.as_ref().map(|published| published.note().to_owned()))
    }

    /// How many entries it is of; 0 where there is none.
    fn size(&self) -> u64 {
        self.shown(|shown| shown.published.as_ref().map_or(0, |published| published.trusted().checkpoint.size()))
    }

    /// Sets what depends on the moment.
    pub(crate) fn measure(&self, metrics: &Metrics, now: UnixMillis, entries: u64) {
        let size = self.size();
        let since = self.shown(|shown| shown.since);
        let behind = if entries > size { now.0.saturating_sub(since.0) / 1_000 } else { 0 };
        metrics.published(size, behind);
    }

    /// For people: how far it is, and what stands against it.
    pub(crate) fn describe(&self, entries: u64) -> String {
        let size = self.size();
        let trouble = self.shown(|shown| shown.trouble.clone());
        let done = format!("{size} of {entries} entries are published");
        if trouble.is_empty() { done } else { format!("{done}; {}", trouble.join("; ")) }
    }

    /// Whether it is time, and there is something to submit. A log that is shorter than what it published is told, too.
    fn is_due(&self, round: &Round, signed: u64) -> bool {
        signed > 0 && signed != self.size() && round.last.is_none_or(|last| last.elapsed() >= self.every)
    }

    /// Submits the newest checkpoint, unless `until` comes first, and publishes it where enough have cosigned it. What is
    /// published is written to its end.
    async fn submit(&self, gateway: &Gateway, round: &mut Round, until: impl Future<Output = ()>) {
        let log = &gateway.log;
        let Some((note, size)) = newest(log).await else { return };
        round.last = Some(Instant::now());
        let taken = gateway.now();
        let collected = tokio::select! {
            collected = self.client.cosign(&note) => collected,
            () = until => return,
        };
        let collected = match collected {
            Ok(collected) => collected,
            Err(fault) => return tracing::error!(%fault, "the newest checkpoint of the log cannot be submitted"),
        };
        gateway.metrics.cosigning.count(&collected);
        for line in round.standings.heard(&collected, size) {
            tracing::warn!("{line}");
        }
        let before = self.size();
        match self.publish(log, collected).await {
            Ok(published) => {
                self.shown(|shown| {
                    shown.base = Some(published.trusted().checkpoint.clone());
                    (shown.published, shown.since) = (Some(published), taken);
                });
                round.standings.published(size);
            }
            Err(unpublished) => {
                let votes = match &unpublished {
                    Unpublished::TooFew { found, needed } => Some((*found, *needed)),
                    Unpublished::Broken(published) => {
                        round.standings.broken(size, *published);
                        None
                    }
                    Unpublished::Fault(_) => None,
                };
                let why = unpublished.to_string();
                tracing::warn!(size, published = before, "the checkpoint is not published: {why}");
                round.standings.unpublished(Instant::now(), why, votes, (size, before));
            }
        }
        self.tell(gateway, round).await;
    }

    /// Judges what was collected, and makes it the published checkpoint.
    async fn publish(&self, log: &Log, collected: Collected) -> Result<Published, Unpublished> {
        // Whatever witnesses cosign: what was published before must be in the log.
        if let Some(before) = self.shown(|shown| shown.base.clone()) {
            continues(log, before).await?;
        }
        let fault = |fault: &dyn std::fmt::Display| Unpublished::Fault(fault.to_string());
        // The key of the log may have changed.
        let policy = policy(log.verifiers(), &self.witnesses, self.quorum).map_err(|error| fault(&error))?;
        let published = Published::new(collected.note, &policy).map_err(|error| match error {
            Distrust::Witnesses { found, needed } => Unpublished::TooFew { found, needed },
            other => fault(&other),
        })?;
        match log.publish(published.note()).await {
            Ok(()) => Ok(published),
            Err(PublishError::Older { published, .. }) => Err(Unpublished::Broken(published)),
            Err(error) => Err(fault(&error)),
        }
    }

    /// Tells and records what has changed. What cannot be recorded is tried again after the next round.
    async fn tell(&self, gateway: &Gateway, round: &mut Round) {
        for news in round.standings.news(Instant::now(), self.every) {
            news.trace();
            gateway.metrics.cosigning.stands(&news);
            let event = Event {
                kind: EventKind::Witness,
                actor: ACTOR.to_owned(),
                policy: Some(gateway.state().config.policy.digest),
                detail: Some(news.to_string()),
                facts: news.facts(),
            };
            match gateway.log.event(event).await {
                Ok(_) => round.standings.told(&news),
                Err(fault) => tracing::error!(%fault, "what witnesses say could not be recorded"),
            }
        }
        let trouble = round.standings.trouble();
        self.shown(|shown| shown.trouble = trouble);
    }
}

/// Why a checkpoint is not published.
#[derive(Debug, thiserror::Error)]
enum Unpublished {
    #[error("{found} of the {needed} witnesses needed have cosigned it")]
    TooFew { found: usize, needed: usize },
    /// How many entries were published before.
    #[error("the log does not continue what it has published")]
    Broken(u64),
    #[error("{0}")]
    Fault(String),
}

/// Whether the log still has what it published.
async fn continues(log: &Log, before: Checkpoint) -> Result<(), Unpublished> {
    let (dir, size) = (log.dir().to_owned(), before.size());
    let proof = tokio::task::spawn_blocking(move || casemate_audit::consistency(&dir, &before, None)).await;
    match proof {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(fault)) if matches!(fault.class, Class::Fork | Class::Truncated) => Err(Unpublished::Broken(size)),
        Ok(Err(fault)) => Err(Unpublished::Fault(fault.to_string())),
        Err(fault) => Err(Unpublished::Fault(fault.to_string())),
    }
}

/// What a note counts for that was published before: as published, where enough of the witnesses of now have cosigned it;
/// and as what the log must continue, where any of its keys has signed it.
fn judge(note: String, policy: &Policy, known: Vec<Verifier>) -> (Option<Published>, Option<Checkpoint>) {
    let base = Policy::new(policy.origin(), known, Vec::new(), 0).ok().and_then(|by| by.trust(note.as_bytes()).ok());
    match Published::new(note, policy) {
        Ok(published) => (Some(published), base.map(|base| base.checkpoint)),
        Err(fault) => {
            tracing::warn!(%fault, "the checkpoint that was published is not shown any more; the next one takes its place");
            (None, base.map(|base| base.checkpoint))
        }
    }
}

fn policy(keys: Vec<Verifier>, witnesses: &[Verifier], quorum: usize) -> Result<Policy, PolicyError> {
    let origin = keys.first().map(|key| key.name().to_owned()).unwrap_or_default();
    Policy::new(&origin, keys, witnesses.to_vec(), quorum)
}

/// A witness that hangs holds up the others for a while, not for ever.
fn patience(config: &Witnesses) -> ClientConfig {
    let grace = (config.every / 4).clamp(Duration::from_millis(250), Duration::from_secs(5));
    ClientConfig { enough: config.quorum, grace, ..ClientConfig::default() }
}

/// The newest checkpoint that the log has signed, and how many entries it is of.
async fn newest(log: &Log) -> Option<(String, u64)> {
    let dir = log.dir().to_owned();
    let note = match tokio::task::spawn_blocking(move || casemate_audit::checkpoint(&dir)).await.ok()? {
        Ok(note) => note,
        Err(fault) => {
            tracing::error!(%fault, "the newest checkpoint of the log cannot be read");
            return None;
        }
    };
    let size = Checkpoint::parse(Note::parse(note.as_bytes()).ok()?.text()).ok()?.size();
    Some((note, size))
}

/// Submits checkpoints while entries come, until the gateway drains.
pub(crate) async fn watch(gateway: Arc<Gateway>) {
    let Some(cosigning) = gateway.cosigning.as_ref() else { return };
    let (mut drain, mut cut) = (gateway.watch_drain(), gateway.watch_drain());
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK.min(cosigning.every)) => {}
            () = draining(&mut drain) => return,
        }
        let mut round = cosigning.round.lock().await;
        if cosigning.is_due(&round, gateway.log.health().signed) {
            cosigning.submit(&gateway, &mut round, draining(&mut cut)).await;
        }
    }
}

/// Submits what is signed last, in bounded time, before the log is closed.
pub(crate) async fn last(gateway: &Gateway) {
    let Some(cosigning) = gateway.cosigning.as_ref() else { return };
    let health = || gateway.log.health();
    let entries = health().entries;
    let signed = async {
        while health().signed < entries {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    // What is not signed in time goes at the next start.
    let _ = timeout(SIGNED, signed).await;
    let Ok(mut round) = timeout(LAST, cosigning.round.lock()).await else { return };
    if health().signed > cosigning.size() {
        cosigning.submit(gateway, &mut round, tokio::time::sleep(LAST)).await;
    }
}
