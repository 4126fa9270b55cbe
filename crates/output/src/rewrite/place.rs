//! Where a finding stands, without a word of what the upstream wrote.

use std::fmt::Write as _;

/// A path from the message to a value.
#[derive(Debug, Default)]
pub(super) struct Place {
    steps: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    Member(&'static str),
    Item(usize),
}

impl Place {
    /// One member further; `None` for a key that the protocol does not know.
    pub(super) fn enter_member(&mut self, known: Option<&'static str>) {
        self.steps.push(Step::Member(known.unwrap_or("*")));
    }

    /// One item further.
    pub(super) fn enter_item(&mut self, index: usize) {
        self.steps.push(Step::Item(index));
    }

    /// One step back.
    pub(super) fn leave(&mut self) {
        self.steps.pop();
    }

    /// As a JSON Pointer.
    pub(super) fn pointer(&self) -> String {
        let mut out = String::new();
        for step in &self.steps {
            let _ = match step {
                Step::Member(name) => write!(out, "/{name}"),
                Step::Item(index) => write!(out, "/{index}"),
            };
        }
        out
    }
}
