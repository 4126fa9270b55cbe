//! An upstream on strings that keeps sessions: the revisions up to 2025-11-25, and 2026-07-28 from the same data.
//!
//! Unscripted it is a decent server: `initialize` opens a session, POST answers, GET carries what nobody asked for,
//! DELETE ends, streams resume by `Last-Event-ID`. A [`Reply`] puts anything else in place of one method's answer.
//! Every request is kept, so that a test sees what arrived and what did not.
//!
//! Methods are named as in JSON-RPC; [`GET`] and [`DELETE`] stand for the verbs, [`REPLY`] for a response that the
//! client posted.
//!
//! ```ignore
//! let puppet = SessionPuppet::start().await?;
//! puppet.script("tools/call", Reply::stream([
//!     Step::prime(10),
//!     Step::ask("q1", "sampling/createMessage", json!({ "messages": [], "maxTokens": 1 })),
//!     Step::Repeat(json!("q1")),
//! ]));
//! ```

mod data;
mod honest;
mod play;
mod reply;
mod serve;
mod state;
mod step;
mod stream;

pub use reply::Reply;
pub use state::Seen;
pub use step::{Event, Step};

use serde_json::Value;
use state::{Inner, note};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// The name of a GET in scripts and in [`Seen::method`].
pub const GET: &str = "GET";
/// The name of a DELETE.
pub const DELETE: &str = "DELETE";
/// The name of a response to a request of the server.
pub const REPLY: &str = "reply";
/// Stands for a session's name where the modern era has none.
pub const MODERN: &str = "modern";

/// Nothing of a test takes this long; it turns a hang into a failure.
const PATIENCE: Duration = Duration::from_secs(30);

/// Which openings the puppet accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eras {
    /// `initialize` and sessions only.
    Session,
    /// `_meta` on each request only.
    Modern,
    /// Either, on the same endpoint.
    Both,
}

/// The running upstream; it listens no more when dropped.
pub struct SessionPuppet {
    address: SocketAddr,
    inner: Arc<Inner>,
    task: JoinHandle<()>,
}

impl SessionPuppet {
    /// A server of the session era on a free loopback port.
    ///
    /// # Errors
    /// Whatever binding returns.
    pub async fn start() -> std::io::Result<Self> {
        Self::of(Eras::Session).await
    }

    /// A server of these eras on a free loopback port.
    ///
    /// # Errors
    /// Whatever binding returns.
    pub async fn of(eras: Eras) -> std::io::Result<Self> {
        let (listener, address) = crate::listen::bind(0).await?;
        let inner = Arc::new(Inner::new(eras, data::Data::read()?));
        let shared = Arc::clone(&inner);
        let service = hyper::service::service_fn(move |request| serve::answer(Arc::clone(&shared), request));
        let task = tokio::spawn(crate::listen::serve(listener, service));
        Ok(Self { address, inner, task })
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

    /// From now on, requests with this method get this reply.
    pub fn script(&self, method: &str, reply: Reply) {
        self.inner.change(|state| state.script.insert(method.to_owned(), reply));
    }

    /// The next request with this method gets this reply, before any [`SessionPuppet::script`]; several queue up.
    pub fn next(&self, method: &str, reply: Reply) {
        self.inner.change(|state| state.queue.entry(method.to_owned()).or_default().push_back(reply));
    }

    /// Answers this method decently again.
    pub fn unscript(&self, method: &str) {
        self.inner.change(|state| {
            state.script.remove(method);
            state.queue.remove(method);
        });
    }

    /// What `tools/list` answers from now on: an array. A tool with a name of its own answers every call with `ok`.
    pub fn set_tools(&self, tools: Value) {
        self.inner.change(|state| state.data.tools = tools);
    }

    /// What `prompts/list` answers from now on: an array.
    pub fn set_prompts(&self, prompts: Value) {
        self.inner.change(|state| state.data.prompts = prompts);
    }

    /// What `resources/list` answers from now on: an array.
    pub fn set_resources(&self, resources: Value) {
        self.inner.change(|state| state.data.resources = resources);
    }

    /// What `resources/templates/list` answers from now on: an array.
    pub fn set_templates(&self, templates: Value) {
        self.inner.change(|state| state.data.templates = templates);
    }

    /// The server's instructions from now on; `null` for none.
    pub fn set_instructions(&self, instructions: Value) {
        self.inner.change(|state| state.data.instructions = instructions);
    }

    /// The server's capabilities from now on.
    pub fn set_capabilities(&self, capabilities: Value) {
        self.inner.change(|state| state.data.capabilities = capabilities);
    }

    /// How many entries a page of a list has from now on.
    pub fn set_page(&self, entries: usize) {
        self.inner.change(|state| state.data.page = entries.max(1));
    }

    /// What has arrived so far, oldest first.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.inner.look(|state| state.seen.clone())
    }

