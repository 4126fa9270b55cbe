//! Sealing an upstream's `requestState` on its way through the client.
//!
//! The client may hold it but neither read nor change it, nor use it for another principal, server, method or argument,
//! nor after its expiry (MCP 2026-07-28, "Multi Round-Trip Requests", server requirements 4 and 5).

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casemate_core::digest::Digest;
use casemate_core::mcp::Call;
use casemate_core::{Principal, Reason, Secret, UnixMillis};

/// How long a sealed state may be used, in milliseconds.
const LIFETIME: u64 = 15 * 60 * 1000;
/// Bytes of an upstream's state.
const MAX: usize = 256 * 1024;

/// Seals and opens states under one key.
pub(crate) struct Sealer {
    key: LessSafeKey,
}

impl Sealer {
    /// A sealer for a key of 32 bytes.
    pub(crate) fn new(key: &Secret) -> Option<Self> {
        UnboundKey::new(&AES_256_GCM, key.expose()).ok().map(|key| Self { key: LessSafeKey::new(key) })
    }

    /// What the state is bound to.
    fn binding(call: &Call, principal: &Principal) -> Digest {
        Digest::of_parts(
            "casemate/request-state/v1",
            &[
                principal.tenant.as_str().as_bytes(),
                principal.subject.as_str().as_bytes(),
                call.server.as_str().as_bytes(),
                &call.request_digest().0,
            ],
        )
    }

    /// Seals `state` for the retry of `call` by `principal`.
    pub(crate) fn seal(
        &self,
        state: &str,
        call: &Call,
        principal: &Principal,
        now: UnixMillis,
    ) -> Result<String, Reason> {
        if state.len() > MAX {
            return Err(Reason::UpstreamOversize);
        }
        let mut nonce = [0_u8; NONCE_LEN];
        aws_lc_rs::rand::fill(&mut nonce).map_err(|_| Reason::Internal)?;
        let mut sealed = now.plus(LIFETIME).0.to_be_bytes().to_vec();
        sealed.extend_from_slice(state.as_bytes());
        let binding = Self::binding(call, principal);
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(binding.0), &mut sealed)
            .map_err(|_| Reason::Internal)?;
        let mut envelope = nonce.to_vec();
        envelope.append(&mut sealed);
        Ok(URL_SAFE_NO_PAD.encode(envelope))
    }

    /// Opens what [`Sealer::seal`] made for the same principal and request.
    pub(crate) fn open(
        &self,
        sealed: &str,
        call: &Call,
        principal: &Principal,
        now: UnixMillis,
    ) -> Result<String, Reason> {
        const WRONG: Reason = Reason::McpRequestState;
        let mut envelope = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| WRONG)?;
        let (nonce, body) = envelope.split_at_mut_checked(NONCE_LEN).ok_or(WRONG)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| WRONG)?;
        let binding = Self::binding(call, principal);
        let plain = self.key.open_in_place(nonce, Aad::from(binding.0), body).map_err(|_| WRONG)?;
        let (expiry, state) = plain.split_first_chunk::<8>().ok_or(WRONG)?;
        if now.0 > u64::from_be_bytes(*expiry) {
            return Err(WRONG);
        }
        String::from_utf8(state.to_vec()).map_err(|_| WRONG)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use casemate_core::headers::Mirrored;
    use casemate_core::json::Limits;
    use casemate_core::mcp::{Inbound, read};
    use casemate_core::principal::{How, Scopes};
    use casemate_core::{ServerName, Subject, TenantId};

    fn call(server: &str, argument: &str, id: u32) -> Call {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"t","arguments":{{"a":"{argument}"}},
            "_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{}}}}}}}}"#
        );
        let headers =
            Mirrored { version: Some("2026-07-28"), method: Some("tools/call"), name: Some("t"), params: Vec::new() };
        match read(ServerName::parse(server).unwrap(), Bytes::from(body), &headers, Limits::default()) {
            Ok(Inbound::Call(call)) => *call,
            other => panic!("{other:?}"),
        }
    }

    fn principal(tenant: &str, subject: &str) -> Principal {
        Principal {
            tenant: TenantId::parse(tenant).unwrap(),
            subject: Subject::parse(subject).unwrap(),
            scopes: Scopes::default(),
            how: How::Anonymous,
        }
    }

    #[test]
    fn a_state_serves_only_the_retry_it_was_made_for() {
        let sealer = Sealer::new(&Secret::new(vec![7; 32])).unwrap();
        let now = UnixMillis(1_000_000);
        let me = principal("acme", "a");
        let sealed = sealer.seal("inner", &call("kb", "x", 1), &me, now).unwrap();
        assert_eq!(sealer.open(&sealed, &call("kb", "x", 2), &me, now), Ok("inner".to_owned()));
        let wrong = Err(Reason::McpRequestState);
        assert_eq!(sealer.open(&sealed, &call("kb", "y", 2), &me, now), wrong);
        assert_eq!(sealer.open(&sealed, &call("other", "x", 2), &me, now), wrong);
        assert_eq!(sealer.open(&sealed, &call("kb", "x", 2), &principal("acme", "b"), now), wrong);
        assert_eq!(sealer.open(&sealed, &call("kb", "x", 2), &principal("evil", "a"), now), wrong);
        assert_eq!(sealer.open(&sealed, &call("kb", "x", 2), &me, now.plus(LIFETIME + 1)), wrong);
        let mut tampered = sealed.clone().into_bytes();
        tampered[20] ^= 1;
        assert_eq!(sealer.open(&String::from_utf8_lossy(&tampered), &call("kb", "x", 2), &me, now), wrong);
        for junk in ["", "x", "AAAA", "inner"] {
            assert_eq!(sealer.open(junk, &call("kb", "x", 2), &me, now), wrong);
        }
        let other = Sealer::new(&Secret::new(vec![8; 32])).unwrap();
        assert_eq!(other.open(&sealed, &call("kb", "x", 2), &me, now), wrong);
    }
}
