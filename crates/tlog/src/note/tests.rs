//! Notes of the specification, notes both ways with another library, and everything that is not a note.

use super::{MAX_NOTE, MAX_SIGNATURES, Note, NoteError, OpenError, sign};
use crate::key::{KeyId, Signer, Verifier};
use proptest::prelude::*;
use signed_note::{StandardSigner, StandardVerifier, VerifierList};

const EXAMPLE_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const EXAMPLE: &str = "This is an example message.\n\n\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
const QUASIMODO: &str = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n\u{2014} quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
const PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PRIVATE: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const SIGNED: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn key(vkey: &str) -> Verifier {
    Verifier::parse(vkey).unwrap()
}

fn signer(name: &str, seed: u8) -> Signer {
    Signer::from_seed(name, &[seed; 32]).unwrap()
}

#[test]
fn notes_of_the_specification() {
    let known = [key(EXAMPLE_KEY), key(PUBLIC)];
    let opened = Note::parse(EXAMPLE.as_bytes()).unwrap().open(&known).unwrap();
    assert_eq!((opened.text, opened.unknown), ("This is an example message.\n", 0));
    assert_eq!((opened.verified[0].key, opened.verified[0].time), (&known[0], None));
    let poem = Note::parse(QUASIMODO.as_bytes()).unwrap();
    assert!(poem.text().ends_with("sole:\n\ned è subito sera.\n"), "the last empty line ends the text");
    assert_eq!(poem.signatures()[0].name, "quasimodo.example/salvatore");
    assert_eq!(poem.open(&known), Err(OpenError::Unsigned));
    let text = Note::parse(SIGNED.as_bytes()).unwrap().open(&known).unwrap().text;
    assert_eq!(sign(text, [&Signer::parse(PRIVATE).unwrap()]).unwrap(), SIGNED);
}

#[test]
fn what_is_not_a_note_is_refused() {
    let long = format!("{}{}", "a".repeat(MAX_NOTE), EXAMPLE);
    let line = EXAMPLE.split_once("\n\n").unwrap().1;
    let many = format!("a\n\n{}", line.repeat(MAX_SIGNATURES + 1));
    let cases = [
        ("", NoteError::Shape),
        ("\n", NoteError::Shape),
        ("\n\n", NoteError::Shape),
        ("a", NoteError::Shape),
        ("a\n", NoteError::Shape),
        ("a\n\n", NoteError::Shape),
        (&format!("a\n{line}"), NoteError::Shape),
        (&format!("a{line}"), NoteError::Shape),
        (EXAMPLE.strip_suffix('\n').unwrap(), NoteError::Shape),
        (&format!("{EXAMPLE}\n"), NoteError::Shape),
        (&format!("{EXAMPLE}a\n"), NoteError::Line(2)),
        (&EXAMPLE.replace('\u{2014}', "-"), NoteError::Line(1)),
        (&EXAMPLE.replace("\u{2014} ", "\u{2014}"), NoteError::Line(1)),
        (&EXAMPLE.replace("\u{2014} ", "\u{2014}  "), NoteError::Line(1)),
        (&EXAMPLE.replace("foo ", "foo  "), NoteError::Line(1)),
        (&EXAMPLE.replace("foo ", "f+o "), NoteError::Line(1)),
        (&EXAMPLE.replace("aQM=", "aQM"), NoteError::Line(1)),
        (&EXAMPLE.replace("aQM=", "aQM= "), NoteError::Line(1)),
        (&EXAMPLE.replace("aQM=", "aQN="), NoteError::Line(1)),
        ("a\n\n\u{2014} b AAAAAA==\n", NoteError::Line(1)),
        ("a\n\n\u{2014} b AAAA\n", NoteError::Line(1)),
        ("a\n\n\u{2014} b\n", NoteError::Line(1)),
        (&EXAMPLE.replace('.', "\r"), NoteError::Text),
        (&EXAMPLE.replace(' ', "\t"), NoteError::Text),
        (&EXAMPLE.replace(' ', "\0"), NoteError::Text),
        (&EXAMPLE.replace('\n', "\r\n"), NoteError::Text),
        (&long, NoteError::TooLong),
        (&many, NoteError::TooMany),
    ];
    for (note, expected) in cases {
        assert_eq!(Note::parse(note.as_bytes()), Err(expected), "{note:?}");
    }
    assert_eq!(Note::parse(b"a\xff\n\n"), Err(NoteError::Text));
    for text in ["", "a", "a\nb", "a\r\n", "a\tb\n"] {
        assert!(sign(text, [&signer("a", 1)]).is_err(), "{text:?}");
    }
    assert_eq!(sign("a\n", []), Err(NoteError::Shape));
    assert_eq!(sign(&format!("{}\n", "a".repeat(MAX_NOTE)), [&signer("a", 1)]), Err(NoteError::TooLong));
}

