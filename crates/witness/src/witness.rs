//! A witness without the network: what it answers to a request, once that is durable.

use crate::config::{Clock, MAX_FORKS};
use crate::directory::Directory;
use crate::error::OpenError;
use crate::logs::Logs;
use crate::state::{self, Kept, LIST};
use crate::storage::{self, Storage};
use casemate_core::UnixMillis;
use casemate_tlog::note::Note;
use casemate_tlog::witness::{Accepted, Refusal, Request, State, decide};
use casemate_tlog::{Cosigner, Verifier};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// While the tree stays the same, the time of the cosignature that is kept lags by this many seconds at most.
const LAG: u64 = 60;

/// A witness with its state.
pub struct Witness {
    logs: BTreeMap<String, Log>,
    /// Origins by the lower-case hexadecimal of their SHA-256.
    hashes: BTreeMap<String, String>,
    storage: Box<dyn Storage>,
    cosigner: Cosigner,
    clock: Clock,
    healthy: AtomicBool,
}

struct Log {
    hash: String,
    keys: Vec<Verifier>,
    /// Held while a checkpoint is compared, persisted and taken over: nothing comes between.
    held: Mutex<Held>,
    /// What is served, without waiting for the disk.
    latest: RwLock<Option<Arc<str>>>,
}

struct Held {
    kept: Kept,
    /// The time of the last cosignature. Later ones never have an earlier time.
    time: u64,
    /// How many forks are kept as evidence.
    forks: usize,
}

/// What a request gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// 200: the cosignature lines.
    Cosigned(String),
    /// What C2SP tlog-witness says.
    Refused(Refusal),
    /// 503: the checkpoint is not cosigned now. The same request may succeed later.
    Unavailable(Unavailable),
}

/// Why nothing can be cosigned now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// The checkpoint could not be made durable.
    #[error("the checkpoint could not be stored")]
    Storage,
    /// The clock is behind the last cosignature, or tells no time.
    #[error("the clock of the witness is wrong")]
    Clock,
    /// Too many requests wait.
    #[error("the witness is busy")]
    Busy,
}

impl Witness {
    /// Reads the state, and begins that of logs that have none. `new` says that the key has never cosigned, so that there
    /// need not be a state.
    ///
    /// # Errors
    /// The state is missing or damaged, or cannot be read or written. See [`OpenError`].
    pub fn open(
        directory: Directory,
        logs: Logs,
        cosigner: Cosigner,
        clock: Clock,
        new: bool,
    ) -> Result<Self, OpenError> {
        Self::with(Box::new(directory), logs, cosigner, clock, new)
    }

    pub(crate) fn with(
        storage: Box<dyn Storage>,
        logs: Logs,
        cosigner: Cosigner,
        clock: Clock,
        new: bool,
    ) -> Result<Self, OpenError> {
        storage::tidy(&*storage)?;
        let damaged = |file: &str, what| OpenError::Damaged { file: file.to_owned(), what };
        let listed = match storage.read(LIST)? {
            Some(bytes) => state::parse_list(&bytes).map_err(|what| damaged(LIST, what))?,
            None if new => BTreeSet::new(),
            None => return Err(OpenError::NoState),
        };
        let names = storage.names()?;
        let (mut witnessed, mut hashes) = (BTreeMap::new(), BTreeMap::new());
        let own = cosigner.verifier();
        for (origin, keys) in logs.into_iter() {
            if keys.iter().any(|key| key.public() == own.public()) {
                return Err(OpenError::OwnKey(origin));
            }
            let hash = state::origin_hash(&origin);
            let file = state::file(&hash);
            let kept = match storage.read(&file)? {
                Some(bytes) => state::parse(&bytes, &origin, &keys, own).map_err(|what| damaged(&file, what))?,
                None if listed.contains(&origin) => return Err(OpenError::Missing(origin)),
                None => {
                    storage::replace(&*storage, &file, state::none(&origin).as_bytes())?;
                    Kept::NONE
                }
            };
            let prefix = state::fork_prefix(&hash);
            let forks = names.iter().filter(|name| name.starts_with(&prefix)).count();
            let latest = RwLock::new(kept.note.as_deref().map(Arc::from));
            let held = Mutex::new(Held { time: kept.time, kept, forks });
            hashes.insert(hash.clone(), origin.clone());
            witnessed.insert(origin, Log { hash, keys, held, latest });
        }
        // The files come first: what is listed exists.
        let list: BTreeSet<String> = listed.iter().chain(witnessed.keys()).cloned().collect();
        if list != listed || new {
            storage::replace(&*storage, LIST, state::list(&list).as_bytes())?;
        }
        Ok(Self { logs: witnessed, hashes, storage, cosigner, clock, healthy: AtomicBool::new(true) })
    }

    /// The public key.
    #[must_use]
    pub const fn verifier(&self) -> &Verifier {
        self.cosigner.verifier()
    }

    /// How many logs are witnessed.
    #[must_use]
    pub fn logs(&self) -> usize {
        self.logs.len()
    }

