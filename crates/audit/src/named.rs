//! Logs beside the main one: each with its own origin, key, subjects and segments. Their heads are entered in the main
//! log, so that whoever witnesses that one witnesses them.

use crate::checkpoints::NEWEST;
use crate::config::{Clock, Config};
use crate::error::{Class, Fault, OpenError};
use crate::log::{Log, Recovery};
use crate::prove::{checkpoint, consistency};
use crate::record::{Event, EventKind, Fact, Facts, Receipt};
use crate::scan::{self, Found, Walk};
use crate::storage::{DirSource, Source};
use crate::tiles::LogNodes;
use crate::{files, keys, retention};
use casemate_core::{Reason, Refusal, UnixMillis};
use casemate_tlog::nodes::root_at;
use casemate_tlog::{Checkpoint, Hash, Note};
use std::convert::Infallible;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;
use tokio::sync::Mutex;

/// Where the other logs are, below the directory of the main one and beside its key.
const PLACE: &str = "logs";
/// Who enters heads.
const ACTOR: &str = "casemate";
/// The least time between two heads that [`Named::keep`] enters.
const SHORTEST: Duration = Duration::from_millis(10);

/// The name of a log beside the main one: 1 to 64 of `a-z 0-9 -`, beginning with a letter. Its origin is that of the main
/// log, a slash and this name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogName(String);

/// It is no name of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name of a log has 1 to 64 of `a-z 0-9 -` and begins with a letter")]
pub struct NotALogName;

impl FromStr for LogName {
    type Err = NotALogName;

    fn from_str(text: &str) -> Result<Self, NotALogName> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let begins = text.as_bytes().first().is_some_and(u8::is_ascii_lowercase);
        if begins && text.len() <= 64 && text.bytes().all(plain) { Ok(Self(text.to_owned())) } else { Err(NotALogName) }
    }
}

impl LogName {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A log beside the main one.
///
/// Its owner lets [`Named::keep`] run beside it, or calls [`Named::enter_head`] now and then: much more often than half the
/// retention of the main log passes, which would else prune the last head that it has. Closing it enters the last one.
#[derive(Debug)]
pub struct Named {
    log: Log,
    main: Log,
    origin: String,
    entered: Mutex<Entered>,
}

/// The last head that the main log has: its size, and when it was entered.
#[derive(Debug, Clone, Copy, Default)]
struct Entered {
    size: u64,
    at: UnixMillis,
}

/// By what a log was found to hold a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// By its newest checkpoint.
    Signed,
    /// By its entries; the checkpoint of them was lost.
    Unsigned,
}

impl Named {
    /// Creates or opens the log of this name beside `main`. Of `settings`, directory, origin and key are its own.
    ///
    /// # Errors
    /// As [`Log::open`]; and [`OpenError::Damaged`] where the main log has entered a head that this log has not grown out
    /// of: it is an older copy, or another history. Nothing of it is written then.
    pub fn open(main: &Log, name: &LogName, settings: Config, clock: Clock) -> Result<(Self, Recovery), OpenError> {
        let key = main.key_path();
        let origin = format!("{}/{}", keys::public_key(&key)?.name(), name.as_str());
        let dir = main.dir().join(PLACE).join(name.as_str());
        let beside = key.parent().unwrap_or_else(|| Path::new(".")).join(PLACE).join(name.as_str());
        let last = last_head(main.dir(), &origin)?;
        let holds = last.as_ref().map(|head| head.before_opening(&dir)).transpose()?;
        if holds.is_none() && dir.join(files::HEAD).exists() && retention::minimum(main.dir())? > 0 {
            tracing::warn!(%origin, "the main log was pruned and has no head of this log: an older copy would not be noticed");
        }
        for made in [&dir, &beside] {
            DirBuilder::new().recursive(true).mode(0o700).create(made)?;
        }
        let config = Config { dir, origin: Some(origin.clone()), key: Some(beside.join("audit.key")), ..settings };
        let (log, recovery) = Log::open(config, clock)?;
        if let Some(head) = last.as_ref().filter(|_| holds == Some(Holds::Unsigned)) {
            // Opened, it has signed what it has. Dropped, it is closed.
            head.holds(log.dir())?;
        }
        let entered = last.map(|head| Entered { size: head.checkpoint.size(), at: head.time });
        let entered = Mutex::new(entered.unwrap_or_default());
        Ok((Self { log, main: main.clone(), origin, entered }, recovery))
    }

