//! The bounded way from the handles to the writer. No handle ever waits for a place in it.

use crate::body::{Body, Kind, Origin};
use crate::config::{Clock, Config};
use crate::flight::Ticket;
use crate::health::{Metrics, Pulse};
use crate::holds::Holds;
use crate::holds::watch::Watch;
use crate::log::Rotated;
use crate::record::{EventKind, Observed, Receipt};
use crate::render::Rendered;
use crate::subjects::Subjects;
use casemate_core::{Reason, Refusal, UnixMillis};
use casemate_tlog::Verifier;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};
use tokio::sync::{oneshot, watch};

/// Where a result goes.
pub(crate) type Answer<T> = oneshot::Sender<Result<T, Refusal>>;

/// Places beyond the queue's size for events of the operator, which are few.
const EVENTS: usize = 64;
/// Records of unauthenticated peers that one batch takes at most, so that they never delay the others by much.
const ANONYMOUS_BATCH: usize = 64;
const MINUTE: u64 = 60_000;
/// After so many times the deadline without an answer of the disk the log takes no records: whoever wanted one since was
/// refused.
const STALL: u32 = 4;
/// When a caller is to come back, in seconds, where the log waits for a restart.
const DOWN_RETRY: u64 = 60;

/// Who waits for a record.
#[derive(Debug)]
pub(crate) enum Reply {
    /// A call: gets its ticket. After `until` nobody waits any more.
    Intent { answer: Answer<Ticket>, until: Instant },
    /// A call's end; nobody where it was dropped.
    Outcome { intent: u64, answer: Option<Answer<Receipt>>, released: bool },
    /// A refusal or an event.
    Plain(Answer<Receipt>),
    /// An observation, counted if it cannot be written; or a summary, whose counts are kept if it cannot be written.
    Counted(BTreeMap<Reason, u64>),
    /// Nobody: a record of the log's own, written again until it is there.
    Note,
    /// Nobody at all.
    Own,
}

/// A change of key that was asked for.
#[derive(Debug)]
pub(crate) struct Rotation {
    pub(crate) actor: String,
    pub(crate) answer: Answer<Rotated>,
}

/// A record on its way.
#[derive(Debug)]
pub(crate) struct Job {
    kind: Kind,
    /// Whether it is acknowledged only when the disk has it, whatever the mode: what it says cannot be undone.
    pub(crate) is_final: bool,
    pub(crate) origin: Arc<Origin>,
    /// Or why it cannot be written.
    pub(crate) entry: io::Result<Rendered>,
    pub(crate) reply: Reply,
}

