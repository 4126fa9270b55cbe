//! Bundles of evidence: the records of one tenant, each with its proof against one checkpoint, for somebody who has
//! neither the log nor trust in its host.
//!
//! | File | What it holds |
//! |---|---|
//! | `manifest.json` | the question, the tree, the number of records, length and SHA-256 of every other file |
//! | `records.jsonl` | the canonical bytes of each record, ascending, each with a newline after it |
//! | `proofs.txt` | for each record `index N`, the hashes of its inclusion proof one a line, and an empty line |
//! | `checkpoint` | the signed note that all proofs lead to |
//! | `keys.txt` | the log's public keys |
//! | `policies/…` | policies by digest, where they were asked for |
//! | `README.txt` | how to check it |
//!
//! The first line of a C2SP tlog-proof, a block of `proofs.txt` and `checkpoint` are together a C2SP tlog-proof.
//! Everything is written and checked in one pass; memory depends on neither the log nor the bundle.

mod check;
mod manifest;
mod readme;

pub use check::{Check, Checked, check};

use crate::checkpoints;
use crate::confined::Dir;
use crate::error::{Class, Fault};
use crate::index::{Filter, Row};
use crate::policies;
use crate::scan::Walk;
use crate::storage::{DirSource, Source};
use crate::tiles::LogNodes;
use crate::verify;
use casemate_core::UnixMillis;
use casemate_core::digest::Digest;
use casemate_tlog::nodes::{inclusion, verify_inclusion};
use casemate_tlog::{Checkpoint, Hash, Verifier};
use manifest::{Manifest, Name, POLICIES, Question, Sum};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

const MANIFEST: &str = "manifest.json";
const POLICY_DIR: &str = "policies";
/// How often progress is told: after so many entries.
const STEP: u64 = 1024;

/// What to export.
pub struct Export<'a> {
    /// Which records: a tenant, and with it nothing but trace, subject, tool and times.
    pub filter: Filter,
    /// The log's public keys, as the host has them. They are written down, and one must have signed the checkpoint.
    pub keys: Vec<Verifier>,
    /// The checkpoint to prove against, a whole note of this log.
    pub checkpoint: String,
    /// Whether the policies that the records name are included. A policy names every tenant of the gateway.
    pub with_policies: bool,
    /// When it is made.
    pub made: UnixMillis,
    /// The program that makes it.
    pub by: String,
    /// Called now and then with the entries that were read and the entries that there are.
    pub progress: Option<&'a mut dyn FnMut(u64, u64)>,
}

/// What was exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// Records in the bundle.
    pub records: u64,
    /// The entries of the checkpoint's tree. What was recorded later is not in the bundle.
    pub size: u64,
    /// Different policies that the records name.
    pub policies: usize,
    /// How many of them the log has not kept.
    pub missing: usize,
    /// The entry from which the log was read: what came before it was pruned. 0 where nothing was.
    pub first: u64,
}

/// The members of a record that name other things.
#[derive(Deserialize)]
struct Names {
    policy: Option<String>,
}

impl Names {
    fn policy(record: &[u8]) -> Option<Digest> {
        Digest::from_hex(&serde_json::from_slice::<Self>(record).ok()?.policy?)
    }
}

/// Writes the bundle into the directory `to`, which is there and empty. Reads the whole log in `dir` up to the
/// checkpoint, and checks it on the way.
///
/// # Errors
/// The filter asks for something that a bundle has not, the checkpoint is not signed by a key that is given, the log does
/// not hold together or is not the one that was signed, or a file system refuses.
pub fn export(dir: &Path, to: &Path, mut export: Export<'_>) -> Result<Exported, Fault> {
    let question = question(&export.filter)?;
    let wrong = |class, what: String| Fault::new(class, checkpoints::NEWEST, 0, what);
    let opened = Checkpoint::open(export.checkpoint.as_bytes(), &export.keys);
    let (checkpoint, _) = opened.map_err(|error| wrong(Class::Signature, error.to_string()))?;
    let out = Dir::open(to).map_err(|error| Fault::io(MANIFEST, &error))?;
    if !out.names(0).is_ok_and(|names| names.is_empty()) {
        return Err(Fault::new(Class::Unreadable, MANIFEST, 0, "the directory of a bundle has to be empty"));
    }
    let source = DirSource::new(dir);
    let mut gathered = gather(&source, &out, &checkpoint, &mut export)?;
    let missing = if export.with_policies { copy_policies(dir, &out, &mut gathered)? } else { 0 };
    let keys: String = export.keys.iter().map(|key| format!("{key}\n")).collect();
    let readme = readme::text(gathered.first);
    let texts = [(Name::Readme, readme.as_str()), (Name::Checkpoint, &export.checkpoint), (Name::Keys, &keys)];
    for (name, text) in texts {
        let mut writer = Writer::new(&out, name)?;
        writer.write(text.as_bytes())?;
        gathered.files.extend([writer.finish()?]);
    }
    let manifest = Manifest {
        origin: checkpoint.origin().to_owned(),
        size: checkpoint.size(),
        first: gathered.first,
        root: checkpoint.root().to_string(),
        made: export.made.0,
        by: export.by,
        question,
        records: gathered.records,
        files: gathered.files,
    };
    let text = manifest.encode();
    let put = out.put(MANIFEST, 0o600, true, |file| file.write_all(text.as_bytes()));
    put.and_then(|()| out.sync_all()).map_err(|error| Fault::io(MANIFEST, &error))?;
    let (records, policies, first) = (gathered.records, gathered.policies.len(), gathered.first);
    Ok(Exported { records, size: checkpoint.size(), policies, missing, first })
}

