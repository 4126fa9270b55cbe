//! Texts that are judged as one, and what becomes of each.

use crate::filter::{Filter, Found};
use crate::stream::Stream;
use casemate_inspect::{Policy, Prefix};
use std::ops::Range;
use std::sync::Arc;

/// A text of a message that readers put together with others.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// Which member says it.
    pub(super) column: u64,
    /// Where its JSON stands in the message.
    pub(super) span: Range<usize>,
    pub(super) text: String,
}

/// What becomes of texts that were judged as one.
#[derive(Debug)]
pub(super) enum Joined {
    /// They pass as they are.
    Same,
    /// A rule denies them, they hold a private key, or what was released before is no beginning of what they are together.
    Apart,
    /// What those become that have not gone out, with what was found in the whole.
    Rewritten(Vec<String>, Vec<Found>),
}

/// Texts that came one after the other, read as one.
pub(super) struct Read {
    /// What goes out of it.
    out: String,
    found: Vec<Found>,
    /// So many bytes of it cannot become anything else with what follows.
    pub(super) settled: usize,
}

/// Reads texts as one, of which more may follow unless they are `whole`; `None` where a rule denies it.
pub(super) fn read<'t>(filter: &Arc<Filter>, texts: impl Iterator<Item = &'t str>, whole: bool) -> Option<Read> {
    let mut stream = Stream::new(Arc::clone(filter));
    let mut read = Read { out: String::new(), found: Vec::new(), settled: 0 };
    for text in texts {
        let given = stream.push(text).ok()?;
        read.out.push_str(&given.text);
        read.found.extend(given.findings);
        read.settled += text.len();
    }
    if !whole {
        read.settled -= stream.held().min(read.settled);
        return Some(read);
    }
    let given = stream.finish().ok()?;
    read.out.push_str(&given.text);
    read.found.extend(given.findings);
    Some(read)
}

/// Judges texts as one, of which the first `gone` have gone out as `released`, and more may follow unless they are `whole`.
/// What becomes of a text of which the end is not settled is not final.
pub(super) fn judge(filter: &Arc<Filter>, texts: &[&str], (gone, released): (usize, &str), whole: bool) -> Joined {
    let Some(Read { out, mut found, settled }) = read(filter, texts.iter().copied(), whole) else {
        return Joined::Apart;
    };
    // What follows a private key that has begun belongs to it, so its beginning is remembered as it was.
    if found.iter().any(|found| found.rule.starts_with("secret.private_key.")) {
        return Joined::Apart;
    }
    let Some(rest) = out.strip_prefix(released) else { return Joined::Apart };
    let mut start = 0;
    let mut settled = |text: &&'_ str| {
        let end = settled.saturating_sub(start).min(text.len());
        start += text.len();
        end
    };
    let before: usize = texts.iter().take(gone).map(&mut settled).sum();
    let waiting: Vec<&str> =
        texts.iter().skip(gone).map(|text| text.get(..settled(text)).unwrap_or_default()).collect();
    let came = waiting.concat();
    if rest == came {
        return Joined::Same;
    }
    found.retain(|found| found.span.start >= before);
    Joined::Rewritten(dealt(&waiting, &came, rest), found)
}

/// Deals what a text became to the pieces that it came in: what stays the same at both ends stays where it was, and what lies
/// between goes to the piece in which that begins.
fn dealt(pieces: &[&str], came: &str, became: &str) -> Vec<String> {
    let same = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
        pairs.take_while(|(one, other)| one == other).map(|(one, _)| one.len_utf8()).sum()
    };
    let head = same(&mut came.chars().zip(became.chars()));
    let (inner, changed) = (came.get(head..).unwrap_or_default(), became.get(head..).unwrap_or_default());
    let tail = same(&mut inner.chars().rev().zip(changed.chars().rev()));
    let middle = changed.get(..changed.len() - tail).unwrap_or_default();
    let tail = came.len() - tail;
    let (mut out, mut start, mut dealt) = (Vec::with_capacity(pieces.len()), 0, false);
    for (at, piece) in pieces.iter().enumerate() {
        let end = start + piece.len();
        let mut text = came.get(start.min(head)..end.min(head)).unwrap_or_default().to_owned();
        if !dealt && (head < end || at + 1 == pieces.len()) {
            text.push_str(middle);
            dealt = true;
        }
        text.push_str(came.get(start.max(tail)..end.max(tail)).unwrap_or_default());
        out.push(text);
        start = end;
    }
    out
}

/// Whether a finding in a piece of a text that passes as a whole is one of a URL that goes on in the piece before or behind,
/// and that leads nowhere alone: the beginning of its scheme is missing, or it is no more than a beginning of what is allowed.
pub(in crate::rewrite) fn is_cut(found: &Found, text: &str, policy: &Policy) -> bool {
    let url = text.get(found.span.clone()).unwrap_or_default();
    let is_rest =
        |scheme: &str| ["https", "http", "ftp"].iter().any(|whole| *whole != scheme && whole.ends_with(scheme));
    let headless = found.span.start == 0 && url.split_once(':').is_some_and(|(scheme, _)| is_rest(scheme));
    let begins = |prefix: &Prefix| prefix.begins_with(url);
    let endless = found.span.end == text.len() && policy.allowed_links.iter().any(begins);
    found.rule == "link.bare" && (headless || endless)
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_changes_goes_to_the_piece_in_which_it_begins() {
        let dealt = |pieces: &[&str], became: &str| super::dealt(pieces, &pieces.concat(), became);
        assert_eq!(dealt(&["ab", "cd", "ef"], "abXef"), ["ab", "X", "ef"]);
        assert_eq!(dealt(&["ab", "cd", "ef"], "aXf"), ["aX", "", "f"]);
        assert_eq!(dealt(&["ab", "cd"], "abcdX"), ["ab", "cdX"]);
        assert_eq!(dealt(&["ab", "cd"], ""), ["", ""]);
        assert_eq!(dealt(&["", "aa", "a"], "aa"), ["", "aa", ""]);
        assert_eq!(dealt(&["\u{e9}", "\u{e8}"], "\u{e9}x\u{e8}"), ["\u{e9}", "x\u{e8}"]);
    }
}
