//! Copying the log to one target, segment by segment. The queue is the log itself, and the manifest says how far it is.

use super::error::{CopyError, blocking};
use super::manifest::{Line, Manifest, Mark, Standing, key_beside, standing};
use super::place::Place;
use super::plan::{self, Segment, Tiles};
use bytes::Bytes;
use casemate_archive::{ArchiveError, Clock, Key, Object, Source, Stored, Target};
use casemate_audit::{Event, EventKind, Fact, Facts, Log};
use casemate_core::UnixMillis;
use casemate_core::digest::Digest;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Tiles that are on their way at once.
const AT_ONCE: usize = 8;
/// Between segments, the newest checkpoint goes to the target as often as this.
const ANCHOR_EVERY: Duration = Duration::from_hours(1);

/// What one step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// A segment is there, and the log says so.
    Copied(Mark),
    /// There is nothing to copy.
    Idle,
}

/// Copies the log to one target.
pub(super) struct Copier {
    pub(super) place: Place,
    pub(super) log: Log,
    /// How long each object is retained.
    pub(super) retention: Duration,
    pub(super) clock: Clock,
    manifest: Option<Manifest>,
    /// Whether the log lost the record of the last mark.
    unrecorded: bool,
    anchored: Option<Instant>,
}

impl Copier {
    pub(super) fn new(place: Place, log: Log, retention: Duration, clock: Clock) -> Self {
        Self { place, log, retention, clock, manifest: None, unrecorded: false, anchored: None }
    }

    fn dir(&self) -> PathBuf {
        self.log.dir().to_owned()
    }

    /// Reads the manifest, unless it is open. One that the log does not vouch for is not used: what it says is there
    /// would never be copied.
    pub(super) async fn open(&mut self) -> Result<&Manifest, CopyError> {
        let manifest = match self.manifest.take() {
            Some(manifest) => manifest,
            None => {
                let (dir, id) = (self.dir(), self.place.id.clone());
                let opened = blocking(move || -> Result<_, CopyError> {
                    let standing = standing(&dir, &id)?;
                    Ok((Manifest::open(&super::manifest::path(&dir, &id))?, standing))
                });
                let (manifest, standing) = opened.await?;
                self.unrecorded = standing == Standing::Unrecorded;
                manifest
            }
        };
        Ok(self.manifest.insert(manifest))
    }

    /// The oldest closed segment that is not there.
    pub(super) async fn waiting(&mut self) -> Result<Option<Segment>, CopyError> {
        let end = self.open().await?.mark().map_or(0, |mark| mark.end);
        let dir = self.dir();
        let closed = blocking(move || plan::closed(&dir)).await?;
        Ok(closed.into_iter().find(|segment| segment.end > end))
    }

    /// Copies the next segment, or the newest checkpoint where it is due. Whatever it is interrupted at, the next one
    /// goes on from there.
    pub(super) async fn step(&mut self) -> Result<Step, CopyError> {
        let waiting = self.waiting().await?;
        if self.unrecorded {
            self.record_again().await?;
        }
        if let Some(segment) = waiting {
            return self.segment(segment).await.map(Step::Copied);
        }
        if self.anchored.is_none_or(|at| at.elapsed() >= ANCHOR_EVERY) {
            self.anchor().await?;
        }
        Ok(Step::Idle)
    }

