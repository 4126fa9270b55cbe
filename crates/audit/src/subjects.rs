//! The keys of subjects: one for each subject of a tenant, under which its records commit to values and seal inputs.
//! Destroying a key cuts the link from all its records to what they were about, for good.
//!
//! They lie in one file beside the key that signs checkpoints, in slots that are appended, and overwritten in place when
//! their key is destroyed. A key is durable before a record that uses it is written. A slot whose key was destroyed, with
//! the record of that durable, is used again under its next generation; records name slot, generation and fingerprint.
//! The file says how many slots it has had, so that one that was cut off or blanked is damage and not an empty place.

mod file;
mod ring;
mod slot;

use crate::storage;
use casemate_core::UnixMillis;
use casemate_core::digest::Digest;
use file::{create, damaged, load, rewrite};
pub(crate) use ring::{Lookup, Ring};
use slot::SLOT;
pub(crate) use slot::Slot;
pub(crate) use slot::{CHECK, Key, Owner, State, mac};
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Its name.
pub(crate) const FILE: &str = "subjects";
/// Keys that there may be at once: 200 bytes of memory each, 128 on the disk.
pub(crate) const MOST: u32 = 1 << 20;

/// Whether the file at `path` has, or had, keys in it.
pub(crate) fn is_used(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.len() > SLOT as u64) || file::counted(path).is_ok_and(|count| count > 0)
}

/// By what a record names the key that it was made under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) slot: u32,
    pub(crate) generation: u32,
    /// Its fingerprint.
    pub(crate) check: [u8; CHECK],
}

/// A key in use.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) named: Named,
    pub(crate) key: Key,
}

impl Held {
    fn of(slot: &Slot) -> Self {
        let named = Named { slot: slot.number, generation: slot.generation, check: slot.check };
        Self { named, key: slot.key.clone() }
    }
}

/// A key whose erasure was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ending {
    pub(crate) number: u32,
    pub(crate) generation: u32,
    pub(crate) owner: Owner,
    pub(crate) state: State,
}

#[derive(Debug, Default)]
struct Inner {
    live: HashMap<Digest, Held>,
    /// Slots that are not on the disk yet.
    pending: Vec<Slot>,
    /// Keys whose erasure has begun and is not recorded yet.
    ending: BTreeMap<u32, Slot>,
    /// Slots that may be used again, and their next generation.
    free: BTreeMap<u32, u32>,
    /// The number of the next slot, and how many are durable.
    next: u32,
    durable: u32,
    /// Whether it was told that there is little room.
    is_told: bool,
}

impl Inner {
    /// A place for a key: its slot and its generation.
    fn place(&mut self, most: u32) -> Option<(u32, u32)> {
        if let Some(place) = self.free.pop_first() {
            return Some(place);
        }
        let number = self.next;
        (number < most).then(|| {
            self.next += 1;
            (number, 0)
        })
    }

    /// A slot whose key was destroyed may be used again, unless its generations are at an end. In one that was not
    /// finished there was no key: a record that names its generation was not made under one that is gone.
    fn release(&mut self, slot: &Slot) {
        let next = if slot.state == State::Void { Some(slot.generation) } else { slot.generation.checked_add(1) };
        if let Some(next) = next {
            self.free.insert(slot.number, next);
        }
    }

    /// Slots in use.
    fn used(&self) -> u32 {
        self.next.saturating_sub(u32::try_from(self.free.len()).unwrap_or(u32::MAX))
    }

    /// Warns once when four of five slots are in use, and again after there were fewer.
    fn tell(&mut self, most: u32) {
        let used = self.used();
        let is_low = u64::from(used) * 5 >= u64::from(most) * 4;
        if is_low && !self.is_told {
            tracing::warn!(
                used,
                most,
                "few keys of subjects are left; beyond them records of new subjects are refused"
            );
        }
        self.is_told = is_low;
    }
}

/// How far the file is written.
#[derive(Debug, Default)]
struct Written {
    /// The number of the next batch.
    batch: u64,
    /// How many slots the file says that it has.
    counted: u32,
}

/// The keys of a log that is written.
#[derive(Debug)]
pub(crate) struct Subjects {
    /// `None`: they are kept nowhere.
    path: Option<PathBuf>,
    inner: RwLock<Inner>,
    /// Whether there are any that are not on the disk yet.
    is_behind: AtomicBool,
    /// Held while the file is written.
    writing: Mutex<Written>,
    /// The number of the last batch that is durable.
    changed: AtomicU64,
    most: u32,
    _lock: Option<File>,
}

