//! Where the log stands: found at opening, and found again after a fault of the disk.

pub(crate) mod lost;

use crate::body::Origin;
use crate::checkpoints::{self, Kept, Publisher};
use crate::error::{Class, Fault, OpenError};
use crate::files::{self, Header};
use crate::head::Head;
use crate::keys::Signers;
use crate::retention::{self, PruneError};
use crate::scan::{self, Found, Walk};
use crate::storage::Storage;
use crate::verify::{UNSIGNED_MS, Unsigned};
use casemate_core::UnixMillis;
use casemate_tlog::{Frontier, Verifier};
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

/// The end of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Position {
    /// The tree of all entries.
    pub(crate) tree: Frontier,
    /// The first entry of the last segment.
    pub(crate) segment: u64,
    /// The length of the last segment, in bytes.
    pub(crate) len: u64,
    /// When the last segment was begun.
    pub(crate) begun: UnixMillis,
}

impl Position {
    /// Entries there are.
    pub(crate) const fn entries(&self) -> u64 {
        self.tree.size()
    }
}

/// What opening found.
pub(crate) struct Recovered {
    pub(crate) at: Position,
    pub(crate) generation: u64,
    pub(crate) open: BTreeMap<u64, Arc<Origin>>,
    pub(crate) torn_bytes: u64,
    /// Entries that no checkpoint has signed, where they are more than an honest end leaves.
    pub(crate) unsigned: u64,
    pub(crate) publisher: Publisher,
}

/// Finds the end of the log, makes the log where there is none, and cuts off what was not finished.
pub(crate) fn recover(
    storage: &mut dyn Storage,
    mut signers: Signers,
    now: UnixMillis,
) -> Result<Recovered, OpenError> {
    let head = match scan::head(storage) {
        Ok(Some(head)) => head,
        Ok(None) => return create(storage, signers, now),
        // A head without a whole slot is what an interrupted creation leaves, or damage; entries tell which.
        Err(fault) if fault.class == Class::Changed => {
            return match create(storage, signers, now) {
                Err(OpenError::Damaged(_)) => Err(fault.into()),
                done => done,
            };
        }
        Err(fault) => return Err(fault.into()),
    };
    let last = checkpoints::last(storage, &scan::segments(storage)?)?;
    if let Some(kept) = &last {
        signers.may_follow(kept)?;
    }
    let signed = last.as_ref().map_or(0, |kept| kept.checkpoint.size());
    head.reaches(signed)?;
    pruned(storage, &signers.ever())?;
    let mut tail = Tail::default();
    let (mut torn_bytes, mut fork, mut unsigned) = (0, None, Unsigned::default());
    let from = last.as_ref().map(|kept| kept.checkpoint.size());
    let mut walk = match Walk::tail(storage, from) {
        // With everything before it signed and concluded, the way begins with the segment that was being begun.
        Err(fault) if fault.class == Class::TornTail && fault.index >= Some(signed) => {
            torn_bytes += trim(storage, &fault)?;
            Walk::tail(storage, from)?
        }
        begun => begun?,
    };
    loop {
        if let Some(kept) = last.as_ref().filter(|_| walk.index() == signed && fork.is_none()) {
            fork = kept.holds(walk.tree()).err();
        }
        match (walk.next(storage), &fork) {
            (None, None) => break,
            (Some(Ok(found)), _) => {
                unsigned.pass(&found, signed);
                tail.pass(found, &signers);
            }
            (Some(Err(fault)), None) if fault.class == Class::TornTail && walk.index() >= signed => {
                torn_bytes += trim(storage, &fault)?;
            }
            // Entries that do not agree with the head either were changed; that says more.
            (Some(Err(fault)), Some(_)) if fault.class == Class::Changed => return Err(fault.into()),
            (_, Some(fork)) => return Err(fork.clone().into()),
            (Some(Err(fault)), None) => return Err(fault.into()),
        }
    }
    if let Some(kept) = last.as_ref().filter(|_| walk.index() < signed) {
        let what = format!("this checkpoint signed {signed} entries, and {} are there", walk.index());
        return Err(kept.fault(Class::Truncated, what).at(walk.index()).into());
    }
    is_newest(storage, &signers.at_hand(), last.as_ref())?;
    signers.take_up(last.as_ref(), tail.names_keys);
    let head = *walk.head();
    let (segment, len, begun) = (walk.segment_first(), walk.offset, walk.begun());
    let at = Position { tree: walk.into_tree(), segment, len, begun };
    // What the head does not vouch for may be in the page cache only.
    let vouched = if head.segment == at.segment { head.len } else { 0 };
    if vouched < at.len {
        storage.rewrite(&files::segment(at.segment), vouched)?;
    }
    let open = tail.origins();
    let (publisher, torn) = Publisher::open(storage, signers, at.segment, last.as_ref())?;
    // An honest tail is as long as the pause between two checkpoints.
    let unsigned = if unsigned.span() > UNSIGNED_MS { at.entries() - signed } else { 0 };
    Ok(Recovered { at, generation: head.generation, open, torn_bytes: torn_bytes + torn, unsigned, publisher })
}

