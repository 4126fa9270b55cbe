//! A token issuer's key set behind HTTPS, with rotation.

use super::pki::Authority;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinHandle;

/// The server; it stops when dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    published: Arc<Mutex<(String, usize)>>,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(keys: String) -> Self {
        let (listener, address) = casemate_tests::listen::bind(0).await.expect("a port");
        let published = Arc::new(Mutex::new((keys, 0)));
        let leaf = Authority::shared().server();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![leaf.certificate.clone()], leaf.key())
            .expect("a pair");
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let shared = Arc::clone(&published);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut head = vec![0; 4096];
                if !matches!(stream.read(&mut head).await, Ok(read) if read > 0) {
                    continue;
                }
                let body = {
                    let mut shared = shared.lock().expect("no panic");
                    shared.1 += 1;
                    shared.0.clone()
                };
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                // The gateway may have gone.
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        Self { address, published, task }
    }

    /// Other keys from now on.
    pub(crate) fn publish(&self, keys: String) {
        self.published.lock().expect("no panic").0 = keys;
    }

    /// How often they were fetched.
    pub(crate) fn fetched(&self) -> usize {
        self.published.lock().expect("no panic").1
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
