//! The walk over a message: position by position, with findings, edits, media and budget.

mod fixed;
mod pictures;

use super::across::Across;
use super::named;
use super::notes::{Notes, whole};
use super::position::{self, Position};
use super::twin::Twin;
use super::waiting::is_cut;
use super::{Inspected, Place, Rules, Withheld};
use crate::budget::Budget;
use crate::filter::{Filtered, Found, Verdict};
use crate::media;
use casemate_core::json::{Edits, Kind, Member, Value, quote};
use casemate_core::{Reason, Refusal};
use casemate_inspect as inspect;
use casemate_inspect::{Action, Severity, View, answers};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// What was found where a message was judged as one text with others.
#[derive(Debug, Default)]
pub(super) struct Together {
    pub(super) found: Vec<Found>,
    /// The members whose texts pass as one.
    pub(super) columns: Vec<u64>,
    /// Where those begin.
    pub(super) passes: HashSet<usize>,
}

pub(super) struct Walk<'r, 'v> {
    rules: &'r Rules,
    place: Place,
    /// What the gateway has already decided to change.
    decided: &'r Edits,
    edits: Edits,
    notes: Notes,
    budget: Budget,
    across: Across<'r>,
    /// Names and keys in which nothing was found; the same ones come again and again.
    harmless: HashSet<String>,
    /// The keys of objects in which some are called otherwise, by where the objects begin.
    renamed: HashMap<usize, HashSet<String>>,
    /// The structured content of the result, where it changes.
    twin: Option<Twin<'v>>,
    /// Whether what is walked is HTML by its media type.
    html: bool,
    /// Where the texts begin that pass as one with those of the messages around it.
    passes: HashSet<usize>,
    /// The rule of the private host that the text is whose turn it is, by the name that it stands under.
    host: Option<&'static str>,
}

impl<'r, 'v> Walk<'r, 'v> {
    pub(super) fn new(rules: &'r Rules, decided: &'r Edits, spent: u64) -> Self {
        Self {
            rules,
            place: Place::default(),
            decided,
            edits: Edits::new(),
            notes: Notes::default(),
            budget: Budget::new(rules.tokens, spent),
            across: Across::new(),
            harmless: HashSet::new(),
            renamed: HashMap::new(),
            twin: None,
            html: false,
            passes: HashSet::new(),
            host: None,
        }
    }

    /// What is known by looking at it together with others.
    pub(super) fn together(mut self, together: Together) -> Self {
        self.passes = together.passes;
        self.note(together.found, 0);
        self
    }

    pub(super) fn run(
        mut self,
        root: Value<'v>,
        position: Position,
        across: Across<'r>,
    ) -> Result<Inspected, Box<Withheld>> {
        let rules = self.rules;
        self.across = across;
        named::look(root, position, &rules.filter, self.decided, &mut self.across);
        let walked = self.value(root, position);
        let report = self.notes.report();
        match walked {
            Ok(()) => Ok(Inspected { edits: self.edits, report, tokens: self.budget.used() }),
            Err(refusal) => Err(Box::new(Withheld { refusal, report })),
        }
    }

    fn value(&mut self, value: Value<'v>, position: Position) -> Result<(), Refusal> {
        if position == Position::Sealed {
            return Ok(());
        }
        match value.kind() {
            Kind::String => self.string(value, position),
            Kind::Array => self.array(value, position),
            Kind::Object => self.object(value, position),
            Kind::Number => self.number(value, position),
            Kind::Null | Kind::Bool => Ok(()),
        }
    }

    fn array(&mut self, array: Value<'v>, position: Position) -> Result<(), Refusal> {
        if position == Position::Icons {
            self.drop_icons(array)?;
        }
        let mut denied = Vec::new();
        for (index, item) in array.items().enumerate() {
            // What is left out is neither counted nor a reason to withhold the rest.
            if position == Position::Listing && self.decided.drops(item) {
                continue;
            }
            self.place.enter_item(index);
            let walked = self.value(item, position::item(position));
            self.place.leave();
            match walked {
                Err(refusal) if position == Position::Listing && refusal.reason == Reason::OutputDenied => {
                    denied.push(item.span().start);
                }
                walked => walked?,
            }
        }
        if !denied.is_empty() {
            self.edits.retain_items(array, |item| !denied.contains(&item.span().start));
        }
        Ok(())
    }

