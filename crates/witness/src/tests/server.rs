//! The server over TCP: every status, and every way to waste its time.

use super::memory::{Fault, Memory};
use super::{ORIGIN, TestLog, clock, cosigner, logs};
use crate::config::ServerConfig;
use crate::directory::Directory;
use crate::server::{Server, tls};
use crate::state::origin_hash;
use crate::storage::Storage;
use crate::witness::Witness;
use casemate_net::{ClientConfig, Named, Target, Trust};
use casemate_tlog::note::Note;
use casemate_tlog::witness::{SIZE_TYPE, request};
use casemate_tlog::{Checkpoint, Signer, hash};
use http::{Method, Request};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use url::Url;

/// A server that runs until this is dropped or stopped.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Running {
    pub(crate) async fn start(witness: Witness, change: impl FnOnce(&mut ServerConfig)) -> Self {
        let mut config = ServerConfig::new("127.0.0.1:0".parse().unwrap());
        change(&mut config);
        let server = Server::bind(Arc::new(witness), config).await.unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let address = server.address();
        let task = tokio::spawn(server.run(async move { drop(stopped.await) }));
        Self { address, stop: Some(stop), task }
    }

    /// Ends it, and waits for the end.
    pub(crate) async fn stop(mut self) {
        drop(self.stop.take());
        self.task.await.unwrap();
    }

    async fn connect(&self) -> TcpStream {
        connect(self.address).await
    }
}

#[expect(clippy::disallowed_methods, reason = "a client that does what no good client would do")]
async fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.unwrap()
}

/// A witness with its state in memory.
pub(crate) fn witness(memory: &Memory, name: &str, log: &TestLog) -> Witness {
    Witness::with(Box::new(memory.clone()), logs(&[log.vkey()]), cosigner(name), clock(5).0, true).unwrap()
}

/// One answer: status, content type, body.
type Got = (u16, String, String);

async fn send(address: SocketAddr, method: Method, path: &str, body: &str) -> Got {
    let net = casemate_net::Client::new(ClientConfig::default());
    let url = Url::parse(&format!("http://{address}{path}")).unwrap();
    let target = Target::new(&url, Named::ByOperator, &Trust::default()).unwrap();
    exchange(&net, &target, method, body).await
}

async fn exchange(net: &casemate_net::Client, target: &Target, method: Method, body: &str) -> Got {
    let mut message = Request::new(body.to_owned().into());
    *message.method_mut() = method;
    let response = net.send(target, message, Duration::from_secs(30)).await.unwrap();
    let status = response.status().as_u16();
    let kind = response.headers()[http::header::CONTENT_TYPE].to_str().unwrap().to_owned();
    let body = response.into_body().collect_capped(1 << 20).await.unwrap();
    (status, kind, String::from_utf8(body.to_vec()).unwrap())
}

async fn add(address: SocketAddr, body: &str) -> Got {
    send(address, Method::POST, "/add-checkpoint", body).await
}

#[tokio::test]
async fn each_request_has_the_answer_of_the_specification() {
    let (log, fork) = (TestLog::new(ORIGIN, 40), TestLog::branch(ORIGIN, 40, 20, 1));
    let own = cosigner("w");
    let key = own.verifier().clone();
    let server = Running::start(witness(&Memory::default(), "w", &log), |_| ()).await;
    let plain = "text/plain; charset=utf-8";
    let latest = format!("/{}/checkpoint", origin_hash(ORIGIN));
    assert_eq!(send(server.address, Method::GET, &latest, "").await.0, 404);
    assert_eq!(add(server.address, &log.body(0, 30)).await.0, 200);
    let (status, kind, line) = add(server.address, &log.body(30, 35)).await;
    assert_eq!((status, kind.as_str()), (200, plain));
    let cosigned = format!("{}{line}", log.note(35));
    let opened = Note::parse(cosigned.as_bytes()).unwrap();
    assert_eq!(opened.open([log.signer.verifier(), &key]).unwrap().verified.len(), 2);
    assert_eq!(send(server.address, Method::GET, &latest, "").await, (200, plain.to_owned(), cosigned));

    let other = Signer::from_seed(ORIGIN, &[8; 32]).unwrap();
    let unsigned = Checkpoint::new(ORIGIN, 40, log.state(40).root).unwrap().sign([&other]).unwrap();
    let forged = log.body(35, 40).replacen("\n40\n", "\n41\n", 1);
    let size = (409, SIZE_TYPE.to_owned(), "35\n".to_owned());
    for (what, body, status) in [
        ("a fork", fork.body(35, 40), 422),
        ("another root for the same size with a proof", request(35, &[hash::EMPTY], &fork.note(35)), 422),
        ("a bad proof", request(35, &[], &log.note(40)), 422),
        ("an unknown log", TestLog::new("log.example/other", 9).body(0, 9), 404),
        ("an unknown key", request(35, &[], &unsigned), 403),
        ("a forged text", forged, 403),
        ("an old size above the new one", request(35, &[], &log.note(20)), 400),
        ("nothing", String::new(), 400),
        ("no text", "\0".to_owned(), 400),
    ] {
        let (got, kind, body) = add(server.address, &body).await;
        assert_eq!((got, kind.as_str()), (status, plain), "{what}: {body}");
        assert!(!body.contains('\u{2014}'), "{what} is cosigned");
    }
    for (what, body) in [
        ("a rollback", log.body(10, 20)),
        ("an old copy once more", log.body(0, 30)),
        ("the request before once more", log.body(30, 35)),
        ("from a size to come", log.body(36, 40)),
        ("from nothing", fork.body(0, 40)),
        ("another root for the same size", fork.body(35, 35)),
    ] {
        assert_eq!(add(server.address, &body).await, size, "{what}");
    }
    assert_eq!(add(server.address, &log.body(35, 35)).await.0, 200, "the same once more");
    assert_eq!(add(server.address, &log.body(35, 40)).await.0, 200);
    server.stop().await;
}

