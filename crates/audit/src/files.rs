//! The names of the files, and the header that each segment begins with.

use crate::frame;
use casemate_core::digest::Digest;

/// The lock of the one writer.
pub(crate) const LOCK: &str = "lock";
/// How far the log reached.
pub(crate) const HEAD: &str = "head";

/// Bytes of a segment's header.
pub(crate) const SEGMENT_HEADER: u64 = 60;
const MAGIC: &[u8; 8] = b"CMSEG\0\0\x01";

/// The segment that begins with entry `first`.
pub(crate) fn segment(first: u64) -> String {
    format!("{first:020}.log")
}

/// The salts of that segment.
pub(crate) fn salts(first: u64) -> String {
    format!("{first:020}.salts")
}

/// The index of the first entry, from the name of a segment.
pub(crate) fn first_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".log")?;
    let plain = digits.len() == 20 && digits.bytes().all(|b| b.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

/// What a segment says of itself, so that a missing neighbour shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    /// The index of its first entry.
    pub(crate) first: u64,
    /// The first entry of the segment before it; of the first segment, its own.
    pub(crate) previous: u64,
    /// The chain up to its first entry.
    pub(crate) chain: Digest,
}

impl Header {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(60);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&self.first.to_be_bytes());
        bytes.extend_from_slice(&self.previous.to_be_bytes());
        bytes.extend_from_slice(&self.chain.0);
        bytes.extend_from_slice(&crc32c::crc32c(&bytes).to_be_bytes());
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = frame::Reader(bytes);
        let magic: [u8; 8] = reader.array()?;
        let header = Self {
            first: u64::from_be_bytes(reader.array()?),
            previous: u64::from_be_bytes(reader.array()?),
            chain: Digest(reader.array()?),
        };
        let crc = u32::from_be_bytes(reader.array()?);
        (magic == *MAGIC && crc32c::crc32c(bytes.get(..56)?) == crc).then_some(header)
    }
}
