//! Permits: the only proof that a call may go on. Nothing but [`decide`] makes one.

use super::admission::admit;
use super::inputs::Inputs;
use super::rules::Policy;
use crate::digest::Digest;
use crate::label::Labels;
use crate::mcp::Call;
use crate::pin::Standing;
use crate::{Principal, Refusal, UnixMillis};

/// How long a permit may wait between decision and record, in milliseconds.
const LIFETIME: u64 = 60_000;

/// The authority to carry out one call, bound to its digest, the policy and an expiry.
#[derive(Debug, PartialEq, Eq)]
pub struct Permit {
    call: Digest,
    policy: Digest,
    rule: usize,
    expires: UnixMillis,
}

impl Permit {
    /// The digest of the call that it permits.
    #[must_use]
    pub const fn call(&self) -> Digest {
        self.call
    }

    /// The digest of the policy that permitted.
    #[must_use]
    pub const fn policy(&self) -> Digest {
        self.policy
    }

    /// The index of the tenant's rule that admitted.
    #[must_use]
    pub const fn rule(&self) -> usize {
        self.rule
    }

    /// Whether it has lapsed.
    #[must_use]
    pub fn expired(&self, now: UnixMillis) -> bool {
        now > self.expires
    }
}

/// A call together with the permit for exactly it.
#[derive(Debug)]
pub struct Permitted {
    call: Box<Call>,
    principal: Principal,
    permit: Permit,
    evidence: Evidence,
    at: UnixMillis,
}

impl Permitted {
    /// The call.
    #[must_use]
    pub const fn call(&self) -> &Call {
        &self.call
    }

    /// Who calls.
    #[must_use]
    pub const fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The permit.
    #[must_use]
    pub const fn permit(&self) -> &Permit {
        &self.permit
    }

    /// What the decision read.
    #[must_use]
    pub fn inputs(&self) -> Inputs {
        Inputs::of(&self.call, &self.principal, self.evidence, self.at)
    }
}

/// What policy says to a call.
#[derive(Debug)]
pub enum Decision {
    /// It may go on.
    Permit(Permitted),
    /// It may not; the call is given back for the record.
    Deny(Refusal, Box<Call>, Principal),
}

/// What was gathered about a call before it is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// What is known of the content that it carries.
    pub labels: Labels,
    /// How the definition of its target stands.
    pub pin: Standing,
}

/// Decides about one call. The same policy, call, principal, evidence and time always give the same decision.
#[must_use]
pub fn decide(policy: &Policy, call: Box<Call>, principal: Principal, evidence: Evidence, now: UnixMillis) -> Decision {
    match admit(policy, &principal, &call.server, &call.target, evidence.pin, |_| {}) {
        Ok(admitted) => {
            let permit = Permit {
                call: call.digest(),
                policy: policy.digest,
                rule: admitted.rule(),
                expires: now.plus(LIFETIME),
            };
            Decision::Permit(Permitted { call, principal, permit, evidence, at: now })
        }
        Err(reason) => Decision::Deny(Refusal::new(reason), call, principal),
    }
}
