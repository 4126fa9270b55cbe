//! Requests with every combination of credentials.

use super::fixture::{config, tenant, tenant_id};
use super::*;
use crate::config::TokenMapping;
use crate::jwt::mint::{ISSUER, Issuer, Mint, NOW, RESOURCE, jwks_file, now, rules};
use crate::tls::authority::{AGENT, Authority, dns, uri};
use casemate_net::{Client, ClientConfig};
use http::header::AUTHORIZATION;
use rcgen::{SanType, date_time_ymd};

struct Bench {
    ca: Authority,
    config: Config,
    identity: Identity,
    _keys: tempfile::NamedTempFile,
}

impl Bench {
    fn new(mode: Mode) -> Self {
        Self::with(mode, |_| {})
    }

    fn with(mode: Mode, change: impl FnOnce(&mut Config)) -> Self {
        let ca = Authority::new("ca");
        let keys = jwks_file(&Issuer::shared().jwks());
        let tls = ca.server(Some(ca.trust(vec![], false)));
        let mut config = config(mode, Some(tls), Some(rules(keys.path().to_owned())));
        change(&mut config);
        let identity = Identity::new(&config, Client::new(ClientConfig::default())).unwrap();
        Self { ca, config, identity, _keys: keys }
    }

    fn agent(&self) -> CertificateDer<'static> {
        self.ca.agent().der().clone()
    }

    fn certificate(&self, names: Vec<SanType>) -> CertificateDer<'static> {
        self.ca.issue(names, |_| {}).der().clone()
    }

    async fn ask(&self, token: Option<&str>, certificate: Option<&CertificateDer<'_>>) -> Result<Principal, Reason> {
        let mut headers = HeaderMap::new();
        if let Some(token) = token {
            headers.insert(AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        }
        let uri = Uri::from_static("/mcp/kb");
        let answer = self.identity.authenticate(&headers, &uri, certificate, RESOURCE, now()).await;
        answer.map_err(|refusal| refusal.reason)
    }
}

fn token() -> String {
    Mint::new("EdDSA").token()
}

#[tokio::test]
async fn nobody_without_a_credential() {
    for mode in [Mode::Certificate, Mode::Token, Mode::CertificateOrToken, Mode::CertificateAndToken] {
        assert_eq!(Bench::new(mode).ask(None, None).await, Err(Reason::AuthRequired), "{mode:?}");
    }
}

#[tokio::test]
async fn a_certificate_alone() {
    for mode in [Mode::Certificate, Mode::CertificateOrToken] {
        let bench = Bench::new(mode);
        let principal = bench.ask(None, Some(&bench.agent())).await.unwrap();
        assert_eq!(principal.tenant.as_str(), "acme");
        assert_eq!(principal.subject.as_str(), AGENT);
        assert!(principal.scopes.has(Scope::Mcp) && !principal.scopes.has(Scope::Ingest));
        assert_eq!(principal.how.as_str(), "certificate");
        let scopeless = bench.certificate(vec![uri("spiffe://beta.example/agent")]);
        assert!(bench.ask(None, Some(&scopeless)).await.unwrap().scopes.is_empty(), "none granted means none");
    }
    let both = Bench::new(Mode::CertificateAndToken);
    assert_eq!(both.ask(None, Some(&both.agent())).await, Err(Reason::AuthTokenRequired));
    let tokens = Bench::new(Mode::Token);
    assert_eq!(tokens.ask(None, Some(&tokens.agent())).await, Err(Reason::AuthRequired));
}

#[tokio::test]
async fn a_token_alone() {
    for mode in [Mode::Token, Mode::CertificateOrToken] {
        let bench = Bench::new(mode);
        let principal = bench.ask(Some(&token()), None).await.unwrap();
        assert_eq!((principal.tenant.as_str(), principal.subject.as_str()), ("acme", "agent-7"));
        assert_eq!(principal.how.as_str(), "token");
        assert_eq!(principal.expires().map(UnixMillis::seconds), Some(NOW + 300));
    }
    assert_eq!(
        Bench::new(Mode::CertificateAndToken).ask(Some(&token()), None).await,
        Err(Reason::AuthCertificateRequired)
    );
    let certificates = Bench::new(Mode::Certificate);
    assert_eq!(certificates.ask(Some(&token()), None).await, Err(Reason::AuthTokenUnexpected));
    assert_eq!(
        certificates.ask(Some("anything"), Some(&certificates.agent())).await,
        Err(Reason::AuthTokenUnexpected),
        "what is not checked is refused, even beside a certificate that suffices"
    );
}

