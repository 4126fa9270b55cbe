//! The checkpoint that the log shows to others: the newest one that as many witnesses as needed have cosigned. Where the
//! log has no witnesses, there is none, and its newest checkpoint is what it shows.

use crate::checkpoints::Kept;
use crate::error::{Class, Fault};
use crate::prove::consistency;
use crate::storage::{DirSource, Source, named, replacement};
use crate::verify::note;
use casemate_tlog::{Checkpoint, Verifier};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

/// Its file in the log's directory.
pub(crate) const PUBLISHED: &str = "published";

/// Why a note is not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// It is no checkpoint that the log has signed, or one of another history than the log.
    #[error("the note is not published: {0}")]
    Refused(#[from] Fault),
    /// A later one is published already.
    #[error("the note of {size} entries is not published: one of {published} entries is published already")]
    Older {
        /// The entries that the note is of.
        size: u64,
        /// The entries that the published one is of.
        published: u64,
    },
    /// The file system refuses. What was published before still is, or the new one is in its place.
    #[error("the note is not published: {0}")]
    Io(#[from] io::Error),
}

/// The checkpoint that the log in `dir` shows to others, with its cosignatures; `None` where none was published.
///
/// # Errors
/// The file cannot be read, or holds no checkpoint. Nothing has verified its signatures.
pub fn published(dir: &Path) -> Result<Option<String>, Fault> {
    Ok(read(&DirSource::new(dir))?.map(|kept| kept.note))
}

pub(crate) fn read(source: &dyn Source) -> Result<Option<Kept>, Fault> {
    note(source, PUBLISHED)
}

/// Publishes a note: it must be a checkpoint that one of `keys` has signed, of the log in `dir`, and continue the one that
/// is published.
pub(crate) fn publish(dir: &Path, keys: &[Verifier], text: &str) -> Result<(), PublishError> {
    let refused = |what: String| Fault::new(Class::Signature, PUBLISHED, 0, what);
    let (checkpoint, _) =
        Checkpoint::open(text.as_bytes(), keys).map_err(|error| refused(format!("the checkpoint: {error}")))?;
    if keys.iter().any(|key| key.name() != checkpoint.origin()) {
        let origin = checkpoint.origin();
        return Err(refused(format!("the checkpoint is of the log `{origin}`")).into());
    }
    // One that cannot be read any more is no reason to show none from now on: the new one is verified.
    let before = read(&DirSource::new(dir)).unwrap_or_default();
    if let Some(before) = before.as_ref().filter(|before| before.checkpoint.size() > checkpoint.size()) {
        return Err(PublishError::Older { size: checkpoint.size(), published: before.checkpoint.size() });
    }
    consistency(dir, &checkpoint, None)?;
    if let Some(before) = before {
        consistency(dir, &before.checkpoint, Some(&checkpoint)).map_err(|fault| other_history(&before, fault))?;
    }
    Ok(replace(dir, text)?)
}

/// Whoever holds the checkpoint before must find it continued: it is never replaced by one of another history.
fn other_history(before: &Kept, fault: Fault) -> Fault {
    if fault.class != Class::Fork {
        return fault;
    }
    let size = before.checkpoint.size();
    let what = format!(
        "the log does not continue the checkpoint of {size} entries that it has published: it was rolled back or \
         rewritten, or that file was changed; compare it with what the witnesses serve"
    );
    before.fault(Class::Fork, what)
}

/// Takes back what was published in `dir`, durably; how many entries it was of, where there was any and it can be read.
pub(crate) fn withdraw(dir: &Path) -> io::Result<Option<u64>> {
    let before = read(&DirSource::new(dir)).unwrap_or_default();
    for name in [PUBLISHED.to_owned(), format!("{PUBLISHED}.partial")] {
        let path = dir.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(named(&path, &error)),
            _ => {}
        }
    }
    File::open(dir)?.sync_all().map_err(|error| named(dir, &error))?;
    Ok(before.map(|before| before.checkpoint.size()))
}

/// Puts the file into its place, durably, whole or not at all.
fn replace(dir: &Path, text: &str) -> io::Result<()> {
    let (path, partial) = (dir.join(PUBLISHED), dir.join(format!("{PUBLISHED}.partial")));
    let write = || {
        let mut file = replacement(&partial)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|error| named(&partial, &error))?;
    fs::rename(&partial, &path).map_err(|error| named(&path, &error))?;
    File::open(dir)?.sync_all().map_err(|error| named(dir, &error))
}

#[cfg(test)]
mod tests;
