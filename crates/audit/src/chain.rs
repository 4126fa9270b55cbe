//! Which key signs a log's checkpoints, from one to the next. A key hands over to another in a checkpoint that both have
//! signed, over a tree with the record that names them; from then on only the new key counts.

use crate::checkpoints::{Kept, NEWEST};
use crate::error::{Class, Fault};
use crate::record::EventKind;
use crate::scan::Found;
use casemate_tlog::checkpoint::CheckpointError;
use casemate_tlog::note::OpenError;
use casemate_tlog::{Checkpoint, Note, Verifier};
use serde::Deserialize;

/// The names of the facts of the record.
pub(crate) const OLD: &str = "old";
pub(crate) const NEW: &str = "new";

#[derive(Deserialize)]
struct Record {
    event: Option<String>,
    facts: Option<Named>,
}

#[derive(Deserialize)]
struct Named {
    old: Option<String>,
    new: Option<String>,
}

/// What is known of the keys on a walk through the log.
#[derive(Debug, Default)]
pub(crate) struct Chain {
    /// What the verifier was given. Without any, no signature is verified.
    given: Vec<Verifier>,
    /// Those of which one must have signed the next checkpoint: one, or several given ones that signed the same first.
    force: Vec<Verifier>,
    /// Those that were in force before, and are.
    reached: Vec<Verifier>,
    /// Old and new keys of the records so far.
    named: Vec<(Verifier, Verifier)>,
    /// What is wrong with the first checkpoint before any that a given key has signed. It is forgiven where the first one
    /// that does verify follows a change to that key.
    pending: Option<Fault>,
    /// How many were passed over.
    pub(crate) unverified: u64,
}

impl Chain {
    pub(crate) fn new(given: Vec<Verifier>) -> Self {
        let mut chain = Self::default();
        given.into_iter().for_each(|key| add(&mut chain.given, &key));
        chain
    }

    /// Takes note of a record, should it name keys.
    pub(crate) fn pass(&mut self, found: &Found) {
        if let Some((old, new)) = self.given.first().and_then(|key| change(found, key.name()))
            && !self.named.iter().any(|known| known.0 == old && known.1 == new)
        {
            self.named.push((old, new));
        }
    }

    /// Judges the next checkpoint. All records of the tree that it signs have passed. False where nothing is known that
    /// could verify it.
    pub(crate) fn judge(&mut self, kept: &Kept) -> Result<bool, Fault> {
        if self.given.is_empty() {
            return Ok(true);
        }
        let may = if self.force.is_empty() { &self.given } else { &self.force };
        let signed = match self.signers(kept, may) {
            Ok(signed) => signed,
            Err(fault) if self.force.is_empty() => {
                self.unverified += 1;
                self.pending.get_or_insert(fault);
                return Ok(false);
            }
            Err(fault) => return Err(fault),
        };
        let (before, after): (Vec<_>, Vec<_>) = signed.into_iter().partition(|key| may.contains(key));
        if let Some(fault) = &self.pending
            && !self.named.iter().any(|(_, new)| before.contains(new))
        {
            return Err(fault.clone());
        }
        self.pending = None;
        let follows = |key: &Verifier| self.named.iter().any(|(old, new)| before.contains(old) && new == key);
        let successors: Vec<_> = before.iter().chain(&after).filter(|key| follows(key)).cloned().collect();
        before.iter().chain(&successors).for_each(|key| add(&mut self.reached, key));
        self.force = if successors.is_empty() { before } else { successors };
        Ok(true)
    }

    /// Whether the keys of here and now vouch for a copy of a checkpoint. False as in [`Self::judge`].
    pub(crate) fn vouches(&self, kept: &Kept) -> Result<bool, Fault> {
        if self.given.is_empty() {
            return Ok(true);
        }
        let may = if self.force.is_empty() { &self.given } else { &self.force };
        match self.signers(kept, may) {
            Err(_) if self.force.is_empty() => Ok(false),
            done => done.map(|_| true),
        }
    }

    /// No checkpoint comes any more; how many could not be verified.
    pub(crate) fn finish(&self) -> Result<u64, Fault> {
        self.pending.clone().map_or(Ok(self.unverified), Err)
    }

    /// The keys that have signed the end.
    pub(crate) fn in_force(&self) -> &[Verifier] {
        &self.force
    }

