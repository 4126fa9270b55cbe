//! A token issuer with keys of every kind, and tokens in which any fault can be put.

use super::{ISSUER, PUBLIC, now};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::sync::OnceLock;

/// The private keys of an issuer.
pub(crate) struct Keys {
    ed: Ed25519KeyPair,
    p256: EcdsaKeyPair,
    rsa: RsaKeyPair,
    suffix: &'static str,
}

impl Keys {
    fn new(suffix: &'static str) -> Self {
        Self {
            ed: Ed25519KeyPair::generate().expect("a key"),
            p256: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"),
            rsa: RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"),
            suffix,
        }
    }

    /// The keys that the gateways of the tests accept.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Keys> = OnceLock::new();
        SHARED.get_or_init(|| Self::new("1"))
    }

    /// The issuer's keys after a rotation.
    pub(crate) fn rotated() -> &'static Self {
        static ROTATED: OnceLock<Keys> = OnceLock::new();
        ROTATED.get_or_init(|| Self::new("2"))
    }

    fn kid(&self, alg: &str) -> String {
        format!("{}-{}", alg.to_lowercase(), self.suffix)
    }

    /// The public keys as a JWKS.
    pub(crate) fn jwks(&self) -> String {
        let b64 = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let point = self.p256.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        let modulus = self.rsa.public_key().modulus().big_endian_without_leading_zero().to_vec();
        let keys: Value = json!([
            { "kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": self.kid("EdDSA"), "x": b64(self.ed.public_key().as_ref()) },
            { "kty": "EC", "crv": "P-256", "use": "sig", "kid": self.kid("ES256"), "x": b64(x), "y": b64(y) },
            { "kty": "RSA", "use": "sig", "kid": self.kid("RS256"), "n": b64(&modulus), "e": "AQAB" },
        ]);
        json!({ "keys": keys }).to_string()
    }

    fn sign(&self, alg: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match alg {
            "EdDSA" => self.ed.sign(message).as_ref().to_vec(),
            "ES256" => self.p256.sign(&random, message).expect("a signature").as_ref().to_vec(),
            "RS256" => {
                let mut signature = vec![0; 256];
                self.rsa.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).expect("a signature");
                signature
            }
            // What a verifier that lets the token choose would check against its public key.
            "HS256" => {
                let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, self.rsa.public_key().as_ref());
                aws_lc_rs::hmac::sign(&key, message).as_ref().to_vec()
            }
            _ => Vec::new(),
        }
    }
}

/// A token in the making: members as JSON text, in order.
#[derive(Clone)]
pub(crate) struct Token {
    header: Vec<(String, String)>,
    claims: Vec<(String, String)>,
    alg: &'static str,
    keys: &'static Keys,
}

impl Token {
    /// A good token of the tenant `acme` for the server `up`.
    pub(crate) fn new() -> Self {
        Self::signed("EdDSA", Keys::shared())
    }

    /// A good token under this algorithm.
    pub(crate) fn signed(alg: &'static str, keys: &'static Keys) -> Self {
        let time = now();
        let mut token = Self { header: Vec::new(), claims: Vec::new(), alg, keys };
        token = token.header("alg", json!(alg)).header("typ", json!("at+jwt")).header("kid", json!(keys.kid(alg)));
        token
            .claim("iss", json!(ISSUER))
            .claim("sub", json!("agent-7"))
            .claim("iat", json!(time - 10))
            .claim("exp", json!(time + 600))
            .claim("scope", json!("mcp"))
            .claim("tenant", json!("acme"))
            .server("up")
    }

    /// For another server.
    pub(crate) fn server(self, name: &str) -> Self {
        self.claim("aud", json!(format!("{PUBLIC}/mcp/{name}")))
    }

    pub(crate) fn header(mut self, name: &str, value: Value) -> Self {
        set(&mut self.header, name, &value);
        self
    }

    /// Sets a claim; `null` takes it away.
    pub(crate) fn claim(mut self, name: &str, value: Value) -> Self {
        set(&mut self.claims, name, &value);
        self
    }

    /// Adds a claim that is there already.
    pub(crate) fn again(mut self, name: &str, value: Value) -> Self {
        self.claims.push((name.to_owned(), value.to_string()));
        self
    }

    /// The token in compact form.
    pub(crate) fn mint(&self) -> String {
        let encode = |members: &[(String, String)]| {
            let members: Vec<_> = members.iter().map(|(name, json)| format!("{name:?}:{json}")).collect();
            URL_SAFE_NO_PAD.encode(format!("{{{}}}", members.join(",")))
        };
        let signed = format!("{}.{}", encode(&self.header), encode(&self.claims));
        let signature = URL_SAFE_NO_PAD.encode(self.keys.sign(self.alg, signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}

fn set(members: &mut Vec<(String, String)>, name: &str, value: &Value) {
    let text = value.to_string();
    let at = members.iter().position(|(known, _)| known == name);
    match (at, value.is_null()) {
        (Some(at), true) => drop(members.remove(at)),
        (Some(at), false) => members[at].1 = text,
        (None, true) => {}
        (None, false) => members.push((name.to_owned(), text)),
    }
}
