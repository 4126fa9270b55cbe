//! The tenants: who belongs to each, its limits and its rules.

use super::{Context, auth, tools};
use crate::config::codes::Code;
use crate::config::diagnostic::{Diagnostic, Span};
use crate::config::section::Section;
use crate::config::tree::Spanned;
use casemate_core::glob::Glob;
use casemate_core::policy::{self, Rule, Server};
use casemate_core::principal::{Scope, Scopes};
use casemate_core::{ServerName, TenantId};
use casemate_gateway::config::{CertificateMapping, Limit, Mode, Rate, Receipts, Tenant, TokenMapping};
use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct Tenants {
    pub(super) mappings: BTreeMap<TenantId, Tenant>,
    pub(super) policies: BTreeMap<TenantId, policy::Tenant>,
    pub(super) lines: BTreeMap<TenantId, Vec<usize>>,
    pub(super) anonymous: Option<TenantId>,
}

/// Mappings that were seen, so that none is given to two tenants.
#[derive(Default)]
struct Claimed {
    exact: BTreeMap<String, Span>,
    identities: Vec<(TenantId, Glob, Span)>,
}

pub(super) fn resolve(
    cx: &mut Context<'_>,
    root: Section<'_>,
    auth: &auth::Read,
    servers: &BTreeMap<ServerName, Server>,
) -> Tenants {
    let mut tenants = Tenants::default();
    let mut claimed = Claimed::default();
    let rates = root.section("mcp_gateway").section("rate_limits");
    let mut anonymous: Option<Span> = None;
    for (name, section) in root.named("tenants") {
        let Ok(id) = TenantId::parse(&name.value) else { continue };
        let certificates = certificates(cx, section, &id, auth, &mut claimed);
        let tokens = tokens(cx, section, auth, &mut claimed);
        let limits = section.section("limits");
        let tenant = Tenant {
            limit: tenant_limit(limits, rates),
            subject: limit(cx, limits.section("subject")),
            tools: tool_limits(cx, limits),
            sensitive: section.flag("sensitive"),
            receipt: if section.word("receipt") == "meta" { Receipts::Meta } else { Receipts::Header },
            certificates,
            tokens,
        };
        let is_anonymous = section.flag("anonymous");
        if is_anonymous {
            mark_anonymous(cx, section, auth, &mut anonymous);
            tenants.anonymous = Some(id.clone());
        }
        let belongs = is_anonymous || section.written("certificates").is_some() || section.written("tokens").is_some();
        if !belongs || (!is_anonymous && tenant.certificates.is_empty() && tenant.tokens.is_empty()) {
            let found = Diagnostic::warning(Code::Unmapped, name.span, format!("nobody belongs to the tenant `{id}`"));
            cx.push(found.label("this tenant").help("say which `certificates` or `tokens` belong to it"));
        }
        let (rules, lines) = rules(cx, section, servers);
        tenants.lines.insert(id.clone(), lines);
        let unmanaged = tools::unmanaged(cx, section, &rules, servers);
        tenants.policies.insert(id.clone(), policy::Tenant { rules, unmanaged });
        tenants.mappings.insert(id, tenant);
    }
    whole(cx, root, auth, &tenants);
    overlaps(cx, &claimed.identities);
    tenants
}

/// An identity that another tenant's pattern matches too would belong to nobody.
fn overlaps(cx: &mut Context<'_>, identities: &[(TenantId, Glob, Span)]) {
    for (tenant, exact, span) in identities.iter().filter(|(_, glob, _)| glob.is_exact()) {
        let other =
            identities.iter().find(|(other, glob, _)| other != tenant && glob != exact && glob.matches(exact.as_str()));
        if let Some((other, _, first)) = other {
            let message = format!("the identity `{}` belongs to the tenant `{other}` as well", exact.as_str());
            let found = Diagnostic::error(Code::Conflict, *span, message).label("this identity");
            cx.push(
                found.also(*first, "this pattern matches it").help("make the pattern narrower, or remove the identity"),
            );
        }
    }
}

