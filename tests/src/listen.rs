//! An HTTP/1.1 listener on loopback: small writes leave at once, connections are served until the process ends.

use hyper::body::Incoming;
use hyper::service::HttpService;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// Binds `127.0.0.1:port`; port 0 lets the system choose.
///
/// # Errors
/// Whatever binding returns.
pub async fn bind(port: u16) -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Serves every connection with a clone of `service` until the task is dropped.
pub async fn serve<S, B>(listener: TcpListener, service: S)
where
    S: HttpService<Incoming, ResBody = B> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: hyper::body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        // Without this, a small event waits for the peer's delayed acknowledgement.
        if stream.set_nodelay(true).is_err() {
            continue;
        }
        let service = service.clone();
        tokio::spawn(async move {
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service);
            // A peer that goes away is not this listener's business.
            drop(connection.await);
        });
    }
}

/// `--port N` from the command line; 0 where it is absent or not a number.
#[must_use]
pub fn port_from(arguments: impl Iterator<Item = String>) -> u16 {
    arguments.skip_while(|argument| argument != "--port").nth(1).and_then(|port| port.parse().ok()).unwrap_or(0)
}
