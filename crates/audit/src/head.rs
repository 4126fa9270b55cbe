//! The head: how far the log was durable, and its chain there.
//!
//! The file has two slots that are written in turn, each with a checksum, so that a torn write of one leaves the other.

use crate::frame::Reader;
use casemate_core::digest::Digest;

/// Where the second slot begins: another sector than the first.
const SECOND: u64 = 4096;
const SLOT: usize = 84;
const MAGIC: &[u8; 8] = b"CMHEAD\0\x01";

/// What a slot says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// Counts the writes; the higher slot counts.
    pub(crate) generation: u64,
    /// Entries that are durable.
    pub(crate) entries: u64,
    /// The chain after them.
    pub(crate) chain: Digest,
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
        bytes.extend_from_slice(&self.chain.0);
        bytes.extend_from_slice(&crc32c::crc32c(&bytes).to_be_bytes());
        (if self.generation.is_multiple_of(2) { 0 } else { SECOND }, bytes)
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..SLOT)?;
        let mut reader = Reader(bytes);
        let magic: [u8; 8] = reader.array()?;
        let mut number = || reader.array().map(u64::from_be_bytes);
        let (generation, entries, open_from, segment, len) = (number()?, number()?, number()?, number()?, number()?);
        let chain = Digest(reader.array()?);
        let crc = u32::from_be_bytes(reader.array()?);
        let whole = magic == *MAGIC && crc32c::crc32c(bytes.get(..SLOT - 4)?) == crc;
        whole.then_some(Self { generation, entries, chain, open_from, segment, len })
    }

    /// The newest whole slot of the file.
    pub(crate) fn read(file: &[u8]) -> Option<Self> {
        let second = file.get(usize::try_from(SECOND).ok()?..).unwrap_or_default();
        [Self::decode(file), Self::decode(second)].into_iter().flatten().max_by_key(|head| head.generation)
    }
}
