//! An upstream on strings: each answer is an event stream that the test feeds by hand.

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Frame, Incoming};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::{Mutex, RwLock, mpsc};
use tokio::task::JoinHandle;

/// The upstream; it stops when dropped.
pub(crate) struct Puppet {
    pub(crate) address: SocketAddr,
    /// Whoever holds it to write keeps back the heads of answers.
    pub(crate) curtain: Arc<RwLock<()>>,
    arrived: Mutex<mpsc::Receiver<Scene>>,
    task: JoinHandle<()>,
}

/// One request, and the stream that answers it.
pub(crate) struct Scene {
    pub(crate) body: Value,
    events: mpsc::Sender<Bytes>,
}

struct Events(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|next| next.map(|bytes| Ok(Frame::data(bytes))))
    }
}

impl Puppet {
    pub(crate) async fn start() -> Self {
        let (listener, address) = casemate_tests::listen::bind(0).await.expect("a port");
        let (sender, arrived) = mpsc::channel(64);
        let sender = Arc::new(sender);
        let curtain = Arc::new(RwLock::new(()));
        let held = Arc::clone(&curtain);
        let service =
            hyper::service::service_fn(move |request| answer(request, Arc::clone(&sender), Arc::clone(&held)));
        let task = tokio::spawn(casemate_tests::listen::serve(listener, service));
        Self { address, curtain, arrived: Mutex::new(arrived), task }
    }

    /// The next request that was not a list of tools.
    pub(crate) async fn scene(&self) -> Scene {
        let next = async { self.arrived.lock().await.recv().await.expect("the upstream runs") };
        tokio::time::timeout(std::time::Duration::from_secs(30), next).await.expect("a request arrives")
    }

    /// Whether no request waits.
    pub(crate) async fn is_idle(&self) -> bool {
        self.arrived.lock().await.try_recv().is_err()
    }
}

impl Drop for Puppet {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[expect(clippy::disallowed_methods, reason = "`Limited` caps what is collected")]
async fn answer(
    request: Request<Incoming>,
    arrived: Arc<mpsc::Sender<Scene>>,
    curtain: Arc<RwLock<()>>,
) -> Result<Response<Events>, Infallible> {
    let body = Limited::new(request.into_body(), 1 << 20).collect().await.expect("a body").to_bytes();
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    let (events, receiver) = mpsc::channel(64);
    if let Some(answer) = offer(&body) {
        drop(events.send(Bytes::from(format!("data: {answer}\n\n"))).await);
    } else {
        drop(arrived.send(Scene { body, events }).await);
        drop(curtain.read().await);
    }
    let mut response = Response::new(Events(receiver));
    let kind = http::HeaderValue::from_static("text/event-stream");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

/// The answer to a list of tools, and to whatever the gateway asks on its own.
fn offer(body: &Value) -> Option<Value> {
    let tools = json!([{ "name": "echo", "inputSchema": { "type": "object" } }]);
    let answer = |member: &str, value: Value| Some(json!({ "jsonrpc": "2.0", "id": body["id"], member: value }));
    match body["method"].as_str() {
        Some("tools/list") => {
            answer("result", json!({ "resultType": "complete", "ttlMs": 0, "cacheScope": "private", "tools": tools }))
        }
        // Clients in the tests use numbers.
        _ if body["id"].is_number() => None,
        Some("server/discover") => answer(
            "result",
            json!({ "resultType": "complete", "ttlMs": 0, "cacheScope": "private",
                "supportedVersions": ["2026-07-28"], "capabilities": { "tools": {} } }),
        ),
        _ => answer("error", json!({ "code": -32601, "message": "Method not found" })),
    }
}

impl Scene {
    /// Sends an event.
    pub(crate) async fn say(&self, message: &Value) {
        self.events.send(Bytes::from(format!("data: {message}\n\n"))).await.expect("the gateway listens");
    }

    /// Sends the final result.
    pub(crate) async fn result(&self, result: &Value) {
        self.say(&json!({ "jsonrpc": "2.0", "id": self.body["id"], "result": result })).await;
    }

    /// Waits until the gateway has closed the stream.
    pub(crate) async fn abandoned(&self) {
        let closed = tokio::time::timeout(std::time::Duration::from_secs(30), self.events.closed()).await;
        closed.expect("the gateway closes the stream");
    }
}
