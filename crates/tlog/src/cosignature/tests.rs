//! Cosignatures against another implementation, and everything that is not one.

use super::{CosignError, Cosigner, MAX_TIME, message};
use crate::checkpoint::CheckpointError;
use crate::key::{Signer, Verifier};
use crate::note::{Note, OpenError};
use crate::text::base64;

const TEXT: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
const TIME: u64 = 1_679_315_147;
/// Made by OpenSSL from the seed 0, 1, ... 31.
const KEY: &str = "witness.example.com/w1+a0059f11+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
const LINE: &str = "\u{2014} witness.example.com/w1 oAWfEQAAAABkGFDLBuRDazBLVac2NE+Y+IjbjQOcXLfF9CSDZVUIoS83rE1nFZsVE8YiWV6Ngr7lV8H6bdoBQGP/l73euDMQ9k+bBQ==\n";

fn cosigner() -> Cosigner {
    Cosigner::from_seed("witness.example.com/w1", &std::array::from_fn(|at| u8::try_from(at).unwrap())).unwrap()
}

fn opened(note: &str, known: &Verifier) -> Result<Option<u64>, OpenError> {
    Note::parse(note.as_bytes()).unwrap().open([known]).map(|opened| opened.verified[0].time)
}

#[test]
fn another_implementation_agrees() {
    let cosigner = cosigner();
    assert_eq!(cosigner.verifier().to_string(), KEY);
    assert_eq!(cosigner.cosign(TEXT, TIME).unwrap(), LINE);
    assert_eq!(opened(&format!("{TEXT}\n{LINE}"), &Verifier::parse(KEY).unwrap()), Ok(Some(TIME)));
    assert!(
        message(TIME, TEXT).starts_with("cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n")
    );
}

#[test]
fn the_time_and_the_whole_text_are_signed() {
    let (cosigner, key) = (cosigner(), Verifier::parse(KEY).unwrap());
    let bad = Err(OpenError::Bad("witness.example.com/w1".to_owned()));
    assert_eq!(opened(&format!("{TEXT}extension\n\n{LINE}"), &key), bad);
    assert_eq!(opened(&format!("{}\n{LINE}", TEXT.replace("163", "164")), &key), bad);
    let with = |time: u64, signed: &str, text: &str| {
        let line = cosigner.0.line(&time.to_be_bytes(), signed.as_bytes()).unwrap();
        opened(&format!("{text}\n{line}"), &key)
    };
    assert_eq!(with(7, &message(7, TEXT), TEXT), Ok(Some(7)));
    assert_eq!(with(8, &message(7, TEXT), TEXT), bad);
    assert_eq!(with(MAX_TIME, &message(MAX_TIME, TEXT), TEXT), Ok(Some(MAX_TIME)));
    assert_eq!(with(MAX_TIME + 1, &message(MAX_TIME + 1, TEXT), TEXT), bad);
    assert_eq!(with(7, &message(7, "not a checkpoint\n"), "not a checkpoint\n"), bad);
    assert_eq!(with(7, TEXT, TEXT), bad, "a plain signature is none");
    let short = format!("{TEXT}\n\u{2014} {} {}\n", key.name(), base64(&[&key.id().0[..], &[0; 7]].concat()));
    assert_eq!(opened(&short, &key), bad);
    // Neither does a cosignature stand for a signature of the log by the same key.
    let signer =
        Signer::from_seed("witness.example.com/w1", &std::array::from_fn(|at| u8::try_from(at).unwrap())).unwrap();
    assert_eq!(opened(&format!("{TEXT}\n{LINE}"), signer.verifier()), Err(OpenError::Unsigned));
}

#[test]
fn only_checkpoints_at_a_time_are_cosigned() {
    let cosigner = cosigner();
    for time in [0, MAX_TIME + 1, u64::MAX] {
        assert_eq!(cosigner.cosign(TEXT, time), Err(CosignError::Time));
    }
    let refused = cosigner.cosign("text\n", TIME);
    assert_eq!(refused, Err(CosignError::Checkpoint(CheckpointError::Lines)));
}
