//! The only way out: every outbound connection with its address rules, pinning, caps and time-outs.
//!
//! A [`Target`] is a destination that was checked when the configuration was loaded. [`Client::send`] resolves its name
//! once, refuses the whole answer if any address in it is forbidden, dials exactly the addresses that were checked,
//! verifies TLS against the name, and hands back the answer as a capped stream. Redirects are never followed and
//! encoded answers are refused.

mod address;
mod body;
mod client;
mod config;
mod error;
mod pool;
mod resolve;
mod target;
mod tls;
mod wire;

#[cfg(test)]
mod tests;

pub use address::{AddressFault, Named, permitted};
pub use body::Body;
pub use client::Client;
pub use config::ClientConfig;
pub use error::{ConnectFault, NetError, ResolveFault, TargetError, TlsFault};
pub use resolve::{Resolve, Resolving};
pub use target::Target;
pub use tls::{ClientIdentity, Trust};
