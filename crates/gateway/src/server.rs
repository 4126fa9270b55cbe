//! Accepting connections: caps, TLS, time-outs that fire, reload and drain.

mod drive;

use crate::config::{Config, Mode};
use crate::connection::{Connection, Watched};
use crate::error::GatewayError;
use crate::gateway::{Gateway, draining};
use crate::limits::{Place, Places};
use crate::reply::ReplyBody;
use crate::{pipeline, relay};
use casemate_audit::Observed;
use casemate_core::Reason;
use drive::{Patience, drive};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls_pki_types::CertificateDer;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

/// The part of all connections that those of one address may be before they have authenticated: a quarter.
const SHARE: usize = 4;
/// The places of one address, however few connections there may be.
const LEAST: usize = 8;
/// Handshakes of one address at once while it has no place left. They are only for holders of certificates.
const HOLDERS: usize = 4;
/// Time for such a handshake, and how long its place stays taken if it was in vain.
const HOLDERS_PATIENCE: Duration = Duration::from_secs(2);
const PENALTY: Duration = Duration::from_millis(100);
/// How long before the end of the drain the sessions end in which something still runs; a quarter of a short drain.
const LAST_FAREWELLS: Duration = Duration::from_secs(3);

/// The data listener.
pub struct Server {
    gateway: Arc<Gateway>,
    listener: TcpListener,
    address: SocketAddr,
    doors: Doors,
}

/// Who may come in.
struct Doors {
    /// Every connection.
    slots: Arc<Semaphore>,
    /// Connections that have not authenticated, by address.
    guests: Arc<Places>,
    /// Handshakes beyond those.
    holders: Arc<Places>,
}

/// What a connection came in with.
enum Entry {
    /// A place among the unauthenticated of its address.
    Guest(Place),
    /// No place, for this reason: only a certificate lets it stay.
    Holder(Place, Reason),
}

impl Server {
    /// Binds the listener of the gateway's configuration.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn bind(gateway: Arc<Gateway>) -> Result<Self, GatewayError> {
        let address = gateway.state().config.listener.address;
        let connections = gateway.state().config.caps.connections;
        let doors = Doors {
            slots: Arc::new(Semaphore::new(connections)),
            // A part is kept for those who prove themselves in the handshake, however many addresses the others have.
            guests: Places::new((connections / SHARE).max(LEAST), (connections - connections / SHARE).max(LEAST)),
            holders: Places::new(HOLDERS, connections),
        };
        let failed = |source| GatewayError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        gateway.bound_to(address);
        Ok(Self { gateway, listener, address, doors })
    }

    /// Where it listens; the port is the real one even if 0 was asked for.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the gateway drains, then waits for running calls as long as the drain time allows.
    pub async fn run(self) {
        let caps = self.gateway.state().config.caps.clone();
        let mut drain = self.gateway.watch_drain();
        let mut tasks = JoinSet::new();
        tokio::spawn(relay::sweep(Arc::clone(&self.gateway)));
        tokio::spawn(crate::pins::watch(Arc::clone(&self.gateway)));
        tokio::spawn(crate::custody::archive::watch(Arc::clone(&self.gateway)));
        tokio::spawn(crate::custody::witnesses::watch(Arc::clone(&self.gateway)));
        loop {
            tokio::select! {
                () = draining(&mut drain) => break,
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) => self.take(&mut tasks, stream, peer),
                    Err(fault) => {
                        tracing::warn!(%fault, "a connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                },
                Some(_) = tasks.join_next(), if !tasks.is_empty() => {}
            }
        }
        drop(self.listener);
        Self::end(&self.gateway, tasks, caps.drain).await;
    }

    /// Waits for running calls as long as `drain` allows, and tells upstreams within it that their sessions are over.
    async fn end(gateway: &Arc<Gateway>, mut tasks: JoinSet<()>, drain: Duration) {
        let until = Instant::now() + drain;
        let last = until - LAST_FAREWELLS.min(drain / 4);
        let calls = async {
            let _ = timeout_at(last, all(&mut tasks)).await;
            tokio::join!(timeout_at(until, all(&mut tasks)), relay::part(gateway, true, until)).0
        };
        // A session in which something runs waits for it.
        let (drained, ()) = tokio::join!(calls, relay::part(gateway, false, until));
        if drained.is_err() {
            tracing::warn!(connections = tasks.len(), "the drain time is over; connections are closed");
            tasks.shutdown().await;
        }
    }

    fn take(&self, tasks: &mut JoinSet<()>, stream: TcpStream, peer: SocketAddr) {
        let gateway = Arc::clone(&self.gateway);
        let Ok(slot) = Arc::clone(&self.doors.slots).try_acquire_owned() else {
            observe(&gateway, peer, Reason::LimitConnections, "connection");
            return;
        };
        let entry = match self.doors.enter(&gateway, peer) {
            Ok(entry) => entry,
            Err(reason) => {
                observe(&gateway, peer, reason, "connection");
                return;
            }
        };
        tasks.spawn(async move {
            gateway.metrics.connections.inc();
            connection(&gateway, stream, peer, entry).await;
            gateway.metrics.connections.dec();
            drop(slot);
        });
    }
}

async fn all(tasks: &mut JoinSet<()>) {
    while tasks.join_next().await.is_some() {}
}

