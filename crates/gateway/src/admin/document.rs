//! Pins as JSON, as the admin listener and the command line give them. Definitions stand in it as they are kept.

use casemate_core::ServerName;
use casemate_core::digest::Digest;
use casemate_core::json::quote;
use casemate_core::pin::{Definition, Finding, Pin, Step, diff};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// `{"pins": […]}`: each with `server`, `kind`, `name`, `state`, the digests `approved` and `seen`, `listed`, `findings`
/// and `changed_at` (milliseconds since the epoch).
///
/// `listed` has the era and the digest of each list that showed another definition than the approved one; `seen` is then
/// the definition that such a list showed, and otherwise the one that the last survey saw.
#[must_use]
pub fn list<'a>(pins: impl IntoIterator<Item = (&'a ServerName, &'a Pin)>) -> String {
    format!("{{\"pins\":[{}]}}\n", joined(pins.into_iter().map(|(server, pin)| one(server, pin))))
}

/// The same with what [`item`] adds to each, and before it `"origins"`: the URL of each server when it was last surveyed.
#[must_use]
pub fn full<'a>(
    pins: impl IntoIterator<Item = (&'a ServerName, &'a Pin)>,
    origins: &BTreeMap<ServerName, Arc<str>>,
) -> String {
    let origins = origins.iter().map(|(server, url)| format!("{}:{}", quote(server.as_str()), quote(url)));
    let pins = pins.into_iter().map(|(server, pin)| item(server, pin));
    format!("{{\"origins\":{{{}}},\"pins\":[{}]}}\n", joined(origins), joined(pins))
}

/// `{"forgotten": […]}`: what is remembered no longer, as a list has it.
#[must_use]
pub fn forgotten(server: &ServerName, pins: &[Arc<Pin>]) -> String {
    format!("{{\"forgotten\":[{}]}}\n", joined(pins.iter().map(|pin| one(server, pin))))
}

/// One pin with its `definitions`, the `changes` from the approved one to the one seen, and its `history`.
#[must_use]
pub fn item(server: &ServerName, pin: &Pin) -> String {
    let mut out = one(server, pin);
    out.pop();
    let text = |definition: Option<&Definition>| definition.map_or("null", |d| &d.text).to_owned();
    let (approved, seen) = (text(pin.approved.as_ref()), text(pin.shown()));
    let changes = match (&pin.approved, pin.shown()) {
        (Some(_), Some(_)) => diff(&approved, &seen),
        _ => Vec::new(),
    };
    let changes = changes.iter().map(|change| {
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "null".to_owned());
        let (is_new, is_gone) = (change.old.is_none(), change.new.is_none());
        let path = quote(&change.path);
        format!(
            "{{\"path\":{path},\"is_new\":{is_new},\"is_gone\":{is_gone},\"old\":{},\"new\":{}}}",
            side(&change.old),
            side(&change.new)
        )
    });
    let _ = write!(
        out,
        ",\"definitions\":{{\"approved\":{approved},\"seen\":{seen}}},\"changes\":[{}],\"history\":[{}]}}",
        joined(changes),
        joined(pin.history.iter().map(step)),
    );
    out
}

/// What a list has of a pin.
#[must_use]
pub fn one(server: &ServerName, pin: &Pin) -> String {
    let digest = |definition: Option<&Definition>| text(definition.map(|d| d.digest));
    let listed = pin
        .listed
        .iter()
        .map(|listed| format!("{{\"era\":\"{}\",\"digest\":{}}}", listed.era.as_str(), text(Some(listed.digest))));
    let changed_at = pin.history.last().map_or(0, |step| step.at.0);
    format!(
        "{{\"server\":{},\"kind\":\"{}\",\"name\":{},\"state\":\"{}\",\"approved\":{},\"seen\":{},\"listed\":[{}],\
         \"findings\":[{}],\"changed_at\":{changed_at}}}",
        quote(server.as_str()),
        pin.kind,
        quote(&pin.name),
        pin.state,
        digest(pin.approved.as_ref()),
        digest(pin.shown()),
        joined(listed),
        joined(pin.findings.iter().map(finding)),
    )
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(",")
}

fn text(digest: Option<Digest>) -> String {
    digest.map_or_else(|| "null".to_owned(), |digest| format!("\"{digest}\""))
}

fn finding(finding: &Finding) -> String {
    let [rule, place, excerpt] = [&finding.rule, &finding.place, &finding.excerpt].map(|text| quote(text));
    let severity = finding.severity.as_str();
    format!("{{\"rule\":{rule},\"place\":{place},\"severity\":\"{severity}\",\"excerpt\":{excerpt}}}")
}

fn step(step: &Step) -> String {
    let (digest, actor) = (text(step.digest), quote(&step.actor));
    format!("{{\"at\":{},\"what\":\"{}\",\"digest\":{digest},\"actor\":{actor}}}", step.at.0, step.what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use casemate_core::UnixMillis;
    use casemate_core::pin::{Kind, Severity, State};

    fn pin() -> Pin {
        let definition = |text: &str| Some(Definition::of_text(Kind::Tool, text));
        Pin {
            kind: Kind::Tool,
            name: "a\"b".to_owned(),
            state: State::Changed,
            approved: definition("{\"a\":null,\"n\":1e400}"),
            trusted: false,
            listed: Vec::new(),
            seen: definition("{\"b\":null,\"n\":1e400}"),
            findings: vec![Finding {
                rule: "signal.secrecy".to_owned(),
                place: "/b".to_owned(),
                severity: Severity::High,
                excerpt: "\\u{200b}".to_owned(),
            }],
            history: vec![Step { at: UnixMillis(7), what: State::Changed, digest: None, actor: "olga".to_owned() }],
        }
    }

    #[test]
    fn it_is_json_and_numbers_keep_their_text() {
        let (server, pin) = (ServerName::parse("files").unwrap(), pin());
        let origins = BTreeMap::from([(server.clone(), Arc::from("https://files.example/mcp"))]);
        for text in [
            item(&server, &pin),
            one(&server, &pin),
            list([(&server, &pin)]),
            list([]),
            full([(&server, &pin)], &origins),
            forgotten(&server, &[Arc::new(pin.clone())]),
        ] {
            let json = casemate_core::json::Json::parse(text.clone().into(), Default::default());
            assert!(json.is_ok(), "{text}");
        }
        let text = item(&server, &pin);
        let changes = "\"changes\":[{\"path\":\"/a\",\"is_new\":false,\"is_gone\":true,\"old\":null,\"new\":null},\
                       {\"path\":\"/b\",\"is_new\":true,\"is_gone\":false,\"old\":null,\"new\":null}]";
        assert!(text.contains(changes), "{text}");
        assert!(text.contains("\"seen\":{\"b\":null,\"n\":1e400}}"), "{text}");
        assert!(text.contains("\"changed_at\":7"), "{text}");
        assert!(text.contains("{\"at\":7,\"what\":\"changed\",\"digest\":null,\"actor\":\"olga\"}"), "{text}");
    }
}
