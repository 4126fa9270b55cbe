//! Benchmarks in separate processes: what the gateway costs beside a direct call and beside bare proxies.
//!
//! Four programs share this library and no product code:
//! - `upstream` answers MCP calls with canned text ([`upstream`], [`answer`]);
//! - `proxy` is the baseline: a bare reverse proxy, streaming or parsing JSON both ways ([`proxy`]);
//! - `load` calls in a closed loop and checks every answer ([`load`], [`call`]);
//! - `bench` starts them all beside `casemate` ([`fleet`]), runs every row in interleaved rounds ([`matrix`]) and
//!   reports ([`report`]).
//!
//! Nothing here asserts a time: numbers are printed, never judged by an exit status.

pub mod answer;
pub mod call;
pub mod cores;
pub mod fleet;
pub mod gateway;
pub mod load;
pub mod machine;
pub mod matrix;
pub mod pki;
pub mod process;
pub mod proxy;
pub mod report;
pub mod summary;
pub mod table;
pub mod tls;
pub mod upstream;
pub mod wire;

/// The revision of MCP that every call speaks.
pub const REVISION: &str = "2026-07-28";

#[cfg(test)]
mod tests;
