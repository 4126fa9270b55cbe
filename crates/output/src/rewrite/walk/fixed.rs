//! What cannot be changed in part: names, keys, URIs, numbers.

use super::{Walk, starts};
use crate::filter::{Judged, Number, Verdict};
use crate::rewrite::notes::whole;
use crate::rewrite::position::Position;
use casemate_core::Refusal;
use casemate_core::json::{Member, Value, quote};
use casemate_inspect::{self as inspect, Action, Rule, Severity, answers};
use std::borrow::Cow;
use std::collections::HashSet;

/// The most names and keys that are remembered as harmless.
const HARMLESS: usize = 4096;

/// The most keys of one object that are called the same but for a number.
const ALIKE: usize = 10_000;

const fn any(_: &str) -> bool {
    true
}

/// What is no part of a URI would be read as markup by a client that prints it.
fn foreign(rule: &str) -> bool {
    rule.starts_with("invisible.") || rule.starts_with("image.")
}

/// The length of a JSON string as it is written, with its marks.
fn written(raw: &str) -> usize {
    let mut escaped = false;
    let ends = |byte: u8| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    };
    raw.bytes().skip(1).position(ends).map_or(raw.len(), |at| at + 2)
}

impl<'v> Walk<'_, 'v> {
    /// Judges a number. A marker stands for one that is taken out, where a text may stand.
    pub(super) fn number(&mut self, value: Value<'v>, position: Position) -> Result<(), Refusal> {
        let extra = self.across.get(&value.span().start).map(Vec::as_slice).unwrap_or_default();
        let Number { mut findings, mark, denied } = self.rules.filter.number(value.raw(), extra);
        let denied = denied || (mark.is_some() && !position.is_text());
        if denied {
            // What would be taken out of a text withholds it here.
            let taken = |action| matches!(action, Action::Redact | Action::Rewrite);
            findings.iter_mut().filter(|f| !f.shadow && taken(f.action)).for_each(|f| f.action = Action::Deny);
            return self.judged(Judged { findings, ..Judged::default() });
        }
        if let Some(mark) = mark {
            self.edits.replace(value, quote(mark));
        }
        self.note(findings, 0);
        Ok(())
    }

    /// Judges a string that must stay as it is, by what was found in it because of its neighbours or its name.
    pub(super) fn beside(&mut self, at: usize) -> Result<(), Refusal> {
        let Some(parts) = self.across.get(&at) else { return Ok(()) };
        let judged = self.rules.filter.judge_hits(parts);
        self.judged(judged)
    }

    /// Judges a string that must stay as it is.
    pub(super) fn judge(&mut self, text: &str) -> Result<(), Refusal> {
        self.budget.text(text)?;
        if self.harmless.contains(text) {
            return Ok(());
        }
        let judged = self.rules.filter.judge(text, any);
        if judged.findings.is_empty() && self.harmless.len() < HARMLESS {
            self.harmless.insert(text.to_owned());
        }
        self.judged(judged)
    }

    /// Judges a key that the protocol does not know. In data it is called otherwise where something is to be taken out of it
    /// that is no secret; elsewhere, and where no other name is free, it withholds what it stands in.
    pub(super) fn key(&mut self, object: Value<'v>, member: &Member<'v>, position: Position) -> Result<(), Refusal> {
        let key = member.key();
        self.beside(member.span().start)?;
        let data = matches!(position, Position::Text | Position::Words | Position::Alone | Position::Data);
        if !data || self.harmless.contains(key.as_ref()) {
            return self.judge(&key);
        }
        self.budget.text(&key)?;
        let judged = self.rules.filter.judge(&key, any);
        if judged.findings.is_empty() {
            if self.harmless.len() < HARMLESS {
                self.harmless.insert(key.as_ref().to_owned());
            }
            return Ok(());
        }
        if judged.mild && self.rename(object, member, &key) {
            return Ok(());
        }
        self.judged(judged)
    }

    /// Calls a member what its key is without what may not stay; whether it does.
    fn rename(&mut self, object: Value<'v>, member: &Member<'v>, key: &str) -> bool {
        let filtered = self.rules.filter.data_with(key, &[]);
        if filtered.verdict != Verdict::Rewritten {
            return false;
        }
        let Some(name) = self.free(object, &filtered.text) else { return false };
        let start = member.span().start;
        let rest = object.raw().get(start - object.span().start..).unwrap_or_default();
        self.edits.replace_span(start..start + written(rest), quote(&name));
        self.note(filtered.findings, filtered.unlisted);
        true
    }

    /// The name, or it with a number, so that no other key of the object is called so.
    fn free(&mut self, object: Value<'v>, name: &str) -> Option<String> {
        let given = self.renamed.entry(object.span().start).or_insert_with(|| {
            let keys = object.members().map(|member| member.key().into_owned());
            keys.collect::<HashSet<String>>()
        });
        let numbered = (2..ALIKE).map(|number| format!("{name} {number}"));
        let free = std::iter::once(name.to_owned()).chain(numbered).find(|name| !given.contains(name))?;
        given.insert(free.clone());
        Some(free)
    }

    /// Notes what was found where nothing can be changed, and withholds what may not stay.
    pub(super) fn judged(&mut self, judged: Judged) -> Result<(), Refusal> {
        let denied = judged.denied();
        self.note(judged.findings, judged.unlisted);
        if denied.is_some() { Err(self.denied(denied)) } else { Ok(()) }
    }

    pub(super) fn uri(&mut self, text: &str, rule: &'static Rule) -> Result<(), Refusal> {
        self.budget.text(text)?;
        let judged = self.rules.filter.judge(text, foreign);
        self.judged(judged)?;
        let runs = |scheme: &&str| starts(text.trim_start(), scheme);
        match inspect::place_of(text, &self.rules.filter.inspect) {
            inspect::Place::Script if ["javascript:", "vbscript:", "livescript:"].iter().any(runs) => {
                self.found(whole(&answers::SCRIPT, Severity::High, Action::Deny));
                Err(self.denied(Some(Cow::Borrowed(answers::SCRIPT.id))))
            }
            inspect::Place::External if is_web(text) => {
                let judged = self.rules.filter.judge_whole(rule);
                self.judged(judged)
            }
            _ => Ok(()),
        }
    }
}

/// Whether a client would fetch the URI over the web. The names of JSON Schema's own dialects are never fetched.
fn is_web(uri: &str) -> bool {
    let dialect = ["https://json-schema.org/", "http://json-schema.org/"].iter().any(|own| uri.starts_with(own));
    !dialect && (starts(uri, "http:") || starts(uri, "https:"))
}
