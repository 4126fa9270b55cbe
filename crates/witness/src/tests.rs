//! What several tests need: a log in memory, and its checkpoints.

mod client;
mod faults;
mod interop;
mod memory;
mod server;
mod start;

use crate::client::Proofs;
use crate::config::Clock;
use crate::logs::Logs;
use casemate_core::UnixMillis;
use casemate_tlog::hash::leaf;
use casemate_tlog::nodes::{consistency, root_at};
use casemate_tlog::witness::{Request, State, request};
use casemate_tlog::{Checkpoint, Cosigner, Frontier, Hash, Nodes, Signer};
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A log that keeps every node. Trees of different branches agree up to entry `common`.
pub(crate) struct TestLog {
    pub(crate) signer: Signer,
    nodes: BTreeMap<(u8, u64), Hash>,
    frontier: Frontier,
}

impl TestLog {
    pub(crate) fn new(origin: &str, size: u64) -> Self {
        Self::branch(origin, size, size, 0)
    }

    pub(crate) fn branch(origin: &str, size: u64, common: u64, branch: u64) -> Self {
        let signer = Signer::from_seed(origin, &[7; 32]).unwrap();
        let mut log = Self { signer, nodes: BTreeMap::new(), frontier: Frontier::new() };
        for index in 0..size {
            let branch = if index < common { 0 } else { branch };
            let nodes = &mut log.nodes;
            let complete = |level, index, hash| {
                nodes.insert((level, index), hash);
            };
            log.frontier.push(leaf(format!("{branch} {index}").as_bytes()), complete).unwrap();
        }
        log
    }

    pub(crate) fn vkey(&self) -> String {
        self.signer.verifier().to_string()
    }

    pub(crate) fn state(&self, size: u64) -> State {
        State { size, root: root_at(self, size).unwrap() }
    }

    pub(crate) fn note(&self, size: u64) -> String {
        let origin = self.signer.verifier().name();
        Checkpoint::new(origin, size, self.state(size).root).unwrap().sign([&self.signer]).unwrap()
    }

    /// The body of a request with a good proof.
    pub(crate) fn body(&self, old: u64, new: u64) -> String {
        request(old, &self.consistency(old, new).unwrap(), &self.note(new))
    }
}

impl Nodes for TestLog {
    type Error = String;

    fn node(&self, level: u8, index: u64) -> Result<Hash, String> {
        self.nodes.get(&(level, index)).copied().ok_or_else(|| format!("no node {level} {index}"))
    }
}

impl Proofs for TestLog {
    fn consistency(&self, old: u64, new: u64) -> io::Result<Vec<Hash>> {
        consistency(self, old, new).map_err(|error| io::Error::other(error.to_string()))
    }
}

pub(crate) const ORIGIN: &str = "log.example/audit";

pub(crate) fn logs(vkeys: &[String]) -> Logs {
    let mut logs = Logs::default();
    vkeys.iter().for_each(|vkey| logs.add(vkey).unwrap());
    logs
}

pub(crate) fn cosigner(name: &str) -> Cosigner {
    let mut seed = [9; 32];
    seed.iter_mut().zip(name.bytes()).for_each(|(slot, byte)| *slot = byte);
    Cosigner::from_seed(name, &seed).unwrap()
}

/// A clock that is set by hand, in seconds.
pub(crate) fn clock(seconds: u64) -> (Clock, Arc<AtomicU64>) {
    let time = Arc::new(AtomicU64::new(seconds));
    let shown = Arc::clone(&time);
    (Arc::new(move || UnixMillis(shown.load(Ordering::Relaxed) * 1000)), time)
}

/// The state that a request leads to.
pub(crate) fn asked(body: &str) -> State {
    let request = Request::parse(body.as_bytes()).unwrap();
    State { size: request.checkpoint.size(), root: request.checkpoint.root() }
}
