//! What a decision read, kept so that it can be made again.

use super::admission::{Admitted, admit};
use super::permit::Evidence;
use super::rules::Policy;
use crate::mcp::{Call, Method, Target};
use crate::principal::{How, Scopes};
use crate::{Principal, Reason, ServerName, Subject, TenantId, UnixMillis};

/// Everything beside the policy that a decision reads. No rule and no scope reads an argument of a call, so it holds none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inputs {
    /// The caller's tenant.
    pub tenant: TenantId,
    /// The caller.
    pub subject: Subject,
    /// What the caller may use.
    pub scopes: Scopes,
    /// For which server.
    pub server: ServerName,
    /// The method.
    pub method: Method,
    /// What the call is about.
    pub target: Target,
    /// What was gathered before.
    pub evidence: Evidence,
    /// When it was decided.
    pub at: UnixMillis,
}

impl Inputs {
    /// What the decision about `call` by `principal` reads.
    #[must_use]
    pub fn of(call: &Call, principal: &Principal, evidence: Evidence, at: UnixMillis) -> Self {
        Self {
            tenant: principal.tenant.clone(),
            subject: principal.subject.clone(),
            scopes: principal.scopes,
            server: call.server.clone(),
            method: call.method,
            target: call.target.clone(),
            evidence,
            at,
        }
    }

    /// Decides again.
    ///
    /// # Errors
    /// As [`admit`].
    pub fn decide(&self, policy: &Policy) -> Result<Admitted, Reason> {
        // How the caller proved itself plays no part in a decision.
        let principal = Principal {
            tenant: self.tenant.clone(),
            subject: self.subject.clone(),
            scopes: self.scopes,
            how: How::Anonymous,
        };
        admit(policy, &principal, &self.server, &self.target, self.evidence.pin, |_| {})
    }
}
