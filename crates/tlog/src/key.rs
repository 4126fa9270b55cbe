//! Keys of signed notes: names, ids, and the text forms of public and private keys (C2SP signed-note).

use crate::ed25519::{KEY_SIZE, KeyPair};
use crate::{cosignature, ed25519, text};
use sha2::{Digest as _, Sha256};
use std::fmt;
use zeroize::Zeroizing;

/// The most bytes that a key name may have: a cosignature of type 0x06 gives its length one byte.
pub const MAX_NAME: usize = 255;

/// How a key signs (C2SP signed-note, "Signature types").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// `0x01`: Ed25519 over the note's text.
    Ed25519,
    /// `0x04`: an Ed25519 cosignature with a time (C2SP tlog-cosignature).
    CosignatureV1,
    /// `0x06`: an ML-DSA-44 cosignature. Known by name only: no key of it can be had here, so that its signatures are
    /// skipped as those of unknown keys.
    MlDsa44,
}

impl Algorithm {
    /// The identifier byte.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::CosignatureV1 => 0x04,
            Self::MlDsa44 => 0x06,
        }
    }

    /// The algorithm of an identifier byte.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0x01 => Some(Self::Ed25519),
            0x04 => Some(Self::CosignatureV1),
            0x06 => Some(Self::MlDsa44),
            _ => None,
        }
    }
}

/// Why a key is refused. Says nothing of what the key was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not the text form of a key.
    #[error("not a note key")]
    Format,
    /// The name is empty, too long, or has a space, a `+` or a control character.
    #[error("not a valid key name")]
    Name,
    /// The key is of an algorithm that cannot be used here; its identifier byte.
    #[error("keys of the algorithm {0:#04x} {why}", why = why(*.0))]
    Algorithm(u8),
    /// The key id does not follow from name, algorithm and public key.
    #[error("the key id does not belong to this key")]
    Id,
    /// The key has the wrong length or is refused by the library.
    #[error("not a valid key")]
    Key,
}

/// What is wrong with a key of an algorithm.
const fn why(byte: u8) -> &'static str {
    match Algorithm::from_byte(byte) {
        Some(Algorithm::Ed25519) => "(Ed25519) do not serve here",
        Some(Algorithm::CosignatureV1) => "(Ed25519 cosignatures) do not serve here",
        Some(Algorithm::MlDsa44) => "(ML-DSA-44) are not supported yet",
        None => "are not supported",
    }
}

/// The first four bytes of `SHA-256(name || 0x0A || algorithm || public key)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 4]);

impl KeyId {
    /// The id of a key.
    #[must_use]
    pub fn of(name: &str, algorithm: Algorithm, public: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(name);
        hasher.update([b'\n', algorithm.byte()]);
        hasher.update(public);
        let hash: [u8; 32] = hasher.finalize().into();
        let [a, b, c, d, ..] = hash;
        Self([a, b, c, d])
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::hex(&self.0))
    }
}

/// Whether this can name a key: not empty, at most [`MAX_NAME`] bytes, no Unicode space, no `+`, no control character.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let bad = |character: char| character.is_whitespace() || character < ' ' || character == '+';
    !name.is_empty() && name.len() <= MAX_NAME && !name.contains(bad)
}

/// A public key with its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Verifier {
    name: String,
    id: KeyId,
    algorithm: Algorithm,
    public: [u8; KEY_SIZE],
}

impl Verifier {
    /// A key by its parts.
    ///
    /// # Errors
    /// When the name, the length or the algorithm will not do.
    pub fn new(name: &str, algorithm: Algorithm, public: &[u8]) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError::Name);
        }
        if algorithm == Algorithm::MlDsa44 {
            return Err(KeyError::Algorithm(algorithm.byte()));
        }
        let id = KeyId::of(name, algorithm, public);
        let public = public.try_into().map_err(|_| KeyError::Key)?;
        Ok(Self { name: name.to_owned(), id, algorithm, public })
    }

    /// Reads `<name>+<hex key id>+<base64(algorithm || public key)>`, a vkey.
    ///
    /// # Errors
    /// When it is anything else. [`KeyError::Algorithm`] where a list of keys may skip the key.
    pub fn parse(vkey: &str) -> Result<Self, KeyError> {
        let Parts { name, id, algorithm, bytes } = parts(vkey)?;
        let verifier = Self::new(name, algorithm, &bytes)?;
        if verifier.id == id { Ok(verifier) } else { Err(KeyError::Id) }
    }

    /// The name of the key.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the key.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// How the key signs.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The public key itself.
    #[must_use]
    pub const fn public(&self) -> &[u8; KEY_SIZE] {
        &self.public
    }

    /// Checks a signature, without the key id before it, of a note's text. For a cosignature, gives its time.
    pub(crate) fn check(&self, text: &str, signature: &[u8]) -> Option<Option<u64>> {
        match self.algorithm {
            Algorithm::Ed25519 => ed25519::verify(&self.public, text.as_bytes(), signature).then_some(None),
            Algorithm::CosignatureV1 => cosignature::check(&self.public, text, signature).map(Some),
            Algorithm::MlDsa44 => None,
        }
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key: Vec<u8> = std::iter::once(self.algorithm.byte()).chain(self.public).collect();
        write!(f, "{}+{}+{}", self.name, self.id, text::base64(&key))
    }
}

