//! Proof files: made, read, checked, and changed in every byte.

use super::{CheckError, FileError, HEADER, MAX_EXTRA, Proof};
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::{EMPTY, Hash, leaf};
use crate::nodes::{ProofError, inclusion};
use crate::note::NoteError;
use crate::policy::{Distrust, Policy};
use crate::testing::{Grown, cosigner, entry, signer};
use proptest::prelude::*;

const SIZE: u64 = 300;
const INDEX: u64 = 137;

fn checkpoint(grown: &Grown) -> String {
    let checkpoint = Checkpoint::new("example.com/log", grown.frontier.size(), grown.frontier.root()).unwrap();
    let text = checkpoint.to_string();
    let cosigned = ["one", "two"].iter().zip(2..).map(|(name, seed)| cosigner(name, seed).cosign(&text, 1000).unwrap());
    checkpoint.sign([&signer("example.com/log", 1)]).unwrap() + &cosigned.collect::<String>()
}

fn policy() -> Policy {
    let witnesses = vec![cosigner("one", 2).verifier().clone(), cosigner("two", 3).verifier().clone()];
    Policy::new("example.com/log", vec![signer("example.com/log", 1).verifier().clone()], witnesses, 2).unwrap()
}

fn proof(extra: Option<&[u8]>) -> Proof {
    let grown = Grown::of(SIZE);
    Proof::new(INDEX, inclusion(&grown, INDEX, SIZE).unwrap(), &checkpoint(&grown), extra).unwrap()
}

#[test]
fn a_proof_is_checked_without_the_log() {
    let file = proof(Some(b"extra")).to_string();
    let read = Proof::parse(file.as_bytes()).unwrap();
    assert_eq!(read.extra(), Some(&b"extra"[..]));
    assert_eq!((read.index(), read.hashes().len(), read.to_string()), (INDEX, 9, file));
    let checked = read.check(leaf(&entry(INDEX)), &policy()).unwrap();
    assert_eq!((checked.origin.as_str(), checked.index, checked.size), ("example.com/log", INDEX, SIZE));
    assert_eq!(checked.root, Grown::of(SIZE).frontier.root());
    assert_eq!((checked.time, checked.witnesses.len()), (Some(1000), 2));
    let other = read.check(leaf(&entry(INDEX + 1)), &policy());
    assert_eq!(other, Err(CheckError::Inclusion(ProofError::Root)));
    let elsewhere = Policy::new("elsewhere", vec![signer("example.com/log", 1).verifier().clone()], vec![], 0).unwrap();
    assert_eq!(read.check(leaf(&entry(INDEX)), &elsewhere), Err(CheckError::Distrust(Distrust::Origin)));
}

#[test]
fn a_proof_of_the_only_entry_has_no_hashes() {
    let grown = Grown::of(1);
    let file = Proof::new(0, vec![], &checkpoint(&grown), None).unwrap().to_string();
    assert!(file.starts_with("c2sp.org/tlog-proof@v1\nindex 0\n\nexample.com/log\n1\n"), "{file}");
    Proof::parse(file.as_bytes()).unwrap().check(leaf(&entry(0)), &policy()).unwrap();
    let outside = Proof::new(1, vec![], &checkpoint(&grown), None).unwrap().check(leaf(&entry(0)), &policy());
    assert_eq!(outside, Err(CheckError::Inclusion(ProofError::Index { index: 1, size: 1 })));
}

/// Every witness of the policy is needed, so that nothing in the file is left unproven.
#[test]
fn no_byte_of_a_proof_can_be_changed() {
    let (file, policy, hash) = (proof(None).to_string(), policy(), leaf(&entry(INDEX)));
    let accepted = |bytes: &[u8]| Proof::parse(bytes).is_ok_and(|proof| proof.check(hash, &policy).is_ok());
    assert!(accepted(file.as_bytes()));
    for at in 0..file.len() {
        let bytes = file.as_bytes();
        let mut changed = bytes.to_vec();
        for other in [bytes[at] ^ 1, bytes[at] ^ 0x20, bytes[at].wrapping_add(1), b'\n', b'0'] {
            changed[at] = other;
            assert!(other == bytes[at] || !accepted(&changed), "byte {at} as {other:#04x}");
        }
        assert!(!accepted(&bytes[..at]), "cut at {at}");
        assert!(!accepted(&[&bytes[..at], &bytes[at + 1..]].concat()), "without byte {at}");
        for more in [b'\n', b' ', bytes[at]] {
            assert!(!accepted(&[&bytes[..at], &[more], &bytes[at..]].concat()), "{more:#04x} put in at {at}");
        }
    }
    for end in ["\n", " ", "a", "\u{2014} one AAAAAAA=\n\n"] {
        assert!(!accepted(format!("{file}{end}").as_bytes()), "{end:?} at the end");
    }
}