#[test]
fn only_known_keys_count_and_they_must_be_right() {
    let (one, two, three) = (signer("one", 1), signer("two", 2), signer("three", 3));
    let [a, b] = [&one, &two].map(|signer| signer.verifier().clone());
    let note = sign("text\n", [&one, &two, &three]).unwrap();
    let opened = |note: &str, known: &[&Verifier]| {
        let parsed = Note::parse(note.as_bytes()).unwrap();
        parsed.open(known.iter().copied()).map(|opened| (opened.verified.len(), opened.unknown))
    };
    assert_eq!(opened(&note, &[&a, &b]), Ok((2, 1)));
    assert_eq!(opened(&note, &[&b]), Ok((1, 2)));
    assert_eq!(opened(&note, &[]), Err(OpenError::Unsigned));
    // A name or an id alone does not make a key known.
    let namesake = signer("one", 9).verifier().clone();
    assert_eq!(opened(&note, &[&namesake]), Err(OpenError::Unsigned));
    assert_eq!(opened(&note, &[&namesake, &b]), Ok((1, 2)));
    assert_eq!(opened(&note, &[&a, &a]), Err(OpenError::Ambiguous("one".to_owned())));
    let changed = note.replacen("text", "next", 1);
    assert_eq!(opened(&changed, &[&a]), Err(OpenError::Bad("one".to_owned())));
    let lines: Vec<&str> = note.lines().collect();
    let twice = format!("{note}{}\n", lines[2]);
    assert_eq!(opened(&twice, &[&a, &b]), Err(OpenError::Twice("one".to_owned())));
    assert_eq!(opened(&twice, &[&b]), Ok((1, 3)), "what strangers do twice is ignored");
    // One good signature does not heal a bad one of another known key.
    let bytes = [&b.id().0[..], &[7; 64]].concat();
    let bad = format!("text\n\n{}\n\u{2014} two {}\n", lines[2], crate::text::base64(&bytes));
    assert_eq!(opened(&bad, &[&a, &b]), Err(OpenError::Bad("two".to_owned())));
    assert_eq!(opened(&bad, &[&a]), Ok((1, 1)));
    let short = format!("text\n\n\u{2014} two {}\n", crate::text::base64(&[&b.id().0[..], &[7; 63]].concat()));
    assert_eq!(opened(&short, &[&b]), Err(OpenError::Bad("two".to_owned())));
    // Signatures of algorithms that are not known here are skipped, however long.
    let id = KeyId([6; 4]);
    let strange = format!("{note}\u{2014} mldsa {}\n", crate::text::base64(&[&id.0[..], &[1; 2428]].concat()));
    assert_eq!(opened(&strange, &[&a, &b]), Ok((2, 2)));
}

#[test]
fn sixteen_signatures_of_the_largest_kind_fit() {
    let line = format!("\u{2014} {} {}\n", "n".repeat(60), crate::text::base64(&[1; 4 + 8 + 2420]));
    let note = format!("origin\n1\n{}\n\n{}", crate::hash::EMPTY, line.repeat(16));
    assert_eq!(Note::parse(note.as_bytes()).unwrap().signatures().len(), 16);
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec("[^\\x00-\\x1f]{0,20}", 1..6)
        .prop_map(|lines| lines.iter().map(|line| format!("{line}\n")).collect())
}

proptest! {
    // The other library is slow without optimisation.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn notes_go_both_ways_between_the_libraries(text in text(), one in any::<[u8; 32]>(), two in any::<[u8; 32]>()) {
        let private = |name, seed: &[u8; 32]| crate::key::private_text(name, crate::key::Algorithm::Ed25519, seed).unwrap();
        let keys = [private("one", &one), private("two", &two)];
        let ours = keys.each_ref().map(|key| Signer::parse(key).unwrap());
        let theirs = keys.each_ref().map(|key| StandardSigner::new(key).unwrap());
        let note = sign(&text, &ours).unwrap();
        let mut other = signed_note::Note::new(text.as_bytes(), &[]).unwrap();
        other.add_sigs(&[&theirs[0], &theirs[1]]).unwrap();
        prop_assert_eq!(note.as_bytes(), other.to_bytes());
        let bytes = other.to_bytes();
        let known = ours.each_ref().map(|signer| signer.verifier().clone());
        let opened = Note::parse(&bytes).unwrap().open(&known).unwrap().verified.len();
        prop_assert_eq!(opened, 2);
        let list = known.each_ref().map(|key| Box::new(StandardVerifier::new(&key.to_string()).unwrap()) as Box<_>);
        let (verified, unverified) =
            signed_note::Note::from_bytes(note.as_bytes()).unwrap().verify(&VerifierList::new(list.into())).unwrap();
        prop_assert_eq!((verified.len(), unverified.len()), (2, 0));
    }

    /// Whatever is read is written back by its parts, and the other library reads it too.
    #[test]
    fn what_is_read_is_a_note(
        text in "\\PC{0,6}\n{0,3}\\PC{0,6}\n{0,3}", lines in prop::collection::vec("\u{2014} [a+ é]{0,3} [A-Za-f0-9+/]{0,12}={0,2}\n?", 0..4),
    ) {
        let bytes = format!("{text}\n{}", lines.concat());
        if let Ok(note) = Note::parse(bytes.as_bytes()) {
            let written: String = note.signatures().iter().map(|signature| signature.line).collect();
            prop_assert_eq!(format!("{}\n{written}", note.text()), bytes.clone());
            prop_assert!(signed_note::Note::from_bytes(bytes.as_bytes()).is_ok());
        }
    }

    #[test]
    fn no_bytes_make_the_parser_fall_over(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Note::parse(&bytes);
    }
}
