//! The registered values: those that a configuration names, and the secrets of this process, which may change while it runs.

use super::{Gateway, State};
use crate::config::Config;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casemate_core::Secret;
use casemate_inspect::Registered;
use casemate_output::Filters;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Gives the secrets of this process as they are when it is asked.
pub type Held = Box<dyn Fn() -> Vec<Secret> + Send + Sync>;

/// The secrets of this process that were seen so far. One that was replaced stays: copies of it may be about.
pub(super) struct Own {
    held: Held,
    seen: Mutex<Vec<Secret>>,
}

impl Own {
    /// Those that `held` gives, and the key that seals.
    pub(super) fn new(held: Held, seal: &Secret) -> Self {
        let own = Self { held, seen: Mutex::new(spellings(seal).into()) };
        drop(own.look());
        own
    }

    /// All of them.
    pub(super) fn known(&self) -> Vec<Secret> {
        self.seen().clone()
    }

    /// Asks for them anew.
    fn look(&self) -> MutexGuard<'_, Vec<Secret>> {
        let held = (self.held)();
        let mut seen = self.seen();
        for secret in held {
            if seen.iter().all(|known| known.expose() != secret.expose()) {
                seen.push(secret);
            }
        }
        seen
    }

    fn seen(&self) -> MutexGuard<'_, Vec<Secret>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A key of bytes as it is, and as people write it down.
fn spellings(key: &Secret) -> [Secret; 3] {
    let bytes = key.expose();
    let hex = bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect();
    [key.clone(), Secret::new(hex), Secret::new(STANDARD.encode(bytes).into_bytes())]
}

/// What looks for registered values under a configuration.
pub(super) struct Secrets {
    pub(super) registered: Arc<Registered>,
    pub(super) filters: Filters,
    /// How many of the process's own are among them.
    own: usize,
}

impl Secrets {
    pub(super) fn new(config: &Config, own: &[Secret]) -> Self {
        let registered = Arc::new(Registered::new(config.registered.iter().chain(own).map(Secret::expose)));
        let output = casemate_output::Policy { registered: Arc::clone(&registered), ..config.output.clone() };
        Self { registered, filters: Filters::new(output), own: own.len() }
    }
}

impl State {
    /// Registers these as well, where they are more than before.
    fn register(&self, own: &[Secret]) {
        if self.secrets.load().own < own.len() {
            self.secrets.store(Arc::new(Secrets::new(&self.config, own)));
        }
    }
}

impl Gateway {
    /// Asks for the secrets of this process and registers what is new among them. Answers that are on their way already
    /// are inspected as they began.
    pub(crate) fn register_anew(&self) {
        // Kept until it is done: of two that do this at once none goes back behind the other.
        let seen = self.own.look();
        self.state().register(&seen);
    }
}

/// Registers each key that the log gets from now on, as soon as it is made.
pub(super) fn follow(gateway: &Arc<Gateway>) {
    let (weak, mut keys) = (Arc::downgrade(gateway), gateway.log.watch_keys());
    keys.mark_changed();
    tokio::spawn(async move {
        while keys.changed().await.is_ok() {
            let Some(gateway) = weak.upgrade() else { return };
            gateway.register_anew();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_is_replaced_stays_known() {
        let secret = |text: &str| Secret::new(text.as_bytes().to_vec());
        let now = Arc::new(Mutex::new(vec![secret("one")]));
        let held = Arc::clone(&now);
        let own = Own::new(Box::new(move || held.lock().unwrap().clone()), &secret("seal"));
        let texts = || -> Vec<Vec<u8>> { own.known().iter().map(|known| known.expose().to_vec()).collect() };
        assert_eq!(texts(), [b"seal".to_vec(), b"7365616c".to_vec(), b"c2VhbA==".to_vec(), b"one".to_vec()]);
        *now.lock().unwrap() = vec![secret("two")];
        drop(own.look());
        drop(own.look());
        assert_eq!(texts()[3..], [b"one".to_vec(), b"two".to_vec()]);
    }
}
