//! Certificates for tests, good and bad, of an authority that lives as long as the process.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casemate_core::digest::Digest;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SanType, SerialNumber,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::OnceLock;
use time::{Duration, OffsetDateTime};

/// The identity of the agent that most tests act as.
pub(crate) const AGENT: &str = "spiffe://acme.example/agents/one";

/// A certificate authority.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate with its key.
pub(crate) struct Leaf {
    pub(crate) certificate: CertificateDer<'static>,
    pub(crate) pem: String,
    pub(crate) key_pem: String,
    key: Vec<u8>,
}

impl Leaf {
    pub(crate) fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::try_from(self.key.clone()).expect("a private key")
    }

    /// The thumbprint that a bound token names (RFC 8705 section 3.1).
    pub(crate) fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(Digest::of(&self.certificate).0)
    }
}

pub(crate) fn uri(text: &str) -> SanType {
    SanType::URI(text.try_into().expect("a URI"))
}

pub(crate) fn dns(text: &str) -> SanType {
    SanType::DnsName(text.try_into().expect("a DNS name"))
}

/// Some days from now, or before.
pub(crate) fn days(count: i64) -> OffsetDateTime {
    OffsetDateTime::now_utc() + Duration::days(count)
}

impl Authority {
    /// The authority that every gateway of the tests trusts.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Authority> = OnceLock::new();
        SHARED.get_or_init(|| Self::new("tests' CA"))
    }

    /// An authority that nobody trusts, with the same name.
    pub(crate) fn foreign() -> &'static Self {
        static FOREIGN: OnceLock<Authority> = OnceLock::new();
        FOREIGN.get_or_init(|| Self::new("tests' CA"))
    }

    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        (params.not_before, params.not_after) = (days(-30), days(365));
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("a certificate"))
    }

    pub(crate) fn root(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A client certificate with these names, changed before it is signed.
    pub(crate) fn issue(&self, names: Vec<SanType>, change: impl FnOnce(&mut CertificateParams)) -> Leaf {
        let mut params = CertificateParams::default();
        params.subject_alt_names = names;
        (params.not_before, params.not_after) = (days(-1), days(30));
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        Leaf {
            certificate: certificate.der().clone(),
            pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            key: key.serialize_der(),
        }
    }

    /// A client with this identity.
    pub(crate) fn client(&self, identity: &str) -> Leaf {
        self.issue(vec![uri(identity)], |_| {})
    }

    /// A client whose certificate has this serial number.
    pub(crate) fn numbered(&self, identity: &str, serial: u8) -> Leaf {
        self.issue(vec![uri(identity)], |params| params.serial_number = Some(SerialNumber::from_slice(&[serial])))
    }

    /// A server on loopback.
    pub(crate) fn server(&self) -> Leaf {
        let loopback = SanType::IpAddress(std::net::Ipv4Addr::LOCALHOST.into());
        self.issue(vec![dns("localhost"), loopback], |params| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        })
    }

    /// A revocation list, PEM, that revokes these serial numbers and is to be replaced at `next`.
    pub(crate) fn crl(&self, revoked: &[u8], next: OffsetDateTime) -> String {
        let revoked = revoked.iter().map(|serial| RevokedCertParams {
            serial_number: SerialNumber::from_slice(&[*serial]),
            revocation_time: days(-2),
            reason_code: None,
            invalidity_date: None,
        });
        let params = CertificateRevocationListParams {
            this_update: days(-20),
            next_update: next,
            crl_number: SerialNumber::from_slice(&[1]),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.0).expect("a list").pem().expect("PEM")
    }
}
