//! What may be forgotten, and by whom.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_people_who_decide_make_the_gateway_forget() {
    let house = house().await;
    echo(&house).await;
    let one = json!({ "server": "up", "kind": "tool", "name": "echo" });
    let all = json!({ "server": "up", "all": true });
    for body in [&one, &all] {
        let good = || decision("forget", body);
        for (identity, code) in [
            (None, "auth.required"),
            (Some(AGENT), "admin.unknown"),
            (Some(NOBODY), "admin.role"),
            (Some(AUDITOR), "admin.role"),
        ] {
            routes::refused(&house, identity, &good(), code).await;
        }
        for (call, code) in [
            (good().set("origin", "https://127.0.0.1"), "http.origin"),
            (good().set("content-type", "text/plain"), "http.content_type"),
            (good().bytes(" ".repeat(17 << 10)), "http.payload_too_large"),
            (good().bytes("{"), "json.syntax"),
            (good().at("/pins/forget?all=true"), "admin.request"),
            (good().verb("GET"), "http.method"),
        ] {
            routes::refused(&house, Some(OPERATOR), &call, code).await;
        }
    }
    for (body, code) in [
        (json!({ "server": "up" }), "admin.request"),
        (json!({ "all": true }), "admin.request"),
        (json!({ "server": "up", "all": "yes" }), "admin.request"),
        (json!({ "server": "up", "all": true, "kind": "tool", "name": "echo" }), "admin.request"),
        (json!({ "server": "up", "kind": "tool", "name": "echo", "force": true }), "admin.request"),
        (json!({ "server": "up", "kind": "tool", "name": "ech0" }), "pin.missing"),
        (json!({ "server": "nowhere", "all": true }), "pin.missing"),
        (one.clone(), "pin.kept"),
    ] {
        routes::refused(&house, Some(REVIEWER), &decision("forget", &body), code).await;
    }
    let reply = ask(&house, Some(REVIEWER), &decision("forget", &all)).await;
    assert_eq!((reply.status, reply.json()), (200, json!({ "forgotten": [] })));
    assert_eq!(get(&house, AUDITOR, ECHO).await["state"], "pending");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_server_no_longer_offers_can_be_forgotten_and_nothing_else() {
    let upstream = Hostile::start().await.expect("an upstream");
    upstream.on("tools/list", tools("Finds."));
    let desk = Desk::new(upstream.address());
    let gateway = desk.serve();
    desk.until(&["search", "pending"]).await;
    desk.expect(&["pins", "approve", "--all", "--server", "files", "--yes"], 0);
    let digest = desk.digest("search");
    desk.expect(&["pins", "block", "files", "search", "--yes", "--digest", &digest], 0);
    upstream.on("tools/list", offer(&[("greet", "Says goodbye."), ("later", "New."), ("fine", "Fine.")]));
    desk.until(&["count", "removed"]).await;
    desk.until(&["fine", "pending"]).await;
    let digest = desk.digest("fine");
    desk.expect(&["pins", "approve", "files", "fine", "--yes", "--digest", &digest], 0);
    // Blocked and gone, changed, pending, approved.
    for name in [&["search"][..], &["tool", "greet"], &["later"], &["fine"]] {
        let (out, words) = desk.expect(&[&["pins", "forget", "files"][..], name, &["--yes"]].concat(), 1);
        assert!(out.is_empty() && words.contains("error: pin.kept: "), "{words}");
    }
    let (_, words) = desk.expect(&["pins", "forget", "files", "count"], 2);
    assert!(words.contains("needs --yes"), "{words}");
    let (_, words) = desk.expect(&["pins", "forget", "files", "nothing", "--yes"], 2);
    assert!(words.contains("error: pin.missing: "), "{words}");
    let (code, screen) = desk.at_a_terminal("pins forget files count", "n\n");
    assert!(code == 1 && screen.contains("Offered again, it is as new. [y/N]"), "{screen}");
    let (out, _) = desk.expect(&["pins", "forget", "files", "count", "--yes"], 0);
    assert_eq!(out, "forgotten files tool count\n");
    upstream.on("tools/list", offer(&[("greet", "Says goodbye."), ("fine", "Fine.")]));
    desk.until(&["later", "removed"]).await;
    let (out, _) = desk.expect(&["pins", "forget", "--all", "--server", "files", "--yes"], 0);
    assert_eq!(out, "forgotten files tool later\n");
    let (out, words) = desk.expect(&["pins", "forget", "--all", "--server", "files", "--yes"], 0);
    assert!(out.is_empty() && words.contains("nothing to forget"), "{words}");
    gateway.stop();

    // Without a gateway the configuration says what is offered.
    let forget = ["pins", "forget", "--all", "--server", "files", "--yes"];
    assert!(desk.expect(&forget, 0).0.is_empty());
    let file = desk.path().join("casemate.yaml");
    let text = std::fs::read_to_string(&file).expect("a file");
    let entry = text.lines().find(|line| line.contains("{ name: files, ")).expect("an entry");
    let without = text.replacen(&format!("upstreams:\n{entry}\n"), "upstreams: []\n", 1);
    assert_ne!(without, text);
    std::fs::write(&file, without).expect("a file");
    let (out, _) = desk.expect(&forget, 0);
    for name in ["tool search", "tool greet", "tool fine"] {
        assert!(out.lines().any(|line| line == format!("forgotten files {name}")), "{out}");
    }
    assert!(desk.expect(&["pins", "list"], 0).0.is_empty());
    desk.expect(&forget, 2);
    desk.expect(&["audit", "verify"], 0);
    let (log, _) = desk.expect(&["audit", "cat"], 0);
    for (actor, words) in [
        ("\"actor\":\"operator\"", "forgotten files tool count sha256:"),
        ("\"actor\":\"local:", "forgotten files tool search sha256:"),
    ] {
        let found = log.lines().any(|line| line.contains(actor) && line.contains(words));
        assert!(found, "{actor} {words}: {log}");
    }
}
