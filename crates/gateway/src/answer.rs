//! Judging an upstream's final message: it must be one response to this request in its revision.

use crate::config::Upstream;
use crate::gateway::{Gateway, State};
use crate::{input, listing};
use casemate_core::json::{Edits, Json, JsonError, Kind, Limits, Value, quote};
use casemate_core::mcp::{Call, Era, Method, REVISION, RequestId, Revision, look_alike};
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
    envelope(root, context.call().id.as_ref())?;
    match (root.get("result"), root.get("error")) {
        (Some(_), None) if status != StatusCode::OK => Err(malformed("a result under the status of an error")),
        (Some(result), None) => check_result(result, context),
        (None, Some(error)) => check_error(error, context).map(|()| Edits::new()),
        _ => Err(malformed("neither one result nor one error")),
    }
}

fn envelope(root: Value<'_>, id: Option<&RequestId>) -> Result<(), Refusal> {
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
    if answered.is_none() || answered.as_ref() != id {
        return Err(malformed("the id is not the request's"));
    }
    Ok(())
}

/// The codes of Casemate's own denials. An upstream that uses them would speak in the gateway's name.
const OWN_CODES: std::ops::RangeInclusive<i64> = -31_999..=-31_000;

fn check_error(error: Value<'_>, context: &Context<'_>) -> Result<(), Refusal> {
    unambiguous(error, &["code", "message", "data"])?;
    let code = error.get("code").and_then(|v| v.as_i64());
    let reason = error.get("data").and_then(|data| data.get("reason")?.as_str());
    if reason.is_some_and(|reason| Reason::from_code(&reason).is_some()) {
        return Err(malformed("a reason code of the gateway's own"));
    }
    let has_message = error.get("message").is_some_and(|v| v.kind() == Kind::String);
    match code {
        Some(-32022) if context.call().method == Method::Initialize => Err(other_era(Era::Modern, context.call())),
        Some(-32022) => Err(Refusal::new(Reason::UpstreamVersion)),
        // Servers that know only the modern era have no such method.
        Some(-32601) if context.call().method == Method::Initialize => Err(other_era(Era::Modern, context.call())),
        Some(-32042) if context.call().era() == Era::Session => {
            input::urls(error.get("data"), context.upstream.requests, context.call().capabilities)
        }
        // The modern era has no such code, and a client that knows it all the same would open what it names.
        Some(-32042) => Err(Refusal::new(Reason::UpstreamInputRequest).detail("an error of the session era")),
        Some(code) if OWN_CODES.contains(&code) => Err(malformed("an error code of the gateway's own")),
        Some(_) if has_message => Ok(()),
        _ => Err(malformed("an error without code and message")),
    }
}

/// The refusal of a call in one era for a server that speaks only the other.
pub(crate) fn other_era(speaks: Era, call: &Call) -> Refusal {
    let names: Vec<_> = Revision::ALL.iter().rev().filter(|r| r.era() == speaks).map(|r| r.as_str()).collect();
    Refusal::new(Reason::UpstreamEra)
        .hint(format!("this server speaks {}, not {}", names.join(", "), call.revision))
        .data("supported", speaks.revisions_json())
        .data("requested", quote(call.revision.as_str()))
}

/// What a result may hold by these revisions, as far as anything is decided by it.
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
    "protocolVersion",
    "serverInfo",
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
    if context.call().era() == Era::Session {
        return match kind.as_deref() {
            None | Some("complete") => session_result(method, result, context),
            Some(_) => Err(Refusal::new(Reason::UpstreamVersion).detail("a result of the modern era")),
        };
    }
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
        instructions(result, context, &mut edits)?;
    }
    if method.list_member().is_some() {
        listing::filter(method, result, context, &mut edits)?;
    }
    if method.is_cacheable() {
        private(result, &mut edits)?;
    }
    Ok(edits)
}

/// A complete result of a session.
fn session_result(method: Method, result: Value<'_>, context: &Context<'_>) -> Result<Edits, Refusal> {
    if result.get("inputRequests").is_some() || result.get("requestState").is_some() || result.get("task").is_some() {
        return Err(malformed("a result that is none of this revision"));
    }
    let mut edits = Edits::new();
    if method == Method::Initialize {
        let agreed = agreed(result)?;
        if context.upstream.revision.is_some_and(|only| only != agreed) {
            return Err(
                Refusal::new(Reason::UpstreamVersion).detail("initialize agreed on another revision than the entry's")
            );
        }
        let capabilities = capabilities(result)?;
        edits.retain_members(capabilities, |name, _| !UNCARRIED.contains(&name));
        instructions(result, context, &mut edits)?;
    }
    if method.list_member().is_some() {
        listing::filter(method, result, context, &mut edits)?;
    }
    Ok(edits)
}

/// Capabilities of what is not carried.
const UNCARRIED: [&str; 3] = ["extensions", "experimental", "tasks"];

/// The revision that `initialize` agreed on: one with sessions that is served.
pub(crate) fn agreed(result: Value<'_>) -> Result<Revision, Refusal> {
    let version = result.get("protocolVersion").and_then(|v| v.as_str()).ok_or_else(|| malformed("protocolVersion"))?;
    let revision = Revision::parse(&version).filter(|revision| revision.era() == Era::Session);
    revision
        .ok_or_else(|| Refusal::new(Reason::UpstreamVersion).detail("initialize agreed on no revision that is served"))
}

fn capabilities(result: Value<'_>) -> Result<Value<'_>, Refusal> {
    result.get("capabilities").filter(Value::is_object).ok_or_else(|| malformed("capabilities"))
}

/// A server's instructions are pinned: without approval they are left out, the server stays.
fn instructions(result: Value<'_>, context: &Context<'_>, edits: &mut Edits) -> Result<(), Refusal> {
    let Some(instructions) = result.get("instructions") else { return Ok(()) };
    let text = instructions.as_str().ok_or_else(|| malformed("instructions"))?;
    if context.gateway.pins.instructions(context.upstream, context.call().era(), &text).refusal().is_some() {
        edits.retain_members(result, |name, _| name != "instructions");
    }
    Ok(())
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
    edits.retain_members(capabilities(result)?, |name, _| name != "extensions");
    Ok(())
}
