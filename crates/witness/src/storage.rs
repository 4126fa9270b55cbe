//! The few operations on files that a witness needs, behind a trait so that tests can make each of them fail.

use std::io;

/// A directory. Several threads use it, each with names of its own.
pub(crate) trait Storage: Send + Sync {
    /// The names of all files.
    fn names(&self) -> io::Result<Vec<String>>;
    /// A file, or `None` where there is none. Of one longer than a file of the state can be, more than that is read.
    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>>;
    /// Writes a file anew and makes its bytes durable.
    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()>;
    /// Puts a file in the place of another.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Makes the names of all files durable.
    fn sync(&self) -> io::Result<()>;
}

/// What the name of a file ends in while it is written.
const PARTIAL: &str = ".partial";

/// Puts a file in the place of another, whole or not at all, and durably. After an error either of the two may be there.
pub(crate) fn replace(storage: &dyn Storage, name: &str, bytes: &[u8]) -> io::Result<()> {
    let partial = format!("{name}{PARTIAL}");
    if let Err(error) = storage.write(&partial, bytes) {
        // A full disk is not helped by what was written of it.
        let _ = storage.remove(&partial);
        return Err(error);
    }
    storage.rename(&partial, name)?;
    storage.sync()
}

/// Removes what an earlier process left half written.
pub(crate) fn tidy(storage: &dyn Storage) -> io::Result<()> {
    let names = storage.names()?;
    names.iter().filter(|name| name.ends_with(PARTIAL)).try_for_each(|name| storage.remove(name))
}