    async fn segment(&mut self, segment: Segment) -> Result<Mark, CopyError> {
        let dir = self.dir();
        let mut kept = None;
        for name in segment.files() {
            let stored = self.file(Key::new(format!("segments/{name}"))?, dir.join(&name)).await?;
            kept.get_or_insert(stored);
        }
        let from = dir.clone();
        let found = blocking(move || Ok::<_, CopyError>((plan::policies(&from)?, plan::named(&from, segment)?)));
        let (policies, named) = found.await?;
        let until = kept.as_ref().map_or(UnixMillis(0), |kept: &Stored| kept.retain_until);
        for (key, path) in policies {
            let is_named = named.contains(key.as_str());
            let policy = self.file(key, path).await?;
            if is_named && policy.retain_until < until {
                self.place.target.extend(&policy, until, until).await?;
                self.append(vec![Line::Object(Stored { retain_until: until, ..policy })]).await?;
            }
        }
        let from = dir.clone();
        let found =
            blocking(move || Ok::<_, CopyError>((Tiles::new(&from, segment)?, plan::beginning(&from, segment)?)));
        let (tiles, beginning) = found.await?;
        if let Some((key, bytes)) = beginning {
            let sha256 = Digest::of(&bytes);
            if self.open().await?.find(&key, sha256).is_none() {
                self.put_all(vec![self.object(key, sha256, Source::Bytes(bytes))]).await?;
            }
        }
        self.tiles(tiles).await?;
        let closing = blocking(move || plan::closing(&dir, segment)).await?;
        self.checkpoint(closing).await?;
        self.anchor().await?;
        match kept {
            Some(stored) => self.mark(segment, &stored).await,
            None => Err(CopyError::Log("a segment has no files".to_owned())),
        }
    }

    /// Enters in the log what is there now, and that in the manifest. Killed in between it is entered once more.
    async fn mark(&mut self, segment: Segment, stored: &Stored) -> Result<Mark, CopyError> {
        let manifest = self.open().await?;
        let (reach, (objects, _)) = (manifest.reach(), manifest.counts());
        let text = |text: &str| Fact::Text(text.to_owned());
        let mut facts = Facts::from([
            ("target", text(&self.place.id)),
            ("first", Fact::Number(segment.first)),
            ("end", Fact::Number(segment.end)),
            ("key", text(stored.key.as_str())),
            ("sha256", Fact::Text(stored.sha256.hex())),
            ("retain_until", Fact::Number(stored.retain_until.0)),
            ("objects", Fact::Number(objects)),
            ("manifest_bytes", Fact::Number(reach.bytes)),
            ("manifest_sha256", Fact::Text(reach.sha256.hex())),
        ]);
        if let Some(version) = &stored.version {
            facts.insert("version", text(version.as_str()));
        }
        let detail = format!("entries {} to {} are in {}", segment.first, segment.end, self.place.target.describe());
        let entry = record(&self.log, detail, facts).await?;
        let mark = Mark { first: segment.first, end: segment.end, entry };
        self.append(vec![Line::Segment(mark)]).await?;
        Ok(mark)
    }

    /// Vouches once more for a manifest whose last record the log lost, with its host's power for example.
    async fn record_again(&mut self) -> Result<(), CopyError> {
        let Some(mark) = self.open().await?.mark() else { return Ok(()) };
        let (dir, id) = (self.dir(), self.place.id.clone());
        let kept = blocking(move || {
            let segment = Segment { first: mark.first, end: mark.end };
            let [name, _] = segment.files();
            super::manifest::last(&dir, &id, &name).map(|stored| stored.map(|stored| (segment, stored)))
        });
        if let Some((segment, stored)) = kept.await? {
            self.mark(segment, &stored).await?;
        }
        self.unrecorded = false;
        Ok(())
    }

    async fn tiles(&mut self, mut tiles: Tiles) -> Result<(), CopyError> {
        loop {
            let batch = blocking(move || -> Result<_, CopyError> {
                let batch: Result<Vec<_>, _> = tiles.by_ref().take(AT_ONCE).collect();
                Ok((tiles, batch?))
            });
            let (rest, batch) = batch.await?;
            tiles = rest;
            if batch.is_empty() {
                return Ok(());
            }
            let mut objects = Vec::with_capacity(batch.len());
            for (tile, bytes) in batch {
                let (key, sha256) = (Key::new(tile.path())?, Digest::of(&bytes));
                if self.open().await?.find(&key, sha256).is_none() {
                    objects.push(self.object(key, sha256, Source::Bytes(bytes)));
                }
            }
            self.put_all(objects).await?;
        }
    }

    /// Puts the newest checkpoint.
    async fn anchor(&mut self) -> Result<(), CopyError> {
        let dir = self.dir();
        let newest = blocking(move || newest(&dir)).await?;
        if let Some(note) = newest {
            self.checkpoint(note).await?;
        }
        self.anchored = Some(Instant::now());
        Ok(())
    }

