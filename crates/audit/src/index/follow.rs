//! Keeping the index up with a log that is written: a thread beside the writer that reads what has become durable.

use super::build::Builder;
use super::cursor::{Cursor, durable};
use super::plan::{chunks, each, start, store, update};
use crate::error::Fault;
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
        let run = move || {
            if let Err(fault) = follow(&dir, reserve, &asked) {
                tracing::error!(%fault, "the audit log is not indexed any more: it is damaged");
            }
        };
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

fn has_room(dir: &Path, reserve: u64) -> bool {
    rustix::fs::statvfs(dir).is_ok_and(|stat| stat.f_bavail.saturating_mul(stat.f_frsize) >= reserve)
}

fn follow(dir: &Path, reserve: u64, stop: &Stop) -> Result<(), Fault> {
    if has_room(dir, reserve) {
        update(dir, |_, _| !stop.is_asked())?;
    }
    let mut live = Live::begin(dir, reserve)?;
    loop {
        live.advance(dir, || !stop.is_asked())?;
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
}

impl Live {
    fn begin(dir: &Path, reserve: u64) -> Result<Self, Fault> {
        let last = chunks(dir)?.pop();
        let cursor = last.map_or_else(|| Ok(Cursor::new(dir, start(dir)?)), |chunk| chunk.cursor(dir))?;
        Ok(Self { cursor, pending: Pending { builder: Builder::default(), stored: 0, when: Instant::now(), reserve } })
    }

    fn advance(&mut self, dir: &Path, go_on: impl Fn() -> bool) -> Result<(), Fault> {
        let pending = &mut self.pending;
        each(dir, &mut self.cursor, durable(dir)?, |seen, row| {
            if !pending.builder.add(seen, row) {
                pending.store(dir);
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
