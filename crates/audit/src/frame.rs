//! One entry on disk: `len (4) | side_len (4) | crc32c (4) | leaf (32) | record | side`, numbers big-endian.
//!
//! The checksum is over everything but the side: what lies outside the tree may be wiped without harm to the entry. The
//! record names the side's hash.

use casemate_core::digest::Digest;
use casemate_tlog::hash;

/// Bytes before an entry's own.
pub(crate) const OVERHEAD: usize = 44;
/// The largest record (C2SP tlog-tiles: an entry's length is a uint16).
pub(crate) const MAX: usize = casemate_tlog::tile::bundle::MAX_ENTRY;

/// The hash of a leaf (RFC 6962 section 2.1).
pub(crate) fn leaf(record: &[u8]) -> Digest {
    Digest(hash::leaf(record).0)
}

fn checksum(lengths: [&[u8]; 2], leaf: &[u8], record: &[u8]) -> u32 {
    let [len, side_len] = lengths;
    [side_len, leaf, record].into_iter().fold(crc32c::crc32c(len), crc32c::crc32c_append)
}

/// Appends the frame of an entry to `out`.
pub(crate) fn encode(record: &[u8], side: &[u8], leaf: Digest, out: &mut Vec<u8>) {
    let bytes = |part: &[u8]| u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes();
    let (len, side_len) = (bytes(record), bytes(side));
    let crc = checksum([&len, &side_len], &leaf.0, record).to_be_bytes();
    for part in [&len[..], &side_len, &crc, &leaf.0, record, side] {
        out.extend_from_slice(part);
    }
}

/// Why bytes are no whole frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FrameFault {
    /// The file ends within it.
    Short,
    /// Its length is zero or over the limit.
    Length,
    /// Its checksum is wrong.
    Checksum,
    /// Its leaf hash is not that of its bytes.
    Leaf,
}

impl FrameFault {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Short => "the file ends within the record",
            Self::Length => "the record's length is impossible",
            Self::Checksum => "the record's checksum is wrong",
            Self::Leaf => "the record's hash is not that of its bytes",
        }
    }
}

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    pub(crate) leaf: Digest,
    pub(crate) record: &'a [u8],
    pub(crate) side: &'a [u8],
}

impl Frame<'_> {
    /// Its bytes on disk.
    pub(crate) const fn size(&self) -> usize {
        OVERHEAD + self.record.len() + self.side.len()
    }
}

/// The bytes that the frame at the start of `bytes` takes; `None` where its lengths are impossible or not all there.
pub(crate) fn size(bytes: &[u8]) -> Option<usize> {
    let mut reader = Reader(bytes);
    let (record, side) = lengths(reader.array()?, reader.array()?)?;
    Some(OVERHEAD + record + side)
}

fn lengths(len: [u8; 4], side_len: [u8; 4]) -> Option<(usize, usize)> {
    let record = usize::try_from(u32::from_be_bytes(len)).ok().filter(|len| (1..=MAX).contains(len))?;
    let side = usize::try_from(u32::from_be_bytes(side_len)).ok().filter(|len| *len <= crate::side::MAX)?;
    Some((record, side))
}

/// The most bytes that one takes.
pub(crate) const LONGEST: usize = OVERHEAD + MAX + crate::side::MAX;

/// Reads the frame at the start of `bytes`.
pub(crate) fn decode(bytes: &[u8]) -> Result<Frame<'_>, FrameFault> {
    let mut reader = Reader(bytes);
    let len: [u8; 4] = reader.array().ok_or(FrameFault::Short)?;
    let side_len: [u8; 4] = reader.array().ok_or(FrameFault::Short)?;
    let (record, side) = lengths(len, side_len).ok_or(FrameFault::Length)?;
    let crc = u32::from_be_bytes(reader.array().ok_or(FrameFault::Short)?);
    let hash: [u8; 32] = reader.array().ok_or(FrameFault::Short)?;
    let (record, rest) = reader.0.split_at_checked(record).ok_or(FrameFault::Short)?;
    let side = rest.get(..side).ok_or(FrameFault::Short)?;
    if checksum([&len, &side_len], &hash, record) != crc {
        return Err(FrameFault::Checksum);
    }
    if leaf(record).0 != hash {
        return Err(FrameFault::Leaf);
    }
    Ok(Frame { leaf: Digest(hash), record, side })
}

/// Reads fixed parts from the front.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl Reader<'_> {
    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (part, rest) = self.0.split_at_checked(N)?;
        self.0 = rest;
        part.try_into().ok()
    }
}
