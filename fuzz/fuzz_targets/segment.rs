//! Segments and heads: frames, the header that a segment begins with, and the slots of the head. Whatever is read is
//! written back byte for byte, also where somebody made the checksums right.
#![no_main]
#![expect(dead_code, unused_imports, reason = "the files are taken as they are; not every item is reached from here")]

#[path = "../common/audit.rs"]
mod audit;
#[path = "../common/tlog.rs"]
mod tlog;

// Under this name the files know the crate of trees and notes.
extern crate self as casemate_tlog;

use audit::side;
use audit::src::{attributes, checkpoints, error, files, frame, head, storage};
use libfuzzer_sys::fuzz_target;
use tlog::ed25519;
use tlog::src::{checkpoint, cosignature, frontier, hash, key, nodes, note, policy, proof, text, tile, witness};
use tlog::src::{checkpoint::Checkpoint, frontier::Frontier, hash::Hash, key::Signer, key::Verifier, note::Note};

/// The bytes with the right checksum at the end of the first `length`.
fn summed(data: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut bytes = data.get(..length)?.to_vec();
    let crc = crc32c::crc32c(&bytes[..length - 4]).to_be_bytes();
    bytes[length - 4..].copy_from_slice(&crc);
    Some(bytes)
}

/// As many frames as there are, one after the other.
fn frames(mut rest: &[u8]) {
    while let Ok(found) = frame::decode(rest) {
        assert_eq!(frame::size(rest), Some(found.size()));
        assert!(found.record.len() <= frame::MAX && found.side.len() <= side::MAX, "over its caps");
        let mut again = Vec::new();
        frame::encode(found.record, found.side, found.leaf, &mut again);
        assert_eq!(again, rest[..found.size()], "read something else");
        rest = &rest[found.size()..];
    }
    let longest = frame::OVERHEAD + frame::MAX + side::MAX;
    assert!(frame::size(rest).is_none_or(|size| size <= longest), "a frame over its caps");
}

/// What the file says is what is written again, but that the version before did not say how far the keys were changed.
fn heads(file: &[u8]) {
    let _ = head::format(file);
    let Some(found) = head::Head::read(file) else { return };
    let written = found.slot().1;
    let before = [&written[8..48], &written[56..88]].concat();
    let known = [0, 4096]
        .iter()
        .filter_map(|at| file.get(*at..))
        .any(|slot| slot.starts_with(&written) || (found.keys == 0 && slot.get(8..80) == Some(before.as_slice())));
    assert!(known, "read something else");
}

fuzz_target!(|data: &[u8]| {
    frames(data);
    // The same as a record and its side.
    let at = data.len().min(frame::MAX) / 2;
    if at > 0 {
        let (record, side) = data.split_at(at);
        let mut bytes = Vec::new();
        frame::encode(record, side, frame::leaf(record), &mut bytes);
        let found = frame::decode(&bytes).expect("what was written is read");
        assert_eq!((found.record, found.side), (record, side));
        frames(&bytes);
    }
    let Some((first, rest)) = data.split_first_chunk::<8>() else { return };
    let first = u64::from_be_bytes(*first);
    let length = usize::try_from(files::header_len(first)).expect("a header is short");
    for bytes in [Some(rest.to_vec()), summed(rest, length)].into_iter().flatten() {
        if let Ok(header) = files::Header::decode(&bytes, first) {
            assert_eq!(header.encode(), bytes[..length], "read something else");
        }
    }
    // Two slots, the second one in the next block; of this version of the format and of the one before, which is shorter.
    for length in [92, 84] {
        let mut file = vec![0; 4096];
        for (at, slot) in [(0, summed(data, length)), (4096, data.get(length..).and_then(|data| summed(data, length)))]
        {
            if let Some(slot) = slot {
                file.resize(file.len().max(at + slot.len()), 0);
                file[at..at + slot.len()].copy_from_slice(&slot);
            }
        }
        heads(&file);
    }
    heads(data);
});
