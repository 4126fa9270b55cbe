//! Where the log stands: found at opening, and found again after a fault of the disk.

use crate::body::Origin;
use crate::commitment::SALT;
use crate::error::{Class, Fault, OpenError};
use crate::files::{self, Header, SEGMENT_HEADER};
use crate::frame;
use crate::head::Head;
use crate::scan::{self, Walk};
use crate::storage::Storage;
use casemate_core::digest::Digest;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

/// The end of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    /// Entries there are.
    pub(crate) entries: u64,
    /// The chain after them.
    pub(crate) chain: Digest,
    /// The first entry of the last segment.
    pub(crate) segment: u64,
    /// The length of the last segment, in bytes.
    pub(crate) len: u64,
}

/// What opening found.
pub(crate) struct Recovered {
    pub(crate) at: Position,
    pub(crate) generation: u64,
    pub(crate) open: BTreeMap<u64, Arc<Origin>>,
    pub(crate) torn_bytes: u64,
}

/// Finds the end of the log, makes the log where there is none, and cuts off what was not finished.
pub(crate) fn recover(storage: &mut dyn Storage) -> Result<Recovered, OpenError> {
    match scan::head(storage) {
        Ok(Some(_)) => {}
        Ok(None) => return create(storage),
        // A head without a whole slot is what an interrupted creation leaves, or damage; entries tell which.
        Err(fault) if fault.class == Class::Changed => {
            return match create(storage) {
                Err(OpenError::Damaged(_)) => Err(fault.into()),
                done => done,
            };
        }
        Err(fault) => return Err(fault.into()),
    }
    let mut walk = Walk::tail(storage)?;
    let mut open = BTreeMap::new();
    let mut torn_bytes = 0;
    loop {
        match walk.next(storage) {
            None => break,
            Some(Ok(found)) => {
                if found.is_intent {
                    open.insert(found.index, found.bytes);
                } else if let Some(intent) = found.concludes {
                    open.remove(&intent);
                }
            }
            Some(Err(fault)) if fault.class == Class::TornTail => torn_bytes += trim(storage, &fault)?,
            Some(Err(fault)) => return Err(fault.into()),
        }
    }
    let generation = walk.head().generation;
    let at = Position { entries: walk.index, chain: walk.chain, segment: walk.segment_first(), len: walk.offset };
    // What the head does not vouch for may be in the page cache only.
    let vouched = if walk.head().segment == at.segment { walk.head().len } else { 0 };
    if vouched < at.len {
        storage.rewrite(&files::segment(at.segment), vouched)?;
    }
    salted(storage, &at)?;
    let origin = |bytes: Vec<u8>| {
        Arc::new(serde_json::from_slice(&bytes).map_or_else(|_| Origin::default(), |json| Origin::read(&json)))
    };
    let open = open.into_iter().map(|(index, bytes)| (index, origin(bytes))).collect();
    Ok(Recovered { at, generation, open, torn_bytes })
}

/// Cuts off an unfinished record, or removes a segment whose header was not finished.
fn trim(storage: &mut dyn Storage, fault: &Fault) -> io::Result<u64> {
    let len = storage.len(&fault.segment)?;
    if fault.offset < SEGMENT_HEADER {
        storage.remove(&fault.segment)?;
        if let Some(first) = files::first_of(&fault.segment) {
            storage.remove(&files::salts(first))?;
        }
        storage.sync_dir()?;
        return Ok(len);
    }
    storage.cut(&fault.segment, fault.offset)?;
    Ok(len.saturating_sub(fault.offset))
}

