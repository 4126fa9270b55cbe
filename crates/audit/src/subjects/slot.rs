//! One key of the file of keys: a slot of 128 bytes, which never lies across two sectors of a disk.
//!
//! `state (1) | version (1) | zeroes (2) | number (4) | vouched (4) | zeroes (4) | made (8) | wiped (8) | id (32) | key (32)
//! | zeroes (28) | crc32c (4)`, numbers big-endian. `vouched` says how many slots were durable when this one was written:
//! below that, a slot that is not whole was damaged; from there on it was not finished.

use crate::commitment::random;
use casemate_core::digest::Digest;
use casemate_core::{Subject, TenantId};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use std::io;
use zeroize::Zeroizing;

/// Bytes of a slot, and of what stands before the first one.
pub(crate) const SLOT: usize = 128;
/// What the file begins with; the last byte is the version of the format.
pub(crate) const MAGIC: &[u8; 8] = b"CMKEY\0\0\x01";
const VERSION: u8 = 1;
/// Bytes of a key's fingerprint.
pub(crate) const CHECK: usize = 8;

/// Whose a key is: one of a tenant's subjects; a tenant alone; nobody in particular.
pub(crate) fn id(tenant: Option<&TenantId>, subject: Option<&Subject>) -> Digest {
    match (tenant, subject) {
        (Some(tenant), Some(subject)) => {
            Digest::of_parts("casemate/subject/v1", &[tenant.as_str().as_bytes(), subject.as_str().as_bytes()])
        }
        (Some(tenant), None) => Digest::of_parts("casemate/tenant/v1", &[tenant.as_str().as_bytes()]),
        (None, _) => Digest::of_parts("casemate/log/v1", &[]),
    }
}

/// A key. Its bytes are wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Key(Zeroizing<[u8; 32]>);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// A new one.
    pub(crate) fn draw() -> io::Result<Self> {
        let mut key = Zeroizing::new([0; 32]);
        random(&mut *key)?;
        Ok(Self(key))
    }

    /// HMAC-SHA256 under it.
    pub(crate) fn mac(&self, message: Digest) -> Digest {
        mac(&self.0, message)
    }

    /// Tells it from other keys and says nothing of it.
    pub(crate) fn check(&self) -> [u8; CHECK] {
        let tag = self.mac(Digest::of_parts("casemate/key-check/v1", &[]));
        tag.0.first_chunk().copied().unwrap_or_default()
    }
}

/// HMAC-SHA256 over a digest.
pub(crate) fn mac(key: &[u8; 32], message: Digest) -> Digest {
    // HMAC takes keys of every length, so the error cannot occur; a tag of zeroes would match nothing.
    let tag = Hmac::<Sha256>::new_from_slice(key).map(|mac| mac.chain_update(message.0).finalize().into_bytes());
    tag.map_or(Digest([0; 32]), |tag| Digest(tag.into()))
}

/// What has become of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It is used.
    Live = 1,
    /// It is about to be destroyed and not used any more.
    Doomed = 2,
    /// It is destroyed; the record of that is not durable yet.
    Wiped = 3,
    /// It is destroyed.
    Erased = 4,
    /// There never was one: the slot was not finished.
    Void = 5,
}

impl State {
    const ALL: [Self; 5] = [Self::Live, Self::Doomed, Self::Wiped, Self::Erased, Self::Void];
}

/// A slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) state: State,
    pub(crate) number: u32,
    pub(crate) vouched: u32,
    /// Milliseconds since 1970.
    pub(crate) made: u64,
    pub(crate) wiped: u64,
    pub(crate) id: Digest,
    pub(crate) key: Key,
}

impl Slot {
    /// A slot without a key.
    pub(crate) fn void(number: u32, vouched: u32) -> Self {
        let (id, key) = (Digest([0; 32]), Key(Zeroizing::new([0; 32])));
        Self { state: State::Void, number, vouched, made: 0, wiped: 0, id, key }
    }