    fn object(&mut self, object: Value<'v>, position: Position) -> Result<(), Refusal> {
        if self.replace_image(object, position) {
            return Ok(());
        }
        if position == Position::InputParams {
            self.max_tokens(object)?;
        }
        self.structured(object, position)?;
        let media_item = media::is_media_item(object);
        for member in object.members() {
            let key = member.key();
            let (mut inner, mut known) = position::member(position, &key);
            if is_structured(position, &key) {
                continue;
            }
            let holder = if media_item { ["blob", "data"] } else { ["blob"; 2] };
            if let Some(name) = holder.into_iter().find(|name| *name == key)
                && is_media(member.value, position)
            {
                (inner, known) = (Position::Media, Some(name));
            }
            self.place.enter_member(known);
            let walked = self.member(object, &member, known, (position, inner));
            self.place.leave();
            walked?;
        }
        Ok(())
    }

    fn member(
        &mut self,
        object: Value<'v>,
        member: &Member<'v>,
        known: Option<&'static str>,
        (outer, inner): (Position, Position),
    ) -> Result<(), Refusal> {
        let (key, value) = (member.key(), member.value);
        if known.is_none() {
            self.key(object, member, outer)?;
        }
        if inner == Position::Shown && self.is_refused(value) {
            self.found(whole(&answers::URI, Severity::Medium, Action::Redact));
            self.edits.retain_members(object, |name, _| name != key.as_ref());
            return Ok(());
        }
        let typed = matches!(inner, Position::Words | Position::Media).then(|| object.get("mimeType")).flatten();
        self.html = typed.and_then(|typed| typed.as_str()).is_some_and(|typed| inspect::html::is_type(&typed));
        let host = value.as_str().filter(|_| matches!(inner, Position::Text | Position::Data));
        self.host = host.and_then(|text| inspect::hosts::named(&key, &text, false));
        let walked = self.value(value, inner);
        (self.html, self.host) = (false, None);
        match walked {
            Err(refusal) if inner == Position::Alone && refusal.reason == Reason::OutputDenied => {
                self.edits.retain_members(object, |name, _| name != key.as_ref());
                Ok(())
            }
            walked => walked,
        }
    }

    /// Structured content comes first, so that its JSON in a text can follow it.
    fn structured(&mut self, object: Value<'v>, position: Position) -> Result<(), Refusal> {
        let structured = object.get(STRUCTURED).filter(|_| is_structured(position, STRUCTURED));
        let Some(structured) = structured else { return Ok(()) };
        self.place.enter_member(Some(STRUCTURED));
        self.value(structured, Position::Text)?;
        self.place.leave();
        let after = self.edits.within(structured);
        self.twin = (after != structured.raw()).then_some(Twin { before: structured, after });
        Ok(())
    }

    fn string(&mut self, value: Value<'v>, position: Position) -> Result<(), Refusal> {
        let Some(text) = value.as_str() else { return Ok(()) };
        if self.replace_text(value, &text, position) {
            return Ok(());
        }
        if !position.is_text() {
            self.beside(value.span().start)?;
        }
        match position {
            Position::Media => self.media(value, &text),
            Position::Name => self.judge(&text),
            Position::Uri | Position::Shown => self.uri(&text, &answers::URI),
            Position::Asked => self.uri(&text, &answers::ELICITATION),
            _ => self.text(value, &text, position),
        }
    }

