//! `mcp_gateway.auth`: which credentials suffice and what verifies them.

use super::{Context, pem};
use crate::config::codes::Code;
use crate::config::diagnostic::Diagnostic;
use crate::config::scalar;
use crate::config::section::Section;
use crate::config::spec::gateway_modes;
use crate::config::tree::Spanned;
use casemate_gateway::config::{ClientTrust, JwksSource, Jwt, Mode};
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer};
use std::net::IpAddr;
use url::Url;

/// The parts of authentication that other sections need.
pub(super) struct Read {
    /// `None` where the file does not say, or not so that it could be understood.
    pub(super) mode: Option<Mode>,
    /// The token issuer, where the mode takes tokens.
    pub(super) jwt: Option<Jwt>,
    /// What is asked of clients, where certificates are.
    pub(super) clients: Option<ClientTrust>,
    /// The CAs of the gateway, for whoever inherits them.
    pub(super) roots: Option<Vec<CertificateDer<'static>>>,
    /// The revocation lists that go with them.
    pub(super) crls: Vec<CertificateRevocationListDer<'static>>,
}

pub(super) fn resolve(cx: &mut Context<'_>, root: Section<'_>) -> Read {
    let gateway = root.section("mcp_gateway");
    let auth = gateway.section("auth");
    let mode = mode(auth);
    let roots = auth.path("trusted_certs_path", cx.base).and_then(|path| pem::roots(cx, &path));
    let mut crls = Vec::new();
    for path in auth.texts("crl_paths") {
        let path = Spanned { value: cx.base.join(path.value), span: path.span };
        crls.extend(pem::crls(cx, &path).unwrap_or_default());
    }
    if let Some(mode) = mode {
        // The admin listener inherits CAs and revocation lists, so they are of use there too.
        let inherited = root.section("admin").is_written();
        unused(cx, auth, mode, inherited);
        required(cx, auth, mode);
    }
    let clients = roots.clone().filter(|_| mode.is_some_and(Mode::takes_certificates)).map(|roots| ClientTrust {
        roots,
        crls: crls.clone(),
        // With mTLS+jwt the request itself is refused, with a reason that the client can read.
        required: mode == Some(Mode::Certificate),
        dns_identities: auth.flag("dns_identities"),
    });
    let jwt = if mode.is_some_and(Mode::takes_tokens) { jwt(cx, gateway, auth.section("jwt")) } else { None };
    Read { mode, jwt, clients, roots, crls }
}

fn mode(auth: Section<'_>) -> Option<Mode> {
    let written = auth.text("mode")?;
    Some(match (scalar::read_choice(gateway_modes(), written.value).ok()?, auth.written("jwt").is_some()) {
        ("mTLS", true) => Mode::CertificateOrToken,
        ("mTLS", false) => Mode::Certificate,
        ("jwt", _) => Mode::Token,
        ("mTLS+jwt", _) => Mode::CertificateAndToken,
        _ => Mode::None,
    })
}

/// Keys that the mode leaves without effect.
fn unused(cx: &mut Context<'_>, auth: Section<'_>, mode: Mode, inherited: bool) {
    let mut refuse = |key: &str, help: &str| {
        if let Some(node) = auth.written(key) {
            let message = format!("`{key}` has no effect with auth.mode {}", auth.word("mode"));
            let found = Diagnostic::error(Code::Unenforceable, node.span, message).label("never used");
            cx.push(found.also(auth.span_of("mode"), "the mode").help(help));
        }
    };
    if !mode.takes_certificates() {
        if !inherited {
            refuse("trusted_certs_path", "no certificate is asked for: remove it, or use mode mTLS");
            refuse("crl_paths", "no certificate is asked for: remove it, or use mode mTLS");
        }
        refuse("dns_identities", "no certificate is asked for: remove it, or use mode mTLS");
    }
    if !mode.takes_tokens() {
        refuse("jwt", "no token is read: remove it, or use another mode");
    }
}

/// Keys that the mode needs.
fn required(cx: &mut Context<'_>, auth: Section<'_>, mode: Mode) {
    let mut need = |key: &str, help: &str| {
        if auth.written(key).is_none() {
            let message = format!("auth.mode {} needs `auth.{key}`", auth.word("mode"));
            let found = Diagnostic::error(Code::MissingKey, auth.span_of("mode"), message).label("this mode");
            cx.push(found.help(help));
        }
    };
    if mode.takes_certificates() {
        need("trusted_certs_path", "add `trusted_certs_path`: the CAs that sign client certificates");
    }
    if mode.takes_tokens() {
        need("jwt", "add `jwt` with `issuer` and `jwks_uri`");
    }
}

fn jwt(cx: &mut Context<'_>, gateway: Section<'_>, section: Section<'_>) -> Option<Jwt> {
    let issuer = section.text("issuer")?.value.to_owned();
    let uri = section.text("jwks_uri")?;
    let jwks = if uri.value.starts_with("file:") {
        keys_file(cx, gateway, &uri)?
    } else {
        JwksSource::Url(Url::parse(uri.value).ok()?)
    };
    let jwks_roots = section.path("jwks_ca", cx.base).and_then(|path| pem::roots(cx, &path));
    if let (JwksSource::File(_), Some(node)) = (&jwks, section.written("jwks_ca")) {
        let found = Diagnostic::error(Code::Unenforceable, node.span, "`jwks_ca` has no effect with keys from a file");
        cx.push(found.label("never used").help("remove it, or give the https URL of the issuer's keys"));
    }
    Some(Jwt {
        issuer,
        jwks,
        jwks_roots: jwks_roots.unwrap_or_default(),
        skew: section.duration("skew"),
        max_lifetime: section.duration("max_lifetime"),
        accept_plain_jwt: section.flag("accept_plain_jwt"),
    })
}

/// Bytes of a JWKS file.
const MAX_JWKS: usize = 256 << 10;

fn keys_file(cx: &mut Context<'_>, gateway: Section<'_>, uri: &Spanned<&str>) -> Option<JwksSource> {
    let loopback = gateway.word("host").parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if !loopback {
        let message = "keys from a file are for a listener on loopback alone";
        let found = Diagnostic::error(Code::Jwks, uri.span, message).label("a development issuer");
        let found = if gateway.written("host").is_some() {
            found.also(gateway.span_of("host"), "not a loopback address")
        } else {
            found
        };
        cx.push(found.help("give the https URL of the issuer's keys"));
        return None;
    }
    let path = uri.value.strip_prefix("file:")?;
    let path = path.strip_prefix("//").filter(|path| path.starts_with('/')).unwrap_or(path);
    let path = Spanned { value: cx.base.join(path), span: uri.span };
    let data = cx.read(&path, MAX_JWKS)?;
    let keys: Option<usize> = serde_json::from_slice::<serde_json::Value>(&data.bytes)
        .ok()
        .and_then(|jwks| jwks.get("keys").and_then(serde_json::Value::as_array).map(Vec::len));
    if keys.is_none_or(|keys| keys == 0) {
        let message = format!("`{}` holds no keys", path.value.display());
        let found = Diagnostic::error(Code::Jwks, path.span, message).label("named here");
        cx.push(found.help("a JWKS is JSON with a member `keys` (RFC 7517)"));
        return None;
    }
    Some(JwksSource::File(path.value))
}