    /// What has arrived with this method.
    #[must_use]
    pub fn seen_of(&self, method: &str) -> Vec<Seen> {
        self.inner.look(|state| state.seen.iter().filter(|seen| seen.method == method).cloned().collect())
    }

    /// How many requests with this method have arrived.
    #[must_use]
    pub fn count(&self, method: &str) -> usize {
        self.inner.look(|state| state.seen.iter().filter(|seen| seen.method == method).count())
    }

    /// How many answers to this method the client left before their end.
    #[must_use]
    pub fn left(&self, method: &str) -> usize {
        self.inner.look(|state| state.left.iter().filter(|left| *left == method).count())
    }

    /// How many sessions are open.
    #[must_use]
    pub fn sessions(&self) -> usize {
        self.session_ids().len()
    }

    /// The names of the open sessions, oldest first.
    #[must_use]
    pub fn session_ids(&self) -> Vec<String> {
        self.inner
            .look(|state| state.sessions.iter().filter(|own| own.id != MODERN).map(|own| own.id.clone()).collect())
    }

    /// What a session has subscribed to.
    #[must_use]
    pub fn subscriptions(&self, session: &str) -> Vec<String> {
        self.inner.look(|state| state.session(session).map(|own| own.subscriptions.clone()).unwrap_or_default())
    }

    /// Forgets a session: its streams end and its name gets 404. Whether there was one.
    #[must_use = "there may be no such session"]
    pub fn forget(&self, session: &str) -> bool {
        self.inner.end_session(session)
    }

    /// Sends an event on a session's GET stream, or keeps it until there is one; `false` without such a session. For
    /// [`MODERN`], a message goes to every open `subscriptions/listen`.
    #[must_use = "there may be no such session"]
    pub fn push(&self, session: &str, event: Event) -> bool {
        self.inner.push(session, event)
    }

    /// Sends a notification to every session and every open `subscriptions/listen`.
    pub fn announce(&self, method: &str, params: Value) {
        let message = note(method, params);
        for session in self.inner.look(|state| state.sessions.iter().map(|own| own.id.clone()).collect::<Vec<_>>()) {
            self.inner.push(&session, Event::of(&message));
        }
    }

    /// Ends the connection of a session's GET stream; it can be resumed.
    #[must_use = "there may be no such session"]
    pub fn hang_up(&self, session: &str) -> bool {
        let standing = self.inner.look(|state| state.session(session).map(|own| Arc::clone(&own.standing)));
        standing.map(|stream| stream.cut(false)).is_some()
    }

    /// How many GET streams of a session are being read.
    #[must_use]
    pub fn listeners(&self, session: &str) -> usize {
        self.inner.look(|state| state.session(session).map_or(0, |own| own.standing.readers()))
    }

    /// Lets everything go on that waits at this gate, now and later.
    pub fn release(&self, gate: &str) {
        self.inner.change(|state| state.gates.insert(gate.to_owned()));
    }

    /// Waits until this holds, asking again after each change; `false` if it does not within 30 seconds.
    #[must_use = "it may never have come true"]
    pub async fn until(&self, holds: impl Fn(&Self) -> bool) -> bool {
        let mut changes = self.inner.changes();
        let waiting = async {
            while !holds(self) {
                if changes.changed().await.is_err() {
                    return;
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.is_ok()
    }

    /// Waits until this many requests with this method have arrived; `false` if they do not within 30 seconds.
    #[must_use = "they may never have come"]
    pub async fn until_seen(&self, method: &str, count: usize) -> bool {
        self.until(|puppet| puppet.count(method) >= count).await
    }
}

impl Drop for SessionPuppet {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[cfg(test)]
mod tests;
