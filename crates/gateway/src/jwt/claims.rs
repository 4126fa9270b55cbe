//! What the claims of a token with a valid signature must say.

use crate::config;
use casemate_core::json::{Kind, Value};
use casemate_core::principal::{CertificateFacts, Scopes, TokenFacts};
use casemate_core::{Reason, Refusal, Subject, UnixMillis};

/// Judges the claims in their fixed order: times, issuer, audience, subject, confirmation, scope.
pub(super) fn check(
    claims: Value<'_>,
    rules: &config::Jwt,
    resource: &str,
    certificate: Option<&CertificateFacts>,
    now: UnixMillis,
) -> Result<(TokenFacts, Scopes), Refusal> {
    let expires = times(claims, rules, now)?;
    let issuer = text(claims, "iss").ok_or(Reason::TokenIssuer)?;
    if issuer != rules.issuer {
        return Err(Reason::TokenIssuer.into());
    }
    audience(claims.get("aud"), resource)?;
    let subject = text(claims, "sub").and_then(|sub| Subject::parse(&sub).ok()).ok_or_else(|| lacks("sub"))?;
    let client_id = match claims.get("client_id").or_else(|| claims.get("azp")) {
        None => None,
        Some(id) => Some(id.as_str().and_then(|id| Subject::parse(&id).ok()).ok_or_else(|| lacks("client_id or azp"))?),
    };
    confirmation(claims.get("cnf"), certificate)?;
    let scopes = match claims.get("scope") {
        None => Scopes::default(),
        Some(scope) => Scopes::from_claim(&scope.as_str().ok_or_else(|| lacks("scope"))?),
    };
    Ok((TokenFacts { issuer, subject, client_id, expires }, scopes))
}

fn text(claims: Value<'_>, name: &str) -> Option<String> {
    claims.get(name)?.as_str().map(std::borrow::Cow::into_owned)
}

/// `name` is one of ours, never text of the token.
fn lacks(name: &'static str) -> Refusal {
    Refusal::new(Reason::TokenClaim).hint(name)
}

/// Judges `exp`, `nbf` and `iat` (RFC 7519 section 4.1) and returns the end.
fn times(claims: Value<'_>, rules: &config::Jwt, now: UnixMillis) -> Result<UnixMillis, Refusal> {
    let skew = u64::try_from(rules.skew.as_millis()).unwrap_or(u64::MAX).min(60_000);
    let expires = date(claims.get("exp").ok_or_else(|| lacks("exp"))?).ok_or_else(|| lacks("exp"))?;
    if now.0 >= expires.saturating_add(skew) {
        return Err(Reason::TokenExpired.into());
    }
    if let Some(not_before) = claims.get("nbf") {
        let not_before = date(not_before).ok_or_else(|| lacks("nbf"))?;
        if now.0.saturating_add(skew) < not_before {
            return Err(Reason::TokenNotYetValid.into());
        }
    }
    let issued = date(claims.get("iat").ok_or_else(|| lacks("iat"))?).ok_or_else(|| lacks("iat"))?;
    if now.0.saturating_add(skew) < issued {
        return Err(Reason::TokenNotYetValid.into());
    }
    if u128::from(expires.saturating_sub(issued)) > rules.max_lifetime.as_millis() {
        return Err(Reason::TokenLifetime.into());
    }
    Ok(UnixMillis(expires))
}

/// A NumericDate in milliseconds: a JSON number from 0 to the year 9999, never a string.
fn date(value: Value<'_>) -> Option<u64> {
    const LAST: f64 = 253_402_300_799.0;
    if value.kind() != Kind::Number {
        return None;
    }
    let seconds: f64 = value.raw().parse().ok()?;
    (0.0..=LAST).contains(&seconds).then_some((seconds * 1000.0) as u64)
}

/// `aud` must hold exactly this resource (RFC 8707 section 2), alone or among others.
fn audience(audience: Option<Value<'_>>, resource: &str) -> Result<(), Refusal> {
    let audience = audience.ok_or(Reason::TokenAudience)?;
    let is_resource = |value: Value<'_>| value.as_str().is_some_and(|text| text == resource);
    let named = match audience.kind() {
        Kind::String => is_resource(audience),
        Kind::Array => audience.items().all(|item| item.kind() == Kind::String) && audience.items().any(is_resource),
        _ => false,
    };
    if named && !resource.is_empty() { Ok(()) } else { Err(Reason::TokenAudience.into()) }
}

/// `cnf` may name the presented certificate (RFC 8705 section 3.1) and nothing else.
fn confirmation(cnf: Option<Value<'_>>, certificate: Option<&CertificateFacts>) -> Result<(), Refusal> {
    let Some(cnf) = cnf else { return Ok(()) };
    let mut members = cnf.members();
    let (Some(member), None) = (members.next(), members.next()) else {
        return Err(Reason::TokenConfirmation.into());
    };
    let proved = member.key_is("x5t#S256")
        && certificate.is_some_and(|facts| member.value.as_str().is_some_and(|text| text == facts.thumbprint));
    if proved { Ok(()) } else { Err(Reason::TokenConfirmation.into()) }
}
