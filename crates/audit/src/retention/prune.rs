//! Pruning, in two parts: what is checked and made before it is recorded, and what is removed afterwards.

use super::closed::{self, Closed};
use super::minimum::{self, Keys, Minimum, Spot};
use super::{PruneError, Pruned, tiles};
use crate::checkpoints::{self, Kept};
use crate::error::{Class, Fault};
use crate::holds::Holds;
use crate::record::{Event, EventKind, Fact, Facts, Receipt};
use crate::scan::{self, Found, Walk};
use crate::storage::{Source, Storage};
use crate::{files, read};
use casemate_core::digest::Digest;
use casemate_core::{TenantId, TraceId, UnixMillis};
use casemate_tlog::Hash;
use casemate_tlog::tile::FULL_WIDTH;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::io;
use std::time::Duration;

/// Who prunes.
const ACTOR: &str = "casemate";
const CHUNK: usize = 1 << 20;

/// What is asked for.
pub(crate) struct Plan<'a> {
    /// Entries from here on are kept, whatever their age.
    pub(crate) end: u64,
    pub(crate) now: UnixMillis,
    pub(crate) retention: Duration,
    /// Where what goes is archived, as whoever asks says.
    pub(crate) archived: &'a str,
    pub(crate) holds: &'a Holds,
    /// The keys that sign the log.
    pub(crate) keys: Keys<'a>,
    /// Whether to go on with the next segment.
    pub(crate) go_on: &'a dyn Fn() -> bool,
}

/// What can go: its tiles are on the disk and lead to the root of the checkpoint that closed it.
pub(crate) struct Prepared {
    from: u64,
    closing: Option<Kept>,
    segments: u64,
    bytes: u64,
    /// Of the lines that `sha256sum` prints for the segments.
    sums: Sha256,
    retention: Duration,
    archived: String,
    stopped: Option<String>,
}

/// The members that say whose a record is.
#[derive(Deserialize)]
struct Whose {
    time: u64,
    tenant: Option<String>,
    trace: Option<String>,
}

/// Finds out how far the log can be pruned, and makes the tiles of what will go durable. Removes what an earlier run left.
pub(crate) fn prepare(storage: &mut dyn Storage, plan: &Plan<'_>) -> Result<Prepared, PruneError> {
    finish(storage, plan.keys)?;
    let head = scan::head(storage)?;
    // Read before the record is written: with it, every outcome that this counts is on the disk.
    let (open_from, entries) = head.map_or((0, 0), |head| (head.open_from, head.entries));
    let from = super::index(storage)?;
    let mut prepared = Prepared {
        from,
        closing: None,
        segments: 0,
        bytes: 0,
        sums: Sha256::new(),
        retention: plan.retention,
        archived: plan.archived.to_owned(),
        stopped: None,
    };
    for segment in closed::of(storage)? {
        let stopped = match refused(&segment, plan, open_from, entries) {
            Some(why) => Some(why),
            None => prepared.add(storage, &segment, plan)?,
        };
        if stopped.is_some() {
            prepared.stopped = stopped;
            break;
        }
    }
    Ok(prepared)
}

/// The first entry that stays if the log is pruned now. Nothing is made and nothing is recorded.
pub(crate) fn reach(source: &dyn Source, plan: &Plan<'_>) -> Result<u64, PruneError> {
    let head = scan::head(source)?;
    let (open_from, entries) = head.map_or((0, 0), |head| (head.open_from, head.entries));
    let mut end = super::index(source)?;
    for segment in closed::of(source)? {
        if refused(&segment, plan, open_from, entries).is_some() || stays(source, &segment, plan)? {
            break;
        }
        end = segment.end;
    }
    Ok(end)
}

