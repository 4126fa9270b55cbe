//! The table of open sessions, with its caps.

use super::claims::{Claims, Voices};
use super::{Busy, Claim, Owner, Session};
use crate::config::{self, Upstream};
use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casemate_core::digest::Digest;
use casemate_core::mcp::SessionFacts;
use casemate_core::{Reason, Refusal, ServerName, Subject, TenantId};
use http::HeaderValue;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

/// A caller at its cap makes room by its own oldest session that nobody has used for this long.
const UNUSED: Duration = Duration::from_secs(60);

/// Messages of one session that are read beyond the limit of concurrency.
const ASIDE: usize = 4;

type Who = (TenantId, Subject);

/// All open sessions.
#[derive(Default)]
pub(crate) struct Sessions {
    table: Mutex<Table>,
    claims: Arc<Claims>,
}

#[derive(Default)]
struct Table {
    by_key: HashMap<Digest, Arc<Session>>,
    /// Sessions and reserved places of each subject.
    held: HashMap<Who, usize>,
    /// The same of each tenant.
    tenants: HashMap<TenantId, usize>,
    places: usize,
    /// GET streams of each subject.
    streams: HashMap<Who, usize>,
    streaming: usize,
}

/// Counts one more, if that is within the cap.
fn take<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: K, cap: usize) -> bool {
    if counts.get(&key).copied().unwrap_or(0) >= cap {
        return false;
    }
    *counts.entry(key).or_default() += 1;
    true
}

fn give_back<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            counts.remove(key);
        }
    }
}

impl Table {
    fn give_back(&mut self, who: &Who) {
        self.places = self.places.saturating_sub(1);
        give_back(&mut self.held, who);
        give_back(&mut self.tenants, &who.0);
    }

    fn remove(&mut self, key: &Digest) -> Option<Arc<Session>> {
        let session = self.by_key.remove(key)?;
        self.give_back(&(session.owner.tenant.clone(), session.owner.subject.clone()));
        session.end();
        Some(session)
    }

    /// The subject's own session that has been idle for longest, if that is long enough.
    fn unused(&self, who: &Who) -> Option<Digest> {
        let of_subject = |session: &&Arc<Session>| session.owner.tenant == who.0 && session.owner.subject == who.1;
        let idle = self.by_key.values().filter(of_subject).map(|session| (session.idle(), session.key));
        idle.filter(|(idle, _)| *idle >= UNUSED).max_by_key(|(idle, _)| *idle).map(|(_, key)| key)
    }
}

impl Sessions {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many are open.
    pub(crate) fn count(&self) -> usize {
        self.table().by_key.len()
    }

    /// Takes the id that an upstream gave to a session, for as long as there is one of ours for it.
    ///
    /// # Errors
    /// `upstream.malformed` where another open session of this entry has it.
    pub(crate) fn claim(&self, upstream: &Upstream, id: HeaderValue) -> Result<Claim, Refusal> {
        self.claims.claim(upstream, id)
    }

    /// Takes a place for a session that is about to be opened. The sessions that had to make room are given back in any
    /// case, for their upstreams to be told; there is more than one only after a reload lowered a cap.
    ///
    /// # Errors
    /// `limit.sessions`.
    pub(crate) fn reserve(
        self: &Arc<Self>,
        owner: Owner,
        caps: &config::Sessions,
    ) -> (Vec<Arc<Session>>, Result<Place, Refusal>) {
        let who = (owner.tenant.clone(), owner.subject.clone());
        let full = |of: &str| Err(Refusal::new(Reason::LimitSessions).hint(of).retry_after(UNUSED.as_secs()));
        let mut table = self.table();
        let mut evicted = Vec::new();
        while table.held.get(&who).copied().unwrap_or(0) >= caps.per_subject {
            let Some(session) = table.unused(&who).and_then(|unused| table.remove(&unused)) else {
                return (evicted, full("of the subject"));
            };
            evicted.push(session);
        }
        if table.places >= caps.total {
            return (evicted, full("of all callers"));
        }
        if !take(&mut table.tenants, who.0.clone(), caps.per_tenant) {
            return (evicted, full("of the tenant"));
        }
        table.places += 1;
        *table.held.entry(who).or_default() += 1;
        drop(table);
        (evicted, Ok(Place { sessions: Arc::clone(self), owner: Some(owner) }))
    }

    /// Takes a place among the GET streams, resumptions included. A subject has as many as it may have sessions.
    ///
    /// # Errors
    /// `limit.sessions`.
    pub(crate) fn stream(self: &Arc<Self>, session: &Session, caps: &config::Sessions) -> Result<StreamPlace, Refusal> {
        let who = (session.owner.tenant.clone(), session.owner.subject.clone());
        let mut table = self.table();
        let full = || Refusal::new(Reason::LimitSessions).hint("GET streams").retry_after(UNUSED.as_secs());
        if table.streaming >= caps.streams || !take(&mut table.streams, who.clone(), caps.per_subject) {
            return Err(full());
        }
        table.streaming += 1;
        Ok(StreamPlace { sessions: Arc::clone(self), who })
    }