/// What only shows once all tenants are known.
fn whole(cx: &mut Context<'_>, root: Section<'_>, auth: &auth::Read, tenants: &Tenants) {
    if auth.mode == Some(Mode::None) && tenants.anonymous.is_none() {
        let span = root.section("mcp_gateway").section("auth").span_of("mode");
        let found = Diagnostic::error(Code::Anonymous, span, "auth.mode none needs one tenant with `anonymous: true`");
        cx.push(
            found
                .label("callers of this mode have no identity")
                .help("add `anonymous: true` to the tenant that they are"),
        );
    } else if root.written("tenants").is_none_or(|node| node.entries().is_empty()) {
        let found =
            Diagnostic::warning(Code::NoTenant, root.caret(), "no tenant is configured, so every call is refused");
        cx.push(found.label("this configuration has no `tenants`").help("add a tenant under `tenants`"));
    }
}

fn mark_anonymous(cx: &mut Context<'_>, section: Section<'_>, auth: &auth::Read, first: &mut Option<Span>) {
    let span = section.span_of("anonymous");
    if auth.mode.is_some_and(|mode| mode != Mode::None) {
        let found = Diagnostic::error(Code::Anonymous, span, "`anonymous: true` without auth.mode none");
        cx.push(found.label("nobody is anonymous in this mode").help("remove it"));
    }
    match first {
        Some(first) => {
            let found = Diagnostic::error(Code::Anonymous, span, "two tenants have `anonymous: true`");
            cx.push(found.label("the second one").also(*first, "the first one").help("keep one of the two"));
        }
        None => *first = Some(span),
    }
}

/// Refuses a mapping that the mode never looks at.
fn idle(cx: &mut Context<'_>, section: Section<'_>, key: &str, help: &str) {
    if let Some(node) = section.written(key) {
        let caret = Span { end: node.span.end.min(node.span.start.saturating_add(1)), ..node.span };
        let found = Diagnostic::error(Code::Unenforceable, caret, format!("`{key}` has no effect with this auth.mode"));
        cx.push(found.label("never matched").help(help));
    }
}

fn claim(cx: &mut Context<'_>, claimed: &mut Claimed, what: String, span: Span) {
    if let Some(first) = claimed.exact.get(&what) {
        let found = Diagnostic::error(Code::Conflict, span, format!("{what} is mapped twice"));
        cx.push(found.label("the second time").also(*first, "the first time").help("map it to one tenant, once"));
    } else {
        claimed.exact.insert(what, span);
    }
}

fn certificates(
    cx: &mut Context<'_>,
    section: Section<'_>,
    tenant: &TenantId,
    auth: &auth::Read,
    claimed: &mut Claimed,
) -> Vec<CertificateMapping> {
    if auth.mode.is_some_and(|mode| !mode.takes_certificates()) {
        idle(cx, section, "certificates", "no certificate is asked for: remove it, or use mode mTLS");
        return Vec::new();
    }
    let mut mappings = Vec::new();
    for entry in section.sections("certificates") {
        let Some(san) = entry.text("san") else { continue };
        let Ok(glob) = Glob::parse(san.value) else { continue };
        claim(cx, claimed, format!("the identity `{}`", san.value), san.span);
        claimed.identities.push((tenant.clone(), glob.clone(), san.span));
        let names = entry.texts("scopes");
        let scopes: Scopes =
            names.iter().filter_map(|name| Scope::ALL.into_iter().find(|scope| scope.as_str() == name.value)).collect();
        // With both credentials required, the token's scopes count.
        if scopes.is_empty() && auth.mode != Some(Mode::CertificateAndToken) {
            let found =
                Diagnostic::warning(Code::NoScope, san.span, "these certificates get no scope, so they may do nothing");
            cx.push(found.label("this mapping").help("add `scopes: [mcp]`"));
        }
        mappings.push(CertificateMapping { san: glob, scopes });
    }
    mappings
}

fn tokens(cx: &mut Context<'_>, section: Section<'_>, auth: &auth::Read, claimed: &mut Claimed) -> Vec<TokenMapping> {
    if auth.mode.is_some_and(|mode| !mode.takes_tokens()) {
        idle(cx, section, "tokens", "no token is read: remove it, or add `auth.jwt`");
        return Vec::new();
    }
    let known = auth.jwt.as_ref().map(|jwt| jwt.issuer.as_str());
    let mut mappings = Vec::new();
    for entry in section.sections("tokens") {
        let written = entry.text("issuer");
        let (Some(name), Some(value)) = (entry.text("claim"), entry.text("value")) else { continue };
        if let (Some(issuer), Some(known)) = (&written, known)
            && issuer.value != known
        {
            let found = Diagnostic::error(
                Code::Unenforceable,
                issuer.span,
                format!("tokens of `{}` are not accepted", issuer.value),
            );
            cx.push(
                found
                    .label("not the issuer in auth.jwt")
                    .help(format!("the one issuer is `{known}`; remove the key to use it")),
            );
        }
        let Some(issuer) = written.map(|issuer| issuer.value).or(known) else { continue };
        claim(cx, claimed, format!("the claim {}={} of {issuer}", name.value, value.value), value.span);
        let (claim, value) = (name.value.to_owned(), value.value.to_owned());
        mappings.push(TokenMapping { issuer: issuer.to_owned(), claim, value });
    }
    mappings
}

