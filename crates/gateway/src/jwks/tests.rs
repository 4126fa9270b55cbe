//! Rotation, outages and floods, against a file and a real HTTPS server.

use super::*;
use crate::config;
use crate::jwt::Verifier;
use crate::jwt::mint::{Issuer, Mint, RESOURCE, jwks_file, now, rules};
use crate::tls::authority::Authority;
use crate::tls::server_config;
use casemate_net::{Client, ClientConfig, Named, Target, Trust};
use std::sync::atomic::AtomicUsize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// An HTTPS server of one document, which it counts.
struct Server {
    answer: Arc<Mutex<String>>,
    served: Arc<AtomicUsize>,
    source: Option<Source>,
}

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\ncache-control: max-age=60\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

impl Server {
    async fn start(answer: String) -> Self {
        let ca = Authority::new("ca");
        let tls = TlsAcceptor::from(server_config(&ca.server(None)).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}/jwks", listener.local_addr().unwrap()).parse().unwrap();
        let (answer, served) = (Arc::new(Mutex::new(answer)), Arc::new(AtomicUsize::new(0)));
        let (text, count) = (Arc::clone(&answer), Arc::clone(&served));
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let Ok(mut stream) = tls.accept(tcp).await else { continue };
                let _ = stream.read(&mut [0; 4096]).await;
                count.fetch_add(1, Ordering::SeqCst);
                let bytes = text.lock().unwrap().clone();
                let _ = stream.write_all(bytes.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        let trust = Trust { roots: vec![ca.root()], client: None };
        let target = Target::new(&url, Named::ByOperator, &trust).unwrap();
        Self { answer, served, source: Some(Source::Url(target, Client::new(ClientConfig::default()))) }
    }

    fn verifier(&mut self) -> Verifier {
        Verifier::with_source(&rules("/unused".into()), [], self.source.take().unwrap())
    }

    fn set(&self, answer: String) {
        *self.answer.lock().unwrap() = answer;
    }

    fn served(&self) -> usize {
        self.served.load(Ordering::SeqCst)
    }
}

async fn verdict(verifier: &Verifier, token: &str) -> Result<(), Reason> {
    verifier.verify(token, RESOURCE, None, now()).await.map(drop).map_err(|refusal| refusal.reason)
}

fn set_with(issuer: &Issuer, kid: &str) -> String {
    format!("{{\"keys\":[{}]}}", issuer.jwk("EdDSA", &format!(",\"kid\":\"{kid}\"")))
}

fn named(kid: &str) -> Mint {
    Mint::new("EdDSA").header("kid", &format!("\"{kid}\""))
}

#[tokio::test]
async fn a_rotation_is_followed_and_forgets_what_was_verified() {
    let (old, new) = (Issuer::new(), Issuer::new());
    let mut server = Server::start(ok(&set_with(&old, "old"))).await;
    let verifier = server.verifier();
    let (first, second) = (named("old").by(&old), named("new").by(&new));
    assert_eq!(verdict(&verifier, &first).await, Ok(()));
    assert_eq!(verifier.keys().generation, 1);
    server.set(ok(&set_with(&new, "new")));
    assert_eq!(verdict(&verifier, &first).await, Ok(()), "nothing tells of the rotation yet");
    assert_eq!(verdict(&verifier, &second).await, Ok(()), "an unknown kid does");
    assert_eq!(verifier.keys().generation, 2);
    assert_eq!(verdict(&verifier, &first).await, Err(Reason::TokenKey), "not even from the cache");
    assert_eq!(server.served(), 2);
}

#[tokio::test]
async fn unknown_kids_cause_one_reload() {
    let issuer = Issuer::new();
    let mut server = Server::start(ok(&set_with(&issuer, "known"))).await;
    let verifier = server.verifier();
    for n in 0..50 {
        assert_eq!(verdict(&verifier, &named(&format!("kid-{n}")).by(&issuer)).await, Err(Reason::TokenKey));
    }
    assert_eq!(server.served(), 2);
    assert_eq!(verdict(&verifier, &named("known").by(&issuer)).await, Ok(()));
}

#[tokio::test]
async fn many_at_once_share_one_fetch() {
    let issuer = Issuer::new();
    let mut server = Server::start(ok(&set_with(&issuer, "known"))).await;
    let verifier = Arc::new(server.verifier());
    let tasks: Vec<_> = (0..32)
        .map(|n| {
            let verifier = Arc::clone(&verifier);
            let token = named("known").claim("jti", &format!("\"{n}\"")).by(&issuer);
            tokio::spawn(async move { verdict(&verifier, &token).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), Ok(()));
    }
    assert_eq!(server.served(), 1);
}

#[tokio::test]
async fn a_bad_answer_keeps_the_keys_that_were_good() {
    let issuer = Issuer::new();
    let good = ok(&set_with(&issuer, "known"));
    for bad in [
        ok("{\"keys\":[]}"),
        ok("not json"),
        ok(&format!("{{\"pad\":\"{}\"}}", "x".repeat(300 * 1024))),
        "HTTP/1.1 500 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned(),
        "HTTP/1.1 302 Found\r\nlocation: https://169.254.169.254/\r\ncontent-length: 0\r\n\r\n".to_owned(),
        String::new(),
    ] {
        let mut server = Server::start(good.clone()).await;
        let verifier = server.verifier();
        assert_eq!(verdict(&verifier, &named("known").by(&issuer)).await, Ok(()));
        server.set(bad.clone());
        assert_eq!(verdict(&verifier, &named("other").by(&issuer)).await, Err(Reason::TokenKey));
        assert_eq!(server.served(), 2);
        assert_eq!(verdict(&verifier, &named("known").claim("jti", "1").by(&issuer)).await, Ok(()));

        let mut server = Server::start(bad).await;
        let verifier = server.verifier();
        assert_eq!(verdict(&verifier, &named("known").by(&issuer)).await, Err(Reason::KeysUnavailable));
        assert!(!verifier.keys().usable && !verifier.keys().fresh);
    }
}

#[tokio::test]
async fn a_file_is_read_again_when_it_changes() {
    let (old, new) = (Issuer::new(), Issuer::new());
    let file = jwks_file(&set_with(&old, "old"));
    let rules = config::Jwt { jwks: config::JwksSource::File(file.path().to_owned()), ..rules("/unused".into()) };
    let verifier = Verifier::new(&rules, [], Client::new(ClientConfig::default())).unwrap();
    assert_eq!(verdict(&verifier, &named("old").by(&old)).await, Ok(()));
    let next = tempfile::NamedTempFile::new_in(file.path().parent().unwrap()).unwrap();
    std::fs::write(next.path(), set_with(&new, "new")).unwrap();
    std::fs::rename(next.path(), file.path()).unwrap();
    assert_eq!(verdict(&verifier, &named("new").by(&new)).await, Ok(()));
    assert_eq!(verdict(&verifier, &named("old").by(&old)).await, Err(Reason::TokenKey));
    let unchanged = Source::File(file.path().to_owned());
    let stamp = unchanged.load(None).await.unwrap().unwrap().stamp;
    assert!(stamp.is_some() && unchanged.load(stamp).await.unwrap().is_none());
}

#[tokio::test]
async fn a_reload_while_the_issuer_is_down_keeps_the_keys() {
    let issuer = Issuer::new();
    let mut server = Server::start(ok(&set_with(&issuer, "known"))).await;
    let verifier = server.verifier();
    let token = named("known").by(&issuer);
    assert_eq!(verdict(&verifier, &token).await, Ok(()));
    server.set(String::new());
    let net = Client::new(ClientConfig::default());
    let renewed = verifier.renew(&rules("/unused".into()), [], net.clone()).unwrap();
    drop(verifier);
    assert_eq!(renewed.remembered(), 0, "what was verified is verified again");
    assert_eq!(verdict(&renewed, &token).await, Ok(()));
    let moved = renewed.renew(&rules("/elsewhere".into()), [], net.clone()).unwrap();
    assert_eq!(verdict(&moved, &token).await, Err(Reason::KeysUnavailable));
    let other = config::Jwt { issuer: "https://other.example".to_owned(), ..rules("/unused".into()) };
    assert_eq!(verdict(&renewed.renew(&other, [], net).unwrap(), &token).await, Err(Reason::KeysUnavailable));
}

fn loaded(ttl: u64) -> Loaded {
    let bytes = bytes::Bytes::from(set_with(Issuer::shared(), "k"));
    let set = Arc::new(keyset::KeySet::parse(bytes).unwrap());
    Loaded { set, digest: casemate_core::digest::Digest::of(b""), ttl: Duration::from_secs(ttl), stamp: None }
}

#[test]
fn keys_age_from_fresh_to_stale_to_dead() {
    let start = Instant::now();
    let state = State { loaded: Some(loaded(100)), confirmed: Some(start), asked: Some(start), generation: 1 };
    let at = |seconds| start + Duration::from_secs(seconds);
    assert_eq!(state.age(at(100)), Age::Fresh);
    assert_eq!(state.age(at(101)), Age::Stale);
    assert_eq!(state.age(at(3700)), Age::Stale);
    assert_eq!(state.age(at(3701)), Age::Dead);
    assert_eq!(State::default().age(start), Age::Dead);
    assert_eq!(state.due(start), Duration::from_secs(75), "refreshed at three quarters");
    assert!(state.due(at(75)).is_zero());
    let failed = State { asked: Some(at(80)), ..state };
    assert_eq!(failed.due(at(80)), RETRY);
    assert!(failed.due(at(90)).is_zero());
    assert!(State::default().due(start).is_zero());
    let never = State { asked: Some(start), ..State::default() };
    assert_eq!(never.due(start), RETRY_EMPTY);
}

#[test]
fn an_unknown_kid_stays_unknown_for_a_while() {
    let start = Instant::now();
    let at = |seconds| start + Duration::from_secs(seconds);
    let mut unknown = Unknown::default();
    assert!(unknown.may_reload("a", start));
    unknown.remember("a", start);
    assert!(!unknown.may_reload("b", at(29)));
    assert!(!unknown.may_reload("a", at(31)), "still remembered");
    assert!(unknown.may_reload("b", at(31)));
    assert!(unknown.may_reload("a", at(121)));
    for n in 0..5000 {
        unknown.remember(&format!("kid-{n}"), at(200));
    }
    assert!(unknown.kids.len() <= NEGATIVE_KEYS);
}
