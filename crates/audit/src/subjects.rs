//! The keys of subjects: one for each subject of a tenant, under which its records commit to values and seal inputs.
//! Destroying a key cuts the link from all its records to what they were about, for good.
//!
//! They lie in one file beside the key that signs checkpoints, in slots that are appended, and overwritten in place when
//! their key is destroyed. A key is durable before a record that uses it is written.

mod ring;
mod slot;

use crate::storage;
use casemate_core::UnixMillis;
use casemate_core::digest::Digest;
pub(crate) use ring::{Lookup, Ring};
pub(crate) use slot::{CHECK, Key, id, mac};
use slot::{MAGIC, SLOT, Slot, State};
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Its name.
pub(crate) const FILE: &str = "subjects";
/// Keys in memory: up to 160 bytes each.
const MOST: u32 = 1 << 20;

/// A key in use.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) slot: u32,
    pub(crate) key: Key,
    /// Its fingerprint.
    pub(crate) check: [u8; CHECK],
}

impl Held {
    fn new(slot: u32, key: Key) -> Self {
        Self { slot, check: key.check(), key }
    }
}

#[derive(Debug, Default)]
struct Inner {
    live: HashMap<Digest, Held>,
    /// Slots that are not on the disk yet.
    pending: Vec<Slot>,
    /// Keys whose erasure has begun and is not recorded yet.
    ending: BTreeMap<u32, Slot>,
    /// The number of the next slot, and how many are durable.
    next: u32,
    durable: u32,
}

/// The keys of a log that is written.
#[derive(Debug, Default)]
pub(crate) struct Subjects {
    /// `None`: they are kept nowhere.
    path: Option<PathBuf>,
    inner: RwLock<Inner>,
    /// Whether there are any that are not on the disk yet.
    is_behind: AtomicBool,
    /// Held while the file is written.
    writing: Mutex<()>,
    _lock: Option<File>,
}