/// Whether a record keeps its segment.
fn stays(source: &dyn Source, segment: &Closed, plan: &Plan<'_>) -> Result<bool, Fault> {
    let mut walk = Walk::at(source, segment.first)?;
    while walk.index() < segment.end {
        let Some(found) = walk.next(source) else { break };
        if kept_for(&found?, plan)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Why a segment stays, as far as that shows without reading it.
fn refused(segment: &Closed, plan: &Plan<'_>, open_from: u64, entries: u64) -> Option<String> {
    let Closed { first, end, newest } = *segment;
    let named = format!("entries {first} to {}", end - 1);
    if !(plan.go_on)() {
        return Some("the log is being closed".to_owned());
    }
    if end > plan.end {
        return Some(format!("{named} are not archived"));
    }
    if is_young(newest, plan) {
        return Some(format!("{named} are younger than the retention"));
    }
    if open_from < end {
        return Some(format!("the call of entry {open_from} has no outcome yet"));
    }
    if entries < end.next_multiple_of(u64::from(FULL_WIDTH)) {
        return Some(format!("the tile of entry {} is not full yet", end - 1));
    }
    None
}

fn is_young(time: UnixMillis, plan: &Plan<'_>) -> bool {
    let retention = u64::try_from(plan.retention.as_millis()).unwrap_or(u64::MAX);
    time.0.saturating_add(retention) > plan.now.0
}

/// Why a record stays, and the segment with it.
fn kept_for(found: &Found, plan: &Plan<'_>) -> Result<Option<String>, Fault> {
    let whose: Whose = serde_json::from_slice(&found.bytes)
        .map_err(|_| found.fault(Class::Unreadable, "the record has another format"))?;
    if is_young(UnixMillis(whose.time), plan) {
        return Ok(Some(format!("entry {} is younger than the retention", found.index)));
    }
    if plan.holds.is_empty() {
        return Ok(None);
    }
    let tenant = whose.tenant.and_then(|tenant| TenantId::parse(&tenant).ok());
    let trace = whose.trace.and_then(|trace| TraceId::parse(&trace).ok());
    let is_held = plan.holds.holds(tenant.as_ref(), trace);
    Ok(is_held.then(|| format!("a legal hold is on entry {}", found.index)))
}

impl Prepared {
    /// Takes a segment in; or why it stays.
    fn add(
        &mut self,
        storage: &mut dyn Storage,
        segment: &Closed,
        plan: &Plan<'_>,
    ) -> Result<Option<String>, PruneError> {
        let mut walk = Walk::at(storage, segment.first)?;
        let mut leaves = Vec::new();
        while walk.index() < segment.end {
            let Some(found) = walk.next(storage) else { break };
            let found = found?;
            if let Some(why) = kept_for(&found, plan)? {
                return Ok(Some(why));
            }
            leaves.push(Hash(found.leaf.0));
        }
        let closing = checkpoints::beside(storage, segment.first)?;
        let closing = closing.filter(|kept| kept.checkpoint.size() == segment.end && walk.index() == segment.end);
        let closing = closing.ok_or_else(|| {
            let what =
                format!("the checkpoint of {} entries, with which the segment was closed, is missing", segment.end);
            Fault::new(Class::Removed, &files::checkpoints(segment.first), 0, what).at(segment.end)
        })?;
        closing.holds(walk.tree())?;
        minimum::vouched(storage, &closing, plan.keys)?;
        tiles::ensure(storage, segment.first, leaves, &closing)?;
        self.count(storage, segment.first)?;
        self.closing = Some(closing);
        Ok(None)
    }

    fn count(&mut self, source: &dyn Source, first: u64) -> Result<(), PruneError> {
        let (name, mut hasher, mut at) = (files::segment(first), Sha256::new(), 0);
        loop {
            let bytes = source.read_at(&name, at, CHUNK)?;
            if bytes.is_empty() {
                break;
            }
            hasher.update(&bytes);
            at += bytes.len() as u64;
        }
        let digest = Digest(hasher.finalize().into());
        self.sums.update(format!("{}  {name}\n", digest.hex()));
        self.segments += 1;
        self.bytes += at + source.len(&files::checkpoints(first))?;
        Ok(())
    }

    /// The record of it; `None` where there is nothing to prune.
    pub(crate) fn event(&self) -> Option<Event> {
        let checkpoint = &self.closing.as_ref()?.checkpoint;
        let (to, number, text) = (checkpoint.size(), Fact::Number, |text: &str| Fact::Text(text.to_owned()));
        let facts = Facts::from([
            ("archived", text(&self.archived)),
            ("bytes", number(self.bytes)),
            ("entries", number(to.saturating_sub(self.from))),
            ("from", number(self.from)),
            ("retention_seconds", number(self.retention.as_secs())),
            ("root", text(&checkpoint.root().to_string())),
            ("segments", number(self.segments)),
            ("sha256", text(&Digest(self.sums.clone().finalize().into()).hex())),
            ("to", number(to)),
        ]);
        Some(Event { kind: EventKind::Prune, actor: ACTOR.to_owned(), policy: None, detail: None, facts })
    }

    /// What comes of it where nothing is removed.
    pub(crate) fn nothing(self) -> Pruned {
        Pruned { from: self.from, to: self.from, entries: 0, bytes: 0, stopped: self.stopped }
    }
}

/// Moves the minimum and removes the segments, once the record `receipt` says so durably. What `begin` gives is kept until
/// it is over; without it nothing is done: what was recorded and is not done does no harm.
pub(crate) fn carry_out<T>(
    storage: &mut dyn Storage,
    prepared: Prepared,
    receipt: Receipt,
    keys: Keys<'_>,
    begin: impl FnOnce() -> Option<T>,
) -> Result<Pruned, PruneError> {
    let Some(closing) = &prepared.closing else { return Ok(prepared.nothing()) };
    let found = read::find(storage, receipt.index)?;
    if found.leaf != receipt.leaf {
        return Err(found.fault(Class::Changed, "another record stands where the pruning was recorded").into());
    }
    let record = Spot { index: found.index, segment: found.segment_first, offset: found.offset };
    let minimum = Minimum::new(record, closing);
    // From here on there is no way back.
    let _begun = begin().ok_or(PruneError::Held)?;
    storage.keep(&[(minimum::FILE.to_owned(), minimum.text().into_bytes())])?;
    finish(storage, keys)?;
    let (from, to) = (prepared.from, minimum.index());
    Ok(Pruned { from, to, entries: to.saturating_sub(from), bytes: prepared.bytes, stopped: prepared.stopped })
}

/// Removes what lies before the minimum, if it is one that the log vouches for.
pub(crate) fn finish(storage: &mut dyn Storage, keys: Keys<'_>) -> Result<(), PruneError> {
    let Some(minimum) = Minimum::read(storage)? else { return Ok(()) };
    minimum.vouched(storage, keys)?;
    scan::beginning(storage)?;
    discard(storage, minimum.index())?;
    Ok(())
}

/// The one place where anything of a log is deleted: segments that lie before the minimum, and their checkpoints.
fn discard(storage: &mut dyn Storage, minimum: u64) -> io::Result<()> {
    let names = storage.names()?;
    let mut old: Vec<_> = names.iter().filter(|name| files::belongs_to(name).is_some_and(|at| at < minimum)).collect();
    old.sort_unstable();
    for name in &old {
        storage.remove(name)?;
    }
    if old.is_empty() { Ok(()) } else { storage.sync_dir() }
}
