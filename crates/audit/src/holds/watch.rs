//! What the legal holds that are on a log forbid to erase.
//!
//! A hold on a trace is on the subjects of its records. They are looked for in the whole log, once for each set of traces,
//! and each record of such a trace that is made meanwhile or later is noted: before it takes its subject's key, and once
//! more when it is written. Until the log was read through, nothing may be erased.

use super::Holds;
use crate::body::Origin;
use crate::subjects::Owner;
use casemate_core::TraceId;
use casemate_core::digest::Digest;
use std::collections::{BTreeSet, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::sync::Notify;

/// Subjects of held traces that are kept in mind: 80 bytes each. Where there are more, nothing is erased.
const MOST: usize = 1 << 20;

/// Whether a key may be destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// No hold is on it.
    Free,
    /// A hold is on its tenant.
    Tenant,
    /// A hold is on a trace that its subject has records in.
    Trace,
    /// Whether a hold is on it is still looked for.
    Searching,
    /// That could not be found out: why.
    Unknown(String),
}

#[derive(Debug, Default)]
enum Search {
    /// It is over, or there is nothing to look for.
    #[default]
    Done,
    Running,
    Failed(String),
}

#[derive(Debug, Default)]
struct State {
    holds: Holds,
    tenants: BTreeSet<[u8; 8]>,
    /// The subjects of held traces.
    found: HashSet<Digest>,
    search: Search,
    /// Which search this is.
    round: u64,
    /// What was begun while no hold was on it, and whether one came since.
    under_way: Vec<(Act, bool)>,
}

/// What a hold forbids, and what cannot be undone once it was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Erase(Owner),
    Prune,
}

/// Something that was begun while no hold was on it; dropped when it is over. It waits for the disk, so that it does not
/// hold the lock: a hold that comes meanwhile takes effect after it.
#[derive(Debug)]
pub(crate) struct Begun<'a> {
    watch: &'a Watch,
    act: Act,
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        let mut state = self.watch.change();
        let at = state.under_way.iter().position(|(act, _)| *act == self.act);
        let is_late = at.is_some_and(|at| state.under_way.swap_remove(at).1);
        drop(state);
        if is_late {
            let what = if self.act == Act::Prune { "a pruning" } else { "an erasure" };
            tracing::warn!(what, "a legal hold came too late: this had begun before, and is done");
            self.watch.changed.notify_waiters();
        }
    }
}

/// The holds on a log, and whom they are on.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    state: RwLock<State>,
    has_traces: AtomicBool,
    changed: Notify,
    /// Held by the one erasure at a time.
    pub(crate) erasing: tokio::sync::Mutex<()>,
}

impl State {
    fn judge(&self, owner: Owner) -> Verdict {
        if self.tenants.contains(&owner.tenant) {
            Verdict::Tenant
        } else if self.found.contains(&owner.id) {
            Verdict::Trace
        } else {
            match &self.search {
                Search::Done => Verdict::Free,
                Search::Running => Verdict::Searching,
                Search::Failed(why) => Verdict::Unknown(why.clone()),
            }
        }
    }

    fn add(&mut self, id: Digest) {
        if self.found.len() >= MOST && !self.found.contains(&id) {
            self.search = Search::Failed(format!("the held traces have records of more than {MOST} subjects"));
        } else {
            self.found.insert(id);
        }
        self.mark();
    }

    /// Marks the erasures under way that a hold is on now.
    fn mark(&mut self) {
        for (act, is_late) in &mut self.under_way {
            if let Act::Erase(owner) = act {
                *is_late |= self.tenants.contains(&owner.tenant) || self.found.contains(&owner.id);
            }
        }
    }

    fn is_settled(&self) -> bool {
        !matches!(self.search, Search::Running) && !self.under_way.iter().any(|(_, is_late)| *is_late)
    }

    fn begin(&mut self) -> u64 {
        self.round += 1;
        self.found = HashSet::new();
        self.search = Search::Running;
        self.round
    }
}

impl Watch {
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts these holds on the log and takes all others off. Gives the number of the search that is now due.
    pub(crate) fn set(&self, holds: Holds) -> Option<u64> {
        let mut state = self.change();
        let tag = |tenant| Owner::new(Some(tenant), None).tenant;
        state.tenants = holds.tenants.iter().map(tag).collect();
        if state.holds != holds {
            state.under_way.iter_mut().filter(|(act, _)| *act == Act::Prune).for_each(|(_, is_late)| *is_late = true);
        }
        state.mark();
        let is_same = state.holds.traces == holds.traces && !matches!(state.search, Search::Failed(_));
        self.has_traces.store(!holds.traces.is_empty(), Ordering::SeqCst);
        state.holds = holds;
        if is_same {
            return None;
        }
        let round = state.begin();
        if state.holds.traces.is_empty() {
            state.search = Search::Done;
            return None;
        }
        Some(round)
    }

