//! The logs that a witness knows, by origin, and their keys.

use crate::config::MAX_LOGS;
use crate::error::LogsError;
use casemate_tlog::Verifier;
use casemate_tlog::key::Algorithm;
use std::collections::BTreeMap;

/// Logs by origin. The origin is the name of the key, as C2SP signed-note recommends; a log with several keys, such as
/// one that changes its key, has several of the same name.
#[derive(Debug, Clone, Default)]
pub struct Logs(BTreeMap<String, Vec<Verifier>>);

impl Logs {
    /// Adds a key.
    ///
    /// # Errors
    /// It is no verifier key of a log, or is there already.
    pub fn add(&mut self, vkey: &str) -> Result<(), LogsError> {
        let key = Verifier::parse(vkey).map_err(|error| LogsError::Key(vkey.to_owned(), error))?;
        if key.algorithm() != Algorithm::Ed25519 {
            return Err(LogsError::NotALog(key.name().to_owned()));
        }
        let keys = self.0.entry(key.name().to_owned()).or_default();
        if keys.iter().any(|known| known.public() == key.public() || known.id() == key.id()) {
            return Err(LogsError::Twice(key.name().to_owned()));
        }
        keys.push(key);
        if self.0.len() > MAX_LOGS { Err(LogsError::TooMany(MAX_LOGS)) } else { Ok(()) }
    }

    /// Adds the keys of a text: one a line; empty lines and those that begin with `#` are skipped.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub fn add_lines(&mut self, text: &str) -> Result<(), LogsError> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.into_iter().try_for_each(|line| self.add(line))
    }

    /// How many logs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The origins with their keys.
    pub(crate) fn into_iter(self) -> impl Iterator<Item = (String, Vec<Verifier>)> {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use casemate_tlog::{Cosigner, Signer};

    #[test]
    fn keys_of_logs_are_read_once() {
        let key = |name: &str, seed| Signer::from_seed(name, &[seed; 32]).unwrap().verifier().to_string();
        let mut logs = Logs::default();
        let text = format!("# two logs\n\n{}\n  {}\n{}\n", key("a/log", 1), key("b/log", 2), key("a/log", 3));
        logs.add_lines(&text).unwrap();
        assert_eq!(logs.len(), 2);
        assert_eq!(logs.add(&key("a/log", 1)), Err(LogsError::Twice("a/log".to_owned())));
        let cosigner = Cosigner::from_seed("w", &[4; 32]).unwrap().verifier().to_string();
        assert_eq!(logs.add(&cosigner), Err(LogsError::NotALog("w".to_owned())));
        assert!(matches!(logs.add("a log"), Err(LogsError::Key(..))));
        assert!(Logs::default().is_empty());
    }
}
