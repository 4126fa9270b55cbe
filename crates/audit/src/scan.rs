//! Walking the log in order and naming the first thing that is wrong. Opening, verifying and reading all walk here.

use crate::checkpoints;
use crate::error::{Class, Fault};
use crate::files::{self, Header, HeaderFault};
use crate::frame::{self, Frame, FrameFault};
use crate::head::{self, Head};
use crate::record::EventKind;
use crate::retention::{self, Minimum};
use crate::side;
use crate::storage::Source;
use crate::verify::Wanted;
use casemate_core::UnixMillis;
use casemate_core::digest::Digest;
use casemate_tlog::frontier::Frontier;
use casemate_tlog::hash::Hash;
use serde::Deserialize;

const CHUNK: usize = 1 << 20;

/// An entry that is whole and stands where it says it does.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) index: u64,
    pub(crate) leaf: Digest,
    pub(crate) segment_first: u64,
    pub(crate) offset: u64,
    pub(crate) bytes: Vec<u8>,
    pub(crate) is_intent: bool,
    /// The intent that it is the outcome of.
    pub(crate) concludes: Option<u64>,
    /// Whether it says that a key was destroyed.
    pub(crate) erases: bool,
    /// Whether it says that the gateway started.
    pub(crate) starts: bool,
    /// The hash of the side that it was made with, where it has one.
    pub(crate) names_side: Option<String>,
    /// What lies outside the tree.
    pub(crate) side: Vec<u8>,
    /// Of the record that entries were pruned: the first one that was left.
    pub(crate) pruned_to: Option<u64>,
}

impl Found {
    pub(crate) fn fault(&self, class: Class, what: impl Into<String>) -> Fault {
        Fault::new(class, &files::segment(self.segment_first), self.offset, what).at(self.index)
    }

    pub(crate) fn json(&self) -> Result<serde_json::Value, String> {
        serde_json::from_slice(&self.bytes).map_err(|_| "it is not JSON".to_owned())
    }
}

/// The members that walking needs.
#[derive(Deserialize)]
struct Skeleton {
    seq: u64,
    kind: String,
    intent: Option<u64>,
    side: Option<String>,
    event: Option<String>,
    facts: Option<serde_json::Value>,
}

impl Skeleton {
    fn is(&self, kind: EventKind) -> bool {
        self.kind == "event" && self.event.as_deref() == Some(kind.as_str())
    }

    fn pruned_to(&self) -> Option<u64> {
        self.facts.as_ref().filter(|_| self.is(EventKind::Prune))?.get("to")?.as_u64()
    }
}

/// A walk from the start of a segment to the end of the log.
pub(crate) struct Walk {
    /// Where the log begins, where that is not its first entry.
    minimum: Option<Minimum>,
    /// The first entries of the segments that are left, in order; the first one is walked now.
    segments: Vec<u64>,
    head: Head,
    /// The tree before the next entry, whose index is the tree's size.
    tree: Frontier,
    begun: UnixMillis,
    /// The next entry's offset in its segment.
    pub(crate) offset: u64,
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
    /// The tree that the entries before here should have, where they have another.
    wanted: Option<Wanted>,
}

/// The head that the log has, if it has one.
pub(crate) fn head(source: &dyn Source) -> Result<Option<Head>, Fault> {
    let names = source.names().map_err(|e| Fault::io(".", &e))?;
    if !names.iter().any(|name| name == files::HEAD) {
        return Ok(None);
    }
    let bytes = source.read_at(files::HEAD, 0, 8192).map_err(|e| Fault::io(files::HEAD, &e))?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let broken = || match head::format(&bytes) {
        Some(version) => other_format(files::HEAD, version),
        None => Fault::new(Class::Changed, files::HEAD, 0, "no slot of it is whole"),
    };
    Head::read(&bytes).ok_or_else(broken).map(Some)
}

/// How many entries the newest checkpoint beside the segments signed: the head was durable that far before.
pub(crate) fn signed(source: &dyn Source) -> Result<u64, Fault> {
    let segments = segments(source)?;
    // What is wrong with a checkpoint is for others to say.
    Ok(checkpoints::last(source, &segments).ok().flatten().map_or(0, |kept| kept.checkpoint.size()))
}

fn other_format(name: &str, version: u8) -> Fault {
    let what = format!("the log is of format {version}; this release reads and writes format {}", files::FORMAT);
    Fault::new(Class::Unreadable, name, 0, what)
}

