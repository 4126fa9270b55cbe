//! Erasures that were begun and are not finished: by an earlier process, or kept by a legal hold that is gone.

use super::{ACTOR, Writer};
use crate::body::Body;
use crate::erasures;
use crate::holds::watch::Verdict;
use crate::queue::{Job, Reply};
use crate::record::EventKind;
use crate::subjects::{Ending, Owner, State};
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::Arc;

/// What fails: the log, or the keys.
#[derive(Debug)]
pub(super) enum Failed {
    Log(io::Error),
    Keys(io::Error),
}

impl From<Failed> for io::Error {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Log(error) | Failed::Keys(error) => error,
        }
    }
}

impl Writer {
    /// Finishes those that no hold is on, each step on the disk before the next: the record that it begins, the key, the
    /// record that it is done. A step that was done before may be done again. What a hold is on is kept, and that is
    /// recorded once.
    pub(super) fn finish_erasures(&mut self) -> Result<(), Failed> {
        let queue = Arc::clone(&self.queue);
        // Whoever erases now finishes what it begins.
        let Ok(_one) = queue.holds.erasing.try_lock() else { return Ok(()) };
        let (mut free, mut held) = (Vec::new(), Vec::new());
        for ending in queue.subjects.ending() {
            match (ending.state, queue.holds.judge(ending.owner)) {
                (State::Wiped, _) | (_, Verdict::Free) => free.push(ending),
                (State::Held, _) | (_, Verdict::Searching | Verdict::Unknown(_)) => {}
                (_, Verdict::Tenant | Verdict::Trace) => held.push(ending),
            }
        }
        if !held.is_empty() {
            self.record_erasures(EventKind::Erase, &held, Body::HELD)?;
            queue.subjects.hold(&numbers(&held)).map_err(Failed::Keys)?;
        }
        if free.is_empty() {
            return Ok(());
        }
        let begun: Vec<_> = free.iter().filter(|ending| ending.state != State::Wiped).copied().collect();
        self.record_erasures(EventKind::Erase, &begun, Body::FINISHED)?;
        let mut done = Vec::new();
        for ending in free {
            let wipe = || queue.subjects.wipe(&[ending.number], queue.now());
            let is_gone = ending.state == State::Wiped;
            match if is_gone { Ok(wipe()) } else { queue.holds.while_free(ending.owner, wipe) } {
                Ok(wiped) => wiped.map_err(Failed::Keys)?,
                // A hold came in between.
                Err(_) => continue,
            }
            done.push(ending);
        }
        self.record_erasures(EventKind::Erased, &done, Body::FINISHED)?;
        queue.subjects.settle(&numbers(&done)).map_err(Failed::Keys)
    }

    /// One record for each owner.
    fn record_erasures(&mut self, kind: EventKind, of: &[Ending], detail: &str) -> Result<(), Failed> {
        let owners: BTreeMap<_, Owner> = of.iter().map(|ending| (ending.owner.id, ending.owner)).collect();
        let held = self.queue.holds.holds().facts();
        let job = |owner: &Owner| {
            let mut body = Body::erasure(kind, None, owner.id, ACTOR).because(detail);
            let keys = || of.iter().filter(|ending| ending.owner == *owner);
            body.facts = if kind == EventKind::Erase { held.clone() } else { erasures::facts(keys()) };
            Job::new(body, Reply::Own, &self.queue)
        };
        let mut jobs: VecDeque<_> = owners.values().map(job).collect();
        while !jobs.is_empty() {
            self.commit(&mut jobs).map_err(Failed::Log)?;
        }
        Ok(())
    }

    /// [`Writer::finish_erasures`] once a second; false when the log is down.
    pub(super) fn go_on_erasing(&mut self) -> bool {
        if self.stuck.is_some() || self.erasures_asked.elapsed() < super::TICK {
            return true;
        }
        self.erasures_asked = std::time::Instant::now();
        match self.finish_erasures() {
            Ok(()) => true,
            Err(Failed::Log(error)) => self.fault(VecDeque::new(), &error),
            Err(Failed::Keys(error)) => {
                tracing::warn!(%error, "an erasure that was begun could not be finished yet");
                true
            }
        }
    }
}

fn numbers(of: &[Ending]) -> Vec<u32> {
    of.iter().map(|ending| ending.number).collect()
}
