//! The data listener, its caps and its required headers.

use super::variables::Variables;
use super::{Context, auth, pem};
use crate::config::codes::Code;
use crate::config::diagnostic::Diagnostic;
use crate::config::scalar;
use crate::config::section::Section;
use casemate_core::host::Host;
use casemate_gateway::config::{Caps, Listener, Mode, RequiredHeaders, ServerTls, Sessions};
use std::net::{IpAddr, SocketAddr};
use url::Url;

pub(super) fn listener(cx: &mut Context<'_>, gateway: Section<'_>, auth: &auth::Read) -> Option<Listener> {
    let address = address(gateway);
    let tls = gateway.section("tls");
    let pair = pem::pair(cx, tls);
    let public_url = public_url(cx, gateway, tls.is_written());
    if let (Some(address), Some(mode)) = (address, auth.mode) {
        mode_fits(cx, gateway, address, mode);
        if mode.takes_tokens() && gateway.written("public_url").is_none() {
            let message = "tokens are accepted, so `public_url` must be set";
            let found = Diagnostic::error(Code::PublicUrl, gateway.section("auth").span_of("mode"), message);
            cx.push(found.label("this mode takes tokens").help(
                "add `public_url` to `mcp_gateway`: the URL that clients use; a token must name public_url/mcp/NAME as its audience",
            ));
        }
    }
    let hosts = gateway.texts("hosts").iter().filter_map(|host| Host::parse(host.value).ok()).collect();
    let origins = gateway.texts("origins").iter().map(|origin| origin.value.to_owned()).collect();
    let tls = pair.map(|(chain, key)| ServerTls { chain, key, clients: auth.clients.clone() });
    Some(Listener { address: address?, tls, public_url, hosts, origins })
}

/// The address of a section with `host` and `port`.
pub(super) fn address(section: Section<'_>) -> Option<SocketAddr> {
    let host: IpAddr = section.word("host").parse().ok()?;
    Some(SocketAddr::new(host, u16::try_from(section.count("port")?).ok()?))
}

fn mode_fits(cx: &mut Context<'_>, gateway: Section<'_>, address: SocketAddr, mode: Mode) {
    let (auth, loopback) = (gateway.section("auth"), address.ip().is_loopback());
    if mode == Mode::None && !loopback {
        let message = format!("auth.mode none on {}: everyone who reaches the listener could use it", address.ip());
        let found = Diagnostic::error(Code::ModeNone, auth.span_of("mode"), message).label("no authentication");
        let found = if gateway.written("host").is_some() {
            found.also(gateway.span_of("host"), "not a loopback address")
        } else {
            found
        };
        cx.push(found.help("listen on 127.0.0.1, or use mode mTLS"));
    } else if mode != Mode::None && gateway.written("tls").is_none() {
        let message = "`mcp_gateway` has no `tls`: without it credentials could be read on the way";
        let found = Diagnostic::error(Code::PlainHttp, gateway.caret(), message).label("this listener has no TLS");
        cx.push(found.help("add `tls` with `certificate` and `key`; `casemate init` makes a pair for development"));
    }
}

/// Reads a base URL and removes its last slash.
pub(super) fn public_url(cx: &mut Context<'_>, section: Section<'_>, tls: bool) -> Option<Url> {
    let written = section.text("public_url")?;
    let mut url = scalar::read_url(written.value).ok()?;
    if url.scheme() != "https" && tls {
        let found = Diagnostic::error(Code::PublicUrl, written.span, "`public_url` is http, and the listener has TLS");
        cx.push(found.label("the scheme is http").help("write it with https"));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Some(url)
}

pub(super) fn headers(gateway: Section<'_>) -> RequiredHeaders {
    let section = gateway.section("headers");
    if section.written("required").is_none() {
        return RequiredHeaders { trace: true, client: true };
    }
    let listed = section.texts("required");
    let has = |name: &str| listed.iter().any(|header| header.value.eq_ignore_ascii_case(name));
    RequiredHeaders { trace: has("X-Trace-ID"), client: has("X-MCP-Client") }
}

pub(super) fn caps(gateway: Section<'_>, variables: &Variables) -> Caps {
    let (limits, timeouts) = (gateway.section("limits"), gateway.section("timeouts"));
    let count = |name| usize::try_from(limits.count(name).unwrap_or(0)).unwrap_or(usize::MAX);
    Caps {
        payload: gateway.size("max_payload_bytes"),
        answer: limits.size("answer_bytes"),
        events: count("events"),
        media: usize::try_from(variables.media).unwrap_or(usize::MAX),
        tokens: variables.tokens,
        header_bytes: limits.size("header_bytes"),
        connections: count("connections"),
        handshake: timeouts.duration("handshake"),
        header: timeouts.duration("header"),
        body: timeouts.duration("body"),
        idle: timeouts.duration("idle"),
        drain: timeouts.duration("drain"),
        unauthenticated_rpm: gateway.section("rate_limits").count32("unauthenticated_rpm").unwrap_or(1),
    }
}

pub(super) fn sessions(cx: &mut Context<'_>, section: Section<'_>) -> Sessions {
    let count = |name| usize::try_from(section.count(name).unwrap_or(0)).unwrap_or(usize::MAX);
    let (idle, lifetime) = (section.duration("idle"), section.duration("lifetime"));
    if idle > lifetime && section.written("idle").is_some() {
        let message = "`idle` is longer than `lifetime`, so it could never fire";
        let found = Diagnostic::error(Code::Range, section.span_of("idle"), message).label("longer than a session");
        cx.push(found.help("make `lifetime` longer, or `idle` shorter"));
    }
    Sessions {
        total: count("total"),
        per_tenant: count("per_tenant"),
        per_subject: count("per_subject"),
        streams: count("streams"),
        idle,
        lifetime,
        replay: section.size("replay"),
    }
}
