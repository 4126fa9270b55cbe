//! A compiled policy. It is built once at load and shared by all calls.

use crate::digest::Digest;
use crate::glob::Glob;
use crate::host::Host;
use crate::{Reason, ServerName, TenantId};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that a decision reads.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The digest over the effective configuration.
    pub digest: Digest,
    /// The servers, by name.
    pub servers: BTreeMap<ServerName, Server>,
    /// The tenants, by name.
    pub tenants: BTreeMap<TenantId, Tenant>,
}

/// A server as policy sees it.
#[derive(Debug, Clone)]
pub struct Server {
    /// The host of its URL.
    pub host: Host,
    /// Whether the allowlist and the allowed domains both cover the host.
    pub reach: Reach,
    /// Tools that only read, by exact name. All others are unmanaged.
    pub read_only: BTreeSet<String>,
}

/// Whether the host of a server may be reached at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// On the allowlist and within the allowed domains.
    Allowed,
    /// Not on the allowlist.
    NotListed,
    /// On the allowlist, outside the allowed domains.
    OutsideDomains,
}

impl Reach {
    /// Judges a host by the allowlist and the allowed domains; both must cover it, and an empty one covers nothing.
    #[must_use]
    pub fn judge(host: &Host, allowlist: &[Host], domains: &[Host]) -> Self {
        if !allowlist.contains(host) {
            Self::NotListed
        } else if !domains.iter().any(|domain| host.is_within(domain)) {
            Self::OutsideDomains
        } else {
            Self::Allowed
        }
    }

    /// The reason for which it is refused, if it is.
    #[must_use]
    pub const fn refusal(self) -> Option<Reason> {
        match self {
            Self::Allowed => None,
            Self::NotListed => Some(Reason::PolicyAllowlist),
            Self::OutsideDomains => Some(Reason::PolicyDomain),
        }
    }
}

/// A tenant's rules.
#[derive(Debug, Clone, Default)]
pub struct Tenant {
    /// The rules, in the order of the configuration. Any of them may admit.
    pub rules: Vec<Rule>,
    /// Tools that are not read-only and may be called all the same, by server and exact name. A rule must cover the
    /// server; its `tools` need not name them.
    pub unmanaged: BTreeMap<ServerName, BTreeSet<String>>,
}

/// One rule: what it admits on the servers that it covers.
#[derive(Debug, Clone, Default)]
pub struct Rule {
    /// The servers it covers.
    pub servers: Vec<Glob>,
    /// Read-only tools that may be listed and called.
    pub tools: Vec<Glob>,
    /// Resources that may be listed, read and watched.
    pub resources: Vec<Glob>,
    /// Prompts that may be listed and got.
    pub prompts: Vec<Glob>,
    /// Whether arguments of admitted prompts and resource templates may be completed.
    pub completion: bool,
    /// Whether changes may be subscribed to.
    pub subscriptions: bool,
}

impl Rule {
    /// Whether the rule covers `server`.
    #[must_use]
    pub fn covers(&self, server: &ServerName) -> bool {
        self.servers.iter().any(|glob| glob.matches(server.as_str()))
    }
}
