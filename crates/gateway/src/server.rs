//! Accepting connections: caps, TLS, time-outs that fire, reload and drain.

use crate::connection::{Activity, Connection};
use crate::error::GatewayError;
use crate::gateway::{Gateway, draining};
use crate::pipeline;
use crate::reply::ReplyBody;
use casemate_audit::Observed;
use casemate_core::Reason;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// How often an open connection's certificate is judged again.
const RECHECK: Duration = Duration::from_secs(60);

/// The data listener.
pub struct Server {
    gateway: Arc<Gateway>,
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Binds the listener of the gateway's configuration.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn bind(gateway: Arc<Gateway>) -> Result<Self, GatewayError> {
        let address = gateway.state().config.listener.address;
        let failed = |source| GatewayError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        gateway.bound_to(address);
        Ok(Self { gateway, listener, address })
    }

    /// Where it listens; the port is the real one even if 0 was asked for.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the gateway drains, then waits for running calls as long as the drain time allows.
    pub async fn run(self) {
        let caps = self.gateway.state().config.caps.clone();
        let slots = Arc::new(Semaphore::new(caps.connections));
        let mut drain = self.gateway.watch_drain();
        let mut tasks = JoinSet::new();
        loop {
            tokio::select! {
                () = draining(&mut drain) => break,
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) => self.take(&slots, &mut tasks, stream, peer),
                    Err(fault) => {
                        tracing::warn!(%fault, "a connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                },
                Some(_) = tasks.join_next(), if !tasks.is_empty() => {}
            }
        }
        drop(self.listener);
        let drained = tokio::time::timeout(caps.drain, async { while tasks.join_next().await.is_some() {} }).await;
        if drained.is_err() {
            tracing::warn!(connections = tasks.len(), "the drain time is over; connections are closed");
            tasks.shutdown().await;
        }
    }

    fn take(&self, slots: &Arc<Semaphore>, tasks: &mut JoinSet<()>, stream: TcpStream, peer: SocketAddr) {
        let gateway = Arc::clone(&self.gateway);
        let Ok(slot) = Arc::clone(slots).try_acquire_owned() else {
            observe(&gateway, peer, Reason::LimitConnections, "connection");
            return;
        };
        if gateway.state().limits.may_try(peer.ip(), gateway.now()).is_err() {
            observe(&gateway, peer, Reason::LimitUnauthenticated, "connection");
            return;
        }
        tasks.spawn(async move {
            gateway.metrics.connections.inc();
            connection(&gateway, stream, peer).await;
            gateway.metrics.connections.dec();
            drop(slot);
        });
    }
}

/// Records something that a peer did before it was authenticated.
pub(crate) fn observe(gateway: &Gateway, peer: SocketAddr, reason: Reason, during: &'static str) {
    gateway.metrics.refused(reason);
    gateway.log.observe(Observed {
        at: gateway.now(),
        peer: Some(peer.ip()),
        reason,
        trace: None,
        agent: None,
        detail: Some(during),
        bytes: 0,
    });
}

async fn connection(gateway: &Arc<Gateway>, stream: TcpStream, peer: SocketAddr) {
    let _ = stream.set_nodelay(true);
    let state = gateway.state();
    let Some(tls) = state.tls.clone() else {
        return http(gateway, stream, peer, Vec::new(), false).await;
    };
    let handshake = tokio_rustls::TlsAcceptor::from(tls).accept(stream);
    let reason = match tokio::time::timeout(state.config.caps.handshake, handshake).await {
        Ok(Ok(stream)) => {
            let (_, session) = stream.get_ref();
            let certificates = session.peer_certificates().unwrap_or_default();
            let certificates = certificates.iter().map(|c| c.clone().into_owned()).collect();
            let is_h2 = session.alpn_protocol() == Some(b"h2");
            drop(state);
            return http(gateway, stream, peer, certificates, is_h2).await;
        }
        Ok(Err(fault)) => crate::tls::handshake_reason(&fault),
        Err(_) => Reason::TlsTimeout,
    };
    let _ = state.limits.unauthenticated(peer.ip(), gateway.now());
    observe(gateway, peer, reason, "handshake");
}

