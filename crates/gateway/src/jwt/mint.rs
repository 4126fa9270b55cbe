//! Makes tokens for tests, good and bad, with an issuer's keys of every kind.

use crate::config::{JwksSource, Jwt};
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
    RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casemate_core::UnixMillis;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

pub(crate) const ISSUER: &str = "https://issuer.example";
pub(crate) const RESOURCE: &str = "https://gw.example/mcp/kb";
/// Some time in 2027, in seconds.
pub(crate) const NOW: u64 = 1_800_000_000;

pub(crate) const fn now() -> UnixMillis {
    UnixMillis(NOW * 1000)
}

/// The private keys of an issuer.
pub(crate) struct Issuer {
    ed: Ed25519KeyPair,
    p256: EcdsaKeyPair,
    p384: EcdsaKeyPair,
    rsa: RsaKeyPair,
}

impl Issuer {
    pub(crate) fn new() -> Self {
        Self {
            ed: Ed25519KeyPair::generate().unwrap(),
            p256: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
            p384: EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap(),
            rsa: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
        }
    }

    /// The issuer that most tests share.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Issuer> = OnceLock::new();
        SHARED.get_or_init(Self::new)
    }

    /// The public key as a JWK with further members.
    pub(crate) fn jwk(&self, alg: &str, more: &str) -> String {
        let b64 = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let ec = |curve: &str, point: &[u8]| {
            let (x, y) = point[1..].split_at((point.len() - 1) / 2);
            format!(r#""kty":"EC","crv":"{curve}","x":"{}","y":"{}""#, b64(x), b64(y))
        };
        let key = match alg {
            "EdDSA" => format!(r#""kty":"OKP","crv":"Ed25519","x":"{}""#, b64(self.ed.public_key().as_ref())),
            "ES256" => ec("P-256", self.p256.public_key().as_ref()),
            "ES384" => ec("P-384", self.p384.public_key().as_ref()),
            _ => {
                // PKCS#1: two sequence bytes of length, then the modulus with a leading zero, then 65537.
                let der = self.rsa.public_key().as_ref().to_vec();
                format!(r#""kty":"RSA","n":"{}","e":"AQAB""#, b64(&der[9..9 + 256]))
            }
        };
        format!("{{{key}{more}}}")
    }

    /// A key set with one key of each kind, named after its algorithm.
    pub(crate) fn jwks(&self) -> String {
        let keys = ["EdDSA", "ES256", "ES384", "RS256"]
            .map(|alg| self.jwk(alg, &format!(r#","use":"sig","kid":"{}""#, alg.to_lowercase())));
        format!(r#"{{"keys":[{}]}}"#, keys.join(","))
    }

    pub(crate) fn sign(&self, alg: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        let rsa = |encoding| {
            let mut signature = vec![0; 256];
            self.rsa.sign(encoding, &random, message, &mut signature).unwrap();
            signature
        };
        match alg {
            "EdDSA" => self.ed.sign(message).as_ref().to_vec(),
            "ES256" => self.p256.sign(&random, message).unwrap().as_ref().to_vec(),
            "ES384" => self.p384.sign(&random, message).unwrap().as_ref().to_vec(),
            "PS256" => rsa(&RSA_PSS_SHA256),
            _ => rsa(&RSA_PKCS1_SHA256),
        }
    }

    /// The RSA public key as bytes, such as a confused verifier would take for an HMAC secret.
    pub(crate) fn rsa_public_der(&self) -> Vec<u8> {
        self.rsa.public_key().as_der().unwrap().as_ref().to_vec()
    }
}

/// A token in the making: members as JSON text, in order, so that any fault can be put in.
#[derive(Clone)]
pub(crate) struct Mint {
    header: Vec<(String, String)>,
    claims: Vec<(String, String)>,
    key: &'static str,
}

impl Mint {
    /// A good token of the tenant `acme`, signed with the key for `alg`.
    pub(crate) fn new(alg: &'static str) -> Self {
        let kid = if alg.starts_with("PS") { "rs256".to_owned() } else { alg.to_lowercase() };
        Self { header: Vec::new(), claims: Vec::new(), key: alg }
            .header("alg", &format!("\"{alg}\""))
            .header("typ", "\"at+jwt\"")
            .header("kid", &format!("\"{kid}\""))
            .claim("iss", &format!("\"{ISSUER}\""))
            .claim("sub", "\"agent-7\"")
            .claim("aud", &format!("\"{RESOURCE}\""))
            .claim("iat", &(NOW - 60).to_string())
            .claim("exp", &(NOW + 300).to_string())
            .claim("scope", "\"mcp\"")
            .claim("tenant", "\"acme\"")
    }

    /// Sets a member of the header; an empty value takes it away.
    pub(crate) fn header(mut self, name: &str, json: &str) -> Self {
        set(&mut self.header, name, json);
        self
    }

    /// Sets a claim; an empty value takes it away.
    pub(crate) fn claim(mut self, name: &str, json: &str) -> Self {
        set(&mut self.claims, name, json);
        self
    }

    /// Adds a claim even where it is there.
    pub(crate) fn again(mut self, name: &str, json: &str) -> Self {
        self.claims.push((name.to_owned(), json.to_owned()));
        self
    }

    /// Signs with the key for another algorithm than the header says.
    pub(crate) fn with_key(mut self, key: &'static str) -> Self {
        self.key = key;
        self
    }

    /// Header and claims, encoded.
    pub(crate) fn signed_part(&self) -> String {
        let encode = |members: &[(String, String)]| {
            let members: Vec<_> = members.iter().map(|(name, json)| format!("\"{name}\":{json}")).collect();
            URL_SAFE_NO_PAD.encode(format!("{{{}}}", members.join(",")))
        };
        format!("{}.{}", encode(&self.header), encode(&self.claims))
    }

    pub(crate) fn by(&self, issuer: &Issuer) -> String {
        let signed = self.signed_part();
        let signature = URL_SAFE_NO_PAD.encode(issuer.sign(self.key, signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    pub(crate) fn token(&self) -> String {
        self.by(Issuer::shared())
    }
}

fn set(members: &mut Vec<(String, String)>, name: &str, json: &str) {
    members.retain(|(known, _)| known != name);
    if !json.is_empty() {
        members.push((name.to_owned(), json.to_owned()));
    }
}

/// The rules for tokens of [`ISSUER`] with keys in a file.
pub(crate) fn rules(path: PathBuf) -> Jwt {
    Jwt {
        issuer: ISSUER.to_owned(),
        jwks: JwksSource::File(path),
        jwks_roots: Vec::new(),
        skew: Duration::from_secs(30),
        max_lifetime: Duration::from_secs(3600),
        accept_plain_jwt: false,
    }
}

/// A key set file; it is removed when dropped.
pub(crate) fn jwks_file(content: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), content).unwrap();
    file
}
