//! Name resolution: once for each connection, bounded in time, number and answers.

use crate::config::{MAX_ADDRESSES, MAX_LOOKUPS};
use crate::error::ResolveFault;
use std::future::Future;
use std::net::{IpAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// A resolution under way.
pub type Resolving = Pin<Box<dyn Future<Output = Result<Vec<IpAddr>, ResolveFault>> + Send>>;

/// Finds the addresses of a name.
pub trait Resolve: Send + Sync {
    /// All addresses of `name`, in the order in which they are to be tried.
    fn resolve(&self, name: &str) -> Resolving;
}

/// The system's resolver: the hosts file, the configured name servers, in the order of RFC 6724.
pub(crate) struct System {
    lookups: Arc<Semaphore>,
}

impl System {
    pub(crate) fn new() -> Self {
        Self { lookups: Arc::new(Semaphore::new(MAX_LOOKUPS)) }
    }
}

impl Resolve for System {
    fn resolve(&self, name: &str) -> Resolving {
        let lookups = Arc::clone(&self.lookups);
        let name = name.to_owned();
        Box::pin(async move {
            let slot = lookups.acquire_owned().await.map_err(|_| ResolveFault::Failed)?;
            let lookup = tokio::task::spawn_blocking(move || {
                // The slot is held until the system's resolver returns, even if nobody waits any more.
                let _slot = slot;
                let found = (name.as_str(), 0).to_socket_addrs().map_err(|_| ResolveFault::Failed)?;
                Ok(found.take(MAX_ADDRESSES.saturating_add(1)).map(|address| address.ip()).collect())
            });
            lookup.await.unwrap_or(Err(ResolveFault::Failed))
        })
    }
}
