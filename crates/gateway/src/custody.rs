//! What keeps the log beyond the reach of this host: witnesses that cosign its checkpoints, and write-once targets.

pub mod archive;
mod config;
pub(crate) mod witnesses;

pub use config::{Archive, ArchiveTarget, Custody, Witness, Witnesses, Worm};
