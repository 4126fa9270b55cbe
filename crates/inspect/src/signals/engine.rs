//! Rules against the concepts of a reading: one walk from left to right, a fixed amount of work for each concept.

use super::concept::*;
use super::lexicon::Hit;
use super::rules::{Order, PARTS, RULES_TABLE, Rule};
use super::view::Flat;
use crate::Severity;
use std::ops::Range;

/// A rule that matched, at a place of the reading.
#[derive(Debug)]
pub(super) struct Match {
    pub(super) id: &'static str,
    pub(super) severity: Severity,
    pub(super) place: Range<usize>,
}

/// How far a negation reaches, in characters.
const REACH_OF_NOT: usize = 30;
/// How far it reaches where it takes a suspicion away.
const REACH_OF_RELIEF: usize = 12;
/// How far a negation that follows its verb may stand behind it.
const REACH_BACK: usize = 30;

/// What a negation makes of what it stands before.
fn negated(concepts: Concepts, without: bool, needless: bool) -> (Concepts, Concepts) {
    let mut gains = 0;
    for (from, to) in [
        (TELL, HUSH),
        (SHOW, if without { UNTOLD } else { CURTAIN }),
        // A reader who need not know something can also look for it.
        (KNOW, if needless { UNTOLD } else { UNAWARE }),
        (FOLLOW, IGNORE | MIND),
        (ASK | CONFIRM, UNASKED),
    ] {
        if concepts & from != 0 {
            gains |= to;
        }
    }
    let loses = TELL | SHOW | KNOW | FOLLOW | ASK | CONFIRM;
    (gains, loses)
}

/// The negation in force: its place, whether it is `without`, whether its first verb came.
#[derive(Debug, Clone, Copy)]
struct Not {
    from: usize,
    to: usize,
    without: bool,
    needless: bool,
    used: bool,
}

const VERBS: Concepts = IGNORE
    | FOLLOW
    | USE
    | TELL
    | SHOW
    | KNOW
    | HIDE
    | HIDEUSER
    | READ
    | FIND
    | HARVEST
    | PASS
    | GIVE
    | SEND
    | ASK
    | CHANGE
    | PROCEED;
/// What a negation takes away.
const RELIEVED: Concepts =
    IGNORE | USE | READ | FIND | HARVEST | PASS | GIVE | SEND | CHANGE | PROCEED | HIDE | HIDEUSER;

/// Replaces verbs under a negation by what they then mean.
pub(super) fn negate(hits: &mut [Hit], flat: &Flat) {
    let mut not: Option<Not> = None;
    let mut at = 0;
    let mut seen_in_sentence = false;
    for i in 0..hits.len() {
        let (before, rest) = hits.split_at_mut(i);
        let Some(hit) = rest.first_mut() else { break };
        for c in flat.chars.get(at..hit.from).unwrap_or_default() {
            match c {
                '.' => {
                    not = None;
                    seen_in_sentence = false;
                }
                ',' | ':' => not = None,
                _ => {}
            }
        }
        at = hit.from;
        if hit.concepts & NEGPOST != 0 {
            backwards(before, flat, hit);
        }
        if hit.concepts & (NEG | NEGDESC) != 0 {
            let without = hit.concepts & WITHOUT != 0;
            // Two negations, as in "never delete without telling", make none.
            let double = without && seen_in_sentence;
            seen_in_sentence |= !without;
            not = if double || hit.concepts & NEG == 0 && hit.concepts & KNOW == 0 {
                None
            } else {
                let needless = hit.concepts & NEEDLESS != 0;
                Some(Not { from: hit.from, to: hit.to, without, needless, used: false })
            };
            if hit.concepts & NEGDESC != 0 {
                describe(rest, flat);
            }
            continue;
        }
        let Some(Not { from, to, without, needless, used }) = not else { continue };
        let gap = hit.from.saturating_sub(to);
        if gap > REACH_OF_NOT {
            not = None;
        } else if hit.concepts & (VERBS | CONFIRM) != 0 {
            let (gains, loses) = negated(hit.concepts, without, needless);
            let relieved = if !used && gap <= REACH_OF_RELIEF { hit.concepts & RELIEVED } else { 0 };
            let avoid = if relieved & (USE | PASS | SEND) != 0 { AVOID } else { 0 };
            hit.concepts = (hit.concepts & !(loses | relieved)) | gains | avoid;
            not = Some(Not { from, to: hit.to, without, needless, used: true });
            if gains != 0 {
                hit.from = from;
            }
        }
    }
}

