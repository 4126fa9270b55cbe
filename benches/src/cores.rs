//! Which core each process runs on. Left to the scheduler, a chain of processes that wake each other jumps between
//! sharing a core and not, and a latency of one connection has two values.

use anyhow::{Context as _, Result};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use serde::Serialize;

/// One core for each part of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Cores {
    /// The load generator's.
    pub load: usize,
    /// The upstream's; with two cores the load generator's too.
    pub upstream: usize,
    /// The core of what stands between them, or of the upstream of a direct call.
    pub hop: usize,
}

impl Cores {
    /// Chooses among the cores that this process may use; `None` with fewer than two.
    ///
    /// # Errors
    /// The system does not say which cores these are.
    pub fn choose() -> Result<Option<Self>> {
        let allowed = sched_getaffinity(None).context("cannot read the affinity")?;
        Ok(Self::among((0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core))))
    }

    fn among(mut cores: impl Iterator<Item = usize>) -> Option<Self> {
        let (load, second) = (cores.next()?, cores.next()?);
        Some(match cores.next() {
            None => Self { load, upstream: load, hop: second },
            Some(third) => Self { load, upstream: second, hop: third },
        })
    }
}

/// Runs `start` while this thread is bound to `core`: a process that it starts stays there.
///
/// # Errors
/// The thread cannot be bound, or `start` fails.
pub fn on<T>(core: Option<usize>, start: impl FnOnce() -> Result<T>) -> Result<T> {
    let Some(core) = core else { return start() };
    let before = sched_getaffinity(None).context("cannot read the affinity")?;
    let mut only = CpuSet::new();
    only.set(core);
    sched_setaffinity(None, &only).with_context(|| format!("cannot bind to core {core}"))?;
    let started = start();
    sched_setaffinity(None, &before).context("cannot restore the affinity")?;
    started
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measured_never_shares_its_core() {
        assert_eq!(Cores::among([4].into_iter()), None);
        assert_eq!(Cores::among([4, 5].into_iter()), Some(Cores { load: 4, upstream: 4, hop: 5 }));
        assert_eq!(Cores::among(0..8), Some(Cores { load: 0, upstream: 1, hop: 2 }));
    }

    #[test]
    fn the_own_thread_is_free_again_afterwards() {
        let before = sched_getaffinity(None).unwrap();
        let core = (0..CpuSet::MAX_CPU).find(|core| before.is_set(*core));
        assert_eq!(on(core, || Ok(sched_getaffinity(None)?.count())).unwrap(), 1);
        assert_eq!(sched_getaffinity(None).unwrap().count(), before.count());
    }
}
