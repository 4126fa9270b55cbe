//! Where a call may go: routes, names of servers, the allowlist, the allowed domains, and the addresses behind names.

use crate::harness::{Call, House, MARKER, Plan, Token, idle_upstream};
use crate::modes::report;
use casemate_core::ServerName;
use casemate_core::policy::Reach;
use casemate_tests::hostile::Act;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_routes_that_exist_are_served() {
    let house = House::start().await;
    let agent = house.agent();
    for path in [
        "/",
        "/mcp",
        "/mcp/",
        "/mcp/up/",
        "/mcp/up/x",
        "/mcp/%75p",
        "//mcp/up",
        "/mcp//up",
        "/MCP/up",
        "/mcp/../mcp/up",
        "/mcp/u%00p",
        "/admin",
        "/healthz",
        "/metrics",
        "/.well-known/oauth-authorization-server",
        "/sse",
        "*",
    ] {
        house.refused(&agent, &Call::tool("echo").at(path), "http.route").await;
    }
    for verb in ["GET", "DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "post", "PROPFIND"] {
        let reply = house.refused(&agent, &Call::tool("echo").verb(verb), "http.method").await;
        assert_eq!(reply.header("allow"), Some("POST"));
    }
    let metadata = "/.well-known/oauth-protected-resource";
    for path in [metadata.to_owned(), format!("{metadata}/mcp/up")] {
        house.refused(&agent, &Call::http("POST", &path), "http.method").await;
    }
    house.refused(&agent, &Call::http("GET", &format!("{metadata}/mcp/a%2fb")), "http.route").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_denial_of_policy_has_its_reason() {
    let limited = json!([{ "servers": ["up"], "tools": ["echo", "send_*"] }]);
    let house = House::with(json!({ "tenants": { "acme": { "rules": limited } } })).await;
    let agent = house.agent();
    let uri = format!("docs://open/{MARKER}");
    let complete = |reference: Value| {
        Call::mcp("completion/complete", json!({ "ref": reference, "argument": { "name": "a", "value": MARKER } }))
    };
    for (call, code) in [
        (Call::tool("echo").to("nowhere"), "policy.server"),
        (Call::tool("echo").to("stage"), "policy.server"),
        (Call::mcp("server/discover", json!({})).to("stage"), "policy.server"),
        (Call::mcp("tools/list", json!({})).to("asking"), "policy.server"),
        (Call::mcp("prompts/list", json!({})).to("asking"), "policy.server"),
        (Call::mcp("resources/list", json!({})).to("asking"), "policy.server"),
        (Call::mcp("resources/templates/list", json!({})).to("asking"), "policy.server"),
        (Call::mcp("tools/call", json!({ "name": "unlisted" })), "policy.tool"),
        (Call::tool("ECHO"), "policy.tool"),
        (Call::tool("echo2"), "policy.tool"),
        (Call::tool("send_mail"), "policy.unmanaged"),
        (Call::mcp("prompts/get", json!({ "name": "greet" })), "policy.prompt"),
        (Call::mcp("resources/read", json!({ "uri": uri })), "policy.resource"),
        (complete(json!({ "type": "ref/prompt", "name": "greet" })), "policy.completion"),
        (complete(json!({ "type": "ref/resource", "uri": uri })), "policy.completion"),
        (
            Call::mcp("subscriptions/listen", json!({ "notifications": { "toolsListChanged": true } })),
            "policy.subscription",
        ),
    ] {
        let reply = house.refused(&agent, &call, code).await;
        assert_eq!(reply.json()["id"], call.id, "{code}: a denial answers its request");
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_that_may_do_more_than_read_needs_its_exact_name() {
    let tools = json!([{ "servers": ["up", "asking"], "tools": ["**"] }]);
    let tool = |name: &str| json!({ "name": name, "inputSchema": { "type": "object" } });
    let offered = ["echo", "send_mail", "send_mails"].map(tool);
    let offered = json!({ "resultType": "complete", "ttlMs": 0, "cacheScope": "private", "tools": offered });
    let mut house = House::prepared(|plan, upstream| {
        plan.patch(&json!({ "tenants": { "acme": { "rules": tools, "unmanaged_tools": { "up": ["send_mail"] } } } }));
        plan.config["upstreams"][0]["read_only"] = json!(["echo"]);
        upstream.on("tools/list", Act::Result(offered));
    })
    .await;
    let agent = house.agent();
    for name in ["echo", "send_mail"] {
        house.served(&agent, &Call::tool(name)).await;
    }
    // Neither the pattern that matches everything nor a name that is almost right.
    for name in ["send_mails", "Send_mail", "send_mai", "ghost"] {
        house.refused(&agent, &Call::tool(name), "policy.unmanaged").await;
    }
    // On one server, of one tenant.
    house.refused(&agent, &Call::tool("send_mail").to("asking"), "policy.unmanaged").await;
    let other = house.stranger().bearer(Token::new().claim("tenant", json!("globex")).mint());
    house.refused(&other, &Call::tool("send_mail"), "policy.tool").await;
    let list = async |house: &House| {
        let reply = house.served(&agent, &Call::mcp("tools/list", json!({}))).await.json();
        let tools = reply["result"]["tools"].as_array().expect("a list").clone();
        tools.iter().map(|tool| tool["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list(&house).await, ["echo", "send_mail"]);
    // Taken away by a reload, from the list as well.
    let none = json!({ "tenants": { "acme": { "unmanaged_tools": { "up": [] } } } });
    house.reload(&none).await.expect("it loads");
    house.refused(&agent, &Call::tool("send_mail"), "policy.unmanaged").await;
    assert_eq!(list(&house).await, ["echo"]);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resource_is_admitted_as_it_is_written_or_not_at_all() {
    let house = House::start().await;
    let agent = house.agent();
    let read = |uri: String| Call::mcp("resources/read", json!({ "uri": uri }));
    house.served(&agent, &read(format!("docs://open/{MARKER}/a.md"))).await;
    for tail in ["../secret", "a/../../secret", "%2e%2e/secret", "a%2Fb", "..\\secret", "a/./b", "%252e%252e/x"] {
        house.refused(&agent, &read(format!("docs://open/{tail}")), "policy.resource").await;
    }
    for uri in ["docs://openly/x", "DOCS://open/x", "docs://secret/x", "file:///etc/passwd", "docs:/open/x"] {
        house.refused(&agent, &read(uri.to_owned()), "policy.resource").await;
    }
    let listen =
        |uri: &str| Call::mcp("subscriptions/listen", json!({ "notifications": { "resourceSubscriptions": [uri] } }));
    house.refused(&agent, &listen("docs://secret/x"), "policy.subscription").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn allowlist_and_domains_must_both_cover_the_host() {
    let house = House::start().await;
    let agent = house.agent();
    house.refused(&agent, &Call::tool("echo").to("unlisted"), "policy.allowlist").await;
    house.refused(&agent, &Call::tool("echo").to("outside"), "policy.domain").await;
    // Tricks with the name of a server find no server.
    for name in ["UP", "up.", "up%2e", "evil-up", "127.0.0.1", "127.0.0.3.evil.example"] {
        let code = if name.contains('%') { "http.route" } else { "policy.server" };
        house.refused(&agent, &Call::tool("echo").to(name), code).await;
    }
    house.refused(&agent, &Call::tool("echo").to("user@up"), "http.route").await;
    house.refused(&agent, &Call::tool("echo").to("up:443"), "http.route").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_only_ends_like_an_allowed_one_is_refused() {
    const KB: &str = "knowledgebase.svc.cluster.local";
    let entry = |name: &str, host: &str| json!({ "name": name, "url": format!("https://{host}/mcp") });
    let house = House::with(json!({
        "mcp_gateway": {
            "allowlists": { "allowed_mcp_servers": [KB, format!("far-{KB}")] },
            "env": [{ "name": "MCP_ALLOWED_DOMAINS", "value": KB }],
        },
        "upstreams": [entry("evil", &format!("evil-{KB}")), entry("far", &format!("far-{KB}")),
            entry("under", &format!("under.{KB}")), entry("after", &format!("{KB}.evil.example"))],
    }))
    .await;
    let agent = house.agent();
    for (server, code) in [
        ("evil", "policy.allowlist"),
        ("under", "policy.allowlist"),
        ("after", "policy.allowlist"),
        ("far", "policy.domain"),
        ("evil-knowledgebase.svc.cluster.local", "policy.server"),
        ("knowledgebase.svc.cluster.local.", "policy.server"),
        ("KNOWLEDGEBASE.svc.cluster.local", "policy.server"),
        ("xn--nowledgebase-9jg.svc.cluster.local", "policy.server"),
    ] {
        house.refused(&agent, &Call::tool("echo").to(server), code).await;
    }
    house.finish().await;
}

/// How the one upstream of a configuration is judged.
fn judged(url: &str, allowlist: &[&str], domains: &str) -> Result<Reach, String> {
    let mut plan = Plan::with(idle_upstream(), idle_upstream());
    plan.patch(&json!({
        "mcp_gateway": {
            "allowlists": { "allowed_mcp_servers": allowlist },
            "env": [{ "name": "MCP_ALLOWED_DOMAINS", "value": domains }],
        },
        "upstreams": [{ "name": "one", "url": url }],
    }));
    plan.write();
    let loaded = plan.load()?;
    let name = ServerName::parse("one").expect("a name");
    Ok(loaded.config.policy.servers[&name].reach)
}

#[test]
fn hosts_are_compared_in_their_canonical_form() {
    let kb = "kb.example";
    for (url, allowlist, domains, reach) in [
        ("https://kb.example/mcp", &[kb][..], "example", Reach::Allowed),
        ("https://KB.Example:8443/mcp", &[kb], "KB.EXAMPLE", Reach::Allowed),
        ("https://b\u{fc}cher.example/mcp", &["xn--bcher-kva.example"], "example", Reach::Allowed),
        ("https://\u{43a}b.example/mcp", &[kb], "example", Reach::NotListed),
        ("https://evil-kb.example/mcp", &[kb], "example", Reach::NotListed),
        ("https://kb.example.evil/mcp", &[kb], "example,evil", Reach::NotListed),
        ("https://sub.kb.example/mcp", &[kb], "example", Reach::NotListed),
        ("https://kb.example/mcp", &[kb], "b.example", Reach::OutsideDomains),
        ("https://kb.example/mcp", &[kb], "", Reach::OutsideDomains),
        ("https://kb.example/mcp", &[], "example", Reach::NotListed),
        ("http://127.0.0.1:80/mcp", &["127.0.0.1"], "127.0.0.2", Reach::OutsideDomains),
    ] {
        assert_eq!(judged(url, allowlist, domains), Ok(reach), "{url} {allowlist:?} {domains}");
    }
    for url in [
        "https://user@kb.example/mcp",
        "https://kb.example@evil.example/mcp",
        "https://kb.example./mcp",
        "https://kb.example/mcp?x=1",
        "https://kb.example/mcp#x",
        "ftp://kb.example/mcp",
    ] {
        assert!(judged(url, &[kb], "example").is_err(), "{url} loads");
    }
    for host in
        ["kb.example.", "kb.example:443", "user@kb.example", "https://kb.example", "*.example", "kb.example/mcp"]
    {
        let list = json!({ "mcp_gateway": { "allowlists": { "allowed_mcp_servers": [host] } } });
        assert!(report(list).contains("config."), "{host} loads");
    }
}

#[test]
fn literal_addresses_of_metadata_and_link_local_do_not_load() {
    for host in [
        "169.254.169.254",
        "[fd00:ec2::254]",
        "169.254.1.1",
        "[fe80::1]",
        "100.100.100.200",
        "[::ffff:169.254.169.254]",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "224.0.0.1",
        "0.0.0.0",
        "[::]",
        "localhost",
        "a.localhost",
    ] {
        let plain = host.trim_matches(['[', ']']);
        let found = judged(&format!("http://{host}/mcp"), &[plain], plain);
        assert!(found.is_err(), "{host} loads: {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_gateway_never_calls_itself() {
    let mut house = House::start().await;
    let own = house.running().address;
    house
        .reload(&json!({ "upstreams": [{ "name": "self", "url": format!("https://{own}/mcp/self") }] }))
        .await
        .expect("it loads");
    // Not a tool, so that no list of tools is read first.
    let call = Call::mcp("tools/list", json!({})).to("self");
    house.failed(&house.agent(), &call, "upstream.address", "not-attempted").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_served_hosts_and_named_origins_pass() {
    let house = House::with(json!({
        "mcp_gateway": { "hosts": ["mcp.internal"], "origins": ["https://app.example"] }
    }))
    .await;
    let agent = house.agent();
    for host in ["127.0.0.1", "127.0.0.1:9", "localhost", "gateway.example", "GATEWAY.example:8443", "mcp.internal"] {
        house.served(&agent, &Call::tool("echo").set("host", host)).await;
    }
    for host in [
        "evil.example",
        "gateway.example.evil",
        "evil-gateway.example",
        "user@gateway.example",
        "gateway.example.",
        "",
        "gateway.example/x",
        "127.0.0.1.nip.io",
    ] {
        house.refused(&agent, &Call::tool("echo").set("host", host), "http.host").await;
    }
    house.refused(&agent, &Call::tool("echo").without("host"), "http.host").await;
    house.refused(&agent, &Call::tool("echo").add("host", "evil.example"), "header.repeated").await;
    // The target in absolute form names a host as well.
    house.refused(&agent, &Call::tool("echo").at("https://evil.example/mcp/up"), "http.host").await;
    for origin in [
        "https://evil.example",
        "null",
        "http://app.example",
        "https://app.example:8443",
        "https://app.example.evil",
        "",
    ] {
        let reply = house.refused(&agent, &Call::tool("echo").set("origin", origin), "http.origin").await;
        assert_eq!(reply.header("access-control-allow-origin"), None);
    }
    let named = "https://app.example";
    let twice = Call::tool("echo").set("origin", named).add("origin", named);
    house.refused(&agent, &twice, "header.repeated").await;
    let reply = house.served(&agent, &Call::tool("echo").set("origin", named)).await;
    assert_eq!(reply.header("access-control-allow-origin"), Some(named));
    assert_eq!(reply.header("vary"), Some("origin"));
    assert_eq!(reply.header("access-control-allow-credentials"), None);
    // A browser asks first, without a credential.
    let preflight = |origin: &str| {
        let ask = Call::http("OPTIONS", "/mcp/up").set("origin", origin);
        ask.set("access-control-request-method", "POST").set("access-control-request-headers", "mcp-method")
    };
    let reply = house.stranger().ask(&preflight(named)).await;
    assert_eq!((reply.status, reply.header("access-control-allow-methods")), (204, Some("POST, GET, DELETE")));
    house.refused(&house.stranger(), &preflight("https://evil.example"), "http.origin").await;
    // What is refused may still be read by the page that asked.
    let reply = house.refused(&agent, &Call::tool("no").set("origin", named), "policy.tool").await;
    assert_eq!(reply.header("access-control-allow-origin"), Some(named));
    house.finish().await;
}
