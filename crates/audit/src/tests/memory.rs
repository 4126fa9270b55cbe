//! A disk in memory that keeps what was made durable apart from what is only in its cache, and fails on demand.

pub(super) mod keys;

use crate::files;
use crate::frame;
use crate::storage::{Source, Storage, Tail};
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// How an operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// An error, and nothing was done.
    NotDone,
    /// An error, and yet it was done, durably.
    Done,
    /// An error after half of it.
    Half,
    /// As `NotDone`, with the error of a full disk.
    Full,
}

pub(super) const FAILURES: [Failure; 4] = [Failure::NotDone, Failure::Done, Failure::Half, Failure::Full];

#[derive(Debug, Clone, Default)]
struct File {
    cached: Vec<u8>,
    durable: Vec<u8>,
    /// Ranges that a failed sync dropped: the cache shows them, and no later sync writes them.
    lost: Vec<(usize, usize)>,
    name_durable: bool,
}

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<String, File>,
    /// Files whose removal is not durable.
    removed: BTreeMap<String, File>,
    operations: Vec<&'static str>,
    failing: BTreeMap<usize, Failure>,
    next: Option<(&'static str, Failure)>,
    /// The operation from which on nothing works.
    dies: Option<usize>,
    dead: bool,
    free: Option<u64>,
    /// The ending of the files for which there is no room.
    crowded: Option<&'static str>,
    /// Every checkpoint that was ever handed over, whether or not it was written.
    signed: Vec<String>,
}

/// The disk. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory(Arc<Mutex<State>>, Arc<AtomicBool>);

impl Memory {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(super) fn free(&self, bytes: u64) {
        self.state().free = Some(bytes);
    }

    /// Lets files of this ending find no room, or all find some.
    pub(super) fn crowd(&self, ending: Option<&'static str>) {
        self.state().crowded = ending;
    }

    /// Lets every sync hang, or lets them go on.
    pub(super) fn hang(&self, hang: bool) {
        self.1.store(hang, Ordering::SeqCst);
    }

    /// The names of the operations so far.
    pub(super) fn operations(&self) -> Vec<&'static str> {
        self.state().operations.clone()
    }

    /// Makes the operation with that number fail.
    pub(super) fn fail(&self, operation: usize, failure: Failure) {
        self.state().failing.insert(operation, failure);
    }

    /// Makes the next operation of that name fail.
    pub(super) fn fail_next(&self, operation: &'static str, failure: Failure) {
        self.state().next = Some((operation, failure));
    }

    /// Lets the power go at the operation with that number.
    pub(super) fn die(&self, operation: usize) {
        self.state().dies = Some(operation);
    }

    /// Flips a bit on the disk.
    pub(super) fn flip(&self, name: &str, at: usize) {
        let mut state = self.state();
        let file = state.files.get_mut(name).unwrap();
        file.cached[at] ^= 1;
        file.durable[at] ^= 1;
    }

    /// What a machine finds after the power went: all that is durable, and of the rest as much as `choose` says: a
    /// number below its argument.
    pub(super) fn crash(&self, mut choose: impl FnMut(usize) -> usize) -> Self {
        let mut state = self.state();
        state.dead = true;
        let mut files = BTreeMap::new();
        for (name, file) in state.files.iter().chain(&state.removed) {
            let is_removed = !state.files.contains_key(name);
            if (is_removed || !file.name_durable) && choose(2) == 0 {
                continue;
            }
            let is_replaced = name == crate::retention::MINIMUM || name.starts_with("tile/");
            let bytes = if name == files::HEAD || is_replaced {
                [&file.durable, &file.cached][choose(2)].clone()
            } else {
                let on_disk = file.on_disk();
                let durable = file.durable.len().min(on_disk.len());
                let more = choose(on_disk.len() - durable + 1);
                let mut bytes = file.durable.clone();
                bytes.extend_from_slice(&on_disk[durable..durable + more]);
                bytes
            };
            files
                .insert(name.clone(), File { cached: bytes.clone(), durable: bytes, lost: vec![], name_durable: true });
        }
        Self(
            Arc::new(Mutex::new(State { files, free: state.free, signed: state.signed.clone(), ..State::default() })),
            Arc::default(),
        )
    }

    /// What a process finds that starts after another was killed: all that the cache has.
    pub(super) fn kill(&self) -> Self {
        let mut state = self.state();
        state.dead = true;
        let files = state.files.clone();
        Self(
            Arc::new(Mutex::new(State { files, free: state.free, signed: state.signed.clone(), ..State::default() })),
            Arc::default(),
        )
    }

    /// Every checkpoint that was ever signed, on this disk and on those that it was made from.
    pub(super) fn signed(&self) -> Vec<String> {
        self.state().signed.clone()
    }

    /// All records.
    pub(super) fn entries(&self) -> Vec<serde_json::Value> {
        let mut found = Vec::new();
        for (name, file) in &self.state().files {
            if let Some(first) = files::first_of(name) {
                let mut rest = &file.cached[usize::try_from(files::header_len(first)).unwrap()..];
                while let Ok(frame) = frame::decode(rest) {
                    found.push(serde_json::from_slice(frame.record).unwrap());
                    rest = &rest[frame.size()..];
                }
            }
        }
        found
    }
}

