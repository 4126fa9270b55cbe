//! Who a request of the admin listener comes from, and which roles that person has.

use super::{Peer, identity_of};
use crate::certificate;
use crate::config::{Admin, Person, Role};
use crate::gateway::Gateway;
use crate::identity::bearer;
use casemate_core::reason::Blame;
use casemate_core::{Reason, Refusal, Subject};
use http::{HeaderMap, Uri};

/// An authenticated person.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// The name in `admin.people`.
    pub(super) name: String,
    person: Person,
}

impl Caller {
    /// Whether the person has one of these roles.
    pub(super) fn has(&self, roles: &[Role]) -> bool {
        self.person.roles.iter().any(|role| roles.contains(role))
    }
}

/// Finds the person behind a request: by certificate, else by token for `admin.public_url`. Credentials that fail count
/// against the address, as on the data listener; a token is not even looked at once there were too many.
pub(super) async fn caller(gateway: &Gateway, peer: &Peer, headers: &HeaderMap, uri: &Uri) -> Result<Caller, Refusal> {
    let (state, now) = (gateway.state(), gateway.now());
    let has_token = headers.contains_key(http::header::AUTHORIZATION);
    if has_token {
        state.limits.may_try(peer.address.ip(), now)?;
    }
    let found = judge(gateway, peer, headers, uri).await;
    if let Err(refusal) = &found
        && matches!(refusal.reason.facts().blame, Blame::Client | Blame::Policy)
        && (has_token || peer.certificate.is_some())
    {
        state.limits.unauthenticated(peer.address.ip(), now)?;
    }
    found
}

async fn judge(gateway: &Gateway, peer: &Peer, headers: &HeaderMap, uri: &Uri) -> Result<Caller, Refusal> {
    let state = gateway.state();
    let admin = state.config.admin.as_ref().ok_or(Reason::Internal)?;
    let dns = admin.tls.as_ref().and_then(|tls| tls.clients.as_ref()).is_some_and(|clients| clients.dns_identities);
    let mut identities: Vec<Subject> = identity_of(peer, dns).into_iter().collect();
    if headers.contains_key(http::header::AUTHORIZATION) {
        let public = admin.public_url.as_ref().ok_or(Reason::AuthTokenUnexpected)?;
        let verifier = state.identity.verifier().ok_or(Reason::AuthTokenUnexpected)?;
        let token = bearer(headers, uri)?.ok_or(Reason::AuthScheme)?;
        let certificate = peer.certificate.as_ref().map(|der| certificate::read(der, dns)).transpose()?;
        let resource = public.as_str().trim_end_matches('/');
        let verified = verifier.verify(token, resource, certificate.as_ref(), gateway.now()).await?;
        identities.push(verified.facts.subject.clone());
    }
    if identities.is_empty() {
        return Err(Reason::AuthRequired.into());
    }
    let found: Vec<_> = identities.iter().map(|identity| find(admin, identity)).collect();
    let first = found.first().cloned().flatten().ok_or(Reason::AdminUnknown)?;
    // Two credentials must name the same person.
    if found.iter().all(|other| other.as_ref().is_some_and(|(name, _)| *name == first.0)) {
        Ok(Caller { name: first.0, person: first.1 })
    } else {
        Err(Reason::AdminUnknown.into())
    }
}

fn find(admin: &Admin, identity: &Subject) -> Option<(String, Person)> {
    let person = admin.people.iter().find(|(_, person)| person.identities.contains(identity));
    person.map(|(name, person)| (name.clone(), person.clone()))
}
