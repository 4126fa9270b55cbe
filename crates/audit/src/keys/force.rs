//! Whether the keys at hand may go on with a log: a key that was replaced may not, whatever it has signed before.

use super::Signers;
use crate::chain;
use crate::checkpoints::Kept;
use crate::error::{Class, Fault};
use crate::scan::Found;
use casemate_tlog::key::KeyId;
use casemate_tlog::{Note, Verifier};

/// The bytes of an Ed25519 signature.
const SIGNATURE: usize = 64;

impl Signers {
    /// Whether they may sign what follows `last`, the newest checkpoint of the log.
    pub(crate) fn may_follow(&self, last: &Kept) -> Result<(), Fault> {
        let keys = self.at_hand();
        if let Err(fault) = last.verify_any(&keys) {
            return Err(self.left_behind(last).unwrap_or(fault));
        }
        // Signed by both keys of a change, the new one comes last.
        if let Some(newest) = newest(last).filter(|newest| keys.iter().all(|key| key.id() != *newest)) {
            return Err(self.replaced(last, newest));
        }
        match self.known.last() {
            Some(newest) if !keys.contains(newest) => {
                self.is_published()?;
                Err(self.replaced(last, newest.id()))
            }
            _ => Ok(()),
        }
    }

    /// Whether the public file is that of a key at hand, where no change of key explains another one.
    pub(crate) fn is_published(&self) -> Result<(), Fault> {
        let (Some(file), Some(there)) = (&self.unlisted, self.known.last()) else { return Ok(()) };
        if self.at_hand().contains(there) {
            return Ok(());
        }
        let own = self.current.verifier();
        let (file, begin) = (file.display().to_string(), "remove this file, and the start writes it again");
        let what = if there.name() == own.name() {
            format!(
                "it is the public key {}, and the private key beside it is {}. Where that is the log's own, {begin}.                  Where the log and its key are from before a change of key, put back the log and the key as they were                  after it",
                there.id(),
                own.id()
            )
        } else {
            format!(
                "it is the public key of `{}`, and the private key beside it of `{}`: {begin}",
                there.name(),
                own.name()
            )
        };
        Err(Fault::new(Class::Signature, &file, 0, what))
    }

    fn replaced(&self, last: &Kept, by: KeyId) -> Fault {
        let old = self.current.verifier().id();
        let what = format!("the key of the log ({old}) was replaced by {by}: put that one back in its place");
        last.fault(Class::Signature, what)
    }

    /// What is wrong where another key that the log is known to have had has signed `last`, and none that is at hand.
    fn left_behind(&self, last: &Kept) -> Option<Fault> {
        let current = self.current.verifier();
        let mine = self.known.iter().position(|key| key == current)?;
        let at = self.known.iter().position(|key| last.verify(key).is_ok())?;
        let by = self.known.get(at)?.id();
        if mine < at {
            return Some(self.replaced(last, by));
        }
        let what = format!(
            "the key {by} alone has signed it, which was replaced by {}: the log is as it was before the change of key, as \
             from an older backup. No other key can go on with it: take a copy that was made after the change",
            current.id()
        );
        Some(last.fault(Class::Signature, what))
    }

    /// Whether a record names both keys of the change that was begun.
    pub(crate) fn is_named(&self, found: &Found) -> bool {
        let current = self.current.verifier();
        let Some(aside) = &self.aside else { return false };
        chain::change(found, current.name()).is_some_and(|(old, new)| old == *current && new == *aside.verifier())
    }

    /// The next key signs from now on, if its record is there: `recorded`, or in the tree of `last`, which it has signed.
    pub(crate) fn take_up(&mut self, last: Option<&Kept>, recorded: bool) {
        let has_signed = |key: &Verifier| last.is_some_and(|last| last.verify(key).is_ok());
        self.next = self.aside.take_if(|aside| recorded || has_signed(aside.verifier()));
    }

    /// The public keys of all private ones, in force or not.
    pub(crate) fn at_hand(&self) -> Vec<Verifier> {
        self.iter().chain(&self.aside).map(|signer| signer.verifier().clone()).collect()
    }

    /// Every public key that the log is known to have had.
    pub(crate) fn ever(&self) -> Vec<Verifier> {
        let mut keys = self.at_hand();
        self.known.iter().for_each(|key| chain::add(&mut keys, key));
        keys
    }
}

/// The last key of the log that has signed, known or not. Lines of the same name that are of other algorithms are no
/// keys of it.
fn newest(last: &Kept) -> Option<KeyId> {
    let note = Note::parse(last.note.as_bytes()).ok()?;
    let origin = last.checkpoint.origin();
    let is_own = |name: &str, bytes: &[u8]| name == origin && bytes.len() == SIGNATURE;
    note.signatures().iter().rev().find(|line| is_own(line.name, &line.bytes)).map(|line| line.id)
}
