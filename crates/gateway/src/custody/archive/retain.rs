//! Pruning what is older than the retention and found whole in every target.
//!
//! Nothing is taken from the manifest's word alone: before a segment goes, each object of it is read back from each target
//! by version and digest, and its lock is asked for; one that is over is extended first. The segment must be the one that
//! was copied.

use super::error::{CopyError, blocking};
use super::manifest::{self, Lines};
use super::place::Place;
use super::plan;
use super::{Archiver, record};
use casemate_audit::tlog::tile::FULL_WIDTH;
use casemate_audit::{Fact, Facts};
use casemate_core::UnixMillis;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

/// How often it is looked for what can go.
const EVERY: Duration = Duration::from_hours(1);
/// Entries of a full bundle.
const WIDTH: u64 = FULL_WIDTH as u64;

/// How far a target was found whole, and what was found instead.
#[derive(Debug)]
pub(super) struct Held {
    /// The first entry that was not found.
    pub(super) end: u64,
    /// Objects whose lock was over, and which were locked again.
    pub(super) extended: u64,
    /// Why it went no further, where something is wrong.
    pub(super) fault: Option<CopyError>,
}

/// Prunes now and then; never, where no retention is set.
pub(super) async fn run(archiver: &Archiver) {
    if archiver.log.retention().is_none() {
        return std::future::pending().await;
    }
    let mut told = BTreeMap::new();
    loop {
        if let Err(error) = prune(archiver, &mut told).await {
            tracing::error!(%error, "what is older than the retention could not be pruned");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// The codes of targets' faults that were recorded.
pub(super) type Told = BTreeMap<String, &'static str>;

/// Prunes what may go now.
async fn prune(archiver: &Archiver, told: &mut Told) -> Result<(), CopyError> {
    let Some(end) = prunable(archiver, told).await? else { return Ok(()) };
    let places: Vec<_> = archiver.places.iter().map(|place| place.target.describe()).collect();
    let pruned =
        archiver.log.prune(end, &places.join(", ")).await.map_err(|error| CopyError::Log(error.to_string()))?;
    if let Some(stopped) = &pruned.stopped {
        tracing::debug!(at = pruned.to, stopped, "pruning stopped before the end of what is archived");
    }
    Ok(())
}

/// The index up to which everything can go and is in every target.
pub(super) async fn prunable(archiver: &Archiver, told: &mut Told) -> Result<Option<u64>, CopyError> {
    // The log is asked first: only what it would give away is read back.
    let far = archiver.log.prunable(u64::MAX).await.map_err(|error| CopyError::Log(error.to_string()))?;
    let dir = archiver.log.dir().to_owned();
    let at = dir.clone();
    let closed = blocking(move || plan::closed(&at)).await?;
    let Some(first) = closed.first().map(|segment| segment.first).filter(|first| *first < far) else { return Ok(None) };
    // The bundle that begins in a segment and ends in the next is made of both.
    let whole = far.next_multiple_of(WIDTH);
    let last = closed.iter().find(|segment| segment.end >= whole).or(closed.last());
    let mut end = last.map_or(first, |segment| segment.end);
    let lock = Lock::new((archiver.clock)(), archiver.retention);
    for place in &archiver.places {
        let held = held(place, &dir, first..end, lock).await;
        end = end.min(held.end);
        tell(archiver, place, &held, told).await?;
    }
    let end = end / WIDTH * WIDTH;
    Ok((end > first).then_some(end))
}

/// How long a copy is locked, which is about to be the only one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lock {
    /// A lock that ends then, or before, is over.
    least: UnixMillis,
    /// Until when it is locked instead.
    until: UnixMillis,
}

impl Lock {
    pub(super) fn new(now: UnixMillis, retention: Duration) -> Self {
        const DAY: Duration = Duration::from_hours(24);
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let spare = if retention > 2 * DAY { DAY } else { Duration::ZERO };
        Self { least: now.plus(millis(spare)), until: now.plus(millis(retention)) }
    }
}

/// Reads back what a target should have of some entries.
pub(super) async fn held(place: &Place, dir: &Path, entries: Range<u64>, lock: Lock) -> Held {
    let mut held = Held { end: entries.start, extended: 0, fault: None };
    held.fault = read_back(place, dir, entries.end, lock, &mut held).await.err();
    held
}

async fn read_back(place: &Place, dir: &Path, end: u64, lock: Lock, held: &mut Held) -> Result<(), CopyError> {
    let path = manifest::path(dir, &place.id);
    let Some(mut lines) = blocking(move || Lines::open(&path)).await? else { return Ok(()) };
    loop {
        let (rest, part) = blocking(move || lines.part().map(|part| (lines, part))).await?;
        lines = rest;
        let Some(part) = part.filter(|part| part.mark.end <= end) else { return Ok(()) };
        if part.mark.first > held.end {
            // It never had what lies between.
            return Ok(());
        }
        if part.mark.end <= held.end {
            continue;
        }
        let at = dir.to_owned();
        // What the target has is a copy of what goes only if that is what was copied.
        let part = blocking(move || manifest::same(&at, &part).map(|()| part)).await?;
        for stored in &part.objects {
            place.target.verify(stored).await?;
            if stored.retain_until <= lock.least && place.target.extend(stored, lock.least, lock.until).await? {
                held.extended += 1;
            }
        }
        held.end = part.mark.end;
    }
}

/// Says of a target that it lost something, or has it again; once each time.
async fn tell(archiver: &Archiver, place: &Place, held: &Held, told: &mut Told) -> Result<(), CopyError> {
    if held.extended > 0 {
        extended(archiver, place, held).await?;
    }
    let code = held.fault.as_ref().map(CopyError::name);
    if let Some(code) = code {
        archiver.metrics.failed(&place.id, code);
    }
    if told.get(&place.id).copied() == code {
        return Ok(());
    }
    let text = |text: &str| Fact::Text(text.to_owned());
    let mut facts = Facts::from([("target", text(&place.id)), ("held", Fact::Number(held.end))]);
    let detail = match (&held.fault, code) {
        (Some(error), Some(code)) => {
            let state = if error.is_away() { "unreachable" } else { "not whole" };
            tracing::error!(target = %place.id, code, %error, "a target is {state}; nothing after that is pruned");
            facts.extend([("state", text(state)), ("code", text(code))]);
            format!("nothing from entry {} on is pruned: {error}", held.end)
        }
        _ => {
            facts.insert("state", text("whole"));
            "the target is whole again".to_owned()
        }
    };
    record(&archiver.log, detail, facts).await?;
    match code {
        Some(code) => drop(told.insert(place.id.clone(), code)),
        None => drop(told.remove(&place.id)),
    }
    Ok(())
}

/// Says that copies are locked for longer than the manifest says.
async fn extended(archiver: &Archiver, place: &Place, held: &Held) -> Result<(), CopyError> {
    let until = Lock::new((archiver.clock)(), archiver.retention).until;
    let facts = Facts::from([
        ("target", Fact::Text(place.id.clone())),
        ("state", Fact::Text("extended".to_owned())),
        ("objects", Fact::Number(held.extended)),
        ("retain_until", Fact::Number(until.0)),
    ]);
    tracing::info!(target = %place.id, objects = held.extended, "copies whose lock was over are locked again");
    record(&archiver.log, format!("{} objects whose lock was over are locked again", held.extended), facts).await?;
    Ok(())
}
