//! The walk over a message: position by position, with findings, edits, media and budget.

use super::position::{self, Position};
use super::{Inspected, Located, Note, Place, Rules};
use crate::budget::Budget;
use crate::media;
use casemate_core::json::{Edits, Kind, Value, quote};
use casemate_core::{Reason, Refusal};
use casemate_inspect as inspect;
use casemate_inspect::{Action, Finding, IMAGE_MARKER, Severity};
use std::collections::BTreeMap;
use std::ops::Range;

/// What stands for an image in an answer that may hold none.
fn marker_item() -> String {
    format!(r#"{{"type":"text","text":{}}}"#, quote(IMAGE_MARKER))
}

pub(super) struct Walk<'r> {
    rules: &'r Rules,
    /// The policy for text, and for values that are data as well.
    text: inspect::Policy,
    data: inspect::Policy,
    place: Place,
    /// What the gateway has already decided to change.
    decided: &'r Edits,
    edits: Edits,
    counts: BTreeMap<(&'static str, Action), u32>,
    findings: Vec<Located>,
    budget: Budget,
}

impl<'r> Walk<'r> {
    pub(super) fn new(rules: &'r Rules, decided: &'r Edits, spent: u64) -> Self {
        let strip = rules.inspect.strip_images || rules.sensitive;
        let text = inspect::Policy { strip_images: strip, ..rules.inspect.clone() };
        let data = inspect::Policy { keep_bare_links: true, ..text.clone() };
        Self {
            rules,
            text,
            data,
            place: Place::default(),
            decided,
            edits: Edits::new(),
            counts: BTreeMap::new(),
            findings: Vec::new(),
            budget: Budget::new(rules.tokens, spent),
        }
    }

    pub(super) fn run(mut self, root: Value<'_>, position: Position) -> Result<Inspected, Refusal> {
        self.value(root, position)?;
        let note =
            |((rule, action), count): ((&'static str, Action), u32)| Note { rule, action: action.as_str(), count };
        Ok(Inspected {
            edits: self.edits,
            notes: self.counts.into_iter().map(note).collect(),
            findings: self.findings,
            tokens: self.budget.used(),
        })
    }

    fn value(&mut self, value: Value<'_>, position: Position) -> Result<(), Refusal> {
        if position == Position::Sealed {
            return Ok(());
        }
        match value.kind() {
            Kind::String => self.string(value, position),
            Kind::Array => self.array(value, position),
            Kind::Object => self.object(value, position),
            Kind::Null | Kind::Bool | Kind::Number => Ok(()),
        }
    }

    fn array(&mut self, array: Value<'_>, position: Position) -> Result<(), Refusal> {
        if position == Position::Icons {
            self.drop_icons(array)?;
        }
        for (index, item) in array.items().enumerate() {
            // What is left out is neither counted nor a reason to withhold the rest.
            if position == Position::Listing && self.decided.drops(item) {
                continue;
            }
            self.place.enter_item(index);
            self.value(item, position::item(position))?;
            self.place.leave();
        }
        Ok(())
    }

    fn object(&mut self, object: Value<'_>, position: Position) -> Result<(), Refusal> {
        if self.replace_image(object, position) {
            return Ok(());
        }
        if position == Position::InputParams {
            self.max_tokens(object)?;
        }
        let media_item = media::is_media_item(object);
        for member in object.members() {
            let key = member.key();
            let (mut inner, mut known) = position::member(position, &key);
            let holder = if media_item { ["blob", "data"] } else { ["blob"; 2] };
            if let Some(name) = holder.into_iter().find(|name| *name == key)
                && is_media(member.value, position)
            {
                (inner, known) = (Position::Media, Some(name));
            }
            self.place.enter_member(known);
            if known.is_none() {
                self.judge(&key)?;
            }
            if inner == Position::Shown && self.is_refused(member.value) {
                self.found("link.uri", Severity::Medium, Action::Redact);
                self.edits.retain_members(object, |name, _| name != key);
            } else {
                self.value(member.value, inner)?;
            }
            self.place.leave();
        }
        Ok(())
    }

    fn string(&mut self, value: Value<'_>, position: Position) -> Result<(), Refusal> {
        let Some(text) = value.as_str() else { return Ok(()) };
        match position {
            Position::Media => media::check_answer(value, self.rules.media_bytes),
            Position::Name => self.judge(&text),
            Position::Uri | Position::Shown => self.uri(&text),
            _ => {
                let policy = if position == Position::Data { &self.data } else { &self.text };
                let cleaned = inspect::clean(&text, policy);
                if cleaned.text != text {
                    self.edits.replace(value, quote(&cleaned.text));
                }
                self.budget.text(&cleaned.text)?;
                let unlisted = cleaned.unlisted;
                self.note(cleaned.findings, None);
                self.count("text.unlisted", Action::Rewrite, unlisted);
                Ok(())
            }
        }
    }

    /// Judges a string that must stay as it is.
    fn judge(&mut self, text: &str) -> Result<(), Refusal> {
        self.budget.text(text)?;
        let found = inspect::clean(text, &self.data).findings;
        self.judged(found)
    }

    /// Notes what was found where nothing can be changed, and denies what is never innocent there.
    fn judged(&mut self, found: Vec<Finding>) -> Result<(), Refusal> {
        let never = |f: &Finding| {
            f.severity == Severity::High
                && (matches!(f.rule, "image.markdown" | "image.wiki") || f.rule.starts_with("invisible."))
        };
        let denied = found.iter().any(never);
        self.note(found, Some(if denied { Action::Deny } else { Action::Report }));
        if denied { Err(self.denied()) } else { Ok(()) }
    }

    fn uri(&mut self, text: &str) -> Result<(), Refusal> {
        self.budget.text(text)?;
        let mut found = inspect::clean(text, &self.data).findings;
        // What is no part of a URI would be read as markup by a client that prints it.
        let markup = |rule: &str| rule.starts_with("invisible.") || rule.starts_with("image.");
        found.retain(|finding| markup(finding.rule));
        self.judged(found)?;
        let runs = |scheme: &&str| starts(text.trim_start(), scheme);
        match inspect::place_of(text, &self.text) {
            inspect::Place::Script if ["javascript:", "vbscript:", "livescript:"].iter().any(runs) => {
                self.found("link.script", Severity::High, Action::Deny);
                Err(self.denied())
            }
            inspect::Place::External if is_web(text) => {
                self.found("link.uri", Severity::Low, Action::Report);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn denied(&self) -> Refusal {
        Refusal::new(Reason::OutputDenied).detail(format!("at {}", self.place.pointer()))
    }

    fn is_refused(&self, value: Value<'_>) -> bool {
        let url = value.as_str().unwrap_or_default();
        inspect::place_of(&url, &self.text) != inspect::Place::Allowed
    }

    /// Leaves out the icons that a client would fetch from elsewhere.
    fn drop_icons(&mut self, icons: Value<'_>) -> Result<(), Refusal> {
        let images = inspect::Policy { allowed_links: self.text.allowed_images.clone(), ..self.text.clone() };
        let (sensitive, limit) = (self.text.strip_images, self.rules.media_bytes);
        let mut fault = None;
        let dropped = self.edits.retain_items(icons, |icon| {
            let src = icon.get("src").and_then(|src| src.as_str()).unwrap_or_default();
            if let Some(len) = picture(&src) {
                if len > limit {
                    fault = Some(Refusal::new(Reason::LimitMedia).detail("an icon"));
                }
                return !sensitive;
            }
            let allowed = inspect::place_of(&src, &images) == inspect::Place::Allowed;
            !sensitive && allowed && starts(&src, "https:")
        });
        self.count("image.icon", Action::Redact, dropped);
        fault.map_or(Ok(()), Err)
    }

    /// Puts a marker where an image item or an image resource stands, if none may go out.
    fn replace_image(&mut self, object: Value<'_>, position: Position) -> bool {
        if !self.text.strip_images || !matches!(position, Position::Content | Position::Contents | Position::Text) {
            return false;
        }
        let text = |value: Option<Value<'_>>| value.and_then(|v| v.as_str()).unwrap_or_default().into_owned();
        let picture =
            |object: Value<'_>| object.get("blob").is_some() && starts(&text(object.get("mimeType")), "image/");
        let kind = text(object.get("type"));
        let embedded = kind == "resource" && object.get("resource").is_some_and(picture);
        let image = kind == "image" && (position == Position::Content || object.get("data").is_some());
        let json = if image || embedded {
            marker_item()
        } else if position != Position::Content && picture(object) {
            let uri = object.get("uri").map_or_else(|| "\"\"".to_owned(), |uri| uri.raw().to_owned());
            format!(r#"{{"uri":{uri},"mimeType":"text/plain","text":{}}}"#, quote(IMAGE_MARKER))
        } else {
            return false;
        };
        self.edits.replace(object, json);
        self.found("image.content", Severity::Low, Action::Redact);
        true
    }

    /// What a server asks a client's model to write.
    fn max_tokens(&self, params: Value<'_>) -> Result<(), Refusal> {
        let Some(value) = params.get("maxTokens") else { return Ok(()) };
        let tokens = value.as_i64().and_then(|tokens| u64::try_from(tokens).ok());
        let tokens = tokens.ok_or_else(|| Refusal::new(Reason::UpstreamMalformed).detail("maxTokens"))?;
        self.budget.fits(tokens)
    }

    fn note(&mut self, found: Vec<Finding>, action: Option<Action>) {
        for finding in found {
            let action = action.unwrap_or(finding.action);
            self.locate(finding.rule, finding.span, finding.severity, action);
        }
    }

    /// Notes a finding that is about a whole value.
    fn found(&mut self, rule: &'static str, severity: Severity, action: Action) {
        self.locate(rule, 0..0, severity, action);
    }

    fn locate(&mut self, rule: &'static str, span: Range<usize>, severity: Severity, action: Action) {
        self.count(rule, action, 1);
        if self.findings.len() < Inspected::FINDINGS {
            self.findings.push(Located { place: self.place.pointer(), rule, span, action, severity });
        }
    }

    fn count(&mut self, rule: &'static str, action: Action, times: usize) {
        if times > 0 {
            let count = self.counts.entry((rule, action)).or_insert(0);
            *count = count.saturating_add(u32::try_from(times).unwrap_or(u32::MAX));
        }
    }
}

fn starts(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

/// Whether a client would fetch the URI over the web. The names of JSON Schema's own dialects are never fetched.
fn is_web(uri: &str) -> bool {
    let dialect = ["https://json-schema.org/", "http://json-schema.org/"].iter().any(|own| uri.starts_with(own));
    !dialect && (starts(uri, "http:") || starts(uri, "https:"))
}

/// Whether a string is media: always where content says so; elsewhere where it is base64, and text otherwise.
fn is_media(value: Value<'_>, position: Position) -> bool {
    let content = matches!(position, Position::Content | Position::Contents);
    value.kind() == Kind::String && (content || value.as_str().is_some_and(|text| media::decoded_len(&text).is_some()))
}

/// The decoded size of a `data:` URL of a plain picture; SVG is markup and none.
fn picture(src: &str) -> Option<usize> {
    let rest = src.strip_prefix("data:image/")?;
    let (kind, content) = rest.split_once(";base64,")?;
    let plain = matches!(kind, "png" | "jpeg" | "gif" | "webp" | "avif" | "x-icon" | "vnd.microsoft.icon");
    media::decoded_len(content).filter(|_| plain)
}
