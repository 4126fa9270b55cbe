//! Judging an upstream's final message: it must be one response to this request in this revision.

use crate::config::Upstream;
use crate::gateway::{Gateway, State};
use crate::{input, listing};
use casemate_core::json::{Edits, Json, JsonError, Kind, Limits, Value};
use casemate_core::mcp::{Call, Method, REVISION, RequestId, look_alike};
use casemate_core::policy::Permitted;
use casemate_core::{Reason, Refusal};
use http::StatusCode;

/// What a judgement needs beside the message.
pub(crate) struct Context<'a> {
    pub(crate) gateway: &'a Gateway,
    pub(crate) state: &'a State,
    pub(crate) upstream: &'a Upstream,
    pub(crate) permitted: &'a Permitted,
}

impl Context<'_> {
    pub(crate) const fn call(&self) -> &Call {
        self.permitted.call()
    }
}

/// Limits on what an upstream sends; its size is capped where it is read.
pub(crate) fn limits() -> Limits {
    Limits { depth: 128, nodes: 2_000_000, key_len: 4096, number_len: 512 }
}

pub(crate) fn malformed(detail: impl Into<String>) -> Refusal {
    Refusal::new(Reason::UpstreamMalformed).detail(detail)
}

pub(crate) fn unreadable(error: JsonError) -> Refusal {
    malformed(error.to_string())
}

/// Judges a final message and says what the gateway changes in it.
pub(crate) fn check(json: &Json, status: StatusCode, context: &Context<'_>) -> Result<Edits, Refusal> {
    let root = json.root();
    envelope(root, &context.call().id)?;
    match (root.get("result"), root.get("error")) {
        (Some(_), None) if status != StatusCode::OK => Err(malformed("a result under the status of an error")),
        (Some(result), None) => check_result(result, context),
        (None, Some(error)) => check_error(error).map(|()| Edits::new()),
        _ => Err(malformed("neither one result nor one error")),
    }
}

fn envelope(root: Value<'_>, id: &RequestId) -> Result<(), Refusal> {
    if !root.is_object() {
        return Err(malformed("not an object"));
    }
    if root.members().any(|m| !matches!(m.key().as_ref(), "jsonrpc" | "id" | "result" | "error")) {
        return Err(malformed("an unknown member in the envelope"));
    }
    if root.get("jsonrpc").and_then(|v| v.as_str()).as_deref() != Some("2.0") {
        return Err(malformed("jsonrpc is not 2.0"));
    }
    let answered = root.get("id").and_then(RequestId::of);
    if answered.as_ref() != Some(id) {
        return Err(malformed("the id is not the request's"));
    }
    Ok(())
}

/// The codes of Casemate's own denials. An upstream that uses them would speak in the gateway's name.
const OWN_CODES: std::ops::RangeInclusive<i64> = -31_999..=-31_000;

fn check_error(error: Value<'_>) -> Result<(), Refusal> {
    unambiguous(error, &["code", "message", "data"])?;
    let code = error.get("code").and_then(|v| v.as_i64());
    let reason = error.get("data").and_then(|data| data.get("reason")?.as_str());
    if reason.is_some_and(|reason| Reason::from_code(&reason).is_some()) {
        return Err(malformed("a reason code of the gateway's own"));
    }
    let has_message = error.get("message").is_some_and(|v| v.kind() == Kind::String);
    match code {
        Some(-32022) => Err(Refusal::new(Reason::UpstreamVersion)),
        Some(code) if OWN_CODES.contains(&code) => Err(malformed("an error code of the gateway's own")),
        Some(_) if has_message => Ok(()),
        _ => Err(malformed("an error without code and message")),
    }
}

/// What a result may hold by this revision, as far as anything is decided by it.
const RESULT: &[&str] = &[
    "resultType",
    "inputRequests",
    "requestState",
    "content",
    "structuredContent",
    "isError",
    "tools",
    "prompts",
    "resources",
    "resourceTemplates",
    "nextCursor",
    "ttlMs",
    "cacheScope",
    "contents",
    "messages",
    "completion",
    "capabilities",
    "supportedVersions",
    "instructions",
    "_meta",
];

/// Refuses an object in which a client that ignores case would read another member than the one that was judged.
pub(crate) fn unambiguous(object: Value<'_>, known: &[&str]) -> Result<(), Refusal> {
    look_alike(object, known).map_or(Ok(()), |name| Err(malformed(format!("a member looks like `{name}`"))))
}

fn check_result(result: Value<'_>, context: &Context<'_>) -> Result<Edits, Refusal> {
    if !result.is_object() {
        return Err(malformed("the result is not an object"));
    }
    unambiguous(result, RESULT)?;
    let method = context.call().method;
    let kind = result.get("resultType").map(|v| v.as_str().unwrap_or_default());
    match kind.as_deref() {
        Some("complete") => complete(method, result, context),
        Some("input_required") if method.takes_input() => input::check(result, context),
        Some("input_required") => Err(malformed("input_required on a method that does not take input")),
        Some(_) => Err(Refusal::new(Reason::UpstreamExtension)),
        // Results of the older revisions have no resultType: the upstream is not in the era it was asked in.
        None => Err(Refusal::new(Reason::UpstreamVersion).detail("a result without resultType")),
    }
}

fn complete(method: Method, result: Value<'_>, context: &Context<'_>) -> Result<Edits, Refusal> {
    if result.get("inputRequests").is_some() || result.get("requestState").is_some() {
        return Err(malformed("a complete result that asks for input"));
    }
    let mut edits = Edits::new();
    if method == Method::Discover {
        discover(result, &mut edits)?;
    }
    if method.list_member().is_some() {
        listing::filter(method, result, context, &mut edits)?;
    }
    if method.is_cacheable() {
        private(result, &mut edits)?;
    }
    Ok(edits)
}

/// What one principal may see is not for a shared cache.
fn private(result: Value<'_>, edits: &mut Edits) -> Result<(), Refusal> {
    if let Some(ttl) = result.get("ttlMs")
        && ttl.as_i64().is_none_or(|ms| ms < 0)
    {
        return Err(malformed("ttlMs"));
    }
    match result.get("cacheScope") {
        Some(scope) if scope.as_str().as_deref() == Some("public") => edits.replace(scope, "\"private\""),
        Some(scope) if scope.as_str().as_deref() == Some("private") => {}
        Some(_) => return Err(malformed("cacheScope")),
        None => {}
    }
    Ok(())
}

fn discover(result: Value<'_>, edits: &mut Edits) -> Result<(), Refusal> {
    let versions = result.get("supportedVersions").ok_or_else(|| malformed("supportedVersions"))?;
    if !versions.items().any(|v| v.as_str().as_deref() == Some(REVISION)) {
        return Err(Refusal::new(Reason::UpstreamVersion));
    }
    edits.retain_items(versions, |version| version.as_str().as_deref() == Some(REVISION));
    let capabilities = result.get("capabilities").filter(Value::is_object).ok_or_else(|| malformed("capabilities"))?;
    edits.retain_members(capabilities, |name, _| name != "extensions");
    Ok(())
}