impl Default for Subjects {
    fn default() -> Self {
        let (inner, is_behind, writing) = (RwLock::default(), AtomicBool::default(), Mutex::default());
        Self { path: None, inner, is_behind, writing, changed: AtomicU64::default(), most: MOST, _lock: None }
    }
}

impl Subjects {
    /// Opens the file, or makes it, unless the log is `signed` already: then the keys that its records were made under
    /// are wanted, as far as they were `changed` by its head. `None` where another process uses it.
    ///
    /// # Errors
    /// It is not there or an older copy, a slot is damaged, others may read the file, or the file system refuses.
    pub(crate) fn open(path: &Path, signed: bool, changed: u64) -> io::Result<Option<Self>> {
        if signed && fs::metadata(path).map_or(true, |file| file.len() < SLOT as u64) {
            let what = format!("{}: the keys that this log's records were made under are not there", path.display());
            return Err(io::Error::new(io::ErrorKind::NotFound, what));
        }
        create(path)?;
        let lock = storage::plain(path)?;
        if !storage::take(&lock)? {
            return Ok(None);
        }
        let mut loaded = load(path)?;
        if loaded.batch < changed {
            return Err(file::older(path, loaded.batch, changed));
        }
        rewrite(path, &loaded.last)?;
        loaded.inner.tell(MOST);
        let there = loaded.inner.next;
        let written = Written { batch: loaded.batch.saturating_add(1), counted: loaded.counted };
        let (inner, writing, changed) = (RwLock::new(loaded.inner), Mutex::new(written), AtomicU64::new(loaded.batch));
        let subjects =
            Self { path: Some(path.to_owned()), inner, writing, changed, _lock: Some(lock), ..Self::default() };
        subjects.write(&mut subjects.writing(), &loaded.holes)?;
        subjects.count(&mut subjects.writing(), there)?;
        Ok(Some(subjects))
    }

    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn writing(&self) -> MutexGuard<'_, Written> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Slots in use, of [`MOST`].
    pub(crate) fn used(&self) -> u32 {
        self.read().used()
    }

    /// The number of the last change that is durable. The head of the log says it as well, so that an older copy of the
    /// file is told from the file: in it a slot that records name would go to another subject, and a key that was destroyed
    /// would be there again.
    pub(crate) fn changed(&self) -> u64 {
        self.changed.load(Ordering::Acquire)
    }

    /// The key of that owner; a new one where there is none. It is durable only after [`Subjects::flush`].
    ///
    /// # Errors
    /// The kernel gives no randomness, or there are too many.
    pub(crate) fn key(&self, owner: Owner, now: UnixMillis) -> io::Result<Held> {
        if let Some(held) = self.read().live.get(&owner.id) {
            return Ok(held.clone());
        }
        let key = Key::draw()?;
        let mut inner = self.change();
        if let Some(held) = inner.live.get(&owner.id) {
            return Ok(held.clone());
        }
        let Some((number, generation)) = inner.place(self.most) else {
            let what = format!("all {} keys of subjects are in use; erasing subjects makes room", self.most);
            return Err(io::Error::other(what));
        };
        inner.tell(self.most);
        let (check, made, vouched) = (key.check(), now.0, inner.durable);
        let slot = Slot { generation, made, owner, key, check, state: State::Live, ..Slot::void(number, vouched) };
        let held = Held::of(&slot);
        inner.live.insert(owner.id, held.clone());
        inner.pending.push(slot);
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
        self.write_pending(&mut self.writing())
    }

    /// [`Subjects::flush`] by whoever is writing.
    fn write_pending(&self, written: &mut Written) -> io::Result<()> {
        let slots = self.read().pending.clone();
        self.write(written, &slots)?;
        let mut inner = self.change();
        inner.pending.drain(..slots.len());
        let reached = slots.iter().map(|slot| slot.number + 1).max().unwrap_or(0);
        inner.durable = inner.durable.max(reached);
        self.is_behind.store(!inner.pending.is_empty(), Ordering::Release);
        Ok(())
    }

    /// Begins the erasure of that owner's keys: from here on they are not used, and if it stops here the next opening
    /// goes on. Gives the slots; none where there is no key.
    ///
    /// # Errors
    /// The file system refuses. The erasure may have begun all the same.
    pub(crate) fn doom(&self, owner: Owner) -> io::Result<Vec<u32>> {
        let mut written = self.writing();
        let held = self.read().live.get(&owner.id).cloned();
        self.write_pending(&mut written)?;
        if let Some(held) = held {
            let slot = self.slot(&held, owner)?;
            let mut inner = self.change();
            inner.live.remove(&owner.id);
            inner.ending.insert(slot.number, slot);
        }
        let numbers: Vec<_> = self.ending_of(owner).iter().map(|ending| ending.number).collect();
        self.end(&mut written, &numbers, |slot| match slot.state {
            State::Wiped => slot.clone(),
            _ => Slot { state: State::Doomed, ..slot.clone() },
        })?;
        Ok(numbers)
    }

