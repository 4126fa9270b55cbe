//! Checking a bundle that anybody may have made: every byte of it is bounded before it is read, nothing outside of it is
//! opened, and nothing that it says of itself is believed.

use super::manifest::{Manifest, Name, Question, Sum};
use super::{MANIFEST, Names, POLICY_DIR};
use crate::confined::Dir;
use crate::error::{Class, Fault};
use crate::frame;
use crate::index::{Filter, Row};
use casemate_core::digest::Digest;
use casemate_core::{TraceId, UnixMillis};
use casemate_tlog::nodes::{MAX_INCLUSION, verify_inclusion};
use casemate_tlog::note::MAX_NOTE;
use casemate_tlog::policy::{Policy, Trusted};
use casemate_tlog::proof::MAX_EXTRA;
use casemate_tlog::{Hash, Proof, hash};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::Path;

/// Bytes of a README, of the file of keys, and of a policy.
const MAX_TEXT: u64 = 1 << 20;
const MAX_POLICY: u64 = 64 << 20;
/// How often progress is told: after so many records.
const STEP: u64 = 1024;

/// What to check a bundle by.
pub struct Check<'a> {
    /// Whom to trust for the log. None of it comes from the bundle.
    pub policy: &'a Policy,
    /// The digest by which records name a policy, from its text.
    pub digest: fn(&[u8]) -> Digest,
    /// The index of a record whose C2SP tlog-proof is wanted.
    pub proof: Option<u64>,
    /// Called now and then with the records that were checked and the records that there should be.
    pub progress: Option<&'a mut dyn FnMut(u64, u64)>,
}

/// A bundle that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// How many records it has.
    pub records: u64,
    /// The indices of the first and the last one.
    pub range: Option<(u64, u64)>,
    /// The tenant whose records they are. A text from outside.
    pub tenant: String,
    /// The checkpoint that they were proved against, and who has cosigned it.
    pub trusted: Trusted,
    /// Policies that are in it, and policies that records name and that are not.
    pub policies: (usize, usize),
    /// The entry from which the log was read, as the bundle says: records before it had been pruned. 0 where none had.
    pub log_first: u64,
    /// The proof that was wanted, where the bundle has that record.
    pub proof: Option<Proof>,
}

/// Checks the bundle in the directory `dir`.
///
/// # Errors
/// The first fault: of a record with its index, of anything else with its file.
pub fn check(dir: &Path, mut options: Check<'_>) -> Result<Checked, Fault> {
    let bundle = Dir::open(dir).map_err(|error| Fault::io(MANIFEST, &error))?;
    let manifest = manifest(&bundle)?;
    nothing_else(&bundle, &manifest)?;
    let note = small(&bundle, &manifest, Name::Checkpoint, MAX_NOTE as u64)?;
    let unsigned = |error: String| fault(Class::Signature, Name::Checkpoint, error);
    let trusted = options.policy.trust(&note).map_err(|error| unsigned(options.policy.why(&note, &error)))?;
    let head = &trusted.checkpoint;
    let root = head.root().to_string();
    if (&*manifest.origin, manifest.size, &*manifest.root) != (head.origin(), head.size(), &*root) {
        return Err(Fault::new(Class::Changed, MANIFEST, 0, "it names another tree than the checkpoint is of"));
    }
    if manifest.first > 0 && manifest.first >= manifest.size {
        let what = "it says that the log was read from behind the end of the checkpoint's tree";
        return Err(Fault::new(Class::Changed, MANIFEST, 0, what));
    }
    let filter = filter(&manifest.question)?;
    let mut walk = Walk::new(&bundle, &manifest.files, filter)?;
    let mut proof = None;
    while let Some(record) = walk.next(&trusted)? {
        if let Some(progress) = options.progress.as_mut().filter(|_| walk.records % STEP == 0) {
            progress(walk.records, manifest.records);
        }
        if options.proof == Some(record.index) {
            let extra = Some(record.bytes.as_slice()).filter(|bytes| bytes.len() <= MAX_EXTRA);
            let made = Proof::new(record.index, record.hashes, &String::from_utf8_lossy(&note), extra);
            proof = Some(made.map_err(|error| unsigned(error.to_string()))?);
        }
    }
    let (records, range, mut named) = (walk.records, walk.range, std::mem::take(&mut walk.policies));
    if let Some((lowest, _)) = range.filter(|(lowest, _)| *lowest < manifest.first) {
        let what = format!("the manifest says that the log was read from entry {} on", manifest.first);
        return Err(fault(Class::Changed, Name::Records, what).at(lowest));
    }
    if records != manifest.records {
        let what = format!("the manifest counts {} records, and {records} are here", manifest.records);
        return Err(fault(Class::Removed, Name::Records, what));
    }
    walk.finish(&manifest.files)?;
    let mut policies = 0;
    for name in manifest.files.keys() {
        match name {
            Name::Policy(digest) => {
                let text = small(&bundle, &manifest, *name, MAX_POLICY)?;
                if (options.digest)(&text) != *digest || !named.remove(digest) {
                    let what = "it is not the policy that records name by this digest";
                    return Err(fault(Class::Changed, *name, what));
                }
                policies += 1;
            }
            Name::Readme | Name::Keys => drop(small(&bundle, &manifest, *name, MAX_TEXT)?),
            Name::Checkpoint | Name::Records | Name::Proofs => {}
        }
    }
    let (tenant, log_first) = (manifest.question.tenant, manifest.first);
    Ok(Checked { records, range, tenant, trusted, policies: (policies, named.len()), log_first, proof })
}

