//! `casemate audit archive check`: every object of every manifest, and the manifests against the log.

use super::{Archive, fault, is_expired};
use crate::audit::{exit, holds_log, progress};
use crate::out;
use casemate_archive::{ArchiveError, Stored};
use casemate_audit::{Class, Fault, entries, entries_from, entry};
use casemate_core::UnixMillis;
use casemate_gateway::custody::archive::Place;
use casemate_gateway::custody::archive::manifest::{Archived, Line, Lines, Mark, Reach, path};
use indicatif::ProgressBar;
use std::io;
use std::path::Path;
use std::process::ExitCode;
use tokio::task::JoinSet;

/// Objects that are read at once.
const AT_ONCE: usize = 4;

pub(super) async fn run(archive: &Archive) -> anyhow::Result<ExitCode> {
    let mut worst = None;
    for place in &archive.places {
        let found = one(archive, place).await;
        for fault in &found.faults {
            out::say(&format!("bad: {}: {fault}", place.id));
        }
        if found.faults.is_empty() {
            let expired = match found.expired {
                0 => String::new(),
                expired => format!("; {expired} whose lock was over are gone"),
            };
            out::line(&format!("good: {}: {} objects, {} bytes{expired}", place.id, found.objects, found.bytes))?;
        }
        let first = found.faults.first().map(|fault| fault.class);
        worst = worst.or(first);
    }
    Ok(ExitCode::from(worst.map_or(0, exit::of)))
}

/// What a check of one target found.
#[derive(Default)]
struct Found {
    objects: u64,
    bytes: u64,
    /// Objects that are gone, as they may be: their lock was over.
    expired: u64,
    faults: Vec<Fault>,
}

async fn one(archive: &Archive, place: &Place) -> Found {
    let mut found = Found::default();
    let file = path(&archive.dir, &place.id);
    let outline = match outline(&file) {
        Ok(outline) => outline,
        Err(error) => {
            found.faults.push(unreadable(&file, &error));
            return found;
        }
    };
    if let Some(fault) = moved(archive, &file).filter(|_| outline.whole.is_none() && outline.last.is_none()) {
        found.faults.push(fault);
        return found;
    }
    found.faults.extend(vouched(&archive.dir, &place.id, &outline).err());
    let bar = progress::bar();
    if let Err(error) = read_back(&file, place, (archive.clock)(), &bar, (outline.objects, &mut found)).await {
        found.faults.push(unreadable(&file, &error));
    }
    bar.finish_and_clear();
    found
}

/// What to say of a target without a manifest, `file`, where there is one of a target that the configuration does not name.
fn moved(archive: &Archive, file: &Path) -> Option<Fault> {
    let other = archive.unnamed.first()?;
    let what = format!(
        "there is no manifest of this target, and one of {other}, which the configuration does not name: was the directory \
         moved, or the bucket renamed?"
    );
    Some(Fault::new(Class::Removed, &file.display().to_string(), 0, what))
}

/// Why nothing is brought back from a target whose manifest, `file`, has no segment: nothing was put there yet, unless
/// something else tells.
pub(super) fn nothing(archive: &Archive, place: &Place, file: &Path) -> Fault {
    let absent = |what: String| Fault::new(Class::Absent, &file.display().to_string(), 0, what);
    if !file.exists()
        && let Some(fault) = moved(archive, file)
    {
        return fault;
    }
    if !holds_log(&archive.dir) {
        return absent(format!(
            "there is no manifest {}, and no log beside it that would say what was archived: put the directory `archive` of \
             the log there, or name that of the log with --dir",
            file.display()
        ));
    }
    let vouched = outline(file)
        .map_err(|error| unreadable(file, &error))
        .and_then(|outline| vouched(&archive.dir, &place.id, &outline));
    match vouched {
        Err(fault) => fault,
        Ok(()) => absent(format!("there is nothing in {} yet: no segment was archived", place.target.describe())),
    }
}

