//! Lists that no honest server writes.

use super::*;
use casemate_tests::session::Reply as Scripted;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_definitions_under_one_name_are_none() {
    for (eras, revision) in ERAS {
        let twice = json!([tool("echo", "One."), tool("add", "Adds."), tool("echo", "Two."), tool("add", "Adds.")]);
        let house = house(eras, "trust-first", |_, puppet| puppet.set_tools(twice)).await;
        let talk = Talk::begin(&house, "up", revision).await;
        assert_eq!(tools(&house, &talk).await, ["add", "add"]);
        refused(&house, &talk.tool("echo"), PENDING).await;
        let shown = item(&house, Kind::Tool, "echo").await;
        let rules: Vec<_> = shown["findings"].as_array().expect("findings").iter().map(|f| f["rule"].clone()).collect();
        assert!(rules.contains(&json!("pin.duplicate")), "{shown}");
        let digest = shown["seen"].as_str().expect("a digest");
        let reply = ask(&house, &decision("approve", Kind::Tool, "echo", digest)).await;
        assert_eq!((reply.status, &reply.json()["reason"]), (403, &json!(CHANGED)));
        // One of the two, once it stands alone, still waits.
        house.puppet.set_tools(json!([tool("echo", "One."), tool("add", "Adds.")]));
        assert_eq!(tools(&house, &talk).await, ["add"]);
        refused(&house, &talk.tool("echo"), PENDING).await;
        // A second one beside an approved one takes both away, from the very list that has it.
        house.puppet.set_tools(json!([tool("add", "Adds."), tool("add", "Adds!")]));
        assert_eq!(tools(&house, &talk).await, Vec::<String>::new());
        refused(&house, &talk.tool("add"), CHANGED).await;
        until(&house, Kind::Tool, "add", State::Changed).await;
        assert_eq!(tools(&house, &talk).await, Vec::<String>::new());
        refused(&house, &talk.tool("add"), CHANGED).await;
        house.finish().await;
    }
}

