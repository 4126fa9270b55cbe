//! Who calls: from a certificate, a token or both to a [`Principal`]. No body is read before this.

mod bearer;
mod challenge;
mod tenants;

pub use bearer::bearer;
pub use challenge::challenge;

use crate::certificate;
use crate::config::{Config, Mode};
use crate::jwks::Health;
use crate::jwt::{Verified, Verifier, VerifierError};
use casemate_core::digest::Digest;
use casemate_core::principal::{CertificateFacts, How, Scope, Scopes};
use casemate_core::{Principal, Reason, Refusal, Subject, TenantId, UnixMillis};
use http::{HeaderMap, Uri};
use rustls_pki_types::CertificateDer;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tenants::Tenants;

/// Certificates remembered, at most.
const CERTIFICATES: usize = 4096;

/// Why identities cannot be verified with this configuration.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The mode takes tokens and no issuer is configured.
    #[error("auth.mode takes tokens but there is no jwt block")]
    NoIssuer,
    /// Mode `none` without a tenant for its callers.
    #[error("auth.mode is none but no tenant is marked anonymous")]
    NoAnonymousTenant,
    /// The mode takes certificates and no CA is configured.
    #[error("auth.mode takes certificates but no CA signs them: trusted_certs_path is missing")]
    NoAuthority,
    /// Tokens cannot be verified.
    #[error(transparent)]
    Tokens(#[from] VerifierError),
}

/// Turns credentials into principals, by one configuration. A reload makes a new one.
#[derive(Debug)]
pub struct Identity {
    mode: Mode,
    anonymous: Option<TenantId>,
    dns_identities: bool,
    tenants: Tenants,
    /// What certificates turned out to be, by their digest: one parse for a certificate, not for a request.
    certificates: Mutex<HashMap<Digest, FromCertificate>>,
    tokens: Option<Verifier>,
}

#[derive(Debug, Clone)]
struct FromCertificate {
    facts: CertificateFacts,
    tenant: TenantId,
    scopes: Scopes,
}

struct FromToken {
    token: Arc<Verified>,
    tenant: TenantId,
}

impl Identity {
    /// Identities as `config` wants them; keys are fetched through `net`.
    ///
    /// # Errors
    /// A mode that lacks what it needs, and a key set address that cannot be used.
    pub fn new(config: &Config, net: casemate_net::Client) -> Result<Self, IdentityError> {
        Self::build(config, net, None)
    }

    /// Identities as another configuration wants them. Nothing that was verified is kept, but an issuer's keys serve on
    /// where they come from the same place.
    ///
    /// # Errors
    /// As [`Identity::new`].
    pub fn renew(&self, config: &Config, net: casemate_net::Client) -> Result<Self, IdentityError> {
        Self::build(config, net, self.tokens.as_ref())
    }

    fn build(config: &Config, net: casemate_net::Client, before: Option<&Verifier>) -> Result<Self, IdentityError> {
        let mode = config.auth.mode;
        let jwt = config.auth.jwt.as_ref().filter(|_| mode.takes_tokens());
        let clients = config.listener.tls.as_ref().and_then(|tls| tls.clients.as_ref());
        if mode.takes_tokens() && jwt.is_none() {
            return Err(IdentityError::NoIssuer);
        }
        if mode.takes_certificates() && clients.is_none() {
            return Err(IdentityError::NoAuthority);
        }
        if mode == Mode::None && config.auth.anonymous.is_none() {
            return Err(IdentityError::NoAnonymousTenant);
        }
        let tenants = Tenants::new(&config.tenants, jwt.map(|jwt| jwt.issuer.as_str()));
        let tokens = match (jwt, before) {
            (Some(jwt), Some(before)) => Some(before.renew(jwt, tenants.claims(), net)?),
            (Some(jwt), None) => Some(Verifier::new(jwt, tenants.claims(), net)?),
            (None, _) => None,
        };
        Ok(Self {
            mode,
            anonymous: config.auth.anonymous.clone(),
            dns_identities: clients.is_some_and(|clients| clients.dns_identities),
            tenants,
            certificates: Mutex::default(),
            tokens,
        })
    }

