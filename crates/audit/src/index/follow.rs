//! Keeping the index up with a log that is written: a thread beside the writer that reads what has become durable.

use super::build::Builder;
use super::cursor::{Cursor, durable};
use super::plan::{chunks, each, start, store, update};
use crate::error::{Class, Fault};
use crate::storage::has_room;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often it looks.
const TICK: Duration = Duration::from_secs(1);
/// After so many entries the last file is written anew, or after so long.
const STEP: u64 = 16_384;
const EVERY: Duration = Duration::from_secs(30);
/// How long it waits after it could not read, twice as long after the next time, and at most.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(64);

/// Keeps the index of one log up with it, until it is dropped. What is little enough is still read then.
pub struct Follower {
    stop: Arc<Stop>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Stop {
    asked: Mutex<bool>,
    bell: Condvar,
}

impl Stop {
    fn is_asked(&self) -> bool {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits; true when it shall stop.
    fn wait(&self, time: Duration) -> bool {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.bell.wait_timeout_while(asked, time, |asked| !*asked);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Follower {
    /// Starts to follow the log in `dir`. With less free disk than `reserve` bytes nothing is written.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn start(dir: impl Into<PathBuf>, reserve: u64) -> io::Result<Self> {
        let (dir, stop) = (dir.into(), Arc::new(Stop::default()));
        let asked = Arc::clone(&stop);
        let run = move || keep(&dir, reserve, &asked);
        let thread = std::thread::Builder::new().name("audit-index".to_owned()).spawn(run)?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        *self.stop.asked.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.bell.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Follows until it is told to stop, or the log is damaged. That a file cannot be read for a while is no damage.
fn keep(dir: &Path, reserve: u64, stop: &Stop) {
    let mut pause = PAUSE;
    loop {
        let begun = Instant::now();
        match follow(dir, reserve, stop) {
            Ok(()) => return,
            Err(fault) if fault.class != Class::Unreadable => {
                tracing::error!(%fault, "the audit log is not indexed any more: it is damaged");
                return;
            }
            Err(fault) => {
                // Long enough ago is another fault.
                pause = if begun.elapsed() > LONGEST { PAUSE } else { pause };
                tracing::warn!(%fault, wait = ?pause, "the audit log cannot be indexed now; it is tried again");
            }
        }
        if stop.wait(pause) {
            return;
        }
        pause = pause.saturating_mul(2).min(LONGEST);
    }
}

fn follow(dir: &Path, reserve: u64, stop: &Stop) -> Result<(), Fault> {
    if has_room(dir, reserve) {
        update(dir, |_, _| !stop.is_asked())?;
    }
    let mut live = Live::begin(dir, reserve)?;
    loop {
        live.advance(dir, || !stop.is_asked())?;
        if live.pending.missed && has_room(dir, reserve) {
            live.pending.missed = update(dir, |_, _| !stop.is_asked())?.stopped;
        }
        if stop.wait(TICK) {
            if durable(dir)?.saturating_sub(live.cursor.at().index) <= STEP {
                live.advance(dir, || true)?;
            }
            live.pending.store(dir);
            return Ok(());
        }
    }
}

/// The last file, which still grows.
struct Live {
    cursor: Cursor,
    pending: Pending,
}

struct Pending {
    builder: Builder,
    /// How many entries of it are in the file.
    stored: u64,
    when: Instant,
    reserve: u64,
    /// Whether the file of a chunk that is complete could not be written.
    missed: bool,
}

impl Live {
    fn begin(dir: &Path, reserve: u64) -> Result<Self, Fault> {
        let last = chunks(dir)?.pop();
        let cursor = last.map_or_else(|| Ok(Cursor::new(dir, start(dir)?)), |chunk| chunk.cursor(dir))?;
        let (builder, when) = (Builder::default(), Instant::now());
        Ok(Self { cursor, pending: Pending { builder, stored: 0, when, reserve, missed: false } })
    }

    fn advance(&mut self, dir: &Path, go_on: impl Fn() -> bool) -> Result<(), Fault> {
        let pending = &mut self.pending;
        each(dir, &mut self.cursor, durable(dir)?, |seen, row| {
            if !pending.builder.add(seen, row) {
                pending.store(dir);
                pending.missed |= pending.stored < pending.builder.count();
                (pending.builder, pending.stored) = (Builder::default(), 0);
                pending.builder.add(seen, row);
            }
            go_on()
        })?;
        let new = pending.builder.count() - pending.stored;
        if new >= STEP || (new > 0 && pending.when.elapsed() >= EVERY) {
            pending.store(dir);
        }
        Ok(())
    }
}

impl Pending {
    /// Writes the file. That it cannot be written is no fault of the log: readers read the entries instead.
    fn store(&mut self, dir: &Path) {
        if self.builder.count() == self.stored || !has_room(dir, self.reserve) {
            return;
        }
        match store(dir, &mut self.builder) {
            Ok(()) => self.stored = self.builder.count(),
            Err(error) => tracing::warn!(%error, "a file of the audit log's index could not be written"),
        }
        self.when = Instant::now();
    }
}