/// The question of a bundle.
fn question(filter: &Filter) -> Result<Question, Fault> {
    let refused = |what: &str| Err(Fault::new(Class::Unreadable, MANIFEST, 0, what));
    let Some(tenant) = filter.tenant.clone() else { return refused("a bundle is of one tenant, and none is named") };
    if filter.server.is_some() || filter.method.is_some() || filter.reason.is_some() || filter.kind.is_some() {
        return refused("a bundle is asked for by tenant, trace, subject, tool and time only");
    }
    Ok(Question {
        tenant,
        trace: filter.trace.map(|trace| trace.to_string()),
        subject: filter.subject.clone(),
        tool: filter.tool.clone(),
        since: filter.since.map(|at| at.0),
        until: filter.until.map(|at| at.0),
    })
}

/// What was found on the way through the log, and the files so far.
#[derive(Default)]
struct Gathered {
    /// The entry from which the log was read.
    first: u64,
    records: u64,
    policies: BTreeSet<Digest>,
    files: BTreeMap<Name, Sum>,
}

/// Walks through the log and writes each wanted record with its proof.
fn gather(source: &dyn Source, out: &Dir, checkpoint: &Checkpoint, export: &mut Export<'_>) -> Result<Gathered, Fault> {
    let (size, root) = (checkpoint.size(), checkpoint.root());
    let fork = || {
        let what = format!("the first {size} entries are others than those that this checkpoint signed");
        Fault::new(Class::Fork, checkpoints::NEWEST, 0, what)
    };
    let mut walk = Walk::whole(source)?;
    let first = walk.index();
    if first > 0 && size <= first {
        let what = format!(
            "the checkpoint is of {size} entries, which were pruned, and the log begins with entry {first}: use --signed \
             for the newest checkpoint; an archive may have those entries"
        );
        return Err(Fault::new(Class::Pruned, checkpoints::NEWEST, 0, what));
    }
    let nodes = LogNodes::open(source, size, root).map_err(|_| verify::named(source, fork()))?;
    let mut gathered = Gathered { first, ..Gathered::default() };
    let (mut records, mut proofs) = (Writer::new(out, Name::Records)?, Writer::new(out, Name::Proofs)?);
    while walk.index() < size {
        let Some(found) = walk.next(source).transpose()? else { break };
        if let Some(progress) = export.progress.as_mut().filter(|_| found.index % STEP == 0) {
            progress(found.index, size);
        }
        if !Row::read(&found.bytes).is_some_and(|row| export.filter.matches(&row)) {
            continue;
        }
        if found.bytes.contains(&b'\n') {
            return Err(found.fault(Class::Changed, "the record is not canonical: it has a newline"));
        }
        let leads = |proof: &Vec<Hash>| verify_inclusion(Hash(found.leaf.0), found.index, size, proof, root).is_ok();
        let hashes = inclusion(&nodes, found.index, size).ok().filter(leads);
        let hashes = hashes.ok_or_else(|| found.fault(Class::Changed, "the record does not lead to the checkpoint"))?;
        records.write(&found.bytes)?;
        records.write(b"\n")?;
        let hashes: String = hashes.iter().map(|hash| format!("{hash}\n")).collect();
        proofs.write(format!("index {}\n{hashes}\n", found.index).as_bytes())?;
        gathered.records += 1;
        gathered.policies.extend(Names::policy(&found.bytes));
        if gathered.policies.len() > POLICIES {
            let what = format!("the records name more than {POLICIES} policies: ask for a shorter time");
            return Err(found.fault(Class::Unreadable, what));
        }
    }
    if walk.index() < size {
        let what = format!("this checkpoint signed {size} entries, and {} are there", walk.index());
        return Err(Fault::new(Class::Truncated, checkpoints::NEWEST, 0, what).at(walk.index()));
    }
    if walk.tree().root() != root {
        return Err(fork());
    }
    gathered.files.extend([records.finish()?, proofs.finish()?]);
    Ok(gathered)
}

/// Copies the policies; how many the log does not have.
fn copy_policies(dir: &Path, out: &Dir, gathered: &mut Gathered) -> Result<usize, Fault> {
    let fault = |error: io::Error| Fault::io(POLICY_DIR, &error);
    let (policies, mut missing) = (out.make(POLICY_DIR).map_err(fault)?, 0);
    for digest in &gathered.policies {
        let kept = policies::policy(dir, *digest).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => {
                Fault::new(Class::Changed, &Name::Policy(*digest).to_string(), 0, error.to_string())
            }
            _ => fault(error),
        });
        let Some(text) = kept? else {
            missing += 1;
            continue;
        };
        let mut writer = Writer::new(&policies, Name::Policy(*digest))?;
        writer.write(&text)?;
        let (name, sum) = writer.finish()?;
        gathered.files.insert(name, sum);
    }
    Ok(missing)
}

/// A file of the bundle on the way.
struct Writer {
    name: Name,
    file: BufWriter<File>,
    sha256: Sha256,
    bytes: u64,
}

impl Writer {
    fn new(dir: &Dir, name: Name) -> Result<Self, Fault> {
        let path = name.to_string();
        let last = path.rsplit('/').next().unwrap_or_default();
        let file = dir.create(last).map_err(|error| Fault::io(&path, &error))?;
        Ok(Self { name, file: BufWriter::with_capacity(1 << 16, file), sha256: Sha256::new(), bytes: 0 })
    }

    fn fault(&self, error: &io::Error) -> Fault {
        Fault::io(&self.name.to_string(), error)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.sha256.update(bytes);
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes).map_err(|error| self.fault(&error))
    }

    fn finish(mut self) -> Result<(Name, Sum), Fault> {
        self.file.flush().map_err(|error| self.fault(&error))?;
        Ok((self.name, Sum { bytes: self.bytes, sha256: Digest(self.sha256.finalize().into()) }))
    }
}
