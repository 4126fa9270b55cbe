//! The admin listener: its own address, its own authentication, roles. Health gives anyone a bare status.

pub mod document;
mod erase;
mod log;
mod people;
mod pins;
mod rotate;
mod routes;

use crate::certificate;
use crate::config::ServerTls;
use crate::error::GatewayError;
use crate::gateway::Gateway;
use crate::limits::Places;
use crate::server::observe;
use casemate_core::Reason;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use rustls_pki_types::CertificateDer;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// Connections at once; the admin listener serves a few people and one scraper.
const CONNECTIONS: usize = 64;
/// Connections of one address at once, so that no host keeps the others out.
const EACH: usize = 16;
/// Time for a handshake, for headers, and for a quiet connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// The admin listener.
pub struct AdminServer {
    gateway: Arc<Gateway>,
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    address: SocketAddr,
}

/// The other side of an admin connection, for the handlers.
#[derive(Clone)]
struct Peer {
    address: SocketAddr,
    certificate: Option<CertificateDer<'static>>,
}

impl AdminServer {
    /// Binds the admin listener, if the configuration has one.
    ///
    /// # Errors
    /// The address cannot be listened on, or its TLS material does not fit.
    pub async fn bind(gateway: Arc<Gateway>) -> Result<Option<Self>, GatewayError> {
        let Some(admin) = gateway.state().config.admin.clone() else { return Ok(None) };
        let tls = admin.tls.as_ref().map(tls_of).transpose()?;
        let failed = |source| GatewayError::Listen { address: admin.address, source };
        let listener = TcpListener::bind(admin.address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Some(Self { gateway, listener, tls, address }))
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the task is dropped: health must be visible while the gateway drains.
    pub async fn run(self) {
        let slots = Arc::new(Semaphore::new(CONNECTIONS));
        let places = Places::new(EACH, CONNECTIONS);
        let mut generation = self.gateway.watch_generation();
        let mut tls = self.tls.clone();
        loop {
            tokio::select! {
                changed = generation.changed() => {
                    let admin = self.gateway.state().config.admin.clone();
                    if changed.is_ok()
                        && let Some(Ok(new)) = admin.as_ref().and_then(|a| a.tls.as_ref()).map(tls_of)
                    {
                        tls = Some(new);
                    }
                }
                accepted = self.listener.accept() => {
                    let Ok((stream, address)) = accepted else {
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        continue;
                    };
                    let slot = Arc::clone(&slots).try_acquire_owned().ok().zip(places.take(address.ip().into()));
                    let Some(slot) = slot else {
                        observe(&self.gateway, address, Reason::LimitConnections, "admin");
                        continue;
                    };
                    let (gateway, tls) = (Arc::clone(&self.gateway), tls.clone());
                    tokio::spawn(async move {
                        connection(gateway, tls, stream, address).await;
                        drop(slot);
                    });
                }
            }
        }
    }
}

fn tls_of(tls: &ServerTls) -> Result<Arc<ServerConfig>, GatewayError> {
    crate::tls::admin_config(tls).map_err(|e| GatewayError::Tls(e.to_string()))
}

async fn connection(gateway: Arc<Gateway>, tls: Option<Arc<ServerConfig>>, stream: TcpStream, address: SocketAddr) {
    let Some(tls) = tls else { return http(gateway, stream, Peer { address, certificate: None }).await };
    let handshake = tokio_rustls::TlsAcceptor::from(tls).accept(stream);
    let reason = match tokio::time::timeout(PATIENCE, handshake).await {
        Ok(Ok(stream)) => {
            let certificates = stream.get_ref().1.peer_certificates().unwrap_or_default();
            let certificate = certificates.first().map(|c| c.clone().into_owned());
            return http(gateway, stream, Peer { address, certificate }).await;
        }
        Ok(Err(fault)) => crate::tls::handshake_reason(&fault),
        Err(_) => Reason::TlsTimeout,
    };
    let _ = gateway.state().limits.unauthenticated(address.ip(), gateway.now());
    observe(&gateway, address, reason, "admin handshake");
}

async fn http<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(gateway: Arc<Gateway>, stream: S, peer: Peer) {
    let service = TowerToHyperService::new(routes::router(gateway, peer));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // The answers are small; whoever does not take them in a minute gets no more.
    let _ = tokio::time::timeout(Duration::from_secs(60), connection).await;
}

/// The identity of an admin certificate.
fn identity_of(peer: &Peer, dns_identities: bool) -> Option<casemate_core::Subject> {
    certificate::read(peer.certificate.as_ref()?, dns_identities).ok().map(|facts| facts.identity)
}
