//! Pins: the remembered definitions of what a server offers, and how each stands.

mod definition;
mod diff;
mod finding;
mod state;
mod transition;

pub use definition::{Definition, definition, instructions};
pub use diff::{Change, diff};
pub use finding::{Finding, Severity};
pub use state::{FIRST_SIGHT, HISTORY, LIST, Listed, MODE, MOVED, Mode, Pin, SURVEY, Sighting, State, Step, sight};
pub use transition::Transition;

use crate::Reason;
use crate::mcp::Target;

/// What kind of thing a pin is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A tool, by name.
    Tool,
    /// A prompt, by name.
    Prompt,
    /// A resource template, by URI template.
    Template,
    /// The instructions of a server, which have no name.
    Instructions,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Tool, Self::Prompt, Self::Template, Self::Instructions];

    /// Its name in files, records and commands.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Prompt => "prompt",
            Self::Template => "template",
            Self::Instructions => "instructions",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The member of a list's item by which it is known; none for instructions.
    #[must_use]
    pub const fn named_by(self) -> Option<&'static str> {
        match self {
            Self::Tool | Self::Prompt => Some("name"),
            Self::Template => Some("uriTemplate"),
            Self::Instructions => None,
        }
    }

    /// What a call needs a pin for; none where no definition plays a part.
    #[must_use]
    pub fn of(target: &Target) -> Option<(Self, &str)> {
        use crate::mcp::Completion;
        match target {
            Target::Tool(name) => Some((Self::Tool, name)),
            Target::Prompt(name) | Target::Completion(Completion::Prompt(name)) => Some((Self::Prompt, name)),
            Target::Completion(Completion::Resource(template)) => Some((Self::Template, template)),
            Target::Server | Target::Resource(_) | Target::Listen(_) => None,
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How the definition of something stands when it is about to be used or shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Nothing of its kind is pinned, or its definition plays no part.
    Unpinned,
    /// It is the one that was approved.
    Approved,
    /// Nobody has decided about it yet.
    Pending,
    /// It is not the one that was approved.
    Changed,
    /// The server no longer offers it.
    Removed,
    /// A reviewer said no.
    Blocked,
    /// The server never offered it.
    Unknown,
}

impl Standing {
    /// Every standing.
    pub const ALL: [Self; 7] =
        [Self::Unpinned, Self::Approved, Self::Pending, Self::Changed, Self::Removed, Self::Blocked, Self::Unknown];

    /// Its name in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unpinned => "unpinned",
            Self::Approved => "approved",
            Self::Pending => "pending",
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::Blocked => "blocked",
            Self::Unknown => "unknown",
        }
    }

    /// The reason for which it is refused, if it is.
    #[must_use]
    pub const fn refusal(self) -> Option<Reason> {
        match self {
            Self::Unpinned | Self::Approved => None,
            Self::Pending => Some(Reason::PinPending),
            Self::Changed => Some(Reason::PinChanged),
            Self::Blocked => Some(Reason::PinBlocked),
            Self::Removed | Self::Unknown => Some(Reason::PinUnknown),
        }
    }
}
