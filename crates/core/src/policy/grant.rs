//! Grants: leave to use a service of the gateway's own, which reaches no server. Nothing but [`grant`] makes one.

use super::admission::admit;
use super::rules::Policy;
use crate::digest::Digest;
use crate::mcp::Target;
use crate::pin::Standing;
use crate::principal::Scope;
use crate::{Principal, Reason, ServerName, UnixMillis};

/// How long a grant may wait for its record, in milliseconds.
const LIFETIME: u64 = 60_000;

/// Leave for one use of a service, bound to the caller, the policy and an expiry.
#[derive(Debug, PartialEq, Eq)]
pub struct Grant {
    principal: Principal,
    policy: Digest,
    expires: UnixMillis,
}

impl Grant {
    /// Who asks.
    #[must_use]
    pub const fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The digest of the policy that granted.
    #[must_use]
    pub const fn policy(&self) -> Digest {
        self.policy
    }

    /// Whether it has lapsed.
    #[must_use]
    pub fn expired(&self, now: UnixMillis) -> bool {
        now > self.expires
    }
}

/// Whether a caller may use the service that `scope` stands for.
///
/// # Errors
/// `auth.tenant_unknown` or `auth.scope`.
pub fn grant(policy: &Policy, principal: &Principal, scope: Scope, now: UnixMillis) -> Result<Grant, Reason> {
    if !policy.tenants.contains_key(&principal.tenant) {
        return Err(Reason::TenantUnknown);
    }
    if !principal.scopes.has(scope) {
        return Err(Reason::ScopeInsufficient);
    }
    Ok(Grant { principal: principal.clone(), policy: policy.digest, expires: now.plus(LIFETIME) })
}

/// Whether a caller may say that something comes from a server, or from a tool of it: only what the rules of its tenant
/// admit, whatever its own scopes are.
///
/// # Errors
/// As [`admit`].
pub fn may_name(policy: &Policy, principal: &Principal, server: &ServerName, tool: Option<&str>) -> Result<(), Reason> {
    let caller = Principal { scopes: [Scope::Mcp].into_iter().collect(), ..principal.clone() };
    let target = tool.map_or(Target::Server, |tool| Target::Tool(tool.to_owned()));
    admit(policy, &caller, server, &target, Standing::Unpinned, |_| {}).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::glob::Glob;
    use crate::host::Host;
    use crate::policy::{Reach, Rule, Server, Tenant};
    use crate::principal::How;
    use crate::{Subject, TenantId};

    fn policy() -> Policy {
        let glob = |text: &str| Glob::parse(text).unwrap();
        let server = |reach| Server {
            host: Host::parse("127.0.0.1").unwrap(),
            reach,
            read_only: ["search".to_owned(), "secret".to_owned()].into(),
        };
        let rule = Rule { servers: vec![glob("kb"), glob("far")], tools: vec![glob("search")], ..Rule::default() };
        let name = |name: &str| ServerName::parse(name).unwrap();
        Policy {
            digest: Digest::of(b"policy"),
            servers: [
                (name("kb"), server(Reach::Allowed)),
                (name("far"), server(Reach::NotListed)),
                (name("other"), server(Reach::Allowed)),
            ]
            .into(),
            tenants: [(TenantId::parse("acme").unwrap(), Tenant { rules: vec![rule], ..Tenant::default() })].into(),
        }
    }

    fn caller(tenant: &str, scopes: &[Scope]) -> Principal {
        Principal {
            tenant: TenantId::parse(tenant).unwrap(),
            subject: Subject::parse("spiffe://acme/a").unwrap(),
            scopes: scopes.iter().copied().collect(),
            how: How::Anonymous,
        }
    }

    #[test]
    fn only_the_scope_grants() {
        let (policy, now) = (policy(), UnixMillis(1_000));
        let ask = |caller: &Principal| grant(&policy, caller, Scope::Filter, now);
        let granted = ask(&caller("acme", &[Scope::Filter])).unwrap();
        assert_eq!((granted.policy(), granted.principal().tenant.as_str()), (policy.digest, "acme"));
        assert!(!granted.expired(now.plus(LIFETIME)) && granted.expired(now.plus(LIFETIME + 1)));
        let others: Vec<_> = Scope::ALL.into_iter().filter(|scope| *scope != Scope::Filter).collect();
        for scopes in [&others[..], &[]] {
            assert_eq!(ask(&caller("acme", scopes)), Err(Reason::ScopeInsufficient));
        }
        assert_eq!(ask(&caller("gone", &Scope::ALL)), Err(Reason::TenantUnknown));
    }

    #[test]
    fn only_what_the_tenant_may_call_can_be_named() {
        let (policy, caller) = (policy(), caller("acme", &[Scope::Filter]));
        let name = |server: &str, tool| may_name(&policy, &caller, &ServerName::parse(server).unwrap(), tool);
        assert_eq!((name("kb", None), name("kb", Some("search"))), (Ok(()), Ok(())));
        assert_eq!(name("kb", Some("secret")), Err(Reason::PolicyTool));
        assert_eq!(name("other", None), Err(Reason::PolicyServer));
        assert_eq!(name("unheard-of", None), Err(Reason::PolicyServer));
        assert!(name("far", None).is_err());
    }
}
