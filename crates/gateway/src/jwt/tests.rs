//! Tokens as a client or an attacker would send them.

use super::mint::{ISSUER, Issuer, Mint, NOW, RESOURCE, jwks_file, now, rules};
use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casemate_core::Subject;
use casemate_core::principal::Scope;
use casemate_net::ClientConfig;

struct Bench {
    verifier: Verifier,
    _keys: tempfile::NamedTempFile,
}

impl Bench {
    fn with(jwks: &str, change: impl FnOnce(&mut config::Jwt)) -> Self {
        let keys = jwks_file(jwks);
        let mut rules = rules(keys.path().to_owned());
        change(&mut rules);
        let verifier = Verifier::new(&rules, ["tenant".to_owned()], Client::new(ClientConfig::default())).unwrap();
        Self { verifier, _keys: keys }
    }

    fn new() -> Self {
        Self::with(&Issuer::shared().jwks(), |_| {})
    }

    async fn verify(&self, token: &str) -> Result<Arc<Verified>, Reason> {
        self.verifier.verify(token, RESOURCE, None, now()).await.map_err(|refusal| refusal.reason)
    }

    async fn refuses(&self, reason: Reason, mints: impl IntoIterator<Item = Mint>) {
        for (at, mint) in mints.into_iter().enumerate() {
            assert_eq!(self.verify(&mint.token()).await.map(drop), Err(reason), "case {at}");
        }
        assert_eq!(self.verifier.remembered(), 0);
    }
}

fn good() -> Mint {
    Mint::new("EdDSA")
}

fn certificate(thumbprint: &str) -> CertificateFacts {
    CertificateFacts {
        identity: Subject::parse("spiffe://acme.example/agent").unwrap(),
        thumbprint: thumbprint.to_owned(),
        not_after: UnixMillis(u64::MAX),
    }
}

#[tokio::test]
async fn good_tokens_of_every_algorithm() {
    let bench = Bench::new();
    for alg in ["EdDSA", "ES256", "ES384", "RS256", "PS256"] {
        let verified = bench.verify(&Mint::new(alg).token()).await;
        let verified = verified.unwrap_or_else(|reason| panic!("{alg}: {reason}"));
        assert_eq!(verified.facts.subject.as_str(), "agent-7");
        assert_eq!(verified.facts.issuer, ISSUER);
        assert_eq!(verified.facts.expires, UnixMillis((NOW + 300) * 1000));
        assert!(verified.scopes.has(Scope::Mcp) && !verified.scopes.has(Scope::Ingest));
        assert_eq!(verified.claims.get("tenant").map(String::as_str), Some("acme"));
    }
    assert_eq!(bench.verifier.remembered(), 5);
}

#[tokio::test]
async fn forms_that_are_allowed() {
    let bench = Bench::new();
    for mint in [
        good().header("typ", "\"application/AT+JWT\""),
        good().header("kid", "").header("alg", "\"EdDSA\""),
        good().header("jku", "\"https://evil.example/jwks\"").header("x5u", "\"https://evil.example\""),
        good().header("jwk", &Issuer::new().jwk("EdDSA", "")),
        good().claim("aud", &format!("[\"https://other.example\",\"{RESOURCE}\"]")),
        good().claim("exp", &format!("{NOW}.5")).claim("iat", &format!("{NOW}e0")),
        good().claim("exp", &(NOW - 29).to_string()),
        good().claim("nbf", &(NOW + 30).to_string()),
        good().claim("scope", "").claim("scp", "[\"mcp\"]"),
        good().claim("client_id", "\"client-1\""),
    ] {
        assert!(bench.verify(&mint.token()).await.is_ok(), "{}", mint.signed_part());
    }
    let scopeless = bench.verify(&good().claim("scope", "").claim("scp", "\"mcp\"").token()).await.unwrap();
    assert!(scopeless.scopes.is_empty());
}

