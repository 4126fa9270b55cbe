//! Where in a text something stands.

use crate::channel::quoted;

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Position {
    /// It is the whole text.
    Alone,
    /// Before other words.
    Start,
    /// Between other words.
    Middle,
    /// Behind other words.
    End,
    /// In lines of its own.
    Lines,
    /// In an item of a list.
    List,
    /// In a quotation.
    Quote,
    /// In a cell of a table.
    Cell,
    /// In a string of JSON.
    Json,
    /// In a document of HTML.
    Document,
}

impl Position {
    /// Every position.
    pub const ALL: [Self; 10] = [
        Self::Alone,
        Self::Start,
        Self::Middle,
        Self::End,
        Self::Lines,
        Self::List,
        Self::Quote,
        Self::Cell,
        Self::Json,
        Self::Document,
    ];

    /// Those where a text of several lines keeps its meaning.
    pub const BLOCK: [Self; 3] = [Self::Alone, Self::Lines, Self::Quote];

    /// Its name in ids.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
            Self::Lines => "lines",
            Self::List => "list",
            Self::Quote => "quote",
            Self::Cell => "cell",
            Self::Json => "json",
            Self::Document => "document",
        }
    }

    /// The text with `what` in that place.
    #[must_use]
    pub fn place(self, what: &str) -> String {
        match self {
            Self::Alone => what.to_owned(),
            Self::Start => format!("{what} and 3 more results were found."),
            Self::Middle => format!("The report is ready, {what} has the rest of it."),
            Self::End => format!("Four of five checks passed. More: {what}"),
            Self::Lines => format!("# Weekly report\n\nAll is well.\n\n{what}\n\nUntil next week.\n"),
            Self::List => format!("- first item\n- {what}\n- third item\n"),
            Self::Quote => format!("He wrote:\n\n> {}\n\nThat is all.\n", what.replace('\n', "\n> ")),
            Self::Cell => format!("| name | value |\n|---|---|\n| a | {what} |\n"),
            Self::Json => format!("{{\"count\": 3, \"note\": {}}}", quoted(what)),
            Self::Document => {
                format!("<!doctype html>\n<html><body><h1>Report</h1>\n<div>{what}</div>\n</body></html>\n")
            }
        }
    }
}
