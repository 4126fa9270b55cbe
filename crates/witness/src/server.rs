//! The HTTP side of a witness (C2SP tlog-witness): caps, time-outs that fire, and an end.
//!
//! | Route | Answer |
//! |---|---|
//! | `POST /add-checkpoint` | the cosignature, or why not |
//! | `GET /<hash of the origin>/checkpoint` | the latest cosigned checkpoint |
//! | `GET /healthz` | 200, or 503 after a checkpoint could not be stored |

mod body;
mod doors;
mod routes;
pub mod tls;

use crate::config::ServerConfig;
use crate::error::ServeError;
use crate::witness::Witness;
use doors::Doors;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use routes::Routes;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// After this time a connection ends with its next answer.
const LIFETIME: Duration = Duration::from_secs(600);

/// Bytes of the head of a request.
const MAX_HEAD: usize = 16 * 1024;

/// How often it is logged what was asked.
const SUMMARY: Duration = Duration::from_secs(60);

/// A witness that listens.
pub struct Server {
    routes: Arc<Routes>,
    listener: TcpListener,
    address: SocketAddr,
    config: ServerConfig,
}

impl Server {
    /// Binds the listener.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn bind(witness: Arc<Witness>, config: ServerConfig) -> Result<Self, ServeError> {
        let failed = |source| ServeError::Listen { address: config.address, source };
        let listener = TcpListener::bind(config.address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let routes = Arc::new(Routes::new(witness, config.requests, config.patience));
        Ok(Self { routes, listener, address, config })
    }

    /// Where it listens; the port is the real one even if 0 was asked for.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` is done, then lets running requests finish as long as the configuration allows.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let (ending, end) = watch::channel(false);
        let doors = Doors::new(self.config.connections, self.config.per_address);
        let mut tasks = JoinSet::new();
        let mut summary = tokio::time::interval(SUMMARY);
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                _ = summary.tick() => self.routes.tell(),
                Some(_) = tasks.join_next(), if !tasks.is_empty() => {}
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) => {
                        let Some(place) = doors.enter(peer.ip()) else { continue };
                        let (routes, config, end) = (Arc::clone(&self.routes), self.config.clone(), end.clone());
                        tasks.spawn(async move {
                            connection(routes, config, stream, end).await;
                            drop(place);
                        });
                    }
                    Err(fault) => {
                        tracing::warn!(%fault, "a connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                },
            }
        }
        drop(self.listener);
        let _ = ending.send(true);
        let drained = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(self.config.drain, drained).await.is_err() {
            tasks.shutdown().await;
        }
        self.routes.tell();
    }
}

async fn connection(routes: Arc<Routes>, config: ServerConfig, stream: TcpStream, end: watch::Receiver<bool>) {
    let _ = stream.set_nodelay(true);
    let Some(tls) = config.tls else { return http(routes, config.patience, stream, end).await };
    let handshake = tokio_rustls::TlsAcceptor::from(tls).accept(stream);
    if let Ok(Ok(stream)) = tokio::time::timeout(config.patience, handshake).await {
        http(routes, config.patience, stream, end).await;
    }
}

async fn http<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    routes: Arc<Routes>,
    patience: Duration,
    stream: S,
    mut end: watch::Receiver<bool>,
) {
    let service = service_fn(move |request| {
        let routes = Arc::clone(&routes);
        async move { routes.answer(request).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .max_buf_size(MAX_HEAD)
        .max_headers(64)
        .half_close(false)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = end.wait_for(|end| *end) => {}
        () = tokio::time::sleep(LIFETIME) => {}
    }
    connection.as_mut().graceful_shutdown();
    // Body, disk and answer have a time-out each.
    let _ = tokio::time::timeout(patience.saturating_mul(3), connection).await;
}
