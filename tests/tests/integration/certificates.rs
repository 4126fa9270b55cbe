//! Client certificates: each fault has its alert or its reason, its record, and never reaches an upstream.

use crate::harness::pki::{Leaf, days, dns, uri};
use crate::harness::{AGENT, Authority, Call, Client, House, Keys, Token};
use rustls::AlertDescription;
use rustls::version::{TLS12, TLS13};
use serde_json::{Value, json};

const BOTH: [&[&rustls::SupportedProtocolVersion]; 2] = [&[&TLS12], &[&TLS13]];

/// mTLS alone: a handshake without a certificate fails.
fn certificates_only() -> Value {
    json!({
        "mcp_gateway": { "auth": { "jwt": null } },
        "tenants": { "acme": { "tokens": null }, "globex": { "tokens": null } },
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_certificate_ends_in_an_alert_and_a_record() {
    let house = House::planned(|plan| {
        plan.patch(&certificates_only());
        plan.patch(&json!({ "mcp_gateway": { "auth": { "crl_paths": ["crl.pem"] } } }));
        std::fs::write(plan.dir.path().join("crl.pem"), Authority::shared().crl(&[77], days(5))).expect("a file");
    })
    .await;
    let ca = Authority::shared();
    let names = || vec![uri(AGENT)];
    let expired = ca.issue(names(), |params| params.not_after = days(-1) + time::Duration::hours(1));
    let early = ca.issue(names(), |params| params.not_before = days(1));
    let server_only = ca.issue(names(), |params| {
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    });
    let revoked = ca.numbered(AGENT, 77);
    let foreign = Authority::foreign().client(AGENT);
    let expired_alert = AlertDescription::CertificateExpired;
    let cases: [(&str, Option<&Leaf>, Option<AlertDescription>); 6] = [
        ("tls.certificate_missing", None, Some(AlertDescription::CertificateRequired)),
        ("tls.certificate_expired", Some(&expired), Some(expired_alert)),
        ("tls.certificate_not_yet_valid", Some(&early), Some(expired_alert)),
        ("tls.certificate_untrusted", Some(&foreign), Some(AlertDescription::UnknownCA)),
        ("tls.certificate_revoked", Some(&revoked), Some(AlertDescription::CertificateRevoked)),
        ("tls.certificate_invalid", Some(&server_only), None),
    ];
    for (code, leaf, wanted) in cases {
        for (count, versions) in BOTH.into_iter().enumerate() {
            let client = Client::tls_with(house.running().address, leaf, versions, &[b"http/1.1"]);
            let alert = client.alert().await.unwrap_or_else(|| panic!("{code}: the handshake succeeded"));
            // TLS 1.2 has no alert of its own for a missing certificate.
            let legacy = count == 0 && leaf.is_none();
            assert!(legacy || wanted.is_none_or(|wanted| alert == wanted), "{code}: {alert:?}");
            let entry = house.observed("handshake", code, count + 1).await;
            assert_eq!((&entry["decision"], &entry["peer"]), (&json!("deny"), &json!("127.0.0.1")), "{entry}");
        }
    }
    house.served(&house.agent(), &Call::tool("echo")).await;
    assert_eq!(house.upstream.count("tools/call"), 1);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_revocation_list_trusts_nobody() {
    let house = House::planned(|plan| {
        plan.patch(&json!({ "mcp_gateway": { "auth": { "crl_paths": ["crl.pem"] } } }));
        std::fs::write(plan.dir.path().join("crl.pem"), Authority::shared().crl(&[], days(-1))).expect("a file");
    })
    .await;
    assert!(house.agent().alert().await.is_some());
    house.observed("handshake", "tls.certificate_status", 1).await;
    // Tokens do not depend on the list.
    house.served(&house.stranger().bearer(Token::new().mint()), &Call::tool("echo")).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_handshake_is_recorded() {
    let house = House::with(json!({ "mcp_gateway": { "timeouts": { "handshake": "300ms" } } })).await;
    let plain = Client::plain(house.running().address);
    let mut wire = plain.connect().await.expect("a connection");
    wire.send(&Call::tool("echo").wire()).await.expect("bytes are taken");
    wire.closed().await;
    house.observed("handshake", "tls.handshake", 1).await;
    let mut silent = plain.connect().await.expect("a connection");
    assert!(silent.closed().await.is_empty());
    house.observed("handshake", "tls.timeout", 1).await;
    let old = Client::tls_with(house.running().address, Some(house.leaf()), &[&TLS12], &[b"spdy/3"]);
    assert!(old.alert().await.is_some(), "a protocol that is not served ends the handshake");
    house.observed("handshake", "tls.handshake", 2).await;
    assert!(house.upstream.seen().is_empty());
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_must_name_one_known_identity() {
    let house = House::start().await;
    let ca = Authority::shared();
    let call = || Call::tool("echo");
    for names in [
        vec![uri(AGENT), uri("spiffe://acme.example/agents/two")],
        vec![uri(AGENT), uri(AGENT)],
        vec![dns("agent.acme.example")],
        vec![],
        vec![uri("https://acme.example/agents/one")],
        vec![uri("spiffe://acme.example/agents/../one")],
        vec![uri("spiffe://user@acme.example/agents/one")],
    ] {
        let client = house.holder(&ca.issue(names, |_| {}));
        house.refused(&client, &call(), "auth.certificate_identity").await;
    }
    // A DNS name beside the one URI name is of no importance.
    let named = ca.issue(vec![dns("evil.example"), uri(AGENT)], |_| {});
    house.served(&house.holder(&named), &call()).await;
    for stranger in ["spiffe://nobody.example/agents/one", "spiffe://acme.example.evil.example/agents/one"] {
        house.refused(&house.holder(&ca.client(stranger)), &call(), "auth.tenant_unknown").await;
    }
    house.refused(&house.holder(&ca.client("spiffe://idle.example/one")), &call(), "auth.scope").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn certificate_and_token_must_both_be_good_and_agree() {
    let house = House::start().await;
    let agent = house.agent();
    let with = |token: Token| agent.bearer(token.mint());
    let reply = house.served(&with(Token::new()), &Call::tool("echo")).await;
    let intent = &house.records(&reply.trace()).await[0];
    assert_eq!((&intent["subject"], &intent["tenant"]), (&json!("agent-7"), &json!("acme")), "{intent}");
    assert_eq!(intent["certificate"].as_str().map(|text| text.contains(AGENT)), Some(true), "{intent}");
    let conflict = with(Token::new().claim("tenant", json!("globex")));
    house.refused(&conflict, &Call::tool("echo"), "auth.tenant_conflict").await;
    // A good certificate does not make up for a bad token.
    let expired = with(Token::new().claim("exp", json!(crate::harness::now() - 300)));
    house.refused(&expired, &Call::tool("echo"), "auth.token_expired").await;
    let forged = with(Token::signed("EdDSA", Keys::rotated()).header("kid", json!("eddsa-1")));
    house.refused(&forged, &Call::tool("echo"), "auth.token_signature").await;
    let own = json!({ "x5t#S256": house.leaf().thumbprint() });
    house.served(&with(Token::new().claim("cnf", own.clone())), &Call::tool("echo")).await;
    let other = Authority::shared().client("spiffe://acme.example/agents/two");
    let stolen = house.holder(&other).bearer(Token::new().claim("cnf", own.clone()).mint());
    house.refused(&stolen, &Call::tool("echo"), "auth.token_confirmation").await;
    let two_proofs = json!({ "x5t#S256": house.leaf().thumbprint(), "jkt": "x" });
    house.refused(&with(Token::new().claim("cnf", two_proofs)), &Call::tool("echo"), "auth.token_confirmation").await;
    // The scopes are the token's, even where the certificate has more.
    house.refused(&with(Token::new().claim("scope", json!("retrieve"))), &Call::tool("echo"), "auth.scope").await;
    house.finish().await;
}
