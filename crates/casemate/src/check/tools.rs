//! Which tools a tenant reaches by name alone, and which rules about tools reach none.

use crate::config::Loaded;
use casemate_core::mcp::Target;
use casemate_core::pin::Standing;
use casemate_core::policy::{Rule, Server, admit};
use casemate_core::principal::{How, Scope};
use casemate_core::{Principal, ServerName, Subject, TenantId};
use serde_json::{Value, json};

/// Tools that are not known to be read-only and that a tenant may call all the same.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unmanaged<'l> {
    tenant: &'l TenantId,
    server: &'l ServerName,
    tools: Vec<&'l str>,
}

/// A rule whose `tools` reach nothing on these servers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Idle<'l> {
    tenant: &'l TenantId,
    /// File and line of the rule.
    place: String,
    /// Servers whose entries list nothing under `read_only`.
    unlisted: Vec<&'l str>,
    /// Servers where none of the listed tools matches.
    unmatched: Vec<&'l str>,
}

/// What each tenant reaches by the names in `unmanaged_tools`, judged as the gateway judges.
pub(super) fn unmanaged(loaded: &Loaded) -> Vec<Unmanaged<'_>> {
    let policy = &loaded.config.policy;
    let mut found = Vec::new();
    for (id, tenant) in &policy.tenants {
        let Ok(subject) = Subject::parse("check") else { continue };
        let scopes = Scope::ALL.into_iter().collect();
        let anyone = Principal { tenant: id.clone(), subject, scopes, how: How::Anonymous };
        for (server, names) in &tenant.unmanaged {
            let read_only = policy.servers.get(server).map(|entry| &entry.read_only);
            let reached = |name: &&String| {
                let target = Target::Tool((*name).clone());
                !read_only.is_some_and(|listed| listed.contains(*name))
                    && admit(policy, &anyone, server, &target, Standing::Unpinned, |_| {}).is_ok()
            };
            let tools: Vec<_> = names.iter().filter(reached).map(String::as_str).collect();
            if !tools.is_empty() {
                found.push(Unmanaged { tenant: id, server, tools });
            }
        }
    }
    found
}

/// The rules with `tools` that reach nothing on a server which they cover.
pub(super) fn idle(loaded: &Loaded) -> Vec<Idle<'_>> {
    let policy = &loaded.config.policy;
    let mut found = Vec::new();
    for (id, tenant) in &policy.tenants {
        let lines = loaded.rule_lines.get(id).map(Vec::as_slice).unwrap_or_default();
        for (rule, line) in tenant.rules.iter().zip(lines).filter(|(rule, _)| !rule.tools.is_empty()) {
            let (mut unlisted, mut unmatched) = (Vec::new(), Vec::new());
            for (name, entry) in policy.servers.iter().filter(|(name, _)| rule.covers(name)) {
                if entry.read_only.is_empty() {
                    unlisted.push(name.as_str());
                } else if !reaches(rule, entry) {
                    unmatched.push(name.as_str());
                }
            }
            if !unlisted.is_empty() || !unmatched.is_empty() {
                let place = format!("{}:{line}", loaded.path.display());
                found.push(Idle { tenant: id, place, unlisted, unmatched });
            }
        }
    }
    found
}

fn reaches(rule: &Rule, entry: &Server) -> bool {
    entry.read_only.iter().any(|name| rule.tools.iter().any(|glob| glob.matches(name)))
}

/// For people.
pub(super) fn words(loaded: &Loaded) -> String {
    let mut text = String::new();
    for Unmanaged { tenant, server, tools } in unmanaged(loaded) {
        let plural = if tools.len() == 1 { "tool" } else { "tools" };
        text.push_str(&format!("unmanaged: {tenant} → {server}: {plural} {}\n", tools.join(", ")));
    }
    for Idle { tenant, place, unlisted, unmatched } in idle(loaded) {
        let mut reasons = Vec::new();
        if !unlisted.is_empty() {
            reasons.push(format!("nothing is under read_only of {}", unlisted.join(", ")));
        }
        if !unmatched.is_empty() {
            reasons.push(format!("no name under read_only of {} matches", unmatched.join(", ")));
        }
        text.push_str(&format!("no tools: {tenant}, rule at {place}: {}\n", reasons.join("; ")));
    }
    text
}

/// For programs: `unmanaged_tools` and `rules_without_tools`.
pub(super) fn describe(loaded: &Loaded) -> (Value, Value) {
    let reached = unmanaged(loaded).into_iter().map(|Unmanaged { tenant, server, tools }| {
        json!({ "tenant": tenant.as_str(), "server": server.as_str(), "tools": tools })
    });
    let without = idle(loaded).into_iter().map(|Idle { tenant, place, unlisted, unmatched }| {
        json!({ "tenant": tenant.as_str(), "rule": place, "unlisted": unlisted, "unmatched": unmatched })
    });
    (reached.collect(), without.collect())
}
