//! Witnesses of a log: who saw which of its checkpoints, so that no history can be shown to one and another to others.
//!
//! | Side | Way |
//! |---|---|
//! | witness | [`key::open`], [`Logs::add`] → [`Witness::open`] → [`Server::bind`] → [`Server::run`] |
//! | log | [`Client::new`] → [`Client::cosign`] → [`Published::new`] |
//!
//! The witness speaks C2SP tlog-witness. It answers with a cosignature only after the checkpoint is durable, so that no
//! crash makes it forget what it has cosigned. The client trusts no witness: whatever one answers, hangs on or repeats
//! costs at most its own cosignature.

mod client;
mod config;
mod directory;
mod error;
pub mod key;
mod logs;
mod publish;
mod server;
mod state;
mod storage;
mod witness;

#[cfg(test)]
mod tests;

pub use client::{Client, Collected, Failure, NotACheckpoint, Peer, PeerError, Proofs};
pub use config::{ClientConfig, Clock, ServerConfig};
pub use directory::Directory;
pub use error::{LogsError, OpenError, ServeError};
pub use logs::Logs;
pub use publish::Published;
pub use server::{Server, tls};
pub use witness::{Answer, Unavailable, Witness};
