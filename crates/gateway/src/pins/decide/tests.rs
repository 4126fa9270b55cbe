//! Decisions that come too late, and what may be forgotten.

use super::super::fixture::{House, Script, Server, server, tool};
use super::*;
use crate::config::PinMode;

fn digest(house: &House, name: &str) -> Digest {
    house.gateway.pins.get(&server("up"), Kind::Tool, name).unwrap().seen.as_ref().unwrap().digest
}

async fn decide(house: &House, shown: Option<State>, verdict: Verdict, actor: &str) -> Result<State, Refusal> {
    let (server, gateway) = (server("up"), &house.gateway);
    let subject = Subject { server: &server, kind: Kind::Tool, name: "echo", shown };
    let done = gateway.pins.decide(gateway.log(), UnixMillis(1_763_812_800_000), subject, verdict, actor).await;
    done.map(|pin| pin.state)
}

/// Forgets, as an operator does, and gives the names of what went.
async fn forget(house: &House, one: Option<&str>) -> Result<Vec<String>, Reason> {
    let (name, gateway) = (server("up"), &house.gateway);
    let is_configured = || gateway.state().upstream(&name).is_some();
    let one = one.map(|tool| (Kind::Tool, tool));
    let gone = gateway.pins.forget(gateway.log(), &name, one, is_configured, "olga").await;
    gone.map(|gone| gone.iter().map(|pin| pin.name.clone()).collect()).map_err(|refusal| refusal.reason)
}

#[tokio::test]
async fn who_decides_second_is_told_what_the_first_did() {
    let upstream = Server::start(Script::default()).await;
    let house = House::start(upstream.address, |upstream| upstream.pins = PinMode::Review).await;
    house.survey().await.unwrap();
    let one = digest(&house, "echo");
    let (approve, block) = (Verdict::Approve(one), Verdict::Block(one));
    assert_eq!(decide(&house, Some(State::Pending), block, "alice").await, Ok(State::Blocked));
    for verdict in [approve, block] {
        let late = decide(&house, Some(State::Pending), verdict, "bob").await.unwrap_err();
        assert_eq!(late.reason, Reason::PinMoved);
        let message = late.message();
        assert!(message.ends_with("it is blocked by now (alice at 2025-11-22T12:00:00Z)"), "{message}");
    }
    // Another survey adds a step, and the block stays alice's.
    upstream.script().tools = vec![tool("echo", "Something else.")];
    house.survey().await.unwrap();
    let approve = Verdict::Approve(digest(&house, "echo"));
    let blind = decide(&house, None, approve, "bob").await.unwrap_err();
    assert_eq!(blind.reason, Reason::PinBlocked);
    assert!(blind.message().contains("(alice at 2025-") && blind.message().contains("\"blocked\""), "{blind}");
    assert_eq!(decide(&house, Some(State::Blocked), approve, "bob").await, Ok(State::Approved));
    let late = decide(&house, Some(State::Blocked), block, "carol").await.unwrap_err();
    assert!(late.message().contains("it is approved by now (bob at"), "{late}");
    let block = Verdict::Block(digest(&house, "echo"));
    assert_eq!(decide(&house, None, block, "carol").await, Ok(State::Blocked), "the safe way needs nothing");
}

#[tokio::test]
async fn only_what_is_no_longer_offered_is_forgotten() {
    let all = ["kept", "gone", "no", "other", "back"].map(|name| tool(name, "One."));
    let upstream = Server::start(Script { tools: all.to_vec(), ..Script::default() }).await;
    let mut house = House::start(upstream.address, |_| {}).await;
    house.survey().await.unwrap();
    for name in ["no", "other"] {
        house.decide(name, Verdict::Block(digest(&house, name))).await.unwrap();
    }
    assert_eq!(forget(&house, None).await, Ok(vec![]));
    upstream.script().tools = vec![tool("kept", "Two."), tool("new", "One."), tool("no", "One.")];
    house.survey().await.unwrap();
    // Changed, approved, blocked and offered, blocked and no longer offered.
    for name in ["kept", "new", "no", "other"] {
        assert_eq!(forget(&house, Some(name)).await, Err(Reason::PinKept), "{name}");
    }
    assert_eq!(forget(&house, Some("nothing")).await, Err(Reason::PinMissing));
    let gone = digest(&house, "gone");
    assert_eq!(forget(&house, Some("gone")).await, Ok(vec!["gone".to_owned()]));
    assert_eq!(forget(&house, None).await, Ok(vec!["back".to_owned()]));
    let records = house.records();
    assert!(records.contains(&format!("forgotten up tool gone {gone} (was removed)")), "{records:?}");
    // It is so after a restart, and what comes back is new.
    house = house.restart(upstream.address, |upstream| upstream.pins = PinMode::Review).await;
    assert_eq!(house.gateway.pins.get(&server("up"), Kind::Tool, "back"), None);
    upstream.script().tools = vec![tool("back", "One.")];
    assert_eq!(house.tool("back").await, Standing::Pending);

    // Without an entry there is nothing left to protect.
    let mut config = house.gateway.state().config.clone();
    config.upstreams.clear();
    house.gateway.reload(config, "test").await.unwrap();
    assert_eq!(forget(&house, Some("no")).await, Ok(vec!["no".to_owned()]));
    assert_eq!(forget(&house, None).await, Ok(["back", "kept", "new", "other"].map(str::to_owned).to_vec()));
    assert_eq!(forget(&house, None).await, Err(Reason::PinMissing));
    assert!(!house.dir.path().join("pins/up.json").exists());
    assert!(house.records().iter().any(|record| record.ends_with("(was blocked)")));
}

#[tokio::test]
async fn what_cannot_be_recorded_or_kept_is_not_forgotten() {
    let upstream = Server::start(Script { tools: vec![tool("gone", "")], ..Script::default() }).await;
    let house = House::start(upstream.address, |_| {}).await;
    house.survey().await.unwrap();
    upstream.script().tools = vec![tool("kept", "")];
    house.survey().await.unwrap();
    let pins = house.dir.path().join("pins");
    std::fs::rename(&pins, house.dir.path().join("away")).unwrap();
    assert_eq!(forget(&house, Some("gone")).await, Err(Reason::PinStore));
    std::fs::rename(house.dir.path().join("away"), &pins).unwrap();
    house.gateway.stop("test").await.unwrap();
    assert_eq!(forget(&house, None).await, Err(Reason::AuditUnavailable));
    assert!(house.gateway.pins.get(&server("up"), Kind::Tool, "gone").is_some());
}
