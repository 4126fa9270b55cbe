//! Checking a log without its lock: every entry, the tree, the head, and every checkpoint. Nothing here writes.

mod narrow;
mod owed;
mod restored;

use crate::chain::Chain;
use crate::checkpoints::{self, Checkpoints, Kept};
use crate::error::{Class, Fault};
use crate::files;
use crate::published::PUBLISHED;
use crate::retention::{self, Minimum};
use crate::scan::{self, Found, Walk};
use crate::storage::{DirSource, Source};
use casemate_tlog::note::MAX_NOTE;
use casemate_tlog::{Checkpoint, Hash, Verifier};
use narrow::Since;
pub(crate) use narrow::Wanted;
use owed::Owed;
use restored::Destroyed;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// How often progress is told: after so many entries.
const STEP: u64 = 1024;

/// The longest time that honest entries without a checkpoint may span, in milliseconds: many times the pause between two.
pub const UNSIGNED_MS: u64 = 60_000;

/// What to check a log by.
#[derive(Default)]
pub struct Options<'a> {
    /// The log's public keys: one is enough for all that was signed since it took over, whatever key follows it. Without
    /// any the checkpoints are compared with the entries, and their signatures are not verified.
    pub keys: Vec<Verifier>,
    /// The key that is known to be in force: a whole log must have come to it. Without it a log is good that ends under
    /// any of `keys`, also one that was replaced since. It is not for a copy that may be older than the last change.
    pub in_force: Option<Verifier>,
    /// Only these entries: read from the start of the segment that holds the first one, up to the first checkpoint, or
    /// the head, that vouches for the last one.
    pub range: Option<Range<u64>>,
    /// Set, where a whole log is good, to the keys under which it ends: the last one that `keys` lead to, or several of
    /// them that sign together. Without `keys` there are none.
    pub ends_under: Option<&'a mut Vec<Verifier>>,
    /// The file of the keys of subjects: of a whole log, no key may be there that it says was destroyed. Where there is no
    /// such file, there is none.
    pub subjects: Option<PathBuf>,
    /// Called now and then with the entries that were checked and the entries that there are.
    pub progress: Option<&'a mut dyn FnMut(u64, u64)>,
}

/// A log that holds together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// The index after the last entry that was checked; of a whole log, how many it has.
    pub entries: u64,
    /// The index of the first one.
    pub first_index: u64,
    /// The root of the tree of all of them (RFC 6962 section 2.1).
    pub root: Hash,
    /// Records of a key that was destroyed: erasures that are done.
    pub erased: u64,
    /// How many checkpoints there are.
    pub checkpoints: u64,
    /// The entries of the newest one.
    pub signed: u64,
    /// How many of them are older than the change to the earliest key that was given: they are of this tree, and their
    /// signatures are not verified.
    pub unverified: u64,
    /// The entries of the one that is shown to others, where there is one.
    pub published: Option<u64>,
    /// Milliseconds from the first to the last entry after the newest checkpoint, by their own times; `None` where there is
    /// none. No signature says anything of these entries.
    pub unsigned: Option<u64>,
}

/// Checks the whole log in `dir` but for its signatures.
///
/// # Errors
/// As [`verify_with`].
pub fn verify(dir: &Path) -> Result<Verified, Fault> {
    verify_with(dir, Options::default())
}

/// Checks the log in `dir`: every frame, index, hash and side, that it reaches its head, and that every checkpoint is of
/// this tree. A log that was pruned is checked from its minimum index on: its first entry, the tiles below it, and the
/// record that says so.
///
/// # Errors
/// The first fault. A log that is being written may grow meanwhile; that is no fault.
pub fn verify_with(dir: &Path, mut options: Options<'_>) -> Result<Verified, Fault> {
    let source = DirSource::new(dir);
    for _ in 0..3 {
        match check_with(&source, &mut options) {
            // It was pruned meanwhile.
            Err(fault) if fault.class == Class::Pruned && options.range.is_none() => {}
            // Either a torn tail, or a record that the running gateway has not finished: then the head moves on.
            Err(fault) if fault.class == Class::TornTail => {
                let head = scan::head(&source)?;
                if head.zip(fault.index).is_none_or(|(head, index)| head.entries <= index) {
                    return Err(fault);
                }
            }
            done => return done,
        }
    }
    check_with(&source, &mut options)
}

