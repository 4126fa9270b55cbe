//! How soon one survey may follow another.

use super::super::fixture::{House, Script, Server, server};
use super::*;
use casemate_core::mcp::Target;

#[test]
fn the_pause_follows_what_the_last_survey_took() {
    for (took, rest) in [(0, 250), (62, 250), (100, 400), (1_500, 6_000), (4_000, 16_000), (60_000, 16_000)] {
        assert_eq!(pause(Duration::from_millis(took)), Duration::from_millis(rest), "{took} ms");
    }
    assert_eq!(pause(Duration::MAX), PAUSE);
}

#[tokio::test]
async fn a_call_waits_no_longer_than_it_may_last() {
    let upstream = Server::start(Script::default()).await;
    let house = House::start(upstream.address, |entry| entry.total = Duration::from_millis(500)).await;
    house.survey().await.unwrap();
    let slot = house.gateway.pins.slot(&server("up"));
    let last = slot.last().unwrap();
    let (entry, found) = (last.entry.clone(), last.found.clone());
    let long = Surveyed { at: last.at, began: last.began, took: Duration::from_hours(1), entry, found };
    slot.last.store(Some(Arc::new(long)));
    house.gateway.pins.stir(&house.gateway, &house.upstream);
    let refusal = house.judge(Target::Tool("echo".to_owned())).await.unwrap_err();
    assert_eq!((refusal.reason, refusal.detail), (late().reason, late().detail));
    assert_eq!(upstream.count("tools/list"), 1);
}
