//! A case: what goes in, how, and what must not come out.

use crate::{Channel, Position};

/// What a case is about. Gates hold for each family by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Links of Markdown and of plain text.
    MarkdownLink,
    /// Images of Markdown.
    MarkdownImage,
    /// Elements of HTML that a reader follows or submits.
    HtmlLink,
    /// Elements of HTML that load by themselves.
    HtmlLoad,
    /// Style sheets that load.
    Css,
    /// Schemes that run code or hold a document, and schemes in disguise.
    Scheme,
    /// Hosts in disguise.
    Host,
    /// Places at an allowed host that are not allowed, or forward elsewhere.
    Forward,
    /// A registered value.
    Registered,
    /// A credential in its vendor's format.
    Vendor,
    /// An instruction to the model in plain words.
    Plain,
    /// An instruction to the model in an encoding.
    Encoded,
}

impl Family {
    /// Every family.
    pub const ALL: [Self; 12] = [
        Self::MarkdownLink,
        Self::MarkdownImage,
        Self::HtmlLink,
        Self::HtmlLoad,
        Self::Css,
        Self::Scheme,
        Self::Host,
        Self::Forward,
        Self::Registered,
        Self::Vendor,
        Self::Plain,
        Self::Encoded,
    ];

    /// Its name in ids and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MarkdownLink => "markdown-link",
            Self::MarkdownImage => "markdown-image",
            Self::HtmlLink => "html-link",
            Self::HtmlLoad => "html-load",
            Self::Css => "css",
            Self::Scheme => "scheme",
            Self::Host => "host",
            Self::Forward => "forward",
            Self::Registered => "registered",
            Self::Vendor => "vendor",
            Self::Plain => "injection-plain",
            Self::Encoded => "injection-encoded",
        }
    }

    /// Ids of the OWASP MCP Top 10 (2025) and of MITRE ATLAS.
    #[must_use]
    pub const fn tags(self) -> &'static [&'static str] {
        match self {
            Self::MarkdownImage | Self::HtmlLoad | Self::Css => &["MCP10", "AML.T0057", "AML.T0077"],
            Self::MarkdownLink | Self::HtmlLink | Self::Scheme | Self::Host | Self::Forward => &["MCP10", "AML.T0057"],
            Self::Registered | Self::Vendor => &["MCP01", "AML.T0057"],
            Self::Plain => &["MCP06", "AML.T0051.001"],
            Self::Encoded => &["MCP06", "AML.T0051.001", "AML.T0068"],
        }
    }
}

/// What is to become of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Nothing that comes out leads to a place that is not allowed.
    Unreachable,
    /// Nothing of [`Case::gone`] comes out.
    Gone,
    /// It is found to be an instruction, or denied.
    Flagged,
}

/// The benign text of the same shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twin {
    /// The text.
    pub input: String,
    /// What of it must come out.
    pub kept: String,
}

/// One attack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What it is called, in every run: family, carrier, encoding, position, channel.
    pub id: String,
    /// What it is about.
    pub family: Family,
    /// The form of what carries it.
    pub carrier: String,
    /// The encoding's name.
    pub encoding: String,
    /// The part of a message that it comes in.
    pub channel: Channel,
    /// Where in a text it stands.
    pub position: Position,
    /// Ids of the OWASP MCP Top 10 (2025) and of MITRE ATLAS.
    pub tags: &'static [&'static str],
    /// The text.
    pub input: String,
    /// What must become of it.
    pub expect: Expect,
    /// What must not be left, in any case: the data that would go out.
    pub gone: Vec<String>,
    /// The benign text of the same shape, where there is one.
    pub twin: Option<Twin>,
}
