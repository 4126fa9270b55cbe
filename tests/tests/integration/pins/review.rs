//! `pins: review`: nothing before a reviewer said yes, and nothing after one said no.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_shown_or_used_before_a_reviewer_said_yes() {
    for (eras, revision) in ERAS {
        let house = house(eras, "review", |_, _| {}).await;
        let talk = Talk::begin(&house, "up", revision).await;
        for method in ["tools/list", "prompts/list", "resources/templates/list"] {
            assert_eq!(names(&house, &talk, method).await, Vec::<String>::new(), "{method}");
        }
        assert_eq!(names(&house, &talk, "resources/list").await, ["docs://open/a", "docs://secret/x"]);
        assert_eq!(instructions(&house, revision).await, Value::Null);
        let uses = [talk.tool("echo"), greet(&talk), complete(&talk, &of_prompt()), complete(&talk, &of_template())];
        for call in &uses {
            refused(&house, call, PENDING).await;
        }
        refused(&house, &talk.tool("ghost"), UNKNOWN).await;
        refused(&house, &talk.call("prompts/get", json!({ "name": "Greet" })), UNKNOWN).await;
        let other = json!({ "type": "ref/resource", "uri": "docs://open/{other}" });
        refused(&house, &complete(&talk, &other), UNKNOWN).await;

        for (kind, name) in
            [(Kind::Tool, "echo"), (Kind::Prompt, "greet"), (Kind::Template, TEMPLATE), (Kind::Instructions, "")]
        {
            decide(&house, "approve", kind, name).await;
        }
        assert_eq!(tools(&house, &talk).await, ["echo"], "one approval is for one tool");
        assert_eq!(names(&house, &talk, "prompts/list").await, ["greet"]);
        assert_eq!(names(&house, &talk, "resources/templates/list").await, [TEMPLATE]);
        assert_eq!(instructions(&house, revision).await, "Use echo for echoes.");
        for call in &uses {
            served(&house, &crate::harness::session::again(call)).await;
        }
        refused(&house, &talk.tool("add"), PENDING).await;

        let entries = house.finish().await;
        for (kind, name) in
            [(Kind::Tool, "echo"), (Kind::Prompt, "greet"), (Kind::Template, TEMPLATE), (Kind::Instructions, "\"\"")]
        {
            assert_eq!(told(&moves(&entries, kind, name)), ["survey: pending", "rita: approved"], "{kind}");
        }
        assert_eq!(told(&moves(&entries, Kind::Tool, "add")), ["survey: pending"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_blocked_stays_blocked_whatever_it_becomes() {
    for (eras, revision) in ERAS {
        let house =
            house(eras, "trust-first", |_, puppet| puppet.set_tools(json!([tool("echo", "One."), tool("add", "")])))
                .await;
        let talk = Talk::begin(&house, "up", revision).await;
        served(&house, &talk.tool("echo")).await;
        decide(&house, "block", Kind::Tool, "echo").await;
        for now in [tool("echo", "One."), tool("echo", "Two."), tool("echo", "One.")] {
            house.puppet.set_tools(json!([now, tool("add", "")]));
            assert_eq!(tools(&house, &talk).await, ["add"]);
            refused(&house, &talk.tool("echo"), BLOCKED).await;
        }
        house.puppet.set_tools(json!([]));
        tools(&house, &talk).await;
        refused(&house, &talk.tool("echo"), BLOCKED).await;
        // Who said no may say yes.
        house.puppet.set_tools(json!([tool("echo", "One.")]));
        decide(&house, "approve", Kind::Tool, "echo").await;
        assert_eq!(tools(&house, &talk).await, ["echo"]);
        served(&house, &talk.tool("echo")).await;
        for (kind, name, call) in
            [(Kind::Prompt, "greet", greet(&talk)), (Kind::Template, TEMPLATE, complete(&talk, &of_template()))]
        {
            decide(&house, "block", kind, name).await;
            refused(&house, &call, BLOCKED).await;
        }
        decide(&house, "block", Kind::Instructions, "").await;
        assert_eq!(instructions(&house, revision).await, Value::Null);
        house.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_is_about_what_was_shown_and_nothing_else() {
    let house = house(Eras::Both, "review", |_, puppet| puppet.set_tools(json!([tool("echo", "One.")]))).await;
    let talk = Talk::Modern;
    let first = item(&house, Kind::Tool, "echo").await["seen"].as_str().expect("a digest").to_owned();
    // The upstream has already changed, and nobody has seen it: the approval is of what was shown.
    house.puppet.set_tools(json!([tool("echo", "Two.")]));
    let reply = ask(&house, &decision("approve", Kind::Tool, "echo", &first)).await;
    assert_eq!((reply.status, &reply.json()["state"]), (200, &json!("approved")));
    assert_eq!(tools(&house, &talk).await, Vec::<String>::new());
    refused(&house, &talk.tool("echo"), CHANGED).await;
    // Now a survey sees it as well.
    until_pin(&house, Kind::Tool, "echo", |pin| pin.seen.as_ref().is_some_and(|seen| seen.text.contains("Two."))).await;
    let other = format!("sha256:{}", "0".repeat(64));
    let reply = ask(&house, &decision("block", Kind::Tool, "echo", &other)).await;
    assert_eq!((reply.status, &reply.json()["reason"]), (409, &json!("pin.moved")));
    assert_eq!(state(&house, Kind::Tool, "echo"), Some(State::Changed));
    // What the server no longer offers cannot be approved.
    house.puppet.set_tools(json!([]));
    let gone = sought(&house, &talk, Kind::Tool, "echo", State::Removed).await;
    let digest = gone.seen.as_ref().expect("a definition").digest.to_string();
    let reply = ask(&house, &decision("approve", Kind::Tool, "echo", &digest)).await;
    assert_eq!((reply.status, &reply.json()["reason"]), (409, &json!("pin.moved")));
    let entries = house.finish().await;
    let moves = told(&moves(&entries, Kind::Tool, "echo"));
    assert_eq!(moves.get(..3).unwrap_or_default(), ["survey: pending", "rita: approved", "list: changed"]);
    assert_eq!(moves.last().map(String::as_str), Some("survey: removed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn decisions_at_once_happen_one_after_another() {
    let house = house(Eras::Both, "review", |_, _| {}).await;
    let digest = item(&house, Kind::Tool, "echo").await["seen"].as_str().expect("a digest").to_owned();
    let (approve, block) =
        (decision("approve", Kind::Tool, "echo", &digest), decision("block", Kind::Tool, "echo", &digest));
    let (a, b, c, d) =
        tokio::join!(ask(&house, &approve), ask(&house, &block), ask(&house, &approve), ask(&house, &block));
    assert_eq!([b.status, d.status], [200; 2], "a block needs nothing");
    // An approval that does not name the block does not end it.
    let late: Vec<_> = [a, c].into_iter().filter(|reply| reply.status != 200).collect();
    assert!(late.iter().all(|reply| reply.status == 403 && reply.json()["reason"] == BLOCKED), "{late:?}");
    let last = state(&house, Kind::Tool, "echo").expect("a pin");
    let call = Talk::Modern.tool("echo");
    match last {
        State::Approved => drop(served(&house, &call).await),
        State::Blocked => refused(&house, &call, BLOCKED).await,
        other => panic!("{other}"),
    }
    let history = item(&house, Kind::Tool, "echo").await["history"].as_array().expect("steps").len();
    let entries = house.finish().await;
    let moves = moves(&entries, Kind::Tool, "echo");
    // Each that was granted is in the log and in the history, and the last of them holds.
    assert_eq!((moves.len(), history), (5 - late.len(), 5 - late.len()));
    assert_eq!(moves.last().expect("a move"), &("rita".to_owned(), last.to_string()));
}
