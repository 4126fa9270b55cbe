//! The one writer: drains the queue, writes, makes durable once, then tells everyone. The fsync in flight is the window
//! in which the next batch gathers; there is no timer.

mod erasure;
mod fault;
mod rotation;
mod upkeep;

use crate::body::{Body, Origin};
use crate::checkpoints::Publisher;
use crate::config::Mode;
use crate::error::OpenError;
use crate::files;
use crate::flight::Ticket;
use crate::frame;
use crate::keys::Signers;
use crate::log::Recovery;
use crate::queue::{Batch, Job, Queue, Reply};
use crate::record::{Effect, Event, EventKind, Facts, Outcome, Receipt};
use crate::recovery::{self, Position};
use crate::storage::{Storage, Tail};
use crate::tiles::Feed;
use casemate_core::Reason;
use casemate_tlog::Hash;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// Records that one fsync takes at most.
const BATCH: usize = 1024;
/// Bytes that one fsync takes, give or take a record.
const BATCH_BYTES: usize = 4 << 20;
/// How often the head is made durable by itself, the disk asked for its room, and leftovers tried again.
const TICK: Duration = Duration::from_secs(1);

/// Who the log's own events are of.
const ACTOR: &str = "casemate";

/// An event of the log's own that is still to be written.
struct Note {
    kind: EventKind,
    intent: Option<u64>,
    origin: Arc<Origin>,
    detail: String,
    facts: Facts,
}

/// The writer's state. Only its thread has it.
pub(crate) struct Writer {
    storage: Box<dyn Storage>,
    queue: Arc<Queue>,
    at: Position,
    generation: u64,
    /// The segment that is written.
    segment: Option<Box<dyn Tail>>,
    /// Intents without outcome.
    open: BTreeMap<u64, Arc<Origin>>,
    /// Those of them whose outcome could not be written.
    orphans: BTreeSet<u64>,
    notes: VecDeque<Note>,
    /// Whether entries were acknowledged that the disk may not have.
    is_ahead: bool,
    head_is_durable: bool,
    head_synced: Instant,
    /// When the last entry was written, and when the segment was begun or opened.
    written: Instant,
    segment_since: Instant,
    disk_asked: Option<Instant>,
    erasures_asked: Instant,
    /// Whether the mode is still to be named: at the opening and in each segment, where it is not the usual one.
    names_mode: bool,
    publisher: Publisher,
    /// Where leaves become tiles.
    feed: Option<Feed>,
    published: Option<Instant>,
    /// When a checkpoint could last not be signed, and how long it is not tried again.
    unpublished: Option<(Instant, Duration)>,
    /// Why the way back from a fault waits for room, where it does: nothing is written meanwhile.
    stuck: Option<String>,
    /// Whether a fault is known already: until a checkpoint is signed again, what follows belongs to the same trouble.
    is_in_trouble: bool,
    /// When a change of key that has begun was last tried to its end.
    rotated: Option<Instant>,
}

impl Writer {
    /// Recovers the log and gets ready to write.
    pub(crate) fn open(
        mut storage: Box<dyn Storage>,
        signers: impl Into<Signers>,
        queue: Arc<Queue>,
    ) -> Result<(Self, Recovery), OpenError> {
        let found = recovery::recover(&mut *storage, signers.into(), queue.now())?;
        let unknown = found.open.len() as u64;
        let mut writer = Self {
            storage,
            queue,
            at: found.at.clone(),
            generation: found.generation,
            segment: None,
            orphans: found.open.keys().copied().collect(),
            open: found.open,
            notes: VecDeque::new(),
            is_ahead: false,
            head_is_durable: false,
            head_synced: Instant::now(),
            written: Instant::now(),
            segment_since: Instant::now(),
            disk_asked: None,
            erasures_asked: Instant::now(),
            names_mode: true,
            publisher: found.publisher,
            feed: None,
            published: None,
            unpublished: None,
            stuck: None,
            is_in_trouble: false,
            rotated: None,
        };
        writer.name_signers();
        if unknown > 0 || found.torn_bytes > 0 {
            let detail = format!("torn bytes: {}, unknown outcomes: {unknown}", found.torn_bytes);
            writer.note(EventKind::Recovery, detail);
        }
        if found.unsigned > 0 {
            let unsigned = found.unsigned;
            let detail = format!("the last {unsigned} entries were signed by no checkpoint before this start");
            tracing::warn!(
                unsigned,
                "entries of the audit log were signed by no checkpoint: whoever can write its files can have written them"
            );
            writer.note(EventKind::Recovery, detail);
        }
        writer.reopen()?;
        writer.write_head(found.at.entries())?;
        writer.sync_head()?;
        writer.seal_all();
        let mut jobs = writer.own();
        while !jobs.is_empty() || writer.mode().is_some() {
            writer.commit(&mut jobs)?;
        }
        writer.settled();
        writer.finish_erasures().map_err(io::Error::from)?;
        writer.finish_rotation()?;
        writer.publish()?;
        writer.ask_disk();
        writer.queue.metrics.entries.store(writer.at.entries(), Relaxed);
        let recovery =
            Recovery { entries: writer.at.entries(), torn_bytes: found.torn_bytes, unknown_outcomes: unknown };
        Ok((writer, recovery))
    }