fn fault(class: Class, name: Name, what: impl Into<String>) -> Fault {
    Fault::new(class, &name.to_string(), 0, what)
}

/// Opens a file that the manifest names.
fn open(bundle: &Dir, name: Name) -> Result<File, Fault> {
    let opened = match name {
        Name::Policy(digest) => {
            bundle.sub(POLICY_DIR).and_then(|policies| policies.file(&format!("{}.policy", digest.hex())))
        }
        _ => bundle.file(&name.to_string()),
    };
    opened.map_err(|error| missing(&name.to_string(), &error))
}

fn missing(name: &str, error: &io::Error) -> Fault {
    let class = if error.kind() == io::ErrorKind::NotFound { Class::Removed } else { Class::Unreadable };
    Fault::new(class, name, 0, error.to_string())
}

fn manifest(bundle: &Dir) -> Result<Manifest, Fault> {
    let file = bundle.file(MANIFEST).map_err(|error| missing(MANIFEST, &error))?;
    let mut bytes = Vec::new();
    // One byte more than there may be, so that the parser sees that there are too many.
    let read = file.take(super::manifest::MAX as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| Fault::io(MANIFEST, &error))?;
    Manifest::parse(&bytes).map_err(|malformed| Fault::new(Class::Unreadable, MANIFEST, 0, malformed.0))
}

/// There is no file that the manifest does not name.
fn nothing_else(bundle: &Dir, manifest: &Manifest) -> Result<(), Fault> {
    let unread = |name: &str, error: io::Error| Fault::io(name, &error);
    let stray = |place: &str| Fault::new(Class::Changed, place, 0, "there is a file that the manifest does not name");
    for name in bundle.names(Name::ALWAYS.len() + 2).map_err(|error| unread(".", error))? {
        if name == POLICY_DIR {
            let policies = bundle.sub(POLICY_DIR).map_err(|error| unread(POLICY_DIR, error))?;
            let names = policies.names(super::POLICIES).map_err(|error| unread(POLICY_DIR, error))?;
            let named = |name: &String| {
                Name::parse(&format!("{POLICY_DIR}/{name}")).is_some_and(|name| manifest.files.contains_key(&name))
            };
            if !names.iter().all(named) {
                return Err(stray(POLICY_DIR));
            }
        } else if name != MANIFEST && Name::parse(&name).is_none() {
            return Err(stray("."));
        }
    }
    Ok(())
}

/// The whole of a file that is not long, as the manifest has it.
fn small(bundle: &Dir, manifest: &Manifest, name: Name, most: u64) -> Result<Vec<u8>, Fault> {
    let file = open(bundle, name)?;
    let Some(sum) = manifest.files.get(&name) else { return Err(fault(Class::Removed, name, "it is not named")) };
    if sum.bytes > most {
        return Err(fault(Class::Unreadable, name, format!("it is longer than {most} bytes")));
    }
    let mut bytes = Vec::new();
    let read = file.take(sum.bytes.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| Fault::io(&name.to_string(), &error))?;
    let found = Sum { bytes: bytes.len() as u64, sha256: Digest::of(&bytes) };
    if found == *sum { Ok(bytes) } else { Err(fault(Class::Changed, name, "it is not the file that was exported")) }
}

fn filter(question: &Question) -> Result<Filter, Fault> {
    let wrong = |_| Fault::new(Class::Unreadable, MANIFEST, 0, "`trace` is no correlation id");
    Ok(Filter {
        tenant: Some(question.tenant.clone()),
        trace: question.trace.as_deref().map(TraceId::parse).transpose().map_err(wrong)?,
        subject: question.subject.clone(),
        tool: question.tool.clone(),
        since: question.since.map(UnixMillis),
        until: question.until.map(UnixMillis),
        ..Filter::default()
    })
}

/// A file that is read line by line, and hashed.
struct Lines {
    name: Name,
    file: BufReader<io::Take<File>>,
    sha256: Sha256,
    bytes: u64,
    line: Vec<u8>,
}

impl Lines {
    fn open(bundle: &Dir, name: Name, sum: Option<&Sum>) -> Result<Self, Fault> {
        // What lies beyond the length that the manifest names is seen by one byte.
        let most = sum.map_or(0, |sum| sum.bytes).saturating_add(1);
        let file = BufReader::with_capacity(1 << 16, open(bundle, name)?.take(most));
        Ok(Self { name, file, sha256: Sha256::new(), bytes: 0, line: Vec::new() })
    }

