//! The client with witnesses that work, and with witnesses that do what they like.

use super::memory::{Fault, Memory};
use super::server::{Running, witness};
use super::{ORIGIN, TestLog, clock, cosigner};
use crate::client::{Client, Collected, Failure, Peer, PeerError};
use crate::config::ClientConfig;
use crate::publish::Published;
use casemate_net::{NetError, Trust};
use casemate_tlog::note::{Note, OpenError};
use casemate_tlog::policy::{Distrust, Policy};
use casemate_tlog::witness::AnswerError;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use url::Url;

fn peer(name: &str, address: SocketAddr) -> Peer {
    let url = Url::parse(&format!("http://{address}/")).unwrap();
    Peer::new(&url, &cosigner(name).verifier().to_string(), &Trust::default()).unwrap()
}

fn quick() -> ClientConfig {
    ClientConfig {
        request: Duration::from_secs(10),
        backoff: Duration::from_millis(1),
        deadline: Duration::from_secs(60),
        ..ClientConfig::default()
    }
}

fn client(log: &Arc<TestLog>, peers: Vec<Peer>, config: ClientConfig) -> Client {
    let net = casemate_net::Client::new(casemate_net::ClientConfig::default());
    Client::new(net, peers, Arc::clone(log) as _, clock(5).0, config).unwrap()
}

/// A server that answers each connection's first request with these bytes, the last of them for ever.
async fn puppet(answers: Vec<Vec<u8>>) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, asked) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        loop {
            let Ok((mut stream, _)) = listener.accept().await else { return };
            let answer = answers[count.fetch_add(1, Ordering::Relaxed).min(answers.len() - 1)].clone();
            tokio::spawn(async move {
                let mut request = Vec::new();
                while !complete(&request) {
                    let mut part = [0; 4096];
                    match stream.read(&mut part).await {
                        Ok(0) | Err(_) => return,
                        Ok(count) => request.extend_from_slice(&part[..count]),
                    }
                }
                if answer == HANG {
                    std::future::pending::<()>().await;
                }
                let _ = stream.write_all(&answer).await;
            });
        }
    });
    (address, asked)
}

/// Instead of an answer: none.
const HANG: &[u8] = b"hang";

fn complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    length.is_some_and(|length: usize| body.len() >= length)
}

