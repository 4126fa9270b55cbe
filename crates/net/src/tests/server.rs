//! A scripted HTTP/1.1 server that writes exactly the bytes it is told to.

use crate::{Named, Target, Trust};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

/// What the server does with a request.
#[derive(Clone)]
pub(super) enum Step {
    /// Writes these bytes and waits for the next request.
    Reply(String),
    /// Writes these bytes and closes the connection.
    Last(String),
    /// Writes these bytes and then waits for the client to close.
    Wait(String),
}

type Script = Arc<dyn Fn(usize) -> Step + Send + Sync>;

/// A running server.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    /// Head and body of each request, with the number of its connection.
    pub(super) requests: Arc<Mutex<Vec<(usize, String)>>>,
    /// Gets a message whenever a connection has ended.
    pub(super) ended: mpsc::Receiver<usize>,
}

impl Server {
    /// Serves on `address`; the script gets the number of the request, from 0.
    pub(super) async fn at(
        address: &str,
        tls: Option<TlsAcceptor>,
        script: impl Fn(usize) -> Step + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (end, ended) = mpsc::channel(64);
        let (seen, script): (_, Script) = (Arc::clone(&requests), Arc::new(script));
        tokio::spawn(async move {
            for number in 0.. {
                let (tcp, _) = listener.accept().await.unwrap();
                let (seen, script, end, tls) = (Arc::clone(&seen), Arc::clone(&script), end.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(tcp, number, &seen, &script).await,
                        Some(tls) => match tls.accept(tcp).await {
                            Ok(stream) => serve(stream, number, &seen, &script).await,
                            Err(_) => None,
                        },
                    };
                    let _ = end.send(number).await;
                });
            }
        });
        Self { address, requests, ended }
    }

    /// Serves on loopback without TLS.
    pub(super) async fn plain(script: impl Fn(usize) -> Step + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1", None, script).await
    }

    /// Answers everything with the same bytes.
    pub(super) async fn fixed(answer: &str) -> Self {
        let answer = answer.to_owned();
        Self::plain(move |_| Step::Reply(answer.clone())).await
    }

    pub(super) fn target(&self, path: &str) -> Target {
        let url = format!("http://{}{path}", self.address).parse().unwrap();
        Target::new(&url, Named::ByOperator, &Trust::default()).unwrap()
    }

    pub(super) fn seen(&self) -> Vec<(usize, String)> {
        self.requests.lock().unwrap().clone()
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    number: usize,
    seen: &Mutex<Vec<(usize, String)>>,
    script: &Script,
) -> Option<()> {
    loop {
        let request = read_request(&mut stream).await?;
        let index = {
            let mut seen = seen.lock().unwrap();
            seen.push((number, request));
            seen.len() - 1
        };
        let step = script(index);
        let (Step::Reply(text) | Step::Last(text) | Step::Wait(text)) = &step;
        stream.write_all(text.as_bytes()).await.ok()?;
        stream.flush().await.ok()?;
        match step {
            Step::Reply(_) => {}
            Step::Last(_) => return stream.shutdown().await.ok(),
            Step::Wait(_) => {
                let _ = stream.read(&mut [0; 64]).await;
                return None;
            }
        }
    }
}

async fn read_request<S: AsyncRead + Unpin>(stream: &mut S) -> Option<String> {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") {
        (stream.read(&mut byte).await.ok()? == 1).then(|| text.push(byte[0]))?;
    }
    let head = String::from_utf8(text).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(head + &String::from_utf8(body).unwrap())
}
