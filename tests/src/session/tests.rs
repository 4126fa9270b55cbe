//! The puppet is a decent server to a real client, and does what it is told, over real connections.

use super::*;
use rmcp::model::{CallToolRequestParams, ReadResourceRequestParams};
use rmcp::{RoleClient, ServiceExt as _};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What came back.
struct Got {
    status: u16,
    head: String,
    body: String,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    fn session(&self) -> Option<String> {
        self.head.lines().find_map(|line| line.strip_prefix("mcp-session-id: ")).map(str::to_owned)
    }

    /// The messages of the stream.
    fn messages(&self) -> Vec<Value> {
        let data = self.body.lines().filter_map(|line| line.strip_prefix("data: "));
        data.filter_map(|data| serde_json::from_str(data).ok()).collect()
    }

    fn ids(&self) -> Vec<&str> {
        self.body.lines().filter_map(|line| line.strip_prefix("id: ")).collect()
    }
}

#[expect(clippy::disallowed_methods, reason = "the peer is this test's own listener")]
async fn send(puppet: &SessionPuppet, verb: &str, fields: &[(&str, &str)], body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(puppet.address()).await.unwrap();
    let fields: String = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!("{verb} /mcp HTTP/1.0\r\nHost: h\r\nContent-Length: {}\r\n{fields}\r\n", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    stream
}

async fn got(mut stream: TcpStream) -> Got {
    let mut text = String::new();
    // A broken connection still gives what came before.
    drop(stream.read_to_string(&mut text).await);
    let (head, body) = text.split_once("\r\n\r\n").expect("an answer");
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Got { status, head: head.to_owned(), body: body.to_owned() }
}

async fn ask(puppet: &SessionPuppet, session: &str, method: &str, params: Value) -> Got {
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params }).to_string();
    got(send(puppet, "POST", &[("Mcp-Session-Id", session)], &body).await).await
}

async fn open(puppet: &SessionPuppet) -> String {
    let params =
        json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
    let body = json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params }).to_string();
    let got = got(send(puppet, "POST", &[], &body).await).await;
    got.session().expect("a session")
}

fn called(name: &str, arguments: &Value) -> CallToolRequestParams {
    serde_json::from_value(json!({ "name": name, "arguments": arguments })).unwrap()
}

#[tokio::test]
async fn a_real_client_finds_it_decent() {
    let puppet = SessionPuppet::start().await.unwrap();
    let transport = rmcp::transport::StreamableHttpClientTransport::from_uri(puppet.url());
    let client: rmcp::service::RunningService<RoleClient, ()> = ().serve(transport).await.unwrap();
    assert_eq!(client.list_all_tools().await.unwrap().len(), 4);
    assert_eq!(client.list_all_resource_templates().await.unwrap().len(), 1);
    puppet.set_page(1);
    assert_eq!(client.list_all_tools().await.unwrap().len(), 4);
    for (name, arguments, said) in [
        ("echo", json!({ "text": "hi" }), "hi"),
        ("add", json!({ "a": 1, "b": 2 }), "3.0"),
        ("slow", json!({}), "slow"),
    ] {
        let result = serde_json::to_value(client.call_tool(called(name, &arguments)).await.unwrap()).unwrap();
        assert!(result.pointer("/content/0/text").unwrap().as_str().unwrap().contains(said), "{result}");
    }
    let resource: ReadResourceRequestParams = serde_json::from_value(json!({ "uri": "docs://open/b" })).unwrap();
    client.read_resource(resource).await.unwrap();
    assert_eq!(puppet.sessions(), 1);
    let session = puppet.session_ids().remove(0);
    assert!(puppet.until(|puppet| puppet.listeners(&session) == 1).await);
    client.cancel().await.unwrap();
    assert!(puppet.until(|puppet| puppet.sessions() == 0).await);
    assert_eq!((puppet.count(GET), puppet.count(DELETE), puppet.count("notifications/initialized")), (1, 1, 1));
}

#[tokio::test]
async fn what_arrives_is_kept_and_strangers_are_refused() {
    let puppet = SessionPuppet::start().await.unwrap();
    let session = open(&puppet).await;
    assert_eq!(ask(&puppet, &session, "ping", json!({})).await.json()["result"], json!({}));
    assert_eq!(ask(&puppet, "another", "ping", json!({})).await.status, 404);
    assert_eq!(got(send(&puppet, "POST", &[], r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).await).await.status, 400);
    assert_eq!(got(send(&puppet, "POST", &[], "[]").await).await.status, 400);
    let pings = puppet.seen_of("ping");
    assert_eq!(pings.len(), 3);
    assert_eq!((pings[0].session(), &pings[0].id), (Some(session.as_str()), &json!(7)));
    assert!(puppet.forget(&session));
    assert_eq!(ask(&puppet, &session, "ping", json!({})).await.status, 404);
    let code = |got: Got| got.json()["error"]["code"].clone();
    let session = open(&puppet).await;
    assert_eq!(code(ask(&puppet, &session, "tools/call", json!({ "name": "no" })).await), -32602);
    assert_eq!(code(ask(&puppet, &session, "resources/read", json!({ "uri": "no://" })).await), -32002);
    assert_eq!(code(ask(&puppet, &session, "made/up", json!({})).await), -32601);
}

