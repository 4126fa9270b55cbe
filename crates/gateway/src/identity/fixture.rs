//! A configuration with tenants, for tests.

use crate::config::{
    Auth, Caps, CertificateMapping, Config, Jwt, Limit, Listener, Mode, Rate, Receipts, RequiredHeaders, ServerTls,
    Sessions, Tenant, TokenMapping,
};
use crate::custody::Custody;
use crate::jwt::mint::ISSUER;
use casemate_core::TenantId;
use casemate_core::digest::Digest;
use casemate_core::glob::Glob;
use casemate_core::policy::Policy;
use casemate_core::principal::Scope;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub(crate) fn tenant_id(name: &str) -> TenantId {
    TenantId::parse(name).unwrap()
}

/// A tenant whose certificates match the pattern and whose tokens have the claim `tenant` with its name.
pub(crate) fn tenant(name: &str, san: &str, scopes: &[Scope]) -> (TenantId, Tenant) {
    let mapping = CertificateMapping { san: Glob::parse(san).unwrap(), scopes: scopes.iter().copied().collect() };
    let token = TokenMapping { issuer: ISSUER.to_owned(), claim: "tenant".to_owned(), value: name.to_owned() };
    let tenant = Tenant {
        certificates: vec![mapping],
        tokens: vec![token],
        limit: Limit { rate: Some(Rate { rpm: 600, burst: 60 }), concurrency: None },
        subject: Limit::default(),
        tools: Vec::new(),
        sensitive: false,
        receipt: Receipts::default(),
    };
    (tenant_id(name), tenant)
}

/// The tenants `acme` and `beta`.
pub(crate) fn config(mode: Mode, tls: Option<ServerTls>, jwt: Option<Jwt>) -> Config {
    let seconds = Duration::from_secs(5);
    let tenants =
        [tenant("acme", "spiffe://acme.example/**", &[Scope::Mcp]), tenant("beta", "spiffe://beta.example/**", &[])];
    Config {
        listener: Listener {
            address: ([127, 0, 0, 1], 0).into(),
            tls,
            public_url: None,
            hosts: Vec::new(),
            origins: Vec::new(),
        },
        auth: Auth { mode, jwt, anonymous: None },
        headers: RequiredHeaders { trace: true, client: true },
        caps: Caps {
            payload: 1 << 20,
            answer: 1 << 20,
            events: 100,
            media: 1 << 20,
            tokens: 100_000,
            header_bytes: 16 * 1024,
            connections: 100,
            handshake: seconds,
            header: seconds,
            body: seconds,
            idle: seconds,
            drain: seconds,
            unauthenticated_rpm: 60,
        },
        sessions: Sessions::default(),
        policy: Arc::new(Policy { digest: Digest::of(b""), servers: BTreeMap::new(), tenants: BTreeMap::new() }),
        tenants: tenants.into_iter().collect(),
        upstreams: BTreeMap::new(),
        admin: None,
        custody: Custody::default(),
        registered: Vec::new(),
        output: casemate_output::Policy::default(),
        watched: Vec::new(),
    }
}
