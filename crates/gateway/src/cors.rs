//! `Host` and `Origin`: the guard against DNS rebinding, and CORS for named origins alone.

use crate::config::Config;
use casemate_core::host::Host;
use casemate_core::{Reason, Refusal};
use http::{HeaderMap, HeaderValue, Method, Uri, header};
use std::net::SocketAddr;

/// Checks that the request names a host that is served here.
///
/// Addresses pass: a rebound name is a name. HTTP/2 carries the host in `:authority`; if `Host` is there too, both must
/// be the same.
pub(crate) fn check_host(config: &Config, uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
    let wrong = || Refusal::new(Reason::HttpHost);
    let mut named = headers.get_all(header::HOST).iter();
    let (first, second) = (named.next(), named.next());
    if second.is_some() {
        return Err(Refusal::new(Reason::HeaderRepeated).hint("Host"));
    }
    let field = first.map(|value| value.to_str().map_err(|_| wrong())).transpose()?;
    let authority = uri.authority().map(http::uri::Authority::as_str);
    let text = match (field, authority) {
        (Some(field), Some(authority)) if !field.eq_ignore_ascii_case(authority) => return Err(wrong()),
        (Some(text), _) | (None, Some(text)) => text,
        (None, None) => return Err(wrong()),
    };
    let host = host_of(text).ok_or_else(wrong)?;
    if is_served(config, &host) { Ok(()) } else { Err(wrong()) }
}

fn host_of(authority: &str) -> Option<Host> {
    let authority: http::uri::Authority = authority.parse().ok()?;
    if authority.as_str().contains('@') {
        return None;
    }
    Host::parse(authority.host()).ok()
}

fn is_served(config: &Config, host: &Host) -> bool {
    let listener = &config.listener;
    if host.as_ip().is_some() {
        return true;
    }
    let public = listener.public_url.as_ref().and_then(|url| Host::of_url(url).ok());
    let is_local_name = host.as_str() == "localhost" && listener.address.ip().is_loopback();
    is_local_name || public.as_ref() == Some(host) || listener.hosts.contains(host)
}

/// Checks `Origin`: absent, or exactly one of the configured origins. Gives the origin to allow in the reply.
pub(crate) fn check_origin(
    config: &Config,
    bound: SocketAddr,
    headers: &HeaderMap,
) -> Result<Option<HeaderValue>, Refusal> {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let (first, second) = (origins.next(), origins.next());
    if second.is_some() {
        return Err(Refusal::new(Reason::HeaderRepeated).hint("Origin"));
    }
    let Some(origin) = first else { return Ok(None) };
    let own = own_origins(config, bound);
    let listed = config.listener.origins.iter().chain(&own).any(|allowed| allowed.as_bytes() == origin.as_bytes());
    if listed { Ok(Some(origin.clone())) } else { Err(Refusal::new(Reason::HttpOrigin)) }
}

/// The listener's own origins on loopback: a page that we could have served ourselves.
fn own_origins(config: &Config, bound: SocketAddr) -> Vec<String> {
    if !bound.ip().is_loopback() {
        return Vec::new();
    }
    let scheme = if config.listener.tls.is_some() { "https" } else { "http" };
    vec![format!("{scheme}://{bound}"), format!("{scheme}://localhost:{}", bound.port())]
}

/// Whether the request is a CORS preflight.
pub(crate) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// What an allowed origin is told.
pub(crate) fn allow(origin: &HeaderValue, reply: &mut HeaderMap, preflight: bool) {
    reply.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    reply.append(header::VARY, HeaderValue::from_static("origin"));
    let exposed =
        "x-trace-id, www-authenticate, retry-after, ratelimit, ratelimit-policy, mcp-session-id, casemate-receipt";
    reply.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(exposed));
    if preflight {
        let allowed = "authorization, content-type, accept, mcp-protocol-version, mcp-method, mcp-name, mcp-session-id, \
             last-event-id, x-trace-id, x-mcp-client";
        reply.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST, GET, DELETE"));
        reply.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(allowed));
        reply.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
}
