//! A store in memory that keeps S3 Object Lock to the letter, with a switch for each way of lying about it.

mod bucket;
mod sign;

use bucket::{Bucket, Call, Reply};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

pub(super) const BUCKET: &str = "audit-log";
pub(super) const REGION: &str = "eu-central-1";
pub(super) const ACCESS: &str = "AKIDEXAMPLE";
pub(super) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub(super) const TOKEN: &str = "a/session+token==";

/// How the store departs from Object Lock in compliance mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lie {
    /// It does not.
    None,
    /// Deletes a locked version.
    Deletes,
    /// Deletes a locked version if governance is to be bypassed.
    DeletesWithBypass,
    /// Refuses to delete, and does it.
    SaysNoAndDeletes,
    /// A delete without a version takes all versions away.
    MarkerKills,
    /// Shortens retention.
    Shortens,
    /// Shortens retention if governance is to be bypassed.
    ShortensWithBypass,
    /// Changes compliance to governance.
    Downgrades,
    /// Changes compliance to governance if governance is to be bypassed.
    DowngradesWithBypass,
    /// Says that retention was extended.
    ExtendsNot,
    /// A put replaces the bytes of the version that is there.
    Overwrites,
    /// Takes every conditional put.
    IgnoresCondition,
    /// Keeps no checksum.
    LosesChecksum,
    /// Tells a checksum of other bytes.
    OtherChecksum,
    /// Gives other bytes of the same length.
    OtherBytes,
    /// Gives more bytes than it was given.
    MoreBytes,
    /// Takes the lock's header fields and does nothing.
    LosesLock,
    /// Locks in governance mode.
    LocksLess,
    /// Locks for a minute less.
    LocksShorter,
    /// Takes no notice of legal holds.
    LosesHold,
    /// Names no version.
    Unversioned,
    /// Names the version of a bucket without versioning.
    NullVersion,
    /// Answers with another version than it was asked for.
    OtherVersion,
    /// Suspends versioning.
    Suspends,
    /// No lie: the credentials may not delete versions.
    NoRightToDelete,
    /// No lie: the credentials may not change retention.
    NoRightToRetain,
    /// Never answers.
    Hangs,
    /// Fails so many times.
    Busy(u64),
    /// Does the first put and hangs up without an answer.
    HangsUpAfterPut,
    /// No lie: knows no conditional puts.
    Unconditional,
    /// Says once that another writer was at it.
    Races,
    /// Sends everyone elsewhere.
    Redirects,
    /// Answers with 40 MiB.
    Giant,
    /// Refuses with an answer that would do something to a terminal.
    Garbles,
}

/// A running store.
pub(super) struct Store {
    pub(super) address: SocketAddr,
    /// Method and path of each request, with its query.
    pub(super) seen: Arc<Mutex<Vec<String>>>,
    /// Whether it hangs up on everyone.
    pub(super) down: Arc<AtomicBool>,
    bucket: Arc<Mutex<Bucket>>,
}

impl Store {
    pub(super) async fn start(lie: Lie, now: Arc<AtomicU64>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let bucket = Arc::new(Mutex::new(Bucket::new(lie)));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let down = Arc::new(AtomicBool::new(false));
        let (shared, log, away) = (Arc::clone(&bucket), Arc::clone(&seen), Arc::clone(&down));
        tokio::spawn(async move {
            loop {
                let (tcp, _) = listener.accept().await.unwrap();
                let (shared, log, now) = (Arc::clone(&shared), Arc::clone(&log), Arc::clone(&now));
                let away = Arc::clone(&away);
                let serve = service_fn(move |request| {
                    let away = away.load(Ordering::Relaxed);
                    serve((request, away), lie, Arc::clone(&shared), Arc::clone(&log), now.load(Ordering::Relaxed))
                });
                let builder = hyper::server::conn::http1::Builder::new();
                tokio::spawn(builder.serve_connection(TokioIo::new(tcp), serve));
            }
        });
        Self { address, seen, down, bucket }
    }

    /// The bytes of all versions of an object, oldest first.
    pub(super) fn versions(&self, key: &str) -> Vec<Bytes> {
        self.bucket.lock().unwrap().versions(&format!("logs/gateway-1/{key}"))
    }

    pub(super) fn count(&self, method: &str) -> usize {
        self.seen.lock().unwrap().iter().filter(|line| line.starts_with(method)).count()
    }
}

async fn serve(
    (request, away): (Request<Incoming>, bool),
    lie: Lie,
    bucket: Arc<Mutex<Bucket>>,
    seen: Arc<Mutex<Vec<String>>>,
    now: u64,
) -> Result<Response<Full<Bytes>>, std::io::Error> {
    if away {
        return Err(std::io::Error::other("away"));
    }
    let (head, mut body) = request.into_parts();
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        bytes.extend_from_slice(&frame.map_err(std::io::Error::other)?.into_data().unwrap_or_default());
    }
    let number = {
        let mut seen = seen.lock().unwrap();
        seen.push(format!("{} {}", head.method, head.uri));
        seen.len() as u64
    };
    let first_put =
        head.method == "PUT" && seen.lock().unwrap().iter().filter(|line| line.starts_with("PUT")).count() == 1;
    match lie {
        Lie::Hangs => std::future::pending().await,
        Lie::Busy(times) if number <= times => return Ok(refuse(503, "SlowDown").response()),
        Lie::Races if first_put => return Ok(refuse(409, "ConditionalRequestConflict").response()),
        Lie::Redirects => {
            let mut reply = refuse(307, "TemporaryRedirect");
            reply.headers.push(("location", format!("http://{}/elsewhere", head.headers["host"].to_str().unwrap())));
            return Ok(reply.response());
        }
        Lie::Giant => {
            return Ok(Reply { status: 200, headers: Vec::new(), body: vec![b'a'; 40 << 20].into() }.response());
        }
        Lie::Garbles => {
            let body = "<Error><Code>\u{1b}]0;owned\u{7}</Code></Error>\r\nadmin logged in".into();
            return Ok(Reply { status: 403, headers: Vec::new(), body }.response());
        }
        _ => {}
    }
    if let Err(code) = sign::verify(&head, now) {
        return Ok(refuse(403, code).response());
    }
    let call = Call::new(&head, bytes.freeze(), now);
    let reply = bucket.lock().unwrap().answer(&call);
    if lie == Lie::HangsUpAfterPut && first_put {
        return Err(std::io::Error::other("hung up"));
    }
    Ok(reply.response())
}

/// An error answer.
fn refuse(status: u16, code: &str) -> Reply {
    let body = format!("<?xml version=\"1.0\"?>\n<Error><Code>{code}</Code><Message>No.</Message></Error>");
    Reply { status, headers: Vec::new(), body: body.into() }
}

/// A query in parts, as they are written.
fn raw_query(query: Option<&str>) -> BTreeMap<String, String> {
    let pairs = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let split = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name.to_owned(), value.to_owned())
    };
    pairs.map(split).collect()
}

/// Percent-decoding; a plus sign is a plus sign.
fn decode(text: &str) -> String {
    let (mut bytes, mut from) = (Vec::new(), text.bytes());
    while let Some(byte) = from.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [from.next().unwrap(), from.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    String::from_utf8(bytes).unwrap()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap())
}
