//! Decisions and moves, and what happens when they cannot be recorded or kept.

use super::super::fixture::{House, Script, Server, log, server, tool};
use super::*;
use crate::config::PinMode;
use crate::pins::{Pins, Subject, Verdict};
use casemate_core::UnixMillis;
use casemate_core::digest::Digest;
use casemate_core::pin::{Kind, Standing, State};

fn seen(house: &House, name: &str) -> Digest {
    house.gateway.pins.get(&server("up"), Kind::Tool, name).unwrap().seen.clone().unwrap().digest
}

async fn approve(house: &House, name: &str, digest: Digest) -> Result<State, Reason> {
    house.decide(name, Verdict::Approve(digest)).await
}

#[tokio::test]
async fn a_tool_waits_for_a_reviewer_and_so_does_each_change_of_it() {
    let upstream = Server::start(Script::default()).await;
    let house = House::start(upstream.address, |upstream| upstream.pins = PinMode::Review).await;
    let first = tool("echo", "Says it again.");
    assert_eq!(house.tool("echo").await, Standing::Pending);
    assert_eq!(house.item(&first), Standing::Pending);
    let one = seen(&house, "echo");
    assert_eq!(approve(&house, "echo", Digest::of(b"other")).await, Err(Reason::PinMoved));
    assert_eq!(approve(&house, "gone", one).await, Err(Reason::PinMissing));
    assert_eq!(approve(&house, "echo", one).await, Ok(State::Approved));
    assert_eq!((house.tool("echo").await, house.item(&first)), (Standing::Approved, Standing::Approved));

    let second = tool("echo", "Says it again, and reads your mail.");
    assert_eq!(house.item(&second), Standing::Changed, "before any survey has seen it");
    upstream.script().tools = vec![second.clone()];
    house.survey().await.unwrap();
    assert_eq!((house.tool("echo").await, house.item(&second)), (Standing::Changed, Standing::Changed));
    assert_eq!(house.item(&first), Standing::Changed, "what is listed is what may be called");
    let two = seen(&house, "echo");
    assert_eq!(approve(&house, "echo", one).await, Err(Reason::PinMoved));
    upstream.script().tools = vec![first.clone()];
    house.survey().await.unwrap();
    assert_eq!(house.tool("echo").await, Standing::Approved, "back to what was approved");
    upstream.script().tools.clear();
    house.survey().await.unwrap();
    assert_eq!((house.tool("echo").await, house.item(&first)), (Standing::Removed, Standing::Removed));
    assert_eq!(house.decide("echo", Verdict::Block(one)).await, Ok(State::Blocked));
    upstream.script().tools = vec![first];
    house.survey().await.unwrap();
    assert_eq!(house.tool("echo").await, Standing::Blocked);
    assert_eq!(
        house.records(),
        [
            format!("pending up tool echo {one}"),
            format!("approved up tool echo {one} (was {one})"),
            format!("changed up tool echo {two} (was {one}) in a list of the modern era"),
            format!("changed up tool echo {two} (was {one})"),
            format!("changed up tool echo {one} (was {one}) in a list of the modern era"),
            format!("approved up tool echo {one} (was {one})"),
            format!("removed up tool echo {one} (was {one})"),
            format!("blocked up tool echo {one} (was {one})"),
        ]
    );
}

#[tokio::test]
async fn pins_outlive_the_process() {
    let upstream = Server::start(Script::default()).await;
    let house = House::start(upstream.address, |_| {}).await;
    assert_eq!(house.tool("echo").await, Standing::Approved);
    house.gateway.stop("test").await.unwrap();
    let dir = house.dir;
    drop(house.gateway);
    upstream.script().tools = vec![tool("echo", "Something else.")];
    let house = House::start_in(dir, upstream.address, |_| {}).await;
    assert_eq!(house.item(&tool("echo", "Says it again.")), Standing::Approved);
    assert_eq!(house.tool("echo").await, Standing::Changed, "no first sight after a restart");
}

