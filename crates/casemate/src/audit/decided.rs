//! Decisions in words, and the policies that made them.

use crate::config::kept;
use crate::visible;
use casemate_core::Reason;
use casemate_core::digest::Digest;
use casemate_core::mcp::{Completion, Target};
use casemate_core::policy::Policy;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Policies that are held at once.
const MOST: usize = 64;

/// What was decided.
pub(super) type Decided = Result<u64, Reason>;

/// The policies of a log, each read once.
pub(super) struct Policies {
    dir: PathBuf,
    read: BTreeMap<Digest, Result<Policy, String>>,
}

impl Policies {
    pub(super) fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), read: BTreeMap::new() }
    }

    /// The policy of that digest, or why it cannot be had.
    pub(super) fn get(&mut self, digest: Option<Digest>) -> Result<&Policy, &str> {
        let Some(digest) = digest else { return Err("the record names no policy") };
        if self.read.len() >= MOST && !self.read.contains_key(&digest) {
            self.read.clear();
        }
        let dir = &self.dir;
        self.read.entry(digest).or_insert_with(|| kept::load(dir, digest)).as_ref().map_err(String::as_str)
    }
}

/// A decision in words.
pub(crate) fn described(decided: &Result<u64, Reason>) -> String {
    match decided {
        Ok(rule) => format!("permitted by rule {rule}"),
        Err(reason) => format!("refused: {}", reason.code()),
    }
}

/// What a call is about, on one line.
pub(crate) fn target(target: &Target) -> String {
    let of = |kind: &str, name: &str| format!("{kind} {}", visible::line(name));
    match target {
        Target::Server => "the server".to_owned(),
        Target::Tool(name) => of("tool", name),
        Target::Prompt(name) => of("prompt", name),
        Target::Resource(uri) => of("resource", uri),
        Target::Completion(Completion::Prompt(name)) => of("completion of prompt", name),
        Target::Completion(Completion::Resource(uri)) => of("completion of resource", uri),
        Target::Listen(filter) if filter.uris.is_empty() => "changes of lists".to_owned(),
        Target::Listen(filter) => of("changes of", &filter.uris.join(" ")),
    }
}