fn http(status: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

#[tokio::test]
async fn a_log_that_grows_is_cosigned_by_all() {
    let log = Arc::new(TestLog::new(ORIGIN, 300));
    let names = ["w1", "w2", "w3"];
    let mut servers = Vec::new();
    for name in names {
        servers.push(Running::start(witness(&Memory::default(), name, &log), |_| ()).await);
    }
    let peers = || names.iter().zip(&servers).map(|(name, server)| peer(name, server.address)).collect();
    let first = client(&log, peers(), quick());
    let policy = |quorum| Policy::new(ORIGIN, vec![log.signer.verifier().clone()], first.keys(), quorum).unwrap();
    for size in [1, 2, 255, 256, 257, 257, 300] {
        let Collected { note, cosigned, failed } = first.cosign(&log.note(size)).await.unwrap();
        assert_eq!((cosigned.len(), failed.as_slice()), (3, &[][..]));
        let published = Published::new(note.clone(), &policy(3)).unwrap();
        assert_eq!((published.trusted().checkpoint.size(), published.trusted().time), (size, Some(5)));
        assert_eq!(published.note(), note);
        // Nobody is asked twice for the same.
        let again = first.cosign(&note).await.unwrap();
        assert_eq!((again.note, again.cosigned.len()), (note, 3));
    }
    // A client that knows nothing yet learns the size.
    let mut known = peers();
    let late = client(&log, std::mem::take(&mut known), quick());
    assert_eq!(late.cosign(&log.note(300)).await.unwrap().failed, []);
    // An old checkpoint is not cosigned any more, and that says something.
    let behind = late.cosign(&log.note(299)).await.unwrap();
    assert_eq!(behind.note, log.note(299));
    assert_eq!(behind.failed.len(), 3);
    assert!(behind.failed.iter().all(|(_, failure)| *failure == Failure::Ahead(300) && failure.is_alarming()));
    // So does another history.
    let fork = Arc::new(TestLog::branch(ORIGIN, 400, 250, 1));
    let forked = client(&fork, peers(), quick()).cosign(&fork.note(400)).await.unwrap();
    assert_eq!(forked.note, fork.note(400));
    assert!(forked.failed.iter().all(|(_, failure)| *failure == Failure::Inconsistent && failure.is_alarming()));
    let refused = Published::new(forked.note, &policy(1)).unwrap_err();
    assert_eq!(refused, Distrust::Witnesses { found: 0, needed: 1 });
    assert!(first.cosign("nothing").await.is_err());
}

/// What one witness with these answers, and nothing else, brings.
async fn alone(answers: Vec<Vec<u8>>) -> (Failure, usize) {
    alone_within(answers, quick().request).await
}

async fn alone_within(answers: Vec<Vec<u8>>, request: Duration) -> (Failure, usize) {
    let log = Arc::new(TestLog::new(ORIGIN, 20));
    let (address, asked) = puppet(answers).await;
    let client = client(&log, vec![peer("w", address)], ClientConfig { request, ..quick() });
    let Collected { note, cosigned, mut failed } = client.cosign(&log.note(9)).await.unwrap();
    assert_eq!((note, cosigned), (log.note(9), Vec::new()));
    (failed.pop().unwrap().1, asked.load(Ordering::Relaxed))
}

#[tokio::test]
async fn whatever_a_hostile_witness_answers_costs_only_its_cosignature() {
    let log = TestLog::new(ORIGIN, 20);
    let line = |name: &str, size, time| {
        let text = log.note(size);
        cosigner(name).cosign(Note::parse(text.as_bytes()).unwrap().text(), time).unwrap()
    };
    let bad = || Failure::Answer(AnswerError::Open(OpenError::Bad("w".to_owned())));
    let ok = |body: &str| vec![http("200 OK", body)];
    for (what, answers, failure, requests) in [
        ("a cosignature of another tree", ok(&line("w", 8, 5)), bad(), 1),
        ("that of a stranger", ok(&line("x", 9, 5)), Failure::Answer(AnswerError::Open(OpenError::Unsigned)), 1),
        (
            "the same twice",
            ok(&line("w", 9, 5).repeat(2)),
            Failure::Answer(AnswerError::Open(OpenError::Twice("w".to_owned()))),
            1,
        ),
        ("one from the future", ok(&line("w", 9, 306)), Failure::Time(306), 1),
        ("a size above ours", vec![http("409 Conflict", "21\n")], Failure::Ahead(21), 1),
        ("the size that was sent", vec![http("409 Conflict", "0\n")], Failure::Contradiction, 1),
        (
            "ever new sizes",
            ["1\n", "2\n", "3\n", "4\n", "5\n"].map(|size| http("409 Conflict", size)).to_vec(),
            Failure::Contradiction,
            4,
        ),
        ("no size", vec![http("409 Conflict", "four\n")], Failure::Status(409), 1),
        ("a size that is not canonical", vec![http("409 Conflict", "+4\n")], Failure::Status(409), 1),
        ("a redirect", vec![http("307 Temporary Redirect\r\nLocation: /there", "")], Failure::Status(307), 1),
        ("it does not know us", vec![http("404 Not Found", "")], Failure::UnknownLog, 1),
        ("nor our key", vec![http("403 Forbidden", "")], Failure::Unsigned, 1),
        ("it is out of order", vec![http("500 Oh", "")], Failure::Status(500), 3),
        ("it has too much to do", vec![http("429 Wait\r\nRetry-After: 999999", "")], Failure::Status(429), 3),
        ("no such status", vec![http("799 What", "")], Failure::Status(799), 3),
    ] {
        assert_eq!(alone(answers).await, (failure, requests), "{what}");
    }
    for (what, answers) in [
        ("garbage", vec![b"\0\0\0 what\r\n\r\n".to_vec()]),
        ("a page", ok("<html>no</html>\n")),
        ("nothing", ok("")),
        ("too much", ok(&"x".repeat(20_000))),
        (
            "too much that was not announced",
            vec![[b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 4_000_000]].concat()],
        ),
        ("compressed", vec![http("200 OK\r\nContent-Encoding: gzip", "x")]),
        ("a head without end", vec![[b"HTTP/1.1 200 OK\r\n".to_vec(), b"A: b\r\n".repeat(10_000)].concat()]),
        ("control characters", ok("\u{2014} w \u{1b}[2J\n")),
    ] {
        let (failure, _) = alone(answers).await;
        assert!(matches!(failure, Failure::Net(_) | Failure::Answer(_)), "{what}: {failure:?}");
        assert!(!failure.to_string().contains('\u{1b}') && !failure.is_alarming(), "{what}");
    }
    assert_eq!(alone(vec![Vec::new()]).await, (Failure::Net(NetError::Closed), 3), "it hangs up");
    let hangs = alone_within(vec![HANG.to_vec()], Duration::from_millis(300)).await;
    assert_eq!(hangs, (Failure::Net(NetError::Timeout), 3), "it hangs");
}

