//! One entry on disk: `len (4) | crc32c (4) | leaf (32) | bytes`, numbers big-endian.

use casemate_core::digest::Digest;
use sha2::{Digest as _, Sha256};

/// Bytes before an entry's own.
pub(crate) const OVERHEAD: usize = 40;
/// The largest entry (C2SP tlog-tiles: an entry's length is a uint16).
pub(crate) const MAX: usize = 65_535;

/// The hash of a leaf (RFC 6962 section 2.1).
pub(crate) fn leaf(bytes: &[u8]) -> Digest {
    Digest(Sha256::new().chain_update([0_u8]).chain_update(bytes).finalize().into())
}

/// The chain before the first entry.
pub(crate) fn origin() -> Digest {
    Digest::of_parts("casemate/audit/chain/v1", &[])
}

/// The chain after an entry.
pub(crate) fn link(chain: Digest, leaf: Digest) -> Digest {
    Digest(Sha256::new().chain_update(chain.0).chain_update(leaf.0).finalize().into())
}

fn checksum(len: [u8; 4], leaf: &[u8], bytes: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c_append(crc32c::crc32c(&len), leaf), bytes)
}

/// Appends the frame of an entry to `out`.
pub(crate) fn encode(bytes: &[u8], leaf: Digest, out: &mut Vec<u8>) {
    let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes();
    out.extend_from_slice(&len);
    out.extend_from_slice(&checksum(len, &leaf.0, bytes).to_be_bytes());
    out.extend_from_slice(&leaf.0);
    out.extend_from_slice(bytes);
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

/// Reads the frame at the start of `bytes`.
pub(crate) fn decode(bytes: &[u8]) -> Result<(Digest, &[u8]), FrameFault> {
    let mut reader = Reader(bytes);
    let len: [u8; 4] = reader.array().ok_or(FrameFault::Short)?;
    let size = usize::try_from(u32::from_be_bytes(len)).unwrap_or(usize::MAX);
    if size == 0 || size > MAX {
        return Err(FrameFault::Length);
    }
    let crc = u32::from_be_bytes(reader.array().ok_or(FrameFault::Short)?);
    let hash: [u8; 32] = reader.array().ok_or(FrameFault::Short)?;
    let body = reader.0.get(..size).ok_or(FrameFault::Short)?;
    if checksum(len, &hash, body) != crc {
        return Err(FrameFault::Checksum);
    }
    if leaf(body).0 != hash { Err(FrameFault::Leaf) } else { Ok((Digest(hash), body)) }
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
