//! What lies beside a record for whoever has the key of its subject: the inputs of the decision, so that it can be made
//! again, and, where that is asked for, what was captured of the call.
//!
//! Each is sealed with AES-256-GCM under a key of its own, made from the subject's key, the record's salt and the part's
//! type; no two parts ever have the same key, so the nonce is fixed. Destroying the subject's key destroys them all.

mod inputs;

use crate::commitment::{Link, Opener, Salt};
use crate::error::{Class, Fault};
use crate::read;
use crate::side;
use crate::storage::DirSource;
use crate::subjects::Key;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use casemate_core::digest::Digest;
pub(crate) use inputs::{Unread, read as read_inputs, write as write_inputs};
use std::io;
use std::path::Path;
use zeroize::Zeroizing;

/// Inputs larger than this are not kept: a decision about them cannot be made again.
const INPUTS_MAX: usize = 64 << 10;
/// What is captured of a message at most.
const CAPTURE_MAX: usize = 64 << 10;

/// A part before it is sealed.
#[derive(Debug, Clone)]
pub(crate) struct Plain {
    pub(crate) kind: u8,
    pub(crate) bytes: Zeroizing<Vec<u8>>,
}

impl Plain {
    /// The inputs of a decision, where they are not too large.
    pub(crate) fn inputs(inputs: &casemate_core::policy::Inputs) -> Option<Self> {
        let bytes = write_inputs(inputs);
        (bytes.len() <= INPUTS_MAX).then(|| Self { kind: side::INPUTS, bytes: Zeroizing::new(bytes) })
    }

    /// The beginning of a message, after its whole length.
    pub(crate) fn capture(message: &[u8]) -> Self {
        let kept = message.get(..CAPTURE_MAX).unwrap_or(message);
        let mut bytes = Vec::with_capacity(8 + kept.len());
        bytes.extend_from_slice(&(message.len() as u64).to_be_bytes());
        bytes.extend_from_slice(kept);
        Self { kind: side::CAPTURE, bytes: Zeroizing::new(bytes) }
    }
}

fn cipher(key: &Key, salt: &Salt, kind: u8) -> Option<LessSafeKey> {
    let key = key.derive(Digest::of_parts("casemate/seal/v1", &[&[kind], salt]));
    UnboundKey::new(&AES_256_GCM, &*key).ok().map(LessSafeKey::new)
}

fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

/// Seals a part of the record with that salt.
pub(crate) fn seal(key: &Key, salt: &Salt, plain: &Plain) -> io::Result<Vec<u8>> {
    let failed = || io::Error::other("a part of the record could not be sealed");
    // With room for the tag: a buffer that has to grow leaves its plain text behind.
    let mut bytes = Vec::with_capacity(plain.bytes.len() + AES_256_GCM.tag_len());
    bytes.extend_from_slice(&plain.bytes);
    let cipher = cipher(key, salt, plain.kind).ok_or_else(failed)?;
    cipher.seal_in_place_append_tag(nonce(), Aad::empty(), &mut bytes).map_err(|_| failed())?;
    Ok(bytes)
}

/// Opens what [`seal`] made under the same key and salt for the same type.
pub(crate) fn open(link: &Link, kind: u8, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(sealed.to_vec());
    let cipher = cipher(&link.key, &link.salt, kind)?;
    let len = cipher.open_in_place(nonce(), Aad::empty(), &mut bytes).ok()?.len();
    bytes.truncate(len);
    Some(bytes)
}

/// What was captured of a call: of its intent the client's message, of its outcome the answer that was released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Captured {
    /// The first bytes of it, and how many there were.
    Bytes(Vec<u8>, u64),
    /// It was erased.
    Erased,
    /// Nothing was captured.
    None,
}

/// What was captured beside entry `index`, opened by the file of keys at `keys`.
///
/// # Errors
/// As [`crate::reveal`], and where it does not open.
pub fn captured(dir: &Path, keys: &Path, index: u64) -> Result<Captured, Fault> {
    let entry = read::find(&DirSource::new(dir), index)?;
    let json = entry.json().map_err(|what| entry.fault(Class::Unreadable, what))?;
    if entry.names_side.is_none() {
        return Ok(Captured::None);
    }
    let Some(link) = Opener::new(dir, keys).link(&entry, &json)? else { return Ok(Captured::Erased) };
    let Some(sealed) = side::part(&entry.side, side::CAPTURE) else { return Ok(Captured::None) };
    let opened = open(&link, side::CAPTURE, sealed);
    let parts = opened.as_ref().and_then(|bytes| bytes.split_first_chunk::<8>());
    let (size, bytes) = parts.ok_or_else(|| entry.fault(Class::Changed, "what was captured does not open"))?;
    Ok(Captured::Bytes(bytes.to_vec(), u64::from_be_bytes(*size)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_opens_under_its_own_key_salt_and_type_alone() {
        let (key, salt) = (Key::draw().unwrap(), [7; 32]);
        let plain = Plain::capture(b"message");
        let sealed = seal(&key, &salt, &plain).unwrap();
        let link = |key: &Key, salt| Link { key: key.clone(), salt };
        assert_eq!(open(&link(&key, salt), side::CAPTURE, &sealed).as_deref(), Some(&*plain.bytes));
        assert_eq!(open(&link(&Key::draw().unwrap(), salt), side::CAPTURE, &sealed), None);
        assert_eq!(open(&link(&key, [8; 32]), side::CAPTURE, &sealed), None);
        assert_eq!(open(&link(&key, salt), side::INPUTS, &sealed), None);
        for at in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[at] ^= 1;
            assert_eq!(open(&link(&key, salt), side::CAPTURE, &bad), None);
            assert_eq!(open(&link(&key, salt), side::CAPTURE, &sealed[..at]), None);
        }
        assert!(!sealed.windows(4).any(|window| window == b"mess"));
        assert_eq!(Plain::capture(&vec![7; CAPTURE_MAX + 9]).bytes.len(), CAPTURE_MAX + 8);
    }
}
