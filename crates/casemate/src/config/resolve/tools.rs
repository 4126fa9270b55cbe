//! Exact names of tools: what only reads, and what a tenant may call though it does more.

use super::Context;
use crate::config::codes::Code;
use crate::config::diagnostic::{Diagnostic, Span};
use crate::config::scalar;
use crate::config::section::Section;
use crate::config::tree::Spanned;
use casemate_core::ServerName;
use casemate_core::policy::{Rule, Server};
use std::collections::{BTreeMap, BTreeSet};

/// The names of a list, each of which stands there once.
pub(super) fn names(cx: &mut Context<'_>, listed: &[Spanned<&str>]) -> BTreeSet<String> {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for name in listed {
        if let Some(first) = seen.get(name.value) {
            let found = Diagnostic::error(Code::DuplicateItem, name.span, format!("`{}` is listed twice", name.value));
            cx.push(found.label("the second time").also(*first, "the first time").help("remove one of the two"));
        } else {
            seen.insert(name.value, name.span);
        }
    }
    seen.into_keys().map(str::to_owned).collect()
}

/// `unmanaged_tools` of a tenant with these rules.
pub(super) fn unmanaged(
    cx: &mut Context<'_>,
    tenant: Section<'_>,
    rules: &[Rule],
    servers: &BTreeMap<ServerName, Server>,
) -> BTreeMap<ServerName, BTreeSet<String>> {
    let mut unmanaged = BTreeMap::new();
    for (written, listed) in tenant.lists("unmanaged_tools") {
        let names = names(cx, &listed);
        let Ok(name) = ServerName::parse(&written.value) else { continue };
        let Some(server) = servers.get(&name) else {
            unknown(cx, written, servers);
            continue;
        };
        if !listed.is_empty() && !rules.iter().any(|rule| rule.covers(&name)) {
            let message = format!("no rule of the tenant covers `{name}`, so these tools cannot be reached");
            let found = Diagnostic::warning(Code::Unreachable, written.span, message).label("no rule covers it");
            cx.push(found.help(format!("add a rule with `servers: [{name}]`; it needs no `tools`")));
        }
        for tool in listed.iter().filter(|tool| server.read_only.contains(tool.value)) {
            let message = format!("`{}` is under read_only of `{name}` and needs no entry here", tool.value);
            let found = Diagnostic::warning(Code::Needless, tool.span, message).label("says nothing");
            cx.push(found.help("remove it; `tools` of a rule admits it"));
        }
        unmanaged.insert(name, names);
    }
    unmanaged
}

fn unknown(cx: &mut Context<'_>, written: &Spanned<String>, servers: &BTreeMap<ServerName, Server>) {
    let message = format!("no server is called `{}`", written.value);
    let found = Diagnostic::error(Code::UnknownServer, written.span, message).label("covers nothing");
    cx.push(match scalar::nearest(&written.value, servers.keys().map(ServerName::as_str)) {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None => found.help("names of servers are exact here: add it to `upstreams`, or remove the entry"),
    });
}
