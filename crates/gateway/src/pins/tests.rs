//! When upstreams are surveyed, and how fast the pins answer.

use super::fixture::{House, Script, Server, server, tool};
use super::*;
use bytes::Bytes;
use casemate_core::UnixMillis;
use casemate_core::json::{Json, Limits};
use casemate_core::pin::{Definition, Kind, Mode, Sighting, sight};
use std::time::Duration;

#[tokio::test]
async fn one_survey_serves_all_who_wait_for_it() {
    let upstream = Server::start(Script::default()).await;
    let house = Arc::new(House::start(upstream.address, |_| {}).await);
    let all: Vec<_> = (0..20)
        .map(|_| {
            let house = Arc::clone(&house);
            tokio::spawn(async move { house.tool("echo").await })
        })
        .collect();
    for one in all {
        assert_eq!(one.await.unwrap(), Standing::Approved);
    }
    assert_eq!(upstream.count("tools/list"), 1);
    // An unknown name does not cause one survey each.
    for _ in 0..20 {
        assert_eq!(house.tool("nothing").await, Standing::Unknown);
    }
    assert!(upstream.count("tools/list") < 4);
}

#[tokio::test]
async fn a_survey_ends_although_its_caller_went_away() {
    let upstream = Server::start(Script::default()).await;
    let house = House::start(upstream.address, |_| {}).await;
    let target = Target::Tool("echo".to_owned());
    let mut judging = Box::pin(house.gateway.pins.judge(&house.gateway, &house.upstream, &target));
    let waker = std::task::Waker::noop();
    assert!(judging.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending());
    drop(judging);
    assert_eq!(house.tool("echo").await, Standing::Approved);
    assert_eq!(upstream.count("tools/list"), 1);
}

#[tokio::test]
async fn a_list_that_shows_something_new_brings_a_survey() {
    let upstream = Server::start(Script::default()).await;
    let house = House::start(upstream.address, |_| {}).await;
    let watching = tokio::spawn(watch(Arc::clone(&house.gateway)));
    let until = async |state: State, name: &str| {
        for _ in 0..2_000 {
            let pin = house.gateway.pins.get(&server("up"), Kind::Tool, name);
            if pin.is_some_and(|pin| pin.state == state) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{name} never was {state}");
    };
    until(State::Approved, "echo").await;
    upstream.script().tools = vec![tool("echo", "Something else."), tool("new", "")];
    assert_eq!(house.item(&tool("new", "")), Standing::Unknown);
    until(State::Changed, "echo").await;
    until(State::Approved, "new").await;
    upstream.script().tools.pop();
    house.gateway.pins.stir(&house.gateway, &house.upstream);
    until(State::Removed, "new").await;
    house.gateway.drain();
    watching.await.unwrap();
}

#[tokio::test]
async fn surveys_that_are_late_do_not_pile_up() {
    let upstream = Server::start(Script { held: Some("tools/list"), ..Script::default() }).await;
    let house = House::start(upstream.address, |entry| {
        (entry.relist, entry.total, entry.first_byte) =
            (Duration::from_secs(1), Duration::from_hours(1), Duration::from_hours(1));
    })
    .await;
    let watching = tokio::spawn(watch(Arc::clone(&house.gateway)));
    upstream.until("tools/list", 1).await;
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    for _ in 0..20 {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(1)).await;
        tokio::time::resume();
        tokio::time::sleep(Duration::from_millis(2)).await;
        house.gateway.pins.stir(&house.gateway, &house.upstream);
    }
    // One more, which looks again.
    assert!(tasks() <= before + 1, "{} tasks after {before}", tasks());
    assert_eq!(upstream.count("tools/list"), 1);
    house.gateway.drain();
    watching.await.unwrap();
}

#[tokio::test]
async fn an_entry_that_changed_is_surveyed_anew() {
    let (one, two) = (Server::start(Script::default()).await, Server::start(Script::default()).await);
    let house = House::start(one.address, |_| {}).await;
    assert_eq!(house.tool("echo").await, Standing::Approved);
    two.script().tools = vec![tool("echo", "Another server's.")];
    let mut config = house.gateway.state().config.clone();
    config.upstreams.insert(server("up"), fixture::upstream("up", two.address));
    house.gateway.reload(config, "test").await.unwrap();
    let upstream = house.gateway.state().upstream(&server("up")).unwrap();
    let judged = house.gateway.pins.judge(&house.gateway, &upstream, &Target::Tool("echo".to_owned())).await;
    assert_eq!(judged, Ok(Standing::Pending));
    assert_eq!(two.count("tools/list"), 1);
}

