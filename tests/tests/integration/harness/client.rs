//! A client that writes and reads bytes, over TLS or without.

use super::pki::{Authority, Leaf};
use super::request::{Call, Reply, events};
use rustls::{AlertDescription, ClientConfig, RootCertStore};
use rustls_pki_types::ServerName;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

/// Nothing of a test takes this long; it turns a hang into a failure.
const PATIENCE: Duration = Duration::from_secs(30);

/// Who connects, and with what.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) address: SocketAddr,
    tls: Option<Arc<ClientConfig>>,
    token: Option<String>,
}

/// Either kind of connection.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

#[expect(clippy::disallowed_methods, reason = "the tests' client: it talks to the gateway of its own test")]
pub(crate) async fn dial(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

impl Client {
    /// Without TLS.
    pub(crate) const fn plain(address: SocketAddr) -> Self {
        Self { address, tls: None, token: None }
    }

    /// With TLS, and with a certificate where one is given.
    pub(crate) fn tls(address: SocketAddr, leaf: Option<&Leaf>) -> Self {
        Self::tls_with(address, leaf, rustls::DEFAULT_VERSIONS, &[b"http/1.1"])
    }

    pub(crate) fn tls_with(
        address: SocketAddr,
        leaf: Option<&Leaf>,
        versions: &[&'static rustls::SupportedProtocolVersion],
        alpn: &[&[u8]],
    ) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(Authority::shared().root()).expect("a root");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_protocol_versions(versions).expect("versions");
        let builder = builder.with_root_certificates(roots);
        let mut config = match leaf {
            Some(leaf) => builder.with_client_auth_cert(vec![leaf.certificate.clone()], leaf.key()).expect("a pair"),
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        config.resumption = rustls::client::Resumption::disabled();
        Self { address, tls: Some(Arc::new(config)), token: None }
    }

    /// The same with a bearer token.
    pub(crate) fn bearer(&self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// A call with this client's token.
    pub(crate) fn signed(&self, call: &Call) -> Call {
        match &self.token {
            Some(token) if !call.has("authorization") => call.clone().set("authorization", &format!("Bearer {token}")),
            _ => call.clone(),
        }
    }

    pub(crate) async fn stream(&self) -> io::Result<Box<dyn Duplex>> {
        let stream = dial(self.address).await?;
        let Some(tls) = &self.tls else { return Ok(Box::new(stream)) };
        let name = ServerName::try_from("localhost").expect("a name");
        let connecting = tokio_rustls::TlsConnector::from(Arc::clone(tls)).connect(name, stream);
        Ok(Box::new(patient(connecting).await?))
    }

    pub(crate) async fn connect(&self) -> io::Result<Wire> {
        Ok(Wire { stream: self.stream().await?, buffer: Vec::new(), body: Framing::None })
    }

    /// One call on a connection of its own.
    pub(crate) async fn ask(&self, call: &Call) -> Reply {
        let mut wire = self.connect().await.expect("a connection");
        wire.ask(&self.signed(call)).await
    }

    /// The alert with which the gateway ends the handshake, if it does.
    pub(crate) async fn alert(&self) -> Option<AlertDescription> {
        let ended = match self.connect().await {
            Ok(mut wire) => {
                // In TLS 1.3 the client's part ends before the server has seen its certificate.
                let _ = wire.send(&Call::http("GET", "/").wire()).await;
                wire.head().await.map(drop)
            }
            Err(error) => Err(error),
        };
        let error = ended.err()?;
        match error.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(rustls::Error::AlertReceived(alert)) => Some(*alert),
            _ => panic!("no alert: {error:?}"),
        }
    }
}

async fn patient<T>(future: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("the gateway does not answer"))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Framing {
    None,
    Length(usize),
    Chunked,
    UntilEnd,
}

/// A connection.
pub(crate) struct Wire {
    stream: Box<dyn Duplex>,
    buffer: Vec<u8>,
    body: Framing,
}

impl Wire {
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        patient(async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        })
        .await
    }

    pub(crate) async fn ask(&mut self, call: &Call) -> Reply {
        // A gateway that refuses early may close while the rest is still being written.
        let _ = self.send(&call.wire()).await;
        self.reply().await.expect("an answer")
    }

    async fn more(&mut self) -> io::Result<usize> {
        let mut chunk = [0; 16 << 10];
        let read = patient(self.stream.read(&mut chunk)).await?;
        self.buffer.extend_from_slice(&chunk[..read]);
        Ok(read)
    }

    async fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                let line = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
                self.buffer.drain(..end + 2);
                return Ok(line);
            }
            if self.more().await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Status and headers of the next answer.
    pub(crate) async fn head(&mut self) -> io::Result<Reply> {
        let status = self.line().await?;
        let status = status.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status line");
        let mut headers = Vec::new();
        loop {
            let line = self.line().await?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let reply = Reply { status, headers, body: Vec::new() };
        self.body = match (reply.header("content-length"), reply.header("transfer-encoding")) {
            (Some(length), _) => Framing::Length(length.parse().expect("a length")),
            (None, Some(_)) => Framing::Chunked,
            (None, None) if matches!(status, 202 | 204) => Framing::Length(0),
            (None, None) => Framing::UntilEnd,
        };
        Ok(reply)
    }

    /// The next piece of the body; `None` at its end.
    pub(crate) async fn piece(&mut self) -> io::Result<Option<Vec<u8>>> {
        match self.body {
            Framing::None | Framing::Length(0) => Ok(None),
            Framing::Length(left) => {
                while self.buffer.len() < left {
                    if self.more().await? == 0 {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                self.body = Framing::Length(0);
                Ok(Some(self.buffer.drain(..left).collect()))
            }
            Framing::UntilEnd => {
                while self.more().await? > 0 {}
                self.body = Framing::None;
                Ok(Some(std::mem::take(&mut self.buffer)))
            }
            Framing::Chunked => {
                let size = usize::from_str_radix(self.line().await?.trim(), 16).expect("a chunk size");
                while self.buffer.len() < size + 2 {
                    if self.more().await? == 0 {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                let piece: Vec<u8> = self.buffer.drain(..size).collect();
                self.buffer.drain(..2);
                if size == 0 {
                    self.body = Framing::None;
                    return Ok(None);
                }
                Ok(Some(piece))
            }
        }
    }

    /// The next whole answer.
    pub(crate) async fn reply(&mut self) -> io::Result<Reply> {
        let mut reply = self.head().await?;
        while let Some(piece) = self.piece().await? {
            reply.body.extend_from_slice(&piece);
        }
        Ok(reply)
    }

    /// The next event of a stream whose head was read; `None` at its end. The gateway sends one event a chunk.
    pub(crate) async fn event(&mut self) -> Option<serde_json::Value> {
        loop {
            let piece = self.piece().await.expect("a stream that ends in order")?;
            if let Some(event) = events(&String::from_utf8_lossy(&piece)).pop() {
                return Some(serde_json::from_str(&event).expect("an event of JSON"));
            }
        }
    }

    /// Waits for the gateway to close, and says whether it sent anything before.
    pub(crate) async fn closed(&mut self) -> Vec<u8> {
        while matches!(self.more().await, Ok(read) if read > 0) {}
        std::mem::take(&mut self.buffer)
    }
}
