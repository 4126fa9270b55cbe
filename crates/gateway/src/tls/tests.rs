//! Handshakes over an in-memory pipe, with certificates of every fault.

use super::authority::{AGENT, Authority, Leaf, uri};
use super::*;
use crate::certificate;
use rcgen::{ExtendedKeyUsagePurpose, date_time_ymd};
use rustls::ClientConfig;
use rustls::version::{TLS12, TLS13};
use rustls_pki_types::{CertificateRevocationListDer, ServerName};
use std::net::Ipv4Addr;
use tokio_rustls::{TlsAcceptor, TlsConnector};

struct Outcome {
    result: Result<Vec<CertificateDer<'static>>, Reason>,
    resumed: bool,
    alpn: Option<Vec<u8>>,
}

fn client_config(
    ca: &Authority,
    leaf: Option<&Leaf>,
    version: &'static rustls::SupportedProtocolVersion,
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(ca.root()).unwrap();
    let builder = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots);
    match leaf {
        Some(leaf) => builder.with_client_auth_cert(leaf.chain.clone(), leaf.key()).unwrap(),
        None => builder.with_no_client_auth(),
    }
}

async fn shake(server: &Arc<ServerConfig>, client: &Arc<ClientConfig>) -> Outcome {
    let (near, far) = tokio::io::duplex(64 * 1024);
    let name = ServerName::from(std::net::IpAddr::from(Ipv4Addr::LOCALHOST));
    let connector = TlsConnector::from(Arc::clone(client));
    let connect = async {
        use tokio::io::AsyncReadExt as _;
        if let Ok(mut stream) = connector.connect(name, near).await {
            // Reading takes in the tickets that would let a session resume.
            let _ = stream.read(&mut [0; 1]).await;
        }
    };
    let accept = async {
        use tokio::io::AsyncWriteExt as _;
        match TlsAcceptor::from(Arc::clone(server)).accept(far).await {
            Ok(mut stream) => {
                let _ = stream.write_all(b"x").await;
                let (_, connection) = stream.get_ref();
                Outcome {
                    result: Ok(connection
                        .peer_certificates()
                        .unwrap_or_default()
                        .iter()
                        .map(|c| c.clone().into_owned())
                        .collect()),
                    resumed: connection.handshake_kind() == Some(rustls::HandshakeKind::Resumed),
                    alpn: connection.alpn_protocol().map(<[u8]>::to_vec),
                }
            }
            Err(error) => Outcome { result: Err(handshake_reason(&error)), resumed: false, alpn: None },
        }
    };
    tokio::join!(connect, accept).1
}

/// The verdict on a client, the same in both versions.
async fn verdict(ca: &Authority, trust: ClientTrust, leaf: Option<&Leaf>) -> Result<usize, Reason> {
    let server = server_config(&ca.server(Some(trust))).unwrap();
    let mut verdicts = Vec::new();
    for version in [&TLS13, &TLS12] {
        let outcome = shake(&server, &Arc::new(client_config(ca, leaf, version))).await;
        verdicts.push(outcome.result.map(|chain| chain.len()));
    }
    assert_eq!(verdicts[0], verdicts[1]);
    verdicts[0]
}

