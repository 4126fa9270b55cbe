//! Certificates and a token issuer for development, made on this machine.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use casemate_core::Secret;
use casemate_core::digest::Digest;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, PKCS_ED25519, SanType, SerialNumber,
};
use std::net::IpAddr;
use time::{Duration, OffsetDateTime};

/// How long the CA is valid.
const CA_DAYS: i64 = 365;
/// How long everything else is valid.
const LEAF_DAYS: i64 = 30;

/// A certificate authority that lives in memory.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    now: OffsetDateTime,
}

/// A certificate with its key, both PEM.
#[derive(Debug)]
pub struct Issued {
    /// The certificate.
    pub certificate: String,
    /// The private key, PKCS#8.
    pub key: Secret,
}

impl Authority {
    /// Makes a CA that is valid for one year and signs leaves alone.
    ///
    /// # Errors
    /// What the crypto library says.
    pub fn new(name: &str) -> Result<Self, rcgen::Error> {
        let now = OffsetDateTime::now_utc();
        let mut params = params(name, now, CA_DAYS);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Ok(Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate()?)?, now })
    }

    /// Its certificate and key.
    #[must_use]
    pub fn own(&self) -> Issued {
        Issued { certificate: self.issuer.pem(), key: secret(self.issuer.key()) }
    }

    /// The SHA-256 fingerprint of its certificate, as openssl prints it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let digest = Digest::of(self.issuer.der());
        let bytes: Vec<_> = digest.0.iter().map(|byte| format!("{byte:02X}")).collect();
        bytes.join(":")
    }

    /// A server certificate for these names and addresses.
    ///
    /// # Errors
    /// A name that no certificate can hold.
    pub fn server(&self, name: &str, names: &[&str]) -> Result<Issued, rcgen::Error> {
        let mut sans = Vec::new();
        for name in names {
            sans.push(match name.parse::<IpAddr>() {
                Ok(address) => SanType::IpAddress(address),
                Err(_) => SanType::DnsName((*name).try_into()?),
            });
        }
        self.leaf(name, sans, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// A client certificate with one URI SAN: a SPIFFE ID.
    ///
    /// # Errors
    /// An identity that no certificate can hold.
    pub fn client(&self, name: &str, identity: &str) -> Result<Issued, rcgen::Error> {
        self.leaf(name, vec![SanType::URI(identity.try_into()?)], ExtendedKeyUsagePurpose::ClientAuth)
    }

    /// A revocation list that revokes nothing, PEM, for as long as a leaf is valid.
    ///
    /// # Errors
    /// What the crypto library says.
    pub fn empty_crl(&self) -> Result<String, rcgen::Error> {
        let params = CertificateRevocationListParams {
            this_update: self.now.saturating_sub(Duration::hours(1)),
            next_update: self.now.saturating_add(Duration::days(LEAF_DAYS)),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: Vec::new(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer)?.pem()
    }

    fn leaf(&self, name: &str, sans: Vec<SanType>, usage: ExtendedKeyUsagePurpose) -> Result<Issued, rcgen::Error> {
        let mut params = params(name, self.now, LEAF_DAYS);
        params.subject_alt_names = sans;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![usage];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Issued { certificate: certificate.pem(), key: secret(&key) })
    }
}

fn params(name: &str, now: OffsetDateTime, days: i64) -> CertificateParams {
    let mut params = CertificateParams::default();
    // Clocks of other machines may be behind.
    params.not_before = now.saturating_sub(Duration::hours(1));
    params.not_after = now.saturating_add(Duration::days(days));
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn secret(key: &KeyPair) -> Secret {
    Secret::new(key.serialize_pem().into_bytes())
}

/// A token issuer: an Ed25519 key and the JWKS that publishes it.
#[derive(Debug)]
pub struct TokenIssuer {
    /// The private key, PKCS#8 PEM.
    pub key: Secret,
    /// The JWKS (RFC 7517), JSON.
    pub jwks: String,
}

impl TokenIssuer {
    /// Makes a key.
    ///
    /// # Errors
    /// What the crypto library says.
    pub fn new() -> Result<Self, rcgen::Error> {
        let pair = KeyPair::generate_for(&PKCS_ED25519)?;
        let public = pair.public_key_raw();
        let jwk = serde_json::json!({
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
            "kid": key_id(public), "x": BASE64_URL_SAFE_NO_PAD.encode(public),
        });
        let jwks = format!("{:#}\n", serde_json::json!({ "keys": [jwk] }));
        Ok(Self { key: secret(&pair), jwks })
    }
}

/// The thumbprint of an Ed25519 public key (RFC 7638, RFC 8037): its key id.
#[must_use]
pub fn key_id(public: &[u8]) -> String {
    let x = BASE64_URL_SAFE_NO_PAD.encode(public);
    let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    BASE64_URL_SAFE_NO_PAD.encode(Digest::of(canonical.as_bytes()).0)
}