/// The first entries of all segments that count, ascending: what lies before the minimum is about to be removed.
pub(crate) fn segments(source: &dyn Source) -> Result<Vec<u64>, Fault> {
    segments_from(source, retention::index(source)?)
}

fn segments_from(source: &dyn Source, minimum: u64) -> Result<Vec<u64>, Fault> {
    let names = source.names().map_err(|e| Fault::io(".", &e))?;
    let firsts = names.iter().filter_map(|name| files::first_of(name));
    let mut firsts: Vec<u64> = firsts.filter(|first| *first >= minimum).collect();
    firsts.sort_unstable();
    Ok(firsts)
}

/// Where the log begins, and the first entries of its segments: at least one.
pub(crate) fn beginning(source: &dyn Source) -> Result<(Option<Minimum>, Vec<u64>), Fault> {
    let mut minimum = Minimum::read(source)?;
    loop {
        let done = begins(source, minimum.as_ref());
        // It may be pruned meanwhile.
        let now = if done.is_err() { Minimum::read(source)? } else { None };
        if done.is_ok() || now == minimum {
            return done.map(|segments| (minimum, segments));
        }
        minimum = now;
    }
}

fn begins(source: &dyn Source, minimum: Option<&Minimum>) -> Result<Vec<u64>, Fault> {
    let first = minimum.map_or(0, Minimum::index);
    let all = segments_from(source, first)?;
    let missing = |what: &str| Fault::new(Class::Removed, &files::segment(first), 0, what).at(first);
    match (all.first(), minimum) {
        (None, None) => Err(missing("the log has no segments")),
        (Some(0), None) => Ok(all),
        (_, None) => Err(missing("the first segment is missing")),
        (Some(lowest), Some(minimum)) if *lowest == first => {
            let header = header(source, first)?;
            let before = header.ok_or_else(|| {
                let what = "the segment's header is not what was written";
                Fault::new(Class::Changed, &files::segment(first), 0, what).at(first)
            })?;
            minimum.holds(&before.before).map(|()| all)
        }
        (_, Some(_)) => Err(missing("the segment that the log begins with is missing")),
    }
}

/// The header of a segment; `None` where it is not what was written.
fn header(source: &dyn Source, first: u64) -> Result<Option<Header>, Fault> {
    let name = files::segment(first);
    let length = usize::try_from(files::header_len(first)).unwrap_or(usize::MAX);
    let bytes = source.read_at(&name, 0, length).map_err(|e| retention::missing(source, first, &name, &e))?;
    match Header::decode(&bytes, first) {
        Ok(header) => Ok(Some(header)),
        Err(HeaderFault::Changed) => Ok(None),
        Err(HeaderFault::Format(version)) => Err(other_format(&name, version)),
    }
}

/// Whether each segment names the one before it. A last one that was not finished is judged when it is reached.
fn contiguous(source: &dyn Source, all: &[u64]) -> Result<(), Fault> {
    for (before, first) in all.iter().zip(all.iter().skip(1)) {
        if header(source, *first)?.is_some_and(|header| header.previous != *before) {
            let what = "the segment before it is missing";
            return Err(Fault::new(Class::Removed, &files::segment(*first), 0, what).at(*first));
        }
    }
    Ok(())
}

impl Walk {
    /// From the first entry that there is.
    pub(crate) fn whole(source: &dyn Source) -> Result<Self, Fault> {
        Self::start(source, |_, minimum| minimum)
    }

    /// From the segment that holds entry `index`.
    pub(crate) fn at(source: &dyn Source, index: u64) -> Result<Self, Fault> {
        Self::start(source, |_, _| index)
    }

    /// From where everything that may still change the state lies: open intents, what came after the head, and what came
    /// after the entries that were `signed`.
    pub(crate) fn tail(source: &dyn Source, signed: Option<u64>) -> Result<Self, Fault> {
        let from = |head: &Head| head.open_from.min(head.entries).min(signed.unwrap_or(u64::MAX));
        // A head that is older than the minimum may name calls that ended before their intents were pruned.
        Self::start(source, |head, minimum| from(head).max(minimum))
    }

