//! A JSON Web Key Set (RFC 7517), read once: only public keys that can verify signatures remain.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use casemate_core::json::{Json, Kind, Limits, Value};
use jsonwebtoken::{Algorithm, DecodingKey};

/// Bytes of a key set, at most.
pub(crate) const MAX_BYTES: usize = 256 * 1024;
/// Keys of a key set, at most, counting those that are ignored.
pub(crate) const MAX_KEYS: usize = 64;
/// Bytes of a `kid`, at most.
pub(crate) const MAX_KID: usize = 128;

const LIMITS: Limits = Limits { depth: 8, nodes: 20_000, key_len: 128, number_len: 32 };

/// Why bytes are not a usable key set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeySetError {
    /// Not strict JSON.
    #[error("the key set is not valid JSON: {0}")]
    Json(#[from] casemate_core::json::JsonError),
    /// More bytes than allowed.
    #[error("the key set is larger than 256 KiB")]
    Oversized,
    /// No array `keys` of objects.
    #[error("the key set has no array `keys` of objects")]
    Shape,
    /// More keys than allowed.
    #[error("the key set holds more than 64 keys")]
    TooMany,
    /// Nothing that could verify a signature.
    #[error("the key set holds no public signing key of a kind that is accepted")]
    Empty,
}

/// What kind of public key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Rsa,
    P256,
    P384,
    Ed25519,
}

/// One public signing key.
#[derive(Clone)]
pub(crate) struct Key {
    kid: Option<String>,
    family: Family,
    alg: Option<String>,
    /// The key as the signature library wants it.
    pub(crate) decoding: DecodingKey,
}

impl Key {
    /// Whether a signature by `algorithm` can be of this key: the family fits and the key's `alg`, if any, is it.
    #[must_use]
    pub(crate) fn fits(&self, algorithm: Algorithm) -> bool {
        let family = match algorithm {
            Algorithm::EdDSA => Family::Ed25519,
            Algorithm::ES256 => Family::P256,
            Algorithm::ES384 => Family::P384,
            Algorithm::RS256
            | Algorithm::RS384
            | Algorithm::RS512
            | Algorithm::PS256
            | Algorithm::PS384
            | Algorithm::PS512 => Family::Rsa,
            _ => return false,
        };
        self.family == family && self.alg.as_deref().is_none_or(|alg| alg == algorithm_name(algorithm))
    }
}

/// What looking for a key found.
pub(crate) enum Selection<'a> {
    /// The one key.
    Found(&'a Key),
    /// A key of that name is there, but twice, or unfit for the algorithm.
    Unfit,
    /// No key of that name.
    Unknown,
}

/// The usable keys of an issuer.
pub(crate) struct KeySet {
    keys: Vec<Key>,
}

impl KeySet {
    /// Reads a key set. Symmetric and private keys, keys for other uses and keys of unknown kinds are left out.
    ///
    /// # Errors
    /// Bytes that are no key set, too large a set, or one without a usable key.
    pub(crate) fn parse(bytes: Bytes) -> Result<Self, KeySetError> {
        if bytes.len() > MAX_BYTES {
            return Err(KeySetError::Oversized);
        }
        let json = Json::parse(bytes, LIMITS)?;
        let list = json.root().get("keys").filter(|keys| keys.kind() == Kind::Array).ok_or(KeySetError::Shape)?;
        if list.items().any(|item| !item.is_object()) {
            return Err(KeySetError::Shape);
        }
        if list.items().count() > MAX_KEYS {
            return Err(KeySetError::TooMany);
        }
        let keys: Vec<_> = list.items().filter_map(key).collect();
        if keys.is_empty() { Err(KeySetError::Empty) } else { Ok(Self { keys }) }
    }

    /// The key for a token's `kid`, or without one the only key that fits.
    #[must_use]
    pub(crate) fn select(&self, kid: Option<&str>, algorithm: Algorithm) -> Selection<'_> {
        let mut candidates = self.keys.iter().filter(|key| match kid {
            Some(kid) => key.kid.as_deref() == Some(kid),
            None => key.fits(algorithm),
        });
        match (candidates.next(), candidates.next()) {
            (Some(key), None) if key.fits(algorithm) => Selection::Found(key),
            (None, _) if kid.is_some() => Selection::Unknown,
            _ => Selection::Unfit,
        }
    }
}