impl Doors {
    fn enter(&self, gateway: &Gateway, peer: SocketAddr) -> Result<Entry, Reason> {
        let state = gateway.state();
        let is_over = !is_open(&state.config) && state.limits.may_try(peer.ip(), gateway.now()).is_err();
        let place = if is_over { None } else { self.guests.take(peer.ip().into()) };
        if let Some(place) = place {
            return Ok(Entry::Guest(place));
        }
        let reason = if is_over { Reason::LimitUnauthenticated } else { Reason::LimitConnections };
        let takes_certificates = state.clients.is_some();
        let holder = takes_certificates.then(|| self.holders.take(peer.ip().into())).flatten();
        holder.map(|place| Entry::Holder(place, reason)).ok_or(reason)
    }
}

/// Whether callers need no credentials, so that no attempt of theirs can fail.
pub(crate) fn is_open(config: &Config) -> bool {
    config.auth.mode == Mode::None
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

/// Records and charges what a connection did that never became a request.
fn refused(gateway: &Gateway, connection: &Connection, reason: Reason) {
    // What it is told next time matters, not whether this was one too many.
    let _ = gateway.state().limits.unauthenticated(connection.source, gateway.now());
    observe(gateway, connection.peer, reason, "http");
}

async fn connection(gateway: &Arc<Gateway>, stream: TcpStream, peer: SocketAddr, entry: Entry) {
    let _ = stream.set_nodelay(true);
    let state = gateway.state();
    let (place, missing) = match entry {
        Entry::Guest(place) => (place, None),
        Entry::Holder(place, reason) => (place, Some(reason)),
    };
    let Some(tls) = state.tls.clone() else {
        return http(gateway, stream, peer, (Vec::new(), Some(place)), false).await;
    };
    let patience = state.config.caps.handshake;
    let patience = if missing.is_some() { patience.min(HOLDERS_PATIENCE) } else { patience };
    let handshake = tokio_rustls::TlsAcceptor::from(tls).accept(stream);
    let (reason, during) = match tokio::time::timeout(patience, handshake).await {
        Ok(Ok(stream)) => {
            let (_, session) = stream.get_ref();
            let certificates = session.peer_certificates().unwrap_or_default();
            let certificates: Vec<_> = certificates.iter().map(|c| c.clone().into_owned()).collect();
            match missing {
                Some(reason) if certificates.is_empty() => (reason, "connection"),
                _ => {
                    let is_h2 = session.alpn_protocol() == Some(b"h2");
                    // A certificate that the handshake verified is an authentication.
                    let place = certificates.is_empty().then_some(place);
                    drop(state);
                    return http(gateway, stream, peer, (certificates, place), is_h2).await;
                }
            }
        }
        Ok(Err(fault)) => (crate::tls::handshake_reason(&fault), "handshake"),
        Err(_) => (Reason::TlsTimeout, "handshake"),
    };
    if during == "handshake" {
        let _ = state.limits.unauthenticated(peer.ip(), gateway.now());
    }
    observe(gateway, peer, reason, during);
    if missing.is_some() {
        tokio::time::sleep(PENALTY).await;
    }
    drop(place);
}

async fn http<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    gateway: &Arc<Gateway>,
    stream: S,
    peer: SocketAddr,
    (certificates, place): (Vec<CertificateDer<'static>>, Option<Place>),
    is_h2: bool,
) {
    let caps = gateway.state().config.caps.clone();
    let head = caps.header_bytes.max(8192);
    let connection = Connection::new(peer, certificates, place, is_h2);
    let service = service_fn({
        let (gateway, connection) = (Arc::clone(gateway), Arc::clone(&connection));
        move |request: Request<Incoming>| {
            let (gateway, connection) = (Arc::clone(&gateway), Arc::clone(&connection));
            connection.begins();
            async move { Ok::<Response<ReplyBody>, Infallible>(pipeline::serve(gateway, connection, request).await) }
        }
    });
    let patience = Patience { header: caps.header, idle: caps.idle, drain: caps.drain };
    let ended = if is_h2 {
        let mut builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .max_concurrent_streams(100)
            .max_header_list_size(u32::try_from(caps.header_bytes.saturating_mul(4)).unwrap_or(u32::MAX))
            .max_local_error_reset_streams(Some(64))
            .keep_alive_interval(Some(caps.idle / 2))
            .keep_alive_timeout(caps.idle);
        let driven = builder.serve_connection(TokioIo::new(stream), service);
        drive(gateway, &connection, driven, |c| c.graceful_shutdown(), patience).await
    } else {
        let mut builder = hyper::server::conn::http1::Builder::new();
        // Heads are timed by the driver: to hyper a connection at rest is one whose head is late.
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(None)
            .max_buf_size(head)
            .max_headers(100)
            .half_close(false);
        let io = TokioIo::new(Watched::new(stream, Arc::clone(&connection)));
        let driven = builder.serve_connection(io, service);
        drive(gateway, &connection, driven, |c| c.graceful_shutdown(), patience).await
    };
    if let Err(fault) = ended
        && let Some(reason) = refused_by_hyper(&fault)
    {
        refused(gateway, &connection, reason);
    }
}

/// What hyper refused on its own, before a request reached the pipeline.
fn refused_by_hyper(fault: &hyper::Error) -> Option<Reason> {
    if fault.is_parse_too_large() {
        Some(Reason::HttpHeaderSize)
    } else if fault.is_parse() {
        Some(Reason::HttpMalformed)
    } else {
        None
    }
}

/// Whether the certificate of a connection that is already open would still be let in.
pub(crate) fn still_trusted(gateway: &Gateway, connection: &Connection) -> bool {
    connection.is_trusted(gateway)
}
