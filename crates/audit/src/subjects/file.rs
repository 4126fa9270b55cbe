//! The file of keys as it is opened: made, read through, and made durable again.

use super::slot::{MAGIC, SLOT, Slot, State};
use super::{Held, Inner, Ring};
use crate::storage;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, MetadataExt as _};
use std::path::Path;
use zeroize::Zeroizing;

/// Bytes of what the file begins with: the magic, how many slots were durable, and a checksum of both.
const HEADER: usize = MAGIC.len() + 8;
/// Slots that are read at once.
const CHUNK: u32 = 512;

/// What is in a file.
#[derive(Default)]
pub(super) struct Loaded {
    pub(super) inner: Inner,
    /// Slots that were not finished.
    pub(super) holes: Vec<Slot>,
    /// The last batch, and what was written in it.
    pub(super) batch: u64,
    pub(super) last: Vec<u32>,
    /// How many slots the file says that it has.
    pub(super) counted: u32,
    vouched: u32,
    empty: Vec<u32>,
}

/// What the file begins with when it has `count` durable slots.
fn header(count: u32) -> [u8; HEADER] {
    let mut bytes = [0; HEADER];
    let (magic, rest) = bytes.split_at_mut(MAGIC.len());
    magic.copy_from_slice(MAGIC);
    let (number, crc) = rest.split_at_mut(4);
    number.copy_from_slice(&count.to_be_bytes());
    crc.copy_from_slice(&crc32c::crc32c(&[&MAGIC[..], &count.to_be_bytes()].concat()).to_be_bytes());
    bytes
}

/// Says in the file that `count` slots are durable. It is durable with the next slot, or by a sync: a power cut before
/// that leaves a smaller number, never a greater one.
pub(super) fn count(file: &File, count: u32) -> io::Result<()> {
    file.write_all_at(&header(count), 0)
}

/// How many slots the file says that it has: 0 where it was written by a release that did not say.
pub(super) fn counted(path: &Path) -> io::Result<u32> {
    let mut bytes = [0_u8; HEADER];
    storage::plain(path)?.read_exact_at(&mut bytes, 0)?;
    let number = bytes.get(MAGIC.len()..).and_then(<[u8]>::first_chunk).copied().map_or(0, u32::from_be_bytes);
    let is_old = bytes.starts_with(MAGIC) && bytes.iter().skip(MAGIC.len()).all(|byte| *byte == 0);
    let invalid = |what| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {what}", path.display()));
    match bytes {
        _ if is_old => Ok(0),
        bytes if bytes == header(number) => Ok(number),
        bytes if bytes.starts_with(MAGIC) => Err(invalid("the number of its keys (bytes 8 to 15) is damaged")),
        _ => Err(invalid("this is no file of keys that this release reads")),
    }
}

pub(super) fn damaged(path: &Path, number: u32) -> io::Error {
    let (from, path) = (Slot::offset(number), path.display());
    let what = format!("{path}: the key in slot {number} (bytes {from} to {}) is damaged", from + SLOT as u64 - 1);
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// The file is whole and not the newest: its last change is `found`, and the log was written under a later one.
pub(super) fn older(path: &Path, found: u64, changed: u64) -> io::Error {
    let path = path.display();
    let what = format!(
        "{path}: this is an older copy of the keys of subjects: they were changed {changed} times when the log was last \
         written, and this copy is of change {found}; put the newest copy back"
    );
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Writes what those slots hold once more, durably: after a kill, or a failed fsync of an earlier process, it may be in
/// the page cache only.
pub(super) fn rewrite(path: &Path, numbers: &[u32]) -> io::Result<()> {
    let file = storage::writable(OpenOptions::new().read(true), path)?;
    let mut bytes = Zeroizing::new([0_u8; SLOT]);
    for number in numbers {
        file.read_exact_at(&mut *bytes, Slot::offset(*number))?;
        file.write_all_at(&*bytes, Slot::offset(*number))?;
    }
    file.sync_data()
}

/// Makes an empty file where there is none.
pub(super) fn create(path: &Path) -> io::Result<()> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    let file = storage::writable(OpenOptions::new().read(true).create(true).truncate(false), path)
        .map_err(|error| storage::named(path, &error))?;
    let found = file.metadata()?;
    if found.mode() & 0o077 != 0 {
        let what = format!("{}: others may read or write the keys (mode {:o})", path.display(), found.mode() & 0o777);
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, what));
    }
    if found.len() < SLOT as u64 {
        let mut header = MAGIC.to_vec();
        header.resize(SLOT, 0);
        file.write_all_at(&header, 0)?;
        file.sync_all()?;
        File::open(dir)?.sync_all()?;
    }
    Ok(())
}

