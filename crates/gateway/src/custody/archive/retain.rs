//! Pruning what is older than the retention and found whole in every target.
//!
//! Nothing is taken from the manifest's word alone: before a segment goes, each object of it is read back from each target
//! by version and digest, and its lock is asked for.

use super::error::{CopyError, blocking};
use super::manifest::{self, Lines};
use super::place::Place;
use super::plan;
use super::{Archiver, record};
use casemate_audit::tlog::tile::FULL_WIDTH;
use casemate_audit::{Fact, Facts};
use std::collections::BTreeMap;
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
    /// Why it went no further, where something is wrong.
    pub(super) fault: Option<CopyError>,
}

/// Prunes now and then; never, where no retention is set.
pub(super) async fn run(archiver: &Archiver) {
    let Some(retention) = archiver.log.retention() else { return std::future::pending().await };
    let mut told = BTreeMap::new();
    loop {
        if let Err(error) = prune(archiver, retention, &mut told).await {
            tracing::error!(%error, "what is older than the retention could not be pruned");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// The codes of targets' faults that were recorded.
pub(super) type Told = BTreeMap<String, &'static str>;

/// Prunes what may go now.
pub(super) async fn prune(archiver: &Archiver, retention: Duration, told: &mut Told) -> Result<(), CopyError> {
    let Some(end) = prunable(archiver, retention, told).await? else { return Ok(()) };
    let places: Vec<_> = archiver.places.iter().map(|place| place.target.describe()).collect();
    let pruned =
        archiver.log.prune(end, &places.join(", ")).await.map_err(|error| CopyError::Log(error.to_string()))?;
    if let Some(stopped) = &pruned.stopped {
        tracing::debug!(at = pruned.to, stopped, "pruning stopped before the end of what is archived");
    }
    Ok(())
}

/// The index up to which everything is old and in every target.
pub(super) async fn prunable(
    archiver: &Archiver,
    retention: Duration,
    told: &mut Told,
) -> Result<Option<u64>, CopyError> {
    let dir = archiver.log.dir().to_owned();
    let (at, now) = (dir.clone(), (archiver.clock)());
    let Some((first, mut end)) = blocking(move || old(&at, now.0, retention)).await? else { return Ok(None) };
    for place in &archiver.places {
        let held = held(place, &dir, first, end).await;
        end = end.min(held.end);
        tell(archiver, place, &held, told).await?;
    }
    // The bundle that begins in a segment and ends in the next is made of both.
    let end = end / WIDTH * WIDTH;
    Ok((end > first).then_some(end))
}

/// The first entry that is there, and the end of the closed segments that are as old as the retention.
fn old(dir: &Path, now: u64, retention: Duration) -> std::io::Result<Option<(u64, u64)>> {
    let retention = u64::try_from(retention.as_millis()).unwrap_or(u64::MAX);
    let closed = plan::closed(dir)?;
    let is_old = |at: Option<casemate_core::UnixMillis>| at.is_some_and(|at| at.0.saturating_add(retention) <= now);
    let last = closed.iter().take_while(|segment| is_old(segment.closed_at(dir))).last();
    Ok(closed.first().zip(last).map(|(first, last)| (first.first, last.end)))
}

/// Reads back what a target should have of the entries from `first` to `end`.
pub(super) async fn held(place: &Place, dir: &Path, first: u64, end: u64) -> Held {
    let mut at = first;
    let fault = read_back(place, dir, &mut at, end).await.err();
    Held { end: at, fault }
}

async fn read_back(place: &Place, dir: &Path, at: &mut u64, end: u64) -> Result<(), CopyError> {
    let path = manifest::path(dir, &place.id);
    let Some(mut lines) = blocking(move || Lines::open(&path)).await? else { return Ok(()) };
    loop {
        let (rest, part) = blocking(move || lines.part().map(|part| (lines, part))).await?;
        lines = rest;
        let Some(part) = part.filter(|part| part.mark.end <= end) else { return Ok(()) };
        if part.mark.first > *at {
            // It never had what lies between.
            return Ok(());
        }
        if part.mark.end <= *at {
            continue;
        }
        for stored in &part.objects {
            place.target.verify(stored).await?;
        }
        *at = part.mark.end;
    }
}

/// Says of a target that it lost something, or has it again; once each time.
async fn tell(archiver: &Archiver, place: &Place, held: &Held, told: &mut Told) -> Result<(), CopyError> {
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
            tracing::error!(target = %place.id, code, %error, "a target is not whole; nothing after that is pruned");
            facts.extend([("state", text("not whole")), ("code", text(code))]);
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
