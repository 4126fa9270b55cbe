//! The steps of an exchange without a network.

use super::*;
use casemate_tlog::{Checkpoint, Cosigner, Signer, hash::leaf};
use proptest::prelude::*;

fn note() -> String {
    let checkpoint = Checkpoint::new("log", 9, leaf(b"x")).unwrap();
    checkpoint.sign([&Signer::from_seed("log", &[1; 32]).unwrap()]).unwrap()
}

fn answer(status: u16, body: &str) -> Event {
    Event::Answer { status, body: Bytes::copy_from_slice(body.as_bytes()) }
}

#[test]
fn a_guess_that_is_wrong_is_mended() {
    let (note, own) = (note(), Cosigner::from_seed("w", &[2; 32]).unwrap());
    let line = own.cosign(Note::parse(note.as_bytes()).unwrap().text(), 7).unwrap();
    let mut exchange = Exchange::new(&note, own.verifier(), 9, 20, Duration::from_secs(1));
    assert_eq!((exchange.old(), exchange.learned()), (9, None), "never above the checkpoint");
    assert_eq!(exchange.next(answer(409, "4\n"), 7), Next::Ask);
    assert_eq!((exchange.old(), exchange.learned()), (4, Some(4)));
    assert_eq!(exchange.next(Event::Fault(NetError::Closed), 7), Next::Wait(Duration::from_secs(1)));
    assert_eq!(exchange.next(answer(503, ""), 7), Next::Wait(Duration::from_secs(2)));
    assert_eq!(exchange.next(answer(409, "9\n"), 7), Next::Ask, "it was stored, and the answer was lost");
    assert_eq!(exchange.next(answer(200, &line), 7), Next::Done(Cosignature { line }));
    assert_eq!(exchange.learned(), Some(9));
}

#[test]
fn another_root_for_the_same_size_is_an_alarm_in_each_form() {
    let (note, own) = (note(), Cosigner::from_seed("w", &[2; 32]).unwrap());
    for (status, body) in [(409, "9\n"), (409, "another root\n"), (409, ""), (422, "")] {
        let mut exchange = Exchange::new(&note, own.verifier(), 9, 9, Duration::ZERO);
        assert_eq!(exchange.next(answer(status, body), 7), Next::Failed(Failure::Inconsistent), "{status} {body:?}");
        assert!(Failure::Inconsistent.is_alarming());
    }
    // From another size the same answers say nothing of that.
    for (body, failure) in [("4\n", Failure::Contradiction), ("what", Failure::Status(409))] {
        let mut exchange = Exchange::new(&note, own.verifier(), 9, 4, Duration::ZERO);
        assert_eq!(exchange.next(answer(409, body), 7), Next::Failed(failure));
    }
}

#[test]
fn what_will_not_change_is_not_tried_again() {
    let (note, own) = (note(), Cosigner::from_seed("w", &[2; 32]).unwrap());
    for fault in [NetError::Encoding, NetError::Oversize, NetError::Http("x")] {
        let mut exchange = Exchange::new(&note, own.verifier(), 9, 0, Duration::ZERO);
        assert_eq!(exchange.next(Event::Fault(fault.clone()), 7), Next::Failed(Failure::Net(fault)));
    }
}

proptest! {
    /// Whatever comes, an exchange ends after a bounded number of requests, and never asks beyond its checkpoint.
    #[test]
    fn it_ends(guess: u64, events in prop::collection::vec((any::<u8>(), any::<u16>(), "\\PC{0,8}", 0..12_u64), 16)) {
        let (note, own) = (note(), Cosigner::from_seed("w", &[2; 32]).unwrap());
        let mut exchange = Exchange::new(&note, own.verifier(), 9, guess, Duration::ZERO);
        let mut ended = false;
        for (requests, (kind, status, text, size)) in events.into_iter().enumerate() {
            prop_assert!(exchange.old() <= 9);
            let event = match kind % 5 {
                0 => answer(409, &format!("{size}\n")),
                1 => answer(status, &text),
                2 => answer(200, &text),
                3 => answer(503, ""),
                _ => Event::Fault(NetError::Closed),
            };
            match exchange.next(event, 7) {
                Next::Ask | Next::Wait(_) => prop_assert!(requests < 6),
                Next::Done(_) => prop_assert!(false, "nothing of it was a cosignature"),
                Next::Failed(_) => { ended = true; break }
            }
        }
        prop_assert!(ended);
    }
}
