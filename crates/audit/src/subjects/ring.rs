//! The keys as tools read them: from the file, one at a time, without its lock.

use super::Named;
use super::slot::{Key, MAGIC, Owner, SLOT, Slot, State};
use crate::storage;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What there is of the key that a record was made under.
#[derive(Debug)]
pub(crate) enum Lookup {
    /// It is there.
    Found(Key),
    /// It was destroyed, and the log has a record of that.
    Erased,
    /// It is being destroyed: the next opening finishes that, and the record of it.
    Ending,
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
    pub(crate) fn slot(&self, number: u32) -> io::Result<Option<Slot>> {
        let file = storage::plain(&self.0).map_err(|error| storage::named(&self.0, &error))?;
        let mut begin = [0; MAGIC.len()];
        match file.read_exact_at(&mut begin, 0) {
            Ok(()) if begin != *MAGIC && begin.iter().any(|byte| *byte != 0) => {
                let what = format!("{}: this is no file of keys that this release reads", self.0.display());
                return Err(io::Error::new(io::ErrorKind::InvalidData, what));
            }
            _ => {}
        }
        let mut bytes = Zeroizing::new([0; SLOT]);
        match file.read_exact_at(&mut *bytes, Slot::offset(number)) {
            Ok(()) => Ok(Slot::decode(&*bytes, number)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The key that a record names, if it is `owner`'s.
    ///
    /// A slot gets another key only after the destruction of the one before it was recorded: of an earlier one than that
    /// which is there it is known that it was destroyed.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn find(&self, named: &Named, owner: Owner) -> io::Result<Lookup> {
        let Some(slot) = self.slot(named.slot)? else { return Ok(Lookup::Missing) };
        if slot.generation > named.generation {
            return Ok(Lookup::Erased);
        }
        let is_it = slot.generation == named.generation && slot.owner == owner && slot.check == named.check;
        Ok(match slot.state {
            _ if !is_it => Lookup::Missing,
            State::Live | State::Held if slot.key.check() == named.check => Lookup::Found(slot.key),
            State::Doomed | State::Wiped => Lookup::Ending,
            State::Erased => Lookup::Erased,
            State::Live | State::Held | State::Void => Lookup::Missing,
        })
    }
}
