//! `casemate audit suggest`: rules that would have admitted what was refused, for a person to read. It applies nothing,
//! and proposes no pattern: only the exact names that were seen.

mod value;
mod write;

use super::decided::Policies;
use super::query::moment;
use super::{KeysArgs, LogArgs, exit, told};
use crate::{out, visible};
use anyhow::Result;
use casemate_audit::{Kept, decisions};
use casemate_core::mcp::{Completion, Target};
use casemate_core::policy::{Inputs, Policy};
use casemate_core::{Reason, ServerName, TenantId, UnixMillis};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;

/// Different refused targets that are kept apart; beyond that they are only counted.
const MOST: usize = 10_000;

#[derive(Debug, clap::Args)]
pub(super) struct SuggestArgs {
    #[command(flatten)]
    pub(super) log: LogArgs,
    #[command(flatten)]
    keys: KeysArgs,
    /// For this tenant alone.
    #[arg(long, value_parser = |text: &str| TenantId::parse(text))]
    tenant: Option<TenantId>,
    /// From refusals from then on: `2026-07-01`, `2026-07-01T08:30:00Z`, or how long ago, such as `90m` or `7d`.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<UnixMillis>,
    /// What was refused as JSON, instead of rules.
    #[arg(long)]
    json: bool,
}

pub(super) const HELP: &str = "\
Exit codes: as `casemate audit verify`, and 1 where the log has no refusal by the policy there.";

/// What a rule would have to name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Wanted {
    /// The server itself: discovery and lists.
    Server,
    Tool(String),
    /// A tool that the server's entry does not list as read-only.
    Unmanaged(String),
    Prompt(String),
    Resource(String),
    CompletePrompt(String),
    CompleteResource(String),
    Watch(String),
    WatchLists,
}

/// Refusals of the same.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    count: u64,
    last: UnixMillis,
    reasons: BTreeSet<&'static str>,
}

impl Default for Seen {
    fn default() -> Self {
        Self { count: 0, last: UnixMillis(0), reasons: BTreeSet::new() }
    }
}

/// What was refused on a server.
type Refusals = BTreeMap<Wanted, Seen>;

#[derive(Debug, Default)]
struct Proposal {
    tenants: BTreeMap<TenantId, BTreeMap<ServerName, Refusals>>,
    /// Refusals that no rule of a tenant can change, by server and reason.
    beyond: BTreeMap<(String, &'static str), u64>,
    /// Refusals of which nothing more is known than that they were.
    unknown: u64,
    different: usize,
    total: u64,
    first: Option<UnixMillis>,
    last: Option<UnixMillis>,
}

impl Proposal {
    fn refused(&mut self, at: UnixMillis, reason: Reason, inputs: Option<&Inputs>, policy: Option<&Policy>) {
        self.total += 1;
        self.first.get_or_insert(at);
        self.last = Some(at);
        let Some(inputs) = inputs else {
            self.unknown += 1;
            return;
        };
        let is_known = policy.is_none_or(|policy| policy.servers.contains_key(&inputs.server));
        if matches!(reason, Reason::PolicyAllowlist | Reason::PolicyDomain) || !is_known {
            *self.beyond.entry((inputs.server.to_string(), reason.code())).or_default() += 1;
            return;
        }
        for wanted in wanted(inputs, policy) {
            let refusals = self.tenants.entry(inputs.tenant.clone()).or_default();
            let refusals = refusals.entry(inputs.server.clone()).or_default();
            if !refusals.contains_key(&wanted) {
                if self.different >= MOST {
                    self.unknown += 1;
                    return;
                }
                self.different += 1;
            }
            let seen = refusals.entry(wanted).or_default();
            seen.count += 1;
            seen.last = seen.last.max(at);
            seen.reasons.insert(reason.code());
        }
    }
}

fn wanted(inputs: &Inputs, policy: Option<&Policy>) -> Vec<Wanted> {
    let server = policy.and_then(|policy| policy.servers.get(&inputs.server));
    match &inputs.target {
        Target::Server => vec![Wanted::Server],
        Target::Tool(name) if server.is_some_and(|server| server.read_only.contains(name)) => {
            vec![Wanted::Tool(name.clone())]
        }
        Target::Tool(name) => vec![Wanted::Unmanaged(name.clone())],
        Target::Prompt(name) => vec![Wanted::Prompt(name.clone())],
        Target::Resource(uri) => vec![Wanted::Resource(uri.clone())],
        Target::Completion(Completion::Prompt(name)) => vec![Wanted::CompletePrompt(name.clone())],
        Target::Completion(Completion::Resource(uri)) => vec![Wanted::CompleteResource(uri.clone())],
        Target::Listen(filter) if filter.uris.is_empty() => vec![Wanted::WatchLists],
        Target::Listen(filter) => filter.uris.iter().cloned().map(Wanted::Watch).collect(),
    }
}

pub(super) fn run(args: &SuggestArgs, dir: &Path) -> Result<ExitCode> {
    let since = args.since.unwrap_or(UnixMillis(0));
    let found = match decisions(dir, &args.keys.path(dir), 0..u64::MAX, since) {
        Ok(found) => found,
        Err(fault) => return told(args.json, &fault),
    };
    let (mut policies, mut proposal) = (Policies::new(dir), Proposal::default());
    for decision in found {
        let decision = match decision {
            Ok(decision) => decision,
            Err(fault) => return told(args.json, &fault),
        };
        let Err(reason) = decision.decided else { continue };
        let tenant = decision.json.get("tenant").and_then(serde_json::Value::as_str);
        let is_meant = args.tenant.as_ref().is_none_or(|wanted| tenant == Some(wanted.as_str()));
        if !reason.code().starts_with("policy.") || !is_meant {
            continue;
        }
        let inputs = match &decision.kept {
            Kept::Inputs(inputs) => Some(&**inputs),
            Kept::Erased | Kept::Missing(_) => None,
        };
        proposal.refused(decision.time, reason, inputs, policies.get(decision.policy).ok());
    }
    if args.json {
        out::line(&visible::json_line(&value::json(&proposal)))?;
        return Ok(ExitCode::from(if proposal.total == 0 { exit::BAD } else { 0 }));
    }
    if proposal.total == 0 {
        out::say("the log has no refusal by the policy there: nothing to propose");
        return Ok(ExitCode::from(exit::BAD));
    }
    out::data(&write::yaml(&proposal))?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests;
