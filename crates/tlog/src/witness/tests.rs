//! Each answer of a witness, and what a log takes from it.

use super::{AnswerError, MAX_LINES, Refusal, Request, SIZE_TYPE, State, accept, decide, request};
use crate::checkpoint::Checkpoint;
use crate::hash::{EMPTY, Hash, leaf};
use crate::key::Verifier;
use crate::nodes::{consistency, inclusion, root_at};
use crate::note::{NoteError, OpenError};
use crate::policy::{Distrust, Policy};
use crate::proof::Proof;
use crate::testing::{Grown, cosigner, entry, ml_dsa_line, signer};
use proptest::prelude::*;

const ORIGIN: &str = "example.com/log";

fn note(size: u64, root: Hash) -> String {
    Checkpoint::new(ORIGIN, size, root).unwrap().sign([&signer(ORIGIN, 1)]).unwrap()
}

fn at(grown: &Grown, size: u64) -> State {
    State { size, root: root_at(grown, size).unwrap() }
}

fn body(grown: &Grown, old: u64, new: u64) -> String {
    request(old, &consistency(grown, old, new).unwrap(), &note(new, at(grown, new).root))
}

fn answer(state: State, body: &str) -> Result<State, Refusal> {
    let keys = [signer(ORIGIN, 1).verifier().clone()];
    decide(Some((&keys, state)), &Request::parse(body.as_bytes())?).map(|accepted| accepted.state)
}

#[test]
fn a_log_that_grows_is_cosigned() {
    let grown = Grown::of(40);
    let mut state = State::NONE;
    for size in [0, 0, 1, 1, 2, 7, 8, 9, 31, 32, 33, 40, 40] {
        let body = body(&grown, state.size, size);
        state = answer(state, &body).unwrap();
        assert_eq!(state, at(&grown, size));
    }
    assert_eq!(answer(State::NONE, &body(&grown, 0, 40)), Ok(state));
}

#[test]
fn the_cosigned_text_is_that_of_the_note() {
    let grown = Grown::of(5);
    let keys = [signer(ORIGIN, 1).verifier().clone()];
    let body = body(&grown, 0, 5);
    let parsed = Request::parse(body.as_bytes()).unwrap();
    let accepted = decide(Some((&keys, State::NONE)), &parsed).unwrap();
    assert_eq!(accepted.text, parsed.note().text());
    let witness = cosigner("witness", 2);
    let line = witness.cosign(accepted.text, 99).unwrap();
    let known = [witness.verifier().clone(), cosigner("other", 3).verifier().clone()];
    let before = note(5, at(&grown, 5).root);
    let stranger = cosigner("stranger", 4).cosign(accepted.text, 99).unwrap();
    let cosigned = accept(&before, format!("{stranger}{line}").as_bytes(), &known).unwrap();
    assert_eq!(cosigned, format!("{before}{line}"), "lines of strangers stay out");
    let twice = accept(&cosigned, line.as_bytes(), &known);
    assert_eq!(twice, Err(AnswerError::Open(OpenError::Twice("witness".to_owned()))));
    let refused = |answer: &str| accept(&before, answer.as_bytes(), &known).unwrap_err();
    assert_eq!(refused(""), AnswerError::Note(NoteError::Shape));
    assert_eq!(refused("<html>\n"), AnswerError::Note(NoteError::Line(1)));
    assert_eq!(refused(line.trim_end()), AnswerError::Note(NoteError::Line(1)));
    assert_eq!(refused(&format!("{line}\n{line}")), AnswerError::Note(NoteError::Line(2)));
    assert_eq!(refused(&stranger), AnswerError::Open(OpenError::Unsigned));
    let other = note(4, at(&grown, 4).root);
    let wrong = accept(&other, line.as_bytes(), &known);
    assert_eq!(wrong, Err(AnswerError::Open(OpenError::Bad("witness".to_owned()))));
    let plain = crate::note::sign("text\n", [&signer(ORIGIN, 1)]).unwrap();
    assert!(matches!(accept(&plain, line.as_bytes(), &known), Err(AnswerError::Checkpoint(_))));
}

