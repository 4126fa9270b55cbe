//! The files of `casemate-tlog`, with signatures that are keyed hashes, so that no C code is built for fuzzing.
//!
//! The files name each other from the root of their crate: a target takes their names into its own.

#[path = "../../crates/tlog/src"]
pub(crate) mod src {
    //! The crate's modules, without the one that reaches the library of cryptography.

    pub(crate) mod checkpoint;
    pub(crate) mod cosignature;
    pub(crate) mod frontier;
    pub(crate) mod hash;
    pub(crate) mod key;
    pub(crate) mod nodes;
    pub(crate) mod note;
    pub(crate) mod policy;
    pub(crate) mod proof;
    pub(crate) mod text;
    pub(crate) mod tile;
    pub(crate) mod witness;
}

pub(crate) mod ed25519 {
    //! In the place of Ed25519: the public key is the seed, a signature is a hash over key and message, twice.

    use sha2::{Digest as _, Sha256};

    pub(crate) const KEY_SIZE: usize = 32;

    pub(crate) struct KeyPair([u8; KEY_SIZE]);

    impl KeyPair {
        pub(crate) fn from_seed(seed: &[u8; KEY_SIZE]) -> Option<Self> {
            Some(Self(*seed))
        }

        pub(crate) fn public(&self) -> Option<[u8; KEY_SIZE]> {
            Some(self.0)
        }

        pub(crate) fn sign(&self, message: &[u8]) -> Option<[u8; 64]> {
            let hash: [u8; 32] = Sha256::new().chain_update(self.0).chain_update(message).finalize().into();
            [hash, hash].concat().try_into().ok()
        }
    }

    pub(crate) fn verify(public: &[u8; KEY_SIZE], message: &[u8], signature: &[u8]) -> bool {
        KeyPair(*public).sign(message).is_some_and(|expected| expected == signature)
    }
}
