//! One request: signed, sent, sent again after faults that may pass, and its answer within caps.

use super::S3;
use crate::config::{MAX_ERROR, SIGNATURE_SECONDS};
use crate::error::{ArchiveError, Code};
use crate::object::{Key, Version};
use bytes::Bytes;
use casemate_net::{NetError, ResolveFault};
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode};
use jiff::Timestamp;
use rusty_s3::Method;
use rusty_s3::signing::sign;
use std::time::Duration;

/// Bytes a second, below which a line to the store is too slow.
const SLOWEST: usize = 256 * 1024;

/// What is asked of the store. All its header fields are signed.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    method: Method,
    /// The object; none for the bucket.
    key: Option<Key>,
    /// Which of its documents, such as `retention`.
    document: Option<&'static str>,
    version: Option<Version>,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
    cap: usize,
}

impl Ask {
    pub(super) fn new(method: Method, key: Option<&Key>) -> Self {
        let (headers, body) = (Vec::new(), Bytes::new());
        Self { method, key: key.cloned(), document: None, version: None, headers, body, cap: MAX_ERROR }
    }

    pub(super) fn document(mut self, document: &'static str) -> Self {
        self.document = Some(document);
        self
    }

    pub(super) fn version(mut self, version: &Version) -> Self {
        self.version = Some(version.clone());
        self
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn body(mut self, body: Bytes) -> Self {
        self.body = body;
        self
    }

    /// The longest body of a successful answer.
    pub(super) fn cap(mut self, cap: usize) -> Self {
        self.cap = cap;
        self
    }
}

/// What the store answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    headers: HeaderMap,
    /// The body of a successful answer.
    pub(super) body: Bytes,
    /// The code of another one.
    pub(super) code: Option<Code>,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The version that the answer names.
    pub(super) fn version(&self) -> Option<Version> {
        self.header("x-amz-version-id").and_then(|text| Version::new(text).ok())
    }

    /// The answer as an error.
    pub(super) fn refused(&self) -> ArchiveError {
        ArchiveError::Refused { status: self.status.as_u16(), code: self.code.clone() }
    }

    /// Status and code for people.
    pub(super) fn words(&self) -> String {
        match &self.code {
            Some(code) => format!("{} {code}", self.status.as_u16()),
            None => self.status.as_u16().to_string(),
        }
    }

    /// Whether the store may answer otherwise after a while: server errors, and two writers of one key at once.
    fn may_pass(&self) -> bool {
        let race = |code: &Code| matches!(code.as_str(), "ConditionalRequestConflict" | "OperationAborted");
        match self.status {
            StatusCode::NOT_IMPLEMENTED | StatusCode::HTTP_VERSION_NOT_SUPPORTED => false,
            StatusCode::CONFLICT => self.code.as_ref().is_some_and(race),
            status => status.is_server_error(),
        }
    }
}

/// Whether the way to the store may be open after a while.
fn fault_may_pass(error: &NetError) -> bool {
    match error {
        NetError::Resolve(fault) => *fault != ResolveFault::TooMany,
        NetError::Connect(_) | NetError::Timeout | NetError::Closed => true,
        _ => false,
    }
}

/// The time for one way of an attempt: with this many bytes, as long as a slow line takes for them besides.
fn within(attempt: Duration, bytes: usize) -> Duration {
    let millis = bytes.saturating_mul(1000) / SLOWEST;
    attempt.saturating_add(Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX)))
}

impl S3 {
    /// Sends a request until there is an answer other than a server error, as often as the settings say.
    ///
    /// All requests may be repeated: a put is conditional, and the others do the same twice.
    pub(super) async fn send(&self, ask: &Ask) -> Result<Answer, ArchiveError> {
        let retry = self.0.config.retry;
        let mut attempts = 0_u32;
        loop {
            attempts = attempts.saturating_add(1);
            let last = match self.attempt(ask).await {
                Ok(answer) if !answer.may_pass() => return Ok(answer),
                Ok(answer) => answer.refused(),
                Err(ArchiveError::Net(error)) if fault_may_pass(&error) => ArchiveError::Net(error),
                Err(error) => return Err(error),
            };
            if attempts >= retry.attempts {
                return Err(ArchiveError::Unavailable { attempts, last: Box::new(last) });
            }
            tokio::time::sleep(retry.pause_after(attempts)).await;
        }
    }

