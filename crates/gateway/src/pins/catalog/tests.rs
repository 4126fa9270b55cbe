//! How soon one survey may follow another.

use super::super::fixture::{House, Script, Server, server};
use super::*;
use casemate_core::mcp::Target;
use casemate_core::pin::Standing;

#[test]
fn the_pause_follows_what_the_last_survey_took() {
    for (took, rest) in [(0, 250), (62, 250), (100, 400), (1_500, 6_000), (4_000, 16_000), (60_000, 16_000)] {
        assert_eq!(
            pause(Duration::from_millis(took), Duration::from_mins(5)),
            Duration::from_millis(rest),
            "{took} ms"
        );
    }
    assert_eq!(pause(Duration::MAX, Duration::MAX), PAUSE);
    assert_eq!(pause(Duration::ZERO, Duration::ZERO), SOON);
}

#[test]
fn a_call_that_waits_for_a_pause_has_time_left_for_its_survey() {
    let total = Duration::from_secs(12);
    for (took, rest) in [(1_000, 4_000), (1_500, 6_000), (2_000, 6_000), (3_000, 6_000), (4_000, 8_000)] {
        let (took, rest) = (Duration::from_millis(took), Duration::from_millis(rest));
        assert_eq!(pause(took, total), rest, "{took:?}");
        assert!(rest + took <= total, "{took:?}: whoever comes just after a survey began waits for the next");
        assert!(took * 2 <= rest, "{took:?}: the upstream rests for as long as it works");
    }
    assert_eq!(pause(Duration::from_secs(6), total), Duration::from_secs(12), "no pause makes room for this");
}

#[tokio::test]
async fn calls_to_a_server_that_announces_all_the_time_end_in_time() {
    let upstream = Server::start(Script::default()).await;
    let house = House::start(upstream.address, |entry| entry.total = Duration::from_secs(3)).await;
    house.survey().await.unwrap();
    let slot = house.gateway.pins.slot(&server("up"));
    let last = slot.last().unwrap();
    let (entry, found) = (last.entry.clone(), last.found.clone());
    // Four times of what it took are more than a call may last.
    let pause = pause(Duration::from_millis(900), Duration::from_secs(3));
    slot.keep(Surveyed { at: Instant::now(), began: last.began, overtaken: false, pause, entry, found }, true);
    for _ in 0..2 {
        house.gateway.pins.stir(&house.gateway, &house.upstream);
        assert_eq!(house.tool("echo").await, Standing::Approved);
    }
}

#[tokio::test]
async fn a_call_waits_no_longer_than_it_may_last() {
    let upstream = Server::start(Script::default()).await;
    let house = House::start(upstream.address, |entry| entry.total = Duration::from_millis(500)).await;
    house.survey().await.unwrap();
    let slot = house.gateway.pins.slot(&server("up"));
    let last = slot.last().unwrap();
    let (entry, found) = (last.entry.clone(), last.found.clone());
    let long = Surveyed { at: last.at, began: last.began, overtaken: false, pause: PAUSE, entry, found };
    slot.keep(long, true);
    house.gateway.pins.stir(&house.gateway, &house.upstream);
    let refusal = house.judge(Target::Tool("echo".to_owned())).await.unwrap_err();
    assert_eq!((refusal.reason, refusal.detail), (late().reason, late().detail));
    assert_eq!(upstream.count("tools/list"), 1);
}

#[tokio::test]
async fn what_is_known_is_rested_on_no_longer_than_it_is_current() {
    let upstream = Server::start(Script::default()).await;
    let house = House::start(upstream.address, |_| {}).await;
    house.survey().await.unwrap();
    upstream.script().instead = vec![("tools/list", 500, String::new())];
    let slot = house.gateway.pins.slot(&server("up"));
    let last = slot.last().unwrap();
    for (age, is_current) in [(20, true), (31, false)] {
        let at = Instant::now().checked_sub(Duration::from_secs(age)).unwrap();
        let (entry, found) = (last.entry.clone(), last.found.clone());
        slot.keep(Surveyed { at, began: last.began, overtaken: false, pause: last.pause, entry, found }, true);
        assert!(house.survey().await.is_err());
        let judged = house.judge(Target::Tool("echo".to_owned())).await;
        assert_eq!(judged.ok(), is_current.then_some(Standing::Approved), "{age} s");
    }
}
