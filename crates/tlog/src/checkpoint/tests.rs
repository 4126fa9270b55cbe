//! Checkpoints of the specification, both ways with another library, and everything that is not one.

use super::{Checkpoint, CheckpointError};
use crate::hash::{EMPTY, Hash};
use crate::key::Signer;
use proptest::prelude::*;

const TEXT: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

#[test]
fn the_checkpoint_of_the_specification() {
    let checkpoint = Checkpoint::parse(TEXT).unwrap();
    assert_eq!((checkpoint.origin(), checkpoint.size()), ("example.com/behind-the-sofa", 20_852_163));
    assert_eq!(checkpoint.root().base64(), "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=");
    assert_eq!(checkpoint.to_string(), TEXT);
    let extended = format!("{TEXT}one\ntwo 2\n");
    let checkpoint = Checkpoint::parse(&extended).unwrap();
    assert_eq!((checkpoint.extensions().len(), checkpoint.to_string()), (2, extended));
}

#[test]
fn what_is_not_a_checkpoint_is_refused() {
    let root = EMPTY.base64();
    let cases = [
        (String::new(), CheckpointError::Lines),
        ("\n".to_owned(), CheckpointError::Lines),
        (format!("o\n1\n{root}"), CheckpointError::Lines),
        ("o\n1\n".to_owned(), CheckpointError::Lines),
        (format!("o\n1\n{root}\n\n"), CheckpointError::Lines),
        (format!("o\n1\n{root}\na\n\nb\n"), CheckpointError::Lines),
        (format!("\n1\n{root}\n"), CheckpointError::Origin),
        (format!("{}\n1\n{root}\n", "o".repeat(256)), CheckpointError::Origin),
        (format!("o\r\n1\n{root}\n"), CheckpointError::Origin),
        (format!("o\n\n{root}\n"), CheckpointError::Size),
        (format!("o\n01\n{root}\n"), CheckpointError::Size),
        (format!("o\n+1\n{root}\n"), CheckpointError::Size),
        (format!("o\n0x1\n{root}\n"), CheckpointError::Size),
        (format!("o\n1 \n{root}\n"), CheckpointError::Size),
        (format!("o\n18446744073709551616\n{root}\n"), CheckpointError::Size),
        ("o\n1\n\n".to_owned(), CheckpointError::Root),
        (format!("o\n1\n{}\n", &root[1..]), CheckpointError::Root),
        (format!("o\n1\n{} \n", &root), CheckpointError::Root),
        ("o\n1\nQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBCg==\n".to_owned(), CheckpointError::Root),
    ];
    for (text, expected) in cases {
        assert_eq!(Checkpoint::parse(&text), Err(expected), "{text:?}");
    }
    assert_eq!(Checkpoint::new("a\nb", 1, EMPTY), Err(CheckpointError::Origin));
}

proptest! {
    #[test]
    fn checkpoints_go_both_ways(origin in "[^\\x00-\\x1f]{1,40}", size in any::<u64>(), root in any::<[u8; 32]>(), seed in any::<[u8; 32]>()) {
        let checkpoint = Checkpoint::new(&origin, size, Hash(root)).unwrap();
        prop_assert_eq!(&Checkpoint::parse(&checkpoint.to_string()).unwrap(), &checkpoint);
        let other = tlog_tiles::Checkpoint::from_bytes(checkpoint.to_string().as_bytes()).unwrap();
        prop_assert_eq!((other.origin(), other.size(), other.hash().0), (origin.as_str(), size, root));
        prop_assert_eq!(other.to_bytes(), checkpoint.to_string().into_bytes());
        let signer = Signer::from_seed("key", &seed).unwrap();
        let note = checkpoint.sign([&signer]).unwrap();
        let (found, opened) = Checkpoint::open(note.as_bytes(), [signer.verifier()]).unwrap();
        prop_assert_eq!((found, opened.verified.len()), (checkpoint, 1));
    }

    #[test]
    fn what_is_read_is_written_back(text in "[a\u{e9} ]{0,2}\n[0-9]{0,3}\n(CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=)?\n(\\PC{0,4}\n){0,3}") {
        if let Ok(checkpoint) = Checkpoint::parse(&text) {
            prop_assert_eq!(checkpoint.to_string(), text);
        }
    }
}