/// What the text form of a key, public or private, consists of.
struct Parts<'a> {
    name: &'a str,
    id: KeyId,
    algorithm: Algorithm,
    bytes: Zeroizing<Vec<u8>>,
}

/// Splits `<name>+<hex key id>+<base64(algorithm || key)>`.
fn parts(key: &str) -> Result<Parts<'_>, KeyError> {
    let mut parts = key.splitn(3, '+');
    let (Some(name), Some(id), Some(bytes)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError::Format);
    };
    let id = KeyId(text::from_hex(id).ok_or(KeyError::Format)?);
    let bytes = Zeroizing::new(text::from_base64(bytes).ok_or(KeyError::Format)?);
    let (algorithm, key) = bytes.split_first().ok_or(KeyError::Format)?;
    if !is_name(name) {
        return Err(KeyError::Name);
    }
    let algorithm = Algorithm::from_byte(*algorithm).ok_or(KeyError::Algorithm(*algorithm))?;
    Ok(Parts { name, id, algorithm, bytes: Zeroizing::new(key.to_vec()) })
}

const PRIVATE: &str = "PRIVATE+KEY+";

/// A private key with its public one, of either algorithm.
pub(crate) struct Private {
    pub(crate) verifier: Verifier,
    pair: KeyPair,
}

impl Private {
    pub(crate) fn from_seed(name: &str, algorithm: Algorithm, seed: &[u8; KEY_SIZE]) -> Result<Self, KeyError> {
        let pair = KeyPair::from_seed(seed).ok_or(KeyError::Key)?;
        let public = pair.public().ok_or(KeyError::Key)?;
        Ok(Self { verifier: Verifier::new(name, algorithm, &public)?, pair })
    }

    pub(crate) fn parse(key: &str, wanted: Algorithm) -> Result<Self, KeyError> {
        let Parts { name, id, algorithm, bytes } = parts(key.strip_prefix(PRIVATE).ok_or(KeyError::Format)?)?;
        if algorithm != wanted {
            return Err(KeyError::Algorithm(algorithm.byte()));
        }
        let seed = bytes.as_slice().try_into().map_err(|_| KeyError::Key)?;
        let private = Self::from_seed(name, algorithm, seed)?;
        if private.verifier.id == id { Ok(private) } else { Err(KeyError::Id) }
    }

    /// A signature line, newline included, over `message`; `before` goes between key id and signature.
    pub(crate) fn line(&self, before: &[u8], message: &[u8]) -> Option<String> {
        let signature = self.pair.sign(message)?;
        let bytes = [&self.verifier.id.0, before, &signature].concat();
        Some(format!("\u{2014} {} {}\n", self.verifier.name, text::base64(&bytes)))
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.verifier, f)
    }
}

/// The key of a log: signs a note's text as it is (0x01).
#[derive(Debug)]
pub struct Signer(Private);

impl Signer {
    /// The key of a seed that came from a good source of randomness.
    ///
    /// # Errors
    /// When the name or the seed will not do.
    pub fn from_seed(name: &str, seed: &[u8; KEY_SIZE]) -> Result<Self, KeyError> {
        Private::from_seed(name, Algorithm::Ed25519, seed).map(Self)
    }

    /// Reads `PRIVATE+KEY+<name>+<hex key id>+<base64(0x01 || seed)>`, the form of Go's note package.
    ///
    /// # Errors
    /// When it is anything else, or of another algorithm.
    pub fn parse(key: &str) -> Result<Self, KeyError> {
        Private::parse(key, Algorithm::Ed25519).map(Self)
    }

    /// The public key.
    #[must_use]
    pub const fn verifier(&self) -> &Verifier {
        &self.0.verifier
    }

    /// A signature line over `text`, newline included.
    pub(crate) fn line(&self, text: &str) -> Option<String> {
        self.0.line(&[], text.as_bytes())
    }
}

/// The text form of a private key, as [`Signer::parse`] (0x01) and [`crate::cosignature::Cosigner::parse`] (0x04) read
/// it. Erased when dropped.
///
/// # Errors
/// When the name, the seed or the algorithm will not do.
pub fn private_text(name: &str, algorithm: Algorithm, seed: &[u8; KEY_SIZE]) -> Result<Zeroizing<String>, KeyError> {
    let id = Private::from_seed(name, algorithm, seed)?.verifier.id;
    let bytes: Zeroizing<Vec<u8>> = Zeroizing::new(std::iter::once(algorithm.byte()).chain(*seed).collect());
    let seed = Zeroizing::new(text::base64(&bytes));
    Ok(Zeroizing::new([PRIVATE, name, "+", &id.to_string(), "+", &seed].concat()))
}

#[cfg(test)]
mod tests;