/// A description's negation only takes away, and only from the verb that follows at once.
fn describe(rest: &mut [Hit], flat: &Flat) {
    let mut rest = rest.iter_mut();
    let (Some(not), Some(next)) = (rest.next(), rest.next()) else { return };
    let gap = flat.chars.get(not.to..next.from).unwrap_or_default();
    if gap.len() <= 2 && !gap.iter().any(|c| matches!(c, '.' | ',' | ':')) {
        if next.concepts & NOTICE != 0 {
            next.concepts |= UNAWARE;
        }
        next.concepts &= !(RELIEVED | TELL | SHOW | KNOW);
    }
}

/// A negation that follows its verb: tell the user nothing.
fn backwards(before: &mut [Hit], flat: &Flat, not: &Hit) {
    for hit in before.iter_mut().rev().take(4) {
        let gap = flat.chars.get(hit.to..not.from).unwrap_or_default();
        if gap.len() > REACH_BACK || gap.iter().any(|c| matches!(c, '.' | ',' | ':')) {
            return;
        }
        if hit.concepts & (TELL | SHOW | KNOW | FOLLOW) != 0 {
            let (gains, loses) = negated(hit.concepts, false, false);
            hit.concepts = (hit.concepts & !loses) | gains;
            return;
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct State {
    /// For each part the last place: of the part, or of the row up to it.
    last: [Option<(usize, usize)>; PARTS],
    /// The sentence that they stand in.
    sentence: usize,
}

/// Matches all rules.
pub(super) fn matches(hits: &[Hit], flat: &Flat) -> Vec<Match> {
    let mut states = vec![State::default(); RULES_TABLE.len()];
    let mut found = Vec::new();
    let (mut at, mut sentence) = (0, 0);
    for hit in hits {
        let gap = flat.chars.get(at..hit.from).unwrap_or_default();
        sentence += usize::from(gap.contains(&'.'));
        at = at.max(hit.from);
        for (rule, state) in RULES_TABLE.iter().zip(&mut states) {
            if rule.touched_by & hit.concepts == 0 {
                continue;
            }
            if state.sentence != sentence && !rule.across {
                *state = State { sentence, ..State::default() };
            }
            if let Some(place) = step(rule, state, hit) {
                found.push(Match { id: rule.id, severity: rule.severity, place });
            }
        }
    }
    found
}

fn step(rule: &Rule, state: &mut State, hit: &Hit) -> Option<Range<usize>> {
    match rule.order {
        Order::Any(window) => {
            let mut met = false;
            for (part, last) in rule.parts.iter().zip(&mut state.last) {
                if part & hit.concepts != 0 {
                    *last = Some((hit.from, hit.to));
                    met = true;
                }
            }
            if !met {
                return None;
            }
            let mut place = hit.from..hit.to;
            for last in state.last.iter().take(rule.parts.len()) {
                let (from, to) = (*last)?;
                place = place.start.min(from)..place.end.max(to);
            }
            (place.end - place.start <= window).then_some(place)
        }
        Order::Row(gap) => {
            for (i, part) in rule.parts.iter().enumerate().rev() {
                if part & hit.concepts == 0 {
                    continue;
                }
                let start = match i.checked_sub(1) {
                    None => Some(hit.from),
                    Some(before) => state
                        .last
                        .get(before)
                        .copied()
                        .flatten()
                        .and_then(|(start, end)| (end <= hit.from && hit.from - end <= gap).then_some(start)),
                };
                let Some(start) = start else { continue };
                if i + 1 == rule.parts.len() {
                    return Some(start..hit.to);
                }
                if let Some(last) = state.last.get_mut(i) {
                    *last = Some((start, hit.to));
                }
            }
            None
        }
    }
}
