//! Pins that cannot be recorded or kept do not move, and nothing is approved by that.

use super::*;
use crate::harness::{House, check_error};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_kept_is_not_approved() {
    for (eras, revision) in ERAS {
        let house = house(eras, "trust-first", |plan, puppet| {
            plan.config["upstreams"][0]["relist"] = json!("1s");
            puppet.set_tools(json!([tool("echo", "One."), tool("add", "")]));
        })
        .await;
        let talk = Talk::begin(&house, "up", revision).await;
        let (pins, away) = (house.plan.state().join("pins"), house.plan.state().join("away"));
        std::fs::rename(&pins, &away).expect("a rename");
        house.puppet.set_tools(json!([tool("echo", "Two."), tool("add", ""), tool("later", "")]));
        assert_eq!(tools(&house, &talk).await, ["add"]);
        refused(&house, &talk.tool("echo"), CHANGED).await;
        // The first sight of a tool counts only once it is kept.
        while house.agent().ask(&talk.tool("later")).await.json()["error"]["data"]["reason"] != PENDING {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        refused(&house, &talk.tool("later"), PENDING).await;
        refused(&house, &talk.tool("echo"), CHANGED).await;
        assert_eq!(tools(&house, &talk).await, ["add"]);
        served(&house, &talk.tool("add")).await;
        assert_eq!(state(&house, Kind::Tool, "later"), None);
        // A decision is not taken either.
        let digest = item(&house, Kind::Tool, "add").await["seen"].as_str().expect("a digest").to_owned();
        for verb in ["approve", "block"] {
            let reply = ask(&house, &decision(verb, Kind::Tool, "add", &digest)).await;
            assert_eq!((reply.status, &reply.json()["reason"]), (503, &json!("pin.store")), "{verb}");
        }
        assert_eq!(state(&house, Kind::Tool, "add"), Some(State::Approved));
        std::fs::rename(&away, &pins).expect("a rename");
        until(&house, Kind::Tool, "later", State::Approved).await;
        assert_eq!(state(&house, Kind::Tool, "echo"), Some(State::Changed));
        served(&house, &talk.tool("later")).await;
        house.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_recorded_is_not_approved() {
    let house = House::with(json!({ "audit": { "reserve_bytes": 1_u64 << 40 } })).await;
    for call in [Call::tool("echo"), Call::mcp("tools/list", json!({}))] {
        let reply = house.agent().ask(&call).await;
        check_error(&call, &reply, "audit.unavailable");
    }
    assert_eq!(house.running().gateway.pins().list(), []);
    assert!(!house.upstream.seen().iter().any(|seen| seen.method == "tools/call"));
    let entries = house.finish().await;
    assert!(entries.iter().all(|entry| entry["event"] != "pin"), "{entries:?}");
}
