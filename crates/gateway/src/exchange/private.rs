//! Registered values in a request: found before anything of it is kept, logged, counted or said again.

use super::Exchange;
use crate::request;
use bytes::Bytes;
use casemate_core::json::{Json, Limits};
use casemate_core::mcp::{Method, RequestId};
use casemate_core::{Reason, Refusal};
use casemate_inspect::Registered;
use casemate_output::{Form, check_secrets};
use http::request::Parts;
use http::{HeaderName, header};

/// The client's own credentials: they are read by authentication alone, and neither kept nor sent on.
const OWN: [HeaderName; 3] = [header::AUTHORIZATION, header::PROXY_AUTHORIZATION, header::COOKIE];

/// Where the head of a request holds a registered value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// In its target.
    pub(crate) target: bool,
    /// In the trace id.
    pub(crate) trace: bool,
    /// In the client's name.
    pub(crate) agent: bool,
    /// In the names or values of any headers.
    pub(crate) headers: bool,
}

impl Head {
    pub(super) fn of(parts: &Parts, registered: &Registered) -> Self {
        if registered.is_empty() {
            return Self::default();
        }
        let mut headers = String::new();
        for (name, value) in parts.headers.iter().filter(|(name, _)| !OWN.contains(name)) {
            headers.push_str(name.as_str());
            headers.push_str(": ");
            headers.push_str(&String::from_utf8_lossy(value.as_bytes()));
            headers.push('\n');
        }
        let target = holds(&parts.uri.to_string(), registered);
        if !holds(&headers, registered) {
            return Self { target, ..Self::default() };
        }
        let one = |name: &str| {
            let values = parts.headers.get_all(name).iter();
            values.into_iter().any(|value| holds(&String::from_utf8_lossy(value.as_bytes()), registered))
        };
        Self { target, trace: one(request::TRACE), agent: one(request::CLIENT), headers: true }
    }

    /// Whether it is nowhere.
    const fn is_clean(self) -> bool {
        !self.target && !self.headers
    }
}

fn holds(text: &str, registered: &Registered) -> bool {
    let mut found = Vec::new();
    registered.find(text, &mut found);
    !found.is_empty()
}

/// What a refusal says, without what holds a registered value. Its reason says enough.
pub(super) fn scrubbed(mut refusal: Refusal, registered: &Registered) -> Refusal {
    let fine = |text: &String| !holds(text, registered);
    refusal.hint = refusal.hint.filter(fine);
    refusal.detail = refusal.detail.filter(fine);
    refusal.data.retain(|(_, text)| fine(text));
    refusal
}

impl Exchange {
    /// Refuses a request whose head holds a registered value; nothing of that was taken over.
    pub(crate) fn check_head(&self) -> Result<(), Refusal> {
        if self.head.is_clean() { Ok(()) } else { Err(Reason::InputSecret.into()) }
    }

    /// Refuses a message that holds a registered value, before it is read as anything. The refusal names what it was, as far
    /// as the value does not stand in that.
    pub(crate) fn check_message(&mut self, bytes: &Bytes) -> Result<(), Refusal> {
        let registered = &*self.state.registered();
        if registered.is_empty() {
            return Ok(());
        }
        let json = Json::parse(bytes.clone(), Limits::default()).ok();
        let refused = match &json {
            Some(json) => check_secrets(json, registered),
            // What is no JSON is refused in any case, and what is said of that repeats parts of it.
            None if holds(&String::from_utf8_lossy(bytes), registered) => Err(Reason::InputSecret.into()),
            None => Ok(()),
        };
        if refused.is_err() {
            let root = json.as_ref().map(Json::root);
            let text = |path: &[&str]| root.and_then(|root| root.path(path)?.as_str().map(|text| text.into_owned()));
            let method =
                text(&["method"]).and_then(|name| Method::ALL.into_iter().find(|method| method.as_str() == name));
            let id = root.and_then(|root| root.get("id")).and_then(RequestId::of);
            // A response has an id of the server's, which says nothing to the client.
            let id = id.filter(|id| text(&["method"]).is_some() && !holds(id.as_json(), registered));
            let tool = text(&["params", "name"]).filter(|name| !holds(name, registered));
            self.tool = tool.filter(|_| method == Some(Method::ToolsCall));
            self.method = method;
            self.form = Form::Rpc(id);
            self.message = Some(bytes.clone());
        }
        refused
    }
}
