//! What a puppet remembers: its sessions, its script, and what it has seen.

use super::data::Data;
use super::reply::Reply;
use super::step::Event;
use super::stream::Stream;
use super::{Eras, MODERN};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// The member of `_meta` that says to which `subscriptions/listen` a message belongs.
const META_SUBSCRIPTION: &str = "io.modelcontextprotocol/subscriptionId";

/// A request that arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The HTTP method.
    pub verb: String,
    /// The path and the query.
    pub path: String,
    /// Header fields in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as it came.
    pub body: Vec<u8>,
    /// The body as JSON; `null` where it is none.
    pub json: Value,
    /// The JSON-RPC method, or [`super::GET`], [`super::DELETE`], [`super::REPLY`]; empty for anything else.
    pub method: String,
    /// The JSON-RPC id; `null` where there is none.
    pub id: Value,
}

impl Seen {
    /// The first value of a header field, by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The session that the request names.
    #[must_use]
    pub fn session(&self) -> Option<&str> {
        self.header("mcp-session-id")
    }

    /// The parameters; `null` where there are none.
    #[must_use]
    pub fn params(&self) -> &Value {
        self.json.get("params").unwrap_or(&Value::Null)
    }

    /// Whether it opens as 2026-07-28 does: by the revision in `_meta`, or in the header where there is no body.
    pub(super) fn is_modern(&self) -> bool {
        let own = |name: &Value| name == "2026-07-28";
        let meta = self.params().pointer("/_meta/io.modelcontextprotocol~1protocolVersion");
        meta.is_some_and(own) || self.json.is_null() && self.header("mcp-protocol-version") == Some("2026-07-28")
    }
}

/// One session. The modern era's requests share one without a name of their own.
pub(super) struct Session {
    pub(super) id: String,
    /// What GET carries.
    pub(super) standing: Arc<Stream>,
    /// The streams of its requests, oldest first.
    pub(super) streams: Vec<Arc<Stream>>,
    pub(super) subscriptions: Vec<String>,
}

pub(super) struct State {
    pub(super) eras: Eras,
    pub(super) data: Data,
    pub(super) script: BTreeMap<String, Reply>,
    pub(super) queue: BTreeMap<String, VecDeque<Reply>>,
    pub(super) seen: Vec<Seen>,
    /// Responses that clients posted, with the session.
    pub(super) heard: Vec<(String, Value)>,
    /// The methods of the answers that clients left.
    pub(super) left: Vec<String>,
    pub(super) sessions: Vec<Session>,
    pub(super) gates: BTreeSet<String>,
    /// Counts sessions, streams and the server's own requests.
    next: u64,
}

impl State {
    pub(super) fn session(&self, id: &str) -> Option<&Session> {
        self.sessions.iter().find(|own| own.id == id)
    }

    pub(super) fn session_mut(&mut self, id: &str) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|own| own.id == id)
    }

    pub(super) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Opens a session with this name, or with one of its own. One that exists is opened anew.
    pub(super) fn open(&mut self, name: Option<String>) -> String {
        let number = self.number();
        let id = name.unwrap_or_else(|| format!("upstream-session-{number}"));
        self.sessions.retain(|own| own.id != id);
        let standing = Stream::new(Some(number), super::GET, Value::Null);
        self.sessions.push(Session { id: id.clone(), standing, streams: Vec::new(), subscriptions: Vec::new() });
        id
    }

    /// A stream for a request of a session.
    pub(super) fn stream(&mut self, session: &str, method: &str, request: &Value) -> Arc<Stream> {
        // 2026-07-28 knows no resumption, so nothing has an id there.
        let number = Some(self.number()).filter(|_| session != MODERN);
        let stream = Stream::new(number, method, request.clone());
        if let Some(own) = self.session_mut(session) {
            own.streams.push(Arc::clone(&stream));
        }
        stream
    }
}

pub(super) struct Inner {
    state: Mutex<State>,
    changes: watch::Sender<u64>,
}

impl Inner {
    pub(super) fn new(eras: Eras, data: Data) -> Self {
        let mut state = State {
            eras,
            data,
            script: BTreeMap::new(),
            queue: BTreeMap::new(),
            seen: Vec::new(),
            heard: Vec::new(),
            left: Vec::new(),
            sessions: Vec::new(),
            gates: BTreeSet::new(),
            next: 0,
        };
        state.open(Some(MODERN.to_owned()));
        Self { state: Mutex::new(state), changes: watch::Sender::default() }
    }

    pub(super) fn look<T>(&self, f: impl FnOnce(&State) -> T) -> T {
        f(&self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn change<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        let result = f(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.touch();
        result
    }

    /// Wakes whoever waits for a change.
    pub(super) fn touch(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// A client left the answer to this method.
    pub(super) fn left(&self, method: &str) {
        self.change(|state| state.left.push(method.to_owned()));
    }

    /// Waits until this gives something.
    pub(super) async fn wait<T>(&self, look: impl Fn(&State) -> Option<T>) -> Option<T> {
        let mut changes = self.changes();
        loop {
            if let Some(found) = self.look(&look) {
                return Some(found);
            }
            changes.changed().await.ok()?;
        }
    }

    pub(super) fn end_session(&self, id: &str) -> bool {
        self.change(|state| {
            let Some(place) = state.sessions.iter().position(|own| own.id == id) else { return false };
            let ended = state.sessions.remove(place);
            for stream in ended.streams.iter().chain([&ended.standing]) {
                stream.end();
            }
            true
        })
    }

    pub(super) fn push(&self, session: &str, event: Event) -> bool {
        self.look(|state| {
            let Some(own) = state.session(session) else { return false };
            if session != MODERN {
                own.standing.send(&event);
                return true;
            }
            for stream in own.streams.iter().filter(|stream| stream.method == "subscriptions/listen") {
                let data = match serde_json::from_str::<Value>(event.data()) {
                    Ok(message) => subscribed(message, &stream.request).to_string(),
                    Err(_) => event.data().to_owned(),
                };
                stream.send(&event.clone().no_id().with_data(data));
            }
            true
        })
    }
}

/// A notification.
pub(super) fn note(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}

/// A message under the id of a subscription.
pub(super) fn subscribed(mut message: Value, id: &Value) -> Value {
    if let Some(params) = message.get_mut("params").and_then(Value::as_object_mut) {
        params.insert("_meta".to_owned(), json!({ META_SUBSCRIPTION: id }));
    }
    message
}
