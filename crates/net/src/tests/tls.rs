//! Certificates: the peer's and ours.

use super::server::{Server, Step};
use super::{LONG, client, post, whole};
use crate::wire::Wire;
use crate::{ClientIdentity, Named, NetError, Target, TargetError, TlsFault, Trust};
use casemate_core::{Reason, Secret};
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose as Usage, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use std::sync::Arc;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

struct Ca {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Ca {
    fn new() -> Self {
        Self::named("Test CA")
    }

    fn named(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().der().clone();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    fn issue(&self, name: &str, usage: Usage, years: (i32, i32)) -> (CertificateDer<'static>, Vec<u8>) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.extended_key_usages = vec![usage];
        params.not_before = rcgen::date_time_ymd(years.0, 1, 1);
        params.not_after = rcgen::date_time_ymd(years.1, 1, 1);
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().der().clone(), key.serialize_der())
    }

    fn trust(&self) -> Trust {
        Trust { roots: vec![self.certificate.clone()], client: None }
    }

    /// A server with a certificate for `name`; with `clients`, it asks for client certificates of that CA.
    async fn serve(&self, name: &str, usage: Usage, years: (i32, i32), clients: Option<&Ca>) -> Server {
        let (certificate, key) = self.issue(name, usage, years);
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
        let builder = match clients {
            None => builder.unwrap().with_no_client_auth(),
            Some(ca) => {
                let mut roots = rustls::RootCertStore::empty();
                roots.add(ca.certificate.clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
                builder.unwrap().with_client_cert_verifier(verifier.unwrap())
            }
        };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key));
        let config = builder.with_single_cert(vec![certificate], key).unwrap();
        Server::at("127.0.0.1", Some(TlsAcceptor::from(Arc::new(config))), |_| Step::Reply(OK.into())).await
    }
}

const NOW: (i32, i32) = (2020, 2120);

fn https(server: &Server, trust: &Trust) -> Target {
    let url = format!("https://{}/mcp", server.address).parse().unwrap();
    Target::new(&url, Named::ByOperator, trust).unwrap()
}

#[tokio::test]
async fn a_good_certificate_and_reuse() {
    let ca = Ca::new();
    let server = ca.serve("127.0.0.1", Usage::ServerAuth, NOW, None).await;
    let (client, target) = (client(), https(&server, &ca.trust()));
    for _ in 0..2 {
        assert_eq!(whole(&client, &target, "{}").await.unwrap(), "ok");
    }
    assert_eq!(server.seen().iter().map(|(connection, _)| *connection).collect::<Vec<_>>(), [0, 0]);
}

#[tokio::test]
async fn certificates_that_are_refused() {
    let (ca, other, namesake) = (Ca::new(), Ca::named("Other CA"), Ca::new());
    for (server, trust, fault) in [
        (ca.serve("127.0.0.1", Usage::ServerAuth, NOW, None).await, &other, TlsFault::UnknownIssuer),
        (ca.serve("127.0.0.1", Usage::ServerAuth, NOW, None).await, &namesake, TlsFault::UnknownIssuer),
        (ca.serve("127.0.0.2", Usage::ServerAuth, NOW, None).await, &ca, TlsFault::WrongName),
        (ca.serve("mcp.example", Usage::ServerAuth, NOW, None).await, &ca, TlsFault::WrongName),
        (ca.serve("127.0.0.1", Usage::ServerAuth, (2000, 2001), None).await, &ca, TlsFault::Expired),
        (ca.serve("127.0.0.1", Usage::ServerAuth, (2110, 2120), None).await, &ca, TlsFault::NotYetValid),
        (ca.serve("127.0.0.1", Usage::ClientAuth, NOW, None).await, &ca, TlsFault::Certificate),
    ] {
        let error = client().send(&https(&server, &trust.trust()), post("{}"), LONG).await.unwrap_err();
        assert_eq!(error, NetError::Tls(fault));
        assert_eq!((error.reason(), error.may_have_effect()), (Reason::UpstreamTls, false));
        assert!(server.seen().is_empty());
    }
}

