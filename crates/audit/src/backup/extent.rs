//! How long the files of a log may be by what they say themselves. Whoever can write to one can make it as long as the file
//! system allows, at no cost to them; nothing is copied that is no part of the log.

use crate::error::{Class, Fault};
use crate::files::{self, Header};
use crate::frame;
use casemate_tlog::note::MAX_NOTE;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};

/// Whether a segment has a header and ends with the last of the `entries` that it begins with `first` for, before `len`.
/// Only lengths are looked at: the copy is checked. Leaves the file at its beginning.
pub(super) fn segment(file: &mut File, first: u64, entries: u64, len: u64) -> Result<(), Fault> {
    let name = files::segment(first);
    let found = walked(file, first, entries, len).map_err(|error| Fault::io(&name, &error))?;
    match found {
        Ok(end) if end == len => Ok(()),
        Ok(end) if end > len => Err(Fault::new(Class::Changed, &name, len, "its last entry is cut off")),
        Ok(end) => {
            let what = format!("{} bytes follow the last of its {entries} entries", len.saturating_sub(end));
            Err(Fault::new(Class::Changed, &name, end, what))
        }
        Err((at, what)) => Err(Fault::new(Class::Changed, &name, at, what)),
    }
}

/// Where the entries end, or where there is none and what is there instead.
fn walked(file: &mut File, first: u64, entries: u64, len: u64) -> io::Result<Result<u64, (u64, &'static str)>> {
    let mut reader = BufReader::with_capacity(1 << 16, &mut *file);
    let mut header = Vec::new();
    reader.by_ref().take(files::header_len(first)).read_to_end(&mut header)?;
    let mut at = header.len() as u64;
    let mut found = if Header::decode(&header, first).is_ok() { Ok(()) } else { Err((0, "its header is damaged")) };
    for _ in 0..entries {
        let mut lengths = [0; 8];
        if found.is_err() {
            break;
        }
        if at.saturating_add(8) > len {
            found = Err((at, "entries are missing at its end"));
            break;
        }
        reader.read_exact(&mut lengths)?;
        let Some(size) = frame::size(&lengths) else {
            found = Err((at, "there is no entry, and there should be one"));
            break;
        };
        reader.seek_relative(i64::try_from(size).unwrap_or(i64::MAX).saturating_sub(8))?;
        at = at.saturating_add(size as u64);
    }
    drop(reader);
    file.seek(SeekFrom::Start(0))?;
    Ok(found.map(|()| at))
}

/// Whether the file of checkpoints beside a segment of so many entries can be as long as that: there is at most one for
/// each size of the tree.
pub(super) fn checkpoints(first: u64, entries: u64, len: u64) -> Result<(), Fault> {
    let most = entries.saturating_add(1).saturating_mul(MAX_NOTE as u64 + 1);
    if len <= most {
        return Ok(());
    }
    let what = format!("it has {len} bytes, more than the checkpoints of {entries} entries can have");
    Err(Fault::new(Class::Changed, &files::checkpoints(first), most, what))
}
