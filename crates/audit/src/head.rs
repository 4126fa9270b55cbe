//! The head: how far the log was durable, and the root of its tree there.
//!
//! The file has two slots that are written in turn, each with a checksum, so that a torn write of one leaves the other.

use crate::error::{Class, Fault};
use crate::files;
use crate::frame::Reader;
use casemate_tlog::hash::Hash;

/// Where the second slot begins: another sector than the first.
const SECOND: u64 = 4096;
const SLOT: usize = 92;
/// The last byte is the version of the format.
const MAGIC: &[u8; 8] = b"CMHEAD\0\x03";
/// The version before, which did not say how far the keys of subjects were changed.
const BEFORE: &[u8; 8] = b"CMHEAD\0\x02";

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
    /// The last change of the keys of subjects that was durable, by its number: a file of keys that has not come as far
    /// is an older copy. 0 where the head does not say.
    pub(crate) keys: u64,
}

impl Head {
    /// Where this generation is written, and what.
    pub(crate) fn slot(&self) -> (u64, Vec<u8>) {
        let mut bytes = Vec::with_capacity(SLOT);
        bytes.extend_from_slice(MAGIC);
        for number in [self.generation, self.entries, self.open_from, self.segment, self.len, self.keys] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(&self.root.0);
        bytes.extend_from_slice(&crc32c::crc32c(&bytes).to_be_bytes());
        (if self.generation.is_multiple_of(2) { 0 } else { SECOND }, bytes)
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let says_keys = !bytes.starts_with(BEFORE);
        let bytes = bytes.get(..if says_keys { SLOT } else { SLOT - 8 })?;
        let (content, crc) = bytes.split_last_chunk::<4>()?;
        let mut reader = Reader(content);
        let magic: [u8; 8] = reader.array()?;
        let mut number = || reader.array().map(u64::from_be_bytes);
        let (generation, entries, open_from, segment, len) = (number()?, number()?, number()?, number()?, number()?);
        let keys = if says_keys { number()? } else { 0 };
        let root = Hash(reader.array()?);
        let whole = [MAGIC, BEFORE].contains(&&magic) && crc32c::crc32c(content).to_be_bytes() == *crc;
        whole.then_some(Self { generation, entries, root, open_from, segment, len, keys })
    }

    /// Whether it comes as far as was `signed`, read before it: otherwise it is the head of an earlier moment.
    pub(crate) fn reaches(&self, signed: u64) -> Result<(), Fault> {
        if self.entries >= signed {
            return Ok(());
        }
        let what = format!(
            "it is an older copy, or a backup was interrupted, or its newer slot is damaged: it says {} entries, and a \
             checkpoint signed {signed}",
            self.entries
        );
        Err(Fault::new(Class::Truncated, files::HEAD, 0, what).at(self.entries))
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
    let other = |slot| files::format(slot, MAGIC).filter(|version| Some(version) != BEFORE.last());
    [file, second(file)].into_iter().find_map(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: Head =
        Head { generation: 7, entries: 9, root: Hash([3; 32]), open_from: 8, segment: 4, len: 500, keys: 6 };

    #[test]
    fn the_newest_whole_slot_counts() {
        let mut file = vec![0; 8192];
        for head in [HEAD, Head { generation: 8, keys: 11, ..HEAD }] {
            let (offset, bytes) = head.slot();
            file[offset as usize..][..bytes.len()].copy_from_slice(&bytes);
        }
        assert_eq!(Head::read(&file).unwrap().keys, 11);
        file[20] ^= 1;
        assert_eq!(Head::read(&file), Some(HEAD));
        file[4096 + SLOT - 10] ^= 1;
        assert_eq!((Head::read(&file), format(&file)), (None, None));
    }

    #[test]
    fn one_of_the_version_before_says_nothing_of_keys() {
        let (_, now) = HEAD.slot();
        let mut slot = [&BEFORE[..], &now[8..48], &now[56..88]].concat();
        slot.extend_from_slice(&crc32c::crc32c(&slot).to_be_bytes());
        assert_eq!(Head::decode(&slot), Some(Head { keys: 0, ..HEAD }));
        slot[30] ^= 1;
        assert_eq!((Head::decode(&slot), format(&slot), format(b"CMHEAD\0\x04")), (None, None, Some(4)));
    }
}
