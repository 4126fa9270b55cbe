//! Looking things up in a file of the index. Nothing of it is believed: what it says is compared with the log.

use super::cursor::{Place, Segment};
use super::format::{self, BLOCK, Directory, Header, MAP, ROW, SLOT, Slot};
use super::summary::Summary;
use super::terms::Filter;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

/// As much as header and directory mostly need.
const BEGINNING: usize = 12 << 10;

/// The most bytes of a part that are read at once. A file that says it has more is not used: nothing vouches for it.
const MOST: u64 = 64 << 20;

/// The file is not whole.
#[derive(Debug)]
pub(super) struct Broken;

impl From<io::Error> for Broken {
    fn from(_: io::Error) -> Self {
        Self
    }
}

/// A file of the index that belongs to the log, as far as its ends tell.
pub(super) struct IndexFile {
    file: File,
    pub(super) header: Header,
    directory: Directory,
}

/// What a row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) place: Place,
    /// How its leaf hash begins.
    pub(super) leaf: [u8; 4],
}

impl IndexFile {
    /// Opens the file that begins with entry `first` of the segment; `None` where there is none, or it is not whole, or
    /// covers entries from `end` on, or was made of another log.
    pub(super) fn open(dir: &Path, first: u64, segment: &Segment, end: u64) -> Option<Self> {
        let file = Self::read(&dir.join(format::name(first))).ok()?;
        let header = &file.header;
        let is_here = header.first == first && header.segment == segment.first() && header.after() <= end;
        let [first, last] = header.leaves;
        let begins = segment.leaf_at(header.start).is_some_and(|(leaf, _)| leaf == first);
        let ends = segment.leaf_at(header.last) == Some((last, header.end));
        (is_here && begins && ends).then_some(file)
    }

    pub(super) fn read(path: &Path) -> Result<Self, Broken> {
        let file = crate::storage::plain(path)?;
        let length = file.metadata()?.len();
        let mut bytes = vec![0; usize::try_from(length).map_or(BEGINNING, |length| length.min(BEGINNING))];
        file.read_exact_at(&mut bytes, 0)?;
        let (header, crc) = Header::decode(&bytes).ok_or(Broken)?;
        let [rows, .., end] = header.parts();
        if end != length || rows > MOST || u64::from(header.summary) > MOST {
            return Err(Broken);
        }
        let rows = usize::try_from(rows).map_err(|_| Broken)?;
        if bytes.len() < rows {
            bytes.resize(rows, 0);
            file.read_exact_at(&mut bytes, 0)?;
        }
        let blocks = bytes.get(format::HEADER..rows).ok_or(Broken)?;
        let directory = header.directory(blocks, crc).ok_or(Broken)?;
        Ok(Self { file, header, directory })
    }

