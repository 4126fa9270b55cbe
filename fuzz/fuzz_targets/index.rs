//! Files of the index, which anyone may have written: header, directory and slots, also with right checksums.
#![no_main]
#![expect(dead_code, unused_imports, reason = "the files are taken as they are; not every item is reached from here")]

#[path = "../common/audit.rs"]
mod audit;
#[path = "../../crates/audit/src/index/format.rs"]
mod format;
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

fuzz_target!(|data: &[u8]| {
    let mut bytes = data.to_vec();
    for right in [false, true] {
        if right && bytes.len() >= format::HEADER {
            bytes[..8].copy_from_slice(b"CMINDEX\x01");
            let directory = crc32c::crc32c(&bytes[format::HEADER..]).to_be_bytes();
            bytes[format::HEADER - 8..format::HEADER - 4].copy_from_slice(&directory);
            let crc = crc32c::crc32c(&bytes[..format::HEADER - 4]).to_be_bytes();
            bytes[format::HEADER - 4..format::HEADER].copy_from_slice(&crc);
        }
        let Some((header, crc)) = format::Header::decode(&bytes) else { continue };
        let parts = header.parts();
        assert!(parts.is_sorted() && header.after() > header.first);
        let rest = &bytes[format::HEADER..];
        if let Some(directory) = header.directory(rest, crc) {
            let again = header.encode(&directory);
            let length = usize::try_from(parts[0]).expect("it is here");
            assert_eq!(again.len(), length);
            assert_eq!(again[format::HEADER..], bytes[format::HEADER..length], "read something else");
        }
    }
    if let Some(slot) = format::Slot::decode(data) {
        let mut again = Vec::new();
        slot.encode(&mut again);
        assert_eq!(again, data[..format::SLOT]);
        assert!(slot.list() <= format::MAP, "a list over its cap");
    }
});
