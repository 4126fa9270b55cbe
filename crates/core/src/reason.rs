//! Reason codes: every refusal has exactly one, and it stays the same from release to release.

mod table;

use std::fmt;
pub use table::Reason;

/// Whose fault a refusal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Blame {
    /// The caller sent something wrong.
    Client,
    /// The operator's policy says no.
    Policy,
    /// The upstream did not answer as it must.
    Upstream,
    /// Casemate or its machine cannot do it now.
    Internal,
}

impl Blame {
    /// Its name in messages and records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Policy => "policy",
            Self::Upstream => "upstream",
            Self::Internal => "internal",
        }
    }
}

/// All that is fixed about a reason.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// The stable code, such as `limit.rate`.
    pub code: &'static str,
    /// The HTTP status of the answer; 0 where there is none (a TLS alert, say).
    pub status: u16,
    /// The JSON-RPC error code; for Casemate's own denials outside the range that JSON-RPC reserves.
    pub rpc: i32,
    /// Whose fault it is.
    pub blame: Blame,
    /// One sentence for the client; says nothing of the inside.
    pub message: &'static str,
    /// What it means and what to do, for `casemate explain`.
    pub help: &'static str,
}

impl Reason {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.facts().code
    }

    /// The reason with that code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.code() == code)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_unique_and_find_their_reason() {
        let codes: HashSet<_> = Reason::ALL.iter().map(|r| r.code()).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
        for reason in Reason::ALL {
            assert_eq!(Reason::from_code(reason.code()), Some(*reason));
            assert!(!reason.facts().help.is_empty(), "{reason}");
            let ascii = |b: u8| b.is_ascii_lowercase() || matches!(b, b'.' | b'_');
            assert!(reason.code().bytes().all(ascii), "{reason}");
        }
    }

    #[test]
    fn own_codes_stay_outside_the_reserved_range() {
        let protocol = [-32700, -32600, -32601, -32602, -32603, -32020, -32021, -32022];
        for reason in Reason::ALL {
            let facts = reason.facts();
            let reserved = (-32768..=-32000).contains(&facts.rpc);
            assert!(!reserved || protocol.contains(&facts.rpc), "{reason}");
            // Who has a session, or asks the admin listener for a pin, has nothing older to fall back to.
            let settled = reason.code().starts_with("session.") || *reason == Reason::PinMissing;
            if matches!(facts.status, 400 | 404) && !settled {
                assert!(reserved, "{reason}: a client may downgrade on a {} of ours", facts.status);
            }
        }
    }
}
