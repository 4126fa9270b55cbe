//! HTTP/1.1 over TCP or TLS as all four programs use it: no delay on any socket, bodies capped.

use anyhow::{Context as _, Result, ensure};
use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// The largest body that any of the programs reads, in bytes.
pub const BODY_MAX: usize = 1 << 20;

/// Reads a body of at most [`BODY_MAX`] bytes. A body of one frame is not copied.
///
/// # Errors
/// The body breaks off or is too long.
pub async fn read_capped(mut body: Incoming) -> Result<Bytes> {
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.context("the body broke off")?.into_data() else { continue };
        ensure!(first.len().max(all.len()) + data.len() <= BODY_MAX, "the body is longer than {BODY_MAX} bytes");
        if first.is_empty() {
            first = data;
            continue;
        }
        if all.is_empty() {
            let expected = usize::try_from(body.size_hint().lower()).unwrap_or(0).min(BODY_MAX);
            all.reserve(first.len() + data.len() + expected);
            all.extend_from_slice(&first);
        }
        all.extend_from_slice(&data);
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

/// A body whose frames are flushed one by one, as a server of events does.
#[derive(Debug)]
pub struct Frames {
    left: VecDeque<Bytes>,
    flush: bool,
    /// Whether the body stays open behind the last frame.
    silent: bool,
}

impl Frames {
    /// A body of these frames.
    #[must_use]
    pub fn new(frames: Vec<Bytes>) -> Self {
        Self { left: frames.into(), flush: false, silent: false }
    }

    /// A body without frames that does not end.
    #[must_use]
    pub fn silent() -> Self {
        Self { left: VecDeque::new(), flush: false, silent: true }
    }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        // Nothing ever wakes it: the connection's own end does.
        if self.silent {
            return Poll::Pending;
        }
        // hyper flushes what it has when the body is not ready.
        if self.flush {
            self.flush = false;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let next = self.left.pop_front();
        self.flush = next.is_some() && !self.left.is_empty();
        Poll::Ready(next.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty() && !self.silent
    }
}

/// Accepts until the process ends. A failed handshake or a broken connection ends that connection only.
///
/// # Errors
/// The listener itself fails.
pub async fn serve<F, Fut, B>(listener: TcpListener, tls: Option<TlsAcceptor>, handler: F) -> Result<()>
where
    F: Fn(Request<Incoming>) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Result<Response<B>>> + Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    loop {
        let (stream, _) = listener.accept().await.context("cannot accept")?;
        let (tls, handler) = (tls.clone(), handler.clone());
        tokio::spawn(async move {
            stream.set_nodelay(true)?;
            let server = hyper::server::conn::http1::Builder::new();
            let service = service_fn(handler);
            match tls {
                None => server.serve_connection(TokioIo::new(stream), service).await?,
                Some(tls) => server.serve_connection(TokioIo::new(tls.accept(stream).await?), service).await?,
            }
            anyhow::Ok(())
        });
    }
}

/// Where and how a client connects.
#[derive(Clone)]
pub struct Peer {
    /// The address.
    pub address: SocketAddr,
    /// TLS, where the URL says `https`.
    pub tls: Option<(TlsConnector, ServerName<'static>)>,
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens one keep-alive connection.
///
/// # Errors
/// The peer cannot be reached in five seconds or the handshake fails.
pub async fn connect(peer: &Peer) -> Result<SendRequest<Full<Bytes>>> {
    tokio::time::timeout(CONNECT_TIMEOUT, connect_now(peer)).await.context("no connection in time")?
}

#[expect(clippy::disallowed_methods, reason = "a benchmark's client dials programs that the benchmark itself started")]
async fn connect_now(peer: &Peer) -> Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(peer.address).await.with_context(|| format!("cannot reach {}", peer.address))?;
    stream.set_nodelay(true)?;
    Ok(match &peer.tls {
        None => {
            let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
            tokio::spawn(connection);
            sender
        }
        Some((connector, name)) => {
            let stream = connector.connect(name.clone(), stream).await.context("TLS handshake")?;
            let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
            tokio::spawn(connection);
            sender
        }
    })
}
