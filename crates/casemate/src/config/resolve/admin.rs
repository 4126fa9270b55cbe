//! The admin listener and its people.

use super::{Context, auth, gateway, pem};
use crate::config::codes::Code;
use crate::config::diagnostic::{Diagnostic, Span};
use crate::config::section::Section;
use casemate_core::Subject;
use casemate_gateway::config::{Admin, ClientTrust, Listener, Mode, Person, Role, ServerTls};
use std::collections::BTreeMap;

pub(super) fn resolve(
    cx: &mut Context<'_>,
    section: Section<'_>,
    auth: &auth::Read,
    listener: Option<&Listener>,
) -> Option<Admin> {
    if !section.is_written() {
        return None;
    }
    let address = gateway::address(section);
    if let (Some(own), Some(data)) = (address, listener)
        && own.port() == data.address.port()
        && own.port() != 0
        && (own.ip() == data.address.ip() || own.ip().is_unspecified() || data.address.ip().is_unspecified())
    {
        let found = Diagnostic::error(
            Code::Conflict,
            section.span_of("port"),
            "the admin listener has the address of the gateway",
        );
        cx.push(found.label("taken").help("give it a port of its own"));
    }
    let tls = tls(cx, section, auth, listener);
    let loopback = address.is_some_and(|address| address.ip().is_loopback());
    let inherits = section.written("tls").is_none();
    if inherits
        && listener.is_some_and(|l| l.tls.is_none())
        && !(loopback && auth.mode == Some(Mode::None))
        && !cx.sink.has_errors()
    {
        let found = Diagnostic::error(Code::PlainHttp, section.caret(), "the admin listener has no TLS");
        cx.push(found.label("this listener").help("add `tls` with `certificate` and `key`"));
    }
    let public_url = gateway::public_url(cx, section, tls.is_some());
    if section.written("public_url").is_some() && auth.mode.is_some() && auth.jwt.is_none() && !cx.sink.has_errors() {
        let found = Diagnostic::error(
            Code::Unenforceable,
            section.span_of("public_url"),
            "`admin.public_url` has no effect: no token is accepted",
        );
        cx.push(found.label("never used").help("remove it, or add `auth.jwt`"));
    }
    let people = people(cx, section);
    let certificates = tls.as_ref().is_some_and(|tls| tls.clients.is_some());
    if !people.is_empty() && !certificates && public_url.is_none() && !cx.sink.has_errors() {
        let found = Diagnostic::error(
            Code::Unenforceable,
            section.span_of("people"),
            "nobody can prove to be one of these people",
        );
        let found = Diagnostic { span: found.span.map(Span::caret), ..found };
        cx.push(
            found
                .label("neither certificates nor tokens are accepted")
                .help("add `trusted_certs_path`, or `public_url` for tokens"),
        );
    }
    Some(Admin { address: address?, tls, public_url, people })
}

fn tls(
    cx: &mut Context<'_>,
    section: Section<'_>,
    auth: &auth::Read,
    listener: Option<&Listener>,
) -> Option<ServerTls> {
    let own_roots = section.path("trusted_certs_path", cx.base).and_then(|path| pem::roots(cx, &path));
    let clients = own_roots.or_else(|| auth.roots.clone()).map(|roots| ClientTrust {
        roots,
        crls: auth.crls.clone(),
        // Health is for everyone; whoever wants more shows a certificate.
        required: false,
        dns_identities: auth.clients.as_ref().is_some_and(|clients| clients.dns_identities),
    });
    let (chain, key) = if section.written("tls").is_some() {
        pem::pair(cx, section.section("tls"))?
    } else {
        let gateway = listener?.tls.as_ref()?;
        (gateway.chain.clone(), gateway.key.clone())
    };
    Some(ServerTls { chain, key, clients })
}

fn people(cx: &mut Context<'_>, section: Section<'_>) -> BTreeMap<String, Person> {
    let mut claimed: BTreeMap<String, Span> = BTreeMap::new();
    let mut people = BTreeMap::new();
    for (name, entry) in section.named("people") {
        let mut identities = Vec::new();
        for identity in entry.texts("identities") {
            if let Some(first) = claimed.insert(identity.value.to_owned(), identity.span) {
                let message = format!("the identity `{}` is given twice", identity.value);
                let found = Diagnostic::error(Code::Conflict, identity.span, message).label("the second time");
                cx.push(found.also(first, "the first time").help("an identity is one person"));
            }
            identities.extend(Subject::parse(identity.value));
        }
        let roles = entry.texts("roles").iter().filter_map(|role| read_role(role.value)).collect();
        let groups = entry.texts("groups").iter().map(|group| group.value.to_owned()).collect();
        people.insert(name.value.clone(), Person { identities, roles, groups });
    }
    people
}

fn read_role(name: &str) -> Option<Role> {
    match name {
        "operator" => Some(Role::Operator),
        "reviewer" => Some(Role::Reviewer),
        "auditor" => Some(Role::Auditor),
        _ => None,
    }
}
