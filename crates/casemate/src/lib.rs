//! The binary's own parts: configuration and commands. Everything else is in the component crates.
//!
//! [`config::load`] makes the resolved configuration that the gateway obeys; each command is a module with its
//! arguments and a `run`.

pub mod can;
pub mod check;
pub mod config;
pub mod explain;
pub mod init;
pub mod out;
pub mod pki;
pub mod schema;
pub mod token;
