//! The filter as a service: a text or a result of MCP is asked about in JSON, and answered in JSON.

use crate::filter::{Filter, Found, Verdict};
use crate::rewrite::{Inspected, Located, Note, Rules, Shape, Withheld, inspect_json};
use bytes::Bytes;
use casemate_core::Reason;
use casemate_core::json::{Json, Kind, Limits, Value, quote};
use casemate_core::label::Risk;
use casemate_core::mcp::Method;
use casemate_inspect::{Action, View};
use std::fmt::{self, Write as _};
use std::sync::Arc;

/// What is asked about.
#[derive(Debug)]
pub enum Subject {
    /// A text.
    Text(String),
    /// A result of MCP, as the only member `result` of an object.
    Result(Json),
}

/// A question: one of `text` and `result`, and whence it is. Other members say nothing and are passed over.
#[derive(Debug)]
pub struct Question {
    /// The member `id`, a JSON string or number, as it stands.
    pub id: Option<String>,
    /// The upstream that it comes from.
    pub upstream: Option<String>,
    /// The tool that it comes from.
    pub tool: Option<String>,
    /// What is asked about.
    pub subject: Subject,
}

/// Why a question cannot be answered, without a word of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unclear {
    /// In words.
    pub fault: String,
    /// Its `id`, where that could be read.
    pub id: Option<String>,
}

impl fmt::Display for Unclear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fault)
    }
}

impl std::error::Error for Unclear {}

impl Question {
    /// Reads one strict JSON object.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(bytes: Bytes) -> Result<Self, Unclear> {
        let unread = |error| Unclear { fault: format!("no strict JSON: {error}"), id: None };
        Self::of(&Json::parse(bytes, Limits::default()).map_err(unread)?)
    }

    /// As [`Question::read`], and no other member may stand in it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read_closed(json: &Json) -> Result<Self, Unclear> {
        let question = Self::of(json)?;
        let known = |key: &str| ["id", "text", "result", "upstream", "tool"].contains(&key);
        if json.root().members().any(|member| !known(&member.key())) {
            let fault = "members other than `id`, `text`, `result`, `upstream` and `tool` mean nothing here".to_owned();
            return Err(Unclear { fault, id: question.id });
        }
        Ok(question)
    }

    fn of(json: &Json) -> Result<Self, Unclear> {
        let unread = |fault: String| Unclear { fault, id: None };
        let root = json.root();
        if !root.is_object() {
            return Err(unread("not a JSON object".to_owned()));
        }
        let id = match root.get("id") {
            None => None,
            Some(id) if id.is_null() => None,
            Some(id) if matches!(id.kind(), Kind::String | Kind::Number) => Some(id.raw().to_owned()),
            Some(_) => return Err(unread("`id` is neither a string nor a number".to_owned())),
        };
        let fault = |fault: &str| Unclear { fault: fault.to_owned(), id: id.clone() };
        let subject = match (root.get("text"), root.get("result")) {
            (Some(text), None) => {
                let text = text.as_str().ok_or_else(|| fault("`text` is not a string"))?;
                Subject::Text(text.into_owned())
            }
            (None, Some(result)) if result.is_object() => {
                let alone = Bytes::from(format!(r#"{{"result":{}}}"#, result.raw()));
                Subject::Result(Json::parse(alone, Limits::default()).map_err(|error| fault(&error.to_string()))?)
            }
            (None, Some(_)) => return Err(fault("`result` is not an object")),
            _ => return Err(fault("exactly one of `text` and `result` is needed")),
        };
        let name = |key: &str| match root.get(key) {
            None => Ok(None),
            Some(value) if value.is_null() => Ok(None),
            Some(value) => match value.as_str() {
                Some(text) => Ok(Some(text.into_owned())),
                None => Err(fault(&format!("`{key}` is not a string"))),
            },
        };
        let (upstream, tool) = (name("upstream")?, name("tool")?);
        Ok(Self { id, upstream, tool, subject })
    }

    /// The answer of a filter.
    #[must_use]
    pub fn answer(&self, filter: &Arc<Filter>) -> Ruling {
        match &self.subject {
            Subject::Text(text) => Ruling::of_text(filter, text),
            Subject::Result(json) => Ruling::of_result(filter, json),
        }
    }
}

/// One finding of an answer.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Where in a result, as a JSON Pointer; `None` in a text.
    pub place: Option<String>,
    /// What was found; its span counts in the decoded string at that place.
    pub found: Found,
}

/// What became of what was asked about.
#[derive(Debug, Clone)]
pub struct Ruling {
    /// What became of it.
    pub verdict: Verdict,
    /// The text that may go out, or the JSON of the result; `None` where it is denied.
    pub released: Option<String>,
    /// What was found, at most a thousand.
    pub findings: Vec<Seen>,
    /// How many findings are left out of the list.
    pub unlisted: usize,
    /// How risky it is.
    pub risk: Risk,
    /// Why it is denied, where no rule is the reason.
    pub fault: Option<Reason>,
    is_text: bool,
}

