//! TLS of the listeners: rustls with aws-lc-rs, and what becomes of a client certificate in the handshake.

use crate::config::{ClientTrust, ServerTls};
use casemate_core::{Reason, Secret, UnixMillis};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::CryptoProvider;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig, SignatureScheme,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use std::sync::Arc;
use std::time::Duration;

/// Certificates of a client's chain beside its own, at most.
const INTERMEDIATES: usize = 8;

/// Why a listener's TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The key is no PKCS#8, SEC1 or PKCS#1 key.
    #[error("the private key is not a PKCS#8, SEC1 or PKCS#1 key in DER")]
    Key,
    /// rustls refuses certificate, key or both together.
    #[error("the server certificate or its key cannot be used: {0}")]
    Server(#[source] rustls::Error),
    /// A CA certificate cannot be a trust anchor.
    #[error("CA certificate {number} of the clients cannot be used: {source}")]
    Root {
        /// Its place in the list, from 1.
        number: usize,
        /// What is wrong with it.
        #[source]
        source: rustls::Error,
    },
    /// The CAs and CRLs do not make a verifier.
    #[error("the clients' CAs and revocation lists cannot be used: {0}")]
    Clients(#[from] rustls::server::VerifierBuilderError),
}

/// Makes the rustls configuration of a listener: TLS 1.3 and 1.2, ALPN `h2` and `http/1.1`.
///
/// Where client certificates are asked for, sessions are never resumed: a resumed session repeats the verdict of an
/// earlier handshake and would step over a revocation that came in between.
///
/// # Errors
/// A key that cannot be read or does not belong to the certificate, and CAs or revocation lists that cannot be used.
pub fn server_config(tls: &ServerTls) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = provider();
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(TlsError::Server)?;
    let builder = match &tls.clients {
        Some(trust) => builder.with_client_cert_verifier(Arc::new(ClientVerifier::new(trust)?)),
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_single_cert(tls.chain.clone(), private_key(&tls.key)?).map_err(TlsError::Server)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    if tls.clients.is_some() {
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
    }
    Ok(Arc::new(config))
}

/// The same for the admin listener, which speaks HTTP/1.1 alone.
///
/// # Errors
/// As [`server_config`].
pub fn admin_config(tls: &ServerTls) -> Result<Arc<ServerConfig>, TlsError> {
    let mut config = Arc::unwrap_or_clone(server_config(tls)?);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

fn private_key(key: &Secret) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::try_from(key.expose().to_vec()).map_err(|_| TlsError::Key)
}

/// Judges client certificates: chain, validity, purpose, and revocation of the whole chain where lists are configured.
///
/// Beside the handshakes it serves a reload, which asks it again for the certificates of connections that are open.
#[derive(Debug)]
pub struct ClientVerifier {
    webpki: Arc<dyn ClientCertVerifier>,
}

impl ClientVerifier {
    /// A verifier for these CAs and lists. With any list, an expired one or an unknown status refuses.
    ///
    /// # Errors
    /// CAs or revocation lists that cannot be used, or no CA at all.
    pub fn new(trust: &ClientTrust) -> Result<Self, TlsError> {
        let mut roots = RootCertStore::empty();
        for (at, root) in trust.roots.iter().enumerate() {
            roots.add(root.clone()).map_err(|source| TlsError::Root { number: at + 1, source })?;
        }
        let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider())
            .with_crls(trust.crls.iter().cloned())
            .enforce_revocation_expiration();
        let builder = if trust.required { builder } else { builder.allow_unauthenticated() };
        Ok(Self { webpki: builder.build()? })
    }

    /// Judges a chain, leaf first, that a handshake accepted before.
    ///
    /// # Errors
    /// Why it would be refused now.
    pub fn check(&self, chain: &[CertificateDer<'_>], now: UnixMillis) -> Result<(), Reason> {
        let (leaf, intermediates) = chain.split_first().ok_or(Reason::CertificateMissing)?;
        let now = UnixTime::since_unix_epoch(Duration::from_millis(now.0));
        self.verify_client_cert(leaf, intermediates, now).map(drop).map_err(|error| tls_reason(&error))
    }
}

impl ClientCertVerifier for ClientVerifier {
    fn offer_client_auth(&self) -> bool {
        true
    }

    fn client_auth_mandatory(&self) -> bool {
        self.webpki.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.webpki.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        if intermediates.len() > INTERMEDIATES {
            return Err(CertificateError::BadEncoding.into());
        }
        self.webpki.verify_client_cert(end_entity, intermediates, now).map_err(|error| match error {
            // A foreign CA with the name of ours; a bad signature of the handshake itself does not pass here.
            rustls::Error::InvalidCertificate(CertificateError::BadSignature) => CertificateError::UnknownIssuer.into(),
            error => error,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.webpki.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.webpki.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.webpki.supported_verify_schemes()
    }
}

/// The reason of a failed handshake, from the error that the acceptor returned.
#[must_use]
pub fn handshake_reason(error: &std::io::Error) -> Reason {
    if error.kind() == std::io::ErrorKind::TimedOut {
        return Reason::TlsTimeout;
    }
    error.get_ref().and_then(|inner| inner.downcast_ref()).map_or(Reason::TlsHandshake, tls_reason)
}

fn tls_reason(error: &rustls::Error) -> Reason {
    match error {
        rustls::Error::NoCertificatesPresented => Reason::CertificateMissing,
        rustls::Error::InvalidCertificate(fault) => certificate_reason(fault),
        rustls::Error::InvalidCertRevocationList(_) => Reason::CertificateStatus,
        _ => Reason::TlsHandshake,
    }
}

fn certificate_reason(fault: &CertificateError) -> Reason {
    use CertificateError as E;
    match fault {
        E::Expired | E::ExpiredContext { .. } => Reason::CertificateExpired,
        E::NotValidYet | E::NotValidYetContext { .. } => Reason::CertificateNotYetValid,
        E::Revoked => Reason::CertificateRevoked,
        E::UnknownIssuer => Reason::CertificateUntrusted,
        E::UnknownRevocationStatus | E::ExpiredRevocationList | E::ExpiredRevocationListContext { .. } => {
            Reason::CertificateStatus
        }
        _ => Reason::CertificateInvalid,
    }
}

#[cfg(test)]
pub(crate) mod authority;
#[cfg(test)]
mod tests;