/// The accepted algorithm of that name (RFC 7518 section 3.1, RFC 8037); never `none`, never HMAC.
#[must_use]
pub(crate) fn algorithm(name: &str) -> Option<Algorithm> {
    ALGORITHMS.iter().find(|(known, _)| *known == name).map(|(_, algorithm)| *algorithm)
}

fn algorithm_name(algorithm: Algorithm) -> &'static str {
    ALGORITHMS.iter().find(|(_, known)| *known == algorithm).map_or("", |(name, _)| name)
}

const ALGORITHMS: [(&str, Algorithm); 9] = [
    ("EdDSA", Algorithm::EdDSA),
    ("ES256", Algorithm::ES256),
    ("ES384", Algorithm::ES384),
    ("RS256", Algorithm::RS256),
    ("RS384", Algorithm::RS384),
    ("RS512", Algorithm::RS512),
    ("PS256", Algorithm::PS256),
    ("PS384", Algorithm::PS384),
    ("PS512", Algorithm::PS512),
];

/// Whether a `kid` is of acceptable length and alphabet.
#[must_use]
pub(crate) fn kid_is_fine(kid: &str) -> bool {
    let fine = |b: u8| b.is_ascii_alphanumeric() || b"._-~+/=:@|".contains(&b);
    (1..=MAX_KID).contains(&kid.len()) && kid.bytes().all(fine)
}

fn key(item: Value<'_>) -> Option<Key> {
    let text = |name: &str| item.get(name).and_then(|value| value.as_str());
    let absent_or = |name: &str, check: &dyn Fn(Value<'_>) -> bool| item.get(name).is_none_or(check);
    let for_signatures = absent_or("use", &|value| value.as_str().as_deref() == Some("sig"))
        && absent_or("key_ops", &|value| value.items().any(|op| op.as_str().as_deref() == Some("verify")));
    // A published private key proves nothing about who signed.
    if !for_signatures || item.get("d").is_some() || item.get("k").is_some() {
        return None;
    }
    let kid = match item.get("kid") {
        Some(value) => Some(value.as_str().filter(|kid| kid_is_fine(kid))?.into_owned()),
        None => None,
    };
    let alg = match item.get("alg") {
        Some(value) => Some(value.as_str()?.into_owned()),
        None => None,
    };
    let bytes = |name: &str| text(name).and_then(|part| URL_SAFE_NO_PAD.decode(part.as_bytes()).ok());
    let curve = text("crv");
    let (family, decoding) = match (text("kty")?.as_ref(), curve.as_deref()) {
        ("RSA", _) => (Family::Rsa, rsa(&bytes("n")?, &bytes("e")?)?),
        ("EC", Some("P-256")) => (Family::P256, point(&bytes("x")?, &bytes("y")?, 32)?),
        ("EC", Some("P-384")) => (Family::P384, point(&bytes("x")?, &bytes("y")?, 48)?),
        ("OKP", Some("Ed25519")) => {
            let x = bytes("x").filter(|x| x.len() == 32)?;
            (Family::Ed25519, DecodingKey::from_ed_der(&x))
        }
        _ => return None,
    };
    Some(Key { kid, family, alg, decoding })
}

/// 2048 to 8192 bits, with a public exponent of at most four bytes.
fn rsa(n: &[u8], e: &[u8]) -> Option<DecodingKey> {
    let leading = n.iter().take_while(|b| **b == 0).count();
    let n = n.get(leading..)?;
    let fine = (256..=1024).contains(&n.len()) && (1..=4).contains(&e.len()) && e.last().is_some_and(|b| b & 1 == 1);
    fine.then(|| DecodingKey::from_rsa_raw_components(n, e))
}

fn point(x: &[u8], y: &[u8], len: usize) -> Option<DecodingKey> {
    if x.len() != len || y.len() != len {
        return None;
    }
    DecodingKey::from_ec_components(&URL_SAFE_NO_PAD.encode(x), &URL_SAFE_NO_PAD.encode(y)).ok()
}

#[cfg(test)]
mod tests;