async fn http<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    gateway: &Arc<Gateway>,
    stream: S,
    peer: SocketAddr,
    certificates: Vec<rustls_pki_types::CertificateDer<'static>>,
    is_h2: bool,
) {
    let caps = gateway.state().config.caps.clone();
    let connection = Arc::new(Connection { peer, certificates, activity: Activity::new() });
    let service = service_fn({
        let (gateway, connection) = (Arc::clone(gateway), Arc::clone(&connection));
        move |request: Request<Incoming>| {
            let (gateway, connection) = (Arc::clone(&gateway), Arc::clone(&connection));
            async move { Ok::<Response<ReplyBody>, Infallible>(pipeline::serve(gateway, connection, request).await) }
        }
    });
    let io = TokioIo::new(stream);
    let ended = if is_h2 {
        let mut builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .max_concurrent_streams(100)
            .max_header_list_size(u32::try_from(caps.header_bytes.saturating_mul(4)).unwrap_or(u32::MAX))
            .max_local_error_reset_streams(Some(64))
            .keep_alive_interval(Some(caps.idle / 2))
            .keep_alive_timeout(caps.idle);
        drive(gateway, &connection, builder.serve_connection(io, service), |c| c.graceful_shutdown(), caps.idle).await
    } else {
        let mut builder = hyper::server::conn::http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(caps.header)
            .max_buf_size(caps.header_bytes.max(8192))
            .max_headers(100)
            .half_close(false);
        drive(gateway, &connection, builder.serve_connection(io, service), |c| c.graceful_shutdown(), caps.idle).await
    };
    if let Err(fault) = ended
        && let Some(reason) = refused_by_hyper(&fault)
    {
        let _ = gateway.state().limits.unauthenticated(peer.ip(), gateway.now());
        observe(gateway, peer, reason, "http");
    }
}

/// What hyper refused on its own, before a request reached the pipeline.
fn refused_by_hyper(fault: &hyper::Error) -> Option<Reason> {
    if fault.is_parse_too_large() {
        Some(Reason::HttpHeaderSize)
    } else if fault.is_parse() {
        Some(Reason::HttpMalformed)
    } else if fault.is_timeout() {
        Some(Reason::HttpHeaderTimeout)
    } else {
        None
    }
}

/// Drives a connection to its end: it finishes early on drain, when nothing moves, or when its certificate is no longer
/// trusted after a reload.
async fn drive<C: Future<Output = Result<(), hyper::Error>>>(
    gateway: &Arc<Gateway>,
    connection: &Connection,
    driven: C,
    finish: impl Fn(Pin<&mut C>),
    idle: Duration,
) -> Result<(), hyper::Error> {
    let mut driven = pin!(driven);
    let mut drain = gateway.watch_drain();
    let mut generation = gateway.watch_generation();
    let mut tick = tokio::time::interval((idle / 4).max(Duration::from_millis(10)));
    let mut recheck = tokio::time::interval(RECHECK);
    let mut finishing_since = None;
    loop {
        tokio::select! {
            ended = driven.as_mut() => return ended,
            () = draining(&mut drain), if finishing_since.is_none() => {
                finishing_since = Some(tokio::time::Instant::now());
                finish(driven.as_mut());
            }
            changed = generation.changed() => {
                if changed.is_ok() && !still_trusted(gateway, connection) {
                    finishing_since = Some(tokio::time::Instant::now());
                    finish(driven.as_mut());
                }
            }
            // Certificates and revocation lists end without any reload.
            _ = recheck.tick() => {
                if finishing_since.is_none() && !still_trusted(gateway, connection) {
                    finishing_since = Some(tokio::time::Instant::now());
                    finish(driven.as_mut());
                }
            }
            _ = tick.tick() => {
                let stale = connection.activity.is_stale(idle);
                match finishing_since {
                    Some(since) if stale && since.elapsed() >= idle => return Ok(()),
                    None if stale => {
                        finishing_since = Some(tokio::time::Instant::now());
                        finish(driven.as_mut());
                    }
                    _ => {}
                }
            }
        }
    }
}

/// Whether the certificate of a connection that is already open would still be let in.
pub(crate) fn still_trusted(gateway: &Gateway, connection: &Connection) -> bool {
    if connection.certificates.is_empty() {
        return true;
    }
    let state = gateway.state();
    let clients = state.clients.as_ref();
    clients.is_some_and(|clients| clients.check(&connection.certificates, gateway.now()).is_ok())
}
