//! What the writer does beside its batches: head, checkpoints, segments, the disk's room.

use super::{TICK, Writer, closed};
use crate::{files, recovery, scan};
use std::io;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

impl Writer {
    /// Makes the head durable and signs a checkpoint, when they are due.
    pub(super) fn keep_up(&mut self) -> io::Result<()> {
        if self.head_synced.elapsed() >= TICK {
            self.flush()?;
            self.sync_head()?;
        }
        let every = self.queue.config().checkpoint_every;
        if self.published.is_none_or(|at| at.elapsed() >= every) {
            self.publish()?;
        }
        self.pursue_rotation()
    }

    /// Makes durable what was acknowledged ahead of it.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        if self.is_ahead {
            self.sync_segment()?;
            self.write_head(self.at.entries())?;
        }
        Ok(())
    }

    pub(super) fn sync_segment(&mut self) -> io::Result<()> {
        let started = Instant::now();
        self.segment.as_mut().ok_or_else(closed)?.sync()?;
        self.queue.metrics.fsync(started.elapsed());
        self.is_ahead = false;
        Ok(())
    }

    /// Signs a checkpoint where there is anything new. The head is durable before, so that none is ever ahead of it.
    pub(super) fn publish(&mut self) -> io::Result<()> {
        self.flush()?;
        self.sync_head()?;
        if self.publisher.size < self.at.entries() {
            self.publisher.publish(&mut *self.storage, &self.at.tree, self.at.segment)?;
        }
        self.queue.metrics.signed.store(self.publisher.size, Relaxed);
        self.published = Some(Instant::now());
        Ok(())
    }

    /// Closes the segment with a checkpoint and begins the next: so the last checkpoint never lies before the last
    /// segment.
    pub(super) fn rotate(&mut self) -> io::Result<()> {
        self.publish()?;
        let at = recovery::begin(&mut *self.storage, self.at.tree.clone(), self.at.segment, self.queue.now())?;
        let before = std::mem::replace(&mut self.at, at);
        if let Err(error) = self.reopen() {
            self.at = before;
            return Err(error);
        }
        self.publisher.beside(self.at.segment);
        self.segment_since = Instant::now();
        self.seal(before.segment);
        Ok(())
    }

    /// Whether the segment has its size or its age. The age is the longer of that by the time of its records and that by
    /// the monotonic clock: a clock that was set back does not keep a segment open for ever.
    pub(super) fn is_full(&self) -> bool {
        let config = self.queue.config();
        let age = self.queue.now().0.saturating_sub(self.at.begun.0);
        let age = Duration::from_millis(age).max(self.segment_since.elapsed());
        self.at.len >= config.segment_bytes || age >= config.segment_age
    }

    /// Makes every segment but the last read-only.
    pub(super) fn seal_all(&mut self) {
        let (closed, last) = (scan::segments(&*self.storage).unwrap_or_default(), self.at.segment);
        for first in closed.into_iter().filter(|first| *first < last) {
            self.seal(first);
        }
    }

    pub(super) fn seal(&mut self, first: u64) {
        for name in [files::segment(first), files::checkpoints(first)] {
            if let Err(error) = self.storage.seal(&name) {
                tracing::warn!(%error, name, "a closed segment could not be made read-only");
            }
        }
    }

    /// Writes the head. The entries from `fresh` on may hold intents that are not among the open ones yet.
    pub(super) fn write_head(&mut self, fresh: u64) -> io::Result<()> {
        self.generation += 1;
        let open_from = self.open.keys().next().copied().unwrap_or(fresh).min(fresh);
        let (offset, bytes) = recovery::head(&self.at, self.generation, open_from).slot();
        self.head_is_durable = false;
        self.storage.write_head(offset, &bytes)
    }

    /// After a power cut the head may be as old as this: entries after it are kept as far as they are whole.
    pub(super) fn sync_head(&mut self) -> io::Result<()> {
        if !self.head_is_durable {
            self.storage.sync_head()?;
            self.head_is_durable = true;
        }
        self.head_synced = Instant::now();
        Ok(())
    }

    /// Asks for the disk's room, at most once a second. Not knowing it means there is none.
    pub(super) fn ask_disk(&mut self) {
        if self.disk_asked.is_none_or(|asked| asked.elapsed() >= TICK) {
            self.disk_asked = Some(Instant::now());
            self.queue.metrics.disk_free.store(self.storage.free().unwrap_or(0), Relaxed);
        }
    }
}
