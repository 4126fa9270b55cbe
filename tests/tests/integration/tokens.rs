//! Bearer tokens: each fault has its reason, its challenge and its record, and never reaches an upstream.

use crate::harness::{Call, House, Keys, PUBLIC, Token, now};
use serde_json::{Value, json};

const METADATA: &str = "https://gateway.example/.well-known/oauth-protected-resource/mcp/up";

async fn refused(house: &House, token: &Token, code: &str) {
    let token = token.mint();
    house.keep_private(&token);
    let client = house.stranger().bearer(token);
    let reply = house.refused(&client, &Call::tool("echo"), code).await;
    let challenge = reply.header("www-authenticate").unwrap_or_default().to_owned();
    assert!(challenge.starts_with("Bearer ") && challenge.contains(METADATA), "{code}: {challenge}");
    let error = if code == "auth.tenant_unknown" { "" } else { "error=\"invalid_token\"" };
    assert!(challenge.contains(error), "{code}: {challenge}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_with_any_fault_is_refused() {
    let house = House::start().await;
    let time = now();
    let token = Token::new;
    for alg in ["EdDSA", "ES256", "RS256"] {
        let good = Token::signed(alg, Keys::shared());
        house.served(&house.stranger().bearer(good.mint()), &Call::tool("echo")).await;
    }
    for (bad, code) in [
        (token().claim("exp", json!(time - 300)), "auth.token_expired"),
        (token().claim("nbf", json!(time + 300)), "auth.token_not_yet_valid"),
        (token().claim("iat", json!(time + 300)), "auth.token_not_yet_valid"),
        (token().claim("exp", json!(time + 40_000)), "auth.token_lifetime"),
        (token().claim("iss", json!("https://other.example")), "auth.token_issuer"),
        (token().claim("iss", json!("https://issuer.example/")), "auth.token_issuer"),
        (token().claim("iss", Value::Null), "auth.token_issuer"),
        (token().server("other"), "auth.token_audience"),
        (token().claim("aud", json!(PUBLIC)), "auth.token_audience"),
        (token().claim("aud", json!(format!("{PUBLIC}/mcp/up/"))), "auth.token_audience"),
        (token().claim("aud", json!([])), "auth.token_audience"),
        (token().claim("aud", Value::Null), "auth.token_audience"),
        (token().claim("sub", Value::Null), "auth.token_claim"),
        (token().claim("exp", Value::Null), "auth.token_claim"),
        (token().claim("exp", json!((time + 600).to_string())), "auth.token_claim"),
        (token().header("alg", json!("none")), "auth.token_algorithm"),
        (token().header("alg", json!("HS512")), "auth.token_algorithm"),
        (token().header("alg", json!("nOnE")), "auth.token_algorithm"),
        (Token::signed("HS256", Keys::shared()).header("kid", json!("rs256-1")), "auth.token_algorithm"),
        (token().header("alg", json!("RS256")), "auth.token_key"),
        (token().header("alg", json!("RS256")).header("kid", json!("rs256-1")), "auth.token_signature"),
        (Token::signed("EdDSA", Keys::rotated()).header("kid", json!("eddsa-1")), "auth.token_signature"),
        (Token::signed("EdDSA", Keys::rotated()), "auth.token_key"),
        (token().header("typ", json!("id_token")), "auth.token_type"),
        (token().header("typ", json!("JWT")), "auth.token_type"),
        (token().header("typ", Value::Null), "auth.token_type"),
        (token().header("crit", json!(["b64"])), "auth.token_critical"),
        (token().again("aud", json!("https://gateway.example/mcp/up")), "auth.token_duplicate_claim"),
        (token().again("tenant", json!("globex")), "auth.token_duplicate_claim"),
        (token().claim("cnf", json!({ "x5t#S256": house.leaf().thumbprint() })), "auth.token_confirmation"),
        (token().claim("cnf", json!({ "jkt": "x" })), "auth.token_confirmation"),
        (token().claim("padding", json!("x".repeat(9_000))), "auth.token_oversized"),
    ] {
        refused(&house, &bad, code).await;
    }
    assert_eq!(house.upstream.count("tools/call"), 3);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_token_is_refused() {
    let house = House::start().await;
    let good = Token::new().mint();
    let call = || Call::tool("echo");
    let stranger = house.stranger();
    let unsigned = good.rsplit_once('.').expect("three parts").0.to_owned() + ".";
    for (value, code) in [
        (format!("Bearer {}", &good[..good.len() - 46]), "auth.token_signature"),
        (format!("Bearer {unsigned}"), "auth.token_signature"),
        ("Bearer a.b".to_owned(), "auth.token_malformed"),
        ("Bearer a.b.c.d".to_owned(), "auth.token_malformed"),
        ("Bearer e30.e30.e30=".to_owned(), "auth.token_malformed"),
        (format!("Basic {good}"), "auth.scheme"),
        (format!("Bearer {good} {good}"), "auth.scheme"),
        ("Bearer".to_owned(), "auth.scheme"),
    ] {
        house.refused(&stranger, &call().set("authorization", &value), code).await;
    }
    let bearer = format!("Bearer {good}");
    let twice = call().set("authorization", &bearer).add("Authorization", &bearer);
    house.refused(&stranger, &twice, "auth.scheme").await;
    let reply = house.refused(&stranger, &call().set("authorisation", &bearer), "auth.header_spelling").await;
    assert!(reply.text().contains("Authorization"), "the hint names the right spelling: {}", reply.text());
    let both = call().set("authorization", &bearer).set("Authorisation", &bearer);
    house.refused(&stranger, &both, "auth.header_spelling").await;
    let query = call().at(&format!("/mcp/up?access_token={good}"));
    house.refused(&stranger, &query, "auth.token_in_query").await;
    let both = call().set("authorization", &bearer).at(&format!("/mcp/up?x=1&access%5Ftoken={good}"));
    house.refused(&stranger, &both, "auth.token_in_query").await;
    let reply = house.refused(&stranger, &call(), "auth.required").await;
    let challenge = reply.header("www-authenticate").expect("a challenge");
    assert!(!challenge.contains("error=") && challenge.contains(METADATA), "{challenge}");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_token_does_not_suffice_everywhere() {
    let house = House::start().await;
    let bearer = |token: Token| house.stranger().bearer(token.mint());
    for scope in [json!("retrieve ingest"), json!(""), json!("mcp:all"), Value::Null] {
        let client = bearer(Token::new().claim("scope", scope));
        let reply = house.refused(&client, &Call::tool("echo"), "auth.scope").await;
        let challenge = reply.header("www-authenticate").expect("a challenge");
        assert!(challenge.contains("insufficient_scope") && challenge.contains("scope=\"mcp\""), "{challenge}");
    }
    for tenant in [json!("nobody"), json!(""), json!(["acme"]), json!({ "name": "acme" }), Value::Null] {
        let client = bearer(Token::new().claim("tenant", tenant));
        house.refused(&client, &Call::tool("echo"), "auth.tenant_unknown").await;
    }
    // A token for one server is of no use at another, even where policy would admit.
    house.refused(&bearer(Token::new()), &Call::tool("echo").to("asking"), "auth.token_audience").await;
    house.served(&bearer(Token::new().server("asking")), &Call::tool("echo").to("asking")).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_within_the_skew_is_as_good_as_any() {
    let house = House::start().await;
    let token = Token::new().claim("exp", json!(now() - 5));
    house.served(&house.stranger().bearer(token.mint()), &Call::tool("echo")).await;
    let token = Token::new().claim("nbf", json!(now() + 5));
    house.served(&house.stranger().bearer(token.mint()), &Call::tool("echo")).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_streamed_answer_ends_with_its_token() {
    let house = House::with(json!({ "mcp_gateway": { "auth": { "jwt": { "skew": "0s" } } } })).await;
    let token = Token::new().server("stage").claim("exp", json!(now() + 2));
    let client = house.stranger().bearer(token.mint());
    let call = Call::tool("echo").to("stage");
    let mut wire = client.connect().await.expect("a connection");
    wire.send(&client.signed(&call).wire()).await.expect("bytes are taken");
    let scene = house.puppet.scene().await;
    wire.head().await.expect("an answer");
    let last = wire.event().await.expect("an error");
    assert_eq!(last["error"]["data"]["reason"], "auth.token_expired", "{last}");
    scene.abandoned().await;
    house.outcome(&call.header("x-trace-id").expect("a trace"), "auth.token_expired", "unknown").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metadata_is_served_for_each_resource() {
    let house = House::start().await;
    for (path, resource) in [
        ("/.well-known/oauth-protected-resource", PUBLIC.to_owned()),
        ("/.well-known/oauth-protected-resource/mcp/up", format!("{PUBLIC}/mcp/up")),
        ("/.well-known/oauth-protected-resource/mcp/unheard-of", format!("{PUBLIC}/mcp/unheard-of")),
    ] {
        let reply = house.stranger().ask(&Call::http("GET", path)).await;
        assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")));
        let document = reply.json();
        assert_eq!(document["resource"], resource);
        assert_eq!(document["authorization_servers"], json!(["https://issuer.example"]));
        assert_eq!(document["bearer_methods_supported"], json!(["header"]));
    }
    house.finish().await;
}
