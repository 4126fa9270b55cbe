//! A proposal as a fragment of `casemate.yaml`.

use super::super::rows::instant;
use super::{Proposal, Refusals, Seen, Wanted};
use casemate_core::glob::Glob;
use std::fmt::Write as _;

/// The fragment, with what has to be known before any of it is taken over.
pub(super) fn yaml(proposal: &Proposal) -> String {
    let mut out = String::from(
        "# A proposal, made from refusals in the audit log. Nothing of it is in force, and nothing says that the refusals\n\
         # were wrong: whoever was refused may have had no business there. Read each line and take over what is right.\n\
         # Each name is exactly one that was asked for and refused; no pattern is wider than what was seen.\n",
    );
    let span = proposal.first.zip(proposal.last);
    let span = span.map(|(first, last)| format!(", {} to {}", instant(first), instant(last))).unwrap_or_default();
    let _ = writeln!(out, "# Refusals by the policy: {}{span}.", proposal.total);
    if proposal.unknown > 0 {
        let _ = writeln!(
            out,
            "# Of {} of them it is not known what they were about: erased, or not kept.",
            proposal.unknown
        );
    }
    for ((server, reason), count) in &proposal.beyond {
        let _ = writeln!(
            out,
            "# {count} on {}: {reason}. No rule of a tenant changes that; see mcp_gateway.allowlists and upstreams.",
            quote(server)
        );
    }
    if !proposal.tenants.is_empty() {
        out.push_str("tenants:\n");
    }
    for (tenant, servers) in &proposal.tenants {
        let _ = writeln!(out, "  {}:", quote(tenant.as_str()));
        let mut rules = String::new();
        for (server, refusals) in servers {
            self::rules(&mut rules, server.as_str(), refusals);
        }
        let _ = write!(out, "    rules:\n{rules}");
        let mut unmanaged = String::new();
        for (server, refusals) in servers {
            self::unmanaged(&mut unmanaged, server.as_str(), refusals);
        }
        if !unmanaged.is_empty() {
            out.push_str(
                "    # Tools that their server's entry does not list under read_only: they may do more than read.\n",
            );
            let any = unmanaged.lines().any(|line| !line.trim_start().starts_with('#'));
            out.push_str(if any { "    unmanaged_tools:\n" } else { "" });
            out.push_str(&unmanaged);
        }
    }
    out
}

/// The rules for one server: one for what is listed, called, read and got, and one each for what needs a flag, so that
/// none carries more than it must.
fn rules(out: &mut String, server: &str, refusals: &Refusals) {
    let named = |pick: fn(&Wanted) -> Option<&str>| -> Vec<(&str, &Seen)> {
        refusals.iter().filter_map(|(wanted, seen)| pick(wanted).map(|name| (name, seen))).collect()
    };
    let tools = named(|wanted| if let Wanted::Tool(name) = wanted { Some(name) } else { None });
    let prompts = named(|wanted| if let Wanted::Prompt(name) = wanted { Some(name) } else { None });
    let resources = named(|wanted| if let Wanted::Resource(uri) = wanted { Some(uri) } else { None });
    let _ = writeln!(out, "      - servers: [{}]", quote(server));
    if let Some(seen) = refusals.get(&Wanted::Server) {
        let _ = writeln!(out, "        # the server itself, its discovery and lists: {}", words(seen));
    }
    list(out, "tools", &tools);
    list(out, "prompts", &prompts);
    list(out, "resources", &resources);
    let completed = [
        ("prompts", named(|wanted| if let Wanted::CompletePrompt(name) = wanted { Some(name) } else { None })),
        ("resources", named(|wanted| if let Wanted::CompleteResource(uri) = wanted { Some(uri) } else { None })),
    ];
    for (key, names) in completed.iter().filter(|(_, names)| !names.is_empty()) {
        let _ = writeln!(out, "      # This admits {key} themselves too, not only the completion that was asked for.");
        let _ = writeln!(out, "      - servers: [{}]\n        completion: true", quote(server));
        list(out, key, names);
    }
    let watched = named(|wanted| if let Wanted::Watch(uri) = wanted { Some(uri) } else { None });
    let lists = refusals.get(&Wanted::WatchLists);
    if !watched.is_empty() || lists.is_some() {
        let _ = writeln!(out, "      # This admits reading them too, not only the subscription that was asked for.");
        let _ = writeln!(out, "      - servers: [{}]\n        subscriptions: true", quote(server));
        if let Some(seen) = lists {
            let _ = writeln!(out, "        # changes of lists: {}", words(seen));
        }
        list(out, "resources", &watched);
    }
}

fn unmanaged(out: &mut String, server: &str, refusals: &Refusals) {
    let tools: Vec<_> = refusals
        .iter()
        .filter_map(|(wanted, seen)| if let Wanted::Unmanaged(name) = wanted { Some((name, seen)) } else { None })
        .collect();
    let (exact, other): (Vec<_>, Vec<_>) = tools.into_iter().partition(|(name, _)| is_exact(name));
    for (name, seen) in other {
        let _ = writeln!(out, "      # no key takes {} as a name: {}", quote(name), words(seen));
    }
    if !exact.is_empty() {
        let _ = writeln!(out, "      {}:", quote(server));
        for (name, seen) in exact {
            let _ = writeln!(out, "        - {}  # {}", quote(name), words(seen));
        }
    }
}

fn list(out: &mut String, key: &str, names: &[(&str, &Seen)]) {
    let (exact, other): (Vec<_>, Vec<_>) = names.iter().partition(|(name, _)| is_exact(name));
    for (name, seen) in other {
        let _ = writeln!(out, "        # no pattern stands for exactly {}: {}", quote(name), words(seen));
    }
    if !exact.is_empty() {
        let _ = writeln!(out, "        {key}:");
        for (name, seen) in exact {
            let _ = writeln!(out, "          - {}  # {}", quote(name), words(seen));
        }
    }
}

/// Whether a pattern stands for this name and no other.
fn is_exact(name: &str) -> bool {
    Glob::parse(name).is_ok_and(|glob| glob.is_exact())
}

fn words(seen: &Seen) -> String {
    let reasons: Vec<_> = seen.reasons.iter().copied().collect();
    format!("{} refused ({}), last {}", seen.count, reasons.join(", "), instant(seen.last))
}

/// A double-quoted scalar (YAML 1.2 section 5.7) of printable ASCII, whatever the text.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            ' '..='~' => out.push(c),
            c if u32::from(c) <= 0xffff => drop(write!(out, "\\u{:04x}", u32::from(c))),
            c => drop(write!(out, "\\U{:08x}", u32::from(c))),
        }
    }
    out.push('"');
    out
}
