//! One key of the file of keys: a slot of 128 bytes, which never lies across two sectors of a disk.
//!
//! `state (1) | version (1) | zeroes (2) | number (4) | vouched (4) | generation (4) | made (8) | wiped (8) | id (32) |
//! key (32) | check (8) | batch (8) | tenant (8) | zeroes (4) | crc32c (4)`, numbers big-endian.
//!
//! `vouched` says how many slots there were durably when this one was written: below that, a slot that is not whole was
//! damaged; from there on it was not finished. `batch` counts what was made durable together, so that the last one, which
//! may not be durable yet, can be told from the others. `generation` counts the keys that the slot had before: only one
//! whose destruction is recorded makes room for the next. `check` stays when the key goes, and so does `id`, until then.

use crate::commitment::random;
use casemate_core::digest::Digest;
use casemate_core::{Subject, TenantId};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use std::io;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Bytes of a slot, and of what stands before the first one.
pub(crate) const SLOT: usize = 128;
/// What the file begins with; the last byte is the version of the format. How many slots are durable follows (4 bytes), and
/// a checksum; zeroes where a release wrote it that did not say.
pub(crate) const MAGIC: &[u8; 8] = b"CMKEY\0\0\x02";
const VERSION: u8 = 2;
/// Bytes of a key's fingerprint.
pub(crate) const CHECK: usize = 8;
/// Bytes of a tenant's.
const TAG: usize = 8;

/// Whose a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    /// A digest over tenant and subject.
    pub(crate) id: Digest,
    /// The beginning of one over the tenant alone: what a hold on the tenant finds its keys by.
    pub(crate) tenant: [u8; TAG],
}

impl Owner {
    /// One of a tenant's subjects; a tenant alone; nobody in particular.
    pub(crate) fn new(tenant: Option<&TenantId>, subject: Option<&Subject>) -> Self {
        let of = |tenant: &TenantId| Digest::of_parts("casemate/tenant/v1", &[tenant.as_str().as_bytes()]);
        let nobody = Digest::of_parts("casemate/log/v1", &[]);
        let whole = tenant.map_or(nobody, of);
        let id = match (tenant, subject) {
            (Some(tenant), Some(subject)) => {
                Digest::of_parts("casemate/subject/v1", &[tenant.as_str().as_bytes(), subject.as_str().as_bytes()])
            }
            _ => whole,
        };
        Self { id, tenant: whole.0.first_chunk().copied().unwrap_or_default() }
    }
}

/// A key. Its bytes lie in one place however often it is moved or cloned, and are wiped when the last clone is dropped.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Key(Arc<Zeroizing<[u8; 32]>>);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// None: zeroes.
    fn none() -> Self {
        Self(Arc::new(Zeroizing::new([0; 32])))
    }

    /// A new one.
    pub(crate) fn draw() -> io::Result<Self> {
        let mut key = Self::none();
        key.bytes().map_or(Ok(()), |bytes| random(bytes))?;
        Ok(key)
    }

    /// Its bytes, as long as nobody else has it.
    fn bytes(&mut self) -> Option<&mut [u8; 32]> {
        Arc::get_mut(&mut self.0).map(|bytes| &mut **bytes)
    }

    /// HMAC-SHA256 under it: a key that is made from it.
    pub(crate) fn derive(&self, message: Digest) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(mac(&self.0, message).0)
    }

    /// Tells it from other keys and says nothing of it.
    pub(crate) fn check(&self) -> [u8; CHECK] {
        let tag = mac(&self.0, Digest::of_parts("casemate/key-check/v1", &[]));
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
    /// It is destroyed, and that is recorded: the slot is free.
    Erased = 4,
    /// There never was one: the slot was not finished.
    Void = 5,
    /// Its destruction was asked for and begun, and a legal hold keeps it: not used any more, and read as before.
    Held = 6,
}

impl State {
    const ALL: [Self; 6] = [Self::Live, Self::Doomed, Self::Wiped, Self::Erased, Self::Void, Self::Held];
}

