//! The servers behind the gateway: the entries, and allowlisted hosts that no entry uses.

use super::{Context, pem, secret, tools};
use crate::config::codes::Code;
use crate::config::diagnostic::{Diagnostic, Span};
use crate::config::scalar;
use crate::config::section::Section;
use casemate_core::host::Host;
use casemate_core::mcp::Revision;
use casemate_core::policy::{Reach, Server};
use casemate_core::{Secret, ServerName};
use casemate_gateway::config::{InputKinds, PinMode, Upstream};
use casemate_net::{ClientIdentity, Named, Target, Trust};
use std::collections::{BTreeMap, BTreeSet};
use url::Url;

#[derive(Default)]
pub(super) struct Reached {
    pub(super) servers: BTreeMap<ServerName, Server>,
    pub(super) upstreams: BTreeMap<ServerName, Upstream>,
}

struct Seen {
    names: BTreeMap<String, Span>,
    urls: BTreeMap<String, Span>,
    hosts: Vec<Host>,
}

pub(super) fn resolve(cx: &mut Context<'_>, root: Section<'_>, domains: &[Host]) -> Reached {
    let listed = root.section("mcp_gateway").section("allowlists").texts("allowed_mcp_servers");
    let allowlist: Vec<_> = listed.iter().filter_map(|text| Some((Host::parse(text.value).ok()?, text.span))).collect();
    let allowed: Vec<Host> = allowlist.iter().map(|(host, _)| host.clone()).collect();
    let mut seen = Seen { names: BTreeMap::new(), urls: BTreeMap::new(), hosts: Vec::new() };
    let mut reached = Reached::default();
    for entry in root.sections("upstreams") {
        let Some((upstream, span)) = upstream(cx, entry, &mut seen) else { continue };
        let reach = Reach::judge(upstream.target.host(), &allowed, domains);
        warn_unreachable(cx, reach, upstream.target.host(), span);
        let read_only = tools::names(cx, &entry.texts("read_only"));
        let server = Server { host: upstream.target.host().clone(), reach, read_only };
        reached.servers.insert(upstream.name.clone(), server);
        reached.upstreams.insert(upstream.name.clone(), upstream);
    }
    for (host, span) in allowlist {
        if seen.hosts.contains(&host) {
            continue;
        }
        seen.hosts.push(host.clone());
        let reach = Reach::judge(&host, &allowed, domains);
        warn_unreachable(cx, reach, &host, span);
        if let Some(upstream) = implied(cx, &host, span, &seen) {
            // Nobody said which of its tools only read.
            let server = Server { host, reach, read_only: BTreeSet::new() };
            reached.servers.insert(upstream.name.clone(), server);
            reached.upstreams.insert(upstream.name.clone(), upstream);
        }
    }
    reached
}

fn warn_unreachable(cx: &mut Context<'_>, reach: Reach, host: &Host, span: Span) {
    let (what, help) = match reach {
        Reach::Allowed => return,
        Reach::NotListed => {
            ("allowlists.allowed_mcp_servers does not list it", format!("add `{host}` to allowed_mcp_servers"))
        }
        Reach::OutsideDomains => (
            "MCP_ALLOWED_DOMAINS does not cover it",
            format!("add `{host}` or a domain above it to MCP_ALLOWED_DOMAINS"),
        ),
    };
    let found = Diagnostic::warning(Code::Unreachable, span, format!("`{host}` cannot be reached: {what}"));
    cx.push(found.label("every call to it is refused").help(help));
}

fn upstream(cx: &mut Context<'_>, entry: Section<'_>, seen: &mut Seen) -> Option<(Upstream, Span)> {
    let url_text = entry.text("url");
    let url = url_text.as_ref().and_then(|text| scalar::read_url(text.value).ok());
    if let Some(host) = url.as_ref().and_then(|url| Host::of_url(url).ok()) {
        seen.hosts.push(host);
    }
    let name = entry.text("name");
    if let Some(name) = &name {
        once(cx, &mut seen.names, name.value, name.span, "name");
    }
    if let (Some(url), Some(text)) = (&url, &url_text) {
        once(cx, &mut seen.urls, url.as_str(), text.span, "URL");
    }
    let trust = trust(cx, entry.section("tls"));
    let credential =
        if entry.written("credential").is_some() { Some(credential(cx, entry.section("credential"))?) } else { None };
    let (trust, url, span) = (trust?, url?, url_text?.span);
    let target = target(cx, &url, span, &trust)?;
    if url.scheme() == "http" && !target.host().as_ip().is_some_and(|address| address.is_loopback()) {
        let found = Diagnostic::warning(Code::PlainUpstream, span, "the upstream is reached without TLS");
        cx.push(found.label("the scheme is http").help("use https; for a private CA set `tls.ca`"));
    }
    let requests = entry.texts("requests");
    let asks = |kind: &str| requests.iter().any(|request| request.value == kind);
    let timeouts = entry.section("timeouts");
    let (first_byte, total) = (timeouts.duration("first_byte"), timeouts.duration("total"));
    if first_byte > total {
        let message = "`first_byte` is longer than `total`, so it could never fire";
        cx.push(Diagnostic::error(Code::Range, timeouts.span_of("first_byte"), message).help("make `total` longer"));
    }
    let upstream = Upstream {
        name: ServerName::parse(name?.value).ok()?,
        url,
        target,
        credential,
        first_byte,
        total,
        requests: InputKinds {
            elicitation: asks("elicitation"),
            elicitation_url: asks("elicitation-url"),
            sampling: asks("sampling"),
            roots: asks("roots"),
        },
        revision: Revision::parse(entry.word("revision")),
        pins: if entry.word("pins") == "trust-first" { PinMode::TrustFirst } else { PinMode::Review },
        relist: entry.duration("relist"),
        sensitive: entry.flag("sensitive"),
    };
    Some((upstream, span))
}

