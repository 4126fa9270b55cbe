//! HTTP/2 obeys the same rules as HTTP/1.1, and both end in good order.

use crate::harness::{Call, Client, Frames, House, Reply, check_error};
use bytes::Bytes;
use casemate_tests::hostile::Act;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::json;

#[expect(clippy::disallowed_methods, reason = "the tests' client: it talks to the gateway of its own test")]
async fn connect(house: &House) -> SendRequest<Full<Bytes>> {
    let versions = rustls::DEFAULT_VERSIONS;
    let client = Client::tls_with(house.running().address, Some(house.leaf()), versions, &[b"h2"]);
    let stream = client.stream().await.expect("a connection");
    let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
    let (sender, connection) = handshake.await.expect("HTTP/2");
    tokio::spawn(connection);
    sender
}

fn request(call: &Call, authority: &str) -> http::Request<Full<Bytes>> {
    let uri = format!("https://{authority}{}", call.path);
    let mut request = http::Request::builder().method(call.verb.as_str()).uri(uri);
    for (name, value) in call.headers.iter().filter(|(name, _)| name != "host" || authority != "127.0.0.1") {
        request = request.header(name, value.as_slice());
    }
    request.body(Full::new(Bytes::from(call.body.clone()))).expect("a request")
}

#[expect(clippy::disallowed_methods, reason = "`Limited` caps what is collected")]
async fn ask(sender: &mut SendRequest<Full<Bytes>>, call: &Call, authority: &str) -> Reply {
    sender.ready().await.expect("the connection stands");
    let response = sender.send_request(request(call, authority)).await.expect("an answer");
    let (head, body) = response.into_parts();
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Reply {
        status: head.status.as_u16(),
        headers: head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: Limited::new(body, 1 << 20).collect().await.expect("a body").to_bytes().to_vec(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_2_is_judged_like_http_1() {
    let house = House::start().await;
    let mut sender = connect(&house).await;
    let call = Call::tool("echo");
    let reply = ask(&mut sender, &call, "127.0.0.1").await;
    assert_eq!((reply.status, reply.json()["id"].clone()), (200, call.id.clone()), "{}", reply.text());
    house.outcome(&reply.trace(), "", "executed").await;
    let seen = house.upstream.count("tools/call");
    let big = json!({ "name": "echo", "arguments": { "text": "x".repeat(66_000) } });
    for (call, authority, code) in [
        (Call::tool("secret"), "127.0.0.1", "policy.tool"),
        (Call::tool("echo").set("mcp-name", "ghost"), "127.0.0.1", "mcp.header_mismatch"),
        (Call::tool("echo").add("mcp-name", "echo"), "127.0.0.1", "header.repeated"),
        (Call::tool("echo").without("x-trace-id"), "127.0.0.1", "header.missing"),
        (Call::tool("echo").verb("GET"), "127.0.0.1", "http.method"),
        (Call::tool("echo").bytes("{}{}"), "127.0.0.1", "json.trailing"),
        (Call::mcp("tools/call", big), "127.0.0.1", "http.payload_too_large"),
        (Call::tool("echo").without("host"), "evil.example", "http.host"),
        (Call::tool("echo"), "gateway.example", "http.host"),
        (Call::tool("echo").set("authorization", "Bearer a.b.c"), "127.0.0.1", "auth.token_malformed"),
    ] {
        let reply = ask(&mut sender, &call, authority).await;
        house.check_refusal(&call, &reply, code).await;
    }
    assert_eq!(house.upstream.count("tools/call"), seen);
    // An event stream as well.
    house.upstream.on("tools/call", Act::two_answers());
    let call = Call::tool("echo");
    let reply = ask(&mut sender, &call, "127.0.0.1").await;
    assert_eq!(reply.events().len(), 1);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_in_http_2_is_not_followed_by_a_reset() {
    let house = House::start().await;
    for (leaf, call, code) in [
        (None, Call::tool("echo"), "auth.required"),
        (None, Call::tool("echo").at("/nothing"), "http.route"),
        (Some(house.leaf()), Call::tool("echo").without("x-mcp-client"), "header.missing"),
        (Some(house.leaf()), Call::tool("echo").set("content-type", "text/plain"), "http.content_type"),
    ] {
        let mut frames = Frames::open(house.running().address, leaf).await.expect("a connection");
        // The body comes when the refusal is long decided; until then the answer waits.
        let stream = frames.head(&call, true).await.expect("bytes are taken");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        frames.body(stream, &call.body).await.expect("bytes are taken");
        let answer = frames.answer(stream).await.expect("an answer");
        assert!(answer.complete && answer.text().contains(code), "{code}: {answer:?}");
        let again = frames.ask(&Call::tool("echo").at("/nothing")).await.expect("the connection stands");
        assert!(again.text().contains("http.route"), "{}", again.text());
        assert!(frames.resets.is_empty(), "{code}");
    }
    // What is too long to wait for is answered at once.
    for (leaf, code) in [(None, "auth.required"), (Some(house.leaf()), "http.payload_too_large")] {
        let mut frames = Frames::open(house.running().address, leaf).await.expect("a connection");
        let call = Call::tool("echo").set("content-length", "3000000");
        let stream = frames.head(&call, true).await.expect("bytes are taken");
        let answer = frames.answer(stream).await.expect("an answer");
        assert!(answer.complete && answer.text().contains(code), "{code}: {answer:?}");
        frames.ask(&Call::tool("echo").at("/nothing")).await.expect("the connection stands");
        assert!(frames.resets.is_empty(), "{code}");
    }
    assert!(house.upstream.seen().is_empty());
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_a_stream_of_http_2_cancels_its_call_alone() {
    let house = House::start().await;
    let mut sender = connect(&house).await;
    let first = Call::tool("echo").to("stage");
    sender.ready().await.expect("the connection stands");
    let pending = sender.send_request(request(&first, "127.0.0.1"));
    let response = pending.await.expect("the head of a stream");
    let scene = house.puppet.scene().await;
    drop(response);
    scene.abandoned().await;
    house.outcome(&first.header("x-trace-id").expect("a trace"), "client.gone", "unknown").await;
    let reply = ask(&mut sender, &Call::tool("echo"), "127.0.0.1").await;
    assert_eq!(reply.status, 200);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_header_block_over_the_cap_is_refused_in_http_2() {
    let house = House::start().await;
    let mut sender = connect(&house).await;
    let call = Call::tool("echo").set("x-long", &"x".repeat(20_000));
    let reply = ask(&mut sender, &call, "127.0.0.1").await;
    house.check_refusal(&call, &reply, "http.header_size").await;
    // Far over the cap the HTTP layer itself refuses, and the connection goes on.
    let call = Call::tool("echo").set("x-long", &"x".repeat(200_000));
    sender.ready().await.expect("the connection stands");
    if let Ok(response) = sender.send_request(request(&call, "127.0.0.1")).await {
        assert_eq!(response.status(), 431);
    }
    assert!(house.upstream.seen().is_empty());
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn running_calls_finish_when_the_gateway_drains() {
    let house = House::start().await;
    let agent = house.agent();
    let call = Call::tool("echo").to("stage");
    let mut wire = agent.connect().await.expect("a connection");
    let mut idle = agent.connect().await.expect("a connection");
    wire.send(&call.wire()).await.expect("bytes are taken");
    let scene = house.puppet.scene().await;
    house.running().gateway.drain();
    assert!(idle.closed().await.is_empty());
    scene.result(&json!({ "resultType": "complete", "content": [] })).await;
    let reply = wire.reply().await.expect("an answer");
    assert_eq!(reply.json()["id"], call.id);
    house.outcome(&reply.trace(), "", "executed").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_without_readable_id_has_none() {
    let house = House::start().await;
    let call = Call::tool("echo").bytes("{\"id\":1,");
    let reply = house.agent().ask(&call).await;
    check_error(&call, &reply, "json.syntax");
    assert!(reply.json().get("id").is_none());
    house.finish().await;
}