    /// The slot as it is in the file.
    fn slot(&self, held: &Held, owner: Owner) -> io::Result<Slot> {
        let Named { slot: number, generation, check } = held.named;
        let Some(path) = &self.path else {
            let (state, key) = (State::Live, held.key.clone());
            return Ok(Slot { state, generation, owner, key, check, ..Slot::void(number, 0) });
        };
        match Ring::new(path).slot(number)? {
            Some(slot) if slot.owner == owner && slot.generation == generation => Ok(slot),
            _ => Err(damaged(path, number)),
        }
    }

    /// That owner's keys whose erasure was begun.
    pub(crate) fn ending_of(&self, owner: Owner) -> Vec<Ending> {
        self.ending().into_iter().filter(|ending| ending.owner == owner).collect()
    }

    /// Keys whose erasure was begun.
    pub(crate) fn ending(&self) -> Vec<Ending> {
        let of = |slot: &Slot| {
            let Slot { number, generation, owner, state, .. } = *slot;
            Ending { number, generation, owner, state }
        };
        self.read().ending.values().map(of).collect()
    }

    /// Keeps keys whose erasure was begun, for a legal hold is on them.
    ///
    /// # Errors
    /// The file system refuses.
    pub(crate) fn hold(&self, numbers: &[u32]) -> io::Result<()> {
        self.end(&mut self.writing(), numbers, |slot| match slot.state {
            State::Wiped => slot.clone(),
            _ => Slot { state: State::Held, ..slot.clone() },
        })
    }

    /// Destroys keys whose erasure was begun: overwrites them in place.
    ///
    /// # Errors
    /// The file system refuses.
    pub(crate) fn wipe(&self, numbers: &[u32], now: UnixMillis) -> io::Result<()> {
        self.end(&mut self.writing(), numbers, |slot| slot.without_key(now.0))
    }

    /// Notes that the destruction is recorded: the slots may be used again.
    ///
    /// # Errors
    /// The file system refuses.
    pub(crate) fn settle(&self, numbers: &[u32]) -> io::Result<()> {
        let mut written = self.writing();
        self.end(&mut written, numbers, |slot| Slot { state: State::Erased, ..slot.without_key(slot.wiped) })?;
        let mut inner = self.change();
        for number in numbers {
            if let Some(slot) = inner.ending.remove(number) {
                inner.release(&slot);
            }
        }
        inner.tell(self.most);
        Ok(())
    }

    fn end(&self, written: &mut Written, numbers: &[u32], change: impl Fn(&Slot) -> Slot) -> io::Result<()> {
        let slots: Vec<_> = numbers.iter().filter_map(|number| self.read().ending.get(number).map(&change)).collect();
        self.write(written, &slots)?;
        let mut inner = self.change();
        inner.ending.extend(slots.into_iter().map(|slot| (slot.number, slot)));
        Ok(())
    }

    /// Writes slots in their places, durably.
    fn write(&self, written: &mut Written, slots: &[Slot]) -> io::Result<()> {
        let Some(path) = self.path.as_ref().filter(|_| !slots.is_empty()) else { return Ok(()) };
        let file = storage::writable(&mut OpenOptions::new(), path).map_err(|error| storage::named(path, &error))?;
        for slot in slots {
            let slot = Slot { batch: written.batch, ..slot.clone() };
            file.write_all_at(&slot.encode(), Slot::offset(slot.number))?;
        }
        file.sync_data()?;
        self.changed.store(written.batch, Ordering::Release);
        written.batch = written.batch.saturating_add(1);
        let reached = slots.iter().map(|slot| slot.number.saturating_add(1)).max().unwrap_or(0);
        if reached > written.counted {
            // Only now that they are durable, and before any record names them.
            file::count(&file, reached).map_err(|error| storage::named(path, &error))?;
            written.counted = reached;
        }
        Ok(())
    }

    /// Says in the file how many slots it has, durably: as many as the opening found.
    fn count(&self, written: &mut Written, there: u32) -> io::Result<()> {
        let Some(path) = self.path.as_ref().filter(|_| written.counted < there) else { return Ok(()) };
        let file = storage::writable(&mut OpenOptions::new(), path).map_err(|error| storage::named(path, &error))?;
        file::count(&file, there).and_then(|()| file.sync_data()).map_err(|error| storage::named(path, &error))?;
        written.counted = there;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
