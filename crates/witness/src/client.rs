//! Collecting cosignatures: all witnesses at once, each with its own retries, none trusted.

mod exchange;
mod peer;

pub use exchange::Failure;
pub use peer::{Peer, PeerError};

use crate::config::{ClientConfig, Clock, MAX_ANSWER};
use casemate_net::NetError;
use casemate_tlog::checkpoint::CheckpointError;
use casemate_tlog::note::Note;
use casemate_tlog::witness::request;
use casemate_tlog::{Checkpoint, Hash, Verifier};
use exchange::{Cosignature, Event, Exchange, Next};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request};
use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};

/// Makes consistency proofs of the log. A witness chooses `old`, so that they must cost little whatever it is.
pub trait Proofs: Send + Sync {
    /// The proof between two sizes, `0 < old < new`, where `new` is that of a checkpoint that was submitted. It may wait
    /// for the disk.
    ///
    /// # Errors
    /// The log cannot be read.
    fn consistency(&self, old: u64, new: u64) -> io::Result<Vec<Hash>>;
}

/// What is to be cosigned is no signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("only a signed checkpoint can be cosigned: {0}")]
pub struct NotACheckpoint(#[from] CheckpointError);

/// What was collected for a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    /// The note with the cosignatures that it had and those that came.
    pub note: String,
    /// The names of the witnesses that have cosigned it.
    pub cosigned: Vec<String>,
    /// Those that have not, and why.
    pub failed: Vec<(String, Failure)>,
}

/// Asks the witnesses of one log.
pub struct Client {
    net: casemate_net::Client,
    peers: Vec<Arc<Known>>,
    proofs: Arc<dyn Proofs>,
    clock: Clock,
    config: ClientConfig,
}

/// A witness, and what it said last.
struct Known {
    peer: Peer,
    /// The size that it has cosigned, as far as is known. Only a guess: it is asked.
    size: AtomicU64,
}

impl Client {
    /// A client for these witnesses.
    ///
    /// # Errors
    /// [`PeerError::Twice`]: one witness must not count for two.
    pub fn new(
        net: casemate_net::Client,
        peers: Vec<Peer>,
        proofs: Arc<dyn Proofs>,
        clock: Clock,
        config: ClientConfig,
    ) -> Result<Self, PeerError> {
        let mut keys = BTreeSet::new();
        if let Some(twice) = peers.iter().find(|peer| !keys.insert(*peer.key().public())) {
            return Err(PeerError::Twice(twice.key().name().to_owned()));
        }
        let peers = peers.into_iter().map(|peer| Arc::new(Known { peer, size: AtomicU64::new(0) })).collect();
        Ok(Self { net, peers, proofs, clock, config })
    }

    /// The keys of the witnesses, for the policy of whoever verifies.
    #[must_use]
    pub fn keys(&self) -> Vec<Verifier> {
        self.peers.iter().map(|known| known.peer.key().clone()).collect()
    }

    /// Has a checkpoint cosigned. Returns when every witness has answered, when the deadline has passed, or a little after
    /// enough have cosigned. Witnesses that have cosigned the note already are not asked again. Dropping the future ends
    /// what runs.
    ///
    /// # Errors
    /// `note` is no signed checkpoint. What witnesses do is never an error; it stands in [`Collected::failed`].
    pub async fn cosign(&self, note: &str) -> Result<Collected, NotACheckpoint> {
        let deadline = Instant::now() + self.config.deadline.min(Duration::from_hours(1));
        let parsed = Note::parse(note.as_bytes()).map_err(CheckpointError::from)?;
        let checkpoint = Checkpoint::parse(parsed.text())?;
        let mut collected = Collected { note: note.to_owned(), cosigned: Vec::new(), failed: Vec::new() };
        let mut tasks = JoinSet::new();
        let mut pending: Vec<Option<Arc<Known>>> = Vec::new();
        for known in &self.peers {
            let key = known.peer.key();
            if parsed.open([key]).is_ok() {
                collected.cosigned.push(key.name().to_owned());
                continue;
            }
            let (at, ask) = (pending.len(), self.ask(known, note, checkpoint.size()));
            pending.push(Some(Arc::clone(known)));
            tasks.spawn(async move { (at, ask.run().await) });
        }
        let mut until = deadline;
        while !tasks.is_empty() {
            if collected.cosigned.len() >= self.config.enough {
                until = until.min(Instant::now() + self.config.grace);
            }
            let Ok(Some(joined)) = timeout_at(until, tasks.join_next()).await else { break };
            let Ok((at, outcome)) = joined else { continue };
            let Some(known) = pending.get_mut(at).and_then(Option::take) else { continue };
            collected.take(known.peer.key().name(), outcome);
        }
        let late = pending.into_iter().flatten().map(|known| (known.peer.key().name().to_owned(), Failure::Late));
        collected.failed.extend(late);
        Ok(collected)
    }

