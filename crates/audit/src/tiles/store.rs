//! Writing tiles, in a thread of its own: never on the way of an acknowledgement.

use super::{LogTiles, frames, root};
use crate::error::{Class, Fault};
use crate::storage::{self, DirSource, Source as _};
use crate::{retention, scan};
use casemate_tlog::hash::{HASH_SIZE, Hash};
use casemate_tlog::tile::{FULL_WIDTH, Kind, MAX_LEVEL, Tile, Tiles as _, encode};
use std::fs::{self, DirBuilder};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Batches that may wait. What does not find a place is read from the segments later.
const WAITING: usize = 256;
const WIDTH: u64 = FULL_WIDTH as u64;
/// How long it waits after a fault of the disk, twice as long after the next one, and at most.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(64);

/// Held while a tile is put in its place: one that pruning made durable is never followed by the same one that is not.
pub(crate) static WRITING: Mutex<()> = Mutex::new(());

/// Leaves that are durable, with the index of the first one.
type Batch = (u64, Vec<Hash>);

/// The way to the thread.
pub(crate) struct Feed {
    sender: Option<SyncSender<Batch>>,
    thread: Option<JoinHandle<()>>,
    stop: Arc<AtomicBool>,
}

impl Feed {
    /// Starts the thread for the log in `dir`, which has this many entries now. It first makes what is missing. With less
    /// free disk than `reserve` bytes it writes nothing.
    pub(crate) fn start(dir: &Path, entries: u64, reserve: u64) -> io::Result<Self> {
        let (sender, receiver) = sync_channel(WAITING);
        let stop = Arc::new(AtomicBool::new(false));
        let store = Store::new(dir, Arc::clone(&stop), reserve);
        let run = move || keep(store, entries, &receiver, PAUSE);
        let thread = std::thread::Builder::new().name("audit-tiles".to_owned()).spawn(run)?;
        Ok(Self { sender: Some(sender), thread: Some(thread), stop })
    }

