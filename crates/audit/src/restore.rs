//! Making a log that can be read out of closed segments that were brought back from copies.

use crate::checkpoints;
use crate::error::{Class, Fault};
use crate::files;
use crate::head::Head;
use crate::scan;
use crate::storage::{DirSource, Source as _};
use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

/// Writes the head of the closed segments in `dir`, so that they can be read and verified as a log; gives how many
/// entries it has. What vouches for the end is the checkpoint with which the last segment was closed; nothing is verified
/// here.
///
/// # Errors
/// [`Class::Removed`]: there is no segment, or its closing checkpoint is missing. [`Class::Unreadable`]: there is a head
/// already, or the file system refuses.
pub fn restored(dir: &Path) -> Result<u64, Fault> {
    let source = DirSource::new(dir);
    let missing = |name: &str, what: &str| Fault::new(Class::Removed, name, 0, what);
    let segment = scan::segments(&source)?.last().copied();
    let segment = segment.ok_or_else(|| missing(&files::segment(0), "there is no segment"))?;
    let name = files::segment(segment);
    let closing = checkpoints::end(&source, segment)?.last;
    let closing = closing.ok_or_else(|| missing(&files::checkpoints(segment), "the closing checkpoint is missing"))?;
    let len = source.len(&name).map_err(|error| Fault::io(&name, &error))?;
    let (entries, root) = (closing.checkpoint.size(), closing.checkpoint.root());
    let head = Head { generation: 1, entries, root, open_from: 0, segment, len, keys: 0 };
    write(dir, &head).map_err(|error| Fault::io(files::HEAD, &error))?;
    Ok(entries)
}

fn write(dir: &Path, head: &Head) -> io::Result<()> {
    let (offset, bytes) = head.slot();
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(dir.join(files::HEAD))?;
    file.write_all_at(&bytes, offset)?;
    file.sync_all()
}
