//! The limits of one tenant: as a whole, of each subject, of its tools.

use super::gcra::{Bucket, Left, Quota};
use super::slots::{Slot, Slots};
use crate::config;
use casemate_core::glob::Glob;
use casemate_core::{Reason, Refusal, Subject, UnixMillis};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Subjects of one tenant, at most. Each tenant has its own table, so that none can fill another's.
const SUBJECTS: usize = 10_000;
/// How seldom a full table is searched for subjects that are idle, in milliseconds.
const PRUNE_EVERY: u64 = 1_000;

/// One key: its rate and its running calls.
#[derive(Debug, Default)]
pub(super) struct Cell {
    pub(super) bucket: Bucket,
    /// Refusals of it that were recorded one by one.
    pub(super) told: Bucket,
    slots: Slots,
}

/// A limit, ready to be applied.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound {
    pub(super) quota: Option<Quota>,
    concurrency: Option<u32>,
}

impl Bound {
    fn new(limit: config::Limit) -> Self {
        Self { quota: limit.rate.map(Quota::new), concurrency: limit.concurrency }
    }

    const fn is_none(&self) -> bool {
        self.quota.is_none() && self.concurrency.is_none()
    }

    /// Takes one request from the rate.
    pub(super) fn rate(&self, cell: &Cell, reason: Reason, now: UnixMillis) -> Result<Option<Left>, Refusal> {
        let Some(quota) = self.quota else { return Ok(None) };
        cell.bucket.take(quota, now).map(Some).map_err(|seconds| Refusal::new(reason).retry_after(seconds))
    }

    /// Takes a slot.
    pub(super) fn slot(&self, cell: &Cell, whose: &'static str) -> Result<Slot, Refusal> {
        let full = || Refusal::new(Reason::LimitConcurrency).hint(whose).retry_after(1);
        cell.slots.take(self.concurrency).ok_or_else(full)
    }

    /// Gives back what [`Bound::rate`] took.
    pub(super) fn give_back(&self, cell: &Cell) {
        if let Some(quota) = self.quota {
            cell.bucket.give_back(quota);
        }
    }
}

/// A limit of tools, which all subjects of the tenant share.
#[derive(Debug)]
pub(super) struct ToolLimit {
    server: Glob,
    tool: Glob,
    pub(super) bound: Bound,
    pub(super) cell: Arc<Cell>,
}

impl ToolLimit {
    pub(super) fn covers(&self, server: &str, tool: &str) -> bool {
        self.server.matches(server) && self.tool.matches(tool)
    }
}

/// The limits of one tenant with their counts.
#[derive(Debug)]
pub(super) struct TenantLimits {
    pub(super) whole: Bound,
    pub(super) cell: Arc<Cell>,
    pub(super) subject: Bound,
    subjects: Arc<Mutex<Subjects>>,
    pub(super) tools: Vec<ToolLimit>,
}

#[derive(Debug, Default)]
struct Subjects {
    cells: HashMap<Subject, Arc<Cell>>,
    pruned: u64,
}

impl TenantLimits {
    /// The limits as configured, with the counts of `before` where there are any.
    pub(super) fn new(tenant: &config::Tenant, before: Option<&Self>) -> Self {
        let tools = tenant.tools.iter().map(|(server, tool, limit)| {
            let same = |old: &&ToolLimit| old.server == *server && old.tool == *tool;
            let cell = before.and_then(|old| old.tools.iter().find(same)).map(|old| Arc::clone(&old.cell));
            ToolLimit {
                server: server.clone(),
                tool: tool.clone(),
                bound: Bound::new(*limit),
                cell: cell.unwrap_or_default(),
            }
        });
        Self {
            whole: Bound::new(tenant.limit),
            cell: before.map(|old| Arc::clone(&old.cell)).unwrap_or_default(),
            subject: Bound::new(tenant.subject),
            subjects: before.map(|old| Arc::clone(&old.subjects)).unwrap_or_default(),
            tools: tools.collect(),
        }
    }

    /// The cell of a subject; `None` where subjects are not limited.
    pub(super) fn subject_cell(&self, subject: &Subject, now: UnixMillis) -> Result<Option<Arc<Cell>>, Refusal> {
        if self.subject.is_none() {
            return Ok(None);
        }
        let mut subjects = self.subjects();
        if let Some(cell) = subjects.cells.get(subject) {
            return Ok(Some(Arc::clone(cell)));
        }
        if subjects.cells.len() >= SUBJECTS {
            subjects.prune(self.subject.quota, now);
        }
        if subjects.cells.len() >= SUBJECTS {
            return Err(Refusal::new(Reason::LimitKeys).retry_after(1));
        }
        let cell = Arc::<Cell>::default();
        subjects.cells.insert(subject.clone(), Arc::clone(&cell));
        Ok(Some(cell))
    }

    /// How many subjects are remembered.
    pub(super) fn subjects_len(&self) -> usize {
        self.subjects().cells.len()
    }

    fn subjects(&self) -> MutexGuard<'_, Subjects> {
        self.subjects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subjects {
    fn prune(&mut self, quota: Option<Quota>, now: UnixMillis) {
        // A clock that jumped back prunes too, rather than never.
        if now.0.abs_diff(self.pruned) < PRUNE_EVERY {
            return;
        }
        self.pruned = now.0;
        let needed = |cell: &Arc<Cell>| {
            let busy = quota.is_some_and(|quota| !cell.bucket.is_idle(quota, now));
            Arc::strong_count(cell) > 1 || cell.slots.running() > 0 || busy
        };
        self.cells.retain(|_, cell| needed(cell));
    }
}
