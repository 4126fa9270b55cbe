//! TLS with client certificates, read from PEM files.

use anyhow::{Context as _, Result};
use clap::Args;
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// The files of one side of a mutually authenticated connection. None means plain HTTP.
#[derive(Debug, Clone, Args)]
#[group(id = "tls")]
pub struct TlsArgs {
    /// CA that the peer's certificate must come from (PEM)
    #[arg(long, requires_all = ["cert", "key"])]
    pub ca: Option<PathBuf>,
    /// Own certificate chain (PEM)
    #[arg(long, requires = "ca")]
    pub cert: Option<PathBuf>,
    /// Own private key (PEM)
    #[arg(long, requires = "ca")]
    pub key: Option<PathBuf>,
}

impl TlsArgs {
    fn files(&self) -> Option<(&Path, &Path, &Path)> {
        Some((self.ca.as_deref()?, self.cert.as_deref()?, self.key.as_deref()?))
    }

    /// The server's side; clients must present a certificate.
    ///
    /// # Errors
    /// A file cannot be read or used.
    pub fn acceptor(&self) -> Result<Option<TlsAcceptor>> {
        let Some((ca, cert, key)) = self.files() else { return Ok(None) };
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots(ca)?), provider()).build()?;
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain(cert)?, private_key(key)?)?;
        Ok(Some(TlsAcceptor::from(Arc::new(config))))
    }

    /// The client's side.
    ///
    /// # Errors
    /// A file cannot be read or used.
    pub fn connector(&self) -> Result<Option<TlsConnector>> {
        let Some((ca, cert, key)) = self.files() else { return Ok(None) };
        let config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots(ca)?)
            .with_client_auth_cert(chain(cert)?, private_key(key)?)?;
        Ok(Some(TlsConnector::from(Arc::new(config))))
    }
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

fn roots(path: &Path) -> Result<RootCertStore> {
    let mut store = RootCertStore::empty();
    for certificate in chain(path)? {
        store.add(certificate)?;
    }
    Ok(store)
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let about = || format!("certificates in {}", path.display());
    CertificateDer::pem_file_iter(path).with_context(about)?.collect::<Result<_, _>>().with_context(about)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_file(path).with_context(|| format!("a private key in {}", path.display()))
}
