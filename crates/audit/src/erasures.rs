//! The records of erasures, looked for where a key turns out to be destroyed: a key that is gone without one was not
//! erased by anyone who may.

use crate::body::fingerprint;
use crate::error::Fault;
use crate::index::{Filter, Order, Query, Way};
use crate::read::Entry;
use crate::record::EventKind;
use crate::scan::Walk;
use crate::storage::DirSource;
use crate::subjects::Owner;
use casemate_core::TenantId;
use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// What is known of them so far.
pub(crate) struct Erasures {
    dir: PathBuf,
    /// The last one of each subject that was found, by its fingerprint.
    found: HashMap<String, u64>,
    /// The entries from here on were not read yet.
    read: u64,
}

impl Erasures {
    pub(crate) fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), found: HashMap::new(), read: 0 }
    }

    /// Whether the log in `dir` says, after entry `index`, that the key of that owner was destroyed. The index of the log
    /// is asked first; whatever it does not name is looked for in the log itself.
    pub(crate) fn have(&mut self, owner: Owner, tenant: Option<&TenantId>, index: u64) -> Result<bool, Fault> {
        let wanted = fingerprint(owner.id);
        if self.is_after(&wanted, index) || (self.read == 0 && self.ask(&wanted, tenant, index)?) {
            return Ok(true);
        }
        self.read_on()?;
        Ok(self.is_after(&wanted, index))
    }

    fn is_after(&self, fingerprint: &str, index: u64) -> bool {
        self.found.get(fingerprint).is_some_and(|at| *at > index)
    }

    fn note(&mut self, index: u64, json: &Value) {
        let text = |name: &str| json.get(name).and_then(Value::as_str);
        if let (Some("event"), Some(event), Some(whose)) = (text("kind"), text("event"), text("fingerprint"))
            && event == EventKind::Erased.as_str()
        {
            let at = self.found.entry(whose.to_owned()).or_default();
            *at = index.max(*at);
        }
    }

    /// Asks the index, which knows the events of a tenant.
    fn ask(&mut self, wanted: &str, tenant: Option<&TenantId>, index: u64) -> Result<bool, Fault> {
        let Some(tenant) = tenant else { return Ok(false) };
        let (tenant, kind) = (Some(tenant.to_string()), Some("event".to_owned()));
        let filter = Filter { tenant, kind, ..Filter::default() };
        for entry in Query::new(&self.dir, filter, Order::Newest, Way::Index)? {
            let Entry { index: at, json, .. } = entry?;
            if at <= index {
                break;
            }
            self.note(at, &json);
            if self.is_after(wanted, index) {
                return Ok(true);
            }
        }
        Ok(false)
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
