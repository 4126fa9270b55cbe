//! Streams that break: what a client missed it can have again, and what an upstream breaks off is gone on with.

use crate::harness::session::{Event, SESSION_REVISIONS, Session, SessionHouse, Stream, messages};
use casemate_tests::session::{Eras, Event as Sent, Reply, Step};
use serde_json::{Value, json};

fn newest(house: &SessionHouse) -> String {
    house.puppet.session_ids().pop().expect("a session")
}

fn log(text: &str) -> Step {
    Step::log("info", &json!(text))
}

fn logged(text: &str) -> Sent {
    let params = json!({ "level": "info", "data": text });
    Sent::of(&json!({ "jsonrpc": "2.0", "method": "notifications/message", "params": params }))
}

fn said(event: &Event) -> String {
    event.json()["params"]["data"].as_str().unwrap_or_default().to_owned()
}

fn id(event: &Event) -> String {
    event.id.clone().expect("an id")
}

/// The next event with a message.
async fn next(stream: &mut Stream) -> Event {
    loop {
        let event = stream.event().await.expect("an event");
        if !event.data.is_empty() {
            return event;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_comes_back_gets_what_it_missed() {
    let house = SessionHouse::start().await;
    for revision in SESSION_REVISIONS {
        let session = house.open(revision).await;
        let gate = |n: u8| format!("{revision} {n}");
        house.puppet.next(
            "tools/call",
            Reply::stream([
                log("one"),
                log("two"),
                Step::hold(&gate(1)),
                log("three"),
                Step::hold(&gate(2)),
                Step::Answer,
            ]),
        );
        let call = session.tool("echo");
        let mut stream = session.stream(&call).await;
        let one = next(&mut stream).await;
        assert_eq!(said(&one), "one");
        drop(stream);
        // Within the call: what it missed at once, the rest as it comes. Upstreams hear nothing of it.
        let mut stream = session.stream(&session.resume(&id(&one))).await;
        let two = next(&mut stream).await;
        assert_eq!(said(&two), "two");
        house.puppet.release(&gate(1));
        assert_eq!(said(&next(&mut stream).await), "three");
        drop(stream);
        house.puppet.release(&gate(2));
        house.outcome(&call.header("x-trace-id").expect("a trace"), "", "executed").await;
        // After the call: everything from there, again as often as it likes, then the end.
        for _ in 0..2 {
            let mut stream = session.stream(&session.resume(&id(&one))).await;
            let rest: Vec<_> = stream.rest().await;
            assert_eq!(rest.len(), 3, "{rest:?}");
            assert_eq!((&rest[2]["id"], rest[2].get("result").is_some()), (&call.id, true));
        }
        // Who has everything gets no empty stream, for which it would ask again for ever.
        let mut stream = session.stream(&session.resume(&id(&two))).await;
        let (mut event, mut last) = (stream.event().await, None);
        while let Some(found) = event {
            last = Some(found);
            event = stream.event().await;
        }
        house.turned_away(&session.client, &session.resume(&id(&last.expect("the last"))), "session.event").await;
    }
    assert!(house.seen_of("GET").is_empty());
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_empty_event_a_client_gets_everything() {
    let house = SessionHouse::start().await;
    let session = house.open("2025-11-25").await;
    house.puppet.next("tools/call", Reply::stream([Step::hold("go"), log("one"), Step::Answer]));
    let mut stream = session.stream(&session.tool("echo")).await;
    let prime = stream.event().await.expect("an event");
    assert_eq!(prime.data, "");
    drop(stream);
    let mut stream = session.stream(&session.resume(&id(&prime))).await;
    house.puppet.release("go");
    assert_eq!(said(&next(&mut stream).await), "one");
    assert!(next(&mut stream).await.json().get("result").is_some());
    assert!(stream.event().await.is_none());
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_are_resumed_each_for_itself() {
    let house = SessionHouse::start().await;
    let session = house.open("2025-11-25").await;
    let name = newest(&house);
    let mut get = session.stream(&session.get()).await;
    assert!(house.puppet.push(&name, logged("get 1")));
    let first = next(&mut get).await;
    house.puppet.next("tools/call", Reply::stream([log("call 1"), Step::hold("go"), log("call 2"), Step::Answer]));
    let call = session.tool("echo");
    let mut stream = session.stream(&call).await;
    let one = next(&mut stream).await;
    assert_ne!(id(&first), id(&one));
    drop(stream);
    assert!(house.puppet.push(&name, logged("get 2")));
    assert_eq!(said(&next(&mut get).await), "get 2");
    house.puppet.release("go");
    house.outcome(&call.header("x-trace-id").expect("a trace"), "", "executed").await;
    let mut stream = session.stream(&session.resume(&id(&one))).await;
    let rest: Vec<_> = stream.rest().await;
    assert_eq!((rest.len(), &rest[0]["params"]["data"]), (2, &json!("call 2")), "{rest:?}");
    // The GET stream goes on beside it, and is resumed with what the upstream still has.
    drop(get);
    assert!(house.puppet.until(|puppet| puppet.listeners(&name) == 0).await);
    assert!(house.puppet.push(&name, logged("get 3")));
    let mut get = session.stream(&session.resume(&id(&first))).await;
    for wanted in ["get 2", "get 3"] {
        assert_eq!(said(&next(&mut get).await), wanted);
    }
    let sent = house.seen_of("GET");
    assert_eq!(sent.len(), 2);
    assert!(sent[0].header("last-event-id").is_none());
    assert!(sent[1].header("last-event-id").is_some_and(|sent| sent != id(&first)), "the upstream's own id");
    drop(get);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_event_of_the_session_resumes_nothing() {
    let house = SessionHouse::start().await;
    let (session, other) = (house.open("2025-11-25").await, house.open("2025-11-25").await);
    house.puppet.script("tools/call", Reply::stream([log("one"), Step::Hang]));
    let mut mine = session.stream(&session.tool("echo")).await;
    let mine = id(&next(&mut mine).await);
    let mut streams = Vec::new();
    let mut theirs = String::new();
    for _ in 0..3 {
        let mut stream = other.stream(&other.tool("echo")).await;
        theirs = id(&next(&mut stream).await);
        streams.push(stream);
    }
    for wrong in [
        "",
        "-",
        "1",
        "0-0",
        "9-9",
        "1-999999",
        "01-1",
        "1-01",
        "-1-1",
        "1-1-1",
        "made up",
        "18446744073709551615-0",
        "1-18446744073709551615",
        "0000000000000000000-1",
        "\u{661}-1",
        &theirs,
        &"1".repeat(5000),
    ] {
        let call = session.resume(wrong);
        let before = house.seen().len();
        let reply = session.ask(&call).await;
        let json = reply.json();
        let reason = json["error"]["data"]["reason"].as_str().unwrap_or_default();
        // A header that HTTP trims is judged as what is left of it.
        assert!(matches!(reason, "session.event" | "header.malformed"), "{wrong:?}: {json}");
        house.check_refusal(&call, &reply, reason).await;
        assert_eq!(house.seen().len(), before);
    }
    let twice = session.resume(&mine).add("last-event-id", &mine);
    house.turned_away(&session.client, &twice, "header.repeated").await;
    // The same id means another stream in another session.
    let mut stream = other.stream(&other.resume(&mine)).await;
    drop(stream.event());
    drop((streams, stream));
    for session in [session, other] {
        session.ask(&session.delete()).await;
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_lies_too_far_back_is_not_kept() {
    let house = SessionHouse::with(Eras::Session, json!({ "mcp_gateway": { "sessions": { "replay": "2KiB" } } })).await;
    let session = house.open("2025-11-25").await;
    let steps = (0..10).map(|n| log(&format!("{n} {}", "x".repeat(500)))).chain([Step::Answer]);
    house.puppet.next("tools/call", Reply::stream(steps));
    let mut stream = session.stream(&session.tool("echo")).await;
    let mut ids = Vec::new();
    while let Some(event) = stream.event().await {
        ids.push(id(&event));
    }
    house.turned_away(&session.client, &session.resume(&ids[0]), "session.event").await;
    let mut stream = session.stream(&session.resume(&ids[ids.len() - 2])).await;
    assert_eq!(stream.rest().await.len(), 1);
    house.finish().await;
    // With nothing kept, nothing can be resumed, and all else works.
    let house = SessionHouse::with(Eras::Session, json!({ "mcp_gateway": { "sessions": { "replay": 0 } } })).await;
    let session = house.open("2025-11-25").await;
    house.puppet.next("tools/call", Reply::stream([log("one"), log("two"), Step::Answer]));
    let reply = session.ask(&session.tool("echo")).await;
    assert_eq!(messages(&reply).len(), 3);
    let first = crate::harness::session::events(&reply)[0].id.clone().expect("an id");
    house.turned_away(&session.client, &session.resume(&first), "session.event").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_the_upstream_breaks_off_is_gone_on_with() {
    let house = SessionHouse::start().await;
    for revision in SESSION_REVISIONS {
        let session = house.asked(revision).await;
        for (asked, cut) in [("a", Step::Cut), ("b", Step::Break)] {
            let before = house.seen_of("GET").len();
            house.puppet.next(
                "tools/call",
                Reply::stream([
                    Step::prime(10),
                    log("one"),
                    cut.clone(),
                    log("two"),
                    cut.clone(),
                    Step::ask(asked, "roots/list", &json!({})),
                    Step::Heard(json!(asked)),
                    cut,
                    Step::Answer,
                ]),
            );
            let call = session.tool("echo");
            let mut stream = session.stream(&call).await;
            for wanted in ["one", "two"] {
                assert_eq!(said(&next(&mut stream).await), wanted);
            }
            let asked = next(&mut stream).await.json();
            session.tell(&session.answer(&asked["id"], json!({ "roots": [] }))).await;
            assert!(next(&mut stream).await.json().get("result").is_some());
            assert!(stream.event().await.is_none());
            let gets = house.seen_of("GET");
            assert!(gets.len() >= before + 2, "{}", gets.len());
            let version = (revision != "2025-03-26").then_some(revision);
            for get in &gets[before..] {
                assert_eq!((get.header("mcp-protocol-version"), get.session().is_some()), (version, true));
                assert!(get.header("last-event-id").is_some());
            }
            house.outcome(&call.header("x-trace-id").expect("a trace"), "", "executed").await;
        }
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_cannot_be_gone_on_with_ends_with_an_error() {
    let house = SessionHouse::start().await;
    let session = house.open("2025-11-25").await;
    let bare = |text: &str| Step::Raw(format!("data: {}\n\n", log_text(text)));
    // Without ids there is nothing to resume from.
    for steps in [vec![bare("one")], vec![bare("one"), Step::Break], vec![Step::Raw("data: {\"jsonrpc\"".to_owned())]] {
        house.puppet.next("tools/call", Reply::stream(steps));
        house.broken(&session.client, &session.tool("echo"), "upstream.closed", "unknown").await;
    }
    assert!(house.seen_of("GET").is_empty());
    // With ids, but the upstream will not.
    for answer in [Reply::refuse(400), Reply::refuse(405), Reply::refuse(500), Reply::json("{}")] {
        house.puppet.next("tools/call", Reply::stream([Step::prime(10), log("one"), Step::Cut, Step::Hang]));
        house.puppet.next("GET", answer);
        let reply = house.broken(&session.client, &session.tool("echo"), "upstream.closed", "unknown").await;
        assert_eq!(messages(&reply).len(), 2);
    }
    // One that breaks off again and again is left in the end.
    house.puppet.next("tools/call", Reply::stream([Step::prime(10), Step::Cut, Step::Hang]));
    house.puppet.script("GET", Reply::stream([Step::prime(10)]));
    house.broken(&session.client, &session.tool("echo"), "upstream.flood", "unknown").await;
    house.finish().await;
}

fn log_text(text: &str) -> Value {
    json!({ "jsonrpc": "2.0", "method": "notifications/message", "params": { "level": "info", "data": text } })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_resumes_a_stream() {
    let house = SessionHouse::start().await;
    let session = house.open("2025-11-25").await;
    house.puppet.next("tools/call", Reply::stream([log("one"), Step::hold("go"), Step::Answer]));
    let mut stream = session.stream(&session.tool("echo")).await;
    let one = id(&next(&mut stream).await);
    let leaf = |name: &str| crate::harness::Authority::shared().client(name);
    for name in ["spiffe://acme.example/agents/two", "spiffe://globex.example/agents/one", crate::harness::AGENT] {
        let thief = session.held_by(&house.holder(&leaf(name)));
        house.turned_away(&thief.client, &thief.resume(&one), "session.unknown").await;
    }
    let own = Session::open(&house.holder(&leaf("spiffe://acme.example/agents/two")), "up", "2025-11-25").await;
    house.turned_away(&own.client, &own.resume(&one), "session.event").await;
    house.puppet.release("go");
    assert!(next(&mut stream).await.json().get("result").is_some(), "the stream itself is not disturbed");
    house.finish().await;
}
