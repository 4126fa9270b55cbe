//! What the writer does beside its batches: head, checkpoints, segments, the disk's room.

use super::{Note, TICK, Writer, closed};
use crate::record::{EventKind, Fact, Facts};
use crate::{files, recovery, scan};
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// How long a checkpoint that could not be signed is not tried again at most.
const RETRY_MAX: Duration = Duration::from_secs(60);

impl Writer {
    /// Makes the head durable and signs a checkpoint, when they are due.
    pub(super) fn keep_up(&mut self) -> io::Result<()> {
        if self.head_synced.elapsed() >= TICK {
            self.flush()?;
            self.sync_head()?;
        }
        if self.is_publication_due() {
            self.publish()?;
        }
        self.pursue_rotation()
    }

    fn is_publication_due(&self) -> bool {
        match self.unpublished {
            Some((at, wait)) => at.elapsed() >= wait,
            None => self.published.is_none_or(|at| at.elapsed() >= self.queue.config().checkpoint_every),
        }
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
        // A descriptor whose fsync failed is not used again: its next one would succeed without writing anything.
        let mut segment = self.segment.take().ok_or_else(closed)?;
        segment.sync()?;
        self.segment = Some(segment);
        self.queue.metrics.fsync(started.elapsed());
        self.queue.pulse.beat();
        self.is_ahead = false;
        Ok(())
    }

    /// Signs a checkpoint where there is anything new. The head is durable before, so that none is ever ahead of it.
    pub(super) fn publish(&mut self) -> io::Result<()> {
        self.flush()?;
        self.sync_head()?;
        if self.publisher.size < self.at.entries() {
            let wait = self.unpublished.map_or(TICK, |(_, wait)| wait.saturating_mul(2).min(RETRY_MAX));
            // Entries go on meanwhile: only signing them waits for longer and longer.
            self.unpublished = Some((Instant::now(), wait));
            self.publisher.publish(&mut *self.storage, &self.at.tree, self.at.segment)?;
            (self.unpublished, self.is_in_trouble) = (None, false);
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
        let next = self.generation.saturating_add(1);
        let open_from = self.open.keys().next().copied().unwrap_or(fresh).min(fresh);
        let (offset, bytes) = recovery::head(&self.at, next, (open_from, self.queue.subjects.changed())).slot();
        self.head_is_durable = false;
        self.storage.write_head(offset, &bytes)?;
        // One that failed may be half written: the next one goes to the same slot, and the other stays whole.
        self.generation = next;
        Ok(())
    }

    /// After a power cut the head may be as old as this: entries after it are kept as far as they are whole.
    pub(super) fn sync_head(&mut self) -> io::Result<()> {
        if !self.head_is_durable {
            self.storage.sync_head()?;
            self.head_is_durable = true;
            self.queue.pulse.beat();
        }
        self.head_synced = Instant::now();
        Ok(())
    }

    /// Asks for the disk's room, at most once a second. Not knowing it means there is none.
    pub(super) fn ask_disk(&mut self) {
        if self.disk_asked.is_none_or(|asked| asked.elapsed() >= TICK) {
            self.disk_asked = Some(Instant::now());
            let free = self.storage.free().unwrap_or(0);
            self.queue.metrics.disk_free.store(free, Relaxed);
            self.raise_or_end_alarm(free);
        }
    }

    /// Lets the time pass until a checkpoint is tried again, and says how long that would have been.
    #[cfg(test)]
    pub(crate) fn publish_again(&mut self) -> Option<Duration> {
        let (_, wait) = self.unpublished?;
        self.unpublished = Some((Instant::now().checked_sub(wait)?, wait));
        Some(wait)
    }

    #[cfg(test)]
    pub(crate) fn ask_disk_again(&mut self) {
        self.disk_asked = None;
    }

    /// The alarm, long before anything is refused: raised below the threshold, ended a quarter above it, so that it does
    /// not come and go with every file.
    fn raise_or_end_alarm(&mut self, free: u64) {
        let threshold = self.queue.config().low_disk_bytes;
        let was_low = self.queue.metrics.disk_low.load(Relaxed);
        let is_low = free < if was_low { threshold.saturating_add(threshold / 4) } else { threshold };
        if is_low == was_low {
            return;
        }
        self.queue.metrics.disk_low.store(is_low, Relaxed);
        let (state, detail) = if is_low { ("low", "the disk is low") } else { ("over", "the disk is no longer low") };
        if is_low {
            tracing::warn!(disk.free = free, disk.threshold = threshold, "the audit log's disk is low: make room");
        } else {
            tracing::info!(disk.free = free, disk.threshold = threshold, "the audit log's disk is no longer low");
        }
        // Those that could not be written yet are superseded: a disk that stays full must not fill the memory.
        self.notes.retain(|note| note.kind != EventKind::Disk);
        let detail = format!("{detail}: {free} bytes are free, the threshold is {threshold}");
        let facts = Facts::from([
            ("free", Fact::Number(free)),
            ("state", Fact::Text(state.to_owned())),
            ("threshold", Fact::Number(threshold)),
        ]);
        let (kind, origin) = (EventKind::Disk, Arc::default());
        self.notes.push_back(Note { kind, intent: None, origin, detail, facts });
    }
}
