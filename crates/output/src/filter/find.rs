//! Every detector over one text: as it stands, and in what its encodings hide.

mod under;

use super::decide::{Decision, Decisions};
use super::edit::whole;
use super::pictures;
use super::risk;
use crate::policy::{Policy, Resolved, Treatment};
use casemate_inspect::decoded::{self, Piece, through_pieces};
use casemate_inspect::secrets::{self, Imported};
use casemate_inspect::{
    self as inspect, Family, Match, Registered, Rule, Severity, View, answers, concealed, hosts, personal, phrases,
    registered,
};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;
pub(crate) use under::Names;

/// A detector.
pub(crate) type Find = fn(&str, &mut Vec<Match>);

/// From where on a detector's matches may begin or grow by what comes behind a text.
pub(crate) type Pending = fn(&str) -> usize;

/// The detectors with their rules. They know nothing of encodings.
const DETECTORS: [(&[Rule], Find, Pending); 3] = [
    (secrets::RULES, secrets::find, secrets::pending),
    (hosts::RULES, hosts::find, hosts::pending),
    (personal::RULES, personal::find, personal::pending),
];

/// A match about which something is done.
#[derive(Debug, Clone)]
pub(crate) struct Hit<'f> {
    pub(crate) rule: Cow<'static, str>,
    pub(crate) span: Range<usize>,
    pub(crate) view: View,
    pub(crate) decision: &'f Decision,
}

impl Hit<'_> {
    /// The same so many bytes further on.
    fn at(mut self, base: usize) -> Self {
        self.span = self.span.start + base..self.span.end + base;
        self
    }
}

/// The lines of a text, each with its end.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        start..at
    })
}

/// Leaves out registered values that lie within others; of two in the same place the one that was found first stays.
fn once(values: &mut Vec<Match>) {
    values.sort_by_key(|found| (found.span.start, std::cmp::Reverse(found.span.end)));
    let mut end = 0;
    values.retain(|found| {
        let new = found.span.end > end;
        end = end.max(found.span.end);
        new
    });
}

/// A rule of the operator's that is used.
#[derive(Debug)]
struct Own {
    id: Arc<str>,
    decision: Decision,
}

impl Own {
    fn new(resolved: &Resolved<'_>, id: &Arc<str>, family: Family, default: Treatment) -> Option<Self> {
        let decision = Decision::new(resolved, id, (family, Severity::High), default)?;
        Some(Self { id: Arc::clone(id), decision })
    }

    fn hit(&self, text: &str, span: &Range<usize>, view: View) -> Hit<'_> {
        Hit { rule: Cow::Owned(self.id.to_string()), span: whole(text, span), view, decision: &self.decision }
    }
}

/// Rules that were read from elsewhere, by their numbers.
#[derive(Debug)]
struct Further {
    rules: Arc<Imported>,
    own: Vec<Option<Own>>,
}

/// The detectors that are used in one place.
#[derive(Debug)]
pub(crate) struct Detectors {
    pub(crate) decisions: Decisions,
    used: Vec<Find>,
    pending: Vec<Pending>,
    phrases: bool,
    secrets: bool,
    personal: bool,
    /// Whether a rule changes texts that is looked for without a bound.
    lines: bool,
    registered: Option<Arc<Registered>>,
    patterns: Vec<(Own, regex::Regex)>,
    further: Option<Further>,
    /// Where URLs may lead that an encoding holds, where these are looked for.
    links: Option<Box<inspect::Policy>>,
}

/// The rule of a match that has its name elsewhere.
const NAMELESS: &str = "";

impl Detectors {
    pub(super) fn new(resolved: &Resolved<'_>, policy: &Policy) -> Self {
        let decisions = Decisions::of_catalogue(resolved);
        let patterns = policy.patterns.iter().filter_map(|pattern| {
            let default = Treatment::Do(pattern.action);
            let own = Own::new(resolved, &pattern.id, risk::family(&pattern.id), default)?;
            Some((own, pattern.regex.clone()))
        });
        let patterns: Vec<_> = patterns.collect();
        let used = || DETECTORS.iter().filter(|(table, _, _)| decisions.uses(table));
        let further = policy.imported.as_ref().map(|rules| {
            let own = |(id, _): (&str, &str)| {
                let id: Arc<str> = format!("secret.imported.{id}").into();
                Own::new(resolved, &id, Family::Secret, Treatment::Do(casemate_inspect::Action::Redact))
            };
            Further { own: rules.rules().map(own).collect(), rules: Arc::clone(rules) }
        });
        Self {
            used: used().map(|(_, find, _)| *find).collect(),
            pending: used().map(|(_, _, pending)| *pending).collect(),
            lines: decisions.edits(phrases::RULES)
                || decisions.edits(concealed::RULES)
                || patterns.iter().any(|(own, _)| own.decision.edits()),
            phrases: decisions.uses(phrases::RULES),
            secrets: decisions.uses(secrets::RULES),
            personal: decisions.uses(personal::RULES),
            registered: decisions.uses(registered::RULES).then(|| Arc::clone(&policy.registered)),
            patterns,
            further,
            links: None,
            decisions,
        }
    }

