//! The append-only, tamper-evident log: nothing happens outside before its intent is durable here.
//!
//! The way of one call: [`Log::record`] takes a `Permitted` and alone makes [`Recorded`]; [`Recorded::dispatch`] opens
//! the way out and leaves an [`InFlight`] that owes exactly one outcome; [`InFlight::conclude`] makes that durable.
//!
//! On disk (one directory, one writer): segments of frames, each an entry's canonical bytes with their RFC 6962 leaf
//! hash and a side that lies outside the tree; a `head` that says how far the log reached and the root of its tree there;
//! a `lock`. [`verify`] reads a copy without the lock.

mod body;
mod canonical;
mod commitment;
mod config;
mod error;
mod files;
mod flight;
mod frame;
mod head;
mod health;
mod log;
mod queue;
mod record;
mod recovery;
mod render;
mod scan;
mod side;
mod storage;
mod verify;
mod writer;

pub use commitment::{Field, reveal};
pub use config::{Clock, Config};
pub use error::{Class, Fault, OpenError};
pub use flight::{InFlight, Recorded, Untrusted, UntrustedEvent};
pub use health::{FSYNC_BUCKETS, Health};
pub use log::{Log, Recovery};
pub use record::{About, Effect, Event, EventKind, FindingNote, Observed, Outcome, Receipt, Refused};
pub use verify::{Entries, Entry, Verified, entries, verify};

#[cfg(test)]
mod tests;