    /// The number of the search that is under way, or is to be begun.
    pub(crate) fn due(&self) -> Option<u64> {
        let state = self.read();
        matches!(state.search, Search::Running).then_some(state.round)
    }

    /// The number of the search that is due after one that failed.
    pub(crate) fn again(&self) -> Option<u64> {
        let mut state = self.change();
        matches!(state.search, Search::Failed(_)).then(|| state.begin())
    }

    /// The holds themselves.
    pub(crate) fn holds(&self) -> Holds {
        self.read().holds.clone()
    }

    /// Whether a key of that owner may be destroyed now.
    pub(crate) fn judge(&self, owner: Owner) -> Verdict {
        self.read().judge(owner)
    }

    /// Does it if no hold is on that owner. It may wait for the disk: nobody waits for it.
    pub(crate) fn while_free<T>(&self, owner: Owner, what: impl FnOnce() -> T) -> Result<T, Verdict> {
        let begun = self.begin(Act::Erase(owner), |state| match state.judge(owner) {
            Verdict::Free => Ok(()),
            verdict => Err(verdict),
        })?;
        let done = what();
        drop(begun);
        Ok(done)
    }

    /// Begins to prune what was found prunable under these holds; `None` if they are others now.
    pub(crate) fn prune(&self, holds: &Holds) -> Option<Begun<'_>> {
        self.begin(Act::Prune, |state| if state.holds == *holds { Ok(()) } else { Err(()) }).ok()
    }

    fn begin<E>(&self, act: Act, may: impl FnOnce(&State) -> Result<(), E>) -> Result<Begun<'_>, E> {
        let mut state = self.change();
        may(&state)?;
        state.under_way.push((act, false));
        Ok(Begun { watch: self, act })
    }

    /// Notes the subject of a record.
    pub(crate) fn note(&self, origin: &Origin) {
        let (Some(trace), true) = (origin.trace, self.has_traces.load(Ordering::SeqCst)) else { return };
        if origin.subject.is_none() {
            return;
        }
        let id = Owner::new(origin.tenant.as_ref(), origin.subject.as_ref()).id;
        let is_new = |state: &State| state.holds.traces.contains(&trace) && !state.found.contains(&id);
        if is_new(&self.read()) {
            let mut state = self.change();
            if is_new(&state) {
                state.add(id);
            }
        }
    }

    /// The traces that this search is for; `None` where it is not wanted any more.
    pub(crate) fn wanted(&self, round: u64) -> Option<BTreeSet<TraceId>> {
        let state = self.read();
        (state.round == round).then(|| state.holds.traces.clone())
    }

    /// A search found a subject.
    pub(crate) fn found(&self, round: u64, id: Digest) {
        let mut state = self.change();
        if state.round == round {
            state.add(id);
        }
    }

    /// A search is over.
    pub(crate) fn finish(&self, round: u64, result: Result<(), String>) {
        let mut state = self.change();
        if state.round == round && matches!(state.search, Search::Running) {
            state.search = result.map_or_else(Search::Failed, |()| Search::Done);
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// Waits until no search is going on, nor anything that a hold came too late for.
    pub(crate) async fn searched(&self) {
        loop {
            let changed = self.changed.notified();
            if self.read().is_settled() {
                return;
            }
            changed.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use casemate_core::{Subject, TenantId};
    use std::future::Future as _;

    fn origin(trace: &str, subject: &str) -> Origin {
        Origin {
            trace: TraceId::parse(trace).ok(),
            tenant: TenantId::parse("acme").ok(),
            subject: Subject::parse(subject).ok(),
            ..Origin::default()
        }
    }

    fn owner(subject: &str) -> Owner {
        Owner::new(TenantId::parse("acme").ok().as_ref(), Subject::parse(subject).ok().as_ref())
    }

    const ONE: &str = "0192d3c5-7d5f-7b3a-8b1e-2f6c1a9e4d10";
    const OTHER: &str = "0192d3c5-7d5f-7b3a-8b1e-2f6c1a9e4d11";

    fn traces(traces: &[&str]) -> Holds {
        let traces = traces.iter().map(|trace| TraceId::parse(trace).unwrap()).collect();
        Holds { traces, ..Holds::default() }
    }

    #[test]
    fn nothing_is_free_before_the_log_was_read_through() {
        let watch = Watch::default();
        assert_eq!(watch.judge(owner("a")), Verdict::Free);
        watch.note(&origin(ONE, "a"));
        assert_eq!(watch.judge(owner("a")), Verdict::Free, "no trace is held");
        let first = watch.set(traces(&[ONE])).unwrap();
        assert_eq!(watch.judge(owner("a")), Verdict::Searching);
        watch.note(&origin(OTHER, "a"));
        watch.note(&origin(ONE, "b"));
        assert_eq!((watch.judge(owner("a")), watch.judge(owner("b"))), (Verdict::Searching, Verdict::Trace));
        // Another set begins another search; what the first one still says counts for nothing.
        let second = watch.set(traces(&[OTHER])).unwrap();
        watch.found(first, owner("a").id);
        watch.finish(first, Ok(()));
        assert!(watch.wanted(first).is_none() && watch.judge(owner("a")) == Verdict::Searching);
        watch.found(second, owner("c").id);
        watch.finish(second, Ok(()));
        assert_eq!(watch.judge(owner("c")), Verdict::Trace);
        assert_eq!((watch.judge(owner("a")), watch.judge(owner("b"))), (Verdict::Free, Verdict::Free));
        assert_eq!(watch.set(traces(&[OTHER])), None, "the same traces are not looked for again");
        assert_eq!(watch.judge(owner("c")), Verdict::Trace);
        assert_eq!(watch.set(Holds::default()), None);
        assert_eq!(watch.judge(owner("c")), Verdict::Free);
    }

    #[test]
    fn a_search_that_failed_frees_nothing_and_is_made_again() {
        let watch = Watch::default();
        let round = watch.set(traces(&[ONE])).unwrap();
        assert_eq!(watch.again(), None);
        watch.finish(round, Err("damaged".to_owned()));
        assert_eq!(watch.judge(owner("a")), Verdict::Unknown("damaged".to_owned()));
        let round = watch.again().unwrap();
        watch.finish(round, Ok(()));
        assert_eq!(watch.judge(owner("a")), Verdict::Free);
    }

    #[test]
    fn what_is_done_while_free_is_not_done_under_a_hold() {
        let watch = Watch::default();
        assert_eq!(watch.while_free(owner("a"), || 7), Ok(7));
        let tenants = [TenantId::parse("acme").unwrap()].into();
        watch.set(Holds { tenants, ..Holds::default() });
        assert_eq!(watch.while_free(owner("a"), || 7), Err(Verdict::Tenant));
        let evil = Owner::new(TenantId::parse("evil").ok().as_ref(), Subject::parse("a").ok().as_ref());
        assert_eq!(watch.while_free(evil, || 7), Ok(7));
    }

    #[test]
    fn nobody_waits_for_the_disk_that_a_key_is_wiped_from() {
        let watch = Watch::default();
        let tenants: BTreeSet<_> = [TenantId::parse("acme").unwrap()].into();
        let holds = Holds { tenants, ..traces(&[ONE]) };
        let (mut waits, mut poll) =
            (Box::pin(watch.searched()), std::task::Context::from_waker(std::task::Waker::noop()));
        let wiped = watch.while_free(owner("a"), || {
            // A disk that hangs: holds are put on and records noted all the same, here in its own thread.
            let round = watch.set(holds.clone()).unwrap();
            watch.note(&origin(ONE, "a"));
            assert_eq!(watch.judge(owner("a")), Verdict::Tenant);
            watch.finish(round, Ok(()));
            // Who asks when the holds are in force is told after the erasure that they came too late for.
            assert!(waits.as_mut().poll(&mut poll).is_pending());
            7
        });
        assert_eq!(wiped, Ok(7));
        assert!(waits.as_mut().poll(&mut poll).is_ready());
        assert_eq!(watch.while_free(owner("a"), || 7), Err(Verdict::Tenant));
    }

    #[test]
    fn a_pruning_begins_under_the_holds_that_it_was_prepared_under() {
        let watch = Watch::default();
        let begun = watch.prune(&Holds::default()).unwrap();
        let round = watch.set(traces(&[ONE])).unwrap();
        watch.finish(round, Ok(()));
        assert!(!watch.read().is_settled());
        drop(begun);
        assert!(watch.read().is_settled());
        assert!(watch.prune(&Holds::default()).is_none() && watch.prune(&traces(&[ONE])).is_some());
    }
}