#[tokio::test]
async fn one_reply_is_next_and_another_stays() {
    let puppet = SessionPuppet::start().await.unwrap();
    let session = open(&puppet).await;
    puppet.script("ping", Reply::error(-1, "always"));
    puppet.next("ping", Reply::json(r#"{"id":{id},"of":"{session}"}"#).header("x-more", "1"));
    let first = ask(&puppet, &session, "ping", json!({})).await;
    assert_eq!(first.json(), json!({ "id": 7, "of": session }));
    assert!(first.head.contains("x-more: 1"));
    for _ in 0..2 {
        assert_eq!(ask(&puppet, &session, "ping", json!({})).await.json()["error"]["message"], "always");
    }
    puppet.unscript("ping");
    assert_eq!(ask(&puppet, &session, "ping", json!({})).await.json()["result"], json!({}));
    puppet.script("tools/list", Reply::streamed().change("/result/tools", json!([])));
    let list = ask(&puppet, &session, "tools/list", json!({})).await;
    assert_eq!((list.messages()[0]["result"]["tools"].clone(), list.ids().len()), (json!([]), 2));
}

#[tokio::test]
async fn initialize_says_what_it_is_told() {
    let puppet = SessionPuppet::start().await.unwrap();
    let ask = async |reply: Reply| {
        puppet.next("initialize", reply);
        got(send(&puppet, "POST", &[], r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#).await).await
    };
    let other = ask(Reply::revision("2024-11-05").session("chosen")).await;
    assert_eq!(other.json()["result"]["protocolVersion"], "2024-11-05");
    assert_eq!((other.session().as_deref(), puppet.sessions()), (Some("chosen"), 1));
    let refused = ask(Reply::unsupported_version()).await;
    assert_eq!((refused.status, refused.json()["error"]["code"].clone(), puppet.sessions()), (400, json!(-32022), 1));
    let bare = ask(Reply::honest().no_session()).await;
    assert_eq!((bare.status, bare.session(), puppet.sessions()), (200, None, 2));
    let ping = send(&puppet, "POST", &[], r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).await;
    assert_eq!(got(ping).await.status, 200);
}

#[tokio::test]
async fn it_asks_and_repeats_what_it_was_told() {
    let puppet = SessionPuppet::start().await.unwrap();
    let session = open(&puppet).await;
    puppet.script(
        "tools/call",
        Reply::stream([
            Step::ask("q", "roots/list", &json!({})),
            Step::AnswerTo(json!("never asked"), json!({})),
            Step::Repeat(json!("q")),
            Step::Answer,
        ]),
    );
    let call = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": { "name": "echo" } }).to_string();
    let stream = send(&puppet, "POST", &[("Mcp-Session-Id", &session)], &call).await;
    assert!(puppet.until_seen("tools/call", 1).await);
    let reply = r#"{"jsonrpc":"2.0","id":"q","result":{"roots":[]}}"#;
    assert_eq!(got(send(&puppet, "POST", &[("Mcp-Session-Id", &session)], reply).await).await.status, 202);
    let messages = got(stream).await.messages();
    assert_eq!(messages.len(), 4);
    assert_eq!(
        (&messages[1]["id"], &messages[2]["id"], &messages[3]["id"]),
        (&json!("never asked"), &json!(7), &json!(7))
    );
    assert_eq!(messages[2]["result"]["content"][0]["text"], r#"{"roots":[]}"#);
    assert_eq!(puppet.count(REPLY), 1);
}

#[tokio::test]
async fn a_stream_cut_in_the_middle_resumes_after_the_named_event() {
    let puppet = SessionPuppet::start().await.unwrap();
    let session = open(&puppet).await;
    for cut in [Step::Cut, Step::Break] {
        puppet.script("tools/call", Reply::stream([Step::prime(1), Step::log("info", &json!(1)), cut, Step::Answer]));
        let first = ask(&puppet, &session, "tools/call", json!({ "name": "echo" })).await;
        assert_eq!((first.ids().len(), first.messages().len()), (2, 1));
        for (after, count) in [(0, 2), (1, 1)] {
            let fields = [("Mcp-Session-Id", session.as_str()), ("Last-Event-ID", first.ids()[after])];
            assert_eq!(got(send(&puppet, "GET", &fields, "").await).await.messages().len(), count);
        }
    }
    let fields = [("Mcp-Session-Id", session.as_str()), ("Last-Event-ID", "made up")];
    assert_eq!(got(send(&puppet, "GET", &fields, "").await).await.status, 400);
}

#[tokio::test]
async fn events_of_nobody_go_to_the_get_stream() {
    let puppet = SessionPuppet::start().await.unwrap();
    let session = open(&puppet).await;
    let fields = [("Mcp-Session-Id", session.as_str())];
    puppet.announce("notifications/tools/list_changed", json!({}));
    let stream = send(&puppet, "GET", &fields, "").await;
    assert!(puppet.until(|puppet| puppet.listeners(&session) == 1).await);
    assert!(puppet.push(&session, Event::new("x").id("own").kind("odd").retry(5)));
    puppet.script("ping", Reply::honest().first(Step::Elsewhere(Event::new("from a call"))));
    ask(&puppet, &session, "ping", json!({})).await;
    assert!(puppet.hang_up(&session));
    let body = got(stream).await.body;
    assert!(body.contains("list_changed") && body.contains("id: own\nevent: odd\nretry: 5\ndata: x\n\n"), "{body}");
    assert!(body.contains("data: from a call\n\n"), "{body}");
    assert!(!puppet.push("another", Event::new("x")));
    let stream = send(&puppet, "GET", &fields, "").await;
    assert_eq!(got(send(&puppet, "DELETE", &fields, "").await).await.status, 200);
    assert_eq!(got(stream).await.body, "");
    puppet.script(GET, Reply::refuse(405));
    let session = open(&puppet).await;
    assert_eq!(got(send(&puppet, "GET", &[("Mcp-Session-Id", &session)], "").await).await.status, 405);
}

#[tokio::test]
async fn it_waits_hangs_and_notices_who_leaves() {
    let puppet = SessionPuppet::start().await.unwrap();
    let session = open(&puppet).await;
    let fields = [("Mcp-Session-Id", session.as_str())];
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    puppet.script("ping", Reply::honest().held("gate"));
    let held = send(&puppet, "POST", &fields, ping).await;
    assert!(puppet.until_seen("ping", 1).await);
    puppet.release("gate");
    assert_eq!(got(held).await.status, 200);
    for reply in [Reply::hang(), Reply::stream([Step::prime(1), Step::Hang])] {
        puppet.script("ping", reply);
        let (before, seen) = (puppet.left("ping"), puppet.count("ping"));
        let stream = send(&puppet, "POST", &fields, ping).await;
        assert!(puppet.until_seen("ping", seen + 1).await);
        drop(stream);
        assert!(puppet.until(|puppet| puppet.left("ping") == before + 1).await);
    }
    let call = json!({ "jsonrpc": "2.0", "id": "c", "method": "tools/call",
        "params": { "name": "slow", "arguments": { "hold": "never" }, "_meta": { "progressToken": "p" } } });
    let stream = send(&puppet, "POST", &fields, &call.to_string()).await;
    assert!(puppet.until_seen("tools/call", 1).await);
    let cancel = r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"c"}}"#;
    assert!(
        puppet
            .until(|puppet| puppet.inner.look(|state| state.sessions[1].streams.iter().any(|s| s.request == "c")))
            .await
    );
    assert_eq!(got(send(&puppet, "POST", &fields, cancel).await).await.status, 202);
    let messages = got(stream).await.messages();
    assert!(messages.iter().all(|message| message["params"]["progressToken"] == "p"), "{messages:?}");
}

#[tokio::test]
async fn the_modern_era_has_the_same_data_and_no_sessions() {
    let puppet = SessionPuppet::of(Eras::Both).await.unwrap();
    let ask = async |method: &str, mut params: Value| {
        params["_meta"] = json!({ "io.modelcontextprotocol/protocolVersion": "2026-07-28" });
        let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params }).to_string();
        send(&puppet, "POST", &[], &body).await
    };
    let found = got(ask("server/discover", json!({})).await).await.json();
    assert_eq!(found["result"]["instructions"], "Use echo for echoes.");
    puppet.next("tools/call", Reply::honest().first(Step::Tools(json!([{ "name": "other" }]))));
    let tools = async || got(ask("tools/list", json!({})).await).await.json()["result"]["tools"].clone();
    assert_eq!(tools().await.as_array().unwrap().len(), 4);
    assert_eq!(got(ask("tools/call", json!({ "name": "echo" })).await).await.json()["error"]["code"], -32602);
    assert_eq!(tools().await, json!([{ "name": "other" }]));
    assert_eq!(got(ask("ping", json!({})).await).await.status, 404);
    let listening = ask("subscriptions/listen", json!({ "notifications": { "toolsListChanged": true } })).await;
    assert!(puppet.until(|puppet| puppet.inner.look(|state| !state.sessions[0].streams.is_empty())).await);
    puppet.announce("notifications/tools/list_changed", json!({}));
    puppet.inner.look(|state| state.sessions[0].streams[0].cut(false));
    let messages = got(listening).await.messages();
    assert_eq!(messages.len(), 2);
    assert!(messages.iter().all(|message| message["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"] == 7));
    assert_eq!((puppet.sessions(), open(&puppet).await.is_empty(), puppet.sessions()), (0, false, 1));
    let modern = SessionPuppet::of(Eras::Modern).await.unwrap();
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}"#;
    let refused = got(send(&modern, "POST", &[], body).await).await;
    assert_eq!((refused.status, refused.json()["error"]["code"].clone()), (400, json!(-32022)));
}
