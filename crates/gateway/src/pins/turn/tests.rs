//! No call rests on a survey that began before the server said that something changed.

use super::super::fixture::{House, Script, Server, server, tool, upstream};
use super::*;
use casemate_core::mcp::Target;
use casemate_core::pin::Standing;
use serde_json::json;

/// A server with two tools that was surveyed a moment ago.
async fn surveyed() -> (Server, House) {
    let upstream = Server::start(Script::default()).await;
    upstream.script().tools.push(tool("add", ""));
    let house = House::start(upstream.address, |_| {}).await;
    house.survey().await.unwrap();
    (upstream, house)
}

fn change(upstream: &Server, description: &str) {
    upstream.script().tools = vec![tool("echo", description), tool("add", description)];
}

fn announce(house: &House) {
    house.gateway.pins.stir(&house.gateway, &house.upstream);
}

/// Polls once.
fn begin<F: Future + Unpin>(future: &mut F) {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(std::pin::Pin::new(future).poll(&mut context).is_pending());
}

fn calls(house: &Arc<House>, count: usize) -> Vec<tokio::task::JoinHandle<Result<Standing, Refusal>>> {
    let call = |house: Arc<House>| async move { house.judge(Target::Tool("echo".to_owned())).await };
    (0..count).map(|_| tokio::spawn(call(Arc::clone(house)))).collect()
}

#[tokio::test]
async fn an_announced_change_counts_for_the_next_call() {
    let (upstream, house) = surveyed().await;
    change(&upstream, "Something else.");
    assert_eq!(house.tool("echo").await, Standing::Approved, "nobody could know");
    announce(&house);
    assert_eq!(house.tool("echo").await, Standing::Changed);
    // Once more while a survey is sent for already.
    change(&upstream, "Yet something else.");
    announce(&house);
    upstream.script().tools = vec![tool("echo", "Says it again.")];
    announce(&house);
    assert_eq!((house.tool("echo").await, house.tool("add").await), (Standing::Approved, Standing::Removed));
}

#[tokio::test]
async fn a_list_that_shows_a_change_holds_up_every_call() {
    let (upstream, house) = surveyed().await;
    change(&upstream, "Something else.");
    assert_eq!(house.item(&tool("echo", "Something else.")), Standing::Changed);
    assert_eq!(house.tool("add").await, Standing::Changed);
    assert_eq!(upstream.count("tools/list"), 2);
}

#[tokio::test]
async fn a_survey_that_runs_when_a_change_is_announced_is_too_early() {
    let (upstream, house) = surveyed().await;
    let mut early = Box::pin(house.survey());
    begin(&mut early);
    upstream.until("tools/list", 2).await;
    change(&upstream, "Something else.");
    announce(&house);
    assert_eq!(house.tool("echo").await, Standing::Changed);
    assert!(early.await.is_ok());
}

#[tokio::test]
async fn calls_that_wait_share_one_survey() {
    let (upstream, house) = surveyed().await;
    let house = Arc::new(house);
    for _ in 0..50 {
        announce(&house);
    }
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let house = Arc::clone(&house);
            tokio::spawn(async move {
                announce(&house);
                house.tool("echo").await
            })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap(), Standing::Approved);
    }
    assert!(upstream.count("tools/list") < 4, "{}", upstream.count("tools/list"));
}

