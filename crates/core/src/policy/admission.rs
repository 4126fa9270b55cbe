//! The one admission function. Listing, completing, watching and calling all ask it.

use super::rules::{Policy, Rule, Server, Tenant};
use crate::glob::Glob;
use crate::mcp::{Completion, Target};
use crate::pin::Standing;
use crate::principal::Scope;
use crate::{Principal, Reason, ServerName};

/// What was looked at, in the order in which it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// The tenant exists.
    Tenant,
    /// The principal has the scope of the route.
    Scope,
    /// The server exists.
    Server,
    /// The allowlist and the allowed domains cover the server's host.
    Reach,
    /// A rule of the tenant covers the server.
    ServerRule,
    /// A rule that covers the server admits the target.
    TargetRule,
    /// The target's definition is the one that was approved.
    Pin,
}

impl Check {
    /// Its name for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Scope => "scope",
            Self::Server => "server",
            Self::Reach => "allowlist and domains",
            Self::ServerRule => "rule for the server",
            Self::TargetRule => "rule for the target",
            Self::Pin => "approved definition",
        }
    }
}

/// One step of a decision, for explanations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What was looked at.
    pub check: Check,
    /// The reason for which it failed, if it did.
    pub failed: Option<Reason>,
    /// The index of the rule that admitted, where one did.
    pub rule: Option<usize>,
}

/// The proof that the admission function said yes, and by which rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admitted {
    rule: usize,
}

impl Admitted {
    /// The index of the rule among the tenant's rules.
    #[must_use]
    pub const fn rule(self) -> usize {
        self.rule
    }
}

/// Whether `principal` may reach `target` on `server`, whose definition stands as `pin` says. Each step is told to
/// `tell`; the first that fails is the reason.
///
/// # Errors
/// The reason of the first step that failed.
pub fn admit(
    policy: &Policy,
    principal: &Principal,
    server: &ServerName,
    target: &Target,
    pin: Standing,
    mut tell: impl FnMut(Step),
) -> Result<Admitted, Reason> {
    let mut step = |check: Check, outcome: Result<Option<usize>, Reason>| {
        let (failed, rule) = match outcome {
            Ok(rule) => (None, rule),
            Err(reason) => (Some(reason), None),
        };
        tell(Step { check, failed, rule });
        outcome
    };
    let tenant = policy.tenants.get(&principal.tenant);
    step(Check::Tenant, tenant.map(|_| None).ok_or(Reason::TenantUnknown))?;
    let rules = tenant.map(|t| t.rules.as_slice()).unwrap_or_default();
    let scoped = principal.scopes.has(Scope::Mcp);
    step(Check::Scope, if scoped { Ok(None) } else { Err(Reason::ScopeInsufficient) })?;
    let entry = policy.servers.get(server);
    step(Check::Server, entry.map(|_| None).ok_or(Reason::PolicyServer))?;
    let unreachable = entry.and_then(|entry| entry.reach.refusal());
    step(Check::Reach, unreachable.map_or(Ok(None), Err))?;
    let covering = || rules.iter().enumerate().filter(|(_, rule)| rule.covers(server));
    let first = covering().next().map(|(at, _)| at);
    step(Check::ServerRule, first.map(Some).ok_or(Reason::PolicyServer))?;
    let admitting = target_rule(tenant, entry, covering(), server, target);
    let rule = step(Check::TargetRule, admitting.map(Some))?;
    step(Check::Pin, pin.refusal().map_or(Ok(None), Err))?;
    rule.map(|rule| Admitted { rule }).ok_or(Reason::Internal)
}

/// The first rule that admits the target. A tool that the tenant names exactly is admitted on a server that any rule
/// covers; any other must be known to be read-only, and be covered by a rule.
fn target_rule<'a>(
    tenant: Option<&Tenant>,
    entry: Option<&Server>,
    mut covering: impl Iterator<Item = (usize, &'a Rule)>,
    server: &ServerName,
    target: &Target,
) -> Result<usize, Reason> {
    if let Target::Tool(name) = target {
        let named = tenant.and_then(|tenant| tenant.unmanaged.get(server)).is_some_and(|names| names.contains(name));
        if named {
            return covering.next().map(|(at, _)| at).ok_or(Reason::PolicyServer);
        }
        if !entry.is_some_and(|entry| entry.read_only.contains(name)) {
            let matched = covering.any(|(_, rule)| any(&rule.tools, name));
            return Err(if matched { Reason::PolicyUnmanaged } else { Reason::PolicyTool });
        }
    }
    covering.find(|(_, rule)| admits(rule, target)).map(|(at, _)| at).ok_or_else(|| refusal_of(target))
}

fn admits(rule: &Rule, target: &Target) -> bool {
    match target {
        Target::Server => true,
        Target::Tool(name) => any(&rule.tools, name),
        Target::Prompt(name) => any(&rule.prompts, name),
        Target::Resource(uri) => any_uri(&rule.resources, uri),
        Target::Completion(Completion::Prompt(name)) => rule.completion && any(&rule.prompts, name),
        Target::Completion(Completion::Resource(uri)) => rule.completion && any_uri(&rule.resources, uri),
        Target::Listen(filter) => rule.subscriptions && filter.uris.iter().all(|uri| any_uri(&rule.resources, uri)),
    }
}

fn any(globs: &[Glob], name: &str) -> bool {
    globs.iter().any(|glob| glob.matches(name))
}

/// A URI that two parsers may read as two different resources is only admitted by a rule without wildcards.
fn any_uri(globs: &[Glob], uri: &str) -> bool {
    let ambiguous = is_ambiguous(uri);
    globs.iter().any(|glob| (!ambiguous || glob.is_exact()) && glob.matches(uri))
}

fn is_ambiguous(uri: &str) -> bool {
    let lower = uri.to_ascii_lowercase();
    let path_end = lower.find(['?', '#']).unwrap_or(lower.len());
    let (path, _) = lower.split_at_checked(path_end).unwrap_or((&lower, ""));
    let encoded = ["%2e", "%2f", "%5c", "%25", "%00"].iter().any(|code| lower.contains(code));
    let dots = path.split('/').any(|segment| segment == "." || segment == "..");
    encoded || dots || uri.contains('\\') || uri.chars().any(|c| c.is_control() || c.is_whitespace())
}

const fn refusal_of(target: &Target) -> Reason {
    match target {
        Target::Server => Reason::PolicyServer,
        Target::Tool(_) => Reason::PolicyTool,
        Target::Prompt(_) => Reason::PolicyPrompt,
        Target::Resource(_) => Reason::PolicyResource,
        Target::Completion(_) => Reason::PolicyCompletion,
        Target::Listen(_) => Reason::PolicySubscription,
    }
}

#[cfg(test)]
mod tests;