#[tokio::test]
async fn both_must_be_valid_and_agree() {
    for mode in [Mode::CertificateOrToken, Mode::CertificateAndToken] {
        let bench = Bench::new(mode);
        let agent = bench.agent();
        let principal = bench.ask(Some(&token()), Some(&agent)).await.unwrap();
        assert_eq!(principal.subject.as_str(), "agent-7", "the subject is the token's");
        let How::Both(certificate, facts) = &principal.how else { panic!("{:?}", principal.how) };
        assert_eq!((certificate.identity.as_str(), facts.subject.as_str()), (AGENT, "agent-7"));

        let other = Mint::new("EdDSA").claim("tenant", "\"beta\"").token();
        assert_eq!(bench.ask(Some(&other), Some(&agent)).await, Err(Reason::TenantConflict));
        let expired = Mint::new("EdDSA").claim("exp", &(NOW - 100).to_string()).token();
        assert_eq!(bench.ask(Some(&expired), Some(&agent)).await, Err(Reason::TokenExpired));
        let unmapped = Mint::new("EdDSA").claim("tenant", "\"nobody\"").token();
        assert_eq!(bench.ask(Some(&unmapped), Some(&agent)).await, Err(Reason::TenantUnknown));
        let two = bench.certificate(vec![uri(AGENT), uri("spiffe://beta.example/agent")]);
        assert_eq!(bench.ask(Some(&token()), Some(&two)).await, Err(Reason::CertificateIdentity));
        let stranger = bench.certificate(vec![uri("spiffe://gamma.example/agent")]);
        assert_eq!(bench.ask(Some(&token()), Some(&stranger)).await, Err(Reason::TenantUnknown));
    }
}

#[tokio::test]
async fn a_bound_token_needs_its_certificate() {
    let bench = Bench::new(Mode::CertificateOrToken);
    let agent = bench.agent();
    let thumbprint = certificate::read(&agent, false).unwrap().thumbprint;
    let bound = Mint::new("ES256").claim("cnf", &format!("{{\"x5t#S256\":\"{thumbprint}\"}}")).token();
    assert!(bench.ask(Some(&bound), Some(&agent)).await.is_ok());
    assert_eq!(bench.ask(Some(&bound), None).await, Err(Reason::TokenConfirmation), "not even from the cache");
    assert_eq!(bench.ask(Some(&bound), Some(&bench.agent())).await, Err(Reason::TokenConfirmation));
}

#[tokio::test]
async fn a_connection_outlives_its_certificate() {
    let bench = Bench::new(Mode::Certificate);
    let ended = bench.ca.issue(vec![uri(AGENT)], |params| params.not_after = date_time_ymd(2026, 1, 1));
    assert_eq!(bench.ask(None, Some(ended.der())).await, Err(Reason::AuthCertificateExpired));
}

#[tokio::test]
async fn one_identity_belongs_to_one_tenant() {
    let bench = Bench::with(Mode::CertificateOrToken, |config| {
        config.tenants.extend([tenant("wide", "spiffe://*.example/shared", &[Scope::Mcp])]);
        if let Some(acme) = config.tenants.get_mut("acme") {
            let claim = TokenMapping { issuer: ISSUER.to_owned(), claim: "org".to_owned(), value: "o1".to_owned() };
            let foreign = TokenMapping { issuer: "https://other.example".to_owned(), ..claim.clone() };
            acme.tokens.extend([claim, foreign]);
        }
    });
    let shared = bench.certificate(vec![uri("spiffe://acme.example/shared")]);
    assert_eq!(bench.ask(None, Some(&shared)).await, Err(Reason::TenantConflict));
    let by = |org: &str, tenant: &str| Mint::new("EdDSA").claim("org", org).claim("tenant", tenant).token();
    assert_eq!(bench.ask(Some(&by("\"o1\"", "")), None).await.map(|p| p.tenant), Ok(tenant_id("acme")));
    assert_eq!(bench.ask(Some(&by("\"o1\"", "\"acme\"")), None).await.map(|p| p.tenant), Ok(tenant_id("acme")));
    assert_eq!(bench.ask(Some(&by("\"o1\"", "\"beta\"")), None).await, Err(Reason::TenantConflict));
    for (org, tenant) in [("", ""), ("[\"o1\"]", ""), ("\"O1\"", ""), ("7", "[\"acme\"]"), ("", "{\"acme\":1}")] {
        assert_eq!(bench.ask(Some(&by(org, tenant)), None).await, Err(Reason::TenantUnknown), "{org} {tenant}");
    }
}

