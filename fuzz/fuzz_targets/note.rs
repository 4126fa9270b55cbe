//! Notes, checkpoints, keys and requests to a witness: whatever is read is written back byte for byte, and what is
//! signed here opens here.
#![no_main]
#![expect(dead_code, unused_imports, reason = "the files are taken as they are; not every item is reached from here")]

#[path = "../common/tlog.rs"]
mod tlog;

use libfuzzer_sys::fuzz_target;
use tlog::ed25519;
use tlog::src::{checkpoint, cosignature, frontier, hash, key, nodes, note, policy, proof, text, tile, witness};

fuzz_target!(|data: &[u8]| {
    let signer = key::Signer::from_seed("k", &[1; 32]).expect("a key");
    let cosigner = cosignature::Cosigner::from_seed("w", &[2; 32]).expect("a key");
    let known = [signer.verifier().clone(), cosigner.verifier().clone()];
    if let Ok(parsed) = note::Note::parse(data) {
        let lines: String = parsed.signatures().iter().map(|signature| signature.line).collect();
        assert_eq!(format!("{}\n{lines}", parsed.text()).as_bytes(), data, "read something else");
        if let Ok(opened) = parsed.open(&known) {
            assert_eq!(opened.verified.len() + opened.unknown, parsed.signatures().len());
        }
        if let Ok(head) = checkpoint::Checkpoint::parse(parsed.text()) {
            assert_eq!(head.to_string(), parsed.text());
            let cosigned = cosigner.cosign(parsed.text(), 1).expect("a checkpoint");
            let signed = head.sign([&signer]).expect("a note");
            let both = witness::accept(&signed, cosigned.as_bytes(), &known[1..]).expect("room for a line");
            let (found, opened) = checkpoint::Checkpoint::open(both.as_bytes(), &known).expect("opens");
            assert_eq!((found, opened.verified.len()), (head, 2));
            let _ = witness::accept(&signed, data, &known);
        }
    }
    if let Ok(request) = witness::Request::parse(data) {
        let start = data.windows(2).position(|pair| pair == b"\n\n").expect("a blank line") + 2;
        let signed = std::str::from_utf8(&data[start..]).expect("text");
        assert_eq!(witness::request(request.old, &request.proof, signed).as_bytes(), data);
        let state = witness::State { size: request.old, root: hash::EMPTY };
        if let Ok(accepted) = witness::decide(Some((&known, state)), &request) {
            assert!(accepted.state.size >= state.size, "a rollback");
        }
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(verifier) = key::Verifier::parse(text) {
        assert_eq!(verifier.to_string(), text);
    }
    let _ = key::Signer::parse(text);
    if let Ok(signed) = note::sign(text, [&signer]) {
        let opened = note::Note::parse(signed.as_bytes()).expect("what was signed is a note").text();
        assert_eq!(opened, text);
    }
});
