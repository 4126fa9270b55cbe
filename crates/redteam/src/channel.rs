//! The parts of messages that text flows back in.

/// A part of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// The text of a tool's result.
    Result,
    /// A string in a result's structured content.
    Structured,
    /// A resource that is embedded in a result.
    Resource,
    /// The description of a tool.
    Description,
    /// The message of an error.
    Error,
    /// The data of a log notification.
    Notification,
    /// The text of a result that says that the tool failed.
    ToolError,
    /// The description of a link to a resource, in a result.
    Link,
    /// The text of a resource that was asked for.
    Read,
    /// A message of a prompt that was asked for.
    Prompt,
    /// The instructions of a server.
    Instructions,
    /// The message of a progress notification.
    Progress,
    /// What a server has the user asked.
    Elicitation,
    /// The URL that a server has the user open.
    ElicitationUrl,
    /// An argument that the client sends.
    Argument,
}

impl Channel {
    /// Those that the matrix is drawn over.
    pub const MATRIX: [Self; 6] =
        [Self::Result, Self::Structured, Self::Resource, Self::Description, Self::Error, Self::Notification];

    /// Every channel.
    pub const ALL: [Self; 15] = [
        Self::Result,
        Self::Structured,
        Self::Resource,
        Self::Description,
        Self::Error,
        Self::Notification,
        Self::ToolError,
        Self::Link,
        Self::Read,
        Self::Prompt,
        Self::Instructions,
        Self::Progress,
        Self::Elicitation,
        Self::ElicitationUrl,
        Self::Argument,
    ];

    /// The channel of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == name)
    }

    /// Its name in ids.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Result => "result",
            Self::Structured => "structured",
            Self::Resource => "resource",
            Self::Description => "description",
            Self::Error => "error",
            Self::Notification => "notification",
            Self::ToolError => "tool-error",
            Self::Link => "resource-link",
            Self::Read => "read",
            Self::Prompt => "prompt",
            Self::Instructions => "instructions",
            Self::Progress => "progress",
            Self::Elicitation => "elicitation",
            Self::ElicitationUrl => "elicitation-url",
            Self::Argument => "argument",
        }
    }

    /// The JSON-RPC message (MCP 2025-11-25; elicitation as in 2026-07-28) that carries the text there. For an argument it is
    /// the client's.
    #[must_use]
    pub fn message(self, text: &str) -> String {
        let text = quoted(text);
        match self {
            Self::ToolError
            | Self::Link
            | Self::Read
            | Self::Prompt
            | Self::Instructions
            | Self::Progress
            | Self::Elicitation
            | Self::ElicitationUrl
            | Self::Argument => self.further(&text),
            Self::Result => {
                format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"content":[{{"type":"text","text":{text}}}]}}}}"#)
            }
            Self::Structured => {
                let result = format!(r#"{{"content":[],"structuredContent":{{"items":[{{"note":{text}}}]}}}}"#);
                format!(r#"{{"jsonrpc":"2.0","id":1,"result":{result}}}"#)
            }
            Self::Resource => {
                let resource = format!(
                    r#"{{"uri":"https://docs.example.com/manual/notes.md","mimeType":"text/markdown","text":{text}}}"#
                );
                let content = format!(r#"[{{"type":"resource","resource":{resource}}}]"#);
                format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"content":{content}}}}}"#)
            }
            Self::Description => {
                let other = r#"{"name":"other","description":"Adds.","inputSchema":{"type":"object"}}"#;
                let tool = format!(r#"{{"name":"notes","description":{text},"inputSchema":{{"type":"object"}}}}"#);
                format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"tools":[{tool},{other}]}}}}"#)
            }
            Self::Error => format!(r#"{{"jsonrpc":"2.0","id":1,"error":{{"code":-32000,"message":{text}}}}}"#),
            Self::Notification => {
                let params = format!(r#"{{"level":"info","data":{text}}}"#);
                format!(r#"{{"jsonrpc":"2.0","method":"notifications/message","params":{params}}}"#)
            }
        }
    }

    /// The message for a channel that is not one of the matrix; the text is a string of JSON.
    fn further(self, text: &str) -> String {
        let result = match self {
            Self::ToolError => format!(r#"{{"content":[{{"type":"text","text":{text}}}],"isError":true}}"#),
            Self::Link => {
                let uri = r#""uri":"https://docs.example.com/manual/notes.md","name":"notes""#;
                format!(r#"{{"content":[{{"type":"resource_link",{uri},"description":{text}}}]}}"#)
            }
            Self::Read => {
                format!(r#"{{"contents":[{{"uri":"probe://page","mimeType":"text/markdown","text":{text}}}]}}"#)
            }
            Self::Prompt => {
                format!(r#"{{"messages":[{{"role":"user","content":{{"type":"text","text":{text}}}}}]}}"#)
            }
            Self::Instructions => format!(r#"{{"capabilities":{{}},"instructions":{text}}}"#),
            Self::Elicitation => {
                let schema = r#"{"type":"object","properties":{"answer":{"type":"string"}}}"#;
                let params = format!(r#"{{"mode":"form","message":{text},"requestedSchema":{schema}}}"#);
                let request = format!(r#"{{"method":"elicitation/create","params":{params}}}"#);
                format!(r#"{{"resultType":"input_required","inputRequests":{{"q":{request}}}}}"#)
            }
            Self::ElicitationUrl => {
                let params = format!(r#"{{"mode":"url","elicitationId":"q","message":"Go on there.","url":{text}}}"#);
                let request = format!(r#"{{"method":"elicitation/create","params":{params}}}"#);
                format!(r#"{{"resultType":"input_required","inputRequests":{{"q":{request}}}}}"#)
            }
            Self::Progress => {
                let params = format!(r#"{{"progressToken":"p","progress":1,"message":{text}}}"#);
                return format!(r#"{{"jsonrpc":"2.0","method":"notifications/progress","params":{params}}}"#);
            }
            _ => {
                let params = format!(r#"{{"name":"probe","arguments":{{"text":{text}}}}}"#);
                return format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#);
            }
        };
        format!(r#"{{"jsonrpc":"2.0","id":1,"result":{result}}}"#)
    }
}

/// The text as a string of JSON (RFC 8259, section 7).
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