fn crls(list: &[&CertificateRevocationListDer<'static>]) -> Vec<CertificateRevocationListDer<'static>> {
    list.iter().map(|crl| (*crl).clone()).collect()
}

#[tokio::test]
async fn good_certificates_and_none() {
    let ca = Authority::new("ca");
    assert_eq!(verdict(&ca, ca.trust(vec![], true), Some(&ca.agent())).await, Ok(1));
    assert_eq!(verdict(&ca, ca.trust(vec![], false), Some(&ca.agent())).await, Ok(1));
    assert_eq!(verdict(&ca, ca.trust(vec![], false), None).await, Ok(0));
    assert_eq!(verdict(&ca, ca.trust(vec![], true), None).await, Err(Reason::CertificateMissing));
}

#[tokio::test]
async fn validity_and_purpose() {
    let ca = Authority::new("ca");
    let expired = ca.issue(vec![uri(AGENT)], |params| params.not_after = date_time_ymd(2021, 1, 1));
    let early = ca.issue(vec![uri(AGENT)], |params| params.not_before = date_time_ymd(2099, 1, 1));
    let server =
        ca.issue(vec![uri(AGENT)], |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]);
    let authority = ca.issue(vec![uri(AGENT)], |params| {
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    });
    for required in [true, false] {
        let judge = async |leaf| verdict(&ca, ca.trust(vec![], required), Some(leaf)).await;
        assert_eq!(judge(&expired).await, Err(Reason::CertificateExpired));
        assert_eq!(judge(&early).await, Err(Reason::CertificateNotYetValid));
        assert_eq!(judge(&server).await, Err(Reason::CertificateInvalid));
        assert_eq!(judge(&authority).await, Err(Reason::CertificateInvalid));
    }
}

#[tokio::test]
async fn a_foreign_authority_even_of_the_same_name() {
    let ca = Authority::new("ca");
    for name in ["ca", "another"] {
        let leaf = Authority::new(name).agent();
        assert_eq!(
            verdict(&ca, ca.trust(vec![], true), Some(&leaf)).await,
            Err(Reason::CertificateUntrusted),
            "{name}"
        );
    }
}

#[tokio::test]
async fn revocation() {
    let ca = Authority::new("ca");
    let (one, two) = (ca.numbered(1), ca.numbered(2));
    let current = ca.crl(&[1], 2100);
    let judge = async |lists: &[&CertificateRevocationListDer<'static>], leaf: &Leaf| {
        verdict(&ca, ca.trust(crls(lists), true), Some(leaf)).await
    };
    assert_eq!(judge(&[&current], &one).await, Err(Reason::CertificateRevoked));
    assert_eq!(judge(&[&current], &two).await, Ok(1));
    let expired = ca.crl(&[], 2021);
    assert_eq!(judge(&[&expired], &two).await, Err(Reason::CertificateStatus));
    let foreign = Authority::new("another").crl(&[], 2100);
    assert_eq!(judge(&[&foreign], &two).await, Err(Reason::CertificateStatus));
    let forged = Authority::new("ca").crl(&[], 2100);
    assert!(judge(&[&forged], &two).await.is_err());
}

#[tokio::test]
async fn the_whole_chain_needs_a_known_status() {
    let root = Authority::new("root");
    let middle = root.intermediate("middle");
    let mut leaf = middle.numbered(5);
    leaf.chain.push(middle.root());
    let (of_root, of_middle) = (root.crl(&[], 2100), middle.crl(&[], 2100));
    for (lists, expected) in [
        (crls(&[]), Ok(2)),
        (crls(&[&of_root, &of_middle]), Ok(2)),
        (crls(&[&of_middle]), Err(Reason::CertificateStatus)),
        (crls(&[&of_root]), Err(Reason::CertificateStatus)),
    ] {
        assert_eq!(verdict(&root, root.trust(lists, true), Some(&leaf)).await, expected);
    }
    leaf.chain = leaf.chain.iter().cloned().cycle().take(12).collect();
    assert_eq!(verdict(&root, root.trust(vec![], true), Some(&leaf)).await, Err(Reason::CertificateInvalid));
}

#[tokio::test]
async fn sessions_with_certificates_are_never_resumed() {
    let ca = Authority::new("ca");
    let leaf = ca.agent();
    for version in [&TLS13, &TLS12] {
        let server = server_config(&ca.server(Some(ca.trust(vec![], true)))).unwrap();
        let client = Arc::new(client_config(&ca, Some(&leaf), version));
        for _ in 0..3 {
            let outcome = shake(&server, &client).await;
            assert!(outcome.result.is_ok() && !outcome.resumed);
        }
        let open = server_config(&ca.server(None)).unwrap();
        let client = Arc::new(client_config(&ca, None, version));
        assert!(!shake(&open, &client).await.resumed);
        assert!(shake(&open, &client).await.resumed, "without certificates there is nothing to step over");
        let reloaded = server_config(&ca.server(None)).unwrap();
        assert!(!shake(&reloaded, &client).await.resumed, "a reload forgets sessions");
    }
}

#[tokio::test]
async fn alpn_prefers_http2() {
    let ca = Authority::new("ca");
    let server = server_config(&ca.server(None)).unwrap();
    for (offered, chosen) in [(vec!["http/1.1", "h2"], "h2"), (vec!["http/1.1"], "http/1.1")] {
        let mut client = client_config(&ca, None, &TLS13);
        client.alpn_protocols = offered.into_iter().map(|name| name.as_bytes().to_vec()).collect();
        assert_eq!(shake(&server, &Arc::new(client)).await.alpn.as_deref(), Some(chosen.as_bytes()));
    }
    let mut client = client_config(&ca, None, &TLS13);
    client.alpn_protocols = vec![b"spdy/3".to_vec()];
    assert_eq!(shake(&server, &Arc::new(client)).await.result, Err(Reason::TlsHandshake));
}

#[tokio::test]
async fn what_is_no_tls_is_a_failed_handshake() {
    use tokio::io::AsyncWriteExt as _;
    let ca = Authority::new("ca");
    let server = server_config(&ca.server(None)).unwrap();
    for bytes in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"", b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"] {
        let (mut near, far) = tokio::io::duplex(1024);
        near.write_all(bytes).await.unwrap();
        near.shutdown().await.unwrap();
        let error = TlsAcceptor::from(Arc::clone(&server)).accept(far).await.unwrap_err();
        assert_eq!(handshake_reason(&error), Reason::TlsHandshake);
    }
    let slow = std::io::Error::from(std::io::ErrorKind::TimedOut);
    assert_eq!(handshake_reason(&slow), Reason::TlsTimeout);
}

