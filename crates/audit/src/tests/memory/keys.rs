//! The files of the log's key on the disk in memory: every step counts as one of its operations, and may fail.

use super::{Failure, Memory, error};
use crate::keys::{KeyFiles, Known, Signers};
use casemate_tlog::{Signer, Verifier};
use std::io;
use std::sync::{Arc, Mutex};

/// What is in the files. A key is made of one byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tests) struct Contents {
    pub(in crate::tests) key: u8,
    pub(in crate::tests) next: Option<u8>,
    pub(in crate::tests) public: String,
    pub(in crate::tests) list: Vec<String>,
    made: u8,
}

/// The files. Clones share them.
#[derive(Debug, Clone)]
pub(in crate::tests) struct Keys {
    disk: Memory,
    contents: Arc<Mutex<Contents>>,
}

pub(in crate::tests) fn key(of: u8) -> Signer {
    Signer::from_seed("casemate/audit", &[of; 32]).unwrap()
}

impl Keys {
    /// The first key.
    pub(in crate::tests) fn new(disk: &Memory) -> Self {
        let public = key(7).verifier().to_string();
        let contents = Contents { key: 7, next: None, public, list: Vec::new(), made: 7 };
        Self { disk: disk.clone(), contents: Arc::new(Mutex::new(contents)) }
    }

    /// What a process finds on `disk` that starts after another has ended.
    pub(in crate::tests) fn on(&self, disk: &Memory) -> Self {
        Self { disk: disk.clone(), contents: Arc::new(Mutex::new(self.contents())) }
    }

    pub(in crate::tests) fn contents(&self) -> Contents {
        self.contents.lock().unwrap().clone()
    }

    pub(in crate::tests) fn signers(&self) -> io::Result<Signers> {
        Signers::kept(key(self.contents().key), Box::new(self.clone()))
    }

    fn step(&self, name: &'static str, what: impl FnOnce(&mut Contents)) -> io::Result<()> {
        let failure = self.disk.state().begin(name)?;
        if failure.is_none_or(|failure| failure == Failure::Done) {
            what(&mut self.contents.lock().unwrap());
        }
        failure.map_or(Ok(()), |failure| Err(error(failure)))
    }
}

impl KeyFiles for Keys {
    fn waiting(&mut self) -> io::Result<Option<Signer>> {
        Ok(self.contents().next.map(key))
    }

    fn known(&mut self, _: &Verifier) -> io::Result<Known> {
        let contents = self.contents();
        let mut known: Vec<String> = contents.list;
        if !known.contains(&contents.public) {
            known.push(contents.public);
        }
        Ok(Known { keys: known.iter().map(|key| Verifier::parse(key).unwrap()).collect(), unlisted: None })
    }

    fn prepare(&mut self, _: &str) -> io::Result<Signer> {
        let made = self.contents().made + 1;
        self.step("prepare key", |contents| (contents.next, contents.made) = (Some(made), made))?;
        Ok(key(made))
    }

    fn list(&mut self, old: &Verifier, new: &Verifier) -> io::Result<()> {
        self.step("list keys", |contents| {
            contents.list.retain(|key| *key != new.to_string() && *key != old.to_string());
            contents.list.extend([old, new].map(Verifier::to_string));
        })
    }

    fn publish(&mut self, new: &Verifier) -> io::Result<()> {
        self.step("publish key", |contents| contents.public = new.to_string())
    }

    fn promote(&mut self, new: &Verifier) -> io::Result<()> {
        self.step("promote key", |contents| {
            if let Some(next) = contents.next.take() {
                contents.key = next;
            }
        })?;
        let there = key(self.contents().key);
        if there.verifier() == new { Ok(()) } else { Err(io::Error::other("no such key")) }
    }
}
