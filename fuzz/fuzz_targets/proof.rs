//! Proof files: whatever is read is written back byte for byte, and a signed proof of anything is checked to its end.
#![no_main]
#![expect(dead_code, unused_imports, reason = "the files are taken as they are; not every item is reached from here")]

#[path = "../common/tlog.rs"]
mod tlog;

use libfuzzer_sys::fuzz_target;
use tlog::ed25519;
use tlog::src::{checkpoint, cosignature, frontier, hash, key, nodes, note, policy, proof, text, tile, witness};

fuzz_target!(|data: &[u8]| {
    let Ok(read) = proof::Proof::parse(data) else { return };
    assert_eq!(read.to_string().as_bytes(), data, "read something else");
    let signer = key::Signer::from_seed("k", &[1; 32]).expect("a key");
    let parsed = note::Note::parse(read.checkpoint().as_bytes()).expect("a proof has a note");
    let head = checkpoint::Checkpoint::parse(parsed.text()).expect("a proof has a checkpoint");
    let leaf = hash::leaf(b"entry");
    // The root that the proof leads to, signed: nothing else stands in the way of the arithmetic.
    let root = nodes::root_from_inclusion(leaf, read.index(), head.size(), read.hashes());
    let claimed = root.unwrap_or(hash::EMPTY);
    let signed =
        checkpoint::Checkpoint::new(head.origin(), head.size(), claimed).and_then(|head| Ok(head.sign([&signer])?));
    let signed = signed.expect("a note");
    let trusted = policy::Policy::new(head.origin(), vec![signer.verifier().clone()], Vec::new(), 0).expect("a policy");
    let Ok(again) = proof::Proof::new(read.index(), read.hashes().to_vec(), &signed, read.extra()) else { return };
    assert_eq!(again.check(leaf, &trusted).is_ok(), root.is_ok());
    assert!(again.check(hash::leaf(b"another"), &trusted).is_err(), "a proof of another entry");
    let _ = read.check(leaf, &trusted);
    let (old, new) = (read.index(), head.size());
    let _ = nodes::verify_consistency(old, claimed, new, head.root(), read.hashes());
});
