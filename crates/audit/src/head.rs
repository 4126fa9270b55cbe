//! The head: how far the log was durable, and the root of its tree there.
//!
//! The file has two slots that are written in turn, each with a checksum, so that a torn write of one leaves the other.

use crate::files;
use crate::frame::Reader;
use casemate_tlog::hash::Hash;

/// Where the second slot begins: another sector than the first.
const SECOND: u64 = 4096;
const SLOT: usize = 84;
/// The last byte is the version of the format.
const MAGIC: &[u8; 8] = b"CMHEAD\0\x02";

/// What a slot says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// Counts the writes; the higher slot counts.
    pub(crate) generation: u64,
    /// Entries that are durable.
    pub(crate) entries: u64,
    /// The root of their tree.
    pub(crate) root: Hash,
    /// The lowest intent without outcome; `entries` where there is none.
    pub(crate) open_from: u64,
    /// The first entry of the last segment.
    pub(crate) segment: u64,
    /// The length of that segment.
    pub(crate) len: u64,
}

impl Head {
    /// Where this generation is written, and what.
    pub(crate) fn slot(&self) -> (u64, Vec<u8>) {
        let mut bytes = Vec::with_capacity(SLOT);
        bytes.extend_from_slice(MAGIC);
        for number in [self.generation, self.entries, self.open_from, self.segment, self.len] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(&self.root.0);
        bytes.extend_from_slice(&crc32c::crc32c(&bytes).to_be_bytes());
        (if self.generation.is_multiple_of(2) { 0 } else { SECOND }, bytes)
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..SLOT)?;
        let (content, crc) = bytes.split_last_chunk::<4>()?;
        let mut reader = Reader(content);
        let magic: [u8; 8] = reader.array()?;
        let mut number = || reader.array().map(u64::from_be_bytes);
        let (generation, entries, open_from, segment, len) = (number()?, number()?, number()?, number()?, number()?);
        let root = Hash(reader.array()?);
        let whole = magic == *MAGIC && crc32c::crc32c(content).to_be_bytes() == *crc;
        whole.then_some(Self { generation, entries, root, open_from, segment, len })
    }

    /// The newest whole slot of the file.
    pub(crate) fn read(file: &[u8]) -> Option<Self> {
        [Self::decode(file), Self::decode(second(file))].into_iter().flatten().max_by_key(|head| head.generation)
    }
}

fn second(file: &[u8]) -> &[u8] {
    usize::try_from(SECOND).ok().and_then(|at| file.get(at..)).unwrap_or_default()
}

/// The version of the format where the file is of another one.
pub(crate) fn format(file: &[u8]) -> Option<u8> {
    [file, second(file)].into_iter().find_map(|slot| files::format(slot, MAGIC))
}
