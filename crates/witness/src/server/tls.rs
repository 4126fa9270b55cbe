//! TLS of the listener, from PEM.

use crate::error::ServeError;
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::Arc;

/// A configuration with TLS 1.3 and 1.2 for HTTP/1.1, from a certificate chain and its private key in PEM.
///
/// # Errors
/// [`ServeError::Tls`] where they are malformed or do not belong together.
pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Arc<ServerConfig>, ServeError> {
    let wrong = |what: String| ServeError::Tls(what);
    let chain = CertificateDer::pem_slice_iter(chain).collect::<Result<Vec<_>, _>>();
    let chain = chain.map_err(|error| wrong(error.to_string()))?;
    // What a reader of PEM says of a private key is not repeated.
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| wrong("the private key is not PEM".to_owned()))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|error| wrong(error.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| wrong(error.to_string()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
