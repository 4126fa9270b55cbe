//! TLS towards destinations: whom to trust, what to present, and what a failure means.

use crate::error::{ConnectFault, NetError, TargetError, TlsFault};
use casemate_core::Secret;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use std::sync::{Arc, OnceLock};

/// TLS trust of a destination, and what the gateway presents there.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// The CAs that may sign the destination's certificate; empty means the system's store.
    pub roots: Vec<CertificateDer<'static>>,
    /// The client certificate, where the destination asks for one.
    pub client: Option<ClientIdentity>,
}

impl Trust {
    pub(crate) fn is_default(&self) -> bool {
        self.roots.is_empty() && self.client.is_none()
    }
}

/// A client certificate with its key.
#[derive(Debug, Clone)]
pub struct ClientIdentity {
    /// The chain, leaf first.
    pub chain: Vec<CertificateDer<'static>>,
    /// The private key in DER: PKCS#8, SEC1 or PKCS#1.
    pub key: Secret,
}

/// A configuration for TLS 1.2 and 1.3 with HTTP/1.1.
pub(crate) fn client_config(trust: &Trust) -> Result<Arc<ClientConfig>, TargetError> {
    let roots = if trust.roots.is_empty() { system_roots()? } else { given_roots(&trust.roots)? };
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|_| TargetError::Tls)?
        .with_root_certificates(roots);
    let mut config = match &trust.client {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let key = PrivateKeyDer::try_from(identity.key.expose())
                .map_err(|_| TargetError::Identity("the key is not PKCS#8, SEC1 or PKCS#1"))?;
            builder
                .with_client_auth_cert(identity.chain.clone(), key.clone_key())
                .map_err(|_| TargetError::Identity("they do not belong together or are of an unsupported kind"))?
        }
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    Arc::clone(PROVIDER.get_or_init(|| Arc::new(rustls::crypto::aws_lc_rs::default_provider())))
}

/// The system's store, read when the first destination needs it.
fn system_roots() -> Result<Arc<RootCertStore>, TargetError> {
    static ROOTS: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    let store = ROOTS.get_or_init(|| {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Arc::new(store)
    });
    if store.is_empty() {
        return Err(TargetError::Roots("the system has no CA store; name the CAs of this destination"));
    }
    Ok(Arc::clone(store))
}

fn given_roots(roots: &[CertificateDer<'static>]) -> Result<Arc<RootCertStore>, TargetError> {
    let mut store = RootCertStore::empty();
    for root in roots {
        store.add(root.clone()).map_err(|_| TargetError::Roots("one of them is malformed"))?;
    }
    Ok(Arc::new(store))
}

/// What a failed handshake means.
pub(crate) fn handshake_error(error: &std::io::Error) -> NetError {
    match rustls_cause(error) {
        Some(rustls::Error::InvalidCertificate(cause)) => NetError::Tls(certificate_fault(cause)),
        Some(rustls::Error::NoCertificatesPresented) => NetError::Tls(TlsFault::Certificate),
        Some(rustls::Error::AlertReceived(alert)) => NetError::Tls(TlsFault::Alert(u8::from(*alert))),
        Some(_) => NetError::Tls(TlsFault::Handshake),
        None => NetError::Connect(ConnectFault::from(error)),
    }
}

fn certificate_fault(error: &CertificateError) -> TlsFault {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => TlsFault::NotYetValid,
        CertificateError::Revoked => TlsFault::Revoked,
        // A CA of the right name with another key: most often one that was made anew.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => TlsFault::UnknownIssuer,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => TlsFault::WrongName,
        _ => TlsFault::Certificate,
    }
}

/// The TLS error inside an IO error.
pub(crate) fn rustls_cause(error: &std::io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}
