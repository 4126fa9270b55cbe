//! Copies that can be read without the log, whatever interrupts their making.

mod copies;
mod kept;

use super::copy::{Copier, Step};
use super::manifest::{Line, Lines, Mark};
use super::*;
use crate::custody::ArchiveTarget;
use casemate_archive::{Directory, Target};
use casemate_audit::{Config, Event, EventKind, Mode, entries};
use casemate_core::UnixMillis;
use casemate_net::ClientConfig;
use serde_json::Value;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

fn now() -> UnixMillis {
    UnixMillis(u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap())
}

/// A log of small segments, and a directory for copies of it.
struct House {
    dir: tempfile::TempDir,
    log: Log,
    clock: Clock,
}

impl House {
    fn new() -> Self {
        Self::with(Some(Duration::ZERO))
    }

    fn with(retention: Option<Duration>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("copies")).unwrap();
        let config = Config {
            mode: Mode::Async,
            segment_bytes: 30_000,
            retention,
            reserve_bytes: 1,
            origin: Some("gateway.example/audit".to_owned()),
            ..Config::new(dir.path().join("state/audit"))
        };
        let clock: Clock = Arc::new(now);
        let (log, _) = Log::open(config, clock.clone()).unwrap();
        Self { dir, log, clock }
    }

    fn copies(&self) -> PathBuf {
        self.dir.path().join("copies")
    }

    fn place(&self) -> Place {
        Place::new(Target::Directory(Directory::open(self.copies()).unwrap()))
    }

    fn copier(&self) -> Copier {
        Copier::new(self.place(), self.log.clone(), Duration::from_hours(1), self.clock.clone())
    }

    fn manifest(&self) -> PathBuf {
        manifest::path(self.log.dir(), &self.place().id)
    }

    async fn archiver(&self, worm: Worm) -> Result<Archiver, GatewayError> {
        let targets = vec![ArchiveTarget::Directory(self.copies())];
        let config = Archive { worm, retention: Duration::from_hours(1), targets };
        let net = Client::new(ClientConfig::default());
        Archiver::start(&config, &net, &self.clock, &self.log).await.map(Option::unwrap)
    }

    /// Writes entries until this many segments are closed.
    async fn close(&self, segments: usize) -> Vec<plan::Segment> {
        loop {
            let closed = plan::closed(self.log.dir()).unwrap();
            if closed.len() >= segments {
                return closed;
            }
            let (kind, actor) = (EventKind::Admin, "test".to_owned());
            let event = Event { kind, actor, policy: None, detail: Some("x".repeat(150)), facts: Facts::new() };
            self.log.event(event).await.unwrap();
        }
    }

    /// Copies until there is nothing left.
    async fn copy(&self) -> Vec<Mark> {
        let mut copier = self.copier();
        let mut marks = Vec::new();
        while let Step::Copied(mark) = copier.step().await.unwrap() {
            marks.push(mark);
        }
        marks
    }

    /// What the log says of the archive.
    fn recorded(&self) -> Vec<Value> {
        let entries = entries(self.log.dir()).unwrap().map(|entry| entry.unwrap().json);
        entries.filter(|entry| entry["event"] == "archived").collect()
    }
}

#[tokio::test]
async fn a_directory_is_never_what_is_required() {
    let house = House::new();
    let refused = house.archiver(Worm::Required).await.err().unwrap().to_string();
    for wanted in ["audit.worm is required", "retention", "self-test", "best-effort"] {
        assert!(refused.contains(wanted), "{wanted}: {refused}");
    }
    house.archiver(Worm::BestEffort).await.unwrap();
    let said = house.recorded();
    assert_eq!(said.len(), 2, "the refusal is recorded as well");
    assert_eq!((&said[1]["facts"]["self_test"], &said[1]["facts"]["worm"]), (&"BROKEN".into(), &"best-effort".into()));
    assert!(said[1]["facts"]["failing"].as_str().unwrap().contains("retention"));
}

#[tokio::test]
async fn a_target_that_is_not_there_is_named() {
    let house = House::new();
    std::fs::remove_dir(house.copies()).unwrap();
    let refused = house.archiver(Worm::BestEffort).await.err().unwrap().to_string();
    assert!(refused.contains("copies") && refused.contains("cannot be opened"), "{refused}");
}