fn once(cx: &mut Context<'_>, seen: &mut BTreeMap<String, Span>, value: &str, span: Span, what: &str) {
    match seen.get(value) {
        Some(first) => {
            let found =
                Diagnostic::error(Code::DuplicateUpstream, span, format!("two upstreams have the {what} `{value}`"));
            cx.push(
                found
                    .label("the second one")
                    .also(*first, "the first one")
                    .help(format!("give each entry its own {what}")),
            );
        }
        None => {
            seen.insert(value.to_owned(), span);
        }
    }
}

fn target(cx: &mut Context<'_>, url: &Url, span: Span, trust: &Trust) -> Option<Target> {
    match Target::new(url, Named::ByOperator, trust) {
        Ok(target) => Some(target),
        Err(error) => {
            let found = Diagnostic::error(Code::Upstream, span, format!("the upstream cannot be used: {error}"));
            cx.push(
                found
                    .label("this URL")
                    .help("operators may name private hosts, loopback only as a literal such as 127.0.0.1"),
            );
            None
        }
    }
}

/// The server that an allowlisted host is where no entry uses it.
fn implied(cx: &mut Context<'_>, host: &Host, span: Span, seen: &Seen) -> Option<Upstream> {
    let shown = if host.as_ip().is_some_and(|ip| ip.is_ipv6()) { format!("[{host}]") } else { host.to_string() };
    let name = ServerName::parse(host.as_str()).ok();
    let clash = seen.names.get(host.as_str());
    let (Some(name), None) = (name, clash) else {
        let found =
            Diagnostic::error(Code::DuplicateUpstream, span, format!("`{host}` cannot be the name of a server"));
        let found = match clash {
            Some(other) => found
                .label("an allowlisted host that no upstream uses is a server of that name")
                .also(*other, "this upstream has the name already"),
            None => found.label("no upstream uses this host, so its name would be the host itself"),
        };
        cx.push(found.help("add an upstream with a name of its own for this host, or remove the host"));
        return None;
    };
    let url = Url::parse(&format!("https://{shown}/mcp")).ok()?;
    let target = target(cx, &url, span, &Trust::default())?;
    let defaults = Section::defaults("upstreams");
    let timeouts = defaults.section("timeouts");
    Some(Upstream {
        name,
        url,
        target,
        credential: None,
        first_byte: timeouts.duration("first_byte"),
        total: timeouts.duration("total"),
        requests: InputKinds::default(),
        revision: None,
        pins: PinMode::default(),
        relist: defaults.duration("relist"),
        sensitive: false,
    })
}

fn trust(cx: &mut Context<'_>, tls: Section<'_>) -> Option<Trust> {
    let roots = match tls.path("ca", cx.base) {
        Some(path) => pem::roots(cx, &path),
        None => Some(Vec::new()),
    };
    let client = match (tls.written("certificate"), tls.written("key")) {
        (None, None) => Some(None),
        (Some(_), Some(_)) => pem::pair(cx, tls).map(|(chain, key)| Some(ClientIdentity { chain, key })),
        (Some(node), None) | (None, Some(node)) => {
            let found = Diagnostic::error(
                Code::MissingKey,
                node.span,
                "a client certificate needs both `certificate` and `key`",
            );
            cx.push(found.label("the other one is missing").help("add the other one, or remove this one"));
            None
        }
    };
    Some(Trust { roots: roots?, client: client? })
}

fn credential(cx: &mut Context<'_>, section: Section<'_>) -> Option<(http::HeaderName, Secret)> {
    let header = http::HeaderName::from_bytes(section.word("header").as_bytes()).ok()?;
    let value = secret::read(cx, section)?;
    let prefix = section.text("prefix").map(|prefix| format!("{} ", prefix.value)).unwrap_or_default();
    let mut bytes = prefix.into_bytes();
    bytes.extend_from_slice(value.expose());
    if http::HeaderValue::from_bytes(&bytes).is_err() {
        let found =
            Diagnostic::error(Code::Credential, section.caret(), "the credential cannot be the value of a header");
        cx.push(found.label("this credential").help("it must be one line of visible characters"));
        return None;
    }
    Some((header, Secret::new(bytes)))
}