/// [`verify`] over any source.
#[cfg(test)]
pub(crate) fn check(source: &dyn Source) -> Result<Verified, Fault> {
    check_with(source, &mut Options::default())
}

/// The first fault of a log of which something is wrong; `otherwise` where it holds together.
pub(crate) fn named(source: &dyn Source, otherwise: Fault) -> Fault {
    let found = check_with(source, &mut Options::default()).err();
    // A record that is being written is no fault of the log.
    found.filter(|fault| fault.class != Class::TornTail).unwrap_or(otherwise)
}

/// [`verify_with`] over any source, once.
pub(crate) fn check_with(source: &dyn Source, options: &mut Options<'_>) -> Result<Verified, Fault> {
    let signed = scan::signed(source)?;
    match check_entries(source, options) {
        Err(fault) if fault.class != Class::TornTail => Err(fault),
        // After the head of an earlier moment all looks like a tail.
        done => match scan::head(source)? {
            Some(head) => head.reaches(signed).and(done),
            None => done,
        },
    }
}

/// The same, but that the head may be the one of an earlier moment: a backup that was interrupted leaves that.
pub(crate) fn check_entries(source: &dyn Source, options: &mut Options<'_>) -> Result<Verified, Fault> {
    let range = options.range.clone().unwrap_or(0..u64::MAX);
    // Read before the entries, so that a running log has all that it signed.
    let newest = newest(source)?;
    let published = note(source, PUBLISHED)?;
    let shown = published.as_ref().map(|kept| kept.checkpoint.size());
    let is_whole = options.range.is_none();
    let mut walk = if is_whole { Walk::whole(source)? } else { Walk::at(source, range.start)? };
    let minimum = walk.minimum().cloned();
    if let Some(minimum) = minimum.as_ref().filter(|_| is_whole) {
        retention::check_tiles(source, minimum)?;
    }
    let published = published.filter(|kept| kept.checkpoint.size() >= walk.index());
    let newest = newest.filter(|_| is_whole);
    let mut signed = Signed::new(options.keys.clone(), newest, published, minimum.clone());
    let (first_index, mut erased, mut fork, mut recorded) = (walk.index(), 0, None, false);
    let of = walk.head().entries;
    let (mut tail, mut owed, mut destroyed) = (Unsigned::default(), Owed::default(), Destroyed::default());
    let mut since = Since::new(walk.tree().clone());
    loop {
        if fork.is_none() {
            signed.enter(source, walk.segment_first())?;
            match signed.pass(source, &walk)? {
                Some((fault, wanted)) => {
                    since.differs(Some(wanted));
                    fork = Some(fault);
                }
                None if signed.last == walk.index() => since.agrees(walk.tree()),
                None => {}
            }
        }
        let vouched = walk.index() == signed.last || walk.index() >= of;
        if walk.index() >= range.end && vouched && fork.is_none() {
            break;
        }
        match walk.next(source) {
            None => break,
            Some(Ok(found)) => {
                tail.pass(&found, signed.last);
                owed.pass(&found);
                destroyed.pass(&found)?;
                since.pass(&found);
                signed.chain.pass(&found);
                erased += u64::from(found.erases);
                recorded |= found.pruned_to.is_some() && found.pruned_to == minimum.as_ref().map(Minimum::index);
                if let Some(progress) = options.progress.as_mut().filter(|_| found.index % STEP == 0) {
                    progress(found.index, of);
                }
            }
            // Entries that do not agree with the head either were changed; that says more than a fork.
            Some(Err(fault)) if fault.class == Class::Changed || fork.is_none() => {
                since.differs(walk.wanted());
                return Err(since.replaced(source, fault));
            }
            Some(Err(_)) => break,
        }
    }
    if let Some(fork) = fork {
        return Err(since.forked(source, fork));
    }
    let unverified = signed.finish(&walk, range.end)?;
    if let Some(key) = options.in_force.as_ref().filter(|_| is_whole) {
        signed.chain.comes_to(key)?;
    }
    if let Some(keys) = options.ends_under.as_mut().filter(|_| is_whole) {
        signed.chain.in_force().clone_into(keys);
    }
    if is_whole {
        owed.finish()?;
        options.subjects.as_deref().map_or(Ok(()), |keys| destroyed.finish(keys))?;
    }
    if let Some(minimum) = minimum.filter(|_| is_whole && !recorded) {
        return Err(retention::unrecorded(minimum.index()));
    }
    let (entries, root) = (walk.index(), walk.tree().root());
    let (checkpoints, signed) = (signed.count, signed.last);
    let unsigned = (entries > signed).then(|| tail.span());
    Ok(Verified { entries, first_index, root, erased, checkpoints, signed, unverified, published: shown, unsigned })
}