#[tokio::test]
async fn good_witnesses_count_whatever_the_others_do() {
    let log = Arc::new(TestLog::new(ORIGIN, 20));
    let memory = Memory::default();
    let good = Running::start(witness(&memory, "w1", &log), |_| ()).await;
    let (hangs, _) = puppet(vec![HANG.to_vec()]).await;
    let (first_fails, _) =
        puppet(vec![http("503 No", ""), http("409 Conflict", "3\n"), http("200 OK", "\u{2014} w3 what\n")]).await;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let peers = || vec![peer("w1", good.address), peer("w2", hangs), peer("w3", first_fails), peer("w4", nobody)];
    // The first attempt finds a full disk.
    memory.fail(0, Fault::Half);
    let enough = ClientConfig { enough: 1, grace: Duration::from_millis(100), ..quick() };
    let Collected { note, cosigned, failed } = client(&log, peers(), enough).cosign(&log.note(9)).await.unwrap();
    assert_eq!(cosigned, ["w1"]);
    let names: std::collections::BTreeSet<&str> = failed.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["w2", "w3", "w4"].into());
    assert!(failed.contains(&("w2".to_owned(), Failure::Late)), "nobody waits for it: {failed:?}");
    let keys = peers().iter().map(|peer| peer.key().clone()).collect::<Vec<_>>();
    let policy = |k| Policy::new(ORIGIN, vec![log.signer.verifier().clone()], keys.clone(), k).unwrap();
    assert!(Published::new(note.clone(), &policy(1)).is_ok());
    assert_eq!(Published::new(note, &policy(2)), Err(Distrust::Witnesses { found: 1, needed: 2 }));
    // The deadline holds for all.
    let short = ClientConfig { deadline: Duration::from_millis(300), ..quick() };
    let late = client(&log, vec![peer("w2", hangs)], short).cosign(&log.note(9)).await.unwrap();
    assert_eq!(late.failed, [("w2".to_owned(), Failure::Late)]);
}

#[tokio::test]
async fn a_proof_that_cannot_be_made_ends_it() {
    let log = Arc::new(TestLog::new(ORIGIN, 20));
    let short = Arc::new(TestLog::new(ORIGIN, 5));
    let (address, _) = puppet(vec![http("409 Conflict", "7\n")]).await;
    let failed = client(&short, vec![peer("w", address)], quick()).cosign(&log.note(9)).await.unwrap().failed;
    assert_eq!(failed, [("w".to_owned(), Failure::NoProof)]);
}

#[test]
fn one_witness_does_not_count_for_two() {
    let log = Arc::new(TestLog::new(ORIGIN, 2));
    let net = casemate_net::Client::new(casemate_net::ClientConfig::default());
    let peers = ["10.0.0.1:1", "10.0.0.2:1"].map(|address| peer("w", address.parse().unwrap())).to_vec();
    let refused = Client::new(net, peers, log as _, clock(5).0, quick());
    assert!(matches!(refused, Err(PeerError::Twice(name)) if name == "w"));
}
