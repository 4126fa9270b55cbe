//! The index of a log: finds entries by what they hold. It lies in `index/` in the log's directory, one file for up to
//! 65,536 entries of a segment, each made from the entries alone and put in its place whole.
//!
//! Nobody trusts it. Every file is bound to the log by the leaf hashes of its first and last entry and has checksums of
//! its parts; every entry that it names is read from the log, its frame checked, and its members compared with what was
//! asked. Where anything does not fit, the segment is walked as [`crate::verify`] does: either the log is damaged, and
//! that is said, or the file is thrown away and the entries are read instead. So it can be deleted at any time, and
//! several processes may read and make it at once without a lock.
//!
//! What cannot be seen in an answer is an entry that somebody left out of a file with care, checksums and all. Whoever
//! has to exclude that asks with [`Way::Log`], which reads every entry.

mod build;
mod cursor;
mod file;
mod follow;
mod format;
mod plan;
mod query;
mod stats;
mod summary;
mod tail;
mod terms;

pub use follow::Follower;
pub(crate) use plan::forget;
pub use plan::{Updated, update};
pub use query::{Order, Query, Way};
pub use stats::{Stats, stats};
pub use summary::{Counts, Day, Summary};
pub use tail::Tail;
pub use terms::Filter;

/// The directory of the index in that of the log.
const DIR: &str = "index";

#[cfg(test)]
mod tests;