    /// The log itself.
    #[must_use]
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// What its checkpoints name it.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Enters its newest checkpoint in the main log. `None` where that has it and will not prune it soon, where there is
    /// none, or where it is not durable yet.
    ///
    /// # Errors
    /// `audit.unavailable`, as [`Log::event`]; `internal` if the log cannot be read.
    pub async fn enter_head(&self) -> Result<Option<Receipt>, Refusal> {
        let mut entered = self.entered.lock().await;
        let dir = self.log.dir().to_owned();
        let failed = |why: String| Refusal::new(Reason::Internal).detail(why);
        let note = tokio::task::spawn_blocking(move || checkpoint(&dir)).await;
        let note = match note.map_err(|error| failed(error.to_string()))? {
            Ok(note) => note,
            Err(fault) if fault.class == Class::Removed && fault.segment == NEWEST => return Ok(None),
            Err(fault) => return Err(failed(fault.to_string())),
        };
        let parsed = Note::parse(note.as_bytes()).map_err(|error| failed(error.to_string()))?;
        let newest = Checkpoint::parse(parsed.text()).map_err(|error| failed(error.to_string()))?;
        // Read after it: whoever reads the file sees a checkpoint before the disk has it.
        let is_durable = newest.size() <= self.log.health().signed;
        let now = self.main.queue().now();
        let age = Duration::from_millis(now.0.saturating_sub(entered.at.0));
        let is_old = self.main.retention().is_some_and(|retention| age >= retention / 2);
        if !is_durable || newest.size() < entered.size || (newest.size() == entered.size && !is_old) {
            return Ok(None);
        }
        let facts = Facts::from([
            ("origin", Fact::Text(newest.origin().to_owned())),
            ("root", Fact::Text(newest.root().to_string())),
            ("size", Fact::Number(newest.size())),
        ]);
        let event = Event { kind: EventKind::Head, actor: ACTOR.to_owned(), policy: None, detail: None, facts };
        let receipt = self.main.event(event).await?;
        *entered = Entered { size: newest.size(), at: now };
        Ok(Some(receipt))
    }

    /// Enters its heads, with so much time between them at most, until this future is dropped. What fails is tried again.
    pub async fn keep(&self, every: Duration) -> Infallible {
        let most = self.main.retention().map_or(every, |retention| retention / 8);
        loop {
            if let Err(error) = self.enter_head().await {
                tracing::warn!(%error, origin = self.origin, "the head of this log could not be entered in the main log");
            }
            tokio::time::sleep(every.min(most).max(SHORTEST)).await;
        }
    }

    /// Closes it, and enters its last head.
    ///
    /// # Errors
    /// As [`Named::enter_head`]; the log is closed all the same.
    pub async fn close(self) -> Result<(), Refusal> {
        self.log.clone().close().await;
        self.enter_head().await.map(drop)
    }
}

/// A head of another log, as a record of the main log says.
#[derive(Debug)]
struct Head {
    checkpoint: Checkpoint,
    /// The record.
    index: u64,
    time: UnixMillis,
    file: String,
}

impl Head {
    /// `None` if the record is no head.
    fn of(found: &Found) -> Option<Self> {
        const MARK: &[u8] = br#""event":"head""#;
        if !found.bytes.windows(MARK.len()).any(|window| window == MARK) {
            return None;
        }
        let json = found.json().ok().filter(|json| json.get("event").is_some_and(|event| event == "head"))?;
        let facts = json.get("facts")?;
        let text = |name: &str| facts.get(name).and_then(serde_json::Value::as_str);
        let root = Hash::from_base64(text("root")?)?;
        let checkpoint = Checkpoint::new(text("origin")?, facts.get("size")?.as_u64()?, root).ok()?;
        let time = UnixMillis(json.get("time")?.as_u64()?);
        Some(Self { checkpoint, index: found.index, time, file: files::segment(found.segment_first) })
    }

    fn fault(&self, class: Class, what: &str) -> Fault {
        let (size, origin) = (self.checkpoint.size(), self.checkpoint.origin());
        let what = format!("this head of {size} entries of `{origin}` was entered, and {what}");
        Fault::new(class, &self.file, 0, what).at(self.index)
    }

