//! What is read of a token before and after its signature: its parts, header and claims.
//!
//! The first line is the token, the second stands for claims of a token whose signature would hold.
#![no_main]
#![expect(dead_code, reason = "the files are taken as they are; not every item in them is reached from here")]

use bytes::Bytes;
use casemate_core::UnixMillis;
use casemate_core::json::{Json, Limits};
use libfuzzer_sys::fuzz_target;
use std::time::Duration;

mod config {
    //! The rules that claims are judged by.

    use std::time::Duration;

    pub(crate) struct Jwt {
        pub(crate) issuer: String,
        pub(crate) skew: Duration,
        pub(crate) max_lifetime: Duration,
    }
}

#[path = "../../crates/gateway/src/jwks/keyset.rs"]
mod jwks;

#[path = "../../crates/gateway/src/jwt"]
mod jwt {
    //! The pure part of the gateway's `jwt` module.

    mod claims;
    mod parts;

    use casemate_core::UnixMillis;
    use casemate_core::json::Value;

    pub(crate) fn parts(token: &str) {
        for plain in [false, true] {
            if let Ok(parts) = parts::Parts::read(token, plain) {
                assert!(token.starts_with(parts.signed) && token.ends_with(parts.signature));
                assert_eq!(token.len(), parts.signed.len() + 1 + parts.signature.len());
            }
        }
    }

    pub(crate) fn claims(claims: Value<'_>, rules: &crate::config::Jwt, now: UnixMillis) {
        if claims::check(claims, rules, "https://r.example/mcp/a", None, now).is_ok() {
            let said = |name: &str| claims.get(name).and_then(|value| value.as_str());
            assert_eq!(said("iss").as_deref(), Some(rules.issuer.as_str()), "another issuer was accepted");
            assert!(claims.get("aud").is_some() && claims.get("exp").is_some(), "a token without audience or end");
            assert!(claims.get("cnf").is_none(), "a bound token was accepted without its proof");
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (token, claims) = text.split_once('\n').unwrap_or((text, ""));
    jwt::parts(token);
    if let Ok(json) = Json::parse(Bytes::copy_from_slice(claims.as_bytes()), Limits::default()) {
        let rules = config::Jwt {
            issuer: "https://issuer.example".to_owned(),
            skew: Duration::from_secs(30),
            max_lifetime: Duration::from_secs(3600),
        };
        jwt::claims(json.root(), &rules, UnixMillis(1_700_000_000_000));
    }
});
