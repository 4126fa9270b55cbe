//! Salted commitments: they bind a record to a value without telling anything of it.
//!
//! Each entry that commits to anything has 32 random bytes, its salt, in its side, and a key of its subject's. HMAC-SHA256
//! under that key makes one key for each field from the salt, so that a field can be disclosed without the others, and
//! under that the commitment over the field's name and the digest of its value. Without the subject's key neither the
//! salt nor a guess tests anything; whoever destroys it cuts the link between its records and their values for good.

use crate::body::Origin;
use crate::erasures::Erasures;
use crate::error::{Class, Fault};
use crate::read;
use crate::scan::Found;
use crate::side;
use crate::storage::DirSource;
use crate::subjects::{Key, Lookup, Owner, Ring, mac};
use casemate_core::digest::Digest;
use std::io;
use std::path::Path;
use subtle::ConstantTimeEq;

/// Bytes of a salt.
pub(crate) const SALT: usize = 32;

/// The salt of one entry.
pub(crate) type Salt = [u8; SALT];

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
pub(crate) fn commit(key: &Key, salt: &Salt, field: Field, value: Digest) -> Digest {
    let name = field.as_str().as_bytes();
    let key = key.derive(Digest::of_parts("casemate/field/v2", &[name, salt]));
    mac(&key, Digest::of_parts("casemate/commitment/v2", &[name, &value.0]))
}

/// Fills `bytes` with random ones.
pub(crate) fn random(bytes: &mut [u8]) -> io::Result<()> {
    aws_lc_rs::rand::fill(bytes).map_err(|_| io::Error::other("there are no random numbers"))
}

/// What a value turns out to be beside what an entry commits to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revealed {
    /// It is that value.
    Match,
    /// It is another.
    NoMatch,
    /// The link was erased: nobody can tell any more.
    Erased,
    /// The entry commits to no such field.
    None,
}

/// Whether `value` is what entry `index` commits to under `field`, by the file of keys at `keys`.
///
/// # Errors
/// The log in `dir` cannot be read up to that entry, its side is not the one that it was made with, or its key is gone
/// and no record says that it was erased.
pub fn reveal(dir: &Path, keys: &Path, index: u64, field: Field, value: &[u8]) -> Result<Revealed, Fault> {
    let entry = read::find(&DirSource::new(dir), index)?;
    let json = entry.json().map_err(|what| entry.fault(Class::Unreadable, what))?;
    let text = json.get("commitments").and_then(|all| all.get(field.as_str())).and_then(serde_json::Value::as_str);
    let Some(kept) = text.and_then(Digest::from_hex) else { return Ok(Revealed::None) };
    let Some(link) = Opener::new(dir, keys).link(&entry, &json)? else { return Ok(Revealed::Erased) };
    let made = commit(&link.key, &link.salt, field, Digest::of(value));
    Ok(if made.0.ct_eq(&kept.0).into() { Revealed::Match } else { Revealed::NoMatch })
}

/// What links an entry to its values: its salt and the key that it was made under.
pub(crate) struct Link {
    pub(crate) salt: Salt,
    pub(crate) key: Key,
}

/// What finds the links of a log's entries.
pub(crate) struct Opener {
    ring: Ring,
    erasures: Erasures,
}

impl Opener {
    /// By the file of keys at `keys`, for the log in `dir`.
    pub(crate) fn new(dir: &Path, keys: &Path) -> Self {
        Self { ring: Ring::new(keys), erasures: Erasures::new(dir) }
    }

    /// Finds that of an entry; `None` where it was erased.
    pub(crate) fn link(&mut self, entry: &Found, json: &serde_json::Value) -> Result<Option<Link>, Fault> {
        if !side::is_whole(&entry.side, entry.names_side.as_deref()) {
            return Err(entry.fault(Class::Changed, side::OTHER));
        }
        let named = side::salt(&entry.side).zip(side::named_key(&entry.side));
        let (salt, named) = named.ok_or_else(|| entry.fault(Class::Removed, "its side names no key"))?;
        let origin = Origin::read(json);
        let owner = Owner::new(origin.tenant.as_ref(), origin.subject.as_ref());
        let found = self.ring.find(&named, owner).map_err(|error| entry.fault(Class::Unreadable, error.to_string()))?;
        let gone = |what: &str| entry.fault(Class::Removed, format!("the key that it was made under {what}"));
        match found {
            Lookup::Found(_) if self.erasures.name(owner, &named)? => Ok(None),
            Lookup::Found(key) => Ok(Some(Link { salt, key })),
            Lookup::Ending => Ok(None),
            Lookup::Erased if self.erasures.have(owner, entry.index)? => Ok(None),
            Lookup::Erased => Err(gone("was destroyed, and no record says so")),
            Lookup::Missing => Err(gone(&format!("is not in slot {}", named.slot))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_the_key_neither_salt_nor_guess_tests_anything() {
        let (key, other, salt) = (Key::draw().unwrap(), Key::draw().unwrap(), [7; SALT]);
        let value = Digest::of(b"yes");
        let made = commit(&key, &salt, Field::Arguments, value);
        assert_eq!(commit(&key, &salt, Field::Arguments, value), made);
        assert_ne!(commit(&other, &salt, Field::Arguments, value), made);
        assert_ne!(commit(&key, &[8; SALT], Field::Arguments, value), made);
        assert_ne!(commit(&key, &salt, Field::Message, value), made);
        assert_ne!(commit(&key, &salt, Field::Arguments, Digest::of(b"no")), made);
    }
}
