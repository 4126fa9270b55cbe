//! The vendors' formats: one automaton over their anchors, run where a text holds a long run of characters.

use super::format::{Format, Outcome};
use super::{Hits, TABLES, UNVERIFIED, der, jwt, runs};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use std::ops::Range;
use std::sync::LazyLock;

/// How far before and behind a long run an anchor may stand, in bytes without a gap.
const REACH: usize = 96;

/// What an anchor leads to.
#[derive(Debug, Clone, Copy)]
enum Goal {
    Format(&'static Format),
    Jwt,
    WrappedJwt,
    /// Base64 of a private key, which begins so many bytes before the anchor.
    Der(usize),
}

struct Engine {
    anchors: Option<AhoCorasick>,
    goals: Vec<Goal>,
    longest: usize,
}

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let formats = TABLES.iter().flat_map(|table| table.iter());
    let mut pairs: Vec<(&str, Goal)> =
        formats.flat_map(|format| format.anchors.iter().map(move |anchor| (*anchor, Goal::Format(format)))).collect();
    pairs.push((jwt::ANCHOR, Goal::Jwt));
    pairs.push((jwt::WRAPPED, Goal::WrappedJwt));
    pairs.extend(der::ANCHORS.iter().map(|(anchor, back)| (*anchor, Goal::Der(*back))));
    let anchors = AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::DFA))
        .build(pairs.iter().map(|(anchor, _)| anchor))
        .ok();
    let longest = pairs.iter().map(|(anchor, _)| anchor.len()).max().unwrap_or(0);
    Engine { anchors, goals: pairs.into_iter().map(|(_, goal)| goal).collect(), longest }
});

/// Finds what has a vendor's format.
pub(super) fn find(bytes: &[u8], hits: &mut Hits<'_>) {
    let mut done = 0usize;
    runs::each(bytes, |run| {
        let engine = &*ENGINE;
        let Some(anchors) = &engine.anchors else { return };
        let near = |byte: &&u8| joined(**byte);
        let left = bytes.get(..run.start).unwrap_or_default().iter().rev().take(REACH).take_while(near).count();
        let right = bytes.get(run.end..).unwrap_or_default().iter().take(REACH).take_while(near).count();
        let from = (run.start - left).max(done.saturating_sub(engine.longest));
        let Some(region) = bytes.get(from..run.end + right) else { return };
        for found in anchors.find_overlapping_iter(region) {
            let anchor = from + found.start()..from + found.end();
            if anchor.end > done
                && let Some(goal) = engine.goals.get(found.pattern().as_usize())
            {
                reach(*goal, bytes, anchor, hits);
            }
        }
        done = run.end + right;
    });
}

/// Whether it may stand within a credential or its anchor: no white space, no quotation mark, no bracket.
const fn joined(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'_' | b'-' | b'.' | b'/' | b'+' | b'=' | b':' | b'%' | b'$' | b'~' | b'@' | b'?' | b'&' | b'!'
        )
}

fn reach(goal: Goal, bytes: &[u8], anchor: Range<usize>, hits: &mut Hits<'_>) {
    match goal {
        Goal::Format(format) => match format.at(bytes, anchor) {
            Outcome::Is(span) => hits.add(format.rule.id, span),
            Outcome::Unverified(span) => hits.add(UNVERIFIED, span),
            Outcome::Not => {}
        },
        Goal::Jwt => {
            if let Some(end) = jwt::at(bytes, anchor.start) {
                hits.add(jwt::JWT, anchor.start..end);
            }
        }
        Goal::WrappedJwt => {
            if let Some(end) = jwt::wrapped(bytes, anchor.start) {
                hits.add(jwt::JWT, anchor.start..end);
            }
        }
        Goal::Der(back) => {
            if let Some(span) = der::at(bytes, anchor.start, back) {
                hits.add(der::DER, span);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_automaton_is_built() {
        assert!(ENGINE.anchors.is_some());
        assert!(ENGINE.longest < REACH);
    }
}
