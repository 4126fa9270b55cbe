//! Made values in place of an operator's credentials: none is read, and each is registered as the real one would be.

use crate::config::files::FileData;
use crate::config::tree::Node;
use crate::config::{Disk, Environment, Files, tree};
use casemate_redteam::Draw;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const LENGTH: usize = 32;

/// The files of this machine, those with secrets aside.
#[derive(Default)]
pub(super) struct StandIns {
    files: BTreeMap<PathBuf, String>,
    variables: BTreeMap<String, String>,
}

impl StandIns {
    /// For every `file` and `env` that the text names; relative paths start at `base`.
    pub(super) fn of(root: &Node, base: &Path, seed: u64) -> Self {
        let mut made = Self::default();
        made.walk(root, base, seed);
        made
    }

    fn walk(&mut self, node: &Node, base: &Path, seed: u64) {
        let value = |name: &str| Draw::named(seed, name).text(ALPHABET, LENGTH);
        for entry in node.entries() {
            let text = entry.value.scalar().map(|scalar: &tree::Scalar| scalar.text.as_str());
            match (entry.key.value.as_str(), text) {
                ("file", Some(path)) => drop(self.files.insert(base.join(path), value(path))),
                ("env", Some(name)) => drop(self.variables.insert(name.to_owned(), value(name))),
                _ => self.walk(&entry.value, base, seed),
            }
        }
        for item in node.items() {
            self.walk(item, base, seed);
        }
    }

    /// The process around the configuration: now, and no variable but those that stand in.
    pub(super) fn environment(&self) -> Environment {
        Environment { variables: self.variables.clone(), ..Environment::of_process() }
    }

    /// Every made value.
    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        self.files.values().chain(self.variables.values()).map(String::as_str)
    }
}

impl Files for StandIns {
    fn read(&self, path: &Path, cap: usize) -> io::Result<FileData> {
        match self.files.get(path) {
            Some(value) => Ok(FileData { bytes: value.clone().into_bytes(), mode: Some(0o600) }),
            None => Disk.read(path, cap),
        }
    }
}
