//! Who calls: only what was verified.

use crate::UnixMillis;
use crate::digest::Digest;
use crate::id::{Subject, TenantId};
use std::fmt;

/// A scope of the data listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// `mcp`: MCP servers.
    Mcp,
    /// `retrieve`: the retrieval route.
    Retrieve,
    /// `retrieve:explain`: why something was or was not retrieved.
    RetrieveExplain,
    /// `ingest`: bringing documents in.
    Ingest,
    /// `filter`: the output filter as a service.
    Filter,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 5] = [Self::Mcp, Self::Retrieve, Self::RetrieveExplain, Self::Ingest, Self::Filter];

    /// Its name in tokens and configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mcp => "mcp",
            Self::Retrieve => "retrieve",
            Self::RetrieveExplain => "retrieve:explain",
            Self::Ingest => "ingest",
            Self::Filter => "filter",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of scopes. What Casemate does not know is not kept.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u8);

impl Scopes {
    /// The scopes that `text` lists, separated by spaces (RFC 6749 section 3.3); unknown ones are dropped.
    #[must_use]
    pub fn from_claim(text: &str) -> Self {
        text.split(' ').filter_map(|name| Scope::ALL.into_iter().find(|s| s.as_str() == name)).collect()
    }

    /// Whether `scope` is among them. `retrieve:explain` includes `retrieve`.
    #[must_use]
    pub const fn has(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0 || (matches!(scope, Scope::Retrieve) && self.0 & Scope::RetrieveExplain.bit() != 0)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = Scope::ALL.into_iter().filter(|s| self.0 & s.bit() != 0).map(Scope::as_str).collect();
        f.write_str(&names.join(" "))
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The facts of a verified client certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFacts {
    /// Its one identity: the URI SAN, or what the mapping says.
    pub identity: Subject,
    /// SHA-256 of its DER form, base64url (the `x5t#S256` of RFC 8705).
    pub thumbprint: String,
    /// When it ends.
    pub not_after: UnixMillis,
}

/// The facts of a verified token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenFacts {
    /// `iss`.
    pub issuer: String,
    /// `sub`.
    pub subject: Subject,
    /// `client_id` or `azp`, where there is one.
    pub client_id: Option<Subject>,
    /// When it ends.
    pub expires: UnixMillis,
}

/// How the caller proved itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// By nothing: mode `none` on a loopback listener.
    Anonymous,
    /// By certificate.
    Certificate(CertificateFacts),
    /// By token.
    Token(TokenFacts),
    /// By both, which agree.
    Both(CertificateFacts, TokenFacts),
}

impl How {
    /// A short name for records.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Anonymous => "none",
            Self::Certificate(_) => "certificate",
            Self::Token(_) => "token",
            Self::Both(..) => "certificate+token",
        }
    }
}

/// An authenticated caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Its tenant.
    pub tenant: TenantId,
    /// Who it is within the tenant: the token's subject, else the certificate's identity.
    pub subject: Subject,
    /// What it may use.
    pub scopes: Scopes,
    /// How it proved that.
    pub how: How,
}

impl Principal {
    /// What the credential is, the same for its renewals by the same issuer for the same client: what a session is bound
    /// to. A certificate is itself; a token is its issuer, subject and client.
    #[must_use]
    pub fn credential(&self) -> Digest {
        let certificate = |facts: &CertificateFacts| Digest::of_parts("certificate", &[facts.thumbprint.as_bytes()]);
        let token = |facts: &TokenFacts| {
            let client = facts.client_id.as_ref().map_or("", Subject::as_str);
            let parts = [facts.issuer.as_bytes(), facts.subject.as_str().as_bytes(), client.as_bytes()];
            Digest::of_parts("token", &parts)
        };
        match &self.how {
            How::Anonymous => Digest::of_parts("none", &[]),
            How::Certificate(facts) => certificate(facts),
            How::Token(facts) => token(facts),
            How::Both(c, t) => Digest::of_parts("both", &[&certificate(c).0, &token(t).0]),
        }
    }

    /// When the credential ends, if it does: streams end then too.
    #[must_use]
    pub fn expires(&self) -> Option<UnixMillis> {
        match &self.how {
            How::Anonymous => None,
            How::Certificate(c) => Some(c.not_after),
            How::Token(t) => Some(t.expires),
            How::Both(c, t) => Some(c.not_after.min(t.expires)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_what_is_listed_and_known() {
        let scopes = Scopes::from_claim("openid mcp  ingest MCP");
        assert!(scopes.has(Scope::Mcp) && scopes.has(Scope::Ingest));
        assert!(!scopes.has(Scope::Filter) && !scopes.has(Scope::Retrieve));
        assert!(Scopes::from_claim("").is_empty());
        assert!(Scopes::from_claim("retrieve:explain").has(Scope::Retrieve));
        assert!(!Scopes::from_claim("retrieve").has(Scope::RetrieveExplain));
        assert_eq!(scopes.to_string(), "mcp ingest");
    }
}
