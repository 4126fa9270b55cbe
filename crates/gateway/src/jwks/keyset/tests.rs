//! Key sets, good and bad.

use super::*;
use crate::jwt::mint::Issuer;

fn parse(text: impl AsRef<str>) -> Result<KeySet, KeySetError> {
    KeySet::parse(Bytes::copy_from_slice(text.as_ref().as_bytes()))
}

fn set_of(keys: &[String]) -> Result<usize, KeySetError> {
    parse(format!("{{\"keys\":[{}]}}", keys.join(","))).map(|set| set.keys.len())
}

#[test]
fn only_public_signing_keys_remain() {
    let issuer = Issuer::shared();
    let good = issuer.jwk("EdDSA", ",\"kid\":\"a\"");
    for ignored in [
        r#"{"kty":"oct","k":"c2VjcmV0","kid":"h","alg":"HS256"}"#.to_owned(),
        issuer.jwk("ES256", ",\"use\":\"enc\""),
        issuer.jwk("ES256", ",\"use\":7"),
        issuer.jwk("ES256", ",\"key_ops\":[\"sign\"]"),
        issuer.jwk("ES256", ",\"key_ops\":\"verify\""),
        issuer.jwk("ES256", ",\"d\":\"AAAA\""),
        issuer.jwk("ES256", ",\"kid\":7"),
        issuer.jwk("ES256", ",\"kid\":\"a b\""),
        issuer.jwk("ES256", ",\"alg\":null"),
        issuer.jwk("ES256", "").replace("P-256", "P-384"),
        issuer.jwk("ES256", "").replace("P-256", "secp256k1"),
        issuer.jwk("ES256", "").replace("\"EC\"", "\"RSA\""),
        r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#.to_owned(),
        issuer.jwk("RS256", "").replace("\"AQAB\"", "\"Ag\""),
        r#"{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#.to_owned(),
        r#"{"kty":"OKP","crv":"Ed448","x":"AAAA"}"#.to_owned(),
        r#"{"kty":"quantum"}"#.to_owned(),
        "{}".to_owned(),
    ] {
        assert_eq!(set_of(&[good.clone(), ignored.clone()]), Ok(1), "{ignored}");
        assert_eq!(set_of(std::slice::from_ref(&ignored)), Err(KeySetError::Empty), "{ignored}");
    }
}

#[test]
fn caps_and_shape() {
    let key = Issuer::shared().jwk("EdDSA", "");
    assert_eq!(set_of(&vec![key.clone(); 64]), Ok(64));
    assert_eq!(set_of(&vec![key.clone(); 65]), Err(KeySetError::TooMany));
    assert_eq!(set_of(&[key.clone(), "7".to_owned()]), Err(KeySetError::Shape));
    for bad in ["{}", "[]", "{\"keys\":{}}", "7"] {
        assert_eq!(parse(bad).map(drop), Err(KeySetError::Shape), "{bad}");
    }
    assert_eq!(parse(format!("{{\"pad\":\"{}\"}}", "x".repeat(MAX_BYTES))).map(drop), Err(KeySetError::Oversized));
    let twice = format!("{{\"keys\":[],\"keys\":[{key}]}}");
    assert!(matches!(parse(twice), Err(KeySetError::Json(_))));
    let inner = Issuer::shared().jwk("EdDSA", ",\"kty\":\"oct\"");
    assert!(matches!(set_of(&[inner]), Err(KeySetError::Json(_))));
}
