//! Salted commitments: they bind a record to a value without telling anything of it.
//!
//! Each entry that commits to anything has 32 random bytes, its salt, in its side. From that, HMAC-SHA256 makes one key per
//! field, so that a field can be disclosed without the others, and under that key the commitment over the field's name
//! and the digest of its value. Whoever wipes the salt cuts the link between record and value for good.

use crate::error::{Class, Fault};
use crate::read;
use crate::side;
use crate::storage::DirSource;
use casemate_core::digest::Digest;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::io;
use std::path::Path;
use subtle::ConstantTimeEq;

/// Bytes of a salt.
pub(crate) const SALT: usize = 32;

/// The salt of one entry.
pub(crate) type Salt = [u8; SALT];

/// What a salt that was wiped reads as.
pub(crate) const ERASED: Salt = [0; SALT];

/// A value that records commit to and never copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// All bytes of the upstream's answer: the data of its interim events, then the final message.
    Answer,
    /// The JSON text of `params.arguments`.
    Arguments,
    /// The operator's part of a refusal.
    Detail,
    /// The whole message of the client.
    Message,
    /// All bytes that went to the client: interim events, then the final message.
    Released,
    /// What the call is about, where that is not a name that may be copied: a resource URI, a prompt, a tool.
    Target,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 6] =
        [Self::Answer, Self::Arguments, Self::Detail, Self::Message, Self::Released, Self::Target];

    /// Its name in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Arguments => "arguments",
            Self::Detail => "detail",
            Self::Message => "message",
            Self::Released => "released",
            Self::Target => "target",
        }
    }
}

/// The commitment to a value by its SHA-256.
pub(crate) fn commit(salt: &Salt, field: Field, value: Digest) -> Digest {
    let name = field.as_str().as_bytes();
    let key = mac(salt, Digest::of_parts("casemate/salt/v1", &[name]));
    mac(&key.0, Digest::of_parts("casemate/commitment/v1", &[name, &value.0]))
}

fn mac(key: &[u8; 32], message: Digest) -> Digest {
    // HMAC takes keys of every length, so the error cannot occur; a zero commitment would match no value.
    let tag = Hmac::<Sha256>::new_from_slice(key).map(|mac| mac.chain_update(message.0).finalize().into_bytes());
    tag.map_or(Digest([0; 32]), |tag| Digest(tag.into()))
}

/// Fills `bytes` from the kernel's generator.
pub(crate) fn random(bytes: &mut [u8]) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let filled = match rustix::rand::getrandom(&mut *rest, rustix::rand::GetRandomFlags::empty()) {
            Ok(filled) => filled,
            Err(rustix::io::Errno::INTR) => 0,
            Err(error) => return Err(error.into()),
        };
        rest = rest.get_mut(filled..).unwrap_or_default();
    }
    Ok(())
}

/// Whether `value` is what entry `index` commits to under `field`.
///
/// # Errors
/// The log in `dir` cannot be read up to that entry, the entry has no such commitment, or its salt is gone or is not the
/// one that the entry was made with.
pub fn reveal(dir: &Path, index: u64, field: Field, value: &[u8]) -> Result<bool, Fault> {
    let source = DirSource::new(dir);
    let entry = read::find(&source, index)?;
    let json = entry.json().map_err(|what| entry.fault(Class::Unreadable, what))?;
    let commitments = json.get("commitments");
    let text = |name: &str| commitments.and_then(|c| c.get(name)).and_then(serde_json::Value::as_str);
    let kept = text(field.as_str()).and_then(Digest::from_hex);
    let kept = kept.ok_or_else(|| entry.fault(Class::Unreadable, format!("it commits to no {}", field.as_str())))?;
    let salt = match side::judge(&entry.side, entry.names_side.as_deref()) {
        side::Side::Whole => side::salt(&entry.side),
        side::Side::Erased => None,
        side::Side::Other => return Err(entry.fault(Class::Changed, side::OTHER)),
    };
    let salt = salt.ok_or_else(|| entry.fault(Class::Removed, "the salt of this entry is gone"))?;
    Ok(commit(&salt, field, Digest::of(value)).0.ct_eq(&kept.0).into())
}