    fn text(&mut self, value: Value<'v>, text: &str, position: Position) -> Result<(), Refusal> {
        let filter = &self.rules.filter;
        let twin = self.twin.as_ref().filter(|twin| position == Position::Words && twin.is(text));
        let source = twin.map_or(Cow::Borrowed(text), |twin| Cow::Owned(twin.after.clone()));
        let extra = self.across.get(&value.span().start).filter(|_| twin.is_none());
        let host = self.host.map(|rule| inspect::Match { rule, span: 0..text.len(), view: View::Plain });
        let mut named = host.map_or_else(Vec::new, |host| filter.hits_of(text, &[host]));
        named.extend(extra.into_iter().flatten().cloned());
        let extra = named.as_slice();
        let filtered = match position {
            Position::Data => filter.data_with(&source, extra),
            Position::Words if self.html => filter.html_with(&source, extra),
            _ => filter.text_with(&source, extra),
        };
        let Filtered { text: clean, verdict, findings, unlisted, .. } = filtered;
        // What was cut is whole, and allowed, with what stands around it.
        let passes = verdict == Verdict::Rewritten && extra.is_empty() && self.passes.contains(&value.span().start);
        let is_cut = |found: &Found| !changes(found) || is_cut(found, text, &filter.inspect);
        let (clean, findings) = match passes && findings.iter().all(is_cut) {
            true => (Cow::Borrowed(text), Vec::new()),
            false => (clean, findings),
        };
        let denied = findings.iter().find(|f| f.action == Action::Deny && !f.shadow).map(|f| f.rule.clone());
        self.note(findings, unlisted);
        if verdict == Verdict::Denied {
            return Err(self.denied(denied));
        }
        let marked = if position == Position::Words { filter.mark(&clean) } else { Cow::Borrowed(clean.as_ref()) };
        if marked != text {
            self.edits.replace(value, quote(&marked));
        }
        self.budget.text(&marked)
    }

    /// Judges media: what is text in base64 is filtered like text.
    fn media(&mut self, value: Value<'v>, text: &str) -> Result<(), Refusal> {
        media::check_answer(value, self.rules.media_bytes)?;
        let Some(words) = media::words(text) else {
            // What is no text cannot be changed.
            let judged = self.rules.filter.judge_values(text);
            return self.judged(judged);
        };
        let filtered =
            if self.html { self.rules.filter.html_with(&words, &[]) } else { self.rules.filter.text(&words) };
        let denied = filtered.findings.iter().find(|f| f.action == Action::Deny && !f.shadow).map(|f| f.rule.clone());
        if filtered.verdict == Verdict::Rewritten {
            self.edits.replace(value, quote(&media::encoded(&filtered.text)));
        }
        let verdict = filtered.verdict;
        // Places are those in what was decoded.
        self.note(filtered.findings, filtered.unlisted);
        if verdict == Verdict::Denied { Err(self.denied(denied)) } else { Ok(()) }
    }

    /// The refusal, which says where and by which rule and not a word of the text.
    fn denied(&self, rule: Option<Cow<'static, str>>) -> Refusal {
        let by = rule.map(|rule| format!(" by {rule}")).unwrap_or_default();
        Refusal::new(Reason::OutputDenied).detail(format!("at {}{by}", self.place.pointer()))
    }

    fn is_refused(&self, value: Value<'_>) -> bool {
        let url = value.as_str().unwrap_or_default();
        inspect::place_of(&url, &self.rules.filter.inspect) != inspect::Place::Allowed
    }

    /// What a server asks a client's model to write.
    fn max_tokens(&self, params: Value<'_>) -> Result<(), Refusal> {
        let Some(value) = params.get("maxTokens") else { return Ok(()) };
        let tokens = value.as_i64().and_then(|tokens| u64::try_from(tokens).ok());
        let tokens = tokens.ok_or_else(|| Refusal::new(Reason::UpstreamMalformed).detail("maxTokens"))?;
        self.budget.fits(tokens)
    }

    fn note(&mut self, found: Vec<Found>, unlisted: usize) {
        found.into_iter().for_each(|found| self.found(found));
        self.notes.count(&answers::UNLISTED, Action::Rewrite, unlisted);
    }

    fn found(&mut self, found: Found) {
        self.notes.add(found, || self.place.pointer());
    }
}

/// The member of a result that holds structured content.
const STRUCTURED: &str = "structuredContent";

fn changes(found: &Found) -> bool {
    found.action != Action::Report && !found.shadow
}

fn is_structured(position: Position, key: &str) -> bool {
    matches!(position, Position::Result(_)) && key == STRUCTURED
}

fn starts(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

/// Whether a string is media: always where content says so; elsewhere where it is base64, and text otherwise.
pub(super) fn is_media(value: Value<'_>, position: Position) -> bool {
    let content = matches!(position, Position::Content | Position::Contents);
    value.kind() == Kind::String && (content || value.as_str().is_some_and(|text| media::decoded_len(&text).is_some()))
}
