//! Making a file of the index from entries.

use super::cursor::{Place, Seen};
use super::format::{BLOCK, DENSE, Directory, Fence, Header, MAP, Slot, Span};
use super::summary::Summary;
use super::terms::{Key, Row};

/// What is gathered for one file.
#[derive(Default)]
pub(super) struct Builder {
    header: Header,
    rows: Vec<u8>,
    times: Vec<u64>,
    keys: Vec<(Key, u16)>,
    summary: Summary,
}

impl Builder {
    pub(super) const fn first(&self) -> u64 {
        self.header.first
    }

    /// How many entries it has.
    pub(super) const fn count(&self) -> u64 {
        self.header.count as u64
    }

    /// The place after its last entry.
    pub(super) const fn after(&self) -> Place {
        Place { index: self.header.after(), segment: self.header.segment, offset: self.header.end }
    }

    /// Adds the next entry; false where it does not belong there: another segment, a full file, another format.
    pub(super) fn add(&mut self, seen: &Seen<'_>, row: &Row<'_>) -> bool {
        let Place { index, segment, offset } = seen.place;
        let Ok(at) = u16::try_from(self.header.count) else { return false };
        if self.header.count == 0 {
            self.header = Header { first: index, segment, start: offset, times: [u64::MAX, 0], ..Header::default() };
            self.header.leaves = [seen.frame.leaf.0; 2];
        } else if self.after() != seen.place {
            return false;
        }
        let [lowest, highest] = self.header.times;
        self.header.times = [lowest.min(row.time), highest.max(row.time)];
        self.header.last = offset;
        self.header.end = offset + seen.frame.size() as u64;
        self.header.leaves = [self.header.leaves[0], seen.frame.leaf.0];
        self.header.count += 1;
        self.rows.extend(offset.to_be_bytes().get(2..).unwrap_or_default());
        self.rows.extend(seen.frame.leaf.0.get(..4).unwrap_or_default());
        self.times.push(row.time);
        self.keys.extend(row.keys().map(|key| (key, at)));
        self.summary.add(row, seen.frame.size() as u64);
        true
    }

    /// The bytes of the file. More entries may follow afterwards.
    pub(super) fn encode(&mut self) -> Vec<u8> {
        self.keys.sort_unstable();
        self.keys.dedup();
        let (mut slots, mut postings, mut directory) = (Vec::new(), Vec::new(), Directory::default());
        let mut keys = Vec::new();
        for group in self.keys.chunk_by(|(a, _), (b, _)| a == b) {
            let slot = list(group, &mut postings);
            keys.push(slot.key);
            slot.encode(&mut slots);
        }
        let rows = self.rows.chunks(BLOCK * super::format::ROW);
        for (block, times) in rows.zip(self.times.chunks(BLOCK)) {
            let bounds = [times.iter().min(), times.iter().max()].map(|time| time.copied().unwrap_or_default());
            directory.spans.push(Span { times: bounds, crc: crc32c::crc32c(block) });
        }
        for (block, keys) in slots.chunks(BLOCK * super::format::SLOT).zip(keys.chunks(BLOCK)) {
            let key = keys.first().copied().unwrap_or_default();
            directory.fences.push(Fence { key, crc: crc32c::crc32c(block) });
        }
        let summary = self.summary.encode();
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.header.slots = u32::try_from(keys.len()).unwrap_or(u32::MAX);
        self.header.postings = length(&postings);
        self.header.summary = length(&summary);
        self.header.summary_crc = crc32c::crc32c(&summary);
        let mut bytes = self.header.encode(&directory);
        for part in [&self.rows, &slots, &postings, &summary] {
            bytes.extend_from_slice(part);
        }
        bytes
    }
}

/// The slot of one key, with its list behind the postings where it needs one.
fn list(group: &[(Key, u16)], postings: &mut Vec<u8>) -> Slot {
    let key = group.first().map(|(key, _)| *key).unwrap_or_default();
    let count = u32::try_from(group.len()).unwrap_or(u32::MAX);
    let rows = group.iter().map(|(_, row)| *row);
    if group.len() <= 2 {
        let at = rows.rev().fold(0, |at, row| (at << 16) | u32::from(row));
        return Slot { key, count, at, crc: 0 };
    }
    let mut bytes = Vec::new();
    if group.len() < DENSE {
        rows.for_each(|row| bytes.extend_from_slice(&row.to_be_bytes()));
    } else {
        bytes.resize(MAP, 0);
        for row in rows {
            if let Some(byte) = bytes.get_mut(usize::from(row >> 3)) {
                *byte |= 1 << (row & 7);
            }
        }
    }
    let at = u32::try_from(postings.len()).unwrap_or(u32::MAX);
    let crc = crc32c::crc32c(&bytes);
    postings.extend(bytes);
    Slot { key, count, at, crc }
}
