//! What keeps the log beyond the reach of this host: witnesses that cosign its checkpoints, and write-once targets.

pub mod archive;
mod config;

pub use config::{Archive, ArchiveTarget, Custody, Witness, Witnesses, Worm};