    fn start(source: &dyn Source, from: impl FnOnce(&Head, u64) -> u64) -> Result<Self, Fault> {
        let head = head(source)?.ok_or_else(|| Fault::new(Class::Removed, files::HEAD, 0, "the log has no head"))?;
        let (minimum, all) = beginning(source)?;
        let lowest = minimum.as_ref().map_or(0, Minimum::index);
        contiguous(source, &all)?;
        let from = from(&head, lowest);
        if from < lowest {
            return Err(retention::gone(lowest, from));
        }
        let below = all.partition_point(|first| *first <= from).max(1);
        let segments = all.get(below - 1..).unwrap_or_default().to_vec();
        let first = segments.first().copied().unwrap_or_default();
        let mut walk = Self {
            minimum,
            segments,
            head,
            tree: Frontier::new(),
            begun: UnixMillis(0),
            offset: 0,
            buffer: Vec::new(),
            at: 0,
            ended: false,
            wanted: None,
        };
        let header = header(source, first)?.ok_or_else(|| walk.bad_header(first))?;
        walk.enter(header);
        Ok(walk)
    }

    fn enter(&mut self, header: Header) {
        self.offset = files::header_len(header.before.size());
        self.begun = UnixMillis(header.begun);
        self.tree = header.before;
        self.buffer.clear();
        self.at = 0;
    }

    /// The index of the next entry.
    pub(crate) const fn index(&self) -> u64 {
        self.tree.size()
    }

    /// The tree of the entries before it.
    pub(crate) const fn tree(&self) -> &Frontier {
        &self.tree
    }

    pub(crate) fn into_tree(self) -> Frontier {
        self.tree
    }

    /// Where the log begins, where that is not its first entry.
    pub(crate) const fn minimum(&self) -> Option<&Minimum> {
        self.minimum.as_ref()
    }

    /// When the segment that is walked was begun.
    pub(crate) const fn begun(&self) -> UnixMillis {
        self.begun
    }

    /// The first entry of the segment that is walked.
    pub(crate) fn segment_first(&self) -> u64 {
        self.segments.first().copied().unwrap_or_default()
    }

    /// The tree that should have come out, after the fault that another one did.
    pub(crate) fn wanted(&mut self) -> Option<Wanted> {
        self.wanted.take()
    }

    pub(crate) const fn head(&self) -> &Head {
        &self.head
    }

    fn fault(&self, class: Class, what: impl Into<String>) -> Fault {
        Fault::new(class, &files::segment(self.segment_first()), self.offset, what).at(self.index())
    }

    fn bad_header(&self, first: u64) -> Fault {
        let class = if first >= self.head.entries && first > 0 { Class::TornTail } else { Class::Changed };
        Fault::new(class, &files::segment(first), 0, "the segment's header is not what was written").at(first)
    }

    /// The next entry, the first fault, or the end.
    pub(crate) fn next(&mut self, source: &dyn Source) -> Option<Result<Found, Fault>> {
        if self.ended {
            return None;
        }
        let step = self.step(source);
        self.ended = !matches!(step, Ok(Some(_)));
        step.transpose()
    }

    fn step(&mut self, source: &dyn Source) -> Result<Option<Found>, Fault> {
        if self.index() == self.head.entries && self.tree.root() != self.head.root {
            let from = self.segment_first();
            let (size, root) = (self.index(), self.head.root);
            self.wanted = Some(Wanted { size, root, by: "the head".to_owned() });
            let what = format!("an entry from {from} up to here was replaced: the tree does not lead to the head");
            return Err(self.fault(Class::Changed, what));
        }
        while self.at_end(source)? {
            if !self.enter_next(source)? {
                return Ok(None);
            }
        }
        let frame = self.frame()?;
        let (leaf, size, record) = (frame.leaf, frame.size(), frame.record);
        let skeleton: Skeleton = serde_json::from_slice(record)
            .map_err(|_| self.fault(Class::Unreadable, "the record has another format"))?;
        if skeleton.seq != self.index() {
            return Err(self.misplaced(source, skeleton.seq));
        }
        if !side::is_whole(frame.side, skeleton.side.as_deref()) {
            let changed = || self.fault(Class::Changed, side::OTHER);
            return Err(if self.is_tail() { self.torn() } else { changed() });
        }
        let found = Found {
            index: self.index(),
            leaf,
            pruned_to: skeleton.pruned_to(),
            segment_first: self.segment_first(),
            offset: self.offset,
            bytes: record.to_vec(),
            is_intent: skeleton.kind == "intent",
            concludes: skeleton.intent.filter(|_| skeleton.kind == "outcome"),
            erases: skeleton.is(EventKind::Erased),
            starts: skeleton.is(EventKind::Start),
            names_side: skeleton.side,
            side: frame.side.to_vec(),
        };
        self.tree.push(Hash(leaf.0), |_, _, _| ()).map_err(|_| found.fault(Class::Changed, "the tree is full"))?;
        self.offset += size as u64;
        self.at += size;
        Ok(Some(found))
    }