/// What the entries say that no checkpoint has signed yet, or that come after an intent without outcome.
#[derive(Default)]
struct Tail {
    /// The intents without outcome.
    open: BTreeMap<u64, Vec<u8>>,
    /// Whether one names the keys of the change that was begun.
    names_keys: bool,
}

impl Tail {
    fn pass(&mut self, found: Found, signers: &Signers) {
        self.names_keys |= signers.is_named(&found);
        if found.is_intent {
            self.open.insert(found.index, found.bytes);
        } else if let Some(intent) = found.concludes {
            self.open.remove(&intent);
        }
    }

    fn origins(self) -> BTreeMap<u64, Arc<Origin>> {
        let origin = |bytes: Vec<u8>| {
            Arc::new(serde_json::from_slice(&bytes).map_or_else(|_| Origin::default(), |json| Origin::read(&json)))
        };
        self.open.into_iter().map(|(index, bytes)| (index, origin(bytes))).collect()
    }
}

/// Checks where a log begins that was pruned, by every key that the log is known to have had, and removes what was about
/// to be removed. What the disk does not let go of now is left alone: nobody reads it any more.
fn pruned(storage: &mut dyn Storage, keys: &[Verifier]) -> Result<(), Fault> {
    match retention::finish(storage, &|| keys.to_vec()) {
        Err(PruneError::Damaged(fault)) => Err(fault),
        Err(error) => {
            tracing::warn!(%error, "segments of the audit log that were pruned are still there");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// The file of the newest checkpoint is written after the one beside the segment is durable: where our key signed more
/// there than the log has, the log is an older copy. Whatever else that file holds, it is written again.
fn is_newest(storage: &dyn Storage, keys: &[Verifier], last: Option<&Kept>) -> Result<(), Fault> {
    let Ok(Some(newest)) = crate::verify::newest(storage) else { return Ok(()) };
    if newest.verify_any(keys).is_err() {
        return Ok(());
    }
    let (there, here) = (&newest.checkpoint, last.map(|kept| &kept.checkpoint));
    if there.size() > here.map_or(0, |here| here.size()) {
        let what = format!(
            "it signed {} entries, and the log knows of no checkpoint as late: it is an older copy",
            there.size()
        );
        return Err(newest.fault(Class::Truncated, what));
    }
    if here.is_some_and(|here| here.size() == there.size() && here.root() != there.root()) {
        return Err(newest.fault(Class::Fork, "the log has another checkpoint of this size"));
    }
    Ok(())
}

/// Cuts off an unfinished record, or removes a segment whose header was not finished.
fn trim(storage: &mut dyn Storage, fault: &Fault) -> io::Result<u64> {
    let len = storage.len(&fault.segment)?;
    let header = files::first_of(&fault.segment).map_or(0, files::header_len);
    if fault.offset < header {
        storage.remove(&fault.segment)?;
        storage.sync_dir()?;
        return Ok(len);
    }
    storage.cut(&fault.segment, fault.offset)?;
    Ok(len.saturating_sub(fault.offset))
}

/// Makes a new log. What an interrupted creation left is no log yet, as long as it has no entries.
fn create(storage: &mut dyn Storage, signers: Signers, now: UnixMillis) -> Result<Recovered, OpenError> {
    for first in scan::segments(storage)? {
        let name = files::segment(first);
        if first > 0 || storage.len(&name)? > files::header_len(first) {
            return Err(Fault::new(Class::Removed, files::HEAD, 0, "the log has entries and no head").at(0).into());
        }
        storage.remove(&name)?;
    }
    if let Some(kept) = checkpoints::last(storage, &[0])? {
        let what = "the log has a checkpoint and no entries";
        return Err(kept.fault(Class::Truncated, what).at(0).into());
    }
    lost::look_inside(storage)?;
    let at = begin(storage, Frontier::new(), 0, now)?;
    let mut generation = 0;
    settle(storage, &at, &mut generation, (0, 0))?;
    storage.sync_dir()?;
    let (publisher, torn_bytes) = Publisher::open(storage, signers, 0, None)?;
    Ok(Recovered { at, generation, open: BTreeMap::new(), torn_bytes, unsigned: 0, publisher })
}

/// Begins a segment, durably.
pub(crate) fn begin(storage: &mut dyn Storage, tree: Frontier, previous: u64, now: UnixMillis) -> io::Result<Position> {
    let first = tree.size();
    let header = Header { before: tree, previous, begun: now.0 };
    let mut segment = storage.tail(&files::segment(first))?;
    segment.append(&header.encode())?;
    segment.sync()?;
    storage.sync_dir()?;
    Ok(Position { tree: header.before, segment: first, len: files::header_len(first), begun: now })
}

/// Writes both slots of the head for `at`, durably. What failed is tried again in the same slot: the other one stays whole.
fn settle(storage: &mut dyn Storage, at: &Position, generation: &mut u64, says: (u64, u64)) -> io::Result<()> {
    for _ in 0..2 {
        let next = generation.saturating_add(1);
        let (offset, bytes) = head(at, next, says).slot();
        storage.write_head(offset, &bytes)?;
        storage.sync_head()?;
        *generation = next;
    }
    Ok(())
}

/// The head for `at`, with the lowest intent without outcome and the last change of the keys of subjects.
pub(crate) fn head(at: &Position, generation: u64, (open_from, keys): (u64, u64)) -> Head {
    let (entries, root) = (at.entries(), at.tree.root());
    Head { generation, entries, root, open_from, segment: at.segment, len: at.len, keys }
}

/// After a fault: brings the files back to `at`, the last position that was acknowledged, and checks that they are there.
///
/// The rest of the last segment is cut off and not read again: after a failed fsync the page cache may show bytes that
/// the disk does not have. The head `says` beside it what [`head`] takes: an opening reads from the lowest open intent.
///
/// Where it fails it may be done again from the beginning.
pub(crate) fn rewind(
    storage: &mut dyn Storage,
    at: &Position,
    generation: &mut u64,
    says: (u64, u64),
) -> Result<(), Fault> {
    let io = |name: &str| {
        let name = name.to_owned();
        move |error: io::Error| Fault::io(&name, &error)
    };
    settle(storage, at, generation, says).map_err(io(files::HEAD))?;
    for first in scan::segments(storage)?.into_iter().filter(|first| *first > at.segment) {
        storage.remove(&files::segment(first)).map_err(io(&files::segment(first)))?;
    }
    storage.cut(&files::segment(at.segment), at.len).map_err(io(&files::segment(at.segment)))?;
    storage.sync_dir().map_err(io("."))?;
    let mut walk = Walk::at(storage, at.segment)?;
    while let Some(found) = walk.next(storage) {
        found?;
    }
    if *walk.tree() == at.tree {
        Ok(())
    } else {
        let what = format!("{} entries were acknowledged, {} are there", at.entries(), walk.index());
        Err(Fault::new(Class::Changed, &files::segment(at.segment), walk.offset, what).at(walk.index()))
    }
}
