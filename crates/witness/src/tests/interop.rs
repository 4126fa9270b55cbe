//! Other libraries read what the witness serves, and make proofs that it takes.

use super::memory::Memory;
use super::{ORIGIN, clock, cosigner, logs};
use crate::state::origin_hash;
use crate::witness::{Answer, Witness};
use casemate_tlog::cosignature::message;
use casemate_tlog::key::Algorithm;
use casemate_tlog::witness::request;
use casemate_tlog::{Checkpoint, Hash, Signer, Verifier};
use signed_note::{Note, StandardVerifier, VerifierList};
use tlog_tiles::HashReader;

struct Stored(Vec<tlog_tiles::Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|index| self.0[usize::try_from(*index).unwrap()]).collect())
    }
}

/// A cosignature verifier out of the other library's parts: its notes, its Ed25519.
struct CosignatureVerifier {
    plain: StandardVerifier,
    id: u32,
}

impl signed_note::Verifier for CosignatureVerifier {
    fn name(&self) -> &str {
        self.plain.name()
    }

    fn key_id(&self) -> u32 {
        self.id
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        let Some((time, signature)) = signature.split_first_chunk::<8>() else { return false };
        let message = message(u64::from_be_bytes(*time), std::str::from_utf8(text).unwrap());
        self.plain.verify(message.as_bytes(), signature)
    }
}

#[test]
fn other_libraries_agree() {
    let mut stored = Stored(Vec::new());
    for index in 0..300 {
        let new = tlog_tiles::stored_hashes(index, format!("entry {index}").as_bytes(), &stored).unwrap();
        stored.0.extend(new);
    }
    let signer = Signer::from_seed(ORIGIN, &[7; 32]).unwrap();
    let root = |size| Hash(tlog_tiles::tree_hash(size, &stored).unwrap().0);
    let note = |size| Checkpoint::new(ORIGIN, size, root(size)).unwrap().sign([&signer]).unwrap();
    let own = cosigner("witness.example/w1");
    let key = own.verifier().clone();
    let known = logs(&[signer.verifier().to_string()]);
    let witness = Witness::with(Box::new(Memory::default()), known, own, clock(99).0, true).unwrap();
    let mut old = 0;
    for new in [1, 2, 3, 64, 65, 255, 256, 257, 300] {
        let proof = match old {
            0 => Vec::new(),
            old => tlog_tiles::prove_tree(new, old, &stored).unwrap().iter().map(|hash| Hash(hash.0)).collect(),
        };
        let answer = witness.add(request(old, &proof, &note(new)).as_bytes());
        assert!(matches!(answer, Answer::Cosigned(_)), "{old} {new}: {answer:?}");
        old = new;
        let latest = witness.latest(&origin_hash(ORIGIN)).unwrap();
        let plain = Verifier::new(key.name(), Algorithm::Ed25519, key.public()).unwrap().to_string();
        let theirs = Note::from_bytes(latest.as_bytes()).unwrap();
        let verifiers = VerifierList::new(vec![
            Box::new(StandardVerifier::new(&signer.verifier().to_string()).unwrap()),
            Box::new(CosignatureVerifier {
                plain: StandardVerifier::new(&plain).unwrap(),
                id: u32::from_be_bytes(key.id().0),
            }),
        ]);
        let (verified, unverified) = theirs.verify(&verifiers).unwrap();
        assert_eq!((verified.len(), unverified.len()), (2, 0));
        let checkpoint = tlog_tiles::Checkpoint::from_bytes(theirs.text()).unwrap();
        assert_eq!((checkpoint.size(), Hash(checkpoint.hash().0)), (new, root(new)));
    }
}