    async fn attempt(&self, ask: &Ask) -> Result<Answer, ArchiveError> {
        let (attempt, request) = (self.0.config.attempt, self.signed(ask)?);
        let sending = within(attempt, ask.body.len());
        let (head, body) = self.0.client.send(&self.0.target, request, sending).await?.into_parts();
        let success = head.status.is_success();
        let cap = if success { ask.cap } else { MAX_ERROR };
        let body = tokio::time::timeout(within(attempt, cap), body.collect_capped(cap)).await;
        let body = body.unwrap_or(Err(NetError::Timeout));
        let (status, headers) = (head.status, head.headers);
        if success {
            return Ok(Answer { status, headers, body: body?, code: None });
        }
        // A refusal is one, even if what it says about itself cannot be read.
        let code = body.ok().and_then(|body| Code::find(&body));
        Ok(Answer { status, headers, body: Bytes::new(), code })
    }

    /// The request with its signature in the query (Signature Version 4). The body is covered by the signed
    /// `x-amz-checksum-sha256`.
    fn signed(&self, ask: &Ask) -> Result<Request<Bytes>, ArchiveError> {
        let inner = &self.0;
        let credentials = inner.credentials.load();
        let unusable = ArchiveError::Setting("the credentials are not text");
        let (Some(access), Some(secret)) = (credentials.access_key.expose_str(), credentials.secret_key.expose_str())
        else {
            return Err(unusable);
        };
        let token = match &credentials.session_token {
            Some(token) => Some(token.expose_str().ok_or(unusable)?),
            None => None,
        };
        let now = i64::try_from((inner.clock)().0).unwrap_or(i64::MAX);
        let now = Timestamp::from_millisecond(now).map_err(|_| ArchiveError::Setting("the clock is unusable"))?;
        let mut headers = ask.headers.clone();
        headers.sort_unstable_by_key(|(name, _)| *name);
        // In the order of their names: documents are `legal-hold`, `retention` and, without a version, `versioning`.
        let document = ask.document.map(|document| (document, ""));
        let version = ask.version.as_ref().map(|version| ("versionId", version.as_str()));
        let query = document.into_iter().chain(version);
        let mut url = inner.target.url().clone();
        url.set_path(&self.path(ask.key.as_ref()));
        let signed = headers.iter().map(|(name, value)| (*name, value.as_str()));
        let region = &inner.config.region;
        let url = sign(&now, ask.method, url, access, secret, token, region, SIGNATURE_SECONDS, query, signed);
        let uri = format!("{}?{}", url.path(), url.query().unwrap_or_default());
        let refused = |_| ArchiveError::Setting("the request cannot be made");
        let mut request =
            Request::builder().method(ask.method.to_str()).uri(uri).body(ask.body.clone()).map_err(refused)?;
        for (name, value) in &headers {
            let value = HeaderValue::from_str(value).map_err(|_| ArchiveError::Setting("a header cannot be made"))?;
            request.headers_mut().insert(HeaderName::from_static(name), value);
        }
        Ok(request)
    }

    /// The path of an object or of the bucket.
    pub(super) fn path(&self, key: Option<&Key>) -> String {
        match key {
            Some(key) => format!("{}/{key}", self.0.root),
            None if self.0.config.addressing == crate::Addressing::Path => format!("/{}", self.0.config.bucket),
            None => "/".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, within};
    use crate::MAX_OBJECT;

    #[test]
    fn a_large_object_has_the_time_that_it_takes() {
        let minute = Duration::from_mins(1);
        assert_eq!(within(minute, 0), minute);
        assert_eq!(within(minute, 64 << 20), Duration::from_secs(60 + 256));
        assert_eq!(within(minute, MAX_OBJECT), Duration::from_secs(60 + 512));
    }
}
