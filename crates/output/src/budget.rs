//! The token budget of one answer.

use casemate_core::{Reason, Refusal, tokens};

/// Counts the text of one answer against what is left of the request's budget.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: u64,
    used: u64,
}

impl Budget {
    /// A budget of which earlier messages of the same request have `used` a part.
    pub(crate) const fn new(limit: u64, used: u64) -> Self {
        Self { limit, used }
    }

    /// Counts `text`.
    ///
    /// # Errors
    /// `limit.token_budget` once the sum is over the limit.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Refusal> {
        self.add(tokens::count(text))
    }

    fn add(&mut self, tokens: u64) -> Result<(), Refusal> {
        self.used = self.used.saturating_add(tokens);
        self.fits(self.used)
    }

    /// Whether so many tokens may be asked for at once.
    ///
    /// # Errors
    /// `limit.token_budget` where they are over the limit.
    pub(crate) fn fits(&self, tokens: u64) -> Result<(), Refusal> {
        if tokens <= self.limit {
            return Ok(());
        }
        Err(Refusal::new(Reason::LimitTokens).detail(format!("over {} tokens by {}", self.limit, tokens::RULE)))
    }

    pub(crate) const fn used(&self) -> u64 {
        self.used
    }
}
