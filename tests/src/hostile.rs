//! An upstream that misbehaves as told, in the test's own process.
//!
//! It speaks HTTP/1.1 by hand, because no HTTP library will write what a hostile server writes. Each MCP method has an
//! [`Act`]; methods without one are answered honestly. Every request that arrives is kept for the test to look at.

mod act;
mod wire;

pub use act::Act;
pub use wire::Seen;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

#[derive(Default)]
struct Script {
    acts: BTreeMap<String, Act>,
    seen: Vec<Seen>,
}

/// A running hostile upstream; it stops when dropped.
pub struct Hostile {
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
    task: JoinHandle<()>,
}

impl Hostile {
    /// Listens on a free loopback port.
    ///
    /// # Errors
    /// Whatever binding returns.
    pub async fn start() -> std::io::Result<Self> {
        let (listener, address) = crate::listen::bind(0).await?;
        let script = Arc::<Mutex<Script>>::default();
        let task = tokio::spawn(accept(listener, Arc::clone(&script)));
        Ok(Self { address, script, task })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its MCP endpoint.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/mcp", self.address)
    }

    /// From now on, requests with this MCP method get this act.
    pub fn on(&self, method: &str, act: Act) {
        with(&self.script, |script| script.acts.insert(method.to_owned(), act));
    }

    /// What has arrived of clients so far, oldest first.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        with(&self.script, |script| script.seen.iter().filter(|seen| !seen.is_own()).cloned().collect())
    }

    /// How many requests of clients with this MCP method have arrived.
    #[must_use]
    pub fn count(&self, method: &str) -> usize {
        self.seen().iter().filter(|seen| seen.method == method).count()
    }

    /// How many requests the gateway has made of its own, to learn what is offered here.
    #[must_use]
    pub fn surveyed(&self) -> usize {
        with(&self.script, |script| script.seen.iter().filter(|seen| seen.is_own()).count())
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn with<T>(script: &Mutex<Script>, f: impl FnOnce(&mut Script) -> T) -> T {
    f(&mut script.lock().unwrap_or_else(PoisonError::into_inner))
}

async fn accept(listener: TcpListener, script: Arc<Mutex<Script>>) {
    // Dropping the set with this task closes every connection.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok((mut stream, _)) = listener.accept().await else { continue };
        drop(stream.set_nodelay(true));
        let script = Arc::clone(&script);
        connections.spawn(async move {
            while let Some(seen) = wire::request(&mut stream).await {
                let (id, method) = (seen.id.clone(), seen.method.clone());
                let act = with(&script, |script| {
                    script.seen.push(seen);
                    script.acts.get(&method).cloned().unwrap_or(Act::Honest)
                });
                if !act.play(&mut stream, &method, &id).await.unwrap_or(false) {
                    break;
                }
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

#[cfg(test)]
mod tests;