fn unreadable(file: &Path, error: &io::Error) -> Fault {
    let class = if error.kind() == io::ErrorKind::InvalidData { Class::Changed } else { Class::Unreadable };
    Fault::new(class, &file.display().to_string(), 0, error.to_string())
}

/// How a manifest is made up.
#[derive(Default)]
struct Outline {
    objects: u64,
    /// The last mark, and the manifest above it.
    last: Option<(Mark, Reach)>,
    /// All of it.
    whole: Option<Reach>,
}

fn outline(file: &Path) -> io::Result<Outline> {
    let mut outline = Outline::default();
    let Some(mut lines) = Lines::open(file)? else { return Ok(outline) };
    loop {
        let above = lines.reach();
        match lines.next().transpose()? {
            None => break,
            Some(Line::Object(_)) => outline.objects += 1,
            Some(Line::Segment(mark)) => outline.last = Some((mark, above)),
        }
    }
    outline.whole = Some(lines.reach());
    Ok(outline)
}

/// Whether the log says the same of the manifest: its last mark is recorded as it stands, and no later one is.
fn vouched(dir: &Path, id: &str, outline: &Outline) -> Result<(), Fault> {
    let rest = match &outline.last {
        None => entries(dir)?,
        Some((mark, above)) => {
            let record = entry(dir, mark.entry)?;
            let facts = Archived::of(&record, id).filter(|archived| archived.end == mark.end);
            if facts.is_none_or(|archived| archived.manifest != *above) {
                let what = "the manifest is not the one that this record vouches for".to_owned();
                return Err(manifest(Class::Changed, mark.entry, id, what));
            }
            entries_from(dir, mark.entry.saturating_add(1))?
        }
    };
    let there = outline.last.map_or(0, |(mark, _)| mark.end);
    for record in rest {
        let record = record?;
        // The record comes before the mark; a gateway at work may be in between.
        let later = Archived::of(&record, id).filter(|archived| archived.end > there);
        if let Some(archived) = later.filter(|archived| outline.whole.as_ref() != Some(&archived.manifest)) {
            let class = if outline.whole.is_none() { Class::Removed } else { Class::Truncated };
            let what =
                format!("the log says that entries up to {} are archived, and the manifest ends before", archived.end);
            return Err(manifest(class, record.index, id, what));
        }
    }
    Ok(())
}

fn manifest(class: Class, index: u64, id: &str, what: String) -> Fault {
    Fault::new(class, &format!("{id}.manifest"), 0, what).at(index)
}

/// Reads back every object. Ends early only where the target does not answer.
async fn read_back(
    file: &Path,
    place: &Place,
    now: UnixMillis,
    bar: &ProgressBar,
    (of, found): (u64, &mut Found),
) -> io::Result<()> {
    let Some(mut lines) = Lines::open(file)? else { return Ok(()) };
    loop {
        let mut running = JoinSet::new();
        while running.len() < AT_ONCE
            && let Some(line) = lines.next().transpose()?
        {
            if let Line::Object(stored) = line {
                let target = place.target.clone();
                running.spawn(async move { (target.verify(&stored).await, stored) });
            }
        }
        if running.is_empty() {
            return Ok(());
        }
        while let Some(done) = running.join_next().await {
            let (result, stored) = done.map_err(io::Error::other)?;
            if !take(result, &stored, now, found) {
                return Ok(());
            }
            progress::tell(bar, found.objects, of);
        }
    }
}

/// Whether it is worth going on.
fn take(result: Result<(), ArchiveError>, stored: &Stored, now: UnixMillis, found: &mut Found) -> bool {
    if result.as_ref().is_err_and(|error| is_expired(error, stored, now)) {
        found.expired += 1;
        return true;
    }
    found.objects += 1;
    found.bytes = found.bytes.saturating_add(stored.size);
    let Err(error) = result else { return true };
    let fault = fault(stored.key.as_str(), &error);
    let answers = fault.class != Class::Unreadable;
    found.faults.push(fault);
    answers
}
