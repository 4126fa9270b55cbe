//! Files of checkpoints, read from their end and in parts: the two ways find the same ones, little is read at once, and
//! what was not written to its end hides none that is whole.
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
use std::io;
use storage::Source;
use tlog::ed25519;
use tlog::src::{checkpoint, cosignature, frontier, hash, key, nodes, note, policy, proof, text, tile, witness};
use tlog::src::{checkpoint::Checkpoint, frontier::Frontier, hash::Hash, key::Signer, key::Verifier, note::Note};

/// A directory with one file.
struct One(Vec<u8>);

impl Source for One {
    fn names(&self) -> io::Result<Vec<String>> {
        Ok(vec![files::checkpoints(0)])
    }

    fn len(&self, _: &str) -> io::Result<u64> {
        Ok(self.0.len() as u64)
    }

    fn read_at(&self, _: &str, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        assert!(len <= 4 * note::MAX_NOTE, "much at once");
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(self.0.len());
        Ok(self.0[from..].iter().copied().take(len).collect())
    }
}

/// The last one, where all are in order.
fn read(bytes: Vec<u8>) -> Option<Checkpoint> {
    let source = One(bytes);
    let end = checkpoints::end(&source, 0).ok()?;
    assert!(end.whole <= source.0.len() as u64);
    let (mut all, mut last) = (checkpoints::Checkpoints::new(0, &end), None);
    loop {
        match all.next(&source) {
            Ok(Some(kept)) => {
                let at = usize::try_from(kept.offset).expect("an offset");
                assert_eq!(&source.0[at..at + kept.note.len()], kept.note.as_bytes(), "read something else");
                last = Some(kept);
            }
            Ok(None) => break,
            Err(_) => return None,
        }
    }
    assert_eq!(last, end.last, "two ways, two ends");
    last.map(|kept| kept.checkpoint)
}

fuzz_target!(|data: &[u8]| {
    read(data.to_vec());
    // After one that is whole.
    let signer = Signer::from_seed("k", &[1; 32]).expect("a key");
    let whole = Checkpoint::new("k", 7, hash::leaf(b"a")).expect("a checkpoint");
    let record = format!("{}\n", whole.sign([&signer]).expect("a note"));
    let after = [record.as_bytes(), data].concat();
    let found = checkpoints::end(&One(after.clone()), 0);
    assert!(found.is_err() || found.is_ok_and(|end| end.last.is_some()), "it is hidden");
    read(after);
});
