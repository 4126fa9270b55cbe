//! The result of a self-test: what was tried, what should have come of it, and what did.

use std::fmt;

/// What one step, or all of them, shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// What must hold, holds.
    Held,
    /// It could not be shown: the credentials have not the right to try it, or the store did not answer.
    Unproven,
    /// It does not hold.
    Broken,
}

impl Verdict {
    /// Its name in messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Unproven => "unproven",
            Self::Broken => "BROKEN",
        }
    }
}

/// One step of a self-test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The stable name of what was tried.
    pub name: &'static str,
    /// What should have come of it.
    pub expected: &'static str,
    /// What did; nothing that a store wrote but for plain codes.
    pub got: String,
    /// What that shows.
    pub verdict: Verdict,
}

/// A self-test that was run. Its text form is a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// What was tested.
    pub target: String,
    /// The steps in their order. After a write that failed there is only that one.
    pub steps: Vec<Step>,
}

impl Probe {
    /// The worst of its steps; a test without steps shows nothing.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.steps.iter().map(|step| step.verdict).max().unwrap_or(Verdict::Unproven)
    }

    /// The steps of one verdict.
    pub fn of(&self, verdict: Verdict) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(move |step| step.verdict == verdict)
    }
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.target, self.verdict().as_str())?;
        let widest = |column: fn(&Step) -> &str| self.steps.iter().map(|step| column(step).len()).max().unwrap_or(0);
        let (names, expected) = (widest(|step| step.name), widest(|step| step.expected));
        for step in &self.steps {
            let verdict = step.verdict.as_str();
            writeln!(f, "  {verdict:<8}  {:<names$}  {:<expected$}  {}", step.name, step.expected, step.got)?;
        }
        Ok(())
    }
}