#[tokio::test]
async fn malformed_and_oversized() {
    let bench = Bench::new();
    let token = good().token();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let raw = |json: &str| URL_SAFE_NO_PAD.encode(json);
    for bad in [
        String::new(),
        "a".to_owned(),
        signed.to_owned(),
        format!("{token}."),
        format!("{token}.{signature}"),
        format!(".{claims}.{signature}"),
        format!("{header}..{signature}"),
        format!("{header}=.{claims}.{signature}"),
        format!("{header}.{claims}.{signature}=="),
        format!("{header}.{claims}.{}+", &signature[..signature.len() - 1]),
        format!("{header}.{}.{signature}", raw("[]")),
        format!("{header}.{}.{signature}", raw("{\"iss\":\"x\"} {}")),
        format!("{header}.{}.{signature}", raw("{\"iss\":\"\\ud800\"}")),
        format!("{}.{claims}.{signature}", raw("\"alg\"")),
        format!("{header}.{}.{signature}", raw(&format!("{{\"a\":{}{}}}", "[".repeat(40), "]".repeat(40)))),
    ] {
        assert_eq!(bench.verify(&bad).await.map(drop), Err(Reason::TokenMalformed), "{bad}");
    }
    let large = good().claim("pad", &format!("\"{}\"", "x".repeat(8192))).token();
    assert_eq!(bench.verify(&large).await.map(drop), Err(Reason::TokenOversized));
}

#[tokio::test]
async fn a_second_form_of_the_last_base64_digit_is_refused() {
    // 64 bytes leave four bits unused in the last digit: only zeros are canonical.
    let bench = Bench::new();
    let token = good().token();
    let (rest, last) = token.split_at(token.len() - 1);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let at = alphabet.find(last).unwrap();
    assert_eq!(at % 16, 0);
    let other = format!("{rest}{}", alphabet.chars().nth(at + 1).unwrap());
    assert_eq!(bench.verify(&other).await.map(drop), Err(Reason::TokenMalformed));
}

#[tokio::test]
async fn duplicate_members() {
    let bench = Bench::new();
    bench
        .refuses(
            Reason::TokenDuplicateClaim,
            [
                good().again("sub", "\"admin\""),
                good().again("\\u0073ub", "\"admin\""),
                good().again("exp", "9999999999"),
                good().claim("x", "{\"a\":1,\"a\":2}"),
            ],
        )
        .await;
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"EdDSA","alg":"none","typ":"at+jwt","kid":"eddsa"}"#);
    let claims = good().signed_part();
    let signed = format!("{header}.{}", claims.split_once('.').unwrap().1);
    let signature = URL_SAFE_NO_PAD.encode(Issuer::shared().sign("EdDSA", signed.as_bytes()));
    let token = format!("{signed}.{signature}");
    assert_eq!(bench.verify(&token).await.map(drop), Err(Reason::TokenDuplicateClaim));
}

#[tokio::test]
async fn algorithms_that_are_never_accepted() {
    let bench = Bench::new();
    let none = ["none", "None", "NONE", "nOnE", ""].map(|alg| good().header("alg", &format!("\"{alg}\"")));
    for mint in none {
        for token in [format!("{}.", mint.signed_part()), mint.token()] {
            assert_eq!(bench.verify(&token).await.map(drop), Err(Reason::TokenAlgorithm));
        }
    }
    bench
        .refuses(
            Reason::TokenAlgorithm,
            ["\"HS256\"", "\"HS512\"", "\"ES512\"", "\"RSA-OAEP\"", "\"eddsa\"", "null", "[\"EdDSA\"]", ""]
                .map(|alg| good().header("alg", alg)),
        )
        .await;
    // The public key as an HMAC secret.
    let mint = Mint::new("RS256").header("alg", "\"HS256\"");
    let signed = mint.signed_part();
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &Issuer::shared().rsa_public_der());
    let tag = URL_SAFE_NO_PAD.encode(aws_lc_rs::hmac::sign(&key, signed.as_bytes()));
    assert_eq!(bench.verify(&format!("{signed}.{tag}")).await.map(drop), Err(Reason::TokenAlgorithm));
}