    /// Authenticates one request. `certificate` is the leaf that the handshake verified; `resource` is the canonical
    /// identifier of what is asked for, which a token's `aud` must hold.
    ///
    /// # Errors
    /// The first credential that fails, even where another would suffice.
    pub async fn authenticate(
        &self,
        headers: &HeaderMap,
        uri: &Uri,
        certificate: Option<&CertificateDer<'_>>,
        resource: &str,
        now: UnixMillis,
    ) -> Result<Principal, Refusal> {
        if self.mode == Mode::None {
            // Nothing is verified, and still nobody shall believe that a credential was read where none ever is.
            bearer::refuse_misplaced(headers, uri)?;
            return self.anonymous();
        }
        let bearer = self.bearer(headers, uri)?;
        let certificate = match certificate.filter(|_| self.mode.takes_certificates()) {
            Some(der) => Some(self.certificate(der, now)?),
            None => None,
        };
        let token = match bearer {
            Some(token) => Some(self.token(token, resource, certificate.as_ref().map(|c| &c.facts), now).await?),
            None => None,
        };
        self.principal(certificate, token)
    }

    fn anonymous(&self) -> Result<Principal, Refusal> {
        let tenant = self.anonymous.clone().ok_or(Reason::TenantUnknown)?;
        let subject = Subject::parse("anonymous").map_err(|_| Reason::Internal)?;
        Ok(Principal { tenant, subject, scopes: Scope::ALL.into_iter().collect(), how: How::Anonymous })
    }

    fn bearer<'a>(&self, headers: &'a HeaderMap, uri: &Uri) -> Result<Option<&'a str>, Refusal> {
        if self.mode.takes_tokens() {
            return bearer(headers, uri);
        }
        bearer::refuse_misplaced(headers, uri)?;
        if headers.contains_key(http::header::AUTHORIZATION) {
            return Err(Reason::AuthTokenUnexpected.into());
        }
        Ok(None)
    }

    fn certificate(&self, der: &CertificateDer<'_>, now: UnixMillis) -> Result<FromCertificate, Refusal> {
        let digest = Digest::of(der);
        let known = self.certificates().get(&digest).cloned();
        let certificate = match known {
            Some(certificate) => certificate,
            None => {
                let facts = certificate::read(der, self.dns_identities)?;
                let (tenant, scopes) = self.tenants.of_certificate(&facts.identity)?;
                let certificate = FromCertificate { facts, tenant, scopes };
                let mut known = self.certificates();
                if known.len() >= CERTIFICATES {
                    known.clear();
                }
                known.insert(digest, certificate.clone());
                certificate
            }
        };
        if certificate::has_ended(&certificate.facts, now) {
            return Err(Reason::AuthCertificateExpired.into());
        }
        Ok(certificate)
    }

    fn certificates(&self) -> MutexGuard<'_, HashMap<Digest, FromCertificate>> {
        self.certificates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn token(
        &self,
        token: &str,
        resource: &str,
        certificate: Option<&CertificateFacts>,
        now: UnixMillis,
    ) -> Result<FromToken, Refusal> {
        let verifier = self.tokens.as_ref().ok_or(Reason::AuthTokenUnexpected)?;
        let token = verifier.verify(token, resource, certificate, now).await?;
        let tenant = self.tenants.of_token(&token)?;
        Ok(FromToken { token, tenant })
    }

    fn principal(&self, certificate: Option<FromCertificate>, token: Option<FromToken>) -> Result<Principal, Refusal> {
        let both_needed = self.mode == Mode::CertificateAndToken;
        match (certificate, token) {
            (None, None) => Err(Reason::AuthRequired.into()),
            (Some(_), None) if both_needed => Err(Reason::AuthTokenRequired.into()),
            (None, Some(_)) if both_needed => Err(Reason::AuthCertificateRequired.into()),
            (Some(certificate), Some(token)) if certificate.tenant != token.tenant => {
                Err(Reason::TenantConflict.into())
            }
            (Some(certificate), None) => Ok(Principal {
                tenant: certificate.tenant,
                subject: certificate.facts.identity.clone(),
                scopes: certificate.scopes,
                how: How::Certificate(certificate.facts),
            }),
            (certificate, Some(FromToken { token, tenant })) => {
                let facts = token.facts.clone();
                Ok(Principal {
                    tenant,
                    subject: facts.subject.clone(),
                    scopes: token.scopes,
                    how: match certificate {
                        Some(certificate) => How::Both(certificate.facts, facts),
                        None => How::Token(facts),
                    },
                })
            }
        }
    }

    /// The verifier of tokens, where the mode takes them; the admin listener asks it for its own resource.
    #[must_use]
    pub const fn verifier(&self) -> Option<&Verifier> {
        self.tokens.as_ref()
    }

    /// How the issuer's keys are; `None` where tokens are not taken.
    #[must_use]
    pub fn keys(&self) -> Option<Health> {
        self.tokens.as_ref().map(Verifier::keys)
    }
}

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
