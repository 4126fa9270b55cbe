//! The records of erasures, looked for where a key turns out to be destroyed: a key that is gone without one was not
//! erased by anyone who may.

use crate::body::fingerprint;
use crate::error::Fault;
use crate::index::{Filter, Order, Query, Way};
use crate::read::Entry;
use crate::record::{EventKind, Fact, Facts};
use crate::scan::Walk;
use crate::storage::DirSource;
use crate::subjects::{Ending, Named, Owner};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// The member of the facts that names the keys.
const KEYS: &str = "keys";

/// Which keys were destroyed, for the record of it: of each its slot and its generation there.
pub(crate) fn facts<'a>(keys: impl IntoIterator<Item = &'a Ending>) -> Facts {
    let each: Vec<_> = keys.into_iter().map(|key| format!("{}.{}", key.number, key.generation)).collect();
    Facts::from([(KEYS, Fact::Text(each.join(" ")))])
}

/// Whether it is such a record.
fn erases(json: &Value) -> bool {
    let text = |name: &str| json.get(name).and_then(Value::as_str);
    text("kind") == Some("event") && text("event") == Some(EventKind::Erased.as_str())
}

/// The keys that such a record names: slot and generation. Those of earlier releases name none, and neither does any other.
pub(crate) fn keys(json: &Value) -> impl Iterator<Item = (u32, u32)> {
    let json = Some(json).filter(|json| erases(json));
    let text = json
        .and_then(|json| json.get("facts"))
        .and_then(|facts| facts.get(KEYS))
        .and_then(Value::as_str)
        .unwrap_or_default();
    text.split(' ').filter_map(|key| {
        let (slot, generation) = key.split_once('.')?;
        Some((slot.parse().ok()?, generation.parse().ok()?))
    })
}

/// What is known of them so far.
pub(crate) struct Erasures {
    dir: PathBuf,
    /// The keys of each subject that was asked for, by its fingerprint, of which the log says that they were destroyed.
    keys: HashMap<String, HashSet<(u32, u32)>>,
    /// The last one of each subject that was found, by its fingerprint.
    found: HashMap<String, u64>,
    /// The entries from here on were not read yet.
    read: u64,
}

impl Erasures {
    pub(crate) fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), keys: HashMap::new(), found: HashMap::new(), read: 0 }
    }

    /// Whether the log in `dir` says, after entry `index`, that the key of that owner was destroyed. The index of the log
    /// is asked first; whatever it does not name is looked for in the log itself.
    pub(crate) fn have(&mut self, owner: Owner, index: u64) -> Result<bool, Fault> {
        let wanted = fingerprint(owner.id);
        if !self.is_after(&wanted, index) && self.read == 0 {
            self.ask(&wanted)?;
        }
        if self.is_after(&wanted, index) {
            return Ok(true);
        }
        self.read_on()?;
        Ok(self.is_after(&wanted, index))
    }

    /// Whether the log says that this key of that owner was destroyed. Then one that is there came back, with an older copy
    /// of the file of keys.
    pub(crate) fn name(&mut self, owner: Owner, key: &Named) -> Result<bool, Fault> {
        let wanted = fingerprint(owner.id);
        if !self.keys.contains_key(&wanted) {
            self.ask(&wanted)?;
        }
        Ok(self.keys.get(&wanted).is_some_and(|keys| keys.contains(&(key.slot, key.generation))))
    }

    fn is_after(&self, fingerprint: &str, index: u64) -> bool {
        self.found.get(fingerprint).is_some_and(|at| *at > index)
    }

    fn note(&mut self, index: u64, json: &Value) {
        if let Some(whose) = json.get("fingerprint").and_then(Value::as_str).filter(|_| erases(json)) {
            let at = self.found.entry(whose.to_owned()).or_default();
            *at = index.max(*at);
        }
    }

    /// Asks the index for all erasures of a subject.
    fn ask(&mut self, wanted: &str) -> Result<(), Fault> {
        let filter = Filter { fingerprint: Some(wanted.to_owned()), ..Filter::default() };
        let mut destroyed = HashSet::new();
        for entry in Query::new(&self.dir, filter, Order::Newest, Way::Index)? {
            let Entry { index, json, .. } = entry?;
            self.note(index, &json);
            destroyed.extend(keys(&json));
        }
        self.keys.insert(wanted.to_owned(), destroyed);
        Ok(())
    }

    /// Reads what was not read yet.
    fn read_on(&mut self) -> Result<(), Fault> {
        let source = DirSource::new(&self.dir);
        let mut walk = if self.read == 0 { Walk::whole(&source)? } else { Walk::at(&source, self.read)? };
        while let Some(found) = walk.next(&source) {
            let found = match found {
                // Somebody is writing it.
                Err(fault) if fault.class == crate::Class::TornTail => break,
                found => found?,
            };
            self.read = found.index + 1;
            if found.erases {
                self.note(found.index, &found.json().map_err(|what| found.fault(crate::Class::Unreadable, what))?);
            }
        }
        Ok(())
    }
}