#[tokio::test]
async fn other_routes_and_methods_are_nothing() {
    let log = TestLog::new(ORIGIN, 4);
    let server = Running::start(witness(&Memory::default(), "w", &log), |_| ()).await;
    let latest = format!("/{}/checkpoint", origin_hash(ORIGIN));
    assert_eq!(add(server.address, &log.body(0, 4)).await.0, 200);
    for (method, path, status) in [
        (Method::GET, "/", 404),
        (Method::POST, "/", 404),
        (Method::GET, "/healthz", 200),
        (Method::POST, "/healthz", 405),
        (Method::GET, "/add-checkpoint", 405),
        (Method::PUT, "/add-checkpoint", 405),
        (Method::POST, "/add-checkpoint/", 404),
        (Method::POST, "/sign-subtree", 404),
        (Method::POST, &latest, 405),
        (Method::GET, "/0000/checkpoint", 404),
        (Method::GET, "/../checkpoint", 404),
        (Method::GET, &latest.to_uppercase(), 404),
    ] {
        assert_eq!(send(server.address, method.clone(), path, "").await.0, status, "{method} {path}");
    }
}

#[tokio::test]
async fn a_disk_that_fails_brings_no_cosignature() {
    let log = TestLog::new(ORIGIN, 9);
    let memory = Memory::default();
    let server = Running::start(witness(&memory, "w", &log), |_| ()).await;
    assert_eq!(add(server.address, &log.body(0, 4)).await.0, 200);
    for at in 0..3 {
        memory.fail(at, Fault::Done);
        let (status, _, body) = add(server.address, &log.body(4, 9)).await;
        assert_eq!((status, body.as_str()), (503, "the checkpoint could not be stored\n"));
        assert_eq!(send(server.address, Method::GET, "/healthz", "").await.0, 503);
    }
    assert_eq!(add(server.address, &log.body(4, 9)).await.0, 200);
    assert_eq!(send(server.address, Method::GET, "/healthz", "").await.0, 200);
}

/// A disk that hangs as long as the lock is held.
struct Stuck(Memory, Arc<Mutex<()>>);