#[tokio::test]
async fn an_item_is_known_by_its_bytes_and_by_its_meaning() {
    let upstream = Server::start(Script::default()).await;
    let house = House::start(upstream.address, |_| {}).await;
    house.survey().await.unwrap();
    let pins = &house.gateway.pins;
    let judge = |text: &str| {
        let json = Json::parse(Bytes::copy_from_slice(text.as_bytes()), Limits::default()).unwrap();
        pins.item(&house.upstream, Listing::begin(Era::Modern, true), Kind::Tool, json.root())
    };
    let same = [
        r#"{"name":"echo","description":"Says it again.","inputSchema":{"type":"object"}}"#,
        r#"{"inputSchema": {"type":"object"}, "name":"echo","description":"Says it again\u002e"}"#,
        r#"{"name":"echo","description":"Says it again.","inputSchema":{"type":"object"},"execution":{}}"#,
    ];
    let other = [
        r#"{"name":"echo","description":"Says it again. ","inputSchema":{"type":"object"}}"#,
        r#"{"name":"echo","description":"Says it again.","inputSchema":{"type":"object"},"title":"E"}"#,
        r#"{"name":"echo","description":"Says it again."}"#,
    ];
    for _ in 0..3 {
        for text in same {
            assert_eq!(judge(text), Standing::Approved, "{text}");
        }
    }
    for text in other.iter().chain(&same).chain(&other) {
        assert_eq!(judge(text), Standing::Changed, "{text}");
    }
    for nameless in ["{}", r#"{"name":7}"#, r#"{"Name":"echo"}"#, "7"] {
        assert_eq!(judge(nameless), Standing::Unknown, "{nameless}");
    }
    let other = fixture::upstream("other", upstream.address);
    let json = Json::parse(Bytes::from_static(b"{}"), Limits::default()).unwrap();
    let listing = Listing::begin(Era::Modern, true);
    assert_eq!(pins.item(&other, listing, Kind::Tool, json.root()), Standing::Unknown);
}

#[tokio::test]
async fn the_metrics_count_pins() {
    let upstream = Server::start(Script::default()).await;
    let house = House::start(upstream.address, |_| {}).await;
    house.survey().await.unwrap();
    let text = house.gateway.metrics.render(&house.gateway.state());
    assert!(text.contains("casemate_pins{server=\"up\",state=\"approved\"} 1"), "{text}");
    assert!(text.contains("casemate_pins{server=\"up\",state=\"changed\"} 0"), "{text}");
}

#[tokio::test]
async fn what_one_server_makes_the_gateway_remember_is_bounded() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(&dir.path().join("pins")).unwrap();
    let pin = |n: usize| {
        let definition = Definition::of_text(Kind::Tool, &format!("{{\"name\":\"old{n}\"}}"));
        let sighting = Sighting { kind: Kind::Tool, name: format!("old{n}"), definition };
        let pin = sight(None, sighting, Mode::TrustFirst, |_| vec![], UnixMillis(1)).unwrap().pin;
        Arc::new(pin.absent(UnixMillis(1)).unwrap().pin)
    };
    store.write(&server("up"), None, &(0..20_000).map(pin).collect::<Vec<_>>()).unwrap();
    let upstream = Server::start(Script::default()).await;
    let house = House::start_in(dir, upstream.address, |_| {}).await;
    assert_eq!(house.survey().await.unwrap_err().reason, Reason::UpstreamSchema);
    assert_eq!(house.gateway.pins.list().len(), 20_000);
    let judged = house.judge(Target::Tool("echo".to_owned())).await;
    assert_eq!(judged.unwrap_err().reason, Reason::UpstreamSchema);
    // The way out.
    let gone = house.gateway.pins.forget(house.gateway.log(), &server("up"), None, || true, "olga").await.unwrap();
    assert_eq!(gone.len(), 20_000);
    house.survey().await.unwrap();
    assert_eq!(house.tool("echo").await, Standing::Approved);
}
