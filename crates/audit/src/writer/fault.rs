//! The way back from a fault of the disk: to what was acknowledged, checked, or the log stays down. Where the way back finds
//! no room it waits for some.

use super::Writer;
use crate::error::Fault;
use crate::files;
use crate::queue::{Batch, Job, unavailable};
use crate::recovery;
use std::collections::VecDeque;
use std::io;
use std::sync::atomic::Ordering::Relaxed;

impl Writer {
    /// Fails everything that waits, closes the descriptors, goes back to what was acknowledged and checks it. False when
    /// that does not hold: the log stays down.
    ///
    /// What was acknowledged ahead of the disk counts only once the descriptor that wrote it has made it durable: none of
    /// its fsyncs has failed yet, so this one tells. Where it fails, records may be lost, and nothing can be undone.
    pub(super) fn fault(&mut self, jobs: VecDeque<Job>, error: &io::Error) -> bool {
        let is_news = !std::mem::replace(&mut self.is_in_trouble, true);
        let entries = self.at.entries();
        if is_news {
            tracing::error!(%error, entries, "the audit log could not write; it goes back and checks");
        } else {
            tracing::debug!(%error, entries, "the audit log still could not write; it goes back and checks");
        }
        let is_lost = self.is_ahead && self.sync_segment().is_err();
        self.segment = None;
        let why = format!("the disk failed: {error}");
        self.fail(jobs, &why);
        self.fail(self.queue.drain(), &why);
        self.disk_asked = None;
        if is_lost {
            self.stay_down(&format!("{why}; records that were acknowledged may be lost"));
            return false;
        }
        let is_up = self.go_back(&why);
        // One is enough for a trouble: a disk that stays full must fill neither the memory nor its reserve.
        if is_up && is_news {
            self.note(crate::record::EventKind::Recovery, why);
        }
        is_up
    }

    /// Goes back, or waits for the room to do so; false when the log is down.
    fn go_back(&mut self, why: &str) -> bool {
        match self.rewind() {
            Ok(()) => {
                self.queue.metrics.recovered.fetch_add(1, Relaxed);
                if self.stuck.take().is_some() {
                    tracing::warn!("the audit log found the room to go back to what it acknowledged, and goes on");
                    self.queue.wait_for_room(None);
                }
                true
            }
            Err(fault) if wants_room(&fault) => {
                if self.stuck.is_none() {
                    tracing::error!(%fault, "the audit log waits for room on the disk: nothing is written until there is some");
                    self.queue.wait_for_room(Some(format!("{why}; the log waits for room on the disk")));
                    self.stuck = Some(why.to_owned());
                }
                true
            }
            Err(fault) => {
                self.stay_down(&format!("{why}; and then: {fault}"));
                false
            }
        }
    }

    /// Each step may be done twice, so that all of it is done again where one of them failed.
    fn rewind(&mut self) -> Result<(), Fault> {
        let open_from = self.open.keys().next().copied().unwrap_or(self.at.entries());
        let says = (open_from, self.queue.subjects.changed());
        recovery::rewind(&mut *self.storage, &self.at, &mut self.generation, says)?;
        self.publisher.rewind(&mut *self.storage)?;
        self.reopen().map_err(|error| Fault::io(&files::segment(self.at.segment), &error))
    }

    /// Where it waits for room: tries again. Gives the batch back once the log goes on; what to say at the end of the round
    /// otherwise.
    pub(super) fn go_on(&mut self, batch: Batch) -> Result<Batch, bool> {
        let Some(why) = self.stuck.clone() else { return Ok(batch) };
        let is_up = self.go_back(&why);
        if is_up && self.stuck.is_none() {
            return Ok(batch);
        }
        self.fail(batch.jobs, &why);
        for rotation in batch.rotations {
            let _ = rotation.answer.send(Err(unavailable(&why)));
        }
        if batch.last {
            tracing::error!(why, "the audit log was closed while it waited for room: the next opening goes on");
        }
        Err(is_up && !batch.last)
    }

    /// Ends the log before its time. Nothing but another opening can tell what the disk has.
    fn stay_down(&mut self, why: &str) {
        tracing::error!(why, "the audit log stays down until the gateway is restarted: mend the disk first");
        let why = format!("{why}; the log stays down until the gateway is restarted");
        self.queue.stay_down(why.clone());
        self.fail(self.queue.drain(), &why);
    }
}

/// Whether more room is all that it takes.
fn wants_room(fault: &Fault) -> bool {
    matches!(fault.refused, Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded))
}
