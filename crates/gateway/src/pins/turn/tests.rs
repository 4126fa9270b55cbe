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
    let house = Arc::new(house);
    let pins = &house.gateway.pins;
    let turn = Turn::take(pins, &house.upstream).await;
    let early = turn.survey(pins, &house.gateway, &house.upstream, false);
    let mut early = Box::pin(early);
    let waker = std::task::Waker::noop();
    assert!(early.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending());
    while upstream.count("tools/list") < 2 {
        tokio::task::yield_now().await;
    }
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
