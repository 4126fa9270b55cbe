//! What the integration tests, the scripts and the benchmarks share: upstreams that are real, canned or hostile.
//!
//! - [`fixture`]: an MCP server on rmcp with everything that the official conformance suite asks for.
//! - [`canned`]: a bare HTTP upstream with prepared answers, fast enough to measure a proxy in front of it.
//! - [`hostile`]: an upstream that misbehaves as told.
//! - [`session`]: an upstream that keeps sessions and follows a script, decent or hostile.
//! - [`listen`]: the HTTP/1.1 loop that they share.

pub mod canned;
#[expect(deprecated, reason = "logging and sampling are deprecated in 2026-07-28 and still part of it")]
pub mod fixture;
pub mod hostile;
pub mod listen;
pub mod session;