    /// Hands leaves over. Never waits.
    pub(crate) fn give(&self, first: u64, leaves: Vec<Hash>) {
        if let Some(sender) = &self.sender {
            let _ = sender.try_send((first, leaves));
        }
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Writes tiles until the feed ends. The log does not need them, so that no fault of the disk ends it: proofs come from
/// the segments meanwhile, and what is missing is made once the disk takes it again.
fn keep(mut store: Store, mut entries: u64, receiver: &Receiver<Batch>, first: Duration) {
    let mut pause = first;
    loop {
        match store.run(&mut entries, receiver) {
            Ok(()) => return,
            // The beginning of the log was pruned while it was read. Its tiles were made before.
            Err(StoreError::Log(fault)) if fault.class == Class::Pruned => {
                tracing::debug!(%fault, "the audit log was pruned; its tiles are written from there on");
            }
            Err(StoreError::Log(fault)) if fault.class != Class::Unreadable => {
                tracing::error!(%fault, "the audit log's tiles are not written any more: it is damaged");
                return;
            }
            // Since the last fault it got on.
            Err(error) if store.written > 0 => {
                tracing::warn!(%error, "the audit log's tiles cannot be written; it is tried again");
                pause = first;
            }
            Err(error) => tracing::warn!(%error, wait = ?pause, "the audit log's tiles still cannot be written"),
        }
        if !waited(receiver, &mut entries, pause) {
            return;
        }
        pause = pause.saturating_mul(2).min(LONGEST);
        store = Store::new(&store.dir, Arc::clone(&store.stop), store.reserve);
    }
}

/// Waits, and notes how far the log gets meanwhile: the leaves are read from the segments. False when the feed has ended.
fn waited(receiver: &Receiver<Batch>, entries: &mut u64, pause: Duration) -> bool {
    let until = Instant::now() + pause;
    loop {
        match receiver.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok((first, leaves)) => *entries = (first + leaves.len() as u64).max(*entries),
            Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
}

/// Why tiles cannot be written.
#[derive(Debug, thiserror::Error)]
enum StoreError {
    #[error(transparent)]
    Log(#[from] Fault),
    #[error(transparent)]
    Io(#[from] io::Error),
}

struct Store {
    dir: PathBuf,
    source: DirSource,
    stop: Arc<AtomicBool>,
    reserve: u64,
    /// Leaves that are in tiles or in `edge`.
    entries: u64,
    /// Tiles that were written.
    written: u64,
    /// The hashes of each level that do not fill a tile yet.
    edge: Vec<Vec<Hash>>,
}

impl Store {
    fn new(dir: &Path, stop: Arc<AtomicBool>, reserve: u64) -> Self {
        let edge = (0..=MAX_LEVEL).map(|_| Vec::new()).collect();
        Self { dir: dir.to_owned(), source: DirSource::new(dir), stop, reserve, entries: 0, written: 0, edge }
    }

    /// Works until the feed ends; `entries` is how many the log is known to have.
    fn run(&mut self, entries: &mut u64, receiver: &Receiver<Batch>) -> Result<(), StoreError> {
        self.resume(*entries)?;
        for (first, leaves) in receiver {
            *entries = (first + leaves.len() as u64).max(*entries);
            self.catch_up(first)?;
            if self.entries < first {
                // It was told to stop on the way; the next opening goes on from here.
                return Ok(());
            }
            // What was read from the segments already may still come from the queue.
            let known = usize::try_from(self.entries.saturating_sub(first)).unwrap_or(usize::MAX);
            for leaf in leaves.into_iter().skip(known) {
                self.push(leaf)?;
            }
        }
        Ok(())
    }

    /// Makes what is missing of the tiles of the first `entries`, and finds the right edge.
    fn resume(&mut self, entries: u64) -> Result<(), StoreError> {
        let full = |level: u8| entries >> (8 * (u32::from(level) + 1)).min(63);
        // Tiles are not synced: those of the last two segments are compared with the entries.
        let segments = scan::segments(&self.source)?;
        let minimum = retention::index(&self.source)?.div_ceil(WIDTH);
        let doubtful = (segments.iter().rev().nth(1).copied().unwrap_or_default() / WIDTH).max(minimum);
        let missing = (0..full(0)).find(|index| !self.stopped() && !self.has(0, *index));
        if let Some(index) = missing.filter(|index| *index < minimum) {
            // Below the minimum it cannot be made again; what is wrong is said there.
            self.hashes(0, index)?;
        }
        self.entries = missing.unwrap_or(u64::MAX).min(doubtful).min(full(0)) * WIDTH;
        for level in 1..=MAX_LEVEL {
            let done = self.entries >> (8 * u32::from(level));
            for index in done / WIDTH * WIDTH..done {
                let hash = self.root_of(level - 1, index)?;
                self.hold(level, hash);
            }
            // A tile whose file is missing below that is made from the tiles under it.
            for index in 0..done / WIDTH {
                if !self.stopped() && !self.has(level, index) {
                    self.derive(level, index)?;
                }
            }
        }
        self.catch_up(entries)
    }

    fn stopped(&self) -> bool {
        self.stop.load(Relaxed)
    }

    fn hold(&mut self, level: u8, hash: Hash) {
        if let Some(edge) = self.edge.get_mut(usize::from(level)) {
            edge.push(hash);
        }
    }

    fn has(&self, level: u8, index: u64) -> bool {
        let tile = Tile::new(Kind::Hashes(level), index, FULL_WIDTH);
        let full = u64::from(FULL_WIDTH) * HASH_SIZE as u64;
        tile.is_some_and(|tile| self.source.len(&tile.path()).is_ok_and(|len| len == full))
    }

    fn hashes(&self, level: u8, index: u64) -> Result<Vec<Hash>, StoreError> {
        let outside = || io::Error::other("no log has this tile");
        let tile = Tile::new(Kind::Hashes(level), index, FULL_WIDTH).ok_or_else(outside)?;
        let bytes = LogTiles::new(&self.source, true).tile(tile)?;
        Ok(tile.hashes(&bytes).map_err(io::Error::other)?)
    }

    fn root_of(&self, level: u8, index: u64) -> Result<Hash, StoreError> {
        self.hashes(level, index).map(root)
    }

    fn derive(&mut self, level: u8, index: u64) -> Result<(), StoreError> {
        let hashes = self.hashes(level, index)?;
        Ok(self.write(level, index, &hashes)?)
    }

    /// Reads the leaves up to `entries` from the segments, as far as they are not known.
    fn catch_up(&mut self, entries: u64) -> Result<(), StoreError> {
        while self.entries < entries && !self.stopped() {
            let end = (self.entries + 1024 * WIDTH).min(entries);
            let mut leaves = Vec::with_capacity(1024 * usize::from(FULL_WIDTH));
            let source = DirSource::new(&self.dir);
            frames(&source, self.entries, end, |leaf, _| leaves.push(leaf))?;
            for leaf in leaves {
                self.push(leaf)?;
            }
        }
        Ok(())
    }

    fn push(&mut self, leaf: Hash) -> io::Result<()> {
        self.entries += 1;
        let (mut hash, mut count) = (leaf, self.entries);
        for level in 0..=MAX_LEVEL {
            let Some(edge) = self.edge.get_mut(usize::from(level)) else { break };
            edge.push(hash);
            if edge.len() < usize::from(FULL_WIDTH) {
                break;
            }
            let hashes = std::mem::take(edge);
            count /= WIDTH;
            self.write(level, count - 1, &hashes)?;
            hash = root(hashes);
        }
        Ok(())
    }

    /// Writes a tile, whole or not at all, unless it is there.
    fn write(&mut self, level: u8, index: u64, hashes: &[Hash]) -> io::Result<()> {
        let Some(tile) = Tile::new(Kind::Hashes(level), index, FULL_WIDTH) else { return Ok(()) };
        let (path, bytes) = (self.dir.join(tile.path()), encode(hashes));
        let _alone = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        if storage::has(&path, &bytes).is_some() {
            return Ok(());
        }
        if !storage::has_room(&self.dir, self.reserve) {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "the room that is left is for records"));
        }
        let partial = path.with_extension("partial");
        let open = || storage::replacement(&partial);
        let mut file = match (open(), path.parent()) {
            (Err(error), Some(parent)) if error.kind() == io::ErrorKind::NotFound => {
                DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
                open()?
            }
            (opened, _) => opened?,
        };
        file.write_all(&bytes)?;
        fs::rename(&partial, &path)?;
        self.written += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
