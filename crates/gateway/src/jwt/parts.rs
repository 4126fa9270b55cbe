//! A token's three parts, strictly decoded (RFC 7515 section 7.1), and what its header may say.

use crate::jwks::{algorithm, kid_is_fine};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casemate_core::json::{Json, JsonFault, Limits, Value};
use casemate_core::{Reason, Refusal};
use jsonwebtoken::Algorithm;

/// Bytes of a token, at most.
pub(super) const MAX_BYTES: usize = 8 * 1024;

const LIMITS: Limits = Limits { depth: 16, nodes: 4096, key_len: 256, number_len: 32 };

/// A token taken apart; nothing of it is verified.
pub(super) struct Parts<'a> {
    /// What was signed: header and claims as they were sent, with the dot between them.
    pub(super) signed: &'a str,
    /// The signature in base64url.
    pub(super) signature: &'a str,
    /// The claims.
    pub(super) claims: Json,
    /// What the header says.
    pub(super) header: Header,
}

/// The members of the header that count. `jku`, `jwk`, `x5u` and `x5c` name keys and never count.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<String>,
    /// Whether `typ` says that it is an access token (RFC 9068 section 2.1).
    pub(super) access_token: bool,
}

impl<'a> Parts<'a> {
    /// Takes a token apart and judges its header.
    pub(super) fn read(token: &'a str, accept_plain_jwt: bool) -> Result<Self, Refusal> {
        if token.len() > MAX_BYTES {
            return Err(Reason::TokenOversized.into());
        }
        let mut parts = token.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Reason::TokenMalformed.into());
        };
        let signed = token.get(..header.len() + 1 + claims.len()).ok_or(Reason::TokenMalformed)?;
        let header = object(header)?;
        let claims = object(claims)?;
        URL_SAFE_NO_PAD.decode(signature).map_err(|_| Reason::TokenMalformed)?;
        let header = Header::read(header.root(), accept_plain_jwt)?;
        if !header.access_token {
            refuse_other_kinds(claims.root())?;
        }
        Ok(Self { signed, signature, claims, header })
    }
}

/// Decodes one part: canonical base64url without padding, then one strict JSON object.
fn object(part: &str) -> Result<Json, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Reason::TokenMalformed)?;
    let json = Json::parse(bytes.into(), LIMITS).map_err(|error| {
        let reason = match error.fault {
            JsonFault::DuplicateKey => Reason::TokenDuplicateClaim,
            _ => Reason::TokenMalformed,
        };
        Refusal::new(reason).detail(error.to_string())
    })?;
    if json.root().is_object() { Ok(json) } else { Err(Reason::TokenMalformed.into()) }
}

impl Header {
    fn read(header: Value<'_>, accept_plain_jwt: bool) -> Result<Self, Refusal> {
        let name = header.get("alg").and_then(|alg| alg.as_str()).ok_or(Reason::TokenAlgorithm)?;
        let algorithm = algorithm(&name).ok_or(Reason::TokenAlgorithm)?;
        if header.get("crit").is_some() {
            return Err(Reason::TokenCritical.into());
        }
        let access_token = is_access_token(header.get("typ"), accept_plain_jwt).ok_or(Reason::TokenType)?;
        let kid = match header.get("kid") {
            None => None,
            Some(kid) => Some(kid.as_str().filter(|kid| kid_is_fine(kid)).ok_or(Reason::TokenKey)?.into_owned()),
        };
        Ok(Self { algorithm, kid, access_token })
    }
}

/// Whether the type is `at+jwt`; `None` where it is one that is not accepted.
fn is_access_token(typ: Option<Value<'_>>, accept_plain_jwt: bool) -> Option<bool> {
    let Some(typ) = typ else { return accept_plain_jwt.then_some(false) };
    let typ = typ.as_str()?.to_ascii_lowercase();
    match typ.strip_prefix("application/").unwrap_or(&typ) {
        "at+jwt" => Some(true),
        "jwt" if accept_plain_jwt => Some(false),
        _ => None,
    }
}

/// Refuses ID tokens, logout and security event tokens, and refresh tokens that share the plain type.
fn refuse_other_kinds(claims: Value<'_>) -> Result<(), Refusal> {
    let other = ["at_hash", "c_hash", "events"].into_iter().any(|name| claims.get(name).is_some())
        || claims.get("typ").is_some_and(|typ| !typ.as_str().is_some_and(|typ| typ.eq_ignore_ascii_case("bearer")));
    if other { Err(Reason::TokenType.into()) } else { Ok(()) }
}