    /// Hands the leaves of durable entries over from now on.
    pub(crate) fn feed(&mut self, dir: &Path) -> io::Result<()> {
        self.feed = Some(Feed::start(dir, self.at.entries(), self.queue.config().reserve_bytes)?);
        Ok(())
    }

    /// Writes until the queue is closed or the disk fails for good.
    pub(crate) fn run(mut self) {
        while self.turn(TICK) {}
    }

    /// Writes what waits, after at most `patience` of waiting for it; false when the log has ended.
    pub(crate) fn turn(&mut self, patience: Duration) -> bool {
        self.queue.pulse.begin();
        self.ask_disk();
        self.queue.pulse.end();
        let batch = self.queue.take(patience);
        self.queue.pulse.begin();
        let goes_on = self.go_on(batch).map_or_else(|goes_on| goes_on, |batch| self.round(batch));
        self.queue.pulse.end();
        goes_on
    }

    fn round(&mut self, batch: Batch) -> bool {
        // By the monotonic clock, which no setting of the time makes jump.
        let is_silent = batch.jobs.is_empty() && self.notes.is_empty() && !batch.last;
        if is_silent && self.written.elapsed() >= self.queue.config().heartbeat {
            self.note(EventKind::Heartbeat, self.queue.config().mode.promise().to_owned());
        }
        let mut jobs = self.own();
        jobs.extend(batch.jobs);
        let mut up = self.write(jobs);
        for rotation in batch.rotations {
            up = up && self.rotate_key(rotation);
        }
        let up = up && (batch.last || self.go_on_erasing());
        if up && batch.last && self.stuck.is_none() {
            self.finish();
        }
        up && !batch.last
    }

    /// Ends the calls that are still in flight, and makes the head durable.
    fn finish(&mut self) {
        self.orphans = self.open.keys().copied().collect();
        let jobs = self.own();
        if self.write(jobs)
            && let Err(error) = self.publish()
        {
            tracing::error!(%error, "the audit log's head and checkpoint could not be made durable at the end");
        }
    }

    /// Writes all of `jobs` and the head when it is due; false when the log is down.
    fn write(&mut self, jobs: VecDeque<Job>) -> bool {
        let mut jobs: VecDeque<Job> = self.living(jobs);
        while !jobs.is_empty() {
            if let Err(error) = self.commit(&mut jobs) {
                return self.fault(jobs, &error);
            }
        }
        self.settled();
        match self.keep_up() {
            Ok(()) => true,
            Err(error) => self.fault(VecDeque::new(), &error),
        }
    }

    /// Fails the intents for which nobody waits any more, and what could not be rendered.
    fn living(&mut self, jobs: VecDeque<Job>) -> VecDeque<Job> {
        let now = Instant::now();
        let mut living = VecDeque::with_capacity(jobs.len());
        for job in jobs {
            if matches!(&job.reply, Reply::Intent { until, .. } if *until < now) {
                let _ = job.fail(&self.queue, "the disk did not take it in time");
            } else if let Err(error) = &job.entry {
                let why = format!("the entry could not be made: {error}");
                self.orphans.extend(job.fail(&self.queue, &why));
            } else {
                living.push_back(job);
            }
        }
        living
    }

    /// What the log itself has to say: outcomes that were lost and events.
    fn own(&self) -> VecDeque<Job> {
        let mut jobs = VecDeque::new();
        for intent in &self.orphans {
            if let Some(origin) = self.open.get(intent) {
                let outcome = Outcome { reasons: vec![Reason::AuditOutcome], ..Outcome::new(Effect::Unknown, 0) };
                let reply = Reply::Outcome { intent: *intent, answer: None, released: false };
                jobs.push_back(Job::new(Body::outcome(*intent, Arc::clone(origin), &outcome), reply, &self.queue));
            }
        }
        for note in &self.notes {
            let (actor, detail) = (ACTOR.to_owned(), Some(note.detail.clone()));
            let event = Event { kind: note.kind, actor, policy: None, detail, facts: note.facts.clone() };
            let mut body = Body { origin: Arc::clone(&note.origin), ..Body::event(&event) };
            body.intent = note.intent;
            jobs.push_back(Job::new(body, Reply::Note, &self.queue));
        }
        jobs
    }

    /// What the log says first of all, where its promise is not the usual one and it has not said so yet.
    fn mode(&self) -> Option<Job> {
        let mode = self.queue.config().mode;
        if mode == Mode::Fsync || !(self.names_mode || self.at.entries() == self.at.segment) {
            return None;
        }
        let detail = Some(mode.promise().to_owned());
        let event = Event { kind: EventKind::Mode, actor: ACTOR.to_owned(), policy: None, detail, facts: Facts::new() };
        Some(Job::new(Body::event(&event), Reply::Own, &self.queue))
    }