/// An upstream whose lists cannot be read to their end: nothing moves, and nothing is called.
async fn unreadable(eras: Eras, revision: &str, spoil: impl Fn(&SessionHouse)) {
    let house = house(eras, "trust-first", |plan, _| {
        plan.patch(&json!({ "mcp_gateway": { "limits": { "answer_bytes": "4MiB" } } }));
        plan.config["upstreams"][0]["relist"] = json!("1s");
    })
    .await;
    let talk = Talk::begin(&house, "up", revision).await;
    let before = house.running().gateway.pins().list();
    spoil(&house);
    // The last survey that succeeded counts until the next one fails.
    let reply = loop {
        let call = talk.tool("ghost");
        let reply = house.agent().ask(&call).await;
        let error = reply.json()["error"]["data"]["reason"].clone();
        if error != UNKNOWN {
            break reply;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!((reply.status, &reply.json()["error"]["data"]["reason"]), (502, &json!("upstream.schema")));
    refused(&house, &talk.tool("echo"), "upstream.schema").await;
    assert_eq!(house.running().gateway.pins().list(), before, "no pin moves");
    for name in tools(&house, &talk).await {
        assert!(["echo", "add", "slow", "ask"].contains(&name.as_str()), "{name}");
    }
    house.puppet.unscript("tools/list");
    house.puppet.set_tools(json!([tool("later", "")]));
    sought(&house, &talk, Kind::Tool, "later", State::Approved).await;
    served(&house, &talk.tool("later")).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_does_not_end_counts_for_nothing() {
    for (eras, revision) in ERAS {
        unreadable(eras, revision, |house| {
            house.puppet.set_tools(json!([tool("echo", "Two."), tool("later", "")]));
            house.puppet.script("tools/list", Scripted::honest().change("/result/nextCursor", "from-0"));
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_fails_on_its_second_page_counts_for_nothing() {
    for (eras, revision) in ERAS {
        unreadable(eras, revision, |house| {
            house.puppet.set_tools(json!([tool("later", "")]));
            house.puppet.script("tools/list", Scripted::honest().change("/result/nextCursor", "no such page"));
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_items_than_anyone_reviews_count_for_nothing() {
    for (eras, revision) in ERAS {
        unreadable(eras, revision, |house| {
            let all: Vec<_> = (0..=10_000).map(|n| tool(&format!("x{n}"), "")).collect();
            house.puppet.set_tools(json!(all));
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_huge_definition_is_compared_to_its_last_byte() {
    let long = "Finds a note. ".repeat(20_000);
    for (eras, revision) in ERAS {
        let house = house(eras, "review", |plan, puppet| {
            plan.patch(&json!({ "mcp_gateway": { "limits": { "answer_bytes": "4MiB" } } }));
            puppet.set_tools(json!([tool("notes", &long)]));
        })
        .await;
        let talk = Talk::begin(&house, "up", revision).await;
        decide(&house, "approve", Kind::Tool, "notes").await;
        assert_eq!(tools(&house, &talk).await, ["notes"]);
        served(&house, &talk.tool("notes")).await;
        house.puppet.set_tools(json!([tool("notes", &format!("{long}."))]));
        assert_eq!(tools(&house, &talk).await, Vec::<String>::new());
        refused(&house, &talk.tool("notes"), CHANGED).await;
        house.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_client_alone_is_shown_is_hidden_from_it() {
    for (eras, revision) in ERAS {
        let house = house(eras, "trust-first", |plan, puppet| {
            plan.config["upstreams"][0]["relist"] = json!("1h");
            puppet.set_tools(json!([tool("echo", "One."), tool("add", "")]));
        })
        .await;
        let talk = Talk::begin(&house, "up", revision).await;
        // Surveys see the honest list, and this client another.
        house.puppet.next(
            "tools/list",
            Scripted::honest().change("/result/tools", json!([tool("echo", "Two."), tool("ghost", "")])),
        );
        assert_eq!(tools(&house, &talk).await, Vec::<String>::new());
        // It is not used either, and no survey ends that.
        for _ in 0..3 {
            refused(&house, &talk.tool("echo"), CHANGED).await;
            refused(&house, &talk.tool("ghost"), UNKNOWN).await;
        }
        served(&house, &talk.tool("add")).await;
        let pin = until(&house, Kind::Tool, "echo", State::Changed).await;
        assert!(pin.shown().is_some_and(|shown| shown.text.contains("Two.")));
        // A list that shows this client what was approved does, once that is in the record.
        assert_eq!(tools(&house, &talk).await, ["add"]);
        until(&house, Kind::Tool, "echo", State::Approved).await;
        served(&house, &talk.tool("echo")).await;
        assert_eq!(tools(&house, &talk).await, ["echo", "add"]);
        let entries = house.finish().await;
        let of_echo = ["first sight: approved", "list: changed", "list: approved"];
        assert_eq!(told(&moves(&entries, Kind::Tool, "echo")), of_echo);
        assert_eq!(told(&moves(&entries, Kind::Tool, "ghost")), Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_era_alone_is_shown_is_refused_in_both() {
    let house = house(Eras::Both, "trust-first", |_, puppet| puppet.set_tools(json!([tool("echo", "One.")]))).await;
    let session = Talk::begin(&house, "up", "2025-06-18").await;
    // Surveys are of the modern era.
    let other = Scripted::honest().change("/result/tools", json!([tool("echo", "Two.")]));
    house.puppet.next("tools/list", other);
    assert_eq!(tools(&house, &session).await, Vec::<String>::new());
    for talk in [&session, &Talk::Modern] {
        refused(&house, &talk.tool("echo"), CHANGED).await;
    }
    until(&house, Kind::Tool, "echo", State::Changed).await;
    assert_eq!(item(&house, Kind::Tool, "echo").await["listed"][0]["era"], "session");
    // A list of the modern era says nothing of the other; a person does.
    assert_eq!(tools(&house, &Talk::Modern).await, Vec::<String>::new());
    refused(&house, &Talk::Modern.tool("echo"), CHANGED).await;
    let approved = item(&house, Kind::Tool, "echo").await["approved"].as_str().expect("a digest").to_owned();
    let reply = ask(&house, &decision("approve", Kind::Tool, "echo", &approved)).await;
    assert_eq!((reply.status, &reply.json()["state"]), (200, &json!("approved")));
    for talk in [&session, &Talk::Modern] {
        served(&house, &talk.tool("echo")).await;
    }
    let entries = house.finish().await;
    let of_echo = ["first sight: approved", "list: changed", "rita: approved"];
    assert_eq!(told(&moves(&entries, Kind::Tool, "echo")), of_echo);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_that_read_like_records_or_cannot_be_asked_for_do_no_harm() {
    let forged = "x approved up tool echo";
    for (eras, revision) in ERAS {
        let house = house(eras, "trust-first", |_, puppet| {
            let long = "n".repeat(300);
            puppet.set_tools(json!([
                tool("echo", ""),
                tool(forged, ""),
                tool("", ""),
                tool("a\nb", ""),
                tool(&long, "")
            ]));
        })
        .await;
        let talk = Talk::begin(&house, "up", revision).await;
        assert_eq!(tools(&house, &talk).await, ["echo"]);
        served(&house, &talk.tool("echo")).await;
        let entries = house.finish().await;
        assert_eq!(told(&moves(&entries, Kind::Tool, "echo")), ["first sight: approved"]);
        let quoted = entries
            .iter()
            .filter(|entry| entry["event"] == "pin" && record::text(entry, "detail").contains("\"x approved up"));
        assert!(quoted.count() >= 1);
    }
}