/// A slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) state: State,
    pub(crate) number: u32,
    pub(crate) vouched: u32,
    pub(crate) generation: u32,
    /// Milliseconds since 1970.
    pub(crate) made: u64,
    pub(crate) wiped: u64,
    pub(crate) owner: Owner,
    pub(crate) key: Key,
    pub(crate) check: [u8; CHECK],
    pub(crate) batch: u64,
}

impl Slot {
    /// A slot without a key.
    pub(crate) fn void(number: u32, vouched: u32) -> Self {
        let owner = Owner { id: Digest([0; 32]), tenant: [0; TAG] };
        Self {
            state: State::Void,
            number,
            vouched,
            generation: 0,
            made: 0,
            wiped: 0,
            owner,
            key: Key::none(),
            check: [0; CHECK],
            batch: 0,
        }
    }

    /// The same without its key.
    pub(crate) fn without_key(&self, wiped: u64) -> Self {
        Self { state: State::Wiped, wiped, key: Key::none(), ..self.clone() }
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
        bytes.extend_from_slice(&self.generation.to_be_bytes());
        bytes.extend_from_slice(&self.made.to_be_bytes());
        bytes.extend_from_slice(&self.wiped.to_be_bytes());
        bytes.extend_from_slice(&self.owner.id.0);
        bytes.extend_from_slice(&self.key.0[..]);
        bytes.extend_from_slice(&self.check);
        bytes.extend_from_slice(&self.batch.to_be_bytes());
        bytes.extend_from_slice(&self.owner.tenant);
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
        let eight = |at| part(at).and_then(<[u8]>::first_chunk::<8>).copied();
        let (kind, version) = (content.first()?, content.get(1)?);
        let mut key = Key::none();
        key.bytes()?.copy_from_slice(part(64)?.first_chunk::<32>()?);
        let slot = Self {
            state: State::ALL.into_iter().find(|state| *state as u8 == *kind)?,
            number: four(4)?,
            vouched: four(8)?,
            generation: four(12)?,
            made: u64::from_be_bytes(eight(16)?),
            wiped: u64::from_be_bytes(eight(24)?),
            owner: Owner { id: Digest(*part(32)?.first_chunk()?), tenant: eight(112)? },
            key,
            check: eight(96)?,
            batch: u64::from_be_bytes(eight(104)?),
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
        let owner = Owner::new(TenantId::parse("acme").ok().as_ref(), Subject::parse("a").ok().as_ref());
        let check = key.check();
        let slot = Slot {
            state: State::Live,
            number: 7,
            vouched: 3,
            generation: 6,
            made: 5,
            wiped: 0,
            owner,
            key,
            check,
            batch: 1 << 40,
        };
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
        assert!(gone.encode()[64..96].iter().all(|byte| *byte == 0) && gone.check == check);
        assert_eq!(Slot::decode(&gone.encode(), 7), Some(gone));
        assert!(format!("{slot:?}").contains("key: Key(…)"));
    }

    #[test]
    fn equal_names_in_two_tenants_are_two() {
        let tenant = |name| TenantId::parse(name).ok();
        let subject = |name| Subject::parse(name).ok();
        let ids = [
            Owner::new(tenant("acme").as_ref(), subject("alice").as_ref()),
            Owner::new(tenant("acmea").as_ref(), subject("lice").as_ref()),
            Owner::new(tenant("evil").as_ref(), subject("alice").as_ref()),
            Owner::new(tenant("acme").as_ref(), None),
            Owner::new(None, None),
        ];
        assert_eq!(ids[0].tenant, ids[3].tenant);
        assert_ne!(ids[0].tenant, ids[2].tenant);
        let ids = ids.map(|owner| owner.id);
        for (at, one) in ids.iter().enumerate() {
            assert!(ids.iter().skip(at + 1).all(|other| other != one));
        }
    }

    #[test]
    fn a_key_lies_in_one_place_however_often_it_is_moved() {
        let key = Key::draw().unwrap();
        let at = std::ptr::from_ref(&*key.0);
        let mut map = std::collections::HashMap::from([(0, key.clone())]);
        map.extend((1..1000).map(|n| (n, Key::none())));
        let moved = [map.remove(&0).unwrap(), key];
        assert!(moved.iter().all(|key| std::ptr::eq(at, &*key.0)));
    }
}
