//! `auth.mode`: which credentials suffice, and which do not.

use crate::harness::{Call, Client, House, Token};
use serde_json::{Value, json};

fn mode(mode: &str) -> Value {
    json!({ "mcp_gateway": { "auth": { "mode": mode } } })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_mtls_alone_only_certificates_count() {
    let house = House::with(json!({
        "mcp_gateway": { "auth": { "mode": "MTLS", "jwt": null } },
        "tenants": { "acme": { "tokens": null }, "globex": { "tokens": null } },
    }))
    .await;
    house.served(&house.agent(), &Call::tool("echo")).await;
    let with_token = house.agent().bearer(Token::new().mint());
    let reply = house.refused(&with_token, &Call::tool("echo"), "auth.token_unexpected").await;
    assert_eq!(reply.header("www-authenticate"), None, "no token would help");
    let reply = house.agent().ask(&Call::http("GET", "/.well-known/oauth-protected-resource/mcp/up")).await;
    assert_eq!((reply.status, reply.json()["reason"].clone()), (404, json!("http.route")));
    assert!(house.stranger().alert().await.is_some());
    house.observed("handshake", "tls.certificate_missing", 1).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_jwt_alone_only_tokens_count() {
    let mut patch = mode("JWT");
    patch["mcp_gateway"]["auth"]["trusted_certs_path"] = Value::Null;
    patch["tenants"] = json!({ "acme": { "certificates": null }, "globex": { "certificates": null }, "idle": null });
    let house = House::with(patch).await;
    house.served(&house.stranger().bearer(Token::new().mint()), &Call::tool("echo")).await;
    house.refused(&house.stranger(), &Call::tool("echo"), "auth.required").await;
    // A certificate is not even asked for.
    house.refused(&house.agent(), &Call::tool("echo"), "auth.required").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_mtls_and_jwt_both_are_needed() {
    let house = House::with(mode("mtls+jwt")).await;
    house.served(&house.agent().bearer(Token::new().mint()), &Call::tool("echo")).await;
    house.refused(&house.agent(), &Call::tool("echo"), "auth.token_required").await;
    let token_alone = house.stranger().bearer(Token::new().mint());
    house.refused(&token_alone, &Call::tool("echo"), "auth.certificate_required").await;
    house.refused(&house.stranger(), &Call::tool("echo"), "auth.required").await;
    let conflict = house.agent().bearer(Token::new().claim("tenant", json!("globex")).mint());
    house.refused(&conflict, &Call::tool("echo"), "auth.tenant_conflict").await;
    house.finish().await;
}

/// A gateway on loopback without TLS and without credentials.
pub(crate) fn open() -> Value {
    json!({
        "mcp_gateway": { "tls": null, "public_url": null, "auth": { "mode": "none", "trusted_certs_path": null, "jwt": null } },
        "tenants": {
            "acme": { "anonymous": true, "certificates": null, "tokens": null },
            "globex": { "certificates": null, "tokens": null },
            "idle": null,
        },
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_none_everyone_is_the_one_anonymous_subject() {
    let house = House::with(open()).await;
    let client = Client::plain(house.running().address);
    let reply = house.served(&client, &Call::tool("echo")).await;
    let intent = &house.records(&reply.trace()).await[0];
    assert_eq!((&intent["subject"], &intent["tenant"]), (&json!("anonymous"), &json!("acme")), "{intent}");
    // Policy holds for everyone.
    house.refused(&client, &Call::tool("secret"), "policy.tool").await;
    house.refused(&client, &Call::tool("echo").set("host", "evil.example"), "http.host").await;
    house.finish().await;
}

/// What `casemate check` says of a configuration.
pub(crate) fn report(patch: Value) -> String {
    let upstream = crate::harness::idle_upstream();
    let mut plan = crate::harness::Plan::with(upstream, upstream);
    plan.patch(&patch);
    plan.write();
    plan.load().err().unwrap_or_default()
}

#[test]
fn a_mode_that_would_let_strangers_in_does_not_load() {
    assert_eq!(report(json!({})), "");
    assert_eq!(report(open()), "");
    let mut everywhere = open();
    everywhere["mcp_gateway"]["host"] = json!("0.0.0.0");
    assert!(report(everywhere).contains("config.mode_none"));
    let mut nobody = open();
    nobody["tenants"]["acme"]["anonymous"] = json!(false);
    assert!(report(nobody).contains("config.anonymous"));
    let mut two = open();
    two["tenants"]["globex"]["anonymous"] = json!(true);
    assert!(report(two).contains("config.anonymous"));
    assert!(report(json!({ "tenants": { "acme": { "anonymous": true } } })).contains("config.anonymous"));
    assert!(report(json!({ "mcp_gateway": { "tls": null } })).contains("config.plain_http"));
    assert!(report(json!({ "mcp_gateway": { "auth": { "mode": null } } })).contains("config.missing_key"));
    assert!(report(mode("tls")).contains("config.value"));
    assert!(report(json!({ "mcp_gateway": { "public_url": null } })).contains("config.public_url"));
    let open_file = json!({ "mcp_gateway": { "host": "0.0.0.0" } });
    assert!(report(open_file).contains("config.jwks"), "a file of keys is for loopback alone");
    let plain_keys = json!({ "mcp_gateway": { "auth": { "jwt": { "jwks_uri": "http://issuer.example/jwks" } } } });
    assert!(report(plain_keys).contains("config."));
}
