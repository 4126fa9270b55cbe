//! The inputs of a decision as canonical JSON.

use crate::canonical::Object;
use casemate_core::label::{Labels, Risk};
use casemate_core::mcp::{Completion, Listen, Method, Target};
use casemate_core::pin::Standing;
use casemate_core::policy::{Evidence, Inputs};
use casemate_core::principal::Scopes;
use casemate_core::{ServerName, Subject, TenantId, UnixMillis};
use serde_json::Value;

/// The version of what is kept. Another one is not decided again.
const VERSION: u64 = 1;

/// Why inputs cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    /// They were kept by a release that decided from something else.
    Version,
    /// They are not what was written.
    Form,
}

pub(crate) fn write(inputs: &Inputs) -> Vec<u8> {
    let mut o = Object::new();
    o.int("at", inputs.at.0);
    o.str("method", inputs.method.as_str());
    o.str("pin", inputs.evidence.pin.as_str());
    o.int("risk", u64::from(inputs.evidence.labels.risk.tenths()));
    o.str("scopes", &inputs.scopes.to_string());
    o.str("server", inputs.server.as_str());
    o.str("subject", inputs.subject.as_str());
    o.object("target", |o| target(o, &inputs.target));
    o.str("tenant", inputs.tenant.as_str());
    o.int("v", VERSION);
    o.finish()
}

fn target(o: &mut Object, target: &Target) {
    let mut of = |kind: &str, name: &str| {
        o.str("kind", kind);
        o.str("name", name);
    };
    match target {
        Target::Server => o.str("kind", "server"),
        Target::Tool(name) => of("tool", name),
        Target::Prompt(name) => of("prompt", name),
        Target::Resource(uri) => of("resource", uri),
        Target::Completion(Completion::Prompt(name)) => of("prompt-argument", name),
        Target::Completion(Completion::Resource(uri)) => of("template-variable", uri),
        Target::Listen(filter) => {
            o.str("kind", "listen");
            let lists = [("prompts", filter.prompts), ("resources", filter.resources), ("tools", filter.tools)];
            o.array("lists", lists.iter().filter(|(_, wanted)| *wanted), |o, (name, _)| o.item(name));
            o.array("uris", &filter.uris, |o, uri| o.item(uri));
        }
    }
}

pub(crate) fn read(bytes: &[u8]) -> Result<Inputs, Unread> {
    let json: Value = serde_json::from_slice(bytes).map_err(|_| Unread::Form)?;
    if json.get("v").and_then(Value::as_u64) != Some(VERSION) {
        return Err(Unread::Version);
    }
    inputs(&json).ok_or(Unread::Form)
}

fn inputs(json: &Value) -> Option<Inputs> {
    let text = |name: &str| json.get(name).and_then(Value::as_str);
    let number = |name: &str| json.get(name).and_then(Value::as_u64);
    let (method, pin) = (text("method")?, text("pin")?);
    let risk = Risk::from_tenths(u8::try_from(number("risk")?).ok()?);
    Some(Inputs {
        tenant: TenantId::parse(text("tenant")?).ok()?,
        subject: Subject::parse(text("subject")?).ok()?,
        scopes: Scopes::from_claim(text("scopes")?),
        server: ServerName::parse(text("server")?).ok()?,
        method: Method::ALL.into_iter().find(|one| one.as_str() == method)?,
        target: read_target(json.get("target")?)?,
        evidence: Evidence { labels: Labels { risk }, pin: Standing::ALL.into_iter().find(|one| one.as_str() == pin)? },
        at: UnixMillis(number("at")?),
    })
}

fn read_target(json: &Value) -> Option<Target> {
    let text = |name: &str| json.get(name).and_then(Value::as_str);
    let name = || text("name").map(str::to_owned);
    Some(match text("kind")? {
        "server" => Target::Server,
        "tool" => Target::Tool(name()?),
        "prompt" => Target::Prompt(name()?),
        "resource" => Target::Resource(name()?),
        "prompt-argument" => Target::Completion(Completion::Prompt(name()?)),
        "template-variable" => Target::Completion(Completion::Resource(name()?)),
        "listen" => {
            let all = |name: &str| -> Option<Vec<String>> {
                let items = json.get(name)?.as_array()?.iter();
                items.map(|item| item.as_str().map(str::to_owned)).collect()
            };
            let lists = all("lists")?;
            let has = |name: &str| lists.iter().any(|list| list == name);
            let (tools, prompts, resources) = (has("tools"), has("prompts"), has("resources"));
            Target::Listen(Listen { tools, prompts, resources, uris: all("uris")? })
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use casemate_core::principal::Scope;

    #[test]
    fn inputs_go_both_ways() {
        let name = || "odd \u{202e}\"name\n".to_owned();
        let filter = Listen { tools: true, prompts: false, resources: true, uris: vec!["a://b".to_owned(), name()] };
        let targets = [
            Target::Server,
            Target::Tool(name()),
            Target::Prompt(name()),
            Target::Resource(name()),
            Target::Completion(Completion::Prompt(name())),
            Target::Completion(Completion::Resource(name())),
            Target::Listen(filter),
            Target::Listen(Listen::default()),
        ];
        for (target, pin) in targets.into_iter().zip(Standing::ALL.into_iter().cycle()) {
            let inputs = Inputs {
                tenant: TenantId::parse("acme").unwrap(),
                subject: Subject::parse("spiffe://acme/a").unwrap(),
                scopes: [Scope::Mcp, Scope::Ingest].into_iter().collect(),
                server: ServerName::parse("kb").unwrap(),
                method: Method::ToolsCall,
                target,
                evidence: Evidence { labels: Labels { risk: Risk::from_tenths(73) }, pin },
                at: UnixMillis(1_700_000_000_000),
            };
            let bytes = write(&inputs);
            // serde_json's own maps are sorted and compact, which for ASCII keys and integers is RFC 8785.
            let value: Value = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(serde_json::to_vec(&value).unwrap(), bytes);
            assert_eq!(read(&bytes), Ok(inputs));
        }
        assert_eq!(read(br#"{"v":2}"#), Err(Unread::Version));
        assert_eq!(read(br#"{"v":1}"#), Err(Unread::Form));
        assert_eq!(read(b"{"), Err(Unread::Form));
    }
}