    fn bytes(&self, offset: u64, length: usize, crc: u32) -> Result<Vec<u8>, Broken> {
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, offset)?;
        if crc32c::crc32c(&bytes) == crc { Ok(bytes) } else { Err(Broken) }
    }

    /// Block `at` of `count` things of `size` bytes that begin at `start`.
    fn block(&self, start: u64, at: usize, count: u32, size: usize, crc: u32) -> Result<Vec<u8>, Broken> {
        let first = at * BLOCK;
        let things = (count as usize).saturating_sub(first).min(BLOCK);
        self.bytes(start + (first * size) as u64, things * size, crc)
    }

    /// The rows that have this key, ascending.
    fn rows_of(&self, key: u64) -> Result<Vec<u16>, Broken> {
        let [_, slots, postings, ..] = self.header.parts();
        let fences = &self.directory.fences;
        let Some(at) = fences.partition_point(|fence| fence.key <= key).checked_sub(1) else { return Ok(Vec::new()) };
        let crc = fences.get(at).ok_or(Broken)?.crc;
        let block = self.block(slots, at, self.header.slots, SLOT, crc)?;
        let mut all = block.chunks_exact(SLOT).filter_map(Slot::decode);
        let Some(slot) = all.find(|slot| slot.key == key) else { return Ok(Vec::new()) };
        let low = u16::try_from(slot.at & 0xffff).map_err(|_| Broken)?;
        let high = u16::try_from(slot.at >> 16).map_err(|_| Broken)?;
        let rows = match slot.count {
            0 => return Err(Broken),
            1 => vec![low],
            2 => vec![low, high],
            _ => {
                let bytes = self.bytes(postings + u64::from(slot.at), slot.list(), slot.crc)?;
                if bytes.len() == MAP { bits(&bytes) } else { numbers(&bytes) }
            }
        };
        let ascending =
            rows.is_sorted_by(|a, b| a < b) && rows.last().is_none_or(|row| u32::from(*row) < self.header.count);
        if ascending && rows.len() == slot.count as usize { Ok(rows) } else { Err(Broken) }
    }

    /// The entries that may match, ascending.
    pub(super) fn candidates(&self, filter: &Filter) -> Result<Vec<Candidate>, Broken> {
        let [lowest, highest] = self.header.times;
        if !filter.may_lie_within(lowest, highest) {
            return Ok(Vec::new());
        }
        let mut wanted: Option<Vec<u16>> = None;
        for key in filter.keys() {
            let rows = self.rows_of(key)?;
            let both = match wanted {
                None => rows,
                Some(before) => before.into_iter().filter(|row| rows.binary_search(row).is_ok()).collect(),
            };
            if both.is_empty() {
                return Ok(Vec::new());
            }
            wanted = Some(both);
        }
        match wanted {
            Some(rows) => self.places(rows.into_iter().map(u32::from), filter),
            None => self.places(0..self.header.count, filter),
        }
    }

    /// What these rows say, without the blocks that lie outside of the filter's times.
    fn places(&self, rows: impl Iterator<Item = u32>, filter: &Filter) -> Result<Vec<Candidate>, Broken> {
        let [start, ..] = self.header.parts();
        let (mut places, mut block): (Vec<_>, Option<(usize, Vec<u8>)>) = (Vec::new(), None);
        for row in rows {
            let (at, within) = (row as usize / BLOCK, row as usize % BLOCK);
            let span = self.directory.spans.get(at).ok_or(Broken)?;
            if !filter.may_lie_within(span.times[0], span.times[1]) {
                continue;
            }
            let bytes = match block.take() {
                Some((cached, bytes)) if cached == at => bytes,
                _ => self.block(start, at, self.header.count, ROW, span.crc)?,
            };
            let (offset, leaf) = row_at(&bytes, within).ok_or(Broken)?;
            let place = Place { index: self.header.first + u64::from(row), segment: self.header.segment, offset };
            places.push(Candidate { place, leaf });
            block = Some((at, bytes));
        }
        Ok(places)
    }

    /// Where entry `index` stands.
    pub(super) fn place(&self, index: u64) -> Result<Candidate, Broken> {
        let row = index.checked_sub(self.header.first).and_then(|row| u32::try_from(row).ok()).ok_or(Broken)?;
        self.places(row..row.saturating_add(1), &Filter::default())?.pop().ok_or(Broken)
    }

    /// What it counts.
    pub(super) fn summary(&self) -> Result<Summary, Broken> {
        let [.., start, _] = self.header.parts();
        let bytes = self.bytes(start, self.header.summary as usize, self.header.summary_crc)?;
        let summary = Summary::decode(&bytes).ok_or(Broken)?;
        if summary.entries() == u64::from(self.header.count) { Ok(summary) } else { Err(Broken) }
    }

    /// The place after its last entry.
    pub(super) const fn after(&self) -> Place {
        Place { index: self.header.after(), segment: self.header.segment, offset: self.header.end }
    }
}

fn row_at(block: &[u8], within: usize) -> Option<(u64, [u8; 4])> {
    let row = block.get(within * ROW..)?.first_chunk::<ROW>()?;
    let (offset, leaf) = row.split_first_chunk::<6>()?;
    let offset = offset.iter().fold(0, |offset, byte| (offset << 8) | u64::from(*byte));
    Some((offset, *leaf.first_chunk()?))
}

fn numbers(bytes: &[u8]) -> Vec<u16> {
    bytes.as_chunks::<2>().0.iter().copied().map(u16::from_be_bytes).collect()
}

fn bits(bytes: &[u8]) -> Vec<u16> {
    let is_set = |row: &u16| bytes.get(usize::from(row >> 3)).is_some_and(|byte| byte & (1 << (row & 7)) != 0);
    (0..=u16::MAX).filter(is_set).collect()
}