    /// Puts a checkpoint under its size. Another of the same size, with more signatures, has its digest in its name.
    async fn checkpoint(&mut self, note: String) -> Result<(), CopyError> {
        let size = plan::size(&note).ok_or_else(|| CopyError::Log("a checkpoint cannot be read".to_owned()))?;
        let (sha256, bytes) = (Digest::of(note.as_bytes()), Bytes::from(note));
        let key = Key::new(format!("checkpoint/{size}"))?;
        if self.open().await?.find(&key, sha256).is_some() {
            return Ok(());
        }
        self.put_all(vec![self.object(key, sha256, Source::Bytes(bytes))]).await
    }

    /// Puts a file that nothing writes any more.
    async fn file(&mut self, key: Key, path: PathBuf) -> Result<Stored, CopyError> {
        let from = path.clone();
        let sha256 = blocking(move || plan::digest(&from)).await?;
        if let Some(stored) = self.open().await?.find(&key, sha256) {
            return Ok(stored.clone());
        }
        let stored = put(&self.place.target, self.object(key, sha256, Source::File(path))).await?;
        self.append(vec![Line::Object(stored.clone())]).await?;
        Ok(stored)
    }

    fn object(&self, key: Key, sha256: Digest, source: Source) -> Object {
        let retention = u64::try_from(self.retention.as_millis()).unwrap_or(u64::MAX);
        Object { key, source, sha256, retain_until: (self.clock)().plus(retention), legal_hold: false }
    }

    /// Puts objects, and enters those that arrived, also where others did not.
    async fn put_all(&mut self, objects: Vec<Object>) -> Result<(), CopyError> {
        let mut running = JoinSet::new();
        for (at, object) in objects.into_iter().enumerate() {
            let target = self.place.target.clone();
            running.spawn(async move { (at, put(&target, object).await) });
        }
        let (mut stored, mut failed) = (Vec::new(), None);
        while let Some(done) = running.join_next().await {
            match done.map_err(io::Error::other)? {
                (at, Ok(object)) => stored.push((at, object)),
                (_, Err(error)) => failed = Some(error),
            }
        }
        stored.sort_unstable_by_key(|(at, _)| *at);
        self.append(stored.into_iter().map(|(_, object)| Line::Object(object)).collect()).await?;
        failed.map_or(Ok(()), |error| Err(error.into()))
    }

    /// Appends to the manifest. After a fault it is read again from its file.
    async fn append(&mut self, lines: Vec<Line>) -> Result<(), CopyError> {
        if lines.is_empty() {
            return Ok(());
        }
        self.open().await?;
        if let Some(mut manifest) = self.manifest.take() {
            self.manifest = Some(blocking(move || manifest.append(lines).map(|()| manifest)).await?);
        }
        Ok(())
    }
}

/// Puts an object. Where something else has its key, which nothing may replace, it goes beside that: after a restore the
/// log is another one than was copied.
async fn put(target: &Target, mut object: Object) -> Result<Stored, ArchiveError> {
    match target.put(&object).await {
        Err(error @ ArchiveError::Conflict { .. }) => {
            // Checkpoints of one size come with more signatures.
            if !object.key.as_str().starts_with("checkpoint/") {
                tracing::warn!(%error, "the target has something else under this key; the copy is put beside it");
            }
            object.key = key_beside(&object.key, object.sha256)?;
            target.put(&object).await
        }
        done => done,
    }
}

/// Enters an event of the archive in the log; gives its index.
pub(super) async fn record(log: &Log, detail: String, facts: Facts) -> Result<u64, CopyError> {
    let (kind, actor) = (EventKind::Archived, "gateway".to_owned());
    let event = Event { kind, actor, policy: None, detail: Some(detail), facts };
    Ok(log.event(event).await?.index)
}

/// The newest checkpoint that was published, or, where none is, signed; `None` before the first.
fn newest(dir: &Path) -> Result<Option<String>, CopyError> {
    if let Some(note) = casemate_audit::published(dir)? {
        return Ok(Some(note));
    }
    match casemate_audit::checkpoint(dir) {
        Ok(note) => Ok(Some(note)),
        Err(fault) if fault.class == casemate_audit::Class::Removed => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}
