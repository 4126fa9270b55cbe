//! Two people decide about the same item.

use super::*;

fn body(item: &Value, state: Option<&str>) -> Value {
    let mut body = json!({ "server": "up", "kind": "tool", "name": "echo", "digest": item["seen"] });
    if let Some(state) = state {
        body["state"] = json!(state);
    }
    body
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_is_about_the_state_that_was_shown() {
    let house = house().await;
    let item = echo(&house).await;
    let send = async |identity: &str, verb: &str, state: Option<&str>| {
        let call = decision(verb, &body(&item, state));
        let reply = ask(&house, Some(identity), &call).await;
        (reply, call)
    };
    let (reply, _) = send(OPERATOR, "block", Some("pending")).await;
    assert_eq!((reply.status, &reply.json()["state"]), (200, &json!("blocked")));
    for (verb, state, code) in [
        ("approve", Some("pending"), "pin.moved"),
        ("block", Some("pending"), "pin.moved"),
        ("approve", Some("approved"), "pin.moved"),
        ("approve", None, "pin.blocked"),
    ] {
        let (reply, call) = send(REVIEWER, verb, state).await;
        crate::harness::check_error(&call, &reply, code);
        let title = reply.json()["title"].as_str().expect("a title").to_owned();
        assert!(title.contains("it is blocked by now (olga at 20") && !title.contains("sha256"), "{title}");
        let records = house.records(&reply.trace()).await;
        assert!(crate::harness::record::has_reason(&records[0], code), "{records:?}");
        assert_eq!(get(&house, AUDITOR, ECHO).await["state"], "blocked");
    }
    let (reply, _) = send(REVIEWER, "approve", Some("blocked")).await;
    assert_eq!((reply.status, &reply.json()["state"]), (200, &json!("approved")));
    let (reply, call) = send(OPERATOR, "block", Some("blocked")).await;
    crate::harness::check_error(&call, &reply, "pin.moved");
    assert!(reply.json()["title"].as_str().expect("a title").contains("it is approved by now (rita at 20"));
    assert_eq!(get(&house, AUDITOR, ECHO).await["state"], "approved");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_decisions_at_once_about_one_state_one_is_carried_out() {
    let house = house().await;
    let item = echo(&house).await;
    let [approve, block] = ["approve", "block"].map(|verb| decision(verb, &body(&item, Some("pending"))));
    let (a, b, c, d) = tokio::join!(
        ask(&house, Some(OPERATOR), &approve),
        ask(&house, Some(REVIEWER), &block),
        ask(&house, Some(REVIEWER), &approve),
        ask(&house, Some(OPERATOR), &block)
    );
    let replies = [a, b, c, d];
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
    for late in replies.iter().filter(|reply| reply.status != 200) {
        assert_eq!((late.status, &late.json()["reason"]), (409, &json!("pin.moved")));
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_who_answers_too_late_is_told_with_and_without_a_gateway() {
    let upstream = Hostile::start().await.expect("an upstream");
    upstream.on("tools/list", offer(&[("search", "Finds."), ("count", "Counts.")]));
    let desk = Desk::new(upstream.address());
    let mut gateway = Some(desk.serve());
    desk.until(&["search", "pending"]).await;
    for (name, actor) in [("search", "operator"), ("count", "local:")] {
        let digest = desk.digest(name);
        let block = || drop(desk.expect(&["pins", "block", "files", name, "--yes", "--digest", &digest], 0));
        let (code, screen) = desk.asked_too_early(&format!("pins approve files {name}"), block);
        assert_eq!(code, 1, "{screen}");
        let told = format!("it is blocked by now ({actor}");
        assert!(screen.contains("error: pin.moved: ") && screen.contains(&told), "{screen}");
        desk.expect(&["pins", "approve", "files", name, "--yes", "--unblock", "--digest", &digest], 0);
        // The second time round, in the other direction.
        let (code, screen) = desk.asked_too_early(&format!("pins block files {name}"), block);
        assert!(code == 1 && screen.contains(&told), "{screen}");
        // And then without a gateway.
        gateway.take().into_iter().for_each(|gateway| gateway.stop());
    }
    desk.expect(&["audit", "verify"], 0);
}
