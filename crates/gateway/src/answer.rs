//! Judging an upstream's final message: it must be one response to this request in this revision.

use crate::config::Upstream;
use crate::gateway::{Gateway, State};
use crate::listing;
use casemate_core::json::{Edits, Json, JsonError, Kind, Limits, Value, quote};
use casemate_core::mcp::{Call, Method, REVISION, RequestId};
use casemate_core::policy::Permitted;
use casemate_core::{Reason, Refusal};

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
pub(crate) fn check(json: &Json, context: &Context<'_>) -> Result<Edits, Refusal> {
    let root = json.root();
    envelope(root, &context.call().id)?;
    match (root.get("result"), root.get("error")) {
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

fn check_error(error: Value<'_>) -> Result<(), Refusal> {
    let code = error.get("code").and_then(|v| v.as_i64());
    let has_message = error.get("message").is_some_and(|v| v.kind() == Kind::String);
    match code {
        Some(-32022) => Err(Refusal::new(Reason::UpstreamVersion)),
        Some(_) if has_message => Ok(()),
        _ => Err(malformed("an error without code and message")),
    }
}

fn check_result(result: Value<'_>, context: &Context<'_>) -> Result<Edits, Refusal> {
    if !result.is_object() {
        return Err(malformed("the result is not an object"));
    }
    let method = context.call().method;
    let kind = result.get("resultType").map(|v| v.as_str().unwrap_or_default());
    match kind.as_deref() {
        Some("complete") => complete(method, result, context),
        Some("input_required") if method.takes_input() => input_required(result, context),
        Some("input_required") => Err(malformed("input_required on a method that does not take input")),
        Some(_) => Err(Refusal::new(Reason::UpstreamExtension)),
        // Results of the older revisions have no resultType: the upstream is not in the era it was asked in.
        None => Err(Refusal::new(Reason::UpstreamVersion).detail("a result without resultType")),
    }
}

fn complete(method: Method, result: Value<'_>, context: &Context<'_>) -> Result<Edits, Refusal> {
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

/// An upstream asks for input: each kind only if its entry allows it and the client declared it; the state is sealed.
fn input_required(result: Value<'_>, context: &Context<'_>) -> Result<Edits, Refusal> {
    let (call, allowed) = (context.call(), context.upstream.requests);
    let declared = call.capabilities;
    let requests = result.get("inputRequests");
    let state = result.get("requestState");
    if requests.is_none() && state.is_none() {
        return Err(malformed("input_required without inputRequests and requestState"));
    }
    if requests.is_some_and(|r| !r.is_object()) {
        return Err(malformed("inputRequests"));
    }
    for member in requests.into_iter().flat_map(|r| r.members()) {
        let method = member.value.get("method").and_then(|v| v.as_str()).unwrap_or_default();
        let fine = match method.as_ref() {
            "elicitation/create" => allowed.elicitation && declared.elicitation,
            "sampling/createMessage" => allowed.sampling && declared.sampling,
            "roots/list" => allowed.roots && declared.roots,
            _ => false,
        };
        if !fine {
            return Err(Refusal::new(Reason::UpstreamInputRequest));
        }
    }
    let mut edits = Edits::new();
    if let Some(state) = state {
        let text = state.as_str().ok_or_else(|| malformed("requestState"))?;
        let now = context.gateway.now();
        let sealed = context.gateway.sealer.seal(&text, call, context.permitted.principal(), now)?;
        edits.replace(state, quote(&sealed));
    }
    Ok(edits)
}