/// Makes a new log. What an interrupted creation left is no log yet, as long as it has no entries.
fn create(storage: &mut dyn Storage) -> Result<Recovered, OpenError> {
    for first in scan::segments(storage)? {
        let name = files::segment(first);
        if first > 0 || storage.len(&name)? > SEGMENT_HEADER {
            return Err(Fault::new(Class::Removed, files::HEAD, 0, "the log has entries and no head").at(0).into());
        }
        storage.remove(&name)?;
        storage.remove(&files::salts(first))?;
    }
    let at = begin(storage, 0, 0, frame::origin())?;
    let mut generation = 0;
    settle(storage, &at, &mut generation)?;
    storage.sync_dir()?;
    Ok(Recovered { at, generation, open: BTreeMap::new(), torn_bytes: 0 })
}

/// Begins a segment and the file of its salts, durably.
pub(crate) fn begin(storage: &mut dyn Storage, first: u64, previous: u64, chain: Digest) -> io::Result<Position> {
    let mut segment = storage.tail(&files::segment(first))?;
    segment.append(&Header { first, previous, chain }.encode())?;
    segment.sync()?;
    storage.tail(&files::salts(first))?.sync()?;
    storage.sync_dir()?;
    Ok(Position { entries: first, chain, segment: first, len: SEGMENT_HEADER })
}

/// Writes both slots of the head for `at`, durably.
fn settle(storage: &mut dyn Storage, at: &Position, generation: &mut u64) -> io::Result<()> {
    for _ in 0..2 {
        *generation += 1;
        let (offset, bytes) = head(at, *generation, 0).slot();
        storage.write_head(offset, &bytes)?;
        storage.sync_head()?;
    }
    Ok(())
}

/// The head for `at`.
pub(crate) const fn head(at: &Position, generation: u64, open_from: u64) -> Head {
    let Position { entries, chain, segment, len } = *at;
    Head { generation, entries, chain, open_from, segment, len }
}

/// Every entry of the last segment has its salt; salts that were drawn ahead are dropped.
fn salted(storage: &mut dyn Storage, at: &Position) -> Result<(), OpenError> {
    let name = files::salts(at.segment);
    let need = (at.entries - at.segment).saturating_mul(SALT as u64);
    let have = match storage.len(&name) {
        Ok(len) => len,
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(error) => return Err(error.into()),
    };
    if have < need {
        let what = "the salts of the last segment are missing";
        return Err(Fault::new(Class::Removed, &name, have, what).at(at.segment + have / SALT as u64).into());
    }
    if have > need {
        storage.cut(&name, need)?;
    }
    Ok(())
}

/// After a fault: brings the files back to `at`, the last position that was acknowledged, and checks that they are there.
///
/// The rest of the last segment is cut off and not read again: after a failed fsync the page cache may show bytes that
/// the disk does not have.
pub(crate) fn rewind(storage: &mut dyn Storage, at: &Position, generation: &mut u64) -> Result<(), Fault> {
    let io = |name: &str| {
        let name = name.to_owned();
        move |error: io::Error| Fault::io(&name, &error)
    };
    settle(storage, at, generation).map_err(io(files::HEAD))?;
    for first in scan::segments(storage)?.into_iter().filter(|first| *first > at.segment) {
        storage.remove(&files::segment(first)).map_err(io(&files::segment(first)))?;
        storage.remove(&files::salts(first)).map_err(io(&files::salts(first)))?;
    }
    storage.cut(&files::segment(at.segment), at.len).map_err(io(&files::segment(at.segment)))?;
    let salts = (at.entries - at.segment).saturating_mul(SALT as u64);
    storage.cut(&files::salts(at.segment), salts).map_err(io(&files::salts(at.segment)))?;
    storage.sync_dir().map_err(io("."))?;
    let mut walk = Walk::at(storage, at.segment)?;
    while let Some(found) = walk.next(storage) {
        found?;
    }
    if (walk.index, walk.chain) == (at.entries, at.chain) {
        Ok(())
    } else {
        let what = format!("{} entries were acknowledged, {} are there", at.entries, walk.index);
        Err(Fault::new(Class::Changed, &files::segment(at.segment), walk.offset, what).at(walk.index))
    }
}
