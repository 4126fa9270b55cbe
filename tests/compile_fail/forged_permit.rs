//! Nothing but the decision makes a permit.

use casemate_core::digest::Digest;
use casemate_core::mcp::Call;
use casemate_core::policy::{Evidence, Permit, Permitted};
use casemate_core::{Principal, UnixMillis};

fn permit(call: Digest, policy: Digest) -> Permit {
    Permit { call, policy, rule: 0, expires: UnixMillis(u64::MAX) }
}

fn permitted(call: Box<Call>, principal: Principal, permit: Permit, evidence: Evidence, at: UnixMillis) -> Permitted {
    Permitted { call, principal, permit, evidence, at }
}

fn main() {}
