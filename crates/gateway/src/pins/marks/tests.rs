//! Lists that show clients what surveys do not see.

use super::super::fixture::{House, Script, Server, server, tool};
use super::*;
use crate::pins::Verdict;
use casemate_core::Reason;
use casemate_core::digest::Digest;
use casemate_core::pin::{Kind, Pin, Standing, State};
use serde_json::{Value, json};

fn first() -> Value {
    tool("echo", "Says it again.")
}

fn other() -> Value {
    tool("echo", "Says it again, and reads your mail.")
}

async fn house() -> (Server, House) {
    let upstream = Server::start(Script::default()).await;
    let house = House::start(upstream.address, |_| {}).await;
    house.survey().await.unwrap();
    (upstream, house)
}

fn whole(era: Era) -> Listing {
    Listing::begin(era, true)
}

fn pin(house: &House) -> Arc<Pin> {
    house.gateway.pins.get(&server("up"), Kind::Tool, "echo").unwrap()
}

async fn approve(house: &House, digest: Digest) -> Result<State, Reason> {
    house.decide("echo", Verdict::Approve(digest)).await
}

async fn minute() {
    tokio::time::pause();
    tokio::time::advance(PERIOD).await;
    tokio::time::resume();
}

#[tokio::test]
async fn what_a_client_is_shown_counts_although_surveys_see_what_was_approved() {
    for (era, elsewhere) in [(Era::Session, Era::Modern), (Era::Modern, Era::Session)] {
        let (_upstream, house) = house().await;
        assert_eq!(house.tool("echo").await, Standing::Approved);
        assert_eq!(house.shows(whole(era), &other()), Standing::Changed);
        let book = house.gateway.pins.book(&server("up")).unwrap();
        assert_eq!(book.standing(&house.upstream, Kind::Tool, "echo"), Standing::Changed, "at once, in memory");
        for _ in 0..3 {
            house.survey().await.unwrap();
            assert_eq!(house.tool("echo").await, Standing::Changed, "no survey ends it");
        }
        let two = pin(&house).listed[0].digest;
        assert_eq!((pin(&house).state, pin(&house).shown().unwrap().digest), (State::Changed, two));
        // A list of the other era, and one that shows something else again.
        assert_eq!(house.shows(whole(elsewhere), &first()), Standing::Changed);
        assert_eq!(house.shows(whole(era), &tool("echo", "A third.")), Standing::Changed);
        house.note().await.unwrap();
        assert_eq!(pin(&house).state, State::Changed);
        // Only a list of the same era ends it; and that is in the record as well.
        assert_eq!(house.shows(whole(era), &first()), Standing::Changed, "not before it is recorded");
        house.note().await.unwrap();
        assert_eq!(
            (house.tool("echo").await, house.shows(whole(era), &first())),
            (Standing::Approved, Standing::Approved)
        );
        let one = pin(&house).approved.clone().unwrap().digest;
        let era = era.as_str();
        assert_eq!(
            house.records()[1..],
            [
                format!("changed up tool echo {two} (was {one}) in a list of the {era} era"),
                format!("approved up tool echo {one} (was {one}) in a list of the {era} era"),
            ]
        );
    }
}

#[tokio::test]
async fn it_outlives_the_process_and_ends_with_a_person() {
    let (upstream, house) = house().await;
    let one = pin(&house).approved.clone().unwrap().digest;
    house.shows(whole(Era::Session), &other());
    house.note().await.unwrap();
    let two = pin(&house).shown().unwrap().digest;
    let house = house.restart(upstream.address, |_| {}).await;
    house.survey().await.unwrap();
    assert_eq!(house.tool("echo").await, Standing::Changed);
    assert_eq!(pin(&house).listed[0].definition.as_ref().unwrap().digest, two);
    // The approved one once more: confirmed, and surveyed before it is used.
    let surveys = upstream.count("tools/list");
    assert_eq!(approve(&house, one).await, Ok(State::Approved));
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(house.tool("echo").await, Standing::Approved);
    assert!(upstream.count("tools/list") > surveys);
    // The one that the list showed: approved, until a survey sees another.
    house.shows(whole(Era::Session), &other());
    assert_eq!(house.tool("echo").await, Standing::Changed);
    house.note().await.unwrap();
    assert_eq!(approve(&house, two).await, Ok(State::Approved));
    assert_eq!(house.shows(whole(Era::Session), &other()), Standing::Approved);
    house.survey().await.unwrap();
    assert_eq!(house.tool("echo").await, Standing::Changed);
}

#[tokio::test]
async fn a_list_that_shows_both_ends_nothing() {
    let (_upstream, house) = house().await;
    for both in [[first(), other()], [other(), first()]] {
        let one_list = whole(Era::Modern);
        for item in both {
            house.shows(one_list, &item);
        }
        house.note().await.unwrap();
        assert_eq!(house.tool("echo").await, Standing::Changed);
        // Nor do two pages, of which the second shows the approved one.
        house.shows(Listing::begin(Era::Modern, false), &first());
        house.note().await.unwrap();
        assert_eq!(house.tool("echo").await, Standing::Changed);
    }
    minute().await;
    house.shows(Listing::begin(Era::Modern, false), &first());
    house.note().await.unwrap();
    assert_eq!(house.tool("echo").await, Standing::Approved, "a page does after a minute");
}