impl File {
    /// What a sync would write.
    fn on_disk(&self) -> Vec<u8> {
        let mut bytes = self.cached.clone();
        for (from, to) in &self.lost {
            bytes[*from..*to].fill(0);
        }
        bytes
    }

    fn sync(&mut self) {
        self.durable = self.on_disk();
    }
}

impl State {
    /// Counts an operation and says how it fails.
    fn begin(&mut self, name: &'static str) -> io::Result<Option<Failure>> {
        if self.dead || self.dies.is_some_and(|at| self.operations.len() >= at) {
            return Err(io::Error::other("the machine is off"));
        }
        self.operations.push(name);
        if let Some((_, failure)) = self.next.take_if(|(next, _)| *next == name) {
            return Ok(Some(failure));
        }
        Ok(self.failing.get(&(self.operations.len() - 1)).copied())
    }
}

fn error(failure: Failure) -> io::Error {
    match failure {
        Failure::Full => io::Error::from(io::ErrorKind::StorageFull),
        _ => io::Error::other("injected"),
    }
}

impl Source for Memory {
    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.state().files.keys().cloned().collect())
    }

    fn len(&self, name: &str) -> io::Result<u64> {
        let state = self.state();
        let file = state.files.get(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(file.cached.len() as u64)
    }

    fn read_at(&self, name: &str, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        let state = self.state();
        let file = state.files.get(name).ok_or(io::ErrorKind::NotFound)?;
        let from = usize::try_from(offset).unwrap().min(file.cached.len());
        let to = from.saturating_add(len).min(file.cached.len());
        Ok(file.cached[from..to].to_vec())
    }
}

impl Storage for Memory {
    fn tail(&mut self, name: &str) -> io::Result<Box<dyn Tail>> {
        let mut state = self.state();
        let failure = state.begin("open")?;
        if failure.is_none_or(|f| f == Failure::Done) {
            state.files.entry(name.to_owned()).or_default();
        }
        match failure {
            None => Ok(Box::new(MemoryTail(self.clone(), name.to_owned()))),
            Some(failure) => Err(error(failure)),
        }
    }

    fn cut(&mut self, name: &str, len: u64) -> io::Result<()> {
        let mut state = self.state();
        let failure = state.begin("cut")?;
        let len = usize::try_from(len).unwrap();
        if failure.is_none_or(|f| f == Failure::Done) {
            let file = state.files.get_mut(name).ok_or(io::ErrorKind::NotFound)?;
            file.cached.truncate(len);
            file.lost.retain_mut(|(from, to)| {
                *to = (*to).min(len);
                from < to
            });
            file.sync();
        }
        failure.map_or(Ok(()), |failure| Err(error(failure)))
    }

    fn rewrite(&mut self, name: &str, offset: u64) -> io::Result<()> {
        let mut state = self.state();
        let failure = state.begin("rewrite")?;
        if failure.is_none_or(|f| f == Failure::Done) {
            let file = state.files.get_mut(name).ok_or(io::ErrorKind::NotFound)?;
            let offset = usize::try_from(offset).unwrap();
            file.lost.retain_mut(|(from, to)| {
                *to = (*to).min(offset);
                from < to
            });
            file.sync();
        }
        failure.map_or(Ok(()), |failure| Err(error(failure)))
    }

    fn remove(&mut self, name: &str) -> io::Result<()> {
        let mut state = self.state();
        let failure = state.begin("remove")?;
        if failure.is_none_or(|f| f == Failure::Done)
            && let Some(file) = state.files.remove(name)
        {
            state.removed.insert(name.to_owned(), file);
        }
        failure.map_or(Ok(()), |failure| Err(error(failure)))
    }