/// The checkpoint in the file of its own.
pub(crate) fn newest(source: &dyn Source) -> Result<Option<Kept>, Fault> {
    note(source, checkpoints::NEWEST)
}

/// The checkpoint in a file that has only this one.
pub(crate) fn note(source: &dyn Source, name: &str) -> Result<Option<Kept>, Fault> {
    let names = source.names().map_err(|error| Fault::io(".", &error))?;
    if !names.iter().any(|there| there == name) {
        return Ok(None);
    }
    let file = name.to_owned();
    let bytes = source.read_at(&file, 0, MAX_NOTE + 1).map_err(|error| Fault::io(&file, &error))?;
    if bytes.is_empty() {
        // A power cut can leave that; the next start writes it again.
        return Ok(None);
    }
    let broken = |what: String| Fault::new(Class::Signature, name, 0, what);
    let note = String::from_utf8(bytes).map_err(|_| broken("it is no text".to_owned()))?;
    let parsed = casemate_tlog::Note::parse(note.as_bytes()).map_err(|error| broken(error.to_string()))?;
    let checkpoint = Checkpoint::parse(parsed.text()).map_err(|error| broken(error.to_string()))?;
    Ok(Some(Kept { checkpoint, note, file, offset: 0 }))
}

/// The checkpoints on the way.
struct Signed {
    chain: Chain,
    segment: Option<u64>,
    /// Those beside that segment that were not met yet, and the next of them.
    rest: Option<Checkpoints>,
    ahead: Option<Kept>,
    /// The one in the file of its own, until it is met.
    newest: Option<Kept>,
    /// The one that is shown to others, until the walk has its size.
    published: Option<Kept>,
    /// Where the log begins.
    minimum: Option<Minimum>,
    count: u64,
    last: u64,
}

impl Signed {
    fn new(keys: Vec<Verifier>, newest: Option<Kept>, published: Option<Kept>, minimum: Option<Minimum>) -> Self {
        let chain = Chain::new(keys);
        Self { chain, segment: None, rest: None, ahead: None, newest, published, minimum, count: 0, last: 0 }
    }

    /// Goes on to the checkpoints beside a segment when it is entered.
    fn enter(&mut self, source: &dyn Source, first: u64) -> Result<(), Fault> {
        if self.segment == Some(first) {
            return Ok(());
        }
        if self.segment.is_some() && self.last != first {
            let what = format!("the checkpoint of {first} entries, with which the segment was closed, is missing");
            let name = files::checkpoints(self.segment.unwrap_or_default());
            return Err(Fault::new(Class::Removed, &name, 0, what).at(first));
        }
        if let Some(kept) = self.ahead.take() {
            let what = format!("a checkpoint of more entries than its segment has, which ends with {first}");
            return Err(kept.fault(Class::Reordered, what));
        }
        self.segment = Some(first);
        self.rest = Some(Checkpoints::new(first, &checkpoints::end(source, first)?));
        if let Some(minimum) = self.minimum.take_if(|minimum| minimum.index() == first) {
            self.ahead = Some(minimum.kept().clone());
            self.meet();
            return Ok(());
        }
        self.advance(source)
    }