    /// Whether the log in `dir`, which is not open, has grown out of it. A power cut can cost the last checkpoint: then the
    /// entries that its head vouches for tell, and they are signed when it is opened.
    fn before_opening(&self, dir: &Path) -> Result<Holds, Fault> {
        let is_unsigned = |fault: &Fault| {
            fault.class == Class::Truncated || (fault.class == Class::Removed && fault.segment == NEWEST)
        };
        let head = match consistency(dir, &self.checkpoint, None) {
            Err(fault) if is_unsigned(&fault) => scan::head(&DirSource::new(dir))?,
            _ => None,
        };
        let (size, root) = (self.checkpoint.size(), self.checkpoint.root());
        let Some(head) = head.filter(|head| head.entries >= size) else {
            return self.holds(dir).map(|()| Holds::Signed);
        };
        let source = DirSource::new(dir);
        let nodes = LogNodes::open(&source, head.entries, head.root)?;
        if root_at(&nodes, size).ok() == Some(root) {
            return Ok(Holds::Unsigned);
        }
        Err(self.fault(Class::Fork, "that log is another history"))
    }

    /// Whether the log in `dir` has grown out of it.
    fn holds(&self, dir: &Path) -> Result<(), Fault> {
        match consistency(dir, &self.checkpoint, None) {
            Ok(_) => Ok(()),
            Err(fault) if fault.class == Class::Fork => Err(self.fault(Class::Fork, "that log is another history")),
            Err(fault) if fault.class == Class::Truncated => {
                Err(self.fault(Class::Truncated, "that log is shorter: it is an older copy"))
            }
            Err(fault) if !dir.join(files::HEAD).exists() => {
                Err(self.fault(Class::Removed, &format!("that log is not there: {fault}")))
            }
            Err(fault) => Err(fault),
        }
    }
}

/// Every head of the log in `dir` that the log in `main` has entered is one that it has grown out of, in their order. How
/// many there are.
///
/// # Errors
/// The first that is not, or a log cannot be read. [`Class::Pruned`]: the main log has none, and may have pruned them.
pub fn check_heads(main: &Path, dir: &Path) -> Result<u64, Fault> {
    let note = checkpoint(dir)?;
    let wrong = |what: String| Fault::new(Class::Signature, NEWEST, 0, what);
    let parsed = Note::parse(note.as_bytes()).map_err(|error| wrong(error.to_string()))?;
    let newest = Checkpoint::parse(parsed.text()).map_err(|error| wrong(error.to_string()))?;
    let source = DirSource::new(main);
    let (mut walk, mut count, mut last) = (Walk::whole(&source)?, 0, 0);
    while let Some(found) = walk.next(&source) {
        let Some(head) = Head::of(&found?).filter(|head| head.checkpoint.origin() == newest.origin()) else { continue };
        if head.checkpoint.size() < last {
            return Err(head.fault(Class::Reordered, &format!("one of {last} before it")));
        }
        head.holds(dir)?;
        (last, count) = (head.checkpoint.size(), count + 1);
    }
    let minimum = retention::index(&source)?;
    if count == 0 && minimum > 0 {
        let origin = newest.origin();
        let what = format!(
            "the main log has no head of `{origin}`, and its entries before {minimum} were pruned: whether the log is an \
             older copy cannot be told; an archive of the main log may have a head"
        );
        return Err(Fault::new(Class::Pruned, retention::MINIMUM, 0, what));
    }
    Ok(count)
}

/// The last head of the log named `origin` in the log in `main`: segment by segment from the end.
fn last_head(main: &Path, origin: &str) -> Result<Option<Head>, Fault> {
    let source = DirSource::new(main);
    let mut end = u64::MAX;
    for first in scan::segments(&source)?.into_iter().rev() {
        if let Some(head) = last_between(&source, first, end, origin)? {
            return Ok(Some(head));
        }
        end = first;
    }
    Ok(None)
}

fn last_between(source: &dyn Source, first: u64, end: u64, origin: &str) -> Result<Option<Head>, Fault> {
    let (mut walk, mut last) = (Walk::at(source, first)?, None);
    while walk.index() < end {
        match walk.next(source) {
            None => break,
            // The main log is open: a record that is being written is no head yet.
            Some(Err(fault)) if fault.class == Class::TornTail => break,
            Some(found) => last = Head::of(&found?).filter(|head| head.checkpoint.origin() == origin).or(last),
        }
    }
    Ok(last)
}

impl From<NotALogName> for io::Error {
    fn from(error: NotALogName) -> Self {
        Self::new(io::ErrorKind::InvalidInput, error)
    }
}