    /// The same without its key.
    pub(crate) fn without_key(&self, wiped: u64) -> Self {
        Self { state: State::Wiped, wiped, key: Key(Zeroizing::new([0; 32])), ..self.clone() }
    }

    /// Where it lies in the file.
    pub(crate) fn offset(number: u32) -> u64 {
        (u64::from(number) + 1) * SLOT as u64
    }

    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(SLOT));
        bytes.extend_from_slice(&[self.state as u8, VERSION, 0, 0]);
        bytes.extend_from_slice(&self.number.to_be_bytes());
        bytes.extend_from_slice(&self.vouched.to_be_bytes());
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&self.made.to_be_bytes());
        bytes.extend_from_slice(&self.wiped.to_be_bytes());
        bytes.extend_from_slice(&self.id.0);
        bytes.extend_from_slice(&*self.key.0);
        bytes.resize(SLOT - 4, 0);
        let crc = crc32c::crc32c(&bytes).to_be_bytes();
        bytes.extend_from_slice(&crc);
        bytes
    }

    /// Reads the slot of that number; `None` where the bytes are another or none.
    pub(crate) fn decode(bytes: &[u8], number: u32) -> Option<Self> {
        let (content, crc) = bytes.get(..SLOT)?.split_last_chunk::<4>()?;
        let part = |at: usize| content.get(at..);
        let four = |at| part(at).and_then(<[u8]>::first_chunk).copied().map(u32::from_be_bytes);
        let eight = |at| part(at).and_then(<[u8]>::first_chunk).copied().map(u64::from_be_bytes);
        let long = |at| part(at).and_then(<[u8]>::first_chunk::<32>).copied();
        let (kind, version) = (content.first()?, content.get(1)?);
        let slot = Self {
            state: State::ALL.into_iter().find(|state| *state as u8 == *kind)?,
            number: four(4)?,
            vouched: four(8)?,
            made: eight(16)?,
            wiped: eight(24)?,
            id: Digest(long(32)?),
            key: Key(Zeroizing::new(long(64)?)),
        };
        let whole = crc32c::crc32c(content).to_be_bytes() == *crc;
        (whole && *version == VERSION && slot.number == number).then_some(slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_go_both_ways_and_strictly() {
        let key = Key::draw().unwrap();
        let id = id(TenantId::parse("acme").ok().as_ref(), Subject::parse("a").ok().as_ref());
        let slot = Slot { state: State::Live, number: 7, vouched: 3, made: 5, wiped: 0, id, key };
        let bytes = slot.encode();
        assert_eq!(bytes.len(), SLOT);
        assert_eq!(Slot::decode(&bytes, 7).as_ref(), Some(&slot));
        assert_eq!(Slot::decode(&bytes, 8), None);
        for at in 0..SLOT {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            assert_eq!(Slot::decode(&bad, 7), None, "{at}");
            assert_eq!(Slot::decode(&bytes[..at], 7), None);
        }
        let gone = slot.without_key(9);
        assert!(gone.encode()[64..96].iter().all(|byte| *byte == 0));
        assert_eq!(Slot::decode(&gone.encode(), 7), Some(gone));
        assert!(
            !format!("{slot:?}").contains(&format!("{:?}", slot.key.0[0])) || format!("{slot:?}").contains("Key(…)")
        );
    }

    #[test]
    fn equal_names_in_two_tenants_are_two() {
        let tenant = |name| TenantId::parse(name).ok();
        let subject = |name| Subject::parse(name).ok();
        let ids = [
            id(tenant("acme").as_ref(), subject("alice").as_ref()),
            id(tenant("acmea").as_ref(), subject("lice").as_ref()),
            id(tenant("evil").as_ref(), subject("alice").as_ref()),
            id(tenant("acme").as_ref(), None),
            id(None, None),
        ];
        for (at, one) in ids.iter().enumerate() {
            assert!(ids.iter().skip(at + 1).all(|other| other != one));
        }
    }
}