#[tokio::test]
async fn names_are_verified_by_name_wherever_they_point() {
    let ca = Ca::new();
    let server = ca.serve("mcp.example", Usage::ServerAuth, NOW, None).await;
    let open = async |host: &str| {
        let url = format!("https://{host}:{}/", server.address.port()).parse().unwrap();
        let target = Target::new(&url, Named::ByOthers, &ca.trust()).unwrap();
        Wire::open(&target, &[server.address.ip()], Instant::now() + LONG).await.map(drop)
    };
    assert_eq!(open("mcp.example").await, Ok(()));
    assert_eq!(open("other.example").await, Err(NetError::Tls(TlsFault::WrongName)));
    assert_eq!(open("a.mcp.example").await, Err(NetError::Tls(TlsFault::WrongName)));
}

#[tokio::test]
async fn the_system_store_does_not_know_a_private_ca() {
    let ca = Ca::new();
    let server = ca.serve("127.0.0.1", Usage::ServerAuth, NOW, None).await;
    let url = format!("https://{}/", server.address).parse().unwrap();
    match Target::new(&url, Named::ByOperator, &Trust::default()) {
        Ok(target) => {
            let error = client().send(&target, post("{}"), LONG).await.unwrap_err();
            assert_eq!(error, NetError::Tls(TlsFault::UnknownIssuer));
        }
        Err(error) => assert!(matches!(error, TargetError::Roots(_)), "{error}"),
    }
}

#[tokio::test]
async fn a_peer_that_speaks_no_tls() {
    // It waits for the end of a request line.
    let server = Server::fixed("HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let ca = Ca::new();
    let url = format!("https://{}/", server.address).parse().unwrap();
    let target = Target::new(&url, Named::ByOperator, &ca.trust()).unwrap();
    let error = client().send(&target, post("{}"), std::time::Duration::from_millis(100)).await.unwrap_err();
    assert_eq!((error.reason(), error.may_have_effect()), (Reason::UpstreamConnect, false), "{error}");
}

#[tokio::test]
async fn the_client_certificate_is_presented() {
    let (ca, people, other) = (Ca::new(), Ca::new(), Ca::new());
    let server = ca.serve("127.0.0.1", Usage::ServerAuth, NOW, Some(&people)).await;
    let with = |issuer: &Ca| {
        let (leaf, key) = issuer.issue("gateway.example", Usage::ClientAuth, NOW);
        Trust { client: Some(ClientIdentity { chain: vec![leaf], key: Secret::new(key) }), ..ca.trust() }
    };
    assert_eq!(whole(&client(), &https(&server, &with(&people)), "{}").await.unwrap(), "ok");
    for trust in [ca.trust(), with(&other)] {
        let error = whole(&client(), &https(&server, &trust), "{}").await.unwrap_err();
        assert!(matches!(error, NetError::Tls(TlsFault::LateAlert(_)) | NetError::Closed), "{error:?}");
    }
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn trust_that_cannot_be_used() {
    let (ca, other) = (Ca::new(), Ca::new());
    let (leaf, key) = ca.issue("gateway.example", Usage::ClientAuth, NOW);
    let (_, foreign) = other.issue("gateway.example", Usage::ClientAuth, NOW);
    let make = |url: &str, trust: &Trust| Target::new(&url.parse().unwrap(), Named::ByOperator, trust).err();
    let with = |key: &[u8]| {
        let client = ClientIdentity { chain: vec![leaf.clone()], key: Secret::new(key.to_vec()) };
        Trust { client: Some(client), ..ca.trust() }
    };
    assert_eq!(make("https://mcp.example/", &with(&key)), None);
    assert!(matches!(make("https://mcp.example/", &with(b"no key")), Some(TargetError::Identity(_))));
    assert!(matches!(make("https://mcp.example/", &with(&foreign)), Some(TargetError::Identity(_))));
    let broken = Trust { roots: vec![CertificateDer::from(vec![1, 2, 3])], client: None };
    assert!(matches!(make("https://mcp.example/", &broken), Some(TargetError::Roots(_))));
    assert_eq!(make("http://mcp.example/", &ca.trust()), Some(TargetError::TrustWithoutTls));
    assert!(!format!("{:?}", with(&key)).contains("key: ["), "the key is not shown");
}
