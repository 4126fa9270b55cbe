//! Sessions of the revisions that have them: bound to the one who opened them, useless to anyone else.
//!
//! Outwards a session has an id of ours, of which only the digest is kept; the upstream's id stays inside. What a session
//! remembers is small and capped: what runs, what the server has asked, what is watched, and the last events it was sent.

mod asked;
mod claims;
pub(crate) mod errands;
pub(crate) mod heard;
mod replay;
mod table;

pub(crate) use asked::Asked;
pub(crate) use claims::{Claim, Voice};
pub(crate) use heard::{Heard, Origin, hear};
pub(crate) use replay::{Outlet, STANDALONE};
pub(crate) use table::{Place, Sessions};

use crate::config::Upstream;
use asked::Questions;
use casemate_core::digest::Digest;
use casemate_core::json::Value;
use casemate_core::mcp::{RequestId, SessionFacts};
use casemate_core::{Principal, Reason, Refusal, ServerName, Subject, TenantId};
use claims::Voices;
use errands::{Errands, INTERNAL_ERROR};
use replay::Replay;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;

/// The header of a session's id.
pub(crate) const SESSION: &str = "mcp-session-id";
/// The header of the last event that a client has seen.
pub(crate) const LAST_EVENT: &str = "last-event-id";
/// Requests of one session at once.
const RUNNING: usize = 256;
/// Resources that one session watches.
const WATCHED: usize = 256;
/// How long a new GET stream waits for the one before it to end.
const HANDOVER: Duration = Duration::from_secs(2);

/// Whom a session belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Owner {
    pub(crate) tenant: TenantId,
    pub(crate) subject: Subject,
    pub(crate) credential: Digest,
}

impl Owner {
    pub(crate) fn of(principal: &Principal) -> Self {
        Self {
            tenant: principal.tenant.clone(),
            subject: principal.subject.clone(),
            credential: principal.credential(),
        }
    }
}

/// One session.
pub(crate) struct Session {
    key: Digest,
    owner: Owner,
    pub(crate) server: ServerName,
    pub(crate) facts: SessionFacts,
    /// The upstream's own id for it, where it gave one. Nothing is sent without it, the farewell included.
    voices: Voices,
    /// The entry under which it was opened.
    pub(crate) entry: Arc<Upstream>,
    opened: Instant,
    /// Milliseconds from `opened` to the last request.
    used: AtomicU64,
    busy: Mutex<Busy>,
    /// Requests on their way to what they are of: read, and not yet answered.
    visits: AtomicUsize,
    replay: Mutex<Replay>,
    ended: watch::Sender<bool>,
    seat: Arc<Semaphore>,
    /// Messages that are read though all places for calls are taken.
    aside: Arc<Semaphore>,
    /// How often the GET stream was wanted.
    wanted: watch::Sender<u64>,
}

#[derive(Default)]
struct Busy {
    running: HashMap<RequestId, Arc<Running>>,
    questions: Questions,
    watched: HashSet<String>,
    errands: Errands,
    /// The last event id of the upstream's on the GET stream.
    upstream_event: Option<String>,
}

/// A request of the client's that runs.
pub(crate) struct Running {
    /// Its progress token.
    progress: Option<RequestId>,
    cancelled: watch::Sender<bool>,
}

/// Keeps a request among those that run.
pub(crate) struct RunningGuard {
    session: Arc<Session>,
    id: RequestId,
    running: Arc<Running>,
}

impl RunningGuard {
    /// Resolves once the client has cancelled the request.
    pub(crate) async fn cancelled(&self) {
        let mut cancelled = self.running.cancelled.subscribe();
        // The sender is held by this guard.
        let _ = cancelled.wait_for(|cancelled| *cancelled).await.map(drop);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        *self.running.cancelled.borrow()
    }

    /// The progress token of the request.
    pub(crate) fn progress(&self) -> Option<&RequestId> {
        self.running.progress.as_ref()
    }
}

impl Drop for RunningGuard {
    fn drop(&mut self) {
        self.session.touch();
        self.session.busy().running.remove(&self.id);
    }
}