#[test]
fn an_open_connection_is_judged_again() {
    let ca = Authority::new("ca");
    let leaf = ca.numbered(9);
    let now = UnixMillis(1_800_000_000_000);
    let check = |trust: &ClientTrust, now| ClientVerifier::new(trust).unwrap().check(&leaf.chain, now);
    assert_eq!(check(&ca.trust(vec![], true), now), Ok(()));
    assert_eq!(check(&ca.trust(vec![ca.crl(&[9], 2100)], true), now), Err(Reason::CertificateRevoked));
    assert_eq!(check(&Authority::new("ca").trust(vec![], true), now), Err(Reason::CertificateUntrusted));
    assert_eq!(check(&ca.trust(vec![], true), UnixMillis(4_200_000_000_000)), Err(Reason::CertificateExpired));
    let verifier = ClientVerifier::new(&ca.trust(vec![], true)).unwrap();
    assert_eq!(verifier.check(&[], now), Err(Reason::CertificateMissing));
}

#[test]
fn what_cannot_be_used_is_said_at_load() {
    let ca = Authority::new("ca");
    let mut tls = ca.server(None);
    tls.key = Secret::new(b"no key".to_vec());
    assert!(matches!(server_config(&tls), Err(TlsError::Key)));
    tls.key = ca.server(None).key;
    assert!(matches!(server_config(&tls), Err(TlsError::Server(_))), "the key of another certificate");
    let mut trust = ca.trust(vec![], true);
    trust.roots.clear();
    assert!(matches!(ClientVerifier::new(&trust), Err(TlsError::Clients(_))));
    trust.roots.push(CertificateDer::from(b"x".to_vec()));
    assert!(matches!(ClientVerifier::new(&trust), Err(TlsError::Root { number: 1, .. })));
    let trust = ca.trust(vec![CertificateRevocationListDer::from(b"x".to_vec())], true);
    assert!(matches!(ClientVerifier::new(&trust), Err(TlsError::Clients(_))));
}

#[test]
fn facts_of_real_certificates() {
    let ca = Authority::new("ca");
    let leaf = ca.agent();
    let facts = certificate::read(leaf.der(), false).unwrap();
    assert_eq!(facts.identity.as_str(), AGENT);
    assert_eq!(facts.thumbprint.len(), 43);
    assert_eq!(facts.not_after.seconds(), 4_102_444_800);
    let last = UnixMillis(4_102_444_800_999);
    assert!(!certificate::has_ended(&facts, last) && certificate::has_ended(&facts, last.plus(1)));
    let reason = |der: &CertificateDer<'_>| certificate::read(der, false).unwrap_err().reason;
    for names in [vec![], vec![uri(AGENT), uri(AGENT)], vec![uri("https://x.example")]] {
        assert_eq!(reason(ca.issue(names, |_| {}).der()), Reason::CertificateIdentity);
    }
    let mut longer = leaf.der().to_vec();
    longer.push(0);
    assert_eq!(reason(&CertificateDer::from(longer)), Reason::CertificateIdentity);
    assert_eq!(reason(&CertificateDer::from(b"x".to_vec())), Reason::CertificateIdentity);
}
