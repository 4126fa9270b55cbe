//! The vocabulary and the decision of Casemate.
//!
//! Everything here is pure: no IO, no clock, no randomness. Whatever changes over time is an argument.
//! A call's way through this crate: bytes → [`json::Json`] → [`mcp::Call`] → [`policy::decide`] → [`policy::Permitted`].

pub mod digest;
pub mod glob;
pub mod headers;
pub mod host;
pub mod id;
pub mod json;
pub mod label;
pub mod mcp;
pub mod pin;
pub mod policy;
pub mod principal;
pub mod reason;
pub mod refusal;
pub mod secret;
pub mod tokens;

pub use id::{Agent, ServerName, Subject, TenantId, TraceId};
pub use principal::Principal;
pub use reason::Reason;
pub use refusal::Refusal;
pub use secret::Secret;

/// Milliseconds since the Unix epoch, passed in by whoever holds a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct UnixMillis(pub u64);

impl UnixMillis {
    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.0 / 1000
    }

    /// This instant, `millis` later; saturates.
    #[must_use]
    pub const fn plus(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}