    fn write_head(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        let failure = state.begin("write head")?;
        let bytes = match failure {
            None | Some(Failure::Done) => bytes,
            Some(Failure::Half) => &bytes[..bytes.len() / 2],
            Some(_) => &[],
        };
        let from = usize::try_from(offset).unwrap();
        let file = state.files.entry(files::HEAD.to_owned()).or_default();
        if file.cached.len() < from + bytes.len() {
            file.cached.resize(from + bytes.len(), 0);
        }
        file.cached[from..from + bytes.len()].copy_from_slice(bytes);
        if failure == Some(Failure::Done) {
            file.sync();
        }
        failure.map_or(Ok(()), |failure| Err(error(failure)))
    }

    fn replace(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        let failure = state.begin("replace")?;
        if failure.is_none_or(|f| f == Failure::Done) {
            let file = state.files.entry(name.to_owned()).or_default();
            file.cached = bytes.to_vec();
            file.durable = bytes.to_vec();
            file.name_durable |= failure.is_some();
        }
        failure.map_or(Ok(()), |failure| Err(error(failure)))
    }

    fn keep(&mut self, files: &[(String, Vec<u8>)]) -> io::Result<()> {
        for (name, bytes) in files {
            let mut state = self.state();
            let failure = state.begin("keep")?;
            let before = state.files.get(name).cloned();
            if matches!(failure, None | Some(Failure::Done | Failure::Half)) {
                // Half of it: it is in its place, and which file is there after a power cut is open.
                let is_half = failure == Some(Failure::Half);
                let durable = before.as_ref().filter(|_| is_half).map_or(bytes, |file| &file.durable).clone();
                let name_durable = failure == Some(Failure::Done) || before.is_some_and(|file| file.name_durable);
                let file = File { cached: bytes.clone(), durable, lost: vec![], name_durable };
                state.files.insert(name.clone(), file);
            }
            failure.map_or(Ok(()), |failure| Err(error(failure)))?;
        }
        let mut state = self.state();
        for (name, _) in files {
            state.files.get_mut(name).unwrap().name_durable = true;
        }
        Ok(())
    }

    fn seal(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn sync_head(&mut self) -> io::Result<()> {
        self.sync_file(files::HEAD, "sync head")
    }

    fn sync_dir(&mut self) -> io::Result<()> {
        let mut state = self.state();
        let failure = state.begin("sync dir")?;
        if failure.is_none_or(|f| f == Failure::Done) {
            state.removed.clear();
            state.files.values_mut().for_each(|file| file.name_durable = true);
        }
        failure.map_or(Ok(()), |failure| Err(error(failure)))
    }

    fn free(&self) -> io::Result<u64> {
        Ok(self.state().free.unwrap_or(u64::MAX))
    }
}

impl Memory {
    fn sync_file(&self, name: &str, operation: &'static str) -> io::Result<()> {
        while self.1.load(Ordering::SeqCst) {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        let mut state = self.state();
        let failure = state.begin(operation)?;
        let file = state.files.get_mut(name).ok_or(io::ErrorKind::NotFound)?;
        match failure {
            None | Some(Failure::Done) => file.sync(),
            Some(_) if name != files::HEAD => file.lost.push((file.durable.len(), file.cached.len())),
            Some(_) => {}
        }
        failure.map_or(Ok(()), |failure| Err(error(failure)))
    }
}

struct MemoryTail(Memory, String);

impl Tail for MemoryTail {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.0.state();
        if self.1.ends_with(".checkpoints") {
            state.signed.push(String::from_utf8(bytes.to_vec()).unwrap());
        }
        let crowded = state.crowded.filter(|ending| self.1.ends_with(ending)).map(|_| Failure::Full);
        let failure = state.begin("append")?.or(crowded);
        let file = state.files.get_mut(&self.1).ok_or(io::ErrorKind::NotFound)?;
        file.cached.extend_from_slice(match failure {
            None | Some(Failure::Done) => bytes,
            Some(Failure::Half) => &bytes[..bytes.len() / 2],
            Some(_) => &[],
        });
        if failure == Some(Failure::Done) {
            file.sync();
        }
        failure.map_or(Ok(()), |failure| Err(error(failure)))
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_file(&self.1, "sync")
    }
}