#[tokio::test]
async fn without_a_gateway_decisions_go_to_the_same_files() {
    let dir = tempfile::tempdir().unwrap();
    let upstream = Server::start(Script::default()).await;
    let house = House::start_in(dir, upstream.address, |upstream| upstream.pins = PinMode::Review).await;
    assert_eq!(house.tool("echo").await, Standing::Pending);
    let digest = seen(&house, "echo");
    house.gateway.stop("test").await.unwrap();
    let dir = house.dir;
    drop(house.gateway);
    let (pins, log) = (Pins::open(&dir.path().join("pins")).unwrap(), log(&dir));
    let now = UnixMillis(2);
    let subject = Subject { server: &server("up"), kind: Kind::Tool, name: "echo", shown: Some(State::Pending) };
    let done = pins.decide(&log, now, subject, Verdict::Approve(digest), "local:0").await;
    assert_eq!(done.unwrap().history.last().unwrap().actor, "local:0");
    log.close().await;
    let house = House::start_in(dir, upstream.address, |_| {}).await;
    assert_eq!(house.tool("echo").await, Standing::Approved);
    assert_eq!(house.records().last().unwrap(), &format!("approved up tool echo {digest} (was {digest})"));
}

#[tokio::test]
async fn what_cannot_be_recorded_or_kept_does_not_happen() {
    let upstream = Server::start(Script::default()).await;
    let house = House::start(upstream.address, |_| {}).await;
    assert_eq!(house.tool("echo").await, Standing::Approved);
    let (one, before) = (seen(&house, "echo"), house.gateway.pins.list());

    // The file cannot be written: the change is not kept, and yet what changed is refused.
    let pins = house.dir.path().join("pins");
    std::fs::rename(&pins, house.dir.path().join("away")).unwrap();
    upstream.script().tools = vec![tool("echo", "Something else."), tool("new", "")];
    house.survey().await.unwrap();
    assert_eq!(house.gateway.pins.list(), before);
    assert_eq!((house.tool("echo").await, house.tool("new").await), (Standing::Changed, Standing::Pending));
    assert_eq!(house.item(&tool("echo", "Says it again.")), Standing::Changed);
    assert_eq!(house.decide("echo", Verdict::Block(one)).await, Err(Reason::PinStore));

    // As soon as it can be, the next survey catches up.
    std::fs::rename(house.dir.path().join("away"), &pins).unwrap();
    house.survey().await.unwrap();
    assert_eq!((house.tool("echo").await, house.tool("new").await), (Standing::Changed, Standing::Approved));
    assert_ne!(house.gateway.pins.list(), before);

    // Without a log nothing moves either, and a return to what was approved does not count.
    upstream.script().tools = vec![tool("echo", "Says it again.")];
    house.gateway.stop("test").await.unwrap();
    let before = house.gateway.pins.list();
    house.survey().await.unwrap();
    assert_eq!(house.gateway.pins.list(), before);
    assert_eq!(house.tool("echo").await, Standing::Changed);
    let refused = approve(&house, "echo", seen(&house, "echo")).await;
    assert_eq!(refused, Err(Reason::AuditUnavailable));
}

#[tokio::test]
async fn two_definitions_under_one_name_are_none() {
    let tools = vec![tool("echo", "One."), tool("echo", "Two."), tool("same", "One."), tool("same", "One.")];
    let upstream = Server::start(Script { tools: tools.clone(), ..Script::default() }).await;
    let house = House::start(upstream.address, |_| {}).await;
    assert_eq!((house.tool("echo").await, house.tool("same").await), (Standing::Pending, Standing::Approved));
    assert_eq!((house.item(&tools[0]), house.item(&tools[1])), (Standing::Pending, Standing::Pending));
    let pin = house.gateway.pins.get(&server("up"), Kind::Tool, "echo").unwrap();
    assert_eq!(pin.findings[0].rule, "pin.duplicate");
    assert_eq!(approve(&house, "echo", seen(&house, "echo")).await, Err(Reason::PinChanged));
    upstream.script().tools = vec![tool("same", "One."), tool("same", "Other.")];
    house.survey().await.unwrap();
    assert_eq!((house.tool("same").await, house.tool("echo").await), (Standing::Changed, Standing::Removed));
}

#[test]
fn a_name_is_one_word_of_its_record() {
    assert_eq!(shown("file:///{path}?q=1"), "file:///{path}?q=1");
    assert_eq!(shown("a sha256:00 (was b)"), "\"a sha256:00 (was b)\"");
    assert_eq!(shown(""), "\"\"");
    assert_eq!(shown("a\"b\u{202e}"), "\"a\\\"b\\u{202e}\"");
    assert_eq!(shown(&"x".repeat(300)), format!("\"{}\"...", "x".repeat(256)));
}