    /// The next line without its newline; `None` at the end of the file.
    fn next(&mut self, most: usize) -> Result<Option<&[u8]>, Fault> {
        self.line.clear();
        let read = self.file.by_ref().take(most as u64 + 1).read_until(b'\n', &mut self.line);
        let read = read.map_err(|error| Fault::io(&self.name.to_string(), &error))?;
        if read == 0 {
            return Ok(None);
        }
        self.sha256.update(&self.line);
        self.bytes += read as u64;
        match self.line.split_last() {
            Some((b'\n', line)) => Ok(Some(line)),
            _ => Err(fault(Class::Changed, self.name, format!("a line is cut off, or longer than {most} bytes"))),
        }
    }

    fn finish(mut self, sum: Option<&Sum>) -> Result<(), Fault> {
        if self.next(frame::MAX)?.is_some() {
            return Err(fault(Class::Changed, self.name, "something follows the last record"));
        }
        let found = Sum { bytes: self.bytes, sha256: Digest(self.sha256.finalize().into()) };
        if sum == Some(&found) {
            return Ok(());
        }
        Err(fault(Class::Changed, self.name, "it is not the file that was exported"))
    }
}

/// A record that is proved.
struct Proved {
    index: u64,
    bytes: Vec<u8>,
    hashes: Vec<Hash>,
}

/// The way through the records and their proofs.
struct Walk {
    filter: Filter,
    lines: Lines,
    proofs: Lines,
    records: u64,
    range: Option<(u64, u64)>,
    policies: BTreeSet<Digest>,
}

type Files = std::collections::BTreeMap<Name, Sum>;

impl Walk {
    fn new(bundle: &Dir, files: &Files, filter: Filter) -> Result<Self, Fault> {
        let open = |name| Lines::open(bundle, name, files.get(&name));
        let (lines, proofs) = (open(Name::Records)?, open(Name::Proofs)?);
        Ok(Self { filter, lines, proofs, records: 0, range: None, policies: BTreeSet::new() })
    }

    /// Checks the next record.
    fn next(&mut self, trusted: &Trusted) -> Result<Option<Proved>, Fault> {
        let place = self.lines.bytes;
        let Some(bytes) = self.lines.next(frame::MAX + 1)?.map(<[u8]>::to_vec) else { return Ok(None) };
        let wrong = |class, what: &str| Fault::new(class, &Name::Records.to_string(), place, what);
        let row = Row::read(&bytes).ok_or_else(|| wrong(Class::Changed, "a line is no record"))?;
        let index = row.seq;
        let wrong = |class, what: &str| wrong(class, what).at(index);
        if self.range.is_some_and(|(_, last)| index <= last) {
            return Err(wrong(Class::Reordered, "the records do not stand in ascending order, each once"));
        }
        let (proved, hashes) = self.proof().map_err(|fault| fault.at(index))?;
        if proved != index {
            return Err(wrong(Class::Changed, "the proof beside the record is of another one"));
        }
        let head = &trusted.checkpoint;
        let included = verify_inclusion(hash::leaf(&bytes), index, head.size(), &hashes, head.root());
        included.map_err(|error| wrong(Class::Changed, &format!("the record is not what the log has: {error}")))?;
        if !self.filter.matches(&row) {
            return Err(wrong(Class::Changed, "the record is not one that the manifest's query asks for"));
        }
        if self.policies.len() < super::POLICIES {
            self.policies.extend(Names::policy(&bytes));
        }
        self.records += 1;
        self.range = Some((self.range.map_or(index, |(first, _)| first), index));
        Ok(Some(Proved { index, bytes, hashes }))
    }

    /// The next block of proofs.
    fn proof(&mut self) -> Result<(u64, Vec<Hash>), Fault> {
        let malformed = || fault(Class::Changed, Name::Proofs, "the proof is malformed or missing");
        let index = self.proofs.next(32)?.and_then(|line| line.strip_prefix(b"index "));
        let index = index.and_then(decimal).ok_or_else(malformed)?;
        let mut hashes = Vec::new();
        loop {
            let line = self.proofs.next(64)?.ok_or_else(malformed)?;
            if line.is_empty() {
                return Ok((index, hashes));
            }
            let hash = std::str::from_utf8(line).ok().and_then(Hash::from_base64);
            hashes.push(hash.filter(|_| hashes.len() < MAX_INCLUSION).ok_or_else(malformed)?);
        }
    }

    fn finish(self, files: &Files) -> Result<(), Fault> {
        self.lines.finish(files.get(&Name::Records))?;
        self.proofs.finish(files.get(&Name::Proofs))
    }
}

/// A number in the one form that it has.
fn decimal(digits: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(digits).ok()?;
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}
