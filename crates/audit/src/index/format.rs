//! The format of a file of the index: what it says of up to 65,536 entries of one segment.
//!
//! `header | directory | rows | slots | postings | summary`, numbers big-endian. A row is an entry's place and the start of
//! its leaf hash. A slot is a key and the rows that have it: up to two in the slot itself, more as a list among the
//! postings, and many as a map of bits. The directory has the checksum of each block of rows and of slots, so that a
//! look-up reads and checks only the blocks that it needs.

use crate::files;
use crate::frame::Reader;

/// Entries that one file covers at most.
pub(super) const ROWS: u64 = 1 << 16;
/// Rows, and slots, in a block.
pub(super) const BLOCK: usize = 256;
/// From so many rows on, a list is a map of bits.
pub(super) const DENSE: usize = 4096;
/// Bytes of such a map.
pub(super) const MAP: usize = 1 << 13;

pub(super) const ROW: usize = 10;
pub(super) const SLOT: usize = 20;
const SPAN: usize = 20;
const FENCE: usize = 12;
pub(super) const HEADER: usize = 8 + 7 * 8 + 5 * 4 + 2 * 32 + 2 * 4;

/// The last byte is the version of the format.
const MAGIC: &[u8; 8] = b"CMINDEX\x02";

/// The name of the file whose first entry is `first`.
pub(super) fn name(first: u64) -> String {
    format!("{first:020}.idx")
}

/// The fixed part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// The first entry that it covers.
    pub(super) first: u64,
    /// The first entry of the segment that they are in.
    pub(super) segment: u64,
    /// The offset of the first of them.
    pub(super) start: u64,
    /// The offset after the last of them.
    pub(super) end: u64,
    /// The offset of the last of them.
    pub(super) last: u64,
    /// The lowest and the highest time of them.
    pub(super) times: [u64; 2],
    /// How many entries.
    pub(super) count: u32,
    pub(super) slots: u32,
    pub(super) postings: u32,
    pub(super) summary: u32,
    pub(super) summary_crc: u32,
    /// The leaf hashes of the first and of the last of them: they bind it to a log.
    pub(super) leaves: [[u8; 32]; 2],
}

/// A block of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// The lowest and the highest time of its entries.
    pub(super) times: [u64; 2],
    pub(super) crc: u32,
}

/// A block of slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fence {
    /// Its first key.
    pub(super) key: u64,
    pub(super) crc: u32,
}

/// The blocks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Directory {
    pub(super) spans: Vec<Span>,
    pub(super) fences: Vec<Fence>,
}

/// A slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) key: u64,
    /// How many rows have it.
    pub(super) count: u32,
    /// Up to two rows, or where among the postings the list begins.
    pub(super) at: u32,
    /// The checksum of the list.
    pub(super) crc: u32,
}

impl Header {
    /// The bytes of header and directory.
    pub(super) fn encode(&self, directory: &Directory) -> Vec<u8> {
        let mut blocks = Vec::new();
        for span in &directory.spans {
            span.times.iter().for_each(|time| blocks.extend_from_slice(&time.to_be_bytes()));
            blocks.extend_from_slice(&span.crc.to_be_bytes());
        }
        for fence in &directory.fences {
            blocks.extend_from_slice(&fence.key.to_be_bytes());
            blocks.extend_from_slice(&fence.crc.to_be_bytes());
        }
        let mut bytes = MAGIC.to_vec();
        let [lowest, highest] = self.times;
        for number in [self.first, self.segment, self.start, self.end, self.last, lowest, highest] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        for number in [self.count, self.slots, self.postings, self.summary, self.summary_crc] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend(self.leaves.iter().flatten());
        bytes.extend_from_slice(&crc32c::crc32c(&blocks).to_be_bytes());
        bytes.extend_from_slice(&crc32c::crc32c(&bytes).to_be_bytes());
        bytes.extend(blocks);
        bytes
    }

    /// Reads the header, and the checksum of its directory.
    pub(super) fn decode(bytes: &[u8]) -> Option<(Self, u32)> {
        let (content, crc) = bytes.get(..HEADER)?.split_last_chunk::<4>()?;
        let mut reader = Reader(content);
        let magic: [u8; 8] = reader.array()?;
        let mut long = || reader.array().map(u64::from_be_bytes);
        let [first, segment, start, end, last] = [long()?, long()?, long()?, long()?, long()?];
        let times = [long()?, long()?];
        let mut short = || reader.array().map(u32::from_be_bytes);
        let [count, slots, postings, summary, summary_crc] = [short()?, short()?, short()?, short()?, short()?];
        let leaves = [reader.array()?, reader.array()?];
        let directory = reader.array().map(u32::from_be_bytes)?;
        let sane = (1..=ROWS).contains(&u64::from(count))
            && first.checked_add(ROWS).is_some()
            && segment <= first
            && files::header_len(segment) <= start;
        let whole = magic == *MAGIC && crc32c::crc32c(content).to_be_bytes() == *crc && sane;
        let header =
            Self { first, segment, start, end, last, times, count, slots, postings, summary, summary_crc, leaves };
        whole.then_some((header, directory))
    }

    const fn spans(&self) -> usize {
        (self.count as usize).div_ceil(BLOCK)
    }

    const fn fences(&self) -> usize {
        (self.slots as usize).div_ceil(BLOCK)
    }

    /// The index after the last entry.
    pub(super) const fn after(&self) -> u64 {
        self.first + self.count as u64
    }

    /// Where the rows, the slots, the postings and the summary begin, and where the file ends.
    pub(super) const fn parts(&self) -> [u64; 5] {
        let rows = HEADER as u64 + (self.spans() * SPAN + self.fences() * FENCE) as u64;
        let slots = rows + self.count as u64 * ROW as u64;
        let postings = slots + self.slots as u64 * SLOT as u64;
        let summary = postings + self.postings as u64;
        [rows, slots, postings, summary, summary + self.summary as u64]
    }

    /// Reads the directory.
    pub(super) fn directory(&self, bytes: &[u8], crc: u32) -> Option<Directory> {
        if crc32c::crc32c(bytes) != crc {
            return None;
        }
        let mut reader = Reader(bytes);
        let mut directory = Directory::default();
        for _ in 0..self.spans() {
            let times = [u64::from_be_bytes(reader.array()?), u64::from_be_bytes(reader.array()?)];
            directory.spans.push(Span { times, crc: u32::from_be_bytes(reader.array()?) });
        }
        for _ in 0..self.fences() {
            let key = u64::from_be_bytes(reader.array()?);
            directory.fences.push(Fence { key, crc: u32::from_be_bytes(reader.array()?) });
        }
        Some(directory)
    }
}

impl Slot {
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.key.to_be_bytes());
        for number in [self.count, self.at, self.crc] {
            out.extend_from_slice(&number.to_be_bytes());
        }
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let key = u64::from_be_bytes(reader.array()?);
        let mut number = || reader.array().map(u32::from_be_bytes);
        Some(Self { key, count: number()?, at: number()?, crc: number()? })
    }

    /// Bytes of its list.
    pub(super) const fn list(&self) -> usize {
        match self.count as usize {
            0..=2 => 0,
            count if count < DENSE => count * 2,
            _ => MAP,
        }
    }
}
