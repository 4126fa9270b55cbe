//! A proposal for programs: what was refused, how often and why, without a word on what to do about it.

use super::super::rows::instant;
use super::{Proposal, Seen, Wanted};
use serde_json::{Value, json};

/// All that is known of the refusals.
pub(super) fn json(proposal: &Proposal) -> Value {
    let mut refused = Vec::new();
    for (tenant, servers) in &proposal.tenants {
        for (server, refusals) in servers {
            for (wanted, seen) in refusals {
                refused.push(row(tenant.as_str(), server.as_str(), wanted, seen));
            }
        }
    }
    let beyond = proposal.beyond.iter();
    let beyond: Vec<_> =
        beyond.map(|((server, reason), count)| json!({ "server": server, "reason": reason, "count": count })).collect();
    json!({
        "ok": proposal.total > 0, "refusals": proposal.total, "unknown": proposal.unknown,
        "first": proposal.first.map(instant), "last": proposal.last.map(instant), "refused": refused,
        "beyond_rules": beyond,
    })
}

fn row(tenant: &str, server: &str, wanted: &Wanted, seen: &Seen) -> Value {
    let (kind, name) = words(wanted);
    json!({
        "tenant": tenant, "server": server, "kind": kind, "name": name, "count": seen.count,
        "last": instant(seen.last), "reasons": seen.reasons,
    })
}

/// The kind of what was asked for, and its name where it has one.
fn words(wanted: &Wanted) -> (&'static str, Option<&str>) {
    match wanted {
        Wanted::Server => ("server", None),
        Wanted::Tool(name) => ("tool", Some(name)),
        Wanted::Unmanaged(name) => ("unmanaged_tool", Some(name)),
        Wanted::Prompt(name) => ("prompt", Some(name)),
        Wanted::Resource(uri) => ("resource", Some(uri)),
        Wanted::CompletePrompt(name) => ("prompt_completion", Some(name)),
        Wanted::CompleteResource(uri) => ("resource_completion", Some(uri)),
        Wanted::Watch(uri) => ("subscription", Some(uri)),
        Wanted::WatchLists => ("list_subscription", None),
    }
}
