//! Erasures that an earlier process began and did not finish.

use super::{ACTOR, Writer};
use crate::body::Body;
use crate::queue::{Job, Reply};
use crate::record::EventKind;
use casemate_core::digest::Digest;
use std::collections::{BTreeSet, VecDeque};
use std::io;

impl Writer {
    /// Finishes them, each step on the disk before the next: the record that it begins, the key, the record that it is
    /// done. A step that was done before may be done again.
    pub(super) fn finish_erasures(&mut self) -> io::Result<()> {
        let ending = self.queue.subjects.ending();
        if ending.is_empty() {
            return Ok(());
        }
        let numbers: Vec<_> = ending.iter().map(|(number, ..)| *number).collect();
        let begun = ending.iter().filter(|(.., wiped)| !wiped).map(|(_, whose, _)| *whose).collect();
        self.record_erasures(EventKind::Erase, begun)?;
        self.queue.subjects.wipe(&numbers, self.queue.now())?;
        self.record_erasures(EventKind::Erased, ending.iter().map(|(_, whose, _)| *whose).collect())?;
        self.queue.subjects.settle(&numbers)
    }

    fn record_erasures(&mut self, kind: EventKind, whose: BTreeSet<Digest>) -> io::Result<()> {
        let job = |whose| {
            let mut body = Body::erasure(kind, None, whose, ACTOR);
            body.detail = Some("an erasure that was interrupted is finished".to_owned());
            Job::new(body, Reply::Own, &self.queue)
        };
        let mut jobs: VecDeque<_> = whose.into_iter().map(job).collect();
        while !jobs.is_empty() {
            self.commit(&mut jobs)?;
        }
        Ok(())
    }
}
