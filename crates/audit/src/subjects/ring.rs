//! The keys as tools read them: from the file, one at a time, without its lock.

use super::Held;
use super::slot::{CHECK, SLOT, Slot, State};
use crate::storage;
use casemate_core::digest::Digest;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What there is of the key that a record was made under.
#[derive(Debug)]
pub(crate) enum Lookup {
    /// It is there.
    Found(Held),
    /// It was destroyed, or is about to be.
    Erased,
    /// Another one is there, or none.
    Missing,
}

/// A file of keys that is read.
#[derive(Debug)]
pub(crate) struct Ring(PathBuf);

impl Ring {
    pub(crate) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// One slot, where it is whole.
    pub(super) fn slot(&self, number: u32) -> io::Result<Option<Slot>> {
        let file = File::open(&self.0).map_err(|error| storage::named(&self.0, &error))?;
        let mut bytes = Zeroizing::new([0; SLOT]);
        match file.read_exact_at(&mut *bytes, Slot::offset(number)) {
            Ok(()) => Ok(Slot::decode(&*bytes, number)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The key in that slot, if it is `id`'s and the one with that fingerprint.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn find(&self, number: u32, check: &[u8; CHECK], id: Digest) -> io::Result<Lookup> {
        Ok(match self.slot(number)?.filter(|slot| slot.id == id) {
            Some(slot) if slot.state == State::Live && slot.key.check() == *check => {
                Lookup::Found(Held::new(number, slot.key))
            }
            Some(slot) if matches!(slot.state, State::Doomed | State::Wiped | State::Erased) => Lookup::Erased,
            _ => Lookup::Missing,
        })
    }
}
