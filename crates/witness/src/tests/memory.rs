//! A directory in memory whose operations fail when told to, and that forgets what was not synced when it crashes.

use crate::storage::Storage;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

type Names = BTreeMap<String, Vec<u8>>;

/// How an operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing of it happened.
    Nothing,
    /// It happened all the same.
    Done,
    /// Half of the bytes were written; of other operations nothing.
    Half,
}

#[derive(Default)]
struct Inner {
    /// What processes see.
    seen: Names,
    /// What is on the disk for certain.
    durable: Names,
    /// The operations until the one that fails, and how.
    fault: Option<(usize, Fault)>,
    operations: usize,
}

/// Cheap to clone; clones are the same directory.
#[derive(Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<Inner>>);

impl Memory {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    /// Lets the operation after `operations` others fail.
    pub(crate) fn fail(&self, operations: usize, fault: Fault) {
        self.inner().fault = Some((operations, fault));
    }

    /// Lets nothing fail any more.
    pub(crate) fn mend(&self) {
        self.inner().fault = None;
    }

    /// How many writing operations there were.
    pub(crate) fn operations(&self) -> usize {
        self.inner().operations
    }

    /// What remains after a crash. Names that were not synced may be either; `keeps` says which.
    pub(crate) fn crash(&self, keeps: bool) {
        let mut inner = self.inner();
        inner.fault = None;
        if keeps {
            inner.durable = inner.seen.clone();
        } else {
            inner.seen = inner.durable.clone();
        }
    }

    pub(crate) fn put(&self, name: &str, bytes: Option<&[u8]>) {
        let mut inner = self.inner();
        match bytes {
            Some(bytes) => drop(inner.seen.insert(name.to_owned(), bytes.to_vec())),
            None => drop(inner.seen.remove(name)),
        }
        inner.durable = inner.seen.clone();
    }

    /// The fault of the operation that begins now.
    fn begin(&self) -> (MutexGuard<'_, Inner>, Option<Fault>) {
        let mut inner = self.inner();
        inner.operations += 1;
        let fault = match inner.fault {
            Some((0, fault)) => {
                inner.fault = None;
                Some(fault)
            }
            Some((left, fault)) => {
                inner.fault = Some((left - 1, fault));
                None
            }
            None => None,
        };
        (inner, fault)
    }
}

fn end(fault: Option<Fault>) -> io::Result<()> {
    fault.map_or(Ok(()), |_| Err(io::Error::from(io::ErrorKind::StorageFull)))
}

impl Storage for Memory {
    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.inner().seen.keys().cloned().collect())
    }

    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.inner().seen.get(name).cloned())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let (mut inner, fault) = self.begin();
        let written = match fault {
            Some(Fault::Nothing) => return end(fault),
            Some(Fault::Half) => &bytes[..bytes.len() / 2],
            _ => bytes,
        };
        inner.seen.insert(name.to_owned(), written.to_vec());
        end(fault)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let (mut inner, fault) = self.begin();
        if matches!(fault, None | Some(Fault::Done)) {
            let bytes = inner.seen.remove(from).ok_or(io::ErrorKind::NotFound)?;
            inner.seen.insert(to.to_owned(), bytes);
        }
        end(fault)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.inner().seen.remove(name);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let (mut inner, fault) = self.begin();
        if matches!(fault, None | Some(Fault::Done)) {
            inner.durable = inner.seen.clone();
        }
        end(fault)
    }
}
