//! A bucket with versioning and Object Lock.

use super::{BUCKET, Lie, decode, header, raw_query, refuse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use casemate_core::digest::Digest;
use http::request::Parts;
use http::{HeaderMap, Response};
use http_body_util::Full;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A request.
pub(super) struct Call {
    method: String,
    key: Option<String>,
    query: BTreeMap<String, String>,
    headers: HeaderMap,
    body: Bytes,
    now: u64,
}

impl Call {
    pub(super) fn new(head: &Parts, body: Bytes, now: u64) -> Self {
        let path = head.uri.path().strip_prefix(&format!("/{BUCKET}")).expect("path addressing");
        let key = path.strip_prefix('/').filter(|key| !key.is_empty()).map(str::to_owned);
        let query = raw_query(head.uri.query()).into_iter().map(|(name, value)| (name, decode(&value))).collect();
        Self { method: head.method.to_string(), key, query, headers: head.headers.clone(), body, now }
    }

    fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    fn bypass(&self) -> bool {
        self.header("x-amz-bypass-governance-retention") == Some("true")
    }

    /// What stands between two tags.
    fn element(&self, name: &str) -> Option<&str> {
        let text = std::str::from_utf8(&self.body).ok()?;
        text.split_once(&format!("<{name}>"))?.1.split_once(&format!("</{name}>")).map(|(inside, _)| inside)
    }

    /// Whether the body has the checksum that was announced; writes about locks need one.
    fn checked(&self) -> Result<Digest, Reply> {
        let told = self.header("x-amz-checksum-sha256").ok_or_else(|| refuse(400, "InvalidRequest"))?;
        let digest = Digest::of(&self.body);
        if told == STANDARD.encode(digest.0) { Ok(digest) } else { Err(refuse(400, "BadDigest")) }
    }
}

/// An answer.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Bytes,
}

impl Reply {
    fn done(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new() }
    }

    fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn response(self) -> Response<Full<Bytes>> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        response.body(Full::new(self.body)).unwrap()
    }
}

struct Entry {
    version: String,
    marker: bool,
    bytes: Bytes,
    digest: Digest,
    mode: Option<String>,
    until: u64,
    hold: bool,
}

impl Entry {
    fn protected(&self, bypass: bool, now: u64) -> bool {
        let retained = match self.mode.as_deref() {
            Some("COMPLIANCE") => self.until > now,
            Some(_) => self.until > now && !bypass,
            None => false,
        };
        !self.marker && (retained || self.hold)
    }
}

pub(super) struct Bucket {
    lie: Lie,
    objects: BTreeMap<String, Vec<Entry>>,
    next: u64,
}

impl Bucket {
    pub(super) fn new(lie: Lie) -> Self {
        Self { lie, objects: BTreeMap::new(), next: 0 }
    }

    pub(super) fn versions(&self, key: &str) -> Vec<Bytes> {
        let entries = self.objects.get(key).into_iter().flatten().filter(|entry| !entry.marker);
        entries.map(|entry| entry.bytes.clone()).collect()
    }

    pub(super) fn answer(&mut self, call: &Call) -> Reply {
        let document =
            ["retention", "legal-hold", "versioning"].into_iter().find(|name| call.query.contains_key(*name));
        let answer = match (call.method.as_str(), document, &call.key) {
            ("PUT", Some("versioning"), None) => self.versioning(call),
            ("PUT", Some("retention"), Some(key)) => self.retention(call, key),
            ("PUT", Some("legal-hold"), Some(key)) => self.hold(call, key),
            ("PUT", None, Some(key)) => self.put(call, key),
            ("GET" | "HEAD", None, Some(key)) => self.get(call, key),
            ("DELETE", None, Some(key)) => self.delete(call, key),
            _ => Err(refuse(405, "MethodNotAllowed")),
        };
        answer.unwrap_or_else(|refusal| refusal)
    }

    fn version(&mut self) -> String {
        self.next += 1;
        format!("3HL4kq/tJlc+{:06}=", self.next)
    }

