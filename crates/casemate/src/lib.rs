//! The binary's own parts: configuration and commands. Everything else is in the component crates.
//!
//! [`config::load`] makes the resolved configuration that the gateway obeys; each command is a module with its
//! arguments and a `run`.

pub mod audit;
pub mod can;
pub mod check;
pub mod cli;
pub mod config;
pub mod demo;
pub mod explain;
pub mod filter;
pub mod healthcheck;
pub mod init;
pub mod logging;
pub mod out;
pub mod pins;
pub mod pki;
pub mod redteam;
pub mod rules;
pub mod schema;
pub mod serve;
pub mod token;
mod visible;