    /// Takes images out of texts as well, whatever is said of the rule.
    pub(super) fn strip_images(&mut self) {
        self.decisions.insist(&answers::CONTENT);
        self.used.push(pictures::find);
        self.pending.push(pictures::pending);
    }

    /// Judges the URLs that an encoding holds by this policy.
    pub(super) fn follow(&mut self, policy: &inspect::Policy) {
        self.links = self.decisions.uses(concealed::RULES).then(|| Box::new(policy.clone()));
    }

    /// With further detectors, and what is done about their rules.
    #[cfg(test)]
    pub(super) fn with(mut self, resolved: &Resolved<'_>, table: &'static [Rule], find: Find) -> Self {
        self.decisions = Decisions::new(resolved, casemate_inspect::catalogue().chain(table));
        if self.decisions.uses(table) {
            self.used.push(find);
        }
        self
    }

    /// The registered values, where they are looked for.
    pub(crate) fn registered(&self) -> Option<&Registered> {
        self.registered.as_deref()
    }

    /// Everything that is found in a text and in the pieces of it that an encoding hides. Without a match nothing is
    /// allocated.
    pub(super) fn hits(&self, text: &str) -> Vec<Hit<'_>> {
        self.hits_in(text, true)
    }

    /// The same; `alone`: phrases and patterns that change nothing are judged without what stands before the text.
    pub(super) fn hits_in(&self, text: &str, alone: bool) -> Vec<Hit<'_>> {
        let pieces = decoded::pieces(text);
        let mut found = Vec::new();
        self.look(text, &mut found);
        through_pieces(&pieces, |piece, found| self.look(piece, found), &mut found);
        self.registered_in(text, &pieces, &mut found);
        let mut hits = self.judged(text, &found);
        if alone {
            self.wide(text, &pieces, 0, |decision| !decision.edits(), &mut hits);
        }
        if self.lines {
            // What changes the text must not depend on where a stream was cut: it is looked for in each line by itself.
            for line in lines(text) {
                let part = text.get(line.clone()).unwrap_or_default();
                let mut inner = Vec::new();
                self.wide(part, &decoded::pieces(part), 0, Decision::edits, &mut inner);
                hits.extend(inner.into_iter().map(|hit| hit.at(line.start)));
            }
        }
        if let Some(further) = &self.further {
            further.look(text, &pieces, &mut hits);
        }
        hits
    }

    /// What the operator's patterns deny in a text.
    pub(super) fn denying_patterns(&self, text: &str) -> Vec<Hit<'_>> {
        let mut hits = Vec::new();
        for (own, regex) in self.patterns.iter().filter(|(own, _)| own.decision.denies()) {
            let all = regex.find_iter(text).filter(|found| !found.is_empty());
            hits.extend(all.map(|found| own.hit(text, &found.range(), View::Plain)));
        }
        hits
    }

    /// What needs more than a bounded piece of text to be found, as far as `asked`: phrases and the operator's patterns. Of
    /// phrases those that end behind `from` are of interest.
    fn wide<'s>(
        &'s self,
        text: &str,
        pieces: &[Piece],
        from: usize,
        asked: fn(&Decision) -> bool,
        hits: &mut Vec<Hit<'s>>,
    ) {
        if self.phrases {
            let mut found = Vec::new();
            phrases::find_behind(text, pieces, from, &mut found);
            hits.extend(self.judged(text, &found).into_iter().filter(|hit| asked(hit.decision)));
        }
        if let Some(links) = &self.links {
            let mut found = Vec::new();
            through_pieces(pieces, |piece, found| concealed::find(piece, links, found), &mut found);
            found.retain(|found| found.span.end > from);
            hits.extend(self.judged(text, &found).into_iter().filter(|hit| asked(hit.decision)));
        }
        for (own, regex) in self.patterns.iter().filter(|(own, _)| asked(&own.decision)) {
            let mut found = Vec::new();
            let find = |text: &str, found: &mut Vec<Match>| {
                let all = regex.find_iter(text).filter(|found| !found.is_empty());
                found.extend(all.map(|found| Match { rule: NAMELESS, span: found.range(), view: View::Plain }));
            };
            find(text, &mut found);
            through_pieces(pieces, find, &mut found);
            hits.extend(found.iter().map(|found| own.hit(text, &found.span, found.view)));
        }
    }

    /// What is found in a text together with what stood before it and has gone out already: what ends behind `seen`.
    pub(super) fn looking_back(&self, text: &str, seen: usize) -> Vec<Hit<'_>> {
        let mut hits = Vec::new();
        self.wide(text, &decoded::pieces(text), seen, |decision| !decision.edits(), &mut hits);
        hits
    }

    /// Whether there is anything to look for in that way.
    pub(super) const fn looks_back(&self) -> bool {
        self.phrases || self.links.is_some() || !self.patterns.is_empty()
    }

    /// Whether a text may be cut only at the ends of lines, because a rule that changes it is known to be right only there.
    pub(super) const fn by_lines(&self) -> bool {
        self.lines || self.further.is_some()
    }

    /// From where on in `text` a match may begin or grow by what comes behind it, but for registered values.
    pub(super) fn pending(&self, text: &str) -> usize {
        let mut at = decoded::pending(text);
        for pending in &self.pending {
            at = at.min(pending(text));
        }
        if let Some(further) = &self.further {
            at = at.min(further.rules.pending(text));
        }
        at
    }

    /// The same as [`Detectors::pending`] for what the text says where escapes near its end are undone.
    pub(super) fn pending_readings(&self, text: &str) -> usize {
        let start = text.ceil_char_boundary(text.len().saturating_sub(decoded::OPEN));
        let near = text.get(start..).unwrap_or_default();
        let mut at = text.len();
        for (reading, piece) in decoded::open(near) {
            let open = self.pending(&reading);
            if open < reading.len() {
                at = at.min(start + piece.back(&(open..open + 1)).start);
            }
        }
        at
    }

    /// Where registered values stand.
    pub(super) fn values(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        self.registered.iter().for_each(|registered| registered.find(text, &mut found));
        found.into_iter().map(|found| found.span).collect()
    }

    /// Where that stands which a cut must not go through: registered values, and what is taken out.
    pub(super) fn places(&self, text: &str) -> Vec<Range<usize>> {
        let hits = self.hits_in(text, false);
        let taken = hits.into_iter().filter(|hit| hit.decision.edits() || hit.decision.denies()).map(|hit| hit.span);
        taken.chain(self.values(text)).collect()
    }

    /// The same as [`Detectors::pending`] for registered values alone.
    pub(super) fn pending_values(&self, text: &str) -> usize {
        self.registered.as_ref().map_or(text.len(), |registered| registered.pending(text))
    }

    /// What was found, judged. A rule that is not used gives nothing.
    pub(super) fn judged(&self, text: &str, found: &[Match]) -> Vec<Hit<'_>> {
        let hit = |found: &Match| {
            let decision = self.decisions.of(found.rule)?;
            Some(Hit { rule: Cow::Borrowed(found.rule), span: whole(text, &found.span), view: found.view, decision })
        };
        found.iter().filter_map(hit).collect()
    }

    /// Registered values: what looks for them undoes encodings itself, but for rows of codes in other bases than ten.
    fn registered_in(&self, text: &str, pieces: &[Piece], found: &mut Vec<Match>) {
        let Some(registered) = &self.registered else { return };
        let mut values = Vec::new();
        registered.find(text, &mut values);
        let rows = pieces.iter().filter(|piece| piece.map.is_empty() && matches!(piece.view, View::Codes | View::Hex));
        for row in rows {
            let mut inner = Vec::new();
            registered.find(&row.text, &mut inner);
            values.extend(inner.first().map(|first| Match { span: row.span.clone(), view: row.view, ..first.clone() }));
        }
        once(&mut values);
        found.append(&mut values);
    }

    fn look(&self, text: &str, found: &mut Vec<Match>) {
        self.used.iter().for_each(|find| find(text, found));
    }
}

impl Further {
    fn look<'s>(&'s self, text: &str, pieces: &[Piece], hits: &mut Vec<Hit<'s>>) {
        let mut found = Vec::new();
        let mut add = |piece: Option<&Piece>| {
            found.clear();
            self.rules.find(piece.map_or(text, |piece| &piece.text), &mut found);
            for (number, span) in &found {
                let Some(Some(own)) = self.own.get(*number) else { continue };
                hits.push(match piece {
                    Some(piece) => own.hit(text, &piece.back(span), piece.view),
                    None => own.hit(text, span, View::Plain),
                });
            }
        };
        add(None);
        pieces.iter().for_each(|piece| add(Some(piece)));
    }
}