#[tokio::test]
async fn dns_names_where_the_mapping_says_so() {
    let mapped = |config: &mut Config| {
        config.tenants.extend([tenant("hosts", "*.agents.example", &[Scope::Mcp])]);
        if let Some(clients) = config.listener.tls.as_mut().and_then(|tls| tls.clients.as_mut()) {
            clients.dns_identities = true;
        }
    };
    let bench = Bench::with(Mode::Certificate, mapped);
    let one = bench.certificate(vec![dns("a.agents.example")]);
    assert_eq!(bench.ask(None, Some(&one)).await.map(|p| p.tenant), Ok(tenant_id("hosts")));
    let two = bench.certificate(vec![dns("a.agents.example"), dns("b.agents.example")]);
    assert_eq!(bench.ask(None, Some(&two)).await, Err(Reason::CertificateIdentity));
    assert_eq!(Bench::new(Mode::Certificate).ask(None, Some(&one)).await, Err(Reason::CertificateIdentity));
}

#[tokio::test]
async fn mode_none_reads_no_credential() {
    let bench = Bench::with(Mode::None, |config| config.auth.anonymous = Some(tenant_id("acme")));
    let principal = bench.ask(Some("not a token"), None).await.unwrap();
    assert_eq!((principal.tenant.as_str(), principal.subject.as_str()), ("acme", "anonymous"));
    assert!(Scope::ALL.into_iter().all(|scope| principal.scopes.has(scope)));
    assert_eq!((principal.how, bench.identity.keys()), (How::Anonymous, None));
}

#[tokio::test]
async fn the_other_spelling_is_refused_in_every_mode() {
    for mode in [Mode::None, Mode::Certificate, Mode::Token, Mode::CertificateOrToken, Mode::CertificateAndToken] {
        let bench = Bench::with(mode, |config| {
            config.auth.anonymous = (mode == Mode::None).then(|| tenant_id("acme"));
        });
        let mut headers = HeaderMap::new();
        headers.insert("authorisation", format!("Bearer {}", token()).parse().unwrap());
        let (uri, agent) = (Uri::from_static("/mcp/kb"), bench.agent());
        let answer = bench.identity.authenticate(&headers, &uri, Some(&agent), RESOURCE, now()).await;
        assert_eq!(answer.unwrap_err().reason, Reason::AuthHeaderSpelling, "{mode:?}");
        let uri = Uri::from_static("/mcp/kb?access_token=a.b.c");
        let answer = bench.identity.authenticate(&HeaderMap::new(), &uri, Some(&agent), RESOURCE, now()).await;
        assert_eq!(answer.unwrap_err().reason, Reason::AuthTokenInQuery, "{mode:?}");
    }
}

#[test]
fn a_mode_that_lacks_what_it_needs_does_not_load() {
    let bench = Bench::new(Mode::Certificate);
    let load = |change: &dyn Fn(&mut Config)| {
        let mut config = bench.config.clone();
        change(&mut config);
        Identity::new(&config, Client::new(ClientConfig::default())).map(drop)
    };
    assert!(load(&|_| {}).is_ok());
    assert!(matches!(load(&|c| c.auth.mode = Mode::None), Err(IdentityError::NoAnonymousTenant)));
    assert!(matches!(load(&|c| c.listener.tls = None), Err(IdentityError::NoAuthority)));
    let no_issuer = |c: &mut Config| (c.auth.mode, c.auth.jwt) = (Mode::CertificateAndToken, None);
    assert!(matches!(load(&no_issuer), Err(IdentityError::NoIssuer)));
}
