//! Benchmarks in separate processes: what the gateway costs beside a direct call and beside bare proxies.
//!
//! Four programs share this library and no product code:
//! - `upstream` answers MCP calls with canned text ([`upstream`], [`answer`]);
//! - `proxy` is the baseline: a bare reverse proxy, streaming or parsing JSON both ways ([`proxy`]);
//! - `load` calls in a closed loop and checks every answer ([`load`], [`call`], [`session`]);
//! - `bench` starts them all beside `casemate` ([`fleet`]), runs every row in interleaved rounds ([`matrix`]) and
//!   reports ([`report`]); `bench sessions` weighs idle sessions ([`idle`]), `bench filter` calls with the output
//!   filter on and off ([`filter`]), `bench listing` times long lists ([`listing`]), by the gateway's own clock too ([`stage`]).
//!
//! Nothing here asserts a time: numbers are printed, never judged by an exit status.

pub mod answer;
pub mod call;
pub mod catalogue;
pub mod cores;
pub mod filter;
pub mod fleet;
pub mod gateway;
pub mod idle;
pub mod listing;
pub mod load;
pub mod machine;
pub mod matrix;
pub mod pki;
pub mod process;
pub mod progress;
pub mod proxy;
pub mod report;
pub mod session;
pub mod stage;
pub mod summary;
pub mod table;
pub mod tally;
pub mod tls;
pub mod upstream;
pub mod wire;

/// The revision of MCP that is spoken without sessions.
pub const REVISION: &str = "2026-07-28";
/// The revision of MCP that is spoken in sessions.
pub const SESSION_REVISION: &str = "2025-11-25";

/// How a client and a server speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Era {
    /// Each request stands alone: [`REVISION`].
    #[default]
    Modern,
    /// In a session: [`SESSION_REVISION`].
    Session,
}

#[cfg(test)]
mod tests;