    /// Whether the last attempt to persist succeeded.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.healthy.load(Ordering::Relaxed)
    }

    /// The latest cosigned checkpoint of a log, by the hash of its origin.
    #[must_use]
    pub fn latest(&self, hash: &str) -> Option<Arc<str>> {
        let log = self.logs.get(self.hashes.get(hash)?)?;
        log.latest.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Judges a request as far as that needs neither the state nor the disk.
    ///
    /// # Errors
    /// The refusal of what no known log has signed.
    pub fn screen(&self, body: &[u8]) -> Result<(), Refusal> {
        let request = Request::parse(body)?;
        let log = self.logs.get(request.checkpoint.origin()).ok_or(Refusal::Unknown)?;
        request.note().open(&log.keys).map(drop).map_err(|_| Refusal::Unsigned)
    }

    /// Answers a request. Waits for the disk.
    #[must_use]
    pub fn add(&self, body: &[u8]) -> Answer {
        let request = match Request::parse(body) {
            Ok(request) => request,
            Err(refusal) => return Answer::Refused(refusal),
        };
        let Some(log) = self.logs.get(request.checkpoint.origin()) else { return Answer::Refused(Refusal::Unknown) };
        let mut held = log.held.lock().unwrap_or_else(PoisonError::into_inner);
        match decide(Some((&log.keys, held.kept.state)), &request) {
            Ok(accepted) => self.cosign(log, &mut held, &request, accepted),
            Err(refusal) => {
                if matches!(refusal, Refusal::Conflict(_) | Refusal::Fork(_) | Refusal::Inconsistent) {
                    self.keep_fork(log, &mut held, &request);
                }
                Answer::Refused(refusal)
            }
        }
    }

    /// Signs, persists, takes over; in this order, and the signature is let out at the end.
    fn cosign(&self, log: &Log, held: &mut Held, request: &Request<'_>, accepted: Accepted<'_>) -> Answer {
        let origin = request.checkpoint.origin();
        let UnixMillis(now) = (self.clock)();
        let time = now / 1000;
        if time < held.time {
            tracing::error!(log = origin, now = time, last = held.time, "the clock is behind the last cosignature");
            return Answer::Unavailable(Unavailable::Clock);
        }
        let Ok(line) = self.cosigner.cosign(accepted.text, time) else {
            return Answer::Unavailable(Unavailable::Clock);
        };
        let note = state::cosigned(request.note(), &log.keys, &line);
        if Note::parse(note.as_bytes()).is_err() {
            // With the cosignature it is longer than a note may be, and could not be read again.
            return Answer::Refused(Refusal::Malformed);
        }
        let State { size, root } = accepted.state;
        let is_kept = held.kept.state == accepted.state
            && held.kept.note.as_deref().and_then(|kept| kept.strip_prefix(accepted.text)).is_some_and(is_end)
            && time.saturating_sub(held.kept.time) < LAG;
        if !is_kept {
            let stored = storage::replace(&*self.storage, &state::file(&log.hash), state::some(&note).as_bytes());
            self.healthy.store(stored.is_ok(), Ordering::Relaxed);
            if let Err(fault) = stored {
                // What is kept stays the base: nothing later was cosigned, whichever file is there now.
                tracing::error!(log = origin, size, %fault, "a checkpoint could not be stored; it is not cosigned");
                return Answer::Unavailable(Unavailable::Storage);
            }
            tracing::info!(log = origin, size, %root, "cosigned");
            *log.latest.write().unwrap_or_else(PoisonError::into_inner) = Some(note.as_str().into());
            held.kept = Kept { state: accepted.state, note: Some(note), time };
        }
        held.time = time;
        Answer::Cosigned(line)
    }

    /// Two checkpoints of one size with two roots, both signed by the log, prove that it shows two histories. The second
    /// is kept beside the first.
    fn keep_fork(&self, log: &Log, held: &mut Held, request: &Request<'_>) {
        let (size, root) = (request.checkpoint.size(), request.checkpoint.root());
        if size != held.kept.state.size || root == held.kept.state.root || held.kept.note.is_none() {
            return;
        }
        let name = format!("{}{size}.{}", state::fork_prefix(&log.hash), root.hex());
        if held.forks >= MAX_FORKS || !matches!(self.storage.read(&name), Ok(None)) {
            return;
        }
        held.forks += 1;
        let origin = request.checkpoint.origin();
        let signed = state::cosigned(request.note(), &log.keys, "");
        let stored = storage::replace(&*self.storage, &name, signed.as_bytes());
        tracing::error!(log = origin, size, %root, cosigned = %held.kept.state.root, file = name,
            is_stored = stored.is_ok(), "the log has signed two histories");
    }
}

/// Whether the text of a note ends before this.
fn is_end(rest: &str) -> bool {
    rest.starts_with('\n')
}

impl std::fmt::Debug for Witness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Witness").field("key", self.verifier()).field("logs", &self.logs.len()).finish_non_exhaustive()
    }
}