impl Storage for Stuck {
    fn names(&self) -> io::Result<Vec<String>> {
        self.0.names()
    }
    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        self.0.read(name)
    }
    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        drop(self.1.lock().unwrap());
        self.0.write(name, bytes)
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(from, to)
    }
    fn remove(&self, name: &str) -> io::Result<()> {
        self.0.remove(name)
    }
    fn sync(&self) -> io::Result<()> {
        self.0.sync()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_hangs_stops_neither_the_others_nor_itself_for_good() {
    let log = TestLog::new(ORIGIN, 9);
    let gate = Arc::new(Mutex::new(()));
    let storage = Stuck(Memory::default(), Arc::clone(&gate));
    let witness = Witness::with(Box::new(storage), logs(&[log.vkey()]), cosigner("w"), clock(5).0, true).unwrap();
    let server = Running::start(witness, |config| {
        config.patience = Duration::from_secs(1);
        config.requests = 2;
    })
    .await;
    let (held, let_go) = std::sync::mpsc::channel::<()>();
    let (locked, is_locked) = oneshot::channel();
    let holder = std::thread::spawn(move || {
        let guard = gate.lock().unwrap();
        locked.send(()).unwrap();
        let_go.recv().unwrap();
        drop(guard);
    });
    is_locked.await.unwrap();
    let body = log.body(0, 4);
    for expected in
        ["the checkpoint could not be stored\n", "the checkpoint could not be stored\n", "the witness is busy\n"]
    {
        let (status, _, body) = add(server.address, &body).await;
        assert_eq!((status, body.as_str()), (503, expected));
    }
    assert_eq!(send(server.address, Method::GET, "/", "").await.0, 404, "it still answers");
    held.send(()).unwrap();
    holder.join().unwrap();
    // What hung was stored after all, and nobody was told: the next request says so.
    let mut said = (0, String::new());
    for _ in 0..100 {
        let (status, _, body) = add(server.address, &body).await;
        said = (status, body);
        if status == 409 {
            break;
        }
    }
    assert_eq!(said, (409, "4\n".to_owned()));
    assert_eq!(add(server.address, &log.body(4, 9)).await.0, 200);
}

/// Sends bytes and reads until the end.
async fn raw(server: &Running, parts: &[&[u8]]) -> String {
    let mut stream = server.connect().await;
    for part in parts {
        // It may have closed already.
        let _ = stream.write_all(part).await;
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn bodies_are_capped_and_heads_and_bodies_do_not_take_for_ever() {
    let log = TestLog::new(ORIGIN, 9);
    let server = Running::start(witness(&Memory::default(), "w", &log), |_| ()).await;
    let hasty = Running::start(witness(&Memory::default(), "w", &log), |config| {
        config.patience = Duration::from_millis(300);
    })
    .await;
    let status = |answer: &str| answer.split(' ').nth(1).unwrap_or_default().to_owned();
    let post = "POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n";
    let announced = raw(&server, &[format!("{post}Content-Length: 65537\r\n\r\n").as_bytes()]).await;
    assert_eq!(status(&announced), "413", "{announced}");
    let chunk = format!("8000\r\n{}\r\n", "x".repeat(0x8000)).into_bytes();
    let head = format!("{post}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n").into_bytes();
    assert_eq!(status(&raw(&server, &[&head, &chunk, &chunk, b"1\r\nx\r\n"]).await), "413");
    assert_eq!(status(&raw(&server, &[&head, &chunk, &chunk, b"0\r\n\r\n"]).await), "400", "as long as may be");
    assert_eq!(status(&raw(&hasty, &[&head, b"8000\r\nold "]).await), "408", "a body that does not come");
    assert_eq!(status(&raw(&server, &[&head, b"what\r\n"]).await), "400", "a body that is none");
    let half = raw(&hasty, &[post.as_bytes()]).await;
    assert!(half.is_empty() || status(&half) == "408", "a head that does not come: {half}");
    assert_eq!(raw(&hasty, &[b""]).await, "", "nothing at all");
    let fat = format!("{post}X: {}\r\n\r\n", "x".repeat(40_000));
    assert_eq!(status(&raw(&server, &[fat.as_bytes()]).await), "431");
    // Two requests on one connection.
    let body = log.body(0, 9);
    let good = format!("{post}Content-Length: {}\r\n\r\n{body}", body.len());
    let last = good.replacen("Host: w", "Host: w\r\nConnection: close", 1);
    let both = raw(&server, &[good.as_bytes(), last.as_bytes()]).await;
    assert!(both.starts_with("HTTP/1.1 200") && both.contains("HTTP/1.1 409"), "{both}");
    server.stop().await;
}

#[tokio::test]
async fn one_address_has_so_many_connections_and_no_more() {
    let log = TestLog::new(ORIGIN, 9);
    let server = Running::start(witness(&Memory::default(), "w", &log), |config| config.per_address = 2).await;
    let held = [server.connect().await, server.connect().await];
    let get: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n";
    assert_eq!(raw(&server, &[get]).await, "");
    drop(held);
    while !raw(&server, &[get]).await.starts_with("HTTP/1.1 200") {}
    server.stop().await;
}

#[tokio::test]
async fn it_stops_though_a_connection_stays_open() {
    let log = TestLog::new(ORIGIN, 9);
    let server = Running::start(witness(&Memory::default(), "w", &log), |config| {
        config.drain = Duration::from_millis(200);
    })
    .await;
    let mut stream = server.connect().await;
    stream.write_all(b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 9\r\n\r\nold").await.unwrap();
    let address = server.address;
    server.stop().await;
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert!(std::net::TcpListener::bind(address).is_ok(), "it listens no more");
}

#[tokio::test]
async fn over_tls_and_with_a_directory() {
    let log = TestLog::new(ORIGIN, 9);
    let dir = tempfile::tempdir().unwrap();
    let start = |new| {
        let directory = Directory::open(dir.path()).unwrap();
        Witness::open(directory, logs(&[log.vkey()]), cosigner("w"), clock(5).0, new).unwrap()
    };
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (chain, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let config = tls::from_pem(chain.as_bytes(), key.as_bytes()).unwrap();
    assert!(tls::from_pem(b"", key.as_bytes()).is_err());
    assert!(tls::from_pem(chain.as_bytes(), b"no key").is_err());
    let server = Running::start(start(true), |settings| settings.tls = Some(config)).await;
    let trust = Trust { roots: vec![made.cert.der().clone()], client: None };
    let url = Url::parse(&format!("https://{}/add-checkpoint", server.address)).unwrap();
    let target = Target::new(&url, Named::ByOperator, &trust).unwrap();
    let net = casemate_net::Client::new(ClientConfig::default());
    assert_eq!(exchange(&net, &target, Method::POST, &log.body(0, 5)).await.0, 200);
    assert_eq!(exchange(&net, &target, Method::POST, &log.body(5, 6)).await.0, 200);
    server.stop().await;
    let server = Running::start(start(false), |_| ()).await;
    assert_eq!(add(server.address, &log.body(0, 9)).await.2, "6\n");
    let both = tokio::join!(async { add(server.address, &log.body(6, 7)).await.0 }, async {
        add(server.address, &log.body(6, 9)).await.0
    });
    assert!(both == (200, 409) || both == (409, 200), "{both:?}");
}