#[test]
fn forks_rollbacks_and_wrong_proofs_are_refused() {
    let grown = Grown::of(40);
    let mut fork = Grown::of(20);
    (20..40).for_each(|_| fork.push(leaf(b"another entry")));
    let state = at(&grown, 30);
    // A rollback comes with an old size that is not ours, or above the size of its checkpoint.
    assert_eq!(answer(state, &body(&grown, 10, 20)), Err(Refusal::Conflict(30)));
    assert_eq!(answer(state, &request(30, &[], &note(20, at(&grown, 20).root))), Err(Refusal::Malformed));
    assert_eq!(answer(state, &body(&grown, 0, 40)), Err(Refusal::Conflict(30)));
    assert_eq!(answer(state, &body(&grown, 31, 40)), Err(Refusal::Conflict(30)));
    // A fork has a proof, but not from our root.
    assert_eq!(answer(state, &body(&fork, 30, 40)), Err(Refusal::Inconsistent));
    assert_eq!(answer(state, &body(&fork, 30, 30)), Err(Refusal::Fork(30)));
    let other = note(30, at(&fork, 30).root);
    assert_eq!(answer(state, &request(30, &[EMPTY], &other)), Err(Refusal::Inconsistent), "the proof comes first");
    let root = at(&grown, 40).root;
    let proof = consistency(&grown, 30, 40).unwrap();
    let mut changed = proof.clone();
    changed[0].0[0] ^= 1;
    for wrong in [&[][..], &proof[1..], &[&proof[..], &[EMPTY]].concat(), &changed, &vec![EMPTY; MAX_LINES]] {
        assert_eq!(answer(state, &request(30, wrong, &note(40, root))), Err(Refusal::Inconsistent));
    }
    assert_eq!(answer(state, &request(30, &[EMPTY], &note(30, state.root))), Err(Refusal::Inconsistent));
    assert_eq!(answer(State::NONE, &request(0, &[EMPTY], &note(40, root))), Err(Refusal::Inconsistent));
    assert_eq!(answer(State::NONE, &request(0, &[], &note(0, root))), Err(Refusal::Fork(0)), "no empty tree");
}

#[test]
fn strangers_are_refused() {
    let grown = Grown::of(3);
    let body = body(&grown, 0, 3);
    let parsed = Request::parse(body.as_bytes()).unwrap();
    let by = |keys: &[Verifier]| decide(Some((keys, State::NONE)), &parsed).map(|_| ());
    let key = signer(ORIGIN, 1).verifier().clone();
    assert_eq!(by(std::slice::from_ref(&key)), Ok(()));
    assert_eq!(decide(None, &parsed).err(), Some(Refusal::Unknown));
    assert_eq!(by(&[]), Err(Refusal::Unsigned));
    assert_eq!(by(&[signer(ORIGIN, 2).verifier().clone()]), Err(Refusal::Unsigned));
    let forged = body.replacen("\n3\n", "\n4\n", 1);
    let forged = Request::parse(forged.as_bytes()).unwrap();
    assert_eq!(decide(Some((&[key], State::NONE)), &forged).err(), Some(Refusal::Unsigned));
}

/// Notes and answers may bear signatures of other algorithms beside those that are known here.
#[test]
fn lines_of_ml_dsa_are_ignored_on_every_way() {
    let grown = Grown::of(5);
    let (log, witness) = (signer(ORIGIN, 1).verifier().clone(), cosigner("w", 2));
    let known = [witness.verifier().clone()];
    // The log signs with both, and so does the witness, whose name they share.
    let (before, root) = (note(5, at(&grown, 5).root), at(&grown, 5).root);
    for note in [
        format!("{before}{}", ml_dsa_line(ORIGIN)),
        before.replacen("\n\n", &format!("\n\n{}", ml_dsa_line(ORIGIN)), 1),
    ] {
        let body = request(0, &[], &note);
        let parsed = Request::parse(body.as_bytes()).unwrap();
        let accepted = decide(Some((std::slice::from_ref(&log), State::NONE)), &parsed).unwrap();
        let line = witness.cosign(accepted.text, 99).unwrap();
        let answer = format!("{}{line}", ml_dsa_line("w"));
        let cosigned = accept(&note, answer.as_bytes(), &known).unwrap();
        assert_eq!(cosigned, format!("{note}{line}"));
        let policy = Policy::new(ORIGIN, vec![log.clone()], known.to_vec(), 1).unwrap();
        for note in [&cosigned, &format!("{cosigned}{}", ml_dsa_line("w"))] {
            assert_eq!(policy.trust(note.as_bytes()).unwrap().witnesses, [("w".to_owned(), 99)]);
            let proof = Proof::new(4, inclusion(&grown, 4, 5).unwrap(), note, None).unwrap();
            let proof = Proof::parse(proof.to_string().as_bytes()).unwrap();
            assert_eq!(proof.check(leaf(&entry(4)), &policy).unwrap().root, root);
        }
        // Alone they are nobody's.
        let alone = format!("{}\n{}", parsed.note().text(), ml_dsa_line(ORIGIN));
        assert!(matches!(policy.trust(alone.as_bytes()), Err(Distrust::Checkpoint(_))));
        assert_eq!(accept(&note, ml_dsa_line("w").as_bytes(), &known), Err(AnswerError::Open(OpenError::Unsigned)));
    }
}

