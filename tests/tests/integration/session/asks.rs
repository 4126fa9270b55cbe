//! Requests of servers to clients: of the kinds that the entry allows, under ids of ours, answered once.

use crate::harness::session::{SESSION_REVISIONS, Session, SessionHouse, everything};
use casemate_tests::session::{Event, Reply, Step};
use serde_json::{Value, json};

/// A request of each kind, with an answer of its form and one that is not.
fn kinds() -> [(&'static str, Value, Value, Value); 3] {
    let form = json!({ "type": "object", "properties": { "name": { "type": "string" } } });
    [
        (
            "elicitation/create",
            json!({ "message": "Who?", "requestedSchema": form }),
            json!({ "action": "accept", "content": { "name": "Ada" } }),
            json!({ "action": "obey" }),
        ),
        (
            "sampling/createMessage",
            json!({ "messages": [{ "role": "user", "content": { "type": "text", "text": "Hi" } }], "maxTokens": 9 }),
            json!({ "role": "assistant", "model": "m", "content": { "type": "text", "text": "Hello" } }),
            json!({ "roots": [] }),
        ),
        ("roots/list", json!({}), json!({ "roots": [{ "uri": "file:///work" }] }), json!({ "roots": "file:///" })),
    ]
}

fn ask(id: Value, method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

/// The name of the newest session at the upstream.
fn newest(house: &SessionHouse) -> String {
    house.puppet.session_ids().pop().expect("a session")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_kind_is_asked_and_answered_on_the_stream_of_a_call() {
    let house = SessionHouse::start().await;
    for revision in SESSION_REVISIONS {
        let session = house.asked(revision).await;
        for (method, params, answer, wrong) in kinds() {
            house
                .puppet
                .next("tools/call", Reply::stream([Step::ask(method, method, &params), Step::Repeat(json!(method))]));
            let call = session.tool("echo");
            let mut stream = session.stream(&call).await;
            let asked = stream.message().await.expect("a question");
            assert_eq!((&asked["method"], &asked["params"]), (&json!(method), &params));
            let id = asked["id"].clone();
            assert_ne!(id, method, "the upstream's ids stay inside");
            // What does not answer it is refused and does not spend it.
            for (bad, code) in [
                (session.answer(&json!(method), answer.clone()), "session.reply"),
                (session.answer(&json!(999_999), answer.clone()), "session.reply"),
                (session.answer(&json!(id.to_string()), answer.clone()), "session.reply"),
                (session.answer(&call.id, answer.clone()), "session.reply"),
                (session.answer(&id, wrong.clone()), "session.reply"),
                (session.answer(&id, json!({})), "session.reply"),
                (session.answer(&id, json!([])), "mcp.envelope"),
                (session.answer(&Value::Null, answer.clone()), "mcp.envelope"),
                (session.answer(&id, answer.clone()).swap("\"result\"", "\"error\":{},\"result\""), "mcp.envelope"),
                (session.answer(&id, answer.clone()).swap("\"result\"", "\"x\":1,\"result\""), "mcp.envelope"),
            ] {
                let reply = house.turned_away(&session.client, &bad, code).await;
                assert!(reply.json().get("id").is_none(), "no request of the client's failed: {}", reply.text());
            }
            let good = session.answer(&id, answer.clone());
            session.tell(&good).await;
            house.outcome(&good.header("x-trace-id").expect("a trace"), "", "executed").await;
            let heard = house.seen_of("reply").pop().expect("the answer");
            assert_eq!(heard.json, json!({ "jsonrpc": "2.0", "id": method, "result": answer }));
            let end = stream.message().await.expect("the result");
            assert!(end.get("result").is_some(), "{end}");
            assert!(stream.event().await.is_none());
            house.turned_away(&session.client, &session.answer(&id, answer), "session.reply").await;
        }
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_on_the_get_stream_is_answered_too() {
    let house = SessionHouse::start().await;
    for revision in SESSION_REVISIONS {
        let session = house.asked(revision).await;
        let name = newest(&house);
        let mut stream = session.stream(&session.get()).await;
        for (method, params, answer, _) in kinds().into_iter().chain([("ping", json!({}), json!({}), json!(0))]) {
            assert!(house.puppet.push(&name, Event::of(&ask(json!(1), method, &params))));
            let asked = stream.message().await.expect("a question");
            assert_eq!(asked["method"], method);
            let before = house.seen_of("reply").len();
            session.tell(&session.answer(&asked["id"], answer.clone())).await;
            let heard = house.seen_of("reply");
            assert_eq!(
                (heard.len(), &heard[before].json),
                (before + 1, &json!({ "jsonrpc": "2.0", "id": 1, "result": answer }))
            );
            house.turned_away(&session.client, &session.answer(&asked["id"], answer), "session.reply").await;
        }
        // A client may decline with an error.
        let (method, params, ..) = &kinds()[0];
        assert!(house.puppet.push(&name, Event::of(&ask(json!("no"), method, params))));
        let asked = stream.message().await.expect("a question");
        session.tell(&session.decline(&asked["id"])).await;
        assert_eq!(house.seen_of("reply").pop().expect("it").json["error"]["message"], "declined");
        assert_eq!(session.ask(&session.delete()).await.status, 204);
        assert!(stream.message().await.is_none(), "the stream ends with its session");
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_not_be_asked_ends_the_call() {
    let house = SessionHouse::start().await;
    let agent = house.agent();
    let url = json!({ "mode": "url", "message": "Go", "url": "https://auth.example/", "elicitationId": "1" });
    for revision in SESSION_REVISIONS {
        let nothing = Session::open(&agent, "asking", revision).await;
        let forbidden = Session::declaring(&agent, "up", revision, everything()).await;
        let forms = Session::declaring(&agent, "asking", revision, json!({ "elicitation": {} })).await;
        let all = house.asked(revision).await;
        let [(elicit, form, ..), (sample, messages, ..), (roots, ..)] = kinds();
        for (session, method, params, code) in [
            (&nothing, elicit, &form, "upstream.input_request"),
            (&nothing, sample, &messages, "upstream.input_request"),
            (&nothing, roots, &json!({}), "upstream.input_request"),
            (&forbidden, elicit, &form, "upstream.input_request"),
            (&forbidden, sample, &messages, "upstream.input_request"),
            (&forbidden, roots, &json!({}), "upstream.input_request"),
            (&forms, sample, &messages, "upstream.input_request"),
            (&forms, elicit, &url, "upstream.input_request"),
            (&all, "tools/call", &json!({ "name": "echo" }), "upstream.input_request"),
            (&all, "initialize", &json!({}), "upstream.input_request"),
            (&all, "tasks/get", &json!({}), "upstream.input_request"),
            (&all, "Sampling/createMessage", &messages, "upstream.input_request"),
            (
                &all,
                elicit,
                &json!({ "mode": "url", "message": "Go", "url": "http://auth.example/" }),
                "upstream.malformed",
            ),
            (&all, elicit, &json!({ "message": "Go", "url": "https://auth.example/" }), "upstream.malformed"),
            (&all, elicit, &json!({ "message": "Go", "Url": "https://auth.example/" }), "upstream.malformed"),
            (&all, sample, &json!({ "messages": [], "task": {} }), "upstream.malformed"),
            (&all, sample, &json!([]), "upstream.malformed"),
        ] {
            house.puppet.next("tools/call", Reply::stream([Step::ask("q", method, params), Step::Repeat(json!("q"))]));
            let reply = house.broken(&session.client, &session.tool("echo"), code, "unknown").await;
            let shown = crate::harness::session::messages(&reply);
            assert_eq!(shown.len(), 1, "{method} {params}: {shown:?}");
            // Nobody can answer what nobody was asked.
            house.turned_away(&session.client, &session.answer(&json!(1), json!({})), "session.reply").await;
        }
        for id in [json!(null), json!(1.5), json!({}), json!([]), json!("i".repeat(300))] {
            house.puppet.next("tools/call", Reply::stream([Step::message(&ask(id, "ping", &json!({}))), Step::Hang]));
            house.broken(&all.client, &all.tool("echo"), "upstream.malformed", "unknown").await;
        }
    }
    // On the GET stream it ends the stream, and the record says why.
    let session = Session::declaring(&agent, "up", "2025-11-25", everything()).await;
    let get = session.get();
    let mut stream = session.stream(&get).await;
    assert!(house.puppet.push(&newest(&house), Event::of(&ask(json!(1), "roots/list", &json!({})))));
    assert!(stream.message().await.is_none());
    house.outcome(&get.header("x-trace-id").expect("a trace"), "upstream.input_request", "unknown").await;
    house.done(&agent, &session.tool("echo")).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_that_reuses_the_id_of_an_open_question_is_refused() {
    let house = SessionHouse::start().await;
    let session = house.asked("2025-11-25").await;
    let question = Step::ask(7, "roots/list", &json!({}));
    house.puppet.next("tools/call", Reply::stream([question.clone(), question.clone(), Step::Hang]));
    let reply = house.broken(&session.client, &session.tool("echo"), "upstream.malformed", "unknown").await;
    let first = crate::harness::session::messages(&reply)[0].clone();
    // It went down with its stream.
    house.turned_away(&session.client, &session.answer(&first["id"], json!({ "roots": [] })), "session.reply").await;
    // Once answered, the id is free again.
    let question = Step::ask(8, "roots/list", &json!({}));
    let twice = [question.clone(), Step::Heard(json!(8)), question, Step::hold("second"), Step::Answer];
    house.puppet.next("tools/call", Reply::stream(twice));
    let mut stream = session.stream(&session.tool("echo")).await;
    let first = stream.message().await.expect("a question");
    session.tell(&session.answer(&first["id"], json!({ "roots": [] }))).await;
    let second = stream.message().await.expect("another");
    assert_ne!(first["id"], second["id"]);
    session.tell(&session.answer(&second["id"], json!({ "roots": [] }))).await;
    house.puppet.release("second");
    assert!(stream.message().await.expect("the result").get("result").is_some());
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn open_questions_are_capped() {
    let house = SessionHouse::with(
        casemate_tests::session::Eras::Session,
        json!({ "mcp_gateway": { "limits": { "events": 1000 } } }),
    )
    .await;
    let session = house.asked("2025-06-18").await;
    let steps = (0..200).map(|id| Step::ask(id, "roots/list", &json!({}))).chain([Step::Hang]);
    house.puppet.next("tools/call", Reply::stream(steps));
    house.broken(&session.client, &session.tool("echo"), "upstream.flood", "unknown").await;
    house.done(&session.client, &session.tool("echo")).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_is_withdrawn_under_the_id_that_the_client_knows() {
    let house = SessionHouse::start().await;
    let session = house.asked("2025-11-25").await;
    house.puppet.next(
        "tools/call",
        Reply::stream([
            Step::ask("q", "roots/list", &json!({})),
            Step::note("notifications/cancelled", &json!({ "requestId": "q", "reason": "never mind" })),
            Step::note("notifications/cancelled", &json!({ "requestId": "q" })),
            Step::hold("end"),
            Step::Answer,
        ]),
    );
    let mut stream = session.stream(&session.tool("echo")).await;
    let asked = stream.message().await.expect("a question");
    let withdrawn = stream.message().await.expect("its end");
    assert_eq!(withdrawn["params"], json!({ "requestId": asked["id"], "reason": "never mind" }));
    house.turned_away(&session.client, &session.answer(&asked["id"], json!({ "roots": [] })), "session.reply").await;
    house.puppet.release("end");
    assert!(stream.message().await.expect("the result").get("result").is_some(), "the second one was left out");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn progress_of_an_answer_passes_only_under_a_token_that_was_asked_for() {
    let house = SessionHouse::start().await;
    let session = house.asked("2025-11-25").await;
    let (method, mut params, answer, _) = kinds()[1].clone();
    params["_meta"] = json!({ "progressToken": "theirs" });
    house.puppet.next("tools/call", Reply::stream([Step::ask("q", method, &params), Step::Repeat(json!("q"))]));
    let mut stream = session.stream(&session.tool("echo")).await;
    let asked = stream.message().await.expect("a question");
    let progress =
        |token: Value| session.note("notifications/progress", json!({ "progressToken": token, "progress": 1 }));
    for token in [json!("other"), json!(1)] {
        session.tell(&progress(token)).await;
    }
    assert!(house.seen_of("notifications/progress").is_empty(), "nobody asked for it");
    session.tell(&progress(json!("theirs"))).await;
    assert_eq!(house.seen_of("notifications/progress").len(), 1);
    session.tell(&session.answer(&asked["id"], answer)).await;
    assert!(stream.message().await.is_some());
    session.tell(&progress(json!("theirs"))).await;
    assert_eq!(house.seen_of("notifications/progress").len(), 1, "the question is answered");
    let nameless = session.note("notifications/progress", json!({ "progress": 1 }));
    house.turned_away(&session.client, &nameless, "mcp.params").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_inspected_and_recorded_like_any_message() {
    use base64::Engine as _;
    let media =
        json!([{ "name": "MCP_ALLOWED_DOMAINS", "value": "127.0.0.1" }, { "name": "MAX_MEDIA_SIZE", "value": "1000" }]);
    let patch = json!({ "mcp_gateway": { "env": media } });
    let house = SessionHouse::with(casemate_tests::session::Eras::Session, patch).await;
    let session = house.asked("2025-11-25").await;
    let (method, params, ..) = kinds()[1].clone();
    house.puppet.next("tools/call", Reply::stream([Step::ask("q", method, &params), Step::Repeat(json!("q"))]));
    let mut stream = session.stream(&session.tool("echo")).await;
    let asked = stream.message().await.expect("a question");
    let image = |bytes: usize| {
        let data = base64::engine::general_purpose::STANDARD.encode(vec![0x5a; bytes]);
        json!({ "role": "assistant", "model": "m", "content": { "type": "image", "mimeType": "image/png", "data": data } })
    };
    house.turned_away(&session.client, &session.answer(&asked["id"], image(1001)), "limit.media_size").await;
    session.tell(&session.answer(&asked["id"], image(1000))).await;
    assert!(stream.message().await.expect("the result").get("result").is_some());
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_another_session_answers_nothing() {
    let house = SessionHouse::start().await;
    let one = house.asked("2025-11-25").await;
    let other = house.asked("2025-11-25").await;
    house
        .puppet
        .next("tools/call", Reply::stream([Step::ask("q", "roots/list", &json!({})), Step::Repeat(json!("q"))]));
    let mut stream = one.stream(&one.tool("echo")).await;
    let asked = stream.message().await.expect("a question");
    let answer = other.answer(&asked["id"], json!({ "roots": [] }));
    house.turned_away(&other.client, &answer, "session.reply").await;
    one.tell(&one.answer(&asked["id"], json!({ "roots": [] }))).await;
    assert!(stream.message().await.expect("the result").get("result").is_some());
    house.finish().await;
}