#[tokio::test]
async fn there_and_back_is_recorded_once_a_minute_and_refused_meanwhile() {
    let (_upstream, house) = house().await;
    for _ in 0..20 {
        house.shows(whole(Era::Modern), &other());
        house.note().await.unwrap();
        assert_eq!(house.tool("echo").await, Standing::Changed);
        house.shows(whole(Era::Modern), &first());
        house.note().await.unwrap();
    }
    assert_eq!(house.tool("echo").await, Standing::Changed);
    assert_eq!(house.records().len(), 1 + 3, "{:?}", house.records());
    minute().await;
    house.shows(whole(Era::Modern), &first());
    house.note().await.unwrap();
    assert_eq!(house.tool("echo").await, Standing::Approved);
}

#[tokio::test]
async fn what_is_shown_while_it_is_being_settled_stays() {
    let (_upstream, house) = house().await;
    house.shows(whole(Era::Modern), &other());
    house.note().await.unwrap();
    house.shows(whole(Era::Modern), &first());
    let book = house.gateway.pins.book(&server("up")).unwrap();
    let pending = book.pending();
    assert_eq!(pending.len(), 1);
    house.shows(whole(Era::Modern), &other());
    book.settled(&pending[0].0, &pending[0].1);
    assert_eq!(house.tool("echo").await, Standing::Changed);
    let marks = Marks::default();
    let room = Arc::default();
    let definition = casemate_core::pin::instructions("x");
    marks.differs(whole(Era::Modern), Ok(definition.clone()), &room);
    let one = marks.pending().unwrap();
    assert_eq!(room.load(Ordering::Relaxed), definition.text.len());
    marks.settled(&one);
    assert_eq!((marks.wait(), room.load(Ordering::Relaxed)), (false, 0));
    marks.agrees(whole(Era::Modern), true);
    let back = marks.pending().unwrap();
    marks.still_differs(whole(Era::Modern), definition.digest);
    marks.settled(&back);
    assert!(marks.wait(), "it was shown again meanwhile");
    assert!(matches!(marks.pending().unwrap().what, Shown::Another(_)));
}

#[tokio::test]
async fn definitions_that_wait_have_a_limit() {
    let (room, mut all) = (Arc::default(), Vec::new());
    for n in 0..300 {
        let marks = Marks::default();
        let text = format!("{n}{}", "x".repeat(TEXT - 100));
        marks.differs(whole(Era::Session), Ok(casemate_core::pin::instructions(&text)), &room);
        all.push(marks);
    }
    assert!(room.load(Ordering::Relaxed) <= ROOM);
    let kept = all.iter().filter_map(Marks::pending).filter(|pending| {
        let Shown::Another(listed) = &pending.what else { panic!("{pending:?}") };
        listed.definition.is_some()
    });
    let kept = kept.count();
    assert!((100..300).contains(&kept), "{kept}");
    all.iter().for_each(Marks::reset);
    assert_eq!(room.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn what_cannot_be_recorded_is_refused_all_the_same() {
    let (_upstream, house) = house().await;
    house.gateway.stop("test").await.unwrap();
    house.shows(whole(Era::Session), &other());
    assert!(house.note().await.is_err());
    house.shows(whole(Era::Session), &first());
    assert!(house.note().await.is_err());
    assert_eq!(house.tool("echo").await, Standing::Changed);
}

#[tokio::test]
async fn the_watch_settles_what_lists_show() {
    let (_upstream, house) = house().await;
    let watching = tokio::spawn(super::super::watch(Arc::clone(&house.gateway)));
    house.shows(whole(Era::Session), &other());
    for _ in 0..2_000 {
        if pin(&house).state == State::Changed {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(pin(&house).listed[0].era, Era::Session);
    house.gateway.drain();
    watching.await.unwrap();
}

#[tokio::test]
async fn what_no_survey_notes_asks_for_none() {
    let script = Script { instructions: Some(String::new()), ..Script::default() };
    let upstream = Server::start(script).await;
    let house = House::start(upstream.address, |_| {}).await;
    house.survey().await.unwrap();
    let pins = &house.gateway.pins;
    assert_eq!(pins.instructions(&house.upstream, Era::Modern, ""), Standing::Unpinned);
    for name in ["", "a\u{1b}[2J", &"x".repeat(257)] {
        assert_eq!(house.item(&json!({ "name": name })), Standing::Unknown, "{name:?}");
    }
    assert!(!pins.book(&server("up")).unwrap().is_restless());
    assert_eq!(house.item(&json!({ "name": "new" })), Standing::Unknown);
    assert!(pins.book(&server("up")).unwrap().is_restless());
}