    fn named<'a>(&'a mut self, call: &Call, key: &str) -> Result<&'a mut Entry, Reply> {
        let entries = self.objects.get_mut(key).ok_or_else(|| refuse(404, "NoSuchKey"))?;
        match call.query.get("versionId") {
            Some(version) => {
                let found = entries.iter_mut().find(|entry| entry.version == *version);
                found.ok_or_else(|| refuse(404, "NoSuchVersion"))
            }
            None => entries.last_mut().filter(|entry| !entry.marker).ok_or_else(|| refuse(404, "NoSuchKey")),
        }
    }

    fn put(&mut self, call: &Call, key: &str) -> Result<Reply, Reply> {
        let digest = call.checked()?;
        let there = self.objects.get(key).and_then(|entries| entries.last()).is_some_and(|entry| !entry.marker);
        match call.header("if-none-match") {
            Some(_) if self.lie == Lie::Unconditional => return Err(refuse(501, "NotImplemented")),
            Some("*") if there && self.lie != Lie::IgnoresCondition => return Err(refuse(412, "PreconditionFailed")),
            Some("*") | None => {}
            Some(_) => return Err(refuse(501, "NotImplemented")),
        }
        let mode = call.header("x-amz-object-lock-mode").map(str::to_owned);
        let until = call.header("x-amz-object-lock-retain-until-date").map(date).transpose()?.unwrap_or(0);
        if mode.is_some() != (until > 0) || (until > 0 && until <= call.now) {
            return Err(refuse(400, "InvalidArgument"));
        }
        let hold = call.header("x-amz-object-lock-legal-hold") == Some("ON") && self.lie != Lie::LosesHold;
        let (mode, until) = match self.lie {
            Lie::LosesLock => (None, 0),
            Lie::LocksLess => (mode.map(|_| "GOVERNANCE".to_owned()), until),
            Lie::LocksShorter => (mode, until.saturating_sub(60_000)),
            _ => (mode, until),
        };
        let version = self.version();
        let entries = self.objects.entry(key.to_owned()).or_default();
        if let (Lie::Overwrites, Some(entry)) = (self.lie, entries.last_mut().filter(|_| there)) {
            (entry.bytes, entry.digest) = (call.body.clone(), digest);
            return Ok(Reply::done(200).header("x-amz-version-id", &entry.version));
        }
        let bytes = call.body.clone();
        entries.push(Entry { version: version.clone(), marker: false, bytes, digest, mode, until, hold });
        let reply = Reply::done(200).header("x-amz-checksum-sha256", STANDARD.encode(digest.0));
        Ok(match self.lie {
            Lie::Unversioned => reply,
            Lie::NullVersion => reply.header("x-amz-version-id", "null"),
            _ => reply.header("x-amz-version-id", version),
        })
    }

    fn get(&mut self, call: &Call, key: &str) -> Result<Reply, Reply> {
        let lie = self.lie;
        let entry = self.named(call, key)?;
        if entry.marker {
            return Err(refuse(405, "MethodNotAllowed"));
        }
        let version = if lie == Lie::OtherVersion { "another".to_owned() } else { entry.version.clone() };
        let mut reply = Reply::done(200).header("x-amz-version-id", version);
        if let Some(mode) = &entry.mode {
            let until = Timestamp::from_millisecond(entry.until as i64).unwrap();
            reply = reply
                .header("x-amz-object-lock-mode", mode)
                .header("x-amz-object-lock-retain-until-date", format!("{until:.3}"));
        }
        if entry.hold {
            reply = reply.header("x-amz-object-lock-legal-hold", "ON");
        }
        if call.header("x-amz-checksum-mode") == Some("ENABLED") && lie != Lie::LosesChecksum {
            let digest = if lie == Lie::OtherChecksum { Digest::of(b"other") } else { entry.digest };
            reply = reply.header("x-amz-checksum-sha256", STANDARD.encode(digest.0));
        }
        reply.body = match lie {
            Lie::OtherBytes if call.method == "GET" => vec![b'x'; entry.bytes.len()].into(),
            Lie::MoreBytes if call.method == "GET" => [&entry.bytes[..], b"more"].concat().into(),
            _ => entry.bytes.clone(),
        };
        Ok(reply)
    }

    fn delete(&mut self, call: &Call, key: &str) -> Result<Reply, Reply> {
        let lie = self.lie;
        if !call.query.contains_key("versionId") {
            let version = self.version();
            let entries = self.objects.entry(key.to_owned()).or_default();
            if lie == Lie::MarkerKills {
                entries.clear();
            }
            let (bytes, digest) = (Bytes::new(), Digest::of(b""));
            let marker =
                Entry { version: version.clone(), marker: true, bytes, digest, mode: None, until: 0, hold: false };
            entries.push(marker);
            return Ok(Reply::done(204).header("x-amz-delete-marker", "true").header("x-amz-version-id", version));
        }
        if lie == Lie::NoRightToDelete {
            return Err(refuse(403, "AccessDenied"));
        }
        let entry = self.named(call, key)?;
        let version = entry.version.clone();
        let allowed = match lie {
            Lie::Deletes => true,
            Lie::DeletesWithBypass if call.bypass() => true,
            _ => !entry.protected(call.bypass(), call.now),
        };
        if allowed || lie == Lie::SaysNoAndDeletes {
            self.objects.entry(key.to_owned()).or_default().retain(|entry| entry.version != version);
        }
        if allowed {
            Ok(Reply::done(204).header("x-amz-version-id", version))
        } else {
            Err(refuse(403, "AccessDenied"))
        }
    }

    fn retention(&mut self, call: &Call, key: &str) -> Result<Reply, Reply> {
        let lie = self.lie;
        call.checked()?;
        if lie == Lie::NoRightToRetain {
            return Err(refuse(403, "AccessDenied"));
        }
        let (mode, until) = (call.element("Mode"), call.element("RetainUntilDate"));
        let (Some(mode), Some(until)) = (mode, until) else { return Err(refuse(400, "MalformedXML")) };
        let until = date(until)?;
        if until <= call.now {
            return Err(refuse(400, "InvalidArgument"));
        }
        let entry = self.named(call, key)?;
        let (downgrade, shorten) = (mode != "COMPLIANCE", until < entry.until);
        let retained = entry.until > call.now;
        let compliance = retained && entry.mode.as_deref() == Some("COMPLIANCE");
        let allowed = match lie {
            Lie::Shortens if !downgrade => true,
            Lie::ShortensWithBypass if !downgrade && call.bypass() => true,
            Lie::Downgrades if !shorten => true,
            Lie::DowngradesWithBypass if !shorten && call.bypass() => true,
            _ if compliance => !downgrade && !shorten,
            _ => !retained || !shorten || call.bypass(),
        };
        if !allowed {
            return Err(refuse(403, "AccessDenied"));
        }
        if lie != Lie::ExtendsNot {
            (entry.mode, entry.until) = (Some(mode.to_owned()), until);
        }
        Ok(Reply::done(200))
    }

    fn hold(&mut self, call: &Call, key: &str) -> Result<Reply, Reply> {
        call.checked()?;
        let lost = self.lie == Lie::LosesHold;
        let on = match call.element("Status") {
            Some("ON") => true,
            Some("OFF") => false,
            _ => return Err(refuse(400, "MalformedXML")),
        };
        self.named(call, key)?.hold = on && !lost;
        Ok(Reply::done(200))
    }

    /// A bucket with Object Lock keeps its versioning.
    fn versioning(&mut self, call: &Call) -> Result<Reply, Reply> {
        call.checked()?;
        match call.element("Status") {
            Some("Enabled") => Ok(Reply::done(200)),
            Some("Suspended") if self.lie == Lie::Suspends => Ok(Reply::done(200)),
            Some("Suspended") => Err(refuse(409, "InvalidBucketState")),
            _ => Err(refuse(400, "MalformedXML")),
        }
    }
}

fn date(text: &str) -> Result<u64, Reply> {
    let stamp: Timestamp = text.parse().map_err(|_| refuse(400, "InvalidArgument"))?;
    Ok(stamp.as_millisecond() as u64)
}