/// Reads all of it. The one buffer that the keys go through is wiped.
pub(super) fn load(path: &Path) -> io::Result<Loaded> {
    let counted = counted(path)?;
    let file = storage::plain(path)?;
    let there = fs::metadata(path)?.len() / SLOT as u64;
    let there = u32::try_from(there.saturating_sub(1)).unwrap_or(u32::MAX);
    let mut buffer = Zeroizing::new(vec![0_u8; CHUNK as usize * SLOT]);
    let (mut loaded, mut from) = (Loaded { counted, ..Loaded::default() }, 0);
    while from < there {
        let count = CHUNK.min(there - from);
        let bytes = buffer.get_mut(..count as usize * SLOT).unwrap_or_default();
        file.read_exact_at(bytes, Slot::offset(from))?;
        for (number, bytes) in (from..).zip(bytes.chunks_exact(SLOT)) {
            loaded.take(path, number, bytes)?;
        }
        from += count;
    }
    loaded.finish(path)
}

impl Loaded {
    fn take(&mut self, path: &Path, number: u32, bytes: &[u8]) -> io::Result<()> {
        let Some(slot) = Slot::decode(bytes, number) else {
            if bytes.iter().any(|byte| *byte != 0) {
                return Err(damaged(path, number));
            }
            self.empty.push(number);
            return Ok(());
        };
        self.vouched = self.vouched.max(slot.vouched);
        self.inner.next = number + 1;
        if slot.batch > self.batch {
            self.batch = slot.batch;
            self.last.clear();
        }
        if slot.batch == self.batch {
            self.last.push(number);
        }
        match slot.state {
            State::Live => self.live(path, slot)?,
            State::Doomed | State::Wiped | State::Held => drop(self.inner.ending.insert(number, slot)),
            State::Erased | State::Void => self.inner.release(&slot),
        }
        Ok(())
    }

    /// Of two keys of one owner the later one is used: it was only made when the other's erasure had begun.
    fn live(&mut self, path: &Path, slot: Slot) -> io::Result<()> {
        let before = match self.inner.live.get(&slot.owner.id) {
            None => None,
            Some(held) => Ring::new(path).slot(held.named.slot)?,
        };
        let (used, ended) = match before {
            Some(before) if before.batch > slot.batch => (before, Some(slot)),
            before => (slot, before),
        };
        self.inner.live.insert(used.owner.id, Held::of(&used));
        if let Some(ended) = ended {
            self.inner.ending.insert(ended.number, Slot { state: State::Doomed, ..ended });
        }
        Ok(())
    }

    fn finish(mut self, path: &Path) -> io::Result<Self> {
        let vouched = self.vouched.max(self.counted);
        let blank = self.empty.iter().copied().find(|number| *number < vouched);
        // Where the file was cut no slot is there at all.
        let cut = (self.inner.next < vouched).then_some(self.inner.next);
        if let Some(number) = blank.or(cut) {
            return Err(damaged(path, number));
        }
        self.inner.durable = self.inner.next;
        let unfinished = self.empty.iter().filter(|number| **number < self.inner.next);
        self.holes = unfinished.map(|number| Slot::void(*number, self.vouched)).collect();
        for hole in &self.holes {
            self.inner.release(hole);
        }
        Ok(self)
    }
}