    /// The session of that id, for its owner and its server only. To everyone else it does not exist.
    ///
    /// # Errors
    /// `session.unknown`; which of the causes is in the detail.
    pub(crate) fn find(
        &self,
        id: &str,
        owner: &Owner,
        server: &ServerName,
        caps: &config::Sessions,
    ) -> Result<Arc<Session>, Refusal> {
        let unknown = |why: &str| Refusal::new(Reason::SessionUnknown).detail(why);
        let found = self.table().by_key.get(&key_of(id)).map(Arc::clone);
        let session = found.ok_or_else(|| unknown("no session of that id"))?;
        if session.owner != *owner {
            return Err(unknown("it belongs to another caller or credential"));
        }
        if session.server != *server {
            return Err(unknown("it belongs to another server"));
        }
        if is_expired(&session, caps) {
            return Err(unknown("it has expired"));
        }
        session.touch();
        Ok(session)
    }

    /// Ends a session. Nothing finds it afterwards, and its streams end.
    pub(crate) fn remove(&self, session: &Session) -> bool {
        self.table().remove(&session.key).is_some()
    }

    /// Ends all sessions, or those in which nothing runs, and gives them back.
    pub(crate) fn leave(&self, and_running: bool) -> Vec<Arc<Session>> {
        let mut table = self.table();
        let ended = table.by_key.values().filter(|session| and_running || !session.is_running());
        let ended: Vec<_> = ended.map(|session| session.key).collect();
        ended.iter().filter_map(|key| table.remove(key)).collect()
    }

    /// Ends the sessions that have expired or are `gone` otherwise, and gives them back, for their upstreams to be told.
    pub(crate) fn sweep(&self, caps: &config::Sessions, gone: impl Fn(&Session) -> bool) -> Vec<Arc<Session>> {
        let now = Instant::now();
        let all: Vec<_> = self.table().by_key.values().map(Arc::clone).collect();
        for session in &all {
            session.tidy(now);
        }
        let is_over = |session: &&Arc<Session>| is_expired(session, caps) || gone(session);
        let expired: Vec<_> = all.iter().filter(is_over).map(|session| session.key).collect();
        let mut table = self.table();
        expired.iter().filter_map(|key| table.remove(key)).collect()
    }
}

fn is_expired(session: &Session, caps: &config::Sessions) -> bool {
    session.opened.elapsed() >= caps.lifetime || session.idle() >= caps.idle
}

/// Only digests of ids are kept: neither a dump nor the time of a comparison gives one away.
fn key_of(id: &str) -> Digest {
    Digest::of_parts("casemate/session/v1", &[id.as_bytes()])
}

/// A place among the GET streams.
pub(crate) struct StreamPlace {
    sessions: Arc<Sessions>,
    who: Who,
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut table = self.sessions.table();
        table.streaming = table.streaming.saturating_sub(1);
        give_back(&mut table.streams, &self.who);
    }
}

/// A place in the table; given back unless a session takes it.
pub(crate) struct Place {
    sessions: Arc<Sessions>,
    owner: Option<Owner>,
}

impl Place {
    /// Opens the session and gives the id that the client gets.
    ///
    /// # Errors
    /// `internal` without randomness.
    pub(crate) fn open(
        mut self,
        server: ServerName,
        facts: SessionFacts,
        claim: Option<Claim>,
        entry: Arc<Upstream>,
    ) -> Result<(Arc<Session>, String), Refusal> {
        let mut random = [0_u8; 32];
        rand::fill(&mut random).map_err(|_| Reason::Internal)?;
        let id = URL_SAFE_NO_PAD.encode(random);
        let owner = self.owner.take().ok_or(Reason::Internal)?;
        let session = Arc::new(Session {
            key: key_of(&id),
            owner,
            server,
            facts,
            voices: Voices::new(claim),
            entry,
            opened: Instant::now(),
            used: AtomicU64::new(0),
            busy: Mutex::new(Busy::default()),
            visits: AtomicUsize::new(0),
            replay: Mutex::default(),
            ended: watch::Sender::new(false),
            seat: Arc::new(Semaphore::new(1)),
            aside: Arc::new(Semaphore::new(ASIDE)),
            wanted: watch::Sender::new(0),
        });
        self.sessions.table().by_key.insert(session.key, Arc::clone(&session));
        Ok((session, id))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(owner) = self.owner.take() {
            self.sessions.table().give_back(&(owner.tenant, owner.subject));
        }
    }
}
