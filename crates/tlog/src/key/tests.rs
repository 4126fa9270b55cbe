//! Keys of the specification and of Go's note package, and everything that is not one.

use super::{Algorithm, KeyError, KeyId, Signer, Verifier, is_name, private_text};
use crate::cosignature::Cosigner;
use proptest::prelude::*;
use signed_note::{Signer as _, StandardSigner, StandardVerifier, Verifier as _};

const EXAMPLE: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PRIVATE: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

#[test]
fn published_keys_are_read() {
    for vkey in [EXAMPLE, PUBLIC] {
        let key = Verifier::parse(vkey).unwrap();
        assert_eq!(key.to_string(), vkey);
        assert_eq!(key.algorithm(), Algorithm::Ed25519);
        assert_eq!(KeyId::of(key.name(), key.algorithm(), key.public()), key.id());
    }
    let signer = Signer::parse(PRIVATE).unwrap();
    assert_eq!(signer.verifier().to_string(), PUBLIC);
    assert_eq!(Cosigner::parse(PRIVATE).err(), Some(KeyError::Algorithm(1)));
    let shown = format!("{signer:?}");
    assert!(!shown.contains("gQoUA") && !shown.contains("129, 10, 20"), "{shown}");
}

#[test]
fn what_is_not_a_key_is_refused() {
    let (name, rest) = EXAMPLE.split_once('+').unwrap();
    let (id, key) = rest.split_once('+').unwrap();
    let cases = [
        (String::new(), KeyError::Format),
        (name.to_owned(), KeyError::Format),
        (format!("{name}+{id}"), KeyError::Format),
        (format!("{name}+{id}+"), KeyError::Format),
        (format!("{name}+{}+{key}", &id[1..]), KeyError::Format),
        (format!("{name}+{}+{key}", id.to_uppercase()), KeyError::Format),
        (format!("{name}+{id}+{}", &key[1..]), KeyError::Format),
        (format!("{name}+{id}+{key}\n"), KeyError::Format),
        (format!("+{id}+{key}"), KeyError::Name),
        (format!("a b+{id}+{key}"), KeyError::Name),
        (format!("a\u{a0}b+{id}+{key}"), KeyError::Name),
        (format!("other+{id}+{key}"), KeyError::Id),
        (format!("{name}+530d903b+{key}"), KeyError::Id),
        (format!("{name}+{id}+{}", key.replacen("AekyeR", "AekyeS", 1)), KeyError::Id),
        (format!("{name}+{id}+{}", key.replacen("Ae", "Be", 1)), KeyError::Algorithm(5)),
        (format!("{name}+{id}+{}", key.replace("U2k", "")), KeyError::Format),
        (format!("{name}+{id}+AekyeRrm"), KeyError::Key),
        (format!("{name}+{id}+{}", key.replacen("Ae", "Bu", 1)), KeyError::Algorithm(6)),
        (format!("{name}+{id}+{}", key.replacen('A', "C", 1)), KeyError::Algorithm(9)),
    ];
    for (vkey, expected) in cases {
        let found = Verifier::parse(&vkey).unwrap_err();
        assert_eq!(found, expected, "{vkey}");
    }
    for key in [PUBLIC.to_owned(), PRIVATE[1..].to_owned(), PRIVATE.replace("PRIVATE+KEY", "PRIVATE+KEYS")] {
        assert_eq!(Signer::parse(&key).err(), Some(KeyError::Format));
    }
    assert_eq!(Signer::parse(&PRIVATE.replace("c74f", "c74e")).err(), Some(KeyError::Id));
    assert_eq!(Signer::parse("PRIVATE+KEY+a+00000000+AQ==").err(), Some(KeyError::Key));
    assert_eq!(Signer::from_seed("", &[1; 32]).err(), Some(KeyError::Name));
    assert_eq!(private_text("a", Algorithm::MlDsa44, &[1; 32]).err(), Some(KeyError::Algorithm(6)));
}

#[test]
fn a_key_of_ml_dsa_is_named_and_not_supported_yet() {
    let public = [[Algorithm::MlDsa44.byte()].as_slice(), &[7; 1312]].concat();
    let id = KeyId::of("witness.example/w", Algorithm::MlDsa44, &public[1..]);
    let vkey = format!("witness.example/w+{id}+{}", crate::text::base64(&public));
    let refused = Verifier::parse(&vkey).unwrap_err();
    assert_eq!(refused, KeyError::Algorithm(6));
    assert_eq!(refused.to_string(), "keys of the algorithm 0x06 (ML-DSA-44) are not supported yet");
    assert_eq!(KeyError::Algorithm(1).to_string(), "keys of the algorithm 0x01 (Ed25519) do not serve here");
    assert_eq!(KeyError::Algorithm(9).to_string(), "keys of the algorithm 0x09 are not supported");
}

#[test]
fn names_have_no_spaces_pluses_or_controls() {
    for name in ["a", "example.com/log", "grüße", &"a".repeat(255)] {
        assert!(is_name(name), "{name:?}");
    }
    for name in ["", " ", "a b", "a+b", "a\u{2003}b", "a\u{85}", "a\n", "a\0", "a\u{1b}[2J", &"a".repeat(256)] {
        assert!(!is_name(name), "{name:?}");
    }
}

#[test]
fn every_algorithm_has_its_byte() {
    let known: Vec<u8> = (0..=255).filter(|byte| Algorithm::from_byte(*byte).is_some()).collect();
    assert_eq!(known, [1, 4, 6]);
    assert!(known.into_iter().all(|byte| Algorithm::from_byte(byte).is_some_and(|found| found.byte() == byte)));
}

proptest! {
    // The other library is slow without optimisation.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn keys_are_those_of_the_other_library(seed in any::<[u8; 32]>(), message in any::<Vec<u8>>()) {
        let name = "example.com/key";
        let text = private_text(name, Algorithm::Ed25519, &seed).unwrap();
        let (ours, theirs) = (Signer::parse(&text).unwrap(), StandardSigner::new(&text).unwrap());
        let verifier = StandardVerifier::new(&ours.verifier().to_string()).unwrap();
        prop_assert_eq!(verifier.key_id().to_be_bytes(), ours.verifier().id().0);
        prop_assert_eq!(theirs.name(), ours.verifier().name());
        let signature = theirs.sign(&message).unwrap();
        prop_assert!(crate::ed25519::verify(ours.verifier().public(), &message, &signature));
        let cosigner = Cosigner::parse(&private_text(name, Algorithm::CosignatureV1, &seed).unwrap()).unwrap();
        prop_assert_eq!(cosigner.verifier().public(), ours.verifier().public());
        prop_assert_ne!(cosigner.verifier().id(), ours.verifier().id());
        prop_assert_eq!(&Verifier::parse(&cosigner.verifier().to_string()).unwrap(), cosigner.verifier());
    }

    #[test]
    fn no_text_makes_the_parsers_fall_over(key in "(PRIVATE\\+KEY\\+)?\\PC{0,12}\\+[0-9a-f]{8}\\+[A-Za-z0-9+/=]{0,48}|\\PC{0,60}") {
        let _ = Verifier::parse(&key);
        let _ = Signer::parse(&key);
    }
}
