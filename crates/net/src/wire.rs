//! One HTTP/1.1 connection: dialled to a checked address, driven by whoever uses it.
//!
//! No task runs a connection in the background. Whoever waits for an answer also drives the connection, so dropping the
//! waiter closes the connection at once, and an unread answer holds the peer back instead of filling memory.

use crate::config::{MAX_BUFFER, MAX_DIALS, MAX_HEAD, MAX_HEADERS, after};
use crate::error::{ConnectFault, NetError};
use crate::target::Target;
use crate::tls;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::{TrySendError, http1};
use hyper_util::rt::TokioIo;
use std::future::{Future, poll_fn};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

type Sender = http1::SendRequest<Full<Bytes>>;
type Driver = http1::Connection<TokioIo<Stream>, Full<Bytes>>;

/// A connection with at most one request on it.
pub(crate) struct Wire {
    sender: Sender,
    /// `None` once the connection has ended.
    driver: Option<Driver>,
    pub(crate) born: Instant,
}

impl Wire {
    /// Connects to the first address that answers. All of them were checked before.
    pub(crate) async fn open(target: &Target, addresses: &[IpAddr], deadline: Instant) -> Result<Self, NetError> {
        let mut last = NetError::Connect(ConnectFault::Unreachable);
        let tries = addresses.len().min(MAX_DIALS);
        for (index, address) in addresses.iter().take(tries).enumerate() {
            // An address that swallows packets gets its share of the time, not all of it.
            let left = deadline.saturating_duration_since(Instant::now());
            let parts = u32::try_from(tries.saturating_sub(index)).unwrap_or(1).max(1);
            let share = left.checked_div(parts).unwrap_or(left).max(Duration::from_millis(1));
            let until = deadline.min(after(share));
            let address = SocketAddr::new(*address, target.port());
            match timeout_at(until, Self::dial(target, address)).await {
                Ok(Ok(wire)) => return Ok(wire),
                // The peer answered, and wrongly: another address of the same name is no cure.
                Ok(Err(error @ NetError::Tls(_))) => return Err(error),
                Ok(Err(error)) => last = error,
                Err(_) => last = NetError::Connect(ConnectFault::Timeout),
            }
        }
        Err(last)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that dials, after the address rules")]
    async fn dial(target: &Target, address: SocketAddr) -> Result<Self, NetError> {
        let refused = |error: io::Error| NetError::Connect(ConnectFault::from(&error));
        let tcp = TcpStream::connect(address).await.map_err(refused)?;
        tcp.set_nodelay(true).map_err(refused)?;
        let stream = match target.tls() {
            None => Stream::Plain(tcp),
            Some((config, name)) => {
                let connector = TlsConnector::from(config.clone());
                let tls = connector.connect(name.clone(), tcp).await.map_err(|error| tls::handshake_error(&error))?;
                Stream::Tls(Box::new(tls))
            }
        };
        let mut builder = http1::Builder::new();
        builder.max_headers(MAX_HEADERS).max_header_size(MAX_HEAD).max_buf_size(MAX_BUFFER);
        let (sender, driver) = builder.handshake(TokioIo::new(stream)).await.map_err(|error| NetError::from(&error))?;
        Ok(Self { sender, driver: Some(driver), born: Instant::now() })
    }

    /// Drives the connection as far as it goes without waiting.
    pub(crate) fn drive(&mut self, cx: &mut Context<'_>) {
        if let Some(driver) = &mut self.driver
            && Pin::new(driver).poll(cx).is_ready()
        {
            self.driver = None;
        }
    }

    /// Whether the connection has ended.
    pub(crate) fn ended(&self) -> bool {
        self.driver.is_none()
    }

    /// Whether another request may be sent on it.
    pub(crate) fn reusable(&self) -> bool {
        self.driver.is_some() && self.sender.is_ready() && !self.sender.is_closed()
    }

    /// Looks whether the peer has closed the connection, or spoken unasked, while it idled.
    pub(crate) async fn still_good(&mut self) -> bool {
        poll_fn(|cx| {
            self.drive(cx);
            Poll::Ready(())
        })
        .await;
        self.reusable()
    }

    /// Sends a request and waits for the head of the answer.
    pub(crate) async fn exchange(&mut self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Failure> {
        let mut answer = pin!(self.sender.try_send_request(request));
        let driver = &mut self.driver;
        let result = poll_fn(|cx| {
            if let Poll::Ready(result) = answer.as_mut().poll(cx) {
                return Poll::Ready(result);
            }
            if let Some(running) = driver.as_mut()
                && Pin::new(running).poll(cx).is_ready()
            {
                *driver = None;
            }
            answer.as_mut().poll(cx)
        })
        .await;
        result.map_err(Failure::from)
    }
}

/// Why an exchange failed.
pub(crate) enum Failure {
    /// Not one byte of the request was written; here it is again.
    Unsent(Box<Request<Full<Bytes>>>),
    /// It may have been written.
    Sent(NetError),
}

impl From<TrySendError<Request<Full<Bytes>>>> for Failure {
    fn from(mut error: TrySendError<Request<Full<Bytes>>>) -> Self {
        match error.take_message() {
            Some(request) => Self::Unsent(Box::new(request)),
            None => Self::Sent(NetError::from(error.error())),
        }
    }
}

/// TCP, with or without TLS.
enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(stream) => stream.is_write_vectored(),
            Self::Tls(stream) => stream.is_write_vectored(),
        }
    }
}
