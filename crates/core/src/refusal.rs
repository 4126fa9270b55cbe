//! A refusal: one reason, and what the client may know of the case.

use crate::Reason;

/// What was refused and why. `hint` and `data` go to the client, `detail` only to the record and the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The one reason.
    pub reason: Reason,
    /// What the client is told beside the reason's own sentence: names of headers or members, never values.
    pub hint: Option<String>,
    /// For operators: logged, committed to the record, never sent.
    pub detail: Option<String>,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<u64>,
    /// Further members of the JSON-RPC error's `data`, as JSON text by key.
    pub data: Vec<(&'static str, String)>,
}

impl Refusal {
    /// A refusal for `reason`.
    #[must_use]
    pub const fn new(reason: Reason) -> Self {
        Self { reason, hint: None, detail: None, retry_after: None, data: Vec::new() }
    }

    /// Adds what the client may know.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds what only the operator may know.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds when to try again, in seconds.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Adds a member to the error's `data`.
    #[must_use]
    pub fn data(mut self, key: &'static str, json_text: impl Into<String>) -> Self {
        self.data.push((key, json_text.into()));
        self
    }

    /// The sentence for the client.
    #[must_use]
    pub fn message(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{}: {hint}", self.reason.facts().message),
            None => self.reason.facts().message.to_owned(),
        }
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self::new(reason)
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.reason, self.message())?;
        self.detail.as_ref().map_or(Ok(()), |detail| write!(f, " ({detail})"))
    }
}

impl std::error::Error for Refusal {}