impl Subjects {
    /// Opens the file, or makes it, unless the log is `signed` already: then the keys that its records were made under
    /// are wanted. `None` where another process uses it.
    ///
    /// # Errors
    /// It is not there, a slot is damaged, others may read the file, or the file system refuses.
    pub(crate) fn open(path: &Path, signed: bool) -> io::Result<Option<Self>> {
        if signed && fs::metadata(path).map_or(true, |file| file.len() < SLOT as u64) {
            let what = format!("{}: the keys that this log's records were made under are not there", path.display());
            return Err(io::Error::new(io::ErrorKind::NotFound, what));
        }
        create(path)?;
        let lock = File::open(path)?;
        if !storage::take(&lock)? {
            return Ok(None);
        }
        let (inner, holes, vouched) = load(path)?;
        rewrite(path, Slot::offset(vouched))?;
        let subjects =
            Self { path: Some(path.to_owned()), inner: RwLock::new(inner), _lock: Some(lock), ..Self::default() };
        subjects.write(&holes)?;
        Ok(Some(subjects))
    }

    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn writing(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key of that owner; a new one where there is none. It is durable only after [`Subjects::flush`].
    ///
    /// # Errors
    /// The kernel gives no randomness, or there are too many.
    pub(crate) fn key(&self, id: Digest, now: UnixMillis) -> io::Result<Held> {
        if let Some(held) = self.read().live.get(&id) {
            return Ok(held.clone());
        }
        let key = Key::draw()?;
        let mut inner = self.change();
        if let Some(held) = inner.live.get(&id) {
            return Ok(held.clone());
        }
        if inner.next >= MOST {
            return Err(io::Error::other(format!("there are {MOST} keys of subjects, and there may not be more")));
        }
        let number = inner.next;
        inner.next += 1;
        let held = Held::new(number, key.clone());
        inner.live.insert(id, held.clone());
        let vouched = inner.durable;
        inner.pending.push(Slot { state: State::Live, number, vouched, made: now.0, wiped: 0, id, key });
        self.is_behind.store(true, Ordering::Release);
        Ok(held)
    }

    /// Makes every key durable. After an error the next call writes the same slots again through a new descriptor.
    ///
    /// # Errors
    /// The file system refuses.
    pub(crate) fn flush(&self) -> io::Result<()> {
        if !self.is_behind.load(Ordering::Acquire) {
            return Ok(());
        }
        let _writing = self.writing();
        self.write_pending()
    }

    /// [`Subjects::flush`] by whoever is writing.
    fn write_pending(&self) -> io::Result<()> {
        let slots = self.read().pending.clone();
        self.write(&slots)?;
        let mut inner = self.change();
        inner.pending.drain(..slots.len());
        if let Some(last) = slots.last() {
            inner.durable = last.number + 1;
        }
        self.is_behind.store(!inner.pending.is_empty(), Ordering::Release);
        Ok(())
    }

    /// Begins the erasure of that owner's keys: from here on they are not used, and if it stops here the next opening
    /// goes on. Gives the slots; none where there is no key.
    ///
    /// # Errors
    /// The file system refuses. The erasure may have begun all the same.
    pub(crate) fn doom(&self, id: Digest) -> io::Result<Vec<u32>> {
        let _writing = self.writing();
        let held = self.read().live.get(&id).cloned();
        self.write_pending()?;
        if let Some(held) = held {
            let doomed = Slot { state: State::Doomed, ..self.slot(&held, id)? };
            let mut inner = self.change();
            inner.live.remove(&id);
            inner.ending.insert(doomed.number, doomed);
        }
        let ending: Vec<_> = self.read().ending.values().filter(|slot| slot.id == id).cloned().collect();
        self.write(&ending)?;
        Ok(ending.into_iter().map(|slot| slot.number).collect())
    }

    /// The slot as it is in the file.
    fn slot(&self, held: &Held, id: Digest) -> io::Result<Slot> {
        let bare = || Slot { state: State::Live, id, key: held.key.clone(), ..Slot::void(held.slot, 0) };
        match &self.path {
            None => Ok(bare()),
            Some(path) => match Ring::new(path).slot(held.slot)? {
                Some(slot) if slot.id == id => Ok(slot),
                _ => Err(damaged(path, held.slot)),
            },
        }
    }

    /// Keys whose erasure was begun: the slot, whose, and whether the key is destroyed already.
    pub(crate) fn ending(&self) -> Vec<(u32, Digest, bool)> {
        let is_wiped = |slot: &Slot| slot.state == State::Wiped;
        self.read().ending.values().map(|slot| (slot.number, slot.id, is_wiped(slot))).collect()
    }

    /// Destroys keys whose erasure was begun: overwrites them in place.
    ///
    /// # Errors
    /// The file system refuses.
    pub(crate) fn wipe(&self, numbers: &[u32], now: UnixMillis) -> io::Result<()> {
        self.end(numbers, |slot| slot.without_key(now.0))
    }

    /// Notes that the destruction is recorded.
    ///
    /// # Errors
    /// The file system refuses.
    pub(crate) fn settle(&self, numbers: &[u32]) -> io::Result<()> {
        self.end(numbers, |slot| Slot { state: State::Erased, ..slot.without_key(slot.wiped) })?;
        let mut inner = self.change();
        numbers.iter().for_each(|number| drop(inner.ending.remove(number)));
        Ok(())
    }

    fn end(&self, numbers: &[u32], change: impl Fn(&Slot) -> Slot) -> io::Result<()> {
        let _writing = self.writing();
        let slots: Vec<_> = numbers.iter().filter_map(|number| self.read().ending.get(number).map(&change)).collect();
        self.write(&slots)?;
        let mut inner = self.change();
        inner.ending.extend(slots.into_iter().map(|slot| (slot.number, slot)));
        Ok(())
    }

    /// Writes slots in their places, durably.
    fn write(&self, slots: &[Slot]) -> io::Result<()> {
        let Some(path) = self.path.as_ref().filter(|_| !slots.is_empty()) else { return Ok(()) };
        let file = OpenOptions::new().write(true).open(path).map_err(|error| storage::named(path, &error))?;
        for slot in slots {
            file.write_all_at(&slot.encode(), Slot::offset(slot.number))?;
        }
        file.sync_data()
    }
}

fn damaged(path: &Path, number: u32) -> io::Error {
    let (from, path) = (Slot::offset(number), path.display());
    let what = format!("{path}: the key in slot {number} (bytes {from} to {}) is damaged", from + SLOT as u64 - 1);
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Writes what the file has from `offset` on once more, durably: after a kill, or a failed fsync of an earlier process, it
/// may be in the page cache only.
fn rewrite(path: &Path, offset: u64) -> io::Result<()> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    let mut bytes = zeroize::Zeroizing::new([0_u8; SLOT]);
    let mut at = offset;
    while at + SLOT as u64 <= file.metadata()?.len() {
        file.read_exact_at(&mut *bytes, at)?;
        file.write_all_at(&*bytes, at)?;
        at += SLOT as u64;
    }
    file.sync_data()
}

/// Makes an empty file where there is none.
fn create(path: &Path) -> io::Result<()> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
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

/// All keys, and the slots that were not finished.
/// Beyond these two, up to where slots say of themselves that they are durable.
fn load(path: &Path) -> io::Result<(Inner, Vec<Slot>, u32)> {
    let mut file = io::BufReader::with_capacity(1 << 16, File::open(path)?);
    let mut bytes = zeroize::Zeroizing::new([0_u8; SLOT]);
    file.read_exact(&mut *bytes)?;
    if !bytes.starts_with(MAGIC) {
        let what = format!("{}: this is no file of keys that this release reads", path.display());
        return Err(io::Error::new(io::ErrorKind::InvalidData, what));
    }
    let there = fs::metadata(path)?.len() / SLOT as u64 - 1;
    let (mut inner, mut empty, mut vouched) = (Inner::default(), Vec::new(), 0);
    for number in 0..u32::try_from(there).unwrap_or(u32::MAX) {
        file.read_exact(&mut *bytes)?;
        let Some(slot) = Slot::decode(&*bytes, number) else {
            if bytes.iter().any(|byte| *byte != 0) {
                return Err(damaged(path, number));
            }
            empty.push(number);
            continue;
        };
        vouched = vouched.max(slot.vouched);
        inner.next = number + 1;
        match slot.state {
            State::Live => {
                let before = inner.live.insert(slot.id, Held::new(number, slot.key));
                // A second one is only made when the first is being erased.
                if let Some(Held { slot: number, key, .. }) = before {
                    let doomed = Slot { state: State::Doomed, id: slot.id, key, ..Slot::void(number, slot.vouched) };
                    inner.ending.insert(number, doomed);
                }
            }
            State::Doomed | State::Wiped => drop(inner.ending.insert(number, slot)),
            State::Erased | State::Void => {}
        }
    }
    if let Some(number) = empty.iter().find(|number| **number < vouched) {
        return Err(damaged(path, *number));
    }
    inner.durable = inner.next;
    empty.retain(|number| *number < inner.next);
    let holes = empty.into_iter().map(|number| Slot::void(number, vouched)).collect();
    Ok((inner, holes, vouched))
}

#[cfg(test)]
mod tests;