#[tokio::test]
async fn a_survey_that_fails_after_an_announcement_lets_nothing_pass() {
    let (upstream, house) = surveyed().await;
    upstream.script().instead = vec![("tools/list", 500, String::new())];
    announce(&house);
    for _ in 0..3 {
        let judged = house.judge(Target::Tool("echo".to_owned())).await;
        assert_eq!(judged.unwrap_err().reason, Reason::UpstreamSchema);
    }
    upstream.script().instead.clear();
    change(&upstream, "Something else.");
    let judged = loop {
        match house.judge(Target::Tool("echo".to_owned())).await {
            Ok(standing) => break standing,
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    };
    assert_eq!(judged, Standing::Changed);
}

#[tokio::test]
async fn a_survey_that_one_caller_makes_fail_refuses_nobody_else() {
    let (upstream, house) = surveyed().await;
    let before = upstream.count("tools/list");
    // Not even the beginning is answered, or no list is.
    for method in ["server/discover", "tools/list"] {
        upstream.script().instead = vec![(method, 500, String::new())];
        while house.gateway.pins.slot(&server("up")).last().unwrap().rests().is_some() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        for _ in 0..3 {
            let guess = house.judge(Target::Tool("a guess".to_owned())).await;
            assert_eq!(guess.unwrap_err().reason, Reason::UpstreamSchema);
            assert_eq!(house.tool("echo").await, Standing::Approved);
            let (pins, gateway) = (&house.gateway.pins, &house.gateway);
            assert!(pins.fresh(gateway, &house.upstream).await.is_ok(), "nor those who ask for headers");
        }
    }
    assert!(upstream.count("tools/list") > before);
    // What is announced meanwhile is news to everyone.
    announce(&house);
    assert_eq!(house.judge(Target::Tool("echo".to_owned())).await.unwrap_err().reason, Reason::UpstreamSchema);
}

#[tokio::test]
async fn a_survey_that_saw_a_list_and_failed_leaves_nothing_to_rest_on() {
    let capabilities = json!({ "tools": {}, "prompts": {} });
    let upstream = Server::start(Script { capabilities, ..Script::default() }).await;
    let house = House::start(upstream.address, |_| {}).await;
    house.survey().await.unwrap();
    change(&upstream, "Something else.");
    upstream.script().instead = vec![("prompts/list", 500, String::new())];
    assert!(house.survey().await.is_err());
    assert_eq!(house.judge(Target::Tool("echo".to_owned())).await.unwrap_err().reason, Reason::UpstreamSchema);
}

#[tokio::test]
async fn nobody_waits_for_a_survey_under_an_entry_that_is_no_more() {
    let (upstream, mut house) = surveyed().await;
    upstream.script().held = Some("server/discover");
    let old = {
        let (gateway, entry) = (Arc::clone(&house.gateway), Arc::clone(&house.upstream));
        tokio::spawn(async move { gateway.pins.within(&gateway, &entry, Duration::ZERO).await.map(drop) })
    };
    upstream.until("server/discover", 2).await;
    let other = Server::start(Script::default()).await;
    house.change(|entry| entry.url = format!("http://{}/mcp", other.address).parse().unwrap()).await;
    let refusal = old.await.unwrap().unwrap_err();
    assert_eq!(refusal.detail.as_deref(), Some("the entry has changed"));
    upstream.script().held = None;
}

#[tokio::test]
async fn nobody_waits_for_a_survey_when_the_gateway_ends() {
    let (_upstream, house) = surveyed().await;
    announce(&house);
    house.gateway.drain();
    let judged = house.judge(Target::Tool("echo".to_owned())).await;
    assert_eq!(judged.unwrap_err().reason, Reason::Draining);
}

#[test]
fn a_call_rests_on_no_survey_that_is_older_than_the_interval() {
    let mut entry = upstream("up", ([127, 0, 0, 1], 1).into());
    for (relist, most) in [(5, 5), (30, 30), (300, 30)] {
        entry.relist = Duration::from_secs(relist);
        assert_eq!(current(&entry), Duration::from_secs(most));
    }
}

#[tokio::test]
async fn names_that_nobody_can_ask_for_are_counted() {
    let (upstream, house) = surveyed().await;
    let count = || house.gateway.pins.slot(&server("up")).nameless.load(Ordering::Relaxed);
    assert_eq!(count(), 0);
    upstream.script().tools = vec![tool("echo", ""), tool("", ""), tool("a\nb", ""), tool(&"n".repeat(257), "")];
    house.survey().await.unwrap();
    assert_eq!(count(), 3);
    upstream.script().tools = vec![tool("echo", ""), json!({ "name": "" })];
    house.survey().await.unwrap();
    assert_eq!(count(), 1);
}

#[tokio::test]
async fn what_was_shown_and_never_surveyed_holds_up_calls_once() {
    let (upstream, house) = surveyed().await;
    for _ in 0..3 {
        assert_eq!(house.item(&tool("of one session", "")), Standing::Unknown);
        assert_eq!(house.tool("echo").await, Standing::Approved);
    }
    assert_eq!(upstream.count("tools/list"), 2);
    // After a change it may mean something again.
    change(&upstream, "Something else.");
    announce(&house);
    assert_eq!(house.tool("echo").await, Standing::Changed);
    change(&upstream, "Yet something else.");
    assert_eq!(house.item(&tool("of one session", "")), Standing::Unknown);
    assert_eq!(house.tool("add").await, Standing::Changed);
    assert_eq!(upstream.count("tools/list"), 4);
}

#[tokio::test]
async fn calls_that_wait_for_a_long_survey_share_the_next() {
    let upstream = Server::start(Script { held: Some("tools/list"), ..Script::default() }).await;
    // No survey is current when it is done.
    let house = Arc::new(House::start(upstream.address, |entry| entry.relist = Duration::ZERO).await);
    for (surveys, fails) in [(2, false), (4, true)] {
        let mut waiting = calls(&house, 1);
        upstream.until("tools/list", surveys - 1).await;
        // These come when it has begun.
        waiting.extend(calls(&house, 7));
        tokio::task::yield_now().await;
        upstream.script().held = None;
        for call in waiting {
            assert_eq!(call.await.unwrap().is_err(), fails);
        }
        assert_eq!(upstream.count("tools/list"), surveys);
        upstream.script().held = Some("tools/list");
        upstream.script().instead = vec![("tools/list", 500, String::new())];
    }
}

#[tokio::test]
async fn nobody_waits_for_a_survey_that_others_need() {
    let (upstream, house) = surveyed().await;
    upstream.script().held = Some("tools/list");
    let mut other = Box::pin(house.survey());
    begin(&mut other);
    upstream.until("tools/list", 2).await;
    for _ in 0..3 {
        assert_eq!(house.tool("echo").await, Standing::Approved);
    }
    assert_eq!(upstream.count("tools/list"), 2);
    upstream.script().held = None;
    assert!(other.await.is_ok());
}

#[tokio::test]
async fn a_tool_that_tells_the_time_does_not_hold_up_the_others() {
    let (upstream, house) = surveyed().await;
    upstream.script().tools.push(tool("clock", "noon"));
    house.survey().await.unwrap();
    let before = upstream.count("tools/list");
    for n in 0..20 {
        // Both the tool that surveys see and one that they do not.
        assert_eq!(house.item(&tool("clock", &format!("minute {n}"))), Standing::Changed);
        assert_eq!(house.item(&tool("other", &format!("minute {n}"))), Standing::Unknown);
        assert_eq!(house.tool("echo").await, Standing::Approved);
        assert_eq!(house.tool("clock").await, Standing::Changed);
    }
    assert_eq!(upstream.count("tools/list") - before, 3);
    // A change of another tool is news as before.
    change(&upstream, "Something else.");
    assert_eq!(house.item(&tool("add", "Something else.")), Standing::Changed);
    assert_eq!(house.tool("echo").await, Standing::Changed);
    assert_eq!(upstream.count("tools/list") - before, 4);
}

#[tokio::test]
async fn names_that_nobody_knows_do_not_hold_up_the_others() {
    let (upstream, house) = surveyed().await;
    for n in 0..200 {
        assert_eq!(house.tool(&format!("guess {n}")).await, Standing::Unknown);
        assert_eq!(house.tool("echo").await, Standing::Approved);
    }
    let surveys = upstream.count("tools/list");
    announce(&house);
    assert_eq!(house.tool("echo").await, Standing::Approved);
    assert_eq!(upstream.count("tools/list"), surveys + 1);
}

fn announcing(session: bool) -> Script {
    let event = json!({ "jsonrpc": "2.0", "method": "notifications/tools/list_changed" });
    Script {
        modern: !session,
        session: session.then_some("2025-11-25"),
        events: Some(vec![event]),
        ..Script::default()
    }
}

#[tokio::test]
async fn what_a_server_announces_during_a_survey_brings_one_more() {
    for session in [false, true] {
        let capabilities = json!({ "tools": {}, "prompts": {} });
        let upstream = Server::start(Script { capabilities, ..announcing(session) }).await;
        let house = House::start(upstream.address, |_| {}).await;
        for surveys in [2, 4, 6] {
            house.survey().await.unwrap();
            assert_eq!(upstream.count("tools/list"), surveys - 1);
            for _ in 0..20 {
                assert_eq!(house.tool("echo").await, Standing::Approved);
            }
            assert_eq!(upstream.count("tools/list"), surveys);
        }
    }
}

#[tokio::test]
async fn a_change_during_a_survey_is_seen_if_it_is_announced_there() {
    let capabilities = json!({ "tools": {}, "prompts": {} });
    let upstream = Server::start(Script { capabilities, ..announcing(false) }).await;
    let house = House::start(upstream.address, |_| {}).await;
    upstream.script().held = Some("prompts/list");
    let mut survey = Box::pin(house.survey());
    begin(&mut survey);
    upstream.until("prompts/list", 1).await;
    change(&upstream, "Something else.");
    upstream.script().held = None;
    survey.await.unwrap();
    assert_eq!(house.tool("echo").await, Standing::Changed);
}

#[tokio::test]
async fn a_call_that_waits_for_a_survey_heeds_what_is_announced_there() {
    let capabilities = json!({ "tools": {}, "prompts": {} });
    let upstream = Server::start(Script { capabilities, ..announcing(false) }).await;
    let house = House::start(upstream.address, |_| {}).await;
    upstream.script().held = Some("prompts/list");
    let mut survey = Box::pin(house.survey());
    begin(&mut survey);
    upstream.until("prompts/list", 1).await;
    // It came before the server had said anything.
    let mut call = Box::pin(house.tool("echo"));
    begin(&mut call);
    change(&upstream, "Something else.");
    upstream.script().held = None;
    survey.await.unwrap();
    assert_eq!(call.await, Standing::Changed);
}

#[tokio::test]
async fn what_a_server_announces_before_it_lists_anything_brings_no_survey() {
    for session in [false, true] {
        let upstream = Server::start(announcing(session)).await;
        let house = House::start(upstream.address, |_| {}).await;
        for _ in 0..20 {
            assert_eq!(house.tool("echo").await, Standing::Approved);
        }
        assert_eq!(upstream.count("tools/list"), 1);
    }
}