impl Ruling {
    fn of_text(filter: &Filter, text: &str) -> Self {
        let filtered = filter.text(text);
        let seen = |found| Seen { place: None, found };
        Self {
            verdict: filtered.verdict,
            findings: filtered.findings.into_iter().map(seen).collect(),
            unlisted: filtered.unlisted,
            risk: filtered.risk,
            fault: None,
            is_text: true,
            released: (filtered.verdict != Verdict::Denied).then(|| filtered.text.into_owned()),
        }
    }

    /// Bytes that were capped where they came in need no cap of media or tokens here.
    fn of_result(filter: &Arc<Filter>, json: &Json) -> Self {
        let rules = Rules { filter: Arc::clone(filter), media_bytes: usize::MAX, tokens: u64::MAX };
        let result = || json.root().get("result");
        let (report, verdict, released, fault) = match inspect_json(json, Shape::Result(Method::ToolsCall), &rules, 0) {
            Ok(Inspected { edits, report, .. }) => {
                let released = result().map(|result| edits.within(result));
                let same = released.as_deref() == result().map(|result: Value<'_>| result.raw());
                (report, if same { Verdict::Pass } else { Verdict::Rewritten }, released, None)
            }
            Err(withheld) => {
                let Withheld { refusal, report } = *withheld;
                let fault = (refusal.reason != Reason::OutputDenied).then_some(refusal.reason);
                (report, Verdict::Denied, None, fault)
            }
        };
        let mut findings: Vec<Seen> = report.findings.into_iter().map(located).collect();
        let counted: usize = report.notes.iter().map(|note| usize::try_from(note.count).unwrap_or(usize::MAX)).sum();
        let placeless: Vec<Seen> = report.notes.iter().filter_map(|note| placeless(note, &findings)).collect();
        findings.extend(placeless);
        let unlisted = counted.saturating_sub(findings.len());
        Self { verdict, released, findings, unlisted, risk: report.risk, fault, is_text: false }
    }

    /// As JSON in one line: `id` where one is given, `verdict`, `text` or `result`, `findings`, `risk`.
    #[must_use]
    pub fn json(&self, id: Option<&str>) -> String {
        let mut out = String::from("{");
        if let Some(id) = id {
            let _ = write!(out, r#""id":{id},"#);
        }
        let _ = write!(out, r#""verdict":"{}","#, self.verdict.as_str());
        match (&self.released, self.is_text) {
            (Some(text), true) => {
                let _ = write!(out, r#""text":{},"#, quote(text));
            }
            (Some(json), false) => {
                let _ = write!(out, r#""result":{},"#, one_line(json));
            }
            (None, true) => out.push_str(r#""text":null,"#),
            (None, false) => out.push_str(r#""result":null,"#),
        }
        out.push_str(&findings_json(&self.findings));
        if self.unlisted > 0 {
            let _ = write!(out, r#","unlisted":{}"#, self.unlisted);
        }
        if let Some(fault) = self.fault {
            let _ = write!(out, r#","reason":"{}""#, fault.code());
        }
        let _ = write!(out, r#","risk":{}}}"#, self.risk);
        out
    }
}

/// Line ends between the values of a JSON text say nothing; within strings they cannot stand.
fn one_line(json: &str) -> String {
    json.chars().map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c }).collect()
}

fn located(located: Located) -> Seen {
    let Located { place, rule, view, span, action, shadow, severity } = located;
    Seen { place: Some(place), found: Found { rule, view, span, action, shadow, severity, suppressed: None } }
}

/// A finding that was counted and has no place, such as an icon that was left out.
fn placeless(note: &Note, listed: &[Seen]) -> Option<Seen> {
    let same = |seen: &Seen| {
        let found = &seen.found;
        (&found.rule, found.action, found.view, found.shadow) == (&note.rule, note.action, note.view, note.shadow)
    };
    if !note.places.is_empty() || listed.iter().any(same) {
        return None;
    }
    let severity = casemate_inspect::rule(&note.rule).map_or(casemate_inspect::Severity::Low, |rule| rule.severity);
    Some(Seen {
        place: Some(String::new()),
        found: Found {
            rule: note.rule.clone(),
            view: note.view,
            span: 0..0,
            action: note.action,
            shadow: note.shadow,
            severity,
            suppressed: note.suppressed.clone(),
        },
    })
}

/// `"findings":[…]`.
#[must_use]
pub fn findings_json(findings: &[Seen]) -> String {
    let list: Vec<_> = findings.iter().map(|seen| finding(seen.place.as_deref(), &seen.found)).collect();
    format!(r#""findings":[{}]"#, list.join(","))
}

fn finding(place: Option<&str>, found: &Found) -> String {
    let (view, action): (View, Action) = (found.view, found.action);
    let mut out = String::from("{");
    if let Some(place) = place {
        let _ = write!(out, r#""place":{},"#, quote(place));
    }
    let _ = write!(
        out,
        r#""rule":{},"view":"{}","span":[{},{}],"action":"{}","severity":"{}","shadow":{}"#,
        quote(&found.rule),
        view.as_str(),
        found.span.start,
        found.span.end,
        action.as_str(),
        found.severity.as_str(),
        found.shadow,
    );
    if let Some(reason) = &found.suppressed {
        let _ = write!(out, r#","suppressed":{}"#, quote(reason));
    }
    out.push('}');
    out
}

#[cfg(test)]
mod tests;