    /// Whether the log has come to `key`, which is known to be in force: it ends under that one, or under one to which that
    /// one has handed over meanwhile. Nothing is known of a log without any checkpoint.
    pub(crate) fn comes_to(&self, key: &Verifier) -> Result<(), Fault> {
        let Some(last) = self.force.last().filter(|_| !self.reached.contains(key)) else { return Ok(()) };
        if let Some(what) = stranger(key, last.name()) {
            return Err(Fault::new(Class::Signature, NEWEST, 0, what));
        }
        let what = format!(
            "the key {} has signed the end of the log, and the key in force is {}: a log from before the change of key, or \
             a history that a replaced key has signed. A copy that was made before is verified with the key of its time",
            last.id(),
            key.id()
        );
        Err(Fault::new(Class::Signature, NEWEST, 0, what))
    }

    /// Which of the keys that `may` sign, and of those that follow them, have signed; one of the former at least.
    fn signers(&self, kept: &Kept, may: &[Verifier]) -> Result<Vec<Verifier>, Fault> {
        let mut keys = may.to_vec();
        self.named.iter().filter(|(old, _)| may.contains(old)).for_each(|(_, new)| add(&mut keys, new));
        let wrong = |what: String| kept.fault(Class::Signature, format!("the checkpoint: {what}"));
        let (checkpoint, opened) = match Checkpoint::open(kept.note.as_bytes(), &keys) {
            Ok(opened) => opened,
            Err(CheckpointError::Open(OpenError::Unsigned)) => return Err(wrong(self.unsigned(kept))),
            Err(error) => return Err(wrong(error.to_string())),
        };
        let signed: Vec<Verifier> = opened.verified.iter().map(|verified| verified.key.clone()).collect();
        if signed.iter().any(|key| key.name() != checkpoint.origin()) {
            return Err(kept.fault(Class::Signature, format!("the checkpoint is of the log `{}`", checkpoint.origin())));
        }
        if !signed.iter().any(|key| may.contains(key)) {
            let what = "the new key alone has signed it, and no checkpoint before it that both keys have signed";
            return Err(wrong(what.to_owned()));
        }
        Ok(signed)
    }

    /// Why none of the keys has signed.
    fn unsigned(&self, kept: &Kept) -> String {
        let is_old = |(old, new): &&(Verifier, Verifier)| self.force.contains(new) && kept.verify(old).is_ok();
        match self.named.iter().find(is_old) {
            Some((old, _)) => format!("the key {} has signed it, which was replaced before", old.id()),
            None => self.unknown(kept).unwrap_or_else(|| OpenError::Unsigned.to_string()),
        }
    }

    /// What to say where another key of the log's name has signed: a pruned log does not lead from one key to the next.
    fn unknown(&self, kept: &Kept) -> Option<String> {
        let origin = kept.checkpoint.origin();
        if let Some(key) = self.given.last().filter(|_| self.given.iter().all(|key| key.name() != origin)) {
            return stranger(key, origin);
        }
        let mut keys = self.given.clone();
        self.named.iter().for_each(|(old, new)| [old, new].into_iter().for_each(|key| add(&mut keys, key)));
        let id = Note::parse(kept.note.as_bytes()).ok()?.other_key(&keys)?;
        Some(format!(
            "no key that was given has signed it, but {id} of the same name: either the log's key was changed and the \
             record of that was pruned, and the newer key is needed, from whoever runs the log; or this is not the log"
        ))
    }
}

/// The old and the new key of a record of a change, in a log of this name.
pub(crate) fn change(found: &Found, name: &str) -> Option<(Verifier, Verifier)> {
    if found.is_intent || found.concludes.is_some() {
        return None;
    }
    let record = serde_json::from_slice::<Record>(&found.bytes).ok()?;
    if record.event.as_deref() != Some(EventKind::Rotate.as_str()) {
        return None;
    }
    // A record shows a name in printable characters only; that of the log's keys is known.
    let key = |text: Option<String>| Verifier::parse(&format!("{name}+{}", text?.split_once('+')?.1)).ok();
    let facts = record.facts?;
    Some((key(facts.old)?, key(facts.new)?)).filter(|(old, new)| old != new)
}

/// What to say of a key that is of another log than `origin`.
fn stranger(key: &Verifier, origin: &str) -> Option<String> {
    let what = || format!("the key {} is of the log `{}`, and this is the log `{origin}`", key.id(), key.name());
    (key.name() != origin).then(what)
}

/// Adds a key that is not there yet.
pub(crate) fn add(keys: &mut Vec<Verifier>, key: &Verifier) {
    if !keys.contains(key) {
        keys.push(key.clone());
    }
}
