//! The names of the files, and the header that each segment begins with.

use crate::frame;
use casemate_tlog::frontier::Frontier;
use casemate_tlog::hash::{HASH_SIZE, Hash};

/// The lock of the one writer.
pub(crate) const LOCK: &str = "lock";
/// How far the log reached.
pub(crate) const HEAD: &str = "head";

/// The version of the format of all files.
pub(crate) const FORMAT: u8 = 2;
/// The last byte is the version of the format.
const MAGIC: &[u8; 8] = b"CMSEG\0\0\x02";

/// The segment that begins with entry `first`.
pub(crate) fn segment(first: u64) -> String {
    format!("{first:020}.log")
}

/// The checkpoints that were signed while that segment was the last one.
pub(crate) fn checkpoints(first: u64) -> String {
    format!("{first:020}.checkpoints")
}

/// The index of the first entry, from the name of a segment.
pub(crate) fn first_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".log")?;
    let plain = digits.len() == 20 && digits.bytes().all(|b| b.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

/// The same from the name of a segment or of its checkpoints.
pub(crate) fn belongs_to(name: &str) -> Option<u64> {
    first_of(name).or_else(|| first_of(&format!("{}.log", name.strip_suffix(".checkpoints")?)))
}

/// Bytes of the header of the segment that begins with entry `first`: three numbers, one hash for each bit of `first`,
/// and a checksum.
pub(crate) const fn header_len(first: u64) -> u64 {
    8 + 3 * 8 + first.count_ones() as u64 * HASH_SIZE as u64 + 4
}

/// What a segment says of itself, so that a missing neighbour shows and reading can begin with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    /// The tree before its first entry, whose index is the tree's size.
    pub(crate) before: Frontier,
    /// The first entry of the segment before it; of the first segment, its own.
    pub(crate) previous: u64,
    /// When it was begun, in milliseconds since 1970.
    pub(crate) begun: u64,
}

/// Why bytes are not the header of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeaderFault {
    /// They are of another format.
    Format(u8),
    /// They are not what was written.
    Changed,
}

impl Header {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for number in [self.before.size(), self.previous, self.begun] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend(self.before.hashes().iter().flat_map(|hash| hash.0));
        bytes.extend_from_slice(&crc32c::crc32c(&bytes).to_be_bytes());
        bytes
    }

    /// Reads the header of the segment that begins with entry `first`.
    pub(crate) fn decode(bytes: &[u8], first: u64) -> Result<Self, HeaderFault> {
        match format(bytes, MAGIC) {
            Some(other) => Err(HeaderFault::Format(other)),
            None => Self::read(bytes, first).ok_or(HeaderFault::Changed),
        }
    }

    fn read(bytes: &[u8], first: u64) -> Option<Self> {
        let bytes = bytes.get(..usize::try_from(header_len(first)).ok()?)?;
        let (content, crc) = bytes.split_last_chunk::<4>()?;
        let mut reader = frame::Reader(content);
        let magic: [u8; 8] = reader.array()?;
        let mut number = || reader.array().map(u64::from_be_bytes);
        let (size, previous, begun) = (number()?, number()?, number()?);
        let edge = reader.0.as_chunks::<HASH_SIZE>().0.iter().copied().map(Hash).collect();
        let whole = magic == *MAGIC && size == first && crc32c::crc32c(content).to_be_bytes() == *crc;
        let before = Frontier::from_hashes(size, edge).ok()?;
        whole.then_some(Self { before, previous, begun })
    }
}

/// The version where bytes are of another format than `magic`.
pub(crate) fn format(bytes: &[u8], magic: &[u8; 8]) -> Option<u8> {
    let (kind, version) = (magic.get(..7)?, magic.last()?);
    let found = bytes.get(7)?;
    (bytes.starts_with(kind) && found != version && *found > 0).then_some(*found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use casemate_tlog::hash::leaf;

    #[test]
    fn headers_go_both_ways_and_strictly() {
        let mut before = Frontier::new();
        for first in 0..40_u64 {
            let header = Header { before: before.clone(), previous: first / 2, begun: 7 };
            let bytes = header.encode();
            assert_eq!(bytes.len() as u64, header_len(first));
            assert_eq!(Header::decode(&bytes, first), Ok(header));
            assert_eq!(Header::decode(&bytes, first + 1), Err(HeaderFault::Changed));
            for at in 0..bytes.len() {
                let mut bad = bytes.clone();
                bad[at] ^= 0x40;
                assert!(Header::decode(&bad, first).is_err(), "{at}");
            }
            before.push(leaf(&[first as u8]), |_, _, _| ()).unwrap();
        }
        assert_eq!(Header::decode(b"CMSEG\0\0\x01 and so on", 0), Err(HeaderFault::Format(1)));
        assert_eq!(Header::decode(b"", 0), Err(HeaderFault::Changed));
    }
}