impl Job {
    /// Renders, on the side of whoever wants the record.
    pub(crate) fn new(body: Body, reply: Reply, queue: &Queue) -> Self {
        queue.holds.note(&body.origin);
        let is_final = body.fingerprint.is_some() || body.event == Some(EventKind::Prune.as_str());
        let entry = body.render(&queue.subjects, queue.now());
        Self { kind: body.kind, is_final, entry, origin: body.origin, reply }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    Closing,
    Ended,
}

#[derive(Debug)]
struct Inner {
    main: VecDeque<Job>,
    anonymous: VecDeque<Job>,
    rotations: Vec<Rotation>,
    /// Intents that were accepted and whose outcome is not queued yet.
    reserved: usize,
    phase: Phase,
    fault: Option<String>,
    /// Whether it has ended before its time, and only a restart helps.
    is_down: bool,
    /// Why nothing is taken until the disk has room again, where that is so.
    no_room: Option<String>,
    /// The minute that `taken` and `counts` are of.
    minute: u64,
    taken: u32,
    counts: BTreeMap<Reason, u64>,
    /// How often nothing but the last summary was left to write while the log closes.
    farewells: u8,
}

/// The queue.
pub(crate) struct Queue {
    inner: Mutex<Inner>,
    wake: Condvar,
    pub(crate) metrics: Metrics,
    pub(crate) pulse: Pulse,
    pub(crate) clock: Clock,
    pub(crate) subjects: Subjects,
    /// The keys that sign checkpoints now: one, and during a change of key two.
    pub(crate) signers: watch::Sender<Vec<Verifier>>,
    /// The change of key that was begun before and that the opening brought to its end.
    pub(crate) finished: OnceLock<Rotated>,
    pub(crate) holds: Watch,
    /// Read-locked from before a record takes its subject's key until it stands in the queue.
    rendering: RwLock<()>,
    config: Config,
}

/// So often the last summary is tried.
const FAREWELLS: u8 = 3;

/// What the writer takes at once.
pub(crate) struct Batch {
    pub(crate) jobs: VecDeque<Job>,
    pub(crate) rotations: Vec<Rotation>,
    /// Nothing will come any more, and nothing was left.
    pub(crate) last: bool,
}

pub(crate) fn unavailable(detail: &str) -> Refusal {
    Refusal::new(Reason::AuditUnavailable).retry_after(1).detail(detail)
}

impl Queue {
    pub(crate) fn new(config: Config, clock: Clock, subjects: Subjects) -> Arc<Self> {
        let inner = Inner {
            main: VecDeque::new(),
            anonymous: VecDeque::new(),
            rotations: Vec::new(),
            reserved: 0,
            phase: Phase::Open,
            fault: None,
            is_down: false,
            no_room: None,
            minute: 0,
            taken: 0,
            counts: BTreeMap::new(),
            farewells: 0,
        };
        let holds = Watch::default();
        // Whoever opens the log begins the search, when there is a log to be searched.
        holds.set(Holds { tenants: config.legal_hold.clone(), traces: config.held_traces.clone() });
        Arc::new(Self {
            inner: Mutex::new(inner),
            wake: Condvar::new(),
            metrics: Metrics::default(),
            pulse: Pulse::default(),
            clock,
            subjects,
            signers: watch::Sender::default(),
            finished: OnceLock::new(),
            holds,
            rendering: RwLock::default(),
            config,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rendering(&self) -> RwLockReadGuard<'_, ()> {
        self.rendering.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until every record that has its key already stands in the queue: a key that was taken out of use before is
    /// that of no record after what is queued next.
    pub(crate) fn rendered(&self) {
        drop(self.rendering.write().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn now(&self) -> UnixMillis {
        (self.clock)()
    }

    pub(crate) const fn config(&self) -> &Config {
        &self.config
    }

    fn admit(&self, inner: &Inner, places: usize, capacity: usize) -> Result<(), Refusal> {
        match inner.phase {
            Phase::Open => {
                if let Some(why) = &inner.no_room {
                    return Err(unavailable(why));
                }
            }
            Phase::Closing => return Err(unavailable("the log is closing")),
            Phase::Ended => {
                let refusal = unavailable(inner.fault.as_deref().unwrap_or("the log is closed"));
                return Err(if inner.is_down { refusal.retry_after(DOWN_RETRY) } else { refusal });
            }
        }
        if inner.main.len() + inner.reserved + places > capacity {
            return Err(unavailable("the queue is full"));
        }
        Ok(())
    }

    fn spacious(&self) -> Result<(), Refusal> {
        if self.metrics.free() < self.config.reserve_bytes {
            Err(unavailable("the disk is almost full"))
        } else {
            Ok(())
        }
    }

    /// Queues an intent and keeps a place for its outcome.
    pub(crate) fn intent(&self, body: Body, answer: Answer<Ticket>) -> Result<(), Refusal> {
        self.spacious()?;
        let until = Instant::now() + self.config.deadline;
        let _rendering = self.rendering();
        let job = Job::new(body, Reply::Intent { answer, until }, self);
        let mut inner = self.lock();
        self.admit(&inner, 2, self.config.queue)?;
        inner.reserved += 1;
        inner.main.push_back(job);
        drop(inner);
        self.wake.notify_one();
        Ok(())
    }

    /// Queues a refusal of an authenticated caller.
    pub(crate) fn refusal(&self, body: Body, answer: Answer<Receipt>) -> Result<(), Refusal> {
        self.spacious()?;
        self.plain(body, answer, self.config.queue)
    }

    /// Queues an event.
    pub(crate) fn event(&self, body: Body, answer: Answer<Receipt>) -> Result<(), Refusal> {
        self.plain(body, answer, self.config.queue.saturating_add(EVENTS))
    }

    fn plain(&self, body: Body, answer: Answer<Receipt>, capacity: usize) -> Result<(), Refusal> {
        let _rendering = self.rendering();
        let job = Job::new(body, Reply::Plain(answer), self);
        let mut inner = self.lock();
        self.admit(&inner, 1, capacity)?;
        inner.main.push_back(job);
        drop(inner);
        self.wake.notify_one();
        Ok(())
    }

    /// Queues a change of key.
    pub(crate) fn rotation(&self, rotation: Rotation) -> Result<(), Refusal> {
        let mut inner = self.lock();
        self.admit(&inner, 1, self.config.queue.saturating_add(EVENTS))?;
        if inner.rotations.len() >= EVENTS {
            return Err(unavailable("the queue is full"));
        }
        inner.rotations.push(rotation);
        drop(inner);
        self.wake.notify_one();
        Ok(())
    }

    /// Queues an outcome into the place that its intent kept. Only a log that has ended takes none: the outcome is then
    /// written as unknown, by the writer as it ends or at the next opening.
    pub(crate) fn outcome(&self, body: Body, intent: u64, answer: Option<Answer<Receipt>>, released: bool) {
        let _rendering = self.rendering();
        let job = Job::new(body, Reply::Outcome { intent, answer, released }, self);
        let mut inner = self.lock();
        if inner.phase == Phase::Ended {
            return;
        }
        inner.reserved = inner.reserved.saturating_sub(1);
        inner.main.push_back(job);
        drop(inner);
        self.wake.notify_one();
    }

    /// Gives back the place of an outcome whose intent was not written.
    pub(crate) fn forgo(&self, places: usize) {
        let mut inner = self.lock();
        inner.reserved = inner.reserved.saturating_sub(places);
    }

    /// Queues an observation, or counts it.
    pub(crate) fn observe(&self, observed: &Observed) {
        let minute = self.now().0 / MINUTE;
        let low = self.metrics.free() < self.config.anonymous_reserve();
        let mut inner = self.lock();
        // A clock that was set back begins a new minute too.
        if inner.minute != minute {
            inner.minute = minute;
            inner.taken = 0;
        }
        let full = inner.anonymous.len() >= self.config.anonymous_queue;
        let low = low || inner.no_room.is_some();
        if low || full || inner.phase != Phase::Open || inner.taken >= self.config.anonymous_per_minute {
            let count = inner.counts.entry(observed.reason).or_default();
            *count = count.saturating_add(1);
            self.metrics.summarised.fetch_add(1, Relaxed);
            return;
        }
        inner.taken += 1;
        let reply = Reply::Counted(BTreeMap::from([(observed.reason, 1)]));
        inner.anonymous.push_back(Job::new(Body::observed(observed), reply, self));
        drop(inner);
        self.wake.notify_one();
    }

    /// Counts what could not be written.
    pub(crate) fn recount(&self, counts: &BTreeMap<Reason, u64>, observations: u64) {
        self.metrics.summarised.fetch_add(observations, Relaxed);
        let mut inner = self.lock();
        for (reason, n) in counts {
            let count = inner.counts.entry(*reason).or_default();
            *count = count.saturating_add(*n);
        }
    }

    /// The summary of a minute that has passed, or of what is left at the end.
    fn summary(&self, inner: &mut Inner, now: UnixMillis) -> Option<Job> {
        let due = inner.minute != now.0 / MINUTE || inner.phase != Phase::Open;
        let low = inner.phase == Phase::Open && self.metrics.free() < self.config.anonymous_reserve();
        if inner.counts.is_empty() || !due || low {
            return None;
        }
        inner.minute = now.0 / MINUTE;
        inner.taken = 0;
        let counts = std::mem::take(&mut inner.counts);
        Some(Job::new(Body::summary(counts.clone()), Reply::Counted(counts), self))
    }

    /// What waits, after at most `patience` of waiting for it.
    pub(crate) fn take(&self, patience: Duration) -> Batch {
        let idle = |inner: &mut Inner| {
            inner.main.is_empty()
                && inner.anonymous.is_empty()
                && inner.rotations.is_empty()
                && inner.phase == Phase::Open
        };
        let waited = self.wake.wait_timeout_while(self.lock(), patience, idle);
        let mut inner = waited.unwrap_or_else(PoisonError::into_inner).0;
        let mut jobs = std::mem::take(&mut inner.main);
        let few = inner.anonymous.len().min(ANONYMOUS_BATCH);
        jobs.extend(inner.anonymous.drain(..few));
        let now = self.now();
        // A disk that takes nothing more must not keep the log from its end.
        inner.farewells += u8::from(inner.phase == Phase::Closing && jobs.is_empty() && inner.farewells < u8::MAX);
        if inner.farewells <= FAREWELLS {
            jobs.extend(self.summary(&mut inner, now));
        }
        let rotations = std::mem::take(&mut inner.rotations);
        let last = inner.phase == Phase::Closing && jobs.is_empty() && rotations.is_empty();
        if last {
            inner.phase = Phase::Ended;
        }
        Batch { jobs, rotations, last }
    }

    /// Takes everything, to fail it.
    pub(crate) fn drain(&self) -> VecDeque<Job> {
        let mut inner = self.lock();
        let mut jobs = std::mem::take(&mut inner.main);
        jobs.append(&mut inner.anonymous);
        jobs
    }

    /// Lets what waits be written and takes nothing new but outcomes.
    pub(crate) fn close(&self) {
        let mut inner = self.lock();
        if inner.phase == Phase::Open {
            inner.phase = Phase::Closing;
        }
        drop(inner);
        self.wake.notify_all();
    }

    /// Whether nothing new is taken.
    pub(crate) fn is_closed(&self) -> bool {
        self.lock().phase != Phase::Open
    }

    /// Whether it takes anything new.
    pub(crate) fn is_open(&self) -> bool {
        self.lock().phase == Phase::Open
    }

    /// Refuses everything until the disk has room again: `None` says that it has.
    pub(crate) fn wait_for_room(&self, why: Option<String>) {
        self.lock().no_room = why;
    }

    /// Refuses everything from now on, because of a fault that only a restart can end.
    pub(crate) fn stay_down(&self, fault: String) {
        self.lock().is_down = true;
        self.end(Some(fault));
    }

    /// Refuses everything from now on.
    pub(crate) fn end(&self, fault: Option<String>) {
        let mut inner = self.lock();
        inner.phase = Phase::Ended;
        // Nobody answers them any more, and their askers hear of that.
        inner.rotations.clear();
        if inner.fault.is_none() {
            inner.fault = fault;
        }
    }

    /// What the handle adds to the counters: depths, places kept, whether it takes intents, what is wrong.
    pub(crate) fn depths(&self) -> (usize, usize, usize, bool, Option<String>) {
        let inner = self.lock();
        let low = self.metrics.free() < self.config.reserve_bytes;
        let low_text = low.then(|| "the disk is almost full".to_owned());
        let stalled = self.stalled();
        let writable = inner.phase == Phase::Open && !low && inner.no_room.is_none() && stalled.is_none();
        let fault = inner.fault.clone().or_else(|| inner.no_room.clone()).or(stalled).or(low_text);
        (inner.main.len(), inner.anonymous.len(), inner.reserved, writable, fault)
    }

    /// What is wrong where the disk answers the writer no more: neither well nor with an error. It is told once.
    pub(crate) fn stalled(&self) -> Option<String> {
        let since = self.pulse.stalled(self.config.deadline.saturating_mul(STALL))?;
        Some(format!("the disk has not answered the log for {} s", since.as_secs()))
    }
}

impl Job {
    /// Tells whoever waits that it was not written. Gives the intent that now lacks an outcome.
    pub(crate) fn fail(self, queue: &Queue, why: &str) -> Option<u64> {
        match self.reply {
            Reply::Intent { answer, .. } => {
                queue.forgo(1);
                let _ = answer.send(Err(unavailable(why)));
                None
            }
            Reply::Outcome { intent, answer, .. } => {
                if let Some(answer) = answer {
                    let _ = answer.send(Err(Refusal::new(Reason::AuditOutcome).detail(why)));
                }
                Some(intent)
            }
            Reply::Plain(answer) => {
                let _ = answer.send(Err(unavailable(why)));
                None
            }
            Reply::Counted(counts) => {
                queue.recount(&counts, u64::from(self.kind != Kind::Summary));
                None
            }
            Reply::Note | Reply::Own => None,
        }
    }
}