    fn ask(&self, known: &Arc<Known>, note: &str, size: u64) -> Ask {
        Ask {
            net: self.net.clone(),
            known: Arc::clone(known),
            proofs: Arc::clone(&self.proofs),
            clock: Arc::clone(&self.clock),
            config: self.config.clone(),
            note: note.to_owned(),
            size,
        }
    }
}

impl Collected {
    fn take(&mut self, name: &str, outcome: Result<Cosignature, Failure>) {
        let outcome = outcome.and_then(|cosignature| {
            let note = format!("{}{}", self.note, cosignature.line);
            if Note::parse(note.as_bytes()).is_ok() { Ok(note) } else { Err(Failure::NoRoom) }
        });
        match outcome {
            Ok(note) => {
                self.note = note;
                self.cosigned.push(name.to_owned());
            }
            Err(failure) => self.failed.push((name.to_owned(), failure)),
        }
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let peers: Vec<&Peer> = self.peers.iter().map(|known| &known.peer).collect();
        f.debug_struct("Client").field("peers", &peers).field("config", &self.config).finish_non_exhaustive()
    }
}

/// One checkpoint on its way to one witness.
struct Ask {
    net: casemate_net::Client,
    known: Arc<Known>,
    proofs: Arc<dyn Proofs>,
    clock: Clock,
    config: ClientConfig,
    note: String,
    size: u64,
}

impl Ask {
    async fn run(self) -> Result<Cosignature, Failure> {
        let peer = &self.known.peer;
        let guess = self.known.size.load(Ordering::Relaxed);
        let mut exchange = Exchange::new(&self.note, peer.key(), self.size, guess, self.config.backoff);
        let outcome = loop {
            let event = match self.proof(exchange.old()).await {
                Ok(proof) => self.post(exchange.old(), &proof).await,
                Err(_) => break Err(Failure::NoProof),
            };
            let latest = (self.clock)().seconds().saturating_add(self.config.skew.as_secs());
            match exchange.next(event, latest) {
                Next::Ask => {}
                Next::Wait(time) => tokio::time::sleep(time).await,
                Next::Done(cosignature) => break Ok(cosignature),
                Next::Failed(failure) => break Err(failure),
            }
        };
        if let Some(size) = exchange.learned() {
            self.known.size.store(size, Ordering::Relaxed);
        }
        outcome
    }

    async fn proof(&self, old: u64) -> io::Result<Vec<Hash>> {
        if old == 0 || old >= self.size {
            return Ok(Vec::new());
        }
        let (proofs, new) = (Arc::clone(&self.proofs), self.size);
        let made = tokio::task::spawn_blocking(move || proofs.consistency(old, new)).await;
        made.unwrap_or_else(|fault| Err(io::Error::other(fault)))
    }

    async fn post(&self, old: u64, proof: &[Hash]) -> Event {
        let mut post = Request::new(request(old, proof, &self.note).into());
        *post.method_mut() = Method::POST;
        post.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        let within = self.config.request;
        let answer = async {
            let response = self.net.send(self.known.peer.target(), post, within).await?;
            let status = response.status().as_u16();
            // Of a failure the status is enough.
            let body = match status {
                200 | 409 => response.into_body().collect_capped(MAX_ANSWER).await?,
                _ => bytes::Bytes::new(),
            };
            Ok::<_, NetError>(Event::Answer { status, body })
        };
        match timeout(within, answer).await {
            Ok(Ok(event)) => event,
            Ok(Err(fault)) => Event::Fault(fault),
            Err(_) => Event::Fault(NetError::Timeout),
        }
    }
}
