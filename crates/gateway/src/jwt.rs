//! Access tokens (RFC 9068): the checks in their fixed order, the first failure names the reason.
//!
//! 1. size, three parts, base64url, JSON without duplicate keys; 2. algorithm, `crit`, `typ`, `kid`; 3. a fitting key of
//!    the configured issuer, the signature; 4. times, `iss`, `aud`, `sub`; 5. `cnf`, `scope`; 6. the cache.

mod cache;
mod claims;
mod parts;

use crate::config;
use crate::jwks::{Health, Keys, Source};
use cache::Cache;
use casemate_core::digest::Digest;
use casemate_core::principal::{CertificateFacts, Scopes, TokenFacts};
use casemate_core::{Reason, Refusal, UnixMillis};
use casemate_net::{Client, Named, Target, Trust};
use parts::Parts;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Why tokens cannot be verified with this configuration.
#[derive(Debug, thiserror::Error)]
pub enum VerifierError {
    /// The key set's URL is not one of HTTPS.
    #[error("jwks_uri must be an https URL, or a file for a loopback listener")]
    Scheme,
    /// The key set's URL cannot be a destination.
    #[error("jwks_uri cannot be used: {0}")]
    Target(#[from] casemate_net::TargetError),
}

/// What a verified token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Who it is about.
    pub facts: TokenFacts,
    /// What it grants.
    pub scopes: Scopes,
    /// Those of the claims asked for that are single strings, by name.
    pub claims: BTreeMap<String, String>,
}

/// Verifies the tokens of one issuer. A reload makes a new one, and with it an empty cache.
pub struct Verifier {
    rules: config::Jwt,
    wanted: Vec<String>,
    keys: Arc<Keys>,
    cache: Cache,
}

impl Verifier {
    /// A verifier by these rules. `wanted` are the claims that a caller will look at in [`Verified::claims`].
    ///
    /// # Errors
    /// A key set URL that is not HTTPS, or that `net` refuses as a destination.
    pub fn new(
        jwt: &config::Jwt,
        wanted: impl IntoIterator<Item = String>,
        net: Client,
    ) -> Result<Self, VerifierError> {
        let source = match &jwt.jwks {
            config::JwksSource::File(path) => Source::File(path.clone()),
            config::JwksSource::Url(url) if url.scheme() == "https" => {
                let trust = Trust { roots: jwt.jwks_roots.clone(), client: None };
                Source::Url(Target::new(url, Named::ByOperator, &trust)?, net)
            }
            config::JwksSource::Url(_) => return Err(VerifierError::Scheme),
        };
        Ok(Self::with_source(jwt, wanted, source))
    }

    /// A verifier by other rules. Where the keys come from the same place, those that are there keep serving while they
    /// are asked for again, so that a reload while the issuer is down costs nobody a token. Nothing else is kept.
    ///
    /// # Errors
    /// As [`Verifier::new`].
    pub fn renew(
        &self,
        jwt: &config::Jwt,
        wanted: impl IntoIterator<Item = String>,
        net: Client,
    ) -> Result<Self, VerifierError> {
        let same_place = jwt.jwks == self.rules.jwks && jwt.jwks_roots == self.rules.jwks_roots;
        if !same_place || jwt.issuer != self.rules.issuer {
            return Self::new(jwt, wanted, net);
        }
        self.keys.refresh_soon();
        let wanted = wanted.into_iter().collect();
        Ok(Self { rules: jwt.clone(), wanted, keys: Arc::clone(&self.keys), cache: Cache::default() })
    }

    pub(crate) fn with_source(jwt: &config::Jwt, wanted: impl IntoIterator<Item = String>, source: Source) -> Self {
        // Named here so that a second backend in the build cannot leave the library without a choice.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let wanted = wanted.into_iter().collect();
        Self { rules: jwt.clone(), wanted, keys: Keys::new(source), cache: Cache::default() }
    }

    /// Verifies one token for `resource`, which `aud` must name exactly.
    ///
    /// # Errors
    /// The first check that fails.
    pub async fn verify(
        &self,
        token: &str,
        resource: &str,
        certificate: Option<&CertificateFacts>,
        now: UnixMillis,
    ) -> Result<Arc<Verified>, Refusal> {
        if token.len() > parts::MAX_BYTES {
            return Err(Reason::TokenOversized.into());
        }
        let thumbprint = certificate.map_or("", |facts| facts.thumbprint.as_str());
        let key = Digest::of_parts("token", &[token.as_bytes(), resource.as_bytes(), thumbprint.as_bytes()]);
        if let Some(generation) = self.keys.generation()
            && let Some(verified) = self.cache.get(&key, generation, now)
        {
            return Ok(verified);
        }
        let parts = Parts::read(token, self.rules.accept_plain_jwt)?;
        let generation = self.check_signature(&parts).await?;
        let claims = parts.claims.root();
        let (facts, scopes) = claims::check(claims, &self.rules, resource, certificate, now)?;
        let text = |name: &String| Some((name.clone(), claims.get(name)?.as_str()?.into_owned()));
        let claims = self.wanted.iter().filter_map(text).collect();
        let verified = Arc::new(Verified { facts, scopes, claims });
        self.cache.put(key, generation, Arc::clone(&verified), now);
        Ok(verified)
    }

    /// Checks the signature and returns the generation of the key that made it.
    async fn check_signature(&self, parts: &Parts<'_>) -> Result<u64, Refusal> {
        let header = &parts.header;
        let (key, generation) = self.keys.find(header.kid.as_deref(), header.algorithm).await?;
        match jsonwebtoken::crypto::verify(parts.signature, parts.signed.as_bytes(), &key, header.algorithm) {
            Ok(true) => Ok(generation),
            Ok(false) | Err(_) => Err(Reason::TokenSignature.into()),
        }
    }

    /// How the issuer's keys are.
    #[must_use]
    pub fn keys(&self) -> Health {
        self.keys.health()
    }

    /// How many verified tokens are remembered.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.cache.len()
    }

    /// The issuer.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.rules.issuer
    }
}

/// Judges all of a token that needs no key: steps 1 and 2. It says nothing about who made it.
///
/// # Errors
/// The first check that fails.
pub fn check_form(token: &str, accept_plain_jwt: bool) -> Result<(), Refusal> {
    Parts::read(token, accept_plain_jwt).map(drop)
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier").field("rules", &self.rules).field("keys", &self.keys()).finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod mint;
#[cfg(test)]
mod tests;
