//! Tokens of the development issuer, verified the way a gateway would.

use super::*;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

fn loaded(dir: &std::path::Path) -> Loaded {
    crate::init::run(&crate::init::InitArgs { dir: dir.to_owned() }).unwrap();
    let environment = Environment { variables: Default::default(), ..Environment::of_process() };
    config::load(&dir.join("casemate.yaml"), &environment).unwrap_or_else(|report| panic!("{}", report.render(false)))
}

fn args() -> TokenArgs {
    TokenArgs {
        config: PathBuf::new(),
        tenant: None,
        subject: "agent-7".to_owned(),
        server: None,
        scope: "mcp".to_owned(),
        ttl: "10m".to_owned(),
    }
}

fn part(token: &str, at: usize) -> serde_json::Value {
    let part = token.split('.').nth(at).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[test]
fn a_token_verifies_with_the_published_key_and_names_its_tenant() {
    let dir = tempfile::tempdir().unwrap();
    let token = mint(&loaded(dir.path()), &args(), 1_000_000).unwrap();
    let (header, claims) = (part(&token, 0), part(&token, 1));
    let jwks: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(dir.path().join("pki/jwks.json")).unwrap()).unwrap();
    assert_eq!((&header["typ"], &header["alg"]), (&json!("at+jwt"), &json!("EdDSA")));
    assert_eq!(header["kid"], jwks["keys"][0]["kid"]);
    assert_eq!(claims["aud"], "https://localhost:8443");
    assert_eq!((&claims["iat"], &claims["exp"]), (&json!(1_000_000), &json!(1_000_600)));
    assert_eq!(
        (&claims["tenant"], &claims["sub"], &claims["scope"]),
        (&json!("example"), &json!("agent-7"), &json!("mcp"))
    );
    let public = BASE64_URL_SAFE_NO_PAD.decode(jwks["keys"][0]["x"].as_str().unwrap()).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::ED25519, public)
        .verify(signed.as_bytes(), &BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap())
        .unwrap();
}

#[test]
fn what_the_gateway_would_refuse_is_not_minted() {
    let dir = tempfile::tempdir().unwrap();
    let loaded = loaded(dir.path());
    for change in [
        |args: &mut TokenArgs| args.ttl = "2h".to_owned(),
        |args: &mut TokenArgs| args.ttl = "0s".to_owned(),
        |args: &mut TokenArgs| args.ttl = "soon".to_owned(),
        |args: &mut TokenArgs| args.subject = "a b".to_owned(),
        |args: &mut TokenArgs| args.tenant = Some("nobody".to_owned()),
        |args: &mut TokenArgs| args.server = Some("nowhere".to_owned()),
    ] {
        let mut args = args();
        change(&mut args);
        assert!(mint(&loaded, &args, 0).is_err(), "{args:?}");
    }
}