/// A tenth of the rate, at least 10.
fn default_burst(rpm: u32) -> u32 {
    (rpm / 10).max(10)
}

fn tenant_limit(limits: Section<'_>, rates: Section<'_>) -> Limit {
    let own = limits.count32("rpm");
    let rpm = own.or_else(|| rates.count32("tenant_default_rpm")).unwrap_or(1);
    let general = if own.is_none() { rates.count32("tenant_default_burst") } else { None };
    let burst = limits.count32("burst").or(general).unwrap_or_else(|| default_burst(rpm));
    Limit { rate: Some(Rate { rpm, burst }), concurrency: limits.count32("concurrency") }
}

fn limit(cx: &mut Context<'_>, section: Section<'_>) -> Limit {
    let rpm = section.count32("rpm");
    if let (None, Some(node)) = (section.written("rpm"), section.written("burst")) {
        let found = Diagnostic::error(Code::Unenforceable, node.span, "`burst` without `rpm` limits nothing");
        cx.push(found.label("there is no rate").help("add `rpm`, or remove `burst`"));
    }
    let burst = section.count32("burst");
    let rate = rpm.map(|rpm| Rate { rpm, burst: burst.unwrap_or_else(|| default_burst(rpm)) });
    Limit { rate, concurrency: section.count32("concurrency") }
}

fn tool_limits(cx: &mut Context<'_>, limits: Section<'_>) -> Vec<(Glob, Glob, Limit)> {
    let mut found = Vec::new();
    for entry in limits.sections("tools") {
        let limit = limit(cx, entry);
        if entry.written("rpm").is_none() && entry.written("concurrency").is_none() {
            let nothing = Diagnostic::error(Code::MissingKey, entry.caret(), "this limit of a tool limits nothing");
            cx.push(nothing.label("neither rate nor concurrency").help("add `rpm` or `concurrency`"));
        }
        let glob = |name| entry.text(name).and_then(|text| Glob::parse(text.value).ok());
        if let (Some(server), Some(tool)) = (glob("server"), glob("tool")) {
            found.push((server, tool, limit));
        }
    }
    found
}

fn rules(
    cx: &mut Context<'_>,
    section: Section<'_>,
    servers: &BTreeMap<ServerName, Server>,
) -> (Vec<Rule>, Vec<usize>) {
    let (mut rules, mut lines) = (Vec::new(), Vec::new());
    for entry in section.sections("rules") {
        for server in entry.texts("servers") {
            unknown_server(cx, &server, servers);
        }
        let globs = |name| entry.texts(name).iter().filter_map(|text| Glob::parse(text.value).ok()).collect();
        lines.push(entry.span.line);
        rules.push(Rule {
            servers: globs("servers"),
            tools: globs("tools"),
            resources: globs("resources"),
            prompts: globs("prompts"),
            completion: entry.flag("completion"),
            subscriptions: entry.flag("subscriptions"),
        });
    }
    (rules, lines)
}

fn unknown_server(cx: &mut Context<'_>, written: &Spanned<&str>, servers: &BTreeMap<ServerName, Server>) {
    let Ok(glob) = Glob::parse(written.value) else { return };
    if servers.keys().any(|name| glob.matches(name.as_str())) {
        return;
    }
    let found = Diagnostic::warning(
        Code::UnknownServer,
        written.span,
        format!("no server has a name like `{}`", written.value),
    );
    let found = found.label("covers nothing");
    cx.push(match crate::config::scalar::nearest(written.value, servers.keys().map(ServerName::as_str)) {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None => found.help("add the server to `upstreams`, or remove it from the rule"),
    });
}
