//! `casemate can`: what policy would decide, and why.

use crate::config::{self, Environment, Loaded};
use crate::out;
use anyhow::{Context as _, Result, bail};
use casemate_core::mcp::{Completion, Listen, Method, Target};
use casemate_core::pin::Standing;
use casemate_core::policy::{Check, Step, admit};
use casemate_core::principal::{CertificateFacts, How, Scope, Scopes, TokenFacts};
use casemate_core::{Principal, Reason, ServerName, Subject, TenantId, UnixMillis};
use casemate_gateway::config::Mode;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

/// Say what policy would decide about a call, and why.
#[derive(Debug, Args)]
pub struct CanArgs {
    /// Who: a certificate identity such as spiffe://example.org/agents/a, `token:CLAIM=VALUE`,
    /// `token:ISSUER|CLAIM=VALUE`, or `anonymous`.
    #[arg(long = "as", value_name = "ID")]
    pub identity: String,
    /// The server.
    #[arg(long)]
    pub server: String,
    /// A tool to call.
    #[arg(long, group = "target")]
    pub tool: Option<String>,
    /// A resource to read, by URI.
    #[arg(long, group = "target")]
    pub resource: Option<String>,
    /// A prompt to get.
    #[arg(long, group = "target")]
    pub prompt: Option<String>,
    /// The MCP method, where it is not the target's own.
    #[arg(long)]
    pub method: Option<String>,
    /// The tenant that the identity should belong to.
    #[arg(long)]
    pub tenant: Option<String>,
    /// The scopes of a token, separated by spaces; certificates have those of their mapping.
    #[arg(long, default_value = "mcp")]
    pub scope: String,
    /// The configuration.
    #[arg(long, short, default_value = "casemate.yaml", env = "CASEMATE_CONFIG")]
    pub config: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// What would be decided.
#[derive(Debug)]
pub struct Verdict {
    /// The tenant, where the identity belongs to one.
    pub tenant: Option<TenantId>,
    /// What was looked at, in order.
    pub steps: Vec<Step>,
    /// The rule that admits, by its index, or the reason for which it is refused.
    pub outcome: Result<usize, Reason>,
    /// Whether it is a tool that is not known to be read-only, so that its name alone could admit it.
    pub unmanaged: bool,
}

/// Runs the command: 0 permits, 1 denies, 2 cannot say.
///
/// # Errors
/// Arguments that fit nothing.
pub fn run(args: &CanArgs) -> Result<ExitCode> {
    let loaded = match config::load(&args.config, &Environment::of_process()) {
        Ok(loaded) => loaded,
        Err(report) => {
            out::show(&report.render(true));
            return Ok(ExitCode::from(2));
        }
    };
    let verdict = judge(&loaded, args)?;
    if args.json {
        out::json(&to_json(&loaded, &verdict))?
    } else {
        out::data(&to_text(&loaded, &verdict))?
    }
    Ok(ExitCode::from(u8::from(verdict.outcome.is_err())))
}

/// Judges the call by the same function that the gateway uses.
///
/// # Errors
/// As [`run`].
pub fn judge(loaded: &Loaded, args: &CanArgs) -> Result<Verdict> {
    let server = ServerName::parse(&args.server).context("the server's name cannot be used")?;
    let target = target(args)?;
    let mapped = principal(loaded, &args.identity, &args.scope)?;
    let principal = match mapped {
        Ok(principal) => principal,
        Err(reason) => {
            return Ok(Verdict { tenant: None, steps: Vec::new(), outcome: Err(reason), unmanaged: false });
        }
    };
    if let Some(expected) = &args.tenant
        && expected != principal.tenant.as_str()
    {
        bail!("the identity belongs to the tenant `{}`, not `{}`", principal.tenant, out::safe(expected));
    }
    let mut steps = Vec::new();
    let policy = &loaded.config.policy;
    // Pins are state, not configuration: only the gateway that keeps them can judge by them.
    let outcome = admit(policy, &principal, &server, &target, Standing::Unpinned, |step| steps.push(step));
    let unmanaged = match (&target, policy.servers.get(&server)) {
        (Target::Tool(name), Some(entry)) => !entry.read_only.contains(name),
        _ => false,
    };
    Ok(Verdict { tenant: Some(principal.tenant), steps, outcome: outcome.map(|admitted| admitted.rule()), unmanaged })
}

fn target(args: &CanArgs) -> Result<Target> {
    let method = match &args.method {
        Some(name) => Some(request(name).with_context(|| {
            let requests = Method::ALL.iter().filter(|method| method.is_request()).map(|method| method.as_str());
            let near = config::scalar::nearest(name, requests);
            let help = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            format!("there is no method `{}`{help}", out::safe(name))
        })?),
        None => None,
    };
    let (tool, resource, prompt) = (args.tool.clone(), args.resource.clone(), args.prompt.clone());
    Ok(match (method, tool, resource, prompt) {
        (None | Some(Method::ToolsCall), Some(tool), None, None) => Target::Tool(tool),
        (None | Some(Method::ResourcesRead), None, Some(uri), None) => Target::Resource(uri),
        (None | Some(Method::PromptsGet), None, None, Some(prompt)) => Target::Prompt(prompt),
        (Some(Method::Complete), None, Some(uri), None) => Target::Completion(Completion::Resource(uri)),
        (Some(Method::Complete), None, None, Some(prompt)) => Target::Completion(Completion::Prompt(prompt)),
        (Some(Method::Listen), None, uri, None) => {
            Target::Listen(Listen { uris: uri.into_iter().collect(), ..Listen::default() })
        }
        (Some(Method::Subscribe | Method::Unsubscribe), None, Some(uri), None) => {
            Target::Listen(Listen { uris: vec![uri], ..Listen::default() })
        }
        (Some(Method::ToolsCall), ..) => bail!("tools/call needs --tool"),
        (Some(Method::ResourcesRead), ..) => bail!("resources/read needs --resource"),
        (Some(Method::PromptsGet), ..) => bail!("prompts/get needs --prompt"),
        (Some(Method::Complete), ..) => bail!("completion/complete needs --prompt or --resource"),
        (Some(method @ (Method::Subscribe | Method::Unsubscribe)), ..) => bail!("{} needs --resource", method.as_str()),
        (_, None, None, None) => Target::Server,
        (Some(method), ..) => bail!("{} takes no --tool, --resource or --prompt", method.as_str()),
        (None, ..) => bail!("choose one of --tool, --resource and --prompt"),
    })
}

/// The request of that name, in whichever era has it.
fn request(name: &str) -> Option<Method> {
    Method::ALL.into_iter().find(|method| method.is_request() && method.as_str() == name)
}

/// The principal that the identity would be, or the reason for which it is none.
fn principal(loaded: &Loaded, identity: &str, scope: &str) -> Result<Result<Principal, Reason>> {
    let config = &loaded.config;
    if identity == "anonymous" {
        let Some(tenant) = config.auth.anonymous.clone() else { return Ok(Err(Reason::AuthRequired)) };
        let subject = Subject::parse("anonymous").context("the subject cannot be used")?;
        return Ok(Ok(Principal { tenant, subject, scopes: Scope::ALL.into_iter().collect(), how: How::Anonymous }));
    }
    if config.auth.mode == Mode::None {
        bail!("with auth.mode none every caller is `anonymous`: use --as anonymous");
    }
    match identity.strip_prefix("token:") {
        Some(token) => by_token(loaded, token, scope),
        None => by_certificate(loaded, identity),
    }
}

fn by_certificate(loaded: &Loaded, identity: &str) -> Result<Result<Principal, Reason>> {
    let subject = Subject::parse(identity).context("the identity cannot be used")?;
    match loaded.config.auth.mode {
        Mode::CertificateAndToken => return Ok(Err(Reason::AuthTokenRequired)),
        mode if !mode.takes_certificates() => return Ok(Err(Reason::AuthRequired)),
        _ => {}
    }
    let mut found: Option<(TenantId, Scopes)> = None;
    for (id, tenant) in &loaded.config.tenants {
        let mut matching = tenant.certificates.iter().filter(|mapping| mapping.san.matches(identity)).peekable();
        if matching.peek().is_none() {
            continue;
        }
        if found.is_some() {
            return Ok(Err(Reason::TenantConflict));
        }
        let scopes = Scope::ALL.into_iter();
        let granted: Vec<Scopes> = matching.map(|mapping| mapping.scopes).collect();
        let scopes = scopes.filter(|scope| granted.iter().any(|set| set.has(*scope))).collect();
        found = Some((id.clone(), scopes));
    }
    let Some((tenant, scopes)) = found else { return Ok(Err(Reason::TenantUnknown)) };
    let facts =
        CertificateFacts { identity: subject.clone(), thumbprint: String::new(), not_after: UnixMillis(u64::MAX) };
    Ok(Ok(Principal { tenant, subject, scopes, how: How::Certificate(facts) }))
}

fn by_token(loaded: &Loaded, token: &str, scope: &str) -> Result<Result<Principal, Reason>> {
    let Some(jwt) = &loaded.config.auth.jwt else { return Ok(Err(Reason::AuthTokenUnexpected)) };
    let (issuer, pair) = token.split_once('|').unwrap_or((&jwt.issuer, token));
    let (claim, value) = pair.split_once('=').context("a token is written token:CLAIM=VALUE")?;
    if issuer != jwt.issuer {
        return Ok(Err(Reason::TokenIssuer));
    }
    let belongs = |token: &casemate_gateway::config::TokenMapping| {
        token.issuer == issuer && token.claim == claim && token.value == value
    };
    let mut matching = loaded.config.tenants.iter().filter(|(_, tenant)| tenant.tokens.iter().any(belongs));
    let Some((tenant, _)) = matching.next() else { return Ok(Err(Reason::TenantUnknown)) };
    if matching.next().is_some() {
        return Ok(Err(Reason::TenantConflict));
    }
    let subject = Subject::parse("token").context("the subject cannot be used")?;
    let facts = TokenFacts {
        issuer: issuer.to_owned(),
        subject: subject.clone(),
        client_id: None,
        expires: UnixMillis(u64::MAX),
    };
    let scopes = Scopes::from_claim(scope);
    Ok(Ok(Principal { tenant: tenant.clone(), subject, scopes, how: How::Token(facts) }))
}

/// Where a rule stands: file and line.
fn place(loaded: &Loaded, verdict: &Verdict, rule: usize) -> Option<String> {
    let line = loaded.rule_lines.get(verdict.tenant.as_ref()?)?.get(rule)?;
    Some(format!("{}:{line}", loaded.path.display()))
}

/// What stands for the last check, which only a running gateway makes.
const PINS: &str = "judged by the running gateway: casemate pins list";

/// Whether a step admitted a tool by its name in `unmanaged_tools`.
fn by_name(verdict: &Verdict, step: &Step) -> bool {
    verdict.unmanaged && step.check == Check::TargetRule && step.failed.is_none()
}

fn to_text(loaded: &Loaded, verdict: &Verdict) -> String {
    let mut text = String::new();
    if let Some(tenant) = &verdict.tenant {
        text.push_str(&format!("  identity               belongs to tenant {tenant}\n"));
    }
    for step in &verdict.steps {
        let said = match (step.failed, step.rule) {
            (Some(reason), _) => format!("no: {reason}"),
            (None, _) if step.check == Check::Pin => PINS.to_owned(),
            (None, Some(rule)) => {
                let named =
                    if by_name(verdict, step) { "unmanaged_tools names it; the server is covered by " } else { "" };
                format!("yes: {named}{}", place(loaded, verdict, rule).unwrap_or_default())
            }
            (None, None) => "yes".to_owned(),
        };
        text.push_str(&format!("  {:<22} {said}\n", step.check.as_str()));
    }
    match verdict.outcome {
        Ok(rule) => text.push_str(&format!("permit: rule at {}\n", place(loaded, verdict, rule).unwrap_or_default())),
        Err(reason) => {
            let facts = reason.facts();
            text.push_str(&format!("deny: {}: {}\n  {}\n", facts.code, facts.message, facts.help));
        }
    }
    text
}

fn to_json(loaded: &Loaded, verdict: &Verdict) -> serde_json::Value {
    let steps: Vec<_> = verdict
        .steps
        .iter()
        .map(|step| {
            let pin = step.check == Check::Pin;
            json!({
                "check": step.check.as_str(),
                "ok": if pin { None } else { Some(step.failed.is_none()) },
                "reason": step.failed.map(Reason::code),
                "rule": step.rule.and_then(|rule| place(loaded, verdict, rule)),
                "unmanaged": by_name(verdict, step),
                "note": pin.then_some(PINS),
            })
        })
        .collect();
    json!({
        "decision": if verdict.outcome.is_ok() { "permit" } else { "deny" },
        "reason": verdict.outcome.err().map(Reason::code),
        "rule": verdict.outcome.ok().and_then(|rule| place(loaded, verdict, rule)),
        "tenant": verdict.tenant.as_ref().map(|tenant| tenant.as_str()),
        "steps": steps,
        "policy": loaded.digest.to_string(),
    })
}

#[cfg(test)]
mod tests;