impl Session {
    fn busy(&self) -> MutexGuard<'_, Busy> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn replay(&self) -> MutexGuard<'_, Replay> {
        self.replay.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn touch(&self) {
        let millis = u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.used.fetch_max(millis, Ordering::Relaxed);
    }

    /// How long nobody has asked anything in it. While something runs or a stream is open, it is not idle.
    fn idle(&self) -> Duration {
        if self.seat.available_permits() == 0 || self.is_running() {
            return Duration::ZERO;
        }
        self.opened.elapsed().saturating_sub(Duration::from_millis(self.used.load(Ordering::Relaxed)))
    }

    /// A request begins.
    pub(crate) fn begin(
        self: &Arc<Self>,
        id: &RequestId,
        progress: Option<RequestId>,
    ) -> Result<RunningGuard, Refusal> {
        let mut busy = self.busy();
        if busy.running.contains_key(id) {
            return Err(Reason::SessionRequestId.into());
        }
        if busy.running.len() >= RUNNING {
            return Err(Refusal::new(Reason::LimitConcurrency).hint("session").retry_after(1));
        }
        let running = Arc::new(Running { progress, cancelled: watch::Sender::new(false) });
        busy.running.insert(id.clone(), Arc::clone(&running));
        Ok(RunningGuard { session: Arc::clone(self), id: id.clone(), running })
    }

    /// Marks a running request as cancelled; `false` where none of that id runs.
    pub(crate) fn cancel(&self, id: &RequestId) -> bool {
        match self.busy().running.get(id) {
            Some(running) => {
                running.cancelled.send_replace(true);
                true
            }
            None => false,
        }
    }

    /// Whether a running request asked for progress under this token.
    fn awaits_progress(&self, token: &RequestId) -> bool {
        self.busy().running.values().any(|running| running.progress.as_ref() == Some(token))
    }

    /// Whether a response of the client's answers an open question of the server's, in the form that was asked for.
    pub(crate) fn is_asked(&self, id: &RequestId, response: Value<'_>) -> bool {
        self.busy().questions.get(id).is_some_and(|asked| asked.is_answered_by(response))
    }

    /// Takes the question that a response answers: nobody can answer it twice.
    pub(crate) fn take_asked(&self, id: &RequestId) -> Option<Asked> {
        self.busy().questions.take(id)
    }

    /// Whether an open question of the server's asked for progress under this token.
    pub(crate) fn is_asked_for_progress(&self, token: &RequestId) -> bool {
        self.busy().questions.has_progress(token)
    }

    /// Forgets the questions that were asked on a stream that has ended: nobody answers them.
    pub(crate) fn forget_questions(&self, stream: u64) {
        let forgotten = self.busy().questions.forget(stream);
        forgotten.iter().for_each(|id| self.decline(id, INTERNAL_ERROR));
    }

    /// Forgets all questions, at the end of the session.
    pub(crate) fn forget_all_questions(&self) {
        let forgotten = self.busy().questions.forget_all();
        forgotten.iter().for_each(|id| self.decline(id, INTERNAL_ERROR));
    }

    /// Takes back a question that never reached the client, by the id that the upstream gave it.
    pub(crate) fn withdraw(&self, upstream: &RequestId) {
        let withdrawn = self.busy().questions.withdraw(upstream);
        if withdrawn.is_some() {
            self.decline(upstream, INTERNAL_ERROR);
        }
    }

    /// Notes that changes of a resource are wanted; says whether that is new.
    pub(crate) fn watch(&self, uri: &str) -> Result<bool, Refusal> {
        let mut busy = self.busy();
        if busy.watched.contains(uri) {
            Ok(false)
        } else if busy.watched.len() < WATCHED {
            Ok(busy.watched.insert(uri.to_owned()))
        } else {
            Err(Refusal::new(Reason::LimitSessions).hint("watched resources of one session"))
        }
    }

    /// Notes that changes of a resource are no longer wanted.
    pub(crate) fn unwatch(&self, uri: &str) {
        self.busy().watched.remove(uri);
    }

    fn watches(&self, uri: &str) -> bool {
        self.busy().watched.contains(uri)
    }

    /// The upstream's last event id on the GET stream.
    pub(crate) fn upstream_event(&self) -> Option<String> {
        self.busy().upstream_event.clone()
    }

    pub(crate) fn note_upstream_event(&self, id: Option<&str>) {
        if let Some(id) = id {
            let mut busy = self.busy();
            if busy.upstream_event.as_deref() != Some(id) {
                busy.upstream_event = Some(id.to_owned());
            }
        }
    }

    /// A place for a message that is no call, while there is none for calls.
    pub(crate) fn aside(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.aside).try_acquire_owned().ok()
    }

    /// Takes the session's one GET stream. Whoever holds it is asked to leave: clients come back before the loss of
    /// their old connection is noticed here.
    pub(crate) async fn sit(self: &Arc<Self>) -> Result<Seat, Refusal> {
        self.wanted.send_modify(|count| *count += 1);
        let seat = tokio::time::timeout(HANDOVER, Arc::clone(&self.seat).acquire_owned());
        let permit = seat.await.ok().and_then(Result::ok).ok_or(Reason::SessionStream)?;
        Ok(Seat { session: Arc::clone(self), _permit: permit, wanted: self.wanted.subscribe() })
    }

    /// The right to send in it at its upstream, unless it is over.
    pub(crate) fn speak(&self) -> Option<Voice> {
        self.voices.get(|| self.is_over())
    }

    /// The same for who ends it, as long as the upstream has not lost it.
    pub(crate) fn speak_last(&self) -> Option<Voice> {
        self.voices.get(|| false)
    }

    /// The upstream knows the session no more. Its id is free as soon as nothing is being sent under it.
    pub(crate) fn release(&self) {
        self.voices.give_up();
    }

    /// A request has found the session, and counts as one that runs in it from now on.
    pub(crate) fn visit(self: Arc<Self>) -> Visit {
        self.visits.fetch_add(1, Ordering::Relaxed);
        Visit(self)
    }

    fn is_running(&self) -> bool {
        self.visits.load(Ordering::Relaxed) > 0 || !self.busy().running.is_empty()
    }

    /// Whether nobody can ask anything in it any more.
    pub(crate) fn is_over(&self) -> bool {
        *self.ended.borrow()
    }

    /// Resolves when the session is over.
    pub(crate) async fn over(&self) {
        let mut ended = self.ended.subscribe();
        let _ = ended.wait_for(|ended| *ended).await.map(drop);
    }

    fn end(&self) {
        self.ended.send_replace(true);
    }
}

/// A request that has found its session.
pub(crate) struct Visit(Arc<Session>);

impl std::ops::Deref for Visit {
    type Target = Arc<Session>;

    fn deref(&self) -> &Arc<Session> {
        &self.0
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.0.touch();
        self.0.visits.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The right to the GET stream of a session.
pub(crate) struct Seat {
    session: Arc<Session>,
    _permit: OwnedSemaphorePermit,
    wanted: watch::Receiver<u64>,
}

impl Seat {
    /// Resolves when another wants the stream.
    pub(crate) async fn wanted(&mut self) {
        // The sender lives in the session that this holds.
        let _ = self.wanted.changed().await.map(drop);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.session.touch();
    }
}
