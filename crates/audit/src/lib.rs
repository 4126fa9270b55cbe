//! The append-only, tamper-evident log: nothing happens outside before its intent is durable here.
//!
//! The way of one call: [`Log::record`] takes a `Permitted` and alone makes [`Recorded`]; [`Recorded::dispatch`] opens
//! the way out and leaves an [`InFlight`] that owes exactly one outcome; [`InFlight::conclude`] makes that durable.
//!
//! On disk (one directory, one writer): segments of frames, each an entry's canonical bytes with their RFC 6962 leaf
//! hash and a side that lies outside the tree; a `head` that says how far the log reached and the root of its tree there;
//! a `lock`. [`verify`] reads a copy without the lock. Beside that directory, a file of keys: each links the records of a
//! subject to the values that they are about, until it is destroyed ([`Log::erase`]).

mod attributes;
pub mod backup;
mod body;
pub mod bundle;
mod canonical;
mod chain;
mod checkpoints;
mod commitment;
mod config;
mod confined;
mod erasures;
mod error;
mod files;
mod flight;
mod frame;
mod head;
mod health;
mod holds;
pub mod index;
mod keys;
mod log;
mod named;
mod place;
mod policies;
mod prove;
mod published;
mod queue;
mod read;
mod record;
mod recovery;
mod render;
mod replay;
mod restore;
mod retention;
mod scan;
mod sealed;
mod side;
mod storage;
mod subjects;
mod tiles;
mod verify;
mod writer;

/// The arithmetic and the formats of transparency logs, in which this crate's proofs are written.
pub use casemate_tlog as tlog;
pub use commitment::{Field, Revealed, reveal};
pub use config::{Capture, Clock, Config, Mode, subjects_path};
pub use error::{Class, Fault, OpenError};
pub use flight::{InFlight, Recorded, Untrusted, UntrustedEvent};
pub use health::{FSYNC_BUCKETS, Health};
pub use holds::Holds;
pub use keys::{keygen, private_paths, public_key, public_keys, public_list_path, public_path};
pub use log::{Erasure, Log, Recovery, Rotated};
pub use named::{LogName, Named, NotALogName, check_heads};
pub use place::outside;
pub use policies::policy;
pub use prove::{checkpoint, consistency, consistency_of, prove, prove_signed, tile};
pub use published::{PublishError, published};
pub use read::{Entries, Entry, entries, entries_from, entry};
pub use record::{About, Effect, Event, EventKind, Fact, Facts, FindingNote, Observed, Outcome, Receipt, Refused};
pub use replay::{Decision, Decisions, Kept, decisions};
pub use restore::restored;
pub use retention::{
    Closed, PruneError, Pruned, checkpoints_path, closed, closed_ranges, last_pruned, minimum, segment_path,
};
pub use sealed::{Captured, captured};
pub use verify::{Options, UNSIGNED_MS, Verified, verify, verify_with};

#[cfg(test)]
mod tests;