#[tokio::test]
async fn keys_do_not_serve_other_algorithms() {
    let bench = Bench::new();
    bench
        .refuses(
            Reason::TokenKey,
            [
                Mint::new("RS256").header("kid", "\"es256\""),
                Mint::new("ES256").header("kid", "\"rs256\""),
                Mint::new("ES256").header("kid", "\"es384\"").with_key("ES384"),
                Mint::new("EdDSA").header("kid", "\"es256\""),
                good().header("kid", "\"unknown\""),
                good().header("kid", "\"\""),
                good().header("kid", "7"),
                good().header("kid", "null"),
                good().header("kid", &format!("\"{}\"", "k".repeat(129))),
                good().header("kid", "\"../../../../dev/null\""),
                good().header("kid", "\"x' UNION SELECT 'secret\""),
                good().header("kid", "\"eddsa\\u0000\""),
            ],
        )
        .await;
    let jwks = format!(
        r#"{{"keys":[{},{},{},{}]}}"#,
        Issuer::shared().jwk("RS256", r#","kid":"a","alg":"RS512""#),
        Issuer::shared().jwk("ES256", r#","kid":"b","use":"enc""#),
        Issuer::shared().jwk("ES384", r#","kid":"c","key_ops":["sign"]"#),
        Issuer::shared().jwk("EdDSA", r#","kid":"d","alg":"EdDSA","key_ops":["verify"],"use":"sig""#),
    );
    let bench = Bench::with(&jwks, |_| {});
    bench
        .refuses(
            Reason::TokenKey,
            [
                Mint::new("RS256").header("kid", "\"a\""),
                Mint::new("ES256").header("kid", "\"b\""),
                Mint::new("ES384").header("kid", "\"c\""),
                Mint::new("RS256").header("kid", ""),
            ],
        )
        .await;
    assert!(bench.verify(&good().header("kid", "\"d\"").token()).await.is_ok());
    assert!(bench.verify(&good().header("kid", "").token()).await.is_ok());
}

#[tokio::test]
async fn a_repeated_kid_is_ambiguous() {
    let (one, two) = (Issuer::shared(), Issuer::new());
    let more = r#","kid":"eddsa""#;
    let jwks = format!(r#"{{"keys":[{},{}]}}"#, one.jwk("EdDSA", more), two.jwk("EdDSA", more));
    Bench::with(&jwks, |_| {}).refuses(Reason::TokenKey, [good(), good().header("kid", "")]).await;
}

#[tokio::test]
async fn wrong_signatures() {
    let bench = Bench::new();
    let stranger = Issuer::new();
    for alg in ["EdDSA", "ES256", "ES384", "RS256", "PS256"] {
        let token = Mint::new(alg).by(&stranger);
        assert_eq!(bench.verify(&token).await.map(drop), Err(Reason::TokenSignature), "{alg}");
        let token = Mint::new(alg).token();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let forged = Mint::new(alg).claim("sub", "\"admin\"").signed_part();
        for bad in [format!("{forged}.{signature}"), format!("{signed}.")] {
            assert_eq!(bench.verify(&bad).await.map(drop), Err(Reason::TokenSignature), "{alg}");
        }
    }
    bench
        .refuses(Reason::TokenSignature, [Mint::new("RS256").with_key("PS256"), Mint::new("PS256").with_key("RS256")])
        .await;
    let embedded = good().header("jwk", &stranger.jwk("EdDSA", "")).by(&stranger);
    assert_eq!(bench.verify(&embedded).await.map(drop), Err(Reason::TokenSignature));
    let null_point = format!("{}.{}", Mint::new("ES256").signed_part(), URL_SAFE_NO_PAD.encode([0_u8; 64]));
    assert_eq!(bench.verify(&null_point).await.map(drop), Err(Reason::TokenSignature));
}

#[tokio::test]
async fn types_and_critical_extensions() {
    let bench = Bench::new();
    bench
        .refuses(
            Reason::TokenType,
            ["", "\"JWT\"", "\"id_token+jwt\"", "\"logout+jwt\"", "\"secevent+jwt\"", "\"dpop+jwt\"", "7", "null"]
                .map(|typ| good().header("typ", typ)),
        )
        .await;
    bench
        .refuses(
            Reason::TokenCritical,
            ["[]", "[\"exp\"]", "[\"b64\"]", "null"].map(|crit| good().header("crit", crit)),
        )
        .await;
    let plain = Bench::with(&Issuer::shared().jwks(), |rules| rules.accept_plain_jwt = true);
    plain
        .refuses(
            Reason::TokenType,
            [
                good().header("typ", "\"logout+jwt\""),
                good().header("typ", "\"JWT\"").claim("at_hash", "\"x\""),
                good().header("typ", "").claim("c_hash", "\"x\""),
                good().header("typ", "").claim("events", "{}"),
                good().header("typ", "\"JWT\"").claim("typ", "\"ID\""),
                good().header("typ", "\"JWT\"").claim("typ", "\"Refresh\""),
            ],
        )
        .await;
    for mint in [good().header("typ", "\"jwt\""), good().header("typ", ""), good().claim("typ", "\"Bearer\"")] {
        assert!(plain.verify(&mint.token()).await.is_ok());
    }
}

#[tokio::test]
async fn times() {
    let bench = Bench::new();
    let at = |name: &str, seconds: u64| good().claim(name, &seconds.to_string());
    bench.refuses(Reason::TokenExpired, [at("exp", NOW - 30), at("exp", 0), at("exp", NOW - 3600)]).await;
    bench.refuses(Reason::TokenNotYetValid, [at("nbf", NOW + 31), at("nbf", NOW + 3600), at("iat", NOW + 31)]).await;
    bench.refuses(Reason::TokenLifetime, [at("exp", NOW + 3541), at("exp", 253_402_300_799)]).await;
    let text = format!("\"{}\"", NOW + 300);
    let wrong = ["", text.as_str(), "null", "true", "[1900000000]", "-1", "1e400", "1e15"];
    for name in ["exp", "iat"] {
        bench.refuses(Reason::TokenClaim, wrong.iter().map(|value| good().claim(name, value))).await;
    }
    bench.refuses(Reason::TokenClaim, ["\"1\"", "null", "{}"].map(|value| good().claim("nbf", value))).await;
}

#[tokio::test]
async fn issuer_audience_and_subject() {
    let bench = Bench::new();
    bench
        .refuses(
            Reason::TokenIssuer,
            ["", "\"https://issuer.example/\"", "\"https://ISSUER.example\"", "\"https://evil.example\"", "7"]
                .map(|value| good().claim("iss", value)),
        )
        .await;
    let prefix = format!("\"{RESOURCE}/\"");
    let list = format!("[\"{RESOURCE}\",7]");
    let longer = format!("[\"{RESOURCE}2\"]");
    let object = format!("{{\"{RESOURCE}\":true}}");
    let wrong =
        ["", "\"\"", "[]", "null", "\"https://gw.example\"", "\"*\"", &prefix, &list, &longer, &object, "[[\"x\"]]"];
    bench.refuses(Reason::TokenAudience, wrong.map(|value| good().claim("aud", value))).await;
    let long = format!("\"{}\"", "s".repeat(256));
    bench
        .refuses(
            Reason::TokenClaim,
            ["", "\"\"", "7", "null", "\"a b\"", "\"a\\u001b[2J\"", "\"\\u00e9\"", &long]
                .map(|value| good().claim("sub", value)),
        )
        .await;
    bench
        .refuses(
            Reason::TokenClaim,
            [good().claim("client_id", "7"), good().claim("azp", "\"a b\""), good().claim("scope", "[\"mcp\"]")],
        )
        .await;
}

#[tokio::test]
async fn a_token_is_good_for_its_resource_alone() {
    let bench = Bench::new();
    let token = good().token();
    assert!(bench.verify(&token).await.is_ok());
    let other = bench.verifier.verify(&token, "https://gw.example/mcp/other", None, now()).await;
    assert_eq!(other.unwrap_err().reason, Reason::TokenAudience);
    let nothing = good().claim("aud", "\"\"").token();
    assert_eq!(bench.verifier.verify(&nothing, "", None, now()).await.unwrap_err().reason, Reason::TokenAudience);
}

#[tokio::test]
async fn confirmation_names_the_presented_certificate() {
    let bench = Bench::new();
    let bound = good().claim("cnf", r#"{"x5t#S256":"thumb"}"#).token();
    let verify = async |token: &str, presented: Option<&str>| {
        let facts = presented.map(certificate);
        bench.verifier.verify(token, RESOURCE, facts.as_ref(), now()).await.map(drop).map_err(|r| r.reason)
    };
    assert_eq!(verify(&bound, Some("thumb")).await, Ok(()));
    assert_eq!(verify(&bound, Some("other")).await, Err(Reason::TokenConfirmation));
    assert_eq!(verify(&bound, None).await, Err(Reason::TokenConfirmation));
    for cnf in [
        r#"{"jkt":"thumb"}"#,
        r#"{"x5t#S256":"thumb","jkt":"thumb"}"#,
        r#"{"jwk":{}}"#,
        r#"{"kid":"thumb"}"#,
        r#"{"x5t#S256":["thumb"]}"#,
        "{}",
        "null",
        "\"thumb\"",
        "[]",
    ] {
        let token = good().claim("cnf", cnf).token();
        assert_eq!(verify(&token, Some("thumb")).await, Err(Reason::TokenConfirmation), "{cnf}");
    }
    assert_eq!(verify(&good().token(), Some("thumb")).await, Ok(()), "an unbound token beside a certificate");
}

#[tokio::test]
async fn a_remembered_token_still_ends() {
    let bench = Bench::new();
    let token = good().claim("exp", &(NOW + 20).to_string()).token();
    let at = async |seconds: u64| {
        let verdict = bench.verifier.verify(&token, RESOURCE, None, UnixMillis(seconds * 1000)).await;
        verdict.map(drop).map_err(|refusal| refusal.reason)
    };
    assert_eq!(at(NOW).await, Ok(()));
    assert_eq!(at(NOW + 19).await, Ok(()));
    assert_eq!(at(NOW + 49).await, Ok(()), "within the skew");
    assert_eq!(at(NOW + 50).await, Err(Reason::TokenExpired));
    assert_eq!(at(NOW - 3600).await, Err(Reason::TokenNotYetValid), "a clock that jumped back is asked again");
}

#[tokio::test]
async fn without_keys_nobody_passes() {
    let bench = Bench::with("{\"keys\":[]}", |_| {});
    let refusal = bench.verifier.verify(&good().token(), RESOURCE, None, now()).await.unwrap_err();
    assert_eq!(refusal.reason, Reason::KeysUnavailable);
    assert!(refusal.retry_after.is_some_and(|seconds| seconds >= 1));
    assert!(!bench.verifier.keys().usable);
    let mut rules = rules("/nonexistent/jwks.json".into());
    rules.jwks = config::JwksSource::Url("http://127.0.0.1/jwks".parse().unwrap());
    let verifier = Verifier::new(&rules, [], Client::new(ClientConfig::default()));
    assert!(matches!(verifier, Err(VerifierError::Scheme)));
}

#[tokio::test]
async fn nothing_of_a_token_is_printed() {
    let bench = Bench::new();
    let token = good().claim("sub", "\"needle needle\"").token();
    let refusal = bench.verifier.verify(&token, RESOURCE, None, now()).await.unwrap_err();
    assert!(!format!("{refusal} {refusal:?} {:?}", bench.verifier).contains("needle"));
    let token = good().again("needle", "1").again("needle", "2").token();
    let refusal = bench.verifier.verify(&token, RESOURCE, None, now()).await.unwrap_err();
    assert!(!format!("{refusal:?}").contains("needle"));
}

proptest::proptest! {
    #[test]
    fn any_text_is_judged(token in "[ -~]{0,300}|[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,60}|\\PC{0,80}") {
        proptest::prop_assert!(check_form(&token, true).is_err());
    }

    /// Whatever single character of a good token is changed, it is refused.
    #[test]
    fn any_change_is_noticed(at in 0_usize..400, other in "[A-Za-z0-9._-]") {
        static BENCH: std::sync::OnceLock<(tokio::runtime::Runtime, Bench, String)> = std::sync::OnceLock::new();
        let (runtime, bench, token) = BENCH.get_or_init(|| {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let bench = runtime.block_on(async { Bench::new() });
            (runtime, bench, good().token())
        });
        let at = at % token.len();
        let changed = format!("{}{other}{}", &token[..at], &token[at + 1..]);
        if changed != *token {
            proptest::prop_assert!(runtime.block_on(bench.verify(&changed)).is_err());
        }
    }
}
