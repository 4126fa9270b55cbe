//! Signed notes: a text, a blank line, signature lines (C2SP signed-note).

use crate::key::{KeyId, Signer, Verifier, is_name};
use crate::text;
use std::collections::{BTreeMap, BTreeSet};

/// The most bytes of a note that are read: room for 16 signatures of the largest kind.
pub const MAX_NOTE: usize = 64 * 1024;

/// The most signature lines that are read.
pub const MAX_SIGNATURES: usize = 100;

/// Why bytes are not a note, or a text cannot become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Longer than [`MAX_NOTE`].
    #[error("the note is longer than 64 KiB")]
    TooLong,
    /// Not UTF-8, or with a control character other than newline.
    #[error("the note is not plain UTF-8 text")]
    Text,
    /// Without text that ends in a newline, a blank line, and signature lines.
    #[error("the note has no text, blank line and signatures")]
    Shape,
    /// A signature line is not `— <name> <base64 of key id and signature>`.
    #[error("signature line {0} is malformed")]
    Line(usize),
    /// More than [`MAX_SIGNATURES`] signature lines.
    #[error("the note has more than {MAX_SIGNATURES} signatures")]
    TooMany,
    /// The library could not sign.
    #[error("the note cannot be signed")]
    Sign,
}

/// Why a note is not to be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Two of the known keys have the same name and id.
    #[error("two known keys have the name {0} and the same id")]
    Ambiguous(String),
    /// A signature of a known key does not verify.
    #[error("the signature of {0} does not verify")]
    Bad(String),
    /// A known key has signed twice. The specification leaves this open; here a key has one statement in a note.
    #[error("{0} has signed twice")]
    Twice(String),
    /// No known key has signed.
    #[error("no known key has signed the note")]
    Unsigned,
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature<'a> {
    /// The name of the key.
    pub name: &'a str,
    /// The id of the key.
    pub id: KeyId,
    /// The signature, without the key id.
    pub bytes: Vec<u8>,
    /// The whole line with its newline.
    pub line: &'a str,
}

/// A note that is well formed and not verified: nothing in its text may be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note<'a> {
    text: &'a str,
    signatures: Vec<Signature<'a>>,
}

/// A signature that verifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified<'k> {
    /// Whose it is.
    pub key: &'k Verifier,
    /// The time of a cosignature, in seconds since the Unix epoch.
    pub time: Option<u64>,
}

/// A note with at least one signature that verifies and none of a known key that does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened<'a, 'k> {
    /// The signed text with its last newline.
    pub text: &'a str,
    /// The signatures of known keys, in the order of the note.
    pub verified: Vec<Verified<'k>>,
    /// How many signatures are of unknown keys.
    pub unknown: usize,
}

impl<'a> Note<'a> {
    /// Reads a note.
    ///
    /// # Errors
    /// When the bytes are not exactly of the form that the specification gives, or exceed a cap.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, NoteError> {
        let note = plain(bytes)?;
        let at = note.rfind("\n\n").ok_or(NoteError::Shape)?;
        let (text, rest) = (note.get(..=at).ok_or(NoteError::Shape)?, note.get(at + 2..).ok_or(NoteError::Shape)?);
        if !rest.ends_with('\n') {
            return Err(NoteError::Shape);
        }
        Ok(Self { text, signatures: signatures(rest)? })
    }

    /// The text with its last newline; not to be believed before [`Self::open`].
    #[must_use]
    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// The signature lines.
    #[must_use]
    pub fn signatures(&self) -> &[Signature<'a>] {
        &self.signatures
    }

    /// The id in a signature line that has the name of one of `keys` and is of none of them. Nothing is verified.
    #[must_use]
    pub fn other_key(&self, keys: &[Verifier]) -> Option<KeyId> {
        let is_other = |line: &&Signature<'_>| {
            keys.iter().any(|key| key.name() == line.name) && keys.iter().all(|key| key.id() != line.id)
        };
        self.signatures.iter().find(is_other).map(|line| line.id)
    }

    /// Verifies the signatures of known keys and ignores those of others.
    ///
    /// # Errors
    /// When a signature of a known key does not verify or stands twice, or there is none.
    pub fn open<'k>(&self, known: impl IntoIterator<Item = &'k Verifier>) -> Result<Opened<'a, 'k>, OpenError> {
        let mut keys = BTreeMap::new();
        for key in known {
            if keys.insert((key.name(), key.id()), key).is_some() {
                return Err(OpenError::Ambiguous(key.name().to_owned()));
            }
        }
        let (mut verified, mut seen, mut unknown) = (Vec::new(), BTreeSet::new(), 0);
        for signature in &self.signatures {
            let Some(&key) = keys.get(&(signature.name, signature.id)) else {
                unknown += 1;
                continue;
            };
            if !seen.insert((key.name(), key.id())) {
                return Err(OpenError::Twice(key.name().to_owned()));
            }
            let time = key.check(self.text, &signature.bytes).ok_or_else(|| OpenError::Bad(key.name().to_owned()))?;
            verified.push(Verified { key, time });
        }
        if verified.is_empty() { Err(OpenError::Unsigned) } else { Ok(Opened { text: self.text, verified, unknown }) }
    }
}

/// Bytes as text, within the cap and without control characters.
pub(crate) fn plain(bytes: &[u8]) -> Result<&str, NoteError> {
    if bytes.len() > MAX_NOTE {
        return Err(NoteError::TooLong);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| NoteError::Text)?;
    if text.bytes().any(|byte| byte < b' ' && byte != b'\n') {
        return Err(NoteError::Text);
    }
    Ok(text)
}

/// Reads signature lines, at least one, each with its newline.
pub(crate) fn signatures(lines: &str) -> Result<Vec<Signature<'_>>, NoteError> {
    let mut signatures = Vec::new();
    for (at, line) in lines.split_inclusive('\n').enumerate() {
        if at >= MAX_SIGNATURES {
            return Err(NoteError::TooMany);
        }
        signatures.push(signature(line).ok_or(NoteError::Line(at + 1))?);
    }
    if signatures.is_empty() { Err(NoteError::Shape) } else { Ok(signatures) }
}

fn signature(line: &str) -> Option<Signature<'_>> {
    let (name, bytes) = line.strip_suffix('\n')?.strip_prefix("\u{2014} ")?.split_once(' ')?;
    let bytes = text::from_base64(bytes)?;
    let (id, signature) = bytes.split_first_chunk::<4>()?;
    let valid = is_name(name) && !signature.is_empty();
    valid.then(|| Signature { name, id: KeyId(*id), bytes: signature.to_vec(), line })
}

/// Signs a text that ends in a newline, and gives the note.
///
/// # Errors
/// When the text cannot be that of a note, or there is no signer.
pub fn sign<'k>(text: &str, signers: impl IntoIterator<Item = &'k Signer>) -> Result<String, NoteError> {
    let mut note = format!("{text}\n");
    for signer in signers {
        note.push_str(&signer.line(text).ok_or(NoteError::Sign)?);
    }
    // Whatever is written can be read, with the same text.
    if Note::parse(note.as_bytes())?.text() == text { Ok(note) } else { Err(NoteError::Shape) }
}

#[cfg(test)]
mod tests;