    fn note(&mut self, kind: EventKind, detail: String) {
        self.notes.push_back(Note { kind, intent: None, origin: Arc::default(), detail, facts: Facts::new() });
    }

    /// What [`Writer::own`] said was written.
    fn settled(&mut self) {
        let open = &self.open;
        self.orphans.retain(|intent| open.contains_key(intent));
    }

    /// Opens a new descriptor at the current position.
    fn reopen(&mut self) -> io::Result<()> {
        self.segment = None;
        let segment = self.storage.tail(&files::segment(self.at.segment))?;
        self.storage.sync_dir()?;
        self.segment = Some(segment);
        Ok(())
    }

    /// Makes one batch of `jobs` durable and tells whoever waits. On an error all of them are back in `jobs`.
    fn commit(&mut self, jobs: &mut VecDeque<Job>) -> io::Result<()> {
        if self.at.entries() > self.at.segment && self.is_full() {
            self.rotate()?;
        }
        if let Some(mode) = self.mode() {
            jobs.push_front(mode);
        }
        let time = self.queue.now();
        let mut at = self.at.clone();
        let (mut bytes, mut record) = (Vec::with_capacity(BATCH.min(jobs.len()) * 1024), Vec::with_capacity(1024));
        let mut receipts = Vec::with_capacity(BATCH.min(jobs.len()));
        for entry in jobs.iter().take(BATCH).map_while(|job| job.entry.as_ref().ok()) {
            let index = at.entries();
            record.clear();
            entry.record(index, time, &mut record);
            let leaf = frame::leaf(&record);
            frame::encode(&record, &entry.side, leaf, &mut bytes);
            at.tree.push(Hash(leaf.0), |_, _, _| ()).map_err(io::Error::other)?;
            receipts.push(Receipt { index, leaf });
            if bytes.len() >= BATCH_BYTES {
                break;
            }
        }
        if receipts.is_empty() {
            return Err(io::Error::other("an entry could not be made"));
        }
        at.len += bytes.len() as u64;
        // No record is written before the key that it was made under is durable.
        self.queue.subjects.flush()?;
        self.segment.as_mut().ok_or_else(closed)?.append(&bytes)?;
        let waits = jobs.iter().take(receipts.len()).any(|job| self.waits(job));
        if waits {
            self.sync_segment()?;
        }
        let before = std::mem::replace(&mut self.at, at);
        if !waits {
            self.is_ahead = true;
        } else if let Err(error) = self.write_head(before.entries()) {
            self.at = before;
            return Err(error);
        }
        self.names_mode = false;
        self.written = Instant::now();
        self.queue.pulse.beat();
        self.queue.metrics.entries.store(self.at.entries(), Relaxed);
        if let Some(feed) = &self.feed {
            feed.give(before.entries(), receipts.iter().map(|receipt| Hash(receipt.leaf.0)).collect());
        }
        for receipt in receipts {
            if let Some(job) = jobs.pop_front() {
                self.queue.holds.note(&job.origin);
                self.acknowledge(job, receipt);
            }
        }
        Ok(())
    }

    /// Whether a record is acknowledged only when the disk has it.
    fn waits(&self, job: &Job) -> bool {
        match self.queue.config().mode {
            _ if job.is_final => true,
            Mode::Fsync => true,
            Mode::DecisionOnly => !matches!(job.reply, Reply::Outcome { .. }),
            Mode::Async => false,
        }
    }

    fn acknowledge(&mut self, job: Job, receipt: Receipt) {
        match job.reply {
            Reply::Intent { answer, .. } => {
                self.open.insert(receipt.index, Arc::clone(&job.origin));
                // Where nobody waits any more the ticket comes back, and dropping it queues `not attempted`.
                drop(answer.send(Ok(Ticket::new(Arc::clone(&self.queue), receipt, job.origin))));
            }
            Reply::Outcome { intent, answer, released } => {
                self.open.remove(&intent);
                let heard = answer.is_none_or(|answer| answer.send(Ok(receipt)).is_ok());
                if released && !heard {
                    let detail = format!("the outcome {} was recorded too late", receipt.index);
                    let (intent, origin) = (Some(intent), job.origin);
                    let facts = Facts::new();
                    self.notes.push_back(Note { kind: EventKind::Withheld, intent, origin, detail, facts });
                }
            }
            Reply::Plain(answer) => drop(answer.send(Ok(receipt))),
            // Notes are queued in their order, so the first one is the one that was written.
            Reply::Note => drop(self.notes.pop_front()),
            Reply::Counted(_) | Reply::Own => {}
        }
    }

    fn fail(&mut self, jobs: VecDeque<Job>, why: &str) {
        for job in jobs {
            self.orphans.extend(job.fail(&self.queue, why));
        }
    }

    fn down(&mut self, why: &str) {
        self.queue.end(Some(why.to_owned()));
        self.fail(self.queue.drain(), why);
    }
}

fn closed() -> io::Error {
    io::Error::other("the segment is not open")
}

impl Drop for Writer {
    fn drop(&mut self) {
        // However the thread ends, nobody waits for it.
        self.down("the log is closed");
        self.feed = None;
    }
}
