//! A manifest against the log: what the log says of it, and whether it is about this log at all.

use super::{Lines, Part, Reach, path};
use crate::custody::archive::error::CopyError;
use crate::custody::archive::plan;
use casemate_audit::{Class, Entry, entry};
use casemate_core::digest::Digest;
use serde_json::Value;
use std::io;
use std::path::Path;

/// What a record of the log says of a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Archived {
    /// The first entry after the segment that was archived.
    pub end: u64,
    /// The manifest up to there.
    pub manifest: Reach,
}

impl Archived {
    /// Reads a record; `None` where it is another one, or about another target than `id`.
    #[must_use]
    pub fn of(record: &Entry, id: &str) -> Option<Self> {
        let facts = record.json.get("facts").filter(|_| record.json.get("event") == Some(&Value::from("archived")))?;
        if facts.get("target")?.as_str()? != id {
            return None;
        }
        let sha256 = Digest::from_hex(facts.get("manifest_sha256")?.as_str()?)?;
        let bytes = facts.get("manifest_bytes")?.as_u64()?;
        Some(Self { end: facts.get("end")?.as_u64()?, manifest: Reach { bytes, sha256 } })
    }
}

/// What the log has to say of the mark with which a manifest ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::custody::archive) enum Standing {
    /// The record is there, or there is no mark yet.
    Vouched,
    /// The log lost its end, and the record with it; its segments are those of the manifest all the same.
    Unrecorded,
}

/// Asks the log in `dir` about the manifest of a target.
///
/// # Errors
/// [`CopyError::Manifest`]: it is about another log than this one, such as one that was restored from a backup since.
pub(in crate::custody::archive) fn standing(dir: &Path, id: &str) -> Result<Standing, CopyError> {
    let file = path(dir, id);
    let Some(mut lines) = Lines::open(&file)? else { return Ok(Standing::Vouched) };
    let mut marks = Vec::new();
    while let Some(part) = lines.part()? {
        marks.push((part.mark, part.above, lines.reach().bytes));
    }
    // From the end back to the last record that is there: it vouches for everything before it.
    let (mut lost, mut keep) = (None, 0);
    for (mark, above, bytes) in marks.into_iter().rev() {
        let says = Archived { end: mark.end, manifest: above };
        let known = match entry(dir, mark.entry) {
            Ok(record) => Archived::of(&record, id) == Some(says),
            // Others vouched for it when the log was pruned that far.
            Err(fault) if fault.class == Class::Pruned => true,
            Err(fault) if fault.class == Class::Absent && lost.is_none_or(|at| mark.entry < at) => {
                lost = Some(mark.entry);
                continue;
            }
            Err(fault) => return Err(fault.into()),
        };
        if !known {
            return Err(foreign(&file, "the log's record of its last segment is of another manifest", None));
        }
        keep = bytes;
        break;
    }
    let Some(from) = lost else { return Ok(Standing::Vouched) };
    let mut lines = Lines::open(&file)?.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
    while let Some(part) = lines.part()? {
        if part.mark.entry >= from
            && let Err(CopyError::Manifest(what)) = same(dir, &part)
        {
            return Err(foreign(&file, &what, Some(keep)));
        }
    }
    Ok(Standing::Unrecorded)
}

fn foreign(file: &Path, what: &str, keep: Option<u64>) -> CopyError {
    let file = file.display();
    let todo = match keep {
        Some(bytes) => format!(
            "an older log was restored: keep a copy of the file, and cut it where the log ends \
             (truncate --size={bytes} {file}); what is copied then stands beside what is there"
        ),
        None => "run `casemate audit archive check`; restore the file, or move it away so that it is made again".into(),
    };
    CopyError::Manifest(format!("{file} is not about this log ({what}): {todo}"))
}

/// Whether what the manifest says of a segment is so of the segment in `dir`: its range, and both files.
///
/// # Errors
/// [`CopyError::Manifest`] where it is not.
pub(in crate::custody::archive) fn same(dir: &Path, part: &Part) -> Result<(), CopyError> {
    let mark = part.mark;
    let differs = |what: String| Err(CopyError::Manifest(what));
    let local = plan::closed(dir)?.into_iter().find(|segment| segment.first == mark.first);
    let Some(segment) = local.filter(|segment| segment.end == mark.end) else {
        return differs(format!("the log has no closed segment of the entries {} to {}", mark.first, mark.end));
    };
    for name in segment.files() {
        let here = plan::digest(&dir.join(&name))?;
        if part.file(&name).is_none_or(|stored| stored.sha256 != here) {
            return differs(format!("{name} is not the file that was copied"));
        }
    }
    Ok(())
}
