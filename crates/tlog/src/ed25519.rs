//! The one place that reaches the library of cryptography: Ed25519 (RFC 8032), which needs no randomness to sign.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

/// The length of a public key, and of the seed of a private one.
pub(crate) const KEY_SIZE: usize = 32;
/// The length of a signature.
pub(crate) const SIGNATURE_SIZE: usize = 64;

/// A private key with its public one. The library erases it when it is dropped.
pub(crate) struct KeyPair(Ed25519KeyPair);

impl KeyPair {
    pub(crate) fn from_seed(seed: &[u8; KEY_SIZE]) -> Option<Self> {
        Ed25519KeyPair::from_seed_unchecked(seed).ok().map(Self)
    }

    pub(crate) fn public(&self) -> Option<[u8; KEY_SIZE]> {
        self.0.public_key().as_ref().try_into().ok()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Option<[u8; SIGNATURE_SIZE]> {
        self.0.try_sign(message).ok()?.as_ref().try_into().ok()
    }
}

/// Whether `signature` is that of `message` under the key.
pub(crate) fn verify(public: &[u8; KEY_SIZE], message: &[u8], signature: &[u8]) -> bool {
    signature.len() == SIGNATURE_SIZE && UnparsedPublicKey::new(&ED25519, public).verify(message, signature).is_ok()
}
