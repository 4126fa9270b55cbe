//! What a value is by what it is called elsewhere: by its key, by the name beside it, by the head of its column.

use super::{Detectors, Hit};
use casemate_inspect::{View, personal, secrets};
use std::borrow::Cow;
use std::ops::Range;

/// What a value is called.
#[derive(Debug, Default)]
pub(crate) struct Names<'n> {
    /// Names that a secret may have, the nearest first.
    pub(crate) keys: Vec<Cow<'n, str>>,
    /// All words around it, the nearest last.
    pub(crate) words: String,
}

/// The longest value that rules of others see together with its name, in bytes.
const LONGEST: usize = 4096;

impl Detectors {
    /// What is found in `text` because of its names. What it is by itself is for [`Detectors::hits`].
    pub(in crate::filter) fn under(&self, names: &Names<'_>, text: &str) -> Vec<Hit<'_>> {
        let mut found = Vec::new();
        for key in names.keys.iter().filter(|_| self.secrets) {
            secrets::find_under(key, text, &mut found);
            if !found.is_empty() {
                break;
            }
        }
        if self.personal {
            personal::find_under(&names.words, text, &mut found);
        }
        let mut hits = self.judged(text, &found);
        if let Some(key) = names.keys.first().filter(|_| text.len() <= LONGEST) {
            self.pair(key, text, &mut hits);
        }
        hits
    }

    /// What the operator's patterns and rules of others find in a line that has key and value.
    fn pair<'s>(&'s self, key: &str, text: &str, hits: &mut Vec<Hit<'s>>) {
        if self.patterns.is_empty() && self.further.is_none() {
            return;
        }
        let line = format!("\"{key}\": \"{text}\"");
        let base = line.len() - text.len() - 1;
        let own = |span: Range<usize>| {
            let end = span.end.saturating_sub(base).min(text.len());
            let span = span.start.saturating_sub(base)..end;
            (!span.is_empty()).then_some(span)
        };
        for (rule, regex) in &self.patterns {
            let spans = regex.find_iter(&line).filter_map(|found| own(found.range()));
            hits.extend(spans.map(|span| rule.hit(text, &span, View::Plain)));
        }
        if let Some(further) = &self.further {
            let mut found = Vec::new();
            further.rules.find(&line, &mut found);
            let rule = |number: usize| further.own.get(number).and_then(Option::as_ref);
            let spans = found.into_iter().filter_map(|(number, span)| Some((rule(number)?, own(span)?)));
            hits.extend(spans.map(|(rule, span)| rule.hit(text, &span, View::Plain)));
        }
    }

    /// What is found in a number: as it is written, and without exponent and fraction.
    pub(in crate::filter) fn number(&self, raw: &str) -> Vec<Hit<'_>> {
        let long = raw.len() >= SHORTEST;
        if !long && self.patterns.is_empty() && self.further.is_none() {
            return Vec::new();
        }
        let mut hits = self.digits(raw);
        hits.extend(self.written_out(raw));
        hits
    }

    /// What is found in a number once its exponent and fraction are undone.
    pub(in crate::filter) fn written_out(&self, raw: &str) -> Vec<Hit<'_>> {
        let Some(whole) = whole_number(raw) else { return Vec::new() };
        let all = 0..raw.len();
        self.digits(&whole).into_iter().map(|hit| Hit { span: all.clone(), ..hit }).collect()
    }

    fn digits(&self, text: &str) -> Vec<Hit<'_>> {
        let mut found = Vec::new();
        if let Some(registered) = &self.registered {
            registered.find(text, &mut found);
        }
        if self.personal {
            personal::find(text, &mut found);
        }
        let mut hits = self.judged(text, &found);
        for (rule, regex) in &self.patterns {
            let spans = regex.find_iter(text).filter(|found| !found.is_empty());
            hits.extend(spans.map(|found| rule.hit(text, &found.range(), View::Plain)));
        }
        if let Some(further) = &self.further {
            further.look(text, &[], &mut hits);
        }
        hits
    }
}

/// Shorter numbers are none that a rule of the catalogue finds by itself.
const SHORTEST: usize = 7;

/// The longest number that is written out, in digits.
const DIGITS: usize = 64;

/// A number with an exponent or a fraction, where it is a whole one, without them.
fn whole_number(raw: &str) -> Option<String> {
    let unsigned = raw.strip_prefix('-').unwrap_or(raw);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.len() == raw.len() {
        return None;
    }
    let point = i64::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let point = usize::try_from(point).ok().filter(|point| *point <= DIGITS)?;
    let digits = format!("{whole}{fraction}");
    let (head, tail) = digits.split_at_checked(point.min(digits.len()))?;
    if !tail.bytes().all(|byte| byte == b'0') {
        return None;
    }
    let padded = format!("{head:0<point$}");
    let trimmed = padded.trim_start_matches('0');
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_written_out() {
        for (raw, want) in [
            ("4.111111111111111e15", Some("4111111111111111")),
            ("4111111111111111.0", Some("4111111111111111")),
            ("41111111111111110E-1", Some("4111111111111111")),
            ("-12e3", Some("12000")),
            ("0.5e1", Some("5")),
            ("-17", Some("17")),
            ("17", None),
            ("1.5", None),
            ("1e400", None),
            ("0.0", None),
            ("1e99999999999999999999", None),
        ] {
            assert_eq!(whole_number(raw).as_deref(), want, "{raw}");
        }
    }
}