#[test]
fn what_is_not_a_proof_is_refused() {
    let file = proof(None).to_string();
    let index = format!("index {INDEX}");
    let with = |line: &str| file.replacen(&index, line, 1);
    let hash = EMPTY.base64();
    let note = |error: NoteError| FileError::Checkpoint(CheckpointError::Note(error));
    let cases = [
        (String::new(), FileError::Header),
        (HEADER.to_owned(), FileError::Header),
        (format!("{HEADER}\n"), FileError::Index),
        (file.replacen("v1", "v2", 1), FileError::Header),
        (format!("\n{file}"), FileError::Header),
        (with("index"), FileError::Index),
        (with("index 0137"), FileError::Index),
        (with("Index 137"), FileError::Index),
        (with("index 18446744073709551616"), FileError::Index),
        (with("index 137 "), FileError::Index),
        (with("extra AAAA"), FileError::Index),
        (with(&format!("extra \n{index}")), FileError::Extra),
        (with(&format!("extra AAA\n{index}")), FileError::Extra),
        (with(&format!("extra AAAA \n{index}")), FileError::Extra),
        (with(&format!("extra {}\n{index}", crate::text::base64(&[0; MAX_EXTRA + 1]))), FileError::Extra),
        (with(&format!("{index}\nextra AAAA")), FileError::Hash(1)),
        (with(&format!("{index}\n{}", &hash[1..])), FileError::Hash(1)),
        (with(&format!("{index}\n{hash} ")), FileError::Hash(1)),
        (with(&format!("{index}{}", format!("\n{hash}").repeat(56))), FileError::Hash(65)),
        (format!("{HEADER}\n{index}\n{hash}\n"), FileError::Short),
        (format!("{HEADER}\n{index}\n{hash}"), FileError::Short),
        (with(&format!("{index}\n")), note(NoteError::Line(1)).clone()),
        (file.replace("example.com", "example\tcom"), note(NoteError::Text)),
        (format!("{file}{}", "a".repeat(65_536)), FileError::TooLong),
        (file.replacen("\n300\n", "\n0300\n", 1), FileError::Checkpoint(CheckpointError::Size)),
    ];
    for (file, expected) in cases {
        let found = Proof::parse(file.as_bytes()).unwrap_err();
        // Where a note begins too early, its signatures are not where they should be.
        let same =
            found == expected || matches!((&found, &expected), (FileError::Checkpoint(_), FileError::Checkpoint(_)));
        assert!(same, "{found:?} instead of {expected:?} for {file:?}");
    }
    let grown = Grown::of(2);
    let note = checkpoint(&grown);
    assert_eq!(Proof::new(0, vec![EMPTY; 65], &note, None), Err(FileError::Hash(65)));
    assert_eq!(Proof::new(0, vec![], &note, Some(b"")), Err(FileError::Extra));
    assert!(Proof::new(0, vec![], "text", None).is_err());
}

proptest! {
    #[test]
    fn what_is_read_is_written_back(
        extra in prop::option::of(prop::collection::vec(any::<u8>(), 0..20)), index in any::<u64>(),
        hashes in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash), 0..66), noise in "\\PC{0,3}", at in any::<prop::sample::Index>(),
    ) {
        let grown = Grown::of(3);
        if let Ok(proof) = Proof::new(index, hashes, &checkpoint(&grown), extra.as_deref()) {
            let mut file = proof.to_string();
            prop_assert_eq!(&Proof::parse(file.as_bytes()).unwrap(), &proof);
            let places: Vec<usize> = file.char_indices().map(|(place, _)| place).collect();
            file.insert_str(places[at.index(places.len())], &noise);
            if let Ok(read) = Proof::parse(file.as_bytes()) {
                prop_assert_eq!(read.to_string(), file);
            }
        }
    }

    #[test]
    fn no_bytes_make_the_parser_fall_over(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Proof::parse(&bytes);
        let _ = Proof::parse(&[b"c2sp.org/tlog-proof@v1\nindex 1\n", &bytes[..]].concat());
    }
}