    /// Fills the buffer so that it holds the next frame, if there is one; whether the segment ends here.
    fn at_end(&mut self, source: &dyn Source) -> Result<bool, Fault> {
        self.fill(source, frame::OVERHEAD)?;
        if let Some(size) = frame::size(self.rest()) {
            self.fill(source, size)?;
        }
        Ok(self.rest().is_empty())
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.at..).unwrap_or_default()
    }

    fn fill(&mut self, source: &dyn Source, need: usize) -> Result<(), Fault> {
        if self.rest().len() < need {
            self.buffer.drain(..self.at);
            self.at = 0;
            let name = files::segment(self.segment_first());
            let from = self.offset + self.buffer.len() as u64;
            let more = source.read_at(&name, from, CHUNK.max(need));
            let more = more.map_err(|error| retention::missing(source, self.index(), &name, &error))?;
            self.buffer.extend_from_slice(&more);
        }
        Ok(())
    }

    /// Whether nothing vouches for what comes next: it lies after the head, at the end of the log.
    const fn is_tail(&self) -> bool {
        self.index() >= self.head.entries && self.segments.len() == 1
    }

    fn torn(&self) -> Fault {
        self.fault(Class::TornTail, "the last record was not written to its end")
    }

    fn frame(&self) -> Result<Frame<'_>, Fault> {
        match frame::decode(self.rest()) {
            Ok(frame) => Ok(frame),
            Err(_) if self.is_tail() => Err(self.torn()),
            Err(FrameFault::Short) => Err(self.fault(Class::Truncated, FrameFault::Short.as_str())),
            Err(fault) => Err(self.fault(Class::Changed, fault.as_str())),
        }
    }

    /// Goes on to the next segment. False at the end of the log.
    fn enter_next(&mut self, source: &dyn Source) -> Result<bool, Fault> {
        let Some(&next) = self.segments.get(1) else {
            if self.index() >= self.head.entries {
                return Ok(false);
            }
            if self.head.segment > self.segment_first() {
                let name = files::segment(self.head.segment);
                return Err(Fault::new(Class::Removed, &name, 0, "the segment is missing").at(self.index()));
            }
            let what = format!("the head says that {} entries were durable", self.head.entries);
            return Err(self.fault(Class::Truncated, what));
        };
        let header = header(source, next)?.ok_or_else(|| self.bad_header(next))?;
        if header.previous != self.segment_first() || next > self.index() {
            return Err(self.fault(Class::Removed, format!("entries before {next} are missing")));
        }
        if next < self.index() {
            return Err(self.fault(Class::Reordered, format!("entry {next} stands a second time in the next segment")));
        }
        if header.before != self.tree {
            let (size, root) = (next, header.before.root());
            self.wanted = Some(Wanted { size, root, by: format!("the one that the segment of {next} began with") });
            let from = self.segment_first();
            let what =
                format!("an entry from {from} up to here was replaced: the next segment began with another tree");
            return Err(self.fault(Class::Changed, what));
        }
        self.segments.remove(0);
        self.enter(header);
        Ok(true)
    }

    /// A whole record with another index: is the one that belongs here elsewhere, or gone?
    fn misplaced(&mut self, source: &dyn Source, seq: u64) -> Fault {
        let fault = self.fault(Class::Reordered, format!("entry {seq} stands here"));
        if seq < self.index() {
            return fault;
        }
        let wanted = self.index();
        while let Ok(false) = self.at_end(source) {
            let Ok(frame) = frame::decode(self.rest()) else { break };
            if serde_json::from_slice::<Skeleton>(frame.record).is_ok_and(|skeleton| skeleton.seq == wanted) {
                return fault;
            }
            let size = frame.size();
            self.at += size;
            self.offset += size as u64;
        }
        Fault { class: Class::Removed, what: format!("entry {seq} follows the one before it"), ..fault }
    }
}