    /// Reads the next one.
    fn advance(&mut self, source: &dyn Source) -> Result<(), Fault> {
        self.ahead = match &mut self.rest {
            Some(rest) => rest.next(source)?,
            None => None,
        };
        self.meet();
        Ok(())
    }

    /// Whether it is the one in the file of its own.
    fn meet(&mut self) {
        let Some(kept) = &self.ahead else { return };
        if self.newest.as_ref().is_some_and(|newest| newest.note == kept.note) {
            self.newest = None;
        }
    }

    /// Verifies the checkpoints of the tree so far, and compares them with it.
    fn pass(&mut self, source: &dyn Source, walk: &Walk) -> Result<Option<(Fault, Wanted)>, Fault> {
        while let Some(kept) = self.ahead.as_ref().filter(|kept| kept.checkpoint.size() <= walk.index()) {
            if kept.checkpoint.size() < walk.index() {
                return Err(kept.fault(Class::Reordered, "a later checkpoint stands before this one"));
            }
            let is_verified = self.chain.judge(kept)?;
            if let Err(fork) = kept.holds(walk.tree()) {
                // Of what nobody has signed, that says more.
                let fork = Some((fork, wanted(kept)));
                return if is_verified { Ok(fork) } else { self.chain.finish().map(|_| fork) };
            }
            self.count += 1;
            self.last = kept.checkpoint.size();
            self.advance(source)?;
        }
        if let Some(shown) = self.published.take_if(|shown| shown.checkpoint.size() == walk.index()) {
            self.chain.vouches(&shown)?;
            return Ok(shown.holds(walk.tree()).err().map(|fork| (fork, wanted(&shown))));
        }
        Ok(None)
    }

    /// Nothing comes any more; how many signatures could not be verified.
    fn finish(&mut self, walk: &Walk, end: u64) -> Result<u64, Fault> {
        let there = walk.index();
        let unverified = self.chain.finish()?;
        if let Some(kept) = self.ahead.as_ref().filter(|_| there < end) {
            let what = format!("this checkpoint signed {} entries, and {there} are there", kept.checkpoint.size());
            return Err(kept.fault(Class::Truncated, what).at(there));
        }
        if let Some(shown) = self.published.as_ref().filter(|_| end == u64::MAX) {
            let what = format!("it signed {} entries, and {there} are there", shown.checkpoint.size());
            return Err(shown.fault(Class::Truncated, what).at(there));
        }
        let Some(newest) = &self.newest else { return Ok(unverified) };
        self.chain.judge(newest)?;
        let size = newest.checkpoint.size();
        if size > there {
            let what = format!("this checkpoint signed {size} entries, and {there} are there");
            return Err(newest.fault(Class::Truncated, what).at(there));
        }
        Err(newest.fault(Class::Removed, format!("the checkpoint of {size} entries is not beside its segment")))
    }
}

/// The tree that a checkpoint signed.
fn wanted(kept: &Kept) -> Wanted {
    let (size, root) = (kept.checkpoint.size(), kept.checkpoint.root());
    Wanted { size, root, by: format!("the checkpoint of {size} entries") }
}

/// The entries that no checkpoint has signed yet: when the first of them was written, and the last entry of all.
#[derive(Default)]
pub(crate) struct Unsigned {
    first: u64,
    last: Vec<u8>,
}

impl Unsigned {
    /// Takes the next entry; `signed` is how many the newest checkpoint so far is of.
    pub(crate) fn pass(&mut self, found: &Found, signed: u64) {
        if found.index == signed {
            self.first = time(&found.bytes);
        }
        self.last.clone_from(&found.bytes);
    }

    /// From the one to the other, in milliseconds.
    pub(crate) fn span(&self) -> u64 {
        time(&self.last).saturating_sub(self.first)
    }
}

fn time(record: &[u8]) -> u64 {
    #[derive(serde::Deserialize)]
    struct Stamped {
        time: u64,
    }
    serde_json::from_slice::<Stamped>(record).map_or(0, |record| record.time)
}