#[test]
fn what_is_not_a_request_is_malformed() {
    let grown = Grown::of(40);
    let good = body(&grown, 30, 40);
    assert_eq!(Request::parse(good.as_bytes()).unwrap().old, 30);
    let hash = EMPTY.base64();
    let lines = |count: usize| request(30, &vec![EMPTY; count], &note(40, EMPTY));
    assert_eq!(Request::parse(lines(MAX_LINES).as_bytes()).unwrap().proof.len(), MAX_LINES);
    for body in [
        String::new(),
        "old 30\n".to_owned(),
        "old 30\n\n".to_owned(),
        good.replacen("old 30", "old 030", 1),
        good.replacen("old 30", "old  30", 1),
        good.replacen("old 30", "Old 30", 1),
        good.replacen("old 30", "old -1", 1),
        good.replacen("old 30", "old", 1),
        good.replacen("old 30\n", "", 1),
        good.replacen("old 30\n", "old 30\nAAAA\n", 1),
        good.replacen("old 30\n", &format!("old 30\n{hash} \n"), 1),
        good.replacen("old 30\n", "old 30\n\n", 1),
        good.replacen("\n\n", "\n", 1),
        good.replace('\n', "\r\n"),
        format!("{good}\n"),
        format!(" {good}"),
        lines(MAX_LINES + 1),
        request(0, &[], &crate::note::sign("text\n", [&signer(ORIGIN, 1)]).unwrap()),
        format!("{good}{}", "a".repeat(65_536)),
    ] {
        assert_eq!(Request::parse(body.as_bytes()).err(), Some(Refusal::Malformed), "{body:?}");
    }
}

#[test]
fn each_refusal_has_the_status_of_the_specification() {
    let statuses =
        [Refusal::Malformed, Refusal::Unsigned, Refusal::Unknown, Refusal::Conflict(7), Refusal::Inconsistent];
    assert_eq!(statuses.map(Refusal::status), [400, 403, 404, 409, 422]);
    assert_eq!(Refusal::Fork(7).status(), 409);
    assert_eq!(Refusal::Conflict(7).body(), ("7\n".to_owned(), SIZE_TYPE));
    assert_eq!(Refusal::Fork(7).body(), ("7\n".to_owned(), SIZE_TYPE));
    assert_eq!(Refusal::Unknown.body().0, "the log is not known\n");
}

proptest! {
    /// Whatever a witness accepts continues what it had: it never goes back, and never onto another branch.
    #[test]
    fn a_witness_stays_on_one_branch(steps in prop::collection::vec((any::<bool>(), 0..40_u64, 0..40_u64), 1..20)) {
        let grown = Grown::of(40);
        let mut fork = Grown::of(7);
        (7..40).for_each(|_| fork.push(leaf(b"another entry")));
        let mut state = State::NONE;
        for (other, old, new) in steps {
            let tree = if other { &fork } else { &grown };
            let body = body(tree, old.min(new), new);
            if let Ok(next) = answer(state, &body) {
                prop_assert!(next.size >= state.size);
                let before = at(tree, state.size);
                prop_assert_eq!(before, state);
                state = next;
            }
        }
    }

    #[test]
    fn no_bytes_make_the_parsers_fall_over(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Request::parse(&bytes);
        let _ = Request::parse(&[b"old 1\n\n", &bytes[..]].concat());
        let _ = accept(&note(1, EMPTY), &bytes, &[]);
    }
}
